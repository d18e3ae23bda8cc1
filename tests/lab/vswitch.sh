#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lab: --no-ovs --sfs 2
# The vswitch of inhw on the real Linux, tc and driver: the first packet of a flow comes up to it, the next are sent on by the NIC.
# shellcheck source=tests/lab/checks
. "$(dirname "$0")/checks"
mkdir -p /run/vswitch
export INHW_SOCKET=/run/vswitch/socket
cat >/run/vswitch/config <<'END'
vswitch add-br br0
vswitch add-port br0 pf0sf0
vswitch add-port br0 pf0sf1
vswitch add-port br0 p0
vswitch add-flow br0 priority=0,actions=NORMAL
vswitch add-flow br0 priority=9,udp,in_port=pf0sf0,tp_dst=4789,actions=push_vlan:0x8100,set_field:4196->vlan_vid,output:p0
END
packet='eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,frag=no),udp(src=9,dst=4789)'
out='out of uplink, 70 bytes: eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x8100),vlan(vid=100'

inhw --kernel linux serve /run/vswitch/config >/run/vswitch/log 2>&1 &
pid=$!
wait_until 20 grep -q ^ready: /run/vswitch/log
has "the daemon serves" "$(cat /run/vswitch/log)" ready:
first=$(inhw send pf0sf0 "$packet" 2>&1)
has "the NIC does not know the first packet" "$first" nic_tir_deliver
in_hardware() { inhw dpctl dump-flows -m | grep -q offloaded:yes; }
wait_until 5 in_hardware
for _ in 1 2 3; do
	has "it sends the next on itself, tagged" "$(inhw send pf0sf0 "$packet" 2>&1)" "$out"
done
counted() { inhw dpctl dump-flows -m | grep -q 'packets:3, bytes:210,.*offloaded:yes, dp:tc'; }
runs "and has counted them" wait_until 5 counted
has "so does the rule, with the first" "$(inhw vswitch dump-flows br0 in_port=pf0sf0,udp,tp_dst=4789)" "n_packets="
rule() { inhw vswitch dump-flows br0 | grep -q 'n_packets=4,.*tp_dst=4789'; }
runs "it has all four" wait_until 5 rule
has "the real tc shows it in hardware" "$(tc filter show dev pf0sf0 ingress)" "in_hw in_hw_count 1"
kill -TERM $pid
wait $pid
is "it ends well" $? 0
is "and leaves no filter" "$(tc filter show dev pf0sf0 ingress 2>/dev/null)" ""
finish
