/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The match of a rule text. The meaning of some names depends on the protocol (tp_dst) and the
 * protocol may come after them, so the text is first cut into items, and then each round of
 * reading takes those whose turn it is: types, then protocols, then all others.
 */
#include "vswitch/rule_text.h"

#include "vswitch/rule_text_internal.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdio.h>
#include <strings.h>

#define ITEMS_MAX 64
#define VLAN_CFI  0x1000
#define ROUNDS	  3

struct item {
	struct piece all, name, value;
	bool has_value;
	bool done;
};

struct reader {
	struct rule_text rt;
	struct rule *rule;
	struct rule_query *query; /* or NULL: a rule is read */
	struct flow_match *m;
	struct piece actions;
	bool has_actions;
	struct item items[ITEMS_MAX];
	size_t n;
};

bool piece_is_nocase(struct piece s, const char *name)
{
	return name && strlen(name) == s.len && !strncasecmp(s.p, name, s.len);
}

const struct rule_frag rule_frags[RULE_N_FRAGS] = {
	{ "no", OVS_FRAG_TYPE_NONE, 0xff },
	{ "first", OVS_FRAG_TYPE_FIRST, 0xff },
	{ "later", OVS_FRAG_TYPE_LATER, 0xff },
	{ "not_later", 0, OVS_FRAG_TYPE_LATER },
};

int rule_text_number(struct rule_text *rt, struct piece s, uint64_t max, uint64_t *v)
{
	bool hex = s.len > 2 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x';
	unsigned int base = hex ? 16 : 10;
	uint64_t x = 0;

	if (!s.len)
		return RULE_REFUSE(rt, s, -EINVAL, "a number is missing");
	for (size_t i = hex ? 2 : 0; i < s.len; i++) {
		const char c = s.p[i];
		unsigned int digit = c >= '0' && c <= '9' ? (unsigned int)(c - '0')
				     : (c | 0x20) >= 'a' && (c | 0x20) <= 'f'
					     ? (c | 0x20) - 'a' + 10u
					     : 16;

		if (digit >= base)
			return RULE_REFUSE(rt, s, -EINVAL, "%.*s is not a number", RULE_PIECE(s));
		if (__builtin_mul_overflow(x, base, &x) || __builtin_add_overflow(x, digit, &x) ||
		    x > max)
			return RULE_REFUSE(rt, s, -EINVAL, "%.*s is more than %llu", RULE_PIECE(s),
					   (unsigned long long)max);
	}
	*v = x;
	return 0;
}

/* `VALUE/MASK`: the two numbers; without a mask it is @max. */
static int read_masked(struct rule_text *rt, struct piece s, uint64_t max, uint64_t *v,
		       uint64_t *mask)
{
	const char *slash = s.len ? memchr(s.p, '/', s.len) : NULL;
	struct piece value = { s.p, slash ? (size_t)(slash - s.p) : s.len };
	int err = rule_text_number(rt, value, max, v);

	*mask = max;
	if (!err && slash)
		err = rule_text_number(rt, (struct piece){ slash + 1, s.len - value.len - 1 }, max,
				       mask);
	return err;
}

static int read_flow_field(struct rule_text *rt, enum flow_field f, struct piece s,
			   struct flow_match *m)
{
	int err = flow_field_parse(m, f, s.p, s.len, rt->ports, rt->d);

	if (err)
		diag_shift(rt->d, (size_t)(s.p - rt->begin));
	return err;
}

