/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules as texts, in the order and the notation of `ovs-ofctl --no-stats dump-flows`. */
#include "vswitch/rule_text_internal.h"

#define VLAN_CFI 0x1000

/* Fields as a match names them, in the order of printing; what is not here has its own function. */
static const struct {
	const char *name;
	enum flow_field field;
} print_rows[] = {
	{ "dl_src", FLOW_ETH_SRC },	   { "dl_dst", FLOW_ETH_DST },
	{ "arp_spa", FLOW_ARP_SIP },	   { "arp_tpa", FLOW_ARP_TIP },
	{ "nw_src", FLOW_IPV4_SRC },	   { "nw_dst", FLOW_IPV4_DST },
	{ "ipv6_src", FLOW_IPV6_SRC },	   { "ipv6_dst", FLOW_IPV6_DST },
	{ "ipv6_label", FLOW_IPV6_LABEL }, { "nw_proto", FLOW_IPV4_PROTO },
	{ "nw_proto", FLOW_IPV6_PROTO },   { "arp_op", FLOW_ARP_OP },
	{ "arp_sha", FLOW_ARP_SHA },	   { "arp_tha", FLOW_ARP_THA },
	{ "nw_ttl", FLOW_IPV4_TTL },	   { "nw_ttl", FLOW_IPV6_HLIMIT },
	{ "icmp_type", FLOW_ICMP_TYPE },   { "icmp_code", FLOW_ICMP_CODE },
	{ "icmp_type", FLOW_ICMPV6_TYPE }, { "icmp_code", FLOW_ICMPV6_CODE },
	{ "tp_src", FLOW_TCP_SRC },	   { "tp_dst", FLOW_TCP_DST },
	{ "tp_src", FLOW_UDP_SRC },	   { "tp_dst", FLOW_UDP_DST },
	{ "tp_src", FLOW_SCTP_SRC },	   { "tp_dst", FLOW_SCTP_DST },
	{ "tcp_flags", FLOW_TCP_FLAGS },
};

int rule_prefix_len(const uint8_t *mask, size_t size)
{
	size_t n = 0;

	while (n < 8 * size && mask[n / 8] >> (7 - n % 8) & 1)
		n++;
	for (size_t i = n; i < 8 * size; i++)
		if (mask[i / 8] >> (7 - i % 8) & 1)
			return -1;
	return (int)n; /* at most 128 */
}

static void put_field(struct text *t, enum flow_field f, const struct flow_key *k,
		      const struct flow_key *mask, const struct flow_ports *ports)
{
	const struct flow_field_info *i = &flow_field_table[f];
	int prefix = -1;

	if (i->form == FLOW_FORM_IPV4 || i->form == FLOW_FORM_IPV6)
		prefix = rule_prefix_len((const uint8_t *)mask + i->offset, i->size);
	flow_field_format(t, f, k, prefix < 0 ? mask : NULL, ports);
	if (prefix >= 0 && prefix < i->bits)
		text_putf(t, "/%d", prefix);
}

/* The name that stands for type and protocol, or NULL. */
static const struct rule_shorthand *find_shorthand(const struct flow_match *m)
{
	const struct rule_shorthand *best = NULL;
	uint8_t v4 = m->mask.ipv4.ipv4_proto == 0xff ? m->key.ipv4.ipv4_proto : 0;
	uint8_t v6 = m->mask.ipv6.ipv6_proto == 0xff ? m->key.ipv6.ipv6_proto : 0;

	if (m->mask.eth_type != be16_from_host(0xffff))
		return NULL;
	for (size_t i = 0; i < RULE_N_SHORTHANDS; i++) {
		const struct rule_shorthand *s = &rule_shorthands[i];
		uint8_t proto = v4 ? v4 : v6; /* one of them, as there is one type */

		if (be16_from_host(s->eth_type) == m->key.eth_type &&
		    (!s->proto || s->proto == proto))
			best = best && best->proto ? best : s;
	}
	return best;
}

