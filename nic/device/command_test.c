/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands against the device: lengths, reserved bits, every reason to refuse, what is busy when.
 */
#include "nic/device/device_internal.h"

#include "base/alloc.h"
#include "nic/device/fault.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

struct cmd {
	uint8_t in[0x500];
	size_t in_size, out_size;
};

static uint8_t out[0x1010 + 0x1000];

static uint32_t run(struct nic_device *dev, const struct cmd *c)
{
	assert_int_equal(nic_device_exec(dev, c->in, c->in_size, out, c->out_size), 0);
	return IFC_GET(cmd_out, out, syndrome);
}

static void run_ok(struct nic_device *dev, const struct cmd *c)
{
	uint32_t s = run(dev, c);

	if (s)
		fail_msg("%s: %s", mlx5_opcode_name((uint16_t)IFC_GET(cmd_in, c->in, opcode)),
			 nic_syndrome_words(s));
}

static void start(struct cmd *c, uint16_t opcode)
{
	memset(c, 0, sizeof *c);
	IFC_SET(cmd_in, c->in, opcode, opcode);
	c->in_size = mlx5_opcode_layout(opcode, true)->size;
	c->out_size = mlx5_opcode_layout(opcode, false)->size;
}

static void on_table(struct cmd *c, uint16_t opcode, uint32_t type, uint32_t table)
{
	start(c, opcode);
	IFC_SET(set_fte_in, c->in, table_type, type);
	IFC_SET(set_fte_in, c->in, table_id, table);
}

/* ---- a small world of objects, made in this order ---- */

enum {
	T_FIRST = 1,
	T_SECOND,
	T_EMPTY,
	T_ACL,
	T_TUNNEL,
	T_TERMINATION,
	T_NIC, /* made by one test only */
	G_FIRST = 1,
	G_SECOND,
	G_TUNNEL,
	G_TERMINATION,
	G_NIC,
	M_FDB = 1,
	M_ACL,
	M_FREE,
	R_USED = 1,
	R_DECAP,
	R_FREE
};
#define C_USED 128
#define C_FREE 129
#define BULK   256
#define FDB    MLX5_TABLE_FDB
#define ACL    MLX5_TABLE_ESW_INGRESS_ACL

static void make_create_table(struct cmd *c)
{
	uint8_t *ctx;

	start(c, MLX5_CMD_OP_CREATE_FLOW_TABLE);
	IFC_SET(create_flow_table_in, c->in, table_type, FDB);
	ctx = IFC_PTR(create_flow_table_in, c->in, flow_table_context);
	IFC_SET(flow_table_context, ctx, log_size, 4);
	IFC_SET(flow_table_context, ctx, level, 1);
}

static void make_destroy_table(struct cmd *c)
{
	on_table(c, MLX5_CMD_OP_DESTROY_FLOW_TABLE, FDB, T_EMPTY);
}

static void make_modify_table(struct cmd *c)
{
	uint8_t *ctx;

	on_table(c, MLX5_CMD_OP_MODIFY_FLOW_TABLE, FDB, T_EMPTY);
	IFC_SET(modify_flow_table_in, c->in, modify_field_select, 1);
	ctx = IFC_PTR(modify_flow_table_in, c->in, flow_table_context);
	IFC_SET(flow_table_context, ctx, table_miss_action, 1);
	IFC_SET(flow_table_context, ctx, table_miss_id, T_SECOND);
}

static void make_query_table(struct cmd *c)
{
	on_table(c, MLX5_CMD_OP_QUERY_FLOW_TABLE, FDB, T_FIRST);
}

static void make_set_root(struct cmd *c)
{
	on_table(c, MLX5_CMD_OP_SET_FLOW_TABLE_ROOT, FDB, T_FIRST);
}

static void make_create_group(struct cmd *c)
{
	uint8_t *mask;

	on_table(c, MLX5_CMD_OP_CREATE_FLOW_GROUP, FDB, T_SECOND);
	IFC_SET(create_flow_group_in, c->in, end_flow_index, 7);
	IFC_SET(create_flow_group_in, c->in, match_criteria_enable, 1);
	mask = IFC_PTR(create_flow_group_in, c->in, match_criteria);
	IFC_SET(fte_match_set_lyr_2_4, mask, dmac_47_16, 0xffffffff);
}

static void make_destroy_group(struct cmd *c)
{
	on_table(c, MLX5_CMD_OP_DESTROY_FLOW_GROUP, FDB, T_FIRST);
	IFC_SET(destroy_flow_group_in, c->in, group_id, G_SECOND);
}

static void make_query_group(struct cmd *c)
{
	on_table(c, MLX5_CMD_OP_QUERY_FLOW_GROUP, FDB, T_FIRST);
	IFC_SET(destroy_flow_group_in, c->in, group_id, G_FIRST);
}

/* To @dests destinations and @counters counters, which the caller fills behind the context. */
static uint8_t *make_fte(struct cmd *c, uint32_t action, uint32_t dests, uint32_t counters)
{
	uint8_t *ctx;

	on_table(c, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, FDB, T_FIRST);
	IFC_SET(set_fte_in, c->in, flow_index, 1);
	ctx = IFC_PTR(set_fte_in, c->in, flow_context);
	IFC_SET(flow_context, ctx, group_id, G_FIRST);
	IFC_SET(flow_context, ctx, action, action);
	IFC_SET(flow_context, ctx, destination_list_size, dests);
	IFC_SET(flow_context, ctx, flow_counter_list_size, counters);
	c->in_size += ((size_t)dests + counters) * 8;
	return c->in + IFC_SET_FTE_IN_SIZE;
}

static void make_set_fte(struct cmd *c)
{
	uint8_t *d = make_fte(c, 0xc, 1, 1);

	IFC_SET(dest_format_struct, d, destination_id, 1);
	IFC_SET(flow_counter_list, d + 8, flow_counter_id, C_FREE);
}

static void make_set_fte_table(struct cmd *c)
{
	uint8_t *d = make_fte(c, 0x4, 1, 0);

	IFC_SET(dest_format_struct, d, destination_type, MLX5_DEST_FLOW_TABLE);
	IFC_SET(dest_format_struct, d, destination_id, T_SECOND);
}

static void make_set_fte_tables(struct cmd *c)
{
	uint8_t *d = make_fte(c, 0x4, 2, 0);

	for (size_t i = 0; i < 2; i++) {
		IFC_SET(dest_format_struct, d + i * 8, destination_type, MLX5_DEST_FLOW_TABLE);
		IFC_SET(dest_format_struct, d + i * 8, destination_id, T_SECOND);
	}
}

static void make_set_fte_drop(struct cmd *c)
{
	make_fte(c, MLX5_FLOW_CONTEXT_ACTION_DROP, 0, 0);
}

static void make_set_fte_counters(struct cmd *c)
{
	uint8_t *d = make_fte(c, 0xa, 0, 2);

	IFC_SET(flow_counter_list, d, flow_counter_id, C_FREE);
	IFC_SET(flow_counter_list, d + 8, flow_counter_id, C_FREE);
}

static void make_set_fte_many(struct cmd *c)
{
	make_fte(c, 0x4, 5, 0);
}

/* Replaces all of the first entry by a drop. */
static void make_set_fte_modify(struct cmd *c)
{
	make_fte(c, MLX5_FLOW_CONTEXT_ACTION_DROP, 0, 0);
	IFC_SET(set_fte_in, c->in, op_mod, 1);
	IFC_SET(set_fte_in, c->in, flow_index, 0);
	IFC_SET(set_fte_in, c->in, modify_enable_mask, 0xf);
}

/* Extended destinations in the table of tunnels. */
static uint8_t *make_fte_extended(struct cmd *c, uint32_t dests)
{
	uint8_t *ctx, *d = make_fte(c, 0x4, dests, 0);

	ctx = IFC_PTR(set_fte_in, c->in, flow_context);
	IFC_SET(set_fte_in, c->in, table_id, T_TUNNEL);
	IFC_SET(flow_context, ctx, group_id, G_TUNNEL);
	IFC_SET(flow_context, ctx, extended_destination, 1);
	c->in_size += dests * 8;
	for (uint32_t i = 0; i < dests; i++) {
		IFC_SET(dest_format_struct, d + i * 16, destination_id, 1);
		IFC_SET(dest_format_struct, d + i * 16, packet_reformat, 1);
		IFC_SET(extended_dest_format, d + i * 16, packet_reformat_id, R_FREE);
	}
	return d;
}

static void make_set_fte_encaps(struct cmd *c)
{
	make_fte_extended(c, 2);
}

static void make_set_fte_many_encaps(struct cmd *c)
{
	make_fte_extended(c, 3);
}

static void make_set_fte_reformat(struct cmd *c)
{
	uint8_t *ctx, *d = make_fte(c, 0x14, 1, 0);

	IFC_SET(dest_format_struct, d, destination_id, 1);
	ctx = IFC_PTR(set_fte_in, c->in, flow_context);
	IFC_SET(set_fte_in, c->in, table_id, T_TUNNEL);
	IFC_SET(flow_context, ctx, group_id, G_TUNNEL);
	IFC_SET(flow_context, ctx, packet_reformat_id, R_FREE);
}

static void make_set_fte_termination(struct cmd *c)
{
	make_set_fte_reformat(c);
	IFC_SET(set_fte_in, c->in, table_id, T_TERMINATION);
	IFC_SET(flow_context, IFC_PTR(set_fte_in, c->in, flow_context), group_id, G_TERMINATION);
}

