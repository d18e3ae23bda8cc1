/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `tc filter` and `tc chain`: where something is to be, the request, the listing. Both share the
 * words for a place.
 */
#include "iproute/iproute_internal.h"

#include <linux/if_ether.h>
#include <stdio.h>

#define HOOK_INGRESS TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)
#define HOOK_EGRESS  TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)

/* What a command says of the place of a filter or chain. */
struct place {
	const char *dev, *handle, *kind;
	uint32_t block, parent, prio, chain;
	be16 protocol;
	bool has_block, has_chain, has_protocol;
	int ifindex;
};

/* ---- words ---- */

static int take_dev(struct args *a, struct place *p)
{
	if (args_value(a))
		return IPROUTE_USAGE;
	if (p->dev)
		return args_twice(a, "dev");
	if (p->has_block)
		return args_refuse(a, IPROUTE_USAGE,
				   "Error: \"dev\" and \"block\" are mutually exclusive");
	p->dev = args_word(a);
	return 0;
}

static int take_block(struct args *a, struct place *p)
{
	uint64_t v;

	if (args_value(a))
		return IPROUTE_USAGE;
	if (p->has_block)
		return args_twice(a, "block");
	if (p->dev)
		return args_refuse(a, IPROUTE_USAGE,
				   "Error: \"dev\" and \"block\" are mutually exclusive");
	if (!parse_number(&v, args_word(a), 0, UINT32_MAX) || !v)
		return args_wrong(a, "invalid block index value");
	p->block = (uint32_t)v;
	p->has_block = true;
	return 0;
}

static int take_hook(struct args *a, struct place *p, uint32_t parent)
{
	if (p->parent)
		return args_refuse(a, IPROUTE_USAGE, "Error: \"%s\" is duplicate parent ID",
				   args_word(a));
	p->parent = parent;
	return 0;
}

static int take_parent(struct args *a, struct place *p)
{
	if (args_value(a))
		return IPROUTE_USAGE;
	if (p->parent)
		return args_twice(a, "parent");
	return parse_classid(&p->parent, args_word(a)) ? 0 : args_wrong(a, "Invalid parent ID");
}

static int take_handle(struct args *a, struct place *p)
{
	if (args_value(a))
		return IPROUTE_USAGE;
	if (p->handle)
		return args_twice(a, "handle");
	p->handle = args_word(a);
	return 0;
}

static int take_prio(struct args *a, struct place *p)
{
	uint64_t v;

	if (args_value(a))
		return IPROUTE_USAGE;
	if (p->prio)
		return args_twice(a, "priority");
	if (!parse_number(&v, args_word(a), 0, UINT16_MAX))
		return args_wrong(a, "invalid priority value");
	p->prio = (uint32_t)v;
	return 0;
}

static int take_protocol(struct args *a, struct place *p)
{
	if (args_value(a))
		return IPROUTE_USAGE;
	if (p->has_protocol)
		return args_twice(a, "protocol");
	p->has_protocol = true;
	return parse_protocol(&p->protocol, args_word(a)) ? 0 : args_wrong(a, "invalid protocol");
}

static int take_chain(struct args *a, struct place *p)
{
	uint64_t v;

	if (args_value(a))
		return IPROUTE_USAGE;
	if (p->has_chain)
		return args_twice(a, "chain");
	if (!parse_number(&v, args_word(a), 0, UINT32_MAX))
		return args_wrong(a, "invalid chain index value");
	p->chain = (uint32_t)v;
	p->has_chain = true;
	return 0;
}

/* -1: the word at hand is none of a place. */
static int take_word(struct args *a, struct place *p)
{
	if (args_is(a, "dev"))
		return take_dev(a, p);
	if (args_matches(a, "block"))
		return take_block(a, p);
	if (args_is(a, "root"))
		return take_hook(a, p, TC_H_ROOT);
	if (args_is(a, "ingress"))
		return take_hook(a, p, HOOK_INGRESS);
	if (args_is(a, "egress"))
		return take_hook(a, p, HOOK_EGRESS);
	if (args_is(a, "parent"))
		return take_parent(a, p);
	if (args_is(a, "handle"))
		return take_handle(a, p);
	if (args_matches(a, "preference") || args_matches(a, "priority"))
		return take_prio(a, p);
	if (args_matches(a, "protocol"))
		return take_protocol(a, p);
	if (args_matches(a, "chain"))
		return take_chain(a, p);
	if (args_matches(a, "estimator"))
		return args_refuse(a, IPROUTE_FAILED, "estimators are not there yet");
	return -1;
}

