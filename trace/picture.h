/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The path as a picture: an SVG element whose colours are CSS variables of the page around it
 * (trace/html.c). The layers are bands from top to bottom, with the boundaries between them; the
 * functions are boxes, each once, in the order in which they first ran; arrows lead from the first
 * caller to the called; the place where a flow stopped is red, with its words.
 */
#ifndef TRACE_PICTURE_H
#define TRACE_PICTURE_H

#include "base/text.h"
#include "trace/trace.h"

#define TRACE_PICTURE_BOXES_MAX 400 /* later functions are not drawn; a line says how many */

struct trace_picture {
	uint32_t first;		      /* number of the first event; 0: all */
	const char *layer, *function; /* where it stopped; NULL: it did not */
	const char *words;	      /* why, or NULL */
};

/* Memory may run out: then out->error is set. */
void trace_picture_format(struct text *out, const struct trace *t, const struct trace_picture *p);

#endif
