/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attributes: validation as lib/nlattr.c does it in Linux 6.1, in its order of tests, with its
 * errnos and texts; and building. Deliberately absent: policies that nest (callers parse each nest
 * themselves), dumps of policies, functions as validators, warnings to a kernel log.
 */
#include "kernel/netlink/nlattr.h"
#include "base/alloc.h"

#include <errno.h>
#include <limits.h>

/* How strict a parse is; Linux's NL_VALIDATE_STRICT is all of them. */
enum {
	VALIDATE_TRAILING = 1 << 0,
	VALIDATE_MAXTYPE = 1 << 1,
	VALIDATE_UNSPEC = 1 << 2,
	VALIDATE_STRICT_ATTRS = 1 << 3,
	VALIDATE_NESTED = 1 << 4,
	VALIDATE_LIBERAL = 0,
	VALIDATE_STRICT = (1 << 5) - 1,
};

/* Payload lengths of types of a fixed size, and the least that the liberal mode takes. */
static const struct {
	u8 exact, least;
} type_len[NLA_N_TYPES] = {
	[NLA_U8] = { 1, 1 },   [NLA_U16] = { 2, 2 },   [NLA_U32] = { 4, 4 },
	[NLA_U64] = { 8, 8 },  [NLA_S32] = { 4, 4 },   [NLA_BE16] = { 2, 2 },
	[NLA_BE32] = { 4, 4 }, [NLA_MSECS] = { 0, 8 }, [NLA_NESTED] = { 0, NLA_HDRLEN },
};

static int refuse(struct netlink_ext_ack *extack, const struct nlattr *nla, int err,
		  const char *msg)
{
	NL_SET_ERR_MSG_ATTR(extack, nla, msg);
	return err;
}

static int refuse_policy(struct netlink_ext_ack *extack, const struct nlattr *nla,
			 const struct nla_policy *pt, int err, const char *msg)
{
	if (extack)
		extack->policy = pt;
	return refuse(extack, nla, err, msg);
}

static bool is_bitfield32(const struct nlattr *nla, u32 valid)
{
	struct nla_bitfield32 bf;

	memcpy(&bf, nla_data(nla), sizeof bf);
	return valid && !(bf.selector & ~valid) && !(bf.value & ~valid) &&
	       !(bf.value & ~bf.selector);
}

/* The number whose range or mask is checked: of NLA_BINARY the length. */
static u64 value_of(const struct nla_policy *pt, const struct nlattr *nla)
{
	switch (pt->type) {
	case NLA_U8:
		return nla_get_u8(nla);
	case NLA_U16:
		return nla_get_u16(nla);
	case NLA_BE16:
		return host_from_be16(nla_get_be16(nla));
	case NLA_U32:
		return nla_get_u32(nla);
	case NLA_BE32:
		return host_from_be32(nla_get_be32(nla));
	case NLA_U64:
	case NLA_MSECS:
		return nla_get_u64(nla);
	default:
		return (u64)nla_len(nla);
	}
}

static bool is_in_range(const struct nla_policy *pt, const struct nlattr *nla)
{
	bool has_min = pt->validation != NLA_VALIDATE_MAX;
	bool has_max = pt->validation != NLA_VALIDATE_MIN;

	if (pt->type == NLA_S32) {
		s32 v = (s32)nla_get_u32(nla);

		return !(has_min && v < (s32)pt->min) && !(has_max && v > (s32)pt->max);
	}
	u64 v = value_of(pt, nla);

	return !(has_min && v < pt->min) && !(has_max && v > pt->max);
}

static int validate_value(const struct nlattr *nla, const struct nla_policy *pt,
			  struct netlink_ext_ack *extack)
{
	switch ((enum nla_validation)pt->validation) {
	case NLA_VALIDATE_NONE:
		return 0;
	case NLA_VALIDATE_MASK:
		if (value_of(pt, nla) & ~(u64)pt->mask)
			return refuse(extack, nla, -EINVAL, "reserved bit set");
		return 0;
	case NLA_VALIDATE_RANGE:
	case NLA_VALIDATE_MIN:
	case NLA_VALIDATE_MAX:
		if (is_in_range(pt, nla))
			return 0;
		return refuse_policy(extack, nla, pt, -ERANGE,
				     pt->type == NLA_BINARY ? "binary attribute size out of range"
							    : "integer out of range");
	}
	return 0;
}

