#!/usr/bin/env bash
# Functions that the compiler has inlined are frames of their own, as in Go: with name and line; the offset (and, with
# GORT_TRACEBACK=system, fp, sp and pc) belongs to the frame that is on the stack.
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=ends.sh
. "$1"
source=$2

# at WORDS: the place of the line with that comment, as a pattern.
at() { printf '^\t.*inlined_program\\.cc:%s' "$(grep -n "// line: $1\$" "$source" | cut -d: -f1)"; }

program=$3
own='app::\(anonymous namespace\)::'
frames=(
  "^${own}Tree<\.\.\.>::Innermost\(\.\.\.\)$" "$(at innermost)$"
  "^${own}Middle\(\.\.\.\)$" "$(at middle)$"
  "^${own}Outermost\(\)::\{lambda\}\(\.\.\.\)$" "$(at lambda)$"
  "^${own}Outermost\(\.\.\.\)$" "$(at outermost) \+0x[0-9a-f]+$"
  '^main\(\.\.\.\)$'
)
dies fault 139 '^fatal error: nil pointer dereference$' '^goroutine 1 \[running\]:$' "${frames[@]}"
[ "$(grep -c 'inlined_program\.cc' <<<"$output")" = 5 ] || fail fault "not five frames" "$output"

# Every frame that is on the stack, and no other, says where.
GORT_TRACEBACK=system dies fault 139 "$(at lambda)$" "$(at outermost) \+0x[0-9a-f]+ fp=0x[0-9a-f]+ sp=0x[0-9a-f]+ pc=0x[0-9a-f]+$"

# Without scopes in the debug information, the bare names.
program=$4
dies fault 139 '^(.*::)?Innermost\(\.\.\.\)$' "$(at innermost)$" '^(.*::)?Middle\(\.\.\.\)$' "$(at middle)$" \
  '\(\.\.\.\)$' "$(at lambda)$" "^${own}Outermost\(\.\.\.\)$" "$(at outermost) \+0x[0-9a-f]+$" '^main\(\.\.\.\)$'

for program in "$3" "$4"; do
  output=$("$program" wait 1 2>&1) || fail wait "exit status $?" "$output"
  shows wait "$output" '^goroutine 2 \[chan receive\]:' '(^|:)Waiter\(\.\.\.\)$' "$(at waiter)$" \
    "^${own}WaitOutermost\(\.\.\.\)$" "$(at 'wait outermost') \+0x[0-9a-f]+$" '^created by ' && echo "ok: wait"
  # Machinery stays hidden, whether it was inlined or not.
  grep -qE '^(gort::(internal|runtime)::|std::_|operator\(\))' <<<"$output" && fail wait "machinery is shown" "$output"
done

echo "$failures failed"
[ "$failures" = 0 ]
