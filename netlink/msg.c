/* SPDX-License-Identifier: BSD-2-Clause */
/* The builder of messages: see the header. Attributes are laid out as libmnl's macros say. */
#include "netlink/msg.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

#define ATTR_SIZE_MAX UINT16_MAX /* what nla_len can say, with the header of the attribute */

void nl_msg_init(struct nl_msg *m, void *buf, size_t cap)
{
	m->buf = buf;
	m->cap = cap;
	m->size = 0;
	m->start = 0;
	m->error = 0;
	m->origins = NULL;
	m->origin = 0;
}

/* Room for @size bytes, of which those that the alignment adds at the end are zeroed; or NULL. */
static uint8_t *reserve(struct nl_msg *m, size_t size)
{
	size_t room = m->cap - m->size, aligned = MNL_ALIGN(size);
	uint8_t *p;

	if (UNLIKELY(m->error))
		return NULL;
	if (UNLIKELY(size > room || aligned > room)) {
		m->error = -EMSGSIZE;
		return NULL;
	}
	p = m->buf + m->size;
	if (aligned)
		memset(p + aligned - MNL_ALIGNTO, 0, MNL_ALIGNTO);
	m->size += aligned;
	return p;
}

static uint8_t *start(struct nl_msg *m, uint16_t type, uint16_t flags, size_t size)
{
	const struct nlmsghdr h = { .nlmsg_type = type, .nlmsg_flags = flags };
	uint8_t *p;

	m->start = m->size;
	if (m->origins)
		m->origins->n = 0;
	p = reserve(m, sizeof h);
	if (p)
		memcpy(p, &h, sizeof h);
	return reserve(m, size);
}

void nl_msg_start(struct nl_msg *m, uint16_t type, uint16_t flags, const void *payload, size_t size)
{
	uint8_t *p = start(m, type, flags, size);

	if (p && size)
		memcpy(p, payload, size);
}

void *nl_msg_start_space(struct nl_msg *m, uint16_t type, uint16_t flags, size_t size)
{
	uint8_t *p = start(m, type, flags, size);

	return p ? memset(p, 0, size) : NULL;
}

int nl_msg_end(struct nl_msg *m)
{
	uint32_t len = (uint32_t)(m->size - m->start);

	if (m->error)
		return m->error;
	if (m->size - m->start > UINT32_MAX)
		return m->error = -EMSGSIZE;
	memcpy(m->buf + m->start + offsetof(struct nlmsghdr, nlmsg_len), &len, sizeof len);
	return 0;
}

struct nlmsghdr *nl_msg_header(struct nl_msg *m)
{
	return (struct nlmsghdr *)(void *)(m->buf + m->start);
}

NOINLINE uint8_t *nl_msg_refuse_(struct nl_msg *m, size_t size)
{
	if (!m->error)
		m->error = size > ATTR_SIZE_MAX - NLA_HDRLEN ? -ERANGE : -EMSGSIZE;
	return NULL;
}

uint8_t *nl_put_bytes(struct nl_msg *m, size_t size)
{
	uint8_t *p = m->buf + m->size;

	if (m->error || NLA_ALIGN(size) > m->cap - m->size)
		return nl_msg_refuse_(m, 0);
	memset(p, 0, NLA_ALIGN(size));
	m->size += NLA_ALIGN(size);
	return p;
}

void nl_put(struct nl_msg *m, uint16_t type, const void *data, size_t size)
{
	uint8_t *p = nl_put_space(m, type, size);

	if (!p)
		return;
	/* The sizes of most fields, without a call. */
	switch (size) {
	case 0:
		break;
	case 2:
		memcpy(p, data, 2);
		break;
	case 4:
		memcpy(p, data, 4);
		break;
	case 6:
		memcpy(p, data, 6);
		break;
	case 16:
		memcpy(p, data, 16);
		break;
	default:
		memcpy(p, data, size);
	}
}

void nl_put_u8(struct nl_msg *m, uint16_t type, uint8_t v)
{
	uint8_t *p = nl_put_space(m, type, sizeof v);

	if (p)
		*p = v;
}

void nl_put_u16(struct nl_msg *m, uint16_t type, uint16_t v)
{
	uint8_t *p = nl_put_space(m, type, sizeof v);

	if (p)
		memcpy(p, &v, sizeof v);
}

void nl_put_u32(struct nl_msg *m, uint16_t type, uint32_t v)
{
	uint8_t *p = nl_put_space(m, type, sizeof v);

	if (p)
		memcpy(p, &v, sizeof v);
}

void nl_put_u64(struct nl_msg *m, uint16_t type, uint64_t v)
{
	uint8_t *p = nl_put_space(m, type, sizeof v);

	if (p)
		memcpy(p, &v, sizeof v);
}

void nl_put_be16(struct nl_msg *m, uint16_t type, be16 v)
{
	nl_put(m, type, &v, sizeof v);
}

void nl_put_be32(struct nl_msg *m, uint16_t type, be32 v)
{
	nl_put(m, type, &v, sizeof v);
}

void nl_put_str(struct nl_msg *m, uint16_t type, const char *s)
{
	nl_put(m, type, s, strlen(s) + 1);
}

void nl_put_flag(struct nl_msg *m, uint16_t type)
{
	nl_put_space(m, type, 0);
}

size_t nl_nest_start_plain(struct nl_msg *m, uint16_t type)
{
	size_t nest = m->size;

	nl_put_space(m, type, 0);
	return nest;
}

size_t nl_nest_start(struct nl_msg *m, uint16_t type)
{
	return nl_nest_start_plain(m, (uint16_t)(type | NLA_F_NESTED));
}

void nl_nest_end(struct nl_msg *m, size_t nest)
{
	size_t size = m->size - nest;
	uint16_t len = (uint16_t)size;

	if (m->error)
		return;
	if (size > ATTR_SIZE_MAX) {
		m->error = -ERANGE;
		return;
	}
	memcpy(m->buf + nest + offsetof(struct nlattr, nla_len), &len, sizeof len);
}

uint32_t nl_origins_find(const struct nl_origins *o, uint32_t offset)
{
	for (size_t i = 0; i < o->n; i++) {
		const struct nl_origin *e = &o->entry[i];

		if (offset >= e->offset && offset - e->offset < e->size)
			return e->what;
	}
	return 0;
}
