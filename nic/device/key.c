/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is matched: from layout fte_match_param to words and back, and from a frame's bytes. Fields
 * of headers that a packet does not have are 0. As in the hardware, ethertype is the one behind the
 * VLAN tags, frag is set for every fragment (also a first one) and the addresses of IPv4 lie in the
 * last dword of the address fields.
 */
#include "nic/device/device_internal.h"

#include <string.h>

#define OUTER(n)                    \
	{                           \
		(n) * 4, 0xffffffff \
	}
#define MISC2(off)                       \
	{                                \
		0xc0 + (off), 0xffffffff \
	}

const struct nic_key_dword nic_key_dwords[NIC_KEY_PARAM] = {
	OUTER(0),
	OUTER(1),
	OUTER(2),
	OUTER(3),
	OUTER(4),
	OUTER(5),
	{ 0x18, 0xf0ff }, /* ipv4_ihl, ttl_hoplimit */
	OUTER(7),
	OUTER(8),
	OUTER(9),
	OUTER(10),
	OUTER(11),
	OUTER(12),
	OUTER(13),
	OUTER(14),
	OUTER(15),
	{ 0x40, 0x00ffffff }, /* source_sqn */
	{ 0x44, 0xffffffff }, /* source_eswitch_owner_vhca_id, source_port */
	{ 0x48, 0xffff0000 }, /* outer_second_prio, _cfi, _vid */
	{ 0x4c, 0xa0000000 }, /* outer_second_cvlan_tag, _svlan_tag */
	MISC2(0x10),
	MISC2(0x14),
	MISC2(0x18),
	MISC2(0x1c),
	MISC2(0x20),
	MISC2(0x24),
	MISC2(0x28),
	MISC2(0x2c),
	MISC2(0x30),
	{ 0x120, 0xffffffff }, /* icmp_type, icmp_code, icmpv6_type, icmpv6_code */
};

void nic_key_decode(struct nic_key *k, const uint8_t *param)
{
	for (size_t i = 0; i < NIC_KEY_PARAM; i++)
		k->w[i] = get_be32(param + nic_key_dwords[i].offset);
	k->w[NIC_KEY_ORIGIN] = k->w[NIC_KEY_SHAPE] = 0;
}

void nic_key_encode(const struct nic_key *k, uint8_t *param)
{
	for (size_t i = 0; i < NIC_KEY_PARAM; i++)
		put_be32(param + nic_key_dwords[i].offset, k->w[i]);
}

/* ---- frames ---- */

#define TPID_CVLAN 0x8100
#define TPID_SVLAN 0x88a8
#define BIT_CVLAN  (1u << 15)
#define BIT_SVLAN  (1u << 14)
#define BIT_FRAG   (1u << 13)

/* Reads at most two tags. Returns the offset of the payload; *@type is its ethertype. */
static size_t parse_vlans(struct nic_key *k, struct nic_layers *l, const uint8_t *d, size_t size,
			  uint16_t *type)
{
	size_t at = 12;

	*type = get_be16(d + at);
	while (UNLIKELY(*type == TPID_CVLAN || *type == TPID_SVLAN) && l->n_vlans < 2 &&
	       at + 6 <= size) {
		bool is_c = *type == TPID_CVLAN;
		uint32_t tci = get_be16(d + at + 2);

		if (l->n_vlans++ == 0) {
			k->w[3] |= tci;
			k->w[4] |= is_c ? BIT_CVLAN : BIT_SVLAN;
		} else {
			k->w[NIC_KEY_MISC + 2] = tci << 16;
			k->w[NIC_KEY_MISC + 3] = is_c ? 1u << 31 : 1u << 29;
		}
		at += 4;
		*type = get_be16(d + at);
	}
	return at + 2;
}

static void parse_l4(struct nic_key *k, struct nic_layers *l, const uint8_t *d, size_t size,
		     size_t at)
{
	const uint8_t *p = d + at;
	size_t left = size - at;

	switch (l->ip_proto) {
	case 6:
		if (left < 20 || p[12] >> 4 < 5 || left < (p[12] >> 4) * 4u)
			return;
		k->w[5] = get_be32(p);
		k->w[4] |= get_be16(p + 12) & 0x1ffu;
		break;
	case 17:
		if (left < 8)
			return;
		k->w[7] = get_be32(p);
		break;
	case 1:
		if (left < 8 || l->ip_version != 4)
			return;
		k->w[NIC_KEY_ICMP] = (uint32_t)get_be16(p) << 16;
		break;
	case 58:
		if (left < 8 || l->ip_version != 6)
			return;
		k->w[NIC_KEY_ICMP] = get_be16(p);
		break;
	default:
		return;
	}
	l->l4 = (uint16_t)at;
}

