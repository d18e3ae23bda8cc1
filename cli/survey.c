/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/survey.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "cli/verdict.h"
#include "trace/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXAMPLES_MAX   3 /* flows shown of each reason without --all */
#define PROGRESS_AFTER (2 * NSEC_PER_SEC)
#define PROGRESS_EVERY (NSEC_PER_SEC / 4)

/* What became of one line. */
struct row {
	unsigned long line;
	int status;
	enum dpif_place place;
	bool differs;		      /* the dump says offloaded:yes, the model says no */
	const char *layer, *function; /* static or NULL */
	char *words, *flow;	      /* owned */
	size_t offset, length;	      /* of the culprit in flow; length 0: none */
};

struct survey {
	struct cli *c;
	struct host *host;
	const struct survey_options *o;
	struct row *rows;
	size_t n, cap;
	uint64_t started_ns, shown_ns;
};

static struct row *add_row(struct survey *s, unsigned long line, const char *text)
{
	struct row *rows = mem_grow(s->rows, &s->cap, s->n + 1, sizeof *rows);

	if (!rows)
		return NULL;
	s->rows = rows;
	rows[s->n] = (struct row){ .line = line, .flow = mem_strdup(text) };
	return &rows[s->n++];
}

static void fill_row(struct row *row, const struct verdict *v)
{
	row->status = v->status;
	row->place = v->place;
	row->layer = v->layer;
	row->function = v->function;
	row->words = mem_strdup(v->status == VERDICT_HARDWARE ? ""
				: v->words[0]		      ? v->words
							      : diag_strerror(v->error));
}

/*
 * The words of a text that cannot be read, without those that dpctl puts around them: these quote
 * the text, and no two flows would have the same reason.
 */
static void take_parse_words(struct verdict *v, const struct flow_ports *ports)
{
	struct flow_actions actions;
	struct ufid ufid;
	struct flow_match m;
	struct diag d;
	bool has_ufid;

	diag_init(&d);
	flow_actions_init(&actions);
	if (flow_match_parse(&m, &ufid, &has_ufid, NULL, v->flow, strlen(v->flow), ports, &d) ||
	    flow_actions_parse(&actions, v->actions, strlen(v->actions), ports, &d))
		memcpy(v->words, d.words, sizeof v->words);
	flow_actions_fini(&actions);
}

static void put_flow(struct survey *s, struct row *row, const char *line,
		     const struct flow_dump_line *parts, char *flow, char *actions)
{
	const char *const argv[] = { "add-flow", flow, actions };
	struct trace *trace = host_trace(s->host);
	struct dpctl dp;
	struct verdict v;
	struct diag d;
	int err;

	diag_init(&d);
	dpctl_init(&dp, host_dpif(s->host));
	trace_forget(trace);
	err = dpctl_run_command(&dp, (int)ARRAY_SIZE(argv), argv, &d);
	verdict_init(&v, &dp, err, &d, flow, actions, trace);
	if (err && v.culprit)
		take_parse_words(&v, dpif_ports(host_dpif(s->host)));
	fill_row(row, &v);
	if (v.culprit) {
		row->offset = v.offset;
		row->offset += (size_t)((v.culprit == flow ? parts->key : parts->actions) - line);
		row->length = v.length;
	}
	dpctl_fini(&dp);
}

static int take_line(struct survey *s, unsigned long number, const char *line, size_t len)
{
	struct flow_dump_line parts;
	struct row *row = add_row(s, number, line);
	struct diag d;
	char *flow, *actions;

	diag_init(&d);
	if (!row)
		return -ENOMEM;
	if (flow_dump_line_parse(&parts, line, len, &d)) {
		row->status = VERDICT_REFUSED;
		row->layer = d.layer;
		row->function = d.function;
		row->words = mem_strdup(d.words);
		row->offset = d.offset;
		row->length = d.has_range ? d.length : 0;
		return 0;
	}
	flow = strndup(parts.key ? parts.key : "", parts.key_len);
	actions = strndup(parts.actions ? parts.actions : "", parts.actions_len);
	if (flow && actions) {
		put_flow(s, row, line, &parts, flow, actions);
		row->differs = parts.offloaded == 1 && row->status != VERDICT_HARDWARE;
	}
	free(flow);
	free(actions);
	return flow && actions ? 0 : -ENOMEM;
}

