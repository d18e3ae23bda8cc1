/* SPDX-License-Identifier: BSD-2-Clause */
/* Revalidation: whether each flow of the datapath is still used, and still right. */
#include "base/alloc.h"
#include "base/clock.h"
#include "vswitch/udpif_internal.h"

#include <errno.h>

#define OPS_MAX 50 /* as OVS's revalidators */

enum verdict {
	KEEP,
	MODIFY,
	RETRY, /* as it is, for a better place */
	DELETE
};

/* Operations that wait to be sent together. */
struct push {
	struct dpif_op op[OPS_MAX], *ops[OPS_MAX];
	struct flow_stats stats[OPS_MAX];	/* the last of a flow where it was */
	struct dpif_decision decision[OPS_MAX]; /* of a put */
	enum verdict verdict[OPS_MAX];
	struct ukey *ukey[OPS_MAX];
	struct diag diag[OPS_MAX];
	size_t n;
};

static void add_foreign(struct udpif *u, const struct dpif_flow *flow)
{
	struct ukey *k = ukey_new_foreign(flow, u->round_ns);

	if (!k || ukey_install(&u->ukeys, k)) {
		ukey_free(k);
		u->dump_errors++;
		return;
	}
	ukey_transition(k, UKEY_OPERATIONAL);
	k->dumped = flow->stats;
	k->dump = u->dump;
	ukey_set_decision(k, &flow->decision, u->round_ns);
}

/*
 * Flows of a port are mostly dumped in the order in which they were installed, as ukeys lie in
 * their list: the next one is often in the cache when the place of its hash is not.
 */
static struct ukey *find_dumped(struct udpif *u, const struct ufid *ufid)
{
	struct list *next = u->dumped->next;
	struct ukey *k = next == &u->ukeys.all ? NULL : list_entry(next, struct ukey, all);

	if (!k || !ufid_is_equal(&k->ufid, ufid))
		k = ukeys_find(&u->ukeys, ufid);
	if (k)
		u->dumped = &k->all;
	return k;
}

static enum walk take_flow(void *aux, const struct dpif_flow *flow)
{
	struct udpif *u = aux;
	struct ukey *k = flow->has_ufid ? find_dumped(u, &flow->ufid) : NULL;

	u->n_in_hw += flow->decision.place == DPIF_PLACE_HW;
	if (k) {
		/* A filter that replaced another one was never used, its flow was. */
		uint64_t used_before_ms = k->dumped.used_ms;

		k->dumped = flow->stats;
		if (k->dumped.used_ms < used_before_ms)
			k->dumped.used_ms = used_before_ms;
		k->dump = u->dump;
		ukey_set_decision(k, &flow->decision, u->round_ns);
	} else if (flow->has_ufid) {
		add_foreign(u, flow);
	}
	return WALK_ON;
}

static uint64_t used_ms(const struct ukey *k)
{
	uint64_t created_ms = k->created_ns / NSEC_PER_MSEC;

	return k->dumped.used_ms > created_ms ? k->dumped.used_ms : created_ms;
}

/* Counters of hardware are as old as the driver's cache. */
static bool is_idle(const struct udpif *u, const struct ukey *k, uint64_t now_ms, uint64_t idle_ms)
{
	if (k->place == DPIF_PLACE_HW && idle_ms < u->config.offloaded_stats_delay_ms)
		idle_ms = u->config.offloaded_stats_delay_ms;
	return used_ms(k) + idle_ms < now_ms;
}

/*
 * A flow is worth a translation unless there are so many flows that a round takes too long, and it
 * has few packets: then it is cheaper to have it come up again.
 */
static bool should_revalidate(const struct udpif *u, const struct ukey *k, uint64_t now_ms)
{
	uint64_t n_packets = k->dumped.n_packets - k->pushed.n_packets;
	uint64_t since_ms = k->pushed.used_ms ? k->pushed.used_ms : k->created_ns / NSEC_PER_MSEC;
	uint64_t age_ms = now_ms - k->created_ns / NSEC_PER_MSEC;

	if (!u->config.min_revalidate_pps || u->round_ms < u->config.max_revalidator_ms / 2)
		return true;
	if (k->place == DPIF_PLACE_HW && age_ms < u->config.offloaded_stats_delay_ms)
		return true;
	if (k->dumped.n_packets < k->pushed.n_packets || !n_packets)
		return false;
	return used_ms(k) - since_ms < n_packets * 1000 / u->config.min_revalidate_pps;
}