int rule_text_field(struct rule_text *rt, enum flow_field f, struct piece s, struct flow_match *m)
{
	const struct flow_field_info *info = &flow_field_table[f];
	bool is_ip = info->form == FLOW_FORM_IPV4 || info->form == FLOW_FORM_IPV6;
	const char *slash = s.len ? memchr(s.p, '/', s.len) : NULL;
	uint8_t *mask = (uint8_t *)&m->mask + info->offset;
	struct piece prefix;
	uint64_t len = 0;
	int err;

	if (!is_ip || !slash)
		return read_flow_field(rt, f, s, m);
	prefix = (struct piece){ slash + 1, s.len - (size_t)(slash + 1 - s.p) };
	if (memchr(prefix.p, info->form == FLOW_FORM_IPV4 ? '.' : ':', prefix.len))
		return read_flow_field(rt, f, s, m);
	err = read_flow_field(rt, f, (struct piece){ s.p, (size_t)(slash - s.p) }, m);
	if (!err)
		err = rule_text_number(rt, prefix, info->bits, &len);
	for (size_t i = 0; !err && i < info->size; i++) {
		unsigned int bits = len > 8 * i ? (unsigned int)(len - 8 * i) : 0;

		mask[i] = (uint8_t)(bits >= 8 ? 0xff : 0xff00 >> bits);
	}
	return err;
}

/* How a name of a match is read: what it can mean, the first whose header the match calls for. */
struct name_row {
	const char *name, *alias;
	unsigned int round;
	int (*read)(struct reader *r, const struct name_row *row, struct item *it,
		    enum flow_field f);
	uint8_t n_fields;
	bool is_exact; /* no mask */
	uint8_t bits;  /* of a byte of which it is a part */
	uint8_t shift;
	const char *needs; /* what the match must say before */
	enum flow_field fields[5];
};

static int read_field(struct reader *r, const struct name_row *row, struct item *it,
		      enum flow_field f)
{
	if (row->is_exact && memchr(it->value.p, '/', it->value.len))
		return RULE_REFUSE(&r->rt, it->value, -EINVAL,
				   "it can only be matched as a whole, without a mask");
	return rule_text_field(&r->rt, f, it->value, r->m);
}

/* dl_vlan=0xffff: no tag. */
static int read_vlan_vid(struct reader *r, const struct name_row *row, struct item *it,
			 enum flow_field f)
{
	struct flow_vlan *key = &r->m->key.vlan[0], *mask = &r->m->mask.vlan[0];
	uint64_t v;
	int err = rule_text_number(&r->rt, it->value, 0xffff, &v);

	if (!err && v > 0xfff && v != 0xffff)
		err = RULE_REFUSE(&r->rt, it->value, -EINVAL, "%.*s is more than 4095",
				  RULE_PIECE(it->value));
	if (err)
		return err;
	if (v == 0xffff) {
		mask->tci = be16_from_host(0xffff);
		return 0;
	}
	key->tci |= be16_from_host((uint16_t)(VLAN_CFI | v));
	mask->tci |= be16_from_host(VLAN_CFI | 0xfff);
	return 0;
}

static int read_vlan_pcp(struct reader *r, const struct name_row *row, struct item *it,
			 enum flow_field f)
{
	uint64_t v;
	int err = rule_text_number(&r->rt, it->value, 7, &v);

	if (err)
		return err;
	r->m->key.vlan[0].tci |= be16_from_host((uint16_t)(VLAN_CFI | v << 13));
	r->m->mask.vlan[0].tci |= be16_from_host(VLAN_CFI | 0xe000);
	return 0;
}

static int read_vlan_tci(struct reader *r, const struct name_row *row, struct item *it,
			 enum flow_field f)
{
	uint64_t v, mask;
	int err = read_masked(&r->rt, it->value, 0xffff, &v, &mask);

	if (err)
		return err;
	r->m->key.vlan[0].tci = be16_from_host((uint16_t)v);
	r->m->mask.vlan[0].tci = be16_from_host((uint16_t)mask);
	return 0;
}

/* A part of the TOS byte. */
static int read_tos(struct reader *r, const struct name_row *row, struct item *it,
		    enum flow_field f)
{
	uint8_t *key = (uint8_t *)&r->m->key + flow_field_table[f].offset;
	uint8_t *mask = (uint8_t *)&r->m->mask + flow_field_table[f].offset;
	uint64_t v;
	int err = rule_text_number(&r->rt, it->value, (uint64_t)row->bits >> row->shift, &v);

