/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the driver share. As in Linux, an e-switch port is a `struct mlx5e_rep` here
 * (the e-switch port and the private part of its netdev in one), and what a rule is to do is
 * collected in a `struct mlx5_flow_attr` while it is parsed. Rules are parsed one at a time, so
 * that one attr and one spec, which hang from the device, serve all.
 */
#ifndef NIC_DRIVER_MLX5_INTERNAL_H
#define NIC_DRIVER_MLX5_INTERNAL_H

#include "base/htable.h"
#include "base/idr.h"
#include "base/pool.h"
#include "kernel/offload/flow_offload.h"
#include "nic/driver/mlx5.h"
#include "nic/steering/steering.h"

#define KBUILD_MODNAME "mlx5_core"

#define MLX5_PORTS_MAX	   (MLX5_VFS_MAX + 2) /* the manager, the uplink, the VFs */
#define MLX5_FS_VLAN_DEPTH 2
#define MLX5_MOD_ACTS_MAX  32
#define MLX5_MOD_ACT_SIZE  8
#define MLX5_SQN_BASE	   0x100u /* of the send queues of the representors */

#define ETH_P_IP_     0x0800
#define ETH_P_IPV6_   0x86dd
#define ETH_P_8021Q_  0x8100
#define ETH_P_8021AD_ 0x88a8

/* Up to which layer a rule matches; compared with the inline mode. */
enum mlx5_match_level {
	MLX5_MATCH_NONE,
	MLX5_MATCH_L2,
	MLX5_MATCH_L3,
	MLX5_MATCH_L4
};

enum mlx5_inline_mode {
	MLX5_INLINE_MODE_NONE,
	MLX5_INLINE_MODE_L2,
	MLX5_INLINE_MODE_IP,
	MLX5_INLINE_MODE_TCP_UDP
};

/* What the device can, as far as the driver decides by it. */
struct mlx5_caps {
	u16 vhca_id;
	u32 flex_parser_protocols;
	bool eswitch_manager, merged_eswitch, reg_c_preserve, prio_tag_required;
	bool flow_source, fdb_modify_header_fwd_to_table, multi_fdb_encap, reg_c1_loopback;
	bool has_fwd_fdb, pop_vlan, push_vlan, pop_vlan_2, push_vlan_2;
	bool reformat_and_fwd_to_table, outer_second_vid, outer_ipv4_ttl;
	enum mlx5_inline_mode inline_mode;
};

struct mlx5e_rep {
	struct net_device netdev;
	struct mlx5_core_dev *dev;
	u16 vport;
	u16 metadata; /* in reg_c_0[31:16] of its packets */
	u32 sqn;
	bool has_netdev; /* the manager's vport has none */
	struct mlx5_flow_table *acl;
	struct mlx5_flow_handle *acl_rule, *send_rule;
	u32 acl_mod_hdr;
};

/* A set of header bytes as pedit sees them: Ethernet with a tag, IPv4, IPv6, TCP, UDP. */
#define PEDIT_ETH  0
#define PEDIT_IP4  20
#define PEDIT_IP6  40
#define PEDIT_TCP  80
#define PEDIT_UDP  100
#define PEDIT_SIZE 108

struct pedit_headers_action {
	u8 vals[PEDIT_SIZE], masks[PEDIT_SIZE];
};

struct mlx5_flow_attr {
	u32 action; /* MLX5_FLOW_CONTEXT_ACTION_* */
	u32 chain, prio, dest_chain;
	struct mlx5e_rep *in_rep;
	struct mlx5e_rep *dests[MLX5_DESTS_MAX];
	unsigned int out_count;
	unsigned int split_count; /* the first so many outputs leave before the rewriting */
	struct {
		u16 vid;
		u8 prio;
		be16 proto;
	} vlan[MLX5_FS_VLAN_DEPTH];
	u8 total_vlan;
	bool is_accept, is_slow_path, has_pedit;
	enum mlx5_match_level match_level;
	struct pedit_headers_action hdrs[2]; /* set, add */
	unsigned int n_mod_acts;
	u8 mod_acts[MLX5_MOD_ACTS_MAX * MLX5_MOD_ACT_SIZE];
	u32 modify_hdr_id;
	struct mlx5_fc *counter;
};

struct fs_chain_prio; /* a table of chains.c */
struct mlx5_vporttbl;

