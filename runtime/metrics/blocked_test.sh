#!/usr/bin/env bash
# Goroutines that block their thread without gort::Blocking are found, counted by site and, with GORT_DEBUG=blocked=1, reported once
# for each site; those that compute or are in Blocking are not.
set -uo pipefail
program=$1
failures=0
# At its end TSan sleeps for a second, on goroutine 1.
export TSAN_OPTIONS="${TSAN_OPTIONS:-} atexit_sleep_ms=0"

if ! grep -q '^[0-9-]' /proc/self/syscall 2>/dev/null && ! grep -q running /proc/self/syscall 2>/dev/null; then
  echo "skipped: the kernel does not say what its threads sleep in (/proc/self/syscall)"
  exit 0
fi

# check NAME TEXT PATTERN...: the text has as many lines as there are patterns, and each is like its own.
check() {
  local name=$1 text=$2 line
  shift 2
  if [ "$(grep -c . <<<"$text")" != $# ]; then
    failures=$((failures + 1))
    printf 'FAILED: %s: not %s lines:\n%s\n' "$name" $# "$text"
    return
  fi
  while read -r line; do
    [ $# = 0 ] && break
    if ! grep -qE -- "^$1$" <<<"$line"; then
      failures=$((failures + 1))
      printf 'FAILED: %s: not like "%s": %s\n' "$name" "$1" "$line"
    fi
    shift
  done <<<"$text"
}

for procs in 1 2 8; do
  export GORT_MAXPROCS=$procs
  check "sleep, $procs" "$("$program" sleep 2>&1)" 'main blocked_program.cc read events=2 enough=1 goid=[0-9]+'
  check "blocking, $procs" "$("$program" blocking 2>&1)"
  check "compute, $procs" "$("$program" compute 2>&1)"
  check "main, $procs" "$("$program" main 2>&1)" 'main  futex events=1 enough=1 goid=1'
done

# The report: once for each place, with the frames of who sleeps, and where that goroutine comes from. TSan's threads are not
# asked for their frames.
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
export GORT_DEBUG=blocked=1
if grep -q __tsan_init "$program"; then
  check "sleep, reported" "$("$program" sleep 2>"$errors")" 'main blocked_program.cc read events=2 enough=1 goid=[0-9]+'
else
  sites=$("$program" places 2>"$errors")
  for place in SleepInRead SleepInOtherRead; do
    check "$place" "$(grep -- " in $place" <<<"$sites")" \
      "BlockTwoMore blocked_program.cc read events=[0-9]+ enough=1 goid=[0-9]+ in $place"
    check "frame of $place" "$(grep -- "$place(" "$errors")" "(\(anonymous namespace\)::)?$place\(.*\)"
  done
fi
grep -q '^gort: ' "$errors" || { failures=$((failures + 1)); echo "FAILED: nothing is reported"; }
check "report" "$(grep '^gort: ' "$errors" |
  grep -vE '^gort: goroutine [0-9]+ has blocked its thread for [0-9]+ ms in read; wrap the call in gort::Blocking$')"
check "go statement" "$(grep -A 1 '^created by' "$errors" | grep -v '^--' | sort -u)" \
  '.*blocked_program.cc:[0-9]+' 'created by (main|BlockTwoMore)'

echo "$failures failed"
[ "$failures" = 0 ]
