#!/usr/bin/env bash
# How programs end: exit status and words, for each way to die. The words and codes are Go's where Go has them.
set -uo pipefail
program=$1
failures=0

# dies HOW STATUS PATTERN...: every pattern (grep -E) is found in what the program prints, in this order.
dies() {
  local how=$1 want=$2 got output pattern rest
  shift 2
  output=$("$program" "$how" 2>&1)
  got=$?
  [ "$got" = "$want" ] || { fail "$how" "exit status $got instead of $want" "$output"; return; }
  rest=$output
  for pattern in "$@"; do
    if ! grep -qE -- "$pattern" <<<"$rest"; then fail "$how" "nothing (more) like '$pattern'" "$output"; return; fi
    rest=$(sed -n "$(( $(grep -nE -m1 -- "$pattern" <<<"$rest" | cut -d: -f1) + 1 )),\$p" <<<"$rest")
  done
  echo "ok: $how"
}
fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s: %s. Output:\n%s\n' "$1" "$2" "$(head -n 60 <<<"$3")"
}

frames='^.*Recurse'
dies overflow 2 '^runtime: goroutine stack exceeds 26[0-9]{4}-byte limit$' '^runtime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]$' \
  '^fatal error: stack overflow$' '^$' '^goroutine [0-9]+ \[running\]:' "$frames" '^\.\.\.[0-9]+ identical frames folded\.\.\.$' 'RunClosure|operator\(\)' \
  '^created by .* in goroutine 1$' 'crash_program.cc:[0-9]+$'
dies overflow_leaps 2 '^fatal error: stack overflow$' 'RecurseInLeaps' '^created by '
dies overflow_main 2 '^runtime: goroutine stack exceeds [0-9]+-byte limit$' '^goroutine 1 \[running\]:' "$frames" 'main'

# What has its own say under a sanitizer: ASan and TSan report faults themselves, and TSan's own thread could wake somebody
# for all the scheduler knows.
if [ "$("$program" sanitizer)" = yes ]; then
  echo "skipped under a sanitizer: nil*, own_handler, kill_segv, noncanonical, foreign_guard, deadlock, goexit_main, leaks"
  GORT_DEBUG=leakcheck=1 dies leak 0 '^gort: GORT_DEBUG=leakcheck=1 finds nothing out: the tables of AddressSanitizer, '
else

leaks='^gort: main has returned, and 2 goroutines can never wake again \(GORT_DEBUG=leakcheck=1\)$'
GORT_DEBUG=leakcheck=1 dies leak 2 "$leaks" '^$' '^goroutine [0-9]+ \[chan receive \(nil chan\) \(leaked\)\]:' '^created by main in goroutine 1$' \
  '^goroutine [0-9]+ \[select \(no cases\) \(leaked\)\]:'
GORT_DEBUG=leakcheck=1 dies leak_status 7 "$leaks"
GORT_DEBUG=leakcheck=1 dies no_leak 0
GORT_DEBUG=leakcheck=0 dies leak 0

# Not ours to swallow: the report, then the signal's default action.
dies nil 139 '^fatal error: nil pointer dereference' '^\[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x' '^goroutine [0-9]+ \[running\]:.*victim'
dies nil_call 139 '^fatal error: nil pointer dereference' 'pc=0x0\]$' '^goroutine [0-9]+ \[running\]:.*victim' 'RunClosure|operator\(\)'
dies nil_in_systemstack 139 '^fatal error: nil pointer dereference' '^goroutine [0-9]+ \[running\]:.*victim' 'RunClosure|operator\(\)|main::\{lambda'
dies own_handler 2 '^recovered$' '^fatal error: stack overflow$'
dies noncanonical 139 '^fatal error: .*non-canonical' '^\[signal SIGSEGV'
dies foreign_guard 139 '^fatal error: .*guard of the stack \[0x' '^\[signal SIGSEGV'

dies kill_segv 139
dies deadlock 2 '^fatal error: all goroutines are asleep - deadlock!$' '^goroutine 1 \[select \(no cases\)\]:' 'main' '^goroutine [0-9]+ \[chan receive\]:' 'RunClosure|operator\(\)'
dies goexit_main 2 '^fatal error: no goroutines \(main called runtime.Goexit\) - deadlock!$'
fi

dies throw 2 '^panic: std::runtime_error: it broke$' '^	badly$' '^$' '^goroutine [0-9]+ \[running\]:' 'ThrowDeep' 'RunClosure|operator\(\)' '^created by'
dies throw_main 2 '^panic: std::runtime_error: it broke$' '^goroutine 1 \[running\]:' 'ThrowDeep' 'main'
dies throw_panic 2 '^panic: close of closed channel$'
dies throw_int 2 '^panic: int$'
dies throw_notext 2 '^panic: .*NoText$'
dies throw_template 2 '^panic: std::pair<int, .*NoText\*>$'
dies throw_nested 2 '^panic: std::runtime_error: oldest \[recovered\]$' '^	panic: .*::Both: later 1 \[recovered\]$' '^	panic: .*::Both: later 2$' \
  '^$' '^goroutine [0-9]+ \[running\]:' 'ThrowNested' '^created by'
dies throw_nested_panic 2 '^panic: .*::NoText \[recovered\]$' '^	panic: close of closed channel$'
dies throw_nested_deep 2 '^panic: \.\.\.older exceptions elided\.\.\.$' '^	panic: .*::Both: later 26 \[recovered\]$' '^	panic: .*::Both: later 40$'
dies throw_in_handlers 2 '^panic: int \[recovered\]$' '^	panic: std::runtime_error: first \[recovered\]$' '^	panic: .*::Both: second$' '^$' \
  '^goroutine [0-9]+ \[running\]:' 'ThrowInHandlers'
dies throw_again 2 '^panic: .*::Both: it broke \[recovered, repanicked\]$'
dies throw_kept 2 '^panic: .*::Both: it broke \[recovered, repanicked\]$'
dies throw_made 2 '^panic: .*::Both: it broke$'
dies throw_through_noexcept 2 '^panic: .*::Both: it broke$'
dies throw_after_catch 2 '^panic: .*::Both: it broke$'
dies goexit_noexcept 2 '^fatal error: std::terminate called during gort::Goexit: .* a noexcept function is in the way' '^goroutine [0-9]+ \[running\]:'
dies terminate 2 '^fatal error: std::terminate called$' '^goroutine 1 \[running\]:'
dies fatal 2 '^fatal error: something cannot be$' '^goroutine [0-9]+ \[running\]:' 'OnGoroutine|operator\(\)|RunClosure'
dies goexit_main_others 3 '^the other one goes on$'
dies go_nil 2 '^fatal error: go of nil func value$'
dies go_empty 2 '^fatal error: go of nil func value$'
dies goexit_swallowed 2 '^fatal error: gort::Goexit: a catch \(\.\.\.\) block did not rethrow' '^goroutine [0-9]+ \[running\]:'
dies abort 134
dies exit7 7
dies return 9
GORT_MAXPROCS=1 dies first_gosched 5  # the program's very first Gosched lets the other goroutine run; with more Ps another thread may have it

echo "$failures failed"
[ "$failures" = 0 ]
