/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Network devices. Model of include/linux/netdevice.h and net/core/dev.c, 6.1: registration, names,
 * the operations that a driver gives, transmit and receive. Absent: queues, NAPI, namespaces,
 * everything with threads.
 */
#ifndef KERNEL_CORE_NETDEVICE_H
#define KERNEL_CORE_NETDEVICE_H

#include "kernel/core/extack.h"
#include "kernel/core/knet.h"

#include <net/if.h>

#define ETH_ALEN_     6
#define NETIF_F_HW_TC (1u << 0) /* ethtool's hw-tc-offload */

struct sk_buff;

/* What ndo_setup_tc() is asked for; numbers as in 6.1. */
enum tc_setup_type {
	TC_SETUP_CLSU32 = 1,
	TC_SETUP_CLSFLOWER = 2,
	TC_SETUP_CLSMATCHALL = 3,
	TC_SETUP_CLSBPF = 4,
	TC_SETUP_BLOCK = 5,
	TC_SETUP_FT = 14,
	TC_SETUP_ACT = 19,
};

struct net_device_ops {
	/* Hardware traffic control. 0 or negative errno; NULL: the driver has none. */
	int (*ndo_setup_tc)(struct net_device *dev, enum tc_setup_type type, void *type_data);
	/* Sends. Takes nothing: the skb stays the caller's. 0 or negative errno: dropped and
	 * counted. */
	int (*ndo_start_xmit)(struct sk_buff *skb, struct net_device *dev);
	/* The e-switch that the port belongs to, 8 bytes at most; 0: none. */
	int (*ndo_get_port_parent_id)(const struct net_device *dev, u8 *id);
};

struct net_device_stats {
	u64 rx_packets, rx_bytes, tx_packets, tx_bytes, rx_dropped, tx_dropped;
};

enum rx_handler_result {
	RX_HANDLER_CONSUMED,
	RX_HANDLER_PASS
};
typedef enum rx_handler_result rx_handler_func_t(struct sk_buff *skb);

struct Qdisc;

struct net_device {
	struct list link; /* in knet.devs */
	struct knet *net;
	int ifindex;
	char name[IFNAMSIZ];
	u8 dev_addr[ETH_ALEN_];
	u32 flags; /* IFF_UP ... */
	u32 mtu;
	u16 type;	  /* ARPHRD_* */
	u32 features;	  /* NETIF_F_* */
	const char *kind; /* IFLA_INFO_KIND: "dummy", or NULL */
	const struct net_device_ops *netdev_ops;
	void *priv;		       /* the driver's */
	struct Qdisc *ingress_qdisc;   /* ingress or clsact; owned by kernel/sched */
	rx_handler_func_t *rx_handler; /* an upper layer that takes received packets: openvswitch */
	void *rx_handler_data;
	struct net_device_stats stats;
};

static inline void *netdev_priv(const struct net_device *dev)
{
	return dev->priv;
}

/*
 * Registers @dev, which the caller owns and has filled (name, ops, address); ifindex 0: the one
 * after the last that was given. 0; -EINVAL: no valid name; -EEXIST: the name is taken; -EBUSY: the
 * ifindex is; -ENOMEM. Notifiers are told.
 */
int register_netdevice(struct knet *net, struct net_device *dev) MUST_CHECK;

/*
 * Takes it out: it is not found any more, then the notifiers are told, the youngest first, so that
 * kernel/sched destroys its qdisc before mirred and rtnetlink see it go.
 */
void unregister_netdevice(struct net_device *dev);

/* A member of a registered device that users see was changed: notifiers are told. */
void netdev_state_change(struct net_device *dev);

/* The device, borrowed, or NULL. */
struct net_device *dev_get_by_index(const struct knet *net, int ifindex);
struct net_device *dev_get_by_name(const struct knet *net, const char *name);

/* Called at register, unregister and change; for what must clean up after a device. */
enum netdev_event {
	NETDEV_REGISTER,
	NETDEV_UNREGISTER,
	NETDEV_CHANGE
};
struct notifier_block {
	struct list link;
	void (*call)(struct notifier_block *nb, enum netdev_event event, struct net_device *dev);
};
/* Keeps @nb, and calls it for each device that is there already. */
void register_netdevice_notifier(struct knet *net, struct notifier_block *nb);
/* Fine when it is registered no more, or never was and is zeroed. */
void unregister_netdevice_notifier(struct notifier_block *nb);

/* -EBUSY: it has one already. */
int netdev_rx_handler_register(struct net_device *dev, rx_handler_func_t *handler,
			       void *data) MUST_CHECK;
void netdev_rx_handler_unregister(struct net_device *dev);

/*
 * A packet that arrived at skb->dev, the skb at the Ethernet header: tc ingress, then the rx
 * handler, then nobody: dropped. Counts it. Borrows the skb.
 */
void netif_receive_skb(struct sk_buff *skb);

/*
 * Sends the skb out of skb->dev; counts it. Borrows it. 0; -ENETDOWN: the device is not IFF_UP, or
 * the packet has passed SKB_DEPTH_MAX devices; or the driver's error: dropped.
 */
int dev_queue_xmit(struct sk_buff *skb);

/*
 * The hook of kernel/sched in the receive path (sch_handle_ingress()): returns whether the packet
 * goes on to the rx handler; false: tc took it.
 */
typedef bool tc_ingress_hook(struct sk_buff *skb);
void knet_set_tc_ingress(struct knet *net, tc_ingress_hook *hook);

#endif
