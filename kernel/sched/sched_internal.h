/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of traffic control know of each other: qdiscs own blocks, blocks chains, chains
 * struct tcf_proto (one priority, one protocol, one classifier), and those their filters.
 */
#ifndef KERNEL_SCHED_SCHED_INTERNAL_H
#define KERNEL_SCHED_SCHED_INTERNAL_H

#include "base/idr.h"
#include "base/pool.h"
#include "kernel/action/act_api.h"
#include "kernel/rtnetlink/rtnetlink.h"
#include "kernel/sched/sched.h"

#include <errno.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>

#ifndef TC_ACT_CONSUMED
#define TC_ACT_CONSUMED (TC_ACT_VALUE_MAX + 1) /* the kernel's own verdict, not in uapi */
#endif

#define SCHED_MSG_MAX (1u << 20) /* bytes of a notification */

/* A refusal with the text that the ack carries. */
#define TC_REFUSE(net, extack, err, text) \
	(tc_set_err_msg((extack), (text)), trace_refuse((net)->trace, (err), NULL, "%s", (text)))

static inline void tc_set_err_msg(struct netlink_ext_ack *extack, const char *text)
{
	if (extack)
		extack->_msg = text;
}

static inline const struct tcmsg *tcm_of(const struct nlmsghdr *nlh)
{
	return (const void *)((const u8 *)nlh + NLMSG_HDRLEN);
}

struct tcf_block;
struct tcf_chain;
struct tcf_proto;

#define FL_KEY_WORDS_MAX 32 /* size classes of a filter's keys, in 8 bytes */

/* Subsystem state. */
struct sched_net {
	struct knet *net;
	struct idr blocks;	   /* shared ones, by index */
	struct idr ingress_queues; /* devices that have ever had an ingress qdisc, by ifindex */
	struct notifier_block nb;
	struct kmsg msg;		   /* scratch of notifications */
	struct flow_action_entry *entries; /* scratch of a flow_rule */
	size_t entries_cap;
	struct pool filters[FL_KEY_WORDS_MAX]; /* by the size of the filter's keys */
	size_t n_filters, n_blocks, n_chains;
	size_t other_bytes; /* masks */
};

static inline struct sched_net *sched_net(const struct knet *net)
{
	return net->subsys[KNET_SCHED];
}

/* ---- qdiscs ---- */

struct Qdisc_ops {
	const char *id;
	bool has_egress;
	/* cl_ops->find and ->tcf_block: 0: there is no such class; NULL: no block. */
	unsigned long (*find)(u32 classid);
	struct tcf_block *(*tcf_block)(struct Qdisc *q, unsigned long cl);
};

struct Qdisc {
	const struct Qdisc_ops *ops;
	struct net_device *dev;
	u32 handle, parent, refcnt;
	struct tcf_block *ingress_block, *egress_block;
	u32 ingress_index, egress_index; /* of shared blocks, or 0 */
	u64 bytes, packets;
	u32 drops;
};

extern const struct Qdisc_ops ingress_qdisc_ops, clsact_qdisc_ops;

int sch_api_init(struct knet *net) MUST_CHECK;
/* Binds the blocks of @q, whose indexes are set. On failure nothing stays. */
int ingress_init(struct Qdisc *q, struct netlink_ext_ack *extack) MUST_CHECK;
void ingress_destroy(struct Qdisc *q);
/* The qdisc of a device with this handle; the root qdiscs, noqueue, have none. */
struct Qdisc *qdisc_lookup(const struct net_device *dev, u32 handle);
void qdisc_free_ingress(struct net_device *dev);
const struct nla_policy *rtm_tca_policy(void);
bool tc_kind_is(const struct nlattr *nla, const char *kind);

/* ---- blocks ---- */

struct tcf_block_ext_info {
	enum flow_block_binder_type binder_type;
	u32 block_index; /* 0: not shared */
};

