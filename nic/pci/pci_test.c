/* SPDX-License-Identifier: BSD-2-Clause */
/* The front against the simplest guest, and against one that sends nonsense. */
#include "nic/pci/pcidev.h"

#include "base/alloc.h"
#include "base/byteorder.h"
#include "nic/pci/pci-dummy.h"
#include "nic/pci/vhost_user.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <linux/virtio_pcidev.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define BAR_SIZE  0x10000u
#define TABLE	  0x2000u
#define PENDING	  0x3000u
#define N_VECTORS 32
#define MSIX_CAP  0x9c /* where the capability is */

struct bed {
	struct pci_dev *dev;
	struct pci_dummy guest;
	int error;		       /* of pci_dev_run(), the first */
	char reported[DIAG_WORDS_MAX]; /* the last */
	unsigned int n_reports;
	uint8_t bar[BAR_SIZE];
	uint64_t last_offset;
	size_t last_size;
	unsigned int n_writes;
};

static void read_bar(void *aux, unsigned int bar, uint64_t offset, void *data, size_t size)
{
	struct bed *b = aux;

	assert_int_equal(bar, 0);
	assert_true(size && offset + size <= BAR_SIZE);
	memcpy(data, b->bar + offset, size);
}

static void write_bar(void *aux, unsigned int bar, uint64_t offset, const void *data, size_t size)
{
	struct bed *b = aux;

	assert_int_equal(bar, 0);
	assert_true(size && offset + size <= BAR_SIZE);
	memcpy(b->bar + offset, data, size);
	b->last_offset = offset;
	b->last_size = size;
	b->n_writes++;
}

static void report(void *aux, const struct diag *d)
{
	struct bed *b = aux;

	assert_true(d->error < 0);
	b->n_reports++;
	strcpy(b->reported, d->words);
}

static void pump(void *aux)
{
	struct bed *b = aux;
	struct diag d;

	if (b->error)
		return;
	diag_init(&d);
	b->error = pci_dev_run(b->dev, &d);
	assert_true(!b->error == !d.error);
}

static void bed_init_only(struct bed *b)
{
	struct pci_function f = {
		.aux = b,
		.ids = { .vendor = 0x1234,
			 .device = 0x5678,
			 .class_code = 0x020000,
			 .revision = 7,
			 .subsystem_vendor = 0x9abc,
			 .subsystem = 0xdef0 },
		.bar_sizes = { BAR_SIZE },
		.n_vectors = N_VECTORS,
		.msix_table = TABLE,
		.msix_pending = PENDING,
		.read = read_bar,
		.write = write_bar,
		.report = report,
	};
	int sockets[2];
	struct diag d;

	memset(b, 0, sizeof *b);
	diag_init(&d);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	assert_int_equal(pci_dev_new(&b->dev, &f, sockets[0], &d), 0);
	assert_int_equal(pci_dummy_init(&b->guest, sockets[1], pump, b), 0);
}

