/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/json.h"

#include "base/text.h"

#include <string.h>

/* Bytes of the UTF-8 character at @s, or 0 when it is none (overlong, surrogate, cut). */
static size_t utf8_size(const unsigned char *s)
{
	size_t n = *s < 0x80 ? 1 : *s >= 0xc2 && *s < 0xe0 ? 2 : (*s & 0xf0) == 0xe0 ? 3 : 4;

	if ((*s >= 0x80 && *s < 0xc2) || *s > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) ||
	    (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

json_t *trace_json_string(const char *s)
{
	json_t *j = json_string(s);
	struct text clean;
	size_t n;

	if (j)
		return j;
	text_init(&clean);
	while (*s) {
		n = utf8_size((const unsigned char *)s);
		if (n)
			text_put_mem(&clean, s, n);
		else
			text_put(&clean, "\xef\xbf\xbd");
		s += n ? n : 1;
	}
	j = clean.error ? NULL : json_string(clean.s);
	text_fini(&clean);
	return j;
}

static json_t *string_or_null(const char *s)
{
	return s && *s ? trace_json_string(s) : json_null();
}

json_t *trace_json_error(int error)
{
	if (error >= 0)
		return json_null();
	return json_pack("{s:s, s:i, s:s}", "errno", diag_errno_name(error), "number", -error,
			 "text", diag_strerror(error));
}

static json_t *notes_json(const struct trace_event *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->n_notes; i++) {
		json_t *note = json_pack("{s:s, s:o}", "key", e->notes[i].key, "value",
					 trace_json_string(e->notes[i].value));

		if (!note || json_array_append_new(list, note)) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *event_json(const struct trace *t, uint32_t number, uint32_t first)
{
	const struct trace_event *e = &t->events[number - 1];
	uint64_t start = e->start_ns - t->events[first - 1].start_ns;
	json_t *parent = e->parent ? json_integer(e->parent) : json_null();
	bool has_time = e->end_ns && !e->is_inferred && !e->is_point;
	bool has_result = !e->is_inferred && !e->has_no_result;
	json_t *time = has_time ? json_integer((json_int_t)(e->end_ns - e->start_ns)) : json_null();
	json_t *result = has_result ? json_integer(e->result) : json_null();

	return json_pack("{s:I, s:o, s:I, s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:b}", "number",
			 (json_int_t)number, "parent", parent, "depth", (json_int_t)e->depth,
			 "layer", e->layer, "function", e->function, "start_ns", (json_int_t)start,
			 "duration_ns", time, "result", result, "error",
			 trace_json_error(has_result ? e->result : 0), "words",
			 string_or_null(e->words), "notes", notes_json(e), "inferred",
			 (int)e->is_inferred);
}

static json_t *refusal_json(const struct trace *t)
{
	const struct trace_refusal *r = &t->refusal;

	if (!t->refused)
		return json_null();
	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "layer", r->layer, "function", r->function,
			 "error", trace_json_error(r->error), "field", string_or_null(r->field),
			 "words", string_or_null(r->words));
}

json_t *trace_json(const struct trace *t, uint32_t first)
{
	json_t *events = json_array();

	if (!first)
		first = 1;
	for (uint32_t i = first; events && i <= t->n_events; i++) {
		json_t *e = event_json(t, i, first);

		if (!e || json_array_append_new(events, e)) {
			json_decref(events);
			return NULL;
		}
	}
	return json_pack("{s:i, s:o, s:I, s:o}", "version", TRACE_JSON_VERSION, "events", events,
			 "lost", (json_int_t)t->n_lost, "refusal", refusal_json(t));
}
