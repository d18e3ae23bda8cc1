/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The generic netlink family ovs_flow: new, set, get, delete, dump. Models the OVS_FLOW_CMD_*
 * handlers of net/openvswitch/datapath.c, 6.1; facts/kernel-tc.md 6.3 lists the errnos, which are
 * bare there. A request is checked as a whole before its datapath is looked up, as in Linux.
 */
#include "base/alloc.h"
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>

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
	struct genl_info *info;
	struct datapath *dp;
	int ifindex; /* as the requester named the datapath */
	const struct nlattr **a;
	struct sw_flow_key key, mask, masked;
	const u8 *ufid; /* NULL: none that is valid */
	u8 ufid_len;
	u32 ufid_flags;
};

static void start_request(struct request *r, struct genl_info *info)
{
	const struct ovs_header *h = info->userhdr;
	const struct nlattr *ufid = info->attrs[OVS_FLOW_ATTR_UFID];
	const struct nlattr *flags = info->attrs[OVS_FLOW_ATTR_UFID_FLAGS];

	r->net = info->req->net;
	r->info = info;
	r->dp = NULL;
	r->ifindex = h->dp_ifindex;
	r->a = info->attrs;
	r->ufid = NULL;
	r->ufid_len = 0;
	r->ufid_flags = flags ? nla_get_u32(flags) : 0;
	if (ufid && nla_len(ufid) >= 1 && nla_len(ufid) <= 16) {
		r->ufid = nla_data(ufid);
		r->ufid_len = (u8)nla_len(ufid);
	}
}

static int find_dp(struct request *r)
{
	r->dp = get_dp(r->net, r->ifindex);
	return r->dp ? 0
		     : trace_refuse(r->net->trace, -ENODEV, NULL,
				    "there is no datapath with ifindex %d", r->ifindex);
}

static int get_match(struct request *r)
{
	int err = ovs_nla_get_match(r->net->trace, &r->key, &r->mask, r->a[OVS_FLOW_ATTR_KEY],
				    r->a[OVS_FLOW_ATTR_MASK]);

	if (!err)
		ovs_flow_mask_key(&r->masked, &r->key, &r->mask);
	return err;
}

/* The key of a request that only names a flow, if it has one. */
static int get_key(struct request *r)
{
	const struct nlattr *key = r->a[OVS_FLOW_ATTR_KEY];

	return key ? ovs_nla_get_match(r->net->trace, &r->key, NULL, key, NULL) : 0;
}

static int need_key_or_ufid(struct request *r)
{
	if (r->ufid || r->a[OVS_FLOW_ATTR_KEY])
		return 0;
	return trace_refuse(r->net->trace, -EINVAL, NULL,
			    "message rejected, Key attribute missing.");
}

/* The flow that the request names, after its key was read. 0, -ENODEV, -ENOENT. */
static int find_flow(struct request *r, struct sw_flow **flow)
{
	int err = find_dp(r);

	if (err)
		return err;
	if (r->ufid)
		*flow = ovs_flow_tbl_lookup_ufid(&r->dp->table, r->ufid, r->ufid_len);
	else
		*flow = ovs_flow_tbl_lookup_exact(&r->dp->table, &r->key);
	return *flow ? 0 : trace_refuse(r->net->trace, -ENOENT, NULL, "there is no such flow");
}

/* ---- replies ---- */

static void put_stats(struct kmsg *m, const struct sw_flow *flow)
{
	const struct ovs_flow_stats stats = { .n_packets = flow->n_packets,
					      .n_bytes = flow->n_bytes };

	if (flow->used_ms)
		nla_put_u64(m, OVS_FLOW_ATTR_USED, flow->used_ms);
	if (stats.n_packets)
		nla_put(m, OVS_FLOW_ATTR_STATS, sizeof stats, &stats);
	if (flow->tcp_flags)
		nla_put_u8(m, OVS_FLOW_ATTR_TCP_FLAGS, flow->tcp_flags);
}

/* A long list may fit no datagram of a dump at all: then the flow comes without, as in Linux, if it
 * is the first. */
