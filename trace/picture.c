/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/picture.h"

#include "base/alloc.h"
#include "trace/layer.h"
#include "trace/markup_internal.h"

#include <errno.h>
#include <string.h>

/* Lengths in SVG units, which are pixels at a zoom of 1. */
enum {
	WIDTH = 1180,
	LABEL = 150, /* the column of the layers' names */
	CHAR = 7,    /* of the monospaced font at 12 */
	BOX_H = 24,
	GAP_X = 22,
	GAP_Y = 18,
	PAD = 12,
	LINE = 17,
	BOUNDARY_H = 30,
};

#define WORDS_COLUMNS 140 /* characters of a line of words */

struct box {
	const struct trace_event *event; /* its first run */
	const struct trace_layer *layer;
	uint32_t n_runs;
	int parent; /* index of the box that called it first, or -1 */
	int x, y, w;
	bool stopped, failed, is_inferred;
};

struct picture {
	struct text *out;
	const struct trace *trace;
	const struct trace_picture *p;
	struct box *boxes;
	size_t n_boxes, n_lost;
	int *box_of; /* by number of the event; -1: not drawn */
	int y;
	struct text boxes_text; /* and the words: drawn last, on top of bands and arrows */
};

static int find_box(const struct picture *pic, const struct trace_event *e)
{
	for (size_t i = 0; i < pic->n_boxes; i++)
		if (!strcmp(pic->boxes[i].event->function, e->function) &&
		    !strcmp(pic->boxes[i].event->layer, e->layer))
			return (int)i;
	return -1;
}

/* The function that refused, or, when that has no span of its own, the innermost one that has. */
static bool is_stop(const struct trace_picture *p, const struct trace_event *e)
{
	if (!p->function || !p->layer)
		return false;
	return e->words || (!strcmp(p->function, e->function) && !strcmp(p->layer, e->layer));
}

static void collect(struct picture *pic, uint32_t number)
{
	const struct trace_event *e = &pic->trace->events[number - 1];
	int i = find_box(pic, e);
	struct box *b;

	pic->box_of[number] = i;
	if (i < 0) {
		if (pic->n_boxes == TRACE_PICTURE_BOXES_MAX) {
			pic->n_lost++;
			return;
		}
		i = pic->box_of[number] = (int)pic->n_boxes++;
		b = &pic->boxes[i];
		*b = (struct box){
			.event = e,
			.layer = trace_layer_find(e->layer),
			.parent = e->parent ? pic->box_of[e->parent] : -1,
			.w = CHAR * (int)strlen(e->function) + 28,
			.is_inferred = true,
		};
	}
	b = &pic->boxes[i];
	b->n_runs++;
	b->stopped |= is_stop(pic->p, e);
	b->failed |= e->result < 0;
	b->is_inferred &= e->is_inferred;
}

static void put_box(struct text *t, const struct box *b, size_t number)
{
	text_putf(t, "<g class=\"box%s\"><title>",
		  b->stopped	   ? " stopped"
		  : b->failed	   ? " failed"
		  : b->is_inferred ? " guess"
				   : "");
	markup_put_notes(t, b->event);
	if (b->event->result < 0)
		text_putf(t, " %s", diag_errno_name(b->event->result));
	text_putf(t, "</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\"/>", b->x,
		  b->y, b->w, BOX_H);
	text_putf(t, "<text x=\"%d\" y=\"%d\">", b->x + 8, b->y + 16);
	markup_put(t, b->event->function);
	text_putf(t, "</text><text class=\"no\" x=\"%d\" y=\"%d\">%zu</text>", b->x + b->w - 3,
		  b->y + 9, number);
	if (b->n_runs > 1)
		text_putf(t, "<text class=\"no\" x=\"%d\" y=\"%d\">×%u</text>", b->x + b->w - 3,
			  b->y + 21, b->n_runs);
	text_put(t, "</g>\n");
}

/* Gives the boxes of @layer their places; returns the y below them. */
static int place_boxes(struct picture *pic, const struct trace_layer *layer, int y)
{
	int x = LABEL + PAD;

	y += PAD;
	for (size_t i = 0; i < pic->n_boxes; i++) {
		struct box *b = &pic->boxes[i];

		if (b->layer != layer)
			continue;
		if (x > LABEL + PAD && x + b->w > WIDTH - PAD) {
			x = LABEL + PAD;
			y += BOX_H + GAP_Y;
		}
		b->x = x;
		b->y = y;
		x += b->w + GAP_X;
		put_box(&pic->boxes_text, b, i + 1);
	}
	return y + BOX_H + PAD;
}

/* The words below the boxes of the band in which it stopped, in lines. */
static int put_words(struct picture *pic, const char *words, int y)
{
	size_t len = strlen(words), n;

	for (const char *s = words; len; s += n, len -= n) {
		n = len;
		if (n > WORDS_COLUMNS) {
			for (n = WORDS_COLUMNS; n && s[n] != ' '; n--)
				;
			n = n ? n + 1 : WORDS_COLUMNS;
		}
		text_putf(&pic->boxes_text, "<text class=\"words\" x=\"%d\" y=\"%d\">%s",
			  LABEL + PAD, y + 12, s == words ? "✗ stopped here: " : "");
		markup_put_mem(&pic->boxes_text, s, n);
		text_put(&pic->boxes_text, "</text>\n");
		y += LINE;
	}
	return y + 6;
}

static bool layer_has_boxes(const struct picture *pic, const struct trace_layer *layer,
			    bool *stopped)
{
	bool any = false;

	*stopped = false;
	for (size_t i = 0; i < pic->n_boxes; i++) {
		if (pic->boxes[i].layer != layer)
			continue;
		any = true;
		*stopped |= pic->boxes[i].stopped;
	}
	return any;
}

