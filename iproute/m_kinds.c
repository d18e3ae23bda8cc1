/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of actions with few parameters: gact, mirred, vlan, csum. */
#include "iproute/iproute_internal.h"

#include <linux/if_ether.h>
#include <linux/tc_act/tc_csum.h>
#include <linux/tc_act/tc_gact.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/tc_act/tc_vlan.h>
#include <stdio.h>

/* The begin of every structure of parameters. */
struct gen {
	tc_gen;
};

/* ---- what they share ---- */

int parse_tail(struct args *a, int *control, uint32_t *index)
{
	uint64_t v;
	int status;

	if (control && is_control(args_word(a))) {
		status = parse_control(a, control);
		if (status)
			return status;
	}
	if (!args_matches(a, "index"))
		return 0;
	if (args_value(a))
		return IPROUTE_USAGE;
	if (!parse_number(&v, args_word(a), 10, UINT32_MAX))
		return args_refuse(a, IPROUTE_FAILED, "Illegal \"index\"");
	*index = (uint32_t)v;
	a->i++;
	return 0;
}

bool take_parms(void *parms, size_t size, const struct nlattr *a)
{
	memset(parms, 0, size);
	if (!a || nl_attr_size(a) < size)
		return false;
	memcpy(parms, nl_attr_data(a), size);
	return true;
}

void show_index(struct show *s, const void *parms, const char *before)
{
	struct gen gen;

	memcpy(&gen, parms, sizeof gen);
	show_uint(s, "index", before, gen.index, "");
	show_uint(s, "ref", " ref ", (unsigned int)gen.refcnt, "");
	show_uint(s, "bind", " bind ", (unsigned int)gen.bindcnt, "");
}

/* A kernel leaves the parameters out in a terse dump. */
static void show_nothing(struct show *s, const char *kind)
{
	show_str(s, "kind", "", kind, " ");
}

/* ---- gact ---- */

static const char *const random_names[] = { "none", "netrand", "determ" };

static int parse_random(struct args *a, struct tc_gact_p *p)
{
	uint64_t v;
	int control = 0, status;

	if (args_value(a))
		return IPROUTE_USAGE;
	if (args_is(a, "none")) {
		a->i++;
		return 0;
	}
	for (uint16_t i = 1; i < ARRAY_SIZE(random_names); i++)
		if (args_is(a, random_names[i]))
			p->ptype = i;
	if (!p->ptype)
		return args_refuse(a, IPROUTE_FAILED, "Illegal \"random type\"");
	if (args_value(a))
		return IPROUTE_USAGE;
	if (!is_control(args_word(a)))
		return args_refuse(a, IPROUTE_FAILED, "Bad action type %s", args_word(a));
	status = parse_control(a, &control);
	if (status)
		return status;
	p->paction = control;
	if (!args_word(a) || !parse_number(&v, args_word(a), 10, UINT16_MAX))
		return args_refuse(a, IPROUTE_FAILED, "Illegal \"value\"");
	p->pval = (uint16_t)v;
	a->i++;
	return 0;
}

int parse_gact(struct args *a, struct nl_msg *m)
{
	struct tc_gact p = { 0 };
	struct tc_gact_p random = { 0 };
	int control = 0, status;
	uint32_t index = 0;
	size_t nest;

	if (args_is(a, "gact") && args_value(a))
		return IPROUTE_USAGE;
	if (!is_control(args_word(a)) && !args_matches(a, "index"))
		return args_refuse(a, IPROUTE_USAGE, "Bad action type %s", args_word(a));
	status = is_control(args_word(a)) ? parse_control(a, &control) : 0;
	if (!status && args_matches(a, "random"))
		status = parse_random(a, &random);
	if (!status)
		status = parse_tail(a, NULL, &index);
	p.action = control;
	p.index = index;
	nest = nl_nest_start(m, TCA_ACT_OPTIONS);
	nl_put(m, TCA_GACT_PARMS, &p, sizeof p);
	if (random.ptype)
		nl_put(m, TCA_GACT_PROB, &random, sizeof random);
	nl_nest_end(m, nest);
	return status;
}

