/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key of a flower filter: a table with a row for each field, and loops over it. A field is in
 * the filter when its mask is not zero. The encoder works on a copy of the mask, clears what it has
 * sent and refuses what is left.
 */
#include "tc/filter.h"

#include "tc/tc_internal.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#if __BYTE_ORDER == __LITTLE_ENDIAN
#define BE16(x) ((be16)__builtin_bswap16(x))
#else
#define BE16(x) ((be16)(x))
#endif

#define TAKES(member)                                     \
	.offset = offsetof(struct tc_flower_key, member), \
	.size = SIZEOF_MEMBER(struct tc_flower_key, member)
#define MASKED(a)    .attr = TCA_FLOWER_KEY_##a, .mask_attr = TCA_FLOWER_KEY_##a##_MASK
#define EXACT(a)     .attr = TCA_FLOWER_KEY_##a
#define IF_PROTO(p)  .ip_proto = (p)
#define IF_ETHER(et) .ether_type = BE16(et)
#define ICMP4	     IF_PROTO(IPPROTO_ICMP), IF_ETHER(ETH_P_IP)
#define ICMP6	     IF_PROTO(IPPROTO_ICMPV6), IF_ETHER(ETH_P_IPV6)
#define ARP	     IF_ETHER(ETH_P_ARP)
#define TEXT(t)	     .text = TC_TEXT_##t

/* clang-format off */
const struct tc_field_info tc_field_table[TC_N_FIELDS] = {
	[TC_ETH_DST] = { "dst_mac", MASKED(ETH_DST), TAKES(eth_dst), TEXT(MAC) },
	[TC_ETH_SRC] = { "src_mac", MASKED(ETH_SRC), TAKES(eth_src), TEXT(MAC) },
	[TC_ETH_TYPE] = { "eth_type", EXACT(ETH_TYPE), TAKES(eth_type), TEXT(ETHER_TYPE) },
	[TC_VLAN_ETH_TYPE] = { "vlan_ethtype", EXACT(VLAN_ETH_TYPE), TAKES(vlan_eth_type), TEXT(ETHER_TYPE) },
	[TC_VLAN_ID] = { "vlan_id", EXACT(VLAN_ID), TAKES(vlan_id), .bits = 12 },
	[TC_VLAN_PRIO] = { "vlan_prio", EXACT(VLAN_PRIO), TAKES(vlan_prio), .bits = 3 },
	[TC_IP_PROTO] = { "ip_proto", EXACT(IP_PROTO), TAKES(ip_proto), TEXT(IP_PROTO) },
	[TC_IP_TOS] = { "ip_tos", MASKED(IP_TOS), TAKES(ip_tos), TEXT(HEX) },
	[TC_IP_TTL] = { "ip_ttl", MASKED(IP_TTL), TAKES(ip_ttl) },
	[TC_FLAGS] = { "ip_flags", MASKED(FLAGS), TAKES(flags), .is_swapped = true, TEXT(HEX) },
	[TC_IPV4_SRC] = { "src_ip", MASKED(IPV4_SRC), TAKES(ipv4_src), IF_ETHER(ETH_P_IP), TEXT(IPV4) },
	[TC_IPV4_DST] = { "dst_ip", MASKED(IPV4_DST), TAKES(ipv4_dst), IF_ETHER(ETH_P_IP), TEXT(IPV4) },
	[TC_IPV6_SRC] = { "src_ip", MASKED(IPV6_SRC), TAKES(ipv6_src), IF_ETHER(ETH_P_IPV6), TEXT(IPV6) },
	[TC_IPV6_DST] = { "dst_ip", MASKED(IPV6_DST), TAKES(ipv6_dst), IF_ETHER(ETH_P_IPV6), TEXT(IPV6) },
	[TC_TCP_SRC] = { "src_port", MASKED(TCP_SRC), TAKES(l4_src), IF_PROTO(IPPROTO_TCP) },
	[TC_TCP_DST] = { "dst_port", MASKED(TCP_DST), TAKES(l4_dst), IF_PROTO(IPPROTO_TCP) },
	[TC_TCP_FLAGS] = { "tcp_flags", MASKED(TCP_FLAGS), TAKES(tcp_flags), IF_PROTO(IPPROTO_TCP), TEXT(HEX) },
	[TC_UDP_SRC] = { "src_port", MASKED(UDP_SRC), TAKES(l4_src), IF_PROTO(IPPROTO_UDP) },
	[TC_UDP_DST] = { "dst_port", MASKED(UDP_DST), TAKES(l4_dst), IF_PROTO(IPPROTO_UDP) },
	[TC_SCTP_SRC] = { "src_port", MASKED(SCTP_SRC), TAKES(l4_src), IF_PROTO(IPPROTO_SCTP) },
	[TC_SCTP_DST] = { "dst_port", MASKED(SCTP_DST), TAKES(l4_dst), IF_PROTO(IPPROTO_SCTP) },
	[TC_ICMPV4_TYPE] = { "icmp_type", MASKED(ICMPV4_TYPE), TAKES(icmp_type), ICMP4 },
	[TC_ICMPV4_CODE] = { "icmp_code", MASKED(ICMPV4_CODE), TAKES(icmp_code), ICMP4 },
	[TC_ICMPV6_TYPE] = { "icmp_type", MASKED(ICMPV6_TYPE), TAKES(icmp_type), ICMP6 },
	[TC_ICMPV6_CODE] = { "icmp_code", MASKED(ICMPV6_CODE), TAKES(icmp_code), ICMP6 },
	[TC_ARP_SIP] = { "arp_sip", MASKED(ARP_SIP), TAKES(arp_sip), ARP, TEXT(IPV4) },
	[TC_ARP_TIP] = { "arp_tip", MASKED(ARP_TIP), TAKES(arp_tip), ARP, TEXT(IPV4) },
	[TC_ARP_OP] = { "arp_op", MASKED(ARP_OP), TAKES(arp_op), ARP },
	[TC_ARP_SHA] = { "arp_sha", MASKED(ARP_SHA), TAKES(arp_sha), ARP, TEXT(MAC) },
	[TC_ARP_THA] = { "arp_tha", MASKED(ARP_THA), TAKES(arp_tha), ARP, TEXT(MAC) },
};
/* clang-format on */

