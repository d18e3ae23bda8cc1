/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ring of bytes that keeps the last so many: pieces are put in, each in one row, and the oldest
 * are overwritten. A position only grows, so that it says whether its piece is still there.
 */
#ifndef BASE_BYTE_RING_H
#define BASE_BYTE_RING_H

#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

struct byte_ring {
	uint8_t *bytes;
	size_t size;   /* a power of 2 */
	uint64_t head; /* position behind the last piece */
};

/* 0 or -ENOMEM. */
int byte_ring_init(struct byte_ring *r, size_t size) MUST_CHECK;
void byte_ring_fini(struct byte_ring *r);

/* Room for @n bytes, at most the ring's size; *@position is theirs. */
static inline uint8_t *byte_ring_put(struct byte_ring *r, size_t n, uint64_t *position)
{
	size_t at = r->head & (r->size - 1);

	if (at + n > r->size) {
		r->head += r->size - at;
		at = 0;
	}
	*position = r->head;
	r->head += n;
	return r->bytes + at;
}

/* The piece at a position that byte_ring_put() gave, or NULL: overwritten. */
static inline const uint8_t *byte_ring_get(const struct byte_ring *r, uint64_t position)
{
	return r->head - position <= r->size ? r->bytes + (position & (r->size - 1)) : NULL;
}

#endif
