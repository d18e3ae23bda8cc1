/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/trace.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_SYS_SDT_H
#include <sys/sdt.h>
#else
#define DTRACE_PROBE2(provider, name, a, b)
#define DTRACE_PROBE3(provider, name, a, b, c)
#endif

void trace_init(struct trace *t)
{
	memset(t, 0, sizeof *t);
}

void trace_clear(struct trace *t)
{
	for (size_t i = 0; i < t->n_events; i++) {
		struct trace_event *e = &t->events[i];

		for (size_t n = 0; n < e->n_notes; n++)
			mem_free(e->notes[n].value);
		mem_free(e->notes);
		mem_free(e->words);
	}
	t->n_events = 0;
	t->n_lost = 0;
	t->current = 0;
}

void trace_fini(struct trace *t)
{
	trace_clear(t);
	mem_free(t->events);
	trace_init(t);
}

int trace_refuse_(struct trace *t, const char *layer, const char *function, int error,
		  const char *field, const char *fmt, ...)
{
	struct trace_refusal *r;
	va_list args;

	if (!t || t->refused)
		return error;
	r = &t->refusal;
	t->refused = true;
	r->layer = layer;
	r->function = function;
	r->error = error;
	snprintf(r->field, sizeof r->field, "%s", field ? field : "");
	va_start(args, fmt);
	vsnprintf(r->words, sizeof r->words, fmt, args);
	va_end(args);
	DTRACE_PROBE3(inhw, refuse, function, error, r->words);
	if (t->recording && t->current && !t->events[t->current - 1].words)
		t->events[t->current - 1].words = mem_strdup(r->words);
	return error;
}

uint32_t trace_enter(struct trace *t, const char *layer, const char *function)
{
	struct trace_event *events, *e;
	size_t cap = t->events_cap;

	if (t->n_events >= (t->events_max ? t->events_max : TRACE_EVENTS_MAX)) {
		t->n_lost++;
		return 0;
	}
	events = mem_grow(t->events, &cap, t->n_events + 1, sizeof *events);
	if (!events) {
		t->n_lost++;
		return 0;
	}
	t->events = events;
	t->events_cap = cap;
	e = &events[t->n_events++];
	*e = (struct trace_event){
		.layer = layer,
		.function = function,
		.parent = t->current,
		.depth = t->current ? events[t->current - 1].depth + 1 : 0,
	};
	t->current = (uint32_t)t->n_events;
	return t->current;
}

void trace_leave(struct trace *t, uint32_t number)
{
	if (number)
		t->current = t->events[number - 1].parent;
}

uint32_t trace_open_(struct trace *t, const char *layer, const char *function)
{
	uint32_t number;

	DTRACE_PROBE2(inhw, span_start, layer, function);
	number = trace_enter(t, layer, function);
	if (number)
		t->events[number - 1].start_ns = clock_now_ns();
	return number;
}

void trace_close_(struct trace *t, uint32_t number, int result)
{
	struct trace_event *e = &t->events[number - 1];

	DTRACE_PROBE3(inhw, span_end, e->layer, e->function, result);
	e->end_ns = clock_now_ns();
	e->result = result;
	t->current = e->parent;
}

void trace_note_(struct trace *t, uint32_t number, const char *key, const char *fmt, ...)
{
	struct trace_event *e = &t->events[number - 1];
	struct trace_note *notes;
	size_t cap = e->notes_cap;
	struct text text;
	va_list args;
	char *value;

	text_init(&text);
	va_start(args, fmt);
	text_vputf(&text, fmt, args);
	va_end(args);
	value = text_take(&text);
	if (!value)
		return;
	notes = mem_grow(e->notes, &cap, e->n_notes + 1, sizeof *notes);
	if (!notes) {
		mem_free(value);
		return;
	}
	e->notes = notes;
	e->notes_cap = cap;
	e->notes[e->n_notes++] = (struct trace_note){ key, value };
}
