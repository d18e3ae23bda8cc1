/* SPDX-License-Identifier: BSD-2-Clause */
/* What the device holds, as text: one line a table, group and entry, matches and actions decoded.
 */
#include "nic/device/dump.h"

#include "nic/device/device_internal.h"

#include <string.h>

static const char *type_name(uint8_t type)
{
	switch (type) {
	case MLX5_TABLE_NIC_RX:
		return "nic-rx";
	case MLX5_TABLE_ESW_EGRESS_ACL:
		return "egress-acl";
	case MLX5_TABLE_ESW_INGRESS_ACL:
		return "ingress-acl";
	case MLX5_TABLE_FDB:
		return "fdb";
	default:
		return "?";
	}
}

void nic_vport_format(uint16_t vport, struct text *t)
{
	if (vport == MLX5_VPORT_UPLINK)
		text_put(t, "uplink");
	else
		text_putf(t, "vport %u", vport);
}

static bool is_root(const struct nic_device *dev, const struct nic_table *t)
{
	bool is = t == dev->fdb_root || t == dev->nic_root;

	for (size_t i = 0; i < dev->n_vports; i++)
		is = is || t == dev->vports[i].ingress || t == dev->vports[i].egress;
	return is;
}

static bool has_owner(const struct nic_table *t)
{
	return t->type == MLX5_TABLE_ESW_INGRESS_ACL || t->type == MLX5_TABLE_ESW_EGRESS_ACL;
}

void nic_table_format(const struct nic_table *t, struct text *out)
{
	text_putf(out, "%u %s", t->id, type_name(t->type));
	if (has_owner(t)) {
		text_put(out, " of ");
		nic_vport_format(t->vport, out);
	}
}

static void put_table(const struct nic_device *dev, const struct nic_table *t, struct text *out)
{
	text_put(out, "table ");
	nic_table_format(t, out);
	text_putf(out, " level %u size %u%s groups %zu entries %zu masks %zu", t->level, t->size,
		  is_root(dev, t) ? " root" : "", t->groups.n, t->entries.n, t->n_masks);
	if (t->miss)
		text_putf(out, " miss table %u", t->miss->id);
	if (t->reformat_en)
		text_put(out, " encap");
	if (t->decap_en)
		text_put(out, " decap");
	if (t->is_termination)
		text_put(out, " termination");
	text_put_char(out, '\n');
}

const char *nic_drop_name(enum nic_drop drop)
{
	static const char *const names[NIC_N_DROPS] = {
		[NIC_DROP_NONE] = "forwarded",	  [NIC_DROP_ACTION] = "drop action",
		[NIC_DROP_MISS] = "miss",	  [NIC_DROP_LOOP] = "loop",
		[NIC_DROP_ERROR] = "error",	  [NIC_DROP_NO_BUFFER] = "no buffer",
		[NIC_DROP_QUEUE] = "queue error", [NIC_DROP_DOWN] = "vport down",
	};

	return names[drop];
}

static void put_drops(const struct nic_device *dev, struct text *t)
{
	text_putf(t, "packets %llu", (unsigned long long)dev->n_packets);
	for (size_t i = 0; i < NIC_N_DROPS; i++) {
		if (dev->n_drops[i])
			text_putf(t, ", %s %llu", nic_drop_name((enum nic_drop)i),
				  (unsigned long long)dev->n_drops[i]);
	}
	text_put_char(t, '\n');
}

void nic_device_format_summary(struct nic_device *dev, struct text *t)
{
	struct nic_counts c;
	const struct nic_table *table;
	uint64_t i;

	nic_device_counts(dev, &c);
	text_putf(t, "vports %u, vhca_id %u\n", dev->n_vports, dev->vhca_id);
	text_putf(t, "tables %zu, groups %zu, entries %zu, counters %zu, modify headers %zu",
		  c.n_tables, c.n_groups, c.n_entries, c.n_counters, c.n_modify_headers);
	if (c.n_reformats)
		text_putf(t, ", reformats %zu", c.n_reformats);
	text_put_char(t, '\n');
	text_putf(t, "memory %zu bytes\n", c.n_bytes);
	text_putf(t, "commands %llu, refused %llu\n", (unsigned long long)c.n_commands,
		  (unsigned long long)c.n_bad_commands);
	put_drops(dev, t);
	idr_for_each (&dev->tables, i, table)
		put_table(dev, table, t);
}

/* ---- dump ---- */

#define ACTION(name) MLX5_FLOW_CONTEXT_ACTION_##name

static void put_vlan(struct text *t, uint32_t vlan)
{
	text_putf(t, ", push vlan 0x%x vid %u prio %u", vlan >> 16, vlan & 0xfff, vlan >> 13 & 7);
}

static void put_reformat(const struct nic_reformat *r, struct text *t)
{
	text_putf(t, ", reformat %u (", r->id);
	nic_reformat_format(r, t);
	text_put_char(t, ')');
}

