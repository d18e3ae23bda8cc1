/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc's vocabulary as values: a flower filter and its actions, as userland speaks of them, encoded
 * to and decoded from rtnetlink bytes. Everything is a table: one row for each key field
 * (tc/flower.c), one for each action kind (tc/action.c). This folder does not know OVS flows;
 * `netdev_tc_flow_put()` translates.
 */
#ifndef TC_FILTER_H
#define TC_FILTER_H

#include "base/diag.h"
#include "base/text.h"
#include "netlink/msg.h"

#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#define TC_ACTIONS_MAX 32 /* TCA_ACT_MAX_PRIO: what one filter can hold */
#define TC_PEDIT_KEYS_MAX \
	32		 /* 32-bit words that one pedit action rewrites; OVS's MAX_PEDIT_OFFSETS */
#define TC_COOKIE_MAX 16 /* bytes; TC_COOKIE_MAX_SIZE */

/* Where a filter lives. */
struct tc_id {
	int ifindex;	 /* of the device; ignored when block is not 0 */
	uint32_t block;	 /* index of a shared block; 0: none */
	uint32_t parent; /* TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS) or _EGRESS */
	uint32_t chain;	 /* 0..TC_CHAIN_MAX */
	uint16_t prio;	 /* 1..65535; 0 in a request: the kernel chooses */
	uint32_t handle; /* 0 in a request: the kernel chooses */
};

#define TC_CHAIN_MAX 0x0fffffffu

/* The key fields of flower that this vocabulary has; a row of tc_field_table each. */
struct tc_flower_key {
	uint8_t eth_dst[6], eth_src[6];
	be16 eth_type;	    /* of the frame: a VLAN TPID when it is tagged */
	be16 vlan_eth_type; /* of what follows the tag */
	uint16_t vlan_id;   /* host order, 12 bits, as in TCA_FLOWER_KEY_VLAN_ID */
	uint8_t vlan_prio;  /* 3 bits */
	uint8_t ip_proto, ip_tos, ip_ttl;
	uint32_t flags; /* TCA_FLOWER_KEY_FLAGS_*; host order here, big-endian on the wire */
	be32 ipv4_src, ipv4_dst;
	uint8_t ipv6_src[16], ipv6_dst[16];
	be16 l4_src, l4_dst; /* of tcp, udp or sctp, as ip_proto says */
	be16 tcp_flags;
	uint8_t icmp_type, icmp_code; /* ICMP or ICMPv6, as ip_proto says */
	be32 arp_sip, arp_tip;
	uint8_t arp_op, arp_sha[6], arp_tha[6];
};

enum tc_field {
	TC_ETH_DST,
	TC_ETH_SRC,
	TC_ETH_TYPE,
	TC_VLAN_ETH_TYPE,
	TC_VLAN_ID,
	TC_VLAN_PRIO,
	TC_IP_PROTO,
	TC_IP_TOS,
	TC_IP_TTL,
	TC_FLAGS,
	TC_IPV4_SRC,
	TC_IPV4_DST,
	TC_IPV6_SRC,
	TC_IPV6_DST,
	TC_TCP_SRC,
	TC_TCP_DST,
	TC_TCP_FLAGS,
	TC_UDP_SRC,
	TC_UDP_DST,
	TC_SCTP_SRC,
	TC_SCTP_DST,
	TC_ICMPV4_TYPE,
	TC_ICMPV4_CODE,
	TC_ICMPV6_TYPE,
	TC_ICMPV6_CODE,
	TC_ARP_SIP,
	TC_ARP_TIP,
	TC_ARP_OP,
	TC_ARP_SHA,
	TC_ARP_THA,
	TC_N_FIELDS
};

/* How the value of a field is written. */
enum tc_text {
	TC_TEXT_DEC,
	TC_TEXT_HEX,
	TC_TEXT_MAC,
	TC_TEXT_IPV4,
	TC_TEXT_IPV6,
	TC_TEXT_ETHER_TYPE,
	TC_TEXT_IP_PROTO,
};

/* One row for each key field: everything that the encoder, the decoder and the comparison need. */
struct tc_field_info {
	const char *name;	  /* as `tc filter show` prints it: "dst_ip" */
	uint16_t attr, mask_attr; /* TCA_FLOWER_KEY_*; mask_attr 0: flower has no mask for it, it is
				     exact */
	uint8_t offset;		  /* into struct tc_flower_key */
	uint8_t size;		  /* bytes there and on the wire: 1, 2, 4, 6 or 16 */
	uint8_t ip_proto;	  /* the kernel looks at it only for this protocol; 0: for all */
	be16 ether_type;	  /* ... and only for this ethertype; 0: for all */
	uint8_t bits;		  /* of an exact number: how many count; 0: all */
	bool is_swapped;	  /* 32 bits, big-endian on the wire and host order here */
	enum tc_text text;
};

extern const struct tc_field_info tc_field_table[TC_N_FIELDS];

