/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "kernel/netlink/rcvqueue_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* The oracle: datagram number i has a length and contents that follow from i. */
static size_t len_of(unsigned int i)
{
	return (i * 2654435761u >> 7) % 300;
}

static void put(struct rcvqueue *q, unsigned int i)
{
	u8 *p = rcvqueue_put(q, len_of(i));

	assert_non_null(p);
	memset(p, (int)(i & 0xff), len_of(i));
}

static void take(struct rcvqueue *q, unsigned int i)
{
	size_t len = 0;
	const u8 *p = rcvqueue_front(q, &len);

	assert_non_null(p);
	assert_int_equal(len, len_of(i));
	for (size_t k = 0; k < len; k++)
		assert_int_equal(p[k], i & 0xff);
	rcvqueue_pop(q);
}

static void datagrams_come_out_whole_and_in_order_whatever_the_mix(void **state)
{
	unsigned int in = 0, out = 0;
	struct rcvqueue q;
	size_t len;

	rcvqueue_init(&q);
	srand(1);
	for (int step = 0; step < 20000; step++) {
		bool fills = step / 500 % 2;

		if (rand() % 10 < (fills ? 7 : 3))
			put(&q, in++);
		else if (out < in)
			take(&q, out++);
		assert_int_equal(q.n, in - out);
		assert_true(rcvqueue_size(&q) <= q.cap);
	}
	while (out < in)
		take(&q, out++);
	assert_null(rcvqueue_front(&q, &len));
	assert_int_equal(rcvqueue_size(&q), 0);
	rcvqueue_fini(&q);
}

static void in_the_steady_state_nothing_is_allocated(void **state)
{
	struct rcvqueue q;

	rcvqueue_init(&q);
	for (unsigned int i = 0; i < 5; i++)
		put(&q, i);
	for (unsigned int i = 0; i < 1000; i++) {
		if (i == 200)
			mem_fail_nth(1);
		put(&q, i + 5);
		take(&q, i);
	}
	mem_fail_nth(0);
	assert_true(q.cap <= 8192);
	rcvqueue_fini(&q);
}

static void without_memory_the_queue_stays_as_it_was(void **state)
{
	struct rcvqueue q;

	rcvqueue_init(&q);
	mem_fail_nth(1);
	assert_null(rcvqueue_put(&q, 10));
	put(&q, 1);
	mem_fail_nth(1);
	assert_null(rcvqueue_put(&q, 100000));
	mem_fail_nth(0);
	take(&q, 1);
	rcvqueue_fini(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagrams_come_out_whole_and_in_order_whatever_the_mix),
		cmocka_unit_test(in_the_steady_state_nothing_is_allocated),
		cmocka_unit_test(without_memory_the_queue_stays_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
