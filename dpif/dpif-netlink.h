/* SPDX-License-Identifier: BSD-2-Clause */
/* The provider for the openvswitch kernel datapath. */
#ifndef DPIF_DPIF_NETLINK_H
#define DPIF_DPIF_NETLINK_H

#include "dpif/dpif.h"
#include "netlink/sock.h"

/*
 * Opens datapath @name over @genl, a NETLINK_GENERIC socket; with @create makes it if it is not
 * there. @genl and
 * @offload (which may be NULL) are taken, also on failure; @trace is kept. 0 or negative errno with
 * words.
 */
int dpif_netlink_open(struct dpif **out, const char *name, bool create, struct nl_sock *genl,
		      struct offload *offload, struct trace *trace, struct diag *d) MUST_CHECK;

#endif
