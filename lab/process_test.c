/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes get the descriptors that they are meant to have, and none survives the end. */
#include "lab/process.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Starts @script in a shell whose descriptor 7 is a pipe; what came through it. */
static int run(const char *script, const char *const *env, char *said, size_t size)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct lab_process_fd fd = { -1, 7 };
	const struct lab_process_params p = { argv, env, &fd, 1 };
	int pipe_fds[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(pipe_fds), 0);
	fd.from = pipe_fds[1];
	assert_int_equal(lab_process_start(&pid, &p, NULL), 0);
	close(pipe_fds[1]);
	while ((n = read(pipe_fds[0], said + len, size - 1 - len)) > 0)
		len += (size_t)n;
	said[len] = '\0';
	close(pipe_fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void it_has_the_descriptors_that_it_is_given_and_no_other(void **state)
{
	char said[256];

	assert_int_equal(run("for i in 0 1 2 3 4 5 6 7 8 9; do\n"
			     "[ ! -e /proc/self/fd/$i ] || printf '%s ' $i $(readlink "
			     "/proc/$$/fd/$i | sed 's/:.*//') >&7; done",
			     NULL, said, sizeof said),
			 0);
	assert_string_equal(said, "0 /dev/null 1 /dev/null 2 /dev/null 7 pipe ");
}

static void what_is_added_to_the_environment_goes_before_what_is_there(void **state)
{
	const char *const env[] = { "INHW_A=new", "INHW_B=two words", NULL };
	char said[256];

	setenv("INHW_A", "old", 1);
	setenv("INHW_C", "kept", 1);
	assert_int_equal(run("echo \"$INHW_A,$INHW_B,$INHW_C\" >&7", env, said, sizeof said), 0);
	assert_string_equal(said, "new,two words,kept\n");
}

static void its_signals_are_as_new(void **state)
{
	char said[64];
	sigset_t set, before;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &before);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(run("kill -TERM $$", NULL, said, sizeof said), SIGTERM);
	assert_int_equal(run("kill -PIPE $$", NULL, said, sizeof said), SIGPIPE);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void a_program_that_is_not_there_is_named(void **state)
{
	const char *const argv[] = { "inhw-no-such-program", NULL };
	const struct lab_process_params p = { .argv = argv };
	struct diag d;
	pid_t pid;

	diag_init(&d);
	assert_int_equal(lab_process_start(&pid, &p, &d), -ENOENT);
	assert_string_equal(d.words, "inhw-no-such-program cannot be started: No such file or "
				     "directory");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void an_end_is_told_in_words(void **state)
{
	char buf[64];

	assert_string_equal(lab_process_end_words(buf, sizeof buf, 3 << 8), "exited with status 3");
	assert_string_equal(lab_process_end_words(buf, sizeof buf, SIGKILL),
			    "was killed by signal 9 (Killed)");
}

static void nothing_survives_the_end_however_it_hides(void **state)
{
	char said[256];
	pid_t pids[4];
	int n = 0;

	lab_process_adopt(true);
	assert_int_equal(run("sleep 100 7>&- & echo $! >&7\n"
			     "setsid sh -c 'echo $$ >&7; trap \"\" TERM HUP; sleep 100 7>&- & "
			     "echo $! >&7; exec 7>&-; wait' &",
			     NULL, said, sizeof said),
			 0);
	for (char *s = strtok(said, "\n"); s && n < 4; s = strtok(NULL, "\n"))
		pids[n++] = (pid_t)atoi(s);
	assert_int_equal(n, 3);
	lab_process_kill_all(0);
	for (int i = 0; i < n; i++)
		assert_int_equal(lab_process_start_time(pids[i]), 0);
	lab_process_adopt(false);
}

static void those_that_were_there_before_stay(void **state)
{
	const char *const argv[] = { "sleep", "100", NULL };
	const struct lab_process_params p = { .argv = argv };
	uint64_t start;
	pid_t pid;

	assert_int_equal(lab_process_start(&pid, &p, NULL), 0);
	start = lab_process_start_time(pid);
	assert_true(start > 0);
	lab_process_kill_all(start + 1);
	assert_int_equal(lab_process_start_time(pid), start);
	lab_process_kill_all(start);
	assert_int_equal(lab_process_start_time(pid), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_has_the_descriptors_that_it_is_given_and_no_other),
		cmocka_unit_test(what_is_added_to_the_environment_goes_before_what_is_there),
		cmocka_unit_test(its_signals_are_as_new),
		cmocka_unit_test(a_program_that_is_not_there_is_named),
		cmocka_unit_test(an_end_is_told_in_words),
		cmocka_unit_test(nothing_survives_the_end_however_it_hides),
		cmocka_unit_test(those_that_were_there_before_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
