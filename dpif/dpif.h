/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The datapath interface: one datapath, its ports and flows. Put, get, delete, dump; batches of
 * operations. The names are OVS's (lib/dpif.c, era 2.16-3.6): dpif_flow_put() -> dpif_operate() ->
 * the class's operate, dpif_netlink_operate(), which tries the flow API first (try_send_to_netdev)
 * and then the kernel datapath.
 *
 * The offload decision is stored with each flow, in words, and every dump can show it.
 */
#ifndef DPIF_DPIF_H
#define DPIF_DPIF_H

#include "base/diag.h"
#include "flow/text.h"
#include "offload/offload.h"
#include "trace/trace.h"

struct dpif;

#define DPIF_BATCH_MAX 50 /* operations that go to the kernel together; OVS's OPERATE_MAX_OPS */

enum dpif_flow_put_flags {
	DPIF_FP_CREATE = 1 << 0,
	DPIF_FP_MODIFY = 1 << 1,
	DPIF_FP_ZERO_STATS = 1 << 2,
	DPIF_FP_PROBE = 1 << 3, /* a feature probe: never offloaded */
};

/* Where a flow ended, best last. */
enum dpif_place {
	DPIF_PLACE_NONE,   /* refused everywhere */
	DPIF_PLACE_KERNEL, /* the OVS kernel datapath: dp:ovs */
	DPIF_PLACE_TC,	   /* tc in software: dp:tc */
	DPIF_PLACE_HW,	   /* offloaded:yes, dp:tc */
};

/* The stored decision: where the flow is, and why it is not further. */
struct dpif_decision {
	enum dpif_place place;
	struct tc_id placed; /* for TC and HW */
	/* Why not in hardware; error 0 when it is. */
	int error;
	const char *layer, *function; /* static */
	bool inferred; /* layer and function were concluded from the words, not observed */
	char field[DIAG_FIELD_MAX];
	char words[DIAG_WORDS_MAX];
	/* The culprit in the flow's own terms; index as in struct offload_item. */
	bool has_culprit, culprit_is_action;
	uint32_t culprit_index;
};

struct dpif_flow_put {
	unsigned int flags; /* enum dpif_flow_put_flags */
	const struct flow_match *match;
	const struct flow_actions *actions;
	bool has_ufid; /* without one a flow cannot be offloaded */
	struct ufid ufid;
	struct flow_stats *stats;	 /* out, before the change; NULL: not wanted */
	struct offload_verdict *verdict; /* out; NULL: not wanted */
	struct dpif_decision *decision;	 /* out; NULL: not wanted. It is stored in any case. */
};

struct dpif_flow_del {
	bool has_ufid;
	struct ufid ufid;
	const struct flow_match *match; /* when there is no UFID */
	struct flow_stats *stats;	/* out; NULL: not wanted */
};

struct dpif_flow {
	bool has_ufid;
	struct ufid ufid;
	struct flow_match match;
	struct flow_actions actions; /* owned by the struct: dpif_flow_fini() */
	struct flow_stats stats;
	struct dpif_decision decision;
};

void dpif_flow_init(struct dpif_flow *f);
void dpif_flow_fini(struct dpif_flow *f);

struct dpif_flow_get {
	struct ufid ufid;
	struct dpif_flow *flow; /* out */
};

enum dpif_op_type {
	DPIF_OP_FLOW_PUT,
	DPIF_OP_FLOW_DEL,
	DPIF_OP_FLOW_GET
};

struct dpif_op {
	enum dpif_op_type type;
	union {
		struct dpif_flow_put put;
		struct dpif_flow_del del;
		struct dpif_flow_get get;
	};
	int error;	   /* out: 0 or negative errno */
	struct diag *diag; /* words of error; may be NULL */
};

enum dpif_offload_type {
	DPIF_OFFLOAD_AUTO,
	DPIF_OFFLOAD_NEVER,
	DPIF_OFFLOAD_ALWAYS
};

void dpif_close(struct dpif *dpif);
const char *dpif_name(const struct dpif *dpif); /* "system@ovs-system" */
struct offload *dpif_offload(const struct dpif *dpif);
struct trace *dpif_trace(const struct dpif *dpif);

/* Runs the operations; each has its own error. */
void dpif_operate(struct dpif *dpif, struct dpif_op **ops, size_t n, enum dpif_offload_type type);

int dpif_flow_put(struct dpif *dpif, const struct dpif_flow_put *put, struct diag *d) MUST_CHECK;
int dpif_flow_del(struct dpif *dpif, const struct dpif_flow_del *del, struct diag *d) MUST_CHECK;
int dpif_flow_get(struct dpif *dpif, const struct ufid *ufid, struct dpif_flow *flow,
		  struct diag *d) MUST_CHECK;
int dpif_flow_flush(struct dpif *dpif, struct diag *d) MUST_CHECK;

/*
 * All flows, of tc first, then of the kernel datapath. The flow is borrowed during the call, which
 * must not use the datapath: a dump is going on on its socket.
 */
typedef enum walk dpif_dump_cb(void *aux, const struct dpif_flow *flow);
int dpif_flow_dump(struct dpif *dpif, dpif_dump_cb *cb, void *aux, struct diag *d) MUST_CHECK;

struct dpif_port {
	uint32_t number;
	char name[IFNAMSIZ];
	char type[16]; /* "system", "internal" */
	int ifindex;
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes, rx_dropped, tx_dropped;
	uint64_t rx_errors, tx_errors;
};

int dpif_port_add(struct dpif *dpif, const char *name, const char *type, uint32_t *number,
		  struct diag *d) MUST_CHECK; /* *number UINT32_MAX: any */
int dpif_port_del(struct dpif *dpif, uint32_t number, struct diag *d) MUST_CHECK;
typedef enum walk dpif_port_cb(void *aux, const struct dpif_port *port);
int dpif_port_dump(struct dpif *dpif, dpif_port_cb *cb, void *aux, struct diag *d) MUST_CHECK;

/* Names of its ports, kept up to date; borrowed until dpif_close(). */
const struct flow_ports *dpif_ports(struct dpif *dpif);

struct dpif_stats {
	uint64_t n_hit, n_missed, n_lost, n_flows; /* of the kernel datapath */
	uint64_t n_mask_hit, n_cache_hit;
	uint32_t n_masks;
	bool has_masks_cache;
	uint32_t masks_cache_size;
};
int dpif_get_stats(struct dpif *dpif, struct dpif_stats *stats, struct diag *d) MUST_CHECK;

#endif
