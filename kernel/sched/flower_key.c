/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fields of a flower match: one row each, in the order in which Linux reads and dumps them.
 * Models fl_set_key(), fl_dump_key() and fl_init_dissector() of net/sched/cls_flower.c, and the
 * part of net/core/flow_dissector.c that these fields need, 6.1. Absent, and refused by name: MPLS,
 * second tags, port ranges, tunnels, conntrack, hashes, PPPoE, L2TP.
 */
#define KBUILD_MODNAME "cls_flower"
#include "kernel/sched/flower_internal.h"

#include <assert.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

/* When a field is looked at; told from the key as read so far. */
enum when {
	ALWAYS,
	IF_IP,
	IF_IPV4_ADDRS,
	IF_IPV6_ADDRS,
	IF_TCP,
	IF_UDP,
	IF_SCTP,
	IF_ICMPV4,
	IF_ICMPV6,
	IF_ARP
};

/* What a field's own functions get. */
struct reading {
	struct knet *net;
	const struct nlattr *const *tb;
	struct fl_flow_key *key, *mask;
	struct netlink_ext_ack *extack;
	bool quiet; /* a refusal is only returned */
};

struct fl_field {
	u16 attr, mask_attr; /* mask_attr 0: always exact */
	u16 offset;	     /* in struct fl_flow_key */
	u16 size;	     /* 0: only by functions */
	enum when when;
	int (*set)(const struct reading *r);
	int (*dump)(struct kmsg *m, struct knet *net, const struct fl_flow_key *key,
		    const struct fl_flow_key *mask);
};

static bool is_eth_type(const struct fl_flow_key *key, u16 type)
{
	return key->basic.n_proto == be16_from_host(type);
}

static bool applies(enum when when, const struct fl_flow_key *key)
{
	u8 proto = key->basic.ip_proto;

	switch (when) {
	case ALWAYS:
		return true;
	case IF_IP:
		return is_eth_type(key, ETH_P_IP) || is_eth_type(key, ETH_P_IPV6);
	case IF_IPV4_ADDRS:
		return key->control.addr_type == FLOW_DISSECTOR_KEY_IPV4_ADDRS;
	case IF_IPV6_ADDRS:
		return key->control.addr_type == FLOW_DISSECTOR_KEY_IPV6_ADDRS;
	case IF_TCP:
		return proto == IPPROTO_TCP;
	case IF_UDP:
		return proto == IPPROTO_UDP;
	case IF_SCTP:
		return proto == IPPROTO_SCTP;
	case IF_ICMPV4:
		return proto == IPPROTO_ICMP && is_eth_type(key, ETH_P_IP);
	case IF_ICMPV6:
		return proto == IPPROTO_ICMPV6 && is_eth_type(key, ETH_P_IPV6);
	case IF_ARP:
		return is_eth_type(key, ETH_P_ARP) || is_eth_type(key, ETH_P_RARP);
	}
	return false;
}

static int refuse(const struct reading *r, int err, const struct nlattr *nla, const char *text)
{
	if (r->quiet)
		return err;
	NL_SET_ERR_MSG(r->extack, text);
	if (nla)
		NL_SET_BAD_ATTR(r->extack, nla);
	return trace_refuse(r->net->trace, err, NULL, "%s", text);
}

/* ---- fields with functions ---- */

static int set_indev(const struct reading *r)
{
	const struct nlattr *nla = r->tb[TCA_FLOWER_INDEV];
	struct net_device *dev;
	char name[IFNAMSIZ];

	if (!nla)
		return 0;
	if (nla_strscpy(name, nla, IFNAMSIZ) < 0)
		return refuse(r, -EINVAL, nla, "Interface name too long");
	dev = dev_get_by_name(r->net, name);
	if (!dev)
		return refuse(r, -ENODEV, nla, "Network device not found");
	r->key->meta.ingress_ifindex = (u32)dev->ifindex;
	r->mask->meta.ingress_ifindex = UINT32_MAX;
	return 0;
}

static int dump_indev(struct kmsg *m, struct knet *net, const struct fl_flow_key *key,
		      const struct fl_flow_key *mask)
{
	const struct net_device *dev;

	if (!mask->meta.ingress_ifindex)
		return 0;
	dev = dev_get_by_index(net, (int)key->meta.ingress_ifindex);
	return dev ? nla_put_string(m, TCA_FLOWER_INDEV, dev->name) : 0;
}

