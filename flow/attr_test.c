/* SPDX-License-Identifier: BSD-2-Clause */
/* Attributes: what is encoded decodes equal, and what is cut or changed is refused within bounds.
 */
#include "flow/attr.h"

#include "base/alloc.h"
#include "flow/random_internal.h"
#include "flow/text.h"
#include "netlink/attr.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The attributes of one nest, without the message around it. */
struct bytes {
	uint8_t buf[1024];
	const uint8_t *p;
	size_t size;
};

static void start(struct nl_msg *msg, struct bytes *b)
{
	nl_msg_init(msg, b->buf, sizeof b->buf);
	nl_msg_start(msg, 1, 0, NULL, 0);
}

static void finish(struct nl_msg *msg, struct bytes *b)
{
	assert_int_equal(nl_msg_end(msg), 0);
	b->p = b->buf + NLMSG_HDRLEN;
	b->size = msg->size - NLMSG_HDRLEN;
}

static void encode(struct bytes *b, const struct flow_match *m, bool mask)
{
	struct nl_msg msg;

	start(&msg, b);
	flow_match_encode(&msg, m, mask);
	finish(&msg, b);
}

static void random_matches_decode_equal(void **state)
{
	struct bytes key, mask;
	unsigned int seed = 21;

	for (int round = 0; round < 5000; round++) {
		struct flow_match m, again;
		struct diag d;

		random_match(&seed, &m);
		encode(&key, &m, false);
		encode(&mask, &m, true);
		diag_init(&d);
		if (flow_match_decode(&again, key.p, key.size, mask.p, mask.size, &d))
			fail_msg("%s", d.words);
		assert_memory_equal(&again.key, &m.key, sizeof m.key);
		assert_memory_equal(&again.mask, &m.mask, sizeof m.mask);
	}
}

static void parse(struct flow_match *m, const char *s)
{
	struct diag d;

	diag_init(&d);
	if (flow_match_parse(m, NULL, NULL, NULL, s, strlen(s), NULL, &d))
		fail_msg("%s: %s", s, d.words);
}

/* The types of the attributes, a nest's in parentheses. */
static void list_types(struct text *t, const uint8_t *p, size_t size)
{
	const struct nlattr *a;

	nl_for_each_attr (a, p, size) {
		if (t->len && t->s[t->len - 1] != '(')
			text_put_char(t, ' ');
		text_putf(t, "%u", nl_attr_type(a));
		if (nl_attr_type(a) != OVS_KEY_ATTR_ENCAP)
			continue;
		text_put_char(t, '(');
		list_types(t, nl_attr_data(a), nl_attr_size(a));
		text_put_char(t, ')');
	}
}

/* The numbers are those of <linux/openvswitch.h>. */
static const struct {
	const char *flow, *key, *mask;
} complete[] = {
	{ "", "4", "4" },
	{ "recirc_id(0),in_port(1),eth()", "20 3 4", "20 3 4" },
	{ "eth_type(0x1234)", "4 6", "4 6" },
	{ "eth_type(0x0800)", "4 6 7", "4 6 7" },
	{ "eth_type(0x0800),ipv4(proto=6)", "4 6 7 9 18", "4 6 7 9 18" },
	{ "eth_type(0x0800),ipv4(proto=6/0x0f)", "4 6 7 9 18", "4 6 7" },
	{ "eth_type(0x0800),ipv4(proto=6,frag=later)", "4 6 7", "4 6 7" },
	{ "eth_type(0x86dd),ipv6(proto=58),icmpv6(type=135)", "4 6 8 12 14", "4 6 8 12" },
	{ "eth_type(0x8035)", "4 6 13", "4 6 13" },
	{ "eth_type(0x8100),vlan(vid=1),encap()", "4 6 5 1()", "4 6 5 1()" },
	{ "eth_type(0x8100),vlan(vid=1),encap(eth_type(0x0800),ipv4(proto=17))", "4 6 5 1(6 7 10)",
	  "4 6 5 1(6 7 10)" },
};

static void keys_are_complete_for_the_kernel(void **state)
{
	struct bytes b;
	struct text t;

	text_init(&t);
	for (size_t i = 0; i < ARRAY_SIZE(complete); i++) {
		struct flow_match m;

		parse(&m, complete[i].flow);
		text_clear(&t);
		encode(&b, &m, false);
		list_types(&t, b.p, b.size);
		assert_string_equal(t.s, complete[i].key);
		text_clear(&t);
		encode(&b, &m, true);
		list_types(&t, b.p, b.size);
		assert_string_equal(t.s, complete[i].mask);
	}
	text_fini(&t);
}

