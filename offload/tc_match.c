/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The match of a flow as a flower key, and back: one row for each flow field, and one loop. The
 * loop works on a copy of the mask and clears what a row has dealt with; test_key_and_mask()
 * refuses what is left, by name, so that a field without a row is never forgotten.
 *
 * The filter matches exactly the packets that the flow matches. What OVS sends wider or narrower
 * than it was asked for (partial masks of eth_type and of the IP protocol, protocol 0, a match
 * that does not name its chain or its port) is refused here.
 */
#include "offload/tc_internal.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#define VLAN_CFI 0x1000

/* What must hold for a field to mean anything to flower. */
enum need {
	NEED_NOTHING,
	NEED_IPV4,
	NEED_IPV6,
	NEED_ARP,
	NEED_TCP,
	NEED_UDP,
	NEED_SCTP,
	NEED_ICMP,
	NEED_ICMPV6,
	N_NEEDS
};

static const struct {
	uint16_t eth_type; /* 0: IPv4 or IPv6 */
	uint8_t ip_proto;  /* 0: any */
	const char *words;
} needs[N_NEEDS] = {
	[NEED_NOTHING] = { 0, 0, "" },
	[NEED_IPV4] = { ETH_P_IP, 0, "needs eth_type 0x0800 (IPv4)" },
	[NEED_IPV6] = { ETH_P_IPV6, 0, "needs eth_type 0x86dd (IPv6)" },
	[NEED_ARP] = { ETH_P_ARP, 0, "needs eth_type 0x0806 (ARP)" },
	[NEED_TCP] = { 0, IPPROTO_TCP, "needs IP protocol 6 (TCP), matched exactly" },
	[NEED_UDP] = { 0, IPPROTO_UDP, "needs IP protocol 17 (UDP), matched exactly" },
	[NEED_SCTP] = { 0, IPPROTO_SCTP, "needs IP protocol 132 (SCTP), matched exactly" },
	[NEED_ICMP] = { ETH_P_IP, IPPROTO_ICMP,
			"needs IPv4 with protocol 1 (ICMP), matched exactly" },
	[NEED_ICMPV6] = { ETH_P_IPV6, IPPROTO_ICMPV6,
			  "needs IPv6 with protocol 58 (ICMPv6), matched exactly" },
};

struct match_row {
	bool present; /* there is a row for this field */
	enum need need;
	uint8_t copy; /* bytes that are copied as they are; 0: put() or set() knows better */
	bool always;  /* looked at even when its mask is 0: a filter cannot be without it */
	enum tc_field tc;
	/* For what is not just bytes to copy; returns 0 or the error of the refusal. */
	int (*put)(struct tc_translation *t, enum flow_field f);
	/* The way back; a key that is in no tc field is handled with another field. */
	int (*get)(struct flow_match *m, const struct tc_filter *f, struct diag *d);
};

static int refuse(struct tc_translation *t, enum flow_field f, const char *words)
{
	t->n_refused++;
	return offload_put_item(t->o, t->put, t->diag, t->function, false, f, -EOPNOTSUPP, "%s",
				words);
}

static bool is_full(const struct tc_translation *t, enum flow_field f)
{
	return flow_field_is_full(&t->put->match->mask, f);
}

static uint8_t *member(struct tc_flower_key *k, enum tc_field f)
{
	return (uint8_t *)k + tc_field_table[f].offset;
}

static const uint8_t *const_member(const struct tc_flower_key *k, enum tc_field f)
{
	return (const uint8_t *)k + tc_field_table[f].offset;
}

/* Sets field @tc of the filter; @from is the flow field that it expresses. */
static void set(struct tc_translation *t, enum tc_field tc, const void *key, const void *mask,
		enum flow_field from)
{
	const size_t size = tc_field_table[tc].size;
	uint8_t *k = member(&t->f->key, tc), *m = member(&t->f->mask, tc);

