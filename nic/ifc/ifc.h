/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading and writing the bit fields of layouts.h in byte buffers, and tables for decoding them.
 *Offsets and widths are constants, so an access compiles to a load, shift and mask.
 *
 *	IFC_SET(set_fte_in, in, table_id, 5);
 *	uint8_t *ctx = IFC_PTR(set_fte_in, in, flow_context);
 *	if (IFC_GET(flow_context, ctx, action) & MLX5_FLOW_CONTEXT_ACTION_COUNT) ...
 */
#ifndef NIC_IFC_IFC_H
#define NIC_IFC_IFC_H

#include "base/byteorder.h"
#include "base/text.h"
#include "nic/ifc/layouts.h"

#include <stdbool.h>
#include <stddef.h>

/* A field as one number: byte offset of its dword, high bit, low bit. */
#define IFC_LOC(off, hi, lo) ((off) << 10 | (hi) << 5 | (lo))
#define IFC_LOC_OFF(loc)     ((size_t)(loc) >> 10)
#define IFC_LOC_LO(loc)	     ((unsigned int)(loc)&31)
#define IFC_LOC_HI(loc)	     ((unsigned int)(loc) >> 5 & 31)
#define IFC_LOC_MASK(loc)    (0xffffffffu >> (31 - IFC_LOC_HI(loc) + IFC_LOC_LO(loc)))

#define IFC_ENUM_F_(s, f, off, hi, lo)	  IFC_LOC_##s##__##f = IFC_LOC(off, hi, lo),
#define IFC_ENUM_S_(s, m, off, size, sub) IFC_OFF_##s##__##m = (off),
#define IFC_ENUM_(s, S)			  IFC_##S(IFC_ENUM_F_, IFC_ENUM_S_)
enum ifc_locations {
	IFC_STRUCTS(IFC_ENUM_)
};

static inline uint32_t ifc_get(const void *buf, unsigned int loc)
{
	return get_be32((const uint8_t *)buf + IFC_LOC_OFF(loc)) >> IFC_LOC_LO(loc) &
	       IFC_LOC_MASK(loc);
}

/* @v must fit the field; more bits are cut, so check what comes from outside first. */
static inline void ifc_set(void *buf, unsigned int loc, uint32_t v)
{
	uint8_t *p = (uint8_t *)buf + IFC_LOC_OFF(loc);
	uint32_t mask = IFC_LOC_MASK(loc);

	put_be32(p, (get_be32(p) & ~(mask << IFC_LOC_LO(loc))) | (v & mask) << IFC_LOC_LO(loc));
}

#define IFC_GET(s, buf, field)	  ifc_get((buf), IFC_LOC_##s##__##field)
#define IFC_SET(s, buf, field, v) ifc_set((buf), IFC_LOC_##s##__##field, (v))
#define IFC_PTR(s, buf, member)	  ((buf) + IFC_OFF_##s##__##member) /* buf: (const) uint8_t * */

/* ---- numbers that both sides know ---- */

enum mlx5_opcode {
	MLX5_CMD_OP_QUERY_HCA_CAP = 0x100,
	MLX5_CMD_OP_SET_FLOW_TABLE_ROOT = 0x92f,
	MLX5_CMD_OP_CREATE_FLOW_TABLE = 0x930,
	MLX5_CMD_OP_DESTROY_FLOW_TABLE = 0x931,
	MLX5_CMD_OP_QUERY_FLOW_TABLE = 0x932,
	MLX5_CMD_OP_CREATE_FLOW_GROUP = 0x933,
	MLX5_CMD_OP_DESTROY_FLOW_GROUP = 0x934,
	MLX5_CMD_OP_QUERY_FLOW_GROUP = 0x935,
	MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY = 0x936,
	MLX5_CMD_OP_QUERY_FLOW_TABLE_ENTRY = 0x937,
	MLX5_CMD_OP_DELETE_FLOW_TABLE_ENTRY = 0x938,
	MLX5_CMD_OP_ALLOC_FLOW_COUNTER = 0x939,
	MLX5_CMD_OP_DEALLOC_FLOW_COUNTER = 0x93a,
	MLX5_CMD_OP_QUERY_FLOW_COUNTER = 0x93b,
	MLX5_CMD_OP_MODIFY_FLOW_TABLE = 0x93c,
	MLX5_CMD_OP_ALLOC_PACKET_REFORMAT_CONTEXT = 0x93d,
	MLX5_CMD_OP_DEALLOC_PACKET_REFORMAT_CONTEXT = 0x93e,
	MLX5_CMD_OP_ALLOC_MODIFY_HEADER_CONTEXT = 0x940,
	MLX5_CMD_OP_DEALLOC_MODIFY_HEADER_CONTEXT = 0x941,
};