/* The second entry of a rule with mirroring. */
struct mlx5e_tc_split {
	struct mlx5_flow_handle *rule;
	struct mlx5_vporttbl *table;
};

/* A rule in hardware; there are millions, so it holds what deleting it needs and no more. */
struct mlx5e_tc_flow {
	unsigned long cookie;
	struct mlx5_flow_handle *rule;
	struct mlx5_fc *counter;
	struct fs_chain_prio *table, *dest_table; /* counted references, or NULL */
	struct mlx5e_tc_split *split;		  /* or NULL */
	u32 modify_hdr_id;
	bool has_mod_hdr;
};

struct mlx5_fs_chains {
	struct htable prios, chains;
	struct idr mapping; /* value of reg_c_0[15:0] -> struct fs_chain */
	struct htable vporttbls;
	struct fs_chain_prio *tc_end, *root;
	size_t n_bytes;
};

struct mlx5_core_dev {
	struct knet *net;
	struct mlx5_cmd cmd;
	struct mlx5_packet_front packets;
	struct mlx5_steering *steering;
	struct mlx5_steering_caps steering_caps;
	struct mlx5_caps caps;
	unsigned int pf, n_vfs, n_reps;
	struct mlx5e_rep *reps; /* 0: uplink, 1: the manager, 2..: VFs; metadata is the index + 1 */
	struct list block_cb_list;
	struct mlx5_flow_table *slow_fdb, *tc_miss;
	struct mlx5_flow_handle *miss_rules[2];
	struct mlx5_fs_chains chains;
	struct htable flows; /* struct mlx5e_tc_flow, by cookie */
	unsigned long last_cookie;
	struct pool flow_pool;
	size_t n_splits;
	u64 n_refused;
	u32 known_keys; /* of dissectors, that rules can be parsed with; 0: not yet found out */
	u8 rx_depth;
	/* Of the rule that is being parsed. The spec is all zero between rules. */
	struct mlx5_flow_spec spec;
	struct mlx5_flow_attr attr;
};

struct mlx5e_tc_act_parse_state {
	struct mlx5_core_dev *dev;
	const struct flow_rule *rule;
	struct mlx5_flow_attr *attr;
	struct netlink_ext_ack *extack;
	struct mlx5e_rep *rep; /* whose rule it is */
	u32 actions;	       /* all so far */
};

static inline struct trace *mlx5_trace(const struct mlx5_core_dev *dev)
{
	return dev->cmd.trace;
}

/*
 * The one way to refuse a rule: the words go to the extack, if there is one, and to the trace
 * always, since plain rules come without an extack. @field: what it is about, or NULL.
 */
#define MLX5_REFUSE(dev, extack_, err, field, msg)                                      \
	({                                                                              \
		NL_SET_ERR_MSG_MOD((extack_), msg);                                     \
		trace_refuse(mlx5_trace(dev), (err), (field), KBUILD_MODNAME ": " msg); \
	})

/* Where the driver refuses without words: they are for the trace alone. */
#define MLX5_REFUSE_SILENTLY(dev, err, field, ...) \
	trace_refuse(mlx5_trace(dev), (err), (field), __VA_ARGS__)

/* main.c, eswitch.c */
int mlx5_query_caps(struct mlx5_core_dev *dev, struct diag *d) MUST_CHECK;
int esw_offloads_enable(struct mlx5_core_dev *dev, struct diag *d) MUST_CHECK;
void esw_offloads_disable(struct mlx5_core_dev *dev);
/* reg_c_0 of packets from @rep, for a match under mask 0xffff0000. */
static inline u32 mlx5_eswitch_get_vport_metadata_for_match(const struct mlx5e_rep *rep)
{
	return (u32)rep->metadata << 16;
}
void mlx5_eswitch_set_dest(const struct mlx5_core_dev *dev, struct mlx5_flow_destination *dest,
			   const struct mlx5e_rep *rep);
struct mlx5e_rep *mlx5_eswitch_rep_by_metadata(const struct mlx5_core_dev *dev, u16 metadata);
static inline bool mlx5_eswitch_vlan_actions_supported(const struct mlx5_core_dev *dev,
						       unsigned int depth)
{
	const struct mlx5_caps *c = &dev->caps;

	return c->pop_vlan && c->push_vlan && (depth < 2 || (c->pop_vlan_2 && c->push_vlan_2));
}

