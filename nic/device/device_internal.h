/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of the device: its objects, and what the files of this folder call of each other.
 *
 * Who holds references: an entry holds its destination tables and TIRs, its counter, its
 * modify-header context and its reformat contexts; a table holds its miss table; a group holds its
 * masks. A counted object is refused to be destroyed while it is held. Root tables are not held:
 * destroying one leaves no root.
 */
#ifndef NIC_DEVICE_DEVICE_INTERNAL_H
#define NIC_DEVICE_DEVICE_INTERNAL_H

#include "base/clock.h"
#include "base/hash.h"
#include "base/htable.h"
#include "base/idr.h"
#include "base/pool.h"
#include "nic/device/caps.h"
#include "nic/device/device.h"
#include "nic/device/function_internal.h"
#include "nic/device/objects.h"
#include "nic/device/syndromes.h"

/*
 * What is matched, as words of host order: a packet's fields, a mask or a value. Each is one dword
 * of fte_match_param that the device implements, and some of its own.
 */
#define NIC_KEY_OUTER	0  /* 16 dwords of outer_headers */
#define NIC_KEY_MISC	16 /* source_sqn and gre bits, source_port, two of the second vlans */
#define NIC_KEY_TUNNEL	20 /* gre_key, vxlan_vni, geneve_vni, two flow labels, geneve's rest */
#define NIC_KEY_INNER	26 /* 16 dwords of inner_headers */
#define NIC_KEY_REGS	42 /* reg_c_7 ... reg_c_0, reg_a: as they lie in misc2 */
#define NIC_KEY_REG_C_0 49
#define NIC_KEY_REG_A	50
#define NIC_KEY_ICMP	51
#define NIC_KEY_MPLS	52 /* outer_first_mpls, the same over gre, over udp */
#define NIC_KEY_PARAM	55 /* that many come from fte_match_param */
#define NIC_KEY_ORIGIN	55 /* NIC_FROM_*: flow_source is matched like a field */
#define NIC_KEY_SHAPE	56 /* which headers are there; never in a mask of a table */
#define NIC_KEY_REG_B	57 /* what a receive queue is told; never in a mask of a table */
#define NIC_KEY_WORDS	58

#define NIC_FROM_UPLINK 1u
#define NIC_FROM_LOCAL	2u

struct nic_key {
	uint32_t w[NIC_KEY_WORDS];
};

/* Dword of fte_match_param and its implemented bits, for each of the first NIC_KEY_PARAM words. */
struct nic_key_dword {
	uint16_t offset;
	uint32_t bits;
};
extern const struct nic_key_dword nic_key_dwords[NIC_KEY_PARAM];

void nic_key_decode(struct nic_key *k, const uint8_t *param);
void nic_key_encode(const struct nic_key *k, uint8_t *param);

#define NIC_PORT_GENEVE 6081u /* UDP */

/* How tunnels are found, beside the protocol GRE and the ports of Geneve and MPLS. */
struct nic_tunnels {
	bool are_wanted; /* a mask or an action needs what is behind outer headers */
	uint8_t n_ports;
	uint16_t ports[NIC_VXLAN_PORTS_MAX]; /* of VXLAN */
};

/* Whether a mask has fields that are found only where tunnels are looked for. */
bool nic_key_wants_tunnels(const struct nic_key *mask);

/* Offsets from the frame's begin of what nic_key_parse() found; 0: absent. */
struct nic_layers {
	uint16_t l3, l4;
	uint16_t gre;
	uint16_t inner;		      /* Ethernet header in a tunnel */
	uint16_t inner_l3;	      /* IP header in a tunnel without Ethernet */
	uint8_t ip_version, ip_proto; /* 0: not IP; the protocol after extension headers */
	uint8_t n_vlans;	      /* at most 2 */
};

/*
 * Fills the words that come from the frame and the shape; the others stay. Without @tunnels the
 * words of what is in tunnels stay too, and inner layers are not found. False: no frame.
 */
bool nic_key_parse(struct nic_key *k, struct nic_layers *l, const uint8_t *data, size_t size,
		   const struct nic_tunnels *tunnels);
/* Makes the words 0 that nic_key_parse() leaves without tunnels. */
void nic_key_clear_tunnel(struct nic_key *k);

/* ---- objects ---- */

#define NIC_COUNTERS_PER_CHUNK 128 /* the smallest bulk, so that a bulk is a row of chunks */

