/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hash table and a list in the order of use. A change is written down under a tag, a small hash
 * of what changed, as the number of the change; so whoever depends on it compares two numbers, and
 * nobody keeps lists of who depends on what.
 */
#include "vswitch/mac_learning.h"

#include "base/clock.h"
#include "base/hash.h"

#include <errno.h>

void mac_learning_init(struct mac_learning *ml)
{
	memset(ml, 0, sizeof *ml);
	htable_init(&ml->entries);
	list_init(&ml->lru);
	pool_init(&ml->pool, sizeof(struct mac_entry));
	ml->max = MAC_LEARNING_MAX;
	ml->ageing_ns = MAC_LEARNING_AGEING_S * NSEC_PER_SEC;
}

void mac_learning_fini(struct mac_learning *ml)
{
	htable_fini(&ml->entries);
	pool_fini(&ml->pool);
	list_init(&ml->lru);
}

static uint32_t hash_of(struct mac_address mac, uint16_t vlan)
{
	uint64_t x = vlan;

	memcpy((uint8_t *)&x + 2, mac.b, 6);
	return (uint32_t)hash_u64(x);
}

static uint32_t tag_of(uint32_t hash)
{
	return hash % MAC_LEARNING_TAGS;
}

static bool entry_eq(const void *item, const void *key)
{
	const struct mac_entry *a = item, *b = key;

	return a->vlan == b->vlan && mac_is_equal(a->mac, b->mac);
}

static struct mac_entry *find(const struct mac_learning *ml, struct mac_address mac, uint16_t vlan)
{
	struct mac_entry key = { .mac = mac, .vlan = vlan };

	return htable_find(&ml->entries, hash_of(mac, vlan), entry_eq, &key);
}

static bool is_old(const struct mac_learning *ml, const struct mac_entry *e, uint64_t now_ns)
{
	return now_ns > e->used_ns && now_ns - e->used_ns >= ml->ageing_ns;
}

const struct mac_entry *mac_learning_find(const struct mac_learning *ml, struct mac_address mac,
					  uint16_t vlan, uint64_t now_ns)
{
	const struct mac_entry *e = find(ml, mac, vlan);

	return e && !is_old(ml, e, now_ns) ? e : NULL;
}

struct mac_dependency mac_learning_depend(const struct mac_learning *ml, struct mac_address mac,
					  uint16_t vlan)
{
	return (struct mac_dependency){ ml->sequence, tag_of(hash_of(mac, vlan)) };
}

bool mac_learning_is_valid(const struct mac_learning *ml, const struct mac_dependency *d)
{
	return ml->changed_at[d->tag] <= d->sequence;
}

static void changed(struct mac_learning *ml, uint32_t hash)
{
	ml->changed_at[tag_of(hash)] = ++ml->sequence;
}

static void del(struct mac_learning *ml, struct mac_entry *e)
{
	uint32_t hash = hash_of(e->mac, e->vlan);

	htable_del(&ml->entries, hash, e);
	list_del(&e->lru);
	changed(ml, hash);
	pool_put(&ml->pool, e);
}

static struct mac_entry *oldest(struct mac_learning *ml)
{
	return list_is_empty(&ml->lru) ? NULL : list_entry(ml->lru.next, struct mac_entry, lru);
}

/* Makes the table as small as it has to be. */
static void evict(struct mac_learning *ml)
{
	struct mac_entry *e;

	while (htable_count(&ml->entries) > ml->max && (e = oldest(ml)) != NULL)
		del(ml, e);
}

void mac_learning_limit(struct mac_learning *ml, size_t max, uint64_t ageing_ns)
{
	ml->max = max ? max : 1;
	ml->ageing_ns = ageing_ns;
	evict(ml);
}

static bool can_learn(struct mac_address mac)
{
	static const struct mac_address zero;

	return !mac_is_group(mac) && !mac_is_equal(mac, zero);
}

static int add(struct mac_learning *ml, struct mac_address mac, uint16_t vlan, uint32_t port,
	       uint64_t now_ns)
{
	uint32_t hash = hash_of(mac, vlan);
	struct mac_entry *e = pool_get(&ml->pool);

	if (!e)
		return -ENOMEM;
	*e = (struct mac_entry){ .mac = mac, .vlan = vlan, .port = port, .used_ns = now_ns };
	if (htable_add(&ml->entries, hash, e)) {
		pool_put(&ml->pool, e);
		return -ENOMEM;
	}
	evict(ml);
	list_add_before(&ml->lru, &e->lru);
	changed(ml, hash);
	return MAC_NEW;
}

int mac_learning_learn(struct mac_learning *ml, struct mac_address mac, uint16_t vlan,
		       uint32_t port, uint64_t now_ns)
{
	struct mac_entry *e = can_learn(mac) ? find(ml, mac, vlan) : NULL;
	bool old;

	if (!can_learn(mac))
		return MAC_SAME;
	if (!e)
		return add(ml, mac, vlan, port, now_ns);
	old = is_old(ml, e, now_ns);
	list_del(&e->lru);
	list_add_before(&ml->lru, &e->lru);
	if (now_ns > e->used_ns)
		e->used_ns = now_ns;
	if (e->port == port && !old)
		return MAC_SAME;
	changed(ml, hash_of(mac, vlan));
	if (e->port == port)
		return MAC_NEW;
	e->port = port;
	return old ? MAC_NEW : MAC_MOVED;
}

/* From the oldest on; the first that is not old ends it. */
size_t mac_learning_expire(struct mac_learning *ml, uint64_t now_ns)
{
	struct mac_entry *e;
	size_t n = 0;

	for (; (e = oldest(ml)) != NULL && is_old(ml, e, now_ns); n++)
		del(ml, e);
	return n;
}

size_t mac_learning_flush_port(struct mac_learning *ml, uint32_t port)
{
	struct mac_entry *e, *tmp;
	size_t n = 0;

	list_for_each_entry_safe (e, tmp, &ml->lru, lru) {
		if (e->port != port)
			continue;
		del(ml, e);
		n++;
	}
	return n;
}

size_t mac_learning_flush(struct mac_learning *ml)
{
	struct mac_entry *e;
	size_t n = 0;

	for (; (e = oldest(ml)) != NULL; n++)
		del(ml, e);
	return n;
}

void mac_learning_format(struct text *t, const struct mac_learning *ml, uint64_t now_ns)
{
	const struct mac_entry *e;

	text_put(t, " port  VLAN  MAC                Age\n");
	list_for_each_entry (e, &ml->lru, lru) {
		uint64_t age = now_ns > e->used_ns ? (now_ns - e->used_ns) / NSEC_PER_SEC : 0;

		if (is_old(ml, e, now_ns))
			continue;
		text_putf(t, "%5u  %4u  %02x:%02x:%02x:%02x:%02x:%02x  %3llu\n", e->port, e->vlan,
			  e->mac.b[0], e->mac.b[1], e->mac.b[2], e->mac.b[3], e->mac.b[4],
			  e->mac.b[5], (unsigned long long)age);
	}
}
