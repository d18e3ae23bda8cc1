/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys and masks between netlink attributes and the datapath, with the checks of
 * net/openvswitch/flow_netlink.c, 6.1: every refusal is a bare -EINVAL there, with a line in the
 * kernel's log; here the words are in the trace. Absent, and refused by name: tunnels, MPLS, NSH,
 * the original tuple of a connection, a match on IPv6 extension headers, frames without an Ethernet
 * header.
 */
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#define BIT(attr)     (1ull << (attr))
#define N_KEY_ATTRS   (OVS_KEY_ATTR_MAX + 1)
#define EXACT_MAX     1024 /* bytes of a key: each attribute that may be in it, once, fits */
#define CT_STATE_MASK 0xffu
#define LABEL_MAX     0xfffffu
#define ND_SOLICIT    135 /* types of ICMPv6: neighbour discovery */
#define ND_ADVERTISE  136

/* A part of an attribute and where it lies in the key. */
struct piece {
	u8 attr, from, to, size;
};

#define AT(member) (u8) offsetof(struct sw_flow_key, member)

static const struct piece pieces[] = {
	{ OVS_KEY_ATTR_RECIRC_ID, 0, AT(recirc_id), 4 },
	{ OVS_KEY_ATTR_DP_HASH, 0, AT(dp_hash), 4 },
	{ OVS_KEY_ATTR_PRIORITY, 0, AT(priority), 4 },
	{ OVS_KEY_ATTR_SKB_MARK, 0, AT(skb_mark), 4 },
	{ OVS_KEY_ATTR_CT_STATE, 0, AT(ct_state), 4 },
	{ OVS_KEY_ATTR_CT_ZONE, 0, AT(ct_zone), 2 },
	{ OVS_KEY_ATTR_CT_MARK, 0, AT(ct_mark), 4 },
	{ OVS_KEY_ATTR_CT_LABELS, 0, AT(ct_labels), 16 },
	{ OVS_KEY_ATTR_ETHERNET, 0, AT(eth_src), 6 },
	{ OVS_KEY_ATTR_ETHERNET, 6, AT(eth_dst), 6 },
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
	{ OVS_KEY_ATTR_ND, 0, AT(ipv6.nd_target), 16 },
	{ OVS_KEY_ATTR_ND, 16, AT(ipv6.nd_sll), 6 },
	{ OVS_KEY_ATTR_ND, 22, AT(ipv6.nd_tll), 6 },
};

#define ANY_SIZE (-1)

