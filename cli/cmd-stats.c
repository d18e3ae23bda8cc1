/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw stats`: what goes through the machine, once; for monitoring, and for `inhw top`. */
#include "base/alloc.h"
#include "cli/stats.h"

struct options {
	bool json;
	uint64_t n_flows;
};

const struct option_row cmd_stats_rows[] = {
	{ .name = "json",
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct options, json),
	  .help = "as JSON" },
	{ .name = "flows",
	  .type = OPTION_NUMBER,
	  .offset = offsetof(struct options, n_flows),
	  .arg = "N",
	  .help = "the N busiest flows (default 10)",
	  .max = RATES_BUSIEST_MAX },
	{ .name = NULL },
};

static bool make_stats(struct cli *c)
{
	if (c->stats)
		return true;
	c->stats = mem_new(sizeof *c->stats);
	if (c->stats)
		stats_init(c->stats);
	else
		print_failure(&c->print, "no memory");
	return c->stats;
}

int cmd_stats(struct cli *c, int argc, const char **argv)
{
	struct options o = { .n_flows = 10 };
	int n = cli_parse(c, cmd_stats_rows, &o, argc, argv);
	struct stats_view v = { .width = c->print.width, .ascii = c->print.ascii };
	struct host *h;
	struct diag d;
	struct text t;
	json_t *j;

	if (n < 0)
		return CLI_USAGE;
	if (n)
		return cli_usage(c, "stats", "wanted: no argument");
	h = cli_host(c, false);
	if (!h || !make_stats(c))
		return CLI_FAILED;
	diag_init(&d);
	if (stats_look(c->stats, h, host_now_ns(h), &d)) {
		print_diag(&c->print, &d, NULL);
		return CLI_FAILED;
	}
	j = stats_json(c->stats, o.n_flows);
	if (o.json || !j) {
		print_json(&c->print, j);
		return CLI_OK;
	}
	v.colour = c->print.colour;
	text_init(&t);
	stats_format(&t, j, &v);
	print_text(&c->print, t.s);
	text_fini(&t);
	json_decref(j);
	return CLI_OK;
}
