/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boundary 3: how command mailboxes reach a device. Bytes in, bytes out, nothing else crosses. One
 * front exists in process; the real driver's (PCI over vhost-user) comes with its issue. A
 * decorator can wrap one front in another: to count, to make the n-th command fail.
 */
#ifndef NIC_CMD_CMD_PROVIDER_H
#define NIC_CMD_CMD_PROVIDER_H

#include <stddef.h>

struct mlx5_cmd_front {
	void *device;
	/*
	 * Executes one command. @in is borrowed; @out of @out_size bytes is filled completely:
	 * status, syndrome, and on success the rest. 0: delivered, look at the status; negative
	 * errno: not delivered (-EIO: the device is gone), @out is undefined.
	 */
	int (*exec)(void *device, const void *in, size_t in_size, void *out, size_t out_size);
};

#endif
