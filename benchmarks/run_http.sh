#!/usr/bin/env bash
# Requests per second and latency of examples/httpd's /hello, beside Go's net/http and an epoll loop in C that parses nothing. The server
# has the last CPU to itself, wrk the first one; the sides take turns. Where others keep the CPUs busy, compare the CPU time that the
# server uses for a request: requests per second then say more about them. Needs wrk (apt-get install wrk).
# Usage: benchmarks/run_http.sh [ROUNDS [CONNECTIONS [SECONDS]]]      (5, 64, 3 by default; without a go Go's side is left out)
set -euo pipefail
cd "$(dirname "$0")/.."

readonly rounds=${1:-5} connections=${2:-64} seconds=${3:-3}
command -v wrk >/dev/null || { echo "run_http.sh: there is no wrk on this machine (apt-get install wrk)" >&2; exit 1; }
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

./bazelw build -c opt //examples/httpd 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
cp -L "$(./bazelw info -c opt bazel-bin 2>/dev/null)/examples/httpd/httpd" "$work/httpd"
gcc -O2 -o "$work/epoll" benchmarks/http/epoll.c
sides=(httpd epoll)
if command -v go >/dev/null; then
  GOCACHE=$work/go-cache go build -o "$work/go" benchmarks/http/hello.go
  sides+=(go)
else
  echo "run_http.sh: no go on this machine (apt-get install golang-go): measuring the others alone" >&2
fi

# "SIDE REQUESTS_PER_SECOND P50_US P99_US CPU_US_PER_REQUEST"
measure() {
  local side=$1 arguments=() address ticks
  case $side in
    httpd) arguments=(--listen=127.0.0.1:0) ;;
    go) arguments=(127.0.0.1:0) ;;
  esac
  : >"$work/out"
  taskset -c $(($(nproc) - 1)) "$work/$side" "${arguments[@]}" >"$work/out" &
  server=$!
  until address=$(sed -n 's/.* listening on //p' "$work/out") && [ -n "$address" ]; do
    kill -0 "$server" 2>/dev/null || { echo "run_http.sh: $side did not start" >&2; exit 1; }
    sleep 0.05
  done
  taskset -c 0 wrk -t1 -c"$connections" -d"$seconds"s --latency "http://$address/hello" >"$work/wrk"
  ticks=$(awk '{ print $14 + $15 }' "/proc/$server/stat")  # user and system time
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
  ! grep -E "Socket errors|Non-2xx" "$work/wrk" >&2 || exit 1
  awk -v side="$side" -v cpu_us="$((ticks * 1000000 / $(getconf CLK_TCK)))" '
    function us(text) { return text ~ /us$/ ? text + 0 : text ~ /ms$/ ? text * 1000 : text * 1000000 }
    $1 == "50%" { p50 = us($2) }
    $1 == "99%" { p99 = us($2) }
    $2 == "requests" { requests = $1 }
    $1 == "Requests/sec:" { print side, $2, p50, p99, cpu_us / requests }' "$work/wrk"
}

for ((round = 0; round < rounds; round++)); do
  for side in "${sides[@]}"; do measure "$side" >>"$work/values"; done
done

echo "$rounds rounds of $seconds s on $(nproc) CPUs, $connections connections, load $(cut -d' ' -f1 /proc/loadavg) at the end," \
  "$(go version 2>/dev/null || echo "no Go"); commit $(git log -1 --format=%h 2>/dev/null || echo unknown)."
echo
echo "| side | requests/s: min / median / max | times Go's | times epoll C's | p50 us | p99 us | CPU us each | times Go's | times epoll C's |"
echo "|---|---|---|---|---|---|---|---|---|"
# The values of column $2 of side $1, sorted.
column() { awk -v side="$1" -v c="$2" '$1 == side { print $c }' "$work/values" | sort -n; }
median() { column "$1" "$2" | sed -n "$(((rounds + 1) / 2))p"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b; else printf "-" }'; }
for side in "${sides[@]}"; do
  rate=$(median "$side" 2) cpu=$(median "$side" 5)
  printf '| %s | %.0f / %.0f / %.0f | %s | %s | %.0f | %.0f | %.1f | %s | %s |\n' "$side" "$(column "$side" 2 | head -1)" "$rate" \
    "$(column "$side" 2 | tail -1)" "$(ratio "$rate" "$(median go 2)")" "$(ratio "$rate" "$(median epoll 2)")" \
    "$(median "$side" 3)" "$(median "$side" 4)" "$cpu" "$(ratio "$cpu" "$(median go 5)")" "$(ratio "$cpu" "$(median epoll 5)")"
done
