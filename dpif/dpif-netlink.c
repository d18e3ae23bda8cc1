/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The openvswitch kernel datapath with the flow API in front of it. dpif_netlink_operate() offers
 * each put to the flow API (try_send_to_netdev() -> parse_flow_put() -> netdev_flow_put()); what
 * it refuses goes to the kernel, up to DPIF_BATCH_MAX requests at once, in order.
 *
 * A flow is in one place only: in tc or in the kernel datapath. A put that creates a flow which the
 * kernel has fails with -EEXIST before tc is asked; a modification that succeeds in tc deletes the
 * kernel's copy; one that fails there deletes tc's copy and becomes a creation for the kernel. The
 * caller's operation is not touched by that, as OVS does.
 */
#include "dpif/dpif_netlink_internal.h"

#include "base/alloc.h"
#include "offload/offload-provider.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* A batch of operations that go to the kernel datapath. */
struct batch {
	struct dpif_netlink *dn;
	size_t n, used; /* slots; bytes of dn->buf */
};

static bool is_offload_on(const struct dpif_netlink *dn, enum dpif_offload_type type)
{
	return dn->up.offload && offload_config(dn->up.offload)->enabled &&
	       type != DPIF_OFFLOAD_NEVER;
}

/* The kernel datapath by itself. */

static void init_flow_put(struct dpif_netlink_flow *r, const struct dpif_flow_put *put,
			  unsigned int flags)
{
	*r = (struct dpif_netlink_flow){
		.cmd = flags & DPIF_FP_CREATE ? OVS_FLOW_CMD_NEW : OVS_FLOW_CMD_SET,
		.nlmsg_flags = (uint16_t)((flags & DPIF_FP_MODIFY ? 0 : NLM_F_CREATE) |
					  (put->stats ? NLM_F_ECHO : 0)),
		.ufid = put->has_ufid ? &put->ufid : NULL,
		.match = put->match,
		.actions = put->actions,
		.clear = flags & DPIF_FP_ZERO_STATS,
		.probe = flags & DPIF_FP_PROBE,
	};
	if (put->stats && put->has_ufid)
		r->ufid_flags = OVS_UFID_F_OMIT_KEY | OVS_UFID_F_OMIT_MASK |
				OVS_UFID_F_OMIT_ACTIONS;
}

static void init_flow_del(struct dpif_netlink_flow *r, const struct dpif_flow_del *del)
{
	*r = (struct dpif_netlink_flow){
		.cmd = OVS_FLOW_CMD_DEL,
		.nlmsg_flags = NLM_F_ACK,
		.ufid = del->has_ufid ? &del->ufid : NULL,
		.match = del->has_ufid ? NULL : del->match,
	};
	if (del->stats) {
		r->nlmsg_flags = NLM_F_ECHO;
		r->ufid_flags = OVS_UFID_F_OMIT_KEY | OVS_UFID_F_OMIT_MASK |
				OVS_UFID_F_OMIT_ACTIONS;
	}
}

/* One request about one flow, now; the answer, if one is wanted, is borrowed. */
static int transact_flow(struct dpif_netlink *dn, const struct dpif_netlink_flow *request,
			 struct nl_reply *reply, struct diag *d)
{
	struct nl_msg msg;
	int err;

	nl_msg_init(&msg, dn->single, sizeof dn->single);
	err = dpif_netlink_flow_to_ofpbuf(dn, &msg, request);
	if (err)
		return diag_set(d, err, "the flow is too large for a request");
	return nl_transact(dn->genl, &msg, reply, d);
}

static int kernel_flow_get(struct dpif_netlink *dn, const struct ufid *ufid, struct dpif_flow *flow,
			   struct diag *d)
{
	const struct dpif_netlink_flow request = { .cmd = OVS_FLOW_CMD_GET,
						   .nlmsg_flags = NLM_F_ECHO,
						   .ufid = ufid };
	struct nl_reply reply;
	int err = transact_flow(dn, &request, &reply, d);

