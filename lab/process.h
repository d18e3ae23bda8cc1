/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes of the lab: started with exactly the descriptors that they are meant to have, each in a
 * group of its own, dying with the process that started them; and the end of all of them,
 * whatever they made of themselves in the meantime.
 */
#ifndef LAB_PROCESS_H
#define LAB_PROCESS_H

#include "base/diag.h"

#include <sys/types.h>

#define LAB_PROCESS_FDS_MAX 32

/* Descriptor @from of the caller is @to in the new process. */
struct lab_process_fd {
	int from, to;
};

struct lab_process_params {
	const char *const *argv; /* ends with NULL; argv[0] is looked for in PATH */
	const char *const *env;	 /* "NAME=VALUE", added to the caller's; ends with NULL; or NULL */
	const struct lab_process_fd *fds; /* those not named are closed, 0 to 2 are /dev/null */
	size_t n_fds;
};

/* Starts a process. Everything is borrowed. 0 and its number, or what exec() said, with words. */
int lab_process_start(pid_t *pid, const struct lab_process_params *p, struct diag *d) MUST_CHECK;

/* "exited with status 1", "was killed by signal 9 (Killed)": of a status of waitpid(). */
const char *lab_process_end_words(char *buf, size_t size, int status);

/*
 * Whether processes whose parent dies become children of this one, so that
 * lab_process_kill_all() finds them.
 */
void lab_process_adopt(bool on);

/*
 * Kills and reaps every descendant that started at or after @since (in clock ticks since the boot
 * of the machine, lab_process_start_time()), until there is none. Needs lab_process_adopt().
 */
void lab_process_kill_all(uint64_t since);

/* When process @pid started; 0: there is none. */
uint64_t lab_process_start_time(pid_t pid);

#endif
