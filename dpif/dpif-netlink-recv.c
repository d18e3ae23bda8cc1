/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where upcalls come in. A channel is a socket of its own, which nothing is sent over; the kernel
 * knows it by its port id. Against a real kernel each handler has an epoll descriptor over its
 * channels, which a thread can wait for; the model is in this process and asked directly.
 */
#include "dpif/dpif_netlink_internal.h"

#include "base/alloc.h"
#include "netlink/transport.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

void dpif_netlink_channels_init(struct dpif_netlink_channels *c)
{
	*c = (struct dpif_netlink_channels){ .n_handlers = 1 };
	idr_init(&c->by_number);
}

static void close_all(struct dpif_netlink_channels *c)
{
	struct nl_transport *t;
	uint64_t number;

	idr_for_each (&c->by_number, number, t)
		nl_transport_close(t);
	idr_fini(&c->by_number);
	idr_init(&c->by_number);
	for (uint32_t i = 0; c->epoll && i < c->n_handlers; i++)
		if (c->epoll[i] >= 0)
			close(c->epoll[i]);
	mem_free(c->epoll);
	mem_free(c->next);
	c->epoll = NULL;
	c->next = NULL;
	c->is_on = false;
}

void dpif_netlink_channels_fini(struct dpif_netlink_channels *c)
{
	close_all(c);
	idr_fini(&c->by_number);
}

static int open_channel(struct dpif_netlink *dn, struct nl_transport **out, struct diag *d)
{
	int err = nl_transport_open_another(out, nl_sock_transport(dn->genl), d);

	if (err) {
		diag_context(d, "a socket for upcalls");
		return err;
	}
	/* Some kinds have one size only. */
	(void)!nl_transport_set_rcvbuf(*out, DPIF_RCVBUF);
	return 0;
}

/* Which handler reads the channel. */
static uint32_t handler_of(const struct dpif_netlink_channels *c, uint32_t number)
{
	return number % c->n_handlers;
}

