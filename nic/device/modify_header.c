/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Modify-header contexts: set, add and copy on the fields of a packet and its registers. A field is
 * a row: where it lies and how many bits it has. A packet without the field's header is not
 * changed but dropped (NIC_DROP_ERROR). Checksums are made right afterwards.
 */
#include "nic/device/device_internal.h"

#include "base/alloc.h"

#include <errno.h>

enum base {
	BASE_ETH,
	BASE_TYPE, /* the ethertype behind the tags */
	BASE_VLAN,
	BASE_IPV4,
	BASE_IPV6,
	BASE_IP, /* IPv4 at @offset, IPv6 at @offset6 */
	BASE_TCP,
	BASE_UDP,
	BASE_REG, /* @offset: word of the key */
};

#define DMAC_WORD 2 /* of a key */

struct nic_modify_field {
	uint16_t id; /* enum mlx5_modify_field */
	const char *name;
	enum base base;
	uint8_t offset, offset6; /* bytes from the header's begin */
	uint8_t shift, shift6;	 /* of the field's lowest bit in @bytes big-endian bytes */
	uint8_t bytes;
	uint8_t width; /* bits */
	/* Key words of which a result depends; 0 or more of a row. */
	uint8_t word, n_words;
};

#define FIELD(id, name, base, offset, bytes, width, word)                                \
	{                                                                                \
		MLX5_FIELD_##id, name, base, offset, offset, 0, 0, bytes, width, word, 1 \
	}
#define REG_C(n)                                                                                 \
	{                                                                                        \
		MLX5_FIELD_METADATA_REG_C_0 + (n), "reg_c_" #n, BASE_REG, NIC_KEY_REG_C_0 - (n), \
			0, 0, 0, 4, 32, NIC_KEY_REG_C_0 - (n), 1                                 \
	}

static const struct nic_modify_field fields[] = {
	FIELD(OUT_SMAC_47_16, "smac_47_16", BASE_ETH, 6, 4, 32, 0),
	FIELD(OUT_SMAC_15_0, "smac_15_0", BASE_ETH, 10, 2, 16, 1),
	FIELD(OUT_ETHERTYPE, "ethertype", BASE_TYPE, 0, 2, 16, 1),
	FIELD(OUT_DMAC_47_16, "dmac_47_16", BASE_ETH, 0, 4, 32, 2),
	FIELD(OUT_DMAC_15_0, "dmac_15_0", BASE_ETH, 4, 2, 16, 3),
	{ MLX5_FIELD_OUT_IP_DSCP, "ip_dscp", BASE_IP, 0, 0, 18, 22, 4, 6, 4, 1 },
	FIELD(OUT_TCP_FLAGS, "tcp_flags", BASE_TCP, 12, 2, 9, 4),
	FIELD(OUT_TCP_SPORT, "tcp_sport", BASE_TCP, 0, 2, 16, 5),
	FIELD(OUT_TCP_DPORT, "tcp_dport", BASE_TCP, 2, 2, 16, 5),
	FIELD(OUT_IP_TTL, "ip_ttl", BASE_IPV4, 8, 1, 8, 6),
	FIELD(OUT_UDP_SPORT, "udp_sport", BASE_UDP, 0, 2, 16, 7),
	FIELD(OUT_UDP_DPORT, "udp_dport", BASE_UDP, 2, 2, 16, 7),
	FIELD(OUT_SIPV6_127_96, "sipv6_127_96", BASE_IPV6, 8, 4, 32, 8),
	FIELD(OUT_SIPV6_95_64, "sipv6_95_64", BASE_IPV6, 12, 4, 32, 9),
	FIELD(OUT_SIPV6_63_32, "sipv6_63_32", BASE_IPV6, 16, 4, 32, 10),
	FIELD(OUT_SIPV6_31_0, "sipv6_31_0", BASE_IPV6, 20, 4, 32, 11),
	FIELD(OUT_DIPV6_127_96, "dipv6_127_96", BASE_IPV6, 24, 4, 32, 12),
	FIELD(OUT_DIPV6_95_64, "dipv6_95_64", BASE_IPV6, 28, 4, 32, 13),
	FIELD(OUT_DIPV6_63_32, "dipv6_63_32", BASE_IPV6, 32, 4, 32, 14),
	FIELD(OUT_DIPV6_31_0, "dipv6_31_0", BASE_IPV6, 36, 4, 32, 15),
	FIELD(OUT_SIPV4, "sipv4", BASE_IPV4, 12, 4, 32, 11),
	FIELD(OUT_DIPV4, "dipv4", BASE_IPV4, 16, 4, 32, 15),
	FIELD(OUT_FIRST_VID, "first_vid", BASE_VLAN, 14, 2, 12, 3),
	FIELD(OUT_IPV6_HOPLIMIT, "ipv6_hoplimit", BASE_IPV6, 7, 1, 8, 6),
	{ MLX5_FIELD_METADATA_REG_A, "reg_a", BASE_REG, NIC_KEY_REG_A, 0, 0, 0, 4, 32,
	  NIC_KEY_REG_A, 1 },
	{ MLX5_FIELD_METADATA_REG_B, "reg_b", BASE_REG, NIC_KEY_REG_B, 0, 0, 0, 4, 32,
	  NIC_KEY_REG_B, 1 },
	REG_C(0),
	REG_C(1),
	REG_C(2),
	REG_C(3),
	REG_C(4),
	REG_C(5),
	REG_C(6),
	REG_C(7),
};

