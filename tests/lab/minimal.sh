#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lab: --no-ovs --sfs 1 --profile minimal
# What the profile `minimal` advertises is enough for a switch that takes a redirect into hardware.
# shellcheck source=tests/lab/checks
. "$(dirname "$0")/checks"

packet='eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17),udp(src=1,dst=2)'

has "the device is a switch" "$(devlink dev eswitch show pci/0000:00:00.0)" "mode switchdev"
runs "pf0sf0 takes a qdisc" tc qdisc add dev pf0sf0 ingress
runs "and a redirect" tc filter add dev pf0sf0 ingress prio 1 protocol ip flower skip_sw dst_mac 02:00:00:00:00:02 action mirred egress redirect dev p0
has "it is in hardware" "$(tc filter show dev pf0sf0 ingress)" "in_hw in_hw_count 1"
has "packets take it" "$(inhw send -q -c 20 pf0sf0 "$packet")" "20 packets, 1320 bytes out of uplink"
counted() { tc -s filter show dev pf0sf0 ingress | grep -q 'Sent hardware 1320 bytes 20 pkt'; }
runs "tc counts them" wait_until 5 counted
finish
