/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A split virtqueue, from the device's side (virtio 1.1, 2.6; no indirect descriptors, no event
 * index). Rings and descriptors lie in memory that the guest may write at any time: every number is
 * read once and checked before it is used, and chains are bounded.
 *
 * States: stopped, until it has a size and its rings are in the guest's memory and it is enabled;
 * running; broken, when the ring itself is nonsense (more available than it holds, a head that is
 * no descriptor), until its size, addresses or base are set again. A chain that is nonsense breaks
 * nothing: it is handed out with its error, so that it can be given back.
 */
#ifndef NIC_PCI_VIRTQ_H
#define NIC_PCI_VIRTQ_H

#include "base/diag.h"
#include "nic/pci/memory.h"

#define PCI_VIRTQ_SIZE_MAX 1024 /* descriptors; a power of two */
#define PCI_CHAIN_MAX	   16	/* descriptors of a chain; the drivers use three */

struct pci_segment {
	uint8_t *data; /* borrowed from the memory */
	uint32_t size;
};

struct pci_chain {
	uint16_t head;
	int error; /* not 0: malformed, and there are no segments */
	unsigned int n_out, n_in;
	struct pci_segment out[PCI_CHAIN_MAX]; /* from the guest */
	struct pci_segment in[PCI_CHAIN_MAX];  /* to the guest */
};

struct pci_virtq {
	uint32_t size;		    /* 0: not set */
	uint64_t desc, avail, used; /* addresses of the guest's process */
	bool has_rings, enabled, broken;
	uint16_t next_avail, next_used;
	int kick, call; /* or -1; owned */
	/* Where the rings are in @memory; NULL: not looked for, or not there. */
	const struct pci_memory *memory;
	const uint8_t *descs, *avails;
	uint8_t *useds;
};

void pci_virtq_init(struct pci_virtq *q);
void pci_virtq_fini(struct pci_virtq *q);

int pci_virtq_set_size(struct pci_virtq *q, uint32_t size, struct diag *d) MUST_CHECK;
int pci_virtq_set_rings(struct pci_virtq *q, uint64_t desc, uint64_t avail, uint64_t used,
			struct diag *d) MUST_CHECK;
void pci_virtq_set_base(struct pci_virtq *q, uint16_t base);

/* The memory is another, or is gone (NULL). @m is kept without a reference, by the caller's word
 * that it stays until the next call. */
void pci_virtq_set_memory(struct pci_virtq *q, const struct pci_memory *m);

/*
 * The next chain that the guest made available, if the queue runs and there is one. What is wrong
 * with it or with the queue is in @d: look at its error, also when false is returned.
 */
bool pci_virtq_pop(struct pci_virtq *q, struct pci_chain *c, struct diag *d) MUST_CHECK;

/* Tells the guest that it need not kick, or that it must again: look for chains after that. */
void pci_virtq_set_quiet(struct pci_virtq *q, bool quiet);

/* Gives a chain back, with @size bytes written to its in segments. */
void pci_virtq_push(struct pci_virtq *q, const struct pci_chain *c, uint32_t size);

/* Tells the guest that chains were given back, unless it does not want to know. Never waits. The
 * caller has SIGPIPE blocked or ignored. */
void pci_virtq_notify(const struct pci_virtq *q);

/* Copies the out segments to @data, at most @size bytes; how many. */
size_t pci_chain_gather(const struct pci_chain *c, void *data, size_t size);
/* Copies @data to the in segments; how many bytes fitted. */
size_t pci_chain_scatter(const struct pci_chain *c, const void *data, size_t size);
/* Bytes of the in segments. */
uint64_t pci_chain_room(const struct pci_chain *c);

#endif
