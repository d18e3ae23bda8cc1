/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts of keys, actions, UFIDs and dump lines: what is read, what is refused, and where. */
#include "flow/text.h"

#include "base/alloc.h"
#include "flow/random_internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static bool number_of(void *aux, const char *name, size_t len, uint32_t *port)
{
	static const char *const names[] = { "ovs-system", "eth0", "p1", "2g", "drop", "a b" };

	for (uint32_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == len && !memcmp(name, names[i], len)) {
			*port = i;
			return true;
		}
	return false;
}

static const char *name_of(void *aux, uint32_t port)
{
	static const char *const names[] = { "ovs-system", "eth0", "p1", "2g", "drop", "a b" };

	return port < ARRAY_SIZE(names) ? names[port] : NULL;
}

static const struct flow_ports ports = { NULL, number_of, name_of };

/* What is printed back; NULL: the same. */
static const struct {
	const char *text, *printed, *verbose;
} keys[] = {
	{ "", "",
	  "eth(src=00:00:00:00:00:00/00:00:00:00:00:00,dst=00:00:00:00:00:00/"
	  "00:00:00:00:00:00)" },
	{ "recirc_id(0),in_port(eth0),eth()", NULL, NULL },
	{ "recirc_id(0x1),in_port(1/0xff)", NULL, NULL },
	{ "in_port(\"2g\") in_port_is_a_name", "", NULL },
	{ "in_port(2g),eth()", "in_port(\"2g\"),eth()", NULL },
	{ "in_port(3),eth()", "in_port(\"2g\"),eth()", NULL },
	{ "in_port(\"a b\"),eth()", NULL, NULL },
	{ "eth_type(0800)", "", NULL },
	{ "eth_type(0x800),in_port(017)", "in_port(15),eth_type(0x0800)", NULL },
	{ "tcp_flags(syn|ack)", NULL, NULL },
	{ "tcp_flags(+syn-ack)", NULL, NULL },
	{ "tcp_flags(0x12/0x17)", "tcp_flags(-fin+syn-rst+ack)", NULL },
	{ "tcp_flags(0)", NULL, NULL },
	{ "tcp_flags(0xe00)", "tcp_flags([200]|[400]|[800])", NULL },
	{ "tcp_flags([200])", NULL, NULL },
	{ "eth(src=1:2:3:4:5:6/ff:ff:ff:0:0:0)", "eth(src=01:02:03:00:00:00/ff:ff:ff:00:00:00)",
	  NULL },
	{ "eth_type(0x8100),vlan(vid=5,pcp=0),encap()", NULL, NULL },
	{ "eth_type(0x8100),vlan(),encap()", NULL, NULL },
	{ "eth_type(0x8100),vlan(cfi=0),encap()", NULL, NULL },
	{ "eth_type(0x8100),vlan(cfi=0/0),encap()", NULL, NULL },
	{ "eth_type(0x88a8),vlan(vid=1/0x3,cfi=1),encap(eth_type(0x0806),arp(op=1/0xff))",
	  "eth_type(0x88a8),vlan(vid=1/0x3),encap(eth_type(0x0806),arp(op=1/0xff))", NULL },
	{ "dp_hash(0/0),skb_priority(0/0x0),ct_tuple4(src=0.0.0.0/0.0.0.0,proto=0/0),eth()",
	  "eth()", NULL },
	{ "skb_priority(0/0),skb_mark(0/0),ct_state(0/0),ct_zone(0/0),ct_mark(0/0),ct_label(0/0),"
	  "recirc_id(0),dp_hash(0/0),in_port(p1),packet_type(ns=0/0,id=0/0),"
	  "eth(src=00:00:00:00:00:00/00:00:00:00:00:00,dst=00:00:00:00:00:00/00:00:00:00:00:00),"
	  "eth_type(0x86dd),ipv6(src=::/::,dst=::/::,label=0/0,proto=58,tclass=0/0,hlimit=0/0,"
	  "frag=no),icmpv6(type=0/0,code=0/0),nd(target=::/::,"
	  "sll=00:00:00:00:00:00/00:00:00:00:00:00)",
	  "recirc_id(0),in_port(p1),eth(),eth_type(0x86dd),ipv6(proto=58,frag=no)", NULL },
	{ "packet_type(ns=0,id=0),packet_type(ns=0/0,id=0/0),eth()", "eth()", NULL },
	{ "recirc_id(0),in_port(9),eth(),eth_type(0x0800),ipv4(proto=6,frag=no),tcp(dst=80)", NULL,
	  "recirc_id(0),in_port(9),eth(src=00:00:00:00:00:00/00:00:00:00:00:00,"
	  "dst=00:00:00:00:00:00/00:00:00:00:00:00),eth_type(0x0800),"
	  "ipv4(src=0.0.0.0/0.0.0.0,dst=0.0.0.0/0.0.0.0,proto=6,tos=0/0,ttl=0/0,frag=no),"
	  "tcp(src=0/0,dst=80),tcp_flags(0/0)" },
	{ "eth_type(0x86dd),ipv6(src=2001:db8::1/ffff:ffff::,label=0x12345,frag=later)",
	  "eth_type(0x86dd),ipv6(src=2001:db8::/ffff:ffff::,label=0x12345,frag=later)", NULL },
};

