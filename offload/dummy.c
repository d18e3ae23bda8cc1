/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A flow API without a kernel: flows are kept in memory and count as offloaded. For tests of what
 * lies above. It accepts any port of type "system" and any flow, except one that matches
 * ipv6.label, so that a refusal can be tried too.
 */
#include "base/alloc.h"
#include "base/hash.h"
#include "base/htable.h"
#include "offload/offload-provider.h"

#include <errno.h>

struct dummy_flow {
	struct ufid ufid;
	struct flow_match match;
	struct flow_actions actions;
	struct offload_port *port;
};

struct dummy_state {
	struct htable flows;
};

static uint32_t hash_of(const struct ufid *ufid)
{
	return (uint32_t)hash_bytes(ufid, sizeof *ufid, 0);
}

static bool is_of(const void *item, const void *key)
{
	const struct dummy_flow *f = item;

	return ufid_is_equal(&f->ufid, key);
}

static struct dummy_state *state_of(const struct offload *o)
{
	return netdev_flow_api_state(o, &netdev_offload_dummy);
}

static struct dummy_flow *find(const struct dummy_state *s, const struct ufid *ufid)
{
	return htable_find(&s->flows, hash_of(ufid), is_of, ufid);
}

static int dummy_init(struct offload *o, void **state, struct diag *d)
{
	struct dummy_state *s = mem_new(sizeof *s);

	if (!s)
		return diag_set(d, -ENOMEM, "no memory for the dummy provider");
	htable_init(&s->flows);
	*state = s;
	return 0;
}

static void flow_free(struct dummy_state *s, struct dummy_flow *f)
{
	htable_del(&s->flows, hash_of(&f->ufid), f);
	flow_actions_fini(&f->actions);
	mem_free(f);
}

/* All flows, or those of @port. */
static void free_flows(struct dummy_state *s, const struct offload_port *port)
{
	struct dummy_flow *f;
	size_t pos = 0;

	htable_settle(&s->flows);
	while ((f = htable_next(&s->flows, &pos)))
		if (!port || f->port == port)
			flow_free(s, f);
}

static void dummy_fini(struct offload *o, void *state)
{
	struct dummy_state *s = state;

	free_flows(s, NULL);
	htable_fini(&s->flows);
	mem_free(s);
}

static int dummy_init_flow_api(struct offload *o, struct offload_port *port, struct diag *d)
{
	return strcmp(port->type, "system")
		       ? diag_set(d, -EOPNOTSUPP, "ports of type %s are not supported", port->type)
		       : 0;
}

static void dummy_uninit_flow_api(struct offload *o, struct offload_port *port)
{
	free_flows(state_of(o), port);
}

static int copy_actions(struct flow_actions *to, const struct flow_actions *from)
{
	for (size_t i = 0; i < from->n; i++) {
		struct flow_action *a = flow_actions_add(to);

		if (!a)
			return -ENOMEM;
		*a = from->a[i];
	}
	return 0;
}

static int refuse_fields(struct offload *o, struct offload_put *put, struct diag *d)
{
	for (unsigned int f = 0; f < FLOW_N_FIELDS; f++) {
		const bool refused = f == FLOW_IPV6_LABEL;

		if (!flow_field_is_set(&put->match->mask, (enum flow_field)f))
			continue;
		if (offload_put_item(o, put, d, "dummy_flow_put", false, f,
				     refused ? -EOPNOTSUPP : 0, "%s",
				     refused ? "the dummy refuses it" : ""))
			return -EOPNOTSUPP;
	}
	for (uint32_t n = 0; n < put->actions->n; n++)
		offload_put_item(o, put, d, "dummy_flow_put", true, n, 0, "%s", "");
	return 0;
}

static int dummy_flow_put(struct offload *o, struct offload_port *port, struct offload_put *put,
			  struct diag *d)
{
	struct dummy_state *s = state_of(o);
	struct dummy_flow *old = find(s, &put->ufid), *f;
	struct span sp = SPAN(offload_trace(o));
	int err;

