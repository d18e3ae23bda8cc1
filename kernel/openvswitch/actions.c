/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Executes the actions of a flow on a packet. Models net/openvswitch/actions.c, 6.1, for output,
 * userspace, recirc, trunc, push_vlan, pop_vlan, set and set_masked. The attributes were checked
 * when the flow was installed; a packet that is shorter than its key says is dropped. Checksums are
 * updated by what changed, so that a wrong one stays wrong. Absent: the routing header of IPv6,
 * with which Linux leaves the checksum alone when it sets the destination; cutting a packet into
 * fragments again (mru).
 */
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#define ABSENT	    0xffff
#define IPV4_HEADER 20
#define IPV6_HEADER 40

/* One set: the value, which bits of it, and the headers of the packet. */
struct set {
	struct sk_buff *skb;
	struct packet *p;
	const struct packet_headers *h;
	const u8 *v, *m;
};

static void set_bytes(u8 *to, const u8 *value, const u8 *mask, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (u8)((to[i] & ~mask[i]) | (value[i] & mask[i]));
}

/* RFC 1624: the checksum at @check after words that it covers changed. */
static void csum_replace(u8 *check, const u8 *old, const u8 *new, size_t n)
{
	u32 sum = (u16)~get_be16(check);

	for (size_t i = 0; i < n; i += 2)
		sum += (u32)(u16)~get_be16(old + i) + get_be16(new + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put_be16(check, (u16)~sum);
}

/* Where the checksum of the transport header is, or NULL; a UDP checksum of 0 is none. */
static u8 *find_l4_check(const struct set *s, size_t *size)
{
	u8 *l4 = s->p->data + s->h->l4;

	*size = 0;
	if (s->h->l4 == ABSENT)
		return NULL;
	switch (s->h->ip_proto) {
	case IPPROTO_TCP:
		*size = 20;
		return l4 + 16;
	case IPPROTO_UDP:
		*size = 8;
		return l4[6] | l4[7] ? l4 + 6 : NULL;
	case IPPROTO_ICMPV6:
		return s->h->l3_type == PACKET_L3_IPV6 ? l4 + 2 : NULL;
	default:
		return NULL;
	}
}

static void update_l4_check(const struct set *s, const u8 *old, const u8 *new, size_t n)
{
	size_t size;
	u8 *check = find_l4_check(s, &size);

	if (memcmp(old, new, n))
		skb_clear_hash(s->skb);
	if (!check || !memcmp(old, new, n))
		return;
	csum_replace(check, old, new, n);
	if (s->h->ip_proto == IPPROTO_UDP && !(check[0] | check[1]))
		check[0] = check[1] = 0xff;
}

static int set_eth_addr(const struct set *s)
{
	set_bytes(s->p->data + ETH_ALEN_, s->v, s->m, ETH_ALEN_);
	set_bytes(s->p->data, s->v + ETH_ALEN_, s->m + ETH_ALEN_, ETH_ALEN_);
	return 0;
}

static int set_ipv4(const struct set *s)
{
	u8 *ip = s->p->data + s->h->l3, old[IPV4_HEADER];

	if (s->h->l3 == ABSENT || s->h->l3_type != PACKET_L3_IPV4)
		return -ENOMEM; /* as Linux: it cannot be made writable */
	memcpy(old, ip, sizeof old);
	set_bytes(ip + 12, s->v, s->m, 8);
	set_bytes(ip + 1, s->v + 9, s->m + 9, 1);
	set_bytes(ip + 8, s->v + 10, s->m + 10, 1);
	csum_replace(ip + 10, old, ip, 10);
	csum_replace(ip + 10, old + 12, ip + 12, 8);
	update_l4_check(s, old + 12, ip + 12, 8);
	return 0;
}

static int set_ipv6(const struct set *s)
{
	u8 *ip = s->p->data + s->h->l3, old[IPV6_HEADER];
	u32 value, mask, word;

	if (s->h->l3 == ABSENT || s->h->l3_type != PACKET_L3_IPV6)
		return -ENOMEM;
	memcpy(old, ip, sizeof old);
	set_bytes(ip + 8, s->v, s->m, 32);
	set_bytes(ip + 7, s->v + 38, s->m + 38, 1);
	/* Version, traffic class and label share the first word. */
	value = (u32)s->v[37] << 20 | (get_be32(s->v + 32) & 0xfffff);
	mask = (u32)s->m[37] << 20 | (get_be32(s->m + 32) & 0xfffff);
	word = get_be32(ip);
	put_be32(ip, (word & ~mask) | (value & mask));
	update_l4_check(s, old + 8, ip + 8, 32);
	return 0;
}

/* Ports of TCP or UDP. */
static int set_ports(const struct set *s)
{
	u8 *l4 = s->p->data + s->h->l4, old[4];
	size_t size;

	find_l4_check(s, &size);
	if (!size)
		return -ENOMEM;
	memcpy(old, l4, sizeof old);
	set_bytes(l4, s->v, s->m, sizeof old);
	update_l4_check(s, old, l4, sizeof old);
	skb_clear_hash(s->skb); /* also when they stayed */
	return 0;
}

static int execute_set(struct sk_buff *skb, const struct nlattr *set, bool is_masked)
{
	static const u8 ones[sizeof(struct ovs_key_ipv6)] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	};
	const struct nlattr *a = nla_data(set);
	struct packet_headers h;
	struct set s = { skb, &skb->p, &h, nla_data(a), ones };

	if (is_masked)
		s.m = s.v + nla_len(a) / 2;
	packet_dissect(&h, skb->p.data, skb->p.size);
	switch (nla_type(a)) {
	case OVS_KEY_ATTR_ETHERNET:
		return set_eth_addr(&s);
	case OVS_KEY_ATTR_IPV4:
		return set_ipv4(&s);
	case OVS_KEY_ATTR_IPV6:
		return set_ipv6(&s);
	case OVS_KEY_ATTR_TCP:
		return h.ip_proto == IPPROTO_TCP ? set_ports(&s) : -ENOMEM;
	case OVS_KEY_ATTR_UDP:
		return h.ip_proto == IPPROTO_UDP ? set_ports(&s) : -ENOMEM;
	default: /* nothing else passes ovs_nla_check_actions() */
		return -EINVAL;
	}
}

