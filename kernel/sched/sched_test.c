/* SPDX-License-Identifier: BSD-2-Clause */
/* Traffic control driven by netlink bytes, with a driver that says what the test tells it to. */
#include "base/alloc.h"
#include "base/hash.h"
#include "kernel/sched/flower_internal.h"

#include <linux/if_ether.h>
#include <linux/tc_act/tc_csum.h>
#include <linux/tc_act/tc_gact.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/tc_act/tc_pedit.h>
#include <linux/tc_act/tc_vlan.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define BASE_FLAGS (NLM_F_REQUEST | NLM_F_ACK)
#define ADD	   (NLM_F_CREATE | NLM_F_EXCL)
#define INGRESS	   0xfffffff2u
#define LOG_MAX	   64

/* A device with a driver: what it was asked, and what it answers. */
struct port {
	struct net_device dev;
	struct list blocks;
	int bind_err, replace_err, destroy_err;
	bool (*check)(const struct port *p, const struct flow_cls_offload *cls); /* or NULL */
	char log[LOG_MAX]; /* B U R D S T: bind unbind replace destroy stats template */
	size_t n_log;
	u8 sent[256];
	size_t n_sent;
};

struct world {
	struct knet net;
	struct trace trace;
	struct ksock *sk;
	u32 portid;
	struct port port[3]; /* 0, 1: with a driver; 2: without */
	u8 req[4096];
	size_t len;
	u8 answer[70000];
	ssize_t n;
	char text[200]; /* of the last ack */
};

static void note(struct port *p, char c)
{
	if (p->n_log < LOG_MAX - 1)
		p->log[p->n_log++] = c;
	p->log[p->n_log] = '\0';
}

static int port_cb(enum tc_setup_type type, void *type_data, void *cb_priv)
{
	struct flow_cls_offload *cls = type_data;
	struct port *p = cb_priv;

	switch (cls->command) {
	case FLOW_CLS_REPLACE:
		note(p, 'R');
		if (p->check && !p->check(p, cls))
			return -EOPNOTSUPP;
		if (p->replace_err)
			NL_SET_ERR_MSG(cls->common.extack, "port: no");
		return p->replace_err;
	case FLOW_CLS_DESTROY:
		note(p, 'D');
		return p->destroy_err;
	case FLOW_CLS_STATS:
		note(p, 'S');
		cls->stats.pkts = 1;
		cls->stats.bytes = 100;
		return 0;
	case FLOW_CLS_TMPLT_CREATE:
	case FLOW_CLS_TMPLT_DESTROY:
		note(p, 'T');
		return 0;
	}
	return -EOPNOTSUPP;
}

static int port_setup_tc(struct net_device *dev, enum tc_setup_type type, void *type_data)
{
	struct flow_block_offload *f = type_data;
	struct port *p = netdev_priv(dev);

	note(p, f->command == FLOW_BLOCK_BIND ? 'B' : 'U');
	if (f->command == FLOW_BLOCK_BIND && p->bind_err)
		return p->bind_err;
	return flow_block_cb_setup_simple(f, &p->blocks, port_cb, p, p, true);
}

static int port_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct port *p = netdev_priv(dev);

	p->n_sent = skb->p.size < sizeof p->sent ? skb->p.size : sizeof p->sent;
	memcpy(p->sent, skb->p.data, p->n_sent);
	return 0;
}

static const struct net_device_ops port_ops = { .ndo_setup_tc = port_setup_tc,
						.ndo_start_xmit = port_xmit };
static const struct net_device_ops plain_ops = { .ndo_start_xmit = port_xmit };

static int start(struct world *w)
{
	trace_init(&w->trace);
	knet_init(&w->net, &w->trace);
	w->net.now_ns = 1000000000;
	if (netlink_init(&w->net) || rtnetlink_init(&w->net) || act_init(&w->net) ||
	    sched_init(&w->net))
		return -1;
	for (int i = 0; i < 3; i++) {
		struct port *p = &w->port[i];

		snprintf(p->dev.name, sizeof p->dev.name, "p%d", i);
		p->dev.netdev_ops = i < 2 ? &port_ops : &plain_ops;
		p->dev.priv = p;
		p->dev.flags = IFF_UP;
		p->dev.features = NETIF_F_HW_TC;
		p->dev.mtu = 1500;
		list_init(&p->blocks);
		if (register_netdevice(&w->net, &p->dev) < 0)
			return -1;
	}
	w->sk = ksock_socket(&w->net, NETLINK_ROUTE, &w->portid);
	ksock_set_ext_ack(w->sk, true);
	return 0;
}

static int set_up(void **state)
{
	struct world *w = test_calloc(1, sizeof *w);

	*state = w;
	return start(w);
}

static int tear_down(void **state)
{
	struct world *w = *state;

	ksock_close(w->sk);
	for (int i = 0; i < 3; i++)
		unregister_netdevice(&w->port[i].dev);
	sched_exit(&w->net);
	assert_int_equal(act_count(&w->net), 0);
	act_exit(&w->net);
	rtnetlink_exit(&w->net);
	netlink_exit(&w->net);
	knet_fini(&w->net);
	trace_fini(&w->trace);
	test_free(w);
	return 0;
}

/* ---- requests ---- */

static struct tcmsg *begin(struct world *w, int type, int flags, struct port *p, u32 parent)
{
	struct nlmsghdr *nlh = (void *)w->req;
	struct tcmsg *t = NLMSG_DATA(nlh);

	memset(w->req, 0, sizeof w->req);
	nlh->nlmsg_type = (u16)type;
	nlh->nlmsg_flags = (u16)(BASE_FLAGS | flags);
	nlh->nlmsg_seq = 7;
	t->tcm_ifindex = p ? p->dev.ifindex : (int)TCM_IFINDEX_MAGIC_BLOCK;
	t->tcm_parent = parent;
	w->len = NLMSG_LENGTH(sizeof *t);
	return t;
}

