#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# host
# inhw lab trace: a flow that the real driver takes, one that it refuses and one that Open vSwitch cannot read.
# shellcheck source=tests/lab/checks
. "$(dirname "$0")/checks"

options=()
while [ "$1" != -- ]; do
	options+=("$1")
	shift
done
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# trace STATUS FLOW ACTIONS: what it prints in $tmp/json
trace() {
	local want=$1
	shift
	"$INHW" lab trace --timeout 120 --json --html "$tmp/page.html" --record "$tmp/record" "${options[@]}" "$@" >"$tmp/json" 2>"$tmp/err"
	is "exit status of $*" $? "$want"
	[ ! -s "$tmp/err" ] || cat "$tmp/err"
}

# Prints an expression of Python about j, the answer, and e, its events.
ask() {
	python3 - "$tmp/json" "$1" <<-'END'
		import json, sys
		j = json.load(open(sys.argv[1]))
		e = j["trace"]["events"]
		print(eval(sys.argv[2]))
	END
}

# Whether function $1 was observed or concluded, each time that it is there.
inferred() { ask "{x['inferred'] for x in e if x['function'] == '$1'}"; }

# The group of entry $1 of table $2, as the device told it.
group_of() {
	python3 - "$tmp/record" "$1" "$2" <<-'END'
		import json, sys
		text = open(sys.argv[1]).read().split("@@ entries\n")[1].split("\n@@ kernel\n")[0]
		place = [int(n) for n in sys.argv[2:]]
		print(*(x["group"] for x in json.loads(text) if x["kind"] == "entry" and [x["entry"], x["table"]] == place))
	END
}

eth='in_port(pf0sf0),eth(dst=02:00:00:00:00:02),eth_type(0x0800)'
trace 0 "$eth,ipv4(dst=10.0.0.2,proto=17,frag=no),udp(dst=53)" pf0sf1
has "in hardware" "$(ask "j['verdict']")" "in hardware: table * group * entry * of the NIC (chain 0 prio * handle 0x* in tc)"
is "the device's entry" "$(group_of "$(ask "j['entry']['index']")" "$(ask "j['entry']['table']")")" "$(ask "j['entry']['group']")"
for function in dpif_operate parse_flow_put nl_sock_transact_multiple mlx5e_configure_flower nic_device_exec mlx5e_stats_flower; do
	is "observed: $function" "$(inferred $function)" "{False}"
done
for function in tc_replace_flower sendmsg netlink_sendmsg rtnetlink_rcv_msg tc_new_tfilter fl_change mlx5_add_flow_rules mlx5_cmd_set_fte; do
	is "concluded: $function" "$(inferred $function)" "{True}"
done
has "the entry's command" "$(ask "[n['value'] for x in e for n in x['notes'] if n['key'] == 'entry']")" "*02:00:00:00:00:02*to vport*"
is "children within their parents" "$(ask "all(x['start_ns'] >= e[x['parent'] - 1]['start_ns'] for x in e if x['parent'])")" True
has "the page" "$(cat "$tmp/page.html")" "in hardware: table"

trace 1 "$eth,ipv4(proto=132,frag=no),sctp(dst=80)" pf0sf1
has "the driver's words" "$(ask "j['verdict']")" \
	"stopped in nic/driver at __parse_cls_flower because mlx5_core: Only UDP and TCP transports are supported for L4 matching*"
is "its place in the flow" "$(ask "j['flow'][j['stopped']['culprit']['offset']:][:j['stopped']['culprit']['length']]")" dst=80
is "where it is" "$(ask "j['place']")" tc

trace 2 'in_port(pf0sf0),eth_typ(0x0800)' pf0sf1
has "Open vSwitch's words" "$(ask "j['verdict']")" "refused in dpif at dpctl_put_flow_dpif because *syntax error at eth_typ(0x0800)*"
is "where it is nowhere" "$(ask "j['place']")" none
trace 1 --setup 'inhw nic fault SET_FLOW_TABLE_ENTRY --status LIM --count 0' "$eth,ipv4(frag=no)" p0
has "the device's words" "$(ask "j['verdict']")" "stopped in nic/device at nic_device_exec because *inhw nic fault*"
is "its error" "$(ask "j['stopped']['error']['errno']")" ENOMEM
finish
