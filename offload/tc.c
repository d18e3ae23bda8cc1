/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The linux_tc provider: flows as flower filters. A put translates everything before it sends
 * anything; a filter that replaces another is deleted and added, as OVS does it, and the counters
 * of the old one are kept.
 *
 * Not there: OVS's probe of shared blocks. Blocks are used as the port says, nothing is concluded
 * from them, so that the probe would have no effect.
 */
#include "offload/tc_internal.h"

#include "base/alloc.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>

struct tc_state {
	struct ufid_map map;
	struct tc_prios prios;
	bool probed;
	/* Memory of the request, and of what is read back, so that a put allocates nothing. */
	struct tc_filter put, got;
	struct tc_action put_actions[TC_ACTIONS_MAX], got_actions[TC_ACTIONS_MAX];
	struct offload_flow flow; /* of a dump */
};

struct tc_port {
	struct tc_state *state;
	size_t n_flows;
	bool owns_qdisc; /* we have made it: it is taken away when nobody else uses it */
};

/*
 * A chain without filters in each qdisc that we make, "inh": so that it is known whose the qdisc
 * is, also when the process that made it was killed.
 */
#define MARK_CHAIN 0x696e68u

static int state_init(struct offload *o, void **state, struct diag *d)
{
	struct tc_state *s = mem_new(sizeof *s);

	if (!s)
		return diag_set(d, -ENOMEM, "no memory for the linux_tc provider");
	ufid_map_init(&s->map);
	tc_prios_init(&s->prios, false);
	flow_actions_init(&s->flow.actions);
	s->put.actions = s->put_actions;
	s->got.actions = s->got_actions;
	*state = s;
	return 0;
}

static void state_fini(struct offload *o, void *state)
{
	struct tc_state *s = state;

	ufid_map_fini(&s->map);
	tc_prios_fini(&s->prios);
	flow_actions_fini(&s->flow.actions);
	mem_free(s);
}

/* A filter that drops nothing: no hardware sees it, and its source address is never used. */
static int probe_filter(struct tc *tc, struct tc_filter *f, struct tc_action *drop,
			const struct offload_port *port, bool with_source, struct diag *d)
{
	struct tc_result result;

	memset(f, 0, sizeof *f);
	memset(drop, 0, sizeof *drop);
	tc_place(&f->id, port, 0);
	f->id.prio = 1;
	f->protocol = f->key.eth_type = be16_from_host(ETH_P_IP);
	f->mask.eth_type = be16_from_host(0xffff);
	f->flags = TCA_CLS_FLAGS_SKIP_HW;
	memset(f->key.eth_dst, 0x11, sizeof f->key.eth_dst);
	memset(f->mask.eth_dst, 0xff, sizeof f->mask.eth_dst);
	if (with_source) {
		memset(f->key.eth_src, 0x11, sizeof f->key.eth_src);
		memset(f->mask.eth_src, 0xff, sizeof f->mask.eth_src);
	}
	drop->kind = TC_ACT_GACT;
	drop->control = TC_ACT_SHOT;
	f->actions = drop;
	f->n_actions = 1;
	return tc_replace_flower(tc, f, &result, d);
}

/* Whether the kernel keeps filters with different masks at one priority (Linux 4.17 does). */
static int probe_multi_mask_per_prio(struct offload *o, const struct offload_port *port, bool *many)
{
	struct tc_filter f[2];
	struct tc_action drop[2];
	int err = probe_filter(offload_tc(o), &f[0], &drop[0], port, false, NULL);

	if (err)
		return err;
	*many = !probe_filter(offload_tc(o), &f[1], &drop[1], port, true, NULL);
	if (*many)
		(void)!tc_del_flower_filter(offload_tc(o), &f[1].id, NULL);
	(void)!tc_del_flower_filter(offload_tc(o), &f[0].id, NULL);
	return 0;
}

