/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RTM_NEWACTION, RTM_DELACTION, RTM_GETACTION: actions without a filter. Models the second half of
 * net/sched/act_api.c, 6.1.
 */
#include "kernel/action/act_internal.h"
#include "kernel/rtnetlink/rtnetlink.h"

#ifndef TCA_ROOT_EXT_WARN_MSG
#define TCA_ROOT_EXT_WARN_MSG 5
#endif

static const struct nla_policy tcaa_policy[TCA_ROOT_MAX + 1] = {
	[TCA_ROOT_FLAGS] = { .type = NLA_BITFIELD32,
			     .mask = TCA_ACT_FLAG_LARGE_DUMP_ON | TCA_ACT_FLAG_TERSE_DUMP },
	[TCA_ROOT_TIME_DELTA] = { .type = NLA_U32 },
};

/* Header and the opened table; its nest, or negative. */
static ssize_t start_table(struct kmsg *m, u32 portid, u32 seq, int type, int flags,
			   const struct netlink_ext_ack *extack)
{
	struct nlmsghdr *nlh = nlmsg_put(m, portid, seq, type, sizeof(struct tcamsg), flags);

	if (!nlh)
		return -EMSGSIZE;
	memset(NLMSG_DATA(nlh), 0, sizeof(struct tcamsg));
	if (extack && extack->_msg && nla_put_string(m, TCA_ROOT_EXT_WARN_MSG, extack->_msg) < 0)
		return -EMSGSIZE;
	return nla_nest_start_noflag(m, TCA_ACT_TAB);
}

static void end_table(struct kmsg *m, ssize_t nest)
{
	nla_nest_end(m, nest);
	nlmsg_end(m, (struct nlmsghdr *)(void *)m->buf);
}

/* tca_get_fill(), into the scratch message. */
static int fill(struct nlreq *req, struct tc_action *const *actions, unsigned int n, int flags,
		int type, int ref, const struct netlink_ext_ack *extack)
{
	struct kmsg *m = &act_net(req->net)->msg;
	ssize_t nest;

	kmsg_reset(m);
	nest = start_table(m, req->portid, req->nlh->nlmsg_seq, type, flags, extack);
	if (nest < 0 || tcf_action_dump(req->net, m, actions, n, 0, ref, false) < 0)
		return -EINVAL;
	end_table(m, nest);
	return 0;
}

static int send_msg(struct nlreq *req)
{
	return rtnetlink_send(req->net, req, &act_net(req->net)->msg, RTNLGRP_TC,
			      req->nlh->nlmsg_flags & NLM_F_ECHO);
}

static bool is_notify_needed(const struct nlreq *req)
{
	return rtnl_notify_needed(req->net, req->nlh->nlmsg_flags, RTNLGRP_TC);
}

static int tcf_action_add(struct nlreq *req, const struct nlattr *tab)
{
	u32 flags = req->nlh->nlmsg_flags & NLM_F_REPLACE ? TCA_ACT_FLAGS_REPLACE : 0;
	struct tc_action *actions[TCA_ACT_MAX_PRIO];
	bool created[TCA_ACT_MAX_PRIO];
	int n = tcf_action_init(req->net, NULL, tab, actions, created, flags, 0, req->extack);
	int err = 0;

	if (n < 0)
		return n;
	if (is_notify_needed(req)) {
		err = fill(req, actions, (unsigned int)n, req->nlh->nlmsg_flags, RTM_NEWACTION, 0,
			   req->extack);
		if (err < 0)
			NL_SET_ERR_MSG(req->extack, "Failed to fill netlink attributes while "
						    "adding TC action");
		else
			err = send_msg(req);
	}
	for (int i = 0; i < n; i++) {
		if (!created[i])
			act_put(req->net, actions[i], false);
	}
	return err;
}

static int tcf_action_get_1(struct nlreq *req, const struct nlattr *nla, struct tc_action **a)
{
	const struct nlattr *tb[TCA_ACT_MAX + 1];
	const struct tc_action_ops *ops;
	int err = nla_parse_nested_deprecated(tb, TCA_ACT_MAX, nla, tcf_action_policy, req->extack);

	if (err < 0)
		return err;
	if (!tb[TCA_ACT_INDEX])
		return ACT_REFUSE(req->net, req->extack, -EINVAL, "Invalid TC action index value");
	ops = tc_lookup_action(tb[TCA_ACT_KIND]);
	if (!ops)
		return ACT_REFUSE(req->net, req->extack, -EINVAL,
				  "Specified TC action kind not found");
	*a = idr_find(&act_net(req->net)->idr[ops->id], nla_get_u32(tb[TCA_ACT_INDEX]));
	if (!*a)
		return ACT_REFUSE(req->net, req->extack, -ENOENT,
				  "TC action with specified index not found");
	(*a)->refcnt++;
	return 0;
}

