/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flow table entries. A command is decoded and checked into a plan; only a plan that is right
 * becomes an entry, so a refusal changes nothing.
 */
#include "nic/device/device_internal.h"

#include "base/alloc.h"

#include <errno.h>
#include <string.h>

#define DESTS_MAX 64

struct plan {
	struct nic_table *table; /* of the entry */
	uint16_t action;
	uint8_t flow_source;
	bool ignore_flow_level;
	uint32_t flow_tag, push_vlan[2], counter;
	struct nic_modify_header *modify;
	struct nic_table *dest_table;
	uint32_t n_vports;
	struct nic_dest vports[DESTS_MAX];
};

#define ACTION(name) MLX5_FLOW_CONTEXT_ACTION_##name
#define CRYPTO	     0x3000u
#define ASO	     0x4000u
#define VLAN_ACTIONS \
	(ACTION(VLAN_POP) | ACTION(VLAN_PUSH) | ACTION(VLAN_POP_2) | ACTION(VLAN_PUSH_2))
#define TERMINALS (ACTION(ALLOW) | ACTION(DROP) | ACTION(FWD_DEST))
#define KNOWN	  (TERMINALS | VLAN_ACTIONS | ACTION(COUNT) | ACTION(MOD_HDR))

/* ---- actions ---- */

static enum nic_syndrome check_action(const struct plan *p)
{
	uint32_t a = p->action, terminal = a & TERMINALS;

	if (a & (ACTION(PACKET_REFORMAT) | ACTION(DECAP)))
		return NIC_SYN_ACTION_REFORMAT;
	if (a & CRYPTO)
		return NIC_SYN_ACTION_CRYPTO;
	if (a & ASO)
		return NIC_SYN_ACTION_ASO;
	if (a & ~(uint32_t)KNOWN)
		return NIC_SYN_ACTION_UNKNOWN;
	if (!terminal)
		return NIC_SYN_ACTION_NONE;
	if (terminal & (terminal - 1))
		return NIC_SYN_ACTION_CONFLICT;
	if (terminal == ACTION(ALLOW) && p->table->type == MLX5_TABLE_FDB)
		return NIC_SYN_ACTION_ALLOW;
	if ((a & ACTION(VLAN_POP_2) && !(a & ACTION(VLAN_POP))) ||
	    (a & ACTION(VLAN_PUSH_2) && !(a & ACTION(VLAN_PUSH))))
		return NIC_SYN_ACTION_ORDER;
	return NIC_SYN_NONE;
}

static enum nic_syndrome check_vlan(bool is_pushed, uint32_t vlan)
{
	uint32_t ethtype = vlan >> 16;

	if (!is_pushed)
		return vlan ? NIC_SYN_VLAN_UNUSED : NIC_SYN_NONE;
	return ethtype == 0x8100 || ethtype == 0x88a8 ? NIC_SYN_NONE : NIC_SYN_VLAN_TYPE;
}

static enum nic_syndrome plan_modify_header(struct nic_device *dev, struct plan *p, uint32_t id)
{
	p->modify = NULL;
	if (!(p->action & ACTION(MOD_HDR)))
		return id ? NIC_SYN_MODHDR_UNUSED : NIC_SYN_NONE;
	p->modify = idr_find(&dev->modify_headers, id);
	if (!p->modify)
		return NIC_SYN_MODHDR_ID;
	return p->modify->table_type == p->table->type ? NIC_SYN_NONE : NIC_SYN_MODHDR_OTHER;
}

static enum nic_syndrome plan_action(struct nic_device *dev, struct plan *p, const uint8_t *ctx)
{
	enum nic_syndrome s;

