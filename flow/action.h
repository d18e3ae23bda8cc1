/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Datapath actions as values. A list without elements drops the packet, as in OVS. Each action
 * remembers where in the user's text it stood, so that a refusal can point at it.
 */
#ifndef FLOW_ACTION_H
#define FLOW_ACTION_H

#include "flow/key.h"

/* An OVS action list is one attribute of at most 64 KiB; the shortest action takes 4 bytes. */
#define FLOW_ACTIONS_MAX 16383

enum flow_action_type {
	FLOW_ACT_OUTPUT,
	FLOW_ACT_PUSH_VLAN,
	FLOW_ACT_POP_VLAN,
	FLOW_ACT_SET,	    /* OVS_ACTION_ATTR_SET, or _SET_MASKED when any mask bit is 0 */
	FLOW_ACT_USERSPACE, /* to a handler, as an upcall */
	FLOW_ACT_RECIRC,    /* through the table again, with another recirc_id */
	FLOW_N_ACTION_TYPES
};

/* A place in the text that a user typed, in bytes; length 0: not from a text. */
struct flow_range {
	uint32_t offset, length;
};

#define FLOW_USERDATA_MAX 64 /* bytes; OVS's own cookies have FLOW_COOKIE_SIZE */
#define FLOW_COOKIE_SIZE  48
#define FLOW_USERDATA_MIN 8 /* that a text pads to, as OVS does for old kernels */

struct flow_userspace {
	uint32_t pid; /* netlink port id; the kernel wants one, and with dispatch by processor does
			 not look at it */
	bool actions; /* the upcall is to have the flow's actions */
	bool has_tunnel_out_port;
	uint8_t userdata_size; /* 0: none */
	uint32_t tunnel_out_port;
	uint8_t userdata[FLOW_USERDATA_MAX]; /* comes up with the packet; 0 behind its end */
};

struct flow_action {
	enum flow_action_type type;
	struct flow_range range;
	union {
		uint32_t port; /* of an output: datapath port number */
		uint32_t recirc_id;
		struct flow_userspace userspace;
		struct flow_vlan push_vlan;	 /* a tag, tci with the CFI bit set */
		struct {			 /* SET */
			enum flow_header header; /* ETH, IPV4, IPV6, TCP or UDP */
			union flow_set_value {
				struct ovs_key_ethernet eth;
				struct ovs_key_ipv4 ipv4;
				struct ovs_key_ipv6 ipv6;
				struct ovs_key_tcp tcp;
				struct ovs_key_udp udp;
			} key, mask; /* key is 0 where the mask is */
		} set;
	};
};

struct flow_actions {
	struct flow_action *a; /* owned */
	size_t n, cap;
};

extern const char *const flow_action_names[FLOW_N_ACTION_TYPES]; /* "output", "push_vlan" ... */

/* Kinds of cookies, the first two bytes: as OVS numbers them. */
enum flow_cookie_type {
	FLOW_COOKIE_UNSPEC,
	FLOW_COOKIE_SFLOW,
	FLOW_COOKIE_SLOW_PATH, /* userland must look at each packet of the flow */
	FLOW_COOKIE_FLOW_SAMPLE,
	FLOW_COOKIE_IPFIX,
	FLOW_COOKIE_CONTROLLER,
};

/* Why; as a mask, bits of these numbers. */
enum flow_slow_path {
	FLOW_SLOW_CFM,
	FLOW_SLOW_BFD,
	FLOW_SLOW_LACP,
	FLOW_SLOW_STP,
	FLOW_SLOW_LLDP,
	FLOW_SLOW_ACTION, /* an action that the datapath does not have */
	FLOW_SLOW_MATCH,  /* the datapath cannot match closely enough */
	FLOW_N_SLOW_PATHS
};
extern const char *const flow_slow_path_names[FLOW_N_SLOW_PATHS]; /* "cfm" ... */

/* Makes the userdata a slow_path cookie. */
void flow_userspace_set_slow_path(struct flow_userspace *u, uint32_t reasons);
/* Whether userdata that came up is one, of whatever bridge and port. */
bool flow_cookie_is_slow_path(const void *userdata, size_t size, uint32_t *reasons);
/* Whether it is one that says nothing but its reasons, so that a text can hold it. */
bool flow_userspace_is_slow_path(const struct flow_userspace *u, uint32_t *reasons);

void flow_actions_init(struct flow_actions *l);
void flow_actions_fini(struct flow_actions *l);
void flow_actions_clear(struct flow_actions *l); /* keeps the memory for the next use */

/* A new zeroed element at the end, or NULL: no memory, or FLOW_ACTIONS_MAX reached. */
struct flow_action *flow_actions_add(struct flow_actions *l) MUST_CHECK;

/* Whether both lists do the same; places in the text do not matter. */
bool flow_actions_is_equal(const struct flow_actions *a, const struct flow_actions *b);

#endif
