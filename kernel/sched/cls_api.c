/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RTM_NEWTFILTER, RTM_DELTFILTER, RTM_GETTFILTER: which qdisc, block, chain and tcf_proto is meant,
 * in Linux's order of checks, and the messages about it. Models that part of net/sched/cls_api.c,
 * 6.1. Absent: locks and the replays that they make necessary.
 */
#include "kernel/sched/sched_internal.h"

#include "base/alloc.h"

/* ---- tcf_proto ---- */

int tcf_proto_lookup_ops(struct knet *net, const char *kind, const struct tcf_proto_ops **ops,
			 struct netlink_ext_ack *extack)
{
	if (strcmp(kind, cls_fl_ops.kind) != 0)
		return TC_REFUSE(net, extack, -ENOENT, "TC classifier not found");
	*ops = &cls_fl_ops;
	return 0;
}

void tcf_proto_put(struct tcf_proto *tp)
{
	struct tcf_chain *chain = tp->chain;

	if (--tp->refcnt)
		return;
	tp->ops->destroy(tp);
	mem_free(tp);
	tcf_chain_put(chain);
}

/* Where a tcf_proto of priority @prio is, or would be. NULL with *@err 0: there is none. */
static struct tcf_proto *tcf_chain_tp_find(struct tcf_chain *chain, struct tcf_proto ***pprev,
					   be16 protocol, u32 prio, bool prio_allocate, int *err)
{
	struct tcf_proto **p = &chain->filter_chain, *tp;

	while ((tp = *p) && tp->prio < prio)
		p = &tp->next;
	*pprev = p;
	*err = 0;
	if (!tp || tp->prio != prio)
		return NULL;
	if (prio_allocate || (protocol && tp->protocol != protocol)) {
		*err = -EINVAL;
		return NULL;
	}
	return tp;
}

static void unlink_tp(struct tcf_proto *tp)
{
	struct tcf_proto **p = &tp->chain->filter_chain;

	while (*p && *p != tp)
		p = &(*p)->next;
	if (!*p)
		return;
	*p = tp->next;
	tcf_proto_put(tp);
}

static void tcf_chain_tp_delete_empty(struct tcf_proto *tp)
{
	if (tp->ops->is_empty(tp))
		unlink_tp(tp);
}

/* ---- a request ---- */

struct tfilter {
	struct nlreq *req;
	const struct tcmsg *t;
	const struct nlattr *tca[TCA_MAX + 1];
	be16 protocol;
	u32 prio; /* << 16 */
	bool prio_allocate;
	u32 chain_index;
	struct tcf_place place;
	struct tcf_chain *chain; /* a reference */
	struct tcf_proto *tp;	 /* a reference */
	bool tp_is_new;
};

static int refuse(const struct tfilter *r, int err, const char *text)
{
	return TC_REFUSE(r->req->net, r->req->extack, err, text);
}

static int tfilter_parse(struct tfilter *r, struct nlreq *req)
{
	u32 info;
	int err;

	r->req = req;
	r->t = tcm_of(req->nlh);
	r->place = (struct tcf_place){ 0 };
	r->chain = NULL;
	r->tp = NULL;
	r->tp_is_new = r->prio_allocate = false;
	err = nlmsg_parse_deprecated(req->nlh, sizeof *r->t, r->tca, TCA_MAX, rtm_tca_policy(),
				     req->extack);
	if (err < 0)
		return err;
	info = r->t->tcm_info;
	r->protocol = FORCE_CAST(be16, (u16)TC_H_MIN(info));
	r->prio = TC_H_MAJ(info);
	return 0;
}

static int qdisc_find(struct nlreq *req, const struct tcmsg *t, struct tcf_place *place)
{
	struct net_device *dev = dev_get_by_index(req->net, t->tcm_ifindex);

	place->parent = t->tcm_parent;
	if (!dev)
		return trace_refuse(req->net->trace, -ENODEV, NULL, "no device has number %d",
				    t->tcm_ifindex);
	if (!place->parent)
		return TC_REFUSE(req->net, req->extack, -EINVAL, "Qdisc not classful");
	place->q = qdisc_lookup(dev, TC_H_MAJ(place->parent));
	if (!place->q)
		return TC_REFUSE(req->net, req->extack, -EINVAL, "Parent Qdisc doesn't exists");
	return 0;
}

