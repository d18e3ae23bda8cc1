/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes up to userland and what comes down from it; the bytes are compared with a real Linux's
 * by tests/system/wire_ovs. */
#include "kernel/openvswitch/ovs_test_internal.h"

static void send_frame(struct world *w, size_t size, bool is_tagged)
{
	u8 buf[PACKET_HEADROOM + 2048],
		b[1500] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x12, 0x34 };
	struct sk_buff skb = { .dev = &w->port[0].dev };

	packet_init(&skb.p, buf, sizeof buf);
	if (is_tagged)
		put_be32(b + 12, 0x81000005);
	assert_int_equal(packet_set(&skb.p, b, size), 0);
	netif_receive_skb(&skb);
}

static struct ksock *listen_on(struct world *w, u32 *pid)
{
	struct ksock *sk = ksock_socket(&w->net, NETLINK_GENERIC, pid);

	assert_non_null(sk);
	return sk;
}

static void set_port_pids(struct world *w, u32 port, const u32 *pids, size_t n)
{
	struct list_of l = { .n = 0 };

	put_u32(&l, OVS_VPORT_ATTR_PORT_NO, port);
	put(&l, OVS_VPORT_ATTR_UPCALL_PID, pids, n * sizeof *pids);
	assert_int_equal(run(w, OVS_VPORT, OVS_VPORT_CMD_SET, 0, w->dp, &l), 0);
}

static int set_features(struct world *w, u32 features, const u32 *pids, size_t n)
{
	struct list_of l = { .n = 0 };

	put_u32(&l, OVS_DP_ATTR_USER_FEATURES, features);
	if (n)
		put(&l, OVS_DP_ATTR_PER_CPU_PIDS, pids, n * sizeof *pids);
	return run(w, OVS_DATAPATH, OVS_DP_CMD_SET, 0, w->dp, &l);
}

/* The next upcall of a socket, whole and aligned; its length, or an errno. */
static ssize_t next(struct world *w, struct ksock *sk)
{
	return ksock_recvmsg(sk, w->answer, sizeof w->answer);
}

static int attr_size(struct world *w, int type)
{
	const struct nlattr *a = find_attr((const void *)w->answer, type);

	return a ? nla_len(a) : -1;
}

static void a_miss_goes_to_the_pid_of_its_port_or_is_lost(void **state)
{
	struct world *w = *state;
	const struct datapath *dp = get_dp(&w->net, w->dp);
	struct ksock *sk;
	u32 pid, route;

	sk = listen_on(w, &pid);
	send_frame(w, 60, false);
	assert_int_equal(next(w, sk), -EAGAIN);
	assert_int_equal(dp->n_lost, 1);
	set_port_pids(w, 1, &pid, 1);
	send_frame(w, 60, false);
	assert_true(next(w, sk) > 0);
	assert_int_equal(((const struct nlmsghdr *)(void *)w->answer)->nlmsg_pid, 0);
	assert_int_equal(((const u8 *)w->answer)[NLMSG_HDRLEN], OVS_PACKET_CMD_MISS);
	assert_int_equal(attr_size(w, OVS_PACKET_ATTR_PACKET), 60);
	assert_int_equal(attr_size(w, OVS_PACKET_ATTR_HASH), 8);
	assert_int_equal(attr_size(w, OVS_PACKET_ATTR_LEN), -1);
	assert_int_equal(dp->n_lost, 1);
	ksock_close(sk);
	send_frame(w, 60, false);
	assert_int_equal(dp->n_lost, 2);
	assert_int_equal(dp->n_missed, 3);
	/* A socket of another protocol is nobody. */
	assert_int_equal(netlink_kernel_create(&w->net, NETLINK_ROUTE, NULL), 0);
	sk = ksock_socket(&w->net, NETLINK_ROUTE, &route);
	set_port_pids(w, 1, &route, 1);
	send_frame(w, 60, false);
	assert_int_equal(dp->n_lost, 3);
	ksock_close(sk);
}

