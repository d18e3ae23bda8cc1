/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ports of the flow API and what serves each. A port that was added while hw-offload was off
 * is offered to the providers when a flow first needs it, as OVS offers all ports when hw-offload
 * is turned on.
 */
#include "offload/offload_internal.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdio.h>

static struct offload_port_entry *entry_of(struct offload_port *port)
{
	return CONTAINER_OF(port, struct offload_port_entry, p);
}

/* Why @api did not take the port: the first reason stays, the others follow it. */
static void note_refusal(struct offload_port *port, const struct netdev_flow_api *api,
			 const struct diag *why)
{
	struct diag named = *why;

	diag_context(&named, "%s", api->type);
	if (!port->why_none.error)
		port->why_none = named;
}

int netdev_assign_flow_api(struct offload *o, struct offload_port *port, struct diag *d)
{
	struct span sp = SPAN(o->trace);

	span_note(&sp, "port", "%s", port->name);
	diag_init(&port->why_none);
	entry_of(port)->tried = true;
	for (size_t i = 0; i < o->n_apis; i++) {
		struct diag why;
		int err;

		diag_init(&why);
		err = o->apis[i].api->init_flow_api(o, port, &why);
		if (!err) {
			port->api = o->apis[i].api;
			o->apis[i].n_ports++;
			diag_init(&port->why_none);
			span_note(&sp, "api", "%s", port->api->type);
			return span_end(&sp, 0);
		}
		diag_set(&why, err, "not suitable: %s", diag_strerror(err));
		note_refusal(port, o->apis[i].api, &why);
	}
	if (!port->why_none.error)
		diag_set(&port->why_none, -EOPNOTSUPP, "no flow API provider is registered");
	diag_copy(d, &port->why_none);
	return span_end(&sp, -EOPNOTSUPP);
}

int netdev_init_flow_api(struct offload *o, struct offload_port *port, struct diag *d)
{
	if (port->api)
		return 0;
	if (!o->config.enabled) {
		diag_init(&port->why_none);
		diag_set(&port->why_none, -EOPNOTSUPP,
			 "hw-offload is off (other_config:hw-offload is not true)");
		return diag_copy(d, &port->why_none);
	}
	return netdev_assign_flow_api(o, port, d);
}

static void unbind(struct offload *o, struct offload_port *port)
{
	if (!port->api)
		return;
	if (port->api->uninit_flow_api)
		port->api->uninit_flow_api(o, port);
	offload_api_find(o, port->api->type)->n_ports--;
	port->api = NULL;
}

int netdev_ports_insert(struct offload *o, uint32_t number, const char *name, const char *type,
			int ifindex, struct diag *d)
{
	struct offload_port_entry *e;
	int err;

	if (idr_find(&o->ports, number))
		return diag_set(d, -EEXIST, "port %u is there already", number);
	if (ifindex > 0 && idr_find(&o->by_ifindex, (uint32_t)ifindex))
		return diag_set(d, -EEXIST, "a port with ifindex %d is there already", ifindex);
	e = mem_new(sizeof *e);
	if (!e)
		return diag_set(d, -ENOMEM, "no memory for port %s", name);
	e->p.number = number;
	e->p.ifindex = ifindex;
	snprintf(e->p.name, sizeof e->p.name, "%s", name);
	snprintf(e->p.type, sizeof e->p.type, "%s", type);
	e->p.is_internal = !strcmp(type, "internal");
	err = idr_add_at(&o->ports, number, e);
	if (!err && ifindex > 0)
		err = idr_add_at(&o->by_ifindex, (uint32_t)ifindex, e);
	if (err) {
		if (idr_find(&o->ports, number) == e)
			idr_del(&o->ports, number);
		mem_free(e);
		return diag_set(d, err, "no memory for port %s", name);
	}
	/* A port that nothing serves is a port all the same: the reason stays in it. */
	(void)!netdev_init_flow_api(o, &e->p, NULL);
	return 0;
}

static void port_free(struct offload *o, struct offload_port_entry *e)
{
	unbind(o, &e->p);
	idr_del(&o->ports, e->p.number);
	if (e->p.ifindex > 0)
		idr_del(&o->by_ifindex, (uint32_t)e->p.ifindex);
	mem_free(e);
}

int netdev_ports_remove(struct offload *o, uint32_t number, struct diag *d)
{
	struct offload_port_entry *e = idr_find(&o->ports, number);

	if (!e)
		return diag_set(d, -ENOENT, "there is no port %u", number);
	port_free(o, e);
	return 0;
}

void offload_ports_fini(struct offload *o)
{
	struct offload_port_entry *e;
	uint64_t id;

	idr_for_each (&o->ports, id, e)
		port_free(o, e);
	idr_fini(&o->ports);
	idr_fini(&o->by_ifindex);
}

struct offload_port *netdev_ports_get(const struct offload *o, uint32_t number)
{
	struct offload_port_entry *e = idr_find(&o->ports, number);

	return e ? &e->p : NULL;
}

struct offload_port *netdev_ports_get_by_ifindex(const struct offload *o, int ifindex)
{
	struct offload_port_entry *e;

	e = ifindex > 0 ? idr_find(&o->by_ifindex, (uint32_t)ifindex) : NULL;
	return e ? &e->p : NULL;
}