static int block_of_qdisc(struct nlreq *req, struct tcf_place *place)
{
	const struct Qdisc_ops *ops = place->q->ops;
	unsigned long cl = 0;

	if (TC_H_MIN(place->parent)) {
		cl = ops->find(place->parent);
		if (!cl)
			return TC_REFUSE(req->net, req->extack, -ENOENT,
					 "Specified class doesn't exist");
	}
	place->block = ops->tcf_block(place->q, cl);
	if (!place->block)
		return trace_refuse(req->net->trace, -EINVAL, NULL, "the class has no block");
	if (tcf_block_shared(place->block)) {
		place->block = NULL;
		return TC_REFUSE(req->net, req->extack, -EOPNOTSUPP,
				 "This filter block is shared. Please use the block index to "
				 "manipulate the filters");
	}
	place->block->refcnt++;
	return 0;
}

int tcf_block_find(struct nlreq *req, const struct tcmsg *t, const struct nlattr *kind,
		   struct tcf_place *place)
{
	bool by_index = t->tcm_ifindex == (int)TCM_IFINDEX_MAGIC_BLOCK;
	char name[IFNAMSIZ];
	int err;

	*place = (struct tcf_place){ .parent = t->tcm_parent };
	if (!by_index) {
		err = qdisc_find(req, t, place);
		if (err < 0)
			return err;
	}
	if (kind && nla_strscpy(name, kind, IFNAMSIZ) < 0)
		return TC_REFUSE(req->net, req->extack, -EINVAL,
				 "Specified TC filter name too long");
	if (!by_index)
		return block_of_qdisc(req, place);
	place->block = tcf_block_refcnt_get(req->net, t->tcm_block_index);
	if (!place->block)
		return TC_REFUSE(req->net, req->extack, -EINVAL,
				 "Block of given index was not found");
	return 0;
}

/* From the device to the block and the number of the chain. */
static int tfilter_find_block(struct tfilter *r)
{
	int err = tcf_block_find(r->req, r->t, r->tca[TCA_KIND], &r->place);

	if (err < 0)
		return err;
	r->chain_index = r->tca[TCA_CHAIN] ? nla_get_u32(r->tca[TCA_CHAIN]) : 0;
	if (r->chain_index > TC_ACT_EXT_VAL_MASK)
		return refuse(r, -EINVAL, "Specified chain index exceeds upper limit");
	return 0;
}

static void tfilter_release(struct tfilter *r)
{
	if (r->tp)
		tcf_proto_put(r->tp);
	if (r->chain)
		tcf_chain_put(r->chain);
	if (r->place.block)
		tcf_block_refcnt_put(r->place.block);
}

/* The existing tcf_proto, for a delete or a get. */
static int tfilter_find_tp(struct tfilter *r)
{
	struct tcf_proto **pprev;
	int err;

	r->tp = tcf_chain_tp_find(r->chain, &pprev, r->protocol, r->prio, false, &err);
	if (!r->tp)
		return refuse(r, err ? err : -ENOENT,
			      "Filter with specified priority/protocol not found");
	r->tp->refcnt++;
	if (r->tca[TCA_KIND] && !tc_kind_is(r->tca[TCA_KIND], r->tp->ops->kind))
		return refuse(r, -EINVAL, "Specified filter kind does not match existing one");
	return 0;
}

static void note_place(struct span *sp, const struct tfilter *r)
{
	span_note(sp, "chain", "%u", r->chain_index);
	span_note(sp, "prio", "%u", r->prio >> 16);
	span_note(sp, "handle", "%#x", r->t->tcm_handle);
}

/* ---- messages ---- */

