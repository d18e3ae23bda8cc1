/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Theory of operation: the home slot of a hash is hash * size / 2^32, so homes are in the order of
 * the hashes whatever the size is; an item lies at its home or after it with no empty slot between
 * (linear probing, around the end). A delete keeps that true by moving later items of the run back,
 * so there are no tombstones. Hashes and items are two arrays: a probe reads 16 hashes a cache line
 * and an item only when the hashes are equal, so that a search in vain costs one line.
 *
 * The load is at most 3/4; growth doubles, and moves MOVE_SLOTS old slots with each add or delete.
 * (By one half would keep tables a tenth smaller on average, but moves each item twice as often and
 * touches half as much fresh memory again.) Because homes are in the same order in both halves,
 * moving reads one array and writes the other from begin to end, which the cache likes. It goes run
 * by run: it begins behind an empty slot and stops only at one, so that the items whose home is
 * among the first `moved` slots, counted from there, are in the new half, and all others in the old
 * one, where new ones are added too: one look-up is enough. The run before the begin may grow over
 * it into slots that have been emptied, by one slot for each add, while MOVE_SLOTS more are
 * emptied: it never reaches those that have not.
 */
#include "base/htable.h"

#include "base/alloc.h"

#include <errno.h>

#define FIRST_SLOTS 24
#define MOVE_SLOTS  16
#define SLOTS_MAX   (UINT32_MAX / 4)   /* htable_next() counts both halves in 32 bits */
#define PAGES_MIN   ((size_t)32 << 10) /* a smaller half is of the heap */

void htable_init(struct htable *t)
{
	*t = (struct htable){ 0 };
}

static size_t bytes_of(uint32_t size)
{
	return size * (sizeof(void *) + sizeof(uint32_t));
}

static void half_fini(struct htable_half *h)
{
	if (bytes_of(h->size) < PAGES_MIN)
		mem_free(h->items);
	else
		mem_free_pages(h->items, bytes_of(h->size));
	*h = (struct htable_half){ 0 };
}

static int half_init(struct htable_half *h, uint32_t size)
{
	const size_t bytes = bytes_of(size);

	h->items = bytes < PAGES_MIN ? mem_new(bytes) : mem_new_pages(bytes);
	if (!h->items)
		return -ENOMEM;
	h->hashes = (uint32_t *)(void *)(h->items + size);
	h->size = size;
	h->n = 0;
	return 0;
}

void htable_fini(struct htable *t)
{
	half_fini(&t->now);
	half_fini(&t->old);
	htable_init(t);
}

size_t htable_size(const struct htable *t)
{
	return bytes_of(t->now.size) + bytes_of(t->old.size);
}

/* All bits of a caller's hash count, mostly in the upper ones; 0 is an empty slot. */
static inline uint32_t mix(uint32_t hash)
{
	hash *= 0x9e3779b1u;
	return hash ? hash : 1;
}

static inline uint32_t home_of(const struct htable_half *h, uint32_t hash)
{
	return (uint32_t)((uint64_t)hash * h->size >> 32);
}

static inline uint32_t after(const struct htable_half *h, uint32_t i)
{
	return i + 1 == h->size ? 0 : i + 1;
}

/* How many slots @to comes after @from, around the end. */
static inline uint32_t distance(const struct htable_half *h, uint32_t from, uint32_t to)
{
	return to >= from ? to - from : to + h->size - from;
}

/* The half that has the items of this hash, if there are any. */
static inline const struct htable_half *half_of(const struct htable *t, uint32_t hash)
{
	const struct htable_half *old = &t->old;

	if (LIKELY(!old->size) || distance(old, t->begin, home_of(old, hash)) < t->moved)
		return &t->now;
	return old;
}

void *htable_find(const struct htable *t, uint32_t hash, htable_eq *eq, const void *key)
{
	const struct htable_half *h;

	if (!t->now.size)
		return NULL;
	hash = mix(hash);
	h = half_of(t, hash);
	for (uint32_t i = home_of(h, hash); h->hashes[i]; i = after(h, i)) {
		if (h->hashes[i] == hash && eq(h->items[i], key))
			return h->items[i];
	}
	return NULL;
}

void htable_prefetch(const struct htable *t, uint32_t hash)
{
	const struct htable_half *h;
	uint32_t home;

	if (!t->now.size)
		return;
	hash = mix(hash);
	h = half_of(t, hash);
	home = home_of(h, hash);
	__builtin_prefetch(&h->hashes[home], 1);
	__builtin_prefetch(&h->items[home], 1);
}

