/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the keys of a flow_rule to a match of the device. Model of parse_cls_flower() and of
 * its inner function in en_tc.c, 6.1.
 *
 * A row of `rows` copies one field; a row of `stages` is a key with its rows, or with a function
 * for what does not just copy. Stages run in the driver's order, so that of several reasons to
 * refuse the driver's first is told. A new field is a row.
 *
 * Absent: tunnels (which the driver parses when the rule's device is a tunnel), VLAN devices,
 * conntrack. Different: tunnel keys on a port that is no tunnel are refused, where the driver would
 * ignore them; TCP flag bits that the device has not are refused, where it would cut them; of the
 * capabilities of single match fields the driver's two are looked at.
 */
#include "nic/driver/mlx5_internal.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>

#define FLEX_PROTO_ICMP	  (1u << 8)
#define FLEX_PROTO_ICMPV6 (1u << 9)

struct match {
	struct mlx5_core_dev *dev;
	struct mlx5e_rep *rep;
	const struct flow_match_rule *rule;
	struct netlink_ext_ack *extack;
	struct mlx5_flow_spec *spec;
	enum mlx5_match_level level;
	u16 addr_type;
	u8 ip_proto;
};

/* How a field lies in the key. */
enum field_type {
	FIELD_U8,
	FIELD_U16, /* host order */
	FIELD_BE16,
	FIELD_BE32
};

struct row {
	enum flow_dissector_key_id key;
	u16 off; /* bytes, in the key */
	enum field_type type;
	u8 shift;   /* bits that do not belong to the field */
	u8 section; /* offset / 64 in fte_match_param */
	u32 loc;
};

enum {
	SECTION_OUTER = 0,
	SECTION_MISC = 1,
	SECTION_MISC2 = 3,
	SECTION_MISC3 = 4
};

#define ROW(key, type, member, ftype, shift, section, layout, field)                           \
	{                                                                                      \
		FLOW_DISSECTOR_KEY_##key, offsetof(struct type, member), FIELD_##ftype, shift, \
			SECTION_##section, IFC_LOC_fte_match_set_##layout##__##field           \
	}
#define OUTER(key, type, member, ftype, field) \
	ROW(key, type, member, ftype, 0, OUTER, lyr_2_4, field)
/* A dword of an address, which has no name in the layout. */
#define ADDR(key, type, member, n, which, pos)                                                 \
	{                                                                                      \
		FLOW_DISSECTOR_KEY_##key, offsetof(struct type, member) + (n), FIELD_BE32, 0,  \
			SECTION_OUTER,                                                         \
			IFC_LOC(IFC_OFF_fte_match_set_lyr_2_4__##which##_ipv4_##which##_ipv6 + \
					(pos),                                                 \
				31, 0)                                                         \
	}
#define IPV6(member)                                                                   \
	ADDR(IPV6_ADDRS, flow_dissector_key_ipv6_addrs, member, 0, member, 0),         \
		ADDR(IPV6_ADDRS, flow_dissector_key_ipv6_addrs, member, 4, member, 4), \
		ADDR(IPV6_ADDRS, flow_dissector_key_ipv6_addrs, member, 8, member, 8), \
		ADDR(IPV6_ADDRS, flow_dissector_key_ipv6_addrs, member, 12, member, 12)

/* clang-format off */
static const struct row eth_rows[] = {
	OUTER(ETH_ADDRS, flow_dissector_key_eth_addrs, dst[0], BE32, dmac_47_16),
	OUTER(ETH_ADDRS, flow_dissector_key_eth_addrs, dst[4], BE16, dmac_15_0),
	OUTER(ETH_ADDRS, flow_dissector_key_eth_addrs, src[0], BE32, smac_47_16),
	OUTER(ETH_ADDRS, flow_dissector_key_eth_addrs, src[4], BE16, smac_15_0),
};
static const struct row vlan_rows[] = {
	OUTER(VLAN, flow_dissector_key_vlan, vlan_id, U16, first_vid),
	OUTER(VLAN, flow_dissector_key_vlan, vlan_priority, U8, first_prio),
};
static const struct row cvlan_rows[] = {
	ROW(CVLAN, flow_dissector_key_vlan, vlan_id, U16, 0, MISC, misc, outer_second_vid),
	ROW(CVLAN, flow_dissector_key_vlan, vlan_priority, U8, 0, MISC, misc, outer_second_prio),
};
static const struct row ip_proto_rows[] = {
	OUTER(BASIC, flow_dissector_key_basic, ip_proto, U8, ip_protocol),
};
static const struct row ipv4_rows[] = {
	ADDR(IPV4_ADDRS, flow_dissector_key_ipv4_addrs, src, 0, src, 12),
	ADDR(IPV4_ADDRS, flow_dissector_key_ipv4_addrs, dst, 0, dst, 12),
};
static const struct row ipv6_rows[] = {
	IPV6(src),
	IPV6(dst),
};
static const struct row ip_rows[] = {
	ROW(IP, flow_dissector_key_ip, tos, U8, 0, OUTER, lyr_2_4, ip_ecn),
	ROW(IP, flow_dissector_key_ip, tos, U8, 2, OUTER, lyr_2_4, ip_dscp),
	OUTER(IP, flow_dissector_key_ip, ttl, U8, ttl_hoplimit),
};
static const struct row tcp_port_rows[] = {
	OUTER(PORTS, flow_dissector_key_ports, src, BE16, tcp_sport),
	OUTER(PORTS, flow_dissector_key_ports, dst, BE16, tcp_dport),
};
static const struct row udp_port_rows[] = {
	OUTER(PORTS, flow_dissector_key_ports, src, BE16, udp_sport),
	OUTER(PORTS, flow_dissector_key_ports, dst, BE16, udp_dport),
};
static const struct row tcp_rows[] = {
	OUTER(TCP, flow_dissector_key_tcp, flags, BE16, tcp_flags),
};
static const struct row icmp_rows[] = {
	ROW(ICMP, flow_dissector_key_icmp, type, U8, 0, MISC3, misc3, icmp_type),
	ROW(ICMP, flow_dissector_key_icmp, code, U8, 0, MISC3, misc3, icmp_code),
};
static const struct row icmpv6_rows[] = {
	ROW(ICMP, flow_dissector_key_icmp, type, U8, 0, MISC3, misc3, icmpv6_type),
	ROW(ICMP, flow_dissector_key_icmp, code, U8, 0, MISC3, misc3, icmpv6_code),
};
/* clang-format on */

static u32 read_field(const u8 *p, enum field_type type)
{
	u16 x;

	switch (type) {
	case FIELD_U8:
		return *p;
	case FIELD_U16:
		memcpy(&x, p, sizeof x);
		return x;
	case FIELD_BE16:
		return get_be16(p);
	case FIELD_BE32:
		return get_be32(p);
	}
	return 0;
}

/* Inline, as most callers name a field: then its place and width are constants. */
static inline __attribute__((always_inline)) void
set_both(struct mlx5_flow_spec *spec, unsigned int section, u32 loc, u32 mask, u32 value)
{
	ifc_set(spec->match_criteria + section * 64, loc, mask);
	ifc_set(spec->match_value + section * 64, loc, value);
}

/* Copies the fields of @rows, all of one key; whether any of them is matched. */
static bool copy_rows(struct match *m, const struct row *rows, size_t n)
{
	const u8 *masks = flow_rule_mask(m->rule, rows->key);
	const u8 *keys = flow_rule_key(m->rule, rows->key);
	u32 any = 0;

	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];
		u32 mask = read_field(masks + r->off, r->type) >> r->shift;

		if (!mask)
			continue;
		any |= mask;
		set_both(m->spec, r->section, r->loc, mask,
			 (read_field(keys + r->off, r->type) >> r->shift) & mask);
	}
	return any;
}

