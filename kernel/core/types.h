/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's integer names, for kernel/ and nic/driver/, where Linux's names are used for what is
 * modelled. */
#ifndef KERNEL_CORE_TYPES_H
#define KERNEL_CORE_TYPES_H

#include "base/byteorder.h"
#include "base/macros.h"

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;

/* Numbers that <linux/errno.h> has and libc has not. */
#define ENOTSUPP_KERNEL 524

#endif
