/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boundary 2: what Linux hands a driver. Model of include/net/flow_offload.h,
 * net/core/flow_offload.c and the structures of include/net/flow_dissector.h, 6.1;
 * facts/kernel-tc.md 5. Numbers of ids are Linux's.
 */
#ifndef KERNEL_OFFLOAD_FLOW_OFFLOAD_H
#define KERNEL_OFFLOAD_FLOW_OFFLOAD_H

#include "kernel/core/netdevice.h"

/* Bit numbers of used_keys. */
enum flow_dissector_key_id {
	FLOW_DISSECTOR_KEY_CONTROL = 0,
	FLOW_DISSECTOR_KEY_BASIC = 1,
	FLOW_DISSECTOR_KEY_IPV4_ADDRS = 2,
	FLOW_DISSECTOR_KEY_IPV6_ADDRS = 3,
	FLOW_DISSECTOR_KEY_PORTS = 4,
	FLOW_DISSECTOR_KEY_PORTS_RANGE = 5,
	FLOW_DISSECTOR_KEY_ICMP = 6,
	FLOW_DISSECTOR_KEY_ETH_ADDRS = 7,
	FLOW_DISSECTOR_KEY_ARP = 9,
	FLOW_DISSECTOR_KEY_VLAN = 10,
	FLOW_DISSECTOR_KEY_ENC_KEYID = 14,
	FLOW_DISSECTOR_KEY_ENC_IPV4_ADDRS = 15,
	FLOW_DISSECTOR_KEY_ENC_IPV6_ADDRS = 16,
	FLOW_DISSECTOR_KEY_ENC_CONTROL = 17,
	FLOW_DISSECTOR_KEY_ENC_PORTS = 18,
	FLOW_DISSECTOR_KEY_MPLS = 19,
	FLOW_DISSECTOR_KEY_TCP = 20,
	FLOW_DISSECTOR_KEY_IP = 21,
	FLOW_DISSECTOR_KEY_CVLAN = 22,
	FLOW_DISSECTOR_KEY_ENC_IP = 23,
	FLOW_DISSECTOR_KEY_ENC_OPTS = 24,
	FLOW_DISSECTOR_KEY_META = 25,
	FLOW_DISSECTOR_KEY_CT = 26,
	FLOW_DISSECTOR_KEY_HASH = 27,
	FLOW_DISSECTOR_KEY_NUM_OF_VLANS = 28,
	FLOW_DISSECTOR_KEY_PPPOE = 29,
	FLOW_DISSECTOR_KEY_L2TPV3 = 30,
	FLOW_DISSECTOR_KEY_MAX
};

#define FLOW_DIS_IS_FRAGMENT (1u << 0)
#define FLOW_DIS_FIRST_FRAG  (1u << 1)

struct flow_dissector_key_meta {
	u32 ingress_ifindex;
};
struct flow_dissector_key_control {
	u16 thoff;
	u16 addr_type; /* FLOW_DISSECTOR_KEY_IPV4_ADDRS or _IPV6_ADDRS */
	u32 flags;     /* FLOW_DIS_* */
};
struct flow_dissector_key_basic {
	be16 n_proto;
	u8 ip_proto;
	u8 padding;
};
struct flow_dissector_key_ipv4_addrs {
	be32 src, dst;
};
struct flow_dissector_key_ipv6_addrs {
	u8 src[16], dst[16];
};
struct flow_dissector_key_ports {
	be16 src, dst;
};
struct flow_dissector_key_icmp {
	u8 type, code;
	u16 id;
};
struct flow_dissector_key_eth_addrs {
	u8 dst[ETH_ALEN_], src[ETH_ALEN_];
};
struct flow_dissector_key_arp {
	be32 sip, tip;
	u8 op;
	u8 sha[ETH_ALEN_], tha[ETH_ALEN_];
};
struct flow_dissector_key_vlan {
	u16 vlan_id;	  /* host order, 12 bits */
	u8 vlan_priority; /* 3 bits */
	u8 padding;
	be16 vlan_tpid, vlan_eth_type;
};
struct flow_dissector_key_tcp {
	be16 flags;
};
struct flow_dissector_key_ip {
	u8 tos, ttl;
};

