#!/usr/bin/env bash
# What lldb says of goroutines with the commands of runtime/debug/lldb: on a process, on a core file, and asked what makes no sense.
set -uo pipefail
program=$1 script=$2
lldb=$(command -v lldb || command -v lldb-14)
if [ -z "$lldb" ]; then
  echo "skipped: no lldb on this machine (.ci/run installs it)"
  exit 0
fi
# Debian 12's lldb looks for its own Python package in a folder that does not exist.
for folder in "" /usr/lib/llvm-*/lib/python3*/dist-packages; do
  PYTHONPATH=$folder "$lldb" --batch -o 'script print(6 * 7)' 2>&1 </dev/null | grep -q '^42$' && break
done
if [ "$(PYTHONPATH=$folder "$lldb" --batch -o 'script print(6 * 7)' 2>/dev/null </dev/null | tail -n 1)" != 42 ]; then
  echo "skipped: this lldb has no Python (Debian: python3-lldb-14)"
  exit 0
fi
export PYTHONPATH=$folder
export GORT_SCHED_SEED=7  # one P, which nobody takes away: what is runnable when Ready is called has not begun to run
failures=0
work=${TEST_TMPDIR:-$(mktemp -d)}
trap 'rm -f "$work/core"' EXIT

# A session is a list of commands. `session NAME ARGUMENT...` runs them in lldb, and $output is what it says.
commands=()
session() {
  local name=$1 arguments=() command
  shift
  for command in "command script import $script" "${commands[@]}"; do arguments+=(-o "$command"); done
  output=$("$lldb" --no-lldbinit --batch "${arguments[@]}" "$@" 2>&1 </dev/null)
  commands=()
  grep -qE 'Traceback|Exception' <<<"$output" && fail "$name" "Python complains"
  echo "done: $name"
}
fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s: %s. Output:\n%s\n' "$1" "$2" "$(head -n 150 <<<"$output")"
}
# shows NAME PATTERN...: every pattern (grep -E) is found, in this order.
shows() {
  local name=$1 rest=$output pattern
  shift
  for pattern in "$@"; do
    grep -qE -- "$pattern" <<<"$rest" || { fail "$name" "nothing (more) like '$pattern'"; return; }
    rest=$(sed -n "$(($(grep -nE -m1 -- "$pattern" <<<"$rest" | cut -d: -f1) + 1)),\$p" <<<"$rest")
  done
}

zoo=('^goroutine 1 \[running\]$' '^goroutine 2 \[chan receive\] consumer, created by Zoo at goroutines_program.cc:[0-9]+$'
  '^goroutine 4 \[chan send\] producer' '^goroutine 7 \[syscall\] poller' '^goroutine 11 \[runnable\] newborn')
stacks=('frame #[0-9]+: .*chanrecv' 'Consume\(.*weight=42\)' 'Deep\(.*depth=0\)' 'Deep\(.*depth=3\)' 'runtime.goexit'
  '^goroutine 7 ' 'poll' 'Poll\(\)' 'runtime.goexit'
  '^goroutine 11 ' 'frame #0: .*RunClosure' 'frame #1: .*runtime.goexit')

commands=("breakpoint set -n Ready" "process launch -- zoo" goroutines "goroutines send" "goroutine 2 bt" "goroutine 7 bt" "goroutine 11 bt"
  "goroutine all bt 2" "goroutine 3" "bt" "goroutine 1" "bt 1" kill)
session process "$program"
shows process "${zoo[@]}" '^\(lldb\) goroutines send$' '^goroutine 4 ' '^\(lldb\)' "${stacks[@]}" \
  '^goroutine 1 ' 'Ready\(' '^goroutine 8 ' 'frame #0: ' '^goroutine 11 ' '^goroutine 3 \[chan receive\]' 'Consume\(.*weight=7\)' \
  '^goroutine 1 ' 'Ready\('

if command -v gdb >/dev/null; then
  gdb -nx -q -batch -iex "set auto-load safe-path /" -iex "set debuginfod enabled off" -ex "break Ready" -ex "run zoo" \
    -ex "goroutine core $work/core" -ex kill "$program" >"$work/gdb" 2>&1 </dev/null
  commands=(goroutines "goroutine 2 bt" "goroutine 7 bt" "goroutine 11 bt")
  session core "$program" --core "$work/core"
  shows core "${zoo[@]}" "${stacks[@]}"
else
  echo "skipped: no gdb to write a core file with"
fi

# A failure ends a session.
commands=(goroutines)
session early "$program"
shows early '^error: gort: the program does not run'
for wrong in "77 bt:^error: gort: there is no goroutine 77" "x bt:^error: gort: 'goroutine x bt' is not understood" \
  "all:^error: gort: 'goroutine all' is not understood"; do
  commands=("breakpoint set -n Ready" "process launch -- zoo" "goroutine ${wrong%%:*}")
  session "goroutine ${wrong%%:*}" "$program"
  shows "goroutine ${wrong%%:*}" "${wrong#*:}"
done

echo "$failures failed"
[ "$failures" = 0 ]