static int validate_string(const struct nlattr *nla, const struct nla_policy *pt)
{
	const char *s = nla_data(nla);
	int len = nla_len(nla);

	if (pt->type == NLA_NUL_STRING) {
		int within = pt->len && len > pt->len + 1 ? pt->len + 1 : len;

		if (!within || !memchr(s, '\0', (size_t)within))
			return -EINVAL;
	}
	if (len < 1)
		return -ERANGE;
	if (pt->len && len - (s[len - 1] == '\0') > pt->len)
		return -ERANGE;
	return 0;
}

/* The length, and of some types the contents; 0, or the errno of a failed policy. */
static int validate_payload(const struct nlattr *nla, const struct nla_policy *pt)
{
	int len = nla_len(nla);

	switch (pt->type) {
	case NLA_REJECT:
		return -EINVAL;
	case NLA_FLAG:
		return len > 0 ? -ERANGE : 0;
	case NLA_BITFIELD32:
		if (len != sizeof(struct nla_bitfield32))
			return -ERANGE;
		return is_bitfield32(nla, pt->mask) ? 0 : -EINVAL;
	case NLA_NUL_STRING:
	case NLA_STRING:
		return validate_string(nla, pt);
	case NLA_BINARY:
		return pt->len && len > pt->len ? -ERANGE : 0;
	case NLA_NESTED: /* may be empty, and what is in it is the caller's business */
		return len && len < NLA_HDRLEN ? -ERANGE : 0;
	case NLA_EXACT_LEN:
	case NLA_MIN_LEN: /* validate_size() */
		return 0;
	default:
		return len < (pt->len ? pt->len : type_len[pt->type].least) ? -ERANGE : 0;
	}
}

/* NLA_EXACT_LEN and NLA_MIN_LEN: for Linux these are ranges of the size of binary data. */
static bool is_of_size(const struct nlattr *nla, const struct nla_policy *pt)
{
	if (pt->type == NLA_EXACT_LEN)
		return nla_len(nla) == pt->len;
	return pt->type != NLA_MIN_LEN || nla_len(nla) >= pt->len;
}

/* What only strict parses ask, before anything else. */
static int validate_form(const struct nlattr *nla, const struct nla_policy *pt,
			 unsigned int validate, struct netlink_ext_ack *extack)
{
	bool is_nested = nla->nla_type & NLA_F_NESTED;

	if ((validate & VALIDATE_STRICT_ATTRS) && type_len[pt->type].exact &&
	    nla_len(nla) != type_len[pt->type].exact)
		return refuse_policy(extack, nla, pt, -EINVAL, "invalid attribute length");
	if (!(validate & VALIDATE_NESTED))
		return 0;
	if (pt->type == NLA_NESTED && !is_nested)
		return refuse_policy(extack, nla, pt, -EINVAL, "NLA_F_NESTED is missing");
	if (pt->type != NLA_NESTED && pt->type != NLA_UNSPEC && is_nested)
		return refuse_policy(extack, nla, pt, -EINVAL, "NLA_F_NESTED not expected");
	return 0;
}

/* ---- what NLMSGERR_ATTR_POLICY says about a policy ---- */

#define NO_TYPE 0

static const u8 type_of_policy[NLA_N_TYPES] = {
	[NLA_U8] = NL_ATTR_TYPE_U8,
	[NLA_U16] = NL_ATTR_TYPE_U16,
	[NLA_U32] = NL_ATTR_TYPE_U32,
	[NLA_U64] = NL_ATTR_TYPE_U64,
	[NLA_MSECS] = NL_ATTR_TYPE_U64,
	[NLA_S32] = NL_ATTR_TYPE_S32,
	[NLA_STRING] = NL_ATTR_TYPE_STRING,
	[NLA_NUL_STRING] = NL_ATTR_TYPE_NUL_STRING,
	[NLA_BINARY] = NL_ATTR_TYPE_BINARY,
	[NLA_EXACT_LEN] = NL_ATTR_TYPE_BINARY,
	[NLA_MIN_LEN] = NL_ATTR_TYPE_BINARY,
	[NLA_NESTED] = NL_ATTR_TYPE_NESTED,
	[NLA_BITFIELD32] = NL_ATTR_TYPE_BITFIELD32,
	[NLA_FLAG] = NL_ATTR_TYPE_FLAG,
};