/* Which keys a rule uses, and where each lies in its key and mask: 0xffff: not there. */
struct flow_dissector {
	u32 used_keys;
	u16 offset[FLOW_DISSECTOR_KEY_MAX];
};

struct flow_match_rule { /* struct flow_match in Linux; that name is taken in this project */
	const struct flow_dissector *dissector;
	const void *mask, *key; /* key is already masked */
};

static inline bool flow_rule_match_key(const struct flow_match_rule *m,
				       enum flow_dissector_key_id id)
{
	return m->dissector->used_keys >> id & 1;
}
/* Key and mask of @id; only where flow_rule_match_key() says so. */
static inline const void *flow_rule_key(const struct flow_match_rule *m,
					enum flow_dissector_key_id id)
{
	return (const u8 *)m->key + m->dissector->offset[id];
}
static inline const void *flow_rule_mask(const struct flow_match_rule *m,
					 enum flow_dissector_key_id id)
{
	return (const u8 *)m->mask + m->dissector->offset[id];
}

enum flow_action_id {
	FLOW_ACTION_ACCEPT = 0,
	FLOW_ACTION_DROP = 1,
	FLOW_ACTION_TRAP = 2,
	FLOW_ACTION_GOTO = 3,
	FLOW_ACTION_REDIRECT = 4,
	FLOW_ACTION_MIRRED = 5,
	FLOW_ACTION_REDIRECT_INGRESS = 6,
	FLOW_ACTION_MIRRED_INGRESS = 7,
	FLOW_ACTION_VLAN_PUSH = 8,
	FLOW_ACTION_VLAN_POP = 9,
	FLOW_ACTION_VLAN_MANGLE = 10,
	FLOW_ACTION_TUNNEL_ENCAP = 11,
	FLOW_ACTION_TUNNEL_DECAP = 12,
	FLOW_ACTION_MANGLE = 13,
	FLOW_ACTION_ADD = 14,
	FLOW_ACTION_CSUM = 15,
	FLOW_ACTION_MARK = 16,
	FLOW_ACTION_PTYPE = 17,
	FLOW_ACTION_PRIORITY = 18,
	FLOW_ACTION_SAMPLE = 21,
	FLOW_ACTION_POLICE = 22,
	FLOW_ACTION_CT = 23,
	FLOW_ACTION_MPLS_PUSH = 25,
	FLOW_ACTION_MPLS_POP = 26,
	FLOW_ACTION_MPLS_MANGLE = 27,
	FLOW_ACTION_GATE = 28,
	NUM_FLOW_ACTIONS = 35
};

enum flow_action_mangle_base {
	FLOW_ACT_MANGLE_UNSPEC = 0,
	FLOW_ACT_MANGLE_HDR_TYPE_ETH = 1,
	FLOW_ACT_MANGLE_HDR_TYPE_IP4 = 2,
	FLOW_ACT_MANGLE_HDR_TYPE_IP6 = 3,
	FLOW_ACT_MANGLE_HDR_TYPE_TCP = 4,
	FLOW_ACT_MANGLE_HDR_TYPE_UDP = 5,
};

#define FLOW_ACTION_HW_STATS_IMMEDIATE 1u
#define FLOW_ACTION_HW_STATS_DELAYED   2u
#define FLOW_ACTION_HW_STATS_ANY       3u
#define FLOW_ACTION_HW_STATS_DISABLED  4u

struct flow_action_entry {
	enum flow_action_id id;
	u32 hw_index;
	u8 hw_stats; /* FLOW_ACTION_HW_STATS_* */
	union {
		u32 chain_index;	/* GOTO */
		struct net_device *dev; /* REDIRECT, MIRRED */
		struct {
			u16 vid;
			be16 proto;
			u8 prio;
		} vlan;
		struct {
			enum flow_action_mangle_base htype;
			u32 offset;    /* bytes, from the header */
			u32 mask, val; /* as in struct tc_pedit_word: mask has 0 where bits change;
					  in packet order */
		} mangle;
		u32 csum_flags;
	};
	/* The tc action's cookie, or size 0. */
	u8 cookie[16];
	u8 cookie_size;
};

struct flow_rule {
	struct flow_match_rule match;
	struct {
		unsigned int num_entries;
		struct flow_action_entry *entries;
	} action;
};

