/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Links: RTM_GETLINK and the notifications of group RTNLGRP_LINK. Models rtnl_getlink(),
 * rtnl_dump_ifinfo(), rtnl_fill_ifinfo() and rtnetlink_event() of net/core/rtnetlink.c, Linux 6.1:
 * the attributes of which the model has values, in Linux's order. Deliberately absent:
 * NETLINK_GET_STRICT_CHK, masters, virtual functions, address families, other namespaces, filters
 * of a dump.
 */
#include "kernel/rtnetlink/rtnetlink_internal.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>

#define TX_QUEUE_LEN	     1000
#define MAX_ADDR_LEN_	     32
#define MAX_PHYS_ITEM_ID_LEN 32
#define PORT_PARENT_ID_SIZE  8

static const struct nla_policy ifla_policy[IFLA_MAX + 1] = {
	[IFLA_IFNAME] = { .type = NLA_STRING, .len = IFNAMSIZ - 1 },
	[IFLA_ADDRESS] = { .type = NLA_BINARY, .len = MAX_ADDR_LEN_ },
	[IFLA_BROADCAST] = { .type = NLA_BINARY, .len = MAX_ADDR_LEN_ },
	[IFLA_MAP] = { .len = sizeof(struct rtnl_link_ifmap) },
	[IFLA_MTU] = { .type = NLA_U32 },
	[IFLA_LINK] = { .type = NLA_U32 },
	[IFLA_MASTER] = { .type = NLA_U32 },
	[IFLA_CARRIER] = { .type = NLA_U8 },
	[IFLA_TXQLEN] = { .type = NLA_U32 },
	[IFLA_WEIGHT] = { .type = NLA_U32 },
	[IFLA_OPERSTATE] = { .type = NLA_U8 },
	[IFLA_LINKMODE] = { .type = NLA_U8 },
	[IFLA_LINKINFO] = { .type = NLA_NESTED },
	[IFLA_NET_NS_PID] = { .type = NLA_U32 },
	[IFLA_NET_NS_FD] = { .type = NLA_U32 },
	[IFLA_IFALIAS] = { .type = NLA_BINARY, .len = IFALIASZ - 1 },
	[IFLA_VFINFO_LIST] = { .type = NLA_NESTED },
	[IFLA_VF_PORTS] = { .type = NLA_NESTED },
	[IFLA_PORT_SELF] = { .type = NLA_NESTED },
	[IFLA_AF_SPEC] = { .type = NLA_NESTED },
	[IFLA_EXT_MASK] = { .type = NLA_U32 },
	[IFLA_PROMISCUITY] = { .type = NLA_U32 },
	[IFLA_NUM_TX_QUEUES] = { .type = NLA_U32 },
	[IFLA_NUM_RX_QUEUES] = { .type = NLA_U32 },
	[IFLA_GSO_MAX_SEGS] = { .type = NLA_U32 },
	[IFLA_GSO_MAX_SIZE] = { .type = NLA_U32 },
	[IFLA_PHYS_PORT_ID] = { .type = NLA_BINARY, .len = MAX_PHYS_ITEM_ID_LEN },
	[IFLA_CARRIER_CHANGES] = { .type = NLA_U32 },
	[IFLA_PHYS_SWITCH_ID] = { .type = NLA_BINARY, .len = MAX_PHYS_ITEM_ID_LEN },
	[IFLA_LINK_NETNSID] = { .type = NLA_S32 },
	[IFLA_PROTO_DOWN] = { .type = NLA_U8 },
	[IFLA_XDP] = { .type = NLA_NESTED },
	[IFLA_EVENT] = { .type = NLA_U32 },
	[IFLA_GROUP] = { .type = NLA_U32 },
	[IFLA_TARGET_NETNSID] = { .type = NLA_S32 },
	[IFLA_CARRIER_UP_COUNT] = { .type = NLA_U32 },
	[IFLA_CARRIER_DOWN_COUNT] = { .type = NLA_U32 },
	[IFLA_MIN_MTU] = { .type = NLA_U32 },
	[IFLA_MAX_MTU] = { .type = NLA_U32 },
	[IFLA_PROP_LIST] = { .type = NLA_NESTED },
	[IFLA_ALT_IFNAME] = { .type = NLA_STRING, .len = ALTIFNAMSIZ - 1 },
	[IFLA_PERM_ADDRESS] = { .type = NLA_REJECT },
	[IFLA_PROTO_DOWN_REASON] = { .type = NLA_NESTED },
	[IFLA_NEW_IFINDEX] = { .type = NLA_S32, .validation = NLA_VALIDATE_MIN, .min = 1 },
	[IFLA_PARENT_DEV_NAME] = { .type = NLA_NUL_STRING },
	[IFLA_GRO_MAX_SIZE] = { .type = NLA_U32 },
	[IFLA_TSO_MAX_SIZE] = { .type = NLA_REJECT },
	[IFLA_TSO_MAX_SEGS] = { .type = NLA_REJECT },
	[IFLA_ALLMULTI] = { .type = NLA_REJECT },
};

