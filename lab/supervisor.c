/* SPDX-License-Identifier: BSD-2-Clause */
#include "lab/supervisor.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "lab/guest.h"
#include "lab/kernel.h"
#include "lab/process.h"
#include "lab/relay.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEVICE_START_NS	 (10 * NSEC_PER_SEC)
#define BOOT_NS		 (120 * NSEC_PER_SEC)
#define PROGRESS_NS	 (2 * NSEC_PER_SEC)
#define DEVICE_END_NS	 (3 * NSEC_PER_SEC)
#define DEVICE_GRACE_NS	 (10 * NSEC_PER_SEC) /* for the guest to say that its device is gone */
#define CLOCK_AHEAD	 "20"		     /* seconds, see tools/uml/preload.c */
#define TICK_MS		 200
#define LEAVE_KEY	 0x1d /* Ctrl-] */
#define LEAVE_KEYS	 3
#define DEVICE_WORDS_MAX 32
#define DEVICE_SFS	 4u /* of a device that is not told how many */
#define LOG_NAME	 "console"
#define RELAYS_AT	 6 /* in what pump() waits for */

struct device {
	pid_t pid; /* 0: not running */
	struct lab_relay relay;
	int line; /* the guest's end of it, until the guest has it */
};

struct lab {
	const struct lab_params *p;
	struct lab_supervisor_report *r;
	struct device devices[LAB_NICS_MAX];
	pid_t guest;
	int signals, events, out, err, master; /* -1: none */
	struct lab_terminal terminal;
	char line[512]; /* of the guest's events, not complete yet */
	size_t line_len;
	char step[64];
	uint64_t start_ns, kill_ns; /* kill_ns 0: not decided */
	unsigned int n_leave_keys;
	bool is_running; /* the command */
	bool shows_progress;
	bool is_over;
};

/* The end, with the status for the caller; the first one counts. */
static void finish(struct lab *lab, int status)
{
	if (!lab->is_over)
		lab->r->outcome.status = status;
	lab->is_over = true;
}

