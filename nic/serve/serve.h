/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process around a device: a socket at which a User-Mode Linux finds it as a PCI function, and
 * one at which it can be asked (control.h).
 *
 * One guest at a time; the next waits at the socket. When a guest is gone, killed or not, the
 * device is reset: nothing of what the guest made is left. What was asked of the device stays:
 * faults, the command log. Ends at SIGTERM and SIGINT, and then leaves no file behind.
 *
 * Two threads. The front thread accepts guests and answers their reads and writes; what a write
 * asks of the device goes as a message to the device thread, which alone touches struct nic_device,
 * and answers at the control socket. Nothing else is shared but the guest's front
 * (nic/pci/pcidev.h says how) and the journal. When a guest goes the front thread waits until the
 * device thread has let go of it, before it frees it.
 *
 * This is the only library that writes to somebody: lines on stderr, unless quiet.
 */
#ifndef NIC_SERVE_SERVE_H
#define NIC_SERVE_SERVE_H

#include "base/diag.h"
#include "nic/device/device.h"

struct nic_serve;

struct nic_serve_params {
	const char *vhost_user;	  /* path of the socket */
	const char *control;	  /* path of the control socket; NULL: its name and .ctl */
	struct nic_params device; /* trace and caps are kept */
	uint16_t pci_device_id;	  /* of the function; 0: of a ConnectX-5 Ex */
	bool quiet;
};

/* Afterwards guests can connect; they are served by nic_serve_run(). */
int nic_serve_new(struct nic_serve **out, const struct nic_serve_params *params,
		  struct diag *d) MUST_CHECK;
void nic_serve_free(struct nic_serve *s); /* NULL is fine */

/*
 * Serves until a signal or nic_serve_stop() ends it: 0, or why it cannot go on. SIGTERM, SIGINT
 * and SIGPIPE are blocked in the calling thread meanwhile, which is the device thread. A guest that
 * takes away memory that it shares causes SIGBUS, which is handled for the whole process: what is
 * gone reads as zeros.
 */
int nic_serve_run(struct nic_serve *s, struct diag *d) MUST_CHECK;

/* From any thread or signal handler. */
void nic_serve_stop(struct nic_serve *s);

#endif
