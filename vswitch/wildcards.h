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

/* Bits of one field that were looked at for the first time. */
struct wildcards_step {
	struct wildcards_reason why;
	uint8_t field;	  /* enum flow_field */
	uint8_t bits[16]; /* as the field lies in the key, at most its size */
};

#define WILDCARDS_STEPS_MAX 96 /* more are counted; their bits have no reason */

struct wildcards {
	struct flow_key mask;  /* 1: looked at */
	struct flow_key known; /* 1: no longer of the packet */
	size_t n_steps;
	struct wildcards_step steps[WILDCARDS_STEPS_MAX]; /* in the order of looking */
};

void wildcards_init(struct wildcards *w);

/* All of field @f is looked at, or its bits under @mask. */
void wildcards_look(struct wildcards *w, enum flow_field f, const struct wildcards_reason *why);
void wildcards_look_mask(struct wildcards *w, enum flow_field f, const struct flow_key *mask,
			 const struct wildcards_reason *why);

/* The bits of @fields that are in the mask and not in that of @before, with their reason. */
void wildcards_explain(struct wildcards *w, const struct flow_key *before, uint64_t fields,
		       const struct wildcards_reason *why);

/* Which bits of a word of 8 bytes of the key nobody has looked at; and to look at them. */
static inline uint64_t wildcards_new_bits(const struct wildcards *w, unsigned int word,
					  uint64_t mask)
{
	return mask & ~(get_u64((const uint8_t *)&w->known + 8 * word) |
			get_u64((const uint8_t *)&w->mask + 8 * word));
}

static inline void wildcards_look_word(struct wildcards *w, unsigned int word, uint64_t mask)
{
	uint8_t *p = (uint8_t *)&w->mask + 8 * word;
	uint64_t x = get_u64(p) | wildcards_new_bits(w, word, mask);

	memcpy(p, &x, sizeof x);
}

/* All bits of @f are known from now on, or those under @mask. */
void wildcards_know(struct wildcards *w, enum flow_field f);
void wildcards_know_mask(struct wildcards *w, enum flow_field f, const struct flow_key *mask);

/*
 * "ipv4.dst/24 by table 0 priority 100 cookie 0x5 (matched)", a line for each field; a second rule
 * that looked at more follows: ", /32 by ...".
 */
void wildcards_format(struct text *t, const struct wildcards *w);
void wildcards_format_field(struct text *t, const struct wildcards *w, enum flow_field f);

#endif
