/* SPDX-License-Identifier: BSD-2-Clause */
#include "lab/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define TAIL_LINES 24
#define TAIL_BYTES 16384

int lab_directory_new(char *dir, struct diag *d)
{
	const char *const parents[] = { getenv("XDG_RUNTIME_DIR"), getenv("TMPDIR"), "/tmp" };

	for (size_t i = 0; i < ARRAY_SIZE(parents); i++) {
		int n;

		if (!parents[i] || parents[i][0] != '/')
			continue;
		n = snprintf(dir, LAB_DIRECTORY_MAX, "%s/inhw-lab.XXXXXX", parents[i]);
		if (n > 0 && n < LAB_DIRECTORY_MAX && mkdtemp(dir))
			return 0;
	}
	*dir = '\0';
	return diag_set(d, -errno, "no directory can be made in /tmp: %s", strerror(errno));
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	remove(path); /* what cannot be removed is not ours to complain about */
	return 0;
}

void lab_directory_remove(const char *dir)
{
	if (*dir)
		nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

int lab_directory_write(const char *dir, const char *name, const void *bytes, size_t size,
			unsigned int mode, struct diag *d)
{
	char path[LAB_DIRECTORY_MAX + 64];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd >= 0)
		n = write(fd, bytes, size);
	if (fd >= 0 && close(fd))
		n = -1;
	if (n < 0)
		return diag_set(d, -errno, "%s: %s", path, strerror(errno));
	return (size_t)n == size ? 0 : diag_set(d, -ENOSPC, "%s: the disk is full", path);
}

/* Reads the end of a file, as far as it fits, from a line's begin on. */
static void read_end(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n = 0;
	off_t at = 0;
	char *line;

	*buf = '\0';
	if (fd < 0)
		return;
	if (!fstat(fd, &st) && (size_t)st.st_size > size - 1)
		at = st.st_size - (off_t)(size - 1);
	n = pread(fd, buf, size - 1, at);
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	line = at ? strchr(buf, '\n') : NULL;
	if (line)
		memmove(buf, line + 1, strlen(line + 1) + 1);
}

/* "[   21.05]  [<606a88e2>] ? show_stack+0x0/0x94" and the words of the stack above. */
static bool is_noise(const char *line)
{
	const char *s = *line == '[' ? strchr(line, ']') : NULL;

	if (!s || strncmp(s, "]  ", 3))
		return s && !strncmp(s, "] epollctl add err", 18);
	s += 3;
	return !strncmp(s, "[<", 2) || strspn(s, "0123456789abcdef") == 8;
}

void lab_directory_tail(const char *dir, const char *name, char *buf, size_t size)
{
	char path[LAB_DIRECTORY_MAX + 64], end[TAIL_BYTES], *save;
	const char *lines[TAIL_LINES] = { NULL };
	size_t n = 0, len = 0;

	*buf = '\0';
	snprintf(path, sizeof path, "%s/%s", dir, name);
	read_end(path, end, sizeof end);
	for (char *s = strtok_r(end, "\n", &save); s; s = strtok_r(NULL, "\n", &save))
		if (!is_noise(s))
			lines[n++ % TAIL_LINES] = s;
	for (size_t i = n > TAIL_LINES ? n - TAIL_LINES : 0; i < n; i++) {
		const char *line = lines[i % TAIL_LINES];
		size_t add = strlen(line) + 1;

		if (len + add >= size)
			break;
		memcpy(buf + len, line, add - 1);
		buf[len + add - 1] = '\n';
		len += add;
	}
	buf[len] = '\0';
}

/* Mount options say whether a mapping may be executable; a map would too, at more expense. */
static bool has_room(const char *dir, uint64_t size)
{
	struct statvfs st;

	return dir && *dir == '/' && !access(dir, W_OK | X_OK) && !statvfs(dir, &st) &&
	       !(st.f_flag & ST_NOEXEC) && (uint64_t)st.f_bavail * st.f_frsize >= size;
}

const char *lab_directory_for_memory(uint64_t size, struct diag *d)
{
	/* The last one may be on a disk: slow, but a container's /dev/shm is often too small. */
	const char *const dirs[] = { "/dev/shm", getenv("XDG_RUNTIME_DIR"), getenv("TMPDIR"),
				     "/tmp", "/var/tmp" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (has_room(dirs[i], size))
			return dirs[i];
	diag_set(d, -ENOSPC,
		 "there is no room for the guest's memory, %llu MB in a file: neither /dev/shm nor "
		 "/tmp has it, or they are mounted noexec; try a smaller --memory",
		 (unsigned long long)(size >> 20));
	return NULL;
}