/* Every attribute of a key; without a name: not for the kernel. */
static const struct {
	const char *name;
	int size;
} key_attrs[N_KEY_ATTRS] = {
	[OVS_KEY_ATTR_UNSPEC] = { "unspec", 0 },
	[OVS_KEY_ATTR_ENCAP] = { "encap", ANY_SIZE },
	[OVS_KEY_ATTR_PRIORITY] = { "skb_priority", 4 },
	[OVS_KEY_ATTR_IN_PORT] = { "in_port", 4 },
	[OVS_KEY_ATTR_ETHERNET] = { "eth", sizeof(struct ovs_key_ethernet) },
	[OVS_KEY_ATTR_VLAN] = { "vlan", 2 },
	[OVS_KEY_ATTR_ETHERTYPE] = { "eth_type", 2 },
	[OVS_KEY_ATTR_IPV4] = { "ipv4", sizeof(struct ovs_key_ipv4) },
	[OVS_KEY_ATTR_IPV6] = { "ipv6", sizeof(struct ovs_key_ipv6) },
	[OVS_KEY_ATTR_TCP] = { "tcp", sizeof(struct ovs_key_tcp) },
	[OVS_KEY_ATTR_UDP] = { "udp", sizeof(struct ovs_key_udp) },
	[OVS_KEY_ATTR_ICMP] = { "icmp", sizeof(struct ovs_key_icmp) },
	[OVS_KEY_ATTR_ICMPV6] = { "icmpv6", sizeof(struct ovs_key_icmpv6) },
	[OVS_KEY_ATTR_ARP] = { "arp", sizeof(struct ovs_key_arp) },
	[OVS_KEY_ATTR_ND] = { "nd", sizeof(struct ovs_key_nd) },
	[OVS_KEY_ATTR_SKB_MARK] = { "skb_mark", 4 },
	[OVS_KEY_ATTR_TUNNEL] = { "tunnel", ANY_SIZE },
	[OVS_KEY_ATTR_SCTP] = { "sctp", sizeof(struct ovs_key_sctp) },
	[OVS_KEY_ATTR_TCP_FLAGS] = { "tcp_flags", 2 },
	[OVS_KEY_ATTR_DP_HASH] = { "dp_hash", 4 },
	[OVS_KEY_ATTR_RECIRC_ID] = { "recirc_id", 4 },
	[OVS_KEY_ATTR_MPLS] = { "mpls", ANY_SIZE },
	[OVS_KEY_ATTR_CT_STATE] = { "ct_state", 4 },
	[OVS_KEY_ATTR_CT_ZONE] = { "ct_zone", 2 },
	[OVS_KEY_ATTR_CT_MARK] = { "ct_mark", 4 },
	[OVS_KEY_ATTR_CT_LABELS] = { "ct_label", sizeof(struct ovs_key_ct_labels) },
	[OVS_KEY_ATTR_CT_ORIG_TUPLE_IPV4] = { "ct_tuple4", sizeof(struct ovs_key_ct_tuple_ipv4) },
	[OVS_KEY_ATTR_CT_ORIG_TUPLE_IPV6] = { "ct_tuple6", sizeof(struct ovs_key_ct_tuple_ipv6) },
	[OVS_KEY_ATTR_NSH] = { "nsh", ANY_SIZE },
	[OVS_KEY_ATTR_IPV6_EXTHDRS] = { "ipv6_exthdrs", sizeof(struct ovs_key_ipv6_exthdrs) },
};

/* What this model's key has no bytes for: refused in a key, and in a mask. Extension headers may be
 * in a key, since the kernel puts them into each dump of an IPv6 flow. */
#define ABSENT_IN_KEY                                                                \
	(BIT(OVS_KEY_ATTR_TUNNEL) | BIT(OVS_KEY_ATTR_MPLS) | BIT(OVS_KEY_ATTR_NSH) | \
	 BIT(OVS_KEY_ATTR_CT_ORIG_TUPLE_IPV4) | BIT(OVS_KEY_ATTR_CT_ORIG_TUPLE_IPV6))
#define ABSENT_IN_MASK (ABSENT_IN_KEY | BIT(OVS_KEY_ATTR_IPV6_EXTHDRS))

/*
 * The attributes of a key or a mask being parsed. Those of the mask are read over those of the key
 * and @a is not cleared in between: Linux takes the TCI of the key for a mask that has ENCAP but
 * no VLAN.
 */
struct attrs {
	const struct nlattr *a[N_KEY_ATTRS];
	u64 present;
};

bool ovs_is_vlan_type(be16 type)
{
	return type == be16_from_host(ETH_P_8021Q) || type == be16_from_host(ETH_P_8021AD);
}

static bool is_all_zero(const struct nlattr *nla)
{
	const u8 *p = nla_data(nla);

	for (int i = 0; i < nla_len(nla); i++) {
		if (p[i])
			return false;
	}
	return true;
}

/* A dump's mask has a tunnel in which nothing is matched. */
static bool is_empty_tunnel(const struct nlattr *tunnel)
{
	const struct nlattr *nla;
	int rem;

	nla_for_each_attr(nla, nla_data(tunnel), nla_len(tunnel), rem)
	{
		if (!is_all_zero(nla))
			return false;
	}
	return true;
}

/* Cuts a list of attributes: numbers known, none twice, sizes right. In a mask those that are all
 * zero are as if they were not there. */
