/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "kernel/netlink/nlattr.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* A protocol of the test's own: what its handler does is in the message type and the payload. */
#define PROTOCOL NETLINK_USERSOCK

enum {
	RETURN = 0x20, /* returns the first word of the payload, with the extack of the second */
	NOTIFY,	       /* notifies group @word[0], with report when NLM_F_ECHO is set */
	REPLY,
	DUMP,	   /* @word[0] messages of @word[1] bytes of payload; then returns @word[2] */
	DUMP_STUCK /* returns > 0 without a message */
};

/* Bits of the second word of RETURN. */
enum {
	WITH_MSG = 1,
	WITH_ATTR = 2,
	WITH_COOKIE = 4,
	WITH_MISS_TYPE = 8,
	WITH_MISS_NEST = 16,
	WITH_FOREIGN_ATTR = 32
};

static u32 word(const struct nlmsghdr *nlh, u32 i)
{
	u32 v = 0;

	if (nlh->nlmsg_len >= NLMSG_HDRLEN + 4 * (i + 1))
		memcpy(&v, (const u8 *)(nlh + 1) + 4 * (size_t)i, 4);
	return v;
}

static int do_return(struct nlreq *req)
{
	struct netlink_ext_ack *e = req->extack;
	u32 with = word(req->nlh, 1);

	if (with & WITH_MSG)
		e->_msg = "words";
	if (with & WITH_ATTR)
		e->bad_attr = (const void *)((const u8 *)req->nlh + 24);
	if (with & WITH_FOREIGN_ATTR)
		e->bad_attr = (const void *)e;
	if (with & WITH_COOKIE) {
		memcpy(e->cookie, "\1\2\3\4\5", 5);
		e->cookie_len = 5;
	}
	if (with & WITH_MISS_TYPE)
		e->miss_type = 9;
	if (with & WITH_MISS_NEST)
		e->miss_nest = (const void *)((const u8 *)req->nlh + 16);
	return (int)word(req->nlh, 0);
}

static int do_notify(struct nlreq *req)
{
	struct kmsg *m = knet_scratch(req->net);
	struct nlmsghdr *nlh = nlmsg_put(m, req->portid, req->nlh->nlmsg_seq, NOTIFY, 4, 0);

	nlmsg_end(m, nlh);
	return nlmsg_notify(req->net, req, PROTOCOL, m, word(req->nlh, 0),
			    req->nlh->nlmsg_flags & NLM_F_ECHO);
}

static int do_reply(struct nlreq *req)
{
	struct kmsg *m = knet_scratch(req->net);

	nlmsg_end(m, nlmsg_put(m, req->portid, req->nlh->nlmsg_seq, REPLY, 4, 0));
	return nlmsg_unicast(req, m);
}

static int dump(struct kmsg *m, struct netlink_callback *cb)
{
	u32 n = word(cb->nlh, 0), payload = word(cb->nlh, 1);

	for (; cb->args[0] < n; cb->args[0]++) {
		struct nlmsghdr *nlh =
			nlmsg_put(m, cb->portid, cb->seq, DUMP, (int)payload, NLM_F_MULTI);
		u32 i = (u32)cb->args[0];

		if (!nlh)
			return (int)m->len;
		memcpy(nlh + 1, &i, sizeof i);
		nlmsg_end(m, nlh);
	}
	if (m->len)
		return (int)m->len;
	if (word(cb->nlh, 2))
		cb->extack->_msg = "why";
	return (int)word(cb->nlh, 2);
}

static int dump_stuck(struct kmsg *m, struct netlink_callback *cb)
{
	return 1;
}

static int n_done;

static int count_done(struct netlink_callback *cb)
{
	n_done++;
	return 0;
}

static int rcv_msg(struct nlreq *req)
{
	int err;

	switch (req->nlh->nlmsg_type) {
	case RETURN:
		return do_return(req);
	case NOTIFY:
		return do_notify(req);
	case REPLY:
		return do_reply(req);
	case DUMP:
	case DUMP_STUCK:
		err = netlink_dump_start(req, req->nlh->nlmsg_type == DUMP ? dump : dump_stuck,
					 count_done);
		return err ? err : -EINTR;
	default:
		return -EOPNOTSUPP;
	}
}

static void input(struct knet *net, struct ksock *from, const void *data, size_t len)
{
	netlink_rcv_skb(net, from, data, len, rcv_msg);
}