/* Gives the request's reference back and deletes; @i actions were done before a failure. */
static int tcf_action_delete(struct nlreq *req, struct tc_action **actions, unsigned int n,
			     unsigned int *i)
{
	for (*i = 0; *i < n;) {
		struct tc_action *a = actions[(*i)++];
		bool is_bound = a->bindcnt > 0, is_last = a->refcnt == 1;

		act_put(req->net, a, false);
		if (is_last)
			continue;
		if (is_bound)
			return ACT_REFUSE(req->net, req->extack, -EPERM,
					  "Failed to delete TC action");
		act_put(req->net, a, false);
	}
	return 0;
}

static int del_actions(struct nlreq *req, struct tc_action **actions, unsigned int n,
		       unsigned int *done)
{
	bool notify = is_notify_needed(req);
	int err;

	*done = 0;
	if (notify && fill(req, actions, n, 0, RTM_DELACTION, 2, req->extack) < 0) {
		NL_SET_ERR_MSG(req->extack, "Failed to fill netlink TC action attributes");
		return -EINVAL;
	}
	err = tcf_action_delete(req, actions, n, done);
	if (err < 0)
		return err;
	return notify ? send_msg(req) : 0;
}

static int get_actions(struct nlreq *req, struct tc_action **actions, unsigned int n)
{
	if (fill(req, actions, n, 0, RTM_GETACTION, 1, NULL) < 0) {
		NL_SET_ERR_MSG(req->extack,
			       "Failed to fill netlink attributes while adding TC action");
		return -EINVAL;
	}
	return nlmsg_unicast(req, &act_net(req->net)->msg);
}

/* tcf_del_walker(): deletes what no filter is bound to, in order, up to the first that is. */
static int flush_kind(struct nlreq *req, const struct tc_action_ops *ops)
{
	struct idr *idr = &act_net(req->net)->idr[ops->id];
	struct tc_action *a;
	uint64_t id;
	int n = 0;

	idr_for_each (idr, id, a) {
		if (a->bindcnt > 0) {
			if (!n)
				return trace_refuse(req->net->trace, -EPERM, ops->kind,
						    "a filter uses the action");
			NL_SET_ERR_MSG(req->extack, "Unable to flush all TC actions");
			break;
		}
		act_put(req->net, a, false);
		n++;
	}
	return n;
}

static int tca_action_flush(struct nlreq *req, const struct nlattr *nla)
{
	const struct nlattr *tb[TCA_ACT_MAX + 1];
	struct kmsg *m = &act_net(req->net)->msg;
	const struct tc_action_ops *ops;
	ssize_t nest, inner;
	int n, err;

	err = nla_parse_nested_deprecated(tb, TCA_ACT_MAX, nla, tcf_action_policy, req->extack);
	if (err < 0)
		return err;
	ops = tc_lookup_action(tb[TCA_ACT_KIND]);
	if (!ops)
		return ACT_REFUSE(req->net, req->extack, -EINVAL, "Cannot flush unknown TC action");
	n = flush_kind(req, ops);
	if (n <= 0)
		return n;
	kmsg_reset(m);
	nest = start_table(m, req->portid, req->nlh->nlmsg_seq, RTM_DELACTION, NLM_F_ROOT, NULL);
	inner = nla_nest_start_noflag(m, 0);
	if (nest < 0 || inner < 0 || nla_put_string(m, TCA_ACT_KIND, ops->kind) < 0 ||
	    nla_put_u32(m, TCA_FCNT, (u32)n) < 0)
		return -EMSGSIZE;
	nla_nest_end(m, inner);
	end_table(m, nest);
	return send_msg(req);
}

static int tca_action_gd(struct nlreq *req, const struct nlattr *tab)
{
	bool is_del = req->nlh->nlmsg_type == RTM_DELACTION;
	const struct nlattr *tb[TCA_ACT_MAX_PRIO + 1];
	struct tc_action *actions[TCA_ACT_MAX_PRIO];
	unsigned int n, done = 0;
	int err;

	err = nla_parse_nested_deprecated(tb, TCA_ACT_MAX_PRIO, tab, NULL, req->extack);
	if (err < 0)
		return err;
	if (is_del && req->nlh->nlmsg_flags & NLM_F_ROOT) {
		if (tb[1])
			return tca_action_flush(req, tb[1]);
		return ACT_REFUSE(req->net, req->extack, -EINVAL,
				  "Invalid netlink attributes while flushing TC action");
	}
	for (n = 0; n < TCA_ACT_MAX_PRIO && tb[n + 1]; n++) {
		err = tcf_action_get_1(req, tb[n + 1], &actions[n]);
		if (err < 0)
			goto put;
	}
	if (is_del)
		err = del_actions(req, actions, n, &done);
	else
		err = get_actions(req, actions, n);
put:
	for (unsigned int i = done; i < n; i++)
		act_put(req->net, actions[i], false);
	return err;
}

static int tc_ctl_action(struct nlreq *req)
{
	struct span sp = SPAN(req->net->trace);
	const struct nlattr *tca[TCA_ROOT_MAX + 1];
	int err;

	err = nlmsg_parse_deprecated(req->nlh, sizeof(struct tcamsg), tca, TCA_ROOT_MAX, NULL,
				     req->extack);
	if (err < 0)
		return span_end(&sp, err);
	if (!tca[TCA_ACT_TAB])
		return span_end(&sp, ACT_REFUSE(req->net, req->extack, -EINVAL,
						"Netlink action attributes missing"));
	if (req->nlh->nlmsg_type == RTM_NEWACTION)
		err = tcf_action_add(req, tca[TCA_ACT_TAB]);
	else
		err = tca_action_gd(req, tca[TCA_ACT_TAB]);
	return span_end(&sp, err);
}

