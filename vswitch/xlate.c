/* SPDX-License-Identifier: BSD-2-Clause */
/* The way of a packet through the tables of a bridge. */
#include "vswitch/xlate.h"

#include "base/alloc.h"
#include "vswitch/xlate_internal.h"

#include <errno.h>
#include <linux/if_ether.h>

#define NO_TABLE RULE_TABLE_SAME

void xlate_out_init(struct xlate_out *out)
{
	memset(out, 0, sizeof *out);
	flow_actions_init(&out->actions);
}

void xlate_out_fini(struct xlate_out *out)
{
	flow_actions_fini(&out->actions);
	mem_free(out->rules);
	xlate_out_init(out);
}

static void clear(struct xlate_out *out, const struct bridge *b)
{
	flow_actions_clear(&out->actions);
	wildcards_init(&out->wc);
	out->n_learns = out->n_rules = out->basis.n_dependencies = 0;
	out->basis.bridge_sequence = b->sequence;
	out->basis.fdb_sequence = b->fdb.sequence;
	out->error = 0;
}

void xlate_report(struct xlate_ctx *ctx, const char *fmt, ...)
{
	struct text *t = ctx->in->report;
	va_list args;

	for (unsigned int i = 0; i < ctx->depth; i++)
		text_put(t, "    ");
	va_start(args, fmt);
	text_vputf(t, fmt, args);
	va_end(args);
	text_put_char(t, '\n');
}

struct wildcards_reason xlate_reason(const struct xlate_ctx *ctx, enum wildcards_cause cause)
{
	struct wildcards_reason why = { .cause = cause };

	if (ctx->rule)
		why.rule = ctx->rule->name;
	return why;
}

void xlate_look(struct xlate_ctx *ctx, enum flow_field f, enum wildcards_cause cause)
{
	struct wildcards_reason why = xlate_reason(ctx, cause);

	wildcards_look(&ctx->out->wc, f, &why);
}

static bool has(const struct xlate_ctx *ctx, enum flow_field f)
{
	return ctx->headers >> flow_field_table[f].header & 1;
}

/* The protocol decides whether the packet has the header of @f. */
static void look_at_protocol(struct xlate_ctx *ctx, enum flow_field f)
{
	enum flow_header h = flow_field_table[f].header;

	if (flow_header_table[h].ip_proto && has(ctx, FLOW_IPV4_PROTO))
		xlate_look(ctx, FLOW_IPV4_PROTO, WILDCARDS_SET);
	if (flow_header_table[h].ip_proto && has(ctx, FLOW_IPV6_PROTO))
		xlate_look(ctx, FLOW_IPV6_PROTO, WILDCARDS_SET);
}

static void do_set(struct xlate_ctx *ctx, const struct rule_action *a)
{
	const struct rule_set_info *info = &rule_set_table[a->set.target];
	struct flow_key value = { .recirc_id = 0 }, mask = { .recirc_id = 0 };

	for (size_t i = 0; i < info->n_fields; i++) {
		const struct flow_field_info *f = &flow_field_table[info->fields[i]];

		look_at_protocol(ctx, info->fields[i]);
		if (!has(ctx, info->fields[i]))
			continue;
		memcpy((uint8_t *)&value + f->offset, a->set.value, f->size);
		memcpy((uint8_t *)&mask + f->offset, a->set.mask, f->size);
		xlate_set(ctx, info->fields[i], &value, &mask);
		return;
	}
}

static void do_output(struct xlate_ctx *ctx, const struct rule_action *a)
{
	if (a->port == ctx->flow.in_port)
		XLATE_REPORT(ctx, "port %u is the input port: no output", a->port);
	else if (!bridge_find_port(ctx->in->bridge, a->port))
		XLATE_REPORT(ctx, "there is no port %u: no output", a->port);
	else
		xlate_output(ctx, a->port);
}

static void do_in_port(struct xlate_ctx *ctx, const struct rule_action *a)
{
	if (bridge_find_port(ctx->in->bridge, ctx->flow.in_port))
		xlate_output(ctx, ctx->flow.in_port);
}

static void do_normal(struct xlate_ctx *ctx, const struct rule_action *a)
{
	xlate_normal(ctx);
}

static void do_flood(struct xlate_ctx *ctx, const struct rule_action *a)
{
	const struct bridge_port *p;
	uint64_t id;

	idr_for_each (&ctx->in->bridge->ports, id, p)
		if (p->number != ctx->flow.in_port && !p->is_gone)
			xlate_output(ctx, p->number);
}

