/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The netlink bytes are true: runs the flows of a file through our userland (offload/, tc/,
 * netlink/) onto a kernel, and prints everything that crossed the boundary. `wire model FILE` uses
 * the model kernel, `wire linux FILE` the one of this machine (in a guest: it adds qdiscs and
 * filters to the devices); their outputs must be equal. Devices p0, pf0vf0 ... pf0vf3 have indexes
 * 10 to 14 in both. With `keep` as third argument the filters stay, for `tc filter show`.
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "offload/offload-provider.h"
#include "tests/system/machines.h"
#include "tests/system/transcript.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bench {
	struct machine_under_test machine;
	struct text text;
	struct offload *offload;
};

static int open_route(struct bench *b, struct nl_sock **sock, struct diag *d)
{
	struct nl_transport *t;
	int err = machine_connect(&b->machine, NETLINK_ROUTE, &t, d);

	if (err)
		return err;
	t = transcript_wrap(t, &b->text);
	return t ? nl_sock_new(sock, t, NULL, d) : -ENOMEM;
}

static int make_offload(struct bench *b, struct diag *d)
{
	struct nl_sock *sock;
	struct tc *tc = NULL;
	int err = open_route(b, &sock, d);

	if (!err)
		err = tc_new(&tc, sock, d);
	if (!err)
		err = offload_new(&b->offload, tc, NULL, d);
	if (err)
		return err;
	offload_config(b->offload)->enabled = true;
	err = netdev_register_flow_api_provider(b->offload, &netdev_offload_tc, d);
	for (uint32_t i = 0; !err && i < ARRAY_SIZE(ports); i++) {
		text_putf(&b->text, "# port %s\n", ports[i]);
		err = netdev_ports_insert(b->offload, i + 1, ports[i], "system",
					  IFINDEX_FIRST + (int)i, d);
	}
	return err;
}

static void say(struct bench *b, const char *what, int err, const struct diag *d)
{
	text_putf(&b->text, "= %s: %s%s%s\n", what, err ? diag_errno_name(err) : "ok",
		  err ? ": " : "", err ? d->words : "");
}

/* One line: FLOW, a tab, ACTIONS. Puts it, reads it back; twice, the second time as a modification.
 */
static void run_line(struct bench *b, char *line)
{
	struct offload_flow flow = { 0 };
	struct flow_actions actions;
	struct flow_match m;
	char *tab = strchr(line, '\t');
	struct diag d;
	int err;

	text_putf(&b->text, "# %s\n", line);
	if (!tab) {
		fprintf(stderr, "no tab between flow and actions: %s\n", line);
		exit(2);
	}
	diag_init(&d);
	flow_actions_init(&actions);
	flow_actions_init(&flow.actions);
	err = flow_match_parse(&m, NULL, NULL, NULL, line, (size_t)(tab - line), &port_names, &d);
	if (!err)
		err = flow_actions_parse(&actions, tab + 1, strlen(tab + 1), &port_names, &d);
	say(b, "parse", err, &d);
	for (int again = 0; !err && again < 2; again++) {
		struct offload_put put = { .match = &m,
					   .actions = &actions,
					   .ufid = flow_match_ufid(&m),
					   .modify = again };

		diag_init(&d);
		err = netdev_flow_put(b->offload, netdev_ports_get(b->offload, m.key.in_port), &put,
				      &d);
		say(b, again ? "modify" : "put", err, &d);
		if (!err && put.echo_differs)
			text_putf(&b->text, "= echo differs: %s\n", put.difference.words);
		diag_init(&d);
		if (!err)
			say(b, "get", netdev_flow_get(b->offload, &put.ufid, &flow, &d), &d);
		if (!err) {
			text_put(&b->text, "= flow ");
			flow_match_format(&b->text, &flow.match, NULL, false);
			text_put(&b->text, " actions:");
			flow_actions_format(&b->text, &flow.actions, NULL);
			text_put_char(&b->text, '\n');
		}
	}
	flow_actions_fini(&flow.actions);
	flow_actions_fini(&actions);
}

static enum walk count_flow(void *aux, const struct offload_flow *flow)
{
	++*(size_t *)aux;
	return WALK_ON;
}

static void finish(struct bench *b, bool keep)
{
	struct diag d;
	size_t n = 0;
	int err;

	diag_init(&d);
	err = netdev_ports_flow_dump(b->offload, false, count_flow, &n, &d);
	say(b, "dump", err, &d);
	text_putf(&b->text, "= %zu flows\n", n);
	if (keep)
		return;
	diag_init(&d);
	say(b, "flush", netdev_ports_flow_flush(b->offload, &d), &d);
	for (uint32_t i = 0; i < ARRAY_SIZE(ports); i++) {
		diag_init(&d);
		say(b, "remove port", netdev_ports_remove(b->offload, i + 1, &d), &d);
	}
}

int main(int argc, char **argv)
{
	struct bench b = { 0 };
	char *line = NULL;
	size_t cap = 0;
	struct diag d;
	FILE *f;
	int err = 0;

	if (argc < 3 || (strcmp(argv[1], "model") && strcmp(argv[1], "linux"))) {
		fprintf(stderr, "usage: wire model|linux FILE [keep]\n");
		return 2;
	}
	text_init(&b.text);
	diag_init(&d);
	f = fopen(argv[2], "r");
	if (!f) {
		perror(argv[2]);
		return 2;
	}
	if (!strcmp(argv[1], "model"))
		err = machine_make_model(&b.machine);
	if (!err)
		err = make_offload(&b, &d);
	say(&b, "setup", err, &d);
	for (ssize_t n; !err && (n = getline(&line, &cap, f)) > 0;) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (line[0] && line[0] != '#')
			run_line(&b, line);
	}
	if (!err)
		finish(&b, argc > 3);
	fclose(f);
	free(line);
	fputs(b.text.s, stdout);
	if (argc > 3)
		return err ? 1 : 0; /* the filters are to stay: leave without tidying up */
	if (b.offload)
		offload_free(b.offload);
	machine_close(&b.machine);
	text_fini(&b.text);
	return err ? 1 : 0;
}
