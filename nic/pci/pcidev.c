/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/pci/pcidev.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "nic/pci/config.h"
#include "nic/pci/msix.h"
#include "nic/pci/vhost_user.h"

#include <assert.h>
#include <errno.h>
#include <linux/virtio_pcidev.h>
#include <string.h>
#include <unistd.h>

#define QUEUE_COMMANDS	 0
#define QUEUE_INTERRUPTS 1
#define CHAINS_MAX	 256 /* of one pci_dev_run() */
#define SILENT_PART	 4   /* of a queue: so many chains go back before the guest hears of it */
#define SILENT_MS	 10  /* or so long after the last */

#define MESSAGE_SIZE   sizeof(struct virtio_pcidev_msg)
#define INTERRUPT_SIZE (MESSAGE_SIZE + 4)
static_assert(MESSAGE_SIZE == 16, "as it lies in the guest's buffers");

/* One of Linux's has an array at its end, so that nothing may stand behind it. */
struct header {
	uint8_t op, bar;
	uint16_t reserved;
	uint32_t size;
	uint64_t addr;
};
static_assert(sizeof(struct header) == MESSAGE_SIZE &&
		      offsetof(struct header, addr) == offsetof(struct virtio_pcidev_msg, addr),
	      "as it lies in memory");

struct pci_dev {
	struct pci_vhost vhost;
	struct pci_function f;
	bool is_busy;
	uint32_t n_silent;  /* chains given back that the guest was not told of */
	uint64_t served_ns; /* when there was something the last time */
	/* Under the lock of vhost. */
	struct pci_config config;
	struct pci_msix msix;
	struct pci_dev_counts counts;
	/* Of the message at hand, with what it writes or reads. */
	struct header message;
	uint8_t data[PCI_ACCESS_MAX];
};

static void report(void *aux, const struct diag *d)
{
	struct pci_dev *dev = aux;

	dev->f.report(dev->f.aux, d);
}

int pci_dev_new(struct pci_dev **out, const struct pci_function *f, int socket, struct diag *d)
{
	struct pci_dev *dev = mem_new(sizeof *dev);
	int err;

	if (!dev) {
		close(socket);
		return diag_set(d, -ENOMEM, "out of memory");
	}
	dev->f = *f;
	pci_config_init(&dev->config, f);
	pci_msix_init(&dev->msix, f->n_vectors);
	err = pci_vhost_init(&dev->vhost, socket, dev, report, d);
	if (err)
		mem_free(dev);
	else
		*out = dev;
	return err;
}

void pci_dev_free(struct pci_dev *dev)
{
	if (!dev)
		return;
	pci_vhost_fini(&dev->vhost);
	mem_free(dev);
}

int pci_dev_fd(const struct pci_dev *dev)
{
	return dev->vhost.epoll;
}

int pci_dev_wait_ms(const struct pci_dev *dev)
{
	return dev->is_busy ? 0 : dev->n_silent ? SILENT_MS : -1;
}

static void lock(struct pci_dev *dev)
{
	pthread_mutex_lock(&dev->vhost.lock);
}

static void unlock(struct pci_dev *dev)
{
	pthread_mutex_unlock(&dev->vhost.lock);
}

/* ---- interrupts, under the lock ---- */

/* A buffer for an interrupt; those that are too small go back as they came. */
static bool take_buffer(struct pci_dev *dev, struct pci_chain *c)
{
	struct pci_virtq *q = &dev->vhost.queues[QUEUE_INTERRUPTS];

	for (unsigned int i = 0; i < CHAINS_MAX; i++) {
		struct diag d;
		bool got;

		diag_init(&d);
		got = pci_virtq_pop(q, c, &d);
		if (got && !c->error && pci_chain_room(c) < INTERRUPT_SIZE)
			diag_set(&d, -EMSGSIZE, "a buffer for interrupts is too small");
		if (d.error) {
			dev->counts.n_bad++;
			report(dev, &d);
		}
		if (!got || !d.error)
			return got;
		pci_virtq_push(q, c, 0);
	}
	return false;
}

/* Buffers that come back are of interest only when there was none. */
static bool find_buffer(struct pci_dev *dev, struct pci_chain *c)
{
	struct pci_virtq *q = &dev->vhost.queues[QUEUE_INTERRUPTS];
	bool got = take_buffer(dev, c);

	if (!got) {
		pci_virtq_set_quiet(q, false);
		got = take_buffer(dev, c);
	}
	if (got)
		pci_virtq_set_quiet(q, true);
	return got;
}