#define SIZE_OF(member) SIZEOF_MEMBER(struct tc_flower_key, member)
#define WORD_OF(member) (SIZE_OF(member) > 8 ? 8 : SIZE_OF(member))
#define PUT(field_, member)                                                        \
	{                                                                          \
		(field_), offsetof(struct tc_flower_key, member),                  \
			offsetof(struct tc_flower_key, member) + SIZE_OF(member) - \
				WORD_OF(member),                                   \
			8 * (8 - WORD_OF(member))                                  \
	}
/*
 * The order in which OVS puts them, with what tells at once whether a field is there: the words of
 * 8 bytes at @offset and @second, shifted to the left by @shift bits, are nothing but the field.
 */
static const struct {
	uint8_t field, offset, second, shift;
} put_order[] = {
	PUT(TC_ETH_DST, eth_dst),	PUT(TC_ETH_SRC, eth_src),
	PUT(TC_ARP_SIP, arp_sip),	PUT(TC_ARP_TIP, arp_tip),
	PUT(TC_ARP_SHA, arp_sha),	PUT(TC_ARP_THA, arp_tha),
	PUT(TC_ARP_OP, arp_op),		PUT(TC_IP_TTL, ip_ttl),
	PUT(TC_IP_TOS, ip_tos),		PUT(TC_IP_PROTO, ip_proto),
	PUT(TC_FLAGS, flags),		PUT(TC_UDP_SRC, l4_src),
	PUT(TC_UDP_DST, l4_dst),	PUT(TC_TCP_SRC, l4_src),
	PUT(TC_TCP_DST, l4_dst),	PUT(TC_TCP_FLAGS, tcp_flags),
	PUT(TC_SCTP_SRC, l4_src),	PUT(TC_SCTP_DST, l4_dst),
	PUT(TC_ICMPV4_CODE, icmp_code), PUT(TC_ICMPV4_TYPE, icmp_type),
	PUT(TC_ICMPV6_CODE, icmp_code), PUT(TC_ICMPV6_TYPE, icmp_type),
	PUT(TC_IPV4_SRC, ipv4_src),	PUT(TC_IPV4_DST, ipv4_dst),
	PUT(TC_IPV6_SRC, ipv6_src),	PUT(TC_IPV6_DST, ipv6_dst),
	PUT(TC_ETH_TYPE, eth_type),	PUT(TC_VLAN_ID, vlan_id),
	PUT(TC_VLAN_PRIO, vlan_prio),	PUT(TC_VLAN_ETH_TYPE, vlan_eth_type),
};
static_assert(ARRAY_SIZE(put_order) == TC_N_FIELDS, "a field without a place in the order");

