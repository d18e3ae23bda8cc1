/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kinds of actions share with act_api.c: the action, its operations, the index space. */
#ifndef KERNEL_ACTION_ACT_INTERNAL_H
#define KERNEL_ACTION_ACT_INTERNAL_H

#include "base/pool.h"
#include "kernel/action/act_api.h"

#include <assert.h>
#include <errno.h>

/* Verdict of an action that has given the packet away; the kernel's own, not in uapi. */
#ifndef TC_ACT_CONSUMED
#define TC_ACT_CONSUMED (TC_ACT_VALUE_MAX + 1)
#endif

#define ACT_USER_FLAGS \
	(TCA_ACT_FLAGS_NO_PERCPU_STATS | TCA_ACT_FLAGS_SKIP_HW | TCA_ACT_FLAGS_SKIP_SW)

/* tc_action.flags, 8 bits: the user's three, and whether a filter made it (TCA_ACT_FLAGS_BIND). */
#define ACT_MADE_BY_FILTER (1u << 7)

/*
 * One action. There are about as many as filters, hence 112 bytes, before the kind's own.
 * It lives while refcnt > 0: each filter that is bound to it holds one (counted in bindcnt too),
 * RTM_NEWACTION one, a request that looks at it one.
 */
struct tc_action {
	const struct tc_action_ops *ops;
	void *goto_chain; /* reference, when the control action is a goto */
	u32 index;
	u32 refcnt, bindcnt;
	s32 action; /* control: TC_ACT_* */
	u32 in_hw_count;
	u32 install, lastuse, firstuse; /* knet_clock_t(); firstuse 0: never */
	u32 drops, overlimits;
	u64 bytes, packets, hw_bytes, hw_packets;
	u8 flags;
	u8 hw_stats, used_hw_stats; /* TCA_ACT_HW_STATS_* */
	bool used_hw_stats_valid;
	u8 cookie_len;
	bool has_cookie; /* which may be empty */
	u8 pad[2];
	u8 cookie[TC_COOKIE_MAX_SIZE];
};
static_assert(sizeof(struct tc_action) <= 120, "an action must stay small");

/* The kind's own of a const action, which begins with it. */
#define KIND_OF(a, type) ((const type *)(const void *)(a))

/* What an init() gets. */
struct act_request {
	struct knet *net;
	const struct tc_action_ops *ops;
	const struct nlattr *nla; /* TCA_ACT_OPTIONS or NULL */
	void *tp;		  /* NULL: not for a filter */
	u32 flags;		  /* TCA_ACT_FLAGS_* */
	struct netlink_ext_ack *extack;
};

#define ACT_P_CREATED 1

struct tc_action_ops {
	const char *kind;
	unsigned int id; /* enum act_kind */
	size_t size;	 /* of the kind's struct, which begins with a struct tc_action */
	/* Makes the action (ACT_P_CREATED), or finds it by its index and binds or changes it (0).
	 * On failure nothing stays and nothing has changed. */
	int (*init)(const struct act_request *r, struct tc_action **a);
	int (*act)(struct sk_buff *skb, struct tc_action *a, struct tcf_result *res);
	/* The kind's attributes in TCA_ACT_OPTIONS without TM. */
	int (*dump)(const struct knet *net, struct kmsg *m, const struct tc_action *a, int bind,
		    int ref);
	void (*cleanup)(struct knet *net, struct tc_action *a); /* or NULL */
	unsigned int (*num_entries)(const struct tc_action *a); /* NULL: 1 */
	/* Fills entries; 0 or -EOPNOTSUPP with a text. */
	int (*offload_act_setup)(struct knet *net, const struct tc_action *a,
				 struct flow_action_entry *entry, struct netlink_ext_ack *extack);
	/* Whether RTM_NEWACTION could offload it alone. */
	bool (*can_offload_alone)(const struct tc_action *a);
	u16 tm_attr;
};

/* In the order of registration. */
enum act_kind {
	ACT_GACT,
	ACT_MIRRED,
	ACT_VLAN,
	ACT_PEDIT,
	ACT_CSUM,
	ACT_N_KINDS
};

