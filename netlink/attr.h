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

#include <libmnl/libmnl.h>
#include <limits.h>
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
 * type given twice the last counts, as in the kernel. The pointers borrow @data, which is aligned
 * to 4 bytes. Numbers have exactly the size of their kind. 0; -EINVAL:
 * truncated or malformed, with the offset from @data; -ENOENT: a required one is absent.
 */
int nl_attrs_parse(const struct nlattr **attrs, const struct nl_policy *policy, size_t n,
		   const void *data, size_t size, struct diag *d) MUST_CHECK;

/* Without the flag bits. */
static inline uint16_t nl_attr_type(const struct nlattr *a)
{
	return a->nla_type & NLA_TYPE_MASK;
}

/* The payload, and its size in bytes. */
static inline const void *nl_attr_data(const struct nlattr *a)
{
	return (const uint8_t *)a + NLA_HDRLEN;
}

static inline size_t nl_attr_size(const struct nlattr *a)
{
	return (size_t)a->nla_len - NLA_HDRLEN;
}

/* Values of attributes that a policy has checked. */
static inline uint8_t nl_attr_u8(const struct nlattr *a)
{
	return *(const uint8_t *)nl_attr_data(a);
}

static inline uint16_t nl_attr_u16(const struct nlattr *a)
{
	uint16_t x;

	memcpy(&x, nl_attr_data(a), sizeof x);
	return x;
}

static inline uint32_t nl_attr_u32(const struct nlattr *a)
{
	return get_u32(nl_attr_data(a));
}

static inline uint64_t nl_attr_u64(const struct nlattr *a)
{
	return get_u64(nl_attr_data(a));
}

static inline be16 nl_attr_be16(const struct nlattr *a)
{
	return FORCE_CAST(be16, nl_attr_u16(a));
}

static inline be32 nl_attr_be32(const struct nlattr *a)
{
	return FORCE_CAST(be32, nl_attr_u32(a));
}

static inline const char *nl_attr_str(const struct nlattr *a)
{
	return nl_attr_data(a);
}

/* Walks a list by hand; @bad is set at the end when the rest of it is malformed. */
struct nl_attrs {
	const uint8_t *p;
	size_t left; /* bytes */
	bool bad;
};

static inline struct nl_attrs nl_attrs_of(const void *data, size_t size)
{
	return (struct nl_attrs){ data, size, false };
}

static inline struct nl_attrs nl_attrs_in(const struct nlattr *nest)
{
	return nl_attrs_of(nl_attr_data(nest), nl_attr_size(nest));
}

/* The next attribute, or NULL at the end. */
static inline const struct nlattr *nl_attrs_next(struct nl_attrs *w)
{
	const struct nlattr *a = (const struct nlattr *)(const void *)w->p;
	size_t size;

	if (!w->left)
		return NULL;
	/* As mnl_attr_ok(), without a call. */
	if (UNLIKELY(w->left < sizeof *a || a->nla_len < sizeof *a || a->nla_len > w->left)) {
		w->bad = true;
		w->left = 0;
		return NULL;
	}
	/* The last one may lack its padding. */
	size = MNL_ALIGN((size_t)a->nla_len);
	size = size < w->left ? size : w->left;
	w->p += size;
	w->left -= size;
	return a;
}

/* As above for lists that have been checked: it ends silently where the rest is malformed. */
const struct nlattr *nl_attr_first(const void *data, size_t size);
const struct nlattr *nl_attr_after(const struct nlattr *a, const void *data, size_t size);

#define nl_for_each_attr(a, data, size) \
	for (a = nl_attr_first(data, size); a; a = nl_attr_after(a, data, size))

#endif
