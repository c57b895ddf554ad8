#!/usr/bin/env bash
# The page in a real browser: page_test.js uses it and compares its figures with the trace's; screenshots show what they should.
#
#   page_test.sh VIEW MAKE_TRACE CHECK_PNG PAGE_TEST_JS PROGRAM
set -uo pipefail
view=$1 make_trace=$2 check_png=$3 page_test=$4 program=$5
tmp=${TEST_TMPDIR:-$(mktemp -d)}
export HOME=$tmp
failures=0

chromium=$(command -v chromium || command -v chromium-browser)
[[ -n $chromium ]] || { echo "skipped: chromium is not installed (Debian: chromium)"; exit 0; }
command -v python3 >/dev/null || { echo "skipped: python3 is not installed (Debian: python3)"; exit 0; }

# browse LOG FLAG... PAGE: runs chromium headless until PAGE's timers are done; its own messages go to LOG.
browse() {
  local log=$1
  shift
  timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars --force-device-scale-factor=1 \
    --user-data-dir="$(mktemp -d "$tmp/profile.XXXXXX")" --enable-logging=stderr "$@" 2>"$log"
}
fail() {
  echo "FAILED: $1"
  failures=$((failures + 1))
}

python3 "$make_trace" 4 1500 6000 "$tmp/trace.json" "$tmp/facts.json" || fail "make_trace.py"
"$view" "$tmp/trace.json" || fail "view refuses the trace"
"$view" "$tmp/trace.json" -o "$tmp/again.html" || fail "view refuses -o"
cmp "$tmp/trace.html" "$tmp/again.html" || fail "two pages of one trace differ"
grep -qE '(src|href)="?(http|//)' "$tmp/trace.html" && fail "the page refers to another file"

# The test goes in behind the page's script; before it, something that notes errors. --virtual-time-budget runs timers at once, but knows no
# frames, so drawing waits for a timer here. The screenshots below are drawn in frames.
{
  sed '/<head>/q' "$tmp/trace.html"
  echo '<script>const pageErrors = []; addEventListener("error", event => pageErrors.push(event.message));'
  echo 'requestAnimationFrame = draw => setTimeout(draw, 16);</script>'
  sed '1,/<head>/d; /^<\/body>/,$d' "$tmp/trace.html"
  echo "<script>const FACTS = $(cat "$tmp/facts.json");"
  cat "$page_test"
  echo '</script></body></html>'
} >"$tmp/test.html"
browse "$tmp/log" --virtual-time-budget=200000 --window-size=1400,900 --dump-dom "file://$tmp/test.html" >"$tmp/dom"
grep -E '^(ok|FAILED|done): ' "$tmp/dom"
grep -qE '^FAILED: ' "$tmp/dom" && fail "statements above"
grep -qE '^done: [0-9]{2,} statements' "$tmp/dom" || fail "the test in the page did not end; chromium said: $(tail -n 5 "$tmp/log")"
grep 'CONSOLE' "$tmp/log" && fail "the console has messages"

# shows NAME WIDTH HEIGHT X Y W H COLOUR... [-- FLAG...]: a screenshot has these colours in this region.
shows() {
  local name=$1 width=$2 height=$3 numbers=("${@:2:6}") colours=()
  shift 7
  while [[ $# -gt 0 && $1 != -- ]]; do colours+=("$1"); shift; done
  shift
  local png=$tmp/$name.png
  browse "$tmp/log" --virtual-time-budget=5000 --window-size="$width,$height" --screenshot="$png" "$@" "file://$tmp/trace.html" >/dev/null
  grep 'CONSOLE' "$tmp/log" && fail "$name: the console has messages"
  python3 "$check_png" "$png" "${numbers[@]}" "${colours[@]}" && echo "ok: $name" || fail "$name"
  if [[ -n ${TEST_UNDECLARED_OUTPUTS_DIR:-} ]]; then cp "$png" "$TEST_UNDECLARED_OUTPUTS_DIR"; fi
}
# The Ps' tracks begin right of the names and below the ruler; a narrow window folds the header.
shows wide 1400 1000 200 150 1100 90 1f9d84 46b49e -- --blink-settings=preferredColorScheme=1
shows narrow 800 1000 200 200 560 90 1f9d84 46b49e -- --blink-settings=preferredColorScheme=1
shows dark 1400 1000 200 150 1100 90 2aa58c 1f8570 -- --blink-settings=preferredColorScheme=0

# A trace that a program wrote: the page works, and knows the program, its goroutines and what they waited for.
"$program" work 1 "$tmp/real.json" >/dev/null && "$view" "$tmp/real.json" >/dev/null || fail "view refuses a program's trace"
browse "$tmp/log" --virtual-time-budget=20000 --window-size=1400,900 --dump-dom "file://$tmp/real.html" >"$tmp/dom"
for pattern in '<html[^>]* data-ready="true"' '<span id="program">[^<]*testing_program' 'G1 main' 'testing_program.cc:[0-9]+' 'chan receive'; do
  grep -qE "$pattern" "$tmp/dom" && echo "ok: real trace: $pattern" || fail "the page of a program's trace has no '$pattern'"
done
grep 'CONSOLE' "$tmp/log" && fail "the console has messages"
[[ $failures -eq 0 ]]
