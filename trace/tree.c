/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/tree.h"

#include "base/alloc.h"
#include "trace/layer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TIME_WIDTH  8  /* columns: "999.9 us" */
#define LAYER_WIDTH 18 /* columns: "kernel/openvswitch" */
#define NOTES_MIN \
	20 /* columns that notes keep on a narrow terminal, even if the line gets too long */

#define RESET "\033[0m"
#define BOLD  "\033[1m"
#define DIM   "\033[2m"
#define RED   "\033[1;31m"

/* The drawing characters. */
struct pen {
	const char *branch, *last, *down, *arrow, *cut, *rule, *below, *above;
};

static const struct pen pen_utf8 = { "├", "└", "│", "→", "…", "╌╌╌", "▼", "▲" };
static const struct pen pen_ascii = { "|", "`", "|", "->", "...", "---", "v", "^" };

struct tree {
	struct text *out;
	const struct trace *trace;
	const struct trace_tree_options *o;
	const struct pen *pen;
	uint32_t *last_child; /* by number of the parent: its last child */
	bool *open;	      /* by depth: whether a later sibling of that ancestor follows */
	const char *layer;    /* of the line before */
};

static void put_styled(struct tree *tr, const char *style, const char *s)
{
	if (tr->o->colour)
		text_put(tr->out, style);
	text_put(tr->out, s);
	if (tr->o->colour)
		text_put(tr->out, RESET);
}

/* Puts a text made for it, and ends that. */
static void put_text(struct tree *tr, const char *style, struct text *t)
{
	if (t->error)
		tr->out->error = t->error;
	put_styled(tr, style, t->s);
	text_fini(t);
}

/* Columns of UTF-8 text: characters. */
static size_t columns(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += (s[i] & 0xc0) != 0x80;
	return n;
}

/* Bytes of the first @n characters. */
static size_t bytes_of_columns(const char *s, size_t n)
{
	size_t i = 0;

	for (; s[i]; i++)
		if ((s[i] & 0xc0) != 0x80 && n-- == 0)
			break;
	return i;
}

/* Text of a note comes from users too: control characters are shown, never sent to a terminal. */
static void put_safe(struct text *t, const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			text_putf(t, "\\x%02x", (unsigned char)*s);
		else
			text_put_char(t, *s);
	}
}

static void format_notes(struct text *t, const struct trace_event *e)
{
	for (size_t i = 0; i < e->n_notes; i++) {
		text_putf(t, "%s%s=", i ? ", " : "", e->notes[i].key);
		put_safe(t, e->notes[i].value);
	}
}

/* "→ 0", "→ EOPNOTSUPP (Operation not supported)", "(inferred)". */
static void format_result(const struct tree *tr, struct text *t, const struct trace_event *e)
{
	if (e->is_inferred)
		text_put(t, " (inferred)");
	if (e->is_inferred || e->has_no_result)
		return;
	text_putf(t, " %s ", tr->pen->arrow);
	if (!e->end_ns)
		text_put(t, "still open");
	else if (e->result < 0)
		text_putf(t, "%s (%s)", diag_errno_name(e->result), diag_strerror(e->result));
	else
		text_putf(t, "%d", e->result);
}

static void put_padding(struct text *t, size_t n)
{
	while (n--)
		text_put_char(t, ' ');
}

static void put_time(struct tree *tr, const struct trace_event *e)
{
	struct text time;

	text_init(&time);
	if (e->end_ns && !e->is_inferred && !e->is_point)
		trace_time_format(&time, e->end_ns - e->start_ns);
	if (time.len < TIME_WIDTH)
		put_padding(tr->out, TIME_WIDTH - time.len);
	put_text(tr, DIM, &time);
	text_put(tr->out, "  ");
}

/* The layer, when it is another than that of the line before. */
static void put_layer(struct tree *tr, const struct trace_event *e)
{
	size_t len = 0;
	char style[24];

	if (!tr->layer || strcmp(tr->layer, e->layer)) {
		len = strlen(e->layer);
		snprintf(style, sizeof style, "\033[38;5;%um", trace_layer_find(e->layer)->colour);
		put_styled(tr, style, e->layer);
		tr->layer = e->layer;
	}
	put_padding(tr->out, len < LAYER_WIDTH ? LAYER_WIDTH - len : 0);
	text_put(tr->out, "  ");
}

/* The lines that lead from the callers down to this call. Returns the columns used. */
static size_t put_branches(struct tree *tr, const struct trace_event *e, uint32_t number)
{
	bool last = !e->parent || tr->last_child[e->parent] == number;

	tr->open[e->depth] = !last;
	if (!e->depth)
		return 0;
	for (uint32_t d = 1; d < e->depth; d++)
		text_put(tr->out, tr->open[d] ? tr->pen->down : " ");
	text_put(tr->out, last ? tr->pen->last : tr->pen->branch);
	text_put_char(tr->out, ' ');
	return e->depth + 1;
}

