/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The classifier flower. Models net/sched/cls_flower.c, 6.1, its order of steps and its calls of
 * drivers. A tcf_proto holds masks in order of creation; each mask has a hash table of masked keys.
 * Absent: what flower_key.c refuses by name; ranges.
 */
#define KBUILD_MODNAME "cls_flower"
#include "base/alloc.h"
#include "base/hash.h"
#include "kernel/sched/flower_internal.h"

#include <assert.h>

struct fl_flow_mask {
	struct list list; /* in cls_fl_head.masks */
	struct fl_flow_key key;
	u16 start, end; /* bytes of keys that it uses, multiples of 8 */
	u32 number;	/* in order of creation, for the trace */
	u32 refcnt;	/* filters */
	u32 fields;	/* fl_mask_fields() */
	struct htable ht;
	struct list filters; /* oldest first */
	struct flow_dissector dissector;
};

struct cls_fl_head {
	struct htable mask_ht;	   /* masks by key */
	struct list masks;	   /* oldest first: the order of classification */
	struct fl_flow_mask *last; /* the one that was used last, or NULL */
	struct list hw_filters;	   /* newest first: what drivers have been offered */
	struct idr handles;
	u32 n_masks;
};

/* Keys keep only the bytes of their mask; an own unmasked key follows when it differs. */
struct cls_fl_filter {
	struct fl_flow_mask *mask;
	struct list list, hw_list;
	u32 handle, flags, in_hw_count, classid;
	struct tcf_exts exts;
	u8 size_class; /* of sched_net.filters */
	bool has_own_key;
	u64 keys[];
};
static_assert(sizeof(struct cls_fl_filter) <= 96, "a filter must stay small");

struct fl_flow_tmplt {
	struct fl_flow_key dummy_key, mask;
	struct flow_dissector dissector;
};

static size_t mask_range(const struct fl_flow_mask *mask)
{
	return (size_t)(mask->end - mask->start);
}

static bool skip_sw(u32 flags)
{
	return flags & TCA_CLS_FLAGS_SKIP_SW;
}

static bool skip_hw(u32 flags)
{
	return flags & TCA_CLS_FLAGS_SKIP_HW;
}

static struct knet *net_of(const struct tcf_proto *tp)
{
	return tp->chain->block->net;
}

/* ---- keys of filters ---- */

struct key_bytes {
	const void *p;
	size_t size;
};

static u32 hash_key(const void *p, size_t size)
{
	return (u32)hash_bytes(p, size, 0);
}

static bool filter_eq(const void *item, const void *key)
{
	const struct cls_fl_filter *f = item;
	const struct key_bytes *k = key;

	return memcmp(f->keys, k->p, k->size) == 0;
}

static struct cls_fl_filter *find_key(const struct fl_flow_mask *mask, const void *mkey, u32 hash)
{
	struct key_bytes k = { mkey, mask_range(mask) };

	return htable_find(&mask->ht, hash, filter_eq, &k);
}

static u32 filter_hash(const struct cls_fl_filter *f)
{
	return hash_key(f->keys, mask_range(f->mask));
}

/* The whole key of a filter: masked, as drivers get it, or as the user gave it. */
static void expand_key(struct fl_flow_key *key, const struct cls_fl_filter *f, bool masked)
{
	size_t range = mask_range(f->mask);
	const u8 *from = (const u8 *)f->keys + (!masked && f->has_own_key ? range : 0);

	memset(key, 0, sizeof *key);
	memcpy((u8 *)key + f->mask->start, from, range);
}

static void set_masked_key(u64 *mkey, const u8 *key, const u8 *mask, size_t range)
{
	for (size_t i = 0; i < range; i += 8)
		mkey[i / 8] = get_u64(key + i) & get_u64(mask + i);
}

/* fl_mask_update_range(). */
static void find_range(const struct fl_flow_key *mask, u16 *start, u16 *end)
{
	const u8 *p = (const u8 *)mask;
	size_t n = sizeof *mask / 8, first = 0, last = n - 1;

	while (first < n && !get_u64(p + first * 8))
		first++;
	if (first == n)
		first = 0;
	while (last > first && !get_u64(p + last * 8))
		last--;
	*start = (u16)(first * 8);
	*end = (u16)((last + 1) * 8);
	fl_widen_range(mask, start, end);
}