static u8 *write_attr(u8 *p, u16 type, const void *data, size_t size)
{
	struct nlattr nla = { .nla_len = (u16)(NLA_HDRLEN + size), .nla_type = type };

	memcpy(p, &nla, sizeof nla);
	memcpy(p + NLA_HDRLEN, data, size);
	return p + NLA_HDRLEN + size;
}

static u8 *write_u32(u8 *p, u16 type, u32 v)
{
	return write_attr(p, type, &v, sizeof v);
}

static u8 *write_range(u8 *p, const struct nla_policy *pt)
{
	bool has_min = pt->validation == NLA_VALIDATE_RANGE || pt->validation == NLA_VALIDATE_MIN;
	bool has_max = pt->validation == NLA_VALIDATE_RANGE || pt->validation == NLA_VALIDATE_MAX;
	bool is_signed = pt->type == NLA_S32;
	u8 size = type_len[pt->type].least;
	u64 least = is_signed ? (u64)INT32_MIN : 0;
	u64 most = is_signed ? INT32_MAX : size == 8 ? UINT64_MAX : ((u64)1 << size * 8) - 1;

	if (pt->validation == NLA_VALIDATE_MASK) {
		most = pt->mask;
		return write_attr(p, NL_POLICY_TYPE_ATTR_MASK, &most, sizeof most);
	}
	if (has_min)
		least = is_signed ? (u64)(s32)pt->min : pt->min;
	if (has_max)
		most = is_signed ? (u64)(s32)pt->max : pt->max;
	p = write_attr(
		p, is_signed ? NL_POLICY_TYPE_ATTR_MIN_VALUE_S : NL_POLICY_TYPE_ATTR_MIN_VALUE_U,
		&least, sizeof least);
	return write_attr(
		p, is_signed ? NL_POLICY_TYPE_ATTR_MAX_VALUE_S : NL_POLICY_TYPE_ATTR_MAX_VALUE_U,
		&most, sizeof most);
}

static u8 *write_lengths(u8 *p, const struct nla_policy *pt)
{
	bool is_range = pt->validation == NLA_VALIDATE_RANGE || pt->type == NLA_EXACT_LEN;
	u32 least = pt->type == NLA_EXACT_LEN ? pt->len : is_range ? pt->min : 0;
	u32 most = !is_range || pt->type == NLA_EXACT_LEN ? pt->len : pt->max;

	if (pt->type == NLA_MIN_LEN)
		return p;
	if (least)
		p = write_u32(p, NL_POLICY_TYPE_ATTR_MIN_LENGTH, least);
	return most && most < UINT16_MAX ? write_u32(p, NL_POLICY_TYPE_ATTR_MAX_LENGTH, most) : p;
}

size_t nla_policy_write(u8 *buf, const struct nla_policy *pt)
{
	u8 *p = buf;

	switch (type_of_policy[pt->type]) {
	case NO_TYPE:
		return 0;
	case NL_ATTR_TYPE_STRING:
	case NL_ATTR_TYPE_NUL_STRING:
	case NL_ATTR_TYPE_BINARY:
		p = write_lengths(p, pt);
		break;
	case NL_ATTR_TYPE_BITFIELD32:
		p = write_u32(p, NL_POLICY_TYPE_ATTR_BITFIELD32_MASK, pt->mask);
		break;
	case NL_ATTR_TYPE_NESTED:
	case NL_ATTR_TYPE_FLAG:
		break;
	default:
		p = write_range(p, pt);
		break;
	}
	p = write_u32(p, NL_POLICY_TYPE_ATTR_TYPE, type_of_policy[pt->type]);
	return (size_t)(p - buf);
}

/* ---- validation ---- */

/* Types of which a liberal parse asks nothing but a least length: that of the type or of the row.
 */
#define OF(t) (1u << NLA_##t)
static const u32 plain_types = OF(UNSPEC) | OF(U8) | OF(U16) | OF(U32) | OF(U64) | OF(S32) |
			       OF(BE16) | OF(BE32) | OF(MSECS) | OF(MIN_LEN);
#undef OF

/* Whether an attribute is good, as most are; of others validate_nla() tells more. */
static inline bool is_plainly_good(const struct nlattr *nla, const struct nla_policy *pt)
{
	int least = pt->len ? pt->len : type_len[pt->type].least;

	return plain_types >> pt->type & 1 && !pt->validation && nla_len(nla) >= least;
}

