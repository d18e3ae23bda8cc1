/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `inhw tc`: tc on the model machine, with its output; on the error stream also what tc lacks: a
 * caret under the word that was refused, and why a rule that is in tc is not in hardware.
 */
#include "base/alloc.h"
#include "cli/tc.h"
#include "cli/verdict.h"
#include "cli/words.h"
#include "iproute/iproute.h"
#include "netlink/transport.h"
#include "trace/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct option_row cmd_tc_rows[] = { { .name = NULL } };

/* tc and the socket that it speaks over. */
struct tool {
	struct nl_sock *sock;
	struct iproute ip;
};

/* tc needs a socket to the kernel of this machine, and no datapath in it. */
static int open_linux(struct nl_sock **sock, struct diag *d)
{
	struct nl_transport *t;
	int err = nl_transport_open_linux(&t, NETLINK_ROUTE, d);

	return err ? err : nl_sock_new(sock, t, NULL, d);
}

static int open_sock(struct nl_sock **sock, struct cli *c, struct diag *d)
{
	if (!c->host && c->model.kernel == CLI_KERNEL_LINUX)
		return open_linux(sock, d);
	if (!cli_host(c, false))
		return -ENODEV; /* which was said */
	return host_open_route(c->host, sock, d);
}

static int open_tool(struct tool *t, struct cli *c)
{
	struct diag d;
	int err;

	diag_init(&d);
	err = open_sock(&t->sock, c, &d);
	if (!err)
		iproute_init(&t->ip, t->sock);
	else if (d.error)
		print_diag(&c->print, &d, NULL);
	return err;
}

static void close_tool(struct tool *t)
{
	iproute_fini(&t->ip);
	nl_sock_free(t->sock);
}

/* The words of a command in one line, and where number @n of them is in it. */
static void join(struct text *line, int argc, const char **argv, int n, size_t *offset,
		 size_t *length)
{
	*offset = *length = 0;
	text_put(line, "tc");
	for (int i = 0; i < argc; i++) {
		text_put_char(line, ' ');
		if (i == n) {
			*offset = line->len;
			*length = strlen(argv[i]);
		}
		text_put(line, argv[i]);
	}
	if (n >= argc) { /* something is missing at the end */
		*offset = line->len;
		*length = 1;
	}
}

static void print_bad_arg(struct print *p, int argc, const char **argv, int bad_arg)
{
	size_t offset, length;
	struct text line;

	text_init(&line);
	join(&line, argc, argv, bad_arg, &offset, &length);
	print_place(p, line.s, offset, length ? length : 1);
	text_fini(&line);
}

/* What kernel and drivers call a thing, and the words of a command that may mean it. */
static const struct {
	const char *field;
	const char *words[6]; /* the first that is in the command; NULL ends */
} culprits[] = {
	{ "arp", { "arp_op", "arp_sip", "arp_tip", "arp_sha", "arp_tha" } },
	{ "ports", { "dst_port", "src_port" } },
	{ "icmp", { "type", "code" } },
	{ "icmpv6", { "type", "code" } },
	{ "ip_flags", { "ip_flags" } },
	{ "ip_ttl", { "ip_ttl" } },
	{ "tcp_flags", { "tcp_flags" } },
	{ "indev", { "indev" } },
	{ "chain", { "chain" } },
	{ "goto", { "goto" } },
	{ "prio", { "pref", "prio", "priority", "preference" } },
	{ "vlan", { "vlan_id", "vlan_prio", "vlan" } },
	{ "cvlan", { "cvlan_id", "cvlan_prio", "cvlan_ethtype" } },
	{ "vlan push", { "push" } },
	{ "vlan pop", { "pop" } },
	{ "pedit", { "pedit" } },
	{ "csum", { "csum" } },
	{ "mirred", { "mirred" } },
	{ "redirect", { "redirect" } },
	{ "redirect ingress", { "ingress" } },
	{ "hw_stats", { "hw_stats" } },
	{ "trap", { "trap" } },
	{ "ct", { "ct" } },
};

static int find_word(int argc, const char **argv, const char *word)
{
	for (int i = 0; i < argc; i++)
		if (!strcmp(argv[i], word))
			return i;
	return -1;
}

