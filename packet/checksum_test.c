/* SPDX-License-Identifier: BSD-2-Clause */
/* The checksums against a naive oracle, byte by byte, and against known packets. */
#include "packet/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* One 16-bit word after the other, the carry added at once. */
static uint16_t naive(const uint8_t *p, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i++) {
		sum += i % 2 ? p[i] : p[i] << 8;
		if (sum > 0xffff)
			sum = (sum & 0xffff) + 1;
	}
	return (uint16_t)~sum;
}

static void sums_of_random_bytes_agree_with_the_naive_sum(void **state)
{
	unsigned int seed = 1;
	uint8_t buf[300];

	for (size_t i = 0; i < sizeof buf; i++)
		buf[i] = (uint8_t)rand_r(&seed);
	for (size_t from = 0; from < 8; from++)
		for (size_t size = 0; size + from <= sizeof buf; size++)
			assert_int_equal(
				host_from_be16(checksum_end(checksum_add(0, buf + from, size))),
				naive(buf + from, size));
}

static void sums_of_pieces_are_sums_of_the_whole(void **state)
{
	unsigned int seed = 2;
	uint8_t buf[128];

	memset(buf, 0xff, sizeof buf);
	for (int round = 0; round < 2; round++) {
		for (size_t cut = 0; cut <= sizeof buf; cut += 2) {
			uint32_t sum = checksum_add(0, buf, cut);

			sum = checksum_add(sum, buf + cut, sizeof buf - cut);
			assert_int_equal(host_from_be16(checksum_end(sum)), naive(buf, sizeof buf));
		}
		for (size_t i = 0; i < sizeof buf; i++)
			buf[i] = (uint8_t)rand_r(&seed);
	}
}

static const struct {
	const char *name, *hex;
} packets[] = {
	{ "UDP without a checksum",
	  "ffffffffffff 000102030405 0800 4500 0021 0000 4000 4011 b860 c0a8 0001 c0a8 00c7 "
	  "0001 0002 000d 0000 6162636465" },
	{ "an ICMP echo",
	  "ffffffffffff 000102030405 0800 4500 001c 0000 0000 4001 0000 0a000001 0a000002 "
	  "0800 0000 0001 0002" },
	{ "TCP over IPv6 behind a tag",
	  "ffffffffffff 000102030405 8100 0005 86dd 60000000 0014 06 40 "
	  "00000000000000000000000000000001 00000000000000000000000000000002 "
	  "0050 0051 00000001 00000002 5010 0100 0000 0000" },
	{ "SCTP", "ffffffffffff 000102030405 0800 4500 0020 0000 0000 4084 0000 0a000001 0a000002 "
		  "0001 0002 00000003 00000000" },
};

static void fixed_packets_are_right_and_any_changed_byte_is_noticed(void **state)
{
	uint8_t base[256 + PACKET_HEADROOM];
	struct packet p;
	size_t bad;

	for (size_t i = 0; i < ARRAY_SIZE(packets); i++) {
		struct packet_headers h;

		packet_init(&p, base, sizeof base);
		assert_int_equal(packet_parse_hex(&p, packets[i].hex, strlen(packets[i].hex), &bad),
				 0);
		packet_fix_checksums(&p);
		assert_true(packet_checksums_are_right(&p));
		packet_dissect(&h, p.data, p.size);
		assert_int_not_equal(h.l4, 0xffff);
		if (h.ip_proto == 17)
			continue; /* has no checksum */
		for (size_t at = h.l4; at < p.size; at++) {
			if (h.ip_proto == 6 && at == h.l4 + 12u)
				continue; /* then it is no TCP header */
			p.data[at] ^= 0x10;
			assert_false(packet_checksums_are_right(&p));
			p.data[at] ^= 0x10;
		}
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(sums_of_random_bytes_agree_with_the_naive_sum),
	cmocka_unit_test(sums_of_pieces_are_sums_of_the_whole),
	cmocka_unit_test(fixed_packets_are_right_and_any_changed_byte_is_noticed),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(cases, NULL, NULL);
}
