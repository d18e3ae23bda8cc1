/* SPDX-License-Identifier: BSD-2-Clause */
/* Rule texts: what is printed, what reads back equal, what is refused and where. */
#include "vswitch/rule_text.h"

#include "base/alloc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static bool number_of(void *aux, const char *name, size_t len, uint32_t *port)
{
	if (len == 4 && !memcmp(name, "eth0", 4))
		*port = 7;
	else if (len == 7 && !memcmp(name, "in,port", 7))
		*port = 8;
	else
		return false;
	return true;
}

static const char *name_of(void *aux, uint32_t port)
{
	return port == 7 ? "eth0" : port == 8 ? "in,port" : NULL;
}

static const struct flow_ports ports = { NULL, number_of, name_of };

/* In, and how it is printed; NULL: as it is. */
static const char *const texts[][2] = {
	{ "actions=drop", NULL },
	{ "actions=", "actions=drop" },
	{ "table=0,priority=32768,actions=NORMAL", "actions=NORMAL" },
	{ "cookie=0x5, table=1, priority=100,tcp,in_port=eth0,nw_dst=10.0.0.0/8,tp_dst=80 "
	  "actions=output:eth0",
	  NULL },
	{ "tp_dst=80,nw_dst=10.1.2.3/255.0.0.0,tcp,action=eth0,2",
	  "tcp,nw_dst=10.0.0.0/8,tp_dst=80 actions=output:eth0,output:2" },
	{ "in_port=\"in,port\" actions=\"in,port\"",
	  "in_port=\"in,port\" actions=output:\"in,port\"" },
	{ "dl_type=0x0800,nw_proto=17,udp_src=53 actions=all", "udp,tp_src=53 actions=ALL" },
	{ "dl_type=0x0800,nw_proto=89 actions=flood", "ip,nw_proto=89 actions=FLOOD" },
	{ "ip,nw_proto=0 actions=drop", NULL },
	{ "dl_type=0x1234 actions=drop", NULL },
	{ "dl_vlan=5,dl_vlan_pcp=3 actions=strip_vlan,in_port",
	  "dl_vlan=5,dl_vlan_pcp=3 actions=pop_vlan,IN_PORT" },
	{ "dl_vlan=0xffff actions=drop", NULL },
	{ "vlan_tci=0x1000/0x1000 actions=drop", NULL },
	{ "vlan_tci=0x0000/0x1000 actions=drop", NULL },
	{ "vlan_tci=0x1005/0x1fff actions=drop", "dl_vlan=5 actions=drop" },
	{ "dl_src=02:00:00:00:00:01/ff:ff:ff:00:00:00,dl_dst=ff:ff:ff:ff:ff:ff actions=drop",
	  "dl_src=02:00:00:00:00:00/ff:ff:ff:00:00:00,dl_dst=ff:ff:ff:ff:ff:ff actions=drop" },
	{ "ip,nw_src=10.0.0.1/0.0.0.255,nw_tos=32,nw_ecn=2,nw_ttl=64,nw_frag=not_later actions=drop",
	  "ip,nw_src=0.0.0.1/0.0.0.255,nw_ttl=64,nw_tos=32,nw_ecn=2,nw_frag=not_later actions=drop" },
	{ "ip,ip_dscp=8,ip_ecn=1 actions=drop", "ip,nw_tos=32,nw_ecn=1 actions=drop" },
	{ "ipv6,ipv6_src=2001:db8::1/32,ipv6_dst=::1,ipv6_label=5,ip_dscp=1,nw_frag=first actions=drop",
	  "ipv6,ipv6_src=2001:db8::/32,ipv6_dst=::1,ipv6_label=0x5,nw_tos=4,nw_frag=first actions=drop" },
	{ "tcp,tp_src=80/0xff00,tcp_flags=+syn-ack actions=drop",
	  "tcp,tp_src=0/0xff00,tcp_flags=+syn-ack actions=drop" },
	{ "tcp6,tcp_dst=443 actions=drop", "tcp6,tp_dst=443 actions=drop" },
	{ "sctp,tp_dst=443 actions=drop", NULL },
	{ "icmp,icmp_type=8,icmp_code=0 actions=drop", NULL },
	{ "icmp6,icmpv6_type=135 actions=drop", "icmp6,icmp_type=135 actions=drop" },
	{ "arp,nw_proto=1,nw_src=10.0.0.0/24,arp_tpa=10.0.0.1,arp_sha=02:00:00:00:00:01 actions=drop",
	  "arp,arp_spa=10.0.0.0/24,arp_tpa=10.0.0.1,arp_op=1,arp_sha=02:00:00:00:00:01 actions=drop" },
	{ "actions=mod_dl_src:02:00:00:00:00:01,mod_dl_dst:02:00:00:00:00:02,mod_nw_src:1.2.3.4,"
	  "mod_nw_dst:4.3.2.1,mod_nw_tos:32,mod_nw_ecn:1,mod_nw_ttl:3,dec_ttl,mod_tp_src:1,mod_tp_dst:2",
	  NULL },
	{ "actions=set_field:02:00:00:00:00:01->eth_src,set_field:8->ip_dscp,set_field:1.2.3.4->nw_src",
	  "actions=mod_dl_src:02:00:00:00:00:01,mod_nw_tos:32,mod_nw_src:1.2.3.4" },
	{ "actions=set_field:02:00:00:00:00:00/ff:00:00:00:00:00->eth_dst,"
	  "set_field:2001:db8::1->ipv6_dst,set_field:0x5->ipv6_label,set_field:80->tcp_dst",
	  NULL },
	{ "actions=mod_vlan_vid:5,mod_vlan_pcp:3,push_vlan:0x88a8,set_field:4101->vlan_vid,"
	  "set_field:2->vlan_pcp",
	  NULL },
	{ "actions=resubmit(,1),resubmit(5),resubmit:in_port,resubmit(eth0,2),resubmit(in_port,3)",
	  "actions=resubmit(,1),resubmit:5,resubmit:in_port,resubmit(eth0,2),resubmit(,3)" },
	{ "table=3,actions=output(2),goto_table:4", "table=3, actions=output:2,goto_table:4" },
	{ " cookie=0x1, duration=1.5s, table=0, n_packets=5, n_bytes=60, idle_age=3, priority=0 "
	  "actions=NORMAL\n",
	  "cookie=0x1, priority=0 actions=NORMAL" },
};

