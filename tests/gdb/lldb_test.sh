#!/usr/bin/env bash
# lldb needs no script for the goroutine that a thread runs: the unwind information of our assembly leads `bt` to its beginning, also
# across systemstack. For others it has one: lldb_goroutines_test.sh.
set -uo pipefail
program=$1
lldb=$(command -v lldb || command -v lldb-14)
if [ -z "$lldb" ]; then
  echo "skipped: no lldb on this machine (.ci/run installs it)"
  exit 0
fi
failures=0

# walks AT FRAME...: in the function AT, the backtrace holds these frames, in this order.
walks() {
  local at=$1 output frame rest
  output=$("$lldb" --batch -o "breakpoint set -n $at" -o run -o bt -o kill "$program" 2>&1 </dev/null)
  rest=$output
  for frame in "$@"; do
    if ! grep -qE "frame #[0-9]+: .*$frame" <<<"$rest"; then
      failures=$((failures + 1))
      printf "FAILED: at %s: no (more) frame like '%s' in:\n%s\n" "$at" "$frame" "$output"
      return
    fi
    rest=$(sed -n "$(($(grep -nE -m1 "frame #[0-9]+: .*$frame" <<<"$rest" | cut -d: -f1) + 1)),\$p" <<<"$rest")
  done
  echo "ok: $at"
}

walks CallsSystemstack RunClosure runtime.goexit
walks OnG0 CallsSystemstack RunClosure runtime.goexit
walks Parks RunClosure runtime.goexit

echo "$failures failed"
[ "$failures" = 0 ]
