/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast way: a cache of whole paths in front of the tables, for 32 packets at a time, so that
 * the memory that one packet waits for comes while others are parsed.
 *
 * The key of a path is all bits that any table consults, plus the vport and which headers there
 * are. Two packets that agree in them take the same way through the same tables: what set writes is
 * constant, what add and copy read is consulted (nic_modify_header_consults()), and what else could
 * make a difference is not kept (nic_packet_run()).
 *
 * Changes are numbered, by the device's generation, and a path knows up to which it holds. One of
 * tables makes all paths invalid. One of an entry concerns the packets that the entry matches, and
 * no others: the last few are kept as masks and values of headers, and a path whose key is outside
 * of them holds on. Registers are left out, as they are not of the packet that comes in; so is the
 * way of packets that are looked up after their headers changed, which no change lets hold.
 */
#include "nic/device/device_internal.h"

#include "base/alloc.h"

#include <string.h>
#include <sys/mman.h>

#define BATCH	     32
#define WAYS	     4 /* slots that a key may be in */
#define LINE	     64
#define SLOTS_MIN    1024
#define SLOTS_MAX    ((size_t)1 << 21)
#define HUGE_BYTES   ((size_t)2 << 20)
#define SIZE_CAUTION (PACKET_MAX - PACKET_HEADROOM) /* larger: a push may find no room */

void nic_cache_fini(struct nic_cache *c)
{
	mem_free(c->memory);
	*c = (struct nic_cache){ 0 };
}

size_t nic_cache_bytes(const struct nic_cache *c)
{
	return c->n_slots * c->slot_size;
}

void nic_cache_flush(struct nic_device *dev)
{
	dev->flushed_at = ++dev->generation;
}

#define GRE_BITS 0xb0000000 /* beside them is the send queue: what is received comes from none */

/* Of these words a packet that comes in says nothing: they are 0 then, or follow from its vport. */
static bool is_of_device(uint8_t word)
{
	return (word >= NIC_KEY_REGS && word <= NIC_KEY_REG_A) || word == NIC_KEY_REG_B ||
	       word == NIC_KEY_ORIGIN;
}

void nic_cache_note_change(struct nic_device *dev, const struct nic_entry *e)
{
	const struct nic_mask *m = e->group->masks[e->flow_source];
	struct nic_change *ch = &dev->cache.changes[++dev->generation % NIC_CHANGES];

	if (!dev->cache.n_slots)
		return;
	ch->n_words = 0;
	for (size_t i = 0; i < m->n_words; i++) {
		uint32_t bits = m->words[i] == NIC_KEY_MISC ? GRE_BITS : UINT32_MAX;

		bits &= m->key.w[m->words[i]];
		if (is_of_device(m->words[i]) || !bits)
			continue;
		ch->words[ch->n_words] = m->words[i];
		ch->mask[ch->n_words] = bits;
		ch->value[ch->n_words++] = e->value[i] & bits;
	}
}

static void set_words(struct nic_cache *c, const struct nic_key *consulted)
{
	c->consulted = c->mask = *consulted;
	c->mask.w[NIC_KEY_MISC] &= GRE_BITS;
	c->mask.w[NIC_KEY_MISC + 1] |= 0xffff;
	c->mask.w[NIC_KEY_SHAPE] = UINT32_MAX;
	c->n_words = 0;
	for (uint8_t i = 0; i < NIC_KEY_WORDS; i++) {
		if (is_of_device(i))
			c->mask.w[i] = 0;
		c->places[i] = c->n_words;
		if (c->mask.w[i])
			c->words[c->n_words++] = i;
	}
}

static void resize(struct nic_cache *c, size_t n_slots, size_t slot_size)
{
	size_t size = n_slots * slot_size;

	mem_free(c->memory);
	c->n_slots = 0;
	c->slot_size = slot_size;
	c->memory = mem_new(size + LINE);
	if (!c->memory)
		return;
	c->slots = c->memory + (LINE - (uintptr_t)c->memory % LINE) % LINE;
	c->n_slots = n_slots;
	if (size >= 2 * HUGE_BYTES) {
		uintptr_t from = ROUND_UP((uintptr_t)c->slots, HUGE_BYTES);

		madvise((void *)from, (uintptr_t)c->slots + size - from, MADV_HUGEPAGE);
	}
}

