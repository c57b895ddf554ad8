#!/bin/sh
# Usage: no_shared_functions_test.sh ARCHIVE...
# Goal: in an optimized build the lower layers call no function that the linker could take from another object, where it may have
# a checking prologue (runtime/sched/preempt.h, preemptasks).
# Method: such a function would be defined in the archives too, weak.
set -eu
if [ $# -eq 0 ]; then
  echo "skipped: holds for -c opt only"
  exit 0
fi
checked=0
for archive; do
  case $archive in
    *.a) ;;
    *) continue ;;
  esac
  checked=$((checked + 1))
  # The lambdas that initialize a variable are weak as well, but timerhooks stands in one .cc file, so nobody else has them.
  if weak=$(nm -C --defined-only "$archive" | grep ' W ' | grep -v 'timerhooks::{lambda'); then
    echo "$archive shares inline functions with other objects; inline them always or give them internal linkage:"
    echo "$weak"
    exit 1
  fi
done
echo "$checked archives share no inline function"
[ "$checked" -ge 5 ] # otherwise the build hands out something else than archives
