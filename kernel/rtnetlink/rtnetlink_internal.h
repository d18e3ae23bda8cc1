/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of kernel/rtnetlink know of each other. */
#ifndef KERNEL_RTNETLINK_RTNETLINK_INTERNAL_H
#define KERNEL_RTNETLINK_RTNETLINK_INTERNAL_H

#include "kernel/rtnetlink/rtnetlink.h"

/* Handlers of one message type of one family. */
struct rtnl_link {
	nl_doit *doit;
	nl_dumpit *dumpit;
	unsigned int flags; /* enum rtnl_link_flags */
};

struct rtnl_family {
	struct rtnl_link links[RTM_NR_MSGTYPES];
};

struct rtnl_state {
	struct rtnl_family *families[RTNL_FAMILY_MAX + 1]; /* owned; NULL: none */
	struct knet *net;
	struct notifier_block notifier;
};

/* RTM_GETLINK, and what is told when links come, change and go. */
int rtnl_getlink(struct nlreq *req);
int rtnl_dump_ifinfo(struct kmsg *m, struct netlink_callback *cb);
void rtnetlink_event(struct notifier_block *nb, enum netdev_event event, struct net_device *dev);

#endif
