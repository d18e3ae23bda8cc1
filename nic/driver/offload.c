/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a parsed rule to entries of the FDB. Model of mlx5e_tc_add_fdb_flow() in en_tc.c and of
 * mlx5_eswitch_add_offloaded_rule() in eswitch_offloads.c, 6.1.
 *
 * A rule is one entry of the table of its (chain, prio). With outputs before a rewriting it is two:
 * one there, which copies the packet to those outputs and to a table of its vport, and one in that
 * table, which rewrites and does the rest. Absent: tunnels, termination tables (the device has
 * none), meters, peers.
 */
#include "base/alloc.h"
#include "nic/driver/mlx5_internal.h"

#include <errno.h>

#define DESTS_MAX (MLX5_DESTS_MAX + 1)

enum {
	FLOW_SOURCE_ANY,
	FLOW_SOURCE_UPLINK,
	FLOW_SOURCE_LOCAL_VPORT
};

static void mlx5_eswitch_set_rule_source_port(struct mlx5_core_dev *dev,
					      const struct mlx5e_rep *rep)
{
	const size_t misc2 = IFC_OFF_fte_match_param__misc_parameters_2;
	struct mlx5_flow_spec *spec = &dev->spec;

	IFC_SET(fte_match_set_misc2, spec->match_criteria + misc2, metadata_reg_c_0, 0xffff0000);
	IFC_SET(fte_match_set_misc2, spec->match_value + misc2, metadata_reg_c_0,
		mlx5_eswitch_get_vport_metadata_for_match(rep));
	spec->match_criteria_enable |= MLX5_MATCH_MISC_PARAMETERS_2;
}

static void mlx5_eswitch_set_rule_flow_source(struct mlx5_core_dev *dev,
					      const struct mlx5e_rep *rep)
{
	if (!dev->caps.flow_source)
		return;
	dev->spec.flow_source = rep->vport == MLX5_VPORT_UPLINK ? FLOW_SOURCE_UPLINK
								: FLOW_SOURCE_LOCAL_VPORT;
}

static void set_ft_dest(struct mlx5_flow_destination *dest, struct mlx5_flow_table *ft)
{
	*dest = (struct mlx5_flow_destination){ .type = MLX5_DEST_FLOW_TABLE, .ft = ft };
}

/* Where the entry forwards to: the outputs from @split_count on, or a table. */
static int esw_setup_dests(struct mlx5_core_dev *dev, struct mlx5e_tc_flow *flow,
			   struct mlx5_flow_act *act, struct mlx5_flow_destination *dest,
			   unsigned int *n)
{
	const struct mlx5_flow_attr *attr = &dev->attr;
	int err;

	*n = 0;
	if (attr->is_slow_path || attr->is_accept) {
		act->ignore_flow_level = dev->steering_caps.ignore_flow_level;
		set_ft_dest(&dest[(*n)++], attr->is_slow_path ? dev->slow_fdb
							      : mlx5_chains_ft(dev->chains.tc_end));
		return 0;
	}
	for (unsigned int i = attr->split_count; i < attr->out_count; i++)
		mlx5_eswitch_set_dest(dev, &dest[(*n)++], attr->dests[i]);
	if (!attr->dest_chain)
		return 0;
	act->ignore_flow_level = true;
	err = mlx5_chains_get_table(dev, attr->dest_chain, 1, 0, &flow->dest_table);
	if (!err)
		set_ft_dest(&dest[(*n)++], mlx5_chains_ft(flow->dest_table));
	return err;
}

static void set_act(struct mlx5_core_dev *dev, struct mlx5_flow_act *act)
{
	const struct mlx5_flow_attr *attr = &dev->attr;

	act->action = attr->action;
	act->modify_hdr_id = attr->modify_hdr_id;
	if (attr->counter)
		act->counter_id = mlx5_fc_id(attr->counter);
	for (unsigned int i = 0; i < MLX5_FS_VLAN_DEPTH && i < attr->total_vlan; i++) {
		act->vlan[i].ethtype = host_from_be16(attr->vlan[i].proto);
		act->vlan[i].vid = attr->vlan[i].vid;
		act->vlan[i].prio = attr->vlan[i].prio;
	}
}

static int mlx5_eswitch_add_offloaded_rule(struct mlx5_core_dev *dev, struct mlx5e_tc_flow *flow)
{
	const struct mlx5_flow_attr *attr = &dev->attr;
	struct span sp = SPAN(mlx5_trace(dev));
	struct mlx5_flow_destination dest[DESTS_MAX];
	struct mlx5_flow_act act = { 0 };
	struct mlx5_flow_table *fdb;
	unsigned int n = 0;
	int err = 0;

	set_act(dev, &act);
	mlx5_eswitch_set_rule_flow_source(dev, attr->in_rep);
	if (act.action & MLX5_FLOW_CONTEXT_ACTION_FWD_DEST)
		err = esw_setup_dests(dev, flow, &act, dest, &n);
	if (err)
		return span_end(&sp, err);
	if (flow->split) {
		fdb = mlx5_vporttbl_ft(flow->split->table);
	} else {
		fdb = mlx5_chains_ft(flow->table);
		mlx5_eswitch_set_rule_source_port(dev, attr->in_rep);
	}
	span_note(&sp, "source", "vport 0x%x, metadata 0x%x", attr->in_rep->vport,
		  attr->in_rep->metadata);
	err = mlx5_add_flow_rules(dev->steering, fdb, &dev->spec, &act, dest, n, &flow->rule);
	return span_end(&sp, err);
}

