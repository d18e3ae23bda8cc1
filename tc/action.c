/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Actions: a table of kinds, each with the few functions that know its parameters, and the parts
 * that all have in common: kind, index and control (struct tc_gen), counters, cookie, flags.
 */
#include "tc/tc_internal.h"

#include <assert.h>
#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/if_ether.h>
#include <linux/tc_act/tc_csum.h>
#include <linux/tc_act/tc_gact.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/tc_act/tc_pedit.h>
#include <linux/tc_act/tc_vlan.h>
#include <stdio.h>

#define USER_HZ_MS	10	   /* one tick of struct tcf_t: USER_HZ is 100 for all userland */
#define GOTO_CHAIN_MASK 0x0fffffff /* the chain in a control code of TC_ACT_GOTO_CHAIN */
#define NO_PERCPU_STATS 1u	   /* TCA_ACT_FLAGS_NO_PERCPU_STATS, newer than some headers */

const char *const tc_action_kind_names[TC_N_ACTION_KINDS] = {
	[TC_ACT_GACT] = "gact",	  [TC_ACT_MIRRED] = "mirred", [TC_ACT_VLAN] = "vlan",
	[TC_ACT_PEDIT] = "pedit", [TC_ACT_CSUM] = "csum",
};

/* The begin of every PARMS structure. */
struct gen {
	tc_gen;
};

#define OPTIONS_MAX 8 /* attributes in TCA_ACT_OPTIONS that any kind here looks at */

/* What the table knows of a kind. */
struct kind {
	uint16_t parms_attr, tm_attr;
	uint16_t parms_size; /* bytes; pedit has more */
	/* Puts the parameters; @gen is filled. */
	void (*put)(struct nl_msg *msg, const struct tc_action *a, const struct gen *gen);
	/* Takes them; @parms has at least parms_size bytes, @opts is the whole TCA_ACT_OPTIONS. */
	int (*take)(struct tc_action *a, const uint8_t *parms, const struct nlattr *const *opts,
		    struct diag *d);
	bool (*is_equal)(const struct tc_action *a, const struct tc_action *b);
	void (*format)(struct text *t, const struct tc_action *a);
};

static void format_control(struct text *t, const struct tc_action *a)
{
	static const char *const names[] = {
		[TC_ACT_OK] = "pass",	    [TC_ACT_RECLASSIFY] = "reclassify",
		[TC_ACT_SHOT] = "drop",	    [TC_ACT_PIPE] = "pipe",
		[TC_ACT_STOLEN] = "stolen", [TC_ACT_QUEUED] = "queued",
		[TC_ACT_REPEAT] = "repeat", [TC_ACT_REDIRECT] = "redirect",
		[TC_ACT_TRAP] = "trap",
	};

	if (a->control >= 0 && (size_t)a->control < ARRAY_SIZE(names))
		text_put(t, names[a->control]);
	else if (TC_ACT_EXT_CMP(a->control, TC_ACT_GOTO_CHAIN))
		text_putf(t, "goto chain %u", (uint32_t)a->control & GOTO_CHAIN_MASK);
	else
		text_putf(t, "control %d", a->control);
}

/* ---- gact ---- */

static void put_gact(struct nl_msg *msg, const struct tc_action *a, const struct gen *gen)
{
	const struct tc_gact p = {
		.index = gen->index,
		.action = TC_ACT_EXT_CMP(a->control, TC_ACT_GOTO_CHAIN)
				  ? (int)(TC_ACT_GOTO_CHAIN | a->gact.chain)
				  : a->control,
	};

	if (a->gact.chain > GOTO_CHAIN_MASK && !msg->error)
		msg->error = -ERANGE;
	nl_put(msg, TCA_GACT_PARMS, &p, sizeof p);
}

