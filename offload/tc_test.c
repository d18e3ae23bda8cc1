/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Actions, priorities, statistics and the map of UFIDs: against a packet that both sides rewrite,
 * and against a list too simple to be wrong.
 */
#include "offload/tc_internal.h"

#include "base/alloc.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/tc_act/tc_csum.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/tc_act/tc_pedit.h>
#include <linux/tc_act/tc_vlan.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static uint64_t seed = 362436069123456789u;

static uint32_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

struct run {
	struct flow_match match;
	struct flow_actions actions;
	struct offload_verdict verdict;
	struct offload_put put;
	struct tc_action tc[TC_ACTIONS_MAX];
	struct tc_filter f;
	struct tc_translation t;
	struct offload *o;
	int err;
};

static struct run run;

#define TCP_FLOW  "recirc_id(0),in_port(1),eth_type(0x0800),ipv4(proto=6,frag=no)"
#define UDP6_FLOW "recirc_id(0),in_port(1),eth_type(0x86dd),ipv6(proto=17,frag=no)"

static void translate(const char *flow, const char *actions)
{
	struct diag d;

	diag_init(&d);
	flow_actions_clear(&run.actions);
	if (flow_match_parse(&run.match, NULL, NULL, NULL, flow, strlen(flow), NULL, &d) ||
	    flow_actions_parse(&run.actions, actions, strlen(actions), NULL, &d))
		fail_msg("%s %s: %s", flow, actions, d.words);
	flow_match_normalise(&run.match);
	memset(&run.f, 0, sizeof run.f);
	run.f.actions = run.tc;
	run.verdict.n = 0;
	run.put = (struct offload_put){ .match = &run.match,
					.actions = &run.actions,
					.verdict = &run.verdict };
	run.t = (struct tc_translation){ .o = run.o,
					 .port = netdev_ports_get(run.o, 1),
					 .put = &run.put,
					 .f = &run.f,
					 .function = "test" };
	tc_translate_match(&run.t);
	run.err = netdev_tc_parse_nl_actions(&run.t);
}

/* The kinds of the tc actions in order, and the culprit with a word of its reason; NULL: none. */
static const struct action_case {
	const char *flow, *actions, *kinds;
	uint32_t culprit;
	const char *words;
} action_cases[] = {
	{ TCP_FLOW, "2", "mirred", 0, NULL },
	{ TCP_FLOW, "2,3", "mirred mirred", 0, NULL },
	{ TCP_FLOW, "drop", "gact", 0, NULL },
	{ TCP_FLOW, "push_vlan(vid=5,pcp=3),2", "vlan mirred", 0, NULL },
	{ TCP_FLOW, "pop_vlan,2", "vlan mirred", 0, NULL },
	{ TCP_FLOW, "2,pop_vlan", "mirred vlan gact", 0, NULL },
	{ TCP_FLOW, "set(ipv4(ttl=5)),set(tcp(dst=80)),2", "pedit pedit csum mirred", 0, NULL },
	{ TCP_FLOW, "set(eth(dst=00:11:22:33:44:55)),2", "pedit mirred", 0, NULL },
	{ TCP_FLOW, "set(ipv4(ttl=5)),2,set(tcp(dst=80)),3", "pedit csum mirred pedit csum mirred",
	  0, NULL },
	{ UDP6_FLOW, "set(ipv6(tclass=0x35)),2", "pedit csum mirred", 0, NULL },
	{ TCP_FLOW, "recirc(0x5)", "gact", 0, NULL },
	{ TCP_FLOW, "pop_vlan,2,recirc(0xfffffff)", "vlan mirred gact", 0, NULL },
	{ TCP_FLOW, "recirc(0x5),2", NULL, 0, "would not do what comes after recirc()" },
	{ TCP_FLOW, "recirc(0)", NULL, 0, "chains have numbers from 1" },
	{ TCP_FLOW, "2,recirc(0x10000000)", NULL, 1, "chains have numbers from 1" },
	{ TCP_FLOW, "userspace(pid=5),2", NULL, 0, "cannot hand a packet to a handler" },
	{ TCP_FLOW, "9", NULL, 0, "Can't find netdev for output port 9" },
	{ TCP_FLOW, "2,9,3", NULL, 1, "Can't find netdev" },
	{ TCP_FLOW, "4", NULL, 0, "internal" },
	{ TCP_FLOW, "5", NULL, 0, "provider mismatch" },
	{ TCP_FLOW, "set(udp(dst=80)),2", NULL, 0, "protocol 17" },
	{ TCP_FLOW, "set(ipv6(hlimit=5)),2", NULL, 0, "0x86dd" },
	{ TCP_FLOW, "set(ipv4(proto=17)),2", NULL, 0, "sub attribute" },
	{ TCP_FLOW, "set(ipv4(proto=6,ttl=4)),2", "pedit csum mirred", 0, NULL },
	{ "recirc_id(0),in_port(1),eth_type(0x0800)", "set(ipv4(ttl=5)),2", NULL, 0,
	  "protocol matched exactly" },
	{ "recirc_id(0),in_port(1),eth_type(0x0800),ipv4(proto=132)", "set(ipv4(ttl=5)),2", NULL, 0,
	  "ip_proto: 132" },
	{ "recirc_id(0),in_port(1),eth_type(0x0800),ipv4(proto=6,frag=later)", "set(ipv4(ttl=5)),2",
	  NULL, 0, "fragments" },
	{ TCP_FLOW, "2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2", NULL, 16, "only support 16 actions" },
};

