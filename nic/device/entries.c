/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flow table entries. A command is decoded and checked into a plan; only a plan that is right
 * becomes an entry, so a refusal changes nothing.
 */
#include "nic/device/queues_internal.h"

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
	struct nic_reformat *reformat;
	struct nic_table *dest_table;
	uint32_t n_dests, n_encaps;
	struct nic_dest dests[DESTS_MAX]; /* all but dest_table */
};

#define ACTION(name) MLX5_FLOW_CONTEXT_ACTION_##name
#define CRYPTO	     0x3000u
#define ASO	     0x4000u
#define VLAN_ACTIONS \
	(ACTION(VLAN_POP) | ACTION(VLAN_PUSH) | ACTION(VLAN_POP_2) | ACTION(VLAN_PUSH_2))
#define TERMINALS (ACTION(ALLOW) | ACTION(DROP) | ACTION(FWD_DEST))
#define REFORMATS (ACTION(PACKET_REFORMAT) | ACTION(DECAP))
#define KNOWN	  (TERMINALS | VLAN_ACTIONS | REFORMATS | ACTION(COUNT) | ACTION(MOD_HDR))

/* ---- actions ---- */

/* VLAN actions are what a profile may not have. */
static enum nic_syndrome check_vlan_actions(const struct nic_device *dev, const struct plan *p)
{
#define NEEDS(action, cap)                                            \
	{                                                             \
		ACTION(action), IFC_LOC_flow_table_prop_layout__##cap \
	}
	static const struct {
		uint32_t action;
		unsigned int cap;
	} rows[] = { NEEDS(VLAN_POP, pop_vlan), NEEDS(VLAN_PUSH, push_vlan),
		     NEEDS(VLAN_POP_2, pop_vlan_2), NEEDS(VLAN_PUSH_2, push_vlan_2) };
	const uint8_t *prop = nic_caps_table(&dev->caps, p->table->type);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (p->action & rows[i].action && !ifc_get(prop, rows[i].cap))
			return NIC_SYN_ACTION_VLAN;
	}
	return NIC_SYN_NONE;
}

static enum nic_syndrome check_action(const struct plan *p)
{
	uint32_t a = p->action, terminal = a & TERMINALS;

	if (a & ACTION(DECAP) && !p->table->decap_en)
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
	if (terminal == ACTION(ALLOW) &&
	    (p->table->type == MLX5_TABLE_FDB || p->table->type == MLX5_TABLE_NIC_RX))
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

/* The number of a context without its action is ignored: Linux sends one with the rules that stand
 * in for a tunnel's while its route is not known. */
static enum nic_syndrome plan_reformat(struct nic_device *dev, struct plan *p, uint32_t id)
{
	const struct nic_table *t = p->table;

	p->reformat = NULL;
	if (!(p->action & ACTION(PACKET_REFORMAT)))
		return NIC_SYN_NONE;
	if (!t->reformat_en && !t->decap_en)
		return NIC_SYN_ACTION_REFORMAT;
	p->reformat = idr_find(&dev->reformats, id);
	if (!p->reformat)
		return NIC_SYN_REFORMAT_ID;
	if (!nic_reformat_is_decap(p->reformat))
		return t->reformat_en ? NIC_SYN_NONE : NIC_SYN_ACTION_REFORMAT;
	if (p->action & ACTION(DECAP))
		return NIC_SYN_REFORMAT_DECAP;
	return t->decap_en ? NIC_SYN_NONE : NIC_SYN_ACTION_REFORMAT;
}

static enum nic_syndrome plan_action(struct nic_device *dev, struct plan *p, const uint8_t *ctx)
{
	enum nic_syndrome s;

