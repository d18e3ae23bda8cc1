/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random tables and random packets against an oracle that keeps entries in arrays, builds a
 * fte_match_param of each packet field by field, and looks at every entry in ascending order.
 */
#include "nic/device/queues_internal.h"

#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define PARAM	    IFC_FTE_MATCH_PARAM_SIZE
#define N_FDB	    4
#define N_ACL	    2 /* ingress of vport 1, egress of vport 2 */
#define NIC_TABLE   (N_FDB + N_ACL)
#define N_TABLES    (N_FDB + N_ACL + 1)
#define GROUP_SIZE  16
#define N_GROUPS    6
#define TABLE_SIZE  128
#define N_MODIFY    6
#define N_REFORMATS 3
#define N_TIRS	    18
#define FRAME_MAX   256
#define N_PACKETS   400
#define OUTPUTS_MAX 256
#define ACT(name)   MLX5_FLOW_CONTEXT_ACTION_##name

struct rule {
	bool used;
	uint8_t value[PARAM];
	uint32_t action, source, counter, vlan;
	int modify, reformat; /* numbers of recipes */
	uint32_t n_vports, vports[2];
	int reformats[2]; /* of the vports; -1: none */
	int table;	  /* or -1 */
	uint64_t packets, octets;
};

struct oracle_table {
	uint32_t id, type;
	int miss; /* or -1 */
	struct {
		uint8_t mask[PARAM];
		uint32_t id;
	} groups[N_GROUPS];
	struct rule rules[TABLE_SIZE];
};

struct output {
	uint16_t vport;
	uint32_t tirn, size;
	uint8_t bytes[512];
};

struct outputs {
	size_t n;
	struct output o[OUTPUTS_MAX];
};

struct world {
	struct nic_device *dev;
	struct oracle_table tables[N_TABLES];
	uint32_t modify[5][N_MODIFY]; /* ids, by type of table */
	uint32_t reformats[N_REFORMATS];
	struct outputs got, want;
	uint64_t random;
	uint8_t frames[N_PACKETS][FRAME_MAX];
	uint32_t sizes[N_PACKETS];
};

static uint32_t rnd(struct world *w, uint32_t below)
{
	w->random = hash_u64(w->random + 1);
	return (uint32_t)(w->random >> 32) % below;
}

/* ---- commands ---- */

static uint8_t in[0x500], reply[0x500];

static uint8_t *start(uint16_t opcode)
{
	memset(in, 0, sizeof in);
	IFC_SET(cmd_in, in, opcode, opcode);
	return in;
}

static void run(struct world *w, size_t more)
{
	uint16_t opcode = (uint16_t)IFC_GET(cmd_in, in, opcode);
	size_t size = mlx5_opcode_layout(opcode, true)->size + more;
	size_t out_size = mlx5_opcode_layout(opcode, false)->size;

	if (opcode == MLX5_CMD_OP_QUERY_FLOW_COUNTER)
		out_size += 16;
	assert_int_equal(nic_device_exec(w->dev, in, size, reply, out_size), 0);
	if (IFC_GET(cmd_out, reply, status))
		fail_msg("%s: %s", mlx5_opcode_name(opcode),
			 nic_syndrome_words(IFC_GET(cmd_out, reply, syndrome)));
}

static uint32_t vport_of(const struct oracle_table *t)
{
	if (t->type == MLX5_TABLE_FDB || t->type == MLX5_TABLE_NIC_RX)
		return 0;
	return t->type == MLX5_TABLE_ESW_INGRESS_ACL ? 1 : 2;
}

static void on_table(uint16_t opcode, const struct oracle_table *t)
{
	start(opcode);
	IFC_SET(set_fte_in, in, table_type, t->type);
	IFC_SET(set_fte_in, in, table_id, t->id);
	IFC_SET(set_fte_in, in, other_vport, vport_of(t) ? 1 : 0);
	IFC_SET(set_fte_in, in, vport_number, vport_of(t));
}

/* ---- recipes of modify headers, and the same by hand ---- */

static void put_set(uint8_t *a, uint32_t field, uint32_t offset, uint32_t length, uint32_t data)
{
	IFC_SET(set_action_in, a, action_type, MLX5_ACTION_SET);
	IFC_SET(set_action_in, a, field, field);
	IFC_SET(set_action_in, a, offset, offset);
	IFC_SET(set_action_in, a, length, length);
	IFC_SET(set_action_in, a, data, data);
}

static void make_recipe(uint8_t *a, int recipe)
{
	switch (recipe) {
	case 0: /* the metadata of a source port */
		put_set(a, MLX5_FIELD_METADATA_REG_C_0, 16, 16, 3);
		break;
	case 1:
		put_set(a, MLX5_FIELD_OUT_DMAC_15_0, 0, 16, 2);
		break;
	case 2:
		IFC_SET(add_action_in, a, action_type, MLX5_ACTION_ADD);
		IFC_SET(add_action_in, a, field, MLX5_FIELD_OUT_IP_TTL);
		IFC_SET(add_action_in, a, data, 0xff);
		break;
	case 3:
		IFC_SET(copy_action_in, a, action_type, MLX5_ACTION_COPY);
		IFC_SET(copy_action_in, a, src_field, MLX5_FIELD_OUT_DIPV4);
		IFC_SET(copy_action_in, a, dst_field, MLX5_FIELD_METADATA_REG_C_1);
		IFC_SET(copy_action_in, a, length, 2);
		break;
	case 4:
		put_set(a, MLX5_FIELD_OUT_UDP_DPORT, 0, 16, 1);
		break;
	case 5:
		put_set(a, MLX5_FIELD_OUT_SIPV4, 0, 8, 1);
		break;
	}
}

struct state {
	struct packet p;
	uint8_t bytes[768];
	uint32_t regs[8], port, sqn, left;
	struct packet_headers h;
};

static void dissect(struct state *s)
{
	packet_dissect(&s->h, s->p.data, s->p.size);
}

/* Whether the packet had the field. */
static bool by_hand(struct state *s, int recipe)
{
	uint8_t *d = s->p.data;
	bool v4 = s->h.l3_type == PACKET_L3_IPV4;

	switch (recipe) {
	case 0:
		s->regs[0] = (s->regs[0] & 0xffff) | 3u << 16;
		return true;
	case 1:
		d[4] = 0;
		d[5] = 2;
		return true;
	case 2:
		if (!v4)
			return false;
		d[s->h.l3 + 8] = (uint8_t)(d[s->h.l3 + 8] - 1);
		break;
	case 3:
		if (!v4)
			return false;
		s->regs[1] = (s->regs[1] & ~3u) | (d[s->h.l3 + 19] & 3u);
		return true;
	case 4:
		if (s->h.ip_proto != 17 || s->h.l4 == 0xffff || s->p.size < s->h.l4 + 8u)
			return false;
		put_be16(d + s->h.l4 + 2, 1);
		break;
	case 5:
		if (!v4)
			return false;
		d[s->h.l3 + 15] = 1;
		break;
	}
	packet_fix_checksums(&s->p);
	return true;
}

