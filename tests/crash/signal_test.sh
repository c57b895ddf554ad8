#!/usr/bin/env bash
# What a program says, and how it ends, when a signal kills it, when several goroutines fail at once, and when nobody can or wants to
# read it. Forms are Go's where Go has one (GOTRACEBACK, SIGQUIT); statuses are what a shell makes of the signal.
#
#   signal_test.sh ENDS_SH PROGRAM
set -uo pipefail
. "$1"
program=$2

if [ "$("$program" sanitizer)" = yes ]; then
  echo "skipped under a sanitizer, which has handlers of its own"
  exit 0
fi

# ---- Each signal is told apart ------------------------------------------------------------------------------------------

running='^goroutine [0-9]+ \[running\]:.*victim'
created='^created by OnGoroutine.* in goroutine 1$'
dies nil 139 '^fatal error: nil pointer dereference$' '^\[signal SIGSEGV: segmentation violation code=0x1 addr=0x8 pc=0x[0-9a-f]+\]$' '^$' "$running" "$created"
dies wild 139 '^fatal error: invalid memory address$' '^\[signal SIGSEGV: segmentation violation code=0x1 addr=0x5eedead0000 pc=0x' "$running"
dies divide 136 '^fatal error: integer divide by zero$' '^\[signal SIGFPE: floating-point exception code=0x1 addr=0x' "$running" 'DivideByZero'
dies illegal 132 '^fatal error: illegal instruction$' '^\[signal SIGILL: illegal instruction code=0x' "$running"
dies trap 133 '^fatal error: breakpoint without a debugger$' '^\[signal SIGTRAP: trace trap code=0x' "$running"
dies bus 135 '^fatal error: access beyond the end of a mapped file$' '^\[signal SIGBUS: bus error code=0x2 addr=0x' "$running" 'ReadBeyondFile'
dies abort 134 '^fatal error: abort$' '^\[signal SIGABRT: abort code=-6 pc=0x' "$running" 'abort'
dies raise_fpe 136 '^fatal error: floating point error$' '^\[signal SIGFPE: floating-point exception code=-6' "$running"
"$program" seccomp >/dev/null 2>&1
if [ $? = 77 ]; then
  echo "skipped: seccomp: not allowed here"
else
  dies seccomp 159 '^fatal error: system call 110 is forbidden \(seccomp\)$' '^\[signal SIGSYS: bad system call code=0x1' "$running" 'ForbiddenCall'
fi

# ---- The report survives --------------------------------------------------------------------------------------------------

dies double_free 134 '^free\(\): double free' '^fatal error: abort$' "$running" 'FreeTwice'
dies ruined_heap 134 '^fatal error: abort$' "$running" 'RuinTheHeap'
dies in_thread 139 '^fatal error: nil pointer dereference$' '^goroutine 0 \[running\]:' '^goroutine 1 '
dies in_known_thread 139 '^fatal error: nil pointer dereference$' '^goroutine 0 \[running\]:' '^goroutine 1 '
dies in_reporter 134 '^fatal error: abort$' '^goroutine' '^fatal error: fault while reporting: SIGSEGV: segmentation violation$'
dies main_returns 2 '^fatal error: not cut short$' '^the rest of the report$'

# quietly WHERE: a death whose report goes nowhere has the same status.
quietly() {
  local got=$?
  [ "$got" = 134 ] && echo "ok: abort, stderr $1" || fail "abort, stderr $1" "exit status $got instead of 134" ''
}
"$program" abort 2>&-; quietly closed
"$program" abort 2>/dev/full; quietly /dev/full
"$program" abort 2> >(exec true) ; quietly 'without a reader'
# A pipe that is full and stays so: the watchdog's next look finds the writer where it was. Here it need not wait for its seconds.
stuck_in_write() {
  local thread call fd
  for thread in "/proc/$1/task/"*; do
    read -r call fd _ <"$thread/syscall" && [ "$call $fd" = '1 0x2' ] && return
  done 2>/dev/null
  return 1
}
mkfifo "$work/full"
exec 8<>"$work/full"
dd if=/dev/zero bs=65536 count=1 status=none >&8  # what a pipe holds
"$program" abort 2>&8 &
pid=$!
while [ -n "$(jobs -pr)" ]; do
  stuck_in_write "$pid" && kill -ALRM "$pid"
  sleep 0.01
done
wait "$pid"; quietly 'a full pipe'
exec 8>&-

# ---- Somebody else's signal -----------------------------------------------------------------------------------------------

