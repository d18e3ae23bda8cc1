/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests about packets: `send` puts one into a port and tells its way and what came out;
 * `capture` gives the frames that left lately.
 */
#include "nic/serve/request_internal.h"
#include "trace/json.h"
#include "trace/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUTS_MAX 64u	  /* frames of one answer */
#define WIDTH_MAX   1000u /* columns */

/* ---- ports by name ---- */

/* "uplink", "manager", "vport 1", "sf 0". */
static json_t *port_json(const struct nic_request *q, uint16_t vport)
{
	unsigned int n, first = nic_device_first_sf(q->r->dev, &n);

	if (vport == MLX5_VPORT_UPLINK)
		return json_string("uplink");
	if (vport >= first && vport - first < n)
		return json_sprintf("sf %u", vport - first);
	return vport == MLX5_VPORT_PF ? json_string("manager") : json_sprintf("vport %u", vport);
}

/* What is behind @prefix in @s as a number, in C's notation, plus @base; -1: it is no number. */
static long number_behind(const char *s, const char *prefix, long base)
{
	size_t n = strlen(prefix);
	char *end;
	long x;

	if (strncmp(s, prefix, n) || s[n] < '0' || s[n] > '9')
		return -1;
	x = strtol(s + n, &end, 0);
	return *end || x > UINT16_MAX ? -1 : base + x;
}

/* The vport of a name; its existence is not looked at. -1: no such name. */
static long parse_port(const struct nic_request *q, const char *s)
{
	unsigned int n_sfs;
	const long sf = nic_device_first_sf(q->r->dev, &n_sfs);
	const struct {
		const char *prefix;
		long base;
	} forms[] = { { "", 0 },      { "vport ", 0 }, { "vport", 0 },
		      { "pf0vf", 1 }, { "pf0sf", sf }, { "sf ", sf } };
	long vport = -1;

	if (!strcmp(s, "uplink") || !strcmp(s, "p0"))
		return MLX5_VPORT_UPLINK;
	for (size_t i = 0; i < ARRAY_SIZE(forms) && vport < 0; i++)
		vport = number_behind(s, forms[i].prefix, forms[i].base);
	return vport;
}

static int find_port(struct nic_request *q, const char *s, uint16_t *vport)
{
	long n = parse_port(q, s);

	if (n < 0)
		return diag_set(q->d, -EINVAL,
				"port: %s is neither uplink nor the number of a vport", s);
	if (n > UINT16_MAX || !nic_device_has_vport(q->r->dev, (uint16_t)n))
		return diag_set(q->d, -ENODEV, "port: the device has no vport %ld", n);
	*vport = (uint16_t)n;
	return 0;
}

/* ---- what came out ---- */

static json_t *captured_json(const struct nic_request *q, const struct nic_captured *f)
{
	json_t *j = json_pack("{s:I, s:o, s:o, s:i, s:I, s:o}", "number", (json_int_t)f->number,
			      "time_ns", nic_json_time(f->now_ns), "port", port_json(q, f->vport),
			      "vport", f->vport, "size", (json_int_t)f->size, "frame",
			      nic_json_hex(f->frame, f->size));

	if (f->vport == MLX5_VPORT_PF)
		json_object_set_new(j, "reg_c_0", json_integer(f->reg_c_0));
	return j;
}

static void add_to(json_t *sum, const char *key, size_t n)
{
	json_int_t before = json_integer_value(json_object_get(sum, key));

	json_object_set_new(sum, key, json_integer(before + (json_int_t)n));
}

/* Counts a frame in the sums by port. */
static void add_sum(const struct nic_request *q, json_t *sums, const struct nic_captured *f)
{
	json_t *port = port_json(q, f->vport), *sum;
	const char *name = port ? json_string_value(port) : "?";

	sum = json_object_get(sums, name);
	if (!sum) {
		sum = json_object();
		json_object_set_new(sums, name, sum);
	}
	add_to(sum, "packets", 1);
	add_to(sum, "bytes", f->size);
	json_decref(port);
}

struct sending {
	const struct nic_request *q;
	uint16_t vport;
	uint64_t count;
	struct packet packet;
	struct nic_capture *capture;
	json_t *outputs; /* of the first packet */
	json_t *sums;	 /* packets by port */
	uint64_t n_vanished, n_drops[NIC_N_DROPS];
	enum nic_drop drop; /* of the first packet */
};

/* All that one packet caused, as far as the capture keeps it. */
static void take_outputs(struct sending *s, uint64_t number, bool keep)
{
	struct nic_captured f;

	s->n_vanished += s->capture->n < number;
	for (; nic_capture_get(s->capture, number, &f); number = f.number + 1) {
		add_sum(s->q, s->sums, &f);
		if (keep && json_array_size(s->outputs) < OUTPUTS_MAX)
			json_array_append_new(s->outputs, captured_json(s->q, &f));
	}
}

static void send_all(struct nic_request *q, struct sending *s, bool quiet)
{
	struct nic_requests *r = q->r;
	struct trace *before = nic_device_set_trace(r->dev, &r->trace);

	trace_clear(&r->trace);
	trace_forget(&r->trace);
	for (uint64_t i = 0; i < s->count; i++) {
		uint64_t number = s->capture->n + 1;
		enum nic_drop drop;

		r->trace.recording = !i && !quiet;
		drop = nic_device_receive(r->dev, s->vport, s->packet.data, s->packet.size);
		r->trace.recording = false;
		if (!i)
			s->drop = drop;
		s->n_drops[drop]++;
		take_outputs(s, number, !i);
	}
	nic_device_set_trace(r->dev, before);
}