/* ---- the oracle ---- */

/* Where a block of headers and the fields of its second tag lie in fte_match_param. */
struct block {
	size_t at;
	unsigned int prio, cfi, vid, is_c, is_s, label;
};

#define BLOCK(where, off)                                                       \
	{                                                                       \
		off, IFC_LOC_fte_match_set_misc__##where##_second_prio,         \
			IFC_LOC_fte_match_set_misc__##where##_second_cfi,       \
			IFC_LOC_fte_match_set_misc__##where##_second_vid,       \
			IFC_LOC_fte_match_set_misc__##where##_second_cvlan_tag, \
			IFC_LOC_fte_match_set_misc__##where##_second_svlan_tag, \
			IFC_LOC_fte_match_set_misc__##where##_ipv6_flow_label   \
	}
static const struct block outer = BLOCK(outer, 0), inner = BLOCK(inner, 0x80);

static void param_of_l3(uint8_t *o, const struct packet_headers *h, const uint8_t *p)
{
	bool v4 = h->l3_type == PACKET_L3_IPV4;
	uint8_t tos = (uint8_t)(v4 ? p[1] : get_be16(p) >> 4);

	IFC_SET(fte_match_set_lyr_2_4, o, ip_version, v4 ? 4 : 6);
	IFC_SET(fte_match_set_lyr_2_4, o, ip_protocol, h->ip_proto);
	IFC_SET(fte_match_set_lyr_2_4, o, ip_dscp, tos >> 2);
	IFC_SET(fte_match_set_lyr_2_4, o, ip_ecn, tos & 3u);
	IFC_SET(fte_match_set_lyr_2_4, o, frag, h->is_fragment);
	IFC_SET(fte_match_set_lyr_2_4, o, ttl_hoplimit, v4 ? p[8] : p[7]);
	if (v4)
		IFC_SET(fte_match_set_lyr_2_4, o, ipv4_ihl, p[0] & 15u);
	memcpy(o + (v4 ? 0x2c : 0x20), p + (v4 ? 12 : 8), v4 ? 4 : 16);
	memcpy(o + (v4 ? 0x3c : 0x30), p + (v4 ? 16 : 24), v4 ? 4 : 16);
}

static void param_of_l4(uint8_t *o, uint8_t *icmp, const struct packet_headers *h, const uint8_t *p)
{
	if (h->ip_proto == 6) {
		IFC_SET(fte_match_set_lyr_2_4, o, tcp_sport, get_be16(p));
		IFC_SET(fte_match_set_lyr_2_4, o, tcp_dport, get_be16(p + 2));
		IFC_SET(fte_match_set_lyr_2_4, o, tcp_flags, get_be16(p + 12) & 0x1ffu);
	} else if (h->ip_proto == 17) {
		IFC_SET(fte_match_set_lyr_2_4, o, udp_sport, get_be16(p));
		IFC_SET(fte_match_set_lyr_2_4, o, udp_dport, get_be16(p + 2));
	} else if (h->ip_proto == 1 && h->l3_type == PACKET_L3_IPV4) {
		IFC_SET(fte_match_set_misc3, icmp, icmp_type, p[0]);
		IFC_SET(fte_match_set_misc3, icmp, icmp_code, p[1]);
	} else if (h->ip_proto == 58 && h->l3_type == PACKET_L3_IPV6) {
		IFC_SET(fte_match_set_misc3, icmp, icmpv6_type, p[0]);
		IFC_SET(fte_match_set_misc3, icmp, icmpv6_code, p[1]);
	}
}

static void param_of_vlans(uint8_t *o, uint8_t *misc, const struct block *b,
			   const struct packet_headers *h)
{
	uint16_t tci;

	if (h->n_vlans > 0) {
		tci = host_from_be16(h->vlan[0].tci);
		IFC_SET(fte_match_set_lyr_2_4, o, first_prio, tci >> 13);
		IFC_SET(fte_match_set_lyr_2_4, o, first_cfi, tci >> 12);
		IFC_SET(fte_match_set_lyr_2_4, o, first_vid, tci);
		if (host_from_be16(h->vlan[0].tpid) == 0x8100)
			IFC_SET(fte_match_set_lyr_2_4, o, cvlan_tag, 1);
		else
			IFC_SET(fte_match_set_lyr_2_4, o, svlan_tag, 1);
	}
	if (h->n_vlans > 1) {
		tci = host_from_be16(h->vlan[1].tci);
		ifc_set(misc, b->prio, tci >> 13);
		ifc_set(misc, b->cfi, tci >> 12);
		ifc_set(misc, b->vid, tci);
		ifc_set(misc, host_from_be16(h->vlan[1].tpid) == 0x8100 ? b->is_c : b->is_s, 1);
	}
}

static void param_of_headers(uint8_t *param, const struct block *b, struct packet_headers *h,
			     const uint8_t *d, size_t size)
{
	uint8_t *misc = IFC_PTR(fte_match_param, param, misc_parameters);
	uint8_t *icmp = IFC_PTR(fte_match_param, param, misc_parameters_3);
	uint8_t *o = param + b->at;

	packet_dissect(h, d, size);
	IFC_SET(fte_match_set_lyr_2_4, o, smac_47_16, get_be32(d + 6));
	IFC_SET(fte_match_set_lyr_2_4, o, smac_15_0, get_be16(d + 10));
	IFC_SET(fte_match_set_lyr_2_4, o, dmac_47_16, get_be32(d));
	IFC_SET(fte_match_set_lyr_2_4, o, dmac_15_0, get_be16(d + 4));
	IFC_SET(fte_match_set_lyr_2_4, o, ethertype, host_from_be16(h->eth_type));
	param_of_vlans(o, misc, b, h);
	if (h->l3 != 0xffff && h->l3_type != PACKET_L3_ARP)
		param_of_l3(o, h, d + h->l3);
	if (h->l3 != 0xffff && h->l3_type == PACKET_L3_IPV6)
		ifc_set(misc, b->label, get_be32(d + h->l3));
	if (h->l4 != 0xffff)
		param_of_l4(o, icmp, h, d + h->l4);
}

