/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packet reformat contexts. Encapsulation puts a header in front of the frame (of the packet behind
 * its Ethernet header for MLX5_REFORMAT_L2_TO_L3_TUNNEL), and fills in it what depends on the
 * packet: the length, identification and checksum of IPv4, the payload length of IPv6, the length
 * of UDP and its source port, 0xc000 and 14 bits of a hash of the flow inside, so that routers
 * spread flows. The UDP checksum stays what the context says, 0 in practice, for IPv6 too (RFC
 * 6935): the device does not sum a payload that it only carries. MLX5_REFORMAT_L3_TUNNEL_TO_L2
 * takes away all in front of the IP header in the tunnel and puts an Ethernet header there.
 *
 * Absent: inserting and removing parts of headers, MACsec. A header has to begin with Ethernet and
 * IP.
 */
#include "nic/device/device_internal.h"

#include "base/alloc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define HEADER_AT 0x22 /* of the command */
#define ABSENT	  0xffff

static const char *const type_names[] = {
	[MLX5_REFORMAT_L2_TO_VXLAN] = "encap vxlan",
	[MLX5_REFORMAT_L2_TO_NVGRE] = "encap nvgre",
	[MLX5_REFORMAT_L2_TO_L2_TUNNEL] = "encap",
	[MLX5_REFORMAT_L3_TUNNEL_TO_L2] = "decap to l2",
	[MLX5_REFORMAT_L2_TO_L3_TUNNEL] = "encap without l2",
};

/* ---- on a packet ---- */

/* All fragments of a packet have the same: only ports of whole ones count. */
static uint32_t flow_hash(const struct packet *p, const struct nic_layers *l)
{
	struct packet_headers headers;

	const uint8_t *ip = p->data + l->l3;
	uint64_t h;

	if (!l->ip_version)
		return (uint32_t)hash_bytes(p->data, ETH_HLEN_, 0);
	h = l->ip_version == 4 ? hash_bytes(ip + 12, 8, l->ip_proto)
			       : hash_bytes(ip + 8, 32, l->ip_proto);
	packet_dissect(&headers, p->data, p->size);
	if (l->l4 && !headers.is_fragment && (l->ip_proto == 6 || l->ip_proto == 17))
		h = hash_bytes(p->data + l->l4, 4, h);
	return (uint32_t)h;
}

static void fill_ipv4(struct nic_device *dev, uint8_t *ip, size_t size)
{
	be16 sum;

	put_be16(ip + 2, (uint16_t)size);
	put_be16(ip + 4, dev->ip_id++);
	put_be16(ip + 10, 0);
	sum = checksum_end(checksum_add(0, ip, (ip[0] & 15u) * 4u));
	memcpy(ip + 10, &sum, sizeof sum);
}

static void fill(struct nic_device *dev, const struct nic_reformat *r, struct packet *p,
		 uint32_t hash)
{
	uint8_t *ip = p->data + r->l3, *udp = p->data + r->udp;

	if (r->ip_version == 4)
		fill_ipv4(dev, ip, p->size - r->l3);
	else
		put_be16(ip + 4, (uint16_t)(p->size - r->l3 - 40));
	if (!r->udp)
		return;
	put_be16(udp, (uint16_t)(0xc000 | (hash & 0x3fff)));
	put_be16(udp + 4, (uint16_t)(p->size - r->udp));
}

int nic_reformat_run(struct nic_device *dev, const struct nic_reformat *r, struct packet *p,
		     const struct nic_layers *l)
{
	bool is_decap = nic_reformat_is_decap(r);
	size_t away = is_decap					 ? l->inner_l3
		      : r->type == MLX5_REFORMAT_L2_TO_L3_TUNNEL ? ETH_HLEN_ + l->n_vlans * 4u
								 : 0;
	uint32_t hash = r->udp ? flow_hash(p, l) : 0;
	int err;

	if (is_decap && !away)
		return -EINVAL;
	if (p->size - away + r->size > PACKET_MAX)
		return -ENOSPC;
	err = packet_pull(p, away);
	if (!err)
		err = packet_push(p, r->header, r->size);
	if (!err && !is_decap)
		fill(dev, r, p, hash);
	return err;
}

/* ---- commands ---- */

static bool has_l2_header(const struct nic_reformat *r)
{
	struct packet_headers h;

	packet_dissect(&h, r->header, r->size);
	return r->size == ETH_HLEN_ + h.n_vlans * 4u;
}

/* Of VXLAN's header, or of Geneve's, which drivers make with the same type, with its options. */
static size_t udp_tunnel_size(const struct nic_reformat *r, size_t l4)
{
	const uint8_t *udp = r->header + l4;

	if (r->size < l4 + 16u || get_be16(udp + 2) != NIC_PORT_GENEVE)
		return 16;
	return 16u + (udp[8] & 0x3fu) * 4u;
}

