/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A place in the user's text, shown: the line of it, and below that a caret and tildes. Tabs are
 * expanded, control characters and bytes that are not UTF-8 are written as \xNN, so that what the
 * caret stands under is what it means.
 */
#ifndef CLI_CARET_H
#define CLI_CARET_H

#include "base/text.h"

struct caret {
	const char *indent;   /* in front of both lines */
	const char *on, *off; /* around the caret: ANSI sequences, or "" */
	const char *ellipsis; /* where the line was cut: "…" */
	unsigned int
		width; /* columns; a longer line is cut to what is around the caret; 0: never */
};

/*
 * Puts two lines. @offset may be @len: just behind the end. Of a range that goes on in the next
 * line only the part in the first is marked.
 */
void caret_format(struct text *t, const struct caret *c, const char *s, size_t len, size_t offset,
		  size_t length);

#endif
