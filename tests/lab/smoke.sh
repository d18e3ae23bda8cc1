#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lab: --no-ovs --sfs 2
# The real driver on our device: it is a switch, has ports, and takes filters that exist in hardware only.
# shellcheck source=tests/lab/checks
. "$(dirname "$0")/checks"

has "the device is a switch" "$(devlink dev eswitch show pci/0000:00:00.0)" "mode switchdev"
for port in p0 pf0sf0 pf0sf1; do
	has "$port is up" "$(ip link show "$port")" "LOWER_UP"
	runs "$port takes a qdisc" tc qdisc add dev "$port" clsact
done
runs "a redirect" tc filter add dev pf0sf0 ingress prio 1 protocol ip flower skip_sw dst_ip 10.0.0.2 action mirred egress redirect dev pf0sf1
runs "push of a tag" tc filter add dev pf0sf0 ingress prio 2 protocol ip flower skip_sw ip_proto udp dst_port 53 action vlan push id 100 action mirred egress redirect dev p0
runs "pop of a tag" tc filter add dev p0 ingress prio 1 protocol 802.1q flower skip_sw vlan_id 100 action vlan pop action mirred egress redirect dev pf0sf0
runs "drop" tc filter add dev pf0sf1 ingress prio 1 protocol ipv6 flower skip_sw dst_ip 2001:db8::1 action drop
runs "rewrite" tc filter add dev pf0sf1 ingress prio 2 protocol ip flower skip_sw ip_proto tcp dst_port 80 \
	action pedit ex munge eth dst set 02:00:00:00:00:09 munge ip ttl add 255 pipe action csum ip and tcp pipe action mirred egress redirect dev p0
for port in p0 pf0sf0 pf0sf1; do
	shown=$(tc filter show dev "$port" ingress)
	has "filters of $port are in hardware" "$shown" "in_hw in_hw_count 1"
	case $shown in *not_in_hw*) bad "all of $port's are: $shown" ;; esac
	runs "filters of $port go" tc filter del dev "$port" ingress
	is "none of $port is left" "$(tc filter show dev "$port" ingress)" ""
done
finish
