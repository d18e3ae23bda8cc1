/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Steering objects as firmware commands ("DMFS"). Model of fs_cmd.c, 6.1. Mailboxes are built on
 * the stack and are as long as what is sent. Absent: extended destinations, reformat contexts,
 * ASO, LAG, modifying an entry.
 */
#include "nic/steering/steering_internal.h"

#define SIMPLE_SIZE 0x40 /* of the commands that name an object */
#define DESTS_MAX   (MLX5_DESTS_MAX + 2)
#define DEST_SIZE   IFC_DEST_FORMAT_STRUCT_SIZE

/* The fields that all commands about a table have at the same place. */
static void set_table(u8 *in, u16 opcode, const struct mlx5_flow_table *ft)
{
	IFC_SET(destroy_flow_table_in, in, opcode, opcode);
	IFC_SET(destroy_flow_table_in, in, table_type, ft->type);
	IFC_SET(destroy_flow_table_in, in, table_id, ft->id);
	if (ft->vport) {
		IFC_SET(destroy_flow_table_in, in, vport_number, ft->vport);
		IFC_SET(destroy_flow_table_in, in, other_vport, 1);
	}
}

static void set_miss(u8 *ctx, const struct mlx5_flow_table *next_ft)
{
	if (!next_ft)
		return;
	IFC_SET(flow_table_context, ctx, table_miss_action, MLX5_MISS_FWD);
	IFC_SET(flow_table_context, ctx, table_miss_id, next_ft->id);
}

static int exec_simple(struct mlx5_steering *s, const u8 *in, size_t in_size)
{
	u8 out[IFC_CMD_OUT_SIZE];

	return mlx5_cmd_exec(s->cmd, in, in_size, out, sizeof out);
}

int mlx5_cmd_create_flow_table(struct mlx5_steering *s, struct mlx5_flow_table *ft,
			       const struct mlx5_flow_table *next_ft)
{
	u8 in[IFC_CREATE_FLOW_TABLE_IN_SIZE] = { 0 }, out[IFC_CREATE_FLOW_TABLE_OUT_SIZE];
	u8 *ctx = IFC_PTR(create_flow_table_in, in, flow_table_context);
	struct span sp = SPAN(s->cmd->trace);
	int err;

	set_table(in, MLX5_CMD_OP_CREATE_FLOW_TABLE, ft);
	IFC_SET(flow_table_context, ctx, level, ft->level);
	IFC_SET(flow_table_context, ctx, log_size, (u32)__builtin_ctz(ft->max_fte));
	set_miss(ctx, next_ft);
	err = mlx5_cmd_exec(s->cmd, in, sizeof in, out, sizeof out);
	if (!err)
		ft->id = IFC_GET(create_flow_table_out, out, table_id);
	return span_end(&sp, err);
}

int mlx5_cmd_destroy_flow_table(struct mlx5_steering *s, const struct mlx5_flow_table *ft)
{
	u8 in[SIMPLE_SIZE] = { 0 };

	set_table(in, MLX5_CMD_OP_DESTROY_FLOW_TABLE, ft);
	return exec_simple(s, in, sizeof in);
}

int mlx5_cmd_modify_flow_table(struct mlx5_steering *s, const struct mlx5_flow_table *ft,
			       const struct mlx5_flow_table *next_ft)
{
	u8 in[IFC_MODIFY_FLOW_TABLE_IN_SIZE] = { 0 };

	set_table(in, MLX5_CMD_OP_MODIFY_FLOW_TABLE, ft);
	IFC_SET(modify_flow_table_in, in, modify_field_select, 1);
	set_miss(IFC_PTR(modify_flow_table_in, in, flow_table_context), next_ft);
	return exec_simple(s, in, sizeof in);
}

int mlx5_cmd_update_root_ft(struct mlx5_steering *s, const struct mlx5_flow_table *ft)
{
	u8 in[IFC_SET_FLOW_TABLE_ROOT_IN_SIZE] = { 0 };

	set_table(in, MLX5_CMD_OP_SET_FLOW_TABLE_ROOT, ft);
	return exec_simple(s, in, sizeof in);
}

