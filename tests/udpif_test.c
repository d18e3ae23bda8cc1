/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vswitch on the whole machine: a packet misses, is translated, its flow is installed, and the
 * next goes in hardware; later, rules and stations change, and the flows follow.
 */
#include "tests/machine.h"

#include "base/clock.h"
#include "kernel/core/knet.h"
#include "kernel/core/netdevice.h"
#include "nic/cmd/cmd-fault.h"
#include "nic/ifc/opcodes.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define A      "02:00:00:00:00:0a"
#define B      "02:00:00:00:00:0b"
#define IP     ",eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=1,frag=no),icmp(type=8,code=0)"
#define A_TO_B "eth(src=" A ",dst=" B ")" IP
#define B_TO_A "eth(src=" B ",dst=" A ")" IP
#define START  (UINT64_C(1000) * NSEC_PER_SEC)

struct world {
	struct machine m;
	struct udpif *udpif;
	struct bridge *bridge;
	uint64_t now_ns;
	char outputs[256];
};

static void pass(struct world *w, uint64_t ms)
{
	w->now_ns += ms * NSEC_PER_MSEC;
	host_set_now(w->m.host, w->now_ns);
}

static uint32_t port_number(struct world *w, const char *name)
{
	const struct flow_ports *ports = dpif_ports(host_dpif(w->m.host));
	uint32_t number = 0;

	assert_true(ports->number(ports->aux, name, strlen(name), &number));
	return number;
}

static void set_up(struct world *w)
{
	static const char *const ports[] = { "p0", "pf0vf0", "pf0vf1", "pf0vf2" };

	machine_init(&w->m, NULL);
	w->now_ns = START;
	host_set_now(w->m.host, w->now_ns);
	w->bridge = machine_add_bridge(&w->m, ports, ARRAY_SIZE(ports));
	w->udpif = host_udpif(w->m.host);
}

static void add_rule(struct world *w, const char *rule)
{
	machine_add_rule(&w->m, w->bridge, rule);
}

static void del_rules(struct world *w, const char *query, size_t n)
{
	struct rule_query q;

	assert_int_equal(
		rule_query_parse(&q, query, strlen(query), &w->bridge->flow_ports, &w->m.diag), 0);
	assert_int_equal(bridge_del_rules(w->bridge, &q, false), n);
}

static void send_packet(struct world *w, const char *port, const char *packet, const char *want)
{
	machine_send(&w->m, port, packet);
	assert_string_equal(machine_outputs(&w->m, w->outputs, sizeof w->outputs), want);
}

static uint64_t n_upcalls(struct world *w)
{
	return udpif_counters(w->udpif)->n_upcalls;
}

static size_t n_flows(struct world *w)
{
	return ukeys_count(udpif_ukeys(w->udpif));
}

static enum walk count_flow(void *aux, const struct dpif_flow *flow)
{
	size_t *n = aux;

	(*n)++;
	return WALK_ON;
}

/* What the datapath says. */
static size_t n_in_datapath(struct world *w)
{
	size_t n = 0;

	assert_int_equal(dpif_flow_dump(host_dpif(w->m.host), count_flow, &n, &w->m.diag), 0);
	return n;
}

static const struct ukey *only_flow(struct world *w)
{
	assert_int_equal(n_flows(w), 1);
	return list_entry(udpif_ukeys(w->udpif)->all.next, struct ukey, all);
}

static const struct rule *only_rule(struct world *w)
{
	return list_entry(w->bridge->tables[0]->rules.next, struct rule, all);
}

/* ---- */

