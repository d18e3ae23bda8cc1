/* SPDX-License-Identifier: BSD-2-Clause */
/* The renderings of one small trace with fixed times: golden texts, valid JSON, escaped HTML. */
#include "base/alloc.h"
#include "trace/html.h"
#include "trace/json.h"
#include "trace/tree.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* A put that the driver refuses, as the functions of the chain would record it. */
static void build(struct trace *t)
{
	struct span put, send, kernel, drv, free_;

	trace_init(t);
	t->recording = true;
	put = span_start_(t, "dpif", "dpif_flow_put");
	span_note(&put, "flow", "%s", "in_port(<1>)\n\"x\"");
	send = span_start_(t, "netlink", "nl_transact");
	span_note(&send, "bytes", "%u", 412);
	span_note(&send, "type", "%s", "RTM_NEWTFILTER");
	kernel = span_start_(t, "kernel/sched", "fl_change");
	drv = span_start_(t, "nic/driver", "mlx5e_configure_flower");
	trace_refuse_(t, "nic/driver", "mlx5e_configure_flower", -EOPNOTSUPP, "ipv4.tos",
		      "no <match> on tos & ttl");
	span_end(&drv, -EOPNOTSUPP);
	free_ = span_start_(t, "kernel/sched", "fl_hw_destroy_filter");
	span_end(&free_, 0);
	span_end(&kernel, 0);
	span_end(&send, 64);
	span_end(&put, 0);
	for (size_t i = 0; i < t->n_events; i++) {
		t->events[i].start_ns = 1000 * i;
		t->events[i].end_ns = 1000 * i + 1234567 / (i * i * i + 1);
	}
}

static const char golden[] =
	"    time  layer               function\n"
	" 1.23 ms  dpif                dpif_flow_put  flow=in_port(<1>)\\x0a\"x\" → 0\n"
	"617.3 us  netlink             └ nl_transact  bytes=412, type=RTM_NEWTFILTER → 64\n"
	"          ╌╌╌ boundary 1: netlink bytes ▼ ╌╌╌\n"
	"137.2 us  kernel/sched         └ fl_change → 0\n"
	"          ╌╌╌ boundary 2: driver calls ▼ ╌╌╌\n"
	" 44.1 us  nic/driver            ├ mlx5e_configure_flower → EOPNOTSUPP (Operation not "
	"supported)\n"
	"                                │  because no <match> on tos & ttl\n"
	" 19.0 us  kernel/sched          └ fl_hw_destroy_filter → 0\n";

static const char golden_narrow[] =
	"    time  layer               function\n"
	" 1.23 ms  dpif                dpif_flow_put  flow=in_port(<1>)\\x... -> 0\n"
	"617.3 us  netlink             ` nl_transact  bytes=412, type=RTM... -> 64\n"
	"          --- boundary 1: netlink bytes v ---\n"
	"137.2 us  kernel/sched         ` fl_change -> 0\n"
	"          --- boundary 2: driver calls v ---\n"
	" 44.1 us  nic/driver            | mlx5e_configure_flower -> EOPNOTSUPP (Operation not "
	"supported)\n"
	"                                |  because no <match> on tos & ttl\n"
	" 19.0 us  kernel/sched          ` fl_hw_destroy_filter -> 0\n";

static void a_tree_is_drawn_as_it_ran(void **state)
{
	struct trace_tree_options o = { 0 };
	struct trace t;
	struct text out;

	build(&t);
	text_init(&out);
	trace_tree_format(&out, &t, &o);
	assert_string_equal(out.s, golden);
	text_clear(&out);
	o.ascii = true;
	o.width = 60;
	trace_tree_format(&out, &t, &o);
	assert_string_equal(out.s, golden_narrow);
	text_fini(&out);
	trace_fini(&t);
}

static void a_coloured_tree_is_the_same_without_its_colours(void **state)
{
	struct trace_tree_options o = { .colour = true };
	struct trace t;
	struct text out, plain;

	build(&t);
	text_init(&out);
	text_init(&plain);
	trace_tree_format(&out, &t, &o);
	for (const char *s = out.s; *s; s++) {
		if (*s == '\033')
			s = strchr(s, 'm');
		else
			text_put_char(&plain, *s);
	}
	assert_string_equal(plain.s, golden);
	assert_non_null(strstr(out.s, "\033[1;31mmlx5e_configure_flower\033[0m"));
	text_fini(&out);
	text_fini(&plain);
	trace_fini(&t);
}