	/* Most are numbers of 4 bytes or less. */
	if (size == 4) {
		const uint32_t mask_bits = get_u32(mask), key_bits = get_u32(key) & mask_bits;

		memcpy(k, &key_bits, 4);
		memcpy(m, &mask_bits, 4);
	} else {
		for (size_t i = 0; i < size; i++) {
			m[i] = ((const uint8_t *)mask)[i];
			k[i] = ((const uint8_t *)key)[i] & m[i];
		}
	}
	t->f->field_origin[tc] = tc_origin_of_field(from);
}

static void set_exact(struct tc_translation *t, enum tc_field tc, const void *key,
		      enum flow_field from)
{
	static const uint8_t ones[16] = { 255, 255, 255, 255, 255, 255, 255, 255,
					  255, 255, 255, 255, 255, 255, 255, 255 };

	set(t, tc, key, ones, from);
}

static int put_recirc_id(struct tc_translation *t, enum flow_field f)
{
	const uint32_t id = t->put->match->key.recirc_id;

	/* As OVS takes it: a flow that does not speak of recirculation is for packets that had
	 * none. */
	if (!flow_field_is_set(&t->put->match->mask, f)) {
		t->f->id.chain = 0;
		return offload_put_item(
			t->o, t->put, t->diag, t->function, false, f, 0,
			"not named: taken as recirc_id(0), the first pass of a packet");
	}
	if (!is_full(t, f))
		return refuse(t, f,
			      "must be matched exactly: a filter lies in one chain; "
			      "name it, e.g. recirc_id(0)");
	if (id > TC_CHAIN_MAX)
		return refuse(t, f, "is more than 0x0fffffff, the highest chain of tc");
	t->f->id.chain = id;
	return 0;
}

static int put_in_port(struct tc_translation *t, enum flow_field f)
{
	if (!is_full(t, f))
		return refuse(t, f, "must be matched exactly: a filter belongs to one device");
	return 0;
}

static int put_eth_type(struct tc_translation *t, enum flow_field f)
{
	const uint16_t type = host_from_be16(t->eth_type);

	if (!flow_field_is_set(&t->put->match->mask, f))
		return t->tagged ? 0
				 : refuse(t, f,
					  "must be matched: tc chooses a filter list by "
					  "protocol");
	if (!t->has_eth_type)
		return refuse(t, f, "flower has no mask for it: it must be matched exactly");
	if (type < ETH_P_802_3_MIN)
		return refuse(t, f, "is less than 0x0600: tc uses such numbers for other things");
	if (type == ETH_P_8021Q || type == ETH_P_8021AD)
		return refuse(t, f,
			      t->tagged ? "is that of a second VLAN tag: not supported"
					: "is that of a VLAN tag: match the tag with vlan()");
	if (t->tagged) {
		set_exact(t, TC_VLAN_ETH_TYPE, &t->eth_type, f);
		return 0;
	}
	t->f->protocol = t->eth_type;
	set_exact(t, TC_ETH_TYPE, &t->eth_type, f);
	return 0;
}

/* A part of a tag is matched on a frame without one: only "all 0" makes sense. */
static int put_untagged(struct tc_translation *t, enum flow_field f)
{
	if (!t->cfi)
		return refuse(t, f, "needs the CFI bit matched: it says whether there is a tag");
	if (flow_field_is_set(&t->put->match->key, f))
		return refuse(t, f, "is not 0 although the CFI bit is 0, that is without a tag");
	return 0;
}

static int put_vlan_tpid(struct tc_translation *t, enum flow_field f)
{
	const be16 tpid = t->put->match->key.vlan[0].tpid;

	if (!t->tagged)
		return put_untagged(t, f);
	if (!is_full(t, f))
		return refuse(t, f, "flower has no mask for it: it must be matched exactly");
	if (tpid != be16_from_host(ETH_P_8021Q) && tpid != be16_from_host(ETH_P_8021AD))
		return refuse(t, f, "is neither 0x8100 nor 0x88a8");
	t->f->protocol = tpid;
	set_exact(t, TC_ETH_TYPE, &tpid, f);
	return 0;
}

