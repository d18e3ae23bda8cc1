/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules. */
#include "vswitch/rule.h"

#include "base/alloc.h"
#include "base/text.h"

/* clang-format off */
const struct rule_set_info rule_set_table[RULE_N_SET_TARGETS] = {
	[RULE_SET_ETH_SRC] = { "mod_dl_src", "eth_src", "dl_src", 1, { FLOW_ETH_SRC }, 0, 0 },
	[RULE_SET_ETH_DST] = { "mod_dl_dst", "eth_dst", "dl_dst", 1, { FLOW_ETH_DST }, 0, 0 },
	[RULE_SET_NW_SRC] = { "mod_nw_src", "ip_src", "nw_src", 1, { FLOW_IPV4_SRC }, 0, 0 },
	[RULE_SET_NW_DST] = { "mod_nw_dst", "ip_dst", "nw_dst", 1, { FLOW_IPV4_DST }, 0, 0 },
	[RULE_SET_IPV6_SRC] = { NULL, "ipv6_src", NULL, 1, { FLOW_IPV6_SRC }, 0, 0 },
	[RULE_SET_IPV6_DST] = { NULL, "ipv6_dst", NULL, 1, { FLOW_IPV6_DST }, 0, 0 },
	[RULE_SET_IPV6_LABEL] = { NULL, "ipv6_label", NULL, 1, { FLOW_IPV6_LABEL }, 0, 0 },
	[RULE_SET_NW_TOS] = { "mod_nw_tos", "ip_dscp", "nw_tos", 2, { FLOW_IPV4_TOS, FLOW_IPV6_TCLASS }, 0xfc, 2 },
	[RULE_SET_NW_ECN] = { "mod_nw_ecn", "nw_ecn", "ip_ecn", 2, { FLOW_IPV4_TOS, FLOW_IPV6_TCLASS }, 0x03, 0 },
	[RULE_SET_NW_TTL] = { "mod_nw_ttl", "nw_ttl", NULL, 2, { FLOW_IPV4_TTL, FLOW_IPV6_HLIMIT }, 0, 0 },
	[RULE_SET_TP_SRC] = { "mod_tp_src", "tp_src", NULL, 2, { FLOW_TCP_SRC, FLOW_UDP_SRC }, 0, 0 },
	[RULE_SET_TP_DST] = { "mod_tp_dst", "tp_dst", NULL, 2, { FLOW_TCP_DST, FLOW_UDP_DST }, 0, 0 },
	[RULE_SET_TCP_SRC] = { NULL, "tcp_src", NULL, 1, { FLOW_TCP_SRC }, 0, 0 },
	[RULE_SET_TCP_DST] = { NULL, "tcp_dst", NULL, 1, { FLOW_TCP_DST }, 0, 0 },
	[RULE_SET_UDP_SRC] = { NULL, "udp_src", NULL, 1, { FLOW_UDP_SRC }, 0, 0 },
	[RULE_SET_UDP_DST] = { NULL, "udp_dst", NULL, 1, { FLOW_UDP_DST }, 0, 0 },
};
/* clang-format on */

struct rule *rule_new(void)
{
	struct rule *r = mem_new(sizeof *r);

	if (r)
		r->name.priority = RULE_PRIORITY_DEFAULT;
	return r;
}

struct rule *rule_ref(struct rule *r)
{
	r->n_refs++;
	return r;
}

void rule_free(struct rule *r)
{
	if (!r || r->n_refs--)
		return;
	mem_free(r->actions);
	mem_free(r);
}

struct rule_action *rule_add_action(struct rule *r)
{
	struct rule_action *a;

	if (r->n_actions >= RULE_ACTIONS_MAX)
		return NULL;
	if (r->n_actions == r->cap_actions) {
		a = mem_grow(r->actions, &r->cap_actions, r->n_actions + 1, sizeof *a);
		if (!a)
			return NULL;
		r->actions = a;
	}
	a = &r->actions[r->n_actions++];
	memset(a, 0, sizeof *a);
	return a;
}

bool rule_matches(const struct rule *r, const struct flow_key *k)
{
	const uint8_t *key = (const uint8_t *)&r->match.key, *p = (const uint8_t *)k;
	const uint8_t *mask = (const uint8_t *)&r->match.mask;

	for (size_t i = 0; i < sizeof *k; i += 8)
		if ((get_u64(p + i) ^ get_u64(key + i)) & get_u64(mask + i))
			return false;
	return true;
}

bool rule_is_inside(const struct rule *r, const struct flow_match *m)
{
	const uint8_t *key = (const uint8_t *)&m->key, *mask = (const uint8_t *)&m->mask;
	const uint8_t *p = (const uint8_t *)&r->match.mask;

	for (size_t i = 0; i < sizeof m->mask; i += 8)
		if (get_u64(mask + i) & ~get_u64(p + i))
			return false;
	p = (const uint8_t *)&r->match.key;
	for (size_t i = 0; i < sizeof m->key; i += 8)
		if ((get_u64(p + i) ^ get_u64(key + i)) & get_u64(mask + i))
			return false;
	return true;
}

static bool action_is_equal(const struct rule_action *a, const struct rule_action *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case RULE_ACT_OUTPUT:
		return a->port == b->port;
	case RULE_ACT_SET:
		return a->set.target == b->set.target &&
		       !memcmp(a->set.value, b->set.value, sizeof a->set.value) &&
		       !memcmp(a->set.mask, b->set.mask, sizeof a->set.mask);
	case RULE_ACT_MOD_VLAN_VID:
	case RULE_ACT_SET_VLAN_VID:
		return a->vid == b->vid;
	case RULE_ACT_MOD_VLAN_PCP:
	case RULE_ACT_SET_VLAN_PCP:
		return a->pcp == b->pcp;
	case RULE_ACT_PUSH_VLAN:
		return a->tpid == b->tpid;
	case RULE_ACT_RESUBMIT:
		return a->resubmit.port == b->resubmit.port &&
		       a->resubmit.table == b->resubmit.table;
	case RULE_ACT_GOTO_TABLE:
		return a->table == b->table;
	case RULE_ACT_IN_PORT:
	case RULE_ACT_NORMAL:
	case RULE_ACT_FLOOD:
	case RULE_ACT_ALL:
	case RULE_ACT_POP_VLAN:
	case RULE_ACT_DEC_TTL:
		return true;
	case RULE_N_ACTION_TYPES:
		break;
	}
	return false;
}

bool rule_is_equal(const struct rule *a, const struct rule *b)
{
	if (a->name.cookie != b->name.cookie || a->name.priority != b->name.priority ||
	    a->name.table != b->name.table || a->n_actions != b->n_actions ||
	    memcmp(&a->match.key, &b->match.key, sizeof a->match.key) ||
	    memcmp(&a->match.mask, &b->match.mask, sizeof a->match.mask))
		return false;
	for (size_t i = 0; i < a->n_actions; i++)
		if (!action_is_equal(&a->actions[i], &b->actions[i]))
			return false;
	return true;
}

void rule_name_format(struct text *t, const struct rule_name *n)
{
	text_putf(t, "table %u priority %u cookie ", n->table, n->priority);
	text_put_hex(t, n->cookie);
}
