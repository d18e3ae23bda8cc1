/* SPDX-License-Identifier: BSD-2-Clause */
#include "nic/serve/capture.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static_assert(PACKET_MAX + PACKET_HEADROOM < NIC_CAPTURE_BYTES, "a frame fits");

int nic_capture_init(struct nic_capture *c)
{
	*c = (struct nic_capture){ 0 };
	c->frames = mem_new_array(NIC_CAPTURE_FRAMES, sizeof *c->frames);
	if (!c->frames || byte_ring_init(&c->bytes, NIC_CAPTURE_BYTES)) {
		nic_capture_fini(c);
		return -ENOMEM;
	}
	return 0;
}

void nic_capture_fini(struct nic_capture *c)
{
	mem_free(c->frames);
	byte_ring_fini(&c->bytes);
	*c = (struct nic_capture){ 0 };
}

void nic_capture_frame(void *capture, uint16_t vport, uint32_t reg_c_0, const void *frame,
		       size_t size)
{
	struct nic_capture *c = capture;
	struct nic_captured *f = &c->frames[++c->n % NIC_CAPTURE_FRAMES];

	*f = (struct nic_captured){ .number = c->n,
				    .now_ns = clock_now_ns(),
				    .size = (uint32_t)size,
				    .reg_c_0 = reg_c_0,
				    .vport = vport };
	memcpy(byte_ring_put(&c->bytes, size, &f->position), frame, size);
}

bool nic_capture_get(const struct nic_capture *c, uint64_t number, struct nic_captured *out)
{
	uint64_t first = c->n > NIC_CAPTURE_FRAMES ? c->n - NIC_CAPTURE_FRAMES + 1 : 1;

	if (number < first)
		number = first;
	if (number > c->n)
		return false;
	*out = c->frames[number % NIC_CAPTURE_FRAMES];
	out->frame = byte_ring_get(&c->bytes, out->position);
	return true;
}
