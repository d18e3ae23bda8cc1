/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Netlink sockets of the model kernel: what net/netlink/af_netlink.c does for a sender, 6.1: a
 * datagram goes to the kernel socket of its protocol synchronously, is cut into messages, each is
 * handed to a handler and answered (facts/kernel-tc.md 1.3, 1.4), dumps are filled as the receiver
 * reads, multicast reaches members. Absent: user-to-user unicast, credentials, network namespaces,
 * mmap.
 */
#ifndef KERNEL_NETLINK_AF_NETLINK_H
#define KERNEL_NETLINK_AF_NETLINK_H

#include "kernel/core/extack.h"
#include "kernel/core/knet.h"

#include <linux/netlink.h>
#include <sys/uio.h>

#define NETLINK_RCVBUF_MAX \
	(4u << 20) /* bytes queued to one socket, unless it wants less; more: lost, -ENOBUFS */
#define NETLINK_RCVBUF_MIN   2304u	/* a socket cannot have less: SOCK_MIN_RCVBUF */
#define NETLINK_DATAGRAM_MAX (1u << 20) /* of a request, or of a struct kmsg, bytes: -EMSGSIZE */
#define NETLINK_GROUPS_MAX   128u	/* multicast groups of a protocol, numbered from 1 */
#define NLMSG_GOODSIZE_	     3776u /* limit of an ordinary message and of a first dump datagram */
#define NETLINK_DUMP_MAX \
	32448u /* limit of a dump datagram, however large the receiver's buffer is */
#define NETLINK_SCRATCH_MAX 65536u /* limit of knet_scratch() */

struct ksock; /* a user's socket */

int netlink_init(struct knet *net) MUST_CHECK; /* subsystem KNET_NETLINK */
/* All sockets must be closed before. */
void netlink_exit(struct knet *net);

/*
 * The socket calls. ksock_socket() returns NULL when there is no memory or no such protocol;
 * *@portid is unique in the stack, never 0. ksock_sendmsg() returns 0 or negative errno: -ENODATA:
 * empty; -EMSGSIZE; -ENOBUFS: no memory. It runs the chain netlink_sendmsg() -> netlink_unicast()
 * -> netlink_unicast_kernel() -> the kernel socket's input function, e.g. rtnetlink_rcv(). Message
 * headers are not trusted.
 */
struct ksock *ksock_socket(struct knet *net, int protocol, u32 *portid);
int ksock_sendmsg(struct ksock *sk, const struct iovec *iov, size_t n);
/* One datagram; full size returned, more than @cap: cut. -EAGAIN: nothing is there. -ENOBUFS once
 * after a loss. */
ssize_t ksock_recvmsg(struct ksock *sk, void *buf, size_t cap);
/* The size of the datagram that ksock_recvmsg() would return (MSG_PEEK | MSG_TRUNC), or -EAGAIN. */
ssize_t ksock_peek(const struct ksock *sk);
/* Whether ksock_recvmsg() would return something else than -EAGAIN. */
bool ksock_has_message(const struct ksock *sk);
/* -EINVAL: no such group. */
int ksock_join(struct ksock *sk, u32 group);
void ksock_close(struct ksock *sk);
/* Socket options: NETLINK_EXT_ACK and NETLINK_CAP_ACK, both off at first, as in Linux. */
void ksock_set_ext_ack(struct ksock *sk, bool on);
void ksock_set_cap_ack(struct ksock *sk, bool on);
/* SO_RCVBUF: how many bytes may be queued to it; held between NETLINK_RCVBUF_MIN and _MAX. Linux
 * counts its own structures too, and therefore doubles what a user says. */
void ksock_set_rcvbuf(struct ksock *sk, size_t size);

/* ---- for the kernel's own protocols ---- */

/*
 * A message being built by the kernel. Its memory is there from the start and does not move, so
 * that pointers into it stay. Sticky error like a full skb: -EMSGSIZE; going back to an earlier
 * length (nlmsg_trim(), nla_nest_cancel(), kmsg_reset()) clears it.
 */
