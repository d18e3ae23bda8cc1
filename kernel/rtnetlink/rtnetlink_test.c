/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "kernel/rtnetlink/rtnetlink.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Handlers of the test say who they are by what they return. */
#define DOIT_ANY   (-101)
#define DOIT_INET  (-102)
#define DUMPED_ANY 201

#define WITHOUT_HANDLER RTM_GETMDB

static int doit_any(struct nlreq *req)
{
	return DOIT_ANY;
}

static int doit_inet(struct nlreq *req)
{
	return DOIT_INET;
}

static int doit_interrupted(struct nlreq *req)
{
	return -EINTR;
}

static int dump_any(struct kmsg *m, struct netlink_callback *cb)
{
	if (cb->args[0]++)
		return 0;
	nlmsg_put(m, cb->portid, cb->seq, DUMPED_ANY, 0, NLM_F_MULTI);
	return (int)m->len;
}

struct world {
	struct knet net;
	struct trace trace;
	struct ksock *sk;
	u32 portid;
};

static int set_up(void **state)
{
	struct world *w = test_calloc(1, sizeof *w);
	struct knet *net = &w->net;

	trace_init(&w->trace);
	knet_init(net, &w->trace);
	assert_int_equal(netlink_init(net), 0);
	assert_int_equal(rtnetlink_init(net), 0);
	assert_int_equal(rtnl_register(net, PF_UNSPEC, RTM_NEWTFILTER, doit_any, NULL,
				       RTNL_FLAG_DOIT_UNLOCKED),
			 0);
	assert_int_equal(rtnl_register(net, PF_UNSPEC, RTM_DELTFILTER, doit_any, NULL, 0), 0);
	assert_int_equal(rtnl_register(net, PF_UNSPEC, RTM_GETTFILTER, doit_any, dump_any, 0), 0);
	assert_int_equal(rtnl_register(net, AF_INET, RTM_NEWTFILTER, doit_inet, NULL, 0), 0);
	assert_int_equal(rtnl_register(net, PF_UNSPEC, RTM_GETQDISC, doit_any, NULL, 0), 0);
	assert_int_equal(rtnl_register(net, PF_UNSPEC, RTM_GETADDR, NULL, dump_any, 0), 0);
	assert_int_equal(rtnl_register(net, PF_UNSPEC, RTM_NEWQDISC, doit_interrupted, NULL, 0), 0);
	w->sk = ksock_socket(net, NETLINK_ROUTE, &w->portid);
	assert_non_null(w->sk);
	ksock_set_ext_ack(w->sk, true);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	ksock_close(w->sk);
	rtnetlink_exit(&w->net);
	netlink_exit(&w->net);
	knet_fini(&w->net);
	trace_fini(&w->trace);
	test_free(w);
	return 0;
}

struct request {
	struct nlmsghdr nlh;
	struct ifinfomsg ifm;
	u8 attrs[64];
};

static struct request make(int type, int flags, size_t payload)
{
	struct request r = { .nlh = { .nlmsg_seq = 9 } };

	r.nlh.nlmsg_len = (u32)(NLMSG_HDRLEN + payload);
	r.nlh.nlmsg_type = (u16)type;
	r.nlh.nlmsg_flags = (u16)(flags | NLM_F_REQUEST);
	return r;
}

static void send_request(struct ksock *sk, const struct request *r)
{
	struct iovec iov = { CONST_CAST(void *, r), r->nlh.nlmsg_len };

	assert_int_equal(ksock_sendmsg(sk, &iov, 1), 0);
}

/* ---- dispatch ---- */

#define DUMPED 1 /* a dump instead of an ack */
#define SILENT 2 /* no ack */

