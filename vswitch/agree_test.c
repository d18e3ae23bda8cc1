/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random rules and random packets: what a translation makes of a packet is what the plain
 * interpreter makes of it, and any packet that agrees with it on the bits that were looked at gets
 * the same actions. The seed is printed on failure; INHW_SEED sets it, INHW_ROUNDS how long it
 * runs.
 */
#include "vswitch/oracle_internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ROUNDS	  1000
#define RULES_MAX 48
#define N_PACKETS 24 /* for each set of rules */
#define N_SHAKES  12 /* packets that agree with each on what was looked at */
#define N_TABLES  4
#define NOW	  UINT64_C(1000000000)

struct run {
	unsigned int seed, first_seed;
	struct bridge *b;
	struct rule *rules[RULES_MAX];
	size_t n_rules;
	struct xlate_out out, other;
	struct oracle_sent want, got;
	size_t n_packets, n_sent, n_bits, n_errors, n_sets, n_vlans, n_added, n_valid, n_changed;
};

static unsigned int below(struct run *r, unsigned int n)
{
	return (unsigned int)rand_r(&r->seed) / 7u % n;
}

static bool one_in(struct run *r, unsigned int n)
{
	return below(r, n) == 0;
}

/* Few values, so that rules and packets meet, of many lengths of prefixes. */
static unsigned int random_ip(struct run *r)
{
	static const unsigned int some[] = { 0x0a000001, 0x0a000101, 0x0a010203, 0xc0a80001,
					     0x0a0000ff, 0x8a000001, 0 };

	return some[below(r, 7)] ^ (one_in(r, 3) ? 1u << below(r, 32) : 0);
}

