/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the steering core share: its objects, and the commands of fs_cmd.c. */
#ifndef NIC_STEERING_STEERING_INTERNAL_H
#define NIC_STEERING_STEERING_INTERNAL_H

#include "base/htable.h"
#include "base/list.h"
#include "base/pool.h"
#include "nic/steering/steering.h"

#define FS_POOLS	5
#define FS_SECTION_SIZE 64
#define FS_SECTIONS	5 /* outer, misc, inner, misc2, misc3 */
#define FS_SECTIONS_ALL ((1u << FS_SECTIONS) - 1)
#define FS_COUNTERS_MIN 128u
#define FS_QUERY_MAX	4096u /* counters of one query, whatever the device allows */
#define FS_MODIFY_MAX	64    /* actions of one modify-header context */
#define FS_MODIFY_SIZE	8

/* Where the section of the lowest bit of @sections, which are not 0, lies. */
static inline size_t fs_section_off(u32 sections)
{
	return (size_t)__builtin_ctz(sections) * FS_SECTION_SIZE;
}

/* A mask that groups of one table have; shared by them, gone with the last. */
struct fs_mask {
	struct mlx5_flow_table *ft;
	struct list with_room; /* groups that have a free entry */
	u32 hash, n_groups;
	u8 enable;
	u8 bytes[FS_SECTIONS * FS_SECTION_SIZE];
};

struct mlx5_flow_group {
	struct list link; /* in the table's groups */
	struct list room; /* in the mask's with_room; empty when the group is full */
	struct mlx5_flow_table *ft;
	struct fs_mask *mask;
	u32 id, start, max_ftes;
	u32 n_used, fresh;	       /* entries below start + fresh were used at some time */
	struct mlx5_flow_handle *free; /* handles of entries that were used and are free */
	bool is_auto, is_big;
};

/*
 * An entry. 16 bytes, as there are millions: what it matches and does is known to the device alone.
 * A deleted one keeps its index and waits in the free list of its group.
 */
struct mlx5_flow_handle {
	union {
		struct mlx5_flow_group *fg;
		struct mlx5_flow_handle *next_free;
	};
	u32 index;
};

/*
 * Where auto groups lie: @required slots of @group_size from 0 on, and behind them groups of one
 * entry. It is what the first fit of Linux gives, as large groups are all of one size.
 */
struct fs_autogroup {
	bool active;
	u32 max_fte, required, group_size, n_big;
	u64 slots[MLX5_AUTO_GROUPS_MAX / 64]; /* taken */
	u32 n_small_fresh;
	u32 *small_free;
	size_t n_small_free, small_cap, n_small;
};

struct mlx5_flow_table {
	struct list link, groups;
	u32 id, max_fte, n_ftes, pool_size;
	enum mlx5_table_type type;
	u16 vport;
	u8 level;
	struct fs_autogroup autogroup;
};

struct mlx5_fc {
	u64 packets, bytes;	      /* as the device said last */
	u64 last_packets, last_bytes; /* what was told already */
	union {
		u64 lastuse; /* ns */
		struct mlx5_fc *next;
	};
	u32 id;
	bool in_use;
};

struct fs_fc_bulk {
	u32 base, n;
	struct mlx5_fc fcs[];
};

/*
 * A counter that is given back waits in @dirty until it was read once more: what it counted for its
 * old rule must not be told to a new one.
 */
struct fs_counters {
	struct fs_fc_bulk **bulks;
	size_t n_bulks, bulks_cap, n_total, n_dirty;
	struct mlx5_fc *clean, *dirty;
	u64 now_ns, last_query_ns;
	u8 *out; /* of one query */
	u32 query_max;
};

struct fs_mod_hdr {
	u32 id, refs, hash;
	u8 type, n;
	u8 actions[];
};

struct mlx5_steering {
	struct mlx5_cmd *cmd;
	struct mlx5_steering_caps caps;
	struct list tables;
	struct pool handles;
	struct htable masks; /* struct fs_mask, by table and mask */
	u32 ft_left[FS_POOLS];
	struct htable mod_hdrs_by_actions, mod_hdrs_by_id;
	struct fs_counters counters;
	size_t n_bytes; /* of tables, groups, masks and contexts */
};

/* fs_ft_pool.c: the size that there is for @desired, 0: none left; and back. */
void mlx5_ft_pool_init(struct mlx5_steering *s);
u32 mlx5_ft_pool_get_avail_sz(struct mlx5_steering *s, u32 desired);
void mlx5_ft_pool_put_sz(struct mlx5_steering *s, u32 size);

/* fs_counters.c, mod_hdr.c */
int mlx5_init_fc_stats(struct mlx5_steering *s) MUST_CHECK;
void mlx5_cleanup_fc_stats(struct mlx5_steering *s);
size_t mlx5_fc_stats_bytes(const struct mlx5_steering *s);
void mlx5_cleanup_mod_hdrs(struct mlx5_steering *s);

/* fs_cmd.c: one command each; 0 or the errno of its status. */
int mlx5_cmd_create_flow_table(struct mlx5_steering *s, struct mlx5_flow_table *ft,
			       const struct mlx5_flow_table *next_ft) MUST_CHECK;
int mlx5_cmd_destroy_flow_table(struct mlx5_steering *s, const struct mlx5_flow_table *ft);
int mlx5_cmd_modify_flow_table(struct mlx5_steering *s, const struct mlx5_flow_table *ft,
			       const struct mlx5_flow_table *next_ft) MUST_CHECK;
int mlx5_cmd_update_root_ft(struct mlx5_steering *s, const struct mlx5_flow_table *ft) MUST_CHECK;
int mlx5_cmd_create_flow_group(struct mlx5_steering *s, struct mlx5_flow_group *fg) MUST_CHECK;
int mlx5_cmd_destroy_flow_group(struct mlx5_steering *s, const struct mlx5_flow_group *fg);
int mlx5_cmd_create_fte(struct mlx5_steering *s, const struct mlx5_flow_group *fg, u32 index,
			const struct mlx5_flow_spec *spec, const struct mlx5_flow_act *act,
			const struct mlx5_flow_destination *dest, unsigned int n_dests) MUST_CHECK;
int mlx5_cmd_delete_fte(struct mlx5_steering *s, const struct mlx5_flow_table *ft, u32 index);
int mlx5_cmd_fc_bulk_alloc(struct mlx5_steering *s, u8 bulk_mask, u32 *id) MUST_CHECK;
int mlx5_cmd_fc_free(struct mlx5_steering *s, u32 id);
int mlx5_cmd_fc_bulk_query(struct mlx5_steering *s, u32 base, u32 n, void *out) MUST_CHECK;
#define FS_FC_QUERY_SIZE(n) (IFC_QUERY_FLOW_COUNTER_OUT_SIZE + (size_t)(n)*IFC_TRAFFIC_COUNTER_SIZE)
int mlx5_cmd_modify_header_alloc(struct mlx5_steering *s, u8 table_type, const void *actions,
				 unsigned int n, u32 *id) MUST_CHECK;
int mlx5_cmd_modify_header_dealloc(struct mlx5_steering *s, u32 id);

#endif
