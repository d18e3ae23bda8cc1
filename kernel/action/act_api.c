/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Actions in general: the table of kinds, the index space of each, life times, the lists of
 * filters, execution, statistics, dumps. Models net/sched/act_api.c and the tcf_exts of
 * cls_api.c, 6.1. Absent: modules, police as an old attribute, rate estimators, per-CPU counters,
 * and the offload of actions without a filter to indirect devices: nobody takes them.
 */
#include "kernel/action/act_internal.h"

#include "base/alloc.h"

#include <linux/gen_stats.h>

static const struct tc_action_ops *const kinds[ACT_N_KINDS] = {
	[ACT_GACT] = &act_gact_ops,   [ACT_MIRRED] = &act_mirred_ops, [ACT_VLAN] = &act_vlan_ops,
	[ACT_PEDIT] = &act_pedit_ops, [ACT_CSUM] = &act_csum_ops,
};

const struct nla_policy tcf_action_policy[TCA_ACT_MAX + 1] = {
	[TCA_ACT_KIND] = { .type = NLA_STRING },
	[TCA_ACT_INDEX] = { .type = NLA_U32 },
	[TCA_ACT_COOKIE] = { .type = NLA_BINARY, .len = TC_COOKIE_MAX_SIZE },
	[TCA_ACT_OPTIONS] = { .type = NLA_NESTED },
	[TCA_ACT_FLAGS] = { .type = NLA_BITFIELD32, .mask = ACT_USER_FLAGS },
	[TCA_ACT_HW_STATS] = { .type = NLA_BITFIELD32,
			       .mask = TCA_ACT_HW_STATS_IMMEDIATE | TCA_ACT_HW_STATS_DELAYED },
};

#define HW_STATS_ANY (TCA_ACT_HW_STATS_IMMEDIATE | TCA_ACT_HW_STATS_DELAYED)

static bool kind_is(const struct nlattr *nla, const char *kind)
{
	size_t len = strlen(kind), have = (size_t)nla_len(nla);
	const char *s = nla_data(nla);

	if (have > 0 && s[have - 1] == '\0')
		have--;
	return have == len && memcmp(s, kind, len) == 0;
}

const struct tc_action_ops *tc_lookup_action(const struct nlattr *kind)
{
	for (unsigned int i = 0; kind && i < ACT_N_KINDS; i++) {
		if (kind_is(kind, kinds[i]->kind))
			return kinds[i];
	}
	return NULL;
}

static void device_event(struct notifier_block *nb, enum netdev_event event, struct net_device *dev)
{
	if (event == NETDEV_UNREGISTER)
		act_mirred_forget(CONTAINER_OF(nb, struct act_net, nb), dev->ifindex);
}

int act_init(struct knet *net)
{
	struct act_net *an = mem_new(sizeof *an);
	int err;

	if (!an)
		return -ENOMEM;
	an->net = net;
	for (unsigned int i = 0; i < ACT_N_KINDS; i++) {
		idr_init(&an->idr[i]);
		pool_init(&an->pool[i], kinds[i]->size);
	}
	err = kmsg_init(&an->msg, ACT_MSG_MAX);
	if (err < 0) {
		mem_free(an);
		return err;
	}
	net->subsys[KNET_ACTION] = an;
	list_init(&an->nb.link);
	an->nb.call = device_event;
	err = act_ctl_init(net);
	if (err < 0) {
		act_exit(net);
		return err;
	}
	register_netdevice_notifier(net, &an->nb);
	return 0;
}

void act_exit(struct knet *net)
{
	struct act_net *an = act_net(net);
	struct tc_action *a;
	uint64_t id;

	if (!an)
		return;
	list_del(&an->nb.link);
	for (unsigned int i = 0; i < ACT_N_KINDS; i++) {
		idr_for_each (&an->idr[i], id, a) {
			if (a->ops->cleanup)
				a->ops->cleanup(net, a);
		}
		idr_fini(&an->idr[i]);
		pool_fini(&an->pool[i]);
	}
	kmsg_fini(&an->msg);
	mem_free(an);
	net->subsys[KNET_ACTION] = NULL;
}

