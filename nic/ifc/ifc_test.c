/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of layouts.h against themselves, and how mailboxes and matches read. */
#include "nic/ifc/ifc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define NAME_(s, S) #s,
static const char *const names[] = { IFC_STRUCTS(NAME_) };

#define OPCODE_(name, opcode, in, out) opcode,
static const uint16_t opcodes[] = { MLX5_OPCODES(OPCODE_) };

#define ELEMENT_BITS_MAX (IFC_INIT_SEGMENT_SIZE * 8)

static void mark(const struct ifc_struct *s, const struct ifc_field *f, bool *taken)
{
	size_t off = IFC_LOC_OFF(f->loc);
	size_t first = f->size ? off * 8 : off * 8 + 31 - IFC_LOC_HI(f->loc);
	size_t n = f->size ? f->size * 8u : IFC_LOC_HI(f->loc) - IFC_LOC_LO(f->loc) + 1;

	assert_true(IFC_LOC_HI(f->loc) >= IFC_LOC_LO(f->loc));
	if (off >= s->size)
		return; /* what follows the structure */
	if (first + n > s->size * 8)
		fail_msg("%s.%s is not inside", s->name, f->name);
	for (size_t b = first; b < first + n; b++) {
		if (taken[b])
			fail_msg("%s.%s overlaps another field", s->name, f->name);
		taken[b] = true;
	}
}

static void no_two_fields_overlap_and_all_lie_inside(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct ifc_struct *s = ifc_struct_find(names[i]);
		bool taken[ELEMENT_BITS_MAX] = { false };

		assert_non_null(s);
		assert_true(s->size * 8 <= ELEMENT_BITS_MAX);
		for (const struct ifc_field *f = s->fields; f->name; f++) {
			mark(s, f, taken);
			if (f->size && f->sub && IFC_LOC_OFF(f->loc) < s->size)
				assert_int_equal(f->size, f->sub->size);
		}
	}
	assert_null(ifc_struct_find("no such"));
}

static void set_and_get_are_inverse_and_touch_nothing_else(void **state)
{
	for (unsigned int hi = 0; hi < 32; hi++) {
		for (unsigned int lo = 0; lo <= hi; lo++) {
			unsigned int loc = IFC_LOC(4, hi, lo);
			uint8_t zero[12] = { 0 }, ones[12];
			uint32_t max = UINT32_MAX >> (31 - hi + lo);

			memset(ones, 0xff, sizeof ones);
			ifc_set(zero, loc, max);
			ifc_set(ones, loc, 0);
			assert_int_equal(ifc_get(zero, loc), max);
			assert_int_equal(get_be32(zero + 4), max << lo);
			assert_int_equal(ifc_get(ones, loc), 0);
			assert_int_equal(get_be32(ones + 4), ~(max << lo));
			assert_int_equal(get_be32(zero) | get_be32(zero + 8), 0);
			assert_int_equal(get_be32(ones) & get_be32(ones + 8), UINT32_MAX);
		}
	}
}

static void every_opcode_has_a_name_and_layouts(void **state)
{
	size_t n = 0;

	for (uint32_t op = 0; op <= 0xffff; op++) {
		const char *name = mlx5_opcode_name((uint16_t)op);
		const struct ifc_struct *in = mlx5_opcode_layout((uint16_t)op, true);
		const struct ifc_struct *out = mlx5_opcode_layout((uint16_t)op, false);

		n += name != NULL;
		assert_int_equal(name != NULL, in != NULL);
		assert_int_equal(name != NULL, out != NULL);
		if (!in)
			continue;
		/* The head is the same in all. */
		assert_int_equal(in->fields[0].loc, IFC_LOC_cmd_in__opcode);
		assert_int_equal(out->fields[0].loc, IFC_LOC_cmd_out__status);
	}
	assert_int_equal(n, ARRAY_SIZE(opcodes));
	for (size_t i = 0; i < ARRAY_SIZE(opcodes); i++)
		assert_non_null(mlx5_opcode_name(opcodes[i]));
	assert_string_equal(mlx5_opcode_name(0x936), "SET_FLOW_TABLE_ENTRY");
	assert_string_equal(mlx5_cmd_status_name(3), "bad parameter");
	assert_null(mlx5_cmd_status_name(0x7));
}

