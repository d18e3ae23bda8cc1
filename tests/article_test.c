/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The article's chain: every function that it names must have run in a successful put, in its
 * order. The lists here are the article's; what they are compared with is what the trace recorded.
 */
#include "tests/machine.h"

#include "netlink/msg.h"
#include <errno.h>
#include <linux/pkt_sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FLOW                                                                                 \
	"in_port(pf0vf0),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800)," \
	"ipv4(dst=10.0.0.2,proto=6,frag=no),tcp(dst=80)"

static const char *const put_chain[] = {
	/* userland */
	"dpctl_add_flow",
	"dpctl_put_flow",
	"dpctl_put_flow_dpif",
	"dpif_flow_put",
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
	/* kernel */
	"netlink_sendmsg",
	"netlink_unicast",
	"netlink_unicast_kernel",
	"rtnetlink_rcv",
	"netlink_rcv_skb",
	"rtnetlink_rcv_msg",
	"tc_new_tfilter",
	"fl_change",
	"fl_hw_replace_filter",
	"tc_setup_offload_action",
	"tc_setup_cb_add",
	"__tc_setup_cb_call",
	/* driver */
	"mlx5e_rep_setup_tc_cb",
	"mlx5e_setup_tc_cls_flower",
	"mlx5e_configure_flower",
	"mlx5e_tc_add_flow",
	"__mlx5e_add_fdb_flow",
	"parse_cls_flower",
	"parse_tc_fdb_actions",
	"mlx5e_tc_add_fdb_flow",
	"mlx5e_tc_offload_fdb_rules",
	"mlx5_eswitch_add_offloaded_rule",
	"mlx5_add_flow_rules",
	"add_rule_fg",
	"add_rule_fte",
	"mlx5_cmd_create_fte",
	"mlx5_cmd_set_fte",
	"mlx5_cmd_exec",
	"nic_device_exec",
};

/* The uplink has another callback; the rest is the same. */
static const char *const uplink_chain[] = {
	"dpctl_add_flow",	   "netdev_tc_flow_put",     "fl_hw_replace_filter",
	"mlx5e_setup_tc_block_cb", "mlx5e_configure_flower", "mlx5_cmd_create_fte",
};

static const char *const delete_chain[] = {
	"dpctl_del_flow",	 "dpif_flow_del",	"dpif_operate",
	"dpif_netlink_operate",	 "netdev_flow_del",	"netdev_tc_flow_del",
	"tc_del_flower_filter",	 "nl_transact",		"sendmsg",
	"netlink_sendmsg",	 "rtnetlink_rcv_msg",	"tc_del_tfilter",
	"mlx5e_rep_setup_tc_cb", "mlx5e_delete_flower", "mlx5_del_flow_rules",
	"mlx5_cmd_exec",
};

static const char *const bind_chain[] = {
	"netdev_tc_init_flow_api",
	"tc_add_del_qdisc",
	"sendmsg",
	"rtnetlink_rcv_msg",
	"tc_modify_qdisc",
	"tcf_block_offload_cmd",
	"mlx5e_setup_tc",
	"flow_block_cb_setup_simple",
	"tcf_block_offload_cmd",
	"mlx5e_rep_setup_tc",
	"flow_block_cb_setup_simple",
};

/* The path that lies open from the outermost span to event @i, as one string, for messages. */
static void print_events(const struct trace *t)
{
	for (size_t i = 0; i < t->n_events; i++)
		print_message("# %*s%s %s = %d\n", (int)t->events[i].depth * 2, "",
			      t->events[i].layer, t->events[i].function, t->events[i].result);
}

static void assert_chain(const struct trace *t, const char *const *chain, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		while (at < t->n_events && strcmp(t->events[at].function, chain[i]))
			at++;
		if (at == t->n_events) {
			print_events(t);
			fail_msg("%s did not run, or not after %s", chain[i],
				 i ? chain[i - 1] : "the begin");
		}
		at++;
	}
}

#define ASSERT_CHAIN(t, chain) assert_chain((t), (chain), ARRAY_SIZE(chain))

static void a_put_runs_the_functions_of_the_article_in_their_order(void **state)
{
	struct machine m;
	struct trace *t;

	machine_init(&m, NULL);
	t = host_trace(m.host);
	t->recording = true;
	assert_int_equal(machine_add_flow(&m, FLOW, "push_vlan(vid=100,pcp=0),p0"), 0);
	assert_int_equal(m.dpctl.decision.place, DPIF_PLACE_HW);
	ASSERT_CHAIN(t, put_chain);
	assert_int_equal(t->current, 0); /* every span was closed */
	for (size_t i = 0; i < t->n_events; i++) {
		assert_true(t->events[i].end_ns >= t->events[i].start_ns);
		assert_true(t->events[i].result >= 0);
	}
	trace_clear(t);
	assert_int_equal(
		machine_add_flow(&m, "in_port(p0),eth_type(0x0800),ipv4(frag=no)", "pf0vf0"), 0);
	ASSERT_CHAIN(t, uplink_chain);
	machine_fini(&m);
}

/* Each function of the chain down to the device was called, directly or not, by the one before it.
 */
