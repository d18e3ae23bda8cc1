/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/stats.h"

#include "base/clock.h"
#include "trace/json.h"

#include <string.h>

#define LOOK_SHARE 4  /* a look is followed by so many times its duration without one */
#define FLOWS_TEXT 10 /* flows and reasons on a screen that has no height */

static const char *const place_names[RATES_N_PLACES] = {
	[DPIF_PLACE_HW] = "hardware",
	[DPIF_PLACE_TC] = "tc",
	[DPIF_PLACE_KERNEL] = "datapath",
	[DPIF_PLACE_NONE] = "nowhere",
};
static const char *const counter_names[STATS_N_COUNTERS] = { "total", "misses", "installed",
							     "lost" };

/* ---- looking ---- */

void stats_init(struct stats *s)
{
	memset(s, 0, sizeof *s);
	rates_init(&s->rates);
}

void stats_fini(struct stats *s)
{
	rates_fini(&s->rates);
}

static int read_counters(struct host *h, uint64_t counters[STATS_N_COUNTERS], struct diag *d)
{
	const struct udpif *u = host_udpif(h);
	struct dpif_stats dp;
	int err = dpif_get_stats(host_dpif(h), &dp, d);

	memset(counters, 0, STATS_N_COUNTERS * sizeof *counters);
	if (err)
		return err;
	counters[STATS_LOST] = dp.n_lost;
	counters[STATS_MISSES] = dp.n_missed;
	if (!u)
		return 0;
	counters[STATS_UPCALLS] = udpif_counters(u)->n_upcalls;
	counters[STATS_INSTALLED] = udpif_counters(u)->n_installed;
	return 0;
}

static bool is_time(const struct stats *s, uint64_t now_ns)
{
	uint64_t pause = LOOK_SHARE * s->took_ns;

	pause = pause > STATS_PERIOD_LEAST_NS ? pause : STATS_PERIOD_LEAST_NS;
	return !s->rates.n_looks || now_ns - s->rates.looked_ns >= pause;
}

int stats_look(struct stats *s, struct host *h, uint64_t now_ns, struct diag *d)
{
	uint64_t counters[STATS_N_COUNTERS], start = clock_now_ns();
	int err;

	if (!is_time(s, now_ns))
		return 0;
	err = read_counters(h, counters, d);
	if (!err)
		err = rates_look(&s->rates, host_dpif(h), now_ns, d);
	if (err)
		return err;
	for (size_t i = 0; i < STATS_N_COUNTERS; i++)
		s->more[i] = counters[i] - s->counters[i];
	memcpy(s->counters, counters, sizeof counters);
	s->took_ns = clock_now_ns() - start;
	return 0;
}

/* ---- as JSON ---- */

/* null: there was no second look yet. */
static json_t *per_second(const struct stats *s, uint64_t n)
{
	if (!s->rates.period_ns)
		return json_null();
	return json_real((double)n * (double)NSEC_PER_SEC / (double)s->rates.period_ns);
}

static json_t *sum_json(const struct stats *s, const struct rates_sum *sum)
{
	return json_pack("{s:I, s:I, s:I, s:o, s:o}", "flows", (json_int_t)sum->n_flows, "packets",
			 (json_int_t)sum->n_packets, "bytes", (json_int_t)sum->n_bytes,
			 "packets_per_second", per_second(s, sum->more_packets), "bytes_per_second",
			 per_second(s, sum->more_bytes));
}

static json_t *flow_json(const struct stats *s, const struct rates_flow *f)
{
	return json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:o}", "place", place_names[f->place],
			 "packets", (json_int_t)f->n_packets, "bytes", (json_int_t)f->n_bytes,
			 "packets_per_second", per_second(s, f->more_packets), "bytes_per_second",
			 per_second(s, f->more_bytes), "flow", trace_json_string(f->match),
			 "actions", trace_json_string(f->actions));
}

static json_t *reason_json(const struct stats *s, const struct rates_reason *r)
{
	json_t *j = sum_json(s, &r->sum);

	/* Of flows of now alone: a sum over those that have gone is not kept by reason. */
	json_object_del(j, "packets");
	json_object_del(j, "bytes");
	if (json_object_update_new(j, json_pack("{s:s*, s:s*, s:s*, s:o, s:o}", "layer", r->layer,
						"function", r->function, "field",
						r->field[0] ? r->field : NULL, "words",
						trace_json_string(r->words), "example",
						trace_json_string(r->example)))) {
		json_decref(j);
		return NULL;
	}
	return j;
}

json_t *stats_json(const struct stats *s, size_t n_flows)
{
	json_t *places = json_object(), *upcalls = json_object(), *flows = json_array();
	json_t *refused = json_array();
	const struct rates *r = &s->rates;

	for (size_t i = RATES_N_PLACES; i-- > DPIF_PLACE_KERNEL;)
		json_object_set_new(places, place_names[i], sum_json(s, &r->places[i]));
	for (size_t i = 0; i < STATS_N_COUNTERS; i++)
		json_object_set_new(upcalls, counter_names[i],
				    json_integer((json_int_t)s->counters[i]));
	json_object_set_new(upcalls, "packets_per_second", per_second(s, s->more[STATS_UPCALLS]));
	for (size_t i = 0; i < r->n_busiest && i < n_flows; i++)
		json_array_append_new(flows, flow_json(s, &r->busiest[i]));
	for (size_t i = 0; i < r->n_reasons; i++)
		json_array_append_new(refused, reason_json(s, &r->reasons[i]));
	return json_pack("{s:i, s:I, s:I, s:o, s:o, s:o, s:o, s:I}", "version", STATS_VERSION,
			 "time_ns", (json_int_t)r->looked_ns, "period_ns", (json_int_t)r->period_ns,
			 "places", places, "upcalls", upcalls, "flows", flows, "refused", refused,
			 "refused_otherwise", (json_int_t)r->n_other_reasons);
}

