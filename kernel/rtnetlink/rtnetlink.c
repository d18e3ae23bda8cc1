/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The route protocol's dispatch: which handler a message goes to. Models rtnl_register(),
 * rtnetlink_rcv() and rtnetlink_rcv_msg() of net/core/rtnetlink.c, Linux 6.1, with their order of
 * tests. Deliberately absent: the rtnl lock (one thread), modules, bulk deletion (no handler here
 * can), statistics messages.
 */
#include "kernel/rtnetlink/rtnetlink_internal.h"

#include "base/alloc.h"

#include <errno.h>

/* The kind of a message type is its low bits. */
enum rtnl_kind {
	KIND_NEW,
	KIND_DEL,
	KIND_GET,
	KIND_SET
};

#ifndef NLM_F_BULK
#define NLM_F_BULK 0x200
#endif

static struct rtnl_state *rtnl_state(const struct knet *net)
{
	return net->subsys[KNET_RTNETLINK];
}

int rtnl_register(struct knet *net, int protocol, int msgtype, nl_doit *doit, nl_dumpit *dumpit,
		  unsigned int flags)
{
	struct rtnl_state *s = rtnl_state(net);
	struct rtnl_link *link;

	if (protocol < 0 || protocol > RTNL_FAMILY_MAX || msgtype < RTM_BASE || msgtype > RTM_MAX)
		return -EINVAL;
	if (!s->families[protocol])
		s->families[protocol] = mem_new(sizeof *s->families[protocol]);
	if (!s->families[protocol])
		return -ENOMEM;
	link = &s->families[protocol]->links[msgtype - RTM_BASE];
	if (doit)
		link->doit = doit;
	if (dumpit)
		link->dumpit = dumpit;
	link->flags |= flags;
	return 0;
}

/* The family's own handlers, else those for all families. */
static const struct rtnl_link *find_link(const struct rtnl_state *s, int family, int type,
					 bool dump)
{
	static const struct rtnl_link none;
	const struct rtnl_link *link = &none;

	if (family <= RTNL_FAMILY_MAX && s->families[family])
		link = &s->families[family]->links[type - RTM_BASE];
	if (!(dump ? link->dumpit != NULL : link->doit != NULL) && s->families[PF_UNSPEC])
		link = &s->families[PF_UNSPEC]->links[type - RTM_BASE];
	return link;
}

static int unsupported(const struct nlreq *req)
{
	return trace_refuse(req->net->trace, -EOPNOTSUPP, NULL,
			    "rtnetlink has no handler for message type %u", req->nlh->nlmsg_type);
}

static int run_dump(struct nlreq *req, int family)
{
	const struct rtnl_state *s = rtnl_state(req->net);
	const struct rtnl_link *link = find_link(s, family, req->nlh->nlmsg_type, true);
	int err = link->dumpit ? netlink_dump_start(req, link->dumpit, NULL) : unsupported(req);

	return err ? err : -EINTR; /* no ack: the dump answers */
}

static int run_doit(struct nlreq *req, int family, enum rtnl_kind kind)
{
	const struct rtnl_state *s = rtnl_state(req->net);
	const struct rtnl_link *link = find_link(s, family, req->nlh->nlmsg_type, false);

	if (!link->doit)
		return unsupported(req);
	if (kind == KIND_DEL && (req->nlh->nlmsg_flags & NLM_F_BULK)) {
		NL_SET_ERR_MSG(req->extack, "Bulk delete is not supported");
		return -EOPNOTSUPP;
	}
	return link->doit(req);
}

static int rcv_msg(struct nlreq *req)
{
	const struct nlmsghdr *nlh = req->nlh;
	enum rtnl_kind kind = (enum rtnl_kind)(nlh->nlmsg_type & 3);
	int family;

	if (nlh->nlmsg_type > RTM_MAX)
		return unsupported(req);
	if (nlh->nlmsg_len < NLMSG_HDRLEN + sizeof(struct rtgenmsg))
		return 0;
	family = *((const u8 *)nlh + NLMSG_HDRLEN);
	if (kind != KIND_GET && !req->net->is_privileged)
		return trace_refuse(req->net->trace, -EPERM, NULL,
				    "the request needs CAP_NET_ADMIN");
	if (kind == KIND_GET && (nlh->nlmsg_flags & NLM_F_DUMP))
		return run_dump(req, family);
	return run_doit(req, family, kind);
}

static int rtnetlink_rcv_msg(struct nlreq *req)
{
	struct span sp = SPAN(req->net->trace);
	int err;

	span_note(&sp, "type", "%u", req->nlh->nlmsg_type);
	span_note(&sp, "flags", "0x%x", req->nlh->nlmsg_flags);
	err = rcv_msg(req);
	span_end(&sp, err == -EINTR ? 0 : err); /* a dump was started: no failure */
	return err;
}

static void rtnetlink_rcv(struct knet *net, struct ksock *from, const void *data, size_t len)
{
	struct span sp = SPAN(net->trace);

	netlink_rcv_skb(net, from, data, len, rtnetlink_rcv_msg);
	span_end(&sp, 0);
}

int rtnetlink_send(struct knet *net, struct nlreq *req, struct kmsg *msg, u32 group, bool echo)
{
	return nlmsg_notify(net, req, NETLINK_ROUTE, msg, group, echo);
}

bool rtnl_notify_needed(const struct knet *net, u16 nlflags, u32 group)
{
	return (nlflags & NLM_F_ECHO) || netlink_has_listeners(net, NETLINK_ROUTE, group);
}

int rtnetlink_init(struct knet *net)
{
	struct rtnl_state *s = mem_new(sizeof *s);
	int err;

	if (!s)
		return -ENOMEM;
	s->net = net;
	s->notifier.call = rtnetlink_event;
	net->subsys[KNET_RTNETLINK] = s;
	err = rtnl_register(net, PF_UNSPEC, RTM_GETLINK, rtnl_getlink, rtnl_dump_ifinfo, 0);
	if (!err)
		err = netlink_kernel_create(net, NETLINK_ROUTE, rtnetlink_rcv);
	list_init(&s->notifier.link);
	if (err) {
		rtnetlink_exit(net);
		return err;
	}
	register_netdevice_notifier(net, &s->notifier);
	return 0;
}

void rtnetlink_exit(struct knet *net)
{
	struct rtnl_state *s = rtnl_state(net);

	if (!s)
		return;
	unregister_netdevice_notifier(&s->notifier);
	for (size_t i = 0; i < ARRAY_SIZE(s->families); i++)
		mem_free(s->families[i]);
	mem_free(s);
	net->subsys[KNET_RTNETLINK] = NULL;
}
