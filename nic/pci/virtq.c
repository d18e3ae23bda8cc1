/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/pci/virtq.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DESC_SIZE 16u

enum {
	DESC_NEXT = 1,
	DESC_WRITE = 2,
	DESC_INDIRECT = 4,
};

#define AVAIL_NO_INTERRUPT 1u
#define USED_NO_NOTIFY	   1u

struct desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags, next;
};
static_assert(sizeof(struct desc) == DESC_SIZE, "as it lies in memory");

void pci_virtq_init(struct pci_virtq *q)
{
	*q = (struct pci_virtq){ .kick = -1, .call = -1 };
}

void pci_virtq_fini(struct pci_virtq *q)
{
	if (q->kick >= 0)
		close(q->kick);
	if (q->call >= 0)
		close(q->call);
	pci_virtq_init(q);
}

/* Something about it is new: it is looked at again. */
static void renew(struct pci_virtq *q)
{
	q->broken = false;
	q->descs = q->avails = NULL;
	q->useds = NULL;
}

int pci_virtq_set_size(struct pci_virtq *q, uint32_t size, struct diag *d)
{
	if (!size || size > PCI_VIRTQ_SIZE_MAX || (size & (size - 1)))
		return diag_set(d, -EINVAL,
				"a queue of %u descriptors: not a power of two up to %u", size,
				PCI_VIRTQ_SIZE_MAX);
	q->size = size;
	renew(q);
	return 0;
}

int pci_virtq_set_rings(struct pci_virtq *q, uint64_t desc, uint64_t avail, uint64_t used,
			struct diag *d)
{
	if (desc % DESC_SIZE || avail % 2 || used % 4)
		return diag_set(d, -EINVAL, "a queue's rings are not aligned");
	q->desc = desc;
	q->avail = avail;
	q->used = used;
	q->has_rings = true;
	renew(q);
	return 0;
}

void pci_virtq_set_base(struct pci_virtq *q, uint16_t base)
{
	q->next_avail = base;
	renew(q);
}

void pci_virtq_set_memory(struct pci_virtq *q, const struct pci_memory *m)
{
	q->memory = m;
	renew(q);
}

static uint16_t load16(const uint8_t *p)
{
	/* Rings are aligned: that was checked. */
	return __atomic_load_n((const uint16_t *)(const void *)p, __ATOMIC_ACQUIRE);
}

static void store16(uint8_t *p, uint16_t x)
{
	__atomic_store_n((uint16_t *)(void *)p, x, __ATOMIC_RELEASE);
}

static int break_queue(struct pci_virtq *q, struct diag *d, const char *words)
{
	q->broken = true;
	return diag_set(d, -EINVAL, "%s", words);
}

/* Finds the rings in the memory. */
static bool is_running(struct pci_virtq *q, struct diag *d)
{
	uint64_t n = q->size;

	if (!q->enabled || q->broken || !n || !q->has_rings || !q->memory)
		return false;
	if (q->useds)
		return true;
	q->descs = pci_memory_map_user(q->memory, q->desc, n * DESC_SIZE);
	q->avails = pci_memory_map_user(q->memory, q->avail, 6 + 2 * n);
	q->useds = pci_memory_map_user(q->memory, q->used, 6 + 8 * n);
	/* Aligned addresses of a region that begins at an odd one here are not aligned. */
	if (!q->descs || !q->avails || !q->useds || (uintptr_t)q->avails % 2 ||
	    (uintptr_t)q->useds % 4) {
		renew(q);
		break_queue(q, d, "a queue's rings are not in the guest's memory");
		return false;
	}
	q->next_used = load16(q->useds + 2);
	return true;
}

static struct desc read_desc(const struct pci_virtq *q, uint16_t i)
{
	struct desc copy;

	memcpy(&copy, q->descs + DESC_SIZE * i, sizeof copy);
	/* So that the compiler uses the copy, and does not read again what may have changed. */
	atomic_signal_fence(memory_order_seq_cst);
	return copy;
}

static int add_segment(const struct pci_virtq *q, struct pci_chain *c, const struct desc *desc,
		       struct diag *d)
{
	bool in = desc->flags & DESC_WRITE;
	struct pci_segment *s = in ? &c->in[c->n_in] : &c->out[c->n_out];