/* The entry before the split: to the first outputs, and on to the table behind. */
static int mlx5_eswitch_add_fwd_rule(struct mlx5_core_dev *dev, struct mlx5e_tc_flow *flow)
{
	const struct mlx5_flow_attr *attr = &dev->attr;
	const struct mlx5_flow_act act = { .action = MLX5_FLOW_CONTEXT_ACTION_FWD_DEST,
					   .ignore_flow_level =
						   dev->steering_caps.ignore_flow_level };
	struct span sp = SPAN(mlx5_trace(dev));
	struct mlx5_flow_destination dest[DESTS_MAX];
	unsigned int n;
	int err;

	for (n = 0; n < attr->split_count; n++)
		mlx5_eswitch_set_dest(dev, &dest[n], attr->dests[n]);
	set_ft_dest(&dest[n++], mlx5_vporttbl_ft(flow->split->table));
	mlx5_eswitch_set_rule_source_port(dev, attr->in_rep);
	err = mlx5_add_flow_rules(dev->steering, mlx5_chains_ft(flow->table), &dev->spec, &act,
				  dest, n, &flow->split->rule);
	return span_end(&sp, err);
}

static int get_split(struct mlx5_core_dev *dev, struct mlx5e_tc_flow *flow)
{
	const struct mlx5_flow_attr *attr = &dev->attr;
	int err;

	flow->split = mem_new(sizeof *flow->split);
	if (!flow->split)
		return -ENOMEM;
	err = mlx5_esw_vporttbl_get(dev, attr->chain, attr->prio, attr->in_rep->vport,
				    &flow->split->table);
	if (err) {
		mem_free(flow->split);
		flow->split = NULL;
		return err;
	}
	dev->n_splits++;
	return 0;
}

static int mlx5e_tc_offload_fdb_rules(struct mlx5_core_dev *dev, struct mlx5e_tc_flow *flow)
{
	const struct mlx5_flow_attr *attr = &dev->attr;
	struct span sp = SPAN(mlx5_trace(dev));
	int err = mlx5_chains_get_table(dev, attr->chain, attr->prio, 0, &flow->table);

	if (!err && attr->split_count)
		err = get_split(dev, flow);
	if (!err)
		err = mlx5_eswitch_add_offloaded_rule(dev, flow);
	if (!err && flow->split)
		err = mlx5_eswitch_add_fwd_rule(dev, flow);
	return span_end(&sp, err);
}

/* In an order in which no entry points to what is gone. Also of a rule that is only half there. */
void mlx5e_tc_del_fdb_flow(struct mlx5_core_dev *dev, struct mlx5e_tc_flow *flow)
{
	if (flow->split && flow->split->rule)
		mlx5_del_flow_rules(dev->steering, flow->split->rule);
	if (flow->rule)
		mlx5_del_flow_rules(dev->steering, flow->rule);
	if (flow->split) {
		mlx5_esw_vporttbl_put(dev, flow->split->table);
		mem_free(flow->split);
		dev->n_splits--;
	}
	mlx5_chains_put_table(dev, flow->table);
	mlx5_chains_put_table(dev, flow->dest_table);
	if (flow->has_mod_hdr)
		mlx5_modify_header_detach(dev->steering, flow->modify_hdr_id);
	mlx5_fc_destroy(dev->steering, flow->counter);
}

static int attach_mod_hdr(struct mlx5_core_dev *dev, struct mlx5e_tc_flow *flow)
{
	struct mlx5_flow_attr *attr = &dev->attr;
	int err;

	if (!(attr->action & MLX5_FLOW_CONTEXT_ACTION_MOD_HDR))
		return 0;
	err = mlx5_modify_header_attach(dev->steering, MLX5_TABLE_FDB, attr->mod_acts,
					attr->n_mod_acts, &attr->modify_hdr_id);
	flow->has_mod_hdr = !err;
	flow->modify_hdr_id = attr->modify_hdr_id;
	return err;
}

static int check_range(struct mlx5_core_dev *dev, struct netlink_ext_ack *extack)
{
	if (dev->attr.chain > mlx5_chains_get_chain_range(dev))
		return MLX5_REFUSE(dev, extack, -EOPNOTSUPP, "chain",
				   "Requested chain is out of supported range");
	if (dev->attr.prio > mlx5_chains_get_prio_range(dev))
		return MLX5_REFUSE(dev, extack, -EOPNOTSUPP, "prio",
				   "Requested priority is out of supported range");
	return 0;
}

/* On failure the flow holds what it had got until then; mlx5e_tc_del_fdb_flow() gives it back. */
int mlx5e_tc_add_fdb_flow(struct mlx5_core_dev *dev, struct mlx5e_tc_flow *flow,
			  struct netlink_ext_ack *extack)
{
	struct mlx5_flow_attr *attr = &dev->attr;
	struct span sp = SPAN(mlx5_trace(dev));
	int err = check_range(dev, extack);

	if (!err)
		err = attach_mod_hdr(dev, flow);
	if (!err && attr->action & MLX5_FLOW_CONTEXT_ACTION_COUNT)
		err = mlx5_fc_create(dev->steering, &flow->counter);
	attr->counter = flow->counter;
	if (!err)
		err = mlx5e_tc_offload_fdb_rules(dev, flow);
	return span_end(&sp, err);
}