static NOINLINE int validate_nla(const struct nlattr *nla, const struct nla_policy *pt,
				 unsigned int validate, struct netlink_ext_ack *extack)
{
	int err;

	if (validate) {
		err = validate_form(nla, pt, validate, extack);
		if (err)
			return err;
		if (pt->type == NLA_UNSPEC && (validate & VALIDATE_UNSPEC))
			return refuse(extack, nla, -EINVAL, "Unsupported attribute");
	}
	err = validate_payload(nla, pt);
	if (err)
		return refuse_policy(extack, nla, pt, err, "Attribute failed policy validation");
	if (!is_of_size(nla, pt))
		return refuse_policy(extack, nla, pt, -ERANGE,
				     "binary attribute size out of range");
	return pt->validation ? validate_value(nla, pt, extack) : 0;
}

static int parse(const struct nlattr *tb[], int maxtype, const struct nlattr *head, int len,
		 const struct nla_policy *policy, unsigned int validate,
		 struct netlink_ext_ack *extack)
{
	const u32 strict_from = policy ? policy[0].strict_start_type : 0;
	const bool is_liberal = !validate && !strict_from;
	const u8 *p = (const u8 *)head;
	int rem = len, size;

	memset(tb, 0, sizeof *tb * ((size_t)maxtype + 1));
	for (; nla_ok((const void *)p, rem); p += size, rem -= size) {
		const struct nlattr *nla = (const void *)p;
		const unsigned int type = (unsigned int)nla_type(nla);

		size = (int)NLA_ALIGN(nla->nla_len);
		if (UNLIKELY(type - 1 >= (unsigned int)maxtype)) {
			if (validate & VALIDATE_MAXTYPE)
				return refuse(extack, nla, -EINVAL, "Unknown attribute type");
			continue;
		}
		if (policy && !(is_liberal && is_plainly_good(nla, &policy[type]))) {
			bool is_strict = strict_from && type >= strict_from;
			int err = validate_nla(nla, &policy[type],
					       is_strict ? (unsigned int)VALIDATE_STRICT : validate,
					       extack);

			if (err)
				return err;
		}
		tb[type] = nla;
	}
	if (UNLIKELY(rem > 0)) {
		NL_SET_ERR_MSG(extack, "bytes leftover after parsing attributes");
		if (validate & VALIDATE_TRAILING)
			return -EINVAL;
	}
	return 0;
}

int nla_parse_deprecated(const struct nlattr *tb[], int maxtype, const struct nlattr *head, int len,
			 const struct nla_policy *policy, struct netlink_ext_ack *extack)
{
	return parse(tb, maxtype, head, len, policy, VALIDATE_LIBERAL, extack);
}

int nla_parse(const struct nlattr *tb[], int maxtype, const struct nlattr *head, int len,
	      const struct nla_policy *policy, struct netlink_ext_ack *extack)
{
	return parse(tb, maxtype, head, len, policy, VALIDATE_STRICT, extack);
}

int nla_parse_nested_deprecated(const struct nlattr *tb[], int maxtype, const struct nlattr *nla,
				const struct nla_policy *policy, struct netlink_ext_ack *extack)
{
	return parse(tb, maxtype, nla_data(nla), nla_len(nla), policy, VALIDATE_LIBERAL, extack);
}

int nla_parse_nested(const struct nlattr *tb[], int maxtype, const struct nlattr *nla,
		     const struct nla_policy *policy, struct netlink_ext_ack *extack)
{
	if (!(nla->nla_type & NLA_F_NESTED))
		return refuse(extack, nla, -EINVAL, "NLA_F_NESTED is missing");
	return parse(tb, maxtype, nla_data(nla), nla_len(nla), policy, VALIDATE_STRICT, extack);
}

int nlmsg_parse_deprecated(const struct nlmsghdr *nlh, int hdrlen, const struct nlattr *tb[],
			   int maxtype, const struct nla_policy *policy,
			   struct netlink_ext_ack *extack)
{
	int from = NLMSG_HDRLEN + (int)NLMSG_ALIGN(hdrlen);

	if (nlh->nlmsg_len < (u32)(NLMSG_HDRLEN + hdrlen)) {
		NL_SET_ERR_MSG(extack, "Invalid header length");
		return -EINVAL;
	}
	return parse(tb, maxtype, (const void *)((const u8 *)nlh + from),
		     (int)nlh->nlmsg_len - from, policy, VALIDATE_LIBERAL, extack);
}

