/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rtnetlink: rtnl_register(), rtnetlink_rcv() -> rtnetlink_rcv_msg() with its order of tests
 * (facts/kernel-tc.md 1.3), and links (RTM_GETLINK by index, by name, dump). Model of
 * net/core/rtnetlink.c, 6.1. Absent: RTM_NEWLINK, addresses, routes.
 */
#ifndef KERNEL_RTNETLINK_RTNETLINK_H
#define KERNEL_RTNETLINK_RTNETLINK_H

#include "kernel/core/netdevice.h"
#include "kernel/netlink/nlattr.h"

#include <linux/rtnetlink.h>

enum rtnl_link_flags {
	RTNL_FLAG_DOIT_UNLOCKED = 1 << 0
};

int rtnetlink_init(struct knet *net)
	MUST_CHECK; /* subsystem KNET_RTNETLINK, after netlink_init() */
void rtnetlink_exit(struct knet *net);

/* Handlers of message type @msgtype (RTM_*); either may be NULL. 0 or -ENOMEM. */
int rtnl_register(struct knet *net, int protocol, int msgtype, nl_doit *doit, nl_dumpit *dumpit,
		  unsigned int flags) MUST_CHECK;

/* nlmsg_notify() to an RTNLGRP_*, and whether somebody wants it (rtnl_notify_needed()). */
int rtnetlink_send(struct knet *net, struct nlreq *req, struct kmsg *msg, u32 group, bool echo);
bool rtnl_notify_needed(const struct knet *net, u16 nlflags, u32 group);

#endif
