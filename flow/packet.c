/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a match to a packet and back. Building first fills the wildcarded bits with sensible values,
 * so that there is a complete key, and then writes that key down, layer by layer; reading is
 * independent of it and goes over packet_dissect().
 */
#include "flow/packet.h"

#include "flow/key_internal.h"
#include "packet/packet.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#define VLAN_CFI	 0x1000
#define PAYLOAD_SIZE	 24   /* bytes after the last header: room for neighbour discovery */
#define LATER_OFFSET	 1480 /* of a later fragment in its datagram, bytes */
#define IPV6_FRAG_HEADER 8

/* Sensible values, in the notation of flow texts' fields: documentation ranges, common ports. */
static const struct {
	enum flow_field field;
	uint32_t value;
} defaults[] = {
	{ FLOW_ETH_TYPE, ETH_P_IP },
	{ FLOW_VLAN_TPID, ETH_P_8021Q },
	{ FLOW_VLAN_VID, 1 },
	{ FLOW_VLAN_CFI, 1 },
	{ FLOW_IPV4_PROTO, IPPROTO_UDP },
	{ FLOW_IPV4_TTL, 64 },
	{ FLOW_IPV6_PROTO, IPPROTO_UDP },
	{ FLOW_IPV6_HLIMIT, 64 },
	{ FLOW_TCP_SRC, 49152 },
	{ FLOW_TCP_DST, 80 },
	{ FLOW_TCP_FLAGS, 0x10 }, /* ACK */
	{ FLOW_UDP_SRC, 49152 },
	{ FLOW_UDP_DST, 9 }, /* discard */
	{ FLOW_SCTP_SRC, 49152 },
	{ FLOW_SCTP_DST, 9 },
	{ FLOW_ICMP_TYPE, 8 },	   /* echo request */
	{ FLOW_ICMPV6_TYPE, 128 }, /* echo request */
	{ FLOW_ARP_OP, 1 },
};

static const struct ovs_key_ethernet default_eth = {
	.eth_src = { 0x00, 0x00, 0x5e, 0x00, 0x53, 0x01 }, /* RFC 7042 */
	.eth_dst = { 0x00, 0x00, 0x5e, 0x00, 0x53, 0x02 },
};

static const uint8_t default_ipv4[2][4] = { { 192, 0, 2, 1 }, { 198, 51, 100, 2 } }; /* RFC 5737 */

static const uint8_t default_ipv6[2][16] = {
	{ 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, /* RFC 3849 */
	{ 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2 },
};

/* The key with each bit outside the mask taken from the sensible values. */
static void complete_key(struct flow_key *k, const struct flow_match *m)
{
	uint8_t *out = (uint8_t *)k;
	const uint8_t *key = (const uint8_t *)&m->key, *mask = (const uint8_t *)&m->mask;

	memset(k, 0, sizeof *k);
	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++)
		flow_field_store(k, &flow_field_table[defaults[i].field], defaults[i].value);
	k->eth = default_eth;
	memcpy(&k->ipv4.ipv4_src, default_ipv4[0], 4);
	memcpy(&k->ipv4.ipv4_dst, default_ipv4[1], 4);
	memcpy(&k->arp.arp_sip, default_ipv4[0], 4);
	memcpy(&k->arp.arp_tip, default_ipv4[1], 4);
	memcpy(k->arp.arp_sha, default_eth.eth_src, ETH_ALEN);
	memcpy(&k->ipv6.ipv6_src, default_ipv6[0], 16);
	memcpy(&k->ipv6.ipv6_dst, default_ipv6[1], 16);
	for (size_t i = 0; i < sizeof *k; i++)
		out[i] = (uint8_t)((key[i] & mask[i]) | (out[i] & ~mask[i]));
}

/* A writer with a sticky error. */
struct writer {
	uint8_t *p, *end;
	int error;
};

/* @size zeroed bytes; NULL: there is no room. */
static uint8_t *put(struct writer *w, size_t size)
{
	uint8_t *p = w->p;

	if (w->error || (size_t)(w->end - p) < size) {
		w->error = -ENOSPC;
		return NULL;
	}
	memset(p, 0, size);
	w->p += size;
	return p;
}

static void write_eth(struct writer *w, const struct flow_key *k, bool tagged)
{
	uint8_t *p = put(w, ETH_HLEN_ + (tagged ? VLAN_HLEN_ : 0));

	if (!p)
		return;
	memcpy(p, k->eth.eth_dst, ETH_ALEN);
	memcpy(p + 6, k->eth.eth_src, ETH_ALEN);
	if (tagged) {
		memcpy(p + 12, &k->vlan[0].tpid, 2);
		put_be16(p + 14, host_from_be16(k->vlan[0].tci) & (uint16_t)~VLAN_CFI);
		p += VLAN_HLEN_;
	}
	memcpy(p + 12, &k->eth_type, 2);
}

