/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/engine_internal.h"

#include "base/alloc.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTS_MAX 64

static const struct port_class *const classes[] = { &port_tap_class, &port_packet_class,
						    &port_pcap_class, &port_gen_class };

static const struct spec_key common_keys[] = {
	{ .name = "out", .type = SPEC_TEXT, .value = "FILE" },
};

static_assert(ARRAY_SIZE(common_keys) == 1, "out= is the only one");

int port_batch_init(struct port_batch *b)
{
	b->rooms = mem_new_array(ENGINE_BATCH, PORT_ROOM);
	return b->rooms ? 0 : -ENOMEM;
}

void port_batch_fini(struct port_batch *b)
{
	mem_free(b->rooms);
	b->rooms = NULL;
}

void engine_signal(int eventfd)
{
	const uint64_t one = 1;

	(void)!write(eventfd, &one, sizeof one); /* what cannot be counted any more is readable */
}

/* ---- life ---- */

static int open_descriptors(struct engine *e)
{
	struct epoll_event ev = { .events = EPOLLIN };

	e->epoll = epoll_create1(EPOLL_CLOEXEC);
	e->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (e->epoll < 0 || e->event < 0 || epoll_ctl(e->epoll, EPOLL_CTL_ADD, e->event, &ev) < 0)
		return -errno;
	return 0;
}

int engine_new(struct engine **out, const struct engine_host *host, uint64_t epoch_ns,
	       struct diag *d)
{
	struct engine *e = mem_new(sizeof *e);
	int err;

	*out = NULL;
	if (!e)
		return diag_set(d, -ENOMEM, "no memory for an engine");
	e->host = *host;
	e->epoch_ns = epoch_ns;
	idr_init(&e->by_number);
	list_init(&e->captures);
	err = open_descriptors(e);
	if (!err)
		err = port_batch_init(&e->batch);
	if (err) {
		engine_free(e);
		return diag_set(d, err, "making the engine: %s", diag_strerror(err));
	}
	*out = e;
	return 0;
}

/* What waits in its ring is offered to the descriptor once. */
static int port_free(struct engine_port *p, struct diag *d)
{
	struct engine *e = p->engine;
	int err;

	worker_del(p);
	if (p->state && p->class->send)
		while (port_transmit(p))
			;
	if (p->state)
		p->class->close(p->state); /* which takes its descriptor out of the epoll */
	frame_ring_fini(&p->rx);
	frame_ring_fini(&p->tx);
	err = capture_put(p->capture, d);
	idr_del(&e->by_number, p->number);
	mem_free(p->spec);
	mem_free(p);
	return err;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	workers_stop(e);
	while (e->n_ports)
		port_free(e->ports[--e->n_ports], NULL);
	idr_fini(&e->by_number);
	port_batch_fini(&e->batch);
	if (e->epoll >= 0)
		close(e->epoll);
	if (e->event >= 0)
		close(e->event);
	mem_free(e);
}

/* The machine's thread listens to the descriptor. */
static int listen_here(struct engine_port *p)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = p };

	return epoll_ctl(p->engine->epoll, EPOLL_CTL_ADD, p->class->fd(p->state), &ev) < 0 ? -errno
											   : 0;
}

static void ignore_here(struct engine_port *p)
{
	(void)!epoll_ctl(p->engine->epoll, EPOLL_CTL_DEL, p->class->fd(p->state), NULL);
}

static int start_listening(struct engine_port *p)
{
	struct worker *w = workers_least(p->engine);

	return w ? worker_add(w, p) : listen_here(p);
}

int engine_set_workers(struct engine *e, unsigned int n, struct diag *d)
{
	int err = 0;

	if (n > ENGINE_WORKERS_MAX)
		return diag_set(d, -EINVAL, "at most %u workers", ENGINE_WORKERS_MAX);
	for (size_t i = 0; i < e->n_ports; i++)
		if (port_is_live(e->ports[i]) && !e->ports[i]->worker)
			ignore_here(e->ports[i]);
	workers_stop(e);
	if (n)
		err = workers_start(e, n, d);
	for (size_t i = 0; i < e->n_ports; i++) {
		struct engine_port *p = e->ports[i];

		if (port_is_live(p) && atomic_load(&p->io_state) == PORT_WORKS &&
		    start_listening(p) && !err)
			err = diag_set(d, -ENOMEM, "%s: no memory for a worker's port", p->name);
	}
	return err;
}

