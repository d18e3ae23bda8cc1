/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the datapath share: keys, flows, the table, ports. */
#ifndef KERNEL_OPENVSWITCH_OVS_INTERNAL_H
#define KERNEL_OPENVSWITCH_OVS_INTERNAL_H

#include "base/htable.h"
#include "base/idr.h"
#include "base/list.h"
#include "base/pool.h"
#include "kernel/core/netdevice.h"
#include "kernel/core/skbuff.h"
#include "kernel/netlink/genetlink.h"
#include "kernel/openvswitch/openvswitch.h"

#include <assert.h>
#include <linux/openvswitch.h>

#define DP_MAX_PORTS	    65535u /* USHRT_MAX, as in Linux */
#define OVS_RECURSION_LIMIT 5
#define OVS_MASKS_MAX	    1024u  /* of one datapath: -ENOSPC */
#define OVS_ACTIONS_SIZE    32768u /* bytes of one action list: it and a key fit a reply */
#define OVS_CPUS	    16u	   /* of the model's machine: that many upcall port ids at most */

#define VLAN_CFI_MASK 0x1000 /* in a TCI: there is a tag */

struct vlan_head {
	be16 tpid, tci; /* 0: no tag */
};

/*
 * The key of a packet. Bytes that a packet has no header for are 0; addresses of IPv4 and ARP share
 * theirs with IPv6. What is seldom matched comes first, since only the words that a mask touches
 * are looked at. Of connection tracking every packet has 0.
 */
struct sw_flow_key {
	u8 ct_labels[16];
	u32 ct_state, ct_mark;
	u32 dp_hash, priority, skb_mark;
	u16 ct_zone;
	be16 eth_type; /* of what follows the tags */
	u32 recirc_id;
	u32 in_port; /* 16 bits; in a mask 0xffff or 0 */
	u8 eth_src[ETH_ALEN_], eth_dst[ETH_ALEN_];
	struct vlan_head vlan, cvlan; /* the outer tag, the inner one */
	be16 tp_src, tp_dst;	      /* of ICMP: type and code */
	be16 tp_flags;
	u8 ip_proto;		    /* of ARP: the operation */
	u8 ip_tos, ip_ttl, ip_frag; /* OVS_FRAG_TYPE_* */
	u8 unused[2];
	be32 ipv6_label;
	union {
		struct {
			be32 src, dst;
			u8 arp_sha[ETH_ALEN_], arp_tha[ETH_ALEN_];
		} ipv4;
		struct {
			u8 src[16], dst[16];
			u8 nd_target[16], nd_sll[ETH_ALEN_], nd_tll[ETH_ALEN_];
		} ipv6;
	};
};

/* Bytes of keys compare and hash as 8-byte words. */
#define KEY_WORDS (sizeof(struct sw_flow_key) / 8)
static_assert(sizeof(struct sw_flow_key) == 144, "a key is whole words without a gap");

struct sw_flow_mask {
	struct list link; /* in sw_flow_table.masks */
	struct sw_flow_key key;
	u8 start, end; /* words of @key that are not all 0 */
	struct htable flows;
	u64 n_hit;
};

struct sw_flow {
	struct sw_flow_key key; /* masked */
	struct sw_flow_mask *mask;
	struct sw_flow_key *unmasked; /* owned: what a flow without UFID is known by; or NULL */
	u8 ufid[16];
	u8 ufid_len; /* 0: the flow is known by its key */
	u8 tcp_flags;
	u16 actions_len;
	u8 *actions; /* owned: whole attributes, without flags in their types, padded with 0 */
	u32 dump_id; /* in sw_flow_table.by_id */
	u64 n_packets, n_bytes, used_ms;
};

struct sw_flow_table {
	struct list masks; /* most used first, as far as rebalancing has gone */
	size_t n_masks, n_flows;
	struct htable by_ufid;
	struct idr by_id; /* for dumps that go on where they stopped */
	struct pool flows;
};

struct vport {
	struct datapath *dp;
	u32 port_no;
	u32 type; /* OVS_VPORT_TYPE_* */
	u32 n_pids;
	u32 pids[OVS_CPUS]; /* whom to ask when no flow matches */
	struct net_device *dev;
	struct net_device own; /* of an internal port */
};

struct datapath {
	struct list link; /* in struct ovs_net */
	struct knet *net;
	char name[IFNAMSIZ];
	u32 user_features, masks_cache_size;
	u32 n_pids; /* OVS_DP_ATTR_PER_CPU_PIDS; 0: never given */
	u32 pids[OVS_CPUS];
	struct idr ports; /* by number; 0: the local one */
	struct sw_flow_table table;
	u64 n_hit, n_missed, n_lost, n_mask_hit;
};

/* The families, in the order in which they are registered. */
enum ovs_family {
	OVS_DATAPATH,
	OVS_VPORT,
	OVS_FLOW,
	OVS_N_FAMILIES
};

#define OVS_N_OPS 4 /* of each: new, del, get, set */

