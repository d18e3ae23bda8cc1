/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys and actions between netlink attributes and the datapath, with the checks of
 * net/openvswitch/flow_netlink.c, 6.1: every refusal is a bare -EINVAL there, with a line in the
 * kernel's log; here the words are in the trace. Attributes whose bytes this model's key lacks
 * (skb_priority, skb_mark, dp_hash, conntrack ...) are taken when they match nothing away: a zero
 * mask, or the value 0, which every packet of this model has. Anything else of them is refused by
 * name.
 */
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

/* A part of an attribute and where it lies in the key. */
struct piece {
	u8 attr, from, to, size;
};

#define AT(member) (u8) offsetof(struct sw_flow_key, member)

static const struct piece pieces[] = {
	{ OVS_KEY_ATTR_RECIRC_ID, 0, AT(recirc_id), 4 },
	{ OVS_KEY_ATTR_IN_PORT, 0, AT(in_port), 4 },
	{ OVS_KEY_ATTR_ETHERNET, 0, AT(eth_src), 6 },
	{ OVS_KEY_ATTR_ETHERNET, 6, AT(eth_dst), 6 },
	{ OVS_KEY_ATTR_VLAN, 0, AT(vlan_tci), 2 },
	{ OVS_KEY_ATTR_ETHERTYPE, 0, AT(eth_type), 2 },
	{ OVS_KEY_ATTR_IPV4, 0, AT(ipv4.src), 4 },
	{ OVS_KEY_ATTR_IPV4, 4, AT(ipv4.dst), 4 },
	{ OVS_KEY_ATTR_IPV4, 8, AT(ip_proto), 1 },
	{ OVS_KEY_ATTR_IPV4, 9, AT(ip_tos), 1 },
	{ OVS_KEY_ATTR_IPV4, 10, AT(ip_ttl), 1 },
	{ OVS_KEY_ATTR_IPV4, 11, AT(ip_frag), 1 },
	{ OVS_KEY_ATTR_IPV6, 0, AT(ipv6.src), 16 },
	{ OVS_KEY_ATTR_IPV6, 16, AT(ipv6.dst), 16 },
	{ OVS_KEY_ATTR_IPV6, 32, AT(ipv6_label), 4 },
	{ OVS_KEY_ATTR_IPV6, 36, AT(ip_proto), 1 },
	{ OVS_KEY_ATTR_IPV6, 37, AT(ip_tos), 1 },
	{ OVS_KEY_ATTR_IPV6, 38, AT(ip_ttl), 1 },
	{ OVS_KEY_ATTR_IPV6, 39, AT(ip_frag), 1 },
	{ OVS_KEY_ATTR_ARP, 0, AT(ipv4.src), 4 },
	{ OVS_KEY_ATTR_ARP, 4, AT(ipv4.dst), 4 },
	{ OVS_KEY_ATTR_ARP, 9, AT(ip_proto), 1 }, /* low byte of the operation */
	{ OVS_KEY_ATTR_ARP, 10, AT(ipv4.arp_sha), 6 },
	{ OVS_KEY_ATTR_ARP, 16, AT(ipv4.arp_tha), 6 },
	{ OVS_KEY_ATTR_TCP, 0, AT(tp_src), 2 },
	{ OVS_KEY_ATTR_TCP, 2, AT(tp_dst), 2 },
	{ OVS_KEY_ATTR_TCP_FLAGS, 0, AT(tp_flags), 2 },
	{ OVS_KEY_ATTR_UDP, 0, AT(tp_src), 2 },
	{ OVS_KEY_ATTR_UDP, 2, AT(tp_dst), 2 },
	{ OVS_KEY_ATTR_SCTP, 0, AT(tp_src), 2 },
	{ OVS_KEY_ATTR_SCTP, 2, AT(tp_dst), 2 },
	{ OVS_KEY_ATTR_ICMP, 0, AT(tp_src) + 1, 1 },
	{ OVS_KEY_ATTR_ICMP, 1, AT(tp_dst) + 1, 1 },
	{ OVS_KEY_ATTR_ICMPV6, 0, AT(tp_src) + 1, 1 },
	{ OVS_KEY_ATTR_ICMPV6, 1, AT(tp_dst) + 1, 1 },
};