void nic_cache_refresh(struct nic_device *dev)
{
	struct nic_cache *c = &dev->cache;
	size_t n = SLOTS_MIN, slot_size;

	if (!c->n_words || memcmp(&c->consulted, &dev->consulted, sizeof c->consulted)) {
		set_words(c, &dev->consulted);
		nic_cache_flush(dev);
	}
	slot_size = ROUND_UP(sizeof(struct nic_cache_slot) + c->n_words * sizeof(uint32_t), LINE);
	while (n < 2 * dev->n_entries && n < SLOTS_MAX)
		n *= 2;
	if (n > c->n_slots || slot_size != c->slot_size)
		resize(c, n > c->n_slots ? n : c->n_slots, slot_size);
}

static struct nic_cache_slot *slot_at(const struct nic_cache *c, size_t i)
{
	return (struct nic_cache_slot *)(void *)(c->slots + i * c->slot_size);
}

/* Whether the slot holds nothing that could still count. */
static bool is_dead(const struct nic_device *dev, const struct nic_cache_slot *s)
{
	return s->generation < dev->flushed_at || dev->generation - s->generation > NIC_CHANGES ||
	       (s->path.is_late && s->generation != dev->generation);
}

static bool is_about(const struct nic_change *ch, const struct nic_cache *c, const uint32_t *w)
{
	for (size_t i = 0; i < ch->n_words; i++) {
		if ((w[c->places[ch->words[i]]] & ch->mask[i]) != ch->value[i])
			return false;
	}
	return true;
}

/* Brings a slot that is not dead up to the device's generation, unless a change is about it. */
static bool catch_up(const struct nic_device *dev, struct nic_cache_slot *s)
{
	const struct nic_cache *c = &dev->cache;

	for (uint64_t g = s->generation + 1; g <= dev->generation; g++) {
		if (is_about(&c->changes[g % NIC_CHANGES], c, s->words)) {
			s->generation = 0;
			return false;
		}
	}
	s->generation = dev->generation;
	return true;
}

static bool slot_is(const struct nic_device *dev, struct nic_cache_slot *s, const uint32_t *w)
{
	if (is_dead(dev, s) || memcmp(s->words, w, dev->cache.n_words * sizeof w[0]))
		return false;
	return LIKELY(s->generation == dev->generation) || catch_up(dev, s);
}

struct lookup {
	uint32_t words[NIC_KEY_WORDS + 1];
	size_t at; /* and the WAYS - 1 others that differ in the lowest bits */
	struct nic_cache_slot *slot;
	bool is_frame;
};

static void prefetch_slot(const struct nic_cache *c, size_t i)
{
	__builtin_prefetch(slot_at(c, i));
}

static void start(const struct nic_device *dev, struct lookup *l, struct nic_key *k,
		  const struct nic_frame *f)
{
	const struct nic_cache *c = &dev->cache;
	uint64_t h = 0;
	struct nic_layers layers;
	size_t i;

	l->is_frame = nic_key_parse(k, &layers, f->data, f->size,
				    UNLIKELY(dev->tunnels.are_wanted) ? &dev->tunnels : NULL) &&
		      f->size <= SIZE_CAUTION;
	l->slot = NULL;
	if (!c->n_slots || !l->is_frame)
		return;
	for (i = 0; i < c->n_words; i++)
		l->words[i] = k->w[c->words[i]] & c->mask.w[c->words[i]];
	l->words[i] = 0;
	for (i = 0; i < c->n_words; i += 2)
		h = hash_mix(h, (uint64_t)l->words[i] << 32 | l->words[i + 1]);
	l->at = h & (c->n_slots - 1);
	for (i = 0; i < WAYS; i++)
		prefetch_slot(c, l->at ^ i);
}

static void find(const struct nic_device *dev, struct lookup *l)
{
	const struct nic_cache *c = &dev->cache;

	for (size_t i = 0; i < WAYS && !l->slot; i++) {
		struct nic_cache_slot *s = slot_at(c, l->at ^ i);

		if (slot_is(dev, s, l->words))
			l->slot = s;
	}
	for (size_t i = 0; l->slot && i < l->slot->path.n_counters; i++)
		__builtin_prefetch(l->slot->path.counters[i], 1);
}

/* What is still to be added to a counter: that of the packet before is mostly that of the next. */
struct tally {
	struct nic_counter *counter;
	struct nic_counter n;
};