/* Rows of that order whose fields lie side by side: mostly one test skips them all. */
#define SPAN_OF(first_, last_, from_, to_)                                 \
	{                                                                  \
		(first_), (last_), offsetof(struct tc_flower_key, from_),  \
			offsetof(struct tc_flower_key, to_) +              \
				SIZEOF_MEMBER(struct tc_flower_key, to_) - \
				offsetof(struct tc_flower_key, from_)      \
	}
static const struct {
	uint8_t first, last, offset, size;
} spans[] = {
	SPAN_OF(0, 1, eth_dst, eth_src),       SPAN_OF(2, 6, arp_sip, arp_tha),
	SPAN_OF(7, 10, ip_proto, flags),       SPAN_OF(11, 17, l4_src, tcp_flags),
	SPAN_OF(18, 21, icmp_type, icmp_code), SPAN_OF(22, 23, ipv4_src, ipv4_dst),
	SPAN_OF(24, 25, ipv6_src, ipv6_dst),   SPAN_OF(26, 29, eth_type, vlan_prio),
};

/* Attribute -> field, + 1; the mask's have MASK_BIT. */
#define MASK_BIT   0x80
#define V(f)	   ((f) + 1)
#define M(f)	   (((f) + 1) | MASK_BIT)
#define BOTH(a, f) [TCA_FLOWER_KEY_##a] = V(f), [TCA_FLOWER_KEY_##a##_MASK] = M(f)

static const uint8_t field_of_attr[TCA_FLOWER_MAX + 1] = {
	BOTH(ETH_DST, TC_ETH_DST),
	BOTH(ETH_SRC, TC_ETH_SRC),
	[TCA_FLOWER_KEY_ETH_TYPE] = V(TC_ETH_TYPE),
	[TCA_FLOWER_KEY_VLAN_ETH_TYPE] = V(TC_VLAN_ETH_TYPE),
	[TCA_FLOWER_KEY_VLAN_ID] = V(TC_VLAN_ID),
	[TCA_FLOWER_KEY_VLAN_PRIO] = V(TC_VLAN_PRIO),
	[TCA_FLOWER_KEY_IP_PROTO] = V(TC_IP_PROTO),
	BOTH(IP_TOS, TC_IP_TOS),
	BOTH(IP_TTL, TC_IP_TTL),
	BOTH(FLAGS, TC_FLAGS),
	BOTH(IPV4_SRC, TC_IPV4_SRC),
	BOTH(IPV4_DST, TC_IPV4_DST),
	BOTH(IPV6_SRC, TC_IPV6_SRC),
	BOTH(IPV6_DST, TC_IPV6_DST),
	BOTH(TCP_SRC, TC_TCP_SRC),
	BOTH(TCP_DST, TC_TCP_DST),
	BOTH(TCP_FLAGS, TC_TCP_FLAGS),
	BOTH(UDP_SRC, TC_UDP_SRC),
	BOTH(UDP_DST, TC_UDP_DST),
	BOTH(SCTP_SRC, TC_SCTP_SRC),
	BOTH(SCTP_DST, TC_SCTP_DST),
	BOTH(ICMPV4_TYPE, TC_ICMPV4_TYPE),
	BOTH(ICMPV4_CODE, TC_ICMPV4_CODE),
	BOTH(ICMPV6_TYPE, TC_ICMPV6_TYPE),
	BOTH(ICMPV6_CODE, TC_ICMPV6_CODE),
	BOTH(ARP_SIP, TC_ARP_SIP),
	BOTH(ARP_TIP, TC_ARP_TIP),
	BOTH(ARP_OP, TC_ARP_OP),
	BOTH(ARP_SHA, TC_ARP_SHA),
	BOTH(ARP_THA, TC_ARP_THA),
};

