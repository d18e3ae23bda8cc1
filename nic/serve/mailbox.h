/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages from the front thread to the device thread, in order: a bounded ring for one sender and
 * one receiver. A full ring makes the sender wait, for so long and no longer; nothing is dropped.
 */
#ifndef NIC_SERVE_MAILBOX_H
#define NIC_SERVE_MAILBOX_H

#include "nic/device/bar.h"
#include "nic/pci/pcidev.h"

enum nic_message_type {
	NIC_MESSAGE_DOORBELL,
	NIC_MESSAGE_GUEST, /* one has come, or (NULL) the last has gone */
};

struct nic_message {
	enum nic_message_type type;
	struct nic_doorbell bell;
	struct pci_dev *guest;
};

/* A power of two, and more than the 256 writes that a guest's queue has in flight. */
#define NIC_MAILBOX_SIZE 1024

struct nic_mailbox {
	struct nic_message messages[NIC_MAILBOX_SIZE];
	atomic_uint sent, received; /* counts of messages, modulo 2^32 */
	atomic_bool is_waiting;	    /* the sender, for room */
	/* Eventfds, owned: something was sent; some room is there again. */
	int sent_fd, room_fd;
};

int nic_mailbox_init(struct nic_mailbox *m, struct diag *d) MUST_CHECK;
void nic_mailbox_fini(struct nic_mailbox *m);

/* False: it is full; room_fd will be set when it is not. */
bool nic_mailbox_send(struct nic_mailbox *m, const struct nic_message *message) MUST_CHECK;
/* False: it is empty. */
bool nic_mailbox_receive(struct nic_mailbox *m, struct nic_message *message) MUST_CHECK;

/* Takes the wake-up that an eventfd gave. */
void nic_eventfd_clear(int fd);
void nic_eventfd_set(int fd);

#endif
