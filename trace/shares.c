/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/shares.h"

#include <string.h>

/* The row of a layer, or NULL when the table is full. */
static struct trace_share *find_or_add(struct trace_shares *s, const char *layer)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->share[i].layer == layer || !strcmp(s->share[i].layer, layer))
			return &s->share[i];
	if (s->n == TRACE_SHARES_MAX)
		return NULL;
	s->share[s->n].layer = layer;
	return &s->share[s->n++];
}

void trace_shares_add(struct trace_shares *s, const struct trace *t)
{
	for (size_t i = 0; i < t->n_events; i++) {
		const struct trace_event *e = &t->events[i];
		uint64_t ns = e->end_ns ? e->end_ns - e->start_ns : 0;
		struct trace_share *own = find_or_add(s, e->layer), *caller;

		if (!own)
			continue;
		own->ns += ns;
		own->n_spans++;
		/* Unsigned wrap is fine: the caller's own time, added before, is longer. */
		caller = e->parent ? find_or_add(s, t->events[e->parent - 1].layer) : NULL;
		if (caller)
			caller->ns -= ns;
		else
			s->total_ns += ns;
	}
}