static int put_vlan_vid(struct tc_translation *t, enum flow_field f)
{
	const uint16_t vid = host_from_be16(t->put->match->key.vlan[0].tci) & 0xfff;
	static const uint16_t mask = 0xfff;

	if (!t->tagged)
		return put_untagged(t, f);
	if (!is_full(t, f))
		return refuse(t, f, "a part of the VLAN id cannot be matched: all 12 bits or none");
	set(t, TC_VLAN_ID, &vid, &mask, f);
	return 0;
}

static int put_vlan_pcp(struct tc_translation *t, enum flow_field f)
{
	const uint8_t pcp = (uint8_t)(host_from_be16(t->put->match->key.vlan[0].tci) >> 13);
	static const uint8_t mask = 7;

	if (!t->tagged)
		return put_untagged(t, f);
	if (!is_full(t, f))
		return refuse(t, f, "a part of the priority cannot be matched: all 3 bits or none");
	set(t, TC_VLAN_PRIO, &pcp, &mask, f);
	return 0;
}

static int put_vlan_cfi(struct tc_translation *t, enum flow_field f)
{
	if (t->tagged && !is_full(t, FLOW_VLAN_TPID))
		return refuse(t, f,
			      "the tag's type must be matched too: tc chooses a filter list "
			      "by it, e.g. eth_type(0x8100)");
	return 0;
}

static int put_ip_proto(struct tc_translation *t, enum flow_field f)
{
	if (!is_full(t, f))
		return refuse(t, f, "flower has no mask for it: it must be matched exactly");
	if (!t->ip_proto)
		return refuse(t, f, "protocol 0 cannot be asked for: tc takes it for any protocol");
	set_exact(t, TC_IP_PROTO, &t->ip_proto, f);
	return 0;
}

static void set_flags(struct tc_translation *t, uint32_t key, uint32_t mask, enum flow_field f)
{
	set(t, TC_FLAGS, &key, &mask, f);
}

/*
 * The three kinds of a fragment in two bits, as OVS numbers them: 0 no, 1 first, 2 later. Flower
 * has two flags, "is a fragment" and "is the first".
 */
static int put_ipv4_frag(struct tc_translation *t, enum flow_field f)
{
	const uint8_t mask = t->put->match->mask.ipv4.ipv4_frag;
	const uint8_t key = t->put->match->key.ipv4.ipv4_frag & mask;
	const uint32_t frag = TCA_FLOWER_KEY_FLAGS_IS_FRAGMENT,
		       first = TCA_FLOWER_KEY_FLAGS_FRAG_IS_FIRST;

	if (key > OVS_FRAG_TYPE_LATER)
		return refuse(t, f, "is no kind of fragment: no packet has it");
	switch (mask & 3) {
	case 3:
		if (key == OVS_FRAG_TYPE_NONE)
			set_flags(t, 0, frag, f);
		else
			set_flags(t, key == OVS_FRAG_TYPE_FIRST ? frag | first : frag, frag | first,
				  f);
		return 0;
	case 2: /* later, or anything but later */
		if (!key)
			return refuse(t, f,
				      "\"not a later fragment\" is nothing that flower's two "
				      "flags can say");
		set_flags(t, frag, frag | first, f);
		return 0;
	case 1: /* first, or anything but first */
		set_flags(t, key ? first : 0, first, f);
		return 0;
	default: /* bits that are 0 in all kinds */
		return 0;
	}
}

static int put_ipv6_frag(struct tc_translation *t, enum flow_field f)
{
	if (!is_full(t, f) || t->put->match->key.ipv6.ipv6_frag != OVS_FRAG_TYPE_NONE)
		return refuse(t, f, "offloading of IPv6 fragments isn't supported");
	set_flags(t, 0, TCA_FLOWER_KEY_FLAGS_IS_FRAGMENT, f);
	return 0;
}