/* ---- masks ---- */

static bool mask_eq(const void *item, const void *key)
{
	return memcmp(&((const struct fl_flow_mask *)item)->key, key, sizeof(struct fl_flow_key)) ==
	       0;
}

static struct fl_flow_mask *find_mask(struct cls_fl_head *head, const struct fl_flow_key *key)
{
	if (head->last && mask_eq(head->last, key))
		return head->last;
	return htable_find(&head->mask_ht, hash_key(key, sizeof *key), mask_eq, key);
}

static struct fl_flow_mask *fl_create_new_mask(struct sched_net *sn, struct cls_fl_head *head,
					       const struct fl_flow_key *key)
{
	struct fl_flow_mask *mask = mem_new(sizeof *mask);

	if (!mask)
		return NULL;
	mask->key = *key;
	if (htable_add(&head->mask_ht, hash_key(key, sizeof *key), mask) < 0) {
		mem_free(mask);
		return NULL;
	}
	find_range(key, &mask->start, &mask->end);
	fl_init_dissector(&mask->dissector, key);
	mask->fields = fl_mask_fields(key);
	htable_init(&mask->ht);
	list_init(&mask->filters);
	mask->number = ++head->n_masks;
	list_add_before(&head->masks, &mask->list);
	sn->other_bytes += sizeof *mask;
	return mask;
}

static void fl_mask_put(struct sched_net *sn, struct cls_fl_head *head, struct fl_flow_mask *mask)
{
	if (--mask->refcnt)
		return;
	htable_del(&head->mask_ht, hash_key(&mask->key, sizeof mask->key), mask);
	list_del(&mask->list);
	htable_fini(&mask->ht);
	if (head->last == mask)
		head->last = NULL;
	mem_free(mask);
	sn->other_bytes -= sizeof *mask;
}

static void free_filter(struct sched_net *sn, struct cls_fl_filter *f)
{
	tcf_exts_destroy(sn->net, &f->exts);
	sn->n_filters--;
	pool_put(&sn->filters[f->size_class], f);
}

/* ---- drivers ---- */

static void offload_init(struct flow_cls_offload *cls, const struct tcf_proto *tp,
			 const struct cls_fl_filter *f, enum flow_cls_command command,
			 struct netlink_ext_ack *extack)
{
	memset(cls, 0, sizeof *cls);
	cls->common.chain_index = tp->chain->index;
	cls->common.protocol = tp->protocol;
	cls->common.prio = tp->prio >> 16;
	if (skip_sw(f->flags) || f->flags & TCA_CLS_FLAGS_VERBOSE)
		cls->common.extack = extack;
	cls->command = command;
	cls->cookie = (unsigned long)f;
}

/* The rule that drivers see, in scratch memory. */
struct offloaded_rule {
	struct flow_rule rule;
	struct fl_flow_key key;
};

static int rule_init(struct offloaded_rule *r, struct sched_net *sn, const struct cls_fl_filter *f)
{
	unsigned int n = tcf_exts_num_actions(&f->exts);

	if (n > sn->entries_cap) {
		void *p = mem_grow(sn->entries, &sn->entries_cap, n, sizeof sn->entries[0]);

		if (!p)
			return -ENOMEM;
		sn->entries = p;
	}
	expand_key(&r->key, f, true);
	r->rule.match.dissector = &f->mask->dissector;
	r->rule.match.mask = &f->mask->key;
	r->rule.match.key = &r->key;
	r->rule.action.num_entries = 0;
	r->rule.action.entries = sn->entries;
	return 0;
}

static void fl_hw_destroy_filter(struct tcf_proto *tp, struct cls_fl_filter *f,
				 struct netlink_ext_ack *extack)
{
	struct flow_cls_offload cls;

	offload_init(&cls, tp, f, FLOW_CLS_DESTROY, extack);
	tc_setup_cb_destroy(tp->chain->block, tp, TC_SETUP_CLSFLOWER, &cls, false, &f->flags,
			    &f->in_hw_count);
}

static int fl_hw_replace_filter(struct tcf_proto *tp, struct cls_fl_filter *f,
				struct netlink_ext_ack *extack)
{
	struct knet *net = net_of(tp);
	struct span sp = SPAN(net->trace);
	struct flow_cls_offload cls;
	struct offloaded_rule r;
	int err = rule_init(&r, sched_net(net), f);

