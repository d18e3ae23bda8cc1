/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which bits of a packet a translation has looked at, and why. A bit that the actions have
 * overwritten since is known whatever the packet is, so looking at it again costs nothing.
 */
#ifndef VSWITCH_WILDCARDS_H
#define VSWITCH_WILDCARDS_H

#include "base/text.h"
#include "flow/key.h"
#include "vswitch/rule.h"

enum wildcards_cause {
	WILDCARDS_ALWAYS,    /* the datapath matches it in any flow */
	WILDCARDS_MATCHED,   /* the rule matched */
	WILDCARDS_EXCLUDED,  /* the rule might have matched, and did not */
	WILDCARDS_SET,	     /* the rule's actions change it */
	WILDCARDS_NORMAL,    /* the rule's action NORMAL looks at it */
	WILDCARDS_COMMITTED, /* the rule sends the packet on with a changed tag */
	WILDCARDS_N_CAUSES
};

struct wildcards_reason {
	enum wildcards_cause cause;
	struct rule_name rule;
};

struct wildcards {
	struct flow_key mask;			    /* 1: looked at */
	struct flow_key known;			    /* 1: no longer of the packet */
	uint64_t fields;			    /* bit f: why[f] is filled */
	struct wildcards_reason why[FLOW_N_FIELDS]; /* who looked at a bit of it first */
};

void wildcards_init(struct wildcards *w);

/* All of field @f is looked at, or its bits under @mask. */
void wildcards_look(struct wildcards *w, enum flow_field f, const struct wildcards_reason *why);
void wildcards_look_mask(struct wildcards *w, enum flow_field f, const struct flow_key *mask,
			 const struct wildcards_reason *why);

/* Records @why for those of @fields that have bits looked at and no reason yet. */
void wildcards_explain(struct wildcards *w, uint64_t fields, const struct wildcards_reason *why);

/* A word of 8 bytes of the key. The caller explains. */
static inline void wildcards_look_word(struct wildcards *w, unsigned int word, uint64_t mask)
{
	uint8_t *p = (uint8_t *)&w->mask + 8 * word;
	uint64_t x = get_u64(p) | (mask & ~get_u64((const uint8_t *)&w->known + 8 * word));

	memcpy(p, &x, sizeof x);
}

/* All bits of @f are known from now on, or those under @mask. */
void wildcards_know(struct wildcards *w, enum flow_field f);
void wildcards_know_mask(struct wildcards *w, enum flow_field f, const struct flow_key *mask);

/* "ipv4.dst/24 by table 0 priority 100 cookie 0x5 (matched)", a line for each field. */
void wildcards_format(struct text *t, const struct wildcards *w);
void wildcards_format_field(struct text *t, const struct wildcards *w, enum flow_field f);

#endif
