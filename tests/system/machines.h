/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two machines whose answers are compared: the model kernel in this process, or the Linux of a
 * guest. Both have lo and the devices p0, pf0vf0 ... pf0vf3 with indexes 10 to 14.
 */
#ifndef TESTS_SYSTEM_MACHINES_H
#define TESTS_SYSTEM_MACHINES_H

#include "flow/text.h"
#include "kernel/core/netdevice.h"
#include "netlink/transport.h"

#define IFINDEX_FIRST 10
#define N_PORTS	      5

extern const char *const ports[N_PORTS];
extern const struct flow_ports port_names; /* ports[i] is number i + 1 */

struct machine_under_test {
	struct knet *kernel; /* NULL: Linux */
	struct net_device dev[N_PORTS], lo;
};

/* Makes the model; Linux is there already and needs no call. machine_close() also after an error.
 */
int machine_make_model(struct machine_under_test *m);

/* The devices and the kernel; all transports are closed before. Nothing to do for Linux. */
void machine_close(struct machine_under_test *m);

/* A transport to it, owned by the caller. */
int machine_connect(struct machine_under_test *m, int protocol, struct nl_transport **t,
		    struct diag *d);

#endif
