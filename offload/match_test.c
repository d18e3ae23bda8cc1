/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The translation of the match against a stupid oracle: packets are made around each match, and the
 * filter must say of each what the flow says. The oracle knows flower from its manual page, not
 * from the rows.
 */
#include "offload/tc_internal.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static uint64_t seed = 88172645463325252u;

static uint32_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

static void rnd_bytes(void *p, size_t size)
{
	uint8_t *b = p;

	while (size--)
		*b++ = (uint8_t)rnd();
}

/* One run of the translation with everything it needs. */
struct run {
	struct offload_port port;
	struct flow_actions actions;
	struct offload_verdict verdict;
	struct offload_put put;
	struct tc_filter f;
	struct tc_translation t;
	struct offload *o;
};

static struct run run;

static void translate(const struct flow_match *m)
{
	memset(&run.f, 0, sizeof run.f);
	run.verdict.n = 0;
	run.put = (struct offload_put){ .match = m,
					.actions = &run.actions,
					.verdict = &run.verdict };
	run.port = (struct offload_port){
		.number = 1, .ifindex = 7, .name = "eth1", .type = "system"
	};
	run.t = (struct tc_translation){
		.o = run.o, .port = &run.port, .put = &run.put, .f = &run.f, .function = "test"
	};
	tc_translate_match(&run.t);
	test_key_and_mask(&run.t);
}

static bool bits_agree(const void *a, const void *b, const void *mask, size_t size)
{
	const uint8_t *x = a, *y = b, *m = mask;

	for (size_t i = 0; i < size; i++)
		if ((x[i] ^ y[i]) & m[i])
			return false;
	return true;
}

/* A packet is a key with all its fields; headers that it does not have are 0. */
static bool flow_says(const struct flow_match *m, const struct flow_key *p)
{
	struct flow_key seen = *p;

	/* The kernel's datapath takes a flow that names no tag for one of untagged frames. */
	if (!m->mask.vlan[0].tpid && !m->mask.vlan[0].tci &&
	    (p->vlan[0].tci & be16_from_host(0x1000)))
		return false;
	/* The datapath shows opcodes above 255 as 0. */
	if (host_from_be16(seen.arp.arp_op) > 255)
		seen.arp.arp_op = 0;
	return bits_agree(&m->key, &seen, &m->mask, sizeof seen);
}

#define AGREE(member, value)                                                      \
	do {                                                                      \
		__typeof__(f->key.member) v_ = (value);                           \
		if (!bits_agree(&f->key.member, &v_, &f->mask.member, sizeof v_)) \
			return false;                                             \
	} while (0)
#define AGREE_BYTES(member, bytes)                                                             \
	do {                                                                                   \
		if (!bits_agree(f->key.member, (bytes), f->mask.member, sizeof f->key.member)) \
			return false;                                                          \
	} while (0)

