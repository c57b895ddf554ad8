// The entry that all arm64 systems share: argc and argv leave the stack for registers.
//
// Source: Go 1.27 asm_arm64.s, _rt0_arm64. Ours has one instruction more: Go, when it meets libc, is called by it; we call
// libc's start later, and x0 belongs to that.

#include "gort/runtime/switch/arm64/asm.h"

// In: sp -> argc, x0 = libc's exit function.  Out: x0 = argc, x1 = argv, x2 = libc's exit function; sp as found.
FUNC(_rt0_arm64)
        CFI_STOP
        mov     x2, x0
        ldr     x0, [sp, #0]                            // argc
        add     x1, sp, #8                              // argv
        b       runtime.rt0_go
END(_rt0_arm64)

        .section .note.GNU-stack, "", @progbits
