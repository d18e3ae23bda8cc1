/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Datapaths: the generic netlink family ovs_datapath, the way of a packet through one, and the
 * set-up of all three families. Models net/openvswitch/datapath.c, 6.1. Absent: the packet family
 * (a miss is counted as lost), meters, conntrack limits.
 */
#include "base/alloc.h"
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>
#include <stdio.h>

int dp_ifindex(const struct datapath *dp)
{
	const struct vport *local = ovs_vport_find(dp, OVSP_LOCAL);

	return local ? local->dev->ifindex : 0;
}

struct datapath *get_dp(struct knet *net, int ifindex)
{
	struct datapath *dp;

	list_for_each_entry (dp, &ovs_net(net)->dps, link) {
		if (dp_ifindex(dp) == ifindex)
			return dp;
	}
	return NULL;
}

/* ---- packets ---- */

static void ovs_dp_upcall(struct datapath *dp)
{
	struct span sp = SPAN(dp->net->trace);

	dp->n_missed++;
	dp->n_lost++;
	span_note(&sp, "result", "no flow matches: there is nobody to ask, the packet is lost");
	span_end(&sp, 0);
}

static void count_packet(struct sw_flow *flow, const struct sk_buff *skb,
			 const struct sw_flow_key *key, u64 now_ns)
{
	flow->n_packets++;
	flow->n_bytes += skb->p.size;
	flow->used_ms = now_ns / 1000000;
	flow->tcp_flags |= (u8)host_from_be16(key->tp_flags);
}

void ovs_dp_process_packet(struct datapath *dp, struct sk_buff *skb, u32 in_port)
{
	struct span sp = SPAN(dp->net->trace);
	struct sw_flow_key key;
	struct sw_flow *flow;
	u32 n_mask_hit = 0;

	if (dp->recursion >= OVS_RECURSION_LIMIT || ovs_flow_key_extract(&key, skb, in_port) < 0) {
		span_note(&sp, "result", "dropped: %s",
			  dp->recursion ? "recursion limit" : "no Ethernet header");
		span_end(&sp, 0);
		return;
	}
	flow = ovs_flow_tbl_lookup(&dp->table, &key, &n_mask_hit);
	dp->n_mask_hit += n_mask_hit;
	span_note(&sp, "lookup", "in port %u, recirc_id %u: %s after %u masks", in_port,
		  key.recirc_id, flow ? "hit" : "miss", n_mask_hit);
	if (!flow) {
		ovs_dp_upcall(dp);
	} else {
		dp->n_hit++;
		count_packet(flow, skb, &key, dp->net->now_ns);
		dp->recursion++;
		ovs_execute_actions(dp, skb, flow->actions, flow->actions_len, &key);
		dp->recursion--;
	}
	span_end(&sp, 0);
}

/* ---- the family ---- */

#define FEATURES_KNOWN                                                           \
	(OVS_DP_F_UNALIGNED | OVS_DP_F_VPORT_PIDS | OVS_DP_F_TC_RECIRC_SHARING | \
	 OVS_DP_F_DISPATCH_UPCALL_PER_CPU)

