/* SPDX-License-Identifier: BSD-2-Clause */
/* Flow groups: ranges of a table's indices whose entries have one mask. */
#include "nic/device/device_internal.h"

/* The first group that ends at or behind the index, or NULL: groups are kept by their last index.
 */
struct nic_group *nic_group_find(struct nic_table *t, uint32_t index)
{
	return idr_next(&t->groups, &index);
}

static enum nic_syndrome check_range(struct nic_table *t, uint32_t start, uint32_t end)
{
	struct nic_group *next;

	if (start > end)
		return NIC_SYN_GROUP_RANGE;
	if (end >= t->size)
		return NIC_SYN_GROUP_OUTSIDE;
	/* Groups are apart from each other: only the first that ends behind start can overlap. */
	next = nic_group_find(t, start);
	return next && next->start <= end ? NIC_SYN_GROUP_OVERLAP : NIC_SYN_NONE;
}

static enum nic_syndrome add_group(struct nic_device *dev, struct nic_group *g,
				   const struct nic_key *key)
{
	int err;

	if (dev->groups.n >= NIC_GROUPS_MAX)
		return NIC_SYN_GROUP_LIMIT;
	g->masks[0] = nic_mask_get(dev, g->table, key, g->start);
	if (!g->masks[0])
		return NIC_SYN_NO_MEMORY;
	err = idr_add_at(&g->table->groups, g->end, g);
	if (err)
		goto no_memory;
	err = idr_add(&dev->groups, 1, 0xffffff, g, &g->id);
	if (!err)
		return NIC_SYN_NONE;
	idr_del(&g->table->groups, g->end);
no_memory:
	nic_mask_put(dev, g->masks[0]);
	return NIC_SYN_NO_MEMORY;
}

enum nic_syndrome nic_group_create(struct nic_command *c)
{
	const uint8_t *mask = IFC_PTR(create_flow_group_in, c->in, match_criteria);
	uint32_t start = IFC_GET(create_flow_group_in, c->in, start_flow_index);
	uint32_t end = IFC_GET(create_flow_group_in, c->in, end_flow_index);
	uint32_t enable = IFC_GET(create_flow_group_in, c->in, match_criteria_enable);
	struct nic_group *g;
	struct nic_table *t;
	struct nic_key key;
	enum nic_syndrome s = nic_table_resolve(c->dev, c->in, &t);

	if (s)
		return s;
	if (IFC_GET(create_flow_group_in, c->in, group_type) ||
	    IFC_GET(create_flow_group_in, c->in, match_definer_id))
		return NIC_SYN_GROUP_TYPE;
	s = check_range(t, start, end);
	if (!s)
		s = nic_criteria_check(c->dev, t->type, mask, enable);
	if (s)
		return s;
	g = pool_get(&c->dev->group_pool);
	if (!g)
		return NIC_SYN_NO_MEMORY;
	g->table = t;
	g->start = start;
	g->end = end;
	g->criteria_enable = (uint8_t)enable;
	nic_key_decode(&key, mask);
	s = add_group(c->dev, g, &key);
	if (s)
		pool_put(&c->dev->group_pool, g);
	else
		IFC_SET(create_flow_group_out, c->out, group_id, g->id);
	return s;
}

static enum nic_syndrome resolve(struct nic_command *c, struct nic_group **g)
{
	struct nic_table *t;
	enum nic_syndrome s = nic_table_resolve(c->dev, c->in, &t);

	if (s)
		return s;
	*g = idr_find(&c->dev->groups, IFC_GET(destroy_flow_group_in, c->in, group_id));
	return *g && (*g)->table == t ? NIC_SYN_NONE : NIC_SYN_GROUP_ID;
}

void nic_group_free(struct nic_device *dev, struct nic_group *g)
{
	idr_del(&g->table->groups, g->end);
	idr_del(&dev->groups, g->id);
	for (size_t i = 0; i < ARRAY_SIZE(g->masks); i++)
		nic_mask_put(dev, g->masks[i]);
	pool_put(&dev->group_pool, g);
}

enum nic_syndrome nic_group_destroy(struct nic_command *c)
{
	struct nic_group *g;
	enum nic_syndrome s = resolve(c, &g);

	if (s)
		return s;
	if (g->n_entries)
		return NIC_SYN_GROUP_BUSY;
	nic_group_free(c->dev, g);
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_group_query(struct nic_command *c)
{
	struct nic_group *g;
	enum nic_syndrome s = resolve(c, &g);

	if (s)
		return s;
	IFC_SET(query_flow_group_out, c->out, start_flow_index, g->start);
	IFC_SET(query_flow_group_out, c->out, end_flow_index, g->end);
	IFC_SET(query_flow_group_out, c->out, match_criteria_enable, g->criteria_enable);
	nic_key_encode(&g->masks[0]->key, IFC_PTR(query_flow_group_out, c->out, match_criteria));
	return NIC_SYN_NONE;
}
