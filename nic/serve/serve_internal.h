/* SPDX-License-Identifier: BSD-2-Clause */
/* The inside of a server, for the files of this folder that the device thread runs. */
#ifndef NIC_SERVE_SERVE_INTERNAL_H
#define NIC_SERVE_SERVE_INTERNAL_H

#include "nic/serve/control.h"
#include "nic/serve/front.h"
#include "nic/serve/serve.h"

struct nic_serve {
	struct nic_journal journal;
	struct serve_listener *listener;
	struct nic_mailbox mailbox;
	struct nic_front front;
	int stop_fd, let_go_fd, epoll;
	/* The device thread's. */
	struct nic_device *device;
	struct nic_control *control;
	struct pci_dev *guest;	   /* borrowed; NULL: there is none */
	struct pci_memory *memory; /* while the device works */
	uint64_t n_guests, n_doorbells[NIC_DOORBELL_SQ + 1];
};

#endif