static bool filter_says(const struct tc_filter *f, const struct flow_key *p)
{
	const uint16_t tci = host_from_be16(p->vlan[0].tci);
	const bool tagged = tci & 0x1000, v4 = p->eth_type == be16_from_host(ETH_P_IP),
		   v6 = p->eth_type == be16_from_host(ETH_P_IPV6);
	const uint8_t proto = v4 ? p->ipv4.ipv4_proto : v6 ? p->ipv6.ipv6_proto : 0;
	const uint8_t frag = v4 ? p->ipv4.ipv4_frag : v6 ? p->ipv6.ipv6_frag : 0;
	const be16 frame = tagged ? p->vlan[0].tpid : p->eth_type;

	if (f->id.chain != p->recirc_id || p->in_port != 1 || f->protocol != frame)
		return false;
	AGREE(eth_type, frame);
	if (!tagged && (f->mask.vlan_id || f->mask.vlan_prio || f->mask.vlan_eth_type))
		return false;
	AGREE(vlan_eth_type, p->eth_type);
	AGREE(vlan_id, tci & 0xfff);
	AGREE(vlan_prio, (uint8_t)(tci >> 13));
	AGREE_BYTES(eth_src, p->eth.eth_src);
	AGREE_BYTES(eth_dst, p->eth.eth_dst);
	AGREE(ip_proto, proto);
	AGREE(ip_tos, v4 ? p->ipv4.ipv4_tos : p->ipv6.ipv6_tclass);
	AGREE(ip_ttl, v4 ? p->ipv4.ipv4_ttl : p->ipv6.ipv6_hlimit);
	AGREE(flags, (frag ? 1u : 0u) | (frag == OVS_FRAG_TYPE_FIRST ? 2u : 0u));
	AGREE(ipv4_src, p->ipv4.ipv4_src);
	AGREE(ipv4_dst, p->ipv4.ipv4_dst);
	AGREE_BYTES(ipv6_src, p->ipv6.ipv6_src);
	AGREE_BYTES(ipv6_dst, p->ipv6.ipv6_dst);
	AGREE(l4_src, proto == IPPROTO_TCP   ? p->tcp.tcp_src
		      : proto == IPPROTO_UDP ? p->udp.udp_src
					     : p->sctp.sctp_src);
	AGREE(l4_dst, proto == IPPROTO_TCP   ? p->tcp.tcp_dst
		      : proto == IPPROTO_UDP ? p->udp.udp_dst
					     : p->sctp.sctp_dst);
	AGREE(tcp_flags, p->tcp_flags);
	AGREE(icmp_type, proto == IPPROTO_ICMP ? p->icmp.icmp_type : p->icmpv6.icmpv6_type);
	AGREE(icmp_code, proto == IPPROTO_ICMP ? p->icmp.icmp_code : p->icmpv6.icmpv6_code);
	AGREE(arp_sip, p->arp.arp_sip);
	AGREE(arp_tip, p->arp.arp_tip);
	AGREE(arp_op, (uint8_t)(host_from_be16(p->arp.arp_op) & 0xff));
	AGREE_BYTES(arp_sha, p->arp.arp_sha);
	AGREE_BYTES(arp_tha, p->arp.arp_tha);
	return true;
}

/* A random packet of one kind: what it does not have is 0. */
struct kind {
	uint16_t eth_type;
	uint8_t proto;
	bool tagged;
};

static const struct kind kinds[] = {
	{ ETH_P_IP, IPPROTO_TCP, false },
	{ ETH_P_IP, IPPROTO_UDP, false },
	{ ETH_P_IP, IPPROTO_SCTP, false },
	{ ETH_P_IP, IPPROTO_ICMP, false },
	{ ETH_P_IPV6, IPPROTO_TCP, false },
	{ ETH_P_IPV6, IPPROTO_UDP, false },
	{ ETH_P_IPV6, IPPROTO_ICMPV6, false },
	{ ETH_P_ARP, 0, false },
	{ ETH_P_IP, IPPROTO_TCP, true },
	{ ETH_P_IPV6, IPPROTO_SCTP, true },
	{ ETH_P_ARP, 0, true },
	{ 0x88b5, 0, false },
};

static void make_packet(struct flow_key *p, const struct kind *k)
{
	memset(p, 0, sizeof *p);
	p->in_port = 1;
	rnd_bytes(&p->eth, sizeof p->eth);
	p->eth_type = be16_from_host(k->eth_type);
	if (k->tagged) {
		p->vlan[0].tpid = be16_from_host(rnd() & 1 ? ETH_P_8021Q : ETH_P_8021AD);
		p->vlan[0].tci = be16_from_host((uint16_t)(rnd() | 0x1000));
	}
	if (k->eth_type == ETH_P_IP) {
		rnd_bytes(&p->ipv4, sizeof p->ipv4);
		p->ipv4.ipv4_proto = k->proto;
		p->ipv4.ipv4_frag = (uint8_t)(rnd() % 3);
	} else if (k->eth_type == ETH_P_IPV6) {
		rnd_bytes(&p->ipv6, sizeof p->ipv6);
		p->ipv6.ipv6_proto = k->proto;
		p->ipv6.ipv6_frag = (uint8_t)(rnd() % 3);
		p->ipv6.ipv6_label &= be32_from_host(0xfffff);
	} else if (k->eth_type == ETH_P_ARP) {
		rnd_bytes(&p->arp, sizeof p->arp);
		p->arp.arp_op = be16_from_host(rnd() & 1 ? 1 : 2);
	}
	if (k->proto == IPPROTO_TCP) {
		rnd_bytes(&p->tcp, sizeof p->tcp);
		p->tcp_flags = be16_from_host((uint16_t)(rnd() & 0xfff));
	} else if (k->proto == IPPROTO_UDP) {
		rnd_bytes(&p->udp, sizeof p->udp);
	} else if (k->proto == IPPROTO_SCTP) {
		rnd_bytes(&p->sctp, sizeof p->sctp);
	} else if (k->proto == IPPROTO_ICMP) {
		rnd_bytes(&p->icmp, sizeof p->icmp);
	} else if (k->proto == IPPROTO_ICMPV6) {
		rnd_bytes(&p->icmpv6, sizeof p->icmpv6);
	}
}

