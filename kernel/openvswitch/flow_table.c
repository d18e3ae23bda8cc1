/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flow table: a hash table of masked keys for each mask, tried in the order of the list; a mask
 * that hits often moves towards its begin (Linux sorts by use from time to time). Models
 * net/openvswitch/flow_table.c, 6.1. Absent: the mask cache by skb hash, RCU. Two masks of equal
 * bits are one here; Linux also tells apart how far their attributes reach, and may count more
 * masks.
 */
#include "base/alloc.h"
#include "base/hash.h"
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>

#define HITS_TO_MOVE 64 /* a mask moves one place with each so many hits */

void ovs_flow_tbl_init(struct sw_flow_table *t)
{
	memset(t, 0, sizeof *t);
	list_init(&t->masks);
	htable_init(&t->by_ufid);
	idr_init(&t->by_id);
	pool_init(&t->flows, sizeof(struct sw_flow));
}

static u32 hash_ufid(const u8 *ufid, size_t len)
{
	return (u32)hash_bytes(ufid, len, 1);
}

/* A masked key and the mask, which says what of it there is to look at. */
struct masked_key {
	const struct sw_flow_mask *mask;
	u64 words[KEY_WORDS];
};

static u32 mask_key(struct masked_key *k, const struct sw_flow_mask *mask,
		    const struct sw_flow_key *key)
{
	size_t n = (size_t)(mask->end - mask->start) * 8, at = (size_t)mask->start * 8;
	u64 m[KEY_WORDS];

	k->mask = mask;
	memcpy(k->words, (const u8 *)key + at, n);
	memcpy(m, (const u8 *)&mask->key + at, n);
	for (size_t i = 0; i < n / 8; i++)
		k->words[i] &= m[i];
	return (u32)hash_bytes(k->words, n, 0);
}

static bool key_is_equal(const void *item, const void *key)
{
	const struct masked_key *k = key;

	return !memcmp((const u8 *)&((const struct sw_flow *)item)->key + k->mask->start * 8,
		       k->words, (size_t)(k->mask->end - k->mask->start) * 8);
}

struct ufid_key {
	const u8 *ufid;
	size_t len;
};

static bool has_ufid(const void *item, const void *key)
{
	const struct sw_flow *flow = item;
	const struct ufid_key *k = key;

	return flow->ufid_len == k->len && !memcmp(flow->ufid, k->ufid, k->len);
}

static struct sw_flow *lookup_masked(const struct sw_flow_mask *mask, const struct sw_flow_key *key)
{
	struct masked_key masked;
	u32 hash = mask_key(&masked, mask, key);

	return htable_find(&mask->flows, hash, key_is_equal, &masked);
}

static void note_hit(struct sw_flow_table *t, struct sw_flow_mask *mask)
{
	struct list *before = mask->link.prev;

	if (++mask->n_hit % HITS_TO_MOVE || before == &t->masks)
		return;
	list_del(&mask->link);
	list_add_before(before, &mask->link);
}

struct sw_flow *ovs_flow_tbl_lookup(struct sw_flow_table *t, const struct sw_flow_key *key,
				    u32 *n_mask_hit)
{
	struct sw_flow_mask *mask;

	list_for_each_entry (mask, &t->masks, link) {
		struct sw_flow *flow = lookup_masked(mask, key);

		++*n_mask_hit;
		if (!flow)
			continue;
		note_hit(t, mask);
		return flow;
	}
	return NULL;
}

struct sw_flow *ovs_flow_tbl_lookup_exact(struct sw_flow_table *t, const struct sw_flow_key *key)
{
	struct sw_flow_mask *mask;

	list_for_each_entry (mask, &t->masks, link) {
		struct sw_flow *flow = lookup_masked(mask, key);

		if (flow && flow->unmasked && !memcmp(flow->unmasked, key, sizeof *key))
			return flow;
	}
	return NULL;
}

struct sw_flow *ovs_flow_tbl_lookup_ufid(struct sw_flow_table *t, const u8 *ufid, size_t len)
{
	const struct ufid_key key = { ufid, len };

	return htable_find(&t->by_ufid, hash_ufid(ufid, len), has_ufid, &key);
}

static struct sw_flow_mask *find_mask(struct sw_flow_table *t, const struct sw_flow_key *key)
{
	struct sw_flow_mask *mask;

	list_for_each_entry (mask, &t->masks, link) {
		if (!memcmp(&mask->key, key, sizeof *key))
			return mask;
	}
	return NULL;
}