static void put_actions(struct kmsg *m, const struct sw_flow *flow, bool may_omit)
{
	size_t start = m->len;

	if (!m->error && nla_put(m, OVS_FLOW_ATTR_ACTIONS, flow->actions_len, flow->actions) &&
	    may_omit)
		nlmsg_trim(m, start);
}

/* Who gets a message about a flow, and what it is to be. */
struct reply_to {
	u32 portid, seq;
	int flags, ifindex;
	u32 ufid_flags;
	u8 cmd;
};

static int fill_flow(struct kmsg *m, const struct datapath *dp, const struct sw_flow *flow,
		     const struct reply_to *to)
{
	size_t start = m->len;
	struct ovs_header *h = genlmsg_put(m, to->portid, to->seq,
					   &ovs_net(dp->net)->family[OVS_FLOW], to->flags, to->cmd);

	if (!h)
		return -EMSGSIZE;
	h->dp_ifindex = to->ifindex;
	if (flow->ufid_len)
		nla_put(m, OVS_FLOW_ATTR_UFID, flow->ufid_len, flow->ufid);
	if (!flow->ufid_len)
		ovs_nla_put_key(m, OVS_FLOW_ATTR_KEY, flow->unmasked, flow->unmasked, false);
	else if (!(to->ufid_flags & OVS_UFID_F_OMIT_KEY))
		ovs_nla_put_key(m, OVS_FLOW_ATTR_KEY, &flow->key, &flow->key, false);
	if (!(to->ufid_flags & OVS_UFID_F_OMIT_MASK))
		ovs_nla_put_key(m, OVS_FLOW_ATTR_MASK, &flow->key, &flow->mask->key, true);
	put_stats(m, flow);
	if (!(to->ufid_flags & OVS_UFID_F_OMIT_ACTIONS))
		put_actions(m, flow, !start);
	if (m->error) {
		nlmsg_trim(m, start);
		return -EMSGSIZE;
	}
	genlmsg_end(m, h);
	return 0;
}

static struct reply_to answer_to(const struct request *r, u8 cmd)
{
	return (struct reply_to){ .portid = r->info->req->portid,
				  .seq = r->info->req->nlh->nlmsg_seq,
				  .ifindex = r->ifindex,
				  .ufid_flags = r->ufid_flags,
				  .cmd = cmd };
}

/* Tells the requester, with NLM_F_ECHO, and the group of what was done; that nobody could be told
 * does not undo it. */
static void notify(const struct request *r, const struct sw_flow *flow, u8 cmd)
{
	const struct genl_family *family = &ovs_net(r->net)->family[OVS_FLOW];
	struct reply_to to = answer_to(r, cmd);
	struct kmsg *m;

	if (!(r->info->req->nlh->nlmsg_flags & NLM_F_ECHO) &&
	    !netlink_has_listeners(r->net, NETLINK_GENERIC, family->mcgrp_id))
		return;
	m = knet_scratch(r->net);
	if (!fill_flow(m, r->dp, flow, &to))
		genl_notify(r->net, r->info->req, family, m);
}

/* ---- commands ---- */

/* Replaces the actions. -ENOMEM: as before. */
static int set_actions(struct sw_flow *flow, const struct nlattr *actions)
{
	u16 len;
	u8 *copy = ovs_nla_copy_actions(actions, &len);

	if (!copy)
		return -ENOMEM;
	mem_free(flow->actions);
	flow->actions = copy;
	flow->actions_len = len;
	return 0;
}

static int add_flow(struct request *r, struct sw_flow **flow)
{
	struct sw_flow_new like = { .key = &r->key,
				    .masked = &r->masked,
				    .mask = &r->mask,
				    .ufid = r->ufid,
				    .ufid_len = r->ufid_len };
	int err = -ENOMEM;

	like.actions = ovs_nla_copy_actions(r->a[OVS_FLOW_ATTR_ACTIONS], &like.actions_len);
	if (like.actions)
		err = ovs_flow_tbl_insert(&r->dp->table, &like, flow);
	if (!err)
		return 0;
	mem_free(like.actions);
	return trace_refuse(r->net->trace, err, NULL,
			    err == -ENOSPC ? "the table is full" : "no memory");
}