void show_gact(struct show *s, const struct nlattr *options)
{
	const struct nlattr *tb[TCA_GACT_MAX + 1];
	struct tc_gact_p random;
	struct tc_gact p;

	take_nested(tb, ARRAY_SIZE(tb), options);
	if (!take_parms(&p, sizeof p, tb[TCA_GACT_PARMS])) {
		show_nothing(s, "gact");
		return;
	}
	take_parms(&random, sizeof random, tb[TCA_GACT_PROB]);
	show_str(s, "kind", "", "gact", " ");
	show_control(s, "control_action", "action ", (uint32_t)p.action, "");
	show_line(s);
	show_object(s, "prob");
	show_str(s, "random_type", "\t random type ",
		 random.ptype < ARRAY_SIZE(random_names) ? random_names[random.ptype] : "unknown",
		 "");
	show_control(s, "control_action", " ", (uint32_t)random.paction, " ");
	show_uint(s, "val", "val ", random.pval, "");
	show_object_end(s);
	show_line(s);
	show_index(s, &p, "\t index ");
	show_used(s, tb[TCA_GACT_TM]);
	show_line(s);
}

/* ---- mirred ---- */

static const struct {
	const char *direction, *action, *text;
} mirrors[] = {
	[TCA_EGRESS_REDIR] = { "egress", "redirect", "Egress Redirect" },
	[TCA_EGRESS_MIRROR] = { "egress", "mirror", "Egress Mirror" },
	[TCA_INGRESS_REDIR] = { "ingress", "redirect", "Ingress Redirect" },
	[TCA_INGRESS_MIRROR] = { "ingress", "mirror", "Ingress Mirror" },
};

/* "egress mirror": a->i is at the second word afterwards. */
static int parse_direction(struct args *a, struct tc_mirred *p)
{
	const char *direction = args_word(a);

	if (!args_matches(a, "egress") && !args_matches(a, "ingress"))
		return args_refuse(a, IPROUTE_FAILED, "mirred option not supported %s", direction);
	if (args_value(a))
		return IPROUTE_USAGE;
	for (int i = 1; i < (int)ARRAY_SIZE(mirrors); i++)
		if (word_matches(direction, mirrors[i].direction) &&
		    args_matches(a, mirrors[i].action))
			p->eaction = i;
	if (!p->eaction)
		return args_refuse(a, IPROUTE_FAILED, "mirred option not supported %s",
				   args_word(a));
	return 0;
}

static int parse_target(struct args *a, struct tc_mirred *p)
{
	if (!args_is(a, "dev"))
		return args_refuse(a, IPROUTE_FAILED, "mirred option not supported %s",
				   args_word(a));
	if (args_value(a))
		return IPROUTE_USAGE;
	p->ifindex = (uint32_t)ll_name_to_index(a->ip, args_word(a));
	if (!p->ifindex)
		return args_refuse(a, IPROUTE_FAILED, "Cannot find device \"%s\"", args_word(a));
	a->i++;
	return 0;
}

int parse_mirred(struct args *a, struct nl_msg *m)
{
	struct tc_mirred p = { 0 };
	uint32_t index = 0;
	int control, status;
	size_t nest;

	if (args_value(a))
		return IPROUTE_USAGE;
	status = parse_direction(a, &p);
	if (!status && args_value(a))
		status = IPROUTE_USAGE;
	if (!status)
		status = parse_tail(a, NULL, &index);
	if (!status && a->i == a->argc)
		status = args_value(a);
	if (!status)
		status = parse_target(a, &p);
	control = p.eaction == TCA_EGRESS_REDIR || p.eaction == TCA_INGRESS_REDIR ? TC_ACT_STOLEN
										  : TC_ACT_PIPE;
	if (!status)
		status = parse_tail(a, &control, &index);
	p.index = index;
	p.action = control;
	nest = nl_nest_start(m, TCA_ACT_OPTIONS);
	nl_put(m, TCA_MIRRED_PARMS, &p, sizeof p);
	nl_nest_end(m, nest);
	return status;
}

