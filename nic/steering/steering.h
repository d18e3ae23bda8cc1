/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver's steering core: root namespaces -> tables -> groups -> entries -> destinations.
 * Linux's names (fs_core.c, fs_cmd.c, 6.1; facts/mlx5.md A.2, A.4): mlx5_add_flow_rules() ->
 * add_rule_fg() -> add_rule_fte() -> cmds->create_fte = mlx5_cmd_create_fte() -> mlx5_cmd_set_fte()
 * -> mlx5_cmd_exec().
 *
 * Auto-grouped tables: a new mask takes a group of max_fte / (required_groups + 1) entries while
 * there are groups left, then groups of one entry. Adding and deleting cost the same however many
 * entries and groups there are. Deliberately different: no locks, no search for an equal entry
 * (tc's rules never append to one).
 */
#ifndef NIC_STEERING_STEERING_H
#define NIC_STEERING_STEERING_H

#include "kernel/core/types.h"
#include "nic/cmd/cmd.h"
#include "nic/ifc/ifc.h"

#define MLX5_MATCH_SIZE	 IFC_FTE_MATCH_PARAM_SIZE
#define MLX5_DESTS_MAX	 32 /* forward destinations of one entry */
#define MLX5_AUTO_GROUPS 15 /* groups of full size of an auto-grouped FDB table */

#define MLX5_AUTO_GROUPS_MAX 1024 /* as devlink's fdb_large_groups allows */

/*
 * What a rule matches; the bytes are layout fte_match_param. Of its 64-byte sections only those
 * count that @match_criteria_enable names: bit n is the section at n * 64.
 */
struct mlx5_flow_spec {
	u8 match_criteria_enable;
	u8 match_criteria[MLX5_MATCH_SIZE];
	u8 match_value[MLX5_MATCH_SIZE];
	u8 flow_source; /* 0 any, 1 uplink, 2 local vport */
};

struct mlx5_flow_table;
struct mlx5_flow_group;
struct mlx5_flow_handle; /* an entry that was added */

struct mlx5_flow_destination {
	enum mlx5_dest_type type;
	union {
		struct {
			u16 num;
			u16 vhca_id;
			bool vhca_id_valid;
		} vport;
		struct mlx5_flow_table *ft;
		u32 id; /* TIR */
	};
};

struct mlx5_flow_act {
	u32 action; /* MLX5_FLOW_CONTEXT_ACTION_* */
	u32 flow_tag;
	u32 modify_hdr_id; /* with MOD_HDR */
	u32 counter_id;	   /* with COUNT */
	struct {
		u16 ethtype, vid;
		u8 prio;
	} vlan[2]; /* with VLAN_PUSH, VLAN_PUSH_2 */
	bool ignore_flow_level;
};

struct mlx5_flow_table_attr {
	enum mlx5_table_type type;
	u16 vport;   /* ACL tables: whose */
	u32 max_fte; /* entries wanted: the pool gives 4M, 1M, 64K, 128 or 1; 0: the most it has */
	u8 level;
	bool unmanaged; /* not linked to its neighbours by the core */
	bool autogroup;
	u32 num_reserved_entries; /* at its end, for groups made by hand */
	u32 max_num_groups;	  /* autogroup: 0: MLX5_AUTO_GROUPS; at most MLX5_AUTO_GROUPS_MAX */
	struct mlx5_flow_table *next_ft; /* where a miss goes, or NULL for the default */
};

struct mlx5_steering;

struct mlx5_steering_caps {
	u8 log_max_ft_size, max_ft_level, max_modify_header_actions;
	bool ft_support, ignore_flow_level, flow_modify_en;
	u8 flow_counter_bulk_alloc;   /* bit n: 128 << n counters in one command; 0: one by one */
	u8 log_max_flow_counter_bulk; /* counters of one query */
};

int mlx5_steering_new(struct mlx5_steering **out, struct mlx5_cmd *cmd,
		      const struct mlx5_steering_caps *caps) MUST_CHECK;
/* Destroys in the device what is left there. */
void mlx5_steering_free(struct mlx5_steering *s);

/* 0; -ENOSPC: pool or level; -EOPNOTSUPP: no ft_support; the errno of the command. */
int mlx5_create_flow_table(struct mlx5_steering *s, const struct mlx5_flow_table_attr *attr,
			   struct mlx5_flow_table **ft) MUST_CHECK;
int mlx5_destroy_flow_table(struct mlx5_steering *s,
			    struct mlx5_flow_table *ft); /* -EBUSY: has entries */
int mlx5_set_flow_table_root(struct mlx5_steering *s, struct mlx5_flow_table *ft) MUST_CHECK;
/* Where packets go that no entry matches: @miss, or NULL for the default. */
int mlx5_modify_flow_table_miss(struct mlx5_steering *s, struct mlx5_flow_table *ft,
				struct mlx5_flow_table *miss) MUST_CHECK;
u32 mlx5_flow_table_id(const struct mlx5_flow_table *ft);
u32 mlx5_flow_table_max_fte(const struct mlx5_flow_table *ft);

/* A group made by hand: entries [@start, @end] with the mask of @spec. */
int mlx5_create_flow_group(struct mlx5_steering *s, struct mlx5_flow_table *ft,
			   const struct mlx5_flow_spec *spec, u32 start, u32 end,
			   struct mlx5_flow_group **fg) MUST_CHECK;
int mlx5_destroy_flow_group(struct mlx5_steering *s, struct mlx5_flow_group *fg);

/*
 * Adds an entry. @spec is borrowed, NULL matches everything; value bits outside the mask: -EINVAL.
 * -ENOSPC: no room for the mask or full; -ENOENT: no group has the mask and the table is not
 * auto-grouped; -EINVAL: an impossible combination; or the errno of the command.
 */
int mlx5_add_flow_rules(struct mlx5_steering *s, struct mlx5_flow_table *ft,
			const struct mlx5_flow_spec *spec, const struct mlx5_flow_act *act,
			const struct mlx5_flow_destination *dest, unsigned int n_dests,
			struct mlx5_flow_handle **handle) MUST_CHECK;
/* 0, or the errno of the command: then the entry is still there, its index is not used again, and
 * the handle stays valid until mlx5_steering_free(), for another try. */
int mlx5_del_flow_rules(struct mlx5_steering *s, struct mlx5_flow_handle *handle);

/* Where an entry is, for the trace and for tests. */
void mlx5_flow_handle_where(const struct mlx5_flow_handle *h, u32 *table_id, u32 *group_id,
			    u32 *index);

/* Modify-header contexts; equal ones are shared (mod_hdr.c), so each attach is paired with a
 * detach. */
int mlx5_modify_header_attach(struct mlx5_steering *s, enum mlx5_table_type type,
			      const void *actions, unsigned int n, u32 *id) MUST_CHECK;
void mlx5_modify_header_detach(struct mlx5_steering *s, u32 id);

/* Flow counters, with the driver's cache: read by bulk once a second (1000 ms). */
#define MLX5_FC_STATS_PERIOD_NS 1000000000ull
struct mlx5_fc;
int mlx5_fc_create(struct mlx5_steering *s, struct mlx5_fc **fc) MUST_CHECK;
void mlx5_fc_destroy(struct mlx5_steering *s, struct mlx5_fc *fc);
u32 mlx5_fc_id(const struct mlx5_fc *fc);
/* What the cache gained since the last call for this counter; @lastuse: ns. */
void mlx5_fc_query_cached(struct mlx5_fc *fc, u64 *bytes, u64 *packets, u64 *lastuse);
/* Refreshes the cache by bulk queries when a period has passed, or at once with @force. 0 or the
 * errno of a command. */
int mlx5_fc_stats_work(struct mlx5_steering *s, u64 now_ns, bool force);

size_t mlx5_steering_bytes(const struct mlx5_steering *s); /* memory */

#endif
