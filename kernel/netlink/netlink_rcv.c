/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel does with a datagram of requests: cutting it into messages, acknowledging each,
 * and dumps. Models netlink_rcv_skb(), netlink_ack(), __netlink_dump_start() and netlink_dump() of
 * net/netlink/af_netlink.c, Linux 6.1. Deliberately absent: consistency counters of dumps
 * (NLM_F_DUMP_INTR).
 */
#include "base/alloc.h"
#include "kernel/netlink/af_netlink_internal.h"

#include <errno.h>
#include <limits.h>

void netlink_rcv_skb(struct knet *net, struct ksock *sk, const void *data, size_t len,
		     int (*cb)(struct nlreq *req))
{
	struct span sp = SPAN(net->trace);
	const u8 *p = data;
	size_t size;

	for (; len >= NLMSG_HDRLEN; p += size, len -= size) {
		const struct nlmsghdr *nlh = (const void *)p;
		struct netlink_ext_ack extack = { 0 };
		int err = 0;

		if (nlh->nlmsg_len < NLMSG_HDRLEN || nlh->nlmsg_len > len)
			break;
		if ((nlh->nlmsg_flags & NLM_F_REQUEST) && nlh->nlmsg_type >= NLMSG_MIN_TYPE) {
			struct nlreq req = { net, sk, sk ? sk->portid : 0, nlh, &extack };

			err = cb(&req);
		}
		if (sk && err != -EINTR && (err || (nlh->nlmsg_flags & NLM_F_ACK)))
			netlink_ack(sk, nlh, len, err, &extack);
		size = (size_t)NLMSG_ALIGN((size_t)nlh->nlmsg_len);
		if (size > len)
			size = len;
	}
	span_end(&sp, 0);
}

/* ---- acks ---- */

#define TLVS_MAX 6 /* kinds of attributes of an ack */

/* The attributes of an ack, found first and written later, when the size is known. */
struct tlvs {
	struct {
		u16 type, len;
		const void *data;
	} v[TLVS_MAX];
	size_t n, size;
	u32 offs, miss_type, miss_nest; /* payloads */
	u8 policy[NLA_POLICY_SIZE_MAX];
};

static void add_tlv(struct tlvs *t, u16 type, const void *data, size_t len)
{
	if (len > UINT16_MAX - NLA_HDRLEN)
		len = UINT16_MAX - NLA_HDRLEN;
	t->v[t->n].type = type;
	t->v[t->n].len = (u16)len;
	t->v[t->n++].data = data;
	t->size += (size_t)NLA_ALIGN(NLA_HDRLEN + len);
}

/* The offset of @attr from @nlh, if it lies in the @rest bytes from there; a handler may have
 * named one of its own. */
static bool offset_of(u32 *offset, const void *attr, const struct nlmsghdr *nlh, size_t rest)
{
	uintptr_t a = (uintptr_t)attr, from = (uintptr_t)nlh;

	if (!attr || a < from || a - from >= rest)
		return false;
	*offset = (u32)(a - from);
	return true;
}

/* A warning (@err 0) has words and a cookie only. */
static void find_tlvs(struct tlvs *t, const struct netlink_ext_ack *extack, int err,
		      const struct nlmsghdr *nlh, size_t rest)
{
	if (extack->_msg)
		add_tlv(t, NLMSGERR_ATTR_MSG, extack->_msg, strlen(extack->_msg) + 1);
	if (extack->cookie_len && extack->cookie_len <= sizeof extack->cookie)
		add_tlv(t, NLMSGERR_ATTR_COOKIE, extack->cookie, extack->cookie_len);
	if (!err)
		return;
	if (offset_of(&t->offs, extack->bad_attr, nlh, rest))
		add_tlv(t, NLMSGERR_ATTR_OFFS, &t->offs, sizeof t->offs);
	if (extack->policy) {
		size_t size = nla_policy_write(t->policy, extack->policy);

		if (size)
			add_tlv(t, NLMSGERR_ATTR_POLICY | NLA_F_NESTED, t->policy, size);
	}
	if (extack->miss_type) {
		t->miss_type = extack->miss_type;
		add_tlv(t, NLMSGERR_ATTR_MISS_TYPE, &t->miss_type, sizeof t->miss_type);
	}
	if (offset_of(&t->miss_nest, extack->miss_nest, nlh, rest))
		add_tlv(t, NLMSGERR_ATTR_MISS_NEST, &t->miss_nest, sizeof t->miss_nest);
}

static void write_tlvs(u8 *p, const struct tlvs *t)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t len = t->v[i].len, padded = (size_t)NLA_ALIGN(len);
		struct nlattr nla = { .nla_len = (u16)(NLA_HDRLEN + len),
				      .nla_type = t->v[i].type };

		memcpy(p, &nla, sizeof nla);
		memcpy(p + NLA_HDRLEN, t->v[i].data, len);
		memset(p + NLA_HDRLEN + len, 0, padded - len);
		p += NLA_HDRLEN + padded;
	}
}

/* The answer and behind it the request: its header, or all of it when it failed and the user did
 * not ask to have it capped. @size with the attributes that follow. */
