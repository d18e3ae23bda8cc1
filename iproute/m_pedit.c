/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pedit: fields by name (with `ex` relative to their own header) or as numbers at offsets, each of
 * which becomes the 32-bit words that it lies in. A word keeps the bits of its mask and
 * exclusive-ors the value.
 */
#include "iproute/iproute_internal.h"

#include <arpa/inet.h>
#include <linux/tc_act/tc_pedit.h>
#include <stdio.h>

#define WORDS_MAX 128 /* tc's limit */

struct word {
	uint8_t mask[4], value[4]; /* in the order of the packet */
	uint32_t offset;
	uint16_t htype, cmd; /* TCA_PEDIT_KEY_EX_HDR_TYPE_*, _CMD_* */
};

struct words {
	struct word word[WORDS_MAX];
	size_t n;
};

enum form {
	NUMBER,
	MAC,
	IPV4,
	IPV6
};

struct field {
	const char *header, *name;
	uint16_t htype;
	uint8_t offset, size; /* bytes in that header */
	enum form form;
	uint32_t bits; /* of a number: which of its bits are the field's; 0: all */
};

#define ETH TCA_PEDIT_KEY_EX_HDR_TYPE_ETH
#define IP4 TCA_PEDIT_KEY_EX_HDR_TYPE_IP4
#define IP6 TCA_PEDIT_KEY_EX_HDR_TYPE_IP6
#define TCP TCA_PEDIT_KEY_EX_HDR_TYPE_TCP
#define UDP TCA_PEDIT_KEY_EX_HDR_TYPE_UDP

static const struct field fields[] = {
	{ "eth", "src", ETH, 6, 6, MAC, 0 },	    { "eth", "dst", ETH, 0, 6, MAC, 0 },
	{ "eth", "type", ETH, 12, 2, NUMBER, 0 },   { "ip", "src", IP4, 12, 4, IPV4, 0 },
	{ "ip", "dst", IP4, 16, 4, IPV4, 0 },	    { "ip", "tos", IP4, 1, 1, NUMBER, 0 },
	{ "ip", "dsfield", IP4, 1, 1, NUMBER, 0 },  { "ip", "ttl", IP4, 8, 1, NUMBER, 0 },
	{ "ip", "protocol", IP4, 9, 1, NUMBER, 0 }, { "ip6", "src", IP6, 8, 16, IPV6, 0 },
	{ "ip6", "dst", IP6, 24, 16, IPV6, 0 },	    { "ip6", "payload_len", IP6, 4, 2, NUMBER, 0 },
	{ "ip6", "nexthdr", IP6, 6, 1, NUMBER, 0 }, { "ip6", "hoplimit", IP6, 7, 1, NUMBER, 0 },
	{ "tcp", "sport", TCP, 0, 2, NUMBER, 0 },   { "tcp", "dport", TCP, 2, 2, NUMBER, 0 },
	{ "tcp", "flags", TCP, 13, 1, NUMBER, 0 },  { "udp", "sport", UDP, 0, 2, NUMBER, 0 },
	{ "udp", "dport", UDP, 2, 2, NUMBER, 0 },
};

/* ---- words ---- */

static void put_be(uint8_t *p, uint64_t v, size_t size)
{
	for (size_t i = 0; i < size; i++)
		p[i] = (uint8_t)(v >> 8 * (size - 1 - i));
}

static bool take_value(uint8_t value[16], const struct field *f, const char *s)
{
	uint64_t v;

	switch (f->form) {
	case NUMBER:
		if (!parse_number(&v, s, 0, f->size == 4 ? UINT32_MAX : (1u << 8 * f->size) - 1))
			return false;
		put_be(value, v, f->size);
		return true;
	case MAC:
		return parse_mac(value, s);
	case IPV4:
		return inet_pton(AF_INET, s, value) == 1;
	case IPV6:
		return inet_pton(AF_INET6, s, value) == 1;
	}
	return false;
}

/* Cuts the @size bytes of a field into words: bits of @keep stay, @value is exclusive-ored. */
static bool add_field(struct words *w, const struct field *f, uint32_t offset, uint16_t cmd,
		      const uint8_t *keep, const uint8_t *value)
{
	uint32_t first = offset & ~3u, end = offset + f->size;

	for (uint32_t at = first; at < end; at += 4) {
		struct word *word = &w->word[w->n];

		if (w->n == WORDS_MAX)
			return false;
		*word = (struct word){ .offset = at, .htype = f->htype, .cmd = cmd };
		memset(word->mask, 0xff, sizeof word->mask);
		for (uint32_t i = 0; i < 4; i++) {
			if (at + i < offset || at + i >= end)
				continue;
			word->mask[i] = keep[at + i - offset];
			word->value[i] = value[at + i - offset];
		}
		w->n++;
	}
	return true;
}

static int refuse_field(struct args *a, const char *header)
{
	int status = args_refuse(a, IPROUTE_FAILED, "bad pedit parsing");

	say(a->ip, "Bad pedit construct (%s)", header);
	return status;
}

