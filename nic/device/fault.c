/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/device/fault.h"

#include "base/alloc.h"
#include "nic/device/device_internal.h"

#include <errno.h>
#include <string.h>

struct nic_faults {
	struct nic_fault fault[NIC_FAULTS_MAX];
	size_t n;
	uint32_t last_id;
};

int nic_device_fault_add(struct nic_device *dev, struct nic_fault *fault)
{
	struct nic_faults *fs = dev->faults;

	if ((fault->status == MLX5_CMD_STAT_OK && !fault->table) ||
	    !mlx5_cmd_status_name(fault->status))
		return -EINVAL;
	if (!fs) {
		fs = dev->faults = mem_new(sizeof *fs);
		if (!fs)
			return -ENOMEM;
	}
	if (fs->n == NIC_FAULTS_MAX)
		return -ENOSPC;
	fault->id = ++fs->last_id;
	fault->n_seen = fault->n_failed = 0;
	fault->nth = fault->nth ? fault->nth : 1;
	if (fault->table && fault->status == MLX5_CMD_STAT_OK)
		fault->status = (uint8_t)nic_syndrome_status(NIC_SYN_TABLE_LIMIT_SET);
	if (!fault->syndrome)
		fault->syndrome = NIC_SYNDROME_BASE +
				  (fault->table ? NIC_SYN_TABLE_LIMIT_SET : NIC_SYN_INJECTED);
	fs->fault[fs->n++] = *fault;
	return 0;
}

int nic_device_fault_clear(struct nic_device *dev, uint32_t id)
{
	struct nic_faults *fs = dev->faults;
	size_t i = 0;

	if (!id) {
		mem_free(fs);
		dev->faults = NULL;
		return 0;
	}
	while (fs && i < fs->n && fs->fault[i].id != id)
		i++;
	if (!fs || i == fs->n)
		return -ENOENT;
	fs->n--;
	memmove(&fs->fault[i], &fs->fault[i + 1], (fs->n - i) * sizeof fs->fault[0]);
	return 0;
}

const struct nic_fault *nic_device_fault_get(const struct nic_device *dev, size_t i)
{
	return dev->faults && i < dev->faults->n ? &dev->faults->fault[i] : NULL;
}

/* Whether the command would add an entry to the table of a limit that has been reached. */
static bool is_over_limit(const struct nic_fault *f, const struct nic_command *c, uint32_t opcode)
{
	const struct nic_table *t;

	if (opcode != MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY || c->in_size < IFC_SET_FTE_IN_SIZE ||
	    IFC_GET(set_fte_in, c->in, table_id) != f->table || IFC_GET(set_fte_in, c->in, op_mod))
		return false;
	t = idr_find(&c->dev->tables, f->table);
	return t && t->entries.n >= f->limit;
}

static bool is_due(struct nic_fault *f, const struct nic_command *c, uint32_t opcode)
{
	if (f->table)
		return is_over_limit(f, c, opcode);
	if (f->opcode && f->opcode != opcode)
		return false;
	f->n_seen++;
	return f->n_seen >= f->nth && (!f->n || f->n_seen - f->nth < f->n);
}

/* All see the command, so that what one does is not changed by another. The first that is due. */
const struct nic_fault *nic_fault_find_due(const struct nic_command *c, uint32_t opcode)
{
	struct nic_faults *fs = c->dev->faults;
	struct nic_fault *due = NULL;

	for (size_t i = 0; i < fs->n; i++) {
		if (is_due(&fs->fault[i], c, opcode) && !due)
			due = &fs->fault[i];
	}
	if (due)
		due->n_failed++;
	return due;
}
