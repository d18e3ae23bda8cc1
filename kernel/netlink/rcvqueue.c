/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The receive queue of a socket. Models what sk_receive_queue is for in Linux 6.1, without its
 * buffers of one datagram each. A datagram is its length in 8 bytes, then itself, padded to 8.
 */
#include "base/alloc.h"
#include "kernel/netlink/rcvqueue_internal.h"

#define HEADER	8
#define MIN_CAP 4096

void rcvqueue_init(struct rcvqueue *q)
{
	memset(q, 0, sizeof *q);
}

void rcvqueue_fini(struct rcvqueue *q)
{
	mem_free(q->buf);
	memset(q, 0, sizeof *q);
}

/* Makes room for @size more bytes behind the tail. Returns whether there is. */
static bool make_room(struct rcvqueue *q, size_t size)
{
	size_t used = rcvqueue_size(q), want = used + size;
	u8 *buf;

	if (q->cap - q->tail >= size)
		return true;
	if (q->head < q->cap / 2 || want > q->cap) {
		buf = mem_grow(q->buf, &q->cap, (want < MIN_CAP ? MIN_CAP : want) + q->head, 1);
		if (!buf)
			return false;
		q->buf = buf;
		return true;
	}
	memmove(q->buf, q->buf + q->head, used);
	q->head = 0;
	q->tail = used;
	return true;
}

u8 *rcvqueue_put(struct rcvqueue *q, size_t len)
{
	u64 header = len;
	u8 *p;

	if (!make_room(q, HEADER + ROUND_UP(len, (size_t)8)))
		return NULL;
	p = q->buf + q->tail;
	memcpy(p, &header, HEADER);
	q->tail += HEADER + ROUND_UP(len, (size_t)8);
	q->n++;
	return p + HEADER;
}

const u8 *rcvqueue_front(const struct rcvqueue *q, size_t *len)
{
	if (!q->n)
		return NULL;
	*len = get_u64(q->buf + q->head);
	return q->buf + q->head + HEADER;
}

void rcvqueue_pop(struct rcvqueue *q)
{
	q->head += HEADER + ROUND_UP((size_t)get_u64(q->buf + q->head), (size_t)8);
	if (!--q->n)
		q->head = q->tail = 0;
}