/* ---- output ---- */

/* What trunc() left of a packet. The length does not count a tag, which Linux keeps beside the
 * frame, but the header that must stay does. */
static size_t size_after_trunc(const struct ovs_packet *p)
{
	bool is_tagged = p->key.vlan.tci & be16_from_host(VLAN_CFI_MASK);
	size_t beside = ovs_is_vlan_type(p->skb->protocol) ? VLAN_HLEN_ : 0;
	size_t header = ETH_HLEN_ + (is_tagged ? VLAN_HLEN_ : 0u), size = p->skb->p.size;

	if (p->cutlen >= size - beside)
		return size;
	size = (p->cutlen > header ? p->cutlen : header) + beside;
	return size < p->skb->p.size ? size : p->skb->p.size;
}

/* Sends a packet that nobody needs after it. */
static void send_out(const struct ovs_packet *p, struct vport *vport, struct sk_buff *skb)
{
	skb->p.size = size_after_trunc(p);
	if (p->mru && skb->p.size > (size_t)p->mru + ETH_HLEN_)
		trace_refuse(p->dp->net->trace, -EOPNOTSUPP, NULL,
			     "%s: a packet that was put together from fragments of at most %u "
			     "bytes would have to be cut again, which is not modelled: dropped",
			     vport->dev->name, p->mru);
	else
		ovs_vport_send(vport, skb);
}

/* @is_last: nobody needs the packet after it; else a copy goes out, since who gets it may change
 * it. */
static void do_output(struct ovs_packet *p, u32 port_no, bool is_last)
{
	struct vport *vport = ovs_vport_find(p->dp, port_no);
	struct span sp = SPAN(p->dp->net->trace);
	u8 buf[PACKET_HEADROOM + PACKET_MAX];
	struct sk_buff copy;

	span_note(&sp, "port", "%u (%s)", port_no, vport ? vport->dev->name : "gone: dropped");
	if (!vport || !(vport->dev->flags & IFF_UP)) {
		span_note(&sp, "result", "the port is gone or down: dropped");
	} else if (is_last) {
		send_out(p, vport, p->skb);
	} else if (!skb_copy_to(&copy, buf, sizeof buf, p->skb)) {
		send_out(p, vport, &copy);
	}
	span_end(&sp, 0);
}