static int parse_key(const char *s, struct flow_match *m, struct diag *d)
{
	diag_init(d);
	return flow_match_parse(m, NULL, NULL, NULL, s, strlen(s), &ports, d);
}

static void keys_are_printed_in_one_form(void **state)
{
	struct flow_match m, again;
	struct text t;
	struct diag d;

	text_init(&t);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *want = keys[i].printed ? keys[i].printed : keys[i].text;
		int err = parse_key(keys[i].text, &m, &d);

		if (!*want && *keys[i].text) {
			assert_int_equal(err, -EINVAL);
			continue;
		}
		if (err)
			fail_msg("%s: %s", keys[i].text, d.words);
		for (int verbose = 0; verbose < 2; verbose++) {
			text_clear(&t);
			flow_match_format(&t, &m, &ports, verbose);
			if (!verbose)
				assert_string_equal(t.s, want);
			else if (keys[i].verbose)
				assert_string_equal(t.s, keys[i].verbose);
			if (parse_key(t.s, &again, &d))
				fail_msg("%s: %s", t.s, d.words);
			assert_memory_equal(&again.key, &m.key, sizeof m.key);
			assert_memory_equal(&again.mask, &m.mask, sizeof m.mask);
		}
	}
	text_fini(&t);
}

/* The words, and the piece of the text that is to blame. */
static const struct {
	const char *text;
	int err;
	const char *words, *piece, *field;
} bad_keys[] = {
	{ "ipv4(proto=300)", -EINVAL, "ipv4.proto: 300 is more than 255", "300", "ipv4.proto" },
	{ "ipv4(proto=99999999999999999999999)", -EINVAL,
	  "ipv4.proto: 99999999999999999999999 is more than 255", "99999999999999999999999",
	  "ipv4.proto" },
	{ "udp(dst=-1)", -EINVAL, "udp.dst: -1 is negative", "-1", "udp.dst" },
	{ "udp(dst=)", -EINVAL, "udp.dst: a number is missing", ")", "udp.dst" },
	{ "udp(dst=53/0x1ffff)", -EINVAL, "udp.dst: 0x1ffff is more than 65535", "0x1ffff",
	  "udp.dst" },
	{ "udp(dst=08)", -EINVAL, "udp.dst: 08 is not a number", "08", "udp.dst" },
	{ "udp(dst=0x)", -EINVAL, "udp.dst: 0x is not a number", "0x", "udp.dst" },
	{ "udp(port=5)", -EINVAL, "udp has no field port=5", "port=5", "udp" },
	{ "udp(dst 5)", -EINVAL, "udp.dst: '=' is missing", "dst", "udp.dst" },
	{ "udp(dst=5", -EINVAL, "udp.dst: ')' is missing", NULL, "udp.dst" },
	{ "udp(dst=5,", -EINVAL, "udp: ')' is missing", NULL, "udp" },
	{ "udp(src=5),tcp(),udp()", -EINVAL, "udp is given twice", "udp", "udp" },
	{ "recirc_id(1/0xff)", -EINVAL,
	  "recirc_id: it can only be matched as a whole, without a mask", "/0xff", "recirc_id" },
	{ "ipv4(frag=first/later)", -EINVAL,
	  "ipv4.frag: it can only be matched as a whole, without a mask", "/later", "ipv4.frag" },
	{ "ipv4(frag=some)", -EINVAL, "ipv4.frag: some is not no, first or later", "some",
	  "ipv4.frag" },
	{ "ipv4(src=10.0.0.1/24)", -EINVAL,
	  "ipv4.src: a mask is written as an address: 255.255.255.0, not /24", "24", "ipv4.src" },
	{ "ipv4(src=10.0.0.256)", -EINVAL, "ipv4.src: 10.0.0.256 is not an IPv4 address",
	  "10.0.0.256", "ipv4.src" },
	{ "ipv6(src=1::2::3)", -EINVAL, "ipv6.src: 1::2::3 is not an IPv6 address", "1::2::3",
	  "ipv6.src" },
	{ "ipv6(dst=::1/64)", -EINVAL,
	  "ipv6.dst: a mask is written as an address: ffff:ffff::, not /32", "64", "ipv6.dst" },
	{ "ipv6(label=0x100000)", -EINVAL, "ipv6.label: 0x100000 is more than 1048575", "0x100000",
	  "ipv6.label" },
	{ "eth(src=1:2:3:4:5)", -EINVAL, "eth.src: 1:2:3:4:5 is not a MAC address", "1:2:3:4:5",
	  "eth.src" },
	{ "in_port(1/1/1)", -EINVAL, "in_port: '/' cannot follow here", "/", "in_port" },
	{ "in_port(nix)", -EINVAL, "in_port: no port is called nix", "nix", "in_port" },
	{ "in_port(\"nix)", -EINVAL, "in_port: the closing quote is missing", "\"nix)", "in_port" },
	{ "tcp_flags(+syn+syn)", -EINVAL, "tcp_flags: the flag is given twice", "+syn",
	  "tcp_flags" },
	{ "tcp_flags(syn|bogus)", -EINVAL, "tcp_flags: bogus is not a TCP flag", "bogus",
	  "tcp_flags" },
	{ "vlan(vid=5),encap()", -EINVAL,
	  "vlan needs eth_type(0x8100) or eth_type(0x88a8) before it", "vlan", "vlan" },
	{ "eth_type(0x8100),vlan(vid=5)", -EINVAL, "encap(...) is missing after vlan(...)", NULL,
	  "" },
	{ "eth_type(0x8100),vlan(),encap(),ipv4()", -EINVAL,
	  "after vlan(), ipv4 belongs into encap()", "ipv4", "ipv4" },
	{ "eth_type(0x8100),vlan(),encap(eth())", -EINVAL, "eth cannot stand in encap()", "eth",
	  "eth" },
	{ "eth_type(0x8100),vlan(),encap(eth_type(0x8100),vlan(),encap())", -EOPNOTSUPP,
	  "vlan: a second tag is not supported yet", "vlan", "vlan" },
	{ "eth_type(0x8100),vlan(),encap(", -EINVAL, "encap: ')' is missing", NULL, "" },
	{ "eth_type(0x8100),vlan(),encap(),encap()", -EINVAL, "encap is given twice", "encap", "" },
	{ "eth_type(0x8100),vlan(vid=4096),encap()", -EINVAL, "vlan.vid: 4096 is more than 4095",
	  "4096", "vlan.vid" },
	{ "eth(),ct_state(+trk)", -EOPNOTSUPP, "ct_state is not supported yet", "ct_state(+trk)",
	  "ct_state" },
	{ "ct_mark(0)", -EOPNOTSUPP, "ct_mark is not supported yet", "ct_mark(0)", "ct_mark" },
	{ "tunnel()", -EOPNOTSUPP, "tunnel is not supported yet", "tunnel()", "tunnel" },
	{ "tunnel(tun_id=0/0)", -EOPNOTSUPP, "tunnel is not supported yet", "tunnel(tun_id=0/0)",
	  "tunnel" },
	{ "tunnel(tun_id=1", -EINVAL, "tunnel: ')' is missing", "tunnel(tun_id=1", "" },
	{ "foo(1)", -EINVAL, "foo is not a key of a flow", "foo", "" },
	{ "in_port (1)", -EINVAL, "in_port: a key as in_port(1) is expected", "in_port", "" },
	{ "ufid:00000000-0000-0000-0000-000000000001 eth()", -EINVAL, "a ufid has no place here",
	  "ufid:", "" },
	{ ")", -EINVAL, "): a key as in_port(1) is expected", ")", "" },
};

