/* SPDX-License-Identifier: BSD-2-Clause */
/* The builder: bytes, limits of the buffer and of an attribute, origins. */
#include "netlink/msg.h"

#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

/* One of everything. */
static int build(struct nl_msg *m)
{
	static const uint8_t header[5] = { 1, 2, 3, 4, 5 };
	size_t nest, inner;

	nl_msg_start(m, 44, NLM_F_REQUEST, header, sizeof header);
	nl_put_u8(m, 1, 0x11);
	nl_put_u16(m, 2, 0x2222);
	nl_put_u32(m, 3, 0x33333333);
	nl_put_u64(m, 4, 0x4444444444444444);
	nest = nl_nest_start(m, 5);
	nl_put_be16(m, 6, be16_from_host(0x0102));
	inner = nl_nest_start_plain(m, 7);
	nl_put_str(m, 8, "abc");
	nl_put_flag(m, 9);
	nl_nest_end(m, inner);
	nl_nest_end(m, nest);
	nl_put_be32(m, 10, be32_from_host(0x01020304));
	nl_put(m, 11, "xyz", 3);
	return nl_msg_end(m);
}

/* clang-format off */
/* By hand; host order is little-endian on the machines that this golden is for. */
static const uint8_t golden[] = {
	104, 0, 0, 0,  44, 0,  1, 0,  0, 0, 0, 0,  0, 0, 0, 0,                /* nlmsghdr */
	1, 2, 3, 4,  5, 0, 0, 0,                                              /* family header */
	5, 0, 1, 0,  0x11, 0, 0, 0,                                           /* u8 */
	6, 0, 2, 0,  0x22, 0x22, 0, 0,                                        /* u16 */
	8, 0, 3, 0,  0x33, 0x33, 0x33, 0x33,                                  /* u32 */
	12, 0, 4, 0,  0x44, 0x44, 0x44, 0x44,  0x44, 0x44, 0x44, 0x44,        /* u64 */
	28, 0, 5, 0x80,                                                       /* nest, flagged */
	6, 0, 6, 0,  1, 2, 0, 0,                                              /*  be16 */
	16, 0, 7, 0,                                                          /*  nest, plain */
	8, 0, 8, 0,  'a', 'b', 'c', 0,                                        /*   string */
	4, 0, 9, 0,                                                           /*   flag */
	8, 0, 10, 0,  1, 2, 3, 4,                                             /* be32 */
	7, 0, 11, 0,  'x', 'y', 'z', 0,                                       /* binary */
};
/* clang-format on */

static void bytes_are_the_golden_ones(void **state)
{
	_Alignas(4) uint8_t buf[256];
	struct nl_msg m;

	memset(buf, 0xee, sizeof buf);
	nl_msg_init(&m, buf, sizeof buf);
	assert_int_equal(build(&m), 0);
	assert_int_equal(m.size, sizeof golden);
	assert_memory_equal(buf, golden, sizeof golden);
}

static void every_short_buffer_is_refused(void **state)
{
	for (size_t cap = 0; cap <= sizeof golden; cap++) {
		uint8_t *buf = mem_new(cap);
		struct nl_msg m;

		assert_non_null(buf);
		nl_msg_init(&m, buf, cap);
		assert_int_equal(build(&m), cap < sizeof golden ? -EMSGSIZE : 0);
		mem_free(buf);
	}
}

static void messages_follow_each_other_in_a_buffer(void **state)
{
	_Alignas(4) uint8_t buf[256];
	struct nl_msg m;

	nl_msg_init(&m, buf, sizeof buf);
	assert_int_equal(build(&m), 0);
	assert_int_equal(build(&m), 0);
	assert_int_equal(m.start, sizeof golden);
	assert_memory_equal(buf + sizeof golden, golden, sizeof golden);
	assert_int_equal(nl_msg_header(&m)->nlmsg_type, 44);
}

static void an_attribute_beyond_16_bits_is_refused(void **state)
{
	static const struct {
		size_t size;
		int err;
	} cases[] = { { 65531, 0 }, { 65532, -ERANGE }, { 70000, -ERANGE } };
	const size_t cap = 200000;
	uint8_t *buf = mem_new(cap), *data = mem_new(70000);

	assert_non_null(buf);
	assert_non_null(data);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nl_msg m;

		nl_msg_init(&m, buf, cap);
		nl_msg_start(&m, 1, 0, NULL, 0);
		nl_put(&m, 1, data, cases[i].size);
		assert_int_equal(nl_msg_end(&m), cases[i].err);
	}
	mem_free(buf);
	mem_free(data);
}

static void a_nest_beyond_16_bits_is_refused(void **state)
{
	const size_t cap = 200000;
	uint8_t *buf = mem_new(cap), *data = mem_new(40000);

	assert_non_null(buf);
	assert_non_null(data);
	/* 65535 is the limit; a nest is a multiple of 4, but for the last attribute's padding. */
	for (size_t second = 25516; second <= 25530; second++) {
		struct nl_msg m;
		size_t nest;

		nl_msg_init(&m, buf, cap);
		nl_msg_start(&m, 1, 0, NULL, 0);
		nest = nl_nest_start(&m, 1);
		nl_put(&m, 2, data, 40000);
		nl_put(&m, 3, data, second);
		nl_nest_end(&m, nest);
		assert_int_equal(nl_msg_end(&m),
				 12 + 40000 + (second + 3) / 4 * 4 > 65535 ? -ERANGE : 0);
	}
	mem_free(buf);
	mem_free(data);
}