enum mlx5_cmd_status {
	MLX5_CMD_STAT_OK = 0x0,
	MLX5_CMD_STAT_INT_ERR = 0x1,
	MLX5_CMD_STAT_BAD_OP_ERR = 0x2,
	MLX5_CMD_STAT_BAD_PARAM_ERR = 0x3,
	MLX5_CMD_STAT_BAD_SYS_STATE_ERR = 0x4,
	MLX5_CMD_STAT_BAD_RES_ERR = 0x5,
	MLX5_CMD_STAT_RES_BUSY = 0x6,
	MLX5_CMD_STAT_LIM_ERR = 0x8,
	MLX5_CMD_STAT_BAD_RES_STATE_ERR = 0x9,
	MLX5_CMD_STAT_IX_ERR = 0xa,
	MLX5_CMD_STAT_NO_RES_ERR = 0xf,
	MLX5_CMD_STAT_BAD_INP_LEN_ERR = 0x50,
	MLX5_CMD_STAT_BAD_OUTP_LEN_ERR = 0x51,
};

enum mlx5_table_type {
	MLX5_TABLE_NIC_RX = 0,
	MLX5_TABLE_NIC_TX = 1,
	MLX5_TABLE_ESW_EGRESS_ACL = 2,
	MLX5_TABLE_ESW_INGRESS_ACL = 3,
	MLX5_TABLE_FDB = 4,
};

enum mlx5_miss_action {
	MLX5_MISS_DEFAULT = 0,
	MLX5_MISS_FWD = 1,
	MLX5_MISS_SWITCH_DOMAIN = 2
};

enum {
	MLX5_FLOW_CONTEXT_ACTION_ALLOW = 0x1,
	MLX5_FLOW_CONTEXT_ACTION_DROP = 0x2,
	MLX5_FLOW_CONTEXT_ACTION_FWD_DEST = 0x4,
	MLX5_FLOW_CONTEXT_ACTION_COUNT = 0x8,
	MLX5_FLOW_CONTEXT_ACTION_PACKET_REFORMAT = 0x10,
	MLX5_FLOW_CONTEXT_ACTION_DECAP = 0x20,
	MLX5_FLOW_CONTEXT_ACTION_MOD_HDR = 0x40,
	MLX5_FLOW_CONTEXT_ACTION_VLAN_POP = 0x80,
	MLX5_FLOW_CONTEXT_ACTION_VLAN_PUSH = 0x100,
	MLX5_FLOW_CONTEXT_ACTION_VLAN_POP_2 = 0x400,
	MLX5_FLOW_CONTEXT_ACTION_VLAN_PUSH_2 = 0x800,
};

enum mlx5_dest_type {
	MLX5_DEST_VPORT = 0,
	MLX5_DEST_FLOW_TABLE = 1,
	MLX5_DEST_TIR = 2,
	MLX5_DEST_UPLINK = 8
};

/* match_criteria_enable */
enum {
	MLX5_MATCH_OUTER_HEADERS = 1 << 0,
	MLX5_MATCH_MISC_PARAMETERS = 1 << 1,
	MLX5_MATCH_INNER_HEADERS = 1 << 2,
	MLX5_MATCH_MISC_PARAMETERS_2 = 1 << 3,
	MLX5_MATCH_MISC_PARAMETERS_3 = 1 << 4,
};

enum mlx5_modify_type {
	MLX5_ACTION_SET = 1,
	MLX5_ACTION_ADD = 2,
	MLX5_ACTION_COPY = 3
};

