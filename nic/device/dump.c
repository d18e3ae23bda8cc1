/* SPDX-License-Identifier: BSD-2-Clause */
/* What the device holds, as text: one line a table, group and entry, matches and actions decoded.
 */
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
		is = is || t == dev->ingress[i] || t == dev->egress[i];
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
	text_put_char(out, '\n');
}

static void put_drops(const struct nic_device *dev, struct text *t)
{
	static const char *const names[NIC_N_DROPS] = {
		[NIC_DROP_NONE] = "forwarded", [NIC_DROP_ACTION] = "drop action",
		[NIC_DROP_MISS] = "miss",      [NIC_DROP_LOOP] = "loop",
		[NIC_DROP_ERROR] = "error",
	};

	text_putf(t, "packets %llu", (unsigned long long)dev->n_packets);
	for (size_t i = 0; i < NIC_N_DROPS; i++) {
		if (dev->n_drops[i])
			text_putf(t, ", %s %llu", names[i], (unsigned long long)dev->n_drops[i]);
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
	text_putf(t, "tables %zu, groups %zu, entries %zu, counters %zu, modify headers %zu\n",
		  c.n_tables, c.n_groups, c.n_entries, c.n_counters, c.n_modify_headers);
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

void nic_entry_format_changes(const struct nic_entry *e, struct text *t)
{
	if (e->action & ACTION(MOD_HDR)) {
		text_putf(t, ", modify header %u (", e->more->modify->id);
		nic_modify_header_format(e->more->modify, t);
		text_put_char(t, ')');
	}
	if (e->action & ACTION(VLAN_POP))
		text_put(t, ", pop vlan");
	if (e->action & ACTION(VLAN_POP_2))
		text_put(t, ", pop vlan");
	if (e->action & ACTION(VLAN_PUSH))
		put_vlan(t, e->more->push_vlan[0]);
	if (e->action & ACTION(VLAN_PUSH_2))
		put_vlan(t, e->more->push_vlan[1]);
}

void nic_entry_format_dests(const struct nic_entry *e, struct text *t)
{
	if (e->has_vport) {
		text_put(t, ", to ");
		nic_vport_format(e->vport, t);
	}
	for (size_t i = 0; e->more && i < e->more->n_vports; i++) {
		text_put(t, ", to ");
		nic_vport_format(e->more->vports[i].vport, t);
	}
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

void nic_device_format_dump(struct nic_device *dev, struct text *t)
{
	const struct nic_table *table;
	const struct nic_entry *e;
	const struct nic_group *g;
	uint64_t i, j;

	idr_for_each (&dev->tables, i, table) {
		put_table(dev, table, t);
		idr_for_each (&table->groups, j, g)
			put_group(g, t);
		idr_for_each (&table->entries, j, e)
			put_entry(dev, e, t);
	}
}