/* Destinations: two tables that terminate, and one where the packet goes on. */
static void make_set_fte_terminations(struct cmd *c)
{
	uint8_t *d = make_fte(c, 0x4, 3, 0);

	for (size_t i = 0; i < 3; i++) {
		IFC_SET(dest_format_struct, d + i * 8, destination_type, MLX5_DEST_FLOW_TABLE);
		IFC_SET(dest_format_struct, d + i * 8, destination_id,
			i == 1 ? T_SECOND : T_TERMINATION);
	}
}

static void make_alloc_reformat(struct cmd *c)
{
	static const uint8_t header[50] = "\x02\0\0\0\0\x22\x22\x90\x67\xa6\x0b\x4e\x08\0"
					  "\x45\0\0\0\0\0\0\0\x40\x11\0\0\xc0\xa8\1\1\xc0\xa8\1\2"
					  "\0\0\x12\xb5\0\0\0\0\x08\0\0\0\0\0\x2a";
	uint8_t *ctx;

	start(c, MLX5_CMD_OP_ALLOC_PACKET_REFORMAT_CONTEXT);
	ctx = IFC_PTR(alloc_packet_reformat_context_in, c->in, packet_reformat_context);
	IFC_SET(packet_reformat_context_in, ctx, reformat_data_size, sizeof header);
	memcpy(c->in + 0x22, header, sizeof header);
	c->in_size = 0x22 + sizeof header;
}

static void make_alloc_reformat_decap(struct cmd *c)
{
	uint8_t *ctx;

	make_alloc_reformat(c);
	ctx = IFC_PTR(alloc_packet_reformat_context_in, c->in, packet_reformat_context);
	IFC_SET(packet_reformat_context_in, ctx, reformat_type, MLX5_REFORMAT_L3_TUNNEL_TO_L2);
	IFC_SET(packet_reformat_context_in, ctx, reformat_data_size, ETH_HLEN_);
	c->in_size = 0x22 + ETH_HLEN_;
}

static void make_alloc_reformat_empty(struct cmd *c)
{
	start(c, MLX5_CMD_OP_ALLOC_PACKET_REFORMAT_CONTEXT);
}

static void make_alloc_reformat_big(struct cmd *c)
{
	make_alloc_reformat(c);
	IFC_SET(packet_reformat_context_in, c->in + 0x1c, reformat_data_size, 129);
	c->in_size = 0x22 + 129;
}

static void make_dealloc_reformat(struct cmd *c)
{
	start(c, MLX5_CMD_OP_DEALLOC_PACKET_REFORMAT_CONTEXT);
	IFC_SET(dealloc_packet_reformat_context_in, c->in, packet_reformat_id, R_FREE);
}

static void make_query_fte(struct cmd *c)
{
	on_table(c, MLX5_CMD_OP_QUERY_FLOW_TABLE_ENTRY, FDB, T_FIRST);
}

static void make_delete_fte(struct cmd *c)
{
	on_table(c, MLX5_CMD_OP_DELETE_FLOW_TABLE_ENTRY, FDB, T_FIRST);
}

static void make_alloc_counter(struct cmd *c)
{
	start(c, MLX5_CMD_OP_ALLOC_FLOW_COUNTER);
}

static void make_dealloc_counter(struct cmd *c)
{
	start(c, MLX5_CMD_OP_DEALLOC_FLOW_COUNTER);
	IFC_SET(dealloc_flow_counter_in, c->in, flow_counter_id, C_FREE);
}

static void make_query_counter(struct cmd *c)
{
	start(c, MLX5_CMD_OP_QUERY_FLOW_COUNTER);
	IFC_SET(query_flow_counter_in, c->in, flow_counter_id, C_USED);
	c->out_size += 16;
}

static void make_query_counters(struct cmd *c)
{
	make_query_counter(c);
	IFC_SET(query_flow_counter_in, c->in, num_of_counters, 32);
	c->out_size = 0x10 + 32 * 16;
}

static void make_alloc_modify_header(struct cmd *c)
{
	uint8_t *a = c->in + 0x10;

	start(c, MLX5_CMD_OP_ALLOC_MODIFY_HEADER_CONTEXT);
	IFC_SET(alloc_modify_header_context_in, c->in, table_type, FDB);
	IFC_SET(alloc_modify_header_context_in, c->in, num_of_actions, 3);
	c->in_size += 24;
	IFC_SET(set_action_in, a, action_type, MLX5_ACTION_SET);
	IFC_SET(set_action_in, a, field, MLX5_FIELD_METADATA_REG_C_0);
	IFC_SET(set_action_in, a, length, 16);
	IFC_SET(add_action_in, a + 8, action_type, MLX5_ACTION_ADD);
	IFC_SET(add_action_in, a + 8, field, MLX5_FIELD_OUT_IP_TTL);
	IFC_SET(add_action_in, a + 8, data, 0xff);
	IFC_SET(copy_action_in, a + 16, action_type, MLX5_ACTION_COPY);
	IFC_SET(copy_action_in, a + 16, src_field, MLX5_FIELD_METADATA_REG_C_1);
	IFC_SET(copy_action_in, a + 16, dst_field, MLX5_FIELD_METADATA_REG_B);
}

static void make_dealloc_modify_header(struct cmd *c)
{
	start(c, MLX5_CMD_OP_DEALLOC_MODIFY_HEADER_CONTEXT);
	IFC_SET(dealloc_modify_header_context_in, c->in, modify_header_id, M_FREE);
}

static void make_query_caps(struct cmd *c)
{
	start(c, MLX5_CMD_OP_QUERY_HCA_CAP);
}

static struct nic_device *device_new(struct trace *trace)
{
	struct nic_params params = { .n_vfs = 2, .trace = trace };
	struct nic_caps *caps = mem_new(sizeof *caps);
	struct nic_device *dev;
	uint8_t *esw = caps->eswitch_flow_table;

	nic_caps_default(caps);
	ifc_set(esw + 0x40, IFC_LOC_flow_table_prop_layout__log_max_destination, 2);
	IFC_SET(e_switch_cap, caps->eswitch, log_max_fdb_encap_uplink, 1);
	params.caps = caps;
	assert_int_equal(nic_device_new(&dev, &params), 0);
	mem_free(caps);
	return dev;
}

/* Tables with groups for tunnels, and an entry that uses a reformat context. */
static void fill_tunnels(struct nic_device *dev)
{
	struct cmd c;
	uint8_t *ctx = IFC_PTR(create_flow_table_in, c.in, flow_table_context);

	for (uint32_t i = 0; i < 2; i++) {
		make_create_table(&c);
		IFC_SET(flow_table_context, ctx, level, 4 + i);
		IFC_SET(flow_table_context, ctx, reformat_en, 1);
		IFC_SET(flow_table_context, ctx, decap_en, !i);
		IFC_SET(flow_table_context, ctx, termination_table, i);
		run_ok(dev, &c);
		make_create_group(&c);
		IFC_SET(create_flow_group_in, c.in, table_id, T_TUNNEL + i);
		run_ok(dev, &c);
	}
	for (uint32_t i = 0; i < 3; i++) {
		if (i == 1)
			make_alloc_reformat_decap(&c);
		else
			make_alloc_reformat(&c);
		run_ok(dev, &c);
	}
	make_set_fte_reformat(&c);
	IFC_SET(set_fte_in, c.in, flow_index, 0);
	IFC_SET(flow_context, IFC_PTR(set_fte_in, c.in, flow_context), packet_reformat_id, R_USED);
	run_ok(dev, &c);
}

static void fill_world(struct nic_device *dev)
{
	struct cmd c;
	uint8_t *ctx = IFC_PTR(create_flow_table_in, c.in, flow_table_context);

	for (uint32_t i = 0; i < 3; i++) {
		make_create_table(&c);
		IFC_SET(flow_table_context, ctx, level, i + 1);
		run_ok(dev, &c);
	}
	IFC_SET(create_flow_table_in, c.in, table_type, ACL);
	IFC_SET(create_flow_table_in, c.in, other_vport, 1);
	IFC_SET(create_flow_table_in, c.in, vport_number, 1);
	run_ok(dev, &c);
	for (uint32_t i = 0; i < 2; i++) {
		make_create_group(&c);
		IFC_SET(create_flow_group_in, c.in, table_id, T_FIRST);
		IFC_SET(create_flow_group_in, c.in, start_flow_index, i * 4);
		IFC_SET(create_flow_group_in, c.in, end_flow_index, i * 4 + 3);
		run_ok(dev, &c);
	}
	for (uint32_t i = 0; i < 3; i++) {
		make_alloc_modify_header(&c);
		IFC_SET(alloc_modify_header_context_in, c.in, table_type, i == 1 ? ACL : FDB);
		run_ok(dev, &c);
	}
	make_alloc_counter(&c);
	run_ok(dev, &c);
	run_ok(dev, &c);
	IFC_SET(alloc_flow_counter_in, c.in, flow_counter_bulk, 1);
	run_ok(dev, &c);
	assert_int_equal(IFC_GET(alloc_flow_counter_out, out, flow_counter_id), BULK);
	ctx = make_fte(&c, 0x4c, 1, 1);
	IFC_SET(dest_format_struct, ctx, destination_type, MLX5_DEST_FLOW_TABLE);
	IFC_SET(dest_format_struct, ctx, destination_id, T_SECOND);
	IFC_SET(flow_counter_list, ctx + 8, flow_counter_id, C_USED);
	IFC_SET(set_fte_in, c.in, flow_index, 0);
	IFC_SET(flow_context, IFC_PTR(set_fte_in, c.in, flow_context), modify_header_id, M_FDB);
	run_ok(dev, &c);
	fill_tunnels(dev);
}

