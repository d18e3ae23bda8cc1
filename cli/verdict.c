/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/verdict.h"

#include "trace/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const verdict_places[DPIF_PLACE_HW + 1] = {
	[DPIF_PLACE_NONE] = "refused",
	[DPIF_PLACE_KERNEL] = "the OVS kernel datapath, in software",
	[DPIF_PLACE_TC] = "tc, in software",
	[DPIF_PLACE_HW] = "hardware",
};

/* As JSON and tables name them. */
static const char *const place_words[DPIF_PLACE_HW + 1] = {
	[DPIF_PLACE_NONE] = "none",
	[DPIF_PLACE_KERNEL] = "ovs",
	[DPIF_PLACE_TC] = "tc",
	[DPIF_PLACE_HW] = "hardware",
};

/* Takes a place in @text, if it lies in it. */
static void set_culprit(struct verdict *v, const char *text, size_t offset, size_t length)
{
	size_t len = text ? strlen(text) : 0;

	if (!text || !length || offset > len)
		return;
	v->culprit = text;
	v->offset = offset;
	v->length = length;
}

static void find_field(struct verdict *v, const struct dpctl *dp, uint32_t field)
{
	const struct flow_range *r;

	if (field >= FLOW_N_FIELDS)
		return;
	r = &dp->origin.field[field];
	if (!r->length)
		r = &dp->origin.header[flow_field_table[field].header];
	set_culprit(v, v->flow, r->offset, r->length);
}

/* The culprit that the decision names, or the field that it calls by name. */
static void find_culprit(struct verdict *v, const struct dpctl *dp)
{
	const struct dpif_decision *dec = &dp->decision;

	if (dec->has_culprit && dec->culprit_is_action) {
		if (dec->culprit_index < dp->actions.n)
			set_culprit(v, v->actions, dp->actions.a[dec->culprit_index].range.offset,
				    dp->actions.a[dec->culprit_index].range.length);
	} else if (dec->has_culprit) {
		find_field(v, dp, dec->culprit_index);
	} else if (dec->field[0]) {
		for (uint32_t f = 0; f < FLOW_N_FIELDS; f++)
			if (!strcmp(flow_field_table[f].full_name, dec->field))
				find_field(v, dp, f);
	}
}

/*
 * The entry in the NIC, as the driver's steering core noted it when it wrote it. The last one that
 * was written is the flow's: what it needs (tables, their miss rules) is made before.
 */
static void find_entry(struct verdict *v, const struct trace *t)
{
	for (size_t i = 0; i < t->n_events; i++) {
		const struct trace_event *e = &t->events[i];

		if (e->result < 0 || strcmp(e->function, "mlx5_cmd_set_fte"))
			continue;
		for (size_t n = 0; n < e->n_notes; n++)
			if (!strcmp(e->notes[n].key, "where"))
				v->has_entry = sscanf(e->notes[n].value,
						      "table %u, group %u, index %u", &v->table,
						      &v->group, &v->index) == 3;
	}
}

static void set_failure(struct verdict *v, int error, const char *layer, const char *function,
			const char *field, const char *words)
{
	v->error = error;
	v->layer = layer;
	v->function = function;
	snprintf(v->field, sizeof v->field, "%s", field);
	snprintf(v->words, sizeof v->words, "%s", words);
}

void verdict_init(struct verdict *v, const struct dpctl *dp, int err, const struct diag *d,
		  const char *flow, const char *actions, const struct trace *trace)
{
	const struct dpif_decision *dec = &dp->decision;
	const char *const args[] = { "add-flow", flow, actions };

	*v = (struct verdict){ .flow = flow, .actions = actions };
	if (err) {
		v->status = VERDICT_REFUSED;
		set_failure(v, err, d->layer, d->function, d->field,
			    d->words[0] ? d->words : diag_strerror(err));
		if (d->has_range && dp->bad_arg > 0 && dp->bad_arg < (int)ARRAY_SIZE(args))
			set_culprit(v, args[dp->bad_arg], d->offset, d->length);
		else
			find_culprit(v, dp);
		return;
	}
	v->place = dec->place;
	v->placed = dec->placed;
	v->status = dec->place == DPIF_PLACE_HW ? VERDICT_HARDWARE : VERDICT_SOFTWARE;
	if (dec->place == DPIF_PLACE_NONE)
		v->status = VERDICT_REFUSED;
	if (dec->place == DPIF_PLACE_HW) {
		find_entry(v, trace);
		return;
	}
	set_failure(v, dec->error, dec->layer, dec->function, dec->field, dec->words);
	v->is_inferred = dec->inferred;
	find_culprit(v, dp);
}

