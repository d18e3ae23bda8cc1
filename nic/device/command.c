/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Executing a command: its lengths and reserved bits first, then its handler. Which bits are
 * reserved follows from the layouts: those that no field covers.
 */
#include "nic/device/device_internal.h"

#include "base/alloc.h"
#include "nic/device/fault.h"

#include <errno.h>
#include <string.h>

static size_t fte_more(const uint8_t *in)
{
	const uint8_t *ctx = IFC_PTR(set_fte_in, in, flow_context);
	bool extended = IFC_GET(flow_context, ctx, extended_destination);
	size_t n = (size_t)IFC_GET(flow_context, ctx, destination_list_size) +
		   IFC_GET(flow_context, ctx, flow_counter_list_size);

	return n * (extended ? IFC_EXTENDED_DEST_FORMAT_SIZE : IFC_DEST_FORMAT_STRUCT_SIZE);
}

static size_t modify_header_more(const uint8_t *in)
{
	return (size_t)IFC_GET(alloc_modify_header_context_in, in, num_of_actions) *
	       IFC_SET_ACTION_IN_SIZE;
}

/* The layout has the first two bytes of the header. A size below is refused by the handler. */
static size_t reformat_more(const uint8_t *in)
{
	const uint8_t *ctx = IFC_PTR(alloc_packet_reformat_context_in, in, packet_reformat_context);
	size_t n = IFC_GET(packet_reformat_context_in, ctx, reformat_data_size);

	return n > 2 ? n - 2 : 0;
}

static size_t counter_more(const uint8_t *in)
{
	size_t n = IFC_GET(query_flow_counter_in, in, num_of_counters);

	return (n ? n : 1) * IFC_TRAFFIC_COUNTER_SIZE;
}

/* clang-format off */
const struct nic_command_row nic_commands_steering[] = {
	NIC_COMMAND(SET_FLOW_TABLE_ENTRY, 2, SET_FTE, SET_FTE, false, nic_entry_set, fte_more, NULL),
	NIC_COMMAND(DELETE_FLOW_TABLE_ENTRY, 1, DELETE_FTE, DELETE_FTE, false, nic_entry_delete, NULL, NULL),
	NIC_COMMAND(QUERY_FLOW_TABLE_ENTRY, 1, QUERY_FTE, QUERY_FTE, false, nic_entry_query, NULL, NULL),
	NIC_COMMAND(ALLOC_FLOW_COUNTER, 1, ALLOC_FLOW_COUNTER, ALLOC_FLOW_COUNTER, false, nic_counter_alloc, NULL, NULL),
	NIC_COMMAND(DEALLOC_FLOW_COUNTER, 1, DEALLOC_FLOW_COUNTER, DEALLOC_FLOW_COUNTER, false, nic_counter_dealloc, NULL, NULL),
	NIC_COMMAND(QUERY_FLOW_COUNTER, 1, QUERY_FLOW_COUNTER, QUERY_FLOW_COUNTER, false, nic_counter_query, NULL, counter_more),
	NIC_COMMAND(CREATE_FLOW_TABLE, 1, CREATE_FLOW_TABLE, CREATE_FLOW_TABLE, true, nic_table_create, NULL, NULL),
	NIC_COMMAND(DESTROY_FLOW_TABLE, 1, DESTROY_FLOW_TABLE, DESTROY_FLOW_TABLE, true, nic_table_destroy, NULL, NULL),
	NIC_COMMAND(MODIFY_FLOW_TABLE, 1, MODIFY_FLOW_TABLE, MODIFY_FLOW_TABLE, true, nic_table_modify, NULL, NULL),
	NIC_COMMAND(QUERY_FLOW_TABLE, 1, QUERY_FLOW_TABLE, QUERY_FLOW_TABLE, false, nic_table_query, NULL, NULL),
	NIC_COMMAND(SET_FLOW_TABLE_ROOT, 2, SET_FLOW_TABLE_ROOT, SET_FLOW_TABLE_ROOT, true, nic_table_set_root, NULL, NULL),
	NIC_COMMAND(CREATE_FLOW_GROUP, 1, CREATE_FLOW_GROUP, CREATE_FLOW_GROUP, false, nic_group_create, NULL, NULL),
	NIC_COMMAND(DESTROY_FLOW_GROUP, 1, DESTROY_FLOW_GROUP, DESTROY_FLOW_GROUP, false, nic_group_destroy, NULL, NULL),
	NIC_COMMAND(QUERY_FLOW_GROUP, 1, QUERY_FLOW_GROUP, QUERY_FLOW_GROUP, false, nic_group_query, NULL, NULL),
	NIC_COMMAND(ALLOC_MODIFY_HEADER_CONTEXT, 1, ALLOC_MODIFY_HEADER_CONTEXT, ALLOC_MODIFY_HEADER_CONTEXT, false, nic_modify_header_alloc, modify_header_more, NULL),
	NIC_COMMAND(DEALLOC_MODIFY_HEADER_CONTEXT, 1, DEALLOC_MODIFY_HEADER_CONTEXT, DEALLOC_MODIFY_HEADER_CONTEXT, false, nic_modify_header_dealloc, NULL, NULL),
	NIC_COMMAND(ALLOC_PACKET_REFORMAT_CONTEXT, 1, ALLOC_PACKET_REFORMAT_CONTEXT, ALLOC_PACKET_REFORMAT_CONTEXT, false, nic_reformat_alloc, reformat_more, NULL),
	NIC_COMMAND(DEALLOC_PACKET_REFORMAT_CONTEXT, 1, DEALLOC_PACKET_REFORMAT_CONTEXT, DEALLOC_PACKET_REFORMAT_CONTEXT, false, nic_reformat_dealloc, NULL, NULL),
	{ 0 },
};
/* clang-format on */