/* ---- the world of a test ---- */

struct world {
	struct knet net;
	struct ksock *sk;
	u32 portid;
};

static int set_up(void **state)
{
	struct world *w = test_calloc(1, sizeof *w);

	knet_init(&w->net, NULL);
	assert_int_equal(netlink_init(&w->net), 0);
	assert_int_equal(netlink_kernel_create(&w->net, PROTOCOL, input), 0);
	w->sk = ksock_socket(&w->net, PROTOCOL, &w->portid);
	assert_non_null(w->sk);
	n_done = 0;
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	ksock_close(w->sk);
	netlink_exit(&w->net);
	knet_fini(&w->net);
	test_free(w);
	return 0;
}

struct request {
	struct nlmsghdr nlh;
	u32 words[9];
};

static struct request make(u16 type, u16 flags, u32 len, u32 a, u32 b, u32 c)
{
	struct request r = {
		.nlh = { .nlmsg_len = len, .nlmsg_type = type, .nlmsg_seq = 0x1234 },
		.words = { a, b, c, 3, 4, 5, 6, 7, 8 },
	};

	r.nlh.nlmsg_flags = flags;
	return r;
}

static int send_bytes(struct ksock *sk, const void *p, size_t len)
{
	struct iovec iov = { .iov_base = CONST_CAST(void *, p), .iov_len = len };

	return ksock_sendmsg(sk, &iov, 1);
}

static void send_request(struct ksock *sk, const struct request *r)
{
	assert_int_equal(send_bytes(sk, r, r->nlh.nlmsg_len), 0);
}

static void assert_nothing_more(struct ksock *sk)
{
	u8 byte;

	assert_int_equal(ksock_peek(sk), -EAGAIN);
	assert_int_equal(ksock_recvmsg(sk, &byte, 1), -EAGAIN);
}

/* The errno of the next datagram, which is an ack. */
static int take_ack(struct ksock *sk)
{
	u8 buf[512];
	int err;

	assert_true(ksock_recvmsg(sk, buf, sizeof buf) >= 36);
	assert_int_equal(buf[4], NLMSG_ERROR);
	memcpy(&err, buf + 16, sizeof err);
	return err;
}

/* ---- acks ---- */

static const struct {
	int err;
	u32 with;
	bool ext_ack, cap_ack;
	u16 flags;  /* of the answer */
	size_t len; /* for a request of 52 bytes */
	bool whole; /* request */
	const char *tlvs;
} acks[] = {
/* clang-format off */
#define MSG    "\12\0\1\0words\0\0\0"
#define OFFS   "\10\0\2\0\30\0\0\0"
#define COOKIE "\11\0\3\0\1\2\3\4\5\0\0\0"
#define TYPE   "\10\0\5\0\11\0\0\0"
#define NEST   "\10\0\6\0\20\0\0\0"
	{ 0, 0, false, false, 0x100, 36, false, "" },
	{ 0, 0, true, true, 0x100, 36, false, "" },
	{ 0, 0, true, false, 0x100, 36, false, "" },
	{ 0, WITH_MSG, false, false, 0x100, 36, false, "" },
	{ 0, WITH_MSG, true, false, 0x300, 36 + 12, false, MSG },
	{ 0, 31, true, false, 0x300, 36 + 24, false, MSG COOKIE },
	{ -EINVAL, 0, false, false, 0, 72, true, "" },
	{ -EINVAL, 31, false, false, 0, 72, true, "" },
	{ -EINVAL, 31, false, true, 0x100, 36, false, "" },
	{ -EINVAL, 0, true, false, 0, 72, true, "" },
	{ -EINVAL, 0, true, true, 0x100, 36, false, "" },
	{ -EINVAL, WITH_MSG, true, false, 0x200, 72 + 12, true, MSG },
	{ -EINVAL, WITH_MSG | WITH_ATTR, true, false, 0x200, 72 + 20, true, MSG OFFS },
	{ -EINVAL, WITH_MSG | WITH_ATTR, true, true, 0x300, 36 + 20, false, MSG OFFS },
	{ -EINVAL, WITH_ATTR, true, false, 0x200, 72 + 8, true, OFFS },
	{ -EINVAL, WITH_FOREIGN_ATTR, true, false, 0, 72, true, "" },
	{ -EINVAL, WITH_MISS_TYPE | WITH_MISS_NEST, true, true, 0x300, 36 + 16, false, TYPE NEST },
	{ -524, 31, true, false, 0x200, 72 + 48, true, MSG COOKIE OFFS TYPE NEST },
	/* clang-format on */
};