static size_t put(struct world *w, int type, const void *data, size_t size)
{
	struct nlattr *nla = (void *)(w->req + w->len);
	size_t at = w->len;

	nla->nla_type = (u16)type;
	nla->nla_len = (u16)(NLA_HDRLEN + size);
	if (size)
		memcpy(nla + 1, data, size);
	w->len += NLA_ALIGN(nla->nla_len);
	return at;
}

static void end(struct world *w, size_t at)
{
	((struct nlattr *)(void *)(w->req + at))->nla_len = (u16)(w->len - at);
}

static void put_u32(struct world *w, int type, u32 v)
{
	put(w, type, &v, sizeof v);
}

static void put_u16(struct world *w, int type, u16 v)
{
	put(w, type, &v, sizeof v);
}

static void put_str(struct world *w, int type, const char *s)
{
	put(w, type, s, strlen(s) + 1);
}

/* Sends; the errno of the ack, whose text goes to w->text. Echoes before it are in w->answer. */
static int talk(struct world *w)
{
	struct iovec iov = { w->req, w->len };
	u8 buf[8192];
	ssize_t n;

	((struct nlmsghdr *)(void *)w->req)->nlmsg_len = (u32)w->len;
	w->n = 0;
	w->text[0] = '\0';
	trace_forget(&w->trace);
	if (ksock_sendmsg(w->sk, &iov, 1) < 0)
		return -1000;
	while ((n = ksock_recvmsg(w->sk, buf, sizeof buf)) > 0) {
		const struct nlmsghdr *nlh = (void *)buf;
		const struct nlmsgerr *e = (const void *)(buf + NLMSG_HDRLEN);

		if (nlh->nlmsg_type != NLMSG_ERROR) {
			memcpy(w->answer, buf, (size_t)n);
			w->n = n;
			continue;
		}
		if (nlh->nlmsg_flags & NLM_F_ACK_TLVS) {
			size_t off = NLMSG_HDRLEN + sizeof *e;

			if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && e->error)
				off += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
			for (const struct nlattr *a = (void *)(buf + off);
			     (const u8 *)a + NLA_HDRLEN <= buf + nlh->nlmsg_len && a->nla_len;
			     a = (const void *)((const u8 *)a + NLA_ALIGN(a->nla_len))) {
				if (a->nla_type == NLMSGERR_ATTR_MSG)
					snprintf(w->text, sizeof w->text, "%s",
						 (const char *)(a + 1));
			}
		}
		return e->error;
	}
	return -1001;
}

static int add_qdisc(struct world *w, int i, u32 block)
{
	begin(w, RTM_NEWQDISC, ADD, &w->port[i], TC_H_INGRESS)->tcm_handle = 0xffff0000u;
	put_str(w, TCA_KIND, "ingress");
	if (block)
		put_u32(w, TCA_INGRESS_BLOCK, block);
	return talk(w);
}

static int del_qdisc(struct world *w, int i)
{
	begin(w, RTM_DELQDISC, 0, &w->port[i], TC_H_INGRESS);
	return talk(w);
}

enum act {
	NO_ACT,
	DROP,
	PASS,
	CONTINUE,
	REDIRECT,
	GOTO1,
	UNKNOWN,
	BAD_DEV
};

static void put_gact(struct world *w, int action)
{
	struct tc_gact g = { .action = action };
	size_t o;

	put_str(w, TCA_ACT_KIND, "gact");
	o = put(w, TCA_ACT_OPTIONS, NULL, 0);
	put(w, TCA_GACT_PARMS, &g, sizeof g);
	end(w, o);
}

static void put_mirred(struct world *w, int ifindex)
{
	struct tc_mirred m = { .action = TC_ACT_STOLEN,
			       .eaction = TCA_EGRESS_REDIR,
			       .ifindex = (u32)ifindex };
	size_t o;

	put_str(w, TCA_ACT_KIND, "mirred");
	o = put(w, TCA_ACT_OPTIONS, NULL, 0);
	put(w, TCA_MIRRED_PARMS, &m, sizeof m);
	end(w, o);
}

static void put_act(struct world *w, enum act act)
{
	size_t tab = put(w, TCA_FLOWER_ACT, NULL, 0), one = put(w, 1, NULL, 0);

	switch (act) {
	case NO_ACT:
		break;
	case DROP:
		put_gact(w, TC_ACT_SHOT);
		break;
	case PASS:
		put_gact(w, TC_ACT_OK);
		break;
	case CONTINUE:
		put_gact(w, TC_ACT_UNSPEC);
		break;
	case GOTO1:
		put_gact(w, TC_ACT_GOTO_CHAIN | 1);
		break;
	case REDIRECT:
		put_mirred(w, w->port[1].dev.ifindex);
		break;
	case BAD_DEV:
		put_mirred(w, 999);
		break;
	case UNKNOWN:
		put_str(w, TCA_ACT_KIND, "nonesuch");
		break;
	}
	end(w, one);
	end(w, tab);
}

/* A filter on IPv4 destinations. */
struct want {
	int port; /* -1: block 5 */
	int type, flags;
	u32 prio, handle, chain, fl_flags, dst, mask;
	enum act act;
};

static void begin_filter(struct world *w, const struct want *f)
{
	struct tcmsg *t = begin(w, f->type ? f->type : RTM_NEWTFILTER, f->flags,
				f->port < 0 ? NULL : &w->port[f->port], f->port < 0 ? 5 : INGRESS);

	t->tcm_handle = f->handle;
	t->tcm_info = f->prio << 16 | htons(ETH_P_IP);
	put_str(w, TCA_KIND, "flower");
	if (f->chain)
		put_u32(w, TCA_CHAIN, f->chain);
}

