/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Executes the actions of a flow on a packet. Models net/openvswitch/actions.c, 6.1, for output,
 * push_vlan, pop_vlan, set and set_masked. The attributes were checked when the flow was installed;
 * a packet that is shorter than its key says is dropped.
 */
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>

static void set_bytes(u8 *to, const u8 *value, const u8 *mask, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (u8)((to[i] & ~mask[i]) | (value[i] & mask[i]));
}

static void set_ipv4(u8 *ip, const u8 *v, const u8 *m)
{
	set_bytes(ip + 12, v, m, 4);
	set_bytes(ip + 16, v + 4, m + 4, 4);
	set_bytes(ip + 1, v + 9, m + 9, 1);
	set_bytes(ip + 8, v + 10, m + 10, 1);
}

static void set_ipv6(u8 *ip, const u8 *v, const u8 *m)
{
	u8 word[4], value[4], mask[4];

	set_bytes(ip + 8, v, m, 16);
	set_bytes(ip + 24, v + 16, m + 16, 16);
	set_bytes(ip + 7, v + 38, m + 38, 1);
	/* Version, traffic class and label share the first word. */
	put_be32(value, (u32)v[37] << 20 | (get_be32(v + 32) & 0xfffff));
	put_be32(mask, (u32)m[37] << 20 | (get_be32(m + 32) & 0xfffff));
	memcpy(word, ip, 4);
	set_bytes(word, value, mask, 4);
	memcpy(ip, word, 4);
}

static int execute_set(struct sk_buff *skb, const struct nlattr *set, bool masked)
{
	const struct nlattr *a = nla_data(set);
	u8 all_ones[sizeof(struct ovs_key_ipv6)];
	const u8 *v = nla_data(a), *m = masked ? v + nla_len(a) / 2 : all_ones;
	u8 *data = skb->p.data;
	struct packet_headers h;

	memset(all_ones, 0xff, sizeof all_ones);
	packet_dissect(&h, data, skb->p.size);
	switch (nla_type(a)) {
	case OVS_KEY_ATTR_ETHERNET:
		set_bytes(data + ETH_ALEN_, v, m, ETH_ALEN_);
		set_bytes(data, v + ETH_ALEN_, m + ETH_ALEN_, ETH_ALEN_);
		return 0;
	case OVS_KEY_ATTR_IPV4:
		if (h.l3_type != PACKET_L3_IPV4)
			return -EINVAL;
		set_ipv4(data + h.l3, v, m);
		break;
	case OVS_KEY_ATTR_IPV6:
		if (h.l3_type != PACKET_L3_IPV6)
			return -EINVAL;
		set_ipv6(data + h.l3, v, m);
		break;
	default: /* TCP, UDP: nothing else is installed */
		if (h.l4 == 0xffff || (size_t)h.l4 + 4 > skb->p.size)
			return -EINVAL;
		set_bytes(data + h.l4, v, m, 4);
		break;
	}
	packet_fix_checksums(&skb->p);
	return 0;
}

static void do_output(struct datapath *dp, struct sk_buff *skb, u32 port_no)
{
	struct vport *vport = ovs_vport_find(dp, port_no);
	struct span sp = SPAN(dp->net->trace);
	struct net_device *old = skb->dev;

	span_note(&sp, "port", "%u (%s)", port_no, vport ? vport->dev->name : "gone: dropped");
	if (vport) {
		skb->dev = vport->dev;
		dev_queue_xmit(skb);
		skb->dev = old;
	}
	span_end(&sp, 0);
}

static int push_vlan(struct sk_buff *skb, const struct nlattr *a)
{
	struct ovs_action_push_vlan vlan;

	memcpy(&vlan, nla_data(a), sizeof vlan);
	return packet_push_vlan(&skb->p, vlan.vlan_tpid,
				be16_from_host(host_from_be16(vlan.vlan_tci) & (u16)~0x1000));
}

int ovs_execute_actions(struct datapath *dp, struct sk_buff *skb, const u8 *actions, size_t len,
			const struct sw_flow_key *key)
{
	struct span sp = SPAN(dp->net->trace);
	const struct nlattr *a;
	int rem, err = 0;

	if (!len)
		span_note(&sp, "actions", "none: the packet is dropped");
	nla_for_each_attr(a, (const struct nlattr *)(const void *)actions, len, rem)
	{
		switch (nla_type(a)) {
		case OVS_ACTION_ATTR_OUTPUT:
			do_output(dp, skb, nla_get_u32(a));
			break;
		case OVS_ACTION_ATTR_PUSH_VLAN:
			err = push_vlan(skb, a);
			break;
		case OVS_ACTION_ATTR_POP_VLAN:
			err = packet_pop_vlan(&skb->p);
			break;
		case OVS_ACTION_ATTR_SET:
		case OVS_ACTION_ATTR_SET_MASKED:
			err = execute_set(skb, a, nla_type(a) == OVS_ACTION_ATTR_SET_MASKED);
			break;
		default: /* nothing else passes ovs_nla_check_actions() */
			err = -EINVAL;
			break;
		}
		if (err)
			break;
	}
	return span_end(&sp, err);
}
