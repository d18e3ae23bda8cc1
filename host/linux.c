/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel of this machine instead of the model. */
#include "base/alloc.h"
#include "dpif/dpif-netlink.h"
#include "host/host_internal.h"
#include "netlink/attr.h"
#include "netlink/msg.h"
#include "netlink/sock.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WATCH_NS NSEC_PER_SEC
#define ALIAS	 "datapath of inhw"

struct host_linux {
	int lock; /* a socket: whoever has it has the datapath */
	int epoll;
	uint32_t last_number;			     /* that a port was given */
	uint64_t gone[BRIDGE_PORT_NUMBERS / 64 + 1]; /* bit n: port n was told to be gone */
};

static void say(struct host *h, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void say(struct host *h, const char *fmt, ...)
{
	char words[DIAG_WORDS_MAX];
	va_list args;

	if (!h->report)
		return;
	va_start(args, fmt);
	vsnprintf(words, sizeof words, fmt, args);
	va_end(args);
	h->report(h->report_aux, words);
}

/* An abstract name belongs to the network namespace, as the datapath does, and goes with us. */
static int lock(struct host_linux *l, struct diag *d)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int n = snprintf(a.sun_path + 1, sizeof a.sun_path - 1, "inhw/datapath/%s",
			 HOST_LINUX_DATAPATH);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);

	l->lock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->lock < 0)
		return diag_set(d, -errno, "a lock: %s", diag_strerror(-errno));
	if (!bind(l->lock, (const struct sockaddr *)&a, size))
		return 0;
	return errno == EADDRINUSE
		       ? diag_set(d, -EADDRINUSE, "another process of inhw has datapath %s",
				  HOST_LINUX_DATAPATH)
		       : diag_set(d, -errno, "a lock: %s", diag_strerror(-errno));
}

static int open_datapath(struct host *h, bool create, struct diag *d)
{
	struct offload *offload;
	struct nl_sock *genl;
	int err = host_open_userland(h, &genl, &offload, d);

	return err ? err
		   : dpif_netlink_open(&h->dpif, HOST_LINUX_DATAPATH, create, genl, offload,
				       &h->trace, d);
}

/*
 * A datapath of ours is known by the alias of its own device, which lasts as long as it. One that
 * was killed before it set it is taken for somebody else's.
 */
static void start_link(struct nl_msg *msg, void *buf, size_t size, uint16_t type, uint16_t flags)
{
	const struct ifinfomsg link = { .ifi_family = AF_UNSPEC,
					.ifi_index = (int)if_nametoindex(HOST_LINUX_DATAPATH) };

	nl_msg_init(msg, buf, size);
	nl_msg_start(msg, type, (uint16_t)(NLM_F_REQUEST | flags), &link, sizeof link);
}

static bool has_alias(const struct nl_reply *r)
{
	const size_t head = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct ifinfomsg));
	const struct nlattr *a;

	if (!r->msg || r->size < head)
		return false;
	nl_for_each_attr (a, (const uint8_t *)r->msg + head, r->size - head)
		if (nl_attr_type(a) == IFLA_IFALIAS)
			return nl_attr_size(a) >= sizeof ALIAS - 1 &&
			       !memcmp(nl_attr_data(a), ALIAS, sizeof ALIAS - 1);
	return false;
}

static int check_whose(struct nl_sock *route, struct diag *d)
{
	uint8_t buf[256];
	struct nl_reply r;
	struct nl_msg msg;
	int err;

	start_link(&msg, buf, sizeof buf, RTM_GETLINK, NLM_F_ECHO);
	err = nl_msg_end(&msg);
	err = err ? err : nl_transact(route, &msg, &r, d);
	if (err || has_alias(&r))
		return err;
	return diag_set(d, -EEXIST,
			"a device %s is there, and inhw has not made it: what uses it has to end "
			"first",
			HOST_LINUX_DATAPATH);
}

static int set_alias(struct nl_sock *route, struct diag *d)
{
	uint8_t buf[256];
	struct nl_msg msg;
	int err;

	start_link(&msg, buf, sizeof buf, RTM_SETLINK, NLM_F_ACK);
	nl_put_str(&msg, IFLA_IFALIAS, ALIAS);
	err = nl_msg_end(&msg);
	return err ? err : nl_transact(route, &msg, NULL, d);
}

static int on_route(struct host *h, int (*run)(struct nl_sock *route, struct diag *d),
		    struct diag *d)
{
	struct nl_sock *route;
	int err = host_open_route(h, &route, d);

	if (err)
		return err;
	err = run(route, d);
	nl_sock_free(route);
	return err;
}