	p->action = (uint16_t)IFC_GET(flow_context, ctx, action);
	p->push_vlan[0] = IFC_GET(flow_context, ctx, push_vlan);
	p->push_vlan[1] = IFC_GET(flow_context, ctx, push_vlan_2);
	s = check_action(p);
	if (!s)
		s = check_vlan(p->action & ACTION(VLAN_PUSH), p->push_vlan[0]);
	if (!s)
		s = check_vlan(p->action & ACTION(VLAN_PUSH_2), p->push_vlan[1]);
	if (s)
		return s;
	if (IFC_GET(flow_context, ctx, packet_reformat_id) ||
	    IFC_GET(flow_context, ctx, encrypt_decrypt_type) ||
	    IFC_GET(flow_context, ctx, encrypt_decrypt_obj_id) ||
	    get_be64(IFC_PTR(flow_context, ctx, execute_aso)))
		return NIC_SYN_UNUSED_ID;
	return plan_modify_header(dev, p, IFC_GET(flow_context, ctx, modify_header_id));
}

/* ---- destinations ---- */

static enum nic_syndrome plan_vport(struct nic_device *dev, struct plan *p, uint32_t vport,
				    const uint8_t *dest)
{
	bool valid = IFC_GET(dest_format_struct, dest, destination_eswitch_owner_vhca_id_valid);

	if (p->table->type != MLX5_TABLE_FDB)
		return NIC_SYN_DEST_TYPE;
	if (valid &&
	    IFC_GET(dest_format_struct, dest, destination_eswitch_owner_vhca_id) != dev->vhca_id)
		return NIC_SYN_DEST_VHCA;
	if (!nic_vport_find(dev, vport))
		return NIC_SYN_DEST_VPORT;
	p->vports[p->n_vports++] = (struct nic_dest){ .vport = (uint16_t)vport,
						      .type = MLX5_DEST_VPORT,
						      .vhca_valid = valid };
	return NIC_SYN_NONE;
}

static enum nic_syndrome plan_table(struct nic_device *dev, struct plan *p, uint32_t id)
{
	struct nic_table *t = idr_find(&dev->tables, id);

	if (!t)
		return NIC_SYN_DEST_TABLE;
	if (t->type != p->table->type || t->vport != p->table->vport)
		return NIC_SYN_DEST_TABLE_OTHER;
	if (t->level <= p->table->level && !p->ignore_flow_level)
		return NIC_SYN_DEST_LEVEL;
	if (p->dest_table)
		return NIC_SYN_DEST_TABLES;
	p->dest_table = t;
	return NIC_SYN_NONE;
}

static enum nic_syndrome plan_dest(struct nic_device *dev, struct plan *p, const uint8_t *dest)
{
	uint32_t id = IFC_GET(dest_format_struct, dest, destination_id);

	if (nic_element_has_reserved(dev, NIC_ELEMENT_DEST, dest))
		return NIC_SYN_RESERVED;
	if (IFC_GET(dest_format_struct, dest, packet_reformat))
		return NIC_SYN_ACTION_REFORMAT;
	switch (IFC_GET(dest_format_struct, dest, destination_type)) {
	case MLX5_DEST_VPORT:
		return plan_vport(dev, p, id, dest);
	case MLX5_DEST_UPLINK:
		return plan_vport(dev, p, MLX5_VPORT_UPLINK, dest);
	case MLX5_DEST_FLOW_TABLE:
		return plan_table(dev, p, id);
	case MLX5_DEST_TIR: /* queues do not exist in this device */
		return p->table->type == MLX5_TABLE_NIC_RX ? NIC_SYN_DEST_TIR : NIC_SYN_DEST_TYPE;
	default:
		return NIC_SYN_DEST_TYPE;
	}
}

static enum nic_syndrome plan_dests(struct nic_device *dev, struct plan *p, const uint8_t *ctx)
{
	uint32_t n = IFC_GET(flow_context, ctx, destination_list_size);
	uint32_t max = 1u << IFC_GET(flow_table_prop_layout,
				     nic_caps_table(&dev->caps, p->table->type),
				     log_max_destination);
	const uint8_t *dest = IFC_PTR(flow_context, ctx, destination);
	enum nic_syndrome s = NIC_SYN_NONE;