static const char *const upcall_chain[] = {
	"udpif_upcall_handler",
	"recv_upcalls",
	"upcall_receive",
	"process_upcall",
	"upcall_xlate",
	"xlate_actions",
	"ukey_create_from_upcall",
	"handle_upcalls",
	"should_install_flow",
	"ukey_install__",
	"dpif_operate",
	"dpif_netlink_operate",
	"try_send_to_netdev",
	"parse_flow_put",
	"netdev_flow_put",
	"netdev_tc_flow_put",
	"tc_replace_flower",
	"nl_msg_put_flower_options",
	"nl_msg_put_flower_acts",
	"tc_transact",
	"nl_transact",
	"nl_sock_transact",
	"nl_sock_transact_multiple",
	"sendmsg",
	"netlink_sendmsg",
	"rtnetlink_rcv_msg",
	"tc_new_tfilter",
	"fl_change",
	"fl_hw_replace_filter",
	"mlx5e_rep_setup_tc_cb",
	"mlx5e_configure_flower",
	"mlx5_cmd_create_fte",
	"nic_device_exec",
	/* The packet itself, behind its flow. */
	"sendmsg",
	"netlink_sendmsg",
	"ovs_packet_cmd_execute",
};

static void assert_chain(const struct trace *t, const char *const *chain, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		while (at < t->n_events && strcmp(t->events[at].function, chain[i]))
			at++;
		if (at == t->n_events) {
			for (size_t e = 0; e < t->n_events; e++)
				print_message("# %*s%s\n", (int)t->events[e].depth * 2, "",
					      t->events[e].function);
			fail_msg("%s did not run, or not after %s", chain[i],
				 i ? chain[i - 1] : "the begin");
		}
		at++;
	}
}

static bool has_run(const struct trace *t, const char *function)
{
	for (size_t i = 0; i < t->n_events; i++)
		if (!strcmp(t->events[i].function, function))
			return true;
	return false;
}

static void the_upcall_way_runs_the_functions_of_the_article_in_their_order(void **state)
{
	static struct world w;
	struct trace *t;

	set_up(&w);
	t = host_trace(w.m.host);
	add_rule(&w, "in_port=pf0vf0 actions=output:p0");
	t->recording = true;
	send_packet(&w, "pf0vf0", A_TO_B, "p0");
	assert_chain(t, upcall_chain, ARRAY_SIZE(upcall_chain));
	assert_int_equal(t->current, 0);
	trace_clear(t);
	send_packet(&w, "pf0vf0", A_TO_B, "p0");
	assert_false(has_run(t, "udpif_upcall_handler"));
	assert_false(has_run(t, "ovs_dp_process_packet"));
	assert_int_equal(n_upcalls(&w), 1);
	assert_int_equal(only_flow(&w)->place, DPIF_PLACE_HW);
	assert_int_equal(only_flow(&w)->state, UKEY_OPERATIONAL);
	machine_fini(&w.m);
}

static void a_ping_is_learned_and_goes_on_in_hardware(void **state)
{
	static struct world w;

	set_up(&w);
	add_rule(&w, "actions=NORMAL");
	send_packet(&w, "pf0vf0", A_TO_B, "p0 pf0vf1 pf0vf2"); /* nobody knows B yet */
	send_packet(&w, "pf0vf1", B_TO_A, "pf0vf0");
	assert_int_equal(n_upcalls(&w), 2);
	/* B is known now: the first flow was translated again. */
	send_packet(&w, "pf0vf0", A_TO_B, "pf0vf1");
	send_packet(&w, "pf0vf1", B_TO_A, "pf0vf0");
	assert_int_equal(n_upcalls(&w), 2);
	assert_int_equal(n_flows(&w), 2);
	assert_int_equal(n_in_datapath(&w), 2);
	assert_int_equal(udpif_counters(w.udpif)->n_modified, 1);
	machine_fini(&w.m);
}

static void a_station_that_moves_takes_the_flows_to_it_along(void **state)
{
	static struct world w;
	uint64_t n_modified, n_rounds, n_followed;

	set_up(&w);
	add_rule(&w, "actions=NORMAL");
	send_packet(&w, "pf0vf0", A_TO_B, "p0 pf0vf1 pf0vf2");
	send_packet(&w, "pf0vf1", B_TO_A, "pf0vf0");
	pass(&w, 3000);
	n_modified = udpif_counters(w.udpif)->n_modified;
	n_rounds = udpif_counters(w.udpif)->n_rounds;
	n_followed = udpif_counters(w.udpif)->n_followed;
	send_packet(&w, "pf0vf2", B_TO_A, "pf0vf0");
	assert_int_equal(udpif_counters(w.udpif)->n_modified, n_modified + 1);
	/* At once, and without a round over all flows. */
	assert_int_equal(udpif_counters(w.udpif)->n_rounds, n_rounds);
	assert_int_equal(udpif_counters(w.udpif)->n_followed, n_followed + 1);
	send_packet(&w, "pf0vf0", A_TO_B, "pf0vf2");
	/* What B had sent before is counted late, and moves it nowhere. */
	pass(&w, 3000);
	send_packet(&w, "pf0vf0", A_TO_B, "pf0vf2");
	assert_int_equal(udpif_counters(w.udpif)->n_modified, n_modified + 1);
	machine_fini(&w.m);
}

