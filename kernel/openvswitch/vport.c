/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports of a datapath: a device that is put into it (netdev) or one that it makes (internal), and
 * the generic netlink family ovs_vport. Models net/openvswitch/vport*.c, 6.1. Absent: tunnel ports,
 * headroom. An internal port is up from the beginning, since there is nobody to set it up.
 */
#include "base/alloc.h"
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <stdio.h>

struct vport *ovs_vport_find(const struct datapath *dp, u32 port_no)
{
	return idr_find(&dp->ports, port_no);
}

/* ---- packets ---- */

static enum rx_handler_result netdev_frame_hook(struct sk_buff *skb)
{
	ovs_vport_receive(skb->dev->rx_handler_data, skb);
	return RX_HANDLER_CONSUMED;
}

/* The host sends through an internal port. */
static int internal_dev_xmit(struct sk_buff *skb, struct net_device *dev)
{
	ovs_vport_receive(netdev_priv(dev), skb);
	return 0;
}

static const struct net_device_ops internal_dev_ops = { .ndo_start_xmit = internal_dev_xmit };

static bool ovs_is_internal_dev(const struct net_device *dev)
{
	return dev->netdev_ops == &internal_dev_ops;
}

struct vport *ovs_vport_of(const struct net_device *dev)
{
	if (ovs_is_internal_dev(dev))
		return netdev_priv(dev);
	return dev->rx_handler == netdev_frame_hook ? dev->rx_handler_data : NULL;
}

struct vport *ovs_vport_by_name(const struct knet *net, const char *name)
{
	const struct net_device *dev = dev_get_by_name(net, name);

	return dev ? ovs_vport_of(dev) : NULL;
}

/* Whether the frame without its header and one tag is longer than the device takes. */
static bool is_over_mtu(const struct sk_buff *skb, const struct net_device *dev)
{
	size_t header = ETH_HLEN_ + (ovs_is_vlan_type(skb->protocol) ? VLAN_HLEN_ : 0u);

	return dev->mtu && skb->p.size > header + dev->mtu;
}

/* What goes out of an internal port goes up to the host. */
void ovs_vport_send(struct vport *vport, struct sk_buff *skb)
{
	struct trace *t = vport->dp->net->trace;
	struct net_device *old = skb->dev;

	if (is_over_mtu(skb, vport->dev)) {
		trace_refuse(t, -EMSGSIZE, NULL, "%s: dropped over-mtu packet: %zu bytes, mtu %u",
			     vport->dev->name, skb->p.size, vport->dev->mtu);
		return;
	}
	skb->dev = vport->dev;
	if (vport->type == OVS_VPORT_TYPE_INTERNAL)
		netif_receive_skb(skb);
	else
		dev_queue_xmit(skb);
	skb->dev = old;
}

/* ---- life ---- */

static int make_internal(struct vport *vport, const struct vport_parms *parms)
{
	struct net_device *dev = &vport->own;

	snprintf(dev->name, sizeof dev->name, "%s", parms->name);
	dev->ifindex = parms->ifindex;
	dev->netdev_ops = &internal_dev_ops;
	dev->priv = vport;
	dev->kind = "openvswitch";
	dev->mtu = 1500;
	dev->type = ARPHRD_ETHER;
	dev->flags = IFF_BROADCAST | IFF_MULTICAST | IFF_UP;
	dev->dev_addr[0] = 0x02;
	dev->dev_addr[4] = (u8)(vport->port_no >> 8);
	dev->dev_addr[5] = (u8)vport->port_no;
	vport->dev = dev;
	return register_netdevice(vport->dp->net, dev);
}

static int take_netdev(struct vport *vport, const struct vport_parms *parms)
{
	struct trace *t = vport->dp->net->trace;
	struct net_device *dev = dev_get_by_name(vport->dp->net, parms->name);
	const struct vport *other;
	int err;

	if (!dev)
		return trace_refuse(t, -ENODEV, NULL, "there is no device %s", parms->name);
	if (dev->flags & IFF_LOOPBACK || dev->type == ARPHRD_LOOPBACK || ovs_is_internal_dev(dev))
		return trace_refuse(t, -EINVAL, NULL, "%s is a loopback or internal device",
				    parms->name);
	other = ovs_vport_of(dev);
	if (other)
		return trace_refuse(t, other->dp == vport->dp ? -EEXIST : -EBUSY, NULL,
				    "%s is a port of %s already", parms->name, other->dp->name);
	err = netdev_rx_handler_register(dev, netdev_frame_hook, vport);
	if (err)
		return trace_refuse(t, err, NULL, "%s has another upper device", parms->name);
	vport->dev = dev;
	return 0;
}