static enum verdict translate(struct udpif *u, struct ukey *k, struct bridge *b, uint64_t now_ns)
{
	struct trace *t = dpif_trace(u->dpif);
	const struct xlate_in in = { b, &k->key, now_ns, NULL, t };
	bool is_same;

	u->counters.n_translated++;
	if (xlate_actions(&in, &u->out, NULL) == -ENOMEM || !ukey_mask_covers(k, &u->out))
		return DELETE;
	is_same = flow_actions_is_equal(&k->actions, &u->out.actions);
	if (ukey_set_xlate(k, b, &u->out))
		return DELETE;
	return is_same ? KEEP : MODIFY;
}

static enum verdict revalidate_ukey(struct udpif *u, struct ukey *k, uint64_t now_ns)
{
	struct bridge *b = vswitch_bridge_of(u->vswitch, k->key.in_port);
	bool worth = should_revalidate(u, k, now_ns / NSEC_PER_MSEC);

	ukey_push_stats(k, b, &k->dumped);
	if (b == k->bridge && xlate_is_valid(&k->basis, b))
		return KEEP;
	if (!worth) {
		u->counters.n_slow++;
		return DELETE;
	}
	return translate(u, k, b, now_ns);
}

/* Whether it may get into hardware now; a few in each round. */
static bool is_retry_due(struct udpif *u, const struct ukey *k, uint64_t now_ns)
{
	if (!k->is_transient || u->n_retries >= UDPIF_RETRIES_MAX)
		return false;
	if (k->is_unexplained && !u->n_in_hw)
		return false;
	if (!u->is_cause_gone && now_ns < k->retry_ns)
		return false;
	u->n_retries++;
	return true;
}

static void delete_op_init(struct push *p, size_t i, struct ukey *k)
{
	ukey_transition(k, UKEY_EVICTING);
	p->stats[i] = k->dumped;
	p->op[i] = (struct dpif_op){ .type = DPIF_OP_FLOW_DEL,
				     .diag = &p->diag[i],
				     .del = { .has_ufid = true,
					      .ufid = k->ufid,
					      .match = &k->match,
					      .stats = &p->stats[i] } };
}

static void modify_op_init(struct push *p, size_t i, struct ukey *k)
{
	p->stats[i] = k->pushed;
	p->op[i] = (struct dpif_op){ .type = DPIF_OP_FLOW_PUT,
				     .diag = &p->diag[i],
				     .put = { .flags = DPIF_FP_MODIFY,
					      .match = &k->match,
					      .actions = &k->actions,
					      .has_ufid = true,
					      .ufid = k->ufid,
					      .stats = &p->stats[i],
					      .decision = &p->decision[i] } };
}

/* A put was done: from where to where. */
static void take_put(struct udpif *u, struct push *p, size_t i, uint64_t now_ns)
{
	struct bridge *b = vswitch_bridge_of(u->vswitch, p->ukey[i]->key.in_port);
	struct ukey *k = p->ukey[i];
	bool was_kernel = k->place == DPIF_PLACE_KERNEL;

	ukey_set_decision(k, &p->decision[i], now_ns);
	if (was_kernel != (k->place == DPIF_PLACE_KERNEL))
		ukey_moved(k, b, &p->stats[i]);
	if (p->verdict[i] != RETRY) {
		u->counters.n_modified++;
		return;
	}
	u->is_cause_gone |= k->place == DPIF_PLACE_HW;
	u->counters.n_regained += k->place == DPIF_PLACE_HW;
}

static void delete_now(struct udpif *u, struct push *p, size_t i)
{
	struct dpif_op *op = &p->op[i];

	diag_init(&p->diag[i]);
	delete_op_init(p, i, p->ukey[i]);
	dpif_operate(u->dpif, &op, 1, DPIF_OFFLOAD_AUTO);
}