/* Once for all ports, where nothing is in the way of it. */
static void probe(struct offload *o, struct tc_state *s, const struct offload_port *port)
{
	bool many;

	if (s->probed || probe_multi_mask_per_prio(o, port, &many))
		return;
	s->probed = true;
	tc_prios_fini(&s->prios);
	tc_prios_init(&s->prios, many);
}

static int check_port(struct offload *o, const struct offload_port *port, struct diag *d)
{
	if (!offload_tc(o))
		return diag_set(d, -EOPNOTSUPP, "there is no kernel with tc");
	if (strcmp(port->type, "system") && strcmp(port->type, "internal"))
		return diag_set(d, -EOPNOTSUPP, "ports of type %s are not supported", port->type);
	if (port->ifindex <= 0)
		return diag_set(d, -ENODEV, "failed to get ifindex for %s", port->name);
	return 0;
}

/* ---- whose is it? ---- */

static bool has_cookie(const struct tc_filter *f, struct ufid *cookie)
{
	for (size_t i = 0; i < f->n_actions; i++) {
		if (f->actions[i].cookie_size != sizeof cookie->b)
			continue;
		memcpy(cookie->b, f->actions[i].cookie, sizeof cookie->b);
		return true;
	}
	return false;
}

/* Put by this process, or by another one of us: by its cookie, which is the UFID. */
static bool is_ours(const struct tc_state *s, const struct tc_filter *f)
{
	struct ufid ufid;

	return has_cookie(f, &ufid) && (ufid_is_marked(&ufid) || ufid_map_find(&s->map, &ufid));
}

struct ours {
	struct tc_id *id;
	size_t n, cap;
	size_t n_foreign;
};

/* All filters of the port's hook: which are ours, and how many are not. */
static int find_ours(struct offload *o, struct tc_state *s, const struct offload_port *port,
		     struct ours *ours, struct diag *d)
{
	struct nl_dump dump;
	struct tc_id id = { 0 };
	int err, end;

	tc_place(&id, port, 0);
	err = tc_dump_flower_start(offload_tc(o), &id, &dump, false, d);
	if (err)
		return err;
	for (;;) {
		struct tc_id *grown;

		s->got.actions = s->got_actions;
		err = tc_dump_filter_next(offload_tc(o), &dump, &s->got, d);
		if (err <= 0)
			break;
		if (err == 2 || !is_ours(s, &s->got)) {
			ours->n_foreign++;
			continue;
		}
		grown = mem_grow(ours->id, &ours->cap, ours->n + 1, sizeof *ours->id);
		if (!grown) {
			err = diag_set(d, -ENOMEM, "no memory for a list of filters");
			break;
		}
		ours->id = grown;
		ours->id[ours->n] = id;
		ours->id[ours->n].chain = s->got.id.chain;
		ours->id[ours->n].prio = s->got.id.prio;
		ours->id[ours->n++].handle = s->got.id.handle;
	}
	end = nl_dump_end(&dump);
	return err ? err : end;
}

/* Deletes our filters and nobody else's: all at once where there are no others. */
static int del_ours(struct offload *o, struct tc_state *s, const struct offload_port *port,
		    size_t *n_foreign, struct diag *d)
{
	struct ours ours = { .id = NULL };
	int err = find_ours(o, s, port, &ours, d);

	if (!err && !ours.n_foreign)
		err = tc_flush(offload_tc(o), port->ifindex, port->block, tc_hook_of_port(port), d);
	for (size_t i = 0; !err && ours.n_foreign && i < ours.n; i++)
		err = tc_del_flower_filter(offload_tc(o), &ours.id[i], d);
	*n_foreign = ours.n_foreign;
	mem_free(ours.id);
	return err;
}

static int has_mark(struct offload *o, const struct offload_port *port)
{
	return tc_has_chain(offload_tc(o), port->ifindex, port->block, tc_hook_of_port(port),
			    MARK_CHAIN, NULL) > 0;
}

/* What is ours of it goes: the filters, and the qdisc if nobody else has filters there. The device
 * may be gone, and everything with it. */
