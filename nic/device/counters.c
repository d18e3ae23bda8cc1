/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flow counters, in chunks of 128: a number is chunk and place, so finding one is two loads. Single
 * counters come from chunks with room, bulks are rows of whole chunks. Numbers begin at 128, so
 * that 0 is none.
 */
#include "nic/device/device_internal.h"

#include "base/alloc.h"

#include <errno.h>

#define PER	   NIC_COUNTERS_PER_CHUNK
#define CHUNKS_MAX (NIC_COUNTERS_MAX / PER)

static struct nic_counter_chunk *chunk_of(const struct nic_counters *cs, uint32_t id)
{
	return id / PER < cs->n_chunks ? cs->chunks[id / PER] : NULL;
}

struct nic_counter *nic_counter_find(struct nic_counters *cs, uint32_t id)
{
	struct nic_counter_chunk *ch = chunk_of(cs, id);
	uint32_t i = id % PER;

	return ch && ch->used[i / 64] >> i % 64 & 1 ? &ch->counters[i] : NULL;
}

void nic_counter_ref(struct nic_counters *cs, uint32_t id, int delta)
{
	/* It exists: who holds it has found it. */
	cs->chunks[id / PER]->refs[id % PER] += (uint32_t)delta;
}

/* Makes the chunks [@at, @at + @n), which are free, or none. */
static int chunks_add(struct nic_counters *cs, size_t at, size_t n)
{
	size_t i;

	if (at + n > CHUNKS_MAX)
		return -ENOSPC;
	if (at + n > cs->cap) {
		void *p = mem_grow(cs->chunks, &cs->cap, at + n, sizeof(void *));

		if (!p)
			return -ENOMEM;
		cs->chunks = p;
	}
	for (; cs->n_chunks < at + n; cs->n_chunks++)
		cs->chunks[cs->n_chunks] = NULL;
	for (i = 0; i < n; i++) {
		cs->chunks[at + i] = mem_new(sizeof(struct nic_counter_chunk));
		if (!cs->chunks[at + i])
			goto undo;
	}
	cs->n_bytes += n * sizeof(struct nic_counter_chunk);
	return 0;
undo:
	while (i--) {
		mem_free(cs->chunks[at + i]);
		cs->chunks[at + i] = NULL;
	}
	return -ENOMEM;
}

static void chunk_free(struct nic_counters *cs, size_t at)
{
	mem_free(cs->chunks[at]);
	cs->chunks[at] = NULL;
	cs->n_bytes -= sizeof(struct nic_counter_chunk);
	if (at < cs->hint)
		cs->hint = at;
}

/* The first row of @n free chunks at or after @from; it may lie behind the last one. */
static size_t free_row(const struct nic_counters *cs, size_t from, size_t n)
{
	size_t run = 0;

	for (size_t i = from; i < cs->n_chunks; i++) {
		run = cs->chunks[i] ? 0 : run + 1;
		if (run == n)
			return i + 1 - n;
	}
	return (cs->n_chunks > from ? cs->n_chunks : from) - run;
}

static int single_add(struct nic_counters *cs, uint32_t *id)
{
	struct nic_counter_chunk *ch;
	uint32_t i;
	int err;

	if (!cs->hint)
		cs->hint = 1; /* number 0 is none */
	while (cs->hint < cs->n_chunks && (ch = cs->chunks[cs->hint]) != NULL &&
	       (ch->in_bulk || ch->n_used == PER))
		cs->hint++;
	if (cs->hint >= cs->n_chunks || !cs->chunks[cs->hint]) {
		err = chunks_add(cs, cs->hint, 1);
		if (err)
			return err;
	}
	ch = cs->chunks[cs->hint];
	i = ~ch->used[0] ? (uint32_t)__builtin_ctzll(~ch->used[0])
			 : 64 + (uint32_t)__builtin_ctzll(~ch->used[1]);
	ch->used[i / 64] |= 1ull << i % 64;
	ch->n_used++;
	ch->counters[i] = (struct nic_counter){ 0 };
	cs->n++;
	*id = (uint32_t)cs->hint * PER + i;
	return 0;
}