static int take_gact(struct tc_action *a, const uint8_t *parms, const struct nlattr *const *opts,
		     struct diag *d)
{
	if (opts[TCA_GACT_PROB])
		return diag_set(d, -EOPNOTSUPP, "action gact with a probability is not understood");
	if (!TC_ACT_EXT_CMP(a->control, TC_ACT_GOTO_CHAIN))
		return 0;
	a->gact.chain = (uint32_t)a->control & GOTO_CHAIN_MASK;
	a->control = TC_ACT_GOTO_CHAIN;
	return 0;
}

static bool is_equal_gact(const struct tc_action *a, const struct tc_action *b)
{
	return a->control != TC_ACT_GOTO_CHAIN || a->gact.chain == b->gact.chain;
}

static void format_gact(struct text *t, const struct tc_action *a)
{
	text_put_char(t, ' ');
	if (a->control == TC_ACT_GOTO_CHAIN)
		text_putf(t, "goto chain %u", a->gact.chain);
	else
		format_control(t, a);
}

/* ---- mirred ---- */

static void put_mirred(struct nl_msg *msg, const struct tc_action *a, const struct gen *gen)
{
	const struct tc_mirred p = {
		.index = gen->index,
		.action = gen->action,
		.eaction = a->mirred.eaction,
		.ifindex = a->mirred.ifindex,
	};

	nl_put(msg, TCA_MIRRED_PARMS, &p, sizeof p);
}

static int take_mirred(struct tc_action *a, const uint8_t *parms, const struct nlattr *const *opts,
		       struct diag *d)
{
	struct tc_mirred p;

	memcpy(&p, parms, sizeof p);
	a->mirred.eaction = p.eaction;
	a->mirred.ifindex = p.ifindex;
	return 0;
}

static bool is_equal_mirred(const struct tc_action *a, const struct tc_action *b)
{
	return a->mirred.eaction == b->mirred.eaction && a->mirred.ifindex == b->mirred.ifindex;
}

static void format_mirred(struct text *t, const struct tc_action *a)
{
	static const char *const names[] = {
		[TCA_EGRESS_REDIR] = "egress redirect",
		[TCA_EGRESS_MIRROR] = "egress mirror",
		[TCA_INGRESS_REDIR] = "ingress redirect",
		[TCA_INGRESS_MIRROR] = "ingress mirror",
	};
	const char *name = NULL;

	if (a->mirred.eaction > 0 && (size_t)a->mirred.eaction < ARRAY_SIZE(names))
		name = names[a->mirred.eaction];
	text_putf(t, " %s ifindex %u", name ? name : "unknown", a->mirred.ifindex);
}

/* ---- vlan ---- */

static bool has_vlan_id(const struct tc_action *a)
{
	return a->vlan.v_action == TCA_VLAN_ACT_PUSH || a->vlan.v_action == TCA_VLAN_ACT_MODIFY;
}

static void put_vlan(struct nl_msg *msg, const struct tc_action *a, const struct gen *gen)
{
	const struct tc_vlan p = {
		.index = gen->index,
		.action = gen->action,
		.v_action = a->vlan.v_action,
	};

	nl_put(msg, TCA_VLAN_PARMS, &p, sizeof p);
	if (!has_vlan_id(a))
		return;
	nl_put_be16(msg, TCA_VLAN_PUSH_VLAN_PROTOCOL, a->vlan.protocol);
	nl_put_u16(msg, TCA_VLAN_PUSH_VLAN_ID, a->vlan.id);
	nl_put_u8(msg, TCA_VLAN_PUSH_VLAN_PRIORITY, a->vlan.prio);
}

static int take_vlan(struct tc_action *a, const uint8_t *parms, const struct nlattr *const *opts,
		     struct diag *d)
{
	struct tc_vlan p;

