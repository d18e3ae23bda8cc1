/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation: what a bridge does with a packet, as datapath actions, and which bits of the packet
 * decided it. Any packet that agrees on them gets the same actions.
 *
 * It changes nothing: what the bridge would learn is returned, so that a revalidation does not
 * learn. Deviations from OVS: a second VLAN tag cannot be pushed, a TTL that runs out ends the
 * translation but tells no controller, and an action that would make a translation too long ends
 * all of it: the packet is dropped, with words.
 */
#ifndef VSWITCH_XLATE_H
#define VSWITCH_XLATE_H

#include "trace/trace.h"
#include "vswitch/bridge.h"
#include "vswitch/wildcards.h"

#define XLATE_DEPTH_MAX	     64	  /* resubmits inside each other */
#define XLATE_RESUBMITS_MAX  4096 /* in all */
#define XLATE_LEARNS_MAX     8	  /* more NORMALs than that learn nothing new in practice */
#define XLATE_DEPENDENCY_MAX 8	  /* more: it depends on the whole table of stations */

/* A station to be learned: mac_learning_learn(). */
struct xlate_learn {
	struct mac_address mac;
	uint16_t vlan;
	uint32_t port;
};

struct xlate_in {
	const struct bridge *bridge;
	const struct flow_key *key; /* of the packet, with its in_port */
	uint64_t now_ns;	    /* for the ages of stations */
	struct text *report;	    /* or NULL: what happened, a line each */
	struct trace *trace;	    /* or NULL */
};

/* What a translation depends on. */
struct xlate_basis {
	uint64_t bridge_sequence, fdb_sequence;
	size_t n_dependencies; /* more than XLATE_DEPENDENCY_MAX: all */
	struct mac_dependency dependencies[XLATE_DEPENDENCY_MAX];
};

struct xlate_out {
	struct flow_actions actions; /* none: drop */
	struct wildcards wc;	     /* mask: what decided it; VLAN bits too when there is no tag */
	struct xlate_learn learns[XLATE_LEARNS_MAX];
	size_t n_learns;
	const struct rule **rules; /* that matched, in order; borrowed until the bridge changes */
	size_t n_rules, cap_rules;
	struct xlate_basis basis;
	int error; /* negative: the translation was given up, and there are no actions */
};

void xlate_out_init(struct xlate_out *out);
void xlate_out_fini(struct xlate_out *out);

/*
 * Translates. @out keeps its memory from one use to the next. 0; -ENOMEM, -E2BIG: too many
 * resubmits or actions, -EOPNOTSUPP: a second tag. After an error @out says what to install so that
 * such packets are dropped; @d says why.
 */
int xlate_actions(const struct xlate_in *in, struct xlate_out *out, struct diag *d);

/* The match of a datapath flow for the packet @key of @out. It passes flow_match_check(). */
void xlate_match(const struct xlate_out *out, const struct flow_key *key, struct flow_match *m);

/* Whether a translation of this basis would still come to the same result. False may be wrong, true
 * is not, but for stations that are too old and not yet expired. */
bool xlate_is_valid(const struct xlate_basis *basis, const struct bridge *b);

/* Learns what came out, as the packet's way through the bridge would. 0 or -ENOMEM. */
int xlate_learn_all(const struct xlate_out *out, struct bridge *b, uint64_t now_ns);

#endif