/* What a filter must know: chain, port, protocols; exactly. */
static void make_base(struct flow_match *m, const struct flow_key *p, const struct kind *k)
{
	memset(m, 0, sizeof *m);
	m->key = *p;
	m->mask.recirc_id = m->mask.in_port = UINT32_MAX;
	m->mask.eth_type = be16_from_host(0xffff);
	m->mask.vlan[0].tci = be16_from_host(0x1000);
	if (k->tagged)
		m->mask.vlan[0].tpid = be16_from_host(0xffff);
	if (k->eth_type == ETH_P_IP)
		m->mask.ipv4.ipv4_proto = 0xff;
	if (k->eth_type == ETH_P_IPV6)
		m->mask.ipv6.ipv6_proto = 0xff;
}

static const struct offload_item *item_of(enum flow_field f)
{
	for (size_t i = 0; i < run.verdict.n; i++)
		if (!run.verdict.item[i].is_action && run.verdict.item[i].index == f)
			return &run.verdict.item[i];
	return NULL;
}

/* Every named field has an item; a filter without a refusal says what the flow says. */
static void check(const struct flow_match *m)
{
	for (unsigned int f = 0; f < FLOW_N_FIELDS; f++) {
		const struct offload_item *item = item_of((enum flow_field)f);

		if (flow_field_is_set(&m->mask, (enum flow_field)f))
			assert_non_null(item);
		if (item && item->error)
			assert_true(item->words[0]);
	}
	assert_int_equal(!!run.t.n_refused, run.put.has_culprit);
	if (run.t.n_refused)
		return;
	for (int i = 0; i < 40; i++) {
		const struct kind *k = &kinds[rnd() % ARRAY_SIZE(kinds)];
		struct flow_key p;

		if (i < 20) { /* near the match: a matching packet with one byte changed */
			p = m->key;
			if (i)
				((uint8_t *)&p)[8 + rnd() % (sizeof p - 8)] ^=
					(uint8_t)(1u << rnd() % 8);
		} else {
			make_packet(&p, k);
		}
		/* Only packets that exist. */
		if (p.ipv4.ipv4_frag > 2 || p.ipv6.ipv6_frag > 2 ||
		    host_from_be16(p.arp.arp_op) > 255 ||
		    (!(p.vlan[0].tci & be16_from_host(0x1000)) &&
		     (p.vlan[0].tci || p.vlan[0].tpid)))
			continue;
		if (flow_says(m, &p) != filter_says(&run.f, &p)) {
			struct text t;

			text_init(&t);
			flow_match_format(&t, m, NULL, true);
			print_error("%s\n", t.s);
			text_fini(&t);
			fail_msg("flow says %d, filter %d", flow_says(m, &p),
				 filter_says(&run.f, &p));
		}
	}
}

