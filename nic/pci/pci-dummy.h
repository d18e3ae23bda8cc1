/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simplest guest: the front end of vhost-user and the driver's side of virtio-pcidev, as
 * User-Mode Linux is one, for tests and benchmarks without a kernel. It does what it is told, also
 * nonsense: its rings and its memory are the caller's to spoil.
 *
 * It waits by calling pump(), which lets the other side work when that is in the same thread.
 */
#ifndef NIC_PCI_PCI_DUMMY_H
#define NIC_PCI_PCI_DUMMY_H

#include "base/macros.h"

#include <stdbool.h>

#define PCI_DUMMY_QUEUES  2
#define PCI_DUMMY_QUEUE	  256u		  /* descriptors of each */
#define PCI_DUMMY_BUFFERS 10		  /* for interrupts, as Linux has */
#define PCI_DUMMY_ADDR	  0x10000000u	  /* physical address of its memory */
#define PCI_DUMMY_USER	  0x7f0000000000u /* and where its process has it */
#define PCI_DUMMY_SIZE	  (4u << 20)
#define PCI_DUMMY_ROOM	  0x40000u /* offset from which on the memory is the caller's */

struct pci_dummy_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags, next;
};

struct pci_dummy_queue {
	struct pci_dummy_desc *descs;
	uint16_t *avail; /* flags, index, heads */
	uint16_t *used;	 /* flags, index, elements of four */
	uint16_t next_used;
	int kick, call; /* call: our end of it */
};

struct pci_dummy {
	int socket, memory_fd;
	uint8_t *memory; /* PCI_DUMMY_SIZE bytes */
	struct pci_dummy_queue queues[PCI_DUMMY_QUEUES];
	void *aux;
	void (*pump)(void *aux);
};

/* @socket is taken. 0 or a negative errno, as all that return int. */
int pci_dummy_init(struct pci_dummy *g, int socket, void (*pump)(void *aux), void *aux) MUST_CHECK;
void pci_dummy_fini(struct pci_dummy *g);

/* A message, and its answer of eight bytes. -ECONNRESET: the other side has let go. */
int pci_dummy_send(struct pci_dummy *g, uint32_t request, uint32_t flags, const void *data,
		   size_t size, const int *fds, size_t n_fds) MUST_CHECK;
int pci_dummy_answer(struct pci_dummy *g, uint32_t request, uint64_t *answer) MUST_CHECK;

/* All of them, in the order of virtio_uml, up to the buffers for interrupts. */
int pci_dummy_connect(struct pci_dummy *g) MUST_CHECK;

/* Makes the chain from @head on available, and kicks unless the device does not want that. */
void pci_dummy_post(struct pci_dummy *g, unsigned int queue, uint16_t head);
/* The next chain that came back; false: none did. */
bool pci_dummy_take(struct pci_dummy *g, unsigned int queue, uint16_t *head, uint32_t *size);

/*
 * One message of queue 0 with @n bytes of data, which waits until it was used: how many bytes came
 * back, the first @room of them in @answer; or a negative errno.
 */
int pci_dummy_message(struct pci_dummy *g, uint8_t op, uint8_t bar, uint64_t addr, uint32_t size,
		      const void *data, size_t n, void *answer, size_t room) MUST_CHECK;

/* The same for one value of 1 to 8 bytes, little-endian; ones when nobody answers. */
uint64_t pci_dummy_config_read(struct pci_dummy *g, uint64_t offset, uint32_t size);
int pci_dummy_config_write(struct pci_dummy *g, uint64_t offset, uint32_t size, uint64_t value);
uint64_t pci_dummy_read(struct pci_dummy *g, uint64_t offset, uint32_t size);
int pci_dummy_write(struct pci_dummy *g, uint64_t offset, uint32_t size, uint64_t value);

/* The data of the next interrupt; false: there is none. Its buffer is given back if @recycle. */
bool pci_dummy_interrupt(struct pci_dummy *g, uint32_t *data, bool recycle);

#endif
