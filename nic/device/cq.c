/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Completion queues. The consumer's index is read from the doorbell record, and only when the queue
 * seems full. A queue that overflows, or whose memory is none, is in error for ever: its consumer
 * is told by an event, and the queues that complete to it go into error with their next completion.
 *
 * Interrupt moderation is not implemented, nor are CQEs of 128 bytes and compressed ones.
 */
#include "nic/device/queues_internal.h"

#include <string.h>

#define COUNTER_MASK 0xffffffu

/* Of cqc. */
#define STATUS_OVERFLOW	      0x9
#define STATUS_WRITE_FAIL     0xa
#define STATE_ARMED_SOLICITED 0x6
#define STATE_ARMED	      0x9
#define STATE_FIRED	      0xa

/* Of an event about a CQ. */
#define EVENT_OVERRUN 1
#define EVENT_ACCESS  2

#define SELECT_OVERRUN 4u /* of MODIFY_CQ: field oi */

static struct nic_ring_shape shape_of(const uint8_t *cqc)
{
	return (struct nic_ring_shape){
		.log_size = (uint8_t)IFC_GET(cqc, cqc, log_cq_size),
		.log_stride = 6, /* IFC_CQE_SIZE */
		.log_page = (uint8_t)(12 + IFC_GET(cqc, cqc, log_page_size)),
		.offset = IFC_GET(cqc, cqc, page_offset) * 64,
	};
}

size_t nic_cq_create_more(const uint8_t *in)
{
	struct nic_ring_shape s = shape_of(IFC_PTR(create_cq_in, in, cq_context));

	return nic_ring_n_pages(&s) * 8;
}

static const unsigned int unsupported[] = {
	IFC_LOC_cqc__status,	  IFC_LOC_cqc__dbr_umem_valid,
	IFC_LOC_cqc__apu_cq,	  IFC_LOC_cqc__cqe_sz,
	IFC_LOC_cqc__cqe_comp_en, IFC_LOC_cqc__mini_cqe_res_format,
	IFC_LOC_cqc__st,	  IFC_LOC_cqc__cqe_compression_layout,
	IFC_LOC_cqc__cq_period,	  IFC_LOC_cqc__cq_max_count,
};

static enum nic_syndrome check(const struct nic_device *dev, const uint8_t *cqc)
{
	if (!dev->bus.map || !dev->bus.interrupt)
		return NIC_SYN_NO_BUS;
	if (!nic_fields_are_zero(cqc, unsupported, ARRAY_SIZE(unsupported)))
		return NIC_SYN_CQ_FLAGS;
	if (IFC_GET(cqc, cqc, log_cq_size) > IFC_GET(cmd_hca_cap, dev->caps.general, log_max_cq_sz))
		return NIC_SYN_CQ_SIZE;
	return get_be64(IFC_PTR(cqc, cqc, dbr_addr)) % 8 ? NIC_SYN_RECORD_ALIGN : NIC_SYN_NONE;
}

enum nic_syndrome nic_cq_create(struct nic_command *c)
{
	const uint8_t *cqc = IFC_PTR(create_cq_in, c->in, cq_context);
	struct nic_ring_shape shape = shape_of(cqc);
	enum nic_syndrome s = check(c->dev, cqc);
	void *o, *eq = NULL, *uar = NULL;
	struct nic_ring ring = { 0 };
	struct nic_cq *cq;

	if (!s && IFC_GET(create_cq_in, c->in, cq_umem_valid))
		s = NIC_SYN_CQ_FLAGS;
	if (!s)
		s = nic_object_get(c->dev, NIC_OBJECT_EQ, IFC_GET(cqc, cqc, c_eqn_or_apu_element),
				   &eq);
	if (!s)
		s = nic_object_get(c->dev, NIC_OBJECT_UAR, IFC_GET(cqc, cqc, uar_page), &uar);
	if (!s)
		s = nic_ring_init(&ring, &shape, IFC_PTR(create_cq_in, c->in, pas));
	if (s)
		return s;
	s = nic_object_add(c->dev, NIC_OBJECT_CQ, &o);
	if (s) {
		nic_ring_fini(&ring);
		return s;
	}
	cq = o;
	cq->ring = ring;
	cq->eq = eq;
	cq->record = get_be64(IFC_PTR(cqc, cqc, dbr_addr));
	memcpy(cq->context, cqc, sizeof cq->context);
	nic_object_use(cq, uar);
	nic_object_use(cq, eq);
	nic_object_answer(c, cq);
	return NIC_SYN_NONE;
}

void nic_cq_fini(struct nic_device *dev, void *object)
{
	struct nic_cq *cq = object;

	nic_eq_forget(cq->eq, cq);
	nic_ring_fini(&cq->ring);
}

