/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/hash.h"
#include "base/htable.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define N_KEYS 2000

/* The stupid table: presence by index. Items are the addresses of their elements. */
struct model {
	struct htable t;
	bool present[N_KEYS];
	unsigned int hash_bits; /* few bits: many collisions */
};

static uint32_t hash_of(const struct model *m, size_t i)
{
	return (uint32_t)(hash_u64(i) & ((1u << m->hash_bits) - 1));
}

static bool is_same(const void *item, const void *key)
{
	return item == key;
}

static void check_all(struct model *m)
{
	size_t pos = 0, n = 0, found = 0;

	for (size_t i = 0; i < N_KEYS; i++) {
		bool *item = &m->present[i];

		n += *item;
		assert_ptr_equal(htable_find(&m->t, hash_of(m, i), is_same, item),
				 *item ? item : NULL);
	}
	assert_int_equal(htable_count(&m->t), n);
	for (bool *item; (item = htable_next(&m->t, &pos));) {
		assert_true(*item);
		found++;
	}
	assert_int_equal(found, n);
}

static void it_agrees_with_an_array_under_random_changes(void **state)
{
	static const unsigned int bits[] = { 1, 4, 8, 31 };

	for (size_t b = 0; b < ARRAY_SIZE(bits); b++) {
		struct model m = { .hash_bits = bits[b] };

		htable_init(&m.t);
		srandom(1);
		for (size_t step = 0; step < (bits[b] < 8 ? 6000u : 60000u); step++) {
			size_t i = (size_t)random() % N_KEYS;
			bool *item = &m.present[i];

			if (*item)
				assert_true(htable_del(&m.t, hash_of(&m, i), item));
			else
				assert_int_equal(htable_add(&m.t, hash_of(&m, i), item), 0);
			*item = !*item;
			if (step % 3000 == 0)
				check_all(&m);
		}
		check_all(&m);
		htable_fini(&m.t);
	}
}

/* While a run is moved, after it, and where runs go around the end: always in one of the halves. */
static void every_item_is_found_at_each_moment_of_a_growth(void **state)
{
	static const unsigned int bits[] = { 1, 5, 9, 31 };

	for (size_t b = 0; b < ARRAY_SIZE(bits); b++) {
		struct model m = { .hash_bits = bits[b] };

		htable_init(&m.t);
		srandom(2);
		for (size_t i = 0; i < 400; i++) {
			size_t gone = (size_t)random() % 400;

			assert_int_equal(htable_add(&m.t, hash_of(&m, i), &m.present[i]), 0);
			m.present[i] = true;
			if (i % 4 == 0 && m.present[gone]) {
				assert_true(htable_del(&m.t, hash_of(&m, gone), &m.present[gone]));
				m.present[gone] = false;
			}
			check_all(&m);
		}
		htable_fini(&m.t);
	}
}

#define N_MANY 60000

static void a_table_of_many_items_is_made_of_pages(void **state)
{
	char *items = mem_new(N_MANY);
	struct htable t;

	assert_non_null(items);
	htable_init(&t);
	for (size_t i = 0; i < N_MANY; i++) {
		assert_int_equal(htable_add(&t, (uint32_t)hash_u64(i), items + i), 0);
		if (i % 3 == 2)
			assert_true(htable_del(&t, (uint32_t)hash_u64(i - 1), items + i - 1));
	}
	for (size_t i = 0; i < N_MANY; i++)
		assert_ptr_equal(htable_find(&t, (uint32_t)hash_u64(i), is_same, items + i),
				 i % 3 == 1 ? NULL : items + i);
	assert_int_equal(htable_count(&t), N_MANY / 3 * 2);
	assert_true(htable_size(&t) < N_MANY * 40);
	htable_fini(&t);
	mem_free(items);
}

static void every_item_can_be_deleted_while_it_is_iterated(void **state)
{
	struct model m = { .hash_bits = 1 };

	/* Runs of all lengths, some of which go around the end of the table. */
	for (; m.hash_bits <= 31; m.hash_bits += 5) {
		size_t pos = 0, n = 0;

		htable_init(&m.t);
		for (size_t i = 0; i < N_KEYS; i++)
			assert_int_equal(htable_add(&m.t, hash_of(&m, i), &m.present[i]), 0);
		htable_settle(&m.t);
		for (bool *item; (item = htable_next(&m.t, &pos)); n++)
			assert_true(
				htable_del(&m.t, hash_of(&m, (size_t)(item - m.present)), item));
		assert_int_equal(n, N_KEYS);
		assert_int_equal(htable_count(&m.t), 0);
		htable_fini(&m.t);
	}
}

static void a_failed_growth_changes_nothing(void **state)
{
	struct model m = { .hash_bits = 31 };

	htable_init(&m.t);
	for (size_t i = 0; i < N_KEYS; i++) {
		int err;

		mem_fail_nth(1);
		err = htable_add(&m.t, hash_of(&m, i), &m.present[i]);
		if (mem_fail_happened()) {
			assert_int_equal(err, -ENOMEM);
			check_all(&m);
			mem_fail_nth(0);
			err = htable_add(&m.t, hash_of(&m, i), &m.present[i]);
		}
		mem_fail_nth(0);
		assert_int_equal(err, 0);
		m.present[i] = true;
	}
	check_all(&m);
	htable_fini(&m.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_agrees_with_an_array_under_random_changes),
		cmocka_unit_test(every_item_is_found_at_each_moment_of_a_growth),
		cmocka_unit_test(a_table_of_many_items_is_made_of_pages),
		cmocka_unit_test(every_item_can_be_deleted_while_it_is_iterated),
		cmocka_unit_test(a_failed_growth_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