static void bed_init(struct bed *b)
{
	bed_init_only(b);
	assert_int_equal(pci_dummy_connect(&b->guest), 0);
	pci_dummy_config_write(&b->guest, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

static void bed_fini(struct bed *b)
{
	pci_dev_free(b->dev);
	pci_dummy_fini(&b->guest);
}

static int count_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* ---- configuration space and BARs ---- */

static void a_guest_finds_the_function_and_its_capabilities(void **state)
{
	struct bed b;

	bed_init(&b);
	assert_int_equal(pci_dummy_config_read(&b.guest, PCI_VENDOR_ID, 4), 0x56781234);
	assert_int_equal(pci_dummy_config_read(&b.guest, PCI_DEVICE_ID, 2), 0x5678);
	assert_int_equal(pci_dummy_config_read(&b.guest, PCI_CLASS_REVISION, 4), 0x02000007);
	assert_int_equal(pci_dummy_config_read(&b.guest, PCI_SUBSYSTEM_VENDOR_ID, 4), 0xdef09abc);
	assert_int_equal(pci_dummy_config_read(&b.guest, PCI_HEADER_TYPE, 1), 0);
	assert_int_equal(pci_dummy_config_read(&b.guest, PCI_CAPABILITY_LIST, 1), 0x60);
	assert_int_equal(pci_dummy_config_read(&b.guest, 0x60, 2), MSIX_CAP << 8 | PCI_CAP_ID_EXP);
	assert_int_equal(pci_dummy_config_read(&b.guest, MSIX_CAP, 4),
			 (N_VECTORS - 1) << 16 | PCI_CAP_ID_MSIX);
	assert_int_equal(pci_dummy_config_read(&b.guest, MSIX_CAP + 4, 8),
			 TABLE | (uint64_t)PENDING << 32);
	/* Identity is not to be written. */
	pci_dummy_config_write(&b.guest, PCI_VENDOR_ID, 8, UINT64_MAX);
	assert_int_equal(pci_dummy_config_read(&b.guest, PCI_VENDOR_ID, 4), 0x56781234);
	bed_fini(&b);
}

static void a_bar_tells_its_size_and_takes_an_address(void **state)
{
	struct bed b;

	bed_init(&b);
	assert_int_equal(pci_dummy_config_read(&b.guest, PCI_BASE_ADDRESS_0, 4), 0xc);
	pci_dummy_config_write(&b.guest, PCI_BASE_ADDRESS_0, 4, 0xffffffff);
	pci_dummy_config_write(&b.guest, PCI_BASE_ADDRESS_1, 4, 0xffffffff);
	assert_int_equal(pci_dummy_config_read(&b.guest, PCI_BASE_ADDRESS_0, 4),
			 (uint32_t) ~(BAR_SIZE - 1) | 0xc);
	assert_int_equal(pci_dummy_config_read(&b.guest, PCI_BASE_ADDRESS_1, 4), 0xffffffff);
	pci_dummy_config_write(&b.guest, PCI_BASE_ADDRESS_0, 8, 0x12345678);
	assert_int_equal(pci_dummy_config_read(&b.guest, PCI_BASE_ADDRESS_0, 8), 0x1234000c);
	/* The others are not there. */
	for (uint64_t at = PCI_BASE_ADDRESS_2; at <= PCI_BASE_ADDRESS_5; at += 4) {
		pci_dummy_config_write(&b.guest, at, 4, 0xffffffff);
		assert_int_equal(pci_dummy_config_read(&b.guest, at, 4), 0);
	}
	bed_fini(&b);
}

static void accesses_reach_the_function_and_nothing_outside_it(void **state)
{
	uint8_t big[PCI_ACCESS_MAX + 1] = { 0 };
	struct bed b;
	struct pci_dummy *g = &b.guest;

	bed_init(&b);
	for (uint32_t size = 1; size <= 8; size *= 2) {
		pci_dummy_write(g, 0x1000 + size, size, 0x1122334455667788);
		assert_int_equal(b.last_offset, 0x1000 + size);
		assert_int_equal(b.last_size, size);
		assert_int_equal(pci_dummy_read(g, 0x1000 + size, size),
				 0x1122334455667788 & (UINT64_MAX >> (64 - 8 * size)));
	}
	assert_int_equal(b.n_reports, 0);
	/* A memset carries one byte. */
	big[0] = 0x5a;
	assert_int_equal(
		pci_dummy_message(g, VIRTIO_PCIDEV_OP_MMIO_MEMSET, 0, 0x100, 24, big, 1, NULL, 0),
		0);
	assert_int_equal(b.last_size, 24);
	assert_int_equal(b.bar[0x117], 0x5a);
	b.n_writes = 0;
	pci_dummy_write(g, BAR_SIZE - 4, 8, 0);
	assert_string_equal(b.reported, "virtio-pcidev: an access of 8 bytes at 0xfffc of BAR 0 is "
					"outside it");
	assert_int_equal(pci_dummy_read(g, BAR_SIZE, 4), 0xffffffff);
	assert_int_equal(pci_dummy_read(g, UINT64_MAX - 1, 4), 0xffffffff);
	assert_int_equal(
		pci_dummy_message(g, VIRTIO_PCIDEV_OP_MMIO_WRITE, 1, 0, 4, big, 4, NULL, 0), 0);
	assert_int_equal(
		pci_dummy_message(g, VIRTIO_PCIDEV_OP_MMIO_WRITE, 6, 0, 4, big, 4, NULL, 0), 0);
	/* Less data than the size says, as of the driver whose calls nest; more than is allowed. */
	assert_int_equal(
		pci_dummy_message(g, VIRTIO_PCIDEV_OP_MMIO_WRITE, 0, 0, 8, big, 7, NULL, 0), 0);
	assert_int_equal(pci_dummy_message(g, VIRTIO_PCIDEV_OP_MMIO_WRITE, 0, 0, PCI_ACCESS_MAX + 1,
					   big, sizeof big, NULL, 0),
			 0);
	assert_int_equal(
		pci_dummy_message(g, VIRTIO_PCIDEV_OP_MMIO_WRITE, 0, 0, 0, big, 4, NULL, 0), 0);
	assert_int_equal(b.n_writes, 0);
	assert_int_equal(b.n_reports, 8);
	pci_dummy_write(g, 0, 4, 1);
	assert_int_equal(b.n_writes, 1);
	/* No memory space, no BAR. */
	pci_dummy_config_write(g, PCI_COMMAND, 2, 0);
	assert_int_equal(pci_dummy_read(g, 0, 4), 0xffffffff);
	assert_int_equal(b.n_reports, 9);
	bed_fini(&b);
}

static void every_operation_and_size_of_configuration_is_checked(void **state)
{
	struct bed b;
	struct pci_dummy *g = &b.guest;
	uint8_t data[16] = { 0 }, answer[16];

	bed_init(&b);
	for (unsigned int op = 0; op < 256; op++)
		if (op < VIRTIO_PCIDEV_OP_CFG_READ || op > VIRTIO_PCIDEV_OP_MMIO_MEMSET)
			assert_int_equal(
				pci_dummy_message(g, (uint8_t)op, 0, 0, 4, data, 8, answer, 16),
				4); /* ones */
	assert_int_equal(get_u32(answer), 0xffffffff);
	assert_int_equal(b.n_reports, 256 - 5);
	for (uint32_t size = 0; size <= 16; size++) {
		unsigned int before = b.n_reports;
		bool fits = size == 1 || size == 2 || size == 4 || size == 8;

		assert_true(pci_dummy_message(g, VIRTIO_PCIDEV_OP_CFG_WRITE, 0, 0x3c, size, data,
					      16, NULL, 0) == 0);
		assert_int_equal(b.n_reports, before + !fits);
	}
	/* Behind the space there is nothing; half of it may be inside. */
	assert_int_equal(pci_dummy_config_read(g, 4096, 4), 0xffffffff);
	assert_int_equal(pci_dummy_config_read(g, 4094, 4), 0xffff0000);
	assert_int_equal(pci_dummy_config_read(g, UINT64_MAX - 3, 8), UINT64_MAX);
	pci_dummy_config_write(g, UINT64_MAX - 3, 8, 0);
	bed_fini(&b);
}

/* ---- interrupts ---- */

static void enable_interrupts(struct bed *b)
{
	for (uint32_t i = 0; i < N_VECTORS; i++) {
		pci_dummy_write(&b->guest, TABLE + 16 * i, 8, 0xa0000);
		pci_dummy_write(&b->guest, TABLE + 16 * i + 8, 4, 100 + i);
		pci_dummy_write(&b->guest, TABLE + 16 * i + 12, 4, 0);
	}
	pci_dummy_config_write(&b->guest, MSIX_CAP + PCI_MSIX_FLAGS, 2, PCI_MSIX_FLAGS_ENABLE);
}

static void interrupts_carry_what_the_table_says(void **state)
{
	struct bed b;
	uint32_t data;

	bed_init(&b);
	enable_interrupts(&b);
	assert_int_equal(b.n_writes, 0); /* the table is not the function's */
	assert_int_equal(pci_dummy_read(&b.guest, TABLE + 16 * 3 + 8, 4), 103);
	pci_dev_interrupt(b.dev, 3);
	assert_true(pci_dummy_interrupt(&b.guest, &data, true));
	assert_int_equal(data, 103);
	pci_dev_interrupt(b.dev, N_VECTORS);
	pci_dev_interrupt(b.dev, UINT32_MAX);
	assert_false(pci_dummy_interrupt(&b.guest, &data, true));
	bed_fini(&b);
}

static void no_interrupt_is_lost_when_the_buffers_are_used_up(void **state)
{
	struct bed b;
	uint32_t data;
	bool seen[N_VECTORS] = { false };
	unsigned int n = 0;

	bed_init(&b);
	enable_interrupts(&b);
	for (unsigned int i = 0; i < N_VECTORS; i++) {
		pci_dev_interrupt(b.dev, i);
		pci_dev_interrupt(b.dev, N_VECTORS - 1); /* many of one are one, while it waits */
	}
	/* Two for each of the first five. */
	assert_int_equal(pci_dummy_read(&b.guest, PENDING, 4), 0xffffffe0);
	assert_int_equal(pci_dummy_read(&b.guest, PENDING + 6, 4), 0);
	for (; n < 2 * N_VECTORS && pci_dummy_interrupt(&b.guest, &data, true); n++) {
		assert_true(data >= 100 && data < 100 + N_VECTORS);
		seen[data - 100] = true;
		pump(&b);
	}
	assert_int_equal(n, PCI_DUMMY_BUFFERS + N_VECTORS - 5);
	for (unsigned int i = 0; i < N_VECTORS; i++)
		assert_true(seen[i]);
	assert_int_equal(pci_dummy_read(&b.guest, PENDING, 8), 0);
	bed_fini(&b);
}

/* Each way to hold an interrupt back, and to let it go. */
static unsigned int notifications(struct bed *b, unsigned int queue)
{
	uint64_t bytes[64];
	ssize_t n = recv(b->guest.queues[queue].call, bytes, sizeof bytes, MSG_DONTWAIT);

	return n > 0 ? (unsigned int)n / 8 : 0;
}

/* A guest has better things to do than to hear of each write. */
static void writes_are_acknowledged_many_at_once_or_after_a_while(void **state)
{
	const unsigned int part = PCI_DUMMY_QUEUE / 4;
	struct bed b;

	bed_init(&b);
	notifications(&b, 0);
	for (unsigned int i = 0; i < 4 * part; i++)
		assert_int_equal(pci_dummy_write(&b.guest, 8, 4, i), 0);
	assert_int_equal(notifications(&b, 0), 4);
	assert_int_equal(pci_dummy_write(&b.guest, 8, 4, 1), 0);
	pump(&b);
	assert_int_equal(notifications(&b, 0), 0);
	assert_in_range(pci_dev_wait_ms(b.dev), 1, 100);
	poll(NULL, 0, pci_dev_wait_ms(b.dev));
	pump(&b);
	assert_int_equal(notifications(&b, 0), 1);
	assert_int_equal(pci_dev_wait_ms(b.dev), -1);
	bed_fini(&b);
}

/* As long as there is more to do it does not return, and a full queue drops what is written. */
static void a_guest_that_writes_all_the_time_hears_before_its_queue_is_full(void **state)
{
	const unsigned int part = PCI_DUMMY_QUEUE / 4;
	struct bed b;

	bed_init(&b);
	assert_int_equal(pci_dummy_write(&b.guest, 8, 4, 1), 0);
	notifications(&b, 0);
	b.n_writes = 0;
	for (unsigned int i = 0; i < 3 * part; i++)
		pci_dummy_post(&b.guest, 0, 0);
	pump(&b);
	assert_int_equal(b.n_writes, 3 * part);
	assert_int_equal(notifications(&b, 0), 3);
	bed_fini(&b);
}

/* Of buffers that come back the device hears only when it waits for one. */
static void buffers_for_interrupts_are_asked_for_when_there_are_none(void **state)
{
	const uint16_t *flags;
	struct bed b;
	uint32_t data;

	bed_init(&b);
	flags = b.guest.queues[1].used;
	enable_interrupts(&b);
	pci_dev_interrupt(b.dev, 0);
	assert_int_equal(*flags, 1);
	for (unsigned int i = 1; i < PCI_DUMMY_BUFFERS; i++)
		pci_dev_interrupt(b.dev, i);
	assert_int_equal(*flags, 1);
	pci_dev_interrupt(b.dev, PCI_DUMMY_BUFFERS);
	assert_int_equal(*flags, 0);
	assert_true(pci_dummy_interrupt(&b.guest, &data, true));
	pump(&b);
	assert_int_equal(*flags, 1);
	bed_fini(&b);
}

static void an_interrupt_waits_for_its_mask(void **state)
{
	static const struct {
		uint64_t offset;
		uint32_t off, on;
		bool is_config;
	} ways[] = {
		{ TABLE + 16 * 5 + 12, 1, 0, false },
		{ MSIX_CAP + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL,
		  PCI_MSIX_FLAGS_ENABLE, true },
		{ MSIX_CAP + PCI_MSIX_FLAGS, 0, PCI_MSIX_FLAGS_ENABLE, true },
		{ PCI_COMMAND, PCI_COMMAND_MEMORY, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, true },
	};
	struct bed b;
	uint32_t data = 0;

	bed_init(&b);
	enable_interrupts(&b);
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		for (unsigned int on = 0; on < 2; on++) {
			uint32_t value = on ? ways[i].on : ways[i].off;

			if (ways[i].is_config)
				pci_dummy_config_write(&b.guest, ways[i].offset, 2, value);
			else
				pci_dummy_write(&b.guest, ways[i].offset, 4, value);
			if (!on) {
				pci_dev_interrupt(b.dev, 5);
				assert_int_equal(pci_dummy_read(&b.guest, PENDING, 4), 1 << 5);
			}
			assert_int_equal(pci_dummy_interrupt(&b.guest, &data, true), on);
		}
		assert_int_equal(data, 105);
	}
	bed_fini(&b);
}

static void a_buffer_that_is_too_small_is_given_back(void **state)
{
	struct bed b;
	uint32_t data, size;
	uint16_t head;

	bed_init(&b);
	enable_interrupts(&b);
	b.guest.queues[1].descs[0].len = 19;
	b.guest.queues[1].descs[1].addr = 0;
	pci_dev_interrupt(b.dev, 2);
	assert_true(pci_dummy_take(&b.guest, 1, &head, &size));
	assert_int_equal(size, 0);
	assert_true(pci_dummy_take(&b.guest, 1, &head, &size));
	assert_int_equal(size, 0);
	assert_true(pci_dummy_interrupt(&b.guest, &data, true));
	assert_int_equal(data, 102);
	assert_int_equal(b.n_reports, 2);
	bed_fini(&b);
}

/* ---- the device thread's memory ---- */

static void memory_is_there_for_a_bus_master_only(void **state)
{
	struct bed b;
	struct pci_memory *m;

	bed_init(&b);
	m = pci_dev_memory_get(b.dev);
	assert_non_null(m);
	assert_non_null(pci_memory_map(m, PCI_DUMMY_ADDR, PCI_DUMMY_SIZE));
	assert_non_null(pci_memory_map(m, PCI_DUMMY_ADDR + PCI_DUMMY_SIZE - 1, 1));
	assert_null(pci_memory_map(m, PCI_DUMMY_ADDR + PCI_DUMMY_SIZE - 1, 2));
	assert_null(pci_memory_map(m, PCI_DUMMY_ADDR - 1, 1));
	assert_null(pci_memory_map(m, PCI_DUMMY_ADDR, 0));
	assert_null(pci_memory_map(m, PCI_DUMMY_ADDR, UINT64_MAX));
	assert_null(pci_memory_map(m, UINT64_MAX, 2));
	assert_null(pci_memory_map(m, PCI_DUMMY_USER, 1));
	/* It outlives the guest. */
	pci_dummy_config_write(&b.guest, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	assert_null(pci_dev_memory_get(b.dev));
	b.guest.memory[PCI_DUMMY_ROOM] = 0x77;
	bed_fini(&b);
	assert_int_equal(*(uint8_t *)pci_memory_map(m, PCI_DUMMY_ADDR + PCI_DUMMY_ROOM, 1), 0x77);
	pci_memory_put(m);
}

/* ---- queues that are nonsense ---- */

static void set_desc(struct bed *b, uint16_t i, uint64_t addr, uint32_t len, uint16_t flags,
		     uint16_t next)
{
	b->guest.queues[0].descs[i] = (struct pci_dummy_desc){ addr, len, flags, next };
}

/* It comes back unused, with words, and the queue goes on. */
static void expect_refusal(struct bed *b, uint16_t head, const char *words)
{
	uint16_t got;
	uint32_t size;

	b->reported[0] = '\0';
	pci_dummy_post(&b->guest, 0, head);
	pump(b);
	assert_true(pci_dummy_take(&b->guest, 0, &got, &size));
	assert_int_equal(got, head);
	assert_int_equal(size, 0);
	assert_non_null(strstr(b->reported, words));
	assert_int_equal(pci_dummy_config_read(&b->guest, PCI_VENDOR_ID, 4), 0x56781234);
}

static void chains_that_are_nonsense_come_back(void **state)
{
	const uint64_t room = PCI_DUMMY_ADDR + PCI_DUMMY_ROOM;
	struct bed b;

	bed_init(&b);
	set_desc(&b, 3, room, 16, 1, 3);
	expect_refusal(&b, 3, "more than 16 descriptors");
	set_desc(&b, 3, room, 16, 1, 4);
	set_desc(&b, 4, room, 16, 1, 3);
	expect_refusal(&b, 3, "more than 16 descriptors");
	set_desc(&b, 3, room, 16, 1, 256);
	expect_refusal(&b, 3, "next is none");
	set_desc(&b, 3, room, 16, 4, 0);
	expect_refusal(&b, 3, "indirect");
	set_desc(&b, 3, room, 16, 3, 4);
	set_desc(&b, 4, room, 16, 0, 0);
	expect_refusal(&b, 3, "behind one to write");
	set_desc(&b, 3, 0, 16, 0, 0);
	expect_refusal(&b, 3, "not in the guest's memory: 16 at 0x0");
	set_desc(&b, 3, PCI_DUMMY_ADDR + PCI_DUMMY_SIZE - 8, 16, 0, 0);
	expect_refusal(&b, 3, "not in the guest's memory");
	set_desc(&b, 3, UINT64_MAX - 8, 16, 0, 0);
	expect_refusal(&b, 3, "not in the guest's memory");
	set_desc(&b, 3, room, UINT32_MAX, 0, 0);
	expect_refusal(&b, 3, "not in the guest's memory");
	set_desc(&b, 3, room, 0, 0, 0);
	expect_refusal(&b, 3, "not in the guest's memory");
	set_desc(&b, 3, room, 15, 0, 0);
	expect_refusal(&b, 3, "a message of 15 bytes");
	set_desc(&b, 3, room, 16, 2, 0);
	expect_refusal(&b, 3, "a message of 0 bytes");
	bed_fini(&b);
}

/* Nothing more comes from it until it is set up again. */
static void a_ring_that_is_nonsense_stops_its_queue(void **state)
{
	struct bed b;
	struct pci_dummy_queue *q;
	const uint64_t base = 0;
	uint32_t size;
	uint16_t head;
	uint64_t answer;

	bed_init(&b);
	q = &b.guest.queues[0];
	pci_dummy_post(&b.guest, 0, PCI_DUMMY_QUEUE);
	pump(&b);
	assert_string_equal(b.reported, "an available chain's head is no descriptor");
	pci_dummy_post(&b.guest, 0, 0);
	pump(&b);
	assert_false(pci_dummy_take(&b.guest, 0, &head, &size));
	assert_int_equal(b.n_reports, 1);
	/* More available than descriptors. */
	q->avail[1] = 0;
	assert_int_equal(pci_dummy_send(&b.guest, VHOST_USER_SET_VRING_BASE, 0, &base, 8, NULL, 0),
			 0);
	pump(&b);
	q->avail[1] = PCI_DUMMY_QUEUE + 1;
	pci_dummy_post(&b.guest, 0, 0);
	pump(&b);
	assert_string_equal(b.reported, "a queue has more chains available than it can hold");
	assert_int_equal(b.error, 0);
	/* It says where it stopped. */
	assert_int_equal(pci_dummy_send(&b.guest, VHOST_USER_GET_VRING_BASE, 0, &base, 8, NULL, 0),
			 0);
	assert_int_equal(pci_dummy_answer(&b.guest, VHOST_USER_GET_VRING_BASE, &answer), 0);
	assert_int_equal(answer, 0);
	bed_fini(&b);
}

/* ---- vhost-user that is nonsense ---- */

/* Refused in the acknowledgement, with words, and the connection goes on. */
static void expect_no(struct bed *b, uint32_t request, const void *data, size_t size,
		      const int *fds, size_t n_fds, const char *words)
{
	uint64_t status = 0;

	b->reported[0] = '\0';
	assert_int_equal(
		pci_dummy_send(&b->guest, request, VHOST_USER_NEED_REPLY, data, size, fds, n_fds),
		0);
	assert_int_equal(pci_dummy_answer(&b->guest, request, &status), 0);
	if (!strstr(b->reported, words))
		fail_msg("request %u: '%s' is not '%s'", request, b->reported, words);
	assert_int_equal(status, 1);
	assert_int_equal(pci_dummy_config_read(&b->guest, PCI_VENDOR_ID, 4), 0x56781234);
}

#define NO(request, words, n_fds, ...)                                                \
	do {                                                                          \
		const uint64_t numbers_[] = { __VA_ARGS__ };                          \
		expect_no(&b, request, numbers_, sizeof numbers_, fds, n_fds, words); \
	} while (0)

static void messages_that_are_nonsense_are_refused(void **state)
{
	const uint64_t high = (uint64_t)1 << 32;
	struct bed b;
	int fds[PCI_VHOST_FDS_MAX], n_fds, pipe_fds[2];

	bed_init(&b);
	n_fds = count_fds();
	for (size_t i = 0; i < PCI_VHOST_FDS_MAX; i++)
		fds[i] = b.guest.memory_fd;
	expect_no(&b, 0, NULL, 0, NULL, 0, "request 0 is not implemented");
	expect_no(&b, 6, NULL, 0, fds, 1, "request 6 is not implemented");
	expect_no(&b, 24, fds, 12, NULL, 0, "request 24 is not implemented");
	expect_no(&b, 0xffffffff, NULL, 0, fds, 8, "is not implemented");
	NO(VHOST_USER_SET_FEATURES, "not all were offered", 0, high << 2);
	NO(VHOST_USER_SET_PROTOCOL_FEATURES, "not all were offered", 0, 1);
	NO(VHOST_USER_SET_VRING_NUM, "queue 2: there are 2", 0, 2);
	NO(VHOST_USER_SET_VRING_NUM, "not a power of two", 0, 0);
	NO(VHOST_USER_SET_VRING_NUM, "not a power of two", 0, 255 * high);
	NO(VHOST_USER_SET_VRING_NUM, "not a power of two", 0, 2048 * high);
	NO(VHOST_USER_SET_VRING_BASE, "more than 16 bits", 0, 0x10000 * high);
	NO(VHOST_USER_SET_VRING_BASE, "queue 2", 0, 2);
	NO(VHOST_USER_SET_VRING_ADDR, "not aligned", 0, 0, 8, 0, 0, 0);
	NO(VHOST_USER_SET_VRING_ADDR, "not aligned", 0, 0, 0, 2, 0, 0);
	NO(VHOST_USER_SET_VRING_ADDR, "not aligned", 0, 0, 0, 0, 1, 0);
	NO(VHOST_USER_SET_VRING_ADDR, "queue 4294967295", 0, UINT64_MAX, 0, 0, 0, 0);
	NO(VHOST_USER_SET_VRING_ADDR, "has 32 bytes, not 40", 0, 0, 0, 0, 0);
	NO(VHOST_USER_SET_VRING_KICK, "queue 255", 1, 255);
	NO(VHOST_USER_SET_VRING_KICK, "0 descriptors where 1 belong", 0, 0);
	NO(VHOST_USER_SET_VRING_KICK, "2 descriptors where 1 belong", 2, 0);
	NO(VHOST_USER_SET_VRING_KICK, "1 descriptors where 0 belong", 1, 0x100);
	NO(VHOST_USER_SET_VRING_KICK, "is not polled", 0, 0x101);
	NO(VHOST_USER_SET_VRING_CALL, "queue 9", 1, 9);
	NO(VHOST_USER_SET_VRING_CALL, "8 descriptors", 8, 0);
	NO(VHOST_USER_SET_VRING_ERR, "0 descriptors", 0, 0);
	NO(VHOST_USER_SET_VRING_ENABLE, "queue 7", 0, 7);
	expect_no(&b, VHOST_USER_SET_SLAVE_REQ_FD, NULL, 0, NULL, 0, "0 descriptors");
	NO(VHOST_USER_SET_MEM_TABLE, "0 regions", 0, 0);
	NO(VHOST_USER_SET_MEM_TABLE, "1 regions in 8 bytes", 1, 1);
	NO(VHOST_USER_SET_MEM_TABLE, "with 0 files", 0, 1, 0, 4096, 0, 0);
	NO(VHOST_USER_SET_MEM_TABLE, "4294967295 regions", 1, 0xffffffff, 0, 4096, 0, 0);
	NO(VHOST_USER_SET_MEM_TABLE, "empty", 1, 1, 0, 0, 0, 0);
	NO(VHOST_USER_SET_MEM_TABLE, "wraps", 1, 1, UINT64_MAX, 4096, 0, 0);
	NO(VHOST_USER_SET_MEM_TABLE, "wraps", 1, 1, 0, 4096, UINT64_MAX, 0);
	NO(VHOST_USER_SET_MEM_TABLE, "wraps", 1, 1, 0, 4096, 0, UINT64_MAX);
	NO(VHOST_USER_SET_MEM_TABLE, "not inside a file", 1, 1, 0, 4096, 0, PCI_DUMMY_SIZE);
	NO(VHOST_USER_SET_MEM_TABLE, "not inside a file", 1, 1, 0, PCI_DUMMY_SIZE + 1, 0, 0);
	NO(VHOST_USER_SET_MEM_TABLE, "overlap", 2, 2, 0, 4096, 0, 0, 4095, 4096, 8192, 0);
	NO(VHOST_USER_SET_MEM_TABLE, "overlap", 2, 2, 0, 4096, 0, 0, 8192, 4096, 0, 0);
	assert_int_equal(pipe(pipe_fds), 0);
	fds[0] = pipe_fds[0];
	NO(VHOST_USER_SET_MEM_TABLE, "not inside a file", 1, 1, 0, 4096, 0, 0);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	assert_int_equal(count_fds(), n_fds); /* none of ours is left */
	bed_fini(&b);
}

/* A message in every number of pieces of every length, and the guest gone within it. */
static void a_message_may_come_in_pieces(void **state)
{
	const struct vhost_user_header h = { VHOST_USER_GET_VRING_BASE, 1, 8 };
	uint8_t bytes[20] = { 0 };
	struct bed b;
	uint64_t answer;

	memcpy(bytes, &h, sizeof h);
	for (size_t cut = 1; cut < sizeof bytes; cut++) {
		bed_init(&b);
		for (size_t i = 0; i < sizeof bytes; i += cut) {
			size_t n = sizeof bytes - i < cut ? sizeof bytes - i : cut;

			assert_int_equal(send(b.guest.socket, bytes + i, n, 0), n);
			pump(&b);
			assert_int_equal(b.error, 0);
		}
		assert_int_equal(pci_dummy_answer(&b.guest, VHOST_USER_GET_VRING_BASE, &answer), 0);
		assert_int_equal(answer, (uint64_t)b.guest.queues[0].avail[1] << 32);
		assert_int_equal(send(b.guest.socket, bytes, cut, 0), cut);
		shutdown(b.guest.socket, SHUT_WR);
		pump(&b);
		pump(&b);
		assert_int_equal(b.error, -ECONNRESET);
		bed_fini(&b);
	}
}

static void a_frame_that_is_wrong_ends_the_connection(void **state)
{
	static const struct vhost_user_header frames[] = {
		{ 1, 0, 0 },   { 1, 2, 0 },	     { 1, 3, 0 }, { 1, 5, 0 },
		{ 3, 1, 513 }, { 3, 1, 0xffffffff }, { 1, 1, 4 }, /* there is no answer */
		{ 11, 1, 0 },
	};
	struct bed b;

	for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
		bed_init(&b);
		assert_int_equal(send(b.guest.socket, &frames[i], sizeof frames[i], 0),
				 sizeof frames[i]);
		if (frames[i].size && frames[i].size < 512)
			assert_int_equal(send(b.guest.socket, frames, frames[i].size, 0),
					 frames[i].size);
		pump(&b);
		assert_true(b.error < 0 && b.error != -ECONNRESET);
		bed_fini(&b);
	}
}

static void a_guest_that_reads_no_answers_is_let_go(void **state)
{
	struct bed b;

	bed_init(&b);
	fcntl(b.guest.socket, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 100000 && !b.error; i++) {
		if (pci_dummy_send(&b.guest, VHOST_USER_GET_FEATURES, 0, NULL, 0, NULL, 0))
			pump(&b);
		else if (i % 16 == 0)
			pump(&b);
	}
	assert_int_equal(b.error, -EPIPE);
	bed_fini(&b);
}

static void no_descriptor_of_the_guest_makes_us_wait_or_spin(void **state)
{
	struct bed b;
	int fds[2], n_fds;
	const uint64_t zero = 0;
	struct pollfd p;

	bed_init(&b);
	/* A kick that is at its end is let go; nothing is ready afterwards. */
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(pci_dummy_send(&b.guest, VHOST_USER_SET_VRING_KICK, 0, &zero, 8, fds, 1),
			 0);
	close(fds[1]);
	close(fds[0]);
	for (int i = 0; i < 3; i++)
		pump(&b);
	assert_string_equal(b.reported, "vhost-user: a queue's kick descriptor is at its end");
	p = (struct pollfd){ .fd = pci_dev_fd(b.dev), .events = POLLIN };
	assert_int_equal(poll(&p, 1, 0), 0);
	/* A call descriptor that nobody reads takes what it can hold. */
	assert_int_equal(pipe(fds), 0);
	n_fds = count_fds();
	assert_int_equal(
		pci_dummy_send(&b.guest, VHOST_USER_SET_VRING_CALL, 0, &zero, 8, fds + 1, 1), 0);
	assert_int_equal(pci_dummy_send(&b.guest, VHOST_USER_SET_VRING_KICK, 0, &zero, 8,
					&b.guest.queues[0].kick, 1),
			 0);
	for (int i = 0; i < 20000; i++)
		assert_int_equal(pci_dummy_config_write(&b.guest, 0x3c, 1, 1), 0);
	/* And one whose reader is gone is no signal. */
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pci_dummy_config_write(&b.guest, 0x3c, 1, 1), 0);
	signal(SIGPIPE, SIG_DFL);
	close(fds[1]);
	/* One end less here; the kick is again, instead of the old call. */
	assert_int_equal(count_fds(), n_fds - 1);
	bed_fini(&b);
}