	if (err)
		return err;
	v <<= row->shift;
	if (v & (uint8_t)~row->bits)
		return RULE_REFUSE(&r->rt, it->value, -EINVAL,
				   "%.*s has bits outside the DSCP: it must be a multiple of 4",
				   RULE_PIECE(it->value));
	*key |= (uint8_t)v;
	*mask |= row->bits;
	return 0;
}

static int read_frag(struct reader *r, const struct name_row *row, struct item *it,
		     enum flow_field f)
{
	uint8_t *key = (uint8_t *)&r->m->key + flow_field_table[f].offset;
	uint8_t *mask = (uint8_t *)&r->m->mask + flow_field_table[f].offset;

	for (size_t i = 0; i < RULE_N_FRAGS; i++) {
		if (!piece_is(it->value, rule_frags[i].name))
			continue;
		*key = rule_frags[i].value;
		*mask = rule_frags[i].mask;
		return 0;
	}
	if (piece_is(it->value, "yes"))
		return RULE_REFUSE(&r->rt, it->value, -EOPNOTSUPP,
				   "yes is not supported: write two rules, for first and later");
	return RULE_REFUSE(&r->rt, it->value, -EINVAL, "%.*s is not no, first, later or not_later",
			   RULE_PIECE(it->value));
}

/* clang-format off */
#define TCPUDP "tcp, udp or sctp"
static const struct name_row names[] = {
	{ "dl_type", "eth_type", 0, read_field, 1, true, 0, 0, "", { FLOW_ETH_TYPE } },
	{ "nw_proto", "ip_proto", 1, read_field, 3, true, 0, 0, "ip, ipv6 or arp",
	  { FLOW_IPV4_PROTO, FLOW_IPV6_PROTO, FLOW_ARP_OP } },
	{ "in_port", NULL, 2, read_field, 1, true, 0, 0, "", { FLOW_IN_PORT } },
	{ "dl_src", "eth_src", 2, read_field, 1, false, 0, 0, "", { FLOW_ETH_SRC } },
	{ "dl_dst", "eth_dst", 2, read_field, 1, false, 0, 0, "", { FLOW_ETH_DST } },
	{ "dl_vlan", NULL, 2, read_vlan_vid, 1, true, 0, 0, "", { FLOW_ETH_SRC } },
	{ "dl_vlan_pcp", NULL, 2, read_vlan_pcp, 1, true, 0, 0, "", { FLOW_ETH_SRC } },
	{ "vlan_tci", NULL, 2, read_vlan_tci, 1, false, 0, 0, "", { FLOW_ETH_SRC } },
	{ "nw_src", "ip_src", 2, read_field, 2, false, 0, 0, "ip or arp", { FLOW_IPV4_SRC, FLOW_ARP_SIP } },
	{ "nw_dst", "ip_dst", 2, read_field, 2, false, 0, 0, "ip or arp", { FLOW_IPV4_DST, FLOW_ARP_TIP } },
	{ "ipv6_src", NULL, 2, read_field, 1, false, 0, 0, "ipv6", { FLOW_IPV6_SRC } },
	{ "ipv6_dst", NULL, 2, read_field, 1, false, 0, 0, "ipv6", { FLOW_IPV6_DST } },
	{ "ipv6_label", NULL, 2, read_field, 1, false, 0, 0, "ipv6", { FLOW_IPV6_LABEL } },
	{ "nw_tos", NULL, 2, read_tos, 2, true, 0xfc, 0, "ip or ipv6", { FLOW_IPV4_TOS, FLOW_IPV6_TCLASS } },
	{ "ip_dscp", NULL, 2, read_tos, 2, true, 0xfc, 2, "ip or ipv6", { FLOW_IPV4_TOS, FLOW_IPV6_TCLASS } },
	{ "nw_ecn", "ip_ecn", 2, read_tos, 2, true, 0x03, 0, "ip or ipv6", { FLOW_IPV4_TOS, FLOW_IPV6_TCLASS } },
	{ "nw_ttl", NULL, 2, read_field, 2, true, 0, 0, "ip or ipv6", { FLOW_IPV4_TTL, FLOW_IPV6_HLIMIT } },
	{ "nw_frag", "ip_frag", 2, read_frag, 2, true, 0, 0, "ip or ipv6", { FLOW_IPV4_FRAG, FLOW_IPV6_FRAG } },
	{ "tp_src", NULL, 2, read_field, 5, false, 0, 0, TCPUDP,
	  { FLOW_TCP_SRC, FLOW_UDP_SRC, FLOW_SCTP_SRC, FLOW_ICMP_TYPE, FLOW_ICMPV6_TYPE } },
	{ "tp_dst", NULL, 2, read_field, 5, false, 0, 0, TCPUDP,
	  { FLOW_TCP_DST, FLOW_UDP_DST, FLOW_SCTP_DST, FLOW_ICMP_CODE, FLOW_ICMPV6_CODE } },
	{ "tcp_src", NULL, 2, read_field, 1, false, 0, 0, "tcp or tcp6", { FLOW_TCP_SRC } },
	{ "tcp_dst", NULL, 2, read_field, 1, false, 0, 0, "tcp or tcp6", { FLOW_TCP_DST } },
	{ "udp_src", NULL, 2, read_field, 1, false, 0, 0, "udp or udp6", { FLOW_UDP_SRC } },
	{ "udp_dst", NULL, 2, read_field, 1, false, 0, 0, "udp or udp6", { FLOW_UDP_DST } },
	{ "sctp_src", NULL, 2, read_field, 1, false, 0, 0, "sctp or sctp6", { FLOW_SCTP_SRC } },
	{ "sctp_dst", NULL, 2, read_field, 1, false, 0, 0, "sctp or sctp6", { FLOW_SCTP_DST } },
	{ "tcp_flags", NULL, 2, read_field, 1, false, 0, 0, "tcp or tcp6", { FLOW_TCP_FLAGS } },
	{ "icmp_type", "icmpv6_type", 2, read_field, 2, true, 0, 0, "icmp or icmp6", { FLOW_ICMP_TYPE, FLOW_ICMPV6_TYPE } },
	{ "icmp_code", "icmpv6_code", 2, read_field, 2, true, 0, 0, "icmp or icmp6", { FLOW_ICMP_CODE, FLOW_ICMPV6_CODE } },
	{ "arp_op", NULL, 2, read_field, 1, true, 0, 0, "arp", { FLOW_ARP_OP } },
	{ "arp_spa", NULL, 2, read_field, 1, false, 0, 0, "arp", { FLOW_ARP_SIP } },
	{ "arp_tpa", NULL, 2, read_field, 1, false, 0, 0, "arp", { FLOW_ARP_TIP } },
	{ "arp_sha", NULL, 2, read_field, 1, false, 0, 0, "arp", { FLOW_ARP_SHA } },
	{ "arp_tha", NULL, 2, read_field, 1, false, 0, 0, "arp", { FLOW_ARP_THA } },
};

