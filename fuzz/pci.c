/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole PCI front and the command interface behind it, with a guest that may do anything at any
 * time: vhost-user messages, rings and descriptors, virtio-pcidev messages, registers and
 * doorbells, commands with their mailboxes, queues in memory, frames; and that changes memory
 * between two looks of the device at it. The input is records: what it is (1 byte), how long (2
 * bytes, little-endian).
 */
#include "base/byteorder.h"
#include "fuzz/fuzz.h"
#include "nic/device/bar.h"
#include "nic/pci/pci-dummy.h"
#include "nic/pci/pcidev.h"
#include "nic/pci/vhost_user.h"

#include <fcntl.h>
#include <linux/pci_regs.h>
#include <linux/virtio_pcidev.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define MSIX_CAP    0x9c
#define QUEUE	    (PCI_DUMMY_ROOM) /* of commands; offsets in the guest's memory */
#define INS	    0x50000u
#define OUTS	    0x80000u
#define MESSAGE	    0xc0000u
#define ANSWER	    0xd0000u
#define OTHERS	    0x200000u /* where the addresses of a recorded session lie */
#define BLOCK_STEP  1024u
#define COMMAND_MAX 0x8000u
#define TOKEN	    0x5a
#define DESC_NEXT   1u
#define DESC_WRITE  2u
#define WRAP_MAX    ((uint64_t)1 << 32)

struct world {
	struct nic_device *device;
	struct nic_bar bar;
	struct pci_dev *dev;
	struct pci_dummy guest;
	struct pci_memory *memory; /* while the device works */
	int error;		   /* of the front: it has let go */
	/* After so many looks of the device at memory a byte changes; 0: no more. */
	unsigned int trap;
	uint32_t trap_offset;
	uint8_t trap_bits;
	uint8_t sum; /* of frames that came out */
};

/* ---- the machine ---- */

static void *map(void *aux, uint64_t addr, size_t size)
{
	struct world *w = aux;
	void *p = pci_memory_map(w->memory, addr, size);

	FUZZ_CHECK(size);
	if (w->trap && !--w->trap)
		w->guest.memory[w->trap_offset] ^= w->trap_bits;
	if (!p && addr < WRAP_MAX)
		p = pci_memory_map(w->memory,
				   PCI_DUMMY_ADDR + OTHERS + addr % (PCI_DUMMY_SIZE - OTHERS),
				   size);
	return p;
}

static void interrupt(void *aux, unsigned int vector)
{
	struct world *w = aux;

	pci_dev_interrupt(w->dev, vector);
}

static void begin(struct world *w)
{
	w->memory = pci_dev_memory_get(w->dev);
}

static void end(struct world *w)
{
	pci_memory_put(w->memory);
	w->memory = NULL;
}

static void read_frame(struct world *w, const void *frame, size_t size)
{
	const uint8_t *p = frame;

	for (size_t i = 0; i < size; i++)
		w->sum = (uint8_t)(w->sum + p[i]);
}

static void output(void *aux, uint16_t vport, const void *frame, size_t size)
{
	read_frame(aux, frame, size);
}

static void to_manager(void *aux, uint32_t reg_c_0, const void *frame, size_t size)
{
	read_frame(aux, frame, size);
}

/* ---- the function ---- */

static void read_bar(void *aux, unsigned int bar, uint64_t offset, void *data, size_t size)
{
	struct world *w = aux;

	nic_bar_read(&w->bar, offset, data, size, 0);
}

static void write_bar(void *aux, unsigned int bar, uint64_t offset, const void *data, size_t size)
{
	struct world *w = aux;
	struct nic_doorbell bell = nic_bar_write(&w->bar, offset, data, size);

	begin(w);
	nic_device_ring(w->device, &bell);
	end(w);
}

static void report(void *aux, const struct diag *d)
{
	FUZZ_CHECK(d->error < 0 && d->words[0]);
}

static void pump(void *aux)
{
	struct world *w = aux;
	struct diag d;

	for (int i = 0; i < 3 && !w->error; i++) {
		diag_init(&d);
		w->error = pci_dev_run(w->dev, &d);
		FUZZ_CHECK(!w->error == !d.error);
		if (pci_dev_wait_ms(w->dev))
			return;
	}
}

