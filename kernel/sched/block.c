/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocks: who shares them, and the drivers that are bound to them. Models that part of
 * net/sched/cls_api.c, 6.1. Absent: indirect drivers; a device without ndo_setup_tc() offloads
 * nothing.
 */
#include "kernel/sched/sched_internal.h"

#include "base/alloc.h"

/* All filters of a chain that are known to hardware, for one callback. */
static int playback_chain(struct tcf_chain *chain, struct flow_block_cb *cb, bool add,
			  struct netlink_ext_ack *extack)
{
	if (chain->tmplt_ops && add)
		chain->tmplt_ops->tmplt_reoffload(chain, true, cb->cb, cb->cb_priv);
	for (struct tcf_proto *tp = chain->filter_chain; tp; tp = tp->next) {
		int err = tp->ops->reoffload(tp, add, cb->cb, cb->cb_priv, extack);

		if (err && add)
			return err;
	}
	if (chain->tmplt_ops && !add)
		chain->tmplt_ops->tmplt_reoffload(chain, false, cb->cb, cb->cb_priv);
	return 0;
}

/* tcf_block_playback_offloads(). On failure of an addition all are taken away again. */
static int playback(struct tcf_block *block, struct flow_block_cb *cb, bool add,
		    struct netlink_ext_ack *extack)
{
	for (struct tcf_chain *c = tcf_chain_next(block, NULL); c; c = tcf_chain_next(block, c)) {
		int err = playback_chain(c, cb, add, extack);

		if (err) {
			playback(block, cb, false, extack);
			return err;
		}
	}
	return 0;
}

static void unroll_bind(struct tcf_block *block, struct flow_block_offload *bo, int n_played)
{
	struct flow_block_cb *cb, *next;

	list_for_each_entry_safe (cb, next, &bo->cb_list, list) {
		list_del(&cb->driver_list);
		list_del(&cb->list);
		if (n_played-- > 0) {
			playback(block, cb, false, NULL);
			block->lockeddevcnt -= !bo->unlocked_driver_cb;
		}
		flow_block_cb_free(cb);
	}
}

static int tcf_block_bind(struct tcf_block *block, struct flow_block_offload *bo)
{
	struct list *first, *last, *head = &block->flow_block.cb_list;
	struct flow_block_cb *cb;
	int n = 0;

	list_for_each_entry (cb, &bo->cb_list, list) {
		int err = playback(block, cb, true, bo->extack);

		if (err) {
			unroll_bind(block, bo, n);
			return err;
		}
		block->lockeddevcnt += !bo->unlocked_driver_cb;
		n++;
	}
	if (list_is_empty(&bo->cb_list))
		return 0;
	/* The whole list goes to the front: the newest bound is called first. */
	first = bo->cb_list.next;
	last = bo->cb_list.prev;
	last->next = head->next;
	head->next->prev = last;
	head->next = first;
	first->prev = head;
	list_init(&bo->cb_list);
	return 0;
}

static void tcf_block_unbind(struct tcf_block *block, struct flow_block_offload *bo)
{
	struct flow_block_cb *cb, *next;

	list_for_each_entry_safe (cb, next, &bo->cb_list, list) {
		playback(block, cb, false, NULL);
		list_del(&cb->list);
		flow_block_cb_free(cb);
		block->lockeddevcnt -= !bo->unlocked_driver_cb;
	}
}

static int tcf_block_offload_cmd(struct tcf_block *block, struct net_device *dev,
				 enum flow_block_binder_type binder_type,
				 enum flow_block_command command, struct netlink_ext_ack *extack)
{
	struct span sp = SPAN(block->net->trace);
	struct flow_block_offload bo = {
		.command = command,
		.binder_type = binder_type,
		.block_shared = tcf_block_shared(block),
		.net = block->net,
		.block = &block->flow_block,
		.extack = extack,
	};
	int err;

	list_init(&bo.cb_list);
	span_note(&sp, "dev", "%s", dev->name);
	span_note(&sp, "command", "%s", command == FLOW_BLOCK_BIND ? "bind" : "unbind");
	if (!dev->netdev_ops || !dev->netdev_ops->ndo_setup_tc) {
		if (command == FLOW_BLOCK_BIND)
			trace_refuse(block->net->trace, -EOPNOTSUPP, dev->name,
				     "the device has no ndo_setup_tc");
		return span_end(&sp, -EOPNOTSUPP);
	}
	err = dev->netdev_ops->ndo_setup_tc(dev, TC_SETUP_BLOCK, &bo);
	if (err < 0) {
		if (err != -EOPNOTSUPP)
			TC_REFUSE(block->net, extack, err, "Driver ndo_setup_tc failed");
		else
			trace_refuse(block->net->trace, err, dev->name,
				     "the driver does not offload this direction of the device");
		return span_end(&sp, err);
	}
	if (command == FLOW_BLOCK_UNBIND)
		tcf_block_unbind(block, &bo);
	else
		err = tcf_block_bind(block, &bo);
	return span_end(&sp, err);
}