/* Where a message about a link goes. */
struct link_msg {
	u16 type;
	u32 portid, seq, change;
	int flags;
};

static bool is_up(const struct net_device *dev)
{
	return dev->flags & IFF_UP;
}

static void put_addresses(struct kmsg *m, const struct net_device *dev)
{
	u8 broadcast[ETH_ALEN_];

	memset(broadcast, dev->flags & IFF_LOOPBACK ? 0 : 0xff, sizeof broadcast);
	nla_put(m, IFLA_ADDRESS, sizeof dev->dev_addr, dev->dev_addr);
	nla_put(m, IFLA_BROADCAST, sizeof broadcast, broadcast);
}

static void put_switch_id(struct kmsg *m, const struct net_device *dev)
{
	u8 id[PORT_PARENT_ID_SIZE] = { 0 };
	int len = 0;

	if (dev->netdev_ops && dev->netdev_ops->ndo_get_port_parent_id)
		len = dev->netdev_ops->ndo_get_port_parent_id(dev, id);
	if (len > 0 && len <= PORT_PARENT_ID_SIZE)
		nla_put(m, IFLA_PHYS_SWITCH_ID, len, id);
}

static void put_stats(struct kmsg *m, const struct net_device *dev)
{
	const struct net_device_stats *s = &dev->stats;
	struct rtnl_link_stats64 s64 = {
		.rx_packets = s->rx_packets,
		.tx_packets = s->tx_packets,
		.rx_bytes = s->rx_bytes,
		.tx_bytes = s->tx_bytes,
		.rx_dropped = s->rx_dropped,
		.tx_dropped = s->tx_dropped,
	};
	struct rtnl_link_stats s32_ = {
		.rx_packets = (u32)s->rx_packets, /* wraps, as in Linux */
		.tx_packets = (u32)s->tx_packets,
		.rx_bytes = (u32)s->rx_bytes,
		.tx_bytes = (u32)s->tx_bytes,
		.rx_dropped = (u32)s->rx_dropped,
		.tx_dropped = (u32)s->tx_dropped,
	};

	nla_put(m, IFLA_STATS64, sizeof s64, &s64);
	nla_put(m, IFLA_STATS, sizeof s32_, &s32_);
}

static void put_kind(struct kmsg *m, const struct net_device *dev)
{
	ssize_t nest;

	if (!dev->kind)
		return;
	nest = nla_nest_start_noflag(m, IFLA_LINKINFO);
	nla_put_string(m, IFLA_INFO_KIND, dev->kind);
	nla_nest_end(m, nest);
}

static void put_attributes(struct kmsg *m, const struct net_device *dev)
{
	nla_put_string(m, IFLA_IFNAME, dev->name);
	nla_put_u32(m, IFLA_TXQLEN, TX_QUEUE_LEN);
	nla_put_u8(m, IFLA_OPERSTATE, is_up(dev) ? IF_OPER_UP : IF_OPER_DOWN);
	nla_put_u8(m, IFLA_LINKMODE, 0);
	nla_put_u32(m, IFLA_MTU, dev->mtu);
	nla_put_u32(m, IFLA_GROUP, 0);
	nla_put_u32(m, IFLA_PROMISCUITY, dev->flags & IFF_PROMISC ? 1 : 0);
	nla_put_u32(m, IFLA_NUM_TX_QUEUES, 1);
	nla_put_u32(m, IFLA_NUM_RX_QUEUES, 1);
	nla_put_u8(m, IFLA_CARRIER, is_up(dev));
	nla_put_string(m, IFLA_QDISC, is_up(dev) ? "noqueue" : "noop");
	put_addresses(m, dev);
	put_switch_id(m, dev);
	put_stats(m, dev);
	put_kind(m, dev);
}

