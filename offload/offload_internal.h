/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The object behind struct offload, for the files of this folder: the providers that are
 * registered, in order, and the ports, by number and by ifindex.
 */
#ifndef OFFLOAD_OFFLOAD_INTERNAL_H
#define OFFLOAD_OFFLOAD_INTERNAL_H

#include "base/idr.h"
#include "offload/offload-provider.h"

struct offload_api {
	const struct netdev_flow_api *api;
	void *state;
	size_t n_ports; /* bound to it */
};

struct offload {
	struct tc *tc;
	struct trace *trace;
	struct offload_config config;
	uint64_t now_ms;
	struct offload_api *apis;
	size_t n_apis, apis_cap;
	struct idr ports, by_ifindex;
};

/* A port with what only this folder knows of it. */
struct offload_port_entry {
	struct offload_port p; /* first: callers hold pointers to it */
	bool tried;	       /* providers were asked; false while hw-offload was off */
};

struct offload_api *offload_api_find(const struct offload *o, const char *type);
void offload_apis_fini(struct offload *o);

/*
 * Binds the port to the first provider that accepts it. 0, also when it is bound already;
 * -EOPNOTSUPP with words: hw-offload is off, or nobody accepts it.
 */
int netdev_init_flow_api(struct offload *o, struct offload_port *port, struct diag *d) MUST_CHECK;
int netdev_assign_flow_api(struct offload *o, struct offload_port *port, struct diag *d) MUST_CHECK;
void offload_ports_fini(struct offload *o);

#endif
