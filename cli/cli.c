/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "cli/device.h"
#include "cli/remote.h"
#include "cli/stats.h"
#include "cli/words.h"
#include "nic/serve/request.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define LOCAL_ARGS_MAX 256 /* words of a command that is not for a daemon */
#define VALUES_MAX     512 /* bytes of the options of a command */

static const char *const when_names[] = { "auto", "always", "never", NULL };
static const char *const kernel_names[] = { "model", "linux", NULL };
static const char *const policy_names[] = { "none", "skip_sw", "skip_hw", NULL };

const struct cli_model cli_model_default = { .policy = -1 };

const struct option_row cli_model_rows[] = {
	{ .name = "kernel",
	  .type = OPTION_CHOICE,
	  .offset = offsetof(struct cli_model, kernel),
	  .help = "linux: this machine's own, with a datapath \"inhw\" (default model)",
	  .choices = kernel_names },
	{ .name = "vfs",
	  .type = OPTION_NUMBER,
	  .offset = offsetof(struct cli_model, n_vfs),
	  .arg = "N",
	  .help = "the NIC has N virtual functions (default 4)",
	  .min = 1,
	  .max = 127 },
	{ .name = "profile",
	  .type = OPTION_STRING,
	  .offset = offsetof(struct cli_model, profile),
	  .arg = "NAME",
	  .help = "what the NIC advertises: plain, minimal, cx5, cx6dx, cx7, bf2, bf3, ./FILE.json" },
	{ .name = "tc-policy",
	  .type = OPTION_CHOICE,
	  .offset = offsetof(struct cli_model, policy),
	  .help = "where tc may put a flow (default none: anywhere)",
	  .choices = policy_names },
	{ .name = "no-hw-offload",
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct cli_model, no_hw_offload),
	  .help = "as with other_config:hw-offload=false" },
	{ .name = "color",
	  .type = OPTION_CHOICE,
	  .offset = offsetof(struct cli_model, colour),
	  .help = "default auto: on a terminal, unless NO_COLOR is set",
	  .choices = when_names },
	{ .name = NULL },
};

#define FLOW_EXAMPLE                                                                          \
	"'in_port(pf0vf0),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800)," \
	"ipv4(dst=10.0.0.2,proto=6),tcp(dst=80)'"

