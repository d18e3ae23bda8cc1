/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports of a datapath: a device that is put into it (netdev) or one that it makes (internal), and
 * the generic netlink family ovs_vport. Models net/openvswitch/vport*.c, 6.1. Absent: tunnel ports.
 */
#include "base/alloc.h"
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <stdio.h>

struct vport *ovs_vport_find(const struct datapath *dp, u32 port_no)
{
	return idr_find(&dp->ports, port_no);
}

struct vport *ovs_vport_by_name(struct knet *net, const char *name)
{
	struct datapath *dp;
	struct vport *vport;
	uint64_t id;

	list_for_each_entry (dp, &ovs_net(net)->dps, link) {
		idr_for_each (&dp->ports, id, vport) {
			if (!strcmp(vport->dev->name, name))
				return vport;
		}
	}
	return NULL;
}

/* A packet that a port's device received (netdev_frame_hook()), or that the host sends through an
 * internal port. */
static enum rx_handler_result netdev_frame_hook(struct sk_buff *skb)
{
	struct vport *vport = skb->dev->rx_handler_data;

	ovs_dp_process_packet(vport->dp, skb, vport->port_no);
	return RX_HANDLER_CONSUMED;
}

/* What the datapath outputs to an internal port goes up to the host. */
static int internal_dev_xmit(struct sk_buff *skb, struct net_device *dev)
{
	skb->dev = dev;
	netif_receive_skb(skb);
	return 0;
}

static const struct net_device_ops internal_dev_ops = { .ndo_start_xmit = internal_dev_xmit };

static int make_internal(struct vport *vport, const char *name)
{
	struct net_device *dev = &vport->own;

	snprintf(dev->name, sizeof dev->name, "%s", name);
	dev->netdev_ops = &internal_dev_ops;
	dev->kind = "openvswitch";
	dev->mtu = 1500;
	dev->type = ARPHRD_ETHER;
	dev->flags = IFF_BROADCAST | IFF_UP;
	dev->dev_addr[0] = 0x02;
	dev->dev_addr[5] = (u8)vport->port_no;
	vport->dev = dev;
	return register_netdevice(vport->dp->net, dev);
}

static int take_netdev(struct vport *vport, const char *name)
{
	struct net_device *dev = dev_get_by_name(vport->dp->net, name);

	if (!dev)
		return trace_refuse(vport->dp->net->trace, -ENODEV, NULL, "there is no device %s",
				    name);
	if (dev->flags & IFF_LOOPBACK)
		return trace_refuse(vport->dp->net->trace, -EINVAL, NULL, "%s is a loopback device",
				    name);
	vport->dev = dev;
	return netdev_rx_handler_register(dev, netdev_frame_hook, vport);
}

int ovs_vport_add(struct datapath *dp, const char *name, u32 type, u32 port_no, u32 upcall_pid,
		  struct vport **out)
{
	struct vport *vport = mem_new(sizeof *vport);
	int err;

	if (!vport)
		return -ENOMEM;
	vport->dp = dp;
	vport->port_no = port_no;
	vport->type = type;
	vport->upcall_pid = upcall_pid;
	err = idr_add_at(&dp->ports, port_no, vport);
	if (err)
		goto no_number;
	err = type == OVS_VPORT_TYPE_INTERNAL ? make_internal(vport, name)
					      : take_netdev(vport, name);
	if (err)
		goto no_dev;
	*out = vport;
	return 0;

no_dev:
	idr_del(&dp->ports, port_no);
no_number:
	mem_free(vport);
	return err;
}

void ovs_vport_del(struct vport *vport)
{
	idr_del(&vport->dp->ports, vport->port_no);
	if (vport->type == OVS_VPORT_TYPE_INTERNAL)
		unregister_netdevice(vport->dev);
	else
		netdev_rx_handler_unregister(vport->dev);
	mem_free(vport);
}

/* ---- the family ---- */