static void an_error_sticks_and_later_puts_do_nothing(void **state)
{
	_Alignas(4) uint8_t buf[24];
	struct nl_msg m;

	nl_msg_init(&m, buf, sizeof buf);
	nl_msg_start(&m, 1, 0, NULL, 0);
	nl_put_u64(&m, 1, 1);
	assert_int_equal(m.error, -EMSGSIZE);
	nl_put_flag(&m, 2);
	assert_int_equal(m.size, 16);
	assert_int_equal(nl_msg_end(&m), -EMSGSIZE);
}

static void an_offset_leads_back_to_its_origin(void **state)
{
	_Alignas(4) uint8_t buf[256];
	static struct nl_origins o;
	struct nl_msg m;
	size_t nest;

	nl_msg_init(&m, buf, sizeof buf);
	m.origins = &o;
	for (int i = 0; i < 2; i++) { /* the second message counts from its own begin */
		nl_msg_start(&m, 1, 0, NULL, 0);
		nl_put_u32(&m, 1, 1); /* 16: of nothing */
		m.origin = 7;
		nest = nl_nest_start(&m, 2); /* 24 */
		m.origin = 8;
		nl_put_u64(&m, 3, 3); /* 28 */
		nl_nest_end(&m, nest);
		m.origin = 0;
		assert_int_equal(nl_msg_end(&m), 0);
	}
	for (uint32_t offset = 0; offset < 60; offset++)
		assert_int_equal(nl_origins_find(&o, offset), offset < 24   ? 0
							      : offset < 28 ? 7
							      : offset < 40 ? 8
									    : 0);
}

static void more_origins_than_there_is_room_for_are_forgotten(void **state)
{
	_Alignas(4) uint8_t buf[2048];
	static struct nl_origins o;
	struct nl_msg m;

	nl_msg_init(&m, buf, sizeof buf);
	m.origins = &o;
	nl_msg_start(&m, 1, 0, NULL, 0);
	for (uint32_t i = 1; i <= NL_MSG_ORIGINS_MAX + 10; i++) {
		m.origin = i;
		nl_put_flag(&m, 1);
	}
	assert_int_equal(nl_msg_end(&m), 0);
	assert_int_equal(o.n, NL_MSG_ORIGINS_MAX);
	assert_int_equal(nl_origins_find(&o, 16 + 4 * (NL_MSG_ORIGINS_MAX - 1)),
			 NL_MSG_ORIGINS_MAX);
	assert_int_equal(nl_origins_find(&o, 16 + 4 * NL_MSG_ORIGINS_MAX), 0);
}

/* Two attributes one by one, or with one call. */
static void put_two(struct nl_msg *m, bool both, size_t size)
{
	static const uint8_t a[16] = "0123456789abcde", b[16] = "ABCDEFGHIJKLMNO";

	m->origin = 7;
	if (both) {
		nl_put_both(m, 1, a, 2, b, size);
	} else {
		nl_put(m, 1, a, size);
		nl_put(m, 2, b, size);
	}
}

static void a_pair_is_what_two_attributes_are(void **state)
{
	for (size_t size = 1; size <= 16; size++) {
		for (size_t cap = 0; cap <= 64; cap++) {
			_Alignas(4) uint8_t buf[2][64];
			struct nl_origins origins[2];
			struct nl_msg m[2];

			memset(buf, 0xee, sizeof buf);
			memset(origins, 0, sizeof origins);
			for (size_t i = 0; i < 2; i++) {
				nl_msg_init(&m[i], buf[i], cap);
				m[i].origins = &origins[i];
				put_two(&m[i], i, size);
			}
			assert_int_equal(m[0].error, m[1].error);
			assert_int_equal(m[0].size, m[1].size);
			assert_memory_equal(buf[0], buf[1], sizeof buf[0]);
			assert_memory_equal(&origins[0], &origins[1], sizeof origins[0]);
		}
	}
}

static void a_message_can_be_started_in_place(void **state)
{
	static const uint8_t zeros[20] = { 0 };
	_Alignas(4) uint8_t buf[2][36];
	struct nl_msg m[2];

	memset(buf, 0xee, sizeof buf);
	nl_msg_init(&m[0], buf[0], sizeof buf[0]);
	nl_msg_init(&m[1], buf[1], sizeof buf[1]);
	nl_msg_start(&m[0], 44, NLM_F_REQUEST, zeros, sizeof zeros);
	assert_ptr_equal(nl_msg_start_space(&m[1], 44, NLM_F_REQUEST, sizeof zeros), buf[1] + 16);
	assert_int_equal(nl_msg_end(&m[0]), 0);
	assert_int_equal(nl_msg_end(&m[1]), 0);
	assert_memory_equal(buf[0], buf[1], sizeof buf[0]);
	assert_null(nl_msg_start_space(&m[1], 44, NLM_F_REQUEST, sizeof zeros));
	assert_int_equal(nl_msg_end(&m[1]), -EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_the_golden_ones),
		cmocka_unit_test(every_short_buffer_is_refused),
		cmocka_unit_test(messages_follow_each_other_in_a_buffer),
		cmocka_unit_test(an_attribute_beyond_16_bits_is_refused),
		cmocka_unit_test(a_nest_beyond_16_bits_is_refused),
		cmocka_unit_test(an_error_sticks_and_later_puts_do_nothing),
		cmocka_unit_test(an_offset_leads_back_to_its_origin),
		cmocka_unit_test(more_origins_than_there_is_room_for_are_forgotten),
		cmocka_unit_test(a_pair_is_what_two_attributes_are),
		cmocka_unit_test(a_message_can_be_started_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