static struct nic_device *world_new(void)
{
	struct nic_device *dev = device_new(NULL);

	fill_world(dev);
	return dev;
}

typedef void make(struct cmd *c);

static make *const makers[] = {
	make_create_table,
	make_destroy_table,
	make_modify_table,
	make_query_table,
	make_set_root,
	make_create_group,
	make_destroy_group,
	make_query_group,
	make_set_fte,
	make_set_fte_table,
	make_set_fte_drop,
	make_set_fte_modify,
	make_set_fte_reformat,
	make_set_fte_encaps,
	make_set_fte_termination,
	make_set_fte_terminations,
	make_alloc_reformat,
	make_alloc_reformat_decap,
	make_dealloc_reformat,
	make_query_fte,
	make_delete_fte,
	make_alloc_counter,
	make_dealloc_counter,
	make_query_counter,
	make_query_counters,
	make_alloc_modify_header,
	make_dealloc_modify_header,
	make_query_caps,
};

/* ---- lengths, reserved bits ---- */

static void expect(struct nic_device *dev, const struct cmd *c, enum nic_syndrome s)
{
	uint32_t got = run(dev, c);

	if (got != (s ? NIC_SYNDROME_BASE + s : 0))
		fail_msg("%s: %s instead of %s",
			 mlx5_opcode_name((uint16_t)IFC_GET(cmd_in, c->in, opcode)),
			 got ? nic_syndrome_words(got) : "success",
			 s ? nic_syndrome_text(s) : "success");
	assert_int_equal(IFC_GET(cmd_out, out, status), s ? nic_syndrome_status(s) : 0);
	for (size_t i = 8; s && i < c->out_size; i++)
		assert_int_equal(out[i], 0);
}

static void every_command_of_the_world_succeeds(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		struct nic_device *dev = world_new();
		struct cmd c;

		makers[i](&c);
		run_ok(dev, &c);
		nic_device_free(dev);
	}
}

static void every_wrong_length_is_refused(void **state)
{
	struct nic_device *dev = world_new();

	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		struct cmd c;
		size_t size;

		makers[i](&c);
		size = c.in_size;
		for (c.in_size = 0; c.in_size < size; c.in_size++) {
			/* At its own size on the heap, so that a read behind it is found. */
			uint8_t *in = mem_copy(c.in, c.in_size);

			assert_int_equal(nic_device_exec(dev, in, c.in_size, out, c.out_size), 0);
			assert_int_equal(IFC_GET(cmd_out, out, syndrome),
					 NIC_SYNDROME_BASE + NIC_SYN_IN_LENGTH);
			assert_int_equal(IFC_GET(cmd_out, out, status),
					 MLX5_CMD_STAT_BAD_INP_LEN_ERR);
			mem_free(in);
		}
		c.in_size = size + 4;
		expect(dev, &c, NIC_SYN_IN_LENGTH);
		c.in_size = size;
		for (size = c.out_size, c.out_size = 8; c.out_size < size; c.out_size++)
			expect(dev, &c, NIC_SYN_OUT_LENGTH);
		c.out_size = size + 1;
		expect(dev, &c, NIC_SYN_OUT_LENGTH);
		assert_int_equal(nic_device_exec(dev, c.in, c.in_size, out, NIC_OUT_SIZE_MIN - 1),
				 -EINVAL);
	}
	nic_device_free(dev);
}

/* Independent of the device's own reading of the tables: counts fields bit by bit. */
static void mark_fields(bool *bits, size_t base, const struct ifc_struct *s)
{
	for (const struct ifc_field *f = s->fields; f->name; f++) {
		size_t off = base + IFC_LOC_OFF(f->loc);

		if (f->size && f->sub)
			mark_fields(bits, off, f->sub);
		else if (f->size)
			memset(bits + off * 8, true, f->size * 8);
		else
			memset(bits + off * 8 + 31 - IFC_LOC_HI(f->loc), true,
			       IFC_LOC_HI(f->loc) - IFC_LOC_LO(f->loc) + 1);
	}
}

static void every_reserved_bit_is_refused(void **state)
{
	struct nic_device *dev = world_new();

	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		const struct ifc_struct *layout;
		bool bits[0x500 * 8 * 2] = { 0 };
		struct cmd c;

		makers[i](&c);
		layout = mlx5_opcode_layout((uint16_t)IFC_GET(cmd_in, c.in, opcode), true);
		mark_fields(bits, 0, layout);
		for (size_t b = 0; b < layout->size * 8; b++) {
			if (bits[b])
				continue;
			c.in[b / 8] ^= (uint8_t)(0x80 >> b % 8);
			expect(dev, &c, NIC_SYN_RESERVED);
			c.in[b / 8] ^= (uint8_t)(0x80 >> b % 8);
		}
	}
	nic_device_free(dev);
}

/* ---- every syndrome ---- */

#define FIELD(s, field)	  IFC_LOC_##s##__##field
#define AT(offset, loc)	  ((unsigned int)(loc) + ((unsigned int)(offset) << 10))
#define CONTEXT(field)	  AT(0x18, FIELD(flow_table_context, field))
#define FTE(field)	  AT(0x40, FIELD(flow_context, field))
#define DEST(field)	  AT(0x340, FIELD(dest_format_struct, field))
#define COUNTER(field)	  AT(0x348, FIELD(flow_counter_list, field))
#define MASK(block, loc)  AT(0x40 + (block)*0x40, loc)
#define VALUE(block, loc) AT(0x80 + (block)*0x40, loc)
#define REFORMAT(field)	  AT(0x1c, FIELD(packet_reformat_context_in, field))
#define GROUP(field)	  FIELD(create_flow_group_in, field)

