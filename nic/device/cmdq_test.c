/* SPDX-License-Identifier: BSD-2-Clause */
/* The command queue and the registers, with a machine of one buffer. */
#include "nic/device/cmdq.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "nic/device/bar.h"
#include "nic/device/caps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define MEMORY	   0x40000000u /* its address */
#define SIZE	   0x40000u
#define QUEUE	   (MEMORY + 0x1000)
#define INS	   0x8000u /* offsets of the blocks */
#define OUTS	   0x20000u
#define BLOCK_STEP 1024u
#define TOKEN	   0x5a

struct machine {
	struct nic_device *dev;
	uint8_t *memory;
	/* What the machine does while its memory is looked at; NULL: nothing. */
	void (*meddle)(struct machine *m);
	uint32_t seed;
	size_t out_size;
};

static void *map(void *aux, uint64_t addr, size_t size)
{
	struct machine *m = aux;

	assert_true(size);
	if (m->meddle)
		m->meddle(m);
	return addr >= MEMORY && addr - MEMORY <= SIZE && size <= SIZE - (addr - MEMORY)
		       ? m->memory + (addr - MEMORY)
		       : NULL;
}

static void interrupt(void *aux, unsigned int vector)
{
}

static void start(struct machine *m)
{
	const struct nic_params params = { .n_vfs = 2 };
	const struct nic_bus bus = { m, map, interrupt };

	memset(m, 0, sizeof *m);
	m->memory = mem_new(SIZE);
	assert_non_null(m->memory);
	assert_int_equal(nic_device_new(&m->dev, &params), 0);
	nic_device_set_bus(m->dev, &bus);
}

static void end(struct machine *m)
{
	nic_device_free(m->dev);
	mem_free(m->memory);
}

static uint8_t *entry_of(struct machine *m, unsigned int slot)
{
	return m->memory + (QUEUE - MEMORY) + slot * IFC_CMD_QUEUE_ENTRY_SIZE;
}

/* A chain of blocks for what is behind the first 16 bytes; the address of its first. */
static uint64_t put_chain(struct machine *m, uint32_t offset, const uint8_t *data, size_t size)
{
	uint32_t i = 0;

	for (size_t at = 16; at < size; at += 512, i++) {
		uint8_t *block = m->memory + offset + i * BLOCK_STEP;

		memset(block, 0, IFC_CMD_MAILBOX_BLOCK_SIZE);
		if (data)
			memcpy(block, data + at, size - at < 512 ? size - at : 512);
		if (at + 512 < size)
			put_be64(IFC_PTR(cmd_mailbox_block, block, next_pointer),
				 MEMORY + offset + (i + 1) * BLOCK_STEP);
		IFC_SET(cmd_mailbox_block, block, block_number, i);
		IFC_SET(cmd_mailbox_block, block, token, TOKEN);
	}
	return i ? MEMORY + offset : 0;
}

static void put_entry(struct machine *m, unsigned int slot, const uint8_t *in, size_t in_size,
		      size_t out_size)
{
	uint8_t *e = entry_of(m, slot);

	memset(e, 0, IFC_CMD_QUEUE_ENTRY_SIZE);
	memcpy(IFC_PTR(cmd_queue_entry, e, command_input_inline_data), in, 16);
	put_be64(IFC_PTR(cmd_queue_entry, e, input_mailbox_pointer),
		 put_chain(m, INS, in, in_size));
	put_be64(IFC_PTR(cmd_queue_entry, e, output_mailbox_pointer),
		 put_chain(m, OUTS, NULL, out_size));
	IFC_SET(cmd_queue_entry, e, type, MLX5_CMD_TYPE_PCI);
	IFC_SET(cmd_queue_entry, e, input_length, (uint32_t)in_size);
	IFC_SET(cmd_queue_entry, e, output_length, (uint32_t)out_size);
	IFC_SET(cmd_queue_entry, e, token, TOKEN);
	IFC_SET(cmd_queue_entry, e, ownership, 1);
	m->out_size = out_size;
}