enum tc_action_kind {
	TC_ACT_GACT,
	TC_ACT_MIRRED,
	TC_ACT_VLAN,
	TC_ACT_PEDIT,
	TC_ACT_CSUM,
	TC_N_ACTION_KINDS
};

extern const char *const tc_action_kind_names[TC_N_ACTION_KINDS]; /* "gact" ... as TCA_ACT_KIND */

struct tc_counters {
	uint64_t n_packets, n_bytes; /* all, hardware included */
	uint64_t hw_packets, hw_bytes;
	uint64_t lastuse_ms; /* milliseconds since the last use */
	bool used;	     /* false: never since it was installed, or not told (terse) */
};

struct tc_pedit_word {
	uint8_t htype;	 /* TCA_PEDIT_KEY_EX_HDR_TYPE_* */
	uint32_t offset; /* bytes from that header, a multiple of 4 */
	be32 mask,
		value; /* bits to set and their values, as they lie in the packet: not inverted */
};

struct tc_action {
	enum tc_action_kind kind;
	uint32_t index; /* 0 in a request: the kernel chooses */
	int control;	/* TC_ACT_PIPE, TC_ACT_SHOT, TC_ACT_STOLEN ... */
	uint8_t cookie[TC_COOKIE_MAX];
	uint8_t cookie_size; /* bytes; 0: none */
	bool no_percpu;	     /* TCA_ACT_FLAGS_NO_PERCPU_STATS */
	uint32_t origin;     /* the caller's number of what it came from: nl_msg.origin */
	union {
		struct {
			uint32_t chain; /* for TC_ACT_GOTO_CHAIN in control */
		} gact;
		struct {
			int eaction; /* TCA_EGRESS_REDIR, TCA_EGRESS_MIRROR, ... */
			uint32_t ifindex;
		} mirred;
		struct {
			int v_action; /* TCA_VLAN_ACT_POP, _PUSH */
			uint16_t id;
			uint8_t prio;
			be16 protocol;
		} vlan;
		struct {
			uint8_t n;
			struct tc_pedit_word key[TC_PEDIT_KEYS_MAX];
		} pedit;
		struct {
			uint32_t update_flags; /* TCA_CSUM_UPDATE_FLAG_* */
		} csum;
	};
	struct tc_counters stats; /* decoded only */
};

struct tc_filter {
	struct tc_id id;
	be16 protocol;	/* of tcm_info; the ethertype of the frame */
	uint32_t flags; /* TCA_CLS_FLAGS_*: request SKIP_HW, SKIP_SW; answers also IN_HW, NOT_IN_HW
			 */
	uint32_t in_hw_count;
	struct tc_flower_key key, mask;
	uint32_t field_origin[TC_N_FIELDS]; /* as tc_action.origin */
	size_t n_actions;
	struct tc_action
		*actions; /* borrows: the caller's array of at least TC_ACTIONS_MAX for decoding */
};

/*
 * The message RTM_NEWTFILTER with @flags (NLM_F_*), complete: started and ended. The order of
 * attributes is that of OVS's tc.c (facts: TCA_FLOWER_ACT first). Returns the error of
 * nl_msg_end(); -EOPNOTSUPP: the mask has bits that flower cannot express with this key (part of a
 * field that is always exact; ports without a protocol that has them): nothing is widened in
 * silence. -E2BIG: more than TC_ACTIONS_MAX actions or TC_PEDIT_KEYS_MAX words.
 */
int tc_filter_encode(struct nl_msg *msg, uint16_t flags, const struct tc_filter *f) MUST_CHECK;

/* OVS's names of its parts, which the article shows: the content of TCA_OPTIONS, and the actions in
 * it. */
struct trace;
void nl_msg_put_flower_options(struct nl_msg *msg, const struct tc_filter *f, struct trace *t);
void nl_msg_put_flower_acts(struct nl_msg *msg, const struct tc_filter *f, struct trace *t);

/*
 * Reads a RTM_NEWTFILTER message, whose nlmsg_len has been checked. f->actions must be set to an
 * array of TC_ACTIONS_MAX. The order of attributes does not matter. What the kernel dumps otherwise
 * than it was sent is made equal: the eth_type of a tagged frame is its TPID again. The answer to a
 * terse dump gives no key and actions without parameters.
 * 0; -EPROTO with words: malformed; -EOPNOTSUPP: another kind, a key or an action that this
 * vocabulary lacks, named.
 */
int tc_filter_decode(struct tc_filter *f, const struct nlmsghdr *msg, struct diag *d) MUST_CHECK;

/*
 * What OVS compares between request and echo: mask, masked key, actions. 0, or -EINVAL with the
 * first difference named.
 */
int tc_filter_compare(const struct tc_filter *request, const struct tc_filter *echo,
		      struct diag *d) MUST_CHECK;

/* One line for a trace or a message: "chain 0 prio 2 protocol ip dst_ip 10.0.0.2 action vlan push
 * ...". */
void tc_filter_format(struct text *t, const struct tc_filter *f);

#endif
