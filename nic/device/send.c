/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work queue entries of send queues. A doorbell says no more than that the record has changed; the
 * entries up to the index that is read from it are run in order, at most as many as the ring has
 * blocks. NOP, SEND and LSO are implemented.
 *
 * An entry that is wrong is completed with an error, and the queue is in error: what is posted then
 * is completed as flushed, if its owner wants it so. A ring or a record that is no memory leaves
 * nothing to complete: the owner is told by an event.
 *
 * LSO: the inline headers go before each piece of at most mss bytes, with lengths, IPv4
 * identification, TCP sequence number and flags made right.
 */
#include "nic/device/queues_internal.h"

#include <netinet/in.h>
#include <string.h>

#define BLOCK	       64	 /* bytes */
#define WQE_MAX	       (16 * 64) /* bytes: ds counts units of 16 in 6 bits */
#define UNIT	       16
#define INLINE_AT      0xe /* in the Ethernet segment */
#define RECORD_SEND    4   /* bytes into the doorbell record */
#define QUEUE_TYPE_SQ  2   /* in events */
#define CE_SUCCESS     2   /* a CQE when the entry is done, not only when it fails */
#define TCP_FIN_PSH    0x09
#define TCP_CWR	       0x80
#define VENDOR_UNKNOWN 0x01 /* our syndromes of error CQEs: the entry's opcode */
#define VENDOR_SHAPE   0x02 /* sizes of entry and segments */
#define VENDOR_OFFLOAD 0x03 /* an offload that is not implemented */
#define VENDOR_KEY     0x04 /* memory key */
#define VENDOR_MEMORY  0x05 /* no memory */
#define VENDOR_FRAME   0x06 /* too short, too long, not what LSO can cut */

/* Memory of an entry's data segments, byte after byte. */
struct gather {
	const uint8_t *seg, *end;
	uint32_t done; /* of the first segment */
};

struct send {
	struct nic_device *dev;
	struct nic_sq *sq;
	uint8_t wqe[WQE_MAX];
	size_t size;
	uint8_t syndrome, vendor; /* 0: fine */
	/* Of SEND and LSO. */
	const uint8_t *eth, *headers;
	size_t n_headers; /* bytes */
	uint64_t n_data;
	struct gather gather;
};

static bool refuse(struct send *w, enum mlx5_cqe_syndrome syndrome, uint8_t vendor)
{
	w->syndrome = (uint8_t)syndrome;
	w->vendor = vendor;
	return false;
}

/* ---- data ---- */

static bool check_segment(struct send *w, const uint8_t *seg)
{
	uint32_t size = IFC_GET(wqe_data_seg, seg, byte_count);

	if (IFC_GET(wqe_data_seg, seg, is_inline))
		return refuse(w, MLX5_CQE_LOCAL_OPERATION, VENDOR_OFFLOAD);
	if (size && !nic_mkey_permits(w->dev, IFC_GET(wqe_data_seg, seg, lkey), w->sq->wq.pd,
				      get_be64(IFC_PTR(wqe_data_seg, seg, addr)), size, false))
		return refuse(w, MLX5_CQE_LOCAL_PROTECTION, VENDOR_KEY);
	w->n_data += size;
	return true;
}

static bool gather(struct send *w, uint8_t *to, size_t size)
{
	struct gather *g = &w->gather;

	while (size) {
		uint32_t left = IFC_GET(wqe_data_seg, g->seg, byte_count) - g->done;
		size_t n = size < left ? size : left;

		if (!nic_memory_read(
			    w->dev, get_be64(IFC_PTR(wqe_data_seg, g->seg, addr)) + g->done, to, n))
			return refuse(w, MLX5_CQE_LOCAL_PROTECTION, VENDOR_MEMORY);
		to += n;
		size -= n;
		g->done += (uint32_t)n;
		if (n == left) {
			g->seg += UNIT;
			g->done = 0;
		}
	}
	return true;
}

/* ---- packets ---- */

static const unsigned int unsupported[] = {
	IFC_LOC_wqe_eth_seg__l4_inner_csum,
	IFC_LOC_wqe_eth_seg__l3_inner_csum,
	IFC_LOC_wqe_eth_seg__swp_flags,
};

/* Finds headers and data of SEND and LSO, and checks the latter. */
static bool parse(struct send *w)
{
	const uint8_t *eth = w->wqe + IFC_WQE_CTRL_SEG_SIZE;
	size_t at = IFC_WQE_CTRL_SEG_SIZE + IFC_WQE_ETH_SEG_SIZE;
	bool has_inline;

	if (!w->sq->can_send)
		return refuse(w, MLX5_CQE_LOCAL_OPERATION, VENDOR_UNKNOWN);
	if (w->size < at)
		return refuse(w, MLX5_CQE_LOCAL_OPERATION, VENDOR_SHAPE);
	if (!nic_fields_are_zero(eth, unsupported, ARRAY_SIZE(unsupported)))
		return refuse(w, MLX5_CQE_LOCAL_OPERATION, VENDOR_OFFLOAD);
	has_inline = !IFC_GET(wqe_eth_seg, eth, insert_vlan);
	w->eth = eth;
	w->headers = eth + INLINE_AT;
	w->n_headers = has_inline ? IFC_GET(wqe_eth_seg, eth, inline_hdr_sz) : 0;
	if (w->n_headers > IFC_WQE_ETH_SEG_SIZE - INLINE_AT)
		at += ROUND_UP(w->n_headers - (IFC_WQE_ETH_SEG_SIZE - INLINE_AT), UNIT);
	if (at > w->size)
		return refuse(w, MLX5_CQE_LOCAL_OPERATION, VENDOR_SHAPE);
	w->gather = (struct gather){ w->wqe + at, w->wqe + w->size, 0 };
	for (; at < w->size; at += UNIT) {
		if (!check_segment(w, w->wqe + at))
			return false;
	}
	return true;
}

