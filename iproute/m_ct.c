/* SPDX-License-Identifier: BSD-2-Clause */
/* ct: to connection tracking, with what it is to commit; or back to before it. */
#include "iproute/iproute_internal.h"

#include <arpa/inet.h>
#include <linux/tc_act/tc_ct.h>
#include <stdio.h>

#define LABEL_SIZE 16 /* bytes */

static int illegal(struct args *a, const char *what)
{
	return args_refuse(a, IPROUTE_FAILED, "ct: Illegal %s", what);
}

/* Cuts "A/B" or "A-B" at @c: the end of A, and B or NULL. */
static const char *cut(const char *s, char c, char *head, size_t size)
{
	const char *at = strchr(s, c);

	snprintf(head, size, "%.*s", at ? (int)(at - s) : (int)strlen(s), s);
	return at ? at + 1 : NULL;
}

static int parse_zone(struct args *a, struct nl_msg *m)
{
	uint64_t v;

	if (args_value(a))
		return IPROUTE_USAGE;
	if (!parse_number(&v, args_word(a), 10, UINT16_MAX))
		return illegal(a, "\"zone\"");
	nl_put_u16(m, TCA_CT_ZONE, (uint16_t)v);
	return 0;
}

static int parse_mark(struct args *a, struct nl_msg *m)
{
	uint64_t v, mask = UINT32_MAX;
	const char *rest;
	char head[16];

	if (args_value(a))
		return IPROUTE_USAGE;
	rest = cut(args_word(a), '/', head, sizeof head);
	if (!parse_number(&v, head, 0, UINT32_MAX) ||
	    (rest && !parse_number(&mask, rest, 0, UINT32_MAX)))
		return illegal(a, "\"mark\"");
	nl_put_u32(m, TCA_CT_MARK, (uint32_t)v);
	nl_put_u32(m, TCA_CT_MARK_MASK, (uint32_t)mask);
	return 0;
}

static int parse_label(struct args *a, struct nl_msg *m)
{
	uint8_t label[LABEL_SIZE], mask[LABEL_SIZE];
	char head[2 * LABEL_SIZE + 2];
	const char *rest;

	if (args_value(a))
		return IPROUTE_USAGE;
	memset(mask, 0xff, sizeof mask);
	rest = cut(args_word(a), '/', head, sizeof head);
	if (!parse_hex(label, head, sizeof label) || (rest && !parse_hex(mask, rest, sizeof mask)))
		return args_wrong(a, "ct: labels must be a hex string\n");
	nl_put(m, TCA_CT_LABELS, label, sizeof label);
	nl_put(m, TCA_CT_LABELS_MASK, mask, sizeof mask);
	return 0;
}

static int parse_range(struct args *a, struct nl_msg *m)
{
	char head[INET6_ADDRSTRLEN + 1];
	struct prefix min, max;
	const char *rest;

	if (args_value(a))
		return IPROUTE_USAGE;
	rest = cut(args_word(a), '-', head, sizeof head);
	if (strchr(args_word(a), '/') || !parse_prefix(&min, head, AF_UNSPEC) ||
	    !parse_prefix(&max, rest ? rest : head, min.family)) {
		a->ip->is_final = true;
		return args_refuse(a, IPROUTE_FAILED,
				   "Error: any valid address is expected rather than \"%s\".",
				   args_word(a));
	}
	nl_put(m, min.family == AF_INET ? TCA_CT_NAT_IPV4_MIN : TCA_CT_NAT_IPV6_MIN, min.address,
	       min.size);
	nl_put(m, min.family == AF_INET ? TCA_CT_NAT_IPV4_MAX : TCA_CT_NAT_IPV6_MAX, max.address,
	       max.size);
	return 0;
}

