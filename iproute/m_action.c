/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Actions: the list of a filter, and `tc actions`. What all kinds have in common is here; a kind's
 * own words and output are its row's.
 */
#include "iproute/iproute_internal.h"

#include <stdio.h>

#define COOKIE_MAX 16 /* bytes */
/* Of TCA_ACT_FLAGS; newer than some headers. */
#define NO_PERCPU_STATS 1u
#define SKIP_HW		2u
#define SKIP_SW		4u
#define GOTO_CHAIN_MAX	0x0fffffffu

const struct action_kind iproute_actions[] = {
	{ "gact", parse_gact, show_gact },
	{ "mirred", parse_mirred, show_mirred },
	{ "vlan", parse_vlan, show_vlan },
	{ "pedit", parse_pedit, show_pedit },
	{ "csum", parse_csum, show_csum },
	{ "ct", parse_ct, show_ct },
	{ "tunnel_key", parse_tunnel_key, show_tunnel_key },
	{ .name = NULL },
};

/* What tc has besides; the words of a refusal name it. */
static const char *const absent[] = { "bpf",	 "connmark", "ctinfo", "gate",	 "ife",
				      "mpls",	 "nat",	     "police", "sample", "simple",
				      "skbedit", "skbmod",   "xt",     "ipt",	 "simp" };

static const struct action_kind *find_kind(const char *name)
{
	for (const struct action_kind *k = iproute_actions; k->name; k++)
		if (!strcmp(k->name, name))
			return k;
	return NULL;
}

static bool is_absent(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		if (!strcmp(absent[i], name))
			return true;
	return false;
}

/* ---- control ---- */

/* The first name of a number is printed. */
static const struct {
	const char *name;
	int control;
} controls[] = {
	{ "continue", TC_ACT_UNSPEC }, { "drop", TC_ACT_SHOT },
	{ "shot", TC_ACT_SHOT },       { "pass", TC_ACT_OK },
	{ "ok", TC_ACT_OK },	       { "reclassify", TC_ACT_RECLASSIFY },
	{ "pipe", TC_ACT_PIPE },       { "goto", TC_ACT_GOTO_CHAIN },
	{ "jump", TC_ACT_JUMP },       { "trap", TC_ACT_TRAP },
	{ "stolen", TC_ACT_STOLEN },
};

static const char *control_name(uint32_t control)
{
	for (size_t i = 0; i < ARRAY_SIZE(controls); i++)
		if ((uint32_t)controls[i].control == control)
			return controls[i].name;
	return NULL;
}

bool is_control(const char *word)
{
	for (size_t i = 0; word && i < ARRAY_SIZE(controls); i++)
		if (!strcmp(controls[i].name, word) && controls[i].control != TC_ACT_STOLEN)
			return true;
	return false;
}

/* The number behind `goto chain` or `jump`. */
static int parse_operand(struct args *a, uint32_t *v, uint32_t max, const char *what)
{
	uint64_t number;

	if (args_value(a))
		return IPROUTE_USAGE;
	if (!parse_number(&number, args_word(a), 10, max))
		return args_refuse(a, IPROUTE_USAGE, "Illegal \"%s\"", what);
	*v = (uint32_t)number;
	return 0;
}

int parse_control(struct args *a, int *control)
{
	uint32_t operand = 0;
	int status = 0;

	for (size_t i = 0; i < ARRAY_SIZE(controls); i++)
		if (args_is(a, controls[i].name))
			*control = controls[i].control;
	if (*control == TC_ACT_GOTO_CHAIN) {
		if (args_value(a))
			return IPROUTE_USAGE;
		if (!args_matches(a, "chain"))
			return args_refuse(a, IPROUTE_USAGE, "\"chain index\" expected");
		status = parse_operand(a, &operand, GOTO_CHAIN_MAX, "chain index");
	} else if (*control == TC_ACT_JUMP) {
		status = parse_operand(a, &operand, TC_ACT_EXT_VAL_MASK, "jump count");
	}
	if (status)
		return status;
	*control |= (int)operand;
	a->i++;
	return 0;
}

void show_control(struct show *s, const char *key, const char *before, uint32_t control,
		  const char *after)
{
	uint32_t operand = control & TC_ACT_EXT_VAL_MASK;
	uint32_t code = TC_ACT_EXT_CMP(control, TC_ACT_GOTO_CHAIN) ||
					TC_ACT_EXT_CMP(control, TC_ACT_JUMP)
				? TC_ACT_EXT_OPCODE(control)
				: control;
	char number[24];
	const char *name = control_name(code);

	snprintf(number, sizeof number, "[%d]", (int)control);
	show_object(s, key);
	show_str(s, "type", before, name ? name : number, "");
	if (code == TC_ACT_GOTO_CHAIN)
		show_uint(s, "chain", " chain ", operand, "");
	else if (code == TC_ACT_JUMP)
		show_uint(s, "jump", " ", operand, "");
	show_object_end(s);
	show_text(s, "%s", after);
}