#define flow_action_for_each(i, act, rule) \
	for (i = 0; i < (rule)->action.num_entries && ((act) = &(rule)->action.entries[i]); i++)

enum flow_cls_command {
	FLOW_CLS_REPLACE = 0,
	FLOW_CLS_DESTROY = 1,
	FLOW_CLS_STATS = 2,
	FLOW_CLS_TMPLT_CREATE = 3,
	FLOW_CLS_TMPLT_DESTROY = 4,
};

struct flow_stats_hw { /* struct flow_stats in Linux */
	u64 pkts, bytes, drops;
	u64 lastused;	  /* knet.now_ns of the last packet */
	u8 used_hw_stats; /* FLOW_ACTION_HW_STATS_*: what the numbers are */
	bool used_hw_stats_valid;
};

struct flow_cls_common_offload {
	u32 chain_index;
	be16 protocol;
	u32 prio;			/* 1..65535 */
	struct netlink_ext_ack *extack; /* NULL unless the rule is skip_sw or verbose */
};

struct flow_cls_offload {
	struct flow_cls_common_offload common;
	enum flow_cls_command command;
	unsigned long cookie; /* unique while the rule lives */
	struct flow_rule *rule;
	struct flow_stats_hw stats;
	u32 classid;
};

/* ---- blocks and their callbacks ---- */

enum flow_block_command {
	FLOW_BLOCK_BIND,
	FLOW_BLOCK_UNBIND
};

enum flow_block_binder_type {
	FLOW_BLOCK_BINDER_TYPE_UNSPEC = 0,
	FLOW_BLOCK_BINDER_TYPE_CLSACT_INGRESS = 1,
	FLOW_BLOCK_BINDER_TYPE_CLSACT_EGRESS = 2,
};

/* A driver's function for the rules of a block. 0 or negative errno. */
typedef int flow_setup_cb_t(enum tc_setup_type type, void *type_data, void *cb_priv);

struct flow_block {
	struct list cb_list; /* newest bound first */
};

struct flow_block_cb {
	struct list driver_list, list;
	flow_setup_cb_t *cb;
	void *cb_ident, *cb_priv;
	void (*release)(void *cb_priv);
	unsigned int refcnt;
};

struct flow_block_offload {
	enum flow_block_command command;
	enum flow_block_binder_type binder_type;
	bool block_shared;
	bool unlocked_driver_cb; /* out */
	struct knet *net;
	struct flow_block *block;
	struct list cb_list; /* out: callbacks to add or remove */
	struct list *driver_block_list;
	struct netlink_ext_ack *extack;
};

struct flow_block_cb *flow_block_cb_alloc(flow_setup_cb_t *cb, void *cb_ident, void *cb_priv,
					  void (*release)(void *cb_priv));
void flow_block_cb_free(struct flow_block_cb *block_cb);
struct flow_block_cb *flow_block_cb_lookup(struct flow_block *block, flow_setup_cb_t *cb,
					   void *cb_ident);
bool flow_block_cb_is_busy(flow_setup_cb_t *cb, void *cb_ident, struct list *driver_block_list);

/*
 * What simple drivers call from ndo_setup_tc(TC_SETUP_BLOCK). -EOPNOTSUPP: egress when
 * @ingress_only, unknown command; -EBUSY: bound already; -ENOENT: unbind of what is not bound;
 * -ENOMEM.
 */
int flow_block_cb_setup_simple(struct flow_block_offload *f, struct list *driver_list,
			       flow_setup_cb_t *cb, void *cb_ident, void *cb_priv,
			       bool ingress_only) MUST_CHECK;

/* Checks that drivers call (include/net/pkt_cls.h); they set the extack. */
bool tc_can_offload_extack(const struct net_device *dev, struct netlink_ext_ack *extack);
bool flow_action_has_entries(const struct flow_rule *rule);
/*
 * Whether all entries have one hw_stats type; false with the extack set, which begins with the
 * caller's KBUILD_MODNAME.
 */
#define flow_action_mixed_hw_stats_check(rule, extack)      \
	flow_action_mixed_hw_stats_check_((rule), (extack), \
					  KBUILD_MODNAME    \
					  ": Mixing HW stats types for actions is not supported")
bool flow_action_mixed_hw_stats_check_(const struct flow_rule *rule, struct netlink_ext_ack *extack,
				       const char *words);

#endif