/* The handler waits for it too, where there is something to wait for. */
static int watch(struct dpif_netlink_channels *c, struct nl_transport *t, uint32_t number,
		 struct diag *d)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = number };
	int *epoll = &c->epoll[handler_of(c, number)], fd = nl_transport_fd(t);

	if (fd < 0)
		return 0;
	if (*epoll < 0)
		*epoll = epoll_create1(EPOLL_CLOEXEC);
	if (*epoll < 0 || epoll_ctl(*epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return diag_set(d, -errno, "cannot wait for upcalls: %s", diag_strerror(-errno));
	return 0;
}

int dpif_netlink_channel_add(struct dpif_netlink *dn, struct nl_transport *channel, uint32_t number,
			     struct diag *d)
{
	struct dpif_netlink_channels *c = &dn->channels;
	int err;

	if (!channel)
		return 0;
	err = idr_add_at(&c->by_number, number, channel);
	if (err) {
		nl_transport_close(channel);
		return diag_set(d, err, "no memory for another socket for upcalls");
	}
	return watch(c, channel, number, d);
}

int dpif_netlink_channel_open(struct dpif_netlink *dn, struct nl_transport **channel, uint32_t *pid,
			      struct diag *d)
{
	int err;

	*channel = NULL;
	*pid = 0;
	if (!dn->channels.is_on || dpif_netlink_upcall_per_cpu(dn))
		return 0;
	err = open_channel(dn, channel, d);
	if (!err)
		*pid = (*channel)->port;
	return err;
}

/* With its last descriptor it leaves the epoll set. */
void dpif_netlink_channel_del(struct dpif_netlink *dn, uint32_t number)
{
	if (!dpif_netlink_upcall_per_cpu(dn))
		nl_transport_close(idr_del(&dn->channels.by_number, number));
}

/* ---- on and off ---- */

static int open_per_cpu(struct dpif_netlink *dn, struct diag *d)
{
	struct dpif_netlink_channels *c = &dn->channels;
	uint32_t pids[DPIF_HANDLERS_MAX];

	for (uint32_t i = 0; i < c->n_handlers; i++) {
		struct nl_transport *t;
		int err = open_channel(dn, &t, d);

		if (err)
			return err;
		pids[i] = t->port;
		err = dpif_netlink_channel_add(dn, t, i, d);
		if (err)
			return err;
	}
	return dpif_netlink_set_features(dn, dn->user_features, pids, c->n_handlers, d);
}

static int open_per_port(struct dpif_netlink *dn, struct diag *d)
{
	struct dpif_port *port;
	uint64_t number;

	idr_for_each (&dn->ports.by_number, number, port) {
		struct nl_transport *t;
		uint32_t pid;
		int err = open_channel(dn, &t, d);

		if (err)
			return err;
		pid = t->port;
		err = dpif_netlink_channel_add(dn, t, port->number, d);
		if (!err)
			err = dpif_netlink_vport_set_pid(dn, port->number, pid, d);
		if (err)
			return err;
	}
	return 0;
}

/* The kernel is to know nobody more; that it could not be told does not matter: nobody is there. */
static void forget_pids(struct dpif_netlink *dn)
{
	static const uint32_t nobody;
	struct dpif_port *port;
	uint64_t number;

	if (dpif_netlink_upcall_per_cpu(dn)) {
		(void)!dpif_netlink_set_features(dn, dn->user_features, &nobody, 1, NULL);
		return;
	}
	idr_for_each (&dn->ports.by_number, number, port)
		(void)!dpif_netlink_vport_set_pid(dn, port->number, 0, NULL);
}

static int turn_on(struct dpif_netlink *dn, struct diag *d)
{
	struct dpif_netlink_channels *c = &dn->channels;
	int err = -ENOMEM;

	c->next = mem_new(c->n_handlers * sizeof *c->next);
	c->epoll = mem_new(c->n_handlers * sizeof *c->epoll);
	if (!c->next || !c->epoll) {
		diag_set(d, err, "no memory for handlers");
		mem_free(c->epoll);
		c->epoll = NULL;
	} else {
		for (uint32_t i = 0; i < c->n_handlers; i++)
			c->epoll[i] = -1;
		c->is_on = true;
		err = dpif_netlink_upcall_per_cpu(dn) ? open_per_cpu(dn, d) : open_per_port(dn, d);
	}
	if (err) {
		close_all(c);
		forget_pids(dn);
	}
	return err;
}

int dpif_netlink_recv_set(struct dpif *dpif, bool enable, struct diag *d)
{
	struct dpif_netlink *dn = dpif_netlink_cast(dpif);

	if (enable == dn->channels.is_on)
		return 0;
	if (enable)
		return turn_on(dn, d);
	forget_pids(dn);
	close_all(&dn->channels);
	return 0;
}

int dpif_netlink_handlers_set(struct dpif *dpif, uint32_t n_handlers, struct diag *d)
{
	struct dpif_netlink *dn = dpif_netlink_cast(dpif);
	const bool was_on = dn->channels.is_on;

	if (n_handlers == dn->channels.n_handlers)
		return 0;
	close_all(&dn->channels);
	dn->channels.n_handlers = n_handlers;
	return was_on ? turn_on(dn, d) : 0;
}

bool dpif_netlink_recv_is_on(struct dpif *dpif)
{
	return dpif_netlink_cast(dpif)->channels.is_on;
}

uint32_t dpif_netlink_number_handlers_required(struct dpif *dpif)
{
	const struct dpif_netlink *dn = dpif_netlink_cast(dpif);
	long n = sysconf(_SC_NPROCESSORS_CONF);

	if (!dpif_netlink_upcall_per_cpu(dn))
		return 0;
	/* A kernel in this process says of each packet which processor sees it, as if there were
	 * two. */
	if (nl_transport_fd(nl_sock_transport(dn->genl)) < 0)
		return 2;
	if (n < 1)
		return 1;
	return n < DPIF_HANDLERS_MAX ? (uint32_t)n : DPIF_HANDLERS_MAX;
}

uint32_t dpif_netlink_port_get_pid(struct dpif *dpif, uint32_t port)
{
	const struct dpif_netlink *dn = dpif_netlink_cast(dpif);
	const struct nl_transport *t;

	if (!dn->channels.is_on)
		return 0;
	if (dpif_netlink_upcall_per_cpu(dn))
		return UINT32_MAX;
	t = idr_find(&dn->channels.by_number, port);
	return t ? t->port : 0;
}

/* ---- receiving ---- */

/*
 * The next channel of the handler after *@number, or NULL; it starts anew after the last. With many
 * ports and a real kernel that is a system call for each idle port: an old kernel's price.
 */
static struct nl_transport *next_channel(const struct dpif_netlink_channels *c, uint32_t handler,
					 uint32_t *number)
{
	uint32_t id = *number;
	struct nl_transport *t;

	for (; (t = idr_next(&c->by_number, &id)) != NULL; id++) {
		if (handler_of(c, id) != handler)
			continue;
		*number = id + 1;
		return t;
	}
	*number = 0;
	return NULL;
}

/* A channel that has something, or NULL; from where the last look ended, and once around. */
static struct nl_transport *ready_channel(const struct dpif_netlink_channels *c, uint32_t handler,
					  uint32_t *number)
{
	struct nl_transport *t;

	for (int pass = 0; pass < 2; pass++)
		while ((t = next_channel(c, handler, number)) != NULL)
			if (nl_transport_has_message(t))
				return t;
	return NULL;
}

int dpif_netlink_recv(struct dpif *dpif, uint32_t handler, struct dpif_upcall *upcall, void *buf,
		      size_t cap, size_t *used, struct diag *d)
{
	struct dpif_netlink *dn = dpif_netlink_cast(dpif);
	struct dpif_netlink_channels *c = &dn->channels;
	struct nl_transport *t;
	ssize_t n;
	int err;

	*used = 0;
	if (!c->is_on || handler >= c->n_handlers)
		return diag_set(d, -EINVAL,
				c->is_on ? "there is no handler %u"
					 : "receiving is off (handler %u)",
				handler);
	t = dpif_netlink_upcall_per_cpu(dn) ? idr_find(&c->by_number, handler)
					    : ready_channel(c, handler, &c->next[handler]);
	if (!t)
		return 0;
	n = nl_transport_receive(t, buf, cap, d);
	if (n <= 0)
		return (int)n;
	memset(upcall, 0, sizeof *upcall);
	err = dpif_netlink_parse_upcall(dn, upcall, buf, (size_t)n, d);
	if (err)
		return err;
	*used = ROUND_UP((size_t)n, (size_t)8);
	return 1;
}

bool dpif_netlink_recv_is_ready(struct dpif *dpif, uint32_t handler)
{
	const struct dpif_netlink_channels *c = &dpif_netlink_cast(dpif)->channels;
	uint32_t from = 0;

	return c->is_on && handler < c->n_handlers && ready_channel(c, handler, &from);
}

int dpif_netlink_recv_fd(struct dpif *dpif, uint32_t handler)
{
	const struct dpif_netlink_channels *c = &dpif_netlink_cast(dpif)->channels;

	return c->is_on && handler < c->n_handlers ? c->epoll[handler] : -1;
}

void dpif_netlink_recv_purge(struct dpif *dpif)
{
	struct dpif_netlink *dn = dpif_netlink_cast(dpif);
	struct nl_transport *t;
	uint64_t number;

	idr_for_each (&dn->channels.by_number, number, t)
		while (nl_transport_has_message(t) &&
		       nl_transport_receive(t, dn->buf, sizeof dn->buf, NULL))
			;
}