static int parse_ports(struct args *a, struct nl_msg *m)
{
	const char *rest;
	uint64_t min, max;
	char head[8];

	if (args_value(a))
		return IPROUTE_USAGE;
	rest = cut(args_word(a), '-', head, sizeof head);
	if (!parse_number(&min, head, 10, UINT16_MAX) ||
	    !parse_number(&max, rest ? rest : head, 10, UINT16_MAX))
		return illegal(a, "nat port range");
	nl_put_be16(m, TCA_CT_NAT_PORT_MIN, be16_from_host((uint16_t)min));
	nl_put_be16(m, TCA_CT_NAT_PORT_MAX, be16_from_host((uint16_t)max));
	return 0;
}

/* "nat [src|dst addr A[-B] [port P[-Q]]]"; the word after it is next. */
static int parse_nat(struct args *a, struct nl_msg *m, uint16_t *flags)
{
	int status;

	*flags |= TCA_CT_ACT_NAT;
	a->i++;
	if (!args_is(a, "src") && !args_is(a, "dst"))
		return 0;
	*flags |= args_is(a, "src") ? TCA_CT_ACT_NAT_SRC : TCA_CT_ACT_NAT_DST;
	if (args_value(a))
		return IPROUTE_USAGE;
	if (!args_is(a, "addr"))
		return args_refuse(a, IPROUTE_USAGE, "Bad action type %s", args_word(a));
	status = parse_range(a, m);
	a->i += !status;
	if (status || !args_is(a, "port"))
		return status;
	status = parse_ports(a, m);
	a->i += !status;
	return status;
}

/* -1: the word at hand is none of ct's; else the word after it is next. */
static int parse_word(struct args *a, struct nl_msg *m, uint16_t *flags)
{
	static const struct {
		const char *name;
		uint16_t flag;
		int (*parse)(struct args *a, struct nl_msg *m);
	} words[] = {
		{ "zone", 0, parse_zone },
		{ "mark", 0, parse_mark },
		{ "label", 0, parse_label },
		{ "clear", TCA_CT_ACT_CLEAR, NULL },
		{ "commit", TCA_CT_ACT_COMMIT, NULL },
		{ "force", TCA_CT_ACT_FORCE, NULL },
	};
	int status = 0;

	if (args_is(a, "nat"))
		return parse_nat(a, m, flags);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!args_is(a, words[i].name))
			continue;
		*flags |= words[i].flag;
		status = words[i].parse ? words[i].parse(a, m) : 0;
		a->i += !status;
		return status;
	}
	return -1;
}

int parse_ct(struct args *a, struct nl_msg *m)
{
	struct tc_ct p = { 0 };
	int control = TC_ACT_PIPE, status = 0;
	uint16_t flags = 0;
	uint32_t index = 0;
	size_t nest;

	a->i++;
	nest = nl_nest_start(m, TCA_ACT_OPTIONS);
	while (a->i < a->argc && !status)
		status = parse_word(a, m, &flags);
	if (status > 0)
		return status;
	status = parse_tail(a, &control, &index);
	p.action = control;
	p.index = index;
	nl_put_u16(m, TCA_CT_ACTION, flags);
	nl_put(m, TCA_CT_PARMS, &p, sizeof p);
	nl_nest_end(m, nest);
	return status;
}

/* ---- output ---- */

static void show_mark(struct show *s, const struct nlattr *const *tb)
{
	uint64_t mask = tb[TCA_CT_MARK_MASK] ? attr_number(tb[TCA_CT_MARK_MASK]) : UINT32_MAX;
	char hex[12];

	if (!tb[TCA_CT_MARK])
		return;
	show_uint(s, "mark", " mark ", attr_number(tb[TCA_CT_MARK]), "");
	if (mask == UINT32_MAX)
		return;
	snprintf(hex, sizeof hex, "%x", (unsigned int)mask);
	show_text(s, "/0x%s", hex);
	show_json_str(s, "mark_mask", hex);
}

static bool format_label(char *buf, const struct nlattr *a)
{
	const uint8_t *p = a ? nl_attr_data(a) : NULL;

	if (!p || nl_attr_size(a) != LABEL_SIZE)
		return false;
	for (size_t i = 0; i < LABEL_SIZE; i++)
		snprintf(buf + 2 * i, 3, "%02x", p[i]);
	return true;
}