static int tcf_block_offload_bind(struct tcf_block *block, struct net_device *dev,
				  enum flow_block_binder_type binder_type,
				  struct netlink_ext_ack *extack)
{
	int err;

	if (dev->netdev_ops && dev->netdev_ops->ndo_setup_tc && !(dev->features & NETIF_F_HW_TC) &&
	    block->offloadcnt)
		return TC_REFUSE(block->net, extack, -EOPNOTSUPP,
				 "Bind to offloaded block failed as dev has offload disabled");
	err = tcf_block_offload_cmd(block, dev, binder_type, FLOW_BLOCK_BIND, extack);
	if (err != -EOPNOTSUPP || block->offloadcnt)
		return err;
	/* Rules that are wanted in hardware only will be refused from now on. */
	block->nooffloaddevcnt++;
	return 0;
}

static void tcf_block_offload_unbind(struct tcf_block *block, struct net_device *dev,
				     enum flow_block_binder_type binder_type)
{
	int err = tcf_block_offload_cmd(block, dev, binder_type, FLOW_BLOCK_UNBIND, NULL);

	if (err == -EOPNOTSUPP && block->nooffloaddevcnt)
		block->nooffloaddevcnt--;
}

static int make_block(struct tcf_block **p, struct Qdisc *q, u32 index)
{
	struct sched_net *sn = sched_net(q->dev->net);
	struct tcf_block *block = mem_new(sizeof *block);

	if (!block)
		return -ENOMEM;
	list_init(&block->chain_list);
	idr_init(&block->chains);
	list_init(&block->flow_block.cb_list);
	block->net = q->dev->net;
	block->refcnt = 1;
	block->index = index;
	if (index) {
		int err = idr_add_at(&sn->blocks, index, block);

		if (err < 0) {
			mem_free(block);
			return err;
		}
	} else {
		block->q = q;
	}
	sn->n_blocks++;
	*p = block;
	return 0;
}

static void free_block(struct tcf_block *block)
{
	sched_net(block->net)->n_blocks--;
	idr_fini(&block->chains);
	mem_free(block);
}

void tcf_block_free_if_unused(struct tcf_block *block)
{
	if (!block->refcnt && list_is_empty(&block->chain_list))
		free_block(block);
}

/* The last reference is gone: chains go, and with the last of them the block. */
static void destroy_block(struct tcf_block *block)
{
	struct tcf_chain *chain;

	block->refcnt++; /* so that no chain frees it under the loop */
	while ((chain = tcf_chain_next(block, NULL))) {
		chain->refcnt++;
		tcf_chain_put_explicitly_created(chain);
		tcf_chain_flush(chain);
		tcf_chain_put(chain);
	}
	block->refcnt--;
	tcf_block_free_if_unused(block);
}

static void put_block(struct tcf_block *block, struct Qdisc *q, const struct tcf_block_ext_info *ei)
{
	bool is_last = block->refcnt == 1;
	bool is_empty = list_is_empty(&block->chain_list);

	block->refcnt--;
	if (is_last && tcf_block_shared(block))
		idr_del(&sched_net(block->net)->blocks, block->index);
	if (q)
		tcf_block_offload_unbind(block, q->dev, ei->binder_type);
	if (!is_last)
		return;
	if (is_empty)
		free_block(block);
	else
		destroy_block(block);
}

struct tcf_block *tcf_block_refcnt_get(struct knet *net, u32 index)
{
	struct tcf_block *block = idr_find(&sched_net(net)->blocks, index);

	if (block)
		block->refcnt++;
	return block;
}

void tcf_block_refcnt_put(struct tcf_block *block)
{
	put_block(block, NULL, NULL);
}

int tcf_block_get(struct tcf_block **p, struct Qdisc *q, const struct tcf_block_ext_info *ei,
		  struct netlink_ext_ack *extack)
{
	struct tcf_block *block = NULL;
	int err;

	if (ei->block_index)
		block = tcf_block_refcnt_get(q->dev->net, ei->block_index);
	if (!block) {
		err = make_block(&block, q, ei->block_index);
		if (err < 0)
			return TC_REFUSE(q->dev->net, extack, err,
					 "Memory allocation for block failed");
	}
	err = tcf_block_offload_bind(block, q->dev, ei->binder_type, extack);
	if (err < 0) {
		tcf_block_refcnt_put(block);
		return err;
	}
	*p = block;
	return 0;
}

void tcf_block_put(struct tcf_block *block, struct Qdisc *q, const struct tcf_block_ext_info *ei)
{
	if (block)
		put_block(block, q, ei);
}