/* Finds what is to be filled. False: the header is not one of the type. */
static bool find_headers(struct nic_reformat *r)
{
	struct packet_headers h;

	packet_dissect(&h, r->header, r->size);
	if (h.l3 == ABSENT || h.l4 == ABSENT || h.is_fragment)
		return false;
	r->l3 = h.l3;
	r->ip_version = h.l3_type == PACKET_L3_IPV4 ? 4 : 6;
	r->udp = h.ip_proto == 17 ? h.l4 : 0;
	switch (r->type) {
	case MLX5_REFORMAT_L2_TO_VXLAN:
		return r->udp && r->size == h.l4 + udp_tunnel_size(r, h.l4);
	case MLX5_REFORMAT_L2_TO_NVGRE:
		return h.ip_proto == 47 && r->size >= h.l4 + 4u;
	default:
		return true;
	}
}

static enum nic_syndrome check(const struct nic_device *dev, const uint8_t *ctx)
{
	const uint8_t *esw = dev->caps.eswitch;
	uint32_t size = IFC_GET(packet_reformat_context_in, ctx, reformat_data_size);

	if (IFC_GET(packet_reformat_context_in, ctx, reformat_type) >= ARRAY_SIZE(type_names))
		return NIC_SYN_REFORMAT_TYPE;
	if (IFC_GET(packet_reformat_context_in, ctx, reformat_param_0) ||
	    IFC_GET(packet_reformat_context_in, ctx, reformat_param_1))
		return NIC_SYN_REFORMAT_PARAM;
	if (size < ETH_HLEN_ || size > IFC_GET(e_switch_cap, esw, max_encap_header_size))
		return NIC_SYN_REFORMAT_SIZE;
	return dev->reformats.n >> IFC_GET(e_switch_cap, esw, log_max_packet_reformat_context)
		       ? NIC_SYN_REFORMAT_LIMIT
		       : NIC_SYN_NONE;
}

enum nic_syndrome nic_reformat_alloc(struct nic_command *c)
{
	const uint8_t *ctx =
		IFC_PTR(alloc_packet_reformat_context_in, c->in, packet_reformat_context);
	uint32_t size = IFC_GET(packet_reformat_context_in, ctx, reformat_data_size);
	enum nic_syndrome s = check(c->dev, ctx);
	struct nic_reformat *r;

	if (s)
		return s;
	r = mem_new(sizeof *r + size);
	if (!r)
		return NIC_SYN_NO_MEMORY;
	r->type = (uint8_t)IFC_GET(packet_reformat_context_in, ctx, reformat_type);
	r->size = (uint16_t)size;
	memcpy(r->header, c->in + HEADER_AT, size);
	if (!(nic_reformat_is_decap(r) ? has_l2_header(r) : find_headers(r)))
		s = NIC_SYN_REFORMAT_DATA;
	else if (idr_add(&c->dev->reformats, 1, UINT32_MAX, r, &r->id))
		s = NIC_SYN_NO_MEMORY;
	if (s) {
		mem_free(r);
		return s;
	}
	c->dev->n_bytes_more += sizeof *r + size;
	IFC_SET(alloc_packet_reformat_context_out, c->out, packet_reformat_id, r->id);
	return NIC_SYN_NONE;
}

enum nic_syndrome nic_reformat_dealloc(struct nic_command *c)
{
	uint32_t id = IFC_GET(dealloc_packet_reformat_context_in, c->in, packet_reformat_id);
	struct nic_reformat *r = idr_find(&c->dev->reformats, id);

	if (!r)
		return NIC_SYN_REFORMAT_ID;
	if (r->refs)
		return NIC_SYN_REFORMAT_BUSY;
	idr_del(&c->dev->reformats, id);
	c->dev->n_bytes_more -= sizeof *r + r->size;
	mem_free(r);
	return NIC_SYN_NONE;
}

/* ---- as text ---- */

static void put_addresses(const struct nic_reformat *r, struct text *t)
{
	const uint8_t *ip = r->header + r->l3;
	int family = r->ip_version == 4 ? AF_INET : AF_INET6;
	size_t src = r->ip_version == 4 ? 12 : 8, dst = r->ip_version == 4 ? 16 : 24;
	char s[INET6_ADDRSTRLEN];

	text_putf(t, " %s", inet_ntop(family, ip + src, s, sizeof s));
	text_putf(t, " > %s", inet_ntop(family, ip + dst, s, sizeof s));
}

void nic_reformat_format(const struct nic_reformat *r, struct text *t)
{
	text_put(t, type_names[r->type]);
	if (r->ip_version)
		put_addresses(r, t);
	if (r->udp)
		text_putf(t, " udp %u", get_be16(r->header + r->udp + 2));
	if (r->type == MLX5_REFORMAT_L2_TO_VXLAN)
		text_putf(t, " vni %u", get_be32(r->header + r->udp + 12) >> 8);
}