void show_mirred(struct show *s, const struct nlattr *options)
{
	const struct nlattr *tb[TCA_MIRRED_MAX + 1];
	struct tc_mirred p;
	const char *dev;
	bool known;

	take_nested(tb, ARRAY_SIZE(tb), options);
	if (!take_parms(&p, sizeof p, tb[TCA_MIRRED_PARMS])) {
		show_nothing(s, "mirred");
		return;
	}
	known = p.eaction > 0 && p.eaction < (int)ARRAY_SIZE(mirrors);
	dev = ll_index_to_name(s->ip, (int)p.ifindex);
	show_str(s, "kind", "", "mirred", " ");
	show_text(s, "(%s to device %s)", known ? mirrors[p.eaction].text : "unknown", dev);
	show_json_str(s, "mirred_action", known ? mirrors[p.eaction].action : "unknown");
	show_json_str(s, "direction", known ? mirrors[p.eaction].direction : "unknown");
	show_json_str(s, "to_dev", dev);
	show_control(s, "control_action", " ", (uint32_t)p.action, "");
	show_line(s);
	show_index(s, &p, "\tindex ");
	show_used(s, tb[TCA_MIRRED_TM]);
	show_line(s);
}

/* ---- vlan ---- */

static const char *const vlan_verbs[] = {
	[TCA_VLAN_ACT_POP] = "pop",	      [TCA_VLAN_ACT_PUSH] = "push",
	[TCA_VLAN_ACT_MODIFY] = "modify",     [TCA_VLAN_ACT_POP_ETH] = "pop_eth",
	[TCA_VLAN_ACT_PUSH_ETH] = "push_eth",
};

struct vlan {
	struct tc_vlan p;
	uint64_t id, priority;
	be16 protocol;
	uint8_t mac[2][6]; /* dst, src */
	bool has_id, has_priority, has_mac[2];
};

static int parse_vlan_verb(struct args *a, struct vlan *v, int verb)
{
	if (v->p.v_action)
		return args_refuse(a, IPROUTE_FAILED,
				   "unexpected \"%s\" - action already specified", args_word(a));
	v->p.v_action = verb;
	return 0;
}

/* What belongs to some verbs only; then on to the value. */
static int parse_vlan_value(struct args *a, const struct vlan *v, bool pushes_eth)
{
	bool fits = pushes_eth ? v->p.v_action == TCA_VLAN_ACT_PUSH_ETH
			       : v->p.v_action == TCA_VLAN_ACT_PUSH ||
					 v->p.v_action == TCA_VLAN_ACT_MODIFY;

	if (!fits)
		return args_wrong(a, pushes_eth ? "only valid for push_eth"
						: "only valid for push/modify");
	return args_value(a);
}

static int parse_vlan_mac(struct args *a, struct vlan *v, int which)
{
	int status = parse_vlan_value(a, v, true);

	if (status)
		return status;
	if (!parse_mac(v->mac[which], args_word(a)))
		return args_wrong(a, which ? "src_mac is invalid" : "dst_mac is invalid");
	v->has_mac[which] = true;
	return 0;
}

static int parse_vlan_protocol(struct args *a, struct vlan *v)
{
	int status = parse_vlan_value(a, v, false);
	uint16_t number;

	if (status)
		return status;
	if (!parse_protocol(&v->protocol, args_word(a)))
		return args_wrong(a, "protocol is invalid");
	number = host_from_be16(v->protocol);
	if (number != ETH_P_8021Q && number != ETH_P_8021AD)
		return args_refuse(a, IPROUTE_FAILED, "protocol not supported");
	return 0;
}

static int parse_vlan_number(struct args *a, struct vlan *v, uint64_t *number, uint64_t max,
			     const char *why)
{
	int status = parse_vlan_value(a, v, false);

	if (status)
		return status;
	return parse_number(number, args_word(a), 0, max) ? 0 : args_wrong(a, why);
}

