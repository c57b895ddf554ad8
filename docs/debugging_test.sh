#!/usr/bin/env bash
# What docs/debugging.md says of the programs in examples/debugging is what they do. Lines of source are not compared: the default build
# has no debug information.
set -uo pipefail
programs=$(dirname "$1")  # any of them; the others lie beside it
readonly programs
failures=0

# says WHAT STATUS OUTPUT EXPECTED_STATUS PATTERN...
says() {
  local what=$1 status=$2 output=$3 expected=$4 pattern
  shift 4
  [ "$status" = "$expected" ] || { failures=$((failures + 1)); printf 'FAILED: %s: status %s: %s\n' "$what" "$status" "$output"; }
  for pattern in "$@"; do
    grep -qE -- "$pattern" <<<"$output" || { failures=$((failures + 1)); printf "FAILED: %s: nothing like '%s' in: %s\n" "$what" "$pattern" "$output"; }
  done
}

# The two transfers may still be on their way to the second lock when the program has said what it does; then once more.
out=$(mktemp)
trap 'rm -f "$out"' EXIT
for _ in {1..20}; do
  : >"$out"
  "$programs/hang" >"$out" 2>&1 &
  pid=$!
  until grep -q transferring "$out" || ! kill -0 $pid 2>/dev/null; do :; done
  kill -QUIT $pid
  wait $pid
  status=$?
  [ "$(grep -c "sync.Mutex.Lock" "$out")" = 2 ] && break
done
says hang $status "$(cat "$out")" 2 "^SIGQUIT: quit" "goroutine [0-9]+ \[sync.Mutex.Lock\]:" "Transfer" "goroutine [0-9]+ \[sleep\]:  // heartbeat"

output=$("$programs/crash" 2>&1)
says crash $? "$output" 139 "^fatal error: nil pointer dereference" "code=0x1 addr=0x20" "\[running\]:  // worker" "Charge\(|main::\{lambda"

# With one P, so that all replicas have had their turn: another P may hold some of them while its thread waits for a CPU.
output=$(GORT_MAXPROCS=1 "$programs/leak" 2>&1)
says leak $? "$output" 0 "^100 answers" "goroutine [0-9]+ \[chan send \(leaked\)\]:  // replica" "identical goroutines folded"
output=$(GORT_DEBUG=leakcheck=1 "$programs/leak" 2>&1)
says "leak, leakcheck=1" $? "$output" 2 "^gort: main has returned, and [0-9]+ goroutines can never wake again" "\[chan send \(leaked\)\]:  // replica"
output=$("$programs/leak" --buffered 2>&1)
says "leak --buffered" $? "$output" 0 "^100 answers"
grep -q "leaked" <<<"$output" && { failures=$((failures + 1)); echo "FAILED: leak --buffered leaks: $output"; }

output=$(GORT_MAXPROCS=1 GORT_DEBUG=blocked=1 "$programs/slow" 2>&1)
says slow $? "$output" 0 "has blocked its thread for [0-9]+ ms in clock_nanosleep; wrap the call in gort::Blocking" "^longest small request"
output=$(GORT_MAXPROCS=1 GORT_DEBUG=blocked=1 "$programs/slow" --blocking 2>&1)
says "slow --blocking" $? "$output" 0 "^longest small request"
grep -q "has blocked" <<<"$output" && { failures=$((failures + 1)); echo "FAILED: slow --blocking blocks: $output"; }

echo "$failures failed"
[ "$failures" = 0 ]
