/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/print.h"

#include "trace/tree.h"

#include <errno.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_DEFAULT 100 /* columns of a terminal that does not say */

static const char *const sequences[PRINT_N_STYLES] = {
	[PRINT_PLAIN] = "",	    [PRINT_GOOD] = "\033[1;32m", [PRINT_HALF] = "\033[1;33m",
	[PRINT_BAD] = "\033[1;31m", [PRINT_BOLD] = "\033[1m",	 [PRINT_DIM] = "\033[2m",
};

static unsigned int width_of(FILE *f)
{
	struct winsize size = { 0 };

	if (!isatty(fileno(f)))
		return 0;
	if (ioctl(fileno(f), TIOCGWINSZ, &size) || !size.ws_col)
		return WIDTH_DEFAULT;
	return size.ws_col;
}

/* https://no-color.org: set and not empty. */
static bool can_colour(FILE *f)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(f)) && !(no && *no) && !(term && !strcmp(term, "dumb"));
}

void print_init(struct print *p, FILE *out, FILE *err)
{
	const char *codeset = nl_langinfo(CODESET);

	*p = (struct print){ .out = out, .err = err };
	/* "C" is what programs get that set no locale; their terminals show UTF-8 all the same. */
	p->ascii = strcmp(codeset, "UTF-8") && strcmp(codeset, "ANSI_X3.4-1968");
	p->width = width_of(out);
	p->err_width = width_of(err);
	p->auto_colour = can_colour(out);
	p->auto_err_colour = can_colour(err);
	print_set_colour(p, PRINT_AUTO);
}

void print_set_colour(struct print *p, enum print_when when)
{
	p->colour = when == PRINT_AUTO ? p->auto_colour : when == PRINT_ALWAYS;
	p->err_colour = when == PRINT_AUTO ? p->auto_err_colour : when == PRINT_ALWAYS;
}

static void remember_error(struct print *p)
{
	if (!p->error)
		p->error = errno ? -errno : -EIO;
}

int print_end(struct print *p)
{
	if (fflush(p->out) || ferror(p->out))
		remember_error(p);
	if (p->error)
		print_failure(p, "cannot write the output: %s", diag_strerror(p->error));
	return p->error;
}

void print_text(struct print *p, const char *s)
{
	if (fputs(s, p->out) == EOF)
		remember_error(p);
}

void printf_text(struct print *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (vfprintf(p->out, fmt, args) < 0)
		remember_error(p);
	va_end(args);
}

void print_styled(struct print *p, enum print_style style, const char *fmt, ...)
{
	bool colour = p->colour && style != PRINT_PLAIN;
	va_list args;

	print_text(p, colour ? sequences[style] : "");
	va_start(args, fmt);
	if (vfprintf(p->out, fmt, args) < 0)
		remember_error(p);
	va_end(args);
	print_text(p, colour ? "\033[0m" : "");
}

void print_json(struct print *p, json_t *j)
{
	if (!j) {
		p->error = p->error ? p->error : -ENOMEM;
		return;
	}
	if (json_dumpf(j, p->out, JSON_INDENT(2) | JSON_PRESERVE_ORDER))
		remember_error(p);
	print_text(p, "\n");
	json_decref(j);
}

struct caret print_caret(const struct print *p, bool to_err)
{
	bool colour = to_err ? p->err_colour : p->colour;

	return (struct caret){
		.indent = "  ",
		.on = colour ? sequences[PRINT_BAD] : "",
		.off = colour ? "\033[0m" : "",
		.ellipsis = p->ascii ? "~" : "…",
		.width = to_err ? p->err_width : p->width,
	};
}

/* So that output and errors keep their order when both go to one terminal or file. */
static void flush_out(struct print *p)
{
	if (fflush(p->out))
		remember_error(p);
}

void print_error_text(struct print *p, const char *s)
{
	flush_out(p);
	fputs(s, p->err);
}

void print_failure(struct print *p, const char *fmt, ...)
{
	va_list args;

	flush_out(p);
	fprintf(p->err, "inhw: %s", p->place);
	va_start(args, fmt);
	vfprintf(p->err, fmt, args);
	va_end(args);
	fputc('\n', p->err);
}

void print_place(struct print *p, const char *s, size_t offset, size_t length)
{
	struct caret c = print_caret(p, true);
	struct text t;

	text_init(&t);
	caret_format(&t, &c, s, strlen(s), offset, length);
	print_error_text(p, t.s);
	text_fini(&t);
}

void print_diag(struct print *p, const struct diag *d, const char *s)
{
	print_failure(p, "%s", d->words);
	if (s && d->has_range)
		print_place(p, s, d->offset, d->length);
}

void print_trace(struct print *p, const struct trace *t)
{
	const struct trace_tree_options o = { p->colour, p->ascii, p->width, 0 };
	struct text out;

	text_init(&out);
	trace_tree_format(&out, t, &o);
	if (out.error)
		print_failure(p, "the tree: no memory");
	print_text(p, out.s);
	print_text(p, out.len ? "\n" : "");
	text_fini(&out);
}