static void bad_keys_are_refused_with_words_and_place(void **state)
{
	struct flow_match m;
	struct diag d;

	for (size_t i = 0; i < ARRAY_SIZE(bad_keys); i++) {
		const char *piece = bad_keys[i].piece;

		assert_int_equal(parse_key(bad_keys[i].text, &m, &d), bad_keys[i].err);
		assert_string_equal(d.words, bad_keys[i].words);
		assert_true(d.has_range);
		if (!piece)
			assert_int_equal(d.offset, strlen(bad_keys[i].text));
		else if (d.length != strlen(piece) ||
			 memcmp(bad_keys[i].text + d.offset, piece, d.length))
			fail_msg("%s: %zu,%zu", bad_keys[i].text, d.offset, d.length);
		assert_string_equal(d.field, bad_keys[i].field);
	}
}

static void origins_are_the_pieces_of_the_text(void **state)
{
	static const char s[] = "in_port(1),eth_type(0x8100),vlan(vid=5),encap(eth_type(0x0800),"
				"ipv4( dst=10.0.0.2/255.0.0.0, frag=no))";
	static const struct {
		enum flow_field f;
		const char *piece;
	} want[] = {
		{ FLOW_IN_PORT, "in_port(1)" },
		{ FLOW_VLAN_TPID, "eth_type(0x8100)" },
		{ FLOW_VLAN_VID, "vid=5" },
		{ FLOW_ETH_TYPE, "eth_type(0x0800)" },
		{ FLOW_IPV4_DST, "dst=10.0.0.2/255.0.0.0" },
		{ FLOW_IPV4_FRAG, "frag=no" },
	};
	struct flow_origin o;
	struct flow_match m;

	assert_int_equal(flow_match_parse(&m, NULL, NULL, &o, s, strlen(s), NULL, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		struct flow_range r = o.field[want[i].f];

		assert_int_equal(r.length, strlen(want[i].piece));
		assert_memory_equal(s + r.offset, want[i].piece, r.length);
	}
	assert_int_equal(o.field[FLOW_IPV4_SRC].length, 0);
	assert_int_equal(o.header[FLOW_H_VLAN].length, strlen("vlan(vid=5)"));
}

static const struct {
	const char *text;
	int err;
	const char *printed; /* or the words; NULL: the same */
} action_texts[] = {
	{ "drop", 0, NULL },
	{ "", 0, "drop" },
	{ " , ", 0, "drop" },
	{ "DROP ", 0, "drop" },
	{ "eth0,p1,7", 0, NULL },
	{ "2g,\"2g\",3", 0, "\"2g\",\"2g\",\"2g\"" },
	{ "\"drop\",\"a b\"", 0, NULL },
	{ "push_vlan(vid=5,pcp=3),pop_vlan,eth0", 0, NULL },
	{ "push_vlan(tpid=0x88a8 pcp=3 vid=5)", 0, "push_vlan(tpid=0x88a8,vid=5,pcp=3)" },
	{ "set(ipv4(ttl=63)),set(eth(dst=02:00:00:00:00:01))", 0, NULL },
	{ "set(ipv6(dst=::1,tclass=0x3/0x3))", 0, NULL },
	{ "set(eth())", 0, NULL },
	{ "push_vlan(vid=5)", -EINVAL, "push_vlan: pcp= is missing" },
	{ "push_vlan(vid=5,pcp=1,cfi=0)", -EINVAL,
	  "push_vlan: cfi=0 is no tag, only cfi=1 can be pushed" },
	{ "push_vlan(vid=5/1,pcp=1)", -EINVAL, "push_vlan: vid cannot have a mask" },
	{ "push_vlan(tpid=0x10000,vid=5,pcp=1)", -EINVAL,
	  "push_vlan.tpid: 0x10000 is more than 65535" },
	{ "push_vlan(vid=4096,pcp=1)", -EINVAL, "vlan.vid: 4096 is more than 4095" },
	{ "set(sctp(dst=5))", -EOPNOTSUPP, "set(sctp) is not supported yet" },
	{ "set(tunnel(tun_id=5))", -EOPNOTSUPP, "set(tunnel) is not supported yet" },
	{ "set(foo(dst=5))", -EINVAL, "set(...) needs a header as ipv4(ttl=63)" },
	{ "set(ipv4(ttl=5)", -EINVAL, "set: ')' is missing" },
	{ "ct(commit)", -EOPNOTSUPP, "ct is not supported yet" },
	{ "7,recirc(0x1)", 0, NULL },
	{ "recirc(5),recirc(0xffffffff)", 0, "recirc(0x5),recirc(0xffffffff)" },
	{ "userspace(pid=5)", 0, NULL },
	{ "userspace(pid=5,userdata(0a))", 0, "userspace(pid=5,userdata(0a00000000000000))" },
	{ "userspace(pid=5,slow_path(bfd|action),actions,tunnel_out_port=7)", 0, NULL },
	{ "userspace(pid=5,slow_path(0))", 0, NULL },
	{ "userspace(pid=5,userdata(0))", -EINVAL,
	  "userdata: pairs of hexadecimal digits are needed, at most 64" },
	{ "userspace(pid=5,userdata(0g))", -EINVAL, "userdata: 'g' is not a hexadecimal digit" },
	{ "userspace(pid=5,slow_path(tired))", -EINVAL, "slow_path: tired is not a reason" },
	{ "userspace(userdata(00))", -EINVAL, "userspace: pid= is missing" },
	{ "userspace(pid=5,pid=6)", -EINVAL,
	  "userspace: pid is not one of its parts, or is given twice" },
	{ "userspace(pid=5,userdata(00),slow_path(0))", -EINVAL,
	  "userspace: slow_path is userdata: only one of them can be" },
	{ "userspace(pid=5,ipfix(output_port=1))", -EOPNOTSUPP,
	  "this cookie of userspace is not supported yet: userdata(...) can hold it" },
	{ "userspace(pid=5", -EINVAL, "userspace: ')' is missing" },
	{ "sample(sample=1%,actions(1))", -EOPNOTSUPP, "sample is not supported yet" },
	{ "1,drop", -EINVAL, "drop can only stand alone" },
	{ "nosuch(1)", -EINVAL, "nosuch is not an action" },
	{ "nosuch", -EINVAL, "no port is called nosuch" },
	{ "1;2", -EINVAL, "';' cannot follow an action" },
	{ "-1", -EINVAL, "-1 is negative" },
	{ "pop_vlan()", -EINVAL, "'(' cannot follow an action" },
};

static void actions_are_printed_in_one_form_or_refused(void **state)
{
	struct flow_actions l, again;
	struct text t;
	struct diag d;

	text_init(&t);
	flow_actions_init(&l);
	flow_actions_init(&again);
	for (size_t i = 0; i < ARRAY_SIZE(action_texts); i++) {
		const char *s = action_texts[i].text;
		const char *want = action_texts[i].printed ? action_texts[i].printed : s;

		diag_init(&d);
		assert_int_equal(flow_actions_parse(&l, s, strlen(s), &ports, &d),
				 action_texts[i].err);
		if (action_texts[i].err) {
			assert_string_equal(d.words, want);
			assert_int_equal(l.n, 0);
			continue;
		}
		text_clear(&t);
		flow_actions_format(&t, &l, &ports);
		assert_string_equal(t.s, want);
		assert_int_equal(flow_actions_parse(&again, t.s, t.len, &ports, NULL), 0);
		assert_true(flow_actions_is_equal(&l, &again));
	}
	flow_actions_fini(&l);
	flow_actions_fini(&again);
	text_fini(&t);
}

static void single_fields_and_actions_are_printed_as_in_lists(void **state)
{
	static const struct {
		enum flow_field f;
		const char *want;
	} fields[] = {
		{ FLOW_IN_PORT, "p1" },
		{ FLOW_ETH_TYPE, "0x0800" },
		{ FLOW_IPV4_SRC, "10.0.0.0/255.0.0.0" },
		{ FLOW_IPV4_TOS, "0/0" },
		{ FLOW_IPV4_FRAG, "first" },
	};
	struct flow_actions l;
	struct flow_match m;
	struct text t;

	text_init(&t);
	flow_actions_init(&l);
	assert_int_equal(parse_key("in_port(p1),eth_type(0x0800),"
				   "ipv4(src=10.0.0.0/255.0.0.0,frag=first)",
				   &m, NULL),
			 0);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		text_clear(&t);
		flow_field_format(&t, fields[i].f, &m.key, &m.mask, &ports);
		assert_string_equal(t.s, fields[i].want);
	}
	assert_int_equal(flow_actions_parse(&l, "eth0,pop_vlan", 13, &ports, NULL), 0);
	text_clear(&t);
	flow_action_format(&t, &l.a[1], &ports);
	flow_action_format(&t, &l.a[0], NULL);
	assert_string_equal(t.s, "pop_vlan1");
	flow_actions_fini(&l);
	text_fini(&t);
}

