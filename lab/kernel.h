/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the guest's kernel is: a User-Mode Linux with mlx5, which tools/uml/build builds. Looked
 * for in this order: what the caller names; $INHW_UML_KERNEL; a build beside the source tree
 * that the program lies in, ../shared/uml/linux.xz, which is unpacked once into the cache; the
 * kernel that tools/uml/build left in the cache, $XDG_CACHE_HOME/inhw or ~/.cache/inhw.
 */
#ifndef LAB_KERNEL_H
#define LAB_KERNEL_H

#include "base/diag.h"

/*
 * The path of a kernel that can be executed, owned by the caller. @given: from the caller, or NULL.
 * @program: the path of this program. 0, or -ENOENT and others with words that say what to do.
 */
int lab_kernel_find(char **path, const char *given, const char *program, struct diag *d) MUST_CHECK;

/* $XDG_CACHE_HOME/inhw or ~/.cache/inhw, made if need be. 0 or negative errno with words. */
int lab_kernel_cache(char *buf, size_t size, struct diag *d) MUST_CHECK;

#endif