const struct rule_shorthand rule_shorthands[RULE_N_SHORTHANDS] = {
	{ "ip", ETH_P_IP, 0 }, { "arp", ETH_P_ARP, 0 }, { "rarp", ETH_P_RARP, 0 }, { "ipv6", ETH_P_IPV6, 0 },
	{ "tcp", ETH_P_IP, IPPROTO_TCP }, { "udp", ETH_P_IP, IPPROTO_UDP },
	{ "icmp", ETH_P_IP, IPPROTO_ICMP }, { "sctp", ETH_P_IP, IPPROTO_SCTP },
	{ "tcp6", ETH_P_IPV6, IPPROTO_TCP }, { "udp6", ETH_P_IPV6, IPPROTO_UDP },
	{ "icmp6", ETH_P_IPV6, IPPROTO_ICMPV6 }, { "sctp6", ETH_P_IPV6, IPPROTO_SCTP },
};

/* Of OVS, not of this vocabulary: a row goes when the field comes. '*' stands for any end. */
static const char *const absent[] = {
	"tun_*", "tunv6_*", "reg*", "xreg*", "xxreg*", "metadata", "ct_*", "pkt_mark", "mpls*", "nd_*", "conj_id",
	"dp_hash", "recirc_id", "skb_priority", "actset_output", "packet_type", "nsh_*", "vlan_vid", "vlan_pcp",
	"dl_vlan1", "dl_vlan_pcp1", "vlan_tci1", "icmpv6_*", "out_port", "out_group", "check_overlap", "reset_counts",
	"send_flow_rem", "no_packet_counts", "no_byte_counts", "importance", "allow_hidden_fields",
};

