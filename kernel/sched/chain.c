/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chains: references, visibility, templates, RTM_NEWCHAIN, RTM_DELCHAIN, RTM_GETCHAIN. Models that
 * part of net/sched/cls_api.c, 6.1.
 */
#include "kernel/sched/sched_internal.h"

#include "base/alloc.h"

static int fill_chain(struct kmsg *m, const struct tcf_chain *chain, u32 portid, u32 seq, u16 flags,
		      int event, const struct netlink_ext_ack *extack)
{
	const struct tcf_block *block = chain->block;
	size_t start = m->len;
	struct nlmsghdr *nlh = nlmsg_put(m, portid, seq, event, sizeof(struct tcmsg), flags);
	struct tcmsg *tcm;

	if (!nlh)
		goto full;
	tcm = NLMSG_DATA(nlh);
	memset(tcm, 0, sizeof *tcm);
	tcm->tcm_ifindex = block->q ? block->q->dev->ifindex : (int)TCM_IFINDEX_MAGIC_BLOCK;
	tcm->tcm_parent = block->q ? block->q->handle : block->index;
	if (nla_put_u32(m, TCA_CHAIN, chain->index) < 0)
		goto full;
	if (chain->tmplt_ops &&
	    (nla_put_string(m, TCA_KIND, chain->tmplt_ops->kind) < 0 ||
	     chain->tmplt_ops->tmplt_dump(m, block->net, chain->tmplt_priv) < 0))
		goto full;
	if (extack && extack->_msg && nla_put_string(m, TCA_EXT_WARN_MSG, extack->_msg) < 0)
		goto full;
	nlmsg_end(m, nlh);
	return 0;
full:
	nlmsg_trim(m, start);
	return -EMSGSIZE;
}

int tc_chain_notify(struct tcf_chain *chain, struct nlreq *req, u32 seq, u16 flags, int event,
		    bool unicast, struct netlink_ext_ack *extack)
{
	struct knet *net = chain->block->net;
	struct kmsg *m = &sched_net(net)->msg;

	if (!unicast && !rtnl_notify_needed(net, flags, RTNLGRP_TC))
		return 0;
	kmsg_reset(m);
	if (fill_chain(m, chain, req ? req->portid : 0, seq, flags, event, extack) < 0)
		return -EINVAL;
	if (unicast)
		return nlmsg_unicast(req, m);
	return rtnetlink_send(net, req, m, RTNLGRP_TC, flags & NLM_F_ECHO);
}

struct tcf_chain *tcf_chain_lookup(const struct tcf_block *block, u32 index)
{
	return idr_find(&block->chains, index);
}

struct tcf_chain *tcf_chain_create(struct tcf_block *block, u32 index)
{
	struct tcf_chain *chain = mem_new(sizeof *chain);

	if (!chain)
		return NULL;
	if (idr_add_at(&block->chains, index, chain) < 0) {
		mem_free(chain);
		return NULL;
	}
	chain->block = block;
	chain->index = index;
	chain->refcnt = 1;
	list_add_before(&block->chain_list, &chain->list);
	sched_net(block->net)->n_chains++;
	return chain;
}

bool tcf_chain_held_by_acts_only(const struct tcf_chain *chain)
{
	return chain->refcnt == chain->action_refcnt;
}

static struct tcf_chain *chain_get(struct tcf_block *block, u32 index, bool create, bool by_act)
{
	struct tcf_chain *chain = tcf_chain_lookup(block, index);

	if (chain)
		chain->refcnt++;
	else if (create)
		chain = tcf_chain_create(block, index);
	if (!chain)
		return NULL;
	if (by_act)
		chain->action_refcnt++;
	else if (chain->refcnt - chain->action_refcnt == 1)
		tc_chain_notify(chain, NULL, 0, NLM_F_CREATE | NLM_F_EXCL, RTM_NEWCHAIN, false,
				NULL);
	return chain;
}

struct tcf_chain *tcf_chain_get(struct tcf_block *block, u32 index, bool create)
{
	return chain_get(block, index, create, false);
}

static void free_chain(struct tcf_chain *chain)
{
	struct tcf_block *block = chain->block;

	if (chain->tmplt_ops)
		chain->tmplt_ops->tmplt_destroy(chain, chain->tmplt_priv);
	list_del(&chain->list);
	idr_del(&block->chains, chain->index);
	sched_net(block->net)->n_chains--;
	mem_free(chain);
	tcf_block_free_if_unused(block);
}