static bool side_has_boxes(const struct picture *pic, enum trace_side side)
{
	for (size_t i = 0; i < pic->n_boxes; i++)
		if (pic->boxes[i].layer->side == side)
			return true;
	return false;
}

static void put_band(struct picture *pic, const struct trace_layer *layer)
{
	int y = pic->y, end;
	bool stopped;

	if (!layer_has_boxes(pic, layer, &stopped))
		return;
	end = place_boxes(pic, layer, y);
	if (stopped && pic->p->words)
		end = put_words(pic, pic->p->words, end);
	text_putf(pic->out,
		  "<rect class=\"band side%d\" x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n",
		  (int)layer->side, y, WIDTH, end - y - 2);
	text_putf(pic->out, "<text class=\"layer\" x=\"10\" y=\"%d\">%s</text>\n", y + PAD + 16,
		  layer->name ? layer->name : "other");
	pic->y = end;
}

static void put_boundary(struct picture *pic, enum trace_side side)
{
	int y = pic->y + BOUNDARY_H / 2;

	if (!trace_sides[side].boundary)
		return;
	text_putf(pic->out, "<line class=\"boundary\" x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", y,
		  WIDTH, y);
	text_putf(pic->out, "<text class=\"boundary\" x=\"%d\" y=\"%d\">boundary %s</text>\n",
		  WIDTH - PAD, y - 4, trace_sides[side].boundary);
	pic->y += BOUNDARY_H;
}

static void put_side(struct picture *pic, enum trace_side side)
{
	const struct trace_layer *l = trace_layers;

	if (side == TRACE_SIDE_NONE && !side_has_boxes(pic, side))
		return;
	put_boundary(pic, side);
	if (!side_has_boxes(pic, side)) {
		text_putf(pic->out,
			  "<text class=\"absent\" x=\"10\" y=\"%d\">%s: not reached</text>\n",
			  pic->y + 16, trace_sides[side].name);
		pic->y += 26;
		return;
	}
	for (; l->name; l++)
		if (l->side == side)
			put_band(pic, l);
	if (l->side == side)
		put_band(pic, l);
}

/* An arrow from the caller's box to the called one. */
static void put_arrow(struct text *t, const struct box *from, const struct box *to)
{
	int fx = from->x + from->w / 2, tx = to->x + to->w / 2, bend;

	text_putf(t, "<path class=\"arrow%s\" marker-end=\"url(#tip)\" d=\"",
		  to->stopped ? " stopped" : "");
	if (from->y == to->y && to->x > from->x && to->x - (from->x + from->w) <= GAP_X) {
		text_putf(t, "M%d %dH%d", from->x + from->w, from->y + BOX_H / 2, to->x - 1);
	} else if (to->y > from->y) {
		bend = (to->y - from->y - BOX_H) / 2;
		text_putf(t, "M%d %dC%d %d %d %d %d %d", fx, from->y + BOX_H, fx,
			  from->y + BOX_H + bend, tx, to->y - bend, tx, to->y - 1);
	} else if (to->y == from->y) {
		text_putf(t, "M%d %dC%d %d %d %d %d %d", fx, from->y, fx, from->y - GAP_Y, tx,
			  to->y - GAP_Y, tx, to->y - 1);
	} else {
		bend = (from->y - to->y - BOX_H) / 2;
		text_putf(t, "M%d %dC%d %d %d %d %d %d", fx, from->y, fx, from->y - bend, tx,
			  to->y + BOX_H + bend, tx, to->y + BOX_H + 1);
	}
	text_put(t, "\"/>\n");
}

static void put_picture(struct picture *pic, struct text *out)
{
	struct text body;

	/* The height is known only when the bands are drawn. */
	text_init(&body);
	pic->out = &body;
	for (int s = TRACE_SIDE_USERLAND; s < TRACE_N_SIDES; s++)
		put_side(pic, (enum trace_side)s);
	put_side(pic, TRACE_SIDE_NONE);
	if (pic->n_lost) {
		text_putf(&body,
			  "<text class=\"absent\" x=\"10\" y=\"%d\">%zu more calls, not drawn"
			  "</text>\n",
			  pic->y + 16, pic->n_lost);
		pic->y += 26;
	}
	for (size_t i = 0; i < pic->n_boxes; i++)
		if (pic->boxes[i].parent >= 0)
			put_arrow(&body, &pic->boxes[pic->boxes[i].parent], &pic->boxes[i]);
	text_putf(out,
		  "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"the path of the flow\" "
		  "xmlns=\"http://www.w3.org/2000/svg\">\n",
		  WIDTH, pic->y);
	text_put(out, "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" "
		      "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
		      "<path class=\"tip\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n");
	text_put(out, body.s);
	text_put(out, pic->boxes_text.s);
	text_put(out, "</svg>\n");
	if (body.error || pic->boxes_text.error)
		out->error = -ENOMEM;
	text_fini(&body);
}

void trace_picture_format(struct text *out, const struct trace *t, const struct trace_picture *p)
{
	struct picture pic = { .trace = t, .p = p };

	text_init(&pic.boxes_text);
	pic.boxes = mem_new_array(TRACE_PICTURE_BOXES_MAX, sizeof *pic.boxes);
	pic.box_of = mem_new_array(t->n_events + 1, sizeof *pic.box_of);
	if (!pic.boxes || !pic.box_of) {
		out->error = -ENOMEM;
	} else {
		for (uint32_t i = p->first ? p->first : 1; i <= t->n_events; i++)
			collect(&pic, i);
		put_picture(&pic, out);
	}
	text_fini(&pic.boxes_text);
	mem_free(pic.boxes);
	mem_free(pic.box_of);
}
