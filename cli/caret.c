/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/caret.h"

#include <stdio.h>
#include <string.h>

#define TAB_WIDTH 8

/* One thing that takes columns: a character, a tab, an escaped byte. */
struct cell {
	char s[TAB_WIDTH + 1];
	size_t size; /* bytes of the input */
	size_t columns;
};

/* Code points that take two columns in a terminal, and those that take none; coarse. */
static const struct {
	uint32_t from, to;
	uint8_t columns;
} widths[] = {
	{ 0x0300, 0x036f, 0 },	 { 0x1100, 0x115f, 2 }, { 0x200b, 0x200f, 0 },
	{ 0x2e80, 0xa4cf, 2 },	 { 0xac00, 0xd7a3, 2 }, { 0xf900, 0xfaff, 2 },
	{ 0xfe00, 0xfe0f, 0 },	 { 0xfe30, 0xfe6f, 2 }, { 0xff00, 0xff60, 2 },
	{ 0x1f300, 0x1faff, 2 },
};

/* Reads a UTF-8 character of more than one byte; 0: it is none. */
static size_t read_utf8(const unsigned char *s, size_t len, uint32_t *code)
{
	size_t n = (*s & 0xe0) == 0xc0 ? 2 : (*s & 0xf0) == 0xe0 ? 3 : (*s & 0xf8) == 0xf0 ? 4 : 0;

	if (!n || n > len)
		return 0;
	*code = *s & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	return *code < 0xa0 ? 0 : n;
}

static size_t columns_of(uint32_t code)
{
	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
		if (code >= widths[i].from && code <= widths[i].to)
			return widths[i].columns;
	return 1;
}

static struct cell next_cell(const char *s, size_t len, size_t column)
{
	struct cell c = { .size = 1, .columns = 1 };
	uint32_t code;
	size_t n;

	if (*s == '\t') {
		c.columns = TAB_WIDTH - column % TAB_WIDTH;
		memset(c.s, ' ', c.columns);
	} else if ((unsigned char)*s >= 0x20 && (unsigned char)*s < 0x7f) {
		c.s[0] = *s;
	} else {
		n = read_utf8((const unsigned char *)s, len, &code);
		if (n) {
			memcpy(c.s, s, n);
			c.size = n;
			c.columns = columns_of(code);
		} else {
			snprintf(c.s, sizeof c.s, "\\x%02x", (unsigned char)*s);
			c.columns = 4;
		}
	}
	return c;
}

/* Column of byte @offset; of the end of the line when it is beyond. */
static size_t column_of(const char *s, size_t len, size_t offset)
{
	size_t column = 0;

	for (size_t i = 0; i < len;) {
		struct cell c = next_cell(s + i, len - i, column);

		if (i + c.size > offset)
			break;
		i += c.size;
		column += c.columns;
	}
	return column;
}

static void put_times(struct text *t, char c, size_t n)
{
	while (n--)
		text_put_char(t, c);
}

/* What lies in the columns [@from, @to); of a cell at their edge only blanks. */
static void put_cells(struct text *t, const char *s, size_t len, size_t from, size_t to)
{
	size_t column = 0;

	for (size_t i = 0; i < len;) {
		struct cell c = next_cell(s + i, len - i, column);

		size_t end = column + c.columns;

		if (column >= from && end <= to)
			text_put(t, c.s);
		else if (column < to && end > from)
			put_times(t, ' ', (end < to ? end : to) - (column > from ? column : from));
		i += c.size;
		column = end;
	}
}

/* The columns [*from, *to) of the line that are shown, so that the caret is among them. */
static void choose_window(const struct caret *c, size_t end, size_t mark, size_t *from, size_t *to)
{
	size_t room = c->width - strlen(c->indent);

	*from = 0;
	*to = end;
	if (!c->width || c->width < strlen(c->indent) + 16 || end < room)
		return;
	room -= 3; /* an ellipsis at each side, and a caret behind the end */
	if (mark > room / 2)
		*from = mark - room / 2;
	if (*from + room > end)
		*from = end - room;
	*to = *from + room;
}

void caret_format(struct text *t, const struct caret *c, const char *s, size_t len, size_t offset,
		  size_t length)
{
	size_t begin = offset < len ? offset : len, end = begin, mark, stop, last, from, to;

	while (begin && s[begin - 1] != '\n')
		begin--;
	while (end < len && s[end] != '\n')
		end++;
	s += begin;
	last = column_of(s, end - begin, end - begin);
	mark = column_of(s, end - begin, offset - begin);
	stop = length > end - begin ? last : column_of(s, end - begin, offset - begin + length);
	choose_window(c, last, mark, &from, &to);
	text_put(t, c->indent);
	text_put(t, from ? c->ellipsis : "");
	put_cells(t, s, end - begin, from, to);
	text_put(t, to < last ? c->ellipsis : "");
	text_put_char(t, '\n');
	text_put(t, c->indent);
	put_times(t, ' ', mark - from + (from ? 1 : 0));
	text_put(t, c->on);
	text_put_char(t, '^');
	if (stop > to)
		stop = to;
	put_times(t, '~', stop > mark + 1 ? stop - mark - 1 : 0);
	text_put(t, c->off);
	text_put_char(t, '\n');
}