	if (err < 0)
		return span_end(&sp, err);
	offload_init(&cls, tp, f, FLOW_CLS_REPLACE, extack);
	cls.rule = &r.rule;
	cls.classid = f->classid;
	span_note(&sp, "used_keys", "%#x", f->mask->dissector.used_keys);
	err = tc_setup_offload_action(net, r.rule.action.entries, &r.rule.action.num_entries,
				      &f->exts, cls.common.extack);
	if (err < 0)
		return span_end(&sp, skip_sw(f->flags) ? err : 0);
	span_note(&sp, "entries", "%u", r.rule.action.num_entries);
	err = tc_setup_cb_add(tp->chain->block, tp, TC_SETUP_CLSFLOWER, &cls, skip_sw(f->flags),
			      &f->flags, &f->in_hw_count);
	if (err < 0) {
		fl_hw_destroy_filter(tp, f, NULL);
		return span_end(&sp, err);
	}
	span_note(&sp, "in_hw_count", "%u", f->in_hw_count);
	if (skip_sw(f->flags) && !(f->flags & TCA_CLS_FLAGS_IN_HW))
		err = trace_refuse(net->trace, -EINVAL, "skip_sw", "no driver took the rule");
	return span_end(&sp, err);
}

static void fl_hw_update_stats(struct tcf_proto *tp, struct cls_fl_filter *f)
{
	struct flow_cls_offload cls;

	offload_init(&cls, tp, f, FLOW_CLS_STATS, NULL);
	cls.classid = f->classid;
	tc_setup_cb_call(tp->chain->block, TC_SETUP_CLSFLOWER, &cls, false);
	tcf_exts_hw_stats_update(net_of(tp), &f->exts, &cls.stats);
}

static void fl_hw_add(struct tcf_proto *tp, void *type_data)
{
	struct flow_cls_offload *cls = type_data;
	struct cls_fl_filter *f = (struct cls_fl_filter *)cls->cookie;

	list_add_after(&((struct cls_fl_head *)tp->root)->hw_filters, &f->hw_list);
}

static void fl_hw_del(struct tcf_proto *tp, void *type_data)
{
	struct flow_cls_offload *cls = type_data;

	list_del(&((struct cls_fl_filter *)cls->cookie)->hw_list);
}

static int reoffload_one(struct tcf_proto *tp, struct cls_fl_filter *f, bool add,
			 flow_setup_cb_t *cb, void *cb_priv, struct netlink_ext_ack *extack)
{
	struct flow_cls_offload cls;
	struct offloaded_rule r;
	int err = rule_init(&r, sched_net(net_of(tp)), f);

	if (err < 0)
		return err;
	offload_init(&cls, tp, f, add ? FLOW_CLS_REPLACE : FLOW_CLS_DESTROY, extack);
	cls.rule = &r.rule;
	cls.classid = f->classid;
	err = tc_setup_offload_action(net_of(tp), r.rule.action.entries, &r.rule.action.num_entries,
				      &f->exts, cls.common.extack);
	if (err < 0)
		return skip_sw(f->flags) ? err : 0;
	return tc_setup_cb_reoffload(tp->chain->block, tp, add, cb, TC_SETUP_CLSFLOWER, &cls,
				     cb_priv, &f->flags, &f->in_hw_count);
}

static int fl_reoffload(struct tcf_proto *tp, bool add, flow_setup_cb_t *cb, void *cb_priv,
			struct netlink_ext_ack *extack)
{
	struct span sp = SPAN(net_of(tp)->trace);
	struct cls_fl_head *head = tp->root;
	struct cls_fl_filter *f;

	list_for_each_entry (f, &head->hw_filters, hw_list) {
		int err = reoffload_one(tp, f, add, cb, cb_priv, extack);

		if (err)
			return span_end(&sp, err);
	}
	return span_end(&sp, 0);
}

/* ---- change ---- */

/* A filter as it was asked for. */
struct wanted {
	const struct nlattr *tb[FLOWER_MAX + 1];
	struct fl_flow_key key, mask;
	struct fl_flow_key mkey;    /* the bytes of @key from @start on, masked */
	u16 start, end;		    /* of @mask, as in struct fl_flow_mask */
	u32 hash;		    /* of @mkey */
	struct fl_flow_mask *fmask; /* NULL: there is none like @mask yet */
	struct tcf_exts exts;
	u32 flags, classid;
};

