/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests and answers against a kernel of a few lines, which answers with the datagrams that a
 * test has written down for it.
 */
#include "netlink/sock.h"

#include "base/alloc.h"
#include "netlink/transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>

#define PORT	       77
#define DATAGRAMS_MAX  300
#define DATAGRAM_BYTES 1024

struct datagram {
	uint8_t bytes[DATAGRAM_BYTES];
	size_t size;
	ssize_t error; /* instead: what recvmsg returns */
};

struct fake {
	struct datagram queue[DATAGRAMS_MAX];
	size_t n, next;
	int send_error;
	size_t n_sent, n_sockets; /* datagrams; open now */
	uint8_t sent[65536];	  /* the last datagram */
	size_t sent_size;
	/* Called for each message of a request; may queue answers. */
	void (*answer)(struct fake *k, const struct nlmsghdr *request);
};

static void *fake_socket(void *kernel, int protocol, uint32_t *port)
{
	struct fake *k = kernel;

	k->n_sockets++;
	*port = PORT;
	return kernel;
}

static int fake_sendmsg(void *sock, const struct iovec *iov, size_t n)
{
	struct fake *k = sock;

	if (k->send_error)
		return k->send_error;
	k->n_sent++;
	k->sent_size = 0;
	for (size_t i = 0; i < n; i++) {
		assert_true(k->sent_size + iov[i].iov_len <= sizeof k->sent);
		memcpy(k->sent + k->sent_size, iov[i].iov_base, iov[i].iov_len);
		k->sent_size += iov[i].iov_len;
		if (k->answer)
			k->answer(k, iov[i].iov_base);
	}
	return 0;
}

static ssize_t fake_recvmsg(void *sock, void *buf, size_t cap)
{
	struct fake *k = sock;
	const struct datagram *d = &k->queue[k->next];

	if (k->next == k->n)
		return -EAGAIN;
	k->next++;
	if (d->error)
		return d->error;
	memcpy(buf, d->bytes, d->size < cap ? d->size : cap);
	return (ssize_t)d->size;
}

static int fake_join(void *sock, uint32_t group)
{
	return 0;
}

static void fake_close(void *sock)
{
	struct fake *k = sock;

	k->n_sockets--;
}

/* ---- what the kernel says ---- */

static struct datagram *add_datagram(struct fake *k)
{
	assert_true(k->n < DATAGRAMS_MAX);
	memset(&k->queue[k->n], 0, sizeof k->queue[0]);
	return &k->queue[k->n++];
}

static void add_error(struct fake *k, ssize_t error)
{
	add_datagram(k)->error = error;
}

static void add_message(struct datagram *d, uint16_t type, uint16_t flags, uint32_t seq,
			uint32_t port, const void *payload, size_t size)
{
	const struct nlmsghdr h = { .nlmsg_len = (uint32_t)(NLMSG_HDRLEN + size),
				    .nlmsg_type = type,
				    .nlmsg_flags = flags,
				    .nlmsg_seq = seq,
				    .nlmsg_pid = port };

	memcpy(d->bytes + d->size, &h, sizeof h);
	if (size)
		memcpy(d->bytes + d->size + sizeof h, payload, size);
	d->size += NLMSG_ALIGN(sizeof h + size);
}

static void add_reply(struct fake *k, const struct nlmsghdr *request, const char *text)
{
	add_message(add_datagram(k), 60, 0, request->nlmsg_seq, PORT, text, strlen(text) + 1);
}

/* An ack, with the whole request in it unless capped, and with TLVs when @text. */
static void add_ack(struct fake *k, const struct nlmsghdr *request, int error, bool capped,
		    const char *text)
{
	_Alignas(4) uint8_t buf[512];
	struct nl_msg tlvs;
	size_t size, header = capped ? NLMSG_HDRLEN : NLMSG_ALIGN(request->nlmsg_len);
	uint16_t flags = capped ? NLM_F_CAPPED : 0;

	memcpy(buf, &error, sizeof error);
	memcpy(buf + sizeof error, request, header);
	size = sizeof error + header;
	if (text) {
		flags |= NLM_F_ACK_TLVS;
		nl_msg_init(&tlvs, buf + size, sizeof buf - size);
		nl_put_str(&tlvs, NLMSGERR_ATTR_MSG, text);
		nl_put_u32(&tlvs, NLMSGERR_ATTR_OFFS, 36);
		nl_put_u32(&tlvs, NLMSGERR_ATTR_MISS_TYPE, 8);
		nl_put_u32(&tlvs, NLMSGERR_ATTR_MISS_NEST, 20);
		size += tlvs.size;
	}
	add_message(add_datagram(k), NLMSG_ERROR, flags, request->nlmsg_seq, PORT, buf, size);
}