static void a_tree_can_start_later_and_says_what_was_lost(void **state)
{
	struct trace_tree_options o = { .first = 5 };
	struct trace t;
	struct text out;

	build(&t);
	t.n_lost = 7;
	text_init(&out);
	trace_tree_format(&out, &t, &o);
	assert_null(strstr(out.s, "dpif_flow_put"));
	assert_non_null(strstr(out.s, "fl_hw_destroy_filter → 0\n7 more spans were not kept"));
	trace_clear(&t);
	text_clear(&out);
	o.first = 0;
	t.n_lost = 0;
	trace_tree_format(&out, &t, &o);
	assert_string_equal(out.s, "");
	text_fini(&out);
	trace_fini(&t);
}

static void json_is_valid_and_complete(void **state)
{
	json_t *j, *again, *e;
	struct trace t;
	char *s;

	build(&t);
	j = trace_json(&t, 0);
	assert_non_null(j);
	s = json_dumps(j, 0);
	again = json_loads(s, JSON_REJECT_DUPLICATES, NULL);
	assert_true(json_equal(j, again));
	assert_int_equal(json_array_size(json_object_get(j, "events")), 5);
	e = json_array_get(json_object_get(j, "events"), 3);
	assert_string_equal(json_string_value(json_object_get(e, "function")),
			    "mlx5e_configure_flower");
	assert_int_equal(json_integer_value(json_object_get(e, "result")), -EOPNOTSUPP);
	assert_int_equal(json_integer_value(json_object_get(e, "parent")), 3);
	assert_int_equal(json_integer_value(json_object_get(e, "start_ns")), 3000);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(e, "error"), "errno")),
		"EOPNOTSUPP");
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(j, "refusal"), "field")),
		"ipv4.tos");
	free(s);
	json_decref(again);
	json_decref(j);
	trace_fini(&t);
}

/* Spans told from outside: one that nothing was seen of, around one that was seen for a moment. */
static void what_was_not_observed_is_marked_everywhere(void **state)
{
	const struct trace_tree_options o = { 0 };
	const struct trace_page page = { .title = "t", .verdict = "v" };
	uint32_t outer, inner;
	struct trace t;
	struct text out;
	json_t *j;

	trace_init(&t);
	outer = trace_enter(&t, "netlink", "sendmsg");
	t.events[outer - 1].is_inferred = true;
	inner = trace_enter(&t, "netlink", "nl_transact");
	t.events[inner - 1].is_point = t.events[inner - 1].has_no_result = true;
	t.events[inner - 1].start_ns = t.events[inner - 1].end_ns = 5;
	trace_leave(&t, inner);
	trace_leave(&t, outer);
	t.events[outer - 1].start_ns = t.events[outer - 1].end_ns = 5;
	assert_int_equal(t.current, 0);
	text_init(&out);
	trace_tree_format(&out, &t, &o);
	assert_string_equal(out.s, "    time  layer               function\n"
				   "          netlink             sendmsg (inferred)\n"
				   "                              └ nl_transact\n");
	text_clear(&out);
	trace_html_format(&out, &t, &page);
	assert_non_null(strstr(out.s, "<g class=\"box guess\"><title></title>"));
	assert_non_null(strstr(out.s, "<b class=\"guess\">sendmsg</b>"));
	assert_non_null(strstr(out.s, "<b>nl_transact</b>"));
	text_fini(&out);
	j = trace_json(&t, 0);
	for (size_t i = 0; i < 2; i++) {
		const json_t *e = json_array_get(json_object_get(j, "events"), i);

		assert_int_equal(json_is_true(json_object_get(e, "inferred")), !i);
		assert_true(json_is_null(json_object_get(e, "result")));
		assert_true(json_is_null(json_object_get(e, "duration_ns")));
	}
	json_decref(j);
	trace_fini(&t);
}