static struct cls_fl_filter *new_filter(struct sched_net *sn, const struct wanted *w)
{
	const size_t range = (size_t)(w->end - w->start);
	const u8 *key = (const u8 *)&w->key + w->start;
	const bool has_own_key = memcmp(&w->mkey, key, range) != 0;
	const size_t words = range / 8 * (has_own_key ? 2 : 1);
	struct cls_fl_filter *f = pool_get(&sn->filters[words]);

	if (!f)
		return NULL;
	f->size_class = (u8)words;
	f->has_own_key = has_own_key;
	memcpy(f->keys, &w->mkey, range);
	if (has_own_key)
		memcpy(f->keys + range / 8, key, range);
	list_init(&f->list);
	list_init(&f->hw_list);
	sn->n_filters++;
	return f;
}

/* What is told by key and mask alone. The place in the table is far away in memory: it is fetched.
 */
static void look_ahead(struct wanted *w, struct cls_fl_head *head)
{
	const u8 *key = (const u8 *)&w->key, *mask = (const u8 *)&w->mask;
	size_t range;

	w->fmask = find_mask(head, &w->mask);
	if (w->fmask) {
		w->start = w->fmask->start;
		w->end = w->fmask->end;
	} else {
		find_range(&w->mask, &w->start, &w->end);
	}
	range = (size_t)(w->end - w->start);
	set_masked_key((u64 *)(void *)&w->mkey, key + w->start, mask + w->start, range);
	w->hash = hash_key(&w->mkey, range);
	if (w->fmask)
		htable_prefetch(&w->fmask->ht, w->hash);
}

/* Reads the key. When it is bad, that is told after what is wrong with the actions, as in Linux. */
static bool read_key_ahead(struct tcf_change *c, struct wanted *w)
{
	memset(&w->key, 0, sizeof w->key);
	memset(&w->mask, 0, sizeof w->mask);
	if (fl_try_key(c->req->net, w->tb, &w->key, &w->mask) < 0)
		return false;
	look_ahead(w, c->tp->root);
	return true;
}

static int refuse_key(struct tcf_change *c, struct wanted *w)
{
	memset(&w->key, 0, sizeof w->key);
	memset(&w->mask, 0, sizeof w->mask);
	return fl_set_key(c->req->net, w->tb, &w->key, &w->mask, c->extack);
}

static bool mask_fits_tmplt(const struct fl_flow_tmplt *tmplt, const struct fl_flow_key *mask)
{
	const u8 *t = (const u8 *)&tmplt->mask, *m = (const u8 *)mask;

	for (size_t i = 0; i < sizeof *mask; i += 8) {
		if (~get_u64(t + i) & get_u64(m + i))
			return false;
	}
	return true;
}

static int fl_set_parms(struct tcf_change *c, struct wanted *w)
{
	struct knet *net = c->req->net;
	struct span sp = SPAN(net->trace);
	const struct fl_flow_tmplt *tmplt = c->tp->chain->tmplt_priv;
	const bool has_key = read_key_ahead(c, w);
	int err;

	err = tcf_exts_validate(net, &w->exts, w->tb[TCA_FLOWER_ACT], c->action_flags, w->flags,
				c->tp, c->extack);
	if (err < 0)
		return span_end(&sp, err);
	w->exts.action_attr = TCA_FLOWER_ACT;
	span_note(&sp, "actions", "%u", w->exts.nr_actions);
	w->classid = w->tb[TCA_FLOWER_CLASSID] ? nla_get_u32(w->tb[TCA_FLOWER_CLASSID]) : 0;
	err = has_key ? 0 : refuse_key(c, w);
	if (err == 0 && tmplt && !mask_fits_tmplt(tmplt, &w->mask))
		err = TC_REFUSE(net, c->extack, -EINVAL,
				KBUILD_MODNAME ": Mask does not fit the template");
	if (err < 0)
		tcf_exts_destroy(net, &w->exts);
	return span_end(&sp, err);
}