static bool is_tpid(be16 type)
{
	return type == be16_from_host(ETH_P_8021Q) || type == be16_from_host(ETH_P_8021AD);
}

static void set_n_proto(const struct reading *r, be16 type)
{
	r->key->basic.n_proto = type;
	r->mask->basic.n_proto = be16_from_host(0xffff);
}

/* fl_set_key_vlan(), for the outer tag, whose TPID is @tpid. */
static int set_tag(const struct reading *r, be16 tpid)
{
	struct flow_dissector_key_vlan *key = &r->key->vlan, *mask = &r->mask->vlan;
	const struct nlattr *inner = r->tb[TCA_FLOWER_KEY_VLAN_ETH_TYPE];

	if (r->tb[TCA_FLOWER_KEY_VLAN_ID]) {
		key->vlan_id = nla_get_u16(r->tb[TCA_FLOWER_KEY_VLAN_ID]) & 0xfff;
		mask->vlan_id = 0xfff;
	}
	if (r->tb[TCA_FLOWER_KEY_VLAN_PRIO]) {
		key->vlan_priority = nla_get_u8(r->tb[TCA_FLOWER_KEY_VLAN_PRIO]) & 7;
		mask->vlan_priority = 7;
	}
	key->vlan_tpid = tpid;
	mask->vlan_tpid = be16_from_host(0xffff);
	if (!inner)
		return 0;
	key->vlan_eth_type = nla_get_be16(inner);
	mask->vlan_eth_type = be16_from_host(0xffff);
	if (is_tpid(key->vlan_eth_type))
		return refuse(r, -EOPNOTSUPP, inner,
			      "cls_flower: inhw: a second tag in TCA_FLOWER_KEY_VLAN_ETH_TYPE is "
			      "not modelled yet");
	set_n_proto(r, key->vlan_eth_type);
	return 0;
}

static int set_eth_type(const struct reading *r)
{
	const struct nlattr *nla = r->tb[TCA_FLOWER_KEY_ETH_TYPE];

	if (!nla)
		return 0;
	if (is_tpid(nla_get_be16(nla)))
		return set_tag(r, nla_get_be16(nla));
	set_n_proto(r, nla_get_be16(nla));
	return 0;
}

static int dump_eth_type(struct kmsg *m, struct knet *net, const struct fl_flow_key *key,
			 const struct fl_flow_key *mask)
{
	const struct flow_dissector_key_vlan *vlan = &mask->vlan;

	if (mask->basic.n_proto && nla_put_be16(m, TCA_FLOWER_KEY_ETH_TYPE, key->basic.n_proto) < 0)
		return -EMSGSIZE;
	if (vlan->vlan_id && nla_put_u16(m, TCA_FLOWER_KEY_VLAN_ID, key->vlan.vlan_id) < 0)
		return -EMSGSIZE;
	if (vlan->vlan_priority &&
	    nla_put_u8(m, TCA_FLOWER_KEY_VLAN_PRIO, key->vlan.vlan_priority) < 0)
		return -EMSGSIZE;
	if (mask->basic.n_proto && vlan->vlan_eth_type)
		return nla_put_be16(m, TCA_FLOWER_KEY_VLAN_ETH_TYPE, key->vlan.vlan_eth_type);
	return 0;
}

static int set_addr_type(const struct reading *r)
{
	bool v4 = r->tb[TCA_FLOWER_KEY_IPV4_SRC] || r->tb[TCA_FLOWER_KEY_IPV4_DST];
	bool v6 = r->tb[TCA_FLOWER_KEY_IPV6_SRC] || r->tb[TCA_FLOWER_KEY_IPV6_DST];

	if (!v4 && !v6)
		return 0;
	r->key->control.addr_type = v4 ? FLOW_DISSECTOR_KEY_IPV4_ADDRS
				       : FLOW_DISSECTOR_KEY_IPV6_ADDRS;
	r->mask->control.addr_type = UINT16_MAX;
	return 0;
}

/* Bits of TCA_FLOWER_KEY_FLAGS and of the dissector; others are dropped, as in Linux. */
static const struct {
	u32 flower, dissector;
} flag_bits[] = {
	{ TCA_FLOWER_KEY_FLAGS_IS_FRAGMENT, FLOW_DIS_IS_FRAGMENT },
	{ TCA_FLOWER_KEY_FLAGS_FRAG_IS_FIRST, FLOW_DIS_FIRST_FRAG },
};