/* ---- words ---- */

static int parse_cookie(struct args *a, struct nl_msg *m)
{
	uint8_t cookie[COOKIE_MAX];
	size_t len;
	char why[40];

	if (!args_is(a, "cookie"))
		return 0;
	if (args_value(a))
		return IPROUTE_USAGE;
	len = strlen(args_word(a));
	if (len > 2 * sizeof cookie) {
		snprintf(why, sizeof why, "%zu Max allowed size %zu", len, 2 * sizeof cookie);
		return args_wrong(a, why);
	}
	if (!len || len % 2 || !parse_hex(cookie, args_word(a), len / 2))
		return args_wrong(a, "cookie must be a hex string\n");
	nl_put(m, TCA_ACT_COOKIE, cookie, len / 2);
	a->i++;
	return 0;
}

static const struct {
	const char *name;
	uint32_t bit;
} hw_stats[] = {
	{ "immediate", TCA_ACT_HW_STATS_IMMEDIATE },
	{ "delayed", TCA_ACT_HW_STATS_DELAYED },
	{ "disabled", 0 },
};

static int parse_hw_stats(struct args *a, struct nl_msg *m)
{
	if (!args_matches(a, "hw_stats"))
		return 0;
	if (args_value(a))
		return IPROUTE_USAGE;
	for (size_t i = 0; i < ARRAY_SIZE(hw_stats); i++) {
		const struct nla_bitfield32 bits = { hw_stats[i].bit, hw_stats[i].bit };

		if (!args_matches(a, hw_stats[i].name))
			continue;
		nl_put(m, TCA_ACT_HW_STATS, &bits, sizeof bits);
		a->i++;
		return 0;
	}
	return args_wrong(a, "value is invalid\n");
}

static const struct {
	uint32_t bit;
	const char *name;
	bool of_objects; /* in a filter it follows from the filter's */
} flag_names[] = { { NO_PERCPU_STATS, "no_percpu", false },
		   { SKIP_HW, "skip_hw", true },
		   { SKIP_SW, "skip_sw", true } };

static bool take_flag(const struct args *a, uint32_t *flags)
{
	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++) {
		if (args_is(a, flag_names[i].name)) {
			*flags |= flag_names[i].bit;
			return true;
		}
	}
	return false;
}

static void parse_flags(struct args *a, struct nl_msg *m)
{
	struct nla_bitfield32 bits = { 0, 0 };

	while (take_flag(a, &bits.value))
		a->i++;
	bits.selector = bits.value;
	if (bits.value)
		nl_put(m, TCA_ACT_FLAGS, &bits, sizeof bits);
}

/* One action, with what may follow it. */
static int parse_one(struct args *a, struct nl_msg *m, const struct action_kind *k, uint16_t number)
{
	int at = a->i, status;
	size_t nest;

	m->origin = (uint32_t)at + 1;
	nest = nl_nest_start_plain(m, number);
	nl_put_str(m, TCA_ACT_KIND, k->name);
	status = k->parse(a, m);
	if (status == IPROUTE_FAILED && !a->ip->is_final) {
		say(a->ip, "bad action parsing");
		say(a->ip, "parse_action: bad value (%d:%s)!", a->argc - at, a->argv[at]);
	}
	if (!status)
		status = parse_cookie(a, m);
	if (!status)
		status = parse_hw_stats(a, m);
	if (!status)
		parse_flags(a, m);
	nl_nest_end(m, nest);
	m->origin = 0;
	return status;
}

/* A word of a command behind the actions of `tc actions`. */
static bool is_command(const struct args *a)
{
	return args_matches(a, "change") || args_matches(a, "replace") ||
	       args_matches(a, "delete") || args_matches(a, "get") || args_matches(a, "add");
}

static int refuse_kind(struct args *a)
{
	if (is_absent(args_word(a)))
		return args_refuse(a, IPROUTE_USAGE, "Action \"%s\" is not there yet",
				   args_word(a));
	return args_refuse(a, IPROUTE_USAGE, "Bad action type %s", args_word(a));
}