static void ring(struct machine *m, uint32_t slots)
{
	const struct nic_doorbell bell = { .type = NIC_DOORBELL_COMMAND,
					   .value = { slots },
					   .cmdq = QUEUE };

	nic_device_ring(m->dev, &bell);
}

/* The delivery status; the device has given the entry back. */
static unsigned int status_of(struct machine *m, unsigned int slot)
{
	const uint8_t *e = entry_of(m, slot);

	assert_int_equal(IFC_GET(cmd_queue_entry, e, ownership), 0);
	return IFC_GET(cmd_queue_entry, e, status);
}

static void get_answer(struct machine *m, unsigned int slot, uint8_t *out)
{
	size_t i = 0;

	memcpy(out, IFC_PTR(cmd_queue_entry, entry_of(m, slot), command_output_inline_data),
	       m->out_size < 16 ? m->out_size : 16);
	for (size_t at = 16; at < m->out_size; at += 512, i++)
		memcpy(out + at, m->memory + OUTS + i * BLOCK_STEP,
		       m->out_size - at < 512 ? m->out_size - at : 512);
}

static const struct {
	uint16_t opcode;
	size_t in_size, out_size;
} commands[] = {
	{ MLX5_CMD_OP_QUERY_HCA_CAP, 16, 0x1010 },
	{ MLX5_CMD_OP_CREATE_FLOW_TABLE, 0x40, 16 },
	{ MLX5_CMD_OP_CREATE_FLOW_GROUP, 0x400, 16 },
	{ MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, 0x340, 16 },
	{ MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, 0x348, 16 },
	{ MLX5_CMD_OP_QUERY_FLOW_GROUP, 0x40, 0x400 },
	{ MLX5_CMD_OP_QUERY_FLOW_COUNTER, 0x20, 0x410 },
	{ 0x7ff, 16, 16 },
	{ MLX5_CMD_OP_ALLOC_FLOW_COUNTER, 16, 12 },
	{ MLX5_CMD_OP_ALLOC_FLOW_COUNTER, 16, 8 },
	{ MLX5_CMD_OP_ALLOC_FLOW_COUNTER, 527, 17 },
	{ MLX5_CMD_OP_ALLOC_FLOW_COUNTER, 528, 528 },
	{ MLX5_CMD_OP_ALLOC_FLOW_COUNTER, 529, 529 },
};

static void make_command(size_t i, uint8_t *in)
{
	memset(in, 0, 0x1000);
	for (size_t k = 16; k < commands[i].in_size; k++)
		in[k] = (uint8_t)(k * 7 + i);
	if (commands[i].opcode == MLX5_CMD_OP_CREATE_FLOW_TABLE)
		memset(in + 16, 0, 0x30);
	IFC_SET(cmd_in, in, opcode, commands[i].opcode);
}

/* What a second device says to the same commands without a queue. */
static void the_answer_is_that_of_the_same_command_without_a_queue(void **state)
{
	uint8_t in[0x1000], out[0x1100], expected[0x1100];
	struct machine m, twin;

	start(&m);
	start(&twin);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		make_command(i, in);
		put_entry(&m, i % 32, in, commands[i].in_size, commands[i].out_size);
		ring(&m, 1u << i % 32);
		assert_int_equal(status_of(&m, i % 32), MLX5_DELIVERY_OK);
		get_answer(&m, i % 32, out);
		assert_int_equal(nic_device_exec(twin.dev, in, commands[i].in_size, expected,
						 commands[i].out_size),
				 0);
		assert_memory_equal(out, expected, commands[i].out_size);
	}
	end(&m);
	end(&twin);
}

/* Spoils an entry that is right. */
typedef void (*spoiler)(struct machine *m, uint8_t *entry);

