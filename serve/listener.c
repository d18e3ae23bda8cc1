/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/listener.h"

#include "base/alloc.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG	    64
#define LOCK_TRIES  100
#define OWNER_ALONE 0600

struct serve_listener {
	char *path, *lock_path;
	int fd, lock; /* or -1 */
	bool is_bound;
};

/* Whoever ended meanwhile may have removed the file that was opened. */
static bool is_still_there(int fd, const char *path)
{
	struct stat a, b;

	return !fstat(fd, &a) && !stat(path, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int take_lock(struct serve_listener *l, struct diag *d)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		l->lock =
			open(l->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, OWNER_ALONE);
		if (l->lock < 0)
			return diag_set(d, -errno, "%s: %s", l->lock_path, diag_strerror(-errno));
		if (flock(l->lock, LOCK_EX | LOCK_NB)) {
			close(l->lock);
			l->lock = -1;
			return diag_set(d, -EADDRINUSE, "%s: another server is listening there",
					l->path);
		}
		if (is_still_there(l->lock, l->lock_path))
			return 0;
		close(l->lock);
		l->lock = -1;
	}
	return diag_set(d, -EADDRINUSE, "%s: its lock file comes and goes", l->path);
}

/* What a server that was killed left there. */
static int remove_stale(const char *path, struct diag *d)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? 0
				       : diag_set(d, -errno, "%s: %s", path, diag_strerror(-errno));
	if (!S_ISSOCK(st.st_mode))
		return diag_set(d, -EEXIST, "%s is there, and is no socket", path);
	if (unlink(path))
		return diag_set(d, -errno, "%s: %s", path, diag_strerror(-errno));
	return 0;
}

static int start(struct serve_listener *l, struct diag *d)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int err;

	if (strlen(l->path) >= sizeof address.sun_path)
		return diag_set(d, -ENAMETOOLONG, "%s: a socket's path has at most %zu bytes",
				l->path, sizeof address.sun_path - 1);
	strcpy(address.sun_path, l->path);
	err = take_lock(l, d);
	if (!err)
		err = remove_stale(l->path, d);
	if (err)
		return err;
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* Of a socket that is not bound yet: the mode that its file will have. */
	if (l->fd < 0 || fchmod(l->fd, OWNER_ALONE) ||
	    bind(l->fd, (const struct sockaddr *)&address, sizeof address))
		return diag_set(d, -errno, "%s: %s", l->path, diag_strerror(-errno));
	l->is_bound = true;
	if (listen(l->fd, BACKLOG))
		return diag_set(d, -errno, "%s: %s", l->path, diag_strerror(-errno));
	return 0;
}

static char *with_suffix(const char *path, const char *suffix)
{
	struct text t;

	text_init(&t);
	text_put(&t, path);
	text_put(&t, suffix);
	return text_take(&t);
}

int serve_listener_new(struct serve_listener **out, const char *path, struct diag *d)
{
	struct serve_listener *l = mem_new(sizeof *l);
	int err;

	if (!l)
		return diag_set(d, -ENOMEM, "out of memory");
	l->fd = l->lock = -1;
	l->path = mem_strdup(path);
	l->lock_path = with_suffix(path, ".lock");
	err = l->path && l->lock_path ? start(l, d) : diag_set(d, -ENOMEM, "out of memory");
	if (err)
		serve_listener_free(l);
	else
		*out = l;
	return err;
}

void serve_listener_free(struct serve_listener *l)
{
	if (!l)
		return;
	if (l->is_bound)
		unlink(l->path);
	if (l->fd >= 0)
		close(l->fd);
	if (l->lock >= 0) {
		unlink(l->lock_path); /* before the lock is gone: nobody else has it yet */
		close(l->lock);
	}
	mem_free(l->path);
	mem_free(l->lock_path);
	mem_free(l);
}

int serve_listener_fd(const struct serve_listener *l)
{
	return l->fd;
}

int serve_listener_accept(struct serve_listener *l)
{
	int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);

	return fd < 0 ? -EAGAIN : fd;
}