static int parse_attrs(struct trace *t, struct attrs *as, const struct nlattr *nest, bool is_mask)
{
	const struct nlattr *nla;
	int rem;

	nla_for_each_attr(nla, nla_data(nest), nla_len(nest), rem)
	{
		int type = nla_type(nla);

		if (type >= N_KEY_ATTRS || !key_attrs[type].name)
			return trace_refuse(t, -EINVAL, NULL, "Key type %d is not supported", type);
		if (as->present & BIT(type))
			return trace_refuse(t, -EINVAL, key_attrs[type].name, "Duplicate key");
		if (key_attrs[type].size != ANY_SIZE && nla_len(nla) != key_attrs[type].size)
			return trace_refuse(t, -EINVAL, key_attrs[type].name,
					    "Key has unexpected len %d expected %d", nla_len(nla),
					    key_attrs[type].size);
		if (is_mask && is_all_zero(nla))
			continue;
		as->present |= BIT(type);
		as->a[type] = nla;
	}
	if (rem)
		return trace_refuse(t, -EINVAL, NULL, "Message has %d unknown bytes.", rem);
	return 0;
}

/* ---- VLAN tags ---- */

static struct vlan_head get_tag(const struct attrs *as)
{
	struct vlan_head tag = { 0 };

	if (as->a[OVS_KEY_ATTR_ETHERTYPE])
		tag.tpid = nla_get_be16(as->a[OVS_KEY_ATTR_ETHERTYPE]);
	if (as->a[OVS_KEY_ATTR_VLAN])
		tag.tci = nla_get_be16(as->a[OVS_KEY_ATTR_VLAN]);
	return tag;
}

static bool has_tag(const struct vlan_head *tag)
{
	return tag->tci & be16_from_host(VLAN_CFI_MASK);
}

/* Whether these are the outer attributes of a tagged frame: 1, 0, or an error. */
static int is_tagged_key(struct trace *t, const struct attrs *as)
{
	const u64 all = BIT(OVS_KEY_ATTR_ETHERNET) | BIT(OVS_KEY_ATTR_ETHERTYPE);
	const u64 more = BIT(OVS_KEY_ATTR_VLAN) | BIT(OVS_KEY_ATTR_ENCAP);
	struct vlan_head tag;

	if ((as->present & all) != all)
		return 0;
	tag = get_tag(as);
	if (!ovs_is_vlan_type(tag.tpid))
		return 0;
	if ((as->present & more) != more)
		return trace_refuse(t, -EINVAL, "vlan", "Invalid VLAN frame");
	if (has_tag(&tag))
		return 1;
	if (tag.tci)
		return trace_refuse(t, -EINVAL, "vlan",
				    "VLAN TCI does not have VLAN_CFI_MASK bit set.");
	if (nla_len(as->a[OVS_KEY_ATTR_ENCAP]))
		return trace_refuse(t, -EINVAL, "vlan",
				    "Truncated VLAN header has non-zero encap attribute.");
	return 1;
}

static int is_tagged_mask(struct trace *t, const struct attrs *as, const struct vlan_head *key_tag)
{
	struct vlan_head tag = get_tag(as);

	if (!(as->present & BIT(OVS_KEY_ATTR_ENCAP)))
		return 0;
	if (!has_tag(key_tag))
		return trace_refuse(t, -EINVAL, "encap",
				    "Encap mask attribute is set for non-VLAN frame.");
	if (tag.tpid != be16_from_host(0xffff))
		return trace_refuse(t, -EINVAL, "vlan",
				    "Must have an exact match on VLAN TPID (mask=%x).",
				    host_from_be16(tag.tpid));
	if (!has_tag(&tag))
		return trace_refuse(
			t, -EINVAL, "vlan",
			"VLAN TCI mask does not have exact match for VLAN_CFI_MASK bit.");
	return 1;
}

