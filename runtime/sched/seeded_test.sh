#!/usr/bin/env bash
# seeded_test.sh PROGRAM RUN_SEEDS: what GORT_SCHED_SEED promises. PROGRAM is seeded_program.cc.
set -uo pipefail
program=$1
run_seeds=$2
failures=0
unset TEST_TOTAL_SHARDS TEST_SHARD_INDEX TEST_SHARD_STATUS_FILE

check() {
  if "${@:2}"; then
    echo "ok: $1"
  else
    echo "FAILED: $1"
    failures=$((failures + 1))
  fi
}
trace() { GORT_SCHED_SEED=$1 "$program" trace; }
lost() { GORT_SCHED_SEED=$1 "$program" lost >/dev/null; }

same_seed_same_trace() {
  local seed first
  for seed in 1 2 3 18446744073709551615; do
    first=$(trace "$seed")
    [[ $first == "2000 notes"* ]] || { echo "seed $seed: $first"; return 1; }
    for _ in 1 2 3 4; do
      [[ $(trace "$seed") == "$first" ]] || { echo "seed $seed does not repeat '$first'"; return 1; }
    done
  done
}
other_seed_other_trace() {
  local seed distinct
  distinct=$(for seed in $(seq 50); do trace "$seed"; done | sort -u | wc -l)
  ((distinct == 50)) || { echo "$distinct different traces of 50"; return 1; }
}

# The planted mistake: found by some seeds, and by each of them every time.
found=() missed=()
some_seeds_find_it() {
  local seed
  for seed in $(seq 60); do
    if lost "$seed"; then missed+=("$seed"); else found+=("$seed"); fi
  done
  echo "found by ${#found[@]} of 60 seeds"
  ((${#found[@]} > 0 && ${#missed[@]} > 0))
}
a_found_one_is_found_again() {
  local seed
  for seed in "${found[@]:0:5}"; do
    for _ in 1 2 3; do lost "$seed" && { echo "seed $seed does not find it again"; return 1; }; done
  done
  for seed in "${missed[@]:0:5}"; do
    for _ in 1 2 3; do lost "$seed" || { echo "seed $seed finds it only now"; return 1; }; done
  done
}
the_runner_names_the_first_seed_that_fails() {
  local output
  output=$("$run_seeds" "$program" 60 lost) && { echo "it passed"; return 1; }
  grep -q "^seed ${found[0]} failed with status 1; to run it alone:$" <<<"$output" &&
    grep -q -- "--test_env=GORT_SCHED_SEED=${found[0]} " <<<"$output" && grep -q "^counted 1, not 2$" <<<"$output" && return
  echo "$output"
  return 1
}
the_runner_runs_one_seed_alone() {
  GORT_SCHED_SEED=${missed[0]} "$run_seeds" "$program" 60 lost >/dev/null &&
    ! GORT_SCHED_SEED=${found[0]} "$run_seeds" "$program" 60 lost >/dev/null
}
shards_divide_the_seeds() {
  local shard failed=0
  for shard in 0 1 2; do
    TEST_TOTAL_SHARDS=3 TEST_SHARD_INDEX=$shard "$run_seeds" "$program" "${found[0]}" lost >/dev/null || failed=$((failed + 1))
  done
  ((failed == 1)) || { echo "seed ${found[0]} was run by $failed of 3 shards"; return 1; }
}

check "the same seed gives the same 2000 decisions" same_seed_same_trace
check "another seed gives others" other_seed_other_trace
check "some seeds find a planted mistake, others do not" some_seeds_find_it
check "a seed that found it finds it again" a_found_one_is_found_again
check "the runner names the first seed that fails" the_runner_names_the_first_seed_that_fails
check "the runner runs one seed alone" the_runner_runs_one_seed_alone
check "shards divide the seeds" shards_divide_the_seeds
check "Blocking lets others run" env GORT_SCHED_SEED=1 timeout 60 "$program" blocking
exit $((failures > 0))
