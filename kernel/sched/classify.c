/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A received packet through the filters of its device. Models tcf_classify() of net/sched/cls_api.c
 * and sch_handle_ingress() of net/core/dev.c, 6.1. A kernel without
 * TC_SKB_EXT knows nothing of the chain of a miss.
 */
#include "kernel/sched/sched_internal.h"

#define RECLASSIFY_MAX 16

static int classify(struct sk_buff *skb, const struct tcf_proto *tp, const struct tcf_proto *first,
		    struct tcf_result *res, u32 *chain)
{
	int n_restarts = 0;

	while (tp) {
		const struct tcf_proto *next = tp->next;
		int verdict;

		if (tp->protocol != skb->protocol && tp->protocol != be16_from_host(0x0003)) {
			tp = next;
			continue;
		}
		verdict = tp->ops->classify(skb, tp, res);
		if (verdict == TC_ACT_RECLASSIFY) {
			next = first;
			*chain = first->chain->index;
		} else if (verdict >= 0 && TC_ACT_EXT_CMP(verdict, TC_ACT_GOTO_CHAIN)) {
			next = ((const struct tcf_chain *)res->goto_chain)->filter_chain;
			*chain = (u32)verdict & TC_ACT_EXT_VAL_MASK;
		} else if (verdict >= 0) {
			return verdict;
		} else {
			tp = next;
			continue;
		}
		if (n_restarts++ >= RECLASSIFY_MAX)
			return TC_ACT_SHOT;
		tp = next;
	}
	return TC_ACT_UNSPEC;
}

int tcf_classify(struct sk_buff *skb, const struct tcf_block *block, struct tcf_result *res)
{
	struct span sp = SPAN(block->net->trace);
	const struct tcf_chain *chain0 = tcf_chain_lookup(block, 0), *from = chain0;
	u32 last_chain = 0;
	int verdict;

	if (skb->tc_chain && block->net->has_tc_skb_ext) {
		from = tcf_chain_lookup(block, skb->tc_chain);
		if (!from) {
			span_end(&sp, 0);
			return TC_ACT_SHOT;
		}
		skb->tc_chain = 0;
		last_chain = from->index;
	}
	verdict = classify(skb, from->filter_chain, chain0->filter_chain, res, &last_chain);
	if (verdict == TC_ACT_UNSPEC && last_chain && block->net->n_tc_skb_ext)
		skb->tc_chain = last_chain;
	span_note(&sp, "verdict", "%d", verdict);
	span_note(&sp, "chain", "%u", last_chain);
	span_end(&sp, 0);
	return verdict;
}

bool sch_handle_ingress(struct sk_buff *skb)
{
	struct Qdisc *q = skb->dev->ingress_qdisc;
	const struct tcf_chain *chain0;
	struct tcf_result res = { 0 };

	if (!q || !q->ingress_block)
		return true;
	chain0 = tcf_chain_lookup(q->ingress_block, 0);
	if (!chain0 || !chain0->filter_chain)
		return true;
	q->bytes += skb->p.size;
	q->packets++;
	switch (tcf_classify(skb, q->ingress_block, &res)) {
	case TC_ACT_SHOT:
		q->drops++;
		return false;
	case TC_ACT_STOLEN:
	case TC_ACT_QUEUED:
	case TC_ACT_TRAP:
	case TC_ACT_CONSUMED:
		return false;
	default:
		return true;
	}
}
