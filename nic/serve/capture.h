/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frames that left the device lately: to vports, to the uplink, to the e-switch manager. Kept
 * are the last NIC_CAPTURE_FRAMES of them, and of these as many as NIC_CAPTURE_BYTES hold.
 */
#ifndef NIC_SERVE_CAPTURE_H
#define NIC_SERVE_CAPTURE_H

#include "base/byte_ring.h"
#include "nic/device/device.h"

#define NIC_CAPTURE_FRAMES 512u
#define NIC_CAPTURE_BYTES  (1u << 20)

struct nic_captured {
	uint64_t number;      /* 1: the first */
	uint64_t now_ns;      /* CLOCK_MONOTONIC, when it left */
	uint64_t position;    /* of the frame */
	uint32_t size;	      /* bytes */
	uint32_t reg_c_0;     /* to the manager */
	uint16_t vport;	      /* MLX5_VPORT_UPLINK, or 0: the manager */
	const uint8_t *frame; /* NULL: overwritten; borrowed until the next frame */
};

struct nic_capture {
	struct nic_captured *frames; /* number n at n % NIC_CAPTURE_FRAMES */
	struct byte_ring bytes;
	uint64_t n; /* the number of the last one */
};

int nic_capture_init(struct nic_capture *c) MUST_CHECK; /* 0 or -ENOMEM */
void nic_capture_fini(struct nic_capture *c);

/* For struct nic_tap; @capture: struct nic_capture. */
void nic_capture_frame(void *capture, uint16_t vport, uint32_t reg_c_0, const void *frame,
		       size_t size);

/* The first that is kept and has the number @number or a higher one. */
bool nic_capture_get(const struct nic_capture *c, uint64_t number, struct nic_captured *out);

#endif
