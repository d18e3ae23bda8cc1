/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is matched: from layout fte_match_param to words and back, and from a frame's bytes. Fields
 * of headers that a packet does not have are 0. As in the hardware, ethertype is the one behind the
 * VLAN tags, frag is set for every fragment (also a first one), the addresses of IPv4 lie in the
 * last dword of the address fields, and ICMP is that of the innermost headers: there is one field.
 *
 * A tunnel is one behind outer headers that are no fragment: VXLAN (with the bit that says that the
 * VNI is there), Geneve, GRE of version 0 without routing, MPLS over UDP. Inner headers begin with
 * an Ethernet header. What is in the inner frame's own tunnels is not looked at, and nothing of
 * this is when no mask and no action needs it: most packets are in no tunnel.
 */
#include "nic/device/device_internal.h"

#include <string.h>

#define ALL 0xffffffff
/* The 16 dwords of headers at @at; of the seventh only ipv4_ihl and ttl_hoplimit. */
/* clang-format off */
#define HEADERS(at)                                                                 \
	{ (at) + 0x00, ALL }, { (at) + 0x04, ALL }, { (at) + 0x08, ALL }, { (at) + 0x0c, ALL }, \
	{ (at) + 0x10, ALL }, { (at) + 0x14, ALL }, { (at) + 0x18, 0xf0ff }, { (at) + 0x1c, ALL }, \
	{ (at) + 0x20, ALL }, { (at) + 0x24, ALL }, { (at) + 0x28, ALL }, { (at) + 0x2c, ALL }, \
	{ (at) + 0x30, ALL }, { (at) + 0x34, ALL }, { (at) + 0x38, ALL }, { (at) + 0x3c, ALL }

const struct nic_key_dword nic_key_dwords[NIC_KEY_PARAM] = {
	HEADERS(0x00),
	{ 0x40, 0xb0ffffff }, /* gre_c_present, gre_k_present, gre_s_present, source_sqn */
	{ 0x44, ALL },	      /* source_eswitch_owner_vhca_id, source_port */
	{ 0x48, ALL },	      /* outer_second_prio, _cfi, _vid, and inner_ */
	{ 0x4c, 0xf000ffff }, /* outer_second_cvlan_tag, inner_, _svlan_tag; gre_protocol */
	{ 0x50, ALL },	      /* gre_key */
	{ 0x54, 0xffffff00 }, /* vxlan_vni */
	{ 0x58, 0xffffff01 }, /* geneve_vni, geneve_oam */
	{ 0x5c, 0xfffff },    /* outer_ipv6_flow_label */
	{ 0x60, 0xfffff },    /* inner_ipv6_flow_label */
	{ 0x64, 0x3fffff },   /* geneve_opt_len, geneve_protocol_type */
	HEADERS(0x80),
	{ 0xd0, ALL }, { 0xd4, ALL }, { 0xd8, ALL }, { 0xdc, ALL }, /* metadata_reg_c_7 ... */
	{ 0xe0, ALL }, { 0xe4, ALL }, { 0xe8, ALL }, { 0xec, ALL }, /* ... metadata_reg_c_0 */
	{ 0xf0, ALL },	/* metadata_reg_a */
	{ 0x120, ALL }, /* icmp_type, icmp_code, icmpv6_type, icmpv6_code */
	{ 0xc0, ALL },	/* outer_first_mpls */
	{ 0xc8, ALL },	/* outer_first_mpls_over_gre */
	{ 0xcc, ALL },	/* outer_first_mpls_over_udp */
};
/* clang-format on */

