// runtime.rt0_go on arm64. What it is for, and why it is in two parts: amd64/rt0_go_amd64.S. What differs:
//
//   - the frame is 4 words, argc at 8(sp) as 32 bits, argv at 16(sp);
//   - g0's lower bound is sp - 64 KiB: the 104 bytes of slack were amd64's alone;
//   - Go keeps g in R28. We do not reserve a register: g is found through TLS, as on amd64 (runtime/switch/getg.h);
//   - Go moves g0's guards up to stack.lo + stackGuard here; ours are moved by mstart, on every architecture.
//
// Source: Go 1.27 asm_arm64.s, runtime.rt0_go.

#include "gort/rt0/rt0_asm.h"
#include "gort/runtime/switch/arm64/asm.h"

//     entry sp ->   argc                       (a multiple of 16, and stays one)
//     24(sp)        (padding)
//     16(sp)        argv
//      8(sp)        argc, 32 bits
//      0(sp)        the slot where Go's calls save the link register; unused here
#define FRAME_WORDS 4
#define FRAME_ARGC 8
#define FRAME_ARGV 16

// In: x0 = argc, x1 = argv, x2 = libc's exit function.
// Out, at runtime.rt0_os: the frame above, g0's bounds and guards; sp is the frame's.
FUNC(runtime.rt0_go)
        CFI_STOP
        mov     x9, sp
        ADDRESS(x10, runtime.startup)                   // x10 = the startup record
        str     x9, [x10, #StartupRecord_entry_sp]
        str     x2, [x10, #StartupRecord_entry_rdx]
        sub     sp, sp, #(FRAME_WORDS*8)
        str     w0, [sp, #FRAME_ARGC]
        str     x1, [sp, #FRAME_ARGV]

        // g0 from the given stack: the kernel promises far more than 64 KiB, but nobody can be asked yet how much.
        ADDRESS(x11, runtime.g0)                        // x11 = g0
        mov     x9, sp
        sub     x12, x9, #const_rt0StackSize
        str     x12, [x11, #g_stackguard0]
        str     x12, [x11, #g_stackguard1]
        str     x12, [x11, #(g_stack+stack_lo)]
        str     x9, [x11, #(g_stack+stack_hi)]

        // The same once more where nobody changes it: mstart will move the guards, and a test wants to see these.
        ldr     x12, [x11, #g_stackguard0]
        str     x12, [x10, #StartupRecord_g0_stackguard0]
        ldr     x12, [x11, #g_stackguard1]
        str     x12, [x10, #StartupRecord_g0_stackguard1]
        ldr     x12, [x11, #(g_stack+stack_lo)]
        str     x12, [x10, #(StartupRecord_g0_stack+stack_lo)]
        ldr     x12, [x11, #(g_stack+stack_hi)]
        str     x12, [x10, #(StartupRecord_g0_stack+stack_hi)]
        ldr     w12, [sp, #FRAME_ARGC]
        str     x12, [x10, #StartupRecord_argc]
        ldr     x12, [sp, #FRAME_ARGV]
        str     x12, [x10, #StartupRecord_argv]
        str     x9, [x10, #StartupRecord_rt0_sp]
        b       runtime.rt0_os
END(runtime.rt0_go)

// [[noreturn]] void rt0_ok(int argc, char** argv)
//
// TLS works now.  In: w0 = argc, x1 = argv; on g0's stack, any depth.
FUNC(runtime.rt0_ok)
        CFI_STOP
        mov     x29, #0                                 // the outermost frame of a walk along frame pointers
        mov     w19, w0                                 // callee-saved: argc
        mov     x20, x1                                 // callee-saved: argv

        // tls.g = &g0;  m0.g0 = &g0;  g0.m = &m0
        TLSG(x9, x10)
        ADDRESS(x11, runtime.g0)
        str     x11, [x9]
        ADDRESS(x12, runtime.m0)
        str     x11, [x12, #m_g0]
        str     x12, [x11, #g_m]

        bl      runtime.marklinks
        bl      runtime.check
        mov     w0, w19
        mov     x1, x20
        bl      runtime.args
        bl      runtime.osinit
        bl      runtime.schedinit
        ADDRESS(x0, runtime.mainPC)                     // the goroutine to start: runtime.main
        bl      runtime.newproc
        bl      runtime.mstart                          // does not return
        udf     #0
END(runtime.rt0_ok)

        .section .note.GNU-stack, "", @progbits
