/* SPDX-License-Identifier: BSD-2-Clause */
/* What a guest wrote of a put: whatever it is, the chain that comes of it is in order. */
#include "chain/join.h"
#include "fuzz/fuzz.h"

static void check(const struct trace *t)
{
	FUZZ_CHECK(!t->current);
	for (size_t i = 0; i < t->n_events; i++) {
		const struct trace_event *e = &t->events[i];
		const struct trace_event *p = e->parent ? &t->events[e->parent - 1] : NULL;

		FUZZ_CHECK(e->start_ns && e->start_ns <= e->end_ns);
		FUZZ_CHECK(!p || (p->start_ns <= e->start_ns && e->end_ns <= p->end_ns));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chain_outcome o;
	struct chain_record r;
	struct trace t;
	struct diag d;

	diag_init(&d);
	trace_init(&t);
	if (chain_record_parse(&r, (const char *)data, size, &d) || chain_join(&t, &o, &r, &d))
		FUZZ_CHECK(d.error && d.words[0]);
	else
		check(&t);
	trace_fini(&t);
	return 0;
}
