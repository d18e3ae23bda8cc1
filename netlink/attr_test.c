/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading attributes: policies, truncations, iteration. */
#include "netlink/attr.h"

#include "base/alloc.h"
#include "netlink/msg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#define PAYLOAD 16 /* offset of the attributes in a message without a family header */

struct build {
	_Alignas(4) uint8_t buf[256];
	struct nl_msg m;
};

static void start(struct build *b)
{
	nl_msg_init(&b->m, b->buf, sizeof b->buf);
	nl_msg_start(&b->m, 1, 0, NULL, 0);
}

static void a_kind_takes_only_its_sizes(void **state)
{
	static const struct {
		struct nl_policy policy;
		uint32_t good; /* a bit for each size of 0..12 bytes of zeros that is right */
	} cases[] = {
		{ { .kind = NL_ANY }, 0x1fff },
		{ { .kind = NL_U8 }, 1 << 1 },
		{ { .kind = NL_U16 }, 1 << 2 },
		{ { .kind = NL_BE16 }, 1 << 2 },
		{ { .kind = NL_U32 }, 1 << 4 },
		{ { .kind = NL_BE32 }, 1 << 4 },
		{ { .kind = NL_U64 }, 1 << 8 },
		{ { .kind = NL_FLAG }, 1 },
		{ { .kind = NL_NESTED }, 0x1fff },
		{ { .kind = NL_STRING }, 0x1ffe },
		{ { .kind = NL_STRING, .min = 1 }, 0 },
		{ { .kind = NL_BINARY }, 0x1fff },
		{ { .kind = NL_BINARY, .min = 3, .max = 5 }, 0x38 },
	};
	static const uint8_t zeros[12];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (size_t size = 0; size <= 12; size++) {
			const struct nlattr *a[1];
			struct build b;
			struct diag d;

			start(&b);
			nl_put(&b.m, 0, zeros, size);
			diag_init(&d);
			assert_int_equal(nl_attrs_parse(a, &cases[i].policy, 1, b.buf + PAYLOAD,
							b.m.size - PAYLOAD, &d),
					 cases[i].good >> size & 1 ? 0 : -EINVAL);
			assert_int_equal(d.error != 0, !(cases[i].good >> size & 1));
		}
	}
}