/* ---- what a guest does ---- */

struct bytes {
	const uint8_t *p;
	size_t n;
};

/* The next of them, or zeros. */
static uint64_t take(struct bytes *b, size_t n)
{
	uint64_t x = 0;

	for (size_t i = 0; i < n && b->n; i++, b->p++, b->n--)
		x |= (uint64_t)*b->p << 8 * i;
	return x;
}

static void put_memory(struct world *w, uint32_t offset, struct bytes b)
{
	size_t room = PCI_DUMMY_SIZE - offset;

	memcpy(w->guest.memory + offset, b.p, b.n < room ? b.n : room);
}

/* A message with its data and room for an answer. */
static void send_pcidev(struct world *w, uint8_t op, uint8_t bar, uint64_t addr, uint32_t size,
			struct bytes data)
{
	const struct virtio_pcidev_msg m = { .op = op, .bar = bar, .size = size, .addr = addr };
	struct pci_dummy_desc *descs = w->guest.queues[0].descs;
	bool answers = op == VIRTIO_PCIDEV_OP_CFG_READ || op == VIRTIO_PCIDEV_OP_MMIO_READ;

	memcpy(w->guest.memory + MESSAGE, &m, sizeof m);
	put_memory(w, MESSAGE + sizeof m, data);
	descs[0] = (struct pci_dummy_desc){ PCI_DUMMY_ADDR + MESSAGE, (uint32_t)(sizeof m + data.n),
					    answers ? DESC_NEXT : 0, 1 };
	descs[1] = (struct pci_dummy_desc){ PCI_DUMMY_ADDR + ANSWER, size, DESC_WRITE, 0 };
	pci_dummy_post(&w->guest, 0, 0);
	pump(w);
}

static void write_u32(struct world *w, uint64_t offset, uint32_t value)
{
	uint8_t bytes[4];

	put_be32(bytes, value);
	send_pcidev(w, VIRTIO_PCIDEV_OP_MMIO_WRITE, 0, offset, 4, (struct bytes){ bytes, 4 });
}

static uint64_t put_chain(struct world *w, uint32_t offset, const uint8_t *data, size_t size)
{
	uint32_t i = 0;

	for (size_t at = 16; at < size; at += 512, i++) {
		uint8_t *block = w->guest.memory + offset + i * BLOCK_STEP;

		memset(block, 0, IFC_CMD_MAILBOX_BLOCK_SIZE);
		if (data)
			memcpy(block, data + at, size - at < 512 ? size - at : 512);
		if (at + 512 < size)
			put_be64(IFC_PTR(cmd_mailbox_block, block, next_pointer),
				 PCI_DUMMY_ADDR + offset + (i + 1) * BLOCK_STEP);
		IFC_SET(cmd_mailbox_block, block, block_number, i);
		IFC_SET(cmd_mailbox_block, block, token, TOKEN);
	}
	return PCI_DUMMY_ADDR + offset;
}

/* Sizes of the command and its answer, then its bytes up to the last that is not 0. */
static void command(struct world *w, struct bytes b)
{
	static uint8_t in[COMMAND_MAX + 16];
	uint32_t in_size = (uint32_t)take(&b, 2), out_size = (uint32_t)take(&b, 2);
	size_t n_in = in_size < COMMAND_MAX ? in_size : COMMAND_MAX;
	uint8_t *e = w->guest.memory + QUEUE;

	memset(in, 0, sizeof in);
	memcpy(in, b.p, b.n < n_in ? b.n : n_in);
	memset(e, 0, IFC_CMD_QUEUE_ENTRY_SIZE);
	memcpy(IFC_PTR(cmd_queue_entry, e, command_input_inline_data), in, 16);
	put_be64(IFC_PTR(cmd_queue_entry, e, input_mailbox_pointer), put_chain(w, INS, in, n_in));
	put_be64(IFC_PTR(cmd_queue_entry, e, output_mailbox_pointer),
		 put_chain(w, OUTS, NULL, out_size < COMMAND_MAX ? out_size : COMMAND_MAX));
	IFC_SET(cmd_queue_entry, e, type, MLX5_CMD_TYPE_PCI);
	IFC_SET(cmd_queue_entry, e, input_length, in_size);
	IFC_SET(cmd_queue_entry, e, output_length, out_size);
	IFC_SET(cmd_queue_entry, e, token, TOKEN);
	IFC_SET(cmd_queue_entry, e, ownership, 1);
	write_u32(w, IFC_LOC_OFF(IFC_LOC_init_segment__command_doorbell_vector), 1);
}