static const struct refusal {
	enum nic_syndrome syndrome;
	make *make;
	struct {
		unsigned int loc;
		uint32_t value;
	} set[3]; /* loc 0 is opcode and uid of a command: not set by most rows */
} refusals[] = {
	/* clang-format off */
	{ NIC_SYN_OPCODE, make_query_caps, { { FIELD(cmd_in, opcode), 0xbff } } },
	{ NIC_SYN_OPCODE, make_query_caps, { { FIELD(cmd_in, opcode), 0x777 } } },
	{ NIC_SYN_IN_LENGTH, make_alloc_modify_header, { { FIELD(alloc_modify_header_context_in, num_of_actions), 2 } } },
	{ NIC_SYN_OUT_LENGTH, make_query_counters, { { FIELD(query_flow_counter_in, num_of_counters), 31 } } },
	{ NIC_SYN_RESERVED, make_set_fte, { { AT(0x344, IFC_LOC(0, 29, 29)), 1 } } },
	{ NIC_SYN_RESERVED, make_set_fte, { { AT(0x34c, IFC_LOC(0, 0, 0)), 1 } } },
	{ NIC_SYN_RESERVED, make_alloc_modify_header, { { AT(0x10, IFC_LOC(0, 5, 5)), 1 } } },
	{ NIC_SYN_RESERVED, make_alloc_modify_header, { { AT(0x18, IFC_LOC(0, 5, 5)), 1 } } },
	{ NIC_SYN_RESERVED, make_alloc_modify_header, { { AT(0x24, IFC_LOC(0, 0, 0)), 1 } } },
	{ NIC_SYN_OP_MOD, make_create_table, { { FIELD(cmd_in, op_mod), 1 } } },
	{ NIC_SYN_OP_MOD, make_set_fte, { { FIELD(cmd_in, op_mod), 2 } } },
	{ NIC_SYN_CAP_TYPE, make_query_caps, { { FIELD(cmd_in, op_mod), 4 } } },
	{ NIC_SYN_FUNCTION_ID, make_query_caps, { { FIELD(query_hca_cap_in, other_function), 1 }, { FIELD(query_hca_cap_in, function_id), 3 } } },
	{ NIC_SYN_FUNCTION_ID, make_query_caps, { { FIELD(query_hca_cap_in, function_id), 1 } } },
	{ NIC_SYN_TABLE_TYPE, make_create_table, { { FIELD(set_fte_in, table_type), 1 } } },
	{ NIC_SYN_TABLE_TYPE, make_set_fte, { { FIELD(set_fte_in, table_type), 9 } } },
	{ NIC_SYN_TABLE_TYPE, make_alloc_modify_header, { { FIELD(alloc_modify_header_context_in, table_type), 9 } } },
	{ NIC_SYN_VPORT, make_create_table, { { FIELD(set_fte_in, vport_number), 1 } } },
	{ NIC_SYN_VPORT, make_create_table, { { FIELD(set_fte_in, vport_number), 3 }, { FIELD(set_fte_in, other_vport), 1 } } },
	{ NIC_SYN_VPORT_OF_TYPE, make_create_table, { { FIELD(set_fte_in, vport_number), 1 }, { FIELD(set_fte_in, other_vport), 1 } } },
	{ NIC_SYN_TABLE_LEVEL, make_create_table, { { FIELD(set_fte_in, table_type), ACL }, { CONTEXT(level), 65 } } },
	{ NIC_SYN_TABLE_SIZE, make_create_table, { { CONTEXT(log_size), 23 } } },
	{ NIC_SYN_TABLE_FLAGS, make_create_table, { { FIELD(set_fte_in, table_type), ACL }, { CONTEXT(reformat_en), 1 } } },
	{ NIC_SYN_TABLE_FLAGS, make_create_table, { { FIELD(set_fte_in, table_type), ACL }, { CONTEXT(decap_en), 1 } } },
	{ NIC_SYN_TABLE_FLAGS, make_create_table, { { FIELD(set_fte_in, table_type), ACL }, { CONTEXT(termination_table), 1 } } },
	{ NIC_SYN_TABLE_FLAGS, make_create_table, { { CONTEXT(sw_owner), 1 } } },
	{ NIC_SYN_TABLE_FLAGS, make_create_table, { { CONTEXT(lag_master_next_table_id), 1 } } },
	{ NIC_SYN_TABLE_FLAGS, make_create_table, { { AT(0x30, IFC_LOC(0, 31, 0)), 1 } } },
	{ NIC_SYN_TABLE_FLAGS, make_create_table, { { AT(0x38, IFC_LOC(0, 31, 0)), 1 } } },
	{ NIC_SYN_TABLE_ID, make_set_fte, { { FIELD(set_fte_in, table_id), 99 } } },
	{ NIC_SYN_TABLE_OTHER, make_set_fte, { { FIELD(set_fte_in, table_id), T_ACL } } },
	{ NIC_SYN_TABLE_OTHER, make_set_fte, { { FIELD(set_fte_in, table_id), T_ACL }, { FIELD(set_fte_in, table_type), ACL } } },
	{ NIC_SYN_TABLE_BUSY_GROUPS, make_destroy_table, { { FIELD(set_fte_in, table_id), T_FIRST } } },
	{ NIC_SYN_TABLE_BUSY_REFS, make_destroy_table, { { FIELD(set_fte_in, table_id), T_SECOND } } },
	{ NIC_SYN_MISS_ACTION, make_modify_table, { { CONTEXT(table_miss_action), 2 } } },
	{ NIC_SYN_MISS_TABLE, make_modify_table, { { CONTEXT(table_miss_id), 99 } } },
	{ NIC_SYN_MISS_OTHER, make_modify_table, { { CONTEXT(table_miss_id), T_ACL } } },
	{ NIC_SYN_MISS_SELF, make_modify_table, { { CONTEXT(table_miss_id), T_EMPTY } } },
	{ NIC_SYN_MODIFY_SELECT, make_modify_table, { { FIELD(modify_flow_table_in, modify_field_select), 0x8000 } } },
	{ NIC_SYN_MODIFY_SELECT, make_modify_table, { { FIELD(modify_flow_table_in, modify_field_select), 0 } } },
	{ NIC_SYN_ROOT_OF_OTHER, make_set_root, { { FIELD(set_flow_table_root_in, underlay_qpn), 1 } } },
	{ NIC_SYN_ROOT_OF_OTHER, make_set_root, { { FIELD(set_flow_table_root_in, table_of_other_vport), 1 } } },
	{ NIC_SYN_ROOT_OF_OTHER, make_set_root, { { FIELD(set_flow_table_root_in, table_vport_number), 1 } } },
	{ NIC_SYN_ROOT_OF_OTHER, make_set_root, { { FIELD(set_flow_table_root_in, table_eswitch_owner_vhca_id_valid), 1 } } },
	{ NIC_SYN_GROUP_TYPE, make_create_group, { { GROUP(group_type), 1 } } },
	{ NIC_SYN_GROUP_TYPE, make_create_group, { { GROUP(match_definer_id), 1 } } },
	{ NIC_SYN_GROUP_RANGE, make_create_group, { { GROUP(start_flow_index), 8 } } },
	{ NIC_SYN_GROUP_OUTSIDE, make_create_group, { { GROUP(end_flow_index), 16 } } },
	{ NIC_SYN_GROUP_OVERLAP, make_create_group, { { GROUP(table_id), T_FIRST }, { GROUP(start_flow_index), 7 }, { GROUP(end_flow_index), 8 } } },
	{ NIC_SYN_GROUP_OVERLAP, make_create_group, { { GROUP(table_id), T_FIRST }, { GROUP(end_flow_index), 15 } } },
	{ NIC_SYN_GROUP_ID, make_destroy_group, { { FIELD(destroy_flow_group_in, group_id), 99 } } },
	{ NIC_SYN_GROUP_ID, make_query_group, { { FIELD(set_fte_in, table_id), T_SECOND } } },
	{ NIC_SYN_GROUP_ID, make_set_fte, { { FTE(group_id), 99 } } },
	{ NIC_SYN_GROUP_BUSY, make_destroy_group, { { FIELD(destroy_flow_group_in, group_id), G_FIRST } } },
	{ NIC_SYN_CRITERIA_ENABLE, make_create_group, { { GROUP(match_criteria_enable), 0 } } },
	{ NIC_SYN_CRITERIA_ENABLE, make_create_group, { { MASK(5, IFC_LOC(0, 31, 0)), 1 } } },
	{ NIC_SYN_CRITERIA_BLOCK, make_create_group, { { GROUP(match_criteria_enable), 0x21 } } },
	{ NIC_SYN_CRITERIA_BLOCK, make_create_group, { { GROUP(match_criteria_enable), 0x81 } } },
	{ NIC_SYN_CRITERIA_FIELD, make_create_group, { { GROUP(match_criteria_enable), 3 }, { MASK(1, FIELD(fte_match_set_misc, bth_opcode)), 1 } } },
	{ NIC_SYN_CRITERIA_FIELD, make_create_group, { { GROUP(match_criteria_enable), 3 }, { MASK(1, FIELD(fte_match_set_misc, geneve_tlv_option_0_exist)), 1 } } }, /* needs a general object */
	{ NIC_SYN_CRITERIA_FIELD, make_create_group, { { GROUP(match_criteria_enable), 9 }, { MASK(3, FIELD(fte_match_set_misc2, inner_first_mpls)), 1 } } },
	{ NIC_SYN_ENTRY_INDEX, make_set_fte, { { FIELD(set_fte_in, flow_index), 16 } } },
	{ NIC_SYN_ENTRY_INDEX, make_delete_fte, { { FIELD(set_fte_in, flow_index), 16 } } },
	{ NIC_SYN_ENTRY_OUTSIDE_GROUP, make_set_fte, { { FIELD(set_fte_in, flow_index), 4 } } },
	{ NIC_SYN_ENTRY_EXISTS, make_set_fte, { { FIELD(set_fte_in, flow_index), 0 } } },
	{ NIC_SYN_ENTRY_MISSING, make_delete_fte, { { FIELD(set_fte_in, flow_index), 3 } } },
	{ NIC_SYN_ENTRY_MISSING, make_set_fte_modify, { { FIELD(set_fte_in, flow_index), 3 } } },
	{ NIC_SYN_VALUE_OUTSIDE_MASK, make_set_fte, { { VALUE(0, FIELD(fte_match_set_lyr_2_4, dmac_15_0)), 1 } } },
	{ NIC_SYN_VALUE_OUTSIDE_MASK, make_set_fte, { { VALUE(2, FIELD(fte_match_set_lyr_2_4, dmac_15_0)), 1 } } },
	{ NIC_SYN_MODIFY_MASK, make_set_fte, { { FIELD(set_fte_in, modify_enable_mask), 1 } } },
	{ NIC_SYN_MODIFY_MASK, make_set_fte_modify, { { FIELD(set_fte_in, modify_enable_mask), 0x10 } } },
	{ NIC_SYN_MODIFY_MASK, make_set_fte_modify, { { FIELD(set_fte_in, modify_enable_mask), 0 } } },
	{ NIC_SYN_FLOW_SOURCE, make_set_fte, { { FTE(flow_source), 3 } } },
	{ NIC_SYN_ACTION_UNKNOWN, make_set_fte, { { FTE(action), 0x20c } } },
	{ NIC_SYN_ACTION_REFORMAT, make_set_fte, { { FTE(action), 0x1c } } },
	{ NIC_SYN_ACTION_REFORMAT, make_set_fte, { { FTE(action), 0x2c } } },
	{ NIC_SYN_ACTION_REFORMAT, make_set_fte_termination, { { FTE(action), 0x24 } } },
	{ NIC_SYN_ACTION_REFORMAT, make_set_fte_termination, { { FTE(packet_reformat_id), R_DECAP } } },
	{ NIC_SYN_ACTION_REFORMAT, make_set_fte_encaps, { { FIELD(set_fte_in, table_id), T_FIRST }, { FTE(group_id), G_FIRST } } },
	{ NIC_SYN_REFORMAT_ID, make_set_fte_reformat, { { FTE(packet_reformat_id), 99 } } },
	{ NIC_SYN_REFORMAT_ID, make_set_fte_encaps, { { AT(0x340, FIELD(extended_dest_format, packet_reformat_id)), 99 } } },
	{ NIC_SYN_REFORMAT_ID, make_dealloc_reformat, { { FIELD(dealloc_packet_reformat_context_in, packet_reformat_id), 99 } } },
	{ NIC_SYN_REFORMAT_DECAP, make_set_fte_reformat, { { FTE(action), 0x34 }, { FTE(packet_reformat_id), R_DECAP } } },
	{ NIC_SYN_REFORMAT_DECAP, make_set_fte_encaps, { { AT(0x350, FIELD(extended_dest_format, packet_reformat_id)), R_DECAP } } },
	{ NIC_SYN_REFORMAT_UNUSED, make_set_fte_encaps, { { DEST(packet_reformat), 0 } } },
	{ NIC_SYN_REFORMAT_BUSY, make_dealloc_reformat, { { FIELD(dealloc_packet_reformat_context_in, packet_reformat_id), R_USED } } },
	{ NIC_SYN_REFORMAT_TYPE, make_alloc_reformat, { { REFORMAT(reformat_type), 5 } } },
	{ NIC_SYN_REFORMAT_TYPE, make_alloc_reformat, { { REFORMAT(reformat_type), 15 } } },
	{ NIC_SYN_REFORMAT_PARAM, make_alloc_reformat, { { REFORMAT(reformat_param_0), 1 } } },
	{ NIC_SYN_REFORMAT_PARAM, make_alloc_reformat, { { REFORMAT(reformat_param_1), 1 } } },
	{ NIC_SYN_REFORMAT_SIZE, make_alloc_reformat_empty, { { 0, 0 } } },
	{ NIC_SYN_REFORMAT_SIZE, make_alloc_reformat_big, { { 0, 0 } } },
	{ NIC_SYN_REFORMAT_DATA, make_alloc_reformat, { { REFORMAT(reformat_type), MLX5_REFORMAT_L2_TO_NVGRE } } },
	{ NIC_SYN_REFORMAT_DATA, make_alloc_reformat, { { REFORMAT(reformat_type), MLX5_REFORMAT_L3_TUNNEL_TO_L2 } } },
	{ NIC_SYN_REFORMAT_DATA, make_alloc_reformat, { { AT(0x2c, IFC_LOC(0, 15, 0)), 0x86dd } } },
	{ NIC_SYN_REFORMAT_DATA, make_alloc_reformat, { { AT(0x34, IFC_LOC(0, 15, 0)), 0x2000 } } },
	{ NIC_SYN_REFORMAT_DATA, make_alloc_reformat_decap, { { REFORMAT(reformat_type), MLX5_REFORMAT_L2_TO_L2_TUNNEL } } },
	{ NIC_SYN_DEST_REFORMAT, make_set_fte, { { DEST(packet_reformat), 1 } } },
	{ NIC_SYN_DEST_REFORMAT, make_set_fte_encaps, { { DEST(destination_type), MLX5_DEST_FLOW_TABLE } } },
	{ NIC_SYN_DEST_ENCAPS, make_set_fte_many_encaps, { { 0, 0 } } },
	{ NIC_SYN_DEST_TERMINATION, make_set_fte_termination, { { DEST(destination_type), MLX5_DEST_FLOW_TABLE } } },
	{ NIC_SYN_RESERVED, make_set_fte_encaps, { { AT(0x34c, IFC_LOC(0, 0, 0)), 1 } } },
	{ NIC_SYN_ACTION_CRYPTO, make_set_fte, { { FTE(action), 0x100c } } },
	{ NIC_SYN_ACTION_ASO, make_set_fte, { { FTE(action), 0x400c } } },
	{ NIC_SYN_ACTION_NONE, make_set_fte, { { FTE(action), 0x8 } } },
	{ NIC_SYN_ACTION_CONFLICT, make_set_fte, { { FTE(action), 0x6 } } },
	{ NIC_SYN_ACTION_ALLOW, make_set_fte, { { FTE(action), 0x1 } } },
	{ NIC_SYN_ACTION_ORDER, make_set_fte, { { FTE(action), 0x40c } } },
	{ NIC_SYN_ACTION_ORDER, make_set_fte, { { FTE(action), 0x80c } } },
	{ NIC_SYN_VLAN_TYPE, make_set_fte, { { FTE(action), 0x10c }, { FTE(push_vlan), 0x08000001 } } },
	{ NIC_SYN_VLAN_UNUSED, make_set_fte, { { FTE(push_vlan), 1 } } },
	{ NIC_SYN_VLAN_UNUSED, make_set_fte, { { FTE(push_vlan_2), 1 } } },
	{ NIC_SYN_DEST_EMPTY, make_set_fte_drop, { { FTE(action), 0x4 } } },
	{ NIC_SYN_DEST_UNUSED, make_set_fte_table, { { FTE(action), 0x2 } } },
	{ NIC_SYN_DEST_LIMIT, make_set_fte_many, { { 0, 0 } } },
	{ NIC_SYN_DEST_TYPE, make_set_fte, { { DEST(destination_type), 6 } } },
	{ NIC_SYN_DEST_TYPE, make_set_fte, { { DEST(destination_type), MLX5_DEST_TIR } } },
	{ NIC_SYN_DEST_VPORT, make_set_fte, { { DEST(destination_id), 3 } } },
	{ NIC_SYN_DEST_VHCA, make_set_fte, { { DEST(destination_eswitch_owner_vhca_id_valid), 1 } } },
	{ NIC_SYN_DEST_TABLE, make_set_fte_table, { { DEST(destination_id), 99 } } },
	{ NIC_SYN_DEST_TABLE_OTHER, make_set_fte_table, { { DEST(destination_id), T_ACL } } },
	{ NIC_SYN_DEST_LEVEL, make_set_fte_table, { { DEST(destination_id), T_FIRST } } },
	{ NIC_SYN_DEST_TABLES, make_set_fte_tables, { { 0, 0 } } },
	{ NIC_SYN_COUNTER_EMPTY, make_set_fte_drop, { { FTE(action), 0xa } } },
	{ NIC_SYN_COUNTER_UNUSED, make_set_fte, { { FTE(action), 0x4 } } },
	{ NIC_SYN_COUNTER_LIST, make_set_fte_counters, { { 0, 0 } } },
	{ NIC_SYN_COUNTER_ID, make_set_fte, { { COUNTER(flow_counter_id), 5 } } },
	{ NIC_SYN_COUNTER_ID, make_query_counter, { { FIELD(query_flow_counter_in, flow_counter_id), 130 } } },
	{ NIC_SYN_COUNTER_ID, make_dealloc_counter, { { FIELD(dealloc_flow_counter_in, flow_counter_id), BULK + 1 } } },
	{ NIC_SYN_COUNTER_BUSY, make_dealloc_counter, { { FIELD(dealloc_flow_counter_in, flow_counter_id), C_USED } } },
	{ NIC_SYN_COUNTER_BULK, make_alloc_counter, { { FIELD(alloc_flow_counter_in, flow_counter_bulk), 3 } } },
	{ NIC_SYN_COUNTER_BULK, make_alloc_counter, { { FIELD(alloc_flow_counter_in, flow_counter_bulk_log_size), 7 } } },
	{ NIC_SYN_MODHDR_ID, make_set_fte, { { FTE(action), 0x4c }, { FTE(modify_header_id), 99 } } },
	{ NIC_SYN_MODHDR_ID, make_dealloc_modify_header, { { FIELD(dealloc_modify_header_context_in, modify_header_id), 99 } } },
	{ NIC_SYN_MODHDR_OTHER, make_set_fte, { { FTE(action), 0x4c }, { FTE(modify_header_id), M_ACL } } },
	{ NIC_SYN_MODHDR_UNUSED, make_set_fte, { { FTE(modify_header_id), M_FDB } } },
	{ NIC_SYN_MODHDR_BUSY, make_dealloc_modify_header, { { FIELD(dealloc_modify_header_context_in, modify_header_id), M_FDB } } },
	{ NIC_SYN_MODHDR_TYPE, make_alloc_modify_header, { { AT(0x10, FIELD(set_action_in, action_type)), 4 } } },
	{ NIC_SYN_MODHDR_TYPE, make_alloc_modify_header, { { AT(0x10, FIELD(set_action_in, action_type)), 0 } } },
	{ NIC_SYN_MODHDR_FIELD, make_alloc_modify_header, { { AT(0x10, FIELD(set_action_in, field)), 0x5d } } },
	{ NIC_SYN_MODHDR_FIELD, make_alloc_modify_header, { { AT(0x18, FIELD(add_action_in, field)), 0 } } },
	{ NIC_SYN_MODHDR_FIELD, make_alloc_modify_header, { { AT(0x20, FIELD(copy_action_in, src_field)), 0 } } },
	{ NIC_SYN_MODHDR_WIDTH, make_alloc_modify_header, { { AT(0x10, FIELD(set_action_in, offset)), 17 } } },
	{ NIC_SYN_MODHDR_WIDTH, make_alloc_modify_header, { { AT(0x20, FIELD(copy_action_in, dst_offset)), 1 } } },
	{ NIC_SYN_MODHDR_DATA, make_alloc_modify_header, { { AT(0x10, FIELD(set_action_in, data)), 0x10000 } } },
	{ NIC_SYN_MODHDR_DATA, make_alloc_modify_header, { { AT(0x18, FIELD(add_action_in, data)), 0x100 } } },
	{ NIC_SYN_UNUSED_ID, make_set_fte, { { FTE(encrypt_decrypt_type), 1 } } },
	{ NIC_SYN_UNUSED_ID, make_set_fte, { { FTE(encrypt_decrypt_obj_id), 1 } } },
	/* clang-format on */
};