/* Fields of modify-header actions. */
enum mlx5_modify_field {
	MLX5_FIELD_OUT_SMAC_47_16 = 0x1,
	MLX5_FIELD_OUT_SMAC_15_0 = 0x2,
	MLX5_FIELD_OUT_ETHERTYPE = 0x3,
	MLX5_FIELD_OUT_DMAC_47_16 = 0x4,
	MLX5_FIELD_OUT_DMAC_15_0 = 0x5,
	MLX5_FIELD_OUT_IP_DSCP = 0x6,
	MLX5_FIELD_OUT_TCP_FLAGS = 0x7,
	MLX5_FIELD_OUT_TCP_SPORT = 0x8,
	MLX5_FIELD_OUT_TCP_DPORT = 0x9,
	MLX5_FIELD_OUT_IP_TTL = 0xa,
	MLX5_FIELD_OUT_UDP_SPORT = 0xb,
	MLX5_FIELD_OUT_UDP_DPORT = 0xc,
	MLX5_FIELD_OUT_SIPV6_127_96 = 0xd,
	MLX5_FIELD_OUT_SIPV6_95_64 = 0xe,
	MLX5_FIELD_OUT_SIPV6_63_32 = 0xf,
	MLX5_FIELD_OUT_SIPV6_31_0 = 0x10,
	MLX5_FIELD_OUT_DIPV6_127_96 = 0x11,
	MLX5_FIELD_OUT_DIPV6_95_64 = 0x12,
	MLX5_FIELD_OUT_DIPV6_63_32 = 0x13,
	MLX5_FIELD_OUT_DIPV6_31_0 = 0x14,
	MLX5_FIELD_OUT_SIPV4 = 0x15,
	MLX5_FIELD_OUT_DIPV4 = 0x16,
	MLX5_FIELD_OUT_FIRST_VID = 0x17,
	MLX5_FIELD_OUT_IPV6_HOPLIMIT = 0x47,
	MLX5_FIELD_METADATA_REG_A = 0x49,
	MLX5_FIELD_METADATA_REG_B = 0x50,
	MLX5_FIELD_METADATA_REG_C_0 = 0x51,
	MLX5_FIELD_METADATA_REG_C_1 = 0x52,
	MLX5_FIELD_METADATA_REG_C_7 = 0x58,
};

enum mlx5_cap_type {
	MLX5_CAP_GENERAL = 0x0,
	MLX5_CAP_ETHERNET_OFFLOADS = 0x1,
	MLX5_CAP_FLOW_TABLE = 0x7,
	MLX5_CAP_ESWITCH_FLOW_TABLE = 0x8,
	MLX5_CAP_ESWITCH = 0x9,
};

#define MLX5_VPORT_PF	  0x0 /* the e-switch manager */
#define MLX5_VPORT_UPLINK 0xffff

/* ---- tables, for traces, dumps and fault injection by name ---- */

struct ifc_field {
	const char *name;
	uint32_t loc;		      /* IFC_LOC(), or for a nested structure: offset << 10 */
	uint16_t size;		      /* bytes of a nested structure; 0: a field */
	const struct ifc_struct *sub; /* its layout; NULL: raw bytes */
};

struct ifc_struct {
	const char *name;
	size_t size;			/* bytes */
	const struct ifc_field *fields; /* ends with name NULL */
};

/* NULL when there is none. */
const struct ifc_struct *ifc_struct_find(const char *name);
const char *mlx5_opcode_name(uint16_t opcode);	  /* "SET_FLOW_TABLE_ENTRY" */
const char *mlx5_cmd_status_name(uint8_t status); /* "bad parameter" */
/* Layout of the in or out mailbox of an opcode, or NULL. */
const struct ifc_struct *mlx5_opcode_layout(uint16_t opcode, bool in);

/* Prints the fields that are not 0: "table_id 26, flow_context {action 0xc, ...}". @size bounds
 * what is read. */
void ifc_format(struct text *t, const struct ifc_struct *s, const void *buf, size_t size);
/* Prints a match value under its mask in a reader's terms: "smac 02:..., dst 10.0.0.2/24, reg_c_0
 * 0x10000/0xffff0000". */
void ifc_match_format(struct text *t, const void *mask, const void *value);

#endif
