#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lab: --no-ovs --no-switchdev --profile plain
# What the profile `plain` advertises is enough for the real driver to make a network device that sends and receives.
# shellcheck source=tests/lab/checks
. "$(dirname "$0")/checks"

n_rx() { cat /sys/class/net/p0/statistics/rx_packets; }

has "p0 is mlx5_core's" "$(readlink /sys/class/net/p0/device/driver)" mlx5_core
has "p0 is up" "$(ip link show p0)" LOWER_UP
has "there is no e-switch" "$(devlink dev eswitch show pci/0000:00:00.0 2>&1)" "not supported"
runs "p0 takes an address" ip addr add 192.168.1.1/24 dev p0
runs "and a neighbour" ip neigh replace 192.168.1.2 lladdr 02:00:00:00:00:22 dev p0 nud permanent
before=$(n_rx)
runs "20 packets come from the wire" inhw send --count 20 uplink \
	"eth(src=02:00:00:00:00:22,dst=$(cat /sys/class/net/p0/address)),eth_type(0x0800),ipv4(src=192.168.1.2,dst=192.168.1.1,proto=17,ttl=64),udp(src=1000,dst=9)"
received() { [ $(($(n_rx) - before)) -ge 20 ]; }
runs "p0 counts them" wait_until 5 received
has "packets of p0 leave" "$(echo x >/dev/udp/192.168.1.2/7 && sleep 0.2 && inhw nic capture --port uplink)" "dst=02:00:00:00:00:22"
is "the driver complains of nothing" "$(dmesg | grep -E 'mlx5_core.*(fail|error|unable|cannot)')" ""
finish
