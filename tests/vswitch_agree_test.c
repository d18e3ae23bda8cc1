/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random rules, random packets, the whole machine: what comes out of it, the first time through
 * userland and the second in hardware, is what the plain interpreter of the rules says, also
 * after rules have changed. INHW_SEED and INHW_ROUNDS; the seed is printed when it fails.
 */
#include "tests/machine.h"

#include "base/clock.h"
#include "flow/packet.h"
#include "vswitch/oracle_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS	  200
#define N_CHANGES 12
#define N_PACKETS 25
#define RULES_MAX 64
#define N_PORTS	  5

struct run {
	unsigned int first_seed, seed;
	struct machine m;
	struct bridge *b;
	struct rule *rules[RULES_MAX];
	size_t n_rules, n_cookies;
	uint64_t now_ns;
	struct oracle_sent want, got;
	size_t n_packets, n_sent, n_upcalls;
};

static unsigned int below(struct run *r, unsigned int n)
{
	r->seed = r->seed * 1103515245u + 12345u;
	return (r->seed >> 16) % n;
}

static void put_match(struct run *r, struct text *t)
{
	static const char *const types[] = { "ip", "tcp", "udp", "arp", "priority=7" };
	unsigned int type = below(r, ARRAY_SIZE(types));

	if (type < 4)
		text_putf(t, "%s,", types[type]);
	if (!below(r, 3))
		text_putf(t, "in_port=%u,", 1 + below(r, N_PORTS));
	if (!below(r, 3))
		text_putf(t, "dl_%s=02:00:00:00:00:0%u,", below(r, 2) ? "src" : "dst", below(r, 4));
	if (!below(r, 4))
		text_put(t, below(r, 2) ? "dl_vlan=10," : "vlan_tci=0,");
	if (type < 3 && below(r, 2))
		text_putf(t, "nw_%s=10.0.%u.%u/%u,", below(r, 2) ? "src" : "dst", below(r, 2),
			  below(r, 3), 20 + below(r, 13));
	if ((type == 1 || type == 2) && below(r, 2))
		text_putf(t, "tp_%s=%u,", below(r, 2) ? "src" : "dst", 1 + below(r, 3));
}

static void put_action(struct run *r, struct text *t)
{
	static const char *const actions[] = { "NORMAL",
					       "FLOOD",
					       "mod_dl_dst:02:00:00:00:00:03",
					       "mod_nw_dst:10.0.0.1",
					       "mod_vlan_vid:10",
					       "strip_vlan",
					       "dec_ttl",
					       "resubmit(,1)" };
	unsigned int n = below(r, 16);

	if (n < ARRAY_SIZE(actions))
		text_put(t, actions[n]);
	else
		text_putf(t, "output:%u", 1 + below(r, N_PORTS));
}

static void add_rule(struct run *r)
{
	unsigned int table = below(r, 2), n = below(r, 4);
	struct rule *rule = NULL;
	struct text t;
	struct diag d;

	if (r->n_rules == RULES_MAX)
		return;
	text_init(&t);
	diag_init(&d);
	text_putf(&t, "table=%u,cookie=%zu,", table, ++r->n_cookies);
	put_match(r, &t);
	text_putf(&t, "priority=%u actions=", 10 + below(r, 60000));
	for (unsigned int i = 0; i < n; i++) {
		text_put(&t, i ? "," : "");
		put_action(r, &t);
	}
	if (!n)
		text_put(&t, "drop");
	if (!rule_parse(&rule, t.s, t.len, NULL, &d)) {
		for (size_t i = 0; rule && i < r->n_rules; i++)
			if (r->rules[i]->name.priority == rule->name.priority) {
				rule_free(rule);
				rule = NULL;
			}
		if (rule) {
			assert_int_equal(bridge_add_rule(r->b, rule, &d), 0);
			r->rules[r->n_rules++] = rule;
		}
	}
	text_fini(&t);
}

