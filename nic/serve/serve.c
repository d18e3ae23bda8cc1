/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/serve/serve.h"

#include "base/alloc.h"
#include "nic/serve/serve_internal.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define MESSAGES_MAX 256 /* until the device thread looks for other things to do */
#define PAGE_SIZE_   4096u

/* ---- the machine that the device is plugged into ---- */

static void *map(void *aux, uint64_t addr, size_t size)
{
	const struct nic_serve *s = aux;

	return pci_memory_map(s->memory, addr, size);
}

static void interrupt(void *aux, unsigned int vector)
{
	const struct nic_serve *s = aux;

	if (s->guest)
		pci_dev_interrupt(s->guest, vector);
}

/* Which resets it. */
static void plug_in(struct nic_serve *s)
{
	const struct nic_bus bus = { s, map, interrupt };

	nic_device_set_bus(s->device, &bus);
}

static void take_guest(struct nic_serve *s, struct pci_dev *guest)
{
	s->guest = guest;
	s->n_guests += guest != NULL;
	if (guest)
		return;
	plug_in(s);
	nic_eventfd_set(s->let_go_fd);
}

/* Around whatever the device does. The memory is that of the moment: the guest may
 * have become bus master since the last time. */
static void begin(struct nic_serve *s)
{
	if (s->guest)
		s->memory = pci_dev_memory_get(s->guest);
}

static void end(struct nic_serve *s)
{
	pci_memory_put(s->memory);
	s->memory = NULL;
}

static void ring(struct nic_serve *s, const struct nic_doorbell *bell)
{
	s->n_doorbells[bell->type]++;
	begin(s);
	nic_device_ring(s->device, bell);
	end(s);
}

/* ---- the device thread ---- */

static bool take_message(struct nic_serve *s)
{
	struct nic_message m;

	if (!nic_mailbox_receive(&s->mailbox, &m))
		return false;
	if (m.type == NIC_MESSAGE_GUEST)
		take_guest(s, m.guest);
	else
		ring(s, &m.bell);
	return true;
}

static void take_messages(struct nic_serve *s)
{
	bool got = true;

	nic_eventfd_clear(s->mailbox.sent_fd);
	for (int i = 0; got && i < MESSAGES_MAX; i++)
		got = take_message(s);
	if (got)
		nic_eventfd_set(s->mailbox.sent_fd); /* there may be more */
}

/* What is asked may send packets. */
static void run_control(struct nic_serve *s)
{
	begin(s);
	nic_control_run(s->control);
	end(s);
}

static int watch(struct nic_serve *s, int fd, struct diag *d)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &e))
		return diag_set(d, -errno, "epoll: %s", diag_strerror(-errno));
	return 0;
}

static int work(struct nic_serve *s, int signals, struct diag *d)
{
	int err = watch(s, signals, d);
	bool is_ended = false;

	while (!err && !is_ended) {
		struct epoll_event e;

		if (epoll_wait(s->epoll, &e, 1, -1) < 1)
			continue; /* EINTR, by a debugger */
		if (e.data.fd == s->mailbox.sent_fd)
			take_messages(s);
		else if (e.data.fd == nic_control_fd(s->control))
			run_control(s);
		else
			is_ended = true;
	}
	return err;
}

/*
 * A guest made a file of its memory smaller: the page becomes one of zeros, which is nobody's. The
 * only other files that are mapped are programs and libraries, and nobody gets far without those.
 */
static void patch_page(int number, siginfo_t *info, void *context)
{
	void *page = (void *)((uintptr_t)info->si_addr & ~(uintptr_t)(PAGE_SIZE_ - 1));

	if (info->si_code == BUS_ADRERR &&
	    mmap(page, PAGE_SIZE_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		 -1, 0) != MAP_FAILED)
		return;
	signal(SIGBUS, SIG_DFL); /* it happens again, and ends the process */
}

/* So that it is not pending when it is no longer blocked. */
static void take_signals(int signals)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof info) == sizeof info)
		continue;
}

static int run_threads(struct nic_serve *s, int signals, struct diag *d)
{
	const struct sigaction on_bus = { .sa_sigaction = patch_page, .sa_flags = SA_SIGINFO };
	struct sigaction old_bus;
	int err;

	sigaction(SIGBUS, &on_bus, &old_bus);
	err = nic_front_start(&s->front, d);
	if (!err) {
		err = work(s, signals, d);
		nic_eventfd_set(s->stop_fd);
		nic_front_join(&s->front);
	}
	nic_device_set_bus(s->device, NULL);
	s->guest = NULL;
	nic_front_fini(&s->front);
	sigaction(SIGBUS, &old_bus, NULL);
	return err;
}

int nic_serve_run(struct nic_serve *s, struct diag *d)
{
	sigset_t blocked, old;
	int signals, err;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	signals = signalfd(-1, &blocked, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0)
		return diag_set(d, -errno, "signalfd: %s", diag_strerror(-errno));
	sigaddset(&blocked, SIGPIPE); /* of a guest's call descriptor */
	pthread_sigmask(SIG_BLOCK, &blocked, &old);
	err = run_threads(s, signals, d);
	take_signals(signals);
	close(signals);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err;
}