static void spoil_type(struct machine *m, uint8_t *e)
{
	IFC_SET(cmd_queue_entry, e, type, 6);
}

static void spoil_in_small(struct machine *m, uint8_t *e)
{
	IFC_SET(cmd_queue_entry, e, input_length, 15);
}

static void spoil_in_big(struct machine *m, uint8_t *e)
{
	IFC_SET(cmd_queue_entry, e, input_length, NIC_COMMAND_MAX + 1);
}

static void spoil_in_huge(struct machine *m, uint8_t *e)
{
	IFC_SET(cmd_queue_entry, e, input_length, UINT32_MAX);
}

static void spoil_out_small(struct machine *m, uint8_t *e)
{
	IFC_SET(cmd_queue_entry, e, output_length, 7);
}

static void spoil_out_huge(struct machine *m, uint8_t *e)
{
	IFC_SET(cmd_queue_entry, e, output_length, UINT32_MAX);
}

static void spoil_in_pointer(struct machine *m, uint8_t *e)
{
	put_be64(IFC_PTR(cmd_queue_entry, e, input_mailbox_pointer), MEMORY + INS + 16);
}

static void spoil_in_outside(struct machine *m, uint8_t *e)
{
	put_be64(IFC_PTR(cmd_queue_entry, e, input_mailbox_pointer), 0xfffffffffffffe00);
}

static void spoil_in_next(struct machine *m, uint8_t *e)
{
	put_be64(IFC_PTR(cmd_mailbox_block, m->memory + INS, next_pointer), 0);
}

static void spoil_in_end(struct machine *m, uint8_t *e)
{
	put_be64(IFC_PTR(cmd_mailbox_block, m->memory + INS, next_pointer), MEMORY + SIZE - 512);
}

/* A chain of itself has the wrong block numbers. */
static void spoil_in_loop(struct machine *m, uint8_t *e)
{
	put_be64(IFC_PTR(cmd_mailbox_block, m->memory + INS, next_pointer), MEMORY + INS);
}

static void spoil_in_token(struct machine *m, uint8_t *e)
{
	IFC_SET(cmd_mailbox_block, m->memory + INS + BLOCK_STEP, token, TOKEN + 1);
}

static void spoil_out_pointer(struct machine *m, uint8_t *e)
{
	put_be64(IFC_PTR(cmd_queue_entry, e, output_mailbox_pointer), MEMORY + OUTS + 1);
}

static void spoil_out_outside(struct machine *m, uint8_t *e)
{
	put_be64(IFC_PTR(cmd_mailbox_block, m->memory + OUTS, next_pointer), 0);
}

static void spoil_out_loop(struct machine *m, uint8_t *e)
{
	put_be64(IFC_PTR(cmd_mailbox_block, m->memory + OUTS, next_pointer), MEMORY + OUTS);
}

static void spoil_token(struct machine *m, uint8_t *e)
{
	IFC_SET(cmd_queue_entry, e, token, 0);
}

static const struct {
	spoiler spoil;
	enum mlx5_delivery_status status;
} spoilt[] = {
	{ spoil_type, MLX5_DELIVERY_COMMAND_TYPE },
	{ spoil_in_small, MLX5_DELIVERY_IN_LENGTH },
	{ spoil_in_big, MLX5_DELIVERY_IN_LENGTH },
	{ spoil_in_huge, MLX5_DELIVERY_IN_LENGTH },
	{ spoil_out_small, MLX5_DELIVERY_OUT_LENGTH },
	{ spoil_out_huge, MLX5_DELIVERY_OUT_LENGTH },
	{ spoil_in_pointer, MLX5_DELIVERY_IN_POINTER_ALIGN },
	{ spoil_in_outside, MLX5_DELIVERY_IN_POINTER_ALIGN },
	{ spoil_in_next, MLX5_DELIVERY_IN_POINTER_ALIGN },
	{ spoil_in_end, MLX5_DELIVERY_IN_POINTER_ALIGN },
	{ spoil_in_loop, MLX5_DELIVERY_BLOCK_NUMBER },
	{ spoil_in_token, MLX5_DELIVERY_TOKEN },
	{ spoil_out_pointer, MLX5_DELIVERY_OUT_POINTER_ALIGN },
	{ spoil_out_outside, MLX5_DELIVERY_OUT_POINTER_ALIGN },
	{ spoil_out_loop, MLX5_DELIVERY_BLOCK_NUMBER },
	{ spoil_token, MLX5_DELIVERY_TOKEN },
};

