/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/device/log.h"

#include "base/alloc.h"
#include "base/byte_ring.h"
#include "nic/device/device_internal.h"

#include <errno.h>
#include <string.h>

/* As struct nic_log_entry, with the place of the mailboxes: the input and behind it the output. */
struct record {
	struct nic_log_entry entry;
	uint64_t position;
};

struct nic_log {
	struct record *records; /* number n at n % NIC_LOG_ENTRIES */
	struct byte_ring mailboxes;
	uint64_t first, end; /* numbers: of the first command since the start, of the next one */
	struct nic_log_sum sums[NIC_OPCODES_MAX]; /* by opcode; what is none is counted at 0 */
};

static void log_free(struct nic_log *log)
{
	if (!log)
		return;
	mem_free(log->records);
	byte_ring_fini(&log->mailboxes);
	mem_free(log);
}

int nic_device_log_start(struct nic_device *dev)
{
	struct nic_log *log = mem_new(sizeof *log);

	if (!log)
		return -ENOMEM;
	log->records = mem_new_array(NIC_LOG_ENTRIES, sizeof *log->records);
	if (!log->records || byte_ring_init(&log->mailboxes, NIC_LOG_BYTES)) {
		log_free(log);
		return -ENOMEM;
	}
	log->first = log->end = dev->n_commands + 1;
	log_free(dev->log);
	dev->log = log;
	return 0;
}

void nic_device_log_stop(struct nic_device *dev)
{
	log_free(dev->log);
	dev->log = NULL;
}

bool nic_device_log_is_on(const struct nic_device *dev)
{
	return dev->log;
}

static void add_sum(struct nic_log *log, const struct nic_log_entry *e)
{
	struct nic_log_sum *sum = &log->sums[e->opcode < NIC_OPCODES_MAX ? e->opcode : 0];

	sum->n++;
	sum->n_failed += e->status != MLX5_CMD_STAT_OK;
	sum->total_ns += e->duration_ns;
}

static uint32_t at_most(size_t size)
{
	return size < NIC_LOG_MAILBOX_MAX ? (uint32_t)size : NIC_LOG_MAILBOX_MAX;
}

void nic_log_add(struct nic_device *dev, const struct nic_command *c, uint64_t started_ns,
		 bool is_injected)
{
	struct nic_log *log = dev->log;
	struct record *r = &log->records[dev->n_commands % NIC_LOG_ENTRIES];
	struct nic_log_entry *e = &r->entry;
	uint64_t ns = clock_now_ns() - started_ns;
	uint8_t *kept;

	*e = (struct nic_log_entry){
		.number = dev->n_commands,
		.started_ns = started_ns,
		.duration_ns = ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX,
		.status = (uint8_t)IFC_GET(cmd_out, c->out, status),
		.syndrome = IFC_GET(cmd_out, c->out, syndrome),
		.is_injected = is_injected,
		.in_size = (uint32_t)c->in_size,
		.out_size = (uint32_t)c->out_size,
		.in_kept = at_most(c->in_size),
		.out_kept = at_most(c->out_size),
	};
	if (c->in_size >= 8) {
		e->opcode = (uint16_t)IFC_GET(cmd_in, c->in, opcode);
		e->op_mod = (uint16_t)IFC_GET(cmd_in, c->in, op_mod);
	}
	kept = byte_ring_put(&log->mailboxes, (size_t)e->in_kept + e->out_kept, &r->position);
	memcpy(kept, c->in, e->in_kept);
	memcpy(kept + e->in_kept, c->out, e->out_kept);
	log->end = dev->n_commands + 1;
	add_sum(log, e);
}

uint64_t nic_device_log_end(const struct nic_device *dev)
{
	return dev->log ? dev->log->end : dev->n_commands + 1;
}

static uint64_t first_kept(const struct nic_log *log)
{
	return log->end - log->first > NIC_LOG_ENTRIES ? log->end - NIC_LOG_ENTRIES : log->first;
}

bool nic_device_log_get(const struct nic_device *dev, uint64_t number, struct nic_log_entry *e)
{
	const struct nic_log *log = dev->log;
	const struct record *r;

	if (!log)
		return false;
	if (number < first_kept(log))
		number = first_kept(log);
	if (number >= log->end)
		return false;
	r = &log->records[number % NIC_LOG_ENTRIES];
	*e = r->entry;
	e->in = byte_ring_get(&log->mailboxes, r->position);
	e->out = e->in ? e->in + e->in_kept : NULL;
	return true;
}

bool nic_device_log_sum(const struct nic_device *dev, uint32_t *opcode, struct nic_log_sum *sum)
{
	for (; dev->log && *opcode < NIC_OPCODES_MAX; ++*opcode) {
		if (dev->log->sums[*opcode].n) {
			*sum = dev->log->sums[*opcode];
			sum->opcode = (uint16_t)*opcode;
			return true;
		}
	}
	return false;
}
