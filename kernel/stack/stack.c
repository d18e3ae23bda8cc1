/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order in which the subsystems of a stack are set up: each uses those before it. Models the
 * initcalls of Linux 6.1 for what is modelled; deliberately absent: doing it lazily, by modules.
 */
#include "kernel/stack/stack.h"
#include "base/alloc.h"
#include "kernel/action/act_api.h"
#include "kernel/netlink/genetlink.h"
#include "kernel/openvswitch/openvswitch.h"
#include "kernel/rtnetlink/rtnetlink.h"
#include "kernel/sched/sched.h"

#include <errno.h>

static const struct {
	int (*init)(struct knet *net);
	void (*exit)(struct knet *net);
} subsystems[] = {
	{ netlink_init, netlink_exit },	    { genl_init, genl_exit },
	{ rtnetlink_init, rtnetlink_exit }, { act_init, act_exit },
	{ sched_init, sched_exit },	    { ovs_init, ovs_exit },
};

/* Takes down the first @n of them, the youngest first. The last may have failed to be set up: each
 * exit function does nothing for what is not there. */
static void unwind(struct knet *net, size_t n)
{
	while (n > 0)
		subsystems[--n].exit(net);
	knet_fini(net);
	mem_free(net);
}

int kstack_new(struct knet **out, struct trace *trace)
{
	struct knet *net = mem_new(sizeof *net);

	if (!net)
		return -ENOMEM;
	knet_init(net, trace);
	for (size_t i = 0; i < ARRAY_SIZE(subsystems); i++) {
		int err = subsystems[i].init(net);

		if (err) {
			unwind(net, i + 1);
			return err;
		}
	}
	*out = net;
	return 0;
}

void kstack_free(struct knet *net)
{
	if (net)
		unwind(net, ARRAY_SIZE(subsystems));
}
