/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/pci/msix.h"

#include <linux/pci_regs.h>
#include <string.h>

void pci_msix_init(struct pci_msix *m, unsigned int n_vectors)
{
	memset(m, 0, sizeof *m);
	m->n_vectors = n_vectors;
	for (unsigned int i = 0; i < n_vectors; i++)
		m->table[i * PCI_MSIX_ROW + PCI_MSIX_ENTRY_VECTOR_CTRL] =
			PCI_MSIX_ENTRY_CTRL_MASKBIT;
}

void pci_msix_read(const struct pci_msix *m, size_t offset, void *data, size_t size)
{
	memcpy(data, m->table + offset, size);
}

void pci_msix_write(struct pci_msix *m, size_t offset, const void *data, size_t size)
{
	memcpy(m->table + offset, data, size);
}

void pci_msix_read_pending(const struct pci_msix *m, size_t offset, void *data, size_t size)
{
	uint8_t bytes[PCI_MSIX_PENDING_SIZE];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(m->pending >> 8 * i);
	memcpy(data, bytes + offset, size);
}

void pci_msix_raise(struct pci_msix *m, unsigned int vector)
{
	if (vector < m->n_vectors)
		m->pending |= (uint64_t)1 << vector;
}

static uint32_t get_le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

bool pci_msix_next(const struct pci_msix *m, unsigned int *vector, struct pci_message *message)
{
	for (unsigned int i = 0; i < m->n_vectors && m->pending >> i; i++) {
		const uint8_t *row = m->table + (size_t)i * PCI_MSIX_ROW;

		if (!(m->pending >> i & 1) ||
		    (row[PCI_MSIX_ENTRY_VECTOR_CTRL] & PCI_MSIX_ENTRY_CTRL_MASKBIT))
			continue;
		*vector = i;
		message->addr = get_le32(row + PCI_MSIX_ENTRY_LOWER_ADDR) |
				(uint64_t)get_le32(row + PCI_MSIX_ENTRY_UPPER_ADDR) << 32;
		message->data = get_le32(row + PCI_MSIX_ENTRY_DATA);
		return true;
	}
	return false;
}

void pci_msix_delivered(struct pci_msix *m, unsigned int vector)
{
	m->pending &= ~((uint64_t)1 << vector);
}
