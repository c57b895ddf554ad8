#!/usr/bin/env bash
# The functions that were inlined at an address, for both compilers, DWARF 4 and 5, -g and -g1: at every address of a program's own code
# the same lines as llvm-symbolizer (or, for gcc's, addr2line) gives, and names as a traceback wants them. Then damaged copies, which
# must not make the reader fault.
set -uo pipefail
program=$(realpath "$1")
failures=0
fail() { failures=$((failures + 1)); echo "FAILED: $*"; }

cd "${TEST_TMPDIR:-$(mktemp -d)}" || exit 1
cat > part.cc <<'END_OF_SOURCE'
volatile int sink;
namespace {
namespace inner {
struct Worker {
  int v;
  int Step(int n) {
    for (int i = 0; i < n; i++) sink = sink + v;
    return n * sink;
  }
  bool operator<(const Worker& other) const {
    sink = 3;
    return v < other.v;
  }
};
}  // namespace inner
inline int Halve(int n) {
  inner::Worker w{n};
  return w.Step(n + 3) + (w < inner::Worker{sink});
}
template <class T>
inline T Twice(T t) {
  return Halve(t) + Halve(t + 1);
}
}  // namespace
namespace lib {
template <class A, class B>
struct Ops {
  A a;
  int Recv(B b);
};
template <class A, class B>
inline int Ops<A, B>::Recv(B b) {  // its name is in the class, its code is not
  sink = b;
  return sink * 2;
}
}  // namespace lib
extern "C" inline int Plain(int x) {
  if (x == 9) sink = x;
  return sink + x * 3;
}
inline int InMain(int n) { return sink + n; }
int Outer(int n) {
  auto f = [&](int k) {
    sink = k;
    return Twice(k) + n;
  };
  lib::Ops<int, int> ops;
  return f(n) + Plain(n) + ops.Recv(n);
}
int main(int argc, char**) { return Outer(argc) + InMain(argc); }
END_OF_SOURCE
echo 'int Other(int n); inline int Nothing(int n) { return n + 1; } int Other(int n) { return Nothing(n); }' > other.cc

# What is said about each address, a line for an address: file:line|file:line|..., innermost first.
ours() {
  "$program" inlined "$1" < addresses |
    awk -F'\t' 'NF == 0 { print ""; next } { sub(/.*\//, "", $2); printf "%s|", $2 }'
}
theirs() {
  if command -v llvm-symbolizer > /dev/null; then
    sed 's/^/0x/' addresses | llvm-symbolizer -e "$1" |
      awk 'NF == 0 { print ""; next } { getline; sub(/:[0-9]+$/, ""); sub(/.*\//, ""); printf "%s|", $0 }'
  else
    addr2line -afi -e "$1" < addresses |
      awk '/^0x[0-9a-f]+$/ { if (NR > 1) print ""; getline } { getline; sub(/ \(.*/, ""); sub(/.*\//, ""); printf "%s|", $0 } END { print "" }'
  fi
}

# compare FILE: line 0 is code that the compiler made up, which we count for the line before it.
compare() {
  nm -S --defined-only "$1" | awk '$3 ~ /[tTwW]/ && $4 ~ /main|Outer|Other/ {print $1, $2}' |
    while read -r at size; do
      seq $((0x$at)) $((0x$at + 0x$size - 1)) | xargs printf '%x\n'
    done > addresses
  theirs "$1" > want
  ours "$1" > got || fail "$1: exit status $?"
  paste -d' ' addresses want got | awk '
    $2 ~ /:[0?]/ { next }
    $2 == $3 { same++; if ($2 ~ /\|.*\|.*\|/) deep++; next }
    { if (++differ < 4) print }
    END { printf "%d same, %d of them deep, %d differ\n", same, deep, differ; exit !(same > 50 && deep > 10 && differ == 0) }' > verdict ||
    fail "$1: $(cat verdict)"
  echo "$1: $(tail -n 1 verdict)"
}

# named FILE NAME...: each of these functions was inlined somewhere.
named() {
  local file=$1 name
  shift
  "$program" inlined "$file" < addresses | cut -f 1 | sort -u > got
  for name in "$@"; do
    grep -qxF "$name" got || fail "$file: nobody is called '$name' in: $(tr '\n' ' ' < got)"
  done
}

full=('(anonymous namespace)::Halve()' '(anonymous namespace)::Twice<>()' '(anonymous namespace)::inner::Worker::Step()'
  '(anonymous namespace)::inner::Worker::operator<()' 'Outer()::{lambda()}::operator()()' 'Plain()' 'lib::Ops<>::Recv()' _Z6InMaini)
built=
for compiler in g++ clang++; do
  command -v $compiler > /dev/null || { echo "skipped: $compiler is not there"; continue; }
  if ! command -v llvm-symbolizer > /dev/null; then
    command -v addr2line > /dev/null && [ $compiler = g++ ] || { echo "skipped: nobody can check $compiler's (Debian: llvm)"; continue; }
  fi
  for flags in "-g -gdwarf-5" "-g -gdwarf-4 -ffunction-sections -shared -fPIC" "-gdwarf-5 -g1" "-g -flto"; do
    out=$compiler${flags// /}
    # shellcheck disable=SC2086
    if ! $compiler -std=c++17 -O2 $flags part.cc other.cc -o "$out" 2> log; then
      echo "skipped: $out: $(head -n 1 log)"
      continue
    fi
    compare "$out"
    built="$built $out"
    case $flags in
      *-g1) named "$out" 'Halve()' 'Twice<>()' 'Step()' 'operator<()' 'operator()()' 'Plain()' ;;
      *-flto) ;;  # what is left depends on the linker
      *) named "$out" "${full[@]}" ;;
    esac
  done
done
[ -n "$built" ] || { echo "skipped: no compiler could build the programs to look at"; exit 0; }

seed=${GORT_TEST_SEED:-$RANDOM}
for file in $built; do
  "$program" fuzz "$file" "$seed" 40 > log 2>&1 || fail "fuzz of $file, exit status $?: $(tail -n 20 log)"
done
echo "fuzz: seed $seed"
echo "$failures failed"
[ "$failures" = 0 ]