static int parse_options(struct tcf_change *c, struct wanted *w)
{
	struct trace *trace = c->req->net->trace;
	u32 skips = TCA_CLS_FLAGS_SKIP_HW | TCA_CLS_FLAGS_SKIP_SW;
	int err;

	if (!c->options)
		return trace_refuse(trace, -EINVAL, NULL, "no TCA_OPTIONS");
	err = nla_parse_nested_deprecated(w->tb, FLOWER_MAX, c->options, fl_policy, NULL);
	if (err < 0)
		return trace_refuse(trace, err, NULL, "an attribute of flower is bad");
	w->flags = w->tb[TCA_FLOWER_FLAGS] ? nla_get_u32(w->tb[TCA_FLOWER_FLAGS]) : 0;
	if (w->flags & ~(skips | TCA_CLS_FLAGS_VERBOSE))
		return trace_refuse(trace, -EINVAL, "flags",
				    "only skip_hw, skip_sw and verbose "
				    "can be asked for");
	if ((w->flags & skips) == skips)
		return trace_refuse(trace, -EINVAL, "flags",
				    "skip_hw and skip_sw exclude each other");
	return fl_set_parms(c, w);
}

/* fl_check_assign_mask(): a replacement must have the mask of what it replaces. */
static int fl_check_assign_mask(struct tcf_change *c, struct cls_fl_filter *fnew,
				const struct cls_fl_filter *fold, const struct wanted *w)
{
	struct sched_net *sn = sched_net(c->req->net);
	struct cls_fl_head *head = c->tp->root;
	struct fl_flow_mask *mask = w->fmask;

	if (fold && fold->mask != mask)
		return trace_refuse(sn->net->trace, -EINVAL, NULL,
				    "a filter cannot be replaced by one with another mask");
	if (!mask)
		mask = fl_create_new_mask(sn, head, &w->mask);
	if (!mask)
		return -ENOMEM;
	mask->refcnt++;
	head->last = mask;
	fnew->mask = mask;
	return 0;
}

static int fl_ht_insert_unique(struct knet *net, struct cls_fl_filter *fnew,
			       const struct cls_fl_filter *fold, u32 hash, bool *in_ht)
{
	*in_ht = false;
	if (find_key(fnew->mask, fnew->keys, hash)) {
		if (fold)
			return 0; /* its place is taken over later, or there will be two */
		return trace_refuse(net->trace, -EEXIST, NULL,
				    "a filter of this priority has the same match");
	}
	if (htable_add(&fnew->mask->ht, hash, fnew) < 0)
		return -ENOMEM;
	*in_ht = true;
	return 0;
}

/* idr_replace(). A neighbour in the same node keeps the node, so that no memory is needed. */
static void replace_handle(struct idr *idr, u32 handle, void *f)
{
	bool is_held = idr_add_at(idr, handle ^ 1, f) == 0;

	idr_del(idr, handle);
	if (idr_add_at(idr, handle, f) < 0)
		return; /* cannot be: the node is there */
	if (is_held)
		idr_del(idr, handle ^ 1);
}

/* A replacement takes the handle and the place; only the first step can fail. */
static int commit_replace(struct tcf_change *c, struct cls_fl_filter *fnew,
			  struct cls_fl_filter *fold, bool *in_ht)
{
	struct sched_net *sn = sched_net(c->req->net);
	struct cls_fl_head *head = c->tp->root;

	if (!*in_ht && htable_add(&fnew->mask->ht, filter_hash(fnew), fnew) < 0)
		return -ENOMEM;
	*in_ht = true;
	fnew->handle = fold->handle;
	replace_handle(&head->handles, fnew->handle, fnew);
	htable_del(&fold->mask->ht, filter_hash(fold), fold);
	list_add_before(&fold->list, &fnew->list);
	list_del(&fold->list);
	fl_mask_put(sn, head, fold->mask);
	if (!skip_hw(fold->flags))
		fl_hw_destroy_filter(c->tp, fold, NULL);
	free_filter(sn, fold);
	return 0;
}

static int commit_new(struct tcf_change *c, struct cls_fl_filter *fnew)
{
	struct cls_fl_head *head = c->tp->root;
	int err;

	if (c->handle) {
		fnew->handle = c->handle;
		err = idr_add_at(&head->handles, c->handle, fnew);
	} else {
		err = idr_add(&head->handles, 1, INT32_MAX, fnew, &fnew->handle);
	}
	if (err < 0)
		return trace_refuse(c->req->net->trace, err, NULL, "no handle for the filter");
	list_add_before(&fnew->mask->filters, &fnew->list);
	return 0;
}