static const struct {
	const char *what;
	int type, flags, family;
	size_t payload;
	bool unprivileged;
	int result;
	const char *msg;
} cases[] = {
	/* clang-format off */
	{ "a handler for all", RTM_NEWTFILTER, 0, AF_UNSPEC, 20, false, DOIT_ANY, NULL },
	{ "a family's own handler", RTM_NEWTFILTER, 0, AF_INET, 20, false, DOIT_INET, NULL },
	{ "another family falls back", RTM_NEWTFILTER, 0, AF_INET6, 20, false, DOIT_ANY, NULL },
	{ "its other types fall back", RTM_DELTFILTER, 0, AF_INET, 20, false, DOIT_ANY, NULL },
	{ "a family past the table", RTM_NEWTFILTER, 0, 255, 20, false, DOIT_ANY, NULL },
	{ "past RTM_MAX", RTM_MAX + 1, 0, 0, 20, false, -EOPNOTSUPP, NULL },
	{ "far past RTM_MAX", 0xffff, 0, 0, 20, true, -EOPNOTSUPP, NULL },
	{ "RTM_MAX", RTM_MAX, 0, 0, 20, false, -EOPNOTSUPP, NULL },
	{ "no payload is success", RTM_NEWTFILTER, 0, 0, 0, false, 0, NULL },
	{ "even without privilege", RTM_NEWTFILTER, 0, 0, 0, true, 0, NULL },
	{ "one byte is enough", RTM_NEWTFILTER, 0, 0, 1, false, DOIT_ANY, NULL },
	{ "NEW needs privilege", RTM_NEWTFILTER, 0, 0, 20, true, -EPERM, NULL },
	{ "DEL does", RTM_DELTFILTER, 0, 0, 20, true, -EPERM, NULL },
	{ "SET does", RTM_SETLINK, 0, 0, 20, true, -EPERM, NULL },
	{ "GET does not", RTM_GETTFILTER, 0, 0, 20, true, DOIT_ANY, NULL },
	{ "a dump does not", RTM_GETTFILTER, NLM_F_DUMP, 0, 20, true, DUMPED, NULL },
	{ "privilege comes before the handler", RTM_SETLINK, 0, 0, 20, false, -EOPNOTSUPP, NULL },
	{ "ROOT alone is a dump", RTM_GETTFILTER, NLM_F_ROOT, 0, 20, false, DUMPED, NULL },
	{ "MATCH alone is a dump", RTM_GETTFILTER, NLM_F_MATCH, 0, 20, false, DUMPED, NULL },
	{ "a dump of any family", RTM_GETTFILTER, NLM_F_DUMP, AF_INET, 20, false, DUMPED, NULL },
	{ "no dump function", RTM_GETQDISC, NLM_F_DUMP, 0, 20, false, -EOPNOTSUPP, NULL },
	{ "only a dump function", RTM_GETADDR, 0, 0, 20, false, -EOPNOTSUPP, NULL },
	{ "only a dump function, dump", RTM_GETADDR, NLM_F_DUMP, 0, 20, false, DUMPED, NULL },
	{ "no handler", WITHOUT_HANDLER, 0, 0, 20, false, -EOPNOTSUPP, NULL },
	{ "no handler, dump", WITHOUT_HANDLER, NLM_F_DUMP, 0, 20, false, -EOPNOTSUPP, NULL },
	{ "bulk", RTM_DELTFILTER, 0x200, 0, 20, false, -EOPNOTSUPP, "Bulk delete is not supported" },
	{ "bulk by accident", RTM_DELTFILTER, NLM_F_CREATE | NLM_F_EXCL, 0, 20, false, -EOPNOTSUPP,
	  "Bulk delete is not supported" },
	{ "bulk of what has no handler", RTM_DELLINK, 0x200, 0, 20, false, -EOPNOTSUPP, NULL },
	{ "a handler that wants no ack", RTM_NEWQDISC, 0, 0, 20, false, SILENT, NULL },
	/* clang-format on */
};

static int take_ack(struct ksock *sk, char *msg, size_t size)
{
	u8 buf[256];
	ssize_t len = ksock_recvmsg(sk, buf, sizeof buf);
	int err;

	assert_true(len >= 36);
	assert_int_equal(buf[4], NLMSG_ERROR);
	memcpy(&err, buf + 16, sizeof err);
	msg[0] = '\0';
	if (buf[7] & (NLM_F_ACK_TLVS >> 8)) {
		size_t at = 20 + (buf[7] & (NLM_F_CAPPED >> 8) ? 16 : NLMSG_ALIGN(buf[20]));

		snprintf(msg, size, "%s", (const char *)buf + at + 4);
	}
	return err;
}

