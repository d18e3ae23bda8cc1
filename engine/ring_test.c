/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring against a plain queue, and between two threads. */
#include "engine/ring.h"

#include "base/alloc.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define THREAD_FRAMES 200000u

/* Frame @n, whose size and bytes follow from it. */
static size_t make(uint8_t *frame, uint32_t n)
{
	size_t size = 4 + (n * 2654435761u >> 8) % (n % 16 ? 200 : PACKET_MAX - 4);

	memset(frame, (int)(n & 0xff), size);
	memcpy(frame, &n, sizeof n);
	return size;
}

static void check(const struct engine_frame *f, uint32_t n)
{
	uint8_t wanted[PACKET_MAX];
	size_t size = make(wanted, n);

	assert_int_equal(f->size, size);
	assert_memory_equal(f->data, wanted, size);
}

static void frames_come_out_as_they_went_in(void **state)
{
	struct engine_frame frames[16];
	uint32_t in = 0, out = 0, n_full = 0;
	uint8_t frame[PACKET_MAX];
	struct frame_ring r;

	srand(1);
	assert_int_equal(frame_ring_init(&r, FRAME_RING_MIN), 0);
	assert_true(frame_ring_is_empty(&r));
	for (int i = 0; i < 20000; i++) {
		size_t n = 0;

		if (rand() % 8) {
			size_t size = make(frame, in);
			bool has_room = frame_ring_put(&r, frame, size);

			in += has_room;
			n_full += !has_room;
		} else {
			n = frame_ring_peek(&r, frames, (size_t)(1 + rand() % 8));
			for (size_t k = 0; k < n; k++)
				check(&frames[k], out++);
			frame_ring_release(&r);
		}
		assert_int_equal(frame_ring_is_empty(&r), in == out);
	}
	assert_true(n_full > 0 && out > 1000);
	frame_ring_fini(&r);
}

static void a_full_ring_refuses_and_keeps_what_it_has(void **state)
{
	struct engine_frame frames[ENGINE_BATCH];
	uint8_t frame[PACKET_MAX] = { 0 };
	struct frame_ring r;
	size_t n = 0;

	assert_int_equal(frame_ring_init(&r, FRAME_RING_MIN), 0);
	while (frame_ring_put(&r, frame, sizeof frame))
		frame[0] = (uint8_t)++n;
	assert_int_equal(n, FRAME_RING_MIN / (PACKET_MAX + 8));
	assert_int_equal(frame_ring_peek(&r, frames, ENGINE_BATCH), n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(frames[i].data[0], i);
	/* What was only looked at still takes its room. */
	assert_false(frame_ring_put(&r, frame, sizeof frame));
	frame_ring_release(&r);
	assert_true(frame_ring_put(&r, frame, sizeof frame));
	frame_ring_fini(&r);
}

static void *put_all(void *arg)
{
	struct frame_ring *r = arg;
	uint8_t frame[PACKET_MAX];

	for (uint32_t n = 0; n < THREAD_FRAMES;) {
		size_t size = make(frame, n);

		if (frame_ring_put(r, frame, size))
			n++;
		else
			sched_yield();
	}
	return NULL;
}

static void two_threads_lose_nothing(void **state)
{
	struct engine_frame frames[ENGINE_BATCH];
	struct frame_ring r;
	pthread_t thread;
	uint32_t out = 0;

	assert_int_equal(frame_ring_init(&r, FRAME_RING_MIN), 0);
	assert_int_equal(pthread_create(&thread, NULL, put_all, &r), 0);
	while (out < THREAD_FRAMES) {
		size_t n = frame_ring_peek(&r, frames, ENGINE_BATCH);

		for (size_t i = 0; i < n; i++)
			check(&frames[i], out++);
		frame_ring_release(&r);
		if (!n)
			sched_yield();
	}
	pthread_join(thread, NULL);
	assert_true(frame_ring_is_empty(&r));
	frame_ring_fini(&r);
}

static void without_memory_there_is_no_ring(void **state)
{
	struct frame_ring r;

	mem_fail_nth(1);
	assert_int_equal(frame_ring_init(&r, FRAME_RING_MIN), -12);
	mem_fail_nth(0);
	frame_ring_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_come_out_as_they_went_in),
		cmocka_unit_test(a_full_ring_refuses_and_keeps_what_it_has),
		cmocka_unit_test(two_threads_lose_nothing),
		cmocka_unit_test(without_memory_there_is_no_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