int mlx5_cmd_create_flow_group(struct mlx5_steering *s, struct mlx5_flow_group *fg)
{
	u8 in[IFC_CREATE_FLOW_GROUP_IN_SIZE] = { 0 }, out[IFC_CREATE_FLOW_GROUP_OUT_SIZE];
	u8 *criteria = IFC_PTR(create_flow_group_in, in, match_criteria);
	const u8 *misc = fg->mask->bytes + IFC_OFF_fte_match_param__misc_parameters;
	struct span sp = SPAN(s->cmd->trace);
	int err;

	set_table(in, MLX5_CMD_OP_CREATE_FLOW_GROUP, fg->ft);
	IFC_SET(create_flow_group_in, in, start_flow_index, fg->start);
	IFC_SET(create_flow_group_in, in, end_flow_index, fg->start + fg->max_ftes - 1);
	IFC_SET(create_flow_group_in, in, match_criteria_enable, fg->mask->enable);
	IFC_SET(create_flow_group_in, in, source_eswitch_owner_vhca_id_valid,
		IFC_GET(fte_match_set_misc, misc, source_eswitch_owner_vhca_id) != 0);
	memcpy(criteria, fg->mask->bytes, sizeof fg->mask->bytes);
	err = mlx5_cmd_exec(s->cmd, in, sizeof in, out, sizeof out);
	if (!err)
		fg->id = IFC_GET(create_flow_group_out, out, group_id);
	span_note(&sp, "group", "%u: entries %u to %u of table %u", fg->id, fg->start,
		  fg->start + fg->max_ftes - 1, fg->ft->id);
	return span_end(&sp, err);
}

int mlx5_cmd_destroy_flow_group(struct mlx5_steering *s, const struct mlx5_flow_group *fg)
{
	u8 in[IFC_DESTROY_FLOW_GROUP_IN_SIZE] = { 0 };

	set_table(in, MLX5_CMD_OP_DESTROY_FLOW_GROUP, fg->ft);
	IFC_SET(destroy_flow_group_in, in, group_id, fg->id);
	return exec_simple(s, in, sizeof in);
}

static const struct {
	u32 bit;
	const char *name;
} action_names[] = {
	{ MLX5_FLOW_CONTEXT_ACTION_ALLOW, "ALLOW" },
	{ MLX5_FLOW_CONTEXT_ACTION_DROP, "DROP" },
	{ MLX5_FLOW_CONTEXT_ACTION_FWD_DEST, "FWD_DEST" },
	{ MLX5_FLOW_CONTEXT_ACTION_COUNT, "COUNT" },
	{ MLX5_FLOW_CONTEXT_ACTION_MOD_HDR, "MOD_HDR" },
	{ MLX5_FLOW_CONTEXT_ACTION_VLAN_POP, "VLAN_POP" },
	{ MLX5_FLOW_CONTEXT_ACTION_VLAN_PUSH, "VLAN_PUSH" },
	{ MLX5_FLOW_CONTEXT_ACTION_VLAN_POP_2, "VLAN_POP_2" },
	{ MLX5_FLOW_CONTEXT_ACTION_VLAN_PUSH_2, "VLAN_PUSH_2" },
};

static void note_dest(struct text *t, const struct mlx5_flow_destination *dest)
{
	switch (dest->type) {
	case MLX5_DEST_VPORT:
	case MLX5_DEST_UPLINK:
		if (dest->vport.num == MLX5_VPORT_UPLINK)
			text_put(t, "uplink");
		else
			text_putf(t, "vport %u", dest->vport.num);
		break;
	case MLX5_DEST_FLOW_TABLE:
		text_putf(t, "table %u", dest->ft->id);
		break;
	case MLX5_DEST_TIR:
		text_putf(t, "TIR %u", dest->id);
		break;
	}
}

static void note_fte(struct span *sp, const struct mlx5_flow_group *fg, u32 index,
		     const struct mlx5_flow_spec *spec, const struct mlx5_flow_act *act,
		     const struct mlx5_flow_destination *dest, unsigned int n_dests)
{
	struct text t;

	span_note(sp, "where", "table %u, group %u, index %u", fg->ft->id, fg->id, index);
	text_init(&t);
	for (size_t i = 0; i < ARRAY_SIZE(action_names); i++) {
		if (act->action & action_names[i].bit)
			text_putf(&t, "%s%s", t.len ? "|" : "", action_names[i].name);
	}
	span_note(sp, "action", "0x%x (%s)", act->action, t.s);
	text_clear(&t);
	ifc_match_format(&t, spec->match_criteria, spec->match_value);
	span_note(sp, "match", "%s", t.s);
	text_clear(&t);
	for (unsigned int i = 0; i < n_dests; i++) {
		text_put(&t, i ? ", " : "");
		note_dest(&t, &dest[i]);
	}
	if (n_dests)
		span_note(sp, "destinations", "%s", t.s);
	if (act->action & MLX5_FLOW_CONTEXT_ACTION_COUNT)
		span_note(sp, "counter", "%u", act->counter_id);
	if (act->action & MLX5_FLOW_CONTEXT_ACTION_MOD_HDR)
		span_note(sp, "modify header", "%u", act->modify_hdr_id);
	text_fini(&t);
}

