/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The NIC that a command is about: a running device, asked through its control socket or a serial
 * line, or the one of the model machine. Both take the same requests.
 */
#ifndef CLI_DEVICE_H
#define CLI_DEVICE_H

#include "cli/cli.h"

#include <jansson.h>

struct cli_device {
	struct cli *c;
	struct nic_client *client; /* NULL: the model's */
};

/* The option of each command that may be about a running device. */
#define CLI_DEVICE_ROW(offset_of)                                                              \
	{                                                                                      \
		.name = "device", .letter = 'd', .type = OPTION_STRING, .offset = offset_of,   \
		.arg = "TARGET",                                                               \
		.help = "a running device: its socket, or tty:/dev/ttyS0 (default: $INHW_NIC)" \
	}

/* What is meant: @option, or INHW_NIC of the environment; NULL: the model's. */
const char *cli_device_target(const char *option);

/* CLI_OK, or another exit status when it was said what is wrong. @target NULL: the model's. */
int cli_device_open(struct cli_device *d, struct cli *c, const char *target) MUST_CHECK;
void cli_device_close(struct cli_device *d);

/* The answer, owned by the caller; NULL: it was refused, and it was said why. @request is taken. */
json_t *cli_device_ask(struct cli_device *d, json_t *request) MUST_CHECK;

#endif
