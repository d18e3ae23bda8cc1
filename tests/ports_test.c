/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole machine with something at its ports, in virtual time: flows are made, go to hardware
 * and age while generators send, and of each packet that leaves it is known who decided that.
 */
#include "tests/machine.h"

#include "base/clock.h"
#include "host/loop.h"
#include "kernel/core/knet.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define A      "02:00:00:00:00:0a"
#define B      "02:00:00:00:00:0b"
#define IP     ",eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,frag=no)"
#define A_TO_B "eth(src=" A ",dst=" B ")" IP
#define B_TO_A "eth(src=" B ",dst=" A ")" IP
#define START  (UINT64_C(1000) * NSEC_PER_SEC)

struct world {
	struct machine m;
	struct bridge *bridge;
	char way[ENGINE_WAY_MAX]; /* of the last packet that left */
	enum host_decider decider;
	size_t n_out;
};

static void look(void *aux, const char *port, const void *frame, size_t size)
{
	struct world *w = aux;
	struct host_way way;

	host_way(w->m.host, &way);
	host_way_format(w->way, sizeof w->way, &way, port);
	w->decider = way.decider;
	w->n_out++;
}

static void set_up(struct world *w, const char *rule)
{
	static const char *const ports[] = { "p0", "pf0vf0", "pf0vf1" };

	memset(w, 0, sizeof *w);
	machine_init(&w->m, NULL);
	host_set_output(w->m.host, look, w);
	host_set_now(w->m.host, START);
	assert_int_equal(host_start_engine(w->m.host, &w->m.diag), 0);
	if (!rule)
		return;
	w->bridge = machine_add_bridge(&w->m, ports, ARRAY_SIZE(ports));
	machine_add_rule(&w->m, w->bridge, rule);
}

static void attach(struct world *w, const char *port, const char *spec)
{
	if (engine_attach(host_engine(w->m.host), port, spec, &w->m.diag))
		fail_msg("%s: %s", spec, w->m.diag.words);
}

/* Virtual time; how many packets came in. */
static uint64_t pass(struct world *w, uint64_t ns)
{
	const struct host_loop loop = { .is_virtual = true, .for_ns = ns, .stop_fd = -1 };
	struct host_ran ran;

	assert_int_equal(host_loop(w->m.host, &loop, &ran, &w->m.diag), 0);
	if (ns != UINT64_MAX)
		assert_int_equal(ran.ns, ns);
	return ran.n_packets;
}

static size_t n_flows(const struct world *w)
{
	return ukeys_count(udpif_ukeys(host_udpif(w->m.host)));
}

static const struct rule *only_rule(const struct world *w)
{
	return list_entry(w->bridge->tables[0]->rules.next, struct rule, all);
}

static void a_flow_lives_as_long_as_packets_come_and_its_idle_time(void **state)
{
	static struct world w;
	const uint64_t *out;

	set_up(&w, "in_port=pf0vf0 actions=output:p0");
	udpif_config(host_udpif(w.m.host))->max_idle_ms = 10000;
	attach(&w, "pf0vf0", "gen:" A_TO_B ",rate=100,count=3001");
	assert_int_equal(pass(&w, 30 * NSEC_PER_SEC), 3001);
	out = host_outputs(w.m.host);
	assert_int_equal(out[HOST_DECIDER_USERLAND], 1);
	assert_int_equal(out[HOST_DECIDER_NIC], 3000);
	assert_int_equal(n_flows(&w), 1);
	/* The last packet was now. */
	assert_int_equal(pass(&w, 9500 * NSEC_PER_MSEC), 0);
	assert_int_equal(n_flows(&w), 1);
	pass(&w, 3 * NSEC_PER_SEC);
	assert_int_equal(n_flows(&w), 0);
	assert_int_equal(udpif_counters(host_udpif(w.m.host))->n_idle, 1);
	/* Everybody has counted the same. */
	assert_int_equal(only_rule(&w)->n_packets, 3001);
	assert_int_equal(only_rule(&w)->n_bytes, 3001 * 66);
	assert_int_equal(bridge_find_port_name(w.bridge, "p0", 2)->tx_packets, 3001);
	machine_fini(&w.m);
}