void act_set_goto_ops(struct knet *net, const struct tcf_goto_ops *ops)
{
	act_net(net)->goto_ops = ops;
}

size_t act_count(const struct knet *net)
{
	size_t n = 0;

	for (unsigned int i = 0; i < ACT_N_KINDS; i++)
		n += act_net(net)->idr[i].n;
	return n;
}

size_t act_bytes(const struct knet *net)
{
	size_t n = act_net(net)->extra_bytes;

	for (unsigned int i = 0; i < ACT_N_KINDS; i++)
		n += act_net(net)->pool[i].n_bytes;
	return n;
}

/* ---- life ---- */

static void release_chain(struct knet *net, void *chain)
{
	if (chain)
		act_net(net)->goto_ops->put(chain);
}

static void free_action(struct knet *net, struct tc_action *a)
{
	struct act_net *an = act_net(net);

	idr_del(&an->idr[a->ops->id], a->index);
	if (a->ops->cleanup)
		a->ops->cleanup(net, a);
	release_chain(net, a->goto_chain);
	pool_put(&an->pool[a->ops->id], a);
}

void act_put(struct knet *net, struct tc_action *a, bool bind)
{
	if (bind)
		a->bindcnt--;
	if (--a->refcnt == 0)
		free_action(net, a);
}

bool act_lookup(const struct act_request *r, u32 index, struct tc_action **a)
{
	*a = index ? idr_find(&act_net(r->net)->idr[r->ops->id], index) : NULL;
	if (!*a)
		return false;
	(*a)->refcnt++;
	if (r->flags & TCA_ACT_FLAGS_BIND)
		(*a)->bindcnt++;
	return true;
}

int act_unlookup(const struct act_request *r, struct tc_action *a, int err)
{
	if (a)
		act_put(r->net, a, r->flags & TCA_ACT_FLAGS_BIND);
	return err;
}

static int make_action(const struct act_request *r, u32 index, struct tc_action **out)
{
	struct act_net *an = act_net(r->net);
	bool bind = r->flags & TCA_ACT_FLAGS_BIND;
	struct tc_action *a = pool_get(&an->pool[r->ops->id]);
	int err;

	if (!a)
		return -ENOMEM;
	if (index) {
		a->index = index;
		err = idr_add_at(&an->idr[r->ops->id], index, a);
	} else {
		err = idr_add(&an->idr[r->ops->id], 1, UINT32_MAX, a, &a->index);
	}
	if (err < 0) {
		pool_put(&an->pool[r->ops->id], a);
		return err;
	}
	a->ops = r->ops;
	a->refcnt = 1;
	a->bindcnt = bind;
	a->flags = (u8)((r->flags & ACT_USER_FLAGS) | (bind ? ACT_MADE_BY_FILTER : 0));
	a->install = a->lastuse = (u32)knet_clock_t(r->net);
	*out = a;
	return 0;
}

static bool tcf_action_valid(s32 action)
{
	/* Signed, as in Linux: what is below -1 passes. */
	int opcode = action & ~TC_ACT_EXT_VAL_MASK;

	return opcode ? opcode <= TC_ACT_EXT_OPCODE_MAX : action <= TC_ACT_VALUE_MAX;
}

/* tcf_action_check_ctrlact(). */
static int check_control(const struct act_request *r, s32 action, void **chain)
{
	*chain = NULL;
	if (!tcf_action_valid(action))
		return ACT_REFUSE(r->net, r->extack, -EINVAL, "invalid control action");
	if (!TC_ACT_EXT_CMP(action, TC_ACT_GOTO_CHAIN))
		return 0;
	if (!r->tp)
		return ACT_REFUSE(r->net, r->extack, -EINVAL, "can't goto NULL proto/chain");
	*chain = act_net(r->net)->goto_ops->get(r->tp, (u32)action & TC_ACT_EXT_VAL_MASK);
	if (!*chain)
		return ACT_REFUSE(r->net, r->extack, -ENOMEM, "can't allocate goto_chain");
	return 0;
}

