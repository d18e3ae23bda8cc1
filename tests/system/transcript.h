/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A transport around a transport that writes down what crosses it, in a form that two kernels can
 * be compared by: messages as trees of attributes, without what differs between two right answers
 * (facts/kernel-tc.md 1.8): sequence numbers, port ids, padding attributes, indexes that the kernel
 * chose for actions, times.
 */
#ifndef TESTS_SYSTEM_TRANSCRIPT_H
#define TESTS_SYSTEM_TRANSCRIPT_H

#include "base/text.h"
#include "netlink/transport-provider.h"

/* Takes @inner; @text is kept and grows. NULL: no memory, and @inner is closed. */
struct nl_transport *transcript_wrap(struct nl_transport *inner, struct text *text);

/* The same for generic netlink of openvswitch: families by name, since their numbers differ. */
struct nl_transport *transcript_wrap_genl(struct nl_transport *inner, struct text *text);

/* One datagram, with @arrow in front of each message. */
void transcript_put(struct text *text, const char *arrow, const void *data, size_t size);

#endif