static int take_number(struct vport *vport, u32 want)
{
	struct idr *ports = &vport->dp->ports;
	int err;

	vport->port_no = want;
	if (want || idr_find(ports, OVSP_LOCAL) == NULL) {
		err = idr_add_at(ports, want, vport);
		return err == -EEXIST ? -EBUSY : err;
	}
	err = idr_add(ports, OVSP_LOCAL + 1, DP_MAX_PORTS - 1, vport, &vport->port_no);
	return err == -ENOSPC ? -EFBIG : err;
}

int ovs_get_pids(const struct nlattr *nla, u32 *pids, u32 *n)
{
	int len = nla_len(nla);

	if (!len || len % 4 || len > (int)(OVS_CPUS * sizeof *pids))
		return -EINVAL;
	memcpy(pids, nla_data(nla), (size_t)len);
	*n = (u32)len / 4;
	return 0;
}

static int attach(struct vport *vport, const struct vport_parms *parms)
{
	struct trace *t = vport->dp->net->trace;

	if (parms->type != OVS_VPORT_TYPE_INTERNAL && parms->type != OVS_VPORT_TYPE_NETDEV)
		return trace_refuse(t, -EAFNOSUPPORT, NULL, "port type %u is not modelled yet",
				    parms->type);
	if (ovs_get_pids(parms->pids, vport->pids, &vport->n_pids))
		return trace_refuse(t, -EINVAL, NULL,
				    "UPCALL_PID is not an array of 1 to %u numbers", OVS_CPUS);
	return parms->type == OVS_VPORT_TYPE_INTERNAL ? make_internal(vport, parms)
						      : take_netdev(vport, parms);
}

int ovs_vport_add(struct datapath *dp, const struct vport_parms *parms, struct vport **out)
{
	struct trace *t = dp->net->trace;
	struct vport *vport = mem_new(sizeof *vport);
	int err;

	if (!vport)
		return -ENOMEM;
	vport->dp = dp;
	vport->type = parms->type;
	err = take_number(vport, parms->port_no);
	if (err) {
		trace_refuse(t, err, NULL, "port number %u is in use, or none is free",
			     parms->port_no);
		goto no_number;
	}
	err = attach(vport, parms);
	if (err) {
		trace_refuse(t, err, NULL, "%s does not become a port", parms->name);
		goto no_dev;
	}
	*out = vport;
	return 0;

no_dev:
	idr_del(&dp->ports, vport->port_no);
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
	[OVS_VPORT_ATTR_IFINDEX] = { .type = NLA_S32, .validation = NLA_VALIDATE_MIN, .min = 0 },
	[OVS_VPORT_ATTR_NETNSID] = { .type = NLA_S32 },
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
	u32 n_pids = vport->dp->user_features & OVS_DP_F_VPORT_PIDS ? vport->n_pids : 1;
	size_t start = m->len;
	struct ovs_header *h = genlmsg_put(m, portid, seq,
					   &ovs_net(vport->dp->net)->family[OVS_VPORT], flags, cmd);

	if (!h)
		return -EMSGSIZE;
	h->dp_ifindex = dp_ifindex(vport->dp);
	nla_put_u32(m, OVS_VPORT_ATTR_PORT_NO, vport->port_no);
	nla_put_u32(m, OVS_VPORT_ATTR_TYPE, vport->type);
	nla_put_string(m, OVS_VPORT_ATTR_NAME, vport->dev->name);
	nla_put_u32(m, OVS_VPORT_ATTR_IFINDEX, (u32)vport->dev->ifindex);
	nla_put(m, OVS_VPORT_ATTR_STATS, sizeof stats, &stats);
	nla_put(m, OVS_VPORT_ATTR_UPCALL_PID, (int)(n_pids * sizeof vport->pids[0]), vport->pids);
	if (m->error) {
		nlmsg_trim(m, start);
		return -EMSGSIZE;
	}
	genlmsg_end(m, h);
	return 0;
}