/* Goes one tag down: ETHERTYPE is its TPID, and the rest of the key is inside ENCAP. */
static int enter_tag(struct trace *t, struct attrs *as, struct vlan_head *tag, bool is_mask)
{
	*tag = get_tag(as);
	as->present &=
		~(BIT(OVS_KEY_ATTR_ENCAP) | BIT(OVS_KEY_ATTR_VLAN) | BIT(OVS_KEY_ATTR_ETHERTYPE));
	return parse_attrs(t, as, as->a[OVS_KEY_ATTR_ENCAP], is_mask);
}

static int parse_key_tags(struct trace *t, struct sw_flow_key *key, struct attrs *as)
{
	int err = is_tagged_key(t, as);

	if (err > 0)
		err = enter_tag(t, as, &key->vlan, false);
	if (err || !has_tag(&key->vlan))
		return err;
	err = is_tagged_key(t, as);
	return err > 0 ? enter_tag(t, as, &key->cvlan, false) : err;
}

static int parse_mask_tags(struct trace *t, struct sw_flow_key *mask, const struct sw_flow_key *key,
			   struct attrs *as)
{
	int err;

	/* Whether there is a tag is always part of the match. */
	mask->vlan.tci = mask->cvlan.tci = be16_from_host(0xffff);
	err = is_tagged_mask(t, as, &key->vlan);
	if (err > 0)
		err = enter_tag(t, as, &mask->vlan, true);
	if (err || !has_tag(&key->vlan))
		return err;
	err = is_tagged_mask(t, as, &key->cvlan);
	return err > 0 ? enter_tag(t, as, &mask->cvlan, true) : err;
}

/* ---- keys and masks ---- */

static const char *name_of_lowest(u64 attrs)
{
	const char *name = key_attrs[__builtin_ctzll(attrs)].name;

	return name ? name : "?";
}

static int refuse_attrs(struct trace *t, u64 attrs, const char *words)
{
	if (!attrs)
		return 0;
	return trace_refuse(t, -EINVAL, name_of_lowest(attrs), "%s: %s", words,
			    name_of_lowest(attrs));
}

static void copy_pieces(struct sw_flow_key *key, const struct attrs *as)
{
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		const struct piece *p = &pieces[i];

		if (as->present & BIT(p->attr))
			memcpy((u8 *)key + p->to, (const u8 *)nla_data(as->a[p->attr]) + p->from,
			       p->size);
	}
}

/* Values of a key that no packet can have. */
static int check_values(struct trace *t, const struct sw_flow_key *key, const struct attrs *as)
{
	if (as->present & BIT(OVS_KEY_ATTR_IN_PORT) && key->in_port >= DP_MAX_PORTS)
		return trace_refuse(t, -EINVAL, "in_port", "Port %u exceeds max allowable %u",
				    key->in_port, DP_MAX_PORTS);
	if (as->present & BIT(OVS_KEY_ATTR_ETHERTYPE) &&
	    host_from_be16(key->eth_type) < ETH_P_802_3_MIN)
		return trace_refuse(t, -EINVAL, "eth_type", "EtherType %x is less than min %x",
				    host_from_be16(key->eth_type), ETH_P_802_3_MIN);
	if (key->ip_frag > OVS_FRAG_TYPE_MAX)
		return trace_refuse(t, -EINVAL, "frag", "frag type %u is out of range max %d",
				    key->ip_frag, OVS_FRAG_TYPE_MAX);
	if (host_from_be32(key->ipv6_label) > LABEL_MAX)
		return trace_refuse(t, -EINVAL, "label",
				    "IPv6 flow label %x is out of range (max=%x)",
				    host_from_be32(key->ipv6_label), LABEL_MAX);
	if (as->present & BIT(OVS_KEY_ATTR_ARP) &&
	    *((const u8 *)nla_data(as->a[OVS_KEY_ATTR_ARP]) + 8))
		return trace_refuse(t, -EINVAL, "arp.op", "Unknown ARP opcode");
	return 0;
}

/* No tag is left when all of them were entered. */
#define LEFT_OVER (BIT(OVS_KEY_ATTR_UNSPEC) | BIT(OVS_KEY_ATTR_ENCAP) | BIT(OVS_KEY_ATTR_VLAN))

