/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways to queues: TIRs lead received packets to a receive queue, alone or through a table of
 * them (RQT) by a hash; TISes say whose the packets of a send queue are.
 *
 * The hash is over the addresses and ports that the TIR selects, if the packet is of the TIR's
 * protocols: Toeplitz with the TIR's key (symmetric: of the XOR of source and destination, on both
 * sides), or XOR8: all bytes xored, the bits in reverse order. An entry of the table is chosen by
 * the hash modulo its size. Fragments have no ports; of ESP and AH the SPI can be hashed. LRO, TLS
 * and tunnels are not implemented.
 */
#include "nic/device/queues_internal.h"

#include "base/alloc.h"

#include <netinet/in.h>
#include <string.h>

#define KEY_SIZE      SIZEOF_MEMBER(struct nic_tir, hash_key)
#define DISP_DIRECT   0
#define DISP_INDIRECT 1

#define HASH_TYPE_IPV4 (1u << 2) /* of CQEs */
#define HASH_TYPE_IPV6 (2u << 2)
#define HASH_TYPE_TCP  (1u << 6)
#define HASH_TYPE_UDP  (2u << 6)

#define L3_IPV6	       1 /* of rx_hash_field_select; else IPv4, else TCP */
#define L4_UDP	       1
#define UNKNOWN_FIELDS 0x3fffffe0u
#define AH_SPI	       4 /* bytes into the header */

/* ---- TIS ---- */

static const unsigned int tis_unsupported[] = {
	IFC_LOC_tisc__strict_lag_tx_port_affinity,
	IFC_LOC_tisc__tls_en,
	IFC_LOC_tisc__lag_tx_port_affinity,
	IFC_LOC_tisc__underlay_qpn,
	IFC_LOC_tisc__pd,
};

enum nic_syndrome nic_tis_create(struct nic_command *c)
{
	const uint8_t *tisc = IFC_PTR(create_tis_in, c->in, ctx);
	enum nic_syndrome s;
	struct nic_tis *tis;
	void *o = NULL, *td;

	if (!nic_fields_are_zero(tisc, tis_unsupported, ARRAY_SIZE(tis_unsupported)))
		return NIC_SYN_TIS_FLAGS;
	s = nic_object_get(c->dev, NIC_OBJECT_TD, IFC_GET(tisc, tisc, transport_domain), &td);
	if (!s)
		s = nic_object_add(c->dev, NIC_OBJECT_TIS, &o);
	if (s)
		return s;
	tis = o;
	tis->prio = (uint8_t)IFC_GET(tisc, tisc, prio);
	nic_object_use(tis, td);
	nic_object_answer(c, tis);
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_tis_modify(struct nic_command *c)
{
	const uint8_t *bits = IFC_PTR(modify_tis_in, c->in, bitmask);
	struct nic_tis *tis;
	void *o;
	enum nic_syndrome s =
		nic_object_get(c->dev, NIC_OBJECT_TIS, IFC_GET(modify_tis_in, c->in, tisn), &o);

	if (s)
		return s;
	if (IFC_GET(modify_tis_bitmask, bits, lag_tx_port_affinity) ||
	    IFC_GET(modify_tis_bitmask, bits, strict_lag_tx_port_affinity))
		return NIC_SYN_TIS_FLAGS;
	tis = o;
	if (IFC_GET(modify_tis_bitmask, bits, prio))
		tis->prio = (uint8_t)IFC_GET(tisc, IFC_PTR(modify_tis_in, c->in, ctx), prio);
	return NIC_SYN_NONE;
}

/* ---- RQT ---- */

/* Its commands have the context and the list at the same place. */
size_t nic_rqt_more(const uint8_t *in)
{
	return (size_t)IFC_GET(rqtc, IFC_PTR(create_rqt_in, in, rqt_context), rqt_actual_size) *
	       IFC_RQ_NUM_SIZE;
}

static uint32_t rqn_at(const uint8_t *rqtc, uint32_t i)
{
	return IFC_GET(rq_num, IFC_PTR(rqtc, rqtc, rq_num) + i * IFC_RQ_NUM_SIZE, rq_num);
}

/* A list of RQs, owned by the caller, not held. */
static enum nic_syndrome find_rqs(const struct nic_device *dev, const uint8_t *rqtc, uint32_t n_max,
				  struct nic_rq ***rqs)
{
	uint32_t n = IFC_GET(rqtc, rqtc, rqt_actual_size);
	enum nic_syndrome s = NIC_SYN_NONE;
	void *rq;

