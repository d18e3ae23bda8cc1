#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# host
# Two labs at once know nothing of each other.
# shellcheck source=tests/lab/checks
. "$(dirname "$0")/checks"
here=$(dirname "$0")
options=()
while [ "$1" != -- ]; do
	options+=("$1")
	shift
done
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
pids=()
for i in 1 2; do
	"$INHW" lab run --timeout 300 --no-ovs --sfs 2 "${options[@]}" "$here/smoke.sh" >"$tmp/out$i" 2>&1 &
	pids+=($!)
done
for i in 1 2; do
	wait "${pids[i - 1]}"
	is "status of lab $i" $? 0
	has "its checks" "$(tail -n 1 "$tmp/out$i")" " 0 failed"
	grep BAD "$tmp/out$i"
done
finish