/* Writes what a tunnel's header says. Returns the offset of the frame in it, or 0. */
static size_t param_of_tunnel(uint8_t *param, const struct state *s)
{
	uint8_t *misc = IFC_PTR(fte_match_param, param, misc_parameters);
	uint8_t *misc2 = IFC_PTR(fte_match_param, param, misc_parameters_2);
	const uint8_t *p = s->p.data + s->h.l4, *q = p + 8;
	size_t at = 0;

	if (s->h.l4 == 0xffff || s->h.is_fragment)
		return 0;
	if (s->h.ip_proto == 47 && !(p[0] & 0x40) && !(p[1] & 7)) {
		IFC_SET(fte_match_set_misc, misc, gre_c_present, p[0] >> 7);
		IFC_SET(fte_match_set_misc, misc, gre_k_present, p[0] >> 5);
		IFC_SET(fte_match_set_misc, misc, gre_s_present, p[0] >> 4);
		IFC_SET(fte_match_set_misc, misc, gre_protocol, get_be16(p + 2));
		q = p + 4 + (p[0] & 0x80 ? 4 : 0);
		if (p[0] & 0x20)
			IFC_SET(fte_match_set_misc, misc, gre_key, get_be32(q));
		q += (p[0] & 0x20 ? 4 : 0) + (p[0] & 0x10 ? 4 : 0);
		if (get_be16(p + 2) == 0x8847)
			IFC_SET(fte_match_set_misc2, misc2, outer_first_mpls_over_gre, get_be32(q));
		at = get_be16(p + 2) == 0x6558 ? (size_t)(q - s->p.data) : 0;
	} else if (s->h.ip_proto == 17 && get_be16(p + 2) == 4789 && p[8] & 8) {
		IFC_SET(fte_match_set_misc, misc, vxlan_vni, get_be32(q + 4) >> 8);
		at = s->h.l4 + 16u;
	} else if (s->h.ip_proto == 17 && get_be16(p + 2) == 6081) {
		IFC_SET(fte_match_set_misc, misc, geneve_vni, get_be32(q + 4) >> 8);
		IFC_SET(fte_match_set_misc, misc, geneve_oam, q[1] >> 7);
		IFC_SET(fte_match_set_misc, misc, geneve_opt_len, q[0] & 63);
		IFC_SET(fte_match_set_misc, misc, geneve_protocol_type, get_be16(q + 2));
		at = get_be16(q + 2) == 0x6558 ? s->h.l4 + 16u + (q[0] & 63u) * 4 : 0;
	} else if (s->h.ip_proto == 17 && get_be16(p + 2) == 6635) {
		IFC_SET(fte_match_set_misc2, misc2, outer_first_mpls_over_udp, get_be32(q));
	}
	return at && at + 14 <= s->p.size ? at : 0;
}

static void param_of(uint8_t *param, struct state *s)
{
	uint8_t *misc = IFC_PTR(fte_match_param, param, misc_parameters);
	struct packet_headers in_tunnel;
	size_t at;

	memset(param, 0, PARAM);
	param_of_headers(param, &outer, &s->h, s->p.data, s->p.size);
	if (host_from_be16(s->h.eth_type) == 0x8847)
		put_be32(param + 0xc0, get_be32(s->p.data + 14 + s->h.n_vlans * 4));
	at = param_of_tunnel(param, s);
	if (at)
		param_of_headers(param, &inner, &in_tunnel, s->p.data + at, s->p.size - at);
	IFC_SET(fte_match_set_misc, misc, source_port, s->port);
	IFC_SET(fte_match_set_misc, misc, source_sqn, s->sqn);
	IFC_SET(fte_match_set_misc, misc, source_eswitch_owner_vhca_id, 1);
	for (uint32_t i = 0; i < 8; i++)
		put_be32(param + 0xc0 + 0x2c - i * 4, s->regs[i]);
}

static struct rule *oracle_find(struct oracle_table *t, struct state *s)
{
	uint8_t param[PARAM];

	param_of(param, s);
	for (size_t i = 0; i < TABLE_SIZE; i++) {
		const uint8_t *mask = t->groups[i / GROUP_SIZE % N_GROUPS].mask;
		struct rule *r = &t->rules[i];
		bool is = r->used;

		for (size_t b = 0; b < PARAM && is; b++)
			is = (param[b] & mask[b]) == r->value[b];
		if (is && r->source && r->source != (s->port == MLX5_VPORT_UPLINK ? 1 : 2))
			is = false;
		if (is)
			return r;
	}
	return NULL;
}

/* Headers of tunnels, as a driver gives them. */
static const struct {
	uint32_t type, size;
	const char *bytes;
} headers[N_REFORMATS] = {
	{ MLX5_REFORMAT_L2_TO_VXLAN, 50,
	  "\x02\0\0\0\0\1\2\0\0\0\0\1\x08\0\x45\0\0\0\0\0\0\0\x40\x11\0\0"
	  "\x0a\0\0\1\x0a\0\0\2\0\0\x12\xb5\0\0\0\0\x08\0\0\0\0\0\2" },
	{ MLX5_REFORMAT_L2_TO_L2_TUNNEL, 70,
	  "\x02\0\0\0\0\1\2\0\0\0\0\1\x86\xdd\x60\0\0\0\0\0\x11\x40"
	  "\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0"
	  "\0\0\x17\xc1\0\0\0\0\0\0\x65\x58\0\0\1" },
	{ MLX5_REFORMAT_L2_TO_NVGRE, 42,
	  "\x02\0\0\0\0\1\2\0\0\0\0\1\x08\0\x45\0\0\0\0\0\0\0\x40\x2f\0\0"
	  "\x0a\0\0\1\x0a\0\0\2\x20\0\x65\x58\0\0\0\1" },
};

/* The header is put by the device's own function, whose bytes another test looks at. */
static void oracle_encap(struct world *w, struct state *s, int reformat)
{
	const struct nic_reformat *r = idr_find(&w->dev->reformats, w->reformats[reformat]);
	struct nic_layers l = { 0 };

	dissect(s);
	l.n_vlans = s->h.n_vlans;
	if (s->h.l3 != 0xffff && s->h.l3_type != PACKET_L3_ARP) {
		l.l3 = s->h.l3;
		l.ip_version = s->h.l3_type == PACKET_L3_IPV4 ? 4 : 6;
		l.ip_proto = s->h.ip_proto;
		l.l4 = s->h.l4 == 0xffff ? 0 : s->h.l4;
	}
	assert_int_equal(nic_reformat_run(w->dev, r, &s->p, &l), 0);
}

static bool oracle_change(struct rule *r, struct state *s)
{
	uint8_t param[PARAM] = { 0 };
	size_t at;

	dissect(s);
	at = param_of_tunnel(param, s);
	if (r->action & ACT(DECAP) && (!at || packet_pull(&s->p, at)))
		return false;
	dissect(s);
	if (r->action & ACT(VLAN_POP) && (!s->h.n_vlans || packet_pop_vlan(&s->p)))
		return false;
	dissect(s);
	if (r->action & ACT(MOD_HDR) && !by_hand(s, r->modify))
		return false;
	return !(r->action & ACT(VLAN_PUSH)) ||
	       !packet_push_vlan(&s->p, be16_from_host((uint16_t)(r->vlan >> 16)),
				 be16_from_host((uint16_t)r->vlan));
}

