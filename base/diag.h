/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct diag: why something failed, in words, and where in the caller's input.
 *
 * It is caller-owned, of a fixed size, needs no allocation, and is optional: every function that
 * takes one accepts NULL. The innermost failure wins: the first diag_set() after diag_init() fills
 * it, later ones only return their error; outer layers add context in front with diag_context().
 * The functions return the error that they are given, so that a failure is one statement:
 *
 *	return diag_set_at(d, offset, -EINVAL, "vid %u is more than 4095", vid);
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

#define DIAG_WORDS_MAX 320 /* bytes with the NUL; longer words are cut and end in "..." */
#define DIAG_FIELD_MAX 48

/* The folder that a file belongs to; the build defines it for each library. */
#ifndef INHW_LAYER
#define INHW_LAYER "?"
#endif

struct diag {
	int error;		    /* negative errno; 0: nothing failed yet */
	const char *layer;	    /* static: folder of the function that failed, e.g. "flow" */
	const char *function;	    /* static: its name */
	bool has_range;		    /* @offset and @length point into the caller's input */
	size_t offset;		    /* bytes from its begin */
	size_t length;		    /* bytes, at least 1 */
	char field[DIAG_FIELD_MAX]; /* the field, attribute or action, as its users call it; or ""
				     */
	char words[DIAG_WORDS_MAX]; /* without a full stop or newline */
};

void diag_init(struct diag *d);

/* Records a failure that has no place in the input. @error is a negative errno and is returned. */
#define diag_set(d, error, ...) diag_set_((d), INHW_LAYER, __func__, (error), __VA_ARGS__)

/* Records a failure at byte @offset of the input; _range: of @length bytes from there. */
#define diag_set_at(d, offset, error, ...) \
	diag_set_range_((d), INHW_LAYER, __func__, (offset), 1, (error), __VA_ARGS__)
#define diag_set_range(d, offset, length, error, ...) \
	diag_set_range_((d), INHW_LAYER, __func__, (offset), (length), (error), __VA_ARGS__)

int diag_set_(struct diag *d, const char *layer, const char *function, int error, const char *fmt,
	      ...) PRINTF_LIKE(5, 6);
int diag_set_range_(struct diag *d, const char *layer, const char *function, size_t offset,
		    size_t length, int error, const char *fmt, ...) PRINTF_LIKE(7, 8);

/* Names the field of a failure that has none yet. */
void diag_field(struct diag *d, const char *field);

/* Gives a failure its place if it has none yet, or moves the place that it has by @base bytes. */
void diag_place(struct diag *d, size_t offset, size_t length);
void diag_shift(struct diag *d, size_t base);

/* Puts "context: " in front of the words of a failure. */
void diag_context(struct diag *d, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * Copies @from, if it failed, into @d, if that has not. Returns the error of @from.
 */
int diag_copy(struct diag *d, const struct diag *from);

/* "No such file or directory" for @error = -ENOENT; never NULL; static or thread-local storage. */
const char *diag_strerror(int error);

/* "ENOENT" for -ENOENT, or "errno 999". */
const char *diag_errno_name(int error);

#endif
