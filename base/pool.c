/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/pool.h"

#include "base/alloc.h"

#include <assert.h>
#include <string.h>

/*
 * A chunk doubles with the pool, so that a pool of three items stays small, up to this size: the
 * pages of a chunk are mapped at once, which must not be felt as a pause, and are used while they
 * are still in the cache from being cleared.
 */
#define CHUNK_MAX    ((size_t)128 << 10)
#define CHUNK_MIN    ((size_t)1 << 10)
#define CHUNK_HEADER ((size_t)64) /* keeps the items of a chunk on their cache lines */

struct pool_chunk {
	struct pool_chunk *next;
	size_t size;
};
static_assert(sizeof(struct pool_chunk) <= CHUNK_HEADER, "items begin behind the header");

void pool_init(struct pool *p, size_t item_size)
{
	*p = (struct pool){ .item_size = ROUND_UP(item_size ? item_size : 1, 8) };
}

static struct pool_chunk *chunk_new(size_t size)
{
	struct pool_chunk *c = size < CHUNK_MAX ? mem_new(size) : mem_new_pages(size);

	if (c)
		c->size = size;
	return c;
}

static void chunk_free(struct pool_chunk *c)
{
	if (c->size < CHUNK_MAX)
		mem_free(c);
	else
		mem_free_pages(c, c->size);
}

void pool_fini(struct pool *p)
{
	struct pool_chunk *next;

	for (struct pool_chunk *c = p->chunks; c; c = next) {
		next = c->next;
		chunk_free(c);
	}
	pool_init(p, p->item_size);
}

static int add_chunk(struct pool *p)
{
	size_t want = p->n_bytes < CHUNK_MIN ? CHUNK_MIN : p->n_bytes, n;
	struct pool_chunk *c;

	if (want > CHUNK_MAX)
		want = CHUNK_MAX;
	if (want < CHUNK_HEADER + p->item_size)
		want = CHUNK_HEADER + p->item_size;
	n = (want - CHUNK_HEADER) / p->item_size;
	c = chunk_new(want);
	if (!c)
		return -1;
	c->next = p->chunks;
	p->chunks = c;
	p->n_bytes += want;
	p->fresh = (unsigned char *)c + CHUNK_HEADER;
	p->fresh_end = p->fresh + n * p->item_size;
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