/* ---- a socket to it ---- */

struct env {
	struct fake k;
	struct nl_sock *s;
	struct trace trace;
	_Alignas(4) uint8_t buf[4096];
	struct nl_msg request;
};

static struct nl_kernel_calls calls_of(struct fake *k)
{
	return (struct nl_kernel_calls){ .kernel = k,
					 .socket = fake_socket,
					 .sendmsg = fake_sendmsg,
					 .recvmsg = fake_recvmsg,
					 .join = fake_join,
					 .close = fake_close };
}

static int open_sock(struct env *e)
{
	const struct nl_kernel_calls calls = calls_of(&e->k);
	struct nl_transport *t;
	int err = nl_transport_open_inproc(&t, &calls, NETLINK_ROUTE, NULL);

	return err ? err : nl_sock_new(&e->s, t, &e->trace, NULL);
}

static int setup(void **state)
{
	struct env *e = mem_new(sizeof *e);

	assert_non_null(e);
	trace_init(&e->trace);
	e->trace.recording = true;
	assert_int_equal(open_sock(e), 0);
	*state = e;
	return 0;
}

static int teardown(void **state)
{
	struct env *e = *state;

	nl_sock_free(e->s);
	assert_int_equal(e->k.n_sockets, 0);
	trace_fini(&e->trace);
	mem_free(e);
	return 0;
}

static struct nl_msg *request(struct env *e, uint16_t flags)
{
	static const uint8_t payload[20];

	nl_msg_init(&e->request, e->buf, sizeof e->buf);
	nl_msg_start(&e->request, 44, NLM_F_REQUEST | flags, payload, sizeof payload);
	nl_put_u32(&e->request, 1, 1);
	assert_int_equal(nl_msg_end(&e->request), 0);
	return &e->request;
}

/* ---- acks ---- */

static const struct {
	int error;
	bool capped;
	const char *text;
} acks[] = {
	{ 0, true, NULL },	    { 0, true, "a warning" },	     { -EINVAL, false, NULL },
	{ -EINVAL, true, NULL },    { -EINVAL, false, "bad thing" }, { -EINVAL, true, "bad thing" },
	{ -EEXIST, true, "there" },
};

static size_t ack_case;

static void answer_ack(struct fake *k, const struct nlmsghdr *r)
{
	add_ack(k, r, acks[ack_case].error, acks[ack_case].capped, acks[ack_case].text);
}

static void acks_of_all_layouts_are_read(void **state)
{
	struct env *e = *state;

	e->k.answer = answer_ack;
	for (ack_case = 0; ack_case < ARRAY_SIZE(acks); ack_case++) {
		const char *text = acks[ack_case].text;
		char words[100];
		struct nl_reply reply;
		struct diag d;

		diag_init(&d);
		assert_int_equal(nl_transact(e->s, request(e, NLM_F_ACK), &reply, &d),
				 acks[ack_case].error);
		assert_null(reply.msg);
		assert_string_equal(reply.ack.msg, text ? text : "");
		assert_int_equal(reply.ack.has_offset, text != NULL);
		assert_int_equal(reply.ack.offset, text ? 36 : 0);
		assert_int_equal(reply.ack.miss_type, text ? 8 : 0);
		assert_int_equal(reply.ack.miss_nest, text ? 20 : 0);
		if (!acks[ack_case].error)
			continue;
		snprintf(words, sizeof words, "the kernel: %s (%s)",
			 text ? text : "Invalid argument", diag_errno_name(acks[ack_case].error));
		assert_string_equal(d.words, words);
	}
}