static void put_tci(struct text *t, const struct flow_match *m)
{
	uint16_t tci = host_from_be16(m->key.vlan[0].tci);
	uint16_t mask = host_from_be16(m->mask.vlan[0].tci);

	if (!mask)
		return;
	if (mask == 0xffff && !tci)
		text_put(t, "dl_vlan=0xffff,");
	else if ((mask == 0x1fff || mask == 0xf000 || mask == 0xffff) && tci & VLAN_CFI) {
		if (mask & 0xfff)
			text_putf(t, "dl_vlan=%u,", tci & 0xfff);
		if (mask & 0xe000)
			text_putf(t, "dl_vlan_pcp=%u,", tci >> 13);
	} else if (mask == 0xffff)
		text_putf(t, "vlan_tci=0x%04x,", tci);
	else
		text_putf(t, "vlan_tci=0x%04x/0x%04x,", tci, mask);
}

static void put_tos(struct text *t, uint8_t tos, uint8_t mask)
{
	if (mask & 0xfc)
		text_putf(t, "nw_tos=%u,", tos & 0xfc);
	if (mask & 0x03)
		text_putf(t, "nw_ecn=%u,", tos & 0x03);
}

static void put_frag(struct text *t, uint8_t value, uint8_t mask)
{
	for (size_t i = 0; mask && i < RULE_N_FRAGS; i++)
		if (rule_frags[i].value == value && rule_frags[i].mask == mask)
			text_putf(t, "nw_frag=%s,", rule_frags[i].name);
}

static bool is_implied(const struct rule_shorthand *s, enum flow_field f)
{
	return s && s->proto && (f == FLOW_IPV4_PROTO || f == FLOW_IPV6_PROTO);
}

void rule_match_format(struct text *t, const struct flow_match *m, const struct flow_ports *ports)
{
	const struct rule_shorthand *s = find_shorthand(m);
	size_t before = t->len;

	if (s)
		text_putf(t, "%s,", s->name);
	if (m->mask.in_port) {
		text_put(t, "in_port=");
		put_field(t, FLOW_IN_PORT, &m->key, &m->mask, ports);
		text_put_char(t, ',');
	}
	put_tci(t, m);
	if (m->mask.eth_type && !s)
		text_putf(t, "dl_type=0x%04x,", host_from_be16(m->key.eth_type));
	for (size_t i = 0; i < ARRAY_SIZE(print_rows); i++) {
		enum flow_field f = print_rows[i].field;

		if (!flow_field_is_set(&m->mask, f) || is_implied(s, f))
			continue;
		text_putf(t, "%s=", print_rows[i].name);
		put_field(t, f, &m->key, &m->mask, ports);
		text_put_char(t, ',');
	}
	put_tos(t, m->key.ipv4.ipv4_tos, m->mask.ipv4.ipv4_tos);
	put_tos(t, m->key.ipv6.ipv6_tclass, m->mask.ipv6.ipv6_tclass);
	put_frag(t, m->key.ipv4.ipv4_frag, m->mask.ipv4.ipv4_frag);
	put_frag(t, m->key.ipv6.ipv6_frag, m->mask.ipv6.ipv6_frag);
	if (t->len > before)
		text_cut(t, t->len - 1);
}

static void put_port(struct text *t, uint32_t port, const struct flow_ports *ports)
{
	struct flow_key k = { .in_port = port };

	flow_field_format(t, FLOW_IN_PORT, &k, NULL, ports);
}

static void put_resubmit(struct text *t, const struct rule_action *a,
			 const struct flow_ports *ports)
{
	bool same = a->resubmit.table == RULE_TABLE_SAME;

	text_put(t, same ? "resubmit:" : "resubmit(");
	if (a->resubmit.port != RULE_PORT_SAME)
		put_port(t, a->resubmit.port, ports);
	else if (same)
		text_put(t, "in_port");
	if (!same)
		text_putf(t, ",%u)", a->resubmit.table);
}

