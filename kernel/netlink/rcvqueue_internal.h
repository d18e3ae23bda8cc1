/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The receive queue of a socket: datagrams one behind the other in one buffer that is used again
 * and again, so that a datagram costs no allocation once the buffer has grown to what the receiver
 * leaves unread. The rest moves to the front when the back is full and the front half is empty:
 * each byte is moved a constant number of times.
 */
#ifndef KERNEL_NETLINK_RCVQUEUE_INTERNAL_H
#define KERNEL_NETLINK_RCVQUEUE_INTERNAL_H

#include "kernel/core/types.h"

struct rcvqueue {
	u8 *buf;
	size_t head, tail, cap; /* [head, tail) is in use */
	size_t n;		/* datagrams */
};

void rcvqueue_init(struct rcvqueue *q);
void rcvqueue_fini(struct rcvqueue *q);

/* Appends a datagram of @len bytes; returns where the caller writes it at once; NULL: no memory. */
u8 *rcvqueue_put(struct rcvqueue *q, size_t len) MUST_CHECK;

/* The oldest datagram, or NULL. */
const u8 *rcvqueue_front(const struct rcvqueue *q, size_t *len);
void rcvqueue_pop(struct rcvqueue *q);

/* Bytes queued. */
static inline size_t rcvqueue_size(const struct rcvqueue *q)
{
	return q->tail - q->head;
}

#endif