/* Sends headers and @size bytes of data. */
static bool build(struct send *w, struct packet *p, size_t size)
{
	packet_init(p, w->dev->send_scratch->bytes, sizeof w->dev->send_scratch->bytes);
	memcpy(p->data, w->headers, w->n_headers);
	p->size = w->n_headers + size;
	return gather(w, p->data + w->n_headers, size);
}

static bool finish(struct send *w, struct packet *p)
{
	uint16_t tpid = IFC_GET(wqe_eth_seg, w->eth, insert_svlan) ? 0x88a8 : 0x8100;
	uint16_t tci = (uint16_t)IFC_GET(wqe_eth_seg, w->eth, inline_headers);

	packet_set_checksums(p, IFC_GET(wqe_eth_seg, w->eth, l3_csum),
			     IFC_GET(wqe_eth_seg, w->eth, l4_csum));
	if (IFC_GET(wqe_eth_seg, w->eth, insert_vlan) &&
	    packet_push_vlan(p, be16_from_host(tpid), be16_from_host(tci)))
		return refuse(w, MLX5_CQE_LOCAL_LENGTH, VENDOR_FRAME);
	w->sq->n_packets++;
	w->sq->n_octets += p->size;
	nic_device_xmit(w->dev, w->sq->object.id, p->data, p->size);
	return true;
}

static bool run_send(struct send *w)
{
	struct packet p;
	size_t size;

	if (!parse(w))
		return false;
	size = w->n_headers + w->n_data;
	if (size < ETH_HLEN_ || size > PACKET_MAX)
		return refuse(w, MLX5_CQE_LOCAL_LENGTH, VENDOR_FRAME);
	return build(w, &p, w->n_data) && finish(w, &p);
}

/* ---- LSO ---- */

/* Whether the headers end with a TCP or UDP header over IP. */
static bool can_cut(const struct send *w, const struct packet_headers *h)
{
	size_t size;

	if (h->l4 == 0xffff || h->is_fragment ||
	    (h->ip_proto != IPPROTO_TCP && h->ip_proto != IPPROTO_UDP))
		return false;
	size = h->ip_proto == IPPROTO_TCP ? (w->headers[h->l4 + 12] >> 4) * 4u : 8;
	return h->l4 + size == w->n_headers;
}

/* The piece at @done of the data, which is number @i. */
static void adapt(const struct packet *p, const struct packet_headers *h, uint32_t i, uint64_t done,
		  bool is_last)
{
	uint8_t *l3 = p->data + h->l3, *l4 = p->data + h->l4;

	if (h->l3_type == PACKET_L3_IPV4) {
		put_be16(l3 + 2, (uint16_t)(p->size - h->l3));
		put_be16(l3 + 4, (uint16_t)(get_be16(l3 + 4) + i));
	} else {
		put_be16(l3 + 4, (uint16_t)(p->size - h->l3 - 40));
	}
	if (h->ip_proto == IPPROTO_UDP) {
		put_be16(l4 + 4, (uint16_t)(p->size - h->l4));
		return;
	}
	put_be32(l4 + 4, get_be32(l4 + 4) + (uint32_t)done);
	if (!is_last)
		l4[13] &= (uint8_t)~TCP_FIN_PSH;
	if (i)
		l4[13] &= (uint8_t)~TCP_CWR;
}

static bool run_lso(struct send *w)
{
	unsigned int log_max =
		IFC_GET(per_protocol_networking_offload_caps, w->dev->caps.ethernet, max_lso_cap);
	struct packet_headers h;
	struct packet p;
	uint64_t done = 0;
	uint32_t mss, i = 0;

	if (!parse(w))
		return false;
	mss = IFC_GET(wqe_eth_seg, w->eth, mss);
	packet_dissect(&h, w->headers, w->n_headers);
	if (!can_cut(w, &h) || !mss || !w->n_data || w->n_data > 1ull << log_max ||
	    w->n_headers + mss > PACKET_MAX)
		return refuse(w, MLX5_CQE_LOCAL_LENGTH, VENDOR_FRAME);
	for (; done < w->n_data; i++) {
		size_t n = w->n_data - done < mss ? w->n_data - done : mss;

		if (!build(w, &p, n))
			return false;
		adapt(&p, &h, i, done, done + n == w->n_data);
		if (!finish(w, &p))
			return false;
		done += n;
	}
	return true;
}

