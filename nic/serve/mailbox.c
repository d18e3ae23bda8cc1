/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/serve/mailbox.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

int nic_mailbox_init(struct nic_mailbox *m, struct diag *d)
{
	atomic_init(&m->sent, 0);
	atomic_init(&m->received, 0);
	atomic_init(&m->is_waiting, false);
	m->sent_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	m->room_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (m->sent_fd >= 0 && m->room_fd >= 0)
		return 0;
	return diag_set(d, -errno, "eventfd: %s", diag_strerror(-errno));
}

void nic_mailbox_fini(struct nic_mailbox *m)
{
	if (m->sent_fd >= 0)
		close(m->sent_fd);
	if (m->room_fd >= 0)
		close(m->room_fd);
}

void nic_eventfd_set(int fd)
{
	const uint64_t one = 1;

	/* It fails only when it is at its end, and then it is set. */
	if (write(fd, &one, sizeof one) < 0)
		return;
}

void nic_eventfd_clear(int fd)
{
	uint64_t n;

	if (read(fd, &n, sizeof n) < 0)
		return; /* not set */
}

static bool is_full(const struct nic_mailbox *m, unsigned int sent)
{
	return sent - atomic_load(&m->received) == NIC_MAILBOX_SIZE;
}

bool nic_mailbox_send(struct nic_mailbox *m, const struct nic_message *message)
{
	unsigned int sent = atomic_load_explicit(&m->sent, memory_order_relaxed);

	if (is_full(m, sent)) {
		atomic_store(&m->is_waiting, true);
		/* The receiver may have made room before it could see that. */
		if (is_full(m, sent))
			return false;
		atomic_store(&m->is_waiting, false);
	}
	m->messages[sent % NIC_MAILBOX_SIZE] = *message;
	/* The receiver sleeps only when it has seen the ring empty: then it must be woken. */
	atomic_store(&m->sent, sent + 1);
	if (atomic_load(&m->received) == sent)
		nic_eventfd_set(m->sent_fd);
	return true;
}

bool nic_mailbox_receive(struct nic_mailbox *m, struct nic_message *message)
{
	unsigned int received = atomic_load_explicit(&m->received, memory_order_relaxed);

	if (atomic_load(&m->sent) == received)
		return false;
	*message = m->messages[received % NIC_MAILBOX_SIZE];
	atomic_store(&m->received, received + 1);
	if (UNLIKELY(atomic_load(&m->is_waiting)) && atomic_exchange(&m->is_waiting, false))
		nic_eventfd_set(m->room_fd);
	return true;
}