#define COPY(m, rows) copy_rows((m), (rows), ARRAY_SIZE(rows))

/* ---- stages ---- */

static int parse_tunnel(struct match *m)
{
	return MLX5_REFUSE(m->dev, m->extack, -EOPNOTSUPP, "tunnel",
			   "Failed to parse tunnel attributes");
}

/* struct flow_dissector_key_meta begins with the ifindex. */
static int parse_meta(struct match *m)
{
	u32 mask = get_u32(flow_rule_mask(m->rule, FLOW_DISSECTOR_KEY_META));
	u32 ifindex = get_u32(flow_rule_key(m->rule, FLOW_DISSECTOR_KEY_META));
	const struct net_device *dev;

	if (!mask)
		return 0;
	if (mask != UINT32_MAX)
		return MLX5_REFUSE(m->dev, m->extack, -EOPNOTSUPP, "indev",
				   "Unsupported ingress ifindex mask");
	dev = dev_get_by_index(m->dev->net, (int)ifindex);
	if (!dev)
		return MLX5_REFUSE(m->dev, m->extack, -ENOENT, "indev",
				   "Can't find the ingress port to match on");
	if (dev != &m->rep->netdev)
		return MLX5_REFUSE(m->dev, m->extack, -EOPNOTSUPP, "indev",
				   "Can't match on the ingress filter port");
	return 0;
}

