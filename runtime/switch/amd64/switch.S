// The switch routines, amd64. Contracts: ../switch.h.
//
// The picture of a goroutine that is not running (it called mcall):
//
//     ...                      frames of the goroutine
//     return address           of its call of runtime.mcall
//     rbp                  <-  CFA - 16
//     rbx r12 r13 r14 r15
//     (below)              <-  g.sched.sp;  g.sched.pc = .Lresume,  g.sched.bp = rbp
//
// Why the callee-saved registers are pushed: Go's mcall saves only pc, sp and bp, because its ABI keeps nothing in
// registers over a call. The C ABI keeps rbx, rbp and r12-r15. mxcsr and the x87 control word are callee-saved too by
// the letter of the ABI, but they are a mode of the thread and not of a goroutine; as Go, we do not switch them (two
// loads and two stores, 3-6 ns). A program that changes the rounding mode restores it before it parks.
//
// Why they leave by `ret` to the caller and balance every call: the processor predicts returns with a stack of its
// own. Go's mcall never returns on g0, and leaves through gogo's jump: every switch then costs a mispredicted return for
// each frame that the resumed goroutine returns through. Here the function that mcall calls on g0 *returns* what to run
// next, so that calls and returns pair up, and two goroutines parked in the same code predict each other's returns.

#include "gort/runtime/switch/amd64/asm.h"

// [[noreturn]] void gogo(const gobuf* buf)                       Source: Go 1.27 runtime.gogo
//
//     gp = buf->g;  tls.g = gp;  *gp->m->ehglobals = gp's exception state
//     rsp = buf->sp;  rbp = buf->bp;  goto buf->pc with rdi = rdx = buf->ctxt
//
// In: rdi = buf. gp->m is set. Every other register is dead: what we restore has saved its own.
FUNC(runtime.gogo)
        CFI_STOP                                        // two stacks half in place
        movq    %rdi, %rax
.Lgogo:                                                 // rax = buf
        movq    gobuf_g(%rax), %rsi                     // rsi = gp
        TLSG(%rcx)
        movq    %rsi, %fs:(%rcx)
        movq    g_m(%rsi), %rcx
        movq    m_ehglobals(%rcx), %rcx
        movq    g__panic(%rsi), %rdx
        movl    g_uncaughtExceptions(%rsi), %edi
        movq    %rdx, ehglobals_caughtExceptions(%rcx)
        movl    %edi, ehglobals_uncaughtExceptions(%rcx)
        movq    gobuf_ctxt(%rax), %rdx                  // Go's closure register, for those who look there
        movq    %rdx, %rdi                              // and the C ABI's first argument
        // A new goroutine's first frames push these. What the last one left there would look like a reference to a leak report.
        xorl    %ebx, %ebx
        xorl    %r12d, %r12d
        xorl    %r13d, %r13d
        xorl    %r14d, %r14d
        xorl    %r15d, %r15d
        movq    gobuf_bp(%rax), %rbp
        movq    gobuf_sp(%rax), %rsp
        jmp     *gobuf_pc(%rax)
END(runtime.gogo)

// void mcall(const gobuf* (*fn)(g*, void*), void* arg)           Source: Go 1.27 runtime.mcall
//
//     gp = tls.g;  push callee-saved;  gp->sched = {rsp, .Lresume, rbp};  gp's exception state = *m->ehglobals
//     tls.g = g0 = gp->m->g0;  rsp = g0->sched.sp
//     gogo(fn(gp, arg))
//
// In: rdi = fn, rsi = arg. Must not be called on g0 (there is nothing to come back to): traps.
FUNC(runtime.mcall)
        PUSH(%rbp)
        PUSH(%rbx)
        PUSH(%r12)
        PUSH(%r13)
        PUSH(%r14)
        PUSH(%r15)
        movq    %rdi, %rax                              // rax = fn
        TLSG(%rcx)
        movq    %fs:(%rcx), %rdi                        // rdi = gp: first argument of fn
        movq    g_m(%rdi), %r8                          // r8 = m
        movq    m_g0(%r8), %r9                          // r9 = g0
        cmpq    %rdi, %r9
        je      .Lmcall_on_g0
        leaq    .Lresume(%rip), %rdx
        movq    %rdx, (g_sched+gobuf_pc)(%rdi)
        movq    %rsp, (g_sched+gobuf_sp)(%rdi)
        movq    %rbp, (g_sched+gobuf_bp)(%rdi)
        movq    m_ehglobals(%r8), %r8
        movq    ehglobals_caughtExceptions(%r8), %rdx
        movl    ehglobals_uncaughtExceptions(%r8), %r10d
        movq    %rdx, g__panic(%rdi)
        movl    %r10d, g_uncaughtExceptions(%rdi)
        movq    %r9, %fs:(%rcx)
        .cfi_remember_state
        CFI_STOP                                        // from here on we stand on g0, whose story ends here
        movq    (g_sched+gobuf_sp)(%r9), %rsp
        xorl    %ebp, %ebp                              // a walk along frame pointers ends here too
        call    *%rax
        jmp     .Lgogo
        .cfi_restore_state

        // Resumed: rsp and rbp are as saved, every other register is dead until popped.
