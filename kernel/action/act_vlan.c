/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pushes, pops and changes VLAN tags. Models net/sched/act_vlan.c, 6.1. Absent: pushing and popping
 * of a whole Ethernet header, which is refused by name.
 */
#define KBUILD_MODNAME "act_vlan"
#include "kernel/action/act_internal.h"

#include <linux/if_ether.h>
#include <linux/tc_act/tc_vlan.h>

#define VID_MASK 0xfffu

struct tcf_vlan {
	struct tc_action common;
	u8 v_action; /* TCA_VLAN_ACT_* */
	u8 prio;
	bool has_prio;
	u16 vid;
	be16 proto;
};

static const struct nla_policy vlan_policy[TCA_VLAN_MAX + 1] = {
	[TCA_VLAN_PARMS] = { .len = sizeof(struct tc_vlan) },
	[TCA_VLAN_PUSH_VLAN_ID] = { .type = NLA_U16 },
	[TCA_VLAN_PUSH_VLAN_PROTOCOL] = { .type = NLA_U16 },
	[TCA_VLAN_PUSH_VLAN_PRIORITY] = { .type = NLA_U8 },
	[TCA_VLAN_PUSH_ETH_DST] = { .type = NLA_EXACT_LEN, .len = ETH_ALEN },
	[TCA_VLAN_PUSH_ETH_SRC] = { .type = NLA_EXACT_LEN, .len = ETH_ALEN },
};

/* What a request asks for: the parameters that a change then copies. */
struct vlan_parms {
	struct tc_vlan gen;
	u8 prio;
	bool has_prio;
	u16 vid;
	be16 proto;
};

static int refuse(const struct act_request *r, int err, const char *words)
{
	return trace_refuse(r->net->trace, err, "vlan", "%s", words);
}

static int parse_tag(const struct act_request *r, struct vlan_parms *p,
		     const struct nlattr *const *tb)
{
	if (!tb[TCA_VLAN_PUSH_VLAN_ID])
		return refuse(r, -EINVAL, "no vlan id");
	p->vid = nla_get_u16(tb[TCA_VLAN_PUSH_VLAN_ID]);
	if (p->vid >= VID_MASK)
		return refuse(r, -ERANGE, "the vlan id is above 4094");
	p->proto = be16_from_host(ETH_P_8021Q);
	if (tb[TCA_VLAN_PUSH_VLAN_PROTOCOL])
		p->proto = nla_get_be16(tb[TCA_VLAN_PUSH_VLAN_PROTOCOL]);
	if (p->proto != be16_from_host(ETH_P_8021Q) && p->proto != be16_from_host(ETH_P_8021AD))
		return refuse(r, -EPROTONOSUPPORT, "the protocol is neither 802.1Q nor 802.1ad");
	p->has_prio = p->gen.v_action == TCA_VLAN_ACT_PUSH || tb[TCA_VLAN_PUSH_VLAN_PRIORITY];
	p->prio = tb[TCA_VLAN_PUSH_VLAN_PRIORITY] ? nla_get_u8(tb[TCA_VLAN_PUSH_VLAN_PRIORITY]) : 0;
	return 0;
}

static int parse(const struct act_request *r, struct vlan_parms *p, const struct nlattr *const *tb)
{
	switch (p->gen.v_action) {
	case TCA_VLAN_ACT_POP:
		return 0;
	case TCA_VLAN_ACT_PUSH:
	case TCA_VLAN_ACT_MODIFY:
		return parse_tag(r, p, tb);
	case TCA_VLAN_ACT_PUSH_ETH:
		if (!tb[TCA_VLAN_PUSH_ETH_DST] || !tb[TCA_VLAN_PUSH_ETH_SRC])
			return refuse(r, -EINVAL, "push_eth without both addresses");
		return ACT_REFUSE(r->net, r->extack, -EOPNOTSUPP,
				  "act_vlan: inhw: TCA_VLAN_ACT_PUSH_ETH is not modelled yet");
	case TCA_VLAN_ACT_POP_ETH:
		return ACT_REFUSE(r->net, r->extack, -EOPNOTSUPP,
				  "act_vlan: inhw: TCA_VLAN_ACT_POP_ETH is not modelled yet");
	default:
		return refuse(r, -EINVAL, "unknown vlan action");
	}
}