static int add_filter(struct world *w, struct want f)
{
	size_t o;

	begin_filter(w, &f);
	o = put(w, TCA_OPTIONS, NULL, 0);
	put_u16(w, TCA_FLOWER_KEY_ETH_TYPE, htons(ETH_P_IP));
	put_u32(w, TCA_FLOWER_KEY_IPV4_DST, htonl(f.dst));
	if (f.mask)
		put_u32(w, TCA_FLOWER_KEY_IPV4_DST_MASK, htonl(f.mask));
	if (f.fl_flags)
		put_u32(w, TCA_FLOWER_FLAGS, f.fl_flags);
	if (f.act)
		put_act(w, f.act);
	end(w, o);
	return talk(w);
}

/* The filter's own flags and in_hw_count, from an echo or a get. */
static const struct nlattr *option(struct world *w, int attr)
{
	static const struct nlattr *tb[TCA_MAX + 1];
	const struct nlmsghdr *nlh = (void *)w->answer;
	static const struct nlattr *fl[FLOWER_MAX + 1];

	assert_true(w->n > 0);
	assert_int_equal(nlmsg_parse_deprecated(nlh, sizeof(struct tcmsg), tb, TCA_MAX, NULL, NULL),
			 0);
	assert_non_null(tb[TCA_OPTIONS]);
	assert_int_equal(nla_parse_nested_deprecated(fl, FLOWER_MAX, tb[TCA_OPTIONS], NULL, NULL),
			 0);
	return fl[attr];
}

static u32 option_u32(struct world *w, int attr)
{
	const struct nlattr *nla = option(w, attr);

	return nla ? nla_get_u32(nla) : 0;
}

static int get_filter(struct world *w, int port, u32 prio, u32 handle)
{
	struct want f = { .port = port, .type = RTM_GETTFILTER, .prio = prio, .handle = handle };

	begin_filter(w, &f);
	return talk(w);
}

static void clear_logs(struct world *w)
{
	for (int i = 0; i < 3; i++) {
		w->port[i].n_log = 0;
		w->port[i].log[0] = '\0';
	}
}

/* ---- tests ---- */

struct check {
	struct want f;
	int err;
	const char *text;
};

static void run_checks(struct world *w, const struct check *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int err = add_filter(w, c[i].f);

		if (err != c[i].err || strcmp(w->text, c[i].text ? c[i].text : "") != 0)
			fail_msg("row %zu: %d \"%s\" instead of %d \"%s\"", i, err, w->text,
				 c[i].err, c[i].text ? c[i].text : "");
		if (err)
			assert_true(w->trace.refused);
	}
}

static void requests_are_checked_in_linux_order(void **state)
{
	struct world *w = *state;
	const struct check before[] = {
		{ { 0, 0, 0, 0, 0, 0, 0, 1, 0, DROP },
		  -ENOENT,
		  "Invalid filter command with priority of zero" },
		{ { 0, 0, ADD, 1, 0, 0, 0, 1, 0, DROP }, -EINVAL, "Parent Qdisc doesn't exists" },
		{ { -1, 0, ADD, 1, 0, 0, 0, 1, 0, DROP },
		  -EINVAL,
		  "Block of given index was not found" },
	};
	const struct check after[] = {
		{ { 0, 0, ADD, 1, 0, 0x10000000, 0, 1, 0, DROP },
		  -EINVAL,
		  "Specified chain index exceeds upper limit" },
		{ { 0, 0, 0, 1, 0, 0, 0, 1, 0, DROP },
		  -ENOENT,
		  "Need both RTM_NEWTFILTER and NLM_F_CREATE to create a new filter" },
		{ { 0, 0, ADD, 1, 0, 0, 3, 1, 0, DROP }, -EINVAL, NULL },
		{ { 0, 0, ADD, 1, 0, 0, 4, 1, 0, DROP }, -EINVAL, NULL },
		{ { 0, 0, ADD, 1, 0, 0, 0, 1, 0, UNKNOWN },
		  -ENOENT,
		  "Failed to load TC action module" },
		{ { 0, 0, ADD, 1, 0, 0, 0, 1, 0, BAD_DEV }, -ENODEV, NULL },
		{ { 0, 0, ADD, 1, 0, 0, 0, 1, 0, DROP }, 0, NULL },
		{ { 0, 0, ADD, 1, 0, 0, 0, 1, 0, DROP }, -EEXIST, NULL },
		{ { 0, 0, ADD, 1, 1, 0, 0, 1, 0, DROP }, -EEXIST, "Filter already exists" },
		{ { 0, 0, NLM_F_CREATE, 1, 1, 0, 0, 2, 0, PASS }, 0, NULL },
		{ { 0, 0, NLM_F_CREATE, 1, 1, 0, 0, 2, 0xffffff00, PASS }, -EINVAL, NULL },
		{ { 0, 0, 0, 1, 9, 0, 0, 2, 0, PASS },
		  -ENOENT,
		  "Need both RTM_NEWTFILTER and NLM_F_CREATE to create a new filter" },
		{ { 0, RTM_DELTFILTER, 0, 1, 9, 0, 0, 0, 0, NO_ACT },
		  -ENOENT,
		  "Specified filter handle not found" },
		{ { 0, RTM_DELTFILTER, 0, 2, 1, 0, 0, 0, 0, NO_ACT },
		  -ENOENT,
		  "Filter with specified priority/protocol not found" },
		{ { 0, RTM_DELTFILTER, 0, 1, 1, 3, 0, 0, 0, NO_ACT },
		  -ENOENT,
		  "Cannot find specified filter chain" },
		{ { 0, RTM_GETTFILTER, 0, 1, 1, 3, 0, 0, 0, NO_ACT },
		  -EINVAL,
		  "Cannot find specified filter chain" },
		{ { 0, RTM_DELTFILTER, 0, 0, 0, 0, 0, 0, 0, NO_ACT },
		  -ENOENT,
		  "Cannot flush filters with protocol, handle or kind set" },
		{ { 0, RTM_DELTFILTER, 0, 1, 1, 0, 0, 0, 0, NO_ACT }, 0, NULL },
		{ { 0, RTM_GETTFILTER, 0, 1, 1, 0, 0, 0, 0, NO_ACT },
		  -EINVAL,
		  "Cannot find specified filter chain" },
	};

	run_checks(w, before, ARRAY_SIZE(before));
	assert_int_equal(add_qdisc(w, 0, 0), 0);
	run_checks(w, after, ARRAY_SIZE(after));
}