.Lresume:
        POP(%r15)
        POP(%r14)
        POP(%r13)
        POP(%r12)
        POP(%rbx)
        POP(%rbp)
        ret

        .cfi_def_cfa_offset 7*8                         // as after the six pushes
        .cfi_rel_offset rbp, 5*8
        .cfi_rel_offset rbx, 4*8
        .cfi_rel_offset r12, 3*8
        .cfi_rel_offset r13, 2*8
        .cfi_rel_offset r14, 1*8
        .cfi_rel_offset r15, 0
.Lmcall_on_g0:
        ud2                                             // "mcall called on g0": see the trace
END(runtime.mcall)

// void systemstack(void (*fn)(void*), void* arg)                 Source: Go 1.27 runtime.systemstack
//
//     if tls.g is not the M's user goroutine: return fn(arg)     (already on a big stack)
//     gp = tls.g;  gp->sched = here;  tls.g = g0;  rsp = g0->sched.sp;  fn(arg);  rsp = back
//
// tls.g is g0 when it returns: the caller (switch.h) sets it back, because it must also do so when an exception comes out.
//
// In: rdi = fn, rsi = arg.
// The CFA is kept in rbp, which fn preserves: an exception and a backtrace cross from g0 to the goroutine. The exception
// state is not swapped, for it is one computation on two stacks. gdb distrusts a frame whose caller lies on another
// stack, except when the function is called __morestack: hence the name of the second half.
FUNC(runtime.systemstack)
        TLSG(%rcx)
        movq    %fs:(%rcx), %rax                        // rax = gp
        movq    g_m(%rax), %rdx                         // rdx = m
        cmpq    m_curg(%rdx), %rax
        jne     .Lnoswitch
        PUSH(%rbp)
        movq    %rsp, %rbp
        .cfi_def_cfa_register rbp
        leaq    .Lsystemstack_back(%rip), %r8           // a traceback of gp starts behind the call below
        movq    %r8, (g_sched+gobuf_pc)(%rax)
        movq    %rsp, (g_sched+gobuf_sp)(%rax)
        movq    %rbp, (g_sched+gobuf_bp)(%rax)
        movq    m_g0(%rdx), %rdx                        // rdx = g0
        movq    %rdx, %fs:(%rcx)
        movq    %rdi, %rax
        movq    %rsi, %rdi
        movq    (g_sched+gobuf_sp)(%rdx), %rsp
        .local  __morestack
        .type   __morestack, @function
__morestack:
        call    *%rax
.Lsystemstack_back:
        movq    %rbp, %rsp
        .cfi_def_cfa_register rsp
        POP(%rbp)
        ret
        .size   __morestack, . - __morestack
.Lnoswitch:
        .cfi_def_cfa rsp, 8
        movq    %rdi, %rax
        movq    %rsi, %rdi
        jmp     *%rax
END(runtime.systemstack)

// The word through which getg() finds the current goroutine. Initial-exec: its offset from the thread pointer is the
// same in every thread and known when the program starts. Freestanding, it is the only TLS and thus lies at -8(fs),
// where m0.tls[0] is: Go's place for g.
        .section .tbss, "awT", @nobits
        .globl  runtime.tlsg
        .type   runtime.tlsg, @object
        .size   runtime.tlsg, 8
        .balign 8
runtime.tlsg:
        .zero   8

        .section .note.GNU-stack, "", @progbits
