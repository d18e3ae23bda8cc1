/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lets a machine run: packets come in at its ports as the engine brings them, and time passes. Real
 * time: as the clock says. Virtual time: at once; it jumps from one moment at which something
 * happens to the next, so that an hour takes as long as its packets do.
 */
#ifndef HOST_LOOP_H
#define HOST_LOOP_H

#include "host/host.h"

struct host_loop {
	bool is_virtual;
	/* For so long of the machine's time; UINT64_MAX: until nothing can come in any more. */
	uint64_t for_ns;
	int stop_fd; /* ends it when it is readable; -1: nothing does */
};

struct host_ran {
	uint64_t ns;	    /* of the machine's time */
	uint64_t n_packets; /* that came in */
	bool is_stopped;    /* by stop_fd */
};

/* From the machine's present on. 0; -EINVAL: virtual, with a port that lives in real time; -EIO: it
 * cannot wait. */
int host_loop(struct host *h, const struct host_loop *loop, struct host_ran *ran,
	      struct diag *d) MUST_CHECK;

#endif
