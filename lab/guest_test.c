/* SPDX-License-Identifier: BSD-2-Clause */
/* What the guest is told comes out of its shell as it was. */
#include "lab/guest.h"

#include "lab/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void a_shell_reads_what_was_quoted(void **state)
{
	static const struct {
		const char *word, *quoted;
	} cases[] = {
		{ "", "''" },
		{ "a b", "'a b'" },
		{ "$(rm) `x` \"y\" \\", "'$(rm) `x` \"y\" \\'" },
		{ "it's", "'it'\\''s'" },
		{ "two\nlines", "'two\nlines'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct text t;

		text_init(&t);
		lab_guest_quote(&t, cases[i].word);
		assert_string_equal(t.s, cases[i].quoted);
		text_fini(&t);
	}
}

/* What a shell prints that has read the two files of the guest. */
static void ask_shell(const char *dir, const char *script, char *said, size_t size)
{
	char command[1024];
	FILE *f;
	size_t n;

	snprintf(command, sizeof command, "env -i /bin/sh -c '. %s/settings; . %s/environment; %s'",
		 dir, dir, script);
	f = popen(command, "r");
	assert_non_null(f);
	n = fread(said, 1, size - 1, f);
	said[n] = '\0';
	assert_int_equal(pclose(f), 0);
}

static void settings_arguments_and_environment_arrive(void **state)
{
	const char *const argv[] = { "./my test.sh", "it's", "$HOME", "", NULL };
	const struct lab_params p = {
		.program = "/a b/inhw",
		.n_nics = 2,
		.n_sfs = 3,
		.argv = argv,
	};
	char dir[LAB_DIRECTORY_MAX], said[1024], wanted[1024], cwd[512];

	setenv("INHW_TEST_VARIABLE", "a 'quoted'\nvalue", 1);
	setenv("INHW_NIC", "/host/only", 1);
	setenv("LD_PRELOAD", "", 1);
	assert_int_equal(lab_directory_new(dir, NULL), 0);
	assert_int_equal(lab_guest_write(dir, &p, NULL), 0);
	ask_shell(
		dir,
		"printf \"%s|\" $# \"$@\" \"$program\" $nics $sfs $ovs $switchdev $interactive \"$cwd\" "
		"\"$INHW_TEST_VARIABLE\" \"${INHW_NIC-unset}\" \"${LD_PRELOAD-unset}\"",
		said, sizeof said);
	assert_non_null(getcwd(cwd, sizeof cwd));
	snprintf(wanted, sizeof wanted,
		 "4|./my test.sh|it's|$HOME||/a b/inhw|2|3|1|1|0|%s|a 'quoted'\nvalue|unset|unset|",
		 cwd);
	assert_string_equal(said, wanted);
	unsetenv("LD_PRELOAD");
	lab_directory_remove(dir);
}

/* Whether @words, one behind the other with their NULs, have @word among them. */
static bool has_word(const struct text *words, const char *word)
{
	for (size_t at = 0; at < words->len; at += strlen(words->s + at) + 1)
		if (!strcmp(words->s + at, word))
			return true;
	return false;
}

static void the_kernel_gets_a_device_and_a_line_for_each_nic(void **state)
{
	const char *const argv[] = { NULL };
	const struct lab_params p = { .n_nics = 2, .memory_mb = 700, .argv = argv };
	struct text words;

	text_init(&words);
	lab_guest_command(&words, "/k/linux", "/d", &p);
	assert_string_equal(words.s, "/k/linux");
	assert_true(has_word(&words, "mem=700M"));
	assert_true(has_word(&words, "init=/d/init"));
	assert_true(has_word(&words, "virtio_uml.device=/d/nic0:1234"));
	assert_true(has_word(&words, "virtio_uml.device=/d/nic1:1234"));
	assert_false(has_word(&words, "virtio_uml.device=/d/nic2:1234"));
	assert_true(has_word(&words, "ssl1=fd:11"));
	assert_true(has_word(&words, "con1=fd:23"));
	text_fini(&words);
}

static void a_preloaded_library_is_a_file_in_memory(void **state)
{
	char magic[4];
	int fd = lab_guest_preload();

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, magic, sizeof magic, 0), sizeof magic);
	assert_memory_equal(magic, "\177ELF", sizeof magic);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shell_reads_what_was_quoted),
		cmocka_unit_test(settings_arguments_and_environment_arrive),
		cmocka_unit_test(the_kernel_gets_a_device_and_a_line_for_each_nic),
		cmocka_unit_test(a_preloaded_library_is_a_file_in_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