/* Every attribute of a key: its size, and whether the model's key has its bytes. Size 0: a nest. */
static const struct {
	const char *name;
	u16 size;
	bool modelled;
} key_attrs[] = {
	[OVS_KEY_ATTR_ENCAP] = { "encap", 0, true },
	[OVS_KEY_ATTR_PRIORITY] = { "skb_priority", 4, false },
	[OVS_KEY_ATTR_IN_PORT] = { "in_port", 4, true },
	[OVS_KEY_ATTR_ETHERNET] = { "eth", sizeof(struct ovs_key_ethernet), true },
	[OVS_KEY_ATTR_VLAN] = { "vlan", 2, true },
	[OVS_KEY_ATTR_ETHERTYPE] = { "eth_type", 2, true },
	[OVS_KEY_ATTR_IPV4] = { "ipv4", sizeof(struct ovs_key_ipv4), true },
	[OVS_KEY_ATTR_IPV6] = { "ipv6", sizeof(struct ovs_key_ipv6), true },
	[OVS_KEY_ATTR_TCP] = { "tcp", sizeof(struct ovs_key_tcp), true },
	[OVS_KEY_ATTR_UDP] = { "udp", sizeof(struct ovs_key_udp), true },
	[OVS_KEY_ATTR_ICMP] = { "icmp", sizeof(struct ovs_key_icmp), true },
	[OVS_KEY_ATTR_ICMPV6] = { "icmpv6", sizeof(struct ovs_key_icmpv6), true },
	[OVS_KEY_ATTR_ARP] = { "arp", sizeof(struct ovs_key_arp), true },
	[OVS_KEY_ATTR_ND] = { "nd", sizeof(struct ovs_key_nd), false },
	[OVS_KEY_ATTR_SKB_MARK] = { "skb_mark", 4, false },
	[OVS_KEY_ATTR_TUNNEL] = { "tunnel", 0, false },
	[OVS_KEY_ATTR_SCTP] = { "sctp", sizeof(struct ovs_key_sctp), true },
	[OVS_KEY_ATTR_TCP_FLAGS] = { "tcp_flags", 2, true },
	[OVS_KEY_ATTR_DP_HASH] = { "dp_hash", 4, false },
	[OVS_KEY_ATTR_RECIRC_ID] = { "recirc_id", 4, true },
	[OVS_KEY_ATTR_MPLS] = { "mpls", sizeof(struct ovs_key_mpls), false },
	[OVS_KEY_ATTR_CT_STATE] = { "ct_state", 4, false },
	[OVS_KEY_ATTR_CT_ZONE] = { "ct_zone", 2, false },
	[OVS_KEY_ATTR_CT_MARK] = { "ct_mark", 4, false },
	[OVS_KEY_ATTR_CT_LABELS] = { "ct_labels", sizeof(struct ovs_key_ct_labels), false },
};

#define BIT(attr)     (1ull << (attr))
#define N_KEY_ATTRS   ((int)ARRAY_SIZE(key_attrs))
#define VLAN_CFI_MASK 0x1000

struct attrs {
	const struct nlattr *a[ARRAY_SIZE(key_attrs)];
	u64 present;
};

static bool is_all_zero(const struct nlattr *nla)
{
	const u8 *p = nla_data(nla);

	for (int i = 0; i < nla_len(nla); i++) {
		if (p[i])
			return false;
	}
	return true;
}

/* Cuts a list of key attributes: numbers known, none twice, sizes right. */
static int parse_attrs(struct trace *t, struct attrs *as, const struct nlattr *nest)
{
	const struct nlattr *nla;
	int rem;

	memset(as, 0, sizeof *as);
	nla_for_each_attr(nla, nla_data(nest), nla_len(nest), rem)
	{
		int type = nla_type(nla);

		if (type <= OVS_KEY_ATTR_UNSPEC || type >= N_KEY_ATTRS || !key_attrs[type].name)
			return trace_refuse(t, -EINVAL, NULL, "key attribute %d is not modelled",
					    type);
		if (as->present & BIT(type))
			return trace_refuse(t, -EINVAL, key_attrs[type].name, "Duplicate key");
		if (key_attrs[type].size && nla_len(nla) != key_attrs[type].size)
			return trace_refuse(t, -EINVAL, key_attrs[type].name,
					    "Key has unexpected len: %d, expected %d", nla_len(nla),
					    key_attrs[type].size);
		as->present |= BIT(type);
		as->a[type] = nla;
	}
	if (rem)
		return trace_refuse(t, -EINVAL, NULL, "Message has %d unknown bytes.", rem);
	return 0;
}

