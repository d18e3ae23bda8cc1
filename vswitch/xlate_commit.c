/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules change the packet in our head only; what an output needs is committed before it. Only what
 * really changed becomes a set(): so a change that is taken back costs nothing. That the old value
 * is compared makes it a bit that was looked at: when it is written, as in OVS, so that the rule
 * that writes it is the reason.
 */
#include "vswitch/xlate_internal.h"

#include <errno.h>

static const enum flow_header settable[] = { FLOW_H_ETH, FLOW_H_IPV4, FLOW_H_IPV6, FLOW_H_TCP,
					     FLOW_H_UDP };

static struct flow_action *add(struct xlate_ctx *ctx, enum flow_action_type type)
{
	struct flow_actions *l = &ctx->out->actions;
	struct flow_action *a = ctx->error ? NULL : flow_actions_add(l);

	if (a) {
		a->type = type;
		return a;
	}
	if (!ctx->error && l->n < FLOW_ACTIONS_MAX)
		XLATE_GIVE_UP(ctx, -ENOMEM, "no memory for another action");
	else if (!ctx->error)
		XLATE_GIVE_UP(ctx, -E2BIG, "more than %u actions", FLOW_ACTIONS_MAX);
	return NULL;
}

void xlate_set(struct xlate_ctx *ctx, enum flow_field f, const struct flow_key *value,
	       const struct flow_key *mask)
{
	const struct flow_field_info *i = &flow_field_table[f];
	struct wildcards_reason why = xlate_reason(ctx, WILDCARDS_SET);
	uint8_t *flow = (uint8_t *)&ctx->flow, *written = (uint8_t *)&ctx->written;
	const uint8_t *v = (const uint8_t *)value, *m = (const uint8_t *)mask;

	wildcards_look_mask(&ctx->out->wc, f, mask, &why);
	wildcards_know_mask(&ctx->out->wc, f, mask);
	for (unsigned int n = i->offset; n < (unsigned int)i->offset + i->size; n++) {
		flow[n] = (uint8_t)((flow[n] & ~m[n]) | (v[n] & m[n]));
		written[n] |= m[n];
	}
	ctx->written_headers |= UINT64_C(1) << i->header;
}

/* Adds the written bits of field @f to @mask if any has another value than before. */
static bool add_changed(const struct xlate_ctx *ctx, unsigned int f, uint8_t *mask)
{
	const struct flow_field_info *i = &flow_field_table[f];
	const uint8_t *flow = (const uint8_t *)&ctx->flow, *base = (const uint8_t *)&ctx->base;
	const uint8_t *written = (const uint8_t *)&ctx->written;
	const unsigned int end = (unsigned int)i->offset + i->size;
	uint8_t diff = 0;

	for (unsigned int n = i->offset; n < end; n++)
		diff |= (flow[n] ^ base[n]) & written[n];
	if (!diff)
		return false;
	memcpy(mask + i->offset, written + i->offset, i->size);
	return true;
}

static void commit_set(struct xlate_ctx *ctx, enum flow_header h)
{
	const struct flow_header_info *i = &flow_header_table[h];
	uint8_t *flow = (uint8_t *)&ctx->flow;
	struct flow_key mask = { .recirc_id = 0 };
	struct flow_action *a;
	bool changed = false;

	for (unsigned int f = i->first; f < i->first + (unsigned int)i->n_fields; f++)
		changed |= add_changed(ctx, f, (uint8_t *)&mask);
	memset((uint8_t *)&ctx->written + i->offset, 0, i->size);
	if (!changed)
		return;
	a = add(ctx, FLOW_ACT_SET);
	if (!a)
		return;
	a->set.header = h;
	memcpy(&a->set.mask, (uint8_t *)&mask + i->offset, i->size);
	for (unsigned int n = 0; n < i->size; n++)
		((uint8_t *)&a->set.key)[n] = flow[i->offset + n] & ((uint8_t *)&a->set.mask)[n];
	memcpy((uint8_t *)&ctx->base + i->offset, flow + i->offset, i->size);
}

/* The bits of the packet's own tag, whatever rules have made of it since. */
static void look_at_own_tag(struct xlate_ctx *ctx)
{
	struct wildcards_reason why = xlate_reason(ctx, WILDCARDS_COMMITTED);
	struct flow_key before = ctx->out->wc.mask;

	ctx->out->wc.mask.vlan[0].tci = be16_from_host(0xffff);
	wildcards_explain(&ctx->out->wc, &before,
			  UINT64_C(1) << FLOW_VLAN_VID | UINT64_C(1) << FLOW_VLAN_PCP, &why);
}

void xlate_set_vlan(struct xlate_ctx *ctx, struct flow_vlan vlan)
{
	ctx->flow.vlan[0] = vlan;
	ctx->vlan_changed = true;
}

static void commit_vlan(struct xlate_ctx *ctx)
{
	const struct flow_vlan *want = &ctx->flow.vlan[0], *have = &ctx->base.vlan[0];
	struct flow_action *a;

	if (!ctx->vlan_changed)
		return;
	ctx->vlan_changed = false;
	if (xlate_is_tagged(&ctx->flow) && xlate_is_tagged(&ctx->base)) {
		look_at_own_tag(ctx);
		if (want->tpid == have->tpid && want->tci == have->tci)
			return;
	}
	if (xlate_is_tagged(&ctx->base))
		add(ctx, FLOW_ACT_POP_VLAN);
	if (xlate_is_tagged(&ctx->flow)) {
		xlate_look(ctx, FLOW_VLAN_VID, WILDCARDS_COMMITTED);
		xlate_look(ctx, FLOW_VLAN_PCP, WILDCARDS_COMMITTED);
		a = add(ctx, FLOW_ACT_PUSH_VLAN);
		if (a)
			a->push_vlan = *want;
	}
	ctx->base.vlan[0] = *want;
}

void xlate_output(struct xlate_ctx *ctx, uint32_t number)
{
	struct flow_action *a;

	for (size_t i = 0; i < ARRAY_SIZE(settable) && ctx->written_headers; i++)
		if (ctx->written_headers >> settable[i] & 1)
			commit_set(ctx, settable[i]);
	ctx->written_headers = 0;
	commit_vlan(ctx);
	a = add(ctx, FLOW_ACT_OUTPUT);
	if (a)
		a->port = number;
}
