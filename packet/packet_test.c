/* SPDX-License-Identifier: BSD-2-Clause */
/* Buffers, tags, the dissector at every truncation, and hexadecimal texts. */
#include "packet/packet.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
	const char *hex;
	uint16_t l3, l4;
	uint8_t n_vlans, ip_proto;
	bool is_fragment, is_later;
	enum packet_l3 type;
	uint16_t l3_need, l4_need; /* sizes of frames from which on they are found */
} frames[] = {
	{ "ffffffffffff 000102030405 0800 45000028 00004000 4006 0000 0a000001 0a000002 "
	  "0050 0051 00000001 00000002 5010 0100 0000 0000",
	  14, 34, 0, 6, false, false, PACKET_L3_IPV4, 34, 54 },
	{ "ffffffffffff 000102030405 88a8 0001 8100 0002 0800 46000020 00000000 4011 0000 0a000001 "
	  "0a000002 00000000 0001 0002 0008 0000",
	  22, 46, 2, 17, false, false, PACKET_L3_IPV4, 46, 54 },
	{ "ffffffffffff 000102030405 0800 4500001c 000020b9 4011 0000 0a000001 0a000002 "
	  "0001 0002 0008 0000",
	  14, 0xffff, 0, 17, true, true, PACKET_L3_IPV4, 34, 0 },
	{ "ffffffffffff 000102030405 86dd 60000000 0018 00 40 00000000000000000000000000000001 "
	  "00000000000000000000000000000002 2c00000000000000 1100000100000001 0001 0002 0008 0000",
	  14, 70, 0, 17, true, false, PACKET_L3_IPV6, 54, 78 },
	{ "ffffffffffff 000102030405 0806 0001 0800 06 04 0001 000102030405 0a000001 000000000000 "
	  "0a000002",
	  14, 0xffff, 0, 0, false, false, PACKET_L3_ARP, 42, 0 },
};

/* A copy in a block of its own size, so that a byte read too far is caught. */
static void dissect_exactly(struct packet_headers *h, const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, data, size);
	packet_dissect(h, copy, size);
	free(copy);
}

static void every_truncation_finds_what_is_whole(void **state)
{
	uint8_t base[256 + PACKET_HEADROOM];
	struct packet_headers h;
	struct packet p;
	size_t bad;

	for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
		packet_init(&p, base, sizeof base);
		assert_int_equal(packet_parse_hex(&p, frames[i].hex, strlen(frames[i].hex), &bad),
				 0);
		for (size_t size = 0; size <= p.size; size++) {
			dissect_exactly(&h, p.data, size);
			assert_int_equal(h.l3, size < frames[i].l3_need ? 0xffff : frames[i].l3);
			assert_int_equal(h.l4, size < frames[i].l4_need ? 0xffff : frames[i].l4);
		}
		assert_int_equal(h.n_vlans, frames[i].n_vlans);
		assert_int_equal(h.ip_proto, frames[i].ip_proto);
		assert_int_equal(h.l3_type, frames[i].type);
		assert_int_equal(h.is_fragment, frames[i].is_fragment);
		assert_int_equal(h.is_later, frames[i].is_later);
	}
}

static void random_frames_never_lead_beyond_the_end(void **state)
{
	static const uint16_t types[] = { 0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8 };
	unsigned int seed = 3;
	uint8_t frame[128];

	for (int round = 0; round < 20000; round++) {
		size_t size = (size_t)rand_r(&seed) % sizeof frame;
		struct packet_headers h;

		for (size_t i = 0; i < sizeof frame; i++)
			frame[i] = (uint8_t)rand_r(&seed);
		put_be16(frame + 12, types[rand_r(&seed) % (int)ARRAY_SIZE(types)]);
		frame[14] = rand_r(&seed) % 2 ? 0x45 : 0x60;
		frame[20] = rand_r(&seed) % 3 ? frame[20] : 44;
		dissect_exactly(&h, frame, size);
		assert_true(h.l3 == 0xffff || h.l3 < size);
		assert_true(h.l4 == 0xffff || h.l4 <= size);
	}
}

