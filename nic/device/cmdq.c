/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/device/cmdq.h"

#include "base/alloc.h"
#include "nic/device/queues_internal.h"

#include <string.h>

#define INLINE_SIZE   16u /* of a command and of an answer, in the entry */
#define DATA_SIZE     512u
#define POINTER_ALIGN 512u
#define BLOCKS_MAX    (NIC_COMMAND_MAX / DATA_SIZE)

struct run {
	struct nic_device *dev;
	uint8_t *slot; /* the entry in the machine's memory */
	uint8_t entry[IFC_CMD_QUEUE_ENTRY_SIZE];
	uint8_t token;
	uint32_t in_size, out_size;
	uint8_t *in, *out;
	uint8_t *blocks[BLOCKS_MAX]; /* of the answer, in the machine's memory */
};

static void *map(const struct nic_device *dev, uint64_t addr, size_t size)
{
	return dev->bus.map ? dev->bus.map(dev->bus.aux, addr, size) : NULL;
}

/* Nobody may read the original again: it may change. */
static void copy_once(void *to, const void *from, size_t size)
{
	memcpy(to, from, size);
	atomic_signal_fence(memory_order_seq_cst);
}

static uint32_t inline_of(uint32_t size)
{
	return size < INLINE_SIZE ? size : INLINE_SIZE;
}

static uint32_t blocks_of(uint32_t size)
{
	return size <= INLINE_SIZE ? 0 : (size - INLINE_SIZE + DATA_SIZE - 1) / DATA_SIZE;
}

/* Bytes of the command or answer in block @i. */
static uint32_t part_of(uint32_t size, uint32_t i)
{
	uint32_t left = size - INLINE_SIZE - i * DATA_SIZE;

	return left < DATA_SIZE ? left : DATA_SIZE;
}

/* The next block of a chain, copied to @block; where it lies, or NULL: @pointer leads nowhere. */
static uint8_t *read_block(const struct nic_device *dev, uint64_t pointer, uint8_t *block)
{
	uint8_t *place = NULL;

	if (!(pointer % POINTER_ALIGN))
		place = map(dev, pointer, IFC_CMD_MAILBOX_BLOCK_SIZE);
	if (place)
		copy_once(block, place, IFC_CMD_MAILBOX_BLOCK_SIZE);
	return place;
}

static enum mlx5_delivery_status check_block(const struct run *r, const uint8_t *block, uint32_t i)
{
	if (IFC_GET(cmd_mailbox_block, block, token) != r->token)
		return MLX5_DELIVERY_TOKEN;
	if (IFC_GET(cmd_mailbox_block, block, block_number) != i)
		return MLX5_DELIVERY_BLOCK_NUMBER;
	return MLX5_DELIVERY_OK;
}

static uint64_t next_of(const uint8_t *block)
{
	return get_be64(IFC_PTR(cmd_mailbox_block, block, next_pointer));
}

static enum mlx5_delivery_status gather(struct run *r)
{
	uint64_t pointer = get_be64(IFC_PTR(cmd_queue_entry, r->entry, input_mailbox_pointer));
	uint8_t block[IFC_CMD_MAILBOX_BLOCK_SIZE];

	memcpy(r->in, IFC_PTR(cmd_queue_entry, r->entry, command_input_inline_data),
	       inline_of(r->in_size));
	for (uint32_t i = 0; i < blocks_of(r->in_size); i++) {
		enum mlx5_delivery_status bad;

		if (!read_block(r->dev, pointer, block))
			return MLX5_DELIVERY_IN_POINTER_ALIGN;
		bad = check_block(r, block, i);
		if (bad)
			return bad;
		memcpy(r->in + INLINE_SIZE + i * DATA_SIZE, block, part_of(r->in_size, i));
		pointer = next_of(block);
	}
	return MLX5_DELIVERY_OK;
}

