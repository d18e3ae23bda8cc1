/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests and answers. A request is out of the kernel's hands when sendmsg returns, so nothing is
 * ever under way between two calls: a call sends a batch, reads until each request of it has its
 * answer, and leaves. Datagrams with another sequence number or port are late answers or events and
 * are passed over. All buffers lie in struct nl_sock: a request allocates nothing.
 */
#include "netlink/sock.h"

#include "base/alloc.h"
#include "netlink/attr.h"
#include "netlink/transport.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdio.h>

#define BATCH_MAX	128    /* messages of one datagram */
#define BATCH_BYTES_MAX 131072 /* bytes of one: less than the usual send buffer of Linux */
#define ERRNO_MAX	4095   /* larger ones are not errors of Linux */

struct nl_sock {
	struct nl_transport *transport;
	struct trace *trace;
	uint32_t seq;
	bool dumping;
	_Alignas(8) uint8_t reply[NL_REPLY_MAX]; /* the answer that a caller borrows */
	_Alignas(8) uint8_t rx[NL_REPLY_MAX];
};

int nl_sock_new(struct nl_sock **out, struct nl_transport *t, struct trace *trace, struct diag *d)
{
	struct nl_sock *s = mem_new(sizeof *s);

	*out = s;
	if (!s) {
		nl_transport_close(t);
		return diag_set(d, -ENOMEM, "no memory for a netlink socket");
	}
	s->transport = t;
	s->trace = trace;
	return 0;
}

void nl_sock_free(struct nl_sock *s)
{
	if (!s)
		return;
	nl_transport_close(s->transport);
	mem_free(s);
}

struct trace *nl_sock_trace(const struct nl_sock *s)
{
	return s->trace;
}

struct nl_transport *nl_sock_transport(struct nl_sock *s)
{
	return s->transport;
}

static uint32_t next_seq(struct nl_sock *s)
{
	/* 0 is the number of events. */
	return ++s->seq ? s->seq : ++s->seq;
}

/* ---- acks ---- */

static const struct nl_policy extack_policy[] = {
	[NLMSGERR_ATTR_MSG] = { .kind = NL_STRING },
	[NLMSGERR_ATTR_OFFS] = { .kind = NL_U32 },
	[NLMSGERR_ATTR_COOKIE] = { .kind = NL_ANY },
	[NLMSGERR_ATTR_POLICY] = { .kind = NL_ANY },
	[NLMSGERR_ATTR_MISS_TYPE] = { .kind = NL_U32 },
	[NLMSGERR_ATTR_MISS_NEST] = { .kind = NL_U32 },
};

static void extack_init(struct nl_extack *x)
{
	x->msg[0] = '\0';
	x->has_offset = false;
	x->offset = 0;
	x->miss_type = 0;
	x->miss_nest = 0;
}

static void extack_decode(struct nl_extack *x, const uint8_t *tlvs, size_t size)
{
	const struct nlattr *a[ARRAY_SIZE(extack_policy)];

	if (nl_attrs_parse(a, extack_policy, ARRAY_SIZE(a), tlvs, size, NULL)) {
		/* The errno is the news: it must not get lost for bad words. */
		snprintf(x->msg, sizeof x->msg, "(its extended ack is malformed)");
		return;
	}
	if (a[NLMSGERR_ATTR_MSG])
		snprintf(x->msg, sizeof x->msg, "%s", nl_attr_str(a[NLMSGERR_ATTR_MSG]));
	if (a[NLMSGERR_ATTR_OFFS]) {
		x->has_offset = true;
		x->offset = nl_attr_u32(a[NLMSGERR_ATTR_OFFS]);
	}
	if (a[NLMSGERR_ATTR_MISS_TYPE])
		x->miss_type = (uint16_t)nl_attr_u32(a[NLMSGERR_ATTR_MISS_TYPE]);
	if (a[NLMSGERR_ATTR_MISS_NEST])
		x->miss_nest = nl_attr_u32(a[NLMSGERR_ATTR_MISS_NEST]);
}

/* Where the TLVs of an ack begin: behind the request, which is whole unless the ack is capped. */
static size_t tlvs_offset(const struct nlmsghdr *h)
{
	struct nlmsgerr e;

	memcpy(&e, (const uint8_t *)h + NLMSG_HDRLEN, sizeof e);
	if (h->nlmsg_flags & NLM_F_CAPPED || e.msg.nlmsg_len < NLMSG_HDRLEN)
		return NLMSG_HDRLEN + sizeof e;
	return NLMSG_HDRLEN + sizeof e.error + MNL_ALIGN((size_t)e.msg.nlmsg_len);
}