/* ---- the key follows the packet ---- */

static int bring_up_to_date(struct ovs_packet *p)
{
	int err = 0;

	if (p->key_state == KEY_BEHIND) {
		err = ovs_flow_key_update(&p->key, p->skb);
		p->key_state = KEY_VALID;
	}
	return err;
}

/* After a change of the packet. */
static void fall_behind(struct ovs_packet *p)
{
	if (p->key_state == KEY_VALID)
		p->key_state = KEY_BEHIND;
}

static int push_vlan(struct ovs_packet *p, const struct nlattr *a)
{
	struct ovs_action_push_vlan vlan;
	u16 tci;
	int err = skb_set_protocol(p->skb);

	if (!err && ovs_is_vlan_type(p->skb->protocol)) {
		err = bring_up_to_date(p);
		p->key_state = KEY_STALE;
	}
	if (err)
		return err;
	memcpy(&vlan, nla_data(a), sizeof vlan);
	tci = host_from_be16(vlan.vlan_tci) & (u16)~VLAN_CFI_MASK;
	err = packet_push_vlan(&p->skb->p, vlan.vlan_tpid, be16_from_host(tci));
	fall_behind(p);
	return err ? err : skb_set_protocol(p->skb);
}

/* A frame without a tag stays as it is. */
static int pop_vlan(struct ovs_packet *p)
{
	int err = skb_set_protocol(p->skb);

	if (err || !ovs_is_vlan_type(p->skb->protocol))
		return err;
	err = bring_up_to_date(p);
	if (!err)
		err = packet_pop_vlan(&p->skb->p);
	if (!err)
		err = skb_set_protocol(p->skb);
	if (!err && ovs_is_vlan_type(p->skb->protocol))
		p->key_state = KEY_STALE;
	fall_behind(p);
	return err;
}

static int set(struct ovs_packet *p, const struct nlattr *a)
{
	int err = execute_set(p->skb, a, nla_type(a) == OVS_ACTION_ATTR_SET_MASKED);

	fall_behind(p);
	return err;
}

/* ---- to userland, and back to the table ---- */

static int output_userspace(struct ovs_packet *p, const struct nlattr *attr, const u8 *actions,
			    u16 actions_len)
{
	struct dp_upcall_info info = { .cmd = OVS_PACKET_CMD_ACTION };
	const struct nlattr *a;
	int rem, err = bring_up_to_date(p);

	if (err)
		return err;
	nla_for_each_attr(a, (const struct nlattr *)nla_data(attr), nla_len(attr), rem)
	{
		switch (nla_type(a)) {
		case OVS_USERSPACE_ATTR_USERDATA:
			info.userdata = a;
			break;
		case OVS_USERSPACE_ATTR_PID:
			info.portid = p->dp->user_features & OVS_DP_F_DISPATCH_UPCALL_PER_CPU
					      ? ovs_dp_get_upcall_portid(p->dp)
					      : nla_get_u32(a);
			break;
		case OVS_USERSPACE_ATTR_ACTIONS:
			info.actions = actions;
			info.actions_len = actions_len;
			break;
		default: /* of an egress tunnel there is nothing to tell without tunnels */
			break;
		}
	}
	/* That it was lost is counted, and stops nothing. */
	ovs_dp_upcall(p, &info, p->cutlen);
	return 0;
}

static bool defer(struct ovs_net *ovs, const struct ovs_packet *p)
{
	struct deferred_action *da;

	if (ovs->fifo_head == OVS_DEFERRED_ACTIONS_MAX)
		return false;
	da = &ovs->fifo[ovs->fifo_head];
	if (skb_copy_to(&da->skb, da->buf, sizeof da->buf, p->skb))
		return false;
	da->p = *p;
	da->p.skb = &da->skb;
	ovs->fifo_head++;
	return true;
}

static void recirculate_copy(const struct ovs_packet *p)
{
	u8 buf[PACKET_HEADROOM + PACKET_MAX];
	struct ovs_packet copy = *p;
	struct sk_buff skb;

	copy.skb = &skb;
	if (!skb_copy_to(&skb, buf, sizeof buf, p->skb))
		ovs_dp_process_packet(&copy);
}