static const struct tc_action_ops *find_dump_kind(const struct nlattr *const *tb)
{
	const struct nlattr *tb1[TCA_ACT_MAX_PRIO + 1], *tb2[TCA_ACT_MAX + 1];

	if (!tb[TCA_ACT_TAB] ||
	    nla_parse_nested_deprecated(tb1, TCA_ACT_MAX_PRIO, tb[TCA_ACT_TAB], NULL, NULL) < 0 ||
	    !tb1[1] ||
	    nla_parse_nested_deprecated(tb2, TCA_ACT_MAX, tb1[1], tcf_action_policy, NULL) < 0)
		return NULL;
	return tc_lookup_action(tb2[TCA_ACT_KIND]);
}

enum {
	NEXT_INDEX /* of netlink_callback.args */
};

/* tcf_dump_walker(): returns how many actions went in. */
static int dump_some(struct kmsg *m, struct netlink_callback *cb, const struct tc_action_ops *ops,
		     u32 flags, u32 since)
{
	uint32_t id = (uint32_t)cb->args[NEXT_INDEX];
	struct tc_action *a;
	int n = 0;

	for (; (a = idr_next(&act_net(cb->net)->idr[ops->id], &id)); id++) {
		ssize_t nest;
		int err;

		if (since && (s32)(since - a->lastuse) > 0)
			continue;
		nest = nla_nest_start_noflag(m, n);
		if (nest < 0)
			break;
		err = flags & TCA_ACT_FLAG_TERSE_DUMP ? tcf_action_dump_terse(cb->net, m, a, true)
						      : tcf_action_dump_1(cb->net, m, a, 0, 0);
		if (err < 0) {
			nla_nest_cancel(m, nest);
			break;
		}
		nla_nest_end(m, nest);
		n++;
		if (!(flags & TCA_ACT_FLAG_LARGE_DUMP_ON) && n >= TCA_ACT_MAX_PRIO) {
			id++;
			break;
		}
	}
	cb->args[NEXT_INDEX] = (long)id;
	return n;
}

static int tc_dump_action(struct kmsg *m, struct netlink_callback *cb)
{
	const struct nlattr *tb[TCA_ROOT_MAX + 1];
	const struct tc_action_ops *ops;
	struct nla_bitfield32 bf = { 0 };
	u32 since = 0, count;
	struct nlmsghdr *nlh;
	size_t count_at;
	ssize_t nest;
	int n;

	n = nlmsg_parse_deprecated(cb->nlh, sizeof(struct tcamsg), tb, TCA_ROOT_MAX, tcaa_policy,
				   cb->extack);
	if (n < 0)
		return n;
	ops = find_dump_kind(tb);
	if (!ops)
		return 0;
	if (tb[TCA_ROOT_FLAGS])
		nla_memcpy(&bf, tb[TCA_ROOT_FLAGS], sizeof bf);
	if (tb[TCA_ROOT_TIME_DELTA] && nla_get_u32(tb[TCA_ROOT_TIME_DELTA]))
		since = (u32)knet_clock_t(cb->net) - nla_get_u32(tb[TCA_ROOT_TIME_DELTA]) / 10;
	nlh = nlmsg_put(m, cb->portid, cb->seq, cb->nlh->nlmsg_type, sizeof(struct tcamsg),
			NLM_F_MULTI);
	if (!nlh)
		return -EMSGSIZE;
	memset(NLMSG_DATA(nlh), 0, sizeof(struct tcamsg));
	count_at = m->len + NLA_HDRLEN;
	if (nla_put_u32(m, TCA_ROOT_COUNT, 0) < 0)
		return -EMSGSIZE;
	nest = nla_nest_start_noflag(m, TCA_ACT_TAB);
	if (nest < 0)
		return -EMSGSIZE;
	n = dump_some(m, cb, ops, bf.value, since);
	m->error = false; /* what did not fit was taken back */
	if (!n) {
		nlmsg_trim(m, 0);
		return 0;
	}
	nla_nest_end(m, nest);
	count = bf.value & TCA_ACT_FLAG_LARGE_DUMP_ON ? (u32)n : 0;
	memcpy(m->buf + count_at, &count, sizeof count);
	nlmsg_end(m, (struct nlmsghdr *)(void *)m->buf);
	return (int)m->len;
}

int act_ctl_init(struct knet *net)
{
	int err = rtnl_register(net, PF_UNSPEC, RTM_NEWACTION, tc_ctl_action, NULL, 0);

	if (err == 0)
		err = rtnl_register(net, PF_UNSPEC, RTM_DELACTION, tc_ctl_action, NULL, 0);
	if (err == 0)
		err = rtnl_register(net, PF_UNSPEC, RTM_GETACTION, tc_ctl_action, tc_dump_action,
				    0);
	return err;
}