static int check_ct_state(struct trace *t, const struct sw_flow_key *k)
{
	if (!(k->ct_state & ~CT_STATE_MASK))
		return 0;
	return trace_refuse(t, -EINVAL, "ct_state", "ct_state flags %08x unsupported", k->ct_state);
}

static int parse_key(struct trace *t, struct sw_flow_key *key, struct attrs *as,
		     const struct nlattr *nest)
{
	int err = parse_attrs(t, as, nest, false);

	if (!err)
		err = parse_key_tags(t, key, as);
	if (!err)
		err = refuse_attrs(t, as->present & LEFT_OVER, "Unknown key attributes");
	if (!err)
		err = refuse_attrs(t, as->present & ABSENT_IN_KEY, "not modelled yet");
	if (!err && !(as->present & BIT(OVS_KEY_ATTR_ETHERNET)))
		err = trace_refuse(t, -EINVAL, "eth",
				   as->present & BIT(OVS_KEY_ATTR_ETHERTYPE)
					   ? "frames without an Ethernet header are not modelled"
					   : "Either Ethernet header or EtherType is required.");
	if (err)
		return err;
	copy_pieces(key, as);
	key->in_port = DP_MAX_PORTS;
	if (as->present & BIT(OVS_KEY_ATTR_IN_PORT))
		key->in_port = nla_get_u32(as->a[OVS_KEY_ATTR_IN_PORT]);
	if (!(as->present & BIT(OVS_KEY_ATTR_ETHERTYPE)))
		key->eth_type = be16_from_host(ETH_P_802_2);
	err = check_values(t, key, as);
	return err ? err : check_ct_state(t, key);
}

static int parse_mask(struct trace *t, struct sw_flow_key *mask, const struct sw_flow_key *key,
		      struct attrs *as, const struct nlattr *nest)
{
	u64 absent = ABSENT_IN_MASK;
	int err;

	as->present = 0;
	err = parse_attrs(t, as, nest, true);
	if (!err)
		err = parse_mask_tags(t, mask, key, as);
	if (!err)
		err = refuse_attrs(t, as->present & LEFT_OVER, "Unknown key attributes");
	if (err)
		return err;
	if (as->present & BIT(OVS_KEY_ATTR_TUNNEL) && is_empty_tunnel(as->a[OVS_KEY_ATTR_TUNNEL]))
		absent &= ~BIT(OVS_KEY_ATTR_TUNNEL);
	err = refuse_attrs(t, as->present & absent, "not modelled yet");
	if (err)
		return err;
	copy_pieces(mask, as);
	/* These two are exact or not there. */
	if (as->present & BIT(OVS_KEY_ATTR_IN_PORT))
		mask->in_port = 0xffff;
	if (as->present & BIT(OVS_KEY_ATTR_ETHERTYPE))
		mask->eth_type = be16_from_host(0xffff);
	return check_ct_state(t, mask);
}

