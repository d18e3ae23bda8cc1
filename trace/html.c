/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/html.h"

#include "trace/layer.h"
#include "trace/markup_internal.h"

#include <string.h>

/* clang-format off */
static const char style[] =
"<style>\n"
":root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#69737f;--line:#c9d0d8;--box:#fff;\n"
" --good:#1a7f37;--half:#9a6700;--bad:#cf222e;--badbg:#ffebe9;--side0:#f0f1f3;--side1:#e8f1fd;\n"
" --side2:#fdf3dc;--side3:#f4eafc;--side4:#e3f6e8}\n"
"@media (prefers-color-scheme:dark){:root{--bg:#0f1318;--fg:#e3e8ee;--dim:#8b96a3;--line:#3a444f;\n"
" --box:#1a2028;--good:#4ac26b;--half:#d4a72c;--bad:#ff7b72;--badbg:#3d1a1c;--side0:#1a1e23;\n"
" --side1:#14243a;--side2:#2f2714;--side3:#2a1d38;--side4:#142a1b}}\n"
"body{background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif;margin:0 auto;\n"
" max-width:1240px;padding:16px 24px}\n"
"h1{font-size:20px;margin:8px 0}h2{font-size:16px;margin:28px 0 8px}\n"
".verdict{border-left:6px solid;padding:10px 14px;font-size:17px;margin:12px 0;overflow-wrap:anywhere}\n"
".good{color:var(--good)}.half{color:var(--half)}.bad{color:var(--bad)}\n"
"dt{color:var(--dim);font-size:13px}dd{margin:0 0 8px}\n"
"pre,code,.tree,td{font:13px/1.5 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}\n"
"pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0}\n"
"mark{background:var(--badbg);color:var(--bad);text-decoration:underline wavy var(--bad);\n"
" text-underline-offset:4px}\n"
".caret{color:var(--bad);font-weight:bold}\n"
"svg{width:100%;height:auto;font:12px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}\n"
"svg text{fill:var(--fg)}svg .band{fill-opacity:1}\n"
".side0{fill:var(--side0)}.side1{fill:var(--side1)}.side2{fill:var(--side2)}\n"
".side3{fill:var(--side3)}.side4{fill:var(--side4)}\n"
"svg text.layer{font-weight:bold}svg text.absent,svg text.boundary{fill:var(--dim)}\n"
"svg text.boundary{text-anchor:end}svg line.boundary{stroke:var(--dim);stroke-dasharray:6 4}\n"
".box rect{fill:var(--box);stroke:var(--line)}.box.failed rect{stroke:var(--half)}\n"
".box.stopped rect{fill:var(--badbg);stroke:var(--bad);stroke-width:2}\n"
"svg .box.stopped text,svg text.words{fill:var(--bad);font-weight:bold}\n"
"svg text.no{fill:var(--dim);font-size:8px;text-anchor:end}\n"
".arrow{fill:none;stroke:var(--dim);stroke-opacity:.75}.arrow.stopped{stroke:var(--bad);stroke-width:2}\n"
".tip{fill:var(--dim)}.box.guess rect{stroke-dasharray:4 3}.box.guess text,.guess{opacity:.7;font-weight:normal}\n"
"table{border-collapse:collapse}td{padding:2px 14px 2px 0;vertical-align:top}\n"
".tree details,.tree .leaf{margin-left:14px}.tree summary{cursor:pointer}.tree .leaf{padding-left:15px}\n"
".tree .lay,.tree .notes,.tree .time{color:var(--dim)}.tree .words{color:var(--bad);padding-left:15px}\n"
"</style>\n";
/* clang-format on */

static const char *const mood_names[TRACE_N_MOODS] = {
	[TRACE_MOOD_GOOD] = "good",
	[TRACE_MOOD_HALF] = "half",
	[TRACE_MOOD_BAD] = "bad",
};

