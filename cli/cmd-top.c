/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw top`: a screen of what goes through a daemon's machine, drawn anew each second. */
#include "cli/remote.h"
#include "cli/stats.h"
#include "serve/request.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#define PERIOD_MS     1000
#define HEIGHT_LEAST  8
#define WIDTH_DEFAULT 80

#define SCREEN_OPEN  "\033[?1049h\033[?25l" /* the other screen, without a cursor */
#define SCREEN_CLOSE "\033[?25h\033[?1049l"
#define SCREEN_HOME  "\033[H\033[2J"

struct options {
	bool json, once;
	uint64_t count;
};

const struct option_row cmd_top_rows[] = {
	{ .name = "json",
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct options, json),
	  .help = "an object in a line each second, as of inhw stats --json" },
	{ .name = "once",
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct options, once),
	  .help = "as -n 1" },
	{ .name = "count",
	  .letter = 'n',
	  .type = OPTION_NUMBER,
	  .offset = offsetof(struct options, count),
	  .arg = "N",
	  .help = "N times, as plain text, then end",
	  .min = 1,
	  .max = UINT32_MAX },
	{ .name = NULL },
};

struct top {
	struct cli *c;
	int signals; /* -1: none */
	bool is_screen;
	struct termios before; /* of a screen */
};

/* ---- what the daemon says ---- */

/* NULL: it does not, which was said. */
static json_t *ask(struct top *t)
{
	const char *argv[] = { "stats", "--json", "--flows=50" };
	struct print *p = &t->c->print;
	struct serve_answer a;
	struct diag d;
	json_t *j = NULL;
	int found;

	diag_init(&d);
	found = cli_remote_ask(t->c->remote, t->c, (int)ARRAY_SIZE(argv), argv, &a, &d);
	if (!found)
		print_failure(p, "there is no daemon: 'inhw serve' is one");
	else if (found < 0)
		print_diag(p, &d, NULL);
	else if (a.status)
		fputs(a.err, p->err);
	else if (!(j = json_loads(a.out, 0, NULL)))
		print_failure(p, "the daemon's answer is no JSON");
	serve_answer_fini(&a);
	return j;
}

/* ---- the terminal ---- */

static bool open_screen(struct top *t)
{
	struct termios raw;

	if (!t->c->print.width || tcgetattr(STDIN_FILENO, &t->before))
		return false;
	raw = t->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO); /* ^C stays what it is */
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw))
		return false;
	print_text(&t->c->print, SCREEN_OPEN);
	return true;
}

static void close_screen(struct top *t)
{
	if (!t->is_screen)
		return;
	print_text(&t->c->print, SCREEN_CLOSE);
	fflush(t->c->print.out);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &t->before);
	t->is_screen = false;
}

static struct stats_view view_of(const struct top *t)
{
	const struct print *p = &t->c->print;
	struct stats_view v = { .width = p->width, .colour = p->colour, .ascii = p->ascii };
	struct winsize size = { 0 };

	if (!t->is_screen)
		return v;
	if (!ioctl(fileno(p->out), TIOCGWINSZ, &size) && size.ws_row) {
		v.width = size.ws_col;
		v.height = size.ws_row > HEIGHT_LEAST ? size.ws_row - 1u : HEIGHT_LEAST;
	} else {
		v.width = WIDTH_DEFAULT;
		v.height = 24 - 1;
	}
	return v;
}

static void draw(struct top *t, const json_t *j, bool as_json)
{
	const struct stats_view v = view_of(t);
	struct print *p = &t->c->print;
	struct text s;

	text_init(&s);
	if (as_json) {
		char *line = json_dumps(j, JSON_COMPACT | JSON_PRESERVE_ORDER);

		text_putf(&s, "%s\n", line ? line : "");
		free(line);
	} else {
		text_put(&s, t->is_screen ? SCREEN_HOME : "");
		stats_format(&s, j, &v);
	}
	print_text(p, s.s);
	if (fflush(p->out) && !p->error)
		p->error = -errno;
	text_fini(&s);
}

/* ---- each second ---- */

static bool read_signal(const struct top *t)
{
	struct signalfd_siginfo info;

	return read(t->signals, &info, sizeof info) == sizeof info && info.ssi_signo != SIGWINCH;
}

/* Whether what came says that it ends: a signal, "q", or the end of what is typed. */
static bool is_end(const struct top *t, const struct pollfd p[2])
{
	char key = 'q';

	if (p[0].revents && read_signal(t))
		return true;
	return p[1].revents && (read(STDIN_FILENO, &key, 1) <= 0 || key == 'q' || key == 'Q');
}

/* True: go on. A resized screen and any key are drawn at once. */
static bool wait_for_next(const struct top *t)
{
	struct pollfd p[2] = { { .fd = t->signals, .events = POLLIN },
			       { .fd = t->is_screen ? STDIN_FILENO : -1, .events = POLLIN } };
	int n = poll(p, 2, PERIOD_MS);

	return n == 0 || (n < 0 ? errno == EINTR : !is_end(t, p));
}

static int run(struct top *t, const struct options *o)
{
	uint64_t left = o->count;
	json_t *j = ask(t);
	/* A screen shows what it knows at once; a text begins with rates. */
	bool is_first = !t->is_screen;

	while (j) {
		if (!is_first)
			draw(t, j, o->json);
		json_decref(j);
		if (t->c->print.error || (!is_first && left && !--left) || !wait_for_next(t))
			return CLI_OK;
		is_first = false;
		j = ask(t);
	}
	return CLI_FAILED;
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGWINCH);
	return sigprocmask(SIG_BLOCK, &set, NULL) ? -1
						  : signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int cmd_top(struct cli *c, int argc, const char **argv)
{
	struct options o = { 0 };
	struct top t = { .c = c };
	int n = cli_parse(c, cmd_top_rows, &o, argc, argv), status;

	if (n < 0)
		return CLI_USAGE;
	if (n)
		return cli_usage(c, "top", "wanted: no argument");
	o.count = o.once ? 1 : o.count;
	t.signals = open_signals();
	t.is_screen = !o.count && !o.json && open_screen(&t);
	/* Into a file or a pipe, without a number: once. */
	if (!t.is_screen && !o.count && !o.json)
		o.count = 1;
	status = run(&t, &o);
	close_screen(&t);
	if (t.signals >= 0)
		close(t.signals);
	return status;
}
