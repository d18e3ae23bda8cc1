/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For implementers of a kind of datapath. One exists: dpif-netlink, the openvswitch kernel datapath
 * over generic netlink, with the flow API in front of it. The functions have the contracts of the
 * public ones in dpif/dpif.h.
 */
#ifndef DPIF_DPIF_PROVIDER_H
#define DPIF_DPIF_PROVIDER_H

#include "dpif/dpif.h"

struct dpif_class {
	const char *type; /* "system" */
	void (*close)(struct dpif *dpif);
	int (*destroy)(struct dpif *dpif, struct diag *d);
	/* Runs all @ops, in order, and fills their errors; must not fail as a whole. */
	void (*operate)(struct dpif *dpif, struct dpif_op **ops, size_t n,
			enum dpif_offload_type type);
	int (*flow_flush)(struct dpif *dpif, struct diag *d);
	int (*flow_dump)(struct dpif *dpif, dpif_dump_cb *cb, void *aux, struct diag *d);
	int (*port_add)(struct dpif *dpif, const char *name, const char *type, uint32_t *number,
			struct diag *d);
	int (*port_del)(struct dpif *dpif, uint32_t number, struct diag *d);
	int (*port_sync)(struct dpif *dpif, struct diag *d);
	int (*port_dump)(struct dpif *dpif, dpif_port_cb *cb, void *aux, struct diag *d);
	const struct flow_ports *(*ports)(struct dpif *dpif);
	uint32_t (*number_handlers_required)(struct dpif *dpif);
	int (*handlers_set)(struct dpif *dpif, uint32_t n_handlers, struct diag *d);
	int (*recv_set)(struct dpif *dpif, bool enable, struct diag *d);
	bool (*recv_is_on)(struct dpif *dpif);
	int (*recv)(struct dpif *dpif, uint32_t handler, struct dpif_upcall *upcall, void *buf,
		    size_t cap, size_t *used, struct diag *d);
	bool (*recv_is_ready)(struct dpif *dpif, uint32_t handler);
	int (*recv_fd)(struct dpif *dpif, uint32_t handler);
	void (*recv_purge)(struct dpif *dpif);
	uint32_t (*port_get_pid)(struct dpif *dpif, uint32_t port);
	int (*get_stats)(struct dpif *dpif, struct dpif_stats *stats, struct diag *d);
};

/* Providers embed this as their first member. */
struct dpif {
	const struct dpif_class *class;
	char name[64];		 /* "system@ovs-system" */
	struct offload *offload; /* NULL: no flow API */
	struct trace *trace;	 /* or NULL */
};

#endif