/* The packet, or when it is needed afterwards a copy, goes through the table again. */
static int execute_recirc(struct ovs_packet *p, u32 recirc_id, bool is_last)
{
	struct ovs_net *ovs = ovs_net(p->dp->net);
	struct ovs_packet next;
	int err = 0;

	if (p->key_state != KEY_VALID)
		err = ovs_flow_key_update(&p->key, p->skb);
	if (err)
		return err;
	p->key_state = KEY_VALID;
	next = *p;
	next.key.recirc_id = recirc_id;
	if (ovs->recursion > OVS_DEFERRED_ACTION_THRESHOLD) {
		if (!defer(ovs, &next))
			trace_refuse(p->dp->net->trace, -ENOBUFS, "recirc",
				     "deferred action limit reached, drop recirc action "
				     "(recirc_id=0x%x)",
				     recirc_id);
	} else if (is_last) {
		ovs_dp_process_packet(&next);
	} else {
		recirculate_copy(&next);
	}
	return 0;
}

static void set_cutlen(struct ovs_packet *p, const struct nlattr *a)
{
	struct ovs_action_trunc trunc;

	memcpy(&trunc, nla_data(a), sizeof trunc);
	p->cutlen = trunc.max_len;
}

/* ---- lists ---- */

static int execute_action(struct ovs_packet *p, const struct nlattr *a, bool is_last,
			  const u8 *actions, u16 len)
{
	int err = 0;

	switch (nla_type(a)) {
	case OVS_ACTION_ATTR_OUTPUT:
		do_output(p, nla_get_u32(a), is_last);
		p->cutlen = UINT32_MAX;
		break;
	case OVS_ACTION_ATTR_USERSPACE:
		err = output_userspace(p, a, actions, len);
		p->cutlen = UINT32_MAX;
		break;
	case OVS_ACTION_ATTR_RECIRC:
		err = execute_recirc(p, nla_get_u32(a), is_last);
		break;
	case OVS_ACTION_ATTR_TRUNC:
		set_cutlen(p, a);
		break;
	case OVS_ACTION_ATTR_PUSH_VLAN:
		err = push_vlan(p, a);
		break;
	case OVS_ACTION_ATTR_POP_VLAN:
		err = pop_vlan(p);
		break;
	case OVS_ACTION_ATTR_SET:
	case OVS_ACTION_ATTR_SET_MASKED:
		err = set(p, a);
		break;
	default: /* nothing else passes ovs_nla_check_actions() */
		err = -EINVAL;
		break;
	}
	return err;
}

static int do_execute_actions(struct ovs_packet *p, const u8 *actions, u16 len)
{
	const struct nlattr *a;
	int rem, err = 0;

	nla_for_each_attr(a, (const struct nlattr *)(const void *)actions, len, rem)
	{
		err = execute_action(p, a, rem == (int)NLA_ALIGN(a->nla_len), actions, len);
		if (err)
			break;
	}
	return err;
}

static void process_deferred_actions(struct ovs_net *ovs)
{
	while (ovs->fifo_tail < ovs->fifo_head)
		ovs_dp_process_packet(&ovs->fifo[ovs->fifo_tail++].p);
	ovs->fifo_head = ovs->fifo_tail = 0;
}

int ovs_execute_actions(struct ovs_packet *p, const u8 *actions, u16 len)
{
	struct datapath *dp = p->dp;
	struct span sp = SPAN(dp->net->trace);
	struct ovs_net *ovs = ovs_net(dp->net);
	int err;

	if (!len)
		span_note(&sp, "actions", "none: the packet is dropped");
	if (ovs->recursion >= OVS_RECURSION_LIMIT)
		return span_end(&sp, trace_refuse(dp->net->trace, -ENETDOWN, NULL,
						  "recursion limit reached on datapath %s, "
						  "probable configuration error",
						  dp->name));
	ovs->recursion++;
	err = do_execute_actions(p, actions, len);
	if (ovs->recursion == 1)
		process_deferred_actions(ovs);
	ovs->recursion--;
	return span_end(&sp, err);
}