static void places_of_actions_are_their_texts(void **state)
{
	static const char s[] = "7, push_vlan(vid=5,pcp=3) set(udp(dst=1))";
	struct flow_actions l;

	flow_actions_init(&l);
	assert_int_equal(flow_actions_parse(&l, s, strlen(s), NULL, NULL), 0);
	assert_int_equal(l.n, 3);
	assert_int_equal(l.a[0].range.length, 1);
	assert_int_equal(l.a[1].range.offset, 3);
	assert_int_equal(l.a[1].range.length, strlen("push_vlan(vid=5,pcp=3)"));
	assert_int_equal(l.a[2].range.offset + l.a[2].range.length, strlen(s));
	flow_actions_fini(&l);
}

static void a_failed_allocation_leaves_an_empty_list(void **state)
{
	static const char s[] = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17";
	struct flow_actions l;
	struct diag d;

	for (unsigned long n = 1;; n++) {
		int err;

		flow_actions_init(&l);
		diag_init(&d);
		mem_fail_nth(n);
		err = flow_actions_parse(&l, s, strlen(s), NULL, &d);
		if (!mem_fail_happened()) {
			mem_fail_nth(0);
			assert_int_equal(err, 0);
			flow_actions_fini(&l);
			break;
		}
		mem_fail_nth(0);
		assert_int_equal(err, -ENOMEM);
		assert_int_equal(l.n, 0);
		flow_actions_fini(&l);
	}
}

