/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading attributes. nl_attrs_parse() checks a list of attributes against a policy, completely,
 * before the caller looks at any: lengths, kinds, required ones. Attributes of a type beyond the
 * policy are skipped, as a newer kernel may send them.
 */
#ifndef NETLINK_ATTR_H
#define NETLINK_ATTR_H

#include "base/byteorder.h"
#include "base/diag.h"
#include "base/macros.h"

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nl_kind {
	NL_ANY, /* not in the policy: kept without a check */
	NL_U8,
	NL_U16,
	NL_U32,
	NL_U64,
	NL_BE16,
	NL_BE32,
	NL_STRING, /* NUL-terminated */
	NL_NESTED,
	NL_FLAG,
	NL_BINARY, /* at least .min bytes, at most .max when that is not 0 */
};

struct nl_policy {
	enum nl_kind kind;
	bool required;
	uint16_t min, max; /* bytes; for NL_STRING without the NUL */
	const char *name;  /* for diagnostics: "TCA_FLOWER_FLAGS"; NULL: its number is named */
};

/*
 * Fills @attrs[0..@n-1] (index = type) from the attributes at @data; absent ones are NULL. Of a
 * type given twice the last counts, as in the kernel. The pointers borrow @data. 0; -EINVAL:
 * truncated or malformed, with the offset from @data; -ENOENT: a required one is absent.
 */
int nl_attrs_parse(const struct nlattr **attrs, const struct nl_policy *policy, size_t n,
		   const void *data, size_t size, struct diag *d) MUST_CHECK;

const void *nl_attr_data(const struct nlattr *a);
size_t nl_attr_size(const struct nlattr *a);   /* payload, bytes */
uint16_t nl_attr_type(const struct nlattr *a); /* without the flag bits */

/* Values of attributes that a policy has checked. */
uint8_t nl_attr_u8(const struct nlattr *a);
uint16_t nl_attr_u16(const struct nlattr *a);
uint32_t nl_attr_u32(const struct nlattr *a);
uint64_t nl_attr_u64(const struct nlattr *a);
be16 nl_attr_be16(const struct nlattr *a);
be32 nl_attr_be32(const struct nlattr *a);
const char *nl_attr_str(const struct nlattr *a);

/* The first attribute of a list, the one after @a; NULL at the end or where the rest is malformed.
 */
const struct nlattr *nl_attr_first(const void *data, size_t size);
const struct nlattr *nl_attr_after(const struct nlattr *a, const void *data, size_t size);

#define nl_for_each_attr(a, data, size) \
	for (a = nl_attr_first(data, size); a; a = nl_attr_after(a, data, size))

#endif
