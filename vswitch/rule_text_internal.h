/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the rule text share: a text, pieces of it, and how one is refused. */
#ifndef VSWITCH_RULE_TEXT_INTERNAL_H
#define VSWITCH_RULE_TEXT_INTERNAL_H

#include "vswitch/rule_text.h"

struct rule_text {
	const char *begin, *end;
	const struct flow_ports *ports; /* or NULL */
	struct diag *d;			/* or NULL */
};

/* A piece of the text. */
struct piece {
	const char *p;
	size_t len;
};

#define RULE_REFUSE(rt, piece, error, ...)                                                        \
	diag_set_range((rt)->d, (size_t)((piece).p - (rt)->begin), (piece).len ? (piece).len : 1, \
		       (error), __VA_ARGS__)
/* A piece for a "%.*s". */
#define RULE_PIECE(piece) ((int)(piece).len), (piece).p

static inline bool piece_is(struct piece s, const char *name)
{
	return name && strlen(name) == s.len && !memcmp(s.p, name, s.len);
}

bool piece_is_nocase(struct piece s, const char *name);

/* A number of C's notation in all of @s. */
int rule_text_number(struct rule_text *rt, struct piece s, uint64_t max, uint64_t *v) MUST_CHECK;

/* `VALUE[/MASK]` of @f; IPv4 and IPv6 may have a prefix length for a mask. */
int rule_text_field(struct rule_text *rt, enum flow_field f, struct piece s,
		    struct flow_match *m) MUST_CHECK;

int rule_text_actions(struct rule_text *rt, struct piece s, struct rule *r) MUST_CHECK;

/* Leading bits that are 1 with none after them in @size bytes at @mask, or -1. */
int rule_prefix_len(const uint8_t *mask, size_t size);

#define RULE_N_SHORTHANDS 12
extern const struct rule_shorthand {
	const char *name;
	uint16_t eth_type;
	uint8_t proto; /* 0: any */
} rule_shorthands[RULE_N_SHORTHANDS];

#define RULE_N_FRAGS 4
extern const struct rule_frag {
	const char *name;
	uint8_t value, mask;
} rule_frags[RULE_N_FRAGS];

#endif
