/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's struct netlink_ext_ack: a static text and a bad attribute, which the ack carries to
 * userland. Handlers get a pointer that may be NULL (a driver whose rule is neither skip_sw nor
 * verbose). Model of include/linux/netlink.h, 6.1.
 */
#ifndef KERNEL_CORE_EXTACK_H
#define KERNEL_CORE_EXTACK_H

#include "kernel/core/types.h"

#include <linux/netlink.h>

struct nla_policy;

struct netlink_ext_ack {
	const char *_msg;	       /* static storage */
	const struct nlattr *bad_attr; /* in the request */
	const struct nlattr *miss_nest;
	const struct nla_policy *policy; /* that bad_attr breaks; static storage */
	u16 miss_type;
	u8 cookie[20];
	u8 cookie_len;
};

#define NL_SET_ERR_MSG(extack, msg)                         \
	do {                                                \
		struct netlink_ext_ack *extack_ = (extack); \
		if (extack_)                                \
			extack_->_msg = (msg);              \
	} while (0)

/* Each file that uses it defines KBUILD_MODNAME as its module is called: "cls_flower", "mlx5_core".
 */
#define NL_SET_ERR_MSG_MOD(extack, msg) NL_SET_ERR_MSG((extack), KBUILD_MODNAME ": " msg)

#define NL_SET_BAD_ATTR(extack, attr)                       \
	do {                                                \
		struct netlink_ext_ack *extack_ = (extack); \
		if (extack_)                                \
			extack_->bad_attr = (attr);         \
	} while (0)

#define NL_SET_ERR_MSG_ATTR(extack, attr, msg) \
	do {                                   \
		NL_SET_ERR_MSG(extack, msg);   \
		NL_SET_BAD_ATTR(extack, attr); \
	} while (0)

#endif