static void messages_are_dispatched_in_linux_order_of_tests(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct request r =
			make(cases[i].type, cases[i].flags | NLM_F_ACK, cases[i].payload);
		char msg[128];
		u8 buf[256];
		int err;

		r.ifm.ifi_family = (u8)cases[i].family;
		w->net.is_privileged = !cases[i].unprivileged;
		send_request(w->sk, &r);
		if (cases[i].result == DUMPED) {
			assert_int_equal(ksock_recvmsg(w->sk, buf, sizeof buf), 16);
			assert_int_equal(buf[4], DUMPED_ANY);
			assert_int_equal(ksock_recvmsg(w->sk, buf, sizeof buf), 20);
			assert_int_equal(buf[4], NLMSG_DONE);
		} else if (cases[i].result != SILENT) {
			err = take_ack(w->sk, msg, sizeof msg);
			if (err != cases[i].result)
				fail_msg("%s: %d instead of %d", cases[i].what, err,
					 cases[i].result);
			assert_string_equal(msg, cases[i].msg ? cases[i].msg : "");
		}
		if (ksock_peek(w->sk) >= 0)
			fail_msg("%s: too many answers", cases[i].what);
	}
}

static void handlers_of_impossible_messages_are_refused(void **state)
{
	struct world *w = *state;

	assert_int_equal(rtnl_register(&w->net, -1, RTM_NEWLINK, doit_any, NULL, 0), -EINVAL);
	assert_int_equal(rtnl_register(&w->net, 255, RTM_NEWLINK, doit_any, NULL, 0), -EINVAL);
	assert_int_equal(rtnl_register(&w->net, 0, 15, doit_any, NULL, 0), -EINVAL);
	assert_int_equal(rtnl_register(&w->net, 0, RTM_MAX + 1, doit_any, NULL, 0), -EINVAL);
}

/* What runs for a request that is refused, for one that is dumped, and when that is read. */
static void the_trace_shows_the_chain_of_functions(void **state)
{
	static const char *const refused[] = {
		"netlink_sendmsg", "netlink_unicast", "netlink_unicast_kernel",
		"rtnetlink_rcv",   "netlink_rcv_skb", "rtnetlink_rcv_msg",
		"netlink_ack",
	};
	static const char *const dumped[] = {
		"netlink_sendmsg", "netlink_unicast",	"netlink_unicast_kernel", "rtnetlink_rcv",
		"netlink_rcv_skb", "rtnetlink_rcv_msg", "netlink_dump",		  "netlink_dump",
	};
	struct world *w = *state;
	struct request r = make(RTM_NEWTFILTER, 0, 20), d = make(RTM_GETTFILTER, NLM_F_DUMP, 20);
	u8 buf[256];

	w->trace.recording = true;
	w->net.is_privileged = false;
	send_request(w->sk, &r);
	assert_int_equal(w->trace.n_events, ARRAY_SIZE(refused));
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		assert_string_equal(w->trace.events[i].function, refused[i]);
	assert_int_equal(w->trace.events[5].result, -EPERM);
	assert_true(w->trace.refused);
	assert_string_equal(w->trace.refusal.words, "the request needs CAP_NET_ADMIN");
	assert_true(ksock_recvmsg(w->sk, buf, sizeof buf) > 0);
	trace_clear(&w->trace);
	send_request(w->sk, &d);
	assert_true(ksock_recvmsg(w->sk, buf, sizeof buf) > 0);
	assert_int_equal(w->trace.n_events, ARRAY_SIZE(dumped));
	for (size_t i = 0; i < ARRAY_SIZE(dumped); i++)
		assert_string_equal(w->trace.events[i].function, dumped[i]);
	assert_int_equal(w->trace.events[5].result, 0);
}

