/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fields through their rows, for the files of this folder: a part of a big-endian integer is read
 * and written as a number of the host.
 */
#ifndef FLOW_KEY_INTERNAL_H
#define FLOW_KEY_INTERNAL_H

#include "flow/key.h"

/* A key of OVS that is not in this vocabulary. */
struct flow_absent_key {
	const char *name;
	uint16_t key_attr;
	const char *nothing; /* a text that matches nothing away, besides zero masks; or NULL */
};

extern const struct flow_absent_key flow_absent_keys[]; /* name NULL: the end */

static inline uint32_t flow_field_max(const struct flow_field_info *f)
{
	return f->bits >= 32 ? UINT32_MAX : (1u << f->bits) - 1;
}

/* The whole integer of which field @f, of at most 4 bytes, is a part. */
static inline uint32_t flow_field_whole(const struct flow_key *k, const struct flow_field_info *f)
{
	const uint8_t *p = (const uint8_t *)k + f->offset;

	if (f->size == 1)
		return *p;
	if (f->size == 2)
		return get_be16(p);
	return f->is_host ? get_u32(p) : get_be32(p);
}

static inline uint32_t flow_field_load(const struct flow_key *k, const struct flow_field_info *f)
{
	return flow_field_whole(k, f) >> f->shift & flow_field_max(f);
}

static inline void flow_field_store(struct flow_key *k, const struct flow_field_info *f, uint32_t v)
{
	uint8_t *p = (uint8_t *)k + f->offset;
	uint32_t x = v << f->shift;

	if (f->bits < 8 * f->size)
		x |= flow_field_whole(k, f) & ~(flow_field_max(f) << f->shift);
	if (f->size == 1)
		*p = (uint8_t)x;
	else if (f->size == 2)
		put_be16(p, (uint16_t)x);
	else if (f->is_host)
		memcpy(p, &x, 4);
	else
		put_be32(p, x);
}

/* Whether any bit of the structure of @h, or of the TPID for VLAN, is 1. */
bool flow_header_is_set(const struct flow_key *k, enum flow_header h);

static inline uint64_t flow_header_bit(enum flow_header h)
{
	return UINT64_C(1) << h;
}

#endif
