/* SPDX-License-Identifier: BSD-2-Clause */
/* A line of ovs-vswitchd's log, and one of tracefs. */
#ifndef CHAIN_LINES_H
#define CHAIN_LINES_H

#include "chain/record.h"

#include <stdint.h>

/* 2026-11-30T22:29:23.900Z|00091|dpif_netlink|DBG|added flow */
struct chain_log_line {
	uint64_t time_ns; /* since 1970, milliseconds are what the log has */
	unsigned long long number;
	struct chain_slice module, level;
	struct chain_slice thread; /* empty: the main one */
	struct chain_slice text;
};

/*     ovs-vswitchd-89      [000] ..... 1796077763.899474: mlx5_fs_add_ft: ft=... id=20 */
struct chain_event_line {
	uint64_t time_ns; /* by the trace's clock */
	unsigned long long process;
	struct chain_slice name, text;
};

/* False: it is no such line. */
bool chain_log_line_parse(struct chain_log_line *out, struct chain_slice line);
bool chain_event_line_parse(struct chain_event_line *out, struct chain_slice line);

/* The value of NAME=VALUE in an event's text, up to a blank; empty: there is none. */
struct chain_slice chain_event_field(struct chain_slice text, const char *name);

#endif
