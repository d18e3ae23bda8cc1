/* SPDX-License-Identifier: BSD-2-Clause */
/* Send queues as objects. What is in them is the matter of send.c. */
#include "nic/device/queues_internal.h"

#include <string.h>

static const unsigned int unsupported[] = {
	IFC_LOC_sqc__rlky,
	IFC_LOC_sqc__cd_master,
	IFC_LOC_sqc__fre,
	IFC_LOC_sqc__allow_multi_pkt_send_wqe,
	IFC_LOC_sqc__min_wqe_inline_mode,
	IFC_LOC_sqc__reg_umr,
	IFC_LOC_sqc__allow_swp,
	IFC_LOC_sqc__hairpin,
	IFC_LOC_sqc__ts_format,
	IFC_LOC_sqc__hairpin_peer_rq,
	IFC_LOC_sqc__hairpin_peer_vhca,
	IFC_LOC_sqc__ts_cqe_to_dest_cqn,
	IFC_LOC_sqc__packet_pacing_rate_limit_index,
	IFC_LOC_sqc__qos_queue_group_id,
};

static enum nic_syndrome check(const struct nic_device *dev, const uint8_t *sqc)
{
	const uint8_t *wq = IFC_PTR(sqc, sqc, wq);

	if (!nic_fields_are_zero(sqc, unsupported, ARRAY_SIZE(unsupported)))
		return NIC_SYN_SQ_FLAGS;
	if (IFC_GET(sqc, sqc, state) != NIC_WQ_RST)
		return NIC_SYN_WQ_STATE;
	if (IFC_GET(sqc, sqc, tis_lst_sz) > 1)
		return NIC_SYN_SQ_TIS_LIST;
	if (IFC_GET(wq, wq, wq_type) != MLX5_WQ_CYCLIC)
		return NIC_SYN_WQ_TYPE;
	if (IFC_GET(wq, wq, log_wq_stride) != NIC_SQ_LOG_STRIDE)
		return NIC_SYN_WQ_STRIDE;
	return nic_wq_check(dev, wq);
}

/* What an SQ holds: first of all its UAR, by which its doorbells are known. */
struct held {
	void *uar, *cq, *pd, *tis;
};

static enum nic_syndrome find_held(const struct nic_device *dev, const uint8_t *sqc, struct held *h)
{
	const uint8_t *wq = IFC_PTR(sqc, sqc, wq);
	enum nic_syndrome s;

	*h = (struct held){ 0 };
	s = nic_object_get(dev, NIC_OBJECT_UAR, IFC_GET(wq, wq, uar_page), &h->uar);
	if (!s)
		s = nic_object_get(dev, NIC_OBJECT_CQ, IFC_GET(sqc, sqc, cqn), &h->cq);
	if (!s)
		s = nic_object_get(dev, NIC_OBJECT_PD, IFC_GET(wq, wq, pd), &h->pd);
	if (!s && IFC_GET(sqc, sqc, tis_lst_sz))
		s = nic_object_get(dev, NIC_OBJECT_TIS, IFC_GET(sqc, sqc, tis_num_0), &h->tis);
	return s;
}

enum nic_syndrome nic_sq_create(struct nic_command *c)
{
	const uint8_t *sqc = IFC_PTR(create_sq_in, c->in, ctx);
	enum nic_syndrome s = check(c->dev, sqc);
	struct nic_sq *sq;
	struct nic_wq wq = { 0 };
	struct held h;
	void *o;

	if (!s)
		s = find_held(c->dev, sqc, &h);
	if (!s)
		s = nic_wq_init(&wq, sqc);
	if (s)
		return s;
	s = nic_object_add(c->dev, NIC_OBJECT_SQ, &o);
	if (s) {
		nic_ring_fini(&wq.ring);
		return s;
	}
	sq = o;
	sq->wq = wq;
	sq->wq.cq = h.cq;
	sq->wq.flushes = IFC_GET(sqc, sqc, flush_in_error_en);
	sq->can_send = h.tis;
	nic_object_use(sq, h.uar);
	nic_object_use(sq, h.cq);
	nic_object_use(sq, h.pd);
	nic_object_use(sq, h.tis);
	nic_object_answer(c, sq);
	return NIC_SYN_NONE;
}

void nic_sq_fini(struct nic_device *dev, void *object)
{
	struct nic_sq *sq = object;

	nic_ring_fini(&sq->wq.ring);
}

enum nic_syndrome nic_sq_modify(struct nic_command *c)
{
	const uint8_t *sqc = IFC_PTR(modify_sq_in, c->in, ctx);
	struct nic_sq *sq;
	void *o;
	enum nic_syndrome s =
		nic_object_get(c->dev, NIC_OBJECT_SQ, IFC_GET(modify_sq_in, c->in, sqn), &o);

	if (s)
		return s;
	sq = o;
	if (get_be64(IFC_PTR(modify_sq_in, c->in, modify_bitmask)))
		return NIC_SYN_WQ_MODIFY;
	s = nic_wq_change(&sq->wq, IFC_GET(modify_sq_in, c->in, sq_state),
			  IFC_GET(sqc, sqc, state));
	if (!s && sq->wq.state == NIC_WQ_ERR)
		nic_sq_run(c->dev, sq); /* completes what is posted */
	return s;
}

enum nic_syndrome nic_sq_query(struct nic_command *c)
{
	uint8_t *out = IFC_PTR(query_sq_out, c->out, sq_context);
	const struct nic_sq *sq;
	void *o;
	enum nic_syndrome s =
		nic_object_get(c->dev, NIC_OBJECT_SQ, IFC_GET(query_sq_in, c->in, sqn), &o);

	if (s)
		return s;
	sq = o;
	nic_wq_query(&sq->wq, out);
	return NIC_SYN_NONE;
}

void nic_sq_ring(struct nic_device *dev, const struct nic_doorbell *bell)
{
	struct nic_sq *sq = nic_object_find(dev, NIC_OBJECT_SQ, bell->value[1] >> 8);

	if (sq && sq->object.uses[0]->id == bell->uar)
		nic_sq_run(dev, sq);
}
