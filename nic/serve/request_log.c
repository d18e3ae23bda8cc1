/* SPDX-License-Identifier: BSD-2-Clause */
/* The request `log`: commands from a number on, as many as fit a page. */
#include "nic/device/log.h"
#include "nic/serve/request_internal.h"

#include <errno.h>

#define ENTRIES_MAX 512u /* of one answer */
#define WEIGHT	    400u /* bytes of an entry without its mailboxes, about */

struct wanted {
	uint64_t since, last, max;
	bool failed, fields, bytes;
	int opcode; /* -1: all */
};

static json_t *fields_json(const struct nic_log_entry *e, bool in)
{
	const struct ifc_struct *layout = mlx5_opcode_layout(e->opcode, in);
	const uint8_t *p = in ? e->in : e->out;
	struct text t;
	json_t *j;

	if (!p || !layout)
		return json_null();
	text_init(&t);
	ifc_format(&t, layout, p, in ? e->in_kept : e->out_kept);
	j = t.error ? NULL : json_stringn(t.s, t.len);
	text_fini(&t);
	return j;
}

static json_t *opcode_json(uint16_t opcode)
{
	const char *name = mlx5_opcode_name(opcode);

	return name ? json_string(name) : json_sprintf("0x%x", opcode);
}

static json_t *status_json(uint8_t status)
{
	const char *name = mlx5_cmd_status_name(status);

	return name ? json_string(name) : json_sprintf("0x%x", status);
}

static json_t *entry_json(const struct nic_log_entry *e, const struct wanted *w)
{
	json_t *j = json_pack(
		"{s:I, s:o, s:I, s:o, s:i, s:i, s:o, s:i, s:I, s:I}", "number",
		(json_int_t)e->number, "time_ns", nic_json_time(e->started_ns), "duration_ns",
		(json_int_t)e->duration_ns, "opcode", opcode_json(e->opcode), "opcode_number",
		e->opcode, "op_mod", e->op_mod, "status", status_json(e->status), "status_number",
		e->status, "in_size", (json_int_t)e->in_size, "out_size", (json_int_t)e->out_size);

	if (e->status) {
		const char *words = nic_syndrome_words(e->syndrome);

		json_object_set_new(j, "syndrome", json_integer(e->syndrome));
		json_object_set_new(j, "words", words ? json_string(words) : json_null());
		json_object_set_new(j, "injected", json_boolean(e->is_injected));
	}
	if (w->fields) {
		json_object_set_new(j, "in", fields_json(e, true));
		json_object_set_new(j, "out", fields_json(e, false));
	}
	if (w->bytes) {
		json_object_set_new(j, "in_bytes", nic_json_hex(e->in, e->in_kept));
		json_object_set_new(j, "out_bytes", nic_json_hex(e->out, e->out_kept));
	}
	return j;
}

static bool is_wanted(const struct wanted *w, const struct nic_log_entry *e)
{
	return (!w->failed || e->status) && (w->opcode < 0 || w->opcode == e->opcode);
}

static size_t weight_of(const struct wanted *w, const struct nic_log_entry *e)
{
	size_t kept = (size_t)e->in_kept + e->out_kept;

	return WEIGHT + (w->fields ? kept : 0) + (w->bytes ? 2 * kept : 0);
}

/* Where the last w->last wanted ones begin. */
static uint64_t begin_of_last(const struct nic_device *dev, const struct wanted *w)
{
	uint64_t end = nic_device_log_end(dev), n = 0, number = end;
	struct nic_log_entry e;

	while (number > 1 && n < w->last && nic_device_log_get(dev, number - 1, &e) &&
	       e.number == number - 1) {
		n += is_wanted(w, &e);
		number--;
	}
	return number;
}

static void answer(struct nic_request *q, const struct wanted *w)
{
	uint64_t number = w->last ? begin_of_last(q->r->dev, w) : w->since;
	json_t *entries = json_array();
	struct nic_log_entry e;
	size_t weight = 0, n = 0;

	/* Numbers that are asked for and not kept any more. */
	if (nic_device_log_get(q->r->dev, number, &e) && number && e.number > number)
		nic_answer_u64(q, "overwritten", e.number - number);
	while (n < w->max && weight < NIC_REQUEST_PAGE &&
	       nic_device_log_get(q->r->dev, number, &e)) {
		number = e.number + 1;
		if (!is_wanted(w, &e))
			continue;
		weight += weight_of(w, &e);
		n++;
		if (json_array_append_new(entries, entry_json(&e, w)))
			diag_set(q->d, -ENOMEM, "no memory for the answer");
	}
	nic_answer_set(q, "entries", entries);
	nic_answer_u64(q, "next", number);
	nic_answer_u64(q, "end", nic_device_log_end(q->r->dev));
}

static int parse_opcode(struct nic_request *q, struct wanted *w)
{
	const char *name = NULL;
	int err = nic_request_string(q, "opcode", &name);

	if (err || !name)
		return err;
	w->opcode = mlx5_opcode_find(name);
	return w->opcode >= 0 ? 0
			      : diag_set(q->d, -EINVAL, "opcode: no command is called %s", name);
}

int nic_request_log(struct nic_request *q)
{
	struct wanted w = { .max = ENTRIES_MAX, .opcode = -1 };
	int err = nic_request_u64(q, "since", 0, INT64_MAX, &w.since);

	if (!err)
		err = nic_request_u64(q, "last", 0, NIC_LOG_ENTRIES, &w.last);
	if (!err)
		err = nic_request_u64(q, "max", 1, ENTRIES_MAX, &w.max);
	if (!err)
		err = nic_request_bool(q, "failed", &w.failed);
	if (!err)
		err = nic_request_bool(q, "fields", &w.fields);
	if (!err)
		err = nic_request_bool(q, "bytes", &w.bytes);
	if (!err)
		err = parse_opcode(q, &w);
	if (!err)
		answer(q, &w);
	return err;
}