static void pauses_that_are_longer_than_the_idle_time_cost_an_upcall_each(void **state)
{
	static struct world w;

	set_up(&w, "in_port=pf0vf0 actions=output:p0");
	attach(&w, "pf0vf0", "gen:" A_TO_B ",rate=1,count=3");
	pass(&w, 3600 * NSEC_PER_SEC);
	assert_int_equal(udpif_counters(host_udpif(w.m.host))->n_misses, 1);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(engine_detach(host_engine(w.m.host), "pf0vf0", NULL), 0);
		attach(&w, "pf0vf0", "gen:" A_TO_B ",rate=1,count=3");
		assert_int_equal(pass(&w, 3600 * NSEC_PER_SEC), 3);
	}
	assert_int_equal(udpif_counters(host_udpif(w.m.host))->n_misses, 11);
	assert_int_equal(only_rule(&w)->n_packets, 33);
	machine_fini(&w.m);
}

static void a_ping_between_two_ports_starts_in_software_and_goes_on_in_hardware(void **state)
{
	static struct world w;

	set_up(&w, "actions=NORMAL");
	attach(&w, "pf0vf0", "gen:" A_TO_B ",rate=1000,count=1000");
	attach(&w, "pf0vf1", "gen:" B_TO_A ",rate=1000,count=1000");
	assert_int_equal(pass(&w, UINT64_MAX), 2000);
	/* The first is flooded to both others. */
	assert_int_equal(host_outputs(w.m.host)[HOST_DECIDER_USERLAND], 3);
	assert_int_equal(host_outputs(w.m.host)[HOST_DECIDER_NIC], 1998);
	assert_string_equal(w.way,
			    "in pf0vf1 -> hardware: table 11 group 12 entry 1 -> out pf0vf0");
	machine_fini(&w.m);
}

/* ---- the way of a packet ---- */

static void what_the_nic_sends_on_names_its_entry(void **state)
{
	static struct world w;
	char wanted[64];
	unsigned int entry;

	set_up(&w, NULL);
	for (entry = 0; entry < 3; entry++) {
		char flow[256];

		snprintf(flow, sizeof flow, "in_port(pf0vf0),eth_type(0x0800),ipv4(dst=10.0.0.%u)",
			 entry + 1);
		assert_int_equal(machine_add_flow(&w.m, flow, "p0"), 0);
		assert_int_equal(w.m.dpctl.decision.place, DPIF_PLACE_HW);
	}
	machine_send(&w.m, "pf0vf0", "eth_type(0x0800),ipv4(dst=10.0.0.2)");
	snprintf(wanted, sizeof wanted,
		 "in pf0vf0 -> hardware: table 11 group 12 entry 1 -> out p0");
	assert_string_equal(w.way, wanted);
	machine_fini(&w.m);
}

static void what_tc_sends_names_its_filter(void **state)
{
	static struct world w;
	const struct tc_id *id = &w.m.dpctl.decision.placed;
	char wanted[128];

	set_up(&w, NULL);
	assert_int_equal(
		machine_add_flow(&w.m, "in_port(pf0vf0),eth_type(0x0806),arp(op=1)", "pf0vf1"), 0);
	assert_int_equal(w.m.dpctl.decision.place, DPIF_PLACE_TC);
	machine_send(&w.m, "pf0vf0", "eth_type(0x0806),arp(op=1)");
	snprintf(wanted, sizeof wanted,
		 "in pf0vf0 -> tc: chain %u prio %u handle 0x%x -> out pf0vf1", id->chain, id->prio,
		 id->handle);
	assert_string_equal(w.way, wanted);
	machine_fini(&w.m);
}

