/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules in ovs-ofctl's syntax: `table=1,priority=100,tcp,nw_dst=10.0.0.0/8,tp_dst=80
 * actions=mod_dl_dst:02:00:00:00:00:02,output:2`. The order in which the fields of a match are
 * given does not matter.
 *
 * What ovs-ofctl takes back in silence (a field whose header the match does not name) is refused,
 * as is what OVS has and this vocabulary has not, by name. Counters that dump-flows prints
 * (n_packets=...) are skipped, as ovs-ofctl skips them.
 */
#ifndef VSWITCH_RULE_TEXT_H
#define VSWITCH_RULE_TEXT_H

#include "base/diag.h"
#include "base/text.h"
#include "flow/text.h"
#include "vswitch/rule.h"

/* Which rules a command is about. */
struct rule_query {
	struct flow_match match;
	bool has_table, has_priority;
	uint8_t table;
	uint16_t priority;
	uint64_t cookie, cookie_mask;
};

/*
 * Reads a rule with its actions, of all @len characters, into a new one; @ports and @d may be NULL.
 * 0; -EINVAL: malformed, -EOPNOTSUPP: known to OVS, not here, with words, range and field; -ENOMEM.
 */
int rule_parse(struct rule **out, const char *s, size_t len, const struct flow_ports *ports,
	       struct diag *d) MUST_CHECK;

/* Reads what del-flows and dump-flows take: a match without actions, `cookie=VALUE/MASK`. */
int rule_query_parse(struct rule_query *q, const char *s, size_t len,
		     const struct flow_ports *ports, struct diag *d) MUST_CHECK;

/* As `ovs-ofctl --no-stats dump-flows` prints it; reads back equal. */
void rule_format(struct text *t, const struct rule *r, const struct flow_ports *ports);
/* The same without cookie and table. */
void rule_format_nameless(struct text *t, const struct rule *r, const struct flow_ports *ports);
void rule_match_format(struct text *t, const struct flow_match *m, const struct flow_ports *ports);
void rule_actions_format(struct text *t, const struct rule *r, const struct flow_ports *ports);
void rule_action_format(struct text *t, const struct rule_action *a,
			const struct flow_ports *ports);

#endif