static void clean(struct offload *o, struct tc_state *s, const struct offload_port *port,
		  bool owns_qdisc)
{
	const enum tc_hook hook = tc_hook_of_port(port);
	size_t n_foreign;

	if (!del_ours(o, s, port, &n_foreign, NULL) && !n_foreign && owns_qdisc)
		(void)!tc_add_del_qdisc(offload_tc(o), port->ifindex, false, port->block, hook,
					NULL);
}

/* A qdisc that is there already is somebody's, or ours of an earlier time: then it is made anew. */
static int take_qdisc(struct offload *o, struct tc_port *p, const struct offload_port *port,
		      struct diag *d)
{
	const enum tc_hook hook = tc_hook_of_port(port);
	int err = tc_add_del_qdisc(offload_tc(o), port->ifindex, true, port->block, hook, d);

	if (err == 1) {
		p->owns_qdisc = has_mark(o, port);
		clean(o, p->state, port, p->owns_qdisc);
		err = tc_add_del_qdisc(offload_tc(o), port->ifindex, true, port->block, hook, d);
	}
	if (err)
		return err < 0 ? err : 0;
	/* Without the mark it is ours as long as this process knows it. */
	p->owns_qdisc = true;
	(void)!tc_add_chain(offload_tc(o), port->ifindex, port->block, hook, MARK_CHAIN, NULL);
	return 0;
}

static int netdev_tc_init_flow_api(struct offload *o, struct offload_port *port, struct diag *d)
{
	struct tc_state *s = netdev_flow_api_state(o, &netdev_offload_tc);
	struct span sp = SPAN(offload_trace(o));
	struct tc_port *p;
	int err;

	span_note(&sp, "port", "%s", port->name);
	err = check_port(o, port, d);
	if (err)
		return span_end(&sp, err);
	p = mem_new(sizeof *p);
	if (!p)
		return span_end(&sp, diag_set(d, -ENOMEM, "no memory for port %s", port->name));
	p->state = s;
	err = take_qdisc(o, p, port, d);
	if (err) {
		diag_context(d, "failed adding ingress qdisc required for offloading on %s",
			     port->name);
		mem_free(p);
		return span_end(&sp, err);
	}
	probe(o, s, port);
	span_note(&sp, "many_masks_per_prio", "%s", s->prios.many_masks ? "yes" : "no");
	span_note(&sp, "qdisc", "%s", p->owns_qdisc ? "ours" : "somebody else's");
	port->impl = p;
	return span_end(&sp, 0);
}

/* Removes what the map knows of the port's flows; the filters are gone already. */
static void forget_flows(struct tc_port *p, const struct offload_port *port)
{
	struct ufid_entry *e;
	size_t pos = 0;

	if (!p->n_flows)
		return;
	htable_settle(&p->state->map.table);
	while ((e = htable_next(&p->state->map.table, &pos)))
		if (e->port == port->number)
			ufid_map_del(&p->state->map, e);
	p->n_flows = 0;
}

static int netdev_tc_flow_flush(struct offload *o, struct offload_port *port, struct diag *d)
{
	struct tc_port *p = port->impl;
	struct span sp = SPAN(offload_trace(o));
	size_t n_foreign;
	int err = del_ours(o, p->state, port, &n_foreign, d);

	if (!err)
		forget_flows(p, port);
	return span_end(&sp, err);
}

static void netdev_tc_uninit_flow_api(struct offload *o, struct offload_port *port)
{
	struct tc_port *p = port->impl;

	clean(o, p->state, port, p->owns_qdisc);
	forget_flows(p, port);
	mem_free(p);
	port->impl = NULL;
}

/* The filter of an entry; the port is one of ours as long as the entry is there. */
static struct tc_id id_of(const struct offload *o, const struct ufid_entry *e)
{
	const struct offload_port *port = netdev_ports_get(o, e->port);
	struct tc_id id = { 0 };

	tc_place(&id, port, e->chain);
	id.prio = e->prio;
	id.handle = e->handle;
	return id;
}

