/* SPDX-License-Identifier: BSD-2-Clause */
/* The program: global options, then a command or a batch of them. */
#include "cli/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct global {
	const char *batch, *socket;
	bool keep_going, no_daemon, help, version;
};

static const struct option_row rows[] = {
	{ .name = "batch",
	  .letter = 'b',
	  .type = OPTION_STRING,
	  .offset = offsetof(struct global, batch),
	  .arg = "FILE" },
	{ .name = "keep-going",
	  .letter = 'k',
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct global, keep_going) },
	{ .name = "socket",
	  .type = OPTION_STRING,
	  .offset = offsetof(struct global, socket),
	  .arg = "PATH" },
	{ .name = "no-daemon", .type = OPTION_FLAG, .offset = offsetof(struct global, no_daemon) },
	{ .name = "help",
	  .letter = 'h',
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct global, help) },
	{ .name = "version",
	  .letter = 'V',
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct global, version) },
	{ .name = NULL },
};

/*
 * A standard stream that is closed would be given to the first file that is opened. Reading from
 * /dev/null and writing to a descriptor opened for reading fail as they should.
 */
static void open_standard_streams(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			_exit(CLI_USAGE);
}

static int run(struct cli *c, const struct global *g, int argc, const char **argv)
{
	if (g->version) {
		print_text(&c->print, "inhw " INHW_VERSION "\n");
		return CLI_OK;
	}
	if (g->help || (!argc && !g->batch)) {
		cli_help(c);
		return g->help ? CLI_OK : CLI_USAGE;
	}
	if (g->batch && argc)
		return cli_usage(c, NULL, "a batch or a command, not both");
	return g->batch ? cli_batch(c, g->batch, g->keep_going) : cli_run(c, argc, argv);
}

int main(int argc, char **argv)
{
	struct global g = { 0 };
	struct cli_remote remote = { .fd = -1 };
	struct cli c;
	struct diag d;
	int n, status;
	/* options_parse() moves the pointers, and never writes to the strings. */
	const char **args = CONST_CAST(const char **, argv + 1);

	open_standard_streams();
	setlocale(LC_CTYPE, "");
	cli_init(&c, stdout, stderr);
	diag_init(&d);
	const struct option_set sets[] = { { cli_model_rows, &c.given }, { rows, &g }, { 0 } };

	if (options_parse(sets, argc > 0 ? argc - 1 : 0, args, true, &n, &d)) {
		status = cli_usage(&c, NULL, "%s", d.words);
	} else {
		c.model = c.given;
		print_set_colour(&c.print, (enum print_when)c.given.colour);
		cli_remote_init(&remote, g.socket, g.no_daemon);
		c.remote = &remote;
		status = run(&c, &g, n, args);
	}
	if (print_end(&c.print))
		status = CLI_USAGE;
	cli_remote_fini(&remote);
	cli_fini(&c);
	return status;
}