/*
 * Reads an ack into *@error and @x. 0, or -EPROTO when it is too short for one or its error is
 * none.
 */
static int ack_decode(const struct nlmsghdr *h, int *error, struct nl_extack *x)
{
	int e;

	if (h->nlmsg_len < NLMSG_HDRLEN + sizeof(struct nlmsgerr))
		return -EPROTO;
	memcpy(&e, (const uint8_t *)h + NLMSG_HDRLEN, sizeof e);
	if (e > 0 || e < -ERRNO_MAX)
		return -EPROTO;
	*error = e;
	if (h->nlmsg_flags & NLM_F_ACK_TLVS) {
		size_t offset = tlvs_offset(h);

		if (offset <= h->nlmsg_len)
			extack_decode(x, (const uint8_t *)h + offset, h->nlmsg_len - offset);
	}
	return 0;
}

/* ---- datagrams ---- */

/* The message at @pos, or NULL at the end or when the rest is not one: *@bad tells. */
static const struct nlmsghdr *message_at(const uint8_t *buf, size_t size, size_t pos, bool *bad)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)(const void *)(buf + pos);

	*bad = false;
	if (pos >= size)
		return NULL;
	*bad = size - pos < sizeof *h || h->nlmsg_len < sizeof *h || h->nlmsg_len > size - pos;
	return *bad ? NULL : h;
}

/* One whole datagram in @buf: its size, or negative errno with words. */
static ssize_t receive(struct nl_sock *s, uint8_t *buf, size_t cap, struct diag *d)
{
	ssize_t n = s->transport->class->recvmsg(s->transport, buf, cap, true);

	if (n == -ETIMEDOUT)
		return diag_set(d, -ETIMEDOUT, "the kernel did not answer");
	if (n == -ENOBUFS)
		return diag_set(d, -ENOBUFS,
				"answers of the kernel were lost: the receive buffer was full");
	if (n < 0)
		return diag_set(d, (int)n, "cannot receive from the kernel: %s",
				diag_strerror((int)n));
	if ((size_t)n > cap)
		return diag_set(d, -EMSGSIZE, "an answer of %zd bytes is longer than %zu", n, cap);
	return n;
}

static bool is_for_us(const struct nl_sock *s, const struct nlmsghdr *h)
{
	return h->nlmsg_pid == s->transport->port;
}

static int send_pieces(struct nl_sock *s, const struct iovec *iov, size_t n, struct diag *d)
{
	struct span sp = SPAN_NAMED(s->trace, "sendmsg");
	int err;

	if (span_is_on(&sp)) {
		size_t bytes = 0;

		for (size_t i = 0; i < n; i++)
			bytes += iov[i].iov_len;
		span_note(&sp, "transport", "%s", s->transport->class->name);
		span_note(&sp, "bytes", "%zu", bytes);
		span_note(&sp, "messages", "%zu", n);
	}
	err = s->transport->class->sendmsg(s->transport, iov, n);
	if (err)
		diag_set(d, err, "cannot send to the kernel: %s", diag_strerror(err));
	return span_end(&sp, err);
}

/* ---- requests ---- */

/* A batch under way: requests that went out in one datagram, with consecutive numbers. */
struct batch {
	struct nl_transaction *t;
	size_t n, n_open; /* of those, without their last answer yet */
	uint32_t seq;	  /* of the first */
	uint64_t done[BATCH_MAX / 64];
};

static bool is_done(const struct batch *b, size_t i)
{
	return b->done[i / 64] >> i % 64 & 1;
}

static void set_done(struct batch *b, size_t i, int error)
{
	b->t[i].error = error;
	b->done[i / 64] |= UINT64_C(1) << i % 64;
	b->n_open--;
}

/* Numbers a request and makes sure that it will be answered. */
static void address(struct nl_sock *s, struct nl_transaction *t, struct iovec *iov)
{
	struct nlmsghdr *h = nl_msg_header(t->request);

	h->nlmsg_seq = next_seq(s);
	h->nlmsg_pid = s->transport->port;
	h->nlmsg_flags |= NLM_F_REQUEST;
	if (!(h->nlmsg_flags & (NLM_F_ACK | NLM_F_ECHO)))
		h->nlmsg_flags |= NLM_F_ACK;
	iov->iov_base = h;
	iov->iov_len = MNL_ALIGN((size_t)h->nlmsg_len);
	t->error = 0;
	t->reply_size = 0;
	extack_init(&t->ack);
}

