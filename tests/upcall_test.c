/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other way in: a packet that no table knows comes up to userland, which installs a flow and
 * sends the packet on, as the handlers of ovs-vswitchd do; the next packet goes in hardware.
 */
#include "base/alloc.h"
#include "dpif/dpif_netlink_internal.h"
#include "flow/attr.h"
#include "kernel/core/knet.h"
#include "tests/machine.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ETH    "eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02)"
#define PACKET ETH ",eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6),tcp(dst=80)"
#define FLOW   "recirc_id(0),in_port(pf0vf0),eth_type(0x0800),ipv4(proto=6,frag=no)"

struct world {
	struct machine m;
	struct dpif *dpif;
	struct dpif_upcall upcall;
	_Alignas(8) uint8_t buf[2 * DPIF_UPCALL_MAX];
	struct diag diag;
};

static void set_up(struct world *w, uint32_t n_handlers)
{
	machine_init(&w->m, NULL);
	w->dpif = host_dpif(w->m.host);
	diag_init(&w->diag);
	if (n_handlers)
		assert_int_equal(dpif_handlers_set(w->dpif, n_handlers, &w->diag), 0);
	assert_int_equal(dpif_recv_set(w->dpif, true, &w->diag), 0);
}

static int receive(struct world *w, uint32_t handler)
{
	size_t used;

	diag_init(&w->diag);
	return dpif_recv(w->dpif, handler, &w->upcall, w->buf, sizeof w->buf, &used, &w->diag);
}

static uint32_t port_number(struct world *w, const char *name)
{
	const struct flow_ports *ports = dpif_ports(w->dpif);
	uint32_t number = 0;

	assert_true(ports->number(ports->aux, name, strlen(name), &number));
	return number;
}

static void parse_actions(struct world *w, struct flow_actions *l, const char *s)
{
	flow_actions_init(l);
	assert_int_equal(flow_actions_parse(l, s, strlen(s), dpif_ports(w->dpif), &w->diag), 0);
}

static struct dpif_stats stats_of(struct world *w)
{
	struct dpif_stats stats;

	assert_int_equal(dpif_get_stats(w->dpif, &stats, &w->diag), 0);
	return stats;
}

/* What a handler does: put, then execute, in one batch. */
static void answer(struct world *w, const char *flow, const char *actions)
{
	const struct dpif_upcall *u = &w->upcall;
	struct dpif_op put = { .type = DPIF_OP_FLOW_PUT, .diag = &w->diag },
		       execute = { .type = DPIF_OP_EXECUTE, .diag = &w->diag };
	struct dpif_op *ops[] = { &put, &execute };
	struct flow_actions l;
	struct flow_match match;

	parse_actions(w, &l, actions);
	assert_int_equal(flow_match_parse(&match, NULL, NULL, NULL, flow, strlen(flow),
					  dpif_ports(w->dpif), &w->diag),
			 0);
	put.put = (struct dpif_flow_put){ .flags = DPIF_FP_CREATE,
					  .match = &match,
					  .actions = &l,
					  .has_ufid = true,
					  .ufid = u->ufid };
	execute.execute = (struct dpif_execute){ .packet = u->packet,
						 .packet_size = u->packet_size,
						 .actions = &l,
						 .key = u->key_attrs,
						 .key_size = u->key_size,
						 .mru = u->mru,
						 .hash = u->hash };
	dpif_operate(w->dpif, ops, 2, DPIF_OFFLOAD_AUTO);
	assert_int_equal(put.error, 0);
	assert_int_equal(execute.error, 0);
	flow_actions_fini(&l);
}

static void the_first_packet_goes_through_userland_and_the_next_in_hardware(void **state)
{
	static struct world w;
	char buf[256];

	set_up(&w, 0);
	assert_false(dpif_recv_is_ready(w.dpif, 0));
	assert_int_equal(receive(&w, 0), 0);
	machine_send(&w.m, "pf0vf0", PACKET);
	assert_int_equal(w.m.n_caught, 0);
	assert_true(dpif_recv_is_ready(w.dpif, 0));
	assert_int_equal(receive(&w, 0), 1);
	assert_int_equal(w.upcall.type, DPIF_UC_MISS);
	assert_int_equal(w.upcall.key.in_port, port_number(&w, "pf0vf0"));
	assert_int_equal(w.upcall.key.recirc_id, 0);
	assert_int_equal(host_from_be16(w.upcall.key.tcp.tcp_dst), 80);
	assert_true(w.upcall.key_headers >> FLOW_H_TCP & 1);
	assert_null(w.upcall.more);
	assert_null(w.upcall.userdata);
	assert_int_equal(w.upcall.packet_len, w.upcall.packet_size);
	answer(&w, FLOW, "p0,pf0vf1");
	assert_string_equal(machine_outputs(&w.m, buf, sizeof buf), "p0 pf0vf1");
	machine_send(&w.m, "pf0vf0", PACKET);
	assert_string_equal(machine_outputs(&w.m, buf, sizeof buf), "p0 pf0vf1");
	assert_int_equal(receive(&w, 0), 0);
	assert_int_equal(stats_of(&w).n_missed, 1);
	assert_int_equal(stats_of(&w).n_lost, 0);
	machine_fini(&w.m);
}

