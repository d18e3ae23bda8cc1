/* SPDX-License-Identifier: BSD-2-Clause */
/* The registry of providers, the ports bound to them, and flows through the dummy provider. */
#include "offload/offload-provider.h"

#include "base/alloc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int accept_any(struct offload *o, struct offload_port *port, struct diag *d)
{
	return 0;
}

static int accept_none(struct offload *o, struct offload_port *port, struct diag *d)
{
	return diag_set(d, -ENODEV, "never");
}

static const struct netdev_flow_api invalid = { .type = "invalid" };
static const struct netdev_flow_api first = { .type = "first", .init_flow_api = accept_any };
static const struct netdev_flow_api second = { .type = "second", .init_flow_api = accept_any };
static const struct netdev_flow_api never = { .type = "never", .init_flow_api = accept_none };

static struct offload *new_offload(void)
{
	struct offload *o;

	assert_int_equal(offload_new(&o, NULL, NULL, NULL), 0);
	return o;
}

static void a_provider_registers_once_and_leaves_when_unused(void **state)
{
	struct offload *o = new_offload();
	struct diag d;

	diag_init(&d);
	assert_int_equal(netdev_register_flow_api_provider(o, &invalid, &d), -EINVAL);
	assert_non_null(strstr(d.words, "invalid flow api provider"));
	assert_int_equal(netdev_unregister_flow_api_provider(o, "invalid", NULL), -EAFNOSUPPORT);
	assert_int_equal(netdev_register_flow_api_provider(o, &first, NULL), 0);
	assert_int_equal(netdev_register_flow_api_provider(o, &first, NULL), -EEXIST);
	assert_int_equal(netdev_ports_insert(o, 1, "eth1", "system", 3, NULL), 0);
	assert_int_equal(netdev_unregister_flow_api_provider(o, "first", NULL), -EBUSY);
	assert_int_equal(netdev_ports_remove(o, 1, NULL), 0);
	assert_int_equal(netdev_unregister_flow_api_provider(o, "first", NULL), 0);
	assert_int_equal(netdev_unregister_flow_api_provider(o, "first", NULL), -EAFNOSUPPORT);
	offload_free(o);
}

static void a_port_is_bound_to_the_first_provider_that_accepts_it(void **state)
{
	struct offload *o = new_offload();

	assert_int_equal(netdev_register_flow_api_provider(o, &never, NULL), 0);
	assert_int_equal(netdev_register_flow_api_provider(o, &second, NULL), 0);
	assert_int_equal(netdev_register_flow_api_provider(o, &first, NULL), 0);
	assert_int_equal(netdev_ports_insert(o, 7, "eth1", "system", 3, NULL), 0);
	assert_ptr_equal(netdev_ports_get(o, 7)->api, &second);
	assert_ptr_equal(netdev_ports_get_by_ifindex(o, 3), netdev_ports_get(o, 7));
	assert_int_equal(netdev_ports_insert(o, 7, "eth2", "system", 4, NULL), -EEXIST);
	assert_int_equal(netdev_ports_insert(o, 8, "eth2", "system", 3, NULL), -EEXIST);
	assert_null(netdev_ports_get(o, 8));
	assert_int_equal(netdev_ports_remove(o, 8, NULL), -ENOENT);
	offload_free(o);
}

static int put_text(struct offload *o, const char *flow, struct ufid *ufid, bool modify,
		    struct offload_put *out, struct diag *d)
{
	struct flow_actions actions;
	struct flow_match m;
	int err;

	flow_actions_init(&actions);
	assert_int_equal(flow_match_parse(&m, NULL, NULL, NULL, flow, strlen(flow), NULL, NULL), 0);
	assert_int_equal(flow_actions_parse(&actions, "2", 1, NULL, NULL), 0);
	*ufid = flow_match_ufid(&m);
	*out = (struct offload_put){
		.match = &m, .actions = &actions, .ufid = *ufid, .modify = modify
	};
	err = netdev_flow_put(o, netdev_ports_get(o, 1), out, d);
	flow_actions_fini(&actions);
	return err;
}

#define FLOW "recirc_id(0),in_port(1),eth_type(0x0800)"

