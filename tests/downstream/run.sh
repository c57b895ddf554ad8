#!/usr/bin/env bash
# Uses gort from another repository, one piece at a time: each package here depends on one target of @gort.
#
#   tests/downstream/run.sh [options for `bazel test`]
#
# Prints one line for each piece; exits 0 if all are right. Besides building and running, it shows that
#   - a consumer of layers 0 to 4, or of //rt0, makes Bazel fetch rules_cc and nothing else: no abseil, GoogleTest or Benchmark;
#   - a package runtime/switch with a header switch.h of the user's own gets along with gort's;
#   - mistakes with asm_offsets end in a sentence.
# It has two output bases of its own below $GORT_DOWNSTREAM_CACHE (default: ~/.cache/gort-downstream), because what was fetched
# for one piece must not hide what another would fetch. Archives come from Bazel's repository cache once they are there.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

readonly cache=${GORT_DOWNSTREAM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gort-downstream}
readonly low_layers=$cache/low-layers all_layers=$cache/all-layers
readonly options=(--color=no --curses=no --noshow_progress --symlink_prefix=/ "$@")
mkdir -p "$low_layers" "$all_layers" || exit 1

log=$(mktemp)
failures=0

run_bazel() {
  local output_base=$1
  shift
  "${BAZEL:-bazel}" --output_base="$output_base" --max_idle_secs=60 "$@"
}

finish() {
  run_bazel "$low_layers" shutdown
  run_bazel "$all_layers" shutdown
  rm -f "$log"
} >/dev/null 2>&1
trap finish EXIT

# report STATUS WHAT...: one line; the log follows if STATUS is not 0.
report() {
  local status=$1
  shift
  if [[ $status -eq 0 ]]; then
    echo "pass  $*"
  else
    failures=$((failures + 1))
    echo "FAIL  $*"
    sed 's/^/      /' "$log"
  fi
}

# piece OUTPUT_BASE PACKAGE TARGETS
piece() {
  local start=$SECONDS
  run_bazel "$1" test "${options[@]}" "//$2/..." >"$log" 2>&1
  report $? "$(printf '%-16s uses %-40s %3ds' "$2" "$3" $((SECONDS - start)))"
}

# refuse TARGET SENTENCE: the build of //refused:TARGET fails and says SENTENCE.
refuse() {
  local status=1
  if ! run_bazel "$low_layers" build "${options[@]}" "//refused:$1" >"$log" 2>&1 && grep -qF -- "$2" "$log"; then status=0; fi
  report "$status" "refused:$1"
}

piece "$low_layers" offsets "@gort//gstruct:offsets, offsets.bzl"
piece "$low_layers" layouts "@gort//gstruct"
piece "$low_layers" runtime/switch "@gort//runtime/switch"
piece "$low_layers" stacks "@gort//stack"
piece "$low_layers" entry "@gort//rt0"

refuse template_without_alias "gives no name for a macro; declare an alias"
refuse two_of_one_name "downstream::Task and other::Task would both be called Task"
refuse field_within_field "'name.first' is not the name of a field of downstream::Task"
refuse not_a_header "it must end in .h"

fetched=$(find "$low_layers/external" -mindepth 1 -maxdepth 1 -printf '%f\n' |
  grep -E 'absl|abseil|googletest|benchmark' | paste -sd ' ')
echo "Fetched though no target of layers 0 to 4 may need it: $fetched" >"$log"
report "${#fetched}" "pieces of layers 0 to 4, and rt0, fetched neither abseil nor GoogleTest nor Benchmark"

piece "$all_layers" umbrella "@gort, @gort//rt0:defs.bzl"
piece "$all_layers" language "@gort, in a test and as a guest"

echo "$failures failures in ${SECONDS}s"
[[ $failures -eq 0 ]]
