#!/usr/bin/env bash
# gdb's `bt` through our stacks: on a goroutine, across systemstack, inside the switch routines, and `finish` out of them.
set -uo pipefail
program=$1
if ! command -v gdb >/dev/null; then
  echo "skipped: no gdb on this machine (.ci/run installs it)"
  exit 0
fi
failures=0

# stops AT COMMANDS PATTERN...: at breakpoint AT, what gdb prints for COMMANDS holds every pattern, and no complaint.
stops() {
  local at=$1 commands=$2 output pattern
  shift 2
  # gdb may ask for a thread's registers when exit_group has just ended it, or for its status, and gives up: not what is tested here.
  for _ in 1 2 3 4 5; do
    output=$(gdb -nx -batch -ex "set debuginfod enabled off" -ex "set backtrace past-main on" -ex "break $at" -ex run \
      -ex "$commands" -ex "delete" -ex "continue" "$program" 2>&1)
    grep -qE "Couldn't get registers: No such process|internal-error: wait returned unexpected status" <<<"$output" || break
  done
  for pattern in "$@" "counter 3" "exited normally"; do
    if ! grep -qE -- "$pattern" <<<"$output"; then
      failures=$((failures + 1))
      printf "FAILED: at %s: nothing like '%s' in:\n%s\n" "$at" "$pattern" "$output"
      return
    fi
  done
  if grep -qE "previous frame (inner|identical)|corrupt stack|Cannot access memory|__pthread_initialize.*\?\?" <<<"$output"; then
    failures=$((failures + 1))
    printf 'FAILED: at %s: gdb complains:\n%s\n' "$at" "$output"
    return
  fi
  echo "ok: $at"
}

stops CallsSystemstack bt "#0 .*CallsSystemstack" "RunClosure" "runtime.goexit"
stops OnG0 bt "#0 .*OnG0" "__morestack" "CallsSystemstack" "RunClosure" "runtime.goexit"
stops OnG0 "up 2" "CallsSystemstack|systemstack \(" 
stops Parks bt "#0 .*Parks" "RunClosure" "runtime.goexit"
stops "*'runtime.mcall'" bt "#0 .*runtime.mcall" "(Parks|main)"
stops main bt "#0 .*main" "runtime.goexit"

echo "$failures failed"
[ "$failures" = 0 ]
