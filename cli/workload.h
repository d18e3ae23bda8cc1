/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flows and the measuring that benchmarks share. Flow number i of a workload of m masks:
 * Ethernet, IPv4 and UDP, distinct by its destination address, with mask number i % m.
 */
#ifndef CLI_WORKLOAD_H
#define CLI_WORKLOAD_H

#include "base/text.h"
#include "cli/cli.h"
#include "dpif/dpctl.h"
#include "host/host.h"

#define WORKLOAD_FLOWS_MAX 4000000u
#define WORKLOAD_CHUNK	   1000u /* flows that are timed together */
#define WORKLOAD_MASKS_MAX 256u

/* The flow text, and in it nothing else. */
void workload_flow_format(struct text *t, uint64_t i, unsigned int n_masks);

/* A packet that the flow with number @i matches, built into @buf: @f is it. 0, or with words. */
int workload_frame(uint8_t *buf, size_t cap, struct nic_frame *f, const struct flow_ports *ports,
		   uint64_t i, unsigned int n_masks, struct diag *d) MUST_CHECK;

/*
 * A machine of its own for each run, as the options say: a workload must not meet the flows of
 * another. NULL: printed why.
 */
struct host *workload_new_host(struct cli *c);

struct workload {
	struct host *host;
	const char *actions;
	unsigned int n_masks;
	uint64_t n_flows; /* installed */
	uint64_t n_in_hw;
	uint64_t cpu_ns; /* of all puts together, without making the texts */
	uint64_t wall_ns;
	uint32_t *chunk_ns; /* CPU time of each chunk, owned; or NULL: not wanted */
};

/*
 * Puts the next flows, @n of them, a multiple of WORKLOAD_CHUNK, each from its text through the
 * whole chain, as `inhw dpctl add-flow` does. 0, or what failed, with words.
 */
int workload_install(struct workload *w, uint64_t n, struct diag *d) MUST_CHECK;

/*
 * Nanoseconds of a flow: mean of the last tenth of the @n_flows flows before flow @mark, at least
 * one chunk. The first chunk also makes tables, masks and groups: where there are more, the second
 * stands for it.
 */
uint64_t workload_window_ns(const uint32_t *chunk_ns, uint64_t n_flows, uint64_t mark);

uint64_t workload_cpu_ns(void);		      /* CPU time of this process */
uint64_t workload_rss_bytes(void);	      /* its memory; 0: unknown */
void workload_machine_format(struct text *t); /* "Intel(R) Xeon(R) ..., 2800 MHz, 2 processors" */

#endif
