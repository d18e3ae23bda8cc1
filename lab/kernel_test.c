/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's kernel is looked for in the order that lab/kernel.h gives. */
#include "lab/kernel.h"

#include "base/alloc.h"
#include "lab/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char top[LAB_DIRECTORY_MAX];
static char path[PATH_MAX];

static const char *below(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", top, name);
	return path;
}

static void make_dirs(const char *const *names)
{
	for (; *names; names++)
		assert_int_equal(mkdir(below(*names), 0700), 0);
}

static void write_program(const char *name, const char *words)
{
	assert_int_equal(lab_directory_write(top, name, words, strlen(words), 0755, NULL), 0);
}

static int make(void **state)
{
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("INHW_UML_KERNEL");
	if (lab_directory_new(top, NULL))
		return -1;
	return setenv("XDG_CACHE_HOME", below("cache"), 1);
}

static int clean(void **state)
{
	lab_directory_remove(top);
	return 0;
}

/* @wanted: the end of the path. */
static void expect(const char *given, const char *program, const char *wanted)
{
	char *found = NULL;
	struct diag d;

	diag_init(&d);
	if (lab_kernel_find(&found, given, program, &d))
		fail_msg("%s", d.words);
	assert_string_equal(found, below(wanted));
	mem_free(found);
}

static void expect_error(const char *given, int error, const char *words)
{
	char *found = NULL;
	struct diag d;

	diag_init(&d);
	assert_int_equal(lab_kernel_find(&found, given, "/nowhere/inhw", &d), error);
	if (!strstr(d.words, words))
		fail_msg("no '%s' in: %s", words, d.words);
}

static void without_one_the_words_say_how_to_get_one(void **state)
{
	expect_error(NULL, -ENOENT, "tools/uml/build");
	unsetenv("XDG_CACHE_HOME");
	setenv("HOME", "nowhere", 1);
	expect_error(NULL, -ENOENT, "HOME");
}

static void the_caller_s_goes_before_the_variable_s_before_the_cache(void **state)
{
	const char *const dirs[] = { "cache", "cache/inhw", NULL };
	char given[PATH_MAX];

	make_dirs(dirs);
	write_program("cache/inhw/linux", "cached");
	expect(NULL, "/nowhere/inhw", "cache/inhw/linux");
	write_program("variable", "v");
	setenv("INHW_UML_KERNEL", below("variable"), 1);
	expect(NULL, "/nowhere/inhw", "variable");
	write_program("given", "g");
	snprintf(given, sizeof given, "%s", below("given"));
	expect(given, "/nowhere/inhw", "given");
}

static void one_that_is_named_must_be_a_program(void **state)
{
	expect_error("/nowhere/linux", -ENOENT, "--kernel /nowhere/linux: No such file");
	expect_error("/", -EACCES, "no program");
	setenv("INHW_UML_KERNEL", "/nowhere/linux", 1);
	expect_error(NULL, -ENOENT, "INHW_UML_KERNEL");
}

/* The tree is TOP/tree, the program TOP/tree/build/inhw, the build TOP/shared/uml/linux.xz. */
static void a_build_beside_the_tree_is_unpacked_once(void **state)
{
	const char *const dirs[] = { "tree", "tree/build", "shared", "shared/uml", NULL };
	char command[2 * PATH_MAX], program[PATH_MAX], *first = NULL, *again = NULL;
	struct stat one, two;

	make_dirs(dirs);
	snprintf(command, sizeof command, "printf kernel | xz >%s", below("shared/uml/linux.xz"));
	if (system(command)) {
		print_message("there is no xz here\n");
		skip();
	}
	snprintf(program, sizeof program, "%s", below("tree/build/inhw"));
	assert_int_equal(lab_kernel_find(&first, NULL, program, NULL), 0);
	assert_non_null(strstr(first, "/cache/inhw/linux-"));
	assert_int_equal(stat(first, &one), 0);
	assert_int_equal(one.st_size, strlen("kernel"));
	assert_int_equal(lab_kernel_find(&again, NULL, program, NULL), 0);
	assert_string_equal(first, again);
	assert_int_equal(stat(again, &two), 0);
	assert_int_equal(one.st_ino, two.st_ino);
	mem_free(first);
	mem_free(again);
}

static void a_build_that_is_broken_leaves_nothing_in_the_cache(void **state)
{
	const char *const dirs[] = { "tree", "tree/build", "shared", "shared/uml", NULL };
	char program[PATH_MAX], *found = NULL;
	struct diag d;

	diag_init(&d);
	make_dirs(dirs);
	write_program("shared/uml/linux.xz", "no archive");
	snprintf(program, sizeof program, "%s", below("tree/build/inhw"));
	assert_int_equal(lab_kernel_find(&found, NULL, program, &d), -EIO);
	assert_non_null(strstr(d.words, "cannot unpack"));
	assert_int_equal(rmdir(below("cache/inhw")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_one_the_words_say_how_to_get_one, make,
						clean),
		cmocka_unit_test_setup_teardown(
			the_caller_s_goes_before_the_variable_s_before_the_cache, make, clean),
		cmocka_unit_test_setup_teardown(one_that_is_named_must_be_a_program, make, clean),
		cmocka_unit_test_setup_teardown(a_build_beside_the_tree_is_unpacked_once, make,
						clean),
		cmocka_unit_test_setup_teardown(a_build_that_is_broken_leaves_nothing_in_the_cache,
						make, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