static void acks_are_laid_out_as_linux_does(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(acks); i++) {
		struct request r = make(RETURN, NLM_F_REQUEST | NLM_F_ACK, 52, (u32)acks[i].err,
					acks[i].with, 0);
		size_t echo = acks[i].whole ? 52 : 16;
		u8 buf[256], want[256] = { 0 };
		struct nlmsghdr rep = { (u32)acks[i].len, NLMSG_ERROR, acks[i].flags, 0x1234,
					w->portid };

		memcpy(want, &rep, 16);
		memcpy(want + 16, &acks[i].err, 4);
		memcpy(want + 20, &r, echo);
		memcpy(want + 20 + echo, acks[i].tlvs, acks[i].len - 20 - echo);
		ksock_set_ext_ack(w->sk, acks[i].ext_ack);
		ksock_set_cap_ack(w->sk, acks[i].cap_ack);
		send_request(w->sk, &r);
		assert_int_equal(ksock_peek(w->sk), acks[i].len);
		assert_int_equal(ksock_recvmsg(w->sk, buf, sizeof buf), acks[i].len);
		assert_memory_equal(buf, want, acks[i].len);
		assert_nothing_more(w->sk);
	}
}

static void a_request_of_odd_length_is_padded_in_its_ack(void **state)
{
	struct world *w = *state;
	struct request r = make(RETURN, NLM_F_REQUEST, 27, (u32)-EPERM, 0, 0xffffffff);
	u8 buf[256];

	send_request(w->sk, &r);
	assert_int_equal(ksock_recvmsg(w->sk, buf, sizeof buf), 20 + 28);
	assert_int_equal(buf[0], 20 + 28);
	assert_memory_equal(buf + 20, &r, 27);
	assert_int_equal(buf[20 + 27], 0);
}

/* ---- the loop over a datagram ---- */

static const struct {
	const char *what;
	u16 type, flags;
	u32 len;     /* as the header says */
	size_t sent; /* bytes of the datagram */
	int result;  /* 0 or negative: of the ack; 1: no answer */
} loop_cases[] = {
	{ "a request", RETURN, NLM_F_REQUEST | NLM_F_ACK, 52, 52, -5 },
	{ "failure needs no ACK", RETURN, NLM_F_REQUEST, 52, 52, -5 },
	{ "no request, no ACK", RETURN, 0, 52, 52, 1 },
	{ "no request", RETURN, NLM_F_ACK, 52, 52, 0 },
	{ "a noop", NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, 52, 52, 0 },
	{ "a done", NLMSG_DONE, NLM_F_REQUEST | NLM_F_ACK, 52, 52, 0 },
	{ "the last control type", 15, NLM_F_REQUEST | NLM_F_ACK, 16, 16, 0 },
	{ "the first other type", 16, NLM_F_REQUEST, 16, 16, -EOPNOTSUPP },
	{ "header too short", RETURN, NLM_F_REQUEST | NLM_F_ACK, 15, 52, 1 },
	{ "length 0", RETURN, NLM_F_REQUEST | NLM_F_ACK, 0, 52, 1 },
	{ "longer than the rest", RETURN, NLM_F_REQUEST | NLM_F_ACK, 53, 52, 1 },
	{ "much longer", RETURN, NLM_F_REQUEST | NLM_F_ACK, UINT32_MAX, 52, 1 },
	{ "less than a header sent", RETURN, NLM_F_REQUEST | NLM_F_ACK, 15, 15, 1 },
};

static void messages_are_dispatched_or_skipped_as_linux_does(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(loop_cases); i++) {
		struct request r = make(loop_cases[i].type, loop_cases[i].flags, loop_cases[i].len,
					(u32)-5, 0, 0);

		assert_int_equal(send_bytes(w->sk, &r, loop_cases[i].sent), 0);
		if (loop_cases[i].result == 1 && ksock_peek(w->sk) >= 0)
			fail_msg("%s was answered", loop_cases[i].what);
		if (loop_cases[i].result != 1)
			assert_int_equal(take_ack(w->sk), loop_cases[i].result);
		assert_nothing_more(w->sk);
	}
}