static int copy_attrs(struct trace *t, struct sw_flow_key *key, const struct attrs *as)
{
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		const struct piece *p = &pieces[i];
		const struct nlattr *nla = as->a[p->attr];

		if (nla)
			memcpy((u8 *)key + p->to, (const u8 *)nla_data(nla) + p->from, p->size);
	}
	for (int i = 0; i < N_KEY_ATTRS; i++) {
		if (as->a[i] && !key_attrs[i].modelled && !is_all_zero(as->a[i]))
			return trace_refuse(t, -EINVAL, key_attrs[i].name, "%s is not modelled yet",
					    key_attrs[i].name);
	}
	return 0;
}

static bool is_vlan_type(be16 type)
{
	return type == be16_from_host(ETH_P_8021Q) || type == be16_from_host(ETH_P_8021AD);
}

/* The outer attributes of a tagged frame: ETHERTYPE is the TPID, the rest of the key is inside
 * ENCAP. */
static int open_encap(struct trace *t, struct attrs *as, struct sw_flow_key *key, bool is_mask)
{
	be16 type, tci;
	struct attrs inner;
	int err;

	if (!as->a[OVS_KEY_ATTR_ETHERTYPE])
		return 0;
	memcpy(&type, nla_data(as->a[OVS_KEY_ATTR_ETHERTYPE]), 2);
	if (!is_mask && !is_vlan_type(type))
		return 0;
	if (is_mask && !as->a[OVS_KEY_ATTR_ENCAP])
		return 0;
	if (!as->a[OVS_KEY_ATTR_VLAN] || !as->a[OVS_KEY_ATTR_ENCAP])
		return trace_refuse(t, -EINVAL, "vlan", "Invalid Vlan frame.");
	if (is_mask && type != be16_from_host(0xffff))
		return trace_refuse(t, -EINVAL, "vlan",
				    "Must have an exact match on TPID (mask=%x).",
				    host_from_be16(type));
	memcpy(&tci, nla_data(as->a[OVS_KEY_ATTR_VLAN]), 2);
	if (!(tci & be16_from_host(VLAN_CFI_MASK))) {
		/* "No tag": a TCI of 0 and nothing inside. */
		if (!is_mask && tci)
			return trace_refuse(t, -EINVAL, "vlan",
					    "VLAN TCI does not have VLAN_CFI_MASK bit set.");
		if (is_mask)
			return trace_refuse(t, -EINVAL, "vlan",
					    "VLAN tag present bit must have an exact match.");
	}
	err = parse_attrs(t, &inner, as->a[OVS_KEY_ATTR_ENCAP]);
	if (err)
		return err;
	key->vlan_tpid = type;
	for (int i = 0; i < N_KEY_ATTRS; i++) {
		if (i == OVS_KEY_ATTR_ETHERTYPE) {
			as->a[i] = inner.a[i];
			as->present = (as->present & ~BIT(i)) | (inner.present & BIT(i));
		} else if (inner.a[i]) {
			as->a[i] = inner.a[i];
			as->present |= BIT(i);
		}
	}
	return 0;
}

static int parse_key(struct trace *t, struct sw_flow_key *key, u64 *present,
		     const struct nlattr *nest, bool is_mask)
{
	struct attrs as;
	int err = parse_attrs(t, &as, nest);

	if (!err)
		err = open_encap(t, &as, key, is_mask);
	if (!err)
		err = copy_attrs(t, key, &as);
	if (!err && as.a[OVS_KEY_ATTR_ARP] && !is_mask &&
	    ((const u8 *)nla_data(as.a[OVS_KEY_ATTR_ARP]))[8])
		err = trace_refuse(t, -EINVAL, "arp.op", "Unknown ARP opcode (opcode=%u).",
				   get_be16((const u8 *)nla_data(as.a[OVS_KEY_ATTR_ARP]) + 8));
	*present = as.present;
	return err;
}