/* Attributes of flower that this vocabulary lacks; further ones are named by number. */
static const char *const lacking[] = {
	[TCA_FLOWER_CLASSID] = "classid",
	[TCA_FLOWER_INDEV] = "indev",
	[TCA_FLOWER_KEY_ENC_KEY_ID] = "enc_key_id",
	[TCA_FLOWER_KEY_ENC_IPV4_SRC] = "enc_src_ip",
	[TCA_FLOWER_KEY_ENC_IPV4_DST] = "enc_dst_ip",
	[TCA_FLOWER_KEY_ENC_IPV6_SRC] = "enc_src_ip",
	[TCA_FLOWER_KEY_ENC_IPV6_DST] = "enc_dst_ip",
	[TCA_FLOWER_KEY_ENC_UDP_SRC_PORT] = "enc_src_port",
	[TCA_FLOWER_KEY_ENC_UDP_DST_PORT] = "enc_dst_port",
	[TCA_FLOWER_KEY_ENC_IP_TOS] = "enc_tos",
	[TCA_FLOWER_KEY_ENC_IP_TTL] = "enc_ttl",
	[TCA_FLOWER_KEY_ENC_OPTS] = "enc_opts",
	[TCA_FLOWER_KEY_MPLS_TTL] = "mpls_ttl",
	[TCA_FLOWER_KEY_MPLS_BOS] = "mpls_bos",
	[TCA_FLOWER_KEY_MPLS_TC] = "mpls_tc",
	[TCA_FLOWER_KEY_MPLS_LABEL] = "mpls_label",
	[TCA_FLOWER_KEY_MPLS_OPTS] = "mpls",
	[TCA_FLOWER_KEY_CVLAN_ID] = "cvlan_id",
	[TCA_FLOWER_KEY_CVLAN_PRIO] = "cvlan_prio",
	[TCA_FLOWER_KEY_CVLAN_ETH_TYPE] = "cvlan_ethtype",
	[TCA_FLOWER_KEY_PORT_SRC_MIN] = "src_port range",
	[TCA_FLOWER_KEY_PORT_DST_MIN] = "dst_port range",
	[TCA_FLOWER_KEY_CT_STATE] = "ct_state",
	[TCA_FLOWER_KEY_CT_ZONE] = "ct_zone",
	[TCA_FLOWER_KEY_CT_MARK] = "ct_mark",
	[TCA_FLOWER_KEY_CT_LABELS] = "ct_label",
	[TCA_FLOWER_KEY_HASH] = "hash",
};

static bool is_tpid(be16 type)
{
	return type == BE16(ETH_P_8021Q) || type == BE16(ETH_P_8021AD);
}

/* The ethertype of what lies under the tag, if there is one. */
static be16 inner_type(const struct tc_flower_key *key)
{
	return is_tpid(key->eth_type) ? key->vlan_eth_type : key->eth_type;
}

/* Of a field: sizes are those of the table. */
static bool is_zero(const uint8_t *p, size_t size)
{
	uint16_t half;

	switch (size) {
	case 1:
		return !*p;
	case 2:
		memcpy(&half, p, sizeof half);
		return !half;
	case 4:
		return !get_u32(p);
	case 6:
		memcpy(&half, p + 4, sizeof half);
		return !(get_u32(p) | half);
	default:
		return !(get_u64(p) | get_u64(p + 8));
	}
}

/* A number of the key, in host order, whatever its place there is. */
static uint32_t number_of(const struct tc_field_info *row, const uint8_t *p)
{
	uint16_t x;

	if (row->size == 1)
		return *p;
	if (row->size == 4)
		return get_u32(p);
	memcpy(&x, p, sizeof x);
	return row->bits ? x : be16toh(x);
}

/* Whether all bits that count are in the mask. */
static bool is_exact(const struct tc_field_info *row, const uint8_t *mask)
{
	uint32_t ones = row->bits ? (1u << row->bits) - 1 : row->size == 1 ? 0xff : 0xffff;

	return (number_of(row, mask) & ones) == ones;
}