static void put_message(struct pci_dev *dev, const struct pci_chain *c,
			const struct pci_message *message)
{
	const struct header m = { .op = VIRTIO_PCIDEV_OP_MSI, .size = 4, .addr = message->addr };
	uint8_t bytes[INTERRUPT_SIZE];

	memcpy(bytes, &m, MESSAGE_SIZE);
	memcpy(bytes + MESSAGE_SIZE, &message->data, 4);
	pci_chain_scatter(c, bytes, sizeof bytes);
	pci_virtq_push(&dev->vhost.queues[QUEUE_INTERRUPTS], c, sizeof bytes);
}

/* Delivers what is pending as far as it can be. */
static void deliver(struct pci_dev *dev)
{
	struct pci_message message;
	struct pci_chain c;
	unsigned int vector, n = 0;

	if (!pci_config_is_msix_enabled(&dev->config) || !pci_config_is_bus_master(&dev->config))
		return;
	while (pci_msix_next(&dev->msix, &vector, &message) && find_buffer(dev, &c)) {
		put_message(dev, &c, &message);
		pci_msix_delivered(&dev->msix, vector);
		n++;
	}
	dev->counts.n_interrupts += n;
	if (n)
		pci_virtq_notify(&dev->vhost.queues[QUEUE_INTERRUPTS]);
}

void pci_dev_interrupt(struct pci_dev *dev, unsigned int vector)
{
	lock(dev);
	pci_msix_raise(&dev->msix, vector);
	deliver(dev);
	unlock(dev);
}

struct pci_memory *pci_dev_memory_get(struct pci_dev *dev)
{
	struct pci_memory *m = NULL;

	lock(dev);
	if (pci_config_is_bus_master(&dev->config))
		m = pci_memory_get(dev->vhost.memory);
	unlock(dev);
	return m;
}

void pci_dev_counts(struct pci_dev *dev, struct pci_dev_counts *c)
{
	lock(dev);
	*c = dev->counts;
	c->n_pending = (unsigned int)__builtin_popcountll(dev->msix.pending);
	unlock(dev);
}

/* ---- BARs: the MSI-X table and pending bits are ours, the rest is the function's ---- */

enum owner {
	OWNER_FUNCTION,
	OWNER_TABLE,
	OWNER_PENDING,
};

struct piece {
	enum owner owner;
	size_t offset; /* in what is ours */
	size_t size;
};

static bool lies_in(uint64_t begin, size_t length, uint64_t offset, struct piece *p)
{
	if (offset < begin) {
		if (p->size > begin - offset)
			p->size = (size_t)(begin - offset);
		return false;
	}
	if (offset - begin >= length)
		return false;
	p->offset = (size_t)(offset - begin);
	if (p->size > length - p->offset)
		p->size = length - p->offset;
	return true;
}

/* What of an access has the same owner as its first byte. */
static struct piece first_piece(const struct pci_dev *dev, unsigned int bar, uint64_t offset,
				size_t size)
{
	struct piece p = { OWNER_FUNCTION, 0, size };

	if (bar)
		return p;
	if (lies_in(dev->f.msix_table, pci_msix_table_size(dev->f.n_vectors), offset, &p))
		p.owner = OWNER_TABLE;
	else if (lies_in(dev->f.msix_pending, PCI_MSIX_PENDING_SIZE, offset, &p))
		p.owner = OWNER_PENDING;
	return p;
}

static void read_piece(struct pci_dev *dev, unsigned int bar, uint64_t offset, uint8_t *data,
		       const struct piece *p)
{
	switch (p->owner) {
	case OWNER_FUNCTION:
		dev->f.read(dev->f.aux, bar, offset, data, p->size);
		return;
	case OWNER_TABLE:
		pci_msix_read(&dev->msix, p->offset, data, p->size);
		return;
	case OWNER_PENDING:
		lock(dev);
		pci_msix_read_pending(&dev->msix, p->offset, data, p->size);
		unlock(dev);
		return;
	}
}

