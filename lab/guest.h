/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What host and guest of a lab agree on. The host writes files into the directory of the lab, which
 * the guest mounts as LAB_GUEST_EXCHANGE; lab/guest/init is the guest's first process. The serial
 * lines of the guest are descriptors of the kernel's process:
 *
 *	ttyS0 .. ttyS3	the control streams of the devices, each a socket, both ways
 *	ttyS8, ttyS9	what the command writes, to the host
 *	ttyS10		lines to the host: "step WORDS", "run", "exit STATUS", "fail WORDS"
 *	tty1		the pseudo-terminal of the shell
 *	console		the kernel's log, a file
 */
#ifndef LAB_GUEST_H
#define LAB_GUEST_H

#include "base/text.h"
#include "lab/lab.h"

#define LAB_GUEST_EXCHANGE "/run/lab"
/* A script that puts a flow and tells what every layer said of it; see chain/record.h. */
#define LAB_GUEST_TRACE LAB_GUEST_EXCHANGE "/trace"

/* Descriptors of the guest's kernel. */
enum {
	LAB_FD_LOG = 1,
	LAB_FD_CONTROL = 10, /* and those that follow, one for each device */
	LAB_FD_OUT = 20,
	LAB_FD_ERR = 21,
	LAB_FD_EVENTS = 22,
	LAB_FD_TERMINAL = 23,
	LAB_FD_PRELOAD = 24,
};

/* Puts @s so that a shell reads it as one word. */
void lab_guest_quote(struct text *t, const char *s);

/* Writes the guest's programs and what it has to know into @dir. */
int lab_guest_write(const char *dir, const struct lab_params *p, struct diag *d) MUST_CHECK;

/* The command line of the kernel: words one behind the other, each with its NUL. */
void lab_guest_command(struct text *words, const char *kernel, const char *dir,
		       const struct lab_params *p);

/* A file in memory with the library that the kernel's process must preload. Descriptor, or -1: not
 * needed. */
int lab_guest_preload(void);

#endif
