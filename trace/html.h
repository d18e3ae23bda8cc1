/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace as one self-contained HTML page without scripts: the verdict, the user's text with the
 * culprit underlined, the path as a picture, what became of each field and action, and the whole
 * tree, to fold and unfold. Light or dark as the reader's system is. All text is escaped.
 */
#ifndef TRACE_HTML_H
#define TRACE_HTML_H

#include "base/text.h"
#include "trace/picture.h"
#include "trace/trace.h"

enum trace_mood {
	TRACE_MOOD_GOOD,
	TRACE_MOOD_HALF, /* it works, but not as far as wished */
	TRACE_MOOD_BAD,
	TRACE_N_MOODS
};

/* A text that the user gave; @mark_len bytes from @mark are underlined, 0: none. */
struct trace_page_text {
	const char *label, *s;
	size_t mark, mark_len;
};

struct trace_page_item {
	const char *name, *words; /* words may be NULL */
	bool is_ok;
};

/* Everything is borrowed. */
struct trace_page {
	const char *title;
	const char *verdict;
	enum trace_mood mood;
	const struct trace_page_text *texts;
	size_t n_texts;
	const struct trace_page_item *items;
	size_t n_items;
	struct trace_picture picture;
};

/* Memory may run out: then out->error is set. */
void trace_html_format(struct text *out, const struct trace *t, const struct trace_page *page);

#endif