static void without_a_mask_a_key_is_exact(void **state)
{
	struct flow_match m, again;
	struct bytes b;

	parse(&m, "in_port(1),eth_type(0x8100),vlan(vid=1),"
		  "encap(eth_type(0x0800),ipv4(proto=17,frag=no),udp(dst=53))");
	encode(&b, &m, false);
	assert_int_equal(flow_match_decode(&again, b.p, b.size, NULL, 0, NULL), 0);
	assert_memory_equal(&again.key, &m.key, sizeof m.key);
	for (unsigned int f = FLOW_IN_PORT; f <= FLOW_IPV4_FRAG; f++)
		assert_true(flow_field_is_full(&again.mask, (enum flow_field)f));
	assert_true(flow_field_is_full(&again.mask, FLOW_UDP_SRC));
	assert_false(flow_field_is_set(&again.mask, FLOW_TCP_SRC));
}

/* Attributes as a real kernel dumps them, besides those of the vocabulary. */
static void absent_keys_may_be_there_when_nothing_is_matched(void **state)
{
	for (int matched = 0; matched < 2; matched++) {
		struct flow_match m, again;
		struct bytes key, mask;
		struct nl_msg msg;
		struct diag d;

		parse(&m, "in_port(1),eth()");
		start(&msg, &key);
		nl_put_u32(&msg, OVS_KEY_ATTR_CT_STATE, 0);
		nl_put_u32(&msg, OVS_KEY_ATTR_PACKET_TYPE, 0);
		flow_match_encode(&msg, &m, false);
		finish(&msg, &key);
		start(&msg, &mask);
		nl_put_u32(&msg, OVS_KEY_ATTR_PACKET_TYPE, UINT32_MAX);
		nl_put_u32(&msg, OVS_KEY_ATTR_CT_STATE, matched ? 0x20 : 0);
		flow_match_encode(&msg, &m, true);
		finish(&msg, &mask);
		diag_init(&d);
		assert_int_equal(flow_match_decode(&again, key.p, key.size, mask.p, mask.size, &d),
				 matched ? -EOPNOTSUPP : 0);
		if (matched)
			assert_string_equal(d.words, "ct_state is not supported yet");
		assert_int_equal(flow_match_decode(&again, key.p, key.size, NULL, 0, NULL),
				 -EOPNOTSUPP);
	}
}

/* Decodes from blocks of their own size; *@ok counts what is taken. */
static void decode_exactly(const uint8_t *key, size_t key_size, const uint8_t *mask,
			   size_t mask_size, int *ok)
{
	void *k = mem_copy(key, key_size), *mk = mem_copy(mask, mask_size);
	struct flow_actions l;
	struct flow_match m;
	struct diag d;

	assert_non_null(k);
	assert_non_null(mk);
	diag_init(&d);
	if (!flow_match_decode(&m, k, key_size, mk, mask_size, &d))
		++*ok;
	else
		assert_true(d.words[0]);
	flow_actions_init(&l);
	diag_init(&d);
	if (flow_actions_decode(&l, k, key_size, &d))
		assert_true(d.words[0] && !l.n);
	flow_actions_fini(&l);
	mem_free(k);
	mem_free(mk);
}

static void every_truncation_stays_within_its_bounds(void **state)
{
	struct bytes key, mask;
	struct flow_match m;
	int ok = 0;

	parse(&m, "in_port(1),eth(),eth_type(0x8100),vlan(vid=1),"
		  "encap(eth_type(0x86dd),ipv6(proto=58),icmpv6(type=135))");
	encode(&key, &m, false);
	encode(&mask, &m, true);
	for (size_t size = 0; size <= key.size; size++)
		decode_exactly(key.p, size, mask.p, mask.size, &ok);
	for (size_t size = 0; size <= mask.size; size++)
		decode_exactly(key.p, key.size, mask.p, size, &ok);
	assert_true(ok >= 2);
}

static void mutated_attributes_are_read_or_refused_within_their_bounds(void **state)
{
	unsigned int seed = 22;
	int ok = 0;

	for (int round = 0; round < 20000; round++) {
		struct bytes key, mask;
		struct flow_match m;

		random_match(&seed, &m);
		encode(&key, &m, false);
		encode(&mask, &m, true);
		for (unsigned int n = 1 + random_below(&seed, 3); n--;) {
			struct bytes *b = random_below(&seed, 2) ? &key : &mask;

			b->buf[NLMSG_HDRLEN + random_below(&seed, (unsigned int)b->size)] ^=
				(uint8_t)(1u << random_below(&seed, 8));
		}
		decode_exactly(key.p, key.size, mask.p, mask.size, &ok);
	}
	assert_in_range(ok, 1, 19999);
}

