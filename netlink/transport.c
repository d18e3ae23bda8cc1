/* SPDX-License-Identifier: BSD-2-Clause */
/* What callers do with a transport besides requests. */
#include "netlink/transport.h"

#include <errno.h>

int nl_transport_open_another(struct nl_transport **out, struct nl_transport *t, struct diag *d)
{
	*out = NULL;
	if (!t->class->another)
		return diag_set(d, -EOPNOTSUPP, "a transport of type %s opens no more sockets",
				t->class->name);
	return t->class->another(t, out, d);
}

ssize_t nl_transport_receive(struct nl_transport *t, void *buf, size_t cap, struct diag *d)
{
	ssize_t n = t->class->recvmsg(t, buf, cap, false);

	if (n == -EAGAIN)
		return 0;
	if (n == -ENOBUFS)
		return diag_set(d, -ENOBUFS,
				"messages of the kernel were lost: the receive buffer of socket %u "
				"was full",
				t->port);
	if (n < 0)
		return diag_set(d, (int)n, "cannot receive from the kernel: %s",
				diag_strerror((int)n));
	if ((size_t)n > cap)
		return diag_set(d, -EMSGSIZE, "a message of %zd bytes is lost: the buffer has %zu",
				n, cap);
	return n;
}

int nl_transport_set_rcvbuf(struct nl_transport *t, size_t bytes)
{
	return t->class->set_rcvbuf ? t->class->set_rcvbuf(t, bytes) : -EOPNOTSUPP;
}

int nl_transport_fd(struct nl_transport *t)
{
	return t->class->fd ? t->class->fd(t) : -1;
}

bool nl_transport_has_message(struct nl_transport *t)
{
	return t->class->has_message && t->class->has_message(t);
}

void nl_transport_close(struct nl_transport *t)
{
	if (t)
		t->class->close(t);
}