/* IPv4 and IPv6 as a version, which needs no ethertype in the mask. */
static int parse_ethertype(struct match *m)
{
	const struct flow_dissector_key_basic *key =
		flow_rule_key(m->rule, FLOW_DISSECTOR_KEY_BASIC);
	const struct flow_dissector_key_basic *mask =
		flow_rule_mask(m->rule, FLOW_DISSECTOR_KEY_BASIC);
	u16 type = host_from_be16(key->n_proto), bits = host_from_be16(mask->n_proto);

	if (!bits)
		return 0;
	if (bits == 0xffff && (type == ETH_P_IP_ || type == ETH_P_IPV6_))
		set_both(m->spec, SECTION_OUTER, IFC_LOC_fte_match_set_lyr_2_4__ip_version, 0xf,
			 type == ETH_P_IP_ ? 4 : 6);
	else
		set_both(m->spec, SECTION_OUTER, IFC_LOC_fte_match_set_lyr_2_4__ethertype, bits,
			 type & bits);
	m->level = MLX5_MATCH_L2;
	return 0;
}

static bool is_vlan_matched(const struct flow_dissector_key_vlan *mask)
{
	return mask->vlan_id || mask->vlan_priority || mask->vlan_tpid;
}

/* A rule that says nothing of tags and matches something matches untagged packets alone. */
static void match_no_vlan(struct match *m)
{
	if (m->level == MLX5_MATCH_NONE)
		return;
	set_both(m->spec, SECTION_OUTER, IFC_LOC_fte_match_set_lyr_2_4__cvlan_tag, 1, 0);
}

static int parse_vlan(struct match *m)
{
	const struct flow_dissector_key_vlan *key, *mask;
	bool is_stag;

	if (!flow_rule_match_key(m->rule, FLOW_DISSECTOR_KEY_VLAN)) {
		match_no_vlan(m);
		return 0;
	}
	key = flow_rule_key(m->rule, FLOW_DISSECTOR_KEY_VLAN);
	mask = flow_rule_mask(m->rule, FLOW_DISSECTOR_KEY_VLAN);
	if (!is_vlan_matched(mask))
		return 0;
	is_stag = key->vlan_tpid == be16_from_host(ETH_P_8021AD_);
	set_both(m->spec, SECTION_OUTER,
		 is_stag ? IFC_LOC_fte_match_set_lyr_2_4__svlan_tag
			 : IFC_LOC_fte_match_set_lyr_2_4__cvlan_tag,
		 1, 1);
	COPY(m, vlan_rows);
	m->level = MLX5_MATCH_L2;
	/* The type behind the tag is matched: so there is no second one. */
	if (!flow_rule_match_key(m->rule, FLOW_DISSECTOR_KEY_CVLAN) && mask->vlan_eth_type &&
	    m->dev->caps.outer_second_vid) {
		set_both(m->spec, SECTION_MISC, IFC_LOC_fte_match_set_misc__outer_second_cvlan_tag,
			 1, 0);
		m->spec->match_criteria_enable |= MLX5_MATCH_MISC_PARAMETERS;
	}
	return 0;
}