struct nic_counter_chunk {
	struct nic_counter counters[NIC_COUNTERS_PER_CHUNK];
	uint32_t refs[NIC_COUNTERS_PER_CHUNK];
	uint64_t used[NIC_COUNTERS_PER_CHUNK / 64];
	uint32_t n_used;
	uint32_t bulk; /* chunks of the bulk that begins here; 0: single counters */
	bool in_bulk;
};

struct nic_counters {
	struct nic_counter_chunk **chunks; /* by number; NULL: free */
	size_t n_chunks, cap;
	size_t hint; /* no chunk below it has room for a single counter */
	size_t n, n_bytes;
};

#define NIC_MODIFY_ACTIONS_MAX 32

struct nic_modify_field;

struct nic_modify_action {
	const struct nic_modify_field *dst, *src; /* src: of a copy */
	uint32_t data;
	uint8_t type, dst_offset, src_offset, length; /* bits */
};

struct nic_modify_header {
	uint32_t id, refs;
	uint8_t table_type, n_actions;
	bool uses_frame, changes_frame; /* reads or writes more than registers; writes */
	bool changes_dmac;		/* the destination's address */
	bool changes_type;		/* the ethertype */
	struct nic_modify_action actions[];
};

/* What is put in front of a packet, or what takes the place of what is in front of it. */
struct nic_reformat {
	uint32_t id, refs;
	uint8_t type;	    /* enum mlx5_reformat_type */
	uint8_t ip_version; /* of the header; 0: none */
	uint16_t l3, udp;   /* offsets in the header; 0: absent */
	uint16_t size;
	uint8_t header[];
};

/* A mask of a table, shared by the groups that have it, and its entries. */
struct nic_mask {
	struct nic_key key;
	struct nic_table *table;
	uint32_t start; /* no entry of it has a lower index */
	uint32_t n_groups, n_entries, hash;
	uint8_t n_words;
	uint8_t words[NIC_KEY_WORDS];		   /* of the key that are not zero */
	uint8_t outside[IFC_FTE_MATCH_PARAM_SIZE]; /* bits that no value under it can have */
};

/* One destination that is not in the entry itself. */
struct nic_dest {
	uint8_t type; /* enum mlx5_dest_type; uplink is a vport here */
	bool vhca_valid;
	uint32_t number;	       /* of the vport or TIR */
	struct nic_table *table;       /* held: one that terminates */
	struct nic_reformat *reformat; /* held: of this copy only; or NULL */
};

/* Rare parts of an entry. */
struct nic_entry_more {
	struct nic_modify_header *modify;
	struct nic_reformat *reformat; /* of all copies */
	uint32_t flow_tag, push_vlan[2];
	uint16_t n_dests; /* beyond the entry's vport */
	struct nic_dest dests[];
};

/*
 * An entry. Those with equal mask and value form a ring in ascending order of their indices, of
 * which the lowest, the first, is in the mask's table.
 */
struct nic_entry {
	struct nic_entry *next, *prev;
	struct nic_group *group;
	struct nic_table *dest_table; /* where the packet goes on; or NULL */
	struct nic_entry_more *more;  /* or NULL */
	uint32_t index;
	uint32_t counter; /* number, with MLX5_FLOW_CONTEXT_ACTION_COUNT */
	uint16_t action;
	bool has_vport : 1, vhca_valid : 1, ignore_flow_level : 1;
	uint8_t flow_source;
	uint16_t vport;	  /* the first destination, when it is one */
	uint32_t value[]; /* the words of the mask */
};

struct nic_group {
	struct nic_table *table;
	struct nic_mask *masks[3]; /* by flow source; NULL until an entry wants it, but for any */
	uint32_t id, start, end, n_entries;
	uint8_t criteria_enable;
};

struct nic_table {
	uint32_t id, size, refs;
	uint16_t vport;		 /* of ACLs */
	struct nic_vport *owner; /* the same; NULL: it belongs to none */
	uint8_t type, level, log_size, miss_action;
	bool reformat_en, decap_en, is_termination;
	struct nic_table *miss;
	struct idr groups;	 /* by last index, for overlaps */
	struct idr entries;	 /* by index */
	struct htable firsts;	 /* by mask and value: the first of each row of equal entries */
	struct htable mask_set;	 /* by key */
	struct nic_mask **masks; /* by start */
	size_t n_masks, masks_cap;
	uint64_t n_missed;
};

