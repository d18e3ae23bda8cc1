/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw -b FILE`: many commands, one model. */
#include "cli/cli.h"
#include "cli/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int run_line(struct cli *c, const char *line, size_t len)
{
	struct words w;
	struct diag d;
	int status = CLI_OK;

	diag_init(&d);
	if (memchr(line, '\0', len)) {
		print_failure(&c->print, "there is a NUL in this line");
		return CLI_USAGE;
	}
	if (words_split(&w, line, len, &d)) {
		print_diag(&c->print, &d, line);
		status = CLI_USAGE;
	} else if (w.n) {
		/* A line may start with the program's name, so that lines of a terminal work. */
		size_t skip = !strcmp(w.word[0], "inhw") && w.n > 1;

		status = cli_run(c, (int)(w.n - skip), w.word + skip);
	}
	words_fini(&w);
	return status;
}

static int run_lines(struct cli *c, FILE *f, const char *name, bool keep_going)
{
	int first = CLI_OK, status;
	unsigned long number = 0;
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	while ((len = getline(&line, &cap, f)) >= 0) {
		snprintf(c->print.place, sizeof c->print.place, "%.40s:%lu: ", name, ++number);
		if (len && line[len - 1] == '\n')
			line[--len] = '\0';
		status = run_line(c, line, (size_t)len);
		if (!first)
			first = status;
		if ((status && !keep_going) || c->print.error)
			break;
	}
	c->print.place[0] = '\0';
	if (ferror(f)) {
		print_failure(&c->print, "cannot read %s: %s", name, diag_strerror(errno));
		first = first ? first : CLI_USAGE;
	}
	free(line);
	return first;
}

int cli_batch(struct cli *c, const char *file, bool keep_going)
{
	bool is_stdin = !strcmp(file, "-");
	FILE *f = is_stdin ? stdin : fopen(file, "re");
	int status;

	if (!f) {
		print_failure(&c->print, "cannot open %s: %s", file, diag_strerror(errno));
		return CLI_USAGE;
	}
	status = run_lines(c, f, is_stdin ? "standard input" : file, keep_going);
	if (!is_stdin)
		fclose(f);
	return status;
}
