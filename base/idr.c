/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Theory of operation: a node of level l covers 64^(l+1) numbers. Each node has two bitmaps: a bit
 * of `used` is set when the child (or, in a leaf, the pointer) is there; a bit of `full` when the
 * child has no free number left (in a leaf the two are the same). The lowest free number is found
 * by following the lowest zero bit of `full`; the next one in use by the lowest one bit of `used`.
 * The tree grows by putting a new root above the old one; nodes that become empty are freed.
 */
#include "base/idr.h"

#include "base/alloc.h"

#include <errno.h>

#define BITS	   6
#define WAYS	   64
#define HEIGHT_MAX 6 /* 6 * 6 = 36 bits >= 32 */

struct idr_node {
	uint64_t used, full;
	void *child[WAYS];
};

void idr_init(struct idr *t)
{
	*t = (struct idr){ 0 };
}

static void free_node(struct idr_node *n, unsigned int level)
{
	if (level) {
		for (uint64_t left = n->used; left; left &= left - 1)
			free_node(n->child[__builtin_ctzll(left)], level - 1);
	}
	mem_free(n);
}

void idr_fini(struct idr *t)
{
	if (t->root)
		free_node(t->root, t->height - 1);
	idr_init(t);
}

static unsigned int way(uint64_t id, unsigned int level)
{
	return (unsigned int)(id >> (level * BITS)) & (WAYS - 1);
}

/* The way that a number lies in, @distance above the first one of its node; WAYS and more: behind
 * it. */
static unsigned int way_from(uint64_t distance, unsigned int level)
{
	distance >>= level * BITS;
	return distance < WAYS ? (unsigned int)distance : WAYS;
}

/* The numbers below which a tree of @height levels holds everything. */
static uint64_t span_of(unsigned int height)
{
	return (uint64_t)1 << (height * BITS);
}

void *idr_find(const struct idr *t, uint32_t id)
{
	const struct idr_node *n = t->root;

	if (!n || id >= span_of(t->height))
		return NULL;
	for (unsigned int level = t->height - 1; level; level--) {
		n = n->child[way(id, level)];
		if (!n)
			return NULL;
	}
	return n->child[way(id, 0)];
}

/*
 * The lowest free number >= @min, which the tree covers; UINT64_MAX: none. The lowest way that is
 * open leads there, except in the nodes that @min lies in: they may be open only below it. Then the
 * search begins again behind such a node, which happens at most once a level.
 */
static uint64_t lowest_free(const struct idr *t, uint64_t min)
{
	const struct idr_node *n = t->root;
	unsigned int level = t->height - 1;
	uint64_t base = 0;

	for (;;) {
		unsigned int first = min > base ? way_from(min - base, level) : 0, w;
		uint64_t open = first < WAYS ? ~n->full & (~(uint64_t)0 << first) : 0;

		if (!open) {
			if (n == t->root)
				return UINT64_MAX;
			min = base + ((uint64_t)WAYS << (level * BITS));
			n = t->root;
			level = t->height - 1;
			base = 0;
			continue;
		}
		w = (unsigned int)__builtin_ctzll(open);
		base += (uint64_t)w << (level * BITS);
		if (!level || !(n->used >> w & 1))
			return base > min ? base : min;
		n = n->child[w];
		level--;
	}
}

/* Puts new roots above the old one until the tree holds @id. */
static int grow(struct idr *t, uint32_t id)
{
	while (!t->root || id >= span_of(t->height)) {
		struct idr_node *root = mem_new(sizeof *root);

		if (!root)
			return -ENOMEM;
		if (t->root) {
			root->child[0] = t->root;
			root->used = 1;
			root->full = t->root->full == ~(uint64_t)0;
		}
		t->root = root;
		t->height++;
	}
	return 0;
}

/* Frees empty nodes on the way to @id after a failed add or a delete, and trailing bits of `full`.
 */
