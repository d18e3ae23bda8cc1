/* SPDX-License-Identifier: BSD-2-Clause */
/* Translations by example: actions, match, report, reasons; what agree_test.c cannot say. */
#include "vswitch/xlate.h"

#include "base/alloc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define P1 "in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),"
#define IP \
	"eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,ttl=64,frag=no),tcp(src=1,dst=80)"
#define TAG(vid) "eth_type(0x8100),vlan(vid=" vid ",pcp=3),encap(" IP ")"

struct fixture {
	struct bridge *b;
	struct xlate_out out;
	struct text report;
	struct diag d;
};

static int setup(void **state)
{
	static const char *const names[] = { "p0", "p1", "p2", "p3", "p4" };
	static struct fixture f;

	diag_init(&f.d);
	assert_int_equal(bridge_new(&f.b, "br0", &f.d), 0);
	for (uint32_t i = 1; i < 5; i++)
		assert_int_equal(bridge_add_port(f.b, i, names[i], &f.d), 0);
	xlate_out_init(&f.out);
	text_init(&f.report);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	bridge_free(f->b);
	xlate_out_fini(&f->out);
	text_fini(&f->report);
	return 0;
}

static void add(struct fixture *f, const char *s)
{
	diag_init(&f->d);
	if (bridge_add_rule_text(f->b, s, strlen(s), &f->d))
		fail_msg("%s: %s", s, f->d.words);
}

static int run(struct fixture *f, const char *flow, struct flow_key *k)
{
	struct xlate_in in = { f->b, k, 0, &f->report, NULL };
	struct flow_match m;

	diag_init(&f->d);
	text_clear(&f->report);
	if (flow_match_parse(&m, NULL, NULL, NULL, flow, strlen(flow), NULL, &f->d))
		fail_msg("%s: %s", flow, f->d.words);
	*k = m.key;
	return xlate_actions(&in, &f->out, &f->d);
}

/* The datapath flow, "MATCH ACTIONS", of a packet. */
static void expect(struct fixture *f, const char *packet, const char *want)
{
	struct flow_match m;
	struct flow_key k;
	struct text t;

	text_init(&t);
	assert_int_equal(run(f, packet, &k), 0);
	xlate_match(&f->out, &k, &m);
	flow_match_format(&t, &m, NULL, false);
	text_put_char(&t, ' ');
	flow_actions_format(&t, &f->out.actions, NULL);
	assert_string_equal(t.s, want);
	text_fini(&t);
}

#define ALWAYS "recirc_id(0),in_port(1),eth(),eth_type(0x0800),ipv4(frag=no)"

static void no_rule_drops_and_looks_at_what_every_flow_looks_at(void **state)
{
	expect(*state, P1 IP, ALWAYS " drop");
	add(*state, "actions=p1,p2,9");
	expect(*state, P1 IP, ALWAYS " 2"); /* neither the input port nor one that is not there */
	add(*state, "actions=flood,in_port");
	expect(*state, P1 IP, ALWAYS " 2,3,4,1");
	expect(*state, "in_port(7),eth(),eth_type(0x1234)",
	       "recirc_id(0),in_port(7),eth(),eth_type(0x1234) drop");
}

static void headers_are_set_before_an_output_and_only_what_changed(void **state)
{
	add(*state, "actions=mod_nw_src:1.1.1.1,mod_nw_src:10.0.0.1,p2,mod_tp_dst:80,dec_ttl,p3,"
		    "mod_dl_dst:02:00:00:00:00:09,mod_tp_dst:81,p4");
	expect(*state, P1 IP,
	       "recirc_id(0),in_port(1),eth(dst=02:00:00:00:00:02),eth_type(0x0800),"
	       "ipv4(src=10.0.0.1,proto=6,ttl=64,frag=no),tcp(dst=80) "
	       "2,set(ipv4(ttl=63)),3,set(eth(dst=02:00:00:00:00:09)),set(tcp(dst=81)),4");
	add(*state, "actions=mod_tp_src:5,mod_nw_src:1.2.3.4,p2"); /* nothing to do with ARP */
	expect(*state, P1 "eth_type(0x0806),arp(op=1)",
	       "recirc_id(0),in_port(1),eth(),eth_type(0x0806) 2");
	add(*state, "actions=p2,dec_ttl,p3");
	expect(*state, P1 "eth_type(0x0800),ipv4(ttl=1,frag=no)",
	       "recirc_id(0),in_port(1),eth(),eth_type(0x0800),ipv4(ttl=1,frag=no) 2");
}

