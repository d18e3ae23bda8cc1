/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/markup_internal.h"

#include <string.h>

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	if ((unsigned char)c < 0x20 && c != '\n' && c != '\t')
		return "\xef\xbf\xbd";
	return NULL;
}

void markup_put_mem(struct text *t, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const char *e = entity(s[i]);

		if (e)
			text_put(t, e);
		else
			text_put_char(t, s[i]);
	}
}

void markup_put(struct text *t, const char *s)
{
	markup_put_mem(t, s, strlen(s));
}

void markup_put_notes(struct text *t, const struct trace_event *e)
{
	for (size_t i = 0; i < e->n_notes; i++) {
		text_put(t, i ? ", " : "");
		markup_put(t, e->notes[i].key);
		text_put_char(t, '=');
		markup_put(t, e->notes[i].value);
	}
}
