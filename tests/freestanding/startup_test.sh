#!/usr/bin/env bash
# The freestanding form from outside: what the file contains and what it does not, and then what it says of itself.
#
#   startup_test.sh PROGRAM EXEC HELLO      EXEC: tests/startup_exec.cc, for a run without arguments
#                                           HELLO: the example, whose size is promised; the program here carries its checks
set -uo pipefail

readonly program=$1 exec_helper=$2 hello=$3
readonly size_limit_bytes=$((60 * 1024))
failures=0

fail() {
  echo "FAIL $*"
  failures=$((failures + 1))
}

# ---- The file ----------------------------------------------------------------------------------------------------------

if command -v readelf >/dev/null && command -v nm >/dev/null && command -v strip >/dev/null; then
  readelf -lW "$program" | grep -q "^ *INTERP" && fail "the file names a program interpreter (PT_INTERP)"
  readelf -lW "$program" | grep -q "^ *DYNAMIC" && fail "the file has a dynamic section"
  readelf -rW "$program" | grep -q "no relocations" || fail "the file has relocations, and nobody would apply them"
  readelf -lW "$program" | grep -q "GNU_STACK.* RWE" && fail "the stack is executable"
  # Weak ones are allowed: __cxa_get_globals is one, null in a program without exceptions.
  undefined=$(nm -u "$program" | grep -v " w ")
  [[ -z $undefined ]] || fail "the file has undefined symbols: $undefined"

  # A promise of optimized builds; in the others the size is only told.
  stripped=${TEST_TMPDIR:-/tmp}/stripped
  strip -o "$stripped" "$hello"
  size_bytes=$(stat -c %s "$stripped")
  echo "size of $(basename "$hello"): $size_bytes bytes stripped"
  if [[ ${COMPILATION_MODE:-} == opt && $size_bytes -gt $size_limit_bytes ]]; then
    fail "$(basename "$hello") is $size_bytes bytes, stripped; $size_limit_bytes is the bound"
  fi
else
  echo "skipped: the checks of the file, for binutils is not installed"
fi

# ---- The process -------------------------------------------------------------------------------------------------------

# run WHAT WANTED_STATUS COMMAND...: runs it, wants lines of PASS only, and at least the number that a whole run has.
run() {
  local what=$1 wanted=$2 status output
  shift 2
  output=$("$@" 2>&1)
  status=$?
  if [[ $status -ne $wanted ]]; then
    fail "$what: status $status instead of $wanted; it printed:"$'\n'"$output"
  elif grep -qv "^PASS " <<<"$output" || [[ $(wc -l <<<"$output") -lt 40 ]]; then
    fail "$what: not all passed:"$'\n'"$output"
  else
    echo "ok   $what: $(wc -l <<<"$output") properties hold"
  fi
}

run "an ordinary run" 0 "$program"
run "the status is passed on" 42 "$program" 42 more arguments
run "ulimit -s unlimited" 3 bash -c 'ulimit -s unlimited && exec "$@"' bash "$program" 3
run "ulimit -s 1024" 3 bash -c 'ulimit -s 1024 && exec "$@"' bash "$program" 3
run "an empty environment" 5 env -i "$program" 5
run "an empty argv" 0 "$exec_helper" "$program"
many=(6)
piece=$(printf '%65536s' "" | tr ' ' x)
for _ in {1..16}; do many+=("$piece"); done
run "1 MiB of arguments" 6 "$program" "${many[@]}"

echo "The program's own account:"
"$program"
[[ $failures -eq 0 ]]
