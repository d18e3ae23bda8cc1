#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lab: --no-ovs --sfs 2
# A guest that reboots with rules in the device finds it as new. The lab's script runs in each life of its guest.
# shellcheck source=tests/lab/checks
. "$(dirname "$0")/checks"

if [ ! -e /run/lab/rebooted ]; then
	touch /run/lab/rebooted
	tc qdisc add dev pf0sf0 clsact && tc filter add dev pf0sf0 ingress prio 1 protocol ip flower skip_sw dst_ip 10.0.0.2 \
		action mirred egress redirect dev pf0sf1 || exit 1
	echo "reboots"
	sync
	echo b >/proc/sysrq-trigger
	sleep 1000
fi
is "rules of the first life" "$(tc filter show dev pf0sf0 ingress 2>/dev/null)" ""
exec "$(dirname "$0")/smoke.sh"
