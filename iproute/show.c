/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two forms of output. JSON is written piece by piece, with the line breaks and blanks that
 * iproute2's has; nothing is kept of it but the depth and the separator that is due.
 */
#include "iproute/iproute_internal.h"

#include <inttypes.h>

#define INDENT 4 /* blanks of a level */

static bool is_json(const struct show *s)
{
	return s->options->json;
}

static void put_break(struct show *s)
{
	if (s->options->pretty)
		text_putf(s->out, "\n%*s", (int)s->depth * INDENT, "");
}

static void put_separator(struct show *s)
{
	if (s->sep)
		text_put_char(s->out, s->sep);
	s->sep = ',';
}

static void put_string(struct show *s, const char *v)
{
	static const char special[] = "\t\n\r\f\b\\\"", letters[] = "tnrfb\\\"";

	text_put_char(s->out, '"');
	for (; *v; v++) {
		const char *p = strchr(special, *v);

		if (p)
			text_putf(s->out, "\\%c", letters[p - special]);
		else
			text_put_char(s->out, *v);
	}
	text_put_char(s->out, '"');
}

/* What comes in front of a value. */
static void put_key(struct show *s, const char *key)
{
	put_separator(s);
	if (!key)
		return;
	put_break(s);
	put_string(s, key);
	text_put(s->out, s->options->pretty ? ": " : ":");
}

static void open_level(struct show *s, const char *key, char bracket)
{
	put_key(s, key);
	text_put_char(s->out, bracket);
	s->depth++;
	s->sep = '\0';
}

static void close_level(struct show *s, char bracket)
{
	s->depth--;
	if (s->sep)
		put_break(s);
	text_put_char(s->out, bracket);
	s->sep = ',';
}

void show_object(struct show *s, const char *key)
{
	if (is_json(s))
		open_level(s, key, '{');
}

void show_object_end(struct show *s)
{
	if (is_json(s))
		close_level(s, '}');
}

void show_array(struct show *s, const char *key)
{
	if (!is_json(s))
		return;
	open_level(s, key, '[');
	if (s->options->pretty)
		text_put_char(s->out, ' ');
}

/* What is in an array stays on its line. */
void show_array_end(struct show *s)
{
	if (!is_json(s))
		return;
	if (s->options->pretty && s->sep)
		text_put_char(s->out, ' ');
	s->sep = '\0';
	close_level(s, ']');
}

void show_begin(struct show *s, struct iproute *ip)
{
	*s = (struct show){ .out = &ip->out, .options = &ip->options, .ip = ip };
	show_array(s, NULL);
}

void show_end(struct show *s)
{
	show_array_end(s);
	if (is_json(s))
		text_put_char(s->out, '\n');
}

void show_json_str(struct show *s, const char *key, const char *v)
{
	if (!is_json(s))
		return;
	put_key(s, key);
	put_string(s, v);
}

void show_json_uint(struct show *s, const char *key, uint64_t v)
{
	if (!is_json(s))
		return;
	put_key(s, key);
	text_put_u64(s->out, v);
}

void show_json_int(struct show *s, const char *key, int64_t v)
{
	if (!is_json(s))
		return;
	put_key(s, key);
	text_putf(s->out, "%" PRId64, v);
}

static void put_word(struct show *s, const char *key, const char *word)
{
	if (!is_json(s))
		return;
	put_key(s, key);
	text_put(s->out, word);
}

void show_json_bool(struct show *s, const char *key, bool v)
{
	put_word(s, key, v ? "true" : "false");
}

void show_text(struct show *s, const char *fmt, ...)
{
	va_list args;

	if (is_json(s))
		return;
	va_start(args, fmt);
	text_vputf(s->out, fmt, args);
	va_end(args);
}

void show_line(struct show *s)
{
	show_text(s, "%s", s->options->oneline ? "\\" : "\n");
}

void show_str(struct show *s, const char *key, const char *before, const char *v, const char *after)
{
	show_text(s, "%s%s%s", before, v, after);
	show_json_str(s, key, v);
}

void show_uint(struct show *s, const char *key, const char *before, uint64_t v, const char *after)
{
	show_text(s, "%s%" PRIu64 "%s", before, v, after);
	show_json_uint(s, key, v);
}