/* What dump-flows prints of a rule's life. */
static const char *const skipped[] = { "n_packets", "n_bytes", "duration", "idle_age", "hard_age" };
/* clang-format on */

static bool is_absent(struct piece name)
{
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++) {
		size_t len = strlen(absent[i]);

		if (piece_is(name, absent[i]) ||
		    (absent[i][len - 1] == '*' && name.len >= len - 1 &&
		     !memcmp(name.p, absent[i], len - 1)))
			return true;
	}
	return false;
}

static int read_table(struct reader *r, struct item *it)
{
	uint64_t v;
	int err = rule_text_number(&r->rt, it->value, RULE_TABLES - 1, &v);

	if (err)
		return err;
	if (r->query) {
		r->query->has_table = true;
		r->query->table = (uint8_t)v;
	} else {
		r->rule->name.table = (uint8_t)v;
	}
	return 0;
}

static int read_priority(struct reader *r, struct item *it)
{
	uint64_t v;
	int err = rule_text_number(&r->rt, it->value, 65535, &v);

	if (err)
		return err;
	if (r->query) {
		r->query->has_priority = true;
		r->query->priority = (uint16_t)v;
	} else {
		r->rule->name.priority = (uint16_t)v;
	}
	return 0;
}

static int read_cookie(struct reader *r, struct item *it)
{
	uint64_t v, mask;
	int err = read_masked(&r->rt, it->value, UINT64_MAX, &v, &mask);

	if (err)
		return err;
	if (r->query) {
		r->query->cookie = v & mask;
		r->query->cookie_mask = mask;
		return 0;
	}
	if (memchr(it->value.p, '/', it->value.len))
		return RULE_REFUSE(&r->rt, it->value, -EINVAL,
				   "a rule that is added has a cookie without a mask");
	r->rule->name.cookie = v;
	return 0;
}

static int read_timeout(struct reader *r, struct item *it)
{
	uint64_t v;
	int err = rule_text_number(&r->rt, it->value, 65535, &v);

	if (!err && v)
		err = RULE_REFUSE(&r->rt, it->all, -EOPNOTSUPP, "%.*s is not supported yet",
				  RULE_PIECE(it->name));
	return err;
}

static const struct {
	const char *name;
	int (*read)(struct reader *r, struct item *it);
} properties[] = {
	{ "table", read_table },	  { "priority", read_priority },
	{ "cookie", read_cookie },	  { "idle_timeout", read_timeout },
	{ "hard_timeout", read_timeout },
};

