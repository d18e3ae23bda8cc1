/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Moves bytes between a serial line of the guest and the control socket of a device, and keeps what
 * the guest has not read yet below LAB_RELAY_WINDOW: a serial line of User-Mode Linux whose
 * terminal was full once is not read again. The guest's program grants LAB_RELAY_STEP more bytes
 * with each empty line, and all of the window with each other line (nic/serve/client.h does).
 */
#ifndef LAB_RELAY_H
#define LAB_RELAY_H

#include "base/macros.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#define LAB_RELAY_WINDOW 1536u /* twice of it, for a client that was killed, fit a terminal */
#define LAB_RELAY_STEP	 768u
#define LAB_RELAY_FDS	 2

struct lab_relay {
	int guest, device; /* sockets without blocking; -1: none. Closed by lab_relay_fini(). */
	size_t window;	   /* bytes that the guest may still get */
	bool is_empty;	   /* of the guest's line there is nothing yet */
};

/* Takes @device. 0 with @guest, the other end of the line, owned; or negative errno. */
int lab_relay_init(struct lab_relay *r, int device, int *guest) MUST_CHECK;
void lab_relay_fini(struct lab_relay *r);

/* What to wait for: LAB_RELAY_FDS elements. */
void lab_relay_poll(const struct lab_relay *r, struct pollfd *fds);

/* Moves what can be moved without waiting, for what poll() found in the same elements. */
void lab_relay_run(struct lab_relay *r, const struct pollfd *fds);

#endif
