/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pool of objects of one size, cut from large chunks: neighbours in time are neighbours in
 * memory, and there is no per-object header. Items come zeroed. Memory goes back with pool_fini().
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "base/macros.h"

#include <stddef.h>

struct pool_chunk;

struct pool {
	size_t item_size;		  /* bytes, rounded up to 8 */
	void *free;			  /* items given back, linked through their first word */
	struct pool_chunk *chunks;	  /* all of them */
	unsigned char *fresh, *fresh_end; /* of the newest chunk, never used yet */
	size_t n_items, n_bytes;	  /* in use; of all chunks */
};

void pool_init(struct pool *p, size_t item_size);
void pool_fini(struct pool *p); /* all items are gone with it */

/* A zeroed item, owned by the caller until pool_put(), or NULL. */
void *pool_get(struct pool *p) MUST_CHECK;
void pool_put(struct pool *p, void *item); /* NULL is fine */

#endif