static void put_set(struct text *t, const struct rule_action *a)
{
	const struct rule_set_info *info = &rule_set_table[a->set.target];
	const struct flow_field_info *f = &flow_field_table[info->fields[0]];
	struct flow_match m = { .headers = 0 };

	if (info->bits) {
		text_putf(t, "%s:%u", info->mod, a->set.value[0]);
		return;
	}
	memcpy((uint8_t *)&m.key + f->offset, a->set.value, f->size);
	memcpy((uint8_t *)&m.mask + f->offset, a->set.mask, f->size);
	if (info->mod && flow_field_is_full(&m.mask, info->fields[0])) {
		text_putf(t, "%s:", info->mod);
		put_field(t, info->fields[0], &m.key, &m.mask, NULL);
		return;
	}
	text_put(t, "set_field:");
	put_field(t, info->fields[0], &m.key, &m.mask, NULL);
	text_putf(t, "->%s", info->name);
}

void rule_action_format(struct text *t, const struct rule_action *a, const struct flow_ports *ports)
{
	switch (a->type) {
	case RULE_ACT_OUTPUT:
		text_put(t, "output:");
		put_port(t, a->port, ports);
		break;
	case RULE_ACT_IN_PORT:
		text_put(t, "IN_PORT");
		break;
	case RULE_ACT_NORMAL:
		text_put(t, "NORMAL");
		break;
	case RULE_ACT_FLOOD:
		text_put(t, "FLOOD");
		break;
	case RULE_ACT_ALL:
		text_put(t, "ALL");
		break;
	case RULE_ACT_SET:
		put_set(t, a);
		break;
	case RULE_ACT_MOD_VLAN_VID:
		text_putf(t, "mod_vlan_vid:%u", a->vid);
		break;
	case RULE_ACT_MOD_VLAN_PCP:
		text_putf(t, "mod_vlan_pcp:%u", a->pcp);
		break;
	case RULE_ACT_SET_VLAN_VID:
		text_putf(t, "set_field:%u->vlan_vid", a->vid | VLAN_CFI);
		break;
	case RULE_ACT_SET_VLAN_PCP:
		text_putf(t, "set_field:%u->vlan_pcp", a->pcp);
		break;
	case RULE_ACT_PUSH_VLAN:
		text_putf(t, "push_vlan:0x%04x", host_from_be16(a->tpid));
		break;
	case RULE_ACT_POP_VLAN:
		text_put(t, "pop_vlan");
		break;
	case RULE_ACT_DEC_TTL:
		text_put(t, "dec_ttl");
		break;
	case RULE_ACT_RESUBMIT:
		put_resubmit(t, a, ports);
		break;
	case RULE_ACT_GOTO_TABLE:
		text_putf(t, "goto_table:%u", a->table);
		break;
	case RULE_N_ACTION_TYPES:
		break;
	}
}

void rule_actions_format(struct text *t, const struct rule *r, const struct flow_ports *ports)
{
	if (!r->n_actions)
		text_put(t, "drop");
	for (size_t i = 0; i < r->n_actions; i++) {
		if (i)
			text_put_char(t, ',');
		rule_action_format(t, &r->actions[i], ports);
	}
}

void rule_format(struct text *t, const struct rule *r, const struct flow_ports *ports)
{
	if (r->name.cookie)
		text_putf(t, "cookie=0x%llx, ", (unsigned long long)r->name.cookie);
	if (r->name.table)
		text_putf(t, "table=%u, ", r->name.table);
	rule_format_nameless(t, r, ports);
}

void rule_format_nameless(struct text *t, const struct rule *r, const struct flow_ports *ports)
{
	size_t before = t->len;

	if (r->name.priority != RULE_PRIORITY_DEFAULT)
		text_putf(t, "priority=%u,", r->name.priority);
	rule_match_format(t, &r->match, ports);
	if (t->len > before && t->s[t->len - 1] == ',')
		text_cut(t, t->len - 1);
	if (t->len > before && t->s[t->len - 1] != ' ')
		text_put_char(t, ' ');
	text_put(t, "actions=");
	rule_actions_format(t, r, ports);
}