static void too_many_actions_are_refused(void **state)
{
	struct flow_actions l;
	struct text t;

	text_init(&t);
	flow_actions_init(&l);
	for (int i = 0; i < FLOW_ACTIONS_MAX; i++)
		text_put(&t, "1,");
	assert_int_equal(flow_actions_parse(&l, t.s, t.len, NULL, NULL), 0);
	text_put(&t, "1");
	assert_int_equal(flow_actions_parse(&l, t.s, t.len, NULL, NULL), -E2BIG);
	flow_actions_fini(&l);
	text_fini(&t);
}

static void random_matches_read_back_equal(void **state)
{
	unsigned int seed = 11;
	struct text t;

	text_init(&t);
	for (int round = 0; round < 3000; round++) {
		struct flow_match m, again;
		struct ufid a, b;
		struct diag d;

		random_match(&seed, &m);
		diag_init(&d);
		if (flow_match_check(&m, &d))
			fail_msg("%s", d.words);
		text_clear(&t);
		flow_match_format(&t, &m, NULL, round % 2);
		if (flow_match_parse(&again, NULL, NULL, NULL, t.s, t.len, NULL, &d))
			fail_msg("%s: %s", t.s, d.words);
		assert_memory_equal(&again.key, &m.key, sizeof m.key);
		assert_memory_equal(&again.mask, &m.mask, sizeof m.mask);
		a = flow_match_ufid(&m);
		b = flow_match_ufid(&again);
		assert_true(ufid_is_equal(&a, &b));
		again.mask.recirc_id ^= 1;
		b = flow_match_ufid(&again);
		assert_false(ufid_is_equal(&a, &b));
	}
	text_fini(&t);
}