static void a_changed_rule_changes_the_flows_that_depend_on_it_and_no_other(void **state)
{
	static struct world w;

	set_up(&w);
	add_rule(&w, "in_port=pf0vf0 actions=output:p0");
	add_rule(&w, "in_port=pf0vf1 actions=output:p0");
	send_packet(&w, "pf0vf0", A_TO_B, "p0");
	send_packet(&w, "pf0vf1", A_TO_B, "p0");
	add_rule(&w, "in_port=pf0vf1 actions=output:pf0vf2"); /* another action: modified */
	pass(&w, 1);
	assert_int_equal(udpif_counters(w.udpif)->n_modified, 1);
	assert_int_equal(udpif_counters(w.udpif)->n_deleted, 0);
	/* More bits matter: the flow matches too much, and goes. */
	add_rule(&w, "priority=40000,in_port=pf0vf0,ip,nw_dst=10.0.0.9 actions=drop");
	pass(&w, 1);
	assert_int_equal(udpif_counters(w.udpif)->n_modified, 1);
	assert_int_equal(udpif_counters(w.udpif)->n_deleted, 1);
	assert_int_equal(n_flows(&w), 1);
	assert_int_equal(n_in_datapath(&w), 1);
	send_packet(&w, "pf0vf0", A_TO_B, "p0");
	send_packet(&w, "pf0vf1", A_TO_B, "pf0vf2");
	assert_int_equal(n_upcalls(&w), 3);
	/* Without a rule: dropped, by the same flow. */
	del_rules(&w, "in_port=pf0vf1", 1);
	pass(&w, 1);
	send_packet(&w, "pf0vf1", A_TO_B, "");
	assert_int_equal(n_upcalls(&w), 3);
	assert_int_equal(udpif_counters(w.udpif)->n_modified, 2);
	machine_fini(&w.m);
}

static void statistics_of_hardware_reach_the_rules_also_after_a_change(void **state)
{
	static struct world w;
	const struct bridge_port *p;

	set_up(&w);
	add_rule(&w, "in_port=pf0vf0 actions=output:p0");
	for (int i = 0; i < 10; i++)
		send_packet(&w, "pf0vf0", A_TO_B, "p0");
	assert_int_equal(only_rule(&w)->n_packets, 1); /* the rest is in the NIC's counter */
	pass(&w, 1100);
	pass(&w, 1000);
	assert_int_equal(only_rule(&w)->n_packets, 10);
	p = bridge_find_port_name(w.bridge, "p0", 2);
	assert_int_equal(p->tx_packets, 10);
	for (int i = 0; i < 5; i++)
		send_packet(&w, "pf0vf0", A_TO_B, "p0");
	pass(&w, 1100);
	pass(&w, 1000);
	/* A lower rule changes nothing but that the flow is translated again. */
	add_rule(&w, "priority=1 actions=drop");
	for (int i = 0; i < 5; i++)
		send_packet(&w, "pf0vf0", A_TO_B, "p0");
	pass(&w, 2100);
	pass(&w, 1000);
	assert_int_equal(p->tx_packets, 20);
	assert_int_equal(only_rule(&w)->n_packets, 20);
	machine_fini(&w.m);
}

