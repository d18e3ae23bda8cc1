/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What became of a put, for people and for JSON: the place, the reason, the part of the user's text
 * that caused it. Everything is taken from what the libraries decided (`struct dpif_decision`,
 * `struct diag`, the trace).
 */
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include "cli/print.h"
#include "dpif/dpctl.h"

#include <jansson.h>

/* Exit statuses of `inhw trace`. */
enum {
	VERDICT_HARDWARE = 0,
	VERDICT_SOFTWARE = 1,
	VERDICT_REFUSED = 2,
};

struct verdict {
	int status;
	enum dpif_place place;
	const char *flow, *actions; /* borrowed: the user's texts */
	/* Where and why it stopped; layer NULL: in hardware, or not known. */
	int error;
	const char *layer, *function; /* static */
	bool is_inferred;
	char field[DIAG_FIELD_MAX], words[DIAG_WORDS_MAX];
	/* The part of a text that caused it; NULL: none. */
	const char *culprit; /* is flow or actions */
	size_t offset, length;
	struct tc_id placed; /* for tc and hardware */
	/* The entry, when the trace recorded it. */
	bool has_entry;
	unsigned int table, group, index;
};

/* From a dpctl_run_command() of {"add-flow", flow, actions} that returned @err with @d. */
void verdict_init(struct verdict *v, const struct dpctl *dp, int err, const struct diag *d,
		  const char *flow, const char *actions, const struct trace *trace);

/*
 * From a command of tc, which is the flow: its exit @status with @words, what of it was refused,
 * and the trace of it.
 */
void verdict_init_tc(struct verdict *v, const char *command, int status, const char *words,
		     size_t offset, size_t length, const struct trace *trace);

/* "tc, in software" */
extern const char *const verdict_places[DPIF_PLACE_HW + 1];

/* The one line. */
void verdict_format(struct text *t, const struct verdict *v);

/* The line, and the culprit under a caret. */
void verdict_print(struct print *p, const struct verdict *v);

/* What became of field or action @item: "ipv4.dst", "action 1: pop_vlan". */
void verdict_item_name(struct text *t, const struct offload_item *item, const struct dpctl *dp);
void verdict_print_items(struct print *p, const struct dpctl *dp);

/* The object of docs/trace-json.md, without "trace"; @dp NULL: without items. NULL: no memory. */
json_t *verdict_json(const struct verdict *v, const struct dpctl *dp) MUST_CHECK;

#endif
