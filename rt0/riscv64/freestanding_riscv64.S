// The freestanding form on riscv64: gp, which libc's start sets elsewhere, and TLS. The TLS ABI is variant I with the thread
// pointer behind the system's words, at the program's TLS itself. So
//
//     tp = &m0.tls[0]                 makes runtime.tlsg, the program's only thread-local variable, m0.tls[0]
//
// Go has no 0x123 test on riscv64; ours checks this placement as on amd64.

#include "gort/rt0/rt0_asm.h"
#include "gort/runtime/switch/riscv64/asm.h"

#define FRAME_ARGC 8
#define FRAME_ARGV 16

FUNC(runtime.rt0_os)
        CFI_STOP
        ADDRESS(gp, __global_pointer$)                  // the linker's: code that it relaxed counts from here
        ADDRESS(t1, runtime.m0)
        addi    tp, t1, m_tls

        // Store through TLS, look into m0: is the thread-local word where we believe?
        TLSG(t0)
        li      t2, 0x123
        sd      t2, 0(t0)
        ld      t0, m_tls(t1)
        bne     t0, t2, .Ltlsbad

        lw      a0, FRAME_ARGC(sp)
        ld      a1, FRAME_ARGV(sp)
        tail    runtime.rt0_ok
.Ltlsbad:
        call    runtime.rt0_tlsbad                      // says why, and exits
        unimp
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
