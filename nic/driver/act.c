/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the actions of a flow_rule to what the entry does. Model of parse_tc_fdb_actions() and what
 * it calls in en_tc.c, and of en/tc/act/act.c, 6.1. An action is a row of `tc_acts_fdb`: a struct
 * mlx5e_tc_act, or the words with which the driver refuses what is absent here. A new action is a
 * row and perhaps a file act_*.c.
 *
 * Absent: actions that need a second table (conntrack, police, sample), tunnels, MPLS.
 */
#include "nic/driver/mlx5_internal.h"

#include <errno.h>
#include <netinet/in.h>

static bool can_offload_always(struct mlx5e_tc_act_parse_state *state,
			       const struct flow_action_entry *act, unsigned int index)
{
	return true;
}

static int parse_drop(struct mlx5e_tc_act_parse_state *state, const struct flow_action_entry *act)
{
	state->attr->action |= MLX5_FLOW_CONTEXT_ACTION_DROP;
	return 0;
}

/* To the tc end table, as if nothing had matched. */
static int parse_accept(struct mlx5e_tc_act_parse_state *state, const struct flow_action_entry *act)
{
	state->attr->action |= MLX5_FLOW_CONTEXT_ACTION_FWD_DEST;
	state->attr->is_accept = true;
	return 0;
}

static bool can_offload_trap(struct mlx5e_tc_act_parse_state *state,
			     const struct flow_action_entry *act, unsigned int index)
{
	if (state->rule->action.num_entries == 1)
		return true;
	MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "trap",
		    "action trap is supported as a sole action only");
	return false;
}

static int parse_trap(struct mlx5e_tc_act_parse_state *state, const struct flow_action_entry *act)
{
	state->attr->action |= MLX5_FLOW_CONTEXT_ACTION_FWD_DEST;
	state->attr->is_slow_path = true;
	return 0;
}

static bool refuse_mpls_push(struct mlx5e_tc_act_parse_state *state,
			     const struct flow_action_entry *act, unsigned int index)
{
	MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "mpls push",
		    "mpls is supported only through a bareudp device");
	return false;
}

static bool refuse_mpls_pop(struct mlx5e_tc_act_parse_state *state,
			    const struct flow_action_entry *act, unsigned int index)
{
	if (index)
		MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "mpls pop",
			    "mpls pop supported only as first action or with decap");
	else
		MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "mpls pop",
			    "mpls pop supported only on bareudp devices");
	return false;
}

static bool refuse_ct(struct mlx5e_tc_act_parse_state *state, const struct flow_action_entry *act,
		      unsigned int index)
{
	MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "ct",
		    "offload of ct action isn't available");
	return false;
}

static bool refuse_redirect_ingress(struct mlx5e_tc_act_parse_state *state,
				    const struct flow_action_entry *act, unsigned int index)
{
	MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "redirect ingress",
		    "redirect to ingress is supported only for OVS internal ports");
	return false;
}

/* clang-format off */
static const struct mlx5e_tc_act
	act_accept = { can_offload_always, parse_accept, NULL },
	act_drop = { can_offload_always, parse_drop, NULL },
	act_trap = { can_offload_trap, parse_trap, NULL },
	act_mpls_push = { refuse_mpls_push, NULL, NULL },
	act_mpls_pop = { refuse_mpls_pop, NULL, NULL },
	act_ct = { refuse_ct, NULL, NULL },
	act_redirect_ingress = { refuse_redirect_ingress, NULL, NULL };
/* clang-format on */

static const struct mlx5e_tc_act *const tc_acts_fdb[NUM_FLOW_ACTIONS] = {
	[FLOW_ACTION_ACCEPT] = &act_accept,
	[FLOW_ACTION_DROP] = &act_drop,
	[FLOW_ACTION_TRAP] = &act_trap,
	[FLOW_ACTION_GOTO] = &mlx5e_tc_act_goto,
	[FLOW_ACTION_REDIRECT] = &mlx5e_tc_act_mirred,
	[FLOW_ACTION_MIRRED] = &mlx5e_tc_act_mirred,
	[FLOW_ACTION_REDIRECT_INGRESS] = &act_redirect_ingress,
	[FLOW_ACTION_VLAN_PUSH] = &mlx5e_tc_act_vlan,
	[FLOW_ACTION_VLAN_POP] = &mlx5e_tc_act_vlan,
	[FLOW_ACTION_VLAN_MANGLE] = &mlx5e_tc_act_vlan_mangle,
	[FLOW_ACTION_MANGLE] = &mlx5e_tc_act_pedit,
	[FLOW_ACTION_ADD] = &mlx5e_tc_act_pedit,
	[FLOW_ACTION_CSUM] = &mlx5e_tc_act_csum,
	[FLOW_ACTION_CT] = &act_ct,
	[FLOW_ACTION_MPLS_PUSH] = &act_mpls_push,
	[FLOW_ACTION_MPLS_POP] = &act_mpls_pop,
};

