#!/usr/bin/env bash
# Compares package sync with Go's: five alternating runs of each, min and median in ns.
# Usage: runtime/sync/run_benchmark.sh      (Go's half needs `go` and is left out with a sentence without it)
#        GORT_MAXPROCS=1 GOMAXPROCS=1 runtime/sync/run_benchmark.sh
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

../../bazelw build -c opt //runtime/sync:sync_benchmark 2>/dev/null
cp -L ../../bazel-bin/runtime/sync/sync_benchmark "$work/gort"
if command -v go >/dev/null; then
  go test -c -o "$work/go" sync_go_test.go
else
  echo "run_benchmark.sh: no Go on this machine (apt-get install golang-go): measuring ours alone" >&2
fi

for _ in 1 2 3 4 5; do
  "$work/gort" --benchmark_min_time=0.2 2>/dev/null | awk '/ ns / { sub("/.*", "", $1); print "gort", $1, $2 }'
  [ ! -e "$work/go" ] || "$work/go" -test.bench . -test.benchtime 0.2s | awk '/ns\/op/ { sub("^Benchmark", "", $1); sub("-.*", "", $1); print "go", $1, $3 }'
done | awk '
  {
    if (!($2 in seen)) { seen[$2] = 1; order[++names] = $2 }
    at = ++n[$1, $2]
    while (at > 1 && value[$1, $2, at - 1] > $3) { value[$1, $2, at] = value[$1, $2, at - 1]; at-- }
    value[$1, $2, at] = $3
  }
  END {
    printf "%-30s %8s %8s   %8s %8s\n", "ns, min and median", "gort", "", "Go", ""
    for (i = 1; i <= names; i++) {
      k = order[i]
      printf "%-30s %8.1f %8.1f   %8.1f %8.1f\n", k, value["gort", k, 1], value["gort", k, int((n["gort", k] + 1) / 2)],
        value["go", k, 1], value["go", k, int((n["go", k] + 1) / 2)]
    }
  }'
