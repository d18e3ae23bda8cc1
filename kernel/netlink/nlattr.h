/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attributes on the kernel's side: validation as lib/nlattr.c does it in 6.1 (liberal and strict
 * modes, facts/kernel-tc.md 1.7, texts and errnos), and building. Written apart from netlink/,
 * which is the other side of the contract.
 */
#ifndef KERNEL_NETLINK_NLATTR_H
#define KERNEL_NETLINK_NLATTR_H

#include "kernel/netlink/af_netlink.h"

enum {
	NLA_UNSPEC,
	NLA_U8,
	NLA_U16,
	NLA_U32,
	NLA_U64,
	NLA_STRING,
	NLA_FLAG,
	NLA_MSECS,
	NLA_NESTED,
	NLA_NUL_STRING,
	NLA_BINARY,
	NLA_S32,
	NLA_BITFIELD32,
	NLA_REJECT,
	NLA_BE16,
	NLA_BE32,
	NLA_EXACT_LEN, /* Linux: NLA_POLICY_EXACT_LEN() */
	NLA_MIN_LEN,   /* Linux: NLA_POLICY_MIN_LEN() */
	NLA_N_TYPES
};

enum nla_validation {
	NLA_VALIDATE_NONE,
	NLA_VALIDATE_RANGE, /* @min to @max; of NLA_BINARY the length */
	NLA_VALIDATE_MASK,
	NLA_VALIDATE_MIN,
	NLA_VALIDATE_MAX
};

struct nla_policy {
	u8 type;
	u8 validation; /* enum nla_validation */
	u16 len;       /* maximum, minimum or exact length, as the type says in Linux */
	union {
		u32 mask; /* NLA_BITFIELD32: valid bits; NLA_VALIDATE_MASK: allowed bits */
		u32 strict_start_type; /* in policy[0]: types from here on are strict; 0: none */
	};
	u32 min, max; /* NLA_VALIDATE_RANGE, _MIN, _MAX; NLA_S32: as s32 */
};

/* The payload of NLMSGERR_ATTR_POLICY about @pt, into @buf of NLA_POLICY_SIZE_MAX bytes; its size,
 * or 0: there is nothing to say. */
#define NLA_POLICY_SIZE_MAX 32
size_t nla_policy_write(u8 *buf, const struct nla_policy *pt);

/*
 * tb[0..maxtype] from the attributes at @head. nla_parse_deprecated(): liberal. nla_parse():
 * strict. The pointers borrow @head. Of two attributes of a type the last one counts. @policy may
 * be NULL: nothing is checked. 0 or Linux's errno; @extack (may be NULL) gets its text and bad
 * attribute. Nested attributes are parsed by the caller, one nla_parse_nested() for each nest.
 */
int nla_parse_deprecated(const struct nlattr *tb[], int maxtype, const struct nlattr *head, int len,
			 const struct nla_policy *policy,
			 struct netlink_ext_ack *extack) MUST_CHECK;
int nla_parse(const struct nlattr *tb[], int maxtype, const struct nlattr *head, int len,
	      const struct nla_policy *policy, struct netlink_ext_ack *extack) MUST_CHECK;
int nla_parse_nested_deprecated(const struct nlattr *tb[], int maxtype, const struct nlattr *nla,
				const struct nla_policy *policy,
				struct netlink_ext_ack *extack) MUST_CHECK;
int nla_parse_nested(const struct nlattr *tb[], int maxtype, const struct nlattr *nla,
		     const struct nla_policy *policy, struct netlink_ext_ack *extack) MUST_CHECK;
/* After a header of @hdrlen bytes. -EINVAL "Invalid header length" when the message is shorter. */
int nlmsg_parse_deprecated(const struct nlmsghdr *nlh, int hdrlen, const struct nlattr *tb[],
			   int maxtype, const struct nla_policy *policy,
			   struct netlink_ext_ack *extack) MUST_CHECK;

/* What follows the header; NLMSG_DATA() of uapi takes a const away. */
static inline const void *nlmsg_data(const struct nlmsghdr *nlh)
{
	return (const u8 *)nlh + NLMSG_HDRLEN;
}