static void all_messages_of_a_datagram_run_and_each_ack_is_its_own_datagram(void **state)
{
	struct world *w = *state;
	struct request r[3];
	struct iovec iov[4];

	for (int i = 0; i < 3; i++) {
		r[i] = make(RETURN, NLM_F_REQUEST, 52, (u32)(-1 - i), 0, 0);
		iov[i + 1] = (struct iovec){ .iov_base = &r[i], .iov_len = 52 };
	}
	iov[0] = (struct iovec){ .iov_base = NULL, .iov_len = 0 };
	assert_int_equal(ksock_sendmsg(w->sk, iov, 4), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(take_ack(w->sk), -1 - i);
	assert_nothing_more(w->sk);
}

static void empty_and_enormous_datagrams_are_refused(void **state)
{
	struct world *w = *state;
	u8 *big = calloc(1, NETLINK_DATAGRAM_MAX + 1);
	struct iovec pieces[2] = { { big, SIZE_MAX }, { big, 100 } };

	assert_int_equal(ksock_sendmsg(w->sk, NULL, 0), -ENODATA);
	assert_int_equal(send_bytes(w->sk, big, 0), -ENODATA);
	assert_int_equal(send_bytes(w->sk, big, NETLINK_DATAGRAM_MAX + 1), -EMSGSIZE);
	assert_int_equal(ksock_sendmsg(w->sk, pieces, 2), -EMSGSIZE);
	assert_int_equal(send_bytes(w->sk, big, NETLINK_DATAGRAM_MAX), 0);
	ksock_close(w->sk);
	w->sk = ksock_socket(&w->net, PROTOCOL, &w->portid);
	mem_fail_nth(1);
	assert_int_equal(send_bytes(w->sk, big, 100), -ENOBUFS);
	mem_fail_nth(0);
	free(big);
}

/* ---- dumps ---- */

static struct request make_dump(u32 n, u32 payload, int err)
{
	return make(DUMP, NLM_F_REQUEST | NLM_F_DUMP | NLM_F_ACK, 28, n, payload, (u32)err);
}

/* Reads a dump to its end with buffers of @cap; checks every header; returns the datagrams. */
static int read_dump(struct world *w, u32 n, size_t message, size_t cap, int err)
{
	size_t first_max = NLMSG_GOODSIZE_;
	size_t later_max = cap > first_max ? (cap < NETLINK_DUMP_MAX ? cap : NETLINK_DUMP_MAX)
					   : first_max;
	u8 *buf = malloc(cap);
	int datagrams = 0;
	u32 seen = 0;

	for (;;) {
		ssize_t len = ksock_recvmsg(w->sk, buf, cap);
		size_t max = datagrams++ ? later_max : first_max;
		struct nlmsghdr nlh;
		u32 i;

		assert_true(len > 0 && (size_t)len <= max && (size_t)len <= cap);
		memcpy(&nlh, buf, sizeof nlh);
		if (nlh.nlmsg_type == NLMSG_DONE) {
			int result;

			assert_int_equal(nlh.nlmsg_len, len);
			assert_int_equal(nlh.nlmsg_flags, err ? 0x202 : 0x2);
			memcpy(&result, buf + 16, sizeof result);
			assert_int_equal(result, err);
			if (err)
				assert_memory_equal(buf + 20, "\10\0\1\0why\0", 8);
			break;
		}
		assert_int_equal((size_t)len % message, 0);
		if (seen + (u32)((size_t)len / message) < n) /* full: no other message had fitted */
			assert_true((size_t)len + message > max);
		for (size_t at = 0; at < (size_t)len; at += message) {
			memcpy(&nlh, buf + at, sizeof nlh);
			memcpy(&i, buf + at + 16, sizeof i);
			assert_int_equal(nlh.nlmsg_len, message);
			assert_int_equal(nlh.nlmsg_type, DUMP);
			assert_int_equal(nlh.nlmsg_flags, NLM_F_MULTI);
			assert_int_equal(nlh.nlmsg_seq, 0x1234);
			assert_int_equal(nlh.nlmsg_pid, w->portid);
			assert_int_equal(i, seen++);
		}
	}
	assert_int_equal(seen, n);
	free(buf);
	return datagrams;
}

static void dumps_go_on_over_many_datagrams_and_end_in_one_of_their_own(void **state)
{
	static const size_t caps[] = { 4096, 8192, 16384, 32768, 65536 };
	static const u32 counts[] = { 0, 1, 36, 37, 38, 1000 };
	struct world *w = *state;

	ksock_set_ext_ack(w->sk, true);
	for (size_t c = 0; c < ARRAY_SIZE(caps); c++) {
		ksock_close(w->sk); /* the largest buffer is remembered by the socket */
		w->sk = ksock_socket(&w->net, PROTOCOL, &w->portid);
		ksock_set_ext_ack(w->sk, true);
		n_done = 0;
		for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
			struct request r = make_dump(counts[i], 84, i % 2 ? -ERANGE : 0);
			int datagrams;

			if (i) { /* the first datagram of later dumps may be larger, too */
				ksock_close(w->sk);
				w->sk = ksock_socket(&w->net, PROTOCOL, &w->portid);
				ksock_set_ext_ack(w->sk, true);
			}
			send_request(w->sk, &r);
			datagrams = read_dump(w, counts[i], 100, caps[c], i % 2 ? -ERANGE : 0);
			assert_int_equal(datagrams > 2, counts[i] > 37);
			assert_int_equal(n_done, (int)i + 1);
			assert_nothing_more(w->sk);
		}
	}
}

