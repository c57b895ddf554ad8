#!/usr/bin/env bash
# What gdb says of goroutines: the commands of runtime/debug/gdb on a process, on a core file, on a static program, on a guest that
# it is attached to, with 10,000 goroutines, and with arguments that make no sense.
set -uo pipefail
pie=$1 static=$2 guest=$3
if ! command -v gdb >/dev/null; then
  echo "skipped: no gdb on this machine (.ci/run installs it)"
  exit 0
fi
if [ "$(uname -m)" != x86_64 ]; then
  echo "skipped: the script knows goroutines of x86-64 only"
  exit 0
fi
failures=0
export GORT_SCHED_SEED=7  # one P, which nobody takes away: what is runnable when Ready is called has not begun to run

# A session is a list of commands, each with what its output must hold. `does COMMAND PATTERN...` adds one: every pattern (grep -E)
# is found, in this order; one that begins with ! is not found at all. `session NAME GDB-ARGUMENT...` runs and checks them.
commands=()
patterns=()
does() {
  commands+=("$1")
  shift
  patterns+=("$(printf '%s\n' "$@")")
}
session() {
  local name=$1 arguments=() output part pattern rest i
  shift
  for i in "${!commands[@]}"; do arguments+=(-ex "echo \\n<<<$i>>>\\n" -ex "${commands[$i]}"); done
  # gdb may ask for a thread's registers when exit_group has just ended it, or for its status, and gives up: not what is tested here.
  for _ in 1 2 3 4 5; do
    output=$(gdb -nx -q -batch -iex "set auto-load safe-path /" -iex "set debuginfod enabled off" -iex "set width 0" \
      "${arguments[@]}" "$@" 2>&1 </dev/null)
    grep -qE "Couldn't get registers: No such process|internal-error: wait returned unexpected status" <<<"$output" || break
  done
  for i in "${!commands[@]}"; do
    part=$(sed -n "/^<<<$i>>>\$/,/^<<<$((i + 1))>>>\$/p" <<<"$output")
    rest=$part
    while IFS= read -r pattern; do
      [ -n "$pattern" ] || continue
      if [ "${pattern:0:1}" = "!" ]; then
        grep -qE -- "${pattern:1}" <<<"$part" && fail "$name: ${commands[$i]}" "'${pattern:1}' should not be there" "$part"
      elif grep -qE -- "$pattern" <<<"$rest"; then
        rest=$(sed -n "$(($(grep -nE -m1 -- "$pattern" <<<"$rest" | cut -d: -f1) + 1)),\$p" <<<"$rest")
      else
        fail "$name: ${commands[$i]}" "nothing (more) like '$pattern'" "$part"
        break
      fi
    done <<<"${patterns[$i]}"
  done
  if [ "${#commands[@]}" = 0 ] || ! grep -q "<<<$((${#commands[@]} - 1))>>>" <<<"$output"; then
    fail "$name" "gdb did not come to the end" "$output"
  fi
  commands=()
  patterns=()
  echo "done: $name"
}
fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s: %s. Output:\n%s\n' "$1" "$2" "$(head -n 80 <<<"$3")"
}

complaints='!Python Exception|Traceback|corrupt stack|inner to this frame|Cannot access memory'
core=$(mktemp "${TEST_TMPDIR:-/tmp}/goroutines.XXXXXX")
trap 'rm -f "$core"' EXIT

# What a zoo looks like, whatever it is looked at with.
zoo_is_listed() {
  does "info goroutines" "$complaints" \
    '^   Id +State +Name +Where +Created by$' \
    '^\*  1 +running +Ready at goroutines_program.cc:[0-9]+$' \
    '^   2 +chan receive +consumer +Consume at goroutines_program.cc:[0-9]+ +Zoo at goroutines_program.cc:[0-9]+$' \
    '^   3 +chan receive +consumer +Consume ' \
    '^   4 +chan send +producer +Produce at ' \
    '^   5 +chan receive \(nil chan\) +nobody +Consume at ' \
    '^   6 +select +chooser +Choose at ' \
    '^   7 +syscall +poller +(lambda|Poll|poll)' \
    '^   8 +sleep +sleeper +Doze at ' \
    '^   9 +sync.Mutex.Lock +locker +LockAndHold at ' \
    '^   10 +sync.WaitGroup.Wait +waiter +WaitFor at ' \
    '^   11 +runnable +newborn +gort::internal::RunClosure<.*Zoo.*> +Zoo at '
  does "info goroutines receive" '^   2 ' '^   3 ' '^   5 ' '! producer '
  does "info goroutines -count" '^Count +State +Where +Created by$' '^1 +chan send +Produce at '
  does "info scheduler" '^GOMAXPROCS 1, 0 idle Ps, ' '^P +Status +M +Queue +Next +Timers +Ticks$' \
    '^0 +running +[0-9]+ +0 +11 +1 +[0-9]+$' '^M +Thread +LWP +P +Goroutine +Locks$' '^[0-9]+ +[0-9]+ +[0-9]+ +- +7 +'
  does "goroutine 2 bt" "$complaints" '^#0 .*runtime\.mcall \(\)$' \
    'gort::runtime::chanrecv' '^#[0-9]+ .*Consume .*weight=(weight@entry=)?42\)' \
    '^#[0-9]+ .*Deep .*depth=(depth@entry=)?0\)' '^#[0-9]+ .*Deep .*depth=(depth@entry=)?3\)' '^#[0-9]+ .*runtime\.goexit'
  does "goroutine 3 bt" '^#[0-9]+ .*Consume .*weight=(weight@entry=)?7\)' '!Deep'
  does "goroutine 7 bt" "$complaints" 'poll' 'Poll \(\)' 'runtime.goexit'
  does "goroutine 11 bt" "$complaints" 'RunClosure' 'runtime.goexit' '!#3 '
  does "goroutine 2 frame function Deep" '^#[0-9]+ .*Deep .*depth=(depth@entry=)?0\)'
  does "bt 1" '^#0 +\(anonymous namespace\)::Ready \(goroutines='
  does "goroutine" '^\[Current is goroutine 1 \[running\]\]$'
  does 'print $goroutine()' ' = 1$'
}