/* One attribute each: in the key, and when there are two types also a second one. */
static const struct {
	uint16_t type, size, type2, size2;
	int err;
	const char *words;
} malformed[] = {
	{ OVS_KEY_ATTR_ETHERNET, 11, 0, 0, -EINVAL, "eth: 11 bytes, not 12" },
	{ OVS_KEY_ATTR_IN_PORT, 4, OVS_KEY_ATTR_IN_PORT, 4, -EINVAL,
	  "key: in_port is given twice" },
	{ OVS_KEY_ATTR_VLAN, 2, 0, 0, -EINVAL, "vlan without encap" },
	{ OVS_KEY_ATTR_ENCAP, 0, 0, 0, -EINVAL, "encap without vlan" },
	{ OVS_KEY_ATTR_ENCAP, 0, OVS_KEY_ATTR_VLAN, 2, -EINVAL, "encap without eth_type" },
	{ OVS_KEY_ATTR_TUNNEL, 0, 0, 0, -EOPNOTSUPP, "tunnel is not supported yet" },
	{ OVS_KEY_ATTR_MPLS, 4, 0, 0, -EOPNOTSUPP, "mpls is not supported yet" },
	{ 40, 4, 0, 0, -EOPNOTSUPP, "key: key attribute 40 is not supported" },
	{ OVS_KEY_ATTR_IPV4, 12, 0, 0, -EINVAL, "ipv4.src needs eth_type(0x0800)" },
};

static void malformed_keys_are_refused_with_words(void **state)
{
	static const uint8_t zeros[64];

	for (size_t i = 0; i < ARRAY_SIZE(malformed); i++) {
		struct flow_match m;
		struct nl_msg msg;
		struct bytes b;
		struct diag d;

		start(&msg, &b);
		nl_put(&msg, malformed[i].type, zeros, malformed[i].size);
		if (malformed[i].type2)
			nl_put(&msg, malformed[i].type2, zeros, malformed[i].size2);
		finish(&msg, &b);
		diag_init(&d);
		assert_int_equal(flow_match_decode(&m, b.p, b.size, NULL, 0, &d), malformed[i].err);
		assert_string_equal(d.words, malformed[i].words);
	}
}

static const struct {
	uint16_t type, size;
	int err;
	const char *words;
} malformed_actions[] = {
	{ OVS_ACTION_ATTR_OUTPUT, 2, -EINVAL, "output: 2 bytes, not 4" },
	{ OVS_ACTION_ATTR_PUSH_VLAN, 2, -EINVAL, "push_vlan: 2 bytes, not 4" },
	{ OVS_ACTION_ATTR_PUSH_VLAN, 4, -EINVAL, "push_vlan: the CFI bit must be set" },
	{ OVS_ACTION_ATTR_POP_VLAN, 4, -EINVAL, "pop_vlan: 4 bytes, not 0" },
	{ OVS_ACTION_ATTR_SET, 0, -EINVAL, "set: exactly one header is needed in it" },
	{ 99, 0, -EOPNOTSUPP, "action 99 is not supported" },
};

static void malformed_actions_are_refused_with_words(void **state)
{
	static const uint8_t zeros[64];

	for (size_t i = 0; i < ARRAY_SIZE(malformed_actions); i++) {
		struct flow_actions l;
		struct nl_msg msg;
		struct bytes b;
		struct diag d;

		flow_actions_init(&l);
		start(&msg, &b);
		nl_put(&msg, malformed_actions[i].type, zeros, malformed_actions[i].size);
		finish(&msg, &b);
		diag_init(&d);
		assert_int_equal(flow_actions_decode(&l, b.p, b.size, &d),
				 malformed_actions[i].err);
		assert_string_equal(d.words, malformed_actions[i].words);
		flow_actions_fini(&l);
	}
}

