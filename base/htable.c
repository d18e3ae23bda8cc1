/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Theory of operation: the home slot of a hash is hash & mask; an item lies at its home or after
 * it with no empty slot between (linear probing). A delete keeps that true by moving later items
 * of the run back, so there are no tombstones. The load is at most 3/4; growth doubles, and moves
 * MOVE_SLOTS old slots with each add or delete, so the old half is empty long before the new one is
 * full: it takes old/MOVE_SLOTS steps, and the new half has room for 3/4 of old slots more items.
 *
 * In the old half slots are emptied in runs, from an empty slot on, so that probing there stays
 * valid: a slot is emptied through the same delete as any other, which closes the gap.
 */
#include "base/htable.h"

#include "base/alloc.h"

#include <errno.h>
#include <sys/mman.h>

#define FIRST_SLOTS 16
#define MOVE_SLOTS  8
#define HUGE_BYTES  ((size_t)2 << 20)

void htable_init(struct htable *t)
{
	*t = (struct htable){ 0 };
}

void htable_fini(struct htable *t)
{
	mem_free(t->now.slots);
	mem_free(t->old.slots);
	htable_init(t);
}

size_t htable_size(const struct htable *t)
{
	size_t n = 0;

	if (t->now.slots)
		n += (size_t)t->now.mask + 1;
	if (t->old.slots)
		n += (size_t)t->old.mask + 1;
	return n * sizeof(struct htable_slot);
}

static void *half_find(const struct htable_half *h, uint32_t hash, htable_eq *eq, const void *key)
{
	if (!h->n)
		return NULL;
	for (uint32_t i = hash & h->mask; h->slots[i].item; i = (i + 1) & h->mask) {
		if (h->slots[i].hash == hash && eq(h->slots[i].item, key))
			return h->slots[i].item;
	}
	return NULL;
}

void *htable_find(const struct htable *t, uint32_t hash, htable_eq *eq, const void *key)
{
	void *item = half_find(&t->now, hash, eq, key);

	return item || LIKELY(!t->old.n) ? item : half_find(&t->old, hash, eq, key);
}

void htable_prefetch(const struct htable *t, uint32_t hash)
{
	if (t->now.slots)
		__builtin_prefetch(&t->now.slots[hash & t->now.mask]);
}

static void half_put(struct htable_half *h, uint32_t hash, void *item)
{
	uint32_t i = hash & h->mask;

	while (h->slots[i].item)
		i = (i + 1) & h->mask;
	h->slots[i].item = item;
	h->slots[i].hash = hash;
	h->n++;
}

/* Empties slot @i and moves later items of its run back where that keeps them reachable. */
static void half_empty(struct htable_half *h, uint32_t i)
{
	for (uint32_t j = i;;) {
		j = (j + 1) & h->mask;
		if (!h->slots[j].item)
			break;
		/* The item at j may move to i unless its home lies cyclically in (i, j]. */
		if (((j - (h->slots[j].hash & h->mask)) & h->mask) >= ((j - i) & h->mask)) {
			h->slots[i] = h->slots[j];
			i = j;
		}
	}
	h->slots[i].item = NULL;
	h->n--;
}

static bool half_del(struct htable_half *h, uint32_t hash, const void *item)
{
	if (!h->n)
		return false;
	for (uint32_t i = hash & h->mask; h->slots[i].item; i = (i + 1) & h->mask) {
		if (h->slots[i].item == item) {
			half_empty(h, i);
			return true;
		}
	}
	return false;
}

static void drop_old(struct htable *t)
{
	mem_free(t->old.slots);
	t->old = (struct htable_half){ 0 };
}

static void move_some(struct htable *t, uint32_t slots)
{
	struct htable_half *old = &t->old;

	if (LIKELY(!old->slots))
		return;
	for (; old->n && slots; slots--) {
		struct htable_slot s = old->slots[t->moved];

		if (s.item) {
			half_put(&t->now, s.hash, s.item);
			half_empty(old, t->moved);
		} else {
			t->moved = (t->moved + 1) & old->mask;
		}
	}
	if (!old->n)
		drop_old(t);
}

void htable_settle(struct htable *t)
{
	while (t->old.slots)
		move_some(t, UINT32_MAX);
}

static int grow(struct htable *t)
{
	size_t n = t->now.slots ? ((size_t)t->now.mask + 1) * 2 : FIRST_SLOTS;
	struct htable_slot *slots;

	if (n > (size_t)UINT32_MAX / 2 + 1)
		return -ENOMEM;
	slots = mem_new_array(n, sizeof *slots);
	if (!slots)
		return -ENOMEM;
	/* Random probes into a big table miss the TLB as well as the cache: ask for huge pages. */
	if (n * sizeof *slots >= 2 * HUGE_BYTES) {
		uintptr_t from = ROUND_UP((uintptr_t)slots, HUGE_BYTES);

		madvise((void *)from, (uintptr_t)(slots + n) - from, MADV_HUGEPAGE);
	}
	htable_settle(t);
	t->old = t->now;
	t->moved = 0;
	t->now = (struct htable_half){ .slots = slots, .mask = (uint32_t)(n - 1) };
	if (!t->old.n)
		drop_old(t);
	return 0;
}

int htable_add(struct htable *t, uint32_t hash, void *item)
{
	if (!t->now.slots || htable_count(t) >= ((size_t)t->now.mask + 1) / 4 * 3) {
		int err = grow(t);

		if (err)
			return err;
	}
	move_some(t, MOVE_SLOTS);
	half_put(&t->now, hash, item);
	return 0;
}

bool htable_del(struct htable *t, uint32_t hash, const void *item)
{
	bool found = half_del(&t->now, hash, item) || half_del(&t->old, hash, item);

	if (found)
		move_some(t, MOVE_SLOTS);
	return found;
}

void *htable_next(const struct htable *t, size_t *pos)
{
	size_t n_now = t->now.slots ? (size_t)t->now.mask + 1 : 0;
	size_t n_old = t->old.slots ? (size_t)t->old.mask + 1 : 0;

	/* From the end to the begin, so that closing the gap of a deleted item moves none past us.
	 */
	while (*pos < n_now + n_old) {
		size_t i = (*pos)++;
		struct htable_slot *s = i < n_now ? &t->now.slots[n_now - 1 - i]
						  : &t->old.slots[n_old - 1 - (i - n_now)];

		if (s->item)
			return s->item;
	}
	return NULL;
}
