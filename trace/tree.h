/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace as text: one line for each function that ran, in the order in which they ran, below the
 * function that called it; time, layer, function, what it decided, what came out. A line marks
 * each call that crosses a boundary.
 *
 * A call is indented by one column only, because a put is more than forty calls deep.
 */
#ifndef TRACE_TREE_H
#define TRACE_TREE_H

#include "base/text.h"
#include "trace/trace.h"

struct trace_tree_options {
	bool colour;	    /* with ANSI sequences */
	bool ascii;	    /* no UTF-8 */
	unsigned int width; /* columns: longer notes are cut; 0: nothing is cut */
	uint32_t first;	    /* number of the first event to show; 0: all */
};

/* Memory may run out: then out->error is set. */
void trace_tree_format(struct text *out, const struct trace *t, const struct trace_tree_options *o);

#endif