/* ---- attach, detach ---- */

static int make_rings(struct engine_port *p, struct diag *d)
{
	if (p->class->send && frame_ring_init(&p->tx, ENGINE_RING_SIZE))
		return diag_set(d, -ENOMEM, "no memory for the ring of %s", p->name);
	return 0;
}

static int open_capture(struct engine_port *p, const struct port_spec *s, struct diag *d)
{
	const struct spec_value *out = &s->values[p->class->spec.n_keys];
	int err;

	if (!out->is_given)
		return 0;
	err = capture_get(&p->capture, p->engine, out->text, d);
	if (err)
		diag_place(d, out->offset, strlen(out->text));
	else
		p->interface = pcapng_add_interface(p->capture->file, p->name);
	return err;
}

static int open_port(struct engine_port *p, const char *text, struct diag *d)
{
	const struct spec_kind *kinds[ARRAY_SIZE(classes)];
	struct port_spec s;
	int err;

	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		kinds[i] = &classes[i]->spec;
	err = spec_parse(&s, text, kinds, ARRAY_SIZE(classes), common_keys, ARRAY_SIZE(common_keys),
			 d);
	if (err)
		return err;
	p->class = classes[s.kind];
	err = p->class->open(&p->state, &s, d);
	if (!err)
		err = make_rings(p, d);
	if (!err)
		err = open_capture(p, &s, d);
	if (!err && port_is_live(p) && start_listening(p))
		err = diag_set(d, -ENOMEM, "no memory for the descriptor of %s", p->name);
	spec_fini(&s);
	return err;
}

/* A port that is not attached yet. */
static int port_new(struct engine_port **out, struct engine *e, const char *name, const char *spec,
		    struct diag *d)
{
	struct engine_port *p;
	uint32_t number;
	int err;

	if (!e->host.find_port(e->host.aux, name, &number))
		return diag_set(d, -ENODEV, "%s: the machine has no such port", name);
	if (idr_find(&e->by_number, number))
		return diag_set(d, -EEXIST, "%s is attached already", name);
	if (e->n_ports == ENGINE_PORTS_MAX)
		return diag_set(d, -ENOSPC, "at most %u ports are attached", ENGINE_PORTS_MAX);
	p = mem_new(sizeof *p);
	if (!p)
		return diag_set(d, -ENOMEM, "no memory for a port");
	p->engine = e;
	p->number = number;
	diag_init(&p->failure);
	strncpy(p->name, name, sizeof p->name - 1);
	p->spec = mem_strdup(spec);
	err = p->spec ? idr_add_at(&e->by_number, number, p) : -ENOMEM;
	if (err) {
		mem_free(p->spec);
		mem_free(p);
		return diag_set(d, err, "no memory for a port");
	}
	*out = p;
	return 0;
}

int engine_attach(struct engine *e, const char *port, const char *spec, struct diag *d)
{
	struct engine_port *p = NULL;
	size_t i = e->n_ports;
	int err = port_new(&p, e, port, spec, d);

	if (err)
		return err;
	err = open_port(p, spec, d);
	if (err) {
		port_free(p, NULL);
		return err;
	}
	for (; i && e->ports[i - 1]->number > p->number; i--)
		e->ports[i] = e->ports[i - 1];
	e->ports[i] = p;
	e->n_ports++;
	e->n_live += port_is_live(p);
	return 0;
}

int engine_detach(struct engine *e, const char *port, struct diag *d)
{
	struct engine_port *p;
	size_t i = 0;

	while (i < e->n_ports && strcmp(e->ports[i]->name, port))
		i++;
	if (i == e->n_ports)
		return diag_set(d, -ENOENT, "%s is not attached", port);
	p = e->ports[i];
	e->n_live -= port_is_live(p);
	e->n_ports--;
	memmove(&e->ports[i], &e->ports[i + 1], (e->n_ports - i) * sizeof e->ports[0]);
	return port_free(p, d);
}

/* ---- packets ---- */

