#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lab: --no-ovs --sfs 2
# Two processes add and delete rules for a time (the argument, in seconds): the device has neither forgotten one nor kept one.
# shellcheck source=tests/lab/checks
. "$(dirname "$0")/checks"
seconds=${1:-10}
rules=200 # of one process at a time

entries() { inhw nic dump | grep -c '^ *entry '; }

# batch ADD|DEL PORT PRIORITY
batch() {
	local i rest=""
	for ((i = 1; i <= rules; i++)); do
		[ "$1" = del ] || rest=" skip_sw dst_ip 10.0.$3.$i action vlan push id $((i + 1)) action mirred egress redirect dev p0"
		echo "filter $1 dev $2 ingress prio $3 handle $i protocol ip flower$rest"
	done
}

# churn PORT PRIORITY: the number of rounds goes to /tmp/rounds.PORT
churn() {
	local end=$(($(date +%s) + seconds)) n=0
	while [ "$(date +%s)" -lt $end ]; do
		tc -batch "/tmp/add.$1" && tc -batch "/tmp/del.$1" || return 1
		n=$((n + 1))
	done
	echo $n >"/tmp/rounds.$1"
}

failures() { inhw nic log --failed | grep -c .; }

priority=1
for port in pf0sf0 pf0sf1; do
	runs "$port takes a qdisc" tc qdisc add dev $port clsact
	runs "and a rule that stays" tc filter add dev $port ingress prio 9 protocol ip flower skip_sw dst_ip 1.1.1.1 action drop
	batch add $port $priority >/tmp/add.$port
	batch del $port $priority >/tmp/del.$port
	priority=$((priority + 1))
done
before=$(entries) failed=$(failures)
churn pf0sf0 1 >/tmp/said.pf0sf0 2>&1 &
first=$!
churn pf0sf1 2 >/tmp/said.pf0sf1 2>&1 &
second=$!
wait $first
is "the first: status" $? 0
wait $second
is "the second: status" $? 0
for port in pf0sf0 pf0sf1; do
	is "$port: tc says nothing" "$(head -n 3 /tmp/said.$port)" ""
	is "$port: one rule is left" "$(tc filter show dev $port ingress | grep -c in_hw_count)" 1
done
is "entries in the device" "$(entries)" "$before"
is "commands that failed" "$(failures)" "$failed"
rounds=$(($(cat /tmp/rounds.pf0sf0) + $(cat /tmp/rounds.pf0sf1)))
pass "$((rounds * rules)) rules added and deleted in $seconds s"
finish
