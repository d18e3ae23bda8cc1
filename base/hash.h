/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Non-cryptographic hashes of words. The mixing is the 64-bit multiply and fold of wyhash: a few
 * instructions a word, all 64 bits usable. Not for data that an enemy chooses to make collide.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/byteorder.h"

#include <stddef.h>
#include <stdint.h>

static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	__uint128_t m = (__uint128_t)(a ^ 0x9e3779b97f4a7c15u) * (b ^ 0xe7037ed1a0b428dbu);

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint64_t hash_u64(uint64_t x)
{
	return hash_mix(x, 0x8ebc6af09c88c6e3u);
}

/* Of @size bytes at @p; @seed makes independent hashes of the same bytes. */
static inline uint64_t hash_bytes(const void *p, size_t size, uint64_t seed)
{
	const unsigned char *b = p;
	uint64_t h = seed ^ size, tail = 0;

	for (; size >= 8; b += 8, size -= 8)
		h = hash_mix(h, get_u64(b));
	if (size) {
		memcpy(&tail, b, size);
		h = hash_mix(h, tail);
	}
	return h;
}

#endif
