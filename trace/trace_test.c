/* SPDX-License-Identifier: BSD-2-Clause */
/* The recorder: what it keeps, what it costs nothing, what happens without memory. */
#include "trace/trace.h"

#include "base/alloc.h"
#include "trace/shares.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int inner(struct trace *t, int result)
{
	struct span sp = SPAN_NAMED(t, "inner");

	span_note(&sp, "result", "%d", result);
	if (result)
		trace_refuse(t, result, "ipv4.tos", "no match on %s", "tos");
	return span_end(&sp, result);
}

static int outer(struct trace *t, int result)
{
	struct span sp = SPAN_NAMED(t, "outer");

	return span_end(&sp, inner(t, result));
}

static void spans_nest_and_keep_results(void **state)
{
	struct trace t;

	trace_init(&t);
	t.recording = true;
	assert_int_equal(outer(&t, 0), 0);
	assert_int_equal(outer(&t, -EINVAL), -EINVAL);
	assert_int_equal(t.n_events, 4);
	assert_string_equal(t.events[0].function, "outer");
	assert_int_equal(t.events[0].parent, 0);
	assert_int_equal(t.events[1].parent, 1);
	assert_int_equal(t.events[1].depth, 1);
	assert_int_equal(t.events[3].parent, 3);
	assert_int_equal(t.events[3].result, -EINVAL);
	assert_true(t.events[3].end_ns >= t.events[3].start_ns);
	assert_string_equal(t.events[3].notes[0].value, "-22");
	assert_int_equal(t.current, 0);
	trace_fini(&t);
}

static void nothing_is_recorded_when_off_but_the_refusal(void **state)
{
	struct trace t;

	trace_init(&t);
	assert_int_equal(outer(&t, -EOPNOTSUPP), -EOPNOTSUPP);
	assert_int_equal(t.n_events, 0);
	assert_true(t.refused);
	assert_int_equal(t.refusal.error, -EOPNOTSUPP);
	assert_string_equal(t.refusal.field, "ipv4.tos");
	assert_string_equal(t.refusal.words, "no match on tos");
	assert_int_equal(outer(NULL, -EINVAL), -EINVAL);
	trace_fini(&t);
}

static void the_first_refusal_stays_until_it_is_forgotten(void **state)
{
	struct trace t;

	trace_init(&t);
	assert_int_equal(trace_refuse(&t, -EINVAL, NULL, "first"), -EINVAL);
	assert_int_equal(trace_refuse(&t, -EBUSY, NULL, "second"), -EBUSY);
	assert_string_equal(t.refusal.words, "first");
	trace_forget(&t);
	assert_int_equal(trace_refuse(&t, -EBUSY, NULL, "third"), -EBUSY);
	assert_string_equal(t.refusal.words, "third");
	trace_forget(NULL);
	trace_fini(&t);
}

static void without_memory_spans_are_lost_and_counted(void **state)
{
	for (unsigned long n = 1; n < 20; n++) {
		struct trace t;
		size_t kept;

		trace_init(&t);
		t.recording = true;
		mem_fail_nth(n);
		assert_int_equal(outer(&t, -EINVAL), -EINVAL);
		mem_fail_nth(0);
		kept = t.n_events + t.n_lost;
		assert_int_equal(kept, 2);
		assert_int_equal(t.current, 0);
		trace_fini(&t);
	}
}

static void shares_are_own_times_and_add_up(void **state)
{
	struct trace_event events[] = {
		{ .layer = "dpif", .start_ns = 1, .end_ns = 101 },
		{ .layer = "tc", .parent = 1, .start_ns = 11, .end_ns = 71 },
		{ .layer = "dpif", .parent = 2, .start_ns = 21, .end_ns = 31 },
		{ .layer = "dpif", .start_ns = 201, .end_ns = 206 },
	};
	struct trace t = { .events = events, .n_events = ARRAY_SIZE(events) };
	struct trace_shares s = { 0 };

	trace_shares_add(&s, &t);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.total_ns, 105);
	assert_string_equal(s.share[0].layer, "dpif");
	assert_int_equal(s.share[0].ns, 55);
	assert_int_equal(s.share[0].n_spans, 3);
	assert_int_equal(s.share[1].ns, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_nest_and_keep_results),
		cmocka_unit_test(nothing_is_recorded_when_off_but_the_refusal),
		cmocka_unit_test(the_first_refusal_stays_until_it_is_forgotten),
		cmocka_unit_test(without_memory_spans_are_lost_and_counted),
		cmocka_unit_test(shares_are_own_times_and_add_up),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
