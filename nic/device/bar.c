/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/device/bar.h"

#include "base/clock.h"
#include "nic/device/cmdq.h"
#include "nic/device/queues_internal.h"

#include <string.h>

#define COMMAND_INTERFACE_REV 5			    /* the only one that drivers take */
#define HEALTH_PERIOD_NS      (100 * NSEC_PER_MSEC) /* drivers look every two seconds */

/* Of the low dword of the queue's address, where the state of the interface is. */
#define NIC_STATE_BITS	   0x700u
#define NIC_STATE_RESET	   0x700u
#define NIC_STATE_DISABLED 0x100u

#define PAGE_SHIFT	 12
#define PAGE_OFFSET_MASK 0xfffu
#define UAR_CQ		 0x20u
#define UAR_EQ_ARM	 0x40u
#define UAR_EQ		 0x48u
#define UAR_BLUEFLAME	 0x800u

#define OFFSET_OF(field) IFC_LOC_OFF(IFC_LOC_init_segment__##field)

void nic_bar_init(struct nic_bar *bar)
{
	bar->cmdq_high = bar->cmdq_low = 0;
	atomic_init(&bar->health, 0);
}

/* ---- reading ---- */

static void put_health(const struct nic_bar *bar, uint8_t *segment, uint64_t now_ns)
{
	unsigned int health = atomic_load_explicit(&bar->health, memory_order_relaxed);
	unsigned int synd = health & 0xff;

	IFC_SET(init_segment, segment, health_fw_ver, NIC_FW_MAJOR << 16 | NIC_FW_MINOR);
	IFC_SET(init_segment, segment, health_synd, synd);
	/* The driver resets the device for a syndrome that asks for it only. */
	IFC_SET(init_segment, segment, health_rfr, synd != 0);
	if (!(health & NIC_HEALTH_STUCK))
		IFC_SET(init_segment, segment, health_counter,
			(uint32_t)(now_ns / HEALTH_PERIOD_NS) + 1);
}

static void put_registers(const struct nic_bar *bar, uint8_t *segment, uint64_t now_ns)
{
	IFC_SET(init_segment, segment, fw_rev_minor, NIC_FW_MINOR);
	IFC_SET(init_segment, segment, fw_rev_major, NIC_FW_MAJOR);
	IFC_SET(init_segment, segment, cmd_interface_rev, COMMAND_INTERFACE_REV);
	IFC_SET(init_segment, segment, fw_rev_subminor, NIC_FW_SUBMINOR);
	put_be32(segment + OFFSET_OF(cmdq_phy_addr_63_32), bar->cmdq_high);
	put_be32(segment + OFFSET_OF(cmdq_phy_addr_31_12), bar->cmdq_low);
	IFC_SET(init_segment, segment, log_cmdq_size, NIC_CMDQ_LOG_SIZE);
	IFC_SET(init_segment, segment, log_cmdq_stride, NIC_CMDQ_LOG_STRIDE);
	put_health(bar, segment, now_ns);
	IFC_SET(init_segment, segment, internal_timer_h, (uint32_t)(now_ns >> 32));
	IFC_SET(init_segment, segment, internal_timer_l, (uint32_t)now_ns);
}

void nic_bar_read(const struct nic_bar *bar, uint64_t offset, void *data, size_t size,
		  uint64_t now_ns)
{
	uint8_t segment[IFC_INIT_SEGMENT_SIZE] = { 0 };
	size_t n = offset < sizeof segment ? sizeof segment - (size_t)offset : 0;

	if (n > size)
		n = size;
	if (n) {
		put_registers(bar, segment, now_ns);
		memcpy(data, segment + offset, n);
	}
	memset((uint8_t *)data + n, 0, size - n);
}

/* ---- writing ---- */