static void write_piece(struct pci_dev *dev, unsigned int bar, uint64_t offset, const uint8_t *data,
			const struct piece *p)
{
	switch (p->owner) {
	case OWNER_FUNCTION:
		dev->f.write(dev->f.aux, bar, offset, data, p->size);
		return;
	case OWNER_TABLE:
		lock(dev);
		pci_msix_write(&dev->msix, p->offset, data, p->size);
		deliver(dev);
		unlock(dev);
		return;
	case OWNER_PENDING:
		return; /* read-only */
	}
}

/* ---- messages of queue 0: each works on dev->data; 0, or why nothing was done ---- */

static int check_bar(struct pci_dev *dev, struct diag *d)
{
	const struct header *m = &dev->message;
	uint64_t size = m->bar % 2 || m->bar / 2 >= PCI_N_BARS ? 0 : dev->f.bar_sizes[m->bar / 2];

	if (m->addr >= size || m->size > size - m->addr)
		return diag_set(d, -EFAULT,
				"an access of %u bytes at 0x%llx of BAR %u is outside it", m->size,
				(unsigned long long)m->addr, m->bar);
	if (!pci_config_has_memory(&dev->config))
		return diag_set(d, -EACCES, "an access to BAR %u while memory space is off",
				m->bar);
	return 0;
}

static int check_config(struct pci_dev *dev, struct diag *d)
{
	const struct header *m = &dev->message;

	/* Linux 6.1 sends a memset of a BAR as such a write: its size and data do not fit. */
	if (m->size != 1 && m->size != 2 && m->size != 4 && m->size != 8)
		return diag_set(d, -EINVAL, "a configuration access of %u bytes", m->size);
	return 0;
}

static int read_config(struct pci_dev *dev, struct diag *d)
{
	int err = check_config(dev, d);

	if (err)
		return err;
	pci_config_read(&dev->config, dev->message.addr, dev->data, dev->message.size);
	return 0;
}

static int write_config(struct pci_dev *dev, struct diag *d)
{
	int err = check_config(dev, d);

	if (err)
		return err;
	lock(dev);
	pci_config_write(&dev->config, dev->message.addr, dev->data, dev->message.size);
	deliver(dev);
	unlock(dev);
	return 0;
}

static int read_bar(struct pci_dev *dev, struct diag *d)
{
	const struct header *m = &dev->message;
	int err = check_bar(dev, d);

	for (size_t n = 0; !err && n < m->size;) {
		struct piece p = first_piece(dev, m->bar / 2, m->addr + n, m->size - n);

		read_piece(dev, m->bar / 2, m->addr + n, dev->data + n, &p);
		n += p.size;
	}
	return err;
}

static int write_bar(struct pci_dev *dev, struct diag *d)
{
	const struct header *m = &dev->message;
	int err = check_bar(dev, d);

	for (size_t n = 0; !err && n < m->size;) {
		struct piece p = first_piece(dev, m->bar / 2, m->addr + n, m->size - n);

		write_piece(dev, m->bar / 2, m->addr + n, dev->data + n, &p);
		n += p.size;
	}
	return err;
}

static int set_bar(struct pci_dev *dev, struct diag *d)
{
	memset(dev->data, dev->data[0], dev->message.size);
	return write_bar(dev, d);
}

enum data_size {
	DATA_NONE,
	DATA_BYTE,
	DATA_SIZE, /* as the message says */
};

struct operation {
	int (*run)(struct pci_dev *dev, struct diag *d);
	enum data_size comes; /* with the message */
	bool answers;	      /* with the data */
};

static const struct operation operations[] = {
	[VIRTIO_PCIDEV_OP_CFG_READ] = { read_config, DATA_NONE, true },
	[VIRTIO_PCIDEV_OP_CFG_WRITE] = { write_config, DATA_SIZE, false },
	[VIRTIO_PCIDEV_OP_MMIO_READ] = { read_bar, DATA_NONE, true },
	[VIRTIO_PCIDEV_OP_MMIO_WRITE] = { write_bar, DATA_SIZE, false },
	[VIRTIO_PCIDEV_OP_MMIO_MEMSET] = { set_bar, DATA_BYTE, false },
};

/* Reads a message and its data out of a chain; its operation, or NULL. */
static const struct operation *decode(struct pci_dev *dev, const struct pci_chain *c,
				      struct diag *d)
{
	struct header *m = &dev->message;
	uint8_t bytes[MESSAGE_SIZE + PCI_ACCESS_MAX];
	size_t n = pci_chain_gather(c, bytes, sizeof bytes), wanted;
	const struct operation *o;

