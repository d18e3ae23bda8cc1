/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The back end of vhost-user over one connected socket: features, the guest's memory, two queues
 * (docs/interop/vhost-user in QEMU's tree is the specification; the front end that counts is
 * virtio_uml of Linux). It knows nothing of what the queues carry.
 *
 * Messages may come in pieces and in any order; nothing waits for the guest. A message that cannot
 * be done is refused with words, and the connection goes on; one whose frame is wrong ends it,
 * because what follows cannot be read. Every descriptor that comes is closed or owned.
 *
 * Two threads: the one that calls pci_vhost_run() owns all of it, but the memory, and what queues
 * and call descriptors are, change under @lock only, so that another thread under it may use both.
 */
#ifndef NIC_PCI_VHOST_USER_H
#define NIC_PCI_VHOST_USER_H

#include "nic/pci/memory.h"
#include "nic/pci/virtq.h"

#include <pthread.h>

#define PCI_VHOST_QUEUES   2
#define PCI_VHOST_DATA_MAX 512 /* bytes of a message behind its header */
#define PCI_VHOST_FDS_MAX  8

enum vhost_user_request {
	VHOST_USER_GET_FEATURES = 1,
	VHOST_USER_SET_FEATURES = 2,
	VHOST_USER_SET_OWNER = 3,
	VHOST_USER_RESET_OWNER = 4,
	VHOST_USER_SET_MEM_TABLE = 5,
	VHOST_USER_SET_VRING_NUM = 8,
	VHOST_USER_SET_VRING_ADDR = 9,
	VHOST_USER_SET_VRING_BASE = 10,
	VHOST_USER_GET_VRING_BASE = 11,
	VHOST_USER_SET_VRING_KICK = 12,
	VHOST_USER_SET_VRING_CALL = 13,
	VHOST_USER_SET_VRING_ERR = 14,
	VHOST_USER_GET_PROTOCOL_FEATURES = 15,
	VHOST_USER_SET_PROTOCOL_FEATURES = 16,
	VHOST_USER_GET_QUEUE_NUM = 17,
	VHOST_USER_SET_VRING_ENABLE = 18,
	VHOST_USER_SET_SLAVE_REQ_FD = 21,
	VHOST_USER_N_REQUESTS,
};

struct vhost_user_header {
	uint32_t request, flags, size;
};

#define VHOST_USER_VERSION    1u
#define VHOST_USER_REPLY      4u
#define VHOST_USER_NEED_REPLY 8u

/* A message as far as it has come. */
struct pci_vhost_message {
	struct vhost_user_header header;
	uint8_t data[PCI_VHOST_DATA_MAX];
	size_t n; /* bytes, of header and data */
	int fds[PCI_VHOST_FDS_MAX];
	size_t n_fds;
};

struct pci_vhost {
	int socket, epoll, slave; /* owned; slave: -1 without one */
	uint64_t features, protocol_features;
	pthread_mutex_t lock;
	struct pci_memory *memory; /* NULL: none yet */
	struct pci_virtq queues[PCI_VHOST_QUEUES];
	struct pci_vhost_message message;
	void *aux;
	void (*report)(void *aux, const struct diag *d); /* what was refused */
};

/* @socket is taken. @report: see struct pci_function. */
int pci_vhost_init(struct pci_vhost *v, int socket, void *aux,
		   void (*report)(void *aux, const struct diag *d), struct diag *d) MUST_CHECK;
void pci_vhost_fini(struct pci_vhost *v);

/*
 * Does what messages there are say, and takes the kicks: bit i of *@kicked: look at queue i.
 * pci_vhost.epoll says when there is something to do. -ECONNRESET: the guest is gone; other errors:
 * it must be let go.
 */
int pci_vhost_run(struct pci_vhost *v, unsigned int *kicked, struct diag *d) MUST_CHECK;

#endif