static const char *const action_names[NUM_FLOW_ACTIONS] = {
	[FLOW_ACTION_ACCEPT] = "accept",
	[FLOW_ACTION_DROP] = "drop",
	[FLOW_ACTION_TRAP] = "trap",
	[FLOW_ACTION_GOTO] = "goto",
	[FLOW_ACTION_REDIRECT] = "redirect",
	[FLOW_ACTION_MIRRED] = "mirred",
	[FLOW_ACTION_REDIRECT_INGRESS] = "redirect ingress",
	[FLOW_ACTION_MIRRED_INGRESS] = "mirred ingress",
	[FLOW_ACTION_VLAN_PUSH] = "vlan push",
	[FLOW_ACTION_VLAN_POP] = "vlan pop",
	[FLOW_ACTION_VLAN_MANGLE] = "vlan mangle",
	[FLOW_ACTION_TUNNEL_ENCAP] = "tunnel encap",
	[FLOW_ACTION_TUNNEL_DECAP] = "tunnel decap",
	[FLOW_ACTION_MANGLE] = "pedit set",
	[FLOW_ACTION_ADD] = "pedit add",
	[FLOW_ACTION_CSUM] = "csum",
	[FLOW_ACTION_MARK] = "mark",
	[FLOW_ACTION_PTYPE] = "ptype",
	[FLOW_ACTION_PRIORITY] = "priority",
	[FLOW_ACTION_SAMPLE] = "sample",
	[FLOW_ACTION_POLICE] = "police",
	[FLOW_ACTION_CT] = "ct",
	[FLOW_ACTION_MPLS_PUSH] = "mpls push",
	[FLOW_ACTION_MPLS_POP] = "mpls pop",
	[FLOW_ACTION_MPLS_MANGLE] = "mpls mangle",
	[FLOW_ACTION_GATE] = "gate",
};

static const char *action_name(enum flow_action_id id)
{
	return (unsigned int)id < NUM_FLOW_ACTIONS && action_names[id] ? action_names[id] : "?";
}

/* ---- goto, csum ---- */

static bool can_offload_goto(struct mlx5e_tc_act_parse_state *state,
			     const struct flow_action_entry *act, unsigned int index)
{
	struct mlx5_core_dev *dev = state->dev;

	if (!mlx5_chains_backwards_supported(dev) && act->chain_index <= state->attr->chain) {
		MLX5_REFUSE(dev, state->extack, -EOPNOTSUPP, "goto",
			    "Goto lower numbered chain isn't supported");
		return false;
	}
	if (act->chain_index > mlx5_chains_get_chain_range(dev)) {
		MLX5_REFUSE(dev, state->extack, -EOPNOTSUPP, "goto",
			    "Requested destination chain is out of supported range");
		return false;
	}
	if (state->attr->action &
		    (MLX5_FLOW_CONTEXT_ACTION_PACKET_REFORMAT | MLX5_FLOW_CONTEXT_ACTION_DECAP) &&
	    !dev->caps.reformat_and_fwd_to_table) {
		MLX5_REFUSE(dev, state->extack, -EOPNOTSUPP, "goto",
			    "Goto chain is not allowed if action has reformat or decap");
		return false;
	}
	return true;
}

static int parse_goto(struct mlx5e_tc_act_parse_state *state, const struct flow_action_entry *act)
{
	state->attr->action |= MLX5_FLOW_CONTEXT_ACTION_FWD_DEST;
	state->attr->dest_chain = act->chain_index;
	return 0;
}

