/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Upcalls: packets that go up to userland, since no flow matches them or since an action says so.
 * Models ovs_dp_upcall() and queue_userspace_packet() of net/openvswitch/datapath.c, 6.1. A packet
 * that cannot be told is lost, whoever asked: nobody listens, the queue of the socket is full, the
 * message does not fit. Absent: segmentation, egress tunnels.
 */
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>

u32 ovs_dp_get_upcall_portid(const struct datapath *dp)
{
	return dp->n_pids ? dp->pids[dp->net->cpu % dp->n_pids] : 0;
}

u32 ovs_upcall_portid(const struct ovs_packet *p)
{
	const struct vport *vport = p->input_vport;

	if (p->dp->user_features & OVS_DP_F_DISPATCH_UPCALL_PER_CPU)
		return ovs_dp_get_upcall_portid(p->dp);
	return vport->pids[vport->n_pids == 1 ? 0 : skb_get_hash(p->skb) % vport->n_pids];
}

static u64 hash_attr(const struct sk_buff *skb)
{
	return skb->hash | (skb->sw_hash ? OVS_PACKET_HASH_SW_BIT : 0) |
	       (skb->l4_hash ? OVS_PACKET_HASH_L4_BIT : 0);
}

/* The packet is the last attribute: an old userland, which does not know of UNALIGNED, gets it
 * padded. */
static void put_packet(struct kmsg *m, const struct ovs_packet *p, size_t size)
{
	nla_put(m, OVS_PACKET_ATTR_PACKET, (int)size, p->skb->p.data);
	if (!m->error && p->dp->user_features & OVS_DP_F_UNALIGNED)
		m->len -= NLA_ALIGN(size) - size;
}

static void fill_upcall(struct kmsg *m, const struct ovs_packet *p,
			const struct dp_upcall_info *info, u32 cutlen)
{
	const size_t size = cutlen < p->skb->p.size ? cutlen : p->skb->p.size;
	struct ovs_header *h =
		genlmsg_put(m, 0, 0, &ovs_net(p->dp->net)->family[OVS_PACKET], 0, info->cmd);

	if (!h)
		return;
	h->dp_ifindex = dp_ifindex(p->dp);
	ovs_nla_put_key(m, OVS_PACKET_ATTR_KEY, &p->key, &p->key, false);
	if (info->userdata)
		nla_put(m, OVS_PACKET_ATTR_USERDATA, nla_len(info->userdata),
			nla_data(info->userdata));
	if (info->actions_len)
		nla_put(m, OVS_PACKET_ATTR_ACTIONS, info->actions_len, info->actions);
	if (p->mru)
		nla_put_u16(m, OVS_PACKET_ATTR_MRU, p->mru);
	if (size < p->skb->p.size)
		nla_put_u32(m, OVS_PACKET_ATTR_LEN, (u32)p->skb->p.size);
	nla_put_u64(m, OVS_PACKET_ATTR_HASH, hash_attr(p->skb));
	put_packet(m, p, size);
	if (!m->error)
		genlmsg_end(m, h);
}

/* Why an upcall was lost, for the trace. */
static const char *loss(int err)
{
	switch (err) {
	case -ENOTCONN:
		return "lost: nobody is set to be asked";
	case -ECONNREFUSED:
		return "lost: no socket has this port id";
	case -EAGAIN:
		return "lost: the receiver's queue is full";
	case -EMSGSIZE:
		return "lost: it does not fit into a message";
	default:
		return "lost";
	}
}

int ovs_dp_upcall(struct ovs_packet *p, const struct dp_upcall_info *info, u32 cutlen)
{
	struct knet *net = p->dp->net;
	struct span sp = SPAN(net->trace);
	int err = -ENOTCONN;

	span_note(&sp, "cmd", "%s", info->cmd == OVS_PACKET_CMD_MISS ? "MISS" : "ACTION");
	if (info->portid) {
		struct kmsg *m = knet_scratch(net);

		span_note(&sp, "pid", "%u", info->portid);
		fill_upcall(m, p, info, cutlen);
		err = nlmsg_unicast_to(net, NETLINK_GENERIC, m, info->portid);
		if (!err)
			span_note(&sp, "result", "queued, %zu bytes", m->len);
	}
	if (err) {
		p->dp->n_lost++;
		span_note(&sp, "result", "%s", loss(err));
	}
	return span_end(&sp, err);
}
