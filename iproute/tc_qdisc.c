/* SPDX-License-Identifier: BSD-2-Clause */
/* `tc qdisc`: ingress and clsact are made here; of all others the name is shown. */
#include "iproute/iproute_internal.h"

#include <stdio.h>

#define INGRESS_HANDLE 0xffff0000u

struct request {
	const char *dev, *kind;
	uint32_t handle, parent, blocks[2]; /* ingress, egress */
	bool wants_invisible;
};

static int take_block(struct args *a, uint32_t *block, const char *which)
{
	uint64_t v;

	if (args_value(a))
		return IPROUTE_USAGE;
	if (!parse_number(&v, args_word(a), 0, UINT32_MAX) || !v)
		return args_refuse(a, IPROUTE_USAGE,
				   "Error: argument \"%s\" is wrong: invalid %s block index value",
				   args_word(a), which);
	*block = (uint32_t)v;
	return 0;
}

static int take_dev(struct args *a, struct request *r)
{
	if (args_value(a))
		return IPROUTE_USAGE;
	if (r->dev)
		return args_twice(a, "dev");
	r->dev = args_word(a);
	return 0;
}

static int take_handle(struct args *a, struct request *r)
{
	if (r->handle)
		return args_twice(a, "handle");
	if (args_value(a))
		return IPROUTE_USAGE;
	return parse_qdisc_handle(&r->handle, args_word(a)) ? 0 : args_wrong(a, "invalid qdisc ID");
}

static int take_parent(struct args *a, struct request *r)
{
	if (args_value(a))
		return IPROUTE_USAGE;
	if (r->parent)
		return args_twice(a, "parent");
	return parse_classid(&r->parent, args_word(a)) ? 0 : args_wrong(a, "invalid parent ID");
}

/* The two kinds that have a place and a handle of their own. */
static int take_hook(struct args *a, struct request *r)
{
	if (r->parent)
		return args_refuse(a, IPROUTE_USAGE, "Error: \"%s\" is a duplicate parent ID",
				   args_word(a));
	r->parent = TC_H_CLSACT;
	r->handle = INGRESS_HANDLE;
	r->kind = args_word(a);
	return 0;
}

static int take_root(struct args *a, struct request *r)
{
	if (r->parent)
		return args_refuse(a, IPROUTE_USAGE, "Error: \"root\" is duplicate parent ID");
	r->parent = TC_H_ROOT;
	return 0;
}

/* 1: the word at hand belongs to no row. */
static int take_word(struct args *a, struct request *r)
{
	if (args_is(a, "dev"))
		return take_dev(a, r);
	if (args_is(a, "handle"))
		return take_handle(a, r);
	if (args_is(a, "root"))
		return take_root(a, r);
	if (args_is(a, "clsact") || args_is(a, "ingress"))
		return take_hook(a, r);
	if (args_is(a, "parent"))
		return take_parent(a, r);
	if (args_matches(a, "ingress_block"))
		return take_block(a, &r->blocks[0], "ingress");
	if (args_matches(a, "egress_block"))
		return take_block(a, &r->blocks[1], "egress");
	return -1;
}

/* Words of the two kinds: there are none. */
static int refuse_options(struct args *a, const struct request *r)
{
	if (a->i == a->argc)
		return 0;
	if (!strcmp(r->kind, "ingress") || !strcmp(r->kind, "clsact"))
		return args_refuse(a, IPROUTE_FAILED, "What is \"%s\"?", args_word(a));
	return args_refuse(a, IPROUTE_FAILED,
			   "Unknown qdisc \"%s\", hence option \"%s\" is unparsable", r->kind,
			   args_word(a));
}

static int parse_request(struct args *a, struct request *r)
{
	for (; a->i < a->argc && !r->kind; a->i++) {
		int err = take_word(a, r);

		if (err > 0)
			return err;
		if (err < 0)
			r->kind = args_word(a);
	}
	return r->kind ? refuse_options(a, r) : 0;
}

