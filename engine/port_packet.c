/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interface of this Linux, over a packet socket: what arrives there comes in, what we send goes
 * out of it. Linux takes the VLAN tag out of what it receives and tells it beside the frame, and
 * leaves the checksums of what a local sender gave to a virtual interface open: both are put right
 * here. Frames that it has joined to larger ones (GRO) are longer than PACKET_MAX, and dropped.
 */
#include "engine/port-provider.h"

#include "base/alloc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A socket's buffer that holds what comes within some milliseconds. */
#define RCVBUF (4 << 20)

struct packet_port {
	int fd;
};

/* What the kernel says beside a frame. */
union control {
	char bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct cmsghdr align;
};

static int set_up(int fd, int ifindex)
{
	const struct sockaddr_ll here = { .sll_family = AF_PACKET,
					  .sll_protocol = htons(ETH_P_ALL),
					  .sll_ifindex = ifindex };
	const struct packet_mreq all = { .mr_ifindex = ifindex, .mr_type = PACKET_MR_PROMISC };
	const int on = 1, size = RCVBUF;

	(void)!setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size); /* as much as it may */
	if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) < 0 ||
	    bind(fd, (const struct sockaddr *)(const void *)&here, sizeof here) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) < 0)
		return -errno;
	return 0;
}

static void packet_close(void *port)
{
	struct packet_port *pp = port;

	close(pp->fd);
	mem_free(pp);
}

static int packet_open(void **port, const struct port_spec *s, struct diag *d)
{
	int ifindex = (int)if_nametoindex(s->argument), err;
	struct packet_port *pp;

	if (!ifindex)
		return diag_set_range(d, s->argument_offset, s->argument_len, -ENODEV,
				      "this Linux has no interface %s", s->argument);
	pp = mem_new(sizeof *pp);
	if (!pp)
		return diag_set(d, -ENOMEM, "no memory for a packet socket");
	/* Without a protocol nothing is received before it is bound to the interface. */
	pp->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	err = pp->fd < 0 ? -errno : set_up(pp->fd, ifindex);
	if (err) {
		if (pp->fd >= 0)
			close(pp->fd);
		mem_free(pp);
		return diag_set_range(d, s->argument_offset, s->argument_len, err,
				      "a packet socket at %s: %s%s", s->argument,
				      diag_strerror(err),
				      err == -EPERM ? ": that needs CAP_NET_RAW" : "");
	}
	*port = pp;
	return 0;
}

static int packet_fd(const void *port)
{
	return ((const struct packet_port *)port)->fd;
}

static const struct tpacket_auxdata *auxdata_of(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA)
			return (const void *)CMSG_DATA(c);
	}
	return NULL;
}

/* The frame as it was on the wire; @room has VLAN_HLEN_ bytes in front of it. */
static struct engine_frame complete(uint8_t *room, size_t size, const struct tpacket_auxdata *aux)
{
	struct packet p = {
		.base = room, .cap = PORT_ROOM, .data = room + VLAN_HLEN_, .size = size
	};
	uint16_t tpid = aux && aux->tp_status & TP_STATUS_VLAN_TPID_VALID ? aux->tp_vlan_tpid
									  : ETH_P_8021Q;

	if (aux && aux->tp_status & TP_STATUS_CSUMNOTREADY)
		packet_set_checksums(&p, false, true);
	if (aux && aux->tp_status & TP_STATUS_VLAN_VALID) /* there is room for it */
		(void)!packet_push_vlan(&p, be16_from_host(tpid), be16_from_host(aux->tp_vlan_tci));
	return (struct engine_frame){ p.data, (uint32_t)p.size };
}

static void take(struct port_batch *b, uint8_t *room, struct mmsghdr *m)
{
	struct engine_frame f;

	if (m->msg_len < ETH_HLEN_ || m->msg_len > PACKET_MAX) {
		b->n_dropped++;
		return;
	}
	f = complete(room, m->msg_len, auxdata_of(&m->msg_hdr));
	if (f.size > PACKET_MAX)
		b->n_dropped++;
	else
		b->frames[b->n++] = f;
}

/* What the kernel had no room for; reading it sets it to 0. */
static uint64_t n_lost(int fd)
{
	struct tpacket_stats stats = { 0 };
	socklen_t size = sizeof stats;

	return getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) < 0 ? 0
										: stats.tp_drops;
}

static int packet_receive(void *port, uint64_t now_ns, struct port_batch *b, struct diag *d)
{
	const struct packet_port *pp = port;
	union control control[ENGINE_BATCH];
	struct mmsghdr m[ENGINE_BATCH];
	struct iovec iov[ENGINE_BATCH];
	int n;

	memset(m, 0, sizeof m);
	for (unsigned int i = 0; i < ENGINE_BATCH; i++) {
		iov[i].iov_base = port_batch_room(b, i) + VLAN_HLEN_;
		iov[i].iov_len = PACKET_MAX;
		m[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i],
						.msg_iovlen = 1,
						.msg_control = control[i].bytes,
						.msg_controllen = sizeof control[i].bytes };
	}
	n = recvmmsg(pp->fd, m, ENGINE_BATCH, MSG_DONTWAIT | MSG_TRUNC, NULL);
	if (n < 0) /* ENETDOWN: it is down, or gone, which is told once */
		return errno == EAGAIN || errno == EINTR || errno == ENETDOWN
			       ? 0
			       : diag_set(d, -errno, "reading the packet socket: %s",
					  diag_strerror(errno));
	for (unsigned int i = 0; i < (unsigned int)n; i++)
		take(b, port_batch_room(b, i), &m[i]);
	if (n == ENGINE_BATCH) /* only who is behind loses any */
		b->n_dropped += n_lost(pp->fd);
	return 0;
}

static size_t packet_send(void *port, const struct engine_frame *frames, size_t n)
{
	const struct packet_port *pp = port;
	struct mmsghdr m[ENGINE_BATCH];
	struct iovec iov[ENGINE_BATCH];
	size_t sent = 0, done = 0;

	memset(m, 0, sizeof m);
	for (size_t i = 0; i < n; i++) {
		iov[i].iov_base = CONST_CAST(void *, frames[i].data); /* is only read */
		iov[i].iov_len = frames[i].size;
		m[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	while (done < n) {
		int r = sendmmsg(pp->fd, m + done, (unsigned int)(n - done), MSG_DONTWAIT);

		if (r > 0) {
			sent += (size_t)r;
			done += (size_t)r;
		} else if (errno == EAGAIN || errno == ENOBUFS) {
			break;
		} else if (errno != EINTR) {
			done++; /* this one cannot be sent: too long, the interface is down */
		}
	}
	return sent;
}

const struct port_class port_packet_class = {
	.spec = { .name = "packet", .argument = "INTERFACE" },
	.open = packet_open,
	.close = packet_close,
	.fd = packet_fd,
	.receive = packet_receive,
	.send = packet_send,
};