const struct mlx5e_tc_act mlx5e_tc_act_goto = { can_offload_goto, parse_goto, NULL };

#define CSUM_IPV4HDR (1u << 0) /* TCA_CSUM_UPDATE_FLAG_* */
#define CSUM_TCP     (1u << 3)
#define CSUM_UDP     (1u << 4)

/* The device writes right checksums when it rewrites; it has no action for it. */
static bool can_offload_csum(struct mlx5e_tc_act_parse_state *state,
			     const struct flow_action_entry *act, unsigned int index)
{
	if (!(state->attr->action & MLX5_FLOW_CONTEXT_ACTION_MOD_HDR)) {
		MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "csum",
			    "TC csum action is only offloaded with pedit");
		return false;
	}
	if (act->csum_flags & ~(CSUM_IPV4HDR | CSUM_TCP | CSUM_UDP)) {
		MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "csum",
			    "can't offload TC csum action for some header/s");
		return false;
	}
	return true;
}

static int parse_csum(struct mlx5e_tc_act_parse_state *state, const struct flow_action_entry *act)
{
	return 0;
}

const struct mlx5e_tc_act mlx5e_tc_act_csum = { can_offload_csum, parse_csum, NULL };

/* ---- all together ---- */

static int flow_action_supported(struct mlx5e_tc_act_parse_state *state)
{
	const struct flow_rule *rule = state->rule;

	if (!rule->action.num_entries)
		return MLX5_REFUSE(state->dev, state->extack, -EINVAL, "actions",
				   "Flow action doesn't have any entries");
	if (!flow_action_mixed_hw_stats_check(rule, state->extack) ||
	    !(rule->action.entries[0].hw_stats & FLOW_ACTION_HW_STATS_DELAYED))
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "hw_stats",
				   "Flow action HW stats type is not supported");
	return 0;
}

static int parse_tc_action(struct mlx5e_tc_act_parse_state *state,
			   const struct flow_action_entry *act, unsigned int index)
{
	const struct mlx5e_tc_act *tc_act =
		(unsigned int)act->id < NUM_FLOW_ACTIONS ? tc_acts_fdb[act->id] : NULL;
	int err;

	if (!tc_act)
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, action_name(act->id),
				   "Not implemented offload action");
	if (!tc_act->can_offload(state, act, index))
		return -EOPNOTSUPP;
	err = tc_act->parse_action(state, act);
	state->actions |= state->attr->action;
	return err;
}

static int parse_tc_actions(struct mlx5e_tc_act_parse_state *state)
{
	const struct flow_action_entry *act;
	unsigned int i;
	int err = 0;

	flow_action_for_each(i, act, state->rule)
	{
		err = parse_tc_action(state, act, i);
		if (err)
			return err;
	}
	flow_action_for_each(i, act, state->rule)
	{
		const struct mlx5e_tc_act *tc_act = tc_acts_fdb[act->id];

		err = tc_act->post_parse ? tc_act->post_parse(state) : 0;
		if (err)
			return err;
	}
	return 0;
}

/* Whether @act rewrites of the IP header more than the TTL, which is its own 4-byte word. */
static bool modifies_ip_header(const struct flow_action_entry *act)
{
	u32 mask = ~act->mangle.mask;
	u8 bytes[4];

	memcpy(bytes, &mask, sizeof bytes);
	switch (act->mangle.htype) {
	case FLOW_ACT_MANGLE_HDR_TYPE_IP4: /* ttl, protocol, checksum */
		return act->mangle.offset != 8 || bytes[1] || bytes[2] || bytes[3];
	case FLOW_ACT_MANGLE_HDR_TYPE_IP6: /* length, next header, hop limit */
		return act->mangle.offset != 4 || bytes[0] || bytes[1] || bytes[2];
	case FLOW_ACT_MANGLE_UNSPEC:
	case FLOW_ACT_MANGLE_HDR_TYPE_ETH:
	case FLOW_ACT_MANGLE_HDR_TYPE_TCP:
	case FLOW_ACT_MANGLE_HDR_TYPE_UDP:
		break;
	}
	return false;
}