/* Which attributes a key of this kind must have, and which only then may be masked. */
static u64 expected_attrs(const struct sw_flow_key *key, u64 *l4)
{
	u64 l3;

	*l4 = 0;
	switch (host_from_be16(key->eth_type)) {
	case ETH_P_ARP:
	case ETH_P_RARP:
		return BIT(OVS_KEY_ATTR_ARP);
	case ETH_P_IP:
		l3 = BIT(OVS_KEY_ATTR_IPV4);
		break;
	case ETH_P_IPV6:
		l3 = BIT(OVS_KEY_ATTR_IPV6);
		break;
	default:
		return 0;
	}
	if (key->ip_frag == OVS_FRAG_TYPE_LATER)
		return l3;
	switch (key->ip_proto) {
	case IPPROTO_TCP:
		*l4 = BIT(OVS_KEY_ATTR_TCP) | BIT(OVS_KEY_ATTR_TCP_FLAGS);
		break;
	case IPPROTO_UDP:
		*l4 = BIT(OVS_KEY_ATTR_UDP);
		break;
	case IPPROTO_SCTP:
		*l4 = BIT(OVS_KEY_ATTR_SCTP);
		break;
	case IPPROTO_ICMP:
		if (l3 == BIT(OVS_KEY_ATTR_IPV4))
			*l4 = BIT(OVS_KEY_ATTR_ICMP);
		break;
	case IPPROTO_ICMPV6:
		if (l3 == BIT(OVS_KEY_ATTR_IPV6))
			*l4 = BIT(OVS_KEY_ATTR_ICMPV6);
		break;
	default:
		break;
	}
	return l3;
}

/* Attributes that may be masked only when the layer below calls for them. */
#define DEPENDENT                                                                      \
	(BIT(OVS_KEY_ATTR_IPV4) | BIT(OVS_KEY_ATTR_IPV6) | BIT(OVS_KEY_ATTR_ARP) |     \
	 BIT(OVS_KEY_ATTR_TCP) | BIT(OVS_KEY_ATTR_TCP_FLAGS) | BIT(OVS_KEY_ATTR_UDP) | \
	 BIT(OVS_KEY_ATTR_SCTP) | BIT(OVS_KEY_ATTR_ICMP) | BIT(OVS_KEY_ATTR_ICMPV6))

static const char *name_of_lowest(u64 attrs)
{
	const char *name = key_attrs[__builtin_ctzll(attrs)].name;

	return name ? name : "?";
}

static int match_validate(struct trace *t, const struct sw_flow_key *key,
			  const struct sw_flow_key *mask, u64 key_present, u64 mask_present,
			  bool has_mask)
{
	u64 l4, l3 = expected_attrs(key, &l4);
	u64 missing = ((l3 | l4) & ~key_present), unexpected, allowed;

	if (!(key_present & BIT(OVS_KEY_ATTR_ETHERNET)))
		return trace_refuse(t, -EINVAL, "eth", "Missing key: eth");
	if (missing)
		return trace_refuse(t, -EINVAL, name_of_lowest(missing), "Missing key: %s",
				    name_of_lowest(missing));
	if (!has_mask)
		return 0;
	allowed = (key_present & ~DEPENDENT) | BIT(OVS_KEY_ATTR_IN_PORT) |
		  BIT(OVS_KEY_ATTR_ETHERTYPE) | BIT(OVS_KEY_ATTR_TUNNEL);
	if (mask->eth_type == be16_from_host(0xffff)) {
		allowed |= l3;
		if (mask->ip_proto == 0xff)
			allowed |= l4;
	}
	unexpected = mask_present & ~allowed;
	if (unexpected)
		return trace_refuse(t, -EINVAL, name_of_lowest(unexpected), "Unexpected mask: %s",
				    name_of_lowest(unexpected));
	return 0;
}

int ovs_nla_get_match(struct trace *t, struct sw_flow_key *key, struct sw_flow_key *mask,
		      const struct nlattr *nla_key, const struct nlattr *nla_mask)
{
	u64 key_present, mask_present = 0;
	int err;

	memset(key, 0, sizeof *key);
	key->in_port = DP_MAX_PORTS;
	err = parse_key(t, key, &key_present, nla_key, false);
	if (err)
		return err;
	if (!(key_present & BIT(OVS_KEY_ATTR_ETHERTYPE)))
		key->eth_type = be16_from_host(ETH_P_802_2);
	if (nla_mask) {
		memset(mask, 0, sizeof *mask);
		err = parse_key(t, mask, &mask_present, nla_mask, true);
		if (!err && mask_present & BIT(OVS_KEY_ATTR_ETHERTYPE) &&
		    mask->eth_type != be16_from_host(0xffff))
			err = trace_refuse(t, -EINVAL, "eth_type",
					   "EtherType mask not exact (mask=%x)",
					   host_from_be16(mask->eth_type));
		if (err)
			return err;
		mask->in_port = UINT32_MAX; /* always exact */
	} else {
		memset(mask, 0xff, sizeof *mask);
	}
	/* Whether there is a tag is always part of the match: a key without one is for untagged
	 * frames. */
	mask->vlan_tpid = be16_from_host(0xffff);
	if (!key->vlan_tci)
		mask->vlan_tci = be16_from_host(0xffff);
	return match_validate(t, key, mask, key_present, mask_present, nla_mask != NULL);
}