static void bytes_that_are_not_utf8_still_make_json(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "plain", "plain" },
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
		{ "bad\xff", "bad\xef\xbf\xbd" },
		{ "cut\xc3", "cut\xef\xbf\xbd" },
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80.", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd." },
		{ "\xf0\x9f\x98\x80\x80", "\xf0\x9f\x98\x80\xef\xbf\xbd" },
		{ "", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_t *j = trace_json_string(cases[i].in);

		assert_string_equal(json_string_value(j), cases[i].out);
		json_decref(j);
	}
}

static size_t count(const char *s, const char *what)
{
	size_t n = 0;

	for (; (s = strstr(s, what)); s += strlen(what))
		n++;
	return n;
}

static void the_page_is_balanced_escaped_and_marks_the_culprit(void **state)
{
	static const struct trace_page_text texts[] = {
		{ "flow", "a<b>,ipv4(tos=4)", 10, 5 },
		{ "end", "abc", 3, 1 },
		{ "none", "xyz", 0, 0 },
	};
	static const struct trace_page_item items[] = {
		{ "ipv4.tos", "no & never", false },
		{ "eth.src", NULL, true },
	};
	const struct trace_page page = {
		.title = "a <title>",
		.verdict = "stopped because \"<x>\"",
		.mood = TRACE_MOOD_HALF,
		.texts = texts,
		.n_texts = ARRAY_SIZE(texts),
		.items = items,
		.n_items = ARRAY_SIZE(items),
		.picture = { 0, "nic/driver", "mlx5e_configure_flower", "no <match> on tos & ttl" },
	};
	struct trace t;
	struct text out;

	build(&t);
	text_init(&out);
	trace_html_format(&out, &t, &page);
	assert_int_equal(out.error, 0);
	assert_null(strstr(out.s, "<b>,"));
	assert_null(strstr(out.s, "<match>"));
	assert_null(strstr(out.s, "<script"));
	assert_null(strstr(out.s, "<1>"));
	assert_non_null(strstr(out.s, "a&lt;b&gt;,ipv4(<mark>tos=4</mark>)"));
	assert_non_null(strstr(out.s, "abc<mark></mark><span class=\"caret\">^</span>"));
	assert_non_null(strstr(out.s, "box stopped"));
	assert_non_null(strstr(out.s, "✗ stopped here: no &lt;match&gt; on tos &amp; ttl"));
	assert_non_null(strstr(out.s, "the NIC: not reached"));
	assert_int_equal(count(out.s, "<details"), count(out.s, "</details>"));
	assert_int_equal(count(out.s, "<g "), count(out.s, "</g>"));
	assert_int_equal(count(out.s, "<div"), count(out.s, "</div>"));
	assert_int_equal(count(out.s, "<span"), count(out.s, "</span>"));
	assert_int_equal(count(out.s, "class=\"box"), 5);
	assert_int_equal(count(out.s, "class=\"arrow"), 4);
	text_fini(&out);
	trace_fini(&t);
}

static void without_memory_a_rendering_has_an_error_and_no_leak(void **state)
{
	const struct trace_tree_options o = { 0 };
	const struct trace_page page = { .title = "t", .verdict = "v" };
	struct trace t;

	build(&t);
	for (int kind = 0; kind < 2; kind++) {
		for (unsigned long n = 1;; n++) {
			struct text out;
			bool happened;

			text_init(&out);
			mem_fail_nth(n);
			if (kind)
				trace_html_format(&out, &t, &page);
			else
				trace_tree_format(&out, &t, &o);
			happened = mem_fail_happened();
			mem_fail_nth(0);
			assert_int_equal(out.error, happened ? -ENOMEM : 0);
			text_fini(&out);
			if (!happened)
				break;
		}
	}
	trace_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_is_drawn_as_it_ran),
		cmocka_unit_test(a_coloured_tree_is_the_same_without_its_colours),
		cmocka_unit_test(a_tree_can_start_later_and_says_what_was_lost),
		cmocka_unit_test(json_is_valid_and_complete),
		cmocka_unit_test(what_was_not_observed_is_marked_everywhere),
		cmocka_unit_test(bytes_that_are_not_utf8_still_make_json),
		cmocka_unit_test(the_page_is_balanced_escaped_and_marks_the_culprit),
		cmocka_unit_test(without_memory_a_rendering_has_an_error_and_no_leak),
	};

	return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
