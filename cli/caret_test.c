/* SPDX-License-Identifier: BSD-2-Clause */
/* The caret stands under what it means, whatever the text holds and wherever the place is. */
#include "cli/caret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *text;
	size_t offset, length;
	unsigned int width;
	const char *expected;
} cases[] = {
	{ "ipv4(tos=4)", 5, 5, 0, "> ipv4(tos=4)\n>      [^~~~~]\n" },
	{ "abc", 0, 1, 0, "> abc\n> [^]\n" },
	{ "abc", 0, 3, 0, "> abc\n> [^~~]\n" },
	/* Behind the end, and beyond it. */
	{ "abc", 3, 1, 0, "> abc\n>    [^]\n" },
	{ "abc", 99, 5, 0, "> abc\n>    [^]\n" },
	{ "", 0, 1, 0, "> \n> [^]\n" },
	{ "abc", 1, 99, 0, "> abc\n>  [^~]\n" },
	{ "abc", 1, 0, 0, "> abc\n>  [^]\n" },
	/* Tabs stand for as many columns as they take; a marked one is marked whole. */
	{ "a\tbc", 2, 2, 0, "> a       bc\n>         [^~]\n" },
	{ "a\tbc", 1, 1, 0, "> a       bc\n>  [^~~~~~~]\n" },
	/* Of several lines only that of the place is shown. */
	{ "first\nsecond\nthird", 6, 3, 0, "> second\n> [^~~]\n" },
	{ "first\nsecond\nthird", 9, 30, 0, "> second\n>    [^~~]\n" },
	{ "first\nsecond", 5, 1, 0, "> first\n>      [^]\n" },
	{ "a\n", 2, 1, 0, "> \n> [^]\n" },
	/* Characters of several bytes, wide ones, combining ones, and what is none. */
	{ "\xc3\xa9\xc3\xa9x", 4, 1, 0, "> \xc3\xa9\xc3\xa9x\n>   [^]\n" },
	{ "\xe6\xbc\xa2x", 3, 1, 0, "> \xe6\xbc\xa2x\n>   [^]\n" },
	{ "e\xcc\x81x", 3, 1, 0, "> e\xcc\x81x\n>  [^]\n" },
	{ "\xffx\033", 1, 1, 0, "> \\xffx\\x1b\n>     [^]\n" },
	{ "\xff", 0, 1, 0, "> \\xff\n> [^~~~]\n" },
	{ "\xc2\x9bx", 2, 1, 0, "> \\xc2\\x9bx\n>         [^]\n" },
	/* A narrow terminal: what is around the caret stays. */
	{ "0123456789abcdefghijklmnopqrstuvwxyz", 20, 2, 20,
	  "> .defghijklmnopqr.\n>         [^~]\n" },
	{ "0123456789abcdefghijklmnopqrstuvwxyz", 0, 2, 20, "> 0123456789abcde.\n> [^~]\n" },
	{ "0123456789abcdefghijklmnopqrstuvwxyz", 36, 1, 20,
	  "> .lmnopqrstuvwxyz\n>                 [^]\n" },
	{ "short", 2, 1, 20, "> short\n>   [^]\n" },
};

static void the_caret_is_under_what_it_means(void **state)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct caret c = { "> ", "[", "]", ".", cases[i].width };
		struct text t;

		text_init(&t);
		caret_format(&t, &c, cases[i].text, strlen(cases[i].text), cases[i].offset,
			     cases[i].length);
		assert_string_equal(t.s, cases[i].expected);
		text_fini(&t);
	}
}

/* Whatever the place: two lines, none longer than the terminal, exactly one caret. */
static void every_place_in_every_width_makes_two_lines_that_fit(void **state)
{
	static const char text[] = "in_port(1),\teth(src=02:00:00:00:00:01),ipv4(dst=10.0.0.2)";
	const size_t len = sizeof text - 1;

	for (unsigned int width = 18; width < 90; width++) {
		for (size_t at = 0; at <= len; at++) {
			const struct caret c = { "  ", "", "", ".", width };
			const char *second, *end;
			struct text t;

			text_init(&t);
			caret_format(&t, &c, text, len, at, 4);
			second = strchr(t.s, '\n') + 1;
			end = strchr(second, '\n');
			assert_true((size_t)(second - t.s) - 1 <= width);
			assert_true((size_t)(end - second) <= width);
			assert_int_equal(end[1], '\0');
			assert_non_null(strchr(second, '^'));
			assert_true(strchr(second, '^') == strrchr(second, '^'));
			if (at < len && text[at] != '\t')
				assert_int_equal(t.s[strchr(second, '^') - second], text[at]);
			text_fini(&t);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_caret_is_under_what_it_means),
		cmocka_unit_test(every_place_in_every_width_makes_two_lines_that_fit),
	};

	return cmocka_run_group_tests_name("caret", tests, NULL, NULL);
}