/* Tells the requester, with NLM_F_ECHO, and the group; that nobody could be told undoes nothing. */
static void notify_vport(struct genl_info *info, const struct vport *vport, u8 cmd)
{
	struct kmsg *m = knet_scratch(info->req->net);

	if (!fill_vport(m, vport, info->req->portid, info->req->nlh->nlmsg_seq, 0, cmd))
		genl_notify(info->req->net, info->req, &ovs_net(info->req->net)->family[OVS_VPORT],
			    m);
}

void ovs_vport_notify_del(struct vport *vport)
{
	struct knet *net = vport->dp->net;
	struct kmsg *m = knet_scratch(net);

	if (!fill_vport(m, vport, 0, 0, 0, OVS_VPORT_CMD_DEL))
		genl_notify(net, NULL, &ovs_net(net)->family[OVS_VPORT], m);
}

/* NULL: *@err is -EOPNOTSUPP, -ENODEV, -EFBIG or -EINVAL. */
static struct vport *lookup_vport(struct genl_info *info, int *err)
{
	const struct nlattr *name = info->attrs[OVS_VPORT_ATTR_NAME],
			    *no = info->attrs[OVS_VPORT_ATTR_PORT_NO];
	const struct ovs_header *h = info->userhdr;
	struct trace *t = info->req->net->trace;
	struct vport *vport = NULL;

	if (info->attrs[OVS_VPORT_ATTR_IFINDEX]) {
		*err = trace_refuse(t, -EOPNOTSUPP, NULL, "ports are not found by ifindex");
		return NULL;
	}
	if (name) {
		vport = ovs_vport_by_name(info->req->net, nla_data(name));
		if (vport && h->dp_ifindex && h->dp_ifindex != dp_ifindex(vport->dp))
			vport = NULL;
	} else if (no) {
		const struct datapath *dp = get_dp(info->req->net, h->dp_ifindex);

		if (nla_get_u32(no) >= DP_MAX_PORTS) {
			*err = trace_refuse(t, -EFBIG, NULL, "port number %u is too large",
					    nla_get_u32(no));
			return NULL;
		}
		vport = dp ? ovs_vport_find(dp, nla_get_u32(no)) : NULL;
	} else {
		*err = trace_refuse(t, -EINVAL, NULL, "neither a NAME nor a PORT_NO");
		return NULL;
	}
	if (!vport)
		*err = trace_refuse(t, -ENODEV, NULL, "there is no such port");
	return vport;
}

static int ovs_vport_cmd_new(struct genl_info *info)
{
	const struct nlattr **a = info->attrs;
	const struct ovs_header *h = info->userhdr;
	struct trace *t = info->req->net->trace;
	struct vport_parms parms;
	struct datapath *dp;
	struct vport *vport;
	int err;

	if (!a[OVS_VPORT_ATTR_NAME] || !a[OVS_VPORT_ATTR_TYPE] || !a[OVS_VPORT_ATTR_UPCALL_PID])
		return trace_refuse(t, -EINVAL, NULL,
				    "NAME, TYPE and UPCALL_PID are needed for a port");
	parms = (struct vport_parms){ .name = nla_data(a[OVS_VPORT_ATTR_NAME]),
				      .type = nla_get_u32(a[OVS_VPORT_ATTR_TYPE]),
				      .pids = a[OVS_VPORT_ATTR_UPCALL_PID] };
	if (a[OVS_VPORT_ATTR_IFINDEX] && parms.type != OVS_VPORT_TYPE_INTERNAL)
		return trace_refuse(t, -EOPNOTSUPP, NULL,
				    "only an internal port can be given an ifindex");
	if (a[OVS_VPORT_ATTR_IFINDEX])
		parms.ifindex = (int)nla_get_u32(a[OVS_VPORT_ATTR_IFINDEX]);
	if (a[OVS_VPORT_ATTR_PORT_NO])
		parms.port_no = nla_get_u32(a[OVS_VPORT_ATTR_PORT_NO]);
	if (parms.port_no >= DP_MAX_PORTS)
		return trace_refuse(t, -EFBIG, NULL, "port number %u is too large", parms.port_no);
	dp = get_dp(info->req->net, h->dp_ifindex);
	if (!dp)
		return trace_refuse(t, -ENODEV, NULL, "there is no datapath with ifindex %d",
				    h->dp_ifindex);
	err = ovs_vport_add(dp, &parms, &vport);
	if (!err)
		notify_vport(info, vport, OVS_VPORT_CMD_NEW);
	return err;
}

