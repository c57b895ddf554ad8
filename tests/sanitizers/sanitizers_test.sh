#!/usr/bin/env bash
# Each planted bug is reported by the tool that is for it, with the right function's name; what is no bug is not.
# Usage: sanitizers_test.sh RACES MEMORY asan|race|ubsan|valgrind
set -uo pipefail
races=$1
memory=$2
tool=$3
failures=0

fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s: %s. Output:\n%s\n' "$1" "$2" "$(head -n 80 <<<"$3")"
}

# reports NAME COMMAND... -- PATTERN...: it fails, and every pattern (grep -E) is found in what it prints, in this order.
reports() {
  local name=$1 command=() output rest pattern at
  shift
  while [ "$1" != -- ]; do command+=("$1"); shift; done
  shift
  if output=$("${command[@]}" 2>&1); then fail "$name" "exit status 0, the bug was not found" "$output"; return; fi
  rest=$output
  for pattern in "$@"; do
    at=$(grep -nE -m1 -- "$pattern" <<<"$rest" | cut -d: -f1)
    if [ -z "$at" ]; then fail "$name" "nothing (more) like '$pattern'" "$output"; return; fi
    rest=$(sed -n "$((at + 1)),\$p" <<<"$rest")
  done
  echo "ok: $name"
}

# clean NAME COMMAND...: it ends well, and the tool has nothing to say.
clean() {
  local name=$1 output
  shift
  if ! output=$("$@" 2>&1); then fail "$name" "exit status not 0" "$output"; return; fi
  if [ "$output" != "reached the end" ]; then fail "$name" "more than the program's own line" "$output"; return; fi
  echo "ok: $name"
}

test_race() {
  export GORT_MAXPROCS
  for GORT_MAXPROCS in 1 2; do
    for race in two_writers one_after_the_other write_after_send unrelated_channel sleep_instead writers_under_rlock write_after_done; do
      reports "$race, $GORT_MAXPROCS P" "$races" "$race" -- 'WARNING: ThreadSanitizer: data race' '#0 .*Write(Here|There)' 'Previous write' \
        '#0 .*Write(Here|There)'
    done
    clean "ordered, $GORT_MAXPROCS P" "$races" ordered
    clean "thread_locals, $GORT_MAXPROCS P" "$races" thread_locals
  done
}

test_asan() {
  export ASAN_OPTIONS=detect_stack_use_after_return=0
  reports read_dead_stack "$memory" read_dead_stack -- 'AddressSanitizer: use-after-poison' '#0 .*ReadThePointer' 'ReadDeadStack'
  ASAN_OPTIONS=detect_stack_use_after_return=1 \
    reports read_returned_frame "$memory" read_returned_frame -- 'AddressSanitizer: stack-use-after-return' '#0 .*ReadThePointer' \
    'in frame' '#0 .*PublishALocal'
  reports use_after_free "$memory" use_after_free -- 'AddressSanitizer: heap-use-after-free' '#0 .*ReadThePointer' '^freed by' \
    '#1 .*FreeIt' '^previously allocated by' '#1 .*MakeIt'
  reports stack_buffer_overflow "$memory" stack_buffer_overflow -- 'AddressSanitizer: stack-buffer-overflow' '#0 .*WriteBehindAnArray'
  reports leak "$memory" leak -- 'LeakSanitizer: detected memory leaks' 'Direct leak of 100 byte' '#1 .*MakeForgotten'
  local fake_stacks
  for fake_stacks in 0 1; do
    ASAN_OPTIONS=detect_stack_use_after_return=$fake_stacks clean "held_by_parked, fake stacks $fake_stacks" "$memory" held_by_parked
    GORT_MAXPROCS=8 ASAN_OPTIONS=detect_stack_use_after_return=$fake_stacks \
      clean "held_by_running, fake stacks $fake_stacks" "$memory" held_by_running
    ASAN_OPTIONS=detect_stack_use_after_return=$fake_stacks clean "many_goroutines, fake stacks $fake_stacks" "$memory" many_goroutines
  done
}

test_ubsan() {
  export UBSAN_OPTIONS=print_stacktrace=1
  reports signed_overflow "$memory" signed_overflow -- 'memory.cc:[0-9]+:[0-9]+: runtime error: signed integer overflow' '#0 .*AddOne' \
    'SignedOverflow'
}

test_valgrind() {
  if ! command -v valgrind >/dev/null; then
    echo "skipped: no valgrind here; apt-get install valgrind"
    return
  fi
  # Not the leak check: memory that a parked goroutine holds is reachable to Valgrind only by way of stacks that it does not scan.
  local under_valgrind=(valgrind -q --error-exitcode=9 --leak-check=no)
  reports use_after_free "${under_valgrind[@]}" "$memory" use_after_free -- 'Invalid read of size 4' '(at|by) 0x.*ReadThePointer' \
    "free'd" 'by 0x.*FreeIt'
  clean many_goroutines "${under_valgrind[@]}" "$memory" many_goroutines
  clean ordered "${under_valgrind[@]}" "$races" ordered
}

"test_$tool"
[ "$failures" = 0 ]
