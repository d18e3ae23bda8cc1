/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of profiles/nic, which are inside of the program: meson.build lists them. */
#ifndef NIC_PROFILE_EMBEDDED_H
#define NIC_PROFILE_EMBEDDED_H

#include <stddef.h>

#define NIC_PROFILE_FILES(X) \
	X(common, false)     \
	X(firmware, false)   \
	X(plain, true)       \
	X(minimal, true)     \
	X(cx5, true)         \
	X(cx6dx, true)       \
	X(cx7, true)         \
	X(bf2, true)         \
	X(bf3, true)

#define NIC_PROFILE_DECLARE_(name, is_offered)           \
	extern const unsigned char nic_profile_##name[]; \
	extern const size_t nic_profile_##name##_size;
NIC_PROFILE_FILES(NIC_PROFILE_DECLARE_)

#endif
