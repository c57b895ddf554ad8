#!/usr/bin/env bash
# How long a program without libc takes from start to exit, scheduler included, and how large its file is, beside an
# assembly exit(0), a static C hello and Go's hello. All stripped; built with -c opt; run in turn, with output to /dev/null.
# Usage: benchmarks/run_start.sh [ROUNDS]       (500 by default; Go's half is left out with a sentence without a go)
set -euo pipefail
cd "$(dirname "$0")/.."

readonly rounds=${1:-500}
readonly targets=(
  //benchmarks:exit0
  //benchmarks:one_goroutine
  //examples:freestanding_hello
  //benchmarks:static_c_hello
)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

./bazelw build -c opt //benchmarks:spawn_times "${targets[@]}" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
bin=$(./bazelw info -c opt bazel-bin 2>/dev/null)

programs=()
for target in "${targets[@]}"; do
  program=$work/${target##*:}
  strip -o "$program" "$bin/$(tr : / <<<"${target#//}")"
  programs+=("$program")
done
if command -v go >/dev/null; then
  GOCACHE=$work/go-cache CGO_ENABLED=0 go build -ldflags='-s -w' -o "$work/go_hello" benchmarks/start/hello.go
  programs+=("$work/go_hello")
else
  echo "run_start.sh: no go on this machine (apt-get install golang-go): measuring the others alone" >&2
fi

printf '%-20s %8s %8s %10s\n' "start to exit, us" min median bytes
"$bin/benchmarks/spawn_times" "$rounds" "${programs[@]}" | while read -r min median program; do
  printf '%-20s %8s %8s %10s\n' "${program##*/}" "$min" "$median" "$(stat -c %s "$program")"
done
