#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lab: --no-ovs --sfs 2
# The device becomes a plain NIC and a switch again, and is reloaded with a rule in it, N times (the argument).
# shellcheck source=tests/lab/checks
. "$(dirname "$0")/checks"
n=${1:-2} nic=pci/0000:00:00.0

mode() { devlink dev eswitch set $nic mode "$1"; }

# The device of the port with the name $1 of the driver's.
port() {
	local dev
	for dev in /sys/bus/pci/devices/0000:00:00.0/net/*; do
		[ "$(cat "$dev/phys_port_name" 2>/dev/null)" != "$1" ] || echo "${dev##*/}"
	done
}

# Whether it is a switch: a sub-function with a rule that is in hardware
use() {
	local rep
	devlink port add $nic flavour pcisf pfnum 0 sfnum 7 >/dev/null && rep=$(port pf0sf7) && ip link set "$rep" up &&
		tc qdisc add dev "$rep" clsact && tc filter add dev "$rep" ingress prio 1 protocol ip flower skip_sw dst_ip 10.0.0.2 \
		action vlan push id 5 action mirred egress redirect dev "$(port p0)"
}

# The driver does not change the mode while there are rules.
forget() { tc qdisc del dev "$(port pf0sf7)" clsact; }

for ((i = 1; i <= n; i++)); do
	[ $i = 1 ] || runs "$i: the rule goes" forget
	runs "$i: to legacy" mode legacy
	has "$i: is legacy" "$(devlink dev eswitch show $nic)" "mode legacy"
	runs "$i: to switchdev" mode switchdev
	runs "$i: a rule" use
	runs "$i: reload" devlink dev reload $nic
	has "$i: a reload makes it a plain NIC" "$(devlink dev eswitch show $nic)" "mode legacy"
	runs "$i: to switchdev after the reload" mode switchdev
	runs "$i: a rule after the reload" use
done
finish