static void each_action_list_becomes_these_tc_actions_or_a_refusal(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(action_cases); i++) {
		const struct action_case *c = &action_cases[i];
		struct text t;

		translate(c->flow, c->actions);
		if (c->words) {
			if (!run.err || !run.put.culprit.is_action)
				fail_msg("%s is accepted", c->actions);
			assert_int_equal(run.put.culprit.index, c->culprit);
			if (!strstr(run.put.culprit.words, c->words))
				fail_msg("%s: %s", c->actions, run.put.culprit.words);
			continue;
		}
		if (run.err)
			fail_msg("%s: %s", c->actions, run.put.culprit.words);
		text_init(&t);
		for (size_t a = 0; a < run.f.n_actions; a++)
			text_putf(&t, "%s%s", a ? " " : "", tc_action_kind_names[run.tc[a].kind]);
		assert_string_equal(t.s, c->kinds);
		text_fini(&t);
	}
}

static void every_action_has_an_item_after_a_refusal_too(void **state)
{
	translate(TCP_FLOW, "9,2,set(udp(dst=1)),3");
	for (uint32_t n = 0; n < 4; n++) {
		const struct offload_item *found = NULL;

		for (size_t i = 0; i < run.verdict.n; i++)
			if (run.verdict.item[i].is_action && run.verdict.item[i].index == n)
				found = &run.verdict.item[i];
		assert_non_null(found);
		assert_int_equal(!!found->error, n == 0 || n == 2);
	}
}

