/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "kernel/netlink/nlattr.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define POLICY_FAILED "Attribute failed policy validation"
#define ATTR	      1
#define N	      NLA_F_NESTED

/* One attribute of type ATTR (with flags) under one policy, and what each mode says of it. */
struct row {
	struct nla_policy policy;
	int flags, len;
	const char *bytes;
	int liberal;
	const char *liberal_msg;
	int strict;
	const char *strict_msg;
};

#define OK	   0, NULL
#define BOTH(...)  __VA_ARGS__, __VA_ARGS__
#define NOT_NESTED -EINVAL, "NLA_F_NESTED not expected"
#define BAD_LEN	   -EINVAL, "invalid attribute length"
#define RANGE	   -ERANGE, "integer out of range"

/* clang-format off */
static const struct row rows[] = {
	{ { .type = NLA_U8 }, 0, 1, "\1", BOTH(OK) },
	{ { .type = NLA_U8 }, 0, 0, "", -ERANGE, POLICY_FAILED, BAD_LEN },
	{ { .type = NLA_U8 }, 0, 4, "\1\0\0", OK, BAD_LEN },
	{ { .type = NLA_U8 }, N, 1, "\1", OK, NOT_NESTED },
	{ { .type = NLA_U16 }, 0, 2, "\1", BOTH(OK) },
	{ { .type = NLA_U16 }, 0, 1, "\1", -ERANGE, POLICY_FAILED, BAD_LEN },
	{ { .type = NLA_U32 }, 0, 4, "\1\0\0", BOTH(OK) },
	{ { .type = NLA_U32 }, 0, 3, "\1\0", -ERANGE, POLICY_FAILED, BAD_LEN },
	{ { .type = NLA_U32 }, 0, 8, "\1\0\0\0\0\0\0", OK, BAD_LEN },
	{ { .type = NLA_U32 }, N, 4, "\1\0\0", OK, NOT_NESTED },
	{ { .type = NLA_U64 }, 0, 8, "\1\0\0\0\0\0\0", BOTH(OK) },
	{ { .type = NLA_U64 }, 0, 4, "\1\0\0", -ERANGE, POLICY_FAILED, BAD_LEN },
	{ { .type = NLA_S32 }, 0, 2, "\1", -ERANGE, POLICY_FAILED, BAD_LEN },
	{ { .type = NLA_BE16 }, 0, 3, "\1\0", OK, BAD_LEN },
	{ { .type = NLA_BE32 }, 0, 4, "\1\0\0", BOTH(OK) },
	{ { .type = NLA_MSECS }, 0, 8, "\1\0\0\0\0\0\0", BOTH(OK) },
	{ { .type = NLA_MSECS }, 0, 7, "\1\0\0\0\0\0", BOTH(-ERANGE, POLICY_FAILED) },

	{ { .type = NLA_UNSPEC }, 0, 0, "", OK, -EINVAL, "Unsupported attribute" },
	{ { .type = NLA_UNSPEC, .len = 6 }, 0, 6, "aaaaa", OK, -EINVAL, "Unsupported attribute" },
	{ { .type = NLA_UNSPEC, .len = 6 }, 0, 7, "aaaaaa", OK, -EINVAL, "Unsupported attribute" },
	{ { .type = NLA_UNSPEC, .len = 6 }, 0, 5, "aaaa", -ERANGE, POLICY_FAILED, -EINVAL, "Unsupported attribute" },
	{ { .type = NLA_REJECT }, 0, 0, "", BOTH(-EINVAL, POLICY_FAILED) },
	{ { .type = NLA_FLAG }, 0, 0, "", BOTH(OK) },
	{ { .type = NLA_FLAG }, 0, 1, "\1", BOTH(-ERANGE, POLICY_FAILED) },

	{ { .type = NLA_STRING }, 0, 0, "", BOTH(-ERANGE, POLICY_FAILED) },
	{ { .type = NLA_STRING }, 0, 3, "abc", BOTH(OK) },
	{ { .type = NLA_STRING, .len = 3 }, 0, 4, "abc", BOTH(OK) },
	{ { .type = NLA_STRING, .len = 3 }, 0, 4, "abcd", BOTH(-ERANGE, POLICY_FAILED) },
	{ { .type = NLA_STRING, .len = 3 }, 0, 5, "abcd", BOTH(-ERANGE, POLICY_FAILED) },
	{ { .type = NLA_NUL_STRING }, 0, 0, "", BOTH(-EINVAL, POLICY_FAILED) },
	{ { .type = NLA_NUL_STRING }, 0, 3, "abc", BOTH(-EINVAL, POLICY_FAILED) },
	{ { .type = NLA_NUL_STRING }, 0, 4, "abc", BOTH(OK) },
	{ { .type = NLA_NUL_STRING, .len = 3 }, 0, 5, "abcd", BOTH(-EINVAL, POLICY_FAILED) },
	{ { .type = NLA_NUL_STRING, .len = 3 }, 0, 6, "ab\0cd", BOTH(-ERANGE, POLICY_FAILED) },

	{ { .type = NLA_BINARY }, 0, 0, "", BOTH(OK) },
	{ { .type = NLA_BINARY, .len = 4 }, 0, 3, "aa", BOTH(OK) },
	{ { .type = NLA_BINARY, .len = 4 }, 0, 5, "aaaa", BOTH(-ERANGE, POLICY_FAILED) },
	{ { .type = NLA_BINARY, .validation = NLA_VALIDATE_RANGE, .min = 2, .max = 4 }, 0, 1, "a",
	  BOTH(-ERANGE, "binary attribute size out of range") },
	{ { .type = NLA_EXACT_LEN, .len = 6 }, 0, 6, "aaaaa", BOTH(OK) },
	{ { .type = NLA_EXACT_LEN, .len = 6 }, 0, 5, "aaaa", BOTH(-ERANGE, "binary attribute size out of range") },
	{ { .type = NLA_EXACT_LEN, .len = 6 }, 0, 7, "aaaaaa", BOTH(-ERANGE, "binary attribute size out of range") },
	{ { .type = NLA_MIN_LEN, .len = 6 }, 0, 7, "aaaaaa", BOTH(OK) },
	{ { .type = NLA_MIN_LEN, .len = 6 }, 0, 5, "aaaa", BOTH(-ERANGE, "binary attribute size out of range") },
	{ { .type = NLA_MIN_LEN, .len = 6 }, N, 6, "aaaaa", OK, NOT_NESTED },

	{ { .type = NLA_NESTED }, N, 0, "", BOTH(OK) },
	{ { .type = NLA_NESTED }, 0, 0, "", OK, -EINVAL, "NLA_F_NESTED is missing" },
	{ { .type = NLA_NESTED }, N, 3, "aa", BOTH(-ERANGE, POLICY_FAILED) },
	{ { .type = NLA_NESTED }, N, 4, "\4\0\1", BOTH(OK) },

	{ { .type = NLA_BITFIELD32, .mask = 3 }, 0, 8, "\1\0\0\0\1\0\0", BOTH(OK) },
	{ { .type = NLA_BITFIELD32, .mask = 3 }, 0, 8, "\0\0\0\0\3\0\0", BOTH(OK) },
	{ { .type = NLA_BITFIELD32, .mask = 3 }, 0, 8, "\0\0\0\0\4\0\0", BOTH(-EINVAL, POLICY_FAILED) },
	{ { .type = NLA_BITFIELD32, .mask = 3 }, 0, 8, "\4\0\0\0\1\0\0", BOTH(-EINVAL, POLICY_FAILED) },
	{ { .type = NLA_BITFIELD32, .mask = 3 }, 0, 8, "\3\0\0\0\1\0\0", BOTH(-EINVAL, POLICY_FAILED) },
	{ { .type = NLA_BITFIELD32 }, 0, 8, "\0\0\0\0\0\0\0", BOTH(-EINVAL, POLICY_FAILED) },
	{ { .type = NLA_BITFIELD32, .mask = 3 }, 0, 4, "\0\0\0", BOTH(-ERANGE, POLICY_FAILED) },

	{ { .type = NLA_U8, .validation = NLA_VALIDATE_RANGE, .min = 2, .max = 4 }, 0, 1, "\1", BOTH(RANGE) },
	{ { .type = NLA_U8, .validation = NLA_VALIDATE_RANGE, .min = 2, .max = 4 }, 0, 1, "\2", BOTH(OK) },
	{ { .type = NLA_U8, .validation = NLA_VALIDATE_RANGE, .min = 2, .max = 4 }, 0, 1, "\4", BOTH(OK) },
	{ { .type = NLA_U8, .validation = NLA_VALIDATE_RANGE, .min = 2, .max = 4 }, 0, 1, "\5", BOTH(RANGE) },
	{ { .type = NLA_U32, .validation = NLA_VALIDATE_MIN, .min = 2 }, 0, 4, "\1\0\0", BOTH(RANGE) },
	{ { .type = NLA_U32, .validation = NLA_VALIDATE_MIN, .min = 2 }, 0, 4, "\xff\xff\xff\xff", BOTH(OK) },
	{ { .type = NLA_U32, .validation = NLA_VALIDATE_MAX, .max = 2 }, 0, 4, "\3\0\0", BOTH(RANGE) },
	{ { .type = NLA_S32, .validation = NLA_VALIDATE_MIN, .min = 1 }, 0, 4, "\xff\xff\xff\xff", BOTH(RANGE) },
	{ { .type = NLA_BE16, .validation = NLA_VALIDATE_MAX, .max = 255 }, 0, 2, "\0\xff", BOTH(OK) },
	{ { .type = NLA_BE16, .validation = NLA_VALIDATE_MAX, .max = 255 }, 0, 2, "\1\0", BOTH(RANGE) },
	{ { .type = NLA_U16, .validation = NLA_VALIDATE_MASK, .mask = 0x3f }, 0, 2, "\x3f", BOTH(OK) },
	{ { .type = NLA_U16, .validation = NLA_VALIDATE_MASK, .mask = 0x3f }, 0, 2, "\x40", BOTH(-EINVAL, "reserved bit set") },
	{ { .type = NLA_BE32, .validation = NLA_VALIDATE_MASK, .mask = 1 }, 0, 4, "\1\0\0\0", BOTH(-EINVAL, "reserved bit set") },
};
/* clang-format on */