static void sets_of_other_headers_or_sizes_are_refused(void **state)
{
	static const struct {
		uint16_t key, size;
		int err;
		const char *words;
	} sets[] = {
		{ OVS_KEY_ATTR_SCTP, 4, -EOPNOTSUPP, "set(sctp) is not supported yet" },
		{ OVS_KEY_ATTR_UDP, 8, -EINVAL, "set(udp): 8 bytes, not 4" },
	};
	static const uint8_t zeros[64];

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		struct flow_actions l;
		struct nl_msg msg;
		struct bytes b;
		struct diag d;
		size_t nest;

		flow_actions_init(&l);
		start(&msg, &b);
		nest = nl_nest_start_plain(&msg, OVS_ACTION_ATTR_SET);
		nl_put(&msg, sets[i].key, zeros, sets[i].size);
		nl_nest_end(&msg, nest);
		finish(&msg, &b);
		diag_init(&d);
		assert_int_equal(flow_actions_decode(&l, b.p, b.size, &d), sets[i].err);
		assert_string_equal(d.words, sets[i].words);
		flow_actions_fini(&l);
	}
}

static const char *const action_texts[] = {
	"drop",
	"1,2,push_vlan(vid=5,pcp=3),pop_vlan",
	"push_vlan(tpid=0x88a8,vid=5,pcp=3),7",
	"set(ipv4(ttl=63)),set(eth(src=00:00:00:00:00:01,dst=02:00:00:00:00:01)),1",
	"set(ipv6(src=::1,dst=::2,label=0x5,proto=6,tclass=0x4,hlimit=3,frag=no))",
	"set(tcp(src=1)),set(udp(dst=0x100/0xff00)),set(eth())",
};

static void actions_decode_equal_and_cut_ones_are_refused(void **state)
{
	struct flow_actions l, again;
	struct nl_msg msg;
	struct bytes b;
	int ok = 0;

	flow_actions_init(&l);
	flow_actions_init(&again);
	for (size_t i = 0; i < ARRAY_SIZE(action_texts); i++) {
		const char *s = action_texts[i];

		assert_int_equal(flow_actions_parse(&l, s, strlen(s), NULL, NULL), 0);
		start(&msg, &b);
		flow_actions_encode(&msg, &l);
		finish(&msg, &b);
		assert_int_equal(flow_actions_decode(&again, b.p, b.size, NULL), 0);
		assert_true(flow_actions_is_equal(&l, &again));
		for (size_t size = 0; size < b.size; size++)
			decode_exactly(b.p, size, b.p, size, &ok);
		for (unsigned long n = 1; l.n && n < 3; n++) {
			struct flow_actions none;

			flow_actions_init(&none);
			mem_fail_nth(n);
			if (flow_actions_decode(&none, b.p, b.size, NULL))
				assert_true(mem_fail_happened() && !none.n);
			mem_fail_nth(0);
			flow_actions_fini(&none);
		}
	}
	flow_actions_fini(&l);
	flow_actions_fini(&again);
}

static void userspace_and_recirc_decode_equal_or_are_refused(void **state)
{
	static const char *const texts[] = {
		"userspace(pid=1)",
		"userspace(pid=4294967295,userdata(0102030405060708090a),actions)",
		"1,userspace(pid=7,slow_path(cfm|match),tunnel_out_port=3),recirc(0x7)",
		"userspace(pid=1,userdata(020000000000000000000000000000000000000000000000))",
	};
	static const struct {
		uint16_t type;
		uint8_t size;
		const char *words;
	} bad[] = {
		{ OVS_USERSPACE_ATTR_UNSPEC, 0, "userspace pid" },
		{ OVS_USERSPACE_ATTR_PID, 3, "userspace pid" },
		{ OVS_USERSPACE_ATTR_USERDATA, FLOW_USERDATA_MAX + 1, "more than 64 bytes" },
		{ OVS_USERSPACE_ATTR_EGRESS_TUN_PORT, 8, "tunnel_out_port" },
	};
	static const uint8_t zero[FLOW_USERDATA_MAX + 1];
	struct flow_actions l, again;
	struct nl_msg msg;
	struct bytes b;

	flow_actions_init(&l);
	flow_actions_init(&again);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct text t;

		assert_int_equal(flow_actions_parse(&l, texts[i], strlen(texts[i]), NULL, NULL), 0);
		start(&msg, &b);
		flow_actions_encode(&msg, &l);
		finish(&msg, &b);
		assert_int_equal(flow_actions_decode(&again, b.p, b.size, NULL), 0);
		assert_true(flow_actions_is_equal(&l, &again));
		text_init(&t);
		flow_actions_format(&t, &again, NULL);
		assert_string_equal(t.s, texts[i]);
		text_fini(&t);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct diag d;
		size_t nest;

		start(&msg, &b);
		nest = nl_nest_start_plain(&msg, OVS_ACTION_ATTR_USERSPACE);
		if (i > 1)
			nl_put_u32(&msg, OVS_USERSPACE_ATTR_PID, 1);
		if (bad[i].type)
			nl_put(&msg, bad[i].type, zero, bad[i].size);
		nl_nest_end(&msg, nest);
		finish(&msg, &b);
		diag_init(&d);
		assert_true(flow_actions_decode(&l, b.p, b.size, &d) < 0);
		assert_non_null(strstr(d.words, bad[i].words));
	}
	flow_actions_fini(&l);
	flow_actions_fini(&again);
}

