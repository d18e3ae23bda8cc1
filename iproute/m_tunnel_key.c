/* SPDX-License-Identifier: BSD-2-Clause */
/* tunnel_key: what an encapsulation is made with, or that it is forgotten. Options of tunnels are
 * not there yet. */
#include "iproute/iproute_internal.h"

#include <arpa/inet.h>
#include <linux/tc_act/tc_tunnel_key.h>
#include <stdio.h>

static const char *const modes[] = {
	[TCA_TUNNEL_KEY_ACT_SET] = "set", [TCA_TUNNEL_KEY_ACT_RELEASE] = "unset"
};

struct tunnel {
	int mode; /* TCA_TUNNEL_KEY_ACT_*; 0: not said */
	bool has_src, has_dst, nocsum;
};

static int illegal(struct args *a, const char *what)
{
	return args_refuse(a, IPROUTE_FAILED, "Illegal \"%s\"", what);
}

static int parse_mode(struct args *a, struct tunnel *t, int mode)
{
	if (t->mode)
		return args_refuse(a, IPROUTE_FAILED,
				   "unexpected \"%s\" - action already specified", args_word(a));
	t->mode = mode;
	return 0;
}

static int parse_address(struct args *a, struct nl_msg *m, uint16_t attr4, uint16_t attr6)
{
	struct prefix p;

	if (args_value(a))
		return IPROUTE_USAGE;
	if (strchr(args_word(a), '/') || !parse_prefix(&p, args_word(a), AF_UNSPEC)) {
		/* tc ends at once here, without the words that follow other refusals. */
		a->ip->is_final = true;
		return args_refuse(a, IPROUTE_FAILED,
				   "Error: any valid address is expected rather than \"%s\".",
				   args_word(a));
	}
	nl_put(m, p.family == AF_INET ? attr4 : attr6, p.address, p.size);
	return 0;
}

static int parse_value(struct args *a, uint64_t *v, uint64_t max, const char *what)
{
	if (args_value(a))
		return IPROUTE_USAGE;
	return parse_number(v, args_word(a), 10, max) ? 0 : illegal(a, what);
}

/* Decimal, or hex also without 0x. */
static int parse_octet(struct args *a, struct nl_msg *m, uint16_t attr, const char *what)
{
	uint64_t v;

	if (args_value(a))
		return IPROUTE_USAGE;
	if (!parse_number(&v, args_word(a), 10, UINT8_MAX) &&
	    !parse_number(&v, args_word(a), 16, UINT8_MAX))
		return illegal(a, what);
	nl_put_u8(m, attr, (uint8_t)v);
	return 0;
}

static int parse_id(struct args *a, struct nl_msg *m)
{
	uint64_t v = 0;
	int status = parse_value(a, &v, UINT32_MAX, "id");

	nl_put_be32(m, TCA_TUNNEL_KEY_ENC_KEY_ID, be32_from_host((uint32_t)v));
	return status;
}

static int parse_dst_port(struct args *a, struct nl_msg *m)
{
	uint64_t v = 0;
	int status = parse_value(a, &v, UINT16_MAX, "dst port");

	nl_put_be16(m, TCA_TUNNEL_KEY_ENC_DST_PORT, be16_from_host((uint16_t)v));
	return status;
}

static int refuse_options(struct args *a)
{
	return args_refuse(a, IPROUTE_FAILED, "\"%s\" is one of tc's words that are not there yet",
			   args_word(a));
}

/* -1: the word at hand is none of these. */
static int parse_word(struct args *a, struct nl_msg *m, struct tunnel *t)
{
	if (args_matches(a, "unset"))
		return parse_mode(a, t, TCA_TUNNEL_KEY_ACT_RELEASE);
	if (args_matches(a, "set"))
		return parse_mode(a, t, TCA_TUNNEL_KEY_ACT_SET);
	if (args_matches(a, "src_ip")) {
		t->has_src = true;
		return parse_address(a, m, TCA_TUNNEL_KEY_ENC_IPV4_SRC,
				     TCA_TUNNEL_KEY_ENC_IPV6_SRC);
	}
	if (args_matches(a, "dst_ip")) {
		t->has_dst = true;
		return parse_address(a, m, TCA_TUNNEL_KEY_ENC_IPV4_DST,
				     TCA_TUNNEL_KEY_ENC_IPV6_DST);
	}
	if (args_matches(a, "id"))
		return parse_id(a, m);
	if (args_matches(a, "dst_port"))
		return parse_dst_port(a, m);
	if (args_matches(a, "geneve_opts") || args_matches(a, "vxlan_opts") ||
	    args_matches(a, "erspan_opts"))
		return refuse_options(a);
	if (args_matches(a, "tos"))
		return parse_octet(a, m, TCA_TUNNEL_KEY_ENC_TOS, "tos");
	if (args_matches(a, "ttl"))
		return parse_octet(a, m, TCA_TUNNEL_KEY_ENC_TTL, "ttl");
	if (args_is(a, "csum") || args_is(a, "nocsum")) {
		t->nocsum = args_is(a, "nocsum");
		return 0;
	}
	return -1;
}

