#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lab: --no-ovs --sfs 2
# Each filter of refusals.txt: the real driver takes it into hardware, or says exactly those words. All go through one tc,
# the N-th with preference N, because a process costs 50 ms here. An unknown object behind each marks where its words end.
here=$(dirname "$0")
# shellcheck source=tests/lab/checks
. "$here/checks"

set_up() {
	ip link add dm0 type dummy && ip link set dm0 up &&
		ip link add vx type vxlan external dstport 4789 && ip link set vx up &&
		ip link add gn type geneve external && ip link set gn up &&
		ip addr add 192.168.1.1/24 dev p0 &&
		ip neigh replace 192.168.1.2 lladdr 02:00:00:00:00:22 dev p0 nud permanent &&
		tc qdisc add dev vx ingress && tc qdisc add dev gn ingress &&
		tc qdisc add dev p0 clsact && tc qdisc add dev pf0sf0 clsact && tc qdisc add dev pf0sf1 clsact
}

# "N in_hw" or "N not_in_hw" for each filter that is there.
list_filters() {
	local dev
	for dev in p0 pf0sf0 vx gn; do tc filter show dev $dev ingress; done |
		awk '{ for (i = 1; i < NF; i++) if ($i == "pref") n = $(i + 1) } $1 ~ /in_hw$/ { print n, $1 }'
}

runs "the devices" set_up
devs=() filters=() wanted=() words=() state=()
while IFS=$'\t' read -r dev filter want; do
	case $dev in '' | '#'*) continue ;; esac
	devs+=("$dev") filters+=("$filter") wanted+=("$want")
done <"$here/refusals.txt"

for i in "${!filters[@]}"; do
	echo "filter add dev ${devs[i]} ingress pref $((i + 1)) ${filters[i]}"
	echo "end-of-filter"
done >/tmp/batch
n=0
while read -r line; do
	case $line in
	'Object "end-of-filter"'*) n=$((n + 1)) ;;
	'Command failed '* | 'We have an error talking'*) ;;
	*) words[n]=${words[n]:-$line} ;;
	esac
done < <(tc -force -batch /tmp/batch 2>&1)
while read -r pref flag; do state[pref - 1]=$flag; done < <(list_filters)

differ=0
for i in "${!filters[@]}"; do
	got=${words[i]:-${state[i]:-"nothing shown"}} got=${got#Error: } got=${got#Warning: } got=${got%.}
	[ "$got" != in_hw ] || got=accepted
	[ "$got" != "${wanted[i]}" ] || continue
	differ=$((differ + 1))
	bad "${devs[i]} ${filters[i]}: got '$got', wanted '${wanted[i]}'"
done
is "lines of refusals.txt that differ, of ${#filters[@]}" $differ 0
[ ${#filters[@]} -gt 80 ] || bad "there are too few of them"
finish