static struct flow_stats add_old(struct flow_stats s, const struct ufid_entry *e)
{
	s.n_packets += e->old_packets;
	s.n_bytes += e->old_bytes;
	return s;
}

static int read_filter(struct offload *o, struct tc_state *s, const struct ufid_entry *e,
		       struct diag *d)
{
	const struct tc_id id = id_of(o, e);

	s->got.actions = s->got_actions;
	return tc_get_flower(offload_tc(o), &id, &s->got, d);
}

/* Deletes the filter. One that is gone already, or whose device is, counts as deleted. */
static int del_filter(struct offload *o, const struct ufid_entry *e, struct diag *d)
{
	const struct tc_id id = id_of(o, e);
	struct diag why;
	int err;

	diag_init(&why);
	err = tc_del_flower_filter(offload_tc(o), &id, &why);
	if (err == -ENODEV || err == -ENOENT)
		return 0;
	diag_copy(d, &why);
	return err;
}

static uint32_t policy_flags(struct offload *o)
{
	switch (offload_config(o)->policy) {
	case TC_POLICY_SKIP_SW:
		return TCA_CLS_FLAGS_SKIP_SW;
	case TC_POLICY_SKIP_HW:
		return TCA_CLS_FLAGS_SKIP_HW;
	case TC_POLICY_NONE:
		break;
	}
	return 0;
}

/* Match and actions, each to the end when a verdict is wanted. 0 or the error of the refusal. */
static int translate(struct tc_translation *t)
{
	int err = 0;

	tc_translate_match(t);
	test_key_and_mask(t);
	if (!t->n_refused || t->put->verdict)
		err = netdev_tc_parse_nl_actions(t);
	return t->n_refused ? -EOPNOTSUPP : err;
}

/* What the kernel's extack pointed at becomes the culprit; its words stand in @d. */
static void blame(struct offload_put *put, uint32_t origin, int error, const char *words)
{
	struct offload_item *c = &put->culprit;

	if (!origin)
		return;
	c->is_action = origin >= TC_ORIGIN_ACTION;
	c->index = c->is_action ? origin - TC_ORIGIN_ACTION : origin - 1;
	c->error = error;
	snprintf(c->words, sizeof c->words, "%.*s", (int)sizeof c->words - 1, words);
	put->has_culprit = true;
	for (size_t i = 0; put->verdict && i < put->verdict->n; i++)
		if (put->verdict->item[i].is_action == c->is_action &&
		    put->verdict->item[i].index == c->index)
			put->verdict->item[i] = *c;
}

/* Takes the flow's old filter away. Its entry stays, for the new one. */
static int drop_old(struct offload *o, struct tc_state *s, struct ufid_entry *e,
		    struct offload_put *put, struct diag *d)
{
	int err;

	if (!put->modify)
		return diag_set(d, -EEXIST, "the flow is in tc already");
	put->old_stats = add_old((struct flow_stats){ 0 }, e);
	if (!read_filter(o, s, e, NULL))
		put->old_stats = add_old(tc_filter_stats(&s->got, offload_now_ms(o)), e);
	err = del_filter(o, e, d);
	if (err)
		return err;
	put->replaced = true;
	((struct tc_port *)netdev_ports_get(o, e->port)->impl)->n_flows--;
	e->old_packets = put->zero_stats ? 0 : put->old_stats.n_packets;
	e->old_bytes = put->zero_stats ? 0 : put->old_stats.n_bytes;
	return 0;
}

static void note_success(struct offload_put *put, struct ufid_entry *e, const struct tc_filter *f,
			 const struct tc_result *r)
{
	e->chain = f->id.chain;
	e->prio = f->id.prio;
	e->handle = f->id.handle;
	put->placed = f->id;
	put->in_hw = tc_filter_is_in_hw(r->echo ? r->echo : f);
	put->echo_differs = r->echo_differs;
	if (r->echo_differs)
		put->difference = r->difference;
	if (r->ack.msg[0])
		memcpy(put->warning, r->ack.msg, sizeof put->warning);
}