static bool oracle_act(struct world *w, struct rule *r, struct state *s)
{
	if (!(r->action & ACT(DROP)) && !oracle_change(r, s))
		return false;
	if (r->action & ACT(COUNT)) {
		r->packets++;
		r->octets += s->p.size;
	}
	if (r->action & ACT(PACKET_REFORMAT))
		oracle_encap(w, s, r->reformat);
	return true;
}

static void put_output(struct outputs *o, uint16_t vport, uint32_t tirn, const void *f, size_t size)
{
	assert_true(o->n < OUTPUTS_MAX && size <= sizeof o->o[0].bytes);
	o->o[o->n] = (struct output){ .vport = vport, .tirn = tirn, .size = (uint32_t)size };
	memcpy(o->o[o->n++].bytes, f, size);
}

static void copy_state(struct state *to, const struct state *from)
{
	*to = *from;
	packet_init(&to->p, to->bytes, sizeof to->bytes);
	assert_int_equal(packet_copy(&to->p, &from->p), 0);
}

static enum nic_drop oracle_run(struct world *w, int table, struct state *s);

static enum nic_drop oracle_leave(struct world *w, uint32_t vport, int reformat,
				  const struct state *s)
{
	enum nic_drop drop = NIC_DROP_NONE;
	struct state copy;

	copy_state(&copy, s);
	if (reformat >= 0)
		oracle_encap(w, &copy, reformat);
	if (vport == 2)
		drop = oracle_run(w, N_FDB + 1, &copy);
	if (!drop && !vport) {
		memset(copy.regs + 1, 0, sizeof copy.regs - sizeof copy.regs[0]);
		return oracle_run(w, NIC_TABLE, &copy);
	}
	if (!drop)
		put_output(&w->want, (uint16_t)vport, 0, copy.p.data, copy.p.size);
	return drop;
}

static enum nic_drop oracle_run(struct world *w, int table, struct state *s)
{
	enum nic_drop first = NIC_DROP_NONE;
	bool is_acl = table == N_FDB || table == N_FDB + 1;

	while (table >= 0) {
		struct oracle_table *t = &w->tables[table];
		struct rule *r = oracle_find(t, s);

		if (!s->left--)
			return first ? first : NIC_DROP_LOOP;
		if (!r) {
			table = t->miss;
			continue;
		}
		if (!oracle_act(w, r, s))
			return first ? first : NIC_DROP_ERROR;
		if (r->action & ACT(DROP))
			return first ? first : NIC_DROP_ACTION;
		for (size_t i = 0; i < r->n_vports; i++) {
			enum nic_drop drop = NIC_DROP_NONE;

			if (table == NIC_TABLE)
				put_output(&w->want, 0, r->vports[i], s->p.data, s->p.size);
			else
				drop = oracle_leave(w, r->vports[i], r->reformats[i], s);
			first = first ? first : drop;
		}
		if (r->table < 0)
			return first;
		table = r->table;
	}
	return first ? first : is_acl ? NIC_DROP_NONE : NIC_DROP_MISS;
}

static enum nic_drop oracle(struct world *w, uint32_t vport, uint32_t sqn, const uint8_t *frame,
			    size_t size)
{
	struct state s = { .port = vport, .sqn = sqn, .left = NIC_PATH_TABLES_MAX };
	enum nic_drop drop = NIC_DROP_NONE;
	uint16_t ip_id = w->dev->ip_id;

	w->want.n = 0;
	packet_init(&s.p, s.bytes, sizeof s.bytes);
	assert_int_equal(packet_set(&s.p, frame, size), 0);
	if (vport == 1)
		drop = oracle_run(w, N_FDB, &s);
	if (!drop)
		drop = oracle_run(w, 0, &s);
	w->dev->ip_id = ip_id;
	return w->want.n ? NIC_DROP_NONE : drop;
}

static enum nic_drop got_rx(struct nic_device *dev, uint32_t tirn, const uint8_t *data, size_t size,
			    const struct nic_rx_meta *meta)
{
	put_output(dev->sink.aux, 0, tirn, data, size);
	return NIC_DROP_NONE;
}

/* TIRs that lead to no queue: the test gets what comes to them. */
static void add_tirs(struct world *w)
{
	void *tir;

	w->dev->deliver_tir = got_rx;
	for (size_t i = 0; i < N_TIRS; i++)
		assert_int_equal(nic_object_add(w->dev, NIC_OBJECT_TIR, &tir), NIC_SYN_NONE);
}

/* ---- worlds ---- */

/* Masks of few bits of many fields, so that packets hit and entries overlap. */
static void random_mask(struct world *w, uint8_t *mask)
{
	static const struct {
		unsigned int loc;
		uint32_t bits;
	} choices[] = {
#define O(f, bits) { IFC_LOC_fte_match_set_lyr_2_4__##f, bits }
#define M1(f, bits)                                                  \
	{                                                            \
		IFC_LOC_fte_match_set_misc__##f + (0x40 << 10), bits \
	}
#define M2(f, bits)                                                   \
	{                                                             \
		IFC_LOC_fte_match_set_misc2__##f + (0xc0 << 10), bits \
	}
#define M3(f, bits)                                                    \
	{                                                              \
		IFC_LOC_fte_match_set_misc3__##f + (0x100 << 10), bits \
	}
#define I(f, bits)                                                      \
	{                                                               \
		IFC_LOC_fte_match_set_lyr_2_4__##f + (0x80 << 10), bits \
	}
		O(smac_15_0, 1),
		O(smac_47_16, ~0u),
		O(dmac_15_0, 3),
		O(ethertype, 0xffff),
		O(first_prio, 1),
		O(first_cfi, 1),
		O(first_vid, 3),
		O(ip_protocol, 0xff),
		O(ip_dscp, 1),
		O(ip_ecn, 3),
		O(cvlan_tag, 1),
		O(svlan_tag, 1),
		O(frag, 1),
		O(ip_version, 15),
		O(tcp_flags, 0x102),
		O(tcp_sport, 1),
		O(tcp_dport, 1),
		O(ipv4_ihl, 15),
		O(ttl_hoplimit, 3),
		O(udp_sport, 1),
		O(udp_dport, 1),
		M1(source_port, 3),
		M1(source_sqn, 1),
		M1(outer_second_vid, 1),
		M1(outer_second_cvlan_tag, 1),
		M1(source_eswitch_owner_vhca_id, 3),
		M1(gre_c_present, 1),
		M1(gre_k_present, 1),
		M1(gre_s_present, 1),
		M1(gre_protocol, 0xffff),
		M1(gre_key, 3),
		M1(vxlan_vni, 3),
		M1(geneve_vni, 3),
		M1(geneve_oam, 1),
		M1(geneve_opt_len, 1),
		M1(geneve_protocol_type, 0xffff),
		M1(outer_ipv6_flow_label, 1),
		M1(inner_ipv6_flow_label, 1),
		M1(inner_second_vid, 1),
		M1(inner_second_svlan_tag, 1),
		M2(outer_first_mpls, 1),
		M2(outer_first_mpls_over_gre, 1),
		M2(outer_first_mpls_over_udp, 3),
		I(dmac_15_0, 3),
		I(smac_47_16, ~0u),
		I(ethertype, 0xffff),
		I(ip_version, 15),
		I(ip_protocol, 0xff),
		I(first_vid, 3),
		I(cvlan_tag, 1),
		I(frag, 1),
		I(ttl_hoplimit, 3),
		I(tcp_dport, 1),
		I(tcp_flags, 0x102),
		I(udp_sport, 1),
		I(udp_dport, 1),
		{ IFC_LOC(0xac, 31, 0), 1 },
		{ IFC_LOC(0xbc, 31, 0), 3 },
		M2(metadata_reg_c_0, 0xffff0000),
		M2(metadata_reg_c_1, 3),
		M2(metadata_reg_c_2, 1),
		M3(icmp_type, 8),
		M3(icmp_code, 1),
		M3(icmpv6_type, 1),
		{ IFC_LOC(0x2c, 31, 0), 1 },
		{ IFC_LOC(0x3c, 31, 0), 3 },
		{ IFC_LOC(0x20, 31, 0), 1 },
		{ IFC_LOC(0x30, 31, 0), 1 },
	};

	for (uint32_t n = rnd(w, 4); n; n--) {
		size_t i = rnd(w, ARRAY_SIZE(choices));

		ifc_set(mask, choices[i].loc, choices[i].bits);
	}
}

