/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layers of the path as renderings show them: on which side of which boundary each folder lies,
 * in which order from top to bottom, and its colour. A folder that is not listed can be shown too;
 * it lies on no side.
 */
#ifndef TRACE_LAYER_H
#define TRACE_LAYER_H

#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

/* From top to bottom; between two neighbours lies a boundary. */
enum trace_side {
	TRACE_SIDE_NONE,
	TRACE_SIDE_USERLAND,
	TRACE_SIDE_KERNEL,
	TRACE_SIDE_DRIVER,
	TRACE_SIDE_DEVICE,
	TRACE_N_SIDES
};

struct trace_layer {
	const char *name; /* the folder: "kernel/sched" */
	enum trace_side side;
	uint8_t colour; /* of the 256 of a terminal */
};

struct trace_side_info {
	const char *name;     /* "the kernel" */
	const char *boundary; /* of the boundary above it: "1: netlink bytes"; NULL: none */
};

/* In the order in which they lie below each other; ends with name NULL, the row of unknown ones. */
extern const struct trace_layer trace_layers[];
extern const struct trace_side_info trace_sides[TRACE_N_SIDES];

/* The row of folder @name, or the last one; never NULL. */
const struct trace_layer *trace_layer_find(const char *name);

/* "12.3 us". */
void trace_time_format(struct text *t, uint64_t ns);

#endif
