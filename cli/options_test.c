/* SPDX-License-Identifier: BSD-2-Clause */
/* Options: every type, every way to write one, every way to get one wrong. */
#include "cli/options.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct values {
	bool more, statistics;
	const char *file;
	uint64_t flows;
	int when;
};

static const char *const when_names[] = { "auto", "always", "never", NULL };

static const struct option_row rows[] = {
	{ .name = "more",
	  .letter = 'm',
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct values, more),
	  .help = "more of it" },
	{ .name = "statistics",
	  .letter = 's',
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct values, statistics) },
	{ .name = "file",
	  .letter = 'f',
	  .type = OPTION_STRING,
	  .offset = offsetof(struct values, file),
	  .arg = "FILE",
	  .help = "read it" },
	{ .name = NULL },
};

static const struct option_row other_rows[] = {
	{ .name = "flows",
	  .type = OPTION_NUMBER,
	  .offset = offsetof(struct values, flows),
	  .arg = "N",
	  .help = "so many",
	  .min = 1,
	  .max = 5000000 },
	{ .name = "color",
	  .type = OPTION_CHOICE,
	  .offset = offsetof(struct values, when),
	  .help = "when",
	  .choices = when_names },
	{ .name = NULL },
};

static int parse(struct values *v, const char *line, bool stop, char *joined, struct diag *d)
{
	const struct option_set sets[] = { { rows, v }, { other_rows, v }, { NULL, NULL } };
	const char *argv[16];
	char copy[256];
	int argc = 0, n = 0, err;

	memset(v, 0, sizeof *v);
	diag_init(d);
	strcpy(copy, line);
	for (char *s = strtok(copy, " "); s; s = strtok(NULL, " "))
		argv[argc++] = s;
	err = options_parse(sets, argc, argv, stop, &n, d);
	*joined = '\0';
	for (int i = 0; i < n; i++) {
		strcat(joined, argv[i]);
		strcat(joined, "|");
	}
	v->file = v->file ? strcmp(v->file, "F") ? "another" : "F" : NULL;
	return err;
}

static const struct {
	const char *line, *args;
	struct values values;
} good[] = {
	{ "", "", { 0 } },
	{ "a b", "a|b|", { 0 } },
	{ "-m a --statistics b", "a|b|", { .more = true, .statistics = true } },
	{ "a -sm", "a|", { .more = true, .statistics = true } },
	{ "--file F a", "a|", { .file = "F" } },
	{ "--file=F", "", { .file = "F" } },
	{ "-f F", "", { .file = "F" } },
	{ "-mfF a", "a|", { .more = true, .file = "F" } },
	{ "-", "-|", { 0 } },
	{ "-m -- -s --file", "-s|--file|", { .more = true } },
	{ "--flows 12", "", { .flows = 12 } },
	{ "--flows 100k", "", { .flows = 100000 } },
	{ "--flows=1M", "", { .flows = 1000000 } },
	{ "--color never", "", { .when = 2 } },
	{ "--color always --color auto", "", { .when = 0 } },
};

static void options_are_read_however_they_are_written(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct values v;
		struct diag d;
		char args[256];

		assert_int_equal(parse(&v, good[i].line, false, args, &d), 0);
		assert_string_equal(args, good[i].args);
		assert_int_equal(v.more, good[i].values.more);
		assert_int_equal(v.statistics, good[i].values.statistics);
		assert_int_equal(v.flows, good[i].values.flows);
		assert_int_equal(v.when, good[i].values.when);
		assert_int_equal(!v.file, !good[i].values.file);
		if (v.file)
			assert_string_equal(v.file, good[i].values.file);
	}
}

static const struct {
	const char *line, *words;
} bad[] = {
	{ "--fiel F", "unknown option --fiel; did you mean --file?" },
	{ "--xyzzy", "unknown option --xyzzy" },
	{ "-x", "unknown option -x" },
	{ "-mx", "unknown option -mx" },
	{ "--file", "--file needs an argument: FILE" },
	{ "-f", "--file needs an argument: FILE" },
	{ "--more=1", "--more takes no argument" },
	{ "--flows many", "--flows: 'many' is not a number" },
	{ "--flows -1", "--flows: '-1' is not a number" },
	{ "--flows 1G", "--flows: '1G' is not a number" },
	{ "--flows 1kk", "--flows: '1kk' is not a number" },
	{ "--flows 0", "--flows: 0 is not in 1..5000000" },
	{ "--flows 6M", "--flows: 6M is not in 1..5000000" },
	{ "--flows 99999999999999999999", "--flows: '99999999999999999999' is not a number" },
	{ "--flows 18446744073709551615k", "--flows: 18446744073709551615k is not in 1..5000000" },
	{ "--color red", "--color: 'red' is none of auto, always, never" },
};

static void wrong_options_are_refused_with_words(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct values v;
		struct diag d;
		char args[256];

		assert_int_equal(parse(&v, bad[i].line, false, args, &d), -EINVAL);
		assert_string_equal(d.words, bad[i].words);
	}
}

static void with_stop_the_first_argument_ends_the_options(void **state)
{
	struct values v;
	struct diag d;
	char args[256];

	assert_int_equal(parse(&v, "-m trace -s --unknown", true, args, &d), 0);
	assert_string_equal(args, "trace|-s|--unknown|");
	assert_true(v.more);
	assert_false(v.statistics);
}

static void help_has_a_line_for_each_row_that_has_words(void **state)
{
	struct text t;

	text_init(&t);
	options_format(&t, rows);
	options_format(&t, other_rows);
	assert_string_equal(t.s, "  -m, --more                  more of it\n"
				 "  -f, --file FILE             read it\n"
				 "      --flows N               so many\n"
				 "      --color=auto|always|never\n"
				 "                              when\n");
	text_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read_however_they_are_written),
		cmocka_unit_test(wrong_options_are_refused_with_words),
		cmocka_unit_test(with_stop_the_first_argument_ends_the_options),
		cmocka_unit_test(help_has_a_line_for_each_row_that_has_words),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
