/* SPDX-License-Identifier: BSD-2-Clause */
/* The match of flower: its fields, how they are read, written, found in a packet. */
#ifndef KERNEL_SCHED_FLOWER_INTERNAL_H
#define KERNEL_SCHED_FLOWER_INTERNAL_H

#include "kernel/sched/sched_internal.h"

#define FLOWER_MAX TCA_FLOWER_KEY_L2TPV3_SID /* of 6.1; what is above is ignored, as there */

/*
 * Members in the order in which rules use them, so that the bytes from the first to the last used
 * one, which is what a filter keeps, are few. Drivers find them through a struct flow_dissector.
 */
struct fl_flow_key {
	struct flow_dissector_key_control control;
	struct flow_dissector_key_basic basic;
	struct flow_dissector_key_eth_addrs eth;
	struct flow_dissector_key_vlan vlan;
	struct flow_dissector_key_ip ip;
	struct flow_dissector_key_tcp tcp;
	struct flow_dissector_key_ports tp;
	union { /* as in Linux, where drivers see both when the first half is used */
		struct flow_dissector_key_ipv4_addrs ipv4;
		struct flow_dissector_key_ipv6_addrs ipv6;
	};
	struct flow_dissector_key_icmp icmp;
	struct flow_dissector_key_meta meta;
	struct flow_dissector_key_arp arp;
} __attribute__((aligned(8)));

extern const struct nla_policy fl_policy[FLOWER_MAX + 1];

/*
 * Key and mask from attributes, both zeroed before. Linux's errnos and texts. fl_try_key() says
 * nothing when it fails.
 */
int fl_try_key(struct knet *net, const struct nlattr *const *tb, struct fl_flow_key *key,
	       struct fl_flow_key *mask) MUST_CHECK;
int fl_set_key(struct knet *net, const struct nlattr *const *tb, struct fl_flow_key *key,
	       struct fl_flow_key *mask, struct netlink_ext_ack *extack) MUST_CHECK;
/* Makes the words that a mask uses, from @start to @end, hold all of the fields that are matched in
 * part: what the user gave outside the mask is dumped too. */
void fl_widen_range(const struct fl_flow_key *mask, u16 *start, u16 *end);
/* Which fields a mask has something to dump of; for fl_dump_key(). */
u32 fl_mask_fields(const struct fl_flow_key *mask);
int fl_dump_key(struct kmsg *m, struct knet *net, const struct fl_flow_key *key,
		const struct fl_flow_key *mask, u32 used);
void fl_init_dissector(struct flow_dissector *dissector, const struct fl_flow_key *mask);
/* The key of a packet: all that a mask can ask for. */
void fl_key_from_skb(struct fl_flow_key *key, const struct sk_buff *skb);

#endif
