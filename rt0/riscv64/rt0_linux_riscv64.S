// The first instruction of the process on riscv64. The ELF header's entry address is this symbol.
//
// What the kernel, or ld.so, hands over: sp -> argc, argv, 0, envp, 0, auxv, as in amd64/rt0_linux_amd64.S; sp is a multiple of
// 16; a0 = a function that libc must call at exit, 0 when there is none; gp is not set.
//
// Source: Go 1.27 rt0_linux_riscv64.s, _rt0_riscv64_linux. Go loads argc and argv here already; we do it in the second step, as on
// the other architectures.

#include "gort/runtime/switch/riscv64/asm.h"

FUNC(_rt0_riscv64_linux)
        CFI_STOP
        tail    _rt0_riscv64                            // a jump; longer only where the linker cannot make it one
END(_rt0_riscv64_linux)

        .section .note.GNU-stack, "", @progbits
