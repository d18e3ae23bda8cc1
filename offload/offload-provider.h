/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For implementers of a flow API: what puts datapath flows of one port into something faster than
 * the datapath. OVS calls it `struct netdev_flow_api`. Registered with
 * netdev_register_flow_api_provider(); a port is bound to the first provider, in order of
 * registration, whose init_flow_api() accepts it.
 *
 * Common errors: -EOPNOTSUPP: cannot, ask the kernel datapath. -EEXIST: there already. Anything
 * else is a real failure, but the flow goes to the kernel datapath all the same: the packet must
 * get through.
 */
#ifndef OFFLOAD_OFFLOAD_PROVIDER_H
#define OFFLOAD_OFFLOAD_PROVIDER_H

#include "offload/offload.h"

struct netdev_flow_api {
	const char *type; /* "linux_tc" */

	/*
	 * When it is registered and when it goes: the state that its ports share, which
	 * netdev_flow_api_state() returns. NULL: it needs none.
	 */
	int (*init)(struct offload *o, void **state, struct diag *d);
	void (*fini)(struct offload *o, void *state);

	/* Can it serve @port? Prepares it (qdisc, probes). 0 or negative errno with words. */
	int (*init_flow_api)(struct offload *o, struct offload_port *port, struct diag *d);
	void (*uninit_flow_api)(struct offload *o, struct offload_port *port);

	/*
	 * Adds the flow put->ufid, or replaces it. Fills put->verdict for every field and action,
	 * goes on after the first refusal to find the others, and sends nothing if there was one.
	 * Everything in @put is borrowed.
	 */
	int (*flow_put)(struct offload *o, struct offload_port *port, struct offload_put *put,
			struct diag *d);

	/* Deletes it; @stats, which may be NULL, gets its last counters. -ENOENT: not ours. */
	int (*flow_del)(struct offload *o, struct offload_port *port, const struct ufid *ufid,
			struct flow_stats *stats, struct diag *d);

	/* Reads it back. @flow: caller's. -ENOENT: not ours. */
	int (*flow_get)(struct offload *o, struct offload_port *port, const struct ufid *ufid,
			struct offload_flow *flow, struct diag *d);

	/* Deletes all flows of the port. */
	int (*flow_flush)(struct offload *o, struct offload_port *port, struct diag *d);

	/*
	 * Calls @cb for each flow of the port until it returns WALK_STOP. The flow is borrowed
	 * during the call.
	 * @terse: only ufid, statistics and attributes are filled.
	 */
	int (*flow_dump)(struct offload *o, struct offload_port *port, bool terse,
			 offload_dump_cb *cb, void *aux, struct diag *d);

	size_t (*flow_count)(const struct offload *o, const struct offload_port *port);

	/* The port that holds flow @ufid, or NULL: without asking anybody, in constant time. */
	struct offload_port *(*flow_port)(const struct offload *o, void *state,
					  const struct ufid *ufid);
};

/*
 * 0; -EINVAL: no init_flow_api or no type; -EEXIST: that type is registered. @api is kept.
 */
int netdev_register_flow_api_provider(struct offload *o, const struct netdev_flow_api *api,
				      struct diag *d) MUST_CHECK;
/* 0; -EAFNOSUPPORT: not registered; -EBUSY: a port is bound to it. */
int netdev_unregister_flow_api_provider(struct offload *o, const char *type,
					struct diag *d) MUST_CHECK;

/* What its init() made; borrowed. */
void *netdev_flow_api_state(const struct offload *o, const struct netdev_flow_api *api);

/*
 * Records what came of field or action number @index of a flow: in put->verdict, and, when @error
 * is not 0, as the culprit, in the trace and in @d, if it is the first. @function: the name under
 * which the refusal is reported. Returns @error.
 */
int offload_put_item(struct offload *o, struct offload_put *put, struct diag *d,
		     const char *function, bool is_action, uint32_t index, int error,
		     const char *fmt, ...) PRINTF_LIKE(8, 9);

/* The providers of this folder. */
extern const struct netdev_flow_api netdev_offload_tc;	  /* "linux_tc" */
extern const struct netdev_flow_api netdev_offload_dummy; /* "dummy": in memory, for tests */

#endif