static void put_notes(struct tree *tr, const char *notes, size_t room)
{
	size_t n = columns(notes, strlen(notes)), cut = strlen(notes);

	if (!*notes)
		return;
	text_put(tr->out, "  ");
	if (tr->o->width && n > room)
		cut = bytes_of_columns(notes, room - 1);
	text_put_mem(tr->out, notes, cut);
	if (notes[cut])
		text_put(tr->out, tr->pen->cut);
}

/* A refusal's words on a line of their own, below the function. */
static void put_words(struct tree *tr, const struct trace_event *e)
{
	struct text words;

	if (!e->words)
		return;
	text_init(&words);
	text_put(&words, "because ");
	put_safe(&words, e->words);
	put_padding(tr->out, TIME_WIDTH + LAYER_WIDTH + 4);
	for (uint32_t d = 1; d <= e->depth; d++)
		text_put(tr->out, tr->open[d] ? tr->pen->down : " ");
	text_put(tr->out, "  ");
	put_text(tr, RED, &words);
	text_put_char(tr->out, '\n');
}

/* A line between a caller and a callee on two sides of a boundary. */
static void put_boundary(struct tree *tr, const struct trace_event *e)
{
	enum trace_side to = trace_layer_find(e->layer)->side, from;
	struct text line;

	if (!e->parent || to == TRACE_SIDE_NONE)
		return;
	from = trace_layer_find(tr->trace->events[e->parent - 1].layer)->side;
	if (from == TRACE_SIDE_NONE || from == to)
		return;
	text_init(&line);
	text_putf(&line, "%s boundary %s %s %s", tr->pen->rule,
		  trace_sides[from < to ? to : from].boundary,
		  from < to ? tr->pen->below : tr->pen->above, tr->pen->rule);
	put_padding(tr->out, TIME_WIDTH + 2);
	put_text(tr, DIM, &line);
	text_put_char(tr->out, '\n');
	tr->layer = NULL;
}

static const char *style_of(const struct trace_event *e)
{
	return e->is_inferred ? DIM : e->result < 0 ? RED : BOLD;
}

static void put_event(struct tree *tr, uint32_t number)
{
	const struct trace_event *e = &tr->trace->events[number - 1];
	size_t used = TIME_WIDTH + LAYER_WIDTH + 4, room;
	struct text notes, result;

	put_boundary(tr, e);
	put_time(tr, e);
	put_layer(tr, e);
	used += put_branches(tr, e, number) + strlen(e->function) + 2;
	put_styled(tr, style_of(e), e->function);
	text_init(&notes);
	text_init(&result);
	format_notes(&notes, e);
	format_result(tr, &result, e);
	used += columns(result.s, result.len);
	room = used + NOTES_MIN < tr->o->width ? tr->o->width - used : NOTES_MIN;
	put_notes(tr, notes.s, room);
	put_text(tr, e->result < 0 ? RED : DIM, &result);
	text_put_char(tr->out, '\n');
	put_words(tr, e);
	if (notes.error)
		tr->out->error = notes.error;
	text_fini(&notes);
}

static void put_head(struct tree *tr)
{
	struct text head;

	text_init(&head);
	text_putf(&head, "%*s  %-*s  %s", TIME_WIDTH, "time", LAYER_WIDTH, "layer", "function");
	put_text(tr, DIM, &head);
	text_put_char(tr->out, '\n');
}

void trace_tree_format(struct text *out, const struct trace *t, const struct trace_tree_options *o)
{
	uint32_t first = o->first ? o->first : 1, n = (uint32_t)t->n_events, depth = 0;
	struct tree tr = { out, t, o, o->ascii ? &pen_ascii : &pen_utf8, NULL, NULL, NULL };

	for (uint32_t i = first; i <= n; i++)
		depth = t->events[i - 1].depth > depth ? t->events[i - 1].depth : depth;
	tr.last_child = mem_new_array((size_t)n + 1, sizeof *tr.last_child);
	tr.open = mem_new_array((size_t)depth + 1, sizeof *tr.open);
	if (!tr.last_child || !tr.open) {
		out->error = -ENOMEM;
		goto out;
	}
	for (uint32_t i = first; i <= n; i++)
		tr.last_child[t->events[i - 1].parent] = i;
	if (first <= n)
		put_head(&tr);
	for (uint32_t i = first; i <= n; i++)
		put_event(&tr, i);
	if (t->n_lost)
		text_putf(out, "%zu more spans were not kept: a trace holds %u\n", t->n_lost,
			  TRACE_EVENTS_MAX);
out:
	mem_free(tr.last_child);
	mem_free(tr.open);
}
