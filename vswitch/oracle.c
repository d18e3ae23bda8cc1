/* SPDX-License-Identifier: BSD-2-Clause */
/* The interpreter that tests compare with. Only tests link it. */
#include "vswitch/oracle_internal.h"

#define CFI 0x1000

static void run_table(struct oracle *o, unsigned int table);

static uint16_t tci(const struct oracle *o)
{
	return host_from_be16(o->key.vlan[0].tci);
}

static void set_tci(struct oracle *o, unsigned int v)
{
	if (!o->key.vlan[0].tpid)
		o->key.vlan[0].tpid = be16_from_host(0x8100);
	o->key.vlan[0].tci = be16_from_host((uint16_t)(v | CFI));
}

static void untag(struct oracle *o)
{
	o->key.vlan[0] = (struct flow_vlan){ 0, 0 };
}

static void send(struct oracle *o, uint32_t port)
{
	if (o->sent->n == ORACLE_SENT_MAX) {
		o->failed = true;
		return;
	}
	o->sent->packets[o->sent->n].port = port;
	o->sent->packets[o->sent->n].key = o->key;
	o->sent->packets[o->sent->n++].key.in_port = 0;
}

static bool is_v4(const struct oracle *o)
{
	return o->key.eth_type == be16_from_host(0x0800);
}

static bool is_v6(const struct oracle *o)
{
	return o->key.eth_type == be16_from_host(0x86dd);
}

static unsigned int proto(const struct oracle *o)
{
	if (is_v4(o) && o->key.ipv4.ipv4_frag != OVS_FRAG_TYPE_LATER)
		return o->key.ipv4.ipv4_proto;
	if (is_v6(o) && o->key.ipv6.ipv6_frag != OVS_FRAG_TYPE_LATER)
		return o->key.ipv6.ipv6_proto;
	return 0;
}

static void put(void *p, const struct rule_action *a, size_t size)
{
	uint8_t *b = p;

	for (size_t i = 0; i < size; i++)
		b[i] = (uint8_t)((b[i] & ~a->set.mask[i]) | (a->set.value[i] & a->set.mask[i]));
}

static void set_field(struct oracle *o, const struct rule_action *a)
{
	struct flow_key *k = &o->key;
	enum rule_set_target t = a->set.target;
	bool any = t == RULE_SET_TP_SRC || t == RULE_SET_TP_DST;
	bool src = t == RULE_SET_TP_SRC || t == RULE_SET_TCP_SRC || t == RULE_SET_UDP_SRC;

	if (t == RULE_SET_ETH_SRC)
		put(k->eth.eth_src, a, 6);
	else if (t == RULE_SET_ETH_DST)
		put(k->eth.eth_dst, a, 6);
	else if (t == RULE_SET_NW_SRC && is_v4(o))
		put(&k->ipv4.ipv4_src, a, 4);
	else if (t == RULE_SET_NW_DST && is_v4(o))
		put(&k->ipv4.ipv4_dst, a, 4);
	else if (t == RULE_SET_IPV6_SRC && is_v6(o))
		put(k->ipv6.ipv6_src, a, 16);
	else if (t == RULE_SET_IPV6_DST && is_v6(o))
		put(k->ipv6.ipv6_dst, a, 16);
	else if (t == RULE_SET_IPV6_LABEL && is_v6(o))
		put(&k->ipv6.ipv6_label, a, 4);
	else if ((t == RULE_SET_NW_TOS || t == RULE_SET_NW_ECN) && (is_v4(o) || is_v6(o)))
		put(is_v4(o) ? &k->ipv4.ipv4_tos : &k->ipv6.ipv6_tclass, a, 1);
	else if (t == RULE_SET_NW_TTL && (is_v4(o) || is_v6(o)))
		put(is_v4(o) ? &k->ipv4.ipv4_ttl : &k->ipv6.ipv6_hlimit, a, 1);
	else if (proto(o) == 6 && (any || t == RULE_SET_TCP_SRC || t == RULE_SET_TCP_DST))
		put(src ? &k->tcp.tcp_src : &k->tcp.tcp_dst, a, 2);
	else if (proto(o) == 17 && (any || t == RULE_SET_UDP_SRC || t == RULE_SET_UDP_DST))
		put(src ? &k->udp.udp_src : &k->udp.udp_dst, a, 2);
}

