/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RTM_NEWQDISC, RTM_DELQDISC, RTM_GETQDISC. Models net/sched/sch_api.c, 6.1, for the kinds ingress
 * and clsact. A device that is up has the root qdisc noqueue, one that is down has noop, and
 * neither can be changed. Absent: all other kinds, classes, size tables, estimators.
 */
#include "kernel/sched/sched_internal.h"

#include "base/alloc.h"

#include <linux/gen_stats.h>

static const struct Qdisc_ops noop_qdisc_ops = { .id = "noop" };
static const struct Qdisc_ops noqueue_qdisc_ops = { .id = "noqueue" };

static const struct nla_policy tca_policy[TCA_MAX + 1] = {
	[TCA_KIND] = { .type = NLA_STRING },
	[TCA_RATE] = { .type = NLA_BINARY, .len = sizeof(struct tc_estimator) },
	[TCA_STAB] = { .type = NLA_NESTED },
	[TCA_DUMP_INVISIBLE] = { .type = NLA_FLAG },
	[TCA_CHAIN] = { .type = NLA_U32 },
	[TCA_INGRESS_BLOCK] = { .type = NLA_U32 },
	[TCA_EGRESS_BLOCK] = { .type = NLA_U32 },
};

const struct nla_policy *rtm_tca_policy(void)
{
	return tca_policy;
}

/* nla_strcmp() == 0: the payload up to its NUL is @kind. */
bool tc_kind_is(const struct nlattr *nla, const char *kind)
{
	size_t len = strlen(kind), have = (size_t)nla_len(nla);
	const char *s = nla_data(nla);

	if (have > 0 && s[have - 1] == '\0')
		have--;
	return have == len && memcmp(s, kind, len) == 0;
}

/* What stands in for the qdiscs that the model has no object for. */
static struct Qdisc fake_root(struct net_device *dev)
{
	return (struct Qdisc){ .ops = dev->flags & IFF_UP ? &noqueue_qdisc_ops : &noop_qdisc_ops,
			       .dev = dev,
			       .parent = TC_H_ROOT,
			       .refcnt = 2 };
}

struct Qdisc *qdisc_lookup(const struct net_device *dev, u32 handle)
{
	struct Qdisc *q = dev->ingress_qdisc;

	return handle && q && q->handle == handle ? q : NULL;
}

/* ---- messages ---- */

static int fill_stats(struct kmsg *m, const struct Qdisc *q)
{
	struct gnet_stats_queue queue = { .drops = q->drops };
	struct tc_stats old = { .bytes = q->bytes, .packets = (u32)q->packets, .drops = q->drops };
	struct gnet_stats_basic basic;
	ssize_t nest = nla_nest_start_noflag(m, TCA_STATS2);

	memset(&basic, 0, sizeof basic);
	basic.bytes = q->bytes;
	basic.packets = (u32)q->packets;
	if (nest < 0 || nla_put(m, TCA_STATS_BASIC, sizeof basic, &basic) < 0 ||
	    nla_put(m, TCA_STATS_QUEUE, sizeof queue, &queue) < 0)
		return -EMSGSIZE;
	nla_nest_end(m, nest);
	return nla_put(m, TCA_STATS, sizeof old, &old);
}

static int fill_attrs(struct kmsg *m, const struct Qdisc *q)
{
	ssize_t nest;

	if (nla_put_string(m, TCA_KIND, q->ops->id) < 0)
		return -EMSGSIZE;
	if (q->ingress_index && nla_put_u32(m, TCA_INGRESS_BLOCK, q->ingress_index) < 0)
		return -EMSGSIZE;
	if (q->egress_index && nla_put_u32(m, TCA_EGRESS_BLOCK, q->egress_index) < 0)
		return -EMSGSIZE;
	if (q->ops->find) { /* only these have options, which are empty */
		nest = nla_nest_start_noflag(m, TCA_OPTIONS);
		if (nest < 0)
			return -EMSGSIZE;
		nla_nest_end(m, nest);
	}
	if (nla_put_u8(m, TCA_HW_OFFLOAD, 0) < 0)
		return -EMSGSIZE;
	return fill_stats(m, q);
}