static int set_flags(const struct reading *r)
{
	u32 key, mask;

	if (!r->tb[TCA_FLOWER_KEY_FLAGS])
		return 0;
	if (!r->tb[TCA_FLOWER_KEY_FLAGS_MASK])
		return refuse(r, -EINVAL, NULL, "Missing flags mask");
	key = host_from_be32(nla_get_be32(r->tb[TCA_FLOWER_KEY_FLAGS]));
	mask = host_from_be32(nla_get_be32(r->tb[TCA_FLOWER_KEY_FLAGS_MASK]));
	for (size_t i = 0; i < ARRAY_SIZE(flag_bits); i++) {
		if (mask & flag_bits[i].flower)
			r->mask->control.flags |= flag_bits[i].dissector;
		if (mask & key & flag_bits[i].flower)
			r->key->control.flags |= flag_bits[i].dissector;
	}
	return 0;
}

static int dump_flags(struct kmsg *m, struct knet *net, const struct fl_flow_key *key,
		      const struct fl_flow_key *mask)
{
	u32 k = 0, w = 0;

	if (!mask->control.flags)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(flag_bits); i++) {
		if (mask->control.flags & flag_bits[i].dissector)
			w |= flag_bits[i].flower;
		if (mask->control.flags & key->control.flags & flag_bits[i].dissector)
			k |= flag_bits[i].flower;
	}
	if (nla_put_be32(m, TCA_FLOWER_KEY_FLAGS, be32_from_host(k)) < 0)
		return -EMSGSIZE;
	return nla_put_be32(m, TCA_FLOWER_KEY_FLAGS_MASK, be32_from_host(w));
}

/* ---- the table ---- */

#define FIELD(when_, attr_, mask_attr_, member)                                    \
	{                                                                          \
		.attr = (attr_), .mask_attr = (mask_attr_),                        \
		.offset = offsetof(struct fl_flow_key, member),                    \
		.size = SIZEOF_MEMBER(struct fl_flow_key, member), .when = (when_) \
	}