static void texts_are_printed_as_ovs_prints_them_and_read_back_equal(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *want = texts[i][1] ? texts[i][1] : texts[i][0];
		struct rule *r = NULL, *again = NULL;
		struct text t;
		struct diag d;

		text_init(&t);
		diag_init(&d);
		if (rule_parse(&r, texts[i][0], strlen(texts[i][0]), &ports, &d))
			fail_msg("%s: %s", texts[i][0], d.words);
		rule_format(&t, r, &ports);
		assert_string_equal(t.s, want);
		if (rule_parse(&again, t.s, t.len, &ports, &d))
			fail_msg("%s: %s", t.s, d.words);
		assert_true(rule_is_equal(r, again));
		rule_free(r);
		rule_free(again);
		text_fini(&t);
	}
}

/* The culprit in the text, and some of the words. */
static const struct {
	const char *text, *culprit, *words;
	int error;
} refusals[] = {
	{ "tcp", "", "actions= is missing", -EINVAL },
	{ "tp_dst=80 actions=drop", "tp_dst=80", "needs tcp, udp or sctp", -EINVAL },
	{ "nw_dst=1.2.3.4 actions=drop", "nw_dst=1.2.3.4", "needs ip or arp", -EINVAL },
	{ "ip,ipv6_dst=::1 actions=drop", "ipv6_dst=::1", "needs ipv6", -EINVAL },
	{ "tcp,udp actions=drop", "udp", "contradicts", -EINVAL },
	{ "ip,arp actions=drop", "arp", "contradicts", -EINVAL },
	{ "tcp,tcp actions=drop", "tcp", "given twice", -EINVAL },
	{ "tcp,tp_dst=1,tcp_dst=2 actions=drop", "tcp_dst=2", "given twice", -EINVAL },
	{ "ip,nw_dst=1.2.3.4/33 actions=drop", "33", "more than 32", -EINVAL },
	{ "ip,nw_dst=1.2.3 actions=drop", "1.2.3", "not an IPv4 address", -EINVAL },
	{ "priority=65536 actions=drop", "65536", "more than 65535", -EINVAL },
	{ "table=254 actions=drop", "254", "more than 253", -EINVAL },
	{ "cookie=1/1 actions=drop", "1/1", "without a mask", -EINVAL },
	{ "idle_timeout=10 actions=drop", "idle_timeout=10", "not supported yet", -EOPNOTSUPP },
	{ "reg0=5 actions=drop", "reg0=5", "reg0 is not supported yet", -EOPNOTSUPP },
	{ "ct_state=+trk actions=drop", "ct_state=+trk", "not supported yet", -EOPNOTSUPP },
	{ "foo=5 actions=drop", "foo=5", "foo is not a field", -EINVAL },
	{ "in_port=eth9 actions=drop", "eth9", "no port is called eth9", -EINVAL },
	{ "in_port=1/2 actions=drop", "1/2", "as a whole", -EINVAL },
	{ "in_port actions=drop", "in_port", "'=' and a value are missing", -EINVAL },
	{ "tcp=1 actions=drop", "tcp=1", "no value", -EINVAL },
	{ "dl_vlan=4096 actions=drop", "4096", "more than 4095", -EINVAL },
	{ "vlan_tci=0x5 actions=drop", NULL, "without a tag", -EINVAL },
	{ "dl_type=0x5ff actions=drop", NULL, "a length", -EINVAL },
	{ "ip,nw_tos=33 actions=drop", "33", "multiple of 4", -EINVAL },
	{ "ip,nw_frag=yes actions=drop", "yes", "two rules", -EOPNOTSUPP },
	{ "ip,nw_frag=maybe actions=drop", "maybe", "is not no, first", -EINVAL },
	{ "tcp,tp_dst=80x actions=drop", "80x", "not a number", -EINVAL },
	{ "actions=group:1", "group:1", "group is not supported yet", -EOPNOTSUPP },
	{ "actions=1,write_actions(2)", "write_actions(2)", "not supported yet", -EOPNOTSUPP },
	{ "actions=ct(commit)", "ct(commit)", "ct is not supported yet", -EOPNOTSUPP },
	{ "actions=controller", "controller", "not supported yet", -EOPNOTSUPP },
	{ "actions=1,drop", "drop", "alone", -EINVAL },
	{ "actions=nothing", "nothing", "neither an action nor a port", -EINVAL },
	{ "actions=output", "output", "needs an argument", -EINVAL },
	{ "actions=output:eth9", "eth9", "no port is called", -EINVAL },
	{ "actions=output:1/1", "1/1", "no mask", -EINVAL },
	{ "actions=normal:1", "normal:1", "no argument", -EINVAL },
	{ "actions=mod_dl_src(1)", "mod_dl_src(1)", "':' is missing", -EINVAL },
	{ "actions=mod_dl_src:1", "1", "not a MAC address", -EINVAL },
	{ "actions=mod_nw_tos:33", "33", "multiple of 4", -EINVAL },
	{ "actions=push_vlan:0x800", "0x800", "0x8100 or 0x88a8", -EINVAL },
	{ "actions=resubmit()", "resubmit()", "needs an argument", -EINVAL },
	{ "actions=resubmit(,)", "resubmit(,)", "a port or a table", -EINVAL },
	{ "actions=resubmit(1,2,ct)", "2,ct", "not supported yet", -EOPNOTSUPP },
	{ "actions=resubmit(1,2", "resubmit(1,2", "')' is missing", -EINVAL },
	{ "table=5,actions=goto_table:5", "5", "a later table than 5", -EINVAL },
	{ "actions=goto_table:5,1", "goto_table:5", "only come last", -EINVAL },
	{ "actions=set_field:1", "set_field:1", "VALUE->FIELD", -EINVAL },
	{ "actions=set_field:1->arp_op", "arp_op", "cannot be set yet", -EOPNOTSUPP },
	{ "actions=set_field:5->vlan_vid", "5", "write 4101", -EINVAL },
};