static void qdiscs_are_checked_in_linux_order(void **state)
{
	struct world *w = *state;

	assert_int_equal(del_qdisc(w, 0), -ENOENT);
	assert_string_equal(w->text, "Cannot find specified qdisc on specified device");
	assert_int_equal(add_qdisc(w, 0, 0), 0);
	assert_int_equal(add_qdisc(w, 0, 0), -EEXIST);
	assert_string_equal(w->text, "Exclusivity flag on, cannot modify");
	begin(w, RTM_NEWQDISC, NLM_F_CREATE, &w->port[0], TC_H_INGRESS)->tcm_handle = 0xffff0000u;
	put_str(w, TCA_KIND, "clsact");
	assert_int_equal(talk(w), -EINVAL);
	assert_string_equal(w->text, "Invalid qdisc name");
	assert_int_equal(del_qdisc(w, 0), 0);
	assert_int_equal(del_qdisc(w, 0), -ENOENT);
	assert_string_equal(w->text, "Cannot delete qdisc with handle of zero");
	w->port[0].bind_err = -EIO;
	assert_int_equal(add_qdisc(w, 0, 0), -EIO);
	assert_string_equal(w->text, "Driver ndo_setup_tc failed");
}

static void plain_rules_survive_a_refusal_and_skip_sw_rules_do_not(void **state)
{
	struct world *w = *state;
	struct want f = { .flags = ADD | NLM_F_ECHO, .prio = 1, .dst = 1, .act = DROP };

	assert_int_equal(add_qdisc(w, 0, 0), 0);
	clear_logs(w);
	assert_int_equal(add_filter(w, f), 0);
	assert_int_equal(option_u32(w, TCA_FLOWER_FLAGS), TCA_CLS_FLAGS_IN_HW);
	assert_int_equal(option_u32(w, TCA_FLOWER_IN_HW_COUNT), 1);
	assert_string_equal(w->port[0].log, "RS");
	w->port[0].replace_err = -EOPNOTSUPP;
	f.dst = 2;
	assert_int_equal(add_filter(w, f), 0);
	assert_string_equal(w->text, "");
	assert_int_equal(option_u32(w, TCA_FLOWER_FLAGS), TCA_CLS_FLAGS_NOT_IN_HW);
	f.dst = 3;
	f.fl_flags = TCA_CLS_FLAGS_VERBOSE;
	assert_int_equal(add_filter(w, f), 0);
	assert_string_equal(w->text, "port: no");
	clear_logs(w);
	f.dst = 4;
	f.fl_flags = TCA_CLS_FLAGS_SKIP_SW;
	assert_int_equal(add_filter(w, f), -EOPNOTSUPP);
	assert_string_equal(w->text, "port: no");
	assert_string_equal(w->port[0].log, "RDD");
	clear_logs(w);
	f.act = CONTINUE;
	assert_int_equal(add_filter(w, f), -EOPNOTSUPP);
	assert_string_equal(w->text, "act_gact: Offload of \"continue\" action is not supported");
	assert_string_equal(w->port[0].log, "D");
	clear_logs(w);
	f.fl_flags = TCA_CLS_FLAGS_SKIP_HW;
	assert_int_equal(add_filter(w, f), 0);
	assert_string_equal(w->port[0].log, "");
}

static void a_replacement_that_is_refused_leaves_hardware(void **state)
{
	struct world *w = *state;
	struct want f = {
		.flags = NLM_F_CREATE | NLM_F_ECHO, .prio = 1, .handle = 1, .dst = 1, .act = DROP
	};

	assert_int_equal(add_qdisc(w, 0, 0), 0);
	assert_int_equal(add_filter(w, f), 0);
	clear_logs(w);
	w->port[0].replace_err = -ENOSPC;
	f.act = PASS;
	assert_int_equal(add_filter(w, f), 0);
	assert_int_equal(option_u32(w, TCA_FLOWER_FLAGS), TCA_CLS_FLAGS_NOT_IN_HW);
	assert_string_equal(w->port[0].log, "RDS");
	w->port[0].replace_err = 0;
	assert_int_equal(add_filter(w, f), 0);
	clear_logs(w);
	w->port[0].replace_err = -ENOSPC;
	f.fl_flags = TCA_CLS_FLAGS_SKIP_SW;
	assert_int_equal(add_filter(w, f), -ENOSPC);
	assert_string_equal(w->port[0].log, "RDD");
	assert_int_equal(get_filter(w, 0, 1, 1), 0);
	assert_int_equal(option_u32(w, TCA_FLOWER_FLAGS), TCA_CLS_FLAGS_IN_HW);
}

