/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rows of layouts.h as tables, and what is printed from them: mailboxes with the fields that
 * are not zero, matches in the terms of a reader.
 */
#include "nic/ifc/ifc.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ID_(s, S) ID_##s,
enum struct_id {
	IFC_STRUCTS(ID_) IFC_N_STRUCTS,
	/* Named as nested layouts, but without rows: bytes. */
	ID_raw = IFC_N_STRUCTS,
	ID_ip_addr = IFC_N_STRUCTS,
	ID_fte_match_set_misc4 = IFC_N_STRUCTS,
	ID_fte_match_set_misc5 = IFC_N_STRUCTS,
	ID_hca_cap_union = IFC_N_STRUCTS,
	ID_modify_action = IFC_N_STRUCTS,
};

static const struct ifc_struct structs[IFC_N_STRUCTS];

#define FIELD_(s, f, off, hi, lo) { #f, IFC_LOC(off, hi, lo), 0, NULL },
#define NESTED_(s, m, off, size, sub) \
	{ #m, (off) << 10, size, ID_##sub == IFC_N_STRUCTS ? NULL : structs + ID_##sub },
#define FIELDS_(s, S) \
	static const struct ifc_field fields_of_##s[] = { IFC_##S(FIELD_, NESTED_){ 0 } };
#define STRUCT_(s, S) [ID_##s] = { #s, IFC_##S##_SIZE, fields_of_##s },

IFC_STRUCTS(FIELDS_)

static const struct ifc_struct structs[IFC_N_STRUCTS] = { IFC_STRUCTS(STRUCT_) };

const struct ifc_struct *ifc_struct_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(structs); i++) {
		if (!strcmp(structs[i].name, name))
			return &structs[i];
	}
	return NULL;
}

/* ---- opcodes and statuses ---- */

static const struct opcode {
	uint16_t opcode;
	const char *name;
	enum struct_id in, out;
} opcodes[] = {
#define OPCODE_(name, opcode, in, out) { (opcode), #name, ID_##in, ID_##out },
	MLX5_OPCODES(OPCODE_)
};

static const struct opcode *opcode_find(uint16_t opcode)
{
	for (size_t i = 0; i < ARRAY_SIZE(opcodes); i++) {
		if (opcodes[i].opcode == opcode)
			return &opcodes[i];
	}
	return NULL;
}

const char *mlx5_opcode_name(uint16_t opcode)
{
	const struct opcode *op = opcode_find(opcode);

	return op ? op->name : NULL;
}

const struct ifc_struct *mlx5_opcode_layout(uint16_t opcode, bool in)
{
	const struct opcode *op = opcode_find(opcode);

	return op ? &structs[in ? op->in : op->out] : NULL;
}

static const struct {
	uint8_t status;
	const char *symbol, *name;
} statuses[] = {
#define STATUS(symbol, name)                          \
	{                                             \
		MLX5_CMD_STAT_##symbol, #symbol, name \
	}
	STATUS(OK, "OK"),
	STATUS(INT_ERR, "internal error"),
	STATUS(BAD_OP_ERR, "bad operation"),
	STATUS(BAD_PARAM_ERR, "bad parameter"),
	STATUS(BAD_SYS_STATE_ERR, "bad system state"),
	STATUS(BAD_RES_ERR, "bad resource"),
	STATUS(RES_BUSY, "resource busy"),
	STATUS(LIM_ERR, "limits exceeded"),
	STATUS(BAD_RES_STATE_ERR, "bad resource state"),
	STATUS(IX_ERR, "bad index"),
	STATUS(NO_RES_ERR, "no resources"),
	STATUS(BAD_QP_STATE_ERR, "bad QP state"),
	STATUS(BAD_PKT_ERR, "bad packet"),
	STATUS(BAD_SIZE_OUTS_CQES_ERR, "too many outstanding CQEs"),
	STATUS(BAD_INP_LEN_ERR, "bad input length"),
	STATUS(BAD_OUTP_LEN_ERR, "bad output length"),
};

const char *mlx5_cmd_status_name(uint8_t status)
{
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		if (statuses[i].status == status)
			return statuses[i].name;
	}
	return NULL;
}

/* A whole number of C up to @max, or -1. */
static int parse_number(const char *s, unsigned long max)
{
	char *end;
	unsigned long n;

	if (*s < '0' || *s > '9')
		return -1;
	n = strtoul(s, &end, 0);
	return *end || n > max ? -1 : (int)n;
}

int mlx5_opcode_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(opcodes); i++) {
		if (!strcasecmp(opcodes[i].name, name))
			return opcodes[i].opcode;
	}
	return parse_number(name, UINT16_MAX);
}

/* Whether @name is @symbol, or what is in front of its _ERR. */
static bool is_symbol(const char *symbol, const char *name)
{
	size_t n = strlen(name);

	return n && !strncasecmp(symbol, name, n) && (!symbol[n] || !strcmp(symbol + n, "_ERR"));
}

int mlx5_cmd_status_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		if (is_symbol(statuses[i].symbol, name))
			return statuses[i].status;
	}
	return parse_number(name, UINT8_MAX);
}

