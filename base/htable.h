/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hash table of pointers: open addressing, linear probing, 12 bytes a slot; the 32-bit hashes lie
 * apart from the pointers, so that a search in vain touches one cache line.
 *
 * It grows without a pause: growing allocates a table twice as large and each later add or
 * delete moves a few slots over. It never shrinks before htable_fini(). The table borrows the
 * items; it never frees them.
 *
 * A table must not be changed while it is iterated, except that the item just returned may be
 * deleted, when htable_settle() was called before the iteration.
 */
#ifndef BASE_HTABLE_H
#define BASE_HTABLE_H

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct htable_half {
	void **items;	  /* one block with the hashes behind them */
	uint32_t *hashes; /* 0: the slot is empty */
	uint32_t size;	  /* slots */
	uint32_t n;	  /* items in this half */
};

struct htable {
	struct htable_half now, old; /* old: what is still to be moved */
	uint32_t begin;		     /* the slot of old where moving began */
	uint32_t moved;		     /* so many slots from there have been moved */
};

/* Whether the item is the one that @key describes. */
typedef bool htable_eq(const void *item, const void *key);

void htable_init(struct htable *t);
void htable_fini(struct htable *t);
static inline size_t htable_count(const struct htable *t)
{
	return (size_t)t->now.n + t->old.n;
}

/* Memory of the table itself, in bytes. */
size_t htable_size(const struct htable *t);

void *htable_find(const struct htable *t, uint32_t hash, htable_eq *eq, const void *key);

/* Asks the processor for the lines that a find or add of @hash will touch first. */
void htable_prefetch(const struct htable *t, uint32_t hash);

/* Adds without looking for an equal item. 0 or -ENOMEM, with the table as before. */
int htable_add(struct htable *t, uint32_t hash, void *item) MUST_CHECK;

/* Deletes the pointer @item, which was added under @hash. Returns whether it was there. */
bool htable_del(struct htable *t, uint32_t hash, const void *item);

/* Finishes a growth that is under way: O(items). */
void htable_settle(struct htable *t);

/* The next item at or after *@pos (start with 0), which moves on; NULL at the end. */
void *htable_next(const struct htable *t, size_t *pos);

#endif
