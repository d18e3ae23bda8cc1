/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE_SIZE 4096 /* munmap() of a larger page's part takes the whole page */
#define HUGE_PAGE ((size_t)2 << 20)

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

static void *map(size_t size, int flags)
{
	const int ours = MAP_PRIVATE | MAP_ANONYMOUS | flags;
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, ours, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Maps more than is wanted and gives back what lies before and behind the aligned part. */
static void *map_huge(size_t size)
{
	const size_t whole = ROUND_UP(size, (size_t)PAGE_SIZE), more = whole + HUGE_PAGE;
	unsigned char *p = size < SIZE_MAX - 2 * HUGE_PAGE ? map(more, 0) : NULL;
	size_t before;

	if (!p)
		return NULL;
	before = ROUND_UP((uintptr_t)p, HUGE_PAGE) - (uintptr_t)p;
	if (before)
		munmap(p, before);
	munmap(p + before + whole, more - before - whole);
	madvise(p + before, whole, MADV_HUGEPAGE);
	return p + before;
}

void *mem_new_pages(size_t size)
{
	if (must_fail())
		return NULL;
	return size < MEM_PAGES_HUGE ? map(size ? size : 1, MAP_POPULATE) : map_huge(size);
}

void mem_free_pages(void *p, size_t size)
{
	if (p)
		munmap(p, ROUND_UP(size ? size : 1, (size_t)PAGE_SIZE));
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
