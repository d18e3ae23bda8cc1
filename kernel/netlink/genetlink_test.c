/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "kernel/netlink/genetlink.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* A family as ovs_* ones are. */
enum {
	CMD_SET = 1,
	CMD_GET = 3,
	CMD_DUMP_ONLY = 4
};
#define HDRSIZE 4

static struct genl_family pets;

static int set(struct genl_info *info)
{
	struct nlreq *req = info->req;
	struct kmsg *m = knet_scratch(req->net);
	u8 *userhdr = genlmsg_put(m, req->portid, req->nlh->nlmsg_seq, &pets, 0, CMD_SET);

	if (!info->attrs[1])
		return -EINVAL;
	memcpy(userhdr, info->userhdr, HDRSIZE);
	nla_put_u32(m, 1, nla_get_u32(info->attrs[1]));
	genlmsg_end(m, userhdr);
	return genl_notify(req->net, req, &pets, m);
}

static int get(struct genl_info *info)
{
	return info->genlhdr->cmd == CMD_GET ? 0 : -EIO;
}

static int dump(struct kmsg *m, struct netlink_callback *cb)
{
	for (; cb->args[0] < 3; cb->args[0]++) {
		void *hdr = genlmsg_put(m, cb->portid, cb->seq, &pets, NLM_F_MULTI, CMD_GET);

		if (!hdr)
			break;
		genlmsg_end(m, hdr);
	}
	return (int)m->len;
}

static const struct nla_policy policy[] = {
	[1] = { .type = NLA_U32 },
};

static const struct genl_op ops[] = {
	{ .cmd = CMD_SET, .flags = GENL_UNS_ADMIN_PERM, .doit = set },
	{ .cmd = CMD_GET, .doit = get, .dumpit = dump },
	{ .cmd = CMD_DUMP_ONLY, .dumpit = dump },
};

struct world {
	struct knet net;
	struct ksock *sk;
	u32 portid;
};

static int set_up(void **state)
{
	struct world *w = test_calloc(1, sizeof *w);

	pets = (struct genl_family){
		.name = "pets",
		.version = 1,
		.hdrsize = HDRSIZE,
		.maxattr = 1,
		.policy = policy,
		.ops = ops,
		.n_ops = ARRAY_SIZE(ops),
		.mcgrp = "pets_group",
		.resv_start_op = CMD_DUMP_ONLY + 1,
	};
	knet_init(&w->net, NULL);
	assert_int_equal(netlink_init(&w->net), 0);
	assert_int_equal(genl_init(&w->net), 0);
	assert_int_equal(genl_register_family(&w->net, &pets), 0);
	w->sk = ksock_socket(&w->net, NETLINK_GENERIC, &w->portid);
	assert_non_null(w->sk);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	ksock_close(w->sk);
	genl_exit(&w->net);
	netlink_exit(&w->net);
	knet_fini(&w->net);
	test_free(w);
	return 0;
}

struct request {
	struct nlmsghdr nlh;
	struct genlmsghdr genl;
	u8 rest[64];
};

static struct request make(u16 type, u16 flags, u8 cmd, const void *rest, size_t len)
{
	struct request r = {
		.nlh = { .nlmsg_len = (u32)(20 + len), .nlmsg_type = type, .nlmsg_seq = 5 },
		.genl = { .cmd = cmd, .version = 1 },
	};

	r.nlh.nlmsg_flags = (u16)(flags | NLM_F_REQUEST);
	if (len)
		memcpy(r.rest, rest, len);
	return r;
}

static void send_request(struct world *w, const struct request *r)
{
	struct iovec iov = { CONST_CAST(void *, r), r->nlh.nlmsg_len };

	assert_int_equal(ksock_sendmsg(w->sk, &iov, 1), 0);
}

static int take_ack(struct world *w)
{
	u8 buf[256];
	int err;

	assert_true(ksock_recvmsg(w->sk, buf, sizeof buf) >= 36);
	assert_int_equal(buf[4], NLMSG_ERROR);
	memcpy(&err, buf + 16, sizeof err);
	return err;
}

#define SET_BODY "\1\2\3\4\10\0\1\0\7\0\0"

