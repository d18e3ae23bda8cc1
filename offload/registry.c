/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registry of flow API providers. A port asks them in the order of their registration, so that
 * a run can be repeated; OVS's order is that of a hash map. An invalid provider is not inserted.
 */
#include "offload/offload_internal.h"

#include "base/alloc.h"

#include <errno.h>

struct offload_api *offload_api_find(const struct offload *o, const char *type)
{
	for (size_t i = 0; i < o->n_apis; i++)
		if (!strcmp(o->apis[i].api->type, type))
			return &o->apis[i];
	return NULL;
}

int netdev_register_flow_api_provider(struct offload *o, const struct netdev_flow_api *api,
				      struct diag *d)
{
	struct offload_api *apis;
	void *state = NULL;
	int err;

	if (!api->type || !api->init_flow_api)
		return diag_set(d, -EINVAL, "attempted to register invalid flow api provider: %s",
				api->type ? api->type : "(no type)");
	if (offload_api_find(o, api->type))
		return diag_set(d, -EEXIST, "attempted to register duplicate flow api provider: %s",
				api->type);
	apis = mem_grow(o->apis, &o->apis_cap, o->n_apis + 1, sizeof *apis);
	if (!apis)
		return diag_set(d, -ENOMEM, "no memory for flow api provider %s", api->type);
	o->apis = apis;
	err = api->init ? api->init(o, &state, d) : 0;
	if (err)
		return err;
	o->apis[o->n_apis++] = (struct offload_api){ .api = api, .state = state };
	return 0;
}

static void drop(struct offload *o, struct offload_api *a)
{
	const size_t i = (size_t)(a - o->apis);

	if (a->api->fini)
		a->api->fini(o, a->state);
	memmove(a, a + 1, (--o->n_apis - i) * sizeof *a);
}

int netdev_unregister_flow_api_provider(struct offload *o, const char *type, struct diag *d)
{
	struct offload_api *a = offload_api_find(o, type);

	if (!a)
		return diag_set(
			d, -EAFNOSUPPORT,
			"attempted to unregister a flow api provider that is not registered: %s",
			type);
	if (a->n_ports)
		return diag_set(d, -EBUSY,
				"attempted to unregister in use flow api provider: %s (%zu ports)",
				type, a->n_ports);
	drop(o, a);
	return 0;
}

void offload_apis_fini(struct offload *o)
{
	while (o->n_apis)
		drop(o, &o->apis[o->n_apis - 1]);
	mem_free(o->apis);
	o->apis = NULL;
	o->apis_cap = 0;
}

void *netdev_flow_api_state(const struct offload *o, const struct netdev_flow_api *api)
{
	const struct offload_api *a = offload_api_find(o, api->type);

	return a ? a->state : NULL;
}
