/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands of inhw: a row each in cli_commands[], a file each (cmd-x.c). They call the
 * libraries and print; they decide nothing. All commands of one process work on one model
 * machine, which is made when the first of them needs it; or on that of a daemon (cli/remote.h).
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "cli/options.h"
#include "cli/print.h"
#include "host/host.h"
#include "nic/profile/profile.h"

/* Exit statuses. Those of `inhw trace` say more: see cli/verdict.h. */
enum {
	CLI_OK = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2, /* also: the output cannot be written */
};

/* Which kernel the machine has. */
enum cli_kernel {
	CLI_KERNEL_MODEL,
	CLI_KERNEL_LINUX, /* this machine's own */
};

/* Options of the model machine, which every command takes. */
struct cli_model {
	uint64_t n_vfs;	     /* 0: the default */
	const char *profile; /* name or file; NULL: all that the device implements */
	bool no_hw_offload;
	int policy; /* enum tc_offload_policy; -1: not given */
	int kernel; /* enum cli_kernel */
	int colour; /* enum print_when */
};

extern const struct cli_model cli_model_default; /* nothing is given */

struct cli_remote;
struct nic_requests;
struct stats;

struct cli {
	struct print print;
	struct cli_model given;	       /* before the command: defaults of every command */
	struct cli_model model;	       /* of this command */
	struct host *host;	       /* owned; NULL: not made yet */
	int host_kernel;	       /* what it was made with, */
	uint64_t host_vfs;	       /* this, */
	char *host_profile;	       /* and this; owned, NULL: none */
	struct nic_profile profile;    /* that of this command, once cli_profile() was called */
	struct nic_requests *requests; /* to its NIC; owned; NULL: nothing was asked yet */
	/* How far the model's clock is ahead: `send` lets a second pass, in which the driver reads
	 * the counters of its hardware, as it does once a second on a real host. */
	uint64_t ahead_ns;
	struct cli_remote *remote; /* where commands run if a daemon is there; NULL: here */
	bool is_daemon;		   /* this is one: see cli/daemon.h */
	struct stats *stats;	   /* of its machine; owned; NULL: nobody has asked yet */
	uint64_t deadline_ns;	   /* a command that is not done then, gives up; 0: none */
};

struct cli_command {
	const char *name, *group, *args, *summary; /* one line each */
	const char *help;			   /* paragraphs */
	const char *examples;			   /* lines */
	const struct option_row *rows;		   /* its own options */
	/* @argv: behind the command's name. Returns the exit status. */
	int (*run)(struct cli *c, int argc, const char **argv);
};
extern const struct cli_command cli_commands[]; /* ends with name NULL */

void cli_init(struct cli *c, FILE *out, FILE *err);
void cli_fini(struct cli *c);

extern const struct option_row cli_model_rows[];

/*
 * Reads the options of a command, its own (@rows into @values; NULL: none) and those of the model;
 * the arguments are moved to the front of @argv. Prints what is wrong. Returns how many arguments
 * there are, or -EINVAL.
 */
int cli_parse(struct cli *c, const struct option_row *rows, void *values, int argc,
	      const char **argv) MUST_CHECK;

/* Runs one command line: a name and its arguments. Returns the exit status. */
int cli_run(struct cli *c, int argc, const char **argv);

/*
 * The model machine, borrowed, with its clock set to now; NULL: it cannot be made, which was said.
 * @trace_setup: record what runs if it is made now.
 */
struct host *cli_host(struct cli *c, bool trace_setup) MUST_CHECK;

/*
 * Whether the command has had its time, which is said: others wait for the daemon that runs it.
 * Whatever may run for long asks.
 */
bool cli_is_late(struct cli *c) MUST_CHECK;

/* The same for what only a model has, a NIC for example; NULL also: the kernel is this machine's.
 */
struct host *cli_model_host(struct cli *c, bool trace_setup) MUST_CHECK;

/* What --profile says of the NIC: it is read into @c->profile. *@p is NULL when it is not given.
 * False: it is no profile, which was said. */
bool cli_profile(struct cli *c, const struct nic_profile **p) MUST_CHECK;

void cli_help(struct cli *c);
void cli_help_command(struct cli *c, const struct cli_command *command);

/* `inhw -b FILE`: the commands of a file ("-": standard input), one a line. */
int cli_batch(struct cli *c, const char *file, bool keep_going);

/* "Try 'inhw NAME --help'" and CLI_USAGE. */
int cli_usage(struct cli *c, const char *command, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The commands, and their own options. */
int cmd_trace(struct cli *c, int argc, const char **argv);
int cmd_dpctl(struct cli *c, int argc, const char **argv);
int cmd_nic(struct cli *c, int argc, const char **argv);
int cmd_send(struct cli *c, int argc, const char **argv);
int cmd_vswitch(struct cli *c, int argc, const char **argv);
int cmd_stats(struct cli *c, int argc, const char **argv);
int cmd_top(struct cli *c, int argc, const char **argv);
int cmd_port(struct cli *c, int argc, const char **argv);
int cmd_run(struct cli *c, int argc, const char **argv);
int cmd_serve(struct cli *c, int argc, const char **argv);
int cmd_lab(struct cli *c, int argc, const char **argv);
int cmd_tc(struct cli *c, int argc, const char **argv);
int cmd_bench(struct cli *c, int argc, const char **argv);
extern const struct option_row cmd_trace_rows[];
extern const struct option_row cmd_dpctl_rows[];
extern const struct option_row cmd_nic_rows[];
extern const struct option_row cmd_send_rows[];
extern const struct option_row cmd_vswitch_rows[];
extern const struct option_row cmd_stats_rows[];
extern const struct option_row cmd_top_rows[];
extern const struct option_row cmd_port_rows[];
extern const struct option_row cmd_run_rows[];
extern const struct option_row cmd_serve_rows[];
extern const struct option_row cmd_lab_rows[];
extern const struct option_row cmd_tc_rows[];
extern const struct option_row cmd_bench_rows[];

#endif