static void a_shared_block_replays_and_counts(void **state)
{
	struct world *w = *state;
	struct want f = { .port = -1, .flags = ADD, .prio = 1, .dst = 1, .act = DROP };

	assert_int_equal(add_qdisc(w, 0, 5), 0);
	assert_int_equal(add_filter(w, f), 0);
	f.port = 0;
	assert_int_equal(add_filter(w, f), -EOPNOTSUPP);
	assert_int_equal(add_qdisc(w, 2, 5), -EOPNOTSUPP);
	assert_string_equal(w->text, "");
	w->port[1].dev.features = 0;
	assert_int_equal(add_qdisc(w, 1, 5), -EOPNOTSUPP);
	assert_string_equal(w->text, "Bind to offloaded block failed as dev has offload disabled");
	w->port[1].dev.features = NETIF_F_HW_TC;
	assert_int_equal(add_qdisc(w, 1, 5), 0);
	assert_string_equal(w->port[1].log, "BR");
	assert_int_equal(get_filter(w, -1, 1, 1), 0);
	assert_int_equal(option_u32(w, TCA_FLOWER_IN_HW_COUNT), 2);
	assert_int_equal(del_qdisc(w, 0), 0);
	assert_int_equal(del_qdisc(w, 1), 0);
}

static void a_device_without_driver_takes_plain_rules_only(void **state)
{
	struct world *w = *state;
	struct want f = { .port = 2, .flags = ADD, .prio = 1, .dst = 1, .act = DROP };

	assert_int_equal(add_qdisc(w, 2, 0), 0);
	assert_int_equal(add_filter(w, f), 0);
	f.dst = 2;
	f.fl_flags = TCA_CLS_FLAGS_SKIP_SW;
	assert_int_equal(add_filter(w, f), -EOPNOTSUPP);
	assert_string_equal(w->text, "");
}

static void automatic_priorities_go_down_from_0xc000(void **state)
{
	struct world *w = *state;
	const u32 expected[] = { 0xc000, 0xbfff, 0xbffe };

	assert_int_equal(add_qdisc(w, 0, 0), 0);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		struct want f = { .flags = ADD | NLM_F_ECHO, .dst = 1, .act = DROP };
		const struct tcmsg *t = NLMSG_DATA((void *)w->answer);

		assert_int_equal(add_filter(w, f), 0);
		assert_int_equal(t->tcm_info >> 16, expected[i]);
	}
}

/* ---- packets ---- */

static bool receive(struct world *w, u32 dst)
{
	static const u8 frame[60] = { 2, 0, 0,	  0, 0, 1,  2, 0, 0, 0, 0,  2,
				      8, 0, 0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17 };
	u8 buf[PACKET_HEADROOM + PACKET_MAX];
	struct sk_buff skb = { .dev = &w->port[0].dev };

	packet_init(&skb.p, buf, sizeof buf);
	assert_int_equal(packet_set(&skb.p, frame, sizeof frame), 0);
	put_be32(skb.p.data + 30, dst);
	assert_int_equal(skb_set_protocol(&skb), 0);
	return sch_handle_ingress(&skb);
}

static void packets_are_classified_as_by_a_list(void **state)
{
	struct world *w = *state;
	struct {
		u32 dst, mask;
		bool is_drop;
		int order; /* of its mask */
	} filters[200];
	static const u32 masks[] = { 0xffffffff, 0xfffffff0, 0xffffff0f, 0x0000000f };
	int order[ARRAY_SIZE(masks)] = { 0 }, n_orders = 0;
	size_t n = 0;

	assert_int_equal(add_qdisc(w, 0, 0), 0);
	for (u32 i = 0; i < 400 && n < ARRAY_SIZE(filters); i++) {
		u64 r = hash_u64(i);
		size_t m = r % ARRAY_SIZE(masks);
		struct want f = { .flags = ADD,
				  .prio = 1,
				  .dst = (u32)(r >> 32) & 0xff,
				  .mask = masks[m],
				  .act = r & 0x100000 ? DROP : PASS };

		if (add_filter(w, f) == 0) {
			if (!order[m])
				order[m] = ++n_orders;
			filters[n].dst = f.dst & f.mask;
			filters[n].mask = f.mask;
			filters[n].is_drop = f.act == DROP;
			filters[n++].order = order[m];
		}
	}
	for (u32 dst = 0; dst < 256; dst++) {
		int best = 1000;
		bool pass = true;

		for (size_t i = 0; i < n; i++) {
			if ((dst & filters[i].mask) == filters[i].dst && filters[i].order < best) {
				best = filters[i].order;
				pass = !filters[i].is_drop;
			}
		}
		assert_int_equal(receive(w, dst), pass);
	}
}

static void goto_and_redirect_move_packets(void **state)
{
	struct world *w = *state;
	struct want f = { .flags = ADD, .prio = 1, .dst = 1, .act = GOTO1 };

	assert_int_equal(add_qdisc(w, 0, 0), 0);
	assert_int_equal(add_filter(w, f), 0);
	assert_true(receive(w, 1));
	f.chain = 1;
	f.act = REDIRECT;
	assert_int_equal(add_filter(w, f), 0);
	assert_false(receive(w, 1));
	assert_int_equal(w->port[1].n_sent, 60);
}

static void many_handles_are_dumped_in_order(void **state)
{
	struct world *w = *state;
	struct iovec iov = { w->req, 0 };
	u32 last = 0, n = 0;
	bool done = false;

	assert_int_equal(add_qdisc(w, 0, 0), 0);
	for (u32 i = 0; i < 3000; i++) {
		struct want f = { .flags = ADD, .prio = 1, .dst = i, .act = REDIRECT };

		assert_int_equal(add_filter(w, f), 0);
	}
	begin(w, RTM_GETTFILTER, NLM_F_DUMP, &w->port[0], INGRESS);
	((struct nlmsghdr *)(void *)w->req)->nlmsg_len = (u32)w->len;
	iov.iov_len = w->len;
	ksock_sendmsg(w->sk, &iov, 1);
	while (!done) {
		ssize_t got = ksock_recvmsg(w->sk, w->answer, sizeof w->answer);
		size_t at = 0;

		assert_true(got > 0);
		while (at < (size_t)got) {
			const struct nlmsghdr *h = (const void *)(w->answer + at);
			const struct tcmsg *t = tcm_of(h);

			at += NLMSG_ALIGN(h->nlmsg_len);
			if (h->nlmsg_type == NLMSG_DONE) {
				done = true;
				break;
			}
			assert_int_equal(h->nlmsg_type, RTM_NEWTFILTER);
			assert_int_equal(t->tcm_handle, last);
			last++;
			n++;
		}
	}
	assert_int_equal(n, 3001);
}

