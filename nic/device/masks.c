/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Matching in one table. Its entries are in one hash table, by mask and value: many small ones
 * would lie in more pages than the processor remembers. A look-up costs one probe a mask. Masks are
 * sorted by the lowest index that an entry of theirs can have: once an entry was found, masks that
 * start behind it need no look.
 *
 * Entries of equal mask and value (they may lie in several groups) form a ring, ascending by index;
 * only the first is in the hash table. Adding behind the last and deleting the first, which is what
 * drivers do, cost the same however long the ring is; other orders walk it.
 */
#include "nic/device/device_internal.h"

#include "base/alloc.h"

#include <assert.h>
#include <string.h>

static uint64_t hash_words(const struct nic_mask *m, const uint32_t *w)
{
	uint64_t h = m->hash;
	size_t i;

	for (i = 0; i + 1 < m->n_words; i += 2)
		h = hash_mix(h, (uint64_t)w[i] << 32 | w[i + 1]);
	return i < m->n_words ? hash_mix(h, w[i]) : h;
}

/* The words of a packet under the mask. */
static inline void pack(const struct nic_mask *m, const struct nic_key *k, uint32_t *w)
{
	for (size_t i = 0; i < m->n_words; i++)
		w[i] = k->w[m->words[i]] & m->key.w[m->words[i]];
}

struct packed {
	const struct nic_mask *mask;
	const uint32_t *w; /* borrowed */
};

static bool entry_eq(const void *item, const void *key)
{
	const struct nic_entry *e = item;
	const struct packed *p = key;

	return e->group->masks[e->flow_source] == p->mask &&
	       !memcmp(e->value, p->w, p->mask->n_words * sizeof p->w[0]);
}

/* A probe that is under way: its memory has been asked for. */
struct probe {
	const struct nic_mask *mask;
	uint32_t w[NIC_KEY_WORDS];
	uint32_t hash;
};

static void probe_start(struct probe *pr, const struct nic_mask *m, const struct nic_key *k)
{
	pr->mask = m;
	pack(m, k, pr->w);
	pr->hash = (uint32_t)hash_words(m, pr->w);
}

static struct nic_entry *probe_end(const struct probe *pr)
{
	const struct packed p = { pr->mask, pr->w };

	return htable_find(&pr->mask->table->firsts, pr->hash, entry_eq, &p);
}

#define PROBES 8 /* at once, so that their cache misses overlap */

/* Starts probes in masks from @i on that may have a better entry than @best. */
static size_t probes_start(struct probe *probes, const struct nic_table *t, size_t *i,
			   const struct nic_entry *best, const struct nic_key *k)
{
	size_t n = 0;

	for (; *i < t->n_masks && n < PROBES; ++*i) {
		const struct nic_mask *m = t->masks[*i];

		if (best && best->index < m->start) {
			*i = t->n_masks;
			break;
		}
		if (!m->n_entries)
			continue;
		probe_start(&probes[n], m, k);
		htable_prefetch(&m->table->firsts, probes[n++].hash);
	}
	return n;
}

struct nic_entry *nic_table_lookup(const struct nic_table *t, const struct nic_key *k)
{
	struct probe probes[PROBES];
	struct nic_entry *best = NULL;

	for (size_t i = 0; i < t->n_masks;) {
		size_t n = probes_start(probes, t, &i, best, k);

		for (size_t j = 0; j < n; j++) {
			struct nic_entry *e = probe_end(&probes[j]);

			if (e && (!best || e->index < best->index))
				best = e;
		}
	}
	return best;
}

void nic_mask_decode(const struct nic_mask *m, const uint8_t *value, struct nic_key *k)
{
	for (size_t i = 0; i < m->n_words; i++) {
		if (m->words[i] < NIC_KEY_PARAM)
			k->w[m->words[i]] = get_be32(value + nic_key_dwords[m->words[i]].offset);
	}
}

void nic_mask_prefetch(const struct nic_mask *m, const struct nic_key *k)
{
	struct probe pr;

	probe_start(&pr, m, k);
	htable_prefetch(&m->table->firsts, pr.hash);
}

/* ---- entries ---- */

static void link_before(struct nic_entry *at, struct nic_entry *e)
{
	e->next = at;
	e->prev = at->prev;
	at->prev->next = e;
	at->prev = e;
}

/* @e has its value and index. 0 or -ENOMEM. */
static int add(struct nic_mask *m, struct nic_entry *e)
{
	uint32_t hash = (uint32_t)hash_words(m, e->value);
	const struct packed p = { m, e->value };
	struct nic_entry *first, *at;

	first = htable_find(&m->table->firsts, hash, entry_eq, &p);
	e->next = e->prev = e;
	if (!first)
		return htable_add(&m->table->firsts, hash, e);
	if (e->index < first->index) {
		int err = htable_add(&m->table->firsts, hash, e);

		if (err)
			return err;
		htable_del(&m->table->firsts, hash, first);
		link_before(first, e);
		return 0;
	}
	for (at = first; at->prev->index > e->index; at = at->prev)
		;
	link_before(at, e);
	return 0;
}