/* Reads from a block of its own size, so that a character read too far is caught. */
static void read_exactly(const char *s, size_t len, struct flow_actions *l)
{
	char *copy = malloc(len ? len : 1);
	struct flow_dump_line line;
	struct flow_origin o;
	struct flow_match m;
	struct ufid ufid;
	bool has_ufid;
	struct diag d;

	assert_non_null(copy);
	memcpy(copy, s, len);
	diag_init(&d);
	if (flow_match_parse(&m, &ufid, &has_ufid, &o, copy, len, &ports, &d))
		assert_true(d.words[0] && d.has_range && d.offset <= len);
	diag_init(&d);
	if (flow_actions_parse(l, copy, len, &ports, &d))
		assert_true(d.words[0] && d.has_range && d.offset <= len);
	diag_init(&d);
	if (flow_dump_line_parse(&line, copy, len, &d))
		assert_true(d.words[0]);
	free(copy);
}

static void mutated_texts_are_read_or_refused_within_their_bounds(void **state)
{
	static const char chars[] = "(),=/:.x0129afe|+-\" \t_[]";
	unsigned int seed = 12;
	struct flow_actions l;
	struct text t;

	text_init(&t);
	flow_actions_init(&l);
	for (int round = 0; round < 20000; round++) {
		struct flow_match m;

		text_clear(&t);
		if (round % 4 == 3) {
			text_put(&t,
				 action_texts[random_below(&seed, ARRAY_SIZE(action_texts))].text);
		} else if (round % 4 == 2) {
			text_put(&t, bad_keys[random_below(&seed, ARRAY_SIZE(bad_keys))].text);
		} else {
			random_match(&seed, &m);
			flow_match_format(&t, &m, &ports, round & 1);
			text_put(&t, ", packets:0, bytes:1, used:0.5s, flags:S., dp:tc, actions:1");
		}
		for (unsigned int n = random_below(&seed, 4); n-- && t.len;)
			t.s[random_below(&seed, (unsigned int)t.len)] =
				chars[random_below(&seed, sizeof chars - 1)];
		if (random_below(&seed, 3) == 0)
			text_cut(&t, random_below(&seed, (unsigned int)t.len + 1));
		read_exactly(t.s, t.len, &l);
	}
	flow_actions_fini(&l);
	text_fini(&t);
}