static void del_rule(struct run *r)
{
	size_t i = below(r, (unsigned int)r->n_rules);
	struct rule_query q = { .cookie = r->rules[i]->name.cookie, .cookie_mask = UINT64_MAX };

	assert_int_equal(bridge_del_rules(r->b, &q, false), 1);
	r->rules[i] = r->rules[--r->n_rules];
}

static void random_packet(struct run *r, struct text *t)
{
	unsigned int type = below(r, 5);
	bool tagged = !below(r, 3);

	text_putf(t, "eth(src=02:00:00:00:00:0%u,dst=0%u:00:00:00:00:0%u),", below(r, 4),
		  below(r, 5) ? 2 : 3, below(r, 4));
	if (tagged)
		text_putf(t, "eth_type(0x8100),vlan(vid=%u,pcp=%u),encap(", below(r, 2) ? 10 : 20,
			  below(r, 2));
	if (type == 4) {
		text_putf(t, "eth_type(0x0806),arp(sip=10.0.0.1,tip=10.0.0.2,op=%u)",
			  1 + below(r, 2));
	} else {
		text_putf(t, "eth_type(0x0800),ipv4(src=10.0.%u.%u,dst=10.0.%u.%u,tos=0,ttl=%u,",
			  below(r, 2), below(r, 3), below(r, 2), below(r, 3), 1 + below(r, 3));
		text_putf(t, "proto=%u,frag=no),%s(src=%u,dst=%u)", type & 1 ? 6 : 17,
			  type & 1 ? "tcp" : "udp", 1 + below(r, 3), 1 + below(r, 3));
	}
	text_put(t, tagged ? ")" : "");
}

static uint32_t number_of(struct run *r, const char *name)
{
	const struct flow_ports *ports = dpif_ports(host_dpif(r->m.host));
	uint32_t number = 0;

	assert_true(ports->number(ports->aux, name, strlen(name), &number));
	return number;
}

static int by_port_and_key(const void *a, const void *b)
{
	return memcmp(a, b, sizeof((struct oracle_sent *)0)->packets[0]);
}

static void sort(struct oracle_sent *s)
{
	qsort(s->packets, s->n, sizeof s->packets[0], by_port_and_key);
}

static void take_caught(struct run *r)
{
	uint64_t headers;

	r->got.n = 0;
	memset(r->got.packets, 0, r->m.n_caught * sizeof r->got.packets[0]);
	for (size_t i = 0; i < r->m.n_caught; i++) {
		const struct caught *c = &r->m.caught[i];

		r->got.packets[i].port = number_of(r, c->port);
		assert_int_equal(flow_key_from_packet(&r->got.packets[i].key, &headers, c->frame,
						      c->size, NULL),
				 0);
		r->got.n++;
	}
	sort(&r->got);
}

static void fail_with(struct run *r, const char *port, const char *packet, int time)
{
	struct rule_query all = { .cookie = 0 };
	struct text t;

	text_init(&t);
	(void)!bridge_format_rules(&t, r->b, &all);
	udpif_format_flows(&t, host_udpif(r->m.host), r->now_ns);
	for (size_t i = 0; i < r->got.n + r->want.n; i++) {
		bool is_got = i < r->got.n;
		struct flow_match m = { .headers = 0 };

		m.key = is_got ? r->got.packets[i].key : r->want.packets[i - r->got.n].key;
		memset(&m.mask, 0xff, sizeof m.mask);
		print_message("# %s %u ", is_got ? "got" : "want",
			      is_got ? r->got.packets[i].port : r->want.packets[i - r->got.n].port);
		text_clear(&t);
		m.headers = UINT64_MAX >> (64 - FLOW_N_HEADERS);
		flow_match_format(&t, &m, NULL, false);
		print_message("%s\n", t.s);
	}
	fail_msg("INHW_SEED=%u: %s into %s, time %d: %zu packets came out, wanted %zu\n%s",
		 r->first_seed, packet, port, time, r->got.n, r->want.n, t.s);
}

