/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The netlink decoders of userland. The first byte says what the rest is: a filter as a kernel
 * might send it, actions of OVS, a key of OVS with its mask (the key's length in front, 2 bytes,
 * little-endian), the key of a packet. What is read and written again reads back as the same.
 */
#include "flow/attr.h"
#include "fuzz/fuzz.h"
#include "netlink/attr.h"
#include "tc/filter.h"

#include <string.h>

enum {
	INPUT_FILTER,
	INPUT_ACTIONS,
	INPUT_KEY,
	INPUT_PACKET_KEY,
	INPUT_N
};

static _Alignas(8) uint8_t encoded[1 << 17];

/* A copy in memory of its own: aligned as a received message is, and reading behind it is noticed.
 */
static void *copy_of(const uint8_t *data, size_t size)
{
	void *copy = malloc(size + !size);

	FUZZ_CHECK(copy);
	memcpy(copy, data, size);
	return copy;
}

/* The answer to a terse dump has actions without their parameters. */
static bool is_terse(const struct tc_filter *f)
{
	for (size_t i = 0; i < f->n_actions; i++)
		if (f->actions[i].kind == TC_ACT_VLAN && !f->actions[i].vlan.v_action)
			return true;
	return false;
}

/* Not everything that is understood can be asked for; what can must come back unchanged. */
static void check_filter(const struct tc_filter *f)
{
	struct tc_action actions[TC_ACTIONS_MAX];
	struct tc_filter again = { .actions = actions };
	struct nl_msg msg;
	struct diag d;

	nl_msg_init(&msg, encoded, sizeof encoded);
	if (is_terse(f) || tc_filter_encode(&msg, 0, f))
		return;
	diag_init(&d);
	FUZZ_CHECK(!tc_filter_decode(&again, nl_msg_header(&msg), &d));
	FUZZ_CHECK(!tc_filter_compare(f, &again, &d));
}

static void decode_filter(const uint8_t *data, size_t size)
{
	struct tc_action actions[TC_ACTIONS_MAX];
	struct tc_filter f = { .actions = actions };
	struct nlmsghdr *h;
	struct text t;
	struct diag d;

	if (size < NLMSG_HDRLEN)
		return;
	h = copy_of(data, size);
	h->nlmsg_len = (uint32_t)size; /* the socket layer has checked it */
	diag_init(&d);
	text_init(&t);
	if (tc_filter_decode(&f, h, &d)) {
		FUZZ_CHECK(d.error && d.words[0]);
	} else {
		tc_filter_format(&t, &f);
		check_filter(&f);
	}
	text_fini(&t);
	free(h);
}

static void decode_actions(const uint8_t *data, size_t size)
{
	struct flow_actions l, again;
	void *attrs = copy_of(data, size);
	const struct nlattr *nest;
	struct nl_msg msg;
	struct diag d;

	diag_init(&d);
	flow_actions_init(&l);
	flow_actions_init(&again);
	if (flow_actions_decode(&l, attrs, size, &d)) {
		FUZZ_CHECK(d.error && d.words[0]);
	} else {
		nl_msg_init(&msg, encoded, sizeof encoded);
		nl_msg_start(&msg, NLMSG_MIN_TYPE, 0, NULL, 0);
		flow_actions_encode(&msg, &l);
		FUZZ_CHECK(!nl_msg_end(&msg));
		nest = (const void *)(encoded + NLMSG_HDRLEN);
		FUZZ_CHECK(!flow_actions_decode(&again, nest,
						nl_msg_header(&msg)->nlmsg_len - NLMSG_HDRLEN, &d));
		FUZZ_CHECK(flow_actions_is_equal(&l, &again));
	}
	flow_actions_fini(&l);
	flow_actions_fini(&again);
	free(attrs);
}

/* Its key and mask, in one message: @end is where the mask begins. */
static size_t encode_match(struct nl_msg *msg, const struct flow_match *m, size_t *end)
{
	nl_msg_init(msg, encoded, sizeof encoded);
	nl_msg_start(msg, NLMSG_MIN_TYPE, 0, NULL, 0);
	flow_match_encode(msg, m, false);
	FUZZ_CHECK(!nl_msg_end(msg));
	*end = nl_msg_header(msg)->nlmsg_len;
	flow_match_encode(msg, m, true);
	FUZZ_CHECK(!nl_msg_end(msg));
	return nl_msg_header(msg)->nlmsg_len;
}

static void check_match(const struct flow_match *m)
{
	struct flow_match again;
	struct nl_msg msg;
	struct diag d;
	size_t mask, size = encode_match(&msg, m, &mask);

	diag_init(&d);
	FUZZ_CHECK(!flow_match_decode(&again, encoded + NLMSG_HDRLEN, mask - NLMSG_HDRLEN,
				      encoded + mask, size - mask, &d));
	FUZZ_CHECK(!memcmp(&again.mask, &m->mask, sizeof again.mask));
}

static void decode_key(const uint8_t *data, size_t size)
{
	size_t n = size < 2 ? 0 : data[0] | (size_t)data[1] << 8;
	void *key, *mask;
	struct flow_match m;
	struct diag d;

	if (size < 2)
		return;
	data += 2;
	size -= 2;
	if (n > size)
		n = size;
	key = copy_of(data, n);
	mask = copy_of(data + n, size - n);
	diag_init(&d);
	if (flow_match_decode(&m, key, n, size > n ? mask : NULL, size - n, &d))
		FUZZ_CHECK(d.error && d.words[0]);
	else
		check_match(&m);
	free(key);
	free(mask);
}

static void decode_packet_key(const uint8_t *data, size_t size)
{
	void *attrs = copy_of(data, size);
	const char *more;
	struct flow_key k;
	uint64_t headers;
	struct diag d;

	diag_init(&d);
	if (flow_key_decode(&k, &headers, &more, attrs, size, &d))
		FUZZ_CHECK(d.error && d.words[0]);
	free(attrs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const decode[INPUT_N])(const uint8_t *data, size_t size) = {
		[INPUT_FILTER] = decode_filter,
		[INPUT_ACTIONS] = decode_actions,
		[INPUT_KEY] = decode_key,
		[INPUT_PACKET_KEY] = decode_packet_key,
	};

	if (size)
		decode[data[0] % INPUT_N](data + 1, size - 1);
	return 0;
}