	p->n_vports = 0;
	p->dest_table = NULL;
	if (IFC_GET(flow_context, ctx, extended_destination))
		return NIC_SYN_DEST_EXTENDED;
	if (n > max || n > DESTS_MAX)
		return NIC_SYN_DEST_LIMIT;
	for (uint32_t i = 0; i < n && !s; i++, dest += IFC_DEST_FORMAT_STRUCT_SIZE)
		s = plan_dest(dev, p, dest);
	return s;
}

static enum nic_syndrome plan_counters(struct nic_device *dev, struct plan *p, const uint8_t *ctx)
{
	uint32_t n = IFC_GET(flow_context, ctx, flow_counter_list_size);
	const uint8_t *counter = IFC_PTR(flow_context, ctx, destination) +
				 (size_t)IFC_GET(flow_context, ctx, destination_list_size) *
					 IFC_DEST_FORMAT_STRUCT_SIZE;

	p->counter = 0;
	if (!n)
		return NIC_SYN_NONE;
	if (n > 1)
		return NIC_SYN_COUNTER_LIST;
	if (nic_element_has_reserved(dev, NIC_ELEMENT_COUNTER, counter))
		return NIC_SYN_RESERVED;
	p->counter = IFC_GET(flow_counter_list, counter, flow_counter_id);
	return nic_counter_find(&dev->counters, p->counter) ? NIC_SYN_NONE : NIC_SYN_COUNTER_ID;
}

/* The parts of a plan against each other, when all are known. */
static enum nic_syndrome check_plan(const struct plan *p)
{
	bool has_dests = p->n_vports || p->dest_table;

	if (p->action & ACTION(FWD_DEST) && !has_dests)
		return NIC_SYN_DEST_EMPTY;
	if (!(p->action & ACTION(FWD_DEST)) && has_dests)
		return NIC_SYN_DEST_UNUSED;
	if (p->action & ACTION(COUNT) && !p->counter)
		return NIC_SYN_COUNTER_EMPTY;
	if (!(p->action & ACTION(COUNT)) && p->counter)
		return NIC_SYN_COUNTER_UNUSED;
	return NIC_SYN_NONE;
}

/* ---- a plan to an entry ---- */

static size_t more_size(size_t n_vports)
{
	return sizeof(struct nic_entry_more) +
	       (n_vports ? n_vports - 1 : 0) * sizeof(struct nic_dest);
}

static bool needs_more(const struct plan *p)
{
	return p->modify || p->flow_tag || p->push_vlan[0] || p->push_vlan[1] || p->n_vports > 1;
}

/* *@more is owned by the caller, NULL when the plan needs none. 0 or -ENOMEM. */
static int more_from_plan(const struct plan *p, struct nic_entry_more **more)
{
	struct nic_entry_more *m;

	*more = NULL;
	if (!needs_more(p))
		return 0;
	*more = m = mem_new(more_size(p->n_vports));
	if (!m)
		return -ENOMEM;
	m->modify = p->modify;
	m->flow_tag = p->flow_tag;
	memcpy(m->push_vlan, p->push_vlan, sizeof m->push_vlan);
	m->n_vports = (uint16_t)(p->n_vports ? p->n_vports - 1 : 0);
	memcpy(m->vports, p->vports + 1, m->n_vports * sizeof m->vports[0]);
	return 0;
}

static void hold(struct nic_device *dev, const struct nic_entry *e, int delta)
{
	if (e->dest_table)
		e->dest_table->refs += (uint32_t)delta;
	if (e->action & ACTION(COUNT))
		nic_counter_ref(&dev->counters, e->counter, delta);
	if (e->more && e->more->modify)
		e->more->modify->refs += (uint32_t)delta;
}

static void more_free(struct nic_device *dev, struct nic_entry_more *m)
{
	if (m)
		dev->n_bytes_more -= more_size(m->n_vports + 1u);
	mem_free(m);
}

