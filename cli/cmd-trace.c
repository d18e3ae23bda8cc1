/* SPDX-License-Identifier: BSD-2-Clause */
/* `inhw trace`: one flow with its whole way, or the flows of a dump with their verdicts. */
#include "base/alloc.h"
#include "cli/cli.h"
#include "cli/survey.h"
#include "cli/tc.h"
#include "cli/verdict.h"
#include "cli/vswitch.h"
#include "trace/html.h"
#include "trace/json.h"
#include "trace/tree.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct options {
	const char *file, *html;
	bool json, setup, quiet, all, packet;
};

#define AT(member) .offset = offsetof(struct options, member)

const struct option_row cmd_trace_rows[] = {
	{ .name = "file",
	  .letter = 'f',
	  .type = OPTION_STRING,
	  AT(file),
	  .arg = "FILE",
	  .help = "the flows of a dump, one a line; -: standard input" },
	{ .name = "all", .type = OPTION_FLAG, AT(all), .help = "with --file: show every flow" },
	{ .name = "packet",
	  .type = OPTION_FLAG,
	  AT(packet),
	  .help = "a packet through the vswitch, twice: PORT PACKET" },
	{ .name = "json", .type = OPTION_FLAG, AT(json), .help = "as JSON (docs/trace-json.md)" },
	{ .name = "html",
	  .type = OPTION_STRING,
	  AT(html),
	  .arg = "FILE",
	  .help = "write a page with the path as a picture" },
	{ .name = "setup",
	  .type = OPTION_FLAG,
	  AT(setup),
	  .help = "show also what ran when the machine was set up" },
	{ .name = "quiet",
	  .letter = 'q',
	  .type = OPTION_FLAG,
	  AT(quiet),
	  .help = "the verdict only, without the tree" },
	{ .name = "verdict-only", .type = OPTION_FLAG, AT(quiet) },
	{ .name = NULL },
};

/* One put, with everything that is shown of it. */
struct put {
	struct dpctl dp;
	struct diag diag;
	struct verdict verdict;
	struct offload_verdict items;
	const struct trace *trace;
	const char *flow, *actions;
};

static void run_put(struct put *p, struct host *h, bool record)
{
	const char *const argv[] = { "add-flow", p->flow, p->actions };
	struct trace *t = host_trace(h);
	int err;

	p->trace = t;
	diag_init(&p->diag);
	dpctl_init(&p->dp, host_dpif(h));
	p->dp.verdict = &p->items;
	trace_forget(t);
	t->recording = record;
	err = dpctl_run_command(&p->dp, (int)ARRAY_SIZE(argv), argv, &p->diag);
	t->recording = false;
	verdict_init(&p->verdict, &p->dp, err, &p->diag, p->flow, p->actions, t);
}

static void print_put(struct print *p, const struct put *put, bool quiet)
{
	if (!quiet)
		print_trace(p, put->trace);
	if (put->verdict.status == VERDICT_SOFTWARE && !quiet)
		verdict_print_items(p, &put->dp);
	verdict_print(p, &put->verdict);
}

static void print_put_json(struct print *p, const struct put *put)
{
	json_t *j = verdict_json(&put->verdict, &put->dp);

	if (j && json_object_set_new(j, "trace", trace_json(put->trace, 0))) {
		json_decref(j);
		j = NULL;
	}
	print_json(p, j);
}

static enum trace_mood mood_of(const struct verdict *v)
{
	return v->status == VERDICT_HARDWARE   ? TRACE_MOOD_GOOD
	       : v->status == VERDICT_SOFTWARE ? TRACE_MOOD_HALF
					       : TRACE_MOOD_BAD;
}

/* The names of the items are put into @names one behind the other, each with its NUL. */
static void fill_items(struct trace_page_item *items, const struct put *put, struct text *names)
{
	size_t starts[OFFLOAD_ITEMS_MAX];

	for (size_t i = 0; i < put->items.n; i++) {
		starts[i] = names->len;
		verdict_item_name(names, &put->items.item[i], &put->dp);
		text_put_mem(names, "", 1);
	}
	for (size_t i = 0; i < put->items.n && !names->error; i++)
		items[i] = (struct trace_page_item){
			.name = names->s + starts[i],
			.words = put->items.item[i].words,
			.is_ok = !put->items.item[i].error,
		};
}

