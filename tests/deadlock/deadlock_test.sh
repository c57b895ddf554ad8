#!/usr/bin/env bash
# How programs end that can go no further, or may go no further: the head of what they print and the exit status are Go 1.27's, with
# one P, with two and with many. The heads were recorded from Go 1.27.3; where ours differs on purpose a comment says so.
set -uo pipefail
program=$1
failures=0

# ends HOW STATUS HEAD [LATER...]: with each number of Ps the program prints HEAD, a text of several lines in which N stands for
# any number, at first and then, in this order, lines like each pattern LATER.
ends() {
  local how=$1 want=$2 head=$3 procs output got
  shift 3
  for procs in ${only_procs:-1 2 64}; do
    output=$(GORT_MAXPROCS=$procs "$program" "$how" 2>&1)
    got=$?
    [ "$got" = "$want" ] || { fail "exit status $got instead of $want"; return; }
    [ "$(head -n "$(wc -l <<<"$head")" <<<"$output" | sed 's/goroutine [0-9]* /goroutine N /')" = "$head" ] || { fail "the head is not Go's"; return; }
    shows "$@" || return
  done
  echo "ok: $how"
}
shows() {
  local rest=$output pattern
  for pattern in "$@"; do
    grep -qE -- "$pattern" <<<"$rest" || { fail "nothing (more) like '$pattern'"; return 1; }
    rest=$(sed -n "$(( $(grep -nE -m1 -- "$pattern" <<<"$rest" | cut -d: -f1) + 1 )),\$p" <<<"$rest")
  done
}
fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s, GORT_MAXPROCS=%s: %s. Output:\n%s\n' "$how" "$procs" "$1" "$(head -n 60 <<<"$output")"
}

# head LINE STATE: the three lines that a report begins with.
head_of() { printf '%s\n\ngoroutine N [%s]:' "$1" "$2"; }
asleep() { head_of 'fatal error: all goroutines are asleep - deadlock!' "$1"; }
panics() { head_of "panic: $1" running; }
fatal() { head_of "fatal error: $1" running; }
in_main='^goroutine 1 \[running\]:'

if [ "$("$program" sanitizer)" = yes ]; then
  only_procs=2  # a start takes half a second under TSan
  echo "skipped under a sanitizer, whose own threads could wake somebody for all the scheduler knows: deadlocks"
else
  ends deadlock_recv 2 "$(asleep 'chan receive')" '^main\(\.\.\.\)$'
  ends deadlock_send 2 "$(asleep 'chan send')"
  ends deadlock_nilrecv 2 "$(asleep 'chan receive (nil chan)')"
  ends deadlock_nilsend 2 "$(asleep 'chan send (nil chan)')"
  ends deadlock_select0 2 "$(asleep 'select (no cases)')"
  ends deadlock_select 2 "$(asleep 'select')"
  ends deadlock_range 2 "$(asleep 'chan receive')"
  ends deadlock_mutex 2 "$(asleep 'sync.Mutex.Lock')"
  ends deadlock_rwmutex_r 2 "$(asleep 'sync.RWMutex.RLock')"
  ends deadlock_rwmutex_w 2 "$(asleep 'sync.RWMutex.Lock')"
  ends deadlock_wg 2 "$(asleep 'sync.WaitGroup.Wait')"
  ends deadlock_cond 2 "$(asleep 'sync.Cond.Wait')"
  ends deadlock_once 2 "$(asleep 'sync.Mutex.Lock')"
  ends deadlock_many 2 "$(asleep 'select (no cases)')" '^goroutine 1 ' '^goroutine 2 \[select \(no cases\)\]:' '^created by .* in goroutine 1' '^goroutine 3 ' '^goroutine 4 '
  ends deadlock_context 2 "$(asleep 'chan receive (nil chan)')"
  ends deadlock_locked 2 "$(asleep 'chan receive, locked to thread')"
  # A timer keeps a program alive while it is armed, that is, while somebody waits for its channel.
  ends deadlock_stopped_timer 2 "$(asleep 'chan receive')"
  ends deadlock_unwaited_timer 2 "$(asleep 'chan receive')"
  ends deadlock_after_timer 2 "$(asleep 'chan receive')"
  ends deadlock_after_sleep 2 "$(asleep 'chan receive')"
  ends deadlock_after_timeout 2 "$(asleep 'chan receive')"
  ends deadlock_after_blocking 2 "$(asleep 'chan receive')"
  # Go never finds these: with cgo, and so with threads that it has not made, it does not look.
  ends deadlock_after_thread 2 "$(asleep 'chan receive')"
  ends deadlock_thread_waits 2 "$(asleep 'select (no cases)')"

  # Main is gone, and so nobody is shown; unless others sleep.
  none='fatal error: no goroutines (main called runtime.Goexit) - deadlock!'
  ends main_goexit 2 "$none"
  ends main_goexit_others 2 "$none"
  ends main_goexit_asleep 2 "$(asleep 'chan receive')"
