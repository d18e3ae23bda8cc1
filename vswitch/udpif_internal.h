/* SPDX-License-Identifier: BSD-2-Clause */
/* For the files of udpif. */
#ifndef VSWITCH_UDPIF_INTERNAL_H
#define VSWITCH_UDPIF_INTERNAL_H

#include "vswitch/udpif.h"

#include <pthread.h>

/* One packet on its way through userland. */
struct upcall {
	struct dpif_upcall in;
	struct bridge *bridge;
	struct xlate_out out;
	bool is_learning;  /* @out may teach the bridge where stations are */
	struct ukey *ukey; /* whose flow is being put, or NULL */
	struct dpif_op put, execute;
	struct diag put_diag, execute_diag;
	struct dpif_decision decision; /* of the put */
};

/* Who answers a queue of the datapath: a thread, or whoever calls udpif_upcall_handler(). */
struct handler {
	struct udpif *udpif;
	uint32_t number;
	struct trace *trace;  /* or NULL: a trace is one thread's */
	struct upcall *batch; /* UDPIF_BATCH_MAX */
	uint8_t *buf;
	struct udpif_counters counted; /* of this batch, not yet in those of the udpif */
	pthread_t thread;
};

/*
 * Locks, in the order in which they are taken. A handler has @machine for reading while it answers
 * a batch, and translates with @tables for reading.
 */
struct udpif_locks {
	pthread_rwlock_t machine; /* written by whoever is no handler: see udpif_lock() */
	pthread_mutex_t flows;	  /* ukeys, counters, and what dpif_operate() uses */
	pthread_rwlock_t tables;  /* stations, statistics and references of rules and ports */
};

struct udpif {
	struct vswitch *vswitch;
	struct dpif *dpif;
	struct udpif_locks locks;
	struct handler *handlers;
	uint32_t n_handlers; /* queues of the datapath */
	int stop;	     /* an eventfd that ends the threads; -1: there are none */
	struct udpif_config config;
	struct udpif_counters counters;
	struct ukeys ukeys;
	uint64_t flow_limit;
	size_t n_most;		 /* flows there have ever been */
	uint64_t round_ms;	 /* how long the last one took */
	uint64_t round_ns;	 /* when it began */
	uint64_t sequence;	 /* vswitch_sequence() when flows were last compared with it */
	uint64_t rules_sequence; /* vswitch_rules_sequence() when the last round began */
	uint64_t dump;		 /* its number */
	struct list *dumped; /* ukeys.all, or the ukey whose flow was dumped last: its member all */
	uint64_t dump_errors; /* foreign flows without memory */
	size_t n_in_hw;	      /* flows, as of the last dump */
	size_t n_retries;     /* of this round */
	bool is_cause_gone;   /* the last round's retries got into hardware */
	uint64_t ports_ns;    /* when ports were looked at last */
	bool running;	      /* calls inside calls do nothing */
	struct text *report;
	struct xlate_out out; /* of a revalidation */
};

/*
 * Only stations have changed since the last round: flows that depend on them follow, without a
 * dump. 0 or -ENOMEM.
 */
int udpif_follow_stations(struct udpif *u, uint64_t now_ns, struct diag *d);

/* The handler's upcalls up to a bounded number of batches; how many there were. */
size_t handler_run(struct handler *h, uint64_t now_ns);

int udpif_handlers_init(struct udpif *u, struct diag *d) MUST_CHECK;
void udpif_handlers_fini(struct udpif *u);

#endif
