/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why each flow is where it is. A flow in hardware needs no record. The others share their reasons:
 * a million flows that one driver refuses with the same words store the words once, counted.
 */
#include "dpif/dpif_internal.h"

#include "base/alloc.h"
#include "base/hash.h"

#include <errno.h>
#include <stdio.h>

struct reason {
	struct dpif_decision d; /* its place is that of no flow */
	uint32_t n_flows;
	uint32_t hash;
};

struct record {
	struct ufid ufid;
	uintptr_t reason_and_place; /* the two low bits of the pointer are free */
};

enum {
	PLACE_BITS = 3
};

static struct reason *reason_of(const struct record *r)
{
	return (struct reason *)(r->reason_and_place & ~(uintptr_t)PLACE_BITS);
}

static enum dpif_place place_of(const struct record *r)
{
	return (enum dpif_place)(r->reason_and_place & PLACE_BITS);
}

static uint32_t hash_of(const struct ufid *ufid)
{
	return (uint32_t)hash_bytes(ufid, sizeof *ufid, 0);
}

static bool is_of(const void *item, const void *key)
{
	const struct record *r = item;

	return ufid_is_equal(&r->ufid, key);
}

static uint32_t reason_hash(const struct dpif_decision *d)
{
	return (uint32_t)hash_bytes(d->words, strlen(d->words),
				    hash_bytes(d->field, strlen(d->field), (uint64_t)-d->error));
}

static bool is_same_reason(const void *item, const void *key)
{
	const struct dpif_decision *a = &((const struct reason *)item)->d, *b = key;

	return a->error == b->error && a->layer == b->layer && a->function == b->function &&
	       a->inferred == b->inferred && a->has_culprit == b->has_culprit &&
	       a->culprit_is_action == b->culprit_is_action &&
	       a->culprit_index == b->culprit_index && !strcmp(a->field, b->field) &&
	       !strcmp(a->words, b->words);
}

void dpif_decisions_init(struct dpif_decisions *s)
{
	htable_init(&s->flows);
	htable_init(&s->reasons);
	pool_init(&s->pool, sizeof(struct record));
}

void dpif_decisions_fini(struct dpif_decisions *s)
{
	struct reason *r;
	size_t pos = 0;

	while ((r = htable_next(&s->reasons, &pos)))
		mem_free(r);
	htable_fini(&s->flows);
	htable_fini(&s->reasons);
	pool_fini(&s->pool);
}

void dpif_decisions_clear(struct dpif_decisions *s)
{
	dpif_decisions_fini(s);
	dpif_decisions_init(s);
}

/* The one copy of the reason, with one more flow, or NULL. */
static struct reason *reason_get(struct dpif_decisions *s, const struct dpif_decision *d)
{
	const uint32_t hash = reason_hash(d);
	struct reason *r = htable_find(&s->reasons, hash, is_same_reason, d);

	if (!r) {
		r = mem_new(sizeof *r);
		if (!r || htable_add(&s->reasons, hash, r)) {
			mem_free(r);
			return NULL;
		}
		r->d = *d;
		r->hash = hash;
	}
	r->n_flows++;
	return r;
}

static void reason_put(struct dpif_decisions *s, struct reason *r)
{
	if (--r->n_flows)
		return;
	htable_del(&s->reasons, r->hash, r);
	mem_free(r);
}

static struct record *find(const struct dpif_decisions *s, const struct ufid *ufid)
{
	return htable_find(&s->flows, hash_of(ufid), is_of, ufid);
}

void dpif_decisions_del(struct dpif_decisions *s, const struct ufid *ufid)
{
	struct record *r = htable_count(&s->flows) ? find(s, ufid) : NULL;

	if (!r)
		return;
	reason_put(s, reason_of(r));
	htable_del(&s->flows, hash_of(ufid), r);
	pool_put(&s->pool, r);
}

static struct record *record_add(struct dpif_decisions *s, const struct ufid *ufid)
{
	struct record *r = pool_get(&s->pool);

	if (r && htable_add(&s->flows, hash_of(ufid), r)) {
		pool_put(&s->pool, r);
		r = NULL;
	}
	if (r)
		r->ufid = *ufid;
	return r;
}

int dpif_decisions_put(struct dpif_decisions *s, const struct ufid *ufid,
		       const struct dpif_decision *decision)
{
	struct reason *reason;
	struct record *r;

	dpif_decisions_del(s, ufid);
	if (!decision->error)
		return 0;
	reason = reason_get(s, decision);
	if (!reason)
		return -ENOMEM;
	r = record_add(s, ufid);
	if (!r) {
		reason_put(s, reason);
		return -ENOMEM;
	}
	r->reason_and_place = (uintptr_t)reason | (uintptr_t)decision->place;
	return 0;
}