static void show_label(struct show *s, const struct nlattr *const *tb)
{
	char label[2 * LABEL_SIZE + 1], mask[2 * LABEL_SIZE + 1];
	char both[sizeof label + sizeof mask];

	if (!format_label(label, tb[TCA_CT_LABELS]))
		return;
	snprintf(both, sizeof both, "%s", label);
	if (format_label(mask, tb[TCA_CT_LABELS_MASK]) && strspn(mask, "f") != 2 * LABEL_SIZE)
		snprintf(both, sizeof both, "%s/%s", label, mask);
	show_str(s, "label", " label ", both, "");
}

static void format_range(struct text *t, const struct nlattr *min, const struct nlattr *max)
{
	size_t size = min ? nl_attr_size(min) : 0;
	char address[48];

	if (size != 4 && size != 16)
		return;
	format_address(address, sizeof address, nl_attr_data(min), size);
	text_putf(t, " addr %s", address);
	if (!max || nl_attr_size(max) != size ||
	    !memcmp(nl_attr_data(min), nl_attr_data(max), size))
		return;
	format_address(address, sizeof address, nl_attr_data(max), size);
	text_putf(t, "-%s", address);
}

static void format_ports(struct text *t, const struct nlattr *min, const struct nlattr *max)
{
	if (!min || nl_attr_size(min) != 2)
		return;
	text_putf(t, " port %u", get_be16(nl_attr_data(min)));
	if (max && nl_attr_size(max) == 2 &&
	    get_be16(nl_attr_data(max)) != get_be16(nl_attr_data(min)))
		text_putf(t, "-%u", get_be16(nl_attr_data(max)));
}

static void show_nat(struct show *s, const struct nlattr *const *tb, uint64_t flags)
{
	struct text t;

	if (!(flags & TCA_CT_ACT_NAT))
		return;
	text_init(&t);
	if (flags & (TCA_CT_ACT_NAT_SRC | TCA_CT_ACT_NAT_DST)) {
		text_put(&t, flags & TCA_CT_ACT_NAT_SRC ? "src" : "dst");
		format_range(&t, tb[TCA_CT_NAT_IPV4_MIN], tb[TCA_CT_NAT_IPV4_MAX]);
		format_range(&t, tb[TCA_CT_NAT_IPV6_MIN], tb[TCA_CT_NAT_IPV6_MAX]);
		format_ports(&t, tb[TCA_CT_NAT_PORT_MIN], tb[TCA_CT_NAT_PORT_MAX]);
	}
	show_text(s, " nat");
	show_str(s, "nat", t.len ? " " : "", t.s, "");
	s->out->error = s->out->error ? s->out->error : t.error;
	text_fini(&t);
}

void show_ct(struct show *s, const struct nlattr *options)
{
	const struct nlattr *tb[TCA_CT_MAX + 1];
	uint64_t flags;
	struct tc_ct p;

	take_nested(tb, ARRAY_SIZE(tb), options);
	show_str(s, "kind", "", "ct", "");
	if (!take_parms(&p, sizeof p, tb[TCA_CT_PARMS])) /* a terse dump */
		return;
	flags = attr_number(tb[TCA_CT_ACTION]);
	if (flags & TCA_CT_ACT_COMMIT)
		show_str(s, "action", " ", flags & TCA_CT_ACT_FORCE ? "commit force" : "commit",
			 "");
	else if (flags & TCA_CT_ACT_CLEAR)
		show_str(s, "action", " ", "clear", "");
	show_mark(s, tb);
	if (tb[TCA_CT_ZONE])
		show_uint(s, "zone", " zone ", attr_number(tb[TCA_CT_ZONE]), "");
	show_label(s, tb);
	show_nat(s, tb, flags);
	show_control(s, "control_action", " ", (uint32_t)p.action, "");
	show_line(s);
	show_index(s, &p, "\t index ");
	show_used(s, tb[TCA_CT_TM]);
	show_line(s);
}