static void tags_that_are_pushed_are_popped_again(void **state)
{
	uint8_t base[128 + PACKET_HEADROOM], frame[64];
	struct packet_headers h;
	struct packet p;
	int n = 0;

	for (size_t i = 0; i < sizeof frame; i++)
		frame[i] = (uint8_t)i;
	packet_init(&p, base, sizeof base);
	assert_int_equal(packet_pop_vlan(&p), -EINVAL);
	assert_int_equal(packet_push_vlan(&p, be16_from_host(0x8100), 0), -EINVAL);
	assert_int_equal(packet_set(&p, frame, sizeof frame), 0);
	while (!packet_push_vlan(&p, be16_from_host(n % 2 ? 0x8100 : 0x88a8),
				 be16_from_host((uint16_t)n)))
		n++;
	assert_int_equal(n, PACKET_HEADROOM / VLAN_HLEN_);
	assert_int_equal(p.size, sizeof frame + (size_t)n * VLAN_HLEN_);
	packet_dissect(&h, p.data, p.size);
	assert_int_equal(h.n_vlans, 2);
	assert_int_equal(host_from_be16(h.vlan[0].tci), n - 1);
	for (; n; n--)
		assert_int_equal(packet_pop_vlan(&p), 0);
	assert_int_equal(packet_pop_vlan(&p), -EINVAL);
	assert_int_equal(p.size, sizeof frame);
	assert_memory_equal(p.data, frame, sizeof frame);
}

static void frames_that_are_too_long_are_refused(void **state)
{
	uint8_t base[10 + PACKET_HEADROOM], big[16] = { 0 };
	struct packet p, q;
	uint8_t other[100];

	packet_init(&p, base, sizeof base);
	assert_int_equal(packet_set(&p, big, 10), 0);
	assert_int_equal(packet_set(&p, big, 11), -ENOSPC);
	packet_init(&q, other, sizeof other);
	assert_int_equal(packet_copy(&q, &p), 0);
	assert_int_equal(q.size, 10);
}

static void bytes_are_put_in_front_and_taken_away(void **state)
{
	uint8_t base[PACKET_HEADROOM + 60], frame[60], big[PACKET_HEADROOM + 1];
	struct packet p;

	memset(frame, 1, sizeof frame);
	memset(big, 2, sizeof big);
	packet_init(&p, base, sizeof base);
	assert_int_equal(packet_set(&p, frame, sizeof frame), 0);
	assert_int_equal(packet_push(&p, big, sizeof big), -ENOSPC);
	assert_int_equal(packet_push(&p, big, PACKET_HEADROOM), 0);
	assert_int_equal(p.size, PACKET_HEADROOM + 60);
	assert_memory_equal(p.data, big, PACKET_HEADROOM);
	assert_int_equal(packet_pull(&p, PACKET_HEADROOM), 0);
	assert_memory_equal(p.data, frame, sizeof frame);
	assert_int_equal(packet_pull(&p, 61), -EINVAL);
	assert_int_equal(packet_pull(&p, 60), 0);
	assert_int_equal(p.size, 0);
}

static const struct {
	const char *text;
	int err;
	size_t size, bad;
} hex_texts[] = {
	{ "", 0, 0, 0 },
	{ "0a Ff\n10\t", 0, 3, 0 },
	{ "0a0b", 0, 2, 0 },
	{ "0a0", -EINVAL, 0, 3 },
	{ "0 a", -EINVAL, 0, 1 },
	{ "0ag0", -EINVAL, 0, 2 },
	{ "0102030405", -ENOSPC, 0, 9 },
};

static void hex_texts_are_read_or_refused_with_the_place(void **state)
{
	uint8_t base[4 + PACKET_HEADROOM];

	for (size_t i = 0; i < ARRAY_SIZE(hex_texts); i++) {
		struct packet p;
		size_t bad = 0;

		packet_init(&p, base, sizeof base);
		assert_int_equal(
			packet_parse_hex(&p, hex_texts[i].text, strlen(hex_texts[i].text), &bad),
			hex_texts[i].err);
		if (hex_texts[i].err)
			assert_int_equal(bad, hex_texts[i].bad);
		else
			assert_int_equal(p.size, hex_texts[i].size);
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(every_truncation_finds_what_is_whole),
	cmocka_unit_test(random_frames_never_lead_beyond_the_end),
	cmocka_unit_test(tags_that_are_pushed_are_popped_again),
	cmocka_unit_test(frames_that_are_too_long_are_refused),
	cmocka_unit_test(bytes_are_put_in_front_and_taken_away),
	cmocka_unit_test(hex_texts_are_read_or_refused_with_the_place),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(cases, NULL, NULL);
}
