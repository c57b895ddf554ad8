#!/usr/bin/env bash
# GORT_DEBUG=schedtrace and scheddetail: the lines are Go's, come when they are due, also while all is idle, and do not keep a
# program from ending.
set -uo pipefail
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s\n' "$1"
  head -n 60 "$work/err"
}

# trace LINES DEBUG [ARGUMENT]: runs the program until LINES lines of schedtrace are there; its fd 2 is then in $work/err.
trace() {
  local lines=$1 debug=$2
  shift 2
  rm -f "$work/in"
  mkfifo "$work/in"
  : >"$work/err"
  GORT_MAXPROCS=2 GORT_DEBUG=$debug "$program" "$@" <"$work/in" 2>"$work/err" &
  local pid=$!
  exec 3>"$work/in"
  until [ "$(grep -c '^SCHED .*$' "$work/err")" -ge "$lines" ]; do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.02
  done
  exec 3>&-
  wait "$pid" || fail "GORT_DEBUG=$debug: status $?"
}

# every PATTERN NAME: each line of the selected ones is like the (whole) pattern, and there is one.
every() {
  local bad
  bad=$(grep -vE "^$2$" <<<"$1")
  [ -z "$1" ] && fail "no line $3"
  [ -n "$bad" ] && fail "not a line $3: $bad"
}

head='SCHED [0-9]+ms: gomaxprocs=2 idleprocs=[0-2] threads=[0-9]+ spinningthreads=[0-2] needspinning=[01] idlethreads=[0-9]+ runqueue=[0-9]+'

trace 4 schedtrace=20
every "$(cat "$work/err")" "$head \[ [0-9]+ [0-9]+ \] schedticks=\[ [0-9]+ [0-9]+ \]" "of schedtrace"
grep -q '^SCHED 0ms: ' "$work/err" || fail "the first line is not at 0 ms"
times=$(sed -nE 's/^SCHED ([0-9]+)ms:.*/\1/p' "$work/err")
awk 'NR > 1 && $1 < last + 20 { exit 1 } { last = $1 }' <<<"$times" || fail "lines come before they are due"

trace 4 schedtrace=20 idle
grep -q 'idleprocs=2 ' "$work/err" || fail "no line while every P is idle"

id='(nil|[0-9]+)' bool='(true|false)'
trace 3 schedtrace=20,scheddetail=1
every "$(grep '^SCHED' "$work/err")" "$head gcwaiting=$bool nmidlelocked=-?[0-9]+ stopwait=[0-9]+ sysmonwait=$bool" "of scheddetail"
every "$(grep '^  P' "$work/err")" "  P[01]: status=[0134] schedtick=[0-9]+ syscalltick=[0-9]+ m=$id runqsize=[0-9]+ gfreecnt=[0-9]+ timerslen=[0-9]+" "of a P"
every "$(grep '^  M' "$work/err")" "  M[0-9]+: p=$id curg=$id mallocing=0 throwing=0 preemptoff= locks=[0-9]+ dying=0 spinning=$bool blocked=$bool lockedg=$id" "of an M"
every "$(grep '^  G' "$work/err")" "  G[0-9]+: status=[012346]\([a-zA-Z. ()]*\) m=$id lockedm=$id" "of a G"
grep -qE '^  G1: status=4\(chan receive\) m=nil' "$work/err" || fail "goroutine 1 does not wait for a channel"
grep -qE '^  G[0-9]+: status=3\(\) m=[0-9]+' "$work/err" || fail "no goroutine is in a system call"
grep -qE '^  M[0-9]+: p=nil curg=nil .* blocked=true' "$work/err" || fail "no idle M"
grep -vqE '^(SCHED|  [PMG][0-9])' "$work/err" && fail "other lines: $(grep -vE '^(SCHED|  [PMG])' "$work/err" | head -n 3)"

trace 0 scheddetail=1
[ -s "$work/err" ] && fail "scheddetail prints without schedtrace"

echo "$failures failed"
[ "$failures" = 0 ]