static uint64_t n_commands(const struct machine *m)
{
	struct nic_counts c;

	nic_device_counts(m->dev, &c);
	return c.n_commands;
}

static void what_cannot_be_delivered_is_not_executed(void **state)
{
	uint8_t in[0x1000] = { 0 };
	struct machine m;

	start(&m);
	for (size_t i = 0; i < ARRAY_SIZE(spoilt); i++) {
		uint64_t before = n_commands(&m);

		put_entry(&m, 0, in, 0x500, 0x500);
		spoilt[i].spoil(&m, entry_of(&m, 0));
		ring(&m, 1);
		assert_int_equal(status_of(&m, 0), spoilt[i].status);
		assert_int_equal(n_commands(&m), before);
	}
	end(&m);
}

static void only_what_is_the_devices_in_memory_is_touched(void **state)
{
	uint8_t in[16] = { 0 }, *copy = mem_new(SIZE);
	const struct nic_doorbell outside = { .type = NIC_DOORBELL_COMMAND,
					      .value = { UINT32_MAX },
					      .cmdq = MEMORY + SIZE - 64 };
	struct machine m;

	start(&m);
	for (unsigned int i = 0; i < 32; i++) {
		put_entry(&m, i, in, 16, 16);
		IFC_SET(cmd_queue_entry, entry_of(&m, i), ownership, i != 7);
	}
	memcpy(copy, m.memory, SIZE);
	ring(&m, 0);
	ring(&m, 1u << 7);
	nic_device_ring(m.dev, &outside); /* an entry of zeros at the end, then none */
	assert_memory_equal(copy, m.memory, SIZE);
	nic_device_set_bus(m.dev, NULL);
	ring(&m, UINT32_MAX);
	assert_memory_equal(copy, m.memory, SIZE);
	assert_int_equal(n_commands(&m), 0);
	mem_free(copy);
	end(&m);
}

static void all_slots_of_a_doorbell_are_executed(void **state)
{
	uint8_t in[16] = { 0 }, out[16];
	struct machine m;

	start(&m);
	for (unsigned int i = 0; i < 32; i++)
		put_entry(&m, i, in, 16, 16);
	ring(&m, 0xf00000ff);
	for (unsigned int i = 0; i < 32; i++) {
		bool rung = i < 8 || i >= 28;

		assert_int_equal(IFC_GET(cmd_queue_entry, entry_of(&m, i), ownership), !rung);
		if (!rung)
			continue;
		get_answer(&m, i, out);
		assert_int_equal(IFC_GET(cmd_out, out, status), MLX5_CMD_STAT_BAD_OP_ERR);
	}
	assert_int_equal(n_commands(&m), 12);
	end(&m);
}

