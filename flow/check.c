/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which headers a match calls for, and which matches make sense: a header is there only when the
 * type and the protocol that announce it are matched exactly.
 */
#include "flow/key_internal.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#define VLAN_CFI       0x1000
#define DATAPATH_PORTS 65535  /* the kernel's limit; the last number is 65534 */
#define ETH_TYPE_MIN   0x0600 /* smaller ones are lengths */
#define ETH_TYPE_NSH   0x894f

/* Everything above eth_type() starts at the first header that has a condition. */
static bool has_condition(const struct flow_header_info *h)
{
	return h->eth_type || h->ip_proto;
}

/* RARP frames have the form of ARP, and the kernel reads them so. */
static bool is_type_of(uint16_t eth_type, uint16_t wanted)
{
	if (!wanted)
		return eth_type == ETH_P_IP || eth_type == ETH_P_IPV6;
	return eth_type == wanted || (wanted == ETH_P_ARP && eth_type == ETH_P_RARP);
}

/* The field that says which protocol follows, of the IP version that eth_type names. */
static enum flow_field proto_of(const struct flow_key *k)
{
	return k->eth_type == be16_from_host(ETH_P_IPV6) ? FLOW_IPV6_PROTO : FLOW_IPV4_PROTO;
}

static bool is_later_fragment(const struct flow_key *k)
{
	bool v6 = k->eth_type == be16_from_host(ETH_P_IPV6);

	return (v6 ? k->ipv6.ipv6_frag : k->ipv4.ipv4_frag) == OVS_FRAG_TYPE_LATER;
}

static bool calls_for(const struct flow_match *m, const struct flow_header_info *h, bool mask)
{
	enum flow_field proto = proto_of(&m->key);

	if (!is_type_of(host_from_be16(m->key.eth_type), h->eth_type) ||
	    m->mask.eth_type != be16_from_host(0xffff))
		return false;
	if (!h->ip_proto)
		return true;
	if (is_later_fragment(&m->key) ||
	    flow_field_load(&m->key, &flow_field_table[proto]) != h->ip_proto)
		return false;
	return !mask || flow_field_is_full(&m->mask, proto);
}

uint64_t flow_match_headers(const struct flow_match *m, bool mask)
{
	uint64_t headers = flow_header_bit(FLOW_H_ETH);

	if (m->mask.eth_type)
		headers |= flow_header_bit(FLOW_H_ETH_TYPE);
	if (m->mask.vlan[0].tpid)
		headers |= flow_header_bit(FLOW_H_VLAN);
	for (unsigned int h = 0; h < FLOW_N_HEADERS; h++)
		if (has_condition(&flow_header_table[h]) &&
		    calls_for(m, &flow_header_table[h], mask))
			headers |= flow_header_bit((enum flow_header)h);
	return headers;
}

/* Refuses with the field named. */
#define REFUSE(d, error, name, ...) refused((d), diag_set((d), (error), __VA_ARGS__), (name))

static int refused(struct diag *d, int error, const char *field)
{
	diag_field(d, field);
	return error;
}

static int check_ports(const struct flow_match *m, struct diag *d)
{
	if (!m->mask.in_port)
		return 0;
	if (m->mask.in_port != UINT32_MAX)
		return REFUSE(d, -EINVAL, "in_port", "in_port can only be matched as a whole");
	if (m->key.in_port >= DATAPATH_PORTS)
		return REFUSE(d, -EINVAL, "in_port", "in_port: %u is more than %u", m->key.in_port,
			      DATAPATH_PORTS - 1);
	return 0;
}

static int check_vlan(const struct flow_match *m, struct diag *d)
{
	const struct flow_vlan *key = &m->key.vlan[0], *mask = &m->mask.vlan[0];
	uint16_t tpid = host_from_be16(key->tpid);

	if (!(m->headers & flow_header_bit(FLOW_H_VLAN)) &&
	    !flow_header_is_set(&m->mask, FLOW_H_VLAN))
		return 0;
	if (mask->tpid != be16_from_host(0xffff) || (tpid != ETH_P_8021Q && tpid != ETH_P_8021AD))
		return REFUSE(d, -EINVAL, "vlan.tpid",
			      "vlan: eth_type must be exactly 0x8100 or 0x88a8 before it");
	if (!(host_from_be16(key->tci) & VLAN_CFI) || !(host_from_be16(mask->tci) & VLAN_CFI))
		return REFUSE(d, -EINVAL, "vlan.cfi",
			      "vlan.cfi: it must be exactly 1, as a frame without it has no tag");
	return 0;
}

