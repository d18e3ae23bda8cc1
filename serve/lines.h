/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clients that ask in lines: on a unix socket, or on a byte stream such as a serial line. A line is
 * a request, and its answer is a JSON object in a line; what they say is its user's.
 *
 * One thread, and it never blocks. A client is not trusted: what it sends and what it does not read
 * is bounded by one line and one answer; a client that goes takes nothing with it.
 */
#ifndef SERVE_LINES_H
#define SERVE_LINES_H

#include "base/diag.h"

#include <jansson.h>

#define SERVE_LINES_FDS_MAX 2 /* descriptors that come with a line */

struct serve_lines;

struct serve_lines_params {
	size_t line_max;	/* bytes of a request with its newline */
	size_t answer_max;	/* bytes; longer ones become an error */
	unsigned int n_clients; /* at once, at most; streams are among them */
	bool takes_fds;		/* of a socket; otherwise they are closed unseen */
	/*
	 * The answer to a line that is not empty, owned by the caller; NULL: there is none. @fds:
	 * what came with it, borrowed, -1 behind the last.
	 */
	json_t *(*answer)(void *aux, const char *line, size_t n,
			  const int fds[SERVE_LINES_FDS_MAX]);
	/* An answer that says what is wrong; NULL: no memory. */
	json_t *(*refuse)(int error, const char *words);
	void *aux;
};

int serve_lines_new(struct serve_lines **out, const struct serve_lines_params *params,
		    struct diag *d) MUST_CHECK;
void serve_lines_free(struct serve_lines *l); /* closes what its clients have; NULL is fine */

/* Accepts clients at @fd, which is borrowed, does not block, and outlives it. */
int serve_lines_listen(struct serve_lines *l, int fd, struct diag *d) MUST_CHECK;

/* A client more, whose descriptor does not block: taken, also when it fails. -ENOSPC: there are
 * too many; -ENOMEM. */
int serve_lines_add(struct serve_lines *l, int fd) MUST_CHECK;

/* Readable when serve_lines_run() has something to do; borrowed. */
int serve_lines_fd(const struct serve_lines *l);

/* Does what can be done without waiting: at most one request of each client. */
void serve_lines_run(struct serve_lines *l);

#endif
