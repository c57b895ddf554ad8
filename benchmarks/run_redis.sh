#!/usr/bin/env bash
# redisd beside the real redis-server, measured by redis-benchmark: alternating runs, the server on one CPU, the client on another.
# Prints a table: median / best requests per second of each side, the ratio of the two, and the medians of p50 and p99.
#
# Usage: benchmarks/run_redis.sh [ROUNDS [REQUESTS]]
#   ROUNDS    runs of each side, 5 by default
#   REQUESTS  per row and run, 100000 by default; ten times as many when pipelined
# Needs two CPUs, and Debian's redis.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly rounds=${1:-5} requests=${2:-100000} tests=ping_mbulk,set,get,incr,lpush,rpop,lrange_100,mset

for tool in redis-server redis-benchmark redis-cli taskset; do
  command -v "$tool" >/dev/null || { echo "run_redis.sh: no $tool on this machine (apt-get install redis util-linux)" >&2; exit 1; }
done
work=$(mktemp -d)
started=()
trap '{ [ ${#started[@]} = 0 ] || kill "${started[@]}"; wait; } 2>/dev/null; rm -rf "$work"' EXIT

./bazelw build -c opt //examples/redisd 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
cp -L "$(./bazelw info -c opt bazel-bin 2>/dev/null)/examples/redisd/redisd" "$work/redisd"

# Both run all the time; the one that is not measured sleeps. Each has one thread that works.
GORT_MAXPROCS=1 taskset -c 0 "$work/redisd" --listen=127.0.0.1:0 >"$work/ours" &
started+=($!)
until grep -q listening "$work/ours"; do sleep 0.05; done
readonly ours=$(sed -n 's/.*:\([0-9]*\)$/\1/p' "$work/ours")
# redis-server cannot choose a free port, so it gets the one after, or the next that is free.
theirs=$ours
until [ "$(redis-cli -p "$theirs" info server 2>/dev/null | grep -c '^os:')" = 1 ]; do
  theirs=$((theirs + 1))
  taskset -c 0 redis-server --port "$theirs" --bind 127.0.0.1 --save '' --appendonly no --dir "$work" >"$work/theirs" 2>&1 &
  started+=($!)
  until grep -qE 'Ready to accept|bind|Failed' "$work/theirs"; do sleep 0.05; done
done

# "SIDE TEST PIPELINED RPS P50 P99" a line.
measure() {
  local side=$1 port=$2 pipelined=$3
  redis-cli -p "$port" flushall >/dev/null
  taskset -c 1 redis-benchmark -p "$port" --csv -n $((pipelined == 1 ? requests : 10 * requests)) -P "$pipelined" -t "$tests" |
    awk -F'","' -v side="$side" -v pipelined="$pipelined" \
      '/^"[A-Z]/ && !/needed/ { gsub(/"/, "", $1); sub(/ .*/, "", $1); print side, $1, pipelined, $2, $5, $7 }'
}
for ((round = 0; round < rounds; round++)); do
  for pipelined in 1 16; do
    measure ours "$ours" "$pipelined"
    measure theirs "$theirs" "$pipelined"
  done
done >"$work/values"

echo "$rounds rounds on $(nproc) CPUs, load $(cut -d' ' -f1 /proc/loadavg) at the end; $(redis-server --version | cut -d' ' -f1-3);" \
  "commit $(git log -1 --format=%h 2>/dev/null || echo unknown)."
echo
echo "| test | pipelined | redisd, 1000/s | redis-server, 1000/s | ratio | p50 / p99 ms | redis-server's |"
echo "|---|---|---|---|---|---|---|"
awk '
  # The value at rank `at` of the n[key] values of `key`, smallest first.
  function rank(key, at,   i, j, v) {
    for (i = 2; i <= n[key]; i++) {
      v = value[key, i]
      for (j = i - 1; j > 0 && value[key, j] > v; j--) value[key, j + 1] = value[key, j]
      value[key, j + 1] = v
    }
    return value[key, at]
  }
  function median(key) { return rank(key, int((n[key] + 1) / 2)) }
  function add(key, v) { value[key, ++n[key]] = v + 0 }
  function rates(side) { return sprintf("%.0f / %.0f", median(side " " row " rps") / 1000, rank(side " " row " rps", n[side " " row " rps"]) / 1000) }
  function times(side) { return sprintf("%.2f / %.2f", median(side " " row " p50"), median(side " " row " p99")) }
  {
    row = $2 " | " $3
    if ($1 == "ours" && !seen[row]++) rows[++count] = row
    add($1 " " row " rps", $4); add($1 " " row " p50", $5); add($1 " " row " p99", $6)
  }
  END {
    for (i = 1; i <= count; i++) {
      row = rows[i]
      printf "| %s | %s | %s | %.2f | %s | %s |\n", row, rates("ours"), rates("theirs"),
        median("ours " row " rps") / median("theirs " row " rps"), times("ours"), times("theirs")
    }
  }' "$work/values"
