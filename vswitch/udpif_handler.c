/* SPDX-License-Identifier: BSD-2-Clause */
/* Upcalls: from a packet that no flow matches to its flow. */
#include "base/alloc.h"
#include "base/clock.h"
#include "vswitch/udpif_internal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define BATCHES_MAX	 64 /* in one turn: a flood of misses must not keep all else waiting */
#define BUF_SIZE	 ((size_t)4 * DPIF_UPCALL_MAX) /* most batches of full frames fit */
#define HANDLERS_DEFAULT 2			       /* where the datapath takes any number */
#define ASK_MS		 1 /* how often a kernel in this process is asked by a thread */

/* What it is, and whose. Translations make neither recirculation nor userspace(). */
static int upcall_receive(struct handler *h, struct upcall *c)
{
	struct span sp = SPAN(h->trace);

	h->counted.n_upcalls++;
	if (c->in.type != DPIF_UC_MISS)
		return span_end(&sp, trace_refuse(sp.trace, -EAGAIN, NULL,
						  "a packet of a userspace action, and no "
						  "translation makes one"));
	h->counted.n_misses++;
	if (c->in.key.recirc_id)
		return span_end(&sp, trace_refuse(sp.trace, -ENOENT, "recirc_id",
						  "no translation makes recirc_id 0x%x",
						  c->in.key.recirc_id));
	c->bridge = vswitch_bridge_of(h->udpif->vswitch, c->in.key.in_port);
	span_note(&sp, "bridge", "%s", c->bridge->name);
	span_note(&sp, "in_port", "%u", c->in.key.in_port);
	return span_end(&sp, 0);
}

static void count_packet(struct upcall *c, uint64_t now_ns)
{
	uint64_t size = c->in.packet_len;

	for (size_t i = 0; i < c->out.n_rules; i++) {
		struct rule *r = CONST_CAST(struct rule *, c->out.rules[i]); /* the bridge's */

		r->n_packets++;
		r->n_bytes += size;
		r->used_ns = now_ns;
	}
	bridge_count_rx(c->bridge, c->in.key.in_port, 1, size);
	for (size_t i = 0; i < c->out.actions.n; i++)
		if (c->out.actions.a[i].type == FLOW_ACT_OUTPUT)
			bridge_count_tx(c->bridge, c->out.actions.a[i].port, 1, size);
}

static void report_reasons(struct udpif *u, const struct upcall *c)
{
	if (!u->report)
		return;
	text_put(u->report, "looked at:\n");
	wildcards_format(u->report, &c->out.wc);
}

/* Learning that fails is tried again by the next packet. */
static void take_xlate(struct udpif *u, struct upcall *c, bool learn, uint64_t now_ns)
{
	if (learn)
		(void)!xlate_learn_all(&c->out, c->bridge, now_ns);
	count_packet(c, now_ns);
	report_reasons(u, c);
}

/* Without memory there is none; what is too much is dropped, by a flow. */
static int upcall_xlate(struct handler *h, struct upcall *c, uint64_t now_ns)
{
	struct udpif *u = h->udpif;
	struct span sp = SPAN(h->trace);
	const struct xlate_in in = { c->bridge, &c->in.key, now_ns, u->report, h->trace };
	struct diag d;
	int err;

	diag_init(&d);
	pthread_rwlock_rdlock(&u->locks.tables);
	err = xlate_actions(&in, &c->out, &d);
	pthread_rwlock_unlock(&u->locks.tables);
	h->counted.n_xlate_failed += err != 0;
	c->is_learning = !err;
	return span_end(&sp, err == -ENOMEM ? err : 0);
}

static struct ukey *ukey_create_from_upcall(struct handler *h, struct upcall *c, uint64_t now_ns)
{
	struct span sp = SPAN(h->trace);
	struct ukey *k = ukey_new(&c->in.ufid, &c->in.key, c->bridge, &c->out, now_ns);

