/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults on request: chosen commands fail with a chosen status and syndrome, as if the device had
 * run into trouble. A command that fails so is not executed: the device is as before.
 */
#ifndef NIC_DEVICE_FAULT_H
#define NIC_DEVICE_FAULT_H

#include "nic/device/device.h"

#define NIC_FAULTS_MAX 64u

struct nic_fault {
	uint32_t id;	   /* set by nic_device_fault_add() */
	uint16_t opcode;   /* of which commands; 0: all */
	uint8_t status;	   /* enum mlx5_cmd_status, not OK */
	uint32_t syndrome; /* 0: ours, whose words say that somebody asked for it */
	uint64_t nth;	   /* the n-th from now on fails, 1 is the next, */
	uint64_t n;	   /* and so many in all; 0: no end */
	/* Not 0: a limit instead. SET_FLOW_TABLE_ENTRY fails for this table while it has @limit
	 * entries or more; opcode, nth, and n are not used. */
	uint32_t table, limit;
	uint64_t n_seen, n_failed; /* commands since it was added */
};

/* 0; -ENOSPC: NIC_FAULTS_MAX; -EINVAL: no such status, or OK. @fault->id is set. */
int nic_device_fault_add(struct nic_device *dev, struct nic_fault *fault) MUST_CHECK;
/* Forgets one, or with 0 all. -ENOENT: there is none of this number. */
int nic_device_fault_clear(struct nic_device *dev, uint32_t id);
/* The @i-th that there is, or NULL; borrowed. */
const struct nic_fault *nic_device_fault_get(const struct nic_device *dev, size_t i);

#endif
