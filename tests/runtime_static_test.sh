#!/usr/bin/env bash
# The final test binary as a static program: the same assertions where no loader ran before our entry.
#
#   runtime_static_test.sh PROGRAM
set -euo pipefail
if command -v readelf >/dev/null && readelf -lW "$1" | grep -q "^ *INTERP"; then
  echo "FAIL the program is not static: it names a program interpreter"
  exit 1
fi
exec "$1"
