/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every way in which a put can run out of something: the n-th allocation fails, the n-th command to
 * the device fails. The put says so or finds another place, nothing leaks (the sanitizer looks),
 * the machine is as before, and the next put works.
 */
#include "base/alloc.h"
#include "kernel/sched/sched.h"
#include "nic/cmd/cmd-fault.h"
#include "tests/machine.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char flow[] =
	"in_port(pf0vf0),eth_type(0x0800),ipv4(dst=10.0.0.2,proto=6,frag=no),tcp(dst=80)";
static const char actions[] = "set(eth(dst=02:00:00:00:00:99)),push_vlan(vid=100,pcp=0),pf0vf1,p0";

/* What must be as before after a put that failed. */
struct state {
	size_t n_filters, n_actions, n_entries, n_modify_headers;
	size_t n_flows;
};

static enum walk count_flow(void *aux, const struct dpif_flow *f)
{
	++*(size_t *)aux;
	return WALK_ON;
}

static struct state take_state(struct machine *m)
{
	struct state s = { 0 };
	struct sched_stats sched;
	struct nic_counts nic;

	sched_get_stats(host_kernel(m->host), &sched);
	nic_device_counts(host_device(m->host), &nic);
	s.n_filters = sched.n_filters;
	s.n_actions = sched.n_actions;
	s.n_entries = nic.n_entries;
	s.n_modify_headers = nic.n_modify_headers;
	assert_int_equal(dpif_flow_dump(host_dpif(m->host), count_flow, &s.n_flows, &m->diag), 0);
	return s;
}

/* Tables for a chain and a priority may stay when the put that wanted them failed; entries of flows
 * may not. */
static void assert_as_before(const struct state *before, const struct state *now)
{
	assert_int_equal(now->n_flows, before->n_flows);
	assert_int_equal(now->n_filters, before->n_filters);
	assert_int_equal(now->n_actions, before->n_actions);
	assert_int_equal(now->n_modify_headers, before->n_modify_headers);
	assert_true(now->n_entries <= before->n_entries + 2); /* miss entries of such tables */
}

static void delete_it(struct machine *m)
{
	const char *const argv[] = { "del-flow", flow };

	if (machine_dpctl(m, 2, argv))
		fail_msg("%s", m->diag.words);
}

static void every_failing_allocation_is_survived(void **state)
{
	unsigned long n = 1, n_errors = 0;

	for (;; n++) {
		struct state before, after;
		struct machine m;
		bool happened;
		int err;

		machine_init(&m, NULL);
		before = take_state(&m);
		mem_fail_nth(n);
		err = machine_add_flow(&m, flow, actions);
		happened = mem_fail_happened();
		mem_fail_nth(0);
		after = take_state(&m);
		if (err) {
			n_errors++;
			assert_true(m.diag.error && m.diag.words[0]);
			assert_as_before(&before, &after);
		} else {
			assert_int_equal(after.n_flows, before.n_flows + 1);
			delete_it(&m);
		}
		if (machine_add_flow(&m, flow, actions))
			fail_msg("after allocation %lu failed: %s", n, m.diag.words);
		assert_int_equal(m.dpctl.decision.place, DPIF_PLACE_HW);
		machine_fini(&m);
		if (!happened)
			break;
	}
	print_message("# %lu allocations, %lu of them fatal to the put\n", n - 1, n_errors);
	assert_true(n > 5);
}

static void every_failing_allocation_of_the_setup_is_survived(void **state)
{
	static const struct host_params params;
	unsigned long n;

	for (n = 1;; n++) {
		struct host *h = NULL;
		struct diag d;
		int err;

		diag_init(&d);
		mem_fail_nth(n);
		err = host_new(&h, &params, &d);
		if (!mem_fail_happened()) {
			mem_fail_nth(0);
			assert_int_equal(err, 0);
			host_free(h);
			break;
		}
		mem_fail_nth(0);
		if (err)
			assert_null(h);
		else
			host_free(h); /* what failed could be done without */
	}
	print_message("# %lu allocations\n", n - 1);
	assert_true(n > 20);
}

static void every_failing_command_costs_the_flow_its_place_and_nothing_else(void **state)
{
	static const struct {
		uint8_t status;
		int error;
	} ways[] = {
		{ MLX5_CMD_STAT_LIM_ERR, -ENOMEM },
		{ MLX5_CMD_STAT_BAD_PARAM_ERR, -EINVAL },
		{ MLX5_CMD_STAT_INT_ERR, -EIO },
		{ 0, -EIO }, /* not delivered */
	};

	for (size_t w = 0; w < ARRAY_SIZE(ways); w++) {
		unsigned long n;

		for (n = 1;; n++) {
			struct mlx5_cmd_fault *fault;
			struct state before, after;
			struct machine m;
			bool happened;

			machine_init(&m, NULL);
			fault = host_cmd_fault(m.host);
			before = take_state(&m);
			cmd_fault_arm(fault, n, 0, ways[w].status, 0x1234);
			if (machine_add_flow(&m, flow, actions))
				fail_msg("command %lu: %s", n, m.diag.words);
			happened = fault->happened;
			cmd_fault_arm(fault, 0, 0, 0, 0);
			if (happened) {
				assert_int_equal(m.dpctl.decision.place, DPIF_PLACE_TC);
				assert_int_equal(m.dpctl.decision.error, ways[w].error);
				assert_string_equal(m.dpctl.decision.layer, "nic/cmd");
				assert_true(m.dpctl.decision.words[0]);
			}
			delete_it(&m);
			after = take_state(&m);
			assert_as_before(&before, &after);
			assert_int_equal(machine_add_flow(&m, flow, actions), 0);
			assert_int_equal(m.dpctl.decision.place, DPIF_PLACE_HW);
			machine_fini(&m);
			if (!happened)
				break;
		}
		assert_true(n > 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_failing_allocation_is_survived),
		cmocka_unit_test(every_failing_allocation_of_the_setup_is_survived),
		cmocka_unit_test(every_failing_command_costs_the_flow_its_place_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
