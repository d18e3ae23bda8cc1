/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MSI-X table and the pending bits, as they lie in a BAR. An interrupt is a bit that stays
 * pending until it is taken to be delivered: while its vector is masked, and while there is no way
 * to deliver it, which is the caller's to know.
 */
#ifndef NIC_PCI_MSIX_H
#define NIC_PCI_MSIX_H

#include "nic/pci/pci-provider.h"

#include <stdbool.h>

#define PCI_MSIX_ROW 16 /* bytes of the table for each vector */

struct pci_msix {
	unsigned int n_vectors;
	uint64_t pending;
	uint8_t table[PCI_VECTORS_MAX * PCI_MSIX_ROW];
};

/* What an interrupt writes, and where. */
struct pci_message {
	uint64_t addr;
	uint32_t data;
};

void pci_msix_init(struct pci_msix *m, unsigned int n_vectors); /* all masked, none pending */

static inline size_t pci_msix_table_size(unsigned int n_vectors)
{
	return (size_t)n_vectors * PCI_MSIX_ROW;
}
#define PCI_MSIX_PENDING_SIZE 8

/* In the table; @offset + @size is at most its size. */
void pci_msix_read(const struct pci_msix *m, size_t offset, void *data, size_t size);
void pci_msix_write(struct pci_msix *m, size_t offset, const void *data, size_t size);
/* The pending bits; @offset + @size is at most PCI_MSIX_PENDING_SIZE. */
void pci_msix_read_pending(const struct pci_msix *m, size_t offset, void *data, size_t size);

/* A vector that does not exist is ignored. */
void pci_msix_raise(struct pci_msix *m, unsigned int vector);

/* Is there a pending one that is not masked? The one to deliver next; it stays pending. */
bool pci_msix_next(const struct pci_msix *m, unsigned int *vector, struct pci_message *message);
void pci_msix_delivered(struct pci_msix *m, unsigned int vector);

#endif