static void show_progress(struct survey *s)
{
	uint64_t now = clock_now_ns();

	if (now - s->started_ns < PROGRESS_AFTER || now - s->shown_ns < PROGRESS_EVERY ||
	    !isatty(fileno(s->c->print.err)))
		return;
	s->shown_ns = now;
	fprintf(s->c->print.err, "\r%zu flows, %.0f flows/s ", s->n,
		(double)s->n * 1e9 / (double)(now - s->started_ns));
}

/* A line without its comment and blanks; what is in the middle of a flow is never a comment. */
static char *trim(char *line, size_t *len)
{
	while (*len && strchr(" \t\r\n", line[*len - 1]))
		line[--*len] = '\0';
	while (*len && (*line == ' ' || *line == '\t')) {
		line++;
		--*len;
	}
	if (*line == '#')
		*len = 0;
	return line;
}

static int read_lines(struct survey *s, FILE *f)
{
	unsigned long number = 0;
	char *line = NULL, *start;
	size_t cap = 0, len;
	int err = 0;
	ssize_t n;

	while (!err && (n = getline(&line, &cap, f)) >= 0) {
		len = (size_t)n;
		start = trim(line, &len);
		number++;
		if (len)
			err = take_line(s, number, start, len);
		if (s->n % 1024 == 0)
			show_progress(s);
		if (!err && cli_is_late(s->c))
			err = -ETIME;
	}
	if (s->shown_ns)
		fprintf(s->c->print.err, "\r\033[K");
	if (!err && ferror(f))
		err = -errno;
	free(line);
	return err;
}

static int compare_strings(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

/* Whether both have the same place and reason: 0; else which comes first. */
static int compare_reasons(const struct row *a, const struct row *b)
{
	int r;

	if (a->status != b->status)
		return b->status - a->status;
	if (a->place != b->place)
		return (int)a->place - (int)b->place;
	r = compare_strings(a->layer, b->layer);
	if (!r)
		r = compare_strings(a->function, b->function);
	return r ? r : compare_strings(a->words, b->words);
}

static int compare_rows(const void *x, const void *y)
{
	const struct row *a = x, *b = y;
	int r = compare_reasons(a, b);

	return r ? r : (a->line > b->line) - (a->line < b->line);
}

static const char *place_of(const struct row *r)
{
	return r->status == VERDICT_REFUSED ? "refused"
	       : r->place == DPIF_PLACE_HW  ? "hardware"
	       : r->place == DPIF_PLACE_TC  ? "tc"
					    : "ovs";
}

static enum print_style style_of(const struct row *r)
{
	return r->status == VERDICT_HARDWARE   ? PRINT_GOOD
	       : r->status == VERDICT_SOFTWARE ? PRINT_HALF
					       : PRINT_BAD;
}

#define FLOW_COLUMN 23 /* of the flows below their reason */

/* One flow below its reason, with a caret; on a terminal cut to its width. */
static void print_flow(struct print *p, const struct row *r)
{
	struct caret c = print_caret(p, false);
	char indent[FLOW_COLUMN + 1];
	struct text t;

	memset(indent, ' ', FLOW_COLUMN);
	indent[FLOW_COLUMN] = '\0';
	c.indent = indent;
	text_init(&t);
	if (r->flow)
		caret_format(&t, &c, r->flow, strlen(r->flow), r->offset, r->length);
	if (!r->length)
		text_cut(&t, strcspn(t.s, "\n") + 1);
	print_styled(p, PRINT_DIM, "%17s %-5lu", "line", r->line);
	print_text(p, t.len > FLOW_COLUMN ? t.s + FLOW_COLUMN : "\n");
	if (r->differs)
		print_styled(p, PRINT_DIM, "%s(the dump says offloaded:yes)\n", indent);
	text_fini(&t);
}

static void print_group(struct survey *s, const struct row *rows, size_t n)
{
	size_t shown = s->o->all || n <= EXAMPLES_MAX ? n : EXAMPLES_MAX;
	struct print *p = &s->c->print;

	print_styled(p, style_of(rows), "%-9s", place_of(rows));
	printf_text(p, "%7zu  ", n);
	if (rows->status == VERDICT_HARDWARE)
		print_text(p, "in hardware");
	else
		printf_text(p, "%s", rows->words ? rows->words : "");
	if (rows->function && rows->status != VERDICT_HARDWARE)
		print_styled(p, PRINT_DIM, "  [%s, %s]", rows->layer, rows->function);
	print_text(p, "\n");
	for (size_t i = 0; i < shown; i++)
		print_flow(p, &rows[i]);
	if (shown < n)
		print_styled(p, PRINT_DIM, "%18sand %zu more; --all shows them\n", "", n - shown);
}

static void print_summary(struct survey *s)
{
	size_t n[DPIF_PLACE_HW + 1] = { 0 }, refused = 0, differs = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (s->rows[i].status == VERDICT_REFUSED)
			refused++;
		else
			n[s->rows[i].place]++;
		differs += s->rows[i].differs;
	}
	printf_text(
		&s->c->print,
		"\n%zu flows: %zu in hardware, %zu in tc in software, %zu in the kernel datapath, "
		"%zu refused\n",
		s->n, n[DPIF_PLACE_HW], n[DPIF_PLACE_TC], n[DPIF_PLACE_KERNEL], refused);
	if (differs)
		printf_text(&s->c->print,
			    "%zu flows that the dump calls offloaded are not in hardware here\n",
			    differs);
}

