/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static char empty[1]; /* never written: cap is 0 */

void text_init(struct text *t)
{
	*t = (struct text){ .s = empty };
}

void text_fini(struct text *t)
{
	if (t->cap)
		mem_free(t->s);
	text_init(t);
}

void text_clear(struct text *t)
{
	t->len = 0;
	t->error = 0;
	if (t->cap)
		t->s[0] = '\0';
}

/* Room for @more characters and a NUL. */
static bool reserve(struct text *t, size_t more)
{
	size_t cap = t->cap;
	char *s;

	if (UNLIKELY(t->error))
		return false;
	if (LIKELY(t->len + more < t->cap))
		return true;
	s = mem_grow(t->cap ? t->s : NULL, &cap, t->len + more + 1, 1);
	if (!s) {
		t->error = -ENOMEM;
		return false;
	}
	t->s = s;
	t->cap = cap;
	return true;
}

void text_put_mem(struct text *t, const char *s, size_t len)
{
	if (!reserve(t, len))
		return;
	memcpy(t->s + t->len, s, len);
	t->len += len;
	t->s[t->len] = '\0';
}

void text_put(struct text *t, const char *s)
{
	text_put_mem(t, s, strlen(s));
}

void text_put_char(struct text *t, char c)
{
	text_put_mem(t, &c, 1);
}

void text_vputf(struct text *t, const char *fmt, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = t->error ? -1 : vsnprintf(t->cap ? t->s + t->len : NULL, t->cap - t->len, fmt, args);
	if (n >= 0 && t->len + (size_t)n >= t->cap) {
		if (!reserve(t, (size_t)n)) {
			if (t->cap)
				t->s[t->len] = '\0';
			goto out;
		}
		vsnprintf(t->s + t->len, t->cap - t->len, fmt, again);
	}
	if (n > 0)
		t->len += (size_t)n;
out:
	va_end(again);
}

void text_putf(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text_vputf(t, fmt, args);
	va_end(args);
}

void text_put_u64(struct text *t, uint64_t x)
{
	char buf[20], *p = buf + sizeof buf;

	do {
		*--p = (char)('0' + x % 10);
		x /= 10;
	} while (x);
	text_put_mem(t, p, (size_t)(buf + sizeof buf - p));
}

void text_put_hex(struct text *t, uint64_t x)
{
	char buf[18], *p = buf + sizeof buf;

	do {
		*--p = "0123456789abcdef"[x & 15];
		x >>= 4;
	} while (x);
	*--p = 'x';
	*--p = '0';
	text_put_mem(t, p, (size_t)(buf + sizeof buf - p));
}

void text_cut(struct text *t, size_t len)
{
	if (len < t->len) {
		t->len = len;
		t->s[len] = '\0';
	}
}

char *text_take(struct text *t)
{
	char *s = NULL;

	if (t->error)
		text_fini(t);
	else
		s = t->cap ? t->s : mem_strdup("");
	text_init(t);
	return s;
}
