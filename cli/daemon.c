/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/daemon.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "serve/lines.h"
#include "serve/listener.h"
#include "serve/output.h"
#include "serve/request.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

/* JSON makes six bytes of a control character: what was printed always fits. */
#define ANSWER_MAX (6 * 2 * (size_t)SERVE_OUTPUT_MAX + 4096)

struct daemon {
	struct cli *c;
	struct serve_listener *listener;
	struct serve_lines *lines;
	struct daemon_source sources[DAEMON_SOURCES_MAX];
	size_t n_sources;
	int epoll, signals;
	int home, null; /* the directory and the standard input between commands */
	uint64_t tick_ns;
	bool is_ending;
};

/* ---- a command ---- */

/* So that a command that waits for a file gets EINTR, time and again. */
static void interrupt(int signal)
{
	(void)signal;
}

static void set_alarm(uint64_t after_ns)
{
	const struct itimerval t = {
		.it_value.tv_sec = (time_t)(after_ns / NSEC_PER_SEC),
		.it_interval.tv_usec = after_ns ? 100000 : 0,
	};

	(void)setitimer(ITIMER_REAL, &t, NULL);
}

/* stdin is read anew, from whatever descriptor 0 is then. */
static int set_stdin(int fd)
{
	if (dup2(fd, STDIN_FILENO) < 0)
		return -errno;
	(void)fflush(stdin);
	rewind(stdin);
	return 0;
}

/* Where the client is; what it is not given there is this process's. */
static int enter(const int fds[SERVE_LINES_FDS_MAX], struct diag *d)
{
	struct stat st;

	if (fds[SERVE_FD_DIRECTORY] >= 0 && fchdir(fds[SERVE_FD_DIRECTORY]))
		return diag_set(d, -errno, "the client's directory: %s", diag_strerror(-errno));
	if (fds[SERVE_FD_STDIN] < 0)
		return 0;
	if (fstat(fds[SERVE_FD_STDIN], &st) || !S_ISREG(st.st_mode))
		return diag_set(d, -EINVAL, "the client's standard input is no file");
	return set_stdin(fds[SERVE_FD_STDIN])
		       ? diag_set(d, -errno, "the client's standard input: %s", strerror(errno))
		       : 0;
}

static void leave(struct daemon *s, const int fds[SERVE_LINES_FDS_MAX])
{
	if (fchdir(s->home))
		s->is_ending = true; /* it cannot be: home is held open */
	if (fds[SERVE_FD_STDIN] >= 0)
		(void)!set_stdin(s->null);
}

static int run_command(struct daemon *s, const struct serve_request *r, struct serve_output *out,
		       struct serve_output *err)
{
	struct cli *c = s->c;
	const struct print own = c->print;
	int status;

	print_init(&c->print, out->f, err->f);
	c->print.ascii = r->ascii;
	c->print.width = r->width;
	c->print.err_width = r->err_width;
	c->print.auto_colour = r->colour;
	c->print.auto_err_colour = r->err_colour;
	print_set_colour(&c->print, PRINT_AUTO);
	snprintf(c->print.place, sizeof c->print.place, "%s", r->place);
	c->deadline_ns = clock_now_ns() + DAEMON_COMMAND_MAX_NS;
	set_alarm(DAEMON_COMMAND_MAX_NS + NSEC_PER_SEC);
	status = cli_run(c, (int)r->argc, r->argv);
	set_alarm(0);
	c->deadline_ns = 0;
	if (print_end(&c->print))
		status = CLI_USAGE;
	c->print = own;
	/* What options of this command have changed must not be there for packets after it. */
	c->model = c->given;
	return cli_host(c, false) ? status : CLI_FAILED;
}

static json_t *refuse(int error, const char *words)
{
	char err[DIAG_WORDS_MAX + 8];

	snprintf(err, sizeof err, "inhw: %s\n", words);
	return serve_answer_encode(
		&(struct serve_answer){ .status = CLI_USAGE, .out = "", .err = err });
}

static json_t *run_captured(struct daemon *s, const struct serve_request *r)
{
	struct serve_output out, err;
	struct serve_answer a = { 0 };
	json_t *answer = NULL;
	int no_out = serve_output_open(&out, SERVE_OUTPUT_MAX);
	int no_err = serve_output_open(&err, SERVE_OUTPUT_MAX);

	if (!no_out && !no_err) {
		a.status = run_command(s, r, &out, &err);
		a.out = serve_output_text(&out);
		a.err = serve_output_text(&err);
		answer = serve_answer_encode(&a);
	}
	serve_output_close(&out);
	serve_output_close(&err);
	return answer ? answer : refuse(-ENOMEM, "no memory for the answer");
}

static json_t *answer(void *aux, const char *line, size_t n, const int fds[SERVE_LINES_FDS_MAX])
{
	struct daemon *s = aux;
	struct serve_request r;
	json_t *j;
	struct diag d;
	int err;

	diag_init(&d);
	err = serve_request_decode(&r, line, n, &d);
	if (!err)
		err = enter(fds, &d);
	j = err ? refuse(err, d.words) : run_captured(s, &r);
	leave(s, fds);
	serve_request_fini(&r);
	return j;
}

/* ---- what there is to do ---- */

static void run_lines(void *aux, uint64_t now_ns)
{
	struct daemon *s = aux;

	(void)now_ns;
	serve_lines_run(s->lines);
}

static void run_signals(void *aux, uint64_t now_ns)
{
	struct daemon *s = aux;
	struct signalfd_siginfo info;

	(void)now_ns;
	s->is_ending |= read(s->signals, &info, sizeof info) == sizeof info;
}