/* ---- as text ---- */

struct screen {
	struct text *t;
	const struct stats_view *v;
	unsigned int lines;
};

static const char *string_of(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s ? s : "";
}

/* "1234", "12.3k", "1.23G"; "-": not known. Seven columns at most. */
static const char *amount(char buf[16], const json_t *j, double factor)
{
	static const char units[] = " kMGTPE";
	double x = json_number_value(j) * factor;
	size_t i = 0;

	if (!json_is_number(j))
		return "-";
	for (; x >= 9999.5 && units[i + 1]; i++)
		x /= 1000;
	if (i)
		snprintf(buf, 16, "%.*f%c", x < 99.95 ? 1 : 0, x, units[i]);
	else
		snprintf(buf, 16, "%.*f", x > 0 && x < 9.95 && x != (double)(int)x ? 1 : 0, x);
	return buf;
}

/* One line, cut at the edge of the screen. */
static void put_line(struct screen *s, const char *style, const char *line)
{
	size_t len = strlen(line), width = s->v->width;
	bool is_cut = width && len > width;

	if (s->v->height && s->lines >= s->v->height)
		return;
	if (s->v->colour)
		text_put(s->t, style);
	text_put_mem(s->t, line, is_cut ? width - 1 : len);
	if (is_cut)
		text_put(s->t, s->v->ascii ? "~" : "…");
	if (s->v->colour && *style)
		text_put(s->t, "\033[0m");
	text_put_char(s->t, '\n');
	s->lines++;
}

#define STYLE_HEAD "\033[1m"
#define STYLE_NONE ""

static void put_places(struct screen *s, const json_t *stats)
{
	const json_t *places = json_object_get(stats, "places"), *up, *sum;
	char a[16], b[16], c[16], line[160];
	const char *name;

	put_line(s, STYLE_HEAD, "               flows   packets/s       bit/s     packets");
	json_object_foreach(CONST_CAST(json_t *, places), name, sum) /* it is only read */
	{
		char d[16];

		snprintf(line, sizeof line, "%-12.12s %7s %11s %11s %11s", name,
			 amount(a, json_object_get(sum, "flows"), 1),
			 amount(b, json_object_get(sum, "packets_per_second"), 1),
			 amount(c, json_object_get(sum, "bytes_per_second"), 8),
			 amount(d, json_object_get(sum, "packets"), 1));
		put_line(s, STYLE_NONE, line);
	}
	up = json_object_get(stats, "upcalls");
	snprintf(line, sizeof line, "%-12s %7s %11s %11s %11s   %s lost", "upcalls", "",
		 amount(a, json_object_get(up, "packets_per_second"), 1), "",
		 amount(b, json_object_get(up, "total"), 1),
		 amount(c, json_object_get(up, "lost"), 1));
	put_line(s, STYLE_NONE, line);
}

static void put_flow(struct screen *s, const json_t *f)
{
	char a[16], b[16];
	struct text line;

	text_init(&line);
	text_putf(&line, "%-8.8s %11s %11s  %s actions:%s", string_of(f, "place"),
		  amount(a, json_object_get(f, "packets_per_second"), 1),
		  amount(b, json_object_get(f, "bytes_per_second"), 8), string_of(f, "flow"),
		  string_of(f, "actions"));
	put_line(s, STYLE_NONE, line.s);
	text_fini(&line);
}

static void put_reason(struct screen *s, const json_t *r)
{
	const char *function = string_of(r, "function"), *field = string_of(r, "field");
	char a[16], b[16];
	struct text line;

	text_init(&line);
	text_putf(&line, "%8s %11s  %s%s%s", amount(a, json_object_get(r, "flows"), 1),
		  amount(b, json_object_get(r, "packets_per_second"), 1), field, *field ? ": " : "",
		  string_of(r, "words"));
	if (*function)
		text_putf(&line, " [%s, %s]", string_of(r, "layer"), function);
	text_putf(&line, "  %s", string_of(r, "example"));
	put_line(s, STYLE_NONE, line.s);
	text_fini(&line);
}

/* The lines of one list, of which at most @max; nothing of an empty one. */
static void put_list(struct screen *s, const json_t *list, const char *head, size_t max,
		     void (*put)(struct screen *s, const json_t *one))
{
	size_t n = json_array_size(list);

	if (!n || !max)
		return;
	put_line(s, STYLE_NONE, "");
	put_line(s, STYLE_HEAD, head);
	for (size_t i = 0; i < n && i < max; i++)
		put(s, json_array_get(list, i));
}

void stats_format(struct text *t, const json_t *stats, const struct stats_view *v)
{
	struct screen s = { .t = t, .v = v };
	const json_t *flows = json_object_get(stats, "flows");
	const json_t *refused = json_object_get(stats, "refused");
	size_t left = FLOWS_TEXT, n_refused = json_array_size(refused);

	put_places(&s, stats);
	/* The refused get what the flows leave them, and a third of the room at least. */
	if (v->height)
		left = v->height > s.lines + 4 ? v->height - s.lines - 4 : 0;
	n_refused = n_refused > left / 3 ? left / 3 : n_refused;
	put_list(&s, flows, "place      packets/s       bit/s  flow",
		 v->height ? left - n_refused : left, put_flow);
	put_list(&s, refused, "   flows   packets/s  not in hardware because",
		 v->height ? left : FLOWS_TEXT, put_reason);
}
