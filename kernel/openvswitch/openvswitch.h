/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The openvswitch datapath: generic netlink families ovs_datapath, ovs_vport, ovs_flow; the flow
 * table (a hash table for each mask); actions. Model of net/openvswitch/, 6.1;
 * facts/kernel-tc.md 6. Its packet family (upcalls, execute) comes with a later issue: until then a
 * miss is counted as lost, and the trace says so.
 */
#ifndef KERNEL_OPENVSWITCH_OPENVSWITCH_H
#define KERNEL_OPENVSWITCH_OPENVSWITCH_H

#include "kernel/core/netdevice.h"

#define OVS_FLOWS_MAX 2000000u /* of one datapath: -ENOSPC */

int ovs_init(struct knet *net) MUST_CHECK; /* subsystem KNET_OPENVSWITCH, after genl_init() */
void ovs_exit(struct knet *net);

#endif
