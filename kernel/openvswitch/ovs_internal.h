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
#define OVS_ACTIONS_SIZE    32768u /* MAX_ACTIONS_BUFSIZE: bytes of one action list */

/* The key of a packet. Bytes that a packet has no header for are 0; addresses of IPv4 and ARP share
 * theirs with IPv6. */
struct sw_flow_key {
	u32 recirc_id;
	u32 in_port;
	u8 eth_src[ETH_ALEN_], eth_dst[ETH_ALEN_];
	be16 eth_type;		  /* of what follows the tag */
	be16 vlan_tpid, vlan_tci; /* 0: no tag */
	be16 tp_src, tp_dst;	  /* of ICMP: type and code */
	be16 tp_flags;
	u8 ip_proto;		    /* of ARP: the operation */
	u8 ip_tos, ip_ttl, ip_frag; /* OVS_FRAG_TYPE_* */
	be32 ipv6_label;
	union {
		struct {
			be32 src, dst;
			u8 arp_sha[ETH_ALEN_], arp_tha[ETH_ALEN_];
		} ipv4;
		struct {
			u8 src[16], dst[16];
		} ipv6;
	};
};

/* Bytes of keys compare and hash as 8-byte words. */
static_assert(sizeof(struct sw_flow_key) % 8 == 0, "a key is whole words");

struct sw_flow_mask {
	struct list link; /* in sw_flow_table.masks */
	struct sw_flow_key key;
	struct htable flows;
	u64 n_hit;
};

struct sw_flow {
	struct sw_flow_key key; /* masked */
	struct sw_flow_mask *mask;
	u8 ufid[16];
	u8 ufid_len; /* 0: the flow is known by its key */
	u8 tcp_flags;
	u16 actions_len;
	u8 *actions; /* owned: the attributes as they were sent */
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
	u32 upcall_pid;
	struct net_device *dev;
	struct net_device own; /* of an internal port */
};

struct datapath {
	struct list link; /* in struct ovs_net */
	struct knet *net;
	char name[IFNAMSIZ];
	u32 user_features;
	struct idr ports; /* by number; 0: the local one */
	struct sw_flow_table table;
	u64 n_hit, n_missed, n_lost, n_mask_hit;
	u8 recursion;
};

struct ovs_net {
	struct list dps;
	struct genl_family datapath, vport, flow;
	struct notifier_block nb;
};

static inline struct ovs_net *ovs_net(const struct knet *net)
{
	return net->subsys[KNET_OPENVSWITCH];
}

struct datapath *get_dp(struct knet *net, int dp_ifindex);
int dp_ifindex(const struct datapath *dp);

/* flow_netlink.c. Errors are bare -EINVAL, as in Linux; the words are in the trace. @mask NULL:
 * exact. */
int ovs_nla_get_match(struct trace *t, struct sw_flow_key *key, struct sw_flow_key *mask,
		      const struct nlattr *nla_key, const struct nlattr *nla_mask) MUST_CHECK;
int ovs_nla_put_key(struct kmsg *m, int attr, const struct sw_flow_key *key,
		    const struct sw_flow_key *out) MUST_CHECK;
int ovs_nla_check_actions(struct trace *t, const struct nlattr *actions,
			  const struct sw_flow_key *key, const struct sw_flow_key *mask) MUST_CHECK;

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
struct sw_flow *ovs_flow_tbl_lookup_exact(struct sw_flow_table *t, const struct sw_flow_key *masked,
					  const struct sw_flow_key *mask);
struct sw_flow *ovs_flow_tbl_lookup_ufid(struct sw_flow_table *t, const u8 *ufid, size_t len);
/* Copies everything. 0, -ENOMEM, -ENOSPC. */
int ovs_flow_tbl_insert(struct sw_flow_table *t, const struct sw_flow *like,
			const struct sw_flow_key *mask, struct sw_flow **flow) MUST_CHECK;
void ovs_flow_tbl_remove(struct sw_flow_table *t, struct sw_flow *flow);
size_t ovs_flow_tbl_bytes(const struct sw_flow_table *t);

/* actions.c */
int ovs_execute_actions(struct datapath *dp, struct sk_buff *skb, const u8 *actions, size_t len,
			const struct sw_flow_key *key);

/* vport.c */
int ovs_vport_add(struct datapath *dp, const char *name, u32 type, u32 port_no, u32 upcall_pid,
		  struct vport **out) MUST_CHECK;
void ovs_vport_del(struct vport *vport);
struct vport *ovs_vport_find(const struct datapath *dp, u32 port_no);
struct vport *ovs_vport_by_name(struct knet *net, const char *name);
extern const struct genl_op ovs_vport_ops[];
extern const struct nla_policy ovs_vport_policy[];
size_t ovs_vport_n_ops(void);

/* datapath.c */
void ovs_dp_process_packet(struct datapath *dp, struct sk_buff *skb, u32 in_port);
extern const struct genl_op ovs_datapath_ops[];
extern const struct nla_policy ovs_datapath_policy[];
size_t ovs_datapath_n_ops(void);
void ovs_dp_destroy(struct datapath *dp);

/* flow_cmd.c */
extern const struct genl_op ovs_flow_ops[];
extern const struct nla_policy ovs_flow_policy[];
size_t ovs_flow_n_ops(void);

#endif
