/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The generic netlink family ovs_packet: OVS_PACKET_CMD_EXECUTE, by which userland sends a packet
 * through a list of actions. Models ovs_packet_cmd_execute() of net/openvswitch/datapath.c, 6.1:
 * the order of its checks, bare errnos; what goes up is in upcall.c.
 */
#include "base/alloc.h"
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>

const struct nla_policy ovs_packet_policy[OVS_PACKET_ATTR_MAX + 1] = {
	[OVS_PACKET_ATTR_PACKET] = { .len = ETH_HLEN_ },
	[OVS_PACKET_ATTR_KEY] = { .type = NLA_NESTED },
	[OVS_PACKET_ATTR_ACTIONS] = { .type = NLA_NESTED },
	[OVS_PACKET_ATTR_PROBE] = { .type = NLA_FLAG },
	[OVS_PACKET_ATTR_MRU] = { .type = NLA_U16 },
	[OVS_PACKET_ATTR_HASH] = { .type = NLA_U64 },
};

/* The frame, with what a user says of it. */
static int get_packet(struct sk_buff *skb, u8 *buf, size_t cap, const struct genl_info *info)
{
	const struct nlattr *frame = info->attrs[OVS_PACKET_ATTR_PACKET],
			    *hash = info->attrs[OVS_PACKET_ATTR_HASH];

	memset(skb, 0, sizeof *skb);
	packet_init(&skb->p, buf, cap);
	if (packet_set(&skb->p, nla_data(frame), (size_t)nla_len(frame)))
		return trace_refuse(info->req->net->trace, -ENOMEM, NULL,
				    "a packet of more than %d bytes is not modelled", PACKET_MAX);
	if (hash) {
		u64 h = nla_get_u64(hash);

		skb->hash = (u32)h;
		skb->sw_hash = h & OVS_PACKET_HASH_SW_BIT;
		skb->l4_hash = h & OVS_PACKET_HASH_L4_BIT;
	}
	return skb_set_protocol(skb);
}

/* Where it is as if it had come in: the port of its key, or the local one. */
static int find_vport(struct ovs_packet *p, const struct genl_info *info)
{
	const struct ovs_header *h = info->userhdr;
	struct knet *net = info->req->net;

	p->dp = get_dp(net, h->dp_ifindex);
	if (!p->dp)
		return trace_refuse(net->trace, -ENODEV, NULL,
				    "there is no datapath with ifindex %d", h->dp_ifindex);
	p->input_vport = ovs_vport_find(p->dp, p->key.in_port);
	if (!p->input_vport)
		p->input_vport = ovs_vport_find(p->dp, OVSP_LOCAL);
	if (!p->input_vport)
		return -ENODEV;
	p->skb->dev = p->input_vport->dev;
	return 0;
}

static int execute(struct ovs_packet *p, const struct genl_info *info)
{
	u16 len;
	u8 *actions;
	int err = find_vport(p, info);
	struct knet_way outer;

	if (err)
		return err;
	actions = ovs_nla_copy_actions(info->attrs[OVS_PACKET_ATTR_ACTIONS], &len);
	if (!actions)
		return -ENOMEM;
	outer = p->dp->net->way;
	p->dp->net->way = (struct knet_way){ .handler = KNET_HANDLER_EXECUTE,
					     .in = p->input_vport->port_no == p->key.in_port
							   ? p->skb->dev
							   : NULL };
	err = ovs_execute_actions(p, actions, len);
	p->dp->net->way = outer;
	mem_free(actions);
	return err;
}

static int ovs_packet_cmd_execute(struct genl_info *info)
{
	const struct nlattr **a = info->attrs;
	struct trace *t = info->req->net->trace;
	struct span sp = SPAN(t);
	u8 buf[PACKET_HEADROOM + PACKET_MAX];
	struct sk_buff skb;
	struct ovs_packet p = { .skb = &skb, .cutlen = UINT32_MAX };
	int err;

	if (!a[OVS_PACKET_ATTR_PACKET] || !a[OVS_PACKET_ATTR_KEY] || !a[OVS_PACKET_ATTR_ACTIONS])
		return span_end(
			&sp, trace_refuse(t, -EINVAL, NULL, "PACKET, KEY and ACTIONS are needed"));
	if (a[OVS_PACKET_ATTR_MRU])
		p.mru = nla_get_u16(a[OVS_PACKET_ATTR_MRU]);
	err = get_packet(&skb, buf, sizeof buf, info);
	if (!err)
		err = ovs_flow_key_extract_userspace(t, &p.key, &skb, a[OVS_PACKET_ATTR_KEY]);
	if (!err)
		err = ovs_nla_check_actions(t, a[OVS_PACKET_ATTR_ACTIONS], &p.key);
	skb.priority = p.key.priority;
	skb.mark = p.key.skb_mark;
	if (!err)
		err = execute(&p, info);
	return span_end(&sp, err);
}

const struct genl_op ovs_packet_ops[OVS_N_PACKET_OPS] = {
	{ .cmd = OVS_PACKET_CMD_EXECUTE,
	  .flags = GENL_UNS_ADMIN_PERM,
	  .doit = ovs_packet_cmd_execute },
};
