/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A packet in the model kernel: a struct packet and what the stack knows of it. On the stack of the
 * caller, never allocated.
 */
#ifndef KERNEL_CORE_SKBUFF_H
#define KERNEL_CORE_SKBUFF_H

#include "kernel/core/types.h"
#include "packet/packet.h"

struct net_device;

struct sk_buff {
	struct packet p; /* at the Ethernet header; VLAN tags are in the frame, not beside it */
	struct net_device *dev;
	be16 protocol; /* ethertype of the frame: a TPID when it is tagged */
	u32 mark, priority;
	/* TC_SKB_EXT: a miss on tc chain @tc_chain continues in OVS as recirc_id; 0: none. */
	u32 tc_chain;
	u32 hash;	       /* see skb_get_hash() */
	bool sw_hash, l4_hash; /* whether @hash was computed here; whether ports are in it */
	u8 depth; /* of devices passed; dev_queue_xmit() and mirred to ingress count it in the copy
		     that goes on; at SKB_DEPTH_MAX the packet is dropped: a loop */
};

#define SKB_DEPTH_MAX 8

/* Sets protocol from the frame. -EINVAL when it is shorter than an Ethernet header. */
int skb_set_protocol(struct sk_buff *skb) MUST_CHECK;

/*
 * The hash by which flows are told apart: of the addresses, the protocol and, when they can be
 * seen, the ports or the flow label. Computed at the first call, 0 is never the result. Linux mixes
 * in a random number of the boot, so that nobody can foresee it; here equal packets have equal
 * hashes in each run.
 */
u32 skb_get_hash(struct sk_buff *skb);
/* After a change of what is in the hash. */
void skb_clear_hash(struct sk_buff *skb);

/* Copies @from into @to, whose buffer is @buf of @cap bytes. 0 or -ENOSPC. */
int skb_copy_to(struct sk_buff *to, u8 *buf, size_t cap, const struct sk_buff *from) MUST_CHECK;

#endif