static const struct {
	const char *what;
	u16 type; /* 0: that of the family */
	u16 flags;
	u8 cmd, reserved;
	const char *rest;
	size_t len;
	bool unprivileged;
	int result;
} cases[] = {
	{ "set", 0, 0, CMD_SET, 0, SET_BODY, 12, false, 0 },
	{ "set with old flags", 0, 0xc00, CMD_SET, 9, SET_BODY, 12, false, 0 },
	{ "set without attribute", 0, 0, CMD_SET, 0, SET_BODY, 4, false, -EINVAL },
	{ "attribute too short", 0, 0, CMD_SET, 0, "\0\0\0\0\6\0\1\0\0\0\0", 12, false, -ERANGE },
	{ "header cut", 0, 0, CMD_SET, 0, SET_BODY, 3, false, -EINVAL },
	{ "no family", 0x99, 0, CMD_SET, 0, SET_BODY, 12, false, -ENOENT },
	{ "reserved id", GENL_MIN_ID + 1, 0, CMD_SET, 0, SET_BODY, 12, false, -ENOENT },
	{ "id past all", UINT16_MAX, 0, CMD_SET, 0, SET_BODY, 12, false, -ENOENT },
	{ "no command", 0, 0, 2, 0, SET_BODY, 12, false, -EOPNOTSUPP },
	{ "new command, reserved", 0, 0, 9, 1, SET_BODY, 12, false, -EINVAL },
	{ "new command, flags", 0, NLM_F_CREATE, 9, 0, SET_BODY, 12, false, -EINVAL },
	{ "new command", 0, NLM_F_DUMP, 9, 0, SET_BODY, 12, false, -EOPNOTSUPP },
	{ "not privileged", 0, 0, CMD_SET, 0, SET_BODY, 12, true, -EPERM },
	{ "get needs none", 0, 0, CMD_GET, 0, SET_BODY, 4, true, 0 },
	{ "dump only, done", 0, 0, CMD_DUMP_ONLY, 0, SET_BODY, 4, false, -EOPNOTSUPP },
	{ "half of the dump flag", 0, NLM_F_ROOT, CMD_GET, 0, SET_BODY, 4, false, 0 },
	{ "dump of what has none", 0, NLM_F_DUMP, CMD_SET, 0, SET_BODY, 12, false, -EOPNOTSUPP },
};

static void requests_are_dispatched_in_linux_order_of_tests(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct request r = make(cases[i].type ? cases[i].type : pets.id,
					(u16)(cases[i].flags | NLM_F_ACK), cases[i].cmd,
					cases[i].rest, cases[i].len);
		int err;

		r.genl.reserved = cases[i].reserved;
		w->net.is_privileged = !cases[i].unprivileged;
		send_request(w, &r);
		err = take_ack(w);
		if (err != cases[i].result)
			fail_msg("%s: %d instead of %d", cases[i].what, err, cases[i].result);
		assert_int_equal(ksock_peek(w->sk), -EAGAIN);
	}
}

static void a_family_notifies_its_group_and_echoes(void **state)
{
	struct world *w = *state;
	static const u8 want[] = { 32, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0,
				   1,  1, 0, 0, 1, 2, 3, 4, 8, 0, 1, 0, 7, 0, 0, 0 };
	struct request r = make(pets.id, NLM_F_ECHO, CMD_SET, SET_BODY, 12);
	u32 portid;
	struct ksock *other = ksock_socket(&w->net, NETLINK_GENERIC, &portid);
	u8 buf[64];

	assert_int_equal(ksock_join(other, pets.mcgrp_id), 0);
	send_request(w, &r);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ksock_recvmsg(i ? other : w->sk, buf, sizeof buf), 32);
		assert_int_equal(get_u32(buf + 12), w->portid);
		memset(buf + 4, 0, 2); /* id */
		memset(buf + 12, 0, 4);
		assert_memory_equal(buf, want, 32);
	}
	ksock_close(other);
}

static void dumps_are_multipart(void **state)
{
	struct world *w = *state;
	struct request r = make(pets.id, NLM_F_DUMP | NLM_F_ACK, CMD_GET, SET_BODY, 4);
	u8 buf[4096];

	send_request(w, &r);
	assert_int_equal(ksock_recvmsg(w->sk, buf, sizeof buf), 3 * 24);
	assert_int_equal(ksock_recvmsg(w->sk, buf, sizeof buf), 20);
	assert_int_equal(buf[4], NLMSG_DONE);
	assert_int_equal(ksock_peek(w->sk), -EAGAIN);
}

/* ---- nlctrl ---- */

