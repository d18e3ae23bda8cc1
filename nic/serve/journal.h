/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a server says while it runs: lines on a file descriptor. Errors that guests cause are
 * limited, so that a guest cannot fill a disk; how many were left out is said with the next. Any
 * thread may write.
 */
#ifndef NIC_SERVE_JOURNAL_H
#define NIC_SERVE_JOURNAL_H

#include "base/diag.h"

#include <pthread.h>
#include <stdint.h>

#define NIC_JOURNAL_BURST 10 /* errors */
#define NIC_JOURNAL_PER_S 1  /* and then so many in a second */

struct nic_journal {
	int fd; /* borrowed; -1: nothing is said */
	pthread_mutex_t lock;
	uint64_t last_ns; /* when @tokens was right */
	uint64_t tokens;
	uint64_t n_left_out;
};

void nic_journal_init(struct nic_journal *l, int fd);
void nic_journal_fini(struct nic_journal *l);

void nic_journal_line(struct nic_journal *l, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Limited. @now_ns: monotonic. */
void nic_journal_error(struct nic_journal *l, uint64_t now_ns, const struct diag *d);

#endif