static int tc_fill_qdisc(struct kmsg *m, const struct Qdisc *q, u32 clid, u32 refcnt, u32 portid,
			 u32 seq, int flags, int event, const struct netlink_ext_ack *extack)
{
	size_t start = m->len;
	struct nlmsghdr *nlh = nlmsg_put(m, portid, seq, event, sizeof(struct tcmsg), flags);
	struct tcmsg *tcm;

	if (!nlh)
		goto full;
	tcm = NLMSG_DATA(nlh);
	memset(tcm, 0, sizeof *tcm);
	tcm->tcm_ifindex = q->dev->ifindex;
	tcm->tcm_parent = clid;
	tcm->tcm_handle = q->handle;
	tcm->tcm_info = refcnt;
	if (fill_attrs(m, q) < 0)
		goto full;
	if (extack && extack->_msg && nla_put_string(m, TCA_EXT_WARN_MSG, extack->_msg) < 0)
		goto full;
	nlmsg_end(m, nlh);
	return 0;
full:
	nlmsg_trim(m, start);
	return -EMSGSIZE;
}

/* One datagram of up to two messages. @replaced: there was one, though it may be hidden. */
static void qdisc_notify(struct nlreq *req, u32 clid, const struct Qdisc *old, bool replaced,
			 const struct Qdisc *new, const struct netlink_ext_ack *extack)
{
	struct kmsg *m = &sched_net(req->net)->msg;
	u32 seq = req->nlh->nlmsg_seq;

	kmsg_reset(m);
	if (old && tc_fill_qdisc(m, old, clid, 0, req->portid, seq, 0, RTM_DELQDISC, extack) < 0)
		return;
	if (new &&tc_fill_qdisc(m, new, clid, new->refcnt, req->portid, seq,
				replaced ? NLM_F_REPLACE : 0, RTM_NEWQDISC, extack) < 0)
		return;
	if (m->len)
		rtnetlink_send(req->net, req, m, RTNLGRP_TC, req->nlh->nlmsg_flags & NLM_F_ECHO);
}

/* ---- new ---- */

static int set_block_indexes(struct Qdisc *q, const struct nlattr *const *tca,
			     struct netlink_ext_ack *extack)
{
	struct knet *net = q->dev->net;

	if (tca[TCA_INGRESS_BLOCK]) {
		q->ingress_index = nla_get_u32(tca[TCA_INGRESS_BLOCK]);
		if (!q->ingress_index)
			return TC_REFUSE(net, extack, -EINVAL, "Ingress block index cannot be 0");
	}
	if (tca[TCA_EGRESS_BLOCK]) {
		q->egress_index = nla_get_u32(tca[TCA_EGRESS_BLOCK]);
		if (!q->egress_index)
			return TC_REFUSE(net, extack, -EINVAL, "Egress block index cannot be 0");
		if (!q->ops->has_egress)
			return TC_REFUSE(net, extack, -EOPNOTSUPP,
					 "Egress block sharing is not supported");
	}
	return 0;
}

static const struct Qdisc_ops *lookup_ops(const struct nlattr *kind)
{
	static const struct Qdisc_ops *const all[] = { &ingress_qdisc_ops, &clsact_qdisc_ops };

	for (size_t i = 0; kind && i < ARRAY_SIZE(all); i++) {
		if (tc_kind_is(kind, all[i]->id))
			return all[i];
	}
	return NULL;
}

/* A qdisc with its blocks bound, for the caller; 0 or negative errno. */
static int qdisc_create(struct net_device *dev, const struct tcmsg *t,
			const struct nlattr *const *tca, struct netlink_ext_ack *extack,
			struct Qdisc **out)
{
	const struct Qdisc_ops *ops = lookup_ops(tca[TCA_KIND]);
	struct Qdisc *q;
	int err;

	if (!ops)
		return TC_REFUSE(dev->net, extack, -ENOENT, "Specified qdisc kind is unknown");
	q = mem_new(sizeof *q);
	if (!q)
		return -ENOMEM;
	q->ops = ops;
	q->dev = dev;
	q->refcnt = 1;
	q->parent = t->tcm_parent;
	q->handle = t->tcm_parent == TC_H_INGRESS ? TC_H_MAJ(TC_H_INGRESS) : t->tcm_handle;
	err = set_block_indexes(q, tca, extack);
	if (err == 0)
		err = ingress_init(q, extack);
	if (err < 0) {
		mem_free(q);
		return err;
	}
	*out = q;
	return 0;
}

