/* SPDX-License-Identifier: BSD-2-Clause */
/* The store of decisions and the table of ports, against arrays. */
#include "dpif/dpif_internal.h"

#include "base/alloc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static uint64_t seed = 521288629123456789u;

static uint32_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

static struct dpif_decision decision_of(uint32_t kind)
{
	struct dpif_decision d = { .place = kind & 1 ? DPIF_PLACE_KERNEL : DPIF_PLACE_TC,
				   .error = -EOPNOTSUPP,
				   .layer = "offload",
				   .function = "test_key_and_mask",
				   .has_culprit = kind % 3 == 0,
				   .culprit_index = kind % 3 ? 0 : kind };

	snprintf(d.words, sizeof d.words, "reason %u", kind);
	return d;
}

static void the_store_agrees_with_an_array(void **state)
{
	uint32_t kinds[256] = { 0 }; /* 0: nothing is stored */
	struct dpif_decisions s;

	dpif_decisions_init(&s);
	for (int i = 0; i < 50000; i++) {
		const uint8_t x = (uint8_t)rnd();
		const struct ufid ufid = { { x } };
		struct dpif_decision d, want;

		assert_int_equal(dpif_decisions_find(&s, &ufid, &d), !!kinds[x]);
		if (kinds[x]) {
			want = decision_of(kinds[x]);
			assert_memory_equal(&d, &want, sizeof d);
			assert_int_equal(dpif_decisions_place(&s, &ufid), want.place);
		}
		kinds[x] = rnd() % 10;
		if (kinds[x]) {
			d = decision_of(kinds[x]);
			assert_int_equal(dpif_decisions_put(&s, &ufid, &d), 0);
		} else {
			dpif_decisions_del(&s, &ufid);
		}
		assert_true(htable_count(&s.reasons) <= 9);
	}
	for (int x = 0; x < 256; x++)
		dpif_decisions_del(&s, &(struct ufid){ { (uint8_t)x } });
	assert_int_equal(htable_count(&s.reasons), 0);
	dpif_decisions_fini(&s);
}

static void a_flow_in_hardware_is_not_stored(void **state)
{
	const struct dpif_decision hw = { .place = DPIF_PLACE_HW };
	struct dpif_decision d = decision_of(1);
	const struct ufid ufid = { { 1 } };
	struct dpif_decisions s;

	dpif_decisions_init(&s);
	assert_int_equal(dpif_decisions_put(&s, &ufid, &d), 0);
	assert_int_equal(dpif_decisions_put(&s, &ufid, &hw), 0);
	assert_false(dpif_decisions_find(&s, &ufid, &d));
	assert_int_equal(htable_count(&s.flows), 0);
	dpif_decisions_fini(&s);
}

static void without_memory_nothing_is_stored_and_nothing_leaks(void **state)
{
	for (unsigned long nth = 1;; nth++) {
		struct dpif_decision d = decision_of(1);
		const struct ufid ufid = { { 1 } };
		struct dpif_decisions s;
		int err;

		dpif_decisions_init(&s);
		mem_fail_nth(nth);
		err = dpif_decisions_put(&s, &ufid, &d);
		mem_fail_nth(0);
		assert_int_equal(!err, dpif_decisions_find(&s, &ufid, &d));
		assert_int_equal(htable_count(&s.reasons), err ? 0 : 1);
		dpif_decisions_fini(&s);
		if (!err)
			break;
	}
}

/* Words of kernels, and the layer that they are ascribed to; NULL: to none. */
static const struct {
	const char *words, *layer;
} inferences[] = {
	{ "mlx5_core: Unsupported key", "nic/driver" },
	{ "TC offload is disabled on net device", "nic/driver" },
	{ "Driver supports only offload of chain 0", "nic/driver" },
	{ "something else", NULL },
};

static void words_tell_the_layer(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(inferences); i++) {
		const char *layer = NULL, *function = NULL;

		assert_int_equal(dpif_infer(inferences[i].words, &layer, &function),
				 !!inferences[i].layer);
		if (layer)
			assert_string_equal(layer, inferences[i].layer);
	}
}

static void what_was_observed_comes_before_what_the_words_say(void **state)
{
	struct dpif_decision d = { .place = DPIF_PLACE_TC };
	struct offload_put put = { .warning = "mlx5_core: no" };
	struct trace t;
	struct diag none;

	diag_init(&none);
	trace_init(&t);
	dpif_decision_explain(&d, &t, 0, &none, &put);
	assert_true(d.inferred);
	assert_string_equal(d.words, "mlx5_core: no");
	trace_refuse_(&t, "nic/driver", "parse_cls_flower", -EOPNOTSUPP, "ip_tos", "no such match");
	dpif_decision_explain(&d, &t, 0, &none, &put);
	assert_false(d.inferred);
	assert_string_equal(d.function, "parse_cls_flower");
	assert_string_equal(d.field, "ip_tos");
	trace_fini(&t);
}

static void ports_are_found_by_number_and_by_name(void **state)
{
	struct dpif_port_table t;
	uint32_t number;

	dpif_port_table_init(&t);
	for (uint32_t i = 0; i < 300; i++) {
		struct dpif_port p = { .number = i * 7 };

		snprintf(p.name, sizeof p.name, "eth%u", i);
		assert_int_equal(dpif_port_table_add(&t, &p), 0);
		assert_int_equal(dpif_port_table_add(&t, &p), -EEXIST);
	}
	assert_true(t.names.number(t.names.aux, "eth299,", 6, &number));
	assert_int_equal(number, 299 * 7);
	assert_false(t.names.number(t.names.aux, "eth2", 3, &number));
	assert_string_equal(t.names.name(t.names.aux, 14), "eth2");
	assert_null(t.names.name(t.names.aux, 15));
	assert_true(dpif_port_table_del(&t, 14));
	assert_false(dpif_port_table_del(&t, 14));
	assert_false(t.names.number(t.names.aux, "eth2", 4, &number));
	dpif_port_table_fini(&t);
}

static void what_may_pass_is_told_from_what_stays(void **state)
{
	static const struct {
		struct dpif_decision d;
		bool is_transient;
	} cases[] = {
		{ { .error = 0 }, false },
		{ { .error = -EINVAL, .layer = "nic/cmd", .words = "bad parameter" }, true },
		{ { .error = -ENOSPC, .layer = "nic/steering", .words = "" }, true },
		{ { .error = -EOPNOTSUPP, .layer = "offload", .words = "not supported" }, false },
		{ { .error = -EINVAL, .layer = "nic/driver", .words = "mlx5_core: Only UDP" },
		  false },
		{ { .error = -EOPNOTSUPP,
		    .layer = "nic/driver",
		    .words = "TC offload is disabled on net device" },
		  true },
		{ { .error = -EOPNOTSUPP,
		    .layer = "offload",
		    .words = "port 7 is not known to the flow API" },
		  true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(dpif_decision_is_transient(&cases[i].d), cases[i].is_transient);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_pass_is_told_from_what_stays),
		cmocka_unit_test(the_store_agrees_with_an_array),
		cmocka_unit_test(a_flow_in_hardware_is_not_stored),
		cmocka_unit_test(without_memory_nothing_is_stored_and_nothing_leaks),
		cmocka_unit_test(words_tell_the_layer),
		cmocka_unit_test(what_was_observed_comes_before_what_the_words_say),
		cmocka_unit_test(ports_are_found_by_number_and_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