	memcpy(&p, parms, sizeof p);
	a->vlan.v_action = p.v_action;
	if (a->vlan.v_action == TCA_VLAN_ACT_POP)
		return 0;
	if (!has_vlan_id(a))
		return diag_set(d, -EOPNOTSUPP, "action vlan of type %d is not understood",
				p.v_action);
	if (!opts[TCA_VLAN_PUSH_VLAN_ID])
		return malformed(d, "TCA_VLAN_PUSH_VLAN_ID");
	a->vlan.id = nl_attr_u16(opts[TCA_VLAN_PUSH_VLAN_ID]);
	a->vlan.protocol = be16_from_host(ETH_P_8021Q);
	if (opts[TCA_VLAN_PUSH_VLAN_PROTOCOL])
		a->vlan.protocol = nl_attr_be16(opts[TCA_VLAN_PUSH_VLAN_PROTOCOL]);
	if (opts[TCA_VLAN_PUSH_VLAN_PRIORITY])
		a->vlan.prio = nl_attr_u8(opts[TCA_VLAN_PUSH_VLAN_PRIORITY]);
	return 0;
}

static bool is_equal_vlan(const struct tc_action *a, const struct tc_action *b)
{
	if (a->vlan.v_action != b->vlan.v_action)
		return false;
	return !has_vlan_id(a) || (a->vlan.id == b->vlan.id && a->vlan.prio == b->vlan.prio &&
				   a->vlan.protocol == b->vlan.protocol);
}

static void format_vlan(struct text *t, const struct tc_action *a)
{
	if (!has_vlan_id(a)) {
		text_put(t, a->vlan.v_action == TCA_VLAN_ACT_POP ? " pop" : " unknown");
		return;
	}
	text_putf(t, " %s id %u protocol %s priority %u",
		  a->vlan.v_action == TCA_VLAN_ACT_PUSH ? "push" : "modify", a->vlan.id,
		  a->vlan.protocol == be16_from_host(ETH_P_8021AD) ? "802.1ad" : "802.1Q",
		  a->vlan.prio);
}

/* ---- pedit ---- */

/* The kernel keeps the bits of its mask and exclusive-ors the value: the mask is inverted there. */
static struct tc_pedit_key wire_key(const struct tc_pedit_word *w)
{
	return (struct tc_pedit_key){
		.mask = ~FORCE_CAST(uint32_t, w->mask),
		.val = FORCE_CAST(uint32_t, w->value & w->mask),
		.off = w->offset,
	};
}

static void put_pedit(struct nl_msg *msg, const struct tc_action *a, const struct gen *gen)
{
	struct {
		struct tc_pedit_sel sel;
		struct tc_pedit_key keys[TC_PEDIT_KEYS_MAX];
	} p;
	size_t n = a->pedit.n, nest, one;

	static_assert(offsetof(__typeof__(p), keys) == sizeof p.sel, "the keys follow at once");
	if (n > TC_PEDIT_KEYS_MAX) {
		msg->error = msg->error ? msg->error : -E2BIG;
		return;
	}
	memset(&p.sel, 0, sizeof p.sel);
	p.sel.index = gen->index;
	p.sel.action = gen->action;
	p.sel.nkeys = (unsigned char)n;
	for (size_t i = 0; i < n; i++)
		p.keys[i] = wire_key(&a->pedit.key[i]);
	nl_put(msg, TCA_PEDIT_PARMS_EX, &p, sizeof p.sel + n * sizeof p.keys[0]);
	nest = nl_nest_start_plain(msg, TCA_PEDIT_KEYS_EX);
	for (size_t i = 0; i < n; i++) {
		one = nl_nest_start_plain(msg, TCA_PEDIT_KEY_EX);
		nl_put_u16(msg, TCA_PEDIT_KEY_EX_HTYPE, a->pedit.key[i].htype);
		nl_put_u16(msg, TCA_PEDIT_KEY_EX_CMD, TCA_PEDIT_KEY_EX_CMD_SET);
		nl_nest_end(msg, one);
	}
	nl_nest_end(msg, nest);
}