static int fill_node(struct kmsg *m, struct tcf_proto *tp, const struct tcf_place *place, void *fh,
		     const struct nlmsghdr *request, u32 portid, int flags, int event, bool terse,
		     const struct netlink_ext_ack *extack)
{
	size_t start = m->len;
	struct nlmsghdr *nlh =
		nlmsg_put(m, portid, request->nlmsg_seq, event, sizeof(struct tcmsg), flags);
	struct tcmsg *tcm;
	int err = 0;

	if (!nlh)
		goto full;
	tcm = NLMSG_DATA(nlh);
	memset(tcm, 0, sizeof *tcm);
	tcm->tcm_ifindex = place->q ? place->q->dev->ifindex : (int)TCM_IFINDEX_MAGIC_BLOCK;
	tcm->tcm_parent = place->q ? place->parent : place->block->index;
	tcm->tcm_info = tp->prio | FORCE_CAST(u16, tp->protocol);
	if (nla_put_string(m, TCA_KIND, tp->ops->kind) < 0 ||
	    nla_put_u32(m, TCA_CHAIN, tp->chain->index) < 0)
		goto full;
	if (fh)
		err = terse ? tp->ops->terse_dump(tp, fh, m, &tcm->tcm_handle)
			    : tp->ops->dump(tp, fh, m, &tcm->tcm_handle);
	if (err < 0)
		goto full;
	if (extack && extack->_msg && nla_put_string(m, TCA_EXT_WARN_MSG, extack->_msg) < 0)
		goto full;
	nlmsg_end(m, nlh);
	return 0;
full:
	nlmsg_trim(m, start);
	return -EMSGSIZE;
}

/* tfilter_notify_prep(), into the scratch message. */
static int prepare_msg(struct nlreq *req, struct tcf_proto *tp, const struct tcf_place *place,
		       void *fh, int event, const struct netlink_ext_ack *extack)
{
	struct kmsg *m = &sched_net(req->net)->msg;

	kmsg_reset(m);
	if (fill_node(m, tp, place, fh, req->nlh, req->portid, req->nlh->nlmsg_flags, event, false,
		      extack) < 0)
		return -EINVAL;
	return 0;
}

static int send_msg(struct nlreq *req)
{
	return rtnetlink_send(req->net, req, &sched_net(req->net)->msg, RTNLGRP_TC,
			      req->nlh->nlmsg_flags & NLM_F_ECHO);
}

static int tfilter_notify(struct nlreq *req, struct tcf_proto *tp, const struct tcf_place *place,
			  void *fh, int event, bool unicast, const struct netlink_ext_ack *extack)
{
	struct span sp = SPAN(req->net->trace);
	int err;

	if (!unicast && !rtnl_notify_needed(req->net, req->nlh->nlmsg_flags, RTNLGRP_TC)) {
		span_note(&sp, "needed", "no");
		return span_end(&sp, 0);
	}
	err = prepare_msg(req, tp, place, fh, event, extack);
	if (err == 0)
		err = unicast ? nlmsg_unicast(req, &sched_net(req->net)->msg) : send_msg(req);
	return span_end(&sp, err);
}

void tfilter_notify_chain(struct nlreq *req, const struct tcf_place *place, struct tcf_chain *chain,
			  int event)
{
	for (struct tcf_proto *tp = chain->filter_chain; tp; tp = tp->next)
		tfilter_notify(req, tp, place, NULL, event, false, req->extack);
}

/* ---- new ---- */

/* tcf_proto_create() and its place in the chain. */
static int create_tp(struct tfilter *r, struct tcf_proto **pprev)
{
	char name[IFNAMSIZ];
	struct tcf_proto *tp;
	int err;

	if (!r->tca[TCA_KIND] || !r->protocol)
		return refuse(r, -EINVAL, "Filter kind and protocol must be specified");
	if (!(r->req->nlh->nlmsg_flags & NLM_F_CREATE))
		return refuse(r, -ENOENT,
			      "Need both RTM_NEWTFILTER and NLM_F_CREATE to create a new filter");
	if (r->prio_allocate)
		r->prio = *pprev ? TC_H_MAJ((*pprev)->prio - 1) : 0xC0000000u;
	tp = mem_new(sizeof *tp);
	if (!tp)
		return -ENOBUFS;
	nla_strscpy(name, r->tca[TCA_KIND], IFNAMSIZ);
	err = tcf_proto_lookup_ops(r->req->net, name, &tp->ops, r->req->extack);
	tp->protocol = r->protocol;
	tp->prio = r->prio;
	tp->chain = r->chain;
	if (err == 0)
		err = tp->ops->init(tp);
	if (err < 0) {
		mem_free(tp);
		return err;
	}
	r->chain->refcnt++;
	tp->refcnt = 2; /* of the chain and of the request */
	tp->next = *pprev;
	*pprev = tp;
	r->tp = tp;
	r->tp_is_new = true;
	return 0;
}