/* ---- links ---- */

static int parent_id(const struct net_device *dev, u8 *id)
{
	memcpy(id, "\1\2\3\4\5\6\7\10", 8);
	return 8;
}

static const struct net_device_ops port_ops = { .ndo_get_port_parent_id = parent_id };

static void fill_dev(struct net_device *dev, const char *name)
{
	memset(dev, 0, sizeof *dev);
	memcpy(dev->name, name, strnlen(name, sizeof dev->name - 1));
	dev->mtu = 1500;
	dev->type = 1;
	dev->flags = IFF_UP | IFF_BROADCAST;
	memcpy(dev->dev_addr, "\2\1\1\1\1\1", 6);
	dev->kind = "dummy";
	dev->netdev_ops = &port_ops;
	dev->stats.rx_packets = 0x100000002;
}

/* Attributes in Linux's order, with their payload lengths. */
static const struct {
	u16 type, len;
} link_attrs[] = {
	{ IFLA_IFNAME, 5 },
	{ IFLA_TXQLEN, 4 },
	{ IFLA_OPERSTATE, 1 },
	{ IFLA_LINKMODE, 1 },
	{ IFLA_MTU, 4 },
	{ IFLA_GROUP, 4 },
	{ IFLA_PROMISCUITY, 4 },
	{ IFLA_NUM_TX_QUEUES, 4 },
	{ IFLA_NUM_RX_QUEUES, 4 },
	{ IFLA_CARRIER, 1 },
	{ IFLA_QDISC, 8 },
	{ IFLA_ADDRESS, 6 },
	{ IFLA_BROADCAST, 6 },
	{ IFLA_PHYS_SWITCH_ID, 8 },
	{ IFLA_STATS64, sizeof(struct rtnl_link_stats64) },
	{ IFLA_STATS, sizeof(struct rtnl_link_stats) },
	{ IFLA_LINKINFO, 12 },
};

static void check_link(const u8 *buf, size_t len, int type, const char *name)
{
	const struct nlattr *nla, *tb[IFLA_MAX + 1];
	struct nlmsghdr nlh;
	size_t n = 0;
	int rem;

	memcpy(&nlh, buf, sizeof nlh);
	assert_int_equal(nlh.nlmsg_len, len);
	assert_int_equal(nlh.nlmsg_type, type);
	nla_for_each_attr(nla, (const void *)(buf + 32), len - 32, rem)
	{
		assert_true(n < ARRAY_SIZE(link_attrs));
		assert_int_equal(nla_type(nla), link_attrs[n].type);
		assert_int_equal(nla_len(nla), link_attrs[n++].len);
	}
	assert_int_equal(n, ARRAY_SIZE(link_attrs));
	assert_int_equal(rem, 0);
	assert_int_equal(nla_parse_deprecated(tb, IFLA_MAX, (const void *)(buf + 32), (int)len - 32,
					      NULL, NULL),
			 0);
	assert_string_equal(nla_data(tb[IFLA_IFNAME]), name);
	assert_int_equal(nla_get_u64(tb[IFLA_STATS64]), 0x100000002);
	assert_int_equal(nla_get_u32(tb[IFLA_STATS]), 2);
	assert_memory_equal(nla_data(tb[IFLA_LINKINFO]), "\12\0\1\0dummy\0\0\0", 12);
}

static void put_attr(struct request *r, int type, const char *s, size_t size)
{
	struct nlattr nla = { .nla_len = (u16)(NLA_HDRLEN + size), .nla_type = (u16)type };

	memcpy(r->attrs, &nla, sizeof nla);
	memcpy(r->attrs + NLA_HDRLEN, s, size);
	r->nlh.nlmsg_len = (u32)(32 + NLA_ALIGN(NLA_HDRLEN + size));
}

