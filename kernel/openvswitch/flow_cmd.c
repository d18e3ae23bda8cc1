/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The generic netlink family ovs_flow: new, set, get, delete, dump. Models the OVS_FLOW_CMD_*
 * handlers of net/openvswitch/datapath.c, 6.1; facts/kernel-tc.md 6.3 lists the errnos, which are
 * bare there.
 */
#include "base/alloc.h"
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>
#include <netinet/in.h>

const struct nla_policy ovs_flow_policy[OVS_FLOW_ATTR_MAX + 1] = {
	[OVS_FLOW_ATTR_KEY] = { .type = NLA_NESTED },
	[OVS_FLOW_ATTR_MASK] = { .type = NLA_NESTED },
	[OVS_FLOW_ATTR_ACTIONS] = { .type = NLA_NESTED },
	[OVS_FLOW_ATTR_CLEAR] = { .type = NLA_FLAG },
	[OVS_FLOW_ATTR_PROBE] = { .type = NLA_FLAG },
	[OVS_FLOW_ATTR_UFID] = { .type = NLA_UNSPEC, .len = 1 },
	[OVS_FLOW_ATTR_UFID_FLAGS] = { .type = NLA_U32 },
};

struct request {
	struct knet *net;
	struct datapath *dp;
	const struct nlattr **a;
	struct sw_flow_key key, mask, masked;
	const u8 *ufid;
	u8 ufid_len;
	u32 ufid_flags;
};

static void get_ufid(struct request *r, const struct nlattr **a)
{
	const struct nlattr *u = a[OVS_FLOW_ATTR_UFID];

	r->ufid_flags = a[OVS_FLOW_ATTR_UFID_FLAGS] ? nla_get_u32(a[OVS_FLOW_ATTR_UFID_FLAGS]) : 0;
	if (u && nla_len(u) >= 1 && nla_len(u) <= 16) {
		r->ufid = nla_data(u);
		r->ufid_len = (u8)nla_len(u);
	}
}

static int get_match(struct request *r)
{
	int err = ovs_nla_get_match(r->net->trace, &r->key, &r->mask, r->a[OVS_FLOW_ATTR_KEY],
				    r->a[OVS_FLOW_ATTR_MASK]);

	if (!err)
		ovs_flow_mask_key(&r->masked, &r->key, &r->mask);
	return err;
}

static int start_request(struct request *r, struct genl_info *info)
{
	const struct ovs_header *h = info->userhdr;

	memset(r, 0, sizeof *r);
	r->net = info->req->net;
	r->a = info->attrs;
	get_ufid(r, r->a);
	r->dp = get_dp(r->net, h->dp_ifindex);
	return r->dp ? 0
		     : trace_refuse(r->net->trace, -ENODEV, NULL,
				    "there is no datapath with ifindex %d", h->dp_ifindex);
}

/* The flow that the request speaks of, by UFID or by key; NULL with *@err: -ENOENT, or what is
 * wrong with the key. */
static struct sw_flow *find_flow(struct request *r, int *err)
{
	struct sw_flow *flow = NULL;

	*err = 0;
	if (r->ufid) {
		flow = ovs_flow_tbl_lookup_ufid(&r->dp->table, r->ufid, r->ufid_len);
	} else if (r->a[OVS_FLOW_ATTR_KEY]) {
		*err = get_match(r);
		if (!*err) {
			u32 n = 0;

			flow = ovs_flow_tbl_lookup(&r->dp->table, &r->key, &n);
			if (flow && memcmp(&flow->key, &r->masked, sizeof r->masked) &&
			    r->a[OVS_FLOW_ATTR_MASK])
				flow = ovs_flow_tbl_lookup_exact(&r->dp->table, &r->masked,
								 &r->mask);
		}
	} else {
		*err = trace_refuse(r->net->trace, -EINVAL, NULL,
				    "Flow key attributes not present in the request");
	}
	if (!flow && !*err)
		*err = -ENOENT;
	return flow;
}

static int put_stats(struct kmsg *m, const struct sw_flow *flow)
{
	const struct ovs_flow_stats stats = { .n_packets = flow->n_packets,
					      .n_bytes = flow->n_bytes };
	int err = 0;

	if (flow->used_ms)
		err = nla_put_u64(m, OVS_FLOW_ATTR_USED, flow->used_ms);
	if (!err && stats.n_packets)
		err = nla_put(m, OVS_FLOW_ATTR_STATS, sizeof stats, &stats);
	if (!err && flow->tcp_flags && flow->key.ip_proto == IPPROTO_TCP)
		err = nla_put_u8(m, OVS_FLOW_ATTR_TCP_FLAGS, flow->tcp_flags);
	return err;
}

