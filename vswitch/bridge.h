/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bridge: ports, tables of rules, and the stations that it has learned. Nothing happens by
 * itself: packets are translated by vswitch/xlate.h, and time is a parameter.
 */
#ifndef VSWITCH_BRIDGE_H
#define VSWITCH_BRIDGE_H

#include "base/diag.h"
#include "base/htable.h"
#include "base/idr.h"
#include "flow/text.h"
#include "vswitch/classifier.h"
#include "vswitch/mac_learning.h"
#include "vswitch/rule_text.h"

#define BRIDGE_PORTS_MAX     4096  /* a flood takes an action for each */
#define BRIDGE_PORT_NUMBERS  65535 /* numbers of a datapath's ports are below */
#define BRIDGE_PORT_NAME_MAX 64
#define BRIDGE_RULES_MAX     4000000

/* How a port treats VLANs, as OVS's Port:vlan_mode. */
enum bridge_vlan_mode {
	BRIDGE_VLAN_TRUNK,	     /* tagged; without a tag it is VLAN 0 */
	BRIDGE_VLAN_ACCESS,	     /* untagged, of VLAN @tag */
	BRIDGE_VLAN_NATIVE_TAGGED,   /* a trunk; without a tag it is of VLAN @tag */
	BRIDGE_VLAN_NATIVE_UNTAGGED, /* and packets of VLAN @tag leave untagged */
	BRIDGE_VLAN_N_MODES
};

extern const char *const bridge_vlan_mode_names[BRIDGE_VLAN_N_MODES];

struct bridge_port {
	uint32_t number; /* of the datapath */
	char name[BRIDGE_PORT_NAME_MAX];
	bool is_gone; /* the datapath has it no more: as if there was none, until it is back */
	enum bridge_vlan_mode vlan_mode;
	uint16_t tag;		    /* of all modes but TRUNK */
	bool has_trunks;	    /* else a trunk carries all VLANs */
	uint64_t trunks[4096 / 64]; /* bit v: VLAN v */
	/* What the bridge received and sent there, as far as it is known by now. */
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
};

struct bridge {
	char name[BRIDGE_PORT_NAME_MAX];
	struct idr ports;			/* struct bridge_port by number */
	struct htable by_name;			/* the same ports */
	struct classifier *tables[RULE_TABLES]; /* NULL: it has no rules */
	size_t n_rules;
	struct mac_learning fdb;
	uint64_t sequence;	      /* of the last change of rules or ports */
	uint64_t now_ns;	      /* when rules come in: see vswitch_set_now() */
	struct flow_ports flow_ports; /* the names of its ports, for texts */
};

/* 0; -ENOMEM, -EINVAL: the name is empty or too long. */
int bridge_new(struct bridge **out, const char *name, struct diag *d) MUST_CHECK;
void bridge_free(struct bridge *b); /* NULL is fine */

/* A trunk of all VLANs. 0; -EINVAL, -EEXIST: number or name, -ENOSPC, -ENOMEM with words. */
int bridge_add_port(struct bridge *b, uint32_t number, const char *name, struct diag *d) MUST_CHECK;

/* Forgets what was learned there. 0 or -ENOENT. */
int bridge_del_port(struct bridge *b, uint32_t number, struct diag *d) MUST_CHECK;

/*
 * @trunks: @n VLANs, which a mode with trunks carries; none: all. What was learned at the port is
 * forgotten. 0; -ENOENT, -EINVAL: a VLAN above 4095, or trunks of an access port; with words.
 */
int bridge_set_vlan(struct bridge *b, uint32_t number, enum bridge_vlan_mode mode, uint16_t tag,
		    const uint16_t *trunks, size_t n, struct diag *d) MUST_CHECK;

/* Its device has gone, or is back: what was learned there is forgotten. */
void bridge_set_port_gone(struct bridge *b, uint32_t number, bool is_gone);

/* NULL also when it is gone. */
const struct bridge_port *bridge_find_port(const struct bridge *b, uint32_t number);

/* So many packets came in there, or left; there need be no such port. */
void bridge_count_rx(struct bridge *b, uint32_t number, uint64_t n_packets, uint64_t n_bytes);
void bridge_count_tx(struct bridge *b, uint32_t number, uint64_t n_packets, uint64_t n_bytes);
const struct bridge_port *bridge_find_port_name(const struct bridge *b, const char *name,
						size_t len);

/* Whether packets of @vlan may pass the port. */
bool bridge_port_has_vlan(const struct bridge_port *p, uint16_t vlan);

/* Takes @r into its table; a rule of equal match and priority is replaced. 0, -ENOSPC, -ENOMEM. */
int bridge_add_rule(struct bridge *b, struct rule *r, struct diag *d) MUST_CHECK;

/* Reads a rule and adds it. Errors as rule_parse() and bridge_add_rule(). */
int bridge_add_rule_text(struct bridge *b, const char *s, size_t len, struct diag *d) MUST_CHECK;

/*
 * Deletes the rules that @q is about, with @strict only those of this very match and priority.
 * Returns how many.
 */
size_t bridge_del_rules(struct bridge *b, const struct rule_query *q, bool strict);

/* One line for each rule that @q is about, by table and falling priority. 0 or -ENOMEM. */
int bridge_format_rules(struct text *t, const struct bridge *b,
			const struct rule_query *q) MUST_CHECK;

/* With counters, and the seconds since it came and since the last use, as `ovs-ofctl dump-flows`.
 */
int bridge_format_rules_stats(struct text *t, const struct bridge *b, const struct rule_query *q,
			      uint64_t now_ns) MUST_CHECK;

/* The ports and their VLANs, as `ovs-vsctl show` has them. */
void bridge_format(struct text *t, const struct bridge *b);

#endif
