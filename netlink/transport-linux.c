/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The transport to the kernel of this machine: an AF_NETLINK socket of libmnl with extended acks,
 * acks without the request in them, strict checking of dumps and a large receive buffer. Options
 * that an old kernel lacks are done without: the answers are then poorer, not wrong.
 */
#include "base/alloc.h"
#include "netlink/transport.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#define RCVBUF_SIZE    (4 << 20) /* bytes, as OVS has it: the answers to a large batch fit */
#define RCV_TIMEOUT_MS 10000	 /* a kernel answers at once; this is for those that never do */

struct linux_sock {
	struct nl_transport up;
	struct mnl_socket *mnl;
};

static struct linux_sock *linux_of(struct nl_transport *t)
{
	return CONTAINER_OF(t, struct linux_sock, up);
}

static int linux_sendmsg(struct nl_transport *t, const struct iovec *iov, size_t n)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct msghdr m = {
		.msg_name = &kernel,
		.msg_namelen = sizeof kernel,
		.msg_iov = CONST_CAST(struct iovec *, iov), /* sendmsg() only reads them */
		.msg_iovlen = n,
	};
	ssize_t sent;

	do
		sent = sendmsg(mnl_socket_get_fd(linux_of(t)->mnl), &m, 0);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

/* One datagram of the kernel; those of other processes are dropped. */
static ssize_t receive_now(int fd, void *buf, size_t cap)
{
	for (;;) {
		struct sockaddr_nl from = { .nl_pid = 0 };
		struct iovec iov = { .iov_base = buf, .iov_len = cap };
		struct msghdr m = {
			.msg_name = &from,
			.msg_namelen = sizeof from,
			.msg_iov = &iov,
			.msg_iovlen = 1,
		};
		ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!from.nl_pid)
			return n;
	}
}

static ssize_t linux_recvmsg(struct nl_transport *t, void *buf, size_t cap, bool wait)
{
	int fd = mnl_socket_get_fd(linux_of(t)->mnl);

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n = receive_now(fd, buf, cap);
		int ready;

		if (n != -EAGAIN || !wait)
			return n;
		ready = poll(&p, 1, RCV_TIMEOUT_MS);
		if (!ready)
			return -ETIMEDOUT;
		if (ready < 0 && errno != EINTR)
			return -errno;
	}
}

static int linux_join(struct nl_transport *t, uint32_t group)
{
	int g = (int)group;

	return mnl_socket_setsockopt(linux_of(t)->mnl, NETLINK_ADD_MEMBERSHIP, &g, sizeof g) < 0
		       ? -errno
		       : 0;
}

static int linux_another(struct nl_transport *t, struct nl_transport **out, struct diag *d)
{
	return nl_transport_open_linux(out, t->protocol, d);
}

/* Linux doubles what is asked for, because it counts its own structures too. */
static int linux_set_rcvbuf(struct nl_transport *t, size_t bytes)
{
	int fd = mnl_socket_get_fd(linux_of(t)->mnl);
	int size = bytes < INT_MAX ? (int)bytes : INT_MAX;

	if (!setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) ||
	    !setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size))
		return 0;
	return -errno;
}

static int linux_fd(struct nl_transport *t)
{
	return mnl_socket_get_fd(linux_of(t)->mnl);
}

static bool linux_has_message(struct nl_transport *t)
{
	struct pollfd p = { .fd = linux_fd(t), .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static void linux_close(struct nl_transport *t)
{
	struct linux_sock *s = linux_of(t);

	if (s->mnl)
		mnl_socket_close(s->mnl);
	mem_free(s);
}

static const struct nl_transport_class linux_class = {
	.name = "AF_NETLINK",
	.sendmsg = linux_sendmsg,
	.recvmsg = linux_recvmsg,
	.join = linux_join,
	.another = linux_another,
	.set_rcvbuf = linux_set_rcvbuf,
	.fd = linux_fd,
	.has_message = linux_has_message,
	.close = linux_close,
};

static void set_options(const struct mnl_socket *mnl)
{
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK };
	int on = 1, size = RCVBUF_SIZE, fd = mnl_socket_get_fd(mnl);

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		mnl_socket_setsockopt(mnl, options[i], &on, sizeof on);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

int nl_transport_open_linux(struct nl_transport **out, int protocol, struct diag *d)
{
	struct linux_sock *s = mem_new(sizeof *s);
	int err;

	*out = NULL;
	if (!s)
		return diag_set(d, -ENOMEM, "no memory for a netlink socket");
	s->up.class = &linux_class;
	s->up.protocol = protocol;
	s->mnl = mnl_socket_open2(protocol, SOCK_CLOEXEC);
	if (!s->mnl || mnl_socket_bind(s->mnl, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = diag_set(d, -errno, "no netlink socket of protocol %d: %s", protocol,
			       diag_strerror(-errno));
		linux_close(&s->up);
		return err;
	}
	set_options(s->mnl);
	s->up.port = mnl_socket_get_portid(s->mnl);
	*out = &s->up;
	return 0;
}