static void a_guest_may_share_other_memory_at_any_time(void **state)
{
	const uint64_t table[5] = { 1, PCI_DUMMY_ADDR, 0x8000, PCI_DUMMY_USER, 0 };
	struct bed b;
	struct pci_memory *before, *after;
	uint64_t status;

	bed_init(&b);
	before = pci_dev_memory_get(b.dev);
	assert_int_equal(pci_dummy_send(&b.guest, VHOST_USER_SET_MEM_TABLE, VHOST_USER_NEED_REPLY,
					table, sizeof table, &b.guest.memory_fd, 1),
			 0);
	assert_int_equal(pci_dummy_answer(&b.guest, VHOST_USER_SET_MEM_TABLE, &status), 0);
	assert_int_equal(status, 0);
	after = pci_dev_memory_get(b.dev);
	assert_ptr_not_equal(before, after);
	/* The old one is still mapped. */
	*(uint8_t *)pci_memory_map(before, PCI_DUMMY_ADDR + PCI_DUMMY_ROOM, 1) = 1;
	assert_null(pci_memory_map(after, PCI_DUMMY_ADDR + PCI_DUMMY_ROOM, 1));
	pci_memory_put(before);
	pci_memory_put(after);
	/* The rings are in it, the messages no more. */
	pci_dummy_post(&b.guest, 0, 0);
	pump(&b);
	assert_non_null(strstr(b.reported, "not in the guest's memory"));
	bed_fini(&b);
}