static const struct nic_modify_field *field_find(uint32_t id)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].id == id)
			return &fields[i];
	}
	return NULL;
}

/* ---- on a packet ---- */

/* The field's first byte and shift in the frame, or NULL: it has no such header. */
static uint8_t *locate(const struct nic_modify_field *f, struct packet *p,
		       const struct nic_layers *l, unsigned int *shift)
{
	size_t at = 0;

	*shift = f->shift;
	switch (f->base) {
	case BASE_ETH:
		break;
	case BASE_TYPE:
		at = 12 + l->n_vlans * (size_t)VLAN_HLEN_;
		break;
	case BASE_VLAN:
		if (!l->n_vlans)
			return NULL;
		break;
	case BASE_IPV4:
	case BASE_IPV6:
	case BASE_IP:
		if (l->ip_version == 0 || (f->base == BASE_IPV4 && l->ip_version != 4) ||
		    (f->base == BASE_IPV6 && l->ip_version != 6))
			return NULL;
		at = l->l3;
		if (l->ip_version == 6)
			*shift = f->shift6;
		break;
	case BASE_TCP:
	case BASE_UDP:
		if (!l->l4 || l->ip_proto != (f->base == BASE_TCP ? 6 : 17))
			return NULL;
		at = l->l4;
		break;
	case BASE_REG:
		return NULL;
	}
	return p->data + at + f->offset;
}

static uint32_t field_bits(const struct nic_modify_field *f)
{
	return UINT32_MAX >> (32 - f->width);
}

static uint32_t load(const uint8_t *b, size_t bytes)
{
	uint32_t x = 0;

	for (size_t i = 0; i < bytes; i++)
		x = x << 8 | b[i];
	return x;
}

static void store(uint8_t *b, size_t bytes, uint32_t x)
{
	for (size_t i = bytes; i--; x >>= 8)
		b[i] = (uint8_t)x;
}

static int field_get(const struct nic_modify_field *f, struct packet *p, const struct nic_layers *l,
		     const struct nic_key *k, uint32_t *v)
{
	unsigned int shift;
	const uint8_t *b;

	*v = 0;
	if (f->base == BASE_REG) {
		*v = k->w[f->offset];
		return 0;
	}
	b = locate(f, p, l, &shift);
	if (!b)
		return -EINVAL;
	*v = load(b, f->bytes) >> shift & field_bits(f);
	return 0;
}

static int field_set(const struct nic_modify_field *f, struct packet *p, const struct nic_layers *l,
		     struct nic_key *k, uint32_t v)
{
	unsigned int shift;
	uint8_t *b;

	if (f->base == BASE_REG) {
		k->w[f->offset] = v;
		return 0;
	}
	b = locate(f, p, l, &shift);
	if (!b)
		return -EINVAL;
	store(b, f->bytes,
	      (load(b, f->bytes) & ~(field_bits(f) << shift)) | (v & field_bits(f)) << shift);
	return 0;
}

static int run_action(const struct nic_modify_action *a, struct packet *p,
		      const struct nic_layers *l, struct nic_key *k)
{
	uint32_t bits = UINT32_MAX >> (32 - a->length), old, v;
	int err = field_get(a->dst, p, l, k, &old);

	if (!err && a->type == MLX5_ACTION_ADD)
		return field_set(a->dst, p, l, k, (old + a->data) & field_bits(a->dst));
	if (!err && a->type == MLX5_ACTION_COPY) {
		err = field_get(a->src, p, l, k, &v);
		v = v >> a->src_offset & bits;
	} else {
		v = a->data;
	}
	if (err)
		return err;
	return field_set(a->dst, p, l, k, (old & ~(bits << a->dst_offset)) | v << a->dst_offset);
}

