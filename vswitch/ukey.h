/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What userland knows of one flow of the datapath: the packet that it was made of, what it matches
 * and does, which rules made it so and which of them looked at which bits, how much of its
 * statistics has been given to them.
 */
#ifndef VSWITCH_UKEY_H
#define VSWITCH_UKEY_H

#include "base/htable.h"
#include "base/list.h"
#include "dpif/dpif.h"
#include "vswitch/vswitch.h"
#include "vswitch/xlate.h"

/* OVS's; a flow only ever goes forward. */
enum ukey_state {
	UKEY_CREATED,	  /* made, in no table */
	UKEY_VISIBLE,	  /* in the table; its flow is being installed */
	UKEY_OPERATIONAL, /* its flow is in the datapath */
	UKEY_EVICTING,	  /* its flow is being deleted */
	UKEY_EVICTED,	  /* there is no flow */
	UKEY_DELETED,	  /* out of the table */
	UKEY_N_STATES
};
extern const char *const ukey_state_names[UKEY_N_STATES];

/* What rounds over all flows read comes first, and together. */
struct ukey {
	struct list all;
	struct ufid ufid;
	const struct bridge *bridge; /* it may be gone, once rules or ports have changed */
	uint64_t dump;		     /* the last in which the flow was */
	uint64_t created_ns;
	enum ukey_state state;
	enum dpif_place place; /* there */
	bool is_transient;     /* why it is not in hardware may pass, and it is tried again ... */
	bool is_unexplained;   /* ... where anything is in hardware at all: nobody said why */
	uint8_t n_retries;     /* ... after so many times */
	uint64_t retry_ns;     /* ... then */
	struct flow_stats dumped; /* of the dump @dump */
	struct flow_stats pushed; /* what was given to rules and ports */
	struct xlate_basis basis; /* what the actions depend on */

	struct flow_key key; /* of the packet; of a foreign flow, what its mask covers */
	struct flow_match match;
	struct flow_actions actions;	/* owned */
	struct rule **rules;		/* that the packet went through; owned references */
	struct wildcards_step *reasons; /* for the bits of the mask; owned */
	size_t n_rules, n_reasons;
	struct xlate_learn learns[XLATE_LEARNS_MAX];
	size_t n_learns;
	bool foreign; /* somebody else had installed it */
};

/* All ukeys, in the order in which they came. */
struct ukeys {
	struct htable by_ufid;
	struct list all;
};

void ukeys_init(struct ukeys *t);
void ukeys_fini(struct ukeys *t); /* with the ukeys in it */
size_t ukeys_count(const struct ukeys *t);
struct ukey *ukeys_find(const struct ukeys *t, const struct ufid *ufid);

/* A new one of a translation of @key in bridge @b, or NULL: no memory. */
struct ukey *ukey_new(const struct ufid *ufid, const struct flow_key *key, const struct bridge *b,
		      const struct xlate_out *out, uint64_t now_ns);
/* One of a flow that userland did not install: it depends on nothing yet, and is not valid. */
struct ukey *ukey_new_foreign(const struct dpif_flow *flow, uint64_t now_ns);
void ukey_free(struct ukey *k); /* NULL is fine */

/* Forward to a later state. */
void ukey_transition(struct ukey *k, enum ukey_state to);

/* Into the table: 0; -EEXIST: there is one of its UFID; -ENOMEM. It is visible then. */
int ukey_install(struct ukeys *t, struct ukey *k) MUST_CHECK;
/* Out of it, and freed. */
void ukey_delete(struct ukeys *t, struct ukey *k);

/* Another translation of its packet: actions, rules, reasons, but not the match. 0 or -ENOMEM. */
int ukey_set_xlate(struct ukey *k, const struct bridge *b, const struct xlate_out *out) MUST_CHECK;

/* Where the flow is by now, and whether it is to be tried again: at first after
 * UKEY_RETRY_FIRST_MS, each time twice as long after, until it is in hardware. */
#define UKEY_RETRY_FIRST_MS 1000
#define UKEY_RETRY_DOUBLED  6 /* so often: 64 s */
void ukey_set_decision(struct ukey *k, const struct dpif_decision *decision, uint64_t now_ns);
/* It is being tried. */
void ukey_retried(struct ukey *k, uint64_t now_ns);

/*
 * Its flow was moved between tc and the kernel datapath, which begin to count anew: @stats are the
 * last of where it was.
 */
void ukey_moved(struct ukey *k, struct bridge *b, const struct flow_stats *stats);

/*
 * Gives what @stats have more than what was given so far to rules, ports and stations of @b, its
 * bridge.
 */
void ukey_push_stats(struct ukey *k, struct bridge *b, const struct flow_stats *stats);

/* Whether a flow that matches its mask is inside what @out looked at. */
bool ukey_mask_covers(const struct ukey *k, const struct xlate_out *out);

#endif
