/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets from matches, read back by the independent reader; and which matches make no sense. */
#include "flow/packet.h"

#include "flow/random_internal.h"
#include "flow/text.h"
#include "packet/packet.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Whether the key agrees with @m in every bit of the mask; recirc_id and in_port are not in it. */
static bool agrees(const struct flow_key *k, const struct flow_match *m)
{
	const uint8_t *a = (const uint8_t *)k, *b = (const uint8_t *)&m->key;
	const uint8_t *mask = (const uint8_t *)&m->mask;

	for (size_t i = offsetof(struct flow_key, eth); i < sizeof *k; i++)
		if ((a[i] ^ b[i]) & mask[i])
			return false;
	return true;
}

/* What no IPv6 packet can be. */
static bool contradicts_itself(const struct flow_match *m)
{
	static const uint8_t extensions[] = { 0, 43, 44, 51, 60 };
	uint8_t proto = m->key.ipv6.ipv6_proto, mask = m->mask.ipv6.ipv6_proto;

	if (m->key.eth_type != be16_from_host(ETH_P_IPV6))
		return false;
	if (m->key.ipv6.ipv6_frag == OVS_FRAG_TYPE_LATER)
		return (proto ^ 44) & mask;
	for (size_t i = 0; i < sizeof extensions; i++)
		if (((proto & mask) | (17 & ~mask)) == extensions[i])
			return true;
	return false;
}

static void packets_of_random_matches_agree_with_them(void **state)
{
	int n_built = 0, n_contradictions = 0;
	unsigned int seed = 31;

	for (int round = 0; round < 20000; round++) {
		uint8_t buf[256];
		struct packet p = { .base = buf, .cap = sizeof buf, .data = buf };
		struct flow_match m;
		uint64_t headers;
		struct flow_key k;
		struct diag d;

		random_match(&seed, &m);
		diag_init(&d);
		if (flow_packet_build(buf, sizeof buf, &p.size, &m, &d)) {
			if (!contradicts_itself(&m))
				fail_msg("%s", d.words);
			n_contradictions++;
			continue;
		}
		n_built++;
		assert_true(p.size >= PACKET_MIN_SIZE);
		assert_int_equal(flow_key_from_packet(&k, &headers, buf, p.size, NULL), 0);
		assert_true(agrees(&k, &m));
		assert_int_equal(
			flow_match_headers(&m, true) & ~headers & ~flow_header_bit(FLOW_H_VLAN), 0);
		assert_true(packet_checksums_are_right(&p));
	}
	assert_true(n_built > 15000 && n_contradictions > 0);
}

static int parse(const char *s, struct flow_match *m)
{
	return flow_match_parse(m, NULL, NULL, NULL, s, strlen(s), NULL, NULL);
}

static void every_buffer_that_is_too_small_is_refused(void **state)
{
	struct flow_match m;
	size_t full, size;
	uint8_t buf[256];

	assert_int_equal(parse("eth_type(0x8100),vlan(vid=1),encap(eth_type(0x86dd),"
			       "ipv6(proto=6,frag=first),tcp(dst=80))",
			       &m),
			 0);
	assert_int_equal(flow_packet_build(buf, sizeof buf, &full, &m, NULL), 0);
	for (size_t cap = 0; cap < full; cap++)
		assert_int_equal(flow_packet_build(buf, cap, &size, &m, NULL), -ENOSPC);
	assert_int_equal(flow_packet_build(buf, full, &size, &m, NULL), 0);
}

static void every_truncation_of_a_packet_is_read(void **state)
{
	uint64_t headers = 0, before = 0;
	struct flow_match m;
	struct flow_key k;
	uint8_t buf[256];
	size_t full;

	assert_int_equal(parse("eth_type(0x8100),vlan(vid=1),encap(eth_type(0x0800),"
			       "ipv4(proto=6,frag=no),tcp(dst=80))",
			       &m),
			 0);
	assert_int_equal(flow_packet_build(buf, sizeof buf, &full, &m, NULL), 0);
	for (size_t size = 0; size <= full; size++) {
		uint8_t *copy = malloc(size ? size : 1);
		int err;

		assert_non_null(copy);
		memcpy(copy, buf, size);
		err = flow_key_from_packet(&k, &headers, copy, size, NULL);
		free(copy);
		assert_int_equal(err, size < ETH_HLEN_ ? -EINVAL : 0);
		assert_int_equal(before & ~headers, 0);
		before = headers;
	}
	assert_true(headers & flow_header_bit(FLOW_H_TCP));
}

static void what_follows_a_second_tag_is_not_read(void **state)
{
	uint8_t base[256 + PACKET_HEADROOM], buf[256];
	struct flow_match m;
	struct packet p;
	uint64_t headers;
	struct flow_key k;
	size_t size;

	assert_int_equal(parse("eth_type(0x8100),vlan(vid=1),encap(eth_type(0x0800))", &m), 0);
	assert_int_equal(flow_packet_build(buf, sizeof buf, &size, &m, NULL), 0);
	packet_init(&p, base, sizeof base);
	assert_int_equal(packet_set(&p, buf, size), 0);
	assert_int_equal(packet_push_vlan(&p, be16_from_host(0x88a8), be16_from_host(7)), 0);
	assert_int_equal(flow_key_from_packet(&k, &headers, p.data, p.size, NULL), 0);
	assert_int_equal(host_from_be16(k.vlan[0].tpid), 0x88a8);
	assert_int_equal(host_from_be16(k.vlan[0].tci), 0x1007);
	assert_int_equal(host_from_be16(k.eth_type), 0x8100);
	assert_false(headers & flow_header_bit(FLOW_H_IPV4));
}