#define MASKED(when_, attr_, member) \
	FIELD(when_, TCA_FLOWER_KEY_##attr_, TCA_FLOWER_KEY_##attr_##_MASK, member)
#define EXACT(when_, attr_, member) FIELD(when_, TCA_FLOWER_KEY_##attr_, 0, member)

/* clang-format off */
static const struct fl_field fields[] = {
	{ .set = set_indev, .dump = dump_indev },
	MASKED(ALWAYS, ETH_DST, eth.dst),
	MASKED(ALWAYS, ETH_SRC, eth.src),
	{ .set = set_eth_type, .dump = dump_eth_type },
	EXACT(IF_IP, IP_PROTO, basic.ip_proto),
	MASKED(IF_IP, IP_TOS, ip.tos),
	MASKED(IF_IP, IP_TTL, ip.ttl),
	{ .set = set_addr_type },
	MASKED(IF_IPV4_ADDRS, IPV4_SRC, ipv4.src),
	MASKED(IF_IPV4_ADDRS, IPV4_DST, ipv4.dst),
	MASKED(IF_IPV6_ADDRS, IPV6_SRC, ipv6.src),
	MASKED(IF_IPV6_ADDRS, IPV6_DST, ipv6.dst),
	MASKED(IF_TCP, TCP_SRC, tp.src),
	MASKED(IF_TCP, TCP_DST, tp.dst),
	MASKED(IF_TCP, TCP_FLAGS, tcp.flags),
	MASKED(IF_UDP, UDP_SRC, tp.src),
	MASKED(IF_UDP, UDP_DST, tp.dst),
	MASKED(IF_SCTP, SCTP_SRC, tp.src),
	MASKED(IF_SCTP, SCTP_DST, tp.dst),
	MASKED(IF_ICMPV4, ICMPV4_TYPE, icmp.type),
	MASKED(IF_ICMPV4, ICMPV4_CODE, icmp.code),
	MASKED(IF_ICMPV6, ICMPV6_TYPE, icmp.type),
	MASKED(IF_ICMPV6, ICMPV6_CODE, icmp.code),
	MASKED(IF_ARP, ARP_SIP, arp.sip),
	MASKED(IF_ARP, ARP_TIP, arp.tip),
	MASKED(IF_ARP, ARP_OP, arp.op),
	MASKED(IF_ARP, ARP_SHA, arp.sha),
	MASKED(IF_ARP, ARP_THA, arp.tha),
	{ .set = set_flags, .dump = dump_flags },
};

/* Fields that can begin in another word than they end in. */
static const struct {
	u16 offset, size;
} long_fields[] = {
#define LONG(member) \
	{ offsetof(struct fl_flow_key, member), SIZEOF_MEMBER(struct fl_flow_key, member) }
	LONG(eth.dst), LONG(eth.src), LONG(ipv6.src), LONG(ipv6.dst), LONG(arp.sip), LONG(arp.tip),
	LONG(arp.sha), LONG(arp.tha),
#undef LONG
};

/* What drivers are told of: a member is used when its mask is not zero, the first two always. */
static const struct {
	u8 id;
	u16 offset, size;
} members[] = {
#define MEMBER(id, member) \
	{ FLOW_DISSECTOR_KEY_##id, offsetof(struct fl_flow_key, member), \
	  SIZEOF_MEMBER(struct fl_flow_key, member) }
	MEMBER(CONTROL, control), MEMBER(BASIC, basic), MEMBER(META, meta),
	MEMBER(ETH_ADDRS, eth), MEMBER(IPV4_ADDRS, ipv4), MEMBER(IPV6_ADDRS, ipv6),
	MEMBER(PORTS, tp), MEMBER(IP, ip), MEMBER(TCP, tcp), MEMBER(ICMP, icmp),
	MEMBER(ARP, arp), MEMBER(VLAN, vlan),
#undef MEMBER
};

/* Attributes that Linux knows and the model does not: to ignore them would widen the match. */
static const struct {
	u16 attr;
	const char *text;
} unmodelled[] = {
#define NO(name) { TCA_FLOWER_##name, "cls_flower: inhw: TCA_FLOWER_" #name " is not modelled yet" }
	NO(KEY_NUM_OF_VLANS), NO(KEY_CVLAN_ID), NO(KEY_CVLAN_PRIO),
	NO(KEY_CVLAN_ETH_TYPE), NO(KEY_PPPOE_SID), NO(KEY_PPP_PROTO),
	NO(KEY_MPLS_TTL), NO(KEY_MPLS_BOS), NO(KEY_MPLS_TC),
	NO(KEY_MPLS_LABEL), NO(KEY_MPLS_OPTS), NO(KEY_L2TPV3_SID),
	NO(KEY_PORT_SRC_MIN), NO(KEY_PORT_SRC_MAX), NO(KEY_PORT_DST_MIN),
	NO(KEY_PORT_DST_MAX), NO(KEY_ENC_IPV4_SRC), NO(KEY_ENC_IPV4_DST),
	NO(KEY_ENC_IPV6_SRC), NO(KEY_ENC_IPV6_DST), NO(KEY_ENC_KEY_ID),
	NO(KEY_ENC_UDP_SRC_PORT), NO(KEY_ENC_UDP_DST_PORT), NO(KEY_ENC_IP_TOS),
	NO(KEY_ENC_IP_TTL), NO(KEY_HASH), NO(KEY_ENC_OPTS),
	NO(KEY_CT_STATE), NO(KEY_CT_ZONE), NO(KEY_CT_MARK),
	NO(KEY_CT_LABELS),
#undef NO
};

#define LEAST(n) { .type = NLA_MIN_LEN, .len = (n) }
#define NUMBER(t) { .type = NLA_##t }
const struct nla_policy fl_policy[FLOWER_MAX + 1] = {
	[TCA_FLOWER_CLASSID] = NUMBER(U32),
	[TCA_FLOWER_INDEV] = { .type = NLA_STRING, .len = IFNAMSIZ },
	[TCA_FLOWER_FLAGS] = NUMBER(U32),
	[TCA_FLOWER_KEY_ETH_DST] = LEAST(ETH_ALEN),
	[TCA_FLOWER_KEY_ETH_DST_MASK] = LEAST(ETH_ALEN),
	[TCA_FLOWER_KEY_ETH_SRC] = LEAST(ETH_ALEN),
	[TCA_FLOWER_KEY_ETH_SRC_MASK] = LEAST(ETH_ALEN),
	[TCA_FLOWER_KEY_ARP_SHA] = LEAST(ETH_ALEN),
	[TCA_FLOWER_KEY_ARP_SHA_MASK] = LEAST(ETH_ALEN),
	[TCA_FLOWER_KEY_ARP_THA] = LEAST(ETH_ALEN),
	[TCA_FLOWER_KEY_ARP_THA_MASK] = LEAST(ETH_ALEN),
	[TCA_FLOWER_KEY_IPV6_SRC] = LEAST(16),
	[TCA_FLOWER_KEY_IPV6_SRC_MASK] = LEAST(16),
	[TCA_FLOWER_KEY_IPV6_DST] = LEAST(16),
	[TCA_FLOWER_KEY_IPV6_DST_MASK] = LEAST(16),
	[TCA_FLOWER_KEY_ENC_IPV6_SRC] = LEAST(16),
	[TCA_FLOWER_KEY_ENC_IPV6_SRC_MASK] = LEAST(16),
	[TCA_FLOWER_KEY_ENC_IPV6_DST] = LEAST(16),
	[TCA_FLOWER_KEY_ENC_IPV6_DST_MASK] = LEAST(16),
	[TCA_FLOWER_KEY_ETH_TYPE] = NUMBER(U16),
	[TCA_FLOWER_KEY_VLAN_ID] = NUMBER(U16),
	[TCA_FLOWER_KEY_VLAN_ETH_TYPE] = NUMBER(U16),
	[TCA_FLOWER_KEY_CVLAN_ID] = NUMBER(U16),
	[TCA_FLOWER_KEY_CVLAN_ETH_TYPE] = NUMBER(U16),
	[TCA_FLOWER_KEY_TCP_SRC] = NUMBER(U16),
	[TCA_FLOWER_KEY_TCP_DST] = NUMBER(U16),
	[TCA_FLOWER_KEY_TCP_SRC_MASK] = NUMBER(U16),
	[TCA_FLOWER_KEY_TCP_DST_MASK] = NUMBER(U16),
	[TCA_FLOWER_KEY_UDP_SRC] = NUMBER(U16),
	[TCA_FLOWER_KEY_UDP_DST] = NUMBER(U16),
	[TCA_FLOWER_KEY_UDP_SRC_MASK] = NUMBER(U16),
	[TCA_FLOWER_KEY_UDP_DST_MASK] = NUMBER(U16),
	[TCA_FLOWER_KEY_SCTP_SRC] = NUMBER(U16),
	[TCA_FLOWER_KEY_SCTP_DST] = NUMBER(U16),
	[TCA_FLOWER_KEY_SCTP_SRC_MASK] = NUMBER(U16),
	[TCA_FLOWER_KEY_SCTP_DST_MASK] = NUMBER(U16),
	[TCA_FLOWER_KEY_TCP_FLAGS] = NUMBER(U16),
	[TCA_FLOWER_KEY_TCP_FLAGS_MASK] = NUMBER(U16),
	[TCA_FLOWER_KEY_ENC_UDP_SRC_PORT] = NUMBER(U16),
	[TCA_FLOWER_KEY_ENC_UDP_SRC_PORT_MASK] = NUMBER(U16),
	[TCA_FLOWER_KEY_ENC_UDP_DST_PORT] = NUMBER(U16),
	[TCA_FLOWER_KEY_ENC_UDP_DST_PORT_MASK] = NUMBER(U16),
	[TCA_FLOWER_KEY_CT_ZONE] = NUMBER(U16),
	[TCA_FLOWER_KEY_CT_ZONE_MASK] = NUMBER(U16),
	[TCA_FLOWER_KEY_PPPOE_SID] = NUMBER(U16),
	[TCA_FLOWER_KEY_PPP_PROTO] = NUMBER(U16),
	[TCA_FLOWER_KEY_IP_PROTO] = NUMBER(U8),
	[TCA_FLOWER_KEY_VLAN_PRIO] = NUMBER(U8),
	[TCA_FLOWER_KEY_CVLAN_PRIO] = NUMBER(U8),
	[TCA_FLOWER_KEY_IP_TOS] = NUMBER(U8),
	[TCA_FLOWER_KEY_IP_TOS_MASK] = NUMBER(U8),
	[TCA_FLOWER_KEY_IP_TTL] = NUMBER(U8),
	[TCA_FLOWER_KEY_IP_TTL_MASK] = NUMBER(U8),
	[TCA_FLOWER_KEY_ICMPV4_TYPE] = NUMBER(U8),
	[TCA_FLOWER_KEY_ICMPV4_TYPE_MASK] = NUMBER(U8),
	[TCA_FLOWER_KEY_ICMPV4_CODE] = NUMBER(U8),
	[TCA_FLOWER_KEY_ICMPV4_CODE_MASK] = NUMBER(U8),
	[TCA_FLOWER_KEY_ICMPV6_TYPE] = NUMBER(U8),
	[TCA_FLOWER_KEY_ICMPV6_TYPE_MASK] = NUMBER(U8),
	[TCA_FLOWER_KEY_ICMPV6_CODE] = NUMBER(U8),
	[TCA_FLOWER_KEY_ICMPV6_CODE_MASK] = NUMBER(U8),
	[TCA_FLOWER_KEY_ARP_OP] = NUMBER(U8),
	[TCA_FLOWER_KEY_ARP_OP_MASK] = NUMBER(U8),
	[TCA_FLOWER_KEY_MPLS_TTL] = NUMBER(U8),
	[TCA_FLOWER_KEY_MPLS_BOS] = NUMBER(U8),
	[TCA_FLOWER_KEY_MPLS_TC] = NUMBER(U8),
	[TCA_FLOWER_KEY_ENC_IP_TOS] = NUMBER(U8),
	[TCA_FLOWER_KEY_ENC_IP_TOS_MASK] = NUMBER(U8),
	[TCA_FLOWER_KEY_ENC_IP_TTL] = NUMBER(U8),
	[TCA_FLOWER_KEY_ENC_IP_TTL_MASK] = NUMBER(U8),
	[TCA_FLOWER_KEY_NUM_OF_VLANS] = NUMBER(U8),
	[TCA_FLOWER_KEY_IPV4_SRC] = NUMBER(U32),
	[TCA_FLOWER_KEY_IPV4_SRC_MASK] = NUMBER(U32),
	[TCA_FLOWER_KEY_IPV4_DST] = NUMBER(U32),
	[TCA_FLOWER_KEY_IPV4_DST_MASK] = NUMBER(U32),
	[TCA_FLOWER_KEY_ENC_KEY_ID] = NUMBER(U32),
	[TCA_FLOWER_KEY_ENC_IPV4_SRC] = NUMBER(U32),
	[TCA_FLOWER_KEY_ENC_IPV4_SRC_MASK] = NUMBER(U32),
	[TCA_FLOWER_KEY_ENC_IPV4_DST] = NUMBER(U32),
	[TCA_FLOWER_KEY_ENC_IPV4_DST_MASK] = NUMBER(U32),
	[TCA_FLOWER_KEY_FLAGS] = NUMBER(U32),
	[TCA_FLOWER_KEY_FLAGS_MASK] = NUMBER(U32),
	[TCA_FLOWER_KEY_ARP_SIP] = NUMBER(U32),
	[TCA_FLOWER_KEY_ARP_SIP_MASK] = NUMBER(U32),
	[TCA_FLOWER_KEY_ARP_TIP] = NUMBER(U32),
	[TCA_FLOWER_KEY_ARP_TIP_MASK] = NUMBER(U32),
	[TCA_FLOWER_KEY_MPLS_LABEL] = NUMBER(U32),
	[TCA_FLOWER_KEY_CT_MARK] = NUMBER(U32),
	[TCA_FLOWER_KEY_CT_MARK_MASK] = NUMBER(U32),
	[TCA_FLOWER_KEY_HASH] = NUMBER(U32),
	[TCA_FLOWER_KEY_HASH_MASK] = NUMBER(U32),
	[TCA_FLOWER_KEY_L2TPV3_SID] = NUMBER(U32),
	[TCA_FLOWER_KEY_ENC_OPTS] = NUMBER(NESTED),
	[TCA_FLOWER_KEY_ENC_OPTS_MASK] = NUMBER(NESTED),
	[TCA_FLOWER_KEY_MPLS_OPTS] = NUMBER(NESTED),
	[TCA_FLOWER_KEY_CT_STATE] = { .type = NLA_U16, .validation = NLA_VALIDATE_MASK, .mask = 0x3f },
	[TCA_FLOWER_KEY_CT_STATE_MASK] = { .type = NLA_U16, .validation = NLA_VALIDATE_MASK, .mask = 0x3f },
	[TCA_FLOWER_KEY_CT_LABELS] = { .type = NLA_BINARY, .len = 16 },
	[TCA_FLOWER_KEY_CT_LABELS_MASK] = { .type = NLA_BINARY, .len = 16 },
};
/* clang-format on */

/* ---- attributes to key and back ---- */

/* Of a field: its attribute is mostly as long as the policy wants it. */
static void take(u8 *to, const struct nlattr *nla, u16 size)
{
	if (UNLIKELY(nla_len(nla) < size)) {
		nla_memcpy(to, nla, size);
		return;
	}
	switch (size) {
	case 1:
		*to = *(const u8 *)nla_data(nla);
		return;
	case 2:
		memcpy(to, nla_data(nla), 2);
		return;
	case 4:
		memcpy(to, nla_data(nla), 4);
		return;
	case 6:
		memcpy(to, nla_data(nla), 6);
		return;
	default:
		memcpy(to, nla_data(nla), size);
	}
}

static void set_field(const struct reading *r, const struct fl_field *f, const struct nlattr *nla)
{
	u8 *key = (u8 *)r->key + f->offset, *mask = (u8 *)r->mask + f->offset;

	take(key, nla, f->size);
	if (f->mask_attr && r->tb[f->mask_attr])
		take(mask, r->tb[f->mask_attr], f->size);
	else
		memset(mask, 0xff, f->size);
}

/* Whether there is any: mostly not, and then there is one branch for all. */
static bool has_unmodelled(const struct nlattr *const *tb)
{
	uintptr_t any = 0;

	for (size_t i = 0; i < ARRAY_SIZE(unmodelled); i++)
		any |= (uintptr_t)tb[unmodelled[i].attr];
	return any;
}

static int refuse_unmodelled(const struct reading *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(unmodelled); i++) {
		if (r->tb[unmodelled[i].attr])
			return refuse(r, -EOPNOTSUPP, r->tb[unmodelled[i].attr],
				      unmodelled[i].text);
	}
	return 0;
}

