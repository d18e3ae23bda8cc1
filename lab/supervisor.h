/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process that a lab runs under: it starts devices and guest, moves what the guest writes, and
 * ends all of it. See lab/lab.h.
 */
#ifndef LAB_SUPERVISOR_H
#define LAB_SUPERVISOR_H

#include "lab/directory.h"
#include "lab/lab.h"
#include "lab/terminal.h"

/* What the supervisor leaves to the process that started it, in memory of both. */
struct lab_supervisor_report {
	struct lab_outcome outcome;
	struct diag diag; /* its strings are in the program, which both run */
	int error;	  /* 0 or negative errno */
	bool is_complete;
	char dir[LAB_DIRECTORY_MAX]; /* while there is one */
};

/* In a process of its own. Leaves no process and no file. */
void lab_supervisor_run(const struct lab_params *p, struct lab_supervisor_report *r);

#endif
