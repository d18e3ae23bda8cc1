/* SPDX-License-Identifier: BSD-2-Clause */
/* The directory of a lab is private, goes with all that is in it, and the end of a log is readable.
 */
#include "lab/directory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[LAB_DIRECTORY_MAX];

static int make(void **state)
{
	unsetenv("XDG_RUNTIME_DIR");
	return lab_directory_new(dir, NULL);
}

static int clean(void **state)
{
	lab_directory_remove(dir);
	return 0;
}

static void it_belongs_to_its_user_alone_and_goes_with_what_is_in_it(void **state)
{
	char path[LAB_DIRECTORY_MAX + 16];
	struct stat st;

	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	snprintf(path, sizeof path, "%s/uml", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	strcat(path, "/pid");
	assert_int_equal(symlink("/nowhere", path), 0);
	lab_directory_remove(dir);
	assert_int_equal(stat(dir, &st), -1);
	lab_directory_remove("");
}

static void a_file_is_written_once(void **state)
{
	char path[LAB_DIRECTORY_MAX + 16];
	struct stat st;
	struct diag d;

	diag_init(&d);
	assert_int_equal(lab_directory_write(dir, "init", "abc", 3, 0700, &d), 0);
	snprintf(path, sizeof path, "%s/init", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 3);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(lab_directory_write(dir, "init", "abc", 3, 0700, &d), -EEXIST);
	assert_non_null(strstr(d.words, "File exists"));
}

static void a_parent_whose_name_is_too_long_is_passed_over(void **state)
{
	char other[LAB_DIRECTORY_MAX], name[LAB_DIRECTORY_MAX + 2];

	memset(name, 'x', sizeof name - 1);
	name[0] = '/';
	name[sizeof name - 1] = '\0';
	setenv("XDG_RUNTIME_DIR", name, 1);
	assert_int_equal(lab_directory_new(other, NULL), 0);
	unsetenv("XDG_RUNTIME_DIR");
	lab_directory_remove(other);
}

static const struct {
	const char *log, *tail;
	size_t size;
} tails[] = {
	{ "", "", 64 },
	{ "a\nb\n", "a\nb\n", 64 },
	{ "no newline", "no newline\n", 64 },
	{ "too long\nfits\n", "", 5 },
	{ "[    0.1] mlx5_core: words\n"
	  "[    0.2]  [<606a88e2>] ? show_stack+0x0/0x94\n"
	  "[    0.3]  6f6a8ab0 00000000\n"
	  "[    0.4] epollctl add err fd 3\n"
	  "[    0.5] Kernel panic\n",
	  "[    0.1] mlx5_core: words\n[    0.5] Kernel panic\n", 256 },
};

static void the_end_of_a_log_is_without_stacks(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(tails); i++) {
		char name[16], buf[256];

		snprintf(name, sizeof name, "log%zu", i);
		assert_int_equal(lab_directory_write(dir, name, tails[i].log, strlen(tails[i].log),
						     0600, NULL),
				 0);
		lab_directory_tail(dir, name, buf, tails[i].size);
		assert_string_equal(buf, tails[i].tail);
	}
}

static void a_long_log_is_cut_at_a_line(void **state)
{
	enum {
		LINES = 5000
	};
	char line[32], buf[4096], *log = calloc(LINES, sizeof line);
	size_t len = 0;

	assert_non_null(log);
	for (unsigned int i = 0; i < LINES; i++)
		len += (size_t)sprintf(log + len, "line %u\n", i);
	assert_int_equal(lab_directory_write(dir, "log", log, len, 0600, NULL), 0);
	free(log);
	lab_directory_tail(dir, "log", buf, sizeof buf);
	assert_string_equal(strrchr(buf, 'l'), "line 4999\n");
	assert_int_equal(strncmp(buf, "line 4976\n", 10), 0);
	lab_directory_tail(dir, "none", buf, sizeof buf);
	assert_string_equal(buf, "");
}

static void there_is_never_room_for_too_much_memory(void **state)
{
	struct diag d;

	diag_init(&d);
	assert_null(lab_directory_for_memory(UINT64_MAX, &d));
	assert_non_null(strstr(d.words, "--memory"));
	assert_non_null(lab_directory_for_memory(4096, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			it_belongs_to_its_user_alone_and_goes_with_what_is_in_it, make, clean),
		cmocka_unit_test_setup_teardown(a_file_is_written_once, make, clean),
		cmocka_unit_test_setup_teardown(a_parent_whose_name_is_too_long_is_passed_over,
						make, clean),
		cmocka_unit_test_setup_teardown(the_end_of_a_log_is_without_stacks, make, clean),
		cmocka_unit_test_setup_teardown(a_long_log_is_cut_at_a_line, make, clean),
		cmocka_unit_test(there_is_never_room_for_too_much_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