int act_prepare(struct act_change *c, const struct act_request *r, u32 index, s32 action,
		struct tc_action *a)
{
	int err;

	*c = (struct act_change){ .a = a, .action = action };
	if (a && !(r->flags & TCA_ACT_FLAGS_REPLACE))
		return act_unlookup(r, a,
				    trace_refuse(r->net->trace, -EEXIST, NULL,
						 "%s action %u exists", r->ops->kind, index));
	if (!a) {
		err = make_action(r, index, &c->a);
		if (err < 0)
			return err;
		c->created = true;
	}
	err = check_control(r, action, &c->goto_chain);
	return err < 0 ? act_abort(c, r, err) : 0;
}

int act_commit(struct act_change *c, const struct act_request *r, struct tc_action **a)
{
	void *old = c->a->goto_chain;

	c->a->action = c->action;
	c->a->goto_chain = c->goto_chain;
	release_chain(r->net, old);
	*a = c->a;
	return c->created ? ACT_P_CREATED : 0;
}

int act_abort(struct act_change *c, const struct act_request *r, int err)
{
	release_chain(r->net, c->goto_chain);
	return act_unlookup(r, c->a, err);
}

/* ---- requests ---- */

struct parsed_action {
	const struct tc_action_ops *ops;
	const struct nlattr *tb[TCA_ACT_MAX + 1];
};

static int tc_action_load_ops(struct knet *net, struct parsed_action *p, const struct nlattr *nla,
			      struct netlink_ext_ack *extack)
{
	char name[IFNAMSIZ];
	int err = nla_parse_nested_deprecated(p->tb, TCA_ACT_MAX, nla, tcf_action_policy, extack);

	if (err < 0)
		return trace_refuse(net->trace, err, NULL, "an action has a bad attribute");
	if (!p->tb[TCA_ACT_KIND])
		return ACT_REFUSE(net, extack, -EINVAL, "TC action kind must be specified");
	if (nla_strscpy(name, p->tb[TCA_ACT_KIND], IFNAMSIZ) < 0)
		return ACT_REFUSE(net, extack, -EINVAL, "TC action name too long");
	p->ops = tc_lookup_action(p->tb[TCA_ACT_KIND]);
	if (!p->ops) {
		NL_SET_ERR_MSG(extack, "Failed to load TC action module");
		return trace_refuse(net->trace, -ENOENT, name, "Failed to load TC action module");
	}
	return 0;
}

static struct nla_bitfield32 get_bitfield32(const struct nlattr *nla)
{
	struct nla_bitfield32 bf = { 0 };

	if (nla)
		nla_memcpy(&bf, nla, sizeof bf);
	return bf;
}

static int tcf_action_init_1(struct knet *net, void *tp, const struct parsed_action *p, u32 flags,
			     struct netlink_ext_ack *extack, struct tc_action **a)
{
	struct act_request r = { net, p->ops, p->tb[TCA_ACT_OPTIONS], tp, flags, extack };
	u32 user = get_bitfield32(p->tb[TCA_ACT_FLAGS]).value;
	u32 skip = user & (TCA_ACT_FLAGS_SKIP_HW | TCA_ACT_FLAGS_SKIP_SW);
	int ret;

