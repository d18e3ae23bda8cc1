/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc's command line as a library: the grammar, the bytes on the wire and the output of the tc of
 * iproute2 6.1, over any route socket. What goes in and out are rtnetlink attributes, not the
 * values of tc/: a request has them in the order of the words, and a listing shows whatever a
 * kernel has, also of kinds of which only the name is known.
 *
 * Of qdiscs ingress and clsact can be made, of filters flower; the kinds of actions are rows of
 * iproute_actions. What tc knows and this does not is refused in words of ours.
 */
#ifndef IPROUTE_IPROUTE_H
#define IPROUTE_IPROUTE_H

#include "base/diag.h"
#include "base/text.h"
#include "netlink/sock.h"

/* Exit statuses, tc's. */
enum {
	IPROUTE_OK = 0,
	IPROUTE_FAILED = 1, /* the command line, a device */
	IPROUTE_KERNEL = 2, /* the kernel refused */
	IPROUTE_USAGE = 255,
};

/* tc's options. */
struct iproute_options {
	bool statistics, details, json, pretty, brief, oneline, names, force;
	const char *batch; /* file of commands, "-": standard input; borrowed */
};

struct iproute_links;

/*
 * A tc at work: it keeps the names of links that it has asked for, as tc does in a batch. After a
 * command @out and @err have what tc would have written to its outputs.
 */
struct iproute {
	struct nl_sock *sock; /* borrowed */
	struct iproute_options options;
	struct text out, err;
	/* Which argument of the command was refused, or a kernel pointed at; -1: none is known. */
	int bad_arg;
	bool is_put;	 /* the command was one that puts a filter, */
	int put_ifindex; /* here; 0 for a shared block: */
	uint32_t put_block;
	bool is_final;		   /* what was refused was said with all words that tc has for it */
	bool wants_hardware;	   /* and it may be in hardware, and no words were asked for */
	struct nl_origins origins; /* which attribute of the request is from which argument, + 1 */
	struct iproute_links *links; /* owned; NULL: not asked for yet */
};

void iproute_init(struct iproute *ip, struct nl_sock *sock);
void iproute_fini(struct iproute *ip);

/*
 * Reads tc's options in front of a command. Returns how many arguments they are, or -1 with words
 * in ip->err; the exit status is IPROUTE_USAGE then.
 */
int iproute_tc_options(struct iproute *ip, int argc, const char **argv) MUST_CHECK;

/*
 * One command: "filter", "add", "dev" ... Clears ip->out and ip->err first. The exit status.
 * Memory that runs out is one of the failures, in words.
 */
int iproute_tc(struct iproute *ip, int argc, const char **argv) MUST_CHECK;

#endif
