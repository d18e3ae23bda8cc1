/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flows and the measuring that benchmarks share. Flow number i of a workload of m masks:
 * Ethernet, IPv4 and UDP, distinct by its destination address, with mask number i % m.
 */
#ifndef CLI_WORKLOAD_H
#define CLI_WORKLOAD_H

#include "base/text.h"
#include "dpif/dpctl.h"
#include "host/host.h"

#define WORKLOAD_CHUNK	   1000u /* flows that are timed together */
#define WORKLOAD_MASKS_MAX 256u

/* The flow text, and in it nothing else. */
void workload_flow_format(struct text *t, uint64_t i, unsigned int n_masks);

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

uint64_t workload_cpu_ns(void);		      /* CPU time of this process */
uint64_t workload_rss_bytes(void);	      /* its memory; 0: unknown */
void workload_machine_format(struct text *t); /* "Intel(R) Xeon(R) ..., 2800 MHz, 2 processors" */

#endif
