/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dummy device: a struct mlx5_cmd_front that answers every command of the path with success,
 * hands out ids, counts what is alive, and keeps the last mailbox of each opcode. It checks no
 * rules and moves no packets: it is for tests of what is above it.
 */
#ifndef NIC_CMD_CMD_DUMMY_H
#define NIC_CMD_CMD_DUMMY_H

#include "nic/cmd/cmd-provider.h"
#include "nic/ifc/ifc.h"

#define CMD_DUMMY_OPCODES    0x50  /* 0x900..: where those of steering are */
#define CMD_DUMMY_LAST_MAX   0x600 /* bytes kept of a mailbox */
#define CMD_DUMMY_CAPS_TYPES 16
#define CMD_DUMMY_CAP_SIZE   0x400 /* bytes kept of each type: all that has fields */

struct cmd_dummy {
	uint32_t next_id;
	uint64_t n_commands;
	/* Objects that were made and not yet destroyed. */
	long n_tables, n_groups, n_entries, n_counters, n_modify_headers;
	/* By opcode - 0x900. */
	uint64_t n_of[CMD_DUMMY_OPCODES];
	uint8_t last[CMD_DUMMY_OPCODES][CMD_DUMMY_LAST_MAX];
	size_t last_size[CMD_DUMMY_OPCODES];
	/* What every counter has counted. */
	uint64_t packets, octets;
	uint8_t caps[CMD_DUMMY_CAPS_TYPES][CMD_DUMMY_CAP_SIZE];
};

/* With the capabilities of a ConnectX that offloads all that the driver can. */
void cmd_dummy_init(struct cmd_dummy *d);
struct mlx5_cmd_front cmd_dummy_front(struct cmd_dummy *d);

/* The last mailbox of @opcode, or NULL if there was none; and how many there were. */
const uint8_t *cmd_dummy_last(const struct cmd_dummy *d, uint16_t opcode);
uint64_t cmd_dummy_count(const struct cmd_dummy *d, uint16_t opcode);

/* All objects that are alive. */
long cmd_dummy_alive(const struct cmd_dummy *d);

#endif
