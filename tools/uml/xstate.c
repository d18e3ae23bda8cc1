/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A shared object to be preloaded into User-Mode Linux 6.1 on processors whose register state is
 * larger than it knows: its buffer is 2696 bytes, with
 * AMX the state is 11008, and Linux takes a state through ptrace() only whole. What is asked to be
 * set is put in front of the rest as the process has it; guests do not use the rest.
 */
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#define STATE_MAX (64u << 10)

typedef long ptrace_call(int request, int pid, void *addr, void *data);

/* The kernel's stack is small; it has one processor, so one state at a time. */
static uint8_t state[STATE_MAX];

static long set_state(ptrace_call *call, int pid, void *kind, const struct iovec *given)
{
	struct iovec whole = { state, sizeof state };

	if (call(PTRACE_GETREGSET, pid, kind, &whole))
		return -1;
	if (given->iov_len > whole.iov_len)
		whole.iov_len = given->iov_len;
	memcpy(state, given->iov_base, given->iov_len);
	return call(PTRACE_SETREGSET, pid, kind, &whole);
}

long ptrace(enum __ptrace_request request, ...)
{
	static ptrace_call *call;
	const struct iovec *given;
	void *addr, *data;
	va_list args;
	int pid;

	va_start(args, request);
	pid = va_arg(args, int);
	addr = va_arg(args, void *);
	data = va_arg(args, void *);
	va_end(args);
	if (!call)
		call = (ptrace_call *)(uintptr_t)dlsym(RTLD_NEXT, "ptrace");
	given = data;
	if (request == PTRACE_SETREGSET && (uintptr_t)addr == NT_X86_XSTATE &&
	    given->iov_len <= sizeof state)
		return set_state(call, pid, addr, given);
	return call((int)request, pid, addr, data);
}
