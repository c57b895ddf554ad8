// runtime.rt0_go on riscv64. What it is for, and why it is in two parts: amd64/rt0_go_amd64.S. What differs:
//
//   - the frame is 3 words, argc at 8(sp) as 32 bits, argv at 16(sp). Go takes 24 bytes and goes on with an sp that is no
//     multiple of 16; the C ABI, by which we call, wants one, so ours is aligned down to 32 bytes below the entry;
//   - g0's lower bound is sp - 64 KiB: the 104 bytes of slack were amd64's alone;
//   - Go keeps g in X27. We do not reserve a register: g is found through TLS, as on amd64 (runtime/switch/getg.h);
//   - Go moves g0's guards up to stack.lo + stackGuard here; ours are moved by mstart, on every architecture.
//
// Source: Go 1.27 asm_riscv64.s, runtime.rt0_go.

#include "gort/rt0/rt0_asm.h"
#include "gort/runtime/switch/riscv64/asm.h"

//     entry sp ->   argc                       (a multiple of 16)
//     24(sp)        (padding)
//     16(sp)        argv
//      8(sp)        argc, 32 bits
//      0(sp)        the slot where Go's calls save the return address; unused here
#define FRAME_WORDS 3
#define FRAME_ARGC 8
#define FRAME_ARGV 16

// In: a0 = argc, a1 = argv, a2 = libc's exit function.
// Out, at runtime.rt0_os: the frame above, g0's bounds and guards; sp is the frame's.
FUNC(runtime.rt0_go)
        CFI_STOP
        ADDRESS(t0, runtime.startup)                    // t0 = the startup record
        sd      sp, StartupRecord_entry_sp(t0)
        sd      a2, StartupRecord_entry_rdx(t0)
        addi    sp, sp, -(FRAME_WORDS*8)
        andi    sp, sp, ~15
        sw      a0, FRAME_ARGC(sp)
        sd      a1, FRAME_ARGV(sp)

        // g0 from the given stack: the kernel promises far more than 64 KiB, but nobody can be asked yet how much.
        ADDRESS(t1, runtime.g0)                         // t1 = g0
        li      t2, const_rt0StackSize
        sub     t2, sp, t2
        sd      t2, g_stackguard0(t1)
        sd      t2, g_stackguard1(t1)
        sd      t2, (g_stack+stack_lo)(t1)
        sd      sp, (g_stack+stack_hi)(t1)

        // The same once more where nobody changes it: mstart will move the guards, and a test wants to see these.
        ld      t2, g_stackguard0(t1)
        sd      t2, StartupRecord_g0_stackguard0(t0)
        ld      t2, g_stackguard1(t1)
        sd      t2, StartupRecord_g0_stackguard1(t0)
        ld      t2, (g_stack+stack_lo)(t1)
        sd      t2, (StartupRecord_g0_stack+stack_lo)(t0)
        ld      t2, (g_stack+stack_hi)(t1)
        sd      t2, (StartupRecord_g0_stack+stack_hi)(t0)
        lwu     t2, FRAME_ARGC(sp)
        sd      t2, StartupRecord_argc(t0)
        ld      t2, FRAME_ARGV(sp)
        sd      t2, StartupRecord_argv(t0)
        sd      sp, StartupRecord_rt0_sp(t0)
        tail    runtime.rt0_os
END(runtime.rt0_go)

// [[noreturn]] void rt0_ok(int argc, char** argv)
//
// TLS and gp work now.  In: a0 = argc, a1 = argv; on g0's stack, any depth.
FUNC(runtime.rt0_ok)
        CFI_STOP
        andi    sp, sp, ~15
        li      s0, 0                                   // the outermost frame of a walk along frame pointers
        mv      s1, a0                                  // callee-saved: argc
        mv      s2, a1                                  // callee-saved: argv

        // tls.g = &g0;  m0.g0 = &g0;  g0.m = &m0
        TLSG(t0)
        ADDRESS(t1, runtime.g0)
        sd      t1, 0(t0)
        ADDRESS(t2, runtime.m0)
        sd      t1, m_g0(t2)
        sd      t2, g_m(t1)

        call    runtime.marklinks
        call    runtime.check
        mv      a0, s1
        mv      a1, s2
        call    runtime.args
        call    runtime.osinit
        call    runtime.schedinit
        ADDRESS(a0, runtime.mainPC)                     // the goroutine to start: runtime.main
        call    runtime.newproc
        call    runtime.mstart                          // does not return
        unimp
END(runtime.rt0_ok)

        .section .note.GNU-stack, "", @progbits