static int check_eth_type(const struct flow_match *m, struct diag *d)
{
	uint16_t type = host_from_be16(m->key.eth_type);

	if (!m->mask.eth_type)
		return 0;
	if (m->mask.eth_type != be16_from_host(0xffff))
		return REFUSE(d, -EINVAL, "eth_type", "eth_type can only be matched as a whole");
	if (type < ETH_TYPE_MIN)
		return REFUSE(d, -EINVAL, "eth_type", "eth_type: 0x%04x is less than 0x%04x", type,
			      ETH_TYPE_MIN);
	switch (type) {
	case ETH_P_8021Q:
	case ETH_P_8021AD:
		return m->mask.vlan[0].tpid
			       ? REFUSE(d, -EOPNOTSUPP, "eth_type",
					"eth_type: a second tag is not supported yet")
			       : REFUSE(d, -EINVAL, "eth_type",
					"eth_type(0x%04x) needs vlan(...),encap(...) after it",
					type);
	case ETH_P_MPLS_UC:
	case ETH_P_MPLS_MC:
	case ETH_TYPE_NSH:
		return REFUSE(d, -EOPNOTSUPP, "eth_type",
			      "eth_type(0x%04x) needs %s(...), which is not supported yet", type,
			      type == ETH_TYPE_NSH ? "nsh" : "mpls");
	}
	return 0;
}

/* What is not exactly matched although header @h needs it. */
static int refuse_header(const struct flow_match *m, unsigned int h, struct diag *d)
{
	const struct flow_header_info *i = &flow_header_table[h];
	const char *name = i->name;

	for (unsigned int f = i->first; f < i->first + (unsigned int)i->n_fields; f++)
		if (flow_field_is_set(&m->mask, (enum flow_field)f)) {
			name = flow_field_table[f].full_name;
			break;
		}
	if (m->mask.eth_type != be16_from_host(0xffff) ||
	    !is_type_of(host_from_be16(m->key.eth_type), i->eth_type))
		return i->eth_type ? REFUSE(d, -EINVAL, name, "%s needs eth_type(0x%04x)", name,
					    i->eth_type)
				   : REFUSE(d, -EINVAL, name,
					    "%s needs eth_type(0x0800) or eth_type(0x86dd)", name);
	if (is_later_fragment(&m->key))
		return REFUSE(d, -EINVAL, name, "%s: later fragments have no %s header", name,
			      i->name);
	return REFUSE(d, -EINVAL, name, "%s needs %s=%u", name,
		      flow_field_table[proto_of(&m->key)].full_name, i->ip_proto);
}

static int check_headers(const struct flow_match *m, struct diag *d)
{
	uint64_t allowed = flow_match_headers(m, true);

	for (unsigned int h = 0; h < FLOW_N_HEADERS; h++) {
		bool used = m->headers >> h & 1 ||
			    flow_header_is_set(&m->mask, (enum flow_header)h);

		if (used && has_condition(&flow_header_table[h]) && !(allowed >> h & 1))
			return refuse_header(m, h, d);
	}
	return 0;
}

static int check_values(const struct flow_match *m, struct diag *d)
{
	if (host_from_be16(m->key.arp.arp_op) > 255)
		return REFUSE(d, -EINVAL, "arp.op", "arp.op: %u is more than 255",
			      host_from_be16(m->key.arp.arp_op));
	if (m->mask.ipv4.ipv4_frag && m->key.ipv4.ipv4_frag > OVS_FRAG_TYPE_LATER)
		return REFUSE(d, -EINVAL, "ipv4.frag", "ipv4.frag: %u is more than %u",
			      m->key.ipv4.ipv4_frag, OVS_FRAG_TYPE_LATER);
	if (m->mask.ipv6.ipv6_frag && m->key.ipv6.ipv6_frag > OVS_FRAG_TYPE_LATER)
		return REFUSE(d, -EINVAL, "ipv6.frag", "ipv6.frag: %u is more than %u",
			      m->key.ipv6.ipv6_frag, OVS_FRAG_TYPE_LATER);
	return 0;
}

/* A mask of what can only be whole is nothing or all. */
static int check_exact_only(const struct flow_match *m, struct diag *d)
{
	for (unsigned int f = 0; f < FLOW_N_FIELDS; f++)
		if (flow_field_table[f].exact_only &&
		    flow_field_is_set(&m->mask, (enum flow_field)f) &&
		    !flow_field_is_full(&m->mask, (enum flow_field)f))
			return REFUSE(d, -EINVAL, flow_field_table[f].full_name,
				      "%s can only be matched as a whole",
				      flow_field_table[f].full_name);
	return 0;
}

int flow_match_check(const struct flow_match *m, struct diag *d)
{
	static int (*const checks[])(const struct flow_match *, struct diag *) = {
		check_exact_only, check_ports,	 check_vlan,
		check_eth_type,	  check_headers, check_values,
	};

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		int err = checks[i](m, d);

		if (err)
			return err;
	}
	return 0;
}