static int parse_cvlan(struct match *m)
{
	const struct flow_dissector_key_vlan *key =
		flow_rule_key(m->rule, FLOW_DISSECTOR_KEY_CVLAN);
	const struct flow_dissector_key_vlan *mask =
		flow_rule_mask(m->rule, FLOW_DISSECTOR_KEY_CVLAN);
	bool is_stag = key->vlan_tpid == be16_from_host(ETH_P_8021AD_);

	if (!is_vlan_matched(mask))
		return 0;
	if (!m->dev->caps.outer_second_vid)
		return MLX5_REFUSE(m->dev, m->extack, -EOPNOTSUPP, "cvlan",
				   "Matching on CVLAN is not supported");
	set_both(m->spec, SECTION_MISC,
		 is_stag ? IFC_LOC_fte_match_set_misc__outer_second_svlan_tag
			 : IFC_LOC_fte_match_set_misc__outer_second_cvlan_tag,
		 1, 1);
	COPY(m, cvlan_rows);
	m->level = MLX5_MATCH_L2;
	m->spec->match_criteria_enable |= MLX5_MATCH_MISC_PARAMETERS;
	return 0;
}

static int parse_eth(struct match *m)
{
	if (COPY(m, eth_rows))
		m->level = MLX5_MATCH_L2;
	return 0;
}

static int parse_control(struct match *m)
{
	const struct flow_dissector_key_control *key =
		flow_rule_key(m->rule, FLOW_DISSECTOR_KEY_CONTROL);
	const struct flow_dissector_key_control *mask =
		flow_rule_mask(m->rule, FLOW_DISSECTOR_KEY_CONTROL);
	bool is_fragment = key->flags & FLOW_DIS_IS_FRAGMENT;

	m->addr_type = key->addr_type;
	if (mask->flags & FLOW_DIS_FIRST_FRAG)
		return MLX5_REFUSE(m->dev, m->extack, -EOPNOTSUPP, "ip_flags",
				   "Match on frag first/later is not supported");
	if (mask->flags & FLOW_DIS_IS_FRAGMENT) {
		set_both(m->spec, SECTION_OUTER, IFC_LOC_fte_match_set_lyr_2_4__frag, 1,
			 is_fragment);
		/* "Not a fragment" needs no bytes of layer 3. */
		m->level = is_fragment ? MLX5_MATCH_L3 : MLX5_MATCH_L2;
	}
	return 0;
}

static int parse_ip_proto(struct match *m)
{
	const struct flow_dissector_key_basic *key =
		flow_rule_key(m->rule, FLOW_DISSECTOR_KEY_BASIC);

	m->ip_proto = key->ip_proto;
	if (COPY(m, ip_proto_rows))
		m->level = MLX5_MATCH_L3;
	return 0;
}

static int parse_ipv4(struct match *m)
{
	if (m->addr_type == FLOW_DISSECTOR_KEY_IPV4_ADDRS && COPY(m, ipv4_rows))
		m->level = MLX5_MATCH_L3;
	return 0;
}

static int parse_ipv6(struct match *m)
{
	if (m->addr_type == FLOW_DISSECTOR_KEY_IPV6_ADDRS && COPY(m, ipv6_rows))
		m->level = MLX5_MATCH_L3;
	return 0;
}

static int parse_ip(struct match *m)
{
	const struct flow_dissector_key_ip *mask = flow_rule_mask(m->rule, FLOW_DISSECTOR_KEY_IP);

	if (mask->ttl && !m->dev->caps.outer_ipv4_ttl)
		return MLX5_REFUSE(m->dev, m->extack, -EOPNOTSUPP, "ip_ttl",
				   "Matching on TTL is not supported");
	if (COPY(m, ip_rows))
		m->level = MLX5_MATCH_L3;
	return 0;
}

static int parse_ports(struct match *m)
{
	bool any;

	if (m->ip_proto == IPPROTO_TCP)
		any = COPY(m, tcp_port_rows);
	else if (m->ip_proto == IPPROTO_UDP)
		any = COPY(m, udp_port_rows);
	else
		return MLX5_REFUSE(m->dev, m->extack, -EINVAL, "ports",
				   "Only UDP and TCP transports are supported for L4 matching");
	if (any)
		m->level = MLX5_MATCH_L4;
	return 0;
}

