/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of requests, and their members. */
#include "nic/serve/request_internal.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "nic/device/log.h"
#include "trace/json.h"

#include <errno.h>
#include <string.h>

#define SPANS_MAX 4096u /* of the way of one packet */

#define KEYS_MAX 12

static const struct request_row {
	const char *name;
	nic_request_fn *run;
	const char *keys[KEYS_MAX]; /* besides "request" and "id" */
} rows[] = {
	{ "show", nic_request_show, { NULL } },
	{ "stats", nic_request_stats, { NULL } },
	{ "dump", nic_request_dump, { "from", "as" } },
	{ "log",
	  nic_request_log,
	  { "since", "last", "max", "failed", "opcode", "fields", "bytes" } },
	{ "fault",
	  nic_request_fault,
	  { "opcode", "nth", "count", "status", "syndrome", "table", "limit", "link", "health",
	    "clear" } },
	{ "send",
	  nic_request_send,
	  { "port", "frame", "count", "quiet", "width", "ascii", "colour" } },
	{ "capture", nic_request_capture, { "since", "max", "port" } },
};

/* ---- life ---- */

int nic_requests_set_device(struct nic_requests *r, struct nic_device *dev)
{
	const struct nic_tap tap = { &r->capture, nic_capture_frame };

	r->dev = dev;
	if (!dev)
		return 0;
	nic_device_set_tap(dev, &tap);
	return nic_device_log_is_on(dev) ? 0 : nic_device_log_start(dev);
}

int nic_requests_new(struct nic_requests **out, struct nic_device *dev, struct diag *d)
{
	struct nic_requests *r = mem_new(sizeof *r);

	*out = NULL;
	if (!r)
		return diag_set(d, -ENOMEM, "no memory");
	trace_init(&r->trace);
	r->trace.events_max = SPANS_MAX;
	if (nic_capture_init(&r->capture) || nic_requests_set_device(r, dev)) {
		nic_requests_free(r);
		return diag_set(d, -ENOMEM, "no memory for the command log");
	}
	*out = r;
	return 0;
}

void nic_requests_set_front(struct nic_requests *r, const struct nic_requests_front *front)
{
	r->front = front ? *front : (struct nic_requests_front){ 0 };
}

void nic_requests_free(struct nic_requests *r)
{
	if (!r)
		return;
	if (r->dev)
		nic_device_set_tap(r->dev, NULL);
	nic_capture_fini(&r->capture);
	trace_fini(&r->trace);
	mem_free(r);
}

/* ---- members of requests ---- */

static const json_t *member(const struct nic_request *q, const char *key)
{
	const json_t *v = json_object_get(q->in, key);

	return json_is_null(v) ? NULL : v;
}

int nic_request_u64(struct nic_request *q, const char *key, uint64_t min, uint64_t max, uint64_t *v)
{
	const json_t *j = member(q, key);
	json_int_t n;

	if (!j)
		return 0;
	n = json_integer_value(j);
	if (!json_is_integer(j) || n < 0 || (uint64_t)n < min || (uint64_t)n > max)
		return diag_set(q->d, -EINVAL, "%s: not a whole number in %llu..%llu", key,
				(unsigned long long)min, (unsigned long long)max);
	*v = (uint64_t)n;
	return 0;
}

int nic_request_bool(struct nic_request *q, const char *key, bool *v)
{
	const json_t *j = member(q, key);

	if (j && !json_is_boolean(j))
		return diag_set(q->d, -EINVAL, "%s: neither true nor false", key);
	if (j)
		*v = json_is_true(j);
	return 0;
}

int nic_request_string(struct nic_request *q, const char *key, const char **v)
{
	const json_t *j = member(q, key);

	if (j && !json_is_string(j))
		return diag_set(q->d, -EINVAL, "%s: not a string", key);
	if (j)
		*v = json_string_value(j);
	return 0;
}

/* ---- members of answers ---- */

void nic_answer_set(struct nic_request *q, const char *key, json_t *value)
{
	if (json_object_set_new(q->out, key, value))
		diag_set(q->d, -ENOMEM, "no memory for the answer");
}

void nic_answer_u64(struct nic_request *q, const char *key, uint64_t v)
{
	nic_answer_set(q, key, json_integer((json_int_t)v));
}

void nic_answer_text(struct nic_request *q, const char *key, const struct text *t)
{
	nic_answer_set(q, key, t->error ? NULL : json_stringn_nocheck(t->s, t->len));
}

json_t *nic_json_hex(const uint8_t *p, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	char *s = p ? mem_new(2 * size + 1) : NULL;
	json_t *j;

	if (!p)
		return json_null();
	if (!s)
		return NULL;
	for (size_t i = 0; i < size; i++) {
		s[2 * i] = digits[p[i] >> 4];
		s[2 * i + 1] = digits[p[i] & 15];
	}
	j = json_stringn_nocheck(s, 2 * size);
	mem_free(s);
	return j;
}

json_t *nic_json_time(uint64_t monotonic_ns)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return json_integer((json_int_t)now.tv_sec * (json_int_t)NSEC_PER_SEC + now.tv_nsec -
			    (json_int_t)(clock_now_ns() - monotonic_ns));
}

/* ---- running one ---- */

static const struct request_row *find_row(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	}
	return NULL;
}

static bool has_key(const struct request_row *row, const char *key)
{
	if (!strcmp(key, "request") || !strcmp(key, "id"))
		return true;
	for (size_t i = 0; i < KEYS_MAX && row->keys[i]; i++) {
		if (!strcmp(row->keys[i], key))
			return true;
	}
	return false;
}

static int check_keys(const struct nic_request *q, const struct request_row *row)
{
	/* The iterator of jansson takes a pointer to what it does not change. */
	void *i = json_object_iter(CONST_CAST(json_t *, q->in));

	for (; i; i = json_object_iter_next(CONST_CAST(json_t *, q->in), i)) {
		if (!has_key(row, json_object_iter_key(i)))
			return diag_set(q->d, -EINVAL, "%s: a request '%s' has no such member",
					json_object_iter_key(i), row->name);
	}
	return 0;
}

static int run(struct nic_request *q)
{
	const char *name = json_string_value(json_object_get(q->in, "request"));
	const struct request_row *row = name ? find_row(name) : NULL;
	int err;

	if (!json_is_object(q->in))
		return diag_set(q->d, -EINVAL, "a request is a JSON object");
	if (!name)
		return diag_set(q->d, -EINVAL, "the member 'request' names no request");
	if (!row)
		return diag_set(q->d, -EINVAL, "there is no request '%s'", name);
	err = check_keys(q, row);
	if (err)
		return err;
	if (!q->r->dev)
		return diag_set(q->d, -ENODEV, "there is no device now");
	err = row->run(q);
	return err ? err : q->d->error;
}

json_t *nic_request_error(int error, const char *words)
{
	return json_pack("{s:b, s:o, s:o}", "ok", 0, "error", trace_json_string(words), "errno",
			 json_string(diag_errno_name(error)));
}

json_t *nic_requests_run(struct nic_requests *r, const json_t *request)
{
	json_t *id = json_object_get(request, "id");
	struct nic_request q = { .r = r, .in = request };
	struct diag d;

	diag_init(&d);
	q.d = &d;
	q.out = json_pack("{s:b}", "ok", 1);
	if (!q.out)
		return NULL;
	if (run(&q)) {
		json_decref(q.out);
		q.out = nic_request_error(d.error, d.words);
	}
	if (id && json_object_set(q.out, "id", id)) {
		json_decref(q.out);
		return NULL;
	}
	return q.out;
}
