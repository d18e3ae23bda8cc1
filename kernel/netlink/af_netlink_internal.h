/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of kernel/netlink know of each other: the state of a stack, and a socket. */
#ifndef KERNEL_NETLINK_AF_NETLINK_INTERNAL_H
#define KERNEL_NETLINK_AF_NETLINK_INTERNAL_H

#include "kernel/netlink/nlattr.h"
#include "kernel/netlink/rcvqueue_internal.h"

#define N_PROTOCOLS 32 /* MAX_LINKS in Linux */

struct genl_state;

/* A protocol of which there is a kernel socket. */
struct nl_protocol {
	netlink_input *input; /* NULL: no such protocol */
	struct list members;  /* sockets that are in a group */
	u32 n_members[NETLINK_GROUPS_MAX + 1];
};

struct netlink_state {
	struct nl_protocol *protocols[N_PROTOCOLS]; /* owned, NULL: none */
	struct idr portids;
	struct kmsg scratch;
	struct kmsg dump; /* the datagram of a dump while it is filled */
	struct genl_state *genl;
};

struct ksock {
	struct list link; /* in nl_protocol.members */
	struct knet *net;
	struct nl_protocol *protocol;
	u32 portid;
	bool ext_ack, cap_ack;
	bool congested; /* lost something, and the queue was not empty since */
	int error;	/* positive, for the next ksock_recvmsg(); 0: none */
	u64 groups[NETLINK_GROUPS_MAX / 64];
	u32 n_groups;
	struct rcvqueue queue;
	size_t rcvbuf;		/* bytes that may be queued */
	size_t max_recvmsg_len; /* largest buffer that was shown, at most NETLINK_DUMP_MAX */
	u8 *tx;			/* the datagram that is being sent */
	size_t tx_cap;

	bool cb_running;
	int dump_result; /* INT_MAX at first; > 0: to go on; else for NLMSG_DONE */
	struct netlink_callback cb;
};

static inline struct netlink_state *netlink_state(const struct knet *net)
{
	return net->subsys[KNET_NETLINK];
}

static inline size_t nlmsg_len_(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_len - NLMSG_HDRLEN;
}

/*
 * Room for a datagram of @len bytes at the end of the queue of @sk, for the caller to fill at once;
 * NULL: there is none, and the socket was told (netlink_overrun()).
 */
u8 *netlink_queue_reserve(struct ksock *sk, size_t len);

/* Answers a message with its result. */
void netlink_ack(struct ksock *sk, const struct nlmsghdr *nlh, size_t rest, int err,
		 const struct netlink_ext_ack *extack);

/* Makes the next datagram of the dump that is running. 0 or negative errno. */
int netlink_dump(struct ksock *sk) MUST_CHECK;

/* Ends a dump that is running, without a word to the receiver. */
void netlink_dump_stop(struct ksock *sk);

#endif