/* Packets of one flow come to one socket, all sockets get some. */
static void among_several_pids_the_hash_chooses(void **state)
{
	struct world *w = *state;
	struct ksock *sk[3];
	u32 pids[3], n[3] = { 0 };

	for (int i = 0; i < 3; i++)
		sk[i] = listen_on(w, &pids[i]);
	set_port_pids(w, 1, pids, 3);
	for (u8 flow = 1; flow < 100; flow++) {
		u8 b[PACKET_HEADROOM + 64],
			ip[20] = { 0x45, 0, 0, 20, 0, 0, 0, 0, 64, 99, 0, 0, 10, 0, 0, flow };
		u8 frame[34] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0 };
		int got = -1;

		memcpy(frame + 14, ip, sizeof ip);
		for (int times = 0; times < 2; times++) {
			struct sk_buff skb = { .dev = &w->port[0].dev };

			packet_init(&skb.p, b, sizeof b);
			assert_int_equal(packet_set(&skb.p, frame, sizeof frame), 0);
			netif_receive_skb(&skb);
			for (int i = 0; i < 3; i++) {
				if (next(w, sk[i]) <= 0)
					continue;
				assert_true(got < 0 || (times && got == i));
				got = i;
				n[i]++;
			}
		}
		assert_true(got >= 0);
	}
	for (int i = 0; i < 3; i++) {
		assert_true(n[i] > 20);
		ksock_close(sk[i]);
	}
}

static void with_dispatch_by_processor_the_port_does_not_matter(void **state)
{
	struct world *w = *state;
	struct ksock *sk[2];
	u32 pids[2];

	for (int i = 0; i < 2; i++)
		sk[i] = listen_on(w, &pids[i]);
	assert_int_equal(set_features(w, OVS_DP_F_DISPATCH_UPCALL_PER_CPU, NULL, 0), 0);
	send_frame(w, 60, false);
	assert_int_equal(get_dp(&w->net, w->dp)->n_lost, 1);
	assert_int_equal(set_features(w, OVS_DP_F_DISPATCH_UPCALL_PER_CPU, pids, 2), 0);
	for (u32 cpu = 0; cpu < 5; cpu++) {
		w->net.cpu = cpu;
		send_frame(w, 60, false);
		assert_true(next(w, sk[cpu % 2]) > 0);
		assert_int_equal(next(w, sk[!(cpu % 2)]), -EAGAIN);
	}
	for (int i = 0; i < 2; i++)
		ksock_close(sk[i]);
}

static void the_packet_is_padded_for_who_does_not_know_of_unaligned(void **state)
{
	struct world *w = *state;
	struct ksock *sk;
	u32 pid;

	sk = listen_on(w, &pid);
	set_port_pids(w, 1, &pid, 1);
	for (size_t size = 14; size < 22; size++) {
		for (int unaligned = 0; unaligned < 2; unaligned++) {
			ssize_t n;

			assert_int_equal(
				set_features(w, unaligned ? OVS_DP_F_UNALIGNED : 0, NULL, 0), 0);
			send_frame(w, size, false);
			n = next(w, sk);
			assert_true(n > 0);
			assert_int_equal(n,
					 ((const struct nlmsghdr *)(void *)w->answer)->nlmsg_len);
			assert_int_equal(n % 4, unaligned ? size % 4 : 0);
			assert_int_equal(attr_size(w, OVS_PACKET_ATTR_PACKET), size);
		}
	}
	ksock_close(sk);
}

