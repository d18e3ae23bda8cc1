/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A growing string with a sticky error: after the first allocation that fails every put does
 * nothing, and the caller looks once, at the end. The string is always NUL-terminated, never NULL.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/macros.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *s;    /* after text_init(): a static empty string */
	size_t len; /* characters without the NUL */
	size_t cap; /* bytes; 0: s is not ours */
	int error;  /* 0 or -ENOMEM */
};

void text_init(struct text *t);
void text_fini(struct text *t);
void text_clear(struct text *t); /* empty again, the memory and no error kept */

void text_put(struct text *t, const char *s);
void text_put_mem(struct text *t, const char *s, size_t len);
void text_put_char(struct text *t, char c);
void text_putf(struct text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void text_vputf(struct text *t, const char *fmt, va_list args) PRINTF_LIKE(2, 0);

/* Fast forms for what dumps print most. */
void text_put_u64(struct text *t, uint64_t x);
void text_put_hex(struct text *t, uint64_t x); /* "0x1f"; 0 gives "0x0" */

/* Cuts the string to @len characters, if it is longer. */
void text_cut(struct text *t, size_t len);

/* The string, owned by the caller, or NULL after an error; the text is empty afterwards. */
char *text_take(struct text *t) MUST_CHECK;

#endif
