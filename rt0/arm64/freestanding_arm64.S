// The freestanding form on arm64. The TLS ABI is variant I: the thread pointer points to two words of the system, and the
// program's TLS follows them. So
//
//     tpidr_el0 = &m0.tls[0] - 16     makes runtime.tlsg, the program's only thread-local variable, m0.tls[0]
//
// No system call is needed, tpidr_el0 may be written by anybody. The two words below m0.tls belong to other fields of m; nothing
// but libc's loader would use them. Go has no 0x123 test on arm64; ours checks this placement as on amd64.

#include "gort/rt0/rt0_asm.h"
#include "gort/runtime/switch/arm64/asm.h"

#define FRAME_ARGC 8
#define FRAME_ARGV 16
#define TCB_BYTES 16                                    // Source: AAPCS64 addendum on TLS, variant I

FUNC(runtime.rt0_os)
        CFI_STOP
        ADDRESS(x11, runtime.m0)
        add     x9, x11, #(m_tls-TCB_BYTES)
        msr     tpidr_el0, x9

        // Store through TLS, look into m0: is the thread-local word where we believe?
        TLSG(x9, x10)
        mov     x12, #0x123
        str     x12, [x9]
        ldr     x10, [x11, #m_tls]
        cmp     x10, x12
        b.ne    .Ltlsbad

        ldr     w0, [sp, #FRAME_ARGC]
        ldr     x1, [sp, #FRAME_ARGV]
        b       runtime.rt0_ok
.Ltlsbad:
        bl      runtime.rt0_tlsbad                      // says why, and exits
        udf     #0
END(runtime.rt0_os)

// The user's main, for freestanding.cc. A link-time constant: the program is not position-independent.
        .section .rodata, "a", @progbits
        .globl  runtime.usermain
        .hidden runtime.usermain
        .type   runtime.usermain, @object
        .size   runtime.usermain, 8
        .balign 8
runtime.usermain:
        .quad   main

        .section .note.GNU-stack, "", @progbits