	if (!n || n > n_max ||
	    n_max > 1u << IFC_GET(cmd_hca_cap, dev->caps.general, log_max_rqt_size))
		return NIC_SYN_RQT_SIZE;
	*rqs = mem_new_array(n, sizeof **rqs);
	if (!*rqs)
		return NIC_SYN_NO_MEMORY;
	for (uint32_t i = 0; i < n && !s; i++) {
		s = nic_object_get(dev, NIC_OBJECT_RQ, rqn_at(rqtc, i), &rq);
		(*rqs)[i] = rq;
	}
	if (s)
		mem_free(*rqs);
	return s;
}

static void set_rqs(struct nic_rqt *rqt, struct nic_rq **rqs, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		rqs[i]->object.refs++;
	for (uint32_t i = 0; i < rqt->n; i++)
		rqt->rqs[i]->object.refs--;
	mem_free(rqt->rqs);
	rqt->rqs = rqs;
	rqt->n = n;
}

enum nic_syndrome nic_rqt_create(struct nic_command *c)
{
	const uint8_t *rqtc = IFC_PTR(create_rqt_in, c->in, rqt_context);
	struct nic_rq **rqs;
	struct nic_rqt *rqt;
	enum nic_syndrome s;
	void *o;

	if (IFC_GET(rqtc, rqtc, list_q_type) || IFC_GET(rqtc, rqtc, rq_vhca_id_format))
		return NIC_SYN_RQT_FLAGS;
	s = find_rqs(c->dev, rqtc, IFC_GET(rqtc, rqtc, rqt_max_size), &rqs);
	if (s)
		return s;
	s = nic_object_add(c->dev, NIC_OBJECT_RQT, &o);
	if (s) {
		mem_free(rqs);
		return s;
	}
	rqt = o;
	rqt->n_max = IFC_GET(rqtc, rqtc, rqt_max_size);
	set_rqs(rqt, rqs, IFC_GET(rqtc, rqtc, rqt_actual_size));
	nic_object_answer(c, rqt);
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_rqt_modify(struct nic_command *c)
{
	const uint8_t *rqtc = IFC_PTR(modify_rqt_in, c->in, ctx);
	const uint8_t *bits = IFC_PTR(modify_rqt_in, c->in, bitmask);
	struct nic_rq **rqs;
	struct nic_rqt *rqt;
	void *o;
	enum nic_syndrome s =
		nic_object_get(c->dev, NIC_OBJECT_RQT, IFC_GET(modify_rqt_in, c->in, rqtn), &o);

	if (s)
		return s;
	if (IFC_GET(rqtc, rqtc, list_q_type) || IFC_GET(rqtc, rqtc, rq_vhca_id_format))
		return NIC_SYN_RQT_FLAGS;
	rqt = o;
	if (!IFC_GET(rqt_bitmask, bits, rqn_list))
		return NIC_SYN_NONE;
	s = find_rqs(c->dev, rqtc, rqt->n_max, &rqs);
	if (!s)
		set_rqs(rqt, rqs, IFC_GET(rqtc, rqtc, rqt_actual_size));
	return s;
}

void nic_rqt_fini(struct nic_device *dev, void *object)
{
	set_rqs(object, NULL, 0);
}

/* ---- TIR ---- */

static const unsigned int tir_unsupported[] = {
	IFC_LOC_tirc__tls_en,
	IFC_LOC_tirc__lro_timeout_period_usecs,
	IFC_LOC_tirc__packet_merge_mask,
	IFC_LOC_tirc__lro_max_ip_payload_size,
	IFC_LOC_tirc__tunneled_offload_en,
};

static const unsigned int tir_merge[] = {
	IFC_LOC_tirc__lro_timeout_period_usecs,
	IFC_LOC_tirc__packet_merge_mask,
	IFC_LOC_tirc__lro_max_ip_payload_size,
};

static enum nic_syndrome check_hash(const uint8_t *tirc)
{
	uint32_t fields = get_be32(IFC_PTR(tirc, tirc, rx_hash_field_selector_outer));