struct attr_buf {
	_Alignas(8) u8 bytes[256];
	size_t len;
};

static const struct nlattr *add_raw(struct attr_buf *b, int type, int len, const void *data)
{
	struct nlattr nla = { .nla_type = (u16)type, .nla_len = (u16)(NLA_HDRLEN + len) };
	u8 *p = b->bytes + b->len;

	memcpy(p, &nla, sizeof nla);
	memcpy(p + NLA_HDRLEN, data, (size_t)len);
	b->len += (size_t)NLA_ALIGN(NLA_HDRLEN + len);
	return (const void *)p;
}

static void check(int err, const char *msg, const struct nlattr *bad, int want_err,
		  const char *want_msg, const struct nlattr *nla, size_t row)
{
	if (err != want_err || (!msg != !want_msg) || (msg && strcmp(msg, want_msg)))
		fail_msg("row %zu: %d \"%s\" instead of %d \"%s\"", row, err, msg ? msg : "",
			 want_err, want_msg ? want_msg : "");
	assert_ptr_equal(bad, want_err ? nla : NULL);
}

static void each_type_is_validated_as_linux_does_in_both_modes(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		const struct nla_policy policy[] = { [ATTR] = r->policy };
		struct attr_buf b = { .len = 0 };
		const struct nlattr *tb[ATTR + 1];
		const struct nlattr *nla = add_raw(&b, ATTR | r->flags, r->len, r->bytes);
		struct netlink_ext_ack e = { 0 }, e2 = { 0 };
		int err;

		err = nla_parse_deprecated(tb, ATTR, nla, (int)b.len, policy, &e);
		check(err, e._msg, e.bad_attr, r->liberal, r->liberal_msg, nla, i);
		if (!err)
			assert_ptr_equal(tb[ATTR], nla);
		err = nla_parse(tb, ATTR, nla, (int)b.len, policy, &e2);
		check(err, e2._msg, e2.bad_attr, r->strict, r->strict_msg, nla, i);
		assert_int_equal(nla_parse(tb, ATTR, nla, (int)b.len, policy, NULL), r->strict);
	}
}