int nla_memcpy(void *dest, const struct nlattr *nla, int size)
{
	int n = nla_len(nla) < size ? nla_len(nla) : size;

	if (n > 0)
		memcpy(dest, nla_data(nla), (size_t)n);
	if (size > n)
		memset((u8 *)dest + n, 0, (size_t)(size - n));
	return n;
}

ssize_t nla_strscpy(char *dst, const struct nlattr *nla, size_t size)
{
	const char *src = nla_data(nla);
	size_t len = (size_t)nla_len(nla);

	if (!size || size > UINT16_MAX)
		return -E2BIG;
	if (len && src[len - 1] == '\0')
		len--;
	if (len >= size) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dst, src, len);
	memset(dst + len, 0, size - len);
	return (ssize_t)len;
}

int kmsg_init(struct kmsg *m, size_t limit)
{
	memset(m, 0, sizeof *m);
	if (limit > NETLINK_DATAGRAM_MAX)
		limit = NETLINK_DATAGRAM_MAX;
	m->buf = mem_resize(NULL, limit);
	if (!m->buf)
		return -ENOMEM;
	m->cap = m->limit = limit;
	return 0;
}

void kmsg_fini(struct kmsg *m)
{
	mem_free(m->buf);
	memset(m, 0, sizeof *m);
}

void kmsg_reset(struct kmsg *m)
{
	m->len = 0;
	m->error = false;
}

/* @size bytes at the end, a multiple of 4; or NULL and the error. */
static u8 *reserve(struct kmsg *m, size_t size)
{
	u8 *p = m->buf + m->len;

	if (UNLIKELY(m->error || size > m->limit - m->len)) {
		m->error = true;
		return NULL;
	}
	m->len += size;
	return p;
}

struct nlmsghdr *nlmsg_put(struct kmsg *m, u32 portid, u32 seq, int type, int payload, int flags)
{
	size_t size = (size_t)NLMSG_ALIGN(NLMSG_HDRLEN + payload);
	struct nlmsghdr *nlh = (void *)reserve(m, size);

	if (!nlh)
		return NULL;
	nlh->nlmsg_len = NLMSG_HDRLEN + (u32)payload;
	nlh->nlmsg_type = (u16)type;
	nlh->nlmsg_flags = (u16)flags;
	nlh->nlmsg_seq = seq;
	nlh->nlmsg_pid = portid;
	memset(nlh + 1, 0, size - NLMSG_HDRLEN);
	return nlh;
}

void nlmsg_end(struct kmsg *m, const struct nlmsghdr *nlh)
{
	size_t start = (size_t)((const u8 *)nlh - m->buf);
	u32 len = (u32)(m->len - start);

	memcpy(m->buf + start, &len, sizeof len); /* nlmsg_len */
}

void nlmsg_trim(struct kmsg *m, size_t len)
{
	m->len = len;
	m->error = false;
}

/* An attribute's header; returns where its payload goes. @type may carry flags. */
static inline u8 *put_header(struct kmsg *m, int type, size_t len)
{
	struct nlattr nla = { .nla_len = (u16)(NLA_HDRLEN + len), .nla_type = (u16)type };
	u8 *p = reserve(m, (size_t)NLA_ALIGN(NLA_HDRLEN + len));

	if (!p)
		return NULL;
	memcpy(p, &nla, sizeof nla);
	return p + NLA_HDRLEN;
}

int nla_put(struct kmsg *m, int type, int len, const void *data)
{
	u8 *p;

	if (UNLIKELY(len < 0 || len > UINT16_MAX - NLA_HDRLEN)) {
		m->error = true;
		return -EMSGSIZE;
	}
	p = put_header(m, type, (size_t)len);
	if (UNLIKELY(!p))
		return -EMSGSIZE;
	/* The sizes of most keys, without a call. */
	switch (len) {
	case 0:
		return 0;
	case 4:
		memcpy(p, data, 4);
		return 0;
	case 16:
		memcpy(p, data, 16);
		return 0;
	}
	/* The padding is in the last word; the rest of it is written over. */
	memset(p + NLA_ALIGN(len) - NLA_ALIGNTO, 0, NLA_ALIGNTO);
	switch (len) {
	case 1:
		*p = *(const u8 *)data;
		return 0;
	case 2:
		memcpy(p, data, 2);
		return 0;
	case 6:
		memcpy(p, data, 6);
		return 0;
	default:
		memcpy(p, data, (size_t)len);
		return 0;
	}
}