static void qdisc_destroy(struct Qdisc *q)
{
	ingress_destroy(q);
	mem_free(q);
}

void qdisc_free_ingress(struct net_device *dev)
{
	struct Qdisc *q = dev->ingress_qdisc;

	dev->ingress_qdisc = NULL;
	if (q)
		qdisc_destroy(q);
}

/* qdisc_graft() of an ingress queue: the old one's end is told before it is destroyed. */
static void graft(struct nlreq *req, struct net_device *dev, u32 clid, struct Qdisc *new)
{
	struct Qdisc *old = dev->ingress_qdisc;

	dev->ingress_qdisc = NULL;
	if (old)
		old->refcnt = 0;
	qdisc_notify(req, clid, old, true, new, req->extack);
	if (old)
		qdisc_destroy(old);
	dev->ingress_qdisc = new;
}

static bool has_flags(const struct nlreq *req, u16 flags)
{
	return (req->nlh->nlmsg_flags & flags) == flags;
}

static int create_n_graft(struct nlreq *req, struct net_device *dev, const struct tcmsg *t,
			  const struct nlattr *const *tca, bool need_create)
{
	struct Qdisc *q = NULL;
	int err;

	if (need_create && !has_flags(req, NLM_F_CREATE))
		return TC_REFUSE(req->net, req->extack, -ENOENT,
				 "Qdisc not found. To create specify NLM_F_CREATE flag");
	err = qdisc_create(dev, t, tca, req->extack, &q);
	if (err < 0)
		return err;
	graft(req, dev, t->tcm_parent, q);
	return 0;
}

static int change(struct nlreq *req, struct Qdisc *q, u32 clid, const struct nlattr *const *tca)
{
	if (!q)
		return TC_REFUSE(req->net, req->extack, -ENOENT, "Specified qdisc not found");
	if (has_flags(req, NLM_F_EXCL))
		return TC_REFUSE(req->net, req->extack, -EEXIST,
				 "Exclusivity flag on, cannot modify");
	if (tca[TCA_KIND] && !tc_kind_is(tca[TCA_KIND], q->ops->id))
		return TC_REFUSE(req->net, req->extack, -EINVAL, "Invalid qdisc name");
	if (tca[TCA_OPTIONS])
		return TC_REFUSE(req->net, req->extack, -EINVAL,
				 "Change operation not supported by specified qdisc");
	qdisc_notify(req, clid, NULL, false, q, req->extack);
	return 0;
}

/* A handle was given, and it is not the one of what is there. */
static int modify_by_handle(struct nlreq *req, struct net_device *dev, const struct tcmsg *t,
			    const struct nlattr *const *tca, const struct Qdisc *q)
{
	if (q && !has_flags(req, NLM_F_REPLACE))
		return TC_REFUSE(req->net, req->extack, -EEXIST,
				 "NLM_F_REPLACE needed to override");
	if (TC_H_MIN(t->tcm_handle))
		return TC_REFUSE(req->net, req->extack, -EINVAL, "Invalid minor handle");
	q = qdisc_lookup(dev, t->tcm_handle);
	if (!q)
		return create_n_graft(req, dev, t, tca, true);
	if (q->parent != t->tcm_parent)
		return TC_REFUSE(req->net, req->extack, -EINVAL,
				 "Cannot move an existing qdisc to a different parent");
	if (has_flags(req, NLM_F_EXCL))
		return TC_REFUSE(req->net, req->extack, -EEXIST,
				 "Exclusivity flag on, cannot override");
	if (tca[TCA_KIND] && !tc_kind_is(tca[TCA_KIND], q->ops->id))
		return TC_REFUSE(req->net, req->extack, -EINVAL, "Invalid qdisc name");
	return TC_REFUSE(req->net, req->extack, -EINVAL, "Cannot regraft ingress or clsact Qdiscs");
}

