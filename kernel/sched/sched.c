/* SPDX-License-Identifier: BSD-2-Clause */
/* Traffic control as a subsystem: its state, its handlers, what it does when a device goes. */
#include "kernel/sched/flower_internal.h"

#include "base/alloc.h"

#include <assert.h>

static_assert(2 * sizeof(struct fl_flow_key) / 8 < FL_KEY_WORDS_MAX, "a size class for each key");

/* The bytes of a filter before its keys, as cls_flower.c has them; it checks that they suffice. */
#define FILTER_HEAD 96

static void device_event(struct notifier_block *nb, enum netdev_event event, struct net_device *dev)
{
	struct sched_net *sn = CONTAINER_OF(nb, struct sched_net, nb);

	if (event != NETDEV_UNREGISTER)
		return;
	qdisc_free_ingress(dev);
	idr_del(&sn->ingress_queues, (uint32_t)dev->ifindex);
}

static int register_handlers(struct knet *net)
{
	int err = sch_api_init(net);

	if (err == 0)
		err = cls_api_init(net);
	if (err == 0)
		err = cls_chain_init(net);
	return err;
}

int sched_init(struct knet *net)
{
	struct sched_net *sn = mem_new(sizeof *sn);
	int err;

	if (!sn)
		return -ENOMEM;
	sn->net = net;
	idr_init(&sn->blocks);
	idr_init(&sn->ingress_queues);
	for (size_t i = 0; i < FL_KEY_WORDS_MAX; i++)
		pool_init(&sn->filters[i], FILTER_HEAD + 8 * i);
	list_init(&sn->nb.link);
	sn->nb.call = device_event;
	err = kmsg_init(&sn->msg, SCHED_MSG_MAX);
	net->subsys[KNET_SCHED] = sn;
	if (err == 0)
		err = register_handlers(net);
	if (err < 0) {
		sched_exit(net);
		return err;
	}
	act_set_goto_ops(net, &tcf_chain_goto_ops);
	register_netdevice_notifier(net, &sn->nb);
	knet_set_tc_ingress(net, sch_handle_ingress);
	return 0;
}

void sched_exit(struct knet *net)
{
	struct sched_net *sn = sched_net(net);
	struct net_device *dev;

	if (!sn)
		return;
	list_del(&sn->nb.link);
	list_for_each_entry (dev, &net->devs, link)
		qdisc_free_ingress(dev);
	for (size_t i = 0; i < FL_KEY_WORDS_MAX; i++)
		pool_fini(&sn->filters[i]);
	idr_fini(&sn->blocks);
	idr_fini(&sn->ingress_queues);
	kmsg_fini(&sn->msg);
	mem_free(sn->entries);
	mem_free(sn);
	net->subsys[KNET_SCHED] = NULL;
}

void sched_get_stats(const struct knet *net, struct sched_stats *s)
{
	const struct sched_net *sn = sched_net(net);

	*s = (struct sched_stats){
		.n_filters = sn->n_filters,
		.n_actions = act_count(net),
		.n_blocks = sn->n_blocks,
		.n_chains = sn->n_chains,
		.n_bytes = sn->other_bytes + act_bytes(net),
	};
	for (size_t i = 0; i < FL_KEY_WORDS_MAX; i++)
		s->n_bytes += sn->filters[i].n_bytes;
}
