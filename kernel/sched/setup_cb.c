/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Offers filters to the callbacks that drivers have bound to a block, and counts who took them.
 * Models the tc_setup_cb_*() functions of net/sched/cls_api.c, 6.1. Absent: locks.
 */
#include "kernel/sched/sched_internal.h"

static void tcf_block_offload_inc(struct tcf_block *block, u32 *flags)
{
	if (*flags & TCA_CLS_FLAGS_IN_HW)
		return;
	*flags |= TCA_CLS_FLAGS_IN_HW;
	block->offloadcnt++;
}

static void tcf_block_offload_dec(struct tcf_block *block, u32 *flags)
{
	if (!(*flags & TCA_CLS_FLAGS_IN_HW))
		return;
	*flags &= ~(u32)TCA_CLS_FLAGS_IN_HW;
	block->offloadcnt--;
}

static void cnt_update(struct tcf_block *block, u32 *cnt, u32 *flags, u32 diff, bool add)
{
	if (add) {
		if (!*cnt)
			tcf_block_offload_inc(block, flags);
		*cnt += diff;
	} else {
		*cnt -= diff;
		if (!*cnt)
			tcf_block_offload_dec(block, flags);
	}
}

static void cnt_reset(struct tcf_block *block, u32 *cnt, u32 *flags)
{
	tcf_block_offload_dec(block, flags);
	*cnt = 0;
}

int __tc_setup_cb_call(struct tcf_block *block, enum tc_setup_type type, void *type_data,
		       bool err_stop)
{
	struct span sp = SPAN(block->net->trace);
	struct flow_block_cb *block_cb;
	unsigned int n_called = 0;
	int ok_count = 0, err;

	list_for_each_entry (block_cb, &block->flow_block.cb_list, list) {
		n_called++;
		err = block_cb->cb(type, type_data, block_cb->cb_priv);
		if (err && err_stop) {
			span_note(&sp, "stopped_at", "callback %u", n_called);
			return span_end(&sp, err);
		}
		if (!err)
			ok_count++;
	}
	span_note(&sp, "callbacks", "%u", n_called);
	span_note(&sp, "succeeded", "%d", ok_count);
	span_end(&sp, 0);
	return ok_count;
}

int tc_setup_cb_call(struct tcf_block *block, enum tc_setup_type type, void *type_data,
		     bool err_stop)
{
	if (list_is_empty(&block->flow_block.cb_list))
		return 0;
	return __tc_setup_cb_call(block, type, type_data, err_stop);
}

/* A rule that may be only in hardware is not taken while a device of the block cannot have it. */
static int refuse_without_device(const struct tcf_block *block)
{
	return trace_refuse(block->net->trace, -EOPNOTSUPP, "skip_sw",
			    "%u of the devices of the block have no hardware offload",
			    block->nooffloaddevcnt);
}

static void took(struct tcf_block *block, struct tcf_proto *tp, void *type_data, int ok_count,
		 u32 *flags, u32 *in_hw_count)
{
	if (tp->ops->hw_add)
		tp->ops->hw_add(tp, type_data);
	if (ok_count > 0)
		cnt_update(block, in_hw_count, flags, (u32)ok_count, true);
}

int tc_setup_cb_add(struct tcf_block *block, struct tcf_proto *tp, enum tc_setup_type type,
		    void *type_data, bool err_stop, u32 *flags, u32 *in_hw_count)
{
	struct span sp = SPAN(block->net->trace);
	int ok_count;

	span_note(&sp, "err_stop", "%d", err_stop);
	if (block->nooffloaddevcnt && err_stop)
		return span_end(&sp, refuse_without_device(block));
	if (block->nooffloaddevcnt)
		trace_refuse(block->net->trace, -EOPNOTSUPP, NULL,
			     "%u of the devices of the block have no hardware offload",
			     block->nooffloaddevcnt);
	ok_count = __tc_setup_cb_call(block, type, type_data, err_stop);
	if (ok_count < 0)
		return span_end(&sp, ok_count);
	took(block, tp, type_data, ok_count, flags, in_hw_count);
	span_note(&sp, "in_hw_count", "%u", *in_hw_count);
	return span_end(&sp, 0);
}

int tc_setup_cb_replace(struct tcf_block *block, struct tcf_proto *tp, enum tc_setup_type type,
			void *type_data, bool err_stop, u32 *old_flags, u32 *old_in_hw_count,
			u32 *new_flags, u32 *new_in_hw_count)
{
	struct span sp = SPAN(block->net->trace);
	int ok_count;

	if (block->nooffloaddevcnt && err_stop)
		return span_end(&sp, refuse_without_device(block));
	cnt_reset(block, old_in_hw_count, old_flags);
	if (tp->ops->hw_del)
		tp->ops->hw_del(tp, type_data);
	ok_count = __tc_setup_cb_call(block, type, type_data, err_stop);
	if (ok_count < 0)
		return span_end(&sp, ok_count);
	took(block, tp, type_data, ok_count, new_flags, new_in_hw_count);
	return span_end(&sp, 0);
}

int tc_setup_cb_destroy(struct tcf_block *block, struct tcf_proto *tp, enum tc_setup_type type,
			void *type_data, bool err_stop, u32 *flags, u32 *in_hw_count)
{
	struct span sp = SPAN(block->net->trace);
	int ok_count = __tc_setup_cb_call(block, type, type_data, err_stop);

	cnt_reset(block, in_hw_count, flags);
	if (tp->ops->hw_del)
		tp->ops->hw_del(tp, type_data);
	return span_end(&sp, ok_count < 0 ? ok_count : 0);
}

int tc_setup_cb_reoffload(struct tcf_block *block, struct tcf_proto *tp, bool add,
			  flow_setup_cb_t *cb, enum tc_setup_type type, void *type_data,
			  void *cb_priv, u32 *flags, u32 *in_hw_count)
{
	struct span sp = SPAN(block->net->trace);
	int err = cb(type, type_data, cb_priv);

	span_note(&sp, "add", "%d", add);
	if (err) {
		if (add && *flags & TCA_CLS_FLAGS_SKIP_SW)
			return span_end(&sp, err);
	} else {
		cnt_update(block, in_hw_count, flags, 1, add);
	}
	return span_end(&sp, 0);
}
