/* SPDX-License-Identifier: BSD-2-Clause */
/* The transport to a kernel in this process: its socket calls, and nothing else, are called. */
#include "base/alloc.h"
#include "netlink/transport.h"

#include <errno.h>

struct inproc {
	struct nl_transport up;
	struct nl_kernel_calls calls;
	void *sock;
};

static struct inproc *inproc_of(struct nl_transport *t)
{
	return CONTAINER_OF(t, struct inproc, up);
}

static int inproc_sendmsg(struct nl_transport *t, const struct iovec *iov, size_t n)
{
	struct inproc *in = inproc_of(t);

	return in->calls.sendmsg(in->sock, iov, n);
}

/* This kernel has answered before the sending returned: waiting for more would be for ever. */
static ssize_t inproc_recvmsg(struct nl_transport *t, void *buf, size_t cap, bool wait)
{
	struct inproc *in = inproc_of(t);
	ssize_t n = in->calls.recvmsg(in->sock, buf, cap);

	return n == -EAGAIN && wait ? -ETIMEDOUT : n;
}

static int inproc_join(struct nl_transport *t, uint32_t group)
{
	struct inproc *in = inproc_of(t);

	return in->calls.join(in->sock, group);
}

static int inproc_another(struct nl_transport *t, struct nl_transport **out, struct diag *d)
{
	return nl_transport_open_inproc(out, &inproc_of(t)->calls, t->protocol, d);
}

static int inproc_set_rcvbuf(struct nl_transport *t, size_t bytes)
{
	struct inproc *in = inproc_of(t);

	if (!in->calls.set_rcvbuf)
		return -EOPNOTSUPP;
	in->calls.set_rcvbuf(in->sock, bytes);
	return 0;
}

static bool inproc_has_message(struct nl_transport *t)
{
	const struct inproc *in = inproc_of(t);

	return in->calls.has_message && in->calls.has_message(in->sock);
}

static void inproc_close(struct nl_transport *t)
{
	struct inproc *in = inproc_of(t);

	in->calls.close(in->sock);
	mem_free(in);
}

static const struct nl_transport_class inproc_class = {
	.name = "in-process",
	.sendmsg = inproc_sendmsg,
	.recvmsg = inproc_recvmsg,
	.join = inproc_join,
	.another = inproc_another,
	.set_rcvbuf = inproc_set_rcvbuf,
	.has_message = inproc_has_message,
	.close = inproc_close,
};

int nl_transport_open_inproc(struct nl_transport **out, const struct nl_kernel_calls *calls,
			     int protocol, struct diag *d)
{
	struct inproc *in = mem_new(sizeof *in);

	*out = NULL;
	if (!in)
		return diag_set(d, -ENOMEM, "no memory for a netlink socket");
	in->up.class = &inproc_class;
	in->up.protocol = protocol;
	in->calls = *calls;
	in->sock = calls->socket(calls->kernel, protocol, &in->up.port);
	if (!in->sock) {
		mem_free(in);
		return diag_set(d, -ENOMEM, "the kernel has no memory for a netlink socket");
	}
	*out = &in->up;
	return 0;
}
