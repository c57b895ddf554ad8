#!/usr/bin/env bash
# Usage: guest_test.sh PROGRAM
set -uo pipefail
output=$("$1")
status=$?
diff - <(echo "$output") <<'EOF' || { echo "guest_test.sh: $1 does not print that (above: < expected, > printed)" >&2; exit 1; }
on a thread: 338350, goroutine 0
from another thread: 385
on a goroutine: 333833500, yes
EOF
[[ $status -eq 7 ]] || { echo "guest_test.sh: $1 ended with status $status and not with what Run's function returned, 7" >&2; exit 1; }
