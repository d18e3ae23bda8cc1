/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traffic control: the ingress and clsact qdiscs, blocks, chains, classifiers (flower), their
 * rtnetlink handlers and the receive hook. Model of net/sched/cls_api.c, cls_flower.c, sch_api.c,
 * sch_ingress.c, 6.1; facts/kernel-tc.md 2, 3, 5. The parts see each other through
 * sched_internal.h; the rest of the kernel sees this.
 */
#ifndef KERNEL_SCHED_SCHED_H
#define KERNEL_SCHED_SCHED_H

#include "kernel/core/netdevice.h"

#define SCHED_FILTERS_MAX 16000000u /* of one stack: -ENOSPC with a text */

int sched_init(struct knet *net) MUST_CHECK; /* subsystem KNET_SCHED, after KNET_ACTION */
void sched_exit(struct knet *net);

struct sched_stats {
	size_t n_filters, n_actions, n_blocks, n_chains;
	size_t n_bytes; /* memory */
};
void sched_get_stats(const struct knet *net, struct sched_stats *s);

#endif