static void set_range(struct sw_flow_mask *mask)
{
	u64 words[KEY_WORDS];

	memcpy(words, &mask->key, sizeof words);
	while (mask->start < KEY_WORDS && !words[mask->start])
		mask->start++;
	for (mask->end = KEY_WORDS; mask->end > mask->start && !words[mask->end - 1];)
		mask->end--;
}

static struct sw_flow_mask *add_mask(struct sw_flow_table *t, const struct sw_flow_key *key)
{
	struct sw_flow_mask *mask = mem_new(sizeof *mask);

	if (!mask)
		return NULL;
	mask->key = *key;
	set_range(mask);
	htable_init(&mask->flows);
	list_add_before(&t->masks, &mask->link);
	t->n_masks++;
	return mask;
}

static void drop_mask_if_unused(struct sw_flow_table *t, struct sw_flow_mask *mask)
{
	if (htable_count(&mask->flows))
		return;
	list_del(&mask->link);
	htable_fini(&mask->flows);
	mem_free(mask);
	t->n_masks--;
}

static u32 hash_flow(const struct sw_flow *flow)
{
	struct masked_key k;

	return mask_key(&k, flow->mask, &flow->key);
}

/* Puts a flow that is filled into the indexes. */
static int link_flow(struct sw_flow_table *t, struct sw_flow *flow)
{
	int err = idr_add(&t->by_id, 1, UINT32_MAX, flow, &flow->dump_id);

	if (err)
		return err;
	err = htable_add(&flow->mask->flows, hash_flow(flow), flow);
	if (err)
		goto no_key;
	if (!flow->ufid_len)
		return 0;
	err = htable_add(&t->by_ufid, hash_ufid(flow->ufid, flow->ufid_len), flow);
	if (!err)
		return 0;
	htable_del(&flow->mask->flows, hash_flow(flow), flow);
no_key:
	idr_del(&t->by_id, flow->dump_id);
	return err;
}

static int fill(struct sw_flow *flow, const struct sw_flow_new *like, struct sw_flow_mask *mask)
{
	flow->key = *like->masked;
	flow->mask = mask;
	flow->actions = like->actions;
	flow->actions_len = like->actions_len;
	flow->ufid_len = like->ufid_len;
	if (like->ufid_len) {
		memcpy(flow->ufid, like->ufid, like->ufid_len);
		return 0;
	}
	flow->unmasked = mem_copy(like->key, sizeof *like->key);
	return flow->unmasked ? 0 : -ENOMEM;
}

int ovs_flow_tbl_insert(struct sw_flow_table *t, const struct sw_flow_new *like,
			struct sw_flow **out)
{
	struct sw_flow_mask *mask;
	struct sw_flow *flow;
	int err = -ENOMEM;

	if (t->n_flows >= OVS_FLOWS_MAX)
		return -ENOSPC;
	mask = find_mask(t, like->mask);
	if (!mask && t->n_masks >= OVS_MASKS_MAX)
		return -ENOSPC;
	if (!mask)
		mask = add_mask(t, like->mask);
	if (!mask)
		return -ENOMEM;
	flow = pool_get(&t->flows);
	if (!flow)
		goto no_flow;
	err = fill(flow, like, mask);
	if (!err)
		err = link_flow(t, flow);
	if (err)
		goto no_link;
	t->n_flows++;
	*out = flow;
	return 0;

no_link:
	mem_free(flow->unmasked);
	pool_put(&t->flows, flow);
no_flow:
	drop_mask_if_unused(t, mask);
	return err;
}

void ovs_flow_tbl_remove(struct sw_flow_table *t, struct sw_flow *flow)
{
	struct sw_flow_mask *mask = flow->mask;

	htable_del(&mask->flows, hash_flow(flow), flow);
	if (flow->ufid_len)
		htable_del(&t->by_ufid, hash_ufid(flow->ufid, flow->ufid_len), flow);
	idr_del(&t->by_id, flow->dump_id);
	mem_free(flow->unmasked);
	mem_free(flow->actions);
	pool_put(&t->flows, flow);
	t->n_flows--;
	drop_mask_if_unused(t, mask);
}

void ovs_flow_tbl_flush(struct sw_flow_table *t)
{
	struct sw_flow *flow;
	uint64_t id;

	idr_for_each (&t->by_id, id, flow)
		ovs_flow_tbl_remove(t, flow);
}

void ovs_flow_tbl_fini(struct sw_flow_table *t)
{
	ovs_flow_tbl_flush(t);
	htable_fini(&t->by_ufid);
	idr_fini(&t->by_id);
	pool_fini(&t->flows);
}
