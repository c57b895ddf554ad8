#!/usr/bin/env bash
# Misuse of package sync: exit status and words, Go's. E29, E31, E33, E34, E35, E36.
set -uo pipefail
program=$1
failures=0

# dies HOW STATUS PATTERN...: every pattern (grep -E) is found in what the program prints.
dies() {
  local how=$1 want=$2 got output pattern
  shift 2
  output=$("$program" "$how" 2>&1)
  got=$?
  [ "$got" = "$want" ] || { fail "$how" "exit status $got instead of $want" "$output"; return; }
  for pattern in "$@"; do
    grep -qE -- "$pattern" <<<"$output" || { fail "$how" "nothing like '$pattern'" "$output"; return; }
  done
  grep -q 'Wait returned' <<<"$output" && { fail "$how" "Wait returned although the program was to die first" "$output"; return; }
  echo "ok: $how"
}
fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s: %s. Output:\n%s\n' "$1" "$2" "$(head -n 60 <<<"$3")"
}

dies mutex_unlock 2 '^fatal error: sync: unlock of unlocked mutex$' '^goroutine 1 \[running\]:'
dies mutex_unlock_twice 2 '^fatal error: sync: unlock of unlocked mutex$'
dies mutex_unlock_thread 2 '^fatal error: sync: unlock of unlocked mutex$'
dies rw_unlock 2 '^fatal error: sync: Unlock of unlocked RWMutex$'
dies rw_unlock_readlocked 2 '^fatal error: sync: Unlock of unlocked RWMutex$'
dies rw_runlock 2 '^fatal error: sync: RUnlock of unlocked RWMutex$'
dies rw_runlock_locked 2 '^fatal error: sync: RUnlock of unlocked RWMutex$'
dies waitgroup_throw 2 '^panic: std::runtime_error: it broke$' '^goroutine [0-9]+ \[running\]:'
dies waitgroup_negative 2 '^panic: sync: negative WaitGroup counter$' '^goroutine 1 \[running\]:'

if [ "$("$program" sanitizer)" = yes ]; then
  echo "skipped under a sanitizer, whose own threads could wake somebody for all the scheduler knows: deadlocks"
else
  asleep='^fatal error: all goroutines are asleep - deadlock!$'
  dies mutex_recursive 2 "$asleep" '^goroutine 1 \[sync.Mutex.Lock\]:'
  dies rwmutex_recursive 2 "$asleep" '^goroutine 1 \[sync.RWMutex.RLock\]:' '^goroutine [0-9]+ \[sync.RWMutex.Lock\]:'
  dies once_recursive 2 "$asleep" '^goroutine 1 \[sync.Mutex.Lock\]:'
  dies waitgroup_deadlock 2 "$asleep" '^goroutine 1 \[sync.WaitGroup.Wait\]:'
fi

echo "$failures failed"
[ "$failures" = 0 ]