static void a_guest_may_be_gone_at_any_time(void **state)
{
	struct bed b;
	int n_fds = count_fds();

	bed_init_only(&b);
	shutdown(b.guest.socket, SHUT_RDWR);
	pump(&b);
	assert_int_equal(b.error, -ECONNRESET);
	bed_fini(&b);
	bed_init(&b);
	enable_interrupts(&b);
	shutdown(b.guest.socket, SHUT_RDWR);
	pci_dev_interrupt(b.dev, 1);
	pump(&b);
	assert_int_equal(b.error, -ECONNRESET);
	pci_dev_interrupt(b.dev, 1);
	bed_fini(&b);
	assert_int_equal(count_fds(), n_fds);
}

static void a_front_without_memory_is_not_made(void **state)
{
	const struct pci_function f = { .n_vectors = 1 };
	struct pci_dev *dev;
	struct diag d;
	int sockets[2], n_fds = count_fds();

	diag_init(&d);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	mem_fail_nth(1);
	assert_int_equal(pci_dev_new(&dev, &f, sockets[0], &d), -ENOMEM);
	mem_fail_nth(0);
	close(sockets[1]);
	assert_int_equal(count_fds(), n_fds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_finds_the_function_and_its_capabilities),
		cmocka_unit_test(a_bar_tells_its_size_and_takes_an_address),
		cmocka_unit_test(accesses_reach_the_function_and_nothing_outside_it),
		cmocka_unit_test(every_operation_and_size_of_configuration_is_checked),
		cmocka_unit_test(interrupts_carry_what_the_table_says),
		cmocka_unit_test(no_interrupt_is_lost_when_the_buffers_are_used_up),
		cmocka_unit_test(writes_are_acknowledged_many_at_once_or_after_a_while),
		cmocka_unit_test(a_guest_that_writes_all_the_time_hears_before_its_queue_is_full),
		cmocka_unit_test(buffers_for_interrupts_are_asked_for_when_there_are_none),
		cmocka_unit_test(an_interrupt_waits_for_its_mask),
		cmocka_unit_test(a_buffer_that_is_too_small_is_given_back),
		cmocka_unit_test(memory_is_there_for_a_bus_master_only),
		cmocka_unit_test(chains_that_are_nonsense_come_back),
		cmocka_unit_test(a_ring_that_is_nonsense_stops_its_queue),
		cmocka_unit_test(messages_that_are_nonsense_are_refused),
		cmocka_unit_test(a_message_may_come_in_pieces),
		cmocka_unit_test(a_frame_that_is_wrong_ends_the_connection),
		cmocka_unit_test(a_guest_that_reads_no_answers_is_let_go),
		cmocka_unit_test(no_descriptor_of_the_guest_makes_us_wait_or_spin),
		cmocka_unit_test(a_guest_may_share_other_memory_at_any_time),
		cmocka_unit_test(a_guest_may_be_gone_at_any_time),
		cmocka_unit_test(a_front_without_memory_is_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
