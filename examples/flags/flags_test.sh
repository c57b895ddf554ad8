#!/usr/bin/env bash
# What ParseFlags makes of command lines: what it prints and its exit code.
set -uo pipefail
program=$1
failures=0

# expect STATUS TEXT ARGUMENT...
expect() {
  local want="$1 $2" got
  shift 2
  got=$("$program" "$@" 2>&1)
  got="$? $got"
  [[ $got == "$want" ]] || { printf 'FAILED: %s: got\n%s\ninstead of\n%s\n' "$*" "$got" "$want"; failures=$((failures + 1)); }
}

expect 0 '80 0 . 5s'
expect 0 '1 1 /tmp 1m30s' --port=1 --verbose --root /tmp -timeout=90s
expect 0 '80 0 a=b 5s' --verbose=false --root=a=b
expect 2 'flags_program: there is no flag --prot. See flags_program --help.' --prot=1
expect 2 'flags_program: --port cannot be "x". See flags_program --help.' --port=x
expect 2 'flags_program: --port needs a value. See flags_program --help.' --port
expect 2 'flags_program: the argument "80" is not a flag. See flags_program --help.' 80
expect 2 'flags_program: there is no flag --. See flags_program --help.' --
expect 0 'Prints its flags.

Flags:
  --port=80
      the port
  --root="."
      the folder
  --timeout=5s
      how long to wait
  --verbose=false
      whether to say more' --help

exit $((failures > 0))
