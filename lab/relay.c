/* SPDX-License-Identifier: BSD-2-Clause */
#include "lab/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int lab_relay_init(struct lab_relay *r, int device, int *guest)
{
	int fds[2];

	*r = (struct lab_relay){ .guest = -1, .device = device, .is_empty = true };
	r->window = LAB_RELAY_WINDOW;
	if (fcntl(device, F_SETFL, O_NONBLOCK) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds)) {
		int err = -errno;

		close_fd(&r->device);
		return err;
	}
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	r->guest = fds[0];
	*guest = fds[1];
	return 0;
}

void lab_relay_fini(struct lab_relay *r)
{
	close_fd(&r->guest);
	close_fd(&r->device);
}

void lab_relay_poll(const struct lab_relay *r, struct pollfd *fds)
{
	fds[0] = (struct pollfd){ r->guest, POLLIN, 0 };
	fds[1] = (struct pollfd){ r->window ? r->device : -1, POLLIN, 0 };
}

static bool would_block(ssize_t n)
{
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* Puts all of it: a device that does not take it is waited for a second, then it is gone. */
static bool put(int fd, const char *s, size_t n)
{
	while (n) {
		ssize_t k = send(fd, s, n, MSG_NOSIGNAL);

		if (would_block(k) && poll(&(struct pollfd){ fd, POLLOUT, 0 }, 1, 1000) > 0)
			continue;
		if (k <= 0)
			return false;
		s += k;
		n -= (size_t)k;
	}
	return true;
}

/* Lines of the guest are what opens the window. */
static void look_at(struct lab_relay *r, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n')
			r->window += r->is_empty ? LAB_RELAY_STEP : LAB_RELAY_WINDOW;
		r->is_empty = s[i] == '\n';
	}
	if (r->window > LAB_RELAY_WINDOW)
		r->window = LAB_RELAY_WINDOW;
}

static void run_guest(struct lab_relay *r)
{
	char buf[4096];
	ssize_t n = read(r->guest, buf, sizeof buf);

	if (would_block(n))
		return;
	if (n <= 0) {
		close_fd(&r->guest);
		return;
	}
	look_at(r, buf, (size_t)n);
	if (r->device >= 0 && !put(r->device, buf, (size_t)n))
		close_fd(&r->device);
}

static void run_device(struct lab_relay *r)
{
	char buf[LAB_RELAY_WINDOW];
	ssize_t n = read(r->device, buf, r->window);

	if (would_block(n))
		return;
	if (n <= 0) {
		close_fd(&r->device);
		return;
	}
	r->window -= (size_t)n;
	if (r->guest >= 0 && !put(r->guest, buf, (size_t)n))
		close_fd(&r->guest);
}

void lab_relay_run(struct lab_relay *r, const struct pollfd *fds)
{
	if (fds[0].revents && r->guest >= 0)
		run_guest(r);
	if (fds[1].revents && r->device >= 0)
		run_device(r);
}
