#!/usr/bin/env bash
# Runs an example with 1, 2 and 8 Ps and compares what it prints.
# Usage: golden_test.sh PROGRAM GOLDEN
set -euo pipefail
for procs in 1 2 8; do
  if ! GORT_MAXPROCS=$procs "$1" | diff "$2" -; then
    echo "golden_test.sh: $1 with GORT_MAXPROCS=$procs does not print what is in $2 (above: < expected, > printed)" >&2
    exit 1
  fi
done
