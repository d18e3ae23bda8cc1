/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a userspace() action carries: the cookie by which ovs-vswitchd knows, when the packet comes
 * up, why it sent it. The layout is that of OVS 2.10 to 3.x on a little-endian machine; it never
 * leaves the machine, and the kernel does not look into it.
 */
#include "flow/action.h"

#include <string.h>

#define TYPE_AT	   0  /* u16 */
#define IN_PORT_AT 4  /* u32, OpenFlow's */
#define REASON_AT  28 /* u32, of a slow_path cookie */

#define OFPP_NONE 0xffffu

const char *const flow_slow_path_names[FLOW_N_SLOW_PATHS] = {
	[FLOW_SLOW_CFM] = "cfm",     [FLOW_SLOW_BFD] = "bfd",	[FLOW_SLOW_LACP] = "lacp",
	[FLOW_SLOW_STP] = "stp",     [FLOW_SLOW_LLDP] = "lldp", [FLOW_SLOW_ACTION] = "action",
	[FLOW_SLOW_MATCH] = "match",
};

void flow_userspace_set_slow_path(struct flow_userspace *u, uint32_t reasons)
{
	const uint16_t type = FLOW_COOKIE_SLOW_PATH;
	const uint32_t in_port = OFPP_NONE;

	memset(u->userdata, 0, sizeof u->userdata);
	u->userdata_size = FLOW_COOKIE_SIZE;
	memcpy(u->userdata + TYPE_AT, &type, sizeof type);
	memcpy(u->userdata + IN_PORT_AT, &in_port, sizeof in_port);
	memcpy(u->userdata + REASON_AT, &reasons, sizeof reasons);
}

bool flow_cookie_is_slow_path(const void *userdata, size_t size, uint32_t *reasons)
{
	uint16_t type;

	if (size != FLOW_COOKIE_SIZE)
		return false;
	memcpy(&type, (const uint8_t *)userdata + TYPE_AT, sizeof type);
	memcpy(reasons, (const uint8_t *)userdata + REASON_AT, sizeof *reasons);
	return type == FLOW_COOKIE_SLOW_PATH;
}

bool flow_userspace_is_slow_path(const struct flow_userspace *u, uint32_t *reasons)
{
	struct flow_userspace same = { .pid = 0 };

	if (!flow_cookie_is_slow_path(u->userdata, u->userdata_size, reasons) ||
	    *reasons >> FLOW_N_SLOW_PATHS)
		return false;
	flow_userspace_set_slow_path(&same, *reasons);
	return !memcmp(same.userdata, u->userdata, sizeof same.userdata);
}