static int modify(struct nlreq *req, struct net_device *dev, const struct tcmsg *t,
		  const struct nlattr *const *tca)
{
	struct sched_net *sn = sched_net(req->net);
	u32 clid = t->tcm_parent;
	struct Qdisc *q = NULL;

	if (!clid) {
		if (!t->tcm_handle)
			return TC_REFUSE(req->net, req->extack, -EINVAL, "Handle cannot be zero");
		return change(req, qdisc_lookup(dev, t->tcm_handle), clid, tca);
	}
	if (clid == TC_H_INGRESS) {
		if (!idr_find(&sn->ingress_queues, (u32)dev->ifindex) &&
		    idr_add_at(&sn->ingress_queues, (u32)dev->ifindex, dev) < 0)
			return TC_REFUSE(req->net, req->extack, -ENOENT,
					 "Cannot find ingress queue for specified device");
		q = dev->ingress_qdisc;
	} else if (clid != TC_H_ROOT) {
		q = qdisc_lookup(dev, TC_H_MAJ(clid));
		if (!q)
			return TC_REFUSE(req->net, req->extack, -ENOENT,
					 "Failed to find specified qdisc");
		if (!q->ops->find(clid))
			return TC_REFUSE(req->net, req->extack, -ENOENT,
					 "Specified class not found");
		q = NULL; /* ingress_leaf() */
	}
	if (q && t->tcm_handle == q->handle)
		return change(req, q, clid, tca);
	if (t->tcm_handle)
		return modify_by_handle(req, dev, t, tca, q);
	if (!q)
		return create_n_graft(req, dev, t, tca, true);
	if (tca[TCA_KIND] && !tc_kind_is(tca[TCA_KIND], q->ops->id)) {
		if (has_flags(req, NLM_F_CREATE | NLM_F_REPLACE) ||
		    has_flags(req, NLM_F_CREATE | NLM_F_EXCL))
			return create_n_graft(req, dev, t, tca, true);
		if (!(req->nlh->nlmsg_flags & (NLM_F_CREATE | NLM_F_REPLACE | NLM_F_EXCL)))
			return create_n_graft(req, dev, t, tca, false);
	}
	return change(req, q, clid, tca);
}

static int tc_modify_qdisc(struct nlreq *req)
{
	struct span sp = SPAN(req->net->trace);
	const struct nlattr *tca[TCA_MAX + 1];
	const struct tcmsg *t = tcm_of(req->nlh);
	struct net_device *dev;
	int err;

	err = nlmsg_parse_deprecated(req->nlh, sizeof *t, tca, TCA_MAX, tca_policy, req->extack);
	if (err < 0)
		return span_end(&sp, err);
	dev = dev_get_by_index(req->net, t->tcm_ifindex);
	if (!dev)
		return span_end(&sp, trace_refuse(req->net->trace, -ENODEV, NULL,
						  "no device has number %d", t->tcm_ifindex));
	span_note(&sp, "dev", "%s", dev->name);
	return span_end(&sp, modify(req, dev, t, tca));
}

/* ---- get and delete ---- */

/* The qdisc that is meant, into @fake when the model has no object for it; NULL with *@err. */
static struct Qdisc *find_qdisc(struct nlreq *req, struct net_device *dev, const struct tcmsg *t,
				struct Qdisc *fake, int *err)
{
	u32 clid = t->tcm_parent;
	struct Qdisc *q = NULL;

	if (!clid) {
		q = qdisc_lookup(dev, t->tcm_handle);
		if (!q)
			*err = TC_REFUSE(req->net, req->extack, -ENOENT,
					 "Failed to find qdisc with specified handle");
		return q;
	}
	if (clid == TC_H_ROOT) {
		*fake = fake_root(dev);
		q = fake;
	} else if (TC_H_MAJ(clid) != TC_H_MAJ(TC_H_INGRESS)) {
		*err = TC_REFUSE(req->net, req->extack, -ENOENT,
				 "Failed to find qdisc with specified classid");
		return NULL;
	} else if (idr_find(&sched_net(req->net)->ingress_queues, (u32)dev->ifindex)) {
		*fake = (struct Qdisc){ .ops = &noop_qdisc_ops, .dev = dev, .refcnt = 1 };
		q = dev->ingress_qdisc ? dev->ingress_qdisc : fake;
	}
	if (!q) {
		*err = TC_REFUSE(req->net, req->extack, -ENOENT,
				 "Cannot find specified qdisc on specified device");
		return NULL;
	}
	if (t->tcm_handle && q->handle != t->tcm_handle) {
		*err = TC_REFUSE(req->net, req->extack, -EINVAL, "Invalid handle");
		return NULL;
	}
	return q;
}