static int put_actions(struct kmsg *m, const struct sw_flow *flow)
{
	return nla_put(m, OVS_FLOW_ATTR_ACTIONS, flow->actions_len, flow->actions);
}

static int fill_flow(struct kmsg *m, const struct datapath *dp, const struct sw_flow *flow,
		     u32 portid, u32 seq, int flags, u8 cmd, u32 ufid_flags)
{
	size_t start = m->len;
	struct ovs_header *h = genlmsg_put(m, portid, seq, &ovs_net(dp->net)->flow, flags, cmd);
	int err = 0;

	if (!h)
		return -EMSGSIZE;
	h->dp_ifindex = dp_ifindex(dp);
	if (flow->ufid_len)
		err = nla_put(m, OVS_FLOW_ATTR_UFID, flow->ufid_len, flow->ufid);
	if (!err && (!flow->ufid_len || !(ufid_flags & OVS_UFID_F_OMIT_KEY)))
		err = ovs_nla_put_key(m, OVS_FLOW_ATTR_KEY, &flow->key, &flow->key);
	if (!err && !(ufid_flags & OVS_UFID_F_OMIT_MASK))
		err = ovs_nla_put_key(m, OVS_FLOW_ATTR_MASK, &flow->key, &flow->mask->key);
	if (!err)
		err = put_stats(m, flow);
	if (!err && !(ufid_flags & OVS_UFID_F_OMIT_ACTIONS))
		err = put_actions(m, flow);
	if (err) {
		nlmsg_trim(m, start);
		return err;
	}
	nlmsg_end(m, (const struct nlmsghdr *)(const void *)(m->buf + start));
	return 0;
}

static int reply_flow(struct genl_info *info, struct request *r, const struct sw_flow *flow, u8 cmd,
		      bool notify)
{
	struct genl_family *family = &ovs_net(r->net)->flow;
	bool echo = info->req->nlh->nlmsg_flags & NLM_F_ECHO;
	struct kmsg m;
	int err;

	if (notify && !echo && !netlink_has_listeners(r->net, NETLINK_GENERIC, family->mcgrp_id))
		return 0;
	err = kmsg_init(&m, NETLINK_DATAGRAM_MAX);
	if (err)
		return err;
	err = fill_flow(&m, r->dp, flow, info->req->portid, info->req->nlh->nlmsg_seq, 0, cmd,
			r->ufid_flags);
	if (!err && notify)
		err = nlmsg_notify(r->net, info->req, NETLINK_GENERIC, &m, family->mcgrp_id, echo);
	else if (!err)
		err = nlmsg_unicast(info->req, &m);
	kmsg_fini(&m);
	return err;
}

/* Replaces the actions. -ENOMEM: as before. */
static int set_actions(struct sw_flow *flow, const struct nlattr *actions)
{
	u8 *copy = mem_copy(nla_data(actions), (size_t)nla_len(actions));

	if (!copy)
		return -ENOMEM;
	mem_free(flow->actions);
	flow->actions = copy;
	flow->actions_len = (u16)nla_len(actions);
	return 0;
}

static int ovs_flow_cmd_new(struct genl_info *info)
{
	struct span sp = SPAN(info->req->net->trace);
	const struct nlattr *actions = info->attrs[OVS_FLOW_ATTR_ACTIONS];
	struct sw_flow like = { 0 }, *flow;
	struct request r;
	int err = start_request(&r, info);

	if (!err && (!r.a[OVS_FLOW_ATTR_KEY] || !actions))
		err = trace_refuse(r.net->trace, -EINVAL, NULL,
				   "Flow key or actions attribute not present in new flow.");
	if (!err)
		err = get_match(&r);
	if (!err)
		err = ovs_nla_check_actions(r.net->trace, actions, &r.masked, &r.mask);
	if (err)
		return span_end(&sp, err);
	flow = r.ufid ? ovs_flow_tbl_lookup_ufid(&r.dp->table, r.ufid, r.ufid_len) : NULL;
	if (!flow)
		flow = ovs_flow_tbl_lookup_exact(&r.dp->table, &r.masked, &r.mask);
	if (flow) {
		if (info->req->nlh->nlmsg_flags & (NLM_F_CREATE | NLM_F_EXCL))
			return span_end(&sp, trace_refuse(r.net->trace, -EEXIST, NULL,
							  "the flow is there already"));
		err = set_actions(flow, actions);
	} else {
		like.key = r.masked;
		like.ufid_len = r.ufid_len;
		if (r.ufid)
			memcpy(like.ufid, r.ufid, r.ufid_len);
		like.actions =
			CONST_CAST(u8 *, nla_data(actions)); /* ovs_flow_tbl_insert() copies it */
		like.actions_len = (u16)nla_len(actions);
		err = ovs_flow_tbl_insert(&r.dp->table, &like, &r.mask, &flow);
		if (err)
			trace_refuse(r.net->trace, err, NULL,
				     err == -ENOSPC ? "the table is full" : "no memory");
	}
	span_note(&sp, "table", "%zu flows, %zu masks", r.dp->table.n_flows, r.dp->table.n_masks);
	return span_end(&sp, err ? err : reply_flow(info, &r, flow, OVS_FLOW_CMD_NEW, true));
}