	span_end(&sp, k ? 0 : -ENOMEM);
	return k;
}

static int process_upcall(struct handler *h, struct upcall *c, uint64_t now_ns)
{
	struct span sp = SPAN(h->trace);
	int err = upcall_xlate(h, c, now_ns);

	c->ukey = NULL;
	if (err)
		return span_end(&sp, err);
	pthread_rwlock_wrlock(&h->udpif->locks.tables);
	take_xlate(h->udpif, c, c->is_learning, now_ns);
	c->ukey = ukey_create_from_upcall(h, c, now_ns);
	pthread_rwlock_unlock(&h->udpif->locks.tables);
	return span_end(&sp, 0);
}

static bool should_install_flow(struct handler *h, struct upcall *c)
{
	struct udpif *u = h->udpif;
	struct span sp = SPAN(h->trace);
	size_t limit = udpif_flow_limit(u), n = ukeys_count(&u->ukeys);

	if (!c->ukey)
		return span_end(&sp, 0);
	if (c->in.more) {
		u->counters.n_inexact++;
		span_note(&sp, "why", "no flow can match on %s", c->in.more);
		return span_end(&sp, 0);
	}
	if (n >= limit) {
		u->counters.n_limited++;
		span_note(&sp, "why", "the datapath reached the limit of %zu flows", limit);
		return span_end(&sp, 0);
	}
	span_note(&sp, "flows", "%zu of %zu", n, limit);
	return span_end(&sp, 1);
}

static bool install(struct handler *h, struct ukey *k)
{
	struct udpif *u = h->udpif;
	struct span sp = SPAN_NAMED(h->trace, "ukey_install__");
	int err = ukey_install(&u->ukeys, k);

	u->counters.n_duplicates += err == -EEXIST;
	if (ukeys_count(&u->ukeys) > u->n_most)
		u->n_most = ukeys_count(&u->ukeys);
	return !span_end(&sp, err);
}

static void put_op_init(struct upcall *c)
{
	diag_init(&c->put_diag);
	c->put = (struct dpif_op){ .type = DPIF_OP_FLOW_PUT,
				   .diag = &c->put_diag,
				   .put = { .flags = DPIF_FP_CREATE,
					    .match = &c->ukey->match,
					    .actions = &c->ukey->actions,
					    .has_ufid = true,
					    .ufid = c->ukey->ufid,
					    .decision = &c->decision } };
}

static void execute_op_init(struct upcall *c)
{
	diag_init(&c->execute_diag);
	c->execute = (struct dpif_op){ .type = DPIF_OP_EXECUTE,
				       .diag = &c->execute_diag,
				       .execute = { .packet = c->in.packet,
						    .packet_size = c->in.packet_size,
						    .actions = &c->out.actions,
						    .key = c->in.key_attrs,
						    .key_size = c->in.key_size,
						    .mru = c->in.mru,
						    .hash = c->in.hash } };
}

/* With its references to rules. */
static void give_up(struct udpif *u, struct ukey *k)
{
	pthread_rwlock_wrlock(&u->locks.tables);
	ukey_free(k);
	pthread_rwlock_unlock(&u->locks.tables);
}

static void take_results(struct udpif *u, struct upcall *c, uint64_t now_ns)
{
	u->counters.n_execute_failed += c->out.actions.n && c->execute.error;
	if (!c->ukey)
		return;
	if (!c->put.error) {
		u->counters.n_installed++;
		ukey_transition(c->ukey, UKEY_OPERATIONAL);
		ukey_set_decision(c->ukey, &c->decision, now_ns);
		return;
	}
	/* The next packet of it comes up again. */
	u->counters.n_put_failed++;
	ukey_transition(c->ukey, UKEY_EVICTED);
	pthread_rwlock_wrlock(&u->locks.tables);
	ukey_delete(&u->ukeys, c->ukey);
	pthread_rwlock_unlock(&u->locks.tables);
}

