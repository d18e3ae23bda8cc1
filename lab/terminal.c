/* SPDX-License-Identifier: BSD-2-Clause */
#include "lab/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int lab_terminal_raw(struct lab_terminal *t, struct diag *d)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &t->before))
		return diag_set(d, -errno, "the terminal: %s", strerror(errno));
	raw = t->before;
	cfmakeraw(&raw);
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw))
		return diag_set(d, -errno, "the terminal: %s", strerror(errno));
	t->is_raw = true;
	return 0;
}

void lab_terminal_restore(struct lab_terminal *t)
{
	if (t->is_raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &t->before);
	t->is_raw = false;
}

void lab_terminal_resize(int master)
{
	struct winsize size;

	if (!ioctl(STDIN_FILENO, TIOCGWINSZ, &size))
		ioctl(master, TIOCSWINSZ, &size);
}

int lab_terminal_open(int *master, int *slave, struct diag *d)
{
	*master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*master < 0)
		return diag_set(d, -errno, "no pseudo-terminal: %s", strerror(errno));
	*slave = -1;
	if (!grantpt(*master) && !unlockpt(*master))
		*slave = ioctl(*master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave < 0) {
		close(*master);
		return diag_set(d, -errno, "no pseudo-terminal: %s", strerror(errno));
	}
	lab_terminal_resize(*master);
	return 0;
}
