/* SPDX-License-Identifier: BSD-2-Clause */
/* A trace as JSON; docs/trace-json.md is its schema. */
#ifndef TRACE_JSON_H
#define TRACE_JSON_H

#include "trace/trace.h"

#include <jansson.h>

#define TRACE_JSON_VERSION 1 /* another one when something in the schema changes its meaning */

/* The object "trace": events from number @first on (0: all). Owned by the caller; NULL: no memory.
 */
json_t *trace_json(const struct trace *t, uint32_t first) MUST_CHECK;

/* A string even if @s is not UTF-8: its bad bytes become U+FFFD. NULL: no memory. */
json_t *trace_json_string(const char *s) MUST_CHECK;

/* {"errno": "EINVAL", "number": 22, "text": "Invalid argument"}, or null for 0. */
json_t *trace_json_error(int error) MUST_CHECK;

#endif
