/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory that a guest shares, as it described it in one message: regions of files, mapped here.
 * A description never changes, a new one replaces it; so it is counted, and who still works with
 * the old one when a new one comes, or when the guest is gone, does no harm.
 *
 * Lengths are checked against the files when they are mapped. A guest that makes a file smaller
 * afterwards causes SIGBUS at the next access, which who owns the process has to expect.
 */
#ifndef NIC_PCI_MEMORY_H
#define NIC_PCI_MEMORY_H

#include "base/diag.h"

#include <stdint.h>

#define PCI_REGIONS_MAX 8 /* as many as a message of the protocol carries */

struct pci_region {
	uint64_t guest_addr; /* its physical address */
	uint64_t size;
	uint64_t user_addr; /* its address in the process of the guest */
	uint64_t offset;    /* in the file */
};

struct pci_memory;

/* @fds: one for each region, borrowed. */
int pci_memory_new(struct pci_memory **out, const struct pci_region *regions, const int *fds,
		   size_t n, struct diag *d) MUST_CHECK;

/* NULL is fine for both. */
struct pci_memory *pci_memory_get(struct pci_memory *m);
void pci_memory_put(struct pci_memory *m);

/*
 * @size bytes at a physical address, or at an address of the guest's process: borrowed from @m.
 * NULL: not all of them are inside one region; also for NULL as @m and for @size 0.
 */
void *pci_memory_map(const struct pci_memory *m, uint64_t addr, uint64_t size);
void *pci_memory_map_user(const struct pci_memory *m, uint64_t addr, uint64_t size);

#endif