	if (skip == (TCA_ACT_FLAGS_SKIP_HW | TCA_ACT_FLAGS_SKIP_SW))
		return trace_refuse(net->trace, -EINVAL, p->ops->kind,
				    "skip_hw and skip_sw exclude each other");
	r.flags |= user;
	ret = p->ops->init(&r, a);
	if (ret < 0)
		return ret;
	if (p->tb[TCA_ACT_COOKIE]) {
		(*a)->has_cookie = true;
		(*a)->cookie_len = (u8)nla_len(p->tb[TCA_ACT_COOKIE]);
		nla_memcpy((*a)->cookie, p->tb[TCA_ACT_COOKIE], sizeof(*a)->cookie);
	}
	(*a)->hw_stats = p->tb[TCA_ACT_HW_STATS] ? (u8)get_bitfield32(p->tb[TCA_ACT_HW_STATS]).value
						 : HW_STATS_ANY;
	return ret;
}

/* An action that a filter made takes over the filter's flags; any other must have the same. */
static int match_filter_flags(struct knet *net, struct tc_action *a, u32 filter_flags,
			      struct netlink_ext_ack *extack)
{
	u32 want = (filter_flags & TCA_CLS_FLAGS_SKIP_SW ? TCA_ACT_FLAGS_SKIP_SW : 0) |
		   (filter_flags & TCA_CLS_FLAGS_SKIP_HW ? TCA_ACT_FLAGS_SKIP_HW : 0);
	u32 have = a->flags & (TCA_ACT_FLAGS_SKIP_SW | TCA_ACT_FLAGS_SKIP_HW);
	bool is_mismatch = a->flags & ACT_MADE_BY_FILTER ? have & ~want : have != want;

	if (is_mismatch)
		return ACT_REFUSE(net, extack, -EINVAL,
				  "Mismatch between action and filter offload flags");
	a->flags |= (u8)want;
	return 0;
}

/* No driver takes an action without a filter: an error where the action exists only in hardware. */
static int offload_alone(struct knet *net, const struct tc_action *a)
{
	if (!(a->flags & TCA_ACT_FLAGS_SKIP_SW))
		return 0;
	if (a->ops->can_offload_alone && a->ops->can_offload_alone(a))
		return trace_refuse(net->trace, -EINVAL, a->ops->kind,
				    "no driver offloads the action, and it is skip_sw");
	return trace_refuse(net->trace, -EOPNOTSUPP, a->ops->kind,
			    "the action cannot be offloaded alone, and it is skip_sw");
}

static int init_one(struct knet *net, void *tp, const struct parsed_action *p, u32 flags,
		    u32 filter_flags, struct netlink_ext_ack *extack, struct tc_action **a,
		    bool *created)
{
	int ret = tcf_action_init_1(net, tp, p, flags, extack, a);

	if (ret < 0)
		return ret;
	*created = ret == ACT_P_CREATED;
	ret = flags & TCA_ACT_FLAGS_BIND ? match_filter_flags(net, *a, filter_flags, extack)
					 : offload_alone(net, *a);
	if (ret < 0)
		act_put(net, *a, flags & TCA_ACT_FLAGS_BIND);
	return ret;
}

int tcf_action_init(struct knet *net, void *tp, const struct nlattr *nla,
		    struct tc_action *actions[], bool created[], u32 flags, u32 filter_flags,
		    struct netlink_ext_ack *extack)
{
	const struct nlattr *tb[TCA_ACT_MAX_PRIO + 1];
	struct parsed_action parsed[TCA_ACT_MAX_PRIO];
	int i, n, err;

	err = nla_parse_nested_deprecated(tb, TCA_ACT_MAX_PRIO, nla, NULL, extack);
	if (err < 0)
		return trace_refuse(net->trace, err, NULL, "the list of actions is malformed");
	for (n = 0; n < TCA_ACT_MAX_PRIO && tb[n + 1]; n++) {
		err = tc_action_load_ops(net, &parsed[n], tb[n + 1], extack);
		if (err < 0)
			return err;
	}
	for (i = 0; i < n; i++) {
		err = init_one(net, tp, &parsed[i], flags, filter_flags, extack, &actions[i],
			       &created[i]);
		if (err < 0)
			goto undo;
	}
	return n;
undo:
	while (i-- > 0)
		act_put(net, actions[i], flags & TCA_ACT_FLAGS_BIND);
	return err;
}

