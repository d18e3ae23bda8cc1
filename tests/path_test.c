/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flows and packets over the whole machine: where each flow ends, for what reason, and that its
 * packets come out the same whichever of the three places forwards them.
 */
#include "kernel/core/knet.h"
#include "kernel/core/netdevice.h"
#include "offload/offload-provider.h"
#include "tests/machine.h"

#include "base/clock.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ETH "eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02)"

struct flow_case {
	const char *flow, *actions;
	enum dpif_place place;
	const char *layer, *words; /* of the refusal: parts of them; NULL: in hardware */
	/* A packet for it, where it must come out, and what it must look like there (NULL: as it
	 * went in). */
	const char *port, *packet, *outputs;
};

static const struct flow_case cases[] = {
	{ "in_port(pf0vf0)," ETH ",eth_type(0x0800),ipv4(dst=10.0.0.2,proto=6),tcp(dst=80)",
	  "push_vlan(vid=100,pcp=0),p0", DPIF_PLACE_HW, NULL, NULL, "pf0vf0",
	  ETH ",eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6),tcp(dst=80)", "p0" },
	{ "in_port(pf0vf1),eth_type(0x0800),ipv4(proto=17,frag=no)", "pf0vf0,pf0vf2,p0",
	  DPIF_PLACE_HW, NULL, NULL, "pf0vf1", ETH ",eth_type(0x0800),ipv4(proto=17),udp(dst=53)",
	  "pf0vf0 pf0vf2 p0" },
	{ "in_port(p0),eth_type(0x8100),vlan(vid=100,pcp=0),encap(eth_type(0x0800),ipv4(frag=no))",
	  "pop_vlan,pf0vf0", DPIF_PLACE_HW, NULL, NULL, "p0",
	  ETH ",eth_type(0x8100),vlan(vid=100,pcp=0),encap(eth_type(0x0800),ipv4(proto=6))",
	  "pf0vf0" },
	{ "in_port(pf0vf2),eth_type(0x0800),ipv4(proto=17,frag=no)",
	  "set(eth(dst=02:00:00:00:00:99)),set(ipv4(src=192.0.2.1)),p0", DPIF_PLACE_HW, NULL, NULL,
	  "pf0vf2", ETH ",eth_type(0x0800),ipv4(proto=17),udp(dst=53)", "p0" },
	{ "in_port(pf0vf3),eth_type(0x86dd),ipv6(dst=2001:db8::/ffff:ffff::,proto=58,frag=no),icmpv6(type=128)",
	  "drop", DPIF_PLACE_HW, NULL, NULL, "pf0vf3",
	  ETH ",eth_type(0x86dd),ipv6(dst=2001:db8::5,proto=58),icmpv6(type=128)", "" },
	/* The driver does not match ARP: tc in software. */
	{ "in_port(pf0vf3),eth_type(0x0806),arp(op=1,tip=10.0.0.1)", "pf0vf0", DPIF_PLACE_TC,
	  "nic/driver", "Unsupported key", "pf0vf3",
	  ETH ",eth_type(0x0806),arp(sip=10.0.0.9,tip=10.0.0.1,op=1)", "pf0vf0" },
	{ "in_port(pf0vf3),eth_type(0x0800),ipv4(proto=132,frag=no),sctp(dst=3868)", "pf0vf1",
	  DPIF_PLACE_TC, "nic/driver", "Only UDP and TCP transports are supported for L4 matching",
	  "pf0vf3", ETH ",eth_type(0x0800),ipv4(proto=132),sctp(dst=3868)", "pf0vf1" },
	/* The provider does not translate the IPv6 label: the OVS kernel datapath. */
	{ "in_port(pf0vf3),eth_type(0x86dd),ipv6(label=5,proto=17,frag=no)", "pf0vf2",
	  DPIF_PLACE_KERNEL, "offload", "label", "pf0vf3",
	  ETH ",eth_type(0x86dd),ipv6(label=5,proto=17),udp(dst=7)", "pf0vf2" },
};

