/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NIC_PROFILE_PROFILE_INTERNAL_H
#define NIC_PROFILE_PROFILE_INTERNAL_H

#include "nic/profile/profile.h"

/* Where the layout of a type of capabilities lies in struct nic_caps. */
struct nic_cap_root {
	const char *layout; /* NULL: the end */
	size_t offset;
};
extern const struct nic_cap_root nic_cap_roots[];

/* Goes over the fields of all of them: @offset is that of the field's layout in struct nic_caps. */
struct nic_cap_walk {
	int (*fn)(struct nic_cap_walk *w, size_t offset, const struct ifc_field *f);
	char path[160]; /* of the field */
};
int nic_cap_walk_run(struct nic_cap_walk *w);

enum nic_cap_kind nic_cap_kind_of(const char *field);

#endif