/* Fills the pieces of the next batch from at most @n transactions. */
static void batch_start(struct nl_sock *s, struct batch *b, struct nl_transaction *t, size_t n,
			struct iovec *iov)
{
	size_t bytes = 0;

	memset(b->done, 0, sizeof b->done);
	b->t = t;
	if (s->seq > UINT32_MAX - BATCH_MAX)
		s->seq = 0; /* the numbers of a batch have no gap */
	b->seq = s->seq + 1;
	for (b->n = 0; b->n < n && b->n < BATCH_MAX && bytes < BATCH_BYTES_MAX; b->n++) {
		address(s, &t[b->n], &iov[b->n]);
		bytes += iov[b->n].iov_len;
	}
	b->n_open = b->n;
}

/* Keeps an answer: it may lie in t->reply already, where it was received. */
static int keep_reply(struct nl_transaction *t, const struct nlmsghdr *h)
{
	if (!t->reply || t->reply_size)
		return 0;
	if (h->nlmsg_len > t->reply_cap)
		return -EMSGSIZE;
	if ((const void *)h != t->reply)
		memmove(t->reply, h, h->nlmsg_len);
	t->reply_size = h->nlmsg_len;
	return 0;
}

static int take_message(const struct nl_sock *s, struct batch *b, const struct nlmsghdr *h,
			struct diag *d)
{
	size_t i = h->nlmsg_seq - b->seq;
	int err, error = 0;

	if (!is_for_us(s, h) || h->nlmsg_seq < b->seq || i >= b->n || is_done(b, i))
		return 0;
	if (h->nlmsg_type == NLMSG_ERROR) {
		if (ack_decode(h, &error, &b->t[i].ack))
			return diag_set(d, -EPROTO, "an ack of %u bytes is malformed",
					h->nlmsg_len);
		set_done(b, i, error);
		return 0;
	}
	if (h->nlmsg_type < NLMSG_MIN_TYPE)
		return 0;
	err = keep_reply(&b->t[i], h);
	if (err || !(nl_msg_header(b->t[i].request)->nlmsg_flags & NLM_F_ACK))
		set_done(b, i, err);
	return 0;
}

/* Reads datagrams until all are answered. */
static int batch_receive(struct nl_sock *s, struct batch *b, struct diag *d)
{
	while (b->n_open) {
		struct nl_transaction *t = b->t;
		/* The answer to a single request is received where it is wanted, without a copy. */
		bool direct = b->n == 1 && !t->reply_size && t->reply_cap >= sizeof s->rx;
		uint8_t *buf = direct ? t->reply : s->rx;
		ssize_t n = receive(s, buf, sizeof s->rx, d);
		const struct nlmsghdr *h;
		int err = 0;
		bool bad = false;

		if (n < 0)
			return (int)n;
		/* keep_reply() may move a message to the begin of @buf: over those read already. */
		for (size_t pos = 0; !err && (h = message_at(buf, (size_t)n, pos, &bad));) {
			pos += MNL_ALIGN((size_t)h->nlmsg_len);
			err = take_message(s, b, h, d);
		}
		if (err)
			return err;
		if (bad)
			return diag_set(d, -EPROTO, "an answer of %zd bytes is cut or malformed",
					n);
	}
	return 0;
}

static void fail_open_ones(struct batch *b, int error)
{
	for (size_t i = 0; i < b->n; i++)
		if (!is_done(b, i))
			set_done(b, i, error);
}

/* Sends a batch that starts with @t and waits for its answers; *@sent: how many it was. */
static int transact_batch(struct nl_sock *s, struct nl_transaction *t, size_t n, size_t *sent,
			  struct diag *d)
{
	struct iovec iov[BATCH_MAX];
	struct batch b;
	int err;

	batch_start(s, &b, t, n, iov);
	*sent = b.n;
	err = send_pieces(s, iov, b.n, d);
	if (!err)
		err = batch_receive(s, &b, d);
	if (err)
		fail_open_ones(&b, err);
	return err;
}

static int check_requests(const struct nl_transaction *t, size_t n, struct diag *d)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].request->error)
			return diag_set(d, t[i].request->error,
					"request %zu does not fit in its buffer", i);
	return 0;
}