static void a_second_dump_on_the_socket_is_busy_until_the_first_ends(void **state)
{
	struct world *w = *state;
	struct request r = make_dump(200, 84, 0);
	u32 portid;
	struct ksock *other = ksock_socket(&w->net, PROTOCOL, &portid);

	send_request(w->sk, &r);
	send_request(w->sk, &r);
	send_request(other, &r); /* another socket may */
	assert_int_equal(ksock_peek(other), 3700);
	ksock_close(other); /* ends its dump */
	assert_int_equal(n_done, 1);
	for (ssize_t len;;) {
		u8 buf[4096];
		int err;

		len = ksock_recvmsg(w->sk, buf, sizeof buf);
		assert_true(len > 0);
		if (buf[4] == NLMSG_ERROR) {
			memcpy(&err, buf + 16, 4);
			assert_int_equal(err, -EBUSY);
		}
		if (buf[4] == NLMSG_DONE)
			break;
	}
	assert_int_equal(n_done, 2);
	send_request(w->sk, &r);
	assert_int_equal(ksock_peek(w->sk), 4000); /* larger now: 4096 were shown */
}

static void a_dump_that_never_fills_anything_ends_with_an_error(void **state)
{
	struct world *w = *state;
	struct request r = make(DUMP_STUCK, NLM_F_REQUEST | NLM_F_DUMP, 16, 0, 0, 0);
	u8 buf[64];
	int err;

	send_request(w->sk, &r);
	assert_int_equal(ksock_recvmsg(w->sk, buf, sizeof buf), 20);
	assert_int_equal(buf[4], NLMSG_DONE);
	memcpy(&err, buf + 16, 4);
	assert_int_equal(err, -EMSGSIZE);
	assert_int_equal(n_done, 1);
}

/* ---- groups ---- */

/* Who gets a notification: requester and a stranger, each in the group or not, with and without
 * echo; copies that each gets. */
static void echo_and_multicast_reach_whom_they_should(void **state)
{
	struct world *w = *state;

	for (int c = 0; c < 8; c++) {
		bool echo = c & 1, self_in = c & 2, other_in = c & 4;
		u32 portid, self_portid, group = 4;
		struct ksock *self = ksock_socket(&w->net, PROTOCOL, &self_portid);
		struct ksock *other = ksock_socket(&w->net, PROTOCOL, &portid);
		struct request r = make(NOTIFY,
					(u16)(NLM_F_REQUEST | NLM_F_ACK | (echo ? NLM_F_ECHO : 0)),
					52, group, 0, 0);
		u8 buf[256];

		if (self_in)
			assert_int_equal(ksock_join(self, group), 0);
		if (other_in)
			assert_int_equal(ksock_join(other, group), 0);
		assert_int_equal(ksock_join(other, 5), 0); /* of no matter */
		assert_int_equal(netlink_has_listeners(&w->net, PROTOCOL, group),
				 self_in || other_in);
		send_request(self, &r);
		if (echo || self_in) { /* once, before the ack */
			assert_int_equal(ksock_recvmsg(self, buf, sizeof buf), 20);
			assert_int_equal(buf[4], NOTIFY);
			assert_memory_equal(buf + 12, &self_portid, 4);
		}
		assert_int_equal(take_ack(self), 0);
		assert_nothing_more(self);
		if (other_in)
			assert_int_equal(ksock_recvmsg(other, buf, sizeof buf), 20);
		assert_nothing_more(other);
		ksock_close(self);
		ksock_close(other);
		assert_false(netlink_has_listeners(&w->net, PROTOCOL, group));
	}
}

