/* SPDX-License-Identifier: BSD-2-Clause */
/* Upcalls: from a packet that no flow matches to its flow. */
#include "vswitch/udpif.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "vswitch/udpif_internal.h"

#include <errno.h>

#define ROUNDS_MAX  4  /* at once; stations that move with each round would be no end */
#define BATCHES_MAX 64 /* in one turn: a flood of misses must not keep all else waiting */
#define BUF_SIZE    ((size_t)4 * DPIF_UPCALL_MAX) /* most batches of full frames fit */

static const struct udpif_config defaults = {
	.max_idle_ms = 10000,
	.max_revalidator_ms = 500,
	.min_revalidate_pps = 5,
	.offloaded_stats_delay_ms = 2000,
	.flow_limit = 200000,
};

int udpif_new(struct udpif **out, struct vswitch *v, struct dpif *dpif, uint64_t now_ns,
	      struct diag *d)
{
	struct udpif *u = mem_new(sizeof *u);
	int err;

	*out = NULL;
	if (!u)
		return diag_set(d, -ENOMEM, "no memory for upcalls");
	u->vswitch = v;
	u->dpif = dpif;
	u->config = defaults;
	u->flow_limit = UDPIF_FLOW_LIMIT_FIRST;
	u->round_ns = u->ports_ns = now_ns;
	vswitch_set_now(v, now_ns);
	ukeys_init(&u->ukeys);
	xlate_out_init(&u->out);
	u->batch = mem_new_array(UDPIF_BATCH_MAX, sizeof *u->batch);
	u->buf = mem_new(BUF_SIZE);
	for (size_t i = 0; u->batch && i < UDPIF_BATCH_MAX; i++)
		xlate_out_init(&u->batch[i].out);
	/* As many queues as the datapath wants: one thread answers them all. */
	u->n_handlers = dpif_number_handlers_required(dpif);
	u->n_handlers = u->n_handlers ? u->n_handlers : 1;
	err = u->batch && u->buf ? dpif_handlers_set(dpif, u->n_handlers, d)
				 : diag_set(d, -ENOMEM, "no memory for upcalls");
	if (!err)
		err = dpif_recv_set(dpif, true, d);
	if (err) {
		udpif_free(u);
		return err;
	}
	*out = u;
	return 0;
}

void udpif_free(struct udpif *u)
{
	if (!u)
		return;
	udpif_flush(u);
	ukeys_fini(&u->ukeys);
	if (u->batch && u->buf)
		(void)!dpif_recv_set(u->dpif, false, NULL);
	for (size_t i = 0; u->batch && i < UDPIF_BATCH_MAX; i++)
		xlate_out_fini(&u->batch[i].out);
	xlate_out_fini(&u->out);
	mem_free(u->batch);
	mem_free(u->buf);
	mem_free(u);
}

struct udpif_config *udpif_config(struct udpif *u)
{
	return &u->config;
}

const struct udpif_counters *udpif_counters(const struct udpif *u)
{
	return &u->counters;
}

const struct ukeys *udpif_ukeys(const struct udpif *u)
{
	return &u->ukeys;
}

struct vswitch *udpif_vswitch(struct udpif *u)
{
	return u->vswitch;
}

uint64_t udpif_flow_limit(const struct udpif *u)
{
	return u->flow_limit < u->config.flow_limit ? u->flow_limit : u->config.flow_limit;
}

void udpif_set_report(struct udpif *u, struct text *report)
{
	u->report = report;
}