/* Up to the kind of filter; a->i is behind it. */
static int parse_place(struct args *a, struct place *p)
{
	for (; a->i < a->argc && !p->kind; a->i++) {
		int err = take_word(a, p);

		if (err > 0)
			return err;
		if (err < 0)
			p->kind = args_word(a);
	}
	return 0;
}

static struct tcmsg tcmsg_from_place(const struct place *p)
{
	struct tcmsg t = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = p->ifindex,
		.tcm_parent = p->parent,
		.tcm_info = TC_H_MAKE(p->prio << 16, FORCE_CAST(uint16_t, p->protocol)),
	};

	if (p->has_block) {
		t.tcm_ifindex = (int)TCM_IFINDEX_MAGIC_BLOCK;
		t.tcm_block_index = p->block;
	}
	return t;
}

/* ---- one ---- */

/*
 * The words of flower, or of a kind of which only the name is known; the header is not sent before
 * they are read: the handle is theirs to understand.
 */
static int parse_kind(struct args *a, struct nl_msg *m, const struct place *p,
		      struct filter_request *f)
{
	struct tcmsg t = tcmsg_from_place(p);
	int status = 0;

	f->handle = p->handle;
	f->protocol = p->protocol;
	if (p->has_chain)
		nl_put_u32(m, TCA_CHAIN, p->chain);
	if (p->kind)
		nl_put_str(m, TCA_KIND, p->kind);
	if (p->kind && !strcmp(p->kind, "flower"))
		status = flower_parse(a, m, &t, f);
	else if (p->kind && a->i < a->argc)
		status = args_refuse(a, IPROUTE_FAILED,
				     "Unknown filter \"%s\", hence option \"%s\" is unparsable",
				     p->kind, args_word(a));
	else if (p->handle && !p->kind)
		status = args_refuse(a, IPROUTE_USAGE,
				     "Must specify filter type when using \"handle\"");
	memcpy(nl_msg_header(m) + 1, &t, sizeof t);
	return status;
}

static void start(struct iproute *ip, struct nl_msg *m, uint8_t *buf, uint16_t type, uint16_t flags)
{
	nl_msg_init(m, buf, MAX_MSG);
	m->origins = &ip->origins;
	nl_msg_start_space(m, type, (uint16_t)(NLM_F_REQUEST | flags), sizeof(struct tcmsg));
}

static int talk(struct iproute *ip, struct nl_msg *m, const struct nlmsghdr **answer)
{
	if (!rtnl_talk(ip, m, answer))
		return 0;
	say(ip, "We have an error talking to the kernel");
	return IPROUTE_KERNEL;
}

/* Builds the request and sends it; what it is about is in @p and @f afterwards. */
static int modify(struct args *a, uint16_t type, uint16_t flags, struct place *p,
		  struct filter_request *f)
{
	_Alignas(4) uint8_t buf[MAX_MSG];
	struct nl_msg m;
	int status = parse_place(a, p);

	if (!status)
		status = args_find_dev(a, p->dev, &p->ifindex);
	start(a->ip, &m, buf, type, NLM_F_ACK | flags);
	if (!status)
		status = parse_kind(a, &m, p, f);
	return status ? status : talk(a->ip, &m, NULL);
}

static int tc_filter_modify(struct args *a, uint16_t type, uint16_t flags)
{
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));
	struct filter_request f = { 0 };
	struct place p = { 0 };
	int status;

	if (type == RTM_NEWTFILTER && flags & NLM_F_CREATE)
		p.protocol = be16_from_host(ETH_P_ALL);
	status = modify(a, type, flags, &p, &f);
	a->ip->is_put = type == RTM_NEWTFILTER;
	a->ip->put_ifindex = p.ifindex;
	a->ip->put_block = p.block;
	a->ip->wants_hardware = a->ip->is_put &&
				!(f.flags & (TCA_CLS_FLAGS_SKIP_HW | TCA_CLS_FLAGS_VERBOSE));
	return span_end(&sp, status);
}