	if (IFC_GET(tirc, tirc, rx_hash_fn) > MLX5_RX_HASH_TOEPLITZ ||
	    get_be32(IFC_PTR(tirc, tirc, rx_hash_field_selector_inner)))
		return NIC_SYN_TIR_HASH;
	return fields & UNKNOWN_FIELDS ? NIC_SYN_TIR_HASH : NIC_SYN_NONE;
}

static void set_hash(struct nic_tir *tir, const uint8_t *tirc)
{
	tir->hash_fn = (uint8_t)IFC_GET(tirc, tirc, rx_hash_fn);
	tir->is_symmetric = IFC_GET(tirc, tirc, rx_hash_symmetric);
	memcpy(tir->hash_fields, IFC_PTR(tirc, tirc, rx_hash_field_selector_outer),
	       sizeof tir->hash_fields);
	memcpy(tir->hash_key, IFC_PTR(tirc, tirc, rx_hash_toeplitz_key), sizeof tir->hash_key);
}

static enum nic_syndrome find_target(const struct nic_device *dev, const uint8_t *tirc, void **rq,
				     void **rqt)
{
	*rq = *rqt = NULL;
	switch (IFC_GET(tirc, tirc, disp_type)) {
	case DISP_DIRECT:
		return nic_object_get(dev, NIC_OBJECT_RQ, IFC_GET(tirc, tirc, inline_rqn), rq);
	case DISP_INDIRECT:
		return nic_object_get(dev, NIC_OBJECT_RQT, IFC_GET(tirc, tirc, indirect_table),
				      rqt);
	default:
		return NIC_SYN_TIR_TYPE;
	}
}

enum nic_syndrome nic_tir_create(struct nic_command *c)
{
	const uint8_t *tirc = IFC_PTR(create_tir_in, c->in, ctx);
	void *o = NULL, *td = NULL, *rq = NULL, *rqt = NULL;
	enum nic_syndrome s;
	struct nic_tir *tir;

