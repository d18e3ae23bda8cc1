/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of `inhw lab` share. */
#ifndef CLI_CMD_LAB_H
#define CLI_CMD_LAB_H

#include "cli/cli.h"

struct cmd_lab_options {
	uint64_t nics, sfs, memory, timeout;
	const char *kernel, *device, *share, *log;
	bool no_ovs, no_switchdev;
	/* Of trace. */
	const char *html, *record, *setup;
	bool json, quiet;
};

/*
 * Runs a lab with command @argv, NULL-terminated, or a shell, and says what failed. What the
 * command writes goes to descriptor @out; 0: to standard output. Returns the exit status.
 */
int cmd_lab_run(struct cli *c, const struct cmd_lab_options *o, const char *const *argv, int out);

/* `inhw lab trace FLOW ACTIONS` */
int cmd_lab_trace(struct cli *c, const struct cmd_lab_options *o, int argc, const char **argv);

#endif
