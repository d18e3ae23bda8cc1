/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of a packet as spans of the trace: a look-up in a table is one, with the entry that was
 * found and what it does in the order in which the device does it, or where the packet goes that
 * missed. Only single packets are traced, never a batch.
 */
#include "nic/device/device_internal.h"

#include <string.h>

#define ACTION(name) MLX5_FLOW_CONTEXT_ACTION_##name

/* The text without the ", " that each of its parts begins with. */
static const char *without_comma(const struct text *t)
{
	return t->len > 2 && !memcmp(t->s, ", ", 2) ? t->s + 2 : t->s;
}

static void note_hit(struct span *sp, const struct nic_entry *e)
{
	struct text t;

	span_note(sp, "hit", "entry %u, group %u", e->index, e->group->id);
	text_init(&t);
	nic_entry_format_match(e, &t);
	span_note(sp, "matches", "%s", t.s);
	text_clear(&t);
	if (!(e->action & ACTION(DROP)))
		nic_entry_format_changes(e, &t);
	if (e->action & ACTION(COUNT))
		text_putf(&t, ", count in %u", e->counter);
	nic_entry_format_dests(e, &t);
	span_note(sp, "actions", "%s", without_comma(&t));
	text_fini(&t);
}

static void note_miss(struct span *sp, const struct nic_table *t)
{
	bool is_acl = t->type == MLX5_TABLE_ESW_INGRESS_ACL || t->type == MLX5_TABLE_ESW_EGRESS_ACL;

	if (t->miss)
		span_note(sp, "miss", "goes on to table %u", t->miss->id);
	else
		span_note(sp, "miss", is_acl ? "passes by default" : "is dropped by default");
}

const struct nic_entry *nic_table_lookup_traced(struct nic_device *dev, const struct nic_table *t,
						const struct nic_key *k)
{
	struct span sp = SPAN_NAMED(dev->trace, "nic_table_lookup");
	const struct nic_entry *e = nic_table_lookup(t, k);
	struct text name;

	text_init(&name);
	nic_table_format(t, &name);
	span_note(&sp, "table", "%s, level %u", name.s, t->level);
	text_fini(&name);
	if (e)
		note_hit(&sp, e);
	else
		note_miss(&sp, t);
	span_end(&sp, 0);
	return e;
}

void nic_way_note_end(struct span *sp, const struct nic_path *path)
{
	static const char *const words[NIC_N_DROPS] = {
		[NIC_DROP_NONE] = "it has gone",
		[NIC_DROP_ACTION] = "dropped: the entry says so",
		[NIC_DROP_MISS] = "dropped: no entry matches, and no table is left",
		[NIC_DROP_LOOP] = "dropped: it passed too many tables",
		[NIC_DROP_ERROR] = "dropped: it is malformed for what was to be done",
		[NIC_DROP_DOWN] = "dropped: the vport is down",
	};

	if (path->n_out)
		span_note(sp, "result", "%u %s forwarded", path->n_out,
			  path->n_out == 1 ? "copy" : "copies");
	else
		span_note(sp, "result", "%s", words[path->drop]);
}