static int find_or_create_tp(struct tfilter *r)
{
	struct tcf_proto **pprev;
	int err;

	r->tp = tcf_chain_tp_find(r->chain, &pprev, r->protocol, r->prio, r->prio_allocate, &err);
	if (err < 0)
		return refuse(r, err, "Filter with specified priority/protocol not found");
	if (!r->tp)
		return create_tp(r, pprev);
	r->tp->refcnt++;
	if (r->tca[TCA_KIND] && !tc_kind_is(r->tca[TCA_KIND], r->tp->ops->kind))
		return refuse(r, -EINVAL, "Specified filter kind does not match existing one");
	return 0;
}

static int change_filter(struct tfilter *r)
{
	u16 flags = r->req->nlh->nlmsg_flags;
	struct tcf_change c = {
		.req = r->req,
		.tp = r->tp,
		.handle = r->t->tcm_handle,
		.options = r->tca[TCA_OPTIONS],
		.action_flags = flags & NLM_F_CREATE ? 0 : TCA_ACT_FLAGS_REPLACE,
		.extack = r->req->extack,
	};
	void *fh = r->t->tcm_handle ? r->tp->ops->get(r->tp, r->t->tcm_handle) : NULL;
	int err;

	if (!fh && !(flags & NLM_F_CREATE))
		return refuse(r, -ENOENT,
			      "Need both RTM_NEWTFILTER and NLM_F_CREATE to create a new filter");
	if (fh && flags & NLM_F_EXCL)
		return refuse(r, -EEXIST, "Filter already exists");
	if (r->chain->tmplt_ops && r->chain->tmplt_ops != r->tp->ops)
		return refuse(r, -EINVAL, "Chain template is set to a different filter kind");
	err = r->tp->ops->change(&c, &fh);
	if (err == 0)
		tfilter_notify(r->req, r->tp, &r->place, fh, RTM_NEWTFILTER, false, r->req->extack);
	return err;
}

static int new_in_chain(struct tfilter *r)
{
	int err;

	r->place.block->classid = r->place.parent;
	r->chain = tcf_chain_get(r->place.block, r->chain_index, true);
	if (!r->chain)
		return refuse(r, -ENOMEM, "Cannot create specified filter chain");
	err = find_or_create_tp(r);
	if (err == 0)
		err = change_filter(r);
	if (err < 0 && r->tp)
		tcf_chain_tp_delete_empty(r->tp);
	return err;
}

static int tc_new_tfilter(struct nlreq *req)
{
	struct span sp = SPAN(req->net->trace);
	struct tfilter r;
	int err = tfilter_parse(&r, req);

	if (err < 0)
		return span_end(&sp, err);
	if (!r.prio) {
		if (!(req->nlh->nlmsg_flags & NLM_F_CREATE))
			return span_end(&sp,
					refuse(&r, -ENOENT,
					       "Invalid filter command with priority of zero"));
		r.prio = 0x80000000u;
		r.prio_allocate = true;
	}
	err = tfilter_find_block(&r);
	if (err == 0)
		err = new_in_chain(&r);
	note_place(&sp, &r);
	tfilter_release(&r);
	return span_end(&sp, err);
}

/* ---- delete ---- */

static int del_filter(struct tfilter *r)
{
	struct nlreq *req = r->req;
	bool notify = rtnl_notify_needed(req->net, req->nlh->nlmsg_flags, RTNLGRP_TC);
	void *fh = r->tp->ops->get(r->tp, r->t->tcm_handle);
	bool last;
	int err = 0;

	if (!fh)
		return refuse(r, -ENOENT, "Specified filter handle not found");
	if (notify && prepare_msg(req, r->tp, &r->place, fh, RTM_DELTFILTER, req->extack) < 0)
		return refuse(r, -EINVAL, "Failed to build del event notification");
	r->tp->ops->delete (r->tp, fh, &last);
	if (notify)
		err = send_msg(req);
	if (err < 0)
		return refuse(r, err, "Failed to send filter delete notification");
	if (last)
		tcf_chain_tp_delete_empty(r->tp);
	return 0;
}