static void a_small_queue_holds_what_fits_and_the_rest_is_counted(void **state)
{
	struct world *w = *state;
	const struct datapath *dp = get_dp(&w->net, w->dp);
	struct ksock *sk;
	u32 pid, n = 0;
	ssize_t size;

	sk = listen_on(w, &pid);
	ksock_set_rcvbuf(sk, 1); /* held at the least that there is */
	set_port_pids(w, 1, &pid, 1);
	for (int i = 0; i < 20; i++)
		send_frame(w, 600, false);
	assert_true(dp->n_lost > 10 && dp->n_lost < 20);
	assert_true(ksock_has_message(sk));
	assert_int_equal(next(w, sk), -ENOBUFS);
	while ((size = next(w, sk)) > 0)
		n++;
	assert_int_equal(size, -EAGAIN);
	assert_int_equal(n + dp->n_lost, 20);
	assert_false(ksock_has_message(sk));
	/* Read to the end, it takes part again. */
	send_frame(w, 600, false);
	assert_true(next(w, sk) > 0);
	ksock_close(sk);
}

static struct list_of userspace(u32 pid)
{
	struct list_of l = { .n = 0 }, in = { .n = 0 };

	put_u32(&in, OVS_USERSPACE_ATTR_PID, pid);
	put_list_of(&l, OVS_ACTION_ATTR_USERSPACE, &in);
	return l;
}

static int execute(struct world *w, const void *frame, size_t size, const struct list_of *actions)
{
	struct list_of l = { .n = 0 }, key = { .n = 0 };

	put_u32(&key, OVS_KEY_ATTR_IN_PORT, 1);
	put(&l, OVS_PACKET_ATTR_PACKET, frame, size);
	put_list_of(&l, OVS_PACKET_ATTR_KEY, &key);
	put_list_of(&l, OVS_PACKET_ATTR_ACTIONS, actions);
	return run(w, OVS_PACKET, OVS_PACKET_CMD_EXECUTE, 0, w->dp, &l);
}

/* A tag does not count for an output, which Linux sends with the tag beside the frame. */
static void trunc_cuts_what_goes_out_next_and_nothing_after_it(void **state)
{
	static const struct {
		bool is_tagged;
		u32 max_len;
		size_t up, out;
	} cases[] = {
		{ false, 14, 14, 14 }, { false, 59, 59, 59 }, { false, 60, 60, 60 },
		{ false, 99, 60, 60 }, { true, 14, 14, 22 },  { true, 20, 20, 24 },
		{ true, 55, 55, 59 },  { true, 56, 56, 60 },
	};
	struct world *w = *state;
	struct ksock *sk;
	u32 pid;

	sk = listen_on(w, &pid);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct ovs_action_trunc trunc = { cases[i].max_len };
		u8 frame[60] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x12, 0x34 };
		struct list_of l = { .n = 0 }, up = userspace(pid), out = output(2);

		if (cases[i].is_tagged)
			put_be32(frame + 12, 0x81000005);
		put(&l, OVS_ACTION_ATTR_TRUNC, &trunc, sizeof trunc);
		memcpy(l.b + l.n, up.b, up.n);
		l.n += up.n;
		put(&l, OVS_ACTION_ATTR_TRUNC, &trunc, sizeof trunc);
		memcpy(l.b + l.n, out.b, out.n);
		l.n += out.n;
		put_u32(&l, OVS_ACTION_ATTR_OUTPUT, 3);
		assert_int_equal(execute(w, frame, sizeof frame, &l), 0);
		assert_true(next(w, sk) > 0);
		assert_int_equal(attr_size(w, OVS_PACKET_ATTR_PACKET), cases[i].up);
		assert_int_equal(attr_size(w, OVS_PACKET_ATTR_LEN), cases[i].up < 60 ? 4 : -1);
		assert_int_equal(w->port[1].size, cases[i].out);
		assert_int_equal(w->port[2].size, 60);
	}
	ksock_close(sk);
}