/* Which attributes a key of this kind must have: of layer 3 here, of what is above it in @l4. */
static u64 expected_attrs(const struct sw_flow_key *key, u64 *l4)
{
	bool is_ipv4 = false;

	*l4 = 0;
	switch (host_from_be16(key->eth_type)) {
	case ETH_P_ARP:
	case ETH_P_RARP:
		return BIT(OVS_KEY_ATTR_ARP);
	case ETH_P_MPLS_UC:
	case ETH_P_MPLS_MC:
		return BIT(OVS_KEY_ATTR_MPLS);
	case ETH_P_NSH:
		return BIT(OVS_KEY_ATTR_NSH);
	case ETH_P_IP:
		is_ipv4 = true;
		break;
	case ETH_P_IPV6:
		break;
	default:
		return 0;
	}
	if (key->ip_frag == OVS_FRAG_TYPE_LATER)
		*l4 = 0;
	else if (key->ip_proto == IPPROTO_TCP)
		*l4 = BIT(OVS_KEY_ATTR_TCP) | BIT(OVS_KEY_ATTR_TCP_FLAGS);
	else if (key->ip_proto == IPPROTO_UDP)
		*l4 = BIT(OVS_KEY_ATTR_UDP);
	else if (key->ip_proto == IPPROTO_SCTP)
		*l4 = BIT(OVS_KEY_ATTR_SCTP);
	else if (is_ipv4 && key->ip_proto == IPPROTO_ICMP)
		*l4 = BIT(OVS_KEY_ATTR_ICMP);
	else if (!is_ipv4 && key->ip_proto == IPPROTO_ICMPV6)
		*l4 = BIT(OVS_KEY_ATTR_ICMPV6);
	if (*l4 == BIT(OVS_KEY_ATTR_ICMPV6) && (key->tp_src == be16_from_host(ND_SOLICIT) ||
						key->tp_src == be16_from_host(ND_ADVERTISE)))
		*l4 |= BIT(OVS_KEY_ATTR_ND);
	return is_ipv4 ? BIT(OVS_KEY_ATTR_IPV4) : BIT(OVS_KEY_ATTR_IPV6);
}

/* Attributes that may be masked only when the layer below calls for them. */
#define DEPENDENT                                                                      \
	(BIT(OVS_KEY_ATTR_IPV4) | BIT(OVS_KEY_ATTR_IPV6) | BIT(OVS_KEY_ATTR_ARP) |     \
	 BIT(OVS_KEY_ATTR_TCP) | BIT(OVS_KEY_ATTR_TCP_FLAGS) | BIT(OVS_KEY_ATTR_UDP) | \
	 BIT(OVS_KEY_ATTR_SCTP) | BIT(OVS_KEY_ATTR_ICMP) | BIT(OVS_KEY_ATTR_ICMPV6) |  \
	 BIT(OVS_KEY_ATTR_ND))

static int match_validate(struct trace *t, const struct sw_flow_key *key,
			  const struct sw_flow_key *mask, u64 key_present, u64 mask_present)
{
	u64 l4, l3 = expected_attrs(key, &l4), allowed;
	int err = refuse_attrs(t, (l3 | l4) & ~key_present, "Missing key");

	if (err || !mask)
		return err;
	allowed = (key_present & ~DEPENDENT) | BIT(OVS_KEY_ATTR_TUNNEL) |
		  BIT(OVS_KEY_ATTR_IN_PORT) | BIT(OVS_KEY_ATTR_ETHERTYPE);
	if (mask->tp_src != be16_from_host(0xff))
		l4 &= ~BIT(OVS_KEY_ATTR_ND);
	if (mask->eth_type == be16_from_host(0xffff))
		allowed |= l3;
	/* The mask of neighbour discovery asks for the type alone, not for the protocol. */
	allowed |= mask->ip_proto == 0xff ? l4 : l4 & BIT(OVS_KEY_ATTR_ND);
	return refuse_attrs(t, mask_present & ~allowed, "Unexpected mask");
}

/* Makes the mask that matches exactly what is in a key: the same attributes, all ones. */
static void fill_ones(u8 *p, int len)
{
	struct nlattr a;

	for (int at = 0; at + NLA_HDRLEN <= len; at += (int)NLA_ALIGN(a.nla_len)) {
		u8 *data = p + at + NLA_HDRLEN;
		u32 ct_state = CT_STATE_MASK;
		int size;

		memcpy(&a, p + at, sizeof a);
		size = a.nla_len - NLA_HDRLEN;
		if ((a.nla_type & NLA_TYPE_MASK) == OVS_KEY_ATTR_ENCAP)
			fill_ones(data, size);
		else if ((a.nla_type & NLA_TYPE_MASK) == OVS_KEY_ATTR_CT_STATE)
			memcpy(data, &ct_state, sizeof ct_state);
		else
			memset(data, 0xff, (size_t)size);
	}
}