static void answer_malformed_ack(struct fake *k, const struct nlmsghdr *r)
{
	add_ack(k, r, -EINVAL, true, "bad thing");
	k->queue[k->n - 1].bytes[16 + 20] = 200; /* the first TLV is too long */
}

static void a_malformed_extack_does_not_hide_the_error(void **state)
{
	struct env *e = *state;
	struct nl_reply reply;

	e->k.answer = answer_malformed_ack;
	assert_int_equal(nl_transact(e->s, request(e, NLM_F_ACK), &reply, NULL), -EINVAL);
	assert_string_equal(reply.ack.msg, "(its extended ack is malformed)");
}

static int odd_error;

static void answer_odd_error(struct fake *k, const struct nlmsghdr *r)
{
	add_ack(k, r, odd_error, true, NULL);
}

static void an_error_that_is_none_is_refused(void **state)
{
	static const int errors[] = { 1, 100000, -100000, INT32_MIN };
	struct env *e = *state;

	e->k.answer = answer_odd_error;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		odd_error = errors[i];
		assert_int_equal(nl_transact(e->s, request(e, NLM_F_ACK), NULL, NULL), -EPROTO);
	}
}

static size_t cut;

static void answer_cut_ack(struct fake *k, const struct nlmsghdr *r)
{
	add_ack(k, r, 0, true, NULL);
	k->queue[k->n - 1].size = cut;
}

static void every_cut_ack_is_refused(void **state)
{
	struct env *e = *state;

	e->k.answer = answer_cut_ack;
	for (cut = 1; cut < 36; cut++)
		assert_int_equal(nl_transact(e->s, request(e, NLM_F_ACK), NULL, NULL), -EPROTO);
}

/* ---- what ends a request ---- */

static void answer_echo(struct fake *k, const struct nlmsghdr *r)
{
	add_reply(k, r, "echo");
}

static void answer_echo_and_ack(struct fake *k, const struct nlmsghdr *r)
{
	add_reply(k, r, "echo");
	add_ack(k, r, 0, true, "a warning");
}

static void answer_both_in_one(struct fake *k, const struct nlmsghdr *r)
{
	struct datagram *d;
	size_t at;

	add_message(add_datagram(k), 61, 0, 0, 0, "event", 6);
	answer_echo_and_ack(k, r);
	d = &k->queue[k->n - 3];
	for (size_t i = 0; i < 2; i++) {
		at = d->size;
		memcpy(d->bytes + at, d[1 + i].bytes, d[1 + i].size);
		d->size += d[1 + i].size;
	}
	k->n -= 2;
}

static void answer_foreign_ones_first(struct fake *k, const struct nlmsghdr *r)
{
	struct nlmsghdr other = *r;

	other.nlmsg_seq += 5;
	add_ack(k, &other, -EPERM, true, NULL);
	other.nlmsg_seq = r->nlmsg_seq - 1;
	add_reply(k, &other, "late");
	add_message(add_datagram(k), 60, 0, 0, 0, "event", 6);
	add_message(add_datagram(k), 60, 0, r->nlmsg_seq, PORT + 1, "other's", 8);
	add_message(add_datagram(k), NLMSG_NOOP, 0, r->nlmsg_seq, PORT, NULL, 0);
	answer_echo_and_ack(k, r);
}

static void an_echo_and_an_ack_are_both_taken(void **state)
{
	static const struct {
		uint16_t flags;
		void (*answer)(struct fake *, const struct nlmsghdr *);
		bool echo, warning;
		size_t left; /* datagrams that are not read */
	} cases[] = {
		{ NLM_F_ECHO, answer_echo, true, false, 0 },
		{ NLM_F_ECHO, answer_echo_and_ack, true, false, 1 },
		{ NLM_F_ECHO | NLM_F_ACK, answer_echo_and_ack, true, true, 0 },
		{ NLM_F_ECHO | NLM_F_ACK, answer_both_in_one, true, true, 0 },
		{ NLM_F_ECHO | NLM_F_ACK, answer_foreign_ones_first, true, true, 0 },
		{ NLM_F_ECHO, answer_foreign_ones_first, true, false, 1 },
		{ 0, answer_echo_and_ack, true, true, 0 },
	};
	struct env *e = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nl_reply reply;
		struct diag d;

		e->k.answer = cases[i].answer;
		e->k.n = e->k.next = 0;
		diag_init(&d);
		assert_int_equal(nl_transact(e->s, request(e, cases[i].flags), &reply, &d), 0);
		assert_int_equal(reply.msg != NULL, cases[i].echo);
		assert_string_equal((const char *)reply.msg + NLMSG_HDRLEN, "echo");
		assert_int_equal(reply.size, NLMSG_HDRLEN + 5);
		assert_string_equal(reply.ack.msg, cases[i].warning ? "a warning" : "");
		assert_int_equal(e->k.n - e->k.next, cases[i].left);
	}
}

