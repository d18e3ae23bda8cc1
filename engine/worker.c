/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that read and write descriptors. Each sleeps in epoll until one of its ports has frames
 * or the machine has put some out. Nobody waits for anybody but at attaching and detaching.
 *
 * No wake-up is lost: who puts frames into a ring signals afterwards; who is signalled clears the
 * signal first and looks into the rings then.
 */
#include "base/alloc.h"
#include "engine/engine_internal.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTS_MAX 32

struct worker {
	struct engine *engine;
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	struct engine_port *ports[ENGINE_PORTS_MAX];
	size_t n_ports;
	int epoll, wake;
	_Atomic bool must_end;
	struct port_batch batch; /* the thread's */
};

static bool has_port(const struct worker *w, const struct engine_port *p)
{
	for (size_t i = 0; i < w->n_ports; i++)
		if (w->ports[i] == p)
			return true;
	return false;
}

static void receive(struct worker *w, struct engine_port *p)
{
	uint64_t n_dropped = 0;

	if (!port_receive(p, 0, &w->batch))
		(void)!epoll_ctl(w->epoll, EPOLL_CTL_DEL, p->class->fd(p->state), NULL);
	for (size_t i = 0; i < w->batch.n; i++)
		n_dropped +=
			!frame_ring_put(&p->rx, w->batch.frames[i].data, w->batch.frames[i].size);
	atomic_fetch_add_explicit(&p->rx_dropped, n_dropped, memory_order_relaxed);
}

static bool transmit(struct worker *w)
{
	bool is_more = false;

	for (size_t i = 0; i < w->n_ports; i++)
		is_more |= port_transmit(w->ports[i]);
	return is_more;
}

static void clear(int eventfd)
{
	uint64_t n;

	(void)!read(eventfd, &n, sizeof n);
}

/* One round; whether more waits to be sent. */
static bool handle(struct worker *w, const struct epoll_event *events, int n)
{
	bool has_received = false, is_more;

	pthread_mutex_lock(&w->lock);
	for (int i = 0; i < n; i++) {
		struct engine_port *p = events[i].data.ptr;

		if (!p) {
			clear(w->wake);
		} else if (has_port(w, p)) { /* it may have been detached meanwhile */
			receive(w, p);
			has_received = true;
		}
	}
	is_more = transmit(w);
	pthread_mutex_unlock(&w->lock);
	if (has_received)
		engine_signal(w->engine->event);
	return is_more;
}

static void *work(void *arg)
{
	struct epoll_event events[EVENTS_MAX];
	struct worker *w = arg;
	bool is_more = false;

	while (!atomic_load(&w->must_end)) {
		int n = epoll_wait(w->epoll, events, EVENTS_MAX, is_more ? 0 : -1);

		is_more = handle(w, events, n < 0 ? 0 : n);
	}
	return NULL;
}

/* ---- the machine's side ---- */

int worker_add(struct worker *w, struct engine_port *p)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = p };
	int err = 0;

	if (!p->rx.bytes && frame_ring_init(&p->rx, ENGINE_RING_SIZE))
		return -ENOMEM;
	pthread_mutex_lock(&w->lock);
	if (atomic_load(&p->io_state) == PORT_WORKS &&
	    epoll_ctl(w->epoll, EPOLL_CTL_ADD, p->class->fd(p->state), &ev) < 0)
		err = -errno;
	if (!err) {
		w->ports[w->n_ports++] = p;
		p->worker = w;
	}
	pthread_mutex_unlock(&w->lock);
	return err;
}

void worker_del(struct engine_port *p)
{
	struct worker *w = p->worker;
	size_t i = 0;

	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	(void)!epoll_ctl(w->epoll, EPOLL_CTL_DEL, p->class->fd(p->state), NULL);
	while (w->ports[i] != p)
		i++;
	w->ports[i] = w->ports[--w->n_ports];
	p->worker = NULL;
	pthread_mutex_unlock(&w->lock);
}

struct worker *workers_least(struct engine *e)
{
	struct worker *least = NULL;

	for (unsigned int i = 0; i < e->n_workers; i++)
		if (!least || e->workers[i].n_ports < least->n_ports)
			least = &e->workers[i];
	return least;
}

void workers_wake(struct engine *e)
{
	bool wakes[ENGINE_WORKERS_MAX] = { false };

	for (size_t i = 0; i < e->n_ports; i++) {
		struct engine_port *p = e->ports[i];

		if (p->worker && p->is_waiting) {
			p->is_waiting = false;
			wakes[p->worker - e->workers] = true;
		}
	}
	for (unsigned int i = 0; i < e->n_workers; i++)
		if (wakes[i])
			engine_signal(e->workers[i].wake);
}

static void worker_fini(struct worker *w)
{
	if (w->epoll >= 0)
		close(w->epoll);
	if (w->wake >= 0)
		close(w->wake);
	port_batch_fini(&w->batch);
	pthread_mutex_destroy(&w->lock);
}

/* The thread gets no signals: they are for the program's main one. */
static int start_thread(struct worker *w)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = -pthread_create(&w->thread, NULL, work, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err;
}

static int worker_start(struct worker *w, struct engine *e)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int err;

	w->engine = e;
	pthread_mutex_init(&w->lock, NULL);
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	w->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	err = w->epoll < 0 || w->wake < 0 || epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->wake, &ev) < 0
		      ? -errno
		      : port_batch_init(&w->batch);
	if (!err)
		err = start_thread(w);
	if (err)
		worker_fini(w);
	return err;
}

static void worker_stop(struct worker *w)
{
	atomic_store(&w->must_end, true);
	engine_signal(w->wake);
	pthread_join(w->thread, NULL);
	worker_fini(w);
}

int workers_start(struct engine *e, unsigned int n, struct diag *d)
{
	int err;

	e->workers = mem_new_array(n, sizeof *e->workers);
	if (!e->workers)
		return diag_set(d, -ENOMEM, "no memory for %u workers", n);
	while (e->n_workers < n) {
		err = worker_start(&e->workers[e->n_workers], e);
		if (err) {
			workers_stop(e);
			return diag_set(d, err, "worker %u of %u: %s", e->n_workers + 1, n,
					diag_strerror(err));
		}
		e->n_workers++;
	}
	return 0;
}

void workers_stop(struct engine *e)
{
	for (size_t i = 0; i < e->n_ports; i++)
		worker_del(e->ports[i]);
	while (e->n_workers)
		worker_stop(&e->workers[--e->n_workers]);
	mem_free(e->workers);
	e->workers = NULL;
}
