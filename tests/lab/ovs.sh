#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lab: --sfs 2
# The real Open vSwitch puts each flow of ovs-flows.txt: where does it end, and what does the driver say of those that it refuses?
here=$(dirname "$0")
# shellcheck source=tests/lab/checks
. "$here/checks"

# No rules: a bridge that floods would send tunnel packets into its own tunnels. The address is the uplink's: if it is br0's,
# packets of tunnels pass br0, and from there the driver does not forward to the uplink.
set_up() {
	sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
	ovs-ofctl del-flows br0 &&
		ip addr add 192.168.1.1/24 dev p0 &&
		ip neigh replace 192.168.1.2 lladdr 02:00:00:00:00:22 dev p0 nud permanent &&
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

# Packets take the way that the driver programmed: N of a kind leave as they should, and Open vSwitch counts N.
sent_flow() { # the line of /tmp/dump of the flow number $1
	grep "^$(ufid "$1")" /tmp/dump
}

# What leaves of one packet: "PORT: FLOW" for each copy.
leaves() {
	inhw send "$1" "$2" | sed -n 's/^ *out of \([^,]*\), [0-9]* bytes/\1/p'
}

declare -A sent
n=3
while IFS=$'\t' read -r address port packet outputs; do
	case $address in '#'*) continue ;; esac
	IFS=$'\t' read -r -a outputs <<<"$outputs"
	left=$(leaves "$port" "$packet")
	is "copies of the packet to ...:$address" "$(grep -c . <<<"$left")" ${#outputs[@]}
	for output in "${outputs[@]}"; do has "the packet to ...:$address leaves" "$left" "$output"; done
	sum=$(inhw send -q -c $n "$port" "$packet")
	has "$n more" "$sum" "$n packets into"
	sent[$address]=$((n + 1)) n=$((n + 7))
done <"$here/ovs-packets.txt"
sleep 2.2 # the driver asks for the counters once a second
ovs-appctl dpctl/dump-flows -m >/tmp/dump
for i in "${!flows[@]}"; do
	address=$(sed 's/.*),eth([^)]*dst=02:00:00:00:00:\(..\).*/\1/' <<<"${flows[i]}")
	[ "${wanted[i]}" = yes ] && [ -n "${sent[$address]:-}" ] || continue
	has "Open vSwitch's counter of $(ufid $i)" "$(sent_flow "$i")" "packets:${sent[$address]}, "
done

# Where it is not in hardware, the driver's words: Linux hands a driver no place for them unless the filter has to be in hardware.
restart_with_skip_sw() {
	local pid
	pid=$(cat /run/openvswitch/ovs-vswitchd.pid)
	ovs-vsctl --no-wait set Open_vSwitch . other_config:tc-policy=skip_sw && kill "$pid" &&
		wait_until 10 test ! -e "/proc/$pid" &&
		ovs-vswitchd --pidfile --detach --no-chdir --log-file=$log -vnetlink_socket:file:dbg &&
		ovs-appctl vlog/disable-rate-limit netlink_socket && ovs-appctl revalidator/pause
}

# What the driver said since line $1 of the log.
driver_since() {
	tail -n "+$1" $log | sed -n 's/.*received NAK error=[0-9]* - \(mlx5_core: .*\)/\1/p'
}

log=/var/log/openvswitch/ovs-vswitchd.log
runs "Open vSwitch with tc-policy=skip_sw" restart_with_skip_sw
numbers=$(port_numbers)
for i in "${!flows[@]}"; do
	[ -n "${words[i]}" ] || continue
	line=$(($(wc -l <$log) + 1))
	ovs-appctl dpctl/add-flow "$(ufid "$i"),$(sed "$numbers" <<<"${flows[i]}")" "$(sed "$numbers" <<<"${actions[i]}")" >/dev/null 2>&1
	has "refused: ${flows[i]}" "$(driver_since $line)" "${words[i]}"
done
finish
