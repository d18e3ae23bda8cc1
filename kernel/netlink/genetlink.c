/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Generic netlink: the registry of families, dispatch, and the controller. Models
 * net/netlink/genetlink.c as of Linux 6.1. All families modelled here validate liberally and do
 * not validate dumps, as ovs_* and nlctrl do. Deliberately absent: CTRL_CMD_GETPOLICY, more than
 * one group of a family, module loading, pre_doit and post_doit, namespaces.
 */
#include "kernel/netlink/genetlink.h"
#include "base/alloc.h"
#include "kernel/netlink/af_netlink_internal.h"

#include <errno.h>

#define FIRST_ID   GENL_MIN_ID /* of family_by_id; families get ids from 3 more, as in Linux */
#define CTRL_GROUP GENL_ID_CTRL
/* Groups 0 and 1, and those that are families of Linux: nlctrl, VFS_DQUOT, pmcraid. */
#define GROUPS_TAKEN ((u64)7 << GENL_ID_CTRL | 3)

struct genl_state {
	struct genl_family ctrl;
	struct genl_family **by_id; /* [id - FIRST_ID]; NULL: free */
	size_t n_ids, cap;	    /* n_ids: those ever given */
	u64 groups[NETLINK_GROUPS_MAX / 64];
	const struct nlattr **attrs; /* of the request being handled */
	size_t attrs_cap;
};

static struct genl_state *genl_state(const struct knet *net)
{
	return netlink_state(net)->genl;
}

static const struct genlmsghdr *genlmsg_hdr(const struct nlmsghdr *nlh)
{
	return (const void *)((const u8 *)nlh + NLMSG_HDRLEN);
}

static const struct genl_family *find_id(const struct genl_state *g, u32 id)
{
	return id >= FIRST_ID && id - FIRST_ID < g->n_ids ? g->by_id[id - FIRST_ID] : NULL;
}

static const struct genl_family *find_name(const struct genl_state *g, const char *name)
{
	for (size_t i = 0; i < g->n_ids; i++)
		if (g->by_id[i] && !strcmp(g->by_id[i]->name, name))
			return g->by_id[i];
	return NULL;
}

/* ---- dispatch ---- */

static const struct genl_op *find_op(const struct genl_family *family, u8 cmd)
{
	for (size_t i = 0; i < family->n_ops; i++)
		if (family->ops[i].cmd == cmd)
			return &family->ops[i];
	return NULL;
}

static int check_header(const struct genl_family *family, const struct nlmsghdr *nlh,
			struct netlink_ext_ack *extack)
{
	const struct genlmsghdr *hdr = genlmsg_hdr(nlh);
	unsigned int flags = nlh->nlmsg_flags;

	if (!family->resv_start_op || hdr->cmd < family->resv_start_op)
		return 0;
	if (hdr->reserved) {
		NL_SET_ERR_MSG(extack, "genlmsghdr.reserved field is not 0");
		return -EINVAL;
	}
	if ((flags & NLM_F_DUMP) == NLM_F_DUMP)
		flags &= ~(unsigned int)NLM_F_DUMP;
	if (flags & ~(unsigned int)(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO)) {
		NL_SET_ERR_MSG(extack, "ambiguous or reserved bits set in nlmsg_flags");
		return -EINVAL;
	}
	return 0;
}

static const struct nla_policy *policy_of(const struct genl_family *family,
					  const struct genl_op *op)
{
	return op->policy ? op->policy : family->policy;
}

static u32 maxattr_of(const struct genl_family *family, const struct genl_op *op)
{
	return op->maxattr ? op->maxattr : family->maxattr;
}

static int run_doit(struct nlreq *req, const struct genl_family *family, const struct genl_op *op)
{
	struct genl_state *g = genl_state(req->net);
	const struct genlmsghdr *hdr = genlmsg_hdr(req->nlh);
	struct genl_info info = { req, hdr, hdr + 1, g->attrs };
	u32 maxattr = maxattr_of(family, op);

	if (!op->doit)
		return -EOPNOTSUPP;
	if (maxattr) {
		int err = nlmsg_parse_deprecated(req->nlh, GENL_HDRLEN + (int)family->hdrsize,
						 g->attrs, (int)maxattr, policy_of(family, op),
						 req->extack);
		if (err)
			return err;
	}
	return op->doit(&info);
}

