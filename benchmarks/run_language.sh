#!/usr/bin/env bash
# What goroutines, channels, locks and timers cost, beside Go: alternating runs of the two programs, row by row.
# Prints a table: min / median of each side, ratio of the two mins and of the two medians, and what we are to reach.
#
# Usage: benchmarks/run_language.sh [ROUNDS [DIVISOR [ROW...]]]
#   ROUNDS   runs of each side, 5 by default
#   DIVISOR  makes the counts smaller, for a quick look; 1 by default
#   ROW      only these; all by default
# Without Go (apt-get install golang-go) ours are measured alone.
set -euo pipefail
cd "$(dirname "$0")/.."

# row, threads, figure, what we must reach, what we want: a number, or a part of Go's; "-" for nothing.
readonly rows='
yield_2          1  ns           Go/4    12
yield_1000       1  ns           Go/5    15
spawn_1000       1  ns           Go/4    40
spawn_1          1  ns           Go/4    60
ping_pong        1  ns           Go/5    50
ping_pong        2  ns           Go/3    80
buffered_1p1c    1  ns           Go/2    12
buffered_4p4c    2  ns           Go/1    20
select_4         1  ns           Go/5    45
mutex_1          1  ns           Go*1.1  Go/1
mutex_8          2  ns           Go/1    Go/1
skynet           1  ms           Go/2    Go/3
skynet           2  ms           Go/2    Go/3
sieve            1  ms           Go/3    120
sieve            2  ms           Go/3    120
parked           1  bytes        4700    Go/1
parked           1  create_ns    Go/1    -
parked_64k       1  bytes        4300    Go/1
parked_64k       1  create_ns    Go/1    -
sleepers         2  cpu_ms       Go/1    150
sleepers         2  p50_late_us  80      40
sleepers         2  p99_late_us  1000    500
timer_func_0     1  ns           Go/3    30
timer_func_100k  1  ns           Go/3    60
timer_chan_0     1  ns           Go/3    30
timer_chan_100k  1  ns           Go/3    60
'

readonly rounds=${1:-5} divisor=${2:-1}
shift $(($# < 2 ? $# : 2))
readonly only=" $* "

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

./bazelw build -c opt //benchmarks:language 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
cp -L "$(./bazelw info -c opt bazel-bin 2>/dev/null)/benchmarks/language" "$work/gort"
if command -v go >/dev/null; then
  GOCACHE=$work/go-cache go build -o "$work/go" benchmarks/language/*.go
else
  echo "run_language.sh: no go on this machine (apt-get install golang-go): measuring ours alone" >&2
fi

# "SIDE ROW THREADS FIGURE VALUE" a line.
measure() {
  local side=$1 row=$2 threads=$3
  GORT_MAXPROCS=$threads GOMAXPROCS=$threads "$work/$side" "$row" "$divisor" |
    sed "s/^/$side $row $threads /" ||
    echo "run_language.sh: $side $row with $threads threads failed" >&2
}

for ((round = 0; round < rounds; round++)); do
  awk '{ print $1, $2 }' <<<"$rows" | uniq | while read -r row threads; do
    [ -n "$row" ] || continue
    [[ $only = "  " || $only = *" $row "* ]] || continue
    measure gort "$row" "$threads"
    [ ! -e "$work/go" ] || measure go "$row" "$threads"
  done
done >"$work/values"

echo "$rounds rounds on $(nproc) CPUs, load $(cut -d' ' -f1 /proc/loadavg) at the end, $(go version 2>/dev/null || echo "no Go");" \
  "commit $(git log -1 --format=%h 2>/dev/null || echo unknown). Min / median; reached is judged by the medians."
echo
echo "| row | threads | figure | gort | Go | ratio | must | wants | reached |"
echo "|---|---|---|---|---|---|---|---|---|"
awk '
  # What "Go/3", "Go*1.1" or "80" comes to, when Go has `go`.
  function target(text, go) {
    if (text ~ /^Go\//) return go / substr(text, 4)
    if (text ~ /^Go\*/) return go * substr(text, 4)
    return text
  }
  function number(v) { return sprintf(v < 100 ? "%.1f" : "%.0f", v) }
  function pair(key) { return number(value[key, 1]) " / " number(value[key, int((n[key] + 1) / 2)]) }
  function reaches(text, gort, go) { return text != "-" && (text !~ /^Go/ || go != "") && gort <= target(text, go) * 1.0 }

  FNR == NR {
    key = $1 SUBSEP $2 SUBSEP $3 SUBSEP $4
    at = ++n[key]
    while (at > 1 && value[key, at - 1] > $5) { value[key, at] = value[key, at - 1]; at-- }
    value[key, at] = $5
    next
  }
  NF {
    gort = "gort" SUBSEP $1 SUBSEP $2 SUBSEP $3
    go = "go" SUBSEP $1 SUBSEP $2 SUBSEP $3
    if (!(gort in n)) next
    min = value[gort, 1]; median = value[gort, int((n[gort] + 1) / 2)]
    gomin = value[go, 1]; gomedian = value[go, int((n[go] + 1) / 2)]
    reached = reaches($5, median, gomedian) ? "wants" : reaches($4, median, gomedian) ? "must" : "no"
    sub("Go/1$", "Go", $4); sub("Go/1$", "Go", $5)
    printf "| %s | %s | %s | %s |", $1, $2, $3, pair(gort)
    if (go in n) printf " %s | %.2f / %.2f |", pair(go), min / gomin, median / gomedian
    else printf " | |"
    printf " %s | %s | %s |\n", $4, $5, reached
  }' "$work/values" - <<<"$rows"
