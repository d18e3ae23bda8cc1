/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The e-switch in offloads mode. Model of eswitch_offloads.c and esw/acl/ingress_ofld.c, 6.1.
 *
 * Every vport has an ingress ACL whose one entry writes the vport's metadata to reg_c_0[31:16]: by
 * it all rules know where a packet came from. The FDB begins with the tables of tc's chains
 * (chains.c); what they do not match goes by way of the tc miss table to the slow FDB, where a
 * packet that a representor sent is steered to its vport, and all others to the manager, vport 0.
 */
#include "base/alloc.h"
#include "nic/driver/mlx5_internal.h"

#include <errno.h>

#define LEVEL_TC_MISS 176 /* as observed; the root of chain 0 is at 16 */
#define LEVEL_SLOW    180

static int set_metadata_action(struct mlx5_core_dev *dev, struct mlx5e_rep *rep)
{
	u8 act[MLX5_MOD_ACT_SIZE] = { 0 };

	IFC_SET(set_action_in, act, action_type, MLX5_ACTION_SET);
	IFC_SET(set_action_in, act, field, MLX5_FIELD_METADATA_REG_C_0);
	IFC_SET(set_action_in, act, offset, 16);
	IFC_SET(set_action_in, act, length, 16);
	IFC_SET(set_action_in, act, data, rep->metadata);
	return mlx5_modify_header_attach(dev->steering, MLX5_TABLE_ESW_INGRESS_ACL, act, 1,
					 &rep->acl_mod_hdr);
}

static void esw_acl_ingress_ofld_cleanup(struct mlx5_core_dev *dev, struct mlx5e_rep *rep)
{
	if (!rep->acl)
		return;
	if (rep->acl_rule)
		mlx5_del_flow_rules(dev->steering, rep->acl_rule);
	mlx5_destroy_flow_table(dev->steering, rep->acl);
	mlx5_modify_header_detach(dev->steering, rep->acl_mod_hdr);
	rep->acl = NULL;
	rep->acl_rule = NULL;
}

static int esw_acl_ingress_ofld_setup(struct mlx5_core_dev *dev, struct mlx5e_rep *rep)
{
	const struct mlx5_flow_table_attr attr = { .type = MLX5_TABLE_ESW_INGRESS_ACL,
						   .vport = rep->vport,
						   .max_fte = 1,
						   .autogroup = true,
						   .max_num_groups = 1 };
	struct mlx5_flow_act act = { .action = MLX5_FLOW_CONTEXT_ACTION_MOD_HDR |
					       MLX5_FLOW_CONTEXT_ACTION_ALLOW };
	int err = set_metadata_action(dev, rep);

	if (err)
		return err;
	err = mlx5_create_flow_table(dev->steering, &attr, &rep->acl);
	if (err) {
		mlx5_modify_header_detach(dev->steering, rep->acl_mod_hdr);
		return err;
	}
	act.modify_hdr_id = rep->acl_mod_hdr;
	err = mlx5_set_flow_table_root(dev->steering, rep->acl);
	if (!err)
		err = mlx5_add_flow_rules(dev->steering, rep->acl, NULL, &act, NULL, 0,
					  &rep->acl_rule);
	if (err)
		esw_acl_ingress_ofld_cleanup(dev, rep);
	return err;
}

/* ---- the slow path ---- */

void mlx5_eswitch_set_dest(const struct mlx5_core_dev *dev, struct mlx5_flow_destination *dest,
			   const struct mlx5e_rep *rep)
{
	*dest = (struct mlx5_flow_destination){ .type = MLX5_DEST_VPORT };
	dest->vport.num = rep->vport;
	dest->vport.vhca_id = dev->caps.vhca_id;
	dest->vport.vhca_id_valid = dev->caps.merged_eswitch;
}

static void set_bits(struct mlx5_flow_spec *spec, unsigned int loc, u32 mask, u32 value)
{
	ifc_set(spec->match_criteria + IFC_OFF_fte_match_param__misc_parameters, loc, mask);
	ifc_set(spec->match_value + IFC_OFF_fte_match_param__misc_parameters, loc, value);
}

/* What the manager sends from the queue of a representor goes to the vport behind it. */
static void send_to_vport_spec(struct mlx5_flow_spec *spec, u32 sqn)
{
	spec->match_criteria_enable = MLX5_MATCH_MISC_PARAMETERS;
	set_bits(spec, IFC_LOC_fte_match_set_misc__source_sqn, 0xffffff, sqn);
	set_bits(spec, IFC_LOC_fte_match_set_misc__source_port, 0xffff, MLX5_VPORT_PF);
}

/* Everything, by the group bit of the destination address. */
static void miss_spec(struct mlx5_flow_spec *spec, bool is_multicast)
{
	size_t dmac = IFC_OFF_fte_match_param__outer_headers +
		      IFC_LOC_OFF(IFC_LOC_fte_match_set_lyr_2_4__dmac_47_16);

	spec->match_criteria_enable = MLX5_MATCH_OUTER_HEADERS;
	spec->match_criteria[dmac] = 1;
	spec->match_value[dmac] = is_multicast;
}

static int add_fwd(struct mlx5_core_dev *dev, struct mlx5_flow_spec *spec,
		   const struct mlx5e_rep *to, struct mlx5_flow_handle **rule)
{
	const struct mlx5_flow_act act = { .action = MLX5_FLOW_CONTEXT_ACTION_FWD_DEST };
	struct mlx5_flow_destination dest;
	int err;

	mlx5_eswitch_set_dest(dev, &dest, to);
	err = mlx5_add_flow_rules(dev->steering, dev->slow_fdb, spec, &act, &dest, 1, rule);
	memset(spec, 0, sizeof *spec);
	return err;
}

