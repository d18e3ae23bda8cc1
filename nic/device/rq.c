/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Receive queues. An entry is a list of buffers; a frame takes one entry, whatever room it leaves.
 * A frame for which no entry is posted is lost and counted; so is one that is longer than the
 * buffers, which leaves its entry where it is. An entry that is wrong is completed with an error,
 * and the queue is in error.
 *
 * Entries follow each other in the ring (cyclic), or each says which is next (linked list).
 */
#include "nic/device/queues_internal.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#define RECORD_RECEIVE 0     /* bytes into the doorbell record */
#define INVALID_LKEY   0x100 /* no buffer here, nor behind */
#define NEXT_SEGMENT   16    /* of a linked list's entry: where the next one is */
#define NEXT_INDEX     2     /* bytes into it */
#define SEGMENT	       IFC_WQE_DATA_SEG_SIZE
#define ENTRY_MAX      1024 /* bytes */
#define QUEUE_TYPE_RQ  1    /* in events */

/* modify_bitmask of MODIFY_RQ */
#define MODIFY_VSD	  (1u << 1)
#define MODIFY_COUNTER_ID (1u << 3)

static const unsigned int unsupported[] = {
	IFC_LOC_rqc__rlky,
	IFC_LOC_rqc__delay_drop_en,
	IFC_LOC_rqc__scatter_fcs,
	IFC_LOC_rqc__mem_rq_type,
	IFC_LOC_rqc__hairpin,
	IFC_LOC_rqc__ts_format,
	IFC_LOC_rqc__rmpn,
	IFC_LOC_rqc__hairpin_peer_sq,
	IFC_LOC_rqc__hairpin_peer_vhca,
	IFC_LOC_rqc__shampo_no_match_alignment_granularity,
	IFC_LOC_rqc__shampo_match_criteria_type,
	IFC_LOC_rqc__reservation_timeout,
};

static enum nic_syndrome check(const struct nic_device *dev, const uint8_t *rqc)
{
	const uint8_t *wq = IFC_PTR(rqc, rqc, wq), *general = dev->caps.general;
	uint32_t type = IFC_GET(wq, wq, wq_type), stride = IFC_GET(wq, wq, log_wq_stride);

	if (!nic_fields_are_zero(rqc, unsupported, ARRAY_SIZE(unsupported)))
		return NIC_SYN_RQ_FLAGS;
	if (IFC_GET(rqc, rqc, state) != NIC_WQ_RST)
		return NIC_SYN_WQ_STATE;
	if (type != MLX5_WQ_CYCLIC && type != MLX5_WQ_LINKED_LIST)
		return NIC_SYN_WQ_TYPE;
	if (stride < IFC_GET(cmd_hca_cap, general, log_min_stride_sz_rq) ||
	    stride > IFC_GET(cmd_hca_cap, general, log_max_stride_sz_rq) ||
	    1u << stride > ENTRY_MAX)
		return NIC_SYN_WQ_STRIDE;
	return nic_wq_check(dev, wq);
}

/* What an RQ holds. A queue that drops all, as drivers have, has neither domain nor counters. */
struct held {
	void *cq, *pd, *counters;
};

static enum nic_syndrome find_held(const struct nic_device *dev, const uint8_t *rqc, struct held *h)
{
	const uint8_t *wq = IFC_PTR(rqc, rqc, wq);
	uint32_t pd = IFC_GET(wq, wq, pd), counters = IFC_GET(rqc, rqc, counter_set_id);
	enum nic_syndrome s = nic_object_get(dev, NIC_OBJECT_CQ, IFC_GET(rqc, rqc, cqn), &h->cq);

	h->pd = h->counters = NULL;
	if (!s && pd)
		s = nic_object_get(dev, NIC_OBJECT_PD, pd, &h->pd);
	if (!s && counters)
		s = nic_object_get(dev, NIC_OBJECT_Q_COUNTER, counters, &h->counters);
	return s;
}

static void set_counters(struct nic_rq *rq, struct nic_q_counter *counters)
{
	if (counters)
		counters->object.refs++;
	if (rq->counters)
		rq->counters->object.refs--;
	rq->counters = counters;
}

enum nic_syndrome nic_rq_create(struct nic_command *c)
{
	const uint8_t *rqc = IFC_PTR(create_rq_in, c->in, ctx);
	enum nic_syndrome s = check(c->dev, rqc);
	struct nic_rq *rq;
	struct nic_wq wq = { 0 };
	struct held h;
	void *o;

