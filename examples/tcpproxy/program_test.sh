#!/usr/bin/env bash
# The program: its flags, what it prints, how it ends.  Usage: program_test.sh TCPPROXY
set -uo pipefail
tcpproxy=$1
# shellcheck source=testing.sh
source "$(dirname "$0")/testing.sh"

# expect STATUS TEXT ARGUMENT...
expect() {
  local want="$1 $2" got
  shift 2
  got=$("$tcpproxy" "$@" 2>&1)
  got="$? $got"
  [[ $got == "$want" ]] || fail "tcpproxy $*: '$got' instead of '$want'"
}

see='See tcpproxy --help.'
expect 2 "tcpproxy: --to must say where the server is, as in --to=127.0.0.1:6379. $see"
expect 2 "tcpproxy: there is no flag --form. $see" --form=x
expect 2 "tcpproxy: --max_connections must be at least 1. $see" --to=x:1 --max_connections=0
expect 2 "tcpproxy: --connect_timeout must be above 0. $see" --to=x:1 --connect_timeout=0
expect 2 "tcpproxy: --idle_timeout must be above 0. $see" --to=x:1 --idle_timeout=-1s
expect 2 "tcpproxy: --fault_reset must be a probability, 0 to 1. $see" --to=x:1 --fault_reset=nan
expect 2 "tcpproxy: --fault_stall cannot be \"10ms\". $see" --to=x:1 --fault_stall=10ms
"$tcpproxy" --help >"$tmp/help" || fail "--help ended with $?"
for flag in listen to max_connections connect_timeout idle_timeout grace fault_reset fault_stall fault_slice fault_seed; do
  grep -q -- "--$flag=" "$tmp/help" || fail "--help does not name --$flag"
done

start_proxy --to=127.0.0.1:1 --fault_slice=5 --fault_seed=77
grep -qx 'tcpproxy: faults: --fault_reset=0 --fault_stall=0,0 --fault_slice=5 --fault_seed=77' "$tmp/proxy.out" || fail "the faults are not printed"
expect 1 "tcpproxy: listen tcp $address: bind: address already in use" --listen="$address" --to=127.0.0.1:1
ask_counters
[[ $(counter accepted) == 0 && $(counter fds) -gt 3 && $(counter goroutines) -gt 1 ]] || fail "counters: $(tail -n 1 "$tmp/proxy.out")"
stop_proxy
[[ $(grep -c accepted= "$tmp/proxy.out") == 2 ]] || fail "no counters at the end: $(cat "$tmp/proxy.out")"

exit $((failures > 0))