/* Results of vlan actions depend on all of both tags. */
static void consult(struct nic_device *dev, const struct nic_entry *e)
{
	struct nic_key *k = &dev->consulted;

	if (e->action & (VLAN_ACTIONS | ACTION(MOD_HDR))) {
		k->w[3] |= 0xffff;
		k->w[4] |= 0xc000;
		k->w[NIC_KEY_MISC + 2] = k->w[NIC_KEY_MISC + 3] = UINT32_MAX;
	}
	if (e->more && e->more->modify)
		nic_modify_header_consults(e->more->modify, k);
}

/* Takes @more. */
static void entry_from_plan(struct nic_device *dev, struct nic_entry *e, const struct plan *p,
			    struct nic_entry_more *more)
{
	e->action = p->action;
	e->ignore_flow_level = p->ignore_flow_level;
	e->dest_table = p->dest_table;
	e->counter = p->counter;
	e->has_vport = p->n_vports > 0;
	e->vport = e->has_vport ? p->vports[0].vport : 0;
	e->vhca_valid = e->has_vport && p->vports[0].vhca_valid;
	e->more = more;
	if (more)
		dev->n_bytes_more += more_size(more->n_vports + 1u);
	hold(dev, e, 1);
	consult(dev, e);
}

static void plan_from_entry(const struct nic_entry *e, struct plan *p)
{
	p->action = e->action;
	p->flow_source = e->flow_source;
	p->ignore_flow_level = e->ignore_flow_level;
	p->counter = e->counter;
	p->dest_table = e->dest_table;
	p->n_vports = e->has_vport;
	p->vports[0] = (struct nic_dest){ e->vport, MLX5_DEST_VPORT, e->vhca_valid };
	p->modify = NULL;
	p->flow_tag = p->push_vlan[0] = p->push_vlan[1] = 0;
	if (!e->more)
		return;
	p->modify = e->more->modify;
	p->flow_tag = e->more->flow_tag;
	memcpy(p->push_vlan, e->more->push_vlan, sizeof p->push_vlan);
	memcpy(p->vports + 1, e->more->vports, e->more->n_vports * sizeof p->vports[0]);
	p->n_vports += e->more->n_vports;
}

/* ---- set ---- */

static enum nic_syndrome resolve_group(struct nic_device *dev, struct nic_table *t,
				       const uint8_t *in, struct nic_group **g)
{
	const uint8_t *ctx = IFC_PTR(set_fte_in, in, flow_context);
	uint32_t index = IFC_GET(set_fte_in, in, flow_index);

	if (index >= t->size)
		return NIC_SYN_ENTRY_INDEX;
	*g = idr_find(&dev->groups, IFC_GET(flow_context, ctx, group_id));
	if (!*g || (*g)->table != t)
		return NIC_SYN_GROUP_ID;
	return index >= (*g)->start && index <= (*g)->end ? NIC_SYN_NONE
							  : NIC_SYN_ENTRY_OUTSIDE_GROUP;
}

static enum nic_syndrome plan_all(struct nic_device *dev, struct plan *p, const uint8_t *in)
{
	const uint8_t *ctx = IFC_PTR(set_fte_in, in, flow_context);
	enum nic_syndrome s;

	if (IFC_GET(set_fte_in, in, modify_enable_mask))
		return NIC_SYN_MODIFY_MASK;
	p->flow_source = (uint8_t)IFC_GET(flow_context, ctx, flow_source);
	if (p->flow_source > NIC_FROM_LOCAL)
		return NIC_SYN_FLOW_SOURCE;
	p->ignore_flow_level = IFC_GET(set_fte_in, in, ignore_flow_level);
	p->flow_tag = IFC_GET(flow_context, ctx, flow_tag);
	s = plan_action(dev, p, ctx);
	if (!s)
		s = plan_dests(dev, p, ctx);
	if (!s)
		s = plan_counters(dev, p, ctx);
	return s ? s : check_plan(p);
}

/* The group's mask for entries of a flow source. */
static struct nic_mask *mask_of(struct nic_device *dev, struct nic_group *g, uint8_t source)
{
	struct nic_key key;