static const struct {
	const char *text;
	int err;
	const char *words, *field;
} checks[] = {
	{ "", 0, NULL, NULL },
	{ "eth_type(0x0800),ipv4()", 0, NULL, NULL },
	{ "ipv4()", -EINVAL, "ipv4 needs eth_type(0x0800)", "ipv4" },
	{ "eth_type(0x86dd),ipv4(src=1.2.3.4)", -EINVAL, "ipv4.src needs eth_type(0x0800)",
	  "ipv4.src" },
	{ "tcp_flags(syn|ack)", -EINVAL, "tcp_flags needs eth_type(0x0800) or eth_type(0x86dd)",
	  "tcp_flags" },
	{ "eth_type(0x0800),ipv4(proto=17),tcp(dst=80)", -EINVAL, "tcp.dst needs ipv4.proto=6",
	  "tcp.dst" },
	{ "eth_type(0x86dd),ipv6(proto=17/0x1f),udp()", -EINVAL, "udp needs ipv6.proto=17", "udp" },
	{ "eth_type(0x0800),ipv4(proto=17,frag=later),udp(dst=1)", -EINVAL,
	  "udp.dst: later fragments have no udp header", "udp.dst" },
	{ "eth_type(0x0800/0xff00)", -EINVAL, "eth_type can only be matched as a whole",
	  "eth_type" },
	{ "eth_type(0x0005)", -EINVAL, "eth_type: 0x0005 is less than 0x0600", "eth_type" },
	{ "eth_type(0x8100)", -EINVAL, "eth_type(0x8100) needs vlan(...),encap(...) after it",
	  "eth_type" },
	{ "eth_type(0x8847)", -EOPNOTSUPP,
	  "eth_type(0x8847) needs mpls(...), which is not supported yet", "eth_type" },
	{ "eth_type(0x8100),vlan(vid=1),encap(eth_type(0x8100))", -EOPNOTSUPP,
	  "eth_type: a second tag is not supported yet", "eth_type" },
	{ "eth_type(0x9100),vlan(vid=1),encap()", -EINVAL,
	  "vlan: eth_type must be exactly 0x8100 or 0x88a8 before it", "vlan.tpid" },
	{ "eth_type(0x8100),vlan(vid=0,pcp=0,cfi=0),encap()", -EINVAL,
	  "vlan.cfi: it must be exactly 1, as a frame without it has no tag", "vlan.cfi" },
	{ "in_port(1/0xff)", -EINVAL, "in_port can only be matched as a whole", "in_port" },
	{ "in_port(65535)", -EINVAL, "in_port: 65535 is more than 65534", "in_port" },
	{ "eth_type(0x0806),arp(op=256)", -EINVAL, "arp.op: 256 is more than 255", "arp.op" },
};

static void matches_that_make_no_sense_are_refused(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		struct flow_match m;
		struct diag d;

		diag_init(&d);
		assert_int_equal(parse(checks[i].text, &m), 0);
		assert_int_equal(flow_match_check(&m, &d), checks[i].err);
		if (!checks[i].err)
			continue;
		assert_string_equal(d.words, checks[i].words);
		assert_string_equal(d.field, checks[i].field);
	}
}

static void rows_of_the_tables_fit_each_other(void **state)
{
	for (unsigned int f = 0; f < FLOW_N_FIELDS; f++) {
		const struct flow_field_info *i = &flow_field_table[f];
		struct flow_key k = { .recirc_id = 0 };

		assert_non_null(i->full_name);
		assert_int_equal(i->name ? strlen(i->name) : 0, i->name_len);
		assert_true(i->offset + i->size <= sizeof k);
		assert_true(i->shift + i->bits <= 8 * i->size);
		flow_field_fill(&k, (enum flow_field)f);
		for (unsigned int g = 0; g < FLOW_N_FIELDS; g++)
			assert_int_equal(flow_field_is_set(&k, (enum flow_field)g), g == f);
		assert_true(flow_field_is_full(&k, (enum flow_field)f));
		flow_field_clear(&k, (enum flow_field)f);
		assert_false(flow_field_is_set(&k, (enum flow_field)f));
	}
	for (unsigned int h = 0; h < FLOW_N_HEADERS; h++) {
		const struct flow_header_info *i = &flow_header_table[h];

		assert_int_equal(strlen(i->name), i->name_len);
		for (unsigned int f = i->first; f < i->first + (unsigned int)i->n_fields; f++)
			assert_int_equal(flow_field_table[f].header, h);
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(packets_of_random_matches_agree_with_them),
	cmocka_unit_test(every_buffer_that_is_too_small_is_refused),
	cmocka_unit_test(every_truncation_of_a_packet_is_read),
	cmocka_unit_test(what_follows_a_second_tag_is_not_read),
	cmocka_unit_test(matches_that_make_no_sense_are_refused),
	cmocka_unit_test(rows_of_the_tables_fit_each_other),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(cases, NULL, NULL);
}
