/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests about what the device holds and has done: show, stats, dump. */
#include "nic/device/dump.h"
#include "nic/device/log.h"
#include "nic/serve/request_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* ---- show, stats ---- */

static json_t *counts_json(const struct nic_counts *c)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "tables", (json_int_t)c->n_tables,
			 "groups", (json_int_t)c->n_groups, "entries", (json_int_t)c->n_entries,
			 "counters", (json_int_t)c->n_counters, "modify_headers",
			 (json_int_t)c->n_modify_headers, "bytes", (json_int_t)c->n_bytes);
}

int nic_request_show(struct nic_request *q)
{
	struct nic_counts c;
	struct text t;

	text_init(&t);
	nic_device_format_summary(q->r->dev, &t);
	nic_answer_text(q, "text", &t);
	text_fini(&t);
	nic_device_counts(q->r->dev, &c);
	nic_answer_set(q, "objects", counts_json(&c));
	return 0;
}

static json_t *packets_json(const struct nic_counts *c)
{
	json_t *drops = json_object();

	for (size_t i = NIC_DROP_NONE + 1; i < NIC_N_DROPS; i++)
		json_object_set_new(drops, nic_drop_name((enum nic_drop)i),
				    json_integer((json_int_t)c->n_drops[i]));
	return json_pack("{s:I, s:I, s:o}", "received", (json_int_t)c->n_packets, "forwarded",
			 (json_int_t)c->n_drops[NIC_DROP_NONE], "dropped", drops);
}

/* "SET_FLOW_TABLE_ENTRY", or "0x999". */
static json_t *opcode_json(uint16_t opcode)
{
	const char *name = mlx5_opcode_name(opcode);

	return name ? json_string(name) : json_sprintf("0x%x", opcode);
}

static json_t *sums_json(const struct nic_device *dev)
{
	json_t *list = json_array();
	struct nic_log_sum s;

	for (uint32_t op = 0; nic_device_log_sum(dev, &op, &s); op++)
		json_array_append_new(
			list, json_pack("{s:o, s:I, s:I, s:I}", "opcode", opcode_json(s.opcode),
					"count", (json_int_t)s.n, "failed", (json_int_t)s.n_failed,
					"mean_ns", (json_int_t)(s.total_ns / s.n)));
	return list;
}

int nic_request_stats(struct nic_request *q)
{
	struct nic_counts c;

	nic_device_counts(q->r->dev, &c);
	nic_answer_u64(q, "commands", c.n_commands);
	nic_answer_u64(q, "refused", c.n_bad_commands);
	nic_answer_set(q, "opcodes", sums_json(q->r->dev));
	nic_answer_set(q, "packets", packets_json(&c));
	if (q->r->front.stats)
		q->r->front.stats(q->r->front.aux, q->out);
	return 0;
}

/* ---- dump ---- */

/* The parts of "a, b (c, d), e", without commas inside of brackets; calls @add for each. */
static void split(const char *s, void (*add)(json_t *to, const char *part, size_t len), json_t *to)
{
	int depth = 0;
	size_t start = 0;

	for (size_t i = 0;; i++) {
		depth += s[i] == '(';
		depth -= s[i] == ')';
		if (s[i] && (s[i] != ',' || depth))
			continue;
		if (i > start)
			add(to, s + start, i - start);
		if (!s[i])
			return;
		start = i + 1 + (s[i + 1] == ' ');
	}
}

static void add_action(json_t *to, const char *part, size_t len)
{
	json_array_append_new(to, json_stringn(part, len));
}

/* "dst 10.0.0.2/24" as "dst": "10.0.0.2/24". */
static void add_match(json_t *to, const char *part, size_t len)
{
	const char *blank = memchr(part, ' ', len);

	if (blank)
		json_object_setn_new(to, part, (size_t)(blank - part),
				     json_stringn(blank + 1, len - (size_t)(blank + 1 - part)));
}

static json_t *match_json(const struct nic_dump_item *item)
{
	json_t *match = json_object();

	split(item->match.s, add_match, match);
	return match;
}

static json_t *table_json(const struct nic_dump_item *item)
{
	json_t *t = json_pack("{s:s, s:i, s:s, s:i, s:I, s:b, s:I, s:I, s:I}", "kind", "table",
			      "table", (int)item->table_id, "type", item->table.type, "level",
			      (int)item->table.level, "size", (json_int_t)item->table.size, "root",
			      (int)item->table.is_root, "groups", (json_int_t)item->table.n_groups,
			      "entries", (json_int_t)item->table.n_entries, "masks",
			      (json_int_t)item->table.n_masks);

	if (item->table.vport >= 0)
		json_object_set_new(t, "vport", json_integer(item->table.vport));
	if (item->table.miss_table)
		json_object_set_new(t, "miss_table", json_integer(item->table.miss_table));
	return t;
}

