#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# host
# Whatever way a lab ends, its exit status says it and nothing of it stays behind: no process, no file.
# shellcheck source=tests/lab/checks
. "$(dirname "$0")/checks"

options=()
while [ "$1" != -- ]; do
	options+=("$1")
	shift
done
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export XDG_RUNTIME_DIR=$tmp/run
mkdir -m 700 "$XDG_RUNTIME_DIR"

# "PID START" of process $1 and of all that come from it.
family() {
	local pid=$1 child
	[ -r "/proc/$pid/stat" ] || return
	echo "$pid $(start_of "$pid")"
	# shellcheck disable=SC2013
	for child in $(cat "/proc/$pid/task"/*/children 2>/dev/null); do family "$child"; done
}

start_of() {
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return
	# The name of the command may have blanks in it: field 22 is the 20th behind its bracket.
	# shellcheck disable=SC2086
	set -- ${stat##*) }
	echo "${20}"
}

# None of the processes in file $1 is there any more, or only as one that its parent has not asked after.
all_gone() {
	local pid start
	while read -r pid start; do
		[ "$(start_of "$pid")" = "$start" ] && ! grep -q '^State:.*Z' "/proc/$pid/status" && return 1
	done <"$1"
	return 0
}

# The process of the family in file $1 whose command line has $2 in it.
member() {
	local pid start
	while read -r pid start; do
		tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q -e "$2" && { echo "$pid"; return; }
	done <"$1"
}

# Whether its script runs, or it has given up.
begun() {
	grep -q running "$tmp/out" || ! kill -0 $lab
}

# Starts a lab whose script says that it runs and then sleeps: $lab, and its family in $tmp/family.
start() {
	: >"$tmp/out"
	"$INHW" lab run --no-ovs --sfs 1 "${options[@]}" "$@" bash -c 'echo running; sleep 1000 & sleep 1000' >"$tmp/out" 2>"$tmp/err" &
	lab=$!
	if ! wait_until 120 begun || ! grep -q running "$tmp/out"; then
		bad "the lab does not run: $(cat "$tmp/err")"
		finish
	fi
	family $lab >"$tmp/family"
	[ "$(wc -l <"$tmp/family")" -ge 4 ] || bad "the lab has too few processes: $(cat "$tmp/family")"
}

# ended WHAT STATUS WORDS: what the lab that was started has left
ended() {
	local status
	wait $lab
	status=$?
	is "$1: status" $status "$2"
	has "$1: words" "$(cat "$tmp/err")" "$3"
	clean "$1"
}

clean() {
	if wait_until 5 all_gone "$tmp/family"; then pass "$1: no process stays"; else bad "$1: processes stay: $(cat "$tmp/family")"; fi
	is "$1: no file stays" "$(ls -A "$XDG_RUNTIME_DIR")" ""
}

device_of() { member "$tmp/family" "--vhost-user"; }
guest_of() { member "$tmp/family" "^[^ ]*linux[^ ]* mem="; }

"$INHW" lab run --no-ovs --sfs 0 "${options[@]}" bash -c 'echo out; echo err >&2; exit 7' >"$tmp/out" 2>"$tmp/err" </dev/null
is "a script's status" $? 7
is "its output" "$(cat "$tmp/out")" out
is "its errors" "$(cat "$tmp/err")" err
is "no file stays" "$(ls -A "$XDG_RUNTIME_DIR")" ""

start
kill -INT $lab
ended "SIGINT" 130 ""

start
kill -KILL "$(device_of)"
ended "device killed" 125 "the device was killed by signal 9"

start
kill -KILL "$(guest_of)"
ended "guest killed" 125 "the guest was killed by signal 9"

start
kill -KILL "$(sed -n '2s/ .*//p' "$tmp/family")"
ended "supervisor killed" 125 "supervises"

start
kill -KILL $lab
{ wait $lab; } 2>/dev/null
clean "inhw killed"

start --timeout 8
ended "timeout" 124 "not done after 8 s"
finish
