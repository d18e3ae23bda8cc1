/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The network stack object. Models what struct net and its init_net are for, Linux 6.1: the root
 * from which all state hangs. Deliberately absent: namespaces that know of each other.
 */
#include "kernel/core/knet.h"

#include <string.h>

void knet_init(struct knet *net, struct trace *trace)
{
	memset(net, 0, sizeof *net);
	net->trace = trace;
	net->is_privileged = true;
	net->has_tc_skb_ext = true;
	idr_init(&net->dev_by_index);
	list_init(&net->devs);
	htable_init(&net->dev_by_name);
	list_init(&net->netdev_chain);
}

void knet_fini(struct knet *net)
{
	htable_fini(&net->dev_by_name);
	idr_fini(&net->dev_by_index);
}