static void a_flow_that_nobody_uses_goes_and_one_in_use_stays(void **state)
{
	static struct world w;

	set_up(&w);
	add_rule(&w, "actions=output:p0");
	send_packet(&w, "pf0vf0", A_TO_B, "p0");
	send_packet(&w, "pf0vf1", A_TO_B, "p0");
	for (int i = 0; i < 40; i++) {
		send_packet(&w, "pf0vf1", A_TO_B, "p0");
		pass(&w, 500);
	}
	assert_int_equal(n_flows(&w), 1);
	assert_int_equal(n_in_datapath(&w), 1);
	assert_int_equal(n_upcalls(&w), 2);
	assert_int_equal(udpif_counters(w.udpif)->n_idle, 1);
	pass(&w, 13000);
	pass(&w, 500);
	assert_int_equal(n_flows(&w), 0);
	assert_int_equal(n_in_datapath(&w), 0);
	machine_fini(&w.m);
}

/* The driver reads counters once a second: with the shortest max-idle that is twice as long. */
static void counters_that_come_late_make_no_flow_flap(void **state)
{
	static struct world w;

	set_up(&w);
	udpif_config(w.udpif)->max_idle_ms = UDPIF_MAX_IDLE_LEAST_MS;
	udpif_config(w.udpif)->max_revalidator_ms = UDPIF_REVALIDATE_LEAST_MS;
	add_rule(&w, "actions=output:p0");
	for (int i = 0; i < 500; i++) {
		send_packet(&w, "pf0vf0", A_TO_B, "p0");
		pass(&w, 40);
	}
	assert_int_equal(n_upcalls(&w), 1);
	assert_true(udpif_counters(w.udpif)->n_rounds >= 150);
	machine_fini(&w.m);
}

static void above_the_flow_limit_packets_go_on_through_userland(void **state)
{
	static struct world w;
	char packet[256];

	set_up(&w);
	udpif_config(w.udpif)->flow_limit = 5;
	add_rule(&w, "ip,nw_dst=10.0.0.0/24 actions=output:p0");
	for (int i = 0; i < 8; i++)
		for (int n = 0; n < 2; n++) {
			/* A route behind each makes each a flow of its own. */
			snprintf(packet, sizeof packet, "ip,nw_src=10.0.%d.1 actions=output:p0", i);
			if (!n)
				add_rule(&w, packet);
			snprintf(packet, sizeof packet,
				 "eth(src=" A ",dst=" B "),eth_type(0x0800),"
				 "ipv4(src=10.0.%d.1,dst=10.9.0.2,proto=17,frag=no),udp(dst=%d)",
				 i, 1);
			send_packet(&w, "pf0vf0", packet, "p0");
		}
	assert_true(n_flows(&w) <= 5);
	assert_true(udpif_counters(w.udpif)->n_limited > 0);
	/* The limit falls below what there is: first the idle go, then all. */
	udpif_config(w.udpif)->flow_limit = 1;
	pass(&w, 600);
	assert_int_equal(n_flows(&w), 0);
	assert_true(udpif_counters(w.udpif)->n_crowded > 0);
	machine_fini(&w.m);
}

static void the_dynamic_limit_follows_how_long_rounds_take(void **state)
{
	static struct world w;

	set_up(&w);
	assert_int_equal(udpif_flow_limit(w.udpif), UDPIF_FLOW_LIMIT_FIRST);
	udpif_round_took(w.udpif, 1400);
	assert_int_equal(udpif_flow_limit(w.udpif), 7500);
	udpif_round_took(w.udpif, 3900);
	assert_int_equal(udpif_flow_limit(w.udpif), 2500);
	udpif_round_took(w.udpif, 9000);
	assert_int_equal(udpif_flow_limit(w.udpif), UDPIF_FLOW_LIMIT_LEAST);
	machine_fini(&w.m);
}

static uint64_t slow_clock(void)
{
	static uint64_t now_ns;

	return now_ns += 1400 * NSEC_PER_MSEC;
}

static void a_host_with_a_clock_measures_its_rounds(void **state)
{
	static struct world w;

	set_up(&w);
	host_set_stopwatch(w.m.host, slow_clock);
	pass(&w, 1);
	pass(&w, 600);
	assert_int_equal(udpif_flow_limit(w.udpif), 5625); /* two rounds of 1.4 s */
	machine_fini(&w.m);
}

