/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/serve/control.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

struct client {
	struct client *next;
	int fd;
	uint32_t events; /* that are asked for */
	char *line;	 /* NIC_CONTROL_LINE_MAX bytes: what came and was not looked at yet */
	size_t n_in;
	bool is_cut; /* the rest of a line that was too long is thrown away */
	char *out;   /* the answer; owned; NULL: none */
	size_t n_out, n_sent;
	bool is_dead;
};

struct nic_control {
	struct nic_requests *requests;
	struct client *clients; /* the newest first */
	size_t n_clients;
	int epoll, listener; /* listener: -1: none */
	char *path;	     /* owned; NULL: no socket */
};

/* ---- clients ---- */

static void client_free(struct client *k)
{
	if (k->fd >= 0)
		close(k->fd);
	mem_free(k->line);
	free(k->out);
	mem_free(k);
}

static void set_events(struct nic_control *c, struct client *k, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = k };

	if (k->events != events && epoll_ctl(c->epoll, EPOLL_CTL_MOD, k->fd, &e))
		k->is_dead = true;
	k->events = events;
}

/* Takes @fd. */
static int client_add(struct nic_control *c, int fd)
{
	struct client *k = mem_new(sizeof *k);
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = k };

	if (!k) {
		close(fd);
		return -ENOMEM;
	}
	k->fd = fd;
	k->events = EPOLLIN;
	k->line = mem_new(NIC_CONTROL_LINE_MAX);
	if (!k->line || epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &e)) {
		client_free(k);
		return -ENOMEM;
	}
	k->next = c->clients;
	c->clients = k;
	c->n_clients++;
	return 0;
}

static void free_dead(struct nic_control *c)
{
	struct client **at = &c->clients, *k;

	while ((k = *at) != NULL) {
		if (!k->is_dead) {
			at = &k->next;
			continue;
		}
		*at = k->next;
		c->n_clients--;
		client_free(k);
	}
}

/* ---- answers ---- */