/* Whether the kernel looks at the field in frames of @ip_proto in @ether_type. */
static inline bool is_of(const struct tc_field_info *row, uint8_t ip_proto, be16 ether_type)
{
	return (!row->ip_proto || row->ip_proto == ip_proto) &&
	       (!row->ether_type || row->ether_type == ether_type);
}

static bool is_looked_at(const struct tc_field_info *row, const struct tc_flower_key *key)
{
	return is_of(row, key->ip_proto, inner_type(key));
}

/* One attribute of a size that is known here. */
static inline void put_fixed(struct nl_msg *msg, uint16_t attr, const uint8_t *p, size_t size)
{
	uint8_t *to = nl_put_space(msg, attr, size);

	if (to)
		memcpy(to, p, size);
}

/* The mask, if flower has one, and the value; then the field is no longer in @rest. */
static inline void put_fixed_pair(struct nl_msg *msg, const struct tc_field_info *row,
				  const uint8_t *key, const uint8_t *mask, uint8_t *rest,
				  size_t size)
{
	if (row->mask_attr)
		nl_put_both(msg, row->mask_attr, mask, row->attr, key, size);
	else
		put_fixed(msg, row->attr, key, size);
	memset(rest, 0, size);
}

static void put_pair(struct nl_msg *msg, const struct tc_field_info *row, const uint8_t *key,
		     const uint8_t *mask, uint8_t *rest)
{
	be32 swapped[2];

	if (row->is_swapped) {
		swapped[0] = be32_from_host(get_u32(key));
		swapped[1] = be32_from_host(get_u32(mask));
		key = (const uint8_t *)&swapped[0];
		mask = (const uint8_t *)&swapped[1];
	}
	switch (row->size) {
	case 1:
		return put_fixed_pair(msg, row, key, mask, rest, 1);
	case 2:
		return put_fixed_pair(msg, row, key, mask, rest, 2);
	case 4:
		return put_fixed_pair(msg, row, key, mask, rest, 4);
	case 6:
		return put_fixed_pair(msg, row, key, mask, rest, 6);
	default:
		return put_fixed_pair(msg, row, key, mask, rest, 16);
	}
}

static bool is_zero_span(const uint8_t *p, size_t size)
{
	uint8_t any = 0;

	for (; size >= 8; p += 8, size -= 8)
		if (get_u64(p))
			return false;
	if (size >= 4) {
		if (get_u32(p))
			return false;
		p += 4;
		size -= 4;
	}
	while (size--)
		any |= *p++;
	return !any;
}

/* Puts the fields of rows @first to @last of the order; returns those that could not be put. */
static uint64_t put_span(struct nl_msg *msg, const struct tc_filter *f, uint8_t *rest, size_t first,
			 size_t last)
{
	const uint8_t *key = (const uint8_t *)&f->key, *mask = (const uint8_t *)&f->mask;
	const be16 ether_type = inner_type(&f->key);
	uint64_t unmet = 0;

	for (size_t i = first; i <= last; i++) {
		const enum tc_field field = (enum tc_field)put_order[i].field;
		const uint64_t bits = get_u64(rest + put_order[i].offset) |
				      get_u64(rest + put_order[i].second);
		const struct tc_field_info *row;

		if (!(le64toh(bits) << put_order[i].shift))
			continue;
		row = &tc_field_table[field];
		if (!is_of(row, f->key.ip_proto, ether_type) ||
		    (!row->mask_attr && !is_exact(row, mask + row->offset))) {
			unmet |= UINT64_C(1) << field;
			continue;
		}
		msg->origin = f->field_origin[field];
		put_pair(msg, row, key + row->offset, mask + row->offset, rest + row->offset);
	}
	return unmet;
}

void flower_put_keys(struct nl_msg *msg, const struct tc_filter *f)
{
	const uint8_t *mask = (const uint8_t *)&f->mask;
	uint8_t rest[sizeof f->mask + sizeof(uint64_t)]; /* what is not sent yet; room behind */
	uint64_t unmet = 0;

	memcpy(rest, mask, sizeof f->mask);
	memset(rest + sizeof f->mask, 0, sizeof rest - sizeof f->mask);

	for (size_t i = 0; i < ARRAY_SIZE(spans); i++)
		if (!is_zero_span(mask + spans[i].offset, spans[i].size))
			unmet |= put_span(msg, f, rest, spans[i].first, spans[i].last);
	msg->origin = 0;
	for (; unmet; unmet &= unmet - 1) {
		const struct tc_field_info *row = &tc_field_table[__builtin_ctzll(unmet)];

		if (!is_zero(rest + row->offset, row->size) && !msg->error)
			msg->error = -EOPNOTSUPP;
	}
}