int nic_mask_add(struct nic_mask *m, struct nic_entry *e)
{
	int err = add(m, e);

	m->n_entries += !err;
	return err;
}

void nic_mask_del(struct nic_mask *m, struct nic_entry *e)
{
	uint32_t hash = (uint32_t)hash_words(m, e->value);
	struct nic_entry *next = e->next;

	m->n_entries--;
	e->prev->next = next;
	next->prev = e->prev;
	/* Deleting first makes room, so adding the next needs no memory. */
	if (htable_del(&m->table->firsts, hash, e) && next != e) {
		int err = htable_add(&m->table->firsts, hash, next);

		assert(!err);
		(void)err;
	}
}

void nic_entry_value(const struct nic_entry *e, struct nic_key *k)
{
	const struct nic_mask *m = e->group->masks[e->flow_source];

	*k = (struct nic_key){ 0 };
	for (size_t i = 0; i < m->n_words; i++)
		k->w[m->words[i]] = e->value[i];
}

/* ---- masks ---- */

static bool mask_eq(const void *item, const void *key)
{
	const struct nic_mask *m = item;

	return !memcmp(&m->key, key, sizeof m->key);
}

/* Puts the mask at its place in the order of starts; there is room for it. */
static void place(struct nic_table *t, struct nic_mask *m)
{
	size_t i = t->n_masks++;

	for (; i && t->masks[i - 1]->start > m->start; i--)
		t->masks[i] = t->masks[i - 1];
	t->masks[i] = m;
}

static void unplace(struct nic_table *t, const struct nic_mask *m)
{
	size_t i = 0;

	while (t->masks[i] != m)
		i++;
	t->n_masks--;
	memmove(&t->masks[i], &t->masks[i + 1], (t->n_masks - i) * sizeof t->masks[0]);
}

static struct nic_mask *mask_new(struct nic_table *t, const struct nic_key *key, uint32_t hash)
{
	struct nic_mask *m = mem_new(sizeof *m);

	if (!m)
		return NULL;
	m->key = *key;
	m->table = t;
	m->hash = hash;
	for (size_t i = 0; i < NIC_KEY_WORDS; i++) {
		if (key->w[i])
			m->words[m->n_words++] = (uint8_t)i;
	}
	nic_key_encode(key, m->outside);
	for (size_t i = 0; i < sizeof m->outside; i++)
		m->outside[i] = (uint8_t)~m->outside[i];
	return m;
}

static struct nic_mask *mask_add(struct nic_table *t, const struct nic_key *key, uint32_t hash,
				 uint32_t start)
{
	struct nic_mask *m;
	void *p = t->masks;

	if (t->n_masks == t->masks_cap) {
		p = mem_grow(t->masks, &t->masks_cap, t->n_masks + 1, sizeof t->masks[0]);
		if (!p)
			return NULL;
		t->masks = p;
	}
	m = mask_new(t, key, hash);
	if (!m)
		return NULL;
	m->start = start;
	if (htable_add(&t->mask_set, hash, m)) {
		mem_free(m);
		return NULL;
	}
	place(t, m);
	return m;
}

struct nic_mask *nic_mask_get(struct nic_device *dev, struct nic_table *t,
			      const struct nic_key *key, uint32_t start)
{
	uint32_t hash = (uint32_t)hash_bytes(key, sizeof *key, 0);
	struct nic_mask *m = htable_find(&t->mask_set, hash, mask_eq, key);

	if (!m) {
		m = mask_add(t, key, hash, start);
		if (!m)
			return NULL;
		dev->n_masks++;
		for (size_t i = 0; i < NIC_KEY_WORDS; i++)
			dev->consulted.w[i] |= key->w[i];
		if (nic_key_wants_tunnels(key))
			dev->tunnels.are_wanted = true;
	} else if (start < m->start) {
		unplace(t, m);
		m->start = start;
		place(t, m);
	}
	m->n_groups++;
	return m;
}

/* The last group of a mask is gone, and so are its entries. */
void nic_mask_put(struct nic_device *dev, struct nic_mask *m)
{
	if (!m || --m->n_groups)
		return;
	unplace(m->table, m);
	htable_del(&m->table->mask_set, m->hash, m);
	mem_free(m);
	if (--dev->n_masks)
		return;
	dev->consulted = (struct nic_key){ 0 };
	dev->tunnels.are_wanted = false;
}