static int ovs_vport_cmd_set(struct genl_info *info)
{
	const struct nlattr **a = info->attrs;
	struct trace *t = info->req->net->trace;
	int err = 0;
	struct vport *vport = lookup_vport(info, &err);

	if (!vport)
		return err;
	if (a[OVS_VPORT_ATTR_TYPE] && nla_get_u32(a[OVS_VPORT_ATTR_TYPE]) != vport->type)
		return trace_refuse(t, -EINVAL, NULL, "the type of a port cannot be changed");
	if (a[OVS_VPORT_ATTR_OPTIONS])
		return trace_refuse(t, -EOPNOTSUPP, NULL, "ports of type %u have no options",
				    vport->type);
	if (a[OVS_VPORT_ATTR_UPCALL_PID] &&
	    ovs_get_pids(a[OVS_VPORT_ATTR_UPCALL_PID], vport->pids, &vport->n_pids))
		return trace_refuse(t, -EINVAL, NULL,
				    "UPCALL_PID is not an array of 1 to %u numbers", OVS_CPUS);
	notify_vport(info, vport, OVS_VPORT_CMD_SET);
	return 0;
}

static int ovs_vport_cmd_del(struct genl_info *info)
{
	int err = 0;
	struct vport *vport = lookup_vport(info, &err);

	if (!vport)
		return err;
	if (vport->port_no == OVSP_LOCAL)
		return trace_refuse(info->req->net->trace, -EINVAL, NULL,
				    "the local port goes with its datapath only");
	notify_vport(info, vport, OVS_VPORT_CMD_DEL);
	ovs_vport_del(vport);
	return 0;
}

static int ovs_vport_cmd_get(struct genl_info *info)
{
	int err = 0;
	struct vport *vport = lookup_vport(info, &err);
	struct kmsg *m;

	if (!vport)
		return err;
	m = knet_scratch(info->req->net);
	err = fill_vport(m, vport, info->req->portid, info->req->nlh->nlmsg_seq, 0,
			 OVS_VPORT_CMD_GET);
	return err ? err : nlmsg_unicast(info->req, m);
}

/* Ports of one datapath, by number; cb->args[0] is where it goes on. */
static int ovs_vport_cmd_dump(struct kmsg *m, struct netlink_callback *cb)
{
	const struct ovs_header *h = (const void *)((const u8 *)nlmsg_data(cb->nlh) + GENL_HDRLEN);
	struct datapath *dp = get_dp(cb->net, h->dp_ifindex);
	struct vport *vport;
	u32 id = (u32)cb->args[0];

	if (!dp)
		return -ENODEV;
	for (; (vport = idr_next(&dp->ports, &id)) != NULL; id++) {
		if (fill_vport(m, vport, cb->portid, cb->seq, NLM_F_MULTI, OVS_VPORT_CMD_GET) < 0)
			break;
	}
	cb->args[0] = id;
	return (int)m->len;
}

const struct genl_op ovs_vport_ops[OVS_N_OPS] = {
	{ .cmd = OVS_VPORT_CMD_NEW, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_vport_cmd_new },
	{ .cmd = OVS_VPORT_CMD_DEL, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_vport_cmd_del },
	{ .cmd = OVS_VPORT_CMD_GET,
	  .flags = 0,
	  .doit = ovs_vport_cmd_get,
	  .dumpit = ovs_vport_cmd_dump },
	{ .cmd = OVS_VPORT_CMD_SET, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_vport_cmd_set },
};
