/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rewriting of headers. Model of en/tc/act/pedit.c and of offload_pedit_fields() in en_tc.c, 6.1.
 *
 * The keys of pedit are collected as bytes and masks of headers, set and add apart; then each row
 * of `fields` takes the bits of its field out of the masks and makes one action of the device of
 * them. Bits that no row has taken are of a field that the device cannot rewrite. A new field is a
 * row. A field that the rule matches with the value that it would get is not rewritten.
 */
#include "nic/driver/mlx5_internal.h"

#include <errno.h>

#define NEVER_MATCHED 0xff

/* Where the words of each header may lie. */
static const struct {
	u8 off, size;
} headers[] = {
	[FLOW_ACT_MANGLE_HDR_TYPE_ETH] = { PEDIT_ETH, PEDIT_IP4 - PEDIT_ETH },
	[FLOW_ACT_MANGLE_HDR_TYPE_IP4] = { PEDIT_IP4, PEDIT_IP6 - PEDIT_IP4 },
	[FLOW_ACT_MANGLE_HDR_TYPE_IP6] = { PEDIT_IP6, PEDIT_TCP - PEDIT_IP6 },
	[FLOW_ACT_MANGLE_HDR_TYPE_TCP] = { PEDIT_TCP, PEDIT_UDP - PEDIT_TCP },
	[FLOW_ACT_MANGLE_HDR_TYPE_UDP] = { PEDIT_UDP, PEDIT_SIZE - PEDIT_UDP },
};

struct mlx5_field {
	u16 field; /* enum mlx5_modify_field */
	u8 bits;
	u32 mask;
	u8 off;	      /* in struct pedit_headers_action */
	u8 match_off; /* of the same bits in fte_match_set_lyr_2_4 */
};

#define MATCH(f) IFC_LOC_OFF(IFC_LOC_fte_match_set_lyr_2_4__##f)
#define SRC	 IFC_OFF_fte_match_set_lyr_2_4__src_ipv4_src_ipv6
#define DST	 IFC_OFF_fte_match_set_lyr_2_4__dst_ipv4_dst_ipv6

/* clang-format off */
static const struct mlx5_field fields[] = {
	{ MLX5_FIELD_OUT_DMAC_47_16,	32, UINT32_MAX, PEDIT_ETH + 0,	MATCH(dmac_47_16) },
	{ MLX5_FIELD_OUT_DMAC_15_0,	16, 0xffff,	PEDIT_ETH + 4,	MATCH(dmac_15_0) },
	{ MLX5_FIELD_OUT_SMAC_47_16,	32, UINT32_MAX, PEDIT_ETH + 6,	MATCH(smac_47_16) },
	{ MLX5_FIELD_OUT_SMAC_15_0,	16, 0xffff,	PEDIT_ETH + 10, MATCH(smac_15_0) },
	{ MLX5_FIELD_OUT_ETHERTYPE,	16, 0xffff,	PEDIT_ETH + 12, MATCH(ethertype) + 2 },
	{ MLX5_FIELD_OUT_FIRST_VID,	16, 0xffff,	PEDIT_ETH + 14, MATCH(first_vid) + 2 },
	{ MLX5_FIELD_OUT_IP_DSCP,	8,  0xfc,	PEDIT_IP4 + 1,	MATCH(ip_dscp) + 1 },
	{ MLX5_FIELD_OUT_IP_TTL,	8,  0xff,	PEDIT_IP4 + 8,	MATCH(ttl_hoplimit) + 3 },
	{ MLX5_FIELD_OUT_SIPV4,		32, UINT32_MAX, PEDIT_IP4 + 12, SRC + 12 },
	{ MLX5_FIELD_OUT_DIPV4,		32, UINT32_MAX, PEDIT_IP4 + 16, DST + 12 },
	{ MLX5_FIELD_OUT_SIPV6_127_96,	32, UINT32_MAX, PEDIT_IP6 + 8,	SRC },
	{ MLX5_FIELD_OUT_SIPV6_95_64,	32, UINT32_MAX, PEDIT_IP6 + 12, SRC + 4 },
	{ MLX5_FIELD_OUT_SIPV6_63_32,	32, UINT32_MAX, PEDIT_IP6 + 16, SRC + 8 },
	{ MLX5_FIELD_OUT_SIPV6_31_0,	32, UINT32_MAX, PEDIT_IP6 + 20, SRC + 12 },
	{ MLX5_FIELD_OUT_DIPV6_127_96,	32, UINT32_MAX, PEDIT_IP6 + 24, DST },
	{ MLX5_FIELD_OUT_DIPV6_95_64,	32, UINT32_MAX, PEDIT_IP6 + 28, DST + 4 },
	{ MLX5_FIELD_OUT_DIPV6_63_32,	32, UINT32_MAX, PEDIT_IP6 + 32, DST + 8 },
	{ MLX5_FIELD_OUT_DIPV6_31_0,	32, UINT32_MAX, PEDIT_IP6 + 36, DST + 12 },
	{ MLX5_FIELD_OUT_IPV6_HOPLIMIT, 8,  0xff,	PEDIT_IP6 + 7,	MATCH(ttl_hoplimit) + 3 },
	{ MLX5_FIELD_OUT_IP_DSCP,	16, 0x0fc0,	PEDIT_IP6 + 0,	NEVER_MATCHED },
	{ MLX5_FIELD_OUT_TCP_SPORT,	16, 0xffff,	PEDIT_TCP + 0,	MATCH(tcp_sport) },
	{ MLX5_FIELD_OUT_TCP_DPORT,	16, 0xffff,	PEDIT_TCP + 2,	MATCH(tcp_dport) + 2 },
	{ MLX5_FIELD_OUT_TCP_FLAGS,	8,  0xff,	PEDIT_TCP + 13, MATCH(tcp_flags) + 3 },
	{ MLX5_FIELD_OUT_UDP_SPORT,	16, 0xffff,	PEDIT_UDP + 0,	MATCH(udp_sport) },
	{ MLX5_FIELD_OUT_UDP_DPORT,	16, 0xffff,	PEDIT_UDP + 2,	MATCH(udp_dport) + 2 },
};
/* clang-format on */

