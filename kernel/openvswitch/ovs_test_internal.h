/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the tests of this folder: a stack with devices p0 ... p3 and a way to talk generic netlink to
 * it, byte by byte.
 */
#ifndef KERNEL_OPENVSWITCH_OVS_TEST_INTERNAL_H
#define KERNEL_OPENVSWITCH_OVS_TEST_INTERNAL_H

#include "base/alloc.h"
#include "kernel/openvswitch/ovs_internal.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define N_PORTS	     4
#define NO_ANSWER    1 /* in place of an errno */
#define ACTIONS_ROOM 512

/* A device that remembers the last packet that it sent. */
struct port {
	struct net_device dev;
	unsigned int n_sent;
	u8 sent[2048];
	size_t size;
};

struct world {
	struct knet net;
	struct ksock *sk;
	u32 portid;
	struct port port[N_PORTS];
	int dp; /* ifindex of the datapath */
	struct kmsg m;
	u8 answer[70000];
	ssize_t n;
};

/* A list of attributes being written. */
struct list_of {
	u8 b[2048];
	size_t n;
};

static inline void put(struct list_of *l, int type, const void *data, size_t size)
{
	const struct nlattr a = { (u16)(NLA_HDRLEN + size), (u16)type };

	memset(l->b + l->n, 0, NLA_ALIGN(NLA_HDRLEN + size));
	memcpy(l->b + l->n, &a, sizeof a);
	if (size)
		memcpy(l->b + l->n + NLA_HDRLEN, data, size);
	l->n += NLA_ALIGN(NLA_HDRLEN + size);
}

static inline void put_u32(struct list_of *l, int type, u32 v)
{
	put(l, type, &v, sizeof v);
}

static inline void put_net16(struct list_of *l, int type, u16 v)
{
	be16 b = be16_from_host(v);

	put(l, type, &b, sizeof b);
}

static inline void put_text(struct list_of *l, int type, const char *s)
{
	put(l, type, s, strlen(s) + 1);
}

static inline void put_list_of(struct list_of *l, int type, const struct list_of *inner)
{
	put(l, type, inner->b, inner->n);
}

/* Sends a command; the attributes are those of @l. */
static inline void send_cmd(struct world *w, enum ovs_family family, u8 cmd, int flags, int ifindex,
			    const struct list_of *l)
{
	struct ovs_header *h;
	struct iovec iov;

	kmsg_reset(&w->m);
	h = genlmsg_put(&w->m, 0, 7, &ovs_net(&w->net)->family[family], NLM_F_REQUEST | flags, cmd);
	assert_non_null(h);
	h->dp_ifindex = ifindex;
	if (l->n) {
		memcpy(w->m.buf + w->m.len, l->b, l->n);
		w->m.len += l->n;
	}
	genlmsg_end(&w->m, h);
	iov = (struct iovec){ w->m.buf, w->m.len };
	assert_int_equal(ksock_sendmsg(w->sk, &iov, 1), 0);
}

static inline const struct nlmsghdr *receive(struct world *w)
{
	w->n = ksock_recvmsg(w->sk, w->answer, sizeof w->answer);
	return w->n < 0 ? NULL : (const void *)w->answer;
}

/* The messages of a datagram. */
#define for_each_message(h, w)                                                         \
	for (size_t at_ = 0;                                                           \
	     (ssize_t)at_ < (w)->n && ((h) = (const void *)((w)->answer + at_), true); \
	     at_ += NLMSG_ALIGN((h)->nlmsg_len))

/* Reads a dump to its end. Returns how many messages came, or its errno; @n_datagrams counts. */
static inline int count_dump(struct world *w, int *n_datagrams)
{
	const struct nlmsghdr *h;
	int n = 0, err;

	for (*n_datagrams = 0;; ++*n_datagrams) {
		assert_non_null(receive(w));
		for_each_message(h, w)
		{
			if (h->nlmsg_type == NLMSG_DONE) {
				memcpy(&err, nlmsg_data(h), sizeof err);
				return err ? err : n;
			}
			n++;
		}
	}
}

