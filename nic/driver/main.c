/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probe and remove. Model of main.c and of the switchdev part of eswitch.c, 6.1: capabilities are
 * read, the e-switch is built in offloads mode at once, and the representors are registered.
 * Absent: everything that brings a PCI device up, and the NIC netdev of legacy mode.
 */
#include "base/alloc.h"
#include "nic/driver/mlx5_internal.h"

#include <errno.h>

/* Capabilities that layouts.h has no row for; they are 0 in a device that does not know them. */
#define CAP_PRIO_TAG_REQUIRED IFC_LOC(0x10, 7, 7)
#define FDB_TO_VPORT_REG_C_1  2u

typedef void read_caps(struct mlx5_core_dev *dev, const u8 *cap);

static void read_general(struct mlx5_core_dev *dev, const u8 *cap)
{
	dev->caps.vhca_id = (u16)IFC_GET(cmd_hca_cap, cap, vhca_id);
	dev->caps.eswitch_manager = IFC_GET(cmd_hca_cap, cap, eswitch_manager);
	dev->caps.reg_c_preserve = IFC_GET(cmd_hca_cap, cap, reg_c_preserve);
	dev->caps.flex_parser_protocols = IFC_GET(cmd_hca_cap, cap, flex_parser_protocols);
	dev->caps.prio_tag_required = ifc_get(cap, CAP_PRIO_TAG_REQUIRED);
	dev->steering_caps.flow_counter_bulk_alloc =
		(u8)IFC_GET(cmd_hca_cap, cap, flow_counter_bulk_alloc);
	dev->steering_caps.log_max_flow_counter_bulk =
		(u8)IFC_GET(cmd_hca_cap, cap, log_max_flow_counter_bulk);
}

static void read_ethernet(struct mlx5_core_dev *dev, const u8 *cap)
{
	/* 0: the first 18 bytes; 1: as the vport says, whose default is the same; 2: none. */
	dev->caps.inline_mode =
		IFC_GET(per_protocol_networking_offload_caps, cap, wqe_inline_mode) == 2
			? MLX5_INLINE_MODE_NONE
			: MLX5_INLINE_MODE_L2;
}

static void read_fdb(struct mlx5_core_dev *dev, const u8 *fdb)
{
	const u8 *fields = IFC_PTR(flow_table_prop_layout, fdb, ft_field_support);
	struct mlx5_steering_caps *s = &dev->steering_caps;

	s->ft_support = IFC_GET(flow_table_prop_layout, fdb, ft_support);
	s->flow_modify_en = IFC_GET(flow_table_prop_layout, fdb, flow_modify_en);
	s->ignore_flow_level = IFC_GET(flow_table_prop_layout, fdb, ignore_flow_level);
	s->log_max_ft_size = (u8)(IFC_GET(flow_table_prop_layout, fdb, log_max_ft_size) & 31);
	s->max_ft_level = (u8)IFC_GET(flow_table_prop_layout, fdb, max_ft_level);
	s->max_modify_header_actions =
		(u8)IFC_GET(flow_table_prop_layout, fdb, max_modify_header_actions);
	if (s->max_modify_header_actions > MLX5_MOD_ACTS_MAX)
		s->max_modify_header_actions = MLX5_MOD_ACTS_MAX;
	dev->caps.outer_second_vid = IFC_GET(flow_table_fields_supported, fields, outer_second_vid);
	dev->caps.outer_ipv4_ttl = IFC_GET(flow_table_fields_supported, fields, outer_ipv4_ttl);
	dev->caps.pop_vlan = IFC_GET(flow_table_prop_layout, fdb, pop_vlan);
	dev->caps.push_vlan = IFC_GET(flow_table_prop_layout, fdb, push_vlan);
	dev->caps.pop_vlan_2 = IFC_GET(flow_table_prop_layout, fdb, pop_vlan_2);
	dev->caps.push_vlan_2 = IFC_GET(flow_table_prop_layout, fdb, push_vlan_2);
	dev->caps.reformat_and_fwd_to_table =
		IFC_GET(flow_table_prop_layout, fdb, reformat_and_fwd_to_table);
}

static void read_eswitch_ft(struct mlx5_core_dev *dev, const u8 *cap)
{
	const u8 *fdb = IFC_PTR(flow_table_eswitch_cap, cap, flow_table_properties_nic_esw_fdb);
	struct mlx5_caps *c = &dev->caps;

	c->reg_c1_loopback = IFC_GET(flow_table_eswitch_cap, cap, fdb_to_vport_reg_c_id) &
			     FDB_TO_VPORT_REG_C_1;
	c->fdb_modify_header_fwd_to_table =
		IFC_GET(flow_table_eswitch_cap, cap, fdb_modify_header_fwd_to_table);
	c->flow_source = IFC_GET(flow_table_eswitch_cap, cap, flow_source);
	c->multi_fdb_encap = IFC_GET(flow_table_eswitch_cap, cap, multi_fdb_encap);
	c->has_fwd_fdb = IFC_GET(flow_table_eswitch_cap, cap, fdb_multi_path_to_table);
	read_fdb(dev, fdb);
	/* It matters where there is encapsulation at all. */
	if (!IFC_GET(flow_table_prop_layout, fdb, reformat) ||
	    !IFC_GET(flow_table_prop_layout, fdb, decap))
		c->multi_fdb_encap = true;
}