/* What it is, and whose. Translations make neither recirculation nor userspace(). */
static int upcall_receive(struct udpif *u, struct upcall *c)
{
	struct span sp = SPAN(dpif_trace(u->dpif));

	u->counters.n_upcalls++;
	if (c->in.type != DPIF_UC_MISS)
		return span_end(&sp, trace_refuse(sp.trace, -EAGAIN, NULL,
						  "a packet of a userspace action, and no "
						  "translation makes one"));
	u->counters.n_misses++;
	if (c->in.key.recirc_id)
		return span_end(&sp, trace_refuse(sp.trace, -ENOENT, "recirc_id",
						  "no translation makes recirc_id 0x%x",
						  c->in.key.recirc_id));
	c->bridge = vswitch_bridge_of(u->vswitch, c->in.key.in_port);
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

static int upcall_xlate(struct udpif *u, struct upcall *c, uint64_t now_ns)
{
	struct trace *t = dpif_trace(u->dpif);
	struct span sp = SPAN(t);
	const struct xlate_in in = { c->bridge, &c->in.key, now_ns, u->report, t };
	struct diag d;
	int err;

	diag_init(&d);
	err = xlate_actions(&in, &c->out, &d);
	u->counters.n_xlate_failed += err != 0;
	if (err == -ENOMEM)
		return span_end(&sp, err);
	/* What is too much is dropped, by a flow. Learning that fails is tried again by the next.
	 */
	if (!err)
		(void)!xlate_learn_all(&c->out, c->bridge, now_ns);
	count_packet(c, now_ns);
	report_reasons(u, c);
	return span_end(&sp, 0);
}

static struct ukey *ukey_create_from_upcall(struct udpif *u, struct upcall *c, uint64_t now_ns)
{
	struct span sp = SPAN(dpif_trace(u->dpif));
	struct ukey *k = ukey_new(&c->in.ufid, &c->in.key, c->bridge, &c->out, now_ns);

	span_end(&sp, k ? 0 : -ENOMEM);
	return k;
}

static int process_upcall(struct udpif *u, struct upcall *c, uint64_t now_ns)
{
	struct span sp = SPAN(dpif_trace(u->dpif));
	int err = upcall_xlate(u, c, now_ns);

	c->ukey = err ? NULL : ukey_create_from_upcall(u, c, now_ns);
	return span_end(&sp, err);
}

static bool should_install_flow(struct udpif *u, struct upcall *c)
{
	struct span sp = SPAN(dpif_trace(u->dpif));
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

static bool install(struct udpif *u, struct ukey *k)
{
	struct span sp = SPAN_NAMED(dpif_trace(u->dpif), "ukey_install__");
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
	ukey_delete(&u->ukeys, c->ukey);
}

/* For each its flow, and then the packet itself, in one batch. */
static void handle_upcalls(struct udpif *u, size_t n, uint64_t now_ns)
{
	struct span sp = SPAN(dpif_trace(u->dpif));
	struct dpif_op *ops[2 * UDPIF_BATCH_MAX];
	size_t n_ops = 0;

	for (size_t i = 0; i < n; i++) {
		struct upcall *c = &u->batch[i];

		if (should_install_flow(u, c) && install(u, c->ukey)) {
			put_op_init(c);
			ops[n_ops++] = &c->put;
		} else {
			ukey_free(c->ukey);
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
		take_results(u, &u->batch[i], now_ns);
	span_end(&sp, 0);
}

/* A batch; how many were taken out of the queue. */
static size_t recv_upcalls(struct udpif *u, uint32_t handler, uint64_t now_ns)
{
	struct span sp = SPAN(dpif_trace(u->dpif));
	size_t n = 0, n_taken = 0, at = 0, used;

	while (n < UDPIF_BATCH_MAX && BUF_SIZE - at >= DPIF_UPCALL_MAX) {
		struct upcall *c = &u->batch[n];
		int r = dpif_recv(u->dpif, handler, &c->in, u->buf + at, BUF_SIZE - at, &used,
				  NULL);

		if (!r || r == -EINVAL)
			break;
		n_taken++;
		if (r < 0 || upcall_receive(u, c) || process_upcall(u, c, now_ns)) {
			u->counters.n_unusable++;
			continue;
		}
		at += used;
		n++;
	}
	span_note(&sp, "upcalls", "%zu", n_taken);
	if (n)
		handle_upcalls(u, n, now_ns);
	span_end(&sp, 0);
	return n_taken;
}

size_t udpif_upcall_handler(struct udpif *u, uint32_t handler, uint64_t now_ns)
{
	struct span sp;
	size_t n, sum = 0;

	if (!dpif_recv_is_ready(u->dpif, handler))
		return 0;
	sp = SPAN(dpif_trace(u->dpif));
	for (int i = 0; i < BATCHES_MAX && (n = recv_upcalls(u, handler, now_ns)) > 0; i++)
		sum += n;
	span_end(&sp, 0);
	return sum;
}

static bool is_in_datapath(struct udpif *u, const struct bridge_port *p)
{
	const struct flow_ports *ports = dpif_ports(u->dpif);
	const char *name = ports->name(ports->aux, p->number);

	return name && !strcmp(name, p->name);
}

static void check_port(struct udpif *u, struct bridge *b, const struct bridge_port *p)
{
	uint32_t number = p->number;
	struct span sp;

	if (is_in_datapath(u, p)) {
		bridge_set_port_gone(b, p->number, false);
		return;
	}
	sp = SPAN(dpif_trace(u->dpif));
	span_note(&sp, "port", "%s", p->name);
	bridge_set_port_gone(b, p->number, true);
	if (dpif_port_add(u->dpif, p->name, "system", &number, NULL)) {
		span_end(&sp, -ENODEV);
		return;
	}
	bridge_set_port_gone(b, p->number, false);
	span_end(&sp, 0);
}

void udpif_check_ports(struct udpif *u, uint64_t now_ns)
{
	const struct bridge_port *p;
	uint64_t id;

	u->ports_ns = now_ns;
	if (dpif_port_sync(u->dpif, NULL))
		return; /* nothing is known; the next time */
	for (size_t i = 0; i < u->vswitch->n_bridges; i++)
		idr_for_each (&u->vswitch->bridges[i]->ports, id, p)
			check_port(u, u->vswitch->bridges[i], p);
}

static uint64_t period_ns(const struct udpif *u)
{
	const struct udpif_config *c = &u->config;
	uint64_t ms = c->max_revalidator_ms < c->max_idle_ms ? c->max_revalidator_ms
							     : c->max_idle_ms;

	return ms * NSEC_PER_MSEC;
}

uint64_t udpif_next_ns(const struct udpif *u)
{
	uint64_t round = vswitch_sequence(u->vswitch) != u->sequence ? 0
								     : u->round_ns + period_ns(u);
	uint64_t ports = u->ports_ns + period_ns(u);

	return round < ports ? round : ports;
}

static bool is_round_due(const struct udpif *u, uint64_t now_ns)
{
	return vswitch_rules_sequence(u->vswitch) != u->rules_sequence ||
	       now_ns >= u->round_ns + period_ns(u);
}

int udpif_fd(struct udpif *u, uint32_t handler)
{
	return dpif_recv_fd(u->dpif, handler);
}

/*
 * A station may be new with each batch of packets: a dump each time would cost by all flows, and
 * tells nothing about them that their translation depends on.
 */
static int revalidate(struct udpif *u, uint64_t now_ns, bool *again, struct diag *d)
{
	*again = true;
	if (is_round_due(u, now_ns))
		return udpif_revalidate(u, now_ns, d);
	if (vswitch_sequence(u->vswitch) != u->sequence)
		return udpif_follow_stations(u, now_ns, d);
	*again = false;
	return 0;
}

/* Packets that an execute sends may come in again before it is over: they wait for the outer call.
 */
int udpif_run(struct udpif *u, uint64_t now_ns, struct diag *d)
{
	bool again = true;
	int err = 0;

	if (u->running)
		return 0;
	u->running = true;
	vswitch_set_now(u->vswitch, now_ns);
	for (uint32_t i = 0; i < u->n_handlers; i++)
		udpif_upcall_handler(u, i, now_ns);
	if (now_ns >= u->ports_ns + period_ns(u))
		udpif_check_ports(u, now_ns);
	/* Statistics of a round may say that a station has moved, which the next one heeds. */
	for (int i = 0; i < ROUNDS_MAX && !err && again; i++)
		err = revalidate(u, now_ns, &again, d);
	u->running = false;
	return err;
}
