/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices and the packet path between them. Models net/core/dev.c as of Linux 6.1: names and
 * indexes, the notifier chain, netif_receive_skb() with the tc hook and the rx handler,
 * dev_queue_xmit(). Deliberately absent: queues and NAPI, protocol handlers above a device, name
 * templates ("eth%d"), alternative names, namespaces.
 */
#include "base/hash.h"
#include "kernel/core/netdevice.h"
#include "kernel/core/skbuff.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

static uint32_t hash_name(const char *name)
{
	return (uint32_t)hash_bytes(name, strlen(name), 0);
}

static bool is_named(const void *item, const void *key)
{
	const struct net_device *dev = item;

	return !strcmp(dev->name, key);
}

static bool dev_valid_name(const char *name)
{
	size_t len = strnlen(name, IFNAMSIZ);

	if (!len || len == IFNAMSIZ || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (const char *c = name; *c; c++)
		if (*c == '/' || *c == ':' || isspace((unsigned char)*c))
			return false;
	return true;
}

struct net_device *dev_get_by_index(const struct knet *net, int ifindex)
{
	return ifindex > 0 ? idr_find(&net->dev_by_index, (uint32_t)ifindex) : NULL;
}

struct net_device *dev_get_by_name(const struct knet *net, const char *name)
{
	return htable_find(&net->dev_by_name, hash_name(name), is_named, name);
}

/* A new index is the one after the last, so that the index of a device that went is not soon given
 * to another. */
static int add_index(struct knet *net, struct net_device *dev)
{
	uint32_t id = 0, after = (uint32_t)net->last_ifindex + 1;
	int err;

	if (dev->ifindex < 0)
		return -EINVAL;
	if (dev->ifindex) {
		err = idr_add_at(&net->dev_by_index, (uint32_t)dev->ifindex, dev);
		return err == -EEXIST ? -EBUSY : err;
	}
	err = after <= INT_MAX ? idr_add(&net->dev_by_index, after, INT_MAX, dev, &id) : -ENOSPC;
	if (err == -ENOSPC)
		err = idr_add(&net->dev_by_index, 1, INT_MAX, dev, &id);
	if (err)
		return err;
	net->last_ifindex = dev->ifindex = (int)id;
	return 0;
}

static void add_sorted(struct knet *net, struct net_device *dev)
{
	struct list *at = &net->devs;

	while (at->prev != &net->devs &&
	       list_entry(at->prev, struct net_device, link)->ifindex > dev->ifindex)
		at = at->prev;
	list_add_before(at, &dev->link);
}

static void call_notifiers(struct net_device *dev, enum netdev_event event)
{
	struct notifier_block *nb, *tmp;

	list_for_each_entry_safe (nb, tmp, &dev->net->netdev_chain, link)
		nb->call(nb, event, dev);
}

static void call_notifiers_reverse(struct net_device *dev, enum netdev_event event)
{
	struct list *chain = &dev->net->netdev_chain;

	for (struct list *l = chain->prev, *prev = l->prev; l != chain; l = prev, prev = l->prev) {
		struct notifier_block *nb = list_entry(l, struct notifier_block, link);

		nb->call(nb, event, dev);
	}
}

int register_netdevice(struct knet *net, struct net_device *dev)
{
	bool wants_index = !dev->ifindex;
	int err;

	if (!dev_valid_name(dev->name))
		return -EINVAL;
	if (dev_get_by_name(net, dev->name))
		return -EEXIST;
	err = add_index(net, dev);
	if (err)
		return err;
	err = htable_add(&net->dev_by_name, hash_name(dev->name), dev);
	if (err) {
		idr_del(&net->dev_by_index, (uint32_t)dev->ifindex);
		if (wants_index)
			dev->ifindex = 0;
		return err;
	}
	dev->net = net;
	add_sorted(net, dev);
	call_notifiers(dev, NETDEV_REGISTER);
	return 0;
}

void unregister_netdevice(struct net_device *dev)
{
	struct knet *net = dev->net;

	idr_del(&net->dev_by_index, (uint32_t)dev->ifindex);
	htable_del(&net->dev_by_name, hash_name(dev->name), dev);
	list_del(&dev->link);
	call_notifiers_reverse(dev, NETDEV_UNREGISTER);
}

void netdev_state_change(struct net_device *dev)
{
	call_notifiers(dev, NETDEV_CHANGE);
}

void register_netdevice_notifier(struct knet *net, struct notifier_block *nb)
{
	struct net_device *dev;

	list_add_before(&net->netdev_chain, &nb->link);
	list_for_each_entry (dev, &net->devs, link)
		nb->call(nb, NETDEV_REGISTER, dev);
}

void unregister_netdevice_notifier(struct notifier_block *nb)
{
	if (nb->link.next)
		list_del(&nb->link);
}

int netdev_rx_handler_register(struct net_device *dev, rx_handler_func_t *handler, void *data)
{
	if (dev->rx_handler)
		return -EBUSY;
	dev->rx_handler = handler;
	dev->rx_handler_data = data;
	return 0;
}

void netdev_rx_handler_unregister(struct net_device *dev)
{
	dev->rx_handler = NULL;
	dev->rx_handler_data = NULL;
}

void knet_set_tc_ingress(struct knet *net, tc_ingress_hook *hook)
{
	net->tc_ingress = hook;
}

/* Whether the packet may enter another device; the reason why not goes to the trace. */
static bool may_nest(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;

	if (skb->depth < SKB_DEPTH_MAX && dev->net->nest < KNET_NEST_MAX)
		return true;
	trace_refuse(dev->net->trace, -ENETDOWN, NULL,
		     "%s: the packet has passed %u devices: a loop; dropped", dev->name,
		     skb->depth);
	return false;
}

/* Who takes a received packet: a word for the trace, NULL when nobody did. */
static const char *deliver(struct sk_buff *skb, struct net_device *dev)
{
	if (dev->ingress_qdisc && dev->net->tc_ingress && !dev->net->tc_ingress(skb))
		return "tc";
	if (dev->rx_handler && dev->rx_handler(skb) == RX_HANDLER_CONSUMED)
		return "rx_handler";
	return NULL;
}

void netif_receive_skb(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct span sp = SPAN(dev->net->trace);
	const struct knet_way outer = dev->net->way;
	const char *taker = NULL;

	span_note(&sp, "dev", "%s", dev->name);
	dev->net->way = (struct knet_way){ .in = dev };
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += skb->p.size;
	if (may_nest(skb)) {
		dev->net->nest++;
		taker = deliver(skb, dev);
		dev->net->nest--;
	}
	if (!taker)
		dev->stats.rx_dropped++;
	dev->net->way = outer;
	span_note(&sp, "taken_by", "%s", taker ? taker : "nobody: dropped");
	span_end(&sp, 0);
}

static int xmit(struct sk_buff *skb, struct net_device *dev)
{
	int err;

	if (!(dev->flags & IFF_UP))
		return trace_refuse(dev->net->trace, -ENETDOWN, NULL,
				    "%s is not up: the packet is dropped", dev->name);
	if (!dev->netdev_ops || !dev->netdev_ops->ndo_start_xmit)
		return trace_refuse(dev->net->trace, -EOPNOTSUPP, NULL, "%s cannot transmit",
				    dev->name);
	if (!may_nest(skb))
		return -ENETDOWN;
	skb->depth++;
	dev->net->nest++;
	err = dev->netdev_ops->ndo_start_xmit(skb, dev);
	dev->net->nest--;
	skb->depth--;
	return err;
}

int dev_queue_xmit(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct span sp = SPAN(dev->net->trace);
	size_t size = skb->p.size; /* the driver may change the packet */
	int err;

	span_note(&sp, "dev", "%s", dev->name);
	err = xmit(skb, dev);
	if (err < 0) {
		dev->stats.tx_dropped++;
		return span_end(&sp, err);
	}
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += size;
	return span_end(&sp, 0);
}
