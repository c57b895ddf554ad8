#!/bin/bash
# The goroutine profile: its text has Go's form, and `go tool pprof` opens its protobuf.
set -u
program=$1
proto=$TEST_TMPDIR/profile.pb
text=$TEST_TMPDIR/profile.txt
failed=0

expect() {  # expect FILE REGEX
  grep -qE -- "$2" "$1" || {
    echo "no line of $1 matches: $2"
    cat "$1"
    failed=1
  }
}

"$program" "$proto" "$text" || { echo "$program: status $?"; exit 1; }
expect "$text" '^goroutine profile: total 11$'
expect "$text" '^10 @ 0x[0-9a-f]+ 0x[0-9a-f]+'
expect "$text" '^# labels: \{"route":"/users"\}$'
# The offset is that in the function, with line tables or without: a small number.
expect "$text" $'^#\t0x[0-9a-f]+\t.*WaitInOnePlace.*\\+0x[0-9a-f]{1,3}\t'

"$program" /nonexistent/a "$text" 2>"$TEST_TMPDIR/error"
[[ $? == 2 ]] || { echo "a file that cannot be written: status is not 2"; failed=1; }
expect "$TEST_TMPDIR/error" 'cannot create /nonexistent/a: No such file or directory'

if ! command -v go >/dev/null; then
  echo "skipped: go is not installed, so nobody has opened the protobuf"
  exit $failed
fi
export HOME=$TEST_TMPDIR PPROF_TMPDIR=$TEST_TMPDIR GOCACHE=$TEST_TMPDIR/cache
go tool pprof -raw "$proto" >"$TEST_TMPDIR/raw" 2>&1 || { echo "go tool pprof -raw failed"; failed=1; }
expect "$TEST_TMPDIR/raw" 'goroutine/count'
expect "$TEST_TMPDIR/raw" '^ +10: +[0-9 ]+'
expect "$TEST_TMPDIR/raw" 'route:\[/users\]'
expect "$TEST_TMPDIR/raw" 'WaitInOnePlace'
go tool pprof -top -cum "$proto" >"$TEST_TMPDIR/top" 2>&1 || { echo "go tool pprof -top failed"; failed=1; }
expect "$TEST_TMPDIR/top" ' 10 .*WaitInOnePlace'
exit $failed
