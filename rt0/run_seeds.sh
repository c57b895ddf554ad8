#!/bin/bash
# run_seeds.sh PROGRAM COUNT [ARG...]: runs PROGRAM with GORT_SCHED_SEED = 1 to COUNT, up to the first that fails; the test of
# gort_sched_test (defs.bzl). With GORT_SCHED_SEED set it runs that seed alone. Of n shards each takes every n-th seed.
set -u

readonly program=$1
readonly count=$2
shift 2
readonly shards=${TEST_TOTAL_SHARDS:-1}
readonly shard=${TEST_SHARD_INDEX:-0}
[[ -z ${TEST_SHARD_STATUS_FILE:-} ]] || touch "$TEST_SHARD_STATUS_FILE"
# GoogleTest would divide its tests by them.
unset TEST_TOTAL_SHARDS TEST_SHARD_INDEX TEST_SHARD_STATUS_FILE

readonly log=$(mktemp)
running=
trap 'rm -f "$log"' EXIT
# Bazel's timeout: the seed that hangs is the one to know.
trap 'replay "did not end in time"; [[ -z $running ]] || kill -ABRT "$running"; wait; exit 1' TERM

replay() {
  cat "$log"
  echo "seed $seed $1; to run it alone:"
  echo "    bazel test --test_output=all --test_env=GORT_SCHED_SEED=$seed ${TEST_TARGET:-}"
}

run_seed() {
  seed=$1
  GORT_SCHED_SEED=$seed "$program" "${@:2}" >"$log" 2>&1 &
  running=$!
  wait "$running"
  local -r status=$?
  running=
  ((status == 0)) && return
  replay "failed with status $status"
  exit 1
}

if [[ -n ${GORT_SCHED_SEED:-} ]]; then
  run_seed "$GORT_SCHED_SEED" "$@"
  cat "$log"
  exit 0
fi
for ((i = 1 + shard; i <= count; i += shards)); do
  run_seed "$i" "$@"
done
echo "seeds 1 to $count passed"