static inline void write_both(u8 *p, size_t step, const struct nlattr *headers, size_t size,
			      const void *data, const void *data2)
{
	memcpy(p, &headers[0], NLA_HDRLEN);
	memcpy(p + NLA_HDRLEN, data, size);
	memcpy(p + step, &headers[1], NLA_HDRLEN);
	memcpy(p + step + NLA_HDRLEN, data2, size);
}

int nla_put_both(struct kmsg *m, int type, int type2, size_t size, const void *data,
		 const void *data2)
{
	const size_t step = NLA_ALIGN(NLA_HDRLEN + size);
	const struct nlattr nlas[2] = { { (u16)(NLA_HDRLEN + size), (u16)type },
					{ (u16)(NLA_HDRLEN + size), (u16)type2 } };
	u8 *p = reserve(m, 2 * step);

	if (UNLIKELY(!p))
		return -EMSGSIZE;
	if (size % NLA_ALIGNTO) { /* the padding; the rest of its word is written over */
		memset(p + step - NLA_ALIGNTO, 0, NLA_ALIGNTO);
		memset(p + 2 * step - NLA_ALIGNTO, 0, NLA_ALIGNTO);
	}
	switch (size) { /* those of most keys, without a call */
	case 2:
		write_both(p, step, nlas, 2, data, data2);
		return 0;
	case 4:
		write_both(p, step, nlas, 4, data, data2);
		return 0;
	case 6:
		write_both(p, step, nlas, 6, data, data2);
		return 0;
	default:
		write_both(p, step, nlas, size, data, data2);
		return 0;
	}
}

/* An integer of up to 4 bytes: one word with its padding. */
static int put_word(struct kmsg *m, int type, size_t size, u32 word)
{
	u8 *p = put_header(m, type, size);

	if (!p)
		return -EMSGSIZE;
	memcpy(p, &word, sizeof word);
	return 0;
}

int nla_put_u8(struct kmsg *m, int type, u8 v)
{
	u32 word = 0;

	memcpy(&word, &v, sizeof v);
	return put_word(m, type, sizeof v, word);
}

int nla_put_u16(struct kmsg *m, int type, u16 v)
{
	u32 word = 0;

	memcpy(&word, &v, sizeof v);
	return put_word(m, type, sizeof v, word);
}

int nla_put_u32(struct kmsg *m, int type, u32 v)
{
	return put_word(m, type, sizeof v, v);
}

int nla_put_u64(struct kmsg *m, int type, u64 v)
{
	u8 *p = put_header(m, type, sizeof v);

	if (!p)
		return -EMSGSIZE;
	memcpy(p, &v, sizeof v);
	return 0;
}

int nla_put_be16(struct kmsg *m, int type, be16 v)
{
	return nla_put_u16(m, type, FORCE_CAST(u16, v));
}

int nla_put_be32(struct kmsg *m, int type, be32 v)
{
	return nla_put_u32(m, type, FORCE_CAST(u32, v));
}

int nla_put_string(struct kmsg *m, int type, const char *s)
{
	size_t size = strlen(s) + 1;

	return nla_put(m, type, size > INT_MAX ? -1 : (int)size, s);
}

int nla_put_bitfield32(struct kmsg *m, int type, u32 value, u32 selector)
{
	struct nla_bitfield32 bf = { .value = value, .selector = selector };

	return nla_put(m, type, sizeof bf, &bf);
}

ssize_t nla_nest_start_noflag(struct kmsg *m, int type)
{
	u8 *p = put_header(m, type, 0);

	return p ? p - NLA_HDRLEN - m->buf : -EMSGSIZE;
}

ssize_t nla_nest_start(struct kmsg *m, int type)
{
	return nla_nest_start_noflag(m, type | NLA_F_NESTED);
}

void nla_nest_end(struct kmsg *m, ssize_t start)
{
	size_t size = m->len - (size_t)start;
	u16 len = (u16)size;

	if (start < 0 || size > UINT16_MAX) {
		m->error = true;
		return;
	}
	memcpy(m->buf + start, &len, sizeof len); /* nla_len */
}

void nla_nest_cancel(struct kmsg *m, ssize_t start)
{
	if (start >= 0)
		nlmsg_trim(m, (size_t)start);
}