static NOINLINE int refuse_attr(uint16_t type, struct diag *d)
{
	const char *name = type < ARRAY_SIZE(lacking) ? lacking[type] : NULL;

	if (!name)
		return diag_set(d, -EOPNOTSUPP, "flower attribute %u is not understood", type);
	diag_set(d, -EOPNOTSUPP, "flower key %s is not understood", name);
	diag_field(d, name);
	return -EOPNOTSUPP;
}

/* Which fields of a key were read, a bit for each enum tc_field. */
struct seen {
	uint64_t values, masks;
};

/* The value of a field from its attribute: the few sizes without a call. */
static inline void take_value(uint8_t *to, const uint8_t *from, const struct tc_field_info *row)
{
	uint32_t x;

	switch (row->size) {
	case 1:
		*to = *from;
		break;
	case 2:
		memcpy(to, from, 2);
		break;
	case 4:
		x = row->is_swapped ? get_be32(from) : get_u32(from);
		memcpy(to, &x, 4);
		break;
	case 6:
		memcpy(to, from, 6);
		break;
	default:
		memcpy(to, from, 16);
	}
}

static inline int take_attr(struct tc_filter *f, const struct nlattr *a, struct seen *seen,
			    struct diag *d)
{
	const uint16_t type = nl_attr_type(a);
	const unsigned int found = type < ARRAY_SIZE(field_of_attr) ? field_of_attr[type] : 0;
	const struct tc_field_info *row;
	unsigned int field;

	if (!found)
		return refuse_attr(type, d);
	field = (found & ~MASK_BIT) - 1u;
	row = &tc_field_table[field];
	if (nl_attr_size(a) != row->size)
		return malformed(d, row->name);
	/* Of fields with one place in the key a filter has only one. */
	if (found & MASK_BIT) {
		take_value((uint8_t *)&f->mask + row->offset, nl_attr_data(a), row);
		seen->masks |= UINT64_C(1) << field;
	} else {
		take_value((uint8_t *)&f->key + row->offset, nl_attr_data(a), row);
		seen->values |= UINT64_C(1) << field;
	}
	return 0;
}

/* In a dump the outer TPID of a tagged frame is only in the protocol of the filter. */
static void restore_tpid(struct tc_filter *f)
{
	if (!is_tpid(f->protocol))
		return;
	if (!is_tpid(f->key.eth_type) && !f->mask.vlan_eth_type && f->mask.eth_type) {
		f->key.vlan_eth_type = f->key.eth_type;
		f->mask.vlan_eth_type = BE16(0xffff);
	}
	f->key.eth_type = f->protocol;
	f->mask.eth_type = BE16(0xffff);
}

/* Whether the place of a field in the key holds the value of another one: tcp_dst and udp_dst. */
static bool is_shared(const struct tc_field_info *row, uint64_t values)
{
	for (; values; values &= values - 1)
		if (tc_field_table[__builtin_ctzll(values)].offset == row->offset)
			return true;
	return false;
}

static int take_end(struct tc_filter *f, const struct seen *seen, struct diag *d)
{
	static const uint8_t ones[16] = { 255, 255, 255, 255, 255, 255, 255, 255,
					  255, 255, 255, 255, 255, 255, 255, 255 };
	uint64_t whole = seen->values & ~seen->masks, stray = seen->masks & ~seen->values;

	for (; whole; whole &= whole - 1) {
		const struct tc_field_info *row = &tc_field_table[__builtin_ctzll(whole)];

		take_value((uint8_t *)&f->mask + row->offset, ones, row);
	}
	/* The kernel ignores a mask without a value. */
	for (; stray; stray &= stray - 1) {
		const struct tc_field_info *row = &tc_field_table[__builtin_ctzll(stray)];

		if (is_shared(row, seen->values)) /* it overwrote a mask that counts */
			return malformed(d, row->name);
		memset((uint8_t *)&f->mask + row->offset, 0, row->size);
	}
	restore_tpid(f);
	return 0;
}

