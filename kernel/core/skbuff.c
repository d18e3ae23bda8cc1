/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets with what the stack knows of them. Models the few uses of struct sk_buff that the
 * receive path of Linux 6.1 has for an unfragmented frame; deliberately absent: clones that share
 * data, fragments, VLAN tags beside the frame, reference counts.
 */
#include "kernel/core/skbuff.h"
#include "base/hash.h"

#include <errno.h>
#include <netinet/in.h>

#define ETHERTYPE_OFFSET 12
#define ABSENT		 0xffff

int skb_set_protocol(struct sk_buff *skb)
{
	if (skb->p.size < ETH_HLEN_)
		return -EINVAL;
	memcpy(&skb->protocol, skb->p.data + ETHERTYPE_OFFSET, sizeof skb->protocol);
	return 0;
}

/* Where the two ports are, or what stands for them: the SPI of IPsec. Negative: nowhere. */
static int ports_offset(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
	case IPPROTO_ESP:
		return 0;
	case IPPROTO_AH:
		return 4;
	default:
		return -1;
	}
}

/* The ports, unless the packet is a fragment: all fragments of a packet have one hash. */
static u32 ports_of(const struct sk_buff *skb, const struct packet_headers *h)
{
	const int offset = ports_offset(h->ip_proto);

	if (h->l4 == ABSENT || offset < 0 || h->is_fragment ||
	    h->l4 + (size_t)offset + sizeof(u32) > skb->p.size)
		return 0;
	return get_be32(skb->p.data + h->l4 + offset);
}

u32 skb_get_hash(struct sk_buff *skb)
{
	struct packet_headers h;
	u32 parts[3] = { 0 };

	if (skb->sw_hash || skb->l4_hash)
		return skb->hash;
	packet_dissect(&h, skb->p.data, skb->p.size);
	parts[0] = host_from_be16(h.eth_type);
	/* Linux takes the header behind two tags for another tag, and finds neither addresses nor
	 * ports. */
	if (h.n_vlans > 1)
		h.l3 = ABSENT;
	if (h.l3 != ABSENT && h.l3_type == PACKET_L3_IPV4) {
		parts[1] = (u32)hash_bytes(skb->p.data + h.l3 + 12, 8, h.ip_proto);
	} else if (h.l3 != ABSENT && h.l3_type == PACKET_L3_IPV6) {
		parts[1] = (u32)hash_bytes(skb->p.data + h.l3 + 8, 32, h.ip_proto);
		parts[2] = get_be32(skb->p.data + h.l3) & 0xfffff; /* the flow label */
	}
	if (h.l3 != ABSENT && h.l3_type != PACKET_L3_ARP && !parts[2])
		parts[2] = ports_of(skb, &h);
	skb->hash = (u32)hash_bytes(parts, sizeof parts, 0);
	skb->hash += !skb->hash;
	skb->sw_hash = true;
	skb->l4_hash = parts[2];
	return skb->hash;
}

void skb_clear_hash(struct sk_buff *skb)
{
	skb->hash = 0;
	skb->sw_hash = skb->l4_hash = false;
}

int skb_copy_to(struct sk_buff *to, u8 *buf, size_t cap, const struct sk_buff *from)
{
	if (cap <= PACKET_HEADROOM)
		return -ENOSPC;
	*to = *from;
	packet_init(&to->p, buf, cap);
	return packet_copy(&to->p, &from->p);
}
