#!/usr/bin/env bash
# Signals in every form of a program: static, freestanding, guest.
#
#   forms_test.sh ENDS_SH STATIC FREESTANDING GUEST
set -uo pipefail
. "$1"

registers=('^$' '^rax    0x' '^gs     0x')

program=$2
dies nil 139 '^fatal error: nil pointer dereference$' '^\[signal SIGSEGV: segmentation violation code=0x1 addr=0x8 pc=0x' '^goroutine [0-9]+ \[running\]:.*victim' '^created by'
dies double_free 134 '^fatal error: abort$' '^\[signal SIGABRT: abort code=-6' '^goroutine [0-9]+ \[running\]:.*victim' 'FreeTwice'
killed parked QUIT 2 '^SIGQUIT: quit$' '^goroutine 1 \[sleep\]:' '^goroutine 2 \[chan receive\]:' "${registers[@]}"

# No names, no frames: nobody here can unwind. But what, where, and who.
program=$3
dies nil 139 '^fatal error: nil pointer dereference$' '^\[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x' '^goroutine 2 \[running\]:'
dies illegal 132 '^fatal error: illegal instruction$' '^\[signal SIGILL: illegal instruction code=0x2' '^goroutine 2 \[running\]:'
GORT_TRACEBACK=crash dies nil 134 '^fatal error: nil pointer dereference$' '^goroutine 1 ' "${registers[@]}"
GORT_DEBUG=leakcheck=1 dies nil 2 '^gort: GORT_DEBUG is leakcheck=1, but leaks cannot be looked for .*: it has no libc; unset it$'
killed computing QUIT 2 '^SIGQUIT: quit$' '^PC=0x[0-9a-f]+ m=[0-9]+ sigcode=0$' '^goroutine [12] ' '^goroutine [12] ' "${registers[@]}"

program=$4
dies ignored 7
GORT_DEBUG=leakcheck=1 dies ignored 2 '^gort: GORT_DEBUG is leakcheck=1, but leaks cannot be looked for .* an entry point of its own; '
dies goroutine 139 '^fatal error: nil pointer dereference$' '^goroutine [0-9]+ \[running\]:  // main$' '^created by .*Run'
dies main_thread 139 '^fatal error: nil pointer dereference$' '^goroutine 0 \[running\]:' 'main'
dies other_thread 139 '^fatal error: nil pointer dereference$' '^goroutine 0 \[running\]:'
dies throw 2 '^panic: std::runtime_error: from main$' '^goroutine 0 \[running\]:' 'main'
dies throw_other 2 '^panic: std::runtime_error: from a thread$'
# A guest leaves SIG_IGN alone, even the shell's.
launch='env --default-signal=QUIT' killed quit QUIT 2 '^SIGQUIT: quit$' '^PC=0x[0-9a-f]+ m=-1 sigcode=0$' '^goroutine 0 \[running\]:' 'main' "${registers[@]}"

echo "$failures failed"
[ "$failures" = 0 ]