/* Whether the request's key is the one that the flow was made with. */
static bool is_same_key(const struct sw_flow *flow, const struct sw_flow_key *key)
{
	return !memcmp(flow->unmasked ? flow->unmasked : &flow->key, key, sizeof *key);
}

/* A flow is there that has the UFID, or that would take the packets of the new one. */
static int update_flow(struct request *r, struct sw_flow **flow)
{
	struct trace *t = r->net->trace;

	/* EXCL is for a dump in generic netlink: CREATE alone means the same. */
	if (r->info->req->nlh->nlmsg_flags & (NLM_F_CREATE | NLM_F_EXCL))
		return trace_refuse(t, -EEXIST, NULL, "the flow is there already");
	if (!is_same_key(*flow, &r->key))
		*flow = (*flow)->unmasked ? ovs_flow_tbl_lookup_exact(&r->dp->table, &r->key)
					  : NULL;
	if (!*flow)
		return trace_refuse(t, -ENOENT, NULL,
				    "a flow is there that overlaps, of another key");
	return set_actions(*flow, r->a[OVS_FLOW_ATTR_ACTIONS]);
}

static int check_new(struct request *r)
{
	int err;

	if (!r->a[OVS_FLOW_ATTR_KEY])
		return trace_refuse(r->net->trace, -EINVAL, NULL,
				    "Flow key attr not present in new flow.");
	if (!r->a[OVS_FLOW_ATTR_ACTIONS])
		return trace_refuse(r->net->trace, -EINVAL, NULL,
				    "Flow actions attr not present in new flow.");
	err = get_match(r);
	return err ? err
		   : ovs_nla_check_actions(r->net->trace, r->a[OVS_FLOW_ATTR_ACTIONS], &r->masked);
}

static int ovs_flow_cmd_new(struct genl_info *info)
{
	struct span sp = SPAN(info->req->net->trace);
	struct sw_flow *flow = NULL;
	struct request r;
	u32 n_mask_hit = 0;
	int err;

	start_request(&r, info);
	err = check_new(&r);
	if (!err)
		err = find_dp(&r);
	if (err)
		return span_end(&sp, err);
	if (r.ufid)
		flow = ovs_flow_tbl_lookup_ufid(&r.dp->table, r.ufid, r.ufid_len);
	if (!flow)
		flow = ovs_flow_tbl_lookup(&r.dp->table, &r.key, &n_mask_hit);
	err = flow ? update_flow(&r, &flow) : add_flow(&r, &flow);
	span_note(&sp, "table", "%zu flows, %zu masks", r.dp->table.n_flows, r.dp->table.n_masks);
	if (!err)
		notify(&r, flow, OVS_FLOW_CMD_NEW);
	return span_end(&sp, err);
}

static int check_set(struct request *r)
{
	const struct nlattr *actions = r->a[OVS_FLOW_ATTR_ACTIONS];
	int err = need_key_or_ufid(r);

	if (!err && r->a[OVS_FLOW_ATTR_KEY])
		err = get_match(r);
	if (err || !actions)
		return err;
	if (!r->a[OVS_FLOW_ATTR_KEY])
		return trace_refuse(r->net->trace, -EINVAL, NULL,
				    "Flow key attribute not present in set flow.");
	return ovs_nla_check_actions(r->net->trace, actions, &r->masked);
}

static int ovs_flow_cmd_set(struct genl_info *info)
{
	struct span sp = SPAN(info->req->net->trace);
	struct sw_flow *flow = NULL;
	struct request r;
	int err;

	start_request(&r, info);
	err = check_set(&r);
	if (!err)
		err = find_flow(&r, &flow);
	if (!err && r.a[OVS_FLOW_ATTR_ACTIONS])
		err = set_actions(flow, r.a[OVS_FLOW_ATTR_ACTIONS]);
	if (err)
		return span_end(&sp, err);
	notify(&r, flow, OVS_FLOW_CMD_SET);
	/* The reply has what is cleared. */
	if (r.a[OVS_FLOW_ATTR_CLEAR]) {
		flow->n_packets = flow->n_bytes = flow->used_ms = 0;
		flow->tcp_flags = 0;
	}
	return span_end(&sp, 0);
}

