// The first instruction of the process. The ELF header's entry address is this symbol (-Wl,-e, from rt0/BUILD.bazel).
//
// What the kernel, or ld.so, hands over (System V ABI for AMD64, 3.4 "Process Initialization"):
//
//     rsp ->  argc
//             argv[0] ... argv[argc-1], 0
//             envp[0] ...               0
//             auxv[0] ...               {AT_NULL, 0}
//     rsp is a multiple of 16;  rdx = a function that libc must call at exit, 0 when there is none;  rbp is unspecified.
//
// Source: Go 1.19 rt0_linux_amd64.s, _rt0_amd64_linux.

#include "gort/runtime/switch/amd64/asm.h"

FUNC(_rt0_amd64_linux)
        CFI_STOP
        jmp     _rt0_amd64
END(_rt0_amd64_linux)

        .section .note.GNU-stack, "", @progbits
