/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random flows and random packets: hardware, tc in software and the OVS kernel datapath, three
 * independent implementations, must make the same of every packet. Three machines get the same
 * flows, one may offload, one has tc-policy skip_hw, one no offload at all. The seed is printed on
 * failure; INHW_SEED sets it, INHW_ROUNDS how long it runs.
 */
#include "flow/packet.h"
#include "flow/random_internal.h"
#include "packet/packet.h"
#include "tests/machine.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_MACHINES 3
#define N_FLOWS	   4  /* at a time, one for each VF: they cannot overlap */
#define N_PACKETS  24 /* for each flow */
#define FIRST_VF   2  /* port number of pf0vf0 */

static const char *const ports[] = { "pf0vf0", "pf0vf1", "pf0vf2", "pf0vf3" };

struct run {
	struct machine m[N_MACHINES];
	unsigned int seed, first_seed;
	size_t n_flows, n_in_hw, n_packets, n_out;
};

/* A set action that the flow's match allows, or nothing. */
static void random_set(struct run *r, const struct flow_match *m, struct text *t)
{
	unsigned int a = random_below(&r->seed, 255), b = 1 + random_below(&r->seed, 60000);
	bool v4 = m->key.eth_type == be16_from_host(ETH_P_IP) &&
		  m->mask.eth_type == be16_from_host(0xffff);
	bool v6 = m->key.eth_type == be16_from_host(ETH_P_IPV6) &&
		  m->mask.eth_type == be16_from_host(0xffff);
	uint8_t proto = v4 && m->mask.ipv4.ipv4_proto == 255   ? m->key.ipv4.ipv4_proto
			: v6 && m->mask.ipv6.ipv6_proto == 255 ? m->key.ipv6.ipv6_proto
							       : 0;

	switch (random_below(&r->seed, 5)) {
	case 0:
		text_putf(t, "set(eth(dst=02:00:00:00:00:%02x)),", a);
		break;
	case 1:
		if (v4 && (proto == 6 || proto == 17))
			text_putf(t, "set(ipv4(src=192.0.2.%u,ttl=%u)),", a, 1 + a % 200);
		break;
	case 2:
		if (v6 && (proto == 6 || proto == 17))
			text_putf(t, "set(ipv6(dst=2001:db8::%x)),", a);
		break;
	case 3:
		if (proto == 6 || proto == 17)
			text_putf(t, "set(%s(dst=%u)),", proto == 6 ? "tcp" : "udp", b);
		break;
	case 4:
		if (v4 && (proto == 6 || proto == 17))
			text_putf(t, "set(ipv4(dst=10.0.%u.0/0.0.255.0)),", a);
		break;
	}
}

static void random_actions(struct run *r, const struct flow_match *m, uint32_t in_port,
			   struct text *t)
{
	unsigned int n = random_below(&r->seed, 4);
	bool used[6] = { false };

	if (m->mask.vlan[0].tpid && random_below(&r->seed, 2))
		text_put(t, "pop_vlan,");
	else if (random_below(&r->seed, 2))
		random_set(r, m, t);
	if (random_below(&r->seed, 4) == 0)
		text_putf(t, "push_vlan(vid=%u,pcp=%u),", random_below(&r->seed, 4095),
			  random_below(&r->seed, 8));
	for (unsigned int i = 0; i < n; i++) {
		uint32_t port = 1 + random_below(&r->seed, 5);

		if (port == in_port || used[port])
			continue;
		used[port] = true;
		text_putf(t, "%u,", port);
	}
	if (t->len && t->s[t->len - 1] == ',')
		text_cut(t, t->len - 1);
	if (!t->len)
		text_put(t, "drop");
}

/* Whether all machines took the flow; one that its kernel refuses is refused by all. */
static bool put_flow(struct run *r, struct flow_match *m, size_t port)
{
	struct text flow, actions;
	int err[N_MACHINES];

	random_match(&r->seed, m);
	m->key.recirc_id = 0;
	m->key.in_port = FIRST_VF + (uint32_t)port;
	text_init(&flow);
	text_init(&actions);
	flow_match_format(&flow, m, NULL, false);
	random_actions(r, m, m->key.in_port, &actions);
	for (size_t i = 0; i < N_MACHINES; i++)
		err[i] = machine_add_flow(&r->m[i], flow.s, actions.s);
	r->n_flows++;
	r->n_in_hw += !err[0] && r->m[0].dpctl.decision.place == DPIF_PLACE_HW;
	/* The datapath alone may refuse what tc takes (it checks sets against the match); then
	 * there is nothing to compare. */
	text_fini(&flow);
	text_fini(&actions);
	return !err[0] && !err[1] && !err[2];
}

static int by_port(const void *a, const void *b)
{
	return strcmp(((const struct caught *)a)->port, ((const struct caught *)b)->port);
}

static void fail_with(struct run *r, size_t other, const struct flow_match *m)
{
	const char *const dump[] = { "dump-flows", "-m" };

	for (size_t i = 0; i < N_MACHINES; i++) {
		char buf[256];

		print_message("# machine %zu: out of [%s]\n", i,
			      machine_outputs(&r->m[i], buf, sizeof buf));
		for (size_t c = 0; c < r->m[i].n_caught; c++) {
			print_message("#   %s:", r->m[i].caught[c].port);
			for (size_t b = 0; b < r->m[i].caught[c].size; b++)
				print_message("%02x", r->m[i].caught[c].frame[b]);
			print_message("\n");
		}
		if (!machine_dpctl(&r->m[i], 1, dump))
			print_message("# %s\n", r->m[i].dpctl.out.s);
		else
			print_message("# dump: %s\n", r->m[i].diag.words);
	}
	fail_msg("machine %zu differs from machine 0; seed %u", other, r->first_seed);
}

