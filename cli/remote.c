/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/remote.h"

#include "base/alloc.h"
#include "serve/request.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define GIVEN_MAX	16 /* options that stood before the command */
#define OPTION_TEXT_MAX 48
/* JSON makes six bytes of a control character. */
#define ANSWER_MAX (6 * 2 * (size_t)SERVE_OUTPUT_MAX + 4096)

void cli_remote_init(struct cli_remote *r, const char *option, bool is_off)
{
	*r = (struct cli_remote){ .option = option, .is_off = is_off, .fd = -1 };
}

void cli_remote_fini(struct cli_remote *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

int cli_remote_path(char path[CLI_SOCKET_PATH_MAX], const char *option, bool *is_default)
{
	const char *env = getenv("INHW_SOCKET"), *dir = getenv("XDG_RUNTIME_DIR");
	int n;

	*is_default = !option && !env;
	path[0] = '\0';
	if (!option && env && !*env)
		return -ENOENT;
	if (option || env)
		n = snprintf(path, CLI_SOCKET_PATH_MAX, "%s", option ? option : env);
	else
		n = snprintf(path, CLI_SOCKET_PATH_MAX, "%s/inhw/daemon.sock",
			     dir && *dir ? dir : "/run");
	return n >= CLI_SOCKET_PATH_MAX ? -ENAMETOOLONG : 0;
}

/* ---- connecting ---- */

static int connect_to(struct cli_remote *r, struct diag *d)
{
	const struct timeval timeout = { .tv_sec = CLI_REMOTE_TIMEOUT_S };
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(r->path) >= sizeof a.sun_path)
		return diag_set(d, -ENAMETOOLONG, "%s: a socket's path has at most %zu bytes",
				r->path, sizeof a.sun_path - 1);
	strcpy(a.sun_path, r->path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return diag_set(d, -errno, "socket: %s", diag_strerror(-errno));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) ||
	    connect(fd, (const struct sockaddr *)&a, sizeof a)) {
		int err = -errno;

		close(fd);
		return diag_set(d, err, "%s: %s", r->path,
				err == -ECONNREFUSED || err == -ENOENT ? "no daemon serves there"
								       : diag_strerror(err));
	}
	r->fd = fd;
	return 0;
}

/* 1: there is a daemon; 0: there is none and need not be; or negative errno. */
static int find(struct cli_remote *r, struct diag *d)
{
	bool is_default;
	int err;

	if (r->fd >= 0 || r->is_off)
		return r->fd >= 0;
	err = cli_remote_path(r->path, r->option, &is_default);
	if (err && err != -ENOENT)
		return diag_set(d, err, "the path of the daemon's socket is too long");
	err = err ? err : connect_to(r, d);
	if (!err)
		return 1;
	r->is_off = !*r->path || (is_default && (err == -ENOENT || err == -ECONNREFUSED));
	return r->is_off ? 0 : err;
}

/* ---- what a command reads ---- */