/* ---- mailboxes ---- */

/* Fields that count or name something read best as decimal numbers; bit sets and codes as hex. */
static bool is_decimal(const char *name)
{
	static const char *const endings[] = { "_id",	 "size",   "index", "level", "number",
					       "_type",	 "vid",	   "prio",  "port",  "num",
					       "length", "offset", "bulk",  "ihl",   "hoplimit",
					       "tag",	 "ecn",	   "dscp",  "code",  "version" };
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		size_t n = strlen(endings[i]);

		if (len >= n && !strcmp(name + len - n, endings[i]))
			return true;
	}
	return !strncmp(name, "log_", 4) || !strncmp(name, "max_", 4) || !strncmp(name, "num_", 4);
}

static void put_number(struct text *t, const char *name, uint32_t v)
{
	if (is_decimal(name))
		text_put_u64(t, v);
	else
		text_put_hex(t, v);
}

static bool is_zero(const uint8_t *p, size_t size)
{
	for (; size && !*p; size--)
		p++;
	return !size;
}

/* Starts the next item of a list at whose begin the text had @len characters. */
static void put_item(struct text *t, size_t start, const char *name)
{
	if (t->len > start)
		text_put(t, ", ");
	text_put(t, name);
	text_put_char(t, ' ');
}

static void put_struct(struct text *t, const struct ifc_struct *s, const uint8_t *buf, size_t size);

static void put_bytes(struct text *t, const uint8_t *p, size_t size)
{
	text_put(t, "0x");
	for (size_t i = 0; i < size; i++)
		text_putf(t, "%02x", p[i]);
}

static void put_nested(struct text *t, const struct ifc_struct *sub, const uint8_t *p, size_t size)
{
	if (!sub) {
		put_bytes(t, p, size);
		return;
	}
	text_put_char(t, '{');
	put_struct(t, sub, p, size);
	text_put_char(t, '}');
}

/* The layout of element @i of the array behind a structure: some depend on what is in them. */
static const struct ifc_struct *element_layout(const struct ifc_struct *s,
					       const struct ifc_field *f, const uint8_t *buf,
					       size_t i, const uint8_t *element)
{
	static const enum struct_id actions[] = {
		[MLX5_ACTION_SET] = ID_set_action_in,
		[MLX5_ACTION_ADD] = ID_add_action_in,
		[MLX5_ACTION_COPY] = ID_copy_action_in,
	};

	if (s == &structs[ID_flow_context]) {
		if (i >= IFC_GET(flow_context, buf, destination_list_size))
			return &structs[ID_flow_counter_list];
		return IFC_GET(flow_context, buf, extended_destination)
			       ? &structs[ID_extended_dest_format]
			       : &structs[ID_dest_format_struct];
	}
	if (s == &structs[ID_alloc_modify_header_context_in]) {
		uint32_t type = IFC_GET(set_action_in, element, action_type);

		if (type >= MLX5_ACTION_SET && type <= MLX5_ACTION_COPY)
			return &structs[actions[type]];
	}
	return f->sub;
}

/* How many elements from @off on are all zero. */
static size_t zero_run(const uint8_t *buf, size_t off, size_t step, size_t size)
{
	size_t n = 0;

	for (; off + step <= size && is_zero(buf + off, step); off += step)
		n++;
	return n;
}

/* A row of elements that are all zero is one item: "{} x 127". */
static void put_array(struct text *t, const struct ifc_struct *s, const struct ifc_field *f,
		      const uint8_t *buf, size_t size)
{
	size_t off = IFC_LOC_OFF(f->loc), step = f->sub ? f->sub->size : f->size, run;

	if (!f->sub && step == 1) {
		put_bytes(t, buf + off, size - off);
		return;
	}
	if (s == &structs[ID_flow_context] && IFC_GET(flow_context, buf, extended_destination))
		step = IFC_EXTENDED_DEST_FORMAT_SIZE; /* of counters too */
	text_put_char(t, '[');
	for (size_t i = 0; off + step <= size; i += run, off += run * step) {
		if (i)
			text_put(t, ", ");
		run = zero_run(buf, off, step, size);
		run = run ? run : 1;
		put_nested(t, element_layout(s, f, buf, i, buf + off), buf + off, step);
		if (run > 1)
			text_putf(t, " x %zu", run);
	}
	text_put_char(t, ']');
}

static void put_field(struct text *t, const struct ifc_struct *s, const struct ifc_field *f,
		      const uint8_t *buf, size_t size, size_t start)
{
	size_t off = IFC_LOC_OFF(f->loc);
	uint32_t v;

	if (!f->size) {
		v = off + 4 <= size ? ifc_get(buf, f->loc) : 0;
		if (!v)
			return;
		put_item(t, start, f->name);
		put_number(t, f->name, v);
	} else if (off >= s->size) {
		if (off + (f->sub ? f->sub->size : f->size) > size)
			return;
		put_item(t, start, f->name);
		put_array(t, s, f, buf, size);
	} else if (off + f->size <= size && !is_zero(buf + off, f->size)) {
		put_item(t, start, f->name);
		/* What follows the structure is behind its last member. */
		put_nested(t, f->sub, buf + off, off + f->size == s->size ? size - off : f->size);
	}
}