static void no_allocation_may_fail_unnoticed(void **state)
{
	struct world *w = *state;
	struct want f = { .flags = ADD, .prio = 1, .dst = 1, .act = REDIRECT };
	int err = -1, n_failed = 0;

	assert_int_equal(add_qdisc(w, 0, 0), 0);
	for (unsigned long nth = 1; err; nth++) {
		struct sched_stats s;

		mem_fail_nth(nth);
		err = add_filter(w, f);
		if (!mem_fail_happened())
			assert_int_equal(err, 0);
		mem_fail_nth(0);
		sched_get_stats(&w->net, &s);
		if (err == -1001 || err == -1000) {
			assert_true(nth < 100); /* the ack itself was lost */
			while (ksock_recvmsg(w->sk, w->answer, sizeof w->answer) != -EAGAIN)
				;
			if (s.n_filters)
				break;
		}
		assert_int_equal(s.n_filters, err == 0);
		assert_int_equal(s.n_actions, err == 0);
		assert_int_equal(s.n_chains, err == 0);
		n_failed += err != 0;
	}
	assert_true(n_failed > 5); /* block, chain, tcf_proto, head, action, mask, tables ... */
}

/* ---- chains and templates ---- */

static int ask_chain(struct world *w, int type, int flags, u32 chain)
{
	begin(w, type, flags, &w->port[0], INGRESS);
	put_u32(w, TCA_CHAIN, chain);
	return talk(w);
}

static void a_chain_is_made_shown_and_deleted_by_request(void **state)
{
	struct world *w = *state;
	struct want f = { .flags = ADD, .prio = 1, .chain = 3, .dst = 1, .act = GOTO1 };

	assert_int_equal(add_qdisc(w, 0, 0), 0);
	assert_int_equal(ask_chain(w, RTM_NEWCHAIN, 0, 3), -ENOENT);
	assert_string_equal(w->text, "Need both RTM_NEWCHAIN and NLM_F_CREATE to create a new "
				     "chain");
	assert_int_equal(ask_chain(w, RTM_NEWCHAIN, NLM_F_CREATE, 3), 0);
	assert_int_equal(ask_chain(w, RTM_NEWCHAIN, NLM_F_CREATE, 3), -EEXIST);
	assert_string_equal(w->text, "Filter chain already exists");
	assert_int_equal(ask_chain(w, RTM_NEWCHAIN, NLM_F_CREATE, 0x10000000), -EINVAL);
	assert_string_equal(w->text, "Specified chain index exceeds upper limit");
	assert_int_equal(ask_chain(w, RTM_GETCHAIN, 0, 3), 0);
	assert_int_equal(((struct nlmsghdr *)(void *)w->answer)->nlmsg_type, RTM_GETCHAIN);
	/* What only a goto holds is not seen, and can be made. */
	assert_int_equal(add_filter(w, f), 0);
	assert_int_equal(ask_chain(w, RTM_GETCHAIN, 0, 1), -EINVAL);
	assert_string_equal(w->text, "Cannot find specified filter chain");
	assert_int_equal(ask_chain(w, RTM_DELCHAIN, 0, 1), -EINVAL);
	assert_int_equal(ask_chain(w, RTM_NEWCHAIN, 0, 1), 0);
	assert_int_equal(ask_chain(w, RTM_DELCHAIN, 0, 1), 0);
	assert_int_equal(ask_chain(w, RTM_DELCHAIN, 0, 3), 0);
	assert_int_equal(ask_chain(w, RTM_DELCHAIN, 0, 3), -EINVAL);
	assert_string_equal(w->text, "Cannot find specified filter chain");
}

static int add_tmplt(struct world *w, u32 chain, u32 mask)
{
	size_t o;

	begin(w, RTM_NEWCHAIN, NLM_F_CREATE, &w->port[0], INGRESS);
	put_u32(w, TCA_CHAIN, chain);
	put_str(w, TCA_KIND, "flower");
	o = put(w, TCA_OPTIONS, NULL, 0);
	put_u16(w, TCA_FLOWER_KEY_ETH_TYPE, htons(ETH_P_IP));
	put_u32(w, TCA_FLOWER_KEY_IPV4_DST, 0);
	put_u32(w, TCA_FLOWER_KEY_IPV4_DST_MASK, htonl(mask));
	end(w, o);
	return talk(w);
}

static void a_template_limits_masks_and_is_told_to_drivers(void **state)
{
	struct world *w = *state;
	struct want f = { .flags = ADD, .prio = 1, .chain = 2, .mask = 0xffffff00, .act = DROP };

	assert_int_equal(add_qdisc(w, 0, 0), 0);
	clear_logs(w);
	assert_int_equal(add_tmplt(w, 2, 0xffffff00), 0);
	assert_string_equal(w->port[0].log, "T");
	assert_int_equal(add_filter(w, f), 0);
	f.mask = 0xffff0000;
	assert_int_equal(add_filter(w, f), 0);
	f.mask = 0;
	assert_int_equal(add_filter(w, f), -EINVAL);
	assert_string_equal(w->text, "cls_flower: Mask does not fit the template");
	clear_logs(w);
	assert_int_equal(ask_chain(w, RTM_DELCHAIN, 0, 2), 0);
	assert_string_equal(w->port[0].log, "DDT");
}