static void unknown_types_and_trailing_bytes_are_refused_by_strict_parses_only(void **state)
{
	static const struct nla_policy policy[] = { [ATTR] = { .type = NLA_U8 } };
	struct attr_buf b = { .len = 0 };
	const struct nlattr *tb[ATTR + 1], *first = add_raw(&b, ATTR, 1, "\7");
	const struct nlattr *unknown = add_raw(&b, ATTR + 1, 0, "");
	struct netlink_ext_ack e = { 0 };

	assert_int_equal(nla_parse_deprecated(tb, ATTR, first, (int)b.len, policy, &e), 0);
	assert_null(e._msg);
	assert_int_equal(nla_parse(tb, ATTR, first, (int)b.len, policy, &e), -EINVAL);
	assert_string_equal(e._msg, "Unknown attribute type");
	assert_ptr_equal(e.bad_attr, unknown);

	for (int rest = 1; rest < NLA_HDRLEN; rest++) {
		struct netlink_ext_ack warn = { 0 }, error = { 0 };

		assert_int_equal(nla_parse_deprecated(tb, ATTR, first, 8 + rest, policy, &warn), 0);
		assert_string_equal(warn._msg, "bytes leftover after parsing attributes");
		assert_ptr_equal(tb[ATTR], first);
		assert_int_equal(nla_parse(tb, ATTR, first, 8 + rest, policy, &error), -EINVAL);
		assert_string_equal(error._msg, "bytes leftover after parsing attributes");
		assert_null(error.bad_attr);
	}
}