static void without_anybody_who_listens_an_upcall_is_lost_and_counted(void **state)
{
	static struct world w;

	set_up(&w, 0);
	assert_int_equal(dpif_recv_set(w.dpif, false, &w.diag), 0);
	machine_send(&w.m, "pf0vf0", PACKET);
	assert_int_equal(stats_of(&w).n_lost, 1);
	assert_int_equal(receive(&w, 0), -EINVAL);
	assert_string_equal(w.diag.words, "receiving is off (handler 0)");
	assert_int_equal(dpif_port_get_pid(w.dpif, 1), 0);
	assert_int_equal(dpif_recv_set(w.dpif, true, &w.diag), 0);
	machine_send(&w.m, "pf0vf0", PACKET);
	assert_int_equal(receive(&w, 0), 1);
	assert_int_equal(receive(&w, 7), -EINVAL);
	assert_int_equal(dpif_handlers_set(w.dpif, 0, &w.diag), -EINVAL);
	assert_int_equal(dpif_handlers_set(w.dpif, DPIF_HANDLERS_MAX + 1, &w.diag), -EINVAL);
	machine_fini(&w.m);
}

static void a_full_queue_loses_what_does_not_fit_and_says_so_once(void **state)
{
	static struct world w;
	unsigned int n = 0, n_sent = 40000;
	uint64_t n_lost;

	set_up(&w, 0);
	for (unsigned int i = 0; i < n_sent; i++)
		machine_send(&w.m, "pf0vf0", PACKET);
	n_lost = stats_of(&w).n_lost;
	assert_true(n_lost > 0 && n_lost < n_sent);
	assert_int_equal(receive(&w, 0), -ENOBUFS);
	assert_non_null(strstr(w.diag.words, "were lost: the receive buffer"));
	while (receive(&w, 0) == 1)
		n++;
	assert_int_equal(n, n_sent - n_lost);
	machine_send(&w.m, "pf0vf0", PACKET);
	assert_int_equal(receive(&w, 0), 1);
	machine_send(&w.m, "pf0vf0", PACKET);
	dpif_recv_purge(w.dpif);
	assert_int_equal(receive(&w, 0), 0);
	machine_fini(&w.m);
}

static void each_processor_has_its_handler(void **state)
{
	static struct world w;
	struct knet *kernel;

	set_up(&w, 3);
	kernel = host_kernel(w.m.host);
	for (uint32_t cpu = 0; cpu < 7; cpu++) {
		kernel->cpu = cpu;
		machine_send(&w.m, "pf0vf0", PACKET);
		for (uint32_t i = 0; i < 3; i++)
			assert_int_equal(receive(&w, i), i == cpu % 3);
	}
	kernel->cpu = 0;
	assert_int_equal(dpif_number_handlers_required(w.dpif), 2);
	/* One goes while there is something in the queue of another. */
	machine_send(&w.m, "pf0vf0", PACKET);
	assert_int_equal(dpif_handlers_set(w.dpif, 2, &w.diag), 0);
	assert_int_equal(receive(&w, 0), 0);
	machine_send(&w.m, "pf0vf0", PACKET);
	assert_int_equal(receive(&w, 0), 1);
	assert_int_equal(dpif_recv_fd(w.dpif, 0), -1);
	machine_fini(&w.m);
}