/* The errno of an ack; what comes before it is skipped. */
static inline int ack_of(struct world *w)
{
	const struct nlmsghdr *h;
	int err;

	while ((h = receive(w)) && h->nlmsg_type != NLMSG_ERROR)
		;
	if (!h)
		return NO_ANSWER;
	memcpy(&err, nlmsg_data(h), sizeof err);
	return err;
}

static inline int run(struct world *w, enum ovs_family family, u8 cmd, int flags, int ifindex,
		      const struct list_of *l)
{
	send_cmd(w, family, cmd, flags | NLM_F_ACK, ifindex, l);
	return ack_of(w);
}

/* An attribute of a message of a family of this folder. */
static inline const struct nlattr *find_attr(const struct nlmsghdr *h, int type)
{
	const size_t skip = GENL_HDRLEN + sizeof(struct ovs_header);
	const struct nlattr *a;
	int rem;

	nla_for_each_attr(a,
			  (const struct nlattr *)(const void *)((const u8 *)nlmsg_data(h) + skip),
			  h->nlmsg_len - NLMSG_HDRLEN - skip, rem)
	{
		if (nla_type(a) == type)
			return a;
	}
	return NULL;
}

static inline int port_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct port *p = netdev_priv(dev);

	p->n_sent++;
	p->size = skb->p.size < sizeof p->sent ? skb->p.size : sizeof p->sent;
	memcpy(p->sent, skb->p.data, p->size);
	memset(skb->p.data, 0xee, skb->p.size); /* a driver may do with it what it wants */
	return 0;
}

static inline int new_dp(struct world *w, const char *name)
{
	struct list_of l = { .n = 0 };

	put_text(&l, OVS_DP_ATTR_NAME, name);
	put_u32(&l, OVS_DP_ATTR_UPCALL_PID, 0);
	return run(w, OVS_DATAPATH, OVS_DP_CMD_NEW, 0, 0, &l);
}

static inline int new_port(struct world *w, int dp, const char *name, u32 type, u32 number)
{
	struct list_of l = { .n = 0 };

	put_text(&l, OVS_VPORT_ATTR_NAME, name);
	put_u32(&l, OVS_VPORT_ATTR_TYPE, type);
	put_u32(&l, OVS_VPORT_ATTR_UPCALL_PID, 0);
	if (number)
		put_u32(&l, OVS_VPORT_ATTR_PORT_NO, number);
	return run(w, OVS_VPORT, OVS_VPORT_CMD_NEW, 0, dp, &l);
}

/* The datapath dp0 with p0 ... p3 as ports 1 to 4. */
static inline int set_up(void **state)
{
	static const struct net_device_ops ops = { .ndo_start_xmit = port_xmit };
	struct world *w = test_calloc(1, sizeof *w);

	*state = w;
	knet_init(&w->net, NULL);
	w->net.now_ns = 5000000000;
	if (netlink_init(&w->net) || genl_init(&w->net) || ovs_init(&w->net) ||
	    kmsg_init(&w->m, 65536))
		return -1;
	w->sk = ksock_socket(&w->net, NETLINK_GENERIC, &w->portid);
	assert_int_equal(new_dp(w, "dp0"), 0);
	w->dp = dev_get_by_name(&w->net, "dp0")->ifindex;
	for (int i = 0; i < N_PORTS; i++) {
		struct net_device *dev = &w->port[i].dev;

		snprintf(dev->name, sizeof dev->name, "p%d", i);
		dev->netdev_ops = &ops;
		dev->priv = &w->port[i];
		dev->flags = IFF_UP;
		dev->type = ARPHRD_ETHER;
		dev->mtu = 1500;
		assert_int_equal(register_netdevice(&w->net, dev), 0);
		assert_int_equal(new_port(w, w->dp, dev->name, OVS_VPORT_TYPE_NETDEV, 0), 0);
	}
	return 0;
}

