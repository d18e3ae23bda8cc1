/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of fields and headers, and what can be done with any field through them. A new match
 * field is a row and a member in flow/key.h; a new header is one more row of flow_header_table.
 */
#include "flow/key.h"

#include "base/hash.h"
#include "flow/key_internal.h"

#include <assert.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#define NAME(s) .name = (s), .name_len = sizeof(s) - 1

/* Where a member lies, and that the field is the whole of it. */
#define WHOLE(member)                                   \
	.offset = offsetof(struct flow_key, member),    \
	.size = SIZEOF_MEMBER(struct flow_key, member), \
	.bits = 8 * SIZEOF_MEMBER(struct flow_key, member)

/* A field of @n bits from bit @low of a big-endian member. */
#define PART(member, low, n)                         \
	.offset = offsetof(struct flow_key, member), \
	.size = SIZEOF_MEMBER(struct flow_key, member), .shift = (low), .bits = (n)

/* clang-format off */
#define FIELD(f, h, n, full, how, ...) \
	[FLOW_##f] = { NAME(n), .full_name = (full), .header = FLOW_H_##h, \
		       .form = FLOW_FORM_##how, __VA_ARGS__ },
#define ALONE(f, h, full, how, ...) \
	[FLOW_##f] = { .full_name = (full), .header = FLOW_H_##h, \
		       .form = FLOW_FORM_##how, __VA_ARGS__ },

const struct flow_field_info flow_field_table[FLOW_N_FIELDS] = { FLOW_FIELDS(FIELD, ALONE) };

#define HEADER(h, n, attr, member, from, to) \
	NAME(n), .key_attr = OVS_KEY_ATTR_##attr, .offset = offsetof(struct flow_key, member), \
	.size = SIZEOF_MEMBER(struct flow_key, member), \
	.first = FLOW_##from, .n_fields = FLOW_##to - FLOW_##from + 1

const struct flow_header_info flow_header_table[FLOW_N_HEADERS] = {
	[FLOW_H_RECIRC_ID] = { HEADER(RECIRC_ID, "recirc_id", RECIRC_ID, recirc_id, RECIRC_ID, RECIRC_ID) },
	[FLOW_H_IN_PORT] = { HEADER(IN_PORT, "in_port", IN_PORT, in_port, IN_PORT, IN_PORT) },
	[FLOW_H_ETH] = { HEADER(ETH, "eth", ETHERNET, eth, ETH_SRC, ETH_DST) },
	[FLOW_H_ETH_TYPE] = { HEADER(ETH_TYPE, "eth_type", ETHERTYPE, eth_type, ETH_TYPE, ETH_TYPE) },
	[FLOW_H_VLAN] = { HEADER(VLAN, "vlan", VLAN, vlan[0].tci, VLAN_VID, VLAN_CFI) },
	[FLOW_H_IPV4] = { HEADER(IPV4, "ipv4", IPV4, ipv4, IPV4_SRC, IPV4_FRAG), .eth_type = ETH_P_IP },
	[FLOW_H_IPV6] = { HEADER(IPV6, "ipv6", IPV6, ipv6, IPV6_SRC, IPV6_FRAG), .eth_type = ETH_P_IPV6 },
	[FLOW_H_TCP] = { HEADER(TCP, "tcp", TCP, tcp, TCP_SRC, TCP_DST), .ip_proto = IPPROTO_TCP },
	[FLOW_H_TCP_FLAGS] = { HEADER(TCP_FLAGS, "tcp_flags", TCP_FLAGS, tcp_flags, TCP_FLAGS, TCP_FLAGS),
			       .ip_proto = IPPROTO_TCP },
	[FLOW_H_UDP] = { HEADER(UDP, "udp", UDP, udp, UDP_SRC, UDP_DST), .ip_proto = IPPROTO_UDP },
	[FLOW_H_SCTP] = { HEADER(SCTP, "sctp", SCTP, sctp, SCTP_SRC, SCTP_DST), .ip_proto = IPPROTO_SCTP },
	[FLOW_H_ICMP] = { HEADER(ICMP, "icmp", ICMP, icmp, ICMP_TYPE, ICMP_CODE),
			  .eth_type = ETH_P_IP, .ip_proto = IPPROTO_ICMP },
	[FLOW_H_ICMPV6] = { HEADER(ICMPV6, "icmpv6", ICMPV6, icmpv6, ICMPV6_TYPE, ICMPV6_CODE),
			    .eth_type = ETH_P_IPV6, .ip_proto = IPPROTO_ICMPV6 },
	[FLOW_H_ARP] = { HEADER(ARP, "arp", ARP, arp, ARP_SIP, ARP_THA), .eth_type = ETH_P_ARP },
};

/*
 * What OVS has and this vocabulary has not yet. A row goes when its fields come.
 */
const struct flow_absent_key flow_absent_keys[] = {
	{ "dp_hash", OVS_KEY_ATTR_DP_HASH, NULL },
	{ "skb_priority", OVS_KEY_ATTR_PRIORITY, NULL },
	{ "tunnel", OVS_KEY_ATTR_TUNNEL, NULL },
	{ "skb_mark", OVS_KEY_ATTR_SKB_MARK, NULL },
	{ "ct_state", OVS_KEY_ATTR_CT_STATE, NULL },
	{ "ct_zone", OVS_KEY_ATTR_CT_ZONE, NULL },
	{ "ct_mark", OVS_KEY_ATTR_CT_MARK, NULL },
	{ "ct_label", OVS_KEY_ATTR_CT_LABELS, NULL },
	{ "ct_tuple4", OVS_KEY_ATTR_CT_ORIG_TUPLE_IPV4, NULL },
	{ "ct_tuple6", OVS_KEY_ATTR_CT_ORIG_TUPLE_IPV6, NULL },
	/* Ethernet frames, which is all that this vocabulary is about. */
	{ "packet_type", OVS_KEY_ATTR_PACKET_TYPE, "ns=0,id=0" },
	{ "mpls", OVS_KEY_ATTR_MPLS, NULL },
	{ "nd", OVS_KEY_ATTR_ND, NULL },
	{ "nd_ext", OVS_KEY_ATTR_ND_EXTENSIONS, NULL },
	{ "nsh", OVS_KEY_ATTR_NSH, NULL },
	{ "ipv6_exthdrs", OVS_KEY_ATTR_IPV6_EXTHDRS, NULL },
	{ NULL, 0, NULL },
};
/* clang-format on */

static_assert(FLOW_N_FIELDS <= 64, "sets of fields are bits of a uint64_t");
static_assert(FLOW_N_HEADERS <= 64, "sets of headers are bits of a uint64_t");
static_assert(sizeof(struct flow_key) % 8 == 0, "keys are worked on in words of 8 bytes");

static bool bytes_are(const uint8_t *p, size_t size, uint8_t value)
{
	const uint64_t word = value * UINT64_C(0x0101010101010101);

	for (; size >= 8; p += 8, size -= 8)
		if (get_u64(p) != word)
			return false;
	for (size_t i = 0; i < size; i++)
		if (p[i] != value)
			return false;
	return true;
}

bool flow_field_is_set(const struct flow_key *k, enum flow_field f)
{
	const struct flow_field_info *i = &flow_field_table[f];

	if (i->size > 4)
		return !bytes_are((const uint8_t *)k + i->offset, i->size, 0);
	return flow_field_load(k, i) != 0;
}

bool flow_field_is_full(const struct flow_key *k, enum flow_field f)
{
	const struct flow_field_info *i = &flow_field_table[f];

	if (i->size > 4)
		return bytes_are((const uint8_t *)k + i->offset, i->size, 0xff);
	return flow_field_load(k, i) == flow_field_max(i);
}

void flow_field_clear(struct flow_key *k, enum flow_field f)
{
	const struct flow_field_info *i = &flow_field_table[f];

	if (i->size > 4)
		memset((uint8_t *)k + i->offset, 0, i->size);
	else
		flow_field_store(k, i, 0);
}

void flow_field_fill(struct flow_key *k, enum flow_field f)
{
	const struct flow_field_info *i = &flow_field_table[f];

	if (i->size == 6)
		memset((uint8_t *)k + i->offset, 0xff, 6);
	else if (i->size > 4)
		memset((uint8_t *)k + i->offset, 0xff, i->size);
	else
		flow_field_store(k, i, flow_field_max(i));
}

void flow_field_copy(struct flow_key *to, const struct flow_key *from, enum flow_field f)
{
	const struct flow_field_info *i = &flow_field_table[f];

	if (i->size > 4)
		memcpy((uint8_t *)to + i->offset, (const uint8_t *)from + i->offset, i->size);
	else
		flow_field_store(to, i, flow_field_load(from, i));
}

bool flow_header_is_set(const struct flow_key *k, enum flow_header h)
{
	const struct flow_header_info *i = &flow_header_table[h];

	if (h == FLOW_H_VLAN)
		return k->vlan[0].tpid || k->vlan[0].tci;
	return !bytes_are((const uint8_t *)k + i->offset, i->size, 0);
}

void flow_match_fill(struct flow_match *m)
{
	memset(&m->mask, 0, sizeof m->mask);
	for (unsigned int f = 0; f < FLOW_N_FIELDS; f++)
		if (m->headers >> flow_field_table[f].header & 1)
			flow_field_fill(&m->mask, (enum flow_field)f);
}

void flow_match_normalise(struct flow_match *m)
{
	unsigned char *k = (unsigned char *)&m->key;
	const unsigned char *mask = (const unsigned char *)&m->mask;

	for (size_t i = 0; i < sizeof m->key; i += 8) {
		uint64_t x = get_u64(k + i) & get_u64(mask + i);

		memcpy(k + i, &x, sizeof x);
	}
}

/* Two hash_bytes() of the same words, side by side: each waits for its own last step only. */
static void hash_twice(uint64_t h[2], const struct flow_key *k)
{
	const uint8_t *b = (const uint8_t *)k;
	uint64_t h0 = h[0] ^ sizeof *k, h1 = h[1] ^ sizeof *k;

	for (size_t i = 0; i < sizeof *k; i += 8) {
		const uint64_t word = get_u64(b + i);

		h0 = hash_mix(h0, word);
		h1 = hash_mix(h1, word);
	}
	h[0] = h0;
	h[1] = h1;
}

struct ufid flow_match_ufid(const struct flow_match *m)
{
	/* Two seeds of no meaning: the digits of the square roots of 2 and 3. */
	uint64_t h[2] = { 0x6a09e667f3bcc908u, 0xbb67ae8584caa73bu };
	struct ufid u;

	hash_twice(h, &m->key);
	hash_twice(h, &m->mask);
	put_be64(u.b, h[0]);
	put_be64(u.b + 8, h[1]);
	ufid_mark(&u);
	return u;
}
