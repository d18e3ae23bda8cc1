/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of `inhw bench` that is about the device alone. */
#ifndef CLI_BENCH_FIRMWARE_H
#define CLI_BENCH_FIRMWARE_H

#include "cli/cli.h"

#define BENCH_FIRMWARE_ENTRIES_MAX (1u << 20)

/* With @n entries; @log: with the command log on. Prints; returns the exit status. */
int bench_firmware(struct cli *c, uint32_t n, bool log, bool json);

#endif
