/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines are split as a shell splits them; misspelt words find their neighbours. */
#include "cli/words.h"

#include "base/alloc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *line;
	const char *expected; /* the words, each with | behind it; NULL: refused ... */
	size_t offset;	      /* ... at this place */
} cases[] = {
	{ "", "", 0 },
	{ " \t ", "", 0 },
	{ "# all of it", "", 0 },
	{ "trace a b", "trace|a|b|", 0 },
	{ "  trace\ta   b  ", "trace|a|b|", 0 },
	{ "trace # comment", "trace|", 0 },
	{ "a#b", "a#b|", 0 },
	{ "'in_port(1), eth()' \"p0,p1\"", "in_port(1), eth()|p0,p1|", 0 },
	{ "''", "|", 0 },
	{ "'' \"\"", "||", 0 },
	{ "a'b c'd", "ab cd|", 0 },
	{ "'a\\b'", "a\\b|", 0 },
	{ "\"a\\\"b\\\\c\\d\"", "a\"b\\c\\d|", 0 },
	{ "a\\ b \\'", "a b|'|", 0 },
	{ "a\\", "a\\|", 0 },
	{ "'#' \\#", "#|#|", 0 },
	{ "it's", NULL, 2 },
	{ "a \"b c", NULL, 2 },
	{ "\"a\\\"", NULL, 0 },
	{ "'", NULL, 0 },
};

static void a_line_is_split_as_a_shell_splits_it(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char joined[256] = "";
		struct words w;
		struct diag d;
		int err;

		diag_init(&d);
		err = words_split(&w, cases[i].line, strlen(cases[i].line), &d);
		for (size_t n = 0; n < w.n; n++) {
			strcat(joined, w.word[n]);
			strcat(joined, "|");
		}
		if (cases[i].expected) {
			assert_int_equal(err, 0);
			assert_string_equal(joined, cases[i].expected);
		} else {
			assert_int_equal(err, -EINVAL);
			assert_true(d.has_range);
			assert_int_equal(d.offset, cases[i].offset);
		}
		words_fini(&w);
	}
}

static void without_memory_a_line_is_refused(void **state)
{
	struct words w;

	for (unsigned long n = 1; n <= 2; n++) {
		mem_fail_nth(n);
		assert_int_equal(words_split(&w, "a b c", 5, NULL), -ENOMEM);
		mem_fail_nth(0);
		words_fini(&w);
	}
}

/* The distance by its definition, without the swaps; slow. */
static size_t slow_distance(const char *a, const char *b)
{
	size_t least, other;

	if (!*a || !*b)
		return strlen(a) + strlen(b);
	least = slow_distance(a + 1, b + 1) + (*a != *b);
	other = slow_distance(a + 1, b) + 1;
	least = other < least ? other : least;
	other = slow_distance(a, b + 1) + 1;
	least = other < least ? other : least;
	if (a[1] && b[1] && a[0] == b[1] && a[1] == b[0]) {
		other = slow_distance(a + 2, b + 2) + 1;
		least = other < least ? other : least;
	}
	return least;
}

static void distances_are_those_of_the_definition(void **state)
{
	static const char *const words[] = { "",     "a",     "ab",    "ba",	"trace", "tarce",
					     "trac", "rtace", "bench", "dpctl", "dcptl", "send" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		for (size_t j = 0; j < ARRAY_SIZE(words); j++)
			assert_int_equal(words_distance(words[i], words[j]),
					 slow_distance(words[i], words[j]));
}

static void a_misspelt_word_finds_its_neighbour(void **state)
{
	static const char *const known[] = { "trace", "dpctl", "send", "nic", "bench" };
	static const struct {
		const char *word, *best;
	} pairs[] = {
		{ "trcae", "trace" }, { "dpctrl", "dpctl" }, { "sned", "send" }, { "be", "bench" },
		{ "xyzzy", NULL },    { "", NULL },	     { "nick", "nic" },	 { "t", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		const char *best = NULL;

		for (size_t k = 0; k < ARRAY_SIZE(known); k++)
			words_nearer(&best, pairs[i].word, known[k]);
		if (pairs[i].best)
			assert_string_equal(best, pairs[i].best);
		else
			assert_null(best);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_split_as_a_shell_splits_it),
		cmocka_unit_test(without_memory_a_line_is_refused),
		cmocka_unit_test(distances_are_those_of_the_definition),
		cmocka_unit_test(a_misspelt_word_finds_its_neighbour),
	};

	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
