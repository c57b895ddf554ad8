// The hosted form on riscv64: as amd64/hosted_amd64.S, with a0 in the place of rdx. libc's start sets gp.

#include "gort/rt0/rt0_asm.h"
#include "gort/runtime/switch/riscv64/asm.h"

FUNC(runtime.rt0_os)
        CFI_STOP
        ADDRESS(t0, runtime.startup)
        ld      sp, StartupRecord_entry_sp(t0)
        ld      a0, StartupRecord_entry_rdx(t0)
        li      s0, 0
        li      ra, 0
        tail    _start
END(runtime.rt0_os)

// libc's _start calls this in place of __libc_start_main (--wrap, see hosted.cc). In: as __libc_start_main, a0 = main.
FUNC(__wrap___libc_start_main)
        ADDRESS(t0, runtime.usermain)
        sd      a0, 0(t0)
        ADDRESS(a0, runtime.hostedmain)
        tail    __real___libc_start_main@plt
END(__wrap___libc_start_main)

        .section .note.GNU-stack, "", @progbits
