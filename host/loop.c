/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/loop.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>

#define STOP_EVERY 1024u /* rounds of virtual time after which stop_fd is looked at */

static bool is_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return fd >= 0 && poll(&p, 1, 0) > 0;
}

/* Whether nothing but the end of the time can end it. */
static bool is_over(struct host *h, const struct host_loop *loop)
{
	const struct engine *e = host_engine(h);

	return loop->for_ns == UINT64_MAX && (!e || engine_is_done(e));
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void run_virtual(struct host *h, const struct host_loop *loop, uint64_t start_ns,
			uint64_t end_ns, struct host_ran *ran)
{
	uint64_t now_ns = start_ns;

	for (unsigned int i = 1;; i++) {
		size_t n = host_run(h, now_ns);

		ran->n_packets += n;
		ran->ns = now_ns - start_ns;
		ran->is_stopped = i % STOP_EVERY == 0 && is_readable(loop->stop_fd);
		if (ran->is_stopped)
			return;
		if (n)
			continue;
		if (now_ns == end_ns || is_over(h, loop))
			return;
		/* What is due and yet did nothing must not hold time up. */
		now_ns = earlier(end_ns, host_next_ns(h) > now_ns ? host_next_ns(h) : now_ns + 1);
	}
}

/* Until a descriptor or the time says that there is something to do; @ns: at most, 0: look only. */
static int wait_for(struct host *h, const struct host_loop *loop, uint64_t ns, struct host_ran *ran)
{
	struct pollfd fds[] = {
		{ .fd = loop->stop_fd, .events = POLLIN },
		{ .fd = host_fd(h), .events = POLLIN },
		{ .fd = host_engine(h) ? engine_fd(host_engine(h)) : -1, .events = POLLIN },
	};
	const struct timespec timeout = { .tv_sec = (time_t)(ns / NSEC_PER_SEC),
					  .tv_nsec = (long)(ns % NSEC_PER_SEC) };

	if (ppoll(fds, ARRAY_SIZE(fds), ns == UINT64_MAX ? NULL : &timeout, NULL) < 0)
		return errno == EINTR ? 0 : -errno;
	ran->is_stopped = fds[0].revents;
	return 0;
}

static int run_real(struct host *h, const struct host_loop *loop, uint64_t start_ns,
		    uint64_t end_ns, struct host_ran *ran)
{
	uint64_t clock_ns = clock_now_ns();
	int err = 0;

	while (!err && !ran->is_stopped) {
		uint64_t now_ns = earlier(end_ns, start_ns + clock_now_ns() - clock_ns), next_ns;
		size_t n = host_run(h, now_ns);

		ran->n_packets += n;
		ran->ns = now_ns - start_ns;
		if (now_ns == end_ns || (!n && is_over(h, loop)))
			break;
		next_ns = n ? now_ns : earlier(end_ns, host_next_ns(h));
		err = wait_for(h, loop,
			       next_ns == UINT64_MAX ? UINT64_MAX
			       : next_ns > now_ns    ? next_ns - now_ns
						     : 0,
			       ran);
	}
	return err;
}

int host_loop(struct host *h, const struct host_loop *loop, struct host_ran *ran, struct diag *d)
{
	uint64_t start_ns = host_now_ns(h);
	uint64_t end_ns = loop->for_ns < UINT64_MAX - start_ns ? start_ns + loop->for_ns
							       : UINT64_MAX;
	int err = 0;

	*ran = (struct host_ran){ 0 };
	if (loop->is_virtual && host_engine(h) && engine_is_live(host_engine(h)))
		return diag_set(d, -EINVAL,
				"time cannot be virtual while a port is joined to a tap or an "
				"interface");
	if (loop->is_virtual)
		run_virtual(h, loop, start_ns, end_ns, ran);
	else
		err = run_real(h, loop, start_ns, end_ns, ran);
	if (host_engine(h))
		engine_flush(host_engine(h));
	return err ? diag_set(d, -EIO, "waiting: %s", diag_strerror(err)) : 0;
}