static int del_in_chain(struct tfilter *r)
{
	int err;

	r->chain = tcf_chain_get(r->place.block, r->chain_index, false);
	if (!r->chain)
		return r->prio ? refuse(r, -ENOENT, "Cannot find specified filter chain") : 0;
	if (!r->prio) {
		tfilter_notify_chain(r->req, &r->place, r->chain, RTM_DELTFILTER);
		tcf_chain_flush(r->chain);
		return 0;
	}
	err = tfilter_find_tp(r);
	if (err < 0)
		return err;
	if (r->t->tcm_handle)
		return del_filter(r);
	unlink_tp(r->tp);
	tfilter_notify(r->req, r->tp, &r->place, NULL, RTM_DELTFILTER, false, r->req->extack);
	return 0;
}

static int tc_del_tfilter(struct nlreq *req)
{
	struct span sp = SPAN(req->net->trace);
	struct tfilter r;
	int err = tfilter_parse(&r, req);

	if (err < 0)
		return span_end(&sp, err);
	if (!r.prio && (r.protocol || r.t->tcm_handle || r.tca[TCA_KIND]))
		return span_end(&sp,
				refuse(&r, -ENOENT,
				       "Cannot flush filters with protocol, handle or kind set"));
	err = tfilter_find_block(&r);
	if (err == 0)
		err = del_in_chain(&r);
	note_place(&sp, &r);
	tfilter_release(&r);
	return span_end(&sp, err);
}

/* ---- get and dump ---- */

static int get_in_chain(struct tfilter *r)
{
	void *fh;
	int err;

	r->chain = tcf_chain_get(r->place.block, r->chain_index, false);
	if (!r->chain)
		return refuse(r, -EINVAL, "Cannot find specified filter chain");
	err = tfilter_find_tp(r);
	if (err < 0)
		return err;
	fh = r->tp->ops->get(r->tp, r->t->tcm_handle);
	if (!fh)
		return refuse(r, -ENOENT, "Specified filter handle not found");
	err = tfilter_notify(r->req, r->tp, &r->place, fh, RTM_NEWTFILTER, true, NULL);
	return err < 0 ? refuse(r, err, "Failed to send filter notify message") : 0;
}

static int tc_get_tfilter(struct nlreq *req)
{
	struct span sp = SPAN(req->net->trace);
	struct tfilter r;
	int err = tfilter_parse(&r, req);

	if (err < 0)
		return span_end(&sp, err);
	if (!r.prio)
		return span_end(
			&sp, refuse(&r, -ENOENT, "Invalid filter command with priority of zero"));
	err = tfilter_find_block(&r);
	if (err == 0)
		err = get_in_chain(&r);
	note_place(&sp, &r);
	tfilter_release(&r);
	return span_end(&sp, err);
}

struct tcf_block *tcf_block_of_dump(struct netlink_callback *cb, struct Qdisc **q, u32 *parent)
{
	const struct tcmsg *t = tcm_of(cb->nlh);
	const struct net_device *dev;
	struct tcf_block *block;
	unsigned long cl = 0;

	*q = NULL;
	*parent = 0;
	if (t->tcm_ifindex == (int)TCM_IFINDEX_MAGIC_BLOCK)
		return idr_find(&sched_net(cb->net)->blocks, t->tcm_block_index);
	dev = dev_get_by_index(cb->net, t->tcm_ifindex);
	*q = dev ? qdisc_lookup(dev, TC_H_MAJ(t->tcm_parent)) : NULL;
	if (!*q)
		return NULL;
	if (TC_H_MIN(t->tcm_parent)) {
		cl = (*q)->ops->find(t->tcm_parent);
		if (!cl)
			return NULL;
	}
	block = (*q)->ops->tcf_block(*q, cl);
	if (block) {
		*parent = block->classid;
		if (tcf_block_shared(block))
			*q = NULL;
	}
	return block;
}

/* netlink_callback.args: how far the dump is. */
enum {
	TP_INDEX,    /* tcf_proto, counted over all chains */
	HEADER_DONE, /* of that one */
	NEXT_HANDLE
};

