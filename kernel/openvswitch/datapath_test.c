/* SPDX-License-Identifier: BSD-2-Clause */
/* Datapaths and ports driven by netlink bytes: errnos of facts/kernel-tc.md 6.3, notices, limits.
 */
#include "kernel/openvswitch/ovs_test_internal.h"

#define GONE 100000 /* an ifindex that nobody has */

enum where {
	THIS,
	NONE,
	UNKNOWN
};

/* An attribute of a request: a text, or a number. */
struct arg {
	int type;
	const char *text;
	u32 number;
};

static const struct {
	const char *what;
	enum ovs_family family;
	u8 cmd;
	enum where where;
	int err;
	struct arg arg[5];
} requests[] = {
	{ "a datapath without UPCALL_PID",
	  OVS_DATAPATH,
	  OVS_DP_CMD_NEW,
	  NONE,
	  -EINVAL,
	  { { OVS_DP_ATTR_NAME, "x", 0 } } },
	{ "a datapath of a name that is taken",
	  OVS_DATAPATH,
	  OVS_DP_CMD_NEW,
	  NONE,
	  -EEXIST,
	  { { OVS_DP_ATTR_NAME, "dp0", 0 }, { OVS_DP_ATTR_UPCALL_PID, NULL, 0 } } },
	{ "a datapath of an ifindex that is taken",
	  OVS_DATAPATH,
	  OVS_DP_CMD_NEW,
	  NONE,
	  -EEXIST,
	  { { OVS_DP_ATTR_NAME, "x", 0 },
	    { OVS_DP_ATTR_UPCALL_PID, NULL, 0 },
	    { OVS_DP_ATTR_IFINDEX, NULL, 1 } } },
	{ "features are looked at before the name",
	  OVS_DATAPATH,
	  OVS_DP_CMD_NEW,
	  NONE,
	  -EOPNOTSUPP,
	  { { OVS_DP_ATTR_NAME, "dp0", 0 },
	    { OVS_DP_ATTR_UPCALL_PID, NULL, 0 },
	    { OVS_DP_ATTR_USER_FEATURES, NULL, 1u << 31 } } },
	{ "an unknown feature",
	  OVS_DATAPATH,
	  OVS_DP_CMD_SET,
	  THIS,
	  -EOPNOTSUPP,
	  { { OVS_DP_ATTR_USER_FEATURES, NULL, 16 } } },
	{ "known features",
	  OVS_DATAPATH,
	  OVS_DP_CMD_SET,
	  THIS,
	  0,
	  { { OVS_DP_ATTR_USER_FEATURES, NULL, 15 } } },
	{ "a mask cache of an odd size",
	  OVS_DATAPATH,
	  OVS_DP_CMD_SET,
	  THIS,
	  -EINVAL,
	  { { OVS_DP_ATTR_MASKS_CACHE_SIZE, NULL, 3 } } },
	{ "a mask cache that is too large",
	  OVS_DATAPATH,
	  OVS_DP_CMD_SET,
	  THIS,
	  -ERANGE,
	  { { OVS_DP_ATTR_MASKS_CACHE_SIZE, NULL, 8192 } } },
	{ "get of an unknown datapath", OVS_DATAPATH, OVS_DP_CMD_GET, UNKNOWN, -ENODEV, { { 0 } } },
	{ "get of a port as a datapath",
	  OVS_DATAPATH,
	  OVS_DP_CMD_GET,
	  NONE,
	  -ENODEV,
	  { { OVS_DP_ATTR_NAME, "p0", 0 } } },
	{ "delete of an unknown datapath",
	  OVS_DATAPATH,
	  OVS_DP_CMD_DEL,
	  NONE,
	  -ENODEV,
	  { { OVS_DP_ATTR_NAME, "x", 0 } } },
	{ "an unknown command", OVS_DATAPATH, 9, THIS, -EOPNOTSUPP, { { 0 } } },
	{ "a port without TYPE",
	  OVS_VPORT,
	  OVS_VPORT_CMD_NEW,
	  THIS,
	  -EINVAL,
	  { { OVS_VPORT_ATTR_NAME, "x", 0 }, { OVS_VPORT_ATTR_UPCALL_PID, NULL, 0 } } },
	{ "a port of a device that is one",
	  OVS_VPORT,
	  OVS_VPORT_CMD_NEW,
	  THIS,
	  -EEXIST,
	  { { OVS_VPORT_ATTR_NAME, "p0", 0 },
	    { OVS_VPORT_ATTR_TYPE, NULL, 1 },
	    { OVS_VPORT_ATTR_UPCALL_PID, NULL, 0 } } },
	{ "a port of an unknown device",
	  OVS_VPORT,
	  OVS_VPORT_CMD_NEW,
	  THIS,
	  -ENODEV,
	  { { OVS_VPORT_ATTR_NAME, "x", 0 },
	    { OVS_VPORT_ATTR_TYPE, NULL, 1 },
	    { OVS_VPORT_ATTR_UPCALL_PID, NULL, 0 } } },
	{ "a port of an internal device",
	  OVS_VPORT,
	  OVS_VPORT_CMD_NEW,
	  THIS,
	  -EINVAL,
	  { { OVS_VPORT_ATTR_NAME, "dp0", 0 },
	    { OVS_VPORT_ATTR_TYPE, NULL, 1 },
	    { OVS_VPORT_ATTR_UPCALL_PID, NULL, 0 } } },
	{ "an internal port of a taken name",
	  OVS_VPORT,
	  OVS_VPORT_CMD_NEW,
	  THIS,
	  -EEXIST,
	  { { OVS_VPORT_ATTR_NAME, "dp0", 0 },
	    { OVS_VPORT_ATTR_TYPE, NULL, 2 },
	    { OVS_VPORT_ATTR_UPCALL_PID, NULL, 0 } } },
	{ "a port number in use",
	  OVS_VPORT,
	  OVS_VPORT_CMD_NEW,
	  THIS,
	  -EBUSY,
	  { { OVS_VPORT_ATTR_NAME, "x", 0 },
	    { OVS_VPORT_ATTR_TYPE, NULL, 2 },
	    { OVS_VPORT_ATTR_UPCALL_PID, NULL, 0 },
	    { OVS_VPORT_ATTR_PORT_NO, NULL, 1 } } },
	{ "a port number that is too large",
	  OVS_VPORT,
	  OVS_VPORT_CMD_NEW,
	  UNKNOWN,
	  -EFBIG,
	  { { OVS_VPORT_ATTR_NAME, "x", 0 },
	    { OVS_VPORT_ATTR_TYPE, NULL, 2 },
	    { OVS_VPORT_ATTR_UPCALL_PID, NULL, 0 },
	    { OVS_VPORT_ATTR_PORT_NO, NULL, 65535 } } },
	{ "a port of a type that is not modelled",
	  OVS_VPORT,
	  OVS_VPORT_CMD_NEW,
	  THIS,
	  -EAFNOSUPPORT,
	  { { OVS_VPORT_ATTR_NAME, "x", 0 },
	    { OVS_VPORT_ATTR_TYPE, NULL, 4 },
	    { OVS_VPORT_ATTR_UPCALL_PID, NULL, 0 } } },
	{ "a port of an unknown datapath",
	  OVS_VPORT,
	  OVS_VPORT_CMD_NEW,
	  UNKNOWN,
	  -ENODEV,
	  { { OVS_VPORT_ATTR_NAME, "x", 0 },
	    { OVS_VPORT_ATTR_TYPE, NULL, 2 },
	    { OVS_VPORT_ATTR_UPCALL_PID, NULL, 0 } } },
	{ "a device that is to get an ifindex",
	  OVS_VPORT,
	  OVS_VPORT_CMD_NEW,
	  THIS,
	  -EOPNOTSUPP,
	  { { OVS_VPORT_ATTR_NAME, "x", 0 },
	    { OVS_VPORT_ATTR_TYPE, NULL, 1 },
	    { OVS_VPORT_ATTR_UPCALL_PID, NULL, 0 },
	    { OVS_VPORT_ATTR_IFINDEX, NULL, 9 } } },
	{ "delete of the local port",
	  OVS_VPORT,
	  OVS_VPORT_CMD_DEL,
	  THIS,
	  -EINVAL,
	  { { OVS_VPORT_ATTR_NAME, "dp0", 0 } } },
	{ "get of an unknown port",
	  OVS_VPORT,
	  OVS_VPORT_CMD_GET,
	  THIS,
	  -ENODEV,
	  { { OVS_VPORT_ATTR_NAME, "x", 0 } } },
	{ "get of a port of another datapath",
	  OVS_VPORT,
	  OVS_VPORT_CMD_GET,
	  UNKNOWN,
	  -ENODEV,
	  { { OVS_VPORT_ATTR_NAME, "p0", 0 } } },
	{ "get of an unknown number",
	  OVS_VPORT,
	  OVS_VPORT_CMD_GET,
	  THIS,
	  -ENODEV,
	  { { OVS_VPORT_ATTR_PORT_NO, NULL, 77 } } },
	{ "get of a number that is too large",
	  OVS_VPORT,
	  OVS_VPORT_CMD_GET,
	  THIS,
	  -EFBIG,
	  { { OVS_VPORT_ATTR_PORT_NO, NULL, 65535 } } },
	{ "get of nothing", OVS_VPORT, OVS_VPORT_CMD_GET, THIS, -EINVAL, { { 0 } } },
	{ "get by ifindex",
	  OVS_VPORT,
	  OVS_VPORT_CMD_GET,
	  THIS,
	  -EOPNOTSUPP,
	  { { OVS_VPORT_ATTR_IFINDEX, NULL, 1 } } },
	{ "a change of type",
	  OVS_VPORT,
	  OVS_VPORT_CMD_SET,
	  THIS,
	  -EINVAL,
	  { { OVS_VPORT_ATTR_NAME, "p0", 0 }, { OVS_VPORT_ATTR_TYPE, NULL, 2 } } },
	{ "a new upcall port",
	  OVS_VPORT,
	  OVS_VPORT_CMD_SET,
	  THIS,
	  0,
	  { { OVS_VPORT_ATTR_NAME, "p0", 0 }, { OVS_VPORT_ATTR_UPCALL_PID, NULL, 5 } } },
};