	if (err)
		return err;
	if (!reply.msg)
		return diag_set(d, -EPROTO, "the kernel sent no flow");
	return dpif_netlink_flow_from_ofpbuf(flow, reply.msg, reply.size, false, d);
}

/* Whether the kernel datapath has the flow; the store knows of those put through it. */
static bool kernel_has(struct dpif_netlink *dn, const struct ufid *ufid)
{
	const struct dpif_netlink_flow request = {
		.cmd = OVS_FLOW_CMD_GET,
		.nlmsg_flags = NLM_F_ECHO,
		.ufid = ufid,
		.ufid_flags = OVS_UFID_F_OMIT_KEY | OVS_UFID_F_OMIT_MASK | OVS_UFID_F_OMIT_ACTIONS,
	};

	return dpif_decisions_place(&dn->decisions, ufid) == DPIF_PLACE_KERNEL ||
	       !transact_flow(dn, &request, NULL, NULL);
}

/* The copy of a flow that has moved to tc. It may have none there. */
static int kernel_flow_del(struct dpif_netlink *dn, const struct ufid *ufid,
			   struct flow_stats *stats, struct diag *d)
{
	const struct dpif_netlink_flow request = {
		.cmd = OVS_FLOW_CMD_DEL,
		.nlmsg_flags = stats ? NLM_F_ECHO : NLM_F_ACK,
		.ufid = ufid,
		.ufid_flags = OVS_UFID_F_OMIT_KEY | OVS_UFID_F_OMIT_MASK | OVS_UFID_F_OMIT_ACTIONS,
	};
	struct nl_reply reply = { .msg = NULL };
	struct diag why;
	int err;

	diag_init(&why);
	err = transact_flow(dn, &request, stats ? &reply : NULL, &why);
	if (!err && reply.msg &&
	    !dpif_netlink_flow_from_ofpbuf(&dn->scratch, reply.msg, reply.size, true, NULL))
		*stats = dn->scratch.stats;
	if (err == -ENOENT)
		return 0;
	diag_copy(d, &why);
	return err;
}

/* Decisions. */

/* An out-of-memory here loses only the reason: the flow is where it is. */
static void store(struct dpif_netlink *dn, const struct dpif_flow_put *put,
		  const struct dpif_decision *decision)
{
	if (put->has_ufid)
		(void)!dpif_decisions_put(&dn->decisions, &put->ufid, decision);
	if (put->decision)
		*put->decision = *decision;
}

static void decide_offloaded(struct dpif_netlink *dn, const struct dpif_flow_put *put,
			     const struct offload_put *op)
{
	struct dpif_decision decision;
	struct diag none;

	if (op->in_hw) {
		/* Nothing is to be explained, nothing stored. */
		dpif_decisions_del(&dn->decisions, &put->ufid);
		if (put->decision)
			*put->decision = (struct dpif_decision){ .place = DPIF_PLACE_HW,
								 .placed = op->placed };
		return;
	}
	memset(&decision, 0, sizeof decision);
	decision.placed = op->placed;
	decision.place = DPIF_PLACE_TC;
	diag_init(&none);
	if (offload_config(dn->up.offload)->policy == TC_POLICY_SKIP_HW)
		diag_set_(&none, "offload", "netdev_tc_flow_put", -EOPNOTSUPP,
			  "tc-policy is skip_hw: hardware was not asked for");
	dpif_decision_explain(&decision, dn->up.trace, 0, &none, op);
	store(dn, put, &decision);
}

/* Why the kernel leg is needed, known before any provider was asked. */
static int refuse(struct dpif_netlink *dn, struct diag *d, const char *function, const char *field,
		  const char *fmt, ...) PRINTF_LIKE(5, 6);

