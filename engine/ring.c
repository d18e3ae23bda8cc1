/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A frame is a size and its bytes, padded to 8. One that would reach over the end begins at the
 * start of the block; a size of WRAP stands where it would have begun. The putter publishes a frame
 * by moving @head (release), the taker its room by moving @tail.
 */
#include "engine/ring.h"

#include "base/alloc.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define WRAP	    UINT32_MAX
#define HEADER_SIZE 8

int frame_ring_init(struct frame_ring *r, size_t size)
{
	assert(!(size & (size - 1)) && size >= FRAME_RING_MIN);
	memset(r, 0, sizeof *r);
	r->bytes = mem_new(size);
	r->size = size;
	return r->bytes ? 0 : -ENOMEM;
}

void frame_ring_fini(struct frame_ring *r)
{
	mem_free(r->bytes);
	r->bytes = NULL;
}

bool frame_ring_put(struct frame_ring *r, const void *frame, size_t size)
{
	uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
	uint64_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);
	size_t at = head & (r->size - 1), n = ROUND_UP(HEADER_SIZE + size, HEADER_SIZE);
	size_t skipped = at + n > r->size ? r->size - at : 0;
	uint32_t size32 = (uint32_t)size;

	if (head - tail + skipped + n > r->size)
		return false;
	if (skipped) {
		memcpy(r->bytes + at, &(uint32_t){ WRAP }, sizeof(uint32_t));
		at = 0;
	}
	memcpy(r->bytes + at, &size32, sizeof size32);
	memcpy(r->bytes + at + HEADER_SIZE, frame, size);
	atomic_store_explicit(&r->head, head + skipped + n, memory_order_release);
	return true;
}

size_t frame_ring_peek(struct frame_ring *r, struct engine_frame *frames, size_t n)
{
	uint64_t head = atomic_load_explicit(&r->head, memory_order_acquire);
	size_t i = 0;

	while (i < n && r->peeked != head) {
		size_t at = r->peeked & (r->size - 1);
		uint32_t size;

		memcpy(&size, r->bytes + at, sizeof size);
		if (size == WRAP) {
			r->peeked += r->size - at;
			continue;
		}
		frames[i++] = (struct engine_frame){ r->bytes + at + HEADER_SIZE, size };
		r->peeked += ROUND_UP(HEADER_SIZE + size, HEADER_SIZE);
	}
	return i;
}

void frame_ring_release(struct frame_ring *r)
{
	atomic_store_explicit(&r->tail, r->peeked, memory_order_release);
}

bool frame_ring_is_empty(const struct frame_ring *r)
{
	return atomic_load_explicit(&r->head, memory_order_acquire) ==
	       atomic_load_explicit(&r->tail, memory_order_relaxed);
}