/* Whether a packet of @vlan may pass @p, from the words of the manual. */
static bool carries(const struct bridge_port *p, unsigned int vlan)
{
	bool trunk = !p->has_trunks || (p->trunks[vlan / 64] >> vlan % 64 & 1);

	if (p->vlan_mode == BRIDGE_VLAN_TRUNK)
		return trunk;
	if (p->vlan_mode == BRIDGE_VLAN_ACCESS)
		return vlan == p->tag;
	return trunk || vlan == p->tag;
}

static void send_in_vlan(struct oracle *o, const struct bridge_port *p, unsigned int vlan)
{
	struct flow_vlan before = o->key.vlan[0];
	bool untagged = vlan == 0 || p->vlan_mode == BRIDGE_VLAN_ACCESS ||
			(p->vlan_mode == BRIDGE_VLAN_NATIVE_UNTAGGED && vlan == p->tag);

	if (untagged)
		untag(o);
	else
		set_tci(o, (tci(o) & 0xe000) | vlan);
	send(o, p->number);
	o->key.vlan[0] = before;
}

static void normal(struct oracle *o)
{
	const struct bridge_port *in = bridge_find_port(o->bridge, o->key.in_port), *p;
	static const uint8_t reserved[5] = { 1, 0x80, 0xc2 };
	unsigned int vid = tci(o) & 0xfff, vlan;
	const struct mac_entry *e = NULL;
	struct mac_address dst;

	memcpy(dst.b, o->key.eth.eth_dst, 6);
	if (!in || (in->vlan_mode == BRIDGE_VLAN_ACCESS && vid) ||
	    (!memcmp(dst.b, reserved, 5) && dst.b[5] < 16))
		return;
	vlan = in->vlan_mode != BRIDGE_VLAN_TRUNK && !vid ? in->tag : vid;
	if (!carries(in, vlan))
		return;
	if (!(dst.b[0] & 1) && !memcmp(dst.b, o->key.eth.eth_src, 6))
		return;
	if (!(dst.b[0] & 1))
		e = mac_learning_find(&o->bridge->fdb, dst, (uint16_t)vlan, o->now_ns);
	for (uint32_t n = 0; n < ORACLE_PORTS; n++) {
		p = bridge_find_port(o->bridge, n);
		if (!p || p == in || (e ? p->number != e->port : !carries(p, vlan)))
			continue;
		send_in_vlan(o, p, vlan);
	}
}

/* False: the rule's actions end here. */
static bool dec_ttl(struct oracle *o)
{
	uint8_t *ttl = is_v4(o) ? &o->key.ipv4.ipv4_ttl : &o->key.ipv6.ipv6_hlimit;

	if (!is_v4(o) && !is_v6(o))
		return true;
	if (*ttl <= 1)
		return false;
	--*ttl;
	return true;
}

static void resubmit(struct oracle *o, const struct rule *r, const struct rule_action *a)
{
	uint32_t in_port = o->key.in_port;

	if (a->resubmit.port != RULE_PORT_SAME)
		o->key.in_port = a->resubmit.port;
	run_table(o, a->resubmit.table == RULE_TABLE_SAME ? r->name.table : a->resubmit.table);
	o->key.in_port = in_port;
}

