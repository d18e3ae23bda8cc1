/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest never gets more than it has granted, and everything arrives. */
#include "lab/relay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct lab_relay relay;
static int guest, device;

static int set_up(void **state)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		return -1;
	device = fds[1];
	return lab_relay_init(&relay, fds[0], &guest);
}

static int tear_down(void **state)
{
	lab_relay_fini(&relay);
	close(guest);
	close(device);
	return 0;
}

/* Until there is nothing to do. */
static void run(void)
{
	struct pollfd fds[LAB_RELAY_FDS];

	for (lab_relay_poll(&relay, fds); poll(fds, LAB_RELAY_FDS, 0) > 0;
	     lab_relay_poll(&relay, fds))
		lab_relay_run(&relay, fds);
}

static void say(int fd, const char *s)
{
	assert_int_equal(write(fd, s, strlen(s)), strlen(s));
	run();
}

/* How many bytes are there; they are taken. */
static size_t take(int fd)
{
	char buf[8192];
	ssize_t n = recv(fd, buf, sizeof buf, MSG_DONTWAIT);

	return n > 0 ? (size_t)n : 0;
}

static void a_request_and_its_answer_pass(void **state)
{
	char buf[64];

	say(guest, "{\"cmd\":\"show\"}\n");
	assert_int_equal(read(device, buf, sizeof buf), 15);
	say(device, "{\"ok\":true}\n");
	assert_int_equal(read(guest, buf, sizeof buf), 12);
	assert_memory_equal(buf, "{\"ok\":true}\n", 12);
}

static void a_long_answer_comes_as_it_is_granted(void **state)
{
	char *answer = calloc(1, 5000);

	assert_non_null(answer);
	memset(answer, 'x', 4999);
	say(device, answer);
	free(answer);
	assert_int_equal(take(guest), LAB_RELAY_WINDOW);
	assert_int_equal(take(guest), 0);
	say(guest, "\n");
	assert_int_equal(take(guest), LAB_RELAY_STEP);
	say(guest, "\n\n\n\n\n");
	assert_int_equal(take(guest), LAB_RELAY_WINDOW);
	say(guest, "{}\n");
	assert_int_equal(take(guest), 4999 - 2 * LAB_RELAY_WINDOW - LAB_RELAY_STEP);
}

static void a_side_that_goes_leaves_the_other_alone(void **state)
{
	close(device);
	run();
	assert_int_equal(relay.device, -1);
	say(guest, "{}\n");
	close(guest);
	run();
	assert_int_equal(relay.guest, -1);
	run();
	guest = device = -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_request_and_its_answer_pass, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_long_answer_comes_as_it_is_granted, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_side_that_goes_leaves_the_other_alone, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