static void prune(struct idr *t, uint32_t id)
{
	struct idr_node *path[HEIGHT_MAX] = { 0 };
	struct idr_node *n = t->root;
	unsigned int level;

	for (level = t->height; n && level--;) {
		path[level] = n;
		n = level ? n->child[way(id, level)] : NULL;
	}
	for (level = 0; level < t->height; level++) {
		n = path[level];
		if (!n)
			continue;
		if (n->used) {
			if (level + 1 < t->height && n->full != ~(uint64_t)0)
				path[level + 1]->full &= ~((uint64_t)1 << way(id, level + 1));
			continue;
		}
		if (level + 1 < t->height) {
			uint64_t bit = (uint64_t)1 << way(id, level + 1);

			path[level + 1]->child[way(id, level + 1)] = NULL;
			path[level + 1]->used &= ~bit;
			path[level + 1]->full &= ~bit;
		} else {
			t->root = NULL;
			t->height = 0;
			mem_free(n);
			return;
		}
		mem_free(n);
	}
}

/* Of a number that is free. */
static int insert(struct idr *t, uint32_t id, void *item)
{
	struct idr_node *path[HEIGHT_MAX], *n;
	unsigned int level;

	if (grow(t, id) < 0)
		goto nomem;
	n = t->root;
	for (level = t->height - 1; level; level--) {
		unsigned int w = way(id, level);

		path[level] = n;
		if (!n->child[w]) {
			n->child[w] = mem_new(sizeof *n);
			if (!n->child[w])
				goto nomem;
			n->used |= (uint64_t)1 << w;
		}
		n = n->child[w];
	}
	path[0] = n;
	n->child[way(id, 0)] = item;
	n->used |= (uint64_t)1 << way(id, 0);
	n->full = n->used;
	for (level = 1; level < t->height && path[level - 1]->full == ~(uint64_t)0; level++)
		path[level]->full |= (uint64_t)1 << way(id, level);
	t->n++;
	return 0;

nomem:
	if (t->root)
		prune(t, id);
	return -ENOMEM;
}

int idr_add_at(struct idr *t, uint32_t id, void *item)
{
	return idr_find(t, id) ? -EEXIST : insert(t, id, item);
}

int idr_add(struct idr *t, uint32_t min, uint32_t max, void *item, uint32_t *id)
{
	bool is_behind = min >= t->all_from && min < t->all_end;
	uint64_t from = is_behind ? t->all_end : min, found = from;
	int err;

	if (t->root && from < span_of(t->height))
		found = lowest_free(t, from);
	if (found == UINT64_MAX)
		found = span_of(t->height);
	if (found > max)
		return -ENOSPC;
	err = insert(t, (uint32_t)found, item);
	if (err)
		return err;
	*id = (uint32_t)found;
	if (!is_behind)
		t->all_from = min;
	t->all_end = (uint32_t)found + 1; /* 0 behind the last: none are known then */
	return 0;
}

void *idr_del(struct idr *t, uint32_t id)
{
	struct idr_node *n = t->root;
	void *item = idr_find(t, id);

	if (!item)
		return NULL;
	if (id >= t->all_from && id < t->all_end)
		t->all_end = id;
	for (unsigned int level = t->height - 1; level; level--)
		n = n->child[way(id, level)];
	n->child[way(id, 0)] = NULL;
	n->used &= ~((uint64_t)1 << way(id, 0));
	n->full = n->used;
	t->n--;
	prune(t, id);
	return item;
}

static void *next_in(const struct idr_node *n, unsigned int level, uint64_t base, uint64_t *id)
{
	uint64_t step = (uint64_t)1 << (level * BITS);
	unsigned int first = *id > base ? way_from(*id - base, level) : 0;
	uint64_t left;

	if (first >= WAYS)
		return NULL;
	for (left = n->used & (~(uint64_t)0 << first); left; left &= left - 1) {
		unsigned int w = (unsigned int)__builtin_ctzll(left);
		void *item = n->child[w];

		if (!level) {
			*id = base + w;
			return item;
		}
		item = next_in(item, level - 1, base + w * step, id);
		if (item)
			return item;
	}
	return NULL;
}

void *idr_next_(const struct idr *t, uint64_t *id)
{
	return t->root && *id < span_of(t->height) ? next_in(t->root, t->height - 1, 0, id) : NULL;
}

void *idr_next(const struct idr *t, uint32_t *id)
{
	uint64_t wide = *id;
	void *item = idr_next_(t, &wide);

	if (item)
		*id = (uint32_t)wide;
	return item;
}