/* The datapath and flower look at the lower 8 bits; the datapath takes 0 for a larger opcode. */
static int put_arp_op(struct tc_translation *t, enum flow_field f)
{
	const uint16_t mask = host_from_be16(t->put->match->mask.arp.arp_op);
	const uint16_t key = host_from_be16(t->put->match->key.arp.arp_op) & mask;
	const uint8_t low_key = (uint8_t)(key & 0xff), low_mask = (uint8_t)(mask & 0xff);

	if (key > 0xff)
		return refuse(t, f, "is more than 255: flower compares only 8 bits of it");
	set(t, TC_ARP_OP, &low_key, &low_mask, f);
	return 0;
}

/* The way back, for the exceptional fields. */

static bool has_tag(const struct tc_filter *f)
{
	return f->key.eth_type == be16_from_host(ETH_P_8021Q) ||
	       f->key.eth_type == be16_from_host(ETH_P_8021AD);
}

static int get_recirc_id(struct flow_match *m, const struct tc_filter *f, struct diag *d)
{
	m->key.recirc_id = f->id.chain;
	m->mask.recirc_id = UINT32_MAX;
	return 0;
}

static int get_eth_type(struct flow_match *m, const struct tc_filter *f, struct diag *d)
{
	m->key.eth_type = has_tag(f) ? f->key.vlan_eth_type : f->key.eth_type;
	m->mask.eth_type = has_tag(f) ? f->mask.vlan_eth_type : f->mask.eth_type;
	return 0;
}

static int get_vlan_tpid(struct flow_match *m, const struct tc_filter *f, struct diag *d)
{
	if (!has_tag(f))
		return 0;
	m->key.vlan[0].tpid = f->key.eth_type;
	m->mask.vlan[0].tpid = f->mask.eth_type;
	m->key.vlan[0].tci |= be16_from_host(VLAN_CFI);
	m->mask.vlan[0].tci |= be16_from_host(VLAN_CFI);
	return 0;
}

static int get_vlan_vid(struct flow_match *m, const struct tc_filter *f, struct diag *d)
{
	m->key.vlan[0].tci |= be16_from_host(f->key.vlan_id & 0xfff);
	m->mask.vlan[0].tci |= be16_from_host(f->mask.vlan_id & 0xfff);
	return 0;
}

static int get_vlan_pcp(struct flow_match *m, const struct tc_filter *f, struct diag *d)
{
	m->key.vlan[0].tci |= be16_from_host((uint16_t)((f->key.vlan_prio & 7) << 13));
	m->mask.vlan[0].tci |= be16_from_host((uint16_t)((f->mask.vlan_prio & 7) << 13));
	return 0;
}

static int get_ipv4_proto(struct flow_match *m, const struct tc_filter *f, struct diag *d)
{
	m->key.ipv4.ipv4_proto = f->key.ip_proto;
	m->mask.ipv4.ipv4_proto = f->mask.ip_proto;
	return 0;
}

static int get_ipv6_proto(struct flow_match *m, const struct tc_filter *f, struct diag *d)
{
	m->key.ipv6.ipv6_proto = f->key.ip_proto;
	m->mask.ipv6.ipv6_proto = f->mask.ip_proto;
	return 0;
}

static int get_ipv4_frag(struct flow_match *m, const struct tc_filter *f, struct diag *d)
{
	const uint32_t frag = TCA_FLOWER_KEY_FLAGS_IS_FRAGMENT,
		       first = TCA_FLOWER_KEY_FLAGS_FRAG_IS_FIRST;
	const bool is_frag = f->key.flags & frag, is_first = f->key.flags & first;
	uint8_t key = 0, mask = 0xff;

	switch (f->mask.flags & (frag | first)) {
	case 0:
		return 0;
	case TCA_FLOWER_KEY_FLAGS_IS_FRAGMENT:
		if (is_frag)
			return diag_set(
				d, -EOPNOTSUPP,
				"the filter matches fragments of any kind, which no flow can");
		break;
	case TCA_FLOWER_KEY_FLAGS_FRAG_IS_FIRST:
		key = mask = OVS_FRAG_TYPE_FIRST;
		if (!is_first)
			key = 0;
		break;
	default:
		key = is_first	? OVS_FRAG_TYPE_FIRST
		      : is_frag ? OVS_FRAG_TYPE_LATER
				: OVS_FRAG_TYPE_NONE;
		break;
	}
	m->key.ipv4.ipv4_frag = key;
	m->mask.ipv4.ipv4_frag = mask;
	return 0;
}

