/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Redirect and mirror to another port of the e-switch. Model of en/tc/act/mirred.c, 6.1. Absent:
 * tunnels, bonds, VLAN and MACVLAN devices, OVS internal ports as outputs: all are "not on same
 * switch HW".
 */
#include "nic/driver/mlx5_internal.h"

#include <errno.h>

static bool netdev_port_same_parent_id(const struct net_device *a, const struct net_device *b)
{
	u8 id_a[8], id_b[8];
	int size_a, size_b;

	if (!a->netdev_ops || !a->netdev_ops->ndo_get_port_parent_id || !b->netdev_ops ||
	    !b->netdev_ops->ndo_get_port_parent_id)
		return false;
	size_a = a->netdev_ops->ndo_get_port_parent_id(a, id_a);
	size_b = b->netdev_ops->ndo_get_port_parent_id(b, id_b);
	return size_a > 0 && size_a == size_b && !memcmp(id_a, id_b, (size_t)size_a);
}

static bool can_offload_mirred(struct mlx5e_tc_act_parse_state *state,
			       const struct flow_action_entry *act, unsigned int index)
{
	const char *field = act->id == FLOW_ACTION_MIRRED ? "mirred" : "redirect";

	if (!act->dev) {
		MLX5_REFUSE_SILENTLY(state->dev, -EOPNOTSUPP, field,
				     "the output device does not exist (any more)");
		return false;
	}
	if (state->attr->out_count >= MLX5_DESTS_MAX) {
		MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, field,
			    "can't support more output ports, can't offload forwarding");
		return false;
	}
	if (netdev_port_same_parent_id(&state->rep->netdev, act->dev))
		return true;
	MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, field,
		    "devices are not on same switch HW, can't offload forwarding");
	return false;
}

/* At most MLX5_DESTS_MAX look-ups. */
static bool is_duplicated_output_device(const struct mlx5_flow_attr *attr,
					const struct net_device *out_dev)
{
	for (unsigned int i = 0; i < attr->out_count; i++) {
		if (&attr->dests[i]->netdev == out_dev)
			return true;
	}
	return false;
}

static int parse_mirred(struct mlx5e_tc_act_parse_state *state, const struct flow_action_entry *act)
{
	const char *field = act->id == FLOW_ACTION_MIRRED ? "mirred" : "redirect";
	struct mlx5_flow_attr *attr = state->attr;
	struct mlx5e_rep *out;

	if (is_duplicated_output_device(attr, act->dev))
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, field,
				   "can't duplicate output to same device");
	if (!mlx5e_eswitch_rep(act->dev))
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, field,
				   "devices are not on same switch HW, can't offload forwarding");
	out = netdev_priv(act->dev);
	if (state->rep->vport == MLX5_VPORT_UPLINK && out->vport == MLX5_VPORT_UPLINK)
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, field,
				   "devices are both uplink, can't offload forwarding");
	if (out->dev != state->dev)
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, field,
				   "devices are not on same switch HW, can't offload forwarding");
	if (out == state->rep)
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, field,
				   "can't forward from a VF to itself");
	attr->dests[attr->out_count++] = out;
	attr->action |= MLX5_FLOW_CONTEXT_ACTION_FWD_DEST;
	return 0;
}

const struct mlx5e_tc_act mlx5e_tc_act_mirred = { can_offload_mirred, parse_mirred, NULL };