static void message(struct world *w, struct bytes b)
{
	uint8_t op = (uint8_t)take(&b, 1), bar = (uint8_t)take(&b, 1);
	uint32_t size = (uint32_t)take(&b, 2);
	uint64_t addr = take(&b, 4);

	if (size == 0xffff)
		size = UINT32_MAX;
	send_pcidev(w, op, bar, addr, size, b);
}

static void doorbell(struct world *w, struct bytes b)
{
	uint64_t page = take(&b, 1), offset = take(&b, 2) % 4096;

	send_pcidev(w, VIRTIO_PCIDEV_OP_MMIO_WRITE, 0, page << 12 | offset, (uint32_t)b.n, b);
}

static void memory(struct world *w, struct bytes b)
{
	uint32_t offset = (uint32_t)take(&b, 3) % PCI_DUMMY_SIZE;

	put_memory(w, offset, b);
}

static void post(struct world *w, struct bytes b)
{
	unsigned int queue = (unsigned int)take(&b, 1) % PCI_DUMMY_QUEUES;

	if (w->guest.queues[queue].kick >= 0)
		pci_dummy_post(&w->guest, queue, (uint16_t)take(&b, 2));
	pump(w);
}

static int small_file(void)
{
	int fd = memfd_create("small", MFD_CLOEXEC);

	FUZZ_CHECK(fd >= 0 && !ftruncate(fd, 4096));
	return fd;
}

/* A request with up to two descriptors of one kind. */
static void vhost(struct world *w, struct bytes b)
{
	uint32_t request = (uint32_t)take(&b, 1), flags = (uint32_t)take(&b, 1) << 2;
	unsigned int kind = (unsigned int)take(&b, 1), n_fds = kind >> 4 & 3;
	int fds[3] = { -1, -1, -1 };

	for (unsigned int i = 0; i < n_fds; i++) {
		fds[i] = kind % 4 == 0	 ? dup(w->guest.memory_fd)
			 : kind % 4 == 1 ? eventfd(0, EFD_CLOEXEC)
			 : kind % 4 == 2 ? small_file()
					 : open("/dev/null", O_RDWR | O_CLOEXEC);
		FUZZ_CHECK(fds[i] >= 0);
	}
	if (!pci_dummy_send(&w->guest, request, flags, b.p, b.n, fds, n_fds))
		pump(w);
	for (unsigned int i = 0; i < n_fds; i++)
		close(fds[i]);
}