static void tags_are_pushed_and_popped(void **state)
{
	add(*state, "actions=push_vlan:0x88a8,p2,set_field:4101->vlan_vid,p3,pop_vlan,p4");
	expect(*state, P1 IP,
	       ALWAYS " push_vlan(tpid=0x88a8,vid=0,pcp=0),2,pop_vlan,"
		      "push_vlan(tpid=0x88a8,vid=5,pcp=0),3,pop_vlan,4");
	add(*state, "actions=pop_vlan,p2");
	expect(*state, P1 TAG("9"),
	       "recirc_id(0),in_port(1),eth(),eth_type(0x8100),vlan(),"
	       "encap(eth_type(0x0800),ipv4(frag=no)) pop_vlan,2");
	add(*state, "actions=mod_vlan_vid:7,p2");
	expect(*state, P1 TAG("9"),
	       "recirc_id(0),in_port(1),eth(),eth_type(0x8100),vlan(vid=9,pcp=3),"
	       "encap(eth_type(0x0800),ipv4(frag=no)) pop_vlan,push_vlan(vid=7,pcp=3),2");
}

static void what_is_overwritten_is_no_longer_of_the_packet(void **state)
{
	add(*state, "actions=mod_nw_dst:9.9.9.9,resubmit(5,1)");
	add(*state, "table=1,in_port=5,ip,nw_dst=9.9.9.9 actions=p2");
	expect(*state, P1 IP,
	       "recirc_id(0),in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.2,frag=no) "
	       "set(ipv4(dst=9.9.9.9)),2");
}

static void learn(struct fixture *f)
{
	assert_int_equal(xlate_learn_all(&f->out, f->b, 0), 0);
}

static void normal_learns_floods_and_forwards(void **state)
{
	struct fixture *f = *state;
	const uint16_t trunks[] = { 10, 20 };

	add(f, "actions=NORMAL");
	assert_int_equal(bridge_set_vlan(f->b, 1, BRIDGE_VLAN_ACCESS, 10, NULL, 0, &f->d), 0);
	assert_int_equal(bridge_set_vlan(f->b, 2, BRIDGE_VLAN_TRUNK, 0, trunks, 2, &f->d), 0);
	assert_int_equal(
		bridge_set_vlan(f->b, 3, BRIDGE_VLAN_NATIVE_UNTAGGED, 10, trunks, 2, &f->d), 0);
	assert_int_equal(bridge_set_vlan(f->b, 4, BRIDGE_VLAN_ACCESS, 20, NULL, 0, &f->d), 0);
#define SEEN "eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(frag=no) "
	expect(f, P1 IP, "recirc_id(0),in_port(1)," SEEN "push_vlan(vid=10,pcp=0),2,pop_vlan,3");
	assert_int_equal(f->out.n_learns, 1);
	assert_int_equal(f->out.learns[0].vlan, 10);
	assert_true(xlate_is_valid(&f->out.basis, f->b));
	assert_int_equal(htable_count(&f->b->fdb.entries), 0); /* nothing happened by itself */
	assert_int_equal(mac_learning_learn(&f->b->fdb,
					    (struct mac_address){ { 2, 0, 0, 0, 0, 2 } }, 10, 3, 0),
			 MAC_NEW);
	assert_false(xlate_is_valid(&f->out.basis, f->b));
	expect(f, P1 IP, "recirc_id(0),in_port(1)," SEEN "3");
	learn(f);
	expect(f, "in_port(2),eth(src=02:00:00:00:00:02,dst=02:00:00:00:00:01)," TAG("10"),
	       "recirc_id(0),in_port(2),eth(src=02:00:00:00:00:02,dst=02:00:00:00:00:01),"
	       "eth_type(0x8100),vlan(vid=10),encap(eth_type(0x0800),ipv4(frag=no)) pop_vlan,1");
	assert_int_equal(mac_learning_learn(&f->b->fdb,
					    (struct mac_address){ { 2, 0, 0, 0, 0, 1 } }, 10, 3, 0),
			 MAC_MOVED);
	assert_false(xlate_is_valid(&f->out.basis, f->b));
	assert_string_equal(f->report.s, "table 0: actions=NORMAL\n"
					 "    the destination was learned on p1 in VLAN 10\n");
	/* A tag at an access port, a VLAN that the trunk has not, a protocol of links. */
	expect(f, P1 TAG("10"),
	       "recirc_id(0),in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),"
	       "eth_type(0x8100),vlan(vid=10),encap(eth_type(0x0800),ipv4(frag=no)) drop");
	expect(f, "in_port(2),eth()," IP,
	       "recirc_id(0),in_port(2),eth(src=00:00:00:00:00:00,dst=00:00:00:00:00:00),"
	       "eth_type(0x0800),ipv4(frag=no) drop");
	expect(f, "in_port(1),eth(dst=01:80:c2:00:00:02),eth_type(0x8809)",
	       "recirc_id(0),in_port(1),eth(src=00:00:00:00:00:00,dst=01:80:c2:00:00:02),"
	       "eth_type(0x8809) drop");
}

