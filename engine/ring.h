/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bounded ring of frames between two threads: one puts, one takes. Nothing waits and nothing is
 * allocated; a put that finds no room says so. Frames lie in one block one behind the other, so
 * that small ones take little room and the taker reads them where they are.
 */
#ifndef ENGINE_RING_H
#define ENGINE_RING_H

#include "engine/engine.h"

#include <stdatomic.h>

struct frame_ring {
	uint8_t *bytes;
	size_t size; /* a power of 2 */
	/* Positions only grow. Each is written by one side alone, on a cache line of its own. */
	uint8_t apart[64];
	_Atomic uint64_t head; /* of the putter: behind the last frame */
	uint8_t apart_too[64];
	_Atomic uint64_t tail; /* of the taker: the oldest that is still in use */
	uint64_t peeked;       /* of the taker: behind the last that it looked at */
};

/* @size: a power of 2, at least FRAME_RING_MIN. 0 or -ENOMEM. */
#define FRAME_RING_MIN (64u << 10)
int frame_ring_init(struct frame_ring *r, size_t size) MUST_CHECK;
void frame_ring_fini(struct frame_ring *r); /* of a ring of zeros: nothing */

/* The putter. False: there is no room. @size: at most PACKET_MAX. */
bool frame_ring_put(struct frame_ring *r, const void *frame, size_t size);

/*
 * The taker: up to @n of the oldest frames, which stay where they are until
 * frame_ring_release(). How many there are.
 */
size_t frame_ring_peek(struct frame_ring *r, struct engine_frame *frames, size_t n);
void frame_ring_release(struct frame_ring *r);
bool frame_ring_is_empty(const struct frame_ring *r);

#endif