static void bytes_to_socket(struct world *w, struct bytes b)
{
	if (send(w->guest.socket, b.p, b.n, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		pump(w);
}

static void trap(struct world *w, struct bytes b)
{
	w->trap = (unsigned int)take(&b, 1);
	w->trap_offset = (uint32_t)take(&b, 3) % PCI_DUMMY_SIZE;
	w->trap_bits = (uint8_t)take(&b, 1);
}

static void raise_interrupt(struct world *w, struct bytes b)
{
	pci_dev_interrupt(w->dev, (unsigned int)take(&b, 1));
}

static void frame(struct world *w, struct bytes b)
{
	static const uint16_t vports[4] = { MLX5_VPORT_UPLINK, 0, 1, 2 };
	uint16_t vport = vports[take(&b, 1) % 4];
	uint8_t *copy = malloc(b.n + !b.n);

	FUZZ_CHECK(copy);
	memcpy(copy, b.p, b.n);
	begin(w);
	nic_device_receive(w->device, vport, copy, b.n);
	end(w);
	free(copy);
}

/* What came back: interrupts, of which some buffers are posted again, and answers to messages. */
static void look(struct world *w, struct bytes b)
{
	uint64_t n = take(&b, 1);
	uint8_t sink[4096];
	uint32_t data;

	for (uint64_t i = 0; i < n && pci_dummy_interrupt(&w->guest, &data, i % 2 == 0); i++)
		continue;
	while (recv(w->guest.socket, sink, sizeof sink, MSG_DONTWAIT) > 0)
		continue;
	pump(w);
}

static void (*const records[])(struct world *w, struct bytes b) = {
	command, message, doorbell,	   memory,	    post, vhost, trap,
	frame,	 look,	  raise_interrupt, bytes_to_socket,
};

/* ---- life ---- */

static void start(struct world *w)
{
	const struct nic_params params = { .n_vfs = 2, .n_sfs = 2 };
	const struct nic_bus bus = { w, map, interrupt };
	const struct nic_sink sink = { w, output, to_manager };
	const struct pci_function f = { .aux = w,
					.ids = { .vendor = 0x15b3, .device = 0x1019 },
					.bar_sizes = { NIC_BAR_SIZE },
					.n_vectors = NIC_VECTORS,
					.msix_table = NIC_BAR_MSIX,
					.msix_pending = NIC_BAR_MSIX_PBA,
					.read = read_bar,
					.write = write_bar,
					.report = report };
	int sockets[2];
	struct diag d;

	memset(w, 0, sizeof *w);
	diag_init(&d);
	nic_bar_init(&w->bar);
	FUZZ_CHECK(!nic_device_new(&w->device, &params));
	nic_device_set_sink(w->device, &sink);
	nic_device_set_bus(w->device, &bus);
	FUZZ_CHECK(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
	FUZZ_CHECK(!pci_dev_new(&w->dev, &f, sockets[0], &d));
	FUZZ_CHECK(!pci_dummy_init(&w->guest, sockets[1], pump, w));
}

static void set_up(struct world *w)
{
	const uint8_t command_register[2] = { PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER };
	const uint8_t msix_flags[2] = { 0, PCI_MSIX_FLAGS_ENABLE >> 8 };

	FUZZ_CHECK(!pci_dummy_connect(&w->guest));
	send_pcidev(w, VIRTIO_PCIDEV_OP_CFG_WRITE, 0, PCI_COMMAND, 2,
		    (struct bytes){ command_register, 2 });
	send_pcidev(w, VIRTIO_PCIDEV_OP_CFG_WRITE, 0, MSIX_CAP + PCI_MSIX_FLAGS, 2,
		    (struct bytes){ msix_flags, 2 });
	for (uint32_t i = 0; i < NIC_VECTORS; i++)
		write_u32(w, NIC_BAR_MSIX + i * PCI_MSIX_ENTRY_SIZE + PCI_MSIX_ENTRY_VECTOR_CTRL,
			  0);
	write_u32(w, IFC_LOC_OFF(IFC_LOC_init_segment__cmdq_phy_addr_31_12),
		  PCI_DUMMY_ADDR + QUEUE);
}

static void finish(struct world *w)
{
	nic_device_set_bus(w->device, NULL);
	pci_dev_free(w->dev);
	pci_dummy_fini(&w->guest);
	nic_device_free(w->device);
}

/* The lowest descriptor that is free: the same before and after, or one was forgotten. */
static int free_fd(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	FUZZ_CHECK(fd >= 0);
	close(fd);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = { data, size };
	int fd = free_fd();
	struct world w;

	signal(SIGPIPE, SIG_IGN);
	start(&w);
	set_up(&w);
	while (b.n >= 3 && !w.error) {
		unsigned int kind = (unsigned int)take(&b, 1) % ARRAY_SIZE(records);
		size_t n = (size_t)take(&b, 2);

		if (n > b.n)
			n = b.n;
		records[kind](&w, (struct bytes){ b.p, n });
		b.p += n;
		b.n -= n;
	}
	finish(&w);
	FUZZ_CHECK(free_fd() == fd);
	return 0;
}
