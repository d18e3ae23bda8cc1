/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/serve/client.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "nic/serve/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#define LOCK_RETRY_MS 20
#define TTY_STEP      768 /* bytes of an answer after which a serial line gets an empty line */

struct nic_client {
	int fd;
	char *target;	    /* owned; for words */
	json_int_t last_id; /* of a request: an answer to an older one is stale */
	char *in;	    /* what came and is not used yet; owned */
	size_t n_in, cap;
	size_t n_ungranted; /* bytes that came since the last line that was sent */
};

/* ---- opening ---- */

static int open_socket(struct nic_client *c, const char *path, struct diag *d)
{
	static const char *const endings[] = { ".ctl", "" };
	int err = ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		struct sockaddr_un a = { .sun_family = AF_UNIX };
		int n = snprintf(a.sun_path, sizeof a.sun_path, "%s%s", path, endings[i]);

		if (n < 0 || (size_t)n >= sizeof a.sun_path) {
			err = ENAMETOOLONG;
			continue;
		}
		c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (c->fd < 0)
			return diag_set(d, -errno, "socket: %s", strerror(errno));
		if (!connect(c->fd, (const struct sockaddr *)&a, sizeof a))
			return 0;
		err = errno == ENOENT ? err : errno;
		close(c->fd);
		c->fd = -1;
	}
	return diag_set(d, -err, "%s: %s", path,
			err == ECONNREFUSED ? "nobody serves a device there" : strerror(err));
}

/* Others that use the line are waited for. */
static int lock(int fd)
{
	uint64_t end = clock_now_ns() + NIC_CLIENT_TIMEOUT_MS * NSEC_PER_MSEC;

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (clock_now_ns() > end)
			return -EBUSY;
		poll(NULL, 0, LOCK_RETRY_MS);
	}
	return 0;
}

static int open_tty(struct nic_client *c, const char *path, struct diag *d)
{
	struct termios t;
	int err;

	c->fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (c->fd < 0)
		return diag_set(d, -errno, "%s: %s", path, strerror(errno));
	err = lock(c->fd);
	if (err)
		return diag_set(d, err, "%s: another program uses it", path);
	if (tcgetattr(c->fd, &t))
		return diag_set(d, -errno, "%s: %s", path, strerror(errno));
	cfmakeraw(&t);
	/* Drops what came for somebody who has gone. */
	if (tcsetattr(c->fd, TCSAFLUSH, &t) || tcflush(c->fd, TCIFLUSH))
		return diag_set(d, -errno, "%s: %s", path, strerror(errno));
	/* Ends a line that somebody did not end. */
	if (write(c->fd, "\n", 1) != 1)
		return diag_set(d, -errno, "%s: %s", path, strerror(errno));
	return 0;
}

int nic_client_open(struct nic_client **out, const char *target, struct diag *d)
{
	struct nic_client *c = mem_new(sizeof *c);
	int err;

	*out = NULL;
	if (!c)
		return diag_set(d, -ENOMEM, "no memory");
	c->fd = -1;
	/* Numbers that an answer of a client before is not likely to have. */
	c->last_id = (json_int_t)(clock_now_ns() ^ (uint64_t)getpid() << 40) & 0x3fffffffffff;
	c->target = mem_strdup(target);
	if (!c->target)
		err = diag_set(d, -ENOMEM, "no memory");
	else if (!strncmp(target, "tty:", 4))
		err = open_tty(c, target + 4, d);
	else
		err = open_socket(c, target, d);
	if (err)
		nic_client_close(c);
	else
		*out = c;
	return err;
}

void nic_client_close(struct nic_client *c)
{
	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	mem_free(c->target);
	mem_free(c->in);
	mem_free(c);
}

/* ---- asking ---- */

/* Waits for @events until @end_ns. */
static int wait_for(const struct nic_client *c, short events, uint64_t end_ns, struct diag *d)
{
	struct pollfd p = { .fd = c->fd, .events = events };
	uint64_t now = clock_now_ns();
	int n = poll(&p, 1, now < end_ns ? (int)((end_ns - now) / NSEC_PER_MSEC) + 1 : 0);

	if (n > 0 || (n < 0 && errno == EINTR))
		return 0;
	if (n < 0)
		return diag_set(d, -errno, "%s: %s", c->target, strerror(errno));
	return diag_set(d, -ETIMEDOUT, "%s: the device does not answer", c->target);
}