static void take_result(struct udpif *u, struct push *p, size_t i)
{
	struct ukey *k = p->ukey[i];

	if (p->op[i].type == DPIF_OP_FLOW_PUT) {
		if (!p->op[i].error) {
			take_put(u, p, i, u->round_ns);
			return;
		}
		/* What it does is wrong: better none, and the next packet comes up. */
		delete_now(u, p, i);
	}
	if (!p->op[i].error)
		ukey_push_stats(k, vswitch_bridge_of(u->vswitch, k->key.in_port), &p->stats[i]);
	u->counters.n_deleted++;
	ukey_transition(k, UKEY_EVICTED);
	ukey_delete(&u->ukeys, k);
}

static void push_dp_ops(struct udpif *u, struct push *p)
{
	struct span sp;

	if (!p->n)
		return;
	sp = SPAN(dpif_trace(u->dpif));
	span_note(&sp, "ops", "%zu", p->n);
	for (size_t i = 0; i < p->n; i++)
		p->ops[i] = &p->op[i];
	dpif_operate(u->dpif, p->ops, p->n, DPIF_OFFLOAD_AUTO);
	for (size_t i = 0; i < p->n; i++)
		take_result(u, p, i);
	p->n = 0;
	span_end(&sp, 0);
}

static void push_add(struct udpif *u, struct push *p, struct ukey *k, enum verdict v)
{
	if (v == KEEP)
		return;
	if (p->n == OPS_MAX)
		push_dp_ops(u, p);
	diag_init(&p->diag[p->n]);
	p->ukey[p->n] = k;
	p->verdict[p->n] = v;
	if (v != DELETE)
		modify_op_init(p, p->n, k);
	else
		delete_op_init(p, p->n, k);
	p->n++;
}

static enum verdict retry_offload(struct udpif *u, struct ukey *k, uint64_t now_ns)
{
	struct span sp = SPAN(dpif_trace(u->dpif));

	ukey_retried(k, now_ns);
	u->counters.n_retried++;
	span_note(&sp, "retries", "%u", k->n_retries);
	span_note(&sp, "next", "%llu ms later",
		  (unsigned long long)((k->retry_ns - now_ns) / NSEC_PER_MSEC));
	span_end(&sp, 0);
	return RETRY;
}

static void look_at_all(struct udpif *u, struct push *p, uint64_t now_ns)
{
	size_t n = ukeys_count(&u->ukeys), limit = udpif_flow_limit(u);
	uint64_t now_ms = now_ns / NSEC_PER_MSEC, idle_ms = u->config.max_idle_ms;
	bool all_go = n > 2 * limit, crowded = n > limit, was_cause_gone = u->is_cause_gone;
	const uint64_t n_regained = u->counters.n_regained;
	struct ukey *k, *tmp;

	u->n_retries = 0;
	if (crowded && idle_ms > UDPIF_IDLE_CROWDED_MS)
		idle_ms = UDPIF_IDLE_CROWDED_MS;
	list_for_each_entry_safe (k, tmp, &u->ukeys.all, all) {
		enum verdict v;

		if (k->dump != u->dump) {
			u->counters.n_vanished++;
			ukey_delete(&u->ukeys, k);
			continue;
		}
		if (all_go || is_idle(u, k, now_ms, idle_ms)) {
			u->counters.n_crowded += crowded;
			u->counters.n_idle += !crowded;
			ukey_push_stats(k, vswitch_bridge_of(u->vswitch, k->key.in_port),
					&k->dumped);
			v = DELETE;
		} else {
			v = revalidate_ukey(u, k, now_ns);
		}
		if (v == KEEP && is_retry_due(u, k, now_ns))
			v = retry_offload(u, k, now_ns);
		u->counters.n_kept += v == KEEP || v == RETRY;
		push_add(u, p, k, v);
	}
	push_dp_ops(u, p);
	/* Nobody got in any more: each waits for its own time again. */
	if (was_cause_gone && u->counters.n_regained == n_regained)
		u->is_cause_gone = false;
}