static void a_cookie_of_any_bridge_is_known_by_its_kind(void **state)
{
	struct flow_userspace u = { .pid = 1 };
	uint32_t reasons = 0;

	flow_userspace_set_slow_path(&u, 1u << FLOW_SLOW_LACP);
	assert_true(flow_userspace_is_slow_path(&u, &reasons));
	u.userdata[8] = 5; /* of the bridge's UUID */
	assert_false(flow_userspace_is_slow_path(&u, &reasons));
	assert_true(flow_cookie_is_slow_path(u.userdata, u.userdata_size, &reasons));
	assert_int_equal(reasons, 1u << FLOW_SLOW_LACP);
	assert_false(flow_cookie_is_slow_path(u.userdata, u.userdata_size - 1u, &reasons));
	u.userdata[0] = FLOW_COOKIE_CONTROLLER;
	assert_false(flow_cookie_is_slow_path(u.userdata, u.userdata_size, &reasons));
}

static void a_packets_key_is_read_and_what_is_not_understood_is_named(void **state)
{
	static const struct {
		uint16_t type;
		uint8_t size, value;
		const char *more;
	} rows[] = {
		{ OVS_KEY_ATTR_SKB_MARK, 4, 0, NULL },
		{ OVS_KEY_ATTR_SKB_MARK, 4, 1, "skb_mark" },
		{ OVS_KEY_ATTR_CT_STATE, 4, 1, "ct_state" },
		{ OVS_KEY_ATTR_ND, 28, 1, "nd" },
		{ OVS_KEY_ATTR_MAX + 1, 4, 0, NULL },
		{ OVS_KEY_ATTR_MAX + 1, 4, 1, "?" },
	};
	static const char *const headers[] = {
		"recirc_id(0x5),in_port(3),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),"
		"eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,tos=0,ttl=64,frag=no),"
		"tcp(src=1,dst=2),tcp_flags(syn)",
		"recirc_id(0),in_port(3),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),"
		"eth_type(0x8100),vlan(vid=5,pcp=1),encap(eth_type(0x0806),arp(sip=1.1.1.1,"
		"tip=2.2.2.2,op=1,sha=02:00:00:00:00:01,tha=00:00:00:00:00:00))",
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows) * ARRAY_SIZE(headers); i++) {
		const char *s = headers[i % 2], *more;
		struct ufid one, other;
		struct flow_match m;
		struct flow_key k;
		uint8_t value[32] = { rows[i / 2].value };
		struct nl_msg msg;
		uint64_t has;
		struct bytes b;

		assert_int_equal(flow_match_parse(&m, NULL, NULL, NULL, s, strlen(s), NULL, NULL),
				 0);
		start(&msg, &b);
		flow_match_encode(&msg, &m, false);
		one = flow_key_attrs_ufid(b.buf + NLMSG_HDRLEN, msg.size - NLMSG_HDRLEN);
		nl_put(&msg, rows[i / 2].type, value, rows[i / 2].size);
		finish(&msg, &b);
		other = flow_key_attrs_ufid(b.p, b.size);
		assert_false(ufid_is_equal(&one, &other));
		assert_int_equal(flow_key_decode(&k, &has, &more, b.p, b.size, NULL), 0);
		assert_memory_equal(&k, &m.key, sizeof k);
		assert_true((has & m.headers) == m.headers);
		if (rows[i / 2].more)
			assert_string_equal(more, rows[i / 2].more);
		else
			assert_null(more);
		for (size_t cut = 1; cut < b.size; cut++) {
			uint8_t *copy = mem_copy(b.p, cut);
			struct diag d;

			diag_init(&d);
			if (flow_key_decode(&k, &has, &more, copy, cut, &d))
				assert_true(d.words[0]);
			mem_free(copy);
		}
	}
}