/* Lives while refcnt > 0 or a chain is left, which goto actions of other blocks may hold. */
struct tcf_block {
	struct list chain_list; /* in order of creation */
	struct idr chains;	/* by index */
	struct flow_block flow_block;
	struct knet *net;
	struct Qdisc *q; /* NULL: shared */
	u32 index, refcnt, classid;
	u32 offloadcnt, nooffloaddevcnt, lockeddevcnt;
};

static inline bool tcf_block_shared(const struct tcf_block *block)
{
	return block->index != 0;
}

int tcf_block_get(struct tcf_block **p, struct Qdisc *q, const struct tcf_block_ext_info *ei,
		  struct netlink_ext_ack *extack) MUST_CHECK;
void tcf_block_put(struct tcf_block *block, struct Qdisc *q, const struct tcf_block_ext_info *ei);
/* References of a request. */
struct tcf_block *tcf_block_refcnt_get(struct knet *net, u32 index);
void tcf_block_refcnt_put(struct tcf_block *block);
void tcf_block_free_if_unused(struct tcf_block *block); /* after its last chain has gone */

/* ---- chains ---- */

struct tcf_proto_ops;

struct tcf_chain {
	struct list list;
	struct tcf_proto *filter_chain; /* by priority, ascending */
	struct tcf_block *block;
	u32 index;
	u32 refcnt;	   /* of each tcf_proto, of an explicit creation, of requests, of actions */
	u32 action_refcnt; /* those of goto actions */
	bool explicitly_created;
	const struct tcf_proto_ops *tmplt_ops;
	void *tmplt_priv;
};

/* NULL: no memory, or not there and not @create. Tells the group when it becomes visible. */
struct tcf_chain *tcf_chain_get(struct tcf_block *block, u32 index, bool create);
void tcf_chain_put(struct tcf_chain *chain);
void tcf_chain_put_explicitly_created(struct tcf_chain *chain);
void tcf_chain_flush(struct tcf_chain *chain);
struct tcf_chain *tcf_chain_lookup(const struct tcf_block *block, u32 index);
struct tcf_chain *tcf_chain_create(struct tcf_block *block, u32 index);
bool tcf_chain_held_by_acts_only(const struct tcf_chain *chain);
/* The next chain that a user may see, after @chain or the first. */
struct tcf_chain *tcf_chain_next(const struct tcf_block *block, const struct tcf_chain *chain);
extern const struct tcf_goto_ops tcf_chain_goto_ops;

int cls_chain_init(struct knet *net) MUST_CHECK; /* RTM_*CHAIN */
int tc_chain_notify(struct tcf_chain *chain, struct nlreq *req, u32 seq, u16 flags, int event,
		    bool unicast, struct netlink_ext_ack *extack);

/* ---- classifiers ---- */

struct tcf_proto {
	struct tcf_proto *next;
	const struct tcf_proto_ops *ops;
	void *root;
	struct tcf_chain *chain;
	u32 prio; /* << 16 */
	be16 protocol;
	u32 refcnt;
};

/* One request for a filter of a struct tcf_proto. */
struct tcf_change {
	struct nlreq *req;
	struct tcf_proto *tp;
	u32 handle;
	const struct nlattr *options; /* TCA_OPTIONS or NULL */
	u32 action_flags;
	struct netlink_ext_ack *extack;
};

