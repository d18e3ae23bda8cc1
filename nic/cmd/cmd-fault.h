/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A decorator of struct mlx5_cmd_front that counts commands and makes chosen ones fail, as a device
 * does that runs out of something. A failing command does not reach the device behind.
 */
#ifndef NIC_CMD_CMD_FAULT_H
#define NIC_CMD_CMD_FAULT_H

#include "nic/cmd/cmd-provider.h"

#include <stdbool.h>
#include <stdint.h>

struct mlx5_cmd_fault {
	struct mlx5_cmd_front inner; /* who executes what does not fail */
	uint64_t n_commands;	     /* all that came, failed ones too */
	/* What is armed. */
	unsigned long nth; /* the n-th matching command from now fails; 0: none */
	bool stays;	   /* and all matching ones behind it; cmd_fault_arm() clears it */
	uint16_t opcode;   /* only commands of this opcode count; 0: all */
	uint8_t status;	   /* what it answers; 0: it is not delivered, -EIO */
	uint32_t syndrome;
	bool happened; /* since it was armed */
};

/* Wraps @inner, which it copies. The front that cmd_fault_front() gives borrows @f. */
void cmd_fault_init(struct mlx5_cmd_fault *f, const struct mlx5_cmd_front *inner);
struct mlx5_cmd_front cmd_fault_front(struct mlx5_cmd_fault *f);

/* Arms it; @nth 0 turns it off. */
void cmd_fault_arm(struct mlx5_cmd_fault *f, unsigned long nth, uint16_t opcode, uint8_t status,
		   uint32_t syndrome);

#endif
