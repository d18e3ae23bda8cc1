/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc actions: the registry of kinds, the index space of each, lists of actions in a filter,
 * execution, statistics, dumps, RTM_*ACTION. Model of net/sched/act_api.c and act_*.c, 6.1;
 * facts/kernel-tc.md 4. A kind is one file with one struct tc_action_ops.
 */
#ifndef KERNEL_ACTION_ACT_API_H
#define KERNEL_ACTION_ACT_API_H

#include "kernel/core/skbuff.h"
#include "kernel/netlink/nlattr.h"
#include "kernel/offload/flow_offload.h"

#include <linux/pkt_cls.h>

struct tc_action; /* members in act_internal.h */

#define TCF_EXTS_FEW 2

/* A filter's actions, which it holds a reference and a binding on. Moved by assignment. */
struct tcf_exts {
	union {
		struct tc_action *few[TCF_EXTS_FEW]; /* when nr_actions <= TCF_EXTS_FEW */
		struct tc_action **many;	     /* owned array */
	};
	u16 nr_actions;
	u16 action_attr; /* TCA_FLOWER_ACT: where they are in the filter's options */
};

static inline struct tc_action *const *tcf_exts_actions(const struct tcf_exts *exts)
{
	return exts->nr_actions <= TCF_EXTS_FEW ? exts->few : exts->many;
}

/* Flags of tcf_action_init() and of an action, beside the user's TCA_ACT_FLAGS_*. */
#define TCA_ACT_FLAGS_BIND    (1u << 16)
#define TCA_ACT_FLAGS_REPLACE (1u << 17)

struct tcf_result {
	const void *goto_chain; /* after TC_ACT_GOTO_CHAIN: what tcf_goto_ops.get() gave */
};

/* Chains that goto actions refer to are the business of kernel/sched. */
struct tcf_goto_ops {
	/* Takes a reference on chain @index of the block of the struct tcf_proto @tp, for put().
	 * NULL: no memory. */
	void *(*get)(void *tp, u32 index);
	void (*put)(void *chain);
};

int act_init(struct knet *net) MUST_CHECK; /* subsystem KNET_ACTION: the kinds, RTM_*ACTION */
void act_exit(struct knet *net);	   /* no filter may be left */

/* Who knows the chains; @ops is kept. */
void act_set_goto_ops(struct knet *net, const struct tcf_goto_ops *ops);

size_t act_count(const struct knet *net); /* actions */
size_t act_bytes(const struct knet *net); /* their memory */

/*
 * Makes or binds the actions in @nla (TCA_FLOWER_ACT; NULL: none), for a filter with
 * TCA_CLS_FLAGS_* @filter_flags; @action_flags: 0 or TCA_ACT_FLAGS_REPLACE; @tp: for goto. On
 * failure nothing stays. Linux's errnos and texts.
 */
int tcf_exts_validate(struct knet *net, struct tcf_exts *exts, const struct nlattr *nla,
		      u32 action_flags, u32 filter_flags, void *tp,
		      struct netlink_ext_ack *extack) MUST_CHECK;
void tcf_exts_destroy(struct knet *net, struct tcf_exts *exts);

/* Runs them on a packet (tcf_action_exec()): TC_ACT_*, TC_ACT_CONSUMED. */
int tcf_exts_exec(struct sk_buff *skb, const struct tcf_exts *exts, struct tcf_result *res);

/* The attribute TCA_*_ACT with all actions in dump order; @terse: kind, statistics, cookie only. 0
 * or -EMSGSIZE. */
int tcf_exts_dump(const struct knet *net, struct kmsg *m, const struct tcf_exts *exts, bool terse);

/* tc_setup_offload_action(): one entry or more for each action, into @entries of
 * tcf_exts_num_actions() many. */
unsigned int tcf_exts_num_actions(const struct tcf_exts *exts);
int tc_setup_offload_action(struct knet *net, struct flow_action_entry *entries, unsigned int *n,
			    const struct tcf_exts *exts, struct netlink_ext_ack *extack) MUST_CHECK;

/* Adds what the driver counted to every action of the filter. */
void tcf_exts_hw_stats_update(struct knet *net, const struct tcf_exts *exts,
			      const struct flow_stats_hw *s);
#endif
