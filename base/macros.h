/* SPDX-License-Identifier: BSD-2-Clause */
/* The few macros that every file may use. Nothing here writes to an argument. */
#ifndef BASE_MACROS_H
#define BASE_MACROS_H

#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK	    __attribute__((warn_unused_result))
#define NOINLINE	    __attribute__((noinline))
#define PRINTF_LIKE(f, a)   __attribute__((format(printf, f, a)))
#define LIKELY(x)	    __builtin_expect(!!(x), 1)
#define UNLIKELY(x)	    __builtin_expect(!!(x), 0)
#define ARRAY_SIZE(a)	    (sizeof(a) / sizeof((a)[0]))
#define ROUND_UP(x, to)	    ((((x) + (to)-1) / (to)) * (to))
#define SIZEOF_MEMBER(t, m) sizeof(((t *)NULL)->m)

/* The object of type @type whose member @member is at @p. */
#define CONTAINER_OF(p, type, member) ((type *)(void *)((char *)(p)-offsetof(type, member)))

/* The one legitimate cast that takes a const away: say on the line why it is right. */
#define CONST_CAST(type, p) ((type)(uintptr_t)(const void *)(p))

#endif
