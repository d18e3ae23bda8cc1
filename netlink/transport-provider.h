/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boundary 1: how netlink bytes reach a kernel and come back. A transport is a socket: datagrams
 * out, datagrams in, nothing else crosses; no pointer into the other side's memory does. Providers:
 * AF_NETLINK (the real kernel) and in process (the model kernel, behind three functions); a unix
 * socket to a daemon comes later.
 */
#ifndef NETLINK_TRANSPORT_PROVIDER_H
#define NETLINK_TRANSPORT_PROVIDER_H

#include "base/diag.h"
#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

struct nl_transport;

struct nl_transport_class {
	const char *name; /* "in-process", "AF_NETLINK" */

	/*
	 * Sends one datagram made of @n pieces, which are borrowed for the call. The kernel works
	 * on it before this returns: its answers can be received afterwards. 0 or negative errno.
	 */
	int (*sendmsg)(struct nl_transport *t, const struct iovec *iov, size_t n);

	/*
	 * Receives one datagram into @buf. Returns its full size, which may be more than @cap: then
	 * it was cut. When there is none: -EAGAIN, or with @wait -ETIMEDOUT, after a time that
	 * depends on the transport. -ENOBUFS: answers were lost; else negative errno.
	 */
	ssize_t (*recvmsg)(struct nl_transport *t, void *buf, size_t cap, bool wait);

	/*
	 * The rest may be NULL in a class that is made for requests only. @another: a new socket
	 * of the same kind, protocol and kernel. @set_rcvbuf: how many bytes may wait to be
	 * received, about. @fd: what can be polled for POLLIN; -1: nothing, a kernel in this
	 * process. @has_message: whether recvmsg would return something else than -EAGAIN.
	 */
	int (*another)(struct nl_transport *t, struct nl_transport **out, struct diag *d);
	int (*set_rcvbuf)(struct nl_transport *t, size_t bytes);
	int (*fd)(struct nl_transport *t);
	bool (*has_message)(struct nl_transport *t);

	/* Joins a multicast group. 0 or negative errno. */
	int (*join)(struct nl_transport *t, uint32_t group);

	/* Closes and frees. */
	void (*close)(struct nl_transport *t);
};

/* Providers embed this as their first member. */
struct nl_transport {
	const struct nl_transport_class *class;
	int protocol;  /* NETLINK_ROUTE, NETLINK_GENERIC */
	uint32_t port; /* our port id: nlmsg_pid of answers */
};

#endif
