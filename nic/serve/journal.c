/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/serve/journal.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_MAX_SIZE 512

void nic_journal_init(struct nic_journal *l, int fd)
{
	*l = (struct nic_journal){ .fd = fd, .tokens = NIC_JOURNAL_BURST };
	pthread_mutex_init(&l->lock, NULL);
}

void nic_journal_fini(struct nic_journal *l)
{
	pthread_mutex_destroy(&l->lock);
}

/* In one write(), so that lines of threads do not mix; where it goes to may be gone. */
PRINTF_LIKE(2, 0)
static void put(struct nic_journal *l, const char *fmt, va_list args)
{
	char line[LINE_MAX_SIZE] = "inhw nic serve: ";
	size_t n = sizeof "inhw nic serve: " - 1;
	int more;

	if (l->fd < 0)
		return;
	more = vsnprintf(line + n, sizeof line - n - 1, fmt, args);
	if (more < 0)
		return;
	n += (size_t)more < sizeof line - n - 2 ? (size_t)more : sizeof line - n - 2;
	line[n++] = '\n';
	if (write(l->fd, line, n) < 0)
		return;
}

void nic_journal_line(struct nic_journal *l, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put(l, fmt, args);
	va_end(args);
}

/* Whether there is a line for an error now; then *@n_left_out were not said before it. */
static bool take_token(struct nic_journal *l, uint64_t now_ns, uint64_t *n_left_out)
{
	uint64_t fresh = (now_ns - l->last_ns) / (NSEC_PER_SEC / NIC_JOURNAL_PER_S);

	if (fresh) {
		l->tokens = l->tokens + fresh < NIC_JOURNAL_BURST ? l->tokens + fresh
								  : NIC_JOURNAL_BURST;
		l->last_ns = now_ns;
	}
	if (!l->tokens) {
		l->n_left_out++;
		return false;
	}
	l->tokens--;
	*n_left_out = l->n_left_out;
	l->n_left_out = 0;
	return true;
}

void nic_journal_error(struct nic_journal *l, uint64_t now_ns, const struct diag *d)
{
	uint64_t n_left_out = 0;
	bool may;

	pthread_mutex_lock(&l->lock);
	may = take_token(l, now_ns, &n_left_out);
	pthread_mutex_unlock(&l->lock);
	if (!may)
		return;
	if (n_left_out)
		nic_journal_line(l, "%llu errors were not shown", (unsigned long long)n_left_out);
	nic_journal_line(l, "%s", d->words);
}