	p->action = (uint16_t)IFC_GET(flow_context, ctx, action);
	p->push_vlan[0] = IFC_GET(flow_context, ctx, push_vlan);
	p->push_vlan[1] = IFC_GET(flow_context, ctx, push_vlan_2);
	s = check_action(p);
	if (!s && p->action & VLAN_ACTIONS)
		s = check_vlan_actions(dev, p);
	if (!s)
		s = check_vlan(p->action & ACTION(VLAN_PUSH), p->push_vlan[0]);
	if (!s)
		s = check_vlan(p->action & ACTION(VLAN_PUSH_2), p->push_vlan[1]);
	if (s)
		return s;
	if (IFC_GET(flow_context, ctx, encrypt_decrypt_type) ||
	    IFC_GET(flow_context, ctx, encrypt_decrypt_obj_id) ||
	    get_be64(IFC_PTR(flow_context, ctx, execute_aso)))
		return NIC_SYN_UNUSED_ID;
	s = plan_modify_header(dev, p, IFC_GET(flow_context, ctx, modify_header_id));
	return s ? s : plan_reformat(dev, p, IFC_GET(flow_context, ctx, packet_reformat_id));
}

/* ---- destinations ---- */

static void add_dest(struct plan *p, const struct nic_dest *d)
{
	p->dests[p->n_dests++] = *d;
}

static enum nic_syndrome plan_vport(struct nic_device *dev, struct plan *p, uint32_t vport,
				    const uint8_t *dest, struct nic_reformat *r)
{
	struct nic_dest d = { .type = MLX5_DEST_VPORT, .number = vport, .reformat = r };

	d.vhca_valid = IFC_GET(dest_format_struct, dest, destination_eswitch_owner_vhca_id_valid);
	if (p->table->type != MLX5_TABLE_FDB)
		return NIC_SYN_DEST_TYPE;
	if (d.vhca_valid &&
	    IFC_GET(dest_format_struct, dest, destination_eswitch_owner_vhca_id) != dev->vhca_id)
		return NIC_SYN_DEST_VHCA;
	if (!nic_vport_find(dev, vport))
		return NIC_SYN_DEST_VPORT;
	add_dest(p, &d);
	return NIC_SYN_NONE;
}

static enum nic_syndrome plan_table(struct nic_device *dev, struct plan *p, uint32_t id)
{
	struct nic_table *t = idr_find(&dev->tables, id);

	if (!t)
		return NIC_SYN_DEST_TABLE;
	if (t->type != p->table->type || t->vport != p->table->vport)
		return NIC_SYN_DEST_TABLE_OTHER;
	if (p->table->is_termination)
		return NIC_SYN_DEST_TERMINATION;
	if (t->level <= p->table->level && !p->ignore_flow_level)
		return NIC_SYN_DEST_LEVEL;
	if (t->is_termination) {
		add_dest(p, &(struct nic_dest){ .type = MLX5_DEST_FLOW_TABLE, .table = t });
		return NIC_SYN_NONE;
	}
	if (p->dest_table)
		return NIC_SYN_DEST_TABLES;
	p->dest_table = t;
	return NIC_SYN_NONE;
}

static enum nic_syndrome plan_tir(struct nic_device *dev, struct plan *p, uint32_t tirn)
{
	if (p->table->type != MLX5_TABLE_NIC_RX)
		return NIC_SYN_DEST_TYPE;
	if (!nic_tir_find(dev, tirn))
		return NIC_SYN_DEST_TIR;
	add_dest(p, &(struct nic_dest){ .type = MLX5_DEST_TIR, .number = tirn });
	return NIC_SYN_NONE;
}

/* The context that a destination has for itself: NULL without one. */
static enum nic_syndrome dest_reformat(struct nic_device *dev, struct plan *p, const uint8_t *dest,
				       bool is_extended, struct nic_reformat **r)
{
	bool has = IFC_GET(dest_format_struct, dest, packet_reformat);
	uint32_t id = is_extended ? IFC_GET(extended_dest_format, dest, packet_reformat_id) : 0;

	*r = NULL;
	if (!has)
		return id ? NIC_SYN_REFORMAT_UNUSED : NIC_SYN_NONE;
	if (!is_extended || IFC_GET(dest_format_struct, dest, destination_type) != MLX5_DEST_VPORT)
		return NIC_SYN_DEST_REFORMAT;
	if (!p->table->reformat_en)
		return NIC_SYN_ACTION_REFORMAT;
	*r = idr_find(&dev->reformats, id);
	if (!*r)
		return NIC_SYN_REFORMAT_ID;
	if (nic_reformat_is_decap(*r))
		return NIC_SYN_REFORMAT_DECAP;
	return ++p->n_encaps > 1u << IFC_GET(e_switch_cap, dev->caps.eswitch,
					     log_max_fdb_encap_uplink)
		       ? NIC_SYN_DEST_ENCAPS
		       : NIC_SYN_NONE;
}

static enum nic_syndrome plan_dest(struct nic_device *dev, struct plan *p, const uint8_t *dest,
				   bool is_extended)
{
	uint32_t id = IFC_GET(dest_format_struct, dest, destination_id);
	struct nic_reformat *r;
	enum nic_syndrome s;

	if (nic_element_has_reserved(
		    dev, is_extended ? NIC_ELEMENT_EXTENDED_DEST : NIC_ELEMENT_DEST, dest))
		return NIC_SYN_RESERVED;
	s = dest_reformat(dev, p, dest, is_extended, &r);
	if (s)
		return s;
	switch (IFC_GET(dest_format_struct, dest, destination_type)) {
	case MLX5_DEST_VPORT:
		return plan_vport(dev, p, id, dest, r);
	case MLX5_DEST_UPLINK:
		return plan_vport(dev, p, MLX5_VPORT_UPLINK, dest, r);
	case MLX5_DEST_FLOW_TABLE:
		return plan_table(dev, p, id);
	case MLX5_DEST_TIR:
		return plan_tir(dev, p, id);
	default:
		return NIC_SYN_DEST_TYPE;
	}
}

/* Bytes of a destination, and of a counter behind them. */
static size_t dest_size(const uint8_t *ctx)
{
	return IFC_GET(flow_context, ctx, extended_destination) ? IFC_EXTENDED_DEST_FORMAT_SIZE
								: IFC_DEST_FORMAT_STRUCT_SIZE;
}

static enum nic_syndrome plan_dests(struct nic_device *dev, struct plan *p, const uint8_t *ctx)
{
	bool is_extended = IFC_GET(flow_context, ctx, extended_destination);
	uint32_t n = IFC_GET(flow_context, ctx, destination_list_size);
	uint32_t max = 1u << IFC_GET(flow_table_prop_layout,
				     nic_caps_table(&dev->caps, p->table->type),
				     log_max_destination);
	const uint8_t *dest = IFC_PTR(flow_context, ctx, destination);
	enum nic_syndrome s = NIC_SYN_NONE;

