// The first instruction of the process on arm64. The ELF header's entry address is this symbol.
//
// What the kernel, or ld.so, hands over: sp -> argc, argv, 0, envp, 0, auxv, as in amd64/rt0_linux_amd64.S; sp is a multiple of
// 16; x0 = a function that libc must call at exit, 0 when there is none.
//
// Source: Go 1.27 rt0_linux_arm64.s, _rt0_arm64_linux.

#include "gort/runtime/switch/arm64/asm.h"

FUNC(_rt0_arm64_linux)
        CFI_STOP
        b       _rt0_arm64
END(_rt0_arm64_linux)

        .section .note.GNU-stack, "", @progbits
