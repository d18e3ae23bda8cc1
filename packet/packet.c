/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packet buffers and the finding of headers. The dissector reads what a switch reads: up to two
 * VLAN tags, IPv4, IPv6 with its extension headers, ARP, and where the transport header begins. It
 * goes by the size of the frame, not by the lengths that headers claim.
 */
#include "packet/packet.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#define ADDRESSES_SIZE 12 /* of an Ethernet header: the tag comes after them */
#define IPV4_HEADER    20
#define IPV6_HEADER    40
#define ARP_PACKET     28 /* for Ethernet and IPv4 */
#define ABSENT	       0xffff

void packet_init(struct packet *p, uint8_t *base, size_t cap)
{
	p->base = base;
	p->cap = cap;
	p->data = base + PACKET_HEADROOM;
	p->size = 0;
}

int packet_set(struct packet *p, const void *frame, size_t size)
{
	if (size > p->cap - PACKET_HEADROOM)
		return -ENOSPC;
	p->data = p->base + PACKET_HEADROOM;
	if (size)
		memmove(p->data, frame, size);
	p->size = size;
	return 0;
}

int packet_copy(struct packet *p, const struct packet *from)
{
	return packet_set(p, from->data, from->size);
}

static bool is_vlan(be16 type)
{
	return type == be16_from_host(ETH_P_8021Q) || type == be16_from_host(ETH_P_8021AD);
}

static be16 read_be16(const uint8_t *p)
{
	be16 x;

	memcpy(&x, p, sizeof x);
	return x;
}

static size_t read_vlans(struct packet_headers *h, const uint8_t *data, size_t size)
{
	size_t at = ADDRESSES_SIZE;

	h->eth_type = read_be16(data + at);
	while (h->n_vlans < 2 && is_vlan(h->eth_type) && at + 2 + VLAN_HLEN_ <= size) {
		h->vlan[h->n_vlans].tpid = h->eth_type;
		h->vlan[h->n_vlans].tci = read_be16(data + at + 2);
		h->n_vlans++;
		at += VLAN_HLEN_;
		h->eth_type = read_be16(data + at);
	}
	return at + 2;
}

/* Where a transport header of at least the size of its protocol begins. */
static void find_l4(struct packet_headers *h, const uint8_t *data, size_t at, size_t size)
{
	size_t need = 0;

	if (h->is_later || at > size || at >= ABSENT)
		return;
	switch (h->ip_proto) {
	case IPPROTO_TCP:
		need = 20;
		if (size - at >= need)
			need = (data[at + 12] >> 4) * 4u;
		if (need < 20)
			return;
		break;
	case IPPROTO_SCTP:
		need = 12;
		break;
	case IPPROTO_UDP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		need = 8;
		break;
	}
	if (size - at >= need)
		h->l4 = (uint16_t)at;
}

static void dissect_ipv4(struct packet_headers *h, const uint8_t *data, size_t at, size_t size)
{
	size_t header;
	uint16_t frag;

	if (size - at < IPV4_HEADER || data[at] >> 4 != 4)
		return;
	header = (data[at] & 15) * 4u;
	if (header < IPV4_HEADER || size - at < header)
		return;
	h->l3 = (uint16_t)at;
	h->ip_proto = data[at + 9];
	frag = get_be16(data + at + 6);
	h->is_later = frag & 0x1fff;
	h->is_fragment = frag & 0x3fff;
	find_l4(h, data, at + header, size);
}

/*
 * Steps over one extension header; false: the protocol is none, or it is cut. A fragment that is
 * not the first ends the walk: what follows is the middle of something.
 */