static int dump_tp(struct kmsg *m, struct netlink_callback *cb, struct tcf_proto *tp,
		   const struct tcf_place *place, bool terse)
{
	u32 handle = (u32)cb->args[NEXT_HANDLE];
	void *fh;
	int err;

	if (!cb->args[HEADER_DONE]) {
		err = fill_node(m, tp, place, NULL, cb->nlh, cb->portid, NLM_F_MULTI,
				RTM_NEWTFILTER, false, NULL);
		if (err < 0)
			return err;
		cb->args[HEADER_DONE] = 1;
	}
	while (cb->args[NEXT_HANDLE] <= UINT32_MAX && (fh = tp->ops->next(tp, &handle))) {
		err = fill_node(m, tp, place, fh, cb->nlh, cb->portid, NLM_F_MULTI, RTM_NEWTFILTER,
				terse, NULL);
		if (err < 0)
			return err;
		cb->args[NEXT_HANDLE] = (long)handle + 1;
		handle++;
	}
	return 0;
}

static bool is_selected(const struct tcf_proto *tp, u32 info)
{
	u32 prio = TC_H_MAJ(info);
	u16 protocol = (u16)TC_H_MIN(info);

	return (!prio || prio == tp->prio) &&
	       (!protocol || protocol == FORCE_CAST(u16, tp->protocol));
}

static int dump_chain(struct kmsg *m, struct netlink_callback *cb, struct tcf_chain *chain,
		      const struct tcf_place *place, long *index, bool terse)
{
	const struct tcmsg *t = tcm_of(cb->nlh);

	for (struct tcf_proto *tp = chain->filter_chain; tp; tp = tp->next, (*index)++) {
		int err;

		if (*index < cb->args[TP_INDEX] || !is_selected(tp, t->tcm_info))
			continue;
		if (*index > cb->args[TP_INDEX]) {
			cb->args[TP_INDEX] = *index;
			cb->args[HEADER_DONE] = cb->args[NEXT_HANDLE] = 0;
		}
		err = dump_tp(m, cb, tp, place, terse);
		if (err < 0)
			return err;
	}
	return 0;
}

static int tc_dump_tfilter(struct kmsg *m, struct netlink_callback *cb)
{
	static const struct nla_policy policy[TCA_MAX + 1] = {
		[TCA_DUMP_FLAGS] = { .type = NLA_BITFIELD32, .mask = TCA_DUMP_FLAGS_TERSE },
	};
	const struct nlattr *tca[TCA_MAX + 1];
	struct nla_bitfield32 flags = { 0 };
	struct tcf_place place = { 0 };
	struct tcf_chain *chain;
	long index = 0;
	int err;

	if (cb->nlh->nlmsg_len < NLMSG_LENGTH(sizeof(struct tcmsg)))
		return (int)m->len;
	err = nlmsg_parse_deprecated(cb->nlh, sizeof(struct tcmsg), tca, TCA_MAX, policy,
				     cb->extack);
	if (err < 0)
		return err;
	if (tca[TCA_DUMP_FLAGS])
		nla_memcpy(&flags, tca[TCA_DUMP_FLAGS], sizeof flags);
	place.block = tcf_block_of_dump(cb, &place.q, &place.parent);
	if (!place.block)
		return (int)m->len;
	for (chain = tcf_chain_next(place.block, NULL); chain;
	     chain = tcf_chain_next(place.block, chain)) {
		if (tca[TCA_CHAIN] && nla_get_u32(tca[TCA_CHAIN]) != chain->index)
			continue;
		err = dump_chain(m, cb, chain, &place, &index, flags.value & TCA_DUMP_FLAGS_TERSE);
		if (err < 0)
			return m->len ? (int)m->len : err;
	}
	if (index > cb->args[TP_INDEX]) {
		cb->args[TP_INDEX] = index;
		cb->args[HEADER_DONE] = cb->args[NEXT_HANDLE] = 0;
	}
	return (int)m->len;
}

int cls_api_init(struct knet *net)
{
	int err = rtnl_register(net, PF_UNSPEC, RTM_NEWTFILTER, tc_new_tfilter, NULL,
				RTNL_FLAG_DOIT_UNLOCKED);

	if (err == 0)
		err = rtnl_register(net, PF_UNSPEC, RTM_DELTFILTER, tc_del_tfilter, NULL,
				    RTNL_FLAG_DOIT_UNLOCKED);
	if (err == 0)
		err = rtnl_register(net, PF_UNSPEC, RTM_GETTFILTER, tc_get_tfilter, tc_dump_tfilter,
				    RTNL_FLAG_DOIT_UNLOCKED);
	return err;
}