static bool is_as_wanted(const struct run *r)
{
	bool is_same = r->got.n == r->want.n;

	for (size_t i = 0; is_same && i < r->got.n; i++)
		is_same = !by_port_and_key(&r->got.packets[i], &r->want.packets[i]);
	return is_same;
}

static void check_packet(struct run *r)
{
	static const char *const names[N_PORTS] = { "p0", "pf0vf0", "pf0vf1", "pf0vf2", "pf0vf3" };
	const char *port = names[below(r, N_PORTS)];
	uint8_t frame[2048];
	struct flow_match m;
	struct flow_key key;
	uint64_t headers;
	size_t size;
	struct text t;
	struct diag d;

	text_init(&t);
	diag_init(&d);
	random_packet(r, &t);
	if (flow_match_parse(&m, NULL, NULL, NULL, t.s, t.len, NULL, &d) ||
	    flow_packet_build(frame, sizeof frame, &size, &m, &d) ||
	    flow_key_from_packet(&key, &headers, frame, size, &d))
		fail_msg("%s: %s", t.s, d.words);
	key.in_port = number_of(r, port);
	for (int time = 1; time <= 2; time++) {
		/* Before it is sent: what it teaches the bridge is of no use to itself. */
		memset(&r->want, 0, sizeof r->want.packets[0] * 64);
		r->want.n = 0;
		if (!oracle_run(r->b, r->rules, r->n_rules, &key, r->now_ns, &r->want))
			r->want.n = 0;
		sort(&r->want);
		machine_send(&r->m, port, t.s);
		take_caught(r);
		if (!is_as_wanted(r))
			fail_with(r, port, t.s, time);
		r->n_packets++;
		r->n_sent += r->got.n;
	}
	text_fini(&t);
}

static void set_up(struct run *r)
{
	const struct flow_ports *ports;
	struct vswitch *v;
	struct diag d;

	diag_init(&d);
	machine_init(&r->m, NULL);
	r->now_ns = 1000 * NSEC_PER_SEC;
	host_set_now(r->m.host, r->now_ns);
	assert_int_equal(host_start_vswitch(r->m.host, &d), 0);
	v = udpif_vswitch(host_udpif(r->m.host));
	assert_int_equal(vswitch_add_bridge(v, "br0", &d), 0);
	r->b = vswitch_find_bridge(v, "br0");
	ports = dpif_ports(host_dpif(r->m.host));
	for (uint32_t i = 1; i <= N_PORTS; i++)
		assert_int_equal(vswitch_add_port(v, r->b, i, ports->name(ports->aux, i), &d), 0);
	r->n_rules = 0;
}

static void run_round(struct run *r)
{
	set_up(r);
	for (int i = 0; i < 12; i++)
		add_rule(r);
	for (int i = 0; i < N_CHANGES; i++) {
		for (int n = 0; n < N_PACKETS; n++)
			check_packet(r);
		if (r->n_rules && below(r, 2))
			del_rule(r);
		else
			add_rule(r);
		r->now_ns += below(r, 3000) * NSEC_PER_MSEC;
		host_set_now(r->m.host, r->now_ns);
	}
	r->n_upcalls += udpif_counters(host_udpif(r->m.host))->n_upcalls;
	machine_fini(&r->m);
}

static void every_packet_is_delivered_as_the_rules_say(void **state)
{
	const char *seed = getenv("INHW_SEED"), *rounds = getenv("INHW_ROUNDS");
	unsigned long n = rounds ? strtoul(rounds, NULL, 0) : ROUNDS;
	static struct run r;

	r.first_seed = seed ? (unsigned int)strtoul(seed, NULL, 0) : 1;
	for (unsigned long i = 0; i < n; i++, r.first_seed++) {
		r.seed = r.first_seed * 2654435761u;
		run_round(&r);
	}
	print_message("# %zu packets, %zu sent on, %zu upcalls\n", r.n_packets, r.n_sent,
		      r.n_upcalls);
	assert_true(n < ROUNDS || (r.n_sent > r.n_packets / 8 && r.n_upcalls < r.n_packets / 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_packet_is_delivered_as_the_rules_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