	if (desc->flags & DESC_INDIRECT)
		return diag_set(d, -EINVAL, "an indirect descriptor, which was not offered");
	if (!in && c->n_in)
		return diag_set(d, -EINVAL, "a descriptor to read behind one to write");
	s->size = desc->len;
	s->data = pci_memory_map(q->memory, desc->addr, desc->len);
	if (!s->data)
		return diag_set(d, -EFAULT,
				"a descriptor's bytes are not in the guest's memory: %u "
				"at 0x%llx",
				desc->len, (unsigned long long)desc->addr);
	if (in)
		c->n_in++;
	else
		c->n_out++;
	return 0;
}

static int walk(const struct pci_virtq *q, struct pci_chain *c, struct diag *d)
{
	uint16_t i = c->head;

	for (unsigned int n = 0; n < PCI_CHAIN_MAX; n++) {
		struct desc desc = read_desc(q, i);
		int err = add_segment(q, c, &desc, d);

		if (err || !(desc.flags & DESC_NEXT))
			return err;
		if (desc.next >= q->size)
			return diag_set(d, -EINVAL, "a descriptor's next is none");
		i = desc.next;
	}
	return diag_set(d, -ELOOP, "a chain has more than %u descriptors", PCI_CHAIN_MAX);
}

bool pci_virtq_pop(struct pci_virtq *q, struct pci_chain *c, struct diag *d)
{
	uint16_t n;

	if (!is_running(q, d))
		return false;
	n = (uint16_t)(load16(q->avails + 2) - q->next_avail);
	if (!n)
		return false;
	if (n > q->size) {
		break_queue(q, d, "a queue has more chains available than it can hold");
		return false;
	}
	c->head = load16(q->avails + 4 + 2 * (q->next_avail & (q->size - 1)));
	if (c->head >= q->size) {
		break_queue(q, d, "an available chain's head is no descriptor");
		return false;
	}
	q->next_avail++;
	c->n_out = c->n_in = 0;
	c->error = walk(q, c, d);
	if (c->error)
		c->n_out = c->n_in = 0;
	return true;
}

void pci_virtq_set_quiet(struct pci_virtq *q, bool quiet)
{
	if (!q->useds)
		return;
	store16(q->useds, quiet ? USED_NO_NOTIFY : 0);
	/* The guest makes available, then looks at this; we the other way round. */
	atomic_thread_fence(memory_order_seq_cst);
}

void pci_virtq_push(struct pci_virtq *q, const struct pci_chain *c, uint32_t size)
{
	const uint32_t element[2] = { c->head, size };

	memcpy(q->useds + 4 + 8 * (q->next_used & (q->size - 1)), element, sizeof element);
	store16(q->useds + 2, ++q->next_used);
}

void pci_virtq_notify(const struct pci_virtq *q)
{
	const uint64_t one = 1;

	if (q->call < 0 || !q->avails)
		return;
	/* The guest sets the flag, then looks at the used ring; we the other way round. */
	atomic_thread_fence(memory_order_seq_cst);
	if (load16(q->avails) & AVAIL_NO_INTERRUPT)
		return;
	/* When it is full the guest has notifications enough to read. User-Mode Linux gives a
	 * socket, the others an eventfd. */
	if (send(q->call, &one, sizeof one, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == ENOTSOCK &&
	    write(q->call, &one, sizeof one) < 0)
		return;
}

size_t pci_chain_gather(const struct pci_chain *c, void *data, size_t size)
{
	size_t n = 0;

	for (unsigned int i = 0; i < c->n_out && n < size; i++) {
		size_t part = c->out[i].size < size - n ? c->out[i].size : size - n;

		memcpy((uint8_t *)data + n, c->out[i].data, part);
		n += part;
	}
	atomic_signal_fence(memory_order_seq_cst);
	return n;
}

size_t pci_chain_scatter(const struct pci_chain *c, const void *data, size_t size)
{
	size_t n = 0;

	for (unsigned int i = 0; i < c->n_in && n < size; i++) {
		size_t part = c->in[i].size < size - n ? c->in[i].size : size - n;

		memcpy(c->in[i].data, (const uint8_t *)data + n, part);
		n += part;
	}
	return n;
}

uint64_t pci_chain_room(const struct pci_chain *c)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < c->n_in; i++)
		n += c->in[i].size;
	return n;
}