void nic_key_decode(struct nic_key *k, const uint8_t *param)
{
	for (size_t i = 0; i < NIC_KEY_PARAM; i++)
		k->w[i] = get_be32(param + nic_key_dwords[i].offset);
	k->w[NIC_KEY_ORIGIN] = k->w[NIC_KEY_SHAPE] = k->w[NIC_KEY_REG_B] = 0;
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

/*
 * The readers of headers are compiled twice, for outer and for inner ones, so that those of the
 * many packets without a tunnel write to fixed places (8 % of `inhw bench packets`).
 */
#define TWICE static inline __attribute__((always_inline))

/* What headers are read into: 16 words, and what lies elsewhere in a key. */
struct headers {
	uint32_t *w;
	uint32_t second_tci, second_is_c, second_is_s, icmp;
};

/* Reads at most two tags. Returns the offset of the payload; *@type is its ethertype. */
TWICE size_t parse_vlans(struct headers *h, struct nic_layers *l, const uint8_t *d, size_t at,
			 size_t size, uint16_t *type)
{
	*type = get_be16(d + at);
	while (UNLIKELY(*type == TPID_CVLAN || *type == TPID_SVLAN) && l->n_vlans < 2 &&
	       at + 6 <= size) {
		bool is_c = *type == TPID_CVLAN;
		uint32_t tci = get_be16(d + at + 2);

		if (l->n_vlans++ == 0) {
			h->w[3] |= tci;
			h->w[4] |= is_c ? BIT_CVLAN : BIT_SVLAN;
		} else {
			h->second_tci = tci;
			h->second_is_c = is_c;
			h->second_is_s = !is_c;
		}
		at += 4;
		*type = get_be16(d + at);
	}
	return at + 2;
}

TWICE void parse_l4(struct headers *h, struct nic_layers *l, const uint8_t *d, size_t size,
		    size_t at)
{
	const uint8_t *p = d + at;
	size_t left = size - at;

	switch (l->ip_proto) {
	case 6:
		if (left < 20 || p[12] >> 4 < 5 || left < (p[12] >> 4) * 4u)
			return;
		h->w[5] = get_be32(p);
		h->w[4] |= get_be16(p + 12) & 0x1ffu;
		break;
	case 17:
		if (left < 8)
			return;
		h->w[7] = get_be32(p);
		break;
	case 1:
		if (left < 8 || l->ip_version != 4)
			return;
		h->icmp = (uint32_t)get_be16(p) << 16;
		break;
	case 58:
		if (left < 8 || l->ip_version != 6)
			return;
		h->icmp = get_be16(p);
		break;
	case 47:
		l->gre = (uint16_t)at;
		return;
	default:
		return;
	}
	l->l4 = (uint16_t)at;
}

TWICE void parse_ipv4(struct headers *h, struct nic_layers *l, const uint8_t *d, size_t size,
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
	h->w[4] |= (uint32_t)p[9] << 24 | (uint32_t)p[1] << 16 | 4u << 9;
	h->w[6] = (p[0] & 15u) << 12 | p[8];
	h->w[11] = get_be32(p + 12);
	h->w[15] = get_be32(p + 16);
	if (UNLIKELY(get_be16(p + 6) & 0x3fff))
		h->w[4] |= BIT_FRAG;
	if (LIKELY(!(get_be16(p + 6) & 0x1fff)))
		parse_l4(h, l, d, size, at + hlen);
}

/* Walks the extension headers. Returns the offset behind them, or 0: no transport header. */
static size_t skip_extensions(uint32_t *w, uint8_t *proto, const uint8_t *d, size_t size, size_t at)
{
	bool is_later = false;

	for (;;) {
		size_t len;

		switch (*proto) {
		case 44: /* fragment */
			if (size - at < 8)
				return 0;
			w[4] |= BIT_FRAG;
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

TWICE void parse_ipv6(struct headers *h, struct nic_layers *l, const uint8_t *d, size_t size,
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
	l4 = skip_extensions(h->w, &l->ip_proto, d, size, at + 40);
	h->w[4] |= (uint32_t)l->ip_proto << 24 | (first >> 20 & 0xff) << 16 | 6u << 9;
	h->w[6] = p[7];
	for (size_t i = 0; i < 4; i++) {
		h->w[8 + i] = get_be32(p + 8 + i * 4);
		h->w[12 + i] = get_be32(p + 24 + i * 4);
	}
	if (l4)
		parse_l4(h, l, d, size, l4);
}

/* The headers from an Ethernet header at @at on; there is one. Returns the ethertype. */
TWICE uint16_t parse_headers(struct headers *h, struct nic_layers *l, const uint8_t *d, size_t at,
			     size_t size)
{
	uint16_t type;

	memset(h->w, 0, 16 * sizeof h->w[0]);
	h->w[0] = get_be32(d + at + 6);
	h->w[2] = get_be32(d + at);
	h->w[3] = (uint32_t)get_be16(d + at + 4) << 16;
	h->w[1] = (uint32_t)get_be16(d + at + 10) << 16;
	at = parse_vlans(h, l, d, at + 12, size, &type);
	h->w[1] |= type;
	if (type == 0x0800)
		parse_ipv4(h, l, d, size, at);
	else if (type == 0x86dd)
		parse_ipv6(h, l, d, size, at);
	return type;
}

/* ---- tunnels ---- */

#define PORT_MPLS      6635
#define PROTO_ETHERNET 0x6558 /* "transparent Ethernet bridging" */

/* Behind a label stack: IP, if there is a label that ends it. */
static void parse_mpls(struct nic_layers *l, const uint8_t *d, size_t at, size_t size,
		       uint32_t *first)
{
	if (size - at < 4)
		return;
	*first = get_be32(d + at);
	while (size - at >= 4) {
		bool is_last = d[at + 2] & 1;

		at += 4;
		if (!is_last)
			continue;
		if (at < size)
			l->inner_l3 = (uint16_t)at;
		return;
	}
}

static void parse_vxlan(struct nic_key *k, struct nic_layers *l, const uint8_t *d, size_t at,
			size_t size)
{
	if (size - at < 8 || !(d[at] & 0x08))
		return;
	k->w[NIC_KEY_TUNNEL + 1] = get_be32(d + at + 4) & 0xffffff00;
	l->inner = (uint16_t)(at + 8);
}

static void parse_geneve(struct nic_key *k, struct nic_layers *l, const uint8_t *d, size_t at,
			 size_t size)
{
	size_t hlen;

	if (size - at < 8 || d[at] >> 6)
		return;
	hlen = 8 + (d[at] & 63u) * 4;
	if (size - at < hlen)
		return;
	k->w[NIC_KEY_TUNNEL + 2] = (get_be32(d + at + 4) & 0xffffff00) | d[at + 1] >> 7;
	k->w[NIC_KEY_TUNNEL + 5] = (d[at] & 63u) << 16 | get_be16(d + at + 2);
	if (get_be16(d + at + 2) == PROTO_ETHERNET)
		l->inner = (uint16_t)(at + hlen);
}

static void parse_gre(struct nic_key *k, struct nic_layers *l, const uint8_t *d, size_t at,
		      size_t size)
{
	uint16_t flags, type;
	size_t hlen;

	if (size - at < 4)
		return;
	flags = get_be16(d + at);
	type = get_be16(d + at + 2);
	hlen = 4 + (flags >> 15 & 1) * 4 + (flags >> 13 & 1) * 4 + (flags >> 12 & 1) * 4;
	if (flags & 0x4007 || size - at < hlen)
		return;
	k->w[NIC_KEY_MISC] |= (uint32_t)(flags & 0xb000) << 16;
	k->w[NIC_KEY_MISC + 3] |= type;
	if (flags & 0x2000)
		k->w[NIC_KEY_TUNNEL] = get_be32(d + at + (flags & 0x8000 ? 8 : 4));
	at += hlen;
	if (type == PROTO_ETHERNET)
		l->inner = (uint16_t)at;
	else if (type == 0x8847)
		parse_mpls(l, d, at, size, &k->w[NIC_KEY_MPLS + 1]);
	else if (type == 0x0800 || type == 0x86dd)
		l->inner_l3 = (uint16_t)at;
}

static bool is_vxlan(const struct nic_tunnels *t, uint16_t port)
{
	for (size_t i = 0; i < t->n_ports; i++) {
		if (t->ports[i] == port)
			return true;
	}
	return false;
}

static void parse_tunnel(struct nic_key *k, struct nic_layers *l, const uint8_t *d, size_t size,
			 const struct nic_tunnels *t)
{
	uint16_t port = (uint16_t)k->w[7];

	if (l->gre)
		parse_gre(k, l, d, l->gre, size);
	else if (l->ip_proto != 17 || !l->l4)
		return;
	else if (port == NIC_PORT_GENEVE)
		parse_geneve(k, l, d, l->l4 + 8u, size);
	else if (port == PORT_MPLS)
		parse_mpls(l, d, l->l4 + 8u, size, &k->w[NIC_KEY_MPLS + 2]);
	else if (is_vxlan(t, port))
		parse_vxlan(k, l, d, l->l4 + 8u, size);
}

static void parse_inner(struct nic_key *k, const struct nic_layers *l, const uint8_t *d,
			size_t size)
{
	struct headers h = { .w = &k->w[NIC_KEY_INNER] };
	struct nic_layers in = { 0 };

	parse_headers(&h, &in, d, l->inner, size);
	k->w[NIC_KEY_MISC + 2] |= h.second_tci;
	k->w[NIC_KEY_MISC + 3] |= h.second_is_c << 30 | h.second_is_s << 28;
	k->w[NIC_KEY_ICMP] = h.icmp;
	if (in.ip_version == 6)
		k->w[NIC_KEY_TUNNEL + 4] = get_be32(d + in.l3) & 0xfffff;
}

void nic_key_clear_tunnel(struct nic_key *k)
{
	memset(&k->w[NIC_KEY_TUNNEL], 0, (NIC_KEY_REGS - NIC_KEY_TUNNEL) * sizeof k->w[0]);
	memset(&k->w[NIC_KEY_MPLS], 0, 3 * sizeof k->w[0]);
}

/* All that is seen only where tunnels are looked for. */
static NOINLINE void parse_beyond(struct nic_key *k, struct nic_layers *l, const uint8_t *d,
				  size_t size, const struct nic_tunnels *t)
{
	uint16_t type = (uint16_t)k->w[1];
	size_t payload = 14u + l->n_vlans * 4u;

	nic_key_clear_tunnel(k);
	k->w[NIC_KEY_MISC] &= 0xffffff;
	if ((type == 0x8847 || type == 0x8848) && size - payload >= 4)
		k->w[NIC_KEY_MPLS] = get_be32(d + payload);
	if (l->ip_version == 6)
		k->w[NIC_KEY_TUNNEL + 3] = get_be32(d + l->l3) & 0xfffff;
	if (k->w[4] & BIT_FRAG)
		return;
	parse_tunnel(k, l, d, size, t);
	if (l->inner && size - l->inner < ETH_HLEN_)
		l->inner = 0;
	if (l->inner)
		parse_inner(k, l, d, size);
}

bool nic_key_wants_tunnels(const struct nic_key *mask)
{
	uint32_t any = mask->w[NIC_KEY_MISC] & 0xb0000000;

	any |= (mask->w[NIC_KEY_MISC + 2] & 0xffff) | (mask->w[NIC_KEY_MISC + 3] & 0x5000ffff);
	for (size_t i = NIC_KEY_TUNNEL; i < NIC_KEY_REGS; i++)
		any |= mask->w[i];
	for (size_t i = NIC_KEY_ICMP; i < NIC_KEY_PARAM; i++)
		any |= mask->w[i];
	return any;
}

bool nic_key_parse(struct nic_key *k, struct nic_layers *l, const uint8_t *d, size_t size,
		   const struct nic_tunnels *tunnels)
{
	struct headers h = { .w = k->w };
	uint16_t type;

	*l = (struct nic_layers){ 0 };
	if (size < ETH_HLEN_ || size > PACKET_MAX)
		return false;
	type = parse_headers(&h, l, d, 0, size);
	k->w[NIC_KEY_MISC + 2] = h.second_tci << 16;
	k->w[NIC_KEY_MISC + 3] = h.second_is_c << 31 | h.second_is_s << 29;
	k->w[NIC_KEY_ICMP] = h.icmp;
	/* A third tag counts: popping brings it into sight. */
	k->w[NIC_KEY_SHAPE] = (uint32_t)l->ip_proto << 24 | (uint32_t)l->n_vlans << 16 |
			      (type == TPID_CVLAN || type == TPID_SVLAN ? 1u << 9 : 0) |
			      (l->l4 ? 1u << 8 : 0) | l->ip_version;
	if (UNLIKELY(tunnels))
		parse_beyond(k, l, d, size, tunnels);
	return true;
}