struct ovs_net {
	struct list dps;
	struct genl_family family[OVS_N_FAMILIES];
	u8 recursion; /* action lists under way, one within the other */
	struct notifier_block nb;
};

static inline struct ovs_net *ovs_net(const struct knet *net)
{
	return net->subsys[KNET_OPENVSWITCH];
}

/* The datapath one of whose internal ports has the ifindex, or NULL. */
struct datapath *get_dp(const struct knet *net, int ifindex);
int dp_ifindex(const struct datapath *dp);

/* flow_netlink.c. Errors are bare -EINVAL, as in Linux; the words are in the trace. @mask NULL:
 * only the key is wanted. @nla_mask NULL: what is in the key is matched exactly. */
int ovs_nla_get_match(struct trace *t, struct sw_flow_key *key, struct sw_flow_key *mask,
		      const struct nlattr *nla_key, const struct nlattr *nla_mask) MUST_CHECK;
/* Puts @out, a mask or a key, with the attributes that @key calls for. A lack of room is seen in
 * @m. */
void ovs_nla_put_key(struct kmsg *m, int attr, const struct sw_flow_key *key,
		     const struct sw_flow_key *out, bool is_mask);
bool ovs_is_vlan_type(be16 type);

/* flow_actions.c. @key is masked. */
int ovs_nla_check_actions(struct trace *t, const struct nlattr *actions,
			  const struct sw_flow_key *key) MUST_CHECK;
/* A copy of actions that were checked, owned by the caller; NULL: no memory. */
u8 *ovs_nla_copy_actions(const struct nlattr *actions, u16 *len) MUST_CHECK;

/* flow_key.c */
int ovs_flow_key_extract(struct sw_flow_key *key, const struct sk_buff *skb, u32 in_port);
void ovs_flow_mask_key(struct sw_flow_key *out, const struct sw_flow_key *key,
		       const struct sw_flow_key *mask);

/* flow_table.c */
void ovs_flow_tbl_init(struct sw_flow_table *t);
void ovs_flow_tbl_flush(struct sw_flow_table *t);
void ovs_flow_tbl_fini(struct sw_flow_table *t);
struct sw_flow *ovs_flow_tbl_lookup(struct sw_flow_table *t, const struct sw_flow_key *key,
				    u32 *n_mask_hit);
/* The flow without UFID that was made with this very key. */
struct sw_flow *ovs_flow_tbl_lookup_exact(struct sw_flow_table *t, const struct sw_flow_key *key);
struct sw_flow *ovs_flow_tbl_lookup_ufid(struct sw_flow_table *t, const u8 *ufid, size_t len);
/* What a flow is made of; all borrowed but @actions, which is taken when all goes well. */
struct sw_flow_new {
	const struct sw_flow_key *key, *masked, *mask;
	const u8 *ufid; /* NULL: it is known by @key */
	u8 ufid_len;
	u16 actions_len;
	u8 *actions;
};
/* 0, -ENOMEM, -ENOSPC; then nothing has changed. */
int ovs_flow_tbl_insert(struct sw_flow_table *t, const struct sw_flow_new *like,
			struct sw_flow **flow) MUST_CHECK;
void ovs_flow_tbl_remove(struct sw_flow_table *t, struct sw_flow *flow);

/* actions.c */
int ovs_execute_actions(struct datapath *dp, struct sk_buff *skb, const struct sw_flow *flow);

/* vport.c */
/* What a port is made of. @port_no 0: the lowest that is free, but for the local port. */
struct vport_parms {
	const char *name;
	u32 type, port_no;
	int ifindex; /* that an internal port is to get; 0: any */
	const struct nlattr *pids;
};
int ovs_vport_add(struct datapath *dp, const struct vport_parms *parms,
		  struct vport **out) MUST_CHECK;
void ovs_vport_del(struct vport *vport);
struct vport *ovs_vport_find(const struct datapath *dp, u32 port_no);
struct vport *ovs_vport_by_name(const struct knet *net, const char *name);
/* The port that the device is, or is in; NULL. */
struct vport *ovs_vport_of(const struct net_device *dev);
/* A packet goes out of a port. Borrows it. */
void ovs_vport_send(struct vport *vport, struct sk_buff *skb);
/* Tells the listeners that a port is about to go. */
void ovs_vport_notify_del(struct vport *vport);
/* An array of upcall port ids: 0 or -EINVAL. */
int ovs_get_pids(const struct nlattr *nla, u32 *pids, u32 *n) MUST_CHECK;
extern const struct genl_op ovs_vport_ops[OVS_N_OPS];
extern const struct nla_policy ovs_vport_policy[];

/* datapath.c */
void ovs_dp_process_packet(struct datapath *dp, struct sk_buff *skb, u32 in_port);
extern const struct genl_op ovs_datapath_ops[OVS_N_OPS];
extern const struct nla_policy ovs_datapath_policy[];

/* flow_cmd.c */
extern const struct genl_op ovs_flow_ops[OVS_N_OPS];
extern const struct nla_policy ovs_flow_policy[];

#endif
