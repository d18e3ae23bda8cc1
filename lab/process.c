/* SPDX-License-Identifier: BSD-2-Clause */
#include "lab/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Above every descriptor that a process of the lab is given. */
#define FDS_ASIDE 200

#define KILL_ROUNDS_MAX 500 /* of 10 ms */

/* In the new process: only what is safe between fork() and exec(). */

static void move_fds(const struct lab_process_params *p)
{
	int aside[LAB_PROCESS_FDS_MAX], null;

	for (size_t i = 0; i < p->n_fds; i++)
		aside[i] = fcntl(p->fds[i].from, F_DUPFD, FDS_ASIDE);
	close_range(0, FDS_ASIDE - 1, 0);
	null = open("/dev/null", O_RDWR);
	for (int fd = 1; fd < 3; fd++)
		dup2(null, fd);
	for (size_t i = 0; i < p->n_fds; i++)
		dup2(aside[i], p->fds[i].to);
	close_range(FDS_ASIDE, ~0u, CLOSE_RANGE_CLOEXEC);
}

static void reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void become(const struct lab_process_params *p, char **env, pid_t parent,
			     int err_fd)
{
	const struct rlimit no_core = { 0, 0 };
	int err_aside = fcntl(err_fd, F_DUPFD, FDS_ASIDE + LAB_PROCESS_FDS_MAX);

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	setrlimit(RLIMIT_CORE, &no_core);
	reset_signals();
	move_fds(p);
	/* execvpe() only reads them. */
	execvpe(p->argv[0], CONST_CAST(char **, p->argv), env);
	if (write(err_aside, &errno, sizeof errno) != sizeof errno)
		_exit(126);
	_exit(127);
}

/* Whether one of @add has the name of @variable. */
static bool is_replaced(const char *variable, const char *const *add)
{
	size_t n = strcspn(variable, "=");

	for (; add && *add; add++)
		if (!strncmp(*add, variable, n) && (*add)[n] == '=')
			return true;
	return false;
}

/* The caller's environment, and @add. Of two with a name shells and getenv() take different ones.
 */
static char **make_environment(const char *const *add)
{
	size_t n_add = 0, n = 0;
	char **env;

	while (add && add[n_add])
		n_add++;
	while (environ[n])
		n++;
	env = calloc(n_add + n + 1, sizeof *env);
	if (!env)
		return NULL;
	for (n = 0; n < n_add; n++)
		env[n] = CONST_CAST(char *, add[n]); /* exec() only reads them */
	for (char **e = environ; *e; e++)
		if (!is_replaced(*e, add))
			env[n++] = *e;
	return env;
}

int lab_process_start(pid_t *pid, const struct lab_process_params *p, struct diag *d)
{
	char **env = make_environment(p->env);
	pid_t parent = getpid();
	int said[2], error = 0;

	if (!env)
		return diag_set(d, -ENOMEM, "no memory");
	if (pipe2(said, O_CLOEXEC)) {
		free(env);
		return diag_set(d, -errno, "pipe: %s", strerror(errno));
	}
	*pid = fork();
	if (!*pid)
		become(p, env, parent, said[1]);
	error = *pid < 0 ? errno : 0;
	free(env);
	close(said[1]);
	if (!error && read(said[0], &error, sizeof error) != sizeof error)
		error = 0;
	close(said[0]);
	if (!error)
		return 0;
	if (*pid > 0)
		waitpid(*pid, NULL, 0);
	return diag_set(d, -error, "%s cannot be started: %s", p->argv[0], strerror(error));
}

const char *lab_process_end_words(char *buf, size_t size, int status)
{
	if (WIFSIGNALED(status))
		snprintf(buf, size, "was killed by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(buf, size, "exited with status %d", WEXITSTATUS(status));
	return buf;
}

void lab_process_adopt(bool on)
{
	prctl(PR_SET_CHILD_SUBREAPER, on);
}

/* The parent and the start of @pid, fields 4 and 22 of its stat file; false: it is gone. */
static bool read_stat(pid_t pid, pid_t *parent, uint64_t *start)
{
	char name[32], line[1024], *s;
	ssize_t n;
	int fd;

	snprintf(name, sizeof name, "/proc/%d/stat", (int)pid);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, line, sizeof line - 1);
	close(fd);
	if (n <= 0)
		return false;
	line[n] = '\0';
	/* The name of the command may have anything in it, but is the last thing in brackets. */
	s = strrchr(line, ')');
	return s && sscanf(s + 1,
			   " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
			   "%*d %*d %" SCNu64,
			   parent, start) == 2;
}

uint64_t lab_process_start_time(pid_t pid)
{
	uint64_t start = 0;
	pid_t parent;

	return read_stat(pid, &parent, &start) ? start : 0;
}

/* Sends SIGKILL to each child of ours that started late enough. Returns how many there are. */
static unsigned int kill_children(uint64_t since)
{
	DIR *proc = opendir("/proc");
	unsigned int n = 0;
	struct dirent *e;

	while (proc && (e = readdir(proc))) {
		pid_t pid = (pid_t)atoi(e->d_name), parent;
		uint64_t start;

		if (pid <= 0 || !read_stat(pid, &parent, &start) || parent != getpid() ||
		    start < since)
			continue;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, WNOHANG | __WALL);
		n++;
	}
	if (proc)
		closedir(proc);
	return n;
}

void lab_process_kill_all(uint64_t since)
{
	const struct timespec pause = { 0, 10000000 };

	/* The children of a killed child become ours, and are met in the next round. */
	for (int i = 0; i < KILL_ROUNDS_MAX && kill_children(since); i++)
		nanosleep(&pause, NULL);
}