static bool seen[NIC_N_SYNDROMES];

static void apply(struct cmd *c, const struct refusal *r)
{
	r->make(c);
	for (size_t i = 0; i < ARRAY_SIZE(r->set); i++) {
		if (r->set[i].loc)
			ifc_set(c->in, r->set[i].loc, r->set[i].value);
	}
}

static void every_refusal_names_its_reason_and_changes_nothing(void **state)
{
	struct nic_device *dev = world_new();
	struct text before, after;

	text_init(&before);
	nic_device_format_dump(dev, &before);
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		struct cmd c;

		apply(&c, &refusals[i]);
		expect(dev, &c, refusals[i].syndrome);
		seen[refusals[i].syndrome] = true;
		text_init(&after);
		nic_device_format_dump(dev, &after);
		assert_string_equal(before.s, after.s);
		text_fini(&after);
	}
	text_fini(&before);
	nic_device_free(dev);
}

static void expect_seen(struct nic_device *dev, make *maker, enum nic_syndrome s)
{
	struct cmd c;

	maker(&c);
	expect(dev, &c, s);
	seen[s] = true;
}

static void move_to_nic(struct cmd *c)
{
	IFC_SET(set_fte_in, c->in, table_type, MLX5_TABLE_NIC_RX);
	IFC_SET(set_fte_in, c->in, table_id, T_NIC);
	IFC_SET(flow_context, IFC_PTR(set_fte_in, c->in, flow_context), group_id, G_NIC);
}

