// The hosted form on arm64: as amd64/hosted_amd64.S, with x0 in the place of rdx.

#include "gort/rt0/rt0_asm.h"
#include "gort/runtime/switch/arm64/asm.h"

FUNC(runtime.rt0_os)
        CFI_STOP
        ADDRESS(x10, runtime.startup)
        ldr     x9, [x10, #StartupRecord_entry_sp]
        mov     sp, x9
        ldr     x0, [x10, #StartupRecord_entry_rdx]
        mov     x29, #0
        mov     x30, #0
        b       _start
END(runtime.rt0_os)

// libc's _start calls this in place of __libc_start_main (--wrap, see hosted.cc). In: as __libc_start_main, x0 = main.
FUNC(__wrap___libc_start_main)
        ADDRESS(x9, runtime.usermain)
        str     x0, [x9]
        ADDRESS(x0, runtime.hostedmain)
        b       __real___libc_start_main
END(__wrap___libc_start_main)

        .section .note.GNU-stack, "", @progbits
