/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Redirects and mirrors packets to a device. Models net/sched/act_mirred.c, 6.1. The device is kept
 * by its number, and forgotten when it is unregistered.
 */
#define KBUILD_MODNAME "act_mirred"
#include "kernel/action/act_internal.h"

#include <linux/tc_act/tc_mirred.h>

struct tcf_mirred {
	struct tc_action common;
	int ifindex; /* 0: the device is gone */
	u8 eaction;  /* TCA_EGRESS_REDIR ... */
};

static const struct nla_policy mirred_policy[TCA_MIRRED_MAX + 1] = {
	[TCA_MIRRED_PARMS] = { .len = sizeof(struct tc_mirred) },
};

static struct tcf_mirred *to_mirred(struct tc_action *a)
{
	return CONTAINER_OF(a, struct tcf_mirred, common);
}

void act_mirred_forget(struct act_net *an, int ifindex)
{
	struct tc_action *a;
	uint64_t id;

	idr_for_each (&an->idr[ACT_MIRRED], id, a) {
		if (to_mirred(a)->ifindex == ifindex)
			to_mirred(a)->ifindex = 0;
	}
}

static int parse(const struct act_request *r, struct tc_mirred *parm)
{
	const struct nlattr *tb[TCA_MIRRED_MAX + 1];
	int err;

	if (!r->nla)
		return ACT_REFUSE(r->net, r->extack, -EINVAL,
				  KBUILD_MODNAME ": Mirred requires attributes to be passed");
	err = nla_parse_nested_deprecated(tb, TCA_MIRRED_MAX, r->nla, mirred_policy, r->extack);
	if (err < 0)
		return trace_refuse(r->net->trace, err, "mirred", "a bad attribute");
	if (!tb[TCA_MIRRED_PARMS])
		return ACT_REFUSE(r->net, r->extack, -EINVAL,
				  KBUILD_MODNAME ": Missing required mirred parameters");
	nla_memcpy(parm, tb[TCA_MIRRED_PARMS], sizeof *parm);
	return 0;
}

static int tcf_mirred_init(const struct act_request *r, struct tc_action **a)
{
	struct tc_mirred parm;
	struct act_change c;
	int err = parse(r, &parm);

	if (err < 0)
		return err;
	if (act_lookup(r, parm.index, a) && r->flags & TCA_ACT_FLAGS_BIND)
		return 0;
	if (parm.eaction < TCA_EGRESS_REDIR || parm.eaction > TCA_INGRESS_MIRROR)
		return act_unlookup(r, *a,
				    ACT_REFUSE(r->net, r->extack, -EINVAL,
					       KBUILD_MODNAME ": Unknown mirred option"));
	if (!*a && !parm.ifindex)
		return ACT_REFUSE(r->net, r->extack, -EINVAL,
				  KBUILD_MODNAME ": Specified device does not exist");
	err = act_prepare(&c, r, parm.index, parm.action, *a);
	if (err < 0)
		return err;
	if (parm.ifindex) {
		if (!dev_get_by_index(r->net, (int)parm.ifindex))
			return act_abort(&c, r,
					 trace_refuse(r->net->trace, -ENODEV, "mirred",
						      "no device has number %u", parm.ifindex));
		to_mirred(c.a)->ifindex = (int)parm.ifindex;
	}
	to_mirred(c.a)->eaction = (u8)parm.eaction;
	return act_commit(&c, r, a);
}

static bool is_redirect(const struct tcf_mirred *m)
{
	return m->eaction == TCA_EGRESS_REDIR || m->eaction == TCA_INGRESS_REDIR;
}

static bool wants_ingress(const struct tcf_mirred *m)
{
	return m->eaction == TCA_INGRESS_REDIR || m->eaction == TCA_INGRESS_MIRROR;
}

/* With these verdicts nobody looks at the packet afterwards, and it need not be copied. */
static bool can_reinsert(int action)
{
	return action == TC_ACT_SHOT || action == TC_ACT_STOLEN || action == TC_ACT_QUEUED ||
	       action == TC_ACT_TRAP;
}

static void forward(struct tcf_mirred *m, struct sk_buff *skb, struct net_device *dev)
{
	skb->dev = dev;
	skb->depth++;
	skb->tc_chain = 0;
	if (wants_ingress(m))
		netif_receive_skb(skb);
	else if (dev_queue_xmit(skb) < 0)
		m->common.overlimits++;
}

static int forward_copy(struct tcf_mirred *m, const struct sk_buff *skb, struct net_device *dev)
{
	u8 buf[PACKET_HEADROOM + PACKET_MAX];
	struct sk_buff copy = *skb;

	if (skb_copy_to(&copy, buf, sizeof buf, skb) < 0)
		return -ENOSPC;
	forward(m, &copy, dev);
	return 0;
}

/* The limit of nesting is SKB_DEPTH_MAX, which counts every device, where Linux counts 4 mirred. */
static int tcf_mirred_act(struct sk_buff *skb, struct tc_action *a, struct tcf_result *res)
{
	struct tcf_mirred *m = to_mirred(a);
	struct net_device *dev;

	if (skb->depth >= SKB_DEPTH_MAX)
		return TC_ACT_SHOT;
	act_count_packet(skb, a);
	dev = m->ifindex ? dev_get_by_index(skb->dev->net, m->ifindex) : NULL;
	if (dev && dev->flags & IFF_UP) {
		if (is_redirect(m) && can_reinsert(a->action)) {
			forward(m, skb, dev);
			return TC_ACT_CONSUMED;
		}
		if (forward_copy(m, skb, dev) == 0)
			return a->action;
	}
	a->overlimits++;
	return is_redirect(m) ? TC_ACT_SHOT : a->action;
}

static int tcf_mirred_dump(const struct knet *net, struct kmsg *m, const struct tc_action *a,
			   int bind, int ref)
{
	const struct tcf_mirred *mirred = KIND_OF(a, struct tcf_mirred);
	struct tc_mirred opt = { ACT_GEN(a, bind, ref), .eaction = mirred->eaction,
				 .ifindex = (u32)mirred->ifindex };

	return nla_put(m, TCA_MIRRED_PARMS, sizeof opt, &opt);
}

static int tcf_mirred_offload_act_setup(struct knet *net, const struct tc_action *a,
					struct flow_action_entry *entry,
					struct netlink_ext_ack *extack)
{
	static const enum flow_action_id ids[] = {
		[TCA_EGRESS_REDIR] = FLOW_ACTION_REDIRECT,
		[TCA_EGRESS_MIRROR] = FLOW_ACTION_MIRRED,
		[TCA_INGRESS_REDIR] = FLOW_ACTION_REDIRECT_INGRESS,
		[TCA_INGRESS_MIRROR] = FLOW_ACTION_MIRRED_INGRESS,
	};
	const struct tcf_mirred *m = KIND_OF(a, struct tcf_mirred);

	entry->id = ids[m->eaction];
	entry->dev = m->ifindex ? dev_get_by_index(net, m->ifindex) : NULL;
	return 0;
}

static bool always(const struct tc_action *a)
{
	return true;
}

const struct tc_action_ops act_mirred_ops = {
	.kind = "mirred",
	.id = ACT_MIRRED,
	.size = sizeof(struct tcf_mirred),
	.init = tcf_mirred_init,
	.act = tcf_mirred_act,
	.dump = tcf_mirred_dump,
	.offload_act_setup = tcf_mirred_offload_act_setup,
	.can_offload_alone = always,
	.tm_attr = TCA_MIRRED_TM,
};
