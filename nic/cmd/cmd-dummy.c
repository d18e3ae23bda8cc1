/* SPDX-License-Identifier: BSD-2-Clause */
/* The dummy device: see cmd-dummy.h. */
#include "nic/cmd/cmd-dummy.h"

#include <errno.h>

#define OPCODE_BASE 0x900u

/* What a command does to the number of objects of a kind. */
static const struct {
	uint16_t opcode;
	int delta;
	size_t count; /* offset of the counter in struct cmd_dummy */
} effects[] = {
	{ MLX5_CMD_OP_CREATE_FLOW_TABLE, 1, offsetof(struct cmd_dummy, n_tables) },
	{ MLX5_CMD_OP_DESTROY_FLOW_TABLE, -1, offsetof(struct cmd_dummy, n_tables) },
	{ MLX5_CMD_OP_CREATE_FLOW_GROUP, 1, offsetof(struct cmd_dummy, n_groups) },
	{ MLX5_CMD_OP_DESTROY_FLOW_GROUP, -1, offsetof(struct cmd_dummy, n_groups) },
	{ MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, 1, offsetof(struct cmd_dummy, n_entries) },
	{ MLX5_CMD_OP_DELETE_FLOW_TABLE_ENTRY, -1, offsetof(struct cmd_dummy, n_entries) },
	{ MLX5_CMD_OP_ALLOC_FLOW_COUNTER, 1, offsetof(struct cmd_dummy, n_counters) },
	{ MLX5_CMD_OP_DEALLOC_FLOW_COUNTER, -1, offsetof(struct cmd_dummy, n_counters) },
	{ MLX5_CMD_OP_ALLOC_MODIFY_HEADER_CONTEXT, 1,
	  offsetof(struct cmd_dummy, n_modify_headers) },
	{ MLX5_CMD_OP_DEALLOC_MODIFY_HEADER_CONTEXT, -1,
	  offsetof(struct cmd_dummy, n_modify_headers) },
};

static void count(struct cmd_dummy *d, uint16_t opcode)
{
	for (size_t i = 0; i < ARRAY_SIZE(effects); i++) {
		if (effects[i].opcode == opcode)
			*(long *)(void *)((char *)d + effects[i].count) += effects[i].delta;
	}
}

static void keep(struct cmd_dummy *d, uint16_t opcode, const void *in, size_t size)
{
	size_t i = opcode - OPCODE_BASE;

	if (opcode < OPCODE_BASE || i >= CMD_DUMMY_OPCODES)
		return;
	if (size > CMD_DUMMY_LAST_MAX)
		size = CMD_DUMMY_LAST_MAX;
	d->n_of[i]++;
	d->last_size[i] = size;
	memcpy(d->last[i], in, size);
}

static void answer_caps(const struct cmd_dummy *d, const void *in, void *out, size_t out_size)
{
	uint32_t type = IFC_GET(cmd_in, in, op_mod) >> 1;

	if (type < CMD_DUMMY_CAPS_TYPES && out_size >= 0x10 + CMD_DUMMY_CAP_SIZE)
		memcpy((uint8_t *)out + 0x10, d->caps[type], CMD_DUMMY_CAP_SIZE);
}

static void answer_counters(const struct cmd_dummy *d, void *out, size_t out_size)
{
	for (size_t off = 0x10; off + 0x10 <= out_size; off += 0x10) {
		put_be64((uint8_t *)out + off, d->packets);
		put_be64((uint8_t *)out + off + 8, d->octets);
	}
}

static int dummy_exec(void *device, const void *in, size_t in_size, void *out, size_t out_size)
{
	struct cmd_dummy *d = device;
	uint16_t opcode = (uint16_t)IFC_GET(cmd_in, in, opcode);

	if (in_size < 8 || out_size < 0x10)
		return -EINVAL;
	d->n_commands++;
	count(d, opcode);
	keep(d, opcode, in, in_size);
	memset(out, 0, out_size);
	if (opcode == MLX5_CMD_OP_QUERY_HCA_CAP)
		answer_caps(d, in, out, out_size);
	else if (opcode == MLX5_CMD_OP_QUERY_FLOW_COUNTER)
		answer_counters(d, out, out_size);
	else if (opcode == MLX5_CMD_OP_ALLOC_FLOW_COUNTER)
		IFC_SET(alloc_flow_counter_out, out, flow_counter_id, d->next_id += 1u << 16);
	else
		IFC_SET(create_flow_table_out, out, table_id, ++d->next_id);
	return 0;
}

