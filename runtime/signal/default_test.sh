#!/usr/bin/env bash
# A signal does what it did at first until Notify, and again after Stop: seen from outside.
set -uo pipefail
program=$1
failures=0
fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s\n' "$*"
}

# ends STATUS WORDS HOW...: the program's status, and words that it prints ("-": none are asked for).
ends() {
  local want=$1 words=$2 output got
  shift 2
  output=$("$@" 2>&1)
  got=$?
  [ "$got" = "$want" ] || { fail "$*: exit status $got instead of $want. Output:" "$(head -n 30 <<<"$output")"; return; }
  [ "$words" = - ] || grep -qF -- "$words" <<<"$output" || { fail "$*: no '$words' in:" "$(head -n 30 <<<"$output")"; return; }
  echo "ok: $*"
}

# Whoever runs the tests may ignore signals (nohup, a shell in the background), which the program would inherit.
fresh="env --default-signal"
HUP=1 INT=2 QUIT=3 USR1=10 TERM=15
for sig in $HUP $INT $USR1 $TERM; do
  ends $((128 + sig)) - $fresh "$program" before $sig
  ends $((128 + sig)) "got " $fresh "$program" after $sig
done
ends 2 "SIGQUIT: quit" $fresh "$program" before $QUIT
ends 2 "got quit" $fresh "$program" after $QUIT

# What the program was started with as ignored stays so, also behind Notify and Stop.
nohup() { (trap '' HUP; "$@"); }
ends 0 "ignored" nohup "$program" ignored $HUP
ends 0 "still here" nohup "$program" before $HUP
ends 0 "still here" nohup "$program" after $HUP
ends 0 "not ignored" $fresh "$program" ignored $HUP

# Failures of the program itself are never messages.
if [ "$("$program" sanitizer)" = no ]; then
  ends 139 "fatal error: nil pointer dereference" "$program" nil
  ends 134 "SIGABRT" "$program" abort
fi

# Who waits for a signal is not deadlocked. The pause gives the check for deadlocks its chance; nothing depends on its length.
out=$(mktemp)
"$program" wait $TERM >"$out" 2>&1 &
pid=$!
until grep -q ready "$out" || ! kill -0 $pid 2>/dev/null; do sleep 0.02; done
sleep 0.3
kill -TERM $pid
wait $pid
status=$?
[ $status = 0 ] || fail "wait: exit status $status, after:" "$(head -n 30 "$out")"
rm -f "$out"

[ $failures = 0 ]