/* ---- the ways out of hardware ---- */

static bool check_feature(const struct port *p, const struct flow_cls_offload *cls)
{
	return tc_can_offload_extack(&p->dev, cls->common.extack);
}

static bool check_chain(const struct port *p, const struct flow_cls_offload *cls)
{
	if (!tc_can_offload_extack(&p->dev, cls->common.extack))
		return false;
	if (cls->common.chain_index)
		NL_SET_ERR_MSG(cls->common.extack, "Driver supports only offload of chain 0");
	return !cls->common.chain_index;
}

static void what_a_driver_asks_about_a_rule_has_words(void **state)
{
	struct world *w = *state;
	static const struct {
		bool (*check)(const struct port *p, const struct flow_cls_offload *cls);
		u32 features, chain;
		const char *text;
	} rows[] = {
		{ check_feature, 0, 0, "TC offload is disabled on net device" },
		{ check_chain, 0, 0, "TC offload is disabled on net device" },
		{ check_chain, NETIF_F_HW_TC, 1, "Driver supports only offload of chain 0" },
		{ check_chain, NETIF_F_HW_TC, 0, NULL },
		{ NULL, 0, 1, NULL }, /* a driver that does not ask */
	};
	static const u32 modes[] = { 0, TCA_CLS_FLAGS_VERBOSE, TCA_CLS_FLAGS_SKIP_SW };

	assert_int_equal(add_qdisc(w, 0, 0), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (u32 k = 0; k < ARRAY_SIZE(modes); k++) {
			const bool refused = rows[i].text, skip_sw = k == 2;
			struct want f = { .flags = ADD | NLM_F_ECHO,
					  .prio = 1,
					  .chain = rows[i].chain,
					  .fl_flags = modes[k],
					  .dst = (u32)i * 4 + k,
					  .act = DROP };

			w->port[0].check = rows[i].check;
			w->port[0].dev.features = rows[i].features;
			assert_int_equal(add_filter(w, f), refused && skip_sw ? -EOPNOTSUPP : 0);
			assert_string_equal(w->text, refused && k ? rows[i].text : "");
			if (!(refused && skip_sw))
				assert_int_equal(option_u32(w, TCA_FLOWER_FLAGS),
						 modes[k] | (refused ? TCA_CLS_FLAGS_NOT_IN_HW
								     : TCA_CLS_FLAGS_IN_HW));
		}
	}
}

static void a_driver_that_does_not_bind_is_as_none(void **state)
{
	struct world *w = *state;
	struct want f = { .flags = ADD | NLM_F_ECHO, .prio = 1, .dst = 1, .act = DROP };

	w->port[0].bind_err = -EOPNOTSUPP;
	assert_int_equal(add_qdisc(w, 0, 0), 0);
	f.fl_flags = TCA_CLS_FLAGS_VERBOSE;
	assert_int_equal(add_filter(w, f), 0);
	assert_string_equal(w->text, "");
	assert_int_equal(option_u32(w, TCA_FLOWER_FLAGS),
			 TCA_CLS_FLAGS_VERBOSE | TCA_CLS_FLAGS_NOT_IN_HW);
	f.dst = 2;
	f.fl_flags = TCA_CLS_FLAGS_SKIP_SW;
	assert_int_equal(add_filter(w, f), -EOPNOTSUPP);
	assert_string_equal(w->text, "");
	assert_string_equal(w->port[0].log, "B");
}

static void one_of_two_devices_may_refuse(void **state)
{
	struct world *w = *state;
	struct want f = { .port = -1, .flags = ADD | NLM_F_ECHO, .prio = 1, .dst = 1, .act = DROP };

	assert_int_equal(add_qdisc(w, 0, 5), 0);
	assert_int_equal(add_qdisc(w, 1, 5), 0);
	w->port[0].replace_err = -ENOSPC;
	assert_int_equal(add_filter(w, f), 0);
	assert_int_equal(option_u32(w, TCA_FLOWER_FLAGS), TCA_CLS_FLAGS_IN_HW);
	assert_int_equal(option_u32(w, TCA_FLOWER_IN_HW_COUNT), 1);
	clear_logs(w);
	f.dst = 2;
	f.fl_flags = TCA_CLS_FLAGS_SKIP_SW;
	assert_int_equal(add_filter(w, f), -ENOSPC);
	assert_string_equal(w->port[1].log, "RDD"); /* the newest is asked first */
	assert_string_equal(w->port[0].log, "RDD");
}

static void a_device_that_comes_later_may_refuse_what_is_not_skip_sw(void **state)
{
	struct world *w = *state;
	struct want f = { .port = -1, .flags = ADD, .prio = 1, .dst = 1, .act = DROP };

	assert_int_equal(add_qdisc(w, 0, 5), 0);
	assert_int_equal(add_filter(w, f), 0);
	w->port[1].replace_err = -ENOSPC;
	w->port[1].destroy_err = -EINVAL; /* of a rule that it does not have */
	assert_int_equal(add_qdisc(w, 1, 5), 0);
	assert_int_equal(get_filter(w, -1, 1, 1), 0);
	assert_int_equal(option_u32(w, TCA_FLOWER_IN_HW_COUNT), 1);
	assert_int_equal(del_qdisc(w, 1), 0);
	w->port[1].replace_err = 0;
	f.dst = 2;
	f.fl_flags = TCA_CLS_FLAGS_SKIP_SW;
	assert_int_equal(add_filter(w, f), 0);
	w->port[1].replace_err = -ENOSPC;
	assert_int_equal(add_qdisc(w, 1, 5), -ENOSPC);
	assert_int_equal(get_filter(w, -1, 1, 2), 0);
	assert_int_equal(option_u32(w, TCA_FLOWER_IN_HW_COUNT), 1);
}