static void the_chain_is_one_line_of_calls(void **state)
{
	static const char *const line[] = {
		"dpctl_add_flow",
		"dpctl_put_flow",
		"dpif_flow_put",
		"dpif_operate",
		"dpif_netlink_operate",
		"try_send_to_netdev",
		"parse_flow_put",
		"netdev_flow_put",
		"netdev_tc_flow_put",
		"tc_replace_flower",
		"tc_transact",
		"nl_transact",
		"nl_sock_transact",
		"nl_sock_transact_multiple",
		"sendmsg",
		"netlink_sendmsg",
		"netlink_unicast",
		"rtnetlink_rcv",
		"rtnetlink_rcv_msg",
		"tc_new_tfilter",
		"fl_change",
		"fl_hw_replace_filter",
		"tc_setup_cb_add",
		"__tc_setup_cb_call",
		"mlx5e_rep_setup_tc_cb",
		"mlx5e_configure_flower",
		"mlx5e_tc_add_flow",
		"__mlx5e_add_fdb_flow",
		"mlx5e_tc_add_fdb_flow",
		"mlx5e_tc_offload_fdb_rules",
		"mlx5_eswitch_add_offloaded_rule",
		"mlx5_add_flow_rules",
		"add_rule_fg",
		"add_rule_fte",
		"mlx5_cmd_create_fte",
		"mlx5_cmd_set_fte",
		"mlx5_cmd_exec",
		"nic_device_exec",
	};
	struct machine m;
	struct trace *t;
	size_t i = ARRAY_SIZE(line);
	uint32_t number = 0;

	machine_init(&m, NULL);
	t = host_trace(m.host);
	t->recording = true;
	assert_int_equal(machine_add_flow(&m, FLOW, "p0"), 0);
	for (size_t e = 0; e < t->n_events; e++) {
		/* The entry itself: the last command is the set_fte; its caller is
		 * mlx5_cmd_create_fte(). */
		if (!strcmp(t->events[e].function, "mlx5_cmd_set_fte"))
			number = (uint32_t)e + 1;
	}
	assert_true(number);
	for (size_t e = number; e < t->n_events && t->events[e].depth > t->events[number - 1].depth;
	     e++) {
		if (!strcmp(t->events[e].function, "nic_device_exec"))
			number = (uint32_t)e + 1;
	}
	while (number) {
		const struct trace_event *e = &t->events[number - 1];

		if (i && !strcmp(e->function, line[i - 1]))
			i--;
		number = e->parent;
	}
	if (i) {
		print_events(t);
		fail_msg("%s is not among the callers of what follows it", line[i - 1]);
	}
	machine_fini(&m);
}

static void a_delete_goes_the_same_way(void **state)
{
	const char *argv[] = { "del-flow", NULL };
	char flow[256];
	struct machine m;
	struct trace *t;

	machine_init(&m, NULL);
	t = host_trace(m.host);
	assert_int_equal(machine_add_flow(&m, FLOW, "p0"), 0);
	snprintf(flow, sizeof flow, "%s", FLOW);
	argv[1] = flow;
	t->recording = true;
	assert_int_equal(machine_dpctl(&m, 2, argv), 0);
	ASSERT_CHAIN(t, delete_chain);
	machine_fini(&m);
}

static void setting_up_the_ports_binds_the_drivers_callbacks(void **state)
{
	const struct host_params params = { .trace_setup = true };
	struct machine m;

	machine_init(&m, &params);
	ASSERT_CHAIN(host_trace(m.host), bind_chain);
	machine_fini(&m);
}

/* The other way in: a filter that came over a socket of its own, as tc's would. */
static void a_filter_from_tc_takes_the_same_chain_from_sendmsg_on(void **state)
{
	static const char *const chain[] = {
		"sendmsg",
		"netlink_sendmsg",
		"netlink_unicast",
		"rtnetlink_rcv",
		"rtnetlink_rcv_msg",
		"tc_new_tfilter",
		"fl_change",
		"fl_hw_replace_filter",
		"tc_setup_cb_add",
		"mlx5e_rep_setup_tc_cb",
		"mlx5e_configure_flower",
		"mlx5_cmd_create_fte",
	};
	struct tc_action drop = { .kind = TC_ACT_GACT, .control = TC_ACT_SHOT };
	struct tc_filter f = { .id = { .parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
				       .prio = 77 },
			       .protocol = be16_from_host(0x0800),
			       .n_actions = 1,
			       .actions = &drop };
	struct nl_reply reply;
	struct nl_sock *sock;
	struct machine m;
	struct nl_msg msg;
	uint8_t buf[4096];
	struct trace *t;

	machine_init(&m, NULL);
	t = host_trace(m.host);
	assert_int_equal(host_open_route(m.host, &sock, &m.diag), 0);
	f.id.ifindex = netdev_ports_get(dpif_offload(host_dpif(m.host)), 2)->ifindex;
	f.key.eth_type = f.protocol;
	f.mask.eth_type = be16_from_host(0xffff);
	nl_msg_init(&msg, buf, sizeof buf);
	assert_int_equal(
		tc_filter_encode(&msg, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &f),
		0);
	t->recording = true;
	if (nl_transact(sock, &msg, &reply, &m.diag))
		fail_msg("%s", m.diag.words);
	ASSERT_CHAIN(t, chain);
	nl_sock_free(sock);
	machine_fini(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_put_runs_the_functions_of_the_article_in_their_order),
		cmocka_unit_test(the_chain_is_one_line_of_calls),
		cmocka_unit_test(a_delete_goes_the_same_way),
		cmocka_unit_test(setting_up_the_ports_binds_the_drivers_callbacks),
		cmocka_unit_test(a_filter_from_tc_takes_the_same_chain_from_sendmsg_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