/* What was counted without the lock. */
static void add_counted(struct handler *h)
{
	struct udpif_counters *to = &h->udpif->counters, *from = &h->counted;

	to->n_upcalls += from->n_upcalls;
	to->n_misses += from->n_misses;
	to->n_unusable += from->n_unusable;
	to->n_xlate_failed += from->n_xlate_failed;
	*from = (struct udpif_counters){ 0 };
}

/* For each its flow, and then the packet itself, in one batch. */
static void handle_upcalls(struct handler *h, size_t n, uint64_t now_ns)
{
	struct udpif *u = h->udpif;
	struct span sp = SPAN(h->trace);
	struct dpif_op *ops[2 * UDPIF_BATCH_MAX];
	size_t n_ops = 0;

	for (size_t i = 0; i < n; i++) {
		struct upcall *c = &h->batch[i];

		if (should_install_flow(h, c) && install(h, c->ukey)) {
			put_op_init(c);
			ops[n_ops++] = &c->put;
		} else {
			give_up(u, c->ukey);
			c->ukey = NULL;
		}
		if (!c->out.actions.n)
			continue;
		execute_op_init(c);
		ops[n_ops++] = &c->execute;
	}
	span_note(&sp, "upcalls", "%zu", n);
	span_note(&sp, "ops", "%zu", n_ops);
	dpif_operate(u->dpif, ops, n_ops, DPIF_OFFLOAD_AUTO);
	for (size_t i = 0; i < n; i++)
		take_results(u, &h->batch[i], now_ns);
	span_end(&sp, 0);
}

/* A batch; how many were taken out of the queue. */
static size_t recv_upcalls(struct handler *h, uint64_t now_ns)
{
	struct udpif *u = h->udpif;
	struct span sp = SPAN(h->trace);
	size_t n = 0, n_taken = 0, at = 0, used;

	while (n < UDPIF_BATCH_MAX && BUF_SIZE - at >= DPIF_UPCALL_MAX) {
		struct upcall *c = &h->batch[n];
		int r = dpif_recv(u->dpif, h->number, &c->in, h->buf + at, BUF_SIZE - at, &used,
				  NULL);

		if (!r || r == -EINVAL)
			break;
		n_taken++;
		if (r < 0 || upcall_receive(h, c) || process_upcall(h, c, now_ns)) {
			h->counted.n_unusable++;
			continue;
		}
		at += used;
		n++;
	}
	span_note(&sp, "upcalls", "%zu", n_taken);
	if (n_taken) {
		pthread_mutex_lock(&u->locks.flows);
		add_counted(h);
		if (n)
			handle_upcalls(h, n, now_ns);
		pthread_mutex_unlock(&u->locks.flows);
	}
	span_end(&sp, 0);
	return n_taken;
}

size_t handler_run(struct handler *h, uint64_t now_ns)
{
	struct span sp;
	size_t n, sum = 0;

	if (!dpif_recv_is_ready(h->udpif->dpif, h->number))
		return 0;
	sp = SPAN_NAMED(h->trace, "udpif_upcall_handler");
	for (int i = 0; i < BATCHES_MAX && (n = recv_upcalls(h, now_ns)) > 0; i++)
		sum += n;
	span_end(&sp, 0);
	return sum;
}

/* ---- threads ---- */

void udpif_lock(struct udpif *u)
{
	pthread_rwlock_wrlock(&u->locks.machine);
}

void udpif_unlock(struct udpif *u)
{
	pthread_rwlock_unlock(&u->locks.machine);
}

/* False: it is over. A kernel in this process has no descriptor: it is asked again and again. */
static bool wait_for_upcalls(const struct handler *h)
{
	struct udpif *u = h->udpif;
	struct pollfd fds[] = { { .fd = u->stop, .events = POLLIN }, { .events = POLLIN } };

	pthread_rwlock_rdlock(&u->locks.machine);
	fds[1].fd = dpif_recv_fd(u->dpif, h->number);
	pthread_rwlock_unlock(&u->locks.machine);
	(void)!poll(fds, ARRAY_SIZE(fds), fds[1].fd < 0 ? ASK_MS : -1);
	return !fds[0].revents;
}