static void write_arp(struct writer *w, const struct flow_key *k)
{
	uint8_t *p = put(w, 28);

	if (!p)
		return;
	put_be16(p, 1); /* Ethernet */
	put_be16(p + 2, ETH_P_IP);
	p[4] = ETH_ALEN;
	p[5] = 4;
	memcpy(p + 6, &k->arp.arp_op, 2);
	memcpy(p + 8, k->arp.arp_sha, ETH_ALEN);
	memcpy(p + 14, &k->arp.arp_sip, 4);
	memcpy(p + 18, k->arp.arp_tha, ETH_ALEN);
	memcpy(p + 24, &k->arp.arp_tip, 4);
}

static void write_tcp(struct writer *w, const struct flow_key *k)
{
	uint8_t *p = put(w, 20);

	if (!p)
		return;
	memcpy(p, &k->tcp, 4);
	put_be16(p + 12, (uint16_t)(0x5000 | (host_from_be16(k->tcp_flags) & 0xfff)));
	put_be16(p + 14, 0xffff); /* window */
}

static void write_udp(struct writer *w, const struct flow_key *k)
{
	uint8_t *p = put(w, 8);

	if (!p)
		return;
	memcpy(p, &k->udp, 4);
	put_be16(p + 4, 8 + PAYLOAD_SIZE);
	put_be16(p + 6, 0xffff); /* not 0, which would mean that it has no checksum */
}

static void write_sctp(struct writer *w, const struct flow_key *k)
{
	uint8_t *p = put(w, 12);

	if (p)
		memcpy(p, &k->sctp, 4);
}

static void write_icmp(struct writer *w, const struct flow_key *k)
{
	uint8_t *p = put(w, 8);

	if (p)
		memcpy(p, &k->icmp, 2);
}

static void write_icmpv6(struct writer *w, const struct flow_key *k)
{
	uint8_t *p = put(w, 8);

	if (p)
		memcpy(p, &k->icmpv6, 2);
}

static const struct {
	enum flow_header header;
	void (*write)(struct writer *w, const struct flow_key *k);
} l4_writers[] = {
	{ FLOW_H_TCP, write_tcp },   { FLOW_H_UDP, write_udp },	      { FLOW_H_SCTP, write_sctp },
	{ FLOW_H_ICMP, write_icmp }, { FLOW_H_ICMPV6, write_icmpv6 },
};

/* What follows the IP header: the header that the protocol calls for, and some bytes. */
static void write_l4(struct writer *w, const struct flow_key *k, uint8_t proto, bool later)
{
	for (size_t i = 0; i < ARRAY_SIZE(l4_writers) && !later; i++) {
		const struct flow_header_info *h = &flow_header_table[l4_writers[i].header];

		if (h->ip_proto == proto &&
		    (!h->eth_type || h->eth_type == host_from_be16(k->eth_type)))
			l4_writers[i].write(w, k);
	}
	put(w, PAYLOAD_SIZE);
}

static void write_ipv4(struct writer *w, const struct flow_key *k)
{
	const struct ovs_key_ipv4 *ip = &k->ipv4;
	uint8_t *p = put(w, 20);

	if (!p)
		return;
	p[0] = 0x45;
	p[1] = ip->ipv4_tos;
	put_be16(p + 6, ip->ipv4_frag == OVS_FRAG_TYPE_LATER   ? LATER_OFFSET / 8
			: ip->ipv4_frag == OVS_FRAG_TYPE_FIRST ? 0x2000
							       : 0);
	p[8] = ip->ipv4_ttl;
	p[9] = ip->ipv4_proto;
	memcpy(p + 12, &ip->ipv4_src, 4);
	memcpy(p + 16, &ip->ipv4_dst, 4);
	write_l4(w, k, ip->ipv4_proto, ip->ipv4_frag == OVS_FRAG_TYPE_LATER);
	put_be16(p + 2, (uint16_t)(w->p - p));
}

