#!/usr/bin/env bash
# The tool's command line: what it accepts, and the one sentence and status 2 for everything else.
set -uo pipefail
view=$PWD/$1
cd "$(mktemp -d "${TEST_TMPDIR:-/tmp}/view.XXXXXX")" || exit 1
failures=0
fail() {
  echo "FAILED: $1"
  failures=$((failures + 1))
}

# refuses PATTERN ARGUMENT...: one line that matches, nothing on standard output, status 2, and no page.
refuses() {
  local pattern=$1 out err status
  shift
  out=$("$view" "$@" 2>err)
  status=$?
  err=$(cat err)
  [[ $status -eq 2 && -z $out && $(wc -l <err) -eq 1 && $err =~ ^view:\  ]] || fail "view $*: status $status, '$out', '$err'"
  grep -qE -- "$pattern" <<<"$err" || fail "view $*: '$err' is not like '$pattern'"
  [[ -z $(find . -name '*.html*') ]] || fail "view $*: left $(find . -name '*.html*')"
}

trace() {
  printf '{"displayTimeUnit":"ns","otherData":{"gort_trace":%s,"gomaxprocs":1,"dropped":0,"program":"p"},"traceEvents":[\n%s]}\n' "$1" "$2"
}
trace 1 "" >good.json
trace 2 "" >future.json
trace 1 '{"ph":"X"}' >event.json
head -c 60 good.json >cut.json
: >empty.json
echo '{"traceEvents":[]}' >other.json
mkdir directory
mkfifo pipe
truncate -s 2G big.json

refuses 'no trace file is named; --help'
refuses 'unknown flag --bogus; --help' --bogus
refuses 'unknown flag -x' -x good.json
refuses "-o needs the page's path" good.json -o
refuses "-o needs the page's path" good.json -o ''
refuses 'unexpected argument "two.json"' good.json two.json
refuses 'unexpected argument ""' ''
refuses 'absent.json: No such file or directory; give' absent.json
refuses 'directory: it is a directory; give' directory
refuses 'pipe: it is no regular file; copy' pipe
refuses 'big.json: it has 2048 MiB, and a page can show 1024 MiB; record a shorter time' big.json
refuses 'empty.json: the file is empty; record' empty.json
refuses 'cut.json: line 1 \(byte 53\): the file ends in the middle of' cut.json
refuses 'future.json: line 1 \(byte [0-9]+\): the trace has version 2 of the format, and this viewer reads version 1' future.json
refuses 'other.json: line 1 \(byte 1\): this is no trace of gort.s: otherData has no gort_trace' other.json
refuses 'event.json: line 2 \(byte 111\): an event with ph "X" has no ts' event.json
refuses 'absent/out.html: No such file or directory; name another' good.json -o absent/out.html
refuses 'directory: Is a directory; name another' good.json -o directory
refuses '-o names the trace itself' good.json -o good.json
if [[ $(id -u) -ne 0 ]]; then
  cp good.json secret.json
  chmod 0 secret.json
  refuses 'secret.json: Permission denied; give' secret.json
fi

# accepts PAGE ARGUMENT...: says where the page is, and it is one.
accepts() {
  local page=$1 out
  shift
  out=$("$view" "$@" 2>&1) || fail "view $*: $out"
  [[ $out == "$page" ]] || fail "view $*: says '$out' and not '$page'"
  grep -q '^<!doctype html>' "$page" && grep -q '^</html>' "$page" || fail "view $*: $page is no page"
  rm -f "$page"
}
accepts good.html good.json
accepts out.html -o out.html good.json
cp good.json ./-trace
accepts ./-trace.html ./-trace
accepts plain.html -o plain.html -- -trace
cp good.json trace
accepts trace.html trace
# bazel run: names are meant in the user's directory.
export BUILD_WORKING_DIRECTORY=$PWD
here=$PWD
cd directory || exit 1
accepts "$here/good.html" good.json
"$view" --help | grep -q 'bazel run //runtime/trace:view -- FILE' || fail "--help says nothing"
[[ $failures -eq 0 ]] && echo "ok"
