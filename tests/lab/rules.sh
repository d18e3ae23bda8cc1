#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lab: --no-ovs --sfs 2 --memory 2048
# N rules (the argument, a multiple of 1000) are added through tc -batch, dumped, deleted; how many a second.
# shellcheck source=tests/lab/checks
. "$(dirname "$0")/checks"
n=${1:-2000}

# The device's tables in a line each, without what depends on the time.
entries() { inhw nic dump | grep -c '^ *entry '; }

# batch ADD|DEL: a destination for each rule, one priority for all, in hardware only
batch() {
	awk -v n="$n" -v verb="$1" 'BEGIN {
		for (i = 0; i < n; i++) {
			printf "filter %s dev pf0sf0 ingress prio 1 handle %d protocol ip flower", verb, i + 1
			if (verb == "add")
				printf " skip_sw dst_mac 02:00:00:00:00:02 dst_ip 10.%d.%d.%d action mirred egress redirect dev pf0sf1", \
					i / 65536, i / 256 % 256, i % 256
			printf "\n"
		}
	}'
}

# timed WHAT COMMAND...: says how many a second
timed() {
	local what=$1 start
	shift
	start=$(date +%s%N)
	runs "$what" "$@"
	echo "     $what: $((n * 1000000000 / ($(date +%s%N) - start))) a second"
}

added() { inhw nic stats | awk '$1 == "SET_FLOW_TABLE_ENTRY" { print $2 }'; }

show() { tc filter show dev pf0sf0 ingress >/tmp/shown; }

runs "a qdisc" tc qdisc add dev pf0sf0 clsact
# The first rule makes tables, which stay.
runs "a rule" tc filter add dev pf0sf0 ingress prio 2 protocol ip flower skip_sw dst_ip 1.1.1.1 action drop
before=$(entries)
# A process of the guest has at most as many pages as the host's vm.max_map_count (65530) says, and tc keeps one for each line.
run_batches() {
	local part
	for part in "/tmp/$1".*; do tc -batch "$part" || return; done
}

batch add | split -l 20000 - /tmp/add.
batch del | split -l 20000 - /tmp/del.
timed "$n rules are added" run_batches add
is "entries in the device" $(($(entries) - before)) "$n"
timed "$n rules are dumped" show
is "in hardware" "$(grep -c '^ *in_hw in_hw_count 1' /tmp/shown)" $((n + 1))
is "destinations in the dump" "$(grep -c '^ *dst_ip 10\.' /tmp/shown)" "$n"
sum=$(inhw send -q -c 10 "sf 0" "eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.$(((n - 1) / 65536)).$(((n - 1) / 256 % 256)).$(((n - 1) % 256)),proto=17,ttl=64),udp(src=1000,dst=53)")
has "the last one is taken" "$sum" "10 packets"
has "by packets to sf 1" "$sum" "sf 1"
timed "$n rules are deleted" run_batches del
is "entries that stay" "$(entries)" "$before"
finish