/* "set VALUE", "add VALUE", "clear", "invert", "preserve", then "retain MASK". */
static int parse_change(struct args *a, struct words *w, const struct field *f, uint32_t offset,
			const char *header)
{
	uint8_t keep[16] = { 0 }, value[16] = { 0 };
	uint16_t cmd = args_is(a, "add") ? TCA_PEDIT_KEY_EX_CMD_ADD : TCA_PEDIT_KEY_EX_CMD_SET;
	uint64_t retain;

	if (args_is(a, "set") || args_is(a, "add")) {
		a->i++;
		if (!args_word(a) || !take_value(value, f, args_word(a))) {
			if (args_word(a) && f->form == MAC)
				say(a->ip, "\"%s\" is invalid lladdr.", args_word(a));
			return refuse_field(a, header);
		}
	} else if (args_is(a, "invert") || args_is(a, "preserve")) {
		memset(keep, 0xff, f->size);
		memset(value, args_is(a, "invert") ? 0xff : 0, f->size);
	} else if (!args_is(a, "clear")) {
		return refuse_field(a, header);
	}
	a->i++;
	if (args_is(a, "retain") && f->form == NUMBER) {
		uint8_t mask[4];

		a->i++;
		if (!args_word(a) || !parse_number(&retain, args_word(a), 0, UINT32_MAX))
			return refuse_field(a, header);
		put_be(mask, retain, f->size);
		for (size_t i = 0; i < f->size; i++) {
			keep[i] |= (uint8_t)~mask[i];
			value[i] &= mask[i];
		}
		a->i++;
	}
	if (add_field(w, f, offset, cmd, keep, value))
		return 0;
	return args_refuse(a, IPROUTE_FAILED, "more than %d words to rewrite", WORDS_MAX);
}

/* "offset N u8|u16|u32": a->i is behind "offset". */
static int parse_raw(struct args *a, struct words *w)
{
	static const struct {
		const char *name;
		uint8_t size;
	} sizes[] = { { "u8", 1 }, { "u16", 2 }, { "u32", 4 } };
	struct field f = { .htype = TCA_PEDIT_KEY_EX_HDR_TYPE_NETWORK };
	uint64_t offset;

	if (!args_word(a) || !parse_number(&offset, args_word(a), 0, UINT32_MAX - 16))
		return refuse_field(a, "offset");
	a->i++;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		if (args_is(a, sizes[i].name))
			f.size = sizes[i].size;
	if (!f.size || offset % f.size)
		return refuse_field(a, "offset");
	a->i++;
	return parse_change(a, w, &f, (uint32_t)offset, "offset");
}

static int parse_munge(struct args *a, struct words *w, bool is_extended)
{
	const char *header = args_word(a);

	a->i++;
	if (!strcmp(header, "offset"))
		return parse_raw(a, w);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		struct field f = fields[i];

		if (strcmp(f.header, header) || !args_is(a, f.name))
			continue;
		if (!is_extended) /* from the network header, where an IP header begins */
			f.htype = TCA_PEDIT_KEY_EX_HDR_TYPE_NETWORK;
		if (!is_extended && fields[i].htype != IP4 && fields[i].htype != IP6) {
			a->i--;
			return args_refuse(
				a, IPROUTE_FAILED,
				"pedit: \"%s\" needs the extended mode: \"pedit ex munge "
				"%s ...\"",
				header, header);
		}
		a->i++;
		return parse_change(a, w, &f, f.offset, header);
	}
	return refuse_field(a, header);
}

static void put_words(struct nl_msg *m, struct tc_pedit_sel *sel, const struct words *w,
		      bool is_extended)
{
	uint8_t *p = nl_put_space(m, is_extended ? TCA_PEDIT_PARMS_EX : TCA_PEDIT_PARMS,
				  sizeof *sel + w->n * sizeof(struct tc_pedit_key));
	size_t nest, one;

	if (!p)
		return;
	sel->nkeys = (unsigned char)w->n;
	memcpy(p, sel, sizeof *sel);
	p += sizeof *sel;
	for (size_t i = 0; i < w->n; i++, p += sizeof(struct tc_pedit_key)) {
		struct tc_pedit_key k = { .off = w->word[i].offset };

		memcpy(&k.mask, w->word[i].mask, sizeof k.mask);
		memcpy(&k.val, w->word[i].value, sizeof k.val);
		memcpy(p, &k, sizeof k);
	}
	if (!is_extended)
		return;
	nest = nl_nest_start(m, TCA_PEDIT_KEYS_EX);
	for (size_t i = 0; i < w->n; i++) {
		one = nl_nest_start(m, TCA_PEDIT_KEY_EX);
		nl_put_u16(m, TCA_PEDIT_KEY_EX_HTYPE, w->word[i].htype);
		nl_put_u16(m, TCA_PEDIT_KEY_EX_CMD, w->word[i].cmd);
		nl_nest_end(m, one);
	}
	nl_nest_end(m, nest);
}

