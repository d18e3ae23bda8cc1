/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flow API as its callers see it: the object, and the calls that find the provider of a port
 * or of a flow and pass the request on.
 */
#include "offload/offload_internal.h"

#include "base/alloc.h"

#include <errno.h>

int offload_new(struct offload **out, struct tc *tc, struct trace *trace, struct diag *d)
{
	struct offload *o = mem_new(sizeof *o);

	*out = NULL;
	if (!o) {
		tc_free(tc);
		return diag_set(d, -ENOMEM, "no memory for the flow API");
	}
	o->tc = tc;
	o->trace = trace;
	o->config.enabled = true;
	idr_init(&o->ports);
	idr_init(&o->by_ifindex);
	*out = o;
	return 0;
}

void offload_free(struct offload *o)
{
	if (!o)
		return;
	offload_ports_fini(o);
	offload_apis_fini(o);
	tc_free(o->tc);
	mem_free(o);
}

struct tc *offload_tc(struct offload *o)
{
	return o->tc;
}

struct trace *offload_trace(const struct offload *o)
{
	return o->trace;
}

struct offload_config *offload_config(struct offload *o)
{
	return &o->config;
}

void offload_set_now(struct offload *o, uint64_t now_ms)
{
	o->now_ms = now_ms;
}

uint64_t offload_now_ms(const struct offload *o)
{
	return o->now_ms;
}

/* Takes back what an earlier use of @put left in its outputs. */
static void reset(struct offload_put *put)
{
	if (put->verdict)
		put->verdict->n = 0;
	put->has_culprit = put->in_hw = put->replaced = put->echo_differs = false;
	put->old_stats = (struct flow_stats){ 0 };
	put->placed = (struct tc_id){ 0 };
	put->warning[0] = '\0';
}

/* Providers are asked for a port that was added while hw-offload was off. */
static bool is_served(struct offload *o, struct offload_port *port)
{
	if (!port->api && !CONTAINER_OF(port, struct offload_port_entry, p)->tried)
		(void)!netdev_init_flow_api(o, port, NULL);
	return port->api && port->api->flow_put;
}

int netdev_flow_put(struct offload *o, struct offload_port *port, struct offload_put *put,
		    struct diag *d)
{
	struct span sp = SPAN(o->trace);

	reset(put);
	span_note(&sp, "port", "%s", port->name);
	if (!o->config.enabled)
		return span_end(&sp, offload_put_item(o, put, d, __func__, false, FLOW_IN_PORT,
						      -EOPNOTSUPP, "hw-offload is off"));
	if (!is_served(o, port))
		return span_end(&sp, offload_put_item(o, put, d, __func__, false, FLOW_IN_PORT,
						      -EOPNOTSUPP, "no flow API serves port %s: %s",
						      port->name,
						      port->api ? "its provider cannot put flows"
								: port->why_none.words));
	span_note(&sp, "api", "%s", port->api->type);
	return span_end(&sp, port->api->flow_put(o, port, put, d));
}

struct offload_port *netdev_ports_flow_find(const struct offload *o, const struct ufid *ufid)
{
	for (size_t i = 0; i < o->n_apis; i++) {
		const struct offload_api *a = &o->apis[i];
		struct offload_port *port;

		port = a->api->flow_port ? a->api->flow_port(o, a->state, ufid) : NULL;
		if (port)
			return port;
	}
	return NULL;
}

int netdev_flow_del(struct offload *o, const struct ufid *ufid, struct flow_stats *stats,
		    struct diag *d)
{
	struct span sp = SPAN(o->trace);
	struct offload_port *port = netdev_ports_flow_find(o, ufid);

	if (!port)
		return span_end(&sp, diag_set(d, -ENOENT, "the flow is not offloaded"));
	return span_end(&sp, port->api->flow_del(o, port, ufid, stats, d));
}

int netdev_flow_get(struct offload *o, const struct ufid *ufid, struct offload_flow *flow,
		    struct diag *d)
{
	struct span sp = SPAN(o->trace);
	struct offload_port *port = netdev_ports_flow_find(o, ufid);

	if (!port)
		return span_end(&sp, diag_set(d, -ENOENT, "the flow is not offloaded"));
	return span_end(&sp, port->api->flow_get(o, port, ufid, flow, d));
}

/* The first error is returned, but all ports are flushed. */
int netdev_ports_flow_flush(struct offload *o, struct diag *d)
{
	struct offload_port_entry *e;
	int first = 0;
	uint64_t id;

	idr_for_each (&o->ports, id, e) {
		int err = 0;

		if (e->p.api && e->p.api->flow_flush)
			err = e->p.api->flow_flush(o, &e->p, d);
		if (!first)
			first = err;
	}
	return first;
}

/* A dump over many ports: the callback's wish to stop must end all of them. */
struct all_ports {
	offload_dump_cb *cb;
	void *aux;
	enum walk walk;
};

static enum walk pass_on(void *aux, const struct offload_flow *flow)
{
	struct all_ports *all = aux;

	all->walk = all->cb(all->aux, flow);
	return all->walk;
}

int netdev_ports_flow_dump(struct offload *o, bool terse, offload_dump_cb *cb, void *aux,
			   struct diag *d)
{
	struct all_ports all = { cb, aux, WALK_ON };
	struct offload_port_entry *e;
	uint64_t id;

	idr_for_each (&o->ports, id, e) {
		int err = 0;

		if (e->p.api && e->p.api->flow_dump)
			err = e->p.api->flow_dump(o, &e->p, terse, pass_on, &all, d);
		if (err)
			return err;
		if (all.walk == WALK_STOP)
			return 0;
	}
	return 0;
}

size_t netdev_ports_flow_count(const struct offload *o)
{
	struct offload_port_entry *e;
	size_t n = 0;
	uint64_t id;

	idr_for_each (&o->ports, id, e)
		if (e->p.api && e->p.api->flow_count)
			n += e->p.api->flow_count(o, &e->p);
	return n;
}
