/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests over the whole path share: a model machine, flows put by dpctl, packets sent and
 * caught. */
#ifndef TESTS_MACHINE_H
#define TESTS_MACHINE_H

#include "dpif/dpctl.h"
#include "host/host.h"

#define CAUGHT_MAX 64

struct caught {
	char port[IFNAMSIZ];
	size_t size;
	uint8_t frame[2048];
};

struct machine {
	struct host *host;
	struct dpctl dpctl;
	struct diag diag; /* of the last command */
	struct caught caught[CAUGHT_MAX];
	size_t n_caught;
};

/* Fails the test when the machine cannot be made. @params may be NULL. */
void machine_init(struct machine *m, const struct host_params *params);
void machine_fini(struct machine *m);

/* dpctl add-flow FLOW ACTIONS. 0 or negative errno, words in m->diag, the decision in
 * m->dpctl.decision. */
int machine_add_flow(struct machine *m, const char *flow, const char *actions);
/* Any dpctl command; its output is m->dpctl.out. */
int machine_dpctl(struct machine *m, int argc, const char *const *argv);

/* Starts the vswitch, with a bridge of these ports. */
struct bridge *machine_add_bridge(struct machine *m, const char *const *ports, size_t n);
void machine_add_rule(struct machine *m, struct bridge *b, const char *rule);

/* Builds a packet from a flow text, sends it into @port; what came out is in m->caught. */
void machine_send(struct machine *m, const char *port, const char *flow);
/* "pf0vf1 p0": the ports where the last packet came out, in order. */
const char *machine_outputs(const struct machine *m, char *buf, size_t size);

#endif