pc='^PC=0x[0-9a-f]+ m=-?[0-9]+ sigcode=0$'
registers=('^$' '^rax    0x' '^r8     0x' '^rip    0x' '^rflags 0x' '^gs     0x')
killed parked QUIT 2 '^SIGQUIT: quit$' "$pc" '^sent by process [0-9]+, user ' '^$' '^goroutine 0 \[idle\]:' '^goroutine 1 \[sleep\]:' '^goroutine 2 \[chan receive\]:' '^created by ' "${registers[@]}"
GORT_MAXPROCS=2 killed computing QUIT 2 '^SIGQUIT: quit$' "$pc" '^goroutine [123] \[running\]:' '^goroutine [123] \[running\]:' "${registers[@]}"
killed lock_held QUIT 2 '^SIGQUIT: quit$' '^goroutine 1 \[running\]:' '^goroutine 2 \[chan receive\]:' "${registers[@]}"
GORT_TRACEBACK=none killed parked QUIT 2 '^goroutine 1 \[sleep\]:'
GORT_TRACEBACK=system killed parked QUIT 2 '^goroutine 1 gp=0x[0-9a-f]+ m=(nil|[0-9]+.*) \[sleep\]:'
GORT_TRACEBACK=crash killed parked QUIT 134 '^SIGQUIT: quit$' "${registers[@]}"
killed parked SEGV 139 '^SIGSEGV: segmentation violation$' "$pc" '^goroutine 1 \[sleep\]:' "${registers[@]}"
killed parked ABRT 134 '^SIGABRT: abort$' "$pc" '^goroutine 1 \[sleep\]:' "${registers[@]}"
killed parked TERM 143
killed own_handler QUIT 42
killed ignored QUIT 42

# ---- GORT_TRACEBACK ---------------------------------------------------------------------------------------------------------

# goroutines LEVEL HOW STATUS WHICH: the program shows the goroutines WHICH and ends with STATUS.
goroutines() {
  local level=$1 how=$2 status=$3 want=$4 got shown
  output=$(GORT_TRACEBACK=$level "$program" "$how" 2>&1)
  got=$?
  shown=$(sed -n 's/^goroutine \([0-9]*\) .*/\1/p' <<<"$output" | tr '\n' ' ')
  if [ "$got" != "$status" ]; then
    fail "$how, GORT_TRACEBACK=$level" "exit status $got instead of $status" "$output"
  elif [ "$shown" != "$want" ]; then
    fail "$how, GORT_TRACEBACK=$level" "shows '$shown' instead of '$want'" "$output"
  else
    echo "ok: $how, GORT_TRACEBACK=$level"
  fi
}

# Goroutine 2 fails, 1 waits for it, 3 waits for ever.
for level in none single all system crash 0 1 2 ''; do
  case $level in
    none | 0) panic='' fatal='' ;;
    single | '') panic='2 ' fatal='2 1 3 ' ;;
    *) panic='2 1 3 ' fatal='2 1 3 ' ;;
  esac
  [ "$level" = crash ] && { aborted=134; status=134; } || { aborted=139; status=2; }
  goroutines "$level" level_panic $status "$panic"
  goroutines "$level" level_fatal $status "$fatal"
  goroutines "$level" level_fault $aborted "$panic"
  goroutines "$level" level_overflow $status "$panic"
done
GORT_TRACEBACK=none dies level_panic 2 '^panic: one of many$' || true
[ "$(wc -l <<<"$output")" = 1 ] || fail level_none 'more than one line' "$output"
GORT_TRACEBACK=system dies level_panic 2 '^panic: one of many$' '^$' '^goroutine 2 gp=0x[0-9a-f]+ m=[0-9]+ mp=0x[0-9a-f]+ \[running\]:' 'fp=0x[0-9a-f]+ sp=0x[0-9a-f]+ pc=0x'
GORT_TRACEBACK=system dies level_fault 139 '^\[signal SIGSEGV' '^goroutine 2 gp=' "${registers[@]}"
goroutines single set_all 2 '2 1 3 '
goroutines all set_none 2 '2 1 3 '  # whoever starts the program has the last word
dies set_wrong 2 '^panic: SetTraceback: "loud"; expected none, single, all, system, crash, 0, 1 or 2$'

# ---- Several at once ----------------------------------------------------------------------------------------------------------

# together HOW HEAD TIMES: of eight goroutines that fail at the same instant exactly one reports, to the last line, and the status is
# that failure's.
together() {
  local how=$1 head=$2 times=$3 i got heads want
  for ((i = 0; i < times; i++)); do
    # Four at a time: most of a report is waiting for other threads' stacks.
    if ((i % 4 == 0)); then
      for got in 0 1 2 3; do
        { "$program" "$how" >"$work/together$got" 2>&1; echo "$?" >"$work/status$got"; } &
      done
      wait
    fi
    output=$(<"$work/together$((i % 4))")
    got=$(<"$work/status$((i % 4))")
    heads=$(grep -cE '^(panic|fatal error|SIGQUIT): ' <<<"$output")
    want=2
    grep -q '^\[signal SIGSEGV' <<<"$output" && want=139
    [ "$heads" = 1 ] || { fail "$how" "$heads reports in run $i" "$output"; return; }
    [ "$got" = "$want" ] || { fail "$how" "exit status $got instead of $want in run $i" "$output"; return; }
    grep -qE "$head" <<<"$output" || { fail "$how" "nothing like '$head' in run $i" "$output"; return; }
    grep -qE '^created by .* in goroutine 1$' <<<"$output" || { fail "$how" "not whole in run $i" "$output"; return; }
  done
  echo "ok: $how, $times times"
}
together many_panics '^panic: one of many$' 20
together many_fatals '^fatal error: one of many$' 20
together many_faults '^fatal error: nil pointer dereference$' 20
together many_mixed '' 40

echo "$failures failed"
[ "$failures" = 0 ]
