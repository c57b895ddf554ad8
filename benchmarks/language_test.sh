#!/usr/bin/env bash
# Runs every row of the language benchmark once, with small counts: that they work, not how fast.
# Usage: language_test.sh PROGRAM
set -euo pipefail
for row in $("$1"); do
  for procs in 1 2; do
    figures=$(GORT_MAXPROCS=$procs "$1" "$row" 1000)
    if ! grep -Eq '^[a-z0-9_]+ -?[0-9]+\.[0-9]$' <<<"$figures"; then
      echo "language_test.sh: $row with GORT_MAXPROCS=$procs prints no figure but: $figures" >&2
      exit 1
    fi
  done
done