/* Mask, key, hardware, handle; takes back what it did. */
static int insert(struct tcf_change *c, struct cls_fl_filter *fnew, struct cls_fl_filter *fold,
		  const struct wanted *w)
{
	struct knet *net = c->req->net;
	bool in_ht = false;
	int err = fl_check_assign_mask(c, fnew, fold, w);

	if (err < 0)
		return err;
	err = fl_ht_insert_unique(net, fnew, fold, w->hash, &in_ht);
	if (err < 0)
		goto undo_mask;
	if (!skip_hw(fnew->flags))
		err = fl_hw_replace_filter(c->tp, fnew, c->extack);
	if (err == 0) {
		if (!(fnew->flags & TCA_CLS_FLAGS_IN_HW))
			fnew->flags |= TCA_CLS_FLAGS_NOT_IN_HW;
		err = fold ? commit_replace(c, fnew, fold, &in_ht) : commit_new(c, fnew);
	}
	if (err == 0)
		return 0;
	/* Drivers are told, whether they took the rule or not, as in Linux. */
	if (!skip_hw(fnew->flags))
		fl_hw_destroy_filter(c->tp, fnew, NULL);
	if (in_ht)
		htable_del(&fnew->mask->ht, filter_hash(fnew), fnew);
undo_mask:
	fl_mask_put(sched_net(net), c->tp->root, fnew->mask);
	return err;
}

static int make(struct tcf_change *c, struct wanted *w, struct cls_fl_filter *fold, void **fh)
{
	struct sched_net *sn = sched_net(c->req->net);
	struct cls_fl_filter *fnew;
	int err;

	if (sn->n_filters >= SCHED_FILTERS_MAX) {
		tcf_exts_destroy(sn->net, &w->exts);
		return TC_REFUSE(sn->net, c->extack, -ENOSPC,
				 KBUILD_MODNAME ": inhw: too many filters");
	}
	fnew = new_filter(sn, w);
	if (!fnew) {
		tcf_exts_destroy(sn->net, &w->exts);
		return -ENOBUFS;
	}
	fnew->flags = w->flags;
	fnew->classid = w->classid;
	fnew->exts = w->exts;
	err = insert(c, fnew, fold, w);
	if (err < 0)
		free_filter(sn, fnew);
	else
		*fh = fnew;
	return err;
}

static int fl_change(struct tcf_change *c, void **fh)
{
	struct span sp = SPAN(c->req->net->trace);
	struct wanted w;
	int err = parse_options(c, &w);

	if (err == 0) {
		span_note(&sp, "skip_sw", "%d", skip_sw(w.flags));
		span_note(&sp, "skip_hw", "%d", skip_hw(w.flags));
		err = make(c, &w, *fh, fh);
	}
	if (err == 0 && span_is_on(&sp)) {
		const struct cls_fl_filter *f = *fh;

		span_note(&sp, "handle", "%#x", f->handle);
		span_note(&sp, "mask", "%u", f->mask->number);
		span_note(&sp, "flags", "%s%s", f->flags & TCA_CLS_FLAGS_IN_HW ? "in_hw" : "",
			  f->flags & TCA_CLS_FLAGS_NOT_IN_HW ? "not_in_hw" : "");
	}
	return span_end(&sp, err);
}

/* ---- the rest of a classifier's operations ---- */

static int fl_init(struct tcf_proto *tp)
{
	struct cls_fl_head *head = mem_new(sizeof *head);

	if (!head)
		return -ENOBUFS;
	htable_init(&head->mask_ht);
	list_init(&head->masks);
	list_init(&head->hw_filters);
	idr_init(&head->handles);
	tp->root = head;
	return 0;
}

static void delete_filter(struct tcf_proto *tp, struct cls_fl_filter *f)
{
	struct sched_net *sn = sched_net(net_of(tp));
	struct cls_fl_head *head = tp->root;

	htable_del(&f->mask->ht, filter_hash(f), f);
	idr_del(&head->handles, f->handle);
	list_del(&f->list);
	fl_mask_put(sn, head, f->mask);
	if (!skip_hw(f->flags))
		fl_hw_destroy_filter(tp, f, NULL);
	free_filter(sn, f);
}