static const struct {
	const char *what;
	int ifindex, attr;
	const char *value;
	size_t size, payload;
	int result; /* 1: the link */
	const char *msg;
} getlinks[] = {
	/* clang-format off */
	{ "by index", 1, 0, NULL, 0, 16, 1, NULL },
	{ "by name", 0, IFLA_IFNAME, "eth0", 5, 0, 1, NULL },
	{ "by name without NUL", 0, IFLA_IFNAME, "eth0", 4, 0, 1, NULL },
	{ "by alternative name", 0, IFLA_ALT_IFNAME, "eth0", 5, 0, 1, NULL },
	{ "the index counts", 1, IFLA_IFNAME, "nobody", 7, 0, 1, NULL },
	{ "no such index", 77, 0, NULL, 0, 16, -ENODEV, "" },
	{ "no such name", 0, IFLA_IFNAME, "nobody", 7, 0, -ENODEV, "" },
	{ "neither", 0, 0, NULL, 0, 16, -EINVAL, "" },
	{ "a negative index", -1, 0, NULL, 0, 16, -EINVAL, "" },
	{ "name too long", 0, IFLA_IFNAME, "sixteen_letters_", 17, 0, -ERANGE,
	  "Attribute failed policy validation" },
	{ "short header", 1, 0, NULL, 0, 15, -EINVAL, "Invalid header for get link" },
	{ "a namespace", 1, IFLA_NET_NS_PID, "\1\0\0", 4, 0, -EOPNOTSUPP,
	  "specified netns attribute not supported" },
	{ "a namespace id", 1, IFLA_TARGET_NETNSID, "\1\0\0", 4, 0, -EINVAL, "" },
	/* clang-format on */
};

static void a_link_is_found_by_index_and_by_name(void **state)
{
	struct world *w = *state;
	struct net_device dev;
	u8 buf[2048];

	fill_dev(&dev, "eth0");
	assert_int_equal(register_netdevice(&w->net, &dev), 0);
	for (size_t i = 0; i < ARRAY_SIZE(getlinks); i++) {
		struct request r = make(RTM_GETLINK, 0, getlinks[i].payload);
		char msg[128];
		ssize_t len;

		r.ifm.ifi_index = getlinks[i].ifindex;
		if (getlinks[i].attr)
			put_attr(&r, getlinks[i].attr, getlinks[i].value, getlinks[i].size);
		send_request(w->sk, &r);
		if (getlinks[i].result == 1) {
			len = ksock_recvmsg(w->sk, buf, sizeof buf);
			assert_true(len > 0);
			check_link(buf, (size_t)len, RTM_NEWLINK, "eth0");
			continue;
		}
		if (take_ack(w->sk, msg, sizeof msg) != getlinks[i].result)
			fail_msg("%s", getlinks[i].what);
		assert_string_equal(msg, getlinks[i].msg);
	}
	unregister_netdevice(&dev);
}

static void all_links_are_dumped_by_index(void **state)
{
	struct world *w = *state;
	struct net_device *devs = test_calloc(100, sizeof *devs);
	struct request r = make(RTM_GETLINK, NLM_F_DUMP, 16);
	int n = 0, datagrams = 0;

	for (int i = 0; i < 100; i++) {
		char name[IFNAMSIZ];

		snprintf(name, sizeof name, "e%03d", (i * 37) % 100);
		fill_dev(&devs[i], name);
		devs[i].ifindex = 1 + (i * 37) % 100;
		assert_int_equal(register_netdevice(&w->net, &devs[i]), 0);
	}
	put_attr(&r, IFLA_EXT_MASK, "\1\0\0", 4);
	send_request(w->sk, &r);
	for (bool done = false; !done; datagrams++) {
		u8 buf[4096];
		ssize_t len = ksock_recvmsg(w->sk, buf, sizeof buf);

		assert_true(len > 0);
		for (ssize_t at = 0; at < len; at += (ssize_t)get_u32(buf + at)) {
			char name[8];

			done = buf[at + 4] == NLMSG_DONE;
			if (done)
				break;
			snprintf(name, sizeof name, "e%03d", n % 1000);
			check_link(buf + at, get_u32(buf + at), RTM_NEWLINK, name);
			assert_int_equal(get_u32(buf + at + 20), ++n);
		}
	}
	assert_int_equal(n, 100);
	assert_true(datagrams > 10);
	for (int i = 0; i < 100; i++)
		unregister_netdevice(&devs[i]);
	test_free(devs);
}

