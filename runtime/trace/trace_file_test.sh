#!/usr/bin/env bash
# What is in trace files, looked at with another JSON parser than any of ours; and when GORT_TRACE writes one.
set -uo pipefail
program=$PWD/$1 check=$PWD/$2
if ! command -v python3 >/dev/null; then
  echo "skipped: no python3 on this machine (apt-get install python3)"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s\n' "$*"
}

# traces NAME FIGURE...: the file $work/NAME is a trace with these figures.
traces() {
  local name=$1
  shift
  python3 "$check" "$work/$name" "$@" || fail "$name: the trace is not right"
  rm -f "$work/$name"
}

for procs in 1 2 8; do
  seed=$RANDOM
  echo "work: seed $seed, GORT_MAXPROCS=$procs"
  GORT_MAXPROCS=$procs "$program" work $seed "$work/work" || fail "work: status $?"
  traces work dropped=0 'goroutines>=7' 'known>=6' 'end_park>=1' 'end_yield>=1' 'end_exit>=6' 'arrows>=1' 'regions>=1' 'users>=1' \
    'syscalls>=1' 'timers>=1' 'wait_sleep>=1' 'reasons>=2'
done
GORT_SCHED_SEED=7 "$program" work 1 "$work/seeded" || fail "seeded: status $?"
traces seeded dropped=0 'goroutines>=7'

# Many events: all are there. Of the yields only one goroutine's are certain: the other may have lost its P.
GORT_MAXPROCS=1 "$program" events 100000 "$work/events" || fail "events: status $?"
traces events dropped=0 'slices>=25000' 'end_yield>=25000'

# ends HOW STATUS: the program ends so, and leaves a trace.
ends() {
  GORT_TRACE=$work/%p.json "$program" "$1" >"$work/log" 2>&1
  local got=$?
  [ "$got" = "$2" ] || fail "$1: status $got instead of $2: $(head -c 2000 "$work/log")"
  mv "$work"/[0-9]*.json "$work/$1" || fail "$1: no trace"
  traces "$1" 'goroutines>=2' 'slices>=1' 'arrows>=1'
}
ends exit 0
ends panic 2
grep -q '^panic: std::runtime_error: it broke$' <<<"$(GORT_TRACE=$work/p "$program" panic 2>&1)" || fail "panic: no report"
if "$program" sanitizer; then
  ends nil 139
else
  echo "skipped under a sanitizer: nil, which it reports itself"
fi

# Relative to where the program started; only the last second; and GORT_TRACEBACK=none, which silences the report but not the trace.
(cd "$work" && GORT_TRACEBACK=none GORT_TRACE=here.json,seconds=1 "$program" panic >/dev/null 2>&1)
traces here.json 'slices>=1'

# Of goroutines that do nothing any more, as long as the rings remember, no more than 10,000 are shown.
GORT_TRACE=$work/many "$program" many 20000 || fail "many: status $?"
traces many 'goroutines>=10000'

# says ENV STATUS TEXT: the program says TEXT, and nothing else, and ends with STATUS.
says() {
  local got
  got=$(GORT_TRACE=$1 "$program" exit 2>&1)
  local status=$?
  [ "$status" = 2 ] && [ "$got" = "$2" ] || fail "GORT_TRACE=$1: status $status: $got"
}
says /nonexistent/t.json 'gort: GORT_TRACE: cannot write /nonexistent/t.json: No such file or directory'
says "$work" "gort: GORT_TRACE: cannot write $work: Is a directory"
says t.json,minutes=1 'gort: GORT_TRACE is "t.json,minutes=1"; expected a file, which may be followed by ,seconds=N, with N from 1 to 86400'

echo "$failures failed"
[ "$failures" = 0 ]