static int tc_qdisc_modify(struct args *a, uint16_t type, uint16_t flags)
{
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));
	_Alignas(4) uint8_t buf[MAX_MSG];
	struct request r = { 0 };
	struct tcmsg t = { .tcm_family = AF_UNSPEC };
	struct nl_msg m;
	int status = parse_request(a, &r);

	if (!status)
		status = args_find_dev(a, r.dev, &t.tcm_ifindex);
	if (status)
		return span_end(&sp, status);
	t.tcm_handle = r.handle;
	t.tcm_parent = r.parent;
	nl_msg_init(&m, buf, sizeof buf);
	nl_msg_start(&m, type, (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags), &t, sizeof t);
	if (r.kind)
		nl_put_str(&m, TCA_KIND, r.kind);
	if (r.blocks[0])
		nl_put_u32(&m, TCA_INGRESS_BLOCK, r.blocks[0]);
	if (r.blocks[1])
		nl_put_u32(&m, TCA_EGRESS_BLOCK, r.blocks[1]);
	status = rtnl_talk(a->ip, &m, NULL) ? IPROUTE_KERNEL : 0;
	return span_end(&sp, status);
}

/* ---- the list ---- */

struct list {
	struct show show;
	int ifindex;
	uint32_t parent, handle;
};

static bool is_wanted(const struct list *l, const struct tcmsg *t)
{
	return (!l->ifindex || l->ifindex == t->tcm_ifindex) &&
	       (!l->parent || l->parent == t->tcm_parent) &&
	       (!l->handle || l->handle == t->tcm_handle);
}

static void show_head(struct list *l, const struct tcmsg *t, const struct nlattr *const *tb)
{
	struct show *s = &l->show;
	char id[24];

	show_str(s, "kind", "qdisc ", attr_str(tb[TCA_KIND]), " ");
	snprintf(id, sizeof id, "%x:", t->tcm_handle >> 16);
	show_str(s, "handle", "", id, " ");
	if (!l->ifindex)
		show_str(s, "dev", "dev ", ll_index_to_name(s->ip, t->tcm_ifindex), " ");
	if (attr_number(tb[TCA_HW_OFFLOAD])) {
		show_text(s, "offloaded ");
		show_json_bool(s, "offloaded", true);
	}
	if (t->tcm_parent == TC_H_ROOT) {
		show_text(s, "root ");
		show_json_bool(s, "root", true);
	} else if (t->tcm_parent) {
		format_classid(id, sizeof id, t->tcm_parent);
		show_str(s, "parent", "parent ", id, " ");
	}
	if (t->tcm_info != 1)
		show_uint(s, "refcnt", "refcnt ", t->tcm_info, " ");
	if (tb[TCA_INGRESS_BLOCK])
		show_uint(s, "ingress_block", "ingress_block ", attr_number(tb[TCA_INGRESS_BLOCK]),
			  " ");
	if (tb[TCA_EGRESS_BLOCK])
		show_uint(s, "egress_block", "egress_block ", attr_number(tb[TCA_EGRESS_BLOCK]),
			  " ");
}

/* What prio and pfifo_fast have. */
static void show_bands(struct show *s, const struct nlattr *options)
{
	struct tc_prio_qopt q;

	if (!options || nl_attr_size(options) < sizeof q)
		return;
	memcpy(&q, nl_attr_data(options), sizeof q);
	show_uint(s, "bands", "bands ", (unsigned int)q.bands, " ");
	show_text(s, "priomap");
	show_array(s, "priomap");
	for (size_t i = 0; i < ARRAY_SIZE(q.priomap); i++)
		show_uint(s, NULL, " ", q.priomap[i], "");
	show_array_end(s);
	show_json_bool(s, "multiqueue", false);
}

static void show_options(struct show *s, const struct nlattr *const *tb)
{
	const char *kind = attr_str(tb[TCA_KIND]);

	show_object(s, "options");
	if (!strcmp(kind, "ingress"))
		show_text(s, "---------------- ");
	else if (!strcmp(kind, "pfifo_fast") || !strcmp(kind, "prio"))
		show_bands(s, tb[TCA_OPTIONS]);
	show_object_end(s);
}

