/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine's memory, and rings in it. */
#include "nic/device/queues_internal.h"

#include "base/alloc.h"

#include <string.h>

#define PAGE_LOG 12 /* page addresses are multiples of it */

static void *map(const struct nic_device *dev, uint64_t addr, size_t size)
{
	return dev->bus.map && addr + size >= addr ? dev->bus.map(dev->bus.aux, addr, size) : NULL;
}

bool nic_memory_read(const struct nic_device *dev, uint64_t addr, void *buf, size_t size)
{
	const void *p = size ? map(dev, addr, size) : buf;

	if (p && size)
		memcpy(buf, p, size);
	return p;
}

bool nic_memory_write(const struct nic_device *dev, uint64_t addr, const void *buf, size_t size)
{
	void *p = size ? map(dev, addr, size) : CONST_CAST(void *, buf); /* not written to */

	if (p && size)
		memcpy(p, buf, size);
	return p;
}

bool nic_memory_read_record(const struct nic_device *dev, uint64_t addr, uint32_t *value)
{
	bool is = nic_memory_read(dev, addr, value, sizeof *value);

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	*value = is ? get_be32(value) : 0;
	return is;
}

static uint64_t ring_bytes(const struct nic_ring_shape *s)
{
	return 1ull << (s->log_size + s->log_stride);
}

/* Sizes of a command are up to 5 bits each: no shift here can overflow. */
size_t nic_ring_n_pages(const struct nic_ring_shape *s)
{
	return (s->offset + ring_bytes(s) + (1ull << s->log_page) - 1) >> s->log_page;
}

enum nic_syndrome nic_ring_init(struct nic_ring *r, const struct nic_ring_shape *s,
				const uint8_t *pas)
{
	size_t n = nic_ring_n_pages(s);
	uint64_t *pages;

	if (s->offset >> s->log_page)
		return NIC_SYN_RING_OFFSET;
	for (size_t i = 0; i < n; i++) {
		if (get_be64(pas + i * 8) & ((1u << PAGE_LOG) - 1))
			return NIC_SYN_RING_PAGE;
	}
	pages = mem_new_array(n, sizeof *pages);
	if (!pages)
		return NIC_SYN_NO_MEMORY;
	for (size_t i = 0; i < n; i++)
		pages[i] = get_be64(pas + i * 8);
	*r = (struct nic_ring){ *s, n, pages };
	return NIC_SYN_NONE;
}

void nic_ring_fini(struct nic_ring *r)
{
	mem_free(r->pages);
	*r = (struct nic_ring){ 0 };
}

/* Bus address of a byte of the ring, and how many follow it on its page before the ring ends. */
static uint64_t address(const struct nic_ring *r, uint64_t byte, size_t *left)
{
	const struct nic_ring_shape *s = &r->shape;
	uint64_t at = s->offset + byte, in_page = at & ((1ull << s->log_page) - 1);
	uint64_t to_page_end = (1ull << s->log_page) - in_page;
	uint64_t to_ring_end = ring_bytes(s) - byte;

	*left = to_page_end < to_ring_end ? to_page_end : to_ring_end;
	return r->pages[at >> s->log_page] + in_page;
}

bool nic_ring_read(const struct nic_device *dev, const struct nic_ring *r, uint32_t index,
		   void *buf, size_t size)
{
	uint64_t byte = (uint64_t)(index & nic_ring_mask(r)) << r->shape.log_stride;
	uint8_t *to = buf;

	while (size) {
		size_t left;
		uint64_t addr = address(r, byte, &left);
		size_t n = size < left ? size : left;

		if (!nic_memory_read(dev, addr, to, n))
			return false;
		to += n;
		size -= n;
		byte = (byte + n) & (ring_bytes(&r->shape) - 1);
	}
	return true;
}

bool nic_ring_publish(const struct nic_device *dev, const struct nic_ring *r, uint32_t index,
		      const uint8_t *entry)
{
	uint64_t byte = (uint64_t)(index & nic_ring_mask(r)) << r->shape.log_stride;
	size_t left, size = (size_t)1 << r->shape.log_stride;
	uint8_t *p = map(dev, address(r, byte, &left), size);

	if (!p)
		return false;
	memcpy(p, entry, size - 1);
	__atomic_store_n(p + size - 1, entry[size - 1], __ATOMIC_RELEASE);
	return true;
}

bool nic_fields_are_zero(const uint8_t *buf, const unsigned int *locs, size_t n)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < n; i++)
		bits |= ifc_get(buf, locs[i]);
	return !bits;
}
