/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace: which functions of the path ran, inside which, what they decided and what came out.
 *
 * Each layer's context borrows one `struct trace`, or NULL. A function of the chain opens a span
 *first and closes it with its result; notes say what it decided. Spans come from the code that
 *runs, never from a list. When recording is off, a span costs one predictable branch and notes are
 *not formatted.
 *
 *	struct span sp = SPAN(k->trace);
 *	...
 *	span_note(&sp, "prio", "%u", prio);
 *	return span_end(&sp, err);
 *
 * Whether recording or not, the trace keeps the innermost refusal since trace_forget(): the
 * place where a flow stopped, with its words, even where the real format of a boundary has no room
 *for them (a driver's extack when the rule is not skip_sw). It is an observer: no decision reads
 *it.
 *
 * Not thread-safe: one trace belongs to one host.
 */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include "base/diag.h"
#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_EVENTS_MAX 1000000u /* spans of one recording; more are counted, not kept */

struct trace_note {
	const char *key; /* static */
	char *value;	 /* owned by the trace */
};

struct trace_event {
	const char *layer;	   /* static: the folder, e.g. "kernel/sched" */
	const char *function;	   /* static */
	uint32_t parent;	   /* number of the span around it; 0: none */
	uint32_t depth;		   /* 0: outermost */
	uint64_t start_ns, end_ns; /* end_ns 0: still open */
	int result;		   /* 0 or more: fine; negative errno */
	char *words;		   /* it or what it called refused, because; or NULL; owned */
	struct trace_note *notes;
	size_t n_notes, notes_cap;
	/* Of what was observed from outside (chain/), not recorded by the code that ran. */
	bool is_inferred; /* it must have run, but nothing of it was observed: no time, no result */
	bool is_point;	  /* one moment of it was observed: it has no duration */
	bool has_no_result; /* what it returned was not observed */
};

/* Where something was refused. */
struct trace_refusal {
	const char *layer, *function; /* static */
	int error;		      /* negative errno */
	char field[DIAG_FIELD_MAX];   /* or "" */
	char words[DIAG_WORDS_MAX];
};

struct trace {
	bool recording;
	bool refused; /* @refusal is filled */
	struct trace_refusal refusal;
	struct trace_event *events; /* number n is events[n - 1] */
	size_t n_events, events_cap;
	size_t events_max; /* a limit for this one; 0: TRACE_EVENTS_MAX */
	size_t n_lost;	   /* spans that were not kept: limit or memory */
	uint32_t current;  /* number of the innermost open span; 0: none */
};

struct span {
	struct trace *trace;
	uint32_t number; /* 0: not recorded */
};

void trace_init(struct trace *t);
void trace_fini(struct trace *t);

/* Drops the recorded events, not the refusal. No span may be open. */
void trace_clear(struct trace *t);

/* Forgets the refusal: what follows starts anew. */
static inline void trace_forget(struct trace *t)
{
	if (t)
		t->refused = false;
}

/*
 * Records that this function refuses, with the reason, and returns @error (a negative errno). The
 * first refusal after trace_forget() stays: later ones are its consequences. @field: what the
 * refusal is about ("ipv4.tos", "action 2: trunc"), or NULL. @t may be NULL.
 */
#define trace_refuse(t, error, field, ...) \
	trace_refuse_((t), INHW_LAYER, __func__, (error), (field), __VA_ARGS__)
int trace_refuse_(struct trace *t, const char *layer, const char *function, int error,
		  const char *field, const char *fmt, ...) PRINTF_LIKE(6, 7);

#define SPAN(t)		    span_start_((t), INHW_LAYER, __func__)
#define SPAN_NAMED(t, name) span_start_((t), INHW_LAYER, (name))

uint32_t trace_open_(struct trace *t, const char *layer, const char *function);
void trace_close_(struct trace *t, uint32_t number, int result);
void trace_note_(struct trace *t, uint32_t number, const char *key, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/*
 * For what is told from outside: the next span, within the innermost open one, with both times 0;
 * its members are the caller's to fill. 0: not kept. trace_leave() closes it and changes nothing in
 * it: end_ns is the caller's too.
 */
uint32_t trace_enter(struct trace *t, const char *layer, const char *function);
void trace_leave(struct trace *t, uint32_t number);

static inline struct span span_start_(struct trace *t, const char *layer, const char *function)
{
	struct span sp = { t, 0 };

	if (UNLIKELY(t && t->recording))
		sp.number = trace_open_(t, layer, function);
	return sp;
}

/* Closes the span and returns @result, so that `return span_end(&sp, err);` is the last statement.
 */
static inline int span_end(struct span *sp, int result)
{
	if (UNLIKELY(sp->number))
		trace_close_(sp->trace, sp->number, result);
	return result;
}

/* Whether notes on this span are kept: guard with it what is costly to compute for a note. */
static inline bool span_is_on(const struct span *sp)
{
	return UNLIKELY(sp->number);
}

/* Adds what the function decided. @key is static; the value is formatted only when it is kept. */
#define span_note(sp, key, ...)                                                     \
	do {                                                                        \
		if (span_is_on(sp))                                                 \
			trace_note_((sp)->trace, (sp)->number, (key), __VA_ARGS__); \
	} while (0)

#endif