static json_t *group_json(const struct nic_dump_item *item)
{
	return json_pack("{s:s, s:i, s:i, s:I, s:I, s:I, s:o}", "kind", "group", "table",
			 (int)item->table_id, "group", (int)item->group.id, "start",
			 (json_int_t)item->group.start, "end", (json_int_t)item->group.end,
			 "entries", (json_int_t)item->group.n_entries, "mask", match_json(item));
}

static json_t *entry_json(const struct nic_dump_item *item)
{
	json_t *actions = json_array(), *e;

	split(item->actions.s, add_action, actions);
	e = json_pack("{s:s, s:i, s:I, s:i, s:o, s:I, s:o}", "kind", "entry", "table",
		      (int)item->table_id, "entry", (json_int_t)item->entry.index, "group",
		      (int)item->entry.group, "match", match_json(item), "action",
		      (json_int_t)item->entry.action, "actions", actions);
	if (item->entry.flow_tag)
		json_object_set_new(e, "flow_tag", json_integer(item->entry.flow_tag));
	if (item->entry.counter)
		json_object_set_new(e, "counter",
				    json_pack("{s:I, s:I, s:I}", "id",
					      (json_int_t)item->entry.counter, "packets",
					      (json_int_t)item->entry.packets, "octets",
					      (json_int_t)item->entry.octets));
	return e;
}

static json_t *reformat_json(const struct nic_dump_item *item)
{
	return json_pack("{s:s, s:i, s:i, s:i, s:s}", "kind", "reformat", "reformat",
			 (int)item->reformat.id, "size", (int)item->reformat.size, "entries",
			 (int)item->reformat.n_entries, "does", item->actions.s);
}

static json_t *item_json(const struct nic_dump_item *item)
{
	switch (item->kind) {
	case NIC_DUMP_TABLE:
		return table_json(item);
	case NIC_DUMP_GROUP:
		return group_json(item);
	case NIC_DUMP_ENTRY:
		return entry_json(item);
	case NIC_DUMP_REFORMAT:
		return reformat_json(item);
	}
	return NULL;
}

#define ITEM_BYTES 600 /* about what an item is as JSON */

static bool dump_json(struct nic_request *q, struct nic_dump_at *at)
{
	json_t *items = json_array();
	struct nic_dump_item item;
	bool more = true;

	nic_dump_item_init(&item);
	for (size_t n = 0; n < NIC_REQUEST_PAGE / ITEM_BYTES && more; n++) {
		more = nic_device_dump_next(q->r->dev, at, &item);
		if (more && json_array_append_new(items, item_json(&item)))
			diag_set(q->d, -ENOMEM, "no memory for the answer");
	}
	nic_dump_item_fini(&item);
	nic_answer_set(q, "items", items);
	return more;
}

static bool dump_text(struct nic_request *q, struct nic_dump_at *at)
{
	struct text t;
	bool more = true;

	text_init(&t);
	while (more && t.len < NIC_REQUEST_PAGE && !t.error)
		more = nic_device_format_dump_next(q->r->dev, at, &t);
	nic_answer_text(q, "text", &t);
	text_fini(&t);
	return more;
}

/* "TABLE.STAGE.INDEX", as an answer gave it. */
static int parse_at(struct nic_request *q, const char *s, struct nic_dump_at *at)
{
	unsigned int stage;
	int n = 0;

	if (sscanf(s, "%" SCNu64 ".%u.%" SCNu64 "%n", &at->table, &stage, &at->index, &n) != 3 ||
	    s[n] || stage > NIC_DUMP_REFORMAT)
		return diag_set(q->d, -EINVAL, "from: not the 'next' of an answer");
	at->stage = (enum nic_dump_kind)stage;
	return 0;
}

int nic_request_dump(struct nic_request *q)
{
	const char *from = NULL, *as = "text";
	struct nic_dump_at at = { 0 };
	int err = nic_request_string(q, "from", &from);
	bool more;

	if (!err)
		err = nic_request_string(q, "as", &as);
	if (!err && from)
		err = parse_at(q, from, &at);
	if (err)
		return err;
	if (strcmp(as, "text") && strcmp(as, "json"))
		return diag_set(q->d, -EINVAL, "as: neither 'text' nor 'json'");
	more = !strcmp(as, "json") ? dump_json(q, &at) : dump_text(q, &at);
	if (more)
		nic_answer_set(q, "next",
			       json_sprintf("%" PRIu64 ".%u.%" PRIu64, at.table,
					    (unsigned int)at.stage, at.index));
	return 0;
}
