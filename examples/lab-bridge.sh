#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A test of a bridge, for `inhw lab run examples/lab-bridge.sh`. The tenant behind pf0sf0 may ask for names, tagged with VLAN
# 100 on the wire, and nothing else. Is that so, and does the NIC do it without the processor?
set -eu

ok() { echo "ok   $*"; }

failed() {
	echo "FAILED  $*"
	exit 1
}

# A packet of the tenant: protocol number, protocol, port.
packet() {
	echo "eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=$1,ttl=64),$2(src=1000,dst=$3)"
}

# The tenant's flow in the datapath that has $1 in it.
flow() {
	ovs-appctl dpctl/dump-flows --names "${@:2}" | grep -F 'in_port(pf0sf0)' | grep -F -e "$1" || true
}

# Tries for five seconds.
soon() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		if "$@"; then return; fi
		sleep 0.5
	done
	return 1
}

in_hardware() { [ -n "$(flow "$1" type=offloaded)" ]; }
counted() { ovs-ofctl dump-flows br0 | grep -q "n_packets=$1,.*$2"; }

ovs-ofctl del-flows br0
ovs-ofctl add-flow br0 'priority=10,in_port=pf0sf0,udp,tp_dst=53,actions=mod_vlan_vid:100,output:p0'
ovs-ofctl add-flow br0 'priority=0,actions=drop'

inhw send -q pf0sf0 "$(packet 17 udp 53)" >/dev/null
soon in_hardware 'dst=53' || failed "the first packet made no flow in hardware: $(flow 'dst=53')"
ok "the first packet went to Open vSwitch, which put a flow into the NIC: $(flow 'dst=53' | sed 's/.*actions://')"

sent=$(inhw send -q -c 1000 pf0sf0 "$(packet 17 udp 53)")
case $sent in
*"1000 packets, 70000 bytes out of uplink"*) ok "1000 more left the NIC at once, each 4 bytes longer" ;;
*) failed "of 1000 packets: $sent" ;;
esac
last=$(inhw nic capture --port uplink | grep 'udp(' | tail -n 1)
case $last in
*"vlan(vid=100,"*) ok "they are tagged with VLAN 100" ;;
*) failed "no tag: $last" ;;
esac
soon counted 1001 tp_dst=53 || failed "Open vSwitch has other counters: $(ovs-ofctl dump-flows br0)"
ok "Open vSwitch counted 1001"

inhw send -q pf0sf0 "$(packet 6 tcp 22)" >/dev/null
soon in_hardware 'actions:drop' || failed "what is forbidden is not dropped by the NIC: $(flow drop)"
sent=$(inhw send -q -c 1000 pf0sf0 "$(packet 6 tcp 22)")
case $sent in
*"1000 came out nowhere"*) ok "the NIC drops what is forbidden" ;;
*) failed "of 1000 forbidden packets: $sent" ;;
esac
