/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/lines.h"

#include "base/alloc.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_MAX 32

struct client {
	struct client *next;
	int fd;
	uint32_t events; /* that are asked for */
	char *line;	 /* line_max bytes: what came and was not looked at yet */
	size_t n_in;
	int fds[SERVE_LINES_FDS_MAX]; /* that came with it; -1: none */
	bool is_cut;		      /* the rest of a line that was too long is thrown away */
	char *out;		      /* the answer; owned; NULL: none */
	size_t n_out, n_sent;
	bool is_dead;
};

struct serve_lines {
	struct serve_lines_params params;
	struct client *clients; /* the newest first */
	size_t n_clients;
	int epoll, listener; /* listener: borrowed; -1: none */
};

/* ---- clients ---- */

static void close_fds(struct client *k)
{
	for (size_t i = 0; i < SERVE_LINES_FDS_MAX; i++) {
		if (k->fds[i] >= 0)
			close(k->fds[i]);
		k->fds[i] = -1;
	}
}

static void client_free(struct client *k)
{
	close_fds(k);
	if (k->fd >= 0)
		close(k->fd);
	mem_free(k->line);
	free(k->out);
	mem_free(k);
}

static void set_events(struct serve_lines *l, struct client *k, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = k };

	if (k->events != events && epoll_ctl(l->epoll, EPOLL_CTL_MOD, k->fd, &e))
		k->is_dead = true;
	k->events = events;
}

int serve_lines_add(struct serve_lines *l, int fd)
{
	struct client *k = l->n_clients < l->params.n_clients ? mem_new(sizeof *k) : NULL;
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = k };

	if (!k) {
		close(fd);
		return l->n_clients < l->params.n_clients ? -ENOMEM : -ENOSPC;
	}
	k->fd = fd;
	k->events = EPOLLIN;
	for (size_t i = 0; i < SERVE_LINES_FDS_MAX; i++)
		k->fds[i] = -1;
	k->line = mem_new(l->params.line_max);
	if (!k->line || epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &e)) {
		client_free(k);
		return -ENOMEM;
	}
	k->next = l->clients;
	l->clients = k;
	l->n_clients++;
	return 0;
}

static void free_dead(struct serve_lines *l)
{
	struct client **at = &l->clients, *k;

	while ((k = *at) != NULL) {
		if (!k->is_dead) {
			at = &k->next;
			continue;
		}
		*at = k->next;
		l->n_clients--;
		client_free(k);
	}
}

/* ---- answers ---- */

/* @answer: taken; NULL: there is none. */
static void put_answer(const struct serve_lines *l, struct client *k, json_t *answer)
{
	char *s;
	size_t n;

	if (!answer)
		return;
	s = json_dumps(answer, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(answer);
	n = s ? strlen(s) : 0;
	if (n > l->params.answer_max) {
		free(s);
		answer = l->params.refuse(-EMSGSIZE, "the answer is too long");
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

static void keep_fd(struct client *k, int fd)
{
	for (size_t i = 0; i < SERVE_LINES_FDS_MAX; i++) {
		if (k->fds[i] < 0) {
			k->fds[i] = fd;
			return;
		}
	}
	close(fd);
}

static void keep_fds(struct client *k, struct msghdr *m)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		size_t n = h->cmsg_len > CMSG_LEN(0) ? h->cmsg_len - CMSG_LEN(0) : 0;
		int fd;

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = 0; at + sizeof fd <= n; at += sizeof fd) {
			memcpy(&fd, CMSG_DATA(h) + at, sizeof fd);
			keep_fd(k, fd);
		}
	}
}

/* Of descriptors that find no room in @control the kernel gives none. */
static ssize_t get_with_fds(struct client *k, size_t room)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(SERVE_LINES_FDS_MAX * sizeof(int))];
	} control;
	struct iovec iov = { k->line + k->n_in, room };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control.bytes,
			    .msg_controllen = sizeof control.bytes };
	ssize_t n = recvmsg(k->fd, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

	if (n >= 0)
		keep_fds(k, &m);
	return n;
}

