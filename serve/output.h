/* SPDX-License-Identifier: BSD-2-Clause */
/* A stream into memory that takes so many bytes and no more: what is written behind them is lost,
 * and fails. */
#ifndef SERVE_OUTPUT_H
#define SERVE_OUTPUT_H

#include "base/text.h"

#include <stdio.h>

struct serve_output {
	FILE *f; /* to be written; it says nothing of the caller's terminal */
	struct text text;
	size_t max;
};

/* 0 or -ENOMEM. */
int serve_output_open(struct serve_output *o, size_t max) MUST_CHECK;

/* What was written, borrowed until serve_output_close(). */
const char *serve_output_text(struct serve_output *o);
void serve_output_close(struct serve_output *o); /* also of one that could not be opened */

#endif
