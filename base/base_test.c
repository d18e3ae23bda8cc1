/* SPDX-License-Identifier: BSD-2-Clause */
/* The small things: struct diag, struct text, struct pool, struct list. */
#include "base/alloc.h"
#include "base/diag.h"
#include "base/list.h"
#include "base/pool.h"
#include "base/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void the_innermost_failure_wins_and_outer_layers_add_context(void **state)
{
	struct diag d;

	diag_init(&d);
	assert_int_equal(diag_set_at(&d, 7, -EINVAL, "vid %d", 5000), -EINVAL);
	assert_int_equal(diag_set(&d, -ENOENT, "later"), -ENOENT);
	diag_context(&d, "flow %d", 3);
	diag_shift(&d, 10);
	assert_string_equal(d.words, "flow 3: vid 5000");
	assert_int_equal(d.error, -EINVAL);
	assert_int_equal(d.offset, 17);
	assert_string_equal(d.function, __func__);
	assert_int_equal(diag_set(NULL, -EPERM, "nobody listens"), -EPERM);
}

static void words_that_do_not_fit_end_in_dots(void **state)
{
	char words[2 * DIAG_WORDS_MAX];
	struct diag d;

	memset(words, 'x', sizeof words - 1);
	words[sizeof words - 1] = '\0';
	diag_init(&d);
	diag_set(&d, -EINVAL, "%s", words);
	assert_int_equal(strlen(d.words), DIAG_WORDS_MAX - 1);
	assert_string_equal(d.words + DIAG_WORDS_MAX - 4, "...");
	diag_context(&d, "outer");
	assert_string_equal(d.words + DIAG_WORDS_MAX - 4, "...");
}

static void a_text_grows_and_its_error_sticks(void **state)
{
	struct text t;
	char *s;

	text_init(&t);
	assert_string_equal(t.s, "");
	for (unsigned int i = 0; i < 100; i++)
		text_putf(&t, "%u,", i);
	text_put_u64(&t, UINT64_MAX);
	text_put_char(&t, ' ');
	text_put_hex(&t, 0);
	text_put_hex(&t, 0xdeadbeef);
	assert_string_equal(t.s + 290, "18446744073709551615 0x00xdeadbeef");
	text_cut(&t, 3);
	s = text_take(&t);
	assert_string_equal(s, "0,1");
	mem_free(s);

	mem_fail_nth(1);
	text_put(&t, "lost");
	mem_fail_nth(0);
	text_put(&t, "ignored");
	assert_int_equal(t.error, -ENOMEM);
	assert_string_equal(t.s, "");
	assert_null(text_take(&t));
	text_fini(&t);
}

/* Small chunks, large ones that are mapped, and items that a chunk is too small for. */
static void pool_items_do_not_overlap_whatever_chunk_they_are_of(void **state)
{
	static const size_t sizes[] = { 1, 24, 136, 5000, 70000, 300000 };

	for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
		const size_t n = 1000000 / sizes[s] > 4000 ? 4000 : 1000000 / sizes[s];
		unsigned char *item[4000];
		struct pool p;

		pool_init(&p, sizes[s]);
		for (size_t i = 0; i < n; i++) {
			item[i] = pool_get(&p);
			assert_non_null(item[i]);
			assert_int_equal((uintptr_t)item[i] % 8, 0);
			assert_int_equal(item[i][0] | item[i][sizes[s] - 1], 0);
			memset(item[i], (int)(i % 251 + 1), sizes[s]);
		}
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(item[i][0], i % 251 + 1);
			assert_int_equal(item[i][sizes[s] - 1], i % 251 + 1);
		}
		assert_true(p.n_bytes >= n * sizes[s]);
		pool_fini(&p);
		assert_int_equal(p.n_bytes, 0);
	}
}

static void pool_items_are_zeroed_and_used_again(void **state)
{
	uint64_t *item[1000];
	struct pool p;

	pool_init(&p, 24);
	for (size_t i = 0; i < ARRAY_SIZE(item); i++) {
		item[i] = pool_get(&p);
		assert_non_null(item[i]);
		assert_int_equal(item[i][0] | item[i][1] | item[i][2], 0);
		memset(item[i], 0xff, 24);
	}
	for (size_t i = 0; i < ARRAY_SIZE(item); i++)
		pool_put(&p, item[i]);
	assert_int_equal(p.n_items, 0);
	item[0] = pool_get(&p);
	assert_ptr_equal(item[0], item[ARRAY_SIZE(item) - 1]);
	assert_int_equal(item[0][0] | item[0][1] | item[0][2], 0);
	pool_fini(&p);
	mem_fail_nth(1);
	assert_null(pool_get(&p));
	mem_fail_nth(0);
	pool_fini(&p);
}

struct node {
	struct list link;
	int value;
};

static void a_list_keeps_its_order(void **state)
{
	struct node n[4] = { { .value = 0 }, { .value = 1 }, { .value = 2 }, { .value = 3 } };
	struct node *p, *tmp;
	struct list head;
	int expect = 0;

	list_init(&head);
	for (size_t i = 0; i < ARRAY_SIZE(n); i++)
		list_add_before(&head, &n[i].link);
	list_for_each_entry_safe (p, tmp, &head, link) {
		assert_int_equal(p->value, expect++);
		list_del(&p->link);
		list_del(&p->link);
	}
	assert_int_equal(expect, 4);
	assert_true(list_is_empty(&head));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_innermost_failure_wins_and_outer_layers_add_context),
		cmocka_unit_test(words_that_do_not_fit_end_in_dots),
		cmocka_unit_test(a_text_grows_and_its_error_sticks),
		cmocka_unit_test(pool_items_are_zeroed_and_used_again),
		cmocka_unit_test(pool_items_do_not_overlap_whatever_chunk_they_are_of),
		cmocka_unit_test(a_list_keeps_its_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
