/* SPDX-License-Identifier: BSD-2-Clause */
/* What userland knows of the flows, as text. */
#include "base/clock.h"
#include "vswitch/udpif_internal.h"

static const char *const place_words[] = {
	[DPIF_PLACE_NONE] = "not seen in the datapath yet",
	[DPIF_PLACE_KERNEL] = "in the datapath",
	[DPIF_PLACE_TC] = "in tc, in software",
	[DPIF_PLACE_HW] = "in hardware",
};

void udpif_format(struct text *t, const struct udpif *u)
{
	const struct udpif_counters *c = &u->counters;

	text_putf(t, "flows: %zu, most %zu, limit %llu\n", ukeys_count(&u->ukeys), u->n_most,
		  (unsigned long long)udpif_flow_limit(u));
	text_putf(t, "upcalls: %llu, misses %llu, dropped %llu\n", (unsigned long long)c->n_upcalls,
		  (unsigned long long)c->n_misses, (unsigned long long)c->n_unusable);
	text_putf(t, "installed: %llu, failed %llu, duplicates %llu, limited %llu, inexact %llu\n",
		  (unsigned long long)c->n_installed, (unsigned long long)c->n_put_failed,
		  (unsigned long long)c->n_duplicates, (unsigned long long)c->n_limited,
		  (unsigned long long)c->n_inexact);
	text_putf(
		t,
		"revalidated: %llu rounds, stations followed %llu times, translated %llu, modified %llu, deleted %llu "
		"(idle %llu, too many %llu, too few packets %llu)\n",
		(unsigned long long)c->n_rounds, (unsigned long long)c->n_followed,
		(unsigned long long)c->n_translated, (unsigned long long)c->n_modified,
		(unsigned long long)c->n_deleted, (unsigned long long)c->n_idle,
		(unsigned long long)c->n_crowded, (unsigned long long)c->n_slow);
	text_putf(t, "tried again for hardware: %llu, now there %llu\n",
		  (unsigned long long)c->n_retried, (unsigned long long)c->n_regained);
}

static void put_reasons(struct text *t, const struct ukey *k)
{
	struct wildcards w;

	wildcards_init(&w);
	w.mask = k->match.mask;
	w.n_steps = k->n_reasons;
	if (k->n_reasons)
		memcpy(w.steps, k->reasons, k->n_reasons * sizeof *k->reasons);
	for (unsigned int f = 0; f < FLOW_N_FIELDS; f++) {
		if (!flow_field_is_set(&w.mask, (enum flow_field)f))
			continue;
		text_put(t, "    ");
		wildcards_format_field(t, &w, (enum flow_field)f);
		text_put_char(t, '\n');
	}
}

/* Why it is not in hardware, and when that is tried again. */
static void put_decision(struct text *t, const struct udpif *u, const struct ukey *k,
			 uint64_t now_ns)
{
	struct dpif_flow flow;

	dpif_flow_init(&flow);
	if (k->place != DPIF_PLACE_HW && k->place != DPIF_PLACE_NONE &&
	    !dpif_flow_get(u->dpif, &k->ufid, &flow, NULL) && flow.decision.error)
		text_putf(t, "    because %s%s%s\n", flow.decision.field,
			  flow.decision.field[0] ? ": " : "", flow.decision.words);
	if (k->is_transient)
		text_putf(t, "    tried again %u times, next in %llu ms\n", k->n_retries,
			  (unsigned long long)(k->retry_ns > now_ns
						       ? (k->retry_ns - now_ns) / NSEC_PER_MSEC
						       : 0));
	dpif_flow_fini(&flow);
}

void udpif_format_flows(struct text *t, const struct udpif *u, uint64_t now_ns)
{
	const struct flow_ports *ports = dpif_ports(u->dpif);
	const struct ukey *k;

	list_for_each_entry (k, &u->ukeys.all, all) {
		flow_match_format(t, &k->match, ports, false);
		flow_stats_format(t, &k->dumped, now_ns / NSEC_PER_MSEC);
		text_put(t, ", actions:");
		flow_actions_format(t, &k->actions, ports);
		text_putf(t, "\n    %s, %s\n", ukey_state_names[k->state], place_words[k->place]);
		put_decision(t, u, k, now_ns);
		put_reasons(t, k);
	}
}