/* ---- the actions of a filter ---- */

int tcf_exts_validate(struct knet *net, struct tcf_exts *exts, const struct nlattr *nla,
		      u32 action_flags, u32 filter_flags, void *tp, struct netlink_ext_ack *extack)
{
	struct tc_action *actions[TCA_ACT_MAX_PRIO];
	bool created[TCA_ACT_MAX_PRIO];
	int n;

	exts->nr_actions = 0;
	if (!nla)
		return 0;
	n = tcf_action_init(net, tp, nla, actions, created, action_flags | TCA_ACT_FLAGS_BIND,
			    filter_flags, extack);
	if (n < 0)
		return n;
	if (n > TCF_EXTS_FEW) {
		exts->many = mem_copy(actions, (size_t)n * sizeof actions[0]);
		if (!exts->many) {
			while (n-- > 0)
				act_put(net, actions[n], true);
			return -ENOMEM;
		}
	} else {
		for (int i = 0; i < n; i++)
			exts->few[i] = actions[i];
	}
	exts->nr_actions = (u16)n;
	return 0;
}

void tcf_exts_destroy(struct knet *net, struct tcf_exts *exts)
{
	struct tc_action *const *actions = tcf_exts_actions(exts);

	for (unsigned int i = 0; i < exts->nr_actions; i++)
		act_put(net, actions[i], true);
	if (exts->nr_actions > TCF_EXTS_FEW)
		mem_free(exts->many);
	exts->nr_actions = 0;
}

int tcf_exts_exec(struct sk_buff *skb, const struct tcf_exts *exts, struct tcf_result *res)
{
	if (!exts->nr_actions)
		return TC_ACT_OK;
	return tcf_action_exec(skb, tcf_exts_actions(exts), exts->nr_actions, res);
}

int tcf_exts_dump(const struct knet *net, struct kmsg *m, const struct tcf_exts *exts, bool terse)
{
	ssize_t nest;
	int err;

	if (!exts->nr_actions)
		return 0;
	nest = nla_nest_start_noflag(m, exts->action_attr);
	if (nest < 0)
		return -EMSGSIZE;
	err = tcf_action_dump(net, m, tcf_exts_actions(exts), exts->nr_actions, 0, 0, terse);
	if (err < 0) {
		nla_nest_cancel(m, nest);
		return err;
	}
	nla_nest_end(m, nest);
	return 0;
}

unsigned int tcf_exts_num_actions(const struct tcf_exts *exts)
{
	struct tc_action *const *actions = tcf_exts_actions(exts);
	unsigned int n = 0;

	for (unsigned int i = 0; i < exts->nr_actions; i++)
		n += actions[i]->ops->num_entries ? actions[i]->ops->num_entries(actions[i]) : 1;
	return n;
}

static int setup_entries(struct knet *net, struct flow_action_entry *entry, unsigned int n,
			 const struct tc_action *a, struct netlink_ext_ack *extack)
{
	int err;

	memset(entry, 0, n * sizeof *entry);
	err = a->ops->offload_act_setup(net, a, entry, extack);
	if (err < 0)
		return err;
	for (unsigned int k = 0; k < n; k++) {
		entry[k].hw_stats = a->hw_stats ? a->hw_stats : FLOW_ACTION_HW_STATS_DISABLED;
		entry[k].hw_index = a->index;
	}
	if (a->cookie_len) {
		entry->cookie_size = a->cookie_len;
		memcpy(entry->cookie, a->cookie, sizeof entry->cookie);
	}
	return 0;
}

