/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The checks of an action list before it becomes a flow's. Models ovs_nla_copy_actions() of
 * net/openvswitch/flow_netlink.c, 6.1, where every refusal is a bare -EINVAL. Absent, and refused
 * by name: all actions but output, userspace, recirc, trunc, push_vlan, pop_vlan, set and
 * set_masked; set of anything but addresses, IP headers, ports of TCP and UDP.
 */
#include "base/alloc.h"
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#define LABEL_MAX 0xfffffu

/* What there is to check of one set: the value, and with set_masked the mask. */
struct set {
	const u8 *value, *mask; /* @mask NULL: all of it is set */
	const struct sw_flow_key *key;
};

static bool is_ip(const struct sw_flow_key *key)
{
	return key->eth_type == be16_from_host(ETH_P_IP) ||
	       key->eth_type == be16_from_host(ETH_P_IPV6);
}

/* Protocol and fragment type, one byte each at @proto and @frag, cannot be changed. */
static const char *keeps_proto(const struct set *s, size_t proto, size_t frag)
{
	bool ok = s->mask ? !s->mask[proto] && !s->mask[frag]
			  : s->value[proto] == s->key->ip_proto &&
				    s->value[frag] == s->key->ip_frag;

	return ok ? NULL : "protocol and fragment type cannot be changed";
}

static const char *check_eth(const struct set *s)
{
	return NULL;
}

static const char *check_ipv4(const struct set *s)
{
	if (s->key->eth_type != be16_from_host(ETH_P_IP))
		return "the flow does not match IPv4";
	return keeps_proto(s, offsetof(struct ovs_key_ipv4, ipv4_proto),
			   offsetof(struct ovs_key_ipv4, ipv4_frag));
}

static const char *check_ipv6(const struct set *s)
{
	const size_t label = offsetof(struct ovs_key_ipv6, ipv6_label);
	const char *words;

	if (s->key->eth_type != be16_from_host(ETH_P_IPV6))
		return "the flow does not match IPv6";
	words = keeps_proto(s, offsetof(struct ovs_key_ipv6, ipv6_proto),
			    offsetof(struct ovs_key_ipv6, ipv6_frag));
	if (!words && (get_be32(s->value + label) > LABEL_MAX ||
		       (s->mask && get_be32(s->mask + label) > LABEL_MAX)))
		words = "a flow label has 20 bits";
	return words;
}

static const char *check_tcp(const struct set *s)
{
	return is_ip(s->key) && s->key->ip_proto == IPPROTO_TCP ? NULL
								: "the flow does not match TCP";
}

static const char *check_udp(const struct set *s)
{
	return is_ip(s->key) && s->key->ip_proto == IPPROTO_UDP ? NULL
								: "the flow does not match UDP";
}

static const struct {
	const char *name;
	int type, size;
	const char *(*check)(const struct set *s); /* NULL or words */
} settable[] = {
	{ "set(eth)", OVS_KEY_ATTR_ETHERNET, sizeof(struct ovs_key_ethernet), check_eth },
	{ "set(ipv4)", OVS_KEY_ATTR_IPV4, sizeof(struct ovs_key_ipv4), check_ipv4 },
	{ "set(ipv6)", OVS_KEY_ATTR_IPV6, sizeof(struct ovs_key_ipv6), check_ipv6 },
	{ "set(tcp)", OVS_KEY_ATTR_TCP, sizeof(struct ovs_key_tcp), check_tcp },
	{ "set(udp)", OVS_KEY_ATTR_UDP, sizeof(struct ovs_key_udp), check_udp },
};

static bool has_bits_outside(const u8 *value, const u8 *mask, int size)
{
	for (int i = 0; i < size; i++) {
		if (value[i] & ~mask[i])
			return true;
	}
	return false;
}

/* One key attribute, or twice its size, value and mask; only of a layer that the flow matches. */
static int check_set(struct trace *t, const struct nlattr *set, bool masked,
		     const struct sw_flow_key *key)
{
	const struct nlattr *a = nla_data(set);
	const char *words;
	struct set s;
	size_t i = 0;

	if (!nla_ok(a, nla_len(set)) || (int)NLA_ALIGN(a->nla_len) != nla_len(set))
		return trace_refuse(t, -EINVAL, "set", "set() must hold exactly one key");
	while (i < ARRAY_SIZE(settable) && settable[i].type != nla_type(a))
		i++;
	if (i == ARRAY_SIZE(settable))
		return trace_refuse(t, -EINVAL, "set",
				    "set() of key attribute %d is not modelled yet", nla_type(a));
	if (nla_len(a) / (masked ? 2 : 1) != settable[i].size)
		return trace_refuse(t, -EINVAL, settable[i].name, "unexpected len: %d", nla_len(a));
	s = (struct set){ nla_data(a), NULL, key };
	if (masked)
		s.mask = s.value + settable[i].size;
	if (masked && has_bits_outside(s.value, s.mask, settable[i].size))
		return trace_refuse(t, -EINVAL, settable[i].name,
				    "the value has bits outside of its mask");
	words = settable[i].check(&s);
	if (words)
		return trace_refuse(t, -EINVAL, settable[i].name,
				    "Flow actions may not be safe on all matching packets: %s",
				    words);
	return 0;
}

static int check_push_vlan(struct trace *t, const struct nlattr *a)
{
	struct ovs_action_push_vlan vlan;

	memcpy(&vlan, nla_data(a), sizeof vlan);
	if (!ovs_is_vlan_type(vlan.vlan_tpid))
		return trace_refuse(t, -EINVAL, "push_vlan", "0x%04x is no VLAN TPID",
				    host_from_be16(vlan.vlan_tpid));
	if (!(vlan.vlan_tci & be16_from_host(VLAN_CFI_MASK)))
		return trace_refuse(t, -EINVAL, "push_vlan",
				    "the TCI lacks the bit that says that there is a tag");
	return 0;
}

