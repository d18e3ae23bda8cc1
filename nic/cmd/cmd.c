/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command channel. Model of drivers/net/ethernet/mellanox/mlx5/core/cmd.c, 6.1, without what
 * moves the bytes there: rings, tokens, events and timeouts. What is kept is what a driver sees: a
 * status byte becomes an errno, and a failure is told in words.
 */
#include "nic/cmd/cmd.h"

#include "nic/ifc/ifc.h"

#include <errno.h>

static const struct {
	uint8_t status;
	int err;
} status_errors[] = {
	{ MLX5_CMD_STAT_OK, 0 },
	{ MLX5_CMD_STAT_INT_ERR, -EIO },
	{ MLX5_CMD_STAT_BAD_OP_ERR, -EINVAL },
	{ MLX5_CMD_STAT_BAD_PARAM_ERR, -EINVAL },
	{ MLX5_CMD_STAT_BAD_SYS_STATE_ERR, -EIO },
	{ MLX5_CMD_STAT_BAD_RES_ERR, -EINVAL },
	{ MLX5_CMD_STAT_RES_BUSY, -EBUSY },
	{ MLX5_CMD_STAT_LIM_ERR, -ENOMEM },
	{ MLX5_CMD_STAT_BAD_RES_STATE_ERR, -EINVAL },
	{ MLX5_CMD_STAT_IX_ERR, -EINVAL },
	{ MLX5_CMD_STAT_NO_RES_ERR, -EAGAIN },
	{ MLX5_CMD_STAT_BAD_QP_STATE_ERR, -EINVAL },
	{ MLX5_CMD_STAT_BAD_PKT_ERR, -EINVAL },
	{ MLX5_CMD_STAT_BAD_SIZE_OUTS_CQES_ERR, -EINVAL },
	{ MLX5_CMD_STAT_BAD_INP_LEN_ERR, -EIO },
	{ MLX5_CMD_STAT_BAD_OUTP_LEN_ERR, -EIO },
};

int mlx5_cmd_status_to_err(uint8_t status)
{
	for (size_t i = 0; i < ARRAY_SIZE(status_errors); i++) {
		if (status_errors[i].status == status)
			return status_errors[i].err;
	}
	return -EIO;
}

static const char *opcode_name(uint16_t opcode)
{
	const char *name = mlx5_opcode_name(opcode);

	return name ? name : "UNKNOWN";
}

static const char *status_name(uint8_t status)
{
	const char *name = mlx5_cmd_status_name(status);

	return name ? name : "unknown status";
}

/* What the device said, in the form in which Linux logs it, and its syndrome in words. */
static int refuse(struct mlx5_cmd *cmd, uint16_t opcode, int err)
{
	const char *words = cmd->syndrome_words ? cmd->syndrome_words(cmd->last_syndrome) : NULL;

	return trace_refuse(cmd->trace, err, NULL, "%s: %s (0x%x), syndrome 0x%x%s%s",
			    opcode_name(opcode), status_name(cmd->last_status), cmd->last_status,
			    cmd->last_syndrome, words ? ": " : "", words ? words : "");
}

static void note_mailbox(struct span *sp, const char *key, uint16_t opcode, bool is_in,
			 const void *buf, size_t size)
{
	const struct ifc_struct *layout = mlx5_opcode_layout(opcode, is_in);
	struct text t;

	if (!layout)
		return;
	text_init(&t);
	ifc_format(&t, layout, buf, size);
	span_note(sp, key, "%s", t.s);
	text_fini(&t);
}

int mlx5_cmd_exec(struct mlx5_cmd *cmd, const void *in, size_t in_size, void *out, size_t out_size)
{
	struct span sp = SPAN(cmd->trace);
	uint16_t opcode = (uint16_t)IFC_GET(cmd_in, in, opcode);
	int err;

	if (span_is_on(&sp)) {
		span_note(&sp, "opcode", "%s", opcode_name(opcode));
		span_note(&sp, "size", "%zu bytes in, %zu out", in_size, out_size);
		note_mailbox(&sp, "in", opcode, true, in, in_size);
	}
	cmd->n_commands++;
	err = cmd->front.exec(cmd->front.device, in, in_size, out, out_size);
	if (err) {
		cmd->n_errors++;
		trace_refuse(cmd->trace, err, NULL, "%s: the command was not delivered",
			     opcode_name(opcode));
		return span_end(&sp, err);
	}
	cmd->last_status = (uint8_t)IFC_GET(cmd_out, out, status);
	cmd->last_syndrome = IFC_GET(cmd_out, out, syndrome);
	if (span_is_on(&sp)) {
		span_note(&sp, "status", "%s (0x%x)", status_name(cmd->last_status),
			  cmd->last_status);
		if (cmd->last_syndrome)
			span_note(&sp, "syndrome", "0x%x", cmd->last_syndrome);
		if (!cmd->last_status)
			note_mailbox(&sp, "out", opcode, false, out, out_size);
	}
	if (LIKELY(cmd->last_status == MLX5_CMD_STAT_OK))
		return span_end(&sp, 0);
	cmd->n_errors++;
	return span_end(&sp, refuse(cmd, opcode, mlx5_cmd_status_to_err(cmd->last_status)));
}
