/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lab: a real Linux in User-Mode Linux, with the mlx5 driver on our device, which runs in a
 * process beside it; Open vSwitch on it if wanted; and in it a script, or a shell at the caller's
 * terminal. Needs no root, KVM or network.
 *
 * The guest's root is the machine's own file system, on top of which everything that the guest
 * writes is thrown away with it. Whatever way a lab ends (also by a signal, by a guest that
 * panics, by a device that is killed), nothing stays behind: no process, file or socket. Several
 * labs can run at once.
 */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include "base/diag.h"

#include <stdbool.h>
#include <stdint.h>

#define LAB_NICS_MAX 4u	  /* of one guest: Linux has 8 places for PCI devices in User-Mode Linux */
#define LAB_SFS_MAX  100u /* of one device */
#define LAB_LOG_MAX  4096 /* characters of the end of a log in an outcome */

/* What lab_run() answers when it is not the script's status: as env(1) and timeout(1) do. */
enum {
	LAB_STATUS_TIMEOUT = 124,
	LAB_STATUS_FAILED = 125,
	LAB_STATUS_SIGNAL = 128, /* plus the number of the signal that ended it */
};

/* Everything is borrowed for the call. */
struct lab_params {
	const char *program; /* this program's path: the guest runs it too */
	const char *kernel;  /* or NULL: lab_kernel_find() looks for it */
	/* Command, split at blanks, that is run instead of `PROGRAM nic serve`, with its options;
	 * or NULL. */
	const char *device;
	const char *profile; /* of the devices; or NULL */
	const char *share;   /* directories ("DIR:DIR") in which the guest's writes stay; or NULL */
	const char *log;     /* file that gets the guest's kernel log at the end; or NULL */
	uint64_t n_nics, n_sfs, memory_mb;
	uint64_t timeout_s; /* 0: none */
	int out;	    /* descriptor that gets what the command writes, instead of 1; 0: 1 */
	bool no_ovs;
	bool no_switchdev; /* the devices stay plain NICs, without sub-functions */
	bool progress;	   /* say on standard error, a terminal, what is going on */
	/* The command and its arguments, ends with NULL; argv[0] NULL: a shell, at the terminal
	 * that descriptors 0 and 1 are. */
	const char *const *argv;
};

struct lab_outcome {
	int status;	       /* exit status for the caller */
	char log[LAB_LOG_MAX]; /* the end of the log that goes with a failure, or "" */
	char log_of[32];       /* whose it is */
};

/*
 * Runs a lab until its end; what the command writes goes to descriptors 1 and 2. 0 with @o->status
 * the command's own; or negative errno with words, and @o->status as above.
 */
int lab_run(const struct lab_params *p, struct lab_outcome *o, struct diag *d) MUST_CHECK;

#endif