static void put_struct(struct text *t, const struct ifc_struct *s, const uint8_t *buf, size_t size)
{
	size_t start = t->len;

	for (const struct ifc_field *f = s->fields; f->name; f++)
		put_field(t, s, f, buf, size, start);
}

void ifc_format(struct text *t, const struct ifc_struct *s, const void *buf, size_t size)
{
	put_struct(t, s, buf, size);
}

/* ---- matches ---- */

static void put_mac_bytes(struct text *t, const uint8_t *high, const uint8_t *low)
{
	text_putf(t, "%02x:%02x:%02x:%02x:%02x:%02x", high[0], high[1], high[2], high[3], low[0],
		  low[1]);
}

/* The six bytes of an address lie in two fields: four bytes at @off, two behind. */
static void put_mac(struct text *t, size_t start, const char *name, const uint8_t *mask,
		    const uint8_t *value, size_t off)
{
	const uint8_t *m = mask + off, *v = value + off;

	if (is_zero(m, 6))
		return;
	put_item(t, start, name);
	put_mac_bytes(t, v, v + 4);
	if (get_be32(m) != UINT32_MAX || get_be16(m + 4) != UINT16_MAX) {
		text_put_char(t, '/');
		put_mac_bytes(t, m, m + 4);
	}
}

/* Length of the prefix that the mask is, or -1. */
static int prefix_len(const uint8_t *m, size_t size)
{
	int len = 0;

	while ((size_t)len < size * 8 && m[len / 8] & 0x80 >> len % 8)
		len++;
	for (size_t i = (size_t)len; i < size * 8; i++) {
		if (m[i / 8] & 0x80 >> i % 8)
			return -1;
	}
	return len;
}

static void put_address(struct text *t, size_t start, const char *name, const uint8_t *m,
			const uint8_t *v)
{
	bool v4 = is_zero(m, 12);
	size_t size = v4 ? 4 : 16;
	char s[INET6_ADDRSTRLEN];
	int len;

	if (is_zero(m, 16))
		return;
	m += 16 - size;
	v += 16 - size;
	put_item(t, start, name);
	text_put(t, inet_ntop(v4 ? AF_INET : AF_INET6, v, s, sizeof s));
	len = prefix_len(m, size);
	if (len < 0)
		text_putf(t, "/%s", inet_ntop(v4 ? AF_INET : AF_INET6, m, s, sizeof s));
	else if ((size_t)len < size * 8)
		text_putf(t, "/%d", len);
}

static void put_match_field(struct text *t, size_t start, const char *prefix,
			    const struct ifc_field *f, const uint8_t *mask, const uint8_t *value)
{
	uint32_t m = ifc_get(mask, f->loc), v = ifc_get(value, f->loc);
	const char *name = f->name;

	if (!m)
		return;
	if (!strncmp(name, "metadata_", 9))
		name += 9;
	put_item(t, start, prefix);
	text_cut(t, t->len - 1);
	text_put(t, name);
	text_put_char(t, ' ');
	if (m == IFC_LOC_MASK(f->loc))
		put_number(t, name, v);
	else
		text_putf(t, "0x%x/0x%x", v, m);
}

static void put_headers(struct text *t, size_t start, bool inner, const uint8_t *mask,
			const uint8_t *value)
{
	const size_t src = IFC_OFF_fte_match_set_lyr_2_4__src_ipv4_src_ipv6;
	const size_t dst = IFC_OFF_fte_match_set_lyr_2_4__dst_ipv4_dst_ipv6;
	const struct ifc_field *f = structs[ID_fte_match_set_lyr_2_4].fields;

	put_mac(t, start, inner ? "inner_smac" : "smac", mask, value, 0);
	put_mac(t, start, inner ? "inner_dmac" : "dmac", mask, value, 8);
	for (; f->name; f++) {
		if (!f->size && strncmp(f->name + 1, "mac_", 4))
			put_match_field(t, start, inner ? "inner_" : "", f, mask, value);
	}
	put_address(t, start, inner ? "inner_src" : "src", mask + src, value + src);
	put_address(t, start, inner ? "inner_dst" : "dst", mask + dst, value + dst);
}

void ifc_match_format(struct text *t, const void *mask, const void *value)
{
	const struct ifc_field *f = structs[ID_fte_match_param].fields;
	size_t start = t->len;

	for (; f->name; f++) {
		size_t off = IFC_LOC_OFF(f->loc);
		const uint8_t *m = (const uint8_t *)mask + off, *v = (const uint8_t *)value + off;

		if (f->sub == &structs[ID_fte_match_set_lyr_2_4]) {
			put_headers(t, start, !strncmp(f->name, "inner", 5), m, v);
		} else if (f->sub) {
			for (const struct ifc_field *g = f->sub->fields; g->name; g++)
				put_match_field(t, start, "", g, m, v);
		} else if (!is_zero(m, f->size)) {
			put_item(t, start, f->name);
			put_bytes(t, v, f->size);
			text_put_char(t, '/');
			put_bytes(t, m, f->size);
		}
	}
}