	p->n_dests = p->n_encaps = 0;
	p->dest_table = NULL;
	if (is_extended && p->table->type != MLX5_TABLE_FDB)
		return NIC_SYN_DEST_EXTENDED;
	if (n > max || n > DESTS_MAX)
		return NIC_SYN_DEST_LIMIT;
	for (uint32_t i = 0; i < n && !s; i++, dest += dest_size(ctx))
		s = plan_dest(dev, p, dest, is_extended);
	return s;
}

static enum nic_syndrome plan_counters(struct nic_device *dev, struct plan *p, const uint8_t *ctx)
{
	uint32_t n = IFC_GET(flow_context, ctx, flow_counter_list_size);
	const uint8_t *counter = IFC_PTR(flow_context, ctx, destination) +
				 IFC_GET(flow_context, ctx, destination_list_size) * dest_size(ctx);

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
	bool has_dests = p->n_dests || p->dest_table;

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

static size_t more_size(size_t n_dests)
{
	return sizeof(struct nic_entry_more) + n_dests * sizeof(struct nic_dest);
}

/* Whether the first destination lies in the entry itself. */
static bool begins_with_vport(const struct plan *p)
{
	return p->n_dests && p->dests[0].type == MLX5_DEST_VPORT && !p->dests[0].reformat;
}

static bool needs_more(const struct plan *p)
{
	return p->modify || p->reformat || p->flow_tag || p->push_vlan[0] || p->push_vlan[1] ||
	       p->n_dests > begins_with_vport(p);
}

/* *@more is owned by the caller, NULL when the plan needs none. 0 or -ENOMEM. */
static int more_from_plan(const struct plan *p, struct nic_entry_more **more)
{
	size_t skip = begins_with_vport(p);
	struct nic_entry_more *m;

	*more = NULL;
	if (!needs_more(p))
		return 0;
	*more = m = mem_new(more_size(p->n_dests - skip));
	if (!m)
		return -ENOMEM;
	m->modify = p->modify;
	m->reformat = p->reformat;
	m->flow_tag = p->flow_tag;
	memcpy(m->push_vlan, p->push_vlan, sizeof m->push_vlan);
	m->n_dests = (uint16_t)(p->n_dests - skip);
	memcpy(m->dests, p->dests + skip, m->n_dests * sizeof m->dests[0]);
	return 0;
}

static void hold_dest(struct nic_device *dev, const struct nic_dest *d, int delta)
{
	if (d->table)
		d->table->refs += (uint32_t)delta;
	if (d->reformat)
		d->reformat->refs += (uint32_t)delta;
	if (d->type == MLX5_DEST_TIR)
		nic_tir_ref(nic_tir_find(dev, d->number), delta);
}

static void hold_more(struct nic_device *dev, const struct nic_entry_more *m, int delta)
{
	if (m->modify)
		m->modify->refs += (uint32_t)delta;
	if (m->reformat)
		m->reformat->refs += (uint32_t)delta;
	for (size_t i = 0; i < m->n_dests; i++)
		hold_dest(dev, &m->dests[i], delta);
}

static void hold(struct nic_device *dev, const struct nic_entry *e, int delta)
{
	if (e->dest_table)
		e->dest_table->refs += (uint32_t)delta;
	if (e->action & ACTION(COUNT))
		nic_counter_ref(&dev->counters, e->counter, delta);
	if (e->more)
		hold_more(dev, e->more, delta);
}

static void more_free(struct nic_device *dev, struct nic_entry_more *m)
{
	if (m)
		dev->n_bytes_more -= more_size(m->n_dests);
	mem_free(m);
}

/* Results of vlan actions depend on all of both tags; to take a tunnel away, it must be known. */
static void consult(struct nic_device *dev, const struct nic_entry *e)
{
	struct nic_key *k = &dev->consulted;

	if (e->action & (VLAN_ACTIONS | ACTION(MOD_HDR))) {
		k->w[3] |= 0xffff;
		k->w[4] |= 0xc000;
		k->w[NIC_KEY_MISC + 2] |= 0xffff0000;
		k->w[NIC_KEY_MISC + 3] |= 0xa0000000;
	}
	if (e->action & REFORMATS)
		dev->tunnels.are_wanted = true;
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
	e->has_vport = begins_with_vport(p);
	e->vport = (uint16_t)(e->has_vport ? p->dests[0].number : 0);
	e->vhca_valid = e->has_vport && p->dests[0].vhca_valid;
	e->more = more;
	if (more)
		dev->n_bytes_more += more_size(more->n_dests);
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
	p->n_dests = e->has_vport;
	p->dests[0] = (struct nic_dest){ .type = MLX5_DEST_VPORT,
					 .vhca_valid = e->vhca_valid,
					 .number = e->vport };
	p->modify = NULL;
	p->reformat = NULL;
	p->flow_tag = p->push_vlan[0] = p->push_vlan[1] = 0;
	if (!e->more)
		return;
	p->modify = e->more->modify;
	p->reformat = e->more->reformat;
	p->flow_tag = e->more->flow_tag;
	memcpy(p->push_vlan, e->more->push_vlan, sizeof p->push_vlan);
	memcpy(p->dests + p->n_dests, e->more->dests, e->more->n_dests * sizeof p->dests[0]);
	p->n_dests += e->more->n_dests;
}

static bool has_encaps(const struct plan *p)
{
	for (size_t i = 0; i < p->n_dests; i++) {
		if (p->dests[i].reformat)
			return true;
	}
	return false;
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

	/* First what lies far away in memory is asked for. */
	nic_mask_decode(g->masks[0], match, &value);
	value.w[NIC_KEY_ORIGIN] = source;
	if (source < ARRAY_SIZE(g->masks) && g->masks[source])
		nic_mask_prefetch(g->masks[source], &value);
	if (idr_find(&t->entries, index))
		return NIC_SYN_ENTRY_EXISTS;
	if (c->dev->n_entries >= NIC_ENTRIES_MAX)
		return NIC_SYN_ENTRY_LIMIT;
	if (nic_bytes_meet(match, g->masks[0]->outside, IFC_FTE_MATCH_PARAM_SIZE))
		return NIC_SYN_VALUE_OUTSIDE_MASK;
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
	IFC_SET(flow_context, ctx, extended_destination, has_encaps(&p));
	IFC_SET(flow_context, ctx, destination_list_size, p.n_dests + (p.dest_table != NULL));
	IFC_SET(flow_context, ctx, flow_counter_list_size, p.action & ACTION(COUNT) ? 1 : 0);
	IFC_SET(flow_context, ctx, packet_reformat_id, p.reformat ? p.reformat->id : 0);
	IFC_SET(flow_context, ctx, modify_header_id, p.modify ? p.modify->id : 0);
	return NIC_SYN_NONE;
}