static void chain_put(struct tcf_chain *chain, bool by_act, bool explicitly_created)
{
	u32 non_act;

	if (explicitly_created) {
		if (!chain->explicitly_created)
			return;
		chain->explicitly_created = false;
	}
	if (by_act)
		chain->action_refcnt--;
	chain->refcnt--;
	non_act = chain->refcnt - chain->action_refcnt;
	if (!non_act && !chain->explicitly_created && !by_act)
		tc_chain_notify(chain, NULL, 0, 0, RTM_DELCHAIN, false, NULL);
	if (!chain->refcnt)
		free_chain(chain);
}

void tcf_chain_put(struct tcf_chain *chain)
{
	chain_put(chain, false, false);
}

void tcf_chain_put_explicitly_created(struct tcf_chain *chain)
{
	chain_put(chain, false, true);
}

void tcf_chain_flush(struct tcf_chain *chain)
{
	struct tcf_proto *tp = chain->filter_chain, *next;

	chain->filter_chain = NULL;
	for (; tp; tp = next) {
		next = tp->next;
		tcf_proto_put(tp);
	}
}

struct tcf_chain *tcf_chain_next(const struct tcf_block *block, const struct tcf_chain *chain)
{
	const struct list *at = chain ? chain->list.next : block->chain_list.next;

	for (; at != &block->chain_list; at = at->next) {
		struct tcf_chain *c = CONTAINER_OF(CONST_CAST(struct list *, at), struct tcf_chain,
						   list); /* the list's items are not const */

		if (!tcf_chain_held_by_acts_only(c))
			return c;
	}
	return NULL;
}

static void *goto_get(void *tp, u32 index)
{
	return chain_get(((struct tcf_proto *)tp)->chain->block, index, true, true);
}

static void goto_put(void *chain)
{
	chain_put(chain, true, false);
}

const struct tcf_goto_ops tcf_chain_goto_ops = { goto_get, goto_put };

/* ---- requests ---- */

static int tmplt_add(struct tcf_chain *chain, const struct nlattr *const *tca,
		     struct netlink_ext_ack *extack)
{
	struct knet *net = chain->block->net;
	const struct tcf_proto_ops *ops;
	char name[IFNAMSIZ];
	int err;

	if (!tca[TCA_KIND])
		return 0;
	if (nla_strscpy(name, tca[TCA_KIND], IFNAMSIZ) < 0)
		return TC_REFUSE(net, extack, -EINVAL, "Specified TC chain template name too long");
	err = tcf_proto_lookup_ops(net, name, &ops, extack);
	if (err < 0)
		return err;
	if (!ops->tmplt_create)
		return TC_REFUSE(net, extack, -EOPNOTSUPP,
				 "Chain templates are not supported with specified classifier");
	err = ops->tmplt_create(chain, tca[TCA_OPTIONS], &chain->tmplt_priv, extack);
	if (err == 0)
		chain->tmplt_ops = ops;
	return err;
}

static int new_chain(struct nlreq *req, struct tcf_block *block, u32 index,
		     const struct nlattr *const *tca)
{
	struct tcf_chain *chain = tcf_chain_lookup(block, index);
	int err;

	if (chain && !tcf_chain_held_by_acts_only(chain))
		return TC_REFUSE(req->net, req->extack, -EEXIST, "Filter chain already exists");
	if (chain) {
		chain->refcnt++;
	} else {
		if (!(req->nlh->nlmsg_flags & NLM_F_CREATE))
			return TC_REFUSE(req->net, req->extack, -ENOENT,
					 "Need both RTM_NEWCHAIN and NLM_F_CREATE to create a new "
					 "chain");
		chain = tcf_chain_create(block, index);
		if (!chain)
			return TC_REFUSE(req->net, req->extack, -ENOMEM,
					 "Failed to create filter chain");
	}
	chain->refcnt++;
	chain->explicitly_created = true;
	err = tmplt_add(chain, tca, req->extack);
	if (err < 0)
		tcf_chain_put_explicitly_created(chain);
	else
		tc_chain_notify(chain, NULL, 0, NLM_F_CREATE | NLM_F_EXCL, RTM_NEWCHAIN, false,
				req->extack);
	tcf_chain_put(chain);
	return err;
}

