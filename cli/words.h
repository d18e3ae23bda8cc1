/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words of a command line: a line of a batch file is split as a shell would split it (blanks,
 * 'single', "double" quotes, backslash; no expansion of anything), and a word that is not known is
 * compared with those that are.
 */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include "base/diag.h"

#include <stdbool.h>
#include <stddef.h>

struct words {
	const char **word; /* ends with NULL */
	size_t n, cap;
	char *bytes; /* what the words point into */
};

/*
 * Splits @len characters; a `#` at the begin of a word starts a comment. 0, -ENOMEM, or -EINVAL
 * with the place of a quote that is not closed. words_fini() in any case.
 */
int words_split(struct words *w, const char *line, size_t len, struct diag *d) MUST_CHECK;
void words_fini(struct words *w);

/* How many letters must be changed, added, dropped or swapped with their neighbour. */
size_t words_distance(const char *a, const char *b);

/*
 * Finds the word nearest to @word: give each known one to words_nearer(), starting with *@best
 * NULL; far ones are not taken.
 */
void words_nearer(const char **best, const char *word, const char *known);

#endif
