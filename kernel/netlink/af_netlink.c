/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets, and the way of a datagram between them and the kernel. Models net/netlink/af_netlink.c
 * as of Linux 6.1: autobind, sendmsg, unicast to the kernel socket, delivery, loss and congestion,
 * groups and multicast. Deliberately absent: unicast between users, bind to a chosen port,
 * credentials, filters on sockets, namespaces, everything that waits.
 */
#include "kernel/netlink/af_netlink_internal.h"

#include "base/alloc.h"

#include <errno.h>
#include <limits.h>

#define TX_ALIGN 8

int netlink_init(struct knet *net)
{
	struct netlink_state *s = mem_new(sizeof *s);

	if (!s)
		return -ENOMEM;
	idr_init(&s->portids);
	if (kmsg_init(&s->scratch, NETLINK_SCRATCH_MAX))
		goto err_state;
	if (kmsg_init(&s->dump, NETLINK_DUMP_MAX))
		goto err_scratch;
	net->subsys[KNET_NETLINK] = s;
	return 0;

err_scratch:
	kmsg_fini(&s->scratch);
err_state:
	mem_free(s);
	return -ENOMEM;
}

void netlink_exit(struct knet *net)
{
	struct netlink_state *s = netlink_state(net);

	if (!s)
		return;
	for (size_t i = 0; i < N_PROTOCOLS; i++)
		mem_free(s->protocols[i]);
	kmsg_fini(&s->dump);
	kmsg_fini(&s->scratch);
	idr_fini(&s->portids);
	mem_free(s);
	net->subsys[KNET_NETLINK] = NULL;
}

int netlink_kernel_create(struct knet *net, int protocol, netlink_input *input)
{
	struct netlink_state *s = netlink_state(net);
	struct nl_protocol *p;

	if (protocol < 0 || protocol >= N_PROTOCOLS)
		return -EPROTONOSUPPORT;
	if (s->protocols[protocol])
		return -EADDRINUSE;
	p = mem_new(sizeof *p);
	if (!p)
		return -ENOMEM;
	p->input = input;
	list_init(&p->members);
	s->protocols[protocol] = p;
	return 0;
}

static struct nl_protocol *find_protocol(const struct knet *net, int protocol)
{
	if (protocol < 0 || protocol >= N_PROTOCOLS)
		return NULL;
	return netlink_state(net)->protocols[protocol];
}

struct kmsg *knet_scratch(struct knet *net)
{
	struct kmsg *m = &netlink_state(net)->scratch;

	kmsg_reset(m);
	return m;
}

/* ---- a user's socket ---- */

struct ksock *ksock_socket(struct knet *net, int protocol, u32 *portid)
{
	struct nl_protocol *p = find_protocol(net, protocol);
	struct ksock *sk = p ? mem_new(sizeof *sk) : NULL;

	if (!sk)
		return NULL;
	if (idr_add(&netlink_state(net)->portids, 1, UINT32_MAX, sk, &sk->portid)) {
		mem_free(sk);
		return NULL;
	}
	sk->net = net;
	sk->protocol = p;
	list_init(&sk->link);
	rcvqueue_init(&sk->queue);
	sk->rcvbuf = NETLINK_RCVBUF_MAX;
	*portid = sk->portid;
	return sk;
}

void ksock_close(struct ksock *sk)
{
	if (!sk)
		return;
	netlink_dump_stop(sk);
	for (u32 group = 1; group <= NETLINK_GROUPS_MAX; group++)
		if (sk->groups[(group - 1) / 64] >> (group - 1) % 64 & 1)
			sk->protocol->n_members[group]--;
	list_del(&sk->link);
	idr_del(&netlink_state(sk->net)->portids, sk->portid);
	rcvqueue_fini(&sk->queue);
	mem_free(sk->tx);
	mem_free(sk);
}

void ksock_set_ext_ack(struct ksock *sk, bool on)
{
	sk->ext_ack = on;
}

void ksock_set_cap_ack(struct ksock *sk, bool on)
{
	sk->cap_ack = on;
}

void ksock_set_rcvbuf(struct ksock *sk, size_t size)
{
	sk->rcvbuf = size < NETLINK_RCVBUF_MIN	 ? NETLINK_RCVBUF_MIN
		     : size > NETLINK_RCVBUF_MAX ? NETLINK_RCVBUF_MAX
						 : size;
}

int ksock_join(struct ksock *sk, u32 group)
{
	u64 bit;

	if (!group || group > NETLINK_GROUPS_MAX)
		return -EINVAL;
	bit = 1ull << (group - 1) % 64;
	if (sk->groups[(group - 1) / 64] & bit)
		return 0;
	if (!sk->n_groups++)
		list_add_before(&sk->protocol->members, &sk->link);
	sk->groups[(group - 1) / 64] |= bit;
	sk->protocol->n_members[group]++;
	return 0;
}

/* ---- to the kernel ---- */

static int netlink_unicast_kernel(struct ksock *sk, const void *data, size_t len)
{
	struct span sp = SPAN(sk->net->trace);

	sk->protocol->input(sk->net, sk, data, len);
	return span_end(&sp, 0);
}

static int netlink_unicast(struct ksock *sk, const void *data, size_t len)
{
	struct span sp = SPAN(sk->net->trace);

	return span_end(&sp, netlink_unicast_kernel(sk, data, len));
}

/* Joins the pieces into one aligned buffer, which stays with the socket. */
static int copy_pieces(struct ksock *sk, const struct iovec *iov, size_t n, size_t len)
{
	u8 *p = mem_grow(sk->tx, &sk->tx_cap, ROUND_UP(len, (size_t)TX_ALIGN), 1);

	if (!p)
		return -ENOBUFS;
	sk->tx = p;
	for (size_t i = 0; i < n; i++) {
		if (iov[i].iov_len)
			memcpy(p, iov[i].iov_base, iov[i].iov_len);
		p += iov[i].iov_len;
	}
	return 0;
}