static void what_is_refused_is_refused_with_words_and_a_place(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		const char *s = refusals[i].text, *culprit = refusals[i].culprit;
		struct rule *r = NULL;
		struct diag d;

		diag_init(&d);
		assert_int_equal(rule_parse(&r, s, strlen(s), &ports, &d), refusals[i].error);
		if (!strstr(d.words, refusals[i].words))
			fail_msg("%s: %s", s, d.words);
		if (!culprit)
			continue;
		if (!d.has_range || (*culprit && (d.length != strlen(culprit) ||
						  memcmp(s + d.offset, culprit, d.length))))
			fail_msg("%s: at %zu, %zu: %s", s, d.offset, d.length, d.words);
	}
}

static void queries_have_masks_of_cookies_and_no_actions(void **state)
{
	static const char text[] = "cookie=0xff05/0xff,table=3,priority=7,tcp,tp_dst=80";
	struct rule_query q;
	struct diag d;

	diag_init(&d);
	assert_int_equal(rule_query_parse(&q, text, strlen(text), &ports, &d), 0);
	assert_true(q.cookie == 5 && q.cookie_mask == 0xff && q.has_table && q.table == 3);
	assert_true(q.has_priority && q.priority == 7);
	assert_int_equal(q.match.key.ipv4.ipv4_proto, 6);
	assert_int_equal(rule_query_parse(&q, "", 0, NULL, &d), 0);
	assert_false(q.has_table || q.has_priority || q.cookie_mask);
	assert_int_equal(rule_query_parse(&q, "ip actions=drop", 15, &ports, &d), -EINVAL);
}

