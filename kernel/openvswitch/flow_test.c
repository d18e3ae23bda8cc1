/* SPDX-License-Identifier: BSD-2-Clause */
/* The family ovs_flow driven by netlink bytes: life of a flow, keys and masks, dumps, memory. */
#include "kernel/openvswitch/ovs_test_internal.h"

static void a_flow_is_made_changed_read_and_deleted(void **state)
{
	struct world *w = *state;
	const struct list_of key = tcp_key(1, 2, 80), mask = tcp_mask(), none = { .n = 0 };
	const struct list_of out = output(2);
	struct list_of l = flow_request(&key, &mask, &out, 0);

	assert_int_equal(new_flow(w, &key, &mask, &none, 0), 0);
	assert_int_equal(new_flow(w, &key, &mask, &none, 0), -EEXIST);
	assert_int_equal(run(w, OVS_FLOW, OVS_FLOW_CMD_NEW, 0, w->dp, &l), 0);
	assert_int_equal(run(w, OVS_FLOW, OVS_FLOW_CMD_SET, 0, w->dp, &l), 0);
	l = flow_request(&key, NULL, NULL, 0);
	send_cmd(w, OVS_FLOW, OVS_FLOW_CMD_GET, 0, w->dp, &l);
	assert_non_null(receive(w));
	assert_int_equal(nla_len(find_attr((const void *)w->answer, OVS_FLOW_ATTR_ACTIONS)), 8);
	assert_non_null(find_attr((const void *)w->answer, OVS_FLOW_ATTR_KEY));
	assert_null(find_attr((const void *)w->answer, OVS_FLOW_ATTR_STATS));
	assert_int_equal(run(w, OVS_FLOW, OVS_FLOW_CMD_DEL, 0, w->dp, &l), 0);
	assert_int_equal(run(w, OVS_FLOW, OVS_FLOW_CMD_DEL, 0, w->dp, &l), -ENOENT);
	assert_int_equal(run(w, OVS_FLOW, OVS_FLOW_CMD_GET, 0, w->dp, &l), -ENOENT);
	assert_int_equal(table_of(w)->n_masks, 0);
}

static void a_flow_that_overlaps_is_refused(void **state)
{
	struct world *w = *state;
	struct list_of key = tcp_key(1, 2, 80), mask = tcp_mask(), none = { .n = 0 }, l;

	assert_int_equal(new_flow(w, &key, &mask, &none, 1), 0);
	/* The same packets by an exact match: the first flow takes them. */
	assert_int_equal(new_flow(w, &key, NULL, &none, 2), -EEXIST);
	assert_int_equal(new_flow(w, &key, NULL, &none, 0), -EEXIST);
	l = flow_request(&key, NULL, &none, 2);
	assert_int_equal(run(w, OVS_FLOW, OVS_FLOW_CMD_NEW, 0, w->dp, &l), -ENOENT);
	key = tcp_key(1, 3, 80);
	assert_int_equal(new_flow(w, &key, NULL, &none, 1), -EEXIST);
	assert_int_equal(new_flow(w, &key, NULL, &none, 2), 0);
	assert_int_equal(table_of(w)->n_flows, 2);
}

static void the_flags_leave_parts_out(void **state)
{
	static const int parts[] = { OVS_FLOW_ATTR_KEY, OVS_FLOW_ATTR_MASK, OVS_FLOW_ATTR_ACTIONS };
	struct world *w = *state;
	const struct list_of key = tcp_key(1, 2, 80), mask = tcp_mask(), none = { .n = 0 };

	assert_int_equal(new_flow(w, &key, &mask, &none, 9), 0);
	for (u32 flags = 0; flags < 8; flags++) {
		struct list_of l = flow_request(NULL, NULL, NULL, 9);

		put_u32(&l, OVS_FLOW_ATTR_UFID_FLAGS, flags);
		send_cmd(w, OVS_FLOW, OVS_FLOW_CMD_GET, 0, w->dp, &l);
		assert_non_null(receive(w));
		assert_non_null(find_attr((const void *)w->answer, OVS_FLOW_ATTR_UFID));
		for (u32 i = 0; i < 3; i++)
			assert_int_equal(!find_attr((const void *)w->answer, parts[i]),
					 flags >> i & 1);
	}
}

static void what_is_read_can_be_put_again(void **state)
{
	struct world *w = *state;
	const struct list_of key = tcp_key(1, 2, 80), mask = tcp_mask(), out = output(3);
	struct list_of l = flow_request(NULL, NULL, NULL, 9);
	size_t n;

	assert_int_equal(new_flow(w, &key, &mask, &out, 9), 0);
	send_cmd(w, OVS_FLOW, OVS_FLOW_CMD_GET, 0, w->dp, &l);
	assert_non_null(receive(w));
	n = (size_t)w->n - NLMSG_HDRLEN - GENL_HDRLEN - sizeof(struct ovs_header);
	memcpy(l.b, w->answer + w->n - n, n);
	assert_int_equal(run(w, OVS_FLOW, OVS_FLOW_CMD_DEL, 0, w->dp, &l), 0);
	l.n = n;
	assert_int_equal(run(w, OVS_FLOW, OVS_FLOW_CMD_NEW, NLM_F_CREATE, w->dp, &l), 0);
	assert_int_equal(table_of(w)->n_flows, 1);
}

/* A request whose key, mask or actions are cut at any byte, or whose bytes were changed, never does
 * more than fail. */