void nic_serve_stop(struct nic_serve *s)
{
	nic_eventfd_set(s->stop_fd);
}

/* ---- statistics ---- */

static json_t *doorbells_json(const struct nic_serve *s)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "command",
			 (json_int_t)s->n_doorbells[NIC_DOORBELL_COMMAND], "eq",
			 (json_int_t)s->n_doorbells[NIC_DOORBELL_EQ], "cq",
			 (json_int_t)s->n_doorbells[NIC_DOORBELL_CQ], "sq",
			 (json_int_t)s->n_doorbells[NIC_DOORBELL_SQ]);
}

/* Of the guest that is there; memory that runs out costs a member. */
static json_t *guest_json(const struct nic_serve *s)
{
	struct pci_dev_counts c;

	if (!s->guest)
		return json_null();
	pci_dev_counts(s->guest, &c);
	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "reads", (json_int_t)c.n_reads, "writes",
			 (json_int_t)c.n_writes, "interrupts", (json_int_t)c.n_interrupts,
			 "pending", (json_int_t)c.n_pending, "bad", (json_int_t)c.n_bad);
}

static void stats(void *aux, json_t *answer)
{
	const struct nic_serve *s = aux;

	json_object_set_new(answer, "guests", json_integer((json_int_t)s->n_guests));
	json_object_set_new(answer, "doorbells", doorbells_json(s));
	json_object_set_new(answer, "guest", guest_json(s));
}

/* ---- health ---- */

static void set_health(void *aux, unsigned int health)
{
	struct nic_serve *s = aux;

	atomic_store_explicit(&s->front.bar.health, health, memory_order_relaxed);
}

static unsigned int get_health(void *aux)
{
	struct nic_serve *s = aux;

	return atomic_load_explicit(&s->front.bar.health, memory_order_relaxed);
}

/* ---- life ---- */

/* Last: a program that can connect there knows that a guest can connect here. */
static int init_control(struct nic_serve *s, const struct nic_serve_params *params, struct diag *d)
{
	struct text path;
	int err;

	text_init(&path);
	text_put(&path, params->control ? params->control : params->vhost_user);
	if (!params->control)
		text_put(&path, ".ctl");
	err = path.error ? diag_set(d, path.error, "out of memory")
			 : nic_control_new(&s->control, s->device, path.s, d);
	text_fini(&path);
	if (!err)
		nic_control_set_front(s->control, &(struct nic_requests_front){
							  s, stats, set_health, get_health });
	return err ? err : watch(s, nic_control_fd(s->control), d);
}

static int init(struct nic_serve *s, const struct nic_serve_params *params, struct diag *d)
{
	int err;

	s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->let_go_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->stop_fd < 0 || s->let_go_fd < 0 || s->epoll < 0)
		return diag_set(d, -errno, "eventfd: %s", diag_strerror(-errno));
	err = nic_mailbox_init(&s->mailbox, d);
	if (!err)
		err = watch(s, s->mailbox.sent_fd, d);
	if (!err)
		err = watch(s, s->stop_fd, d);
	if (!err) {
		err = nic_device_new(&s->device, &params->device);
		diag_set(err ? d : NULL, err, "the device: %s", diag_strerror(err));
	}
	if (!err)
		err = serve_listener_new(&s->listener, params->vhost_user, d);
	if (!err)
		err = init_control(s, params, d);
	if (!err)
		plug_in(s);
	return err;
}

int nic_serve_new(struct nic_serve **out, const struct nic_serve_params *params, struct diag *d)
{
	struct nic_serve *s = mem_new(sizeof *s);
	int err;

	if (!s)
		return diag_set(d, -ENOMEM, "out of memory");
	s->mailbox.sent_fd = s->mailbox.room_fd = -1;
	s->stop_fd = s->let_go_fd = s->epoll = -1;
	nic_journal_init(&s->journal, params->quiet ? -1 : STDERR_FILENO);
	err = init(s, params, d);
	s->front = (struct nic_front){ .listener = s->listener,
				       .mailbox = &s->mailbox,
				       .journal = &s->journal,
				       .pci_device_id = params->pci_device_id,
				       .stop_fd = s->stop_fd,
				       .let_go_fd = s->let_go_fd };
	if (err)
		nic_serve_free(s);
	else
		*out = s;
	return err;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void nic_serve_free(struct nic_serve *s)
{
	if (!s)
		return;
	nic_control_free(s->control);
	serve_listener_free(s->listener);
	nic_device_free(s->device);
	nic_mailbox_fini(&s->mailbox);
	nic_journal_fini(&s->journal);
	close_if_open(s->stop_fd);
	close_if_open(s->let_go_fd);
	close_if_open(s->epoll);
	mem_free(s);
}
