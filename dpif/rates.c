/* SPDX-License-Identifier: BSD-2-Clause */
#include "dpif/rates.h"

#include "base/alloc.h"
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What was known of a flow at a look. */
struct seen {
	struct ufid ufid;
	uint64_t n_packets, n_bytes;
	uint64_t look;
};

struct look {
	struct rates *r;
	const struct flow_ports *ports;
	int error;
};

static uint32_t hash_ufid(const struct ufid *ufid)
{
	return (uint32_t)hash_bytes(ufid, sizeof *ufid, 0);
}

static bool has_ufid(const void *item, const void *ufid)
{
	return ufid_is_equal(&((const struct seen *)item)->ufid, ufid);
}

/* ---- what is kept between looks ---- */

static struct seen *find_seen(struct rates *r, const struct ufid *ufid)
{
	uint32_t hash = hash_ufid(ufid);
	struct seen *s = htable_find(&r->by_ufid, hash, has_ufid, ufid);

	if (s)
		return s;
	s = mem_new(sizeof *s);
	if (!s)
		return NULL;
	s->ufid = *ufid;
	if (!htable_add(&r->by_ufid, hash, s))
		return s;
	mem_free(s);
	return NULL;
}

/* Counters that are less than before are those of a flow that was put anew. */
static uint64_t grown(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

static int count(struct look *l, const struct dpif_flow *f, struct rates_flow *flow)
{
	struct seen *s = f->has_ufid ? find_seen(l->r, &f->ufid) : NULL;

	*flow = (struct rates_flow){ .place = f->decision.place,
				     .n_packets = f->stats.n_packets,
				     .n_bytes = f->stats.n_bytes };
	if (!s)
		return f->has_ufid ? -ENOMEM : 0;
	flow->more_packets = grown(f->stats.n_packets, s->n_packets);
	flow->more_bytes = grown(f->stats.n_bytes, s->n_bytes);
	s->n_packets = f->stats.n_packets;
	s->n_bytes = f->stats.n_bytes;
	s->look = l->r->n_looks;
	return 0;
}

/* @all: also of those that are there. */
static void forget(struct rates *r, bool all)
{
	size_t pos = 0;
	struct seen *s;

	htable_settle(&r->by_ufid);
	while ((s = htable_next(&r->by_ufid, &pos)) != NULL) {
		if (!all && s->look == r->n_looks)
			continue;
		htable_del(&r->by_ufid, hash_ufid(&s->ufid), s);
		mem_free(s);
	}
}

/* ---- sums ---- */

static void add(struct rates_sum *sum, const struct rates_flow *f)
{
	sum->n_flows++;
	sum->n_packets += f->more_packets;
	sum->n_bytes += f->more_bytes;
	sum->more_packets += f->more_packets;
	sum->more_bytes += f->more_bytes;
}

static char *match_of(const struct look *l, const struct dpif_flow *f)
{
	struct text t;

	text_init(&t);
	flow_match_format(&t, &f->match, l->ports, false);
	return text_take(&t);
}

static char *actions_of(const struct look *l, const struct dpif_flow *f)
{
	struct text t;

	text_init(&t);
	flow_actions_format(&t, &f->actions, l->ports);
	return text_take(&t);
}

static void clear_flow(struct rates_flow *f)
{
	mem_free(f->match);
	mem_free(f->actions);
	*f = (struct rates_flow){ 0 };
}

static bool is_busier(const struct rates_flow *a, const struct rates_flow *b)
{
	return a->more_packets != b->more_packets ? a->more_packets > b->more_packets
						  : a->n_packets > b->n_packets;
}

/* The list is short, and of many flows few find a place in it: text is made for those alone. */
static int keep_busiest(const struct look *l, const struct dpif_flow *f,
			const struct rates_flow *flow)
{
	struct rates *r = l->r;
	size_t at = r->n_busiest;
	struct rates_flow kept = *flow;

	while (at && is_busier(flow, &r->busiest[at - 1]))
		at--;
	if (at == RATES_BUSIEST_MAX)
		return 0;
	kept.match = match_of(l, f);
	kept.actions = actions_of(l, f);
	if (!kept.match || !kept.actions) {
		clear_flow(&kept);
		return -ENOMEM;
	}
	if (r->n_busiest == RATES_BUSIEST_MAX)
		clear_flow(&r->busiest[--r->n_busiest]);
	memmove(&r->busiest[at + 1], &r->busiest[at], (r->n_busiest - at) * sizeof kept);
	r->busiest[at] = kept;
	r->n_busiest++;
	return 0;
}

static bool is_reason(const struct rates_reason *k, const struct dpif_decision *d)
{
	return k->layer == d->layer && k->function == d->function && !strcmp(k->words, d->words) &&
	       !strcmp(k->field, d->field);
}

static int keep_reason(const struct look *l, const struct dpif_flow *f,
		       const struct rates_flow *flow)
{
	const struct dpif_decision *d = &f->decision;
	struct rates *r = l->r;
	size_t i = 0;

	while (i < r->n_reasons && !is_reason(&r->reasons[i], d))
		i++;
	if (i == RATES_REASONS_MAX) {
		r->n_other_reasons++;
		return 0;
	}
	if (i == r->n_reasons) {
		struct rates_reason *k = &r->reasons[r->n_reasons++];

		*k = (struct rates_reason){ .layer = d->layer, .function = d->function };
		memcpy(k->words, d->words, sizeof k->words);
		memcpy(k->field, d->field, sizeof k->field);
		k->example = match_of(l, f);
		if (!k->example)
			return -ENOMEM;
	}
	add(&r->reasons[i].sum, flow);
	return 0;
}

/* ---- a look ---- */

static enum walk look_at(void *aux, const struct dpif_flow *f)
{
	struct look *l = aux;
	struct rates_flow flow;

	l->error = count(l, f, &flow);
	add(&l->r->places[flow.place], &flow);
	if (!l->error)
		l->error = keep_busiest(l, f, &flow);
	if (!l->error && f->decision.error)
		l->error = keep_reason(l, f, &flow);
	return l->error ? WALK_STOP : WALK_ON;
}

/* What is of one look alone. */
static void clear_look(struct rates *r)
{
	for (size_t i = 0; i < RATES_N_PLACES; i++) {
		r->places[i].n_flows = 0;
		r->places[i].more_packets = r->places[i].more_bytes = 0;
	}
	for (size_t i = 0; i < r->n_busiest; i++)
		clear_flow(&r->busiest[i]);
	for (size_t i = 0; i < r->n_reasons; i++)
		mem_free(r->reasons[i].example);
	r->n_busiest = r->n_reasons = 0;
	r->n_other_reasons = 0;
}

int rates_look(struct rates *r, struct dpif *dpif, uint64_t now_ns, struct diag *d)
{
	struct look l = { .r = r, .ports = dpif_ports(dpif) };
	int err;

	clear_look(r);
	r->period_ns = r->n_looks ? now_ns - r->looked_ns : 0;
	r->looked_ns = now_ns;
	r->n_looks++;
	err = dpif_flow_dump(dpif, look_at, &l, d);
	if (!err && l.error)
		err = diag_set(d, l.error, "no memory for the rates of flows");
	if (!err)
		forget(r, false);
	return err;
}

void rates_init(struct rates *r)
{
	memset(r, 0, sizeof *r);
	htable_init(&r->by_ufid);
}

void rates_fini(struct rates *r)
{
	clear_look(r);
	forget(r, true);
	htable_fini(&r->by_ufid);
}
