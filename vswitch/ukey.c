/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of a flow of the datapath. */
#include "vswitch/ukey.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/hash.h"

#include <assert.h>
#include <errno.h>

const char *const ukey_state_names[] = {
	[UKEY_CREATED] = "created",	    [UKEY_VISIBLE] = "visible",
	[UKEY_OPERATIONAL] = "operational", [UKEY_EVICTING] = "evicting",
	[UKEY_EVICTED] = "evicted",	    [UKEY_DELETED] = "deleted",
};
static_assert(ARRAY_SIZE(ukey_state_names) == UKEY_N_STATES, "a name for each state");

static uint32_t hash_ufid(const struct ufid *ufid)
{
	return (uint32_t)hash_bytes(ufid, sizeof *ufid, 0);
}

static bool has_ufid(const void *item, const void *ufid)
{
	return ufid_is_equal(&((const struct ukey *)item)->ufid, ufid);
}

void ukeys_init(struct ukeys *t)
{
	htable_init(&t->by_ufid);
	list_init(&t->all);
}

void ukeys_fini(struct ukeys *t)
{
	struct ukey *k, *tmp;

	list_for_each_entry_safe (k, tmp, &t->all, all)
		ukey_delete(t, k);
	htable_fini(&t->by_ufid);
}

size_t ukeys_count(const struct ukeys *t)
{
	return htable_count(&t->by_ufid);
}

struct ukey *ukeys_find(const struct ukeys *t, const struct ufid *ufid)
{
	return htable_find(&t->by_ufid, hash_ufid(ufid), has_ufid, ufid);
}

/* In no more memory than they need: there are as many copies as flows. */
static int copy_actions(struct flow_actions *to, const struct flow_actions *from)
{
	struct flow_action *a;

	if (from->n > to->cap) {
		a = mem_resize(to->a, from->n * sizeof *a);
		if (!a)
			return -ENOMEM;
		to->a = a;
		to->cap = from->n;
	}
	if (from->n)
		memcpy(to->a, from->a, from->n * sizeof *from->a);
	to->n = from->n;
	return 0;
}

static void put_rules(struct ukey *k)
{
	for (size_t i = 0; i < k->n_rules; i++)
		rule_free(k->rules[i]);
	mem_free(k->rules);
	mem_free(k->reasons);
	k->rules = NULL;
	k->reasons = NULL;
	k->n_rules = k->n_reasons = 0;
}

/* A rule that the packet met twice counts it twice, as in OVS. */
static int get_rules(struct ukey *k, const struct xlate_out *out)
{
	size_t n = out->wc.n_steps < WILDCARDS_STEPS_MAX ? out->wc.n_steps : WILDCARDS_STEPS_MAX;
	struct rule **rules = mem_new_array(out->n_rules, sizeof(struct rule *));
	struct wildcards_step *reasons = mem_copy(out->wc.steps, n * sizeof *reasons);

	if (!rules || !reasons) {
		mem_free(rules);
		mem_free(reasons);
		return -ENOMEM;
	}
	for (size_t i = 0; i < out->n_rules; i++)
		rules[i] = rule_ref(CONST_CAST(struct rule *, out->rules[i])); /* the bridge's */
	put_rules(k);
	k->rules = rules;
	k->n_rules = out->n_rules;
	k->reasons = reasons;
	k->n_reasons = n;
	return 0;
}

int ukey_set_xlate(struct ukey *k, const struct bridge *b, const struct xlate_out *out)
{
	if (copy_actions(&k->actions, &out->actions) || get_rules(k, out))
		return -ENOMEM;
	k->bridge = b;
	k->basis = out->basis;
	memcpy(k->learns, out->learns, sizeof k->learns);
	k->n_learns = out->n_learns;
	return 0;
}

static struct ukey *new_ukey(const struct ufid *ufid, const struct flow_key *key, uint64_t now_ns)
{
	struct ukey *k = mem_new(sizeof *k);

	if (!k)
		return NULL;
	k->ufid = *ufid;
	k->key = *key;
	k->created_ns = now_ns;
	list_init(&k->all);
	flow_actions_init(&k->actions);
	return k;
}

struct ukey *ukey_new(const struct ufid *ufid, const struct flow_key *key, const struct bridge *b,
		      const struct xlate_out *out, uint64_t now_ns)
{
	struct ukey *k = new_ukey(ufid, key, now_ns);

	if (!k)
		return NULL;
	xlate_match(out, key, &k->match);
	if (ukey_set_xlate(k, b, out)) {
		ukey_free(k);
		return NULL;
	}
	return k;
}

struct ukey *ukey_new_foreign(const struct dpif_flow *flow, uint64_t now_ns)
{
	struct ukey *k = new_ukey(&flow->ufid, &flow->match.key, now_ns);