static bool is_separator(char c)
{
	return c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int refuse(struct reader *r, const struct item *it, int err)
{
	char name[DIAG_FIELD_MAX];

	snprintf(name, sizeof name, "%.*s", RULE_PIECE(it->name));
	if (r->rt.d && r->rt.d->error && !r->rt.d->field[0] && it->has_value)
		diag_context(r->rt.d, "%s", name);
	if (r->rt.d) /* flow/ knows the field by another name */
		r->rt.d->field[0] = '\0';
	diag_field(r->rt.d, name);
	return err;
}

static int add_item(struct reader *r, const char *p, const char *end)
{
	struct item *it;
	const char *equals = memchr(p, '=', (size_t)(end - p));

	if (r->n == ITEMS_MAX)
		return RULE_REFUSE(&r->rt, ((struct piece){ p, (size_t)(end - p) }), -E2BIG,
				   "more than %d fields", ITEMS_MAX);
	it = &r->items[r->n++];
	*it = (struct item){ .all = { p, (size_t)(end - p) }, .has_value = equals };
	it->name = (struct piece){ p, (size_t)((equals ? equals : end) - p) };
	it->value = equals ? (struct piece){ equals + 1, (size_t)(end - equals - 1) }
			   : (struct piece){ end, 0 };
	for (size_t i = 0; i + 1 < r->n; i++)
		if (r->items[i].name.len == it->name.len &&
		    !memcmp(r->items[i].name.p, it->name.p, it->name.len))
			return refuse(r, it,
				      RULE_REFUSE(&r->rt, it->all, -EINVAL, "it is given twice"));
	return 0;
}

/* Cuts the text into items up to `actions=`. */
static int cut(struct reader *r)
{
	const char *p = r->rt.begin, *const end = r->rt.end;

	while (p < end) {
		const char *from = p;
		bool quoted = false;
		int err;

		if (is_separator(*p)) {
			p++;
			continue;
		}
		for (; p < end && (quoted || !is_separator(*p)); p++) {
			quoted ^= *p == '"';
			if (*p == '=' &&
			    (piece_is((struct piece){ from, (size_t)(p - from) }, "actions") ||
			     piece_is((struct piece){ from, (size_t)(p - from) }, "action"))) {
				r->has_actions = true;
				r->actions = (struct piece){ p + 1, (size_t)(end - p - 1) };
				return 0;
			}
		}
		err = add_item(r, from, p);
		if (err)
			return err;
	}
	return 0;
}

/* The field of @row whose header the match calls for, or FLOW_N_FIELDS. */
static enum flow_field resolve(const struct flow_match *m, const struct name_row *row)
{
	uint64_t headers = flow_match_headers(m, true) | (UINT64_C(1) << FLOW_H_ETH) |
			   (UINT64_C(1) << FLOW_H_ETH_TYPE) | (UINT64_C(1) << FLOW_H_IN_PORT);

	for (size_t i = 0; i < row->n_fields; i++)
		if (headers >> flow_field_table[row->fields[i]].header & 1)
			return row->fields[i];
	return FLOW_N_FIELDS;
}

static int read_name(struct reader *r, const struct name_row *row, struct item *it)
{
	enum flow_field f = resolve(r->m, row);

	if (!it->has_value)
		return RULE_REFUSE(&r->rt, it->all, -EINVAL, "'=' and a value are missing");
	if (f == FLOW_N_FIELDS)
		return RULE_REFUSE(&r->rt, it->all, -EINVAL, "it needs %s in the match",
				   row->needs);
	if (row->read == read_field && flow_field_is_set(&r->m->mask, f))
		return RULE_REFUSE(&r->rt, it->all, -EINVAL, "it is given twice");
	return row->read(r, row, it, f);
}

static bool conflicts(uint32_t a, uint32_t b)
{
	return a && b && a != b;
}

static int read_shorthand(struct reader *r, const struct rule_shorthand *s, struct item *it)
{
	struct flow_match *m = r->m;
	uint16_t type = host_from_be16(m->key.eth_type);
	bool v6 = s->eth_type == ETH_P_IPV6;
	uint8_t *key = v6 ? &m->key.ipv6.ipv6_proto : &m->key.ipv4.ipv4_proto;

	if (it->has_value)
		return RULE_REFUSE(&r->rt, it->all, -EINVAL, "it has no value");
	if (conflicts(type, s->eth_type) || conflicts(*key, s->proto))
		return RULE_REFUSE(&r->rt, it->all, -EINVAL,
				   "it contradicts another type in the match");
	m->key.eth_type = be16_from_host(s->eth_type);
	m->mask.eth_type = be16_from_host(0xffff);
	if (s->proto) {
		*key = s->proto;
		*(v6 ? &m->mask.ipv6.ipv6_proto : &m->mask.ipv4.ipv4_proto) = 0xff;
	}
	return 0;
}

/* Reads @it if its turn is @round. */
static int read_item(struct reader *r, struct item *it, unsigned int round)
{
	for (size_t i = 0; i < RULE_N_SHORTHANDS; i++)
		if (round == 0 && piece_is(it->name, rule_shorthands[i].name)) {
			it->done = true;
			return read_shorthand(r, &rule_shorthands[i], it);
		}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].round == round &&
		    (piece_is(it->name, names[i].name) || piece_is(it->name, names[i].alias))) {
			it->done = true;
			return read_name(r, &names[i], it);
		}
	for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
		if (piece_is(it->name, properties[i].name)) {
			it->done = true;
			return properties[i].read(r, it);
		}
	for (size_t i = 0; i < ARRAY_SIZE(skipped); i++)
		if (piece_is(it->name, skipped[i]))
			it->done = true;
	return 0;
}

