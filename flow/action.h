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
	FLOW_ACT_SET, /* OVS_ACTION_ATTR_SET, or _SET_MASKED when any mask bit is 0 */
	FLOW_N_ACTION_TYPES
};

/* A place in the text that a user typed, in bytes; length 0: not from a text. */
struct flow_range {
	uint32_t offset, length;
};

struct flow_action {
	enum flow_action_type type;
	struct flow_range range;
	union {
		uint32_t port;			 /* of an output: datapath port number */
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

void flow_actions_init(struct flow_actions *l);
void flow_actions_fini(struct flow_actions *l);
void flow_actions_clear(struct flow_actions *l); /* keeps the memory for the next use */

/* A new zeroed element at the end, or NULL: no memory, or FLOW_ACTIONS_MAX reached. */
struct flow_action *flow_actions_add(struct flow_actions *l) MUST_CHECK;

/* Whether both lists do the same; places in the text do not matter. */
bool flow_actions_is_equal(const struct flow_actions *a, const struct flow_actions *b);

#endif