static void make_tir(struct cmd *c)
{
	make_set_fte(c);
	move_to_nic(c);
	IFC_SET(dest_format_struct, c->in + 0x340, destination_type, MLX5_DEST_TIR);
}

static void make_nic_extended(struct cmd *c)
{
	make_fte_extended(c, 1);
	move_to_nic(c);
}

static void make_nic_allow(struct cmd *c)
{
	make_fte(c, MLX5_FLOW_CONTEXT_ACTION_ALLOW, 0, 0);
	move_to_nic(c);
}

static void make_nic_vport(struct cmd *c)
{
	make_set_fte(c);
	move_to_nic(c);
}

static void make_no_actions(struct cmd *c)
{
	make_alloc_modify_header(c);
	c->in_size = 0x10;
	IFC_SET(alloc_modify_header_context_in, c->in, num_of_actions, 0);
}

static void make_too_many_counters(struct cmd *c)
{
	make_query_counters(c);
	IFC_SET(query_flow_counter_in, c->in, num_of_counters, 0xffff);
	c->out_size = 0x10 + 0xffff * 16;
}

static void limits_are_told_from_other_refusals(void **state)
{
	struct nic_device *dev = world_new();
	size_t n;
	struct cmd c;

	n = dev->tables.n;
	dev->tables.n = 1u << 16;
	expect_seen(dev, make_create_table, NIC_SYN_TABLE_LIMIT);
	dev->tables.n = n;
	n = dev->groups.n;
	dev->groups.n = NIC_GROUPS_MAX;
	expect_seen(dev, make_create_group, NIC_SYN_GROUP_LIMIT);
	dev->groups.n = n;
	n = dev->n_entries;
	dev->n_entries = NIC_ENTRIES_MAX;
	expect_seen(dev, make_set_fte, NIC_SYN_ENTRY_LIMIT);
	dev->n_entries = n;
	n = dev->modify_headers.n;
	dev->modify_headers.n = 1u << 20;
	expect_seen(dev, make_alloc_modify_header, NIC_SYN_MODHDR_LIMIT);
	dev->modify_headers.n = n;
	n = dev->reformats.n;
	dev->reformats.n = 1u << 20;
	expect_seen(dev, make_alloc_reformat, NIC_SYN_REFORMAT_LIMIT);
	dev->reformats.n = n;
	n = dev->counters.hint;
	dev->counters.hint = NIC_COUNTERS_MAX / NIC_COUNTERS_PER_CHUNK;
	expect_seen(dev, make_alloc_counter, NIC_SYN_COUNTER_LIMIT);
	dev->counters.hint = n;
	expect_seen(dev, make_no_actions, NIC_SYN_MODHDR_COUNT);
	make_create_table(&c);
	IFC_SET(create_flow_table_in, c.in, table_type, MLX5_TABLE_NIC_RX);
	run_ok(dev, &c);
	make_create_group(&c);
	IFC_SET(create_flow_group_in, c.in, table_type, MLX5_TABLE_NIC_RX);
	IFC_SET(create_flow_group_in, c.in, table_id, T_NIC);
	run_ok(dev, &c);
	expect_seen(dev, make_tir, NIC_SYN_DEST_TIR);
	expect_seen(dev, make_nic_extended, NIC_SYN_DEST_EXTENDED);
	expect_seen(dev, make_nic_allow, NIC_SYN_ACTION_ALLOW);
	expect_seen(dev, make_nic_vport, NIC_SYN_DEST_TYPE);
	make_too_many_counters(&c);
	{
		uint8_t *big = mem_new(c.out_size);

		assert_int_equal(nic_device_exec(dev, c.in, c.in_size, big, c.out_size), 0);
		assert_int_equal(IFC_GET(cmd_out, big, syndrome),
				 NIC_SYNDROME_BASE + NIC_SYN_COUNTER_RANGE);
		seen[NIC_SYN_COUNTER_RANGE] = true;
		mem_free(big);
	}
	nic_device_free(dev);
}

/* ---- memory ---- */

static void a_failed_allocation_is_a_limit_and_changes_nothing(void **state)
{
	static make *const changing[] = {
		make_create_table,	  make_create_group,   make_set_fte,
		make_set_fte_modify,	  make_set_fte_table,  make_alloc_counter,
		make_alloc_modify_header, make_set_fte_encaps, make_alloc_reformat
	};

	for (size_t i = 0; i < ARRAY_SIZE(changing); i++) {
		for (unsigned long nth = 1; nth < 30; nth++) {
			struct nic_device *dev = world_new();
			struct nic_counts before, after;
			bool happened;
			struct cmd c;

			changing[i](&c);
			IFC_SET(flow_context, IFC_PTR(set_fte_in, c.in, flow_context), flow_tag,
				changing[i] == make_set_fte ? 5 : 0);
			nic_device_counts(dev, &before);
			mem_fail_nth(nth);
			run(dev, &c);
			happened = mem_fail_happened();
			mem_fail_nth(0);
			nic_device_counts(dev, &after);
			if (happened) {
				assert_int_equal(IFC_GET(cmd_out, out, syndrome),
						 NIC_SYNDROME_BASE + NIC_SYN_NO_MEMORY);
				seen[NIC_SYN_NO_MEMORY] = true;
				assert_int_equal(before.n_tables, after.n_tables);
				assert_int_equal(before.n_groups, after.n_groups);
				assert_int_equal(before.n_entries, after.n_entries);
				assert_int_equal(before.n_counters, after.n_counters);
				run_ok(dev, &c);
			}
			nic_device_free(dev);
			if (!happened)
				break;
		}
	}
}

static void a_device_that_cannot_be_made_leaks_nothing(void **state)
{
	for (unsigned long nth = 1;; nth++) {
		struct nic_params params = { .n_vfs = 2 };
		struct nic_device *dev = NULL;
		int err;

		mem_fail_nth(nth);
		err = nic_device_new(&dev, &params);
		if (!mem_fail_happened())
			nth = 0;
		mem_fail_nth(0);
		assert_int_equal(err, nth ? -ENOMEM : 0);
		if (nth)
			continue;
		nic_device_free(dev);
		break;
	}
}

static void a_fault_fails_as_asked_and_changes_nothing(void **state)
{
	struct nic_device *dev = world_new();
	struct nic_fault f = { .opcode = MLX5_CMD_OP_ALLOC_FLOW_COUNTER,
			       .status = MLX5_CMD_STAT_RES_BUSY,
			       .syndrome = 0xbadcafe,
			       .nth = 2,
			       .n = 2 };
	struct nic_counts before, after;
	struct cmd c;

	assert_int_equal(nic_device_fault_add(dev, &f), 0);
	nic_device_counts(dev, &before);
	make_alloc_counter(&c);
	run_ok(dev, &c);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(run(dev, &c), 0xbadcafe);
		assert_int_equal(IFC_GET(cmd_out, out, status), MLX5_CMD_STAT_RES_BUSY);
		assert_int_equal(IFC_GET(alloc_flow_counter_out, out, flow_counter_id), 0);
	}
	nic_device_counts(dev, &after);
	assert_int_equal(after.n_counters, before.n_counters + 1);
	assert_int_equal(after.n_bad_commands, before.n_bad_commands + 2);
	run_ok(dev, &c);
	assert_int_equal(nic_device_fault_get(dev, 0)->n_seen, 4);
	assert_int_equal(nic_device_fault_get(dev, 0)->n_failed, 2);
	assert_int_equal(nic_device_fault_clear(dev, f.id + 1), -ENOENT);
	assert_int_equal(nic_device_fault_clear(dev, f.id), 0);
	assert_null(nic_device_fault_get(dev, 0));

	f = (struct nic_fault){ .status = MLX5_CMD_STAT_INT_ERR, .n = 1 };
	assert_int_equal(nic_device_fault_add(dev, &f), 0);
	expect_seen(dev, make_query_caps, NIC_SYN_INJECTED);
	make_query_caps(&c);
	run_ok(dev, &c);
	nic_device_free(dev);
}