static bool step_extension(struct packet_headers *h, const uint8_t *data, size_t *at, size_t size)
{
	size_t header;
	uint16_t frag;

	switch (h->ip_proto) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_AH:
	case IPPROTO_FRAGMENT:
		break;
	default:
		return false;
	}
	if (size - *at < 8)
		goto cut;
	header = h->ip_proto == IPPROTO_FRAGMENT ? 8
		 : h->ip_proto == IPPROTO_AH	 ? (data[*at + 1] + 2) * 4u
						 : (data[*at + 1] + 1) * 8u;
	if (h->ip_proto == IPPROTO_FRAGMENT) {
		frag = get_be16(data + *at + 2);
		h->is_fragment = true;
		h->is_later = frag & 0xfff8;
	}
	if (size - *at < header)
		goto cut;
	h->ip_proto = data[*at];
	*at += header;
	return !h->is_later;
cut:
	*at = size + 1;
	return false;
}

static void dissect_ipv6(struct packet_headers *h, const uint8_t *data, size_t at, size_t size)
{
	if (size - at < IPV6_HEADER || data[at] >> 4 != 6)
		return;
	h->l3 = (uint16_t)at;
	h->ip_proto = data[at + 6];
	at += IPV6_HEADER;
	while (step_extension(h, data, &at, size))
		;
	find_l4(h, data, at, size);
}

void packet_dissect(struct packet_headers *h, const uint8_t *data, size_t size)
{
	size_t at;

	*h = (struct packet_headers){ .l3 = ABSENT, .l4 = ABSENT };
	if (size < ETH_HLEN_)
		return;
	at = read_vlans(h, data, size);
	switch (host_from_be16(h->eth_type)) {
	case ETH_P_IP:
		h->l3_type = PACKET_L3_IPV4;
		dissect_ipv4(h, data, at, size);
		break;
	case ETH_P_IPV6:
		h->l3_type = PACKET_L3_IPV6;
		dissect_ipv6(h, data, at, size);
		break;
	case ETH_P_ARP:
	case ETH_P_RARP:
		h->l3_type = PACKET_L3_ARP;
		if (size - at >= ARP_PACKET)
			h->l3 = (uint16_t)at;
		break;
	}
}

int packet_push_vlan(struct packet *p, be16 tpid, be16 tci)
{
	if (p->size < ADDRESSES_SIZE)
		return -EINVAL;
	if (p->data - p->base < VLAN_HLEN_)
		return -ENOSPC;
	memmove(p->data - VLAN_HLEN_, p->data, ADDRESSES_SIZE);
	p->data -= VLAN_HLEN_;
	p->size += VLAN_HLEN_;
	memcpy(p->data + ADDRESSES_SIZE, &tpid, 2);
	memcpy(p->data + ADDRESSES_SIZE + 2, &tci, 2);
	return 0;
}

int packet_pop_vlan(struct packet *p)
{
	if (p->size < ETH_HLEN_ + VLAN_HLEN_ || !is_vlan(read_be16(p->data + ADDRESSES_SIZE)))
		return -EINVAL;
	memmove(p->data + VLAN_HLEN_, p->data, ADDRESSES_SIZE);
	p->data += VLAN_HLEN_;
	p->size -= VLAN_HLEN_;
	return 0;
}

int packet_push(struct packet *p, const void *bytes, size_t size)
{
	if ((size_t)(p->data - p->base) < size)
		return -ENOSPC;
	p->data -= size;
	p->size += size;
	memcpy(p->data, bytes, size);
	return 0;
}

int packet_pull(struct packet *p, size_t size)
{
	if (p->size < size)
		return -EINVAL;
	p->data += size;
	p->size -= size;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int packet_parse_hex(struct packet *p, const char *s, size_t len, size_t *bad)
{
	size_t size = 0;

	p->data = p->base + PACKET_HEADROOM;
	p->size = 0;
	for (size_t i = 0; i < len; i++) {
		int high, low;

		*bad = i;
		if (is_blank(s[i]))
			continue;
		high = hex_digit(s[i]);
		if (high < 0)
			return -EINVAL;
		*bad = ++i;
		low = i < len ? hex_digit(s[i]) : -1;
		if (low < 0)
			return -EINVAL;
		if (size == p->cap - PACKET_HEADROOM)
			return -ENOSPC;
		p->data[size++] = (uint8_t)(high << 4 | low);
	}
	p->size = size;
	return 0;
}
