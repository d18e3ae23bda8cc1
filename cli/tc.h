/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw trace tc ...`: a command of tc with every function on its way (cli/cmd-tc.c). */
#ifndef CLI_TC_H
#define CLI_TC_H

#include "cli/cli.h"

struct trace_tc_options {
	bool json, quiet, setup;
};

/* @argv: behind "tc". The exit status, of cli/verdict.h for what puts a filter. */
int cli_trace_tc(struct cli *c, const struct trace_tc_options *o, int argc, const char **argv);

#endif