static int parse_tcp(struct match *m)
{
	const struct flow_dissector_key_tcp *mask = flow_rule_mask(m->rule, FLOW_DISSECTOR_KEY_TCP);

	if (host_from_be16(mask->flags) >> 9)
		return MLX5_REFUSE(m->dev, m->extack, -EOPNOTSUPP, "tcp_flags",
				   "Match on reserved TCP flags is not supported");
	if (COPY(m, tcp_rows))
		m->level = MLX5_MATCH_L4;
	return 0;
}

static int parse_icmp(struct match *m)
{
	u32 flex = m->dev->caps.flex_parser_protocols;
	bool any;

	if (m->ip_proto == IPPROTO_ICMP) {
		if (!(flex & FLEX_PROTO_ICMP))
			return MLX5_REFUSE(m->dev, m->extack, -EOPNOTSUPP, "icmp",
					   "Match on Flex protocols for ICMP is not supported");
		any = COPY(m, icmp_rows);
	} else if (m->ip_proto == IPPROTO_ICMPV6) {
		if (!(flex & FLEX_PROTO_ICMPV6))
			return MLX5_REFUSE(m->dev, m->extack, -EOPNOTSUPP, "icmpv6",
					   "Match on Flex protocols for ICMPV6 is not supported");
		any = COPY(m, icmpv6_rows);
	} else {
		return MLX5_REFUSE(m->dev, m->extack, -EINVAL, "icmp",
				   "Code and type matching only with ICMP and ICMPv6");
	}
	if (any) {
		m->level = MLX5_MATCH_L4;
		m->spec->match_criteria_enable |= MLX5_MATCH_MISC_PARAMETERS_3;
	}
	return 0;
}

static int parse_mpls(struct match *m)
{
	return MLX5_REFUSE(m->dev, m->extack, -EOPNOTSUPP, "mpls",
			   "Matching on MPLS is supported only for MPLS over UDP");
}

static int parse_ct(struct match *m)
{
	return MLX5_REFUSE(m->dev, m->extack, -EOPNOTSUPP, "ct_state",
			   "offload of ct matching isn't available");
}

#define STAGE_ALWAYS FLOW_DISSECTOR_KEY_MAX
static_assert(STAGE_ALWAYS < 32, "sets of keys are bits of a u32");

/* In the order of the driver. */
static const struct stage {
	enum flow_dissector_key_id key; /* runs when the rule has it */
	int (*parse)(struct match *m);
} stages[] = {
	{ FLOW_DISSECTOR_KEY_ENC_KEYID, parse_tunnel },
	{ FLOW_DISSECTOR_KEY_ENC_IPV4_ADDRS, parse_tunnel },
	{ FLOW_DISSECTOR_KEY_ENC_IPV6_ADDRS, parse_tunnel },
	{ FLOW_DISSECTOR_KEY_ENC_CONTROL, parse_tunnel },
	{ FLOW_DISSECTOR_KEY_ENC_PORTS, parse_tunnel },
	{ FLOW_DISSECTOR_KEY_ENC_IP, parse_tunnel },
	{ FLOW_DISSECTOR_KEY_ENC_OPTS, parse_tunnel },
	{ FLOW_DISSECTOR_KEY_META, parse_meta },
	{ FLOW_DISSECTOR_KEY_BASIC, parse_ethertype },
	{ STAGE_ALWAYS, parse_vlan },
	{ FLOW_DISSECTOR_KEY_CVLAN, parse_cvlan },
	{ FLOW_DISSECTOR_KEY_ETH_ADDRS, parse_eth },
	{ FLOW_DISSECTOR_KEY_CONTROL, parse_control },
	{ FLOW_DISSECTOR_KEY_BASIC, parse_ip_proto },
	{ FLOW_DISSECTOR_KEY_IPV4_ADDRS, parse_ipv4 },
	{ FLOW_DISSECTOR_KEY_IPV6_ADDRS, parse_ipv6 },
	{ FLOW_DISSECTOR_KEY_IP, parse_ip },
	{ FLOW_DISSECTOR_KEY_PORTS, parse_ports },
	{ FLOW_DISSECTOR_KEY_TCP, parse_tcp },
	{ FLOW_DISSECTOR_KEY_ICMP, parse_icmp },
	{ FLOW_DISSECTOR_KEY_MPLS, parse_mpls },
	{ FLOW_DISSECTOR_KEY_CT, parse_ct },
};

