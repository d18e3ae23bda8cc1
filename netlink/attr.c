/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading attributes: see the header. libmnl says where an attribute ends; lengths are checked
 * here. */
#include "netlink/attr.h"

#include <errno.h>
#include <stdio.h>

static const char *const kind_names[] = {
	[NL_ANY] = "anything",	[NL_U8] = "8 bits",
	[NL_U16] = "16 bits",	[NL_U32] = "32 bits",
	[NL_U64] = "64 bits",	[NL_BE16] = "16 bits",
	[NL_BE32] = "32 bits",	[NL_STRING] = "a string with its NUL",
	[NL_NESTED] = "a nest", [NL_FLAG] = "a flag without data",
	[NL_BINARY] = "bytes",
};

/* Size of the payload of the kinds that have only one. */
static const uint8_t kind_sizes[NL_BINARY + 1] = {
	[NL_U8] = 1, [NL_U16] = 2, [NL_U32] = 4, [NL_U64] = 8, [NL_BE16] = 2, [NL_BE32] = 4,
};

static bool is_in_range(const struct nl_policy *p, size_t size)
{
	return size >= p->min && (!p->max || size <= p->max);
}

static bool is_string(const struct nl_policy *p, const char *s, size_t size)
{
	const char *end = size ? memchr(s, '\0', size) : NULL;

	return end && is_in_range(p, (size_t)(end - s));
}

static bool is_of_kind(const struct nl_policy *p, const struct nlattr *a)
{
	size_t size = nl_attr_size(a);

	switch (p->kind) {
	case NL_U8:
	case NL_U16:
	case NL_U32:
	case NL_U64:
	case NL_BE16:
	case NL_BE32:
		return size == kind_sizes[p->kind];
	case NL_STRING:
		return is_string(p, nl_attr_data(a), size);
	case NL_FLAG:
		return !size;
	case NL_BINARY:
		return is_in_range(p, size);
	case NL_ANY:
	case NL_NESTED:
		return true;
	}
	return false;
}

struct name {
	char s[48];
};

static struct name name_of(const struct nl_policy *p, size_t type)
{
	struct name n;

	if (p->name)
		snprintf(n.s, sizeof n.s, "%s", p->name);
	else
		snprintf(n.s, sizeof n.s, "attribute %zu", type);
	return n;
}

static NOINLINE int refuse(const struct nl_policy *p, const struct nlattr *a, size_t offset,
			   struct diag *d)
{
	struct name name = name_of(p, nl_attr_type(a));
	int err = diag_set_range(d, offset, a->nla_len, -EINVAL,
				 "%s has %zu bytes, which is not %s", name.s, nl_attr_size(a),
				 kind_names[p->kind]);

	diag_field(d, name.s);
	return err;
}

static NOINLINE int refuse_absence(const struct nl_policy *p, size_t type, struct diag *d)
{
	struct name name = name_of(p, type);

	diag_set(d, -ENOENT, "%s is missing", name.s);
	diag_field(d, name.s);
	return -ENOENT;
}

static int check_required(const struct nlattr *const *attrs, const struct nl_policy *policy,
			  size_t n, struct diag *d)
{
	for (size_t i = 0; i < n; i++)
		if (UNLIKELY(policy[i].required && !attrs[i]))
			return refuse_absence(&policy[i], i, d);
	return 0;
}

int nl_attrs_parse(const struct nlattr **attrs, const struct nl_policy *policy, size_t n,
		   const void *data, size_t size, struct diag *d)
{
	struct nl_attrs walk = nl_attrs_of(data, size);
	const struct nlattr *a;

	memset(attrs, 0, n * sizeof *attrs);
	while ((a = nl_attrs_next(&walk)) != NULL) {
		size_t type = nl_attr_type(a);

		if (type >= n)
			continue;
		/* Numbers are the most. */
		if (kind_sizes[policy[type].kind] ? nl_attr_size(a) != kind_sizes[policy[type].kind]
						  : !is_of_kind(&policy[type], a))
			return refuse(&policy[type], a,
				      (size_t)((const uint8_t *)a - (const uint8_t *)data), d);
		attrs[type] = a;
	}
	if (walk.bad) {
		size_t pos = (size_t)(walk.p - (const uint8_t *)data);

		return diag_set_range(d, pos, size - pos, -EINVAL,
				      "the last %zu bytes are not an attribute", size - pos);
	}
	return check_required(attrs, policy, n, d);
}

const struct nlattr *nl_attr_first(const void *data, size_t size)
{
	struct nl_attrs walk = nl_attrs_of(data, size);

	return nl_attrs_next(&walk);
}

const struct nlattr *nl_attr_after(const struct nlattr *a, const void *data, size_t size)
{
	size_t pos = (size_t)((const uint8_t *)a - (const uint8_t *)data) + MNL_ALIGN(a->nla_len);

	return pos < size ? nl_attr_first((const uint8_t *)data + pos, size - pos) : NULL;
}