static int read_key(const struct reading *r)
{
	const struct nlattr *const *tb = r->tb;
	int err;

	if (has_unmodelled(tb))
		return refuse_unmodelled(r);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct fl_field *f = &fields[i];
		const struct nlattr *nla = tb[f->attr]; /* of number 0 there is none */

		if (nla) {
			if (applies(f->when, r->key))
				set_field(r, f, nla);
		} else if (f->set) {
			err = f->set(r);
			if (err < 0)
				return err;
		}
	}
	return 0;
}

int fl_set_key(struct knet *net, const struct nlattr *const *tb, struct fl_flow_key *key,
	       struct fl_flow_key *mask, struct netlink_ext_ack *extack)
{
	const struct reading r = { net, tb, key, mask, extack, false };

	return read_key(&r);
}

int fl_try_key(struct knet *net, const struct nlattr *const *tb, struct fl_flow_key *key,
	       struct fl_flow_key *mask)
{
	const struct reading r = { net, tb, key, mask, NULL, true };

	return read_key(&r);
}

static bool is_zero(const u8 *p, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (p[i])
			return false;
	}
	return true;
}

static int dump_field(struct kmsg *m, const struct fl_field *f, const struct fl_flow_key *key,
		      const struct fl_flow_key *mask)
{
	const u8 *k = (const u8 *)key + f->offset, *w = (const u8 *)mask + f->offset;

	if (!applies(f->when, key))
		return 0;
	return f->mask_attr ? nla_put_both(m, f->attr, f->mask_attr, f->size, k, w)
			    : nla_put(m, f->attr, f->size, k);
}