/* The answer lies where the command was. */
static void in_and_out_may_overlap(void **state)
{
	uint8_t in[0x1010] = { 0 }, expected[0x1010];
	struct machine m;

	start(&m);
	IFC_SET(cmd_in, in, opcode, MLX5_CMD_OP_QUERY_HCA_CAP);
	put_entry(&m, 0, in, 0x1010, 0x1010);
	put_be64(IFC_PTR(cmd_queue_entry, entry_of(&m, 0), output_mailbox_pointer), MEMORY + INS);
	ring(&m, 1);
	assert_int_equal(status_of(&m, 0), MLX5_DELIVERY_OK);
	assert_int_equal(nic_device_exec(m.dev, in, 0x1010, expected, sizeof expected), 0);
	assert_memory_equal(IFC_PTR(cmd_queue_entry, entry_of(&m, 0), command_output_inline_data),
			    expected, 16);
	for (unsigned int i = 0; i < 8; i++)
		assert_memory_equal(m.memory + INS + i * BLOCK_STEP, expected + 16 + i * 512, 512);
	/* Even the entry itself: the byte that gives it back is the last that is written. */
	put_entry(&m, 0, in, 16, 528);
	IFC_SET(cmd_mailbox_block, m.memory + (QUEUE - MEMORY), token, TOKEN);
	put_be64(IFC_PTR(cmd_queue_entry, entry_of(&m, 0), output_mailbox_pointer), QUEUE);
	ring(&m, 1);
	assert_int_equal(status_of(&m, 0), MLX5_DELIVERY_OK);
	end(&m);
}

/* Some bytes of entry, blocks and pointers at random, at every look into memory. */
static void meddle(struct machine *m)
{
	for (int i = 0; i < 3; i++) {
		static const uint32_t places[] = { QUEUE - MEMORY, INS, INS + BLOCK_STEP, OUTS,
						   OUTS + BLOCK_STEP };
		uint32_t r = m->seed = m->seed * 1664525 + 1013904223;

		m->memory[places[(r >> 24) % ARRAY_SIZE(places)] + (r >> 8) % 64 +
			  (r >> 16 & 1 ? 0x230 : 0)] = (uint8_t)(r >> 4);
	}
}

static void a_machine_that_meddles_meanwhile_hurts_nobody(void **state)
{
	uint8_t in[0x1000];
	struct machine m;

	start(&m);
	m.meddle = meddle;
	for (uint32_t n = 0; n < 20000; n++) {
		size_t i = n % ARRAY_SIZE(commands);

		m.seed = n;
		make_command(i, in);
		put_entry(&m, 0, in, commands[i].in_size, commands[i].out_size);
		ring(&m, 1);
	}
	end(&m);
}

static void without_memory_a_command_is_not_executed(void **state)
{
	uint8_t in[16] = { 0 };
	struct machine m;

	start(&m);
	for (unsigned long n = 1; n <= 2; n++) {
		put_entry(&m, 0, in, 16, 16);
		mem_fail_nth(n);
		ring(&m, 1);
		assert_true(mem_fail_happened());
		mem_fail_nth(0);
		assert_int_equal(status_of(&m, 0), MLX5_DELIVERY_FIRMWARE);
	}
	assert_int_equal(n_commands(&m), 0);
	end(&m);
}

/* ---- registers ---- */

static uint32_t read_register(const struct nic_bar *bar, uint64_t offset, uint64_t now_ns)
{
	uint8_t bytes[4];

	nic_bar_read(bar, offset, bytes, 4, now_ns);
	return get_be32(bytes);
}

static struct nic_doorbell write_register(struct nic_bar *bar, uint64_t offset, uint32_t value)
{
	uint8_t bytes[4];

	put_be32(bytes, value);
	return nic_bar_write(bar, offset, bytes, 4);
}

