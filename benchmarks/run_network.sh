#!/usr/bin/env bash
# What a request of 64 bytes and an idle connection cost an echo server with a goroutine for each connection, beside the same server in
# Go and a plain loop around epoll. The server has one CPU, the client another; the servers take turns. Prints min / median.
# Usage: benchmarks/run_network.sh [ROUNDS] [SECONDS] [IDLE]
#        (5 rounds of 2 seconds, 100,000 idle connections by default; without a go, Go's half is left out with a sentence)
set -euo pipefail
cd "$(dirname "$0")/.."

readonly rounds=${1:-5} seconds=${2:-2}
idle=${3:-100000}
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

./bazelw build -c opt //benchmarks:echo_gort //benchmarks:echo_epoll //benchmarks:echo_load 2>"$work/log" ||
  { cat "$work/log" >&2; exit 1; }
bin=$(./bazelw info -c opt bazel-bin 2>/dev/null)/benchmarks
servers=("$bin/echo_gort" "$bin/echo_epoll")
if command -v go >/dev/null; then
  GOCACHE=$work/go-cache go build -o "$work/echo_go" benchmarks/network/echo.go
  servers+=("$work/echo_go")
else
  echo "run_network.sh: no go on this machine (apt-get install golang-go): measuring the others alone" >&2
fi

ulimit -n "$((idle + 1000))" 2>/dev/null || ulimit -n "$(ulimit -Hn)"
if [ "$idle" -gt "$(($(ulimit -n) - 1000))" ]; then
  idle=$(($(ulimit -n) - 1000))
  echo "run_network.sh: the limit of open files allows $idle idle connections" >&2
fi
cpus=$(nproc)

# measure PROGRAM ARGUMENTS-OF-LOAD...: one server, one client. PID stands for the server's.
measure() {
  local program=$1 connections=$2 how=$3 port
  mkfifo "$work/port"
  GORT_MAXPROCS=1 GOMAXPROCS=1 taskset -c 0 "$program" >"$work/port" &
  server=$!
  read -r port <"$work/port"
  rm "$work/port"
  if [ "$how" = idle ]; then
    taskset -c "$((cpus - 1))" "$bin/echo_load" "$port" "$connections" idle "$server"
  else
    taskset -c "$((cpus - 1))" "$bin/echo_load" "$port" "$connections" "$how"
  fi
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
}

# column FILE N: min / median of its Nth column
column() { awk -v n="$2" '{ print $n }' "$1" | sort -g | awk '{ v[NR] = $1 } END { print v[1] " / " v[int((NR + 1) / 2)] }'; }

for ((round = 0; round < rounds; ++round)); do
  for program in "${servers[@]}"; do
    for connections in 64 1024; do
      measure "$program" "$connections" "$seconds" >>"$work/${program##*/}.$connections"
    done
  done
done
for program in "${servers[@]}"; do measure "$program" "$idle" idle >"$work/${program##*/}.idle"; done

printf '%-12s %12s %22s %18s %18s\n' server connections requests/s "p50, us" "p99, us"
for program in "${servers[@]}"; do
  for connections in 64 1024; do
    file=$work/${program##*/}.$connections
    printf '%-12s %12s %22s %18s %18s\n' "${program##*/}" "$connections" "$(column "$file" 1)" "$(column "$file" 2)" "$(column "$file" 3)"
  done
done
echo
printf '%-12s %12s %22s\n' server connections "bytes per idle one"
for program in "${servers[@]}"; do printf '%-12s %12s %22s\n' "${program##*/}" "$idle" "$(cat "$work/${program##*/}.idle")"; done