const struct nla_policy ovs_datapath_policy[OVS_DP_ATTR_MAX + 1] = {
	[OVS_DP_ATTR_NAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[OVS_DP_ATTR_UPCALL_PID] = { .type = NLA_U32 },
	[OVS_DP_ATTR_USER_FEATURES] = { .type = NLA_U32 },
	[OVS_DP_ATTR_MASKS_CACHE_SIZE] = { .type = NLA_U32 },
	[OVS_DP_ATTR_IFINDEX] = { .type = NLA_U32 },
};

static int fill_dp(struct kmsg *m, const struct datapath *dp, u32 portid, u32 seq, int flags,
		   u8 cmd)
{
	const struct ovs_dp_stats stats = {
		.n_hit = dp->n_hit,
		.n_missed = dp->n_missed,
		.n_lost = dp->n_lost,
		.n_flows = dp->table.n_flows,
	};
	const struct ovs_dp_megaflow_stats mega = { .n_mask_hit = dp->n_mask_hit,
						    .n_masks = (u32)dp->table.n_masks };
	size_t start = m->len;
	struct ovs_header *h = genlmsg_put(m, portid, seq, &ovs_net(dp->net)->datapath, flags, cmd);

	if (!h)
		return -EMSGSIZE;
	h->dp_ifindex = dp_ifindex(dp);
	if (nla_put_string(m, OVS_DP_ATTR_NAME, dp->name) ||
	    nla_put(m, OVS_DP_ATTR_STATS, sizeof stats, &stats) ||
	    nla_put(m, OVS_DP_ATTR_MEGAFLOW_STATS, sizeof mega, &mega) ||
	    nla_put_u32(m, OVS_DP_ATTR_USER_FEATURES, dp->user_features) ||
	    nla_put_u32(m, OVS_DP_ATTR_MASKS_CACHE_SIZE, 0)) {
		nlmsg_trim(m, start);
		return -EMSGSIZE;
	}
	nlmsg_end(m, (const struct nlmsghdr *)(const void *)(m->buf + start));
	return 0;
}

static int reply_dp(struct genl_info *info, const struct datapath *dp, u8 cmd, bool notify)
{
	struct knet *net = info->req->net;
	struct kmsg m;
	int err = kmsg_init(&m, NETLINK_DATAGRAM_MAX);

	if (err)
		return err;
	err = fill_dp(&m, dp, info->req->portid, info->req->nlh->nlmsg_seq, 0, cmd);
	if (!err && notify)
		err = nlmsg_notify(net, info->req, NETLINK_GENERIC, &m,
				   ovs_net(net)->datapath.mcgrp_id,
				   info->req->nlh->nlmsg_flags & NLM_F_ECHO);
	else if (!err)
		err = nlmsg_unicast(info->req, &m);
	kmsg_fini(&m);
	return err;
}

static struct datapath *lookup_dp(struct genl_info *info)
{
	const struct nlattr *name = info->attrs[OVS_DP_ATTR_NAME];
	const struct ovs_header *h = info->userhdr;
	struct vport *vport;

	if (!name)
		return get_dp(info->req->net, h->dp_ifindex);
	vport = ovs_vport_by_name(info->req->net, nla_data(name));
	return vport && vport->port_no == OVSP_LOCAL ? vport->dp : NULL;
}

static int set_features(struct datapath *dp, const struct nlattr *features)
{
	u32 want = features ? nla_get_u32(features) : dp->user_features;

	if (want & ~(u32)FEATURES_KNOWN)
		return trace_refuse(dp->net->trace, -EOPNOTSUPP, NULL, "unknown feature bits 0x%x",
				    want & ~(u32)FEATURES_KNOWN);
	dp->user_features = want;
	return 0;
}

void ovs_dp_destroy(struct datapath *dp)
{
	struct vport *vport;
	uint64_t id;

	ovs_flow_tbl_fini(&dp->table);
	idr_for_each (&dp->ports, id, vport)
		ovs_vport_del(vport);
	idr_fini(&dp->ports);
	list_del(&dp->link);
	mem_free(dp);
}

static int ovs_dp_cmd_new(struct genl_info *info)
{
	const struct nlattr **a = info->attrs;
	struct knet *net = info->req->net;
	struct datapath *dp;
	struct vport *local;
	int err;

	if (!a[OVS_DP_ATTR_NAME] || !a[OVS_DP_ATTR_UPCALL_PID])
		return trace_refuse(net->trace, -EINVAL, NULL,
				    "NAME and UPCALL_PID are needed for a datapath");
	if (dev_get_by_name(net, nla_data(a[OVS_DP_ATTR_NAME])))
		return trace_refuse(net->trace, -EEXIST, NULL, "there is a device of that name");
	dp = mem_new(sizeof *dp);
	if (!dp)
		return -ENOMEM;
	dp->net = net;
	snprintf(dp->name, sizeof dp->name, "%s", (const char *)nla_data(a[OVS_DP_ATTR_NAME]));
	idr_init(&dp->ports);
	ovs_flow_tbl_init(&dp->table);
	list_add_before(&ovs_net(net)->dps, &dp->link);
	err = set_features(dp, a[OVS_DP_ATTR_USER_FEATURES]);
	if (!err)
		err = ovs_vport_add(dp, dp->name, OVS_VPORT_TYPE_INTERNAL, OVSP_LOCAL,
				    nla_get_u32(a[OVS_DP_ATTR_UPCALL_PID]), &local);
	if (err) {
		ovs_dp_destroy(dp);
		return err;
	}
	return reply_dp(info, dp, OVS_DP_CMD_NEW, true);
}

static int ovs_dp_cmd_del(struct genl_info *info)
{
	struct datapath *dp = lookup_dp(info);
	int err;

	if (!dp)
		return -ENODEV;
	err = reply_dp(info, dp, OVS_DP_CMD_DEL, true);
	ovs_dp_destroy(dp);
	return err;
}

static int ovs_dp_cmd_set(struct genl_info *info)
{
	struct datapath *dp = lookup_dp(info);
	int err;

	if (!dp)
		return -ENODEV;
	err = set_features(dp, info->attrs[OVS_DP_ATTR_USER_FEATURES]);
	return err ? err : reply_dp(info, dp, OVS_DP_CMD_SET, true);
}

static int ovs_dp_cmd_get(struct genl_info *info)
{
	struct datapath *dp = lookup_dp(info);

	return dp ? reply_dp(info, dp, OVS_DP_CMD_GET, false) : -ENODEV;
}

static int ovs_dp_cmd_dump(struct kmsg *m, struct netlink_callback *cb)
{
	size_t start = m->len;
	struct datapath *dp;
	long i = 0;

	list_for_each_entry (dp, &ovs_net(cb->net)->dps, link) {
		if (i++ < cb->args[0])
			continue;
		if (fill_dp(m, dp, cb->portid, cb->seq, NLM_F_MULTI, OVS_DP_CMD_GET) < 0)
			break;
		cb->args[0] = i;
	}
	return (int)(m->len - start);
}

const struct genl_op ovs_datapath_ops[] = {
	{ .cmd = OVS_DP_CMD_NEW, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_dp_cmd_new },
	{ .cmd = OVS_DP_CMD_DEL, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_dp_cmd_del },
	{ .cmd = OVS_DP_CMD_GET, .flags = 0, .doit = ovs_dp_cmd_get, .dumpit = ovs_dp_cmd_dump },
	{ .cmd = OVS_DP_CMD_SET, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_dp_cmd_set },
};

size_t ovs_datapath_n_ops(void)
{
	return ARRAY_SIZE(ovs_datapath_ops);
}

/* ---- set-up ---- */

/* A device that goes away leaves its datapath. */
static void on_netdev(struct notifier_block *nb, enum netdev_event event, struct net_device *dev)
{
	struct vport *vport;

	if (event != NETDEV_UNREGISTER || dev->rx_handler_data == NULL)
		return;
	vport = ovs_vport_by_name(dev->net, dev->name);
	if (vport && vport->type == OVS_VPORT_TYPE_NETDEV)
		ovs_vport_del(vport);
}

int ovs_init(struct knet *net)
{
	struct ovs_net *ovs = mem_new(sizeof *ovs);
	int err;

	if (!ovs)
		return -ENOMEM;
	list_init(&ovs->dps);
	ovs->nb.call = on_netdev;
	ovs->datapath = (struct genl_family){
		.name = OVS_DATAPATH_FAMILY,
		.version = OVS_DATAPATH_VERSION,
		.hdrsize = sizeof(struct ovs_header),
		.maxattr = OVS_DP_ATTR_MAX,
		.policy = ovs_datapath_policy,
		.ops = ovs_datapath_ops,
		.n_ops = ovs_datapath_n_ops(),
		.mcgrp = OVS_DATAPATH_MCGROUP,
	};
	ovs->vport = (struct genl_family){
		.name = OVS_VPORT_FAMILY,
		.version = OVS_VPORT_VERSION,
		.hdrsize = sizeof(struct ovs_header),
		.maxattr = OVS_VPORT_ATTR_MAX,
		.policy = ovs_vport_policy,
		.ops = ovs_vport_ops,
		.n_ops = ovs_vport_n_ops(),
		.mcgrp = OVS_VPORT_MCGROUP,
	};
	ovs->flow = (struct genl_family){
		.name = OVS_FLOW_FAMILY,
		.version = OVS_FLOW_VERSION,
		.hdrsize = sizeof(struct ovs_header),
		.maxattr = OVS_FLOW_ATTR_MAX,
		.policy = ovs_flow_policy,
		.ops = ovs_flow_ops,
		.n_ops = ovs_flow_n_ops(),
		.mcgrp = OVS_FLOW_MCGROUP,
	};
	net->subsys[KNET_OPENVSWITCH] = ovs;
	err = genl_register_family(net, &ovs->datapath);
	if (!err)
		err = genl_register_family(net, &ovs->vport);
	if (!err)
		err = genl_register_family(net, &ovs->flow);
	if (err) {
		/* The families are given up with genl_exit(), which follows a failed set-up. */
		return err;
	}
	register_netdevice_notifier(net, &ovs->nb);
	return 0;
}

void ovs_exit(struct knet *net)
{
	struct ovs_net *ovs = ovs_net(net);
	struct datapath *dp, *tmp;

	if (!ovs)
		return;
	list_for_each_entry_safe (dp, tmp, &ovs->dps, link)
		ovs_dp_destroy(dp);
	unregister_netdevice_notifier(&ovs->nb);
	net->subsys[KNET_OPENVSWITCH] = NULL;
	mem_free(ovs);
}
