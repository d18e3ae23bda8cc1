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

/*
 * Whether the same put may get further later: the device ran out of something or a command failed,
 * a port was not there or its offload was off, nobody said why. What nobody there can do (a key, an
 * action, a configuration) stays refused. Concluded from error, layer and words.
 */
bool dpif_decision_is_transient(const struct dpif_decision *decision);
/* The kernel took it in software and gave no reason, as it does on devices that can offload
 * nothing. */
bool dpif_decision_is_unexplained(const struct dpif_decision *decision);

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

/*
 * A packet goes through a list of actions, as if it had come in at a port. What userland does with
 * the packet of an upcall.
 */
struct dpif_execute {
	const void *packet; /* a frame without FCS */
	size_t packet_size;
	const struct flow_actions *actions;
	/* Metadata: OVS_KEY_ATTR_* as an upcall brought them (of which the kernel takes what is not
	 * in the packet), or NULL: those of a packet that came in at @in_port. */
	const void *key;
	size_t key_size;
	uint32_t in_port;
	uint16_t mru;  /* of the upcall; 0: none */
	uint64_t hash; /* of the upcall; 0: none */
	bool probe;    /* a feature probe: the kernel is to log nothing */
};

enum dpif_op_type {
	DPIF_OP_FLOW_PUT,
	DPIF_OP_FLOW_DEL,
	DPIF_OP_FLOW_GET,
	DPIF_OP_EXECUTE /* never offloaded */
};

struct dpif_op {
	enum dpif_op_type type;
	union {
		struct dpif_flow_put put;
		struct dpif_flow_del del;
		struct dpif_flow_get get;
		struct dpif_execute execute;
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
/* The kernel's datapath goes, with its ports and flows; what is left of @dpif is to be closed. */
int dpif_delete(struct dpif *dpif, struct diag *d) MUST_CHECK;
const char *dpif_name(const struct dpif *dpif); /* "system@ovs-system" */
struct offload *dpif_offload(const struct dpif *dpif);
struct trace *dpif_trace(const struct dpif *dpif);

/* Runs the operations in order, so that a put comes before the execute behind it; each has its own
 * error. */
void dpif_operate(struct dpif *dpif, struct dpif_op **ops, size_t n, enum dpif_offload_type type);

int dpif_flow_put(struct dpif *dpif, const struct dpif_flow_put *put, struct diag *d) MUST_CHECK;
int dpif_flow_del(struct dpif *dpif, const struct dpif_flow_del *del, struct diag *d) MUST_CHECK;
int dpif_flow_get(struct dpif *dpif, const struct ufid *ufid, struct dpif_flow *flow,
		  struct diag *d) MUST_CHECK;
int dpif_execute(struct dpif *dpif, const struct dpif_execute *execute, struct diag *d) MUST_CHECK;
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
/*
 * Forgets the ports that the datapath has no more, with their flows in the flow API: their devices
 * have gone, or came back as others. Ports that others made there are not taken.
 */
int dpif_port_sync(struct dpif *dpif, struct diag *d) MUST_CHECK;
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

/*
 * Upcalls: what the datapath asks of userland, or tells it. Handlers are numbered from 0; each has
 * queues of its own in the kernel, and each upcall comes to one handler: packets of one flow always
 * to the same one. A kernel from 5.15 on has a queue for each handler and takes that of the
 * processor that saw the packet (OVS_DP_F_DISPATCH_UPCALL_PER_CPU); for an older one there is a
 * queue for each port, and port n is handler n % n_handlers's. The queues are bounded: what does
 * not fit is lost, and counted in dpif_stats.n_lost.
 */
#define DPIF_HANDLERS_MAX 256
#define DPIF_RCVBUF	  (4u << 20) /* bytes of a queue, as OVS has it */
/* Bytes of the longest upcall: a packet, and key, userdata and actions. */
#define DPIF_UPCALL_MAX (3u << 16)

enum dpif_upcall_type {
	DPIF_UC_MISS,	/* no flow matches */
	DPIF_UC_ACTION, /* a userspace() action */
	DPIF_N_UC_TYPES
};

/* What dpif_recv() fills; pointers borrow the buffer that it was given. */
struct dpif_upcall {
	enum dpif_upcall_type type;
	const uint8_t *packet;
	size_t packet_size; /* what came up of it */
	size_t packet_len;  /* of the packet itself: more when trunc() cut it */
	/* The key: as the kernel wrote it, and decoded. */
	const void *key_attrs;
	size_t key_size;
	struct flow_key key;  /* with recirc_id and in_port */
	uint64_t key_headers; /* bits FLOW_H_x: what the packet has */
	/* What the kernel saw in the packet and the vocabulary of flow/ cannot say, or NULL: a flow
	 * that is made of @key does not match on it. Static. */
	const char *more;
	struct ufid ufid;	 /* a name for flows made of it: equal keys, equal names */
	const uint8_t *userdata; /* of a userspace() action; NULL: none */
	size_t userdata_size;
	const void *actions_attrs; /* the actions of the flow, when userspace(actions) asked for
				      them; NULL: none */
	size_t actions_size;
	uint16_t mru;  /* 0: none */
	uint64_t hash; /* with its flags; 0: none */
};

/* How many handlers the datapath wants: one for each processor, or 0: as many as one likes. */
uint32_t dpif_number_handlers_required(struct dpif *dpif);

/*
 * Both may be called at any time; at first there is one handler, and receiving is off. With it on,
 * queues are open and the kernel knows them; with it off they are closed, and what was in them is
 * gone. Ports that are added and deleted later are taken care of. 0; -EINVAL: 0 handlers or more
 * than DPIF_HANDLERS_MAX; else the kernel's error, and receiving is off.
 */
int dpif_handlers_set(struct dpif *dpif, uint32_t n_handlers, struct diag *d) MUST_CHECK;
int dpif_recv_set(struct dpif *dpif, bool enable, struct diag *d) MUST_CHECK;
bool dpif_recv_is_on(struct dpif *dpif);

/*
 * The next upcall of a handler; never waits. @buf is aligned to 4 bytes, and the upcall borrows it:
 * a batch is read into one large buffer, piece by piece, as long as DPIF_UPCALL_MAX bytes are left
 * in it; *@used is how much of @buf this one took, a multiple of 8. 1; 0: there is none now;
 * -EINVAL: receiving is off or there is no such handler. Any other error is that of one upcall,
 * which is lost, with words: -ENOBUFS: the queue was full (there may have been many); -EMSGSIZE:
 * longer than @cap; -EPROTO and what decoding returns: malformed. Go on receiving.
 */
int dpif_recv(struct dpif *dpif, uint32_t handler, struct dpif_upcall *upcall, void *buf,
	      size_t cap, size_t *used, struct diag *d) MUST_CHECK;
/* Whether dpif_recv() would return anything but 0. */
bool dpif_recv_is_ready(struct dpif *dpif, uint32_t handler);
/* What can be polled for POLLIN until then; -1: nothing, the kernel is in this process. Changes
 * with dpif_handlers_set() and dpif_recv_set() only. */
int dpif_recv_fd(struct dpif *dpif, uint32_t handler);
/* Throws away what is in the queues of all handlers. */
void dpif_recv_purge(struct dpif *dpif);

/* The pid for a userspace() action of a flow whose packets come in at the port; 0: receiving is
 * off, and the kernel takes no such action. With dispatch by processor UINT32_MAX: any will do. */
uint32_t dpif_port_get_pid(struct dpif *dpif, uint32_t port);

#endif
