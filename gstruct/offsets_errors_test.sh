#!/usr/bin/env bash
# What a user sees who makes a mistake with asm_offsets: a compilation that fails, with a sentence that names the rule.
# A build that must fail cannot be a Bazel target, so the rule's generated sources are compiled here, with gcc and clang.
set -uo pipefail

include=${TEST_TMPDIR:?run me by bazel test}/include
mkdir -p "$include" && ln -sfn "$PWD" "$include/gort"

failures=0
tried=0

# expect_error COMPILER SENTENCE ARGUMENT...: compiles; it must fail and say SENTENCE.
expect_error() {
  local compiler=$1 sentence=$2 output
  shift 2
  if output=$("$compiler" -std=c++20 -I"$include" -Igstruct/_asm_offsets_offsets -c -o /dev/null "$@" 2>&1); then
    echo "FAILED: $compiler accepts ${*: -1}, which must be an error saying: $sentence"
  elif [[ $output != *"$sentence"* ]]; then
    echo "FAILED: $compiler on ${*: -1} does not say: $sentence"
    echo "It says: $output"
  else
    return
  fi
  failures=$((failures + 1))
}

readonly here=//gstruct
readonly structs=gort::asm_offsets::testing
readonly advice="; correct the rule's \`structs\` or the struct"

for compiler in g++ clang++; do
  if ! command -v "$compiler" >/dev/null; then
    echo "skipped: $compiler is not installed"
    continue
  fi
  tried=$((tried + 1))
  expect_error "$compiler" "asm_offsets $here:missing_field: struct $structs::Underscored has no accessible field 'x'$advice" \
    gstruct/missing_field.offsets.cc
  expect_error "$compiler" "asm_offsets $here:private_field: struct $structs::Guarded has no accessible field 'hidden_'$advice" \
    gstruct/private_field.offsets.cc
  expect_error "$compiler" "asm_offsets $here:member_function: struct $structs::Guarded has no accessible field 'hidden'$advice" \
    gstruct/member_function.offsets.cc
  expect_error "$compiler" "asm_offsets: a constant must be an integer, an enumerator or a bool" \
    gstruct/fractional_constant.offsets.cc
  expect_error "$compiler" "gort/gstruct/go_asm.h (asm_offsets $here:offsets) is for assembly only; in C++ use offsetof" \
    -x c++ - <<<'#include "gort/gstruct/go_asm.h"'
done

if [[ $tried -eq 0 ]]; then
  echo "FAILED: neither g++ nor clang++ is here"
  exit 1
fi
echo "$tried compilers, $failures failures"
[[ $failures -eq 0 ]]