static int esw_add_slow_rules(struct mlx5_core_dev *dev)
{
	int err = 0;

	for (unsigned int i = 0; i < dev->n_reps && !err; i++) {
		if (!dev->reps[i].has_netdev)
			continue;
		send_to_vport_spec(&dev->spec, dev->reps[i].sqn);
		err = add_fwd(dev, &dev->spec, &dev->reps[i], &dev->reps[i].send_rule);
	}
	for (int i = 0; i < 2 && !err; i++) {
		miss_spec(&dev->spec, i);
		err = add_fwd(dev, &dev->spec, &dev->reps[1], &dev->miss_rules[i]);
	}
	return err;
}

static void esw_del_slow_rules(struct mlx5_core_dev *dev)
{
	for (int i = 0; i < 2; i++) {
		if (dev->miss_rules[i])
			mlx5_del_flow_rules(dev->steering, dev->miss_rules[i]);
		dev->miss_rules[i] = NULL;
	}
	for (unsigned int i = 0; i < dev->n_reps; i++) {
		if (dev->reps[i].send_rule)
			mlx5_del_flow_rules(dev->steering, dev->reps[i].send_rule);
		dev->reps[i].send_rule = NULL;
	}
}

/* Groups by hand, so that the misses come behind all queues. */
static int esw_create_slow_groups(struct mlx5_core_dev *dev, u32 n_queues)
{
	struct mlx5_flow_group *fg;
	int err;

	send_to_vport_spec(&dev->spec, 0);
	err = mlx5_create_flow_group(dev->steering, dev->slow_fdb, &dev->spec, 0, n_queues - 1,
				     &fg);
	memset(&dev->spec, 0, sizeof dev->spec);
	if (err)
		return err;
	miss_spec(&dev->spec, false);
	err = mlx5_create_flow_group(dev->steering, dev->slow_fdb, &dev->spec, n_queues,
				     n_queues + 1, &fg);
	memset(&dev->spec, 0, sizeof dev->spec);
	return err;
}

static void esw_destroy_offloads_fdb_tables(struct mlx5_core_dev *dev)
{
	mlx5_chains_destroy(dev);
	if (dev->tc_miss)
		mlx5_destroy_flow_table(dev->steering, dev->tc_miss);
	if (dev->slow_fdb) {
		esw_del_slow_rules(dev);
		mlx5_destroy_flow_table(dev->steering, dev->slow_fdb);
	}
	dev->tc_miss = dev->slow_fdb = NULL;
}

static int esw_create_offloads_fdb_tables(struct mlx5_core_dev *dev)
{
	u32 n_queues = dev->n_reps;
	struct mlx5_flow_table_attr attr = { .type = MLX5_TABLE_FDB,
					     .level = LEVEL_SLOW,
					     .max_fte = n_queues + 2 };
	int err = mlx5_create_flow_table(dev->steering, &attr, &dev->slow_fdb);

	if (!err)
		err = esw_create_slow_groups(dev, n_queues);
	if (!err)
		err = esw_add_slow_rules(dev);
	if (!err) {
		attr.level = LEVEL_TC_MISS;
		attr.max_fte = 1;
		attr.next_ft = dev->slow_fdb;
		err = mlx5_create_flow_table(dev->steering, &attr, &dev->tc_miss);
	}
	if (!err)
		err = mlx5_chains_create(dev);
	if (err)
		esw_destroy_offloads_fdb_tables(dev);
	return err;
}

/* ---- the whole ---- */

static void init_rep(struct mlx5_core_dev *dev, unsigned int i)
{
	struct mlx5e_rep *rep = &dev->reps[i];

	rep->dev = dev;
	rep->vport = i == 0 ? MLX5_VPORT_UPLINK : (u16)(i - 1);
	/* The uplink's is 1; the others' have the number of the PF in their high bits. */
	rep->metadata = (u16)(i == 0 ? 1 : (dev->pf & 0xf) << 12 | (i + 1));
	rep->sqn = MLX5_SQN_BASE + i;
	rep->has_netdev = i != 1;
}

struct mlx5e_rep *mlx5_eswitch_rep_by_metadata(const struct mlx5_core_dev *dev, u16 metadata)
{
	unsigned int i = (metadata & 0xfffu) - 1;

	if (i >= dev->n_reps || dev->reps[i].metadata != metadata)
		return NULL;
	return &dev->reps[i];
}

void esw_offloads_disable(struct mlx5_core_dev *dev)
{
	esw_destroy_offloads_fdb_tables(dev);
	for (unsigned int i = 0; i < dev->n_reps; i++)
		esw_acl_ingress_ofld_cleanup(dev, &dev->reps[i]);
	htable_fini(&dev->flows);
	pool_fini(&dev->flow_pool);
	mem_free(dev->reps);
	dev->reps = NULL;
	dev->n_reps = 0;
}

int esw_offloads_enable(struct mlx5_core_dev *dev, struct diag *d)
{
	struct span sp = SPAN(mlx5_trace(dev));
	int err = 0;

	dev->reps = mem_new_array(dev->n_vfs + 2, sizeof *dev->reps);
	if (!dev->reps)
		return span_end(&sp, diag_set(d, -ENOMEM, "no memory for the ports"));
	dev->n_reps = dev->n_vfs + 2;
	for (unsigned int i = 0; i < dev->n_reps; i++)
		init_rep(dev, i);
	for (unsigned int i = 0; i < dev->n_reps && !err; i++)
		err = esw_acl_ingress_ofld_setup(dev, &dev->reps[i]);
	if (!err)
		err = esw_create_offloads_fdb_tables(dev);
	if (err) {
		diag_set(d, err, "cannot build the e-switch: %s", diag_strerror(err));
		esw_offloads_disable(dev);
	}
	return span_end(&sp, err);
}
