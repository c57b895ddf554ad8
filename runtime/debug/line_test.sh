#!/usr/bin/env bash
# The line reader against addr2line, for both compilers and the versions of DWARF that they write: every address of a program's own
# code must get the same file and line. Then damaged copies, which must not make it fault.
set -uo pipefail
program=$(realpath "$1")
failures=0
fail() { failures=$((failures + 1)); echo "FAILED: $*"; }

command -v addr2line > /dev/null || { echo "skipped: no addr2line (Debian: binutils)"; exit 0; }
cd "${TEST_TMPDIR:-$(mktemp -d)}" || exit 1
mkdir -p sub
cat > sub/part.h <<'END'
#pragma once
inline int Halve(int n) {
  int sum = 0;
  for (int i = 0; i < n; ++i)
    sum += i % 3 == 0 ? n / 2 : i;
  return sum;
}
END
cat > sub/other.cc <<'END'
#include "part.h"
int Dropped(int n) { return Halve(n) + 7; }
int Kept(int n) {
  try {
    if (n == 77) throw n;
  } catch (int m) {
    return m;
  }
  return Halve(n) + 1;
}
END
cat > main.cc <<'END'
#include "sub/part.h"
int Kept(int);
template <class T> T Twice(T t) { return t + t; }
int main(int argc, char**) {
  int sum = 0;
  for (int i = 0; i < argc; ++i) sum += Halve(i);
  auto f = [&](int n) { return n + sum; };
  return Twice(f(argc)) + Kept(argc) > 1000000;
}
END

# compare FILE NAME: what we say about each address of its functions, beside what addr2line says. binutils 2.40 names the unit's main
# file in place of the header for some addresses of DWARF 5 (Halve is in the header for certain): that does not count.
compare() {
  local file=$1 name=$2
  nm -S --defined-only "$file" | awk '$3 ~ /[tTwW]/ && $4 ~ /main|Kept|Halve|Twice/ {print $1, $2}' |
    while read -r at size; do
      seq $((0x$at)) 3 $((0x$at + 0x$size - 1)) | xargs printf '%x\n'
    done > addresses
  [ -s addresses ] || { fail "$name: no addresses"; return; }
  addr2line -e "$file" < addresses | sed 's/ (discriminator.*//; s/?$/0/' > want
  "$program" lookup "$file" < addresses > got || fail "$name: exit status $?"
  paste want got | awk -v dir="$PWD/" '
    { want = $1; got = $2; sub(dir, "", want); sub(dir, "", got); sub(/^\.\//, "", want); sub(/^\.\//, "", got) }
    want ~ /:0$/ { next }
    want == got { same++; next }
    { file = want; sub(/main.cc/, "sub/part.h", file) }
    file == got { misled++; next }
    { differ++; if (differ < 4) print "  addr2line " want "  ours " got }
    END { printf "%d same, %d differ, %d misled\n", same, differ, misled; exit !(same > 10 && differ == 0) }' > verdict ||
    fail "$name: $(cat verdict)"
  echo "$name: $(tail -n 1 verdict)"
}

built=
for compiler in g++ clang++; do
  command -v $compiler > /dev/null || { echo "skipped: $compiler is not there"; continue; }
  for version in 2 4 5; do
    for flags in -O0 "-O2 -ffunction-sections -Wl,--gc-sections" "-O1 -shared -fPIC"; do
      case $version${flags:0:3} in 2-O[12] | 4-O1) continue ;; esac
      out=$compiler-$version-${flags:1:2}
      # shellcheck disable=SC2086
      if ! $compiler -gdwarf-$version $flags main.cc sub/other.cc -o "$out" 2> log; then
        echo "skipped: $out: $(head -n 1 log)"
        continue
      fi
      compare "$out" "$out"
      built="$built${built:+ }$out"
    done
  done
done
[ -n "$built" ] || { echo "skipped: no compiler could build the programs to look at"; exit 0; }

first=${built%% *}
objcopy --compress-debug-sections=zlib "$first" packed && [ "$("$program" lookup packed < /dev/null)" = compressed ] ||
  fail "compressed sections are not noticed"
strip -o stripped "$first"
[ "$(head -n 1 addresses | "$program" lookup stripped)" = '??:0' ] || fail "a stripped file has lines"
"$program" lookup main.cc > /dev/null 2> log
[ $? = 2 ] && grep -q 'not an ELF-64 file' log || fail "a text file is taken for an ELF file"

seed=${GORT_TEST_SEED:-$RANDOM}
for file in $built; do
  case $file in *-O[12]) continue ;; esac
  "$program" fuzz "$file" "$seed" 40 > log 2>&1 || fail "fuzz of $file, exit status $?: $(cat log)"
done
echo "fuzz: seed $seed"
echo "$failures failed"
[ "$failures" = 0 ]
