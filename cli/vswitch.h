/* SPDX-License-Identifier: BSD-2-Clause */
/* What `inhw trace` shows of a packet that the model's vswitch handles. */
#ifndef CLI_VSWITCH_H
#define CLI_VSWITCH_H

#include "cli/cli.h"

/*
 * Sends a packet, given as a flow, into @port twice: with the functions, tables and rules that it
 * met, which bits they looked at, and where it came out. Without a bridge one is made. Returns an
 * exit status.
 */
int cli_trace_packet(struct cli *c, const char *port, const char *text);

#endif