static void read_eswitch(struct mlx5_core_dev *dev, const u8 *cap)
{
	dev->caps.merged_eswitch = IFC_GET(e_switch_cap, cap, merged_eswitch);
}

static const struct {
	enum mlx5_cap_type type;
	const char *name;
	read_caps *read;
} cap_types[] = {
	{ MLX5_CAP_GENERAL, "general", read_general },
	{ MLX5_CAP_ETHERNET_OFFLOADS, "Ethernet", read_ethernet },
	{ MLX5_CAP_ESWITCH_FLOW_TABLE, "e-switch flow table", read_eswitch_ft },
	{ MLX5_CAP_ESWITCH, "e-switch", read_eswitch },
};

/* Reads the current capabilities, type by type. */
int mlx5_query_caps(struct mlx5_core_dev *dev, struct diag *d)
{
	u8 in[IFC_QUERY_HCA_CAP_IN_SIZE] = { 0 };
	u8 *out = mem_new(IFC_QUERY_HCA_CAP_OUT_SIZE);
	int err = 0;

	if (!out)
		return diag_set(d, -ENOMEM, "no memory");
	IFC_SET(query_hca_cap_in, in, opcode, MLX5_CMD_OP_QUERY_HCA_CAP);
	for (size_t i = 0; i < ARRAY_SIZE(cap_types) && !err; i++) {
		IFC_SET(query_hca_cap_in, in, op_mod, (u32)cap_types[i].type << 1 | 1);
		err = mlx5_cmd_exec(&dev->cmd, in, sizeof in, out, IFC_QUERY_HCA_CAP_OUT_SIZE);
		if (err)
			diag_set(d, err, "cannot read the %s capabilities", cap_types[i].name);
		else
			cap_types[i].read(dev, IFC_PTR(query_hca_cap_out, out, capability));
	}
	mem_free(out);
	if (!err && (!dev->caps.eswitch_manager || !dev->steering_caps.ft_support))
		err = diag_set(d, -EOPNOTSUPP, "the device has no e-switch to manage");
	return err;
}

static void init_dev(struct mlx5_core_dev *dev, struct knet *net, const struct mlx5_params *params)
{
	dev->net = net;
	dev->cmd.front = params->cmd;
	dev->cmd.trace = net->trace;
	dev->cmd.syndrome_words = params->syndrome_words;
	dev->packets = params->packets;
	dev->pf = params->pf;
	dev->n_vfs = params->n_vfs;
	list_init(&dev->block_cb_list);
	htable_init(&dev->flows);
	pool_init(&dev->flow_pool, sizeof(struct mlx5e_tc_flow));
}

int mlx5_probe(struct mlx5_core_dev **out, struct knet *net, const struct mlx5_params *params,
	       struct diag *d)
{
	struct span sp = SPAN(net->trace);
	struct mlx5_core_dev *dev;
	int err;

	if (params->n_vfs > MLX5_VFS_MAX)
		return span_end(&sp, diag_set(d, -EINVAL, "%u VFs are more than %u", params->n_vfs,
					      MLX5_VFS_MAX));
	dev = mem_new(sizeof *dev);
	if (!dev)
		return span_end(&sp, diag_set(d, -ENOMEM, "no memory"));
	init_dev(dev, net, params);
	err = mlx5_query_caps(dev, d);
	if (err)
		goto err_free;
	err = mlx5_steering_new(&dev->steering, &dev->cmd, &dev->steering_caps);
	if (err) {
		diag_set(d, err, "no memory for the steering core");
		goto err_free;
	}
	err = esw_offloads_enable(dev, d);
	if (err)
		goto err_steering;
	err = mlx5e_register_reps(dev, d);
	if (err)
		goto err_esw;
	*out = dev;
	return span_end(&sp, 0);

err_esw:
	esw_offloads_disable(dev);
err_steering:
	mlx5_steering_free(dev->steering);
err_free:
	mem_free(dev);
	return span_end(&sp, err);
}

void mlx5_remove(struct mlx5_core_dev *dev)
{
	if (!dev)
		return;
	mlx5e_unregister_reps(dev);
	mlx5e_tc_cleanup(dev);
	esw_offloads_disable(dev);
	mlx5_steering_free(dev->steering);
	mem_free(dev);
}

void mlx5_work(struct mlx5_core_dev *dev, bool force)
{
	/* A failed reading is in the trace; the cache stays as it was until the next one. */
	(void)mlx5_fc_stats_work(dev->steering, dev->net->now_ns, force);
}

struct mlx5_steering *mlx5_steering_of(struct mlx5_core_dev *dev)
{
	return dev->steering;
}

struct mlx5_cmd *mlx5_cmd_of(struct mlx5_core_dev *dev)
{
	return &dev->cmd;
}

void mlx5_get_stats(const struct mlx5_core_dev *dev, struct mlx5_driver_stats *s)
{
	s->n_flows = htable_count(&dev->flows);
	s->n_bytes = sizeof *dev + dev->n_reps * sizeof(struct mlx5e_rep) + dev->flow_pool.n_bytes +
		     htable_size(&dev->flows) + dev->chains.n_bytes +
		     dev->n_splits * sizeof(struct mlx5e_tc_split) +
		     mlx5_steering_bytes(dev->steering);
	s->n_refused = dev->n_refused;
}