/* ---- entries ---- */

static bool run_entry(struct send *w)
{
	switch (IFC_GET(wqe_ctrl_seg, w->wqe, opcode)) {
	case MLX5_WQE_NOP:
		return true;
	case MLX5_WQE_SEND:
		return run_send(w);
	case MLX5_WQE_LSO:
		return run_lso(w);
	default:
		return refuse(w, MLX5_CQE_LOCAL_OPERATION, VENDOR_UNKNOWN);
	}
}

static void tell(struct nic_device *dev, struct nic_sq *sq, enum mlx5_event_type type)
{
	uint8_t data[NIC_EVENT_DATA_SIZE] = { 0 };

	sq->wq.state = NIC_WQ_ERR;
	sq->n_errors++;
	data[20] = QUEUE_TYPE_SQ;
	put_be32(data + 24, sq->object.id);
	nic_event(dev, type, 0, data, sizeof data);
}

static void complete(struct send *w)
{
	struct nic_sq *sq = w->sq;
	uint8_t cqe[IFC_CQE_SIZE] = { 0 };

	IFC_SET(error_cqe, cqe, qpn, sq->object.id);
	IFC_SET(error_cqe, cqe, s_wqe_opcode, IFC_GET(wqe_ctrl_seg, w->wqe, opcode));
	IFC_SET(error_cqe, cqe, wqe_counter, sq->wq.counter);
	IFC_SET(error_cqe, cqe, opcode,
		w->syndrome ? MLX5_CQE_REQUESTER_ERROR : MLX5_CQE_REQUESTER);
	IFC_SET(error_cqe, cqe, syndrome, w->syndrome);
	IFC_SET(error_cqe, cqe, vendor_error_syndrome, w->vendor);
	if (w->syndrome) {
		sq->wq.state = NIC_WQ_ERR;
		sq->n_errors++;
	}
	if (!nic_cq_post(w->dev, sq->wq.cq, cqe, IFC_GET(wqe_ctrl_seg, w->wqe, se)))
		sq->wq.state = NIC_WQ_ERR;
}

/* Copies the entry at the counter; false: it is not in memory. */
static bool fetch(struct send *w, uint32_t *n_blocks)
{
	const struct nic_wq *wq = &w->sq->wq;

	if (!nic_ring_read(w->dev, &wq->ring, wq->counter, w->wqe, BLOCK))
		return false;
	w->size = IFC_GET(wqe_ctrl_seg, w->wqe, ds) * UNIT;
	*n_blocks = w->size ? (uint32_t)(w->size + BLOCK - 1) / BLOCK : 1;
	return *n_blocks == 1 || nic_ring_read(w->dev, &wq->ring, wq->counter + 1u, w->wqe + BLOCK,
					       (*n_blocks - 1) * BLOCK);
}

static bool is_entry(const struct send *w)
{
	return w->size && IFC_GET(wqe_ctrl_seg, w->wqe, qp_or_sq) == w->sq->object.id &&
	       IFC_GET(wqe_ctrl_seg, w->wqe, wqe_index) == w->sq->wq.counter;
}

/* Runs or flushes one of at most @left blocks; returns how many it has, 0: nothing can go on. */
static uint32_t run_next(struct nic_device *dev, struct nic_sq *sq, uint32_t left)
{
	struct send w = { .dev = dev, .sq = sq };
	uint32_t n;

	if (!fetch(&w, &n)) {
		tell(dev, sq, MLX5_EVENT_WQ_ACCESS);
		return 0;
	}
	if (sq->wq.state == NIC_WQ_ERR)
		refuse(&w, MLX5_CQE_FLUSHED, 0);
	else if (n > left || !is_entry(&w))
		refuse(&w, MLX5_CQE_LOCAL_OPERATION, VENDOR_SHAPE);
	else
		run_entry(&w);
	sq->n_wqes++;
	if (w.syndrome || IFC_GET(wqe_ctrl_seg, w.wqe, ce) & CE_SUCCESS)
		complete(&w);
	sq->wq.counter = (uint16_t)(sq->wq.counter + (n < left ? n : left));
	return n < left ? n : left;
}

static bool can_go_on(const struct nic_wq *wq)
{
	return wq->state == NIC_WQ_RDY ||
	       (wq->state == NIC_WQ_ERR && wq->flushes && !wq->cq->status);
}

void nic_sq_run(struct nic_device *dev, struct nic_sq *sq)
{
	uint32_t record, left, n;

	if (!can_go_on(&sq->wq))
		return;
	if (!nic_memory_read_record(dev, sq->wq.record + RECORD_SEND, &record)) {
		tell(dev, sq, MLX5_EVENT_WQ_ACCESS);
		return;
	}
	left = (uint16_t)(record - sq->wq.counter);
	if (left > nic_ring_mask(&sq->wq.ring) + 1) {
		tell(dev, sq, MLX5_EVENT_WQ_INVALID_REQUEST);
		return;
	}
	while (left && can_go_on(&sq->wq)) {
		n = run_next(dev, sq, left);
		if (!n)
			return;
		left -= n;
	}
}
