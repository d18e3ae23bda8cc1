/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a datapath sees in a packet: ovs_flow_key_extract(). Models net/openvswitch/flow.c, 6.1.
 * Absent: tunnels, conntrack, MPLS, NSH, neighbour discovery, a second VLAN tag; their bytes of the
 * key do not exist.
 */
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>
#include <netinet/in.h>

void ovs_flow_mask_key(struct sw_flow_key *out, const struct sw_flow_key *key,
		       const struct sw_flow_key *mask)
{
	u64 a[sizeof *key / 8], b[sizeof *key / 8];

	memcpy(a, key, sizeof a);
	memcpy(b, mask, sizeof b);
	for (size_t i = 0; i < ARRAY_SIZE(a); i++)
		a[i] &= b[i];
	memcpy(out, a, sizeof a);
}

static void extract_ports(struct sw_flow_key *key, const u8 *l4, size_t left)
{
	bool is_icmp = key->ip_proto == IPPROTO_ICMP || key->ip_proto == IPPROTO_ICMPV6;

	if (is_icmp && left >= 2) {
		key->tp_src = be16_from_host(l4[0]);
		key->tp_dst = be16_from_host(l4[1]);
	} else if ((key->ip_proto == IPPROTO_TCP && left >= 20) ||
		   (key->ip_proto == IPPROTO_UDP && left >= 8) ||
		   (key->ip_proto == IPPROTO_SCTP && left >= 12)) {
		memcpy(&key->tp_src, l4, 2);
		memcpy(&key->tp_dst, l4 + 2, 2);
		if (key->ip_proto == IPPROTO_TCP)
			key->tp_flags = be16_from_host(get_be16(l4 + 12) & 0x0fff);
	}
}

static void extract_l3(struct sw_flow_key *key, const struct packet_headers *h, const u8 *data)
{
	const u8 *l3 = data + h->l3;

	key->ip_frag = h->is_later	? OVS_FRAG_TYPE_LATER
		       : h->is_fragment ? OVS_FRAG_TYPE_FIRST
					: OVS_FRAG_TYPE_NONE;
	switch (h->l3_type) {
	case PACKET_L3_IPV4:
		key->ip_proto = h->ip_proto;
		key->ip_tos = l3[1];
		key->ip_ttl = l3[8];
		memcpy(&key->ipv4.src, l3 + 12, 4);
		memcpy(&key->ipv4.dst, l3 + 16, 4);
		break;
	case PACKET_L3_IPV6:
		key->ip_proto = h->ip_proto;
		key->ip_tos = (u8)(get_be16(l3) >> 4);
		key->ip_ttl = l3[7];
		key->ipv6_label = be32_from_host(get_be32(l3) & 0xfffff);
		memcpy(key->ipv6.src, l3 + 8, 16);
		memcpy(key->ipv6.dst, l3 + 24, 16);
		break;
	case PACKET_L3_ARP:
		key->ip_proto = l3[6] ? 0 : l3[7];
		memcpy(&key->ipv4.src, l3 + 14, 4);
		memcpy(&key->ipv4.dst, l3 + 24, 4);
		memcpy(key->ipv4.arp_sha, l3 + 8, ETH_ALEN_);
		memcpy(key->ipv4.arp_tha, l3 + 18, ETH_ALEN_);
		break;
	case PACKET_L3_NONE:
		break;
	}
}

int ovs_flow_key_extract(struct sw_flow_key *key, const struct sk_buff *skb, u32 in_port)
{
	struct packet_headers h;

	if (skb->p.size < ETH_HLEN_)
		return -EINVAL;
	memset(key, 0, sizeof *key);
	packet_dissect(&h, skb->p.data, skb->p.size);
	key->recirc_id = skb->tc_chain;
	key->in_port = in_port;
	memcpy(key->eth_dst, skb->p.data, ETH_ALEN_);
	memcpy(key->eth_src, skb->p.data + ETH_ALEN_, ETH_ALEN_);
	key->eth_type = h.eth_type;
	if (h.n_vlans) {
		key->vlan_tpid = h.vlan[0].tpid;
		key->vlan_tci = h.vlan[0].tci | be16_from_host(0x1000);
		/* One tag is modelled: a second one is the type of what follows, and nothing after
		 * it is looked at. */
		if (h.n_vlans > 1) {
			key->eth_type = h.vlan[1].tpid;
			return 0;
		}
	}
	if (h.l3 == 0xffff)
		return 0;
	extract_l3(key, &h, skb->p.data);
	if (h.l4 != 0xffff && h.l3_type != PACKET_L3_ARP)
		extract_ports(key, skb->p.data + h.l4, skb->p.size - h.l4);
	return 0;
}