/* Puts mask bits on field @f; kind 0: full, 1: one bit, 2: random. */
static void mask_field(struct flow_key *mask, enum flow_field f, int how)
{
	const struct flow_field_info *info = &flow_field_table[f];
	struct flow_key full, other;
	uint8_t *m = (uint8_t *)mask;
	const unsigned int byte = rnd() % info->size, bit = rnd() % 8;

	memset(&full, 0xff, sizeof full);
	other = full;
	flow_field_clear(&other, f);
	for (size_t i = info->offset; i < (size_t)info->offset + info->size; i++) {
		const uint8_t of_field = ((uint8_t *)&full)[i] ^ ((uint8_t *)&other)[i];

		m[i] &= (uint8_t)~of_field;
		if (how == 0)
			m[i] |= of_field;
		else if (how == 1 && i == info->offset + byte)
			m[i] |= (uint8_t)(of_field & (1u << bit));
		else if (how == 2)
			m[i] |= (uint8_t)(of_field & rnd());
	}
}

static void every_field_and_mask_is_translated_exactly_or_refused_by_name(void **state)
{
	for (int round = 0; round < 30; round++)
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
			for (unsigned int f = 0; f < FLOW_N_FIELDS; f++)
				for (int how = 0; how < 3; how++) {
					struct flow_match m;
					struct flow_key p;

					make_packet(&p, &kinds[k]);
					make_base(&m, &p, &kinds[k]);
					mask_field(&m.mask, (enum flow_field)f, how);
					flow_match_normalise(&m);
					translate(&m);
					check(&m);
				}
}

static void many_fields_at_once_are_translated_exactly_or_refused_by_name(void **state)
{
	unsigned int n_translated = 0;

	for (int round = 0; round < 4000; round++) {
		const struct kind *k = &kinds[rnd() % ARRAY_SIZE(kinds)];
		struct flow_match m;
		struct flow_key p;

		make_packet(&p, k);
		make_base(&m, &p, k);
		for (unsigned int f = 0; f < FLOW_N_FIELDS; f++)
			if (flow_field_is_set(&p, (enum flow_field)f) && rnd() % 3 == 0 &&
			    f != FLOW_IPV6_LABEL && f != FLOW_IPV6_FRAG)
				mask_field(&m.mask, (enum flow_field)f, rnd() % 20 == 0 ? 2 : 0);
		flow_match_normalise(&m);
		translate(&m);
		check(&m);
		n_translated += !run.t.n_refused;
	}
	assert_true(n_translated > 1000);
}

static void what_was_translated_comes_back_equal(void **state)
{
	for (int round = 0; round < 4000; round++) {
		const struct kind *k = &kinds[rnd() % ARRAY_SIZE(kinds)];
		struct flow_match m, back;
		struct flow_key p;

		make_packet(&p, k);
		make_base(&m, &p, k);
		if (!k->tagged)
			m.mask.vlan[0].tci = 0; /* a protocol says that there is no tag */
		for (unsigned int f = 0; f < FLOW_N_FIELDS; f++)
			if (flow_field_is_set(&p, (enum flow_field)f) && rnd() % 3 == 0)
				mask_field(&m.mask, (enum flow_field)f, 0);
		flow_match_normalise(&m);
		translate(&m);
		if (run.t.n_refused)
			continue;
		assert_int_equal(tc_match_from_filter(&back, &run.f, &run.port, NULL), 0);
		assert_memory_equal(&m.key, &back.key, sizeof m.key);
		assert_memory_equal(&m.mask, &back.mask, sizeof m.mask);
	}
}