/* ---- the cache of whole paths ---- */

#define NIC_PATH_COUNTERS_MAX 2
#define NIC_PATH_ARRIVALS_MAX 2

/* A copy that arrives at a vport, whatever its NIC RX tables do with it. */
struct nic_path_arrival {
	uint16_t vport; /* place in the device's array */
	int16_t delta;
};

/* What becomes of all packets with the same key: what is counted (octets: frame size and delta),
 * and where copies leave. */
struct nic_path {
	struct nic_counter *counters[NIC_PATH_COUNTERS_MAX];
	int16_t deltas[NIC_PATH_COUNTERS_MAX];
	struct nic_path_arrival arrivals[NIC_PATH_ARRIVALS_MAX];
	uint16_t n_out : 13;	 /* copies that went somewhere: NIC_PATH_COPIES_MAX */
	uint16_t n_arrivals : 2; /* that were noted */
	uint16_t is_late : 1;	 /* a table was asked after the frame had been changed */
	uint8_t drop : 4, n_counters : 4;
	/* enum nic_traffic of the copies, 2 bits each; NIC_N_TRAFFIC: as that of what came in. */
	uint8_t traffic;
};

struct nic_cache_slot {
	uint64_t generation;
	struct nic_path path;
	uint32_t words[];
};

/* An entry that came, went or was changed, as the packets that it may be about: their headers. */
struct nic_change {
	uint32_t mask[NIC_KEY_WORDS], value[NIC_KEY_WORDS];
	uint8_t n_words, words[NIC_KEY_WORDS];
};

#define NIC_CHANGES 32 /* a path that has not been used for longer is not looked at again */

/*
 * Slots in sets of a few, picked by the hash of all bits that any table consults. A slot counts
 * only when its words are equal and no change since its generation is about it: there are no false
 * hits.
 */
struct nic_cache {
	uint8_t *memory, *slots;   /* slots: the first multiple of 64 in memory */
	size_t n_slots, slot_size; /* a power of 2; bytes */
	struct nic_key consulted;  /* of which the words below are made */
	struct nic_key mask;
	uint8_t n_words, words[NIC_KEY_WORDS];
	uint8_t places[NIC_KEY_WORDS];		/* of the words of a key among @words */
	struct nic_change changes[NIC_CHANGES]; /* the one of generation n at n % NIC_CHANGES */
};

/* Buffers for what becomes of a packet: its own way, a termination table's, the way out. */
#define NIC_SCRATCHES 3

struct nic_scratch {
	uint8_t bytes[PACKET_HEADROOM + PACKET_MAX + PACKET_HEADROOM];
};

/* What follows the fixed part of a command, 8 bytes each, and 16 of extended destinations. */
enum nic_element {
	NIC_ELEMENT_DEST,
	NIC_ELEMENT_EXTENDED_DEST,
	NIC_ELEMENT_COUNTER,
	NIC_ELEMENT_SET,
	NIC_ELEMENT_ADD,
	NIC_ELEMENT_COPY,
	NIC_N_ELEMENTS
};

#define NIC_OPCODES_MAX 0xc00 /* no opcode is as large */

struct nic_command_row;
struct nic_faults;
struct nic_log;

struct nic_rx_meta;
typedef enum nic_drop nic_tir_delivery(struct nic_device *dev, uint32_t tirn, const uint8_t *data,
				       size_t size, const struct nic_rx_meta *meta);

struct nic_device {
	struct trace *trace;
	struct nic_caps caps;
	struct nic_sink sink;
	struct nic_bus bus; /* all NULL: none */
	struct nic_function function;
	/* The manager's, those of VFs, of sub-functions, and the uplink. */
	struct nic_vport *vports;
	uint16_t n_vports, n_vfs, n_sfs, sf_base;
	uint16_t vhca_id;
	uint64_t generation; /* of all that a path depends on */
	uint64_t flushed_at; /* no path of an older generation counts */

	struct idr tables, groups, modify_headers, reformats;
	struct pool group_pool;
	struct pool entry_pools[NIC_KEY_WORDS + 1]; /* by the number of words of the mask */
	struct nic_counters counters;
	struct nic_table *fdb_root, *nic_root;
	size_t n_entries, n_masks, n_bytes_more;
	struct nic_key consulted; /* all bits that a path depends on; they only become more */
	struct nic_tunnels tunnels;
	uint16_t ip_id; /* of the next IPv4 header that the device makes */