static void groups_are_numbered_from_1_to_their_limit(void **state)
{
	struct world *w = *state;
	struct kmsg *m = knet_scratch(&w->net);

	assert_int_equal(ksock_join(w->sk, 0), -EINVAL);
	assert_int_equal(ksock_join(w->sk, NETLINK_GROUPS_MAX + 1), -EINVAL);
	assert_int_equal(ksock_join(w->sk, NETLINK_GROUPS_MAX), 0);
	assert_int_equal(ksock_join(w->sk, NETLINK_GROUPS_MAX), 0);
	assert_true(netlink_has_listeners(&w->net, PROTOCOL, NETLINK_GROUPS_MAX));
	assert_false(netlink_has_listeners(&w->net, PROTOCOL, NETLINK_GROUPS_MAX + 1));
	assert_false(netlink_has_listeners(&w->net, NETLINK_ROUTE, 1));
	assert_false(netlink_has_listeners(&w->net, -1, 1));
	nlmsg_put(m, 0, 0, 16, 0, 0);
	assert_int_equal(nlmsg_multicast(&w->net, PROTOCOL, m, 0, NETLINK_GROUPS_MAX), 0);
	assert_int_equal(nlmsg_multicast(&w->net, PROTOCOL, m, w->portid, NETLINK_GROUPS_MAX),
			 -ESRCH);
	assert_int_equal(nlmsg_multicast(&w->net, PROTOCOL, m, 0, 1), -ESRCH);
	assert_int_equal(nlmsg_notify(&w->net, NULL, PROTOCOL, m, 1, true), 0);
	m->error = true;
	assert_int_equal(nlmsg_multicast(&w->net, PROTOCOL, m, 0, 1), -EMSGSIZE);
}

/* ---- receiving ---- */

static void a_datagram_is_cut_to_the_buffer_and_its_full_size_told(void **state)
{
	struct world *w = *state;
	struct request r = make(RETURN, NLM_F_REQUEST, 52, (u32)-1, 0, 0);

	for (size_t cap = 0; cap <= 72; cap++) {
		u8 *buf = malloc(cap ? cap : 1);

		send_request(w->sk, &r);
		assert_int_equal(ksock_recvmsg(w->sk, buf, cap), 72);
		assert_nothing_more(w->sk);
		free(buf);
	}
}

static void a_full_queue_loses_and_tells_once(void **state)
{
	struct world *w = *state;
	struct request r = make(RETURN, NLM_F_REQUEST, 52, (u32)-1, 0, 0);
	u8 buf[128];
	int n = 0;

	for (int i = 0; i < 60000; i++)
		send_request(w->sk, &r);
	assert_int_equal(ksock_recvmsg(w->sk, buf, sizeof buf), -ENOBUFS);
	while (ksock_recvmsg(w->sk, buf, sizeof buf) == 72)
		n++;
	assert_int_equal(n, NETLINK_RCVBUF_MAX / 80);
	assert_nothing_more(w->sk);
	send_request(w->sk, &r);
	assert_int_equal(take_ack(w->sk), -1);
}

static void no_allocation_is_made_for_requests_acks_and_echoes_in_the_steady_state(void **state)
{
	struct world *w = *state;
	struct request r = make(NOTIFY, NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO, 52, 1, 0, 0);
	u8 buf[128];

	for (int i = 0; i < 100; i++) {
		send_request(w->sk, &r);
		if (i == 50)
			mem_fail_nth(1);
		assert_int_equal(ksock_recvmsg(w->sk, buf, sizeof buf), 20);
		assert_int_equal(take_ack(w->sk), 0);
	}
	assert_false(mem_fail_happened());
	mem_fail_nth(0);
}

/* ---- the whole ---- */

