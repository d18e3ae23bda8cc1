/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a person or a program may ask of a device: a JSON object in, a JSON object out, as
 * docs/device.md describes them ("Control protocol"). No sockets here: control.h has them, and who
 * is in the same process calls this.
 *
 * A request never runs while a command does. None takes long: what may be large is given in pages,
 * and the answer says where the next one begins.
 */
#ifndef NIC_SERVE_REQUEST_H
#define NIC_SERVE_REQUEST_H

#include "base/diag.h"
#include "nic/device/device.h"

#include <jansson.h>

#define NIC_REQUEST_PAGE  (64u << 10) /* bytes of text or so after which a page ends */
#define NIC_REQUEST_SENDS 10000u      /* times that one request sends a frame */

struct nic_requests;

/* Keeps @dev: it starts its command log, if it has none, and looks at the frames that leave. */
int nic_requests_new(struct nic_requests **out, struct nic_device *dev, struct diag *d) MUST_CHECK;
void nic_requests_free(struct nic_requests *r);

/* Another device from now on; NULL: none, and requests say so. The old one need not be there any
 * more. 0 or -ENOMEM: the new one has no command log. */
int nic_requests_set_device(struct nic_requests *r, struct nic_device *dev) MUST_CHECK;

/* Who stands in front of the device and has its registers. @stats adds members to the answer of
 * `stats`; @health is what they say of the firmware's health: 0, a syndrome, NIC_HEALTH_STUCK. */
struct nic_requests_front {
	void *aux;
	void (*stats)(void *aux, json_t *answer);
	void (*set_health)(void *aux, unsigned int health);
	unsigned int (*health)(void *aux);
};
/* Copied; NULL: nobody. */
void nic_requests_set_front(struct nic_requests *r, const struct nic_requests_front *front);

/* The answer, owned by the caller: {"ok": true, ...} or {"ok": false, "error": ...}. NULL: no
 * memory. @request is borrowed, and may be any JSON value. */
json_t *nic_requests_run(struct nic_requests *r, const json_t *request) MUST_CHECK;

/* {"ok": false, "error": WORDS}; NULL: no memory. */
json_t *nic_request_error(int error, const char *words) MUST_CHECK;

#endif