static u32 read_bits(const u8 *p, u8 bits)
{
	return bits == 32 ? get_be32(p) : bits == 16 ? get_be16(p) : *p;
}

static void write_bits(u8 *p, u8 bits, u32 x)
{
	if (bits == 32)
		put_be32(p, x);
	else if (bits == 16)
		put_be16(p, (u16)x);
	else
		*p = (u8)x;
}

/* ---- collecting ---- */

static int set_pedit_val(struct mlx5e_tc_act_parse_state *state,
			 const struct flow_action_entry *act, struct pedit_headers_action *hdrs)
{
	size_t off = headers[act->mangle.htype].off + (size_t)act->mangle.offset;
	u32 mask = ~act->mangle.mask, curr = get_u32(hdrs->masks + off), val;

	if (curr & mask)
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "pedit",
				   "curr_pmask and new mask same. Acting twice on same location");
	curr |= mask;
	memcpy(hdrs->masks + off, &curr, sizeof curr);
	val = get_u32(hdrs->vals + off) | (act->mangle.val & mask);
	memcpy(hdrs->vals + off, &val, sizeof val);
	return 0;
}

int mlx5e_tc_act_pedit_parse_action(struct mlx5e_tc_act_parse_state *state,
				    const struct flow_action_entry *act)
{
	struct mlx5_flow_attr *attr = state->attr;
	enum flow_action_mangle_base htype = act->mangle.htype;

	if (htype == FLOW_ACT_MANGLE_UNSPEC)
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "pedit",
				   "legacy pedit isn't offloaded");
	if (!state->dev->steering_caps.max_modify_header_actions)
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "pedit",
				   "The pedit offload action is not supported");
	/* The driver does not look; what lies behind a header is no field either. */
	if ((size_t)htype >= ARRAY_SIZE(headers) ||
	    act->mangle.offset > headers[htype].size - sizeof(u32))
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "pedit",
				   "attempt to offload an unsupported field");
	if (!attr->has_pedit) {
		memset(attr->hdrs, 0, sizeof attr->hdrs);
		attr->has_pedit = true;
	}
	return set_pedit_val(state, act, &attr->hdrs[act->id == FLOW_ACTION_ADD]);
}

static bool can_offload_pedit(struct mlx5e_tc_act_parse_state *state,
			      const struct flow_action_entry *act, unsigned int index)
{
	return true;
}

static int parse_pedit(struct mlx5e_tc_act_parse_state *state, const struct flow_action_entry *act)
{
	int err = mlx5e_tc_act_pedit_parse_action(state, act);

	if (err)
		return err;
	state->attr->action |= MLX5_FLOW_CONTEXT_ACTION_MOD_HDR;
	state->attr->split_count = state->attr->out_count;
	return 0;
}

const struct mlx5e_tc_act mlx5e_tc_act_pedit = { can_offload_pedit, parse_pedit, NULL };

/* ---- translating ---- */