bool port_receive(struct engine_port *p, uint64_t now_ns, struct port_batch *b)
{
	struct diag d;
	int err;

	b->n = 0;
	b->n_dropped = 0;
	diag_init(&d);
	err = p->class->receive(p->state, now_ns, b, &d);
	atomic_fetch_add_explicit(&p->rx_dropped, b->n_dropped, memory_order_relaxed);
	if (!err)
		return true;
	p->failure = d;
	atomic_store_explicit(&p->io_state, PORT_FAILED, memory_order_release);
	return false;
}

bool port_transmit(struct engine_port *p)
{
	struct engine_frame frames[ENGINE_BATCH];
	uint64_t sent, bytes = 0;
	size_t n;

	if (!p->class->send)
		return false;
	n = frame_ring_peek(&p->tx, frames, ENGINE_BATCH);
	if (!n)
		return false;
	sent = p->class->send(p->state, frames, n);
	for (size_t i = 0; i < n; i++)
		bytes += frames[i].size;
	frame_ring_release(&p->tx);
	atomic_fetch_add_explicit(&p->tx_packets, sent, memory_order_relaxed);
	atomic_fetch_add_explicit(&p->tx_refused, n - sent, memory_order_relaxed);
	/* Which ones were refused is not known: the mean stands for them. */
	atomic_fetch_add_explicit(&p->tx_bytes, bytes * sent / n, memory_order_relaxed);
	return !frame_ring_is_empty(&p->tx);
}

static void deliver(struct engine_port *p, const struct engine_frame *frames, size_t n)
{
	if (!n)
		return;
	p->rx_packets += n;
	for (size_t i = 0; i < n; i++)
		p->rx_bytes += frames[i].size;
	p->engine->host.send(p->engine->host.aux, p->number, frames, n);
}

static size_t ask(struct engine_port *p)
{
	struct engine *e = p->engine;

	if (!port_receive(p, e->now_ns, &e->batch) && port_is_live(p))
		ignore_here(p);
	deliver(p, e->batch.frames, e->batch.n);
	return e->batch.n;
}

/* What a worker has received, also one that is no more. */
static size_t take_ring(struct engine_port *p)
{
	struct engine_frame frames[ENGINE_BATCH];
	size_t n = p->rx.bytes ? frame_ring_peek(&p->rx, frames, ENGINE_BATCH) : 0;

	if (!n)
		return 0;
	deliver(p, frames, n);
	frame_ring_release(&p->rx);
	if (!frame_ring_is_empty(&p->rx))
		engine_signal(p->engine->event);
	return n;
}

static bool is_due(const struct engine_port *p, uint64_t now_ns)
{
	return p->class->next_ns && atomic_load(&p->io_state) == PORT_WORKS &&
	       p->class->next_ns(p->state) <= now_ns;
}

static size_t ask_descriptors(struct engine *e)
{
	struct epoll_event events[EVENTS_MAX];
	int n_events = epoll_wait(e->epoll, events, EVENTS_MAX, 0);
	size_t n = 0;

	for (int i = 0; i < n_events; i++) {
		struct engine_port *p = events[i].data.ptr;
		uint64_t count;

		if (p)
			n += ask(p);
		else
			(void)!read(e->event, &count, sizeof count);
	}
	return n;
}

static void flush(struct engine *e)
{
	workers_wake(e);
	for (size_t i = 0; i < e->n_ports; i++) {
		struct engine_port *p = e->ports[i];

		while (!p->worker && p->is_waiting)
			p->is_waiting = port_transmit(p);
	}
}

void engine_set_now(struct engine *e, uint64_t now_ns)
{
	e->now_ns = now_ns;
}

size_t engine_run(struct engine *e, uint64_t now_ns)
{
	size_t n = 0;

	e->now_ns = now_ns;
	e->is_running = true;
	if (e->n_live)
		n += ask_descriptors(e);
	for (size_t i = 0; i < e->n_ports; i++) {
		struct engine_port *p = e->ports[i];

		n += port_is_live(p) ? take_ring(p) : is_due(p, now_ns) ? ask(p) : 0;
	}
	e->is_running = false;
	flush(e);
	if (!n)
		engine_flush(e);
	return n;
}

