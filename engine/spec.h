/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text that says what a port is joined to: KIND[:ARGUMENT][,KEY=VALUE]... (engine/engine.h).
 * Reading it knows which keys a kind has, what is a number, and where it is wrong; what it means is
 * the business of the kind. An argument or a value ends where ",KEY=" follows outside of
 * parentheses, so that commas are allowed in both.
 */
#ifndef ENGINE_SPEC_H
#define ENGINE_SPEC_H

#include "base/diag.h"

#include <stdint.h>

#define SPEC_MAX      4096u /* bytes of a spec */
#define SPEC_KEYS_MAX 8u    /* of a kind, with those of all kinds */

enum spec_type {
	SPEC_TEXT,
	SPEC_NUMBER, /* decimal; k, M or G at its end multiplies it */
	SPEC_CHOICE  /* one of words[], or such a number */
};

struct spec_key {
	const char *name;
	enum spec_type type;
	const char *value;    /* what it is called: "FILE", "PPS" */
	const char *words[3]; /* of a choice; NULL ends them */
	uint64_t min, max;    /* of a number */
};

/* What there is to be said of a kind. */
struct spec_kind {
	const char *name;
	const char *argument; /* what it is called; NULL: the kind has none */
	const struct spec_key *keys;
	size_t n_keys;
};

struct spec_value {
	bool is_given;
	const char *text;
	size_t offset; /* of the value in the spec */
	uint64_t number;
	int word; /* of a choice; -1: it is a number */
};

struct port_spec {
	char *copy;	      /* owned; the texts are in it */
	size_t kind;	      /* place among the kinds that were given to spec_parse() */
	const char *argument; /* "": the kind has none */
	size_t argument_offset, argument_len;
	/* By place among the keys of the kind; those of all kinds are behind them. */
	struct spec_value values[SPEC_KEYS_MAX];
};

/* 0; -EINVAL, with words and a place in @text; -ENOMEM. After a failure there is nothing to free.
 */
int spec_parse(struct port_spec *s, const char *text, const struct spec_kind *const *kinds,
	       size_t n_kinds, const struct spec_key *common, size_t n_common,
	       struct diag *d) MUST_CHECK;
void spec_fini(struct port_spec *s);

#endif