static void a_limit_of_a_table_stops_what_comes_not_what_is_there(void **state)
{
	struct nic_device *dev = world_new();
	struct nic_fault f = { .table = T_FIRST, .limit = 1 };
	struct cmd c;

	assert_int_equal(nic_device_fault_add(dev, &f), 0);
	expect_seen(dev, make_set_fte, NIC_SYN_TABLE_LIMIT_SET);
	assert_int_equal(IFC_GET(cmd_out, out, status), MLX5_CMD_STAT_LIM_ERR);
	make_set_fte_modify(&c);
	run_ok(dev, &c);
	make_delete_fte(&c);
	run_ok(dev, &c);
	make_set_fte(&c);
	run_ok(dev, &c);
	assert_int_equal(nic_device_fault_clear(dev, 0), 0);
	make_set_fte(&c);
	IFC_SET(set_fte_in, c.in, flow_index, 2);
	run_ok(dev, &c);
	nic_device_free(dev);
}

static void faults_are_checked_and_bounded(void **state)
{
	struct nic_device *dev = world_new();
	struct nic_fault f = { .opcode = MLX5_CMD_OP_ENABLE_HCA };

	assert_int_equal(nic_device_fault_add(dev, &f), -EINVAL);
	f.status = 0x77;
	assert_int_equal(nic_device_fault_add(dev, &f), -EINVAL);
	f.status = MLX5_CMD_STAT_IX_ERR;
	for (size_t i = 0; i < NIC_FAULTS_MAX; i++)
		assert_int_equal(nic_device_fault_add(dev, &f), 0);
	assert_int_equal(nic_device_fault_add(dev, &f), -ENOSPC);
	nic_device_free(dev);
}

/* After all others of this file. Those of queues are seen in queues_test.c. */
static void what_is_not_advertised_is_refused(void **state)
{
	static const struct {
		uint32_t action;
		unsigned int cap;
	} rows[] = { { 0x80, IFC_LOC_flow_table_prop_layout__pop_vlan },
		     { 0x100, IFC_LOC_flow_table_prop_layout__push_vlan },
		     { 0x480, IFC_LOC_flow_table_prop_layout__pop_vlan_2 },
		     { 0x900, IFC_LOC_flow_table_prop_layout__push_vlan_2 } };
	struct nic_device *dev = world_new();
	uint8_t *fdb = IFC_PTR(flow_table_eswitch_cap, dev->caps.eswitch_flow_table,
			       flow_table_properties_nic_esw_fdb);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cmd c;

		make_set_fte(&c);
		IFC_SET(flow_context, IFC_PTR(set_fte_in, c.in, flow_context), action,
			0xc | rows[i].action);
		ifc_set(c.in, FTE(push_vlan), 0x81000001);
		if (rows[i].action & 0x800)
			ifc_set(c.in, FTE(push_vlan_2), 0x81000001);
		if (!(rows[i].action & 0x100))
			ifc_set(c.in, FTE(push_vlan), 0);
		ifc_set(fdb, rows[i].cap, 0);
		expect(dev, &c, NIC_SYN_ACTION_VLAN);
		ifc_set(fdb, rows[i].cap, 1);
		expect(dev, &c, NIC_SYN_NONE);
		make_delete_fte(&c);
		IFC_SET(delete_fte_in, c.in, flow_index, 1);
		run_ok(dev, &c);
	}
	nic_device_free(dev);
}

/* Parts of what a profile can take away: a field's bit, and the one for masks that are partial. */
static const struct {
	unsigned int block, loc, cap;
} matched[] = {
#define CAN(block, loc, cap)                                        \
	{                                                           \
		block, loc, FIELD(flow_table_fields_supported, cap) \
	}
	CAN(0, FIELD(fte_match_set_lyr_2_4, dmac_15_0), outer_dmac),
	CAN(0, FIELD(fte_match_set_lyr_2_4, smac_47_16), outer_smac),
	CAN(0, FIELD(fte_match_set_lyr_2_4, ethertype), outer_ether_type),
	CAN(0, FIELD(fte_match_set_lyr_2_4, ip_version), outer_ip_version),
	CAN(0, FIELD(fte_match_set_lyr_2_4, first_vid), outer_first_vid),
	CAN(0, FIELD(fte_match_set_lyr_2_4, ttl_hoplimit), outer_ipv4_ttl),
	CAN(0, FIELD(fte_match_set_lyr_2_4, tcp_flags), outer_tcp_flags),
	CAN(0, IFC_LOC(0x20, 31, 0), outer_sip), /* the first dword: of an IPv6 address only */
	CAN(0, IFC_LOC(0x3c, 31, 0), outer_dip),
	CAN(2, FIELD(fte_match_set_lyr_2_4, dmac_47_16), inner_dmac),
	CAN(2, FIELD(fte_match_set_lyr_2_4, udp_dport), inner_udp_dport),
	CAN(2, IFC_LOC(0x2c, 31, 0), inner_sip),
	CAN(1, FIELD(fte_match_set_misc, source_port), source_eswitch_port),
	CAN(1, FIELD(fte_match_set_misc, outer_second_vid), outer_second_vid),
	CAN(1, FIELD(fte_match_set_misc, inner_second_prio), inner_second_prio),
	CAN(1, FIELD(fte_match_set_misc, gre_key), outer_gre_key),
	CAN(1, FIELD(fte_match_set_misc, vxlan_vni), outer_vxlan_vni),
	CAN(1, FIELD(fte_match_set_misc, geneve_opt_len), outer_geneve_opt_len),
	CAN(3, FIELD(fte_match_set_misc2, outer_first_mpls_over_udp), outer_first_mpls_over_udp),
	CAN(3, FIELD(fte_match_set_misc2, metadata_reg_c_0), metadata_reg_c_0),
	CAN(3, FIELD(fte_match_set_misc2, metadata_reg_c_7), metadata_reg_c_7),
};

static void group_with(struct nic_device *dev, size_t i, uint32_t bits, enum nic_syndrome s)
{
	struct cmd c;

	make_create_group(&c);
	memset(IFC_PTR(create_flow_group_in, c.in, match_criteria), 0, IFC_FTE_MATCH_PARAM_SIZE);
	ifc_set(c.in, GROUP(match_criteria_enable), 1u << matched[i].block);
	ifc_set(c.in, MASK(matched[i].block, matched[i].loc), bits);
	expect(dev, &c, s);
	if (s)
		return;
	on_table(&c, MLX5_CMD_OP_DESTROY_FLOW_GROUP, FDB, T_SECOND);
	IFC_SET(destroy_flow_group_in, c.in, group_id,
		IFC_GET(create_flow_group_out, out, group_id));
	run_ok(dev, &c);
}

static void a_field_that_is_not_advertised_is_not_matched(void **state)
{
	struct nic_device *dev = world_new();
	uint8_t *fdb = IFC_PTR(flow_table_eswitch_cap, dev->caps.eswitch_flow_table,
			       flow_table_properties_nic_esw_fdb);
	uint8_t *can = IFC_PTR(flow_table_prop_layout, fdb, ft_field_support);
	uint8_t *part = IFC_PTR(flow_table_prop_layout, fdb, ft_field_bitmask_support);

	for (size_t i = 0; i < ARRAY_SIZE(matched); i++) {
		uint32_t all = IFC_LOC_MASK(matched[i].loc), had = ifc_get(can, matched[i].cap);

		group_with(dev, i, all, NIC_SYN_NONE);
		group_with(dev, i, 1, NIC_SYN_NONE);
		ifc_set(part, matched[i].cap, 0);
		group_with(dev, i, all, NIC_SYN_NONE);
		group_with(dev, i, 1, all == 1 ? NIC_SYN_NONE : NIC_SYN_CRITERIA_BITMASK);
		ifc_set(can, matched[i].cap, 0);
		group_with(dev, i, all, NIC_SYN_CRITERIA_ADVERTISED);
		group_with(dev, i, 1, NIC_SYN_CRITERIA_ADVERTISED);
		ifc_set(can, matched[i].cap, had);
		ifc_set(part, matched[i].cap, had);
	}
	nic_device_free(dev);
}

static void icmp_is_matched_where_its_parser_is_advertised(void **state)
{
	static const struct {
		unsigned int loc;
		uint32_t parser;
	} rows[] = {
		{ FIELD(fte_match_set_misc3, icmp_type), 1u << 8 },
		{ FIELD(fte_match_set_misc3, icmp_code), 1u << 8 },
		{ FIELD(fte_match_set_misc3, icmpv6_type), 1u << 9 },
		{ FIELD(fte_match_set_misc3, icmpv6_code), 1u << 9 },
	};
	struct nic_device *dev = world_new();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cmd c;

		make_create_group(&c);
		ifc_set(c.in, GROUP(match_criteria_enable), 1 | MLX5_MATCH_MISC_PARAMETERS_3);
		ifc_set(c.in, MASK(4, rows[i].loc), 0xff);
		IFC_SET(cmd_hca_cap, dev->caps.general, flex_parser_protocols, ~rows[i].parser);
		expect(dev, &c, NIC_SYN_CRITERIA_ADVERTISED);
	}
	nic_device_free(dev);
}

static void every_syndrome_was_seen(void **state)
{
	/* Those of queues and of the function have files of their own. */
	for (int s = 1; s < NIC_SYN_PD_ID; s++) {
		if (!seen[s])
			fail_msg("never refused: %s", nic_syndrome_text((enum nic_syndrome)s));
		assert_non_null(nic_syndrome_words(NIC_SYNDROME_BASE + (uint32_t)s));
	}
	assert_null(nic_syndrome_words(NIC_SYNDROME_BASE));
	assert_null(nic_syndrome_words(NIC_SYNDROME_BASE + NIC_N_SYNDROMES));
}

/* ---- lives ---- */

