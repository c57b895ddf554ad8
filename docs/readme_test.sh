#!/usr/bin/env bash
# README's program compiles, and prints what its lines promise.
# Usage: readme_test.sh PROGRAM
set -euo pipefail
if ! "$1" | diff <(printf '1\n4\n9\n') -; then
  echo "readme_test.sh: the program of README.md does not print the first three squares (above: < expected, > printed)" >&2
  exit 1
fi