/* The last span of @function, or NULL. */
static const struct trace_event *find_span(const struct trace *t, const char *function)
{
	for (size_t i = t->n_events; i; i--)
		if (!strcmp(t->events[i - 1].function, function))
			return &t->events[i - 1];
	return NULL;
}

static const char *note_of(const struct trace_event *e, const char *key)
{
	for (size_t n = 0; e && n < e->n_notes; n++)
		if (!strcmp(e->notes[n].key, key))
			return e->notes[n].value;
	return "";
}

/* Where the kernel put it, as its functions noted. */
static void find_place(struct verdict *v, const struct trace *t)
{
	const struct trace_event *filter = find_span(t, "tc_new_tfilter");
	const struct trace_event *change = find_span(t, "fl_change");

	v->placed.chain = (uint32_t)strtoul(note_of(filter, "chain"), NULL, 0);
	v->placed.prio = (uint16_t)strtoul(note_of(filter, "prio"), NULL, 0);
	v->placed.handle = (uint32_t)strtoul(note_of(change, "handle"), NULL, 0);
	v->place = !strcmp(note_of(change, "flags"), "in_hw") ? DPIF_PLACE_HW : DPIF_PLACE_TC;
}

void verdict_init_tc(struct verdict *v, const char *command, int status, const char *words,
		     size_t offset, size_t length, const struct trace *trace)
{
	const struct trace_refusal *r = &trace->refusal;

	*v = (struct verdict){ .flow = command, .actions = "" };
	set_culprit(v, command, offset, length);
	if (status) {
		v->status = VERDICT_REFUSED;
		set_failure(v, -EINVAL, NULL, NULL, "", words);
		v->words[strcspn(v->words, "\n")] = '\0';
	} else {
		find_place(v, trace);
		v->status = v->place == DPIF_PLACE_HW ? VERDICT_HARDWARE : VERDICT_SOFTWARE;
		set_failure(v, 0, NULL, NULL, "", "no driver was asked");
	}
	if (v->status == VERDICT_HARDWARE)
		find_entry(v, trace);
	else if (trace->refused)
		set_failure(v, r->error, r->layer, r->function, r->field, r->words);
}

static void format_hardware(struct text *t, const struct verdict *v)
{
	text_put(t, "in hardware: ");
	if (v->has_entry)
		text_putf(t, "table %u group %u entry %u of the NIC ", v->table, v->group,
			  v->index);
	text_putf(t, "(chain %u prio %u handle 0x%x in tc)", v->placed.chain, v->placed.prio,
		  v->placed.handle);
}

void verdict_format(struct text *t, const struct verdict *v)
{
	if (v->status == VERDICT_HARDWARE) {
		format_hardware(t, v);
		return;
	}
	text_put(t, v->status == VERDICT_REFUSED ? "refused" : "stopped");
	if (v->layer)
		text_putf(t, " in %s at %s", v->layer, v->function);
	text_put(t, " because ");
	if (v->field[0] && !strstr(v->words, v->field))
		text_putf(t, "%s: ", v->field);
	text_put(t, v->words[0] ? v->words : diag_strerror(v->error));
	if (v->is_inferred)
		text_put(t, " (the place was concluded from the words)");
}

static enum print_style style_of(const struct verdict *v)
{
	return v->status == VERDICT_HARDWARE   ? PRINT_GOOD
	       : v->status == VERDICT_SOFTWARE ? PRINT_HALF
					       : PRINT_BAD;
}

void verdict_print(struct print *p, const struct verdict *v)
{
	struct caret c = print_caret(p, false);
	struct text t;

	text_init(&t);
	verdict_format(&t, v);
	print_styled(p, style_of(v), "%s", t.s);
	print_text(p, "\n");
	text_clear(&t);
	if (v->culprit) {
		caret_format(&t, &c, v->culprit, strlen(v->culprit), v->offset, v->length);
		print_text(p, t.s);
	}
	text_fini(&t);
	if (v->status == VERDICT_SOFTWARE)
		printf_text(p, "The flow is in %s.\n", verdict_places[v->place]);
}