/* Sets bits of the TCI of a tag that is there. */
static void set_tci(struct xlate_ctx *ctx, enum flow_field f, uint16_t bits, uint16_t mask)
{
	struct flow_vlan vlan = ctx->flow.vlan[0];

	xlate_look(ctx, f, WILDCARDS_SET);
	wildcards_know(&ctx->out->wc, f);
	vlan.tci = (vlan.tci & ~be16_from_host(mask)) | be16_from_host(bits);
	xlate_set_vlan(ctx, vlan);
}

/* All of the tag is known from now on. */
static void new_tag(struct xlate_ctx *ctx, be16 tpid)
{
	ctx->out->wc.known.vlan[0] = (struct flow_vlan){ 0xffff, 0xffff };
	xlate_set_vlan(ctx, (struct flow_vlan){ tpid, tpid ? be16_from_host(VLAN_CFI) : 0 });
}

static void do_set_vlan_vid(struct xlate_ctx *ctx, const struct rule_action *a)
{
	if (!xlate_is_tagged(&ctx->flow) && a->type == RULE_ACT_MOD_VLAN_VID)
		new_tag(ctx, be16_from_host(ETH_P_8021Q));
	if (xlate_is_tagged(&ctx->flow))
		set_tci(ctx, FLOW_VLAN_VID, a->vid, VLAN_VID_MASK);
}

static void do_set_vlan_pcp(struct xlate_ctx *ctx, const struct rule_action *a)
{
	if (!xlate_is_tagged(&ctx->flow) && a->type == RULE_ACT_MOD_VLAN_PCP)
		new_tag(ctx, be16_from_host(ETH_P_8021Q));
	if (xlate_is_tagged(&ctx->flow))
		set_tci(ctx, FLOW_VLAN_PCP, (uint16_t)(a->pcp << 13), VLAN_PCP_MASK);
}

static void do_push_vlan(struct xlate_ctx *ctx, const struct rule_action *a)
{
	if (xlate_is_tagged(&ctx->flow))
		XLATE_GIVE_UP(ctx, -EOPNOTSUPP,
			      "push_vlan: the packet has a tag, and a second is not supported yet");
	else
		new_tag(ctx, a->tpid);
}

static void do_pop_vlan(struct xlate_ctx *ctx, const struct rule_action *a)
{
	if (xlate_is_tagged(&ctx->flow))
		new_tag(ctx, 0);
}

static void do_dec_ttl(struct xlate_ctx *ctx, const struct rule_action *a)
{
	bool v6 = has(ctx, FLOW_IPV6_HLIMIT);
	enum flow_field f = v6 ? FLOW_IPV6_HLIMIT : FLOW_IPV4_TTL;
	struct flow_key value = ctx->flow, mask = { .recirc_id = 0 };
	uint8_t *ttl = v6 ? &value.ipv6.ipv6_hlimit : &value.ipv4.ipv4_ttl;

	if (!has(ctx, f))
		return;
	xlate_look(ctx, f, WILDCARDS_SET);
	if (*ttl <= 1) {
		XLATE_REPORT(ctx, "the TTL runs out: nothing more is done");
		ctx->stopped = true;
		return;
	}
	--*ttl;
	flow_field_fill(&mask, f);
	xlate_set(ctx, f, &value, &mask);
}

static void do_table(struct xlate_ctx *ctx, uint8_t table);

static void do_resubmit(struct xlate_ctx *ctx, const struct rule_action *a)
{
	const uint32_t in_port = ctx->flow.in_port, known = ctx->out->wc.known.in_port;

	if (a->resubmit.port != RULE_PORT_SAME) {
		ctx->flow.in_port = a->resubmit.port;
		ctx->out->wc.known.in_port = UINT32_MAX;
	}
	do_table(ctx, a->resubmit.table == RULE_TABLE_SAME ? ctx->table : a->resubmit.table);
	ctx->flow.in_port = in_port;
	ctx->out->wc.known.in_port = known;
}

/* It is the last action of its rule. */
static void do_goto_table(struct xlate_ctx *ctx, const struct rule_action *a)
{
	ctx->next_table = a->table;
}