static const struct nl_policy pedit_ex_policy[] = {
	[TCA_PEDIT_KEY_EX_HTYPE] = { .kind = NL_U16,
				     .required = true,
				     .name = "TCA_PEDIT_KEY_EX_HTYPE" },
	[TCA_PEDIT_KEY_EX_CMD] = { .kind = NL_U16,
				   .required = true,
				   .name = "TCA_PEDIT_KEY_EX_CMD" },
};

/* What lies beside word @i: which header its offset counts from. */
static int take_pedit_ex(struct tc_pedit_word *w, const struct nlattr *ex, struct diag *d)
{
	const struct nlattr *a[ARRAY_SIZE(pedit_ex_policy)];
	uint16_t htype;

	if (nl_attr_type(ex) != TCA_PEDIT_KEY_EX ||
	    nl_attrs_parse(a, pedit_ex_policy, ARRAY_SIZE(a), nl_attr_data(ex), nl_attr_size(ex),
			   NULL))
		return malformed(d, "TCA_PEDIT_KEY_EX");
	if (nl_attr_u16(a[TCA_PEDIT_KEY_EX_CMD]) != TCA_PEDIT_KEY_EX_CMD_SET)
		return diag_set(d, -EOPNOTSUPP, "action pedit that adds is not understood");
	htype = nl_attr_u16(a[TCA_PEDIT_KEY_EX_HTYPE]);
	if (htype > UINT8_MAX)
		return malformed(d, "TCA_PEDIT_KEY_EX_HTYPE");
	w->htype = (uint8_t)htype;
	return 0;
}

static int take_pedit_keys(struct tc_action *a, const uint8_t *keys, size_t n,
			   const struct nlattr *keys_ex, struct diag *d)
{
	struct nl_attrs walk = nl_attrs_in(keys_ex);

	for (size_t i = 0; i < n; i++) {
		const struct nlattr *ex = nl_attrs_next(&walk);
		struct tc_pedit_word *w = &a->pedit.key[i];
		struct tc_pedit_key k;
		int err;

		if (!ex)
			return malformed(d, "TCA_PEDIT_KEYS_EX");
		err = take_pedit_ex(w, ex, d);
		if (err)
			return err;
		memcpy(&k, keys + i * sizeof k, sizeof k);
		if (k.offmask || k.at || k.shift)
			return diag_set(d, -EOPNOTSUPP,
					"action pedit with offsets from the packet is not "
					"understood");
		w->mask = FORCE_CAST(be32, ~k.mask);
		w->value = FORCE_CAST(be32, k.val);
		w->offset = k.off;
	}
	return nl_attrs_next(&walk) || walk.bad ? malformed(d, "TCA_PEDIT_KEYS_EX") : 0;
}

static int take_pedit(struct tc_action *a, const uint8_t *parms, const struct nlattr *const *opts,
		      struct diag *d)
{
	struct tc_pedit_sel sel;

	memcpy(&sel, parms, sizeof sel);
	if (nl_attr_size(opts[TCA_PEDIT_PARMS_EX]) !=
	    sizeof sel + sel.nkeys * sizeof(struct tc_pedit_key))
		return malformed(d, "TCA_PEDIT_PARMS_EX");
	if (sel.nkeys > TC_PEDIT_KEYS_MAX)
		return diag_set(d, -EOPNOTSUPP, "action pedit has %u words, more than %d",
				sel.nkeys, TC_PEDIT_KEYS_MAX);
	if (!opts[TCA_PEDIT_KEYS_EX])
		return malformed(d, "TCA_PEDIT_KEYS_EX");
	a->pedit.n = sel.nkeys;
	return take_pedit_keys(a, parms + sizeof sel, sel.nkeys, opts[TCA_PEDIT_KEYS_EX], d);
}

