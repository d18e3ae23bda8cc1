/* SPDX-License-Identifier: BSD-2-Clause */
/* For the files of udpif. */
#ifndef VSWITCH_UDPIF_INTERNAL_H
#define VSWITCH_UDPIF_INTERNAL_H

#include "vswitch/udpif.h"

/* One packet on its way through userland. */
struct upcall {
	struct dpif_upcall in;
	struct bridge *bridge;
	struct xlate_out out;
	struct ukey *ukey; /* whose flow is being put, or NULL */
	struct dpif_op put, execute;
	struct diag put_diag, execute_diag;
	struct dpif_decision decision; /* of the put */
};

struct udpif {
	struct vswitch *vswitch;
	struct dpif *dpif;
	uint32_t n_handlers; /* queues of the datapath */
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
	struct upcall *batch; /* UDPIF_BATCH_MAX */
	uint8_t *buf;
};

/*
 * Only stations have changed since the last round: flows that depend on them follow, without a
 * dump. 0 or -ENOMEM.
 */
int udpif_follow_stations(struct udpif *u, uint64_t now_ns, struct diag *d);

#endif
