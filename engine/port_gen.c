/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets made of a flow, at an even rate. Of several flows each has another source port, and
 * another source address when the ports do not suffice; where there are no ports the address
 * alone, of Ethernet where there is no IP.
 */
#include "engine/port-provider.h"

#include "base/alloc.h"
#include "engine/pace_internal.h"
#include "flow/packet.h"
#include "flow/text.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

enum {
	KEY_RATE,
	KEY_COUNT,
	KEY_SIZE,
	KEY_FLOWS,
	KEY_SEED,
	N_KEYS
};

#define FLOWS_MAX    (1u << 24)
#define RATE_DEFAULT 1000

static const struct spec_key keys[N_KEYS] = {
	[KEY_RATE] = { .name = "rate",
		       .type = SPEC_CHOICE,
		       .value = "PPS",
		       .words = { "max" },
		       .min = 1,
		       .max = PACE_RATE_MAX },
	[KEY_COUNT] = { .name = "count", .type = SPEC_NUMBER, .value = "N", .max = INT64_MAX },
	[KEY_SIZE] = { .name = "size",
		       .type = SPEC_NUMBER,
		       .value = "BYTES",
		       .min = PACKET_MIN_SIZE,
		       .max = PACKET_MAX },
	[KEY_FLOWS] = { .name = "flows",
			.type = SPEC_NUMBER,
			.value = "N",
			.min = 1,
			.max = FLOWS_MAX },
	[KEY_SEED] = { .name = "seed", .type = SPEC_NUMBER, .value = "N", .max = INT64_MAX },
};

struct gen {
	uint64_t rate, count;
	uint64_t n_flows;
	bool is_random;
	uint64_t random; /* state of xorshift64*; not 0 */
	bool is_started;
	uint64_t start_ns;
	uint64_t n; /* packets so far */
	struct packet_headers headers;
	size_t size;
	uint8_t frame[PACKET_MAX]; /* of the first flow */
};

/* ---- the packet ---- */

/* Bytes up to the payload that a packet of another size may have. */
static size_t headers_size(const struct gen *g, size_t built)
{
	static const uint8_t l4_sizes[256] = {
		[IPPROTO_TCP] = 20, [IPPROTO_UDP] = 8, [IPPROTO_SCTP] = 12, [IPPROTO_ICMP] = 8
	};
	const struct packet_headers *h = &g->headers;

	if (h->l3_type != PACKET_L3_IPV4 && h->l3_type != PACKET_L3_IPV6)
		return PACKET_MIN_SIZE;
	return h->l4 == 0xffff || !l4_sizes[h->ip_proto] ? built : h->l4 + l4_sizes[h->ip_proto];
}

static void write_lengths(struct gen *g)
{
	const struct packet_headers *h = &g->headers;

	if (h->l3_type == PACKET_L3_IPV4)
		put_be16(g->frame + h->l3 + 2, (uint16_t)(g->size - h->l3));
	else if (h->l3_type == PACKET_L3_IPV6)
		put_be16(g->frame + h->l3 + 4, (uint16_t)(g->size - h->l3 - 40));
	if (h->l4 != 0xffff && h->ip_proto == IPPROTO_UDP)
		put_be16(g->frame + h->l4 + 4, (uint16_t)(g->size - h->l4));
}

static void fix_checksums(const struct gen *g, uint8_t *frame)
{
	struct packet p = { .base = frame, .cap = g->size, .data = frame, .size = g->size };

	packet_fix_checksums(&p);
}

static int set_size(struct gen *g, const struct spec_value *v, struct diag *d)
{
	size_t least = headers_size(g, g->size);

	if (v->number < least)
		return diag_set_range(d, v->offset, strlen(v->text), -EINVAL,
				      "size: the headers of this flow take %zu bytes", least);
	if (v->number > g->size)
		memset(g->frame + g->size, 0, v->number - g->size);
	g->size = v->number;
	write_lengths(g);
	fix_checksums(g, g->frame);
	return 0;
}