static bool is_equal_pedit(const struct tc_action *a, const struct tc_action *b)
{
	if (a->pedit.n != b->pedit.n)
		return false;
	for (size_t i = 0; i < a->pedit.n; i++) {
		const struct tc_pedit_word *x = &a->pedit.key[i], *y = &b->pedit.key[i];

		if (x->htype != y->htype || x->offset != y->offset || x->mask != y->mask ||
		    (x->value ^ y->value) & x->mask)
			return false;
	}
	return true;
}

static void format_pedit(struct text *t, const struct tc_action *a)
{
	static const char *const names[] = {
		[TCA_PEDIT_KEY_EX_HDR_TYPE_NETWORK] = "network",
		[TCA_PEDIT_KEY_EX_HDR_TYPE_ETH] = "eth",
		[TCA_PEDIT_KEY_EX_HDR_TYPE_IP4] = "ipv4",
		[TCA_PEDIT_KEY_EX_HDR_TYPE_IP6] = "ipv6",
		[TCA_PEDIT_KEY_EX_HDR_TYPE_TCP] = "tcp",
		[TCA_PEDIT_KEY_EX_HDR_TYPE_UDP] = "udp",
	};

	text_putf(t, " keys %u", a->pedit.n);
	for (size_t i = 0; i < a->pedit.n; i++) {
		const struct tc_pedit_word *w = &a->pedit.key[i];

		text_putf(t, " %s+%u: val %08x mask %08x",
			  w->htype < ARRAY_SIZE(names) ? names[w->htype] : "?", w->offset,
			  host_from_be32(w->value & w->mask), host_from_be32(w->mask));
	}
}

/* ---- csum ---- */

static void put_csum(struct nl_msg *msg, const struct tc_action *a, const struct gen *gen)
{
	const struct tc_csum p = {
		.index = gen->index,
		.action = gen->action,
		.update_flags = a->csum.update_flags,
	};

	nl_put(msg, TCA_CSUM_PARMS, &p, sizeof p);
}

static int take_csum(struct tc_action *a, const uint8_t *parms, const struct nlattr *const *opts,
		     struct diag *d)
{
	struct tc_csum p;

	memcpy(&p, parms, sizeof p);
	a->csum.update_flags = p.update_flags;
	return 0;
}

static bool is_equal_csum(const struct tc_action *a, const struct tc_action *b)
{
	return a->csum.update_flags == b->csum.update_flags;
}

