/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers to pointers: a radix tree of 64-way nodes over the whole range of uint32_t. It hands out
 * the lowest free number, finds, and walks in ascending order, each in at most six steps,
 * however many there are. The tree borrows the pointers.
 */
#ifndef BASE_IDR_H
#define BASE_IDR_H

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct idr_node;

struct idr {
	struct idr_node *root;
	unsigned int height;	    /* levels; 0: empty */
	uint32_t all_from, all_end; /* all of these are in use: no search begins among them */
	size_t n;		    /* numbers in use */
};

void idr_init(struct idr *t);
void idr_fini(struct idr *t); /* the pointers are not freed */

/* The pointer of @id, or NULL. */
void *idr_find(const struct idr *t, uint32_t id);

/*
 * Takes the lowest free number in [@min, @max], or @id itself, for @item (not NULL).
 * 0; -ENOSPC: none is free in the range; -EEXIST: @id is in use; -ENOMEM. Then nothing has changed.
 */
int idr_add(struct idr *t, uint32_t min, uint32_t max, void *item, uint32_t *id) MUST_CHECK;
int idr_add_at(struct idr *t, uint32_t id, void *item) MUST_CHECK;

/* Frees @id; returns its pointer, or NULL if it was free. */
void *idr_del(struct idr *t, uint32_t id);

/* The pointer of the lowest number in use at or above *@id, which is set to it; NULL: none. */
void *idr_next(const struct idr *t, uint32_t *id);

/* Walks in ascending order; @id is a uint64_t. The current number may be freed in the body. */
#define idr_for_each(t, id, item) for (id = 0; (item = idr_next_((t), &id)) != NULL; id++)

void *idr_next_(const struct idr *t, uint64_t *id);

#endif