static inline void tally_end(const struct tally *t)
{
	t->counter->packets += t->n.packets;
	t->counter->octets += t->n.octets;
}

static inline void tally_add(struct tally *t, struct nic_counter *counter, uint64_t octets)
{
	if (UNLIKELY(t->counter != counter)) {
		tally_end(t);
		*t = (struct tally){ counter, { 0 } };
	}
	nic_count(&t->n, octets);
}

struct tallies {
	struct nic_vport *from;
	struct tally sent, received;
};

static inline uint64_t finish_hit(struct nic_device *dev, struct tallies *ts,
				  const struct nic_path *p, const struct nic_frame *f)
{
	enum nic_traffic traffic = nic_traffic_of(f->data);

	for (size_t i = 0; i < p->n_counters; i++)
		nic_count(p->counters[i], f->size + (uint64_t)p->deltas[i]);
	tally_add(&ts->sent, &ts->from->counts.sent[traffic], f->size);
	for (size_t i = 0; i < p->n_arrivals; i++) {
		unsigned int t = p->traffic >> 2 * i & 3;
		struct nic_vport *vp = &dev->vports[p->arrivals[i].vport];

		tally_add(&ts->received,
			  &vp->counts.received[t == NIC_N_TRAFFIC ? (unsigned int)traffic : t],
			  f->size + (uint64_t)p->arrivals[i].delta);
	}
	nic_packet_account(dev, p);
	return p->n_out;
}

static uint64_t finish_hits(struct nic_device *dev, struct nic_vport *from,
			    const struct lookup *lookups, const struct nic_frame *frames, size_t n)
{
	struct tallies ts = { .from = from,
			      .sent.counter = &from->counts.sent[NIC_UNICAST],
			      .received.counter = &from->counts.received[NIC_UNICAST] };
	uint64_t n_out = 0;

	for (size_t i = 0; i < n; i++) {
		if (lookups[i].slot)
			n_out += finish_hit(dev, &ts, &lookups[i].slot->path, &frames[i]);
	}
	tally_end(&ts.sent);
	tally_end(&ts.received);
	return n_out;
}

static uint64_t finish_miss(struct nic_device *dev, uint16_t vport, const struct lookup *l,
			    const struct nic_frame *f)
{
	struct nic_cache *c = &dev->cache;
	struct nic_cache_slot *s;
	struct nic_path path;

	if (!nic_packet_run(dev, vport, f, &path) || !l->is_frame || !c->n_slots)
		return path.n_out;
	/* A dead slot is as good as empty; without one any may go. */
	s = slot_at(c, l->at);
	for (size_t i = 1; i < WAYS && !is_dead(dev, s); i++)
		s = slot_at(c, l->at ^ i);
	if (!is_dead(dev, s))
		s = slot_at(c, l->at ^ dev->n_packets % WAYS);
	s->generation = dev->generation;
	s->path = path;
	memcpy(s->words, l->words, c->n_words * sizeof s->words[0]);
	return path.n_out;
}

/* Hits before misses: a miss may replace a slot that another packet of the batch has found. */
static uint64_t finish_all(struct nic_device *dev, uint16_t vport, const struct lookup *lookups,
			   const struct nic_frame *frames, size_t n)
{
	struct nic_vport *from = nic_vport_find(dev, vport); /* there is one, if a path was found */
	uint64_t n_out = from ? finish_hits(dev, from, lookups, frames, n) : 0;

	for (size_t i = 0; i < n; i++) {
		if (!lookups[i].slot)
			n_out += finish_miss(dev, vport, &lookups[i], &frames[i]);
	}
	return n_out;
}

void nic_device_receive_batch(struct nic_device *dev, uint16_t vport,
			      const struct nic_frame *frames, size_t n, uint64_t *n_out)
{
	struct lookup lookups[BATCH];
	struct nic_key key = { 0 };

	nic_cache_refresh(dev);
	key.w[NIC_KEY_MISC + 1] = (uint32_t)dev->vhca_id << 16 | vport;
	for (size_t m; n; frames += m, n -= m) {
		m = n < BATCH ? n : BATCH;
		for (size_t i = 0; i < m; i++)
			start(dev, &lookups[i], &key, &frames[i]);
		for (size_t i = 0; i < m && dev->cache.n_slots; i++) {
			if (lookups[i].is_frame)
				find(dev, &lookups[i]);
		}
		*n_out += finish_all(dev, vport, lookups, frames, m);
	}
}
