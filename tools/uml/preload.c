/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A shared object to be preloaded into User-Mode Linux 6.1, for five things that it does not do.
 *
 * Processors whose register state is larger than it knows: its buffer is 2696 bytes, with AMX the
 * state is 11008, and Linux takes a state through ptrace() only whole. What is asked to be set is
 * put in front of the rest as the process has it; guests do not use the rest.
 *
 * Being killed: a process of the guest is one of the host that User-Mode Linux traces, and one
 * whose tracer is gone goes on, with the host's system calls. So it is traced with
 * PTRACE_O_EXITKILL.
 *
 * Losing interrupts: it takes up to 64 events of descriptors at once into one array, and a handler
 * that lets interrupts in again (softirqs do) fills the same array while the rest of it is still to
 * be looked at. The events are edges, so what is overwritten never comes again: a command of the
 * device, a line of a terminal waits for ever. So it gets one event at a time, and of that one
 * direction at a time.
 *
 * Waking up: when nothing is to be done it looks at its timer and then sleeps until a signal. One
 * that comes in between is noted down, and seen when the next timer has run out, which may be a
 * minute. So it does not sleep while there are events of descriptors that it has not taken.
 *
 * Not being new: Open vSwitch 3.1 counts processors when its clock has passed 10 s, and until then
 * has no handler threads, so that packets without a flow are lost. With INHW_CLOCK_AHEAD=SECONDS in
 * the environment the guest's clocks jump by as much when its first process starts (before, the
 * kernel measures its delay loop with them), and its time of day is right after that.
 */
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <time.h>

#define STATE_MAX      (64u << 10)
#define OLD_SETOPTIONS 21 /* PTRACE_OLDSETOPTIONS, which User-Mode Linux uses */

typedef long ptrace_call(int request, int pid, void *addr, void *data);
typedef int clock_call(clockid_t clock, struct timespec *t);
typedef int suspend_call(const sigset_t *mask);
typedef int epoll_call(int epfd, struct epoll_event *events, int n, int timeout);

/* The kernel's stack is small; it has one processor, so one state at a time. */
static uint8_t state[STATE_MAX];
static int has_first_process;

static struct {
	ptrace_call *ptrace;
	clock_call *clock_gettime;
	epoll_call *epoll_wait;
	suspend_call *sigsuspend;
	long ahead; /* seconds */
} real;

static int event_fd = -1; /* its epoll descriptor */

/* Before anything runs: they are called from signal handlers, where dlsym() must not be. */
__attribute__((constructor)) static void find_real(void)
{
	const char *s = getenv("INHW_CLOCK_AHEAD");

	real.ptrace = (ptrace_call *)(uintptr_t)dlsym(RTLD_NEXT, "ptrace");
	real.clock_gettime = (clock_call *)(uintptr_t)dlsym(RTLD_NEXT, "clock_gettime");
	real.epoll_wait = (epoll_call *)(uintptr_t)dlsym(RTLD_NEXT, "epoll_wait");
	real.sigsuspend = (suspend_call *)(uintptr_t)dlsym(RTLD_NEXT, "sigsuspend");
	real.ahead = s ? atol(s) : 0;
}

static long set_state(int pid, void *kind, const struct iovec *given)
{
	struct iovec whole = { state, sizeof state };

	has_first_process = 1;
	if (real.ptrace(PTRACE_GETREGSET, pid, kind, &whole))
		return -1;
	if (given->iov_len > whole.iov_len)
		whole.iov_len = given->iov_len;
	memcpy(state, given->iov_base, given->iov_len);
	return real.ptrace(PTRACE_SETREGSET, pid, kind, &whole);
}

long ptrace(enum __ptrace_request request, ...)
{
	const struct iovec *given;
	void *addr, *data;
	va_list args;
	int pid;

	va_start(args, request);
	pid = va_arg(args, int);
	addr = va_arg(args, void *);
	data = va_arg(args, void *);
	va_end(args);
	given = data;
	if (request == PTRACE_SETREGSET && (uintptr_t)addr == NT_X86_XSTATE &&
	    given->iov_len <= sizeof state)
		return set_state(pid, addr, given);
	if ((int)request == OLD_SETOPTIONS || request == PTRACE_SETOPTIONS)
		data = (void *)((uintptr_t)data | PTRACE_O_EXITKILL);
	return real.ptrace((int)request, pid, addr, data);
}

/* The kernel reads the time of day once, when it boots, and then counts on. */
int clock_gettime(clockid_t clock, struct timespec *t)
{
	int err = real.clock_gettime(clock, t);

	if (clock == CLOCK_MONOTONIC && has_first_process)
		t->tv_sec += real.ahead;
	if (clock == CLOCK_REALTIME)
		t->tv_sec -= real.ahead;
	return err;
}

int epoll_wait(int epfd, struct epoll_event *events, int n, int timeout)
{
	static struct epoll_event later; /* its events 0: none */

	event_fd = epfd;
	if (later.events) {
		*events = later;
		later.events = 0;
		return 1;
	}
	n = real.epoll_wait(epfd, events, 1, timeout);
	if (n == 1 && events->events & EPOLLOUT && events->events & ~(uint32_t)EPOLLOUT) {
		later = *events;
		later.events = EPOLLOUT;
		events->events &= ~(uint32_t)EPOLLOUT;
	}
	return n;
}

/* The signal is kept back from before the look until the sleep lets it in. */
int sigsuspend(const sigset_t *mask)
{
	struct pollfd fd = { .fd = event_fd, .events = POLLIN };
	sigset_t io, old;
	int n;

	sigemptyset(&io);
	sigaddset(&io, SIGIO);
	sigprocmask(SIG_BLOCK, &io, &old);
	n = poll(&fd, 1, 0);
	if (n < 1)
		real.sigsuspend(mask);
	else
		raise(SIGIO); /* whatever became of the one that told of them */
	sigprocmask(SIG_SETMASK, &old, NULL);
	errno = EINTR;
	return -1;
}
