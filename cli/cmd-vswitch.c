/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw vswitch`: bridges, ports and rules of the model's vswitch; and the story of one packet. */
#include "base/alloc.h"
#include "cli/cli.h"
#include "cli/frame.h"
#include "cli/vswitch.h"
#include "cli/words.h"
#include "flow/packet.h"
#include "kernel/core/knet.h"
#include "packet/packet.h"
#include "trace/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct option_row cmd_vswitch_rows[] = { { .name = NULL } };

#define TRUNKS_MAX 4096

struct args {
	struct cli *c;
	struct host *host;
	struct vswitch *v;
	struct bridge *b; /* the first argument of most commands */
	int argc;
	const char **argv;
	struct diag d;
	const char *at; /* the text that @d points into, or NULL */
};

static uint64_t now_of(const struct args *a)
{
	return host_now_ns(a->host);
}

static int add_br(struct args *a)
{
	return vswitch_add_bridge(a->v, a->argv[0], &a->d);
}

static int del_br(struct args *a)
{
	struct bridge *b = vswitch_find_bridge(a->v, a->argv[0]);
	const struct bridge_port *p;
	uint64_t number;

	/* Gone or going: what is left of a port is only in the datapath, and empty. */
	if (b)
		idr_for_each (&b->ports, number, p)
			(void)!host_del_port(a->host, p->number, NULL);
	return vswitch_del_bridge(a->v, a->argv[0], &a->d);
}

static int parse_mode(const char *s, enum bridge_vlan_mode *mode)
{
	for (unsigned int i = 0; i < BRIDGE_VLAN_N_MODES; i++)
		if (!strcmp(bridge_vlan_mode_names[i], s)) {
			*mode = (enum bridge_vlan_mode)i;
			return 0;
		}
	return -EINVAL;
}

static int parse_vlan(const char *s, uint16_t *vlan, const char **end)
{
	char *e;
	unsigned long n = strtoul(s, &e, 10);

	*end = e;
	if (e == s || n > 4095)
		return -EINVAL;
	*vlan = (uint16_t)n;
	return 0;
}

/* tag=N, trunks=N,N..., vlan_mode=MODE, as ovs-vsctl has them. */
static int set_columns(struct args *a, uint32_t number)
{
	static uint16_t trunks[TRUNKS_MAX];
	enum bridge_vlan_mode mode = BRIDGE_VLAN_TRUNK;
	uint16_t tag = 0;
	size_t n = 0;

	for (int i = 2; i < a->argc; i++) {
		const char *s = a->argv[i], *end = "";
		int err = 0;

		if (!strncmp(s, "tag=", 4)) {
			err = parse_vlan(s + 4, &tag, &end);
			mode = mode == BRIDGE_VLAN_TRUNK ? BRIDGE_VLAN_ACCESS : mode;
		} else if (!strncmp(s, "vlan_mode=", 10)) {
			err = parse_mode(s + 10, &mode);
		} else if (!strncmp(s, "trunks=", 7)) {
			for (end = s + 6; !err && *end && n < TRUNKS_MAX;)
				err = parse_vlan(end + 1, &trunks[n++], &end);
		} else {
			err = -EINVAL;
		}
		if (err || *end)
			return diag_set(&a->d, -EINVAL,
					"%s: wanted tag=VLAN, trunks=VLAN,..., vlan_mode=MODE", s);
	}
	return bridge_set_vlan(a->b, number, mode, tag, trunks, n, &a->d);
}

static int add_port(struct args *a)
{
	const char *name = a->argv[1];
	uint32_t number;
	int err = host_add_port(a->host, name, &number, &a->d);

	if (err)
		return err;
	err = vswitch_add_port(a->v, a->b, number, name, &a->d);
	if (!err && a->argc > 2)
		err = set_columns(a, number);
	return err;
}

static const struct bridge_port *find_port(struct args *a)
{
	const struct bridge_port *p = bridge_find_port_name(a->b, a->argv[1], strlen(a->argv[1]));

	if (!p)
		diag_set(&a->d, -ENOENT, "bridge %s has no port %s", a->b->name, a->argv[1]);
	return p;
}

static int del_port(struct args *a)
{
	const struct bridge_port *p = find_port(a);
	uint32_t number = p ? p->number : 0;
	int err = p ? bridge_del_port(a->b, number, &a->d) : -ENOENT;

	return err ? err : host_del_port(a->host, number, &a->d);
}

static int set_port(struct args *a)
{
	const struct bridge_port *p = find_port(a);

	return p ? set_columns(a, p->number) : -ENOENT;
}

static int add_flow(struct args *a)
{
	a->at = a->argv[1];
	return bridge_add_rule_text(a->b, a->at, strlen(a->at), &a->d);
}

static int parse_query(struct args *a, struct rule_query *q)
{
	a->at = a->argc > 1 ? a->argv[1] : "";
	return rule_query_parse(q, a->at, strlen(a->at), &a->b->flow_ports, &a->d);
}

static int del_flows(struct args *a)
{
	struct rule_query q;
	int err = parse_query(a, &q);

	if (!err)
		bridge_del_rules(a->b, &q, false);
	return err;
}

static int dump_flows(struct args *a)
{
	struct rule_query q;
	struct text t;
	int err = parse_query(a, &q);

	if (err)
		return err;
	text_init(&t);
	if (bridge_format_rules_stats(&t, a->b, &q, now_of(a)))
		err = diag_set(&a->d, -ENOMEM, "no memory for the rules");
	print_text(&a->c->print, t.s);
	text_fini(&t);
	return err;
}

/* Rules, one a line; all before a bad one are there. */
static int load(struct args *a)
{
	FILE *f = fopen(a->argv[1], "re");
	unsigned long number = 0;
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int err = 0;

	if (!f)
		return diag_set(&a->d, -errno, "cannot open %s: %s", a->argv[1],
				diag_strerror(errno));
	while (!err && (len = getline(&line, &cap, f)) >= 0) {
		number++;
		while (len && strchr(" \t\r\n", line[len - 1]))
			len--;
		if (len && line[0] != '#')
			err = bridge_add_rule_text(a->b, line, (size_t)len, &a->d);
		if (!err && cli_is_late(a->c))
			err = diag_set(&a->d, -ETIME, "the rules up to here are there");
	}
	if (err)
		diag_context(&a->d, "%s:%lu", a->argv[1], number);
	a->d.has_range = false;
	free(line);
	fclose(f);
	return err;
}

static int show(struct args *a)
{
	struct text t;

	text_init(&t);
	for (size_t i = 0; i < a->v->n_bridges; i++)
		bridge_format(&t, a->v->bridges[i]);
	udpif_format(&t, host_udpif(a->host));
	print_text(&a->c->print, t.s);
	text_fini(&t);
	return 0;
}

static int fdb(struct args *a)
{
	struct text t;

	text_init(&t);
	mac_learning_format(&t, &a->b->fdb, now_of(a));
	print_text(&a->c->print, t.s);
	text_fini(&t);
	return 0;
}

static int why(struct args *a)
{
	struct text t;

	text_init(&t);
	udpif_format_flows(&t, host_udpif(a->host), now_of(a));
	print_text(&a->c->print, t.s);
	text_fini(&t);
	return 0;
}

static const struct vswitch_command {
	const char *name, *args;
	int min, max;
	bool has_bridge; /* its first argument */
	int (*run)(struct args *a);
} commands[] = {
	{ "add-br", "BRIDGE", 1, 1, false, add_br },
	{ "del-br", "BRIDGE", 1, 1, false, del_br },
	{ "add-port", "BRIDGE PORT [tag=N] [trunks=N,N] [vlan_mode=M]", 2, 5, true, add_port },
	{ "set-port", "BRIDGE PORT [tag=N] [trunks=N,N] [vlan_mode=M]", 2, 5, true, set_port },
	{ "del-port", "BRIDGE PORT", 2, 2, true, del_port },
	{ "add-flow", "BRIDGE RULE", 2, 2, true, add_flow },
	{ "del-flows", "BRIDGE [MATCH]", 1, 2, true, del_flows },
	{ "dump-flows", "BRIDGE [MATCH]", 1, 2, true, dump_flows },
	{ "load", "BRIDGE FILE", 2, 2, true, load },
	{ "fdb", "BRIDGE", 1, 1, true, fdb },
	{ "show", "", 0, 0, false, show },
	{ "why", "", 0, 0, false, why },
};

static const struct vswitch_command *find_command(struct cli *c, const char *name)
{
	const char *best = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
		words_nearer(&best, name, commands[i].name);
	}
	cli_usage(c, "vswitch", "unknown command '%s'%s%s%s", name, best ? "; did you mean '" : "",
		  best ? best : "", best ? "'?" : "");
	return NULL;
}

static int run(struct args *a, const struct vswitch_command *k)
{
	int err = host_start_vswitch(a->host, &a->d);

	if (err)
		return err;
	a->v = udpif_vswitch(host_udpif(a->host));
	if (k->has_bridge) {
		a->b = vswitch_find_bridge(a->v, a->argv[0]);
		if (!a->b)
			return diag_set(&a->d, -ENOENT, "there is no bridge %s", a->argv[0]);
	}
	err = k->run(a);
	/* What has changed takes effect at once. */
	return err ? err : udpif_run(host_udpif(a->host), now_of(a), &a->d);
}

int cmd_vswitch(struct cli *c, int argc, const char **argv)
{
	int n = cli_parse(c, cmd_vswitch_rows, NULL, argc, argv);
	struct args a = { .c = c, .argc = n - 1, .argv = argv + 1 };
	const struct vswitch_command *k;

	if (n < 0)
		return CLI_USAGE;
	if (!n)
		return cli_usage(c, "vswitch", "which command?");
	k = find_command(c, argv[0]);
	if (!k)
		return CLI_USAGE;
	if (a.argc < k->min || a.argc > k->max)
		return cli_usage(c, "vswitch", "wanted: %s %s", k->name, k->args);
	a.host = cli_host(c, false);
	if (!a.host)
		return CLI_USAGE;
	diag_init(&a.d);
	if (!run(&a, k))
		return CLI_OK;
	print_diag(&c->print, &a.d, a.at);
	return CLI_FAILED;
}

/* ---- the story of one packet ---- */

/* A learning switch of all ports, when nobody has made a bridge. */
static int make_bridge(struct cli *c, struct host *h, struct diag *d)
{
	struct vswitch *v = udpif_vswitch(host_udpif(h));
	const struct flow_ports *ports = dpif_ports(host_dpif(h));
	static const char normal[] = "priority=0 actions=NORMAL";
	struct bridge *b;
	int err;

	if (v->n_bridges)
		return 0;
	print_text(&c->print, "no bridge was made: br0 has all ports, and NORMAL is its rule\n\n");
	err = vswitch_add_bridge(v, "br0", d);
	b = vswitch_find_bridge(v, "br0");
	for (uint32_t i = 1; !err && i < BRIDGE_PORTS_MAX; i++) {
		const char *name = ports->name(ports->aux, i);

		if (name)
			err = vswitch_add_port(v, b, i, name, d);
	}
	return err ? err : bridge_add_rule_text(b, normal, strlen(normal), d);
}

static void print_output(void *aux, const char *port, const void *frame, size_t size)
{
	struct text *out = aux;

	text_putf(out, "out of %s, %zu bytes: ", port, size);
	frame_format(out, frame, size);
	text_put_char(out, '\n');
}

static int send_once(struct cli *c, struct host *h, const char *port, const struct packet *p,
		     struct diag *d)
{
	const struct print *pr = &c->print;
	const struct trace_tree_options o = { pr->colour, pr->ascii, pr->width, 0 };
	struct trace *t = host_trace(h);
	struct text out, tree, report;
	int err;

	text_init(&out);
	text_init(&tree);
	text_init(&report);
	trace_clear(t);
	trace_forget(t);
	host_set_output(h, print_output, &out);
	udpif_set_report(host_udpif(h), &report);
	t->recording = true;
	err = host_send(h, port, p->data, p->size, d);
	t->recording = false;
	udpif_set_report(host_udpif(h), NULL);
	host_set_output(h, NULL, NULL);
	trace_tree_format(&tree, t, &o);
	trace_clear(t);
	print_text(&c->print, tree.s);
	if (report.len)
		printf_text(&c->print, "\nthe rules:\n%s\n", report.s);
	print_text(&c->print, out.len || err ? out.s : "it came out nowhere\n");
	text_fini(&out);
	text_fini(&tree);
	text_fini(&report);
	return err;
}

int cli_trace_packet(struct cli *c, const char *port, const char *text)
{
	static uint8_t buf[PACKET_HEADROOM + PACKET_MAX];
	struct host *h = cli_model_host(c, false);
	struct flow_match m;
	struct packet p;
	struct diag d;
	int err;

	if (!h)
		return CLI_USAGE;
	diag_init(&d);
	packet_init(&p, buf, sizeof buf);
	err = flow_match_parse(&m, NULL, NULL, NULL, text, strlen(text), dpif_ports(host_dpif(h)),
			       &d);
	if (!err)
		err = flow_packet_build(p.data, p.cap - PACKET_HEADROOM, &p.size, &m, &d);
	if (err) {
		print_diag(&c->print, &d, text);
		return CLI_USAGE;
	}
	err = host_start_vswitch(h, &d);
	if (!err)
		err = make_bridge(c, h, &d);
	for (int i = 0; i < 2 && !err; i++) {
		print_styled(&c->print, PRINT_BOLD, "%s",
			     i ? "\nthe same packet again\n" : "the packet\n");
		err = send_once(c, h, port, &p, &d);
	}
	if (err)
		print_diag(&c->print, &d, NULL);
	return err ? CLI_FAILED : CLI_OK;
}
