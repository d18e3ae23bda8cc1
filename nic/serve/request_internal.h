/* SPDX-License-Identifier: BSD-2-Clause */
/* The requests, and what they have in common. */
#ifndef NIC_SERVE_REQUEST_INTERNAL_H
#define NIC_SERVE_REQUEST_INTERNAL_H

#include "nic/serve/capture.h"
#include "nic/serve/request.h"

struct nic_requests {
	struct nic_device *dev;		 /* borrowed; NULL: none */
	struct nic_requests_front front; /* stats NULL: none */
	struct nic_capture capture;
	struct trace trace; /* of `send` alone: the device has it while one runs */
};

/* One request under way. */
struct nic_request {
	struct nic_requests *r;
	const json_t *in; /* an object, and all its keys are known */
	json_t *out;	  /* an object that grows */
	struct diag *d;
};

/* 0, or a negative errno with words. */
typedef int nic_request_fn(struct nic_request *q);

nic_request_fn nic_request_show, nic_request_stats, nic_request_dump, nic_request_log;
nic_request_fn nic_request_fault, nic_request_send, nic_request_capture;

/* Members of a request. What is absent or null leaves *@v as it was; what is no whole number or
 * outside of @min..@max is refused with words. */
int nic_request_u64(struct nic_request *q, const char *key, uint64_t min, uint64_t max,
		    uint64_t *v) MUST_CHECK;
int nic_request_bool(struct nic_request *q, const char *key, bool *v) MUST_CHECK;
int nic_request_string(struct nic_request *q, const char *key, const char **v) MUST_CHECK;

/* Adds a member; memory that runs out is noticed at the end. @value is taken, and may be NULL. */
void nic_answer_set(struct nic_request *q, const char *key, json_t *value);
void nic_answer_u64(struct nic_request *q, const char *key, uint64_t v);
void nic_answer_text(struct nic_request *q, const char *key, const struct text *t);

/* Bytes as hex digits, or null. */
json_t *nic_json_hex(const uint8_t *p, size_t size) MUST_CHECK;
/* CLOCK_MONOTONIC as CLOCK_REALTIME, both in ns: what programs of other machines can compare. */
json_t *nic_json_time(uint64_t monotonic_ns) MUST_CHECK;

#endif