static void a_mailbox_reads_as_its_fields(void **state)
{
	uint8_t in[IFC_SET_FTE_IN_SIZE + 16] = { 0 };
	uint8_t *ctx = IFC_PTR(set_fte_in, in, flow_context), *d = in + IFC_SET_FTE_IN_SIZE;
	struct text t;

	text_init(&t);
	IFC_SET(set_fte_in, in, table_id, 26);
	IFC_SET(flow_context, ctx, action, 0xc);
	IFC_SET(flow_context, ctx, destination_list_size, 1);
	IFC_SET(flow_context, ctx, flow_counter_list_size, 1);
	IFC_SET(dest_format_struct, d, destination_id, 1);
	IFC_SET(flow_counter_list, d + 8, flow_counter_id, 256);
	ifc_format(&t, mlx5_opcode_layout(MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, true), in, sizeof in);
	assert_string_equal(t.s, "table_id 26, flow_context {action 0xc, destination_list_size 1, "
				 "flow_counter_list_size 1, destination [{destination_id 1}, "
				 "{flow_counter_id 256}]}");
	text_fini(&t);
}

static void every_short_mailbox_is_printed_inside_its_size(void **state)
{
	static const uint8_t ones[0x500] = { [0 ... 0x4ff] = 0xff };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct ifc_struct *s = ifc_struct_find(names[i]);

		for (size_t size = 0; size < 0x100; size += 3) {
			/* Right behind the bytes is what the sanitizer watches. */
			const uint8_t *p = ones + sizeof ones - size;
			struct text t;

			text_init(&t);
			ifc_format(&t, s, p, size);
			text_fini(&t);
		}
	}
}

#define OUTER(f) IFC_LOC_fte_match_set_lyr_2_4__##f
#define REG_C_0	 (IFC_LOC_fte_match_set_misc2__metadata_reg_c_0 + (0xc0 << 10))

static const struct {
	unsigned int loc[2];
	uint32_t mask[2], value[2];
	const char *text;
} matches[] = {
	{ { OUTER(smac_47_16), OUTER(smac_15_0) },
	  { ~0u, 0xffff },
	  { 0x02000000, 1 },
	  "smac 02:00:00:00:00:01" },
	{ { OUTER(dmac_47_16), OUTER(dmac_15_0) },
	  { 0x01000000, 0 },
	  { 0x01000000, 0 },
	  "dmac 01:00:00:00:00:00/01:00:00:00:00:00" },
	{ { IFC_LOC(0x3c, 31, 0), OUTER(ip_version) },
	  { 0xffffff00, 15 },
	  { 0x0a000000, 4 },
	  "ip_version 4, dst 10.0.0.0/24" },
	{ { IFC_LOC(0x2c, 31, 0), OUTER(ethertype) },
	  { 0xff0000ff, 0xffff },
	  { 0x0a000001, 0x800 },
	  "ethertype 0x800, src 10.0.0.1/255.0.0.255" },
	{ { IFC_LOC(0x20, 31, 0), REG_C_0 },
	  { 0xffff0000, 0xffff0000 },
	  { 0xfe800000, 0x00010000 },
	  "src fe80::/16, reg_c_0 0x10000/0xffff0000" },
	{ { OUTER(udp_dport), OUTER(cvlan_tag) },
	  { 0xffff, 1 },
	  { 53, 0 },
	  "cvlan_tag 0, udp_dport 53" },
};

static void a_match_reads_as_people_write_it(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(matches); i++) {
		uint8_t mask[IFC_FTE_MATCH_PARAM_SIZE] = { 0 };
		uint8_t value[IFC_FTE_MATCH_PARAM_SIZE] = { 0 };
		struct text t;

		text_init(&t);
		for (size_t j = 0; j < 2; j++) {
			ifc_set(mask, matches[i].loc[j], matches[i].mask[j]);
			ifc_set(value, matches[i].loc[j], matches[i].value[j]);
		}
		ifc_match_format(&t, mask, value);
		assert_string_equal(t.s, matches[i].text);
		text_fini(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_two_fields_overlap_and_all_lie_inside),
		cmocka_unit_test(set_and_get_are_inverse_and_touch_nothing_else),
		cmocka_unit_test(every_opcode_has_a_name_and_layouts),
		cmocka_unit_test(a_mailbox_reads_as_its_fields),
		cmocka_unit_test(every_short_mailbox_is_printed_inside_its_size),
		cmocka_unit_test(a_match_reads_as_people_write_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