static int bulk_add(struct nic_counters *cs, size_t n, uint32_t *id)
{
	size_t at = free_row(cs, 1, n);
	int err = chunks_add(cs, at, n);

	if (err)
		return err;
	for (size_t i = 0; i < n; i++) {
		struct nic_counter_chunk *ch = cs->chunks[at + i];

		ch->in_bulk = true;
		ch->used[0] = ch->used[1] = UINT64_MAX;
		ch->n_used = PER;
	}
	cs->chunks[at]->bulk = (uint32_t)n;
	cs->n += n * PER;
	*id = (uint32_t)at * PER;
	return 0;
}

enum nic_syndrome nic_counter_alloc(struct nic_command *c)
{
	uint32_t bulk = IFC_GET(alloc_flow_counter_in, c->in, flow_counter_bulk), id;
	int err;

	if (IFC_GET(alloc_flow_counter_in, c->in, flow_counter_bulk_log_size) ||
	    (bulk & (bulk - 1)))
		return NIC_SYN_COUNTER_BULK;
	err = bulk ? bulk_add(&c->dev->counters, bulk, &id) : single_add(&c->dev->counters, &id);
	if (err)
		return err == -ENOSPC ? NIC_SYN_COUNTER_LIMIT : NIC_SYN_NO_MEMORY;
	IFC_SET(alloc_flow_counter_out, c->out, flow_counter_id, id);
	return NIC_SYN_NONE;
}

static enum nic_syndrome bulk_del(struct nic_counters *cs, size_t at)
{
	size_t n = cs->chunks[at]->bulk;

	for (size_t i = 0; i < n * PER; i++) {
		if (cs->chunks[at + i / PER]->refs[i % PER])
			return NIC_SYN_COUNTER_BUSY;
	}
	for (size_t i = 0; i < n; i++)
		chunk_free(cs, at + i);
	cs->n -= n * PER;
	return NIC_SYN_NONE;
}

/* A bulk goes back as a whole, by the number of its first counter. */
enum nic_syndrome nic_counter_dealloc(struct nic_command *c)
{
	struct nic_counters *cs = &c->dev->counters;
	uint32_t id = IFC_GET(dealloc_flow_counter_in, c->in, flow_counter_id), i = id % PER;
	struct nic_counter_chunk *ch = chunk_of(cs, id);

	if (!nic_counter_find(cs, id) || (ch->in_bulk && (i || !ch->bulk)))
		return NIC_SYN_COUNTER_ID;
	if (ch->in_bulk)
		return bulk_del(cs, id / PER);
	if (ch->refs[i])
		return NIC_SYN_COUNTER_BUSY;
	ch->used[i / 64] &= ~(1ull << i % 64);
	ch->n_used--;
	cs->n--;
	if (!ch->n_used)
		chunk_free(cs, id / PER);
	else if (id / PER < cs->hint)
		cs->hint = id / PER;
	return NIC_SYN_NONE;
}

/* Numbers in the range of a bulk query that are nobody's read 0: a driver asks for aligned ranges.
 */
enum nic_syndrome nic_counter_query(struct nic_command *c)
{
	struct nic_counters *cs = &c->dev->counters;
	uint32_t id = IFC_GET(query_flow_counter_in, c->in, flow_counter_id);
	uint32_t n = IFC_GET(query_flow_counter_in, c->in, num_of_counters);
	bool clear = IFC_GET(query_flow_counter_in, c->in, clear);
	uint8_t *out = IFC_PTR(query_flow_counter_out, c->out, flow_statistics);

	if (n > 1u << IFC_GET(cmd_hca_cap, c->dev->caps.general, log_max_flow_counter_bulk))
		return NIC_SYN_COUNTER_RANGE;
	if (!n && !nic_counter_find(cs, id))
		return NIC_SYN_COUNTER_ID;
	for (uint32_t i = 0; i < (n ? n : 1); i++, out += IFC_TRAFFIC_COUNTER_SIZE) {
		struct nic_counter *counter = nic_counter_find(cs, id + i);

		if (!counter)
			continue;
		put_be64(IFC_PTR(traffic_counter, out, packets), counter->packets);
		put_be64(IFC_PTR(traffic_counter, out, octets), counter->octets);
		if (clear)
			*counter = (struct nic_counter){ 0 };
	}
	return NIC_SYN_NONE;
}

void nic_counters_fini(struct nic_counters *cs)
{
	for (size_t i = 0; i < cs->n_chunks; i++)
		mem_free(cs->chunks[i]);
	mem_free(cs->chunks);
	*cs = (struct nic_counters){ 0 };
}