static void fl_delete(struct tcf_proto *tp, void *fh, bool *last)
{
	delete_filter(tp, fh);
	*last = list_is_empty(&((struct cls_fl_head *)tp->root)->masks);
}

static void fl_destroy(struct tcf_proto *tp)
{
	struct cls_fl_head *head = tp->root;

	while (!list_is_empty(&head->masks)) {
		struct fl_flow_mask *mask = list_entry(head->masks.next, struct fl_flow_mask, list);

		/* Its last filter takes the mask away. */
		delete_filter(tp, list_entry(mask->filters.next, struct cls_fl_filter, list));
	}
	htable_fini(&head->mask_ht);
	idr_fini(&head->handles);
	mem_free(head);
}

static void *fl_get(struct tcf_proto *tp, u32 handle)
{
	return idr_find(&((struct cls_fl_head *)tp->root)->handles, handle);
}

static bool fl_is_empty(const struct tcf_proto *tp)
{
	return ((const struct cls_fl_head *)tp->root)->handles.n == 0;
}

static void *fl_next(const struct tcf_proto *tp, u32 *handle)
{
	return idr_next(&((const struct cls_fl_head *)tp->root)->handles, handle);
}

static int dump_match(struct kmsg *m, struct knet *net, const struct cls_fl_filter *f)
{
	struct fl_flow_key key;

	if (f->classid && nla_put_u32(m, TCA_FLOWER_CLASSID, f->classid) < 0)
		return -EMSGSIZE;
	expand_key(&key, f, false);
	return fl_dump_key(m, net, &key, &f->mask->key, f->mask->fields);
}

static int dump_filter(struct tcf_proto *tp, struct cls_fl_filter *f, struct kmsg *m, u32 *handle,
		       bool terse)
{
	struct knet *net = net_of(tp);
	ssize_t nest = nla_nest_start_noflag(m, TCA_OPTIONS);

	*handle = f->handle;
	if (nest < 0 || (!terse && dump_match(m, net, f) < 0))
		return -EMSGSIZE;
	if (f->flags && nla_put_u32(m, TCA_FLOWER_FLAGS, f->flags) < 0)
		return -EMSGSIZE;
	if (!skip_hw(f->flags))
		fl_hw_update_stats(tp, f);
	if (!terse && nla_put_u32(m, TCA_FLOWER_IN_HW_COUNT, f->in_hw_count) < 0)
		return -EMSGSIZE;
	if (tcf_exts_dump(net, m, &f->exts, terse) < 0)
		return -EMSGSIZE;
	nla_nest_end(m, nest);
	return 0;
}

static int fl_dump(struct tcf_proto *tp, void *fh, struct kmsg *m, u32 *handle)
{
	return dump_filter(tp, fh, m, handle, false);
}

static int fl_terse_dump(struct tcf_proto *tp, void *fh, struct kmsg *m, u32 *handle)
{
	return dump_filter(tp, fh, m, handle, true);
}

static void note_way(const struct tcf_proto *tp, const struct cls_fl_filter *f)
{
	struct knet_way *way = &net_of(tp)->way;

	way->handler = KNET_HANDLER_TC;
	way->tc_chain = tp->chain->index;
	way->tc_prio = tp->prio >> 16;
	way->tc_handle = f->handle;
}

static int fl_classify(struct sk_buff *skb, const struct tcf_proto *tp, struct tcf_result *res)
{
	struct span sp = SPAN(net_of(tp)->trace);
	const struct cls_fl_head *head = tp->root;
	const struct fl_flow_mask *mask;
	struct fl_flow_key key, mkey;
	int verdict = TC_ACT_UNSPEC;

	fl_key_from_skb(&key, skb);
	list_for_each_entry (mask, &head->masks, list) {
		const struct cls_fl_filter *f;

		set_masked_key((u64 *)(void *)&mkey, (const u8 *)&key + mask->start,
			       (const u8 *)&mask->key + mask->start, mask_range(mask));
		f = find_key(mask, &mkey, hash_key(&mkey, mask_range(mask)));
		if (f && !skip_sw(f->flags)) {
			span_note(&sp, "handle", "%#x", f->handle);
			span_note(&sp, "mask", "%u", mask->number);
			note_way(tp, f);
			verdict = tcf_exts_exec(skb, &f->exts, res);
			break;
		}
	}
	span_end(&sp, 0);
	return verdict;
}