static uint32_t enable_of(const uint8_t *mask)
{
	uint32_t enable = 0;

	for (size_t i = 0; i < PARAM; i++)
		enable |= mask[i] ? 1u << i / 64 : 0;
	return enable;
}

static void add_tables(struct world *w)
{
	for (int i = 0; i < N_TABLES; i++) {
		struct oracle_table *t = &w->tables[i];
		uint8_t *ctx;

		t->type = i < N_FDB	   ? MLX5_TABLE_FDB
			  : i == N_FDB	   ? MLX5_TABLE_ESW_INGRESS_ACL
			  : i == NIC_TABLE ? MLX5_TABLE_NIC_RX
					   : MLX5_TABLE_ESW_EGRESS_ACL;
		t->miss = -1;
		on_table(MLX5_CMD_OP_CREATE_FLOW_TABLE, t);
		ctx = IFC_PTR(create_flow_table_in, in, flow_table_context);
		IFC_SET(flow_table_context, ctx, log_size, 7);
		IFC_SET(flow_table_context, ctx, reformat_en, i < N_FDB);
		IFC_SET(flow_table_context, ctx, decap_en, i < N_FDB);
		if (i > 0 && i < N_FDB && rnd(w, 2)) {
			t->miss = (int)rnd(w, (uint32_t)i);
			IFC_SET(flow_table_context, ctx, table_miss_action, 1);
			IFC_SET(flow_table_context, ctx, table_miss_id, w->tables[t->miss].id);
		}
		run(w, 0);
		t->id = IFC_GET(create_flow_table_out, reply, table_id);
		if (i && i < N_FDB)
			continue;
		on_table(MLX5_CMD_OP_SET_FLOW_TABLE_ROOT, t);
		run(w, 0);
	}
}

static void add_groups(struct world *w, struct oracle_table *t)
{
	for (uint32_t g = 0; g < N_GROUPS; g++) {
		if (g && !rnd(w, 3))
			memcpy(t->groups[g].mask, t->groups[0].mask, PARAM);
		else
			random_mask(w, t->groups[g].mask);
		on_table(MLX5_CMD_OP_CREATE_FLOW_GROUP, t);
		IFC_SET(create_flow_group_in, in, start_flow_index, g * GROUP_SIZE);
		IFC_SET(create_flow_group_in, in, end_flow_index, (g + 1) * GROUP_SIZE - 1);
		IFC_SET(create_flow_group_in, in, match_criteria_enable,
			enable_of(t->groups[g].mask));
		memcpy(IFC_PTR(create_flow_group_in, in, match_criteria), t->groups[g].mask, PARAM);
		run(w, 0);
		t->groups[g].id = IFC_GET(create_flow_group_out, reply, group_id);
	}
}

static void add_modify_headers(struct world *w)
{
	for (uint32_t t = 0; t < ARRAY_SIZE(w->modify); t++) {
		for (int i = 0; i < N_MODIFY && t != MLX5_TABLE_NIC_TX; i++) {
			start(MLX5_CMD_OP_ALLOC_MODIFY_HEADER_CONTEXT);
			IFC_SET(alloc_modify_header_context_in, in, table_type, t);
			IFC_SET(alloc_modify_header_context_in, in, num_of_actions, 1);
			make_recipe(in + 0x10, i);
			run(w, 8);
			w->modify[t][i] =
				IFC_GET(alloc_modify_header_context_out, reply, modify_header_id);
		}
	}
}

static void add_reformats(struct world *w)
{
	for (size_t i = 0; i < N_REFORMATS; i++) {
		uint8_t *ctx = IFC_PTR(alloc_packet_reformat_context_in,
				       start(MLX5_CMD_OP_ALLOC_PACKET_REFORMAT_CONTEXT),
				       packet_reformat_context);

		IFC_SET(packet_reformat_context_in, ctx, reformat_type, headers[i].type);
		IFC_SET(packet_reformat_context_in, ctx, reformat_data_size, headers[i].size);
		memcpy(in + 0x22, headers[i].bytes, headers[i].size);
		run(w, headers[i].size - 2);
		w->reformats[i] =
			IFC_GET(alloc_packet_reformat_context_out, reply, packet_reformat_id);
	}
}

static void random_frame(struct world *w, uint8_t *f, uint32_t *size);