static void a_world_can_be_taken_apart_in_order(void **state)
{
	struct nic_device *dev = world_new();
	struct nic_counts n;
	struct cmd c;

	make_destroy_group(&c);
	run_ok(dev, &c);
	IFC_SET(destroy_flow_group_in, c.in, group_id, G_FIRST);
	expect(dev, &c, NIC_SYN_GROUP_BUSY);
	make_delete_fte(&c);
	run_ok(dev, &c);
	expect(dev, &c, NIC_SYN_ENTRY_MISSING);
	make_destroy_group(&c);
	IFC_SET(destroy_flow_group_in, c.in, group_id, G_FIRST);
	run_ok(dev, &c);
	make_delete_fte(&c);
	IFC_SET(delete_fte_in, c.in, table_id, T_TUNNEL);
	run_ok(dev, &c);
	for (uint32_t i = 0; i < 2; i++) {
		make_destroy_group(&c);
		IFC_SET(set_fte_in, c.in, table_id, T_TUNNEL + i);
		IFC_SET(destroy_flow_group_in, c.in, group_id, G_TUNNEL + i);
		run_ok(dev, &c);
	}
	for (uint32_t r = R_USED; r <= R_FREE; r++) {
		make_dealloc_reformat(&c);
		IFC_SET(dealloc_packet_reformat_context_in, c.in, packet_reformat_id, r);
		run_ok(dev, &c);
	}
	for (uint32_t t = T_FIRST; t <= T_TERMINATION; t++) {
		if (t == T_ACL)
			continue;
		make_destroy_table(&c);
		IFC_SET(destroy_flow_table_in, c.in, table_id, t);
		run_ok(dev, &c);
	}
	for (uint32_t m = M_FDB; m <= M_FREE; m++) {
		make_dealloc_modify_header(&c);
		IFC_SET(dealloc_modify_header_context_in, c.in, modify_header_id, m);
		run_ok(dev, &c);
	}
	make_dealloc_counter(&c);
	run_ok(dev, &c);
	IFC_SET(dealloc_flow_counter_in, c.in, flow_counter_id, C_USED);
	run_ok(dev, &c);
	IFC_SET(dealloc_flow_counter_in, c.in, flow_counter_id, BULK);
	run_ok(dev, &c);
	nic_device_counts(dev, &n);
	assert_int_equal(n.n_tables, 1);
	assert_int_equal(
		n.n_groups + n.n_entries + n.n_counters + n.n_modify_headers + n.n_reformats, 0);
	nic_device_free(dev);
}

static void a_modified_entry_lets_go_of_what_it_held(void **state)
{
	struct nic_device *dev = world_new();
	struct cmd c;

	make_set_fte_modify(&c);
	run_ok(dev, &c);
	make_query_fte(&c);
	run_ok(dev, &c);
	assert_int_equal(IFC_GET(flow_context, IFC_PTR(query_fte_out, out, flow_context), action),
			 MLX5_FLOW_CONTEXT_ACTION_DROP);
	make_destroy_table(&c);
	IFC_SET(destroy_flow_table_in, c.in, table_id, T_SECOND);
	run_ok(dev, &c);
	make_dealloc_counter(&c);
	IFC_SET(dealloc_flow_counter_in, c.in, flow_counter_id, C_USED);
	run_ok(dev, &c);
	make_dealloc_modify_header(&c);
	IFC_SET(dealloc_modify_header_context_in, c.in, modify_header_id, M_FDB);
	run_ok(dev, &c);
	nic_device_free(dev);
}

/* ---- garbage ---- */

static uint64_t random_next(uint64_t *s)
{
	return *s = hash_u64(*s + 1);
}

static void garbage_never_hurts(void **state)
{
	struct nic_device *dev = world_new();
	uint64_t s = 1;

	for (size_t i = 0; i < 40000; i++) {
		uint64_t r = random_next(&s);
		struct cmd c;

		makers[r % ARRAY_SIZE(makers)](&c);
		for (size_t n = r >> 8 & 3; n; n--) {
			uint64_t x = random_next(&s);
			/* Most of a command is a mask: hit its head more often. */
			size_t at = x >> 16 & 1 ? x % 0x80 % c.in_size : x % c.in_size;

			c.in[at] = (uint8_t)(x >> 40 & 1 ? x >> 48 & 7 : x >> 48);
		}
		if (!(r >> 12 & 15))
			c.in_size = r >> 16 & 0x3ff;
		nic_device_exec(dev, c.in, c.in_size, out, c.out_size);
		if (!(r >> 32 & 15)) {
			uint8_t frame[128];

			for (size_t b = 0; b < sizeof frame; b++)
				frame[b] = (uint8_t)random_next(&s);
			memcpy(frame + 12, r >> 40 & 1 ? "\x08\x00\x45" : "\x81\x00", 2);
			nic_device_receive(dev, (uint16_t)(r >> 48 & 3), frame, r >> 20 & 127);
		}
	}
	nic_device_free(dev);
}

static void the_trace_says_what_was_refused_and_why(void **state)
{
	struct trace trace;
	struct nic_device *dev;
	struct cmd c;

	trace_init(&trace);
	trace.recording = true;
	dev = device_new(&trace);
	fill_world(dev);
	trace_forget(&trace);
	trace_clear(&trace);
	make_set_fte(&c);
	IFC_SET(set_fte_in, c.in, flow_index, 0);
	run(dev, &c);
	assert_true(trace.refused);
	assert_string_equal(trace.refusal.words, nic_syndrome_text(NIC_SYN_ENTRY_EXISTS));
	assert_int_equal(trace.n_events, 1);
	assert_string_equal(trace.events[0].function, "nic_device_exec");
	assert_int_equal(trace.events[0].result, -EINVAL);
	assert_string_equal(trace.events[0].notes[1].key, "table");
	nic_device_free(dev);
	trace_fini(&trace);
}

/* A single packet's way is in the trace, when that is recording; a batch never is. */
static void the_trace_shows_the_way_of_a_packet(void **state)
{
	static const char *const functions[] = { "nic_device_receive", "nic_table_lookup",
						 "nic_table_lookup", "nic_device_output" };
	uint8_t bytes[60] = { 0, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5 };
	const struct nic_frame frame = { bytes, sizeof bytes };
	struct trace trace;
	struct nic_device *dev;
	uint64_t n_out = 0;
	struct cmd c;

	trace_init(&trace);
	dev = device_new(&trace);
	fill_world(dev);
	make_set_root(&c);
	IFC_SET(set_flow_table_root_in, c.in, table_id, T_SECOND);
	run_ok(dev, &c);
	make_modify_table(&c);
	IFC_SET(modify_flow_table_in, c.in, table_id, T_SECOND);
	IFC_SET(flow_table_context, IFC_PTR(modify_flow_table_in, c.in, flow_table_context),
		table_miss_id, T_FIRST);
	run_ok(dev, &c);
	make_delete_fte(&c);
	IFC_SET(delete_fte_in, c.in, flow_index, 0);
	run_ok(dev, &c);
	make_set_fte(&c);
	run_ok(dev, &c);
	nic_device_receive(dev, 1, bytes, sizeof bytes);
	assert_int_equal(trace.n_events, 0);
	trace.recording = true;
	nic_device_receive_batch(dev, 1, &frame, 1, &n_out);
	assert_int_equal(n_out, 1);
	assert_int_equal(trace.n_events, 0);
	assert_int_equal(nic_device_receive(dev, 1, bytes, sizeof bytes), NIC_DROP_NONE);
	assert_int_equal(trace.n_events, ARRAY_SIZE(functions));
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		assert_string_equal(trace.events[i].function, functions[i]);
	assert_string_equal(trace.events[1].notes[1].key, "miss");
	assert_string_equal(trace.events[1].notes[1].value, "goes on to table 1");
	assert_string_equal(trace.events[2].notes[1].key, "hit");
	assert_string_equal(trace.events[2].notes[1].value, "entry 1, group 1");
	assert_string_equal(trace.events[2].notes[3].value, "count in 129, to vport 1");
	assert_string_equal(trace.events[3].notes[0].value, "vport 1");
	nic_device_free(dev);
	trace_fini(&trace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_of_the_world_succeeds),
		cmocka_unit_test(every_wrong_length_is_refused),
		cmocka_unit_test(every_reserved_bit_is_refused),
		cmocka_unit_test(every_refusal_names_its_reason_and_changes_nothing),
		cmocka_unit_test(limits_are_told_from_other_refusals),
		cmocka_unit_test(a_failed_allocation_is_a_limit_and_changes_nothing),
		cmocka_unit_test(a_device_that_cannot_be_made_leaks_nothing),
		cmocka_unit_test(a_fault_fails_as_asked_and_changes_nothing),
		cmocka_unit_test(a_limit_of_a_table_stops_what_comes_not_what_is_there),
		cmocka_unit_test(what_is_not_advertised_is_refused),
		cmocka_unit_test(a_field_that_is_not_advertised_is_not_matched),
		cmocka_unit_test(icmp_is_matched_where_its_parser_is_advertised),
		cmocka_unit_test(faults_are_checked_and_bounded),
		cmocka_unit_test(every_syndrome_was_seen),
		cmocka_unit_test(a_world_can_be_taken_apart_in_order),
		cmocka_unit_test(a_modified_entry_lets_go_of_what_it_held),
		cmocka_unit_test(garbage_never_hurts),
		cmocka_unit_test(the_trace_says_what_was_refused_and_why),
		cmocka_unit_test(the_trace_shows_the_way_of_a_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
