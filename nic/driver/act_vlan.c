/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VLAN push, pop and modify. Model of en/tc/act/vlan.c and vlan_mangle.c, 6.1. A pop with a push
 * behind it is a rewriting of the VLAN id. Absent: the emulation by the vport's own VLAN that the
 * driver has for devices without these actions.
 */
#include "nic/driver/mlx5_internal.h"

#include <errno.h>

#define VLAN_TCI_OFFSET 14 /* in a tagged Ethernet header */
#define VLAN_VID_MASK	0x0fff

static int parse_pop(struct mlx5e_tc_act_parse_state *state, u8 depth)
{
	if (!mlx5_eswitch_vlan_actions_supported(state->dev, depth + 1u))
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "vlan pop",
				   "vlan pop action is not supported");
	state->attr->action |= depth ? MLX5_FLOW_CONTEXT_ACTION_VLAN_POP_2
				     : MLX5_FLOW_CONTEXT_ACTION_VLAN_POP;
	return 0;
}

static int parse_push(struct mlx5e_tc_act_parse_state *state, const struct flow_action_entry *act,
		      u8 depth)
{
	struct mlx5_flow_attr *attr = state->attr;

	if (!mlx5_eswitch_vlan_actions_supported(state->dev, depth + 1u)) {
		if (depth)
			return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "vlan push",
					   "vlan push action is not supported for vlan depth > 1");
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "vlan push",
				   "vlan push action is not supported");
	}
	attr->vlan[depth].vid = act->vlan.vid;
	attr->vlan[depth].prio = act->vlan.prio;
	attr->vlan[depth].proto = act->vlan.proto ? act->vlan.proto : be16_from_host(ETH_P_8021Q_);
	attr->action |= depth ? MLX5_FLOW_CONTEXT_ACTION_VLAN_PUSH_2
			      : MLX5_FLOW_CONTEXT_ACTION_VLAN_PUSH;
	return 0;
}

static int parse_tc_vlan_action(struct mlx5e_tc_act_parse_state *state,
				const struct flow_action_entry *act)
{
	u8 depth = state->attr->total_vlan;
	int err;

	if (depth >= MLX5_FS_VLAN_DEPTH)
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "vlan",
				   "Total vlans used is greater than supported");
	err = act->id == FLOW_ACTION_VLAN_POP ? parse_pop(state, depth)
					      : parse_push(state, act, depth);
	if (!err)
		state->attr->total_vlan++;
	return err;
}

/* As a pedit of the 12 bits of the VLAN id. */
int mlx5e_tc_act_vlan_add_rewrite_action(struct mlx5e_tc_act_parse_state *state, u16 vid, u8 prio)
{
	const u8 *c = state->dev->spec.match_criteria, *v = state->dev->spec.match_value;
	const u8 mask[4] = { (u8) ~(VLAN_VID_MASK >> 8), 0, 0xff, 0xff };
	const u8 val[4] = { vid >> 8 & 0xf, (u8)vid, 0, 0 };
	struct flow_action_entry act = { .id = FLOW_ACTION_MANGLE };
	u32 prio_match = IFC_GET(fte_match_set_lyr_2_4, c, first_prio) &
			 IFC_GET(fte_match_set_lyr_2_4, v, first_prio);
	int err;

	if (!(IFC_GET(fte_match_set_lyr_2_4, c, cvlan_tag) &&
	      IFC_GET(fte_match_set_lyr_2_4, v, cvlan_tag)))
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "vlan",
				   "VLAN rewrite action must have VLAN protocol match");
	if (prio != prio_match)
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "vlan",
				   "Changing VLAN prio is not supported");
	act.mangle.htype = FLOW_ACT_MANGLE_HDR_TYPE_ETH;
	act.mangle.offset = VLAN_TCI_OFFSET;
	memcpy(&act.mangle.mask, mask, sizeof mask);
	memcpy(&act.mangle.val, val, sizeof val);
	err = mlx5e_tc_act_pedit_parse_action(state, &act);
	state->attr->action |= MLX5_FLOW_CONTEXT_ACTION_MOD_HDR;
	return err;
}

static bool can_offload_vlan(struct mlx5e_tc_act_parse_state *state,
			     const struct flow_action_entry *act, unsigned int index)
{
	return true;
}

static int parse_vlan(struct mlx5e_tc_act_parse_state *state, const struct flow_action_entry *act)
{
	struct mlx5_flow_attr *attr = state->attr;
	int err;

	if (act->id == FLOW_ACTION_VLAN_PUSH && attr->action & MLX5_FLOW_CONTEXT_ACTION_VLAN_POP) {
		attr->action &= ~(u32)MLX5_FLOW_CONTEXT_ACTION_VLAN_POP;
		err = mlx5e_tc_act_vlan_add_rewrite_action(state, act->vlan.vid, act->vlan.prio);
	} else {
		err = parse_tc_vlan_action(state, act);
	}
	attr->split_count = attr->out_count;
	return err;
}

/* A device that wants priority tags keeps the tag, with VLAN id 0. */
static int post_parse_vlan(struct mlx5e_tc_act_parse_state *state)
{
	const struct mlx5_flow_spec *spec = &state->dev->spec;
	u8 prio = (u8)(IFC_GET(fte_match_set_lyr_2_4, spec->match_criteria, first_prio) &
		       IFC_GET(fte_match_set_lyr_2_4, spec->match_value, first_prio));

	if (!state->dev->caps.prio_tag_required ||
	    !(state->attr->action & MLX5_FLOW_CONTEXT_ACTION_VLAN_POP))
		return 0;
	state->attr->action &= ~(u32)MLX5_FLOW_CONTEXT_ACTION_VLAN_POP;
	return mlx5e_tc_act_vlan_add_rewrite_action(state, 0, prio);
}

const struct mlx5e_tc_act mlx5e_tc_act_vlan = { can_offload_vlan, parse_vlan, post_parse_vlan };

static int parse_vlan_mangle(struct mlx5e_tc_act_parse_state *state,
			     const struct flow_action_entry *act)
{
	int err = mlx5e_tc_act_vlan_add_rewrite_action(state, act->vlan.vid, act->vlan.prio);

	state->attr->split_count = state->attr->out_count;
	return err;
}

const struct mlx5e_tc_act mlx5e_tc_act_vlan_mangle = { can_offload_vlan, parse_vlan_mangle, NULL };