static void when_rounds_are_slow_flows_of_few_packets_are_not_translated_again(void **state)
{
	static struct world w;

	set_up(&w);
	add_rule(&w, "in_port=pf0vf0 actions=output:p0");
	send_packet(&w, "pf0vf0", A_TO_B, "p0");
	pass(&w, 4000);
	udpif_round_took(w.udpif, 400);
	add_rule(&w, "priority=1 actions=drop");
	pass(&w, 1);
	assert_int_equal(n_flows(&w), 0);
	assert_int_equal(udpif_counters(w.udpif)->n_slow, 1);
	machine_fini(&w.m);
}

static void what_comes_in_at_a_port_of_no_bridge_is_dropped_by_a_flow(void **state)
{
	static struct world w;

	set_up(&w);
	add_rule(&w, "actions=FLOOD");
	send_packet(&w, "pf0vf3", A_TO_B, "");
	send_packet(&w, "pf0vf3", A_TO_B, "");
	assert_int_equal(n_upcalls(&w), 1);
	/* It gets a bridge. */
	assert_int_equal(vswitch_add_port(udpif_vswitch(w.udpif), w.bridge,
					  port_number(&w, "pf0vf3"), "pf0vf3", &w.m.diag),
			 0);
	pass(&w, 1);
	send_packet(&w, "pf0vf3", A_TO_B, "p0 pf0vf0 pf0vf1 pf0vf2");
	/* And loses it. */
	assert_int_equal(vswitch_del_bridge(udpif_vswitch(w.udpif), "br0", &w.m.diag), 0);
	pass(&w, 1);
	send_packet(&w, "pf0vf3", A_TO_B, "");
	machine_fini(&w.m);
}

static void a_flow_of_somebody_else_is_brought_in_line_with_the_rules(void **state)
{
	static struct world w;
	const char *const del[] = { "del-flows" };

	set_up(&w);
	add_rule(&w, "in_port=pf0vf0 actions=output:p0");
	assert_int_equal(
		machine_add_flow(&w.m, "in_port(pf0vf0),eth_type(0x0800),ipv4(frag=no)", "pf0vf1"),
		0);
	pass(&w, 600);
	send_packet(&w, "pf0vf0", A_TO_B, "p0");
	send_packet(&w, "pf0vf0", A_TO_B, "p0");
	/* And one that somebody has deleted is forgotten. */
	assert_int_equal(machine_dpctl(&w.m, 1, del), 0);
	pass(&w, 600);
	assert_int_equal(n_flows(&w), 0);
	assert_true(udpif_counters(w.udpif)->n_vanished > 0);
	send_packet(&w, "pf0vf0", A_TO_B, "p0");
	machine_fini(&w.m);
}

static void it_is_known_which_rule_looked_at_which_bits(void **state)
{
	static struct world w;
	struct text t;

	set_up(&w);
	add_rule(&w, "cookie=0x7,priority=200,tcp,tp_dst=80 actions=drop");
	add_rule(&w, "cookie=0x5,priority=100,ip,nw_dst=10.0.0.0/24 actions=output:p0");
	send_packet(&w, "pf0vf0", A_TO_B, "p0");
	text_init(&t);
	udpif_format_flows(&t, w.udpif, w.now_ns);
	assert_non_null(strstr(t.s, "in hardware"));
	assert_non_null(strstr(t.s, "ipv4.dst/24 by table 0 priority 100 cookie 0x5 (matched)"));
	assert_non_null(strstr(t.s, "ipv4.proto by table 0 priority 200 cookie 0x7 (excluded)"));
	text_clear(&t);
	udpif_format(&t, w.udpif);
	assert_non_null(strstr(t.s, "flows: 1"));
	text_fini(&t);
	machine_fini(&w.m);
}

/*
 * Between hardware, tc and the datapath, 2000 times: what was sent is what rule and ports counted.
 * The driver reads its counters before each change: what it has not read, nobody can know.
 */
