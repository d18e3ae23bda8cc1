/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes through a machine, as JSON (`inhw stats --json`) and as a screen of text: packets per
 * second in hardware, in tc, in the datapath, up to userland; the busiest flows; the flows that are
 * not in hardware, by reason.
 *
 * Rates are those between the last two looks at all flows. A look is skipped when the last one is
 * not old enough: it then takes a fifth of the time at most, however many ask.
 */
#ifndef CLI_STATS_H
#define CLI_STATS_H

#include "cli/cli.h"
#include "dpif/rates.h"

#include <jansson.h>

#define STATS_VERSION	      1 /* another one when something in the JSON changes its meaning */
#define STATS_PERIOD_LEAST_NS (200 * NSEC_PER_MSEC)

enum stats_counter {
	STATS_UPCALLS,
	STATS_MISSES,
	STATS_INSTALLED,
	STATS_LOST,
	STATS_N_COUNTERS
};

struct stats {
	struct rates rates;
	uint64_t counters[STATS_N_COUNTERS], more[STATS_N_COUNTERS];
	uint64_t took_ns; /* the last look */
};

void stats_init(struct stats *s);
void stats_fini(struct stats *s);

/* Looks at the machine, if it is time to. 0 or negative errno. */
int stats_look(struct stats *s, struct host *h, uint64_t now_ns, struct diag *d) MUST_CHECK;

/* With at most @n_flows of the busiest. NULL: no memory. */
json_t *stats_json(const struct stats *s, size_t n_flows) MUST_CHECK;

struct stats_view {
	unsigned int width, height; /* columns, lines; 0: as many as it takes */
	bool colour, ascii;
};

/* What stats_json() has made; of other JSON, what of it can be shown. */
void stats_format(struct text *t, const json_t *stats, const struct stats_view *v);

#endif