static const struct nic_command_row *const tables[] = { nic_commands_steering, nic_commands_queues,
							nic_commands_function };

/* ---- reserved bits ---- */

/* Clears in @mask what the fields of a layout cover. */
static void clear_fields(uint8_t *mask, const struct ifc_struct *s)
{
	for (const struct ifc_field *f = s->fields; f->name; f++) {
		size_t off = IFC_LOC_OFF(f->loc);

		if (off >= s->size)
			continue; /* what follows the structure */
		if (!f->size)
			ifc_set(mask, f->loc, 0);
		else if (f->sub)
			clear_fields(mask + off, f->sub);
		else
			memset(mask + off, 0, f->size);
	}
}

void nic_layout_reserved(uint8_t *mask, const struct ifc_struct *layout)
{
	memset(mask, 0xff, layout->size);
	clear_fields(mask, layout);
}

static void set_element_masks(struct nic_device *dev)
{
	static const char *const layouts[NIC_N_ELEMENTS] = {
		[NIC_ELEMENT_DEST] = "dest_format_struct",
		[NIC_ELEMENT_EXTENDED_DEST] = "extended_dest_format",
		[NIC_ELEMENT_COUNTER] = "flow_counter_list",
		[NIC_ELEMENT_SET] = "set_action_in",
		[NIC_ELEMENT_ADD] = "add_action_in",
		[NIC_ELEMENT_COPY] = "copy_action_in",
	};

	for (size_t i = 0; i < NIC_N_ELEMENTS; i++)
		nic_layout_reserved(dev->element_reserved[i], ifc_struct_find(layouts[i]));
}

static int add_row(struct nic_device *dev, const struct nic_command_row *row)
{
	const struct ifc_struct *layout = mlx5_opcode_layout(row->opcode, true);
	uint8_t *reserved = mem_new(row->in_size);

	if (!reserved)
		return -ENOMEM;
	nic_layout_reserved(reserved, layout);
	dev->reserved[row->opcode] = reserved;
	dev->rows[row->opcode] = row;
	return 0;
}

