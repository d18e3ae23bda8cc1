/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Building netlink messages, in the caller's buffer, with a sticky error: a put that does not fit
 * (in the buffer, or in the 16 bits of nla_len, which libmnl does not check) sets msg->error, later
 * puts do nothing, and the caller looks once, at nl_msg_end(). Several messages can follow each
 * other in one buffer.
 *
 * The optional origin table remembers which attribute came from what (a field or an action of a
 * flow): the offset that a kernel names in NLMSGERR_ATTR_OFFS leads back to it.
 */
#ifndef NETLINK_MSG_H
#define NETLINK_MSG_H

#include "base/byteorder.h"
#include "base/macros.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NL_MSG_ORIGINS_MAX \
	128 /* attributes remembered; later ones have no origin, which costs a caret only */

struct nl_origin {
	uint32_t offset; /* of the attribute, from the begin of its message, bytes */
	uint32_t size;	 /* of the attribute with its header; of a nest: of the header alone */
	uint32_t what;	 /* the caller's number */
};

struct nl_origins {
	struct nl_origin entry[NL_MSG_ORIGINS_MAX];
	size_t n;
};

struct nl_msg {
	uint8_t *buf; /* borrowed */
	size_t cap;   /* bytes */
	size_t size;  /* bytes used, always a multiple of 4 */
	size_t start; /* offset of the message being built */
	int error; /* 0, -EMSGSIZE: buffer full, -ERANGE: an attribute of more than 65535 bytes */
	struct nl_origins *origins; /* borrowed; NULL: not wanted */
	uint32_t origin;	    /* what the attributes put from now on come from; 0: nothing */
};

void nl_msg_init(struct nl_msg *m, void *buf, size_t cap);

/* Starts a message; @payload (family header: tcmsg, ifinfomsg, genlmsghdr + ...) is copied and
 * aligned. The origin table starts anew. */
void nl_msg_start(struct nl_msg *m, uint16_t type, uint16_t flags, const void *payload,
		  size_t size);

/* The same; returns where the payload goes, @size zeroed bytes, or NULL. To be filled in place:
 * what was just built field by field is slow to copy in large pieces. */
void *nl_msg_start_space(struct nl_msg *m, uint16_t type, uint16_t flags, size_t size);

/* Ends it: writes nlmsg_len. Returns the sticky error. */
int nl_msg_end(struct nl_msg *m) MUST_CHECK;

/* Header of the message being built; valid until the buffer goes. */
struct nlmsghdr *nl_msg_header(struct nl_msg *m);

/* Parts of nl_put_space(): the error is set; the origin of the attribute at the end is noted. */
uint8_t *nl_msg_refuse_(struct nl_msg *m, size_t size);

static inline void nl_msg_remember_(struct nl_msg *m, size_t size)
{
	struct nl_origins *o = m->origins;

	if (o->n < NL_MSG_ORIGINS_MAX)
		o->entry[o->n++] = (struct nl_origin){ .offset = (uint32_t)(m->size - m->start),
						       .size = (uint32_t)size,
						       .what = m->origin };
}

/*
 * The payload of a new attribute, @size bytes to be filled, or NULL: does not fit. The hottest
 * function of an encoder: with a constant size it is a few instructions.
 */
static inline uint8_t *nl_put_space(struct nl_msg *m, uint16_t type, size_t size)
{
	const size_t len = NLA_HDRLEN + size, aligned = NLA_ALIGN(len);
	const struct nlattr a = { .nla_len = (uint16_t)len, .nla_type = type };
	uint8_t *p = m->buf + m->size;

	if (UNLIKELY(m->error || size > UINT16_MAX - NLA_HDRLEN || aligned > m->cap - m->size))
		return nl_msg_refuse_(m, size);
	if (m->origin && m->origins)
		nl_msg_remember_(m, len);
	if (aligned != len) /* the padding; the rest is written over */
		memset(p + aligned - NLA_ALIGNTO, 0, NLA_ALIGNTO);
	memcpy(p, &a, sizeof a);
	m->size += aligned;
	return p + sizeof a;
}

/* Attributes that are there as bytes, a multiple of 4: @size bytes to be filled, or NULL. */
uint8_t *nl_put_bytes(struct nl_msg *m, size_t size);

void nl_put(struct nl_msg *m, uint16_t type, const void *data, size_t size);

/* Two attributes of one size, which is a constant and small, with one look at the room. */
static inline void nl_put_both(struct nl_msg *m, uint16_t type, const void *data, uint16_t type2,
			       const void *data2, size_t size)
{
	const size_t len = NLA_HDRLEN + size, step = NLA_ALIGN(len);
	const struct nlattr a[2] = { { (uint16_t)len, type }, { (uint16_t)len, type2 } };
	uint8_t *p = m->buf + m->size;

	if (UNLIKELY(m->error || 2 * step > m->cap - m->size)) {
		nl_put(m, type, data, size);
		nl_put(m, type2, data2, size);
		return;
	}
	for (size_t i = 0; i < 2; i++, p += step, m->size += step) {
		if (m->origin && m->origins)
			nl_msg_remember_(m, len);
		if (step != len) /* the padding; the rest is written over */
			memset(p + step - NLA_ALIGNTO, 0, NLA_ALIGNTO);
		memcpy(p, &a[i], sizeof a[i]);
		memcpy(p + sizeof a[i], i ? data2 : data, size);
	}
}

void nl_put_u8(struct nl_msg *m, uint16_t type, uint8_t v);
void nl_put_u16(struct nl_msg *m, uint16_t type, uint16_t v);
void nl_put_u32(struct nl_msg *m, uint16_t type, uint32_t v);
void nl_put_u64(struct nl_msg *m, uint16_t type, uint64_t v);
void nl_put_be16(struct nl_msg *m, uint16_t type, be16 v);
void nl_put_be32(struct nl_msg *m, uint16_t type, be32 v);
void nl_put_str(struct nl_msg *m, uint16_t type, const char *s); /* with the NUL */
void nl_put_flag(struct nl_msg *m, uint16_t type);

/* Opens a nest; give the result to nl_nest_end(). nl_nest_start_plain(): without NLA_F_NESTED, as
 * tc and OVS do. */
size_t nl_nest_start(struct nl_msg *m, uint16_t type);
size_t nl_nest_start_plain(struct nl_msg *m, uint16_t type);
void nl_nest_end(struct nl_msg *m, size_t nest);

/* What the attribute at or around @offset of the message came from; 0: unknown. */
uint32_t nl_origins_find(const struct nl_origins *o, uint32_t offset);

#endif