int nl_sock_transact_multiple(struct nl_sock *s, struct nl_transaction *t, size_t n, struct diag *d)
{
	struct span sp = SPAN(s->trace);
	size_t done = 0, sent;
	int err = 0;

	span_note(&sp, "requests", "%zu", n);
	if (s->dumping)
		err = diag_set(d, -EBUSY, "a dump is going on on this socket");
	if (!err)
		err = check_requests(t, n, d);
	for (; !err && done < n; done += sent)
		err = transact_batch(s, t + done, n - done, &sent, d);
	for (; done < n; done++)
		t[done].error = err;
	return span_end(&sp, err);
}

int nl_sock_transact(struct nl_sock *s, struct nl_msg *request, struct nl_reply *reply,
		     struct diag *d)
{
	struct span sp = SPAN(s->trace);
	struct nl_transaction t; /* not cleared: what is not set here is set by the transaction */
	int err;

	t.request = request;
	t.reply = s->reply;
	t.reply_cap = sizeof s->reply;
	t.reply_size = 0;
	extack_init(&t.ack);
	err = nl_sock_transact_multiple(s, &t, 1, d);

	if (reply) {
		reply->msg = !t.error && t.reply_size ? (const void *)s->reply : NULL;
		reply->size = reply->msg ? t.reply_size : 0;
		nl_extack_copy(&reply->ack, &t.ack);
	}
	return span_end(&sp, err ? err : t.error);
}

int nl_transact(struct nl_sock *s, struct nl_msg *request, struct nl_reply *reply, struct diag *d)
{
	struct span sp = SPAN(s->trace);
	struct nl_reply mine;
	struct nl_reply *r = reply ? reply : &mine;
	int err = nl_sock_transact(s, request, r, d);

	/* Words of the transport are in @d already, and stay. */
	if (err)
		diag_set(d, err, "the kernel: %s (%s)",
			 r->ack.msg[0] ? r->ack.msg : diag_strerror(err), diag_errno_name(err));
	if (r->ack.msg[0])
		span_note(&sp, "extack", "%s", r->ack.msg);
	return span_end(&sp, err);
}

/* ---- dumps ---- */

int nl_dump_start(struct nl_dump *dump, struct nl_sock *s, struct nl_msg *request, struct diag *d)
{
	struct span sp = SPAN_NAMED(s->trace, "nl_dump");
	struct nlmsghdr *h = nl_msg_header(request);
	struct iovec iov;
	int err;

	*dump = (struct nl_dump){ .sock = s, .finished = true };
	err = request->error;
	if (err)
		diag_set(d, err, "the request does not fit in its buffer");
	if (!err && s->dumping)
		err = diag_set(d, -EBUSY, "a dump is going on on this socket");
	if (err) {
		dump->status = err;
		return span_end(&sp, err);
	}
	dump->seq = h->nlmsg_seq = next_seq(s);
	h->nlmsg_pid = s->transport->port;
	h->nlmsg_flags = (uint16_t)((h->nlmsg_flags & ~NLM_F_ACK) | NLM_F_REQUEST | NLM_F_DUMP);
	iov = (struct iovec){ .iov_base = h, .iov_len = MNL_ALIGN((size_t)h->nlmsg_len) };
	dump->status = err = send_pieces(s, &iov, 1, d);
	dump->finished = err;
	s->dumping = !err;
	return span_end(&sp, err);
}

/* The words of a dump that failed: its last message has them in TLVs. */
static int fail_dump(struct diag *d, int err, const struct nl_extack *x)
{
	return diag_set(d, err, "the kernel: %s (%s)", x->msg[0] ? x->msg : diag_strerror(err),
			diag_errno_name(err));
}

/* The end of a dump: 1 when it is complete, or its error. */
static int take_done(const struct nlmsghdr *h, struct diag *d)
{
	const uint8_t *p = (const uint8_t *)h + NLMSG_HDRLEN;
	struct nl_extack x;
	int error = 0;

	extack_init(&x);
	if (h->nlmsg_len < NLMSG_HDRLEN + sizeof error)
		return 1; /* old kernels and some families send no number */
	memcpy(&error, p, sizeof error);
	if (error >= 0)
		return 1;
	if (error < -ERRNO_MAX)
		return diag_set(d, -EPROTO, "the end of the kernel's dump is malformed");
	if (h->nlmsg_flags & NLM_F_ACK_TLVS)
		extack_decode(&x, p + sizeof error, h->nlmsg_len - NLMSG_HDRLEN - sizeof error);
	return fail_dump(d, error, &x);
}

static int take_error(const struct nlmsghdr *h, struct diag *d)
{
	struct nl_extack x;
	int error = 0;

	extack_init(&x);
	if (ack_decode(h, &error, &x))
		return diag_set(d, -EPROTO, "the kernel's error message is malformed");
	return error ? fail_dump(d, error, &x) : 1;
}