# A goroutine is selected until another, or the thread's own stack, is.
selection_stays() {
  does "goroutine 2" '^\[Switching to goroutine 2 \[chan receive\] consumer\]$' '^#'
  does "goroutine" '^\[Current is goroutine 2 \[chan receive\] consumer\]$'
  does "frame function Deep" '^#[0-9]+ .*Deep'
  does "print depth" '= 0$'
  does 'print $goroutine()' ' = 2$'
  does 'goroutine 3 bt 1' '^#0 .*runtime.mcall'
  does "print depth" '= 0$'
  does 'print $g(2)' ' = .*'
  does "goroutine 0" '^#0 .*Ready'
  does "bt 1" '^#0 .*Ready'
}

# Variables of the user's own file.
variables_print() {
  does "up" 'Zoo'
  does "print full" '= len 3, cap 3, senders wait: goroutine 4 = \{10, 11, 12\}$'
  does "print numbers" '= len 0, cap 0, receivers wait: goroutine [236], goroutine [236], goroutine [236]$'
  does "print nil" '= nil$'
  does "print mutex" '= locked, 1 waiting$'
  does "print rwmutex" '= locked for reading, 1 readers$'
  does "print group" '= count 2, 1 waiting$'
  does "print/r mutex" 'state_'
}

does "break Ready"
does "run" 'hit Breakpoint 1'
zoo_is_listed
selection_stays
variables_print
does "goroutine core $core" 'Saved corefile'
# With a goroutine selected the program still goes on as it would without.
does "goroutine 4" 'Switching'
does "next" 'Zoo'
does "bt 1" '^#0 .*Zoo'
does "delete"
does "continue" 'end of the zoo' 'exited normally'
session "a process" --args "$pie" zoo

does "core-file $core" 'Core was generated by'
zoo_is_listed
selection_stays
variables_print
session "a core file" "$pie"

does "break Ready"
does "run" 'hit Breakpoint 1'
zoo_is_listed
session "a static program" --args "$static" zoo

# What cannot be done is said in a sentence, and the selection stays.
does "info goroutines" '^gort: the program does not run, and there is no core file; `run`, `attach` or `core-file` first$'
does "break Ready"
does "run"
for text in x -1 1+ 1.5.2; do
  does "goroutine $text bt" "^gort: goroutine: '.*' is neither a goroutine's number nor \`all\` nor \`core\`;" "$complaints"
done
does "goroutine 99 bt" '^gort: there is no goroutine 99, or it has ended; `info goroutines` lists them$'
does "goroutine all" '^gort: goroutine all: a command is missing'
does "goroutine 4 nosuchcommand" 'Undefined command: "nosuchcommand"'
does "goroutine all print first" '^Goroutine 1 \[running\]:$' '^No symbol "first" in current context.$' '^Goroutine 11 \[runnable\] newborn:$'
does "info goroutines -x" '^gort: info goroutines: there is no option -x'
does "info scheduler 3" "^gort: info scheduler: it takes no argument, but there is '3'$"
does "bt 1" '^#0 .*Ready'
session "nonsense" --args "$pie" zoo

does "break Ready"
does "run"
does "info goroutines" '^\*  1 +running' '^   2 ' '^   5000 +chan receive +Consume at' '^   1000[01] +chan receive' "$complaints"
does "info goroutines -count" '^10000 +chan receive +Consume at .* Many at ' '^1 +running'
session "10,000 goroutines" --args "$pie" many 10000

# A guest has an entry point of its own, and main is no goroutine.
if [ "$(cat /proc/sys/kernel/yama/ptrace_scope 2>/dev/null || echo 0)" = 0 ] || [ "$(id -u)" = 0 ]; then
  coproc guest_process { exec "$guest" stay 5; }
  guest_pid=$guest_process_PID
  read -r line <&"${guest_process[0]}"
  [ "$line" = "ready" ] || fail "a guest" "it says '$line'" ""
  does "info goroutines" "$complaints" '^   Id ' '^   [0-9]+ +syscall +poller +' 'chan receive +Consume at goroutines_program.cc'
  does "info goroutines -count" '^5 +chan receive +Consume at'
  does "goroutine all bt" 'Consume' 'runtime.goexit'
  session "a guest, attached to" -p "$guest_pid"
  kill "$guest_pid"
  wait "$guest_pid" 2>/dev/null
else
  echo "skipped: attaching, which yama does not allow here"
fi

echo "$failures failed"
[ "$failures" = 0 ]