/* All of @from, as a file that can be read without waiting. A descriptor or negative errno. */
static int copy_input(int from, struct diag *d)
{
	int fd = memfd_create("inhw-stdin", MFD_CLOEXEC);
	char buf[16384];
	size_t total = 0;
	ssize_t n = 0;

	if (fd < 0)
		return diag_set(d, -errno, "memfd_create: %s", diag_strerror(-errno));
	while (total <= CLI_REMOTE_INPUT_MAX && (n = read(from, buf, sizeof buf)) > 0) {
		if (write(fd, buf, (size_t)n) != n) {
			n = -1;
			break;
		}
		total += (size_t)n;
	}
	if (n >= 0 && total <= CLI_REMOTE_INPUT_MAX && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	close(fd);
	if (n >= 0)
		return diag_set(d, -EFBIG,
				"the standard input has more than %u MiB, which is not sent to a "
				"daemon: --no-daemon",
				CLI_REMOTE_INPUT_MAX >> 20);
	return diag_set(d, -EIO, "the standard input: %s", diag_strerror(-errno));
}

/* What a word names: behind the "=" of an option, or all of it. */
static const char *name_in(const char *word)
{
	const char *equals = word[0] == '-' && word[1] == '-' ? strchr(word, '=') : NULL;

	return equals ? equals + 1 : word;
}

/*
 * A descriptor of this process, as a shell makes it of <(COMMAND): it becomes the standard input.
 * *@word: a copy, owned by the caller, if it does.
 */
static int replace_fd(const char *word, char **copy, int *input, struct diag *d)
{
	const char *name = name_in(word);
	int fd;

	if (!strcmp(name, "/dev/stdout") || !strcmp(name, "/dev/stderr"))
		return diag_set(d, -EINVAL,
				"%s is not this process's in a daemon: name a file, or --no-daemon",
				name);
	if (strncmp(name, "/dev/fd/", 8) && strncmp(name, "/proc/self/fd/", 14))
		return 0;
	if (*input >= 0)
		return diag_set(d, -EINVAL, "%s: only one input is sent to a daemon", name);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return diag_set(d, -errno, "%s: %s", name, diag_strerror(-errno));
	*input = copy_input(fd, d);
	close(fd);
	if (*input < 0)
		return *input;
	return asprintf(copy, "%.*s/dev/stdin", (int)(name - word), word) < 0
		       ? diag_set(d, -ENOMEM, "no memory")
		       : 0;
}

/* *@input: a descriptor, or -1 when no word says that it is read. */
static int find_input(const char **argv, size_t argc, char **copy, int *input, struct diag *d)
{
	*input = -1;
	*copy = NULL;
	for (size_t i = 1; i < argc; i++) {
		char *replaced = NULL;
		int err = replace_fd(argv[i], &replaced, input, d);

		if (replaced)
			argv[i] = *copy = replaced;
		if (err)
			return err;
	}
	for (size_t i = 1; i < argc && *input < 0; i++) {
		const char *name = name_in(argv[i]);

		if (strcmp(name, "-") && strcmp(name, "/dev/stdin"))
			continue;
		*input = copy_input(STDIN_FILENO, d);
		if (*input < 0)
			return *input;
	}
	return 0;
}

/* ---- the way there and back ---- */

static int lost(const struct cli_remote *r, int err, struct diag *d)
{
	if (err == -EAGAIN)
		return diag_set(d, err, "%s: the daemon has not answered for %d seconds", r->path,
				CLI_REMOTE_TIMEOUT_S);
	return diag_set(d, err, "%s: the daemon has gone: %s", r->path, diag_strerror(err));
}

static ssize_t send_some(int fd, const char *s, size_t n, const int *fds, size_t n_fds)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(2 * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { CONST_CAST(char *, s), n }; /* sendmsg() only reads it */
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *h;

	if (n_fds) {
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(n_fds * sizeof *fds);
		h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(n_fds * sizeof *fds);
		memcpy(CMSG_DATA(h), fds, n_fds * sizeof *fds);
	}
	return sendmsg(fd, &m, MSG_NOSIGNAL);
}

/* @input: a descriptor or -1. */
static int send_line(const struct cli_remote *r, const char *line, int input, struct diag *d)
{
	int fds[2] = { open(".", O_PATH | O_DIRECTORY | O_CLOEXEC), input };
	size_t n_fds = input >= 0 ? 2 : 1, size = strlen(line), sent = 0;

	if (fds[0] < 0)
		return diag_set(d, -errno, "the working directory: %s", diag_strerror(-errno));
	while (sent <= size) {
		bool is_end = sent == size;
		ssize_t n = send_some(r->fd, is_end ? "\n" : line + sent, is_end ? 1 : size - sent,
				      fds, n_fds);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		n_fds = 0; /* they have gone with the first byte */
		sent += (size_t)n;
	}
	close(fds[0]);
	return sent > size ? 0 : lost(r, -errno, d);
}

static int read_answer(const struct cli_remote *r, struct text *t, struct diag *d)
{
	char buf[65536];

	for (;;) {
		ssize_t n = read(r->fd, buf, sizeof buf);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return lost(r, n ? -errno : -ECONNRESET, d);
		text_put_mem(t, buf, (size_t)n);
		if (t->error || t->len > ANSWER_MAX)
			return diag_set(d, -EMSGSIZE, "%s: the answer is too long", r->path);
		if (buf[n - 1] == '\n')
			return 0;
	}
}

static int ask(const struct cli_remote *r, struct serve_request *request, struct serve_answer *a,
	       struct diag *d)
{
	char *line = NULL, *copy;
	struct text t;
	int input, err;

	text_init(&t);
	err = find_input(request->argv, request->argc, &copy, &input, d);
	if (!err)
		err = serve_request_encode(request, &line, d);
	if (!err)
		err = send_line(r, line, input, d);
	if (!err)
		err = read_answer(r, &t, d);
	if (!err)
		err = serve_answer_decode(a, t.s, t.len, d);
	if (input >= 0)
		close(input);
	free(line);
	free(copy);
	text_fini(&t);
	return err;
}

/* What @r has to say of @given that is not what it says when nothing is given; 0..2 words. */
static size_t put_option(const struct option_row *r, const struct cli_model *given,
			 const char **argv, char text[OPTION_TEXT_MAX])
{
	const void *value = (const char *)given + r->offset;
	const void *usual = (const char *)&cli_model_default + r->offset;

	argv[0] = text;
	switch (r->type) {
	case OPTION_FLAG:
		snprintf(text, OPTION_TEXT_MAX, "--%s", r->name);
		return *(const bool *)value;
	case OPTION_STRING:
		snprintf(text, OPTION_TEXT_MAX, "--%s", r->name);
		argv[1] = *(const char *const *)value;
		return argv[1] ? 2 : 0;
	case OPTION_NUMBER:
		snprintf(text, OPTION_TEXT_MAX, "--%s=%llu", r->name,
			 (unsigned long long)*(const uint64_t *)value);
		return *(const uint64_t *)value != *(const uint64_t *)usual;
	case OPTION_CHOICE:
		if (*(const int *)value == *(const int *)usual)
			return 0;
		snprintf(text, OPTION_TEXT_MAX, "--%s=%s", r->name,
			 r->choices[*(const int *)value]);
		return 1;
	case OPTION_N_TYPES:
		break;
	}
	return 0;
}

/* What stood before the command is not known to the daemon: it comes first behind its name. */
static size_t put_given(const struct cli *c, const char **argv,
			char text[GIVEN_MAX][OPTION_TEXT_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < GIVEN_MAX && cli_model_rows[i].name; i++)
		n += put_option(&cli_model_rows[i], &c->given, argv + n, text[i]);
	return n;
}

/* @argv: may be changed. */
static int run(struct cli_remote *r, const struct print *p, const char **argv, size_t argc,
	       struct serve_answer *a, struct diag *d)
{
	struct serve_request request = {
		.argv = argv,
		.argc = argc,
		.place = p->place,
		.width = p->width < SERVE_WIDTH_MAX ? p->width : SERVE_WIDTH_MAX,
		.err_width = p->err_width < SERVE_WIDTH_MAX ? p->err_width : SERVE_WIDTH_MAX,
		.colour = p->auto_colour,
		.err_colour = p->auto_err_colour,
		.ascii = p->ascii,
	};
	int err = ask(r, &request, a, d);

	if (err)
		cli_remote_fini(r); /* what comes over it now may belong to this command */
	return err ? err : 1;
}

int cli_remote_ask(struct cli_remote *r, struct cli *c, int argc, const char **argv,
		   struct serve_answer *a, struct diag *d)
{
	int found = r ? find(r, d) : 0;
	char given[GIVEN_MAX][OPTION_TEXT_MAX];
	const char **all;
	size_t n;

	*a = (struct serve_answer){ 0 };
	if (found <= 0)
		return found;
	all = mem_new_array((size_t)argc + 2 * GIVEN_MAX + 1, sizeof *all);
	if (!all)
		return diag_set(d, -ENOMEM, "no memory for the command");
	all[0] = argv[0];
	n = 1 + put_given(c, all + 1, given);
	memcpy(all + n, argv + 1, (size_t)(argc - 1) * sizeof *argv);
	found = run(r, &c->print, all, n + (size_t)argc - 1, a, d);
	mem_free(all);
	return found;
}

bool cli_remote_run(struct cli_remote *r, struct cli *c, int argc, const char **argv, int *status)
{
	struct print *p = &c->print;
	struct serve_answer a;
	struct diag d;
	int found;

	diag_init(&d);
	found = cli_remote_ask(r, c, argc, argv, &a, &d);
	*status = found > 0 ? a.status : CLI_USAGE;
	if (found > 0) {
		print_text(p, a.out);
		fflush(p->out); /* so that both keep their order on one terminal or in one file */
		fputs(a.err, p->err);
	} else if (found < 0) {
		print_diag(p, &d, NULL);
	}
	serve_answer_fini(&a);
	return found;
}