static void format_csum(struct text *t, const struct tc_action *a)
{
	static const char *const names[] = {
		"iph", "icmp", "igmp", "tcp", "udp", "udplite", "sctp"
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (a->csum.update_flags >> i & 1)
			text_putf(t, " %s", names[i]);
}

/* ---- the table, and what all kinds have in common ---- */

static const struct kind kinds[TC_N_ACTION_KINDS] = {
	[TC_ACT_GACT] = { .parms_attr = TCA_GACT_PARMS,
			  .tm_attr = TCA_GACT_TM,
			  .parms_size = sizeof(struct tc_gact),
			  .put = put_gact,
			  .take = take_gact,
			  .is_equal = is_equal_gact,
			  .format = format_gact },
	[TC_ACT_MIRRED] = { .parms_attr = TCA_MIRRED_PARMS,
			    .tm_attr = TCA_MIRRED_TM,
			    .parms_size = sizeof(struct tc_mirred),
			    .put = put_mirred,
			    .take = take_mirred,
			    .is_equal = is_equal_mirred,
			    .format = format_mirred },
	[TC_ACT_VLAN] = { .parms_attr = TCA_VLAN_PARMS,
			  .tm_attr = TCA_VLAN_TM,
			  .parms_size = sizeof(struct tc_vlan),
			  .put = put_vlan,
			  .take = take_vlan,
			  .is_equal = is_equal_vlan,
			  .format = format_vlan },
	[TC_ACT_PEDIT] = { .parms_attr = TCA_PEDIT_PARMS_EX,
			   .tm_attr = TCA_PEDIT_TM,
			   .parms_size = sizeof(struct tc_pedit_sel),
			   .put = put_pedit,
			   .take = take_pedit,
			   .is_equal = is_equal_pedit,
			   .format = format_pedit },
	[TC_ACT_CSUM] = { .parms_attr = TCA_CSUM_PARMS,
			  .tm_attr = TCA_CSUM_TM,
			  .parms_size = sizeof(struct tc_csum),
			  .put = put_csum,
			  .take = take_csum,
			  .is_equal = is_equal_csum,
			  .format = format_csum },
};

static void put_flags(struct nl_msg *msg)
{
	const struct nla_bitfield32 flags = { NO_PERCPU_STATS, NO_PERCPU_STATS };

	nl_put(msg, TCA_ACT_FLAGS, &flags, sizeof flags);
}

static void put_action(struct nl_msg *msg, uint16_t number, const struct tc_action *a)
{
	const struct gen gen = { .index = a->index, .action = a->control };
	size_t nest, options;

	msg->origin = a->origin;
	nest = nl_nest_start_plain(msg, number);
	nl_put_str(msg, TCA_ACT_KIND, tc_action_kind_names[a->kind]);
	options = nl_nest_start(msg, TCA_ACT_OPTIONS);
	kinds[a->kind].put(msg, a, &gen);
	nl_nest_end(msg, options);
	if (a->no_percpu)
		put_flags(msg);
	if (a->cookie_size)
		nl_put(msg, TCA_ACT_COOKIE, a->cookie, a->cookie_size);
	nl_nest_end(msg, nest);
	msg->origin = 0;
}

void actions_put(struct nl_msg *msg, const struct tc_action *actions, size_t n)
{
	if (n > TC_ACTIONS_MAX && !msg->error)
		msg->error = -E2BIG;
	for (size_t i = 0; i < n && !msg->error; i++)
		put_action(msg, (uint16_t)(i + 1), &actions[i]);
}

/* One struct gnet_stats_basic: 64 bits of bytes, 32 of packets, and a PKT64 for what is more. */
static int take_basic(uint64_t *bytes, uint64_t *packets, const struct nlattr *a, struct diag *d)
{
	const uint8_t *p = nl_attr_data(a);
	uint32_t low;

	if (nl_attr_size(a) < sizeof(uint64_t) + sizeof(uint32_t))
		return malformed(d, "TCA_STATS_BASIC");
	*bytes = get_u64(p);
	low = get_u32(p + sizeof(uint64_t));
	if ((uint32_t)*packets != low) /* else a PKT64 that came first says more */
		*packets = low;
	return 0;
}

/* A TCA_STATS_PKT64 belongs to the counters that it follows. */
static int take_stats(struct tc_counters *c, const struct nlattr *stats, struct diag *d)
{
	struct nl_attrs walk = nl_attrs_in(stats);
	uint64_t *packets = &c->n_packets;
	const struct nlattr *a;
	int err = 0;

	while (!err && (a = nl_attrs_next(&walk)) != NULL) {
		switch (nl_attr_type(a)) {
		case TCA_STATS_BASIC:
			packets = &c->n_packets;
			err = take_basic(&c->n_bytes, packets, a, d);
			break;
		case TCA_STATS_BASIC_HW:
			packets = &c->hw_packets;
			err = take_basic(&c->hw_bytes, packets, a, d);
			break;
		case TCA_STATS_PKT64:
			if (nl_attr_size(a) != sizeof *packets)
				return malformed(d, "TCA_STATS_PKT64");
			*packets = nl_attr_u64(a);
			break;
		default:
			break; /* queues and rates: not for filters */
		}
	}
	return err ? err : walk.bad ? malformed(d, "TCA_ACT_STATS") : 0;
}

/* The ages of the action and of its last use. Equal ones mean that it was not used. */
static int take_times(struct tc_counters *c, const struct nlattr *a, struct diag *d)
{
	struct tcf_t tm;

	if (nl_attr_size(a) < offsetof(struct tcf_t, firstuse))
		return malformed(d, "tcf_t");
	memcpy(&tm, nl_attr_data(a), offsetof(struct tcf_t, firstuse));
	c->used = tm.lastuse != tm.install || c->n_packets;
	c->lastuse_ms = c->used ? tm.lastuse * USER_HZ_MS : 0;
	return 0;
}

/* Sizes that depend on the attribute and not on the kind of action: only vlan has others. */
static int check_option(enum tc_action_kind kind, const struct nlattr *a, struct diag *d)
{
	static const uint8_t sizes[OPTIONS_MAX] = {
		[TCA_VLAN_PUSH_VLAN_ID] = 2,
		[TCA_VLAN_PUSH_VLAN_PROTOCOL] = 2,
		[TCA_VLAN_PUSH_VLAN_PRIORITY] = 1,
	};
	uint8_t size = kind == TC_ACT_VLAN ? sizes[nl_attr_type(a)] : 0;

	return size && nl_attr_size(a) != size ? malformed(d, "TCA_VLAN_PUSH") : 0;
}

static int take_options(struct tc_action *a, const struct nlattr *options, struct diag *d)
{
	const struct nlattr *opts[OPTIONS_MAX] = { NULL }, *o;
	const struct kind *k = &kinds[a->kind];
	struct nl_attrs walk = nl_attrs_in(options);
	struct gen gen;
	int err = 0;

	while (!err && (o = nl_attrs_next(&walk)) != NULL) {
		uint16_t type = nl_attr_type(o);

		if (type >= OPTIONS_MAX)
			continue;
		opts[type] = o;
		err = check_option(a->kind, o, d);
	}
	if (err)
		return err;
	o = opts[k->parms_attr];
	if (walk.bad || !o || nl_attr_size(o) < k->parms_size)
		return malformed(d, "TCA_ACT_OPTIONS");
	memcpy(&gen, nl_attr_data(o), sizeof gen);
	a->index = gen.index;
	a->control = gen.action;
	if (opts[k->tm_attr])
		err = take_times(&a->stats, opts[k->tm_attr], d);
	return err ? err : k->take(a, nl_attr_data(o), opts, d);
}

static int take_kind(struct tc_action *a, const struct nlattr *name, struct diag *d)
{
	const char *s = nl_attr_str(name);
	int len = (int)strnlen(s, nl_attr_size(name));

	for (size_t i = 0; i < TC_N_ACTION_KINDS; i++) {
		if (tc_action_kind_names[i][0] != s[0] ||
		    strncmp(tc_action_kind_names[i], s, (size_t)len) ||
		    tc_action_kind_names[i][len])
			continue;
		a->kind = (enum tc_action_kind)i;
		return 0;
	}
	return diag_set(d, -EOPNOTSUPP, "action %.*s is not understood", len, nl_attr_str(name));
}

static const struct nl_policy action_policy[] = {
	[TCA_ACT_KIND] = { .kind = NL_STRING, .required = true },
	[TCA_ACT_OPTIONS] = { .kind = NL_NESTED },
	[TCA_ACT_STATS] = { .kind = NL_NESTED },
	[TCA_ACT_COOKIE] = { .kind = NL_BINARY, .max = TC_COOKIE_MAX },
	[TCA_ACT_FLAGS] = { .kind = NL_BINARY,
			    .min = sizeof(struct nla_bitfield32),
			    .max = sizeof(struct nla_bitfield32) },
};

/* Everything but the words of a pedit, which count only below pedit.n. */
static void clear_action(struct tc_action *a)
{
	memset(a, 0, offsetof(struct tc_action, vlan) + sizeof a->vlan);
	memset(&a->stats, 0, sizeof a->stats);
}
static_assert(SIZEOF_MEMBER(struct tc_action, vlan) >= SIZEOF_MEMBER(struct tc_action, mirred) &&
		      SIZEOF_MEMBER(struct tc_action, vlan) >=
			      SIZEOF_MEMBER(struct tc_action, gact) &&
		      SIZEOF_MEMBER(struct tc_action, vlan) >=
			      SIZEOF_MEMBER(struct tc_action, csum),
	      "clear_action() clears up to the end of vlan");

static int take_action(struct tc_action *a, const struct nlattr *nest, struct diag *d)
{
	const struct nlattr *at[ARRAY_SIZE(action_policy)];
	struct nla_bitfield32 flags;
	int err;

	clear_action(a);
	if (nl_attrs_parse(at, action_policy, ARRAY_SIZE(at), nl_attr_data(nest),
			   nl_attr_size(nest), NULL))
		return malformed(d, "an action");
	err = take_kind(a, at[TCA_ACT_KIND], d);
	if (!err && at[TCA_ACT_STATS])
		err = take_stats(&a->stats, at[TCA_ACT_STATS], d);
	if (!err && at[TCA_ACT_OPTIONS])
		err = take_options(a, at[TCA_ACT_OPTIONS], d);
	if (at[TCA_ACT_COOKIE]) {
		a->cookie_size = (uint8_t)nl_attr_size(at[TCA_ACT_COOKIE]);
		if (a->cookie_size == TC_COOKIE_MAX) /* mostly, and then it is no loop */
			memcpy(a->cookie, nl_attr_data(at[TCA_ACT_COOKIE]), TC_COOKIE_MAX);
		else
			memcpy(a->cookie, nl_attr_data(at[TCA_ACT_COOKIE]), a->cookie_size);
	}
	if (at[TCA_ACT_FLAGS]) {
		memcpy(&flags, nl_attr_data(at[TCA_ACT_FLAGS]), sizeof flags);
		a->no_percpu = flags.value & flags.selector & NO_PERCPU_STATS;
	}
	return err;
}

int actions_take(struct tc_filter *f, const struct nlattr *list, struct diag *d)
{
	struct nl_attrs walk = nl_attrs_in(list);
	const struct nlattr *nest;
	int err = 0;

	f->n_actions = 0;
	while (!err && (nest = nl_attrs_next(&walk)) != NULL) {
		if (f->n_actions == TC_ACTIONS_MAX)
			return malformed(d, "TCA_FLOWER_ACT");
		err = take_action(&f->actions[f->n_actions++], nest, d);
	}
	return err ? err : walk.bad ? malformed(d, "TCA_FLOWER_ACT") : 0;
}

static const char *difference(const struct tc_action *a, const struct tc_action *b)
{
	if (a->kind != b->kind)
		return "kind";
	if (a->control != b->control)
		return "control";
	if (a->index && a->index != b->index)
		return "index";
	if (a->cookie_size != b->cookie_size || memcmp(a->cookie, b->cookie, a->cookie_size))
		return "cookie";
	return kinds[a->kind].is_equal(a, b) ? NULL : tc_action_kind_names[a->kind];
}

int actions_compare(const struct tc_filter *request, const struct tc_filter *echo, struct diag *d)
{
	for (size_t i = 0; i < request->n_actions && i < echo->n_actions; i++) {
		const char *what = difference(&request->actions[i], &echo->actions[i]);

		if (what)
			return diag_set(
				d, -EINVAL,
				"the kernel's action %zu differs from the one that was sent "
				"in its %s",
				i, what);
	}
	if (request->n_actions != echo->n_actions)
		return diag_set(d, -EINVAL, "the kernel has %zu actions and not the %zu sent",
				echo->n_actions, request->n_actions);
	return 0;
}

void action_format(struct text *t, const struct tc_action *a)
{
	text_put(t, " action ");
	text_put(t, tc_action_kind_names[a->kind]);
	kinds[a->kind].format(t, a);
	if (a->kind == TC_ACT_GACT || a->control == TC_ACT_PIPE)
		return;
	text_put_char(t, ' ');
	format_control(t, a);
}
