/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flow API: a registry of providers, ports bound to them, and the calls that the datapath
 * interface makes (netdev_flow_put() and friends). A refusal is a value: struct offload_verdict has
 * a place for every field and every action of the flow, so that all reasons are known, not only the
 * first.
 */
#ifndef OFFLOAD_OFFLOAD_H
#define OFFLOAD_OFFLOAD_H

#include "base/diag.h"
#include "flow/action.h"
#include "flow/key.h"
#include "flow/text.h"
#include "tc/request.h"
#include "trace/trace.h"

struct offload;
struct netdev_flow_api;

enum walk {
	WALK_ON,
	WALK_STOP
};

/* A datapath port, as the flow API sees it. Owned by struct offload. */
struct offload_port {
	uint32_t number; /* in the datapath */
	char name[IFNAMSIZ];
	char type[16]; /* vport type: "system", "internal", "vxlan" ... */
	bool is_internal;
	int ifindex;
	uint32_t block;			   /* shared ingress block; 0: none */
	const struct netdev_flow_api *api; /* NULL: nothing serves it ... */
	struct diag why_none;		   /* ... because */
	void *impl;			   /* the provider's */
};

/* What came of one field or one action. */
struct offload_item {
	bool is_action;
	uint32_t index; /* enum flow_field, or the number of the action from 0 */
	int error;	/* 0: translated; negative errno: refused */
	char words[128];
};

#define OFFLOAD_ITEMS_MAX                                                      \
	(FLOW_N_FIELDS + 64) /* further actions are summed up in the last item \
			      */

/* Why a flow is where it is. Filled when the caller asks for it: it costs. */
struct offload_verdict {
	size_t n;
	struct offload_item item[OFFLOAD_ITEMS_MAX];
};

struct offload_put {
	const struct flow_match *match;
	const struct flow_actions *actions;
	struct ufid ufid;
	bool modify;			 /* may replace the flow; its counters are kept ... */
	bool zero_stats;		 /* ... unless this is set */
	struct offload_verdict *verdict; /* NULL: not wanted */
	/* Out: where a refusal was caused in the flow, for a caret. */
	bool has_culprit;
	struct offload_item culprit;
	/* Out: */
	bool replaced;		     /* it was there before; gone now, even if the put failed */
	struct flow_stats old_stats; /* of the one before */
	/* Out, after success: */
	bool in_hw;	     /* the kernel said so */
	struct tc_id placed; /* where */
	bool echo_differs;   /* the kernel took something else than was meant ... */
	struct diag difference;
	char warning[256]; /* the kernel's words at success (why it is not in hardware), or "" */
};

/* A put with nothing asked for yet and no outputs. The large members are only read when their flag
 * is set, and are not touched: a put is on the way of every flow. */
static inline void offload_put_init(struct offload_put *put, const struct flow_match *match,
				    const struct flow_actions *actions, const struct ufid *ufid)
{
	put->match = match;
	put->actions = actions;
	put->ufid = *ufid;
	put->modify = put->zero_stats = false;
	put->verdict = NULL;
	put->has_culprit = put->replaced = put->in_hw = put->echo_differs = false;
	put->old_stats = (struct flow_stats){ 0 };
	put->placed = (struct tc_id){ 0 };
	put->warning[0] = '\0';
}

enum offload_layer {
	OFFLOAD_LAYER_OVS,
	OFFLOAD_LAYER_TC,
	OFFLOAD_LAYER_DUMMY
};

/* Where a flow that is read back sends to when the device is no port, or is gone. */
#define OFFLOAD_PORT_NONE UINT32_MAX

/* A flow read back. */
struct offload_flow {
	struct ufid ufid;
	struct flow_match match;
	struct flow_actions
		actions; /* owned by whoever owns the struct; reused from flow to flow */
	struct flow_stats stats;
	bool offloaded; /* in hardware */
	enum offload_layer layer;
	struct tc_id placed;
};

typedef enum walk offload_dump_cb(void *aux, const struct offload_flow *flow);

/* other_config of OVS that concerns offload. */
struct offload_config {
	bool enabled;		       /* hw-offload */
	enum tc_offload_policy policy; /* tc-policy */
	bool no_recirc_sharing;	       /* the datapath is not told on which chain tc missed */
};

/*
 * @tc is taken, also on failure; NULL: no provider that needs a kernel can be used. @trace is kept
 * and may be NULL. Providers are registered by the caller.
 */
int offload_new(struct offload **out, struct tc *tc, struct trace *trace,
		struct diag *d) MUST_CHECK;
void offload_free(struct offload *o);

struct tc *offload_tc(struct offload *o);
struct trace *offload_trace(const struct offload *o);
struct offload_config *
offload_config(struct offload *o); /* borrowed, may be changed between calls */
void offload_set_now(struct offload *o, uint64_t now_ms);
uint64_t offload_now_ms(const struct offload *o);

/*
 * Adds a port and binds it to a provider (netdev_assign_flow_api). A port that nothing serves is
 * added all the same, with the reason in it. 0; -EEXIST: the number is in use; -ENOMEM.
 */
int netdev_ports_insert(struct offload *o, uint32_t number, const char *name, const char *type,
			int ifindex, struct diag *d) MUST_CHECK;
int netdev_ports_remove(struct offload *o, uint32_t number, struct diag *d) MUST_CHECK;
struct offload_port *netdev_ports_get(const struct offload *o,
				      uint32_t number); /* borrowed or NULL */
struct offload_port *netdev_ports_get_by_ifindex(const struct offload *o, int ifindex);

/* Dispatch to the provider of the port; -EOPNOTSUPP with words when there is none. */
int netdev_flow_put(struct offload *o, struct offload_port *port, struct offload_put *put,
		    struct diag *d) MUST_CHECK;

/* The port whose provider has the flow, or NULL. */
struct offload_port *netdev_ports_flow_find(const struct offload *o, const struct ufid *ufid);

/* The flows that all providers hold. */
size_t netdev_ports_flow_count(const struct offload *o);

/* These search all ports for the UFID: -ENOENT when no provider has it. */
int netdev_flow_del(struct offload *o, const struct ufid *ufid, struct flow_stats *stats,
		    struct diag *d) MUST_CHECK;
int netdev_flow_get(struct offload *o, const struct ufid *ufid, struct offload_flow *flow,
		    struct diag *d) MUST_CHECK;
int netdev_ports_flow_flush(struct offload *o, struct diag *d) MUST_CHECK;
int netdev_ports_flow_dump(struct offload *o, bool terse, offload_dump_cb *cb, void *aux,
			   struct diag *d) MUST_CHECK;

#endif