/* clang-format off */
const struct cli_command cli_commands[] = {
	{ "trace", "Is my flow in hardware, and if not, why not?",
	  "FLOW ACTIONS | --file FILE | --packet PORT PACKET | tc COMMAND...",
	  "put a flow and show every function on its way, and where it stopped",
	  "Puts FLOW with ACTIONS, in the syntax of ovs-dpctl, through the whole path: text, dpif, the flow\n"
	  "API, tc, netlink, the kernel, the driver, the NIC. Prints the functions as they ran, what became of\n"
	  "each field and action when the flow is not in hardware, and where it stopped and why, with a caret\n"
	  "under the part of the flow that caused it.\n"
	  "\n"
	  "Exit status: 0 in hardware; 1 stopped earlier, it works in software; 2 refused or malformed.\n",
	  "  inhw trace " FLOW_EXAMPLE " 'push_vlan(vid=100,pcp=0),p0'\n"
	  "  inhw trace --html path.html FLOW ACTIONS       the path as a picture\n"
	  "  inhw trace --file dump.txt                     one line of ovs-dpctl dump-flows per flow\n"
	  "  inhw trace tc filter add dev p0 ingress protocol ip flower dst_ip 10.0.0.2 action drop\n",
	  cmd_trace_rows, cmd_trace },
	{ "dpctl", "Run the model",
	  "COMMAND [ARG...]",
	  "ovs-dpctl's commands on the model machine's datapath",
	  "The grammar, options and output of ovs-dpctl. A put always makes a UFID, as ovs-appctl does, and a\n"
	  "failure is always an exit status of 1.\n",
	  "  inhw dpctl show\n"
	  "  inhw dpctl add-flow FLOW ACTIONS\n"
	  "  inhw dpctl -m dump-flows\n",
	  cmd_dpctl_rows, cmd_dpctl },
	{ "tc", "Run the model",
	  "[OPTIONS] qdisc|filter|chain|actions COMMAND...",
	  "tc's commands on the model machine, and why a rule is not in hardware",
	  "The grammar, the options and the output of iproute2's tc: qdiscs ingress and clsact, flower filters,\n"
	  "chains, actions gact, mirred, vlan, pedit, csum, ct, tunnel_key; -s, -d, -j, -p, -br, -b FILE, -force. On the error\n"
	  "stream, besides tc's words: a caret under the word that was refused, and for a rule that is in tc but\n"
	  "not in hardware which function refused it and why.\n"
	  "\n"
	  "Exit status, tc's: 0; 1 the command line or a device is wrong; 2 the kernel refused; 255 malformed.\n",
	  "  inhw tc filter add dev p0 ingress protocol ip flower dst_ip 10.0.0.2 action mirred egress redirect dev pf0vf0\n"
	  "  inhw tc -s filter show dev p0 ingress\n"
	  "  inhw tc -j -b rules.txt\n",
	  cmd_tc_rows, cmd_tc },
	{ "send", "Run the model",
	  "PORT PACKET | PORT --pcap FILE",
	  "send packets into a port and show the way of each",
	  "PACKET is a flow, of which what is not named gets a sensible value, or hex digits. What is sent at a\n"
	  "representor is sent by its virtual function; at an uplink, it comes from the wire. Shows which\n"
	  "tables and entries each packet met, which software path it took, and where it came out. With\n"
	  "--device, or INHW_NIC in the environment, it goes into a NIC that `inhw nic serve` runs; there PORT is\n"
	  "uplink or the number of a vport.\n",
	  "  inhw send pf0vf0 'eth(dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(dst=10.0.0.2,proto=6),tcp(dst=80)'\n"
	  "  inhw send p0 --pcap capture.pcap --count 1000\n",
	  cmd_send_rows, cmd_send },
	{ "vswitch", "Run the model",
	  "COMMAND [ARG...]",
	  "bridges, ports and OpenFlow rules; packets that no flow matches are answered by them",
	  "add-br, del-br BRIDGE. add-port, set-port BRIDGE PORT [tag=N] [trunks=N,N] [vlan_mode=MODE]; del-port\n"
	  "BRIDGE PORT. add-flow BRIDGE RULE, del-flows, dump-flows BRIDGE [MATCH]: in ovs-ofctl's syntax, with\n"
	  "statistics. load BRIDGE FILE: rules, one a line. fdb BRIDGE: stations learned. show: bridges and what\n"
	  "became of upcalls. why: each datapath flow, where it is, and which rule looked at which of its bits.\n"
	  "It lives as long as the process, so that several commands go into a file for -b.\n",
	  "  inhw -b examples/vswitch.inhw\n",
	  cmd_vswitch_rows, cmd_vswitch },
	{ "port", "Run the model",
	  "attach PORT SPEC | detach PORT | list | workers N",
	  "join the model's ports to taps, interfaces, capture files, generators",
	  "What is joined to a representor stands in for the virtual function, at an uplink for the wire. SPEC is\n"
	  "  tap:NAME                 a tap device of this Linux\n"
	  "  packet:INTERFACE         an interface of this Linux, all of its packets\n"
	  "  pcap:in=FILE             a capture file: rate=original|max|PPS, loop=N (0: for ever)\n"
	  "  gen:FLOW                 made packets: rate=PPS|max (1000), count=N, size=BYTES, flows=N that differ,\n"
	  "                           seed=N: in random order\n"
	  "and, after a comma, of each kind out=FILE (also pcap:out=FILE alone): what leaves there, as pcapng, with\n"
	  "the way of each packet in a comment; several ports may write one file. `inhw run` lets packets pass; in\n"
	  "a daemon they always do. workers: so many threads read and write taps and interfaces (0 at first).\n"
	  "Attached ports live as long as the process, so that several commands go into a file for -b.\n",
	  "  inhw -b examples/ports.inhw\n"
	  "  port attach pf0vf0 tap:tap0\n"
	  "  port attach p0 pcap:in=in.pcap,rate=max,out=out.pcapng\n"
	  "  port attach pf0vf1 'gen:eth(dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(dst=10.0.0.2),rate=10k,flows=100'\n",
	  cmd_port_rows, cmd_port },
	{ "run", "Run the model",
	  "[--for SECONDS] [--virtual]",
	  "packets come and go at the attached ports, and time passes",
	  "Until files and generators are at their ends, or ^C, or for some time. Then prints what passed each\n"
	  "port, and who decided where the packets went: hardware, tc, the datapath, or the vswitch, which was\n"
	  "asked by an upcall. Exit status 1: a port failed.\n",
	  "  inhw -b examples/ports.inhw\n"
	  "  run --virtual --for 3600                        an hour, in which flows age, at once\n",
	  cmd_run_rows, cmd_run },
	{ "nic", "Run the model",
	  "show | dump | stats | log | fault [COMMAND] | capture | serve --vhost-user SOCKET",
	  "the NIC: what it holds, what it was told, what it did; of the model or of a running device",
	  "show: a summary. dump: all tables, groups and entries, matches decoded, with their counters.\n"
	  "stats: commands, packets, reasons for drops. capture: the frames that left lately.\n"
	  "log: the commands of the driver, with --fields also their contents.\n"
	  "fault COMMAND: makes the --nth command of this name (\"any\": of all) from now on, and the --count\n"
	  "following ones, fail with --status and --syndrome. fault --table-limit ID N: the table takes no more\n"
	  "than N entries. fault --link down. fault --health 0x8: the driver reads this syndrome and recovers,\n"
	  "stuck: it sees a health counter that stands still. fault alone lists them, fault --clear [NUMBER] forgets them.\n"
	  "serve: the device alone, as a PCI function for a User-Mode Linux whose command line has the\n"
	  "virtio_uml.device=... that it prints when it is ready. One guest at a time; ends at SIGTERM.\n"
	  "\n"
	  "With --device, or INHW_NIC in the environment, the device is one that `inhw nic serve` runs.\n",
	  "  inhw nic show\n"
	  "  inhw nic serve --vhost-user /tmp/nic --sfs 4\n"
	  "  inhw nic log --device /tmp/nic --follow --failed\n"
	  "  inhw nic fault -d /tmp/nic SET_FLOW_TABLE_ENTRY --nth 3 --status LIM\n",
	  cmd_nic_rows, cmd_nic },
	{ "serve", "Run the model",
	  "[CONFIG]",
	  "a daemon with the model machine, on which the other commands then work",
	  "Keeps one model machine with its vswitch, runs the commands in the file CONFIG, one a line as for\n"
	  "-b, and then those that other processes are given: trace, dpctl, send, vswitch, nic ... look for a\n"
	  "daemon and work on its machine; without one, on a machine of their own. Its clock is this one's:\n"
	  "flows age, counters are read each second.\n"
	  "\n"
	  "Where they meet: --socket, or INHW_SOCKET in the environment, or $XDG_RUNTIME_DIR/inhw/daemon.sock,\n"
	  "or /run/inhw/daemon.sock. Only its user may open it. An empty INHW_SOCKET, and --no-daemon before\n"
	  "a command: no daemon. --vfs and --profile of the machine are those that serve is given; another\n"
	  "command that is given other ones is refused. File names are relative to where the command runs; what\n"
	  "takes longer than 5 seconds, or prints more than 16 MiB, is cut off with an error.\n"
	  "\n"
	  "With --kernel linux the vswitch is this machine's: its bridges are of the datapath \"inhw\" in the\n"
	  "kernel, flows go to tc where it takes them, and add-port makes any device a port. It needs root, or a\n"
	  "namespace. At the end all of that goes; what a killed daemon left goes at the next start; qdiscs and\n"
	  "filters of others stay.\n"
	  "\n"
	  "Prints a line that begins with \"ready:\" when it serves. Ends at SIGTERM and SIGINT: status 0. A\n"
	  "line of CONFIG that fails ends it before: status 1.\n",
	  "  inhw serve examples/serve.inhw &\n"
	  "  inhw vswitch show\n"
	  "  INHW_SOCKET= inhw dpctl show                   not that of the daemon\n",
	  cmd_serve_rows, cmd_serve },
	{ "stats", "Run the model",
	  "",
	  "packets per second in hardware, tc, the datapath, upcalls; the busiest flows; those refused",
	  "Flows and packets by where they are, what came up to userland, the busiest flows, and the flows that\n"
	  "are not in hardware, by reason. Rates are those since the last time that somebody asked: there are\n"
	  "none the first time. With a daemon, for monitoring; docs/inhw.1 has the JSON.\n",
	  "  inhw stats --json --flows 50\n",
	  cmd_stats_rows, cmd_stats },
	{ "top", "Run the model",
	  "",
	  "what goes through a daemon's machine, each second: a screen, plain text, or JSON",
	  "The same as stats, of a daemon, drawn anew each second on a terminal; q or ^C ends it. Elsewhere, and\n"
	  "with -n: plain text, the first after a second.\n",
	  "  inhw top\n"
	  "  inhw top --once\n"
	  "  inhw top --json -n 60 >minute.jsonl\n",
	  cmd_top_rows, cmd_top },
	{ "lab", "Run the real thing",
	  "[run SCRIPT [ARG...] | trace FLOW ACTIONS]",
	  "a Linux with the real driver on our device, and Open vSwitch: a shell, a script for CI, a flow",
	  "Boots Linux (User-Mode Linux: no root, no KVM, no network) with a ConnectX that is our device, in\n"
	  "switchdev mode, with subfunctions, and Open vSwitch with hw-offload=true and a bridge br0 that has\n"
	  "all ports. Its files are those of this machine; what it writes is lost with it.\n"
	  "Without run: a shell; it ends with exit, or Ctrl-] three times. run: SCRIPT in it.\n"
	  "trace: puts FLOW through the real ovs-vswitchd there and shows the way that it took: what the log of\n"
	  "ovs-vswitchd, the tracepoints of Linux, tc and the commands of the device say, joined. A function\n"
	  "that nothing was seen of, but that must have run, is marked as inferred.\n"
	  "\n"
	  "Exit status: that of SCRIPT, of trace as inhw trace; 124 --timeout; 125 the lab failed; 126, 127 no\n"
	  "such script.\n",
	  "  inhw lab\n"
	  "  inhw lab run ./test.sh\n"
	  "  inhw lab run --no-ovs --sfs 4 --timeout 60 tc -s filter show dev pf0sf0 ingress\n"
	  "  inhw lab trace 'in_port(pf0sf0),eth_type(0x0800),ipv4(frag=first)' pf0sf1\n"
	  "  inhw lab kernel                                 the path of the guest's kernel\n",
	  cmd_lab_rows, cmd_lab },
	{ "bench", "Measure",
	  "install | packets | ports | upcalls | revalidate | firmware",
	  "flows per second from text, or from packet, to entry; packets and commands per second",
	  "install: puts --flows flows with --masks masks, each from its text to its entry in the NIC. Prints\n"
	  "flows per second, the share of each layer, memory of a flow, and how the cost grows.\n"
	  "packets: fills the NIC's tables through the same path and sends packets through them: 1, 4, 16 and\n"
	  "64 masks, 1k to 1M entries, or those given by --masks and --entries.\n"
	  "ports: a generator at a port, through the whole machine, out at another; one packet at a time.\n"
	  "firmware: the NIC alone executes prepared commands: entries, counters.\n"
	  "upcalls: packets that no flow matches come in at a VF and go up to a vswitch, in batches of 64; their\n"
	  "flows are translated, installed down to the NIC, and the packets executed.\n"
	  "revalidate: after that, rounds over all flows: unchanged, after a change of a rule that none meets,\n"
	  "and of one that all meet.\n",
	  "  inhw bench install --flows 1M --masks 16\n"
	  "  inhw bench packets --entries 100k\n"
	  "  inhw bench firmware --log\n"
	  "  inhw bench upcalls --flows 1M\n"
	  "  inhw bench revalidate --rules 10k\n",
	  cmd_bench_rows, cmd_bench },
	{ .name = NULL },
};
/* clang-format on */

