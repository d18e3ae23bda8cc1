/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a PCI function has to bring to stand behind the front of this folder: who it is, how big its
 * BARs are, and what reading and writing them does. Configuration space, MSI-X table and pending
 * bits are the front's.
 *
 * All functions are called by the thread that calls pci_dev_run(), but for report(). They must
 * answer at once: a guest gives up on a read after 40 ms.
 */
#ifndef NIC_PCI_PCI_PROVIDER_H
#define NIC_PCI_PCI_PROVIDER_H

#include "base/diag.h"

#include <stddef.h>
#include <stdint.h>

#define PCI_N_BARS	3  /* pairs of 32-bit BARs: 0, 2 and 4 */
#define PCI_VECTORS_MAX 64 /* so that the pending bits are one word */

struct pci_ids {
	uint16_t vendor, device, subsystem_vendor, subsystem;
	uint32_t class_code; /* 24 bits */
	uint8_t revision;
};

struct pci_function {
	void *aux;
	struct pci_ids ids;
	/* Of BARs 0, 2 and 4, which are 64-bit and prefetchable: powers of two of at least 4096; 0:
	 * there is no such BAR. */
	uint64_t bar_sizes[PCI_N_BARS];
	/* MSI-X: both at offsets in BAR 0, multiples of 8; the function never sees accesses to
	 * them. */
	unsigned int n_vectors; /* 1..PCI_VECTORS_MAX */
	uint32_t msix_table, msix_pending;

	/* @bar 0..PCI_N_BARS-1; what is accessed lies inside it; any size that is not 0. */
	void (*read)(void *aux, unsigned int bar, uint64_t offset, void *data, size_t size);
	void (*write)(void *aux, unsigned int bar, uint64_t offset, const void *data, size_t size);

	/* The guest did something wrong that was refused or ignored. By the thread that runs the
	 * front, or by one in pci_dev_interrupt(). Must not call back. */
	void (*report)(void *aux, const struct diag *d);
};

#endif
