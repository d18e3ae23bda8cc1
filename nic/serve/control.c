/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/serve/control.h"

#include "base/alloc.h"
#include "serve/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

struct nic_control {
	struct nic_requests *requests;
	struct serve_lines *lines;
	int listener; /* -1: none */
	char *path;   /* owned; NULL: no socket */
};

/* Of a client's lines those that are too long have no request that could be looked at. */
static json_t *answer_of(void *aux, const char *line, size_t n, const int fds[SERVE_LINES_FDS_MAX])
{
	struct nic_control *c = aux;
	json_error_t e;
	json_t *request = json_loadb(line, n, JSON_REJECT_DUPLICATES, &e), *answer;
	char words[DIAG_WORDS_MAX];

	if (!request) {
		snprintf(words, sizeof words, "this is no JSON: %s", e.text);
		return nic_request_error(-EINVAL, words);
	}
	/* A terminal that was not raw yet sends back what it gets: this is not answered. */
	if (json_object_get(request, "ok")) {
		json_decref(request);
		return NULL;
	}
	answer = nic_requests_run(c->requests, request);
	json_decref(request);
	return answer ? answer : nic_request_error(-ENOMEM, "no memory for the answer");
}

void nic_control_run(struct nic_control *c)
{
	serve_lines_run(c->lines);
}

/* ---- life ---- */

/* A socket that nobody listens to any more is removed. */
static int remove_stale(const char *path, const struct sockaddr_un *a, struct diag *d)
{
	struct stat st;
	int fd, err;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : diag_set(d, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return diag_set(d, -EEXIST, "%s is there already, and no socket", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return diag_set(d, -errno, "socket: %s", strerror(errno));
	err = connect(fd, (const struct sockaddr *)a, sizeof *a) ? errno : 0;
	close(fd);
	if (err != ECONNREFUSED)
		return diag_set(d, -EADDRINUSE, "%s: another process serves it", path);
	return unlink(path) ? diag_set(d, -errno, "%s: %s", path, strerror(errno)) : 0;
}

static int listen_at(struct nic_control *c, const char *path, struct diag *d)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int err;

	if (strlen(path) >= sizeof a.sun_path)
		return diag_set(d, -ENAMETOOLONG, "%s: the name of a socket has at most %zu bytes",
				path, sizeof a.sun_path - 1);
	memcpy(a.sun_path, path, strlen(path));
	err = remove_stale(path, &a, d);
	if (err)
		return err;
	c->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* The mode of the socket becomes that of the file, before anybody can open it. */
	if (c->listener < 0 || fchmod(c->listener, 0600) ||
	    bind(c->listener, (const struct sockaddr *)&a, sizeof a))
		return diag_set(d, -errno, "%s: %s", path, strerror(errno));
	c->path = mem_strdup(path);
	if (!c->path) {
		unlink(path);
		return diag_set(d, -ENOMEM, "no memory");
	}
	if (listen(c->listener, NIC_CONTROL_CLIENTS_MAX))
		return diag_set(d, -errno, "%s: %s", path, strerror(errno));
	return serve_lines_listen(c->lines, c->listener, d);
}

int nic_control_new(struct nic_control **out, struct nic_device *dev, const char *path,
		    struct diag *d)
{
	struct nic_control *c = mem_new(sizeof *c);
	const struct serve_lines_params params = {
		.line_max = NIC_CONTROL_LINE_MAX,
		.answer_max = NIC_CONTROL_ANSWER_MAX,
		.n_clients = NIC_CONTROL_CLIENTS_MAX,
		.answer = answer_of,
		.refuse = nic_request_error,
		.aux = c,
	};
	int err;

	*out = NULL;
	if (!c)
		return diag_set(d, -ENOMEM, "no memory");
	c->listener = -1;
	err = serve_lines_new(&c->lines, &params, d);
	if (!err)
		err = nic_requests_new(&c->requests, dev, d);
	if (!err && path)
		err = listen_at(c, path, d);
	if (err)
		nic_control_free(c);
	else
		*out = c;
	return err;
}

void nic_control_free(struct nic_control *c)
{
	if (!c)
		return;
	serve_lines_free(c->lines);
	if (c->path)
		unlink(c->path);
	if (c->listener >= 0)
		close(c->listener);
	nic_requests_free(c->requests);
	mem_free(c->path);
	mem_free(c);
}

static int make_raw(int fd)
{
	struct termios t;
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return -errno;
	if (!isatty(fd))
		return 0;
	if (tcgetattr(fd, &t))
		return -errno;
	cfmakeraw(&t);
	return tcsetattr(fd, TCSANOW, &t) ? -errno : 0;
}

int nic_control_add_stream(struct nic_control *c, int fd, struct diag *d)
{
	int err = make_raw(fd);

	if (err)
		close(fd);
	else
		err = serve_lines_add(c->lines, fd);
	return err ? diag_set(d, err, "the stream cannot be used: %s", diag_strerror(err)) : 0;
}

int nic_control_set_device(struct nic_control *c, struct nic_device *dev)
{
	return nic_requests_set_device(c->requests, dev);
}

void nic_control_set_front(struct nic_control *c, const struct nic_requests_front *front)
{
	nic_requests_set_front(c->requests, front);
}

int nic_control_fd(const struct nic_control *c)
{
	return serve_lines_fd(c->lines);
}