static int refuse(struct dpif_netlink *dn, struct diag *d, const char *function, const char *field,
		  const char *fmt, ...)
{
	char words[DIAG_WORDS_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(words, sizeof words, fmt, args);
	va_end(args);
	trace_refuse_(dn->up.trace, INHW_LAYER, function, -EOPNOTSUPP, field, "%s", words);
	diag_set_(d, INHW_LAYER, function, -EOPNOTSUPP, "%s", words);
	if (field)
		diag_field(d, field);
	return -EOPNOTSUPP;
}

/* The flow API. */

/* A modification that tc refused: tc's copy goes, and the kernel is to create the flow. */
static int repair_modify(struct dpif_netlink *dn, struct dpif_netlink_slot *slot,
			 const struct offload_put *op)
{
	const struct dpif_flow_put *put = &slot->op->put;
	struct diag why;
	int err = 0;

	diag_init(&why);
	if (!op->replaced)
		err = netdev_flow_del(dn->up.offload, &put->ufid, put->stats, &why);
	else if (put->stats)
		*put->stats = op->old_stats;
	if (err == -ENOENT)
		return 0;
	if (err) {
		diag_context(&why, "failed to delete offloaded flow");
		diag_copy(slot->op->diag, &why);
		return err;
	}
	slot->flags = (slot->flags & ~(unsigned int)DPIF_FP_MODIFY) | DPIF_FP_CREATE;
	return 0;
}

/* The flow is in tc now. What the kernel datapath has of it goes. */
static int finish_put(struct dpif_netlink *dn, const struct dpif_flow_put *put,
		      const struct offload_put *op, struct diag *d)
{
	if (put->stats)
		*put->stats = op->old_stats;
	decide_offloaded(dn, put, op);
	if ((put->flags & DPIF_FP_MODIFY) && !op->replaced)
		return kernel_flow_del(dn, &put->ufid, put->stats, d);
	return 0;
}

/* The port that the flow's packets come in at, or NULL with the refusal recorded. */
static struct offload_port *input_port(struct dpif_netlink *dn, struct offload_put *op,
				       struct diag *d)
{
	const uint32_t number = op->match->key.in_port;
	struct offload_port *port = netdev_ports_get(dn->up.offload, number);
	char words[96];

	if (op->match->mask.in_port != UINT32_MAX)
		snprintf(words, sizeof words,
			 "must be matched exactly: a filter belongs to one device");
	else if (!port)
		snprintf(words, sizeof words, "port %u is not known to the flow API", number);
	else
		return port;
	refuse(dn, d, "parse_flow_put", "in_port", "%s", words);
	if (op->verdict)
		op->verdict->n = 0;
	offload_put_item(dn->up.offload, op, NULL, "parse_flow_put", false, FLOW_IN_PORT,
			 -EOPNOTSUPP, "%s", words);
	return NULL;
}

/* What forbids to ask the flow API for this put; 0: nothing does. */
static int check_put(struct dpif_netlink *dn, const struct dpif_flow_put *put, struct diag *d)
{
	const unsigned int how = put->flags & (DPIF_FP_CREATE | DPIF_FP_MODIFY);

	if (!put->has_ufid)
		return refuse(dn, d, "parse_flow_put", NULL,
			      "the flow has no UFID, by which tc would know it");
	if (put->flags & DPIF_FP_PROBE)
		return refuse(dn, d, "parse_flow_put", NULL, "a feature probe is never offloaded");
	if (how == DPIF_FP_CREATE &&
	    dpif_decisions_place(&dn->decisions, &put->ufid) == DPIF_PLACE_KERNEL)
		return refuse(dn, d, "parse_flow_put", NULL, "the kernel datapath has the flow");
	if (how == DPIF_FP_MODIFY && !netdev_ports_flow_find(dn->up.offload, &put->ufid) &&
	    !kernel_has(dn, &put->ufid))
		return refuse(dn, d, "parse_flow_put", NULL, "there is no such flow to modify");
	return 0;
}

/* 0: offloaded. Anything else: ask the kernel datapath, or, with *@final, the op's error. */
static int parse_flow_put(struct dpif_netlink *dn, struct dpif_netlink_slot *slot, bool *final,
			  struct diag *d)
{
	const struct dpif_flow_put *put = &slot->op->put;
	struct span sp = SPAN(dn->up.trace);
	struct offload_port *port;
	struct offload_put op;
	int err;

	offload_put_init(&op, put->match, put->actions, &put->ufid);
	op.modify = put->flags & DPIF_FP_MODIFY;
	op.zero_stats = put->flags & DPIF_FP_ZERO_STATS;
	op.verdict = put->verdict;
	err = check_put(dn, put, d);
	if (!err) {
		port = input_port(dn, &op, d);
		err = port ? netdev_flow_put(dn->up.offload, port, &op, d) : -EOPNOTSUPP;
	}
	*final = !err || err == -EEXIST;
	if (!err)
		return span_end(&sp, finish_put(dn, put, &op, d));
	memset(&slot->decision, 0, sizeof slot->decision);
	dpif_decision_explain(&slot->decision, dn->up.trace, err, d, &op);
	if (!*final && (put->flags & DPIF_FP_MODIFY) && put->has_ufid) {
		const int failed = repair_modify(dn, slot, &op);

		*final = failed;
		err = failed ? failed : err;
	}
	return span_end(&sp, err);
}

static int try_put(struct dpif_netlink *dn, struct dpif_netlink_slot *slot, bool on, bool *final)
{
	struct dpif_op *op = slot->op;
	struct diag why;
	int err;

	trace_forget(dn->up.trace);
	diag_init(&why);
	slot->flags = op->put.flags;
	if (on) {
		err = parse_flow_put(dn, slot, final, &why);
		if (err && *final)
			diag_copy(op->diag, &why);
		return err;
	}
	*final = false;
	memset(&slot->decision, 0, sizeof slot->decision);
	refuse(dn, &why, "dpif_netlink_operate", NULL,
	       "hw-offload is off (other_config:hw-offload is not true)");
	dpif_decision_explain(&slot->decision, dn->up.trace, -EOPNOTSUPP, &why, NULL);
	return -EOPNOTSUPP;
}

/* A flow of the flow API with its decision. The actions are shared, not copied. */
static void from_offload(struct dpif_netlink *dn, struct dpif_flow *to,
			 const struct offload_flow *from)
{
	struct dpif_decision *decision = &to->decision;
	const enum dpif_place place = from->offloaded ? DPIF_PLACE_HW : DPIF_PLACE_TC;

	to->has_ufid = true;
	to->ufid = from->ufid;
	to->match = from->match;
	to->stats = from->stats;
	memset(decision, 0, sizeof *decision);
	if (!from->offloaded && !dpif_decisions_find(&dn->decisions, &from->ufid, decision)) {
		struct diag none;

		diag_init(&none);
		dpif_decision_explain(decision, NULL, 0, &none, NULL);
	}
	decision->place = place;
	decision->placed = from->placed;
}

static int offload_flow_get(struct dpif_netlink *dn, const struct ufid *ufid,
			    struct dpif_flow *flow, struct diag *d)
{
	struct offload_flow read = { .actions = flow->actions };
	const int err = netdev_flow_get(dn->up.offload, ufid, &read, d);

	flow->actions = read.actions; /* its memory may have moved */
	if (!err)
		from_offload(dn, flow, &read);
	return err;
}

/*
 * As above, for any operation. Deletions and reads that tc does not know of are for the kernel.
 */
static int try_send_to_netdev(struct dpif_netlink *dn, struct dpif_netlink_slot *slot, bool on,
			      bool *final)
{
	struct span sp = SPAN(dn->up.trace);
	struct dpif_op *op = slot->op;
	struct diag why;
	int err = -ENOENT;

	diag_init(&why);
	if (op->type == DPIF_OP_FLOW_PUT)
		return span_end(&sp, try_put(dn, slot, on, final));
	if (on && op->type == DPIF_OP_FLOW_DEL && op->del.has_ufid)
		err = netdev_flow_del(dn->up.offload, &op->del.ufid, op->del.stats, &why);
	if (on && op->type == DPIF_OP_FLOW_GET)
		err = offload_flow_get(dn, &op->get.ufid, op->get.flow, &why);
	if (op->type == DPIF_OP_EXECUTE)
		err = -EOPNOTSUPP;
	*final = err != -ENOENT && err != -EOPNOTSUPP;
	if (!err && op->type == DPIF_OP_FLOW_DEL)
		dpif_decisions_del(&dn->decisions, &op->del.ufid);
	if (err && *final)
		diag_copy(op->diag, &why);
	return span_end(&sp, err);
}

static void decide_kernel(struct dpif_netlink *dn, struct dpif_flow *flow)
{
	memset(&flow->decision, 0, sizeof flow->decision);
	if (!flow->has_ufid || !dpif_decisions_find(&dn->decisions, &flow->ufid, &flow->decision)) {
		flow->decision.error = -ENODATA;
		flow->decision.layer = "dpif";
		flow->decision.function = "dpif_netlink_operate";
		flow->decision.inferred = true;
		snprintf(flow->decision.words, sizeof flow->decision.words,
			 "the reason is not known: it was not put through this process");
	}
	flow->decision.place = DPIF_PLACE_KERNEL;
}

/* Batches. */

static void finish_kernel_put(struct dpif_netlink *dn, struct dpif_netlink_slot *slot,
			      const struct nl_transaction *t)
{
	const struct dpif_flow_put *put = &slot->op->put;

	if (!slot->op->error) {
		slot->decision.place = DPIF_PLACE_KERNEL;
		store(dn, put, &slot->decision);
	} else if (put->decision) {
		*put->decision = slot->decision;
		put->decision->place = DPIF_PLACE_NONE;
	}
	/* One that tc had was made anew here: what tc counted stands in the stats already. */
	if (put->flags & DPIF_FP_MODIFY && !(slot->flags & DPIF_FP_MODIFY))
		return;
	if (!slot->op->error && put->stats && t->reply_size &&
	    !dpif_netlink_flow_from_ofpbuf(&dn->scratch, t->reply, t->reply_size, true, NULL))
		*put->stats = dn->scratch.stats;
}

static void finish_kernel_del(struct dpif_netlink *dn, struct dpif_netlink_slot *slot,
			      const struct nl_transaction *t)
{
	const struct dpif_flow_del *del = &slot->op->del;

	if (slot->op->error)
		return;
	if (del->has_ufid)
		dpif_decisions_del(&dn->decisions, &del->ufid);
	if (del->stats && t->reply_size &&
	    !dpif_netlink_flow_from_ofpbuf(&dn->scratch, t->reply, t->reply_size, true, NULL))
		*del->stats = dn->scratch.stats;
}

/* @why: what the trace saw refused, or NULL: the datapath's own errors are bare numbers. */
static void finish_slot(struct dpif_netlink *dn, struct dpif_netlink_slot *slot,
			const struct nl_transaction *t, const struct trace_refusal *why)
{
	struct dpif_op *op = slot->op;

	op->error = t->error;
	if (t->error && why)
		diag_set_(op->diag, why->layer, why->function, t->error, "%s", why->words);
	else if (t->error)
		diag_set_(op->diag, INHW_LAYER, "dpif_netlink_operate__", t->error, "%s",
			  t->ack.msg[0] ? t->ack.msg : diag_strerror(t->error));
	if (op->type == DPIF_OP_FLOW_PUT)
		finish_kernel_put(dn, slot, t);
	else if (op->type == DPIF_OP_FLOW_DEL)
		finish_kernel_del(dn, slot, t);
}

/* Sends the batch and gives each operation its result. */
static void dpif_netlink_operate__(struct batch *b)
{
	struct dpif_netlink *dn = b->dn;
	struct span sp = SPAN(dn->up.trace);
	const struct trace_refusal *why = NULL;
	int err;

	span_note(&sp, "requests", "%zu", b->n);
	/* What the flow API refused is in the slots' decisions already. Of a batch nobody knows
	 * whose refusal it is. */
	trace_forget(dn->up.trace);
	err = nl_sock_transact_multiple(dn->genl, dn->transactions, b->n, NULL);
	if (b->n == 1 && dn->up.trace && dn->up.trace->refused)
		why = &dn->up.trace->refusal;
	for (size_t i = 0; i < b->n; i++)
		finish_slot(dn, &dn->slots[i], &dn->transactions[i], why);
	b->n = b->used = 0;
	span_end(&sp, err);
}

static int encode(struct batch *b, struct dpif_netlink_slot *slot)
{
	struct dpif_netlink *dn = b->dn;
	struct dpif_netlink_flow request;

	nl_msg_init(&slot->msg, dn->buf + b->used, sizeof dn->buf - b->used);
	if (slot->op->type == DPIF_OP_EXECUTE)
		return dpif_netlink_encode_execute(dn, &slot->msg, &slot->op->execute);
	if (slot->op->type == DPIF_OP_FLOW_PUT)
		init_flow_put(&request, &slot->op->put, slot->flags);
	else
		init_flow_del(&request, &slot->op->del);
	return dpif_netlink_flow_to_ofpbuf(dn, &slot->msg, &request);
}

static bool wants_stats_of(const struct dpif_op *op)
{
	return (op->type == DPIF_OP_FLOW_PUT && op->put.stats) ||
	       (op->type == DPIF_OP_FLOW_DEL && op->del.stats);
}

/* Adds the operation of the next slot to the batch, which is sent when it is full. */
static void add_to_batch(struct batch *b)
{
	struct dpif_netlink *dn = b->dn;
	struct dpif_netlink_slot *slot = &dn->slots[b->n];
	int err = encode(b, slot);
	bool wants_stats;

	if (err == -EMSGSIZE && b->n) {
		const struct dpif_netlink_slot *full = slot;

		dpif_netlink_operate__(b);
		slot = &dn->slots[0];
		slot->op = full->op;
		slot->flags = full->flags;
		slot->decision = full->decision;
		err = encode(b, slot);
	}
	if (err) {
		slot->op->error = diag_set(slot->op->diag, err, "the %s is too large",
					   slot->op->type == DPIF_OP_EXECUTE ? "packet" : "flow");
		return;
	}
	wants_stats = wants_stats_of(slot->op);
	dn->transactions[b->n] =
		(struct nl_transaction){ .request = &slot->msg,
					 .reply = wants_stats ? slot->stats : NULL,
					 .reply_cap = wants_stats ? sizeof slot->stats : 0 };
	b->used += slot->msg.size;
	if (++b->n == DPIF_BATCH_MAX)
		dpif_netlink_operate__(b);
}

/* A read needs a large answer: it is sent alone, after what came before it. */
static void operate_get(struct batch *b, struct dpif_op *op)
{
	if (b->n)
		dpif_netlink_operate__(b);
	op->error = kernel_flow_get(b->dn, &op->get.ufid, op->get.flow, op->diag);
	if (!op->error)
		decide_kernel(b->dn, op->get.flow);
}

static const struct ufid *ufid_of(const struct dpif_op *op)
{
	switch (op->type) {
	case DPIF_OP_FLOW_PUT:
		return op->put.has_ufid ? &op->put.ufid : NULL;
	case DPIF_OP_FLOW_DEL:
		return op->del.has_ufid ? &op->del.ufid : NULL;
	case DPIF_OP_FLOW_GET:
		return &op->get.ufid;
	case DPIF_OP_EXECUTE:
		break;
	}
	return NULL;
}

/* Whether the batch has an operation on the same flow, whose result decides about this one. */
static bool is_pending(const struct batch *b, const struct dpif_op *op)
{
	const struct ufid *ufid = ufid_of(op);

	for (size_t i = 0; ufid && i < b->n; i++) {
		const struct ufid *other = ufid_of(b->dn->slots[i].op);

		if (other && ufid_is_equal(ufid, other))
			return true;
	}
	return false;
}

static void dpif_netlink_operate(struct dpif *dpif, struct dpif_op **ops, size_t n,
				 enum dpif_offload_type type)
{
	struct dpif_netlink *dn = dpif_netlink_cast(dpif);
	const bool on = is_offload_on(dn, type);
	struct batch b = { .dn = dn };
	struct span sp = SPAN(dpif->trace);

	for (size_t i = 0; i < n; i++) {
		struct dpif_netlink_slot *slot;
		bool final = false;
		int err;

		if (is_pending(&b, ops[i]))
			dpif_netlink_operate__(&b);
		slot = &dn->slots[b.n];
		slot->op = ops[i];
		err = try_send_to_netdev(dn, slot, on, &final);
		if (!err || final || type == DPIF_OFFLOAD_ALWAYS)
			ops[i]->error = err;
		else if (ops[i]->type == DPIF_OP_FLOW_GET)
			operate_get(&b, ops[i]);
		else
			add_to_batch(&b);
	}
	if (b.n)
		dpif_netlink_operate__(&b);
	span_end(&sp, n == 1 ? ops[0]->error : 0);
}

/* Flush and dump. */

static int dpif_netlink_flow_flush(struct dpif *dpif, struct diag *d)
{
	struct dpif_netlink *dn = dpif_netlink_cast(dpif);
	const struct dpif_netlink_flow request = { .cmd = OVS_FLOW_CMD_DEL,
						   .nlmsg_flags = NLM_F_ACK };
	int tc = 0, err;

	if (dpif->offload)
		tc = netdev_ports_flow_flush(dpif->offload, d);
	err = transact_flow(dn, &request, NULL, d);
	if (!tc && !err)
		dpif_decisions_clear(&dn->decisions);
	return tc ? tc : err;
}

struct dump {
	struct dpif_netlink *dn;
	dpif_dump_cb *cb;
	void *aux;
	enum walk walk;
};

static enum walk dump_offloaded(void *aux, const struct offload_flow *from)
{
	struct dump *w = aux;
	struct dpif_flow flow = { .actions = from->actions };

	from_offload(w->dn, &flow, from);
	w->walk = w->cb(w->aux, &flow);
	return w->walk;
}

static int dump_kernel(struct dump *w, struct diag *d)
{
	struct dpif_netlink *dn = w->dn;
	const struct dpif_netlink_flow request = { .cmd = OVS_FLOW_CMD_GET,
						   .nlmsg_flags = NLM_F_DUMP };
	const struct nlmsghdr *h;
	struct nl_dump dump;
	struct nl_msg msg;
	int err, end;

	nl_msg_init(&msg, dn->buf, sizeof dn->buf);
	err = dpif_netlink_flow_to_ofpbuf(dn, &msg, &request);
	if (err)
		return err;
	err = nl_dump_start(&dump, dn->genl, &msg, d);
	while (!err) {
		err = nl_dump_next(&dump, &h, d);
		if (err <= 0)
			break;
		err = dpif_netlink_flow_from_ofpbuf(&dn->scratch, h, h->nlmsg_len, false, d);
		if (err)
			break;
		decide_kernel(dn, &dn->scratch);
		if (w->cb(w->aux, &dn->scratch) == WALK_STOP)
			break;
	}
	end = nl_dump_end(&dump);
	return err ? err : end;
}

static int dpif_netlink_flow_dump(struct dpif *dpif, dpif_dump_cb *cb, void *aux, struct diag *d)
{
	struct dump w = { dpif_netlink_cast(dpif), cb, aux, WALK_ON };
	int err = 0;

	if (dpif->offload)
		err = netdev_ports_flow_dump(dpif->offload, false, dump_offloaded, &w, d);
	return err || w.walk == WALK_STOP ? err : dump_kernel(&w, d);
}

static const struct flow_ports *dpif_netlink_ports(struct dpif *dpif)
{
	return &dpif_netlink_cast(dpif)->ports.names;
}

static void dpif_netlink_close(struct dpif *dpif)
{
	struct dpif_netlink *dn = dpif_netlink_cast(dpif);

	offload_free(dpif->offload);
	dpif_flow_fini(&dn->scratch);
	dpif_decisions_fini(&dn->decisions);
	dpif_port_table_fini(&dn->ports);
	dpif_netlink_channels_fini(&dn->channels);
	nl_sock_free(dn->genl);
	mem_free(dn);
}

static const struct dpif_class dpif_netlink_class = {
	.type = "system",
	.close = dpif_netlink_close,
	.destroy = dpif_netlink_destroy,
	.operate = dpif_netlink_operate,
	.flow_flush = dpif_netlink_flow_flush,
	.flow_dump = dpif_netlink_flow_dump,
	.port_add = dpif_netlink_port_add,
	.port_del = dpif_netlink_port_del,
	.port_sync = dpif_netlink_port_sync,
	.port_dump = dpif_netlink_port_dump,
	.ports = dpif_netlink_ports,
	.number_handlers_required = dpif_netlink_number_handlers_required,
	.handlers_set = dpif_netlink_handlers_set,
	.recv_set = dpif_netlink_recv_set,
	.recv_is_on = dpif_netlink_recv_is_on,
	.recv = dpif_netlink_recv,
	.recv_is_ready = dpif_netlink_recv_is_ready,
	.recv_fd = dpif_netlink_recv_fd,
	.recv_purge = dpif_netlink_recv_purge,
	.port_get_pid = dpif_netlink_port_get_pid,
	.get_stats = dpif_netlink_get_stats,
};

static int find_families(struct dpif_netlink *dn, struct diag *d)
{
	int err = nl_genl_family(dn->genl, OVS_DATAPATH_FAMILY, &dn->datapath, d);

	if (!err)
		err = nl_genl_family(dn->genl, OVS_VPORT_FAMILY, &dn->vport, d);
	if (!err)
		err = nl_genl_family(dn->genl, OVS_FLOW_FAMILY, &dn->flow, d);
	if (!err)
		err = nl_genl_family(dn->genl, OVS_PACKET_FAMILY, &dn->packet, d);
	return err;
}

int dpif_netlink_open(struct dpif **out, const char *name, bool create, struct nl_sock *genl,
		      struct offload *offload, struct trace *trace, struct diag *d)
{
	struct dpif_netlink *dn = mem_new(sizeof *dn);
	int err;

	*out = NULL;
	if (!dn) {
		nl_sock_free(genl);
		offload_free(offload);
		return diag_set(d, -ENOMEM, "no memory for a datapath");
	}
	dn->up = (struct dpif){ .class = &dpif_netlink_class, .offload = offload, .trace = trace };
	dn->genl = genl;
	dpif_port_table_init(&dn->ports);
	dpif_netlink_channels_init(&dn->channels);
	dpif_decisions_init(&dn->decisions);
	dpif_flow_init(&dn->scratch);
	if (!strncmp(name, "system@", 7))
		name += 7;
	strcpy(dn->up.name, "system@");
	strncat(dn->up.name, name, IFNAMSIZ - 1);
	err = strlen(name) < IFNAMSIZ && name[0]
		      ? find_families(dn, d)
		      : diag_set(d, -EINVAL, "\"%s\" is no name of a datapath", name);
	if (!err)
		err = dpif_netlink_find(dn, name, create, d);
	if (!err)
		err = dpif_netlink_read_ports(dn, d);
	if (err) {
		dpif_netlink_close(&dn->up);
		return err;
	}
	*out = &dn->up;
	return 0;
}