/* Sends the filter for entry @e, and takes the entry out of the map when the kernel refuses. */
static int send_filter(struct offload *o, struct tc_port *p, const struct offload_port *port,
		       struct offload_put *put, struct ufid_entry *e, struct diag *d)
{
	struct tc_state *s = p->state;
	struct tc_result result;
	struct diag why;
	int err;

	diag_init(&why);
	err = tc_replace_flower(offload_tc(o), &s->put, &result, &why);
	if (err) {
		blame(put, result.origin, err, result.ack.msg[0] ? result.ack.msg : why.words);
		diag_copy(d, &why);
		ufid_map_del(&s->map, e);
		return err;
	}
	e->port = port->number;
	p->n_flows++;
	note_success(put, e, &s->put, &result);
	return 0;
}

static int place_and_send(struct offload *o, struct offload_port *port, struct offload_put *put,
			  struct diag *d)
{
	struct tc_port *p = port->impl;
	struct tc_state *s = p->state;
	struct ufid_entry *e = ufid_map_find(&s->map, &put->ufid);
	int err;

	err = tc_prios_get(&s->prios, s->put.protocol, &s->put.mask, &s->put.id.prio, d);
	if (!err && e)
		err = drop_old(o, s, e, put, d);
	if (err)
		return err;
	if (!e)
		e = ufid_map_add(&s->map, &put->ufid);
	if (!e)
		return diag_set(d, -ENOMEM, "no memory for a flow");
	return send_filter(o, p, port, put, e, d);
}

static int netdev_tc_flow_put(struct offload *o, struct offload_port *port, struct offload_put *put,
			      struct diag *d)
{
	struct tc_state *s = ((struct tc_port *)port->impl)->state;
	struct tc_translation t = {
		.o = o, .port = port, .put = put, .diag = d, .f = &s->put, .function = __func__
	};
	struct span sp = SPAN(offload_trace(o));
	int err;

	ufid_map_prefetch(&s->map, &put->ufid);
	memset(&s->put, 0, sizeof s->put);
	s->put.actions = s->put_actions;
	s->put.flags = policy_flags(o);
	err = translate(&t);
	span_note(&sp, "fields", "%u", t.n_fields);
	if (err)
		return span_end(&sp, err);
	err = place_and_send(o, port, put, d);
	span_note(&sp, "prio", "%u", s->put.id.prio);
	span_note(&sp, "chain", "%u", s->put.id.chain);
	if (err)
		return span_end(&sp, err);
	span_note(&sp, "handle", "0x%x", s->put.id.handle);
	span_note(&sp, "in_hw", "%s", put->in_hw ? "yes" : "no");
	return span_end(&sp, 0);
}

static int netdev_tc_flow_del(struct offload *o, struct offload_port *port, const struct ufid *ufid,
			      struct flow_stats *stats, struct diag *d)
{
	struct tc_port *p = port->impl;
	struct ufid_entry *e = ufid_map_find(&p->state->map, ufid);
	struct span sp = SPAN(offload_trace(o));
	int err;

	if (!e || e->port != port->number)
		return span_end(&sp, diag_set(d, -ENOENT, "the flow is not in tc"));
	span_note(&sp, "handle", "0x%x", e->handle);
	if (stats) {
		*stats = add_old((struct flow_stats){ 0 }, e);
		if (!read_filter(o, p->state, e, NULL))
			*stats = add_old(tc_filter_stats(&p->state->got, offload_now_ms(o)), e);
	}
	err = del_filter(o, e, d);
	if (err)
		return span_end(&sp, err);
	p->n_flows--;
	ufid_map_del(&p->state->map, e);
	return span_end(&sp, 0);
}

/* The parts of a flow that a terse dump has too. */
static void fill_brief(struct offload_flow *flow, const struct offload *o,
		       const struct tc_filter *f, const struct ufid_entry *e)
{
	flow->ufid = e->ufid;
	flow->stats = add_old(tc_filter_stats(f, offload_now_ms(o)), e);
	flow->offloaded = tc_filter_is_in_hw(f);
	flow->layer = OFFLOAD_LAYER_TC;
	flow->placed = id_of(o, e);
}