static void put_ip(struct run *r, struct text *t, const char *name)
{
	unsigned int ip = random_ip(r);

	text_putf(t, ",%s=%u.%u.%u.%u", name, ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
	if (one_in(r, 4))
		text_putf(t, "/%u.%u.%u.%u", below(r, 256), below(r, 256), below(r, 256),
			  below(r, 256));
	else if (!one_in(r, 3))
		text_putf(t, "/%u", below(r, 33));
}

static void put_mac(struct run *r, struct text *t)
{
	text_putf(t, "%02x:00:00:00:00:%02x", one_in(r, 5) ? 1 : 2, below(r, 4));
}

static void put_vlan_match(struct run *r, struct text *t)
{
	switch (below(r, 6)) {
	case 0:
		text_putf(t, ",dl_vlan=%u", 10 * below(r, 3));
		break;
	case 1:
		text_put(t, ",dl_vlan=0xffff");
		break;
	case 2:
		text_putf(t, ",dl_vlan_pcp=%u", below(r, 2));
		break;
	case 3:
		text_putf(t, ",vlan_tci=0x1%03x/0x1%03x", below(r, 32), below(r, 32));
		break;
	case 4:
		text_put(t, ",vlan_tci=0x1000/0x1000");
		break;
	}
}

static void put_l3_match(struct run *r, struct text *t, bool v6)
{
	static const char *const frags[] = { "no", "first", "later", "not_later" };

	if (one_in(r, 2) && !v6)
		put_ip(r, t, one_in(r, 2) ? "nw_src" : "nw_dst");
	if (one_in(r, 4) && !v6)
		put_ip(r, t, "ip_dst"); /* given twice: refused, and tried again */
	if (one_in(r, 2) && v6)
		text_putf(t, ",%s=2001:db8::%x/%u", one_in(r, 2) ? "ipv6_src" : "ipv6_dst",
			  below(r, 4), 125 + below(r, 4));
	if (one_in(r, 5) && v6)
		text_putf(t, ",ipv6_label=%u", below(r, 3));
	if (one_in(r, 6))
		text_putf(t, ",nw_tos=%u", 4 * below(r, 3));
	if (one_in(r, 6))
		text_putf(t, ",nw_ecn=%u", below(r, 3));
	if (one_in(r, 6))
		text_putf(t, ",nw_ttl=%u", below(r, 3));
	if (one_in(r, 8))
		text_putf(t, ",nw_frag=%s", frags[below(r, 4)]);
}

static void put_match(struct run *r, struct text *t)
{
	static const char *const types[] = {
		"",	"",	"ip",	"tcp",	 "udp",	 "icmp",	  "arp",
		"ipv6", "tcp6", "udp6", "icmp6", "sctp", "dl_type=0x1234"
	};
	unsigned int type = below(r, 13);
	bool v6 = type >= 7 && type <= 10,
	     l4 = type == 3 || type == 4 || type == 8 || type == 9 || type == 11;

	text_putf(t, "%s", types[type]);
	if (one_in(r, 3))
		text_putf(t, ",in_port=%u", below(r, 6));
	if (one_in(r, 5)) {
		text_put(t, one_in(r, 2) ? ",dl_src=" : ",dl_dst=");
		put_mac(r, t);
		if (one_in(r, 3))
			text_putf(t, "/ff:00:00:00:00:0%u", below(r, 4));
	}
	if (one_in(r, 3))
		put_vlan_match(r, t);
	if (type == 6 && one_in(r, 2))
		text_putf(t, ",arp_op=%u", below(r, 3));
	if (type == 6 && one_in(r, 2))
		put_ip(r, t, one_in(r, 2) ? "arp_spa" : "nw_dst");
	if (type >= 2 && type != 6 && type != 12)
		put_l3_match(r, t, v6);
	if (l4 && one_in(r, 2))
		text_putf(t, ",%s=%u/%u", one_in(r, 2) ? "tp_src" : "tp_dst", below(r, 8),
			  below(r, 8));
	if ((type == 3 || type == 8) && one_in(r, 4))
		text_put(t, one_in(r, 2) ? ",tcp_flags=+syn-ack" : ",tcp_flags=2/2");
	if ((type == 5 || type == 10) && one_in(r, 2))
		text_putf(t, ",icmp_type=%u", below(r, 3));
}

static void put_action(struct run *r, struct text *t, unsigned int table)
{
	switch (below(r, 22)) {
	case 0 ... 3:
		text_putf(t, "output:%u", below(r, 7));
		break;
	case 4:
		text_put(t, "IN_PORT");
		break;
	case 5 ... 7:
		text_put(t, "NORMAL");
		break;
	case 8:
		text_put(t, one_in(r, 2) ? "FLOOD" : "ALL");
		break;
	case 9:
		text_put(t, one_in(r, 2) ? "mod_dl_src:" : "mod_dl_dst:");
		put_mac(r, t);
		break;
	case 10:
		text_putf(t, "mod_nw_%s:10.0.0.%u", one_in(r, 2) ? "src" : "dst", below(r, 3));
		break;
	case 11:
		text_putf(t, "set_field:2001:db8::%x->ipv6_%s", below(r, 4),
			  one_in(r, 2) ? "src" : "dst");
		break;
	case 12:
		text_putf(t, one_in(r, 2) ? "mod_nw_tos:%u" : "set_field:%u->ip_dscp",
			  4 * below(r, 3));
		break;
	case 13:
		text_putf(t, one_in(r, 2) ? "mod_tp_src:%u" : "mod_tp_dst:%u", below(r, 8));
		break;
	case 14:
		text_putf(t, one_in(r, 2) ? "set_field:%u/3->tcp_dst" : "set_field:%u->udp_src",
			  below(r, 4));
		break;
	case 15:
		text_putf(t, one_in(r, 2) ? "mod_vlan_vid:%u" : "mod_vlan_pcp:%u",
			  one_in(r, 2) ? 1 : 5);
		break;
	case 16:
		text_putf(t, one_in(r, 2) ? "set_field:%u->vlan_vid" : "push_vlan:0x8100,pop_vlan",
			  4096 + 10 * below(r, 3));
		break;
	case 17:
		text_put(t, one_in(r, 4) ? "push_vlan:0x8100" : "pop_vlan");
		break;
	case 18:
		text_putf(t, one_in(r, 2) ? "dec_ttl" : "mod_nw_ttl:%u", below(r, 3));
		break;
	case 19:
		text_putf(t, "resubmit(%u,%u)", below(r, 7), below(r, N_TABLES));
		break;
	default:
		text_putf(t, "resubmit(,%u)", table + 1 < N_TABLES ? table + 1 : table);
		break;
	}
}

/* One more rule, if the text is one. Priorities differ: which of equal ones wins is left open. */
static void add_rule(struct run *r)
{
	unsigned int table = one_in(r, 2) ? 0 : below(r, N_TABLES), n = below(r, 5);
	struct rule *rule = NULL;
	struct text t;
	struct diag d;

	text_init(&t);
	diag_init(&d);
	text_putf(&t, "table=%u,priority=%u,cookie=%zu,", table, below(r, 60000), r->n_rules);
	put_match(r, &t);
	text_put(&t, " actions=");
	for (unsigned int i = 0; i < n; i++) {
		put_action(r, &t, table);
		text_put_char(&t, ',');
	}
	if (one_in(r, 4) && table + 1 < N_TABLES)
		text_putf(&t, "goto_table:%u", table + 1 + below(r, N_TABLES - 1 - table));
	if (rule_parse(&rule, t.s, t.len, NULL, &d)) {
		assert_int_equal(d.error, -EINVAL);
		goto out;
	}
	for (size_t i = 0; i < r->n_rules; i++)
		if (r->rules[i]->name.priority == rule->name.priority) {
			rule_free(rule);
			goto out;
		}
	assert_int_equal(bridge_add_rule(r->b, rule, &d), 0);
	r->rules[r->n_rules++] = rule;
	r->n_added++;
out:
	text_fini(&t);
}

static void add_ports(struct run *r)
{
	char name[16];
	struct diag d;

	for (uint32_t i = 1; i < 6; i++) {
		uint16_t trunks[] = { 0, 10, 20 };
		enum bridge_vlan_mode mode = below(r, BRIDGE_VLAN_N_MODES);
		size_t n = mode == BRIDGE_VLAN_ACCESS ? 0 : below(r, 4);

		snprintf(name, sizeof name, "p%u", i);
		assert_int_equal(bridge_add_port(r->b, i, name, &d), 0);
		assert_int_equal(
			bridge_set_vlan(r->b, i, mode, (uint16_t)(10 * below(r, 3)), trunks, n, &d),
			0);
	}
	for (unsigned int i = 0; i < 6; i++)
		assert_true(mac_learning_learn(
				    &r->b->fdb,
				    (struct mac_address){ { 2, 0, 0, 0, 0, (uint8_t)below(r, 4) } },
				    (uint16_t)(10 * below(r, 3)), 1 + below(r, 5), NOW) >= 0);
}

static void random_mac(struct run *r, uint8_t mac[6])
{
	memset(mac, 0, 6);
	mac[0] = one_in(r, 5) ? 1 : 2;
	mac[5] = (uint8_t)below(r, 4);
}

static void random_v4(struct run *r, struct flow_key *k)
{
	static const uint8_t protos[] = { 6, 17, 1, 132, 6, 17, 89 };

	k->ipv4.ipv4_src = be32_from_host(random_ip(r));
	k->ipv4.ipv4_dst = be32_from_host(random_ip(r));
	k->ipv4.ipv4_proto = protos[below(r, 7)];
	k->ipv4.ipv4_tos = (uint8_t)below(r, 12);
	k->ipv4.ipv4_ttl = (uint8_t)below(r, 4);
	k->ipv4.ipv4_frag = one_in(r, 8) ? (uint8_t)below(r, 3) : 0;
}

static void random_v6(struct run *r, struct flow_key *k)
{
	static const uint8_t protos[] = { 6, 17, 58, 132, 6, 17, 89 };
	static const uint8_t prefix[] = { 0x20, 0x01, 0x0d, 0xb8 };

	memcpy(k->ipv6.ipv6_src, prefix, 4);
	memcpy(k->ipv6.ipv6_dst, prefix, 4);
	((uint8_t *)k->ipv6.ipv6_src)[15] = (uint8_t)below(r, 8);
	((uint8_t *)k->ipv6.ipv6_dst)[15] = (uint8_t)below(r, 8);
	((uint8_t *)k->ipv6.ipv6_dst)[below(r, 16)] ^= one_in(r, 4);
	k->ipv6.ipv6_proto = protos[below(r, 7)];
	k->ipv6.ipv6_tclass = (uint8_t)below(r, 12);
	k->ipv6.ipv6_hlimit = (uint8_t)below(r, 4);
	k->ipv6.ipv6_label = be32_from_host(below(r, 4));
	k->ipv6.ipv6_frag = one_in(r, 8) ? (uint8_t)below(r, 3) : 0;
}

static void random_l4(struct run *r, struct flow_key *k)
{
	k->tcp = (struct ovs_key_tcp){ be16_from_host((uint16_t)below(r, 8)),
				       be16_from_host((uint16_t)below(r, 8)) };
	k->tcp_flags = be16_from_host((uint16_t)below(r, 32));
	k->udp = (struct ovs_key_udp){ be16_from_host((uint16_t)below(r, 8)),
				       be16_from_host((uint16_t)below(r, 8)) };
	k->sctp = (struct ovs_key_sctp){ be16_from_host((uint16_t)below(r, 8)),
					 be16_from_host((uint16_t)below(r, 8)) };
	k->icmp.icmp_type = (uint8_t)below(r, 4);
	k->icmp.icmp_code = (uint8_t)below(r, 4);
	k->icmpv6.icmpv6_type = (uint8_t)below(r, 4);
	k->icmpv6.icmpv6_code = (uint8_t)below(r, 4);
}

/* A header that the packet has not is 0, as it is in the keys of real packets. */
static void settle(struct flow_key *k)
{
	struct flow_match m = { .key = *k, .mask = { .eth_type = 0xffff } };
	uint64_t has = flow_match_headers(&m, false);

	for (unsigned int h = FLOW_H_IPV4; h < FLOW_N_HEADERS; h++)
		if (!(has >> h & 1))
			memset((uint8_t *)k + flow_header_table[h].offset, 0,
			       flow_header_table[h].size);
	if (!(k->vlan[0].tci & be16_from_host(0x1000)))
		memset(&k->vlan, 0, sizeof k->vlan);
}

static void random_key(struct run *r, struct flow_key *k)
{
	static const uint16_t types[] = { 0x0800, 0x0800, 0x0800, 0x86dd, 0x86dd, 0x0806, 0x1234 };

	memset(k, 0, sizeof *k);
	k->in_port = one_in(r, 20) ? 9 : 1 + below(r, 5);
	random_mac(r, k->eth.eth_src);
	random_mac(r, k->eth.eth_dst);
	k->eth_type = be16_from_host(types[below(r, 7)]);
	if (!one_in(r, 3)) {
		k->vlan[0].tpid = be16_from_host(0x8100);
		k->vlan[0].tci =
			be16_from_host((uint16_t)(0x1000 | below(r, 2) << 13 | 10 * below(r, 4)));
	}
	random_v4(r, k);
	random_v6(r, k);
	random_l4(r, k);
	k->arp.arp_op = be16_from_host((uint16_t)below(r, 4));
	k->arp.arp_sip = be32_from_host(random_ip(r));
	k->arp.arp_tip = be32_from_host(random_ip(r));
	settle(k);
}

/* A packet that agrees with @k where @mask is 1: else as another one, or with random bits. */
static void shake(struct run *r, struct flow_key *k, const struct flow_key *mask)
{
	uint8_t *p = (uint8_t *)k;
	const uint8_t *m = (const uint8_t *)mask;
	struct flow_key noise;
	bool wild = one_in(r, 3);

	random_key(r, &noise);
	random_v4(r, &noise);
	random_v6(r, &noise);
	random_l4(r, &noise);
	for (size_t i = 0; i < sizeof *k; i++) {
		uint8_t x = wild ? (uint8_t)below(r, 256) : ((uint8_t *)&noise)[i];

		p[i] = (uint8_t)((p[i] & m[i]) | (x & ~m[i]));
	}
	/* Values that no packet has are no test of anything. */
	k->tcp_flags &= be16_from_host(0xfff);
	k->ipv6.ipv6_label &= be32_from_host(0xfffff);
	settle(k);
}

static void fail_with(struct run *r, const char *what, const struct flow_key *k)
{
	struct text t, report;
	struct xlate_in in = { r->b, k, NOW, &report, NULL };
	struct rule_query all = { .cookie = 0 };
	struct flow_match m;
	struct diag d;

	text_init(&t);
	text_init(&report);
	diag_init(&d);
	(void)!xlate_actions(&in, &r->out, &d);
	xlate_match(&r->out, k, &m);
	bridge_format(&t, r->b);
	mac_learning_format(&t, &r->b->fdb, NOW);
	(void)!bridge_format_rules(&t, r->b, &all);
	flow_match_format(&t, &m, NULL, false);
	text_put(&t, " actions: ");
	flow_actions_format(&t, &r->out.actions, NULL);
	text_putf(&t, "\nthe packet: ");
	memset(&m.mask, 0xff, sizeof m.mask);
	m.key = *k;
	flow_match_format(&t, &m, NULL, false);
	fail_msg("INHW_SEED=%u: %s\n%s\n%s%s", r->first_seed, what, t.s, report.s, d.words);
}

static bool is_same(const struct oracle_sent *a, const struct oracle_sent *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = a->packets[i].port == b->packets[i].port &&
		       !memcmp(&a->packets[i].key, &b->packets[i].key, sizeof a->packets[i].key);
	return same;
}

static void check_oracle(struct run *r, const struct flow_key *k, const struct xlate_out *out)
{
	bool fine = oracle_run(r->b, r->rules, r->n_rules, k, NOW, &r->want);

	oracle_apply(&out->actions, k, &r->got);
	if (fine != !out->error)
		fail_with(r, "only one of interpreter and translation gave up", k);
	if (!is_same(&r->want, &r->got))
		fail_with(r, "the actions are not what the interpreter does", k);
}

static void count(struct run *r)
{
	const uint8_t *m = (const uint8_t *)&r->out.wc.mask;

	r->n_packets++;
	r->n_sent += r->want.n;
	r->n_errors += r->out.error != 0;
	for (size_t i = 0; i < sizeof r->out.wc.mask; i++)
		r->n_bits += (size_t)__builtin_popcount(m[i]);
	for (size_t i = 0; i < r->out.actions.n; i++) {
		r->n_sets += r->out.actions.a[i].type == FLOW_ACT_SET;
		r->n_vlans += r->out.actions.a[i].type == FLOW_ACT_PUSH_VLAN;
	}
}

/* Each bit that was looked at has one reason. */
static void check_reasons(struct run *r, const struct flow_key *k)
{
	const struct wildcards *w = &r->out.wc;
	struct flow_key reasons = { .recirc_id = 0 };

	if (w->n_steps > WILDCARDS_STEPS_MAX)
		fail_with(r, "there are more steps than was thought", k);
	for (size_t s = 0; s < w->n_steps; s++) {
		const struct flow_field_info *i = &flow_field_table[w->steps[s].field];
		uint8_t *p = (uint8_t *)&reasons + i->offset;

		for (size_t n = 0; n < i->size; n++) {
			if (p[n] & w->steps[s].bits[n])
				fail_with(r, "a bit with two reasons", k);
			p[n] |= w->steps[s].bits[n];
		}
	}
	for (unsigned int f = 0; f < FLOW_N_FIELDS; f++) {
		const struct flow_field_info *i = &flow_field_table[f];
		struct flow_key mask = { .recirc_id = 0 }, said = { .recirc_id = 0 };

		flow_field_copy(&mask, &w->mask, (enum flow_field)f);
		flow_field_copy(&said, &reasons, (enum flow_field)f);
		if (flow_field_is_set(&mask, (enum flow_field)f) &&
		    memcmp((uint8_t *)&mask + i->offset, (uint8_t *)&said + i->offset, i->size))
			fail_with(r, i->full_name, k);
	}
}

static void check_packet(struct run *r)
{
	struct flow_key k, other;
	struct xlate_in in = { r->b, &k, NOW, NULL, NULL };
	struct flow_match m;
	struct diag d;

	random_key(r, &k);
	(void)!xlate_actions(&in, &r->out, NULL);
	check_oracle(r, &k, &r->out);
	count(r);
	xlate_match(&r->out, &k, &m);
	diag_init(&d);
	if (flow_match_check(&m, &d))
		fail_with(r, d.words, &k);
	check_reasons(r, &k);
	in.key = &other;
	for (int i = 0; i < N_SHAKES; i++) {
		other = k;
		shake(r, &other, &r->out.wc.mask);
		(void)!xlate_actions(&in, &r->other, NULL);
		if (r->out.error != r->other.error ||
		    !flow_actions_is_equal(&r->out.actions, &r->other.actions))
			fail_with(r, "another packet that agrees gets other actions", &k);
	}
}

/* Stations come, move and go: a translation that is called valid is what it would be now. */
static void check_validity(struct run *r)
{
	struct flow_key k;
	struct xlate_in in = { r->b, &k, NOW, NULL, NULL };
	struct mac_address mac = { { 2, 0, 0, 0, 0, (uint8_t)below(r, 4) } };
	int change;

	random_key(r, &k);
	(void)!xlate_actions(&in, &r->out, NULL);
	if (one_in(r, 10))
		mac_learning_flush_port(&r->b->fdb, 1 + below(r, 5));
	change = mac_learning_learn(&r->b->fdb, mac, (uint16_t)(10 * below(r, 3)), 1 + below(r, 5),
				    NOW);
	assert_true(change >= 0);
	r->n_valid += xlate_is_valid(&r->out.basis, r->b);
	(void)!xlate_actions(&in, &r->other, NULL);
	if (flow_actions_is_equal(&r->out.actions, &r->other.actions))
		return;
	r->n_changed++;
	if (xlate_is_valid(&r->out.basis, r->b))
		fail_with(r, "a station has changed the actions, and that was not seen", &k);
}

static void run_round(struct run *r)
{
	struct rule_query all = { .cookie = 0 };
	unsigned int n = 1 + below(r, RULES_MAX);
	struct diag d;

	diag_init(&d);
	assert_int_equal(bridge_new(&r->b, "br0", &d), 0);
	r->n_rules = 0;
	add_ports(r);
	for (unsigned int i = 0; i < n; i++)
		add_rule(r);
	for (int i = 0; i < N_PACKETS; i++)
		check_packet(r);
	/* Half of the rules go, and the tables still agree. */
	for (size_t i = 0; i < r->n_rules / 2; i++) {
		size_t victim = below(r, (unsigned int)r->n_rules);
		struct rule *rule = r->rules[victim];
		struct rule_query q = { .match = rule->match,
					.cookie = rule->name.cookie,
					.cookie_mask = UINT64_MAX,
					.has_table = true,
					.table = rule->name.table,
					.has_priority = true,
					.priority = rule->name.priority };

		assert_int_equal(bridge_del_rules(r->b, &q, true), 1);
		r->rules[victim] = r->rules[--r->n_rules];
	}
	for (int i = 0; i < N_PACKETS / 4; i++) {
		check_packet(r);
		check_validity(r);
	}
	assert_int_equal(bridge_del_rules(r->b, &all, false), r->n_rules);
	bridge_free(r->b);
}

static void translations_do_what_the_rules_say_and_no_more_is_matched_than_was_seen(void **state)
{
	const char *seed = getenv("INHW_SEED"), *rounds = getenv("INHW_ROUNDS");
	unsigned long n = rounds ? strtoul(rounds, NULL, 0) : ROUNDS;
	static struct run r;

	xlate_out_init(&r.out);
	xlate_out_init(&r.other);
	r.first_seed = seed ? (unsigned int)strtoul(seed, NULL, 0) : 1;
	for (unsigned long i = 0; i < n; i++, r.first_seed++) {
		r.seed = r.first_seed * 2654435761u;
		run_round(&r);
	}
	print_message(
		"# %zu rules, %zu packets, %zu sent on, %zu bits looked at, %zu sets, %zu tags, "
		"%zu given up\n",
		r.n_added, r.n_packets, r.n_sent, r.n_bits, r.n_sets, r.n_vlans, r.n_errors);
	assert_true(r.n_sent > r.n_packets / 8 && r.n_sets && r.n_vlans && r.n_valid &&
		    r.n_changed);
	xlate_out_fini(&r.out);
	xlate_out_fini(&r.other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			translations_do_what_the_rules_say_and_no_more_is_matched_than_was_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