/* Opening it has made its ports ready: what was ours of them in tc is gone. */
static int remove_leftover(struct host *h, struct diag *d)
{
	struct diag why;
	int err;

	if (!if_nametoindex(HOST_LINUX_DATAPATH))
		return 0;
	err = on_route(h, check_whose, d);
	if (err)
		return err;
	diag_init(&why);
	err = open_datapath(h, false, &why);
	if (err == -ENODEV)
		return 0;
	if (!err)
		err = dpif_delete(h->dpif, &why);
	if (h->dpif)
		dpif_close(h->dpif);
	h->dpif = NULL;
	if (err) {
		diag_copy(d, &why);
		diag_context(d, "what an earlier inhw left");
		return err;
	}
	say(h, "removed datapath %s, which an earlier process had left", HOST_LINUX_DATAPATH);
	return 0;
}

int host_linux_open(struct host *h, struct diag *d)
{
	struct host_linux *l = mem_new(sizeof *l);
	int err;

	if (!l)
		return diag_set(d, -ENOMEM, "no memory for the kernel's ports");
	h->real = l;
	l->lock = -1;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0)
		return diag_set(d, -errno, "epoll: %s", diag_strerror(-errno));
	err = lock(l, d);
	if (!err)
		err = remove_leftover(h, d);
	if (!err)
		err = open_datapath(h, true, d);
	return err ? err : on_route(h, set_alias, d);
}

void host_linux_close(struct host *h)
{
	struct host_linux *l = h->real;

	if (h->dpif) {
		(void)!dpif_delete(h->dpif, NULL);
		dpif_close(h->dpif);
		h->dpif = NULL;
	}
	if (!l)
		return;
	if (l->lock >= 0)
		close(l->lock);
	if (l->epoll >= 0)
		close(l->epoll);
	mem_free(l);
	h->real = NULL;
}

/* Of a bridge, whether its device is there or not. */
static bool is_taken(const struct host *h, uint32_t number)
{
	return h->vswitch && vswitch_bridge_of(h->vswitch, number) != h->vswitch->nowhere;
}

/* The kernel's own choice might be the number of a port whose device is gone for now. They are
 * given out in turn, so that the search is short. */
static uint32_t free_number(struct host *h)
{
	const struct flow_ports *ports = dpif_ports(h->dpif);
	uint32_t *last = &h->real->last_number;

	do
		*last = *last % (BRIDGE_PORT_NUMBERS - 1) + 1;
	while (ports->name(ports->aux, *last) || is_taken(h, *last));
	return *last;
}

int host_linux_add_port(struct host *h, const char *name, uint32_t *number, struct diag *d)
{
	if (!if_nametoindex(name))
		return diag_set(d, -ENODEV, "%s: this machine has no such device", name);
	*number = free_number(h);
	return dpif_port_add(h->dpif, name, "system", number, d);
}

int host_linux_del_port(struct host *h, uint32_t number, struct diag *d)
{
	const struct flow_ports *ports = dpif_ports(h->dpif);

	/* A filter that sends to what is no port cannot be read: no round would go over it. */
	if (h->udpif)
		udpif_forget_port(h->udpif, number);
	h->real->gone[number / 64] &= ~(1ull << number % 64);
	return ports->name(ports->aux, number) ? dpif_port_del(h->dpif, number, d) : 0;
}

/* ---- devices that go and come: udpif_check_ports() sees it, here it is told ---- */

static void tell(struct host *h, const struct bridge_port *p)
{
	uint64_t *word = &h->real->gone[p->number / 64], bit = 1ull << p->number % 64;

	if (p->is_gone == !!(*word & bit))
		return;
	*word ^= bit;
	if (p->is_gone)
		say(h,
		    "port %s: its device is gone; it is a port again when one of that name comes",
		    p->name);
	else
		say(h, "port %s is back", p->name);
}

void host_linux_tell(struct host *h)
{
	const struct bridge_port *p;
	uint64_t number;

	for (size_t i = 0; h->vswitch && i < h->vswitch->n_bridges; i++)
		idr_for_each (&h->vswitch->bridges[i]->ports, number, p)
			tell(h, p);
}

/* ---- waiting ---- */

int host_linux_wait_for_upcalls(struct host *h, struct diag *d)
{
	struct epoll_event e = { .events = EPOLLIN };
	int fd;

	for (uint32_t i = 0; (fd = udpif_fd(h->udpif, i)) >= 0; i++)
		if (epoll_ctl(h->real->epoll, EPOLL_CTL_ADD, fd, &e))
			return diag_set(d, -errno, "epoll: %s", diag_strerror(-errno));
	return 0;
}

int host_linux_fd(const struct host *h)
{
	return h->real->epoll;
}
