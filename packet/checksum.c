/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checksums: the Internet checksum of RFC 1071, and the CRC32c of SCTP (RFC 9260, appendix A),
 * found, written and verified at the places where packet_dissect() finds the headers.
 */
#include "packet/packet.h"

#include <netinet/in.h>

#define UDP_CHECKSUM 6 /* offset of the checksum in the header, bytes */
#define SCTP_HEADER  12

uint32_t checksum_add(uint32_t sum, const void *p, size_t size)
{
	const uint8_t *b = p;
	uint64_t s = sum;

	for (; size >= 4; b += 4, size -= 4)
		s += get_be32(b);
	if (size >= 2) {
		s += get_be16(b);
		b += 2;
		size -= 2;
	}
	if (size)
		s += (uint64_t)*b << 8;
	s = (s & 0xffffffff) + (s >> 32);
	return (uint32_t)((s & 0xffffffff) + (s >> 32));
}

be16 checksum_end(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return be16_from_host((uint16_t)~sum);
}

static uint32_t crc32c(const uint8_t *p, size_t size)
{
	uint32_t crc = UINT32_MAX;

	while (size--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

/* Where the checksum of a protocol lies, and whether it covers the addresses. */
struct sum_place {
	uint8_t proto;
	uint8_t offset; /* of the checksum, bytes into the header */
	bool pseudo;
	uint8_t header_size;
};

static const struct sum_place sum_places[] = {
	{ IPPROTO_TCP, 16, true, 20 },		 { IPPROTO_UDP, UDP_CHECKSUM, true, 8 },
	{ IPPROTO_ICMP, 2, false, 8 },		 { IPPROTO_ICMPV6, 2, true, 8 },
	{ IPPROTO_SCTP, 8, false, SCTP_HEADER },
};

static const struct sum_place *place_of(const struct packet_headers *h)
{
	for (size_t i = 0; i < ARRAY_SIZE(sum_places); i++)
		if (sum_places[i].proto == h->ip_proto)
			return &sum_places[i];
	return NULL;
}

/* Bytes from the transport header to the end that the IP header names; 0: beyond the frame. */
static size_t l4_size(const struct packet *p, const struct packet_headers *h)
{
	size_t total = h->l3_type == PACKET_L3_IPV4 ? get_be16(p->data + h->l3 + 2)
						    : 40u + get_be16(p->data + h->l3 + 4);
	size_t end = h->l3 + total;

	return end > p->size || end < h->l4 ? 0 : end - h->l4;
}

static uint32_t pseudo_header(const struct packet *p, const struct packet_headers *h, size_t size)
{
	uint32_t sum = h->l3_type == PACKET_L3_IPV4 ? checksum_add(0, p->data + h->l3 + 12, 8)
						    : checksum_add(0, p->data + h->l3 + 8, 32);
	uint8_t tail[8] = { 0 };

	put_be32(tail, (uint32_t)size);
	tail[7] = h->ip_proto;
	return checksum_add(sum, tail, sizeof tail);
}

/* Whether the packet has a transport checksum that covers what the frame holds. */
static bool has_l4_sum(const struct packet *p, const struct packet_headers *h,
		       const struct sum_place *place, size_t *size)
{
	if (h->l4 == 0xffff || h->is_fragment ||
	    (h->l3_type != PACKET_L3_IPV4 && h->l3_type != PACKET_L3_IPV6))
		return false;
	*size = l4_size(p, h);
	return *size >= place->header_size;
}

static be16 l4_sum(const struct packet *p, const struct packet_headers *h,
		   const struct sum_place *place, size_t size)
{
	uint32_t sum = place->pseudo ? pseudo_header(p, h, size) : 0;

	return checksum_end(checksum_add(sum, p->data + h->l4, size));
}

static void fix_sctp(uint8_t *l4, size_t size)
{
	uint32_t crc;

	memset(l4 + 8, 0, 4);
	crc = htole32(crc32c(l4, size));
	memcpy(l4 + 8, &crc, 4);
}

static void fix_ipv4(uint8_t *ip)
{
	be16 sum;

	memset(ip + 10, 0, 2);
	sum = checksum_end(checksum_add(0, ip, (ip[0] & 15) * 4u));
	memcpy(ip + 10, &sum, 2);
}

/* @always: an absent one of UDP too. */
static void fix_l4(struct packet *p, const struct packet_headers *h, bool always)
{
	const struct sum_place *place = place_of(h);
	uint8_t *at;
	size_t size;
	be16 sum;

	if (!place || !has_l4_sum(p, h, place, &size))
		return;
	at = p->data + h->l4 + place->offset;
	if (place->proto == IPPROTO_SCTP) {
		fix_sctp(p->data + h->l4, size);
		return;
	}
	if (!always && place->proto == IPPROTO_UDP && h->l3_type == PACKET_L3_IPV4 && !get_be16(at))
		return;
	memset(at, 0, 2);
	sum = l4_sum(p, h, place, size);
	if (!sum && place->proto == IPPROTO_UDP)
		sum = be16_from_host(0xffff); /* 0 would say that there is none */
	memcpy(at, &sum, 2);
}

void packet_fix_checksums(struct packet *p)
{
	struct packet_headers h;

	packet_dissect(&h, p->data, p->size);
	if (h.l3 != 0xffff && h.l3_type == PACKET_L3_IPV4)
		fix_ipv4(p->data + h.l3);
	fix_l4(p, &h, false);
}

void packet_set_checksums(struct packet *p, bool l3, bool l4)
{
	struct packet_headers h;

	if (!l3 && !l4)
		return;
	packet_dissect(&h, p->data, p->size);
	if (l3 && h.l3 != 0xffff && h.l3_type == PACKET_L3_IPV4)
		fix_ipv4(p->data + h.l3);
	if (l4)
		fix_l4(p, &h, true);
}

static bool sctp_is_right(const uint8_t *l4, size_t size)
{
	uint8_t copy[PACKET_MAX];
	uint32_t crc;

	if (size > sizeof copy)
		return false;
	memcpy(copy, l4, size);
	memset(copy + 8, 0, 4);
	crc = htole32(crc32c(copy, size));
	return !memcmp(&crc, l4 + 8, 4);
}

bool packet_checksums_are_right(const struct packet *p)
{
	const struct sum_place *place;
	struct packet_headers h;
	size_t size = 0;

	packet_dissect(&h, p->data, p->size);
	if (h.l3 != 0xffff && h.l3_type == PACKET_L3_IPV4 &&
	    checksum_end(checksum_add(0, p->data + h.l3, (p->data[h.l3] & 15) * 4u)))
		return false;
	place = place_of(&h);
	if (!place || !has_l4_sum(p, &h, place, &size))
		return !place || h.is_fragment || h.l4 == 0xffff;
	if (place->proto == IPPROTO_SCTP)
		return sctp_is_right(p->data + h.l4, size);
	if (place->proto == IPPROTO_UDP && !get_be16(p->data + h.l4 + UDP_CHECKSUM))
		return h.l3_type == PACKET_L3_IPV4;
	return !l4_sum(p, &h, place, size);
}