/* ---- output ---- */

/* What is asked for, and so not repeated with each. */
struct list {
	struct show show;
	struct place place;
	bool is_chain;
};

static void show_flag(struct show *s, const char *word)
{
	show_text(s, "%s ", word);
	show_json_bool(s, word, true);
}

static void show_parent(struct show *s, uint32_t parent)
{
	char id[24];

	if (parent == TC_H_ROOT) {
		show_flag(s, "root");
	} else if (parent == HOOK_INGRESS) {
		show_flag(s, "ingress");
	} else if (parent == HOOK_EGRESS) {
		show_flag(s, "egress");
	} else {
		format_classid(id, sizeof id, parent);
		show_str(s, "parent", "parent ", id, " ");
	}
}

static void show_where(struct list *l, const struct tcmsg *t)
{
	const struct place *p = &l->place;
	struct show *s = &l->show;

	if ((uint32_t)t->tcm_ifindex == TCM_IFINDEX_MAGIC_BLOCK) {
		if (!p->block || p->block != t->tcm_block_index)
			show_uint(s, "block", "block ", t->tcm_block_index, " ");
		return;
	}
	if (!p->ifindex || p->ifindex != t->tcm_ifindex)
		show_str(s, "dev", "dev ", ll_index_to_name(s->ip, t->tcm_ifindex), " ");
	if (!p->parent || p->parent != t->tcm_parent)
		show_parent(s, t->tcm_parent);
}

static void show_rank(struct list *l, const struct tcmsg *t)
{
	const struct place *p = &l->place;
	be16 protocol = FORCE_CAST(be16, (uint16_t)TC_H_MIN(t->tcm_info));
	uint32_t prio = TC_H_MAJ(t->tcm_info) >> 16;
	char name[24];

	if (protocol && (!p->has_protocol || p->protocol != protocol)) {
		format_protocol(name, sizeof name, protocol);
		show_str(&l->show, "protocol", "protocol ", name, " ");
	}
	if (prio && (!p->prio || p->prio != prio))
		show_uint(&l->show, "pref", "pref ", prio, " ");
}

static void show_kind(struct list *l, const struct nlattr *const *tb)
{
	if (tb[TCA_KIND])
		show_str(&l->show, "kind", "", attr_str(tb[TCA_KIND]), " ");
	if (tb[TCA_CHAIN] && (!l->place.has_chain || l->place.chain != attr_number(tb[TCA_CHAIN])))
		show_uint(&l->show, "chain", "chain ", attr_number(tb[TCA_CHAIN]), " ");
}

static void show_options(struct list *l, const struct tcmsg *t, const struct nlattr *const *tb)
{
	struct show *s = &l->show;

	if (!tb[TCA_OPTIONS] || !tb[TCA_KIND])
		return;
	show_object(s, "options");
	if (!strcmp(attr_str(tb[TCA_KIND]), "flower"))
		flower_show(s, tb[TCA_OPTIONS], t->tcm_handle);
	else
		show_text(s, "[cannot parse parameters]");
	show_object_end(s);
}

static int show_message(void *aux, const struct nlmsghdr *h)
{
	const struct nlattr *tb[TCA_CHAIN + 1];
	struct list *l = aux;
	struct show *s = &l->show;
	struct tcmsg t;

	if ((l->is_chain ? h->nlmsg_type != RTM_NEWCHAIN && h->nlmsg_type != RTM_GETCHAIN
			 : h->nlmsg_type != RTM_NEWTFILTER) ||
	    h->nlmsg_len < NLMSG_HDRLEN + sizeof t)
		return 0;
	memcpy(&t, h + 1, sizeof t);
	take_attrs(tb, ARRAY_SIZE(tb), (const uint8_t *)h + NLMSG_HDRLEN + sizeof t,
		   h->nlmsg_len - NLMSG_HDRLEN - sizeof t);
	if (!tb[TCA_KIND] && !l->is_chain)
		return 0;
	show_object(s, NULL);
	show_text(s, "%s ", l->is_chain ? "chain" : "filter");
	show_where(l, &t);
	if (t.tcm_info && !l->is_chain)
		show_rank(l, &t);
	show_kind(l, tb);
	show_options(l, &t, tb);
	show_line(s);
	show_object_end(s);
	return 0;
}

