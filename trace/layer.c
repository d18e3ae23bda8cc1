/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/layer.h"

#include "base/clock.h"

#include <assert.h>
#include <string.h>

const struct trace_layer trace_layers[] = {
	{ "cli", TRACE_SIDE_USERLAND, 250 },
	{ "flow", TRACE_SIDE_USERLAND, 117 },
	{ "vswitch", TRACE_SIDE_USERLAND, 74 },
	{ "dpif", TRACE_SIDE_USERLAND, 75 },
	{ "offload", TRACE_SIDE_USERLAND, 80 },
	{ "tc", TRACE_SIDE_USERLAND, 79 },
	{ "iproute", TRACE_SIDE_USERLAND, 111 },
	{ "netlink", TRACE_SIDE_USERLAND, 114 },
	{ "kernel/stack", TRACE_SIDE_KERNEL, 222 },
	{ "kernel/core", TRACE_SIDE_KERNEL, 222 },
	{ "kernel/netlink", TRACE_SIDE_KERNEL, 220 },
	{ "kernel/rtnetlink", TRACE_SIDE_KERNEL, 214 },
	{ "kernel/openvswitch", TRACE_SIDE_KERNEL, 180 },
	{ "kernel/sched", TRACE_SIDE_KERNEL, 208 },
	{ "kernel/action", TRACE_SIDE_KERNEL, 209 },
	{ "kernel/offload", TRACE_SIDE_KERNEL, 216 },
	{ "nic/driver", TRACE_SIDE_DRIVER, 177 },
	{ "nic/steering", TRACE_SIDE_DRIVER, 176 },
	{ "nic/cmd", TRACE_SIDE_DRIVER, 141 },
	{ "nic/device", TRACE_SIDE_DEVICE, 119 },
	{ NULL, TRACE_SIDE_NONE, 250 },
};

const struct trace_side_info trace_sides[] = {
	[TRACE_SIDE_NONE] = { "other", NULL },
	[TRACE_SIDE_USERLAND] = { "userland", NULL },
	[TRACE_SIDE_KERNEL] = { "the kernel", "1: netlink bytes" },
	[TRACE_SIDE_DRIVER] = { "the driver", "2: driver calls" },
	[TRACE_SIDE_DEVICE] = { "the NIC", "3: the device" },
};
static_assert(sizeof trace_sides / sizeof trace_sides[0] == TRACE_N_SIDES, "a row for each side");

const struct trace_layer *trace_layer_find(const char *name)
{
	const struct trace_layer *l = trace_layers;

	while (l->name && strcmp(l->name, name))
		l++;
	return l;
}

void trace_time_format(struct text *t, uint64_t ns)
{
	if (ns < NSEC_PER_USEC)
		text_putf(t, "%u ns", (unsigned int)ns);
	else if (ns < NSEC_PER_MSEC)
		text_putf(t, "%.1f us", (double)ns / 1e3);
	else if (ns < NSEC_PER_SEC)
		text_putf(t, "%.2f ms", (double)ns / 1e6);
	else
		text_putf(t, "%.2f s", (double)ns / 1e9);
}
