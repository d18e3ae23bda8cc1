/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local unsigned long fail_countdown;
static _Thread_local bool fail_happened;

static bool must_fail(void)
{
	if (LIKELY(!fail_countdown) || --fail_countdown)
		return false;
	fail_happened = true;
	return true;
}

void mem_fail_nth(unsigned long nth)
{
	fail_countdown = nth;
	fail_happened = false;
}

bool mem_fail_happened(void)
{
	return fail_happened;
}

void *mem_new(size_t size)
{
	return must_fail() ? NULL : calloc(1, size ? size : 1);
}

void *mem_new_array(size_t n, size_t size)
{
	return must_fail() ? NULL : calloc(n ? n : 1, size ? size : 1);
}

void *mem_resize(void *p, size_t size)
{
	return must_fail() ? NULL : realloc(p, size ? size : 1);
}

void *mem_copy(const void *p, size_t size)
{
	void *copy = must_fail() ? NULL : malloc(size ? size : 1);

	if (copy && size)
		memcpy(copy, p, size);
	return copy;
}

char *mem_strdup(const char *s)
{
	return mem_copy(s, strlen(s) + 1);
}

void mem_free(void *p)
{
	free(p);
}

void *mem_grow(void *p, size_t *cap, size_t n, size_t size)
{
	size_t want = *cap ? *cap : 4;
	void *bigger;

	if (n <= *cap && p)
		return p;
	while (want < n) {
		if (want > SIZE_MAX / 2)
			return NULL;
		want *= 2;
	}
	if (size && want > SIZE_MAX / size)
		return NULL;
	bigger = mem_resize(p, want * size);
	if (bigger)
		*cap = want;
	return bigger;
}