int tc_setup_offload_action(struct knet *net, struct flow_action_entry *entries, unsigned int *n,
			    const struct tcf_exts *exts, struct netlink_ext_ack *extack)
{
	struct span sp = SPAN(net->trace);
	struct tc_action *const *actions = tcf_exts_actions(exts);
	struct netlink_ext_ack local = { 0 };

	*n = 0;
	for (unsigned int i = 0; i < exts->nr_actions; i++) {
		const struct tc_action *a = actions[i];
		unsigned int k = a->ops->num_entries ? a->ops->num_entries(a) : 1;
		int err = setup_entries(net, entries + *n, k, a, &local);

		if (err < 0) {
			/* The words are for the trace even where the rule's ack has no room. */
			NL_SET_ERR_MSG(extack, local._msg);
			trace_refuse(net->trace, err, a->ops->kind, "%s", local._msg);
			return span_end(&sp, err);
		}
		*n += k;
	}
	span_note(&sp, "entries", "%u", *n);
	return span_end(&sp, 0);
}

void tcf_exts_hw_stats_update(struct knet *net, const struct tcf_exts *exts,
			      const struct flow_stats_hw *s)
{
	struct tc_action *const *actions = tcf_exts_actions(exts);
	u32 lastuse = (u32)(s->lastused / 10000000);

	for (unsigned int i = 0; i < exts->nr_actions; i++) {
		struct tc_action *a = actions[i];
		bool is_drop = a->ops->id == ACT_GACT && a->action == TC_ACT_SHOT;

		a->bytes += s->bytes;
		a->packets += s->pkts;
		a->hw_bytes += s->bytes;
		a->hw_packets += s->pkts;
		a->drops += (u32)(is_drop ? s->pkts : s->drops);
		if (s->lastused && (s32)(lastuse - a->lastuse) > 0)
			a->lastuse = lastuse;
		a->used_hw_stats = s->used_hw_stats;
		a->used_hw_stats_valid = s->used_hw_stats_valid;
	}
}

/* ---- execution ---- */

#define REPEAT_MAX 32
#define JUMP_MAX   32
#define JUMP_MASK  0x1ffu

/* Runs one action, again as long as it says repeat. */
static int exec_one(struct sk_buff *skb, struct tc_action *a, struct tcf_result *res)
{
	for (int i = 0; i < REPEAT_MAX; i++) {
		int ret = a->ops->act(skb, a, res);

		if (ret != TC_ACT_REPEAT)
			return ret;
	}
	return TC_ACT_REPEAT;
}

int tcf_action_exec(struct sk_buff *skb, struct tc_action *const *actions, unsigned int n,
		    struct tcf_result *res)
{
	struct span sp = SPAN(skb->dev->net->trace);
	unsigned int i = 0, jumps = 0;
	int ret = TC_ACT_OK;

	while (i < n) {
		struct tc_action *a = actions[i++];

		if (a->flags & TCA_ACT_FLAGS_SKIP_SW)
			continue;
		ret = exec_one(skb, a, res);
		if (ret == TC_ACT_REPEAT) {
			ret = TC_ACT_OK; /* gives up */
			break;
		}
		if (TC_ACT_EXT_CMP(ret, TC_ACT_JUMP)) {
			i = (u32)ret & JUMP_MASK;
			if (i == 0 || i > n || ++jumps >= JUMP_MAX) {
				ret = TC_ACT_OK;
				break;
			}
			continue;
		}
		if (TC_ACT_EXT_CMP(ret, TC_ACT_GOTO_CHAIN)) {
			res->goto_chain = a->goto_chain;
			if (!a->goto_chain)
				ret = TC_ACT_SHOT;
		}
		if (ret != TC_ACT_PIPE)
			break;
	}
	span_note(&sp, "verdict", "%d", ret);
	span_end(&sp, 0);
	return ret;
}

/* ---- dumps ---- */

static int dump_basic(struct kmsg *m, int type, u64 bytes, u64 packets)
{
	struct gnet_stats_basic sb;
	int err;

	memset(&sb, 0, sizeof sb);
	sb.bytes = bytes;
	sb.packets = (u32)packets;
	err = nla_put(m, type, sizeof sb, &sb);
	return err < 0 || sb.packets == packets ? err : nla_put_u64(m, TCA_STATS_PKT64, packets);
}