static void every_request_has_the_errno_of_linux(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		int dp = requests[i].where == THIS ? w->dp : requests[i].where == NONE ? 0 : GONE;
		struct list_of l = { .n = 0 };
		int err;

		for (size_t j = 0; j < ARRAY_SIZE(requests[i].arg) && requests[i].arg[j].type;
		     j++) {
			const struct arg *a = &requests[i].arg[j];

			if (a->text)
				put_text(&l, a->type, a->text);
			else
				put_u32(&l, a->type, a->number);
		}
		err = run(w, requests[i].family, requests[i].cmd, 0, dp, &l);
		if (err != requests[i].err)
			fail_msg("%s: %d, not %d", requests[i].what, err, requests[i].err);
	}
	assert_int_equal(ksock_recvmsg(w->sk, w->answer, sizeof w->answer), -EAGAIN);
}

static void a_device_is_a_port_of_one_datapath(void **state)
{
	struct world *w = *state;

	assert_int_equal(new_dp(w, "dp1"), 0);
	assert_int_equal(new_port(w, dev_get_by_name(&w->net, "dp1")->ifindex, "p0",
				  OVS_VPORT_TYPE_NETDEV, 0),
			 -EBUSY);
}

static void an_echo_comes_before_the_ack_and_the_group_is_told(void **state)
{
	struct world *w = *state;
	struct list_of l = { .n = 0 };
	struct ksock *member;
	u32 portid;

	member = ksock_socket(&w->net, NETLINK_GENERIC, &portid);
	assert_int_equal(ksock_join(member, ovs_net(&w->net)->family[OVS_VPORT].mcgrp_id), 0);
	put_text(&l, OVS_VPORT_ATTR_NAME, "p0");
	send_cmd(w, OVS_VPORT, OVS_VPORT_CMD_DEL, NLM_F_ACK | NLM_F_ECHO, w->dp, &l);
	assert_int_equal(receive(w)->nlmsg_type, ovs_net(&w->net)->family[OVS_VPORT].id);
	assert_int_equal(ack_of(w), 0);
	assert_true(ksock_recvmsg(member, w->answer, sizeof w->answer) > 0);
	/* A device that goes leaves its datapath, and the group is told. */
	unregister_netdevice(&w->port[1].dev);
	w->port[1].dev.net = NULL;
	assert_true(ksock_recvmsg(member, w->answer, sizeof w->answer) > 0);
	assert_null(ovs_vport_find(get_dp(&w->net, w->dp), 2));
	ksock_close(member);
}