static int ovs_flow_cmd_set(struct genl_info *info)
{
	struct span sp = SPAN(info->req->net->trace);
	const struct nlattr *actions = info->attrs[OVS_FLOW_ATTR_ACTIONS];
	struct sw_flow *flow = NULL;
	struct request r;
	int err = start_request(&r, info);

	if (!err)
		flow = find_flow(&r, &err);
	if (!err && actions) {
		err = ovs_nla_check_actions(r.net->trace, actions, &flow->key, &flow->mask->key);
		if (!err)
			err = set_actions(flow, actions);
	}
	if (!err && r.a[OVS_FLOW_ATTR_CLEAR]) {
		flow->n_packets = flow->n_bytes = flow->used_ms = 0;
		flow->tcp_flags = 0;
	}
	return span_end(&sp, err ? err : reply_flow(info, &r, flow, OVS_FLOW_CMD_SET, true));
}

static int ovs_flow_cmd_get(struct genl_info *info)
{
	struct sw_flow *flow = NULL;
	struct request r;
	int err = start_request(&r, info);

	if (!err)
		flow = find_flow(&r, &err);
	return err ? err : reply_flow(info, &r, flow, OVS_FLOW_CMD_GET, false);
}

static int ovs_flow_cmd_del(struct genl_info *info)
{
	struct span sp = SPAN(info->req->net->trace);
	struct sw_flow *flow = NULL;
	struct request r;
	int err = start_request(&r, info);

	if (!err && !r.ufid && !r.a[OVS_FLOW_ATTR_KEY]) {
		ovs_flow_tbl_flush(&r.dp->table);
		return span_end(&sp, 0);
	}
	if (!err)
		flow = find_flow(&r, &err);
	if (err)
		return span_end(&sp, err);
	err = reply_flow(info, &r, flow, OVS_FLOW_CMD_DEL, true);
	ovs_flow_tbl_remove(&r.dp->table, flow);
	return span_end(&sp, err);
}

/* In the order in which the flows came; cb->args[0] is where it goes on, args[1] the UFID flags
 * + 1. */
static int ovs_flow_cmd_dump(struct kmsg *m, struct netlink_callback *cb)
{
	const struct ovs_header *h = (const void *)((const u8 *)nlmsg_data(cb->nlh) + GENL_HDRLEN);
	struct datapath *dp = get_dp(cb->net, h->dp_ifindex);
	const struct nlattr *a[OVS_FLOW_ATTR_MAX + 1];
	u32 id = (u32)cb->args[0];
	struct sw_flow *flow;
	size_t start = m->len;

	if (!dp)
		return -ENODEV;
	if (!cb->args[1]) {
		int err = nlmsg_parse_deprecated(cb->nlh, GENL_HDRLEN + sizeof *h, a,
						 OVS_FLOW_ATTR_MAX, ovs_flow_policy, cb->extack);

		if (err)
			return err;
		cb->args[1] = 1 + (a[OVS_FLOW_ATTR_UFID_FLAGS]
					   ? (long)nla_get_u32(a[OVS_FLOW_ATTR_UFID_FLAGS])
					   : 0);
	}
	while ((flow = idr_next(&dp->table.by_id, &id))) {
		if (fill_flow(m, dp, flow, cb->portid, cb->seq, NLM_F_MULTI, OVS_FLOW_CMD_NEW,
			      (u32)(cb->args[1] - 1)) < 0)
			break;
		id++;
	}
	cb->args[0] = id;
	return (int)(m->len - start);
}

const struct genl_op ovs_flow_ops[] = {
	{ .cmd = OVS_FLOW_CMD_NEW, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_flow_cmd_new },
	{ .cmd = OVS_FLOW_CMD_DEL, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_flow_cmd_del },
	{ .cmd = OVS_FLOW_CMD_GET,
	  .flags = 0,
	  .doit = ovs_flow_cmd_get,
	  .dumpit = ovs_flow_cmd_dump },
	{ .cmd = OVS_FLOW_CMD_SET, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_flow_cmd_set },
};

size_t ovs_flow_n_ops(void)
{
	return ARRAY_SIZE(ovs_flow_ops);
}
