/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of stations: moves, ages, the limit, and who can know of a change. */
#include "vswitch/mac_learning.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct mac_address mac(unsigned int n)
{
	return (struct mac_address){ { 2, 0, 0, 0, (uint8_t)(n >> 8), (uint8_t)n } };
}

static void stations_are_learned_and_move(void **state)
{
	struct mac_dependency absent, here;
	struct mac_learning ml;

	mac_learning_init(&ml);
	absent = mac_learning_depend(&ml, mac(1), 10);
	assert_null(mac_learning_find(&ml, mac(1), 10, 0));
	assert_int_equal(mac_learning_learn(&ml, mac(1), 10, 5, 0), MAC_NEW);
	assert_false(mac_learning_is_valid(&ml, &absent));
	assert_int_equal(mac_learning_find(&ml, mac(1), 10, 0)->port, 5);
	assert_null(mac_learning_find(&ml, mac(1), 11, 0)); /* another VLAN */
	here = mac_learning_depend(&ml, mac(1), 10);
	assert_int_equal(mac_learning_learn(&ml, mac(1), 10, 5, 1), MAC_SAME);
	assert_true(mac_learning_is_valid(&ml, &here));
	assert_int_equal(mac_learning_learn(&ml, mac(1), 10, 6, 1), MAC_MOVED);
	assert_false(mac_learning_is_valid(&ml, &here));
	assert_int_equal(mac_learning_learn(&ml, mac(1), 11, 5, 1), MAC_NEW);
	assert_int_equal(mac_learning_flush_port(&ml, 6), 1);
	assert_int_equal(mac_learning_flush(&ml), 1);
	mac_learning_fini(&ml);
}

static void group_addresses_and_nobody_are_not_learned(void **state)
{
	struct mac_learning ml;

	mac_learning_init(&ml);
	assert_int_equal(mac_learning_learn(&ml, (struct mac_address){ { 1 } }, 0, 1, 0), MAC_SAME);
	assert_int_equal(mac_learning_learn(&ml, (struct mac_address){ { 0 } }, 0, 1, 0), MAC_SAME);
	assert_int_equal(htable_count(&ml.entries), 0);
	mac_learning_fini(&ml);
}

static void a_station_that_is_not_seen_is_forgotten(void **state)
{
	const uint64_t age = MAC_LEARNING_AGEING_S * NSEC_PER_SEC;
	struct mac_dependency d;
	struct mac_learning ml;

	mac_learning_init(&ml);
	assert_int_equal(mac_learning_learn(&ml, mac(1), 0, 1, 0), MAC_NEW);
	assert_int_equal(mac_learning_learn(&ml, mac(2), 0, 1, age / 2), MAC_NEW);
	d = mac_learning_depend(&ml, mac(1), 0);
	assert_non_null(mac_learning_find(&ml, mac(1), 0, age - 1));
	assert_null(mac_learning_find(&ml, mac(1), 0, age));
	assert_int_equal(mac_learning_expire(&ml, age), 1);
	assert_false(mac_learning_is_valid(&ml, &d));
	assert_int_equal(mac_learning_learn(&ml, mac(2), 0, 1, age), MAC_SAME);
	assert_int_equal(mac_learning_expire(&ml, 2 * age - 1), 0);
	/* Seen again after its time, before anybody looked: as new. */
	assert_int_equal(mac_learning_learn(&ml, mac(2), 0, 2, 3 * age), MAC_NEW);
	mac_learning_fini(&ml);
}

static void a_full_table_forgets_who_was_not_seen_for_the_longest_time(void **state)
{
	struct mac_learning ml;
	struct text t;

	text_init(&t);
	mac_learning_init(&ml);
	mac_learning_limit(&ml, 3, NSEC_PER_SEC);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(mac_learning_learn(&ml, mac(i), 0, i, i), MAC_NEW);
	assert_int_equal(mac_learning_learn(&ml, mac(0), 0, 0, 3), MAC_SAME);
	assert_int_equal(mac_learning_learn(&ml, mac(9), 7, 9, 4), MAC_NEW);
	assert_null(mac_learning_find(&ml, mac(1), 0, 4));
	assert_non_null(mac_learning_find(&ml, mac(0), 0, 4));
	mac_learning_limit(&ml, 1, NSEC_PER_SEC);
	mac_learning_format(&t, &ml, 4);
	assert_string_equal(t.s, " port  VLAN  MAC                Age\n"
				 "    9     7  02:00:00:00:00:09    0\n");
	text_fini(&t);
	mac_learning_fini(&ml);
}

static void unrelated_changes_rarely_look_related(void **state)
{
	struct mac_dependency d[1000];
	struct mac_learning ml;
	size_t n = 0;

	mac_learning_init(&ml);
	for (unsigned int i = 0; i < 1000; i++)
		d[i] = mac_learning_depend(&ml, mac(i), 5);
	assert_int_equal(mac_learning_learn(&ml, mac(1234), 5, 1, 0), MAC_NEW);
	for (unsigned int i = 0; i < 1000; i++)
		n += !mac_learning_is_valid(&ml, &d[i]);
	assert_in_range(n, 0, 8);
	mac_learning_fini(&ml);
}

static void no_memory_leaves_the_table_as_it_was(void **state)
{
	for (unsigned long n = 1; n < 3; n++) {
		struct mac_learning ml;

		mac_learning_init(&ml);
		mem_fail_nth(n);
		assert_int_equal(mac_learning_learn(&ml, mac(1), 0, 1, 0), -ENOMEM);
		mem_fail_nth(0);
		assert_null(mac_learning_find(&ml, mac(1), 0, 0));
		assert_int_equal(mac_learning_learn(&ml, mac(1), 0, 1, 0), MAC_NEW);
		mac_learning_fini(&ml);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stations_are_learned_and_move),
		cmocka_unit_test(group_addresses_and_nobody_are_not_learned),
		cmocka_unit_test(a_station_that_is_not_seen_is_forgotten),
		cmocka_unit_test(a_full_table_forgets_who_was_not_seen_for_the_longest_time),
		cmocka_unit_test(unrelated_changes_rarely_look_related),
		cmocka_unit_test(no_memory_leaves_the_table_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