static void random_rule(struct world *w, int table, struct rule *r, const uint8_t *mask)
{
	static const uint32_t ports[] = { 0, 1, 2, MLX5_VPORT_UPLINK };
	bool is_fdb = table < N_FDB;
	struct state s = { .port = ports[rnd(w, 4)],
			   .regs = { rnd(w, 2) * (3u << 16), rnd(w, 4) } };
	uint8_t frame[FRAME_MAX];
	uint32_t size;

	memset(r, 0, sizeof *r);
	r->used = true;
	r->table = -1;
	random_frame(w, frame, &size);
	packet_init(&s.p, s.bytes, sizeof s.bytes);
	assert_int_equal(packet_set(&s.p, frame, size), 0);
	param_of(r->value, &s);
	for (size_t b = 0; b < PARAM; b++)
		r->value[b] &= mask[b];
	r->source = rnd(w, 4) ? 0 : 1 + rnd(w, 2);
	r->action = rnd(w, 2) ? ACT(COUNT) : 0;
	if (!rnd(w, 6)) {
		r->action |= ACT(DROP);
		return;
	}
	if (!rnd(w, 3)) {
		r->action |= ACT(MOD_HDR);
		r->modify = (int)rnd(w, N_MODIFY);
	}
	r->action |= rnd(w, 6) ? 0 : ACT(VLAN_POP);
	if (!rnd(w, 5)) {
		r->action |= ACT(VLAN_PUSH);
		r->vlan = (rnd(w, 2) ? 0x8100u : 0x88a8u) << 16 | rnd(w, 4);
	}
	if (table == NIC_TABLE) {
		r->action |= ACT(FWD_DEST);
		r->n_vports = 1 + rnd(w, 2);
		r->vports[0] = 1 + rnd(w, 9);
		r->vports[1] = 10 + rnd(w, 9);
		return;
	}
	if (!is_fdb) {
		r->action |= ACT(ALLOW);
		return;
	}
	r->action |= ACT(FWD_DEST) | (rnd(w, 6) ? 0 : ACT(DECAP));
	if (!rnd(w, 8)) {
		r->action |= ACT(PACKET_REFORMAT);
		r->reformat = (int)rnd(w, N_REFORMATS);
	}
	for (size_t i = 0; i < 2; i++)
		r->reformats[i] = rnd(w, 6) ? -1 : (int)rnd(w, N_REFORMATS);
	for (r->n_vports = rnd(w, 3); r->n_vports > 0 && !r->vports[0] && rnd(w, 4);)
		for (size_t i = 0; i < r->n_vports; i++)
			r->vports[i] = ports[rnd(w, 4)];
	if (!r->n_vports || !rnd(w, 4))
		r->table = (int)rnd(w, N_FDB);
}

static void set_rule(struct world *w, int table, uint32_t index)
{
	struct oracle_table *t = &w->tables[table];
	struct rule *r = &t->rules[index];
	bool extended = false;
	uint8_t *ctx, *d;
	uint32_t n = r->n_vports + (r->table >= 0);

	for (size_t i = 0; i < r->n_vports; i++)
		extended = extended || (table < N_FDB && r->reformats[i] >= 0);

	if (r->action & ACT(COUNT)) {
		start(MLX5_CMD_OP_ALLOC_FLOW_COUNTER);
		run(w, 0);
		r->counter = IFC_GET(alloc_flow_counter_out, reply, flow_counter_id);
	}
	on_table(MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, t);
	IFC_SET(set_fte_in, in, ignore_flow_level, 1);
	IFC_SET(set_fte_in, in, flow_index, index);
	ctx = IFC_PTR(set_fte_in, in, flow_context);
	IFC_SET(flow_context, ctx, group_id, t->groups[index / GROUP_SIZE].id);
	IFC_SET(flow_context, ctx, action, r->action);
	IFC_SET(flow_context, ctx, flow_source, r->source);
	IFC_SET(flow_context, ctx, push_vlan, r->vlan);
	if (r->action & ACT(MOD_HDR))
		IFC_SET(flow_context, ctx, modify_header_id, w->modify[t->type][r->modify]);
	if (r->action & ACT(PACKET_REFORMAT))
		IFC_SET(flow_context, ctx, packet_reformat_id, w->reformats[r->reformat]);
	IFC_SET(flow_context, ctx, extended_destination, extended);
	IFC_SET(flow_context, ctx, destination_list_size, n);
	IFC_SET(flow_context, ctx, flow_counter_list_size, r->counter ? 1 : 0);
	memcpy(IFC_PTR(flow_context, ctx, match_value), r->value, PARAM);
	d = in + IFC_SET_FTE_IN_SIZE;
	for (size_t i = 0; i < r->n_vports; i++, d += extended ? 16 : 8) {
		IFC_SET(dest_format_struct, d, destination_id, r->vports[i]);
		if (table == NIC_TABLE)
			IFC_SET(dest_format_struct, d, destination_type, MLX5_DEST_TIR);
		if (!extended || r->reformats[i] < 0)
			continue;
		IFC_SET(dest_format_struct, d, packet_reformat, 1);
		IFC_SET(extended_dest_format, d, packet_reformat_id, w->reformats[r->reformats[i]]);
	}
	if (r->table >= 0) {
		IFC_SET(dest_format_struct, d, destination_type, MLX5_DEST_FLOW_TABLE);
		IFC_SET(dest_format_struct, d, destination_id, w->tables[r->table].id);
		d += extended ? 16 : 8;
	}
	if (r->counter) {
		IFC_SET(flow_counter_list, d, flow_counter_id, r->counter);
		n++;
	}
	run(w, n * (extended ? 16 : 8));
}

static void delete_rule(struct world *w, int table, uint32_t index)
{
	struct rule *r = &w->tables[table].rules[index];

	on_table(MLX5_CMD_OP_DELETE_FLOW_TABLE_ENTRY, &w->tables[table]);
	IFC_SET(delete_fte_in, in, flow_index, index);
	run(w, 0);
	r->used = false;
	if (r->counter) {
		start(MLX5_CMD_OP_DEALLOC_FLOW_COUNTER);
		IFC_SET(dealloc_flow_counter_in, in, flow_counter_id, r->counter);
		run(w, 0);
	}
}

/* Adds where there is none and deletes where there is one. */
static void toggle_rule(struct world *w, int table)
{
	uint32_t index = rnd(w, N_GROUPS * GROUP_SIZE);
	struct oracle_table *t = &w->tables[table];

	if (t->rules[index].used) {
		delete_rule(w, table, index);
		return;
	}
	random_rule(w, table, &t->rules[index], t->groups[index / GROUP_SIZE].mask);
	set_rule(w, table, index);
}

/* ---- packets ---- */

static size_t random_l4(struct world *w, uint8_t *p, uint8_t proto)
{
	put_be16(p, (uint16_t)rnd(w, 4));
	put_be16(p + 2, (uint16_t)rnd(w, 4));
	if (proto == 6) {
		put_be16(p + 12, (uint16_t)(0x5000u | rnd(w, 0x200)));
		return 20;
	}
	if (proto == 17)
		put_be16(p + 4, 8);
	return 8;
}

static size_t random_ipv4(struct world *w, uint8_t *p)
{
	static const uint8_t protos[] = { 1, 6, 17, 47, 17, 6 };
	size_t hlen = rnd(w, 8) ? 20 : 24, size;

	p[0] = (uint8_t)(0x40 | hlen / 4);
	p[1] = (uint8_t)rnd(w, 8);
	if (!rnd(w, 8))
		put_be16(p + 6, (uint16_t)(rnd(w, 2) << 13 | rnd(w, 3)));
	p[8] = (uint8_t)rnd(w, 4);
	p[9] = protos[rnd(w, 6)];
	p[12] = p[16] = 10;
	p[15] = (uint8_t)rnd(w, 4);
	p[19] = (uint8_t)rnd(w, 4);
	size = hlen + random_l4(w, p + hlen, p[9]);
	put_be16(p + 2, (uint16_t)size);
	return size;
}

