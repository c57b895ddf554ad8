#!/usr/bin/env bash
# each_setting.sh PROGRAM SETTING...: runs PROGRAM with each setting, KEY=VALUE or several of them with spaces between, in its
# environment; fails if one run does.
set -uo pipefail
program=$1
shift
failures=0
for setting in "$@"; do
  start=$EPOCHREALTIME
  if output=$(env $setting "$program" --gtest_brief=1 2>&1); then
    printf 'ok: %s (%.1f s)\n' "$setting" "$(awk "BEGIN { print $EPOCHREALTIME - $start }")"
  else
    printf 'FAILED: %s %s: exit status %s. Output:\n%s\n' "$setting" "$program" $? "$(tail -n 120 <<<"$output")"
    failures=$((failures + 1))
  fi
done
echo "$failures failed"
[ "$failures" = 0 ]
