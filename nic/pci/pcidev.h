/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PCI function as a User-Mode Linux sees it: virtio-pcidev messages (linux/virtio_pcidev.h) over
 * vhost-user. Queue 0 carries what the guest reads and writes, queue 1 its buffers for interrupts.
 * One object for one guest: when the guest is gone it is freed, and the next gets another.
 *
 * Two threads. The front thread calls pci_dev_run() and whatever else is not named here; it answers
 * reads and never waits for the other. The device thread uses pci_dev_memory_get() and
 * pci_dev_interrupt().
 *
 * Interrupts: a guest has few buffers for them (ten). One that cannot be delivered, because its
 * vector is masked or because no buffer is there, stays pending and is delivered when that changes.
 */
#ifndef NIC_PCI_PCIDEV_H
#define NIC_PCI_PCIDEV_H

#include "nic/pci/memory.h"
#include "nic/pci/pci-provider.h"

/* Bytes of one access; the driver's are 1 to 64, more is refused. */
#define PCI_ACCESS_MAX 4096

struct pci_dev;

/* @socket is taken: a connected one. @f is copied, its aux kept. */
int pci_dev_new(struct pci_dev **out, const struct pci_function *f, int socket,
		struct diag *d) MUST_CHECK;
void pci_dev_free(struct pci_dev *dev);

/* Readable when there is something to do. Borrowed. */
int pci_dev_fd(const struct pci_dev *dev);

/*
 * Does what there is to do, a bounded part of it. 0; -ECONNRESET: the guest is gone; other errors:
 * the guest must be let go. Is to be called again when the descriptor is readable, and at the
 * latest after pci_dev_wait_ms() milliseconds, which is -1 when that does not matter.
 */
int pci_dev_run(struct pci_dev *dev, struct diag *d) MUST_CHECK;
int pci_dev_wait_ms(const struct pci_dev *dev) MUST_CHECK;

/* ---- the device thread ---- */

/* The guest's memory, one reference of it; NULL: none, or the function is no bus master now. */
struct pci_memory *pci_dev_memory_get(struct pci_dev *dev);

void pci_dev_interrupt(struct pci_dev *dev, unsigned int vector);

struct pci_dev_counts {
	uint64_t n_reads, n_writes, n_interrupts, n_bad;
	unsigned int n_pending; /* interrupts that wait, now */
};
void pci_dev_counts(struct pci_dev *dev, struct pci_dev_counts *c);

#endif