fi

for way in sleep after timeout afterfunc context thread thread_sleeps blocking unannounced; do ends "alive_$way" 0 ''; done
ends main_goexit_exit 3 ''

ends close_closed 2 "$(panics 'close of closed channel')" "$in_main"
ends close_nil 2 "$(panics 'close of nil channel')" "$in_main"
ends closed_send 2 "$(panics 'send on closed channel')" "$in_main"
ends closed_send_select 2 "$(panics 'send on closed channel')" "$in_main"
ends closed_send_blocked 2 "$(panics 'send on closed channel')" '^goroutine 2 \[running\]:' '^created by .* in goroutine 1$'
ends makechan_neg 2 "$(panics 'makechan: size out of range')" "$in_main"
ends wg_negative 2 "$(panics 'sync: negative WaitGroup counter')" "$in_main"
ends newticker0 2 "$(panics 'non-positive interval for NewTicker')" "$in_main"
# An exception's type stands before its text: in C++ nobody could tell otherwise who threw it.
ends panic_go 2 "$(panics 'std::runtime_error: boom')" '^goroutine 2 \[running\]:' '^created by .* in goroutine 1$'
ends panic_wg_go 2 "$(panics 'std::runtime_error: boom')" '^goroutine 2 \[running\]:'
ends panic_multiline 2 "$(head_of $'panic: std::runtime_error: line1\n\tline2' running)" "$in_main"
ends panic_recovered_then 2 "$(panics 'std::runtime_error: b')" "$in_main"
ends panic_goexit_defer 2 "$(panics 'std::runtime_error: in goexit defer')" '^goroutine 2 \[running\]:'

ends unlock_unlocked 2 "$(fatal 'sync: unlock of unlocked mutex')" "$in_main"
ends rw_runlock 2 "$(fatal 'sync: RUnlock of unlocked RWMutex')" "$in_main"
ends rw_unlock 2 "$(fatal 'sync: Unlock of unlocked RWMutex')" "$in_main"
ends go_nil 2 "$(fatal 'go of nil func value')" "$in_main"
# All goroutines are shown, the one that failed first. Whoever runs has no stack to show.
ends fatal_on_thread 2 'fatal error: sync: unlock of unlocked mutex' '^goroutine 1 \[running\]:' 'std::thread::(join|thread)|stack unavailable'  # main may still be busy with starting the thread
only_procs=2 ends fatal_others 2 "$(fatal 'sync: unlock of unlocked mutex')" "$in_main" 'main\(\.\.\.\)$' \
  '^goroutine [0-9]+ \[select \(no cases\)\]:' '^goroutine [0-9]+ \[running\]:' 'RunClosure|operator\(\)|Fatal|stack unavailable' '^created by'

# malformed KEY VALUE: the program does not start, and says why. (Go ignores such values.)
malformed() {
  local how="$1=$2" procs=- output got
  output=$(env "$1=$2" "$program" return 2>&1)
  got=$?
  [ "$got" = 2 ] || { fail "exit status $got instead of 2"; return; }
  shows "$1" || return
  [ "$(wc -l <<<"$output")" = 1 ] || { fail "more than one line"; return; }
  echo "ok: $how"
}
malformed GORT_MAXPROCS many
malformed GORT_MAXPROCS 0
malformed GORT_MAXPROCS -1
malformed GORT_MAXPROCS 1025
malformed GORT_MAXPROCS 2x
malformed GORT_TRACEBACK everything
malformed GORT_DEBUG schedtrace=often
malformed GORT_DEBUG schedtrace
malformed GORT_DEBUG nosuchkey=1
malformed GORT_DEBUG leakcheck=2
malformed GORT_SCHED_SEED dice
for fine in GORT_MAXPROCS= GORT_MAXPROCS=1024 GORT_TRACEBACK=all GORT_DEBUG=schedtrace=0,scheddetail=1 GORT_SCHED_SEED=7; do
  output=$(env "$fine" "$program" return 2>&1) || { how=$fine procs=- fail "exit status $?"; }
done

echo "$failures failed"
[ "$failures" = 0 ]
