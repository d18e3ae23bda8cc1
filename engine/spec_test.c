/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/spec.h"

#include "base/alloc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct spec_key tap_keys[] = {
	{ .name = "mtu", .type = SPEC_NUMBER, .value = "N", .min = 68, .max = 9000 }
};
static const struct spec_key gen_keys[] = {
	{ .name = "rate",
	  .type = SPEC_CHOICE,
	  .value = "PPS",
	  .words = { "max" },
	  .min = 1,
	  .max = 1000000 },
	{ .name = "in", .type = SPEC_TEXT, .value = "FILE" },
};
static const struct spec_key common[] = { { .name = "out", .type = SPEC_TEXT, .value = "FILE" } };
static const struct spec_kind tap = { "tap", "NAME", tap_keys, ARRAY_SIZE(tap_keys) };
static const struct spec_kind gen = { "gen", "FLOW", gen_keys, ARRAY_SIZE(gen_keys) };
static const struct spec_kind file = { "file", NULL, gen_keys, ARRAY_SIZE(gen_keys) };
static const struct spec_kind *const kinds[] = { &tap, &gen, &file };

static int parse(struct port_spec *s, const char *text, struct diag *d)
{
	diag_init(d);
	return spec_parse(s, text, kinds, ARRAY_SIZE(kinds), common, ARRAY_SIZE(common), d);
}

static void an_argument_and_values_are_read_with_their_places(void **state)
{
	struct port_spec s;
	struct diag d;

	assert_int_equal(parse(&s, "tap:tap0,mtu=1500,out=a,b.pcapng", &d), 0);
	assert_int_equal(s.kind, 0);
	assert_string_equal(s.argument, "tap0");
	assert_int_equal(s.argument_offset, 4);
	assert_int_equal(s.argument_len, 4);
	assert_true(s.values[0].is_given);
	assert_int_equal(s.values[0].number, 1500);
	assert_int_equal(s.values[0].offset, 13);
	assert_string_equal(s.values[1].text, "a,b.pcapng");
	assert_int_equal(s.values[1].offset, 22);
	spec_fini(&s);
}

static void commas_of_a_flow_end_no_argument(void **state)
{
	struct port_spec s;
	struct diag d;

	assert_int_equal(parse(&s, "gen:eth(src=1,dst=2),ipv4(dst=3,rate=4),rate=10k", &d), 0);
	assert_string_equal(s.argument, "eth(src=1,dst=2),ipv4(dst=3,rate=4)");
	assert_int_equal(s.values[0].number, 10000);
	assert_int_equal(s.values[0].word, -1);
	spec_fini(&s);
	assert_int_equal(parse(&s, "gen:x,rate=max", &d), 0);
	assert_int_equal(s.values[0].word, 0);
	assert_false(s.values[1].is_given);
	spec_fini(&s);
}

static void a_kind_without_argument_has_keys_behind_the_colon(void **state)
{
	static const char *const texts[] = { "file:in=a,out=b", "file,in=a,out=b" };
	struct port_spec s;
	struct diag d;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(parse(&s, texts[i], &d), 0);
		assert_string_equal(s.argument, "");
		assert_string_equal(s.values[1].text, "a");
		assert_string_equal(s.values[2].text, "b");
		spec_fini(&s);
	}
}

static void what_is_wrong_is_said_with_its_place(void **state)
{
	static const struct {
		const char *text;
		size_t offset, length;
		const char *words;
	} cases[] = {
		{ "", 0, 1, "a port can be joined to: tap, gen, file" },
		{ "tab:x", 0, 3, "a port can be joined to: tap, gen, file" },
		{ "ta:x", 0, 2, "a port can be joined to: tap, gen, file" },
		{ "tap", 2, 1, "tap: wanted: tap:NAME" },
		{ "tap:", 3, 1, "tap: wanted: tap:NAME" },
		{ "tap:mtu=99", 3, 1, "tap: wanted: tap:NAME" },
		{ "file:x", 5, 1, "file takes nothing but KEY=VALUE" },
		{ "tap:x,mtv=99", 6, 3, "tap has no key mtv; its keys are mtu=, out=" },
		{ "tap:x,mtu=99,mtu=98", 13, 3, "mtu= is given twice" },
		{ "tap:x,mtu=", 10, 1, "mtu: wanted: a number from 68 to 9000" },
		{ "tap:x,mtu=67", 10, 2, "mtu: wanted: a number from 68 to 9000" },
		{ "tap:x,mtu=9001", 10, 4, "mtu: wanted: a number from 68 to 9000" },
		{ "tap:x,mtu=9k1", 10, 3, "mtu: wanted: a number from 68 to 9000" },
		{ "tap:x,mtu=-70", 10, 3, "mtu: wanted: a number from 68 to 9000" },
		{ "tap:x,mtu=99999999999999999999", 10, 20,
		  "mtu: wanted: a number from 68 to 9000" },
		{ "tap:x,mtu=99999999999999999G", 10, 18, "mtu: wanted: a number from 68 to 9000" },
		{ "gen:x,rate=full", 11, 4, "rate: wanted: max, a number from 1 to 1000000" },
		{ "gen:x,out=", 9, 1, "out: wanted: FILE" },
		{ "file,in", 5, 2, "wanted: KEY=VALUE" },
		{ "file,,", 5, 1, "wanted: KEY=VALUE" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct port_spec s;
		struct diag d;

		if (parse(&s, cases[i].text, &d) != -EINVAL)
			fail_msg("%s was taken", cases[i].text);
		assert_string_equal(d.words, cases[i].words);
		if (!d.has_range || d.offset != cases[i].offset || d.length != cases[i].length)
			fail_msg("%s: %zu+%zu", cases[i].text, d.offset, d.length);
	}
}

static void too_long_a_text_is_refused(void **state)
{
	static char text[SPEC_MAX + 2];
	struct port_spec s;
	struct diag d;

	memset(text, 'x', sizeof text - 1);
	assert_int_equal(parse(&s, text, &d), -EINVAL);
	assert_string_equal(d.words, "more than 4096 bytes");
}

static void without_memory_nothing_is_read(void **state)
{
	struct port_spec s;
	struct diag d;

	mem_fail_nth(1);
	assert_int_equal(parse(&s, "tap:x", &d), -ENOMEM);
	mem_fail_nth(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_argument_and_values_are_read_with_their_places),
		cmocka_unit_test(commas_of_a_flow_end_no_argument),
		cmocka_unit_test(a_kind_without_argument_has_keys_behind_the_colon),
		cmocka_unit_test(what_is_wrong_is_said_with_its_place),
		cmocka_unit_test(too_long_a_text_is_refused),
		cmocka_unit_test(without_memory_nothing_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