static void (*const action_table[RULE_N_ACTION_TYPES])(struct xlate_ctx *,
						       const struct rule_action *) = {
	[RULE_ACT_OUTPUT] = do_output,
	[RULE_ACT_IN_PORT] = do_in_port,
	[RULE_ACT_NORMAL] = do_normal,
	[RULE_ACT_FLOOD] = do_flood,
	[RULE_ACT_ALL] = do_flood,
	[RULE_ACT_SET] = do_set,
	[RULE_ACT_MOD_VLAN_VID] = do_set_vlan_vid,
	[RULE_ACT_MOD_VLAN_PCP] = do_set_vlan_pcp,
	[RULE_ACT_SET_VLAN_VID] = do_set_vlan_vid,
	[RULE_ACT_SET_VLAN_PCP] = do_set_vlan_pcp,
	[RULE_ACT_PUSH_VLAN] = do_push_vlan,
	[RULE_ACT_POP_VLAN] = do_pop_vlan,
	[RULE_ACT_DEC_TTL] = do_dec_ttl,
	[RULE_ACT_RESUBMIT] = do_resubmit,
	[RULE_ACT_GOTO_TABLE] = do_goto_table,
};

static void report_rule(struct xlate_ctx *ctx, const struct rule *r)
{
	struct text *t = ctx->in->report, line;

	if (!t)
		return;
	text_init(&line);
	rule_format(&line, r, &ctx->in->bridge->flow_ports);
	xlate_report(ctx, "table %u: %s", r->name.table, line.s);
	text_fini(&line);
}

static int remember_rule(struct xlate_ctx *ctx, const struct rule *r)
{
	struct xlate_out *out = ctx->out;

	if (out->n_rules == out->cap_rules) {
		const struct rule **rules = mem_grow(CONST_CAST(void *, out->rules), /* ours */
						     &out->cap_rules, out->n_rules + 1,
						     sizeof *rules);

		if (!rules)
			return XLATE_GIVE_UP(ctx, -ENOMEM, "no memory for another rule");
		out->rules = rules;
	}
	out->rules[out->n_rules++] = r;
	return 0;
}

static void do_rule(struct xlate_ctx *ctx, const struct rule *r)
{
	const struct rule *outer = ctx->rule;
	uint8_t outer_table = ctx->table;

	report_rule(ctx, r);
	if (remember_rule(ctx, r))
		return;
	ctx->rule = r;
	ctx->table = r->name.table;
	ctx->depth++;
	for (size_t i = 0; i < r->n_actions && !ctx->error && !ctx->stopped; i++)
		action_table[r->actions[i].type](ctx, &r->actions[i]);
	ctx->stopped = false; /* a TTL that runs out ends this rule's actions, as in OVS */
	ctx->depth--;
	ctx->rule = outer;
	ctx->table = outer_table;
}

static int check_limits(struct xlate_ctx *ctx)
{
	if (ctx->depth > XLATE_DEPTH_MAX)
		return XLATE_GIVE_UP(
			ctx, -E2BIG,
			"more than %d resubmits inside each other, the last in table %u",
			XLATE_DEPTH_MAX, ctx->table);
	if (ctx->n_resubmits++ > XLATE_RESUBMITS_MAX)
		return XLATE_GIVE_UP(ctx, -E2BIG, "more than %d resubmits, the last in table %u",
				     XLATE_RESUBMITS_MAX, ctx->table);
	return 0;
}

/* Through @table, and on to the tables that goto_table leads to. */
static void do_table(struct xlate_ctx *ctx, uint8_t table)
{
	for (unsigned int next = table; next != NO_TABLE && !check_limits(ctx);
	     next = ctx->next_table) {
		const struct classifier *c = ctx->in->bridge->tables[next];
		const struct rule *r = NULL;

		ctx->next_table = NO_TABLE;
		if (c)
			r = classifier_lookup(c, &ctx->flow, &ctx->out->wc, NULL);
		if (r)
			do_rule(ctx, r);
		else
			XLATE_REPORT(ctx, "table %u: no rule matches: drop", next);
		if (ctx->error)
			return;
	}
	ctx->next_table = NO_TABLE;
}

