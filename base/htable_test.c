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

static void every_item_can_be_deleted_while_it_is_iterated(void **state)
{
	struct model m = { .hash_bits = 6 };
	size_t pos = 0, n = 0;

	htable_init(&m.t);
	for (size_t i = 0; i < N_KEYS; i++)
		assert_int_equal(htable_add(&m.t, hash_of(&m, i), &m.present[i]), 0);
	htable_settle(&m.t);
	for (bool *item; (item = htable_next(&m.t, &pos)); n++)
		assert_true(htable_del(&m.t, hash_of(&m, (size_t)(item - m.present)), item));
	assert_int_equal(n, N_KEYS);
	assert_int_equal(htable_count(&m.t), 0);
	htable_fini(&m.t);
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
		cmocka_unit_test(every_item_can_be_deleted_while_it_is_iterated),
		cmocka_unit_test(a_failed_growth_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
