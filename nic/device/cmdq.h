/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command queue in the machine's memory: entries of 64 bytes, each with the first 16 bytes of a
 * command and of its answer, the rest in chains of mailbox blocks. A command is copied once, as a
 * whole, before anything looks at it, and the places for its answer are found before it is
 * executed: what the machine does to them meanwhile changes nothing here, and in and out may
 * overlap.
 *
 * What is wrong with an entry or a chain is its delivery status, and then the command was not
 * executed. Signatures are not looked at, as the capabilities say. An entry that is not in memory,
 * or does not belong to the device, is left alone.
 */
#ifndef NIC_DEVICE_CMDQ_H
#define NIC_DEVICE_CMDQ_H

#include "nic/device/device.h"

/* Bytes of a command and of an answer, so that nobody makes the device allocate without end. The
 * largest are pages (512 blocks), and the counters that one query may ask for, 16 bytes of each. */
#define NIC_COMMAND_MAX (1u << 20)

/* Executes the entries of the queue at @addr whose bits are set in @slots, lowest first. */
void nic_cmdq_run(struct nic_device *dev, uint64_t addr, uint32_t slots);

#endif
