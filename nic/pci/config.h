/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration space: a type 0 header with up to three 64-bit BARs, the PCI Express capability of
 * an integrated endpoint, and MSI-X. Bytes and a mask of the bits that may be written: reading any
 * range is a copy, and sizing a BAR follows from the mask.
 */
#ifndef NIC_PCI_CONFIG_H
#define NIC_PCI_CONFIG_H

#include "nic/pci/pci-provider.h"

#include <stdbool.h>

#define PCI_CONFIG_SIZE 4096

struct pci_config {
	uint8_t bytes[PCI_CONFIG_SIZE];
	uint8_t writable[PCI_CONFIG_SIZE];
};

void pci_config_init(struct pci_config *c, const struct pci_function *f);

/* Bytes behind the space read as 0xff, writes there are ignored. */
void pci_config_read(const struct pci_config *c, uint64_t offset, void *data, size_t size);
void pci_config_write(struct pci_config *c, uint64_t offset, const void *data, size_t size);

bool pci_config_has_memory(const struct pci_config *c);	     /* its BARs answer */
bool pci_config_is_bus_master(const struct pci_config *c);   /* it may read and write memory */
bool pci_config_is_msix_enabled(const struct pci_config *c); /* and not masked as a whole */

#endif