/* Puts one attribute of @out, cut together from its pieces. */
static int put_attr(struct kmsg *m, int attr, const struct sw_flow_key *out)
{
	u8 buf[64] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		const struct piece *p = &pieces[i];

		if (p->attr == attr)
			memcpy(buf + p->from, (const u8 *)out + p->to, p->size);
	}
	return nla_put(m, attr, key_attrs[attr].size, buf);
}

static int put_list(struct kmsg *m, u64 attrs, const struct sw_flow_key *out)
{
	int err = 0;

	for (; attrs && !err; attrs &= attrs - 1)
		err = put_attr(m, __builtin_ctzll(attrs), out);
	return err;
}

/* Puts key or mask, @out, with the attributes that @key calls for. */
int ovs_nla_put_key(struct kmsg *m, int attr, const struct sw_flow_key *key,
		    const struct sw_flow_key *out)
{
	ssize_t nest = nla_nest_start_noflag(m, attr), encap = -1;
	u64 l4, l3 = expected_attrs(key, &l4);
	bool is_mask = key != out;
	int err;

	if (nest < 0)
		return -EMSGSIZE;
	err = put_attr(m, OVS_KEY_ATTR_RECIRC_ID, out);
	if (!err)
		err = put_attr(m, OVS_KEY_ATTR_IN_PORT, out);
	if (!err)
		err = put_attr(m, OVS_KEY_ATTR_ETHERNET, out);
	if (!err && key->vlan_tci) {
		err = nla_put_be16(m, OVS_KEY_ATTR_ETHERTYPE, out->vlan_tpid);
		if (!err)
			err = put_attr(m, OVS_KEY_ATTR_VLAN, out);
		encap = nla_nest_start_noflag(m, OVS_KEY_ATTR_ENCAP);
		if (encap < 0)
			err = -EMSGSIZE;
	}
	/* A key of a frame with a length instead of a type has no ETHERTYPE; its mask has. */
	if (!err && (is_mask || key->eth_type != be16_from_host(ETH_P_802_2)))
		err = put_attr(m, OVS_KEY_ATTR_ETHERTYPE, out);
	if (!err)
		err = put_list(m, l3, out);
	if (!err)
		err = put_list(m, l4, out);
	if (err) {
		nla_nest_cancel(m, nest);
		return err;
	}
	if (encap >= 0)
		nla_nest_end(m, encap);
	nla_nest_end(m, nest);
	return 0;
}

/* ---- actions ---- */

static int check_set_ip(struct trace *t, const char *name, u8 proto, u8 frag, u8 proto_mask,
			u8 frag_mask, bool masked, const struct sw_flow_key *key)
{
	if (masked && (proto_mask || frag_mask))
		return trace_refuse(t, -EINVAL, name, "protocol and fragment type cannot be set");
	if (!masked && (proto != key->ip_proto || frag != key->ip_frag))
		return trace_refuse(t, -EINVAL, name,
				    "protocol and fragment type cannot be changed");
	return 0;
}

/* A set action: one key attribute, or twice its size, value and mask; only of a layer that the flow
 * matches. */