extern const struct tc_action_ops act_gact_ops, act_mirred_ops, act_vlan_ops, act_pedit_ops,
	act_csum_ops;

#define ACT_MSG_MAX (1u << 20) /* bytes of a notification */

/* Subsystem state. */
struct act_net {
	struct knet *net;
	const struct tcf_goto_ops *goto_ops;
	struct idr idr[ACT_N_KINDS];
	struct pool pool[ACT_N_KINDS];
	struct notifier_block nb;
	size_t extra_bytes; /* of keys of pedit */
	struct kmsg msg;    /* scratch of notifications */
};

static inline struct act_net *act_net(const struct knet *net)
{
	return net->subsys[KNET_ACTION];
}

/* A refusal with the text that the ack carries. */
#define ACT_REFUSE(net, extack, err, text) \
	(nl_set_err_msg_((extack), (text)), trace_refuse((net)->trace, (err), NULL, "%s", (text)))

static inline void nl_set_err_msg_(struct netlink_ext_ack *extack, const char *text)
{
	if (extack)
		extack->_msg = text;
}

/*
 * tcf_idr_check_alloc(): finds action @index, taking a reference (and a binding, for a filter), as
 * *@a and returns true; false: a new one is wanted, and *@a is NULL.
 */
bool act_lookup(const struct act_request *r, u32 index, struct tc_action **a);

/* Gives back what act_lookup() took, if it did, and returns @err. */
int act_unlookup(const struct act_request *r, struct tc_action *a, int err);

/* What a change of an action's parameters needs before it may not fail any more. */
struct act_change {
	struct tc_action *a;
	void *goto_chain;
	s32 action;
	bool created;
};

/*
 * Checks the control action @action, takes its chain, and makes the action with @index (0: the
 * lowest free) when @a is NULL; -EEXIST when there is @a and it may not be changed. On failure it
 * has given @a back. act_commit() then sets it; act_abort() undoes it, and gives @a back.
 */
int act_prepare(struct act_change *c, const struct act_request *r, u32 index, s32 action,
		struct tc_action *a) MUST_CHECK;
int act_commit(struct act_change *c, const struct act_request *r, struct tc_action **a);
int act_abort(struct act_change *c, const struct act_request *r, int err);

/* Gives one reference back; the last frees the action. */
void act_put(struct knet *net, struct tc_action *a, bool bind);

/* Counts a packet. */
static inline void act_count_packet(struct sk_buff *skb, struct tc_action *a)
{
	u32 now = (u32)knet_clock_t(skb->dev->net);

	a->bytes += skb->p.size;
	a->packets++;
	a->lastuse = now;
	if (!a->firstuse)
		a->firstuse = now ? now : 1;
}

#define ACT_GEN(a, bind, ref)                                    \
	.index = (a)->index, .refcnt = (int)(a)->refcnt - (ref), \
	.bindcnt = (int)(a)->bindcnt - (bind), .action = (a)->action

/* act_mirred.c: a device is going; the actions that use it lose it. */
void act_mirred_forget(struct act_net *an, int ifindex);

int tcf_action_exec(struct sk_buff *skb, struct tc_action *const *actions, unsigned int n,
		    struct tcf_result *res);
int tcf_action_dump(const struct knet *net, struct kmsg *m, struct tc_action *const *actions,
		    unsigned int n, int bind, int ref, bool terse);
int tcf_action_init(struct knet *net, void *tp, const struct nlattr *nla,
		    struct tc_action *actions[], bool created[], u32 flags, u32 filter_flags,
		    struct netlink_ext_ack *extack);
const struct tc_action_ops *tc_lookup_action(const struct nlattr *kind);
extern const struct nla_policy tcf_action_policy[];

/* act_ctl.c: RTM_*ACTION. */
int act_ctl_init(struct knet *net);
int tcf_action_dump_1(const struct knet *net, struct kmsg *m, const struct tc_action *a, int bind,
		      int ref);
int tcf_action_dump_terse(const struct knet *net, struct kmsg *m, const struct tc_action *a,
			  bool from_act);

#endif