static int get_ipv6_frag(struct flow_match *m, const struct tc_filter *f, struct diag *d)
{
	if (!f->mask.flags)
		return 0;
	if (f->key.flags)
		return diag_set(d, -EOPNOTSUPP, "the filter matches IPv6 fragments");
	m->mask.ipv6.ipv6_frag = 0xff;
	return 0;
}

static int get_arp_op(struct flow_match *m, const struct tc_filter *f, struct diag *d)
{
	const uint8_t mask = f->mask.arp_op;

	m->key.arp.arp_op = be16_from_host(f->key.arp_op);
	m->mask.arp.arp_op = be16_from_host(mask == 0xff ? 0xffff : mask);
	return 0;
}

static int get_nothing(struct flow_match *m, const struct tc_filter *f, struct diag *d)
{
	return 0;
}

#define COPY(need_, tc_)                                      \
	{                                                     \
		.present = true, .need = (need_), .tc = (tc_) \
	}
/* A whole number or address of @n bytes: 1, 2, 4 or 6. */
#define COPY_N(n, need_, tc_)                                              \
	{                                                                  \
		.present = true, .copy = (n), .need = (need_), .tc = (tc_) \
	}
#define SPECIAL(need_, put_, get_)                                             \
	{                                                                      \
		.present = true, .need = (need_), .put = (put_), .get = (get_) \
	}
#define ALWAYS(put_, get_)                                                    \
	{                                                                     \
		.present = true, .always = true, .put = (put_), .get = (get_) \
	}

/* A field without a row is refused by test_key_and_mask(). */
static const struct match_row rows[FLOW_N_FIELDS] = {
	[FLOW_RECIRC_ID] = ALWAYS(put_recirc_id, get_recirc_id),
	[FLOW_IN_PORT] = ALWAYS(put_in_port, get_nothing),
	[FLOW_ETH_SRC] = COPY_N(6, NEED_NOTHING, TC_ETH_SRC),
	[FLOW_ETH_DST] = COPY_N(6, NEED_NOTHING, TC_ETH_DST),
	[FLOW_ETH_TYPE] = ALWAYS(put_eth_type, get_eth_type),
	[FLOW_VLAN_TPID] = SPECIAL(NEED_NOTHING, put_vlan_tpid, get_vlan_tpid),
	[FLOW_VLAN_VID] = SPECIAL(NEED_NOTHING, put_vlan_vid, get_vlan_vid),
	[FLOW_VLAN_PCP] = SPECIAL(NEED_NOTHING, put_vlan_pcp, get_vlan_pcp),
	[FLOW_VLAN_CFI] = SPECIAL(NEED_NOTHING, put_vlan_cfi, get_nothing),
	[FLOW_IPV4_SRC] = COPY_N(4, NEED_IPV4, TC_IPV4_SRC),
	[FLOW_IPV4_DST] = COPY_N(4, NEED_IPV4, TC_IPV4_DST),
	[FLOW_IPV4_PROTO] = SPECIAL(NEED_IPV4, put_ip_proto, get_ipv4_proto),
	[FLOW_IPV4_TOS] = COPY_N(1, NEED_IPV4, TC_IP_TOS),
	[FLOW_IPV4_TTL] = COPY_N(1, NEED_IPV4, TC_IP_TTL),
	[FLOW_IPV4_FRAG] = SPECIAL(NEED_IPV4, put_ipv4_frag, get_ipv4_frag),
	[FLOW_IPV6_SRC] = COPY(NEED_IPV6, TC_IPV6_SRC),
	[FLOW_IPV6_DST] = COPY(NEED_IPV6, TC_IPV6_DST),
	[FLOW_IPV6_PROTO] = SPECIAL(NEED_IPV6, put_ip_proto, get_ipv6_proto),
	[FLOW_IPV6_TCLASS] = COPY_N(1, NEED_IPV6, TC_IP_TOS),
	[FLOW_IPV6_HLIMIT] = COPY_N(1, NEED_IPV6, TC_IP_TTL),
	[FLOW_IPV6_FRAG] = SPECIAL(NEED_IPV6, put_ipv6_frag, get_ipv6_frag),
	[FLOW_TCP_SRC] = COPY_N(2, NEED_TCP, TC_TCP_SRC),
	[FLOW_TCP_DST] = COPY_N(2, NEED_TCP, TC_TCP_DST),
	[FLOW_TCP_FLAGS] = COPY(NEED_TCP, TC_TCP_FLAGS),
	[FLOW_UDP_SRC] = COPY_N(2, NEED_UDP, TC_UDP_SRC),
	[FLOW_UDP_DST] = COPY_N(2, NEED_UDP, TC_UDP_DST),
	[FLOW_SCTP_SRC] = COPY_N(2, NEED_SCTP, TC_SCTP_SRC),
	[FLOW_SCTP_DST] = COPY_N(2, NEED_SCTP, TC_SCTP_DST),
	[FLOW_ICMP_TYPE] = COPY_N(1, NEED_ICMP, TC_ICMPV4_TYPE),
	[FLOW_ICMP_CODE] = COPY_N(1, NEED_ICMP, TC_ICMPV4_CODE),
	[FLOW_ICMPV6_TYPE] = COPY_N(1, NEED_ICMPV6, TC_ICMPV6_TYPE),
	[FLOW_ICMPV6_CODE] = COPY_N(1, NEED_ICMPV6, TC_ICMPV6_CODE),
	[FLOW_ARP_SIP] = COPY_N(4, NEED_ARP, TC_ARP_SIP),
	[FLOW_ARP_TIP] = COPY_N(4, NEED_ARP, TC_ARP_TIP),
	[FLOW_ARP_OP] = SPECIAL(NEED_ARP, put_arp_op, get_arp_op),
	[FLOW_ARP_SHA] = COPY_N(6, NEED_ARP, TC_ARP_SHA),
	[FLOW_ARP_THA] = COPY_N(6, NEED_ARP, TC_ARP_THA),
};

