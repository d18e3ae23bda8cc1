/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Profiles: what a family of NICs advertises, as data with reasons (profiles/nic/). A profile can
 * only take away: what it advertises beyond what the device implements (nic/device/caps.c) is
 * refused, with the capability, the value and the bound.
 */
#ifndef NIC_PROFILE_PROFILE_H
#define NIC_PROFILE_PROFILE_H

#include "base/diag.h"
#include "nic/device/caps.h"

#include <stdint.h>

#define NIC_PROFILE_FILE_MAX ((size_t)1 << 20) /* bytes of one */
#define NIC_PROFILE_DEPTH    8		       /* profiles that inherit from each other */

struct nic_profile {
	uint16_t pci_device_id; /* under the vendor's 0x15b3; 0: not said */
	struct nic_caps caps;
};

/*
 * Reads the built-in profile @name, or the file @name if there is a '/' in it. 0, or a negative
 * errno with words: -ENOENT, -EINVAL, -E2BIG, -ENOMEM.
 */
int nic_profile_load(struct nic_profile *p, const char *name, struct diag *d) MUST_CHECK;

/* The @i-th built-in profile, or NULL. Those that are only inherited are not among them. */
const char *nic_profile_name(size_t i);

/* What a value of a capability may be, beside the one that the device implements. */
enum nic_cap_kind {
	NIC_CAP_UP_TO,	  /* less: it is a number or a limit */
	NIC_CAP_BITS,	  /* some of its bits */
	NIC_CAP_AT_LEAST, /* more: it is a lower limit */
	NIC_CAP_EXACT,	  /* no other */
	NIC_CAP_OR_NONE,  /* 0 */
};

/* One capability: a field of a layout of QUERY_HCA_CAP. */
struct nic_cap {
	const char *path; /* "flow_table_nic_cap.flow_table_properties_nic_receive.ft_support";
			   * borrowed during the call */
	enum nic_cap_kind kind;
	uint32_t max;	/* what its bits hold */
	uint32_t bound; /* what the device implements */
	uint32_t value; /* in the capabilities that are walked */
};

/* Calls @fn for each capability of the layouts until it returns not 0, which is returned. */
int nic_caps_walk(const struct nic_caps *caps, int (*fn)(void *aux, const struct nic_cap *cap),
		  void *aux);

#endif
