/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void diag_init(struct diag *d)
{
	if (!d)
		return;
	d->error = 0;
	d->layer = NULL;
	d->function = NULL;
	d->has_range = false;
	d->offset = 0;
	d->length = 0;
	d->field[0] = '\0';
	d->words[0] = '\0';
}

/* Formats into a buffer of a fixed size; words that do not fit end in "...", never in silence. */
PRINTF_LIKE(3, 0)
static void put_words(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	if (n >= 0 && (size_t)n >= size)
		memcpy(buf + size - 4, "...", 4);
}

int diag_set_(struct diag *d, const char *layer, const char *function, int error, const char *fmt,
	      ...)
{
	va_list args;

	if (!d || d->error)
		return error;
	d->error = error;
	d->layer = layer;
	d->function = function;
	va_start(args, fmt);
	put_words(d->words, sizeof d->words, fmt, args);
	va_end(args);
	return error;
}

int diag_set_range_(struct diag *d, const char *layer, const char *function, size_t offset,
		    size_t length, int error, const char *fmt, ...)
{
	va_list args;

	if (!d || d->error)
		return error;
	d->error = error;
	d->layer = layer;
	d->function = function;
	d->has_range = true;
	d->offset = offset;
	d->length = length ? length : 1;
	va_start(args, fmt);
	put_words(d->words, sizeof d->words, fmt, args);
	va_end(args);
	return error;
}

void diag_field(struct diag *d, const char *field)
{
	if (d && d->error && !d->field[0])
		snprintf(d->field, sizeof d->field, "%s", field);
}

void diag_place(struct diag *d, size_t offset, size_t length)
{
	if (!d || !d->error || d->has_range)
		return;
	d->has_range = true;
	d->offset = offset;
	d->length = length ? length : 1;
}

void diag_shift(struct diag *d, size_t base)
{
	if (d && d->has_range)
		d->offset += base;
}

void diag_context(struct diag *d, const char *fmt, ...)
{
	char old[DIAG_WORDS_MAX];
	va_list args;
	size_t len;

	if (!d || !d->error)
		return;
	memcpy(old, d->words, sizeof old);
	va_start(args, fmt);
	put_words(d->words, sizeof d->words, fmt, args);
	va_end(args);
	len = strlen(d->words);
	if (snprintf(d->words + len, sizeof d->words - len, ": %s", old) >=
	    (int)(sizeof d->words - len))
		memcpy(d->words + sizeof d->words - 4, "...", 4);
}

int diag_copy(struct diag *d, const struct diag *from)
{
	if (d && !d->error)
		*d = *from;
	return from->error;
}

/* libc's number of an error of either sign; INT_MIN stays what it is, which is no error's number.
 */
static int positive(int error)
{
	return error < 0 ? (int)(0u - (unsigned int)error) : error;
}

const char *diag_strerror(int error)
{
	const char *words = strerrordesc_np(positive(error));

	return words ? words : "unknown error";
}

const char *diag_errno_name(int error)
{
	const char *name = strerrorname_np(positive(error));

	return name ? name : "unknown errno";
}