/* ---- get ---- */

static int require(struct args *a, bool is_there, const char *what)
{
	return is_there ? 0 : args_refuse(a, IPROUTE_USAGE, "Must specify %s", what);
}

/* Whether a filter is named completely; in tc's order. */
static int require_all(struct args *a, const struct place *p)
{
	int status = require(a, p->has_protocol, "filter protocol");

	if (!status)
		status = require(a, p->prio, "filter priority");
	if (!status)
		status = require(a, p->parent || p->has_block, "filter parent");
	if (!status)
		status = require(a, p->kind, "filter type");
	if (!status)
		status = require(a, p->dev || p->has_block,
				 "netdevice \"dev\" or block index \"block\"");
	return status;
}

/* Asks for one, with the request that is built, and shows it. */
static int show_one(struct args *a, struct list *l, struct nl_msg *m)
{
	const struct nlmsghdr *answer = NULL;
	int status = ll_init_map(a->ip) ? IPROUTE_FAILED : talk(a->ip, m, &answer);

	if (status)
		return status;
	/* Only what is asked of a list is left out. */
	l->place = (struct place){ .ifindex = l->place.ifindex, .block = l->place.block };
	show_begin(&l->show, a->ip);
	if (answer)
		show_message(l, answer);
	show_end(&l->show);
	return 0;
}

static int get(struct args *a, bool is_chain)
{
	_Alignas(4) uint8_t buf[MAX_MSG];
	struct list l = { .is_chain = is_chain };
	struct filter_request f = { 0 };
	struct nl_msg m;
	int status = parse_place(a, &l.place);

	if (!status && !is_chain)
		status = require_all(a, &l.place);
	if (!status)
		status = args_find_dev(a, l.place.dev, &l.place.ifindex);
	start(a->ip, &m, buf, is_chain ? RTM_GETCHAIN : RTM_GETTFILTER, NLM_F_ECHO);
	if (!status)
		status = parse_kind(a, &m, &l.place, &f);
	if (!status && !is_chain)
		status = require(a, l.place.handle, "filter \"handle\"");
	return status ? status : show_one(a, &l, &m);
}

static int tc_filter_get(struct args *a)
{
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));

	return span_end(&sp, get(a, false));
}

static int tc_chain_get(struct args *a)
{
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));

	return span_end(&sp, get(a, true));
}

/* ---- lists ---- */

struct search {
	uint32_t block;
	bool is_found;
};

static int look_for_block(void *aux, const struct nlmsghdr *h)
{
	const struct nlattr *tb[TCA_EGRESS_BLOCK + 1];
	struct search *s = aux;

	if (h->nlmsg_type != RTM_NEWQDISC || h->nlmsg_len < NLMSG_HDRLEN + sizeof(struct tcmsg))
		return 0;
	take_attrs(tb, ARRAY_SIZE(tb), (const uint8_t *)h + NLMSG_HDRLEN + sizeof(struct tcmsg),
		   h->nlmsg_len - NLMSG_HDRLEN - sizeof(struct tcmsg));
	s->is_found |= attr_number(tb[TCA_INGRESS_BLOCK]) == s->block ||
		       attr_number(tb[TCA_EGRESS_BLOCK]) == s->block;
	return 0;
}

/* A dump of a block that is not there is empty: the list of qdiscs tells. */
static int find_block(struct args *a, const struct place *p)
{
	static const struct tcmsg all = { .tcm_family = AF_UNSPEC };
	_Alignas(4) uint8_t buf[64];
	struct search search = { .block = p->block };
	struct nl_msg m;

	if (!p->has_block)
		return 0;
	nl_msg_init(&m, buf, sizeof buf);
	nl_msg_start(&m, RTM_GETQDISC, NLM_F_REQUEST | NLM_F_DUMP, &all, sizeof all);
	if (rtnl_dump_filter(a->ip, &m, look_for_block, &search))
		return IPROUTE_FAILED;
	return search.is_found
		       ? 0
		       : args_refuse(a, IPROUTE_FAILED, "Cannot find block \"%u\"", p->block);
}