/* -1: the word at hand is none of vlan's. */
static int parse_vlan_word(struct args *a, struct vlan *v)
{
	for (int i = 1; i < (int)ARRAY_SIZE(vlan_verbs); i++)
		if (args_matches(a, vlan_verbs[i]))
			return parse_vlan_verb(a, v, i);
	if (args_matches(a, "id")) {
		v->has_id = true;
		return parse_vlan_number(a, v, &v->id, UINT16_MAX, "id is invalid");
	}
	if (args_matches(a, "protocol"))
		return parse_vlan_protocol(a, v);
	if (args_matches(a, "priority")) {
		v->has_priority = true;
		return parse_vlan_number(a, v, &v->priority, 7, "prio is invalid");
	}
	if (args_matches(a, "dst_mac"))
		return parse_vlan_mac(a, v, 0);
	if (args_matches(a, "src_mac"))
		return parse_vlan_mac(a, v, 1);
	return -1;
}

/* What a verb cannot do without. */
static int check_vlan(struct args *a, const struct vlan *v)
{
	int verb = v->p.v_action;

	if ((verb == TCA_VLAN_ACT_PUSH || verb == TCA_VLAN_ACT_MODIFY) && !v->has_id)
		return args_refuse(a, IPROUTE_FAILED, "id needs to be set for %s",
				   vlan_verbs[verb]);
	if (verb == TCA_VLAN_ACT_PUSH_ETH && !(v->has_mac[0] && v->has_mac[1]))
		return args_refuse(a, IPROUTE_FAILED,
				   "dst_mac and src_mac need to be set for push_eth");
	return 0;
}

static void put_vlan(struct nl_msg *m, const struct vlan *v)
{
	size_t nest = nl_nest_start(m, TCA_ACT_OPTIONS);

	nl_put(m, TCA_VLAN_PARMS, &v->p, sizeof v->p);
	if (v->has_id)
		nl_put_u16(m, TCA_VLAN_PUSH_VLAN_ID, (uint16_t)v->id);
	if (v->protocol)
		nl_put_be16(m, TCA_VLAN_PUSH_VLAN_PROTOCOL, v->protocol);
	if (v->has_priority)
		nl_put_u8(m, TCA_VLAN_PUSH_VLAN_PRIORITY, (uint8_t)v->priority);
	if (v->has_mac[0])
		nl_put(m, TCA_VLAN_PUSH_ETH_DST, v->mac[0], sizeof v->mac[0]);
	if (v->has_mac[1])
		nl_put(m, TCA_VLAN_PUSH_ETH_SRC, v->mac[1], sizeof v->mac[1]);
	nl_nest_end(m, nest);
}

int parse_vlan(struct args *a, struct nl_msg *m)
{
	struct vlan v = { .p.v_action = 0 };
	int control = TC_ACT_PIPE, status;
	uint32_t index = 0;

	if (args_value(a))
		return IPROUTE_USAGE;
	for (status = 0; a->i < a->argc && !status; a->i += !status)
		status = parse_vlan_word(a, &v);
	if (status > 0)
		return status;
	if (!v.p.v_action)
		return args_refuse(a, IPROUTE_USAGE, "Bad action type %s",
				   args_word(a) ? args_word(a) : "vlan");
	status = parse_tail(a, &control, &index);
	if (!status)
		status = check_vlan(a, &v);
	v.p.action = control;
	v.p.index = index;
	put_vlan(m, &v);
	return status;
}

static void show_vlan_tag(struct show *s, const struct nlattr *const *tb)
{
	char name[24];

	if (tb[TCA_VLAN_PUSH_VLAN_ID])
		show_uint(s, "id", " id ", attr_number(tb[TCA_VLAN_PUSH_VLAN_ID]), "");
	if (tb[TCA_VLAN_PUSH_VLAN_PROTOCOL]) {
		format_protocol(
			name, sizeof name,
			FORCE_CAST(be16, (uint16_t)attr_number(tb[TCA_VLAN_PUSH_VLAN_PROTOCOL])));
		show_str(s, "protocol", " protocol ", name, "");
	}
	if (tb[TCA_VLAN_PUSH_VLAN_PRIORITY])
		show_uint(s, "priority", " priority ", attr_number(tb[TCA_VLAN_PUSH_VLAN_PRIORITY]),
			  "");
}