int parse_pedit(struct args *a, struct nl_msg *m)
{
	struct words w = { .n = 0 };
	struct tc_pedit_sel sel = { 0 };
	uint32_t index = 0;
	int control = TC_ACT_OK, status = 0;
	bool is_extended;
	size_t nest;

	if (args_value(a))
		return IPROUTE_USAGE;
	is_extended = args_is(a, "ex");
	a->i += is_extended;
	/* A control may stand between two munges, as people write it. */
	while (!status && (args_is(a, "munge") || is_control(args_word(a)))) {
		if (is_control(args_word(a)))
			status = parse_control(a, &control);
		else
			status = args_value(a) ? IPROUTE_USAGE : parse_munge(a, &w, is_extended);
	}
	if (!status)
		status = parse_tail(a, NULL, &index);
	sel.index = index;
	sel.action = control;
	nest = nl_nest_start(m, TCA_ACT_OPTIONS);
	put_words(m, &sel, &w, is_extended);
	nl_nest_end(m, nest);
	return status;
}

/* ---- output ---- */

static const char *const headers[] = {
	[TCA_PEDIT_KEY_EX_HDR_TYPE_NETWORK] = "network", [TCA_PEDIT_KEY_EX_HDR_TYPE_ETH] = "eth",
	[TCA_PEDIT_KEY_EX_HDR_TYPE_IP4] = "ipv4",	 [TCA_PEDIT_KEY_EX_HDR_TYPE_IP6] = "ipv6",
	[TCA_PEDIT_KEY_EX_HDR_TYPE_TCP] = "tcp",	 [TCA_PEDIT_KEY_EX_HDR_TYPE_UDP] = "udp",
};

static void show_word(struct show *s, unsigned int number, const struct tc_pedit_key *k,
		      uint64_t htype, uint64_t cmd)
{
	const char *header = htype < ARRAY_SIZE(headers) ? headers[htype] : "unknown";
	const char *verb = cmd == TCA_PEDIT_KEY_EX_CMD_ADD ? "add" : "set";
	uint32_t value = get_be32(&k->val), mask = get_be32(&k->mask);
	char hex[12];

	show_object(s, NULL);
	show_line(s);
	show_text(s, "\t key #%u  at ", number);
	show_json_str(s, "htype", header);
	if (htype != TCA_PEDIT_KEY_EX_HDR_TYPE_NETWORK)
		show_text(s, "%s%s", header, (int)k->off < 0 ? "" : "+");
	show_text(s, "%d: %s %08x mask %08x", (int)k->off, *verb == 'a' ? "add" : "val", value,
		  mask);
	show_json_int(s, "offset", (int)k->off);
	show_json_str(s, "cmd", verb);
	snprintf(hex, sizeof hex, "%x", value);
	show_json_str(s, "val", hex);
	snprintf(hex, sizeof hex, "%x", mask);
	show_json_str(s, "mask", hex);
	show_object_end(s);
}

/* The keys that are really there, with what belongs to each. */
static void show_words(struct show *s, const struct nlattr *parms, const struct nlattr *more,
		       size_t n)
{
	const uint8_t *p = (const uint8_t *)nl_attr_data(parms) + sizeof(struct tc_pedit_sel);
	size_t there =
		(nl_attr_size(parms) - sizeof(struct tc_pedit_sel)) / sizeof(struct tc_pedit_key);
	struct nl_attrs walk = more ? nl_attrs_in(more) : nl_attrs_of(NULL, 0);

	show_array(s, "keys");
	for (unsigned int i = 0; i < n && i < there; i++, p += sizeof(struct tc_pedit_key)) {
		const struct nlattr *tb[TCA_PEDIT_KEY_EX_MAX + 1];
		struct tc_pedit_key k;

		memcpy(&k, p, sizeof k);
		take_nested(tb, ARRAY_SIZE(tb), nl_attrs_next(&walk));
		show_word(s, i, &k, attr_number(tb[TCA_PEDIT_KEY_EX_HTYPE]),
			  attr_number(tb[TCA_PEDIT_KEY_EX_CMD]));
	}
	show_array_end(s);
}

void show_pedit(struct show *s, const struct nlattr *options)
{
	const struct nlattr *tb[TCA_PEDIT_MAX + 1], *parms;
	struct tc_pedit_sel sel;

	take_nested(tb, ARRAY_SIZE(tb), options);
	parms = tb[TCA_PEDIT_PARMS_EX] ? tb[TCA_PEDIT_PARMS_EX] : tb[TCA_PEDIT_PARMS];
	show_str(s, "kind", " ", "pedit", " ");
	if (!take_parms(&sel, sizeof sel, parms)) /* a terse dump */
		return;
	show_control(s, "control_action", "action ", (uint32_t)sel.action, " ");
	show_uint(s, "nkeys", "keys ", sel.nkeys, "");
	show_line(s);
	show_index(s, &sel, " \t index ");
	show_used(s, tb[TCA_PEDIT_TM]);
	show_words(s, parms, tb[TCA_PEDIT_KEYS_EX], sel.nkeys);
	show_line(s);
}
