/* SPDX-License-Identifier: BSD-2-Clause */
/* The generic action: a verdict, now and then another one. Models net/sched/act_gact.c, 6.1. */
#define KBUILD_MODNAME "act_gact"
#include "kernel/action/act_internal.h"

#include "base/hash.h"

#include <linux/tc_act/tc_gact.h>

struct tcf_gact {
	struct tc_action common;
	u16 ptype, pval; /* PGACT_*; one in pval packets gets paction */
	s32 paction;
	u32 n; /* packets so far */
};

static const struct nla_policy gact_policy[TCA_GACT_MAX + 1] = {
	[TCA_GACT_PARMS] = { .len = sizeof(struct tc_gact) },
	[TCA_GACT_PROB] = { .len = sizeof(struct tc_gact_p) },
};

static struct tcf_gact *to_gact(struct tc_action *a)
{
	return CONTAINER_OF(a, struct tcf_gact, common);
}

/* 6.1.176 takes any other number as fallback; stable versions after it refuse unknown ones. */
static int check_prob(const struct act_request *r, const struct tc_gact_p *p)
{
	if (p->ptype > PGACT_DETERM)
		return trace_refuse(r->net->trace, -EINVAL, "gact", "unknown kind of probability");
	if (TC_ACT_EXT_CMP(p->paction, TC_ACT_GOTO_CHAIN))
		return ACT_REFUSE(r->net, r->extack, -EINVAL, "goto chain not allowed on fallback");
	return 0;
}

static int tcf_gact_init(const struct act_request *r, struct tc_action **a)
{
	const struct nlattr *tb[TCA_GACT_MAX + 1];
	struct tc_gact_p prob = { 0 };
	struct tc_gact parm;
	struct act_change c;
	int err;

	if (!r->nla)
		return trace_refuse(r->net->trace, -EINVAL, "gact", "no TCA_ACT_OPTIONS");
	err = nla_parse_nested_deprecated(tb, TCA_GACT_MAX, r->nla, gact_policy, NULL);
	if (err < 0)
		return trace_refuse(r->net->trace, err, "gact", "a bad attribute");
	if (!tb[TCA_GACT_PARMS])
		return trace_refuse(r->net->trace, -EINVAL, "gact", "no TCA_GACT_PARMS");
	nla_memcpy(&parm, tb[TCA_GACT_PARMS], sizeof parm);
	if (tb[TCA_GACT_PROB]) {
		nla_memcpy(&prob, tb[TCA_GACT_PROB], sizeof prob);
		err = check_prob(r, &prob);
		if (err < 0)
			return err;
	}
	if (act_lookup(r, parm.index, a) && r->flags & TCA_ACT_FLAGS_BIND)
		return 0;
	err = act_prepare(&c, r, parm.index, parm.action, *a);
	if (err < 0)
		return err;
	if (tb[TCA_GACT_PROB]) {
		struct tcf_gact *g = to_gact(c.a);

		g->ptype = prob.ptype;
		g->pval = prob.pval ? prob.pval : 1;
		g->paction = prob.paction;
	}
	return act_commit(&c, r, a);
}

/* Linux draws a random number; here it is a hash of the packet's number, so that runs repeat. */
static int choose(struct tcf_gact *g)
{
	g->n++;
	switch (g->ptype) {
	case PGACT_NETRAND:
		return hash_u64(g->n) % g->pval ? g->common.action : g->paction;
	case PGACT_DETERM:
		return g->n % g->pval ? g->common.action : g->paction;
	default:
		return g->common.action;
	}
}

static int tcf_gact_act(struct sk_buff *skb, struct tc_action *a, struct tcf_result *res)
{
	int action = choose(to_gact(a));

	act_count_packet(skb, a);
	if (action == TC_ACT_SHOT)
		a->drops++;
	return action;
}

static int tcf_gact_dump(const struct knet *net, struct kmsg *m, const struct tc_action *a,
			 int bind, int ref)
{
	const struct tcf_gact *g = KIND_OF(a, struct tcf_gact);
	struct tc_gact opt = { ACT_GEN(a, bind, ref) };

	if (nla_put(m, TCA_GACT_PARMS, sizeof opt, &opt) < 0)
		return -EMSGSIZE;
	if (g->ptype) {
		struct tc_gact_p p = { .ptype = g->ptype, .pval = g->pval, .paction = g->paction };

		return nla_put(m, TCA_GACT_PROB, sizeof p, &p);
	}
	return 0;
}

static int no_offload(struct netlink_ext_ack *extack, const char *text)
{
	NL_SET_ERR_MSG(extack, text);
	return -EOPNOTSUPP;
}

static int tcf_gact_offload_act_setup(struct knet *net, const struct tc_action *a,
				      struct flow_action_entry *entry,
				      struct netlink_ext_ack *extack)
{
	switch (a->action) {
	case TC_ACT_OK:
		entry->id = FLOW_ACTION_ACCEPT;
		return 0;
	case TC_ACT_SHOT:
		entry->id = FLOW_ACTION_DROP;
		return 0;
	case TC_ACT_TRAP:
		entry->id = FLOW_ACTION_TRAP;
		return 0;
	case TC_ACT_UNSPEC:
		return no_offload(extack, KBUILD_MODNAME
				  ": Offload of \"continue\" action is not supported");
	case TC_ACT_RECLASSIFY:
		return no_offload(extack, KBUILD_MODNAME
				  ": Offload of \"reclassify\" action is not supported");
	case TC_ACT_PIPE:
		return no_offload(extack,
				  KBUILD_MODNAME ": Offload of \"pipe\" action is not supported");
	default:
		break;
	}
	if (!TC_ACT_EXT_CMP(a->action, TC_ACT_GOTO_CHAIN))
		return no_offload(extack, KBUILD_MODNAME ": Unsupported generic action offload");
	entry->id = FLOW_ACTION_GOTO;
	entry->chain_index = (u32)a->action & TC_ACT_EXT_VAL_MASK;
	return 0;
}

static bool tcf_gact_can_offload_alone(const struct tc_action *a)
{
	struct flow_action_entry entry;

	return tcf_gact_offload_act_setup(NULL, a, &entry, NULL) == 0;
}

const struct tc_action_ops act_gact_ops = {
	.kind = "gact",
	.id = ACT_GACT,
	.size = sizeof(struct tcf_gact),
	.init = tcf_gact_init,
	.act = tcf_gact_act,
	.dump = tcf_gact_dump,
	.offload_act_setup = tcf_gact_offload_act_setup,
	.can_offload_alone = tcf_gact_can_offload_alone,
	.tm_attr = TCA_GACT_TM,
};