static void the_report_and_the_reasons_say_why(void **state)
{
	struct fixture *f = *state;
	struct flow_key k;
	struct text t;

	text_init(&t);
	add(f, "cookie=5,priority=100,ip,nw_dst=10.0.0.0/24 actions=resubmit(,1),dec_ttl,p2");
	assert_int_equal(run(f, P1 IP, &k), 0);
	assert_string_equal(f->report.s, "table 0: cookie=0x5, priority=100,ip,nw_dst=10.0.0.0/24 "
					 "actions=resubmit(,1),dec_ttl,output:p2\n"
					 "    table 1: no rule matches: drop\n");
	wildcards_format(&t, &f->out.wc);
	assert_string_equal(t.s, "recirc_id always\nin_port always\neth_type always\n"
				 "vlan.tpid always\nvlan.cfi always\n"
				 "ipv4.dst/24 by table 0 priority 100 cookie 0x5 (matched)\n"
				 "ipv4.ttl by table 0 priority 100 cookie 0x5 (set)\n"
				 "ipv4.frag always\n");
	assert_int_equal(f->out.n_rules, 1);
	text_fini(&t);
}

static void endless_resubmits_and_second_tags_drop_with_words(void **state)
{
	struct fixture *f = *state;
	struct flow_key k;

	add(f, "actions=p2,resubmit(,0)");
	assert_int_equal(run(f, P1 IP, &k), -E2BIG);
	assert_string_equal(f->d.words,
			    "more than 64 resubmits inside each other, the last in table 0");
	assert_int_equal(f->out.actions.n, 0);
	add(f, "actions=resubmit(,1),resubmit(,1)");
	for (unsigned int i = 1; i < 20; i++) {
		char s[80];

		snprintf(s, sizeof s, "table=%u,actions=resubmit(,%u),resubmit(,%u)", i, i + 1,
			 i + 1);
		add(f, s);
	}
	assert_int_equal(run(f, P1 IP, &k), -E2BIG);
	assert_non_null(strstr(f->d.words, "more than 4096 resubmits"));
	add(f, "actions=push_vlan:0x8100,push_vlan:0x8100,p2");
	assert_int_equal(run(f, P1 IP, &k), -EOPNOTSUPP);
	assert_non_null(strstr(f->d.words, "a second is not supported yet"));
}

static void goto_table_leads_through_all_tables(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < RULE_TABLES - 1; i++) {
		char s[80];

		snprintf(s, sizeof s, "table=%u,actions=goto_table:%u", i, i + 1);
		add(f, s);
	}
	add(f, "table=253,actions=p3");
	expect(f, P1 IP, ALWAYS " 3");
	assert_int_equal(f->out.n_rules, RULE_TABLES);
}

static void no_memory_gives_up_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	struct flow_key k;
	unsigned long n = 0;
	bool failed;

	add(f, "actions=mod_dl_dst:02:00:00:00:00:09,p2,p3,p4,resubmit(,1)");
	add(f, "table=1,actions=mod_vlan_vid:5,p2");
	do {
		struct xlate_in in = { f->b, &k, 0, NULL, NULL };

		assert_int_equal(run(f, P1 IP, &k), 0);
		xlate_out_fini(&f->out);
		mem_fail_nth(++n);
		(void)!xlate_actions(&in, &f->out, NULL);
		failed = mem_fail_happened();
		mem_fail_nth(0);
		assert_int_equal(f->out.error, failed ? -ENOMEM : 0);
		assert_int_equal(f->out.actions.n, failed ? 0 : 6);
	} while (failed);
	assert_true(n > 2);
	/* The second use of the same memory needs no more. */
	mem_fail_nth(1);
	assert_int_equal(run(f, P1 IP, &k), 0);
	mem_fail_nth(0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_rule_drops_and_looks_at_what_every_flow_looks_at),
		TEST(headers_are_set_before_an_output_and_only_what_changed),
		TEST(tags_are_pushed_and_popped),
		TEST(what_is_overwritten_is_no_longer_of_the_packet),
		TEST(normal_learns_floods_and_forwards),
		TEST(the_report_and_the_reasons_say_why),
		TEST(endless_resubmits_and_second_tags_drop_with_words),
		TEST(goto_table_leads_through_all_tables),
		TEST(no_memory_gives_up_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