	if (old && !put->modify)
		return span_end(&sp, diag_set(d, -EEXIST, "the flow is there already"));
	err = refuse_fields(o, put, d);
	if (err)
		return span_end(&sp, err);
	f = mem_new(sizeof *f);
	if (!f)
		return span_end(&sp, diag_set(d, -ENOMEM, "no memory for a flow"));
	flow_actions_init(&f->actions);
	f->ufid = put->ufid;
	f->match = *put->match;
	f->port = port;
	err = copy_actions(&f->actions, put->actions);
	if (!err)
		err = htable_add(&s->flows, hash_of(&f->ufid), f);
	if (err) {
		flow_actions_fini(&f->actions);
		mem_free(f);
		return span_end(&sp, diag_set(d, err, "no memory for a flow"));
	}
	if (old) {
		put->replaced = true;
		flow_free(s, old);
	}
	put->in_hw = true;
	put->placed.ifindex = port->ifindex;
	return span_end(&sp, 0);
}

static int dummy_flow_del(struct offload *o, struct offload_port *port, const struct ufid *ufid,
			  struct flow_stats *stats, struct diag *d)
{
	struct dummy_state *s = state_of(o);
	struct dummy_flow *f = find(s, ufid);

	if (!f)
		return diag_set(d, -ENOENT, "the flow is not there");
	if (stats)
		*stats = (struct flow_stats){ 0 };
	flow_free(s, f);
	return 0;
}

static void fill_brief(struct offload_flow *flow, const struct dummy_flow *f)
{
	flow->ufid = f->ufid;
	flow->match = f->match;
	flow->stats = (struct flow_stats){ 0 };
	flow->offloaded = true;
	flow->layer = OFFLOAD_LAYER_DUMMY;
	flow->placed = (struct tc_id){ .ifindex = f->port->ifindex };
}

static int dummy_flow_get(struct offload *o, struct offload_port *port, const struct ufid *ufid,
			  struct offload_flow *flow, struct diag *d)
{
	const struct dummy_flow *f = find(state_of(o), ufid);

	if (!f)
		return diag_set(d, -ENOENT, "the flow is not there");
	fill_brief(flow, f);
	flow_actions_clear(&flow->actions);
	if (copy_actions(&flow->actions, &f->actions))
		return diag_set(d, -ENOMEM, "no memory for the actions of a flow");
	return 0;
}

static int dummy_flow_flush(struct offload *o, struct offload_port *port, struct diag *d)
{
	free_flows(state_of(o), port);
	return 0;
}

static int dummy_flow_dump(struct offload *o, struct offload_port *port, bool terse,
			   offload_dump_cb *cb, void *aux, struct diag *d)
{
	const struct dummy_state *s = state_of(o);
	const struct dummy_flow *f;
	size_t pos = 0;

	while ((f = htable_next(&s->flows, &pos))) {
		struct offload_flow flow = { .actions = f->actions };

		if (f->port != port)
			continue;
		fill_brief(&flow, f);
		if (cb(aux, &flow) == WALK_STOP)
			break;
	}
	return 0;
}

static size_t dummy_flow_count(const struct offload *o, const struct offload_port *port)
{
	const struct dummy_state *s = state_of(o);
	const struct dummy_flow *f;
	size_t pos = 0, n = 0;

	while ((f = htable_next(&s->flows, &pos)))
		n += f->port == port;
	return n;
}

static struct offload_port *dummy_flow_port(const struct offload *o, void *state,
					    const struct ufid *ufid)
{
	const struct dummy_flow *f = find(state, ufid);

	return f ? f->port : NULL;
}

const struct netdev_flow_api netdev_offload_dummy = {
	.type = "dummy",
	.init = dummy_init,
	.fini = dummy_fini,
	.init_flow_api = dummy_init_flow_api,
	.uninit_flow_api = dummy_uninit_flow_api,
	.flow_put = dummy_flow_put,
	.flow_del = dummy_flow_del,
	.flow_get = dummy_flow_get,
	.flow_flush = dummy_flow_flush,
	.flow_dump = dummy_flow_dump,
	.flow_count = dummy_flow_count,
	.flow_port = dummy_flow_port,
};