static size_t random_ipv6(struct world *w, uint8_t *p)
{
	static const uint8_t protos[] = { 58, 6, 17, 59 };
	uint8_t proto = protos[rnd(w, 4)];
	size_t l4;

	put_be32(p, 6u << 28 | rnd(w, 8) << 20);
	p[7] = (uint8_t)rnd(w, 4);
	p[11] = (uint8_t)rnd(w, 2);
	p[27] = (uint8_t)rnd(w, 2);
	p[6] = proto;
	if (rnd(w, 4)) {
		l4 = random_l4(w, p + 40, proto);
		put_be16(p + 4, (uint16_t)l4);
		return 40 + l4;
	}
	p[6] = 44; /* a first fragment */
	p[40] = proto;
	put_be16(p + 42, 1);
	l4 = random_l4(w, p + 48, proto);
	put_be16(p + 4, (uint16_t)(8 + l4));
	return 48 + l4;
}

static void random_plain_frame(struct world *w, uint8_t *f, uint32_t *size)
{
	size_t at = 12;

	memset(f, 0, 128);
	f[5] = (uint8_t)rnd(w, 4);
	f[6] = 2;
	f[11] = (uint8_t)rnd(w, 2);
	for (uint32_t n = rnd(w, 2) ? 0 : rnd(w, 4); n; n--, at += 4) {
		put_be16(f + at, rnd(w, 2) ? 0x8100 : 0x88a8);
		put_be16(f + at + 2, (uint16_t)(rnd(w, 4) | rnd(w, 16) << 12));
	}
	switch (rnd(w, 6)) {
	case 0:
		put_be16(f + at, 0x86dd);
		at += 2 + random_ipv6(w, f + at + 2);
		break;
	case 1:
		put_be16(f + at, (uint16_t)(0x0806 + rnd(w, 2)));
		at += 30;
		break;
	case 2:
		put_be16(f + at, 0x8847);
		put_be32(f + at + 2, rnd(w, 4));
		at += 30;
		break;
	default:
		put_be16(f + at, 0x0800);
		at += 2 + random_ipv4(w, f + at + 2);
		break;
	}
	*size = (uint32_t)(at < 60 ? 60 : at);
}

/* UDP and VXLAN, Geneve or MPLS, or GRE; some not quite right. Returns the size. */
static size_t random_tunnel(struct world *w, uint8_t *p, uint8_t *proto)
{
	size_t opts = rnd(w, 2);

	memset(p, 0, 32);
	*proto = 17;
	put_be16(p, (uint16_t)rnd(w, 4));
	switch (rnd(w, 8)) {
	case 0:
	case 1:
	case 2:
		put_be16(p + 2, rnd(w, 8) ? 4789 : 4790);
		p[8] = rnd(w, 8) ? 8 : 0;
		p[14] = (uint8_t)rnd(w, 4);
		return 16;
	case 3:
	case 4:
		put_be16(p + 2, 6081);
		p[8] = (uint8_t)opts;
		p[9] = rnd(w, 2) ? 0x80 : 0;
		put_be16(p + 10, rnd(w, 8) ? 0x6558 : 0x0800);
		p[14] = (uint8_t)rnd(w, 4);
		return 16 + opts * 4;
	case 5:
		put_be16(p + 2, 6635);
		put_be32(p + 8, rnd(w, 4));
		return 12;
	default:
		*proto = 47;
		put_be32(p, 0);
		p[0] = (uint8_t)(rnd(w, 2) << 7 | rnd(w, 2) << 5 | rnd(w, 2) << 4);
		p[1] = rnd(w, 8) ? 0 : 1;
		put_be16(p + 2, rnd(w, 4) ? 0x6558 : 0x8847);
		put_be32(p + 4, rnd(w, 4));
		put_be32(p + 8, rnd(w, 4));
		return 4 + (p[0] >> 7) * 4u + (p[0] >> 5 & 1) * 4u + (p[0] >> 4 & 1) * 4u;
	}
}

/* Puts the plain frame of *@size bytes in a tunnel. */
static void wrap(struct world *w, uint8_t *f, uint32_t *size)
{
	bool v6 = rnd(w, 2);
	uint8_t head[128] = { 0 }, proto;
	uint8_t *ip = head + 14;
	size_t n = random_tunnel(w, ip + (v6 ? 40 : 20), &proto);

	head[5] = (uint8_t)rnd(w, 4);
	head[6] = 2;
	put_be16(head + 12, v6 ? 0x86dd : 0x0800);
	if (v6) {
		put_be32(ip, 6u << 28 | rnd(w, 2));
		put_be16(ip + 4, (uint16_t)(n + *size));
		ip[6] = proto;
		ip[27] = (uint8_t)rnd(w, 2);
	} else {
		ip[0] = 0x45;
		put_be16(ip + 2, (uint16_t)(20 + n + *size));
		put_be16(ip + 6, rnd(w, 16) ? 0 : 0x2000);
		ip[9] = proto;
		ip[12] = ip[16] = 10;
		ip[19] = (uint8_t)rnd(w, 4);
	}
	n += v6 ? 54 : 34;
	memmove(f + n, f, *size);
	memcpy(f, head, n);
	*size += (uint32_t)n;
}

static void random_frame(struct world *w, uint8_t *f, uint32_t *size)
{
	random_plain_frame(w, f, size);
	if (rnd(w, 3))
		return;
	wrap(w, f, size);
	if (*size < 140 && !rnd(w, 4))
		wrap(w, f, size);
}

static void got_output(void *aux, uint16_t vport, const void *frame, size_t size)
{
	put_output(aux, vport, 0, frame, size);
}

static struct world *world_new(uint64_t seed)
{
	struct nic_params params = { .n_vfs = 3 };
	struct world *w = mem_new(sizeof *w);

	assert_non_null(w);
	w->random = seed;
	assert_int_equal(nic_device_new(&w->dev, &params), 0);
	nic_device_set_sink(w->dev, &(struct nic_sink){ &w->got, got_output, NULL });
	add_modify_headers(w);
	add_reformats(w);
	add_tirs(w);
	w->dev->vports[0].reg_c_passed = 1; /* reg_c_0 */
	add_tables(w);
	for (int t = 0; t < N_TABLES; t++)
		add_groups(w, &w->tables[t]);
	for (size_t i = 0; i < N_PACKETS; i++)
		random_frame(w, w->frames[i], &w->sizes[i]);
	return w;
}

static void world_free(struct world *w)
{
	nic_device_free(w->dev);
	mem_free(w);
}