static void the_last_of_two_attributes_counts_and_type_0_is_none(void **state)
{
	struct attr_buf b = { .len = 0 };
	const struct nlattr *tb[ATTR + 1], *head = add_raw(&b, 0, 1, "\1");
	const struct nlattr *last;

	add_raw(&b, ATTR, 1, "\1");
	last = add_raw(&b, ATTR | NLA_F_NET_BYTEORDER, 1, "\2");
	assert_int_equal(nla_parse_deprecated(tb, ATTR, head, (int)b.len, NULL, NULL), 0);
	assert_ptr_equal(tb[ATTR], last);
	assert_null(tb[0]);
}

static void types_from_strict_start_type_on_are_strict(void **state)
{
	static const struct nla_policy policy[] = {
		[0] = { .strict_start_type = 2 },
		[1] = { .type = NLA_U8 },
		[2] = { .type = NLA_U8 },
	};
	const struct nlattr *tb[3];
	struct netlink_ext_ack e = { 0 };

	for (int type = 1; type <= 2; type++) {
		struct attr_buf b = { .len = 0 };
		const struct nlattr *nla = add_raw(&b, type, 4, "\1\0\0");

		assert_int_equal(nla_parse_deprecated(tb, 2, nla, (int)b.len, policy, &e),
				 type == 1 ? 0 : -EINVAL);
	}
	assert_string_equal(e._msg, "invalid attribute length");
}

static void a_strict_nest_needs_its_flag(void **state)
{
	struct attr_buf b = { .len = 0 };
	const struct nlattr *tb[ATTR + 1], *nest = add_raw(&b, 5, 8, "\5\0\1\0\7\0\0");
	struct netlink_ext_ack e = { 0 };

	assert_int_equal(nla_parse_nested_deprecated(tb, ATTR, nest, NULL, &e), 0);
	assert_int_equal(nla_get_u8(tb[ATTR]), 7);
	assert_int_equal(nla_parse_nested(tb, ATTR, nest, NULL, &e), -EINVAL);
	assert_string_equal(e._msg, "NLA_F_NESTED is missing");
	assert_ptr_equal(e.bad_attr, nest);
	b.bytes[3] |= NLA_F_NESTED >> 8;
	assert_int_equal(nla_parse_nested(tb, ATTR, nest, NULL, NULL), 0);
}