int parse_actions(struct args *a, struct nl_msg *m, uint16_t attr)
{
	size_t nest = nl_nest_start_plain(m, attr);
	bool wants_one = false;
	uint16_t n = 0;
	int status = 0;

	while (a->i < a->argc && !status) {
		const struct action_kind *k;

		if (args_is(a, "action")) {
			wants_one = true;
			a->i++;
			continue;
		}
		if (is_command(a))
			break;
		k = find_kind(is_control(args_word(a)) ? "gact" : args_word(a));
		if (!k)
			return refuse_kind(a);
		wants_one = false;
		if (n == TCA_ACT_MAX_PRIO)
			return args_refuse(a, IPROUTE_FAILED,
					   "more than %d actions: no kernel takes them",
					   TCA_ACT_MAX_PRIO);
		status = parse_one(a, m, k, ++n);
	}
	if (!status && wants_one) {
		status = args_refuse(a, IPROUTE_FAILED, "bad action empty 1");
		say(a->ip, "parse_action: bad value (0:(null))!");
	}
	nl_nest_end(m, nest);
	return status;
}

/* ---- output ---- */

static void show_cookie(struct show *s, const struct nlattr *a)
{
	char hex[2 * COOKIE_MAX + 1] = "";
	const uint8_t *p;

	if (!a)
		return;
	p = nl_attr_data(a);
	for (size_t i = 0; i < nl_attr_size(a) && i < COOKIE_MAX; i++)
		snprintf(hex + 2 * i, 3, "%02x", p[i]);
	show_str(s, "cookie", "\tcookie ", hex, "");
	show_line(s);
}

static struct nla_bitfield32 bits_of(const struct nlattr *a)
{
	struct nla_bitfield32 bits = { 0, 0 };

	if (a && nl_attr_size(a) == sizeof bits)
		memcpy(&bits, nl_attr_data(a), sizeof bits);
	return bits;
}

static void show_hw_stats(struct show *s, const char *key, const struct nlattr *a)
{
	struct nla_bitfield32 bits = bits_of(a);
	uint32_t set = bits.value & bits.selector;

	if (!a)
		return;
	show_text(s, "\t%s", key);
	show_array(s, key);
	for (size_t i = 0; i < ARRAY_SIZE(hw_stats); i++)
		if (hw_stats[i].bit ? set & hw_stats[i].bit : !set)
			show_str(s, NULL, " ", hw_stats[i].name, "");
	show_array_end(s);
	show_line(s);
}

/*
 * Flags, on one line. Those of a filter's actions follow from the filter's, so that only an object
 * of `tc actions` says where it is.
 */
static void show_place(struct show *s, const struct nlattr *const *tb, bool is_object)
{
	struct nla_bitfield32 bits = bits_of(tb[TCA_ACT_FLAGS]);
	uint64_t count = attr_number(tb[TCA_ACT_IN_HW_COUNT]);
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++) {
		if (!(bits.selector & flag_names[i].bit) ||
		    (flag_names[i].of_objects && !is_object))
			continue;
		show_text(s, "\t%s", flag_names[i].name);
		show_json_bool(s, flag_names[i].name, bits.value & flag_names[i].bit);
		any = true;
	}
	if (is_object && tb[TCA_ACT_IN_HW_COUNT] && !(bits.value & SKIP_HW)) {
		show_text(s, "\t%s", count ? "in_hw" : "not_in_hw");
		show_json_bool(s, count ? "in_hw" : "not_in_hw", true);
		if (count)
			show_uint(s, "in_hw_count", " in_hw_count ", count, "");
		any = true;
	}
	if (any)
		show_line(s);
}

static void show_own(struct show *s, const struct nlattr *const *tb)
{
	const char *name = attr_str(tb[TCA_ACT_KIND]);
	const struct action_kind *k = find_kind(name);

	if (k) {
		k->show(s, tb[TCA_ACT_OPTIONS]);
		return;
	}
	show_str(s, "kind", "", name, " ");
	if (tb[TCA_ACT_OPTIONS])
		show_text(s, "[%zu bytes that cannot be shown yet] ",
			  nl_attr_size(tb[TCA_ACT_OPTIONS]));
	show_line(s);
}

static void show_action(struct show *s, const struct nlattr *nest, bool is_object)
{
	const struct nlattr *tb[TCA_ACT_MAX + 1];

	take_nested(tb, ARRAY_SIZE(tb), nest);
	show_own(s, tb);
	if (s->options->statistics && tb[TCA_ACT_STATS]) {
		show_text(s, "\tAction statistics:");
		show_line(s);
		show_object(s, "stats");
		show_stats2(s, tb[TCA_ACT_STATS], "\t");
		show_object_end(s);
		show_line(s);
	}
	show_cookie(s, tb[TCA_ACT_COOKIE]);
	show_place(s, tb, is_object);
	show_hw_stats(s, "hw_stats", tb[TCA_ACT_HW_STATS]);
	show_hw_stats(s, "used_hw_stats", tb[TCA_ACT_USED_HW_STATS]);
}