static void set_dest(u8 *p, const struct mlx5_flow_destination *dest)
{
	u32 id = dest->type == MLX5_DEST_FLOW_TABLE ? dest->ft->id
		 : dest->type == MLX5_DEST_TIR	    ? dest->id
						    : dest->vport.num;

	IFC_SET(dest_format_struct, p, destination_type, dest->type);
	IFC_SET(dest_format_struct, p, destination_id, id);
	if (dest->type == MLX5_DEST_VPORT && dest->vport.vhca_id_valid) {
		IFC_SET(dest_format_struct, p, destination_eswitch_owner_vhca_id_valid, 1);
		IFC_SET(dest_format_struct, p, destination_eswitch_owner_vhca_id,
			dest->vport.vhca_id);
	}
}

static void set_vlan(u8 *p, const struct mlx5_flow_act *act, unsigned int i)
{
	IFC_SET(vlan, p, ethtype, act->vlan[i].ethtype);
	IFC_SET(vlan, p, prio, act->vlan[i].prio);
	IFC_SET(vlan, p, vid, act->vlan[i].vid);
}

static void set_context(u8 *ctx, const struct mlx5_flow_group *fg,
			const struct mlx5_flow_spec *spec, const struct mlx5_flow_act *act)
{
	u8 *value = IFC_PTR(flow_context, ctx, match_value);

	IFC_SET(flow_context, ctx, group_id, fg->id);
	IFC_SET(flow_context, ctx, flow_tag, act->flow_tag);
	IFC_SET(flow_context, ctx, action, act->action);
	IFC_SET(flow_context, ctx, flow_source, spec->flow_source);
	if (act->action & MLX5_FLOW_CONTEXT_ACTION_MOD_HDR)
		IFC_SET(flow_context, ctx, modify_header_id, act->modify_hdr_id);
	if (act->action & MLX5_FLOW_CONTEXT_ACTION_VLAN_PUSH)
		set_vlan(ctx + IFC_LOC_OFF(IFC_LOC_flow_context__push_vlan), act, 0);
	if (act->action & MLX5_FLOW_CONTEXT_ACTION_VLAN_PUSH_2)
		set_vlan(ctx + IFC_LOC_OFF(IFC_LOC_flow_context__push_vlan_2), act, 1);
	for (u32 left = fg->mask->enable & FS_SECTIONS_ALL; left; left &= left - 1) {
		size_t off = fs_section_off(left);

		memcpy(value + off, spec->match_value + off, FS_SECTION_SIZE);
	}
}

/* Forward destinations first, then the counter in a slot of the same size. */
static int mlx5_cmd_set_fte(struct mlx5_steering *s, const struct mlx5_flow_group *fg, u32 index,
			    const struct mlx5_flow_spec *spec, const struct mlx5_flow_act *act,
			    const struct mlx5_flow_destination *dest, unsigned int n_dests)
{
	u8 in[IFC_SET_FTE_IN_SIZE + DESTS_MAX * DEST_SIZE], out[IFC_SET_FTE_OUT_SIZE];
	bool has_counter = act->action & MLX5_FLOW_CONTEXT_ACTION_COUNT;
	size_t size = IFC_SET_FTE_IN_SIZE + (n_dests + has_counter) * DEST_SIZE;
	u8 *ctx = IFC_PTR(set_fte_in, in, flow_context), *p;
	struct span sp = SPAN(s->cmd->trace);

	if (span_is_on(&sp))
		note_fte(&sp, fg, index, spec, act, dest, n_dests);
	memset(in, 0, size);
	set_table(in, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, fg->ft);
	IFC_SET(set_fte_in, in, ignore_flow_level, act->ignore_flow_level);
	IFC_SET(set_fte_in, in, flow_index, index);
	set_context(ctx, fg, spec, act);
	p = IFC_PTR(flow_context, ctx, destination);
	for (unsigned int i = 0; i < n_dests; i++, p += DEST_SIZE)
		set_dest(p, &dest[i]);
	IFC_SET(flow_context, ctx, destination_list_size, n_dests);
	if (has_counter) {
		IFC_SET(flow_counter_list, p, flow_counter_id, act->counter_id);
		IFC_SET(flow_context, ctx, flow_counter_list_size, 1);
	}
	return span_end(&sp, mlx5_cmd_exec(s->cmd, in, size, out, sizeof out));
}

int mlx5_cmd_create_fte(struct mlx5_steering *s, const struct mlx5_flow_group *fg, u32 index,
			const struct mlx5_flow_spec *spec, const struct mlx5_flow_act *act,
			const struct mlx5_flow_destination *dest, unsigned int n_dests)
{
	struct span sp = SPAN(s->cmd->trace);

	return span_end(&sp, mlx5_cmd_set_fte(s, fg, index, spec, act, dest, n_dests));
}

