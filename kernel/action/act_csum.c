/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes right checksums. Models net/sched/act_csum.c, 6.1. In software all checksums of the packet
 * that packet_fix_checksums() knows are written when any flag asks for one, IGMP, UDP-Lite and SCTP
 * none: after the actions before it, only those that are asked for can be wrong.
 */
#define KBUILD_MODNAME "act_csum"
#include "kernel/action/act_internal.h"

#include <linux/tc_act/tc_csum.h>

struct tcf_csum {
	struct tc_action common;
	u32 update_flags;
};

static const struct nla_policy csum_policy[TCA_CSUM_MAX + 1] = {
	[TCA_CSUM_PARMS] = { .len = sizeof(struct tc_csum) },
};

static int tcf_csum_init(const struct act_request *r, struct tc_action **a)
{
	const struct nlattr *tb[TCA_CSUM_MAX + 1];
	struct act_change c;
	struct tc_csum parm;
	int err;

	if (!r->nla)
		return trace_refuse(r->net->trace, -EINVAL, "csum", "no TCA_ACT_OPTIONS");
	err = nla_parse_nested_deprecated(tb, TCA_CSUM_MAX, r->nla, csum_policy, NULL);
	if (err < 0)
		return trace_refuse(r->net->trace, err, "csum", "a bad attribute");
	if (!tb[TCA_CSUM_PARMS])
		return trace_refuse(r->net->trace, -EINVAL, "csum", "no TCA_CSUM_PARMS");
	nla_memcpy(&parm, tb[TCA_CSUM_PARMS], sizeof parm);
	if (act_lookup(r, parm.index, a) && r->flags & TCA_ACT_FLAGS_BIND)
		return 0;
	err = act_prepare(&c, r, parm.index, parm.action, *a);
	if (err < 0)
		return err;
	CONTAINER_OF(c.a, struct tcf_csum, common)->update_flags = parm.update_flags;
	return act_commit(&c, r, a);
}

static int tcf_csum_act(struct sk_buff *skb, struct tc_action *a, struct tcf_result *res)
{
	act_count_packet(skb, a);
	if (a->action == TC_ACT_SHOT)
		a->drops++;
	else if (CONTAINER_OF(a, struct tcf_csum, common)->update_flags)
		packet_fix_checksums(&skb->p);
	return a->action;
}

static int tcf_csum_dump(const struct knet *net, struct kmsg *m, const struct tc_action *a,
			 int bind, int ref)
{
	struct tc_csum opt = {
		ACT_GEN(a, bind, ref),
		.update_flags = KIND_OF(a, struct tcf_csum)->update_flags,
	};

	return nla_put(m, TCA_CSUM_PARMS, sizeof opt, &opt);
}

static int tcf_csum_offload_act_setup(struct knet *net, const struct tc_action *a,
				      struct flow_action_entry *entry,
				      struct netlink_ext_ack *extack)
{
	entry->id = FLOW_ACTION_CSUM;
	entry->csum_flags = KIND_OF(a, struct tcf_csum)->update_flags;
	return 0;
}

static bool always(const struct tc_action *a)
{
	return true;
}

const struct tc_action_ops act_csum_ops = {
	.kind = "csum",
	.id = ACT_CSUM,
	.size = sizeof(struct tcf_csum),
	.init = tcf_csum_init,
	.act = tcf_csum_act,
	.dump = tcf_csum_dump,
	.offload_act_setup = tcf_csum_offload_act_setup,
	.can_offload_alone = always,
	.tm_attr = TCA_CSUM_TM,
};