void show_actions(struct show *s, const struct nlattr *list, bool is_object)
{
	struct nl_attrs walk;
	const struct nlattr *a;

	if (!list)
		return;
	walk = nl_attrs_in(list);
	show_array(s, "actions");
	while ((a = nl_attrs_next(&walk)) != NULL) {
		show_object(s, NULL);
		show_line(s);
		show_uint(s, "order", "\taction order ", nl_attr_type(a), ": ");
		show_action(s, a, is_object);
		show_object_end(s);
	}
	show_array_end(s);
}

/* ---- tc actions ---- */

static void start(struct iproute *ip, struct nl_msg *m, uint8_t *buf, uint16_t type, uint16_t flags)
{
	static const struct tcamsg all = { .tca_family = AF_UNSPEC };

	nl_msg_init(m, buf, MAX_MSG);
	m->origins = &ip->origins;
	nl_msg_start(m, type, (uint16_t)(NLM_F_REQUEST | flags), &all, sizeof all);
}

static int tc_action_modify(struct args *a, uint16_t flags)
{
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));
	_Alignas(4) uint8_t buf[MAX_MSG];
	struct nl_msg m;
	int status;

	start(a->ip, &m, buf, RTM_NEWACTION, NLM_F_ACK | flags);
	if (a->i == a->argc)
		status = args_refuse(a, IPROUTE_USAGE, "Illegal \"action\"");
	else
		status = parse_actions(a, &m, TCA_ACT_TAB);
	if (status == IPROUTE_FAILED) {
		say(a->ip, "Illegal \"action\"");
		status = IPROUTE_USAGE;
	}
	if (!status && rtnl_talk(a->ip, &m, NULL)) {
		say(a->ip, "We have an error talking to the kernel");
		status = IPROUTE_USAGE;
	}
	return span_end(&sp, status);
}

/* "action KIND index N", of one that is to be got or deleted. */
static int parse_index(struct args *a, struct nl_msg *m, uint16_t number)
{
	const char *kind = args_word(a);
	uint64_t index;
	size_t nest;

	if (!find_kind(kind) && !is_absent(kind))
		return args_refuse(a, IPROUTE_USAGE, "Error: non existent action: %s", kind);
	a->i++;
	if (!args_matches(a, "index"))
		return args_refuse(a, IPROUTE_USAGE, "Error: no index specified action: %s", kind);
	if (args_value(a))
		return IPROUTE_USAGE;
	if (!parse_number(&index, args_word(a), 10, UINT32_MAX))
		return args_refuse(a, IPROUTE_USAGE, "Illegal \"index\"");
	a->i++;
	nest = nl_nest_start_plain(m, number);
	nl_put_str(m, TCA_ACT_KIND, kind);
	if (index)
		nl_put_u32(m, TCA_ACT_INDEX, (uint32_t)index);
	nl_nest_end(m, nest);
	return 0;
}

/* The answer to a GETACTION, or a message of a dump. */
static int show_message(void *aux, const struct nlmsghdr *h)
{
	const struct nlattr *tb[TCA_ROOT_MAX + 1];
	struct show *s = aux;

	if (h->nlmsg_len < NLMSG_HDRLEN + sizeof(struct tcamsg))
		return 0;
	take_attrs(tb, ARRAY_SIZE(tb), (const uint8_t *)h + NLMSG_HDRLEN + sizeof(struct tcamsg),
		   h->nlmsg_len - NLMSG_HDRLEN - sizeof(struct tcamsg));
	show_object(s, NULL);
	show_uint(s, "total acts", "total acts ", attr_number(tb[TCA_ROOT_COUNT]), "");
	show_line(s);
	show_object_end(s);
	if (!tb[TCA_ACT_TAB])
		return 0;
	show_object(s, NULL);
	show_actions(s, tb[TCA_ACT_TAB], true);
	show_object_end(s);
	return 0;
}

static int parse_indexes(struct args *a, struct nl_msg *m)
{
	size_t nest = nl_nest_start_plain(m, TCA_ACT_TAB);
	uint16_t n = 0;
	int status = 0;

	while (a->i < a->argc && !status) {
		if (args_is(a, "action"))
			a->i++;
		else
			status = parse_index(a, m, ++n);
	}
	nl_nest_end(m, nest);
	return status;
}