static int check_set(struct trace *t, const struct nlattr *set, bool masked,
		     const struct sw_flow_key *key, const struct sw_flow_key *mask)
{
	const struct nlattr *a = nla_data(set);
	bool l3_exact = mask->eth_type == be16_from_host(0xffff);
	const u8 *v, *vm;
	int type, size;

	if (nla_len(set) < NLA_HDRLEN || !nla_ok(a, nla_len(set)) ||
	    (int)NLA_ALIGN(a->nla_len) != nla_len(set))
		return trace_refuse(t, -EINVAL, "set", "set() must hold exactly one key");
	type = nla_type(a);
	if (type >= N_KEY_ATTRS || !key_attrs[type].name || !key_attrs[type].size)
		return trace_refuse(t, -EINVAL, "set",
				    "set of key attribute %d is not modelled yet", type);
	size = key_attrs[type].size;
	if (nla_len(a) != (masked ? 2 * size : size))
		return trace_refuse(t, -EINVAL, key_attrs[type].name,
				    "set() has unexpected len: %d", nla_len(a));
	v = nla_data(a);
	vm = masked ? v + size : NULL;
	switch (type) {
	case OVS_KEY_ATTR_ETHERNET:
		return 0;
	case OVS_KEY_ATTR_IPV4:
		if (!l3_exact || key->eth_type != be16_from_host(ETH_P_IP))
			break;
		return check_set_ip(t, "ipv4", v[8], v[11], vm ? vm[8] : 0, vm ? vm[11] : 0, masked,
				    key);
	case OVS_KEY_ATTR_IPV6:
		if (!l3_exact || key->eth_type != be16_from_host(ETH_P_IPV6))
			break;
		return check_set_ip(t, "ipv6", v[36], v[39], vm ? vm[36] : 0, vm ? vm[39] : 0,
				    masked, key);
	case OVS_KEY_ATTR_TCP:
		if (key->ip_proto != IPPROTO_TCP || mask->ip_proto != 0xff)
			break;
		return 0;
	case OVS_KEY_ATTR_UDP:
		if (key->ip_proto != IPPROTO_UDP || mask->ip_proto != 0xff)
			break;
		return 0;
	default:
		return trace_refuse(t, -EINVAL, key_attrs[type].name, "set(%s) is not modelled yet",
				    key_attrs[type].name);
	}
	return trace_refuse(
		t, -EINVAL, key_attrs[type].name,
		"Flow actions may not be safe on all matching packets: set(%s) needs a match on it",
		key_attrs[type].name);
}

static int check_push_vlan(struct trace *t, const struct nlattr *a)
{
	struct ovs_action_push_vlan vlan;

	if (nla_len(a) != sizeof vlan)
		return trace_refuse(t, -EINVAL, "push_vlan", "push_vlan has unexpected len: %d",
				    nla_len(a));
	memcpy(&vlan, nla_data(a), sizeof vlan);
	if (!is_vlan_type(vlan.vlan_tpid))
		return trace_refuse(t, -EINVAL, "push_vlan", "0x%04x is no VLAN TPID",
				    host_from_be16(vlan.vlan_tpid));
	if (!(vlan.vlan_tci & be16_from_host(VLAN_CFI_MASK)))
		return trace_refuse(t, -EINVAL, "push_vlan",
				    "the TCI lacks the bit that says that there is a tag");
	return 0;
}

/* Keeps track of what the packet looks like after each action, since later ones are checked against
 * that. */
int ovs_nla_check_actions(struct trace *t, const struct nlattr *actions,
			  const struct sw_flow_key *flow_key, const struct sw_flow_key *mask)
{
	struct sw_flow_key key = *flow_key;
	const struct nlattr *a;
	int rem, err = 0;

	if ((size_t)nla_len(actions) > OVS_ACTIONS_SIZE)
		return trace_refuse(t, -EINVAL, NULL, "Flow action size exceeds max: %d bytes",
				    nla_len(actions));
	nla_for_each_attr(a, nla_data(actions), nla_len(actions), rem)
	{
		switch (nla_type(a)) {
		case OVS_ACTION_ATTR_OUTPUT:
			if (nla_len(a) != 4 || nla_get_u32(a) >= DP_MAX_PORTS)
				err = trace_refuse(t, -EINVAL, "output", "no valid port number");
			break;
		case OVS_ACTION_ATTR_PUSH_VLAN:
			err = check_push_vlan(t, a);
			if (!err) /* what was matched is inside now */
				key.eth_type = 0;
			break;
		case OVS_ACTION_ATTR_POP_VLAN:
			key.eth_type = flow_key->eth_type;
			break;
		case OVS_ACTION_ATTR_SET:
		case OVS_ACTION_ATTR_SET_MASKED:
			err = check_set(t, a, nla_type(a) == OVS_ACTION_ATTR_SET_MASKED, &key,
					mask);
			break;
		default:
			err = trace_refuse(t, -EINVAL, NULL,
					   "action attribute %d is not modelled yet", nla_type(a));
			break;
		}
		if (err)
			return err;
	}
	return rem ? trace_refuse(t, -EINVAL, NULL, "Message has %d unknown bytes.", rem) : 0;
}
