/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lab's supervisor is a process between the caller and everything else: when it is killed, its
 * children become the caller's, which ends them; when the caller is killed, it is told.
 */
#include "lab/lab.h"

#include "lab/process.h"
#include "lab/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const int passed_on[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static void block(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(passed_on); i++)
		sigaddset(&set, passed_on[i]);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, before);
}

static _Noreturn void be_supervisor(const struct lab_params *p, struct lab_supervisor_report *r,
				    pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() == parent)
		lab_supervisor_run(p, r);
	_exit(0);
}

/* Hands signals on until the supervisor has ended. */
static void wait_for(pid_t supervisor)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(passed_on); i++)
		sigaddset(&set, passed_on[i]);
	sigaddset(&set, SIGCHLD);
	while (!waitpid(supervisor, NULL, WNOHANG)) {
		sig = sigwaitinfo(&set, NULL);
		if (sig > 0 && sig != SIGCHLD)
			kill(supervisor, sig);
	}
}

static int take_report(const struct lab_supervisor_report *r, struct lab_outcome *o, struct diag *d)
{
	*o = r->outcome;
	if (r->is_complete) {
		if (d && r->error)
			*d = r->diag;
		return r->error;
	}
	o->status = LAB_STATUS_FAILED;
	return diag_set(d, -EINTR, "the process that supervises the lab was killed");
}

int lab_run(const struct lab_params *p, struct lab_outcome *o, struct diag *d)
{
	pid_t pid, self = getpid();
	struct lab_supervisor_report *r;
	struct lab_terminal before;
	uint64_t start;
	sigset_t mask;
	int err;

	r = mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r == MAP_FAILED)
		return diag_set(d, -errno, "no memory");
	before.is_raw = !tcgetattr(STDIN_FILENO, &before.before);
	block(&mask);
	lab_process_adopt(true);
	pid = fork();
	if (!pid)
		be_supervisor(p, r, self);
	if (pid > 0) {
		start = lab_process_start_time(pid);
		wait_for(pid);
		if (!r->is_complete) {
			lab_process_kill_all(start);
			lab_directory_remove(r->dir);
			lab_terminal_restore(&before);
		}
		err = take_report(r, o, d);
	} else {
		o->status = LAB_STATUS_FAILED;
		err = diag_set(d, -errno, "fork: %s", strerror(errno));
	}
	lab_process_adopt(false);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	munmap(r, sizeof *r);
	return err;
}
