/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The netlink decoders of the model kernel, with a NIC under it: the first byte chooses the
 * protocol, the rest are datagrams, each with its length in front (2 bytes, little-endian).
 */
#include "fuzz/fuzz.h"
#include "host/host.h"
#include "kernel/netlink/af_netlink.h"

#include <errno.h>
#include <string.h>

static void read_answers(struct ksock *sk)
{
	static uint8_t buf[1 << 16];

	for (int i = 0; i < 1000; i++) {
		ssize_t n = ksock_recvmsg(sk, buf, sizeof buf);

		if (n < 0 && n != -ENOBUFS)
			return;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct host_params params = { .n_vfs = 1 };
	struct ksock *sk;
	struct host *h;
	struct diag d;
	u32 port;

	if (size < 3)
		return 0;
	diag_init(&d);
	FUZZ_CHECK(!host_new(&h, &params, &d));
	sk = ksock_socket(host_kernel(h), data[0] & 1 ? NETLINK_GENERIC : NETLINK_ROUTE, &port);
	FUZZ_CHECK(sk);
	ksock_set_ext_ack(sk, data[0] & 2);
	ksock_set_cap_ack(sk, data[0] & 4);
	for (data++, size--; size >= 2;) {
		size_t n = data[0] | (size_t)data[1] << 8;
		struct iovec iov;

		data += 2, size -= 2;
		if (n > size)
			n = size;
		iov.iov_base = CONST_CAST(void *, data); /* sendmsg does not write */
		iov.iov_len = n;
		ksock_sendmsg(sk, &iov, 1);
		read_answers(sk);
		data += n, size -= n;
	}
	ksock_close(sk);
	host_free(h);
	return 0;
}
