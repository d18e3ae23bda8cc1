/* SPDX-License-Identifier: BSD-2-Clause */
/* The flows of a datapath: what there is of them, and when something is to be done. */
#include "vswitch/udpif.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "vswitch/udpif_internal.h"

#include <errno.h>

#define ROUNDS_MAX 4 /* at once; stations that move with each round would be no end */

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
	err = udpif_handlers_init(u, d);
	if (!err)
		err = dpif_handlers_set(dpif, u->n_handlers, d);
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
	udpif_stop_handlers(u);
	udpif_flush(u);
	ukeys_fini(&u->ukeys);
	(void)!dpif_recv_set(u->dpif, false, NULL);
	udpif_handlers_fini(u);
	xlate_out_fini(&u->out);
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

size_t udpif_upcall_handler(struct udpif *u, uint32_t handler, uint64_t now_ns)
{
	return handler < u->n_handlers ? handler_run(&u->handlers[handler], now_ns) : 0;
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
	for (uint32_t i = 0; i < u->n_handlers && u->stop < 0; i++)
		handler_run(&u->handlers[i], now_ns);
	if (now_ns >= u->ports_ns + period_ns(u))
		udpif_check_ports(u, now_ns);
	/* Statistics of a round may say that a station has moved, which the next one heeds. */
	for (int i = 0; i < ROUNDS_MAX && !err && again; i++)
		err = revalidate(u, now_ns, &again, d);
	u->running = false;
	return err;
}
