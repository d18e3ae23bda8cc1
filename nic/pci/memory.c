/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/pci/memory.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct mapping {
	struct pci_region region;
	void *base; /* as mmap() returned it */
	size_t length;
	uint8_t *data; /* where the region begins */
};

struct pci_memory {
	atomic_uint refs;
	size_t n;
	struct mapping mappings[PCI_REGIONS_MAX];
};

static bool overflows(uint64_t begin, uint64_t size)
{
	return begin + size < begin;
}

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

static int check(const struct pci_region *regions, size_t i, struct diag *d)
{
	const struct pci_region *r = &regions[i];

	if (!r->size || overflows(r->guest_addr, r->size) || overflows(r->user_addr, r->size) ||
	    overflows(r->offset, r->size))
		return diag_set(d, -EINVAL, "memory region %zu is empty or wraps around", i);
	for (size_t k = 0; k < i; k++)
		if (overlap(r->guest_addr, r->size, regions[k].guest_addr, regions[k].size) ||
		    overlap(r->user_addr, r->size, regions[k].user_addr, regions[k].size))
			return diag_set(d, -EINVAL, "memory regions %zu and %zu overlap", k, i);
	return 0;
}

static int map_region(struct mapping *m, const struct pci_region *r, int fd, size_t i,
		      struct diag *d)
{
	uint64_t begin = r->offset & ~((uint64_t)sysconf(_SC_PAGESIZE) - 1);
	struct stat st;
	void *base;

	if (fstat(fd, &st))
		return diag_set(d, -errno, "memory region %zu: fstat: %s", i,
				diag_strerror(-errno));
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size < r->offset + r->size)
		return diag_set(d, -EINVAL, "memory region %zu is not inside a file", i);
	m->length = r->offset - begin + r->size;
	base = mmap(NULL, m->length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd,
		    (off_t)begin);
	if (base == MAP_FAILED)
		return diag_set(d, -errno, "memory region %zu: mmap: %s", i, diag_strerror(-errno));
	m->region = *r;
	m->base = base;
	m->data = (uint8_t *)base + (r->offset - begin);
	return 0;
}

int pci_memory_new(struct pci_memory **out, const struct pci_region *regions, const int *fds,
		   size_t n, struct diag *d)
{
	struct pci_memory *m;
	int err = 0;

	if (!n || n > PCI_REGIONS_MAX)
		return diag_set(d, -EINVAL, "%zu memory regions: not 1 to %u", n, PCI_REGIONS_MAX);
	m = mem_new(sizeof *m);
	if (!m)
		return diag_set(d, -ENOMEM, "out of memory");
	atomic_init(&m->refs, 1);
	for (size_t i = 0; i < n && !err; i++) {
		err = check(regions, i, d);
		if (!err)
			err = map_region(&m->mappings[i], &regions[i], fds[i], i, d);
		if (!err)
			m->n++;
	}
	if (err)
		pci_memory_put(m);
	else
		*out = m;
	return err;
}

struct pci_memory *pci_memory_get(struct pci_memory *m)
{
	if (m)
		atomic_fetch_add(&m->refs, 1);
	return m;
}

void pci_memory_put(struct pci_memory *m)
{
	if (!m || atomic_fetch_sub(&m->refs, 1) != 1)
		return;
	for (size_t i = 0; i < m->n; i++)
		munmap(m->mappings[i].base, m->mappings[i].length);
	mem_free(m);
}

/* Where @addr is relative to a region of @region_size bytes from @begin on. */
static bool inside(uint64_t begin, uint64_t region_size, uint64_t addr, uint64_t size)
{
	return addr >= begin && addr - begin < region_size && size <= region_size - (addr - begin);
}

void *pci_memory_map(const struct pci_memory *m, uint64_t addr, uint64_t size)
{
	for (size_t i = 0; m && size && i < m->n; i++) {
		const struct pci_region *r = &m->mappings[i].region;

		if (inside(r->guest_addr, r->size, addr, size))
			return m->mappings[i].data + (addr - r->guest_addr);
	}
	return NULL;
}

void *pci_memory_map_user(const struct pci_memory *m, uint64_t addr, uint64_t size)
{
	for (size_t i = 0; m && size && i < m->n; i++) {
		const struct pci_region *r = &m->mappings[i].region;

		if (inside(r->user_addr, r->size, addr, size))
			return m->mappings[i].data + (addr - r->user_addr);
	}
	return NULL;
}
