/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands that run in a daemon (`inhw serve`) when there is one: what a person types is sent
 * there, and what it prints comes back. The daemon reads files from this process's directory; its
 * standard input is sent along when a command names it.
 */
#ifndef CLI_REMOTE_H
#define CLI_REMOTE_H

#include "cli/cli.h"
#include "serve/request.h"

#define CLI_SOCKET_PATH_MAX  256	 /* bytes of the default one, with its NUL */
#define CLI_REMOTE_INPUT_MAX (64u << 20) /* bytes of standard input that are sent along */
#define CLI_REMOTE_TIMEOUT_S 60		 /* for the daemon to take a command, and to answer it */

struct cli_remote {
	const char *option; /* --socket; NULL: not given */
	bool is_off;	    /* there is no daemon, or none is wanted */
	int fd;		    /* -1: not connected yet */
	char path[CLI_SOCKET_PATH_MAX];
};

/* @option: kept. */
void cli_remote_init(struct cli_remote *r, const char *option, bool is_off);
void cli_remote_fini(struct cli_remote *r);

/*
 * The path of the daemon's socket: @option, INHW_SOCKET, or in the user's or the system's directory
 * for such files. *@is_default: nobody has chosen it. 0; -ENOENT: an empty INHW_SOCKET says that
 * there is no daemon; -ENAMETOOLONG.
 */
int cli_remote_path(char path[CLI_SOCKET_PATH_MAX], const char *option, bool *is_default);

/*
 * Runs a command in the daemon: true, and its exit status is in *@status. False: there is none, and
 * none was asked for by name: run it here. What is wrong with a daemon that is there is said, and
 * an exit status.
 */
bool cli_remote_run(struct cli_remote *r, struct cli *c, int argc, const char **argv,
		    int *status) MUST_CHECK;

/*
 * As above, with the answer in *@a instead of printed: 1; 0: there is no daemon; or negative errno,
 * with words. serve_answer_fini() in any case.
 */
int cli_remote_ask(struct cli_remote *r, struct cli *c, int argc, const char **argv,
		   struct serve_answer *a, struct diag *d) MUST_CHECK;

#endif