static int dump_stats(struct kmsg *m, const struct tc_action *a)
{
	struct gnet_stats_queue q = { .drops = a->drops, .overlimits = a->overlimits };
	ssize_t nest = nla_nest_start_noflag(m, TCA_ACT_STATS);

	if (nest < 0 || dump_basic(m, TCA_STATS_BASIC, a->bytes, a->packets) < 0 ||
	    dump_basic(m, TCA_STATS_BASIC_HW, a->hw_bytes, a->hw_packets) < 0 ||
	    nla_put(m, TCA_STATS_QUEUE, sizeof q, &q) < 0)
		return -EMSGSIZE;
	nla_nest_end(m, nest);
	return 0;
}

int tcf_action_dump_terse(const struct knet *net, struct kmsg *m, const struct tc_action *a,
			  bool from_act)
{
	if (nla_put_string(m, TCA_ACT_KIND, a->ops->kind) < 0 || dump_stats(m, a) < 0)
		return -EMSGSIZE;
	if (from_act && nla_put_u32(m, TCA_ACT_INDEX, a->index) < 0)
		return -EMSGSIZE;
	return a->has_cookie ? nla_put(m, TCA_ACT_COOKIE, a->cookie_len, a->cookie) : 0;
}

static int dump_tm(const struct knet *net, struct kmsg *m, const struct tc_action *a)
{
	u32 now = (u32)knet_clock_t(net);
	struct tcf_t t = {
		.install = (u32)(now - a->install),
		.lastuse = (u32)(now - a->lastuse),
		.firstuse = a->firstuse ? (u32)(now - a->firstuse) : 0,
	};

	return nla_put(m, a->ops->tm_attr, sizeof t, &t);
}

int tcf_action_dump_1(const struct knet *net, struct kmsg *m, const struct tc_action *a, int bind,
		      int ref)
{
	size_t start = m->len;
	u32 flags = a->flags & ACT_USER_FLAGS;
	ssize_t nest;

	if (tcf_action_dump_terse(net, m, a, false) < 0)
		goto full;
	if (a->hw_stats != HW_STATS_ANY &&
	    nla_put_bitfield32(m, TCA_ACT_HW_STATS, a->hw_stats, HW_STATS_ANY) < 0)
		goto full;
	if (a->used_hw_stats_valid &&
	    nla_put_bitfield32(m, TCA_ACT_USED_HW_STATS, a->used_hw_stats, HW_STATS_ANY) < 0)
		goto full;
	if (flags && nla_put_bitfield32(m, TCA_ACT_FLAGS, flags, flags) < 0)
		goto full;
	if (nla_put_u32(m, TCA_ACT_IN_HW_COUNT, a->in_hw_count) < 0)
		goto full;
	nest = nla_nest_start_noflag(m, TCA_ACT_OPTIONS);
	if (nest < 0 || a->ops->dump(net, m, a, bind, ref) < 0 || dump_tm(net, m, a) < 0)
		goto full;
	nla_nest_end(m, nest);
	return 0;
full:
	nlmsg_trim(m, start);
	return -EMSGSIZE;
}

int tcf_action_dump(const struct knet *net, struct kmsg *m, struct tc_action *const *actions,
		    unsigned int n, int bind, int ref, bool terse)
{
	for (unsigned int i = 0; i < n; i++) {
		ssize_t nest = nla_nest_start_noflag(m, (int)i + 1);
		int err = nest < 0 ? -EMSGSIZE
			  : terse  ? tcf_action_dump_terse(net, m, actions[i], false)
				   : tcf_action_dump_1(net, m, actions[i], bind, ref);

		if (err < 0)
			return err;
		nla_nest_end(m, nest);
	}
	return 0;
}