static int tcf_vlan_init(const struct act_request *r, struct tc_action **a)
{
	const struct nlattr *tb[TCA_VLAN_MAX + 1];
	struct vlan_parms p = { 0 };
	struct act_change c;
	struct tcf_vlan *v;
	int err;

	if (!r->nla)
		return refuse(r, -EINVAL, "no TCA_ACT_OPTIONS");
	err = nla_parse_nested_deprecated(tb, TCA_VLAN_MAX, r->nla, vlan_policy, NULL);
	if (err < 0)
		return refuse(r, err, "a bad attribute");
	if (!tb[TCA_VLAN_PARMS])
		return refuse(r, -EINVAL, "no TCA_VLAN_PARMS");
	nla_memcpy(&p.gen, tb[TCA_VLAN_PARMS], sizeof p.gen);
	if (act_lookup(r, p.gen.index, a) && r->flags & TCA_ACT_FLAGS_BIND)
		return 0;
	err = parse(r, &p, tb);
	if (err < 0)
		return act_unlookup(r, *a, err);
	err = act_prepare(&c, r, p.gen.index, p.gen.action, *a);
	if (err < 0)
		return err;
	v = CONTAINER_OF(c.a, struct tcf_vlan, common);
	v->v_action = (u8)p.gen.v_action;
	v->prio = p.prio;
	v->has_prio = p.has_prio;
	v->vid = p.vid;
	v->proto = p.proto;
	return act_commit(&c, r, a);
}

/* Offset of the outer tag's control information, or 0: there is no tag. */
static size_t find_tag(const struct packet *p)
{
	u16 type;

	if (p->size < ETH_HLEN_ + VLAN_HLEN_)
		return 0;
	type = get_be16(p->data + 12);
	return type == ETH_P_8021Q || type == ETH_P_8021AD ? ETH_HLEN_ : 0;
}

static void modify(const struct tcf_vlan *v, struct packet *p)
{
	size_t at = find_tag(p);
	u16 tci;

	if (!at)
		return;
	tci = get_be16(p->data + at);
	tci = (u16)((tci & ~VID_MASK) | v->vid);
	if (v->has_prio)
		tci = (u16)((tci & 0x1fffu) | (u32)v->prio << 13);
	put_be16(p->data + at, tci);
	memcpy(p->data + 12, &v->proto, sizeof v->proto);
}

static int change_packet(const struct tcf_vlan *v, struct packet *p)
{
	switch (v->v_action) {
	case TCA_VLAN_ACT_POP:
		/* Linux takes no tag out of an untagged packet, and says nothing. */
		return find_tag(p) ? packet_pop_vlan(p) : 0;
	case TCA_VLAN_ACT_PUSH:
		return packet_push_vlan(p, v->proto, be16_from_host((u16)(v->vid | v->prio << 13)));
	default:
		modify(v, p);
		return 0;
	}
}

static int tcf_vlan_act(struct sk_buff *skb, struct tc_action *a, struct tcf_result *res)
{
	const struct tcf_vlan *v = CONTAINER_OF(a, struct tcf_vlan, common);

	act_count_packet(skb, a);
	if (change_packet(v, &skb->p) < 0 || skb_set_protocol(skb) < 0) {
		a->drops++;
		return TC_ACT_SHOT;
	}
	return a->action;
}

static int tcf_vlan_dump(const struct knet *net, struct kmsg *m, const struct tc_action *a,
			 int bind, int ref)
{
	const struct tcf_vlan *v = KIND_OF(a, struct tcf_vlan);
	struct tc_vlan opt = { ACT_GEN(a, bind, ref), .v_action = v->v_action };

	if (nla_put(m, TCA_VLAN_PARMS, sizeof opt, &opt) < 0)
		return -EMSGSIZE;
	if (v->v_action == TCA_VLAN_ACT_POP)
		return 0;
	if (nla_put_u16(m, TCA_VLAN_PUSH_VLAN_ID, v->vid) < 0 ||
	    nla_put_be16(m, TCA_VLAN_PUSH_VLAN_PROTOCOL, v->proto) < 0)
		return -EMSGSIZE;
	return v->has_prio ? nla_put_u8(m, TCA_VLAN_PUSH_VLAN_PRIORITY, v->prio) : 0;
}

static int tcf_vlan_offload_act_setup(struct knet *net, const struct tc_action *a,
				      struct flow_action_entry *entry,
				      struct netlink_ext_ack *extack)
{
	const struct tcf_vlan *v = KIND_OF(a, struct tcf_vlan);

	if (v->v_action == TCA_VLAN_ACT_POP) {
		entry->id = FLOW_ACTION_VLAN_POP;
		return 0;
	}
	entry->id = v->v_action == TCA_VLAN_ACT_PUSH ? FLOW_ACTION_VLAN_PUSH
						     : FLOW_ACTION_VLAN_MANGLE;
	entry->vlan.vid = v->vid;
	entry->vlan.proto = v->proto;
	entry->vlan.prio = v->prio;
	return 0;
}

static bool always(const struct tc_action *a)
{
	return true;
}

const struct tc_action_ops act_vlan_ops = {
	.kind = "vlan",
	.id = ACT_VLAN,
	.size = sizeof(struct tcf_vlan),
	.init = tcf_vlan_init,
	.act = tcf_vlan_act,
	.dump = tcf_vlan_dump,
	.offload_act_setup = tcf_vlan_offload_act_setup,
	.can_offload_alone = always,
	.tm_attr = TCA_VLAN_TM,
};
