#!/usr/bin/env bash
# Runs one form of startup_program.cc in every surrounding that a start can go wrong in.
#
#   startup_form_test.sh PROGRAM EXEC       EXEC: startup_exec.cc, for a run without arguments
set -uo pipefail

readonly program=$1 exec_helper=$2
readonly status=7  # main's value
failures=0

if [[ $(head -c 4 "$program") != $'\x7fELF' ]]; then
  "$program"  # says which linker is missing
  exit 0
fi

output=${TEST_TMPDIR:-/tmp}/output
export GORT_STARTUP_COLOR=blue
unset GORT_STARTUP_ARGUMENTS GORT_STARTUP_VALGRIND

# What the program prints, given its lines about arguments.
expected() {
  echo "constructed before main, on goroutine 0"
  [[ $# -eq 0 ]] || printf '%s\n' "$@"
  cat <<END
color: blue
thread-local 42
goroutines added up to 5050
caught here and there
checks done
atexit, on goroutine 1
destroyed after main, on goroutine 1
END
}

fail() {
  echo "FAIL $*"
  failures=$((failures + 1))
}

# verdict WHAT STATUS LINE...: compares $output with the lines that the program should have printed.
verdict() {
  local what=$1 got=$2
  shift 2
  if [[ $got -ne $status ]]; then
    fail "$what: status $got instead of $status; it printed:"
    tail -n 30 "$output"
  elif ! diff <(expected "$@") "$output"; then
    fail "$what: other output than expected, see above"
  else
    echo "ok   $what"
  fi
}

one_and_two=("argument 1: one" "argument 2: and two")

"$program" one "and two" >"$output" 2>&1
verdict "an ordinary run" $? "${one_and_two[@]}"

(ulimit -s unlimited && exec "$program" one "and two") >"$output" 2>&1
verdict "ulimit -s unlimited" $? "${one_and_two[@]}"

(ulimit -s 1024 && exec "$program" one "and two") >"$output" 2>&1
verdict "ulimit -s 1024" $? "${one_and_two[@]}"

# Linux makes it one empty string since 5.18; before, argc was 0. There are no further arguments either way.
"$exec_helper" "$program" >"$output" 2>&1
verdict "an empty argv" $?

many=()
piece=$(printf '%65536s' "" | tr ' ' x)  # the kernel wants no string above 128 KiB
for _ in {1..16}; do many+=("$piece"); done
GORT_STARTUP_ARGUMENTS=count "$program" "${many[@]}" >"$output" 2>&1
verdict "1 MiB of arguments" $? "16 arguments of 1048576 bytes"

LD_BIND_NOW=1 "$program" one "and two" >"$output" 2>&1
verdict "LD_BIND_NOW=1" $? "${one_and_two[@]}"

# gdb itself says runtime[goexit]: it takes the dot for its own sort of name.
if command -v gdb >/dev/null; then
  gdb -q -nx -batch -ex "set debuginfod enabled off" -ex "set backtrace past-main on" -ex "break main" -ex run -ex bt \
    -ex continue --args "$program" one "and two" >"$output" 2>&1
  if grep -q "^#0 .* main " "$output" && grep -q "^#1 .*gort::runtime::.*Main" "$output" &&
    grep -q "^#2 .* runtime[.[]goexit" "$output" && ! grep -qi "backtrace stopped\|corrupt stack" "$output" &&
    grep -q "exited with code 0$status\]" "$output"; then
    echo "ok   gdb stops in main, walks to runtime.goexit and sees the exit"
  else
    fail "gdb: no stop in main, no walk main - Main - runtime.goexit, or no exit with $status:"
    cat "$output"
  fi
else
  echo "skipped: gdb is not installed"
fi

# A static program's libc cannot be replaced function by function, and valgrind then takes malloc and strlen of glibc for
# users of undefined values, in every program; what remains to be checked is addresses.
if command -v valgrind >/dev/null; then
  undefined_values=yes
  readelf -lW "$program" | grep -q "^ *INTERP" || undefined_values=no
  # No vgdb: tests in sandboxes have the same process ids, and its pipes in /tmp would meet.
  GORT_STARTUP_VALGRIND=1 valgrind -q --vgdb=no --error-exitcode=99 --undef-value-errors=$undefined_values \
    --log-file="$output.valgrind" "$program" one "and two" >"$output" 2>&1
  verdict "valgrind" $? "${one_and_two[@]}"
  # Lines that begin with "==" are errors, those with "--" remarks on system calls that this valgrind does not know.
  if grep -q "^==" "$output.valgrind"; then
    fail "valgrind found errors:"
    cat "$output.valgrind"
  fi
else
  echo "skipped: valgrind is not installed"
fi

[[ $failures -eq 0 ]]