static_assert(ARRAY_SIZE(fields) <= 32, "sets of fields are bits of a u32");

u32 fl_mask_fields(const struct fl_flow_key *mask)
{
	u32 used = 0;

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].dump ||
		    (fields[i].size &&
		     !is_zero((const u8 *)mask + fields[i].offset, fields[i].size)))
			used |= 1u << i;
	}
	return used;
}

int fl_dump_key(struct kmsg *m, struct knet *net, const struct fl_flow_key *key,
		const struct fl_flow_key *mask, u32 used)
{
	int err = 0;

	for (; used && err == 0; used &= used - 1) {
		const struct fl_field *f = &fields[__builtin_ctz(used)];

		err = f->dump ? f->dump(m, net, key, mask) : dump_field(m, f, key, mask);
	}
	return err;
}

void fl_init_dissector(struct flow_dissector *dissector, const struct fl_flow_key *mask)
{
	dissector->used_keys = 0;
	for (size_t i = 0; i < FLOW_DISSECTOR_KEY_MAX; i++)
		dissector->offset[i] = UINT16_MAX;
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		if (members[i].id > FLOW_DISSECTOR_KEY_BASIC &&
		    is_zero((const u8 *)mask + members[i].offset, members[i].size))
			continue;
		dissector->used_keys |= 1u << members[i].id;
		dissector->offset[members[i].id] = members[i].offset;
	}
}

