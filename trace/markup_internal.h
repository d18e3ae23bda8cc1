/* SPDX-License-Identifier: BSD-2-Clause */
/* Text of users and programs inside HTML and SVG: everything that could be markup is escaped. */
#ifndef TRACE_MARKUP_INTERNAL_H
#define TRACE_MARKUP_INTERNAL_H

#include "base/text.h"
#include "trace/trace.h"

void markup_put_mem(struct text *t, const char *s, size_t len);
void markup_put(struct text *t, const char *s);

/* "key=value, key=value" of an event. */
void markup_put_notes(struct text *t, const struct trace_event *e);

#endif
