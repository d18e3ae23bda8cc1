/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw dpctl`: ovs-dpctl's commands, options and output. */
#include "cli/cli.h"
#include "cli/words.h"
#include "dpif/dpctl.h"

#include <string.h>

struct options {
	struct dpctl_options dp;
	bool read_only;
	uint64_t timeout_s;
};

#define AT(member) .offset = offsetof(struct options, member)

const struct option_row cmd_dpctl_rows[] = {
	{ .name = "statistics",
	  .letter = 's',
	  .type = OPTION_FLAG,
	  AT(dp.statistics),
	  .help = "print statistics of ports or of the flow" },
	{ .name = "more",
	  .letter = 'm',
	  .type = OPTION_FLAG,
	  AT(dp.more),
	  .help = "dump-flows: UFIDs, wildcarded fields, where a flow is" },
	{ .name = "names",
	  .type = OPTION_FLAG,
	  AT(dp.names),
	  .help = "print port names instead of numbers" },
	{ .name = "no-names",
	  .type = OPTION_FLAG,
	  AT(dp.no_names),
	  .help = "print port numbers, also with -m" },
	{ .name = "clear",
	  .type = OPTION_FLAG,
	  AT(dp.zero),
	  .help = "mod-flow: reset the counters" },
	{ .name = "may-create",
	  .type = OPTION_FLAG,
	  AT(dp.may_create),
	  .help = "mod-flow: add the flow if it is not there" },
	{ .name = "read-only",
	  .type = OPTION_FLAG,
	  AT(read_only),
	  .help = "refuse commands that change something" },
	{ .name = "timeout",
	  .letter = 't',
	  .type = OPTION_NUMBER,
	  AT(timeout_s),
	  .arg = "SECS",
	  .help = "accepted for ovs-dpctl's sake: the model never blocks",
	  .min = 1,
	  .max = INT32_MAX },
	{ .name = NULL },
};

static const struct dpctl_command *find_command(const char *name)
{
	for (const struct dpctl_command *k = dpctl_commands; k->name; k++)
		if (!strcmp(k->name, name))
			return k;
	return NULL;
}

static int list_commands(struct cli *c)
{
	for (const struct dpctl_command *k = dpctl_commands; k->name; k++)
		printf_text(&c->print, "  %-12s %-36s %s\n", k->name, k->args, k->help);
	return CLI_OK;
}

static int refuse_command(struct cli *c, const char *name)
{
	const char *best = NULL;

	for (const struct dpctl_command *k = dpctl_commands; k->name; k++)
		words_nearer(&best, name, k->name);
	print_failure(&c->print,
		      "unknown command '%s'%s%s%s; 'inhw dpctl list-commands' lists them", name,
		      best ? "; did you mean '" : "", best ? best : "", best ? "'?" : "");
	return CLI_FAILED;
}

static bool changes_something(const char *name)
{
	return !strncmp(name, "add-", 4) || !strncmp(name, "mod-", 4) ||
	       !strncmp(name, "del-", 4) || !strncmp(name, "set-", 4);
}

static int run(struct cli *c, struct host *h, const struct options *o, int argc, const char **argv)
{
	struct dpctl dp;
	struct diag d;
	int err;

	diag_init(&d);
	dpctl_init(&dp, host_dpif(h));
	dp.options = o->dp;
	trace_forget(host_trace(h));
	err = dpctl_run_command(&dp, argc, argv, &d);
	print_text(&c->print, dp.out.s);
	if (dp.out.error) {
		print_failure(&c->print, "the output is not complete: no memory");
		err = dp.out.error;
	} else if (err) {
		print_diag(&c->print, &d,
			   dp.bad_arg >= 0 && dp.bad_arg < argc ? argv[dp.bad_arg] : NULL);
	}
	dpctl_fini(&dp);
	return err ? CLI_FAILED : CLI_OK;
}

int cmd_dpctl(struct cli *c, int argc, const char **argv)
{
	struct options o = { 0 };
	int n = cli_parse(c, cmd_dpctl_rows, &o, argc, argv);
	struct host *h;

	if (n < 0)
		return CLI_FAILED;
	if (!n) {
		cli_usage(c, "dpctl", "which command? 'inhw dpctl list-commands' lists them");
		return CLI_FAILED;
	}
	if (!strcmp(argv[0], "list-commands") || !strcmp(argv[0], "help"))
		return list_commands(c);
	if (!find_command(argv[0]))
		return refuse_command(c, argv[0]);
	if (o.read_only && changes_something(argv[0])) {
		print_failure(&c->print, "%s: refused because of --read-only", argv[0]);
		return CLI_FAILED;
	}
	h = cli_host(c, false);
	return h ? run(c, h, &o, n, argv) : CLI_FAILED;
}
