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
	const struct nlattr **attrs; /* [0..maxattr], parsed, liberal; until the handler returns */
};

struct genl_op {
	u8 cmd;
	u8 flags; /* GENL_ADMIN_PERM, GENL_UNS_ADMIN_PERM; what it can do is found out */
	int (*doit)(struct genl_info *info);
	nl_dumpit *dumpit; /* gets the request's attributes unchecked, in cb->nlh */
	int (*done)(struct netlink_callback *cb); /* of the dump; or NULL */
	const struct nla_policy *policy;	  /* NULL: the family's */
	u32 maxattr;				  /* 0: the family's */
};

struct genl_family {
	struct list link;
	const char *name;
	u32 version, hdrsize, maxattr;
	const struct nla_policy *policy;
	const struct genl_op *ops;
	size_t n_ops;
	const char *mcgrp; /* name of its one multicast group, or NULL */
	/* Commands from here on must have nothing in genlmsghdr.reserved and no flags of old
	 * semantics; 0: none. */
	u8 resv_start_op;
	u16 id;	      /* out */
	u32 mcgrp_id; /* out */
};

int genl_init(struct knet *net) MUST_CHECK; /* after netlink_init() */
void genl_exit(struct knet *net);

/*
 * @family is kept. 0, -EEXIST, -ENOMEM; -EINVAL: an op twice or without a function; -ENOSPC: no
 * group is left. A family need not be unregistered before genl_exit().
 */
int genl_register_family(struct knet *net, struct genl_family *family) MUST_CHECK;
void genl_unregister_family(struct knet *net, struct genl_family *family);

/* Headers of a message; returns where the family's own header is, zeroed; NULL: no room. */
void *genlmsg_put(struct kmsg *m, u32 portid, u32 seq, const struct genl_family *family, int flags,
		  u8 cmd);
/* Ends what genlmsg_put() began, given its result. */
void genlmsg_end(struct kmsg *m, const void *userhdr);
/* nlmsg_notify() to the family's group; unicast too when the request has NLM_F_ECHO. */
int genl_notify(struct knet *net, struct nlreq *req, const struct genl_family *family,
		const struct kmsg *m);

#endif
