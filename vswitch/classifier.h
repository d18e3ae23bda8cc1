/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of one table. A look-up finds the rule of the highest priority that matches and records
 * the bits that it looked at: any packet that agrees on them gets the same answer. It costs by the
 * number of different masks, not of rules, and allocates nothing.
 *
 * Of several rules of equal priority that match, which OpenFlow leaves open, it finds one, the same
 * one for as long as the table does not change.
 */
#ifndef VSWITCH_CLASSIFIER_H
#define VSWITCH_CLASSIFIER_H

#include "base/htable.h"
#include "base/list.h"
#include "vswitch/prefix_tree.h"
#include "vswitch/rule.h"
#include "vswitch/wildcards.h"

enum classifier_prefix { /* the fields whose prefixes are kept in trees */
	CLASSIFIER_IPV4_SRC,
	CLASSIFIER_IPV4_DST,
	CLASSIFIER_IPV6_SRC,
	CLASSIFIER_IPV6_DST,
	CLASSIFIER_N_PREFIXES
};

struct classifier {
	struct classifier_tuple **tuples; /* by falling highest priority */
	size_t n_tuples, cap_tuples;
	struct htable by_mask; /* the same tuples */
	struct prefix_tree prefixes[CLASSIFIER_N_PREFIXES];
	struct list rules; /* struct rule, its member all: in the order in which they came */
	size_t n_rules;
};

void classifier_init(struct classifier *c);
void classifier_fini(struct classifier *c); /* its rules are freed */

/*
 * Takes @r, unless it fails: 0 or -ENOMEM. A rule of equal match and priority is replaced and
 * returned in *@old, which the caller owns; else *@old is NULL.
 */
int classifier_add(struct classifier *c, struct rule *r, struct rule **old) MUST_CHECK;

/* Takes a rule of it out; the caller owns it. */
void classifier_del(struct classifier *c, struct rule *r);

/* The rule of this very match and priority, or NULL. @m must be normalised. */
struct rule *classifier_find(const struct classifier *c, const struct flow_match *m,
			     uint16_t priority);

/*
 * The rule for a packet, or NULL. What had to be looked at is added to @w; *@n_tuples, which may be
 * NULL, is how many masks were tried.
 */
struct rule *classifier_lookup(const struct classifier *c, const struct flow_key *k,
			       struct wildcards *w, size_t *n_tuples);

#endif
