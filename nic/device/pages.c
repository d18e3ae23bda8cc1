/* SPDX-License-Identifier: BSD-2-Clause */
/* The pages that a driver gives the function, and gets back: those addresses and no others. */
#include "nic/device/device_internal.h"

#include "base/alloc.h"

#define PAGE_BITS 12
#define PAGE_SIZE (1u << PAGE_BITS)

void nic_pages_fini(struct nic_pages *p)
{
	idr_fini(&p->by_number);
	mem_free(p->addresses);
	*p = (struct nic_pages){ 0 };
}

static uint32_t up_to(uint32_t want, size_t have)
{
	return have >= want ? 0 : want - (uint32_t)have;
}

/* The first pages that are given are those of the boot. */
uint32_t nic_pages_wanted(const struct nic_function *f, enum mlx5_pages_query phase)
{
	size_t have = f->pages.n;

	switch (phase) {
	case MLX5_PAGES_BOOT:
		return up_to(NIC_PAGES_BOOT, have);
	case MLX5_PAGES_INIT:
		return up_to(NIC_PAGES_INIT, have > NIC_PAGES_BOOT ? have - NIC_PAGES_BOOT : 0);
	case MLX5_PAGES_REGULAR:
		return 0; /* what is made later lives in memory of the device */
	}
	return 0;
}

static enum nic_syndrome check_function(const uint8_t *in)
{
	return IFC_GET(query_pages_in, in, function_id) ||
			       IFC_GET(query_pages_in, in, embedded_cpu_function)
		       ? NIC_SYN_FUNCTION_ID
		       : NIC_SYN_NONE;
}

enum nic_syndrome nic_pages_query(struct nic_command *c)
{
	uint32_t op_mod = IFC_GET(query_pages_in, c->in, op_mod);
	enum nic_syndrome s = check_function(c->in);

	if (!op_mod)
		return NIC_SYN_OP_MOD;
	if (!s)
		IFC_SET(query_pages_out, c->out, num_pages,
			nic_pages_wanted(&c->dev->function, (enum mlx5_pages_query)op_mod));
	return s;
}

/* Takes back the newest until @n are left. */
static void shrink(struct nic_pages *p, size_t n)
{
	while (p->n > n)
		idr_del(&p->by_number, (uint32_t)(p->addresses[--p->n] >> PAGE_BITS));
}

static enum nic_syndrome add_page(struct nic_pages *p, uint64_t address)
{
	uint32_t number = (uint32_t)(address >> PAGE_BITS);

	if (!address || address % PAGE_SIZE || address >> PAGE_BITS > UINT32_MAX)
		return NIC_SYN_PAGE_ADDRESS;
	if (idr_find(&p->by_number, number))
		return NIC_SYN_PAGE_TWICE;
	if (idr_add_at(&p->by_number, number, p))
		return NIC_SYN_NO_MEMORY;
	p->addresses[p->n++] = address;
	return NIC_SYN_NONE;
}

static enum nic_syndrome give(struct nic_command *c)
{
	uint32_t n = IFC_GET(manage_pages_in, c->in, input_num_entries);
	const uint8_t *pas = IFC_PTR(manage_pages_in, c->in, pas);
	struct nic_pages *p = &c->dev->function.pages;
	size_t before = p->n;
	enum nic_syndrome s = NIC_SYN_NONE;
	uint64_t *grown;

	if (n > NIC_PAGES_MAX - p->n)
		return NIC_SYN_PAGES_LIMIT;
	grown = mem_grow(p->addresses, &p->cap, p->n + n, sizeof p->addresses[0]);
	if (!grown)
		return NIC_SYN_NO_MEMORY;
	p->addresses = grown;
	for (uint32_t i = 0; i < n && !s; i++)
		s = add_page(p, get_be64(pas + (size_t)i * 8));
	if (s)
		shrink(p, before);
	return s;
}

/* An initialised function keeps what it was started with. */
static enum nic_syndrome take(struct nic_command *c)
{
	struct nic_function *f = &c->dev->function;
	size_t keeps = f->state == NIC_FUNCTION_INITIALISED ? NIC_PAGES_BOOT + NIC_PAGES_INIT : 0;
	size_t n = IFC_GET(manage_pages_in, c->in, input_num_entries);
	size_t have = f->pages.n > keeps ? f->pages.n - keeps : 0;
	uint8_t *pas = IFC_PTR(manage_pages_out, c->out, pas);

	if (n > have)
		n = have;
	for (size_t i = 0; i < n; i++)
		put_be64(pas + i * 8, f->pages.addresses[f->pages.n - 1 - i]);
	shrink(&f->pages, f->pages.n - n);
	IFC_SET(manage_pages_out, c->out, output_num_entries, (uint32_t)n);
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_pages_manage(struct nic_command *c)
{
	enum nic_syndrome s = check_function(c->in);

	if (s)
		return s;
	switch ((enum mlx5_pages_manage)IFC_GET(manage_pages_in, c->in, op_mod)) {
	case MLX5_PAGES_GIVE:
		return give(c);
	case MLX5_PAGES_TAKE:
		return take(c);
	case MLX5_PAGES_CANNOT_GIVE:
		/* The driver could not serve a request: the device made none that it depends on. */
		return IFC_GET(manage_pages_in, c->in, input_num_entries) ? NIC_SYN_PAGES_COUNT
									  : NIC_SYN_NONE;
	}
	return NIC_SYN_OP_MOD;
}