	if (!s)
		s = find_held(c->dev, rqc, &h);
	if (!s)
		s = nic_wq_init(&wq, rqc);
	if (s)
		return s;
	s = nic_object_add(c->dev, NIC_OBJECT_RQ, &o);
	if (s) {
		nic_ring_fini(&wq.ring);
		return s;
	}
	rq = o;
	rq->wq = wq;
	rq->wq.cq = h.cq;
	rq->wq.flushes = IFC_GET(rqc, rqc, flush_in_error_en);
	rq->is_list = IFC_GET(wq, IFC_PTR(rqc, rqc, wq), wq_type) == MLX5_WQ_LINKED_LIST;
	rq->strips_vlan = !IFC_GET(rqc, rqc, vsd);
	set_counters(rq, h.counters);
	nic_object_use(rq, h.cq);
	nic_object_use(rq, h.pd);
	nic_object_answer(c, rq);
	return NIC_SYN_NONE;
}

void nic_rq_fini(struct nic_device *dev, void *object)
{
	struct nic_rq *rq = object;

	set_counters(rq, NULL);
	nic_ring_fini(&rq->wq.ring);
}

static void modify(struct nic_rq *rq, const uint8_t *rqc, uint64_t mask, void *counters)
{
	if (mask & MODIFY_VSD) {
		rq->strips_vlan = !IFC_GET(rqc, rqc, vsd);
		IFC_SET(rqc, rq->wq.context, vsd, IFC_GET(rqc, rqc, vsd));
	}
	if (mask & MODIFY_COUNTER_ID) {
		set_counters(rq, counters);
		IFC_SET(rqc, rq->wq.context, counter_set_id, IFC_GET(rqc, rqc, counter_set_id));
	}
}

enum nic_syndrome nic_rq_modify(struct nic_command *c)
{
	const uint8_t *rqc = IFC_PTR(modify_rq_in, c->in, ctx);
	uint64_t mask = get_be64(IFC_PTR(modify_rq_in, c->in, modify_bitmask));
	void *o, *counters = NULL;
	struct nic_rq *rq;
	enum nic_syndrome s =
		nic_object_get(c->dev, NIC_OBJECT_RQ, IFC_GET(modify_rq_in, c->in, rqn), &o);

	if (!s && mask & ~(uint64_t)(MODIFY_VSD | MODIFY_COUNTER_ID))
		s = NIC_SYN_WQ_MODIFY;
	if (!s && mask & MODIFY_COUNTER_ID)
		s = nic_object_get(c->dev, NIC_OBJECT_Q_COUNTER, IFC_GET(rqc, rqc, counter_set_id),
				   &counters);
	if (s)
		return s;
	rq = o;
	s = nic_wq_change(&rq->wq, IFC_GET(modify_rq_in, c->in, rq_state),
			  IFC_GET(rqc, rqc, state));
	if (s)
		return s;
	modify(rq, rqc, mask, counters);
	if (rq->wq.state == NIC_WQ_RST)
		rq->head = 0;
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_rq_query(struct nic_command *c)
{
	uint8_t *out = IFC_PTR(query_rq_out, c->out, rq_context);
	const struct nic_rq *rq;
	void *o;
	enum nic_syndrome s =
		nic_object_get(c->dev, NIC_OBJECT_RQ, IFC_GET(query_rq_in, c->in, rqn), &o);

	if (s)
		return s;
	rq = o;
	nic_wq_query(&rq->wq, out);
	return NIC_SYN_NONE;
}

/* ---- receiving ---- */

struct receive {
	struct nic_device *dev;
	struct nic_rq *rq;
	const uint8_t *head, *data; /* the frame: its addresses, and what follows them */
	size_t n_head, n_data;
	uint8_t entry[ENTRY_MAX];
	const uint8_t *segs, *end; /* of the entry */
	uint16_t index;		   /* of the entry, for the CQE */
	uint8_t syndrome;
};

static void fail(struct receive *r, enum mlx5_event_type type)
{
	uint8_t data[NIC_EVENT_DATA_SIZE] = { 0 };

	r->rq->wq.state = NIC_WQ_ERR;
	data[20] = QUEUE_TYPE_RQ;
	put_be32(data + 24, r->rq->object.id);
	nic_event(r->dev, type, 0, data, sizeof data);
}

/* Copies the next entry. An entry behind the ring's size is not believed. */
static enum nic_drop fetch(struct receive *r)
{
	struct nic_rq *rq = r->rq;
	size_t size = (size_t)1 << rq->wq.ring.shape.log_stride;
	uint32_t record, n;

