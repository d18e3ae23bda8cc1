/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Generic netlink: families and the controller `nlctrl` (CTRL_CMD_GETFAMILY by name, by id, dump).
 * Model of net/netlink/genetlink.c, 6.1, facts/kernel-tc.md 6.1. Absent: CTRL_CMD_GETPOLICY,
 * parallel ops.
 */
#ifndef KERNEL_NETLINK_GENETLINK_H
#define KERNEL_NETLINK_GENETLINK_H

#include "kernel/netlink/nlattr.h"

#include <linux/genetlink.h>

struct genl_info {
	struct nlreq *req;
	const struct genlmsghdr *genlhdr;
	const void *userhdr;	     /* family->hdrsize bytes */
	const struct nlattr **attrs; /* [0..maxattr], parsed */
};

struct genl_op {
	u8 cmd;
	u8 flags; /* GENL_UNS_ADMIN_PERM ... as CTRL_ATTR_OP_FLAGS shows them */
	int (*doit)(struct genl_info *info);
	nl_dumpit *dumpit;
};

struct genl_family {
	struct list link;
	const char *name;
	u32 version, hdrsize, maxattr;
	const struct nla_policy *policy;
	const struct genl_op *ops;
	size_t n_ops;
	const char *mcgrp; /* name of its one multicast group, or NULL */
	u16 id;		   /* out */
	u32 mcgrp_id;	   /* out */
};

int genl_init(struct knet *net) MUST_CHECK; /* after netlink_init() */
void genl_exit(struct knet *net);

/* @family is kept. 0, -EEXIST, -ENOMEM. */
int genl_register_family(struct knet *net, struct genl_family *family) MUST_CHECK;

/* Header of a reply; NULL: no room. */
void *genlmsg_put(struct kmsg *m, u32 portid, u32 seq, const struct genl_family *family, int flags,
		  u8 cmd);

#endif
