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
#include "nic/ifc/opcodes.h"

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

#define MLX5_OPCODE_ENUM_(name, opcode, in, out) MLX5_CMD_OP_##name = (opcode),
enum mlx5_opcode {
	MLX5_OPCODES(MLX5_OPCODE_ENUM_)
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
	MLX5_CMD_STAT_BAD_QP_STATE_ERR = 0x10,
	MLX5_CMD_STAT_BAD_PKT_ERR = 0x30,
	MLX5_CMD_STAT_BAD_SIZE_OUTS_CQES_ERR = 0x40,
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

/* reformat_type */
enum mlx5_reformat_type {
	MLX5_REFORMAT_L2_TO_VXLAN = 0x0,
	MLX5_REFORMAT_L2_TO_NVGRE = 0x1,
	MLX5_REFORMAT_L2_TO_L2_TUNNEL = 0x2,
	MLX5_REFORMAT_L3_TUNNEL_TO_L2 = 0x3,
	MLX5_REFORMAT_L2_TO_L3_TUNNEL = 0x4,
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

/* Kinds of events, in EQEs and in the event masks of EQs. */
enum mlx5_event_type {
	MLX5_EVENT_COMPLETION = 0x00,
	MLX5_EVENT_CQ_ERROR = 0x04,
	MLX5_EVENT_PORT_CHANGE = 0x09,
	MLX5_EVENT_COMMAND = 0x0a,
	MLX5_EVENT_PAGE_REQUEST = 0x0b,
	MLX5_EVENT_NIC_VPORT_CHANGE = 0x0d,
	MLX5_EVENT_VHCA_STATE_CHANGE = 0x0f,
	MLX5_EVENT_WQ_INVALID_REQUEST = 0x10,
	MLX5_EVENT_WQ_ACCESS = 0x11,
};

/* How entries of a work queue follow each other. */
enum mlx5_wq_type {
	MLX5_WQ_LINKED_LIST = 0,
	MLX5_WQ_CYCLIC = 1,
};

/* Opcodes of WQEs. */
enum mlx5_wqe_opcode {
	MLX5_WQE_NOP = 0x00,
	MLX5_WQE_SEND = 0x0a,
	MLX5_WQE_LSO = 0x0e,
	MLX5_WQE_UMR = 0x25,
};

/* Opcodes of CQEs. */
enum mlx5_cqe_opcode {
	MLX5_CQE_REQUESTER = 0x0,
	MLX5_CQE_RESPONDER_SEND = 0x2,
	MLX5_CQE_REQUESTER_ERROR = 0xd,
	MLX5_CQE_RESPONDER_ERROR = 0xe,
	MLX5_CQE_INVALID = 0xf,
};

/* What is wrong, in a CQE of an error. */
enum mlx5_cqe_syndrome {
	MLX5_CQE_LOCAL_LENGTH = 0x01,
	MLX5_CQE_LOCAL_OPERATION = 0x02,
	MLX5_CQE_LOCAL_PROTECTION = 0x04,
	MLX5_CQE_FLUSHED = 0x05,
};

/* Kinds of headers in a CQE of a received frame. */
enum mlx5_cqe_l3 {
	MLX5_CQE_L3_NONE = 0,
	MLX5_CQE_L3_IPV6 = 1,
	MLX5_CQE_L3_IPV4 = 2,
};
enum mlx5_cqe_l4 {
	MLX5_CQE_L4_NONE = 0,
	MLX5_CQE_L4_TCP = 1,
	MLX5_CQE_L4_UDP = 2,
	MLX5_CQE_L4_TCP_ACK = 3,
	MLX5_CQE_L4_TCP_ACK_DATA = 4,
};

enum mlx5_rx_hash_fn {
	MLX5_RX_HASH_NONE = 0,
	MLX5_RX_HASH_INVERTED_XOR8 = 1,
	MLX5_RX_HASH_TOEPLITZ = 2,
};

/* selected_fields of rx_hash_field_select. */
enum {
	MLX5_HASH_SRC_IP = 1 << 0,
	MLX5_HASH_DST_IP = 1 << 1,
	MLX5_HASH_L4_SPORT = 1 << 2,
	MLX5_HASH_L4_DPORT = 1 << 3,
	MLX5_HASH_IPSEC_SPI = 1 << 4,
};

/* Registers of ACCESS_REG. */
enum mlx5_register {
	MLX5_REG_PMTU = 0x5003,
	MLX5_REG_PTYS = 0x5004,
	MLX5_REG_PAOS = 0x5006,
	MLX5_REG_PFCC = 0x5007,
	MLX5_REG_PPCNT = 0x5008,
	MLX5_REG_PPLM = 0x5023,
	MLX5_REG_PDDR = 0x5031,
	MLX5_REG_HOST_ENDIANNESS = 0x7004,
	MLX5_REG_MCQS = 0x9060,
	MLX5_REG_MCQI = 0x9061,
	MLX5_REG_MCAM = 0x907f,
};

/* Groups of PPCNT. */
enum mlx5_port_counters {
	MLX5_PPCNT_IEEE_802_3 = 0x00,
	MLX5_PPCNT_RFC_2863 = 0x01,
	MLX5_PPCNT_RFC_2819 = 0x02,
	MLX5_PPCNT_RFC_3635 = 0x03,
	MLX5_PPCNT_ETHERNET_EXTENDED = 0x05,
	MLX5_PPCNT_PER_PRIORITY = 0x10,
	MLX5_PPCNT_PER_TRAFFIC_CLASS = 0x11,
	MLX5_PPCNT_PHYSICAL_LAYER = 0x12,
};

/* Of PDDR: a page, and an opcode of its group 0. */
enum mlx5_pddr {
	MLX5_PDDR_TROUBLESHOOTING = 1,
	MLX5_PDDR_NO_CABLE = 1024,
};

/* Of MCQS: what a component is; of MCQI: a kind of information. */
enum mlx5_firmware {
	MLX5_MCQS_BOOT_IMAGE = 1,
	MLX5_MCQI_VERSION = 1,
};

/* Of PAOS. */
enum mlx5_port_status {
	MLX5_PORT_UP = 1,
	MLX5_PORT_DOWN = 2,
};

/* Protocols of PTYS, as numbers of bits. */
enum mlx5_port_protocol {
	MLX5_PORT_40GBASE_CR4 = 6,
	MLX5_PORT_10GBASE_CR = 12,
	MLX5_PORT_100GBASE_CR4 = 20,
	MLX5_PORT_25GBASE_CR = 27,
	MLX5_PORT_50GBASE_CR2 = 30,
};

#define MLX5_PTYS_ETHERNET 4 /* proto_mask */

/* sub_type of MLX5_EVENT_PORT_CHANGE. */
enum mlx5_port_change {
	MLX5_PORT_CHANGE_DOWN = 1,
	MLX5_PORT_CHANGE_ACTIVE = 4,
};

/* op_mod of QUERY_PAGES and MANAGE_PAGES. */
enum mlx5_pages_query {
	MLX5_PAGES_BOOT = 1,
	MLX5_PAGES_INIT = 2,
	MLX5_PAGES_REGULAR = 3,
};

enum mlx5_pages_manage {
	MLX5_PAGES_CANNOT_GIVE = 0,
	MLX5_PAGES_GIVE = 1,
	MLX5_PAGES_TAKE = 2,
};

/* Life of a function, in its vhca_state_context. */
enum mlx5_vhca_state {
	MLX5_VHCA_STATE_INVALID = 0,
	MLX5_VHCA_STATE_ALLOCATED = 1,
	MLX5_VHCA_STATE_ACTIVE = 2,
	MLX5_VHCA_STATE_IN_USE = 3,
	MLX5_VHCA_STATE_TEARDOWN_REQUEST = 4,
};

/* op_mod of QUERY_VPORT_STATE and MODIFY_VPORT_STATE: who asks about what. */
enum mlx5_vport_state_of {
	MLX5_VPORT_STATE_OF_VNIC = 0,
	MLX5_VPORT_STATE_OF_ESWITCH = 1,
	MLX5_VPORT_STATE_OF_UPLINK = 2,
};

enum mlx5_vport_admin {
	MLX5_VPORT_ADMIN_DOWN = 0,
	MLX5_VPORT_ADMIN_UP = 1,
	MLX5_VPORT_ADMIN_AUTO = 2, /* as the link */
};

/* allowed_list_type of a vport context. */
enum mlx5_vport_list {
	MLX5_VPORT_LIST_UNICAST = 0,
	MLX5_VPORT_LIST_MULTICAST = 1,
	MLX5_VPORT_LIST_VLAN = 2,
	MLX5_N_VPORT_LISTS
};

/* Delivery status of a command, in its queue entry: what is wrong before the command is looked at.
 */
enum mlx5_delivery_status {
	MLX5_DELIVERY_OK = 0x0,
	MLX5_DELIVERY_SIGNATURE = 0x1,
	MLX5_DELIVERY_TOKEN = 0x2,
	MLX5_DELIVERY_BLOCK_NUMBER = 0x3,
	MLX5_DELIVERY_OUT_POINTER_ALIGN = 0x4,
	MLX5_DELIVERY_IN_POINTER_ALIGN = 0x5,
	MLX5_DELIVERY_FIRMWARE = 0x6,
	MLX5_DELIVERY_IN_LENGTH = 0x7,
	MLX5_DELIVERY_OUT_LENGTH = 0x8,
	MLX5_DELIVERY_RESERVED = 0x9,
	MLX5_DELIVERY_COMMAND_TYPE = 0x10,
};

#define MLX5_CMD_TYPE_PCI 7 /* of a command queue entry */

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
/* The other way: of an opcode or a status (the name in enum mlx5_cmd_status, also without _ERR), in
 * letters of any case, or its number. -1: there is none. */
int mlx5_opcode_find(const char *name);
int mlx5_cmd_status_find(const char *name);
/* Layout of the in or out mailbox of an opcode, or NULL. */
const struct ifc_struct *mlx5_opcode_layout(uint16_t opcode, bool in);

/* Prints the fields that are not 0: "table_id 26, flow_context {action 0xc, ...}". @size bounds
 * what is read. */
void ifc_format(struct text *t, const struct ifc_struct *s, const void *buf, size_t size);
/* Prints a match value under its mask in a reader's terms: "smac 02:..., dst 10.0.0.2/24, reg_c_0
 * 0x10000/0xffff0000". */
void ifc_match_format(struct text *t, const void *mask, const void *value);

#endif