void verdict_item_name(struct text *t, const struct offload_item *item, const struct dpctl *dp)
{
	if (!item->is_action) {
		text_put(t, item->index < FLOW_N_FIELDS ? flow_field_table[item->index].full_name
							: "the flow");
		return;
	}
	text_putf(t, "action %u", item->index + 1);
	if (item->index < dp->actions.n) {
		text_put(t, ": ");
		flow_action_format(t, &dp->actions.a[item->index], dpif_ports(dp->dpif));
	}
}

void verdict_print_items(struct print *p, const struct dpctl *dp)
{
	const char *ok = p->ascii ? "ok" : "✓", *no = p->ascii ? "no" : "✗";
	struct text t;

	if (!dp->verdict || !dp->verdict->n)
		return;
	print_styled(p, PRINT_BOLD, "Each field and action on the way to tc:\n");
	text_init(&t);
	for (size_t i = 0; i < dp->verdict->n; i++) {
		const struct offload_item *item = &dp->verdict->item[i];

		text_clear(&t);
		verdict_item_name(&t, item, dp);
		print_styled(p, item->error ? PRINT_BAD : PRINT_GOOD, "  %s",
			     item->error ? no : ok);
		if (item->error)
			printf_text(p, " %-24s  %s\n", t.s,
				    item->words[0] ? item->words : diag_strerror(item->error));
		else
			printf_text(p, " %s\n", t.s);
	}
	text_fini(&t);
}

static json_t *stopped_json(const struct verdict *v)
{
	json_t *culprit = json_null();

	if (v->status == VERDICT_HARDWARE)
		return json_null();
	if (v->culprit)
		culprit = json_pack("{s:s, s:I, s:I}", "text",
				    v->culprit == v->flow ? "flow" : "actions", "offset",
				    (json_int_t)v->offset, "length", (json_int_t)v->length);
	return json_pack("{s:s?, s:s?, s:b, s:o, s:o, s:o, s:o}", "layer", v->layer, "function",
			 v->function, "inferred", v->is_inferred, "error",
			 trace_json_error(v->error), "field",
			 v->field[0] ? trace_json_string(v->field) : json_null(), "words",
			 trace_json_string(v->words), "culprit", culprit);
}

static json_t *placed_json(const struct verdict *v)
{
	if (v->place < DPIF_PLACE_TC)
		return json_null();
	return json_pack("{s:i, s:I, s:I, s:i, s:I}", "ifindex", v->placed.ifindex, "block",
			 (json_int_t)v->placed.block, "chain", (json_int_t)v->placed.chain, "prio",
			 (int)v->placed.prio, "handle", (json_int_t)v->placed.handle);
}

static json_t *items_json(const struct dpctl *dp)
{
	json_t *list = json_array();
	struct text t;

	text_init(&t);
	for (size_t i = 0; dp && dp->verdict && i < dp->verdict->n; i++) {
		const struct offload_item *item = &dp->verdict->item[i];

		text_clear(&t);
		verdict_item_name(&t, item, dp);
		json_array_append_new(
			list,
			json_pack("{s:s, s:o, s:b, s:o, s:o}", "kind",
				  item->is_action ? "action" : "field", "name",
				  trace_json_string(t.s), "ok", !item->error, "error",
				  trace_json_error(item->error), "words",
				  item->words[0] ? trace_json_string(item->words) : json_null()));
	}
	text_fini(&t);
	return list;
}

json_t *verdict_json(const struct verdict *v, const struct dpctl *dp)
{
	json_t *entry = json_null(), *j;
	struct text t;

	if (v->has_entry)
		entry = json_pack("{s:I, s:I, s:I}", "table", (json_int_t)v->table, "group",
				  (json_int_t)v->group, "index", (json_int_t)v->index);
	text_init(&t);
	verdict_format(&t, v);
	j = json_pack("{s:o, s:o, s:i, s:s, s:o, s:o, s:o, s:o, s:o}", "flow",
		      trace_json_string(v->flow), "actions", trace_json_string(v->actions),
		      "status", v->status, "place", place_words[v->place], "verdict",
		      trace_json_string(t.s), "stopped", stopped_json(v), "placed", placed_json(v),
		      "entry", entry, "items", items_json(dp));
	text_fini(&t);
	return j;
}