static void *answer(void *aux)
{
	struct handler *h = aux;

	while (wait_for_upcalls(h)) {
		pthread_rwlock_rdlock(&h->udpif->locks.machine);
		handler_run(h, clock_now_ns());
		pthread_rwlock_unlock(&h->udpif->locks.machine);
	}
	return NULL;
}

/* Signals are for the other threads. */
static int start_thread(struct handler *h)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	err = -pthread_create(&h->thread, NULL, answer, h);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err;
}

static void stop_threads(struct udpif *u, uint32_t n)
{
	const uint64_t one = 1;

	/* It stays readable until all have seen it. */
	while (write(u->stop, &one, sizeof one) < 0 && errno == EINTR)
		;
	for (uint32_t i = 0; i < n; i++)
		pthread_join(u->handlers[i].thread, NULL);
	close(u->stop);
	u->stop = -1;
	for (uint32_t i = 0; i < u->n_handlers; i++)
		u->handlers[i].trace = dpif_trace(u->dpif);
}

int udpif_start_handlers(struct udpif *u, struct diag *d)
{
	u->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (u->stop < 0)
		return diag_set(d, -errno, "handler threads: %s", diag_strerror(-errno));
	for (uint32_t i = 0; i < u->n_handlers; i++) {
		int err;

		u->handlers[i].trace = NULL;
		err = start_thread(&u->handlers[i]);
		if (!err)
			continue;
		stop_threads(u, i);
		return diag_set(d, err, "handler thread %u: %s", i, diag_strerror(err));
	}
	return 0;
}

void udpif_stop_handlers(struct udpif *u)
{
	if (u->stop >= 0)
		stop_threads(u, u->n_handlers);
}

/* ---- life ---- */

/* Whoever waits to write comes next: upcalls that never end do not keep a command waiting. */
static void init_locks(struct udpif_locks *l)
{
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&l->machine, &attr);
	pthread_rwlock_init(&l->tables, NULL);
	pthread_mutex_init(&l->flows, NULL);
	pthread_rwlockattr_destroy(&attr);
}

int udpif_handlers_init(struct udpif *u, struct diag *d)
{
	uint32_t n = dpif_number_handlers_required(u->dpif);

	u->stop = -1;
	init_locks(&u->locks);
	n = n ? n : HANDLERS_DEFAULT;
	u->handlers = mem_new_array(n, sizeof *u->handlers);
	if (!u->handlers)
		return diag_set(d, -ENOMEM, "no memory for handlers");
	u->n_handlers = n;
	for (uint32_t i = 0; i < n; i++) {
		struct handler *h = &u->handlers[i];

		h->udpif = u;
		h->number = i;
		h->trace = dpif_trace(u->dpif);
		h->batch = mem_new_array(UDPIF_BATCH_MAX, sizeof *h->batch);
		h->buf = mem_new(BUF_SIZE);
		if (!h->batch || !h->buf)
			return diag_set(d, -ENOMEM, "no memory for upcalls");
		for (size_t k = 0; k < UDPIF_BATCH_MAX; k++)
			xlate_out_init(&h->batch[k].out);
	}
	return 0;
}

void udpif_handlers_fini(struct udpif *u)
{
	for (uint32_t i = 0; i < u->n_handlers; i++) {
		struct handler *h = &u->handlers[i];

		for (size_t k = 0; h->batch && k < UDPIF_BATCH_MAX; k++)
			xlate_out_fini(&h->batch[k].out);
		mem_free(h->batch);
		mem_free(h->buf);
	}
	mem_free(u->handlers);
	pthread_rwlock_destroy(&u->locks.machine);
	pthread_rwlock_destroy(&u->locks.tables);
	pthread_mutex_destroy(&u->locks.flows);
}