static bool is_enabled(const struct nic_bar *bar)
{
	uint8_t segment[OFFSET_OF(nic_interface) + 4];

	put_be32(segment + OFFSET_OF(nic_interface), bar->cmdq_low);
	return !IFC_GET(init_segment, segment, nic_interface);
}

/* A reset that was asked for is done when it can be read, so what is read is its end. */
static uint32_t low_as_read(uint32_t low)
{
	uint8_t segment[OFFSET_OF(log_cmdq_size) + 4];

	put_be32(segment + OFFSET_OF(log_cmdq_size), low);
	IFC_SET(init_segment, segment, log_cmdq_size, 0);
	IFC_SET(init_segment, segment, log_cmdq_stride, 0);
	low = get_be32(segment + OFFSET_OF(log_cmdq_size));
	return (low & NIC_STATE_BITS) == NIC_STATE_RESET
		       ? (low & ~NIC_STATE_BITS) | NIC_STATE_DISABLED
		       : low;
}

static struct nic_doorbell write_register(struct nic_bar *bar, uint64_t offset, uint32_t value)
{
	struct nic_doorbell bell = { .type = NIC_DOORBELL_NONE };

	if (offset == OFFSET_OF(cmdq_phy_addr_63_32)) {
		bar->cmdq_high = value;
	} else if (offset == OFFSET_OF(cmdq_phy_addr_31_12)) {
		bar->cmdq_low = low_as_read(value);
		atomic_store_explicit(&bar->health, 0, memory_order_relaxed);
		bell.type = NIC_DOORBELL_RESET;
	} else if (offset == OFFSET_OF(command_doorbell_vector) && is_enabled(bar)) {
		bell.type = NIC_DOORBELL_COMMAND;
		bell.value[0] = value;
		bell.cmdq = (uint64_t)bar->cmdq_high << 32 | (bar->cmdq_low & ~PAGE_OFFSET_MASK);
	}
	return bell;
}

static struct nic_doorbell write_uar(uint32_t page, uint32_t offset, const void *data, size_t size)
{
	struct nic_doorbell bell = { .type = NIC_DOORBELL_NONE, .uar = page };

	bell.value[0] = get_be32(data);
	if (size >= 8)
		bell.value[1] = get_be32((const uint8_t *)data + 4);
	if (offset == UAR_EQ_ARM || offset == UAR_EQ) {
		bell.type = NIC_DOORBELL_EQ;
		bell.arm = offset == UAR_EQ_ARM;
	} else if (offset == UAR_CQ && size >= 8) {
		bell.type = NIC_DOORBELL_CQ;
	} else if (offset >= UAR_BLUEFLAME && size >= 8) {
		bell.type = NIC_DOORBELL_SQ;
	}
	return bell;
}

struct nic_doorbell nic_bar_write(struct nic_bar *bar, uint64_t offset, const void *data,
				  size_t size)
{
	if (size < 4 || offset % 4)
		return (struct nic_doorbell){ .type = NIC_DOORBELL_NONE };
	if (offset < NIC_BAR_UAR_FIRST << PAGE_SHIFT)
		return write_register(bar, offset, get_be32(data));
	return write_uar((uint32_t)(offset >> PAGE_SHIFT), offset & PAGE_OFFSET_MASK, data, size);
}

void nic_device_ring(struct nic_device *dev, const struct nic_doorbell *bell)
{
	switch (bell->type) {
	case NIC_DOORBELL_RESET:
		/* The queue has a new place: who gives it knows of nothing that was there before,
		 * as after a crash, or when a driver recovers from an error without a teardown. */
		nic_device_reset(dev);
		return;
	case NIC_DOORBELL_COMMAND:
		nic_cmdq_run(dev, bell->cmdq, bell->value[0]);
		return;
	case NIC_DOORBELL_EQ:
	case NIC_DOORBELL_CQ:
	case NIC_DOORBELL_SQ:
		nic_queues_ring(dev, bell);
		return;
	case NIC_DOORBELL_NONE:
		return;
	}
}