void nic_entry_format_changes(const struct nic_entry *e, struct text *t)
{
	const struct nic_reformat *r = e->action & ACTION(PACKET_REFORMAT) ? e->more->reformat
									   : NULL;

	if (e->action & ACTION(DECAP))
		text_put(t, ", decap");
	if (r && nic_reformat_is_decap(r))
		put_reformat(r, t);
	if (e->action & ACTION(VLAN_POP))
		text_put(t, ", pop vlan");
	if (e->action & ACTION(VLAN_POP_2))
		text_put(t, ", pop vlan");
	if (e->action & ACTION(MOD_HDR)) {
		text_putf(t, ", modify header %u (", e->more->modify->id);
		nic_modify_header_format(e->more->modify, t);
		text_put_char(t, ')');
	}
	if (e->action & ACTION(VLAN_PUSH))
		put_vlan(t, e->more->push_vlan[0]);
	if (e->action & ACTION(VLAN_PUSH_2))
		put_vlan(t, e->more->push_vlan[1]);
	if (r && !nic_reformat_is_decap(r))
		put_reformat(r, t);
}

static void put_dest(const struct nic_dest *d, struct text *t)
{
	if (d->reformat)
		put_reformat(d->reformat, t);
	text_put(t, d->reformat ? " to " : ", to ");
	if (d->type == MLX5_DEST_TIR)
		text_putf(t, "TIR %u", d->number);
	else if (d->table)
		text_putf(t, "table %u", d->table->id);
	else
		nic_vport_format((uint16_t)d->number, t);
}

void nic_entry_format_dests(const struct nic_entry *e, struct text *t)
{
	if (e->has_vport) {
		text_put(t, ", to ");
		nic_vport_format(e->vport, t);
	}
	for (size_t i = 0; e->more && i < e->more->n_dests; i++)
		put_dest(&e->more->dests[i], t);
	if (e->dest_table)
		text_putf(t, ", to table %u", e->dest_table->id);
	if (e->action & ACTION(ALLOW))
		text_put(t, ", allow");
	if (e->action & ACTION(DROP))
		text_put(t, ", drop");
}

void nic_entry_format_match(const struct nic_entry *e, struct text *t)
{
	uint8_t mask[IFC_FTE_MATCH_PARAM_SIZE] = { 0 }, value[IFC_FTE_MATCH_PARAM_SIZE] = { 0 };
	size_t start = t->len;
	struct nic_key v;

	nic_entry_value(e, &v);
	nic_key_encode(&e->group->masks[0]->key, mask);
	nic_key_encode(&v, value);
	ifc_match_format(t, mask, value);
	if (e->flow_source)
		text_putf(t, "%sfrom %s", t->len > start ? ", " : "",
			  e->flow_source == NIC_FROM_UPLINK ? "uplink" : "local vports");
	if (t->len == start)
		text_put(t, "any");
}

static void put_entry(struct nic_device *dev, const struct nic_entry *e, struct text *t)
{
	size_t start;

	text_putf(t, "  entry %u group %u: ", e->index, e->group->id);
	nic_entry_format_match(e, t);
	text_put(t, " -> action ");
	text_put_hex(t, e->action);
	start = t->len;
	nic_entry_format_changes(e, t);
	nic_entry_format_dests(e, t);
	if (e->more && e->more->flow_tag)
		text_putf(t, ", tag 0x%x", e->more->flow_tag);
	if (e->action & ACTION(COUNT)) {
		const struct nic_counter *c = nic_counter_find(&dev->counters, e->counter);

		text_putf(t, "%scounter %u packets %llu octets %llu", t->len > start ? ", " : " ",
			  e->counter, (unsigned long long)c->packets,
			  (unsigned long long)c->octets);
	}
	text_put_char(t, '\n');
}

static void put_group(const struct nic_group *g, struct text *t)
{
	uint8_t mask[IFC_FTE_MATCH_PARAM_SIZE] = { 0 };

	nic_key_encode(&g->masks[0]->key, mask);
	text_putf(t, "  group %u [%u, %u] entries %u mask {", g->id, g->start, g->end,
		  g->n_entries);
	ifc_format(t, ifc_struct_find("fte_match_param"), mask, sizeof mask);
	text_put(t, "}\n");
}

static void put_reformat_line(const struct nic_reformat *r, struct text *t)
{
	text_putf(t, "reformat %u entries %u size %u: ", r->id, r->refs, r->size);
	nic_reformat_format(r, t);
	text_put_char(t, '\n');
}

/* What lies at a place of the dump: a table, or a group or an entry of it, or none of them. */
struct place {
	const struct nic_table *table;
	const struct nic_group *group;
	const struct nic_entry *entry;
	const struct nic_reformat *reformat;
};

static bool step_reformats(struct nic_device *dev, struct nic_dump_at *at, struct place *p)
{
	if (at->stage != NIC_DUMP_REFORMAT)
		*at = (struct nic_dump_at){ .stage = NIC_DUMP_REFORMAT };
	p->reformat = idr_next_(&dev->reformats, &at->index);
	at->index++;
	return p->reformat;
}

