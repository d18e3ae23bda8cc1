/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenFlow rules as values: a table, a priority, a match in the vocabulary of flow/, actions. Their
 * text is in vswitch/rule_text.h.
 *
 * The number of a port in a rule is its datapath port number; the two spaces of numbers that OVS
 * has are one here. A VLAN tag in a match is vlan[0].tci with OVS's meaning: the CFI bit says that
 * there is one, and all of it 0 under a full mask that there is none.
 */
#ifndef VSWITCH_RULE_H
#define VSWITCH_RULE_H

#include "base/list.h"
#include "base/macros.h"
#include "flow/action.h"
#include "flow/key.h"

#define RULE_TABLES	      254 /* tables are 0 to 253; 254 and 255 mean something else in OVS */
#define RULE_PRIORITY_DEFAULT 32768
#define RULE_ACTIONS_MAX      512
#define RULE_PORT_SAME	      UINT32_MAX /* of a resubmit: the in_port stays */
#define RULE_TABLE_SAME	      255	 /* of a resubmit: the table of the rule */

/* What set_field and the mod_ actions can change: one or two fields of the datapath. */
enum rule_set_target {
	RULE_SET_ETH_SRC,
	RULE_SET_ETH_DST,
	RULE_SET_NW_SRC,
	RULE_SET_NW_DST,
	RULE_SET_IPV6_SRC,
	RULE_SET_IPV6_DST,
	RULE_SET_IPV6_LABEL,
	RULE_SET_NW_TOS, /* the DSCP: upper 6 bits */
	RULE_SET_NW_ECN, /* lower 2 bits */
	RULE_SET_NW_TTL,
	RULE_SET_TP_SRC,
	RULE_SET_TP_DST,
	RULE_SET_TCP_SRC,
	RULE_SET_TCP_DST,
	RULE_SET_UDP_SRC,
	RULE_SET_UDP_DST,
	RULE_N_SET_TARGETS
};

/* A packet without the header of @fields is left as it is. */
struct rule_set_info {
	const char *mod;  /* "mod_dl_src", or NULL */
	const char *name; /* of set_field: "eth_src" */
	const char *alias;
	uint8_t n_fields;
	enum flow_field fields[2]; /* of equal layout; the first whose header the packet has */
	uint8_t bits;		   /* of the byte that may change; 0: all of the field */
	uint8_t shift;		   /* the number in the text is so many bits above */
};

extern const struct rule_set_info rule_set_table[RULE_N_SET_TARGETS];

enum rule_action_type {
	RULE_ACT_OUTPUT,
	RULE_ACT_IN_PORT,
	RULE_ACT_NORMAL,
	RULE_ACT_FLOOD,
	RULE_ACT_ALL,
	RULE_ACT_SET,
	RULE_ACT_MOD_VLAN_VID, /* adds a tag when there is none, as OpenFlow 1.0 has it */
	RULE_ACT_MOD_VLAN_PCP,
	RULE_ACT_SET_VLAN_VID, /* leaves an untagged packet alone */
	RULE_ACT_SET_VLAN_PCP,
	RULE_ACT_PUSH_VLAN,
	RULE_ACT_POP_VLAN,
	RULE_ACT_DEC_TTL,
	RULE_ACT_RESUBMIT,
	RULE_ACT_GOTO_TABLE,
	RULE_N_ACTION_TYPES
};

struct rule_action {
	enum rule_action_type type;
	struct flow_range range; /* in the text that it came from */
	union {
		uint32_t port;
		uint16_t vid;
		uint8_t pcp;
		be16 tpid;
		uint8_t table;
		struct {
			uint32_t port;
			uint8_t table;
		} resubmit;
		struct {
			enum rule_set_target target;
			uint8_t value[16],
				mask[16]; /* as the field lies in the key; value & mask */
		} set;
	};
};

/* What a rule is called where it may be gone by then. */
struct rule_name {
	uint64_t cookie;
	uint16_t priority;
	uint8_t table;
};

struct classifier_tuple;

struct rule {
	struct rule_name name;
	struct flow_match match;     /* normalised */
	struct rule_action *actions; /* owned; none: drop */
	size_t n_actions, cap_actions;

	unsigned int n_refs; /* besides the first owner's */
	/* What was sent through it, as far as it is known by now. */
	uint64_t n_packets, n_bytes;
	uint64_t used_ns;    /* 0: never */
	uint64_t created_ns; /* when its bridge got it */

	/* Of the classifier that it is in. */
	struct classifier_tuple *tuple;
	struct rule *next; /* of equal match, of lower priority */
	struct list all;   /* of all rules there */
	struct list same;  /* of those of its mask and priority */
};

/* A rule that matches everything and drops it, or NULL: no memory. */
struct rule *rule_new(void) MUST_CHECK;

/* It stays until it was freed once more: who counts for a rule keeps it, also when it has left its
 * table. */
struct rule *rule_ref(struct rule *r);
void rule_free(struct rule *r); /* NULL is fine */

/* A new zeroed action at the end, or NULL: no memory, or RULE_ACTIONS_MAX reached. */
struct rule_action *rule_add_action(struct rule *r) MUST_CHECK;

bool rule_matches(const struct rule *r, const struct flow_key *k);

/* Whether all that @r matches is matched by @m too (an OpenFlow "loose" match). */
bool rule_is_inside(const struct rule *r, const struct flow_match *m);

/* Whether both are the same but for their counters and places in texts. */
bool rule_is_equal(const struct rule *a, const struct rule *b);

/* "table 0 priority 100 cookie 0x5" */
struct text;
void rule_name_format(struct text *t, const struct rule_name *n);

#endif
