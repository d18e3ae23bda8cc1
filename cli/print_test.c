/* SPDX-License-Identifier: BSD-2-Clause */
/* The print layer: when there is colour, what an error looks like, and that a lost write is told.
 */
#include "cli/print.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct streams {
	FILE *out, *err;
	char *out_s, *err_s;
	size_t out_len, err_len;
	struct print print;
};

static void open_streams(struct streams *s)
{
	memset(s, 0, sizeof *s);
	s->out = tmpfile();
	s->err = open_memstream(&s->err_s, &s->err_len);
	assert_non_null(s->out);
	s->print = (struct print){ .out = s->out, .err = s->err };
}

static const char *read_out(struct streams *s)
{
	long len;

	fflush(s->out);
	len = ftell(s->out);
	rewind(s->out);
	free(s->out_s);
	s->out_s = calloc(1, (size_t)len + 1);
	assert_int_equal(fread(s->out_s, 1, (size_t)len, s->out), len);
	return s->out_s;
}

static void close_streams(struct streams *s)
{
	fclose(s->out);
	fclose(s->err);
	free(s->out_s);
	free(s->err_s);
}

static void a_pipe_has_no_colour_unless_it_is_asked_for(void **state)
{
	struct streams s;

	open_streams(&s);
	print_init(&s.print, s.out, stderr);
	assert_false(s.print.colour);
	assert_int_equal(s.print.width, 0);
	print_styled(&s.print, PRINT_BAD, "%s", "plain ");
	print_set_colour(&s.print, PRINT_ALWAYS);
	print_styled(&s.print, PRINT_BAD, "%d", 7);
	print_styled(&s.print, PRINT_PLAIN, "%d", 8);
	setenv("NO_COLOR", "1", 1);
	print_set_colour(&s.print, PRINT_AUTO);
	assert_false(s.print.colour);
	print_set_colour(&s.print, PRINT_ALWAYS);
	assert_true(s.print.colour);
	unsetenv("NO_COLOR");
	print_set_colour(&s.print, PRINT_NEVER);
	assert_false(s.print.colour);
	assert_string_equal(read_out(&s), "plain \033[1;31m7\033[0m8");
	close_streams(&s);
}

static void an_error_has_its_words_its_line_and_a_caret(void **state)
{
	struct streams s;
	struct diag d;

	open_streams(&s);
	diag_init(&d);
	diag_set_range(&d, 5, 3, -EINVAL, "tos: more than 255");
	/* The width is that of a terminal, which stderr of a test may or may not be. */
	s.print.err = tmpfile();
	print_diag(&s.print, &d, "ipv4(tos=999)");
	snprintf(s.print.place, sizeof s.print.place, "batch:3: ");
	print_diag(&s.print, &d, NULL);
	fclose(s.out);
	s.out = s.print.err;
	assert_string_equal(read_out(&s), "inhw: tos: more than 255\n"
					  "  ipv4(tos=999)\n"
					  "       ^~~\n"
					  "inhw: batch:3: tos: more than 255\n");
	close_streams(&s);
}

static void a_write_that_fails_is_an_error(void **state)
{
	FILE *full = fopen("/dev/full", "w"); /* every Linux has it */
	struct streams s;

	assert_non_null(full);
	open_streams(&s);
	s.print.out = full;
	printf_text(&s.print, "%s", "something");
	assert_int_equal(print_end(&s.print), -ENOSPC);
	fflush(s.err);
	assert_string_equal(s.err_s, "inhw: cannot write the output: No space left on device\n");
	fclose(full);
	close_streams(&s);
}

static void json_is_printed_and_can_be_read_back(void **state)
{
	struct streams s;
	json_t *j;

	open_streams(&s);
	print_json(&s.print, json_pack("{s:i, s:[s]}", "a", 1, "b", "x\ny"));
	j = json_loads(read_out(&s), 0, NULL);
	assert_int_equal(json_integer_value(json_object_get(j, "a")), 1);
	json_decref(j);
	print_json(&s.print, NULL);
	assert_int_equal(s.print.error, -ENOMEM);
	close_streams(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_has_no_colour_unless_it_is_asked_for),
		cmocka_unit_test(an_error_has_its_words_its_line_and_a_caret),
		cmocka_unit_test(a_write_that_fails_is_an_error),
		cmocka_unit_test(json_is_printed_and_can_be_read_back),
	};

	return cmocka_run_group_tests_name("print", tests, NULL, NULL);
}
