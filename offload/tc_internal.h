/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the linux_tc provider, for each other and for their tests: translation of the match
 * and of the actions, both ways; placement; the map from UFIDs to filters.
 */
#ifndef OFFLOAD_TC_INTERNAL_H
#define OFFLOAD_TC_INTERNAL_H

#include "base/htable.h"
#include "base/pool.h"
#include "offload/offload-provider.h"

#define TC_OVS_ACTIONS_MAX 16 /* datapath actions of one flow; OVS's TCA_ACT_MAX_NUM */

/* Numbers for tc_filter.field_origin and tc_action.origin, which lead a kernel's offset back. */
#define TC_ORIGIN_ACTION 0x10000u
static inline uint32_t tc_origin_of_field(enum flow_field f)
{
	return (uint32_t)f + 1;
}
static inline uint32_t tc_origin_of_action(uint32_t n)
{
	return TC_ORIGIN_ACTION + n;
}

/* One translation of a flow to a filter. */
struct tc_translation {
	struct offload *o;
	const struct offload_port *port; /* where the flow's packets come in */
	struct offload_put *put;
	struct diag *diag;
	struct tc_filter *f;	/* out; its actions point to TC_ACTIONS_MAX elements */
	const char *function;	/* reported with a refusal */
	struct flow_key left;	/* bits of the mask that nobody has translated yet */
	be16 eth_type;		/* what follows the last tag ... */
	bool has_eth_type;	/* ... if it is matched exactly */
	uint8_t ip_proto;	/* of IPv4 or IPv6 ... */
	bool has_ip_proto;	/* ... if it is matched exactly */
	uint32_t met;		/* the needs of rows that hold, a bit each */
	bool cfi, tagged;	/* the CFI bit is matched; as 1 */
	unsigned int n_fields;	/* translated */
	unsigned int n_refused; /* fields and actions */
};

/* Fills everything in t->f but the flags, from t->put->match. Refusals are counted and recorded. */
void tc_translate_match(struct tc_translation *t);

/* What tc_translate_match() could not translate, by name; OVS's function. */
void test_key_and_mask(struct tc_translation *t);

/* Fills t->f->actions. 0 or the error of the first refusal. */
int netdev_tc_parse_nl_actions(struct tc_translation *t);

/* Whether the translation of field @f is one of tc_match.c's rows. */
bool tc_has_match_row(enum flow_field f);

/* The way back, for dumps: -EOPNOTSUPP with words when a flow cannot say what the filter says. */
int tc_match_from_filter(struct flow_match *m, const struct tc_filter *f,
			 const struct offload_port *port, struct diag *d) MUST_CHECK;
int tc_actions_to_flow(struct flow_actions *l, const struct tc_filter *f, const struct offload *o,
		       struct diag *d) MUST_CHECK;

/* The largest software and hardware counters of the actions, as OVS takes them. */
struct flow_stats tc_filter_stats(const struct tc_filter *f, uint64_t now_ms);

/* Whether the answer's flags say that it is in hardware; kernels before 4.14 say nothing. */
static inline bool tc_filter_is_in_hw(const struct tc_filter *f)
{
	return !(f->flags & TCA_CLS_FLAGS_NOT_IN_HW);
}

/* Priorities: which one a filter of a given protocol and mask gets. They are never given back. */
struct tc_prios {
	struct htable table;
	struct pool pool;
	uint16_t last;	 /* handed out */
	bool many_masks; /* the kernel keeps filters of different masks at one priority */
};

void tc_prios_init(struct tc_prios *p, bool many_masks);
void tc_prios_fini(struct tc_prios *p);
/* 0; -ENOSPC: all are in use; -ENOMEM. */
int tc_prios_get(struct tc_prios *p, be16 protocol, const struct tc_flower_key *mask,
		 uint16_t *prio, struct diag *d) MUST_CHECK;

/* Hook, block, chain and parent of the filters of @port. */
enum tc_hook tc_hook_of_port(const struct offload_port *port);
void tc_place(struct tc_id *id, const struct offload_port *port, uint32_t chain);

/* A flow that is in tc. 48 bytes, and 16 to 32 for its slot: there are a million of them. */
struct ufid_entry {
	struct ufid ufid;
	uint32_t port; /* datapath number: gives ifindex, block and hook */
	uint32_t chain, handle;
	uint16_t prio;
	uint64_t old_packets, old_bytes; /* of the filters that this flow had before */
};

struct ufid_map {
	struct htable table;
	struct pool pool;
};

void ufid_map_init(struct ufid_map *m);
void ufid_map_fini(struct ufid_map *m);
struct ufid_entry *ufid_map_find(const struct ufid_map *m, const struct ufid *ufid);
/* It will be asked for @ufid soon: the memory that it will look at is fetched meanwhile. */
void ufid_map_prefetch(const struct ufid_map *m, const struct ufid *ufid);
/* A new entry, which must not be there yet, or NULL: no memory. */
struct ufid_entry *ufid_map_add(struct ufid_map *m, const struct ufid *ufid) MUST_CHECK;
void ufid_map_del(struct ufid_map *m, struct ufid_entry *e);
/* Memory of all entries and slots, in bytes. */
size_t ufid_map_size(const struct ufid_map *m);

#endif