/* ---- packet to key ---- */

static void key_from_ports(struct fl_flow_key *key, const u8 *l4, size_t left)
{
	switch (key->basic.ip_proto) {
	case IPPROTO_TCP:
		if (left >= 14) {
			u16 flags = get_be16(l4 + 12) & 0xfff;

			key->tcp.flags = be16_from_host(flags);
		}
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (left >= 2) {
			key->icmp.type = l4[0];
			key->icmp.code = l4[1];
		}
		return;
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
		break;
	default:
		return;
	}
	if (left >= 4) {
		memcpy(&key->tp.src, l4, 2);
		memcpy(&key->tp.dst, l4 + 2, 2);
	}
}

/* Of Ethernet and IPv4, requests and answers: of others the dissector tells nothing. */
static void key_from_arp(struct fl_flow_key *key, const u8 *arp, size_t left)
{
	u16 op;

	if (left < 28 || get_be32(arp) != 0x00010800 || arp[4] != ETH_ALEN || arp[5] != 4)
		return;
	op = get_be16(arp + 6);
	if (op != 1 && op != 2)
		return;
	key->arp.op = (u8)op;
	memcpy(key->arp.sha, arp + 8, ETH_ALEN);
	memcpy(&key->arp.sip, arp + 14, 4);
	memcpy(key->arp.tha, arp + 18, ETH_ALEN);
	memcpy(&key->arp.tip, arp + 24, 4);
}

