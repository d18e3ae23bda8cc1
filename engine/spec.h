/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text that says what a port is joined to: KIND[:ARGUMENT][,KEY=VALUE]... (engine/engine.h).
 * Reading it knows what is a number and where it is wrong; what it means is the business of its
 * kind.
 */
#ifndef ENGINE_SPEC_H
#define ENGINE_SPEC_H

#include "base/diag.h"

#include <stdint.h>

#define SPEC_MAX      4096u /* bytes of a spec */
#define SPEC_KEYS_MAX 8u    /* of a kind, with those of all kinds */

enum spec_type {
	SPEC_TEXT,
	SPEC_NUMBER, /* decimal, with k, M, G at its end */
	SPEC_CHOICE  /* one of words[], or a number */
};

struct spec_key {
	const char *name;
	enum spec_type type;
	const char *words[3]; /* of a choice; NULL ends them */
	uint64_t min, max;    /* of a number */
	const char *help;     /* what the value is, in words */
};

struct spec_value {
	bool is_given;
	const char *text; /* within the spec */
	size_t offset;	  /* of the value in it */
	uint64_t number;
	int word; /* of a choice; -1: a number was given */
};

/* Owns its texts: spec_fini(). */
struct port_spec {
	char *copy;		     /* in which the ends of texts are NULs */
	const char *kind, *argument; /* argument: "" when there is none */
	size_t argument_offset;
	struct spec_value values[SPEC_KEYS_MAX]; /* by place in the keys that were given to it */
};

/* The keys of a kind. */
struct spec_kind {
	const char *name;
	const char *argument; /* in words; NULL: it has none */
	const struct spec_key *keys;
	size_t n_keys;
};

/*
 * Reads @text; kinds[*@i] is the one that it names. @common: keys that all kinds have, whose values
 * are those behind the kind's own. 0; -EINVAL, with words and a place; -ENOMEM. Then there is
 * nothing to free.
 */
int spec_parse(struct port_spec *s, size_t *i, const char *text, const struct spec_kind *kinds,
	       size_t n_kinds, const struct spec_key *common, size_t n_common,
	       struct diag *d) MUST_CHECK;
void spec_fini(struct port_spec *s);

#endif
