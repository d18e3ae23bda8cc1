#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# host
# Without any one row of profiles/nic/minimal.json there is no switch, or minimal.sh fails: what is in it is needed.
here=$(dirname "$0")
# shellcheck source=tests/lab/checks
. "$here/checks"

options=()
while [ "$1" != -- ]; do
	options+=("$1")
	shift
done
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
profile=$here/../../profiles/nic/minimal.json

# Ends with 0 when the profile in $tmp is enough; the words of a lab that failed are in $tmp/said.
is_enough() {
	"$INHW" lab run --no-ovs --sfs 1 --timeout 60 --log "$tmp/log" --profile "$tmp/profile.json" "${options[@]}" "$here/minimal.sh" >"$tmp/said" 2>&1
}

cp "$profile" "$tmp/profile.json"
runs "all rows" is_enough
while read -r cap; do
	# A row is a line; the last one has no comma.
	grep -v -F "\"cap\": \"$cap\"" "$profile" | sed -z 's/},\n\t]/}\n\t]/' >"$tmp/profile.json"
	if is_enough; then
		bad "$cap is not needed"
	else
		pass "without $cap: $(grep -m 1 -E '^BAD|^inhw: lab' "$tmp/said" | cut -c 1-120)"
	fi
done < <(sed -n 's/.*"cap": "\([^"]*\)".*/\1/p' "$profile")
finish