int nic_modify_header_run(const struct nic_modify_header *m, struct packet *p,
			  const struct nic_layers *l, struct nic_key *k)
{
	bool summed = false;

	for (size_t i = 0; i < m->n_actions; i++) {
		const struct nic_modify_action *a = &m->actions[i];
		int err = run_action(a, p, l, k);

		if (err)
			return err;
		summed = summed || (a->dst->base >= BASE_IPV4 && a->dst->base <= BASE_UDP);
	}
	if (summed)
		packet_fix_checksums(p);
	return 0;
}

/* Whether all of the destination's address is set. */
static bool sets_dmac(const struct nic_modify_header *m)
{
	bool high = false, low = false;

	for (size_t i = 0; i < m->n_actions; i++) {
		const struct nic_modify_action *a = &m->actions[i];
		bool is_whole = a->type == MLX5_ACTION_SET && a->length == a->dst->width;

		high = high || (is_whole && a->dst->id == MLX5_FIELD_OUT_DMAC_47_16);
		low = low || (is_whole && a->dst->id == MLX5_FIELD_OUT_DMAC_15_0);
	}
	return high && low;
}

/*
 * What set writes does not depend on the packet, but what it leaves of a field does; add carries
 * through the whole field and copy reads another. Whole words are simple and enough.
 */
void nic_modify_header_consults(const struct nic_modify_header *m, struct nic_key *mask)
{
	if (m->changes_dmac && !sets_dmac(m)) {
		/* What is counted as broadcast hangs on what is left of it. */
		mask->w[DMAC_WORD] = UINT32_MAX;
		mask->w[DMAC_WORD + 1] |= 0xffff0000;
	}
	for (size_t i = 0; i < m->n_actions; i++) {
		const struct nic_modify_action *a = &m->actions[i];

		if (a->type == MLX5_ACTION_SET)
			continue;
		if (a->dst->n_words)
			mask->w[a->dst->word] = UINT32_MAX;
		if (a->src && a->src->n_words)
			mask->w[a->src->word] = UINT32_MAX;
	}
}

/* ---- commands ---- */

static bool fits(const struct nic_modify_field *f, uint32_t offset, uint32_t length)
{
	return offset + length <= f->width;
}

static enum nic_syndrome decode_set(struct nic_modify_action *a, const uint8_t *in)
{
	uint32_t length = IFC_GET(set_action_in, in, length);

	a->dst = field_find(IFC_GET(set_action_in, in, field));
	a->dst_offset = (uint8_t)IFC_GET(set_action_in, in, offset);
	a->length = (uint8_t)(length ? length : 32);
	a->data = IFC_GET(set_action_in, in, data);
	if (!a->dst)
		return NIC_SYN_MODHDR_FIELD;
	if (!fits(a->dst, a->dst_offset, a->length))
		return NIC_SYN_MODHDR_WIDTH;
	return a->data & ~(UINT32_MAX >> (32 - a->length)) ? NIC_SYN_MODHDR_DATA : NIC_SYN_NONE;
}

static enum nic_syndrome decode_add(struct nic_modify_action *a, const uint8_t *in)
{
	a->dst = field_find(IFC_GET(add_action_in, in, field));
	a->length = 32;
	a->data = IFC_GET(add_action_in, in, data);
	if (!a->dst)
		return NIC_SYN_MODHDR_FIELD;
	return a->data & ~field_bits(a->dst) ? NIC_SYN_MODHDR_DATA : NIC_SYN_NONE;
}

static enum nic_syndrome decode_copy(struct nic_modify_action *a, const uint8_t *in)
{
	uint32_t length = IFC_GET(copy_action_in, in, length);

	a->src = field_find(IFC_GET(copy_action_in, in, src_field));
	a->dst = field_find(IFC_GET(copy_action_in, in, dst_field));
	a->src_offset = (uint8_t)IFC_GET(copy_action_in, in, src_offset);
	a->dst_offset = (uint8_t)IFC_GET(copy_action_in, in, dst_offset);
	a->length = (uint8_t)(length ? length : 32);
	if (!a->src || !a->dst)
		return NIC_SYN_MODHDR_FIELD;
	return fits(a->src, a->src_offset, a->length) && fits(a->dst, a->dst_offset, a->length)
		       ? NIC_SYN_NONE
		       : NIC_SYN_MODHDR_WIDTH;
}