static void key_from_ip(struct fl_flow_key *key, const struct packet_headers *h, const u8 *l3)
{
	bool is_v4 = h->l3_type == PACKET_L3_IPV4;

	key->basic.ip_proto = h->ip_proto;
	key->control.addr_type = is_v4 ? FLOW_DISSECTOR_KEY_IPV4_ADDRS
				       : FLOW_DISSECTOR_KEY_IPV6_ADDRS;
	if (is_v4) {
		key->ip = (struct flow_dissector_key_ip){ .tos = l3[1], .ttl = l3[8] };
		memcpy(&key->ipv4, l3 + 12, sizeof key->ipv4);
	} else {
		key->ip.tos = (u8)(get_be16(l3) >> 4);
		key->ip.ttl = l3[7];
		memcpy(&key->ipv6, l3 + 8, sizeof key->ipv6);
	}
	if (h->is_fragment)
		key->control.flags = FLOW_DIS_IS_FRAGMENT | (h->is_later ? 0 : FLOW_DIS_FIRST_FRAG);
}

void fl_key_from_skb(struct fl_flow_key *key, const struct sk_buff *skb)
{
	const u8 *data = skb->p.data;
	struct packet_headers h;

	memset(key, 0, sizeof *key);
	packet_dissect(&h, data, skb->p.size);
	key->meta.ingress_ifindex = (u32)skb->dev->ifindex;
	memcpy(key->eth.dst, data, ETH_ALEN);
	memcpy(key->eth.src, data + ETH_ALEN, ETH_ALEN);
	key->basic.n_proto = h.eth_type;
	if (h.n_vlans) {
		u16 tci = host_from_be16(h.vlan[0].tci);

		key->vlan.vlan_id = tci & 0xfff;
		key->vlan.vlan_priority = (u8)(tci >> 13);
		key->vlan.vlan_tpid = h.vlan[0].tpid;
		key->vlan.vlan_eth_type = h.n_vlans > 1 ? h.vlan[1].tpid : h.eth_type;
	}
	if (h.l3 == UINT16_MAX)
		return;
	if (h.l3_type == PACKET_L3_ARP)
		key_from_arp(key, data + h.l3, skb->p.size - h.l3);
	if (h.l3_type != PACKET_L3_IPV4 && h.l3_type != PACKET_L3_IPV6)
		return;
	key_from_ip(key, &h, data + h.l3);
	/* Linux stops at a fragment, be it the first. */
	if (h.l4 != UINT16_MAX && !h.is_fragment)
		key_from_ports(key, data + h.l4, skb->p.size - h.l4);
}

void fl_widen_range(const struct fl_flow_key *mask, u16 *start, u16 *end)
{
	for (size_t i = 0; i < ARRAY_SIZE(long_fields); i++) {
		u16 first = (u16)(long_fields[i].offset & ~7);
		u16 last = (u16)((long_fields[i].offset + long_fields[i].size + 7) & ~7);
		bool is_cut = (first < *start && last > *start) || (first < *end && last > *end);

		if (!is_cut ||
		    is_zero((const u8 *)mask + long_fields[i].offset, long_fields[i].size))
			continue;
		*start = first < *start ? first : *start;
		*end = last > *end ? last : *end;
	}
}
