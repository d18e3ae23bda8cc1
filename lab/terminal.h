/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The caller's terminal, which is made raw while a shell of the guest is on it, and a
 * pseudo-terminal that the guest gets in its place: its size follows the caller's.
 */
#ifndef LAB_TERMINAL_H
#define LAB_TERMINAL_H

#include "base/diag.h"

#include <stdbool.h>
#include <termios.h>

struct lab_terminal {
	bool is_raw;
	struct termios before;
};

/* Descriptor 0 passes every key as it is, until lab_terminal_restore(). */
int lab_terminal_raw(struct lab_terminal *t, struct diag *d) MUST_CHECK;
void lab_terminal_restore(struct lab_terminal *t);

/* A pseudo-terminal of the size of descriptor 0's. */
int lab_terminal_open(int *master, int *slave, struct diag *d) MUST_CHECK;

/* Gives @master the size that descriptor 0 has now. */
void lab_terminal_resize(int master);

#endif
