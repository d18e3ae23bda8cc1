/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BAR 0 of the function: the initialisation segment, then UAR pages with doorbells. Two halves, so
 * that a read is answered at once whatever the device is doing: struct nic_bar is the registers,
 * and belongs to the thread that serves the bus; what a write asks of the device is a value, struct
 * nic_doorbell, which that thread carries to the one that runs the device.
 *
 * Layout: init segment from 0 (ConnectX programmer's reference, "Initialization Segment"), MSI-X
 * table and PBA at NIC_BAR_MSIX, which the PCI function serves itself, UAR page n at n << 12 from
 * NIC_BAR_UAR_FIRST on. In a UAR page: CQ doorbell at 0x20, EQ doorbells at 0x40 (arm) and 0x48,
 * BlueFlame buffers from 0x800.
 */
#ifndef NIC_DEVICE_BAR_H
#define NIC_DEVICE_BAR_H

#include "nic/device/device.h"

#include <stdatomic.h>

#define NIC_BAR_SIZE	  (16u << 20)
#define NIC_BAR_MSIX	  0x2000u /* table, in BAR 0 */
#define NIC_BAR_MSIX_PBA  0x3000u
#define NIC_BAR_UAR_FIRST 8u /* pages below hold the registers */
/* MSI-X. A User-Mode Linux has 32 in all, for at most 4 devices of ours; fewer than a driver with
 * one processor could use they are not. */
#define NIC_VECTORS 8u

/* The version of its firmware, in the segment and in the register MCQI. */
#define NIC_FW_MAJOR	16
#define NIC_FW_MINOR	35
#define NIC_FW_SUBMINOR 1000

#define NIC_CMDQ_LOG_SIZE   5 /* entries of the command queue */
#define NIC_CMDQ_LOG_STRIDE 6 /* bytes of each */

/* What a write asks of the device. */
enum nic_doorbell_type {
	NIC_DOORBELL_NONE,  /* the registers took it, or nothing is there */
	NIC_DOORBELL_RESET, /* a driver begins anew, or gives up */
	NIC_DOORBELL_COMMAND,
	NIC_DOORBELL_EQ,
	NIC_DOORBELL_CQ,
	NIC_DOORBELL_SQ,
};

struct nic_doorbell {
	enum nic_doorbell_type type;
	uint32_t uar;	   /* page number */
	uint32_t value[2]; /* the dwords that were written, in host order; COMMAND: the vector of
			      slots */
	uint64_t cmdq;	   /* COMMAND: address of the command queue */
	bool arm;	   /* EQ */
};

#define NIC_HEALTH_STUCK 0x100u /* the health counter stands still, and no syndrome says why */

struct nic_bar {
	/* As written; the low dword without its sizes, but with nic_interface: a driver that has
	 * torn the device down in haste sets it to "disabled", and waits to read that. */
	uint32_t cmdq_high, cmdq_low;
	/* Set by the device's thread, until a driver begins anew: what is wrong with the firmware,
	 * 1..0xff in the health buffer's syndrome, or NIC_HEALTH_STUCK. 0: nothing. */
	atomic_uint health;
};

void nic_bar_init(struct nic_bar *bar);

/* Any offset and size are fine: what is not there reads as 0. @now_ns: for timer and health
 * counter. */
void nic_bar_read(const struct nic_bar *bar, uint64_t offset, void *data, size_t size,
		  uint64_t now_ns);
/* One write is one doorbell at most: a longer one is that of its first bytes. */
struct nic_doorbell nic_bar_write(struct nic_bar *bar, uint64_t offset, const void *data,
				  size_t size);

/* Does what a doorbell asks: executes commands, takes consumer indices, sends packets. */
void nic_device_ring(struct nic_device *dev, const struct nic_doorbell *bell);

#endif
