# What the tests of this folder have in common: run a program, compare the status and the words. To be sourced; uses $program, sets
# $output and counts $failures.

failures=0
work=${TEST_TMPDIR:-$(mktemp -d)}
ulimit -c 0

fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s: %s. Output:\n%s\n' "$1" "$2" "$(head -n 60 <<<"$3")"
}

# shows NAME OUTPUT PATTERN...: every pattern (grep -E) is found in OUTPUT, in this order.
shows() {
  local name=$1 output=$2 rest=$2 pattern
  shift 2
  for pattern in "$@"; do
    if ! grep -qE -- "$pattern" <<<"$rest"; then fail "$name" "nothing (more) like '$pattern'" "$output"; return 1; fi
    rest=$(sed -n "$(( $(grep -nE -m1 -- "$pattern" <<<"$rest" | cut -d: -f1) + 1 )),\$p" <<<"$rest")
  done
}

# dies HOW STATUS PATTERN...: see shows. Prints the output to $output as well.
dies() {
  local how=$1 want=$2 got
  shift 2
  output=$("$program" "$how" 2>&1)
  got=$?
  [ "$got" = "$want" ] || { fail "$how" "exit status $got instead of $want" "$output"; return; }
  shows "$how" "$output" "$@" && echo "ok: $how${GORT_TRACEBACK:+, GORT_TRACEBACK=$GORT_TRACEBACK}"
}

# killed HOW SIGNAL STATUS PATTERN...: the same for a program that says "ready" and is sent SIGNAL then.
killed() {
  local how=$1 signal=$2 want=$3 got pid
  shift 3
  rm -f "$work/ready" && mkfifo "$work/ready"
  # In the background a shell ignores SIGQUIT; "$launch" may be what undoes that.
  ${launch:-} "$program" "$how" >"$work/ready" 2>"$work/stderr" &
  pid=$!
  read -r _ <"$work/ready"
  kill "-$signal" "$pid"
  wait "$pid" 2>/dev/null
  got=$?
  output=$(<"$work/stderr")
  [ "$got" = "$want" ] || { fail "$how $signal" "exit status $got instead of $want" "$output"; return; }
  shows "$how $signal" "$output" "$@" && echo "ok: $how, kill -$signal"
}