	if (!k)
		return NULL;
	k->foreign = true;
	k->match = flow->match;
	if (copy_actions(&k->actions, &flow->actions)) {
		ukey_free(k);
		return NULL;
	}
	return k;
}

void ukey_free(struct ukey *k)
{
	if (!k)
		return;
	put_rules(k);
	flow_actions_fini(&k->actions);
	mem_free(k);
}

void ukey_transition(struct ukey *k, enum ukey_state to)
{
	assert(to > k->state);
	k->state = to;
}

int ukey_install(struct ukeys *t, struct ukey *k)
{
	int err;

	if (ukeys_find(t, &k->ufid))
		return -EEXIST;
	err = htable_add(&t->by_ufid, hash_ufid(&k->ufid), k);
	if (err)
		return err;
	list_add_before(&t->all, &k->all);
	ukey_transition(k, UKEY_VISIBLE);
	return 0;
}

void ukey_delete(struct ukeys *t, struct ukey *k)
{
	htable_del(&t->by_ufid, hash_ufid(&k->ufid), k);
	list_del(&k->all);
	if (k->state < UKEY_DELETED)
		ukey_transition(k, UKEY_DELETED);
	ukey_free(k);
}

/*
 * A station whose packets the datapath forwards by itself is not seen by anybody here, so what it
 * sends keeps it young. One that has been seen at another port since is not moved back.
 */
static void refresh_station(struct bridge *b, const struct xlate_learn *l, uint64_t used_ns)
{
	const struct mac_entry *e = mac_learning_find(&b->fdb, l->mac, l->vlan, used_ns);

	if (e && e->port != l->port && e->used_ns >= used_ns)
		return;
	if (e && e->port == l->port && e->used_ns >= used_ns)
		return;
	(void)!mac_learning_learn(&b->fdb, l->mac, l->vlan, l->port, used_ns);
}

static void push_ports(const struct ukey *k, struct bridge *b, uint64_t n_packets, uint64_t n_bytes)
{
	bridge_count_rx(b, k->key.in_port, n_packets, n_bytes);
	for (size_t i = 0; i < k->actions.n; i++)
		if (k->actions.a[i].type == FLOW_ACT_OUTPUT)
			bridge_count_tx(b, k->actions.a[i].port, n_packets, n_bytes);
}

void ukey_push_stats(struct ukey *k, struct bridge *b, const struct flow_stats *stats)
{
	uint64_t used_ns = stats->used_ms * NSEC_PER_MSEC;
	/* Counters that were reset behind our back start anew. */
	bool reset = stats->n_packets < k->pushed.n_packets;
	uint64_t n_packets = stats->n_packets - (reset ? 0 : k->pushed.n_packets);
	uint64_t n_bytes = stats->n_bytes - (reset ? 0 : k->pushed.n_bytes);

	k->pushed = *stats;
	if (!n_packets)
		return;
	for (size_t i = 0; i < k->n_rules; i++) {
		k->rules[i]->n_packets += n_packets;
		k->rules[i]->n_bytes += n_bytes;
		if (used_ns > k->rules[i]->used_ns)
			k->rules[i]->used_ns = used_ns;
	}
	if (b != k->bridge)
		return;
	push_ports(k, b, n_packets, n_bytes);
	for (size_t i = 0; i < k->n_learns && used_ns; i++)
		refresh_station(b, &k->learns[i], used_ns);
}

void ukey_moved(struct ukey *k, struct bridge *b, const struct flow_stats *stats)
{
	/* Without an answer about them, what was dumped is the last that is known. */
	if (stats->n_packets >= k->pushed.n_packets)
		ukey_push_stats(k, b, stats);
	k->pushed.n_packets = k->pushed.n_bytes = 0;
}

void ukey_set_decision(struct ukey *k, const struct dpif_decision *decision, uint64_t now_ns)
{
	bool was = k->is_transient;

	k->place = decision->place;
	k->is_transient = k->place != DPIF_PLACE_HW && dpif_decision_is_transient(decision);
	k->is_unexplained = k->is_transient && dpif_decision_is_unexplained(decision);
	if (!k->is_transient)
		k->n_retries = 0;
	else if (!was)
		k->retry_ns = now_ns + UKEY_RETRY_FIRST_MS * NSEC_PER_MSEC;
}

void ukey_retried(struct ukey *k, uint64_t now_ns)
{
	if (k->n_retries < UKEY_RETRY_DOUBLED)
		k->n_retries++;
	k->retry_ns = now_ns + (UKEY_RETRY_FIRST_MS * NSEC_PER_MSEC << k->n_retries);
}

bool ukey_mask_covers(const struct ukey *k, const struct xlate_out *out)
{
	const uint8_t *have = (const uint8_t *)&k->match.mask;
	struct flow_match want;

	xlate_match(out, &k->key, &want);
	for (size_t i = 0; i < sizeof want.mask; i++)
		if (((const uint8_t *)&want.mask)[i] & ~have[i])
			return false;
	return true;
}
