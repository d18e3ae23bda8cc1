/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/pool.h"

#include "base/alloc.h"

#include <string.h>

/* A chunk doubles with the pool up to this size, so that a pool of three items stays small. */
#define CHUNK_MAX    ((size_t)1 << 20)
#define CHUNK_MIN    ((size_t)1 << 10)
#define CHUNK_HEADER ((size_t)64) /* keeps the items of a chunk on their cache lines */

void pool_init(struct pool *p, size_t item_size)
{
	*p = (struct pool){ .item_size = ROUND_UP(item_size ? item_size : 1, 8) };
}

void pool_fini(struct pool *p)
{
	void *next;

	for (void *c = p->chunks; c; c = next) {
		memcpy(&next, c, sizeof next);
		mem_free(c);
	}
	pool_init(p, p->item_size);
}

static int add_chunk(struct pool *p)
{
	size_t want = p->n_bytes < CHUNK_MIN ? CHUNK_MIN : p->n_bytes;
	size_t n = ((want > CHUNK_MAX ? CHUNK_MAX : want) - CHUNK_HEADER) / p->item_size;
	size_t size = CHUNK_HEADER + (n ? n : 1) * p->item_size;
	unsigned char *c = mem_new(size);

	if (!c)
		return -1;
	memcpy(c, &p->chunks, sizeof p->chunks);
	p->chunks = c;
	p->n_bytes += size;
	p->fresh = c + CHUNK_HEADER;
	p->fresh_end = c + size;
	return 0;
}

void *pool_get(struct pool *p)
{
	void *item = p->free;

	if (item) {
		memcpy(&p->free, item, sizeof p->free);
		memset(item, 0, p->item_size);
	} else {
		if (p->fresh == p->fresh_end && add_chunk(p) < 0)
			return NULL;
		item = p->fresh;
		p->fresh += p->item_size;
	}
	p->n_items++;
	return item;
}

void pool_put(struct pool *p, void *item)
{
	if (!item)
		return;
	memcpy(item, &p->free, sizeof p->free);
	p->free = item;
	p->n_items--;
}