struct tcf_proto_ops {
	const char *kind;
	int (*init)(struct tcf_proto *tp);
	void (*destroy)(struct tcf_proto *tp);
	void *(*get)(struct tcf_proto *tp, u32 handle);
	/* *@fh: the filter to replace, or NULL; then the new one. On failure all is as before. */
	int (*change)(struct tcf_change *c, void **fh);
	void (*delete)(struct tcf_proto *tp, void *fh, bool *last);
	bool (*is_empty)(const struct tcf_proto *tp);
	/* The filter with the lowest handle at or above *@handle, which is set. */
	void *(*next)(const struct tcf_proto *tp, u32 *handle);
	int (*dump)(struct tcf_proto *tp, void *fh, struct kmsg *m, u32 *handle);
	int (*terse_dump)(struct tcf_proto *tp, void *fh, struct kmsg *m, u32 *handle);
	int (*reoffload)(struct tcf_proto *tp, bool add, flow_setup_cb_t *cb, void *cb_priv,
			 struct netlink_ext_ack *extack);
	void (*hw_add)(struct tcf_proto *tp, void *type_data);
	void (*hw_del)(struct tcf_proto *tp, void *type_data);
	int (*classify)(struct sk_buff *skb, const struct tcf_proto *tp, struct tcf_result *res);
	int (*tmplt_create)(struct tcf_chain *chain, const struct nlattr *options, void **priv,
			    struct netlink_ext_ack *extack);
	void (*tmplt_destroy)(struct tcf_chain *chain, void *priv);
	void (*tmplt_reoffload)(struct tcf_chain *chain, bool add, flow_setup_cb_t *cb,
				void *cb_priv);
	int (*tmplt_dump)(struct kmsg *m, struct knet *net, void *priv);
};

extern const struct tcf_proto_ops cls_fl_ops;

int cls_api_init(struct knet *net) MUST_CHECK; /* RTM_*TFILTER */
int tcf_proto_lookup_ops(struct knet *net, const char *kind, const struct tcf_proto_ops **ops,
			 struct netlink_ext_ack *extack);
void tcf_proto_put(struct tcf_proto *tp);

/* The device's qdisc, class and block that a request's struct tcmsg means. */
struct tcf_place {
	struct Qdisc *q;	 /* NULL: a block by index */
	struct tcf_block *block; /* a reference; tcf_block_refcnt_put() */
	u32 parent;
};
int tcf_block_find(struct nlreq *req, const struct tcmsg *t, const struct nlattr *kind,
		   struct tcf_place *place) MUST_CHECK;
/* Of dumps: borrowed, NULL where a request would be refused. */
struct tcf_block *tcf_block_of_dump(struct netlink_callback *cb, struct Qdisc **q, u32 *parent);
/* Events that a whole tcf_proto goes, for all of a chain. */
void tfilter_notify_chain(struct nlreq *req, const struct tcf_place *place, struct tcf_chain *chain,
			  int event);

/* ---- callbacks of drivers (setup_cb.c) ---- */

int __tc_setup_cb_call(struct tcf_block *block, enum tc_setup_type type, void *type_data,
		       bool err_stop);
int tc_setup_cb_add(struct tcf_block *block, struct tcf_proto *tp, enum tc_setup_type type,
		    void *type_data, bool err_stop, u32 *flags, u32 *in_hw_count) MUST_CHECK;
int tc_setup_cb_replace(struct tcf_block *block, struct tcf_proto *tp, enum tc_setup_type type,
			void *type_data, bool err_stop, u32 *old_flags, u32 *old_in_hw_count,
			u32 *new_flags, u32 *new_in_hw_count) MUST_CHECK;
int tc_setup_cb_destroy(struct tcf_block *block, struct tcf_proto *tp, enum tc_setup_type type,
			void *type_data, bool err_stop, u32 *flags, u32 *in_hw_count);
int tc_setup_cb_reoffload(struct tcf_block *block, struct tcf_proto *tp, bool add,
			  flow_setup_cb_t *cb, enum tc_setup_type type, void *type_data,
			  void *cb_priv, u32 *flags, u32 *in_hw_count) MUST_CHECK;
int tc_setup_cb_call(struct tcf_block *block, enum tc_setup_type type, void *type_data,
		     bool err_stop);

/* ---- packets ---- */

int tcf_classify(struct sk_buff *skb, const struct tcf_block *block, struct tcf_result *res);
bool sch_handle_ingress(struct sk_buff *skb);

#endif
