/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of `inhw bench` that is about the vswitch: packets come up, and their flows stay right.
 */
#ifndef CLI_BENCH_VSWITCH_H
#define CLI_BENCH_VSWITCH_H

#include "cli/cli.h"

#define BENCH_VSWITCH_RULES_MAX 1000000u

struct bench_vswitch {
	uint64_t n_flows;     /* a multiple of WORKLOAD_CHUNK */
	uint32_t n_rules;     /* in the table that filters and in the one that forwards */
	unsigned int n_masks; /* of the rules that filter */
	bool json;
};

/* Each prints and returns the exit status. */
int bench_upcalls(struct cli *c, const struct bench_vswitch *params);
int bench_revalidate(struct cli *c, const struct bench_vswitch *params);

#endif