static int run_dump(struct nlreq *req, const struct genl_op *op)
{
	int err = op->dumpit ? netlink_dump_start(req, op->dumpit, op->done) : -EOPNOTSUPP;

	return err ? err : -EINTR; /* no ack: the dump answers */
}

static int genl_family_rcv_msg(struct nlreq *req, const struct genl_family *family)
{
	struct span sp = SPAN(req->net->trace);
	const struct genl_op *op;
	int err;

	span_note(&sp, "family", "%s", family->name);
	if (nlmsg_len_(req->nlh) < GENL_HDRLEN + family->hdrsize)
		return span_end(&sp, -EINVAL);
	span_note(&sp, "cmd", "%u", genlmsg_hdr(req->nlh)->cmd);
	err = check_header(family, req->nlh, req->extack);
	if (err)
		return span_end(&sp, err);
	op = find_op(family, genlmsg_hdr(req->nlh)->cmd);
	if (!op)
		return span_end(&sp, trace_refuse(req->net->trace, -EOPNOTSUPP, NULL,
						  "%s has no command %u", family->name,
						  genlmsg_hdr(req->nlh)->cmd));
	if ((op->flags & (GENL_ADMIN_PERM | GENL_UNS_ADMIN_PERM)) && !req->net->is_privileged)
		return span_end(&sp, trace_refuse(req->net->trace, -EPERM, NULL,
						  "the command needs CAP_NET_ADMIN"));
	if ((req->nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP)
		err = run_dump(req, op);
	else
		err = run_doit(req, family, op);
	return span_end(&sp, err);
}

static int genl_rcv_msg(struct nlreq *req)
{
	const struct genl_family *family = find_id(genl_state(req->net), req->nlh->nlmsg_type);

	if (!family)
		return trace_refuse(req->net->trace, -ENOENT, NULL,
				    "no generic netlink family has the id %u",
				    req->nlh->nlmsg_type);
	return genl_family_rcv_msg(req, family);
}

static void genl_rcv(struct knet *net, struct ksock *from, const void *data, size_t len)
{
	struct span sp = SPAN(net->trace);

	netlink_rcv_skb(net, from, data, len, genl_rcv_msg);
	span_end(&sp, 0);
}

/* ---- messages ---- */

void *genlmsg_put(struct kmsg *m, u32 portid, u32 seq, const struct genl_family *family, int flags,
		  u8 cmd)
{
	struct nlmsghdr *nlh =
		nlmsg_put(m, portid, seq, family->id, GENL_HDRLEN + (int)family->hdrsize, flags);
	struct genlmsghdr hdr = { .cmd = cmd, .version = (u8)family->version };

	if (!nlh)
		return NULL;
	memcpy(nlh + 1, &hdr, sizeof hdr);
	return (u8 *)(nlh + 1) + GENL_HDRLEN;
}

void genlmsg_end(struct kmsg *m, const void *userhdr)
{
	nlmsg_end(m, (const void *)((const u8 *)userhdr - GENL_HDRLEN - NLMSG_HDRLEN));
}

int genl_notify(struct knet *net, struct nlreq *req, const struct genl_family *family,
		const struct kmsg *m)
{
	return nlmsg_notify(net, req, NETLINK_GENERIC, m, family->mcgrp_id,
			    req && (req->nlh->nlmsg_flags & NLM_F_ECHO));
}

/* ---- the controller ---- */

static void put_op(struct kmsg *m, const struct genl_family *family, const struct genl_op *op,
		   int number)
{
	ssize_t nest = nla_nest_start_noflag(m, number);
	u32 flags = op->flags;

	if (op->dumpit)
		flags |= GENL_CMD_CAP_DUMP;
	if (op->doit)
		flags |= GENL_CMD_CAP_DO;
	if (policy_of(family, op))
		flags |= GENL_CMD_CAP_HASPOL;
	nla_put_u32(m, CTRL_ATTR_OP_ID, op->cmd);
	nla_put_u32(m, CTRL_ATTR_OP_FLAGS, flags);
	nla_nest_end(m, nest);
}

static void put_ops(struct kmsg *m, const struct genl_family *family)
{
	ssize_t ops;

	if (!family->n_ops)
		return;
	ops = nla_nest_start_noflag(m, CTRL_ATTR_OPS);
	for (size_t i = 0; i < family->n_ops; i++)
		put_op(m, family, &family->ops[i], (int)i + 1);
	nla_nest_end(m, ops);
}

static void put_group(struct kmsg *m, const struct genl_family *family)
{
	ssize_t groups, nest;

	if (!family->mcgrp)
		return;
	groups = nla_nest_start_noflag(m, CTRL_ATTR_MCAST_GROUPS);
	nest = nla_nest_start_noflag(m, 1);
	nla_put_u32(m, CTRL_ATTR_MCAST_GRP_ID, family->mcgrp_id);
	nla_put_string(m, CTRL_ATTR_MCAST_GRP_NAME, family->mcgrp);
	nla_nest_end(m, nest);
	nla_nest_end(m, groups);
}

/* One family; the message's error is sticky, so that it is looked at once. */
static int ctrl_fill_info(struct kmsg *m, const struct genl_state *g,
			  const struct genl_family *family, u32 portid, u32 seq, int flags, u8 cmd)
{
	size_t start = m->len;
	void *hdr = genlmsg_put(m, portid, seq, &g->ctrl, flags, cmd);

	nla_put_string(m, CTRL_ATTR_FAMILY_NAME, family->name);
	nla_put_u16(m, CTRL_ATTR_FAMILY_ID, family->id);
	nla_put_u32(m, CTRL_ATTR_VERSION, family->version);
	nla_put_u32(m, CTRL_ATTR_HDRSIZE, family->hdrsize);
	nla_put_u32(m, CTRL_ATTR_MAXATTR, family->maxattr);
	put_ops(m, family);
	put_group(m, family);
	if (m->error) {
		nlmsg_trim(m, start);
		return -EMSGSIZE;
	}
	genlmsg_end(m, hdr);
	return 0;
}

static int ctrl_getfamily(struct genl_info *info)
{
	const struct nlattr *id = info->attrs[CTRL_ATTR_FAMILY_ID];
	const struct nlattr *name = info->attrs[CTRL_ATTR_FAMILY_NAME];
	struct genl_state *g = genl_state(info->req->net);
	struct kmsg *m = knet_scratch(info->req->net);
	const struct genl_family *family = NULL;
	int err;

	if (!id && !name)
		return -EINVAL;
	if (id)
		family = find_id(g, nla_get_u16(id));
	if (name)
		family = find_name(g, nla_data(name)); /* its policy has seen a NUL */
	if (!family)
		return -ENOENT;
	err = ctrl_fill_info(m, g, family, info->req->portid, info->req->nlh->nlmsg_seq, 0,
			     CTRL_CMD_NEWFAMILY);
	return err ? err : nlmsg_unicast(info->req, m);
}

static int ctrl_dumpfamily(struct kmsg *m, struct netlink_callback *cb)
{
	const struct genl_state *g = genl_state(cb->net);

	for (; (size_t)cb->args[0] < g->n_ids; cb->args[0]++) {
		const struct genl_family *family = g->by_id[cb->args[0]];

		if (family && ctrl_fill_info(m, g, family, cb->portid, cb->seq, NLM_F_MULTI,
					     CTRL_CMD_NEWFAMILY))
			break;
	}
	return (int)m->len;
}

/* Tells the members of nlctrl's group that a family came or went. */
static void ctrl_event(struct knet *net, const struct genl_family *family, u8 cmd)
{
	const struct genl_state *g = genl_state(net);
	u32 group = g->ctrl.mcgrp_id;
	struct kmsg m;

	if (!netlink_has_listeners(net, NETLINK_GENERIC, group) || kmsg_init(&m, NLMSG_GOODSIZE_))
		return;
	if (!ctrl_fill_info(&m, g, family, 0, 0, 0, cmd))
		nlmsg_multicast(net, NETLINK_GENERIC, &m, 0, group);
	kmsg_fini(&m);
}

/* ---- registration ---- */

static bool has_valid_ops(const struct genl_family *family)
{
	for (size_t i = 0; i < family->n_ops; i++) {
		const struct genl_op *op = &family->ops[i];

		if ((!op->doit && !op->dumpit) || find_op(family, op->cmd) != op)
			return false;
	}
	return true;
}

/* The attributes of the family's largest op have room from now on. */
static int grow_attrs(struct genl_state *g, const struct genl_family *family)
{
	u32 max = family->maxattr;
	void *attrs;

	for (size_t i = 0; i < family->n_ops; i++)
		if (family->ops[i].maxattr > max)
			max = family->ops[i].maxattr;
	attrs = mem_grow(g->attrs, &g->attrs_cap, (size_t)max + 1, sizeof *g->attrs);
	if (!attrs)
		return -ENOMEM;
	g->attrs = attrs;
	return 0;
}

static int find_group(const struct genl_state *g, u32 *group)
{
	for (u32 i = 0; i < NETLINK_GROUPS_MAX; i++)
		if (!(g->groups[i / 64] >> i % 64 & 1)) {
			*group = i;
			return 0;
		}
	return -ENOSPC;
}

static int find_free_id(struct genl_state *g, u16 *id)
{
	size_t i = 3; /* below: nlctrl, VFS_DQUOT, pmcraid */
	struct genl_family **by_id;

	while (i < g->n_ids && g->by_id[i])
		i++;
	if (i > GENL_MAX_ID - FIRST_ID)
		return -ENOSPC;
	by_id = mem_grow(g->by_id, &g->cap, i + 1, sizeof *by_id);
	if (!by_id)
		return -ENOMEM;
	g->by_id = by_id;
	for (; g->n_ids <= i; g->n_ids++)
		by_id[g->n_ids] = NULL;
	*id = (u16)(FIRST_ID + i);
	return 0;
}

int genl_register_family(struct knet *net, struct genl_family *family)
{
	struct genl_state *g = genl_state(net);
	u32 group = 0;
	u16 id = 0;
	int err;

	if (!has_valid_ops(family))
		return -EINVAL;
	if (find_name(g, family->name))
		return -EEXIST;
	err = grow_attrs(g, family);
	if (!err && family->mcgrp)
		err = find_group(g, &group);
	if (!err)
		err = find_free_id(g, &id);
	if (err)
		return err;
	family->id = id;
	family->mcgrp_id = group;
	g->groups[group / 64] |= 1ull << group % 64;
	g->by_id[id - FIRST_ID] = family;
	ctrl_event(net, family, CTRL_CMD_NEWFAMILY);
	return 0;
}

void genl_unregister_family(struct knet *net, struct genl_family *family)
{
	struct genl_state *g = genl_state(net);

	if (find_id(g, family->id) != family)
		return;
	g->by_id[family->id - FIRST_ID] = NULL;
	if (family->mcgrp)
		g->groups[family->mcgrp_id / 64] &= ~(1ull << family->mcgrp_id % 64);
	ctrl_event(net, family, CTRL_CMD_DELFAMILY);
}

static const struct nla_policy ctrl_policy[] = {
	[CTRL_ATTR_FAMILY_ID] = { .type = NLA_U16 },
	[CTRL_ATTR_FAMILY_NAME] = { .type = NLA_NUL_STRING, .len = GENL_NAMSIZ - 1 },
};

static const struct genl_op ctrl_ops[] = {
	{
		.cmd = CTRL_CMD_GETFAMILY,
		.doit = ctrl_getfamily,
		.dumpit = ctrl_dumpfamily,
		.policy = ctrl_policy,
		.maxattr = ARRAY_SIZE(ctrl_policy) - 1,
	},
};

int genl_init(struct knet *net)
{
	struct genl_state *g = mem_new(sizeof *g);
	int err = -ENOMEM;

	if (!g)
		return -ENOMEM;
	g->groups[0] = GROUPS_TAKEN;
	g->ctrl = (struct genl_family){
		.name = "nlctrl",
		.version = 2,
		.ops = ctrl_ops,
		.n_ops = ARRAY_SIZE(ctrl_ops),
		.mcgrp = "notify",
		.resv_start_op = CTRL_CMD_GETPOLICY + 1,
		.id = GENL_ID_CTRL,
		.mcgrp_id = CTRL_GROUP,
	};
	g->by_id = mem_grow(NULL, &g->cap, 3, sizeof *g->by_id);
	if (!g->by_id || grow_attrs(g, &g->ctrl))
		goto err_free;
	g->by_id[0] = &g->ctrl;
	g->by_id[1] = g->by_id[2] = NULL;
	g->n_ids = 3;
	err = netlink_kernel_create(net, NETLINK_GENERIC, genl_rcv);
	if (err)
		goto err_free;
	netlink_state(net)->genl = g;
	return 0;

err_free:
	mem_free(g->attrs);
	mem_free(g->by_id);
	mem_free(g);
	return err;
}

void genl_exit(struct knet *net)
{
	struct genl_state *g = netlink_state(net) ? genl_state(net) : NULL;

	if (!g)
		return;
	mem_free(g->attrs);
	mem_free(g->by_id);
	mem_free(g);
	netlink_state(net)->genl = NULL;
}