static int netlink_sendmsg(struct ksock *sk, const struct iovec *iov, size_t n)
{
	struct span sp = SPAN(sk->net->trace);
	size_t len = 0;
	int err;

	for (size_t i = 0; i < n; i++) {
		if (iov[i].iov_len > NETLINK_DATAGRAM_MAX - len)
			return span_end(&sp, trace_refuse(sk->net->trace, -EMSGSIZE, NULL,
							  "a datagram of more than %u bytes",
							  NETLINK_DATAGRAM_MAX));
		len += iov[i].iov_len;
	}
	span_note(&sp, "bytes", "%zu", len);
	if (!len)
		return span_end(&sp, -ENODATA);
	err = copy_pieces(sk, iov, n, len);
	if (!err)
		err = netlink_unicast(sk, sk->tx, len);
	return span_end(&sp, err);
}

int ksock_sendmsg(struct ksock *sk, const struct iovec *iov, size_t n)
{
	return netlink_sendmsg(sk, iov, n);
}

/* ---- from the kernel ---- */

/* Something was lost: the receiver is told once, and gets nothing more until it has read all. */
static void netlink_overrun(struct ksock *sk)
{
	if (!sk->congested)
		sk->error = ENOBUFS;
	sk->congested = sk->queue.n > 0;
}

u8 *netlink_queue_reserve(struct ksock *sk, size_t len)
{
	size_t used = rcvqueue_size(&sk->queue);
	u8 *p = NULL;

	if (!sk->congested && (!used || used + len <= sk->rcvbuf))
		p = rcvqueue_put(&sk->queue, len);
	if (!p)
		netlink_overrun(sk);
	return p;
}

static int deliver(struct ksock *sk, const struct kmsg *msg)
{
	u8 *p = netlink_queue_reserve(sk, msg->len);

	if (!p)
		return -EAGAIN;
	memcpy(p, msg->buf, msg->len);
	return 0;
}

ssize_t ksock_peek(const struct ksock *sk)
{
	size_t len;

	return rcvqueue_front(&sk->queue, &len) ? (ssize_t)len : -EAGAIN;
}

bool ksock_has_message(const struct ksock *sk)
{
	return sk->error || sk->queue.n;
}

/* A dump goes on when what it made before has been read, more or less. */
static void continue_dump(struct ksock *sk)
{
	int err;

	if (rcvqueue_size(&sk->queue) > sk->rcvbuf / 2)
		return;
	err = netlink_dump(sk);
	if (!err)
		return;
	netlink_dump_stop(sk);
	sk->error = -err;
}

ssize_t ksock_recvmsg(struct ksock *sk, void *buf, size_t cap)
{
	const u8 *p;
	size_t len;

	if (UNLIKELY(sk->error)) {
		int err = -sk->error;

		sk->error = 0;
		return err;
	}
	p = rcvqueue_front(&sk->queue, &len);
	if (!p)
		return -EAGAIN;
	if (cap > sk->max_recvmsg_len)
		sk->max_recvmsg_len = cap < NETLINK_DUMP_MAX ? cap : NETLINK_DUMP_MAX;
	if (cap)
		memcpy(buf, p, len < cap ? len : cap);
	rcvqueue_pop(&sk->queue);
	if (!sk->queue.n)
		sk->congested = false;
	if (sk->cb_running)
		continue_dump(sk);
	return (ssize_t)len;
}

int nlmsg_unicast(struct nlreq *req, const struct kmsg *msg)
{
	if (msg->error)
		return -EMSGSIZE;
	return req->sk ? deliver(req->sk, msg) : -ECONNREFUSED;
}

int nlmsg_unicast_to(struct knet *net, int protocol, const struct kmsg *msg, u32 portid)
{
	struct ksock *sk = idr_find(&netlink_state(net)->portids, portid);

	if (msg->error)
		return -EMSGSIZE;
	if (!sk || sk->protocol != find_protocol(net, protocol))
		return -ECONNREFUSED;
	return deliver(sk, msg);
}

static bool is_member(const struct ksock *sk, u32 group)
{
	return sk->groups[(group - 1) / 64] >> (group - 1) % 64 & 1;
}

int nlmsg_multicast(struct knet *net, int protocol, const struct kmsg *msg, u32 exclude_portid,
		    u32 group)
{
	struct nl_protocol *p = find_protocol(net, protocol);
	bool delivered = false;
	struct ksock *sk;

	if (msg->error)
		return -EMSGSIZE;
	if (!netlink_has_listeners(net, protocol, group))
		return -ESRCH;
	list_for_each_entry (sk, &p->members, link)
		if (sk->portid != exclude_portid && is_member(sk, group))
			delivered |= !deliver(sk, msg);
	return delivered ? 0 : -ESRCH;
}

bool netlink_has_listeners(const struct knet *net, int protocol, u32 group)
{
	const struct nl_protocol *p = find_protocol(net, protocol);

	return p && group && group <= NETLINK_GROUPS_MAX && p->n_members[group];
}

int nlmsg_notify(struct knet *net, struct nlreq *req, int protocol, const struct kmsg *msg,
		 u32 group, bool report)
{
	int err = 0, err2 = 0;

	report = report && req && req->sk;
	if (group) {
		err = nlmsg_multicast(net, protocol, msg, report ? req->portid : 0, group);
		if (err == -ESRCH)
			err = 0;
	}
	if (report)
		err2 = nlmsg_unicast(req, msg);
	return err ? err : err2;
}