static inline int nla_type(const struct nlattr *nla)
{
	return nla->nla_type & NLA_TYPE_MASK;
}
static inline int nla_len(const struct nlattr *nla)
{
	return nla->nla_len - NLA_HDRLEN;
}
static inline const void *nla_data(const struct nlattr *nla)
{
	return (const u8 *)nla + NLA_HDRLEN;
}
/* Whether there is a whole attribute at @nla, with @remaining bytes left; and the one after it. */
static inline bool nla_ok(const struct nlattr *nla, int remaining)
{
	return remaining >= NLA_HDRLEN && nla->nla_len >= NLA_HDRLEN && nla->nla_len <= remaining;
}
static inline const struct nlattr *nla_next(const struct nlattr *nla, int *remaining)
{
	int size = (int)NLA_ALIGN(nla->nla_len);

	*remaining -= size;
	return (const void *)((const u8 *)nla + size);
}

/* Integers of the payload. The missing bytes of one that is too short are 0. */
static inline void nla_get_(void *v, const struct nlattr *nla, int size)
{
	const int len = nla_len(nla);

	if (LIKELY(len >= size))
		memcpy(v, nla_data(nla), (size_t)size);
	else if (len > 0)
		memcpy(v, nla_data(nla), (size_t)len);
}
static inline u8 nla_get_u8(const struct nlattr *nla)
{
	u8 v = 0;

	nla_get_(&v, nla, sizeof v);
	return v;
}
static inline u16 nla_get_u16(const struct nlattr *nla)
{
	u16 v = 0;

	nla_get_(&v, nla, sizeof v);
	return v;
}
static inline u32 nla_get_u32(const struct nlattr *nla)
{
	u32 v = 0;

	nla_get_(&v, nla, sizeof v);
	return v;
}
static inline u64 nla_get_u64(const struct nlattr *nla)
{
	u64 v = 0;

	nla_get_(&v, nla, sizeof v);
	return v;
}
static inline be16 nla_get_be16(const struct nlattr *nla)
{
	return FORCE_CAST(be16, nla_get_u16(nla));
}
static inline be32 nla_get_be32(const struct nlattr *nla)
{
	return FORCE_CAST(be32, nla_get_u32(nla));
}
/* Copies up to @size bytes of payload and zeroes the rest; returns how many were copied. */
int nla_memcpy(void *dest, const struct nlattr *nla, int size);
/* Copies a string, cut to @size with its NUL; returns its length or -E2BIG. */
ssize_t nla_strscpy(char *dst, const struct nlattr *nla, size_t size);

#define nla_for_each_attr(pos, head, len, rem) \
	for (pos = (head), rem = (int)(len); nla_ok(pos, rem); pos = nla_next(pos, &(rem)))

/*
 * Building. All return 0 or -EMSGSIZE, and leave the message as it was then (kmsg.error is set
 * too, and everything later fails). kmsg_init() allocates @limit bytes, at most
 * NETLINK_DATAGRAM_MAX: 0 or -ENOMEM. nlmsg_put() zeroes the @payload bytes after its header.
 */
int kmsg_init(struct kmsg *m, size_t limit) MUST_CHECK;
void kmsg_fini(struct kmsg *m);
void kmsg_reset(struct kmsg *m); /* empty again, the memory kept */
struct nlmsghdr *nlmsg_put(struct kmsg *m, u32 portid, u32 seq, int type, int payload,
			   int flags); /* NULL: no room */
void nlmsg_end(struct kmsg *m, const struct nlmsghdr *nlh);
void nlmsg_trim(struct kmsg *m, size_t len); /* back to a length that it had */
int nla_put(struct kmsg *m, int type, int len, const void *data);
/* Two attributes of the same size, 1 to 16 bytes, one after the other. */
int nla_put_both(struct kmsg *m, int type, int type2, size_t size, const void *data,
		 const void *data2);
int nla_put_u8(struct kmsg *m, int type, u8 v);
int nla_put_u16(struct kmsg *m, int type, u16 v);
int nla_put_u32(struct kmsg *m, int type, u32 v);
int nla_put_u64(struct kmsg *m, int type, u64 v); /* native x86-64: no padding attribute */
int nla_put_be16(struct kmsg *m, int type, be16 v);
int nla_put_be32(struct kmsg *m, int type, be32 v);
int nla_put_string(struct kmsg *m, int type, const char *s);
int nla_put_bitfield32(struct kmsg *m, int type, u32 value, u32 selector);
/* Offset of the opened nest, or negative; for nla_nest_end() and nla_nest_cancel(). */
ssize_t nla_nest_start(struct kmsg *m, int type); /* with NLA_F_NESTED */
ssize_t nla_nest_start_noflag(struct kmsg *m, int type);
/* A nest of more than 65535 bytes is an error of the message. */
void nla_nest_end(struct kmsg *m, ssize_t start);
void nla_nest_cancel(struct kmsg *m, ssize_t start);

#endif
