// runtime.rt0_go: the first goroutine, g0, is the stack that we were started on.
//
// In two parts, because between them the system's part of the start happens, and there are two of those:
//
//   _rt0_amd64_linux -> _rt0_amd64 -> runtime.rt0_go -> runtime.rt0_os       hosted_amd64.S:       libc's own start, which
//                                                             |                                    calls main, which is ours
//                                                             |              freestanding_amd64.S: TLS, and nothing else
//                                                             v
//                                                      runtime.rt0_ok -> check -> args -> osinit -> schedinit
//                                                                             -> newproc(runtime.main) -> mstart
//
// Nothing here may use a relocated address: a static PIE relocates itself in libc's start, which is still to come.
//
// Source: Go 1.19 asm_amd64.s, runtime.rt0_go.

#include "gort/rt0/rt0_asm.h"
#include "gort/runtime/switch/amd64/asm.h"

// The frame, as in Go ("3 args, 2 auto"):
//
//     entry rsp ->  argc                       (a multiple of 16, so 5 words below it and aligned are 48 bytes)
//                   (padding)
//     32(rsp)       argv
//     24(rsp)       argc
//      0(rsp)       three words that Go's calls pass arguments in; unused here
#define FRAME_WORDS 5
#define FRAME_ARGC 24
#define FRAME_ARGV 32

// In: rdi = argc, rsi = argv, rdx = libc's exit function.
// Out, at runtime.rt0_os: the frame above, g0's bounds and guards; rsp is the frame's.
FUNC(runtime.rt0_go)
        CFI_STOP
        movq    %rsp, (runtime.startup+StartupRecord_entry_sp)(%rip)
        movq    %rdx, (runtime.startup+StartupRecord_entry_rdx)(%rip)
        movq    %rdi, %rax                              // argc
        movq    %rsi, %rbx                              // argv
        subq    $(FRAME_WORDS*8), %rsp
        andq    $~15, %rsp
        movq    %rax, FRAME_ARGC(%rsp)
        movq    %rbx, FRAME_ARGV(%rsp)

        // g0 from the given stack: the kernel promises far more than 64 KiB, but nobody can be asked yet how much.
        leaq    runtime.g0(%rip), %rdi
        leaq    (-const_rt0StackSize+const_rt0StackSlack)(%rsp), %rbx
        movq    %rbx, g_stackguard0(%rdi)
        movq    %rbx, g_stackguard1(%rdi)
        movq    %rbx, (g_stack+stack_lo)(%rdi)
        movq    %rsp, (g_stack+stack_hi)(%rdi)

        // The same once more where nobody changes it: mstart will move the guards, and a test wants to see these.
        leaq    runtime.startup(%rip), %rcx
        movq    g_stackguard0(%rdi), %rax
        movq    %rax, StartupRecord_g0_stackguard0(%rcx)
        movq    g_stackguard1(%rdi), %rax
        movq    %rax, StartupRecord_g0_stackguard1(%rcx)
        movq    (g_stack+stack_lo)(%rdi), %rax
        movq    %rax, (StartupRecord_g0_stack+stack_lo)(%rcx)
        movq    (g_stack+stack_hi)(%rdi), %rax
        movq    %rax, (StartupRecord_g0_stack+stack_hi)(%rcx)
        movq    FRAME_ARGC(%rsp), %rax
        movq    %rax, StartupRecord_argc(%rcx)
        movq    FRAME_ARGV(%rsp), %rax
        movq    %rax, StartupRecord_argv(%rcx)
        movq    %rsp, StartupRecord_rt0_sp(%rcx)
        jmp     runtime.rt0_os
END(runtime.rt0_go)

// [[noreturn]] void rt0_ok(int argc, char** argv)                Source: Go 1.19 runtime.rt0_go, from its label ok
//
// TLS works now.  In: edi = argc, rsi = argv; on g0's stack, any depth.
FUNC(runtime.rt0_ok)
        CFI_STOP
        andq    $~15, %rsp
        xorl    %ebp, %ebp                              // the outermost frame of a walk along frame pointers
        movl    %edi, %r12d                             // callee-saved: argc
        movq    %rsi, %r13                              // callee-saved: argv

        // tls.g = &g0;  m0.g0 = &g0;  g0.m = &m0
        TLSG(%rcx)
        leaq    runtime.g0(%rip), %rax
        movq    %rax, %fs:(%rcx)
        leaq    runtime.m0(%rip), %rdx
        movq    %rax, m_g0(%rdx)
        movq    %rdx, g_m(%rax)
        cld                                             // the ABI wants the direction flag clear; make sure

        call    runtime.marklinks
        call    runtime.check
        movl    %r12d, %edi
        movq    %r13, %rsi
        call    runtime.args
        call    runtime.osinit
        call    runtime.schedinit
        leaq    runtime.mainPC(%rip), %rdi              // the goroutine to start: runtime.main
        call    runtime.newproc
        call    runtime.mstart                          // does not return
        ud2
END(runtime.rt0_ok)

        .section .note.GNU-stack, "", @progbits