static void a_request_that_asks_for_no_answer_gets_an_ack(void **state)
{
	struct env *e = *state;
	const struct nlmsghdr *h = (const void *)e->k.sent;

	e->k.answer = answer_ack;
	ack_case = 0;
	assert_int_equal(nl_transact(e->s, request(e, 0), NULL, NULL), 0);
	assert_int_equal(h->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_int_equal(h->nlmsg_pid, PORT);
	assert_int_not_equal(h->nlmsg_seq, 0);
}

static void silence_is_not_success(void **state)
{
	static const uint16_t flags[] = { 0, NLM_F_ACK, NLM_F_ECHO, NLM_F_ECHO | NLM_F_ACK };
	struct env *e = *state;

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		struct diag d;

		diag_init(&d);
		assert_int_equal(nl_transact(e->s, request(e, flags[i]), NULL, &d), -ETIMEDOUT);
		assert_string_equal(d.words, "the kernel did not answer");
	}
}

static void errors_of_the_transport_have_their_words(void **state)
{
	struct env *e = *state;
	struct diag d;

	diag_init(&d);
	e->k.send_error = -EPERM;
	assert_int_equal(nl_transact(e->s, request(e, 0), NULL, &d), -EPERM);
	assert_string_equal(d.words, "cannot send to the kernel: Operation not permitted");
	e->k.send_error = 0;
	diag_init(&d);
	add_error(&e->k, -ENOBUFS);
	assert_int_equal(nl_transact(e->s, request(e, 0), NULL, &d), -ENOBUFS);
	assert_non_null(strstr(d.words, "were lost"));
	diag_init(&d);
	add_error(&e->k, NL_REPLY_MAX + 1);
	assert_int_equal(nl_transact(e->s, request(e, 0), NULL, &d), -EMSGSIZE);
	diag_init(&d);
	add_error(&e->k, -ENOTCONN);
	assert_int_equal(nl_transact(e->s, request(e, 0), NULL, &d), -ENOTCONN);
	diag_init(&d);
	e->request.error = -ERANGE;
	assert_int_equal(nl_transact(e->s, &e->request, NULL, &d), -ERANGE);
	assert_non_null(strstr(d.words, "does not fit"));
}

/* ---- many at once ---- */

static void answer_every_third_badly(struct fake *k, const struct nlmsghdr *r)
{
	bool bad = r->nlmsg_seq % 3 == 0;

	if (k->n >= 128) /* the datagrams of the batch before have been read */
		k->n = k->next = 0;
	add_ack(k, r, bad ? -EEXIST : 0, true, bad ? "no" : NULL);
}

static void many_requests_go_out_in_few_datagrams(void **state)
{
	enum {
		N = 300
	};
	struct env *e = *state;
	static struct nl_transaction t[N];
	static struct nl_msg m[N];
	static _Alignas(4) uint8_t buf[N * 64];

	nl_msg_init(&e->request, buf, sizeof buf);
	for (size_t i = 0; i < N; i++) {
		nl_msg_start(&e->request, 44, NLM_F_REQUEST, NULL, 0);
		nl_put_u32(&e->request, 1, (uint32_t)i);
		assert_int_equal(nl_msg_end(&e->request), 0);
		m[i] = e->request;
		t[i] = (struct nl_transaction){ .request = &m[i] };
	}
	e->k.answer = answer_every_third_badly;
	assert_int_equal(nl_sock_transact_multiple(e->s, t, N, NULL), 0);
	assert_int_equal(e->k.n_sent, 3);
	for (size_t i = 0; i < N; i++) {
		bool bad = nl_msg_header(&m[i])->nlmsg_seq % 3 == 0;

		assert_int_equal(t[i].error, bad ? -EEXIST : 0);
		assert_string_equal(t[i].ack.msg, bad ? "no" : "");
	}
}

