/* SPDX-License-Identifier: BSD-2-Clause */
/* One translation under way, for the files that make it. */
#ifndef VSWITCH_XLATE_INTERNAL_H
#define VSWITCH_XLATE_INTERNAL_H

#include "vswitch/xlate.h"

#define VLAN_CFI      0x1000
#define VLAN_VID_MASK 0x0fff
#define VLAN_PCP_MASK 0xe000

struct xlate_ctx {
	const struct xlate_in *in;
	struct xlate_out *out;
	struct diag *d;

	struct flow_key flow;	  /* the packet as the rules see it now */
	struct flow_key base;	  /* as the datapath has it after the actions so far */
	struct flow_key written;  /* bits that rules have set since base was up to date */
	uint64_t written_headers; /* bit FLOW_H_x: it has such bits */
	bool vlan_changed;	  /* flow's tag may differ from base's */
	uint64_t headers;	  /* bit FLOW_H_x: the packet has it */

	const struct rule *rule; /* whose actions run, or NULL */
	uint8_t table;
	unsigned int next_table; /* where goto_table leads */
	unsigned int depth, n_resubmits;
	bool stopped; /* no further action runs */
	int error;
};

static inline bool xlate_is_tagged(const struct flow_key *k)
{
	return k->vlan[0].tci & be16_from_host(VLAN_CFI);
}

static inline uint16_t xlate_vid(const struct flow_key *k)
{
	return host_from_be16(k->vlan[0].tci) & VLAN_VID_MASK;
}

/* A line of the report, indented by the depth. */
#define XLATE_REPORT(ctx, ...)                            \
	do {                                              \
		if (UNLIKELY((ctx)->in->report))          \
			xlate_report((ctx), __VA_ARGS__); \
	} while (0)
void xlate_report(struct xlate_ctx *ctx, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The translation is given up, with words. Returns @error. */
#define XLATE_GIVE_UP(ctx, e, ...) ((ctx)->error = diag_set((ctx)->d, (e), __VA_ARGS__))

struct wildcards_reason xlate_reason(const struct xlate_ctx *ctx, enum wildcards_cause cause);
void xlate_look(struct xlate_ctx *ctx, enum flow_field f, enum wildcards_cause cause);

/* The bits of field @f under @mask become those of @value. */
void xlate_set(struct xlate_ctx *ctx, enum flow_field f, const struct flow_key *value,
	       const struct flow_key *mask);

/* The packet has another tag, or none (tpid and tci 0). */
void xlate_set_vlan(struct xlate_ctx *ctx, struct flow_vlan vlan);

/* Makes the datapath's packet what the rules see, then sends it out of port @number. */
void xlate_output(struct xlate_ctx *ctx, uint32_t number);

void xlate_normal(struct xlate_ctx *ctx);

#endif
