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
};

/* @calls is kept by copy; the kernel must outlive the transport. 0, -ENOMEM. */
int nl_transport_open_inproc(struct nl_transport **out, const struct nl_kernel_calls *calls,
			     int protocol, struct diag *d) MUST_CHECK;

/* The kernel of this machine. 0 or negative errno with words. */
int nl_transport_open_linux(struct nl_transport **out, int protocol, struct diag *d) MUST_CHECK;

void nl_transport_close(struct nl_transport *t); /* NULL is fine */

#endif
