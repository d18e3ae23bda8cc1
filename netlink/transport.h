/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening transports. What one can do with them is in netlink/sock.h; what they are, in
 * transport-provider.h. */
#ifndef NETLINK_TRANSPORT_H
#define NETLINK_TRANSPORT_H

#include "netlink/transport-provider.h"

/*
 * The functions of a kernel in this process, as its own socket calls: `inhw`'s model kernel, or a
 * test's.
 * @kernel and @sock are the kernel's own and opaque here.
 */
struct nl_kernel_calls {
	void *kernel;
	/* A new socket with its port id in *@port; NETLINK_EXT_ACK and _CAP_ACK are on. NULL: no
	 * memory. */
	void *(*socket)(void *kernel, int protocol, uint32_t *port);
	int (*sendmsg)(void *sock, const struct iovec *iov, size_t n);
	ssize_t (*recvmsg)(void *sock, void *buf, size_t cap);
	int (*join)(void *sock, uint32_t group);
	void (*close)(void *sock);
	/* For unsolicited messages; may be NULL. */
	bool (*has_message)(const void *sock);
	void (*set_rcvbuf)(void *sock, size_t bytes);
};

/* @calls is kept by copy; the kernel must outlive the transport. 0, -ENOMEM. */
int nl_transport_open_inproc(struct nl_transport **out, const struct nl_kernel_calls *calls,
			     int protocol, struct diag *d) MUST_CHECK;

/* The kernel of this machine. 0 or negative errno with words. */
int nl_transport_open_linux(struct nl_transport **out, int protocol, struct diag *d) MUST_CHECK;

/*
 * For what a kernel sends without being asked: a socket of its own for each receiver, since one on
 * which requests are answered passes over everything else.
 *
 * nl_transport_open_another(): a socket as @t is. -EOPNOTSUPP: its class cannot.
 * nl_transport_receive(): one datagram, never waits. Its size; 0: there is none; -ENOBUFS: the
 * queue was full and messages were lost, once for each loss: go on receiving; -EMSGSIZE: it was
 * longer than @cap, and is gone; else negative errno; all with words.
 */
int nl_transport_open_another(struct nl_transport **out, struct nl_transport *t,
			      struct diag *d) MUST_CHECK;
ssize_t nl_transport_receive(struct nl_transport *t, void *buf, size_t cap,
			     struct diag *d) MUST_CHECK;
int nl_transport_set_rcvbuf(struct nl_transport *t, size_t bytes) MUST_CHECK;
int nl_transport_fd(struct nl_transport *t); /* -1: it cannot be polled */
bool nl_transport_has_message(struct nl_transport *t);

void nl_transport_close(struct nl_transport *t); /* NULL is fine */

#endif
