/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Datapaths: the generic netlink family ovs_datapath, the way of a packet through one, and the
 * set-up of all families. Models net/openvswitch/datapath.c, 6.1. Absent: meters, conntrack limits.
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

struct datapath *get_dp(const struct knet *net, int ifindex)
{
	const struct net_device *dev = dev_get_by_index(net, ifindex);
	const struct vport *vport = dev ? ovs_vport_of(dev) : NULL;

	return vport && vport->type == OVS_VPORT_TYPE_INTERNAL ? vport->dp : NULL;
}

/* ---- packets ---- */

static void count_packet(struct sw_flow *flow, const struct sk_buff *skb,
			 const struct sw_flow_key *key, u64 now_ns)
{
	flow->n_packets++;
	flow->n_bytes += skb->p.size;
	flow->used_ms = now_ns / 1000000;
	flow->tcp_flags |= (u8)host_from_be16(key->tp_flags);
}

static void ask_userland(struct ovs_packet *p)
{
	const struct dp_upcall_info miss = { .cmd = OVS_PACKET_CMD_MISS,
					     .portid = ovs_upcall_portid(p) };

	ovs_dp_upcall(p, &miss, UINT32_MAX);
	p->dp->n_missed++;
}

void ovs_dp_process_packet(struct ovs_packet *p)
{
	struct datapath *dp = p->dp;
	struct span sp = SPAN(dp->net->trace);
	struct sw_flow *flow;
	u32 n_mask_hit = 0;

	skb_get_hash(p->skb); /* for the cache of masks in Linux; upcalls show it */
	flow = ovs_flow_tbl_lookup(&dp->table, &p->key, &n_mask_hit);
	dp->n_mask_hit += n_mask_hit;
	span_note(&sp, "lookup", "in port %u, recirc_id %u: %s after %u masks", p->key.in_port,
		  p->key.recirc_id, flow ? "hit" : "miss", n_mask_hit);
	if (!flow) {
		ask_userland(p);
	} else {
		count_packet(flow, p->skb, &p->key, dp->net->now_ns);
		dp->net->way.handler = KNET_HANDLER_OVS;
		ovs_execute_actions(p, flow->actions, flow->actions_len);
		dp->n_hit++;
	}
	span_end(&sp, 0);
}

void ovs_vport_receive(struct vport *vport, struct sk_buff *skb)
{
	struct ovs_packet p;

	p.dp = vport->dp;
	p.input_vport = vport;
	p.skb = skb;
	p.key_state = KEY_VALID;
	p.mru = 0;
	p.cutlen = UINT32_MAX;
	if (skb_set_protocol(skb) < 0 || ovs_flow_key_extract(&p.key, skb, vport->port_no) < 0)
		trace_refuse(vport->dp->net->trace, -EINVAL, NULL,
			     "%s: a packet without an Ethernet header is dropped",
			     vport->dev->name);
	else
		ovs_dp_process_packet(&p);
}

/* ---- the family ---- */

#define FEATURES_KNOWN                                                           \
	(OVS_DP_F_UNALIGNED | OVS_DP_F_VPORT_PIDS | OVS_DP_F_TC_RECIRC_SHARING | \
	 OVS_DP_F_DISPATCH_UPCALL_PER_CPU)

#define MASKS_CACHE_DEFAULT 256u  /* MC_DEFAULT_HASH_ENTRIES */
#define MASKS_CACHE_MAX	    4096u /* what fits PCPU_MIN_UNIT_SIZE */