#define P0_4 "output:p0,output:p0,output:p0,output:p0,"
static void counts_stay_exact_wherever_a_flow_moves(void **state)
{
	static const struct {
		const char *actions, *out;
		enum dpif_place place;
	} ways[] = {
		{ "output:p0", "p0", DPIF_PLACE_HW },
		{ "output:pf0vf1", "pf0vf1", DPIF_PLACE_HW },
		/* Too many for tc. */
		{ P0_4 P0_4 P0_4 P0_4 "output:p0",
		  "p0 p0 p0 p0 p0 p0 p0 p0 p0 p0 p0 p0 p0 p0 p0 p0 p0", DPIF_PLACE_KERNEL },
		{ "drop", "", DPIF_PLACE_HW },
		{ "mod_dl_dst:02:00:00:00:00:07,output:p0,mod_dl_dst:02:00:00:00:00:08,output:p0",
		  "p0 p0", DPIF_PLACE_TC },
	};
	uint64_t n_sent = 0, n_out = 0, n_places[4] = { 0 };
	const struct bridge_port *p0, *pf0vf1;
	unsigned int random = 1;
	static struct world w;
	char text[256];

	set_up(&w);
	add_rule(&w, "table=0 actions=resubmit(,1)");
	for (int i = 0; i < 2000; i++) {
		size_t way;
		unsigned int n;

		random = random * 1103515245u + 12345u;
		way = (random >> 16) % ARRAY_SIZE(ways);
		n = (random >> 24) % 8;
		snprintf(text, sizeof text, "table=1 actions=%s", ways[way].actions);
		add_rule(&w, text);
		pass(&w, 0);
		for (unsigned int k = 0; k < n; k++) {
			send_packet(&w, "pf0vf0",
				    "eth(src=" A ",dst=" B "),eth_type(0x86dd),ipv6(src=fd00::1,"
				    "dst=fd00::2,proto=17,label=1),udp(src=1,dst=2)",
				    ways[way].out);
			n_out += w.m.n_caught;
		}
		n_sent += n;
		pass(&w, 1100);
		if (n_flows(&w) && n && only_flow(&w)->place != ways[way].place)
			fail_msg("%s: place %d", text, only_flow(&w)->place);
		if (n_flows(&w))
			n_places[only_flow(&w)->place]++;
		assert_int_equal(only_rule(&w)->n_packets, n_sent);
	}
	p0 = bridge_find_port_name(w.bridge, "p0", 2);
	pf0vf1 = bridge_find_port_name(w.bridge, "pf0vf1", 6);
	assert_int_equal(p0->tx_packets + pf0vf1->tx_packets, n_out);
	assert_int_equal(bridge_find_port(w.bridge, port_number(&w, "pf0vf0"))->rx_packets, n_sent);
	for (int place = DPIF_PLACE_KERNEL; place <= DPIF_PLACE_HW; place++)
		assert_true(n_places[place] > 200);
	machine_fini(&w.m);
}

/* The device's tables are full for a while. */
static void a_flow_that_hardware_refused_for_a_while_gets_in_later(void **state)
{
	static struct world w;
	struct mlx5_cmd_fault *f;
	const struct ukey *k;
	uint64_t tries = 0;
	struct text t;

	set_up(&w);
	text_init(&t);
	f = host_cmd_fault(w.m.host);
	add_rule(&w, "actions=output:p0");
	cmd_fault_arm(f, 1, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, MLX5_CMD_STAT_LIM_ERR, 0x1a5e0007);
	f->stays = true;
	send_packet(&w, "pf0vf0", A_TO_B, "p0");
	k = only_flow(&w);
	assert_int_equal(k->place, DPIF_PLACE_TC);
	udpif_format_flows(&t, w.udpif, w.now_ns);
	assert_non_null(strstr(t.s, "because SET_FLOW_TABLE_ENTRY: limits exceeded"));
	assert_non_null(strstr(t.s, "tried again 0 times, next in 1000 ms"));
	/* In software meanwhile; tried after 1, 2, 4 ... seconds. */
	for (int i = 0; i < 62; i++) {
		pass(&w, 500);
		send_packet(&w, "pf0vf0", A_TO_B, "p0");
	}
	tries = udpif_counters(w.udpif)->n_retried;
	assert_int_equal(tries, 5);
	assert_int_equal(udpif_counters(w.udpif)->n_regained, 0);
	cmd_fault_arm(f, 0, 0, 0, 0);
	for (int i = 0; i < 66; i++) {
		pass(&w, 500);
		send_packet(&w, "pf0vf0", A_TO_B, "p0");
	}
	assert_int_equal(only_flow(&w)->place, DPIF_PLACE_HW);
	assert_int_equal(udpif_counters(w.udpif)->n_retried, 6);
	assert_int_equal(udpif_counters(w.udpif)->n_regained, 1);
	assert_int_equal(n_upcalls(&w), 1);
	/* Nothing was counted twice, nothing lost. */
	pass(&w, 1100);
	pass(&w, 600);
	assert_int_equal(only_rule(&w)->n_packets, 129);
	text_fini(&t);
	machine_fini(&w.m);
}