int nic_commands_init(struct nic_device *dev)
{
	int err = 0;

	set_element_masks(dev);
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		for (const struct nic_command_row *r = tables[i]; r->opcode && !err; r++)
			err = add_row(dev, r);
	}
	return err;
}

void nic_commands_fini(struct nic_device *dev)
{
	for (size_t i = 0; i < NIC_OPCODES_MAX; i++)
		mem_free(dev->reserved[i]);
}

/* ---- execution ---- */

static enum nic_syndrome check_lengths(const struct nic_command_row *cmd,
				       const struct nic_command *c)
{
	if (c->in_size < cmd->in_size ||
	    (!(cmd->open & NIC_OPEN_IN) &&
	     c->in_size != cmd->in_size + (cmd->in_more ? cmd->in_more(c->in) : 0)))
		return NIC_SYN_IN_LENGTH;
	if (c->out_size < cmd->out_size ||
	    (!(cmd->open & NIC_OPEN_OUT) &&
	     c->out_size != cmd->out_size + (cmd->out_more ? cmd->out_more(c->in) : 0)))
		return NIC_SYN_OUT_LENGTH;
	return NIC_SYN_NONE;
}

/* Which word tells of the state that the function is in: what a driver should have done before. */
static enum nic_syndrome check_state(const struct nic_command_row *cmd,
				     const struct nic_device *dev)
{
	static const enum nic_syndrome syndromes[] = {
		[NIC_FUNCTION_DISABLED] = NIC_SYN_STATE_DISABLED,
		[NIC_FUNCTION_ENABLED] = NIC_SYN_STATE_ENABLED,
		[NIC_FUNCTION_READY] = NIC_SYN_STATE_READY,
		[NIC_FUNCTION_INITIALISED] = NIC_SYN_STATE_INITIALISED,
	};
	unsigned int states = cmd->states ? cmd->states : NIC_STATE(INITIALISED);

	return states >> dev->function.state & 1 ? NIC_SYN_NONE : syndromes[dev->function.state];
}

static enum nic_syndrome execute(struct nic_command *c)
{
	const struct nic_command_row *cmd;
	uint32_t opcode;
	enum nic_syndrome s;

	if (c->in_size < 4)
		return NIC_SYN_IN_LENGTH;
	opcode = IFC_GET(cmd_in, c->in, opcode);
	cmd = opcode < NIC_OPCODES_MAX ? c->dev->rows[opcode] : NULL;
	if (!cmd)
		return NIC_SYN_OPCODE;
	s = check_lengths(cmd, c);
	if (s)
		return s;
	if (nic_bytes_meet(c->in, c->dev->reserved[opcode], cmd->in_size))
		return NIC_SYN_RESERVED;
	if (cmd->op_mods && IFC_GET(cmd_in, c->in, op_mod) >= cmd->op_mods)
		return NIC_SYN_OP_MOD;
	s = check_state(cmd, c->dev);
	if (s)
		return s;
	s = cmd->run(c);
	if (!s && cmd->changes)
		nic_cache_flush(c->dev);
	return s;
}

static int errno_of(enum mlx5_cmd_status status)
{
	switch (status) {
	case MLX5_CMD_STAT_OK:
		return 0;
	case MLX5_CMD_STAT_INT_ERR:
	case MLX5_CMD_STAT_BAD_SYS_STATE_ERR:
	case MLX5_CMD_STAT_BAD_INP_LEN_ERR:
	case MLX5_CMD_STAT_BAD_OUTP_LEN_ERR:
		return -EIO;
	case MLX5_CMD_STAT_RES_BUSY:
		return -EBUSY;
	case MLX5_CMD_STAT_LIM_ERR:
		return -ENOMEM;
	case MLX5_CMD_STAT_NO_RES_ERR:
		return -EAGAIN;
	case MLX5_CMD_STAT_BAD_OP_ERR:
	case MLX5_CMD_STAT_BAD_PARAM_ERR:
	case MLX5_CMD_STAT_BAD_RES_ERR:
	case MLX5_CMD_STAT_BAD_RES_STATE_ERR:
	case MLX5_CMD_STAT_IX_ERR:
	case MLX5_CMD_STAT_BAD_QP_STATE_ERR:
	case MLX5_CMD_STAT_BAD_PKT_ERR:
	case MLX5_CMD_STAT_BAD_SIZE_OUTS_CQES_ERR:
		return -EINVAL;
	}
	return -EINVAL;
}

