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

#define TCA_ACT_MAX_PRIO_ 32

struct tc_action; /* members in act_internal.h */

/* A filter's actions: borrowed pointers to actions that it is bound to. */
struct tcf_exts {
	struct tc_action **actions; /* owned array */
	u16 nr_actions;
	u16 action_attr; /* TCA_FLOWER_ACT: where they are in the filter's options */
};

/* Flags of tcf_action_init(): the filter's policy. */
#define TCA_ACT_FLAGS_BIND	 (1u << 16)
#define TCA_ACT_FLAGS_REPLACE	 (1u << 17)
#define TCA_ACT_FLAGS_AT_INGRESS (1u << 18)

struct tcf_result {
	int verdict;	/* TC_ACT_* */
	u32 goto_chain; /* for TC_ACT_GOTO_CHAIN */
};

/* Chains that goto actions refer to are the business of kernel/sched. */
struct tcf_goto_ops {
	/* Takes or gives back a reference on chain @index of the block of @tp. 0 or negative errno.
	 */
	int (*get)(void *tp, u32 index);
	void (*put)(void *tp, u32 index);
};

int act_init(struct knet *net) MUST_CHECK; /* subsystem KNET_ACTION: the kinds, RTM_*ACTION */
void act_exit(struct knet *net);

/*
 * Makes or binds the actions in @nla (TCA_FLOWER_ACT), for a filter with TCA_CLS_FLAGS_*
 * @filter_flags.
 * @tp and @ops: for goto. On failure nothing stays. Linux's errnos and texts.
 */
int tcf_exts_validate(struct knet *net, struct tcf_exts *exts, const struct nlattr *nla,
		      u32 filter_flags, void *tp, const struct tcf_goto_ops *ops,
		      struct netlink_ext_ack *extack) MUST_CHECK;
void tcf_exts_destroy(struct knet *net, struct tcf_exts *exts);

/* Runs them on a packet. */
int tcf_exts_exec(struct sk_buff *skb, const struct tcf_exts *exts, struct tcf_result *res);

/* The attribute TCA_*_ACT with all actions in dump order; @terse: kind, statistics, cookie only. 0
 * or -EMSGSIZE. */
int tcf_exts_dump(struct kmsg *m, const struct tcf_exts *exts, bool terse);

/* tc_setup_offload_action(): one entry or more for each action, into @entries of
 * tcf_exts_num_actions() many. */
unsigned int tcf_exts_num_actions(const struct tcf_exts *exts);
int tc_setup_offload_action(struct flow_action_entry *entries, unsigned int *n,
			    const struct tcf_exts *exts, struct trace *trace,
			    struct netlink_ext_ack *extack) MUST_CHECK;

/* Adds what the driver counted to every action of the filter. */
void tcf_exts_hw_stats_update(struct knet *net, const struct tcf_exts *exts,
			      const struct flow_stats_hw *s);
/* in_hw_count of each action, as of its filter. */
void tcf_exts_set_in_hw_count(const struct tcf_exts *exts, u32 count);

#endif