	struct nic_objects objects;
	struct nic_scratch *send_scratch; /* the packet that is being sent */

	const struct nic_command_row *rows[NIC_OPCODES_MAX]; /* by opcode; NULL: not implemented */
	uint8_t *reserved[NIC_OPCODES_MAX];	      /* by opcode: bits that must be 0; owned */
	uint8_t element_reserved[NIC_N_ELEMENTS][16]; /* the same of what follows a command */
	struct nic_cache cache;
	struct nic_scratch *scratch;
	nic_tir_delivery *deliver_tir; /* nic_tir_deliver(); a test may look instead */
	uint64_t n_commands, n_bad_commands, n_packets, n_drops[NIC_N_DROPS];
	struct nic_log *log;	   /* NULL: off */
	struct nic_faults *faults; /* NULL: none */
	struct nic_tap tap;
	const struct nic_entry *sender; /* of the frame that is being put out; or NULL */
};

/* ---- commands ---- */

/* One command under way. @in and @out have the sizes of the command. */
struct nic_command {
	struct nic_device *dev;
	const uint8_t *in;
	uint8_t *out;
	size_t in_size, out_size;
};

/* Handlers return a syndrome; on anything but NIC_SYN_NONE the device is as before. */
typedef enum nic_syndrome nic_handler(struct nic_command *c);

/* What is known of a command before its handler runs. */
struct nic_command_row {
	uint16_t opcode;
	uint16_t op_mods; /* the op_mods from 0 on; 0: the handler looks */
	uint16_t in_size, out_size;
	bool changes; /* what becomes of any packet; entries say themselves of which */
	nic_handler *run;
	/* Bytes behind the fixed part, of which @in has at least in_size; NULL: none. */
	size_t (*in_more)(const uint8_t *in), (*out_more)(const uint8_t *in);
	uint8_t states; /* of the function, NIC_STATE(); 0: only INITIALISED */
	uint8_t open;	/* NIC_OPEN_* */
};

/* The handler looks at what is behind the fixed part of input or output, and at its length. */
#define NIC_OPEN_IN  1
#define NIC_OPEN_OUT 2

/* clang-format off */
#define NIC_COMMAND(op, n_op_mods, in, out, is_change, handler, more_in, more_out) \
	NIC_COMMAND_IN(op, n_op_mods, in, out, is_change, handler, more_in, more_out, 0, 0)
#define NIC_COMMAND_IN(op, n_op_mods, in, out, is_change, handler, more_in, more_out, in_states, is_open) \
	{ .opcode = MLX5_CMD_OP_##op, .op_mods = n_op_mods, \
	  .in_size = IFC_##in##_IN_SIZE, .out_size = IFC_##out##_OUT_SIZE, \
	  .changes = is_change, .run = handler, .in_more = more_in, .out_more = more_out, \
	  .states = in_states, .open = is_open }
/* clang-format on */

/* The commands, by what they are about; a table ends with opcode 0. */
extern const struct nic_command_row nic_commands_steering[];
extern const struct nic_command_row nic_commands_queues[];
extern const struct nic_command_row nic_commands_function[];

nic_handler nic_caps_query, nic_caps_set;
nic_handler nic_pages_query, nic_pages_manage;
nic_handler nic_register_access;
nic_handler nic_vport_query_context, nic_vport_modify_context;
nic_handler nic_vport_query_state, nic_vport_modify_state;
nic_handler nic_vport_query_esw_context, nic_vport_modify_esw_context;
nic_handler nic_vport_query_counter;
nic_handler nic_sf_alloc, nic_sf_dealloc, nic_sf_query_state, nic_sf_modify_state;
nic_handler nic_l2_table_set, nic_l2_table_delete, nic_vxlan_port_add, nic_vxlan_port_delete;
nic_handler nic_table_create, nic_table_destroy, nic_table_modify, nic_table_query;
nic_handler nic_table_set_root;
nic_handler nic_group_create, nic_group_destroy, nic_group_query;
nic_handler nic_entry_set, nic_entry_delete, nic_entry_query;
nic_handler nic_counter_alloc, nic_counter_dealloc, nic_counter_query;
nic_handler nic_modify_header_alloc, nic_modify_header_dealloc;
nic_handler nic_reformat_alloc, nic_reformat_dealloc;

