/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The netlink decoders of the model kernel on a whole machine, so that what they accept goes down
 * to the device. The first byte has options, the rest are datagrams, each with its length in front
 * (2 bytes, little-endian); the two high bits of a length say what it is for.
 */
#include "fuzz/fuzz.h"
#include "host/host.h"
#include "kernel/netlink/af_netlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>

enum {
	OPTION_EXT_ACK = 1,
	OPTION_CAP_ACK = 2,
	OPTION_UNPRIVILEGED = 4,
	OPTION_LISTEN = 8,
};

enum {
	FOR_ROUTE,
	FOR_PACKET, /* a packet that enters from the first VF */
	FOR_GENERIC,
	FOR_UPLINK, /* a packet that enters from the wire */
};

struct world {
	struct host *host;
	struct ksock *route, *generic;
};

static void read_answers(struct ksock *sk)
{
	static uint8_t buf[1 << 16];

	for (int i = 0; i < 1000; i++) {
		ssize_t n = ksock_recvmsg(sk, buf, sizeof buf);

		if (n < 0 && n != -ENOBUFS)
			return;
	}
}

static struct ksock *open_socket(struct knet *net, int protocol, uint8_t options)
{
	u32 port;
	struct ksock *sk = ksock_socket(net, protocol, &port);

	FUZZ_CHECK(sk);
	ksock_set_ext_ack(sk, options & OPTION_EXT_ACK);
	ksock_set_cap_ack(sk, options & OPTION_CAP_ACK);
	if (options & OPTION_LISTEN && protocol == NETLINK_ROUTE)
		FUZZ_CHECK(!ksock_join(sk, RTNLGRP_TC));
	return sk;
}

static void run(struct world *w, unsigned int kind, const uint8_t *data, size_t n)
{
	struct ksock *sk = kind == FOR_ROUTE ? w->route : w->generic;
	struct iovec iov = { CONST_CAST(void *, data), n }; /* sendmsg does not write */
	struct diag d;

	diag_init(&d);
	if (kind == FOR_PACKET || kind == FOR_UPLINK) {
		FUZZ_CHECK(!host_send(w->host, kind == FOR_UPLINK ? "p0" : "pf0vf0", data, n, &d));
		return;
	}
	ksock_sendmsg(sk, &iov, 1);
	read_answers(sk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct host_params params = { .n_vfs = 2 };
	struct world w;
	struct knet *net;
	struct diag d;

	if (size < 3)
		return 0;
	diag_init(&d);
	FUZZ_CHECK(!host_new(&w.host, &params, &d));
	net = host_kernel(w.host);
	w.route = open_socket(net, NETLINK_ROUTE, data[0]);
	w.generic = open_socket(net, NETLINK_GENERIC, data[0]);
	net->is_privileged = !(data[0] & OPTION_UNPRIVILEGED);
	data++;
	size--;
	while (size >= 2) {
		size_t n = data[0] | (size_t)(data[1] & 0x3f) << 8;
		unsigned int kind = data[1] >> 6;

		data += 2;
		size -= 2;
		if (n > size)
			n = size;
		run(&w, kind, data, n);
		data += n;
		size -= n;
	}
	net->is_privileged = true; /* userland takes its filters back */
	ksock_close(w.route);
	ksock_close(w.generic);
	host_free(w.host);
	return 0;
}
