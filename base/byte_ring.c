/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/byte_ring.h"

#include "base/alloc.h"

#include <errno.h>

int byte_ring_init(struct byte_ring *r, size_t size)
{
	*r = (struct byte_ring){ .bytes = mem_new(size), .size = size };
	return r->bytes ? 0 : -ENOMEM;
}

void byte_ring_fini(struct byte_ring *r)
{
	mem_free(r->bytes);
	*r = (struct byte_ring){ 0 };
}