/* ---- templates ---- */

static void tmplt_offload_init(struct flow_cls_offload *cls, struct flow_rule *rule,
			       const struct tcf_chain *chain, struct fl_flow_tmplt *tmplt,
			       bool create)
{
	memset(cls, 0, sizeof *cls);
	memset(rule, 0, sizeof *rule);
	cls->common.chain_index = chain->index;
	cls->command = create ? FLOW_CLS_TMPLT_CREATE : FLOW_CLS_TMPLT_DESTROY;
	cls->cookie = (unsigned long)tmplt;
	rule->match.dissector = &tmplt->dissector;
	rule->match.mask = &tmplt->mask;
	rule->match.key = &tmplt->dummy_key;
	cls->rule = rule;
}

static int fl_tmplt_create(struct tcf_chain *chain, const struct nlattr *options, void **priv,
			   struct netlink_ext_ack *extack)
{
	struct knet *net = chain->block->net;
	const struct nlattr *tb[FLOWER_MAX + 1];
	struct flow_cls_offload cls;
	struct fl_flow_tmplt *tmplt;
	struct flow_rule rule;
	int err;

	if (!options)
		return trace_refuse(net->trace, -EINVAL, NULL, "a template without TCA_OPTIONS");
	err = nla_parse_nested_deprecated(tb, FLOWER_MAX, options, fl_policy, NULL);
	if (err < 0)
		return trace_refuse(net->trace, err, NULL, "an attribute of flower is bad");
	tmplt = mem_new(sizeof *tmplt);
	if (!tmplt)
		return -ENOMEM;
	err = fl_set_key(net, tb, &tmplt->dummy_key, &tmplt->mask, extack);
	if (err < 0) {
		mem_free(tmplt);
		return err;
	}
	fl_init_dissector(&tmplt->dissector, &tmplt->mask);
	tmplt_offload_init(&cls, &rule, chain, tmplt, true);
	tc_setup_cb_call(chain->block, TC_SETUP_CLSFLOWER, &cls, false);
	*priv = tmplt;
	return 0;
}

static void fl_tmplt_destroy(struct tcf_chain *chain, void *priv)
{
	struct flow_cls_offload cls;
	struct flow_rule rule;

	tmplt_offload_init(&cls, &rule, chain, priv, false);
	cls.rule = NULL; /* Linux gives none here */
	tc_setup_cb_call(chain->block, TC_SETUP_CLSFLOWER, &cls, false);
	mem_free(priv);
}

static void fl_tmplt_reoffload(struct tcf_chain *chain, bool add, flow_setup_cb_t *cb,
			       void *cb_priv)
{
	struct flow_cls_offload cls;
	struct flow_rule rule;

	tmplt_offload_init(&cls, &rule, chain, chain->tmplt_priv, add);
	cb(TC_SETUP_CLSFLOWER, &cls, cb_priv);
}

static int fl_tmplt_dump(struct kmsg *m, struct knet *net, void *priv)
{
	const struct fl_flow_tmplt *tmplt = priv;
	ssize_t nest = nla_nest_start_noflag(m, TCA_OPTIONS);

	if (nest < 0 ||
	    fl_dump_key(m, net, &tmplt->dummy_key, &tmplt->mask, fl_mask_fields(&tmplt->mask)) < 0)
		return -EMSGSIZE;
	nla_nest_end(m, nest);
	return 0;
}

const struct tcf_proto_ops cls_fl_ops = {
	.kind = "flower",
	.init = fl_init,
	.destroy = fl_destroy,
	.get = fl_get,
	.change = fl_change,
	.delete = fl_delete,
	.is_empty = fl_is_empty,
	.next = fl_next,
	.dump = fl_dump,
	.terse_dump = fl_terse_dump,
	.reoffload = fl_reoffload,
	.hw_add = fl_hw_add,
	.hw_del = fl_hw_del,
	.classify = fl_classify,
	.tmplt_create = fl_tmplt_create,
	.tmplt_destroy = fl_tmplt_destroy,
	.tmplt_reoffload = fl_tmplt_reoffload,
	.tmplt_dump = fl_tmplt_dump,
};
