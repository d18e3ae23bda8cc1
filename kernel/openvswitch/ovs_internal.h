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
#define OVS_RECURSION_LIMIT 5	   /* action lists within action lists: -ENETDOWN */
#define OVS_DEFERRED_ACTION_THRESHOLD \
	(OVS_RECURSION_LIMIT - 2)      /* deeper, a recirculation waits until the others are done */
#define OVS_DEFERRED_ACTIONS_MAX 9     /* of one packet that came in; more are dropped */
#define OVS_MASKS_MAX		 1024u /* of one datapath: -ENOSPC */
#define OVS_ACTIONS_SIZE	 32768u /* bytes of one action list: it and a key fit a reply */
#define OVS_CPUS		 16u /* of the model's machine: that many upcall port ids at most */

#define VLAN_CFI_MASK 0x1000 /* in a TCI: there is a tag */

/* In OVS_PACKET_ATTR_HASH, above the hash: part of the interface, but in no header of it. */
#define OVS_PACKET_HASH_SW_BIT (1ull << 32)
#define OVS_PACKET_HASH_L4_BIT (1ull << 33)

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

/*
 * A packet on its way through a datapath: what Linux has in OVS_CB(skb), and its key. The actions
 * change packet and key alike; the key of a packet that was changed is brought up to date when
 * somebody needs it.
 */
enum key_state {
	KEY_VALID,
	KEY_BEHIND, /* the packet was changed */
	KEY_STALE,  /* SW_FLOW_KEY_INVALID: a second tag came or went; an upcall has the old key, as
		       in  Linux, a recirculation a new one */
};

struct ovs_packet {
	struct datapath *dp;
	struct vport *input_vport;
	struct sk_buff *skb;
	struct sw_flow_key key;
	enum key_state key_state;
	u16 mru;    /* largest fragment that it was put together from; 0: none */
	u32 cutlen; /* bytes of it that the next output gets: trunc(); UINT32_MAX: all */
};

/* A recirculation that waits. */
struct deferred_action {
	struct ovs_packet p;
	struct sk_buff skb;
	u8 buf[PACKET_HEADROOM + PACKET_MAX];
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
	OVS_PACKET,
	OVS_N_FAMILIES
};

#define OVS_N_OPS 4 /* of each but the last: new, del, get, set */

struct ovs_net {
	struct list dps;
	struct genl_family family[OVS_N_FAMILIES];
	u8 recursion; /* exec_actions_level: action lists under way, one within the other */
	u8 fifo_head, fifo_tail; /* [tail, head) of @fifo wait */
	struct deferred_action fifo[OVS_DEFERRED_ACTIONS_MAX];
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
/* What a key says that is not in its packet: ports, marks, recirc_id. */
int ovs_nla_get_flow_metadata(struct trace *t, struct sw_flow_key *key,
			      const struct nlattr *nla_key) MUST_CHECK;
bool ovs_is_vlan_type(be16 type);

/* flow_actions.c. @key is masked. */
int ovs_nla_check_actions(struct trace *t, const struct nlattr *actions,
			  const struct sw_flow_key *key) MUST_CHECK;
/* A copy of actions that were checked, owned by the caller; NULL: no memory. */
u8 *ovs_nla_copy_actions(const struct nlattr *actions, u16 *len) MUST_CHECK;

/* flow_key.c */
int ovs_flow_key_extract(struct sw_flow_key *key, const struct sk_buff *skb, u32 in_port);
/* The key of a packet that a user sent, with the metadata of the attributes. */
int ovs_flow_key_extract_userspace(struct trace *t, struct sw_flow_key *key,
				   const struct sk_buff *skb,
				   const struct nlattr *nla_key) MUST_CHECK;
/* What is in the packet is read again; the metadata stays. */
int ovs_flow_key_update(struct sw_flow_key *key, const struct sk_buff *skb) MUST_CHECK;
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
int ovs_execute_actions(struct ovs_packet *p, const u8 *actions, u16 len);

/* upcall.c */
/* What is asked of userland, or told to it. */
struct dp_upcall_info {
	u8 cmd;			       /* OVS_PACKET_CMD_MISS, _ACTION */
	u32 portid;		       /* whom; 0: nobody */
	const struct nlattr *userdata; /* NULL: none */
	const void *actions;	       /* NULL: not wanted */
	int actions_len;
};
/* The first @cutlen bytes go up. 0; negative: lost, counted, and the trace says why. */
int ovs_dp_upcall(struct ovs_packet *p, const struct dp_upcall_info *info, u32 cutlen);
/* Whom to ask about a packet that no flow matches: by hash over the pids of its port, or with
 * dispatch by processor the pid of this one. 0: nobody. */
u32 ovs_upcall_portid(const struct ovs_packet *p);
/* The pid of the processor that runs, of OVS_DP_ATTR_PER_CPU_PIDS. */
u32 ovs_dp_get_upcall_portid(const struct datapath *dp);

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
/* A packet came in at a port. */
void ovs_vport_receive(struct vport *vport, struct sk_buff *skb);
/* Looks up the key and runs the actions, or asks userland. */
void ovs_dp_process_packet(struct ovs_packet *p);
extern const struct genl_op ovs_datapath_ops[OVS_N_OPS];
extern const struct nla_policy ovs_datapath_policy[];

/* packet_cmd.c */
#define OVS_N_PACKET_OPS 1
extern const struct genl_op ovs_packet_ops[OVS_N_PACKET_OPS];
extern const struct nla_policy ovs_packet_policy[];

/* flow_cmd.c */
extern const struct genl_op ovs_flow_ops[OVS_N_OPS];
extern const struct nla_policy ovs_flow_policy[];

#endif
