#!/bin/bash
# Goal: crosscheck understands what a real Go makes: executables in every form of debug information, and go_asm.h.
# Method: build a small program with the go on PATH, offline. Without one there is nothing to check, and the test says
# so.
#
# Usage: go_test.sh CROSSCHECK

set -u

if ! command -v go > /dev/null; then
  echo "SKIPPED: there is no go on PATH (Debian: apt-get install golang)"
  exit 0
fi

crosscheck=$PWD/$1
tmp=${TEST_TMPDIR:-$(mktemp -d)}
export HOME=$tmp GOCACHE=$tmp/cache GOPATH=$tmp/path GOTMPDIR=$tmp
export GO111MODULE=on GOPROXY=off GOFLAGS= GOTOOLCHAIN=local CGO_ENABLED=0 GOOS=linux
version=$(go env GOVERSION)
echo "with $version"

failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# expect CODE TEXT ARGUMENT...: runs crosscheck with the arguments and expects this exit code, and this text in what it
# prints.
expect() {
  local code=$1 text=$2
  shift 2
  "$crosscheck" "$@" > "$tmp/output" 2>&1
  local got=$?
  if [[ $got != "$code" ]]; then
    fail "crosscheck $* exited with $got instead of $code:"
    grep -E ' (differs|missing|extra)$|^Summary|^crosscheck:' "$tmp/output"
  elif ! grep -qF -- "$text" "$tmp/output"; then
    fail "crosscheck $* did not print \"$text\" but:"
    tail -5 "$tmp/output"
  fi
}

mkdir -p "$tmp/program" && cd "$tmp/program" || exit 1
printf 'module program\n' > go.mod
cat > main.go << 'EOF'
package main

func main() {
	c := make(chan int)
	go func() { c <- 1 }()
	select {
	case v := <-c:
		println(v)
	}
}
EOF

# A Go that the built-in facts do not know may differ in ways that nobody has explained yet; it must be read all the
# same.
good=0
"$crosscheck" --goversion "$version" > /dev/null 2>&1
if [[ $? == 2 ]]; then
  echo "there are no facts about $version: its differences are printed, not judged"
  good=1
fi

go build -o plain . || fail "go build"
expect $good "gort against plain (--go-binary, $version, linux/" --go-binary plain

go build -ldflags=-compressdwarf=false -o uncompressed . || fail "go build -ldflags=-compressdwarf=false"
expect $good "$version" --go-binary uncompressed

for arch in arm64 riscv64; do
  GOARCH=$arch go build -o "$arch" . || fail "go build for $arch"
  expect $good "$version, linux/$arch" --go-binary "$arch"
done

# Several sources at once: the executable selects the architecture of the facts.
expect $good "gort against built-in facts (--goversion, go1.27.3, linux/riscv64)" --go-binary riscv64 --goversion 1.27

# The compiler writes go_asm.h into its work directory; -a makes it compile.
work=$(go build -a -work -o /dev/null runtime 2>&1 | sed -n 's/^WORK=//p')
header=$(grep -l '^#define g__size ' "$work"/*/go_asm.h)
if [[ -n $header ]]; then
  expect $good "gort against $header (--asmhdr" --asmhdr "$header"
  expect $good "$header (--asmhdr, go" --asmhdr "$header" --goversion "${version/go/}"
else
  fail "go build -work runtime left no go_asm.h that defines g__size"
fi

# What cannot be compared is refused.
go build -ldflags=-w -o without_dwarf . || fail "go build -ldflags=-w"
expect 2 "without_dwarf has no debug information" --go-binary without_dwarf
go build -ldflags=-s -o stripped . || fail "go build -ldflags=-s"
expect 2 "stripped has no debug information" --go-binary stripped
expect 2 "plain describes none of gort::runtime's structures" --elf plain
size=$(stat -c %s plain)
for cut in 0 1 63 64 $((size / 4)) $((size / 2)) $((size * 3 / 4)); do
  head -c "$cut" plain > cut
  expect 2 "cut " --go-binary cut
done

if [[ $failures != 0 ]]; then
  echo "$failures failures"
  exit 1
fi
echo "PASSED"