	if (!nic_fields_are_zero(tirc, tir_unsupported, ARRAY_SIZE(tir_unsupported)))
		return NIC_SYN_TIR_FLAGS;
	s = check_hash(tirc);
	if (!s)
		s = nic_object_get(c->dev, NIC_OBJECT_TD, IFC_GET(tirc, tirc, transport_domain),
				   &td);
	if (!s)
		s = find_target(c->dev, tirc, &rq, &rqt);
	if (!s)
		s = nic_object_add(c->dev, NIC_OBJECT_TIR, &o);
	if (s)
		return s;
	tir = o;
	tir->rq = rq;
	tir->rqt = rqt;
	tir->self_lb_block = (uint8_t)IFC_GET(tirc, tirc, self_lb_block);
	set_hash(tir, tirc);
	nic_object_use(tir, td);
	nic_object_use(tir, rq ? rq : rqt);
	nic_object_answer(c, tir);
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_tir_modify(struct nic_command *c)
{
	const uint8_t *tirc = IFC_PTR(modify_tir_in, c->in, ctx);
	const uint8_t *bits = IFC_PTR(modify_tir_in, c->in, bitmask);
	struct nic_tir *tir;
	void *o;
	enum nic_syndrome s =
		nic_object_get(c->dev, NIC_OBJECT_TIR, IFC_GET(modify_tir_in, c->in, tirn), &o);

	if (!s && IFC_GET(modify_tir_bitmask, bits, packet_merge) &&
	    !nic_fields_are_zero(tirc, tir_merge, ARRAY_SIZE(tir_merge)))
		s = NIC_SYN_TIR_FLAGS;
	if (!s && IFC_GET(modify_tir_bitmask, bits, hash))
		s = check_hash(tirc);
	if (s)
		return s;
	tir = o;
	if (IFC_GET(modify_tir_bitmask, bits, hash))
		set_hash(tir, tirc);
	if (IFC_GET(modify_tir_bitmask, bits, self_lb_en))
		tir->self_lb_block = (uint8_t)IFC_GET(tirc, tirc, self_lb_block);
	return NIC_SYN_NONE;
}

struct nic_tir *nic_tir_find(const struct nic_device *dev, uint32_t tirn)
{
	return nic_object_find(dev, NIC_OBJECT_TIR, tirn);
}

void nic_tir_ref(struct nic_tir *tir, int delta)
{
	tir->object.refs += (uint32_t)delta;
}

/* ---- the hash ---- */

/* What is hashed: addresses, then ports, those selected. */
struct tuple {
	uint8_t bytes[2 * 16 + 2 * 2];
	size_t n;
	uint8_t type; /* HASH_TYPE_* */
};

static void add(struct tuple *t, const uint8_t *p, size_t n)
{
	memcpy(t->bytes + t->n, p, n);
	t->n += n;
}

/* Source and destination; in a symmetric hash, of both the XOR. */
static void add_pair(struct tuple *t, const struct nic_tir *tir, const uint8_t *p, size_t n,
		     uint32_t src, uint32_t dst)
{
	uint32_t fields = IFC_GET(rx_hash_field_select, tir->hash_fields, selected_fields);
	uint8_t both[16];

	for (size_t i = 0; i < n; i++)
		both[i] = p[i] ^ p[n + i];
	if (tir->is_symmetric && fields & src && fields & dst) {
		add(t, both, n);
		add(t, both, n);
		return;
	}
	if (fields & src)
		add(t, p, n);
	if (fields & dst)
		add(t, p + n, n);
}

/* Of ESP and, over IPv4, AH. */
static void add_spi(struct tuple *t, const uint8_t *data, size_t size,
		    const struct packet_headers *h)
{
	size_t at = h->l4 + (h->ip_proto == IPPROTO_AH ? AH_SPI : 0u);

	if (at + 4 <= size)
		add(t, data + at, 4);
}

static void add_ports(struct tuple *t, const struct nic_tir *tir, const uint8_t *data,
		      const struct packet_headers *h)
{
	bool is_udp = IFC_GET(rx_hash_field_select, tir->hash_fields, l4_prot_type) == L4_UDP;
	size_t n = t->n;

	if (h->ip_proto != (is_udp ? IPPROTO_UDP : IPPROTO_TCP))
		return;
	add_pair(t, tir, data + h->l4, 2, MLX5_HASH_L4_SPORT, MLX5_HASH_L4_DPORT);
	if (t->n > n)
		t->type |= is_udp ? HASH_TYPE_UDP : HASH_TYPE_TCP;
}

static void make_tuple(struct tuple *t, const struct nic_tir *tir, const uint8_t *data, size_t size)
{
	bool is_v6 = IFC_GET(rx_hash_field_select, tir->hash_fields, l3_prot_type) == L3_IPV6;
	uint32_t fields = IFC_GET(rx_hash_field_select, tir->hash_fields, selected_fields);
	struct packet_headers h;

	packet_dissect(&h, data, size);
	if (h.l3 == 0xffff || h.l3_type != (is_v6 ? PACKET_L3_IPV6 : PACKET_L3_IPV4))
		return;
	add_pair(t, tir, data + h.l3 + (is_v6 ? 8 : 12), is_v6 ? 16 : 4, MLX5_HASH_SRC_IP,
		 MLX5_HASH_DST_IP);
	if (t->n)
		t->type = is_v6 ? HASH_TYPE_IPV6 : HASH_TYPE_IPV4;
	if (h.l4 == 0xffff || h.is_fragment)
		return;
	if (fields & MLX5_HASH_IPSEC_SPI && (h.ip_proto == IPPROTO_ESP || h.ip_proto == IPPROTO_AH))
		add_spi(t, data, size, &h);
	else
		add_ports(t, tir, data, &h);
}

/* Each bit that is set adds the 32 bits of the key that begin at its place. */
static uint32_t toeplitz(const uint8_t *key, const uint8_t *p, size_t n)
{
	uint64_t window = get_be64(key);
	uint32_t hash = 0;

	for (size_t i = 0; i < n; i++) {
		for (int bit = 7; bit >= 0; bit--, window <<= 1) {
			if (p[i] >> bit & 1)
				hash ^= (uint32_t)(window >> 32);
		}
		window |= i + 8 < KEY_SIZE ? key[i + 8] : 0;
	}
	return hash;
}

static uint32_t inverted_xor8(const uint8_t *p, size_t n)
{
	uint8_t x = 0, inverted = 0;

	for (size_t i = 0; i < n; i++)
		x ^= p[i];
	for (unsigned int i = 0; i < 8; i++)
		inverted |= (uint8_t)((x >> i & 1) << (7 - i));
	return inverted;
}

static uint32_t hash_of(const struct nic_tir *tir, const struct tuple *t)
{
	switch ((enum mlx5_rx_hash_fn)tir->hash_fn) {
	case MLX5_RX_HASH_NONE:
		return 0;
	case MLX5_RX_HASH_INVERTED_XOR8:
		return inverted_xor8(t->bytes, t->n);
	case MLX5_RX_HASH_TOEPLITZ:
		return toeplitz(tir->hash_key, t->bytes, t->n);
	}
	return 0;
}

enum nic_drop nic_tir_deliver(struct nic_device *dev, uint32_t tirn, const uint8_t *data,
			      size_t size, const struct nic_rx_meta *meta)
{
	struct nic_tir *tir = nic_tir_find(dev, tirn);
	struct tuple t = { .n = 0 };
	uint32_t hash = 0;

	if (!tir || size < ETH_HLEN_)
		return NIC_DROP_QUEUE;
	if (tir->hash_fn) {
		make_tuple(&t, tir, data, size);
		hash = hash_of(tir, &t);
	}
	return nic_rq_receive(dev, tir->rq ? tir->rq : tir->rqt->rqs[hash % tir->rqt->n], data,
			      size, meta, hash, t.type);
}