static void no_memory_is_an_error(void **state)
{
	static const char text[] = "tcp actions=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17";
	unsigned long n = 0;
	bool failed;

	do {
		struct rule *r = NULL;
		struct diag d;
		int err;

		diag_init(&d);
		mem_fail_nth(++n);
		err = rule_parse(&r, text, strlen(text), NULL, &d);
		failed = mem_fail_happened();
		mem_fail_nth(0);
		assert_int_equal(err, failed ? -ENOMEM : 0);
		if (!err)
			rule_free(r);
	} while (failed);
	assert_true(n > 2);
}

static void a_rule_has_a_limited_number_of_actions(void **state)
{
	struct rule *r = NULL;
	struct text t;
	struct diag d;

	text_init(&t);
	text_put(&t, "actions=1");
	for (int i = 0; i < RULE_ACTIONS_MAX; i++)
		text_put(&t, ",1");
	diag_init(&d);
	assert_int_equal(rule_parse(&r, t.s, t.len, NULL, &d), -E2BIG);
	assert_int_equal(d.offset, t.len - 1);
	text_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_printed_as_ovs_prints_them_and_read_back_equal),
		cmocka_unit_test(what_is_refused_is_refused_with_words_and_a_place),
		cmocka_unit_test(queries_have_masks_of_cookies_and_no_actions),
		cmocka_unit_test(no_memory_is_an_error),
		cmocka_unit_test(a_rule_has_a_limited_number_of_actions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