	if (n < MESSAGE_SIZE) {
		diag_set(d, -EINVAL, "a message of %zu bytes", n);
		return NULL;
	}
	memcpy(m, bytes, MESSAGE_SIZE);
	o = m->op < ARRAY_SIZE(operations) ? &operations[m->op] : NULL;
	if (!o || !o->run) {
		diag_set(d, -EOPNOTSUPP, "operation %u is none that a function does", m->op);
		return NULL;
	}
	wanted = o->comes == DATA_NONE ? 0 : o->comes == DATA_BYTE ? 1 : m->size;
	if (!m->size || m->size > PCI_ACCESS_MAX || n - MESSAGE_SIZE < wanted) {
		diag_set(d, -EINVAL, "operation %u at 0x%llx of %u bytes with %zu bytes of data",
			 m->op, (unsigned long long)m->addr, m->size, n - MESSAGE_SIZE);
		return NULL;
	}
	memcpy(dev->data, bytes + MESSAGE_SIZE, wanted);
	return o;
}

static void count(struct pci_dev *dev, bool is_read, bool is_bad)
{
	lock(dev);
	dev->counts.n_reads += is_read;
	dev->counts.n_writes += !is_read;
	dev->counts.n_bad += is_bad;
	unlock(dev);
}

/*
 * A guest only frees what was written when it hears that it was taken, so it hears of many at once;
 * of the last ones when the queue is quiet for a while. One that reads looks by itself.
 */
static void tell(struct pci_dev *dev)
{
	dev->n_silent = 0;
	pci_virtq_notify(&dev->vhost.queues[QUEUE_COMMANDS]);
}

/* A guest drops what its queue has no room for: one that writes all the time must hear in time. */
static void give_back(struct pci_dev *dev, const struct pci_chain *c, uint32_t size)
{
	struct pci_virtq *q = &dev->vhost.queues[QUEUE_COMMANDS];

	pci_virtq_push(q, c, size);
	if (++dev->n_silent >= q->size / SILENT_PART)
		tell(dev);
}

/* What was refused reads as ones: so the drivers see that nobody answered. */
static void handle(struct pci_dev *dev, const struct pci_chain *c)
{
	const struct operation *o;
	uint32_t n = 0;
	struct diag d;
	int err;

	diag_init(&d);
	dev->message.size = 0;
	o = decode(dev, c, &d);
	err = o ? o->run(dev, &d) : d.error;
	if (err && dev->message.size <= PCI_ACCESS_MAX)
		memset(dev->data, 0xff, dev->message.size);
	if (c->n_in && dev->message.size <= PCI_ACCESS_MAX)
		n = (uint32_t)pci_chain_scatter(c, dev->data, dev->message.size);
	count(dev, o && o->answers, err);
	if (err) {
		diag_context(&d, "virtio-pcidev");
		report(dev, &d);
	}
	give_back(dev, c, n);
}

static void serve(struct pci_dev *dev)
{
	struct pci_virtq *q = &dev->vhost.queues[QUEUE_COMMANDS];
	struct pci_chain c;
	unsigned int n = 0;
	struct diag d;

	diag_init(&d);
	for (; n < CHAINS_MAX && pci_virtq_pop(q, &c, &d); n++) {
		if (!c.error) {
			handle(dev, &c);
			continue;
		}
		count(dev, false, true);
		report(dev, &d);
		diag_init(&d);
		give_back(dev, &c, 0);
	}
	if (d.error)
		report(dev, &d);
	dev->is_busy = n == CHAINS_MAX;
}

int pci_dev_run(struct pci_dev *dev, struct diag *d)
{
	unsigned int kicked;
	uint64_t now;
	int err = pci_vhost_run(&dev->vhost, &kicked, d);

	if (err)
		return err;
	if (kicked & 1u << QUEUE_INTERRUPTS) {
		lock(dev);
		deliver(dev);
		unlock(dev);
	}
	now = clock_now_ns();
	if (kicked & 1u << QUEUE_COMMANDS || dev->is_busy) {
		dev->served_ns = now;
		serve(dev);
	} else if (dev->n_silent && now - dev->served_ns >= SILENT_MS * NSEC_PER_MSEC) {
		tell(dev);
	}
	return 0;
}
