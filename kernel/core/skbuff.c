/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets with what the stack knows of them. Models the few uses of struct sk_buff that the
 * receive path of Linux 6.1 has for an unfragmented frame; deliberately absent: clones that share
 * data, fragments, VLAN tags beside the frame, reference counts.
 */
#include "kernel/core/skbuff.h"

#include <errno.h>

#define ETHERTYPE_OFFSET 12

int skb_set_protocol(struct sk_buff *skb)
{
	if (skb->p.size < ETH_HLEN_)
		return -EINVAL;
	memcpy(&skb->protocol, skb->p.data + ETHERTYPE_OFFSET, sizeof skb->protocol);
	return 0;
}

int skb_copy_to(struct sk_buff *to, u8 *buf, size_t cap, const struct sk_buff *from)
{
	if (cap <= PACKET_HEADROOM)
		return -ENOSPC;
	*to = *from;
	packet_init(&to->p, buf, cap);
	return packet_copy(&to->p, &from->p);
}
