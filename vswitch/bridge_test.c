/* SPDX-License-Identifier: BSD-2-Clause */
/* Bridges: ports, VLANs, and which rules a command is about. */
#include "vswitch/bridge.h"

#include "base/alloc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int setup(void **state)
{
	struct bridge *b = NULL;
	struct diag d;

	diag_init(&d);
	assert_int_equal(bridge_new(&b, "br0", &d), 0);
	assert_int_equal(bridge_add_port(b, 1, "p1", &d), 0);
	assert_int_equal(bridge_add_port(b, 2, "p2", &d), 0);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	bridge_free(*state);
	return 0;
}

static void add(struct bridge *b, const char *s)
{
	struct diag d;

	diag_init(&d);
	if (bridge_add_rule_text(b, s, strlen(s), &d))
		fail_msg("%s: %s", s, d.words);
}

static size_t del(struct bridge *b, const char *s, bool strict)
{
	struct rule_query q;
	struct diag d;

	diag_init(&d);
	assert_int_equal(rule_query_parse(&q, s, strlen(s), &b->flow_ports, &d), 0);
	return bridge_del_rules(b, &q, strict);
}

static void expect_rules(struct bridge *b, const char *query, const char *want)
{
	struct rule_query q;
	struct text t;
	struct diag d;

	text_init(&t);
	diag_init(&d);
	assert_int_equal(rule_query_parse(&q, query, strlen(query), &b->flow_ports, &d), 0);
	assert_int_equal(bridge_format_rules(&t, b, &q), 0);
	assert_string_equal(t.s, want);
	text_fini(&t);
}

static void ports_have_one_number_and_one_name(void **state)
{
	char long_name[BRIDGE_PORT_NAME_MAX + 1];
	struct bridge *b = *state;
	struct diag d;

	memset(long_name, 'x', sizeof long_name - 1);
	long_name[sizeof long_name - 1] = '\0';
	diag_init(&d);
	assert_int_equal(bridge_add_port(b, 1, "p3", &d), -EEXIST);
	assert_int_equal(bridge_add_port(b, 3, "p1", &d), -EEXIST);
	assert_int_equal(bridge_add_port(b, 65535, "p3", &d), -EINVAL);
	assert_int_equal(bridge_add_port(b, 3, "", &d), -EINVAL);
	assert_int_equal(bridge_add_port(b, 3, "a\"b", &d), -EINVAL);
	assert_int_equal(bridge_add_port(b, 3, long_name, &d), -EINVAL);
	assert_int_equal(bridge_del_port(b, 3, &d), -ENOENT);
	assert_int_equal(bridge_find_port_name(b, "p2", 2)->number, 2);
	assert_int_equal(mac_learning_learn(&b->fdb, (struct mac_address){ { 2 } }, 0, 2, 0),
			 MAC_NEW);
	assert_int_equal(bridge_del_port(b, 2, &d), 0);
	assert_int_equal(htable_count(&b->fdb.entries), 0);
	assert_null(bridge_find_port(b, 2));
}

static void vlans_of_a_port_are_checked_and_shown(void **state)
{
	const uint16_t trunks[] = { 5, 6 }, bad[] = { 4096 };
	struct bridge *b = *state;
	struct text t;
	struct diag d;

	diag_init(&d);
	text_init(&t);
	assert_int_equal(bridge_set_vlan(b, 9, BRIDGE_VLAN_ACCESS, 5, NULL, 0, &d), -ENOENT);
	assert_int_equal(bridge_set_vlan(b, 1, BRIDGE_VLAN_ACCESS, 4096, NULL, 0, &d), -EINVAL);
	assert_int_equal(bridge_set_vlan(b, 1, BRIDGE_VLAN_ACCESS, 5, trunks, 2, &d), -EINVAL);
	assert_int_equal(bridge_set_vlan(b, 1, BRIDGE_VLAN_TRUNK, 0, bad, 1, &d), -EINVAL);
	assert_int_equal(bridge_set_vlan(b, 1, BRIDGE_VLAN_ACCESS, 5, NULL, 0, &d), 0);
	assert_int_equal(bridge_set_vlan(b, 2, BRIDGE_VLAN_NATIVE_UNTAGGED, 7, trunks, 2, &d), 0);
	assert_true(bridge_port_has_vlan(bridge_find_port(b, 1), 5));
	assert_false(bridge_port_has_vlan(bridge_find_port(b, 1), 0));
	assert_true(bridge_port_has_vlan(bridge_find_port(b, 2), 7));
	assert_false(bridge_port_has_vlan(bridge_find_port(b, 2), 8));
	bridge_format(&t, b);
	assert_string_equal(t.s, "Bridge br0\n"
				 "    Port p1\n        number: 1\n        tag: 5\n"
				 "        vlan_mode: access\n"
				 "    Port p2\n        number: 2\n        tag: 7\n"
				 "        vlan_mode: native-untagged\n        trunks: [5, 6]\n");
	text_fini(&t);
}