int ovs_nla_get_match(struct trace *t, struct sw_flow_key *key, struct sw_flow_key *mask,
		      const struct nlattr *nla_key, const struct nlattr *nla_mask)
{
	struct nlattr exact[EXACT_MAX / sizeof(struct nlattr)];
	struct attrs as = { .present = 0 };
	u64 key_present;
	int err;

	memset(key, 0, sizeof *key);
	err = parse_key(t, key, &as, nla_key);
	key_present = as.present;
	as.present = 0;
	if (!err && mask) {
		memset(mask, 0, sizeof *mask);
		if (!nla_mask) {
			if (nla_key->nla_len > sizeof exact)
				return trace_refuse(t, -EINVAL, NULL, "the key is too long");
			memcpy(exact, nla_key, nla_key->nla_len);
			fill_ones((u8 *)(exact + 1), nla_len(nla_key));
			nla_mask = exact;
		}
		err = parse_mask(t, mask, key, &as, nla_mask);
	}
	return err ? err : match_validate(t, key, mask, key_present, as.present);
}

#define METADATA                                                                                \
	(BIT(OVS_KEY_ATTR_DP_HASH) | BIT(OVS_KEY_ATTR_RECIRC_ID) | BIT(OVS_KEY_ATTR_PRIORITY) | \
	 BIT(OVS_KEY_ATTR_SKB_MARK) | BIT(OVS_KEY_ATTR_CT_STATE) | BIT(OVS_KEY_ATTR_CT_ZONE) |  \
	 BIT(OVS_KEY_ATTR_CT_MARK) | BIT(OVS_KEY_ATTR_CT_LABELS))

int ovs_nla_get_flow_metadata(struct trace *t, struct sw_flow_key *key,
			      const struct nlattr *nla_key)
{
	struct attrs as = { .present = 0 };
	u64 present;
	int err = parse_attrs(t, &as, nla_key, false);

	memset(key, 0, sizeof *key);
	present = as.present;
	if (!err && present & BIT(OVS_KEY_ATTR_ETHERTYPE) &&
	    !(present & BIT(OVS_KEY_ATTR_ETHERNET)))
		err = trace_refuse(t, -EINVAL, "eth",
				   "frames without an Ethernet header are not modelled");
	/* What else of it is in the packet does not count. */
	if (!err)
		err = refuse_attrs(t,
				   present & (ABSENT_IN_KEY & ~BIT(OVS_KEY_ATTR_MPLS) &
					      ~BIT(OVS_KEY_ATTR_NSH)),
				   "not modelled yet");
	if (err)
		return err;
	key->in_port = DP_MAX_PORTS;
	if (present & BIT(OVS_KEY_ATTR_IN_PORT)) {
		key->in_port = nla_get_u32(as.a[OVS_KEY_ATTR_IN_PORT]);
		if (key->in_port >= DP_MAX_PORTS)
			return trace_refuse(t, -EINVAL, "in_port",
					    "Port %u exceeds max allowable %u", key->in_port,
					    DP_MAX_PORTS);
	}
	as.present = present & METADATA;
	copy_pieces(key, &as);
	return check_ct_state(t, key);
}

/* ---- messages ---- */

/* Puts one attribute of @out, put together from its pieces. */
static void put_attr(struct kmsg *m, int attr, const struct sw_flow_key *out)
{
	u8 buf[64] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		const struct piece *p = &pieces[i];

		if (p->attr == attr)
			memcpy(buf + p->from, (const u8 *)out + p->to, p->size);
	}
	nla_put(m, attr, key_attrs[attr].size, buf);
}

static void put_list(struct kmsg *m, u64 attrs, const struct sw_flow_key *out)
{
	for (; attrs; attrs &= attrs - 1)
		put_attr(m, __builtin_ctzll(attrs), out);
}

static void put_in_port(struct kmsg *m, const struct sw_flow_key *key,
			const struct sw_flow_key *out, bool is_mask)
{
	if (key->in_port != DP_MAX_PORTS)
		nla_put_u32(m, OVS_KEY_ATTR_IN_PORT, (is_mask ? 0xffff0000 : 0) | out->in_port);
	else if (is_mask && out->in_port == 0xffff)
		nla_put_u32(m, OVS_KEY_ATTR_IN_PORT, UINT32_MAX);
}