static void a_message_shorter_than_its_header_is_refused(void **state)
{
	struct nlmsghdr nlh[2] = { { .nlmsg_len = 0 } };
	const struct nlattr *tb[1];

	for (u32 len = NLMSG_HDRLEN; len < NLMSG_HDRLEN + 12; len++) {
		struct netlink_ext_ack e = { 0 };

		nlh->nlmsg_len = len;
		assert_int_equal(nlmsg_parse_deprecated(nlh, 12, tb, 0, NULL, &e), -EINVAL);
		assert_string_equal(e._msg, "Invalid header length");
	}
	nlh->nlmsg_len = NLMSG_HDRLEN + 12;
	assert_int_equal(nlmsg_parse_deprecated(nlh, 12, tb, 0, NULL, NULL), 0);
	nlh->nlmsg_len = NLMSG_HDRLEN + 5; /* a header of 5, padded past the end */
	assert_int_equal(nlmsg_parse_deprecated(nlh, 5, tb, 0, NULL, NULL), 0);
}

/* Copies of exactly the right size, so that ASan sees each byte too far. */
static void every_short_buffer_and_every_length_is_read_safely(void **state)
{
	const struct nlattr *tb[4];

	for (size_t size = 0; size <= 12; size++)
		for (unsigned int len = 0; len <= 16; len++) {
			struct nlattr nla = { .nla_len = (u16)len, .nla_type = 1 };
			u8 *buf = calloc(1, size ? size : 1);

			memcpy(buf, &nla, size < sizeof nla ? size : sizeof nla);
			if (!nla_parse_deprecated(tb, 3, (const void *)buf, (int)size, NULL,
						  NULL) &&
			    tb[1]) {
				char s[4];
				u8 bytes[6];

				assert_true(len >= NLA_HDRLEN && len <= size);
				assert_int_equal(nla_get_u8(tb[1]), 0);
				assert_int_equal(nla_get_u16(tb[1]), 0);
				assert_int_equal(nla_get_u32(tb[1]), 0);
				assert_int_equal(nla_get_u64(tb[1]), 0);
				nla_memcpy(bytes, tb[1], sizeof bytes);
				nla_strscpy(s, tb[1], sizeof s);
			}
			free(buf);
		}
}

