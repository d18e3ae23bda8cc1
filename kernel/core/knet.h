/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct knet: one network stack of the model kernel; two in one process do not know of each other.
 * Subsystems hang their state from it (net_generic in Linux) and register their handlers when they
 * are set up.
 */
#ifndef KERNEL_CORE_KNET_H
#define KERNEL_CORE_KNET_H

#include "base/diag.h"
#include "base/htable.h"
#include "base/idr.h"
#include "base/list.h"
#include "kernel/core/types.h"
#include "trace/trace.h"

/* Subsystems with state of their own, in the order in which kstack_new() sets them up. */
enum knet_subsys {
	KNET_NETLINK,	  /* kernel/netlink */
	KNET_RTNETLINK,	  /* kernel/rtnetlink */
	KNET_OFFLOAD,	  /* kernel/offload: indirect blocks */
	KNET_ACTION,	  /* kernel/action */
	KNET_SCHED,	  /* kernel/sched */
	KNET_OPENVSWITCH, /* kernel/openvswitch */
	KNET_N_SUBSYS
};

/* How deep netif_receive_skb() and dev_queue_xmit() may nest in one call, whatever skb.depth says.
 */
#define KNET_NEST_MAX 32

struct net_device;
struct sk_buff;

/* What handles the packet that is under way: whose decision it is where it goes next. */
enum knet_handler {
	KNET_HANDLER_NONE,    /* no packet is under way, or nothing has matched it yet */
	KNET_HANDLER_TC,      /* a filter of tc */
	KNET_HANDLER_OVS,     /* a flow of the openvswitch datapath */
	KNET_HANDLER_EXECUTE, /* userland, which sends it through actions */
	KNET_N_HANDLERS
};

/* For who wants to know, as it leaves, how a packet went: no decision reads it. */
struct knet_way {
	enum knet_handler handler;
	u32 tc_chain, tc_prio, tc_handle; /* of the filter */
	const struct net_device *in;	  /* where the packet came in; NULL: not known */
};

struct knet {
	struct trace *trace; /* kept; may be NULL */
	u64 now_ns;	     /* monotonic; whoever calls into the kernel sets it */
	struct idr dev_by_index;
	struct list devs; /* by ifindex, ascending */
	void *subsys[KNET_N_SUBSYS];
	bool is_privileged; /* callers have CAP_NET_ADMIN; default true */
	/* Built with CONFIG_NET_TC_SKB_EXT: tc can tell Open vSwitch on which chain it missed;
	 * default true. */
	bool has_tc_skb_ext;
	u32 n_tc_skb_ext; /* datapaths that asked for it; 0: tc forgets the chain */
	u32 cpu;	  /* the processor on which the caller runs, as it says: 0 at first */

	struct knet_way way; /* of the packet that is under way */

	/* Of dev.c alone. */
	u8 nest; /* calls of the packet path that are open */
	int last_ifindex;
	struct htable dev_by_name;
	struct list netdev_chain;		 /* struct notifier_block, oldest first */
	bool (*tc_ingress)(struct sk_buff *skb); /* see knet_set_tc_ingress(); or NULL */
};

/* Jiffies of USER_HZ = 100: the unit of struct tcf_t. */
static inline u64 knet_clock_t(const struct knet *net)
{
	return net->now_ns / 10000000;
}

void knet_init(struct knet *net, struct trace *trace);

/* All devices must be unregistered and all subsystems gone before. */
void knet_fini(struct knet *net);

#endif