typedef uint64_t nic_vector __attribute__((vector_size(16), aligned(1), may_alias));

static inline nic_vector nic_bytes_meet_at(const uint8_t *a, const uint8_t *b, size_t i)
{
	const nic_vector *x = (const nic_vector *)(const void *)(a + i);
	const nic_vector *y = (const nic_vector *)(const void *)(b + i);

	return (x[0] & y[0]) | (x[1] & y[1]) | (x[2] & y[2]) | (x[3] & y[3]);
}

/* Whether a bit is set in both, of @size bytes, a multiple of 4. */
static inline bool nic_bytes_meet(const uint8_t *a, const uint8_t *b, size_t size)
{
	nic_vector both = { 0 };
	uint64_t rest = 0;
	size_t i = 0;

	for (; i + 64 <= size; i += 64)
		both |= nic_bytes_meet_at(a, b, i);
	for (; i + 8 <= size; i += 8)
		rest |= get_u64(a + i) & get_u64(b + i);
	if (i < size)
		rest |= get_be32(a + i) & get_be32(b + i);
	return rest | both[0] | both[1];
}

static inline bool nic_element_has_reserved(const struct nic_device *dev, enum nic_element e,
					    const uint8_t *in)
{
	return nic_bytes_meet(in, dev->element_reserved[e],
			      e == NIC_ELEMENT_EXTENDED_DEST ? 16 : 8);
}

/* ---- log and faults: around each command, and nothing when nobody asked ---- */

struct nic_fault;

void nic_log_add(struct nic_device *dev, const struct nic_command *c, uint64_t started_ns,
		 bool is_injected);
const struct nic_fault *nic_fault_find_due(const struct nic_command *c, uint32_t opcode);

static inline uint64_t nic_log_now(const struct nic_device *dev)
{
	return UNLIKELY(dev->log) ? clock_now_ns() : 0;
}

/* What makes the command fail, or NULL. */
static inline const struct nic_fault *nic_fault_due(const struct nic_command *c, uint32_t opcode)
{
	return UNLIKELY(c->dev->faults) ? nic_fault_find_due(c, opcode) : NULL;
}

int nic_commands_init(struct nic_device *dev) MUST_CHECK;
void nic_commands_fini(struct nic_device *dev);

/* Sets the bits of @mask, of the layout's size, that no field covers. */
void nic_layout_reserved(uint8_t *mask, const struct ifc_struct *layout);

/* The vport of a number, or NULL. */
static inline struct nic_vport *nic_vport_find(const struct nic_device *dev, uint32_t number)
{
	uint32_t sf = number - dev->sf_base;

	if (number <= dev->n_vfs)
		return &dev->vports[number];
	if (number == MLX5_VPORT_UPLINK)
		return &dev->vports[dev->n_vports - 1];
	if (sf < dev->n_sfs && dev->vports[1u + dev->n_vfs + sf].exists)
		return &dev->vports[1u + dev->n_vfs + sf];
	return NULL;
}

static inline struct nic_vport *nic_uplink(const struct nic_device *dev)
{
	return &dev->vports[dev->n_vports - 1];
}

/* Of a frame, whose first 6 bytes are there. */
static inline enum nic_traffic nic_traffic_of(const uint8_t *frame)
{
	if (LIKELY(!(frame[0] & 1)))
		return NIC_UNICAST;
	return get_be32(frame) == 0xffffffff && get_be16(frame + 4) == 0xffff ? NIC_BROADCAST
									      : NIC_MULTICAST;
}

static inline void nic_count(struct nic_counter *c, uint64_t octets)
{
	c->packets++;
	c->octets += octets;
}

/* Releases all that commands made. */
void nic_device_release(struct nic_device *dev);

/* What names a table in a command: type, vport, number. These fields lie at the same place in all
 * of them. */
enum nic_syndrome nic_table_resolve(struct nic_device *dev, const uint8_t *in,
				    struct nic_table **table);
void nic_table_free(struct nic_device *dev, struct nic_table *t);

/* criteria.c: whether tables of the type can have groups with the mask, a fte_match_param. */
enum nic_syndrome nic_criteria_check(const struct nic_device *dev, uint32_t table_type,
				     const uint8_t *mask, uint32_t enable);

