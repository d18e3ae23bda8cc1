/* SPDX-License-Identifier: BSD-2-Clause */
/* What the device tells of its commands and entries, and tc of its filters, as JSON. */
#ifndef CHAIN_DEVICE_H
#define CHAIN_DEVICE_H

#include "base/text.h"
#include "chain/record.h"

#include <jansson.h>
#include <stdint.h>

#define CHAIN_COMMANDS_MAX 512

struct chain_command {
	uint64_t number, time_ns, duration_ns; /* by the device's clock */
	const char *opcode, *status;	       /* of the JSON */
	unsigned int status_number, syndrome;
	const char *words, *in, *out; /* decoded; NULL: not there */
};

struct chain_commands {
	json_t *json; /* owned */
	struct chain_command list[CHAIN_COMMANDS_MAX];
	size_t n;
};

int chain_commands_parse(struct chain_commands *c, struct chain_slice text,
			 struct diag *d) MUST_CHECK;
void chain_commands_fini(struct chain_commands *c);

/* The number behind @name in decoded contents ("table_id 20, ..."); false: it is not there. */
bool chain_command_field(const char *contents, const char *name, unsigned int *value);

/* The entry in the text of the device's contents: puts its match, actions and counter into @t, and
 * sets *@group. False: there is none. */
bool chain_entry_find(struct chain_slice entries, unsigned int table, unsigned int index,
		      unsigned int *group, struct text *t);

struct chain_filter {
	unsigned int chain, prio, handle;
	bool in_hw;
};

/* The filter with the cookie of UFID @ufid among lines of JSON arrays of tc. */
bool chain_filter_find(struct chain_slice filters, struct chain_slice ufid,
		       struct chain_filter *out);

/* The cookie that Open vSwitch gives a filter: the 16 bytes of the UFID as the machine (little
 * endian) has them in memory, in hexadecimal. False: it is no UFID. */
bool chain_cookie(struct chain_slice ufid, char cookie[33]);

#endif
