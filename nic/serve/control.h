/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control socket of a device: a listening unix socket that only its user may open, and byte
 * streams such as a serial line of the guest. On each, a line is a request and the answer is a
 * line (request.h).
 *
 * It belongs to the thread of the device and never blocks. A client is not trusted: what it sends
 * and what it does not read is bounded by NIC_CONTROL_LINE_MAX and one answer; a line that is no
 * request gets an error, and a client that goes takes nothing with it.
 */
#ifndef NIC_SERVE_CONTROL_H
#define NIC_SERVE_CONTROL_H

#include "nic/serve/request.h"

#define NIC_CONTROL_LINE_MAX	(64u << 10) /* bytes of a request with its newline */
#define NIC_CONTROL_ANSWER_MAX	(16u << 20) /* longer ones become an error */
#define NIC_CONTROL_CLIENTS_MAX 16u	    /* at once; streams are among them */

struct nic_control;

/*
 * Keeps @dev (or NULL: there is none yet). @path: of the socket, which must not be in use; one that
 * a dead process left behind is replaced. NULL: no socket, only streams.
 */
int nic_control_new(struct nic_control **out, struct nic_device *dev, const char *path,
		    struct diag *d) MUST_CHECK;
void nic_control_free(struct nic_control *c); /* removes the socket */

/* Takes the descriptor, also when it fails. A terminal is made raw. */
int nic_control_add_stream(struct nic_control *c, int fd, struct diag *d) MUST_CHECK;

/* Another device, or NULL: see nic_requests_set_device(). */
int nic_control_set_device(struct nic_control *c, struct nic_device *dev) MUST_CHECK;

/* See nic_requests_set_front(). */
void nic_control_set_front(struct nic_control *c, const struct nic_requests_front *front);

/* Readable when nic_control_run() has something to do; borrowed. */
int nic_control_fd(const struct nic_control *c);

/* Does what can be done without waiting: at most one request of each client. */
void nic_control_run(struct nic_control *c);

#endif
