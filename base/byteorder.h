/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Byte order in the type: be16, be32 and be64 are big-endian values as they lie on a wire (sparse
 * checks them). Bytes are read and written through memcpy(), never through a cast pointer.
 */
#ifndef BASE_BYTEORDER_H
#define BASE_BYTEORDER_H

#include <endian.h>
#include <linux/types.h>
#include <stdint.h>
#include <string.h>

typedef __be16 be16;
typedef __be32 be32;
typedef __be64 be64;

#ifdef __CHECKER__
#define FORCE_CAST(type, x) ((__attribute__((force)) type)(x))
#else
#define FORCE_CAST(type, x) ((type)(x))
#endif

static inline be16 be16_from_host(uint16_t x)
{
	return FORCE_CAST(be16, htobe16(x));
}

static inline be32 be32_from_host(uint32_t x)
{
	return FORCE_CAST(be32, htobe32(x));
}

static inline be64 be64_from_host(uint64_t x)
{
	return FORCE_CAST(be64, htobe64(x));
}

static inline uint16_t host_from_be16(be16 x)
{
	return be16toh(FORCE_CAST(uint16_t, x));
}

static inline uint32_t host_from_be32(be32 x)
{
	return be32toh(FORCE_CAST(uint32_t, x));
}

static inline uint64_t host_from_be64(be64 x)
{
	return be64toh(FORCE_CAST(uint64_t, x));
}

/* Big-endian bytes at @p, as a host number. */
static inline uint16_t get_be16(const void *p)
{
	uint16_t x;

	memcpy(&x, p, sizeof x);
	return be16toh(x);
}

static inline uint32_t get_be32(const void *p)
{
	uint32_t x;

	memcpy(&x, p, sizeof x);
	return be32toh(x);
}

static inline uint64_t get_be64(const void *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof x);
	return be64toh(x);
}

static inline void put_be16(void *p, uint16_t x)
{
	x = htobe16(x);
	memcpy(p, &x, sizeof x);
}

static inline void put_be32(void *p, uint32_t x)
{
	x = htobe32(x);
	memcpy(p, &x, sizeof x);
}

static inline void put_be64(void *p, uint64_t x)
{
	x = htobe64(x);
	memcpy(p, &x, sizeof x);
}

/* Host-order words at @p, which need not be aligned. */
static inline uint32_t get_u32(const void *p)
{
	uint32_t x;

	memcpy(&x, p, sizeof x);
	return x;
}

static inline uint64_t get_u64(const void *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof x);
	return x;
}

#endif
