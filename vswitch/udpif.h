/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between bridges and a datapath: packets that no flow matches come up, are translated, and their
 * flows installed; later the flows are revalidated, as ofproto-dpif-upcall of OVS does it, whose
 * names these are. Nothing happens but in these calls, and time is a parameter, unless handler
 * threads are started: see udpif_start_handlers().
 *
 * Not in OVS: a flow that hardware refused for a reason that may pass is tried again by a
 * revalidation, later and later, UDPIF_RETRIES_MAX in a round; when one gets in, the others are
 * due.
 *
 * Deviations from OVS: upcalls of userspace() actions are counted and dropped, since no translation
 * makes one; of a packet in which the kernel saw more than flow/ can say, no flow is installed; a
 * flow in hardware is not idle before offloaded_stats_delay_ms, as its counters are that old.
 */
#ifndef VSWITCH_UDPIF_H
#define VSWITCH_UDPIF_H

#include "vswitch/ukey.h"

#define UDPIF_BATCH_MAX		  64	/* upcalls that are answered together */
#define UDPIF_FLOW_LIMIT_FIRST	  10000 /* where the dynamic limit begins, and its floor */
#define UDPIF_FLOW_LIMIT_LEAST	  1000
#define UDPIF_MAX_IDLE_LEAST_MS	  500
#define UDPIF_REVALIDATE_LEAST_MS 100
#define UDPIF_RETRIES_MAX	  16  /* flows that are tried again for hardware in a round */
#define UDPIF_IDLE_CROWDED_MS	  100 /* max-idle when there are more flows than the limit */

/* other_config of the same names. */
struct udpif_config {
	uint64_t max_idle_ms, max_revalidator_ms;
	uint64_t min_revalidate_pps; /* 0: all flows are looked at */
	uint64_t offloaded_stats_delay_ms;
	uint64_t flow_limit;
};

struct udpif_counters {
	uint64_t n_upcalls, n_misses; /* received; of them for want of a flow */
	uint64_t n_unusable;	      /* dropped: lost, malformed, or not of a miss */
	uint64_t n_installed, n_put_failed;
	uint64_t n_duplicates;	 /* its flow was there already */
	uint64_t n_inexact;	 /* no flow can match closely enough */
	uint64_t n_limited;	 /* no flow because of the limit */
	uint64_t n_xlate_failed; /* given up: such packets are dropped */
	uint64_t n_execute_failed;
	uint64_t n_rounds;     /* of revalidation */
	uint64_t n_followed;   /* times that flows followed stations between rounds */
	uint64_t n_translated; /* flows that were translated again */
	uint64_t n_kept, n_modified, n_deleted; /* of all that were looked at */
	uint64_t n_idle, n_crowded, n_slow;	/* of the deleted: no use; too many; pps too low */
	uint64_t n_retried, n_regained;		/* tried again for hardware; of them now there */
	uint64_t n_vanished;			/* somebody else had deleted them */
};

struct udpif;

/*
 * Looks which ports of the bridges the datapath has: one whose device went is as if it was not in
 * its bridge; when the device is back, it becomes a port of the datapath again, of its old number.
 * udpif_run() does it as often as a round is due by time, and when a dump of flows fails.
 */
void udpif_check_ports(struct udpif *u, uint64_t now_ns);

/* @v, @dpif: borrowed for its life; receiving of @dpif is turned on. 0 or negative errno. */
int udpif_new(struct udpif **out, struct vswitch *v, struct dpif *dpif, uint64_t now_ns,
	      struct diag *d) MUST_CHECK;
/* Deletes its flows, and turns receiving off; NULL is fine. */
void udpif_free(struct udpif *u);

struct udpif_config *udpif_config(struct udpif *u); /* takes effect in the next call */
const struct udpif_counters *udpif_counters(const struct udpif *u);
const struct ukeys *udpif_ukeys(const struct udpif *u);
uint64_t udpif_flow_limit(const struct udpif *u); /* the dynamic one */
struct vswitch *udpif_vswitch(struct udpif *u);

/* What translations report, and why each bit is matched; NULL: not wanted. Borrowed. */
void udpif_set_report(struct udpif *u, struct text *report);

/*
 * A thread for each queue of the datapath waits for its upcalls and answers them, for a kernel that
 * may be used from several threads, with the clock of the machine and without a trace. From then on
 * whoever else uses this udpif, its vswitch or its dpif holds the lock, which keeps the handlers
 * out; udpif_run() leaves upcalls to them. 0 or negative errno: there are none.
 */
int udpif_start_handlers(struct udpif *u, struct diag *d) MUST_CHECK;
void udpif_stop_handlers(struct udpif *u); /* without the lock; also when there are none */
void udpif_lock(struct udpif *u);
void udpif_unlock(struct udpif *u);

/* Answers the upcalls that wait for a handler, 64 batches at most in one turn; how many there were.
 */
size_t udpif_upcall_handler(struct udpif *u, uint32_t handler, uint64_t now_ns);

/*
 * One round over all flows: statistics go to rules and ports; what is idle, or no longer what a
 * translation comes to, is deleted or modified. 0, or the error of the dump, with words.
 */
int udpif_revalidate(struct udpif *u, uint64_t now_ns, struct diag *d);

/* A round took so long: the dynamic limit of flows follows. udpif_revalidate() does not know it. */
void udpif_round_took(struct udpif *u, uint64_t ms);

/* What can be polled for POLLIN until upcalls wait, for @handler from 0; -1: nothing, the kernel is
 * in this process, or there is no such handler. */
int udpif_fd(struct udpif *u, uint32_t handler);

/* What is to be done now: upcalls, and a round when something has changed or its time has come. */
int udpif_run(struct udpif *u, uint64_t now_ns, struct diag *d);

/* Deletes the flows whose packets come in at a port of the datapath, or leave there: its device is
 * gone, or is there again: what a flow came to without it is not what it comes to now. */
void udpif_forget_port(struct udpif *u, uint32_t number);

/* When udpif_run() has a round to make, if nothing changes before: 0: at once. */
uint64_t udpif_next_ns(const struct udpif *u);

/* Deletes all flows of it. */
void udpif_flush(struct udpif *u);

/* As `ovs-appctl upcall/show`; and a paragraph for each flow: where it is, rules and reasons. */
void udpif_format(struct text *t, const struct udpif *u);
void udpif_format_flows(struct text *t, const struct udpif *u, uint64_t now_ns);

#endif