static void what_hardware_cannot_do_is_not_tried_again(void **state)
{
	static struct world w;

	set_up(&w);
	add_rule(&w, "sctp,tp_dst=7 actions=output:p0");
	for (int i = 0; i < 20; i++) {
		send_packet(&w, "pf0vf0",
			    "eth(src=" A ",dst=" B
			    "),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0."
			    "2,proto=132,frag=no),sctp(src=1,dst=7)",
			    "p0");
		pass(&w, 500);
	}
	assert_int_equal(only_flow(&w)->place, DPIF_PLACE_TC);
	assert_false(only_flow(&w)->is_transient);
	assert_int_equal(udpif_counters(w.udpif)->n_retried, 0);
	machine_fini(&w.m);
}

static void when_one_gets_in_the_others_follow_a_few_in_each_round(void **state)
{
	static struct world w;
	struct mlx5_cmd_fault *f;
	char text[256];

	set_up(&w);
	f = host_cmd_fault(w.m.host);
	cmd_fault_arm(f, 1, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, MLX5_CMD_STAT_LIM_ERR, 0);
	f->stays = true;
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof text, "udp,tp_dst=%d actions=output:p0", i + 1);
		add_rule(&w, text);
	}
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof text,
			 "eth(src=" A ",dst=" B "),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,"
			 "proto=17,frag=no),udp(src=9,dst=%d)",
			 i + 1);
		send_packet(&w, "pf0vf0", text, "p0");
	}
	assert_int_equal(n_flows(&w), 40);
	pass(&w, 1500);
	assert_int_equal(udpif_counters(w.udpif)->n_retried, UDPIF_RETRIES_MAX);
	cmd_fault_arm(f, 0, 0, 0, 0);
	for (uint64_t n = 1; n <= 3; n++) {
		uint64_t want = n * UDPIF_RETRIES_MAX;

		pass(&w, 500);
		assert_int_equal(udpif_counters(w.udpif)->n_regained, want < 40 ? want : 40);
	}
	machine_fini(&w.m);
}

static void a_port_whose_device_goes_takes_its_flows_along_and_comes_back(void **state)
{
	static struct world w;
	struct net_device *dev;
	struct text t;

	set_up(&w);
	text_init(&t);
	add_rule(&w, "actions=FLOOD");
	send_packet(&w, "pf0vf0", A_TO_B, "p0 pf0vf1 pf0vf2");
	send_packet(&w, "pf0vf1", B_TO_A, "p0 pf0vf0 pf0vf2");
	assert_int_equal(n_flows(&w), 2);
	dev = dev_get_by_name(host_kernel(w.m.host), "pf0vf1");
	unregister_netdevice(dev);
	pass(&w, 600);
	assert_int_equal(n_in_datapath(&w), 1);
	assert_int_equal(n_flows(&w), 1);
	send_packet(&w, "pf0vf0", A_TO_B, "p0 pf0vf2");
	assert_int_equal(n_upcalls(&w), 2);
	bridge_format(&t, w.bridge);
	assert_non_null(strstr(t.s, "could not open network device pf0vf1 (No such device)"));
	/* Back, with another ifindex. */
	dev->ifindex = 0;
	assert_int_equal(register_netdevice(host_kernel(w.m.host), dev), 0);
	pass(&w, 600);
	send_packet(&w, "pf0vf0", A_TO_B, "p0 pf0vf1 pf0vf2");
	send_packet(&w, "pf0vf1", B_TO_A, "p0 pf0vf0 pf0vf2");
	pass(&w, 600);
	for (int i = 0; i < 2; i++) {
		const struct ukey *k;

		list_for_each_entry (k, &udpif_ukeys(w.udpif)->all, all)
			assert_int_equal(k->place, DPIF_PLACE_HW);
	}
	assert_int_equal(n_flows(&w), 2);
	text_clear(&t);
	bridge_format(&t, w.bridge);
	assert_null(strstr(t.s, "error"));
	text_fini(&t);
	machine_fini(&w.m);
}