static void what_the_datapath_and_userland_send_says_so(void **state)
{
	static struct world w;

	set_up(&w, NULL);
	assert_int_equal(
		machine_add_flow(&w.m, "in_port(pf0vf0),eth_type(0x86dd),ipv6(label=5)", "pf0vf1"),
		0);
	assert_int_equal(w.m.dpctl.decision.place, DPIF_PLACE_KERNEL);
	machine_send(&w.m, "pf0vf0", "eth_type(0x86dd),ipv6(label=5)");
	assert_string_equal(w.way, "in pf0vf0 -> datapath -> out pf0vf1");
	machine_fini(&w.m);
	set_up(&w, "actions=output:p0");
	machine_send(&w.m, "pf0vf1", A_TO_B);
	assert_string_equal(w.way, "in pf0vf1 -> upcall -> out p0");
	machine_fini(&w.m);
}

static void without_a_packet_no_way_is_known(void **state)
{
	static struct world w;
	struct host_way way;

	set_up(&w, "actions=output:p0");
	machine_send(&w.m, "pf0vf1", A_TO_B);
	host_way(w.m.host, &way);
	assert_int_equal(way.decider, HOST_DECIDER_UNKNOWN);
	assert_null(way.in);
	host_way_format(w.way, sizeof w.way, &way, "p0");
	assert_string_equal(w.way, "in unknown -> unknown -> out p0");
	host_way_format(w.way, 8, &way, "p0");
	assert_string_equal(w.way, "in unkn");
	machine_fini(&w.m);
}

/* ---- the loop ---- */

static void real_time_passes_no_faster_than_the_clock(void **state)
{
	static struct world w;
	const struct host_loop loop = { .for_ns = 50 * NSEC_PER_MSEC, .stop_fd = -1 };
	struct host_ran ran;
	uint64_t started_ns;

	set_up(&w, "actions=output:p0");
	attach(&w, "pf0vf0", "gen:" A_TO_B ",rate=100");
	started_ns = clock_now_ns();
	assert_int_equal(host_loop(w.m.host, &loop, &ran, &w.m.diag), 0);
	assert_true(clock_now_ns() - started_ns >= loop.for_ns);
	assert_int_equal(ran.ns, loop.for_ns);
	assert_true(ran.n_packets >= 1 && ran.n_packets <= 6);
	assert_int_equal(host_kernel(w.m.host)->now_ns, START + ran.ns);
	machine_fini(&w.m);
}

static void what_is_readable_ends_it(void **state)
{
	static struct world w;
	struct host_loop loop = { .for_ns = UINT64_MAX };
	struct host_ran ran;
	int fds[2];

	set_up(&w, "actions=output:p0");
	attach(&w, "pf0vf0", "gen:" A_TO_B ",rate=1000");
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	loop.stop_fd = fds[0];
	for (int i = 0; i < 2; i++) {
		loop.is_virtual = i;
		assert_int_equal(host_loop(w.m.host, &loop, &ran, &w.m.diag), 0);
		assert_true(ran.is_stopped);
	}
	close(fds[0]);
	close(fds[1]);
	machine_fini(&w.m);
}

static void without_ports_time_alone_passes(void **state)
{
	static struct world w;

	memset(&w, 0, sizeof w);
	machine_init(&w.m, NULL);
	assert_int_equal(pass(&w, NSEC_PER_SEC), 0);
	assert_int_equal(pass(&w, UINT64_MAX), 0);
	machine_fini(&w.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_lives_as_long_as_packets_come_and_its_idle_time),
		cmocka_unit_test(pauses_that_are_longer_than_the_idle_time_cost_an_upcall_each),
		cmocka_unit_test(
			a_ping_between_two_ports_starts_in_software_and_goes_on_in_hardware),
		cmocka_unit_test(what_the_nic_sends_on_names_its_entry),
		cmocka_unit_test(what_tc_sends_names_its_filter),
		cmocka_unit_test(what_the_datapath_and_userland_send_says_so),
		cmocka_unit_test(without_a_packet_no_way_is_known),
		cmocka_unit_test(real_time_passes_no_faster_than_the_clock),
		cmocka_unit_test(what_is_readable_ends_it),
		cmocka_unit_test(without_ports_time_alone_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
