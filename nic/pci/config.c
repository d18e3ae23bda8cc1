/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/pci/config.h"

#include <linux/pci_regs.h>
#include <string.h>

#define CAP_EXPRESS	 0x60
#define CAP_EXPRESS_SIZE 0x3c
#define CAP_MSIX	 (CAP_EXPRESS + CAP_EXPRESS_SIZE)

static void put16(uint8_t *p, uint16_t x)
{
	p[0] = (uint8_t)x;
	p[1] = (uint8_t)(x >> 8);
}

static void put32(uint8_t *p, uint32_t x)
{
	put16(p, (uint16_t)x);
	put16(p + 2, (uint16_t)(x >> 16));
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static void put_header(struct pci_config *c, const struct pci_ids *ids)
{
	uint8_t *b = c->bytes, *w = c->writable;

	put16(b + PCI_VENDOR_ID, ids->vendor);
	put16(b + PCI_DEVICE_ID, ids->device);
	put32(b + PCI_CLASS_REVISION, ids->class_code << 8 | ids->revision);
	put16(b + PCI_SUBSYSTEM_VENDOR_ID, ids->subsystem_vendor);
	put16(b + PCI_SUBSYSTEM_ID, ids->subsystem);
	put16(b + PCI_STATUS, PCI_STATUS_CAP_LIST);
	b[PCI_CAPABILITY_LIST] = CAP_EXPRESS;
	b[PCI_INTERRUPT_PIN] = 1;
	put16(w + PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY |
				       PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE);
	w[PCI_CACHE_LINE_SIZE] = 0xff;
	w[PCI_INTERRUPT_LINE] = 0xff;
}

static void put_bar(struct pci_config *c, unsigned int bar, uint64_t size)
{
	size_t at = PCI_BASE_ADDRESS_0 + 8 * bar;
	uint64_t writable = ~(size - 1);

	if (!size)
		return;
	put32(c->bytes + at, PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH);
	put32(c->writable + at, (uint32_t)writable);
	put32(c->writable + at + 4, (uint32_t)(writable >> 32));
}

static void put_express(struct pci_config *c)
{
	uint8_t *b = c->bytes + CAP_EXPRESS;

	b[PCI_CAP_LIST_ID] = PCI_CAP_ID_EXP;
	b[PCI_CAP_LIST_NEXT] = CAP_MSIX;
	put16(b + PCI_EXP_FLAGS, 2 | PCI_EXP_TYPE_RC_END << 4);
	/* Error reporting, payload and read request sizes: kept, and without effect here. */
	put16(c->writable + CAP_EXPRESS + PCI_EXP_DEVCTL, 0x7fff);
	put16(c->writable + CAP_EXPRESS + PCI_EXP_DEVCTL2, 0xffff);
}

static void put_msix(struct pci_config *c, const struct pci_function *f)
{
	uint8_t *b = c->bytes + CAP_MSIX;

	b[PCI_CAP_LIST_ID] = PCI_CAP_ID_MSIX;
	put16(b + PCI_MSIX_FLAGS, (uint16_t)(f->n_vectors - 1));
	put32(b + PCI_MSIX_TABLE, f->msix_table); /* of BAR 0: the low bits are 0 */
	put32(b + PCI_MSIX_PBA, f->msix_pending);
	put16(c->writable + CAP_MSIX + PCI_MSIX_FLAGS,
	      PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
}

void pci_config_init(struct pci_config *c, const struct pci_function *f)
{
	memset(c, 0, sizeof *c);
	put_header(c, &f->ids);
	for (unsigned int i = 0; i < PCI_N_BARS; i++)
		put_bar(c, i, f->bar_sizes[i]);
	put_express(c);
	put_msix(c, f);
}

void pci_config_read(const struct pci_config *c, uint64_t offset, void *data, size_t size)
{
	size_t n = offset < PCI_CONFIG_SIZE ? PCI_CONFIG_SIZE - (size_t)offset : 0;

	if (n > size)
		n = size;
	if (n)
		memcpy(data, c->bytes + offset, n);
	memset((uint8_t *)data + n, 0xff, size - n);
}

void pci_config_write(struct pci_config *c, uint64_t offset, const void *data, size_t size)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < size && offset < PCI_CONFIG_SIZE; i++, offset++)
		c->bytes[offset] = (uint8_t)((c->bytes[offset] & ~c->writable[offset]) |
					     (p[i] & c->writable[offset]));
}

bool pci_config_has_memory(const struct pci_config *c)
{
	return get16(c->bytes + PCI_COMMAND) & PCI_COMMAND_MEMORY;
}

bool pci_config_is_bus_master(const struct pci_config *c)
{
	return get16(c->bytes + PCI_COMMAND) & PCI_COMMAND_MASTER;
}

bool pci_config_is_msix_enabled(const struct pci_config *c)
{
	uint16_t flags = get16(c->bytes + CAP_MSIX + PCI_MSIX_FLAGS);

	return (flags & (PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL)) == PCI_MSIX_FLAGS_ENABLE;
}