/* As against a kernel before 5.15. */
static void each_port_has_its_queue_where_processors_have_none(void **state)
{
	static const char *const ports[] = { "p0", "pf0vf0", "pf0vf1", "pf0vf2", "pf0vf3" };
	static struct world w;
	struct dpif_netlink *dn;
	uint32_t number, again;

	set_up(&w, 2);
	dn = dpif_netlink_cast(w.dpif);
	assert_int_equal(dpif_recv_set(w.dpif, false, &w.diag), 0);
	assert_int_equal(dpif_netlink_set_features(dn, OVS_DP_F_UNALIGNED | OVS_DP_F_VPORT_PIDS,
						   NULL, 0, &w.diag),
			 0);
	assert_int_equal(dpif_number_handlers_required(w.dpif), 0);
	assert_int_equal(dpif_recv_set(w.dpif, true, &w.diag), 0);
	for (size_t i = 0; i < ARRAY_SIZE(ports); i++)
		machine_send(&w.m, ports[i], PACKET);
	assert_int_equal(stats_of(&w).n_lost, 0);
	for (uint32_t h = 0; h < 2; h++) {
		while (receive(&w, h) == 1) {
			assert_int_equal(w.upcall.key.in_port % 2, h);
			assert_int_equal(dpif_port_get_pid(w.dpif, w.upcall.key.in_port) != 0, 1);
		}
		assert_int_equal(receive(&w, h), 0);
	}
	/* A port that comes has a queue, one that goes has none. */
	number = port_number(&w, "pf0vf2");
	assert_int_equal(dpif_port_del(w.dpif, number, &w.diag), 0);
	assert_int_equal(dpif_port_get_pid(w.dpif, number), 0);
	again = UINT32_MAX;
	assert_int_equal(dpif_port_add(w.dpif, "pf0vf2", "system", &again, &w.diag), 0);
	machine_send(&w.m, "pf0vf2", PACKET);
	assert_int_equal(receive(&w, again % 2), 1);
	assert_int_equal(w.upcall.key.in_port, again);
	machine_fini(&w.m);
}

static void a_userspace_action_brings_its_cookie_and_the_flows_actions(void **state)
{
	static struct world w;
	struct flow_actions l;
	uint32_t reasons = 0;

	set_up(&w, 0);
	assert_int_equal(machine_add_flow(&w.m, FLOW,
					  "set(ipv4(ttl=9)),userspace(pid=1,slow_path(bfd|action),"
					  "actions),p0"),
			 0);
	assert_int_equal(w.m.dpctl.decision.place, DPIF_PLACE_KERNEL);
	assert_non_null(strstr(w.m.dpctl.decision.words, "cannot hand a packet to a handler"));
	machine_send(&w.m, "pf0vf0", PACKET);
	assert_int_equal(w.m.n_caught, 1);
	assert_int_equal(receive(&w, 0), 1);
	assert_int_equal(w.upcall.type, DPIF_UC_ACTION);
	assert_int_equal(w.upcall.key.ipv4.ipv4_ttl, 9);
	assert_true(flow_cookie_is_slow_path(w.upcall.userdata, w.upcall.userdata_size, &reasons));
	assert_int_equal(reasons, 1u << FLOW_SLOW_BFD | 1u << FLOW_SLOW_ACTION);
	flow_actions_init(&l);
	assert_int_equal(
		flow_actions_decode(&l, w.upcall.actions_attrs, w.upcall.actions_size, &w.diag), 0);
	assert_int_equal(l.n, 3);
	flow_actions_fini(&l);
	machine_fini(&w.m);
}

/* Hardware, tc and the datapath continue each other: a recirculation id is a chain. */
static void a_packet_that_misses_on_a_chain_comes_up_with_its_recirc_id(void **state)
{
	static struct world w;
	char buf[256];

	set_up(&w, 0);
	assert_int_equal(
		machine_add_flow(&w.m, FLOW, "set(eth(dst=02:00:00:00:00:77)),recirc(0x5)"), 0);
	assert_int_equal(w.m.dpctl.decision.place, DPIF_PLACE_HW);
	machine_send(&w.m, "pf0vf0", PACKET);
	assert_int_equal(receive(&w, 0), 1);
	assert_int_equal(w.upcall.key.recirc_id, 5);
	assert_int_equal(w.upcall.key.eth.eth_dst[5], 0x77);
	answer(&w, "recirc_id(0x5),in_port(pf0vf0),eth_type(0x0800),ipv4(proto=6,frag=no)", "p0");
	assert_string_equal(machine_outputs(&w.m, buf, sizeof buf), "p0");
	machine_send(&w.m, "pf0vf0", PACKET);
	assert_string_equal(machine_outputs(&w.m, buf, sizeof buf), "p0");
	assert_int_equal(receive(&w, 0), 0);
	assert_int_equal(stats_of(&w).n_hit, 0); /* all of it in hardware */
	machine_fini(&w.m);
}