static void coming_changing_and_going_links_are_told_to_listeners_only(void **state)
{
	static const int types[] = { RTM_NEWLINK, RTM_NEWLINK, RTM_DELLINK };
	static const u32 changes[] = { UINT32_MAX, 0, UINT32_MAX };
	struct world *w = *state;
	struct net_device dev;
	u8 buf[2048];

	for (int listens = 0; listens < 2; listens++) {
		fill_dev(&dev, "eth0");
		if (listens)
			assert_int_equal(ksock_join(w->sk, RTNLGRP_LINK), 0);
		assert_int_equal(rtnl_notify_needed(&w->net, 0, RTNLGRP_LINK), listens);
		assert_true(rtnl_notify_needed(&w->net, NLM_F_ECHO, RTNLGRP_LINK));
		assert_int_equal(register_netdevice(&w->net, &dev), 0);
		netdev_state_change(&dev);
		unregister_netdevice(&dev);
		for (size_t i = 0; listens && i < ARRAY_SIZE(types); i++) {
			ssize_t len = ksock_recvmsg(w->sk, buf, sizeof buf);

			assert_true(len > 0);
			check_link(buf, (size_t)len, types[i], "eth0");
			assert_int_equal(get_u32(buf + 28), changes[i]);
			assert_int_equal(get_u32(buf + 12), 0);
		}
		assert_int_equal(ksock_peek(w->sk), -EAGAIN);
	}
}

static void every_allocation_may_fail(void **state)
{
	bool failed = true;

	for (unsigned long n = 1; failed; n++) {
		struct knet net;
		int err;

		knet_init(&net, NULL);
		assert_int_equal(netlink_init(&net), 0);
		mem_fail_nth(n);
		err = rtnetlink_init(&net);
		failed = mem_fail_happened();
		mem_fail_nth(0);
		assert_int_equal(err, failed ? -ENOMEM : 0);
		assert_int_equal(!net.subsys[KNET_RTNETLINK], failed);
		rtnetlink_exit(&net);
		netlink_exit(&net);
		knet_fini(&net);
	}
}

static void mutated_requests_harm_nothing(void **state)
{
	struct world *w = *state;
	struct net_device dev;
	u8 buf[512];

	fill_dev(&dev, "eth0");
	assert_int_equal(register_netdevice(&w->net, &dev), 0);
	srand(5);
	for (int i = 0; i < 20000; i++) {
		struct request r = make(rand() % 4 ? RTM_GETLINK : 16 + rand() % 120,
					rand() % 3 ? 0 : rand() & 0xffff, 16);
		size_t len = 16 + (size_t)rand() % (sizeof r - 16);
		u8 *p = malloc(len);
		struct iovec iov = { p, len };

		r.ifm.ifi_index = rand() % 3;
		put_attr(&r, rand() % 70, "eth0\0\0\0\0\0\0\0", (size_t)rand() % 10);
		for (int k = rand() % 4; k > 0; k--)
			r.attrs[rand() % 16] = (u8)rand();
		r.nlh.nlmsg_len = (u32)len;
		memcpy(p, &r, len);
		ksock_sendmsg(w->sk, &iov, 1);
		while (ksock_recvmsg(w->sk, buf, sizeof buf) >= 0)
			;
		free(p);
	}
	unregister_netdevice(&dev);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(messages_are_dispatched_in_linux_order_of_tests),
		TEST(handlers_of_impossible_messages_are_refused),
		TEST(the_trace_shows_the_chain_of_functions),
		TEST(a_link_is_found_by_index_and_by_name),
		TEST(all_links_are_dumped_by_index),
		TEST(coming_changing_and_going_links_are_told_to_listeners_only),
		cmocka_unit_test(every_allocation_may_fail),
		TEST(mutated_requests_harm_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