/* Each case: a text, the field that must be refused and a word of the reason; NULL: accepted. */
static const struct refusal {
	const char *flow;
	enum flow_field field;
	const char *words;
} refusals[] = {
	{ "recirc_id(0),in_port(1),eth_type(0x0800)", 0, NULL },
	{ "recirc_id(5),in_port(1),eth_type(0x0800),ipv4(proto=6),tcp(dst=80)", 0, NULL },
	/* Taken as recirc_id(0): what does not speak of it is for the first pass. */
	{ "in_port(1),eth_type(0x0800)", 0, NULL },
	{ "recirc_id(0x10000000),in_port(1),eth_type(0x0800)", FLOW_RECIRC_ID, "highest chain" },
	{ "recirc_id(0x10000000),in_port(1),eth_type(0x0800)", FLOW_RECIRC_ID, "0x0fffffff" },
	{ "recirc_id(0),eth_type(0x0800)", FLOW_IN_PORT, "one device" },
	{ "recirc_id(0),in_port(1)", FLOW_ETH_TYPE, "tc chooses a filter list by protocol" },
	{ "recirc_id(0),in_port(1),eth_type(0x0800/0xff00)", FLOW_ETH_TYPE, "no mask" },
	{ "recirc_id(0),in_port(1),eth_type(0x86dd),ipv6(frag=first)", FLOW_IPV6_FRAG,
	  "fragments" },
	{ "recirc_id(0),in_port(1),eth_type(0x86dd),ipv6(frag=no)", 0, NULL },
	{ "recirc_id(0),in_port(1),eth_type(0x86dd),ipv6(label=0x5)", FLOW_IPV6_LABEL,
	  "isn't supported" },
	{ "recirc_id(0),in_port(1),eth_type(0x0800),ipv4(proto=6/0xf)", FLOW_IPV4_PROTO,
	  "no mask" },
	{ "recirc_id(0),in_port(1),eth_type(0x0800),ipv4(proto=0)", FLOW_IPV4_PROTO, "protocol 0" },
	{ "recirc_id(0),in_port(1),eth_type(0x8100),vlan(vid=5/0xf),encap(eth_type(0x0800))",
	  FLOW_VLAN_VID, "all 12 bits" },
	{ "recirc_id(0),in_port(1),eth_type(0x8100),vlan(vid=5,pcp=1/1),encap(eth_type(0x0800))",
	  FLOW_VLAN_PCP, "all 3 bits" },
	{ "recirc_id(0),in_port(1),eth_type(0x8100),vlan(vid=5,pcp=1),encap(eth_type(0x0800))", 0,
	  NULL },
};

static void each_refusal_names_its_field(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		const struct refusal *r = &refusals[i];
		struct flow_match m;
		struct diag d;

		diag_init(&d);
		if (flow_match_parse(&m, NULL, NULL, NULL, r->flow, strlen(r->flow), NULL, &d))
			fail_msg("%s: %s", r->flow, d.words);
		flow_match_normalise(&m);
		translate(&m);
		if (!r->words && run.t.n_refused)
			fail_msg("%s: %s", r->flow, run.put.culprit.words);
		if (!r->words)
			continue;
		if (!run.put.has_culprit)
			fail_msg("%s is accepted", r->flow);
		assert_int_equal(run.put.culprit.index, r->field);
		if (!strstr(run.put.culprit.words, r->words))
			fail_msg("%s: %s", r->flow, run.put.culprit.words);
	}
}

static void a_vlan_tag_is_told_from_no_tag(void **state)
{
	static const char text[] =
		"recirc_id(0),in_port(1),eth_type(0x88a8),vlan(vid=5),encap(eth_type(0x0800))";
	struct flow_match m;

	assert_int_equal(flow_match_parse(&m, NULL, NULL, NULL, text, strlen(text), NULL, NULL), 0);
	translate(&m);
	assert_int_equal(run.t.n_refused, 0);
	assert_int_equal(run.f.protocol, be16_from_host(ETH_P_8021AD));
	assert_int_equal(run.f.key.vlan_eth_type, be16_from_host(ETH_P_IP));
	assert_int_equal(run.f.field_origin[TC_VLAN_ID], tc_origin_of_field(FLOW_VLAN_VID));
}

static int setup(void **state)
{
	flow_actions_init(&run.actions);
	return offload_new(&run.o, NULL, NULL, NULL);
}

static int teardown(void **state)
{
	offload_free(run.o);
	flow_actions_fini(&run.actions);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_and_mask_is_translated_exactly_or_refused_by_name),
		cmocka_unit_test(many_fields_at_once_are_translated_exactly_or_refused_by_name),
		cmocka_unit_test(what_was_translated_comes_back_equal),
		cmocka_unit_test(each_refusal_names_its_field),
		cmocka_unit_test(a_vlan_tag_is_told_from_no_tag),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
