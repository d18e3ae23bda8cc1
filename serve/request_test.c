/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes over a daemon's socket: there and back, and what is refused by name. */
#include "serve/request.h"

#include "base/alloc.h"
#include "serve/output.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_request_comes_out_as_it_went_in(void **state)
{
	const char *argv[] = { "trace", "", "a \"b\"\n\\", "\xc3\xa4", NULL };
	const struct serve_request in = { .argv = argv,
					  .argc = 4,
					  .place = "FILE:3: ",
					  .width = SERVE_WIDTH_MAX,
					  .err_width = 80,
					  .err_colour = true,
					  .ascii = true };
	struct serve_request out;
	struct diag d;
	char *line;

	diag_init(&d);
	assert_int_equal(serve_request_encode(&in, &line, &d), 0);
	assert_null(strchr(line, '\n'));
	assert_int_equal(serve_request_decode(&out, line, strlen(line), &d), 0);
	assert_int_equal(out.argc, in.argc);
	for (size_t i = 0; i < in.argc; i++)
		assert_string_equal(out.argv[i], in.argv[i]);
	assert_null(out.argv[in.argc]);
	assert_string_equal(out.place, in.place);
	assert_int_equal(out.width, in.width);
	assert_int_equal(out.err_width, in.err_width);
	assert_false(out.colour);
	assert_true(out.err_colour);
	assert_true(out.ascii);
	serve_request_fini(&out);
	free(line);
}

static void what_is_no_request_is_refused_by_name(void **state)
{
	static const struct {
		const char *line, *words;
	} cases[] = {
		{ "", "no JSON" },
		{ "{", "no JSON" },
		{ "[\"show\"]", "no JSON object" },
		{ "{}", "no argv" },
		{ "{\"argv\":[]}", "argv: wanted" },
		{ "{\"argv\":\"show\"}", "argv: wanted" },
		{ "{\"argv\":[\"a\",null]}", "argv: word 1" },
		{ "{\"argv\":[\"a\"],\"argv\":[\"b\"]}", "no JSON" },
		{ "{\"argv\":[\"a\"],\"width\":1001}", "width: wanted" },
		{ "{\"argv\":[\"a\"],\"width\":-1}", "width: wanted" },
		{ "{\"argv\":[\"a\"],\"err_width\":\"80\"}", "err_width: wanted" },
		{ "{\"argv\":[\"a\"],\"colour\":1}", "colour: wanted" },
		{ "{\"argv\":[\"a\"],\"place\":1}", "place: wanted" },
		{ "{\"argv\":[\"a\"],\"hue\":1}", "'hue'" },
	};
	struct serve_request r;
	struct diag d;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		diag_init(&d);
		assert_int_equal(serve_request_decode(&r, cases[i].line, strlen(cases[i].line), &d),
				 -EINVAL);
		if (!strstr(d.words, cases[i].words))
			fail_msg("%s: no \"%s\" in: %s", cases[i].line, cases[i].words, d.words);
		serve_request_fini(&r);
	}
}

static void too_many_words_and_too_long_ones_are_refused(void **state)
{
	const char *argv[SERVE_ARGS_MAX + 2];
	struct serve_request in = { .argv = argv, .argc = SERVE_ARGS_MAX + 1, .place = "" }, out;
	char *line, *word = malloc(SERVE_LINE_MAX);
	struct diag d;

	for (size_t i = 0; i < ARRAY_SIZE(argv); i++)
		argv[i] = "x";
	diag_init(&d);
	assert_int_equal(serve_request_encode(&in, &line, &d), 0);
	assert_int_equal(serve_request_decode(&out, line, strlen(line), &d), -EINVAL);
	serve_request_fini(&out);
	free(line);
	memset(word, 'x', SERVE_LINE_MAX - 1);
	word[SERVE_LINE_MAX - 1] = '\0';
	argv[0] = word;
	in.argc = 1;
	diag_init(&d);
	assert_int_equal(serve_request_encode(&in, &line, &d), -EINVAL);
	assert_null(line);
	argv[0] = "\xff";
	diag_init(&d);
	assert_int_equal(serve_request_encode(&in, &line, &d), -EINVAL);
	assert_non_null(strstr(d.words, "word 1"));
	free(word);
}

static void a_request_survives_each_lack_of_memory(void **state)
{
	static const char line[] = "{\"argv\":[\"a\"]}";
	struct serve_request r;

	mem_fail_nth(1);
	assert_int_equal(serve_request_decode(&r, line, strlen(line), NULL), -ENOMEM);
	mem_fail_nth(0);
	serve_request_fini(&r);
}

static void an_answer_comes_out_as_it_went_in(void **state)
{
	const struct serve_answer in = { .status = 2, .out = "a\n\033[1m", .err = "bad \xff" };
	struct serve_answer out;
	struct diag d;
	json_t *j = serve_answer_encode(&in);
	char *line = json_dumps(j, JSON_COMPACT);

	diag_init(&d);
	assert_int_equal(serve_answer_decode(&out, line, strlen(line), &d), 0);
	assert_int_equal(out.status, 2);
	assert_string_equal(out.out, in.out);
	assert_string_equal(out.err, "bad \xef\xbf\xbd");
	serve_answer_fini(&out);
	free(line);
	json_decref(j);
}

static void what_is_no_answer_is_refused(void **state)
{
	static const char *const lines[] = {
		"rubbish",
		"[]",
		"{\"status\":0,\"stdout\":\"\"}",
		"{\"status\":256,\"stdout\":\"\",\"stderr\":\"\"}",
		"{\"status\":\"0\",\"stdout\":\"\",\"stderr\":\"\"}",
	};
	struct serve_answer a;
	struct diag d;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		diag_init(&d);
		assert_int_equal(serve_answer_decode(&a, lines[i], strlen(lines[i]), &d), -EPROTO);
		serve_answer_fini(&a);
	}
}

static void an_output_takes_so_much_and_no_more(void **state)
{
	struct serve_output o;

	assert_int_equal(serve_output_open(&o, 10), 0);
	assert_int_equal(fputs("0123456789", o.f) != EOF && !fflush(o.f), true);
	assert_string_equal(serve_output_text(&o), "0123456789");
	assert_int_equal(fputs("x", o.f) == EOF || fflush(o.f), true);
	assert_string_equal(serve_output_text(&o), "0123456789");
	serve_output_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_comes_out_as_it_went_in),
		cmocka_unit_test(what_is_no_request_is_refused_by_name),
		cmocka_unit_test(too_many_words_and_too_long_ones_are_refused),
		cmocka_unit_test(a_request_survives_each_lack_of_memory),
		cmocka_unit_test(an_answer_comes_out_as_it_went_in),
		cmocka_unit_test(what_is_no_answer_is_refused),
		cmocka_unit_test(an_output_takes_so_much_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