static int refuse_unknown(struct reader *r, const struct item *it)
{
	if (is_absent(it->name))
		return RULE_REFUSE(&r->rt, it->all, -EOPNOTSUPP, "%.*s is not supported yet",
				   RULE_PIECE(it->name));
	return RULE_REFUSE(&r->rt, it->all, -EINVAL, "%.*s is not a field of a rule",
			   RULE_PIECE(it->name));
}

static int read_items(struct reader *r)
{
	for (unsigned int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < r->n; i++) {
			int err = r->items[i].done ? 0 : read_item(r, &r->items[i], round);

			if (err)
				return refuse(r, &r->items[i], err);
		}
	for (size_t i = 0; i < r->n; i++)
		if (!r->items[i].done)
			return refuse(r, &r->items[i], refuse_unknown(r, &r->items[i]));
	return 0;
}

/* A tag needs one meaning: a mask that wants bits of a tag, but not whether there is one. */
static int check_types(struct reader *r)
{
	uint16_t key = host_from_be16(r->m->key.vlan[0].tci & r->m->mask.vlan[0].tci);
	uint16_t mask = host_from_be16(r->m->mask.vlan[0].tci);

	if (r->m->mask.eth_type && host_from_be16(r->m->key.eth_type) < ETH_P_802_3_MIN)
		return diag_set(r->rt.d, -EINVAL, "dl_type: 0x%x is less than 0x0600: a length",
				host_from_be16(r->m->key.eth_type));
	if (!(key & VLAN_CFI) && (mask & VLAN_CFI) && key)
		return diag_set(r->rt.d, -EINVAL,
				"vlan: a frame without a tag has no VLAN ID and no priority");
	return 0;
}

static int read_all(struct reader *r)
{
	int err;

	if (r->rt.end - r->rt.begin > UINT16_MAX)
		return diag_set(r->rt.d, -E2BIG, "a text of more than %u characters", UINT16_MAX);
	err = cut(r);
	if (!err)
		err = read_items(r);
	if (!err)
		err = check_types(r);
	if (!err)
		flow_match_normalise(r->m);
	return err;
}

int rule_parse(struct rule **out, const char *s, size_t len, const struct flow_ports *ports,
	       struct diag *d)
{
	struct reader r = { .rt = { s, s + len, ports, d } };
	int err;

	r.rule = rule_new();
	if (!r.rule)
		return diag_set(d, -ENOMEM, "no memory for a rule");
	r.m = &r.rule->match;
	err = read_all(&r);
	if (!err && !r.has_actions)
		err = diag_set_at(d, len, -EINVAL, "actions= is missing");
	if (!err)
		err = rule_text_actions(&r.rt, r.actions, r.rule);
	if (err) {
		rule_free(r.rule);
		return err;
	}
	*out = r.rule;
	return 0;
}

int rule_query_parse(struct rule_query *q, const char *s, size_t len,
		     const struct flow_ports *ports, struct diag *d)
{
	struct reader r = { .rt = { s, s + len, ports, d }, .query = q, .m = &q->match };
	int err;

	memset(q, 0, sizeof *q);
	err = read_all(&r);
	if (!err && r.has_actions)
		err = RULE_REFUSE(&r.rt, r.actions, -EINVAL, "actions have no place here");
	return err;
}