static void check_outputs(const struct world *w)
{
	assert_int_equal(w->got.n, w->want.n);
	for (size_t i = 0; i < w->got.n; i++) {
		assert_int_equal(w->got.o[i].vport, w->want.o[i].vport);
		assert_int_equal(w->got.o[i].tirn, w->want.o[i].tirn);
		assert_int_equal(w->got.o[i].size, w->want.o[i].size);
		assert_memory_equal(w->got.o[i].bytes, w->want.o[i].bytes, w->want.o[i].size);
	}
}

/* @times: what the device counted against what one pass of the oracle counted; clears both. */
static void check_counters(struct world *w, uint64_t times)
{
	for (size_t t = 0; t < N_TABLES; t++) {
		for (size_t i = 0; i < TABLE_SIZE; i++) {
			struct rule *r = &w->tables[t].rules[i];

			if (!r->used || !r->counter)
				continue;
			start(MLX5_CMD_OP_QUERY_FLOW_COUNTER);
			IFC_SET(query_flow_counter_in, in, flow_counter_id, r->counter);
			IFC_SET(query_flow_counter_in, in, clear, 1);
			run(w, 0);
			assert_int_equal(get_be64(reply + 0x10), r->packets * times);
			assert_int_equal(get_be64(reply + 0x18), r->octets * times);
		}
	}
}

static void forget_counts(struct world *w)
{
	for (size_t t = 0; t < N_TABLES; t++) {
		for (size_t i = 0; i < TABLE_SIZE; i++)
			w->tables[t].rules[i].packets = w->tables[t].rules[i].octets = 0;
	}
}

static void check_batches(struct world *w, uint16_t vport, uint64_t n_out)
{
	struct nic_frame frames[N_PACKETS];
	uint64_t n = 0;

	for (size_t i = 0; i < N_PACKETS; i++)
		frames[i] = (struct nic_frame){ w->frames[i], w->sizes[i] };
	for (size_t round = 0; round < 3; round++)
		nic_device_receive_batch(w->dev, vport, frames, N_PACKETS, &n);
	assert_int_equal(n, n_out * 3);
	check_counters(w, 3);
}

static void check_all(struct world *w)
{
	static const uint16_t ports[] = { 1, 2, 3, MLX5_VPORT_UPLINK };

	for (size_t p = 0; p < ARRAY_SIZE(ports); p++) {
		uint64_t n_out = 0;

		forget_counts(w);
		for (size_t i = 0; i < N_PACKETS; i++) {
			enum nic_drop want = oracle(w, ports[p], 0, w->frames[i], w->sizes[i]);

			w->got.n = 0;
			assert_int_equal(
				nic_device_receive(w->dev, ports[p], w->frames[i], w->sizes[i]),
				want);
			check_outputs(w);
			n_out += w->want.n;
		}
		check_counters(w, 1);
		check_batches(w, ports[p], n_out);
	}
}

static void packets_go_where_a_linear_search_sends_them(void **state)
{
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct world *w = world_new(seed);

		for (size_t round = 0; round < 3; round++) {
			for (size_t i = 0; i < 120; i++)
				toggle_rule(w, (int)rnd(w, N_TABLES));
			check_all(w);
		}
		world_free(w);
	}
}

static void sent_packets_match_their_queue(void **state)
{
	for (uint64_t seed = 20; seed < 24; seed++) {
		struct world *w = world_new(seed);

		for (size_t i = 0; i < 200; i++)
			toggle_rule(w, (int)rnd(w, N_TABLES));
		for (size_t i = 0; i < N_PACKETS; i++) {
			uint32_t sqn = rnd(w, 3);
			enum nic_drop want = oracle(w, 0, sqn, w->frames[i], w->sizes[i]);

			w->got.n = 0;
			assert_int_equal(nic_device_xmit(w->dev, sqn, w->frames[i], w->sizes[i]),
					 want);
			check_outputs(w);
		}
		world_free(w);
	}
}

/* A change between two batches is seen by the next packet. */
static void no_path_outlives_a_change(void **state)
{
	struct world *w = world_new(7);

	for (size_t i = 0; i < 150; i++)
		toggle_rule(w, (int)rnd(w, N_TABLES));
	for (size_t i = 0; i < 60; i++) {
		struct nic_frame f = { w->frames[i], w->sizes[i] };
		uint64_t n = 0;

		for (size_t r = 0; r < 5; r++) {
			toggle_rule(w, (int)rnd(w, N_TABLES));
			oracle(w, 2, 0, f.data, f.size);
			n = 0;
			nic_device_receive_batch(w->dev, 2, &f, 1, &n);
			assert_int_equal(n, w->want.n);
		}
	}
	world_free(w);
}

/* The cache lets paths hold over a few changes: of each packet, and of what it counts. */
static void paths_that_outlive_changes_are_right(void **state)
{
	for (uint64_t seed = 40; seed < 43; seed++) {
		struct world *w = world_new(seed);

		for (size_t i = 0; i < 150; i++)
			toggle_rule(w, (int)rnd(w, N_TABLES));
		for (size_t round = 0; round < 25; round++) {
			check_all(w);
			for (size_t i = 1 + rnd(w, 6); i; i--)
				toggle_rule(w, (int)rnd(w, N_TABLES));
		}
		world_free(w);
	}
}

static void short_and_long_frames_are_errors(void **state)
{
	struct world *w = world_new(9);
	uint8_t *big = mem_new(PACKET_MAX + 1);

	for (size_t size = 0; size < ETH_HLEN_; size++)
		assert_int_equal(nic_device_receive(w->dev, 1, big, size), NIC_DROP_ERROR);
	assert_int_equal(nic_device_receive(w->dev, 1, big, PACKET_MAX + 1), NIC_DROP_ERROR);
	assert_int_equal(nic_device_receive(w->dev, 99, big, 60), NIC_DROP_ERROR);
	mem_free(big);
	world_free(w);
}

/* Every prefix of every packet, on the heap at its size. */
static void truncated_frames_are_read_inside_their_size(void **state)
{
	struct world *w = world_new(11);

	for (size_t i = 0; i < 200; i++)
		toggle_rule(w, (int)rnd(w, N_TABLES));
	for (size_t i = 0; i < 40; i++) {
		for (size_t size = 0; size <= w->sizes[i]; size++) {
			uint8_t *f = mem_copy(w->frames[i], size);

			w->got.n = 0;
			nic_device_receive(w->dev, 1, f, size);
			mem_free(f);
		}
	}
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_go_where_a_linear_search_sends_them),
		cmocka_unit_test(sent_packets_match_their_queue),
		cmocka_unit_test(no_path_outlives_a_change),
		cmocka_unit_test(paths_that_outlive_changes_are_right),
		cmocka_unit_test(short_and_long_frames_are_errors),
		cmocka_unit_test(truncated_frames_are_read_inside_their_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