static void every_flow_ends_where_it_should_and_its_packets_come_out(void **state)
{
	struct machine m;
	char buf[256];

	machine_init(&m, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct flow_case *c = &cases[i];
		const struct dpif_decision *d = &m.dpctl.decision;

		if (machine_add_flow(&m, c->flow, c->actions))
			fail_msg("%s: %s", c->flow, m.diag.words);
		if (d->place != c->place)
			fail_msg("%s: place %d, not %d: %s %s: %s", c->flow, d->place, c->place,
				 d->layer ? d->layer : "", d->function ? d->function : "",
				 d->words);
		if (c->layer) {
			assert_string_equal(d->layer, c->layer);
			if (!strstr(d->words, c->words) || d->inferred || !d->error)
				fail_msg("%s: %s", c->flow, d->words);
		} else {
			assert_int_equal(d->error, 0);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (int times = 0; times < 3; times++) {
			machine_send(&m, cases[i].port, cases[i].packet);
			machine_outputs(&m, buf, sizeof buf);
			if (strcmp(buf, cases[i].outputs))
				fail_msg("%s: came out of [%s], not of [%s]", cases[i].packet, buf,
					 cases[i].outputs);
		}
	}
	machine_fini(&m);
}

static enum walk sum_packets(void *aux, const struct dpif_flow *flow)
{
	*(uint64_t *)aux += flow->stats.n_packets;
	if (flow->stats.n_packets != 7)
		print_message("# a flow has %d packets\n", (int)flow->stats.n_packets);
	return WALK_ON;
}

static void counters_are_what_passed_in_all_three_places(void **state)
{
	struct machine m;
	uint64_t sum = 0;

	machine_init(&m, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(machine_add_flow(&m, cases[i].flow, cases[i].actions), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (int times = 0; times < 7; times++)
			machine_send(&m, cases[i].port, cases[i].packet);
	}
	/* The driver reads hardware counters once a second. */
	host_set_now(m.host, host_kernel(m.host)->now_ns + 2 * NSEC_PER_SEC);
	assert_int_equal(dpif_flow_dump(host_dpif(m.host), sum_packets, &sum, &m.diag), 0);
	assert_int_equal(sum, 7 * ARRAY_SIZE(cases));
	machine_fini(&m);
}

static void the_three_places_make_the_same_packet(void **state)
{
	static const char flow[] = "in_port(pf0vf0),eth_type(0x0800),ipv4(proto=17,frag=no)";
	static const char actions[] =
		"set(ipv4(src=192.0.2.1,ttl=9)),set(udp(dst=99)),push_vlan(vid=7,pcp=3),pf0vf1";
	static const struct host_params params[] = {
		{ .policy = TC_POLICY_NONE },	 /* hardware */
		{ .policy = TC_POLICY_SKIP_HW }, /* tc */
		{ .no_hw_offload = true },	 /* the OVS kernel datapath */
	};
	static const enum dpif_place places[] = { DPIF_PLACE_HW, DPIF_PLACE_TC, DPIF_PLACE_KERNEL };
	struct caught first = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(params); i++) {
		struct machine m;

		machine_init(&m, &params[i]);
		if (machine_add_flow(&m, flow, actions))
			fail_msg("%s", m.diag.words);
		assert_int_equal(m.dpctl.decision.place, places[i]);
		machine_send(
			&m, "pf0vf0",
			ETH
			",eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17),udp(src=5,dst=53)");
		assert_int_equal(m.n_caught, 1);
		if (!i)
			first = m.caught[0];
		assert_int_equal(m.caught[0].size, first.size);
		assert_memory_equal(m.caught[0].frame, first.frame, first.size);
		machine_fini(&m);
	}
}

static void skip_sw_that_the_driver_refuses_goes_to_the_kernel_datapath(void **state)
{
	const struct host_params params = { .policy = TC_POLICY_SKIP_SW };
	struct machine m;

	machine_init(&m, &params);
	assert_int_equal(
		machine_add_flow(&m, "in_port(pf0vf3),eth_type(0x0806),arp(op=1)", "pf0vf0"), 0);
	assert_int_equal(m.dpctl.decision.place, DPIF_PLACE_KERNEL);
	assert_int_equal(m.dpctl.decision.error, -EOPNOTSUPP);
	assert_string_equal(m.dpctl.decision.layer, "nic/driver");
	assert_non_null(strstr(m.dpctl.decision.words, "Unsupported key"));
	machine_fini(&m);
}

static void a_second_equal_flow_is_refused_and_a_modified_one_moves(void **state)
{
	static const char flow[] = "in_port(pf0vf0),eth_type(0x0800),ipv4(proto=17,frag=no)";
	const char *const mod[] = { "mod-flow", flow, "pf0vf2" };
	char buf[64];
	struct machine m;

	machine_init(&m, NULL);
	assert_int_equal(machine_add_flow(&m, flow, "pf0vf1"), 0);
	assert_int_equal(machine_add_flow(&m, flow, "pf0vf1"), -EEXIST);
	assert_int_equal(machine_dpctl(&m, 3, mod), 0);
	machine_send(&m, "pf0vf0", ETH ",eth_type(0x0800),ipv4(proto=17)");
	assert_string_equal(machine_outputs(&m, buf, sizeof buf), "pf0vf2");
	machine_fini(&m);
}

static void what_dump_flows_prints_can_be_put_again(void **state)
{
	const char *const dump[] = { "dump-flows" };
	struct machine m, again;
	char *lines, *save = NULL;
	size_t n = 0;

	machine_init(&m, NULL);
	machine_init(&again, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(machine_add_flow(&m, cases[i].flow, cases[i].actions), 0);
	assert_int_equal(machine_dpctl(&m, 1, dump), 0);
	lines = text_take(&m.dpctl.out);
	for (char *l = strtok_r(lines, "\n", &save); l; l = strtok_r(NULL, "\n", &save), n++) {
		struct flow_dump_line line;
		char flow[1024], actions[1024];

		diag_init(&m.diag);
		if (flow_dump_line_parse(&line, l, strlen(l), &m.diag))
			fail_msg("%s: %s", l, m.diag.words);
		snprintf(flow, sizeof flow, "%.*s", (int)line.key_len, line.key);
		snprintf(actions, sizeof actions, "%.*s", (int)line.actions_len, line.actions);
		if (machine_add_flow(&again, flow, actions))
			fail_msg("%s: %s", l, again.diag.words);
	}
	assert_int_equal(n, ARRAY_SIZE(cases));
	free(lines);
	machine_fini(&again);
	machine_fini(&m);
}

static void two_machines_do_not_know_of_each_other(void **state)
{
	struct machine a, b;

	machine_init(&a, NULL);
	machine_init(&b, NULL);
	assert_int_equal(machine_add_flow(&a, cases[0].flow, cases[0].actions), 0);
	machine_send(&b, cases[0].port, cases[0].packet);
	assert_int_equal(b.n_caught, 0);
	assert_int_equal(a.n_caught, 0);
	machine_send(&a, cases[0].port, cases[0].packet);
	assert_int_equal(a.n_caught, 1);
	machine_fini(&a);
	machine_fini(&b);
}

/* Filters on the ingress hook of a device. */
static size_t count_filters(struct tc *tc, int ifindex)
{
	static struct tc_action actions[TC_ACTIONS_MAX];
	const struct tc_id hook = { .ifindex = ifindex,
				    .parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS) };
	struct tc_filter f = { .actions = actions };
	struct nl_dump dump;
	size_t n = 0;

	assert_int_equal(tc_dump_flower_start(tc, &hook, &dump, false, NULL), 0);
	while (tc_dump_filter_next(tc, &dump, &f, NULL) > 0)
		n++;
	assert_int_equal(nl_dump_end(&dump), 0);
	return n;
}

static void add_foreign_filter(struct tc *tc, int ifindex)
{
	struct tc_action drop = { .kind = TC_ACT_GACT, .control = TC_ACT_SHOT };
	struct tc_filter f = { .id = { .ifindex = ifindex,
				       .parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
				       .prio = 77 },
			       .protocol = be16_from_host(ETH_P_IP),
			       .actions = &drop,
			       .n_actions = 1 };
	struct tc_result result;

	f.key.eth_type = be16_from_host(ETH_P_IP);
	f.mask.eth_type = be16_from_host(0xffff);
	assert_int_equal(tc_replace_flower(tc, &f, &result, NULL), 0);
}

/* Another process of ours comes, and finds what this one has put there. */
static void come_and_go(struct machine *m, int ifindex)
{
	struct offload *o;
	struct nl_sock *route;
	struct tc *tc;

	assert_int_equal(host_open_route(m->host, &route, NULL), 0);
	assert_int_equal(tc_new(&tc, route, NULL), 0);
	assert_int_equal(offload_new(&o, tc, NULL, NULL), 0);
	assert_int_equal(netdev_register_flow_api_provider(o, &netdev_offload_tc, NULL), 0);
	assert_int_equal(netdev_ports_insert(o, 1, "pf0vf0", "system", ifindex, NULL), 0);
	offload_free(o);
}

static void what_is_ours_in_tc_goes_and_nothing_else(void **state)
{
	struct nl_sock *route;
	struct machine m;
	struct tc *tc;
	int ifindex;

	for (int with_foreign = 0; with_foreign < 2; with_foreign++) {
		machine_init(&m, NULL);
		ifindex = dev_get_by_name(host_kernel(m.host), "pf0vf0")->ifindex;
		assert_int_equal(host_open_route(m.host, &route, NULL), 0);
		assert_int_equal(tc_new(&tc, route, NULL), 0);
		if (with_foreign)
			add_foreign_filter(tc, ifindex);
		assert_int_equal(machine_add_flow(&m, cases[0].flow, cases[0].actions), 0);
		assert_int_equal(count_filters(tc, ifindex), 1 + with_foreign);
		assert_int_equal(dpif_flow_flush(host_dpif(m.host), NULL), 0);
		assert_int_equal(count_filters(tc, ifindex), with_foreign);
		assert_int_equal(machine_add_flow(&m, cases[0].flow, cases[0].actions), 0);
		assert_int_equal(tc_has_chain(tc, ifindex, 0, TC_HOOK_INGRESS, 0x696e68, NULL), 1);
		come_and_go(&m, ifindex);
		/* With it went the qdisc that we had made, unless it is of use to somebody. */
		if (with_foreign)
			assert_int_equal(count_filters(tc, ifindex), 1);
		else
			assert_int_equal(
				tc_add_del_qdisc(tc, ifindex, false, 0, TC_HOOK_INGRESS, NULL), 1);
		tc_free(tc);
		machine_fini(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_flow_ends_where_it_should_and_its_packets_come_out),
		cmocka_unit_test(counters_are_what_passed_in_all_three_places),
		cmocka_unit_test(the_three_places_make_the_same_packet),
		cmocka_unit_test(skip_sw_that_the_driver_refuses_goes_to_the_kernel_datapath),
		cmocka_unit_test(a_second_equal_flow_is_refused_and_a_modified_one_moves),
		cmocka_unit_test(what_dump_flows_prints_can_be_put_again),
		cmocka_unit_test(two_machines_do_not_know_of_each_other),
		cmocka_unit_test(what_is_ours_in_tc_goes_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
