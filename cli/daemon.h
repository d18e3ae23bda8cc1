/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process of `inhw serve`: one thread, which runs whatever has something to do: commands that
 * come over a socket (serve/request.h), the clock of the model machine, and what is added.
 *
 * A command runs as if it were typed here, with its output in memory: one at a time, in the
 * client's directory and with its standard input, which are this process's own again when it is
 * done. It is cut off when it runs for too long, even if it waits for a file.
 */
#ifndef CLI_DAEMON_H
#define CLI_DAEMON_H

#include "cli/cli.h"

#define DAEMON_CLIENTS_MAX    32u /* at once */
#define DAEMON_COMMAND_MAX_NS (5 * NSEC_PER_SEC)
#define DAEMON_TICK_NS	      (100 * NSEC_PER_MSEC) /* the model's clock moves so often at least */
#define DAEMON_SOURCES_MAX    8u

struct daemon;

/* Something that has to be done now and then. */
struct daemon_source {
	int fd; /* readable: there is something to do; -1: none; borrowed */
	/* When there is, in clock_now_ns()'s time; UINT64_MAX: never. NULL: only @fd tells. */
	uint64_t (*next_ns)(void *aux);
	void (*run)(void *aux, uint64_t now_ns);
	void *aux;
};

/*
 * Listens at @path; its directory must be there. @c: borrowed for its life; its commands run as a
 * daemon's from now on. SIGTERM and SIGINT are blocked, SIGPIPE ignored, SIGALRM has a handler.
 */
int daemon_new(struct daemon **out, struct cli *c, const char *path, struct diag *d) MUST_CHECK;
void daemon_free(struct daemon *s); /* NULL is fine */

/* @source: copied. -ENOSPC: too many. */
int daemon_add(struct daemon *s, const struct daemon_source *source, struct diag *d) MUST_CHECK;

/* Serves until SIGTERM or SIGINT: 0, or why it cannot go on. */
int daemon_run(struct daemon *s, struct diag *d) MUST_CHECK;

#endif
