// The entry that all amd64 systems share: argc and argv leave the stack for registers.
//
// Source: Go 1.19 asm_amd64.s, _rt0_amd64.

#include "gort/runtime/switch/amd64/asm.h"

// In: rsp -> argc.  Out: rdi = argc, rsi = argv; rsp and rdx as found.
FUNC(_rt0_amd64)
        CFI_STOP
        movq    0(%rsp), %rdi                           // argc
        leaq    8(%rsp), %rsi                           // argv
        jmp     runtime.rt0_go
END(_rt0_amd64)

        .section .note.GNU-stack, "", @progbits