static int take_u32(uint32_t *out, const struct nlattr *a, const char *name, struct diag *d)
{
	if (nl_attr_size(a) != sizeof *out)
		return malformed(d, name);
	*out = nl_attr_u32(a);
	return 0;
}

int flower_take_options(struct tc_filter *f, const struct nlattr *options, struct diag *d)
{
	struct nl_attrs walk = nl_attrs_in(options);
	struct seen seen = { 0, 0 };
	const struct nlattr *a;
	int err = 0;

	while (!err && (a = nl_attrs_next(&walk)) != NULL) {
		switch (nl_attr_type(a)) {
		case TCA_FLOWER_ACT:
			err = actions_take(f, a, d);
			break;
		case TCA_FLOWER_FLAGS:
			err = take_u32(&f->flags, a, "TCA_FLOWER_FLAGS", d);
			break;
		case TCA_FLOWER_IN_HW_COUNT:
			err = take_u32(&f->in_hw_count, a, "TCA_FLOWER_IN_HW_COUNT", d);
			break;
		default:
			err = take_attr(f, a, &seen, d);
		}
	}
	if (err || walk.bad)
		return err ? err : malformed(d, "TCA_OPTIONS");
	return take_end(f, &seen, d);
}

#define KEY_WORDS (sizeof(struct tc_flower_key) / sizeof(uint32_t))
static_assert(sizeof(struct tc_flower_key) % sizeof(uint32_t) == 0, "keys are compared in words");

/* Whether the keys are equal in all bytes, padding included; else the table knows better. */
static bool is_plainly_equal(const struct tc_filter *a, const struct tc_filter *b)
{
	const uint8_t *ak = (const uint8_t *)&a->key, *am = (const uint8_t *)&a->mask;
	const uint8_t *bk = (const uint8_t *)&b->key, *bm = (const uint8_t *)&b->mask;
	uint64_t differ = 0;
	size_t i = 0;

	for (; i + sizeof differ <= sizeof(struct tc_flower_key); i += sizeof differ) {
		uint64_t mask = get_u64(am + i);

		differ |= mask ^ get_u64(bm + i);
		differ |= (get_u64(ak + i) ^ get_u64(bk + i)) & mask;
	}
	for (; i < sizeof(struct tc_flower_key); i += sizeof(uint32_t)) {
		uint32_t mask = get_u32(am + i);

		differ |= mask ^ get_u32(bm + i);
		differ |= (get_u32(ak + i) ^ get_u32(bk + i)) & mask;
	}
	return !differ;
}

/* The masked value of a field, as bytes; exact numbers have only the bits that count. */
static void masked_value(const struct tc_filter *f, const struct tc_field_info *row, uint8_t *out,
			 uint8_t *mask)
{
	memcpy(mask, (const uint8_t *)&f->mask + row->offset, row->size);
	memcpy(out, (const uint8_t *)&f->key + row->offset, row->size);
	if (row->bits && !is_zero(mask, row->size)) {
		uint16_t m = (uint16_t)((1u << row->bits) - 1);
		uint8_t m8 = (uint8_t)m;

		memcpy(mask, row->size == 1 ? (const void *)&m8 : &m, row->size);
	}
	for (size_t i = 0; i < row->size; i++)
		out[i] &= mask[i];
}

int flower_compare(const struct tc_filter *request, const struct tc_filter *echo, struct diag *d)
{
	if (is_plainly_equal(request, echo))
		return 0;
	for (size_t i = 0; i < TC_N_FIELDS; i++) {
		const struct tc_field_info *row = &tc_field_table[i];
		uint8_t key[2][16], mask[2][16];

		/* A field that shares its place is what its protocol says. */
		if (!is_looked_at(row, &request->key) && !is_looked_at(row, &echo->key))
			continue;
		masked_value(request, row, key[0], mask[0]);
		masked_value(echo, row, key[1], mask[1]);
		if (!memcmp(mask[0], mask[1], row->size) && !memcmp(key[0], key[1], row->size))
			continue;
		diag_set(d, -EINVAL, "the kernel's %s of %s is not the one that was sent",
			 memcmp(mask[0], mask[1], row->size) ? "mask" : "value", row->name);
		diag_field(d, row->name);
		return -EINVAL;
	}
	return 0;
}