static enum mlx5_delivery_status find_places(struct run *r)
{
	uint64_t pointer = get_be64(IFC_PTR(cmd_queue_entry, r->entry, output_mailbox_pointer));
	uint8_t block[IFC_CMD_MAILBOX_BLOCK_SIZE];

	for (uint32_t i = 0; i < blocks_of(r->out_size); i++) {
		enum mlx5_delivery_status bad;

		r->blocks[i] = read_block(r->dev, pointer, block);
		if (!r->blocks[i])
			return MLX5_DELIVERY_OUT_POINTER_ALIGN;
		bad = check_block(r, block, i);
		if (bad)
			return bad;
		pointer = next_of(block);
	}
	return MLX5_DELIVERY_OK;
}

static void scatter(const struct run *r)
{
	memcpy(IFC_PTR(cmd_queue_entry, r->slot, command_output_inline_data), r->out,
	       inline_of(r->out_size));
	for (uint32_t i = 0; i < blocks_of(r->out_size); i++)
		memcpy(r->blocks[i], r->out + INLINE_SIZE + i * DATA_SIZE, part_of(r->out_size, i));
}

static enum mlx5_delivery_status check_entry(struct run *r)
{
	r->token = (uint8_t)IFC_GET(cmd_queue_entry, r->entry, token);
	r->in_size = IFC_GET(cmd_queue_entry, r->entry, input_length);
	r->out_size = IFC_GET(cmd_queue_entry, r->entry, output_length);
	if (IFC_GET(cmd_queue_entry, r->entry, type) != MLX5_CMD_TYPE_PCI)
		return MLX5_DELIVERY_COMMAND_TYPE;
	if (r->in_size < IFC_CMD_IN_SIZE || r->in_size > NIC_COMMAND_MAX)
		return MLX5_DELIVERY_IN_LENGTH;
	if (r->out_size < NIC_OUT_SIZE_MIN || r->out_size > NIC_COMMAND_MAX)
		return MLX5_DELIVERY_OUT_LENGTH;
	return MLX5_DELIVERY_OK;
}

static enum mlx5_delivery_status deliver(struct run *r)
{
	enum mlx5_delivery_status bad = check_entry(r);

	if (bad)
		return bad;
	r->in = mem_new(r->in_size);
	r->out = mem_new(r->out_size);
	if (!r->in || !r->out)
		return MLX5_DELIVERY_FIRMWARE;
	bad = gather(r);
	if (!bad)
		bad = find_places(r);
	if (bad)
		return bad;
	if (nic_device_exec(r->dev, r->in, r->in_size, r->out, r->out_size))
		return MLX5_DELIVERY_FIRMWARE;
	scatter(r);
	return MLX5_DELIVERY_OK;
}

/* The driver polls this byte: everything else is written before. */
static void give_back(uint8_t *slot, enum mlx5_delivery_status status)
{
	__atomic_store_n(slot + IFC_CMD_QUEUE_ENTRY_SIZE - 1, (uint8_t)(status << 1),
			 __ATOMIC_RELEASE);
}

static void run_slot(struct nic_device *dev, uint8_t *slot, unsigned int i)
{
	struct run r;

	r.dev = dev;
	r.slot = slot;
	r.in = r.out = NULL;
	copy_once(r.entry, slot, sizeof r.entry);
	if (!IFC_GET(cmd_queue_entry, r.entry, ownership))
		return;
	give_back(slot, deliver(&r));
	mem_free(r.in);
	mem_free(r.out);
	nic_events_command(dev, 1u << i);
}

void nic_cmdq_run(struct nic_device *dev, uint64_t addr, uint32_t slots)
{
	for (unsigned int i = 0; i < 1u << NIC_CMDQ_LOG_SIZE; i++) {
		uint8_t *slot = NULL;

		if (slots >> i & 1)
			slot = map(dev, addr + ((uint64_t)i << NIC_CMDQ_LOG_STRIDE),
				   IFC_CMD_QUEUE_ENTRY_SIZE);
		if (slot)
			run_slot(dev, slot, i);
	}
}