/* Which argument a refusal means, or -1. */
static int find_culprit(const struct trace *t, int argc, const char **argv)
{
	int at = -1;

	for (size_t i = 0; t->refused && i < ARRAY_SIZE(culprits); i++) {
		if (strcmp(culprits[i].field, t->refusal.field))
			continue;
		for (size_t w = 0;
		     at < 0 && w < ARRAY_SIZE(culprits[i].words) && culprits[i].words[w]; w++)
			at = find_word(argc, argv, culprits[i].words[w]);
	}
	return at;
}

static void print_reason(struct print *p, const struct trace *t, int argc, const char **argv)
{
	const struct trace_refusal *r = &t->refusal;
	int at = find_culprit(t, argc, argv);

	print_failure(p, "not in hardware: %s (%s in %s at %s)", r->words,
		      diag_errno_name(r->error), r->layer, r->function);
	if (at >= 0)
		print_bad_arg(p, argc, argv, at);
}

/* One command, with what is printed of it. The exit status. */
static int run_command(struct cli *c, struct tool *t, int argc, const char **argv)
{
	struct trace *trace = nl_sock_trace(t->sock); /* NULL: only a model's kernel tells */
	int status;

	trace_forget(trace);
	status = iproute_tc(&t->ip, argc, argv);
	print_text(&c->print, t->ip.out.s);
	if (t->ip.out.error || t->ip.err.error)
		print_failure(&c->print, "the output is not complete: no memory");
	if (t->ip.err.len)
		print_error_text(&c->print, t->ip.err.s);
	if (status && t->ip.bad_arg >= 0)
		print_bad_arg(&c->print, argc, argv, t->ip.bad_arg);
	if (!status && t->ip.wants_hardware && trace && trace->refused)
		print_reason(&c->print, trace, argc, argv);
	return status;
}

/* ---- a batch ---- */

static int run_line(struct cli *c, struct tool *t, const char *line)
{
	struct words w;
	struct diag d;
	int status = IPROUTE_OK;

	diag_init(&d);
	if (words_split(&w, line, strlen(line), &d)) {
		print_diag(&c->print, &d, line);
		status = IPROUTE_FAILED;
	} else if (w.n) {
		status = run_command(c, t, (int)w.n, w.word);
	}
	words_fini(&w);
	return status;
}

/* The next line, with those that it goes on in: a backslash at the end. False: no more. */
static bool read_line(FILE *f, struct text *line, unsigned long *number)
{
	char *part = NULL;
	size_t cap = 0;
	ssize_t n;

	text_clear(line);
	while ((n = getline(&part, &cap, f)) >= 0) {
		++*number;
		if (n && part[n - 1] == '\n')
			part[--n] = '\0';
		text_put(line, part);
		if (!n || part[n - 1] != '\\')
			break;
		text_cut(line, line->len - 1);
	}
	free(part);
	return n >= 0 || line->len;
}

static int run_lines(struct cli *c, struct tool *t, FILE *f, const char *name)
{
	unsigned long number = 0;
	int failed = IPROUTE_OK;
	struct text line;
	bool goes_on = true;

	text_init(&line);
	while (goes_on && read_line(f, &line, &number)) {
		if (run_line(c, t, line.s)) {
			failed = IPROUTE_FAILED;
			fprintf(c->print.err, "Command failed %s:%lu\n", name, number);
			goes_on = t->ip.options.force;
		}
		if (goes_on && cli_is_late(c)) {
			failed = IPROUTE_FAILED;
			goes_on = false;
		}
	}
	if (ferror(f) || line.error) {
		print_failure(&c->print, "cannot read %s: %s", name,
			      diag_strerror(line.error ? line.error : -errno));
		failed = IPROUTE_FAILED;
	}
	text_fini(&line);
	return failed;
}

static int run_batch(struct cli *c, struct tool *t)
{
	const char *name = t->ip.options.batch;
	bool is_stdin = !strcmp(name, "-");
	FILE *f = is_stdin ? stdin : fopen(name, "re");
	int status;

	if (!f) {
		fprintf(c->print.err, "Cannot open file \"%s\" for reading: %s\n", name,
			diag_strerror(errno));
		return IPROUTE_FAILED;
	}
	status = run_lines(c, t, f, name);
	if (!is_stdin)
		fclose(f);
	return status;
}

/*
 * The model's options may stand in front of tc's, as those do that a daemon is sent along. Returns
 * how many arguments they are, or -EINVAL.
 */