const struct nla_policy ovs_datapath_policy[OVS_DP_ATTR_MAX + 1] = {
	[OVS_DP_ATTR_NAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[OVS_DP_ATTR_UPCALL_PID] = { .type = NLA_U32 },
	[OVS_DP_ATTR_USER_FEATURES] = { .type = NLA_U32 },
	[OVS_DP_ATTR_MASKS_CACHE_SIZE] = { .type = NLA_U32,
					   .validation = NLA_VALIDATE_RANGE,
					   .max = MASKS_CACHE_MAX },
	[OVS_DP_ATTR_IFINDEX] = { .type = NLA_S32, .validation = NLA_VALIDATE_MIN, .min = 0 },
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
	struct ovs_header *h =
		genlmsg_put(m, portid, seq, &ovs_net(dp->net)->family[OVS_DATAPATH], flags, cmd);

	if (!h)
		return -EMSGSIZE;
	h->dp_ifindex = dp_ifindex(dp);
	nla_put_string(m, OVS_DP_ATTR_NAME, dp->name);
	nla_put(m, OVS_DP_ATTR_STATS, sizeof stats, &stats);
	nla_put(m, OVS_DP_ATTR_MEGAFLOW_STATS, sizeof mega, &mega);
	nla_put_u32(m, OVS_DP_ATTR_USER_FEATURES, dp->user_features);
	nla_put_u32(m, OVS_DP_ATTR_MASKS_CACHE_SIZE, dp->masks_cache_size);
	if (dp->user_features & OVS_DP_F_DISPATCH_UPCALL_PER_CPU && dp->n_pids)
		nla_put(m, OVS_DP_ATTR_PER_CPU_PIDS, (int)(dp->n_pids * sizeof dp->pids[0]),
			dp->pids);
	if (m->error) {
		nlmsg_trim(m, start);
		return -EMSGSIZE;
	}
	genlmsg_end(m, h);
	return 0;
}

/* Tells the requester, with NLM_F_ECHO, and the group; that nobody could be told undoes nothing. */
static void notify_dp(struct genl_info *info, const struct datapath *dp, u8 cmd)
{
	struct knet *net = info->req->net;
	struct kmsg *m = knet_scratch(net);

	if (!fill_dp(m, dp, info->req->portid, info->req->nlh->nlmsg_seq, 0, cmd))
		genl_notify(net, info->req, &ovs_net(net)->family[OVS_DATAPATH], m);
}

static struct datapath *lookup_dp(struct genl_info *info)
{
	const struct nlattr *name = info->attrs[OVS_DP_ATTR_NAME];
	const struct ovs_header *h = info->userhdr;
	struct datapath *dp = NULL;

	if (!name) {
		dp = get_dp(info->req->net, h->dp_ifindex);
	} else {
		const struct vport *vport = ovs_vport_by_name(info->req->net, nla_data(name));

		if (vport && vport->port_no == OVSP_LOCAL)
			dp = vport->dp;
	}
	if (!dp)
		trace_refuse(info->req->net->trace, -ENODEV, NULL, "there is no such datapath");
	return dp;
}

static int set_masks_cache_size(struct datapath *dp, u32 size)
{
	if (size & (size - 1))
		return trace_refuse(dp->net->trace, -EINVAL, NULL,
				    "the size of the mask cache, %u, is no power of two", size);
	dp->masks_cache_size = size;
	return 0;
}

/* Whether tc tells where it missed is for the whole stack: as long as one datapath wants it. */
static void share_recirc(struct datapath *dp, u32 features)
{
	const u32 f = OVS_DP_F_TC_RECIRC_SHARING;

	if (features & ~dp->user_features & f)
		dp->net->n_tc_skb_ext++;
	else if (~features & dp->user_features & f)
		dp->net->n_tc_skb_ext--;
}

/* What NEW and SET have in common. Features that are not given are off. */
static int ovs_dp_change(struct datapath *dp, const struct nlattr **a)
{
	const struct nlattr *want = a[OVS_DP_ATTR_USER_FEATURES];
	const struct nlattr *pids = a[OVS_DP_ATTR_PER_CPU_PIDS];
	const struct nlattr *size = a[OVS_DP_ATTR_MASKS_CACHE_SIZE];
	u32 features = want ? nla_get_u32(want) : 0;
	int err = 0;

	if (features & ~(u32)FEATURES_KNOWN)
		return trace_refuse(dp->net->trace, -EOPNOTSUPP, NULL, "unknown feature bits 0x%x",
				    features & ~(u32)FEATURES_KNOWN);
	if (features & OVS_DP_F_TC_RECIRC_SHARING && !dp->net->has_tc_skb_ext)
		return trace_refuse(dp->net->trace, -EOPNOTSUPP, NULL,
				    "TC_RECIRC_SHARING: this kernel is built without "
				    "CONFIG_NET_TC_SKB_EXT");
	if (size)
		err = set_masks_cache_size(dp, nla_get_u32(size));
	if (err)
		return err;
	share_recirc(dp, features);
	dp->user_features = features;
	if (features & OVS_DP_F_DISPATCH_UPCALL_PER_CPU && pids &&
	    ovs_get_pids(pids, dp->pids, &dp->n_pids))
		return trace_refuse(dp->net->trace, -EINVAL, NULL,
				    "PER_CPU_PIDS is not an array of 1 to %u numbers", OVS_CPUS);
	return 0;
}

static struct datapath *new_dp(struct knet *net, const char *name)
{
	struct datapath *dp = mem_new(sizeof *dp);

	if (!dp)
		return NULL;
	dp->net = net;
	snprintf(dp->name, sizeof dp->name, "%s", name);
	dp->masks_cache_size = MASKS_CACHE_DEFAULT;
	idr_init(&dp->ports);
	list_init(&dp->link);
	ovs_flow_tbl_init(&dp->table);
	return dp;
}

/* The local port goes last: with it the datapath can be found no more. */
static void dp_destroy(struct datapath *dp)
{
	struct vport *vport;
	uint64_t id;

	idr_for_each (&dp->ports, id, vport) {
		if (vport->port_no != OVSP_LOCAL)
			ovs_vport_del(vport);
	}
	share_recirc(dp, 0);
	list_del(&dp->link);
	vport = ovs_vport_find(dp, OVSP_LOCAL);
	if (vport)
		ovs_vport_del(vport);
	idr_fini(&dp->ports);
	ovs_flow_tbl_fini(&dp->table);
	mem_free(dp);
}

/* An old userland, which does not know of features, is about to use a datapath that is there. */
static void reset_features(struct genl_info *info)
{
	struct datapath *dp = lookup_dp(info);

	if (!dp)
		return;
	share_recirc(dp, 0);
	dp->user_features = 0;
}

static int add_local_port(struct datapath *dp, struct genl_info *info)
{
	const struct nlattr *ifindex = info->attrs[OVS_DP_ATTR_IFINDEX];
	const struct vport_parms parms = { .name = dp->name,
					   .type = OVS_VPORT_TYPE_INTERNAL,
					   .port_no = OVSP_LOCAL,
					   .ifindex = ifindex ? (int)nla_get_u32(ifindex) : 0,
					   .pids = info->attrs[OVS_DP_ATTR_UPCALL_PID] };
	struct vport *local;
	int err = ovs_vport_add(dp, &parms, &local);

	if (err == -EBUSY) /* of the ifindex */
		err = -EEXIST;
	if (err == -EEXIST && info->genlhdr->version < OVS_DP_VER_FEATURES)
		reset_features(info);
	return err;
}

static int ovs_dp_cmd_new(struct genl_info *info)
{
	const struct nlattr **a = info->attrs;
	struct knet *net = info->req->net;
	struct datapath *dp;
	int err;

	if (!a[OVS_DP_ATTR_NAME] || !a[OVS_DP_ATTR_UPCALL_PID])
		return trace_refuse(net->trace, -EINVAL, NULL,
				    "NAME and UPCALL_PID are needed for a datapath");
	dp = new_dp(net, nla_data(a[OVS_DP_ATTR_NAME]));
	if (!dp)
		return -ENOMEM;
	err = ovs_dp_change(dp, a);
	if (!err)
		err = add_local_port(dp, info);
	if (err) {
		dp_destroy(dp);
		return err;
	}
	list_add_before(&ovs_net(net)->dps, &dp->link);
	notify_dp(info, dp, OVS_DP_CMD_NEW);
	return 0;
}

static int ovs_dp_cmd_del(struct genl_info *info)
{
	struct datapath *dp = lookup_dp(info);

	if (!dp)
		return -ENODEV;
	notify_dp(info, dp, OVS_DP_CMD_DEL);
	dp_destroy(dp);
	return 0;
}

static int ovs_dp_cmd_set(struct genl_info *info)
{
	struct datapath *dp = lookup_dp(info);
	int err;

	if (!dp)
		return -ENODEV;
	err = ovs_dp_change(dp, info->attrs);
	if (!err)
		notify_dp(info, dp, OVS_DP_CMD_SET);
	return err;
}

static int ovs_dp_cmd_get(struct genl_info *info)
{
	struct datapath *dp = lookup_dp(info);
	struct kmsg *m;
	int err;

	if (!dp)
		return -ENODEV;
	m = knet_scratch(info->req->net);
	err = fill_dp(m, dp, info->req->portid, info->req->nlh->nlmsg_seq, 0, OVS_DP_CMD_GET);
	return err ? err : nlmsg_unicast(info->req, m);
}

static int ovs_dp_cmd_dump(struct kmsg *m, struct netlink_callback *cb)
{
	struct datapath *dp;
	long i = 0;

	list_for_each_entry (dp, &ovs_net(cb->net)->dps, link) {
		if (i >= cb->args[0] &&
		    fill_dp(m, dp, cb->portid, cb->seq, NLM_F_MULTI, OVS_DP_CMD_GET) < 0)
			break;
		i++;
	}
	cb->args[0] = i;
	return (int)m->len;
}

const struct genl_op ovs_datapath_ops[OVS_N_OPS] = {
	{ .cmd = OVS_DP_CMD_NEW, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_dp_cmd_new },
	{ .cmd = OVS_DP_CMD_DEL, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_dp_cmd_del },
	{ .cmd = OVS_DP_CMD_GET, .flags = 0, .doit = ovs_dp_cmd_get, .dumpit = ovs_dp_cmd_dump },
	{ .cmd = OVS_DP_CMD_SET, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_dp_cmd_set },
};

/* ---- set-up ---- */

/* A device that goes away leaves its datapath. */
static void on_netdev(struct notifier_block *nb, enum netdev_event event, struct net_device *dev)
{
	struct vport *vport = event == NETDEV_UNREGISTER ? ovs_vport_of(dev) : NULL;

	if (!vport || vport->type == OVS_VPORT_TYPE_INTERNAL)
		return;
	ovs_vport_notify_del(vport);
	ovs_vport_del(vport);
}

/* What the families differ in. */
static const struct genl_family families[] = {
	{ .name = OVS_DATAPATH_FAMILY,
	  .version = OVS_DATAPATH_VERSION,
	  .maxattr = OVS_DP_ATTR_MAX,
	  .policy = ovs_datapath_policy,
	  .ops = ovs_datapath_ops,
	  .n_ops = OVS_N_OPS,
	  .mcgrp = OVS_DATAPATH_MCGROUP,
	  .resv_start_op = OVS_DP_CMD_SET + 1 },
	{ .name = OVS_VPORT_FAMILY,
	  .version = OVS_VPORT_VERSION,
	  .maxattr = OVS_VPORT_ATTR_MAX,
	  .policy = ovs_vport_policy,
	  .ops = ovs_vport_ops,
	  .n_ops = OVS_N_OPS,
	  .mcgrp = OVS_VPORT_MCGROUP,
	  .resv_start_op = OVS_VPORT_CMD_SET + 1 },
	{ .name = OVS_FLOW_FAMILY,
	  .version = OVS_FLOW_VERSION,
	  .maxattr = OVS_FLOW_ATTR_MAX,
	  .policy = ovs_flow_policy,
	  .ops = ovs_flow_ops,
	  .n_ops = OVS_N_OPS,
	  .mcgrp = OVS_FLOW_MCGROUP,
	  .resv_start_op = OVS_FLOW_CMD_SET + 1 },
	{ .name = OVS_PACKET_FAMILY,
	  .version = OVS_PACKET_VERSION,
	  .maxattr = OVS_PACKET_ATTR_MAX,
	  .policy = ovs_packet_policy,
	  .ops = ovs_packet_ops,
	  .n_ops = OVS_N_PACKET_OPS,
	  .resv_start_op = OVS_PACKET_CMD_EXECUTE + 1 },
};

int ovs_init(struct knet *net)
{
	struct ovs_net *ovs = mem_new(sizeof *ovs);
	int err = 0;

	if (!ovs)
		return -ENOMEM;
	list_init(&ovs->dps);
	ovs->nb.call = on_netdev;
	for (size_t i = 0; i < ARRAY_SIZE(families) && !err; i++) {
		ovs->family[i] = families[i];
		ovs->family[i].hdrsize = sizeof(struct ovs_header);
		err = genl_register_family(net, &ovs->family[i]);
	}
	net->subsys[KNET_OPENVSWITCH] = ovs;
	if (err)
		ovs_exit(net);
	else
		register_netdevice_notifier(net, &ovs->nb);
	return err;
}

void ovs_exit(struct knet *net)
{
	struct ovs_net *ovs = ovs_net(net);
	struct datapath *dp, *tmp;

	if (!ovs)
		return;
	list_for_each_entry_safe (dp, tmp, &ovs->dps, link)
		dp_destroy(dp);
	unregister_netdevice_notifier(&ovs->nb);
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		genl_unregister_family(net, &ovs->family[i]);
	net->subsys[KNET_OPENVSWITCH] = NULL;
	mem_free(ovs);
}
