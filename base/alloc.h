/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for everything below cli/: it may fail and callers check. A test makes the n-th allocation
 * of its thread fail; that test hook is the one piece of state of the project that hangs from no
 * object.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

/* Zeroed memory, owned by the caller, or NULL. @size 0 gives 1 byte. */
void *mem_new(size_t size) MUST_CHECK;
void *mem_new_array(size_t n, size_t size) MUST_CHECK;

/* As realloc(); on failure the old block stays as it was. New bytes are not zeroed. */
void *mem_resize(void *p, size_t size) MUST_CHECK;

void *mem_copy(const void *p, size_t size) MUST_CHECK;
char *mem_strdup(const char *s) MUST_CHECK;
void mem_free(void *p); /* NULL is fine */

/*
 * Zeroed pages for one block that will be used in full, which go back to the system as soon as they
 * are freed, with the same @size. They are mapped at once: each fault costs more than clearing the
 * page. From MEM_PAGES_HUGE bytes on that would be a pause, so huge pages are asked for instead;
 * random access to so big a block misses the TLB as well as the cache.
 */
#define MEM_PAGES_HUGE ((size_t)4 << 20)
void *mem_new_pages(size_t size) MUST_CHECK;
void mem_free_pages(void *p, size_t size); /* NULL is fine */

/*
 * Grows the array @p of elements of @size bytes so that it holds at least @n: at least doubles it.
 * @cap is in elements, in/out. Returns the array, or NULL with the old one untouched.
 */
void *mem_grow(void *p, size_t *cap, size_t n, size_t size) MUST_CHECK;

/* Tests: the @nth allocation of this thread from now on fails (1: the next), once; 0 turns it off.
 */
void mem_fail_nth(unsigned long nth);
bool mem_fail_happened(void); /* whether it has, since mem_fail_nth() */

#endif
