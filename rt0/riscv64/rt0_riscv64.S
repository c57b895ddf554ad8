// The entry that all riscv64 systems share: argc and argv leave the stack for registers.
//
// Source: Go 1.27 _rt0_riscv64_linux. Ours has one instruction more: Go, when it meets libc, is called by it; we call libc's
// start later, and a0 belongs to that.

#include "gort/runtime/switch/riscv64/asm.h"

// In: sp -> argc, a0 = libc's exit function.  Out: a0 = argc, a1 = argv, a2 = libc's exit function; sp as found.
FUNC(_rt0_riscv64)
        CFI_STOP
        mv      a2, a0
        ld      a0, 0(sp)                               // argc
        addi    a1, sp, 8                               // argv
        tail    runtime.rt0_go
END(_rt0_riscv64)

        .section .note.GNU-stack, "", @progbits