static const char *ether_type_name(be16 type)
{
	switch (host_from_be16(type)) {
	case ETH_P_IP:
		return "ip";
	case ETH_P_IPV6:
		return "ipv6";
	case ETH_P_ARP:
		return "arp";
	case ETH_P_8021Q:
		return "802.1Q";
	case ETH_P_8021AD:
		return "802.1ad";
	case ETH_P_ALL:
		return "all";
	default:
		return NULL;
	}
}

static const char *ip_proto_name(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_SCTP:
		return "sctp";
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_ICMPV6:
		return "icmpv6";
	default:
		return NULL;
	}
}

static void put_number(struct text *t, const struct tc_field_info *row, const uint8_t *p,
		       const char *name)
{
	if (name)
		text_put(t, name);
	else if (row->text == TC_TEXT_DEC || row->text == TC_TEXT_IP_PROTO)
		text_put_u64(t, number_of(row, p));
	else
		text_put_hex(t, number_of(row, p));
}

static void put_value(struct text *t, const struct tc_field_info *row, const uint8_t *p)
{
	char buf[INET6_ADDRSTRLEN];
	be16 type;

	switch (row->text) {
	case TC_TEXT_MAC:
		text_putf(t, "%02x:%02x:%02x:%02x:%02x:%02x", p[0], p[1], p[2], p[3], p[4], p[5]);
		return;
	case TC_TEXT_IPV4:
	case TC_TEXT_IPV6:
		text_put(t, inet_ntop(row->text == TC_TEXT_IPV4 ? AF_INET : AF_INET6, p, buf,
				      sizeof buf));
		return;
	case TC_TEXT_ETHER_TYPE:
		memcpy(&type, p, sizeof type);
		put_number(t, row, p, ether_type_name(type));
		return;
	case TC_TEXT_IP_PROTO:
		put_number(t, row, p, ip_proto_name(*p));
		return;
	case TC_TEXT_DEC:
	case TC_TEXT_HEX:
		put_number(t, row, p, NULL);
		return;
	}
}

/* Number of the leading one bits of an address's mask, if only they are set; else -1. */
static int prefix_len(const uint8_t *mask, size_t size)
{
	size_t n = 0;

	while (n < size * 8 && mask[n / 8] >> (7 - n % 8) & 1)
		n++;
	for (size_t i = n; i < size * 8; i++)
		if (mask[i / 8] >> (7 - i % 8) & 1)
			return -1;
	return (int)n;
}

static void put_mask(struct text *t, const struct tc_field_info *row, const uint8_t *mask)
{
	static const uint8_t ones[16] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct tc_field_info hex = *row;
	int prefix;

	if (!row->mask_attr || !memcmp(mask, ones, row->size))
		return;
	text_put_char(t, '/');
	prefix = prefix_len(mask, row->size);
	if (prefix >= 0 && (row->text == TC_TEXT_IPV4 || row->text == TC_TEXT_IPV6)) {
		text_put_u64(t, (uint64_t)prefix);
		return;
	}
	if (row->text == TC_TEXT_DEC)
		hex.text = TC_TEXT_HEX;
	put_value(t, &hex, mask);
}

void flower_format(struct text *t, const struct tc_filter *f)
{
	const uint8_t *key = (const uint8_t *)&f->key, *mask = (const uint8_t *)&f->mask;
	const struct tc_field_info proto = { .size = 2, .text = TC_TEXT_ETHER_TYPE };

	text_put(t, " protocol ");
	put_value(t, &proto, (const uint8_t *)&f->protocol);
	for (size_t i = 0; i < TC_N_FIELDS; i++) {
		const struct tc_field_info *row = &tc_field_table[i];

		if (is_zero(mask + row->offset, row->size) || !is_looked_at(row, &f->key))
			continue;
		/* The protocol of the filter says it already. */
		if (i == TC_ETH_TYPE && f->key.eth_type == f->protocol)
			continue;
		text_put_char(t, ' ');
		text_put(t, row->name);
		text_put_char(t, ' ');
		put_value(t, row, key + row->offset);
		put_mask(t, row, mask + row->offset);
	}
}