static void answers_of_many_are_sorted_and_the_unanswered_fail(void **state)
{
	struct env *e = *state;
	struct nl_transaction t[3];
	struct nl_msg m[3];
	static _Alignas(4) uint8_t buf[256];
	uint8_t reply[3][64];
	struct nlmsghdr h = { .nlmsg_len = NLMSG_HDRLEN };

	memset(t, 0, sizeof t);
	nl_msg_init(&e->request, buf, sizeof buf);
	for (size_t i = 0; i < 3; i++) {
		nl_msg_start(&e->request, 44, NLM_F_REQUEST | NLM_F_ECHO, NULL, 0);
		assert_int_equal(nl_msg_end(&e->request), 0);
		m[i] = e->request;
		t[i].request = &m[i];
		t[i].reply = reply[i];
		t[i].reply_cap = i == 2 ? 20 : sizeof reply[i];
	}
	/* The first request of a socket has number 1. The last is answered first, and too long. */
	h.nlmsg_seq = 3;
	add_reply(&e->k, &h, "three");
	h.nlmsg_seq = 1;
	add_reply(&e->k, &h, "one");
	add_error(&e->k, -ENOBUFS);
	assert_int_equal(nl_sock_transact_multiple(e->s, t, 3, NULL), -ENOBUFS);
	assert_int_equal(t[0].error, 0);
	assert_string_equal((char *)reply[0] + NLMSG_HDRLEN, "one");
	assert_int_equal(t[0].reply_size, NLMSG_HDRLEN + 4);
	assert_int_equal(t[1].error, -ENOBUFS);
	assert_int_equal(t[2].error, -EMSGSIZE);
	assert_int_equal(t[2].reply_size, 0);
}

/* ---- dumps ---- */

enum {
	DUMPED = 25
};

static int done_error;
static uint16_t dump_flags;

static void answer_dump(struct fake *k, const struct nlmsghdr *r)
{
	struct datagram *d = NULL;
	uint32_t i;

	k->n = k->next = 0;
	for (i = 0; i < DUMPED; i++) {
		if (i % 10 == 0)
			d = add_datagram(k);
		if (i == 5)
			add_message(d, 60, 0, r->nlmsg_seq + 1, PORT, &i, sizeof i);
		add_message(d, 60, NLM_F_MULTI | (i == 12 ? dump_flags : 0), r->nlmsg_seq, PORT, &i,
			    sizeof i);
	}
	d = add_datagram(k);
	add_message(d, NLMSG_DONE, NLM_F_MULTI, r->nlmsg_seq, PORT, &done_error, sizeof done_error);
}

