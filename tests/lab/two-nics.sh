#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lab: --no-ovs --sfs 1 --nics 2
# Two devices in one guest: each has its own ports, addresses and rules.
# shellcheck source=tests/lab/checks
. "$(dirname "$0")/checks"

entries() { INHW_NIC=tty:/dev/ttyS$1 inhw nic dump | grep -c '^ *entry '; }

for nic in 0 1; do
	has "NIC $nic is a switch" "$(devlink dev eswitch show pci/0000:00:0$nic.0)" "mode switchdev"
	for port in p$nic pf${nic}sf0; do runs "$port takes a qdisc" tc qdisc add dev "$port" clsact; done
	runs "a rule of NIC $nic" tc filter add dev pf${nic}sf0 ingress prio 1 protocol ip flower skip_sw dst_ip 10.0.0.$nic action mirred egress redirect dev p$nic
done
is "addresses of the uplinks" "$(cat /sys/class/net/p[01]/address | sort -u | wc -l)" 2
first=$(entries 0) second=$(entries 1)
runs "another one of NIC 1" tc filter add dev pf1sf0 ingress prio 1 protocol ip flower skip_sw dst_ip 10.0.0.9 action drop
is "entries of NIC 0" "$(entries 0)" "$first"
is "entries of NIC 1" "$(entries 1)" $((second + 1))
finish
