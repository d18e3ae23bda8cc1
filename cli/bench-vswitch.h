/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CLI_BENCH_VSWITCH_H
#define CLI_BENCH_VSWITCH_H

#include "cli/cli.h"

#define BENCH_VSWITCH_FLOWS_MAX 2000000u

/* How many: flows, each of a rule of its own; kinds of matches among the rules. */
struct bench_vswitch {
	uint64_t n_flows; /* 1..BENCH_VSWITCH_FLOWS_MAX */
	unsigned int n_masks;
	bool json;
};

/*
 * `inhw bench upcalls`: packets that nothing matches come in, batch by batch, and are answered: new
 * flows per second. `inhw bench revalidate`: so many flows are looked at in a round. Exit statuses.
 */
int bench_upcalls(struct cli *c, const struct bench_vswitch *b);
int bench_revalidate(struct cli *c, const struct bench_vswitch *b);

#endif