static void the_registers_say_what_a_driver_looks_for(void **state)
{
	struct nic_bar bar;
	uint8_t bytes[16], more[16];

	nic_bar_init(&bar);
	assert_int_equal(read_register(&bar, 4, 0) >> 16, 5);
	assert_int_equal(read_register(&bar, 0x14, 0), 0x56);
	assert_int_equal(read_register(&bar, 0x1fc, 0), 0); /* not initialising */
	assert_int_not_equal(read_register(&bar, 0x230, 0), 0xffffffff);
	assert_int_equal(read_register(&bar, 0x23c, 0), 0);
	assert_int_equal(read_register(&bar, 0x1000, 0x123456789abcdef0), 0x12345678);
	assert_int_equal(read_register(&bar, 0x1004, 0x123456789abcdef0), 0x9abcdef0);
	assert_int_not_equal(read_register(&bar, 0x1010, 0),
			     read_register(&bar, 0x1010, NSEC_PER_SEC));
	atomic_store(&bar.health, 8);
	assert_int_equal(read_register(&bar, 0x23c, 0), 8 << 16);
	assert_int_equal(read_register(&bar, 0x238, 0) >> 31, 1);
	atomic_store(&bar.health, NIC_HEALTH_STUCK);
	assert_int_equal(read_register(&bar, 0x23c, 0), 0);
	assert_int_equal(read_register(&bar, 0x1010, 0), read_register(&bar, 0x1010, NSEC_PER_SEC));
	/* A driver that begins anew finds a firmware that has begun anew. */
	nic_bar_write(&bar, 0x14, bytes, 4);
	assert_int_not_equal(read_register(&bar, 0x1010, 0),
			     read_register(&bar, 0x1010, NSEC_PER_SEC));
	/* In pieces it is the same; behind it are zeros. */
	nic_bar_read(&bar, 0, bytes, 16, 0);
	for (uint64_t i = 0; i < 16; i++)
		nic_bar_read(&bar, i, more + i, 1, 0);
	assert_memory_equal(bytes, more, 16);
	memset(bytes, 0xff, sizeof bytes);
	nic_bar_read(&bar, IFC_INIT_SEGMENT_SIZE - 2, bytes, 16, 0);
	nic_bar_read(&bar, UINT64_MAX, bytes, 4, 0);
	for (size_t i = 0; i < 16; i++)
		assert_int_equal(bytes[i], 0);
}

static void the_command_doorbell_carries_the_queues_address(void **state)
{
	struct nic_bar bar;
	struct nic_doorbell bell;

	nic_bar_init(&bar);
	assert_int_equal(write_register(&bar, 0x10, 0x12).type, NIC_DOORBELL_NONE);
	assert_int_equal(write_register(&bar, 0x14, 0x345670ff).type, NIC_DOORBELL_RESET);
	assert_int_equal(read_register(&bar, 0x10, 0), 0x12);
	assert_int_equal(read_register(&bar, 0x14, 0), 0x34567056);
	bell = write_register(&bar, 0x18, 0x80000001);
	assert_int_equal(bell.type, NIC_DOORBELL_COMMAND);
	assert_int_equal(bell.value[0], 0x80000001);
	assert_int_equal(bell.cmdq, 0x1234567000);
	/* A driver that disables the interface reads that it is, and rings in vain. */
	write_register(&bar, 0x14, 0x34567100);
	assert_int_equal(read_register(&bar, 0x14, 0), 0x34567156);
	assert_int_equal(write_register(&bar, 0x18, 1).type, NIC_DOORBELL_NONE);
	write_register(&bar, 0x14, 0x34567000);
	assert_int_equal(write_register(&bar, 0x18, 1).type, NIC_DOORBELL_COMMAND);
	/* One that asks for a reset reads that it is done. */
	assert_int_equal(write_register(&bar, 0x14, 0x34567700).type, NIC_DOORBELL_RESET);
	assert_int_equal(read_register(&bar, 0x14, 0), 0x34567156);
}

static uint32_t enable(struct nic_device *dev)
{
	uint8_t in[IFC_ENABLE_HCA_IN_SIZE] = { 0 }, out[IFC_ENABLE_HCA_OUT_SIZE] = { 0 };

	IFC_SET(enable_hca_in, in, opcode, MLX5_CMD_OP_ENABLE_HCA);
	assert_int_equal(nic_device_exec(dev, in, sizeof in, out, sizeof out), 0);
	return IFC_GET(enable_hca_out, out, status);
}