static void show_vlan_macs(struct show *s, const struct nlattr *const *tb)
{
	static const struct {
		uint16_t attr;
		const char *key, *before;
	} macs[] = { { TCA_VLAN_PUSH_ETH_DST, "dst_mac", " dst_mac " },
		     { TCA_VLAN_PUSH_ETH_SRC, "src_mac", " src_mac " } };
	char mac[18];

	for (size_t i = 0; i < ARRAY_SIZE(macs); i++) {
		const struct nlattr *a = tb[macs[i].attr];

		if (!a || nl_attr_size(a) != 6)
			continue;
		format_mac(mac, sizeof mac, nl_attr_data(a));
		show_str(s, macs[i].key, macs[i].before, mac, "");
	}
}

void show_vlan(struct show *s, const struct nlattr *options)
{
	const struct nlattr *tb[TCA_VLAN_MAX + 1];
	const char *verb = "unknown";
	struct tc_vlan p;

	take_nested(tb, ARRAY_SIZE(tb), options);
	if (!take_parms(&p, sizeof p, tb[TCA_VLAN_PARMS])) {
		show_nothing(s, "vlan");
		return;
	}
	if (p.v_action > 0 && p.v_action < (int)ARRAY_SIZE(vlan_verbs))
		verb = vlan_verbs[p.v_action];
	show_str(s, "kind", "", "vlan", " ");
	show_str(s, "vlan_action", " ", verb, "");
	if (p.v_action == TCA_VLAN_ACT_PUSH || p.v_action == TCA_VLAN_ACT_MODIFY)
		show_vlan_tag(s, tb);
	else if (p.v_action == TCA_VLAN_ACT_PUSH_ETH)
		show_vlan_macs(s, tb);
	show_control(s, "control_action", " ", (uint32_t)p.action, "");
	show_line(s);
	show_index(s, &p, "\t index ");
	show_used(s, tb[TCA_VLAN_TM]);
	show_line(s);
}

/* ---- csum ---- */

static const char *const sums[] = { "iph", "icmp", "igmp", "tcp", "udp", "udplite", "sctp" };

static bool take_sum(const struct args *a, uint32_t *flags)
{
	for (size_t i = 0; i < ARRAY_SIZE(sums); i++) {
		if (args_matches(a, sums[i]) ||
		    (!i && (args_is(a, "ip4h") || args_is(a, "ipv4h")))) {
			*flags |= 1u << i;
			return true;
		}
	}
	return false;
}

int parse_csum(struct args *a, struct nl_msg *m)
{
	struct tc_csum p = { 0 };
	uint32_t index = 0;
	int control = TC_ACT_OK, status;
	size_t nest;

	if (args_value(a))
		return IPROUTE_USAGE;
	while (take_sum(a, &p.update_flags) || args_is(a, "and") || args_is(a, ","))
		a->i++;
	if (!p.update_flags)
		return args_refuse(a, IPROUTE_FAILED,
				   "Illegal csum construct, empty <UPDATE> list");
	status = parse_tail(a, &control, &index);
	p.action = control;
	p.index = index;
	nest = nl_nest_start(m, TCA_ACT_OPTIONS);
	nl_put(m, TCA_CSUM_PARMS, &p, sizeof p);
	nl_nest_end(m, nest);
	return status;
}

void show_csum(struct show *s, const struct nlattr *options)
{
	const struct nlattr *tb[TCA_CSUM_MAX + 1];
	struct tc_csum p;
	char list[64] = "";

	take_nested(tb, ARRAY_SIZE(tb), options);
	if (!take_parms(&p, sizeof p, tb[TCA_CSUM_PARMS])) {
		show_nothing(s, "csum");
		return;
	}
	for (size_t i = 0, len = 0; i < ARRAY_SIZE(sums); i++)
		if (p.update_flags >> i & 1)
			len += (size_t)snprintf(list + len, sizeof list - len, "%s%s",
						len ? ", " : "", sums[i]);
	show_str(s, "kind", "", "csum", " ");
	show_str(s, "csum", "(", *list ? list : "?empty", ") ");
	show_control(s, "control_action", "action ", (uint32_t)p.action, "");
	show_line(s);
	show_index(s, &p, "\tindex ");
	show_used(s, tb[TCA_CSUM_TM]);
	show_line(s);
}
