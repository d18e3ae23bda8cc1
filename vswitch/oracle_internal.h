/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the tests: the plain interpreter of rules, slow and simple, that translations are judged by.
 * It reads no mask, keeps no state between packets, and moves a key as if it was the packet.
 */
#ifndef VSWITCH_ORACLE_INTERNAL_H
#define VSWITCH_ORACLE_INTERNAL_H

#include "vswitch/xlate.h"

#define ORACLE_SENT_MAX 20000
#define ORACLE_PORTS	32 /* tests number their ports below */

/* Packets that left, as their keys then. */
struct oracle_sent {
	struct {
		uint32_t port;
		struct flow_key key;
	} packets[ORACLE_SENT_MAX];
	size_t n;
};

struct oracle {
	const struct bridge *bridge;
	struct rule *const *rules; /* of all tables, in no order */
	size_t n_rules;
	uint64_t now_ns;
	struct flow_key key;
	struct oracle_sent *sent;
	unsigned int depth, n_tables;
	bool failed; /* a limit, or a second tag */
};

/* What the rules make of @key. False: it must be dropped because a limit was hit. */
bool oracle_run(const struct bridge *b, struct rule *const *rules, size_t n_rules,
		const struct flow_key *key, uint64_t now_ns, struct oracle_sent *sent);

/* What datapath actions make of it. */
void oracle_apply(const struct flow_actions *l, const struct flow_key *key,
		  struct oracle_sent *sent);

#endif