static void put_capture(struct engine_port *p, const void *frame, size_t size)
{
	const struct engine *e = p->engine;
	char way[ENGINE_WAY_MAX] = "";

	if (e->host.describe_way)
		e->host.describe_way(e->host.aux, p->number, way);
	pcapng_put(p->capture->file, p->interface, e->epoch_ns + e->now_ns, frame, size, way);
	p->capture->is_dirty = true;
}

static void put_ring(struct engine_port *p, const void *frame, size_t size)
{
	bool has_room = frame_ring_put(&p->tx, frame, size);

	if (!has_room && !p->worker) { /* nobody else will make room */
		port_transmit(p);
		has_room = frame_ring_put(&p->tx, frame, size);
	}
	p->n_no_room += !has_room;
	p->is_waiting = true;
}

bool engine_output(struct engine *e, uint32_t port, const void *frame, size_t size)
{
	struct engine_port *p = idr_find(&e->by_number, port);

	if (!p)
		return false;
	if (size > PACKET_MAX) {
		p->n_no_room++;
		return true;
	}
	if (p->capture)
		put_capture(p, frame, size);
	if (p->class->send) {
		put_ring(p, frame, size);
	} else {
		p->n_captured++;
		p->n_captured_bytes += size;
	}
	if (!e->is_running)
		flush(e);
	return true;
}

/* ---- what there is ---- */

int engine_fd(const struct engine *e)
{
	return e->epoll;
}

uint64_t engine_next_ns(const struct engine *e)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < e->n_ports; i++) {
		const struct engine_port *p = e->ports[i];
		uint64_t ns = p->class->next_ns && atomic_load(&p->io_state) == PORT_WORKS
				      ? p->class->next_ns(p->state)
				      : UINT64_MAX;

		next = ns < next ? ns : next;
	}
	return next;
}

bool engine_is_live(const struct engine *e)
{
	return e->n_live;
}

bool engine_is_done(const struct engine *e)
{
	return !e->n_live && engine_next_ns(e) == UINT64_MAX;
}

static uint64_t read_count(const _Atomic uint64_t *count)
{
	return atomic_load_explicit(count, memory_order_relaxed);
}

bool engine_port_info(const struct engine *e, size_t i, struct engine_port_info *info)
{
	const struct engine_port *p = i < e->n_ports ? e->ports[i] : NULL;
	bool has_failed;

	if (!p)
		return false;
	has_failed = atomic_load_explicit(&p->io_state, memory_order_acquire) == PORT_FAILED;
	*info = (struct engine_port_info){
		.port = p->name,
		.spec = p->spec,
		.counters = { .rx_packets = p->rx_packets,
			      .rx_bytes = p->rx_bytes,
			      .rx_dropped = read_count(&p->rx_dropped),
			      .tx_packets = p->n_captured + read_count(&p->tx_packets),
			      .tx_bytes = p->n_captured_bytes + read_count(&p->tx_bytes),
			      .tx_dropped = p->n_no_room + read_count(&p->tx_refused) },
		.is_done = has_failed ||
			   (p->class->next_ns && p->class->next_ns(p->state) == UINT64_MAX),
	};
	diag_init(&info->failure);
	if (has_failed)
		info->failure = p->failure;
	else if (p->capture)
		info->failure = p->capture->failure;
	return true;
}

void engine_format(struct text *t, const struct engine *e)
{
	struct engine_port_info info;

	if (e->n_ports)
		text_putf(t, "%-10s %10s %12s %8s %10s %12s %8s  joined to\n", "port", "in",
			  "bytes", "dropped", "out", "bytes", "dropped");
	for (size_t i = 0; engine_port_info(e, i, &info); i++) {
		const struct engine_counters *c = &info.counters;

		text_putf(t, "%-10s %10llu %12llu %8llu %10llu %12llu %8llu  %s\n", info.port,
			  (unsigned long long)c->rx_packets, (unsigned long long)c->rx_bytes,
			  (unsigned long long)c->rx_dropped, (unsigned long long)c->tx_packets,
			  (unsigned long long)c->tx_bytes, (unsigned long long)c->tx_dropped,
			  info.spec);
		if (info.failure.error)
			text_putf(t, "%-10s failed: %s\n", "", info.failure.words);
	}
}
