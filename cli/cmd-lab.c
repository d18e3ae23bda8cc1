/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw lab`: a real Linux with the real driver on our device, for a shell or a script. */
#include "cli/cmd-lab.h"
#include "base/alloc.h"
#include "lab/kernel.h"
#include "lab/lab.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT(member) .offset = offsetof(struct cmd_lab_options, member)

const struct option_row cmd_lab_rows[] = {
	{ .name = "timeout",
	  .type = OPTION_NUMBER,
	  AT(timeout),
	  .arg = "SECONDS",
	  .help = "end it after that time, with status 124",
	  .min = 1,
	  .max = 1000000 },
	{ .name = "sfs",
	  .type = OPTION_NUMBER,
	  AT(sfs),
	  .arg = "N",
	  .help = "N subfunctions, pf0sf0 and so on (default 2)",
	  .min = 0,
	  .max = LAB_SFS_MAX },
	{ .name = "nics",
	  .type = OPTION_NUMBER,
	  AT(nics),
	  .arg = "N",
	  .help = "N devices (default 1); the ports of the second are p1, pf1sf0 ...",
	  .min = 1,
	  .max = LAB_NICS_MAX },
	{ .name = "no-ovs", .type = OPTION_FLAG, AT(no_ovs), .help = "without Open vSwitch" },
	{ .name = "no-switchdev",
	  .type = OPTION_FLAG,
	  AT(no_switchdev),
	  .help = "the devices stay plain NICs, as the driver makes them; no subfunctions" },
	{ .name = "share",
	  .type = OPTION_STRING,
	  AT(share),
	  .arg = "DIR[:DIR]",
	  .help = "what the guest writes there stays; all else it writes is lost" },
	{ .name = "log",
	  .type = OPTION_STRING,
	  AT(log),
	  .arg = "FILE",
	  .help = "write the guest's kernel log there at the end" },
	{ .name = "memory",
	  .type = OPTION_NUMBER,
	  AT(memory),
	  .arg = "MB",
	  .help = "of the guest (default 1024)",
	  .min = 128,
	  .max = 65536 },
	{ .name = "kernel",
	  .type = OPTION_STRING,
	  AT(kernel),
	  .arg = "FILE",
	  .help = "the guest's kernel, instead of $INHW_UML_KERNEL or that of tools/uml/build" },
	{ .name = "device",
	  .type = OPTION_STRING,
	  AT(device),
	  .arg = "COMMAND",
	  .help = "run COMMAND --vhost-user SOCKET ... instead of inhw nic serve ..." },
	{ .name = "json",
	  .type = OPTION_FLAG,
	  AT(json),
	  .help = "trace: as JSON (docs/trace-json.md)" },
	{ .name = "html",
	  .type = OPTION_STRING,
	  AT(html),
	  .arg = "FILE",
	  .help = "trace: write a page with the path as a picture" },
	{ .name = "quiet",
	  .letter = 'q',
	  .type = OPTION_FLAG,
	  AT(quiet),
	  .help = "trace: the verdict only, without the tree" },
	{ .name = "setup",
	  .type = OPTION_STRING,
	  AT(setup),
	  .arg = "COMMAND",
	  .help = "trace: a shell runs it in the guest before" },
	{ .name = "record",
	  .type = OPTION_STRING,
	  AT(record),
	  .arg = "FILE",
	  .help = "trace: write there what each layer said" },
	{ .name = NULL },
};

/* Options stand before the script: what is behind it belongs to it. */
static int parse(struct cli *c, struct cmd_lab_options *o, int argc, const char **argv)
{
	const struct option_set sets[] = { { cmd_lab_rows, o },
					   { cli_model_rows, &c->model },
					   { 0 } };
	struct diag d;
	int n, err;

	diag_init(&d);
	err = options_parse(sets, argc, argv, true, &n, &d);
	if (err) {
		print_diag(&c->print, &d, NULL);
		return err;
	}
	print_set_colour(&c->print, (enum print_when)c->model.colour);
	return n;
}

static void print_failed(struct cli *c, const struct lab_outcome *o, const struct diag *d)
{
	print_failure(&c->print, "lab: %s", d->words);
	if (o->log[0])
		fprintf(c->print.err, "The end of the log (%s):\n%s", o->log_of, o->log);
}

/* The path of this program, PATH_MAX bytes. */
static bool find_program(struct cli *c, char *program)
{
	if (realpath("/proc/self/exe", program))
		return true;
	print_failure(&c->print, "lab: /proc/self/exe: %s", strerror(errno));
	return false;
}

static int print_kernel(struct cli *c, const struct cmd_lab_options *o)
{
	char program[PATH_MAX], *path = NULL;
	struct diag d;
	int err;

	diag_init(&d);
	if (!find_program(c, program))
		return LAB_STATUS_FAILED;
	err = lab_kernel_find(&path, o->kernel, program, &d);
	if (err)
		print_failure(&c->print, "lab: %s", d.words);
	else
		printf_text(&c->print, "%s\n", path);
	mem_free(path);
	return err ? LAB_STATUS_FAILED : CLI_OK;
}

int cmd_lab_run(struct cli *c, const struct cmd_lab_options *o, const char *const *argv, int out)
{
	char program[PATH_MAX];
	struct lab_outcome outcome;
	struct diag d;
	struct lab_params p = {
		.program = program,
		.kernel = o->kernel,
		.device = o->device,
		.profile = c->model.profile,
		.share = o->share,
		.log = o->log,
		.n_nics = o->nics,
		.n_sfs = o->sfs,
		.memory_mb = o->memory,
		.timeout_s = o->timeout,
		.out = out,
		.no_ovs = o->no_ovs,
		.no_switchdev = o->no_switchdev,
		.progress = isatty(STDERR_FILENO),
		.argv = argv,
	};

	diag_init(&d);
	if (!find_program(c, program))
		return LAB_STATUS_FAILED;
	fflush(NULL);
	if (lab_run(&p, &outcome, &d))
		print_failed(c, &outcome, &d);
	return outcome.status;
}

/* A name without a slash is a file of this directory, if there is one: `inhw lab run test.sh`. */
static int run_script(struct cli *c, const struct cmd_lab_options *o, const char **argv)
{
	char path[PATH_MAX];

	if (!strchr(argv[0], '/') && !access(argv[0], F_OK)) {
		snprintf(path, sizeof path, "./%s", argv[0]);
		argv[0] = path;
	}
	if (strchr(argv[0], '/') && access(argv[0], X_OK)) {
		print_failure(&c->print, "lab: %s: %s%s", argv[0], strerror(errno),
			      errno == EACCES ? "; is it executable?" : "");
		return LAB_STATUS_FAILED;
	}
	return cmd_lab_run(c, o, argv, 0);
}

int cmd_lab(struct cli *c, int argc, const char **argv)
{
	struct cmd_lab_options o = { .nics = 1, .sfs = 2, .memory = 1024 };
	static const char *const shell[] = { NULL };
	int n = parse(c, &o, argc, argv);

	if (n < 0)
		return CLI_USAGE;
	if (!n && !isatty(STDIN_FILENO))
		return cli_usage(c, "lab",
				 "standard input is no terminal for a shell; wanted: lab run "
				 "SCRIPT");
	if (!n)
		return cmd_lab_run(c, &o, shell, 0);
	if (!strcmp(argv[0], "kernel") && n == 1)
		return print_kernel(c, &o);
	if (!strcmp(argv[0], "trace")) {
		n = parse(c, &o, n - 1, argv + 1);
		return n < 0 ? CLI_USAGE : cmd_lab_trace(c, &o, n, argv + 1);
	}
	if (strcmp(argv[0], "run"))
		return cli_usage(c, "lab",
				 "wanted: lab, lab run SCRIPT, lab trace FLOW ACTIONS, lab kernel; "
				 "got '%s'",
				 argv[0]);
	n = parse(c, &o, n - 1, argv + 1);
	if (n < 0)
		return CLI_USAGE;
	if (!n)
		return cli_usage(c, "lab", "which script?");
	argv[1 + n] = NULL;
	return run_script(c, &o, argv + 1);
}
