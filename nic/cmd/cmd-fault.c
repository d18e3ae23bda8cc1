/* SPDX-License-Identifier: BSD-2-Clause */
/* The decorator that makes commands fail: see cmd-fault.h. */
#include "nic/cmd/cmd-fault.h"

#include "nic/ifc/ifc.h"

#include <errno.h>

static bool is_due(struct mlx5_cmd_fault *f, uint16_t opcode)
{
	if (!f->nth || (f->opcode && f->opcode != opcode))
		return false;
	if (f->nth == 1 && f->stays)
		return true;
	return --f->nth == 0;
}

static int fault_exec(void *device, const void *in, size_t in_size, void *out, size_t out_size)
{
	struct mlx5_cmd_fault *f = device;

	f->n_commands++;
	if (!is_due(f, (uint16_t)IFC_GET(cmd_in, in, opcode)))
		return f->inner.exec(f->inner.device, in, in_size, out, out_size);
	f->happened = true;
	if (!f->status)
		return -EIO;
	memset(out, 0, out_size);
	IFC_SET(cmd_out, out, status, f->status);
	IFC_SET(cmd_out, out, syndrome, f->syndrome);
	return 0;
}

void cmd_fault_init(struct mlx5_cmd_fault *f, const struct mlx5_cmd_front *inner)
{
	*f = (struct mlx5_cmd_fault){ .inner = *inner };
}

struct mlx5_cmd_front cmd_fault_front(struct mlx5_cmd_fault *f)
{
	return (struct mlx5_cmd_front){ .device = f, .exec = fault_exec };
}

void cmd_fault_arm(struct mlx5_cmd_fault *f, unsigned long nth, uint16_t opcode, uint8_t status,
		   uint32_t syndrome)
{
	f->nth = nth;
	f->opcode = opcode;
	f->status = status;
	f->syndrome = syndrome;
	f->stays = f->happened = false;
}
