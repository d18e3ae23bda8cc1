/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the device holds, piece by piece: tables in the order of their numbers, below each its
 * groups and its entries; then the reformat contexts. Between two pieces the device may go on: what
 * was there all the time is seen once.
 */
#ifndef NIC_DEVICE_DUMP_H
#define NIC_DEVICE_DUMP_H

#include "nic/device/device.h"

enum nic_dump_kind {
	NIC_DUMP_TABLE,
	NIC_DUMP_GROUP,
	NIC_DUMP_ENTRY,
	NIC_DUMP_REFORMAT
};

/* Where a dump goes on. All 0: at the begin. Any values are fine. */
struct nic_dump_at {
	uint64_t table, index;
	enum nic_dump_kind stage;
};

struct nic_dump_item {
	enum nic_dump_kind kind;
	uint32_t table_id; /* of all kinds that are in a table */
	union {
		struct {
			const char *type;		  /* static: "fdb" */
			int vport;			  /* -1: it belongs to none */
			uint32_t level, size, miss_table; /* 0: none */
			bool is_root, can_encap, can_decap, is_termination;
			size_t n_groups, n_entries, n_masks;
		} table;
		struct {
			uint32_t id, start, end, n_entries;
		} group;
		struct {
			uint32_t index, group, action, flow_tag;
			uint32_t counter; /* 0: none */
			uint64_t packets, octets;
		} entry;
		struct {
			uint32_t id, size, n_entries;
		} reformat;
	};
	/* As ifc_match_format() prints it: of a group the mask, of an entry what it matches. */
	struct text match;
	/* Of an entry: ", push vlan ...", each part with a comma in front; of a reformat context:
	 * what it does. */
	struct text actions;
};

void nic_dump_item_init(struct nic_dump_item *item);
void nic_dump_item_fini(struct nic_dump_item *item);

/* The next piece, as values or as a line of nic_device_format_dump(). False: there is no more. */
bool nic_device_dump_next(struct nic_device *dev, struct nic_dump_at *at,
			  struct nic_dump_item *item);
bool nic_device_format_dump_next(struct nic_device *dev, struct nic_dump_at *at, struct text *t);

#endif