static void no_request_does_harm(void **state)
{
	struct world *w = *state;
	const struct list_of key = tcp_key(1, 2, 80), mask = tcp_mask(), out = output(2);
	const struct list_of whole = flow_request(&key, &mask, &out, 9);

	for (size_t i = 0; i < whole.n; i++) {
		struct list_of l = whole;

		l.n = i & ~(size_t)3;
		run(w, OVS_FLOW, OVS_FLOW_CMD_NEW, 0, w->dp, &l);
		for (unsigned int bit = 0; bit < 8; bit++) {
			l = whole;
			l.b[i] ^= (u8)(1u << bit);
			run(w, OVS_FLOW, OVS_FLOW_CMD_NEW, 0, w->dp, &l);
			run(w, OVS_FLOW, OVS_FLOW_CMD_SET, 0, w->dp, &l);
			run(w, OVS_FLOW, OVS_FLOW_CMD_GET, 0, w->dp, &l);
		}
		l.n = 0;
		assert_int_equal(run(w, OVS_FLOW, OVS_FLOW_CMD_DEL, 0, w->dp, &l), 0);
		assert_int_equal(table_of(w)->n_flows, 0);
		assert_int_equal(table_of(w)->n_masks, 0);
	}
}

static void a_dump_brings_each_flow_once(void **state)
{
	enum {
		N = 2000
	};
	struct world *w = *state;
	const struct list_of mask = tcp_mask(), out = output(2), empty = { .n = 0 };
	int n_datagrams;

	for (u16 i = 0; i < N; i++) {
		const struct list_of key = tcp_key(1, 2, i);

		assert_int_equal(new_flow(w, &key, &mask, &out, i % 2 ? i : 0), 0);
	}
	send_cmd(w, OVS_FLOW, OVS_FLOW_CMD_GET, NLM_F_DUMP, w->dp, &empty);
	assert_int_equal(count_dump(w, &n_datagrams), N);
	assert_true(n_datagrams > 10);
	send_cmd(w, OVS_FLOW, OVS_FLOW_CMD_GET, NLM_F_DUMP, 100000, &empty);
	assert_int_equal(count_dump(w, &n_datagrams), -ENODEV);
	assert_int_equal(table_of(w)->n_masks, 1);
}

static void a_list_of_actions_that_fits_no_datagram_is_left_out_of_a_dump(void **state)
{
	struct world *w = *state;
	const struct list_of key = tcp_key(1, 2, 80), empty = { .n = 0 };
	u8 *p = w->answer;
	struct iovec iov;
	int n_datagrams;

	/* 4000 times output(1). */
	send_cmd(w, OVS_FLOW, OVS_FLOW_CMD_GET, 0, w->dp, &empty);
	assert_int_equal(ack_of(w), -EINVAL);
	kmsg_reset(&w->m);
	((struct ovs_header *)genlmsg_put(&w->m, 0, 7, &ovs_net(&w->net)->family[OVS_FLOW],
					  NLM_F_REQUEST | NLM_F_ACK, OVS_FLOW_CMD_NEW))
		->dp_ifindex = w->dp;
	nla_put(&w->m, OVS_FLOW_ATTR_KEY, (int)key.n, key.b);
	for (size_t i = 0; i < 4000; i++) {
		const struct nlattr a = { 8, OVS_ACTION_ATTR_OUTPUT };
		const u32 port = 1;

		memcpy(p + i * 8, &a, 4);
		memcpy(p + i * 8 + 4, &port, 4);
	}
	nla_put(&w->m, OVS_FLOW_ATTR_ACTIONS, 32000, p);
	nlmsg_end(&w->m, (const void *)w->m.buf);
	iov = (struct iovec){ w->m.buf, w->m.len };
	assert_int_equal(ksock_sendmsg(w->sk, &iov, 1), 0);
	assert_int_equal(ack_of(w), 0);
	send_cmd(w, OVS_FLOW, OVS_FLOW_CMD_GET, NLM_F_DUMP, w->dp, &empty);
	assert_int_equal(count_dump(w, &n_datagrams), 1);
}

static void every_allocation_of_a_new_flow_may_fail(void **state)
{
	struct world *w = *state;
	const struct list_of key = tcp_key(1, 2, 80), mask = tcp_mask(), out = output(2);
	bool failed = true;

	for (u64 ufid = 0; ufid < 2; ufid++, failed = true) {
		const struct list_of gone = flow_request(ufid ? NULL : &key, NULL, NULL, ufid);

		/* The socket's own buffer is large enough from now on. */
		assert_int_equal(new_flow(w, &key, &mask, &out, ufid), 0);
		assert_int_equal(run(w, OVS_FLOW, OVS_FLOW_CMD_DEL, 0, w->dp, &gone), 0);
		for (unsigned long n = 1; failed; n++) {
			const struct list_of l = flow_request(&key, &mask, &out, ufid);
			size_t there;

			mem_fail_nth(n);
			send_cmd(w, OVS_FLOW, OVS_FLOW_CMD_NEW, NLM_F_CREATE, w->dp, &l);
			failed = mem_fail_happened();
			mem_fail_nth(0);
			there = table_of(w)->n_flows;
			assert_int_equal(there, table_of(w)->n_masks);
			assert_true(there == 1 || failed);
			while (receive(w) || w->n == -ENOBUFS)
				;
			if (there)
				assert_int_equal(
					run(w, OVS_FLOW, OVS_FLOW_CMD_DEL, 0, w->dp, &gone), 0);
			assert_true(n < 100);
		}
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_flow_is_made_changed_read_and_deleted),
		CASE(a_flow_that_overlaps_is_refused),
		CASE(the_flags_leave_parts_out),
		CASE(what_is_read_can_be_put_again),
		CASE(no_request_does_harm),
		CASE(a_dump_brings_each_flow_once),
		CASE(a_list_of_actions_that_fits_no_datagram_is_left_out_of_a_dump),
		CASE(every_allocation_of_a_new_flow_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