/* 0 or -EMSGSIZE, with @m as it was. */
static int rtnl_fill_ifinfo(struct kmsg *m, const struct net_device *dev, const struct link_msg *l)
{
	size_t start = m->len;
	struct ifinfomsg ifm = {
		.ifi_type = dev->type,
		.ifi_index = dev->ifindex,
		.ifi_flags = dev->flags | (is_up(dev) ? IFF_RUNNING | IFF_LOWER_UP : 0),
		.ifi_change = l->change,
	};
	struct nlmsghdr *nlh = nlmsg_put(m, l->portid, l->seq, l->type, sizeof ifm, l->flags);

	if (!nlh)
		goto trim;
	memcpy(nlh + 1, &ifm, sizeof ifm);
	put_attributes(m, dev);
	if (m->error)
		goto trim;
	nlmsg_end(m, nlh);
	return 0;

trim:
	nlmsg_trim(m, start);
	return -EMSGSIZE;
}

static const struct net_device *find_by_name(const struct knet *net, const struct nlattr *tb[])
{
	char name[ALTIFNAMSIZ];

	if (tb[IFLA_IFNAME])
		nla_strscpy(name, tb[IFLA_IFNAME], IFNAMSIZ);
	else
		nla_strscpy(name, tb[IFLA_ALT_IFNAME], ALTIFNAMSIZ);
	return dev_get_by_name(net, name);
}

static int parse_getlink(const struct nlreq *req, struct ifinfomsg *ifm, const struct nlattr *tb[])
{
	int err;

	if (req->nlh->nlmsg_len < NLMSG_HDRLEN + sizeof *ifm) {
		NL_SET_ERR_MSG(req->extack, "Invalid header for get link");
		return -EINVAL;
	}
	memcpy(ifm, req->nlh + 1, sizeof *ifm);
	err = nlmsg_parse_deprecated(req->nlh, sizeof *ifm, tb, IFLA_MAX, ifla_policy, req->extack);
	if (err)
		return err;
	if (tb[IFLA_NET_NS_PID] || tb[IFLA_NET_NS_FD]) {
		NL_SET_ERR_MSG(req->extack, "specified netns attribute not supported");
		return -EOPNOTSUPP;
	}
	return tb[IFLA_TARGET_NETNSID] ? -EINVAL : 0; /* no other namespace has an id */
}

int rtnl_getlink(struct nlreq *req)
{
	struct span sp = SPAN(req->net->trace);
	struct link_msg l = { RTM_NEWLINK, req->portid, req->nlh->nlmsg_seq, 0, 0 };
	const struct nlattr *tb[IFLA_MAX + 1];
	struct kmsg *m = knet_scratch(req->net);
	const struct net_device *dev;
	struct ifinfomsg ifm;
	int err = parse_getlink(req, &ifm, tb);

	if (err)
		return span_end(&sp, err);
	if (ifm.ifi_index > 0)
		dev = dev_get_by_index(req->net, ifm.ifi_index);
	else if (tb[IFLA_IFNAME] || tb[IFLA_ALT_IFNAME])
		dev = find_by_name(req->net, tb);
	else
		return span_end(&sp, -EINVAL);
	if (!dev)
		return span_end(&sp, -ENODEV);
	err = rtnl_fill_ifinfo(m, dev, &l);
	return span_end(&sp, err ? err : nlmsg_unicast(req, m));
}

/* args[0]: the index of the device to come next. The request is not looked at, as when Linux is
 * not asked for strict checks. */
int rtnl_dump_ifinfo(struct kmsg *m, struct netlink_callback *cb)
{
	struct link_msg l = { RTM_NEWLINK, cb->portid, cb->seq, 0, NLM_F_MULTI };
	u32 ifindex = (u32)cb->args[0];
	const struct net_device *dev;
	int err = 0;

	while ((dev = idr_next(&cb->net->dev_by_index, &ifindex)) != NULL) {
		err = rtnl_fill_ifinfo(m, dev, &l);
		if (err)
			break;
		ifindex++;
	}
	cb->args[0] = ifindex;
	return m->len ? (int)m->len : err;
}

void rtnetlink_event(struct notifier_block *nb, enum netdev_event event, struct net_device *dev)
{
	struct link_msg l = {
		.type = event == NETDEV_UNREGISTER ? RTM_DELLINK : RTM_NEWLINK,
		.change = event == NETDEV_CHANGE ? 0 : UINT32_MAX,
	};
	struct kmsg m; /* not the scratch: a handler that makes a device may be using that */

	if (!rtnl_notify_needed(dev->net, 0, RTNLGRP_LINK) || kmsg_init(&m, NLMSG_GOODSIZE_))
		return;
	if (!rtnl_fill_ifinfo(&m, dev, &l))
		rtnetlink_send(dev->net, NULL, &m, RTNLGRP_LINK, false);
	kmsg_fini(&m);
}