static int ovs_flow_cmd_get(struct genl_info *info)
{
	struct span sp = SPAN(info->req->net->trace);
	struct sw_flow *flow;
	struct reply_to to;
	struct request r;
	struct kmsg *m;
	int err;

	start_request(&r, info);
	err = need_key_or_ufid(&r);
	if (!err)
		err = get_key(&r);
	if (!err)
		err = find_flow(&r, &flow);
	if (err)
		return span_end(&sp, err);
	m = knet_scratch(r.net);
	to = answer_to(&r, OVS_FLOW_CMD_GET);
	err = fill_flow(m, r.dp, flow, &to);
	return span_end(&sp, err ? err : nlmsg_unicast(info->req, m));
}

static int ovs_flow_cmd_del(struct genl_info *info)
{
	struct span sp = SPAN(info->req->net->trace);
	struct sw_flow *flow = NULL;
	struct request r;
	int err;

	start_request(&r, info);
	err = get_key(&r);
	if (!err && !r.ufid && !r.a[OVS_FLOW_ATTR_KEY]) {
		err = find_dp(&r);
		if (!err)
			ovs_flow_tbl_flush(&r.dp->table);
		return span_end(&sp, err);
	}
	if (!err)
		err = find_flow(&r, &flow);
	if (err)
		return span_end(&sp, err);
	notify(&r, flow, OVS_FLOW_CMD_DEL);
	ovs_flow_tbl_remove(&r.dp->table, flow);
	return span_end(&sp, 0);
}

static int get_ufid_flags(struct netlink_callback *cb)
{
	const struct nlattr *a[OVS_FLOW_ATTR_MAX + 1];
	int err = nlmsg_parse_deprecated(cb->nlh, GENL_HDRLEN + (int)sizeof(struct ovs_header), a,
					 OVS_FLOW_ATTR_MAX, ovs_flow_policy, NULL);

	if (!err && a[OVS_FLOW_ATTR_UFID_FLAGS])
		cb->args[1] = nla_get_u32(a[OVS_FLOW_ATTR_UFID_FLAGS]);
	cb->args[2] = 1;
	return err;
}

/* In the order of the flows' numbers; cb->args[0] is where it goes on, args[1] the UFID flags,
 * args[2] whether they were read. */
static int ovs_flow_cmd_dump(struct kmsg *m, struct netlink_callback *cb)
{
	const struct ovs_header *h = (const void *)((const u8 *)nlmsg_data(cb->nlh) + GENL_HDRLEN);
	struct reply_to to = { .portid = cb->portid,
			       .seq = cb->seq,
			       .flags = NLM_F_MULTI,
			       .ifindex = h->dp_ifindex,
			       .cmd = OVS_FLOW_CMD_GET };
	int err = cb->args[2] ? 0 : get_ufid_flags(cb);
	u32 id = (u32)cb->args[0];
	struct datapath *dp;
	struct sw_flow *flow = NULL;

	if (err)
		return err;
	dp = get_dp(cb->net, h->dp_ifindex);
	if (!dp)
		return -ENODEV;
	to.ufid_flags = (u32)cb->args[1];
	for (; (flow = idr_next(&dp->table.by_id, &id)) != NULL; id++) {
		if (fill_flow(m, dp, flow, &to) < 0)
			break;
	}
	cb->args[0] = id;
	return (int)m->len;
}

const struct genl_op ovs_flow_ops[OVS_N_OPS] = {
	{ .cmd = OVS_FLOW_CMD_NEW, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_flow_cmd_new },
	{ .cmd = OVS_FLOW_CMD_DEL, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_flow_cmd_del },
	{ .cmd = OVS_FLOW_CMD_GET,
	  .flags = 0,
	  .doit = ovs_flow_cmd_get,
	  .dumpit = ovs_flow_cmd_dump },
	{ .cmd = OVS_FLOW_CMD_SET, .flags = GENL_UNS_ADMIN_PERM, .doit = ovs_flow_cmd_set },
};