/* As after a crash of the one before, or when it recovers from an error. */
static void a_driver_that_begins_anew_finds_a_device_that_is_disabled(void **state)
{
	const struct nic_doorbell reset = { .type = NIC_DOORBELL_RESET };
	struct machine m;

	start(&m);
	assert_int_equal(enable(m.dev), MLX5_CMD_STAT_OK);
	assert_int_equal(enable(m.dev), MLX5_CMD_STAT_BAD_SYS_STATE_ERR);
	nic_device_ring(m.dev, &reset);
	assert_int_equal(enable(m.dev), MLX5_CMD_STAT_OK);
	end(&m);
}

static void doorbells_are_told_apart_by_their_place(void **state)
{
	static const struct {
		uint64_t offset;
		size_t size;
		enum nic_doorbell_type type;
		bool arm;
	} rows[] = {
		{ 0x8040, 4, NIC_DOORBELL_EQ, true },
		{ 0x8048, 4, NIC_DOORBELL_EQ, false },
		{ 0x8020, 8, NIC_DOORBELL_CQ, false },
		{ 0x8020, 4, NIC_DOORBELL_NONE, false },
		{ 0x8800, 8, NIC_DOORBELL_SQ, false },
		{ 0x8900, 64, NIC_DOORBELL_SQ, false },
		{ 0x8800, 4, NIC_DOORBELL_NONE, false },
		{ 0x8042, 4, NIC_DOORBELL_NONE, false },
		{ 0x8040, 3, NIC_DOORBELL_NONE, false },
		{ 0x7800, 8, NIC_DOORBELL_NONE, false },
		{ 0x0040, 4, NIC_DOORBELL_NONE, false },
		{ 0xffffffffffff8, 8, NIC_DOORBELL_SQ, false },
	};
	const uint8_t bytes[64] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct nic_bar bar;

	nic_bar_init(&bar);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nic_doorbell bell = nic_bar_write(&bar, rows[i].offset, bytes, rows[i].size);

		assert_int_equal(bell.type, rows[i].type);
		if (bell.type == NIC_DOORBELL_NONE)
			continue;
		assert_int_equal(bell.uar, (uint32_t)(rows[i].offset >> 12));
		assert_int_equal(bell.value[0], 0x01020304);
		assert_int_equal(bell.value[1], rows[i].size < 8 ? 0 : 0x05060708);
		assert_int_equal(bell.arm, rows[i].arm);
	}
}

/* Of the commands whose answer grows with a capability this one has the longest. */
static void the_longest_answer_that_is_advertised_fits(void **state)
{
	struct nic_caps *caps = mem_new(sizeof *caps);
	size_t n;

	assert_non_null(caps);
	nic_caps_default(caps);
	n = (size_t)1 << IFC_GET(cmd_hca_cap, caps->general, log_max_flow_counter_bulk);
	assert_true(IFC_QUERY_FLOW_COUNTER_OUT_SIZE + n * IFC_TRAFFIC_COUNTER_SIZE <=
		    NIC_COMMAND_MAX);
	mem_free(caps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_answer_that_is_advertised_fits),
		cmocka_unit_test(the_answer_is_that_of_the_same_command_without_a_queue),
		cmocka_unit_test(what_cannot_be_delivered_is_not_executed),
		cmocka_unit_test(only_what_is_the_devices_in_memory_is_touched),
		cmocka_unit_test(all_slots_of_a_doorbell_are_executed),
		cmocka_unit_test(in_and_out_may_overlap),
		cmocka_unit_test(a_machine_that_meddles_meanwhile_hurts_nobody),
		cmocka_unit_test(without_memory_a_command_is_not_executed),
		cmocka_unit_test(the_registers_say_what_a_driver_looks_for),
		cmocka_unit_test(the_command_doorbell_carries_the_queues_address),
		cmocka_unit_test(a_driver_that_begins_anew_finds_a_device_that_is_disabled),
		cmocka_unit_test(doorbells_are_told_apart_by_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