static enum nic_syndrome decode(const struct nic_device *dev, struct nic_modify_action *a,
				const uint8_t *in)
{
	static enum nic_syndrome (*const decoders[])(struct nic_modify_action *,
						     const uint8_t *) = {
		[MLX5_ACTION_SET] = decode_set,
		[MLX5_ACTION_ADD] = decode_add,
		[MLX5_ACTION_COPY] = decode_copy,
	};
	static const enum nic_element elements[] = {
		[MLX5_ACTION_SET] = NIC_ELEMENT_SET,
		[MLX5_ACTION_ADD] = NIC_ELEMENT_ADD,
		[MLX5_ACTION_COPY] = NIC_ELEMENT_COPY,
	};

	a->type = (uint8_t)IFC_GET(set_action_in, in, action_type);
	if (a->type < MLX5_ACTION_SET || a->type > MLX5_ACTION_COPY)
		return NIC_SYN_MODHDR_TYPE;
	if (nic_element_has_reserved(dev, elements[a->type], in))
		return NIC_SYN_RESERVED;
	return decoders[a->type](a, in);
}

static void note_changes(struct nic_modify_header *m)
{
	for (size_t i = 0; i < m->n_actions; i++) {
		const struct nic_modify_action *a = &m->actions[i];

		m->changes_frame = m->changes_frame || a->dst->base < BASE_REG;
		m->changes_type = m->changes_type || a->dst->base == BASE_TYPE;
		m->changes_dmac = m->changes_dmac || a->dst->id == MLX5_FIELD_OUT_DMAC_47_16 ||
				  a->dst->id == MLX5_FIELD_OUT_DMAC_15_0;
		m->uses_frame = m->uses_frame || m->changes_frame ||
				(a->src && a->src->base < BASE_REG);
	}
}

enum nic_syndrome nic_modify_header_alloc(struct nic_command *c)
{
	uint32_t type = IFC_GET(alloc_modify_header_context_in, c->in, table_type);
	uint32_t n = IFC_GET(alloc_modify_header_context_in, c->in, num_of_actions);
	const uint8_t *in = IFC_PTR(alloc_modify_header_context_in, c->in, actions);
	const uint8_t *prop = nic_caps_table(&c->dev->caps, type);
	struct nic_modify_header *m;
	enum nic_syndrome s = NIC_SYN_NONE;
	int err;

	if (!prop)
		return NIC_SYN_TABLE_TYPE;
	if (!n || n > IFC_GET(flow_table_prop_layout, prop, max_modify_header_actions))
		return NIC_SYN_MODHDR_COUNT;
	if (c->dev->modify_headers.n >>
	    IFC_GET(flow_table_prop_layout, prop, log_max_modify_header_context))
		return NIC_SYN_MODHDR_LIMIT;
	m = mem_new(sizeof *m + n * sizeof m->actions[0]);
	if (!m)
		return NIC_SYN_NO_MEMORY;
	m->table_type = (uint8_t)type;
	m->n_actions = (uint8_t)n;
	for (size_t i = 0; i < n && !s; i++)
		s = decode(c->dev, &m->actions[i], in + i * 8);
	if (s)
		goto out;
	note_changes(m);
	err = idr_add(&c->dev->modify_headers, 1, UINT32_MAX, m, &m->id);
	if (err) {
		s = NIC_SYN_NO_MEMORY;
		goto out;
	}
	c->dev->n_bytes_more += sizeof *m + n * sizeof m->actions[0];
	IFC_SET(alloc_modify_header_context_out, c->out, modify_header_id, m->id);
	return NIC_SYN_NONE;
out:
	mem_free(m);
	return s;
}

enum nic_syndrome nic_modify_header_dealloc(struct nic_command *c)
{
	uint32_t id = IFC_GET(dealloc_modify_header_context_in, c->in, modify_header_id);
	struct nic_modify_header *m = idr_find(&c->dev->modify_headers, id);

	if (!m)
		return NIC_SYN_MODHDR_ID;
	if (m->refs)
		return NIC_SYN_MODHDR_BUSY;
	idr_del(&c->dev->modify_headers, id);
	c->dev->n_bytes_more -= sizeof *m + m->n_actions * sizeof m->actions[0];
	mem_free(m);
	return NIC_SYN_NONE;
}

void nic_modify_header_format(const struct nic_modify_header *m, struct text *t)
{
	for (size_t i = 0; i < m->n_actions; i++) {
		const struct nic_modify_action *a = &m->actions[i];

		text_put(t, i ? ", " : "");
		if (a->type == MLX5_ACTION_COPY)
			text_putf(t, "copy %s[%u+%u] -> %s[%u+%u]", a->src->name, a->src_offset,
				  a->length, a->dst->name, a->dst_offset, a->length);
		else if (a->type == MLX5_ACTION_ADD)
			text_putf(t, "add %s 0x%x", a->dst->name, a->data);
		else if (a->length == a->dst->width)
			text_putf(t, "set %s 0x%x", a->dst->name, a->data);
		else
			text_putf(t, "set %s[%u+%u] 0x%x", a->dst->name, a->dst_offset, a->length,
				  a->data);
	}
}