static int del_or_get_chain(struct nlreq *req, const struct tcf_place *place, u32 index)
{
	struct tcf_chain *chain = tcf_chain_lookup(place->block, index);
	int err = 0;

	if (!chain || tcf_chain_held_by_acts_only(chain))
		return TC_REFUSE(req->net, req->extack, -EINVAL,
				 "Cannot find specified filter chain");
	chain->refcnt++;
	if (req->nlh->nlmsg_type == RTM_DELCHAIN) {
		tfilter_notify_chain(req, place, chain, RTM_DELTFILTER);
		tcf_chain_flush(chain);
		tcf_chain_put_explicitly_created(chain);
	} else {
		err = tc_chain_notify(chain, req, req->nlh->nlmsg_seq, req->nlh->nlmsg_flags,
				      req->nlh->nlmsg_type, true, req->extack);
		if (err < 0)
			NL_SET_ERR_MSG(req->extack, "Failed to send chain notify message");
	}
	tcf_chain_put(chain);
	return err;
}

static int tc_ctl_chain(struct nlreq *req)
{
	struct span sp = SPAN(req->net->trace);
	const struct nlattr *tca[TCA_MAX + 1];
	const struct tcmsg *t = tcm_of(req->nlh);
	struct tcf_place place;
	u32 index;
	int err;

	err = nlmsg_parse_deprecated(req->nlh, sizeof *t, tca, TCA_MAX, rtm_tca_policy(),
				     req->extack);
	if (err < 0)
		return span_end(&sp, err);
	err = tcf_block_find(req, t, NULL, &place);
	if (err < 0)
		return span_end(&sp, err);
	index = tca[TCA_CHAIN] ? nla_get_u32(tca[TCA_CHAIN]) : 0;
	span_note(&sp, "chain", "%u", index);
	if (index > TC_ACT_EXT_VAL_MASK)
		err = TC_REFUSE(req->net, req->extack, -EINVAL,
				"Specified chain index exceeds upper limit");
	else if (req->nlh->nlmsg_type == RTM_NEWCHAIN)
		err = new_chain(req, place.block, index, tca);
	else
		err = del_or_get_chain(req, &place, index);
	tcf_block_refcnt_put(place.block);
	return span_end(&sp, err);
}

static int tc_dump_chain(struct kmsg *m, struct netlink_callback *cb)
{
	const struct nlattr *tca[TCA_MAX + 1];
	struct tcf_block *block;
	struct tcf_chain *chain;
	struct Qdisc *q;
	long index = 0;
	u32 parent;
	int err;

	if (cb->nlh->nlmsg_len < NLMSG_LENGTH(sizeof(struct tcmsg)))
		return (int)m->len;
	err = nlmsg_parse_deprecated(cb->nlh, sizeof(struct tcmsg), tca, TCA_MAX, rtm_tca_policy(),
				     cb->extack);
	if (err < 0)
		return err;
	block = tcf_block_of_dump(cb, &q, &parent);
	if (!block)
		return (int)m->len;
	for (chain = tcf_chain_next(block, NULL); chain; chain = tcf_chain_next(block, chain)) {
		if (tca[TCA_CHAIN] && nla_get_u32(tca[TCA_CHAIN]) != chain->index)
			continue;
		if (index++ < cb->args[0])
			continue;
		err = fill_chain(m, chain, cb->portid, cb->seq, NLM_F_MULTI, RTM_NEWCHAIN, NULL);
		if (err < 0) {
			index--;
			break;
		}
	}
	cb->args[0] = index;
	return m->len ? (int)m->len : err;
}

int cls_chain_init(struct knet *net)
{
	int err = rtnl_register(net, PF_UNSPEC, RTM_NEWCHAIN, tc_ctl_chain, NULL, 0);

	if (err == 0)
		err = rtnl_register(net, PF_UNSPEC, RTM_DELCHAIN, tc_ctl_chain, NULL, 0);
	if (err == 0)
		err = rtnl_register(net, PF_UNSPEC, RTM_GETCHAIN, tc_ctl_chain, tc_dump_chain, 0);
	return err;
}