static inline int tear_down(void **state)
{
	struct world *w = *state;

	ksock_close(w->sk);
	for (int i = 0; i < N_PORTS; i++) {
		if (w->port[i].dev.net)
			unregister_netdevice(&w->port[i].dev);
	}
	kmsg_fini(&w->m);
	ovs_exit(&w->net);
	genl_exit(&w->net);
	netlink_exit(&w->net);
	knet_fini(&w->net);
	test_free(w);
	return 0;
}

/* ---- flows ---- */

static inline void put_eth(struct list_of *l, u8 last)
{
	const u8 eth[12] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, last };

	put(l, OVS_KEY_ATTR_ETHERNET, eth, sizeof eth);
}

/* A key of an IPv4 packet of TCP, complete, from port number @port to 10.0.0.@last:@tp_dst. */
static inline struct list_of tcp_key(u32 port, u8 last, u16 tp_dst)
{
	const struct ovs_key_ipv4 ip = { .ipv4_dst = htonl(0x0a000000u | last),
					 .ipv4_proto = IPPROTO_TCP,
					 .ipv4_ttl = 64 };
	const struct ovs_key_tcp tcp = { .tcp_dst = htons(tp_dst) };
	struct list_of l = { .n = 0 };

	put_u32(&l, OVS_KEY_ATTR_RECIRC_ID, 0);
	put_u32(&l, OVS_KEY_ATTR_IN_PORT, port);
	put_eth(&l, 2);
	put_net16(&l, OVS_KEY_ATTR_ETHERTYPE, ETH_P_IP);
	put(&l, OVS_KEY_ATTR_IPV4, &ip, sizeof ip);
	put(&l, OVS_KEY_ATTR_TCP, &tcp, sizeof tcp);
	put_net16(&l, OVS_KEY_ATTR_TCP_FLAGS, 0);
	return l;
}

/* Its mask: port, type, protocol, destination and destination port. */
static inline struct list_of tcp_mask(void)
{
	const struct ovs_key_ipv4 ip = { .ipv4_dst = UINT32_MAX, .ipv4_proto = 0xff };
	const struct ovs_key_tcp tcp = { .tcp_dst = 0xffff };
	struct list_of l = { .n = 0 };

	put_u32(&l, OVS_KEY_ATTR_RECIRC_ID, UINT32_MAX);
	put_u32(&l, OVS_KEY_ATTR_IN_PORT, UINT32_MAX);
	put_net16(&l, OVS_KEY_ATTR_ETHERTYPE, 0xffff);
	put(&l, OVS_KEY_ATTR_IPV4, &ip, sizeof ip);
	put(&l, OVS_KEY_ATTR_TCP, &tcp, sizeof tcp);
	return l;
}

static inline struct list_of output(u32 port)
{
	struct list_of l = { .n = 0 };

	put_u32(&l, OVS_ACTION_ATTR_OUTPUT, port);
	return l;
}

/* Attributes of a request about a flow; each list may be NULL. */
static inline struct list_of flow_request(const struct list_of *key, const struct list_of *mask,
					  const struct list_of *actions, u64 ufid)
{
	const u64 id[2] = { ufid, ~ufid };
	struct list_of l = { .n = 0 };

	if (ufid)
		put(&l, OVS_FLOW_ATTR_UFID, id, sizeof id);
	if (key)
		put_list_of(&l, OVS_FLOW_ATTR_KEY, key);
	if (mask)
		put_list_of(&l, OVS_FLOW_ATTR_MASK, mask);
	if (actions)
		put_list_of(&l, OVS_FLOW_ATTR_ACTIONS, actions);
	return l;
}

static inline int new_flow(struct world *w, const struct list_of *key, const struct list_of *mask,
			   const struct list_of *actions, u64 ufid)
{
	const struct list_of l = flow_request(key, mask, actions, ufid);

	return run(w, OVS_FLOW, OVS_FLOW_CMD_NEW, NLM_F_CREATE, w->dp, &l);
}

static inline const struct sw_flow_table *table_of(struct world *w)
{
	return &get_dp(&w->net, w->dp)->table;
}

#endif
