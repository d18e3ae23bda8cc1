/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The netlink datapath in two parts: dpif-netlink.c decides where a flow goes; dpif-netlink-msg.c
 * speaks the openvswitch families.
 */
#ifndef DPIF_DPIF_NETLINK_INTERNAL_H
#define DPIF_DPIF_NETLINK_INTERNAL_H

#include "dpif/dpif-netlink.h"
#include "dpif/dpif_internal.h"

#define DPIF_NETLINK_BUF_SIZE                                                             \
	(256u * 1024)		    /* requests of a batch; one flow takes 64 KiB at most \
				     */
#define DPIF_NETLINK_STATS_SIZE 512 /* an answer that was asked for counters only */

/* One operation on its way to the kernel. */
struct dpif_netlink_slot {
	struct dpif_op *op;
	unsigned int flags; /* of a put; the caller's, or what a failed offload made of them */
	struct dpif_decision decision;
	struct nl_msg msg;
	uint8_t stats[DPIF_NETLINK_STATS_SIZE];
};

/*
 * Where upcalls come in, dpif-netlink-recv.c. With dispatch by processor one channel for each
 * handler, its number; else one for each port, the port's number.
 */
struct dpif_netlink_channels {
	bool is_on;
	uint32_t n_handlers;
	struct idr by_number; /* struct nl_transport *, owned */
	uint32_t *next;	      /* for each handler: the port whose channel is looked at next */
	int *epoll;	      /* for each handler; -1: the kernel is in this process */
};

struct dpif_netlink {
	struct dpif up;
	struct nl_sock *genl;
	uint16_t datapath, vport, flow, packet; /* numbers of the families */
	int dp_ifindex;
	uint32_t user_features; /* OVS_DP_F_*, as the kernel has them */
	struct dpif_netlink_channels channels;
	struct dpif_port_table ports;
	struct dpif_decisions decisions;
	struct dpif_flow scratch; /* of a dump */
	struct dpif_netlink_slot slots[DPIF_BATCH_MAX];
	struct nl_transaction transactions[DPIF_BATCH_MAX];
	uint8_t buf[DPIF_NETLINK_BUF_SIZE]; /* of the batch */
	uint8_t single[1024]; /* of a request between, which names a flow by its UFID */
};

/* One request about a flow; OVS's names. */
struct dpif_netlink_flow {
	uint8_t cmd;	      /* OVS_FLOW_CMD_* */
	uint16_t nlmsg_flags; /* besides NLM_F_REQUEST */
	const struct ufid *ufid;
	const struct flow_match *match;	    /* NULL: none */
	const struct flow_actions *actions; /* NULL: none */
	bool clear, probe;
	uint32_t ufid_flags; /* OVS_UFID_F_*; what the answer need not have */
};

/* Writes one message; errors are sticky in @msg. Returns that of nl_msg_end(). */
int dpif_netlink_flow_to_ofpbuf(const struct dpif_netlink *dn, struct nl_msg *msg,
				const struct dpif_netlink_flow *request) MUST_CHECK;

/* Reads an answer; with @brief only the UFID and the counters. */
int dpif_netlink_flow_from_ofpbuf(struct dpif_flow *flow, const void *msg, size_t size, bool brief,
				  struct diag *d) MUST_CHECK;

/* The same for OVS_PACKET_CMD_EXECUTE. */
int dpif_netlink_encode_execute(const struct dpif_netlink *dn, struct nl_msg *msg,
				const struct dpif_execute *execute) MUST_CHECK;

/* Reads an upcall. 0; -EPROTO or what decoding returns, with words. */
int dpif_netlink_parse_upcall(const struct dpif_netlink *dn, struct dpif_upcall *upcall,
			      const void *msg, size_t size, struct diag *d) MUST_CHECK;

/* Finds the datapath, or makes it; its ports come into dn->ports and into the flow API. */
int dpif_netlink_find(struct dpif_netlink *dn, const char *name, bool create,
		      struct diag *d) MUST_CHECK;
/* Says which features userland knows, with the pids of its processors (NULL: as they are). */
int dpif_netlink_set_features(struct dpif_netlink *dn, uint32_t features, const uint32_t *pids,
			      uint32_t n_pids, struct diag *d) MUST_CHECK;
/* Says who is asked about the packets of a port. */
int dpif_netlink_vport_set_pid(struct dpif_netlink *dn, uint32_t number, uint32_t pid,
			       struct diag *d) MUST_CHECK;
int dpif_netlink_read_ports(struct dpif_netlink *dn, struct diag *d) MUST_CHECK;

int dpif_netlink_port_add(struct dpif *dpif, const char *name, const char *type, uint32_t *number,
			  struct diag *d);
int dpif_netlink_destroy(struct dpif *dpif, struct diag *d) MUST_CHECK;
int dpif_netlink_port_del(struct dpif *dpif, uint32_t number, struct diag *d);
int dpif_netlink_port_sync(struct dpif *dpif, struct diag *d);
int dpif_netlink_port_dump(struct dpif *dpif, dpif_port_cb *cb, void *aux, struct diag *d);
int dpif_netlink_get_stats(struct dpif *dpif, struct dpif_stats *stats, struct diag *d);

static inline bool dpif_netlink_upcall_per_cpu(const struct dpif_netlink *dn)
{
	return dn->user_features & OVS_DP_F_DISPATCH_UPCALL_PER_CPU;
}

/* dpif-netlink-recv.c */
void dpif_netlink_channels_init(struct dpif_netlink_channels *c);
void dpif_netlink_channels_fini(struct dpif_netlink_channels *c);
/* Before a port is made: a channel for it, whose pid is *@pid (0: it needs none); then under which
 * number, or that it came to nothing. */
int dpif_netlink_channel_open(struct dpif_netlink *dn, struct nl_transport **channel, uint32_t *pid,
			      struct diag *d) MUST_CHECK;
int dpif_netlink_channel_add(struct dpif_netlink *dn, struct nl_transport *channel, uint32_t number,
			     struct diag *d) MUST_CHECK; /* takes it */
void dpif_netlink_channel_del(struct dpif_netlink *dn, uint32_t number);
uint32_t dpif_netlink_number_handlers_required(struct dpif *dpif);
int dpif_netlink_handlers_set(struct dpif *dpif, uint32_t n_handlers, struct diag *d);
int dpif_netlink_recv_set(struct dpif *dpif, bool enable, struct diag *d);
bool dpif_netlink_recv_is_on(struct dpif *dpif);
int dpif_netlink_recv(struct dpif *dpif, uint32_t handler, struct dpif_upcall *upcall, void *buf,
		      size_t cap, size_t *used, struct diag *d);
bool dpif_netlink_recv_is_ready(struct dpif *dpif, uint32_t handler);
int dpif_netlink_recv_fd(struct dpif *dpif, uint32_t handler);
void dpif_netlink_recv_purge(struct dpif *dpif);
uint32_t dpif_netlink_port_get_pid(struct dpif *dpif, uint32_t port);

static inline struct dpif_netlink *dpif_netlink_cast(struct dpif *dpif)
{
	return CONTAINER_OF(dpif, struct dpif_netlink, up);
}

#endif