static void a_string_has_its_limits_without_the_nul(void **state)
{
	static const struct nl_policy policy = { .kind = NL_STRING, .min = 1, .max = 3 };
	static const struct {
		const char *bytes;
		size_t size;
		int err;
	} cases[] = {
		{ "abc", 4, 0 },    { "abc", 3, -EINVAL }, { "abcd", 5, -EINVAL },
		{ "", 1, -EINVAL }, { "a", 2, 0 },	   { "ab\0\0\0", 5, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct nlattr *a[1];
		struct build b;

		start(&b);
		nl_put(&b.m, 0, cases[i].bytes, cases[i].size);
		assert_int_equal(
			nl_attrs_parse(a, &policy, 1, b.buf + PAYLOAD, b.m.size - PAYLOAD, NULL),
			cases[i].err);
	}
}

static const struct nl_policy policy[] = {
	[1] = { .kind = NL_U8, .name = "ONE" },
	[2] = { .kind = NL_U32, .required = true, .name = "TWO" },
	[3] = { .kind = NL_STRING },
};

static void values_are_read_and_the_last_of_two_counts(void **state)
{
	const struct nlattr *a[ARRAY_SIZE(policy)];
	struct build b;

	start(&b);
	nl_put_u8(&b.m, 1, 1);
	nl_put_u32(&b.m, 2 | NLA_F_NET_BYTEORDER, 22);
	nl_put_u8(&b.m, 77, 7); /* beyond the policy */
	nl_put_str(&b.m, 3, "three");
	nl_put_u8(&b.m, 1, 111);
	assert_int_equal(
		nl_attrs_parse(a, policy, ARRAY_SIZE(a), b.buf + PAYLOAD, b.m.size - PAYLOAD, NULL),
		0);
	assert_null(a[0]);
	assert_int_equal(nl_attr_u8(a[1]), 111);
	assert_int_equal(nl_attr_u32(a[2]), 22);
	assert_string_equal(nl_attr_str(a[3]), "three");
}

static void a_missing_attribute_is_named(void **state)
{
	const struct nlattr *a[ARRAY_SIZE(policy)];
	struct build b;
	struct diag d;

	start(&b);
	nl_put_u8(&b.m, 1, 1);
	diag_init(&d);
	assert_int_equal(
		nl_attrs_parse(a, policy, ARRAY_SIZE(a), b.buf + PAYLOAD, b.m.size - PAYLOAD, &d),
		-ENOENT);
	assert_string_equal(d.words, "TWO is missing");
	assert_string_equal(d.field, "TWO");
}

static void a_wrong_size_is_named_with_its_place(void **state)
{
	const struct nlattr *a[ARRAY_SIZE(policy)];
	struct build b;
	struct diag d;

	start(&b);
	nl_put_u8(&b.m, 1, 1);
	nl_put_u16(&b.m, 2, 1);
	diag_init(&d);
	assert_int_equal(
		nl_attrs_parse(a, policy, ARRAY_SIZE(a), b.buf + PAYLOAD, b.m.size - PAYLOAD, &d),
		-EINVAL);
	assert_string_equal(d.words, "TWO has 2 bytes, which is not 32 bits");
	assert_true(d.has_range);
	assert_int_equal(d.offset, 8);
	assert_int_equal(d.length, 6);
}

static void every_truncation_is_refused(void **state)
{
	struct build b;
	size_t whole;

	start(&b);
	nl_put_u8(&b.m, 1, 1);
	nl_put_u32(&b.m, 2, 2);
	nl_put_str(&b.m, 3, "three");
	whole = b.m.size - PAYLOAD;
	for (size_t size = 0; size <= whole; size++) {
		const struct nlattr *a[ARRAY_SIZE(policy)];
		uint8_t *copy = mem_copy(b.buf + PAYLOAD, size); /* overreads are seen */
		int err;

		assert_non_null(copy);
		err = nl_attrs_parse(a, policy, ARRAY_SIZE(a), copy, size, NULL);
		/* At the end of an attribute it is a shorter list; padding may be absent. */
		if (size == 16 || size >= 26)
			assert_int_equal(err, 0);
		else if (!size || size == 5 || size == 8)
			assert_int_equal(err, -ENOENT);
		else if (size < 8 && size > 5)
			assert_int_equal(err, -ENOENT);
		else
			assert_int_equal(err, -EINVAL);
		mem_free(copy);
	}
}

static void iteration_ends_where_the_rest_is_malformed(void **state)
{
	const struct nlattr *a;
	struct nl_attrs walk;
	size_t n = 0, size;
	struct build b;

	start(&b);
	nl_put_u8(&b.m, 1, 1);
	nl_put_u8(&b.m, 2, 1);
	nl_put_u8(&b.m, 3, 1);
	size = b.m.size - PAYLOAD;
	nl_for_each_attr (a, b.buf + PAYLOAD, size)
		n += nl_attr_type(a);
	assert_int_equal(n, 6);
	b.buf[PAYLOAD + 16] = 200; /* the third is longer than what is left */
	n = 0;
	nl_for_each_attr (a, b.buf + PAYLOAD, size)
		n += nl_attr_type(a);
	assert_int_equal(n, 3);
	walk = nl_attrs_of(b.buf + PAYLOAD, size);
	while (nl_attrs_next(&walk))
		assert_false(walk.bad);
	assert_true(walk.bad);
	b.buf[PAYLOAD + 16] = 3; /* shorter than its header */
	walk = nl_attrs_of(b.buf + PAYLOAD, size);
	while (nl_attrs_next(&walk))
		;
	assert_true(walk.bad);
	assert_null(nl_attr_first(b.buf, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kind_takes_only_its_sizes),
		cmocka_unit_test(a_string_has_its_limits_without_the_nul),
		cmocka_unit_test(values_are_read_and_the_last_of_two_counts),
		cmocka_unit_test(a_missing_attribute_is_named),
		cmocka_unit_test(a_wrong_size_is_named_with_its_place),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(iteration_ends_where_the_rest_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
