#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lab: --sfs 2
# The real Open vSwitch puts each flow of ovs-flows.txt: where does it end, and what does the driver say of those that it refuses?
here=$(dirname "$0")
# shellcheck source=tests/lab/checks
. "$here/checks"

# No rules: a bridge that floods would send tunnel packets into its own tunnels.
set_up() {
	sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
	ovs-ofctl del-flows br0 &&
		ip addr add 192.168.1.1/24 dev br0 &&
		ip neigh replace 192.168.1.2 lladdr 02:00:00:00:00:22 dev br0 nud permanent &&
		ovs-vsctl add-port br0 vx0 -- set interface vx0 type=vxlan options:remote_ip=192.168.1.2 options:key=42 -- \
			add-port br0 gn0 -- set interface gn0 type=geneve options:remote_ip=192.168.1.2 options:key=42
}

# A program of sed that puts the numbers of the datapath's ports where their names are.
port_numbers() {
	ovs-appctl dpctl/show | sed -n 's/^ *port \([0-9]*\): \([^ ]*\).*/s#\\b\2\\b#\1#g/p'
}

ufid() { printf 'ufid:00000000-0000-0000-0000-%012d' $(($1 + 1)); }

put_flows() {
	local i numbers
	ovs-appctl revalidator/pause
	numbers=$(port_numbers)
	for i in "${!flows[@]}"; do
		echo "$(ufid "$i"),${flows[i]} ${actions[i]}"
	done | sed "$numbers" >/tmp/flows
	ovs-appctl dpctl/add-flows /tmp/flows
}

runs "the bridge" set_up
flows=() actions=() wanted=() words=()
while IFS=$'\t' read -r flow action want word; do
	case $flow in '' | '#'*) continue ;; esac
	flows+=("$flow") actions+=("$action") wanted+=("$want") words+=("${word:-}")
done <"$here/ovs-flows.txt"
runs "${#flows[@]} flows" put_flows
ovs-appctl dpctl/dump-flows -m >/tmp/dump
for i in "${!flows[@]}"; do
	case $(grep "^$(ufid "$i")" /tmp/dump) in
	*"offloaded:yes, dp:tc"*) got=yes ;;
	*dp:tc*) got=tc ;;
	*dp:ovs*) got=ovs ;;
	*) got=none ;;
	esac
	is "${flows[i]} -> ${actions[i]}" $got "${wanted[i]}"
done
cat /var/log/openvswitch/ovs-vswitchd.log
cat /tmp/dump
finish
