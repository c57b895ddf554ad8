#!/usr/bin/env bash
# Planted mistakes, compiled with gcc and clang in the ways that take addresses differently; then files that are none.
set -uo pipefail
readonly tlslint=$1 planted=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s\n' "$*"
}

if ! command -v objdump >/dev/null; then
  echo "skipped: no objdump on this machine (it is in Debian's binutils)"
  exit 0
fi

# finds WHAT FILE NAME...: exit status 1, each name is found, and nothing else.
finds() {
  local what=$1 file=$2 output name status
  shift 2
  output=$("$tlslint" "$file" 2>&1)
  status=$?
  [ $status = 1 ] || fail "$what: exit status $status: $output"
  for name in "$@"; do
    grep -q "$name" <<<"$output" || fail "$what: nothing about $name in: $output"
  done
  grep -q "Clean" <<<"$output" && fail "$what: false alarm in: $output"
  return 0
}

# refuses TEXT ARGUMENT...: exit status 2 and one sentence that holds TEXT.
refuses() {
  local text=$1 output status
  shift
  output=$("$tlslint" "$@" 2>&1)
  status=$?
  [ $status = 2 ] && grep -qF -- "$text" <<<"$output" && [ "$(wc -l <<<"$output")" = 1 ] ||
    fail "$*: exit status $status, and not one line with '$text': $output"
}

readonly errnos="FoundErrnoReadAgain FoundErrnoInALoop"
readonly all="$errnos FoundPointerPassedOn FoundThroughACallee FoundSpilled"
for compiler in g++ clang++; do
  if ! command -v $compiler >/dev/null; then
    echo "skipped: no $compiler on this machine (.ci/run installs it)"
    continue
  fi
  for flags in "-O2" "-O1 -fno-omit-frame-pointer" "-O2 -g -fPIC"; do
    # shellcheck disable=SC2086  # flags are words
    $compiler -std=c++20 $flags -c "$planted" -o "$work/planted.o" || fail "$compiler $flags"
    # Of an executable's own block compilers often compute an address anew wherever they need it.
    names=$errnos
    [[ $flags != *-fPIC* ]] || names=$all
    # shellcheck disable=SC2086  # names are words
    finds "$compiler $flags" "$work/planted.o" $names
  done
  ar rcs "$work/planted.a" "$work/planted.o"
  finds "$compiler, archive" "$work/planted.a" "planted.a(planted.o): FoundErrnoReadAgain"
  finds "$compiler, places" "$work/planted.o" "planted.cc:2[0-9]"
  $compiler -shared -fPIC -O2 -std=c++20 "$planted" -o "$work/planted.so" &&
    finds "$compiler, shared object" "$work/planted.so" FoundErrnoReadAgain FoundErrnoInALoop
done

cat >"$work/clean.cc" <<'END'
int f(int x) { return x + 1; }
END
g++ -c "$work/clean.cc" -o "$work/clean.o"
"$tlslint" "$work/clean.o" >"$work/out" 2>&1 || fail "a clean object: $(cat "$work/out")"
"$tlslint" --help >"$work/out" 2>&1 && grep -q "^usage" "$work/out" || fail "--help: $(cat "$work/out")"

refuses "cannot be read: No such file" "$work/none.o"
echo "some text that is no object" >"$work/text.o"
refuses "is not an ELF file" "$work/text.o"
: >"$work/empty.o"
refuses "is not an ELF file" "$work/empty.o"
head -c 40 "$work/clean.o" >"$work/short.o"
refuses "ends within its ELF header" "$work/short.o"
head -c 400 "$work/clean.o" >"$work/cut.o"
refuses "is truncated" "$work/cut.o"
{ head -c 18 "$work/clean.o" && printf '\xb7\x00' && tail -c +21 "$work/clean.o"; } >"$work/arm.o"
refuses "for another machine" "$work/arm.o"
{ head -c 62 "$work/clean.o" && printf '\xf0\xff' && tail -c +65 "$work/clean.o"; } >"$work/names.o"
refuses "has no section of names" "$work/names.o"
{ head -c 62 "$work/clean.o" && printf '\x01\x00' && tail -c +65 "$work/clean.o"; } >"$work/text_as_names.o"
refuses "has no section of names" "$work/text_as_names.o"
ar rcs "$work/whole.a" "$work/clean.o" "$work/clean.o"
"$tlslint" "$work/whole.a" >"$work/out" 2>&1 || fail "a clean archive: $(cat "$work/out")"
head -c -100 "$work/whole.a" >"$work/cut.a"
refuses "is no archive from byte" "$work/cut.a"
printf '!<arch>\nno head of a member' >"$work/headless.a"
refuses "is no archive from byte 8 on" "$work/headless.a"
refuses "is no file" "$work"
mkfifo "$work/fifo"
refuses "is no file" "$work/fifo"
refuses "there is no option --frobnicate" --frobnicate "$work/clean.o"
refuses "there is no option --unknown=maybe" --unknown=maybe "$work/clean.o"
refuses "no file given"
output=$(PATH=/nonexistent "$tlslint" "$work/clean.o" 2>&1)
[ $? = 2 ] && grep -q "cannot run objdump" <<<"$output" || fail "without objdump: $output"

echo "$failures failed"
[ "$failures" = 0 ]