static const char *name_of(uint32_t opcode)
{
	const char *name = mlx5_opcode_name((uint16_t)opcode);

	return name ? name : "unknown command";
}

static void note_command(struct span *sp, const struct nic_command *c, uint32_t opcode)
{
	const struct ifc_struct *layout = mlx5_opcode_layout((uint16_t)opcode, true);
	struct text t;

	span_note(sp, "opcode", "%s (0x%x)", name_of(opcode), opcode);
	if (opcode == MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY && c->in_size >= IFC_SET_FTE_IN_SIZE) {
		const uint8_t *ctx = IFC_PTR(set_fte_in, c->in, flow_context);

		span_note(sp, "table", "%u", IFC_GET(set_fte_in, c->in, table_id));
		span_note(sp, "group", "%u", IFC_GET(flow_context, ctx, group_id));
		span_note(sp, "index", "%u", IFC_GET(set_fte_in, c->in, flow_index));
	}
	if (!layout)
		return;
	text_init(&t);
	ifc_format(&t, layout, c->in, c->in_size);
	span_note(sp, "in", "%s", t.s);
	text_fini(&t);
}

/* @fault: NULL: the device's own reason @s. */
static int refuse(struct nic_command *c, uint32_t opcode, enum nic_syndrome s,
		  const struct nic_fault *fault, struct span *sp)
{
	uint8_t status = fault ? fault->status : (uint8_t)nic_syndrome_status(s);
	uint32_t syndrome = fault ? fault->syndrome : NIC_SYNDROME_BASE + s;
	const char *words = nic_syndrome_words(syndrome);

	memset(c->out, 0, c->out_size);
	IFC_SET(cmd_out, c->out, status, status);
	IFC_SET(cmd_out, c->out, syndrome, syndrome);
	c->dev->n_bad_commands++;
	if (!words)
		words = nic_syndrome_text(NIC_SYN_INJECTED);
	span_note(sp, "status", "%s (0x%x)", mlx5_cmd_status_name(status), status);
	span_note(sp, "syndrome", "0x%x: %s", syndrome, words);
	return trace_refuse(c->dev->trace, errno_of((enum mlx5_cmd_status)status), name_of(opcode),
			    "%s", words);
}

int nic_device_exec(void *device, const void *in, size_t in_size, void *out, size_t out_size)
{
	struct nic_device *dev = device;
	struct nic_command c = { dev, in, out, in_size, out_size };
	uint32_t opcode = in_size >= 4 ? IFC_GET(cmd_in, in, opcode) : 0;
	const struct nic_fault *fault;
	uint64_t started_ns;
	enum nic_syndrome s;
	struct span sp;
	int err = 0;

	if (out_size < NIC_OUT_SIZE_MIN)
		return -EINVAL;
	sp = SPAN_NAMED(dev->trace, "nic_device_exec");
	if (span_is_on(&sp))
		note_command(&sp, &c, opcode);
	memset(out, 0, out_size);
	dev->n_commands++;
	started_ns = nic_log_now(dev);
	fault = nic_fault_due(&c, opcode);
	s = fault ? NIC_SYN_INJECTED : execute(&c);
	if (s)
		err = refuse(&c, opcode, s, fault, &sp);
	else
		span_note(&sp, "status", "%s", mlx5_cmd_status_name(MLX5_CMD_STAT_OK));
	if (UNLIKELY(dev->log))
		nic_log_add(dev, &c, started_ns, fault);
	span_end(&sp, err);
	return 0;
}