/* rep.c */
extern const struct net_device_ops mlx5e_netdev_ops, mlx5e_rep_netdev_ops;
int mlx5e_register_reps(struct mlx5_core_dev *dev, struct diag *d) MUST_CHECK;
void mlx5e_unregister_reps(struct mlx5_core_dev *dev);
static inline bool mlx5e_eswitch_rep(const struct net_device *netdev)
{
	return netdev->netdev_ops == &mlx5e_netdev_ops ||
	       netdev->netdev_ops == &mlx5e_rep_netdev_ops;
}

/* tc.c */
int mlx5e_setup_tc(struct net_device *netdev, enum tc_setup_type type, void *type_data);
int mlx5e_rep_setup_tc(struct net_device *netdev, enum tc_setup_type type, void *type_data);
void mlx5e_tc_cleanup(struct mlx5_core_dev *dev);

/* match.c: fills dev->spec and attr->match_level. */
int parse_cls_flower(struct mlx5e_rep *rep, struct flow_cls_offload *f) MUST_CHECK;

/* act.c: fills attr. */
int parse_tc_fdb_actions(struct mlx5e_rep *rep, struct flow_cls_offload *f) MUST_CHECK;

/* act_*.c: how an action is parsed. can_offload() refuses with words, or silently. */
struct mlx5e_tc_act {
	bool (*can_offload)(struct mlx5e_tc_act_parse_state *state,
			    const struct flow_action_entry *act, unsigned int index);
	int (*parse_action)(struct mlx5e_tc_act_parse_state *state,
			    const struct flow_action_entry *act);
	int (*post_parse)(struct mlx5e_tc_act_parse_state *state);
};
extern const struct mlx5e_tc_act mlx5e_tc_act_mirred, mlx5e_tc_act_vlan, mlx5e_tc_act_vlan_mangle,
	mlx5e_tc_act_pedit, mlx5e_tc_act_csum, mlx5e_tc_act_goto;
int mlx5e_tc_act_vlan_add_rewrite_action(struct mlx5e_tc_act_parse_state *state, u16 vid,
					 u8 prio) MUST_CHECK;

/* act_pedit.c */
int mlx5e_tc_act_pedit_parse_action(struct mlx5e_tc_act_parse_state *state,
				    const struct flow_action_entry *act) MUST_CHECK;
int mlx5e_actions_prepare_mod_hdr_actions(struct mlx5e_tc_act_parse_state *state) MUST_CHECK;

/* offload.c */
int mlx5e_tc_add_fdb_flow(struct mlx5_core_dev *dev, struct mlx5e_tc_flow *flow,
			  struct netlink_ext_ack *extack) MUST_CHECK;
void mlx5e_tc_del_fdb_flow(struct mlx5_core_dev *dev, struct mlx5e_tc_flow *flow);

/* chains.c */
int mlx5_chains_create(struct mlx5_core_dev *dev) MUST_CHECK;
void mlx5_chains_destroy(struct mlx5_core_dev *dev);
u32 mlx5_chains_get_chain_range(const struct mlx5_core_dev *dev);
u32 mlx5_chains_get_prio_range(const struct mlx5_core_dev *dev);
bool mlx5_chains_backwards_supported(const struct mlx5_core_dev *dev);
bool mlx5_chains_prios_supported(const struct mlx5_core_dev *dev);
/* The table of (chain, prio, level), made on demand, with a reference that is put back. */
int mlx5_chains_get_table(struct mlx5_core_dev *dev, u32 chain, u32 prio, u32 level,
			  struct fs_chain_prio **table) MUST_CHECK;
void mlx5_chains_put_table(struct mlx5_core_dev *dev, struct fs_chain_prio *table);
struct mlx5_flow_table *mlx5_chains_ft(const struct fs_chain_prio *table);
/* The chain of reg_c_0[15:0]; 0: unknown or chain 0. */
u32 mlx5_chains_mapped_chain(const struct mlx5_core_dev *dev, u16 mapped);
/* The table behind mirroring: of (chain, prio, vport). */
int mlx5_esw_vporttbl_get(struct mlx5_core_dev *dev, u32 chain, u32 prio, u16 vport,
			  struct mlx5_vporttbl **table) MUST_CHECK;
void mlx5_esw_vporttbl_put(struct mlx5_core_dev *dev, struct mlx5_vporttbl *table);
struct mlx5_flow_table *mlx5_vporttbl_ft(const struct mlx5_vporttbl *table);

#endif
