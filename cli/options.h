/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Command line options as tables: one row for each, from which parsing, checking, --help and
 * the suggestion for a misspelt one are made. Options may stand before, between and behind the
 * other arguments; `--` ends them, `-` alone is an argument.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/diag.h"
#include "base/text.h"

enum option_type {
	OPTION_FLAG,   /* bool: true when it is given */
	OPTION_STRING, /* const char *: borrows the argument */
	OPTION_NUMBER, /* uint64_t: also in hex (0x), with k, M at its end, within min and max */
	OPTION_CHOICE, /* int: index into choices */
	OPTION_N_TYPES
};

struct option_row {
	const char *name; /* "json"; NULL ends a table */
	char letter;	  /* or 0 */
	enum option_type type;
	size_t offset;		    /* of the value in the struct of the table */
	const char *arg;	    /* "FILE" in --help; NULL for flags */
	const char *help;	    /* NULL: accepted, not shown */
	const char *const *choices; /* ends with NULL */
	uint64_t min, max;
};

/* A table with the struct that it fills. */
struct option_set {
	const struct option_row *rows; /* NULL ends a list of sets */
	void *values;
};

/*
 * Reads @argv[0..@argc-1] (the command's name is not among them); what is not an option is moved to
 * its front, in order, and *@n_args set. With @stop the first argument ends the options.
 * 0, or -EINVAL with words.
 */
int options_parse(const struct option_set *sets, int argc, const char **argv, bool stop,
		  int *n_args, struct diag *d) MUST_CHECK;

/* "  -k, --keep-going   go on after an error" for each row. */
void options_format(struct text *t, const struct option_row *rows);

#endif