static void the_lowest_free_number_is_given(void **state)
{
	struct world *w = *state;
	struct datapath *dp = get_dp(&w->net, w->dp);
	struct list_of l = { .n = 0 };
	char name[IFNAMSIZ];
	int n_datagrams;

	put_text(&l, OVS_VPORT_ATTR_NAME, "p1");
	assert_int_equal(run(w, OVS_VPORT, OVS_VPORT_CMD_DEL, 0, w->dp, &l), 0);
	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof name, "i%d", i);
		assert_int_equal(new_port(w, w->dp, name, OVS_VPORT_TYPE_INTERNAL, 0), 0);
	}
	assert_string_equal(ovs_vport_find(dp, 2)->dev->name, "i0");
	assert_string_equal(ovs_vport_find(dp, 5)->dev->name, "i1");
	assert_ptr_equal(get_dp(&w->net, ovs_vport_find(dp, 5)->dev->ifindex), dp);
	/* All of them come in a dump, over many datagrams. */
	l.n = 0;
	send_cmd(w, OVS_VPORT, OVS_VPORT_CMD_GET, NLM_F_DUMP, w->dp, &l);
	assert_int_equal(count_dump(w, &n_datagrams), 3000 + N_PORTS);
	assert_true(n_datagrams > 3);
}