/* Fields that lie side by side: most are wildcarded, and one test skips them all. */
#define GROUP(first_, last_, member_)                                  \
	{                                                              \
		(first_), (last_), offsetof(struct flow_key, member_), \
			SIZEOF_MEMBER(struct flow_key, member_)        \
	}
static const struct {
	uint8_t first, last;
	uint16_t offset, size;
} groups[] = {
	GROUP(FLOW_RECIRC_ID, FLOW_RECIRC_ID, recirc_id),
	GROUP(FLOW_IN_PORT, FLOW_IN_PORT, in_port),
	GROUP(FLOW_ETH_SRC, FLOW_ETH_DST, eth),
	GROUP(FLOW_ETH_TYPE, FLOW_ETH_TYPE, eth_type),
	GROUP(FLOW_VLAN_TPID, FLOW_VLAN_CFI, vlan),
	GROUP(FLOW_IPV4_SRC, FLOW_IPV4_FRAG, ipv4),
	GROUP(FLOW_IPV6_SRC, FLOW_IPV6_FRAG, ipv6),
	GROUP(FLOW_TCP_SRC, FLOW_TCP_DST, tcp),
	GROUP(FLOW_TCP_FLAGS, FLOW_TCP_FLAGS, tcp_flags),
	GROUP(FLOW_UDP_SRC, FLOW_UDP_DST, udp),
	GROUP(FLOW_SCTP_SRC, FLOW_SCTP_DST, sctp),
	GROUP(FLOW_ICMP_TYPE, FLOW_ICMP_CODE, icmp),
	GROUP(FLOW_ICMPV6_TYPE, FLOW_ICMPV6_CODE, icmpv6),
	GROUP(FLOW_ARP_SIP, FLOW_ARP_THA, arp),
};