/* The user's text, with the culprit between <mark> and </mark>; a place at the end gets a caret. */
static void put_text(struct text *out, const struct trace_page_text *p)
{
	size_t len = strlen(p->s), from = p->mark < len ? p->mark : len;
	size_t n = p->mark_len < len - from ? p->mark_len : len - from;

	text_put(out, "<dt>");
	markup_put(out, p->label);
	text_put(out, "</dt><dd><pre>");
	if (p->mark_len) {
		markup_put_mem(out, p->s, from);
		text_put(out, "<mark>");
		markup_put_mem(out, p->s + from, n);
		text_put(out, n ? "</mark>" : "</mark><span class=\"caret\">^</span>");
		markup_put(out, p->s + from + n);
	} else {
		markup_put(out, p->s);
	}
	text_put(out, "</pre></dd>\n");
}

static void put_items(struct text *out, const struct trace_page *page)
{
	if (!page->n_items)
		return;
	text_put(out, "<h2>Each field and action</h2>\n<table>\n");
	for (size_t i = 0; i < page->n_items; i++) {
		const struct trace_page_item *item = &page->items[i];

		text_putf(out, "<tr><td class=\"%s\">%s</td><td>", item->is_ok ? "good" : "bad",
			  item->is_ok ? "✓" : "✗");
		markup_put(out, item->name);
		text_put(out, "</td><td>");
		markup_put(out, item->words ? item->words : "");
		text_put(out, "</td></tr>\n");
	}
	text_put(out, "</table>\n");
}

static void put_result(struct text *out, const struct trace_event *e)
{
	if (e->is_inferred)
		text_put(out, " <span class=\"time\">(inferred)</span>");
	else if (e->has_no_result)
		;
	else if (e->result < 0)
		text_putf(out, " → <span class=\"bad\">%s (%s)</span>", diag_errno_name(e->result),
			  diag_strerror(e->result));
	else
		text_putf(out, " → %d", e->result);
}

static void put_call(struct text *out, const struct trace_event *e)
{
	text_put(out, "<span class=\"lay\">");
	markup_put(out, e->layer);
	text_putf(out, "</span> <b%s>",
		  e->is_inferred  ? " class=\"guess\""
		  : e->result < 0 ? " class=\"bad\""
				  : "");
	markup_put(out, e->function);
	text_put(out, "</b> <span class=\"notes\">");
	markup_put_notes(out, e);
	text_put(out, "</span>");
	put_result(out, e);
	text_put(out, " <span class=\"time\">");
	if (e->end_ns && !e->is_inferred && !e->is_point)
		trace_time_format(out, e->end_ns - e->start_ns);
	text_put(out, "</span>");
}

static void put_why(struct text *out, const struct trace_event *e)
{
	if (!e->words)
		return;
	text_put(out, "<div class=\"words\">because ");
	markup_put(out, e->words);
	text_put(out, "</div>");
}

static void put_tree(struct text *out, const struct trace *t, uint32_t first)
{
	uint32_t open = 0;

	text_put(out, "<h2>Every function that ran</h2>\n<div class=\"tree\">\n");
	for (uint32_t i = first ? first : 1; i <= t->n_events; i++) {
		const struct trace_event *e = &t->events[i - 1];
		bool has_children = i < t->n_events && t->events[i].parent == i;

		for (; open > e->depth; open--)
			text_put(out, "</details>");
		text_put(out, has_children ? "<details open><summary>" : "<div class=\"leaf\">");
		put_call(out, e);
		text_put(out, has_children ? "</summary>" : "");
		put_why(out, e);
		text_put(out, has_children ? "\n" : "</div>\n");
		open += has_children;
	}
	for (; open; open--)
		text_put(out, "</details>");
	text_put(out, "</div>\n");
}

void trace_html_format(struct text *out, const struct trace *t, const struct trace_page *page)
{
	text_put(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
	markup_put(out, page->title);
	text_put(out, "</title>\n");
	text_put(out, style);
	text_put(out, "</head>\n<body>\n<h1>");
	markup_put(out, page->title);
	text_putf(out, "</h1>\n<p class=\"verdict %s\">", mood_names[page->mood]);
	markup_put(out, page->verdict);
	text_put(out, "</p>\n<dl>\n");
	for (size_t i = 0; i < page->n_texts; i++)
		put_text(out, &page->texts[i]);
	text_put(out, "</dl>\n<h2>The path</h2>\n");
	trace_picture_format(out, t, &page->picture);
	put_items(out, page);
	put_tree(out, t, page->picture.first);
	text_put(out, "</body>\n</html>\n");
}
