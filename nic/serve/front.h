/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The front thread: accepts guests, one after the other, and stands between each and the device
 * thread. It has the registers; it does what a guest writes by messages.
 */
#ifndef NIC_SERVE_FRONT_H
#define NIC_SERVE_FRONT_H

#include "nic/device/bar.h"
#include "nic/pci/pcidev.h"
#include "nic/serve/journal.h"
#include "nic/serve/mailbox.h"
#include "serve/listener.h"

#include <pthread.h>

/* For so long the device thread may leave the mailbox full: then the guest is let go. */
#define NIC_FRONT_WAIT_MS 10000

struct nic_front {
	struct serve_listener *listener; /* borrowed, as all below */
	struct nic_mailbox *mailbox;
	struct nic_journal *journal;
	int stop_fd;		/* an eventfd that ends the thread; stays set */
	int let_go_fd;		/* an eventfd: the device thread has let go of the guest */
	uint16_t pci_device_id; /* 0: the default */
	struct nic_bar bar;
	struct pci_dev *guest; /* owned; still there when the thread was stopped */
	uint64_t n_guests;
	bool is_stuck; /* the device thread took no message for too long */
	pthread_t thread;
};

/* Starts the thread; what is borrowed is set. */
int nic_front_start(struct nic_front *f, struct diag *d) MUST_CHECK;
/* After the eventfd was set: waits for the thread. The device thread frees the guest, with
 * nic_front_fini(), when nothing has it any more. */
void nic_front_join(struct nic_front *f);
void nic_front_fini(struct nic_front *f);

#endif
