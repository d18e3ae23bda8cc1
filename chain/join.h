/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The chain of functions of one put through a real Open vSwitch, Linux and mlx5 driver, from what
 * was seen of it: the thread of ovs-vswitchd and the time join its log with the kernel's
 * tracepoints and the device's commands, and the UFID, which is the filter's cookie, all that with
 * the filter in tc.
 *
 * A function that something was seen of has a note "seen", with where and when. One between two of
 * those that must have run is marked as inferred. What need not have run is not shown: the driver's
 * way differs by flow.
 */
#ifndef CHAIN_JOIN_H
#define CHAIN_JOIN_H

#include "chain/record.h"
#include "trace/trace.h"

enum chain_place {
	CHAIN_PLACE_NONE, /* refused */
	CHAIN_PLACE_OVS,  /* the kernel's datapath */
	CHAIN_PLACE_TC,
	CHAIN_PLACE_HW,
};

struct chain_outcome {
	enum chain_place place;
	/* Where and why it is not in hardware. */
	int error;		      /* negative errno, or 0: not seen */
	const char *layer, *function; /* static; NULL: in hardware */
	bool is_inferred;	      /* layer and function are concluded, the words were seen */
	char words[DIAG_WORDS_MAX];
	bool has_filter; /* in tc */
	unsigned int chain, prio, handle;
	bool has_entry; /* of the NIC */
	unsigned int table, group, index;
};

/* Appends the chain to @t. 0, -EPROTO with words or -ENOMEM. */
int chain_join(struct trace *t, struct chain_outcome *o, const struct chain_record *r,
	       struct diag *d) MUST_CHECK;

#endif