static uint64_t next_tick(void *aux)
{
	const struct daemon *s = aux;

	return s->tick_ns;
}

static void run_tick(void *aux, uint64_t now_ns)
{
	struct daemon *s = aux;

	if (s->c->host)
		host_set_now(s->c->host, now_ns + s->c->ahead_ns);
	s->tick_ns = now_ns + DAEMON_TICK_NS;
}

int daemon_add(struct daemon *s, const struct daemon_source *source, struct diag *d)
{
	struct epoll_event e = { .events = EPOLLIN, .data.u64 = s->n_sources };

	if (s->n_sources == DAEMON_SOURCES_MAX)
		return diag_set(d, -ENOSPC, "too many sources: at most %u", DAEMON_SOURCES_MAX);
	if (source->fd >= 0 && epoll_ctl(s->epoll, EPOLL_CTL_ADD, source->fd, &e))
		return diag_set(d, -errno, "epoll: %s", diag_strerror(-errno));
	s->sources[s->n_sources++] = *source;
	return 0;
}

/* Milliseconds until the first of them has something to do, rounded up. */
static int time_left(const struct daemon *s)
{
	uint64_t now = clock_now_ns(), first = UINT64_MAX;

	host_lock(s->c->host);
	for (size_t i = 0; i < s->n_sources; i++) {
		const struct daemon_source *k = &s->sources[i];
		uint64_t next = k->next_ns ? k->next_ns(k->aux) : UINT64_MAX;

		first = next < first ? next : first;
	}
	host_unlock(s->c->host);
	if (first <= now)
		return 0;
	first = (first - now + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
	return first > 1000 ? 1000 : (int)first;
}

static int run_round(struct daemon *s, struct diag *d)
{
	struct epoll_event events[DAEMON_SOURCES_MAX];
	int n = epoll_wait(s->epoll, events, DAEMON_SOURCES_MAX, time_left(s));
	uint64_t now = clock_now_ns(), ready = 0;

	if (n < 0 && errno != EINTR)
		return diag_set(d, -errno, "epoll: %s", diag_strerror(-errno));
	for (int i = 0; i < n; i++)
		ready |= 1ull << events[i].data.u64;
	host_lock(s->c->host);
	for (size_t i = 0; i < s->n_sources; i++) {
		const struct daemon_source *k = &s->sources[i];

		if (ready >> i & 1 || (k->next_ns && k->next_ns(k->aux) <= now))
			k->run(k->aux, now);
	}
	host_unlock(s->c->host);
	return 0;
}

int daemon_run(struct daemon *s, struct diag *d)
{
	int err = 0;

	while (!err && !s->is_ending)
		err = run_round(s, d);
	return err;
}

/* ---- life ---- */

static int take_signals(struct daemon *s, struct diag *d)
{
	/* Without SA_RESTART: it is there to interrupt. */
	const struct sigaction alarm = { .sa_handler = interrupt };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) || sigaction(SIGALRM, &alarm, NULL) ||
	    signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return diag_set(d, -errno, "signals: %s", diag_strerror(-errno));
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signals < 0 ? diag_set(d, -errno, "signals: %s", diag_strerror(-errno)) : 0;
}

static int open_files(struct daemon *s, struct diag *d)
{
	s->home = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	s->null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->home < 0 || s->null < 0 || s->epoll < 0)
		return diag_set(d, -errno, "the daemon's files: %s", diag_strerror(-errno));
	return 0;
}

static int start(struct daemon *s, const char *path, struct diag *d)
{
	const struct serve_lines_params params = {
		.line_max = SERVE_LINE_MAX,
		.answer_max = ANSWER_MAX,
		.n_clients = DAEMON_CLIENTS_MAX,
		.takes_fds = true,
		.answer = answer,
		.refuse = refuse,
		.aux = s,
	};
	int err =
		take_signals(s, d); /* first: whatever comes from now on ends it with clean hands */

	err = err ? err : open_files(s, d);
	err = err ? err : serve_listener_new(&s->listener, path, d);
	err = err ? err : serve_lines_new(&s->lines, &params, d);
	return err ? err : serve_lines_listen(s->lines, serve_listener_fd(s->listener), d);
}

static int add_own(struct daemon *s, struct diag *d)
{
	const struct daemon_source own[] = {
		{ .fd = s->signals, .run = run_signals, .aux = s },
		{ .fd = -1, .next_ns = next_tick, .run = run_tick, .aux = s },
		{ .fd = serve_lines_fd(s->lines), .run = run_lines, .aux = s },
	};
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(own) && !err; i++)
		err = daemon_add(s, &own[i], d);
	return err;
}

int daemon_new(struct daemon **out, struct cli *c, const char *path, struct diag *d)
{
	struct daemon *s = mem_new(sizeof *s);
	int err;

	*out = NULL;
	if (!s)
		return diag_set(d, -ENOMEM, "no memory");
	s->c = c;
	s->epoll = s->signals = s->home = s->null = -1;
	err = start(s, path, d);
	if (!err)
		err = add_own(s, d);
	if (err) {
		daemon_free(s);
		return err;
	}
	c->is_daemon = true;
	*out = s;
	return 0;
}

void daemon_free(struct daemon *s)
{
	const int fds[] = { s ? s->epoll : -1, s ? s->signals : -1, s ? s->home : -1,
			    s ? s->null : -1 };

	if (!s)
		return;
	s->c->is_daemon = false;
	serve_lines_free(s->lines);
	serve_listener_free(s->listener);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	mem_free(s);
}