/* Finds what comes at or after @at, and moves @at behind it. */
static bool step(struct nic_device *dev, struct nic_dump_at *at, struct place *p)
{
	*p = (struct place){ 0 };
	for (;; *at = (struct nic_dump_at){ .table = at->table + 1 }) {
		uint64_t table = at->table;

		if (at->stage != NIC_DUMP_REFORMAT)
			p->table = idr_next_(&dev->tables, &table);
		if (!p->table)
			return step_reformats(dev, at, p);
		if (table != at->table)
			*at = (struct nic_dump_at){ .table = table };
		if (at->stage == NIC_DUMP_TABLE) {
			at->stage = NIC_DUMP_GROUP;
			return true;
		}
		if (at->stage == NIC_DUMP_GROUP) {
			p->group = idr_next_(&p->table->groups, &at->index);
			at->index = p->group ? at->index + 1 : 0;
			if (p->group)
				return true;
			at->stage = NIC_DUMP_ENTRY;
		}
		p->entry = idr_next_(&p->table->entries, &at->index);
		at->index++;
		if (p->entry)
			return true;
	}
}

bool nic_device_format_dump_next(struct nic_device *dev, struct nic_dump_at *at, struct text *t)
{
	struct place p;

	if (!step(dev, at, &p))
		return false;
	if (p.reformat)
		put_reformat_line(p.reformat, t);
	else if (p.entry)
		put_entry(dev, p.entry, t);
	else if (p.group)
		put_group(p.group, t);
	else
		put_table(dev, p.table, t);
	return true;
}

void nic_device_format_dump(struct nic_device *dev, struct text *t)
{
	struct nic_dump_at at = { 0 };

	while (nic_device_format_dump_next(dev, &at, t))
		;
}

/* ---- as values ---- */

void nic_dump_item_init(struct nic_dump_item *item)
{
	*item = (struct nic_dump_item){ 0 };
	text_init(&item->match);
	text_init(&item->actions);
}

void nic_dump_item_fini(struct nic_dump_item *item)
{
	text_fini(&item->match);
	text_fini(&item->actions);
}

static void fill_table_item(const struct nic_device *dev, const struct nic_table *t,
			    struct nic_dump_item *item)
{
	item->kind = NIC_DUMP_TABLE;
	item->table.type = type_name(t->type);
	item->table.vport = has_owner(t) ? t->vport : -1;
	item->table.level = t->level;
	item->table.size = t->size;
	item->table.can_encap = t->reformat_en;
	item->table.can_decap = t->decap_en;
	item->table.is_termination = t->is_termination;
	item->table.is_root = is_root(dev, t);
	item->table.n_groups = t->groups.n;
	item->table.n_entries = t->entries.n;
	item->table.n_masks = t->n_masks;
	item->table.miss_table = t->miss ? t->miss->id : 0;
}

static void fill_group_item(const struct nic_group *g, struct nic_dump_item *item)
{
	uint8_t mask[IFC_FTE_MATCH_PARAM_SIZE] = { 0 };

	item->kind = NIC_DUMP_GROUP;
	item->group.id = g->id;
	item->group.start = g->start;
	item->group.end = g->end;
	item->group.n_entries = g->n_entries;
	nic_key_encode(&g->masks[0]->key, mask);
	ifc_match_format(&item->match, mask, mask);
}

static void fill_entry_item(struct nic_device *dev, const struct nic_entry *e,
			    struct nic_dump_item *item)
{
	const struct nic_counter *c =
		e->action & ACTION(COUNT) ? nic_counter_find(&dev->counters, e->counter) : NULL;

	item->kind = NIC_DUMP_ENTRY;
	item->entry.index = e->index;
	item->entry.group = e->group->id;
	item->entry.action = e->action;
	item->entry.flow_tag = e->more ? e->more->flow_tag : 0;
	item->entry.counter = c ? e->counter : 0;
	item->entry.packets = c ? c->packets : 0;
	item->entry.octets = c ? c->octets : 0;
	nic_entry_format_match(e, &item->match);
	nic_entry_format_changes(e, &item->actions);
	nic_entry_format_dests(e, &item->actions);
}

static void fill_reformat_item(const struct nic_reformat *r, struct nic_dump_item *item)
{
	item->kind = NIC_DUMP_REFORMAT;
	item->reformat.id = r->id;
	item->reformat.size = r->size;
	item->reformat.n_entries = r->refs;
	nic_reformat_format(r, &item->actions);
}

bool nic_device_dump_next(struct nic_device *dev, struct nic_dump_at *at,
			  struct nic_dump_item *item)
{
	struct place p;

	if (!step(dev, at, &p))
		return false;
	text_clear(&item->match);
	text_clear(&item->actions);
	item->table_id = p.table ? p.table->id : 0;
	if (p.reformat)
		fill_reformat_item(p.reformat, item);
	else if (p.entry)
		fill_entry_item(dev, p.entry, item);
	else if (p.group)
		fill_group_item(p.group, item);
	else
		fill_table_item(dev, p.table, item);
	return true;
}
