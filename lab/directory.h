/* SPDX-License-Identifier: BSD-2-Clause */
/* The private directory of a lab: sockets, logs, what host and guest exchange. */
#ifndef LAB_DIRECTORY_H
#define LAB_DIRECTORY_H

#include "base/diag.h"

/* The longest path of a directory: names of sockets in it must fit into an address. */
#define LAB_DIRECTORY_MAX 80

/* Makes it below XDG_RUNTIME_DIR, TMPDIR or /tmp, with mode 0700. @dir: LAB_DIRECTORY_MAX bytes. */
int lab_directory_new(char *dir, struct diag *d) MUST_CHECK;

/* Removes it with everything in it. */
void lab_directory_remove(const char *dir);

/* Writes a file of it. */
int lab_directory_write(const char *dir, const char *name, const void *bytes, size_t size,
			unsigned int mode, struct diag *d) MUST_CHECK;

/* The last @size - 1 characters at most, whole lines if possible, of file @name; "": there is none.
 */
void lab_directory_tail(const char *dir, const char *name, char *buf, size_t size);

/*
 * Where the guest's memory can be: a file that is removed at once but must be mapped as executable,
 * in a file system with @size bytes of room; preferred is one in memory. Static, or NULL with
 * words.
 */
const char *lab_directory_for_memory(uint64_t size, struct diag *d);

#endif