static void two_stacks_do_not_know_of_each_other(void **state)
{
	struct world *a = *state, *b;
	void *other;
	struct request r = make(NOTIFY, NLM_F_REQUEST, 52, 1, 0, 0);

	set_up(&other);
	b = other;
	assert_int_equal(a->portid, b->portid);
	ksock_join(a->sk, 1);
	ksock_join(b->sk, 1);
	send_request(b->sk, &r);
	assert_nothing_more(a->sk);
	assert_int_equal(ksock_peek(b->sk), 20);
	tear_down(&other);
}

static void sockets_of_unknown_protocols_are_not_given(void **state)
{
	static const int protocols[] = { -1, NETLINK_ROUTE, 31, 32, 1 << 30 };
	struct world *w = *state;
	u32 portid;

	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		assert_null(ksock_socket(&w->net, protocols[i], &portid));
	assert_int_equal(netlink_kernel_create(&w->net, 32, input), -EPROTONOSUPPORT);
	assert_int_equal(netlink_kernel_create(&w->net, PROTOCOL, input), -EADDRINUSE);
	ksock_close(NULL);
}

static void every_allocation_may_fail(void **state)
{
	bool failed = true;

	for (unsigned long n = 1; failed; n++) {
		struct request r = make_dump(200, 84, 0);
		struct ksock *sk = NULL;
		struct knet net;
		u32 portid;
		u8 buf[8192];

		knet_init(&net, NULL);
		mem_fail_nth(n);
		if (!netlink_init(&net) && !netlink_kernel_create(&net, PROTOCOL, input))
			sk = ksock_socket(&net, PROTOCOL, &portid);
		if (sk && !send_bytes(sk, &r, r.nlh.nlmsg_len))
			while (ksock_recvmsg(sk, buf, sizeof buf) > 0)
				;
		failed = mem_fail_happened();
		mem_fail_nth(0);
		ksock_close(sk);
		netlink_exit(&net);
		knet_fini(&net);
		assert_true(n < 50);
	}
}

static void mutated_datagrams_harm_nothing(void **state)
{
	struct world *w = *state;
	u8 buf[8192];

	ksock_set_ext_ack(w->sk, true);
	srand(7);
	for (int i = 0; i < 8000; i++) {
		size_t len = 1 + (size_t)rand() % 256;
		u8 *p = malloc(len);

		for (size_t k = 0; k < len; k++)
			p[k] = (u8)(rand() % 4 ? 0 : rand());
		for (size_t at = 0; at + 52 <= len; at += 52) {
			struct request r = make((u16)(RETURN + rand() % 5), (u16)(rand() & 0x30f),
						52, (u32)rand() % 30, (u32)rand() % 600,
						(u32) - (rand() % 3));

			memcpy(p + at, &r, 52);
		}
		for (int k = rand() % 4; k > 0; k--)
			p[(size_t)rand() % len] = (u8)rand();
		send_bytes(w->sk, p, len);
		free(p);
		for (int k = 0; k < 40 && ksock_recvmsg(w->sk, buf, sizeof buf) >= 0; k++)
			;
		ksock_set_cap_ack(w->sk, rand() & 1);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(acks_are_laid_out_as_linux_does),
		TEST(a_request_of_odd_length_is_padded_in_its_ack),
		TEST(messages_are_dispatched_or_skipped_as_linux_does),
		TEST(all_messages_of_a_datagram_run_and_each_ack_is_its_own_datagram),
		TEST(empty_and_enormous_datagrams_are_refused),
		TEST(dumps_go_on_over_many_datagrams_and_end_in_one_of_their_own),
		TEST(a_second_dump_on_the_socket_is_busy_until_the_first_ends),
		TEST(a_dump_that_never_fills_anything_ends_with_an_error),
		TEST(echo_and_multicast_reach_whom_they_should),
		TEST(groups_are_numbered_from_1_to_their_limit),
		TEST(a_datagram_is_cut_to_the_buffer_and_its_full_size_told),
		TEST(a_full_queue_loses_and_tells_once),
		TEST(no_allocation_is_made_for_requests_acks_and_echoes_in_the_steady_state),
		TEST(two_stacks_do_not_know_of_each_other),
		TEST(sockets_of_unknown_protocols_are_not_given),
		TEST(every_allocation_may_fail),
		TEST(mutated_datagrams_harm_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
