/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of `inhw bench` that is about packets from port to port of the whole machine. */
#ifndef CLI_BENCH_PORTS_H
#define CLI_BENCH_PORTS_H

#include "cli/cli.h"

/* Generators through the machine into nothing; prints; returns the exit status. */
int bench_ports(struct cli *c, bool json);

#endif
