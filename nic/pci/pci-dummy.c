/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/pci/pci-dummy.h"

#include "base/byteorder.h"
#include "base/clock.h"
#include "nic/pci/vhost_user.h"

#include <errno.h>
#include <linux/virtio_pcidev.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define RINGS_SIZE  0x4000u /* of a queue, from the begin of the memory on */
#define BUFFERS	    0x20000u
#define BUFFER_SIZE 0x2000u /* of a message and its answer */
#define WAIT_MAX_NS (10 * NSEC_PER_SEC)
#define INTERRUPT   (sizeof(struct virtio_pcidev_msg) + 4)
#define DESC_NEXT   1u
#define DESC_WRITE  2u

#define USED_NO_NOTIFY 1u

static void place_queue(struct pci_dummy *g, unsigned int i)
{
	uint8_t *rings = g->memory + (size_t)i * RINGS_SIZE;

	g->queues[i].descs = (struct pci_dummy_desc *)(void *)rings;
	g->queues[i].avail = (uint16_t *)(void *)(rings + 0x1000);
	g->queues[i].used = (uint16_t *)(void *)(rings + 0x2000);
}

int pci_dummy_init(struct pci_dummy *g, int socket, void (*pump)(void *aux), void *aux)
{
	void *memory;

	*g = (struct pci_dummy){ .socket = socket, .pump = pump, .aux = aux };
	for (unsigned int i = 0; i < PCI_DUMMY_QUEUES; i++)
		g->queues[i].kick = g->queues[i].call = -1;
	g->memory_fd = memfd_create("guest", MFD_CLOEXEC);
	if (g->memory_fd < 0 || ftruncate(g->memory_fd, PCI_DUMMY_SIZE)) {
		pci_dummy_fini(g);
		return -errno;
	}
	memory = mmap(NULL, PCI_DUMMY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, g->memory_fd, 0);
	if (memory == MAP_FAILED) {
		pci_dummy_fini(g);
		return -ENOMEM;
	}
	g->memory = memory;
	for (unsigned int i = 0; i < PCI_DUMMY_QUEUES; i++)
		place_queue(g, i);
	return 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void pci_dummy_fini(struct pci_dummy *g)
{
	for (unsigned int i = 0; i < PCI_DUMMY_QUEUES; i++) {
		close_fd(g->queues[i].kick);
		close_fd(g->queues[i].call);
	}
	if (g->memory)
		munmap(g->memory, PCI_DUMMY_SIZE);
	close_fd(g->memory_fd);
	close_fd(g->socket);
}

/* Lets the other side work for a moment; false: it has been waited for long enough. */
static bool wait_more(struct pci_dummy *g, uint64_t since)
{
	if (g->pump)
		g->pump(g->aux);
	else
		poll(NULL, 0, 0);
	return clock_now_ns() - since < WAIT_MAX_NS;
}

/* ---- vhost-user ---- */

int pci_dummy_send(struct pci_dummy *g, uint32_t request, uint32_t flags, const void *data,
		   size_t size, const int *fds, size_t n_fds)
{
	struct vhost_user_header h = { request, VHOST_USER_VERSION | flags, (uint32_t)size };
	union {
		char bytes[CMSG_SPACE(PCI_VHOST_FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov[2] = { { &h, sizeof h }, { CONST_CAST(void *, data), size } };
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = size ? 2 : 1 };

	if (n_fds) {
		struct cmsghdr *c = &control.align;

		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n_fds * sizeof(int));
	}
	return sendmsg(g->socket, &m, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int pci_dummy_answer(struct pci_dummy *g, uint32_t request, uint64_t *answer)
{
	uint8_t bytes[sizeof(struct vhost_user_header) + 8];
	uint64_t since = clock_now_ns();
	ssize_t n;

	do
		n = recv(g->socket, bytes, sizeof bytes, MSG_DONTWAIT);
	while (n < 0 && errno == EAGAIN && wait_more(g, since));
	if (n < 0)
		return -errno;
	if (n != sizeof bytes || get_u32(bytes) != request)
		return n ? -EPROTO : -ECONNRESET;
	*answer = get_u64(bytes + sizeof(struct vhost_user_header));
	return 0;
}

static int ask(struct pci_dummy *g, uint32_t request, uint64_t *answer)
{
	int err = pci_dummy_send(g, request, 0, NULL, 0, NULL, 0);

	return err ? err : pci_dummy_answer(g, request, answer);
}

/* Sends a message and waits for its acknowledgement. */
static int tell(struct pci_dummy *g, uint32_t request, const void *data, size_t size, int fd)
{
	uint64_t status = 0;
	int err = pci_dummy_send(g, request, VHOST_USER_NEED_REPLY, data, size, &fd, fd >= 0);

	if (!err)
		err = pci_dummy_answer(g, request, &status);
	return err ? err : status ? -EINVAL : 0;
}

static int tell_number(struct pci_dummy *g, uint32_t request, uint64_t number, int fd)
{
	return tell(g, request, &number, sizeof number, fd);
}

static int set_up_queue(struct pci_dummy *g, unsigned int i)
{
	struct pci_dummy_queue *q = &g->queues[i];
	uint64_t rings = PCI_DUMMY_USER + (uint64_t)i * RINGS_SIZE;
	const uint64_t addr[5] = { i, rings, rings + 0x2000, rings + 0x1000, UINT64_MAX };
	int call[2], err;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, call))
		return -errno;
	q->call = call[0];
	q->kick = eventfd(0, EFD_CLOEXEC);
	err = tell_number(g, VHOST_USER_SET_VRING_CALL, i, call[1]);
	close(call[1]);
	if (!err)
		err = tell_number(g, VHOST_USER_SET_VRING_NUM, i | (uint64_t)PCI_DUMMY_QUEUE << 32,
				  -1);
	if (!err)
		err = tell_number(g, VHOST_USER_SET_VRING_BASE, i, -1);
	if (!err)
		err = tell(g, VHOST_USER_SET_VRING_ADDR, addr, sizeof addr, -1);
	if (!err)
		err = tell_number(g, VHOST_USER_SET_VRING_KICK, i, q->kick);
	if (!err)
		err = tell_number(g, VHOST_USER_SET_VRING_ENABLE, i | (uint64_t)1 << 32, -1);
	return err;
}

static int share_memory(struct pci_dummy *g)
{
	const uint64_t table[9] = { 1, PCI_DUMMY_ADDR, PCI_DUMMY_SIZE, PCI_DUMMY_USER };

	return tell(g, VHOST_USER_SET_MEM_TABLE, table, sizeof table, g->memory_fd);
}

static void post_buffers(struct pci_dummy *g)
{
	for (uint16_t i = 0; i < PCI_DUMMY_BUFFERS; i++) {
		g->queues[1].descs[i] = (struct pci_dummy_desc){ PCI_DUMMY_ADDR + BUFFERS + i * 64u,
								 INTERRUPT, DESC_WRITE, 0 };
		pci_dummy_post(g, 1, i);
	}
}

int pci_dummy_connect(struct pci_dummy *g)
{
	uint64_t features = 0, protocol = 0;
	int err = pci_dummy_send(g, VHOST_USER_SET_OWNER, 0, NULL, 0, NULL, 0);

	if (!err)
		err = ask(g, VHOST_USER_GET_FEATURES, &features);
	if (!err)
		err = ask(g, VHOST_USER_GET_PROTOCOL_FEATURES, &protocol);
	if (!err)
		err = tell_number(g, VHOST_USER_SET_PROTOCOL_FEATURES, protocol, -1);
	if (!err)
		err = tell_number(g, VHOST_USER_SET_FEATURES, features, -1);
	if (!err)
		err = share_memory(g);
	for (unsigned int i = 0; i < PCI_DUMMY_QUEUES && !err; i++)
		err = set_up_queue(g, i);
	if (!err)
		post_buffers(g);
	return err;
}

/* ---- queues ---- */

void pci_dummy_post(struct pci_dummy *g, unsigned int queue, uint16_t head)
{
	struct pci_dummy_queue *q = &g->queues[queue];
	const uint64_t one = 1;
	uint16_t i = q->avail[1];

	q->avail[2 + i % PCI_DUMMY_QUEUE] = head;
	__atomic_store_n(&q->avail[1], (uint16_t)(i + 1), __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&q->used[0], __ATOMIC_SEQ_CST) & USED_NO_NOTIFY)
		return;
	if (write(q->kick, &one, sizeof one) < 0)
		return;
}

bool pci_dummy_take(struct pci_dummy *g, unsigned int queue, uint16_t *head, uint32_t *size)
{
	struct pci_dummy_queue *q = &g->queues[queue];
	const uint16_t *element = q->used + 2 + 4 * (q->next_used % PCI_DUMMY_QUEUE);

	if (__atomic_load_n(&q->used[1], __ATOMIC_ACQUIRE) == q->next_used)
		return false;
	*head = element[0];
	*size = element[2] | (uint32_t)element[3] << 16;
	q->next_used++;
	return true;
}

/* ---- messages ---- */

int pci_dummy_message(struct pci_dummy *g, uint8_t op, uint8_t bar, uint64_t addr, uint32_t size,
		      const void *data, size_t n, void *answer, size_t room)
{
	const struct virtio_pcidev_msg m = { .op = op, .bar = bar, .size = size, .addr = addr };
	struct pci_dummy_queue *q = &g->queues[0];
	uint8_t *message = g->memory + BUFFERS + BUFFER_SIZE, *back = message + BUFFER_SIZE;
	uint64_t since = clock_now_ns(), at = PCI_DUMMY_ADDR + BUFFERS + BUFFER_SIZE;
	uint32_t used;
	uint16_t head;

	memcpy(message, &m, sizeof m);
	if (n)
		memcpy(message + sizeof m, data, n);
	q->descs[0] = (struct pci_dummy_desc){ at, (uint32_t)(sizeof m + n), 0, 1 };
	if (room)
		q->descs[0].flags = DESC_NEXT;
	q->descs[1] = (struct pci_dummy_desc){ at + BUFFER_SIZE, (uint32_t)room, DESC_WRITE, 0 };
	pci_dummy_post(g, 0, 0);
	while (!pci_dummy_take(g, 0, &head, &used))
		if (!wait_more(g, since))
			return -ETIMEDOUT;
	if (room)
		memcpy(answer, back, room);
	return (int)used;
}

static uint64_t read_value(struct pci_dummy *g, uint8_t op, uint64_t offset, uint32_t size)
{
	uint8_t bytes[8];
	uint64_t value = 0;
	int n = pci_dummy_message(g, op, 0, offset, size, NULL, 0, bytes, size);

	for (uint32_t i = size; i-- > 0;)
		value = value << 8 | (n == (int)size ? bytes[i] : 0xff);
	return value;
}

static int write_value(struct pci_dummy *g, uint8_t op, uint64_t offset, uint32_t size,
		       uint64_t value)
{
	uint8_t bytes[8];

	for (uint32_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	return pci_dummy_message(g, op, 0, offset, size, bytes, sizeof bytes, NULL, 0);
}

uint64_t pci_dummy_config_read(struct pci_dummy *g, uint64_t offset, uint32_t size)
{
	return read_value(g, VIRTIO_PCIDEV_OP_CFG_READ, offset, size);
}

int pci_dummy_config_write(struct pci_dummy *g, uint64_t offset, uint32_t size, uint64_t value)
{
	return write_value(g, VIRTIO_PCIDEV_OP_CFG_WRITE, offset, size, value);
}

uint64_t pci_dummy_read(struct pci_dummy *g, uint64_t offset, uint32_t size)
{
	return read_value(g, VIRTIO_PCIDEV_OP_MMIO_READ, offset, size);
}

int pci_dummy_write(struct pci_dummy *g, uint64_t offset, uint32_t size, uint64_t value)
{
	return write_value(g, VIRTIO_PCIDEV_OP_MMIO_WRITE, offset, size, value);
}

bool pci_dummy_interrupt(struct pci_dummy *g, uint32_t *data, bool recycle)
{
	uint32_t size;
	uint16_t head;

	if (!pci_dummy_take(g, 1, &head, &size))
		return false;
	*data = get_u32(g->memory + BUFFERS + head * 64u + sizeof(struct virtio_pcidev_msg));
	if (recycle)
		pci_dummy_post(g, 1, head);
	return true;
}
