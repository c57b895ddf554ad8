#!/usr/bin/env bash
# Compares our context switch with Boost.Context's: five alternating runs of each, min and median in ns per switch.
# Usage: benchmarks/run_switch.sh      (Boost's half needs libboost-context-dev and is left out with a sentence without it)
set -euo pipefail
cd "$(dirname "$0")/.."

targets=(//benchmarks:switch_benchmark)
if [ -e /usr/include/boost/context/detail/fcontext.hpp ]; then
  targets+=(//benchmarks:switch_boost_benchmark)
else
  echo "run_switch.sh: no Boost.Context on this machine (apt-get install libboost-context-dev): measuring ours alone" >&2
fi
./bazelw build -c opt "${targets[@]}" 2>/dev/null

for _ in 1 2 3 4 5; do
  for target in "${targets[@]}"; do
    "bazel-bin/$(tr : / <<<"${target#//}")" --benchmark_min_time=0.2 --benchmark_format=csv 2>/dev/null | grep '^"' || true
  done
done  | awk -F, '
  {
    name = $1
    gsub(/"/, "", name)
    ns = 1e9 / $7                         # items per second are switches
    if (!(name in n)) order[++names] = name
    at = ++n[name]
    while (at > 1 && value[name, at - 1] > ns) { value[name, at] = value[name, at - 1]; at-- }
    value[name, at] = ns
  }
  END {
    printf "%-18s %10s %10s\n", "switch, ns", "min", "median"
    for (i = 1; i <= names; i++) {
      k = order[i]
      printf "%-18s %10.1f %10.1f\n", k, value[k, 1], value[k, int((n[k] + 1) / 2)]
    }
  }'