int udpif_revalidate(struct udpif *u, uint64_t now_ns, struct diag *d)
{
	struct span sp = SPAN(dpif_trace(u->dpif));
	struct push *p = mem_new(sizeof *p);
	int err;

	if (!p)
		return span_end(&sp, diag_set(d, -ENOMEM, "no memory to revalidate flows"));
	vswitch_expire(u->vswitch, now_ns);
	u->sequence = vswitch_sequence(u->vswitch);
	u->rules_sequence = vswitch_rules_sequence(u->vswitch);
	u->round_ns = now_ns;
	u->dump++;
	u->n_in_hw = 0;
	u->dumped = &u->ukeys.all;
	u->counters.n_rounds++;
	err = dpif_flow_dump(u->dpif, take_flow, u, NULL);
	if (err) {
		/* The device of a port may have gone. */
		udpif_check_ports(u, now_ns);
		u->dumped = &u->ukeys.all;
		err = dpif_flow_dump(u->dpif, take_flow, u, d);
	}
	if (!err) {
		look_at_all(u, p, now_ns);
	} else {
		/* What has changed waits for the next one still. */
		u->sequence--;
		u->rules_sequence--;
	}
	span_note(&sp, "flows", "%zu", ukeys_count(&u->ukeys));
	mem_free(p);
	return span_end(&sp, err);
}

int udpif_follow_stations(struct udpif *u, uint64_t now_ns, struct diag *d)
{
	struct span sp = SPAN(dpif_trace(u->dpif));
	struct push *p = mem_new(sizeof *p);
	struct ukey *k, *tmp;

	if (!p)
		return span_end(&sp, diag_set(d, -ENOMEM, "no memory to revalidate flows"));
	u->sequence = vswitch_sequence(u->vswitch);
	u->counters.n_followed++;
	list_for_each_entry_safe (k, tmp, &u->ukeys.all, all) {
		enum verdict v;

		/* Had a bridge gone or a port moved, a round would be due. */
		if (!k->basis.n_dependencies || xlate_is_valid(&k->basis, k->bridge))
			continue;
		v = translate(u, k, vswitch_bridge_of(u->vswitch, k->key.in_port), now_ns);
		u->counters.n_kept += v == KEEP;
		push_add(u, p, k, v);
	}
	push_dp_ops(u, p);
	mem_free(p);
	return span_end(&sp, 0);
}

void udpif_round_took(struct udpif *u, uint64_t ms)
{
	uint64_t limit = u->flow_limit, n = ukeys_count(&u->ukeys);

	u->round_ms = ms = ms ? ms : 1;
	if (ms > 2000)
		limit /= ms / 1000;
	else if (ms > 1300)
		limit = limit * 3 / 4;
	else if (ms < 1000 && limit < n * 1000 / ms)
		limit += 1000;
	u->flow_limit = limit < UDPIF_FLOW_LIMIT_LEAST ? UDPIF_FLOW_LIMIT_LEAST : limit;
	if (u->flow_limit > u->config.flow_limit)
		u->flow_limit = u->config.flow_limit;
}

static void evict(struct udpif *u, struct ukey *k)
{
	const struct dpif_flow_del del = { .has_ufid = true, .ufid = k->ufid, .match = &k->match };

	ukey_transition(k, UKEY_EVICTING);
	(void)!dpif_flow_del(u->dpif, &del, NULL);
	ukey_transition(k, UKEY_EVICTED);
	ukey_delete(&u->ukeys, k);
}

static bool has_to_do_with(const struct ukey *k, uint32_t number)
{
	for (size_t i = 0; i < k->actions.n; i++)
		if (k->actions.a[i].type == FLOW_ACT_OUTPUT && k->actions.a[i].port == number)
			return true;
	return k->key.in_port == number;
}

void udpif_forget_port(struct udpif *u, uint32_t number)
{
	struct ukey *k, *tmp;

	list_for_each_entry_safe (k, tmp, &u->ukeys.all, all)
		if (has_to_do_with(k, number))
			evict(u, k);
}

void udpif_flush(struct udpif *u)
{
	struct ukey *k, *tmp;

	list_for_each_entry_safe (k, tmp, &u->ukeys.all, all)
		evict(u, k);
}
