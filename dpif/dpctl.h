/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ovs-dpctl's commands as library calls: they parse the arguments, call the datapath interface and
 * put their output into a text. The grammar, options and output are ovs-dpctl's (facts §3.4, §3.5),
 * with two differences: a put always makes a UFID, as `ovs-appctl dpctl/add-flow` does, and a
 * failure is always a failure.
 */
#ifndef DPIF_DPCTL_H
#define DPIF_DPCTL_H

#include "dpif/dpif.h"

struct dpctl_options {
	bool statistics, zero, may_create, more, names, no_names;
};

struct dpctl {
	struct dpif *dpif; /* borrowed */
	struct dpctl_options options;
	struct text out; /* what the command prints */
	/* Of the last put: its decision, and where its parts stood in the user's text. */
	struct dpif_decision decision;
	struct flow_match match;
	struct flow_actions actions;
	struct flow_origin origin;
	struct offload_verdict *verdict; /* caller's or NULL */
	/* Index of the argument that diag.offset points into, or -1. */
	int bad_arg;
};

void dpctl_init(struct dpctl *c, struct dpif *dpif);
void dpctl_fini(struct dpctl *c);

/* Runs `argv[0] argv[1..]`, without options: they are in c->options. 0 or negative errno with
 * words. */
int dpctl_run_command(struct dpctl *c, int argc, const char *const *argv,
		      struct diag *d) MUST_CHECK;

/* One row for each command, for --help. */
struct dpctl_command {
	const char *name, *args, *help;
	int min_args, max_args;
	int (*run)(struct dpctl *c, int argc, const char *const *argv, struct diag *d);
};
extern const struct dpctl_command dpctl_commands[]; /* ends with name NULL */

/* The first functions of the article's chain; argv: [DP] FLOW ACTIONS. */
int dpctl_add_flow(struct dpctl *c, int argc, const char *const *argv, struct diag *d);
int dpctl_mod_flow(struct dpctl *c, int argc, const char *const *argv, struct diag *d);

#endif
