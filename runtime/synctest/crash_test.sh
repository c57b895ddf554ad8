#!/usr/bin/env bash
# What is fatal about a synctest bubble: the words, Go's, and exit status 2.
set -uo pipefail
program=$1
failures=0

# dies HOW TEXT
dies() {
  local output status
  output=$("$program" "$1" 2>&1)
  status=$?
  if [[ $status == 2 ]] && grep -qxF "fatal error: $2" <<<"$output"; then
    echo "ok: $1"
  else
    echo "FAILED: $1: exit status $status, output: $output"
    failures=$((failures + 1))
  fi
}

dies cond "semaphore wake of synctest goroutine from outside bubble"
dies waitgroup_two_bubbles "sync: WaitGroup.Add called from multiple synctest bubbles"
dies waitgroup_inside_outside "sync: WaitGroup.Add called from inside and outside synctest bubble"
dies waitgroup_outside_inside "sync: WaitGroup.Add called from inside and outside synctest bubble"
exit $((failures > 0))