static void a_dump_of_many_datagrams_is_read_in_order(void **state)
{
	struct env *e = *state;
	const struct nlmsghdr *h, *sent = (const void *)e->k.sent;
	struct nl_dump dump;
	uint32_t n = 0;

	e->k.answer = answer_dump;
	done_error = 0;
	dump_flags = 0;
	assert_int_equal(nl_dump_start(&dump, e->s, request(e, NLM_F_ACK), NULL), 0);
	assert_int_equal(sent->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
	while (nl_dump_next(&dump, &h, NULL) > 0)
		assert_int_equal(get_u32((const uint8_t *)h + NLMSG_HDRLEN), n++);
	assert_int_equal(n, DUMPED);
	assert_int_equal(nl_dump_next(&dump, &h, NULL), 0);
	assert_int_equal(nl_dump_end(&dump), 0);
}

static void a_dump_says_when_it_is_not_consistent(void **state)
{
	struct env *e = *state;
	const struct nlmsghdr *h;
	struct nl_dump dump;
	struct diag d;
	int err;

	e->k.answer = answer_dump;
	done_error = 0;
	dump_flags = NLM_F_DUMP_INTR;
	diag_init(&d);
	assert_int_equal(nl_dump_start(&dump, e->s, request(e, 0), &d), 0);
	do
		err = nl_dump_next(&dump, &h, &d);
	while (err > 0);
	assert_int_equal(err, -EINTR);
	assert_string_equal(d.words, "the dump changed while it was read");
	assert_int_equal(nl_dump_end(&dump), -EINTR);
	assert_int_equal(e->k.next, e->k.n); /* what was left is read */
}

static void a_dump_that_fails_has_the_kernels_error(void **state)
{
	struct env *e = *state;
	const struct nlmsghdr *h;
	struct nl_dump dump;
	struct diag d;
	int err;

	e->k.answer = answer_dump;
	done_error = -EINVAL;
	dump_flags = 0;
	diag_init(&d);
	assert_int_equal(nl_dump_start(&dump, e->s, request(e, 0), &d), 0);
	do
		err = nl_dump_next(&dump, &h, &d);
	while (err > 0);
	assert_int_equal(err, -EINVAL);
	assert_string_equal(d.words, "the kernel: Invalid argument (EINVAL)");
	assert_int_equal(nl_dump_end(&dump), -EINVAL);
}

static void a_dump_that_is_refused_at_once_has_the_extack(void **state)
{
	struct env *e = *state;
	const struct nlmsghdr *h;
	struct nl_dump dump;
	struct diag d;

	e->k.answer = answer_ack;
	ack_case = 5;
	diag_init(&d);
	assert_int_equal(nl_dump_start(&dump, e->s, request(e, 0), &d), 0);
	assert_int_equal(nl_dump_next(&dump, &h, &d), -EINVAL);
	assert_string_equal(d.words, "the kernel: bad thing (EINVAL)");
	assert_int_equal(nl_dump_end(&dump), -EINVAL);
}

static void only_one_dump_goes_on_at_a_time(void **state)
{
	struct env *e = *state;
	struct nl_dump dump, second;

	e->k.answer = answer_dump;
	done_error = 0;
	dump_flags = 0;
	assert_int_equal(nl_dump_start(&dump, e->s, request(e, 0), NULL), 0);
	assert_int_equal(nl_dump_start(&second, e->s, request(e, 0), NULL), -EBUSY);
	assert_int_equal(nl_dump_end(&second), -EBUSY);
	assert_int_equal(nl_transact(e->s, request(e, 0), NULL, NULL), -EBUSY);
	assert_int_equal(nl_dump_end(&dump), 0); /* in the middle: the rest is read */
	e->k.answer = answer_ack;
	ack_case = 0;
	assert_int_equal(nl_transact(e->s, request(e, 0), NULL, NULL), 0);
}

static void a_dump_that_stops_short_is_an_error(void **state)
{
	struct env *e = *state;
	const struct nlmsghdr *h;
	struct nl_dump dump;
	int err;

	for (size_t lost = 0; lost < 4; lost++) {
		e->k.answer = answer_dump;
		done_error = 0;
		dump_flags = 0;
		assert_int_equal(nl_dump_start(&dump, e->s, request(e, 0), NULL), 0);
		e->k.queue[lost].error = lost % 2 ? -ENOBUFS : -ETIMEDOUT;
		do
			err = nl_dump_next(&dump, &h, NULL);
		while (err > 0);
		assert_int_equal(err, lost % 2 ? -ENOBUFS : -ETIMEDOUT);
		assert_int_equal(nl_dump_end(&dump), err);
	}
}

/* ---- generic netlink, traces, memory ---- */

static void answer_family(struct fake *k, const struct nlmsghdr *r)
{
	_Alignas(4) uint8_t buf[64];
	const struct genlmsghdr g = { .cmd = CTRL_CMD_NEWFAMILY };
	struct nl_msg m;

	if (strcmp((const char *)r + NLMSG_HDRLEN + GENL_HDRLEN + NLA_HDRLEN, "ovs_flow") != 0) {
		add_ack(k, r, -ENOENT, true, NULL);
		return;
	}
	nl_msg_init(&m, buf, sizeof buf);
	memcpy(buf, &g, sizeof g);
	m.size = sizeof g;
	nl_put_str(&m, CTRL_ATTR_FAMILY_NAME, "ovs_flow");
	nl_put_u16(&m, CTRL_ATTR_FAMILY_ID, 29);
	add_message(add_datagram(k), GENL_ID_CTRL, 0, r->nlmsg_seq, PORT, buf, m.size);
	add_ack(k, r, 0, true, NULL);
}

static void a_generic_family_is_found_by_name(void **state)
{
	struct env *e = *state;
	struct diag d;
	uint16_t id;

	e->k.answer = answer_family;
	diag_init(&d);
	assert_int_equal(nl_genl_family(e->s, "ovs_flow", &id, &d), 0);
	assert_int_equal(id, 29);
	assert_int_equal(nl_genl_family(e->s, "none", &id, &d), -ENOENT);
	assert_string_equal(d.words, "generic netlink family 'none': the kernel: No such file or "
				     "directory (ENOENT)");
}

static void the_functions_of_the_chain_are_in_the_trace(void **state)
{
	static const char *const names[] = { "nl_transact", "nl_sock_transact",
					     "nl_sock_transact_multiple", "sendmsg" };
	struct env *e = *state;

	e->k.answer = answer_ack;
	ack_case = 5;
	assert_int_equal(nl_transact(e->s, request(e, 0), NULL, NULL), -EINVAL);
	assert_int_equal(e->trace.n_events, ARRAY_SIZE(names));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_string_equal(e->trace.events[i].function, names[i]);
		assert_int_equal(e->trace.events[i].depth, i);
	}
	assert_int_equal(e->trace.events[0].result, -EINVAL);
	assert_int_equal(e->trace.events[3].result, 0);
}