static void fill(const struct serve_lines *l, struct client *k)
{
	size_t room = l->params.line_max - k->n_in;
	ssize_t n = l->params.takes_fds ? get_with_fds(k, room)
					: read(k->fd, k->line + k->n_in, room);

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

static bool has_line(const struct serve_lines *l, const struct client *k)
{
	return k->n_in == l->params.line_max || memchr(k->line, '\n', k->n_in);
}

/* One line, if a whole one is there. Of one that is too long the first part gets the error. */
static void run_line(struct serve_lines *l, struct client *k)
{
	const char *end = memchr(k->line, '\n', k->n_in);
	size_t n = end ? (size_t)(end - k->line) : k->n_in;
	bool is_cut = k->is_cut;

	if (!end && n < l->params.line_max)
		return;
	k->is_cut = !end;
	if (!end && !is_cut)
		put_answer(l, k, l->params.refuse(-EMSGSIZE, "the request is too long"));
	else if (!is_cut && strspn(k->line, " \t\r") < n)
		put_answer(l, k, l->params.answer(l->params.aux, k->line, n, k->fds));
	close_fds(k);
	drop_line(k, n + (end != NULL));
}

static void run_client(struct serve_lines *l, struct client *k, uint32_t events)
{
	if (k->out)
		flush(k);
	if (k->out) {
		if (events & (EPOLLHUP | EPOLLERR))
			k->is_dead = true;
		return;
	}
	if (!has_line(l, k) && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		fill(l, k);
	if (k->is_dead)
		return;
	run_line(l, k);
	if (k->out)
		flush(k);
	/* A line that waits already brings no event: being writable does. */
	set_events(l, k, k->out || has_line(l, k) ? EPOLLOUT : EPOLLIN);
}

/*
 * Whether it does not read its answers. A socket is not writable any more when a quarter of its
 * buffer is full: then all that was answered is on the way, and its next line waits.
 */
static bool is_stuck(const struct client *k)
{
	struct pollfd p = { .fd = k->fd, .events = POLLOUT };

	return k->out || (k->events == EPOLLOUT && !poll(&p, 1, 0));
}

/* The oldest client that does not read its answer, or NULL. */
static struct client *find_stuck(const struct serve_lines *l)
{
	struct client *found = NULL;

	for (struct client *k = l->clients; k; k = k->next)
		found = is_stuck(k) ? k : found;
	return found;
}

/* Whether it has read why or not: it goes. */
static void turn_away(const struct serve_lines *l, int fd)
{
	json_t *answer = l->params.refuse(-EAGAIN, "there are too many clients");
	struct client k = { .fd = fd };

	put_answer(l, &k, answer);
	if (k.out)
		flush(&k);
	free(k.out);
	close(fd);
}

static void accept_client(struct serve_lines *l)
{
	int fd = accept4(l->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct client *stuck;

	if (fd < 0)
		return;
	stuck = l->n_clients == l->params.n_clients ? find_stuck(l) : NULL;
	if (stuck) {
		stuck->is_dead = true;
		free_dead(l);
	}
	if (l->n_clients < l->params.n_clients)
		(void)!serve_lines_add(l, fd); /* no memory: it is closed */
	else
		turn_away(l, fd);
}

void serve_lines_run(struct serve_lines *l)
{
	struct epoll_event events[EVENTS_MAX];
	int n = epoll_wait(l->epoll, events, (int)ARRAY_SIZE(events), 0);
	bool is_called = false;

	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr)
			run_client(l, events[i].data.ptr, events[i].events);
		else
			is_called = true;
	}
	free_dead(l);
	/* At the end: it may free a client, of which an event may tell. */
	if (is_called)
		accept_client(l);
}

/* ---- life ---- */

int serve_lines_new(struct serve_lines **out, const struct serve_lines_params *params,
		    struct diag *d)
{
	struct serve_lines *l = mem_new(sizeof *l);

	*out = NULL;
	if (!l)
		return diag_set(d, -ENOMEM, "no memory");
	l->params = *params;
	l->listener = -1;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0) {
		int err = diag_set(d, -errno, "epoll: %s", diag_strerror(-errno));

		mem_free(l);
		return err;
	}
	*out = l;
	return 0;
}

void serve_lines_free(struct serve_lines *l)
{
	if (!l)
		return;
	for (struct client *k = l->clients; k; k = k->next)
		k->is_dead = true;
	free_dead(l);
	close(l->epoll);
	mem_free(l);
}

int serve_lines_listen(struct serve_lines *l, int fd, struct diag *d)
{
	struct epoll_event e = { .events = EPOLLIN };

	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &e))
		return diag_set(d, -errno, "epoll: %s", diag_strerror(-errno));
	l->listener = fd;
	return 0;
}

int serve_lines_fd(const struct serve_lines *l)
{
	return l->epoll;
}