static bool is_zero(const void *p, size_t size)
{
	const uint8_t *b = p;

	for (; size >= 8; b += 8, size -= 8)
		if (get_u64(b))
			return false;
	if (size >= 4) {
		if (get_u32(b))
			return false;
		b += 4;
		size -= 4;
	}
	for (; size; b++, size--)
		if (*b)
			return false;
	return true;
}

static inline bool is_met(enum need need, be16 eth_type, bool has_eth_type, uint8_t ip_proto,
			  bool has_ip_proto)
{
	const uint16_t l3 = has_eth_type ? host_from_be16(eth_type) : 0;

	if (need == NEED_NOTHING)
		return true;
	if (needs[need].eth_type ? l3 != needs[need].eth_type : l3 != ETH_P_IP && l3 != ETH_P_IPV6)
		return false;
	return !needs[need].ip_proto || (has_ip_proto && ip_proto == needs[need].ip_proto);
}

static int put_row(struct tc_translation *t, enum flow_field f)
{
	const struct flow_field_info *info = &flow_field_table[f];
	const struct match_row *row = &rows[f];
	const struct flow_match *m = t->put->match;

	if (!(t->met & 1u << row->need))
		return refuse(t, f, needs[row->need].words);
	if (row->put)
		return row->put(t, f);
	set(t, row->tc, (const uint8_t *)&m->key + info->offset,
	    (const uint8_t *)&m->mask + info->offset, f);
	return 0;
}

/* What is said of a field that has been translated. */
static void count_field(struct tc_translation *t, enum flow_field f)
{
	t->n_fields++;
	if (UNLIKELY(t->put->verdict != NULL))
		offload_put_item(t->o, t->put, t->diag, t->function, false, f, 0, "%s",
				 rows[f].put ? "" : tc_field_table[rows[f].tc].name);
}

/* Copies @size bytes, a constant, of key and mask; false: the mask is 0 there. */
static inline bool copy_bytes(struct tc_translation *t, enum flow_field f, size_t size)
{
	const size_t from = flow_field_table[f].offset, to = tc_field_table[rows[f].tc].offset;
	const struct flow_match *m = t->put->match;
	uint8_t key[8] = { 0 }, mask[8] = { 0 };
	uint64_t k, b;

	memcpy(mask, (const uint8_t *)&m->mask + from, size);
	b = get_u64(mask);
	if (!b)
		return false;
	memcpy(key, (const uint8_t *)&m->key + from, size);
	k = get_u64(key) & b;
	memcpy((uint8_t *)&t->f->key + to, &k, size);
	memcpy((uint8_t *)&t->f->mask + to, &b, size);
	memset((uint8_t *)&t->left + from, 0, size);
	return true;
}

/* A field that is copied as it is; what it needs is there. */
static void copy_field(struct tc_translation *t, enum flow_field f)
{
	bool named;

	switch (rows[f].copy) {
	case 1:
		named = copy_bytes(t, f, 1);
		break;
	case 2:
		named = copy_bytes(t, f, 2);
		break;
	case 4:
		named = copy_bytes(t, f, 4);
		break;
	default:
		named = copy_bytes(t, f, 6);
	}
	if (!named)
		return;
	t->f->field_origin[rows[f].tc] = tc_origin_of_field(f);
	count_field(t, f);
}

static void put_field(struct tc_translation *t, enum flow_field f)
{
	bool named;

	if (rows[f].copy && (t->met & 1u << rows[f].need)) {
		copy_field(t, f);
		return;
	}
	named = flow_field_is_set(&t->left, f);
	if ((!named && !rows[f].always) || !rows[f].present)
		return;
	flow_field_clear(&t->left, f);
	if (!put_row(t, f) && named)
		count_field(t, f);
}