static void a_driver_that_is_loaded_again_gets_its_ports_and_flows_back(void **state)
{
	static struct world w;

	set_up(&w);
	add_rule(&w, "actions=FLOOD");
	for (int i = 0; i < 3; i++) {
		send_packet(&w, "pf0vf0", A_TO_B, "p0 pf0vf1 pf0vf2");
		host_remove_driver(w.m.host);
		/* Also before the next look at the ports. */
		pass(&w, i ? 600 : 1);
		assert_int_equal(n_in_datapath(&w), 0);
		pass(&w, 1000);
		assert_int_equal(n_flows(&w), 0);
		assert_int_equal(host_probe_driver(w.m.host, &w.m.diag), 0);
		pass(&w, 600);
	}
	send_packet(&w, "pf0vf0", A_TO_B, "p0 pf0vf1 pf0vf2");
	pass(&w, 600);
	assert_int_equal(only_flow(&w)->place, DPIF_PLACE_HW);
	machine_fini(&w.m);
}

static void without_the_vswitch_its_flows_are_gone(void **state)
{
	static struct world w;

	set_up(&w);
	add_rule(&w, "actions=output:p0");
	send_packet(&w, "pf0vf0", A_TO_B, "p0");
	assert_int_equal(n_in_datapath(&w), 1);
	udpif_flush(w.udpif);
	assert_int_equal(n_in_datapath(&w), 0);
	send_packet(&w, "pf0vf0", A_TO_B, "p0");
	assert_int_equal(n_upcalls(&w), 2);
	machine_fini(&w.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_upcall_way_runs_the_functions_of_the_article_in_their_order),
		cmocka_unit_test(a_ping_is_learned_and_goes_on_in_hardware),
		cmocka_unit_test(a_station_that_moves_takes_the_flows_to_it_along),
		cmocka_unit_test(a_changed_rule_changes_the_flows_that_depend_on_it_and_no_other),
		cmocka_unit_test(statistics_of_hardware_reach_the_rules_also_after_a_change),
		cmocka_unit_test(a_flow_that_nobody_uses_goes_and_one_in_use_stays),
		cmocka_unit_test(counters_that_come_late_make_no_flow_flap),
		cmocka_unit_test(above_the_flow_limit_packets_go_on_through_userland),
		cmocka_unit_test(the_dynamic_limit_follows_how_long_rounds_take),
		cmocka_unit_test(a_host_with_a_clock_measures_its_rounds),
		cmocka_unit_test(
			when_rounds_are_slow_flows_of_few_packets_are_not_translated_again),
		cmocka_unit_test(what_comes_in_at_a_port_of_no_bridge_is_dropped_by_a_flow),
		cmocka_unit_test(a_flow_of_somebody_else_is_brought_in_line_with_the_rules),
		cmocka_unit_test(it_is_known_which_rule_looked_at_which_bits),
		cmocka_unit_test(counts_stay_exact_wherever_a_flow_moves),
		cmocka_unit_test(a_flow_that_hardware_refused_for_a_while_gets_in_later),
		cmocka_unit_test(what_hardware_cannot_do_is_not_tried_again),
		cmocka_unit_test(when_one_gets_in_the_others_follow_a_few_in_each_round),
		cmocka_unit_test(a_port_whose_device_goes_takes_its_flows_along_and_comes_back),
		cmocka_unit_test(a_driver_that_is_loaded_again_gets_its_ports_and_flows_back),
		cmocka_unit_test(without_the_vswitch_its_flows_are_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