static int parse_model(struct cli *c, int argc, const char **argv)
{
	int n = 0;

	while (n < argc && !strncmp(argv[n], "--", 2)) {
		const struct option_row *r = cli_model_rows;
		size_t len = strcspn(argv[n] + 2, "=");

		while (r->name && (strlen(r->name) != len || strncmp(r->name, argv[n] + 2, len)))
			r++;
		if (!r->name)
			break;
		n += r->type == OPTION_FLAG || argv[n][2 + len] ? 1 : 2;
	}
	n = n < argc ? n : argc;
	return n && cli_parse(c, NULL, NULL, n, argv) < 0 ? -EINVAL : n;
}

int cmd_tc(struct cli *c, int argc, const char **argv)
{
	int skip = parse_model(c, argc, argv);
	struct tool t;
	int n, status;

	if (skip < 0 || open_tool(&t, c))
		return CLI_FAILED;
	argc -= skip;
	argv += skip;
	n = iproute_tc_options(&t.ip, argc, argv);
	if (n < 0) {
		print_error_text(&c->print, t.ip.err.s);
		status = IPROUTE_USAGE;
	} else if (t.ip.options.batch) {
		status = run_batch(c, &t);
	} else if (n == argc) {
		status = cli_usage(c, "tc", "which object? qdisc, filter, chain or actions");
	} else {
		status = run_command(c, &t, argc - n, argv + n);
	}
	close_tool(&t);
	return status;
}

/* ---- with its way ---- */

static int print_verdict(struct cli *c, const struct trace_tc_options *o, const struct verdict *v)
{
	const struct trace *trace = host_trace(c->host);
	json_t *j;

	if (!o->json) {
		verdict_print(&c->print, v);
		return v->status;
	}
	j = verdict_json(v, NULL);
	if (j && json_object_set_new(j, "trace", trace_json(trace, 0))) {
		json_decref(j);
		j = NULL;
	}
	print_json(&c->print, j);
	return v->status;
}

/* A command that puts no filter has no verdict: what it printed, and its way. */
static int print_output(struct cli *c, const struct trace_tc_options *o, const struct iproute *ip,
			int status)
{
	if (o->json) {
		print_json(&c->print, json_pack("{s:i, s:o, s:o, s:o}", "status", status, "output",
						trace_json_string(ip->out.s), "errors",
						trace_json_string(ip->err.s), "trace",
						trace_json(host_trace(c->host), 0)));
		return status;
	}
	print_text(&c->print, ip->out.s);
	print_error_text(&c->print, ip->err.s);
	return status;
}

static int trace_command(struct cli *c, struct tool *t, const struct trace_tc_options *o, int argc,
			 const char **argv)
{
	struct trace *trace = host_trace(c->host);
	struct verdict v;
	struct text line;
	size_t offset = 0, length = 0;
	int at, status;

	trace_forget(trace);
	trace->recording = true;
	status = iproute_tc(&t->ip, argc, argv);
	trace->recording = false;
	if (!o->quiet && !o->json)
		print_trace(&c->print, trace);
	if (!status && !t->ip.is_put)
		return print_output(c, o, &t->ip, status);
	text_init(&line);
	at = t->ip.bad_arg >= 0 ? t->ip.bad_arg : find_culprit(trace, argc, argv);
	join(&line, argc, argv, at, &offset, &length);
	verdict_init_tc(&v, line.s, status, t->ip.err.s, offset, at >= 0 ? length : 0, trace);
	v.placed.ifindex = t->ip.put_ifindex;
	v.placed.block = t->ip.put_block;
	status = print_verdict(c, o, &v);
	text_fini(&line);
	return status;
}

int cli_trace_tc(struct cli *c, const struct trace_tc_options *o, int argc, const char **argv)
{
	struct host *h = cli_model_host(c, o->setup);
	struct tool t;
	int n, status;

	if (!h || open_tool(&t, c))
		return VERDICT_REFUSED;
	if (!o->setup)
		trace_clear(host_trace(h));
	n = iproute_tc_options(&t.ip, argc, argv);
	if (n < 0) {
		print_error_text(&c->print, t.ip.err.s);
		status = VERDICT_REFUSED;
	} else if (t.ip.options.batch || n == argc) {
		status = cli_usage(c, "trace", "wanted: one command of tc, without -batch");
	} else {
		status = trace_command(c, &t, o, argc - n, argv + n);
	}
	trace_clear(host_trace(h));
	close_tool(&t);
	return status;
}