static void print_table(struct survey *s)
{
	if (s->n)
		print_styled(&s->c->print, PRINT_BOLD, "%-9s%7s  %s\n", "place", "flows", "reason");
	for (size_t i = 0, j; i < s->n; i = j) {
		for (j = i + 1; j < s->n && !compare_reasons(&s->rows[i], &s->rows[j]); j++)
			;
		print_group(s, &s->rows[i], j - i);
	}
	print_summary(s);
}

static void print_json_rows(struct survey *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->n; i++) {
		const struct row *r = &s->rows[i];
		json_t *flow = trace_json_string(r->flow ? r->flow : "");
		json_t *words = trace_json_string(r->words ? r->words : "");

		json_t *culprit = json_null();

		if (r->length)
			culprit = json_pack("{s:I, s:I}", "offset", (json_int_t)r->offset, "length",
					    (json_int_t)r->length);
		json_array_append_new(list,
				      json_pack("{s:I, s:i, s:s, s:s?, s:s?, s:o, s:b, s:o, s:o}",
						"line", (json_int_t)r->line, "status", r->status,
						"place", place_of(r), "layer", r->layer, "function",
						r->function, "words", words, "differs", r->differs,
						"culprit", culprit, "flow", flow));
	}
	print_json(&s->c->print, list);
}

int survey_run(struct cli *c, struct host *h, const char *file, const struct survey_options *o)
{
	bool is_stdin = !strcmp(file, "-");
	FILE *f = is_stdin ? stdin : fopen(file, "re");
	struct survey s = { .c = c, .host = h, .o = o, .started_ns = clock_now_ns() };
	int status = CLI_OK, err;

	if (!f) {
		print_failure(&c->print, "cannot open %s: %s", file, diag_strerror(errno));
		return CLI_USAGE;
	}
	err = read_lines(&s, f);
	if (err) {
		print_failure(&c->print, "cannot read %s: %s", file, diag_strerror(err));
		status = CLI_USAGE;
	}
	if (s.n)
		qsort(s.rows, s.n, sizeof *s.rows, compare_rows);
	if (o->json)
		print_json_rows(&s);
	else
		print_table(&s);
	for (size_t i = 0; i < s.n; i++) {
		status = s.rows[i].status > status ? s.rows[i].status : status;
		mem_free(s.rows[i].words);
		mem_free(s.rows[i].flow);
	}
	mem_free(s.rows);
	if (!is_stdin)
		fclose(f);
	return status;
}
