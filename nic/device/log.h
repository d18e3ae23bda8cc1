/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command log: the last commands that the device executed, with their mailboxes, and sums by
 * opcode. It is off until somebody wants it, and costs nothing then.
 *
 * Kept are the last NIC_LOG_ENTRIES commands, and of these the mailboxes of the last ones as far as
 * NIC_LOG_BYTES go, each up to NIC_LOG_MAILBOX_MAX. Older ones are overwritten; numbers without a
 * gap show it.
 */
#ifndef NIC_DEVICE_LOG_H
#define NIC_DEVICE_LOG_H

#include "nic/device/device.h"

#define NIC_LOG_ENTRIES	    4096u
#define NIC_LOG_BYTES	    (4u << 20)
#define NIC_LOG_MAILBOX_MAX 4112u /* an answer of QUERY_HCA_CAP */

struct nic_log_entry {
	uint64_t number;      /* 1: the first command of the device */
	uint64_t started_ns;  /* CLOCK_MONOTONIC */
	uint32_t duration_ns; /* saturated */
	uint16_t opcode, op_mod;
	uint32_t syndrome;
	uint8_t status;
	bool is_injected;	    /* struct nic_fault made it fail */
	uint32_t in_size, out_size; /* of the command */
	/* As much of the mailboxes as was kept; NULL: overwritten. Borrowed until the next command.
	 */
	const uint8_t *in, *out;
	uint32_t in_kept, out_kept;
};

struct nic_log_sum {
	uint16_t opcode;
	uint64_t n, n_failed, total_ns;
};

/* Starts it anew; 0 or -ENOMEM, with what was kept before. */
int nic_device_log_start(struct nic_device *dev) MUST_CHECK;
void nic_device_log_stop(struct nic_device *dev);
bool nic_device_log_is_on(const struct nic_device *dev);

/*
 * The first command that is kept and has the number @number or a higher one. False: there is none
 * yet.
 */
bool nic_device_log_get(const struct nic_device *dev, uint64_t number, struct nic_log_entry *e);
/* The number of the next command. */
uint64_t nic_device_log_end(const struct nic_device *dev);

/* The sums of the first opcode at or above *@opcode, which is set to it, that was ever executed. */
bool nic_device_log_sum(const struct nic_device *dev, uint32_t *opcode, struct nic_log_sum *sum);

#endif
