/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the guest's script lab/guest/trace wrote while one flow was put: sections, each begun by a
 * line "@@ NAME". It comes from a guest and is not trusted: a record may hold anything.
 *
 *	info		lines "KEY VALUE": ufid, port, status (of ovs-appctl), process
 *	answer		what ovs-appctl said
 *	log		ovs-vswitchd's log
 *	events		tracefs: mlx5 and netlink
 *	filters		a JSON array of tc for each hook of the port, one a line
 *	flow		the line of dpctl/dump-flows
 *	commands	inhw nic log --json --fields
 *	entries		inhw nic dump --json
 *	kernel		the kernel's log
 *	end		the last one: the record is whole
 */
#ifndef CHAIN_RECORD_H
#define CHAIN_RECORD_H

#include "base/diag.h"

#include <stdbool.h>
#include <stddef.h>

#define CHAIN_SECTIONS_MAX 16

/* Some characters of a text that somebody else has. */
struct chain_slice {
	const char *s;
	size_t len;
};

struct chain_section {
	struct chain_slice name, text;
};

struct chain_record {
	struct chain_section sections[CHAIN_SECTIONS_MAX];
	size_t n;
};

/* Borrows @s for as long as the record is used. */
int chain_record_parse(struct chain_record *r, const char *s, size_t len,
		       struct diag *d) MUST_CHECK;

/* A section's text; empty: there is none. */
struct chain_slice chain_record_find(const struct chain_record *r, const char *name);

/* The value of a key in the section info; empty: there is none. */
struct chain_slice chain_record_info(const struct chain_record *r, const char *key);

/* Takes the next line, without its end, from @rest. False: there is none. */
bool chain_slice_line(struct chain_slice *rest, struct chain_slice *line);

bool chain_slice_is(struct chain_slice a, const char *s);
bool chain_slice_starts(struct chain_slice a, const char *s);

/* What is behind the first @s in it; s NULL: it is not there. */
struct chain_slice chain_slice_behind(struct chain_slice a, const char *s);

/* A decimal number at its beginning; 0: none. */
unsigned long long chain_slice_number(struct chain_slice a);

#endif