/* 0: on; or the table to go to next; -1: the end of the actions. */
static int run_action(struct oracle *o, const struct rule *r, const struct rule_action *a)
{
	bool tagged = tci(o) & CFI;

	switch (a->type) {
	case RULE_ACT_OUTPUT:
		if (a->port != o->key.in_port && bridge_find_port(o->bridge, a->port))
			send(o, a->port);
		break;
	case RULE_ACT_IN_PORT:
		if (bridge_find_port(o->bridge, o->key.in_port))
			send(o, o->key.in_port);
		break;
	case RULE_ACT_NORMAL:
		normal(o);
		break;
	case RULE_ACT_FLOOD:
	case RULE_ACT_ALL:
		for (uint32_t n = 0; n < ORACLE_PORTS; n++)
			if (n != o->key.in_port && bridge_find_port(o->bridge, n))
				send(o, n);
		break;
	case RULE_ACT_SET:
		set_field(o, a);
		break;
	case RULE_ACT_MOD_VLAN_VID:
	case RULE_ACT_SET_VLAN_VID:
		if (tagged || a->type == RULE_ACT_MOD_VLAN_VID)
			set_tci(o, (tci(o) & 0xe000u) | a->vid);
		break;
	case RULE_ACT_MOD_VLAN_PCP:
	case RULE_ACT_SET_VLAN_PCP:
		if (tagged || a->type == RULE_ACT_MOD_VLAN_PCP)
			set_tci(o, (tci(o) & 0x0fffu) | (unsigned int)a->pcp << 13);
		break;
	case RULE_ACT_PUSH_VLAN:
		o->failed |= tagged;
		o->key.vlan[0].tpid = a->tpid;
		set_tci(o, 0);
		break;
	case RULE_ACT_POP_VLAN:
		untag(o);
		break;
	case RULE_ACT_DEC_TTL:
		return dec_ttl(o) ? 0 : -1;
	case RULE_ACT_RESUBMIT:
		resubmit(o, r, a);
		break;
	case RULE_ACT_GOTO_TABLE:
		return a->table; /* later than a table, so not 0 */
	case RULE_N_ACTION_TYPES:
		break;
	}
	return 0;
}

static const struct rule *best_rule(const struct oracle *o, unsigned int table)
{
	const struct rule *best = NULL;

	for (size_t i = 0; i < o->n_rules; i++)
		if (o->rules[i]->name.table == table && rule_matches(o->rules[i], &o->key) &&
		    (!best || o->rules[i]->name.priority > best->name.priority))
			best = o->rules[i];
	return best;
}

static void run_table(struct oracle *o, unsigned int table)
{
	int next = (int)table;

	do {
		const struct rule *r = best_rule(o, (unsigned int)next);

		if (o->depth > XLATE_DEPTH_MAX || o->n_tables++ > XLATE_RESUBMITS_MAX)
			o->failed = true;
		next = 0;
		o->depth++;
		for (size_t i = 0; r && i < r->n_actions && !next && !o->failed; i++)
			next = run_action(o, r, &r->actions[i]);
		o->depth--;
	} while (next > 0 && !o->failed);
}

bool oracle_run(const struct bridge *b, struct rule *const *rules, size_t n_rules,
		const struct flow_key *key, uint64_t now_ns, struct oracle_sent *sent)
{
	struct oracle o = { .bridge = b,
			    .rules = rules,
			    .n_rules = n_rules,
			    .now_ns = now_ns,
			    .key = *key,
			    .sent = sent };

	sent->n = 0;
	if (bridge_find_port(b, key->in_port))
		run_table(&o, 0);
	if (o.failed)
		sent->n = 0;
	return !o.failed;
}

static void apply_set(struct flow_key *k, const struct flow_action *a)
{
	const struct flow_header_info *h = &flow_header_table[a->set.header];
	uint8_t *p = (uint8_t *)k + h->offset;

	for (size_t n = 0; n < h->size; n++)
		p[n] = (uint8_t)((p[n] & ~((const uint8_t *)&a->set.mask)[n]) |
				 ((const uint8_t *)&a->set.key)[n]);
}

void oracle_apply(const struct flow_actions *l, const struct flow_key *key,
		  struct oracle_sent *sent)
{
	struct oracle o = { .key = *key, .sent = sent };

	sent->n = 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct flow_action *a = &l->a[i];

		switch (a->type) {
		case FLOW_ACT_OUTPUT:
			send(&o, a->port);
			break;
		case FLOW_ACT_PUSH_VLAN:
			o.failed |= o.key.vlan[0].tci != 0;
			o.key.vlan[0] = a->push_vlan;
			break;
		case FLOW_ACT_POP_VLAN:
			untag(&o);
			break;
		case FLOW_ACT_SET:
			apply_set(&o.key, a);
			break;
		case FLOW_ACT_USERSPACE: /* translation makes none of these */
		case FLOW_ACT_RECIRC:
		case FLOW_N_ACTION_TYPES:
			o.failed = true;
			break;
		}
	}
}
