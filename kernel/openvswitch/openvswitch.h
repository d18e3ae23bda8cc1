/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The openvswitch datapath: generic netlink families ovs_datapath, ovs_vport, ovs_flow, ovs_packet;
 * the flow table (a hash table for each mask); actions; upcalls. Model of net/openvswitch/, 6.1;
 * facts/kernel-tc.md 6.
 */
#ifndef KERNEL_OPENVSWITCH_OPENVSWITCH_H
#define KERNEL_OPENVSWITCH_OPENVSWITCH_H

#include "kernel/core/netdevice.h"

#define OVS_FLOWS_MAX 2000000u /* of one datapath: -ENOSPC */

int ovs_init(struct knet *net) MUST_CHECK; /* subsystem KNET_OPENVSWITCH, after genl_init() */
void ovs_exit(struct knet *net);

#endif
