/* SPDX-License-Identifier: BSD-2-Clause */
/* When the n-th packet of a steady stream is due, exactly: no error adds up. */
#ifndef ENGINE_PACE_INTERNAL_H
#define ENGINE_PACE_INTERNAL_H

#include "base/clock.h"

/* A second: more than can be had, so that it means "as fast as it goes"; time still passes, virtual
 * time too. And no product below leaves 64 bits. */
#define PACE_RATE_MAX 1000000000u

/* Of @n from 0, @rate a second. */
static inline uint64_t pace_due_ns(uint64_t start_ns, uint64_t rate, uint64_t n)
{
	return start_ns + n / rate * NSEC_PER_SEC + n % rate * NSEC_PER_SEC / rate;
}

#endif
