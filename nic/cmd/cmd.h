/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver's command channel: mlx5_cmd_exec(), which turns status and syndrome into an errno
 * (facts/mlx5.md A.5) and, for the trace, into words. Linux's names:
 * drivers/net/ethernet/mellanox/mlx5/core/cmd.c.
 */
#ifndef NIC_CMD_CMD_H
#define NIC_CMD_CMD_H

#include "base/macros.h"
#include "nic/cmd/cmd-provider.h"
#include "trace/trace.h"

#include <stdint.h>

struct mlx5_cmd {
	struct mlx5_cmd_front front;
	struct trace *trace; /* or NULL */
	uint64_t n_commands, n_errors;
	uint32_t last_syndrome;
	uint8_t last_status;
	/* How to read the device's syndromes, or NULL; set by who puts driver and device together.
	 */
	const char *(*syndrome_words)(uint32_t syndrome);
};

/* 0, or the errno of the status: -EIO, -EINVAL, -EBUSY, -ENOMEM, -EAGAIN. @in and @out: layouts of
 * nic/ifc. */
int mlx5_cmd_exec(struct mlx5_cmd *cmd, const void *in, size_t in_size, void *out,
		  size_t out_size) MUST_CHECK;

/* The errno of a status byte. */
int mlx5_cmd_status_to_err(uint8_t status);

#endif