bool dpif_decisions_find(const struct dpif_decisions *s, const struct ufid *ufid,
			 struct dpif_decision *decision)
{
	const struct record *r = htable_count(&s->flows) ? find(s, ufid) : NULL;

	if (!r)
		return false;
	*decision = reason_of(r)->d;
	decision->place = place_of(r);
	decision->placed = (struct tc_id){ 0 };
	return true;
}

enum dpif_place dpif_decisions_place(const struct dpif_decisions *s, const struct ufid *ufid)
{
	const struct record *r = htable_count(&s->flows) ? find(s, ufid) : NULL;

	return r ? place_of(r) : DPIF_PLACE_NONE;
}

/* Words of kernels and drivers, and who speaks them. The first row that fits counts. */
static const struct {
	const char *words, *layer, *function;
} speakers[] = {
	{ "TC offload is disabled on net device", "nic/driver", "tc_can_offload_extack" },
	{ "Driver supports only offload of chain 0", "nic/driver",
	  "tc_cls_can_offload_and_chain0" },
	{ "Mixing HW stats types for actions is not supported", "kernel/offload",
	  "flow_action_mixed_hw_stats_check" },
	{ "mlx5_core: ", "nic/driver", "driver" },
	{ "mlx5e", "nic/driver", "driver" },
	{ "Driver ", "nic/driver", "driver" },
	{ "Offload of ", "kernel/sched", "tc_setup_offload_action" },
	{ "Action not supported for offload", "kernel/sched", "tc_setup_offload_action" },
	{ "Filter kind and protocol must be specified", "kernel/sched", "tc_new_tfilter" },
	{ "Specified filter", "kernel/sched", "tc_new_tfilter" },
};

bool dpif_infer(const char *words, const char **layer, const char **function)
{
	for (size_t i = 0; i < ARRAY_SIZE(speakers); i++) {
		if (!strstr(words, speakers[i].words))
			continue;
		*layer = speakers[i].layer;
		*function = speakers[i].function;
		return true;
	}
	return false;
}

static const char unexplained[] =
	"the kernel says not_in_hw and gives no reason: no driver took the filter";

bool dpif_decision_is_unexplained(const struct dpif_decision *decision)
{
	return !strcmp(decision->words, unexplained);
}

/* The words of what has errors of its own kind but may pass. */
static const char *const transient_words[] = {
	"TC offload is disabled on net device",
	"Can't find netdev for output port",
	"Can't find ifindex for output port",
	"is not known to the flow API",
	unexplained,
};

static const int transient_errors[] = {
	-ENOMEM, -ENOSPC, -ENOBUFS, -EAGAIN,   -EBUSY,	   -EINTR,
	-EIO,	 -ENODEV, -ENXIO,   -ENETDOWN, -ETIMEDOUT, -EREMOTEIO,
};

bool dpif_decision_is_transient(const struct dpif_decision *decision)
{
	if (!decision->error)
		return false;
	if (decision->layer && !strcmp(decision->layer, "nic/cmd"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(transient_errors); i++)
		if (decision->error == transient_errors[i])
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(transient_words); i++)
		if (strstr(decision->words, transient_words[i]))
			return true;
	return false;
}

static void set_words(struct dpif_decision *out, const char *field, const char *words)
{
	snprintf(out->field, sizeof out->field, "%s", field);
	snprintf(out->words, sizeof out->words, "%s", words);
}

static void explain_by_words(struct dpif_decision *out, const struct diag *why, const char *warning)
{
	const char *words = warning[0] ? warning : why->words;

	set_words(out, why->field, words);
	out->inferred = dpif_infer(words, &out->layer, &out->function);
	if (out->inferred)
		return;
	out->layer = why->layer ? why->layer : "dpif";
	out->function = why->function ? why->function : "dpif_netlink_operate";
	if (!words[0]) {
		set_words(out, "", unexplained);
		out->layer = "kernel/sched";
		out->function = "fl_hw_replace_filter";
		out->inferred = true;
	}
}

void dpif_decision_explain(struct dpif_decision *out, const struct trace *trace, int error,
			   const struct diag *why, const struct offload_put *put)
{
	const struct trace_refusal *r = trace ? &trace->refusal : NULL;

	out->error = error ? error : -EOPNOTSUPP;
	if (r && trace->refused) {
		out->inferred = false;
		out->layer = r->layer;
		out->function = r->function;
		out->error = r->error ? r->error : out->error;
		set_words(out, r->field, r->words);
	} else {
		explain_by_words(out, why, error || !put ? "" : put->warning);
	}
	if (put && put->has_culprit) {
		out->has_culprit = true;
		out->culprit_is_action = put->culprit.is_action;
		out->culprit_index = put->culprit.index;
	} else if (put) {
		dpif_find_culprit(out, put->match, put->actions);
	}
}
