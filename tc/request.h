/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tc requests that the offload provider makes, with the names of OVS's lib/tc.c: each is one
 * message over a NETLINK_ROUTE socket. Errors are the kernel's, with its words in the diag; an
 * offset that it named is turned into the origin of that attribute.
 */
#ifndef TC_REQUEST_H
#define TC_REQUEST_H

#include "netlink/sock.h"
#include "tc/filter.h"

enum tc_hook {
	TC_HOOK_INGRESS,
	TC_HOOK_EGRESS
};

/* tc-policy of OVS: which side may use a filter. */
enum tc_offload_policy {
	TC_POLICY_NONE,
	TC_POLICY_SKIP_SW,
	TC_POLICY_SKIP_HW
};

/* Context of requests: a socket and reusable memory, so that a put allocates nothing. */
struct tc;

/* Takes @sock, also on failure. */
int tc_new(struct tc **out, struct nl_sock *sock, struct diag *d) MUST_CHECK;
void tc_free(struct tc *tc);
struct nl_sock *tc_sock(struct tc *tc);

/* What the kernel answered to a put. */
struct tc_result {
	uint32_t origin;	/* of the attribute that an extack pointed at; 0: none */
	struct nl_extack ack;	/* its words, also a warning at success */
	bool echo_differs;	/* the echo is not what was sent ... */
	struct diag difference; /* ... because */
	struct tc_filter *echo; /* borrowed until the next request; NULL: no echo */
};

/*
 * RTM_NEWTFILTER CREATE|ECHO: adds @f, or replaces the filter with the same id.handle. On success
 * f->id.prio and .handle are those that the kernel chose. -EPROTO: its answer made no sense.
 */
int tc_replace_flower(struct tc *tc, struct tc_filter *f, struct tc_result *result,
		      struct diag *d) MUST_CHECK;
int tc_del_flower_filter(struct tc *tc, const struct tc_id *id, struct diag *d) MUST_CHECK;

/* RTM_GETTFILTER: fills @f, whose actions must have room. */
int tc_get_flower(struct tc *tc, const struct tc_id *id, struct tc_filter *f,
		  struct diag *d) MUST_CHECK;

/* All flower filters of a device hook or block; @terse: without keys and actions, for statistics.
 */
int tc_dump_flower_start(struct tc *tc, const struct tc_id *id, struct nl_dump *dump, bool terse,
			 struct diag *d) MUST_CHECK;
/* 1: @f is the next flower filter; 0: end; negative errno. Header messages are skipped. */
int tc_dump_flower_next(struct tc *tc, struct nl_dump *dump, struct tc_filter *f,
			struct diag *d) MUST_CHECK;

/* The next filter of any kind: 1: @f is it; 2: it is of another kind than flower, or says what @f
 * cannot, and @f means nothing; 0: end; negative errno. */
int tc_dump_filter_next(struct tc *tc, struct nl_dump *dump, struct tc_filter *f,
			struct diag *d) MUST_CHECK;

/* Adds or deletes the ingress or clsact qdisc. 0; 1: one is there, or gone, already; negative
 * errno. */
int tc_add_del_qdisc(struct tc *tc, int ifindex, bool add, uint32_t block, enum tc_hook hook,
		     struct diag *d) MUST_CHECK;

/* Makes a chain of a device hook that stays without filters, until the qdisc goes. 0; 1: it is
 * there already; negative errno. */
int tc_add_chain(struct tc *tc, int ifindex, uint32_t block, enum tc_hook hook, uint32_t chain,
		 struct diag *d) MUST_CHECK;
/* Whether it is there: 0, 1, or negative errno. */
int tc_has_chain(struct tc *tc, int ifindex, uint32_t block, enum tc_hook hook, uint32_t chain,
		 struct diag *d) MUST_CHECK;

/* Deletes all filters of all chains of a device hook. */
int tc_flush(struct tc *tc, int ifindex, uint32_t block, enum tc_hook hook,
	     struct diag *d) MUST_CHECK;

#endif