static void a_device_that_leaves_takes_its_count_along(void **state)
{
	struct world *w = *state;
	struct want f = { .port = -1, .flags = ADD, .prio = 1, .dst = 1, .act = DROP };

	assert_int_equal(add_qdisc(w, 0, 5), 0);
	assert_int_equal(add_filter(w, f), 0);
	assert_int_equal(add_qdisc(w, 1, 5), 0);
	assert_int_equal(del_qdisc(w, 0), 0);
	assert_int_equal(get_filter(w, -1, 1, 1), 0);
	assert_int_equal(option_u32(w, TCA_FLOWER_FLAGS), TCA_CLS_FLAGS_IN_HW);
	assert_int_equal(option_u32(w, TCA_FLOWER_IN_HW_COUNT), 1);
	/* The block stays because of the device without a driver; neither in_hw nor not_in_hw. */
	w->port[1].bind_err = -EOPNOTSUPP;
	w->port[0].bind_err = -EOPNOTSUPP;
	assert_int_equal(add_qdisc(w, 0, 5), -EOPNOTSUPP);
	assert_int_equal(del_qdisc(w, 1), 0);
}

static void a_rule_that_hardware_keeps_is_gone_all_the_same(void **state)
{
	struct world *w = *state;
	struct want f = { .flags = ADD, .prio = 1, .dst = 1, .act = DROP };
	struct want del = { .type = RTM_DELTFILTER, .prio = 1, .handle = 1 };

	assert_int_equal(add_qdisc(w, 0, 0), 0);
	assert_int_equal(add_filter(w, f), 0);
	w->port[0].destroy_err = -EIO;
	clear_logs(w);
	assert_int_equal(add_filter(w, del), 0);
	assert_string_equal(w->port[0].log, "D");
	assert_int_equal(get_filter(w, 0, 1, 1), -EINVAL);
}

static void what_a_mask_leaves_out_is_dumped_as_given(void **state)
{
	struct world *w = *state;
	const u8 mac[6] = { 2, 3, 4, 5, 6, 7 };
	const struct nlattr *nla;

	assert_int_equal(add_qdisc(w, 0, 0), 0);
	for (size_t n = 1; n <= 6; n++) {
		struct want f = { .flags = ADD | NLM_F_ECHO, .prio = 1 };
		u8 mask[6] = { 0 };
		size_t o;

		memset(mask, 0xff, n);
		begin_filter(w, &f);
		o = put(w, TCA_OPTIONS, NULL, 0);
		put(w, TCA_FLOWER_KEY_ETH_DST, mac, sizeof mac);
		put(w, TCA_FLOWER_KEY_ETH_DST_MASK, mask, sizeof mask);
		end(w, o);
		assert_int_equal(talk(w), 0);
		nla = option(w, TCA_FLOWER_KEY_ETH_DST);
		assert_non_null(nla);
		assert_memory_equal(nla_data(nla), mac, sizeof mac);
	}
}

/* Each allocation of a replacement, and of a qdisc, fails once. */
static void a_replacement_that_fails_changes_nothing(void **state)
{
	struct world *w = *state;
	struct want f = { .flags = NLM_F_CREATE, .prio = 1, .handle = 1, .dst = 1, .act = DROP };
	int err = -1;

	assert_int_equal(add_qdisc(w, 0, 0), 0);
	assert_int_equal(add_filter(w, f), 0);
	f.act = REDIRECT;
	for (unsigned long nth = 1; err; nth++) {
		struct sched_stats s;
		bool failed;

		mem_fail_nth(nth);
		err = add_filter(w, f);
		failed = mem_fail_happened();
		mem_fail_nth(0);
		sched_get_stats(&w->net, &s);
		assert_int_equal(s.n_filters, 1);
		assert_int_equal(s.n_actions, 1);
		if (!failed)
			assert_int_equal(err, 0);
		assert_true(nth < 100);
	}
}

static void a_qdisc_that_fails_leaves_nothing(void **state)
{
	struct world *w = *state;
	int err = -1;

	for (unsigned long nth = 1; err; nth++) {
		struct sched_stats s;

		mem_fail_nth(nth);
		err = add_qdisc(w, 0, 5);
		mem_fail_nth(0);
		sched_get_stats(&w->net, &s);
		assert_int_equal(s.n_blocks, w->port[0].dev.ingress_qdisc ? 1 : 0);
		if (w->port[0].dev.ingress_qdisc)
			break; /* only the ack can have been lost */
		assert_true(nth < 100);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(requests_are_checked_in_linux_order),
		T(qdiscs_are_checked_in_linux_order),
		T(plain_rules_survive_a_refusal_and_skip_sw_rules_do_not),
		T(a_replacement_that_is_refused_leaves_hardware),
		T(a_shared_block_replays_and_counts),
		T(a_device_without_driver_takes_plain_rules_only),
		T(automatic_priorities_go_down_from_0xc000),
		T(packets_are_classified_as_by_a_list),
		T(goto_and_redirect_move_packets),
		T(many_handles_are_dumped_in_order),
		T(no_allocation_may_fail_unnoticed),
		T(a_chain_is_made_shown_and_deleted_by_request),
		T(a_template_limits_masks_and_is_told_to_drivers),
		T(what_a_driver_asks_about_a_rule_has_words),
		T(a_driver_that_does_not_bind_is_as_none),
		T(one_of_two_devices_may_refuse),
		T(a_device_that_comes_later_may_refuse_what_is_not_skip_sw),
		T(a_device_that_leaves_takes_its_count_along),
		T(a_rule_that_hardware_keeps_is_gone_all_the_same),
		T(what_a_mask_leaves_out_is_dumped_as_given),
		T(a_replacement_that_fails_changes_nothing),
		T(a_qdisc_that_fails_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