static void a_set_without_features_has_none(void **state)
{
	struct world *w = *state;
	struct list_of l = { .n = 0 };

	put_u32(&l, OVS_DP_ATTR_USER_FEATURES, OVS_DP_F_UNALIGNED);
	assert_int_equal(run(w, OVS_DATAPATH, OVS_DP_CMD_SET, 0, w->dp, &l), 0);
	assert_int_equal(get_dp(&w->net, w->dp)->user_features, OVS_DP_F_UNALIGNED);
	l.n = 0;
	assert_int_equal(run(w, OVS_DATAPATH, OVS_DP_CMD_SET, 0, w->dp, &l), 0);
	assert_int_equal(get_dp(&w->net, w->dp)->user_features, 0);
}

static void every_allocation_of_a_new_datapath_and_port_may_fail(void **state)
{
	struct world *w = *state;
	bool failed = true;

	for (unsigned long n = 1; failed; n++) {
		int err;

		mem_fail_nth(n);
		err = new_dp(w, "dp1");
		failed = mem_fail_happened();
		mem_fail_nth(0);
		/* When the answer was what failed, the datapath is there. */
		if (err == 0 || (err == NO_ANSWER && dev_get_by_name(&w->net, "dp1"))) {
			struct list_of l = { .n = 0 };

			put_text(&l, OVS_DP_ATTR_NAME, "dp1");
			assert_true(run(w, OVS_DATAPATH, OVS_DP_CMD_DEL, 0, 0, &l) <= 0);
		}
		assert_null(dev_get_by_name(&w->net, "dp1"));
		while (receive(w) || w->n == -ENOBUFS)
			;
		assert_true(n < 100);
	}
}

static void a_failed_set_up_leaves_nothing(void **state)
{
	bool failed = true;

	for (unsigned long n = 1; failed; n++) {
		struct knet net;
		int err;

		knet_init(&net, NULL);
		assert_int_equal(netlink_init(&net), 0);
		assert_int_equal(genl_init(&net), 0);
		mem_fail_nth(n);
		err = ovs_init(&net);
		failed = mem_fail_happened();
		mem_fail_nth(0);
		assert_int_equal(err, failed ? -ENOMEM : 0);
		ovs_exit(&net);
		assert_int_equal(ovs_init(&net), 0);
		ovs_exit(&net);
		genl_exit(&net);
		netlink_exit(&net);
		knet_fini(&net);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(every_request_has_the_errno_of_linux),
		CASE(a_device_is_a_port_of_one_datapath),
		CASE(an_echo_comes_before_the_ack_and_the_group_is_told),
		CASE(the_lowest_free_number_is_given),
		CASE(a_set_without_features_has_none),
		CASE(every_allocation_of_a_new_datapath_and_port_may_fail),
		cmocka_unit_test(a_failed_set_up_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