static void parse_ipv4(struct nic_key *k, struct nic_layers *l, const uint8_t *d, size_t size,
		       size_t at)
{
	const uint8_t *p = d + at;
	size_t hlen;

	if (size - at < 20 || p[0] >> 4 != 4)
		return;
	hlen = (p[0] & 15u) * 4;
	if (hlen < 20 || size - at < hlen)
		return;
	l->l3 = (uint16_t)at;
	l->ip_version = 4;
	l->ip_proto = p[9];
	k->w[4] |= (uint32_t)p[9] << 24 | (uint32_t)p[1] << 16 | 4u << 9;
	k->w[6] = (p[0] & 15u) << 12 | p[8];
	k->w[11] = get_be32(p + 12);
	k->w[15] = get_be32(p + 16);
	if (UNLIKELY(get_be16(p + 6) & 0x3fff))
		k->w[4] |= BIT_FRAG;
	if (LIKELY(!(get_be16(p + 6) & 0x1fff)))
		parse_l4(k, l, d, size, at + hlen);
}

/* Walks the extension headers. Returns the offset behind them, or 0: no transport header. */
static size_t skip_extensions(struct nic_key *k, uint8_t *proto, const uint8_t *d, size_t size,
			      size_t at)
{
	bool is_later = false;

	for (;;) {
		size_t len;

		switch (*proto) {
		case 44: /* fragment */
			if (size - at < 8)
				return 0;
			k->w[4] |= BIT_FRAG;
			is_later = is_later || get_be16(d + at + 2) & 0xfff8;
			len = 8;
			break;
		case 0: /* hop by hop, routing, destination options */
		case 43:
		case 60:
			if (size - at < 8)
				return 0;
			len = 8 + (size_t)d[at + 1] * 8;
			break;
		case 51: /* authentication */
			if (size - at < 8)
				return 0;
			len = 8 + (size_t)d[at + 1] * 4;
			break;
		default:
			return is_later ? 0 : at;
		}
		if (size - at < len)
			return 0;
		*proto = d[at];
		at += len;
		if (is_later)
			return 0;
	}
}

static void parse_ipv6(struct nic_key *k, struct nic_layers *l, const uint8_t *d, size_t size,
		       size_t at)
{
	const uint8_t *p = d + at;
	uint32_t first;
	size_t l4;

	if (size - at < 40 || p[0] >> 4 != 6)
		return;
	first = get_be32(p);
	l->l3 = (uint16_t)at;
	l->ip_version = 6;
	l->ip_proto = p[6];
	l4 = skip_extensions(k, &l->ip_proto, d, size, at + 40);
	k->w[4] |= (uint32_t)l->ip_proto << 24 | (first >> 20 & 0xff) << 16 | 6u << 9;
	k->w[6] = p[7];
	for (size_t i = 0; i < 4; i++) {
		k->w[8 + i] = get_be32(p + 8 + i * 4);
		k->w[12 + i] = get_be32(p + 24 + i * 4);
	}
	if (l4)
		parse_l4(k, l, d, size, l4);
}

bool nic_key_parse(struct nic_key *k, struct nic_layers *l, const uint8_t *d, size_t size)
{
	uint16_t type;
	size_t at;

	*l = (struct nic_layers){ 0 };
	memset(k->w, 0, 16 * sizeof k->w[0]);
	k->w[NIC_KEY_MISC + 2] = k->w[NIC_KEY_MISC + 3] = k->w[NIC_KEY_ICMP] = 0;
	k->w[NIC_KEY_SHAPE] = 0;
	if (size < ETH_HLEN_ || size > PACKET_MAX)
		return false;
	k->w[0] = get_be32(d + 6);
	k->w[2] = get_be32(d);
	k->w[3] = (uint32_t)get_be16(d + 4) << 16;
	at = parse_vlans(k, l, d, size, &type);
	k->w[1] = (uint32_t)get_be16(d + 10) << 16 | type;
	if (type == 0x0800)
		parse_ipv4(k, l, d, size, at);
	else if (type == 0x86dd)
		parse_ipv6(k, l, d, size, at);
	/* A third tag counts: popping brings it into sight. */
	k->w[NIC_KEY_SHAPE] = (uint32_t)l->ip_proto << 24 | (uint32_t)l->n_vlans << 16 |
			      (type == TPID_CVLAN || type == TPID_SVLAN ? 1u << 9 : 0) |
			      (l->l4 ? 1u << 8 : 0) | l->ip_version;
	return true;
}