static void write_ipv6(struct writer *w, const struct flow_key *k)
{
	const struct ovs_key_ipv6 *ip = &k->ipv6;
	bool later = ip->ipv6_frag == OVS_FRAG_TYPE_LATER;
	uint8_t *p = put(w, 40), *frag;

	if (!p)
		return;
	put_be32(p, 6u << 28 | (uint32_t)ip->ipv6_tclass << 20 |
			    (host_from_be32(ip->ipv6_label) & 0xfffff));
	p[6] = ip->ipv6_proto;
	p[7] = ip->ipv6_hlimit;
	memcpy(p + 8, ip->ipv6_src, 16);
	memcpy(p + 24, ip->ipv6_dst, 16);
	if (ip->ipv6_frag != OVS_FRAG_TYPE_NONE) {
		frag = put(w, IPV6_FRAG_HEADER);
		if (!frag)
			return;
		p[6] = IPPROTO_FRAGMENT;
		frag[0] = later ? IPPROTO_UDP : ip->ipv6_proto;
		put_be16(frag + 2, later ? LATER_OFFSET : 1);
	}
	write_l4(w, k, ip->ipv6_proto, later);
	put_be16(p + 4, (uint16_t)(w->p - p - 40));
}

static bool is_extension(uint8_t proto)
{
	return proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING || proto == IPPROTO_DSTOPTS ||
	       proto == IPPROTO_AH || proto == IPPROTO_FRAGMENT;
}

/*
 * The protocol of an IPv6 packet is that after the extension headers, and 44 for a later fragment:
 * a key that wants something else matches no packet.
 */
static int settle_ipv6(struct flow_key *k, const struct flow_match *m, struct diag *d)
{
	bool later = k->ipv6.ipv6_frag == OVS_FRAG_TYPE_LATER;

	if (k->eth_type != be16_from_host(ETH_P_IPV6))
		return 0;
	if (later && !((k->ipv6.ipv6_proto ^ IPPROTO_FRAGMENT) & m->mask.ipv6.ipv6_proto))
		k->ipv6.ipv6_proto = IPPROTO_FRAGMENT;
	if (later ? k->ipv6.ipv6_proto == IPPROTO_FRAGMENT : !is_extension(k->ipv6.ipv6_proto))
		return 0;
	diag_set(d, -EINVAL,
		 later ? "ipv6.proto: %u can only be %u in a later fragment"
		       : "ipv6.proto: %u is an extension header, which no packet has as protocol",
		 k->ipv6.ipv6_proto, IPPROTO_FRAGMENT);
	diag_field(d, "ipv6.proto");
	return -EINVAL;
}

static void write_payload(struct writer *w, const struct flow_key *k)
{
	switch (host_from_be16(k->eth_type)) {
	case ETH_P_IP:
		write_ipv4(w, k);
		break;
	case ETH_P_IPV6:
		write_ipv6(w, k);
		break;
	case ETH_P_ARP:
	case ETH_P_RARP:
		write_arp(w, k);
		break;
	}
}

int flow_packet_build(uint8_t *buf, size_t cap, size_t *size, const struct flow_match *m,
		      struct diag *d)
{
	struct writer w = { .p = buf, .end = buf + cap };
	struct packet p = { .base = buf, .cap = cap, .data = buf };
	struct flow_key k;
	int err = flow_match_check(m, d);

	if (err)
		return -EINVAL;
	complete_key(&k, m);
	err = settle_ipv6(&k, m, d);
	if (err)
		return err;
	write_eth(&w, &k, flow_header_is_set(&m->mask, FLOW_H_VLAN));
	write_payload(&w, &k);
	if (!w.error && w.p - buf < PACKET_MIN_SIZE)
		put(&w, (size_t)(PACKET_MIN_SIZE - (w.p - buf)));
	if (w.error)
		return diag_set(d, w.error, "%zu bytes are too few for the packet", cap);
	p.size = *size = (size_t)(w.p - buf);
	packet_fix_checksums(&p);
	return 0;
}

static uint8_t frag_type(const struct packet_headers *h)
{
	return h->is_later	? OVS_FRAG_TYPE_LATER
	       : h->is_fragment ? OVS_FRAG_TYPE_FIRST
				: OVS_FRAG_TYPE_NONE;
}

static uint64_t read_ipv4(struct flow_key *k, const struct packet_headers *h, const uint8_t *p)
{
	k->ipv4.ipv4_proto = h->ip_proto;
	k->ipv4.ipv4_tos = p[1];
	k->ipv4.ipv4_ttl = p[8];
	k->ipv4.ipv4_frag = frag_type(h);
	memcpy(&k->ipv4.ipv4_src, p + 12, 4);
	memcpy(&k->ipv4.ipv4_dst, p + 16, 4);
	return flow_header_bit(FLOW_H_IPV4);
}

