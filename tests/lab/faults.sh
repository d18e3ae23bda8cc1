#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lab: --sfs 2
# expects: poll_health:[0-9]+:.*(Fatal error 5 detected|health compromised - reached miss count)
# The device fails on request: what do the real driver, tc and Open vSwitch say, and does everything work again afterwards?
here=$(dirname "$0")
# shellcheck source=tests/lab/checks
. "$here/checks"
nic=pci/0000:00:00.0
packet='eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,ttl=64),udp(src=1,dst=53)'

add_filter() { tc filter add dev pf0sf1 ingress prio 7 protocol ip flower skip_sw dst_ip 10.0.0.9 action mirred egress redirect dev p0 2>&1; }
del_filter() { tc filter del dev pf0sf1 ingress prio 7 2>&1; }

# --- the status of a command: COMMAND, STATUS, what the driver says, what tc says ---
statuses='SET_FLOW_TABLE_ENTRY INT internal.error(0x1) err(-5) Input/output.error
SET_FLOW_TABLE_ENTRY BAD_OP bad.operation(0x2) err(-22) Invalid.argument
SET_FLOW_TABLE_ENTRY BAD_PARAM bad.parameter(0x3) err(-22) Invalid.argument
SET_FLOW_TABLE_ENTRY BAD_SYS_STATE bad.system.state(0x4) err(-5) Input/output.error
SET_FLOW_TABLE_ENTRY BAD_RES bad.resource(0x5) err(-22) Invalid.argument
SET_FLOW_TABLE_ENTRY RES_BUSY resource.busy(0x6) err(-16) Device.or.resource.busy
SET_FLOW_TABLE_ENTRY LIM limits.exceeded(0x8) err(-12) Cannot.allocate.memory
SET_FLOW_TABLE_ENTRY BAD_RES_STATE bad.resource.state(0x9) err(-22) Invalid.argument
SET_FLOW_TABLE_ENTRY IX bad.index(0xa) err(-22) Invalid.argument
SET_FLOW_TABLE_ENTRY BAD_INP_LEN bad.input.length(0x50) err(-5) Input/output.error
SET_FLOW_TABLE_ENTRY BAD_OUTP_LEN bad.output.length(0x51) err(-5) Input/output.error
ALLOC_FLOW_COUNTER LIM limits.exceeded(0x8) err(-12) Cannot.allocate.memory
CREATE_FLOW_GROUP BAD_PARAM bad.parameter(0x3) err(-22) Invalid.argument'
n=0
while read -r opcode status driver errno words; do
	# The driver says this ten times in 5 s at most.
	n=$((n + 1))
	[ $((n % 8)) != 0 ] || sleep 5
	dmesg -C
	runs "$opcode $status: asked for" inhw nic fault "$opcode" --count 0 --status "$status" --syndrome 0xabc0de
	has "$opcode $status: tc's words" "$(add_filter)" "${words//./ }"
	has "$opcode $status: the driver's" "$(dmesg)" "$opcode(0x*status ${driver//./ }, syndrome (0xabc0de), ${errno}"
	inhw nic fault --clear >/dev/null
	is "$opcode $status: no filter stays" "$(tc filter show dev pf0sf1 ingress prio 7)" ""
done <<<"$statuses"
is "and then there is one" "$(add_filter)" ""
runs "it goes" del_filter

# --- Open vSwitch: a command that fails, a table that is full ---
sleep 5
dump() { ovs-appctl dpctl/dump-flows -m | grep "ipv4(src=$1,"; }
offloaded() { dump "$1" | grep -q 'offloaded:yes'; }
in_software() { dump "$1" >/tmp/flow && ! grep -q 'offloaded:yes' /tmp/flow; }
send() { inhw send -q -c "${2:-1}" pf0sf0 "${packet/10.0.0.1/$1}"; }
sent_and_offloaded() { send "$1" >/dev/null && offloaded "$1"; }

ovs-ofctl del-flows br0
ovs-ofctl add-flow br0 'in_port=pf0sf0,ip,nw_src=10.0.0.1,actions=output:p0'
ovs-ofctl add-flow br0 'in_port=pf0sf0,ip,nw_src=10.0.0.3,actions=output:p0'
runs "entries fail" inhw nic fault SET_FLOW_TABLE_ENTRY --count 0 --status LIM
dmesg -C
send 10.0.0.1 >/dev/null
runs "Open vSwitch keeps the flow in software" wait_until 5 in_software 10.0.0.1
has "the driver says why" "$(dmesg)" "SET_FLOW_TABLE_ENTRY(0x936) op_mod(0x0) failed, status limits exceeded(0x8)"
has "its packets come to software, not out of the NIC's tables" "$(send 10.0.0.1 20)" "20 came out nowhere"
carried() { dump 10.0.0.1 | grep -q "packets:20,"; }
runs "software counts them" wait_until 5 carried
inhw nic fault --clear >/dev/null
ovs-appctl revalidator/purge
runs "offloaded when the fault has gone" wait_until 10 sent_and_offloaded 10.0.0.1

# The table with the entry of that flow.
table=$(inhw nic dump | awk '/^table / { t = $2 } /^ *entry .*src 10\.0\.0\.1,/ { print t }')
n=$(inhw nic dump | awk -v t="$table" '/^table / { here = $2 == t } here && /^ *entry / { n++ } END { print n + 0 }')
runs "its table takes no more than its $n entries" inhw nic fault --table-limit "$table" "$n"
dmesg -C
send 10.0.0.3 >/dev/null
runs "a full table: software has the next flow" wait_until 5 in_software 10.0.0.3
runs "and the NIC the first" offloaded 10.0.0.1
has "a full table: the driver's words" "$(dmesg)" "limits exceeded(0x8), syndrome (0x1a5e0056)"
inhw nic fault --clear >/dev/null

# --- the link ---
carrier() { [ "$(cat "/sys/class/net/$1/carrier")" = "$2" ]; }
runs "the cable is pulled out" inhw nic fault --link down
runs "p0 has no carrier" wait_until 5 carrier p0 0
has "the driver says so" "$(dmesg)" "p0: Link down"
runs "the representor keeps its own" carrier pf0sf0 1
runs "the cable is back" inhw nic fault --link up
runs "p0 has its carrier" wait_until 5 carrier p0 1
has "and says so" "$(dmesg)" "p0: Link up"

# --- the firmware dies: the driver says so, resets it and begins anew ---
ovs-vsctl del-br br0
dmesg -C
runs "the health buffer gets a syndrome" inhw nic fault --health 0x8
died() { dmesg | grep -q 'Fatal error 5 detected'; }
recovered() { dmesg | grep -q 'health recovery succeeded'; }
reporter() { devlink health show $nic reporter fw_fatal; }
runs "the driver sees it" wait_until 10 died
has "and what it is" "$(dmesg)" "unrecoverable hardware error"
runs "it recovers" wait_until 60 recovered
has "its reporter counted" "$(reporter)" "error 1 recover 1"
has "and is healthy" "$(reporter)" "state healthy"
is "the device is healthy" "$(inhw nic fault)" "no faults"
has "the device is there" "$(devlink dev eswitch show $nic)" "mode"
dmesg -C
runs "the health counter stands still" inhw nic fault --health stuck
stands_still() { dmesg | grep -q "device's health compromised - reached miss count"; }
runs "the driver sees that too" wait_until 20 stands_still
runs "it goes on" inhw nic fault --health ok
finish
