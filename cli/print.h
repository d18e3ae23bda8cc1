/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one place that writes: text with or without colour, JSON, errors with the place in the user's
 * text. A write that fails is remembered and becomes an error exit (print_end()).
 */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "base/diag.h"
#include "base/text.h"
#include "cli/caret.h"

#include <jansson.h>
#include <stdio.h>

struct trace;

enum print_when {
	PRINT_AUTO, /* on a terminal, when NO_COLOR is not set */
	PRINT_ALWAYS,
	PRINT_NEVER
};

enum print_style {
	PRINT_PLAIN,
	PRINT_GOOD,
	PRINT_HALF,
	PRINT_BAD,
	PRINT_BOLD,
	PRINT_DIM,
	PRINT_N_STYLES
};

struct print {
	FILE *out, *err;
	bool colour, err_colour;	   /* of each stream */
	bool ascii;			   /* the locale is not UTF-8 */
	unsigned int width;		   /* columns of the terminal; 0: out is none */
	unsigned int err_width;		   /* of that of err */
	bool auto_colour, auto_err_colour; /* what PRINT_AUTO comes to */
	int error;			   /* the first write that failed, negative errno */
	char place[64];			   /* "FILE:3: " in front of errors, or "" */
};

void print_init(struct print *p, FILE *out, FILE *err);
void print_set_colour(struct print *p, enum print_when when);

/* Flushes. 0, or the errno of the first write that failed, after saying so on err. */
int print_end(struct print *p);

void print_text(struct print *p, const char *s);
void printf_text(struct print *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
void print_styled(struct print *p, enum print_style style, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Indented, one object or array and a newline. @j is taken; NULL: says that memory ran out. */
void print_json(struct print *p, json_t *j);

/* What ran, as a tree, and an empty line. */
void print_trace(struct print *p, const struct trace *t);

/* How carets are drawn on out, or on err with @to_err. */
struct caret print_caret(const struct print *p, bool to_err);

/* "inhw: WORDS" on err, with the place of a batch file. */
void print_failure(struct print *p, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* As it is, on err. */
void print_error_text(struct print *p, const char *s);

/* @s with a caret under @length bytes from @offset, on err. */
void print_place(struct print *p, const char *s, size_t offset, size_t length);

/* The words of a failure and, when it has a place and @s is not NULL, the text with a caret. */
void print_diag(struct print *p, const struct diag *d, const char *s);

#endif