int parse_tunnel_key(struct args *a, struct nl_msg *m)
{
	struct tc_tunnel_key p = { 0 };
	struct tunnel t = { .mode = 0 };
	int control = TC_ACT_PIPE, status = 0;
	uint32_t index = 0;
	size_t nest;

	if (args_value(a))
		return IPROUTE_USAGE;
	nest = nl_nest_start(m, TCA_ACT_OPTIONS);
	for (; a->i < a->argc && !status; a->i += !status)
		status = parse_word(a, m, &t);
	if (status > 0)
		return status;
	if (!t.mode)
		return args_refuse(a, IPROUTE_USAGE, "Bad action type %s",
				   args_word(a) ? args_word(a) : "tunnel_key");
	status = parse_tail(a, &control, &index);
	if (!status && t.mode == TCA_TUNNEL_KEY_ACT_SET && !(t.has_src && t.has_dst))
		status = args_refuse(a, IPROUTE_FAILED, "set needs tunnel_key parameters");
	p.action = control;
	p.index = index;
	p.t_action = t.mode;
	nl_put_u8(m, TCA_TUNNEL_KEY_NO_CSUM, t.nocsum);
	nl_put(m, TCA_TUNNEL_KEY_PARMS, &p, sizeof p);
	nl_nest_end(m, nest);
	return status;
}

/* ---- output ---- */

static void show_address(struct show *s, const char *name, const struct nlattr *a4,
			 const struct nlattr *a6)
{
	const struct nlattr *a = a4 ? a4 : a6;
	char address[48];

	if (!a || nl_attr_size(a) != (a4 ? 4u : 16u))
		return;
	format_address(address, sizeof address, nl_attr_data(a), nl_attr_size(a));
	show_line(s);
	show_text(s, "\t%s ", name);
	show_str(s, name, "", address, "");
}

static void show_set(struct show *s, const struct nlattr *const *tb)
{
	const struct nlattr *id = tb[TCA_TUNNEL_KEY_ENC_KEY_ID];
	const struct nlattr *port = tb[TCA_TUNNEL_KEY_ENC_DST_PORT];

	show_address(s, "src_ip", tb[TCA_TUNNEL_KEY_ENC_IPV4_SRC], tb[TCA_TUNNEL_KEY_ENC_IPV6_SRC]);
	show_address(s, "dst_ip", tb[TCA_TUNNEL_KEY_ENC_IPV4_DST], tb[TCA_TUNNEL_KEY_ENC_IPV6_DST]);
	if (id && nl_attr_size(id) == 4) {
		show_line(s);
		show_uint(s, "key_id", "\tkey_id ", get_be32(nl_attr_data(id)), "");
	}
	if (port && nl_attr_size(port) == 2 && get_be16(nl_attr_data(port))) {
		show_line(s);
		show_uint(s, "dst_port", "\tdst_port ", get_be16(nl_attr_data(port)), "");
	}
	if (tb[TCA_TUNNEL_KEY_NO_CSUM]) {
		show_line(s);
		show_str(s, "flag", "\t",
			 attr_number(tb[TCA_TUNNEL_KEY_NO_CSUM]) ? "nocsum" : "csum", "");
	}
	if (tb[TCA_TUNNEL_KEY_ENC_TOS]) {
		show_line(s);
		show_text(s, "\ttos 0x%x", (unsigned int)attr_number(tb[TCA_TUNNEL_KEY_ENC_TOS]));
		show_json_uint(s, "tos", attr_number(tb[TCA_TUNNEL_KEY_ENC_TOS]));
	}
	if (tb[TCA_TUNNEL_KEY_ENC_TTL]) {
		show_line(s);
		show_uint(s, "ttl", "\tttl ", attr_number(tb[TCA_TUNNEL_KEY_ENC_TTL]), "");
	}
}

void show_tunnel_key(struct show *s, const struct nlattr *options)
{
	const struct nlattr *tb[TCA_TUNNEL_KEY_MAX + 1];
	struct tc_tunnel_key p;
	bool is_set;

	take_nested(tb, ARRAY_SIZE(tb), options);
	show_str(s, "kind", "", "tunnel_key", " ");
	if (!take_parms(&p, sizeof p, tb[TCA_TUNNEL_KEY_PARMS])) /* a terse dump */
		return;
	is_set = p.t_action == TCA_TUNNEL_KEY_ACT_SET;
	show_str(s, "mode", " ",
		 modes[is_set ? TCA_TUNNEL_KEY_ACT_SET : TCA_TUNNEL_KEY_ACT_RELEASE], "");
	if (is_set)
		show_set(s, tb);
	show_control(s, "control_action", " ", (uint32_t)p.action, "");
	show_line(s);
	show_index(s, &p, "\t index ");
	show_used(s, tb[TCA_TUNNEL_KEY_TM]);
	show_line(s);
}