static int tc_action_gd(struct args *a, bool gets)
{
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));
	_Alignas(4) uint8_t buf[MAX_MSG];
	const struct nlmsghdr *answer = NULL;
	struct show s;
	struct nl_msg m;
	int status;

	start(a->ip, &m, buf, gets ? RTM_GETACTION : RTM_DELACTION, gets ? 0 : NLM_F_ACK);
	status = parse_indexes(a, &m);
	if (!status && gets && ll_init_map(a->ip))
		status = IPROUTE_FAILED;
	if (status)
		return span_end(&sp, status);
	if (rtnl_talk(a->ip, &m, gets ? &answer : NULL)) {
		say(a->ip, "We have an error talking to the kernel");
		return span_end(&sp, IPROUTE_USAGE);
	}
	if (!answer)
		return span_end(&sp, 0);
	show_begin(&s, a->ip);
	show_message(&s, answer);
	show_end(&s);
	return span_end(&sp, 0);
}

static int tc_action_get(struct args *a)
{
	return tc_action_gd(a, true);
}

static int tc_action_del(struct args *a)
{
	return tc_action_gd(a, false);
}

/* The kind that is listed or flushed, as the only action of a table. */
static int parse_table(struct args *a, struct nl_msg *m)
{
	static const struct nla_bitfield32 large = { TCA_ACT_FLAG_LARGE_DUMP_ON,
						     TCA_ACT_FLAG_LARGE_DUMP_ON };
	size_t tab, one;

	if (args_is(a, "action"))
		a->i++;
	if (a->i == a->argc)
		return args_refuse(a, IPROUTE_USAGE, "the kind of action is missing");
	tab = nl_nest_start_plain(m, TCA_ACT_TAB);
	one = nl_nest_start_plain(m, 1);
	nl_put_str(m, TCA_ACT_KIND, args_word(a));
	nl_nest_end(m, one);
	nl_nest_end(m, tab);
	nl_put(m, TCA_ROOT_FLAGS, &large, sizeof large);
	a->i++;
	if (a->i < a->argc)
		return args_refuse(a, IPROUTE_USAGE, "What is \"%s\"? Try \"%s\".", args_word(a),
				   a->usage);
	return 0;
}

static int tc_action_list(struct args *a)
{
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));
	_Alignas(4) uint8_t buf[MAX_MSG];
	struct show s;
	struct nl_msg m;
	int status;

	start(a->ip, &m, buf, RTM_GETACTION, NLM_F_DUMP);
	status = parse_table(a, &m);
	if (!status && ll_init_map(a->ip))
		status = IPROUTE_FAILED;
	if (status)
		return span_end(&sp, status);
	show_begin(&s, a->ip);
	if (rtnl_dump_filter(a->ip, &m, show_message, &s)) {
		say(a->ip, "Dump terminated");
		status = IPROUTE_FAILED;
	}
	show_end(&s);
	return span_end(&sp, status);
}

static int tc_action_flush(struct args *a)
{
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));
	_Alignas(4) uint8_t buf[MAX_MSG];
	struct nl_msg m;
	int status;

	start(a->ip, &m, buf, RTM_DELACTION, NLM_F_ACK | NLM_F_ROOT);
	status = parse_table(a, &m);
	if (!status && rtnl_talk(a->ip, &m, NULL)) {
		say(a->ip, "We have an error flushing");
		status = IPROUTE_FAILED;
	}
	return span_end(&sp, status);
}

static int add(struct args *a)
{
	return tc_action_modify(a, NLM_F_EXCL | NLM_F_CREATE);
}

static int replace(struct args *a)
{
	return tc_action_modify(a, NLM_F_CREATE | NLM_F_REPLACE);
}

int do_action(struct args *a)
{
	/* In the order in which tc looks for a word. */
	static const struct {
		const char *name;
		int (*run)(struct args *a);
	} verbs[] = {
		{ "add", add },
		{ "change", replace },
		{ "replace", replace },
		{ "delete", tc_action_del },
		{ "get", tc_action_get },
		{ "list", tc_action_list },
		{ "show", tc_action_list },
		{ "ls", tc_action_list },
		{ "lst", tc_action_list },
		{ "flush", tc_action_flush },
	};
	struct span sp = SPAN(nl_sock_trace(a->ip->sock));

	a->usage = "tc actions help";
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (args_matches(a, verbs[i].name)) {
			a->i++;
			return span_end(&sp, verbs[i].run(a));
		}
	}
	if (a->i == a->argc)
		return span_end(&sp, 0);
	return span_end(&sp, args_refuse(a, IPROUTE_USAGE, "Command \"%s\" is unknown, try \"%s\".",
					 args_word(a), a->usage));
}