static int build(struct gen *g, const struct port_spec *s, struct diag *d)
{
	struct flow_match m;
	int err = flow_match_parse(&m, NULL, NULL, NULL, s->argument, s->argument_len, NULL, d);

	if (!err)
		err = flow_packet_build(g->frame, sizeof g->frame, &g->size, &m, d);
	if (err) {
		diag_shift(d, s->argument_offset);
		diag_place(d, s->argument_offset, s->argument_len);
		return err;
	}
	packet_dissect(&g->headers, g->frame, g->size);
	return s->values[KEY_SIZE].is_given ? set_size(g, &s->values[KEY_SIZE], d) : 0;
}

static void add_be32(uint8_t *p, uint32_t n)
{
	put_be32(p, get_be32(p) + n);
}

/* Flow @i of them. */
static void vary(const struct gen *g, uint8_t *frame, uint32_t i)
{
	const struct packet_headers *h = &g->headers;
	bool has_ports = h->l4 != 0xffff &&
			 (h->ip_proto == IPPROTO_TCP || h->ip_proto == IPPROTO_UDP ||
			  h->ip_proto == IPPROTO_SCTP);

	if (has_ports) {
		uint32_t sum = get_be16(frame + h->l4) + (i & 0xffff);

		put_be16(frame + h->l4, (uint16_t)(sum & 0xffff));
		i >>= 16;
	}
	if (h->l3_type == PACKET_L3_IPV4)
		add_be32(frame + h->l3 + 12, i);
	else if (h->l3_type == PACKET_L3_IPV6)
		add_be32(frame + h->l3 + 20, i);
	else
		add_be32(frame + 8, i);
	fix_checksums(g, frame);
}

/* ---- the stream ---- */

static void gen_close(void *port)
{
	mem_free(port);
}

static int gen_open(void **port, const struct port_spec *s, struct diag *d)
{
	const struct spec_value *v = s->values;
	struct gen *g = mem_new(sizeof *g);
	int err;

	if (!g)
		return diag_set(d, -ENOMEM, "no memory for a generator");
	g->rate = !v[KEY_RATE].is_given	 ? RATE_DEFAULT
		  : v[KEY_RATE].word < 0 ? v[KEY_RATE].number
					 : PACE_RATE_MAX;
	g->count = v[KEY_COUNT].is_given ? v[KEY_COUNT].number : UINT64_MAX;
	g->n_flows = v[KEY_FLOWS].is_given ? v[KEY_FLOWS].number : 1;
	g->is_random = v[KEY_SEED].is_given;
	g->random = v[KEY_SEED].number * 2 + 1;
	err = build(g, s, d);
	if (err)
		gen_close(g);
	else
		*port = g;
	return err;
}

static uint32_t pick(struct gen *g)
{
	uint64_t x = g->random;

	if (!g->is_random)
		return (uint32_t)(g->n % g->n_flows);
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	g->random = x;
	return (uint32_t)((x * 0x2545f4914f6cdd1dull >> 32) % g->n_flows);
}

static uint64_t gen_next_ns(const void *port)
{
	const struct gen *g = port;

	if (g->n >= g->count)
		return UINT64_MAX;
	return g->is_started ? pace_due_ns(g->start_ns, g->rate, g->n) : 0;
}

static int gen_receive(void *port, uint64_t now_ns, struct port_batch *b, struct diag *d)
{
	struct gen *g = port;

	if (!g->is_started) {
		g->is_started = true;
		g->start_ns = now_ns;
	}
	for (; b->n < ENGINE_BATCH && gen_next_ns(g) <= now_ns; b->n++, g->n++) {
		uint8_t *frame = g->frame;

		if (g->n_flows > 1) {
			frame = port_batch_room(b, b->n);
			memcpy(frame, g->frame, g->size);
			vary(g, frame, pick(g));
		}
		b->frames[b->n] = (struct engine_frame){ frame, (uint32_t)g->size };
	}
	return 0;
}

const struct port_class port_gen_class = {
	.spec = { .name = "gen", .argument = "FLOW", .keys = keys, .n_keys = N_KEYS },
	.open = gen_open,
	.close = gen_close,
	.receive = gen_receive,
	.next_ns = gen_next_ns,
};