static void fail(struct lab *lab, int status, const char *log_of, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* The end because something failed; @log_of: the log that goes with it, or NULL. */
static void fail(struct lab *lab, int status, const char *log_of, const char *fmt, ...)
{
	struct lab_outcome *o = &lab->r->outcome;
	char words[DIAG_WORDS_MAX];
	va_list args;

	if (lab->is_over)
		return;
	va_start(args, fmt);
	vsnprintf(words, sizeof words, fmt, args);
	va_end(args);
	lab->r->error = diag_set(&lab->r->diag, -ECANCELED, "%s", words);
	if (log_of) {
		snprintf(o->log_of, sizeof o->log_of, "%s", log_of);
		lab_directory_tail(lab->r->dir, log_of, o->log, sizeof o->log);
	}
	finish(lab, status);
}

/* Progress: one line on a terminal, replaced and at the end removed. */

static void clear_progress(struct lab *lab)
{
	if (lab->shows_progress)
		dprintf(STDERR_FILENO, "\r\033[K");
	lab->shows_progress = false;
}

static void show_progress(struct lab *lab, uint64_t now)
{
	if (!lab->p->progress || lab->is_running || now - lab->start_ns < PROGRESS_NS)
		return;
	dprintf(STDERR_FILENO, "\r\033[Kinhw lab: %s ... %llu s", lab->step,
		(unsigned long long)((now - lab->start_ns) / NSEC_PER_SEC));
	lab->shows_progress = true;
}

/* What the guest writes. */

static bool write_all(int fd, const char *s, size_t n)
{
	while (n) {
		ssize_t k = write(fd, s, n);

		if (k < 0 && errno == EAGAIN)
			poll(&(struct pollfd){ fd, POLLOUT, 0 }, 1, -1);
		else if (k < 0 && errno != EINTR)
			return false;
		if (k > 0) {
			s += k;
			n -= (size_t)k;
		}
	}
	return true;
}

/* Moves what is there. False: nothing more will come. */
static bool copy(struct lab *lab, int from, int to)
{
	char buf[65536];
	ssize_t n = read(from, buf, sizeof buf);

	if (n > 0 && !write_all(to, buf, (size_t)n))
		finish(lab, LAB_STATUS_SIGNAL + SIGPIPE);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Where what the command writes goes. */
static int out_of(const struct lab *lab)
{
	return lab->p->out ? lab->p->out : STDOUT_FILENO;
}

static void drain(struct lab *lab)
{
	const int from[] = { lab->out, lab->err }, to[] = { out_of(lab), STDERR_FILENO };

	for (size_t i = 0; i < ARRAY_SIZE(from); i++)
		while (from[i] >= 0 && poll(&(struct pollfd){ from[i], POLLIN, 0 }, 1, 0) > 0 &&
		       copy(lab, from[i], to[i]))
			;
}

static void take_exit(struct lab *lab, const char *words)
{
	drain(lab);
	if (lab->kill_ns)
		fail(lab, LAB_STATUS_FAILED, LOG_NAME, "the device is gone");
	finish(lab, atoi(words) & 0xff);
}

static void take_run(struct lab *lab, const char *words)
{
	clear_progress(lab);
	lab->is_running = true;
}

static void take_step(struct lab *lab, const char *words)
{
	snprintf(lab->step, sizeof lab->step, "%s", words);
}

static void take_fail(struct lab *lab, const char *words)
{
	fail(lab, LAB_STATUS_FAILED, LOG_NAME, "in the guest: %s", words);
}

static const struct {
	const char *name;
	void (*take)(struct lab *lab, const char *words);
} events[] = {
	{ "step ", take_step }, { "run", take_run }, { "exit ", take_exit }, { "fail ", take_fail }
};

static void take_event(struct lab *lab, char *line)
{
	for (char *s = line; *s; s++)
		if (iscntrl((unsigned char)*s))
			*s = ' ';
	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		if (!strncmp(line, events[i].name, strlen(events[i].name)))
			events[i].take(lab, line + strlen(events[i].name));
}

static bool read_events(struct lab *lab)
{
	char c[256];
	ssize_t n = read(lab->events, c, sizeof c);

	for (ssize_t i = 0; i < n; i++) {
		if (c[i] == '\n') {
			lab->line[lab->line_len] = '\0';
			lab->line_len = 0;
			take_event(lab, lab->line);
		} else if (lab->line_len < sizeof lab->line - 1) {
			lab->line[lab->line_len++] = c[i];
		}
	}
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* A guest that hangs must not keep the terminal. */
static bool wants_to_leave(struct lab *lab, const char *keys, ssize_t n)
{
	for (ssize_t i = 0; i < n; i++) {
		lab->n_leave_keys = keys[i] == LEAVE_KEY ? lab->n_leave_keys + 1 : 0;
		if (lab->n_leave_keys == LEAVE_KEYS)
			return true;
	}
	return false;
}

static void read_keys(struct lab *lab)
{
	char keys[1024];
	ssize_t n = read(STDIN_FILENO, keys, sizeof keys);

	if (n == 0 || wants_to_leave(lab, keys, n))
		finish(lab, LAB_STATUS_SIGNAL + SIGHUP);
	else if (n > 0)
		write_all(lab->master, keys, (size_t)n);
}

/* Processes that ended. */

static void guest_ended(struct lab *lab, int status)
{
	char words[64];

	lab->guest = 0;
	drain(lab);
	if (lab->events >= 0)
		read_events(lab);
	fail(lab, LAB_STATUS_FAILED, LOG_NAME, "the guest %s before its command had ended",
	     lab_process_end_words(words, sizeof words, status));
}

static void device_ended(struct lab *lab, unsigned int i, int status)
{
	char words[64], log[16];

	lab->devices[i].pid = 0;
	snprintf(log, sizeof log, "device%u", i);
	lab_process_end_words(words, sizeof words, status);
	if (!lab->guest)
		fail(lab, LAB_STATUS_FAILED, log, "the device %s", words);
	diag_set(&lab->r->diag, -ECANCELED, "the device %s while the guest was running", words);
	if (!lab->kill_ns)
		lab->kill_ns = clock_now_ns() + DEVICE_GRACE_NS;
}

static void reap(struct lab *lab)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		if (pid == lab->guest)
			guest_ended(lab, status);
		for (unsigned int i = 0; i < LAB_NICS_MAX; i++)
			if (pid == lab->devices[i].pid)
				device_ended(lab, i, status);
	}
}

static void read_signal(struct lab *lab)
{
	struct signalfd_siginfo info;

	if (read(lab->signals, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo == SIGCHLD)
		reap(lab);
	else if (info.ssi_signo == SIGWINCH)
		lab_terminal_resize(lab->master);
	else
		finish(lab, LAB_STATUS_SIGNAL + (int)info.ssi_signo);
}

/* What takes too long. */

static void check_time(struct lab *lab)
{
	uint64_t now = clock_now_ns(), since = now - lab->start_ns;

	show_progress(lab, now);
	if (lab->p->timeout_s && since > lab->p->timeout_s * NSEC_PER_SEC)
		fail(lab, LAB_STATUS_TIMEOUT, LOG_NAME, "not done after %llu s (--timeout)",
		     (unsigned long long)lab->p->timeout_s);
	if (!lab->is_running && since > BOOT_NS)
		fail(lab, LAB_STATUS_FAILED, LOG_NAME, "the guest did not come up in %llu s: %s",
		     (unsigned long long)(BOOT_NS / NSEC_PER_SEC), lab->step);
	if (lab->kill_ns && now > lab->kill_ns)
		fail(lab, LAB_STATUS_FAILED, LOG_NAME, "the device is gone");
}

/* Waits for @timeout_ms at most, and handles what happened. */
static void pump(struct lab *lab, int timeout_ms)
{
	struct pollfd fds[RELAYS_AT + LAB_NICS_MAX * LAB_RELAY_FDS] = {
		{ lab->signals, POLLIN, 0 },
		{ lab->out, POLLIN, 0 },
		{ lab->err, POLLIN, 0 },
		{ lab->master, POLLIN, 0 },
		{ lab->terminal.is_raw ? STDIN_FILENO : -1, POLLIN, 0 },
		{ lab->events, POLLIN, 0 },
	};

	for (size_t i = 0; i < LAB_NICS_MAX; i++)
		lab_relay_poll(&lab->devices[i].relay, fds + RELAYS_AT + i * LAB_RELAY_FDS);
	if (poll(fds, ARRAY_SIZE(fds), timeout_ms) > 0) {
		if (fds[1].revents && !copy(lab, lab->out, out_of(lab)))
			close_fd(&lab->out);
		if (fds[2].revents && !copy(lab, lab->err, STDERR_FILENO))
			close_fd(&lab->err);
		if (fds[3].revents && !copy(lab, lab->master, STDOUT_FILENO))
			close_fd(&lab->master);
		if (fds[4].revents)
			read_keys(lab);
		if (fds[5].revents && !read_events(lab))
			close_fd(&lab->events);
		for (size_t i = 0; i < LAB_NICS_MAX; i++)
			lab_relay_run(&lab->devices[i].relay, fds + RELAYS_AT + i * LAB_RELAY_FDS);
		if (fds[0].revents)
			read_signal(lab);
	}
	check_time(lab);
}

/* The beginning. */

static int open_log(const struct lab *lab, const char *name)
{
	char path[LAB_DIRECTORY_MAX + 16];

	snprintf(path, sizeof path, "%s/%s", lab->r->dir, name);
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* Splits @command, in place, at blanks. */
static size_t split(char *command, const char **words, size_t n_max)
{
	size_t n = 0;
	char *save;

	for (char *w = strtok_r(command, " ", &save); w && n < n_max;
	     w = strtok_r(NULL, " ", &save))
		words[n++] = w;
	return n;
}

static int start_device(struct lab *lab, unsigned int i)
{
	const struct lab_params *p = lab->p;
	char socket[LAB_DIRECTORY_MAX + 16], control[LAB_DIRECTORY_MAX + 16], log[16], sfs[16];
	char index[16];
	char command[1024];
	const char *argv[DEVICE_WORDS_MAX + 14] = { p->program, "nic", "serve" };
	size_t n = 3;
	struct lab_process_fd fds[] = { { -1, 1 }, { -1, 2 } };
	int err;

	snprintf(command, sizeof command, "%s", p->device ? p->device : "");
	if (p->device)
		n = split(command, argv, DEVICE_WORDS_MAX);
	snprintf(socket, sizeof socket, "%s/nic%u", lab->r->dir, i);
	snprintf(control, sizeof control, "%s/control%u", lab->r->dir, i);
	snprintf(sfs, sizeof sfs, "%u", (unsigned int)p->n_sfs);
	snprintf(index, sizeof index, "%u", i);
	snprintf(log, sizeof log, "device%u", i);
	argv[n++] = "--vhost-user";
	argv[n++] = socket;
	argv[n++] = "--control";
	argv[n++] = control;
	/* More than it has anyway: the others are the script's to make. */
	if (p->n_sfs > DEVICE_SFS) {
		argv[n++] = "--sfs";
		argv[n++] = sfs;
	}
	if (i) {
		argv[n++] = "--index";
		argv[n++] = index;
	}
	if (p->profile) {
		argv[n++] = "--profile";
		argv[n++] = p->profile;
	}
	fds[0].from = fds[1].from = open_log(lab, log);
	err = lab_process_start(&lab->devices[i].pid,
				&(struct lab_process_params){ argv, NULL, fds, ARRAY_SIZE(fds) },
				&lab->r->diag);
	close(fds[0].from);
	if (err)
		lab->devices[i].pid = 0;
	return err;
}

/* Takes @control. */
static int make_line(struct lab *lab, unsigned int i, int control)
{
	struct device *dev = &lab->devices[i];
	int err = lab_relay_init(&dev->relay, control, &dev->line);

	return err ? diag_set(&lab->r->diag, err, "the control line: %s", strerror(-err)) : 0;
}

/* Its control socket answers when the device does. */
static int connect_control(struct lab *lab, unsigned int i)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	uint64_t end = clock_now_ns() + DEVICE_START_NS;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(name.sun_path, sizeof name.sun_path, "%s/control%u", lab->r->dir, i);
	while (fd >= 0 && !lab->is_over && clock_now_ns() < end) {
		if (!connect(fd, (const struct sockaddr *)&name, sizeof name)) {
			return make_line(lab, i, fd);
		}
		pump(lab, 10);
	}
	if (fd >= 0)
		close(fd);
	fail(lab, LAB_STATUS_FAILED, "device0", "the device does not answer on its socket");
	return -ECANCELED;
}

/* A pipe whose read end is ours, without blocking. */
static int make_pipe(int *ours, int *theirs)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	*ours = fds[0];
	*theirs = fds[1];
	return 0;
}

static int exec_guest(struct lab *lab, const char *kernel, const char *memory,
		      const struct lab_process_fd *fds, size_t n_fds)
{
	char tmpdir[64], preload[64];
	const char *env[] = { tmpdir, preload, "INHW_CLOCK_AHEAD=" CLOCK_AHEAD, NULL }, *argv[64];
	struct text words;
	size_t n = 0;
	int err;

	snprintf(tmpdir, sizeof tmpdir, "TMPDIR=%s", memory);
	snprintf(preload, sizeof preload, "LD_PRELOAD=/proc/self/fd/%d", LAB_FD_PRELOAD);
	text_init(&words);
	lab_guest_command(&words, kernel, lab->r->dir, lab->p);
	for (size_t at = 0; at < words.len && n + 1 < ARRAY_SIZE(argv);
	     at += strlen(words.s + at) + 1)
		argv[n++] = words.s + at;
	argv[n] = NULL;
	err = words.error ? diag_set(&lab->r->diag, -ENOMEM, "no memory")
			  : lab_process_start(&lab->guest,
					      &(struct lab_process_params){ argv, env, fds, n_fds },
					      &lab->r->diag);
	text_fini(&words);
	if (err)
		lab->guest = 0;
	return err;
}

static int start_guest(struct lab *lab, const char *kernel, const char *memory, int slave)
{
	struct lab_process_fd fds[LAB_PROCESS_FDS_MAX] = {
		{ open_log(lab, LOG_NAME), LAB_FD_LOG },
		{ -1, LAB_FD_OUT },
		{ -1, LAB_FD_ERR },
		{ -1, LAB_FD_EVENTS },
		{ lab_guest_preload(), LAB_FD_PRELOAD },
		{ slave, LAB_FD_TERMINAL },
	};
	size_t n = slave < 0 ? 5 : 6, n_ours = n;
	int err;

	err = make_pipe(&lab->out, &fds[1].from);
	if (!err)
		err = make_pipe(&lab->err, &fds[2].from);
	if (!err)
		err = make_pipe(&lab->events, &fds[3].from);
	if (err || fds[0].from < 0 || fds[4].from < 0)
		err = diag_set(&lab->r->diag, -EMFILE, "no more files can be opened");
	fds[n++] = (struct lab_process_fd){ fds[0].from, 2 };
	for (unsigned int i = 0; i < lab->p->n_nics; i++)
		fds[n++] = (struct lab_process_fd){ lab->devices[i].line, LAB_FD_CONTROL + (int)i };
	if (!err)
		err = exec_guest(lab, kernel, memory, fds, n);
	for (size_t i = 0; i < n_ours; i++)
		close_fd(&fds[i].from);
	for (unsigned int i = 0; i < lab->p->n_nics; i++)
		close_fd(&lab->devices[i].line);
	return err;
}

/* A shell's terminal: keys that come before the guest listens wait, and are not shown twice. */
static int open_terminal(struct lab *lab, int *slave)
{
	struct termios raw;
	int err;

	*slave = -1;
	if (lab->p->argv[0])
		return 0;
	err = lab_terminal_open(&lab->master, slave, &lab->r->diag);
	if (err)
		return err;
	if (!tcgetattr(*slave, &raw)) {
		cfmakeraw(&raw);
		tcsetattr(*slave, TCSANOW, &raw);
	}
	return lab_terminal_raw(&lab->terminal, &lab->r->diag);
}

static int begin(struct lab *lab)
{
	struct diag *d = &lab->r->diag;
	char *kernel = NULL;
	const char *memory;
	int slave = -1, err;

	err = lab_kernel_find(&kernel, lab->p->kernel, lab->p->program, d);
	if (err)
		return err;
	memory = lab_directory_for_memory(lab->p->memory_mb << 20, d);
	err = memory ? lab_directory_new(lab->r->dir, d) : -ENOSPC;
	if (!err)
		err = lab_guest_write(lab->r->dir, lab->p, d);
	for (unsigned int i = 0; i < lab->p->n_nics && !err; i++)
		err = start_device(lab, i);
	for (unsigned int i = 0; i < lab->p->n_nics && !err; i++)
		err = connect_control(lab, i);
	if (!err)
		err = open_terminal(lab, &slave);
	if (!err)
		err = start_guest(lab, kernel, memory, slave);
	mem_free(kernel);
	return err;
}

/* The end. */

static void save_log(const struct lab *lab)
{
	char path[LAB_DIRECTORY_MAX + 16], buf[65536];
	int from, to;
	ssize_t n;

	snprintf(path, sizeof path, "%s/" LOG_NAME, lab->r->dir);
	from = open(path, O_RDONLY | O_CLOEXEC);
	to = open(lab->p->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	while (from >= 0 && to >= 0 && (n = read(from, buf, sizeof buf)) > 0)
		write_all(to, buf, (size_t)n);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
}

/* A device that is told to end says what is wrong with it, above all one with sanitizers. */
static void end_device(struct lab *lab, unsigned int i)
{
	uint64_t give_up = clock_now_ns() + DEVICE_END_NS;
	struct device *dev = &lab->devices[i];
	const struct timespec pause = { 0, 2000000 };
	char words[64], log[16];
	int status;

	if (!dev->pid)
		return;
	kill(dev->pid, SIGTERM);
	while (!waitpid(dev->pid, &status, WNOHANG) && clock_now_ns() < give_up)
		nanosleep(&pause, NULL);
	if (lab->r->error || clock_now_ns() >= give_up ||
	    (WIFSIGNALED(status) ? WTERMSIG(status) == SIGTERM : !WEXITSTATUS(status)))
		return;
	snprintf(log, sizeof log, "device%u", i);
	lab->is_over = false;
	fail(lab, LAB_STATUS_FAILED, log, "the device %s",
	     lab_process_end_words(words, sizeof words, status));
}

static void end(struct lab *lab)
{
	if (lab->guest)
		kill(-lab->guest, SIGKILL);
	for (unsigned int i = 0; i < LAB_NICS_MAX; i++)
		end_device(lab, i);
	lab_process_kill_all(0);
	lab_terminal_restore(&lab->terminal);
	clear_progress(lab);
	if (lab->p->log && lab->r->dir[0])
		save_log(lab);
	lab_directory_remove(lab->r->dir);
	lab->r->is_complete = true;
}

static int open_signals(void)
{
	static const int wanted[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGWINCH };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		sigaddset(&set, wanted[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/*
 * All of a lab takes turns: the guest has one processor, each system call of its processes is two
 * switches between them and it, and it waits for each command of its device. On two processors of
 * the host every turn wakes one that had gone to sleep, which in a virtual machine costs most of
 * the time: rules go into the device four times as fast when all is on one. Labs that are started
 * one after the other are on different ones. Where it cannot be had nothing is lost but time.
 */
static void stay_on_one_processor(void)
{
	cpu_set_t all, one;
	int n, skip;

	if (sched_getaffinity(0, sizeof all, &all))
		return;
	n = CPU_COUNT(&all);
	skip = n ? getpid() % n : 0;
	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &all) || skip--)
			continue;
		CPU_ZERO(&one);
		CPU_SET(i, &one);
		(void)!sched_setaffinity(0, sizeof one, &one);
		return;
	}
}

void lab_supervisor_run(const struct lab_params *p, struct lab_supervisor_report *r)
{
	struct lab lab = {
		.p = p,
		.r = r,
		.signals = open_signals(),
		.events = -1,
		.out = -1,
		.err = -1,
		.master = -1,
		.step = "starting the device",
		.start_ns = clock_now_ns(),
	};
	int err;

	diag_init(&r->diag);
	for (size_t i = 0; i < LAB_NICS_MAX; i++) {
		lab.devices[i].relay.guest = lab.devices[i].relay.device = -1;
		lab.devices[i].line = -1;
	}
	lab_process_adopt(true);
	stay_on_one_processor();
	err = begin(&lab);
	if (err && !lab.is_over) {
		r->error = err;
		finish(&lab, LAB_STATUS_FAILED);
	}
	take_step(&lab, "Linux boots");
	while (!lab.is_over)
		pump(&lab, TICK_MS);
	end(&lab);
}