/* Whether the rule matches just the value that the field would get. */
static bool is_matched_already(const struct mlx5_flow_spec *spec, const struct mlx5_field *f,
			       u32 mask, u32 val)
{
	u32 match_mask, match_val;

	if (f->match_off == NEVER_MATCHED)
		return false;
	match_mask = read_bits(spec->match_criteria + f->match_off, f->bits);
	match_val = read_bits(spec->match_value + f->match_off, f->bits);
	return (val & mask) == (match_val & match_mask) && !(mask & ~match_mask);
}

static bool is_one_run(u32 mask)
{
	u32 low = mask & -mask;

	return !((mask + low) & mask);
}

static int add_mod_act(struct mlx5e_tc_act_parse_state *state, const struct mlx5_field *f, u32 cmd,
		       u32 mask, u32 val)
{
	struct mlx5_flow_attr *attr = state->attr;
	unsigned int first = (unsigned int)__builtin_ctz(mask);
	unsigned int start = (unsigned int)__builtin_ctz(f->mask);
	u8 *act = attr->mod_acts + (size_t)attr->n_mod_acts * MLX5_MOD_ACT_SIZE;

	if (!is_one_run(mask))
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "pedit",
				   "rewrite of few sub-fields isn't supported");
	if (attr->n_mod_acts >= state->dev->steering_caps.max_modify_header_actions)
		return MLX5_REFUSE(state->dev, state->extack, -ENOSPC, "pedit",
				   "too many pedit actions, can't offload");
	memset(act, 0, MLX5_MOD_ACT_SIZE);
	IFC_SET(set_action_in, act, action_type, cmd);
	IFC_SET(set_action_in, act, field, f->field);
	if (cmd == MLX5_ACTION_SET) {
		IFC_SET(set_action_in, act, offset, first - start);
		/* 32 is written as 0: the field has 5 bits. */
		IFC_SET(set_action_in, act, length, (u32)__builtin_popcount(mask));
	}
	IFC_SET(set_action_in, act, data, val >> first);
	attr->n_mod_acts++;
	return 0;
}

/* Takes the bits of a field out of the mask of one kind of command, and returns them. */
static u32 take_mask(struct pedit_headers_action *h, const struct mlx5_field *f)
{
	u8 *p = h->masks + f->off;
	u32 x = read_bits(p, f->bits);

	write_bits(p, f->bits, x & ~f->mask);
	return x & f->mask;
}

static int offload_pedit_field(struct mlx5e_tc_act_parse_state *state, const struct mlx5_field *f)
{
	struct mlx5_flow_attr *attr = state->attr;
	u32 set = take_mask(&attr->hdrs[0], f), add = take_mask(&attr->hdrs[1], f), val;

	if (!set && !add)
		return 0;
	if (set && add)
		return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "pedit",
				   "can't set and add to the same HW field");
	if (set) {
		val = read_bits(attr->hdrs[0].vals + f->off, f->bits);
		if (is_matched_already(&state->dev->spec, f, set, val & f->mask))
			return 0;
		return add_mod_act(state, f, MLX5_ACTION_SET, set, val & f->mask);
	}
	val = read_bits(attr->hdrs[1].vals + f->off, f->bits) & f->mask;
	return val ? add_mod_act(state, f, MLX5_ACTION_ADD, add, val) : 0;
}

static int offload_pedit_fields(struct mlx5e_tc_act_parse_state *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		int err = offload_pedit_field(state, &fields[i]);

		if (err)
			return err;
	}
	return 0;
}

static int verify_offload_pedit_fields(struct mlx5e_tc_act_parse_state *state)
{
	static const u8 zero[PEDIT_SIZE];

	for (size_t cmd = 0; cmd < 2; cmd++) {
		if (memcmp(state->attr->hdrs[cmd].masks, zero, sizeof zero))
			return MLX5_REFUSE(state->dev, state->extack, -EOPNOTSUPP, "pedit",
					   "attempt to offload an unsupported field");
	}
	return 0;
}

int mlx5e_actions_prepare_mod_hdr_actions(struct mlx5e_tc_act_parse_state *state)
{
	const u32 vlan = MLX5_FLOW_CONTEXT_ACTION_VLAN_POP | MLX5_FLOW_CONTEXT_ACTION_VLAN_PUSH;
	struct mlx5_flow_attr *attr = state->attr;
	int err;

	if (!attr->has_pedit)
		return 0;
	err = offload_pedit_fields(state);
	if (!err)
		err = verify_offload_pedit_fields(state);
	if (err || attr->n_mod_acts)
		return err;
	/* Nothing is left to rewrite. */
	attr->action &= ~(u32)MLX5_FLOW_CONTEXT_ACTION_MOD_HDR;
	if (!(attr->action & vlan))
		attr->split_count = 0;
	return 0;
}