/*
 * Where the three differ in Linux too, so that there is nothing to agree on: its flow dissector,
 * which tc uses, looks into ARP requests and replies for IPv4 over Ethernet only; the datapath's
 * own parser looks into all of them.
 */
static bool is_seen_alike(const uint8_t *frame, size_t size)
{
	struct packet_headers h;
	const uint8_t *arp;

	packet_dissect(&h, frame, size);
	if ((h.l3_type != PACKET_L3_NONE && h.l3 == 0xffff) || h.is_fragment)
		return false;
	if (h.l3_type == PACKET_L3_IPV4 && frame[h.l3] != 0x45)
		return false;
	if (h.eth_type != be16_from_host(ETH_P_ARP) && h.eth_type != be16_from_host(ETH_P_RARP))
		return true;
	arp = frame + h.l3;
	return h.l3 != 0xffff && get_be16(arp + 6) >= 1 && get_be16(arp + 6) <= 2;
}

/* A packet whose IP length was turned: whether its transport header is there is a matter of
 * opinion. */
static bool has_same_length(const uint8_t *frame, const uint8_t *whole, size_t size)
{
	struct packet_headers h;

	packet_dissect(&h, whole, size);
	if (h.l3_type == PACKET_L3_IPV4)
		return !memcmp(frame + h.l3 + 2, whole + h.l3 + 2, 2);
	if (h.l3_type == PACKET_L3_IPV6)
		return !memcmp(frame + h.l3 + 4, whole + h.l3 + 4, 2);
	return true;
}

static void send_everywhere(struct run *r, const struct flow_match *m, const char *port,
			    const uint8_t *frame, size_t size)
{
	for (size_t i = 0; i < N_MACHINES; i++) {
		r->m[i].n_caught = 0;
		assert_int_equal(host_send(r->m[i].host, port, frame, size, NULL), 0);
		qsort(r->m[i].caught, r->m[i].n_caught, sizeof r->m[i].caught[0], by_port);
	}
	r->n_packets++;
	r->n_out += r->m[0].n_caught;
	for (size_t i = 1; i < N_MACHINES; i++) {
		if (r->m[i].n_caught != r->m[0].n_caught)
			fail_with(r, i, m);
		for (size_t c = 0; c < r->m[0].n_caught; c++) {
			const struct caught *a = &r->m[0].caught[c], *b = &r->m[i].caught[c];

			if (strcmp(a->port, b->port) || a->size != b->size ||
			    memcmp(a->frame, b->frame, a->size))
				fail_with(r, i, m);
		}
	}
}

/* Packets that match, and packets with one bit of their headers turned, which mostly do not. */
static void send_packets(struct run *r, const struct flow_match *m, const char *port)
{
	uint8_t buf[2048 + PACKET_HEADROOM], frame[2048], whole[2048];
	struct packet p;
	size_t size;

	for (int i = 0; i < N_PACKETS; i++) {
		if (flow_packet_build(frame, sizeof frame, &size, m, NULL))
			return; /* the match is of packets that cannot be */
		memcpy(whole, frame, size);
		if (i % 3)
			frame[random_below(&r->seed, size < 60 ? (unsigned int)size : 60)] ^=
				(uint8_t)(1u << random_below(&r->seed, 8));
		if (!is_seen_alike(frame, size) || !has_same_length(frame, whole, size))
			continue;
		packet_init(&p, buf, sizeof buf);
		assert_int_equal(packet_set(&p, frame, size), 0);
		packet_fix_checksums(&p);
		send_everywhere(r, m, port, p.data, p.size);
	}
}

static unsigned long number_of(const char *name, unsigned long fallback)
{
	const char *s = getenv(name);

	return s ? strtoul(s, NULL, 0) : fallback;
}

static void three_implementations_agree_on_every_packet(void **state)
{
	static const struct host_params params[N_MACHINES] = {
		{ .policy = TC_POLICY_NONE },
		{ .policy = TC_POLICY_SKIP_HW },
		{ .no_hw_offload = true },
	};
	const char *const flush[] = { "del-flows" };
	unsigned long rounds = number_of("INHW_ROUNDS", 150);
	struct run *r = calloc(1, sizeof *r);

	assert_non_null(r);
	r->first_seed = r->seed = (unsigned int)number_of("INHW_SEED", 1);
	for (size_t i = 0; i < N_MACHINES; i++)
		machine_init(&r->m[i], &params[i]);
	for (unsigned long round = 0; round < rounds; round++) {
		struct flow_match m[N_FLOWS];
		bool is_put[N_FLOWS];

		for (size_t f = 0; f < N_FLOWS; f++)
			is_put[f] = put_flow(r, &m[f], f);
		for (size_t f = 0; f < N_FLOWS; f++) {
			if (is_put[f])
				send_packets(r, &m[f], ports[f]);
		}
		for (size_t i = 0; i < N_MACHINES; i++)
			assert_int_equal(machine_dpctl(&r->m[i], 1, flush), 0);
	}
	print_message("# %zu flows, %zu of them in hardware; %zu packets, %zu came out\n",
		      r->n_flows, r->n_in_hw, r->n_packets, r->n_out);
	assert_true(r->n_in_hw > r->n_flows / 10 && r->n_out > r->n_packets / 20);
	for (size_t i = 0; i < N_MACHINES; i++)
		machine_fini(&r->m[i]);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
		three_implementations_agree_on_every_packet) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
