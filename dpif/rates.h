/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much goes through the flows of a datapath, and where: in hardware, in tc, in the kernel
 * datapath. It looks at all flows now and then; what has passed between two looks is theirs.
 *
 * What a flow did between the last look and its end is not seen. Counters of flows in hardware are
 * as old as its driver's cache, 1 s.
 */
#ifndef DPIF_RATES_H
#define DPIF_RATES_H

#include "base/htable.h"
#include "dpif/dpif.h"

#define RATES_BUSIEST_MAX 50 /* flows that are kept with their text */
#define RATES_REASONS_MAX 50 /* different ones for not being in hardware; more are added up */
#define RATES_N_PLACES	  (DPIF_PLACE_HW + 1)

/* Packets and bytes, of the flows that there were. */
struct rates_sum {
	uint64_t n_flows;	     /* at the last look */
	uint64_t n_packets, n_bytes; /* what the first look found, and since; it never shrinks */
	uint64_t more_packets, more_bytes; /* between the last two looks */
};

struct rates_flow {
	enum dpif_place place;
	uint64_t n_packets, n_bytes;
	uint64_t more_packets, more_bytes; /* between the last two looks */
	char *match, *actions;		   /* owned */
};

/* Flows that are not in hardware for the same reason. */
struct rates_reason {
	const char *layer, *function; /* static; NULL: not known */
	char words[DIAG_WORDS_MAX];
	char field[DIAG_FIELD_MAX];
	struct rates_sum sum;
	char *example; /* the match of one of them; owned */
};

struct rates {
	struct rates_sum places[RATES_N_PLACES];
	struct rates_flow busiest[RATES_BUSIEST_MAX]; /* by packets between two looks, then all */
	size_t n_busiest;
	struct rates_reason reasons[RATES_REASONS_MAX]; /* in the order in which they came up */
	size_t n_reasons;
	uint64_t n_other_reasons; /* flows whose reason found no room */
	uint64_t looked_ns;	  /* when the last look was; 0: none yet */
	uint64_t period_ns;	  /* between the last two; 0: there was one at most */
	struct htable by_ufid;
	uint64_t n_looks;
};

void rates_init(struct rates *r);
void rates_fini(struct rates *r);

/* Looks at all flows. 0, or negative errno: what was seen is not complete. */
int rates_look(struct rates *r, struct dpif *dpif, uint64_t now_ns, struct diag *d) MUST_CHECK;

#endif