static void strings_are_cut_with_their_nul(void **state)
{
	static const struct {
		int len;
		const char *bytes;
		size_t size;
		ssize_t result;
		const char *want;
	} cases[] = {
		{ 0, "", 4, 0, "" },	     { 3, "abc", 4, 3, "abc" },
		{ 4, "abc", 4, 3, "abc" },   { 4, "abcd", 4, -E2BIG, "abc" },
		{ 5, "ab\0cd", 8, 5, "ab" }, { 2, "ab", 1, -E2BIG, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct attr_buf b = { .len = 0 };
		const struct nlattr *nla = add_raw(&b, 1, cases[i].len, cases[i].bytes);
		char s[8] = "xxxxxxx";

		assert_int_equal(nla_strscpy(s, nla, cases[i].size), cases[i].result);
		assert_string_equal(s, cases[i].want);
	}
}

static void memcpy_zeroes_what_is_missing(void **state)
{
	struct attr_buf b = { .len = 0 };
	const struct nlattr *nla = add_raw(&b, 1, 2, "\1\2");
	u8 to[4] = { 9, 9, 9, 9 };

	assert_int_equal(nla_memcpy(to, nla, 4), 2);
	assert_memory_equal(to, "\1\2\0", 4);
	assert_int_equal(nla_memcpy(to, nla, 1), 1);
}

/* ---- building ---- */

static void a_built_message_has_these_bytes(void **state)
{
	static const u8 want[] = {
		/* clang-format off */
		0x68, 0, 0, 0, 44, 0, 5, 6, 7, 0, 0, 0, 9, 0, 0, 0, /* nlmsghdr */
		0, 0, 0, 0, /* payload of 1 */
		5, 0, 1, 0, 0x11, 0, 0, 0,
		6, 0, 2, 0, 0x22, 0x33, 0, 0,
		8, 0, 3, 0, 1, 0, 0, 0,
		12, 0, 4, 0, 1, 2, 3, 4, 5, 6, 7, 8,
		6, 0, 5, 0, 0x12, 0x34, 0, 0,
		20, 0, 6, 0x80,
		  7, 0, 1, 0, 'a', 'b', 0, 0,
		  8, 0, 2, 0, 1, 2, 3, 4,
		12, 0, 7, 0, 1, 0, 0, 0, 3, 0, 0, 0,
		4, 0, 8, 0,
		4, 0, 9, 0,
		/* clang-format on */
	};
	struct nlmsghdr *nlh;
	ssize_t nest;
	struct kmsg m;

	assert_int_equal(kmsg_init(&m, 256), 0);
	memset(m.buf, 0xee, m.cap);
	nlh = nlmsg_put(&m, 9, 7, 44, 1, 0x605);
	nla_put_u8(&m, 1, 0x11);
	nla_put_u16(&m, 2, 0x3322);
	nla_put_u32(&m, 3, 1);
	nla_put_u64(&m, 4, 0x0807060504030201);
	nla_put_be16(&m, 5, be16_from_host(0x1234));
	nest = nla_nest_start(&m, 6);
	nla_put_string(&m, 1, "ab");
	nla_put_be32(&m, 2, be32_from_host(0x01020304));
	nla_nest_end(&m, nest);
	nla_put_bitfield32(&m, 7, 1, 3);
	nest = nla_nest_start_noflag(&m, 8);
	nla_nest_end(&m, nest);
	nla_put(&m, 9, 0, NULL);
	nest = nla_nest_start(&m, 10);
	nla_put_u32(&m, 1, 1);
	nla_nest_cancel(&m, nest);
	nlmsg_end(&m, nlh);
	assert_false(m.error);
	assert_int_equal(m.len, sizeof want);
	assert_memory_equal(m.buf, want, sizeof want);
	kmsg_fini(&m);
}

static void at_every_limit_a_message_is_whole_or_refused_and_the_error_sticks(void **state)
{
	for (size_t limit = 0; limit <= 40; limit++) {
		struct kmsg m;
		size_t before;

		assert_int_equal(kmsg_init(&m, limit), 0);
		assert_int_equal(!nlmsg_put(&m, 0, 0, 16, 4, 0), limit < 20);
		assert_int_equal(m.error, limit < 20);
		before = m.len;
		assert_int_equal(nla_put(&m, 1, 13, "abcdefghijklm"), limit < 40 ? -EMSGSIZE : 0);
		if (limit < 40) {
			assert_int_equal(m.len, before);
			assert_true(m.error);
			assert_int_equal(nla_put_u8(&m, 1, 1), -EMSGSIZE);
			assert_int_equal(nla_put_u64(&m, 1, 1), -EMSGSIZE);
			assert_true(nla_nest_start(&m, 1) < 0);
			nlmsg_trim(&m, before);
			assert_false(m.error);
			assert_int_equal(nla_put(&m, 1, 0, NULL),
					 limit < before + 4 ? -EMSGSIZE : 0);
		}
		kmsg_fini(&m);
	}
}

static void what_does_not_fit_16_bits_is_an_error(void **state)
{
	static const u8 zeroes[UINT16_MAX + 1];
	struct kmsg m;
	ssize_t nest;

	assert_int_equal(kmsg_init(&m, 1 << 20), 0);
	assert_int_equal(nla_put(&m, 1, UINT16_MAX - NLA_HDRLEN, zeroes), 0);
	assert_int_equal(nla_put(&m, 1, UINT16_MAX - NLA_HDRLEN + 1, zeroes), -EMSGSIZE);
	kmsg_reset(&m);
	assert_int_equal(nla_put(&m, 1, -1, zeroes), -EMSGSIZE);
	kmsg_reset(&m);
	nest = nla_nest_start(&m, 1);
	for (int i = 0; i < 2; i++)
		assert_int_equal(nla_put(&m, 2, 40000, zeroes), 0);
	nla_nest_end(&m, nest);
	assert_true(m.error);
	kmsg_fini(&m);
	mem_fail_nth(1);
	assert_int_equal(kmsg_init(&m, 100), -ENOMEM);
	mem_fail_nth(0);
	kmsg_fini(&m);
}

/* What NLMSGERR_ATTR_POLICY says: numbers of NL_POLICY_TYPE_ATTR_* and their values. */
static void a_policy_is_described_by_its_type_and_limits(void **state)
{
	static const struct {
		struct nla_policy policy;
		size_t n;
		struct {
			int type, size;
			u64 value;
		} attr[3];
	} cases[] = {
		{ { .type = NLA_UNSPEC, .len = 4 }, 0, { { 0, 0, 0 } } },
		{ { .type = NLA_BE16 }, 0, { { 0, 0, 0 } } },
		{ { .type = NLA_MIN_LEN, .len = 4 }, 1, { { 1, 4, NL_ATTR_TYPE_BINARY } } },
		{ { .type = NLA_EXACT_LEN, .len = 6 },
		  3,
		  { { 6, 4, 6 }, { 7, 4, 6 }, { 1, 4, NL_ATTR_TYPE_BINARY } } },
		{ { .type = NLA_BINARY, .len = 16 },
		  2,
		  { { 7, 4, 16 }, { 1, 4, NL_ATTR_TYPE_BINARY } } },
		{ { .type = NLA_STRING }, 1, { { 1, 4, NL_ATTR_TYPE_STRING } } },
		{ { .type = NLA_NESTED }, 1, { { 1, 4, NL_ATTR_TYPE_NESTED } } },
		{ { .type = NLA_FLAG }, 1, { { 1, 4, NL_ATTR_TYPE_FLAG } } },
		{ { .type = NLA_BITFIELD32, .mask = 3 },
		  2,
		  { { 10, 4, 3 }, { 1, 4, NL_ATTR_TYPE_BITFIELD32 } } },
		{ { .type = NLA_U8 },
		  3,
		  { { 4, 8, 0 }, { 5, 8, 255 }, { 1, 4, NL_ATTR_TYPE_U8 } } },
		{ { .type = NLA_U32 },
		  3,
		  { { 4, 8, 0 }, { 5, 8, UINT32_MAX }, { 1, 4, NL_ATTR_TYPE_U32 } } },
		{ { .type = NLA_U64 },
		  3,
		  { { 4, 8, 0 }, { 5, 8, UINT64_MAX }, { 1, 4, NL_ATTR_TYPE_U64 } } },
		{ { .type = NLA_S32 },
		  3,
		  { { 2, 8, (u64)INT32_MIN }, { 3, 8, INT32_MAX }, { 1, 4, NL_ATTR_TYPE_S32 } } },
		{ { .type = NLA_U16, .validation = NLA_VALIDATE_RANGE, .min = 2, .max = 9 },
		  3,
		  { { 4, 8, 2 }, { 5, 8, 9 }, { 1, 4, NL_ATTR_TYPE_U16 } } },
		{ { .type = NLA_U16, .validation = NLA_VALIDATE_MASK, .mask = 7 },
		  2,
		  { { 12, 8, 7 }, { 1, 4, NL_ATTR_TYPE_U16 } } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		u8 buf[NLA_POLICY_SIZE_MAX];
		size_t size = nla_policy_write(buf, &cases[i].policy), at = 0;

		assert_true(size <= sizeof buf);
		for (size_t k = 0; k < cases[i].n; k++) {
			struct nlattr nla;
			u64 v = 0;

			memcpy(&nla, buf + at, sizeof nla);
			assert_int_equal(nla.nla_type, cases[i].attr[k].type);
			assert_int_equal(nla.nla_len, NLA_HDRLEN + cases[i].attr[k].size);
			memcpy(&v, buf + at + NLA_HDRLEN, (size_t)cases[i].attr[k].size);
			assert_true(v == cases[i].attr[k].value);
			at += nla.nla_len;
		}
		assert_int_equal(at, size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_is_validated_as_linux_does_in_both_modes),
		cmocka_unit_test(
			unknown_types_and_trailing_bytes_are_refused_by_strict_parses_only),
		cmocka_unit_test(the_last_of_two_attributes_counts_and_type_0_is_none),
		cmocka_unit_test(types_from_strict_start_type_on_are_strict),
		cmocka_unit_test(a_strict_nest_needs_its_flag),
		cmocka_unit_test(a_message_shorter_than_its_header_is_refused),
		cmocka_unit_test(every_short_buffer_and_every_length_is_read_safely),
		cmocka_unit_test(strings_are_cut_with_their_nul),
		cmocka_unit_test(memcpy_zeroes_what_is_missing),
		cmocka_unit_test(a_built_message_has_these_bytes),
		cmocka_unit_test(at_every_limit_a_message_is_whole_or_refused_and_the_error_sticks),
		cmocka_unit_test(what_does_not_fit_16_bits_is_an_error),
		cmocka_unit_test(a_policy_is_described_by_its_type_and_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