static int fill(struct offload_flow *flow, const struct offload *o, const struct tc_filter *f,
		const struct ufid_entry *e, struct diag *d)
{
	int err;

	fill_brief(flow, o, f, e);
	err = tc_match_from_filter(&flow->match, f, netdev_ports_get(o, e->port), d);
	return err ? err : tc_actions_to_flow(&flow->actions, f, o, d);
}

static int netdev_tc_flow_get(struct offload *o, struct offload_port *port, const struct ufid *ufid,
			      struct offload_flow *flow, struct diag *d)
{
	struct tc_state *s = ((struct tc_port *)port->impl)->state;
	struct ufid_entry *e = ufid_map_find(&s->map, ufid);
	struct span sp = SPAN(offload_trace(o));
	int err;

	if (!e)
		return span_end(&sp, diag_set(d, -ENOENT, "the flow is not in tc"));
	err = read_filter(o, s, e, d);
	return span_end(&sp, err ? err : fill(flow, o, &s->got, e, d));
}

/* The flow that a filter of a dump belongs to, or NULL: somebody else's. */
static const struct ufid_entry *entry_of(const struct tc_state *s, const struct tc_filter *f,
					 const struct offload_port *port)
{
	const struct ufid_entry *e;
	struct ufid ufid;

	if (!has_cookie(f, &ufid))
		return NULL;
	e = ufid_map_find(&s->map, &ufid);
	return e && e->port == port->number && e->handle == f->id.handle && e->prio == f->id.prio &&
			       e->chain == f->id.chain
		       ? e
		       : NULL;
}

static int netdev_tc_flow_dump(struct offload *o, struct offload_port *port, bool terse,
			       offload_dump_cb *cb, void *aux, struct diag *d)
{
	struct tc_state *s = ((struct tc_port *)port->impl)->state;
	struct span sp = SPAN(offload_trace(o));
	struct nl_dump dump;
	struct tc_id id = { 0 };
	int err, end;

	tc_place(&id, port, 0);
	err = tc_dump_flower_start(offload_tc(o), &id, &dump, terse, d);
	if (err)
		return span_end(&sp, err);
	for (;;) {
		const struct ufid_entry *e;

		s->got.actions = s->got_actions;
		err = tc_dump_flower_next(offload_tc(o), &dump, &s->got, d);
		if (err <= 0)
			break;
		err = 0;
		e = entry_of(s, &s->got, port);
		if (!e)
			continue;
		if (terse)
			fill_brief(&s->flow, o, &s->got, e);
		else
			err = fill(&s->flow, o, &s->got, e, d);
		if (err || cb(aux, &s->flow) == WALK_STOP)
			break;
	}
	end = nl_dump_end(&dump);
	return span_end(&sp, err ? err : end);
}

static size_t netdev_tc_flow_count(const struct offload *o, const struct offload_port *port)
{
	return ((const struct tc_port *)port->impl)->n_flows;
}

static struct offload_port *netdev_tc_flow_port(const struct offload *o, void *state,
						const struct ufid *ufid)
{
	const struct tc_state *s = state;
	const struct ufid_entry *e = ufid_map_find(&s->map, ufid);

	return e ? netdev_ports_get(o, e->port) : NULL;
}

const struct netdev_flow_api netdev_offload_tc = {
	.type = "linux_tc",
	.init = state_init,
	.fini = state_fini,
	.init_flow_api = netdev_tc_init_flow_api,
	.uninit_flow_api = netdev_tc_uninit_flow_api,
	.flow_put = netdev_tc_flow_put,
	.flow_del = netdev_tc_flow_del,
	.flow_get = netdev_tc_flow_get,
	.flow_flush = netdev_tc_flow_flush,
	.flow_dump = netdev_tc_flow_dump,
	.flow_count = netdev_tc_flow_count,
	.flow_port = netdev_tc_flow_port,
};