/* What a datapath flow cannot leave open: one look, as each packet begins with it. */
static void look_always(struct xlate_ctx *ctx)
{
	static const uint64_t fields =
		UINT64_C(1) << FLOW_RECIRC_ID | UINT64_C(1) << FLOW_IN_PORT |
		UINT64_C(1) << FLOW_ETH_TYPE | UINT64_C(1) << FLOW_VLAN_TPID |
		UINT64_C(1) << FLOW_VLAN_CFI | UINT64_C(1) << FLOW_IPV4_FRAG |
		UINT64_C(1) << FLOW_IPV6_FRAG;
	const struct wildcards_reason why = { .cause = WILDCARDS_ALWAYS };
	struct wildcards *w = &ctx->out->wc;
	const struct flow_key before = w->mask;

	w->mask.recirc_id = w->mask.in_port = UINT32_MAX;
	w->mask.eth_type = w->mask.vlan[0].tpid = be16_from_host(0xffff);
	w->mask.vlan[0].tci = be16_from_host(VLAN_CFI);
	w->mask.ipv4.ipv4_frag = has(ctx, FLOW_IPV4_FRAG) ? 0xff : 0;
	w->mask.ipv6.ipv6_frag = has(ctx, FLOW_IPV6_FRAG) ? 0xff : 0;
	wildcards_explain(w, &before, fields, &why);
}

/* A header that the packet has not cannot be matched; its fields are 0 in all such packets. */
static void forget_absent(struct xlate_ctx *ctx)
{
	for (unsigned int h = FLOW_H_IPV4; h < FLOW_N_HEADERS; h++)
		if (!(ctx->headers >> h & 1))
			memset((uint8_t *)&ctx->out->wc.mask + flow_header_table[h].offset, 0,
			       flow_header_table[h].size);
}

static uint64_t headers_of(const struct flow_key *k)
{
	struct flow_match m = { .key = *k, .mask = { .eth_type = 0xffff } };

	return flow_match_headers(&m, false);
}

int xlate_actions(const struct xlate_in *in, struct xlate_out *out, struct diag *d)
{
	struct span sp = SPAN(in->trace);
	struct xlate_ctx ctx = { .in = in, .out = out, .d = d, .flow = *in->key, .base = *in->key };

	clear(out, in->bridge);
	ctx.headers = headers_of(in->key);
	look_always(&ctx);
	if (bridge_find_port(in->bridge, in->key->in_port))
		do_table(&ctx, 0);
	else
		XLATE_REPORT(&ctx, "port %u is not of bridge %s: drop", in->key->in_port,
			     in->bridge->name);
	forget_absent(&ctx);
	out->error = ctx.error;
	if (ctx.error) {
		flow_actions_clear(&out->actions);
		XLATE_REPORT(&ctx, "given up: %s", d ? d->words : diag_strerror(ctx.error));
		trace_refuse(in->trace, ctx.error, NULL, "%s",
			     d ? d->words : diag_strerror(ctx.error));
	}
	span_note(&sp, "rules", "%zu", out->n_rules);
	span_note(&sp, "actions", "%zu", out->actions.n);
	return span_end(&sp, ctx.error);
}

void xlate_match(const struct xlate_out *out, const struct flow_key *key, struct flow_match *m)
{
	m->key = *key;
	m->mask = out->wc.mask;
	m->headers = UINT64_C(1) << FLOW_H_RECIRC_ID | UINT64_C(1) << FLOW_H_IN_PORT |
		     UINT64_C(1) << FLOW_H_ETH | UINT64_C(1) << FLOW_H_ETH_TYPE;
	if (xlate_is_tagged(key))
		m->headers |= UINT64_C(1) << FLOW_H_VLAN;
	else
		memset(&m->mask.vlan, 0, sizeof m->mask.vlan); /* none said: there is none */
	flow_match_normalise(m);
}

bool xlate_is_valid(const struct xlate_basis *basis, const struct bridge *b)
{
	if (basis->bridge_sequence != b->sequence)
		return false;
	if (basis->n_dependencies > XLATE_DEPENDENCY_MAX)
		return basis->fdb_sequence == b->fdb.sequence;
	for (size_t i = 0; i < basis->n_dependencies; i++)
		if (!mac_learning_is_valid(&b->fdb, &basis->dependencies[i]))
			return false;
	return true;
}

int xlate_learn_all(const struct xlate_out *out, struct bridge *b, uint64_t now_ns)
{
	for (size_t i = 0; i < out->n_learns; i++) {
		const struct xlate_learn *l = &out->learns[i];
		int change = mac_learning_learn(&b->fdb, l->mac, l->vlan, l->port, now_ns);

		if (change < 0)
			return change;
	}
	return 0;
}