static void format_page(struct text *out, const struct put *put, const char *verdict,
			const struct trace_page_item *items)
{
	const struct verdict *v = &put->verdict;
	const struct trace_page_text texts[] = {
		{ "flow", v->flow, v->offset, v->culprit == v->flow ? v->length : 0 },
		{ "actions", v->actions, v->offset, v->culprit == v->actions ? v->length : 0 },
	};
	const struct trace_page page = {
		.title = "The path of a flow",
		.verdict = verdict,
		.mood = mood_of(v),
		.texts = texts,
		.n_texts = ARRAY_SIZE(texts),
		.items = items,
		.n_items = put->items.n,
		.picture = { 0, v->layer, v->function, v->words },
	};

	trace_html_format(out, put->trace, &page);
}

static int write_file(struct print *p, const char *name, const struct text *t)
{
	FILE *f = fopen(name, "we");
	bool bad = !f || fwrite(t->s, 1, t->len, f) != t->len;

	bad |= f && fclose(f);
	if (bad)
		print_failure(p, "cannot write %s: %s", name, diag_strerror(errno));
	return bad ? -EIO : 0;
}

static int write_page(struct print *p, const char *name, const struct put *put)
{
	struct trace_page_item items[OFFLOAD_ITEMS_MAX];
	struct text out, names, verdict;
	int err;

	text_init(&out);
	text_init(&names);
	text_init(&verdict);
	verdict_format(&verdict, &put->verdict);
	fill_items(items, put, &names);
	if (!names.error)
		format_page(&out, put, verdict.s, items);
	err = out.error | names.error ? -ENOMEM : write_file(p, name, &out);
	if (err == -ENOMEM)
		print_failure(p, "the page: no memory");
	text_fini(&verdict);
	text_fini(&names);
	text_fini(&out);
	return err;
}

static int trace_one(struct cli *c, struct host *h, const struct options *o, const char *flow,
		     const char *actions)
{
	struct put *put = mem_new(sizeof *put);
	int status;

	if (!put) {
		print_failure(&c->print, "no memory");
		return VERDICT_REFUSED;
	}
	put->flow = flow;
	put->actions = actions;
	if (!o->setup)
		trace_clear(host_trace(h));
	/* Where a flow is in the NIC is known from the recording, so there is always one. */
	run_put(put, h, true);
	status = put->verdict.status;
	if (o->html && write_page(&c->print, o->html, put))
		status = CLI_USAGE;
	if (o->json)
		print_put_json(&c->print, put);
	else if (status == VERDICT_REFUSED && put->diag.has_range && put->dp.bad_arg > 0)
		print_diag(&c->print, &put->diag, put->verdict.culprit);
	else
		print_put(&c->print, put, o->quiet);
	trace_clear(host_trace(h));
	dpctl_fini(&put->dp);
	mem_free(put);
	return status;
}

/*
 * Where a command of tc begins: from there on the options are tc's. No flow is called "tc"; a file
 * may be.
 */
static int find_tc(int argc, const char **argv)
{
	int i = 0;

	while (i < argc && (strcmp(argv[i], "tc") ||
			    (i && (!strcmp(argv[i - 1], "--file") || !strcmp(argv[i - 1], "-f") ||
				   !strcmp(argv[i - 1], "--html")))))
		i++;
	return i;
}

int cmd_trace(struct cli *c, int argc, const char **argv)
{
	struct options o = { 0 };
	int at = find_tc(argc, argv);
	int n = cli_parse(c, cmd_trace_rows, &o, at, argv);
	struct host *h;

	if (n < 0)
		return CLI_USAGE;
	if (at < argc && (n || o.packet || o.file || o.html))
		return cli_usage(c, "trace", "tc goes with --json, --quiet and --setup only");
	if (at < argc)
		return cli_trace_tc(c, &(struct trace_tc_options){ o.json, o.quiet, o.setup },
				    argc - at - 1, argv + at + 1);
	if (o.packet && (n != 2 || o.file || o.html || o.setup || o.json))
		return cli_usage(c, "trace", "--packet wants PORT PACKET, and no other option");
	if (o.packet)
		return cli_trace_packet(c, argv[0], argv[1]);
	if (o.file && (n || o.html || o.setup))
		return cli_usage(c, "trace", "--file goes without FLOW, --html and --setup");
	if (!o.file && n != 2)
		return cli_usage(c, "trace",
				 "wanted: FLOW ACTIONS or --file FILE; got %d arguments", n);
	h = cli_host(c, o.setup);
	if (!h)
		return CLI_USAGE;
	if (o.file)
		return survey_run(c, h, o.file, &(struct survey_options){ o.json, o.all });
	return trace_one(c, h, &o, argv[0], argv[1]);
}