static void ufids_are_read_and_printed(void **state)
{
	static const char s[] = "a59dca88-0123-4567-89ab-cdef00000001", key[] = ",in_port(1)";
	struct ufid u, v;
	struct flow_match m;
	struct text t;
	bool has;

	text_init(&t);
	assert_int_equal(ufid_parse(&u, s, strlen(s), NULL), 0);
	ufid_format(&t, &u);
	assert_string_equal(t.s, s);
	assert_int_equal(u.b[0], 0xa5);
	for (size_t len = 0; len < strlen(s); len++)
		assert_int_equal(ufid_parse(&u, s, len, NULL), -EINVAL);
	text_clear(&t);
	text_put(&t, "ufid:");
	text_put(&t, s);
	text_put(&t, key);
	assert_int_equal(flow_match_parse(&m, &v, &has, NULL, t.s, t.len, NULL, NULL), 0);
	assert_true(has && ufid_is_equal(&u, &v));
	assert_int_equal(m.key.in_port, 1);
	text_fini(&t);
}

static const struct {
	const char *line;
	int err;
	uint64_t packets, bytes, used_ms;
	uint16_t flags;
	int offloaded;
	const char *dp, *key, *actions; /* key: or the words */
} lines[] = {
	{ "recirc_id(0),in_port(1), packets:5, bytes:420, used:3.250s, flags:SFPR., actions:2\n", 0,
	  5, 420, 3251, 0x1f, 0, "", "recirc_id(0),in_port(1)", "2" },
	{ "ufid:a59dca88-0123-4567-89ab-cdef00000001, eth(), packets:0, bytes:0, used:never, "
	  "offloaded:yes, dp:tc, actions:push_vlan(vid=1,pcp=0),2, dp-extra-info:x",
	  0, 0, 0, 0, 0, 1, "tc", "ufid:a59dca88-0123-4567-89ab-cdef00000001, eth()",
	  "push_vlan(vid=1,pcp=0),2" },
	{ "eth(), packets:0, bytes:0, used:never, offloaded:partial, dp:ovs, actions:", 0, 0, 0, 0,
	  0, 2, "ovs", "eth()", "" },
	{ "eth(), packets:x, bytes:0, used:never, actions:1", -EINVAL, 0, 0, 0, 0, 0, "",
	  "packets: x cannot be read", NULL },
	{ "eth(), packets:1, bytes:0, used:never, color:red, actions:1", -EINVAL, 0, 0, 0, 0, 0, "",
	  "color:red is not an item of a dump line", NULL },
	{ "eth(), packets:1, bytes:0, bytes:0, actions:1", -EINVAL, 0, 0, 0, 0, 0, "",
	  "bytes is given twice", NULL },
	{ "eth(), packets:1, bytes:0, used:never", -EINVAL, 0, 0, 0, 0, 0, "",
	  "actions: is missing", NULL },
	{ "flow-dump from the main thread:", -EINVAL, 0, 0, 0, 0, 0, "",
	  "packets: is missing: not a line of a flow dump", NULL },
};