static int put_all(struct nic_client *c, const char *s, size_t n, uint64_t end_ns, struct diag *d)
{
	while (n) {
		ssize_t r;
		int err = wait_for(c, POLLOUT, end_ns, d);

		if (err)
			return err;
		r = send(c->fd, s, n, MSG_NOSIGNAL);
		if (r < 0 && errno == ENOTSOCK)
			r = write(c->fd, s, n);
		if (r < 0 && errno != EINTR && errno != EAGAIN)
			return diag_set(d, -errno, "%s: %s", c->target, strerror(errno));
		if (r > 0) {
			s += r;
			n -= (size_t)r;
		}
	}
	return 0;
}

/*
 * Lets the other end of a serial line send on: who has read TTY_STEP bytes sends an empty line,
 * which to a device means nothing. A line of User-Mode Linux that is sent more than a terminal's
 * 4096 bytes at once stops for ever.
 */
static int grant(struct nic_client *c, uint64_t end_ns, struct diag *d)
{
	int err = 0;

	if (strncmp(c->target, "tty:", 4))
		return 0;
	for (; c->n_ungranted >= TTY_STEP && !err; c->n_ungranted -= TTY_STEP)
		err = put_all(c, "\n", 1, end_ns, d);
	return err;
}

static int fill(struct nic_client *c, uint64_t end_ns, struct diag *d)
{
	ssize_t n;
	int err = wait_for(c, POLLIN, end_ns, d);

	if (err)
		return err;
	if (c->n_in == c->cap) {
		char *p = mem_grow(c->in, &c->cap, c->n_in + 4096, 1);

		if (!p)
			return diag_set(d, -ENOMEM, "no memory for the answer");
		c->in = p;
	}
	n = read(c->fd, c->in + c->n_in, c->cap - c->n_in);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0)
		return diag_set(d, -errno, "%s: %s", c->target, strerror(errno));
	if (!n)
		return diag_set(d, -ECONNRESET, "%s: the device has gone", c->target);
	c->n_in += (size_t)n;
	c->n_ungranted += (size_t)n;
	err = grant(c, end_ns, d);
	if (err)
		return err;
	return c->n_in > NIC_CONTROL_ANSWER_MAX + 4096
		       ? diag_set(d, -EMSGSIZE, "%s: the answer is too long", c->target)
		       : 0;
}

/* Takes the next whole line as JSON: NULL: there is none yet, or it is rubbish. */
static json_t *take_line(struct nic_client *c, bool *had_line)
{
	char *end = c->n_in ? memchr(c->in, '\n', c->n_in) : NULL;
	size_t n = end ? (size_t)(end - c->in) : 0;
	json_t *j;

	*had_line = end;
	if (!end)
		return NULL;
	j = json_loadb(c->in, n, 0, NULL);
	c->n_in -= n + 1;
	memmove(c->in, end + 1, c->n_in);
	return j;
}

/* An answer without a number is for us if it is an error: the request could not be read. */
static bool is_answer(const struct nic_client *c, const json_t *j)
{
	const json_t *id = json_object_get(j, "id");

	if (!json_object_get(j, "ok"))
		return false;
	return id && json_integer_value(id) == c->last_id;
}

static int wait_answer(struct nic_client *c, json_t **answer, struct diag *d)
{
	uint64_t end = clock_now_ns() + NIC_CLIENT_TIMEOUT_MS * NSEC_PER_MSEC;

	for (;;) {
		bool had_line;
		json_t *j = take_line(c, &had_line);
		int err;

		if (j && is_answer(c, j)) {
			*answer = j;
			return 0;
		}
		/* "There are too many clients": what is said before anything was asked. */
		if (j && !json_object_get(j, "id") && json_is_false(json_object_get(j, "ok")) &&
		    strncmp(c->target, "tty:", 4)) {
			err = diag_set(d, -EPROTO, "%s: %s", c->target,
				       json_string_value(json_object_get(j, "error")));
			json_decref(j);
			return err;
		}
		json_decref(j);
		err = had_line ? 0 : fill(c, end, d);
		if (err)
			return err;
	}
}

int nic_client_ask(struct nic_client *c, json_t *request, json_t **answer, struct diag *d)
{
	uint64_t end = clock_now_ns() + NIC_CLIENT_TIMEOUT_MS * NSEC_PER_MSEC;
	char *s;
	int err;

	*answer = NULL;
	c->n_ungranted = 0;
	if (json_object_set_new(request, "id", json_integer(++c->last_id)))
		return diag_set(d, -ENOMEM, "no memory for the request");
	s = json_dumps(request, JSON_COMPACT);
	if (!s)
		return diag_set(d, -ENOMEM, "no memory for the request");
	err = put_all(c, s, strlen(s), end, d);
	free(s);
	if (!err)
		err = put_all(c, "\n", 1, end, d);
	return err ? err : wait_answer(c, answer, d);
}