/* Who is told must be given, also where the datapath looks it up by processor. */
static int check_userspace(struct trace *t, const struct nlattr *nest)
{
	static const struct nla_policy policy[OVS_USERSPACE_ATTR_MAX + 1] = {
		[OVS_USERSPACE_ATTR_PID] = { .type = NLA_U32 },
		[OVS_USERSPACE_ATTR_USERDATA] = { .type = NLA_UNSPEC },
		[OVS_USERSPACE_ATTR_EGRESS_TUN_PORT] = { .type = NLA_U32 },
	};
	const struct nlattr *a[OVS_USERSPACE_ATTR_MAX + 1];
	int err = nla_parse_nested_deprecated(a, OVS_USERSPACE_ATTR_MAX, nest, policy, NULL);

	if (err)
		return trace_refuse(t, err, "userspace", "its attributes are malformed");
	if (!a[OVS_USERSPACE_ATTR_PID] || !nla_get_u32(a[OVS_USERSPACE_ATTR_PID]))
		return trace_refuse(t, -EINVAL, "userspace", "no pid, or pid 0");
	return 0;
}

static int check_trunc(struct trace *t, const struct nlattr *a)
{
	struct ovs_action_trunc trunc;

	memcpy(&trunc, nla_data(a), sizeof trunc);
	if (trunc.max_len < ETH_HLEN)
		return trace_refuse(t, -EINVAL, "trunc",
				    "%u bytes are less than an Ethernet header", trunc.max_len);
	return 0;
}

/* Sizes of the actions that have a fixed one. */
static bool has_right_size(const struct nlattr *a)
{
	switch (nla_type(a)) {
	case OVS_ACTION_ATTR_OUTPUT:
	case OVS_ACTION_ATTR_RECIRC:
		return nla_len(a) == 4;
	case OVS_ACTION_ATTR_TRUNC:
		return nla_len(a) == sizeof(struct ovs_action_trunc);
	case OVS_ACTION_ATTR_PUSH_VLAN:
		return nla_len(a) == sizeof(struct ovs_action_push_vlan);
	case OVS_ACTION_ATTR_POP_VLAN:
		return nla_len(a) == 0;
	default:
		return true;
	}
}

static int check_action(struct trace *t, const struct nlattr *a, const struct sw_flow_key *key)
{
	int type = nla_type(a);

	if (!has_right_size(a))
		return trace_refuse(t, -EINVAL, NULL, "action attribute %d has %d bytes", type,
				    nla_len(a));
	switch (type) {
	case OVS_ACTION_ATTR_OUTPUT:
		if (nla_get_u32(a) >= DP_MAX_PORTS)
			return trace_refuse(t, -EINVAL, "output", "port %u is too large",
					    nla_get_u32(a));
		return 0;
	case OVS_ACTION_ATTR_USERSPACE:
		return check_userspace(t, a);
	case OVS_ACTION_ATTR_RECIRC:
		return 0;
	case OVS_ACTION_ATTR_TRUNC:
		return check_trunc(t, a);
	case OVS_ACTION_ATTR_PUSH_VLAN:
		return check_push_vlan(t, a);
	case OVS_ACTION_ATTR_POP_VLAN:
		return 0;
	case OVS_ACTION_ATTR_SET:
	case OVS_ACTION_ATTR_SET_MASKED:
		return check_set(t, a, type == OVS_ACTION_ATTR_SET_MASKED, key);
	default:
		return trace_refuse(t, -EINVAL, NULL, "action attribute %d is not modelled yet",
				    type);
	}
}

int ovs_nla_check_actions(struct trace *t, const struct nlattr *actions,
			  const struct sw_flow_key *key)
{
	const struct nlattr *a;
	int rem;

	if ((size_t)nla_len(actions) > OVS_ACTIONS_SIZE)
		return trace_refuse(t, -EINVAL, NULL, "Flow action size exceeds max: %d bytes",
				    nla_len(actions));
	nla_for_each_attr(a, nla_data(actions), nla_len(actions), rem)
	{
		int err = check_action(t, a, key);

		if (err)
			return err;
	}
	/* The last one may lack its padding. */
	return rem > 0 ? trace_refuse(t, -EINVAL, NULL, "%d bytes after the last action", rem) : 0;
}

/* Linux keeps the parts and puts them together again for a reply: flags in types and padding do not
 * come back. */
static void clean(u8 *p, size_t len, bool is_set)
{
	for (size_t at = 0; at < len;) {
		struct nlattr a;

		memcpy(&a, p + at, sizeof a);
		a.nla_type &= NLA_TYPE_MASK;
		memcpy(p + at, &a, sizeof a);
		memset(p + at + a.nla_len, 0, NLA_ALIGN(a.nla_len) - a.nla_len);
		if (!is_set &&
		    (a.nla_type == OVS_ACTION_ATTR_SET || a.nla_type == OVS_ACTION_ATTR_SET_MASKED))
			clean(p + at + NLA_HDRLEN, a.nla_len - NLA_HDRLEN, true);
		at += NLA_ALIGN(a.nla_len);
	}
}

u8 *ovs_nla_copy_actions(const struct nlattr *actions, u16 *len)
{
	size_t size = (size_t)nla_len(actions);
	u8 *p = mem_new(NLA_ALIGN(size));

	if (!p)
		return NULL;
	memcpy(p, nla_data(actions), size);
	*len = (u16)NLA_ALIGN(size);
	clean(p, *len, false);
	return p;
}