static void set_table_caps(uint8_t *prop)
{
	static const uint32_t bits[] = {
		IFC_LOC_flow_table_prop_layout__ft_support,
		IFC_LOC_flow_table_prop_layout__flow_counter,
		IFC_LOC_flow_table_prop_layout__flow_modify_en,
		IFC_LOC_flow_table_prop_layout__modify_root,
		IFC_LOC_flow_table_prop_layout__pop_vlan,
		IFC_LOC_flow_table_prop_layout__push_vlan,
		IFC_LOC_flow_table_prop_layout__pop_vlan_2,
		IFC_LOC_flow_table_prop_layout__push_vlan_2,
		IFC_LOC_flow_table_prop_layout__ignore_flow_level,
		IFC_LOC_flow_table_prop_layout__reformat_and_fwd_to_table,
	};

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		ifc_set(prop, bits[i], 1);
	memset(IFC_PTR(flow_table_prop_layout, prop, ft_field_support), 0xff, 8);
	IFC_SET(flow_table_prop_layout, prop, log_max_ft_size, 22);
	IFC_SET(flow_table_prop_layout, prop, max_modify_header_actions, 16);
	IFC_SET(flow_table_prop_layout, prop, max_ft_level, 64);
}

void cmd_dummy_init(struct cmd_dummy *d)
{
	uint8_t *caps;

	memset(d, 0, sizeof *d);
	caps = d->caps[MLX5_CAP_GENERAL];
	IFC_SET(cmd_hca_cap, caps, vhca_id, 1);
	IFC_SET(cmd_hca_cap, caps, reg_c_preserve, 1);
	IFC_SET(cmd_hca_cap, caps, vport_group_manager, 1);
	IFC_SET(cmd_hca_cap, caps, eswitch_manager, 1);
	IFC_SET(cmd_hca_cap, caps, log_max_flow_counter_bulk, 8);
	IFC_SET(cmd_hca_cap, caps, flow_counter_bulk_alloc, 0xff);
	caps = d->caps[MLX5_CAP_ETHERNET_OFFLOADS];
	IFC_SET(per_protocol_networking_offload_caps, caps, wqe_inline_mode, 2);
	caps = d->caps[MLX5_CAP_ESWITCH_FLOW_TABLE];
	IFC_SET(flow_table_eswitch_cap, caps, fdb_to_vport_reg_c_id, 0xff);
	IFC_SET(flow_table_eswitch_cap, caps, fdb_modify_header_fwd_to_table, 1);
	IFC_SET(flow_table_eswitch_cap, caps, flow_source, 1);
	IFC_SET(flow_table_eswitch_cap, caps, multi_fdb_encap, 1);
	IFC_SET(flow_table_eswitch_cap, caps, fdb_multi_path_to_table, 1);
	set_table_caps(IFC_PTR(flow_table_eswitch_cap, caps, flow_table_properties_nic_esw_fdb));
	set_table_caps(
		IFC_PTR(flow_table_eswitch_cap, caps, flow_table_properties_esw_acl_ingress));
	caps = d->caps[MLX5_CAP_ESWITCH];
	IFC_SET(e_switch_cap, caps, esw_uplink_ingress_acl, 1);
	IFC_SET(e_switch_cap, caps, merged_eswitch, 1);
}

struct mlx5_cmd_front cmd_dummy_front(struct cmd_dummy *d)
{
	return (struct mlx5_cmd_front){ .device = d, .exec = dummy_exec };
}

const uint8_t *cmd_dummy_last(const struct cmd_dummy *d, uint16_t opcode)
{
	return d->last_size[opcode - OPCODE_BASE] ? d->last[opcode - OPCODE_BASE] : NULL;
}

uint64_t cmd_dummy_count(const struct cmd_dummy *d, uint16_t opcode)
{
	return d->n_of[opcode - OPCODE_BASE];
}

long cmd_dummy_alive(const struct cmd_dummy *d)
{
	return d->n_tables + d->n_groups + d->n_entries + d->n_counters + d->n_modify_headers;
}
