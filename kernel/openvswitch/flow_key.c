/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a datapath sees in a packet: ovs_flow_key_extract(). Models net/openvswitch/flow.c, 6.1.
 * Absent: tunnels, conntrack, MPLS, NSH, IPv6 extension headers but for the protocol after them.
 */
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#define ABSENT	     0xffff
#define SNAP_SIZE    8	/* DSAP, SSAP, control, OUI, type */
#define ND_SIZE	     24 /* ICMPv6 header and target */
#define ND_OPT_SLL   1
#define ND_OPT_TLL   2
#define ND_SOLICIT   135
#define ND_ADVERTISE 136

void ovs_flow_mask_key(struct sw_flow_key *out, const struct sw_flow_key *key,
		       const struct sw_flow_key *mask)
{
	u64 a[KEY_WORDS], b[KEY_WORDS];

	memcpy(a, key, sizeof a);
	memcpy(b, mask, sizeof b);
	for (size_t i = 0; i < ARRAY_SIZE(a); i++)
		a[i] &= b[i];
	memcpy(out, a, sizeof a);
}

/* Link layer addresses of neighbour discovery; one that is given twice spoils all of it. */
static void extract_nd(struct sw_flow_key *key, const u8 *icmp, size_t size)
{
	static const u8 zero[ETH_ALEN_];

	if (size < ND_SIZE)
		return;
	memcpy(key->ipv6.nd_target, icmp + 8, sizeof key->ipv6.nd_target);
	for (size_t at = ND_SIZE, len; size - at >= 8; at += len) {
		u8 *to = icmp[at] == ND_OPT_SLL	  ? key->ipv6.nd_sll
			 : icmp[at] == ND_OPT_TLL ? key->ipv6.nd_tll
						  : NULL;

		len = icmp[at + 1] * 8u;
		if (!len || len > size - at)
			return;
		if (!to || len != 8)
			continue;
		if (memcmp(to, zero, sizeof zero)) {
			memset(key->ipv6.nd_target, 0, sizeof key->ipv6.nd_target);
			memset(key->ipv6.nd_sll, 0, sizeof key->ipv6.nd_sll);
			memset(key->ipv6.nd_tll, 0, sizeof key->ipv6.nd_tll);
			return;
		}
		memcpy(to, icmp + at + 2, ETH_ALEN_);
	}
}

/* packet_dissect() has seen that the header is there as a whole. */
static void extract_l4(struct sw_flow_key *key, const u8 *l4, size_t size, bool is_ipv4)
{
	switch (key->ip_proto) {
	case IPPROTO_TCP:
		key->tp_flags = be16_from_host(get_be16(l4 + 12) & 0x0fff);
		memcpy(&key->tp_src, l4, 2);
		memcpy(&key->tp_dst, l4 + 2, 2);
		break;
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
		memcpy(&key->tp_src, l4, 2);
		memcpy(&key->tp_dst, l4 + 2, 2);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (is_ipv4 != (key->ip_proto == IPPROTO_ICMP))
			break;
		key->tp_src = be16_from_host(l4[0]);
		key->tp_dst = be16_from_host(l4[1]);
		if (!is_ipv4 && !l4[1] && (l4[0] == ND_SOLICIT || l4[0] == ND_ADVERTISE))
			extract_nd(key, l4, size);
		break;
	default:
		break;
	}
}

static void extract_ipv4(struct sw_flow_key *key, const u8 *l3)
{
	key->ip_tos = l3[1];
	key->ip_ttl = l3[8];
	memcpy(&key->ipv4.src, l3 + 12, 4);
	memcpy(&key->ipv4.dst, l3 + 16, 4);
}

/* Whether the walk over extension headers stopped at one, since it is cut. */
static bool is_extension(u8 proto)
{
	return proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING || proto == IPPROTO_DSTOPTS ||
	       proto == IPPROTO_AH || proto == IPPROTO_FRAGMENT;
}

static void extract_ipv6(struct sw_flow_key *key, const struct packet_headers *h, const u8 *l3)
{
	if (h->is_later)
		key->ip_proto = IPPROTO_FRAGMENT;
	else if (is_extension(h->ip_proto))
		key->ip_proto = IPPROTO_NONE;
	key->ip_tos = (u8)(get_be16(l3) >> 4);
	key->ip_ttl = l3[7];
	key->ipv6_label = be32_from_host(get_be32(l3) & 0xfffff);
	memcpy(key->ipv6.src, l3 + 8, 16);
	memcpy(key->ipv6.dst, l3 + 24, 16);
}