static int parse_list(struct args *a, struct place *p)
{
	int status = 0;

	for (; a->i < a->argc && !status; a->i += !status)
		status = take_word(a, p);
	if (status < 0)
		status = args_refuse(a, IPROUTE_USAGE, " What is \"%s\"? Try \"%s\"", args_word(a),
				     a->usage);
	if (!status && ll_init_map(a->ip))
		status = IPROUTE_FAILED;
	if (!status)
		status = args_find_dev(a, p->dev, &p->ifindex);
	if (!status)
		status = find_block(a, p);
	return status;
}

static int list(struct args *a, bool is_chain)
{
	static const struct nla_bitfield32 terse = { TCA_DUMP_FLAGS_TERSE, TCA_DUMP_FLAGS_TERSE };
	_Alignas(4) uint8_t buf[256];
	struct list l = { .is_chain = is_chain };
	struct nl_msg m;
	struct tcmsg t;
	int status = parse_list(a, &l.place);

	if (status)
		return status;
	t = tcmsg_from_place(&l.place);
	nl_msg_init(&m, buf, sizeof buf);
	nl_msg_start(&m, is_chain ? RTM_GETCHAIN : RTM_GETTFILTER, NLM_F_REQUEST | NLM_F_DUMP, &t,
		     sizeof t);
	if (l.place.has_chain)
		nl_put_u32(&m, TCA_CHAIN, l.place.chain);
	if (a->ip->options.brief && !is_chain)
		nl_put(&m, TCA_DUMP_FLAGS, &terse, sizeof terse);
	show_begin(&l.show, a->ip);
	if (rtnl_dump_filter(a->ip, &m, show_message, &l)) {
		say(a->ip, "Dump terminated");
		status = IPROUTE_FAILED;
	}
	show_end(&l.show);
	return status;
}

static int tc_filter_list(struct args *a)
{
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));

	return span_end(&sp, list(a, false));
}

static int tc_chain_list(struct args *a)
{
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));

	return span_end(&sp, list(a, true));
}

/* ---- chains ---- */

static int tc_chain_modify(struct args *a, uint16_t type, uint16_t flags)
{
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));
	struct filter_request f = { 0 };
	struct place p = { 0 };

	return span_end(&sp, modify(a, type, flags, &p, &f));
}

static int refuse_command(struct args *a)
{
	return args_refuse(a, IPROUTE_USAGE, "Command \"%s\" is unknown, try \"%s\".", args_word(a),
			   a->usage);
}

static bool is_list(const struct args *a)
{
	return a->i == a->argc || args_matches(a, "list") || args_matches(a, "show") ||
	       args_is(a, "lst");
}

int do_chain(struct args *a)
{
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));
	bool adds = args_matches(a, "add"), gets = args_matches(a, "get"),
	     deletes = args_matches(a, "delete"), lists = is_list(a);
	int status;

	a->usage = "tc chain help";
	if (!adds && !gets && !deletes && !lists)
		return span_end(&sp, refuse_command(a));
	a->i += a->i < a->argc;
	if (adds)
		status = tc_chain_modify(a, RTM_NEWCHAIN, NLM_F_EXCL | NLM_F_CREATE);
	else if (deletes)
		status = tc_chain_modify(a, RTM_DELCHAIN, 0);
	else
		status = gets ? tc_chain_get(a) : tc_chain_list(a);
	return span_end(&sp, status);
}

int do_filter(struct args *a)
{
	static const struct {
		const char *name;
		uint16_t type, flags;
	} verbs[] = {
		{ "add", RTM_NEWTFILTER, NLM_F_EXCL | NLM_F_CREATE },
		{ "change", RTM_NEWTFILTER, 0 },
		{ "replace", RTM_NEWTFILTER, NLM_F_CREATE },
		{ "delete", RTM_DELTFILTER, 0 },
	};
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));

	a->usage = "tc filter help";
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (args_matches(a, verbs[i].name)) {
			a->i++;
			return span_end(&sp, tc_filter_modify(a, verbs[i].type, verbs[i].flags));
		}
	}
	if (args_matches(a, "get")) {
		a->i++;
		return span_end(&sp, tc_filter_get(a));
	}
	if (!is_list(a))
		return span_end(&sp, refuse_command(a));
	a->i += a->i < a->argc;
	return span_end(&sp, tc_filter_list(a));
}