static void put_metadata(struct kmsg *m, const struct sw_flow_key *key,
			 const struct sw_flow_key *out, bool is_mask)
{
	put_attr(m, OVS_KEY_ATTR_RECIRC_ID, out);
	put_attr(m, OVS_KEY_ATTR_DP_HASH, out);
	put_attr(m, OVS_KEY_ATTR_PRIORITY, out);
	if (is_mask) {
		ssize_t tunnel = nla_nest_start_noflag(m, OVS_KEY_ATTR_TUNNEL);

		nla_put_u8(m, OVS_TUNNEL_KEY_ATTR_TTL, 0);
		nla_nest_end(m, tunnel);
	}
	put_in_port(m, key, out, is_mask);
	put_attr(m, OVS_KEY_ATTR_SKB_MARK, out);
	put_attr(m, OVS_KEY_ATTR_CT_STATE, out);
	put_attr(m, OVS_KEY_ATTR_CT_ZONE, out);
	put_attr(m, OVS_KEY_ATTR_CT_MARK, out);
	put_attr(m, OVS_KEY_ATTR_CT_LABELS, out);
}

static void put_tag(struct kmsg *m, const struct vlan_head *tag, bool is_mask)
{
	nla_put_be16(m, OVS_KEY_ATTR_ETHERTYPE, is_mask ? be16_from_host(0xffff) : tag->tpid);
	nla_put_be16(m, OVS_KEY_ATTR_VLAN, tag->tci);
}

/* What is inside of all tags. */
static void put_inner(struct kmsg *m, const struct sw_flow_key *key, const struct sw_flow_key *out,
		      bool is_mask)
{
	u64 l4, l3 = expected_attrs(key, &l4);

	/* A frame with a length instead of a type has ETHERTYPE in its mask only. */
	if (key->eth_type == be16_from_host(ETH_P_802_2)) {
		if (is_mask && out->eth_type)
			put_attr(m, OVS_KEY_ATTR_ETHERTYPE, out);
		return;
	}
	put_attr(m, OVS_KEY_ATTR_ETHERTYPE, out);
	if (l3 == BIT(OVS_KEY_ATTR_IPV6)) {
		const struct ovs_key_ipv6_exthdrs none = { 0 };

		put_list(m, l3, out);
		nla_put(m, OVS_KEY_ATTR_IPV6_EXTHDRS, sizeof none, &none);
		l3 = 0;
	}
	put_list(m, l3, out);
	put_list(m, l4, out);
}

void ovs_nla_put_key(struct kmsg *m, int attr, const struct sw_flow_key *key,
		     const struct sw_flow_key *out, bool is_mask)
{
	bool is_cut = ovs_is_vlan_type(key->eth_type); /* after a tag that is not looked into */
	ssize_t nest = nla_nest_start_noflag(m, attr), encap[2] = { -1, -1 };

	put_metadata(m, key, out, is_mask);
	put_attr(m, OVS_KEY_ATTR_ETHERNET, out);
	if (key->vlan.tci || is_cut) {
		put_tag(m, &out->vlan, is_mask);
		encap[0] = nla_nest_start_noflag(m, OVS_KEY_ATTR_ENCAP);
	}
	if (key->vlan.tci && (key->cvlan.tci || is_cut)) {
		put_tag(m, &out->cvlan, is_mask);
		encap[1] = nla_nest_start_noflag(m, OVS_KEY_ATTR_ENCAP);
	}
	if (!is_cut || (key->vlan.tci && key->cvlan.tci))
		put_inner(m, key, out, is_mask);
	if (encap[1] >= 0)
		nla_nest_end(m, encap[1]);
	if (encap[0] >= 0)
		nla_nest_end(m, encap[0]);
	if (nest >= 0)
		nla_nest_end(m, nest);
}
