/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flows of a dump, one by one, and the table of what became of them: worst first, flows with
 * the same reason together.
 */
#ifndef CLI_SURVEY_H
#define CLI_SURVEY_H

#include "cli/cli.h"

struct survey_options {
	bool json;
	bool all; /* show every flow, not the first few of each reason */
};

/* Puts the flows of @file ("-": standard input) into @h and prints the table. Returns the worst
 * exit status. */
int survey_run(struct cli *c, struct host *h, const char *file, const struct survey_options *o);

#endif