static void write_answer(u8 *p, size_t size, u16 flags, u32 portid, const struct nlmsghdr *nlh,
			 int err)
{
	size_t echo = flags & NLM_F_CAPPED ? NLMSG_HDRLEN : nlh->nlmsg_len;
	struct nlmsghdr rep = {
		.nlmsg_len = (u32)size,
		.nlmsg_type = NLMSG_ERROR,
		.nlmsg_flags = flags,
		.nlmsg_seq = nlh->nlmsg_seq,
		.nlmsg_pid = portid,
	};

	memcpy(p, &rep, sizeof rep);
	memcpy(p + sizeof rep, &err, sizeof err);
	p += sizeof rep + sizeof err;
	memcpy(p, nlh, echo);
	memset(p + echo, 0, (size_t)NLMSG_ALIGN(echo) - echo);
}

void netlink_ack(struct ksock *sk, const struct nlmsghdr *nlh, size_t rest, int err,
		 const struct netlink_ext_ack *extack)
{
	struct span sp = SPAN(sk->net->trace);
	u16 flags = !err || sk->cap_ack ? NLM_F_CAPPED : 0;
	size_t echo = flags ? NLMSG_HDRLEN : nlh->nlmsg_len;
	size_t size = NLMSG_HDRLEN + sizeof err + (size_t)NLMSG_ALIGN(echo);
	struct tlvs tlvs;
	u8 *p;

	tlvs.n = tlvs.size = 0;
	if (sk->ext_ack)
		find_tlvs(&tlvs, extack, err, nlh, rest);
	if (tlvs.n)
		flags |= NLM_F_ACK_TLVS;
	span_note(&sp, "error", "%d", err);
	if (extack->_msg)
		span_note(&sp, "msg", "%s", extack->_msg);
	p = netlink_queue_reserve(sk, size + tlvs.size);
	if (p) {
		write_answer(p, size + tlvs.size, flags, sk->portid, nlh, err);
		write_tlvs(p + size, &tlvs);
	}
	span_end(&sp, p ? 0 : -ENOBUFS);
}

/* ---- dumps ---- */

#define DONE_SIZE (NLMSG_HDRLEN + sizeof(int))

int netlink_dump_start(struct nlreq *req, nl_dumpit *dump, int (*done)(struct netlink_callback *))
{
	struct ksock *sk = req->sk;
	int err;

	if (!sk)
		return -ECONNREFUSED;
	if (sk->cb_running)
		return trace_refuse(req->net->trace, -EBUSY, NULL,
				    "a dump is already under way on this socket");
	memset(&sk->cb, 0, sizeof sk->cb);
	sk->cb.nlh = mem_copy(req->nlh, req->nlh->nlmsg_len);
	if (!sk->cb.nlh)
		return -ENOMEM;
	sk->cb.net = req->net;
	sk->cb.portid = req->portid;
	sk->cb.seq = req->nlh->nlmsg_seq;
	sk->cb.dump = dump;
	sk->cb.done = done;
	sk->cb_running = true;
	sk->dump_result = INT_MAX;
	err = netlink_dump(sk);
	if (err)
		netlink_dump_stop(sk);
	return err;
}

void netlink_dump_stop(struct ksock *sk)
{
	if (!sk->cb_running)
		return;
	sk->cb_running = false;
	if (sk->cb.done)
		sk->cb.done(&sk->cb);
	mem_free(CONST_CAST(struct nlmsghdr *, sk->cb.nlh)); /* our copy */
	sk->cb.nlh = NULL;
}

/* Ends the dump with its result, and with the words of a failure for who wants them. */
static void put_done(struct ksock *sk, struct kmsg *m, const struct netlink_ext_ack *extack)
{
	struct nlmsghdr *nlh =
		nlmsg_put(m, sk->cb.portid, sk->cb.seq, NLMSG_DONE, sizeof(int), NLM_F_MULTI);
	size_t len = m->len;

	if (!nlh) /* cannot be: there was room for it */
		return;
	memcpy(nlh + 1, &sk->dump_result, sizeof sk->dump_result);
	if (!extack->_msg || !sk->ext_ack)
		return;
	nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
	if (nla_put_string(m, NLMSGERR_ATTR_MSG, extack->_msg))
		nlmsg_trim(m, len);
	nlmsg_end(m, nlh);
}

/* Has the next messages put into @m. Returns whether the dump is over and says so in @m. */
static bool fill_datagram(struct ksock *sk, struct kmsg *m)
{
	struct netlink_ext_ack extack = { 0 };

	if (sk->dump_result > 0) {
		sk->cb.extack = &extack;
		sk->dump_result = sk->cb.dump(m, &sk->cb);
		sk->cb.extack = NULL;
		m->error = false; /* of a message that did not fit, taken back by length only */
		if (sk->dump_result > 0 && !m->len)
			sk->dump_result = -EMSGSIZE; /* it would go on like that forever */
	}
	if (sk->dump_result > 0 || m->limit - m->len < DONE_SIZE)
		return false;
	put_done(sk, m, &extack);
	return true;
}

int netlink_dump(struct ksock *sk)
{
	struct span sp = SPAN(sk->net->trace);
	struct kmsg *m = &netlink_state(sk->net)->dump;
	bool is_last;
	u8 *p;

	kmsg_reset(m);
	m->limit = sk->max_recvmsg_len > NLMSG_GOODSIZE_ ? sk->max_recvmsg_len : NLMSG_GOODSIZE_;
	is_last = fill_datagram(sk, m);
	span_note(&sp, "bytes", "%zu", m->len);
	p = rcvqueue_put(&sk->queue, m->len);
	if (!p)
		return span_end(&sp, -ENOBUFS);
	memcpy(p, m->buf, m->len);
	if (is_last)
		netlink_dump_stop(sk);
	return span_end(&sp, 0);
}
