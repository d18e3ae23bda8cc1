/* SPDX-License-Identifier: BSD-2-Clause */
/* The device as a whole: its life, its sinks, its counts. */
#include "nic/device/device.h"

#include "base/alloc.h"
#include "nic/device/fault.h"
#include "nic/device/log.h"
#include "nic/device/queues_internal.h"

#include <errno.h>

#define VFS_MAX 0xff00u /* vport numbers end below the special ones */

static int init(struct nic_device *dev, const struct nic_params *params)
{
	int err;

	dev->trace = params->trace;
	dev->generation = dev->flushed_at = 1;
	idr_init(&dev->tables);
	idr_init(&dev->groups);
	idr_init(&dev->modify_headers);
	idr_init(&dev->reformats);
	dev->deliver_tir = nic_tir_deliver;
	nic_objects_init(&dev->objects);
	pool_init(&dev->group_pool, sizeof(struct nic_group));
	for (size_t i = 0; i < ARRAY_SIZE(dev->entry_pools); i++)
		pool_init(&dev->entry_pools[i], sizeof(struct nic_entry) + i * sizeof(uint32_t));
	dev->scratch = mem_new_array(NIC_SCRATCHES, sizeof(struct nic_scratch));
	if (!dev->scratch || nic_queues_init(dev))
		return -ENOMEM;
	err = nic_function_init(dev, params);
	return err ? err : nic_commands_init(dev);
}

int nic_device_new(struct nic_device **out, const struct nic_params *params)
{
	struct nic_device *dev;
	int err;

	if (params->n_vfs > VFS_MAX || params->n_sfs > NIC_SFS_MAX)
		return -EINVAL;
	dev = mem_new(sizeof *dev);
	if (!dev)
		return -ENOMEM;
	err = init(dev, params);
	if (err)
		nic_device_free(dev);
	else
		*out = dev;
	return err;
}

static void free_entries(struct nic_device *dev, struct nic_table *t)
{
	struct nic_entry *e;
	uint64_t i;

	idr_for_each (&t->entries, i, e)
		nic_entry_free(dev, e);
}

void nic_device_release(struct nic_device *dev)
{
	struct nic_modify_header *m;
	struct nic_reformat *r;
	struct nic_table *t;
	struct nic_group *g;
	uint64_t i;

	dev->fdb_root = dev->nic_root = NULL;
	for (size_t v = 0; v < dev->n_vports; v++)
		dev->vports[v].ingress = dev->vports[v].egress = NULL;
	idr_for_each (&dev->tables, i, t)
		free_entries(dev, t);
	idr_for_each (&dev->groups, i, g)
		nic_group_free(dev, g);
	idr_for_each (&dev->tables, i, t)
		nic_table_free(dev, t);
	idr_for_each (&dev->modify_headers, i, m)
		mem_free(m);
	idr_for_each (&dev->reformats, i, r)
		mem_free(r);
	idr_fini(&dev->tables);
	idr_fini(&dev->groups);
	idr_fini(&dev->modify_headers);
	idr_fini(&dev->reformats);
	pool_fini(&dev->group_pool);
	for (size_t n = 0; n < ARRAY_SIZE(dev->entry_pools); n++)
		pool_fini(&dev->entry_pools[n]);
	nic_counters_fini(&dev->counters);
	nic_objects_free(dev);
	nic_cache_fini(&dev->cache);
	nic_cache_flush(dev);
	dev->consulted = (struct nic_key){ 0 };
	dev->n_bytes_more = 0;
}

void nic_device_free(struct nic_device *dev)
{
	if (!dev)
		return;
	nic_device_release(dev);
	nic_queues_fini(dev);
	nic_function_fini(dev);
	nic_commands_fini(dev);
	nic_device_log_stop(dev);
	nic_device_fault_clear(dev, 0);
	mem_free(dev->scratch);
	mem_free(dev);
}

void nic_device_set_sink(struct nic_device *dev, const struct nic_sink *sink)
{
	dev->sink = *sink;
}

bool nic_device_has_vport(const struct nic_device *dev, uint16_t vport)
{
	return nic_vport_find(dev, vport);
}

bool nic_device_sender(const struct nic_device *dev, struct nic_entry_id *id)
{
	const struct nic_entry *e = dev->sender;

	if (!e)
		return false;
	*id = (struct nic_entry_id){ e->group->table->id, e->group->id, e->index };
	return true;
}

void nic_device_set_tap(struct nic_device *dev, const struct nic_tap *tap)
{
	dev->tap = tap ? *tap : (struct nic_tap){ 0 };
}

struct trace *nic_device_set_trace(struct nic_device *dev, struct trace *trace)
{
	struct trace *before = dev->trace;

	dev->trace = trace;
	return before;
}

void nic_device_set_bus(struct nic_device *dev, const struct nic_bus *bus)
{
	dev->bus = bus ? *bus : (struct nic_bus){ 0 };
	nic_device_reset(dev);
}

/* An index tree costs about one pointer and a bit for each number in use. */
static size_t idr_bytes(const struct idr *t)
{
	return t->n * 9;
}

static size_t table_bytes(const struct nic_table *t)
{
	size_t n = sizeof *t + idr_bytes(&t->groups) + idr_bytes(&t->entries) +
		   htable_size(&t->mask_set) + htable_size(&t->firsts) +
		   t->masks_cap * sizeof t->masks[0];

	for (size_t i = 0; i < t->n_masks; i++)
		n += sizeof *t->masks[i];
	return n;
}

void nic_device_counts(const struct nic_device *dev, struct nic_counts *c)
{
	const struct nic_table *t;
	uint64_t i;

	*c = (struct nic_counts){ .n_tables = dev->tables.n,
				  .n_groups = dev->groups.n,
				  .n_entries = dev->n_entries,
				  .n_counters = dev->counters.n,
				  .n_modify_headers = dev->modify_headers.n,
				  .n_reformats = dev->reformats.n,
				  .n_commands = dev->n_commands,
				  .n_bad_commands = dev->n_bad_commands,
				  .n_packets = dev->n_packets };
	for (size_t d = 0; d < NIC_N_DROPS; d++)
		c->n_drops[d] = dev->n_drops[d];
	c->n_bytes = sizeof *dev + (NIC_SCRATCHES + 1) * sizeof(struct nic_scratch) +
		     nic_objects_bytes(dev) + dev->counters.n_bytes +
		     dev->counters.cap * sizeof(void *) + dev->group_pool.n_bytes +
		     dev->n_bytes_more + nic_cache_bytes(&dev->cache) + idr_bytes(&dev->groups);
	for (size_t n = 0; n < ARRAY_SIZE(dev->entry_pools); n++)
		c->n_bytes += dev->entry_pools[n].n_bytes;
	idr_for_each (&dev->tables, i, t)
		c->n_bytes += table_bytes(t);
}