static void half_put(struct htable_half *h, uint32_t hash, void *item)
{
	uint32_t i = home_of(h, hash);

	while (h->hashes[i])
		i = after(h, i);
	h->items[i] = item;
	h->hashes[i] = hash;
	h->n++;
}

/* Empties slot @i and moves later items of its run back where that keeps them reachable. */
static void half_empty(struct htable_half *h, uint32_t i)
{
	for (uint32_t j = after(h, i); h->hashes[j]; j = after(h, j)) {
		/* The item at j may move to i unless its home lies cyclically in (i, j]. */
		if (distance(h, home_of(h, h->hashes[j]), j) >= distance(h, i, j)) {
			h->items[i] = h->items[j];
			h->hashes[i] = h->hashes[j];
			i = j;
		}
	}
	h->hashes[i] = 0;
	h->n--;
}

static bool half_del(struct htable_half *h, uint32_t hash, const void *item)
{
	for (uint32_t i = home_of(h, hash); h->hashes[i]; i = after(h, i)) {
		if (h->hashes[i] == hash && h->items[i] == item) {
			half_empty(h, i);
			return true;
		}
	}
	return false;
}

/* Moves at least @slots slots, and what is left of the run that it comes to. */
static void move_some(struct htable *t, uint32_t slots)
{
	struct htable_half *old = &t->old;
	uint32_t i;

	if (LIKELY(!old->size))
		return;
	i = t->begin + t->moved;
	if (i >= old->size)
		i -= old->size;
	for (; old->n && (slots || old->hashes[i]); i = after(old, i)) {
		if (old->hashes[i]) {
			half_put(&t->now, old->hashes[i], old->items[i]);
			old->hashes[i] = 0;
			old->n--;
		}
		t->moved++;
		slots -= slots > 0;
	}
	if (!old->n)
		half_fini(old);
}

void htable_settle(struct htable *t)
{
	move_some(t, UINT32_MAX);
}

static int grow(struct htable *t)
{
	const uint32_t size = t->now.size ? t->now.size * 2 : FIRST_SLOTS;
	struct htable_half new;

	if (size > SLOTS_MAX || half_init(&new, size))
		return -ENOMEM;
	htable_settle(t); /* long done, unless there were many more deletes than adds */
	t->old = t->now;
	t->now = new;
	t->moved = 0;
	t->begin = 0;
	if (!t->old.n) {
		half_fini(&t->old);
		return 0;
	}
	while (t->old.hashes[t->begin])
		t->begin++;
	t->begin = after(&t->old, t->begin);
	return 0;
}

static struct htable_half *writable(struct htable *t, const struct htable_half *h)
{
	return h == &t->now ? &t->now : &t->old;
}

int htable_add(struct htable *t, uint32_t hash, void *item)
{
	if (htable_count(t) >= t->now.size / 4 * 3) {
		int err = grow(t);

		if (err)
			return err;
	}
	move_some(t, MOVE_SLOTS);
	hash = mix(hash);
	half_put(writable(t, half_of(t, hash)), hash, item);
	return 0;
}

bool htable_del(struct htable *t, uint32_t hash, const void *item)
{
	if (!t->now.size)
		return false;
	hash = mix(hash);
	if (!half_del(writable(t, half_of(t, hash)), hash, item))
		return false;
	move_some(t, MOVE_SLOTS);
	return true;
}

/* How many slots there are before the first empty one. */
static uint32_t first_run(const struct htable_half *h)
{
	uint32_t n = 0;

	while (n < h->size && h->hashes[n])
		n++;
	return n;
}

/*
 * Each run is walked from its end to its begin, so that closing the gap of a deleted item moves no
 * other past us. So the run that may go around the end comes first: *@pos has the slots of the walk
 * that are done in its lower half, and the first slots, up to an empty one, in its upper half.
 */
void *htable_next(const struct htable *t, size_t *pos)
{
	const uint32_t n_now = t->now.size, n_old = t->old.size;
	const uint32_t first = *pos ? (uint32_t)(*pos >> 32) : first_run(&t->now);
	uint32_t done = (uint32_t)*pos;
	void *item = NULL;

	while (!item && done < n_now + n_old) {
		if (done < n_now) {
			uint32_t i = done < first ? first - 1 - done : n_now - 1 - (done - first);

			item = t->now.hashes[i] ? t->now.items[i] : NULL;
		} else {
			uint32_t i = done - n_now;

			item = t->old.hashes[i] ? t->old.items[i] : NULL;
		}
		done++;
	}
	*pos = (size_t)first << 32 | done;
	return item;
}