	if (!g->masks[source]) {
		key = g->masks[0]->key;
		key.w[NIC_KEY_ORIGIN] = UINT32_MAX;
		g->masks[source] = nic_mask_get(dev, g->table, &key, g->start);
	}
	return g->masks[source];
}

static enum nic_syndrome entry_new(struct nic_device *dev, struct nic_group *g,
				   const struct plan *p, const struct nic_key *value,
				   uint32_t index)
{
	struct nic_mask *m = mask_of(dev, g, p->flow_source);
	struct nic_entry_more *more;
	struct nic_entry *e = NULL;

	if (!m || more_from_plan(p, &more))
		return NIC_SYN_NO_MEMORY;
	e = pool_get(&dev->entry_pools[m->n_words]);
	if (!e)
		goto no_entry;
	e->group = g;
	e->index = index;
	e->flow_source = p->flow_source;
	for (size_t i = 0; i < m->n_words; i++)
		e->value[i] = value->w[m->words[i]];
	if (idr_add_at(&g->table->entries, index, e))
		goto no_index;
	if (nic_mask_add(m, e))
		goto no_slot;
	entry_from_plan(dev, e, p, more);
	g->n_entries++;
	dev->n_entries++;
	nic_cache_note_change(dev, e);
	return NIC_SYN_NONE;
no_slot:
	idr_del(&g->table->entries, index);
no_index:
	pool_put(&dev->entry_pools[m->n_words], e);
no_entry:
	mem_free(more);
	return NIC_SYN_NO_MEMORY;
}

static enum nic_syndrome set_new(struct nic_command *c, struct nic_table *t, struct nic_group *g)
{
	const uint8_t *ctx = IFC_PTR(set_fte_in, c->in, flow_context);
	uint32_t index = IFC_GET(set_fte_in, c->in, flow_index);
	uint32_t source = IFC_GET(flow_context, ctx, flow_source);
	struct nic_key value;
	struct plan p;
	const uint8_t *match = IFC_PTR(flow_context, ctx, match_value);
	enum nic_syndrome s;

	if (idr_find(&t->entries, index))
		return NIC_SYN_ENTRY_EXISTS;
	if (c->dev->n_entries >= NIC_ENTRIES_MAX)
		return NIC_SYN_ENTRY_LIMIT;
	if (nic_bytes_meet(match, g->masks[0]->outside, IFC_FTE_MATCH_PARAM_SIZE))
		return NIC_SYN_VALUE_OUTSIDE_MASK;
	nic_mask_decode(g->masks[0], match, &value);
	value.w[NIC_KEY_ORIGIN] = source;
	if (source < ARRAY_SIZE(g->masks) && g->masks[source])
		nic_mask_prefetch(g->masks[source], &value);
	p.table = t;
	s = plan_all(c->dev, &p, c->in);
	if (s)
		return s;
	return entry_new(c->dev, g, &p, &value, index);
}

enum {
	MODIFY_ACTION = 1,
	MODIFY_TAG = 2,
	MODIFY_DESTS = 4,
	MODIFY_COUNTERS = 8,
	MODIFY_ALL = 15
};

/* Match value, group and flow source of an entry stay; what the mask names is replaced. */
static enum nic_syndrome set_modify(struct nic_command *c, struct nic_table *t)
{
	const uint8_t *ctx = IFC_PTR(set_fte_in, c->in, flow_context);
	uint32_t select = IFC_GET(set_fte_in, c->in, modify_enable_mask);
	struct nic_entry *e = idr_find(&t->entries, IFC_GET(set_fte_in, c->in, flow_index));
	enum nic_syndrome s = NIC_SYN_NONE;
	struct nic_entry_more *more;
	struct plan p;