/* Of the second tag the type is known, and that there is more. */
static void a_second_tag_is_passed_over(void **state)
{
	const struct ovs_key_ethernet eth = { { 2 }, { 3 } };
	size_t encap, inner;
	struct flow_key k;
	struct nl_msg msg;
	const char *more;
	uint64_t has;
	struct bytes b;

	start(&msg, &b);
	nl_put(&msg, OVS_KEY_ATTR_ETHERNET, &eth, sizeof eth);
	nl_put_be16(&msg, OVS_KEY_ATTR_ETHERTYPE, be16_from_host(0x88a8));
	nl_put_be16(&msg, OVS_KEY_ATTR_VLAN, be16_from_host(0x1005));
	encap = nl_nest_start_plain(&msg, OVS_KEY_ATTR_ENCAP);
	nl_put_be16(&msg, OVS_KEY_ATTR_ETHERTYPE, be16_from_host(0x8100));
	nl_put_be16(&msg, OVS_KEY_ATTR_VLAN, be16_from_host(0x1006));
	inner = nl_nest_start_plain(&msg, OVS_KEY_ATTR_ENCAP);
	nl_put_be16(&msg, OVS_KEY_ATTR_ETHERTYPE, be16_from_host(0x1234));
	nl_nest_end(&msg, inner);
	nl_nest_end(&msg, encap);
	finish(&msg, &b);
	assert_int_equal(flow_key_decode(&k, &has, &more, b.p, b.size, NULL), 0);
	assert_string_equal(more, "vlan");
	assert_int_equal(host_from_be16(k.vlan[0].tpid), 0x88a8);
	assert_int_equal(host_from_be16(k.eth_type), 0x8100);
}

static void a_whole_set_is_not_masked(void **state)
{
	static const struct {
		const char *text;
		uint16_t type;
	} sets[] = {
		{ "set(udp(src=1,dst=2))", OVS_ACTION_ATTR_SET },
		{ "set(udp(dst=2))", OVS_ACTION_ATTR_SET_MASKED },
		{ "set(ipv6(src=::1,dst=::2,label=0x5,proto=6,tclass=0x4,hlimit=3,frag=no))",
		  OVS_ACTION_ATTR_SET },
	};
	struct flow_actions l;
	struct nl_msg msg;
	struct bytes b;

	flow_actions_init(&l);
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		assert_int_equal(
			flow_actions_parse(&l, sets[i].text, strlen(sets[i].text), NULL, NULL), 0);
		start(&msg, &b);
		flow_actions_encode(&msg, &l);
		finish(&msg, &b);
		assert_int_equal(nl_attr_type(nl_attr_first(b.p, b.size)), sets[i].type);
	}
	flow_actions_fini(&l);
}

static void actions_that_are_absent_are_refused_by_name(void **state)
{
	struct flow_actions l;
	struct nl_msg msg;
	struct bytes b;
	struct diag d;

	flow_actions_init(&l);
	start(&msg, &b);
	nl_put_u32(&msg, OVS_ACTION_ATTR_OUTPUT, 1);
	nl_put_u32(&msg, OVS_ACTION_ATTR_SAMPLE, 1);
	finish(&msg, &b);
	diag_init(&d);
	assert_int_equal(flow_actions_decode(&l, b.p, b.size, &d), -EOPNOTSUPP);
	assert_string_equal(d.words, "sample is not supported yet");
	assert_int_equal(d.offset, 8);
	assert_int_equal(l.n, 0);
	flow_actions_fini(&l);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(random_matches_decode_equal),
	cmocka_unit_test(keys_are_complete_for_the_kernel),
	cmocka_unit_test(without_a_mask_a_key_is_exact),
	cmocka_unit_test(absent_keys_may_be_there_when_nothing_is_matched),
	cmocka_unit_test(every_truncation_stays_within_its_bounds),
	cmocka_unit_test(mutated_attributes_are_read_or_refused_within_their_bounds),
	cmocka_unit_test(malformed_keys_are_refused_with_words),
	cmocka_unit_test(malformed_actions_are_refused_with_words),
	cmocka_unit_test(sets_of_other_headers_or_sizes_are_refused),
	cmocka_unit_test(actions_decode_equal_and_cut_ones_are_refused),
	cmocka_unit_test(userspace_and_recirc_decode_equal_or_are_refused),
	cmocka_unit_test(a_cookie_of_any_bridge_is_known_by_its_kind),
	cmocka_unit_test(a_packets_key_is_read_and_what_is_not_understood_is_named),
	cmocka_unit_test(a_second_tag_is_passed_over),
	cmocka_unit_test(a_whole_set_is_not_masked),
	cmocka_unit_test(actions_that_are_absent_are_refused_by_name),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(cases, NULL, NULL);
}