static const u8 pets_info[] = {
	/* clang-format off */
	0xa0, 0, 0, 0, GENL_ID_CTRL, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0,
	CTRL_CMD_NEWFAMILY, 2, 0, 0,
	9, 0, CTRL_ATTR_FAMILY_NAME, 0, 'p', 'e', 't', 's', 0, 0, 0, 0,
	6, 0, CTRL_ATTR_FAMILY_ID, 0, 0x13, 0, 0, 0,
	8, 0, CTRL_ATTR_VERSION, 0, 1, 0, 0, 0,
	8, 0, CTRL_ATTR_HDRSIZE, 0, HDRSIZE, 0, 0, 0,
	8, 0, CTRL_ATTR_MAXATTR, 0, 1, 0, 0, 0,
	64, 0, CTRL_ATTR_OPS, 0,
	  20, 0, 1, 0, 8, 0, CTRL_ATTR_OP_ID, 0, 1, 0, 0, 0, 8, 0, CTRL_ATTR_OP_FLAGS, 0, 0x1a, 0, 0, 0,
	  20, 0, 2, 0, 8, 0, CTRL_ATTR_OP_ID, 0, 3, 0, 0, 0, 8, 0, CTRL_ATTR_OP_FLAGS, 0, 0x0e, 0, 0, 0,
	  20, 0, 3, 0, 8, 0, CTRL_ATTR_OP_ID, 0, 4, 0, 0, 0, 8, 0, CTRL_ATTR_OP_FLAGS, 0, 0x0c, 0, 0, 0,
	32, 0, CTRL_ATTR_MCAST_GROUPS, 0,
	  28, 0, 1, 0, 8, 0, CTRL_ATTR_MCAST_GRP_ID, 0, 2, 0, 0, 0,
	  15, 0, CTRL_ATTR_MCAST_GRP_NAME, 0, 'p', 'e', 't', 's', '_', 'g', 'r', 'o', 'u', 'p', 0, 0,
	/* clang-format on */
};

static void getfamily_tells_of_a_family_by_name_and_by_id(void **state)
{
	static const struct {
		const char *rest;
		size_t len;
		int result;
	} gets[] = {
		{ "\11\0\2\0pets\0\0\0", 12, 1 },
		{ "\6\0\1\0\x13\0\0", 8, 1 },
		{ "\6\0\1\0\x77\0\0\0\11\0\2\0pets\0\0\0", 20, 1 }, /* the name counts */
		{ "\11\0\2\0dogs\0\0\0", 12, -ENOENT },
		{ "\10\0\2\0pets", 8, -EINVAL }, /* no NUL */
		{ "\6\0\1\0\x77\0\0", 8, -ENOENT },
		{ "\6\0\1\0\x11\0\0", 8, -ENOENT },
		{ "", 0, -EINVAL },
	};
	struct world *w = *state;
	u8 buf[512];

	assert_int_equal(w->portid, 1);
	for (size_t i = 0; i < ARRAY_SIZE(gets); i++) {
		struct request r =
			make(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, gets[i].rest, gets[i].len);

		send_request(w, &r);
		if (gets[i].result <= 0) {
			assert_int_equal(take_ack(w), gets[i].result);
			continue;
		}
		assert_int_equal(ksock_recvmsg(w->sk, buf, sizeof buf), sizeof pets_info);
		assert_memory_equal(buf, pets_info, sizeof pets_info);
		assert_int_equal(ksock_peek(w->sk), -EAGAIN);
	}
}

static void families_are_dumped_over_many_datagrams(void **state)
{
	struct world *w = *state;
	struct genl_family many[60];
	char names[60][24];
	struct request r = make(GENL_ID_CTRL, NLM_F_DUMP, CTRL_CMD_GETFAMILY, "", 0);
	int n = 0, datagrams = 0;

	for (int i = 0; i < 60; i++) {
		many[i] = pets;
		snprintf(names[i], sizeof names[i], "family%d", i);
		many[i].name = names[i];
		assert_int_equal(genl_register_family(&w->net, &many[i]), 0);
		assert_int_equal(many[i].id, pets.id + 1 + i);
	}
	send_request(w, &r);
	for (bool done = false; !done; datagrams++) {
		u8 buf[4096];
		ssize_t len = ksock_recvmsg(w->sk, buf, sizeof buf);

		assert_true(len > 0);
		for (ssize_t at = 0; at < len; at += (ssize_t)get_u32(buf + at)) {
			done = buf[at + 4] == NLMSG_DONE;
			n += !done;
		}
	}
	assert_int_equal(n, 62); /* with nlctrl and pets */
	assert_true(datagrams > 3);
}