	if (!e)
		return NIC_SYN_ENTRY_MISSING;
	if (!select || select & ~(uint32_t)MODIFY_ALL)
		return NIC_SYN_MODIFY_MASK;
	p.table = t;
	plan_from_entry(e, &p);
	if (select & MODIFY_TAG)
		p.flow_tag = IFC_GET(flow_context, ctx, flow_tag);
	if (select & MODIFY_DESTS)
		p.ignore_flow_level = IFC_GET(set_fte_in, c->in, ignore_flow_level);
	if (select & MODIFY_ACTION)
		s = plan_action(c->dev, &p, ctx);
	if (!s && select & MODIFY_DESTS)
		s = plan_dests(c->dev, &p, ctx);
	if (!s && select & MODIFY_COUNTERS)
		s = plan_counters(c->dev, &p, ctx);
	if (!s)
		s = check_plan(&p);
	if (s)
		return s;
	if (more_from_plan(&p, &more))
		return NIC_SYN_NO_MEMORY;
	hold(c->dev, e, -1);
	more_free(c->dev, e->more);
	entry_from_plan(c->dev, e, &p, more);
	nic_cache_note_change(c->dev, e);
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_entry_set(struct nic_command *c)
{
	struct nic_group *g = NULL;
	struct nic_table *t;
	enum nic_syndrome s = nic_table_resolve(c->dev, c->in, &t);

	if (!s)
		s = resolve_group(c->dev, t, c->in, &g);
	if (s)
		return s;
	return IFC_GET(set_fte_in, c->in, op_mod) ? set_modify(c, t) : set_new(c, t, g);
}

/* ---- delete, query ---- */

void nic_entry_free(struct nic_device *dev, struct nic_entry *e)
{
	struct nic_group *g = e->group;
	struct nic_mask *m = g->masks[e->flow_source];

	nic_mask_del(m, e);
	idr_del(&g->table->entries, e->index);
	hold(dev, e, -1);
	more_free(dev, e->more);
	pool_put(&dev->entry_pools[m->n_words], e);
	g->n_entries--;
	dev->n_entries--;
}

static enum nic_syndrome resolve_entry(struct nic_command *c, struct nic_entry **e)
{
	uint32_t index = IFC_GET(delete_fte_in, c->in, flow_index);
	struct nic_table *t;
	enum nic_syndrome s = nic_table_resolve(c->dev, c->in, &t);

	if (s)
		return s;
	if (index >= t->size)
		return NIC_SYN_ENTRY_INDEX;
	*e = idr_find(&t->entries, index);
	return *e ? NIC_SYN_NONE : NIC_SYN_ENTRY_MISSING;
}

enum nic_syndrome nic_entry_delete(struct nic_command *c)
{
	struct nic_entry *e;
	enum nic_syndrome s = resolve_entry(c, &e);

	if (s)
		return s;
	nic_cache_note_change(c->dev, e);
	nic_entry_free(c->dev, e);
	return NIC_SYN_NONE;
}

/* The list sizes tell how many destinations and counters there are; they have no room in the
 * answer, whose length is fixed. */
enum nic_syndrome nic_entry_query(struct nic_command *c)
{
	uint8_t *ctx = IFC_PTR(query_fte_out, c->out, flow_context);
	struct nic_entry *e;
	struct nic_key value;
	struct plan p;
	enum nic_syndrome s = resolve_entry(c, &e);

	if (s)
		return s;
	plan_from_entry(e, &p);
	nic_entry_value(e, &value);
	nic_key_encode(&value, IFC_PTR(flow_context, ctx, match_value));
	IFC_SET(flow_context, ctx, push_vlan, p.push_vlan[0]);
	IFC_SET(flow_context, ctx, push_vlan_2, p.push_vlan[1]);
	IFC_SET(flow_context, ctx, group_id, e->group->id);
	IFC_SET(flow_context, ctx, flow_tag, p.flow_tag);
	IFC_SET(flow_context, ctx, action, p.action);
	IFC_SET(flow_context, ctx, flow_source, e->flow_source);
	IFC_SET(flow_context, ctx, destination_list_size, p.n_vports + (p.dest_table != NULL));
	IFC_SET(flow_context, ctx, flow_counter_list_size, p.action & ACTION(COUNT) ? 1 : 0);
	IFC_SET(flow_context, ctx, modify_header_id, p.modify ? p.modify->id : 0);
	return NIC_SYN_NONE;
}
