/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/idr.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SPACE 5000

static char items[SPACE]; /* their addresses are the pointers */

static void check_all(const struct idr *t, const bool *used)
{
	uint64_t id;
	uint32_t expect = 0;
	void *item;

	for (uint32_t i = 0; i < SPACE; i++)
		assert_ptr_equal(idr_find(t, i), used[i] ? &items[i] : NULL);
	idr_for_each (t, id, item) {
		while (!used[expect])
			expect++;
		assert_int_equal(id, expect);
		assert_ptr_equal(item, &items[expect]);
		expect++;
	}
	for (; expect < SPACE; expect++)
		assert_false(used[expect]);
}

static uint32_t lowest_free(const bool *used, uint32_t min)
{
	while (min < SPACE && used[min])
		min++;
	return min;
}

static void it_agrees_with_an_array_under_random_changes(void **state)
{
	bool used[SPACE] = { false };
	struct idr t;

	idr_init(&t);
	srandom(2);
	for (size_t step = 0; step < 40000; step++) {
		uint32_t i = (uint32_t)random() % SPACE, id;

		if (random() % 3 == 0) {
			assert_ptr_equal(idr_del(&t, i), used[i] ? &items[i] : NULL);
			used[i] = false;
		} else if (random() % 2) {
			assert_int_equal(idr_add_at(&t, i, &items[i]), used[i] ? -EEXIST : 0);
			used[i] = true;
		} else {
			uint32_t expect = lowest_free(used, i);

			if (expect == SPACE) {
				assert_int_equal(idr_add(&t, i, SPACE - 1, items, &id), -ENOSPC);
				continue;
			}
			assert_int_equal(idr_add(&t, i, SPACE - 1, &items[expect], &id), 0);
			assert_int_equal(id, expect);
			used[id] = true;
		}
		if (step % 4000 == 0)
			check_all(&t, used);
	}
	check_all(&t, used);
	idr_fini(&t);
}

/* As handles are: always from the same least number, or one of a few, while others are freed. */
static void the_lowest_free_number_is_found_from_the_same_minimum_again_and_again(void **state)
{
	static const uint32_t mins[] = { 1, 1, 1, 1, 1, 64, 300 };
	bool used[SPACE] = { false };
	struct idr t;

	idr_init(&t);
	srandom(3);
	for (size_t step = 0; step < 40000; step++) {
		uint32_t i = (uint32_t)random() % 1200, id;
		uint32_t min = mins[random() % (long)ARRAY_SIZE(mins)];
		uint32_t expect = lowest_free(used, min);

		switch (random() % 8) {
		case 0:
		case 1:
		case 2:
		case 3:
		case 4:
			assert_ptr_equal(idr_del(&t, i), used[i] ? &items[i] : NULL);
			used[i] = false;
			break;
		case 5:
			assert_int_equal(idr_add_at(&t, i, &items[i]), used[i] ? -EEXIST : 0);
			used[i] = true;
			break;
		default:
			assert_int_equal(idr_add(&t, min, SPACE - 1, &items[expect], &id), 0);
			assert_int_equal(id, expect);
			used[id] = true;
		}
	}
	check_all(&t, used);
	for (uint32_t i = 0; i < SPACE; i++)
		assert_ptr_equal(idr_del(&t, i), used[i] ? &items[i] : NULL);
	assert_null(t.root);
	idr_fini(&t);
}

static void the_ends_of_the_range_work(void **state)
{
	static const uint32_t ends[] = {
		0, 63, 64, 4095, 4096, 0x7fffffff, 0x80000000, 0xffffffff
	};
	struct idr t;
	uint32_t id = 0;

	idr_init(&t);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		assert_int_equal(idr_add_at(&t, ends[i], &items[i]), 0);
	assert_int_equal(idr_add(&t, 0xffffffff, 0xffffffff, items, &id), -ENOSPC);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		assert_ptr_equal(idr_next(&t, &id), &items[i]);
		assert_int_equal(id, ends[i]);
		id++;
	}
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		assert_ptr_equal(idr_del(&t, ends[i]), &items[i]);
	assert_null(t.root); /* nothing is kept of an empty tree */
	idr_fini(&t);
}

static void a_failed_allocation_changes_nothing(void **state)
{
	struct idr t;

	for (unsigned long n = 1;; n++) {
		idr_init(&t);
		assert_int_equal(idr_add_at(&t, 5, items), 0);
		mem_fail_nth(n);
		if (!idr_add_at(&t, 0xfffffff0, items)) {
			mem_fail_nth(0);
			idr_fini(&t);
			break;
		}
		mem_fail_nth(0);
		assert_ptr_equal(idr_find(&t, 5), items);
		assert_null(idr_find(&t, 0xfffffff0));
		assert_int_equal(t.n, 1);
		idr_fini(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_agrees_with_an_array_under_random_changes),
		cmocka_unit_test(
			the_lowest_free_number_is_found_from_the_same_minimum_again_and_again),
		cmocka_unit_test(the_ends_of_the_range_work),
		cmocka_unit_test(a_failed_allocation_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
