/* SPDX-License-Identifier: BSD-2-Clause */
#include "lab/kernel.h"

#include "base/alloc.h"
#include "lab/process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOW_TO_GET "run tools/uml/build once, which builds it into the cache"

static bool is_program(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

/* As mkdir -p, below what exists. */
static int make_dirs(char *path)
{
	for (char *s = path + 1; *s; s++) {
		if (*s != '/')
			continue;
		*s = '\0';
		if (mkdir(path, 0777) && errno != EEXIST)
			return -errno;
		*s = '/';
	}
	return mkdir(path, 0777) && errno != EEXIST ? -errno : 0;
}

int lab_kernel_cache(char *buf, size_t size, struct diag *d)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int n, err;

	if (cache && *cache == '/')
		n = snprintf(buf, size, "%s/inhw", cache);
	else if (home && *home == '/')
		n = snprintf(buf, size, "%s/.cache/inhw", home);
	else
		return diag_set(d, -ENOENT,
				"there is no cache: HOME and XDG_CACHE_HOME are not set");
	if (n < 0 || (size_t)n >= size)
		return diag_set(d, -ENAMETOOLONG, "the path of the cache is too long");
	err = make_dirs(buf);
	return err ? diag_set(d, err, "%s: %s", buf, strerror(-err)) : 0;
}

/* FNV-1a over the file: it names the version in the cache, and guards against nothing else. */
static int hash_file(const char *path, uint64_t *hash)
{
	static const size_t block = 65536;
	uint8_t *buf = mem_new(block);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	*hash = 0xcbf29ce484222325u;
	while (buf && fd >= 0 && (n = read(fd, buf, block)) > 0)
		for (ssize_t i = 0; i < n; i++)
			*hash = (*hash ^ buf[i]) * 0x100000001b3u;
	if (fd >= 0)
		close(fd);
	mem_free(buf);
	return n ? -EIO : 0;
}

/* Runs `xz -dc @packed` into @fd. */
static int run_xz(const char *packed, int fd, struct diag *d)
{
	const char *const argv[] = { "xz", "-dc", packed, NULL };
	const struct lab_process_fd fds[] = { { fd, 1 }, { 2, 2 } };
	const struct lab_process_params p = { .argv = argv, .fds = fds, .n_fds = ARRAY_SIZE(fds) };
	int status, err;
	pid_t pid;

	err = lab_process_start(&pid, &p, d);
	if (err)
		return err;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return diag_set(d, -errno, "xz: %s", strerror(errno));
	return status ? diag_set(d, -EIO, "xz cannot unpack %s", packed) : 0;
}

/* Two labs may do this at once: each writes a file of its own and renames it. */
static int unpack(const char *packed, const char *to, struct diag *d)
{
	char part[PATH_MAX + 16];
	int fd, err;

	snprintf(part, sizeof part, "%s.XXXXXX", to);
	fd = mkostemp(part, O_CLOEXEC);
	if (fd < 0)
		return diag_set(d, -errno, "%s: %s", part, strerror(errno));
	err = run_xz(packed, fd, d);
	if (!err && (fchmod(fd, 0755) || fsync(fd) || rename(part, to)))
		err = diag_set(d, -errno, "%s: %s", to, strerror(errno));
	if (err)
		unlink(part);
	close(fd);
	return err;
}

static int find_packed(char *path, const char *packed, struct diag *d)
{
	char cache[PATH_MAX - 64];
	uint64_t hash;
	int err;

	err = lab_kernel_cache(cache, sizeof cache, d);
	if (err)
		return err;
	if (hash_file(packed, &hash))
		return diag_set(d, -EIO, "%s cannot be read", packed);
	snprintf(path, PATH_MAX, "%s/linux-%016" PRIx64, cache, hash);
	return is_program(path) ? 0 : unpack(packed, path, d);
}

/* The build directory of a source tree has the program in it; the tree's neighbour is wanted. */
static bool find_shared(char *packed, size_t size, const char *program)
{
	char dir[PATH_MAX], *slash;

	snprintf(dir, sizeof dir, "%s", program);
	for (int i = 0; i < 3; i++) {
		slash = strrchr(dir, '/');
		if (!slash)
			return false;
		*slash = '\0';
	}
	return snprintf(packed, size, "%s/shared/uml/linux.xz", dir) < (int)size &&
	       !access(packed, R_OK);
}

static int find_cached(char *path, struct diag *d)
{
	char cache[PATH_MAX - 64];
	int err = lab_kernel_cache(cache, sizeof cache, d);

	if (err)
		return err;
	snprintf(path, PATH_MAX, "%s/linux", cache);
	if (is_program(path))
		return 0;
	return diag_set(d, -ENOENT, "there is no kernel for the guest (%s): " HOW_TO_GET, path);
}

/* A kernel that somebody named: @by says how. */
static int take_named(char *path, const char *name, const char *by, struct diag *d)
{
	if (!realpath(name, path))
		return diag_set(d, -errno, "%s %s: %s", by, name, strerror(errno));
	return is_program(path) ? 0 : diag_set(d, -EACCES, "%s %s: no program", by, name);
}

int lab_kernel_find(char **path, const char *given, const char *program, struct diag *d)
{
	const char *env = getenv("INHW_UML_KERNEL");
	char found[PATH_MAX], packed[PATH_MAX];
	int err;

	if (given)
		err = take_named(found, given, "--kernel", d);
	else if (env && *env)
		err = take_named(found, env, "INHW_UML_KERNEL", d);
	else if (find_shared(packed, sizeof packed, program))
		err = find_packed(found, packed, d);
	else
		err = find_cached(found, d);
	if (err)
		return err;
	*path = mem_strdup(found);
	return *path ? 0 : diag_set(d, -ENOMEM, "no memory");
}
