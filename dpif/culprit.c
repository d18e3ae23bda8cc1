/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From what a driver or the kernel calls a thing to the field or action of the flow that it was, so
 * that a caret can stand under it. Layers below boundary 1 speak of dissector keys and tc actions;
 * which of the flow's own fields that meant is known up here.
 */
#include "dpif/dpif_internal.h"

#include <string.h>

#define FIELDS_MAX 6
#define NO_ACTION  FLOW_N_ACTION_TYPES

/* A name, and what it may stand for: the first of these fields that the flow matches, or an action
 * of this type. */
struct culprit_row {
	const char *name;
	uint8_t n_fields;
	uint8_t fields[FIELDS_MAX];   /* enum flow_field */
	enum flow_action_type action; /* the first one of the flow; NO_ACTION */
};

static const struct culprit_row rows[] = {
	{ "arp",
	  5,
	  { FLOW_ARP_OP, FLOW_ARP_SIP, FLOW_ARP_TIP, FLOW_ARP_SHA, FLOW_ARP_THA },
	  NO_ACTION },
	{ "ports",
	  6,
	  { FLOW_SCTP_SRC, FLOW_SCTP_DST, FLOW_TCP_SRC, FLOW_TCP_DST, FLOW_UDP_SRC, FLOW_UDP_DST },
	  NO_ACTION },
	{ "icmp", 2, { FLOW_ICMP_TYPE, FLOW_ICMP_CODE }, NO_ACTION },
	{ "icmpv6", 2, { FLOW_ICMPV6_TYPE, FLOW_ICMPV6_CODE }, NO_ACTION },
	{ "ip_flags", 2, { FLOW_IPV4_FRAG, FLOW_IPV6_FRAG }, NO_ACTION },
	{ "ip_ttl", 2, { FLOW_IPV4_TTL, FLOW_IPV6_HLIMIT }, NO_ACTION },
	{ "tcp_flags", 1, { FLOW_TCP_FLAGS }, NO_ACTION },
	{ "chain", 1, { FLOW_RECIRC_ID }, NO_ACTION },
	{ "prio", 1, { FLOW_ETH_TYPE }, NO_ACTION },
	{ "vlan", 2, { FLOW_VLAN_VID, FLOW_VLAN_PCP }, FLOW_ACT_PUSH_VLAN },
	{ "vlan push", 0, { 0 }, FLOW_ACT_PUSH_VLAN },
	{ "vlan pop", 0, { 0 }, FLOW_ACT_POP_VLAN },
	{ "pedit", 0, { 0 }, FLOW_ACT_SET },
	{ "csum", 0, { 0 }, FLOW_ACT_SET },
	{ "mirred", 0, { 0 }, FLOW_ACT_OUTPUT },
	{ "redirect", 0, { 0 }, FLOW_ACT_OUTPUT },
};

static bool set_field(struct dpif_decision *d, const struct culprit_row *row,
		      const struct flow_match *m)
{
	for (size_t i = 0; i < row->n_fields; i++) {
		if (flow_field_is_set(&m->mask, (enum flow_field)row->fields[i])) {
			d->has_culprit = true;
			d->culprit_is_action = false;
			d->culprit_index = row->fields[i];
			return true;
		}
	}
	return false;
}

/* A redirect is the last output of a list, a mirror one before it: the first. */
static void set_action(struct dpif_decision *d, const struct culprit_row *row,
		       const struct flow_actions *l)
{
	bool last = !strcmp(row->name, "redirect");

	for (size_t i = 0; i < l->n; i++) {
		if (l->a[i].type != row->action)
			continue;
		d->has_culprit = true;
		d->culprit_is_action = true;
		d->culprit_index = (uint32_t)i;
		if (!last)
			return;
	}
}

void dpif_find_culprit(struct dpif_decision *d, const struct flow_match *m,
		       const struct flow_actions *l)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].name, d->field))
			continue;
		if (!set_field(d, &rows[i], m) && rows[i].action != NO_ACTION)
			set_action(d, &rows[i], l);
		return;
	}
}