/* Stages from here on are after the min-inline check: conntrack alone. */
static const struct stage *const first_late = stages + ARRAY_SIZE(stages) - 1;

/* Names of the keys that no stage takes, for the words of the refusal. */
static const struct {
	enum flow_dissector_key_id key;
	const char *name;
} unsupported_names[] = {
	{ FLOW_DISSECTOR_KEY_PORTS_RANGE, "port range" },
	{ FLOW_DISSECTOR_KEY_ARP, "arp" },
	{ FLOW_DISSECTOR_KEY_HASH, "hash" },
	{ FLOW_DISSECTOR_KEY_NUM_OF_VLANS, "num_of_vlans" },
	{ FLOW_DISSECTOR_KEY_PPPOE, "pppoe" },
	{ FLOW_DISSECTOR_KEY_L2TPV3, "l2tpv3" },
};

/* The keys that stages take. */
static u32 keys_of_stages(void)
{
	u32 keys = 1u << FLOW_DISSECTOR_KEY_VLAN;

	for (size_t i = 0; i < ARRAY_SIZE(stages); i++)
		keys |= 1u << stages[i].key;
	return keys & ~(1u << STAGE_ALWAYS);
}

static int check_used_keys(const struct match *m)
{
	const char *field = NULL;
	u32 left;

	if (UNLIKELY(!m->dev->known_keys))
		m->dev->known_keys = keys_of_stages();
	left = m->rule->dissector->used_keys & ~m->dev->known_keys;
	if (LIKELY(!left))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(unsupported_names) && !field; i++) {
		if (left >> unsupported_names[i].key & 1)
			field = unsupported_names[i].name;
	}
	return MLX5_REFUSE(m->dev, m->extack, -EOPNOTSUPP, field, "Unsupported key");
}

static int run_stages(struct match *m, const struct stage *first, const struct stage *end)
{
	const u32 keys = m->rule->dissector->used_keys | 1u << STAGE_ALWAYS;

	for (const struct stage *s = first; s < end; s++) {
		int err;

		if (!(keys >> s->key & 1))
			continue;
		err = s->parse(m);
		if (err)
			return err;
	}
	return 0;
}

static int check_inline(const struct match *m)
{
	enum mlx5_inline_mode mode = m->dev->caps.inline_mode;

	if (m->rep->vport == MLX5_VPORT_UPLINK || mode == MLX5_INLINE_MODE_NONE ||
	    (unsigned int)mode >= (unsigned int)m->level)
		return 0;
	return MLX5_REFUSE(m->dev, m->extack, -EOPNOTSUPP, NULL,
			   "Flow is not offloaded due to min inline setting");
}

static void note_match(struct span *sp, const struct mlx5_flow_spec *spec)
{
	struct text t;

	text_init(&t);
	ifc_match_format(&t, spec->match_criteria, spec->match_value);
	span_note(sp, "match", "%s", t.s);
	text_fini(&t);
}

int parse_cls_flower(struct mlx5e_rep *rep, struct flow_cls_offload *f)
{
	struct mlx5_core_dev *dev = rep->dev;
	struct span sp = SPAN(mlx5_trace(dev));
	struct match m = { .dev = dev,
			   .rep = rep,
			   .rule = &f->rule->match,
			   .extack = f->common.extack,
			   .spec = &dev->spec };
	int err = check_used_keys(&m);

	if (!err)
		err = run_stages(&m, stages, first_late);
	if (!err)
		err = check_inline(&m);
	if (!err)
		err = run_stages(&m, first_late, stages + ARRAY_SIZE(stages));
	if (m.level != MLX5_MATCH_NONE)
		m.spec->match_criteria_enable |= MLX5_MATCH_OUTER_HEADERS;
	dev->attr.match_level = m.level;
	if (span_is_on(&sp) && !err)
		note_match(&sp, m.spec);
	return span_end(&sp, err);
}
