/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of this folder share: the halves of a filter, and the traced encoder. */
#ifndef TC_TC_INTERNAL_H
#define TC_TC_INTERNAL_H

#include "netlink/attr.h"
#include "tc/filter.h"
#include "trace/trace.h"

/* tc/flower.c: the key. Putting sets msg->error when the mask cannot be expressed. */
void flower_put_keys(struct nl_msg *msg, const struct tc_filter *f);

/* Takes the content of TCA_OPTIONS. 0; -EPROTO; -EOPNOTSUPP: not an attribute of the vocabulary. */
int flower_take_options(struct tc_filter *f, const struct nlattr *options,
			struct diag *d) MUST_CHECK;

int flower_compare(const struct tc_filter *request, const struct tc_filter *echo,
		   struct diag *d) MUST_CHECK;
void flower_format(struct text *t, const struct tc_filter *f);

/* tc/action.c: the list of actions, which is the content of TCA_FLOWER_ACT. */
void actions_put(struct nl_msg *msg, const struct tc_action *actions, size_t n);
int actions_take(struct tc_filter *f, const struct nlattr *list, struct diag *d) MUST_CHECK;
int actions_compare(const struct tc_filter *request, const struct tc_filter *echo,
		    struct diag *d) MUST_CHECK;
void action_format(struct text *t, const struct tc_action *a);

/* tc/filter.c: tc_filter_encode() with spans; the decoder, with the kernel's warning or NULL. */
int filter_encode(struct nl_msg *msg, uint16_t flags, const struct tc_filter *f,
		  struct trace *t) MUST_CHECK;
int filter_decode(struct tc_filter *f, const struct nlmsghdr *msg, const char **warning,
		  struct diag *d) MUST_CHECK;
struct tcmsg tcmsg_from_id(const struct tc_id *id, be16 protocol);

/* Records that a message makes no sense: -EPROTO with @name as the field. */
int malformed(struct diag *d, const char *name);

#endif