static json_t *drops_json(const struct sending *s)
{
	json_t *j = json_object();

	for (size_t i = NIC_DROP_NONE + 1; i < NIC_N_DROPS; i++) {
		if (s->n_drops[i])
			json_object_set_new(j, nic_drop_name((enum nic_drop)i),
					    json_integer((json_int_t)s->n_drops[i]));
	}
	return j;
}

static void answer_way(struct nic_request *q, const struct trace_tree_options *o)
{
	struct text t;

	text_init(&t);
	trace_tree_format(&t, &q->r->trace, o);
	nic_answer_text(q, "way", &t);
	text_fini(&t);
	nic_answer_set(q, "trace", trace_json(&q->r->trace, 0));
}

static int parse_frame(struct nic_request *q, struct packet *p)
{
	const char *hex = NULL;
	size_t bad = 0;
	int err = nic_request_string(q, "frame", &hex);

	if (err)
		return err;
	if (!hex)
		return diag_set(q->d, -EINVAL, "frame: hex digits of a frame are wanted");
	err = packet_parse_hex(p, hex, strlen(hex), &bad);
	if (err == -ENOSPC)
		return diag_set(q->d, err, "frame: longer than %d bytes", PACKET_MAX);
	return err ? diag_set(q->d, err, "frame: no pairs of hex digits at %zu", bad) : 0;
}

struct sending_options {
	struct trace_tree_options tree;
	bool quiet;
};

static int parse_send(struct nic_request *q, struct sending *s, struct sending_options *o)
{
	const char *port = NULL;
	uint64_t width = 0;
	int err = nic_request_string(q, "port", &port);

	if (!err && !port)
		err = diag_set(q->d, -EINVAL, "port: where does it go in?");
	if (!err)
		err = find_port(q, port, &s->vport);
	if (!err)
		err = nic_request_u64(q, "count", 1, NIC_REQUEST_SENDS, &s->count);
	if (!err)
		err = nic_request_u64(q, "width", 0, WIDTH_MAX, &width);
	if (!err)
		err = nic_request_bool(q, "ascii", &o->tree.ascii);
	if (!err)
		err = nic_request_bool(q, "colour", &o->tree.colour);
	if (!err)
		err = nic_request_bool(q, "quiet", &o->quiet);
	o->tree.width = (unsigned int)width;
	return err ? err : parse_frame(q, &s->packet);
}

int nic_request_send(struct nic_request *q)
{
	uint8_t buf[PACKET_HEADROOM + PACKET_MAX];
	struct sending s = { .q = q, .count = 1, .capture = &q->r->capture };
	struct sending_options o = { 0 };
	int err;

	packet_init(&s.packet, buf, sizeof buf);
	err = parse_send(q, &s, &o);
	if (err)
		return err;
	s.outputs = json_array();
	s.sums = json_object();
	send_all(q, &s, o.quiet);
	nic_answer_set(q, "port", port_json(q, s.vport));
	nic_answer_u64(q, "sent", s.count);
	nic_answer_u64(q, "size", s.packet.size);
	nic_answer_set(q, "result", json_string(nic_drop_name(s.drop)));
	nic_answer_u64(q, "vanished", s.n_vanished);
	nic_answer_set(q, "dropped", drops_json(&s));
	nic_answer_set(q, "out", s.sums);
	nic_answer_set(q, "outputs", s.outputs);
	if (!o.quiet)
		answer_way(q, &o.tree);
	trace_clear(&q->r->trace);
	return 0;
}

/* ---- capture ---- */

static void answer_capture(struct nic_request *q, uint64_t since, uint64_t max, int vport)
{
	struct nic_captured f;
	uint64_t number = since;
	json_t *frames = json_array();
	size_t size = 0;

	if (nic_capture_get(&q->r->capture, number, &f) && number && f.number > number)
		nic_answer_u64(q, "overwritten", f.number - number);
	while (json_array_size(frames) < max && size < NIC_REQUEST_PAGE &&
	       nic_capture_get(&q->r->capture, number, &f)) {
		number = f.number + 1;
		if (vport >= 0 && f.vport != vport)
			continue;
		size += 2 * (size_t)f.size;
		if (json_array_append_new(frames, captured_json(q, &f)))
			diag_set(q->d, -ENOMEM, "no memory for the answer");
	}
	nic_answer_set(q, "frames", frames);
	nic_answer_u64(q, "next", number > q->r->capture.n ? q->r->capture.n + 1 : number);
	nic_answer_u64(q, "end", q->r->capture.n + 1);
}

int nic_request_capture(struct nic_request *q)
{
	uint64_t since = 0, max = OUTPUTS_MAX;
	const char *port = NULL;
	uint16_t vport = 0;
	int err = nic_request_u64(q, "since", 0, INT64_MAX, &since);

	if (!err)
		err = nic_request_u64(q, "max", 1, NIC_CAPTURE_FRAMES, &max);
	if (!err)
		err = nic_request_string(q, "port", &port);
	if (!err && port && strcmp(port, "manager"))
		err = find_port(q, port, &vport);
	if (!err)
		answer_capture(q, since, max, port ? vport : -1);
	return err;
}
