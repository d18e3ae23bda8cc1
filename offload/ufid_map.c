/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a UFID to its filter. There is no second table for the way back: every filter of OVS carries
 * its UFID as the cookie of an action, also in terse dumps; a filter without one is not ours.
 */
#include "offload/tc_internal.h"

#include "base/hash.h"

static uint32_t hash_of(const struct ufid *ufid)
{
	return (uint32_t)hash_bytes(ufid, sizeof *ufid, 0);
}

static bool is_of(const void *item, const void *key)
{
	const struct ufid_entry *e = item;

	return ufid_is_equal(&e->ufid, key);
}

void ufid_map_init(struct ufid_map *m)
{
	htable_init(&m->table);
	pool_init(&m->pool, sizeof(struct ufid_entry));
}

void ufid_map_fini(struct ufid_map *m)
{
	htable_fini(&m->table);
	pool_fini(&m->pool);
}

struct ufid_entry *ufid_map_find(const struct ufid_map *m, const struct ufid *ufid)
{
	return htable_find(&m->table, hash_of(ufid), is_of, ufid);
}

void ufid_map_prefetch(const struct ufid_map *m, const struct ufid *ufid)
{
	htable_prefetch(&m->table, hash_of(ufid));
}

struct ufid_entry *ufid_map_add(struct ufid_map *m, const struct ufid *ufid)
{
	struct ufid_entry *e = pool_get(&m->pool);

	if (!e)
		return NULL;
	e->ufid = *ufid;
	if (htable_add(&m->table, hash_of(ufid), e)) {
		pool_put(&m->pool, e);
		return NULL;
	}
	return e;
}

void ufid_map_del(struct ufid_map *m, struct ufid_entry *e)
{
	htable_del(&m->table, hash_of(&e->ufid), e);
	pool_put(&m->pool, e);
}

size_t ufid_map_size(const struct ufid_map *m)
{
	return htable_size(&m->table) + m->pool.n_bytes;
}
