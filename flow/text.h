/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flow texts in ovs-dpctl's syntax: one pass, no allocation but the action list. What the
 * real OVS truncates or ignores in silence is refused here with a place and words (quirks:
 * tests/odp). Both print orders of OVS are read; today's is written.
 *
 * Keys and actions that exist in OVS but not yet here are refused by name ("ct_state is not
 * supported yet"), except a key whose mask is all zero: it matches nothing away, so nothing is lost
 * by skipping it. An exact match on zero, as skb_mark(0), does narrow the flow and is refused.
 */
#ifndef FLOW_TEXT_H
#define FLOW_TEXT_H

#include "base/diag.h"
#include "base/text.h"
#include "flow/action.h"
#include "flow/key.h"

/* Names of datapath ports. Either member may be NULL; the provider borrows nothing. */
struct flow_ports {
	void *aux;
	/* The number of the port called @name (@len characters); false: no such port. */
	bool (*number)(void *aux, const char *name, size_t len, uint32_t *port);
	/* Its name, borrowed until the ports change, or NULL: print the number. */
	const char *(*name)(void *aux, uint32_t port);
};

/* Where each field and header of a key text stood; length 0: not named. */
struct flow_origin {
	struct flow_range field[FLOW_N_FIELDS];
	struct flow_range header[FLOW_N_HEADERS];
};

/*
 * Reads `[ufid:UUID[,]] KEY` from @len characters. @ufid and @has_ufid may both be NULL: then a
 * ufid is refused.
 * @origin, @ports and @d may be NULL. 0; -EINVAL: malformed, or -EOPNOTSUPP: known to OVS,
 * not here; with words, range and field. @m is then undefined. After success it is normalised.
 */
int flow_match_parse(struct flow_match *m, struct ufid *ufid, bool *has_ufid,
		     struct flow_origin *origin, const char *s, size_t len,
		     const struct flow_ports *ports, struct diag *d) MUST_CHECK;

/* Reads an action list; "drop" alone and "" are the empty list. Errors as above, or -ENOMEM,
 * -E2BIG. */
int flow_actions_parse(struct flow_actions *l, const char *s, size_t len,
		       const struct flow_ports *ports, struct diag *d) MUST_CHECK;

int ufid_parse(struct ufid *u, const char *s, size_t len, struct diag *d) MUST_CHECK;

/* Prints as ovs-dpctl does; @verbose (-m): wildcarded fields too, with a zero mask. Reads back
 * equal. */
void flow_match_format(struct text *t, const struct flow_match *m, const struct flow_ports *ports,
		       bool verbose);
void flow_actions_format(struct text *t, const struct flow_actions *l,
			 const struct flow_ports *ports);
void flow_action_format(struct text *t, const struct flow_action *a,
			const struct flow_ports *ports);
void ufid_format(struct text *t, const struct ufid *u);

/* One field of @k as the key text writes it ("10.0.0.2"); with the mask if it is partial
 * ("/255.0.0.0"). */
void flow_field_format(struct text *t, enum flow_field f, const struct flow_key *k,
		       const struct flow_key *mask, const struct flow_ports *ports);

/*
 * Reads one field, `VALUE[/MASK]`, from all of @len characters into @m, as the key text writes it.
 * Errors as flow_match_parse().
 */
int flow_field_parse(struct flow_match *m, enum flow_field f, const char *s, size_t len,
		     const struct flow_ports *ports, struct diag *d) MUST_CHECK;

/* Counters as every dump line has them. */
struct flow_stats {
	uint64_t n_packets, n_bytes;
	uint64_t used_ms;   /* monotonic ms of the last use; 0: never */
	uint16_t tcp_flags; /* of all packets, or 0 */
};

/*
 * Splits a line of `dpctl/dump-flows` into its parts, which point into @line. What the line does
 * not say is NULL with length 0 or 0. The whole line is accounted for: an
 * unknown item is an error.
 */
struct flow_dump_line {
	const char *key, *actions;
	size_t key_len, actions_len; /* key includes a leading ufid: */
	struct flow_stats stats;     /* used_ms: age in ms as printed + 1; 0: never */
	int offloaded;		     /* 1 yes, 2 partial, 0 not said */
	char dp[16];		     /* "ovs", "tc", ... or "" */
};

int flow_dump_line_parse(struct flow_dump_line *out, const char *line, size_t len,
			 struct diag *d) MUST_CHECK;

/* Prints ", packets:N, bytes:N, used:..." as dumps do; @now_ms: the clock of used_ms. */
void flow_stats_format(struct text *t, const struct flow_stats *s, uint64_t now_ms);

#endif
