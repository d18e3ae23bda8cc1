/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flow table: a hash table of masked keys for each mask, tried in the order of the list; a mask
 * that hits moves one place towards its begin (Linux sorts by use from time to time). Models
 * net/openvswitch/flow_table.c, 6.1. Absent: the mask cache by skb hash, RCU.
 */
#include "base/alloc.h"
#include "base/hash.h"
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>

void ovs_flow_tbl_init(struct sw_flow_table *t)
{
	memset(t, 0, sizeof *t);
	list_init(&t->masks);
	htable_init(&t->by_ufid);
	idr_init(&t->by_id);
	pool_init(&t->flows, sizeof(struct sw_flow));
}

static u32 hash_key(const struct sw_flow_key *key)
{
	return (u32)hash_bytes(key, sizeof *key, 0);
}

static u32 hash_ufid(const u8 *ufid, size_t len)
{
	return (u32)hash_bytes(ufid, len, 1);
}

static bool key_is_equal(const void *item, const void *key)
{
	return !memcmp(&((const struct sw_flow *)item)->key, key, sizeof(struct sw_flow_key));
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

struct sw_flow *ovs_flow_tbl_lookup(struct sw_flow_table *t, const struct sw_flow_key *key,
				    u32 *n_mask_hit)
{
	struct sw_flow_mask *mask;

	list_for_each_entry (mask, &t->masks, link) {
		struct sw_flow_key masked;
		struct sw_flow *flow;

		++*n_mask_hit;
		ovs_flow_mask_key(&masked, key, &mask->key);
		flow = htable_find(&mask->flows, hash_key(&masked), key_is_equal, &masked);
		if (!flow)
			continue;
		if (++mask->n_hit % 64 == 0 && mask->link.prev != &t->masks) {
			struct list *before = mask->link.prev;

			list_del(&mask->link);
			list_add_before(before, &mask->link);
		}
		return flow;
	}
	return NULL;
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

struct sw_flow *ovs_flow_tbl_lookup_exact(struct sw_flow_table *t, const struct sw_flow_key *masked,
					  const struct sw_flow_key *mask_key)
{
	struct sw_flow_mask *mask = find_mask(t, mask_key);

	return mask ? htable_find(&mask->flows, hash_key(masked), key_is_equal, masked) : NULL;
}

struct sw_flow *ovs_flow_tbl_lookup_ufid(struct sw_flow_table *t, const u8 *ufid, size_t len)
{
	const struct ufid_key key = { ufid, len };

	return htable_find(&t->by_ufid, hash_ufid(ufid, len), has_ufid, &key);
}

static struct sw_flow_mask *add_mask(struct sw_flow_table *t, const struct sw_flow_key *key)
{
	struct sw_flow_mask *mask = mem_new(sizeof *mask);

	if (!mask)
		return NULL;
	mask->key = *key;
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

int ovs_flow_tbl_insert(struct sw_flow_table *t, const struct sw_flow *like,
			const struct sw_flow_key *mask_key, struct sw_flow **out)
{
	struct sw_flow_mask *mask;
	struct sw_flow *flow;
	int err = -ENOMEM;

	if (t->n_flows >= OVS_FLOWS_MAX)
		return -ENOSPC;
	mask = find_mask(t, mask_key);
	if (!mask && t->n_masks >= OVS_MASKS_MAX)
		return -ENOSPC;
	if (!mask)
		mask = add_mask(t, mask_key);
	if (!mask)
		return -ENOMEM;
	flow = pool_get(&t->flows);
	if (!flow)
		goto no_flow;
	*flow = *like;
	flow->mask = mask;
	flow->actions = mem_copy(like->actions, like->actions_len);
	if (!flow->actions)
		goto no_actions;
	err = idr_add(&t->by_id, 1, UINT32_MAX, flow, &flow->dump_id);
	if (err)
		goto no_id;
	err = htable_add(&mask->flows, hash_key(&flow->key), flow);
	if (err)
		goto no_key;
	if (flow->ufid_len)
		err = htable_add(&t->by_ufid, hash_ufid(flow->ufid, flow->ufid_len), flow);
	if (err)
		goto no_ufid;
	t->n_flows++;
	*out = flow;
	return 0;

no_ufid:
	htable_del(&mask->flows, hash_key(&flow->key), flow);
no_key:
	idr_del(&t->by_id, flow->dump_id);
no_id:
	mem_free(flow->actions);
no_actions:
	pool_put(&t->flows, flow);
no_flow:
	drop_mask_if_unused(t, mask);
	return err;
}

void ovs_flow_tbl_remove(struct sw_flow_table *t, struct sw_flow *flow)
{
	struct sw_flow_mask *mask = flow->mask;

	htable_del(&mask->flows, hash_key(&flow->key), flow);
	if (flow->ufid_len)
		htable_del(&t->by_ufid, hash_ufid(flow->ufid, flow->ufid_len), flow);
	idr_del(&t->by_id, flow->dump_id);
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

size_t ovs_flow_tbl_bytes(const struct sw_flow_table *t)
{
	return t->flows.n_bytes + htable_size(&t->by_ufid);
}