/* What rows need to know of other fields. */
static void look_ahead(struct tc_translation *t)
{
	const struct flow_key *k = &t->put->match->key, *m = &t->put->match->mask;

	t->has_eth_type = m->eth_type == be16_from_host(0xffff);
	t->eth_type = k->eth_type;
	t->cfi = m->vlan[0].tci & be16_from_host(VLAN_CFI);
	t->tagged = t->cfi && (k->vlan[0].tci & be16_from_host(VLAN_CFI));
	if (t->eth_type == be16_from_host(ETH_P_IP)) {
		t->ip_proto = k->ipv4.ipv4_proto;
		t->has_ip_proto = m->ipv4.ipv4_proto == 0xff;
	} else if (t->eth_type == be16_from_host(ETH_P_IPV6)) {
		t->ip_proto = k->ipv6.ipv6_proto;
		t->has_ip_proto = m->ipv6.ipv6_proto == 0xff;
	}
	for (unsigned int need = 0; need < N_NEEDS; need++)
		t->met |= (uint32_t)is_met((enum need)need, t->eth_type, t->has_eth_type,
					   t->ip_proto, t->has_ip_proto)
			  << need;
}

bool tc_has_match_row(enum flow_field f)
{
	return rows[f].present;
}

void tc_translate_match(struct tc_translation *t)
{
	t->left = t->put->match->mask;
	look_ahead(t);
	for (size_t g = 0; g < ARRAY_SIZE(groups); g++) {
		if (!rows[groups[g].first].always &&
		    is_zero((const uint8_t *)&t->left + groups[g].offset, groups[g].size))
			continue;
		for (unsigned int f = groups[g].first; f <= groups[g].last; f++)
			put_field(t, (enum flow_field)f);
	}
	tc_place(&t->f->id, t->port, t->f->id.chain);
}

/* OVS's words for what it has words for. */
static const char *words_of_leftover(enum flow_field f)
{
	return f == FLOW_IPV6_LABEL ? "offloading attribute ipv6_label isn't supported: "
				      "linux_tc does not match it"
				    : "offloading isn't supported, unknown attribute";
}

void test_key_and_mask(struct tc_translation *t)
{
	if (is_zero(&t->left, sizeof t->left))
		return;
	t->function = __func__;
	for (unsigned int f = 0; f < FLOW_N_FIELDS; f++) {
		if (!flow_field_is_set(&t->left, (enum flow_field)f))
			continue;
		flow_field_clear(&t->left, (enum flow_field)f);
		refuse(t, (enum flow_field)f, words_of_leftover((enum flow_field)f));
	}
	/* Bits that belong to no field cannot be named one by one. */
	if (!is_zero(&t->left, sizeof t->left))
		refuse(t, FLOW_IN_PORT,
		       "offloading isn't supported, unknown attribute: mask bits "
		       "outside all fields");
}

static void name_headers(struct flow_match *m)
{
	m->headers = 1u << FLOW_H_RECIRC_ID | 1u << FLOW_H_IN_PORT | 1u << FLOW_H_ETH;
	for (unsigned int f = 0; f < FLOW_N_FIELDS; f++)
		if (flow_field_is_set(&m->mask, (enum flow_field)f))
			m->headers |= UINT64_C(1) << flow_field_table[f].header;
}

int tc_match_from_filter(struct flow_match *m, const struct tc_filter *f,
			 const struct offload_port *port, struct diag *d)
{
	const be16 l3 = has_tag(f) ? f->key.vlan_eth_type : f->key.eth_type;
	const bool has_l3 = has_tag(f) ? f->mask.vlan_eth_type : f->mask.eth_type;

	memset(m, 0, sizeof *m);
	m->key.in_port = port->number;
	m->mask.in_port = UINT32_MAX;
	for (unsigned int i = 0; i < FLOW_N_FIELDS; i++) {
		const struct flow_field_info *info = &flow_field_table[i];
		const struct match_row *row = &rows[i];
		int err;

		if (!tc_has_match_row((enum flow_field)i) ||
		    !is_met(row->need, l3, has_l3, f->key.ip_proto, f->mask.ip_proto == 0xff))
			continue;
		err = row->get ? row->get(m, f, d) : 0;
		if (err)
			return err;
		if (row->get)
			continue;
		memcpy((uint8_t *)&m->key + info->offset, const_member(&f->key, row->tc),
		       info->size);
		memcpy((uint8_t *)&m->mask + info->offset, const_member(&f->mask, row->tc),
		       info->size);
	}
	name_headers(m);
	return 0;
}