/* What a message means for the dump: 0: it is one of its messages; 1: the end; negative errno. */
static int take_dumped(struct nl_dump *dump, const struct nlmsghdr *h, struct diag *d)
{
	int err;

	if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR) {
		dump->finished = true;
		err = h->nlmsg_type == NLMSG_DONE ? take_done(h, d) : take_error(h, d);
		if (err < 0)
			return err;
	} else {
		err = 0;
	}
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		return diag_set(d, -EINTR, "the dump changed while it was read");
	if (h->nlmsg_type == NLMSG_OVERRUN)
		return diag_set(d, -ENOBUFS, "messages of the dump were lost");
	return err;
}

/* The next message in the datagrams that is the dump's, or NULL with its error in *@err. */
static const struct nlmsghdr *next_dumped(struct nl_dump *dump, int *err, struct diag *d)
{
	struct nl_sock *s = dump->sock;

	for (;;) {
		bool bad;
		const struct nlmsghdr *h = message_at(s->rx, dump->size, dump->pos, &bad);
		ssize_t n;

		if (bad) {
			dump->size = 0; /* the rest of the datagram is useless */
			*err = diag_set(d, -EPROTO, "a datagram of the dump is cut or malformed");
			return NULL;
		}
		if (h) {
			dump->pos += MNL_ALIGN((size_t)h->nlmsg_len);
			if (is_for_us(s, h) && h->nlmsg_seq == dump->seq &&
			    h->nlmsg_type != NLMSG_NOOP)
				return h;
			continue;
		}
		dump->pos = dump->size = 0;
		n = receive(s, s->rx, sizeof s->rx, d);
		if (n < 0) {
			dump->finished = n != -EMSGSIZE; /* after a cut one the rest comes */
			*err = (int)n;
			return NULL;
		}
		dump->size = (size_t)n;
	}
}

int nl_dump_next(struct nl_dump *dump, const struct nlmsghdr **msg, struct diag *d)
{
	const struct nlmsghdr *h;

	*msg = NULL;
	if (dump->status)
		return dump->status < 0 ? dump->status : 0;
	h = next_dumped(dump, &dump->status, d);
	if (h)
		dump->status = take_dumped(dump, h, d);
	if (dump->status)
		return dump->status < 0 ? dump->status : 0;
	*msg = h;
	return 1;
}

int nl_dump_end(struct nl_dump *dump)
{
	int err = 0;

	while (!dump->finished) {
		const struct nlmsghdr *h = next_dumped(dump, &err, NULL);

		if (h)
			take_dumped(dump, h, NULL);
	}
	if (dump->seq)
		dump->sock->dumping = false;
	return dump->status < 0 ? dump->status : 0;
}

/* ---- generic netlink ---- */

static const struct nl_policy ctrl_policy[] = {
	[CTRL_ATTR_FAMILY_ID] = { .kind = NL_U16, .required = true, .name = "CTRL_ATTR_FAMILY_ID" },
};

int nl_genl_family(struct nl_sock *s, const char *name, uint16_t *id, struct diag *d)
{
	static const struct genlmsghdr ctrl = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	_Alignas(4) uint8_t buf[128];
	const struct nlattr *a[ARRAY_SIZE(ctrl_policy)];
	struct nl_reply reply;
	struct nl_msg m;
	int err;

	nl_msg_init(&m, buf, sizeof buf);
	nl_msg_start(&m, GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_ACK, &ctrl, sizeof ctrl);
	nl_put_str(&m, CTRL_ATTR_FAMILY_NAME, name);
	err = nl_msg_end(&m);
	if (err)
		return diag_set(d, err, "'%s' is too long for a generic netlink family", name);
	err = nl_transact(s, &m, &reply, d);
	if (err) {
		diag_context(d, "generic netlink family '%s'", name);
		return err;
	}
	if (!reply.msg || reply.size < NLMSG_HDRLEN + GENL_HDRLEN)
		return diag_set(d, -EPROTO, "the kernel did not describe family '%s'", name);
	err = nl_attrs_parse(a, ctrl_policy, ARRAY_SIZE(a),
			     (const uint8_t *)reply.msg + NLMSG_HDRLEN + GENL_HDRLEN,
			     reply.size - NLMSG_HDRLEN - GENL_HDRLEN, d);
	if (err)
		return err;
	*id = nl_attr_u16(a[CTRL_ATTR_FAMILY_ID]);
	return 0;
}