static bool matches_ip(const struct mlx5_flow_spec *spec)
{
	u32 type = IFC_GET(fte_match_set_lyr_2_4, spec->match_value, ethertype);

	return IFC_GET(fte_match_set_lyr_2_4, spec->match_criteria, ip_version) ||
	       type == ETH_P_IP_ || type == ETH_P_IPV6_;
}

static bool modify_header_match_supported(struct mlx5e_tc_act_parse_state *state)
{
	const struct mlx5_flow_spec *spec = &state->dev->spec;
	const struct flow_action_entry *act;
	bool modify_ip_header = false;
	u32 proto;
	unsigned int i;

	if (!matches_ip(spec))
		return true;
	flow_action_for_each(i, act, state->rule)
	{
		if (act->id == FLOW_ACTION_MANGLE || act->id == FLOW_ACTION_ADD)
			modify_ip_header |= modifies_ip_header(act);
	}
	proto = IFC_GET(fte_match_set_lyr_2_4, spec->match_value, ip_protocol);
	if (!modify_ip_header || proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	    proto == IPPROTO_ICMP)
		return true;
	MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "pedit",
		    "can't offload re-write of non TCP/UDP");
	return false;
}

static bool actions_match_supported(struct mlx5e_tc_act_parse_state *state)
{
	const u32 fwd = MLX5_FLOW_CONTEXT_ACTION_FWD_DEST, drop = MLX5_FLOW_CONTEXT_ACTION_DROP;
	const u32 mod_hdr = MLX5_FLOW_CONTEXT_ACTION_MOD_HDR;
	struct mlx5_core_dev *dev = state->dev;
	u32 actions = state->actions;

	if (!(actions & (fwd | drop))) {
		MLX5_REFUSE(dev, state->extack, -EOPNOTSUPP, "actions",
			    "Rule must have at least one forward/drop action");
		return false;
	}
	if (actions & fwd && actions & drop) {
		MLX5_REFUSE(dev, state->extack, -EOPNOTSUPP, "actions",
			    "Rule cannot support forward+drop action");
		return false;
	}
	if (actions & mod_hdr && actions & drop) {
		MLX5_REFUSE(dev, state->extack, -EOPNOTSUPP, "actions",
			    "Drop with modify header action is not supported");
		return false;
	}
	if (actions & mod_hdr && !modify_header_match_supported(state))
		return false;
	if (state->attr->split_count && !dev->caps.has_fwd_fdb) {
		MLX5_REFUSE(dev, state->extack, -EOPNOTSUPP, "actions",
			    "current firmware doesn't support split rule for port mirroring");
		return false;
	}
	return true;
}

static void note_actions(struct span *sp, const struct flow_rule *rule,
			 const struct mlx5_flow_attr *attr)
{
	const struct flow_action_entry *act;
	struct text t;
	unsigned int i;

	text_init(&t);
	flow_action_for_each(i, act, rule)
		text_putf(&t, "%s%s", i ? ", " : "", action_name(act->id));
	span_note(sp, "actions", "%s", t.s);
	text_clear(&t);
	for (i = 0; i < attr->out_count; i++)
		text_putf(&t, "%s%s", i ? ", " : "", attr->dests[i]->netdev.name);
	if (attr->out_count)
		span_note(sp, "outputs", "%s", t.s);
	if (attr->dest_chain)
		span_note(sp, "goto", "chain %u", attr->dest_chain);
	if (attr->split_count)
		span_note(sp, "split", "%u outputs before the rewriting", attr->split_count);
	text_fini(&t);
}

int parse_tc_fdb_actions(struct mlx5e_rep *rep, struct flow_cls_offload *f)
{
	struct mlx5_core_dev *dev = rep->dev;
	struct span sp = SPAN(mlx5_trace(dev));
	struct mlx5e_tc_act_parse_state state = { .dev = dev,
						  .rule = f->rule,
						  .attr = &dev->attr,
						  .extack = f->common.extack,
						  .rep = rep };
	int err = flow_action_supported(&state);

	if (!err)
		err = parse_tc_actions(&state);
	if (!err)
		err = mlx5e_actions_prepare_mod_hdr_actions(&state);
	if (!err && !actions_match_supported(&state))
		err = -EOPNOTSUPP;
	if (span_is_on(&sp) && !err)
		note_actions(&sp, f->rule, state.attr);
	return span_end(&sp, err);
}