static int show_qdisc(void *aux, const struct nlmsghdr *h)
{
	const struct nlattr *tb[TCA_EGRESS_BLOCK + 1];
	struct list *l = aux;
	struct show *s = &l->show;
	struct tcmsg t;

	if (h->nlmsg_type != RTM_NEWQDISC || h->nlmsg_len < NLMSG_HDRLEN + sizeof t)
		return 0;
	memcpy(&t, h + 1, sizeof t);
	take_attrs(tb, ARRAY_SIZE(tb), (const uint8_t *)h + NLMSG_HDRLEN + sizeof t,
		   h->nlmsg_len - NLMSG_HDRLEN - sizeof t);
	if (!is_wanted(l, &t) || !tb[TCA_KIND])
		return 0;
	show_object(s, NULL);
	show_head(l, &t, tb);
	show_options(s, tb);
	show_line(s);
	if (s->options->statistics && tb[TCA_STATS2]) {
		show_stats2(s, tb[TCA_STATS2], " ");
		show_line(s);
	}
	show_object_end(s);
	return 0;
}

static int take_list_word(struct args *a, struct request *r)
{
	if (args_is(a, "dev"))
		return take_dev(a, r);
	if (args_is(a, "root"))
		return take_root(a, r);
	if (args_is(a, "ingress") || args_is(a, "clsact")) {
		int err = take_hook(a, r);

		r->kind = NULL;
		r->handle = 0; /* whatever hangs there */
		return err;
	}
	if (args_is(a, "parent"))
		return take_parent(a, r);
	if (args_is(a, "handle"))
		return take_handle(a, r);
	if (args_matches(a, "invisible")) {
		r->wants_invisible = true;
		return 0;
	}
	return args_refuse(a, IPROUTE_USAGE, "What is \"%s\"? Try \"tc qdisc help\".",
			   args_word(a));
}

static int tc_qdisc_list(struct args *a)
{
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));
	_Alignas(4) uint8_t buf[256];
	struct request r = { 0 };
	struct list l = { .ifindex = 0 };
	struct tcmsg t = { .tcm_family = AF_UNSPEC };
	struct nl_msg m;
	int status = 0;

	for (; a->i < a->argc && !status; a->i += !status)
		status = take_list_word(a, &r);
	if (!status && ll_init_map(a->ip))
		status = IPROUTE_FAILED;
	if (!status)
		status = args_find_dev(a, r.dev, &l.ifindex);
	if (status)
		return span_end(&sp, status);
	l.parent = r.parent;
	l.handle = r.handle;
	t.tcm_ifindex = l.ifindex;
	nl_msg_init(&m, buf, sizeof buf);
	nl_msg_start(&m, RTM_GETQDISC, NLM_F_REQUEST | NLM_F_DUMP, &t, sizeof t);
	if (r.wants_invisible)
		nl_put_flag(&m, TCA_DUMP_INVISIBLE);
	show_begin(&l.show, a->ip);
	if (rtnl_dump_filter(a->ip, &m, show_qdisc, &l)) {
		say(a->ip, "Dump terminated");
		status = IPROUTE_FAILED;
	}
	show_end(&l.show);
	return span_end(&sp, status);
}

int do_qdisc(struct args *a)
{
	static const struct {
		const char *name;
		uint16_t type, flags;
	} verbs[] = {
		{ "add", RTM_NEWQDISC, NLM_F_EXCL | NLM_F_CREATE },
		{ "change", RTM_NEWQDISC, 0 },
		{ "replace", RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE },
		{ "link", RTM_NEWQDISC, NLM_F_REPLACE },
		{ "delete", RTM_DELQDISC, 0 },
	};
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));

	a->usage = "tc qdisc help";
	if (a->i == a->argc)
		return span_end(&sp, tc_qdisc_list(a));
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (args_matches(a, verbs[i].name)) {
			a->i++;
			return span_end(&sp, tc_qdisc_modify(a, verbs[i].type, verbs[i].flags));
		}
	}
	if (args_matches(a, "list") || args_matches(a, "show") || args_is(a, "lst")) {
		a->i++;
		return span_end(&sp, tc_qdisc_list(a));
	}
	return span_end(&sp, args_refuse(a, IPROUTE_USAGE, "Command \"%s\" is unknown, try \"%s\".",
					 args_word(a), a->usage));
}