static int get_or_del(struct nlreq *req, struct net_device *dev, const struct tcmsg *t,
		      const struct nlattr *const *tca)
{
	struct Qdisc fake, *q;
	int err = 0;

	q = find_qdisc(req, dev, t, &fake, &err);
	if (!q)
		return err;
	if (tca[TCA_KIND] && !tc_kind_is(tca[TCA_KIND], q->ops->id))
		return TC_REFUSE(req->net, req->extack, -EINVAL, "Invalid qdisc name");
	if (req->nlh->nlmsg_type != RTM_DELQDISC) {
		if (q->ops != &noop_qdisc_ops)
			qdisc_notify(req, t->tcm_parent, NULL, false, q, NULL);
		return 0;
	}
	if (!t->tcm_parent)
		return TC_REFUSE(req->net, req->extack, -EINVAL, "Classid cannot be zero");
	if (!q->handle)
		return TC_REFUSE(req->net, req->extack, -ENOENT,
				 "Cannot delete qdisc with handle of zero");
	graft(req, dev, t->tcm_parent, NULL);
	return 0;
}

static int tc_get_qdisc(struct nlreq *req)
{
	struct span sp = SPAN(req->net->trace);
	const struct nlattr *tca[TCA_MAX + 1];
	const struct tcmsg *t = tcm_of(req->nlh);
	struct net_device *dev;
	int err;

	err = nlmsg_parse_deprecated(req->nlh, sizeof *t, tca, TCA_MAX, tca_policy, req->extack);
	if (err < 0)
		return span_end(&sp, err);
	dev = dev_get_by_index(req->net, t->tcm_ifindex);
	if (!dev)
		return span_end(&sp, trace_refuse(req->net->trace, -ENODEV, NULL,
						  "no device has number %d", t->tcm_ifindex));
	return span_end(&sp, get_or_del(req, dev, t, tca));
}

static int dump_one(struct kmsg *m, struct netlink_callback *cb, const struct Qdisc *q)
{
	return tc_fill_qdisc(m, q, q->parent, q->refcnt, cb->portid, cb->seq, NLM_F_MULTI,
			     RTM_NEWQDISC, NULL);
}

/* Two places of each device, the root and the ingress; args[0] counts places. */
static int tc_dump_qdisc(struct kmsg *m, struct netlink_callback *cb)
{
	const struct nlattr *tca[TCA_MAX + 1];
	struct net_device *dev;
	long place = 0;
	int err;

	err = nlmsg_parse_deprecated(cb->nlh, sizeof(struct tcmsg), tca, TCA_MAX, tca_policy,
				     cb->extack);
	if (err < 0)
		return err;
	list_for_each_entry (dev, &cb->net->devs, link) {
		struct Qdisc root = fake_root(dev);

		if (place++ >= cb->args[0]) {
			if (dev->flags & IFF_UP && dump_one(m, cb, &root) < 0)
				goto full;
			cb->args[0] = place;
		}
		if (place++ >= cb->args[0]) {
			if (dev->ingress_qdisc && dump_one(m, cb, dev->ingress_qdisc) < 0)
				goto full;
			cb->args[0] = place;
		}
	}
	return (int)m->len;
full:
	return m->len ? (int)m->len : -EMSGSIZE;
}

int sch_api_init(struct knet *net)
{
	int err = rtnl_register(net, PF_UNSPEC, RTM_NEWQDISC, tc_modify_qdisc, NULL, 0);

	if (err == 0)
		err = rtnl_register(net, PF_UNSPEC, RTM_DELQDISC, tc_get_qdisc, NULL, 0);
	if (err == 0)
		err = rtnl_register(net, PF_UNSPEC, RTM_GETQDISC, tc_get_qdisc, tc_dump_qdisc, 0);
	return err;
}