static void a_port_without_a_provider_says_why(void **state)
{
	struct offload *o = new_offload();
	struct offload_put put;
	struct ufid ufid;
	struct diag d;

	diag_init(&d);
	assert_int_equal(netdev_register_flow_api_provider(o, &never, NULL), 0);
	assert_int_equal(netdev_ports_insert(o, 1, "eth1", "system", 3, NULL), 0);
	assert_null(netdev_ports_get(o, 1)->api);
	assert_int_equal(put_text(o, FLOW, &ufid, false, &put, &d), -EOPNOTSUPP);
	assert_non_null(strstr(d.words, "never: never"));
	assert_string_equal(d.field, "in_port");
	assert_true(put.has_culprit);
	offload_free(o);
}

static void ports_wait_for_hw_offload_to_be_turned_on(void **state)
{
	struct offload *o = new_offload();
	struct offload_put put;
	struct ufid ufid;

	assert_int_equal(netdev_register_flow_api_provider(o, &netdev_offload_dummy, NULL), 0);
	offload_config(o)->enabled = false;
	assert_int_equal(netdev_ports_insert(o, 1, "eth1", "system", 3, NULL), 0);
	assert_int_equal(put_text(o, FLOW, &ufid, false, &put, NULL), -EOPNOTSUPP);
	offload_config(o)->enabled = true;
	assert_int_equal(put_text(o, FLOW, &ufid, false, &put, NULL), 0);
	offload_free(o);
}

static enum walk count(void *aux, const struct offload_flow *flow)
{
	++*(int *)aux;
	return WALK_ON;
}

static void the_dummy_keeps_flows(void **state)
{
	struct offload *o = new_offload();
	struct offload_flow read = { 0 };
	struct offload_put put;
	struct ufid ufid;
	int n = 0;

	assert_int_equal(netdev_register_flow_api_provider(o, &netdev_offload_dummy, NULL), 0);
	assert_int_equal(netdev_ports_insert(o, 1, "eth1", "system", 3, NULL), 0);
	assert_int_equal(put_text(o, FLOW, &ufid, false, &put, NULL), 0);
	assert_true(put.in_hw);
	assert_int_equal(put_text(o, FLOW, &ufid, false, &put, NULL), -EEXIST);
	assert_int_equal(put_text(o, FLOW, &ufid, true, &put, NULL), 0);
	assert_true(put.replaced);
	assert_int_equal(netdev_ports_flow_count(o), 1);
	assert_int_equal(netdev_ports_flow_dump(o, false, count, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(netdev_flow_get(o, &ufid, &read, NULL), 0);
	assert_int_equal(read.actions.n, 1);
	flow_actions_fini(&read.actions);
	assert_int_equal(netdev_flow_del(o, &ufid, NULL, NULL), 0);
	assert_int_equal(netdev_flow_del(o, &ufid, NULL, NULL), -ENOENT);
	assert_int_equal(put_text(o, FLOW, &ufid, false, &put, NULL), 0);
	assert_int_equal(netdev_ports_flow_flush(o, NULL), 0);
	assert_int_equal(netdev_ports_flow_count(o), 0);
	assert_int_equal(put_text(o, "recirc_id(0),in_port(1),eth_type(0x86dd),ipv6(label=0x1)",
				  &ufid, false, &put, NULL),
			 -EOPNOTSUPP);
	assert_int_equal(put.culprit.index, FLOW_IPV6_LABEL);
	offload_free(o);
}

static void every_failed_allocation_leaves_things_as_they_were(void **state)
{
	for (unsigned long nth = 1;; nth++) {
		struct offload *o = NULL;
		int err;

		mem_fail_nth(nth);
		err = offload_new(&o, NULL, NULL, NULL);
		if (!err)
			err = netdev_register_flow_api_provider(o, &netdev_offload_tc, NULL);
		if (!err)
			err = netdev_register_flow_api_provider(o, &netdev_offload_dummy, NULL);
		if (!err)
			err = netdev_ports_insert(o, 1, "eth1", "system", 3, NULL);
		mem_fail_nth(0);
		if (err)
			assert_int_equal(err, -ENOMEM);
		if (err && o)
			assert_null(netdev_ports_get(o, 1));
		offload_free(o);
		if (!err)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_provider_registers_once_and_leaves_when_unused),
		cmocka_unit_test(a_port_is_bound_to_the_first_provider_that_accepts_it),
		cmocka_unit_test(a_port_without_a_provider_says_why),
		cmocka_unit_test(ports_wait_for_hw_offload_to_be_turned_on),
		cmocka_unit_test(the_dummy_keeps_flows),
		cmocka_unit_test(every_failed_allocation_leaves_things_as_they_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
