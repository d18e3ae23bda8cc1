/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The qdiscs ingress and clsact, which only hold blocks. Models net/sched/sch_ingress.c, 6.1.
 * Absent: the packets of the egress block of clsact.
 */
#include "kernel/sched/sched_internal.h"

static unsigned long ingress_find(u32 classid)
{
	return TC_H_MIN(classid) + 1;
}

static struct tcf_block *ingress_tcf_block(struct Qdisc *q, unsigned long cl)
{
	return q->ingress_block;
}

static unsigned long clsact_find(u32 classid)
{
	u32 minor = TC_H_MIN(classid);

	return minor == TC_H_MIN(TC_H_MIN_INGRESS) || minor == TC_H_MIN(TC_H_MIN_EGRESS) ? minor
											 : 0;
}

static struct tcf_block *clsact_tcf_block(struct Qdisc *q, unsigned long cl)
{
	switch (cl) {
	case TC_H_MIN(TC_H_MIN_INGRESS):
		return q->ingress_block;
	case TC_H_MIN(TC_H_MIN_EGRESS):
		return q->egress_block;
	default:
		return NULL;
	}
}

static struct tcf_block_ext_info ingress_info(const struct Qdisc *q)
{
	return (struct tcf_block_ext_info){ FLOW_BLOCK_BINDER_TYPE_CLSACT_INGRESS,
					    q->ingress_index };
}

static struct tcf_block_ext_info egress_info(const struct Qdisc *q)
{
	return (struct tcf_block_ext_info){ FLOW_BLOCK_BINDER_TYPE_CLSACT_EGRESS, q->egress_index };
}

int ingress_init(struct Qdisc *q, struct netlink_ext_ack *extack)
{
	struct tcf_block_ext_info in = ingress_info(q), out = egress_info(q);
	int err;

	if (q->parent != TC_H_INGRESS)
		return trace_refuse(q->dev->net->trace, -EOPNOTSUPP, q->ops->id,
				    "the qdisc can only be at ffff:fff1");
	err = tcf_block_get(&q->ingress_block, q, &in, extack);
	if (err == 0 && q->ops->has_egress)
		err = tcf_block_get(&q->egress_block, q, &out, extack);
	if (err < 0)
		ingress_destroy(q);
	return err;
}

void ingress_destroy(struct Qdisc *q)
{
	struct tcf_block_ext_info in = ingress_info(q), out = egress_info(q);

	tcf_block_put(q->egress_block, q, &out);
	q->egress_block = NULL;
	tcf_block_put(q->ingress_block, q, &in);
	q->ingress_block = NULL;
}

const struct Qdisc_ops ingress_qdisc_ops = {
	.id = "ingress",
	.find = ingress_find,
	.tcf_block = ingress_tcf_block,
};

const struct Qdisc_ops clsact_qdisc_ops = {
	.id = "clsact",
	.has_egress = true,
	.find = clsact_find,
	.tcf_block = clsact_tcf_block,
};