	if (!nic_memory_read_record(r->dev, rq->wq.record + RECORD_RECEIVE, &record)) {
		fail(r, MLX5_EVENT_WQ_ACCESS);
		return NIC_DROP_QUEUE;
	}
	n = (uint16_t)(record - rq->wq.counter);
	if (!n)
		return NIC_DROP_NO_BUFFER;
	if (n > nic_ring_mask(&rq->wq.ring) + 1) {
		fail(r, MLX5_EVENT_WQ_INVALID_REQUEST);
		return NIC_DROP_QUEUE;
	}
	r->index = rq->is_list ? rq->head : rq->wq.counter;
	if (!nic_ring_read(r->dev, &rq->wq.ring, r->index, r->entry, size)) {
		fail(r, MLX5_EVENT_WQ_ACCESS);
		return NIC_DROP_QUEUE;
	}
	r->segs = r->entry + (rq->is_list ? NEXT_SEGMENT : 0);
	r->end = r->entry + size;
	return NIC_DROP_NONE;
}

/* Bytes of a buffer. The top bit asks for padding in front, of which there is none. */
static uint32_t buffer_size(const uint8_t *seg)
{
	return IFC_GET(wqe_data_seg, seg, byte_count);
}

static bool is_end(const struct receive *r, const uint8_t *seg)
{
	return seg >= r->end || IFC_GET(wqe_data_seg, seg, lkey) == INVALID_LKEY;
}

static uint64_t room(const struct receive *r)
{
	uint64_t n = 0;

	for (const uint8_t *seg = r->segs; !is_end(r, seg); seg += SEGMENT)
		n += buffer_size(seg);
	return n;
}

static bool put_bytes(struct receive *r, uint64_t addr, uint32_t lkey, const uint8_t *data,
		      size_t n)
{
	if (n && (!nic_mkey_permits(r->dev, lkey, r->rq->wq.pd, addr, n, true) ||
		  !nic_memory_write(r->dev, addr, data, n)))
		r->syndrome = MLX5_CQE_LOCAL_PROTECTION;
	return !r->syndrome;
}

/* The frame goes into the buffers, which have room for it: its addresses first, then the rest. */
static void scatter(struct receive *r)
{
	size_t done = 0, size = r->n_head + r->n_data;

	for (const uint8_t *seg = r->segs; done < size; seg += SEGMENT) {
		uint64_t addr = get_be64(IFC_PTR(wqe_data_seg, seg, addr));
		uint32_t lkey = IFC_GET(wqe_data_seg, seg, lkey);
		size_t n = buffer_size(seg) < size - done ? buffer_size(seg) : size - done;
		size_t n_head = done >= r->n_head ? 0 : r->n_head - done < n ? r->n_head - done : n;
		size_t past_head = done + n_head < r->n_head ? 0 : done + n_head - r->n_head;

		if (!put_bytes(r, addr, lkey, r->head + done, n_head) ||
		    !put_bytes(r, addr + n_head, lkey, r->data + past_head, n - n_head))
			return;
		done += n;
	}
}

static void take(struct receive *r)
{
	struct nic_rq *rq = r->rq;

	rq->wq.counter++;
	if (rq->is_list)
		rq->head = get_be16(r->entry + NEXT_INDEX) & (uint16_t)nic_ring_mask(&rq->wq.ring);
}

/* ---- what the CQE says of the frame ---- */

static enum mlx5_cqe_l4 l4_type(const struct packet_headers *h, const uint8_t *data, size_t size)
{
	if (h->l4 == 0xffff || h->is_fragment)
		return MLX5_CQE_L4_NONE;
	if (h->ip_proto == IPPROTO_UDP)
		return MLX5_CQE_L4_UDP;
	if (h->ip_proto != IPPROTO_TCP)
		return MLX5_CQE_L4_NONE;
	if (!(data[h->l4 + 13] & 0x10)) /* ACK */
		return MLX5_CQE_L4_TCP;
	return size > h->l4 + (data[h->l4 + 12] >> 4) * 4u ? MLX5_CQE_L4_TCP_ACK_DATA
							   : MLX5_CQE_L4_TCP_ACK;
}

static void describe(const struct receive *r, const uint8_t *data, size_t size, uint8_t *cqe)
{
	struct packet p = { .data = CONST_CAST(uint8_t *, data), .size = size }; /* only read */
	uint32_t sum = checksum_add(0, r->data + 2, r->n_data - 2);
	bool is_right = packet_checksums_are_right(&p);
	struct packet_headers h;

	packet_dissect(&h, data, size);
	IFC_SET(cqe, cqe, l3_hdr_type,
		h.l3_type == PACKET_L3_IPV4   ? MLX5_CQE_L3_IPV4
		: h.l3_type == PACKET_L3_IPV6 ? MLX5_CQE_L3_IPV6
					      : MLX5_CQE_L3_NONE);
	IFC_SET(cqe, cqe, l4_hdr_type, l4_type(&h, data, size));
	IFC_SET(cqe, cqe, ip_frag, h.is_fragment);
	IFC_SET(cqe, cqe, l3_ok, is_right && h.l3 != 0xffff);
	IFC_SET(cqe, cqe, l4_ok, is_right && l4_type(&h, data, size) != MLX5_CQE_L4_NONE);
	/* Of all that follows the Ethernet header: cqe_checksum_full. */
	IFC_SET(cqe, cqe, check_sum, ~host_from_be16(checksum_end(sum)));
}

static void complete(struct receive *r, uint8_t *cqe)
{
	struct nic_wq *wq = &r->rq->wq;

	IFC_SET(cqe, cqe, wqe_counter, r->index);
	IFC_SET(cqe, cqe, opcode, r->syndrome ? MLX5_CQE_RESPONDER_ERROR : MLX5_CQE_RESPONDER_SEND);
	if (r->syndrome) {
		IFC_SET(error_cqe, cqe, syndrome, r->syndrome);
		IFC_SET(error_cqe, cqe, qpn, r->rq->object.id);
		wq->state = NIC_WQ_ERR;
	}
	if (!nic_cq_post(r->dev, wq->cq, cqe, false))
		wq->state = NIC_WQ_ERR;
}

/* Takes the outer tag out, if it is one that the queue strips, and tells the CQE. */
static void split(struct receive *r, const uint8_t *data, size_t size, uint8_t *cqe)
{
	size_t skip = 0;

	if (r->rq->strips_vlan && size >= ETH_HLEN_ + VLAN_HLEN_ &&
	    get_be16(data + 12) == ETH_P_8021Q) {
		skip = VLAN_HLEN_;
		IFC_SET(cqe, cqe, cvlan, 1);
		IFC_SET(cqe, cqe, vlan_info, get_be16(data + 14));
	}
	r->head = data;
	r->n_head = 12;
	r->data = data + 12 + skip;
	r->n_data = size - 12 - skip;
}

static enum nic_drop lose(struct nic_rq *rq, enum nic_drop drop)
{
	if (drop == NIC_DROP_NO_BUFFER) {
		rq->n_no_buffer++;
		if (rq->counters)
			rq->counters->out_of_buffer++;
	}
	return drop;
}

enum nic_drop nic_rq_receive(struct nic_device *dev, struct nic_rq *rq, const uint8_t *data,
			     size_t size, const struct nic_rx_meta *meta, uint32_t hash,
			     uint8_t hash_type)
{
	struct receive r = { .dev = dev, .rq = rq };
	uint8_t cqe[IFC_CQE_SIZE] = { 0 };
	enum nic_drop drop;

	if (rq->wq.state != NIC_WQ_RDY || size < ETH_HLEN_)
		return NIC_DROP_QUEUE;
	drop = fetch(&r);
	if (drop)
		return lose(rq, drop);
	split(&r, data, size, cqe);
	if (room(&r) < r.n_head + r.n_data) {
		rq->n_too_long++;
		return NIC_DROP_QUEUE;
	}
	scatter(&r);
	if (!r.syndrome) {
		describe(&r, data, size, cqe);
		IFC_SET(cqe, cqe, byte_cnt, (uint32_t)(r.n_head + r.n_data));
		IFC_SET(cqe, cqe, flow_tag, meta->flow_tag);
		IFC_SET(cqe, cqe, flow_table_metadata, meta->reg_b);
		IFC_SET(cqe, cqe, rx_hash_result, hash);
		IFC_SET(cqe, cqe, rx_hash_type, hash_type);
		rq->n_packets++;
		rq->n_octets += size;
	}
	take(&r);
	complete(&r, cqe);
	return r.syndrome ? NIC_DROP_QUEUE : NIC_DROP_NONE;
}
