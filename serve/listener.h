/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A unix socket that listens at a path which is this process's alone: a lock file PATH.lock beside
 * it keeps a second server away, and lets the socket that a killed one left be replaced. Only its
 * owner may connect. Both files are removed at the end.
 */
#ifndef SERVE_LISTENER_H
#define SERVE_LISTENER_H

#include "base/diag.h"

struct serve_listener;

/* -EADDRINUSE: another server is there. A file at @path that is no socket is left alone. */
int serve_listener_new(struct serve_listener **out, const char *path, struct diag *d) MUST_CHECK;
void serve_listener_free(struct serve_listener *l); /* NULL is fine */

int serve_listener_fd(
	const struct serve_listener *l); /* borrowed; readable: there is one to accept */
/* A connected socket, owned by the caller, or -EAGAIN: there is none. */
int serve_listener_accept(struct serve_listener *l) MUST_CHECK;

#endif