static void what_is_changed_sent_and_changed_again_is_kept_from_hardware(void **state)
{
	static const struct {
		const char *actions;
		int culprit; /* -1: hardware is asked */
	} cases[] = {
		{ "pop_vlan,2,set(eth(dst=02:00:00:00:00:05)),3", 2 },
		{ "set(eth(dst=02:00:00:00:00:05)),2,3,pop_vlan", 3 },
		{ "2,pop_vlan,set(eth(dst=02:00:00:00:00:05)),3", -1 },
		{ "pop_vlan,2,recirc(0x5)", -1 },
		{ "2,pop_vlan,3", -1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		translate(TCP_FLOW, cases[i].actions);
		assert_int_equal(run.err, 0);
		assert_int_equal(run.f.flags & TCA_CLS_FLAGS_SKIP_HW ? 1 : 0,
				 cases[i].culprit >= 0);
		assert_int_equal(run.put.has_culprit, cases[i].culprit >= 0);
		if (cases[i].culprit >= 0)
			assert_int_equal(run.put.culprit.index, cases[i].culprit);
	}
}

static void the_last_output_redirects_and_the_others_mirror(void **state)
{
	translate(TCP_FLOW, "2,3");
	assert_int_equal(run.tc[0].mirred.eaction, TCA_EGRESS_MIRROR);
	assert_int_equal(run.tc[0].control, TC_ACT_PIPE);
	assert_int_equal(run.tc[0].mirred.ifindex, 12);
	assert_int_equal(run.tc[1].mirred.eaction, TCA_EGRESS_REDIR);
	assert_int_equal(run.tc[1].control, TC_ACT_STOLEN);
	assert_int_equal(run.tc[1].origin, tc_origin_of_action(1));
	assert_int_equal(run.tc[1].cookie_size, 16);
}

static void csum_repairs_what_the_rewrites_broke(void **state)
{
	translate(TCP_FLOW, "set(ipv4(src=1.2.3.4)),2");
	assert_int_equal(run.tc[1].csum.update_flags,
			 TCA_CSUM_UPDATE_FLAG_IPV4HDR | TCA_CSUM_UPDATE_FLAG_TCP);
	translate(UDP6_FLOW, "set(ipv6(src=::1)),2");
	assert_int_equal(run.tc[1].csum.update_flags, TCA_CSUM_UPDATE_FLAG_UDP);
}

/* A set() of each header with random bits, done to a packet by pedit and by hand. */
static void pedit_rewrites_the_bits_that_set_names(void **state)
{
	for (int round = 0; round < 2000; round++) {
		uint8_t packet[40], want[40];
		struct ovs_key_ipv6 key, mask;
		struct flow_action *a;

		translate(UDP6_FLOW, "set(ipv6(hlimit=1)),2");
		a = &run.actions.a[0];
		memset(&a->set, 0, sizeof a->set);
		a->set.header = FLOW_H_IPV6;
		for (size_t i = 0; i < sizeof packet; i++)
			want[i] = packet[i] = (uint8_t)rnd();
		memset(&key, 0, sizeof key);
		memset(&mask, 0, sizeof mask);
		for (size_t i = 0; i < 16; i++) {
			((uint8_t *)&mask.ipv6_src)[i] = rnd() & 1 ? (uint8_t)rnd() : 0;
			((uint8_t *)&mask.ipv6_dst)[i] = rnd() & 1 ? (uint8_t)rnd() : 0;
			((uint8_t *)&key.ipv6_src)[i] =
				(uint8_t)(rnd() & ((uint8_t *)&mask.ipv6_src)[i]);
			((uint8_t *)&key.ipv6_dst)[i] =
				(uint8_t)(rnd() & ((uint8_t *)&mask.ipv6_dst)[i]);
		}
		mask.ipv6_tclass = (uint8_t)rnd();
		mask.ipv6_hlimit = (uint8_t)rnd();
		key.ipv6_tclass = (uint8_t)(rnd() & mask.ipv6_tclass);
		key.ipv6_hlimit = (uint8_t)(rnd() & mask.ipv6_hlimit);
		a->set.key.ipv6 = key;
		a->set.mask.ipv6 = mask;
		run.put.has_culprit = false;
		run.t.n_refused = 0;
		assert_int_equal(netdev_tc_parse_nl_actions(&run.t), 0);
		for (size_t i = 0; i < 16; i++) {
			const uint8_t ms = ((uint8_t *)&mask.ipv6_src)[i],
				      md = ((uint8_t *)&mask.ipv6_dst)[i];

			want[8 + i] =
				(uint8_t)((want[8 + i] & ~ms) | ((uint8_t *)&key.ipv6_src)[i]);
			want[24 + i] =
				(uint8_t)((want[24 + i] & ~md) | ((uint8_t *)&key.ipv6_dst)[i]);
		}
		put_be16(want, (uint16_t)((get_be16(want) & ~(mask.ipv6_tclass << 4)) |
					  key.ipv6_tclass << 4));
		want[7] = (uint8_t)((want[7] & ~mask.ipv6_hlimit) | key.ipv6_hlimit);
		for (size_t w = 0; run.tc[0].kind == TC_ACT_PEDIT && w < run.tc[0].pedit.n; w++) {
			const struct tc_pedit_word *p = &run.tc[0].pedit.key[w];
			uint32_t x = get_u32(packet + p->offset);

			x = (x & ~p->mask) | p->value;
			memcpy(packet + p->offset, &x, 4);
		}
		assert_memory_equal(packet, want, sizeof want);
	}
}

static const char *const round_trips[] = {
	"2",
	"2,3",
	"drop",
	"push_vlan(vid=5,pcp=3),2",
	"push_vlan(tpid=0x88a8,vid=7,pcp=0),2",
	"pop_vlan,3",
	"set(ipv4(src=1.2.3.4,ttl=9)),2",
	"set(ipv4(dst=1.2.3.0/255.255.255.0,tos=0x10/0xfc)),2",
	"set(eth(src=00:11:22:33:44:55,dst=66:77:88:99:aa:bb)),set(tcp(src=1,dst=2)),2,3",
	"2,pop_vlan",
	"recirc(0x5)",
	"2,set(ipv4(ttl=9)),recirc(0xfffffff)",
};

static void actions_come_back_equal(void **state)
{
	struct flow_actions back;

	flow_actions_init(&back);
	for (size_t i = 0; i < ARRAY_SIZE(round_trips); i++) {
		translate(TCP_FLOW, round_trips[i]);
		assert_int_equal(run.err, 0);
		assert_int_equal(tc_actions_to_flow(&back, &run.f, run.o, NULL), 0);
		if (!flow_actions_is_equal(&back, &run.actions))
			fail_msg("%s comes back different", round_trips[i]);
	}
	translate(UDP6_FLOW, "set(ipv6(src=::5,tclass=0x35,hlimit=3)),set(udp(dst=7)),2");
	assert_int_equal(tc_actions_to_flow(&back, &run.f, run.o, NULL), 0);
	assert_true(flow_actions_is_equal(&back, &run.actions));
	flow_actions_fini(&back);
}

static void without_sharing_a_recirculation_is_not_offloaded(void **state)
{
	offload_config(run.o)->no_recirc_sharing = true;
	translate(TCP_FLOW, "recirc(0x5)");
	offload_config(run.o)->no_recirc_sharing = false;
	assert_int_equal(run.err, -EOPNOTSUPP);
	assert_non_null(strstr(run.put.culprit.words, "on which chain tc missed"));
}

static void the_largest_counters_of_the_actions_are_those_of_the_flow(void **state)
{
	struct tc_action a[2] = {
		{ .stats = { .n_packets = 10,
			     .n_bytes = 1000,
			     .hw_packets = 4,
			     .hw_bytes = 400,
			     .used = true,
			     .lastuse_ms = 30 } },
		{ .stats = { .n_packets = 9,
			     .n_bytes = 900,
			     .hw_packets = 8,
			     .hw_bytes = 800,
			     .used = true,
			     .lastuse_ms = 20 } },
	};
	const struct tc_filter f = { .actions = a, .n_actions = 2 };
	const struct flow_stats s = tc_filter_stats(&f, 1000);

	assert_int_equal(s.n_packets, 6 + 8);
	assert_int_equal(s.n_bytes, 600 + 800);
	assert_int_equal(s.used_ms, 980);
}

static void one_priority_for_each_protocol_when_masks_may_differ(void **state)
{
	struct tc_flower_key mask = { .ip_tos = 1 };
	struct tc_prios p;
	uint16_t prio;

	tc_prios_init(&p, true);
	assert_int_equal(tc_prios_get(&p, be16_from_host(ETH_P_IP), &mask, &prio, NULL), 0);
	assert_int_equal(prio, 2);
	assert_int_equal(tc_prios_get(&p, be16_from_host(ETH_P_IPV6), &mask, &prio, NULL), 0);
	assert_int_equal(prio, 3);
	assert_int_equal(tc_prios_get(&p, be16_from_host(ETH_P_ARP), &mask, &prio, NULL), 0);
	assert_int_equal(prio, 4);
	mask.ip_tos = 2;
	assert_int_equal(tc_prios_get(&p, be16_from_host(ETH_P_8021Q), &mask, &prio, NULL), 0);
	assert_int_equal(prio, 5);
	assert_int_equal(tc_prios_get(&p, be16_from_host(ETH_P_ARP), &mask, &prio, NULL), 0);
	assert_int_equal(prio, 4);
	tc_prios_fini(&p);
}

static void priorities_run_out_when_each_mask_needs_one(void **state)
{
	struct tc_flower_key mask = { 0 };
	struct tc_prios p;
	uint16_t prio = 0;

	tc_prios_init(&p, false);
	for (uint32_t i = 4; i <= 65535; i++) {
		mask.ipv4_src = i;
		assert_int_equal(tc_prios_get(&p, be16_from_host(ETH_P_IP), &mask, &prio, NULL), 0);
		assert_int_equal(prio, i);
	}
	assert_int_equal(tc_prios_get(&p, be16_from_host(ETH_P_IP), &mask, &prio, NULL), 0);
	assert_int_equal(prio, 65535);
	mask.ipv4_dst = 1;
	assert_int_equal(tc_prios_get(&p, be16_from_host(ETH_P_IP), &mask, &prio, NULL), -ENOSPC);
	tc_prios_fini(&p);
}

/* 256 possible UFIDs, so that adds and deletes of the same ones follow each other. */
static void the_map_of_ufids_agrees_with_an_array(void **state)
{
	bool there[256] = { 0 };
	uint32_t handle[256];
	struct ufid_map m;
	size_t n = 0;

	ufid_map_init(&m);
	for (int i = 0; i < 100000; i++) {
		const uint8_t x = (uint8_t)rnd();
		const struct ufid ufid = { { x, 1, 2, 3 } };
		struct ufid_entry *e = ufid_map_find(&m, &ufid);

		assert_int_equal(!!e, there[x]);
		if (e)
			assert_int_equal(e->handle, handle[x]);
		if (e && rnd() & 1) {
			ufid_map_del(&m, e);
			there[x] = false;
			n--;
		} else if (!e) {
			e = ufid_map_add(&m, &ufid);
			assert_non_null(e);
			e->handle = handle[x] = rnd();
			there[x] = true;
			n++;
		}
		assert_int_equal(htable_count(&m.table), n);
	}
	ufid_map_fini(&m);
}

static void a_flow_in_the_map_takes_96_bytes_at_most(void **state)
{
	const size_t n = 250000; /* as full as the table is with a million */
	struct ufid_map m;

	ufid_map_init(&m);
	for (size_t i = 0; i < n; i++) {
		struct ufid ufid = { { 0 } };

		memcpy(ufid.b, &i, sizeof i);
		assert_non_null(ufid_map_add(&m, &ufid));
	}
	htable_settle(&m.table);
	assert_true(ufid_map_size(&m) <= 96 * n);
	ufid_map_fini(&m);
}

static void a_map_without_memory_stays_as_it_was(void **state)
{
	for (unsigned long nth = 1;; nth++) {
		const struct ufid ufid = { { 1 } };
		struct ufid_map m;
		bool failed;

		ufid_map_init(&m);
		mem_fail_nth(nth);
		failed = !ufid_map_add(&m, &ufid);
		mem_fail_nth(0);
		assert_int_equal(failed, !ufid_map_find(&m, &ufid));
		ufid_map_fini(&m);
		if (!failed)
			break;
	}
}

static int init_any(struct offload *o, struct offload_port *port, struct diag *d)
{
	return strcmp(port->name, "other") ? 0 : -EOPNOTSUPP;
}

static int init_other(struct offload *o, struct offload_port *port, struct diag *d)
{
	return 0;
}

static const struct netdev_flow_api any_api = { .type = "any", .init_flow_api = init_any };
static const struct netdev_flow_api other_api = { .type = "other", .init_flow_api = init_other };

static int setup(void **state)
{
	flow_actions_init(&run.actions);
	if (offload_new(&run.o, NULL, NULL, NULL) ||
	    netdev_register_flow_api_provider(run.o, &any_api, NULL) ||
	    netdev_register_flow_api_provider(run.o, &other_api, NULL))
		return -1;
	return netdev_ports_insert(run.o, 1, "eth1", "system", 11, NULL) ||
	       netdev_ports_insert(run.o, 2, "eth2", "system", 12, NULL) ||
	       netdev_ports_insert(run.o, 3, "eth3", "system", 13, NULL) ||
	       netdev_ports_insert(run.o, 4, "br0", "internal", 14, NULL) ||
	       netdev_ports_insert(run.o, 5, "other", "system", 15, NULL);
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
		cmocka_unit_test(each_action_list_becomes_these_tc_actions_or_a_refusal),
		cmocka_unit_test(every_action_has_an_item_after_a_refusal_too),
		cmocka_unit_test(what_is_changed_sent_and_changed_again_is_kept_from_hardware),
		cmocka_unit_test(the_last_output_redirects_and_the_others_mirror),
		cmocka_unit_test(csum_repairs_what_the_rewrites_broke),
		cmocka_unit_test(pedit_rewrites_the_bits_that_set_names),
		cmocka_unit_test(actions_come_back_equal),
		cmocka_unit_test(without_sharing_a_recirculation_is_not_offloaded),
		cmocka_unit_test(the_largest_counters_of_the_actions_are_those_of_the_flow),
		cmocka_unit_test(one_priority_for_each_protocol_when_masks_may_differ),
		cmocka_unit_test(priorities_run_out_when_each_mask_needs_one),
		cmocka_unit_test(the_map_of_ufids_agrees_with_an_array),
		cmocka_unit_test(a_flow_in_the_map_takes_96_bytes_at_most),
		cmocka_unit_test(a_map_without_memory_stays_as_it_was),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
