/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What send and receive queues have in common: the ring in memory, the doorbell record, the states.
 * A queue is made in reset; it works when ready. Modifying it to reset forgets where it was: its
 * counter is 0 again.
 */
#include "nic/device/queues_internal.h"

#include <string.h>

/* Of wq. */
static const unsigned int unsupported[] = {
	IFC_LOC_wq__wq_signature,
	IFC_LOC_wq__cd_slave,
	IFC_LOC_wq__dbr_umem_valid,
	IFC_LOC_wq__wq_umem_valid,
	IFC_LOC_wq__hds_skip_first_sge,
	IFC_LOC_wq__log2_hds_buf_size,
	IFC_LOC_wq__log_hairpin_num_packets,
	IFC_LOC_wq__log_hairpin_data_sz,
	IFC_LOC_wq__log_wqe_num_of_strides,
	IFC_LOC_wq__two_byte_shift_en,
	IFC_LOC_wq__log_wqe_stride_size,
	IFC_LOC_wq__headers_mkey,
	IFC_LOC_wq__shampo_enable,
};

struct nic_ring_shape nic_wq_shape(const uint8_t *wq)
{
	return (struct nic_ring_shape){
		.log_size = (uint8_t)IFC_GET(wq, wq, log_wq_sz),
		.log_stride = (uint8_t)IFC_GET(wq, wq, log_wq_stride),
		.log_page = (uint8_t)(12 + IFC_GET(wq, wq, log_wq_pg_sz)),
		.offset = IFC_GET(wq, wq, page_offset) * 64,
	};
}

/* sqc and rqc have the queue at the same place, and their commands the context. */
size_t nic_wq_create_more(const uint8_t *in)
{
	const uint8_t *ctx = IFC_PTR(create_sq_in, in, ctx);
	struct nic_ring_shape s = nic_wq_shape(IFC_PTR(sqc, ctx, wq));

	return nic_ring_n_pages(&s) * 8;
}

enum nic_syndrome nic_wq_check(const struct nic_device *dev, const uint8_t *wq)
{
	if (!dev->bus.map || !dev->bus.interrupt)
		return NIC_SYN_NO_BUS;
	if (!nic_fields_are_zero(wq, unsupported, ARRAY_SIZE(unsupported)))
		return NIC_SYN_WQ_FLAGS;
	if (IFC_GET(wq, wq, log_wq_sz) > IFC_GET(cmd_hca_cap, dev->caps.general, log_max_wq_sz))
		return NIC_SYN_WQ_SIZE;
	return get_be64(IFC_PTR(wq, wq, dbr_addr)) % 8 ? NIC_SYN_RECORD_ALIGN : NIC_SYN_NONE;
}

enum nic_syndrome nic_wq_change(struct nic_wq *wq, uint32_t from, uint32_t to)
{
	bool can = to == NIC_WQ_RST || to == NIC_WQ_ERR ||
		   (to == NIC_WQ_RDY && wq->state != NIC_WQ_ERR);

	if (from != wq->state || !can)
		return NIC_SYN_WQ_STATE;
	wq->state = (enum nic_wq_state)to;
	if (to == NIC_WQ_RST)
		wq->counter = 0;
	return NIC_SYN_NONE;
}

void nic_wq_query(const struct nic_wq *wq, uint8_t *ctx)
{
	memcpy(ctx, wq->context, sizeof wq->context);
	IFC_SET(sqc, ctx, state, wq->state); /* at the same place in rqc */
	IFC_SET(wq, IFC_PTR(sqc, ctx, wq), hw_counter, wq->counter);
}

enum nic_syndrome nic_wq_init(struct nic_wq *wq, const uint8_t *ctx)
{
	const uint8_t *layout = IFC_PTR(sqc, ctx, wq);
	struct nic_ring_shape shape = nic_wq_shape(layout);

	*wq = (struct nic_wq){ 0 };
	memcpy(wq->context, ctx, sizeof wq->context);
	wq->pd = IFC_GET(wq, layout, pd);
	wq->record = get_be64(IFC_PTR(wq, layout, dbr_addr));
	return nic_ring_init(&wq->ring, &shape, IFC_PTR(wq, layout, pas));
}