static void coming_and_going_families_are_told_to_nlctrls_group(void **state)
{
	struct world *w = *state;
	struct genl_family cars = { .name = "cars", .ops = ops, .n_ops = 1 };
	u8 buf[512];

	assert_int_equal(ksock_join(w->sk, GENL_ID_CTRL), 0);
	assert_int_equal(genl_register_family(&w->net, &cars), 0);
	assert_true(ksock_recvmsg(w->sk, buf, sizeof buf) > 0);
	assert_int_equal(buf[16], CTRL_CMD_NEWFAMILY);
	genl_unregister_family(&w->net, &cars);
	genl_unregister_family(&w->net, &cars);
	assert_true(ksock_recvmsg(w->sk, buf, sizeof buf) > 0);
	assert_int_equal(buf[16], CTRL_CMD_DELFAMILY);
	assert_int_equal(ksock_peek(w->sk), -EAGAIN);
	assert_int_equal(genl_register_family(&w->net, &cars), 0); /* its id is free again */
}

static void wrong_families_are_refused(void **state)
{
	static const struct genl_op twice[] = {
		{ .cmd = 1, .dumpit = dump },
		{ .cmd = 1, .dumpit = dump },
	};
	static const struct genl_op none[] = { { .cmd = 1 } };
	struct world *w = *state;
	struct genl_family f = { .name = "pets", .ops = ops, .n_ops = 1 };
	struct genl_family many[NETLINK_GROUPS_MAX];
	char names[NETLINK_GROUPS_MAX][24];
	int err = 0;

	assert_int_equal(genl_register_family(&w->net, &f), -EEXIST);
	f.name = "birds";
	f.ops = none;
	assert_int_equal(genl_register_family(&w->net, &f), -EINVAL);
	f.ops = twice;
	f.n_ops = 2;
	assert_int_equal(genl_register_family(&w->net, &f), -EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(many) && !err; i++) {
		many[i] = pets;
		snprintf(names[i], sizeof names[i], "f%zu", i);
		many[i].name = names[i];
		err = genl_register_family(&w->net, &many[i]);
	}
	assert_int_equal(err, -ENOSPC);
}

static void every_allocation_may_fail(void **state)
{
	bool failed = true;

	for (unsigned long n = 1; failed; n++) {
		struct genl_family f = { .name = "f", .maxattr = 200, .ops = ops, .n_ops = 1 };
		struct knet net;

		knet_init(&net, NULL);
		mem_fail_nth(n);
		if (!netlink_init(&net) && !genl_init(&net) && genl_register_family(&net, &f))
			assert_true(mem_fail_happened());
		failed = mem_fail_happened();
		mem_fail_nth(0);
		genl_exit(&net);
		netlink_exit(&net);
		knet_fini(&net);
		assert_true(n < 50);
	}
}

static void mutated_requests_harm_nothing(void **state)
{
	struct world *w = *state;
	u8 buf[512];

	srand(3);
	for (int i = 0; i < 20000; i++) {
		struct request r = make((u16)(rand() % 2 ? pets.id : GENL_ID_CTRL),
					(u16)(rand() & 0xf0f), (u8)(rand() % 5), NULL, 0);
		u8 *p = malloc(sizeof r);
		size_t len = 16 + (size_t)rand() % (sizeof r - 16);
		struct iovec iov = { p, len };

		for (size_t k = 0; k < sizeof r.rest; k++)
			r.rest[k] = (u8)(rand() % 3 ? rand() % 10 : 0);
		r.nlh.nlmsg_len = (u32)len;
		memcpy(p, &r, sizeof r);
		ksock_sendmsg(w->sk, &iov, 1);
		while (ksock_recvmsg(w->sk, buf, sizeof buf) >= 0)
			;
		free(p);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(requests_are_dispatched_in_linux_order_of_tests),
		TEST(a_family_notifies_its_group_and_echoes),
		TEST(dumps_are_multipart),
		TEST(getfamily_tells_of_a_family_by_name_and_by_id),
		TEST(families_are_dumped_over_many_datagrams),
		TEST(coming_and_going_families_are_told_to_nlctrls_group),
		TEST(wrong_families_are_refused),
		cmocka_unit_test(every_allocation_may_fail),
		TEST(mutated_requests_harm_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