static void rules_are_deleted_loosely_strictly_and_by_cookie(void **state)
{
	struct bridge *b = *state;
	uint64_t before = b->sequence;

	add(b, "cookie=1,priority=9,tcp,nw_dst=10.0.0.1,tp_dst=80 actions=p2");
	add(b, "cookie=2,priority=8,tcp,nw_dst=10.0.0.0/8 actions=p2");
	add(b, "cookie=0x11,table=1,ip actions=drop");
	add(b, "cookie=4,in_port=p1 actions=NORMAL");
	add(b, "cookie=5,in_port=p1 actions=IN_PORT"); /* instead of the last one */
	assert_true(b->sequence > before);
	assert_int_equal(b->n_rules, 4);
	expect_rules(b, "",
		     " cookie=0x5, in_port=p1 actions=IN_PORT\n"
		     " cookie=0x1, priority=9,tcp,nw_dst=10.0.0.1,tp_dst=80 actions=output:p2\n"
		     " cookie=0x2, priority=8,tcp,nw_dst=10.0.0.0/8 actions=output:p2\n"
		     " cookie=0x11, table=1, ip actions=drop\n");
	expect_rules(b, "tcp,nw_dst=10.0.0.0/16",
		     " cookie=0x1, priority=9,tcp,nw_dst=10.0.0.1,tp_dst=80 actions=output:p2\n");
	assert_int_equal(del(b, "priority=9,tcp,nw_dst=10.0.0.0/8", true), 0);
	assert_int_equal(del(b, "priority=8,tcp,nw_dst=10.0.0.0/8", true), 1);
	assert_int_equal(del(b, "cookie=1/0xf,table=1", false), 1);
	assert_int_equal(del(b, "ip", false), 1);
	before = b->sequence;
	assert_int_equal(del(b, "ip", false), 0);
	assert_int_equal(b->sequence, before);
	assert_int_equal(del(b, "", false), 1);
	assert_int_equal(b->n_rules, 0);
}

static void a_port_that_is_gone_is_as_if_there_was_none_but_keeps_its_name(void **state)
{
	struct bridge *b = *state;
	const struct bridge_port *p = bridge_find_port_name(b, "p1", 2);
	struct mac_address mac = { { 2, 0, 0, 0, 0, 1 } };
	uint64_t before = b->sequence;
	uint32_t number = p->number;
	struct text t;

	text_init(&t);
	assert_int_equal(mac_learning_learn(&b->fdb, mac, 0, number, 1), 1);
	bridge_set_port_gone(b, number, true);
	assert_true(b->sequence > before);
	assert_null(bridge_find_port(b, number));
	assert_null(mac_learning_find(&b->fdb, mac, 0, 1));
	assert_ptr_equal(bridge_find_port_name(b, "p1", 2), p);
	assert_int_equal(bridge_add_port(b, number, "other", NULL), -EEXIST);
	bridge_format(&t, b);
	assert_non_null(strstr(t.s, "No such device"));
	before = b->sequence;
	bridge_set_port_gone(b, number, true);
	assert_int_equal(b->sequence, before);
	bridge_set_port_gone(b, number, false);
	assert_ptr_equal(bridge_find_port(b, number), p);
	text_fini(&t);
}

static void statistics_are_printed_as_ovs_ofctl_prints_them(void **state)
{
	struct rule_query all = { .cookie = 0 };
	struct bridge *b = *state;
	struct rule *r;
	struct text t;

	text_init(&t);
	b->now_ns = 1000000000;
	add(b, "table=1,cookie=7,priority=5,ip actions=drop");
	assert_int_equal(bridge_format_rules_stats(&t, b, &all, 3500000000), 0);
	assert_string_equal(t.s, " cookie=0x7, duration=2.500s, table=1, n_packets=0, n_bytes=0, "
				 "idle_age=2, priority=5,ip actions=drop\n");
	r = list_entry(b->tables[1]->rules.next, struct rule, all);
	r->n_packets = 3;
	r->n_bytes = 180;
	r->used_ns = 3400000000;
	text_clear(&t);
	assert_int_equal(bridge_format_rules_stats(&t, b, &all, 3500000000), 0);
	assert_string_equal(t.s, " cookie=0x7, duration=2.500s, table=1, n_packets=3, n_bytes=180, "
				 "idle_age=0, priority=5,ip actions=drop\n");
	text_fini(&t);
}

static void no_memory_is_an_error(void **state)
{
	static const char text[] = "table=7,tcp,nw_dst=10.0.0.1,tp_dst=80 actions=p2";
	struct bridge *b = *state;
	unsigned long n = 0;
	bool failed;

	do {
		struct diag d;
		int err;

		diag_init(&d);
		mem_fail_nth(++n);
		err = bridge_add_rule_text(b, text, strlen(text), &d);
		failed = mem_fail_happened();
		mem_fail_nth(0);
		assert_int_equal(err, failed ? -ENOMEM : 0);
		assert_int_equal(b->n_rules, failed ? 0 : 1);
		assert_int_equal(del(b, "table=7", false), failed ? 0 : 1);
	} while (failed);
	assert_true(n > 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ports_have_one_number_and_one_name, setup,
						teardown),
		cmocka_unit_test_setup_teardown(vlans_of_a_port_are_checked_and_shown, setup,
						teardown),
		cmocka_unit_test_setup_teardown(rules_are_deleted_loosely_strictly_and_by_cookie,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_port_that_is_gone_is_as_if_there_was_none_but_keeps_its_name, setup,
			teardown),
		cmocka_unit_test_setup_teardown(statistics_are_printed_as_ovs_ofctl_prints_them,
						setup, teardown),
		cmocka_unit_test_setup_teardown(no_memory_is_an_error, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