struct nic_group *nic_group_find(struct nic_table *t, uint32_t index);
void nic_group_free(struct nic_device *dev, struct nic_group *g);
void nic_entry_free(struct nic_device *dev, struct nic_entry *e);
/* The match value of an entry. */
void nic_entry_value(const struct nic_entry *e, struct nic_key *k);

/* Masks of a table: with one reference more, or NULL: no memory. */
struct nic_mask *nic_mask_get(struct nic_device *dev, struct nic_table *t,
			      const struct nic_key *key, uint32_t start);
void nic_mask_put(struct nic_device *dev, struct nic_mask *m);
int nic_mask_add(struct nic_mask *m, struct nic_entry *e) MUST_CHECK;
void nic_mask_del(struct nic_mask *m, struct nic_entry *e);

/* Reads those words of a key that the mask has from a match_value; others stay as they are. */
void nic_mask_decode(const struct nic_mask *m, const uint8_t *value, struct nic_key *k);
/* Asks for the memory that an addition of the value @k will touch first. */
void nic_mask_prefetch(const struct nic_mask *m, const struct nic_key *k);

/* The entry of the lowest index that matches, or NULL. */
struct nic_entry *nic_table_lookup(const struct nic_table *t, const struct nic_key *k);

/* NULL: there is none. */
struct nic_counter *nic_counter_find(struct nic_counters *cs, uint32_t id);
void nic_counter_ref(struct nic_counters *cs, uint32_t id, int delta);
void nic_counters_fini(struct nic_counters *cs);

/* Applies the actions to a frame and to the registers of its key. 0; -EINVAL: no such header. */
int nic_modify_header_run(const struct nic_modify_header *m, struct packet *p,
			  const struct nic_layers *l, struct nic_key *k);
/* Adds the bits of a key on which results of the actions depend. */
void nic_modify_header_consults(const struct nic_modify_header *m, struct nic_key *mask);
void nic_modify_header_format(const struct nic_modify_header *m, struct text *t);

/* Puts the header in front of a frame, or in the place of the tunnel around it, and fills what
 * depends on the packet. 0; -EINVAL: the frame is not what the context is for; -ENOSPC. */
int nic_reformat_run(struct nic_device *dev, const struct nic_reformat *r, struct packet *p,
		     const struct nic_layers *l);
void nic_reformat_format(const struct nic_reformat *r, struct text *t);

static inline bool nic_reformat_is_decap(const struct nic_reformat *r)
{
	return r->type == MLX5_REFORMAT_L3_TUNNEL_TO_L2;
}

void nic_cache_fini(struct nic_cache *c);
size_t nic_cache_bytes(const struct nic_cache *c);
/* Makes the cache fit the device as it is now; without memory there is none. */
void nic_cache_refresh(struct nic_device *dev);
/* Makes all paths invalid. */
void nic_cache_flush(struct nic_device *dev);
/* The same for the paths that the entry may be about. Before it goes, or after it came. */
void nic_cache_note_change(struct nic_device *dev, const struct nic_entry *e);

/* The packet's way. @path is filled for packets with the same key; returns whether it may be kept.
 */
bool nic_packet_run(struct nic_device *dev, uint16_t vport, const struct nic_frame *frame,
		    struct nic_path *path);
/* Counts what a path did to a packet. */
void nic_packet_account(struct nic_device *dev, const struct nic_path *path);

/* The same look-up as a span of the trace, with what was found and what it does. */
const struct nic_entry *nic_table_lookup_traced(struct nic_device *dev, const struct nic_table *t,
						const struct nic_key *k);
/* What became of a packet, for the span around its way. */
void nic_way_note_end(struct span *sp, const struct nic_path *path);

/* "3 fdb", "uplink"; of an entry: what it matches; ", push vlan ..."; ", to vport 2". */
void nic_table_format(const struct nic_table *t, struct text *out);
void nic_vport_format(uint16_t vport, struct text *t);
void nic_entry_format_match(const struct nic_entry *e, struct text *t);
void nic_entry_format_changes(const struct nic_entry *e, struct text *t);
void nic_entry_format_dests(const struct nic_entry *e, struct text *t);

const char *nic_syndrome_text(enum nic_syndrome s);
enum mlx5_cmd_status nic_syndrome_status(enum nic_syndrome s);

#endif