static void recirculation_ends_where_linux_ends_it(void **state)
{
	struct world *w = *state;
	u8 frame[60] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x12, 0x34 };
	struct list_of key = { .n = 0 }, mask = { .n = 0 }, loop = { .n = 0 };

	/* Each packet of recirc_id 7 goes out and round again. */
	put_u32(&key, OVS_KEY_ATTR_RECIRC_ID, 7);
	put_u32(&key, OVS_KEY_ATTR_IN_PORT, 1);
	put_eth(&key, 2);
	put_net16(&key, OVS_KEY_ATTR_ETHERTYPE, 0x1234);
	put_u32(&mask, OVS_KEY_ATTR_RECIRC_ID, UINT32_MAX);
	put_u32(&loop, OVS_ACTION_ATTR_OUTPUT, 2);
	put_u32(&loop, OVS_ACTION_ATTR_RECIRC, 7);
	assert_int_equal(new_flow(w, &key, &mask, &loop, 1), 0);
	assert_int_equal(execute(w, frame, sizeof frame, &loop), 0);
	/* One by the request, three deeper, then nine times three that had to wait. */
	assert_int_equal(w->port[1].n_sent, 4 + OVS_DEFERRED_ACTIONS_MAX * 3);
	assert_int_equal(ovs_net(&w->net)->fifo_head, 0);
	assert_int_equal(ovs_net(&w->net)->recursion, 0);
	assert_int_equal(execute(w, frame, sizeof frame, &loop), 0);
	assert_int_equal(w->port[1].n_sent, 2 * (4 + OVS_DEFERRED_ACTIONS_MAX * 3));
}

static void tc_tells_where_it_missed_while_a_datapath_wants_to_know(void **state)
{
	struct world *w = *state;
	struct sk_buff skb = { .dev = &w->port[0].dev, .tc_chain = 9 };
	u8 buf[PACKET_HEADROOM + 64], frame[14] = { 0 };
	struct sw_flow_key key;

	packet_init(&skb.p, buf, sizeof buf);
	assert_int_equal(packet_set(&skb.p, frame, sizeof frame), 0);
	assert_int_equal(ovs_flow_key_extract(&key, &skb, 1), 0);
	assert_int_equal(key.recirc_id, 0);
	assert_int_equal(set_features(w, OVS_DP_F_TC_RECIRC_SHARING, NULL, 0), 0);
	assert_int_equal(set_features(w, OVS_DP_F_TC_RECIRC_SHARING, NULL, 0), 0);
	assert_int_equal(w->net.n_tc_skb_ext, 1);
	assert_int_equal(ovs_flow_key_extract(&key, &skb, 1), 0);
	assert_int_equal(key.recirc_id, 9);
	assert_int_equal(set_features(w, 0, NULL, 0), 0);
	assert_int_equal(w->net.n_tc_skb_ext, 0);
	w->net.has_tc_skb_ext = false;
	assert_int_equal(set_features(w, OVS_DP_F_TC_RECIRC_SHARING, NULL, 0), -EOPNOTSUPP);
}

/* Its copy of the actions is the only thing that it allocates once its socket has been used. */
static void an_execute_without_memory_is_refused(void **state)
{
	struct world *w = *state;
	u8 frame[60] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x12, 0x34 };
	const struct list_of out = output(2);

	assert_int_equal(execute(w, frame, sizeof frame, &out), 0);
	mem_fail_nth(1);
	assert_int_equal(execute(w, frame, sizeof frame, &out), -ENOMEM);
	mem_fail_nth(0);
	assert_int_equal(w->port[1].n_sent, 1);
	assert_int_equal(execute(w, frame, sizeof frame, &out), 0);
	assert_int_equal(w->port[1].n_sent, 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_miss_goes_to_the_pid_of_its_port_or_is_lost),
		CASE(among_several_pids_the_hash_chooses),
		CASE(with_dispatch_by_processor_the_port_does_not_matter),
		CASE(the_packet_is_padded_for_who_does_not_know_of_unaligned),
		CASE(a_small_queue_holds_what_fits_and_the_rest_is_counted),
		CASE(trunc_cuts_what_goes_out_next_and_nothing_after_it),
		CASE(recirculation_ends_where_linux_ends_it),
		CASE(tc_tells_where_it_missed_while_a_datapath_wants_to_know),
		CASE(an_execute_without_memory_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
