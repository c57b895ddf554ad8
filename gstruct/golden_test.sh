#!/usr/bin/env bash
# The golden copies of go_asm.h, one for each architecture: gstruct/golden/go_asm_{amd64,arm64,riscv64}.h.
#
#   golden_test.sh native    compares what this build generated with the copy for its architecture
#   golden_test.sh cross     compiles the rule's source for every architecture that a compiler is here for, and compares;
#                            then proves layout_test.cc and offsets_test.cc with that compiler
#   golden_test.sh update    writes the copies anew: bazel run //gstruct:update_golden
#
# Why copies: a layout that changes shows up in review as changed numbers, and the other ports' assembly can be written
# and checked on a machine that is not theirs. A compiler that is missing is named and skipped; .ci/run installs them.
set -uo pipefail

readonly mode=$1
readonly generated=gstruct/_asm_offsets_offsets/gort/gstruct/go_asm.h
readonly source=gstruct/offsets.offsets.cc
readonly defines='^#define [^ ]+ .'  # not the include guard's, which has no value

work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/golden.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The folder whose "gort" is this repository, as include_prefix makes it for Bazel's own actions.
readonly include=$work/include
mkdir "$include" && ln -s "$PWD" "$include/gort"

failures=0
comparisons=0

golden() { echo "gstruct/golden/go_asm_$1.h"; }

# compare ARCH HEADER FROM: diffs the numbers, and says how to go on.
compare() {
  local arch=$1 header=$2 from=$3
  comparisons=$((comparisons + 1))
  if diff -u --label "$(golden "$arch")" --label "$from" \
      <(grep -E "$defines" "$(golden "$arch")") <(grep -E "$defines" "$header"); then
    echo "$arch: $from agrees with $(golden "$arch") ($(grep -cE "$defines" "$header") numbers)"
  else
    echo "FAILED: $from differs from $(golden "$arch"), see above; if the change of layout is meant, run" \
      "'bazel run //gstruct:update_golden' and commit gstruct/golden."
    failures=$((failures + 1))
  fi
}

# generate COMPILER... : what the rule does, by hand. Leaves $work/gort/gstruct/go_asm.{h,inc}.
generate() {
  local form
  "$@" -std=c++20 -O1 -fno-lto -I"$include" -c "$source" -o "$work/offsets.o" || return
  mkdir -p "$work/generated/gort/gstruct"
  for form in header inc; do
    tr '\000' '\n' <"$work/offsets.o" | LC_ALL=C grep -a '^@gort ' |
      LC_ALL=C awk -v form="$form" -v label=//gstruct:offsets -v guard=GORT_GSTRUCT_GO_ASM_H_ \
        -v file=gort/gstruct/go_asm.h -f gstruct/offsets.awk >"$work/generated/gort/gstruct/go_asm.${form/header/h}" ||
      return
  done
}

# prove COMPILER...: the compile-time tests.
prove() {
  local test
  for test in layout_test offsets_test; do
    "$@" -std=c++20 -Wall -Wextra -Werror -I"$include" -I"$work/generated" -fsyntax-only "gstruct/$test.cc" || return
  done
}

# for_each_compiler FUNCTION: calls FUNCTION ARCH COMPILER... for each compiler that can compile for an architecture.
for_each_compiler() {
  local arch machine
  for arch in amd64:x86_64 arm64:aarch64 riscv64:riscv64; do
    machine=${arch#*:}
    arch=${arch%:*}
    if command -v "$machine-linux-gnu-g++" >/dev/null; then
      "$1" "$arch" "$machine-linux-gnu-g++"
    else
      echo "skipped: $machine-linux-gnu-g++ is not installed (Debian: g++-${machine/_/-}-linux-gnu)"
    fi
    if ! command -v clang++ >/dev/null; then
      echo "skipped: clang++ for $arch: clang++ is not installed"
    elif ! clang++ "--target=$machine-linux-gnu" -std=c++20 -fsyntax-only -x c++ - <<<'#include <atomic>' 2>/dev/null; then
      echo "skipped: clang++ --target=$machine-linux-gnu finds no C++ headers (they come with g++-${machine/_/-}-linux-gnu)"
    else
      "$1" "$arch" clang++ "--target=$machine-linux-gnu"
    fi
  done
}

check() {
  local arch=$1
  shift
  if ! generate "$@"; then
    echo "FAILED: $* could not compile $source for $arch, see above"
    failures=$((failures + 1))
    return
  fi
  compare "$arch" "$work/generated/gort/gstruct/go_asm.h" "$*"
  if ! prove "$@"; then
    echo "FAILED: $arch: a layout is not what layout_test.cc or offsets_test.cc says, see above"
    failures=$((failures + 1))
  fi
}

updated=()
update() {
  local arch=$1
  shift
  [[ " ${updated[*]} " != *" $arch "* ]] || return 0  # one compiler is enough; the cross test compares the others
  generate "$@" || exit 1
  cp "$work/generated/gort/gstruct/go_asm.h" "$BUILD_WORKSPACE_DIRECTORY/$(golden "$arch")" || exit 1
  echo "wrote $(golden "$arch") with $*"
  updated+=("$arch")
}

case $mode in
  native)
    arch=$(sed -n 's/^.* for \([a-z0-9]*\)\. Do not edit\.$/\1/p' "$generated")
    if [[ ! -f $(golden "$arch") ]]; then
      echo "FAILED: $generated is for '$arch', which has no golden copy; add it to golden_test.sh and run its update"
      exit 1
    fi
    compare "$arch" "$generated" "this build's go_asm.h"
    ;;
  cross)
    for_each_compiler check
    echo "$comparisons comparisons, $failures failures"
    ;;
  update)
    for_each_compiler update
    exit
    ;;
  *)
    echo "golden_test.sh: unknown mode '$mode'; the head of the file says what there is"
    exit 1
    ;;
esac
[[ $failures -eq 0 ]]
