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
	(4u << 20) /* bytes queued to one socket; more: -ENOBUFS and the answer is lost */
#define NETLINK_DATAGRAM_MAX (1u << 20) /* of a request, bytes: -EMSGSIZE */

struct ksock; /* a user's socket */

int netlink_init(struct knet *net) MUST_CHECK; /* subsystem KNET_NETLINK */
void netlink_exit(struct knet *net);

/*
 * The socket calls. ksock_sendmsg() runs the chain netlink_sendmsg() -> netlink_unicast() ->
 * netlink_unicast_kernel() -> the kernel socket's input function, e.g. rtnetlink_rcv(). Message
 * headers are not trusted.
 */
struct ksock *ksock_socket(struct knet *net, int protocol, u32 *portid);
int ksock_sendmsg(struct ksock *sk, const struct iovec *iov, size_t n);
/* One datagram; full size returned, more than @cap: cut. -EAGAIN: nothing is there. -ENOBUFS once
 * after a loss. */
ssize_t ksock_recvmsg(struct ksock *sk, void *buf, size_t cap);
int ksock_join(struct ksock *sk, u32 group);
void ksock_close(struct ksock *sk);
/* Socket options: NETLINK_EXT_ACK and NETLINK_CAP_ACK, both off at first, as in Linux. */
void ksock_set_ext_ack(struct ksock *sk, bool on);
void ksock_set_cap_ack(struct ksock *sk, bool on);

/* ---- for the kernel's own protocols ---- */

/* A message being built by the kernel, which grows. Sticky error like a full skb: -EMSGSIZE. */
struct kmsg {
	u8 *buf;
	size_t len, cap;
	size_t limit; /* bytes it may have; a dump datagram ends before it */
	bool error;
};

/* One request, as a handler sees it. */
struct nlreq {
	struct knet *net;
	struct ksock *sk; /* the requester; NULL: the kernel itself */
	u32 portid;
	const struct nlmsghdr *nlh; /* whole and aligned */
	struct netlink_ext_ack *extack;
};

typedef int nl_doit(struct nlreq *req);

/* A dump under way: state between datagrams. */
struct netlink_callback {
	struct knet *net;
	struct nlmsghdr *nlh; /* a copy of the request */
	u32 portid, seq;
	struct netlink_ext_ack *extack;
	int (*dump)(struct kmsg *skb, struct netlink_callback *cb);
	int (*done)(struct netlink_callback *cb);
	long args[6]; /* the dump's own */
};

/* Fills one datagram; returns its length > 0 to go on, 0 at the end, negative errno. */
typedef int nl_dumpit(struct kmsg *skb, struct netlink_callback *cb);

/* The kernel socket of @protocol: its input function gets each datagram (rtnetlink_rcv, genl_rcv).
 */
typedef void netlink_input(struct knet *net, struct ksock *from, const void *data, size_t len);
int netlink_kernel_create(struct knet *net, int protocol, netlink_input *input) MUST_CHECK;

/* Cuts a datagram into messages, calls @cb for each, acks as Linux does. */
void netlink_rcv_skb(struct knet *net, struct ksock *sk, const void *data, size_t len,
		     int (*cb)(struct nlreq *req));

/* Starts a dump for the request. 0 (the caller returns -EINTR: no ack); -EBUSY: one is under way;
 * -ENOMEM. */
int netlink_dump_start(struct nlreq *req, nl_dumpit *dump,
		       int (*done)(struct netlink_callback *)) MUST_CHECK;

/* Queues a finished message to the requester (reply, echo), or to the members of @group but
 * @exclude_portid. */
int nlmsg_unicast(struct nlreq *req, struct kmsg *msg) MUST_CHECK;
int nlmsg_multicast(struct knet *net, int protocol, struct kmsg *msg, u32 exclude_portid,
		    u32 group);
bool netlink_has_listeners(const struct knet *net, int protocol, u32 group);
/*
 * nlmsg_notify(): multicast to @group and, with @report (NLM_F_ECHO), unicast to the requester, who
 * is then left out of the multicast. @req may be NULL. Frees nothing: @msg stays the caller's.
 */
int nlmsg_notify(struct knet *net, struct nlreq *req, int protocol, struct kmsg *msg, u32 group,
		 bool report);

#endif