struct kmsg {
	u8 *buf;
	size_t len;
	size_t cap;   /* bytes of @buf */
	size_t limit; /* bytes it may have, at most @cap; a dump datagram ends before it */
	bool error;
};

/*
 * An empty message for a reply or a notification, so that an echo allocates nothing; of the stack,
 * valid until the next call of this function: build, send, forget. Not within a dump's callback.
 */
struct kmsg *knet_scratch(struct knet *net);

/* One request, as a handler sees it. */
struct nlreq {
	struct knet *net;
	struct ksock *sk; /* the requester; NULL: the kernel itself */
	u32 portid;
	const struct nlmsghdr *nlh; /* whole and aligned */
	struct netlink_ext_ack *extack;
};

typedef int nl_doit(struct nlreq *req);

/* A dump under way: state between datagrams. @done is called once, at the end or when the socket is
 * closed before. */
struct netlink_callback {
	struct knet *net;
	const struct nlmsghdr *nlh; /* a copy of the request */
	u32 portid, seq;
	struct netlink_ext_ack *extack; /* during a call of @dump; its text goes into NLMSG_DONE */
	int (*dump)(struct kmsg *skb, struct netlink_callback *cb);
	int (*done)(struct netlink_callback *cb);
	long args[6]; /* the dump's own, 0 at first */
};

/*
 * Fills one datagram, each message with NLM_F_MULTI and cb->portid, cb->seq; returns its length
 * (skb->len) > 0 to go on, 0 at the end, negative errno. What does not fit is taken back with
 * nlmsg_trim() and comes first in the next call.
 */
typedef int nl_dumpit(struct kmsg *skb, struct netlink_callback *cb);

/* The kernel socket of @protocol: its input function gets each datagram (rtnetlink_rcv, genl_rcv).
 */
typedef void netlink_input(struct knet *net, struct ksock *from, const void *data, size_t len);
int netlink_kernel_create(struct knet *net, int protocol, netlink_input *input) MUST_CHECK;

/* Cuts a datagram into messages, calls @cb for each, acks as Linux does. */
void netlink_rcv_skb(struct knet *net, struct ksock *sk, const void *data, size_t len,
		     int (*cb)(struct nlreq *req));

/* Starts a dump for the request. 0 (the caller returns -EINTR: no ack); -EBUSY: one is under way;
 * -ENOMEM; -ENOBUFS: no memory for its first datagram. */
int netlink_dump_start(struct nlreq *req, nl_dumpit *dump,
		       int (*done)(struct netlink_callback *)) MUST_CHECK;

/*
 * Queues a finished message to the requester (reply, echo), or to the members of @group but
 * @exclude_portid. 0; -EMSGSIZE: it has an error; -EAGAIN: the receiver's queue is full;
 * -ECONNREFUSED: the requester is the kernel; -ESRCH: the group has nobody else.
 */
int nlmsg_unicast(struct nlreq *req, const struct kmsg *msg) MUST_CHECK;
int nlmsg_multicast(struct knet *net, int protocol, const struct kmsg *msg, u32 exclude_portid,
		    u32 group);
/* To the socket that has the port id, without being asked. 0; -EMSGSIZE; -EAGAIN: its queue is
 * full, and it is told at its next recvmsg; -ECONNREFUSED: there is none. */
int nlmsg_unicast_to(struct knet *net, int protocol, const struct kmsg *msg, u32 portid) MUST_CHECK;
bool netlink_has_listeners(const struct knet *net, int protocol, u32 group);
/*
 * nlmsg_notify(): multicast to @group and, with @report (NLM_F_ECHO), unicast to the requester, who
 * is then left out of the multicast. @req may be NULL. Frees nothing: @msg stays the caller's.
 */
int nlmsg_notify(struct knet *net, struct nlreq *req, int protocol, const struct kmsg *msg,
		 u32 group, bool report);

#endif