void cli_init(struct cli *c, FILE *out, FILE *err)
{
	memset(c, 0, sizeof *c);
	print_init(&c->print, out, err);
	c->model = c->given = cli_model_default;
}

void cli_fini(struct cli *c)
{
	if (c->stats)
		stats_fini(c->stats);
	mem_free(c->stats);
	c->stats = NULL;
	nic_requests_free(c->requests);
	c->requests = NULL;
	host_free(c->host);
	c->host = NULL;
	mem_free(c->host_profile);
	c->host_profile = NULL;
}

int cli_usage(struct cli *c, const char *command, const char *fmt, ...)
{
	char words[DIAG_WORDS_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(words, sizeof words, fmt, args);
	va_end(args);
	print_failure(&c->print, "%s", words);
	fprintf(c->print.err, "Try 'inhw %s%s--help'.\n", command ? command : "",
		command ? " " : "");
	return CLI_USAGE;
}

int cli_parse(struct cli *c, const struct option_row *rows, void *values, int argc,
	      const char **argv)
{
	/* A command's own option hides one of the model that is called the same. */
	const struct option_set sets[] = { { rows, values }, { cli_model_rows, &c->model }, { 0 } };
	struct diag d;
	int n, err;

	diag_init(&d);
	err = options_parse(rows ? sets : sets + 1, argc, argv, false, &n, &d);
	if (err) {
		print_diag(&c->print, &d, NULL);
		return err;
	}
	print_set_colour(&c->print, (enum print_when)c->model.colour);
	return n;
}

bool cli_profile(struct cli *c, const struct nic_profile **p)
{
	struct diag d;

	*p = NULL;
	if (!c->model.profile)
		return true;
	diag_init(&d);
	if (nic_profile_load(&c->profile, c->model.profile, &d)) {
		print_diag(&c->print, &d, NULL);
		return false;
	}
	*p = &c->profile;
	return true;
}

static bool is_same(const char *a, const char *b)
{
	return !a || !b ? a == b : !strcmp(a, b);
}

/* The configuration may change between the commands of a batch; the machine itself may not. */
static struct host *configure(struct cli *c)
{
	struct offload_config *config = offload_config(dpif_offload(host_dpif(c->host)));

	bool same_vfs = c->model.n_vfs == c->host_vfs;

	if (c->model.kernel != c->host_kernel || !same_vfs ||
	    !is_same(c->model.profile, c->host_profile)) {
		print_failure(&c->print, "--%s: the machine is there already: %s",
			      c->model.kernel != c->host_kernel ? "kernel"
			      : same_vfs			? "profile"
								: "vfs",
			      c->is_daemon ? "--no-daemon before the command makes one of its own"
					   : "give it before the first command");
		return NULL;
	}
	config->enabled = !c->model.no_hw_offload;
	config->policy = c->model.policy < 0 ? TC_POLICY_NONE
					     : (enum tc_offload_policy)c->model.policy;
	host_set_now(c->host, clock_now_ns() + c->ahead_ns);
	return c->host;
}

static void report(void *aux, const char *words)
{
	struct cli *c = aux;

	print_failure(&c->print, "%s", words);
}

struct host *cli_host(struct cli *c, bool trace_setup)
{
	struct host_params params = {
		.is_linux = c->model.kernel == CLI_KERNEL_LINUX,
		.report = report,
		.report_aux = c,
		.n_vfs = (unsigned int)c->model.n_vfs,
		.no_hw_offload = c->model.no_hw_offload,
		.policy = c->model.policy < 0 ? TC_POLICY_NONE
					      : (enum tc_offload_policy)c->model.policy,
		.trace_setup = trace_setup,
		.command_log = true,
	};
	const struct nic_profile *profile;
	struct diag d;

	if (c->host)
		return configure(c);
	if (!cli_profile(c, &profile))
		return NULL;
	params.caps = profile ? &profile->caps : NULL;
	diag_init(&d);
	if (host_new(&c->host, &params, &d)) {
		c->host = NULL;
		print_failure(&c->print, "%s: %s",
			      params.is_linux ? "the kernel" : "the model machine", d.words);
		return NULL;
	}
	host_set_stopwatch(c->host, clock_now_ns);
	c->host_kernel = c->model.kernel;
	c->host_vfs = c->model.n_vfs;
	c->host_profile = c->model.profile ? mem_strdup(c->model.profile) : NULL;
	return c->host;
}

struct host *cli_model_host(struct cli *c, bool trace_setup)
{
	struct host *h = cli_host(c, trace_setup);

	if (!h || !host_is_linux(h))
		return h;
	print_failure(&c->print, "this is about the NIC of a model, and the kernel is this "
				 "machine's own (--kernel linux)");
	return NULL;
}

bool cli_is_late(struct cli *c)
{
	if (!c->deadline_ns || clock_now_ns() < c->deadline_ns)
		return false;
	print_failure(&c->print, "stopped: a command that takes longer holds up the daemon; give "
				 "it less at once");
	return true;
}

static const struct cli_command *find_command(const char *name)
{
	for (const struct cli_command *k = cli_commands; k->name; k++)
		if (!strcmp(k->name, name))
			return k;
	return NULL;
}

static bool wants_help(int argc, const char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

static int refuse_command(struct cli *c, const char *name)
{
	const char *best = NULL;

	for (const struct cli_command *k = cli_commands; k->name; k++)
		words_nearer(&best, name, k->name);
	words_nearer(&best, name, "help");
	if (best)
		return cli_usage(c, NULL, "unknown command '%s'; did you mean '%s'?", name, best);
	return cli_usage(c, NULL, "unknown command '%s'", name);
}

static int run_help(struct cli *c, int argc, const char **argv)
{
	const struct cli_command *k = argc ? find_command(argv[0]) : NULL;

	if (argc && !k)
		return refuse_command(c, argv[0]);
	if (k)
		cli_help_command(c, k);
	else
		cli_help(c);
	return CLI_OK;
}

/* What has nothing to do with the model of a daemon; @sub: with this first argument only. */
static const struct {
	const char *name, *sub;
} local_commands[] = {
	{ "bench", NULL }, { "lab", NULL }, { "nic", "serve" }, { "serve", NULL }, { "top", NULL }
};

/* The first argument behind options, and the device that --device names; NULL: none. */
static void look_at(const struct cli_command *k, int argc, const char **argv, const char **first,
		    const char **device)
{
	_Alignas(max_align_t) char values[VALUES_MAX] = { 0 };
	const char *args[LOCAL_ARGS_MAX];
	struct cli_model model;
	const struct option_set sets[] = { { k->rows, values }, { cli_model_rows, &model }, { 0 } };
	const struct option_row *r = k->rows;
	int n;

	if (argc > LOCAL_ARGS_MAX)
		return;
	memcpy(args, argv, (size_t)argc * sizeof *args);
	if (options_parse(sets, argc, args, false, &n, NULL))
		return; /* whoever runs it says what is wrong */
	*first = n ? args[0] : NULL;
	while (r->name && strcmp(r->name, "device"))
		r++;
	if (r->name) {
		memcpy(device, values + r->offset, sizeof *device);
		*device = cli_device_target(*device);
	}
}

static bool is_local(const struct cli_command *k, int argc, const char **argv)
{
	const char *first = NULL, *device = NULL;

	look_at(k, argc, argv, &first, &device);
	for (size_t i = 0; i < ARRAY_SIZE(local_commands); i++)
		if (!strcmp(local_commands[i].name, k->name) &&
		    (!local_commands[i].sub || (first && !strcmp(local_commands[i].sub, first))))
			return true;
	return device;
}

int cli_run(struct cli *c, int argc, const char **argv)
{
	const struct cli_command *k;
	int status;

	if (!argc)
		return cli_usage(c, NULL, "which command?");
	if (!strcmp(argv[0], "help"))
		return run_help(c, argc - 1, argv + 1);
	k = find_command(argv[0]);
	if (!k)
		return refuse_command(c, argv[0]);
	if (wants_help(argc - 1, argv + 1)) {
		cli_help_command(c, k);
		return CLI_OK;
	}
	c->model = c->given;
	if (c->is_daemon && is_local(k, argc - 1, argv + 1))
		return cli_usage(c, k->name, "%s: not in a daemon, nor with a device of its own",
				 k->name);
	if (c->remote && !c->is_daemon && !is_local(k, argc - 1, argv + 1) &&
	    cli_remote_run(c->remote, c, argc, argv, &status))
		return status;
	return k->run(c, argc - 1, argv + 1);
}

static bool is_hidden(const struct option_row *row, const struct option_row *own)
{
	for (; own && own->name; own++)
		if (!strcmp(row->name, own->name))
			return true;
	return false;
}

static void format_model_rows(struct text *t, const struct option_row *own)
{
	for (const struct option_row *r = cli_model_rows; r->name; r++) {
		const struct option_row one[] = { *r, { .name = NULL } };

		if (!is_hidden(r, own))
			options_format(t, one);
	}
}

void cli_help_command(struct cli *c, const struct cli_command *k)
{
	struct text t;

	text_init(&t);
	options_format(&t, k->rows);
	print_styled(&c->print, PRINT_BOLD, "inhw %s", k->name);
	printf_text(&c->print, " [options] %s\n\n%s\n", k->args, k->help);
	if (t.len)
		printf_text(&c->print, "Options:\n%s\n", t.s);
	text_clear(&t);
	format_model_rows(&t, k->rows);
	printf_text(&c->print, "Options of the model machine and of the output:\n%s\nExamples:\n%s",
		    t.s, k->examples);
	text_fini(&t);
}

void cli_help(struct cli *c)
{
	const char *group = "";

	print_text(
		&c->print,
		"inhw: the whole hardware-offload path of Open vSwitch, run and explained without "
		"special hardware\n\n"
		"Usage: inhw [options] COMMAND [ARG...]\n"
		"       inhw [options] -b FILE\n");
	for (const struct cli_command *k = cli_commands; k->name; k++) {
		if (strcmp(group, k->group)) {
			print_text(&c->print, "\n");
			print_styled(&c->print, PRINT_BOLD, "%s\n", k->group);
		}
		group = k->group;
		printf_text(&c->print, "  %-8s %s\n", k->name, k->summary);
	}
	print_text(
		&c->print,
		"\nOptions:\n"
		"  -b, --batch FILE            the commands of FILE (-: standard input), one a line, "
		"on one model\n"
		"  -k, --keep-going            in a batch: go on after a command that failed\n"
		"      --socket PATH           of the daemon that runs them, if there is one (inhw serve "
		"--help)\n"
		"      --no-daemon             a model of its own\n"
		"  -h, --help                  this; inhw COMMAND --help says more\n"
		"  -V, --version               print the version\n");
	print_text(&c->print,
		   "\nPorts: the uplink p0; pf0vf0, pf0vf1 ... represent the virtual functions.\n"
		   "\nExamples:\n"
		   "  inhw trace " FLOW_EXAMPLE " \\\n      'push_vlan(vid=100,pcp=0),p0'\n"
		   "  inhw trace --file examples/ovs-3.1-flows.txt\n"
		   "  inhw nic show\n");
}