static void dump_lines_are_split_completely(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct flow_dump_line out;
		struct diag d;
		int err;

		diag_init(&d);
		err = flow_dump_line_parse(&out, lines[i].line, strlen(lines[i].line), &d);
		assert_int_equal(err, lines[i].err);
		if (err) {
			assert_string_equal(d.words, lines[i].key);
			continue;
		}
		assert_int_equal(out.stats.n_packets, lines[i].packets);
		assert_int_equal(out.stats.n_bytes, lines[i].bytes);
		assert_int_equal(out.stats.used_ms, lines[i].used_ms);
		assert_int_equal(out.stats.tcp_flags, lines[i].flags);
		assert_int_equal(out.offloaded, lines[i].offloaded);
		assert_string_equal(out.dp, lines[i].dp);
		assert_int_equal(out.key_len, strlen(lines[i].key));
		assert_memory_equal(out.key, lines[i].key, out.key_len);
		assert_int_equal(out.actions_len, strlen(lines[i].actions));
		assert_memory_equal(out.actions, lines[i].actions, out.actions_len);
	}
}

static void counters_are_printed_as_in_dumps(void **state)
{
	struct flow_stats s = { .n_packets = 5, .n_bytes = 420 };
	struct text t;

	text_init(&t);
	flow_stats_format(&t, &s, 100);
	assert_string_equal(t.s, ", packets:5, bytes:420, used:never");
	s.used_ms = 1000;
	s.tcp_flags = 0x112;
	text_clear(&t);
	flow_stats_format(&t, &s, 4250);
	assert_string_equal(t.s, ", packets:5, bytes:420, used:3.250s, flags:S.N");
	text_fini(&t);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(keys_are_printed_in_one_form),
	cmocka_unit_test(bad_keys_are_refused_with_words_and_place),
	cmocka_unit_test(origins_are_the_pieces_of_the_text),
	cmocka_unit_test(actions_are_printed_in_one_form_or_refused),
	cmocka_unit_test(single_fields_and_actions_are_printed_as_in_lists),
	cmocka_unit_test(places_of_actions_are_their_texts),
	cmocka_unit_test(a_failed_allocation_leaves_an_empty_list),
	cmocka_unit_test(too_many_actions_are_refused),
	cmocka_unit_test(random_matches_read_back_equal),
	cmocka_unit_test(mutated_texts_are_read_or_refused_within_their_bounds),
	cmocka_unit_test(ufids_are_read_and_printed),
	cmocka_unit_test(dump_lines_are_split_completely),
	cmocka_unit_test(counters_are_printed_as_in_dumps),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(cases, NULL, NULL);
}