static uint64_t read_ipv6(struct flow_key *k, const struct packet_headers *h, const uint8_t *p)
{
	uint32_t first = get_be32(p);

	k->ipv6.ipv6_proto = h->is_later ? IPPROTO_FRAGMENT : h->ip_proto;
	k->ipv6.ipv6_tclass = (uint8_t)(first >> 20 & 0xff);
	k->ipv6.ipv6_label = be32_from_host(first & 0xfffff);
	k->ipv6.ipv6_hlimit = p[7];
	k->ipv6.ipv6_frag = frag_type(h);
	memcpy(k->ipv6.ipv6_src, p + 8, 16);
	memcpy(k->ipv6.ipv6_dst, p + 24, 16);
	return flow_header_bit(FLOW_H_IPV6);
}

/* Only ARP for Ethernet and IPv4 has these fields. */
static uint64_t read_arp(struct flow_key *k, const struct packet_headers *h, const uint8_t *p)
{
	uint16_t op = get_be16(p + 6);

	if (get_be16(p) != 1 || get_be16(p + 2) != ETH_P_IP || p[4] != ETH_ALEN || p[5] != 4)
		return 0;
	/* As the kernel: a larger number is no operation. */
	k->arp.arp_op = be16_from_host(op > 255 ? 0 : op);
	memcpy(k->arp.arp_sha, p + 8, ETH_ALEN);
	memcpy(&k->arp.arp_sip, p + 14, 4);
	memcpy(k->arp.arp_tha, p + 18, ETH_ALEN);
	memcpy(&k->arp.arp_tip, p + 24, 4);
	return flow_header_bit(FLOW_H_ARP);
}

static uint64_t read_l4(struct flow_key *k, const struct packet_headers *h, const uint8_t *p)
{
	switch (h->ip_proto) {
	case IPPROTO_TCP:
		memcpy(&k->tcp, p, 4);
		k->tcp_flags = be16_from_host(get_be16(p + 12) & 0xfff);
		return flow_header_bit(FLOW_H_TCP) | flow_header_bit(FLOW_H_TCP_FLAGS);
	case IPPROTO_UDP:
		memcpy(&k->udp, p, 4);
		return flow_header_bit(FLOW_H_UDP);
	case IPPROTO_SCTP:
		memcpy(&k->sctp, p, 4);
		return flow_header_bit(FLOW_H_SCTP);
	case IPPROTO_ICMP:
		if (h->l3_type != PACKET_L3_IPV4)
			return 0;
		memcpy(&k->icmp, p, 2);
		return flow_header_bit(FLOW_H_ICMP);
	case IPPROTO_ICMPV6:
		if (h->l3_type != PACKET_L3_IPV6)
			return 0;
		memcpy(&k->icmpv6, p, 2);
		return flow_header_bit(FLOW_H_ICMPV6);
	}
	return 0;
}

static uint64_t read_l3(struct flow_key *k, const struct packet_headers *h, const uint8_t *data)
{
	uint64_t headers = 0;

	if (h->l3 == 0xffff)
		return 0;
	switch (h->l3_type) {
	case PACKET_L3_NONE:
		break;
	case PACKET_L3_IPV4:
		headers = read_ipv4(k, h, data + h->l3);
		break;
	case PACKET_L3_IPV6:
		headers = read_ipv6(k, h, data + h->l3);
		break;
	case PACKET_L3_ARP:
		return read_arp(k, h, data + h->l3);
	}
	if (h->l4 != 0xffff)
		headers |= read_l4(k, h, data + h->l4);
	return headers;
}

int flow_key_from_packet(struct flow_key *k, uint64_t *headers, const uint8_t *data, size_t size,
			 struct diag *d)
{
	struct packet_headers h;

	memset(k, 0, sizeof *k);
	*headers = 0;
	if (size < ETH_HLEN_)
		return diag_set(d, -EINVAL, "%zu bytes are not an Ethernet frame", size);
	packet_dissect(&h, data, size);
	memcpy(k->eth.eth_dst, data, ETH_ALEN);
	memcpy(k->eth.eth_src, data + 6, ETH_ALEN);
	*headers = flow_header_bit(FLOW_H_ETH) | flow_header_bit(FLOW_H_ETH_TYPE);
	if (h.n_vlans) {
		k->vlan[0].tpid = h.vlan[0].tpid;
		k->vlan[0].tci = h.vlan[0].tci | be16_from_host(VLAN_CFI);
		*headers |= flow_header_bit(FLOW_H_VLAN);
	}
	/* What follows a second tag is beyond this vocabulary. */
	k->eth_type = h.n_vlans > FLOW_VLANS_MAX ? h.vlan[FLOW_VLANS_MAX].tpid : h.eth_type;
	if (h.n_vlans > FLOW_VLANS_MAX)
		return 0;
	if (host_from_be16(k->eth_type) < ETH_P_802_3_MIN)
		k->eth_type = be16_from_host(ETH_P_802_2); /* a length, as the kernel has it */
	*headers |= read_l3(k, &h, data);
	return 0;
}