static void every_failed_allocation_is_survived(void **state)
{
	struct env *e = mem_new(sizeof *e);
	unsigned long n;
	int err;

	assert_non_null(e);
	for (n = 1;; n++) {
		mem_fail_nth(n);
		err = open_sock(e);
		mem_fail_nth(0);
		if (!err)
			break;
		assert_int_equal(err, -ENOMEM);
		assert_int_equal(e->k.n_sockets, 0);
	}
	assert_int_equal(n, 3);
	nl_sock_free(e->s);
	assert_int_equal(e->k.n_sockets, 0);
	nl_sock_free(NULL);
	nl_transport_close(NULL);
	mem_free(e);
}

static void a_request_allocates_nothing(void **state)
{
	struct env *e = *state;

	e->trace.recording = false;
	e->k.answer = answer_echo_and_ack;
	mem_fail_nth(1);
	assert_int_equal(nl_transact(e->s, request(e, NLM_F_ECHO), NULL, NULL), 0);
	assert_false(mem_fail_happened());
	mem_fail_nth(0);
}

/* What a sandbox without netlink sockets says; all else of a refusal is ours to explain. */
static bool is_forbidden(int err)
{
	return err == -EPERM || err == -EACCES || err == -EAFNOSUPPORT || err == -EPROTONOSUPPORT;
}