const struct nla_policy ovs_vport_policy[OVS_VPORT_ATTR_MAX + 1] = {
	[OVS_VPORT_ATTR_NAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[OVS_VPORT_ATTR_PORT_NO] = { .type = NLA_U32 },
	[OVS_VPORT_ATTR_TYPE] = { .type = NLA_U32 },
	[OVS_VPORT_ATTR_UPCALL_PID] = { .type = NLA_UNSPEC },
	[OVS_VPORT_ATTR_OPTIONS] = { .type = NLA_NESTED },
	[OVS_VPORT_ATTR_STATS] = { .type = NLA_UNSPEC, .len = sizeof(struct ovs_vport_stats) },
};

static int fill_vport(struct kmsg *m, const struct vport *vport, u32 portid, u32 seq, int flags,
		      u8 cmd)
{
	const struct net_device_stats *s = &vport->dev->stats;
	const struct ovs_vport_stats stats = {
		.rx_packets = s->rx_packets,
		.tx_packets = s->tx_packets,
		.rx_bytes = s->rx_bytes,
		.tx_bytes = s->tx_bytes,
		.rx_dropped = s->rx_dropped,
		.tx_dropped = s->tx_dropped,
	};
	size_t start = m->len;
	struct ovs_header *h =
		genlmsg_put(m, portid, seq, &ovs_net(vport->dp->net)->vport, flags, cmd);

	if (!h)
		return -EMSGSIZE;
	h->dp_ifindex = dp_ifindex(vport->dp);
	if (nla_put_u32(m, OVS_VPORT_ATTR_PORT_NO, vport->port_no) ||
	    nla_put_u32(m, OVS_VPORT_ATTR_TYPE, vport->type) ||
	    nla_put_string(m, OVS_VPORT_ATTR_NAME, vport->dev->name) ||
	    nla_put_u32(m, OVS_VPORT_ATTR_IFINDEX, (u32)vport->dev->ifindex) ||
	    nla_put(m, OVS_VPORT_ATTR_STATS, sizeof stats, &stats) ||
	    nla_put_u32(m, OVS_VPORT_ATTR_UPCALL_PID, vport->upcall_pid)) {
		nlmsg_trim(m, start);
		return -EMSGSIZE;
	}
	nlmsg_end(m, (const struct nlmsghdr *)(const void *)(m->buf + start));
	return 0;
}

static int reply_vport(struct genl_info *info, const struct vport *vport, u8 cmd, bool notify)
{
	struct knet *net = info->req->net;
	struct kmsg m;
	int err = kmsg_init(&m, NETLINK_DATAGRAM_MAX);

	if (err)
		return err;
	err = fill_vport(&m, vport, info->req->portid, info->req->nlh->nlmsg_seq, 0, cmd);
	if (!err && notify)
		err = nlmsg_notify(net, info->req, NETLINK_GENERIC, &m,
				   ovs_net(net)->vport.mcgrp_id,
				   info->req->nlh->nlmsg_flags & NLM_F_ECHO);
	else if (!err)
		err = nlmsg_unicast(info->req, &m);
	kmsg_fini(&m);
	return err;
}

static struct vport *lookup_vport(struct genl_info *info)
{
	const struct nlattr *name = info->attrs[OVS_VPORT_ATTR_NAME],
			    *no = info->attrs[OVS_VPORT_ATTR_PORT_NO];
	const struct ovs_header *h = info->userhdr;
	struct datapath *dp;

	if (name) {
		struct vport *vport = ovs_vport_by_name(info->req->net, nla_data(name));

		return vport && (!h->dp_ifindex || h->dp_ifindex == dp_ifindex(vport->dp)) ? vport
											   : NULL;
	}
	dp = no ? get_dp(info->req->net, h->dp_ifindex) : NULL;
	return dp ? ovs_vport_find(dp, nla_get_u32(no)) : NULL;
}

static int free_port_no(const struct datapath *dp, u32 *port_no)
{
	for (*port_no = 1; *port_no < DP_MAX_PORTS; ++*port_no) {
		if (!idr_find(&dp->ports, *port_no))
			return 0;
	}
	return -EFBIG;
}

static int ovs_vport_cmd_new(struct genl_info *info)
{
	const struct nlattr **a = info->attrs;
	const struct ovs_header *h = info->userhdr;
	struct trace *t = info->req->net->trace;
	struct datapath *dp;
	struct vport *vport;
	u32 type, port_no;
	int err = 0;

	if (!a[OVS_VPORT_ATTR_NAME] || !a[OVS_VPORT_ATTR_TYPE] || !a[OVS_VPORT_ATTR_UPCALL_PID])
		return trace_refuse(t, -EINVAL, NULL,
				    "NAME, TYPE and UPCALL_PID are needed for a port");
	type = nla_get_u32(a[OVS_VPORT_ATTR_TYPE]);
	dp = get_dp(info->req->net, h->dp_ifindex);
	if (!dp)
		return trace_refuse(t, -ENODEV, NULL, "there is no datapath with ifindex %d",
				    h->dp_ifindex);
	if (a[OVS_VPORT_ATTR_PORT_NO]) {
		port_no = nla_get_u32(a[OVS_VPORT_ATTR_PORT_NO]);
		if (port_no >= DP_MAX_PORTS)
			err = -EFBIG;
		else if (ovs_vport_find(dp, port_no))
			err = -EBUSY;
	} else {
		err = free_port_no(dp, &port_no);
	}
	if (err)
		return trace_refuse(t, err, NULL, "the port number is too large or in use");
	if (ovs_vport_by_name(info->req->net, nla_data(a[OVS_VPORT_ATTR_NAME])))
		return trace_refuse(t, -EEXIST, NULL, "the device is a port already");
	if (type != OVS_VPORT_TYPE_NETDEV && type != OVS_VPORT_TYPE_INTERNAL)
		return trace_refuse(t, -EAFNOSUPPORT, NULL, "port type %u is not modelled yet",
				    type);
	err = ovs_vport_add(dp, nla_data(a[OVS_VPORT_ATTR_NAME]), type, port_no,
			    nla_len(a[OVS_VPORT_ATTR_UPCALL_PID]) >= 4
				    ? nla_get_u32(a[OVS_VPORT_ATTR_UPCALL_PID])
				    : 0,
			    &vport);
	return err ? err : reply_vport(info, vport, OVS_VPORT_CMD_NEW, true);
}

static int ovs_vport_cmd_set(struct genl_info *info)
{
	struct vport *vport = lookup_vport(info);
	const struct nlattr *pid = info->attrs[OVS_VPORT_ATTR_UPCALL_PID];

	if (!vport)
		return -ENODEV;
	if (pid && nla_len(pid) >= 4)
		vport->upcall_pid = nla_get_u32(pid);
	return reply_vport(info, vport, OVS_VPORT_CMD_SET, true);
}

static int ovs_vport_cmd_del(struct genl_info *info)
{
	struct vport *vport = lookup_vport(info);
	int err;

	if (!vport)
		return -ENODEV;
	if (vport->port_no == OVSP_LOCAL)
		return trace_refuse(info->req->net->trace, -EINVAL, NULL,
				    "the local port goes with its datapath only");
	err = reply_vport(info, vport, OVS_VPORT_CMD_DEL, true);
	ovs_vport_del(vport);
	return err;
}

static int ovs_vport_cmd_get(struct genl_info *info)
{
	struct vport *vport = lookup_vport(info);

	return vport ? reply_vport(info, vport, OVS_VPORT_CMD_GET, false) : -ENODEV;
}

/* Ports of one datapath, by number; cb->args[0] is where it goes on. */
static int ovs_vport_cmd_dump(struct kmsg *m, struct netlink_callback *cb)
{
	const struct ovs_header *h = (const void *)((const u8 *)nlmsg_data(cb->nlh) + GENL_HDRLEN);
	struct datapath *dp = get_dp(cb->net, h->dp_ifindex);
	struct vport *vport;
	u32 id = (u32)cb->args[0];
	size_t start = m->len;

	if (!dp)
		return -ENODEV;
	while ((vport = idr_next(&dp->ports, &id))) {
		if (fill_vport(m, vport, cb->portid, cb->seq, NLM_F_MULTI, OVS_VPORT_CMD_GET) < 0)
			break;
		id++;
	}
	cb->args[0] = id;
	return (int)(m->len - start);
}

const struct genl_op ovs_vport_ops[] = {
	{ .cmd = OVS_VPORT_CMD_NEW, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_vport_cmd_new },
	{ .cmd = OVS_VPORT_CMD_DEL, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_vport_cmd_del },
	{ .cmd = OVS_VPORT_CMD_GET,
	  .flags = 0,
	  .doit = ovs_vport_cmd_get,
	  .dumpit = ovs_vport_cmd_dump },
	{ .cmd = OVS_VPORT_CMD_SET, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_vport_cmd_set },
};

size_t ovs_vport_n_ops(void)
{
	return ARRAY_SIZE(ovs_vport_ops);
}
