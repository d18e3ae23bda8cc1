#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lab: --sfs 2
# A TCP connection through rules with conntrack: the handshake goes through software, which the driver asks for (+new is not for
# hardware); then the NIC has both directions, and the flows of the established state count exactly what was sent.
# shellcheck source=tests/lab/checks
. "$(dirname "$0")/checks"

a='src=02:00:00:00:00:01,dst=02:00:00:00:00:02' b='src=02:00:00:00:00:02,dst=02:00:00:00:00:01'
from_client="eth($a),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,ttl=64),tcp(src=4000,dst=80)"
from_server="eth($b),eth_type(0x0800),ipv4(src=10.0.0.2,dst=10.0.0.1,proto=6,ttl=64),tcp(src=80,dst=4000)"
client() { inhw send -q -c "${2:-1}" pf0sf0 "$from_client,tcp_flags($1)"; }
server() { inhw send -q -c "${2:-1}" pf0sf1 "$from_server,tcp_flags($1)"; }

set_up() {
	ovs-ofctl del-flows br0 && ovs-ofctl add-flows br0 - <<-END
		table=0,priority=10,ct_state=-trk,tcp,actions=ct(zone=7,table=1)
		table=1,priority=10,ct_state=+trk+new,tcp,in_port=pf0sf0,actions=ct(commit,zone=7),output:pf0sf1
		table=1,priority=10,ct_state=+trk+est,tcp,in_port=pf0sf0,actions=output:pf0sf1
		table=1,priority=10,ct_state=+trk+est,tcp,in_port=pf0sf1,actions=output:pf0sf0
	END
}

tracked() { ovs-appctl dpctl/dump-conntrack | grep 'zone=7'; }
# A connection that is in hardware has no state that software would know.
established() { tracked >/tmp/tracked && ! grep -q 'state=' /tmp/tracked; }

# The flow of the established state that comes from port $1, as Open vSwitch shows it.
est_flow() { ovs-appctl dpctl/dump-flows -m --names | grep "in_port($1)" | grep 'ct_state(0x22\|ct_state(0x2a\|+est' | head -n 1; }
packets_of() { est_flow "$1" | sed -n 's/.* packets:\([0-9]*\),.*/\1/p'; }
in_hardware() { est_flow "$1" | grep -q 'offloaded:yes, dp:tc'; }

# All of the connection's packets leave through the NIC's own tables: the entries of both directions are there.
nic_forwards() { [ "$("$1" 0x10 | tail -n 1)" = "1 packets, 78 bytes out of $2" ]; }

runs "the rules" set_up
client 0x02 >/dev/null # SYN
runs "the SYN is tracked" wait_until 5 tracked
new_flow=$(ovs-appctl dpctl/dump-flows -m --names | grep 'ct(commit')
has "the flow of new connections is in tc" "$new_flow" "dp:tc"
is "but not in hardware: the driver does not match on +new" "$(grep -c offloaded:yes <<<"$new_flow")" 0
sleep 0.3
server 0x12 >/dev/null # SYN and ACK
sleep 0.3
client 0x10 >/dev/null
runs "the connection is in hardware" wait_until 20 established
runs "the client's packets are the NIC's" wait_until 20 nic_forwards client "sf 1"
runs "and the server's" wait_until 20 nic_forwards server "sf 0"
runs "the flow from the client is offloaded" wait_until 5 in_hardware pf0sf0
runs "the flow from the server is offloaded" wait_until 5 in_hardware pf0sf1

sleep 2.5 # the driver asks for the counters once a second, Open vSwitch twice
before_client=$(packets_of pf0sf0) before_server=$(packets_of pf0sf1)
has "100 of the client's" "$(client 0x18 100)" "100 packets, 7800 bytes out of sf 1"
has "70 of the server's" "$(server 0x18 70)" "70 packets, 5460 bytes out of sf 0"
sleep 2.5
is "Open vSwitch counts them" "$(($(packets_of pf0sf0) - before_client)) $(($(packets_of pf0sf1) - before_server))" "100 70"

# Another connection is not established because this one is.
sum=$(inhw send -q pf0sf0 "${from_client/4000/4001},tcp_flags(0x10)")
has "a stranger's packet does not pass in hardware" "$sum" "1 came out nowhere"
finish