enum nic_syndrome nic_cq_modify(struct nic_command *c)
{
	const uint8_t *cqc = IFC_PTR(modify_cq_in, c->in, cq_context);
	uint32_t select =
		get_be32(IFC_PTR(modify_cq_in, c->in, modify_field_select_resize_field_select));
	struct nic_cq *cq;
	void *o;
	enum nic_syndrome s =
		nic_object_get(c->dev, NIC_OBJECT_CQ, IFC_GET(modify_cq_in, c->in, cqn), &o);

	if (s)
		return s;
	if (select & ~SELECT_OVERRUN || IFC_GET(modify_cq_in, c->in, cq_umem_valid))
		return NIC_SYN_CQ_MODIFY;
	cq = o;
	if (select & SELECT_OVERRUN)
		IFC_SET(cqc, cq->context, oi, IFC_GET(cqc, cqc, oi));
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_cq_query(struct nic_command *c)
{
	static const uint8_t states[] = { [NIC_CQ_FIRED] = STATE_FIRED,
					  [NIC_CQ_ARMED_SOLICITED] = STATE_ARMED_SOLICITED,
					  [NIC_CQ_ARMED] = STATE_ARMED };
	uint8_t *out = IFC_PTR(query_cq_out, c->out, cq_context);
	const struct nic_cq *cq;
	void *o;
	enum nic_syndrome s =
		nic_object_get(c->dev, NIC_OBJECT_CQ, IFC_GET(query_cq_in, c->in, cqn), &o);

	if (s)
		return s;
	cq = o;
	memcpy(out, cq->context, sizeof cq->context);
	IFC_SET(cqc, out, status, cq->status);
	IFC_SET(cqc, out, st, states[cq->arm]);
	IFC_SET(cqc, out, consumer_counter, cq->consumer);
	IFC_SET(cqc, out, producer_counter, cq->producer & COUNTER_MASK);
	return NIC_SYN_NONE;
}

/* ---- completions ---- */

static void fail(struct nic_device *dev, struct nic_cq *cq, uint8_t status)
{
	uint8_t data[12] = { 0 };

	cq->status = status;
	put_be32(data, cq->object.id);
	data[11] = status == STATUS_OVERFLOW ? EVENT_OVERRUN : EVENT_ACCESS;
	nic_event(dev, MLX5_EVENT_CQ_ERROR, 0, data, sizeof data);
}

static uint32_t used(const struct nic_cq *cq)
{
	return (cq->producer - cq->consumer) & COUNTER_MASK;
}

/* 0, or what is wrong. */
static uint8_t make_room(const struct nic_device *dev, struct nic_cq *cq)
{
	if (used(cq) <= nic_ring_mask(&cq->ring) || IFC_GET(cqc, cq->context, oi))
		return 0;
	if (!nic_memory_read_record(dev, cq->record, &cq->consumer))
		return STATUS_WRITE_FAIL;
	cq->consumer &= COUNTER_MASK;
	return used(cq) <= nic_ring_mask(&cq->ring) ? 0 : STATUS_OVERFLOW;
}

static void fire(struct nic_device *dev, struct nic_cq *cq)
{
	cq->arm = NIC_CQ_FIRED;
	nic_eq_complete(dev, cq->eq, cq);
}

bool nic_cq_post(struct nic_device *dev, struct nic_cq *cq, uint8_t *cqe, bool solicited)
{
	uint8_t status = cq->status ? 0 : make_room(dev, cq);

	IFC_SET(cqe, cqe, owner, cq->producer >> cq->ring.shape.log_size & 1);
	if (!cq->status && !status && !nic_ring_publish(dev, &cq->ring, cq->producer, cqe))
		status = STATUS_WRITE_FAIL;
	if (status)
		fail(dev, cq, status);
	if (cq->status)
		return false;
	cq->producer++;
	cq->n_cqes++;
	if (cq->arm == NIC_CQ_ARMED || (cq->arm == NIC_CQ_ARMED_SOLICITED && solicited))
		fire(dev, cq);
	return true;
}

/* What came between the consumer's last look and its doorbell fires at once. */
void nic_cq_ring(struct nic_device *dev, const struct nic_doorbell *bell)
{
	struct nic_cq *cq = nic_object_find(dev, NIC_OBJECT_CQ, bell->value[1] & COUNTER_MASK);
	bool solicited_only = bell->value[0] >> 24 & 1;

	if (!cq || cq->object.uses[0]->id != bell->uar)
		return;
	cq->arm = solicited_only ? NIC_CQ_ARMED_SOLICITED : NIC_CQ_ARMED;
	if (!solicited_only && (cq->producer & COUNTER_MASK) != (bell->value[0] & COUNTER_MASK))
		fire(dev, cq);
}
