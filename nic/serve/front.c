/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/serve/front.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

/* Who is there: a ConnectX-5 Ex. */
static const struct pci_ids ids = { .vendor = 0x15b3,
				    .device = 0x1019,
				    .subsystem_vendor = 0x15b3,
				    .subsystem = 0x0008,
				    .class_code = 0x020000 };

enum reason {
	REASON_TIME,
	REASON_READABLE,
	REASON_STOP,
};

/* Waits for @fd, or for the end, or until the time is over. */
static enum reason wait_until(const struct nic_front *f, int fd, int timeout_ms)
{
	struct pollfd fds[2] = { { .fd = f->stop_fd, .events = POLLIN },
				 { .fd = fd, .events = POLLIN } };
	int n;

	do
		n = poll(fds, 2, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return REASON_TIME;
	return fds[0].revents ? REASON_STOP : REASON_READABLE;
}

static bool wait_for(const struct nic_front *f, int fd, int timeout_ms)
{
	return wait_until(f, fd, timeout_ms) == REASON_READABLE;
}

static void send_message(struct nic_front *f, const struct nic_message *message)
{
	while (!f->is_stuck && !nic_mailbox_send(f->mailbox, message)) {
		f->is_stuck = !wait_for(f, f->mailbox->room_fd, NIC_FRONT_WAIT_MS);
		nic_eventfd_clear(f->mailbox->room_fd);
	}
}

/* ---- the function ---- */

static void read_bar(void *aux, unsigned int bar, uint64_t offset, void *data, size_t size)
{
	const struct nic_front *f = aux;

	nic_bar_read(&f->bar, offset, data, size, clock_now_ns());
}

static void write_bar(void *aux, unsigned int bar, uint64_t offset, const void *data, size_t size)
{
	struct nic_front *f = aux;
	const struct nic_message message = { .type = NIC_MESSAGE_DOORBELL,
					     .bell = nic_bar_write(&f->bar, offset, data, size) };

	if (message.bell.type != NIC_DOORBELL_NONE)
		send_message(f, &message);
}

static void report(void *aux, const struct diag *d)
{
	struct nic_front *f = aux;

	nic_journal_error(f->journal, clock_now_ns(), d);
}

static struct pci_function function_of(struct nic_front *f)
{
	struct pci_function function = {
		.aux = f,
		.ids = ids,
		.bar_sizes = { NIC_BAR_SIZE },
		.n_vectors = NIC_VECTORS,
		.msix_table = NIC_BAR_MSIX,
		.msix_pending = NIC_BAR_MSIX_PBA,
		.read = read_bar,
		.write = write_bar,
		.report = report,
	};

	if (f->pci_device_id)
		function.ids.device = f->pci_device_id;
	return function;
}

/* ---- a guest ---- */

static int run_guest(struct nic_front *f, struct diag *d)
{
	for (;;) {
		int err;

		if (wait_until(f, pci_dev_fd(f->guest), pci_dev_wait_ms(f->guest)) == REASON_STOP)
			return -EINTR;
		err = pci_dev_run(f->guest, d);
		if (!err && f->is_stuck)
			err = diag_set(d, -ETIMEDOUT, "the device is too busy");
		if (err)
			return err;
	}
}

/* False: the thread is to end, and the guest stays for nic_front_fini(). */
static bool let_go(struct nic_front *f)
{
	const struct nic_message gone = { .type = NIC_MESSAGE_GUEST };

	f->is_stuck = false;
	while (!nic_mailbox_send(f->mailbox, &gone)) {
		if (!wait_for(f, f->mailbox->room_fd, -1))
			return false;
		nic_eventfd_clear(f->mailbox->room_fd);
	}
	if (!wait_for(f, f->let_go_fd, -1))
		return false;
	nic_eventfd_clear(f->let_go_fd);
	pci_dev_free(f->guest);
	f->guest = NULL;
	return true;
}

static bool serve_guest(struct nic_front *f, int socket)
{
	const struct pci_function function = function_of(f);
	struct nic_message message = { .type = NIC_MESSAGE_GUEST };
	struct diag d;

	diag_init(&d);
	if (pci_dev_new(&f->guest, &function, socket, &d)) {
		nic_journal_line(f->journal, "a guest was turned away: %s", d.words);
		return true;
	}
	nic_bar_init(&f->bar);
	f->is_stuck = false;
	message.guest = f->guest;
	send_message(f, &message);
	f->n_guests++;
	nic_journal_line(f->journal, "guest %llu is connected", (unsigned long long)f->n_guests);
	if (run_guest(f, &d) == -EINTR)
		return false;
	nic_journal_line(f->journal, "guest %llu is gone: %s", (unsigned long long)f->n_guests,
			 d.words);
	return let_go(f);
}

static void *run(void *aux)
{
	struct nic_front *f = aux;

	while (wait_for(f, serve_listener_fd(f->listener), -1)) {
		int socket = serve_listener_accept(f->listener);

		if (socket >= 0 && !serve_guest(f, socket))
			break;
	}
	return NULL;
}

int nic_front_start(struct nic_front *f, struct diag *d)
{
	int err;

	nic_bar_init(&f->bar);
	err = -pthread_create(&f->thread, NULL, run, f);
	return err ? diag_set(d, err, "a thread: %s", diag_strerror(err)) : 0;
}

void nic_front_join(struct nic_front *f)
{
	pthread_join(f->thread, NULL);
}

void nic_front_fini(struct nic_front *f)
{
	pci_dev_free(f->guest);
	f->guest = NULL;
}
