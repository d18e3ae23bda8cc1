/* SPDX-License-Identifier: BSD-2-Clause */
/* How long each layer worked itself, without what it called in other layers. */
#ifndef TRACE_SHARES_H
#define TRACE_SHARES_H

#include "trace/trace.h"

#define TRACE_SHARES_MAX 32 /* layers; there are fewer folders on the path */

struct trace_share {
	const char *layer; /* static */
	uint64_t ns;
	size_t n_spans;
};

struct trace_shares {
	struct trace_share share[TRACE_SHARES_MAX]; /* in order of appearance */
	size_t n;
	uint64_t total_ns;
};

/* Adds the times of all closed spans of @t; start with a zeroed struct. */
void trace_shares_add(struct trace_shares *s, const struct trace *t);

#endif
