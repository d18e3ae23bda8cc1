/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A tap device: what its Linux sends out of it comes in here. Made when there is none of this name,
 * and then it goes with us. One system call a frame: a tap has no batches. Its Linux completes
 * checksums and cuts large segments for a reader that asks for no offloads, as we do not.
 */
#include "engine/port-provider.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct tap {
	int fd;
};

/* An interface that is down passes nothing; whoever may make one may also turn it on. */
static int turn_on(struct ifreq *ifr)
{
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (sock < 0)
		return -errno;
	if (ioctl(sock, SIOCGIFFLAGS, ifr) < 0) {
		err = -errno;
	} else if (!(ifr->ifr_flags & IFF_UP)) {
		ifr->ifr_flags |= IFF_UP;
		if (ioctl(sock, SIOCSIFFLAGS, ifr) < 0)
			err = -errno;
	}
	close(sock);
	return err;
}

static int join(struct tap *tap, const char *name, struct diag *d)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int err;

	snprintf(ifr.ifr_name, sizeof ifr.ifr_name, "%s", name);
	if (ioctl(tap->fd, TUNSETIFF, &ifr) < 0) {
		err = -errno;
		return diag_set(d, err, "tap %s: %s%s", name, diag_strerror(err),
				err == -EPERM	 ? ": making one needs CAP_NET_ADMIN"
				: err == -EBUSY	 ? ": it has a reader already"
				: err == -EINVAL ? ": there is an interface of this name that is "
						   "no tap"
						 : "");
	}
	err = turn_on(&ifr);
	if (err)
		return diag_set(d, err, "tap %s: turning it on: %s", name, diag_strerror(err));
	return 0;
}

static void tap_close(void *port)
{
	struct tap *tap = port;

	close(tap->fd);
	mem_free(tap);
}

static int tap_open(void **port, const struct port_spec *s, struct diag *d)
{
	struct tap *tap;
	int err;

	if (s->argument_len >= IFNAMSIZ || strchr(s->argument, '%') || strchr(s->argument, '/'))
		return diag_set_range(d, s->argument_offset, s->argument_len, -EINVAL,
				      "no interface can be called that");
	tap = mem_new(sizeof *tap);
	if (!tap)
		return diag_set(d, -ENOMEM, "no memory for a tap");
	tap->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tap->fd < 0) {
		err = -errno;
		mem_free(tap);
		return diag_set(d, err, "/dev/net/tun: %s", diag_strerror(err));
	}
	err = join(tap, s->argument, d);
	if (err) {
		diag_place(d, s->argument_offset, s->argument_len);
		tap_close(tap);
		return err;
	}
	*port = tap;
	return 0;
}

static int tap_fd(const void *port)
{
	return ((const struct tap *)port)->fd;
}

static int tap_receive(void *port, uint64_t now_ns, struct port_batch *b, struct diag *d)
{
	const struct tap *tap = port;

	for (size_t i = 0; i < ENGINE_BATCH; i++) {
		uint8_t *room = port_batch_room(b, b->n);
		ssize_t n = read(tap->fd, room, PACKET_MAX + 1);

		if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == EIO))
			break; /* EIO: it is down */
		if (n < 0)
			return diag_set(d, -errno, "reading the tap: %s", diag_strerror(errno));
		if (n < ETH_HLEN_ || n > PACKET_MAX)
			b->n_dropped++;
		else
			b->frames[b->n++] = (struct engine_frame){ room, (uint32_t)n };
	}
	return 0;
}

static size_t tap_send(void *port, const struct engine_frame *frames, size_t n)
{
	const struct tap *tap = port;
	size_t sent = 0;

	for (size_t i = 0; i < n; i++)
		sent += write(tap->fd, frames[i].data, frames[i].size) >= 0;
	return sent;
}

const struct port_class port_tap_class = {
	.spec = { .name = "tap", .argument = "NAME" },
	.open = tap_open,
	.close = tap_close,
	.fd = tap_fd,
	.receive = tap_receive,
	.send = tap_send,
};