static void a_flow_of_the_datapath_recirculates_too(void **state)
{
	static struct world w;
	char buf[256];

	set_up(&w, 0);
	/* Neither is offloaded: a label. */
	assert_int_equal(machine_add_flow(&w.m,
					  "recirc_id(0),in_port(pf0vf0),eth_type(0x86dd),"
					  "ipv6(label=5,frag=no)",
					  "pf0vf1,recirc(0x9)"),
			 0);
	machine_send(&w.m, "pf0vf0", ETH ",eth_type(0x86dd),ipv6(label=5,proto=17),udp(dst=7)");
	assert_int_equal(receive(&w, 0), 1);
	assert_int_equal(w.upcall.key.recirc_id, 9);
	answer(&w, "recirc_id(0x9),in_port(pf0vf0),eth_type(0x86dd),ipv6(label=5,frag=no)", "p0");
	machine_send(&w.m, "pf0vf0", ETH ",eth_type(0x86dd),ipv6(label=5,proto=17),udp(dst=7)");
	assert_string_equal(machine_outputs(&w.m, buf, sizeof buf), "pf0vf1 p0");
	machine_fini(&w.m);
}

static void an_execute_that_the_kernel_refuses_says_why(void **state)
{
	static struct world w;
	const uint8_t frame[14] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x12, 0x34 };
	struct dpif_execute e = { .packet = frame, .packet_size = sizeof frame };
	struct flow_actions l;

	set_up(&w, 0);
	parse_actions(&w, &l, "userspace(pid=0)");
	e.actions = &l;
	diag_init(&w.diag);
	assert_int_equal(dpif_execute(w.dpif, &e, &w.diag), -EINVAL);
	assert_string_equal(w.diag.words, "no pid, or pid 0");
	e.packet_size = 13;
	diag_init(&w.diag);
	assert_int_equal(dpif_execute(w.dpif, &e, &w.diag), -ERANGE);
	flow_actions_fini(&l);
	machine_fini(&w.m);
}

static void a_batch_of_executes_is_cut_where_the_buffer_ends(void **state)
{
	enum {
		N = 120
	};
	static struct world w;
	static uint8_t frame[9000] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x12, 0x34 };
	static struct dpif_op op[N], *ops[N];
	struct flow_actions l;
	unsigned int n = 0;

	set_up(&w, 0);
	parse_actions(&w, &l, "userspace(pid=1)");
	for (unsigned int i = 0; i < N; i++) {
		op[i] = (struct dpif_op){ .type = DPIF_OP_EXECUTE,
					  .execute = { .packet = frame,
						       .packet_size = sizeof frame,
						       .actions = &l,
						       .in_port = 1 } };
		ops[i] = &op[i];
	}
	dpif_operate(w.dpif, ops, N, DPIF_OFFLOAD_AUTO);
	for (unsigned int i = 0; i < N; i++)
		assert_int_equal(op[i].error, 0);
	while (receive(&w, 0) == 1)
		n += w.upcall.packet_size == sizeof frame;
	assert_int_equal(n, N);
	flow_actions_fini(&l);
	machine_fini(&w.m);
}

/* Wherever memory ends while receiving is turned on, it is off afterwards, and works when asked
 * again. */
static void without_memory_receiving_stays_off(void **state)
{
	static struct world w;
	int err = -ENOMEM;

	set_up(&w, 0);
	assert_int_equal(dpif_recv_set(w.dpif, false, &w.diag), 0);
	for (unsigned int n = 1; err; n++) {
		diag_init(&w.diag);
		mem_fail_nth(n);
		err = dpif_recv_set(w.dpif, true, &w.diag);
		mem_fail_nth(0);
		assert_int_equal(dpif_recv_is_on(w.dpif), !err);
		assert_true(n < 200);
	}
	machine_send(&w.m, "pf0vf0", PACKET);
	assert_int_equal(receive(&w, 0), 1);
	machine_fini(&w.m);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_first_packet_goes_through_userland_and_the_next_in_hardware),
	cmocka_unit_test(without_anybody_who_listens_an_upcall_is_lost_and_counted),
	cmocka_unit_test(a_full_queue_loses_what_does_not_fit_and_says_so_once),
	cmocka_unit_test(each_processor_has_its_handler),
	cmocka_unit_test(each_port_has_its_queue_where_processors_have_none),
	cmocka_unit_test(a_userspace_action_brings_its_cookie_and_the_flows_actions),
	cmocka_unit_test(a_packet_that_misses_on_a_chain_comes_up_with_its_recirc_id),
	cmocka_unit_test(a_flow_of_the_datapath_recirculates_too),
	cmocka_unit_test(an_execute_that_the_kernel_refuses_says_why),
	cmocka_unit_test(a_batch_of_executes_is_cut_where_the_buffer_ends),
	cmocka_unit_test(without_memory_receiving_stays_off),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