int mlx5_cmd_delete_fte(struct mlx5_steering *s, const struct mlx5_flow_table *ft, u32 index)
{
	u8 in[IFC_DELETE_FTE_IN_SIZE] = { 0 };
	struct span sp = SPAN(s->cmd->trace);

	set_table(in, MLX5_CMD_OP_DELETE_FLOW_TABLE_ENTRY, ft);
	IFC_SET(delete_fte_in, in, flow_index, index);
	return span_end(&sp, exec_simple(s, in, sizeof in));
}

int mlx5_cmd_fc_bulk_alloc(struct mlx5_steering *s, u8 bulk_mask, u32 *id)
{
	u8 in[IFC_ALLOC_FLOW_COUNTER_IN_SIZE] = { 0 }, out[IFC_ALLOC_FLOW_COUNTER_OUT_SIZE];
	int err;

	IFC_SET(alloc_flow_counter_in, in, opcode, MLX5_CMD_OP_ALLOC_FLOW_COUNTER);
	IFC_SET(alloc_flow_counter_in, in, flow_counter_bulk, bulk_mask);
	err = mlx5_cmd_exec(s->cmd, in, sizeof in, out, sizeof out);
	if (!err)
		*id = IFC_GET(alloc_flow_counter_out, out, flow_counter_id);
	return err;
}

int mlx5_cmd_fc_free(struct mlx5_steering *s, u32 id)
{
	u8 in[IFC_DEALLOC_FLOW_COUNTER_IN_SIZE] = { 0 };

	IFC_SET(dealloc_flow_counter_in, in, opcode, MLX5_CMD_OP_DEALLOC_FLOW_COUNTER);
	IFC_SET(dealloc_flow_counter_in, in, flow_counter_id, id);
	return exec_simple(s, in, sizeof in);
}

int mlx5_cmd_fc_bulk_query(struct mlx5_steering *s, u32 base, u32 n, void *out)
{
	u8 in[IFC_QUERY_FLOW_COUNTER_IN_SIZE] = { 0 };

	IFC_SET(query_flow_counter_in, in, opcode, MLX5_CMD_OP_QUERY_FLOW_COUNTER);
	IFC_SET(query_flow_counter_in, in, num_of_counters, n);
	IFC_SET(query_flow_counter_in, in, flow_counter_id, base);
	return mlx5_cmd_exec(s->cmd, in, sizeof in, out, FS_FC_QUERY_SIZE(n));
}

int mlx5_cmd_modify_header_alloc(struct mlx5_steering *s, u8 table_type, const void *actions,
				 unsigned int n, u32 *id)
{
	u8 in[IFC_ALLOC_MODIFY_HEADER_CONTEXT_IN_SIZE + FS_MODIFY_MAX * FS_MODIFY_SIZE];
	u8 out[IFC_ALLOC_MODIFY_HEADER_CONTEXT_OUT_SIZE];
	size_t size = IFC_ALLOC_MODIFY_HEADER_CONTEXT_IN_SIZE + n * FS_MODIFY_SIZE;
	struct span sp = SPAN(s->cmd->trace);
	int err;

	memset(in, 0, IFC_ALLOC_MODIFY_HEADER_CONTEXT_IN_SIZE);
	IFC_SET(alloc_modify_header_context_in, in, opcode,
		MLX5_CMD_OP_ALLOC_MODIFY_HEADER_CONTEXT);
	IFC_SET(alloc_modify_header_context_in, in, table_type, table_type);
	IFC_SET(alloc_modify_header_context_in, in, num_of_actions, n);
	memcpy(IFC_PTR(alloc_modify_header_context_in, in, actions), actions, n * FS_MODIFY_SIZE);
	err = mlx5_cmd_exec(s->cmd, in, size, out, sizeof out);
	if (!err)
		*id = IFC_GET(alloc_modify_header_context_out, out, modify_header_id);
	span_note(&sp, "actions", "%u", n);
	return span_end(&sp, err);
}

int mlx5_cmd_modify_header_dealloc(struct mlx5_steering *s, u32 id)
{
	u8 in[IFC_DEALLOC_MODIFY_HEADER_CONTEXT_IN_SIZE] = { 0 };

	IFC_SET(dealloc_modify_header_context_in, in, opcode,
		MLX5_CMD_OP_DEALLOC_MODIFY_HEADER_CONTEXT);
	IFC_SET(dealloc_modify_header_context_in, in, modify_header_id, id);
	return exec_simple(s, in, sizeof in);
}