/* Of a client's lines those that are too long have no request that could be looked at. */
static json_t *answer_of(struct nic_control *c, const char *line, size_t n)
{
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

/* @answer: taken; NULL: there is none. */
static void put_answer(struct client *k, json_t *answer)
{
	char *s;
	size_t n;

	if (!answer)
		return;
	s = json_dumps(answer, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(answer);
	n = s ? strlen(s) : 0;
	if (n > NIC_CONTROL_ANSWER_MAX) {
		free(s);
		answer = nic_request_error(-EMSGSIZE, "the answer is too long");
		s = json_dumps(answer, JSON_COMPACT | JSON_PRESERVE_ORDER);
		json_decref(answer);
		n = s ? strlen(s) : 0;
	}
	if (!s) { /* no memory: nothing that could be said */
		k->is_dead = true;
		return;
	}
	s[n++] = '\n'; /* in the place of the NUL */
	k->out = s;
	k->n_out = n;
	k->n_sent = 0;
}

static ssize_t put(int fd, const char *s, size_t n)
{
	ssize_t r = send(fd, s, n, MSG_NOSIGNAL | MSG_DONTWAIT);

	return r < 0 && errno == ENOTSOCK ? write(fd, s, n) : r;
}

static bool would_block(void)
{
	return errno == EAGAIN || errno == EINTR;
}

static void flush(struct client *k)
{
	while (k->n_sent < k->n_out) {
		ssize_t n = put(k->fd, k->out + k->n_sent, k->n_out - k->n_sent);

		if (n <= 0) {
			k->is_dead = k->is_dead || !would_block();
			return;
		}
		k->n_sent += (size_t)n;
	}
	free(k->out);
	k->out = NULL;
	k->n_out = k->n_sent = 0;
}

/* ---- requests ---- */

static void fill(struct client *k)
{
	ssize_t n = read(k->fd, k->line + k->n_in, NIC_CONTROL_LINE_MAX - k->n_in);

	if (n > 0)
		k->n_in += (size_t)n;
	else if (!n || !would_block())
		k->is_dead = true;
}

static void drop_line(struct client *k, size_t n)
{
	k->n_in -= n;
	memmove(k->line, k->line + n, k->n_in);
}

static bool has_line(const struct client *k)
{
	return k->n_in == NIC_CONTROL_LINE_MAX || memchr(k->line, '\n', k->n_in);
}

/* One line, if a whole one is there. Of one that is too long the first part gets the error. */
static void run_line(struct nic_control *c, struct client *k)
{
	const char *end = memchr(k->line, '\n', k->n_in);
	size_t n = end ? (size_t)(end - k->line) : k->n_in;
	bool is_cut = k->is_cut;

	if (!end && n < NIC_CONTROL_LINE_MAX)
		return;
	k->is_cut = !end;
	if (!end && !is_cut)
		put_answer(k, nic_request_error(-EMSGSIZE, "the request is too long"));
	else if (!is_cut && strspn(k->line, " \t\r") < n)
		put_answer(k, answer_of(c, k->line, n));
	drop_line(k, n + (end != NULL));
}

static void run_client(struct nic_control *c, struct client *k, uint32_t events)
{
	if (k->out)
		flush(k);
	if (k->out) {
		if (events & (EPOLLHUP | EPOLLERR))
			k->is_dead = true;
		return;
	}
	if (!has_line(k) && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		fill(k);
	if (k->is_dead)
		return;
	run_line(c, k);
	if (k->out)
		flush(k);
	/* A line that waits already brings no event: being writable does. */
	set_events(c, k, k->out || has_line(k) ? EPOLLOUT : EPOLLIN);
}

/* The oldest client that does not read its answer, or NULL. */
static struct client *find_stuck(const struct nic_control *c)
{
	struct client *found = NULL;

	for (struct client *k = c->clients; k; k = k->next)
		found = k->out ? k : found;
	return found;
}

static void accept_client(struct nic_control *c)
{
	static const char refusal[] = "{\"ok\":false,\"error\":\"there are too many clients\"}\n";
	int fd = accept4(c->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct client *stuck;

	if (fd < 0)
		return;
	stuck = c->n_clients == NIC_CONTROL_CLIENTS_MAX ? find_stuck(c) : NULL;
	if (stuck) {
		stuck->is_dead = true;
		free_dead(c);
	}
	if (c->n_clients < NIC_CONTROL_CLIENTS_MAX) {
		if (client_add(c, fd))
			return; /* no memory: it is closed */
	} else {
		ssize_t n = put(fd, refusal, sizeof refusal - 1);

		(void)n; /* whether it has read it or not: it goes */
		close(fd);
	}
}

void nic_control_run(struct nic_control *c)
{
	struct epoll_event events[NIC_CONTROL_CLIENTS_MAX + 1];
	int n = epoll_wait(c->epoll, events, (int)ARRAY_SIZE(events), 0);
	bool is_called = false;

	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr)
			run_client(c, events[i].data.ptr, events[i].events);
		else
			is_called = true;
	}
	free_dead(c);
	/* At the end: it may free a client, of which an event may tell. */
	if (is_called)
		accept_client(c);
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
	struct epoll_event e = { .events = EPOLLIN };
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
	if (listen(c->listener, NIC_CONTROL_CLIENTS_MAX) ||
	    epoll_ctl(c->epoll, EPOLL_CTL_ADD, c->listener, &e))
		return diag_set(d, -errno, "%s: %s", path, strerror(errno));
	return 0;
}

int nic_control_new(struct nic_control **out, struct nic_device *dev, const char *path,
		    struct diag *d)
{
	struct nic_control *c = mem_new(sizeof *c);
	int err;

	*out = NULL;
	if (!c)
		return diag_set(d, -ENOMEM, "no memory");
	c->listener = -1;
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	err = c->epoll < 0 ? diag_set(d, -errno, "epoll: %s", strerror(errno))
			   : nic_requests_new(&c->requests, dev, d);
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
	for (struct client *k = c->clients; k; k = k->next)
		k->is_dead = true;
	free_dead(c);
	if (c->path)
		unlink(c->path);
	if (c->listener >= 0)
		close(c->listener);
	if (c->epoll >= 0)
		close(c->epoll);
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

	if (!err && c->n_clients == NIC_CONTROL_CLIENTS_MAX)
		err = -ENOSPC;
	if (err)
		close(fd);
	else
		err = client_add(c, fd);
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
	return c->epoll;
}
