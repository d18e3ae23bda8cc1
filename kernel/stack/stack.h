/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole model kernel: sets the subsystems up in order and takes them down again. */
#ifndef KERNEL_STACK_STACK_H
#define KERNEL_STACK_STACK_H

#include "kernel/core/knet.h"

/* @trace is kept and may be NULL. 0 or -ENOMEM. Devices must be unregistered before kstack_free().
 */
int kstack_new(struct knet **out, struct trace *trace) MUST_CHECK;
void kstack_free(struct knet *net);

#endif
