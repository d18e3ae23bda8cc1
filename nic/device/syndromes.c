/* SPDX-License-Identifier: BSD-2-Clause */
/* Words and statuses of the syndromes. */
#include "nic/device/syndromes.h"

#include "nic/device/device_internal.h"

static const struct {
	enum mlx5_cmd_status status;
	const char *words;
} rows[NIC_N_SYNDROMES] = {
#define ROW_(name, status, words) [NIC_SYN_##name] = { MLX5_CMD_STAT_##status, words },
	NIC_SYNDROMES(ROW_)
};

const char *nic_syndrome_text(enum nic_syndrome s)
{
	return rows[s].words;
}

enum mlx5_cmd_status nic_syndrome_status(enum nic_syndrome s)
{
	return rows[s].status;
}

const char *nic_syndrome_words(uint32_t syndrome)
{
	uint32_t s = syndrome - NIC_SYNDROME_BASE;

	return s > NIC_SYN_NONE && s < NIC_N_SYNDROMES ? rows[s].words : NULL;
}