static void extract_arp(struct sw_flow_key *key, const u8 *l3)
{
	/* Ethernet, IPv4, and the sizes of their addresses. */
	static const u8 head[] = { 0, 1, 8, 0, 6, 4 };

	if (memcmp(l3, head, sizeof head))
		return;
	key->ip_proto = l3[6] ? 0 : l3[7];
	memcpy(key->ipv4.arp_sha, l3 + 8, ETH_ALEN_);
	memcpy(&key->ipv4.src, l3 + 14, 4);
	memcpy(key->ipv4.arp_tha, l3 + 18, ETH_ALEN_);
	memcpy(&key->ipv4.dst, l3 + 24, 4);
}

static void extract_l3(struct sw_flow_key *key, const struct packet_headers *h, const u8 *data)
{
	const u8 *l3 = data + h->l3;

	if (h->l3_type == PACKET_L3_ARP) {
		extract_arp(key, l3);
		return;
	}
	key->ip_proto = h->ip_proto;
	key->ip_frag = h->is_later	? OVS_FRAG_TYPE_LATER
		       : h->is_fragment ? OVS_FRAG_TYPE_FIRST
					: OVS_FRAG_TYPE_NONE;
	if (h->l3_type == PACKET_L3_IPV4)
		extract_ipv4(key, l3);
	else
		extract_ipv6(key, h, l3);
}

/* Of a frame with a length in place of the type: the type that SNAP says, if it does. */
static be16 llc_type(const u8 *data, size_t size, size_t at)
{
	static const u8 snap[] = { 0xaa, 0xaa };
	const u8 *llc = data + at;
	be16 type;

	if (size - at < SNAP_SIZE || memcmp(llc, snap, sizeof snap) || llc[3] | llc[4] | llc[5])
		return be16_from_host(ETH_P_802_2);
	memcpy(&type, llc + 6, sizeof type);
	return host_from_be16(type) >= ETH_P_802_3_MIN ? type : be16_from_host(ETH_P_802_2);
}

static void extract_tag(struct vlan_head *tag, const struct packet_headers *h, unsigned int n)
{
	tag->tpid = h->vlan[n].tpid;
	tag->tci = h->vlan[n].tci | be16_from_host(VLAN_CFI_MASK);
}

/* All but the metadata, into a key in which that is 0 elsewhere. */
static int key_extract(struct sw_flow_key *key, const struct sk_buff *skb)
{
	const u8 *data = skb->p.data;
	struct packet_headers h;

	if (skb->p.size < ETH_HLEN_)
		return -EINVAL;
	packet_dissect(&h, data, skb->p.size);
	memcpy(key->eth_dst, data, ETH_ALEN_);
	memcpy(key->eth_src, data + ETH_ALEN_, ETH_ALEN_);
	key->eth_type = h.eth_type;
	if (h.n_vlans)
		extract_tag(&key->vlan, &h, 0);
	if (h.n_vlans > 1)
		extract_tag(&key->cvlan, &h, 1);
	if (host_from_be16(h.eth_type) < ETH_P_802_3_MIN)
		key->eth_type =
			llc_type(data, skb->p.size, ETH_HLEN_ + (size_t)h.n_vlans * VLAN_HLEN_);
	if (h.l3 == ABSENT)
		return 0;
	extract_l3(key, &h, data);
	if (h.l4 != ABSENT && h.l3_type != PACKET_L3_ARP)
		extract_l4(key, data + h.l4, skb->p.size - h.l4, h.l3_type == PACKET_L3_IPV4);
	return 0;
}

int ovs_flow_key_extract(struct sw_flow_key *key, const struct sk_buff *skb, u32 in_port)
{
	memset(key, 0, sizeof *key);
	/* Where tc missed, if a datapath asked to know. */
	if (skb->dev && skb->dev->net && skb->dev->net->n_tc_skb_ext)
		key->recirc_id = skb->tc_chain;
	key->in_port = in_port;
	key->skb_mark = skb->mark;
	key->priority = skb->priority;
	return key_extract(key, skb);
}

int ovs_flow_key_extract_userspace(struct trace *t, struct sw_flow_key *key,
				   const struct sk_buff *skb, const struct nlattr *nla_key)
{
	int err = ovs_nla_get_flow_metadata(t, key, nla_key);

	return err ? err : key_extract(key, skb);
}

static void copy_metadata(struct sw_flow_key *to, const struct sw_flow_key *from)
{
	memcpy(to->ct_labels, from->ct_labels, sizeof to->ct_labels);
	to->ct_state = from->ct_state;
	to->ct_mark = from->ct_mark;
	to->ct_zone = from->ct_zone;
	to->dp_hash = from->dp_hash;
	to->priority = from->priority;
	to->skb_mark = from->skb_mark;
	to->recirc_id = from->recirc_id;
	to->in_port = from->in_port;
}

int ovs_flow_key_update(struct sw_flow_key *key, const struct sk_buff *skb)
{
	const struct sw_flow_key old = *key;

	memset(key, 0, sizeof *key);
	copy_metadata(key, &old);
	return key_extract(key, skb);
}