static void the_kernel_of_this_machine_answers(void **state)
{
	static const uint8_t link[16];
	struct env *e = *state;
	struct nl_transport *t;
	struct nl_sock *s;
	const struct nlmsghdr *h;
	struct nl_dump dump;
	int n = 0, err;

	err = nl_transport_open_linux(&t, NETLINK_ROUTE, NULL);
	if (is_forbidden(err)) {
		print_message("no netlink socket here: %s\n", strerror(-err));
		skip();
	}
	assert_int_equal(err, 0);
	assert_int_equal(nl_sock_new(&s, t, NULL, NULL), 0);
	nl_msg_init(&e->request, e->buf, sizeof e->buf);
	nl_msg_start(&e->request, 18, NLM_F_REQUEST, link, sizeof link); /* RTM_GETLINK */
	assert_int_equal(nl_msg_end(&e->request), 0);
	assert_int_equal(nl_dump_start(&dump, s, &e->request, NULL), 0);
	while ((err = nl_dump_next(&dump, &h, NULL)) > 0)
		n++;
	assert_int_equal(nl_dump_end(&dump), err);
	assert_int_equal(err, 0);
	assert_true(n > 0); /* lo at least */
	nl_sock_free(s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* ---- what a kernel sends without being asked ---- */

static bool fake_has_message(const void *sock)
{
	return true;
}

static void fake_set_rcvbuf(void *sock, size_t bytes)
{
}

static void unsolicited_messages_are_received_on_a_socket_of_their_own(void **state)
{
	struct env *e = *state;
	struct nl_kernel_calls calls = calls_of(&e->k);
	struct nl_transport *t = NULL, *other = NULL;
	_Alignas(8) uint8_t buf[256];
	const uint32_t payload = 5;
	struct diag d;

	calls.has_message = fake_has_message;
	calls.set_rcvbuf = fake_set_rcvbuf;
	assert_int_equal(nl_transport_open_inproc(&t, &calls, NETLINK_GENERIC, NULL), 0);
	assert_int_equal(nl_transport_open_another(&other, t, NULL), 0);
	assert_int_equal(other->protocol, NETLINK_GENERIC);
	assert_int_equal(nl_transport_set_rcvbuf(other, 5), 0);
	assert_int_equal(nl_transport_fd(other), -1);
	assert_true(nl_transport_has_message(other));
	diag_init(&d);
	assert_int_equal(nl_transport_receive(other, buf, sizeof buf, &d), 0);
	add_message(add_datagram(&e->k), 99, 0, 0, 0, &payload, sizeof payload);
	assert_int_equal(nl_transport_receive(other, buf, sizeof buf, &d), NLMSG_HDRLEN + 4);
	add_message(add_datagram(&e->k), 99, 0, 0, 0, &payload, sizeof payload);
	assert_int_equal(nl_transport_receive(other, buf, 8, &d), -EMSGSIZE);
	assert_string_equal(d.words, "a message of 20 bytes is lost: the buffer has 8");
	nl_transport_close(other);
	nl_transport_close(t);
}

/* A transport that is made for requests. */
static void a_transport_may_be_without_them(void **state)
{
	struct env *e = *state;
	const struct nl_kernel_calls calls = calls_of(&e->k);
	static struct nl_transport_class poor;
	struct nl_transport *t = NULL, *other = NULL;
	struct nl_transport bare;
	struct diag d;

	assert_int_equal(nl_transport_open_inproc(&t, &calls, NETLINK_GENERIC, NULL), 0);
	assert_false(nl_transport_has_message(t));
	assert_int_equal(nl_transport_set_rcvbuf(t, 5), -EOPNOTSUPP);
	poor = (struct nl_transport_class){ .name = "poor" };
	bare = (struct nl_transport){ .class = &poor };
	diag_init(&d);
	assert_int_equal(nl_transport_open_another(&other, &bare, &d), -EOPNOTSUPP);
	assert_string_equal(d.words, "a transport of type poor opens no more sockets");
	assert_false(nl_transport_has_message(&bare));
	assert_int_equal(nl_transport_fd(&bare), -1);
	assert_int_equal(nl_transport_set_rcvbuf(&bare, 5), -EOPNOTSUPP);
	nl_transport_close(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(acks_of_all_layouts_are_read),
		CASE(a_malformed_extack_does_not_hide_the_error),
		CASE(an_error_that_is_none_is_refused),
		CASE(every_cut_ack_is_refused),
		CASE(an_echo_and_an_ack_are_both_taken),
		CASE(a_request_that_asks_for_no_answer_gets_an_ack),
		CASE(silence_is_not_success),
		CASE(unsolicited_messages_are_received_on_a_socket_of_their_own),
		CASE(a_transport_may_be_without_them),
		CASE(errors_of_the_transport_have_their_words),
		CASE(many_requests_go_out_in_few_datagrams),
		CASE(answers_of_many_are_sorted_and_the_unanswered_fail),
		CASE(a_dump_of_many_datagrams_is_read_in_order),
		CASE(a_dump_says_when_it_is_not_consistent),
		CASE(a_dump_that_fails_has_the_kernels_error),
		CASE(a_dump_that_is_refused_at_once_has_the_extack),
		CASE(only_one_dump_goes_on_at_a_time),
		CASE(a_dump_that_stops_short_is_an_error),
		CASE(a_generic_family_is_found_by_name),
		CASE(the_functions_of_the_chain_are_in_the_trace),
		cmocka_unit_test(every_failed_allocation_is_survived),
		CASE(a_request_allocates_nothing),
		CASE(the_kernel_of_this_machine_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
